//! JSON: one object a line, or a document of several; the columns are the keys, of objects inside objects too.
//!
//! A file is read twice: once for the keys of all records, wherever they come, then for the rows. One object around a
//! long list (`{"data": [...]}`) is never in memory as a whole.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Tree};

use super::input::{ErrorContext, Input, Meter};
use super::limit::{ROW_BYTES, RowBytes, RowLimited};
use super::nested::{Columns, Plan, Reading};
use super::records::Records;
use super::remark::Remarks;
use super::schema::Schema;
use super::{Cell, Damage, MAX_WANTED, Origin, Row, TableError};
use crate::Progress;

/// Bytes from the beginning that tell how records are split.
const HEAD_BYTES: usize = 1 << 20;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 13;

/// A line, or the record of a document, that is longer is given up: a line end or bracket of it is missing.
const MAX_RECORD: u64 = ROW_BYTES;

pub(super) struct Json {
    origin: Origin,
    remarks: Remarks,
    split: Split,
    columns: Columns,
}

/// Way in which the text is split into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Split {
    Lines,
    /// An array, or objects over several lines.
    Document,
    /// One object around a long list.
    Wrapper,
}

impl Json {
    /// Reads the file once for the keys of all of its records.
    pub(super) fn open(origin: &Origin, remarks: &Remarks) -> Result<Json, TableError> {
        let mut input = Input::open(origin, remarks)?;
        input.begin_text()?;
        let context = input.context();
        let split = split_of(&mut input)?;
        let mut schema = Schema::default();
        let mut first_problem = None;
        if split == Split::Wrapper {
            // Only names of keys are kept of it, each between two quotes.
            let input = BufReader::with_capacity(1 << 16, RowLimited::between(input, b'"'));
            let mut deserializer = serde_json::Deserializer::from_reader(input);
            let outcome = schema.see(&mut deserializer).and_then(|()| deserializer.end());
            outcome.map_err(|error| of_wrapper(&context, error))?;
        } else {
            let mut parts = Parts::new(BufReader::with_capacity(1 << 16, input), split);
            while let Some((line, bytes)) = parts.next(&context)? {
                let mut see = |part: &[u8]| {
                    let mut deserializer = serde_json::Deserializer::from_slice(part);
                    let outcome = schema.see(&mut deserializer).and_then(|()| deserializer.end());
                    if let Err(error) = &outcome
                        && first_problem.is_none()
                    {
                        first_problem = Some((line, without_line(error)));
                    }
                    outcome.is_ok()
                };
                // Most lines hold one object; what it is not is looked at part by part.
                if !see(bytes) {
                    let parts = objects_of(bytes);
                    if parts.len() > 1 {
                        parts.into_iter().for_each(|part| {
                            see(part);
                        });
                    }
                }
                if schema.is_too_large() {
                    return Err(TableError::TooManyKeys { path: context.path });
                }
            }
        }
        if schema.is_empty() {
            return Err(match first_problem {
                None => TableError::Empty { path: context.path },
                Some((line, problem)) => TableError::NotJson { path: context.path, line, problem },
            });
        }
        Ok(Json { origin: origin.clone(), remarks: remarks.clone(), split, columns: Columns::of(&schema) })
    }

    pub(super) const fn columns(&mut self) -> &mut Columns {
        &mut self.columns
    }

    pub(super) fn read(
        self,
        names: &[String],
        reading: &Reading<'_>,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let keys: Vec<&str> =
            reading.wanted.iter().filter_map(|&column| names.get(column)).map(String::as_str).collect();
        let plan = self.columns.plan(reading).map_err(|unclear| unclear.error(self.origin.path()))?;
        plan.remark.iter().for_each(|remark| self.remarks.add(remark.clone()));
        let mut input = Input::open(&self.origin, &self.remarks)?;
        input.begin_text()?;
        let (context, mut meter) = (input.context(), input.meter());
        let input = BufReader::with_capacity(1 << 16, input);
        if self.split == Split::Wrapper {
            return read_wrapper(input, &plan, &keys, &context, (progress, &mut meter), sink);
        }
        let flat = self.columns.flat(reading.wanted);
        let flat: Option<Vec<&str>> = flat.as_ref().map(|keys| keys.iter().map(String::as_str).collect());
        let mut parts = Parts::new(input, self.split);
        let mut num_records = 0_u64;
        while let Some((line, bytes)) = parts.next(&context)? {
            match &flat {
                Some(of_record) => hand_over(bytes, of_record, line, sink),
                None => hand_over_nested(&plan, bytes, &keys, line, sink),
            }
            num_records += 1;
            if num_records.is_multiple_of(REPORT_ROWS) {
                progress.rows(REPORT_ROWS);
                meter.report(progress);
                meter.check_rows(num_records)?;
            }
        }
        progress.rows(num_records % REPORT_ROWS);
        meter.report(progress);
        Ok(())
    }
}

