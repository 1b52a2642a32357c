//! JSON: one object a line, or a document of several; the columns are the keys, of objects inside objects too.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Tree};

use super::input::{ErrorContext, Input, Meter};
use super::nested::Shape;
use super::records::Records;
use super::{Cell, Damage, MAX_WANTED, Row, TableError};
use crate::Progress;

/// The columns are the keys of the lines within so many bytes from the beginning.
const HEAD_BYTES: usize = 1 << 20;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 13;

pub(super) struct Json {
    input: Split,
    context: ErrorContext,
    meter: Meter,
    /// Where values stand, if some stand inside others.
    shape: Option<Shape>,
}

/// Way in which the text is split into records.
enum Split {
    Lines(BufReader<Input>),
    /// An array, or objects over several lines.
    Document(Records<BufReader<Input>>),
}

impl Json {
    pub(super) fn open(mut input: Input) -> Result<(Vec<String>, Json), TableError> {
        input.begin_text()?;
        let context = input.context();
        let meter = input.meter();
        let first = input.first_mark()?;
        let head = input.head(HEAD_BYTES)?;
        let is_document = first == Some(b'[') || begins_over_several_lines(head);
        let shape = if is_document { shape_of_document(head) } else { shape_of(head) };
        let shape = shape.map_err(|(line, problem)| match line {
            0 => TableError::Empty { path: context.path.clone() },
            _ => TableError::NotJson { path: context.path.clone(), line, problem },
        })?;
        let columns = shape.columns.clone();
        let shape = Some(shape).filter(|shape| shape.is_nested);
        let input = BufReader::with_capacity(1 << 16, input);
        let input = if is_document { Split::Document(Records::new(input)) } else { Split::Lines(input) };
        Ok((columns, Json { input, context, meter, shape }))
    }

    pub(super) fn read(
        mut self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let keys: Vec<&str> = wanted.iter().filter_map(|&column| columns.get(column)).map(String::as_str).collect();
        let mut bytes = Vec::new();
        let (mut line, mut num_records) = (0, 0_u64);
        loop {
            let next = match &mut self.input {
                Split::Lines(input) => next_line(input, &mut bytes, line),
                Split::Document(records) => records.next(&mut bytes),
            };
            match next {
                Ok(Some(at)) => line = at,
                Ok(None) => break,
                Err(source) => return Err(self.context.error(source, line)),
            }
            if let Split::Document(records) = &self.input
                && records.is_open()
            {
                return Err(TableError::OpenRecord { path: self.context.path, line });
            }
            if !bytes.trim_ascii().is_empty() {
                match &self.shape {
                    Some(shape) => hand_over_nested(shape, bytes.trim_ascii(), &keys, line, sink),
                    None => hand_over(bytes.trim_ascii(), &keys, line, sink),
                }
            }
            num_records += 1;
            if num_records.is_multiple_of(REPORT_ROWS) {
                progress.rows(REPORT_ROWS);
                self.meter.report(progress);
            }
        }
        progress.rows(num_records % REPORT_ROWS);
        self.meter.report(progress);
        Ok(())
    }
}

/// Reads the line after `line`; gives its number.
fn next_line(input: &mut impl BufRead, bytes: &mut Vec<u8>, line: u64) -> std::io::Result<Option<u64>> {
    bytes.clear();
    Ok((input.read_until(b'\n', bytes)? > 0).then_some(line + 1))
}

/// Returns true if the first line that is not blank is the beginning of an object, and not a whole one or nonsense.
fn begins_over_several_lines(head: &[u8]) -> bool {
    let first = head.split_inclusive(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let Some(first) = first.filter(|line| line.ends_with(b"\n")) else { return false };
    serde_json::from_slice::<Map<String, Tree>>(first).is_err_and(|error| error.is_eof())
}

fn hand_over(bytes: &[u8], keys: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            let found = String::from_utf8_lossy(bytes).chars().take(80).collect();
            return sink(Row::Damaged { line, damage: Damage::Utf8 { column: String::new(), found } });
        }
    };
    let mut values: [Value<'_>; MAX_WANTED] = std::array::from_fn(|_| Value::Missing);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outcome = Object { keys, values: &mut values }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Err(error) = outcome {
        return sink(Row::Damaged { line, damage: Damage::Json { problem: without_line(&error) } });
    }
    let mut cells = [Cell::Missing; MAX_WANTED];
    for ((cell, value), key) in cells.iter_mut().zip(&values).zip(keys) {
        *cell = match value {
            Value::Missing => Cell::Missing,
            Value::Text(text) => Cell::from_text(text),
            Value::Int(value) => Cell::Int(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::Nested => {
                let problem = format!("`{key}` holds a list or an object; expected a plain value");
                return sink(Row::Damaged { line, damage: Damage::Json { problem } });
            }
        };
    }
    sink(Row::Cells { line, cells: &cells[..keys.len()] });
}

/// The parser's words with the column only: it counts lines from the start of what it was given.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((problem, _)) => format!("{problem} at column {}", error.column()),
        None => text,
    }
}

fn hand_over_nested(shape: &Shape, bytes: &[u8], keys: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
    let Ok(text) = std::str::from_utf8(bytes) else { return hand_over(bytes, keys, line, sink) };
    match serde_json::from_str::<Map<String, Tree>>(text) {
        Ok(record) => shape.rows(&record, keys, line, sink),
        Err(error) => sink(Row::Damaged { line, damage: Damage::Json { problem: without_line(&error) } }),
    }
}

/// The shape of the whole lines in `head`; else the number and the problem of the first line that is not blank,
/// number 0 if there is none.
fn shape_of(head: &[u8]) -> Result<Shape, (u64, String)> {
    let mut shape = Shape::default();
    let mut first_problem = (0, String::new());
    for (number, line) in head.split(|&byte| byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Map<String, Tree>>(line) {
            Ok(record) => shape.see(&record),
            Err(error) if first_problem.0 == 0 => first_problem = (number as u64 + 1, without_line(&error)),
            Err(_) => {}
        }
    }
    if shape.columns.is_empty() { Err(first_problem) } else { Ok(shape) }
}

/// The shape of the whole records in the `head` of a document; else as [`shape_of`].
fn shape_of_document(head: &[u8]) -> Result<Shape, (u64, String)> {
    let mut shape = Shape::default();
    let mut first_problem = (0, String::new());
    let (mut records, mut record) = (Records::new(head), Vec::new());
    while let Ok(Some(line)) = records.next(&mut record) {
        match serde_json::from_slice::<Map<String, Tree>>(&record) {
            Ok(record) => shape.see(&record),
            Err(error) if first_problem.0 == 0 => first_problem = (line, without_line(&error)),
            Err(_) => {}
        }
    }
    if shape.columns.is_empty() { Err(first_problem) } else { Ok(shape) }
}

enum Value<'de> {
    Missing,
    Text(Cow<'de, str>),
    Int(i64),
    Float(f64),
    Nested,
}

/// Reads the values of `keys` out of an object and steps over all others.
struct Object<'a, 'de> {
    keys: &'a [&'a str],
    values: &'a mut [Value<'de>; MAX_WANTED],
}

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(at) = map.next_key_seed(KeySeed(self.keys))? {
            match at.and_then(|at| self.values.get_mut(at)) {
                Some(value) => *value = map.next_value_seed(ValueSeed)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The position of a key among the wanted ones.
struct KeySeed<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|wanted| *wanted == key))
    }
}

struct ValueSeed;

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Missing)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::Text(Cow::Owned(value.to_string())), Value::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(value))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }
}
