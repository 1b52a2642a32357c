//! Reads rows of plain values from delimited text, JSON, XML feeds and Parquet, plain or compressed.
//!
//! Owns file formats and nothing else: a [`Source`] lists its columns, then hands every row of the wanted
//! columns to a sink, damaged rows included. Never knows what a column means, apart from the usual names in
//! [`names`] that both event logs and catalogues go by.

pub(crate) mod column;
mod delimited;
mod error;
mod feed;
mod input;
pub(crate) mod interner;
mod json;
pub(crate) mod names;
mod nested;
mod number;
mod origin;
mod pages;
mod parquet;
mod records;
mod records_parquet;
pub(crate) mod tally;
mod texts;
mod zstd;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

pub use error::TableError;
pub(crate) use number::parse_number;
pub use origin::{Format, Origin, Slices};
pub use tally::{Example, Rejection};

use crate::Progress;

/// The most columns that one reading may ask for.
pub(crate) const MAX_WANTED: usize = 12;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Empty text, `null`, or a key that is not there.
    Missing,
    /// Text without white space at its ends; never empty.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A point in time that the file itself declares as such, ms since 1970 UTC.
    TimeMs(i64),
}

impl<'a> Cell<'a> {
    /// Text with the white space at its ends taken off.
    #[inline]
    pub(crate) fn from_text(text: &'a str) -> Cell<'a> {
        // Most values begin and end with a letter or digit, and there is nothing to take off.
        let is_mark = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_graphic());
        let text = if is_mark(text.as_bytes().first()) || is_mark(text.as_bytes().last()) { text.trim() } else { text };
        match text {
            "" => Cell::Missing,
            text => Cell::Text(text),
        }
    }

    /// The value as text, as an id would be written: a float without a fraction has no decimal point, because
    /// many exporters turn whole numbers into floats as soon as one is missing.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Cell::Missing => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Int(value) | Cell::TimeMs(value) => Cow::Owned(value.to_string()),
            Cell::Float(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The value; missing too if its text is how exporters write a value that is not there.
    #[inline]
    pub(crate) fn unless_null(self) -> Cell<'a> {
        const NULLS: [&str; 13] =
            ["null", "NULL", "Null", "nan", "NaN", "NA", "<NA>", "N/A", "n/a", "None", "\\N", "undefined", "(not set)"];
        // Most ids need not be compared with each.
        let may_be_null = |text: &str| {
            text.len() <= 9 && matches!(text.as_bytes().first(), Some(b'n' | b'N' | b'<' | b'\\' | b'u' | b'('))
        };
        let is_null = match self {
            Cell::Text(text) => may_be_null(text) && NULLS.contains(&text),
            _ => false,
        };
        if is_null { Cell::Missing } else { self }
    }

    /// The value as a finite number: `Ok(None)` if it is missing, `Err` if it is no number.
    pub(crate) fn to_number(self) -> Result<Option<f64>, ()> {
        match self {
            Cell::Missing => Ok(None),
            Cell::Int(value) => Ok(Some(value as f64)),
            Cell::Float(value) if value.is_finite() => Ok(Some(value)),
            Cell::Text(text) => parse_number(text).map(Some).ok_or(()),
            Cell::Float(_) | Cell::TimeMs(_) => Err(()),
        }
    }
}

impl fmt::Display for Cell<'_> {
    /// The value as a message shows it: text in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Missing => f.write_str("nothing"),
            Cell::Text(text) => write!(f, "{text:?}"),
            other => f.write_str(&other.to_text()),
        }
    }
}

/// What is wrong with a row that cannot be split into values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The row has another number of fields than the header.
    FieldCount { expected: usize, found: usize },
    /// A quoted field goes on for more than [`delimited::MAX_LINES`] lines: its closing quote is missing.
    OpenQuote { lines: u64 },
    /// The line is not a JSON object of plain values.
    Json { problem: String },
    /// The record's list of products has no element.
    NoElements { list: String },
    /// A wanted field is not UTF-8.
    Utf8 { column: String, found: String },
}

impl Damage {
    /// How many rows are lost by it.
    pub(crate) const fn num_rows(&self) -> u64 {
        match self {
            Damage::OpenQuote { lines } => *lines,
            _ => 1,
        }
    }

    /// The damaged column; empty if it is the whole row.
    pub(crate) fn column(&self) -> &str {
        match self {
            Damage::Utf8 { column, .. } => column,
            _ => "",
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::FieldCount { expected, found } => write!(f, "{found} fields, expected {expected}"),
            Damage::OpenQuote { lines } => write!(f, "a quote that is open for {lines} lines"),
            Damage::Json { problem } => f.write_str(problem),
            Damage::NoElements { list } => write!(f, "no element in `{list}`"),
            Damage::Utf8 { found, .. } => write!(f, "{found:?}"),
        }
    }
}

/// What a source hands to its sink, in the order of the file.
pub(crate) enum Row<'a> {
    /// A whole row: one cell for each wanted column.
    Cells { line: u64, cells: &'a [Cell<'a>] },
    /// A damaged row that starts at `line`.
    Damaged { line: u64, damage: Damage },
}

/// Many rows of a Parquet file, a column for each wanted one.
pub(crate) struct Batch<'a> {
    /// The line of the first row.
    pub(crate) first_line: u64,
    pub(crate) num_rows: usize,
    pub(crate) columns: &'a [column::Column],
    names: &'a [&'a str],
}