/// The lines or records of a text, one after the other, without those that are blank.
struct Parts {
    input: PartsInput,
    bytes: Vec<u8>,
    line: u64,
}

enum PartsInput {
    Lines(BufReader<Input>),
    Document(Records<BufReader<Input>>),
}

impl Parts {
    fn new(input: BufReader<Input>, split: Split) -> Parts {
        let input = match split {
            Split::Lines => PartsInput::Lines(input),
            Split::Document | Split::Wrapper => PartsInput::Document(Records::new(input)),
        };
        Parts { input, bytes: Vec::new(), line: 0 }
    }

    /// The next part without what parts it from others, and the line on which it begins.
    fn next(&mut self, context: &ErrorContext) -> Result<Option<(u64, &[u8])>, TableError> {
        loop {
            let (next, is_open) = match &mut self.input {
                PartsInput::Lines(input) => {
                    let next = next_line(input, &mut self.bytes, self.line);
                    (next, self.bytes.len() as u64 > MAX_RECORD)
                }
                PartsInput::Document(records) => {
                    let next = records.next(&mut self.bytes);
                    (next, records.is_open())
                }
            };
            match next {
                Ok(Some(at)) => self.line = at,
                Ok(None) => return Ok(None),
                Err(source) => return Err(context.error(source, self.line)),
            }
            if is_open {
                return Err(TableError::OpenRecord { path: context.path.clone(), line: self.line });
            }
            if !trimmed(&self.bytes).is_empty() {
                return Ok(Some((self.line, trimmed(&self.bytes))));
            }
        }
    }
}

/// A record without white space around it and the comma behind it.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii();
    bytes.strip_suffix(b",").unwrap_or(bytes).trim_ascii_end()
}

/// Reads the line after `line`; gives its number.
fn next_line(input: &mut impl BufRead, bytes: &mut Vec<u8>, line: u64) -> std::io::Result<Option<u64>> {
    bytes.clear();
    Ok((input.take(MAX_RECORD + 1).read_until(b'\n', bytes)? > 0).then_some(line + 1))
}

/// Finds out how the text is split into records.
fn split_of(input: &mut Input) -> Result<Split, TableError> {
    if input.first_mark()? == Some(b'[') {
        return Ok(Split::Document);
    }
    let head = input.head(HEAD_BYTES)?;
    let first = head.split_inclusive(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let Some(first) = first else { return Ok(Split::Lines) };
    let is_broken_off = serde_json::from_slice::<IgnoredAny>(first).is_err_and(|error| error.is_eof());
    if first.ends_with(b"\n") && !is_broken_off {
        return Ok(Split::Lines);
    }
    let (mut records, mut record) = (Records::new(head), Vec::new());
    let is_whole = matches!(records.next(&mut record), Ok(Some(_))) && !records.is_open();
    Ok(if is_whole || head.len() < HEAD_BYTES { Split::Document } else { Split::Wrapper })
}

/// The objects of a line that holds several; what follows the last of them is one part more.
fn objects_of(line: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.iter().position(|&byte| !byte.is_ascii_whitespace() && byte != b',');
        let Some(start) = start else { return parts };
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        let end = match values.next() {
            Some(Ok(IgnoredAny)) if rest.first() == Some(&b'{') => values.byte_offset(),
            _ => rest.len(),
        };
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
}

fn of_wrapper(context: &ErrorContext, error: serde_json::Error) -> TableError {
    let (path, line) = (context.path.clone(), error.line() as u64);
    match error.classify() {
        serde_json::error::Category::Io => context.error(error.into(), line),
        serde_json::error::Category::Eof => TableError::OpenRecord { path, line: 1 },
        _ => TableError::NotJson { path, line, problem: without_line(&error) },
    }
}

/// Reads one object around a long list, element by element.
fn read_wrapper(
    input: BufReader<Input>,
    plan: &Plan,
    names: &[&str],
    context: &ErrorContext,
    (progress, meter): (&dyn Progress, &mut Meter),
    sink: &mut dyn FnMut(Row<'_>),
) -> Result<(), TableError> {
    let Some((keys, plan)) = plan.unwrapped() else {
        return Err(TableError::LargeRecord { path: context.path.clone() });
    };
    let lines = Rc::new(std::cell::Cell::new(1));
    let row = RowBytes::default();
    let counted = RowLimited::new(CountLines { input, lines: lines.clone() }, row.clone());
    let mut num_elements = 0_u64;
    let mut take = |element: &RawValue| {
        let line = lines.get() - element.get().bytes().filter(|&byte| byte == b'\n').count() as u64;
        hand_over_nested(&plan, element.get().as_bytes(), names, line, sink);
        row.begin();
        num_elements += 1;
        if num_elements.is_multiple_of(REPORT_ROWS) {
            progress.rows(REPORT_ROWS);
            meter.report(progress);
        }
    };
    let mut deserializer = serde_json::Deserializer::from_reader(counted);
    let outcome = Holder { keys: &keys, take: &mut take }.deserialize(&mut deserializer);
    outcome.and_then(|()| deserializer.end()).map_err(|error| of_wrapper(context, error))?;
    progress.rows(num_elements % REPORT_ROWS);
    meter.report(progress);
    Ok(())
}

/// Counts the lines of what is read.
struct CountLines {
    input: BufReader<Input>,
    lines: Rc<std::cell::Cell<u64>>,
}

impl std::io::Read for CountLines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.input.read(buffer)?;
        let lines = buffer[..len].iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.lines.set(self.lines.get() + lines);
        Ok(len)
    }
}

