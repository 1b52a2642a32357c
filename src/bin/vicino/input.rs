//! Files that the command reads itself: models, and CSV or JSON lines with a row for each history or list.

use crate::id_lists::{self, IdSplitter};
use crate::{small_files, spreadsheet};
use anyhow::{Context, bail};
use flate2::bufread::MultiGzDecoder;
use serde_json::json;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use vicino::events::{RowBytes, RowLimited, zstd_decoder};
use vicino::model::Model;

/// Reads and opens the model at `path`.
pub fn model(path: &Path) -> anyhow::Result<Model> {
    let bytes = model_bytes(path)?;
    Model::open(&bytes).with_context(|| format!("cannot use model {}", path.display()))
}

/// Reads and opens the model at `path` for one of its markets, if one is named.
pub fn model_for(path: &Path, market: Option<&str>) -> anyhow::Result<Model> {
    let mut model = model(path)?;
    if let Some(market) = market
        && !model.set_market(market)
    {
        let names: Vec<&str> = model.markets.iter().map(|market| market.name.as_str()).collect();
        let names = if names.is_empty() { "none: train with --market-column".to_owned() } else { names.join(", ") };
        bail!("{} has no market `{market}`; it has {names}", path.display());
    }
    Ok(model)
}

/// Reads the bytes of the model at `path`.
pub fn model_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let context = || format!("cannot read model {}", path.display());
    if path.is_dir() {
        return Err(anyhow::anyhow!("it is a directory, expected a .vicino file")).with_context(context);
    }
    small_files::read_model(path).with_context(context)
}

/// Opens a file, or stdin for `-`, and decompresses it if it starts like a gzip or zstd file.
fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path.is_dir() {
        bail!("it is a directory, expected a CSV file");
    }
    let mut source: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path)?))
    };
    Ok(match source.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(source)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd_decoder(source)?,
        _ => source,
    })
}

/// The column of a history: shop ids, oldest first, with spaces between.
pub const PREFIX: &str = "prefix";
/// The column of what came next.
pub const TARGET: &str = "target";
/// The column of a row's name.
pub const ROW_ID: &str = "row_id";

/// A value of a row.
#[derive(Clone, Debug)]
pub enum Value<'r> {
    /// A text, which may hold several ids.
    Text(Cow<'r, str>),
    /// The elements of a JSON list.
    Ids(Vec<String>),
}

impl Value<'_> {
    /// The value, no longer bound to its row.
    pub fn to_owned(&self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.clone().into_owned())),
            Value::Ids(ids) => Value::Ids(ids.clone()),
        }
    }

    /// The text without blanks around it; a list as JSON.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text.trim()),
            Value::Ids(ids) => Cow::Owned(json!(ids).to_string()),
        }
    }

    /// The only id of the value, which may stand in quotes or brackets.
    pub fn id(&self) -> Cow<'_, str> {
        match self {
            Value::Ids(ids) if ids.len() == 1 => Cow::Borrowed(&ids[0]),
            Value::Text(text) if text.trim().starts_with(['"', '[']) => {
                match &mut IdSplitter::new(None, ' ', [""; 0].iter(), &|_| false).split(text)[..] {
                    [id] => Cow::Owned(std::mem::take(id)),
                    _ => self.text(),
                }
            }
            _ => self.text(),
        }
    }

    /// The ids of the value.
    pub fn ids(&self, splitter: &IdSplitter<'_>) -> Vec<String> {
        match self {
            Value::Text(text) => splitter.split(text),
            Value::Ids(ids) => ids.clone(),
        }
    }
}

/// The rows of a CSV file (commas, semicolons, tabs or bars) or of JSON lines, as the values of the wanted columns; other
/// columns are ignored.
pub struct Rows {
    reader: Reader,
    name: String,
    /// The row that was read last, from 1.
    number: u64,
    row_bytes: RowBytes,
}

enum Reader {
    Csv { reader: csv::Reader<Box<dyn Read>>, record: csv::StringRecord, positions: Vec<usize> },
    Json { lines: Box<dyn BufRead>, line: String, wanted: Vec<String> },
}

impl Rows {
    /// Opens a file that must have all the `wanted` columns, each once.
    pub fn open(path: &Path, wanted: &[&str]) -> anyhow::Result<Rows> {
        Rows::open_any(path, &[wanted])
    }