impl<'a> Batch<'a> {
    /// A row of the batch, by its position.
    pub(crate) fn row<'c>(&self, row: usize, cells: &'c mut [Cell<'a>; MAX_WANTED]) -> Row<'c>
    where
        'a: 'c,
    {
        let line = self.first_line + row as u64;
        for ((cell, column), name) in cells.iter_mut().zip(self.columns).zip(self.names) {
            match column.cell(row) {
                Ok(value) => *cell = value,
                Err(bytes) => {
                    let found = String::from_utf8_lossy(bytes).chars().take(80).collect();
                    return Row::Damaged { line, damage: Damage::Utf8 { column: (*name).to_owned(), found } };
                }
            }
        }
        Row::Cells { line, cells: &cells[..self.columns.len()] }
    }
}

/// Takes rows in, as they come: one by one or many at a time.
pub(crate) trait Sink {
    fn row(&mut self, row: Row<'_>);

    fn batch(&mut self, batch: &Batch<'_>);
}

/// A table in a file or in memory: its columns are known, its rows are still to be read.
pub(crate) struct Source {
    columns: Vec<String>,
    reader: Reader,
}

enum Reader {
    Delimited(delimited::Delimited),
    Json(json::Json),
    Feed(feed::Feed),
    Parquet(parquet::Parquet),
    ParquetRecords(Box<records_parquet::Records>),
}

impl Source {
    /// Opens a file and reads its column names; see [`open_origin`](Source::open_origin).
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not of its format.
    pub(crate) fn open(path: &Path) -> Result<Source, TableError> {
        Source::open_origin(&Origin::File(path.to_owned()))
    }

    /// Opens a table and reads its column names.
    ///
    /// The format is told by the extension (`.csv`, `.tsv`, `.txt`, `.jsonl`, `.ndjson`, `.json`, `.xml`, `.rss`, `.atom`,
    /// `.parquet`, `.pq`, each with or without `.gz` or `.zst`), else by the first bytes. Whether it is compressed is told by
    /// the first bytes alone. The path `-` is standard input, which cannot be Parquet.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not of its format.
    pub(crate) fn open_origin(origin: &Origin) -> Result<Source, TableError> {
        let mut input = input::Input::open(origin)?;
        let format = match origin.format() {
            Some(format) => format,
            None if input.head(4)? == parquet::MAGIC => Format::Parquet,
            None if matches!(input.first_mark()?, Some(b'{' | b'[')) => Format::Json,
            None if input.first_mark()? == Some(b'<') => Format::Xml,
            None => Format::Delimited,
        };
        let (columns, reader) = match format {
            Format::Delimited => {
                let (columns, reader) = delimited::Delimited::open(input)?;
                (columns, Reader::Delimited(reader))
            }
            Format::Json => {
                let (columns, reader) = json::Json::open(input)?;
                (columns, Reader::Json(reader))
            }
            Format::Xml => {
                let (columns, reader) = feed::Feed::open(input)?;
                (columns, Reader::Feed(reader))
            }
            Format::Parquet if origin.is_stdin() => return Err(TableError::ParquetFromStdin),
            Format::Parquet => {
                let (columns, reader) = parquet::Parquet::open(origin)?;
                if reader.has_list() {
                    let (columns, records) = reader.into_records()?;
                    (columns, Reader::ParquetRecords(Box::new(records)))
                } else {
                    (columns, Reader::Parquet(reader))
                }
            }
        };
        Ok(Source { columns, reader })
    }

    /// The names of the columns, in the order of the file.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Hands every row to `sink`, with the cells of the columns at positions `wanted` (at most
    /// [`MAX_WANTED`]), and advances `progress` by the bytes of the file.
    ///
    /// # Errors
    /// The file cannot be read to its end. Damaged rows are no error; the sink hears of them.
    pub(crate) fn read(
        self,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        debug_assert!(wanted.len() <= MAX_WANTED);
        match self.reader {
            Reader::Delimited(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::Json(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::Feed(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::Parquet(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::ParquetRecords(reader) => reader.read(&self.columns, wanted, progress, sink),
        }
    }
}

impl Source {
    /// As [`read`](Source::read), but hands over many rows at a time where the format has columns.
    ///
    /// # Errors
    /// As [`read`](Source::read).
    pub(crate) fn read_into(
        self,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn Sink,
    ) -> Result<(), TableError> {
        debug_assert!(wanted.len() <= MAX_WANTED);
        match self.reader {
            Reader::Parquet(reader) => {
                reader.read_batches(&self.columns, wanted, progress, &mut |batch| sink.batch(batch))
            }
            _ => self.read(wanted, progress, &mut |row| sink.row(row)),
        }
    }
}

/// The bytes of tables altogether, for the bar of a step that reads them; files that cannot be seen count 0.
pub(crate) fn total_bytes(origins: &[Origin]) -> u64 {
    origins.iter().map(Origin::num_bytes).sum()
}

/// The files that paths and patterns (`logs/2026-*.csv`) name, in the order given, those of a pattern by name; `-` is
/// standard input. A path that is there is never taken for a pattern.
///
/// # Errors
/// A pattern that matches no file; a path without wildcards is left for opening to complain about.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, TableError> {
    let mut files = Vec::new();
    for path in paths {
        let text = path.to_string_lossy();
        if !text.contains(['*', '?', '[']) || path.exists() {
            files.push(path.clone());
            continue;
        }
        let no_match = || TableError::NoMatch { pattern: text.clone().into_owned() };
        let before = files.len();
        files.extend(glob::glob(&text).map_err(|_| no_match())?.filter_map(Result::ok).filter(|file| file.is_file()));
        if files.len() == before {
            return Err(no_match());
        }
    }
    Ok(files)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