/// Finds the list behind the keys and hands on its elements; steps over all else.
struct Holder<'a> {
    keys: &'a [String],
    take: &'a mut dyn FnMut(&RawValue),
}

impl<'de> DeserializeSeed<'de> for Holder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Holder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.keys {
            [] => f.write_str("a list"),
            _ => f.write_str("an object"),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.keys.split_first() {
                Some((first, keys)) if *first == key => map.next_value_seed(Holder { keys, take: self.take })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<Box<RawValue>>()? {
            if self.keys.is_empty() {
                (self.take)(&element);
            }
        }
        Ok(())
    }
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
        return match several_objects(bytes) {
            Some(parts) => parts.into_iter().for_each(|part| hand_over(part, keys, line, sink)),
            None => sink(Row::Damaged { line, damage: Damage::Json { problem: without_line(&error) } }),
        };
    }
    // Whole numbers beyond 64 bits have become floats.
    if values.iter().any(|value| matches!(value, Value::Float(value) if value.abs() >= 9e18))
        && let Cow::Owned(quoted) = with_long_numbers_quoted(text)
    {
        return hand_over(quoted.as_bytes(), keys, line, sink);
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

fn hand_over_nested(plan: &Plan, bytes: &[u8], names: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
    let Ok(text) = std::str::from_utf8(bytes) else { return hand_over(bytes, names, line, sink) };
    match serde_json::from_str::<Map<String, Tree>>(&with_long_numbers_quoted(text)) {
        Ok(record) => plan.rows(&Tree::Object(record), names, line, sink),
        Err(error) => match several_objects(bytes) {
            Some(parts) => parts.into_iter().for_each(|part| hand_over_nested(plan, part, names, line, sink)),
            None => sink(Row::Damaged { line, damage: Damage::Json { problem: without_line(&error) } }),
        },
    }
}

/// The objects of a line that holds more than one.
fn several_objects(line: &[u8]) -> Option<Vec<&[u8]>> {
    Some(objects_of(line)).filter(|parts| parts.len() > 1)
}

/// The text with quotes around whole numbers of so many digits that 64 bits do not hold them, so that they are read
/// digit by digit.
fn with_long_numbers_quoted(text: &str) -> Cow<'_, str> {
    // So many digits in a row have one at each multiple of their number.
    let bytes = text.as_bytes();
    if !(LONG_DIGITS - 1..bytes.len()).step_by(LONG_DIGITS).any(|at| bytes[at].is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::new();
    let (mut copied, mut at) = (0, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'-' | b'0'..=b'9' if !in_string => {
                let is_of_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                at += bytes[at..].iter().take_while(|byte| is_of_number(byte)).count();
                let number = &text[start..at];
                let is_whole = number.bytes().skip(1).all(|byte| byte.is_ascii_digit());
                if is_whole && number.len() >= LONG_DIGITS && number.parse::<i64>().is_err() {
                    quoted.push_str(&text[copied..start]);
                    quoted.push('"');
                    quoted.push_str(number);
                    quoted.push('"');
                    copied = at;
                }
            }
            _ => {}
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    quoted.push_str(&text[copied..]);
    Cow::Owned(quoted)
}

/// Digits of the shortest whole number that 64 bits do not hold.
const LONG_DIGITS: usize = 19;

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