    /// Opens a file that must have all the columns of one of these sets, each once; the first that it has is taken.
    pub fn open_any(path: &Path, sorts: &[&[&str]]) -> anyhow::Result<Rows> {
        let name = path.display().to_string();
        let context = || format!("cannot read {name}");
        let mut source = BufReader::new(open(path).with_context(context)?);
        let mut first = Vec::new();
        (&mut source).take(MAX_HEADER).read_until(b'\n', &mut first).with_context(context)?;
        let row_bytes = RowBytes::default();
        let source = io::Cursor::new(first.clone()).chain(source);
        let source: Box<dyn Read> = Box::new(RowLimited::new(source, row_bytes.clone()));
        if is_json(&first) {
            let found = keys(&first);
            let sort = sorts.iter().position(|wanted| wanted.iter().all(|&one| found.iter().any(|key| key == one)));
            let Some(sort) = sort else { bail!("{}", missing(&name, "key", &found, sorts)) };
            let wanted = sorts[sort].iter().map(|&name| name.to_owned()).collect();
            let reader = Reader::Json { lines: Box::new(BufReader::new(source)), line: String::new(), wanted };
            return Ok(Rows { reader, name, number: 0, row_bytes });
        }
        let names = |delimiter: u8| -> Vec<String> {
            let mut header = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(&first[..]);
            let header = header.records().next().and_then(Result::ok).unwrap_or_default();
            header.iter().map(|name| column_name(name).to_owned()).collect()
        };
        let find = |delimiter: u8| {
            let names = names(delimiter);
            sorts.iter().position(|wanted| wanted.iter().all(|&one| names.iter().any(|name| name == one)))
        };
        let found = DELIMITERS.into_iter().find_map(|delimiter| Some((delimiter, find(delimiter)?)));
        let (delimiter, sort) = found.unwrap_or((b',', usize::MAX));
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(source);
        // Damage in the header is told as such.
        let header = reader.headers().with_context(context)?;
        let header: Vec<String> = header.iter().map(|name| column_name(name).to_owned()).collect();
        if header.is_empty() {
            bail!("{name}: the file is empty, expected a header line with `{}`", sorts[0].join("`, `"));
        }
        let Some(wanted) = sorts.get(sort) else { bail!("{}", missing(&name, "column", &header, sorts)) };
        let mut positions = Vec::new();
        for &column in *wanted {
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == column).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => positions.push(at),
                (Some(_), Some(_)) => bail!("{name}: the header names column `{column}` twice; rename one of them"),
                (None, _) => bail!("{}", missing(&name, "column", &header, sorts)),
            }
        }
        let reader = Reader::Csv { reader, record: csv::StringRecord::new(), positions };
        Ok(Rows { reader, name, number: 0, row_bytes })
    }

    /// The number of the row that was read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next row: a value for each wanted column; `None` after the last.
    pub fn next(&mut self) -> anyhow::Result<Option<Vec<Value<'_>>>> {
        let Rows { reader, name, number, row_bytes } = self;
        *number += 1;
        row_bytes.begin();
        let context = || format!("cannot read row {number} of {name}");
        match reader {
            Reader::Csv { reader, record, positions } => {
                if !reader.read_record(record).with_context(context)? {
                    return Ok(None);
                }
                // The reader has checked that each row has as many fields as the header.
                let value = |&at: &usize| Value::Text(Cow::Borrowed(spreadsheet::text(record.get(at).unwrap_or(""))));
                Ok(Some(positions.iter().map(value).collect()))
            }
            Reader::Json { lines, line, wanted } => {
                loop {
                    line.clear();
                    if lines.read_line(line).with_context(context)? == 0 {
                        return Ok(None);
                    }
                    if !line.trim().is_empty() {
                        break;
                    }
                }
                let row: BTreeMap<String, &RawValue> = serde_json::from_str(line)
                    .with_context(|| format!("{name}, row {number}: expected one JSON object a line"))?;
                let value = |key: &String| {
                    json_value(row.get(key).copied()).with_context(|| {
                        format!("{name}, row {number}: `{key}` is neither a plain value nor a list of such values")
                    })
                };
                wanted.iter().map(value).collect::<anyhow::Result<_>>().map(Some)
            }
        }
    }
}

/// The longest line that is looked at for the names of columns.
const MAX_HEADER: u64 = 1 << 20;

/// Delimiters of CSV files, the most usual first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Tells that a file has none of the sets of columns.
fn missing(name: &str, what: &str, found: &[String], sorts: &[&[&str]]) -> String {
    let absent = sorts[0].iter().find(|&&one| !found.iter().any(|name| name == one)).unwrap_or(&"");
    let expected: Vec<String> = sorts.iter().map(|wanted| format!("`{}`", wanted.join("`, `"))).collect();
    format!("{name}: no {what} `{absent}`; found `{}`, expected {}", found.join("`, `"), expected.join(" or "))
}

/// Returns true if a file that begins so has JSON objects.
fn is_json(first: &[u8]) -> bool {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    first.trim_ascii_start().starts_with(b"{")
}

/// The keys of the JSON object on a line; none if it is none.
fn keys(line: &[u8]) -> Vec<String> {
    let row: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_slice(line);
    row.map(|row| row.into_keys().collect()).unwrap_or_default()
}

/// A value of JSON: plain, a list of plain values, or of objects with an `item_id`.
fn json_value(value: Option<&RawValue>) -> Option<Value<'static>> {
    let Some(value) = value.filter(|value| value.get() != "null") else { return Some(Value::Text(Cow::Borrowed(""))) };
    if !value.get().starts_with('[') {
        return id_lists::plain(value).map(|text| Value::Text(Cow::Owned(text)));
    }
    let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
    let id = |element: &&RawValue| {
        if !element.get().starts_with('{') {
            return id_lists::plain(element);
        }
        let object: BTreeMap<String, &RawValue> = serde_json::from_str(element.get()).ok()?;
        object.get("item_id").and_then(|id| id_lists::plain(id))
    };
    elements.iter().map(id).collect::<Option<_>>().map(Value::Ids)
}

/// Returns true if the file has both columns or keys `prefix` and `target`.
pub fn has_targets(path: &Path) -> anyhow::Result<bool> {
    let context = || format!("cannot read {}", path.display());
    let mut header = Vec::new();
    let mut start = BufReader::new(open(path).with_context(context)?).take(MAX_HEADER);
    start.read_until(b'\n', &mut header).with_context(context)?;
    if is_json(&header) {
        let keys = keys(&header);
        return Ok([PREFIX, TARGET].iter().all(|&wanted| keys.iter().any(|key| key == wanted)));
    }
    Ok(DELIMITERS.into_iter().any(|delimiter| {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(&header[..]);
        let Some(Ok(header)) = reader.records().next() else { return false };
        [PREFIX, TARGET].iter().all(|&wanted| header.iter().any(|name| column_name(name) == wanted))
    }))
}

/// A column's name without a byte-order mark and blanks around it.
fn column_name(name: &str) -> &str {
    name.trim_start_matches('\u{feff}').trim()
}
