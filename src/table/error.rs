//! Errors that concern a whole file, as opposed to a row of it.

use std::io;
use std::path::PathBuf;

/// A file of rows cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// There is nothing in the file, not even a header.
    #[error("{}: the file is empty; expected a header and rows", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A compressed stream ends before its end mark.
    #[error("{}: the {format} stream ends early, after line {line}; the file is cut off, copy or download it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The compression.
        format: &'static str,
        /// The last whole line that could be read, from 1; 0 if there is none.
        line: u64,
    },
    /// A compressed stream is damaged.
    #[error("{}: the {format} stream is damaged after line {line} ({source}); copy or download the file again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The compression.
        format: &'static str,
        /// The last whole line that could be read, from 1; 0 if there is none.
        line: u64,
        /// The error of the decoder.
        source: io::Error,
    },
    /// A compressed file unpacks to more than is believed of one of its size.
    #[error(
        "{}: {packed} bytes of it unpack to {unpacked} and more, expected at most {most}; if the file is what it should \
         be, unpack it yourself and give what is in it{}",
        path.display(),
        if *most >= crate::table::limit::WORKBOOK_BYTES { ", of a workbook as CSV" } else { "" }
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Packed bytes that were read until then.
        packed: u64,
        /// Bytes that they unpacked to.
        unpacked: u64,
        /// Bytes that they may unpack to.
        most: u64,
    },
    /// A compressed file has more rows than is believed of one of its size.
    #[error(
        "{}: the {format} stream has {num_rows} rows so far, expected at most {most} of a file of its size; if it is what \
         it should be, unpack it yourself and give what is in it",
        path.display()
    )]
    TooManyRows {
        /// The file.
        path: PathBuf,
        /// The compression.
        format: &'static str,
        /// Rows that were read until then.
        num_rows: u64,
        /// Rows that there may be.
        most: u64,
    },
    /// A row of text, or a part of XML, does not end.
    #[error(
        "{}: {row} {number} has more than {} MiB and is not read: a line end, a quote or a mark is missing, or it is no text",
        path.display(),
        crate::table::limit::ROW_BYTES >> 20
    )]
    LongRow {
        /// The file.
        path: PathBuf,
        /// The part of the file that `number` counts.
        row: &'static str,
        /// The row's line or number, from 1.
        number: u64,
    },
    /// A table has more columns than any log or feed.
    #[error(
        "{}: {num_columns} columns, expected at most {}; is it a log or a feed, and is the delimiter right?",
        path.display(),
        crate::table::limit::MAX_COLUMNS
    )]
    TooManyColumns {
        /// The file.
        path: PathBuf,
        /// Columns of the header, or of the first row.
        num_columns: usize,
    },
    /// An item of an XML feed has too many elements, or the feed has too many names of elements.
    #[error("{}: {what} in item {item}; is it a product feed?", path.display())]
    LargeItem {
        /// The file.
        path: PathBuf,
        /// The part that there is too much of, and its limit.
        what: &'static str,
        /// The item, from 1.
        item: u64,
    },
    /// A file holds a table of another kind, or several.
    #[error("{}: {what}, which is not read as it is: {how}", path.display())]
    Container {
        /// The file.
        path: PathBuf,
        /// Name of its kind.
        what: &'static str,
        /// The way to get at the table.
        how: String,
    },
    /// An XML file declares an encoding that is not read.
    #[error("{}: the text is declared as {found}, which is not read; save it as UTF-8", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The name of the encoding.
        found: String,
    },
    /// The header of delimited text, or a column's name, is not UTF-8.
    #[error("{}: the header is not UTF-8: found {found:?}; save the file as UTF-8", path.display())]
    HeaderUtf8 {
        /// The file.
        path: PathBuf,
        /// The header as far as it can be shown.
        found: String,
    },
    /// No record at the beginning of a JSON file is an object.
    #[error("{}: line {line} is not a JSON object: {problem}; expected one object a line, or an array of objects", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// The first line that is not empty, from 1.
        line: u64,
        /// The error of the parser.
        problem: String,
    },
    /// A record of a JSON document has no end.
    #[error("{}: the JSON record that begins on line {line} is never closed: a quote or bracket is missing in it, or \
             the file is cut off; mend it or export it again", path.display())]
    OpenRecord {
        /// The file.
        path: PathBuf,
        /// Where the record begins, from 1.
        line: u64,
    },
    /// The records of a JSON file have too many different keys.
    #[error("{}: the records have more than half a million different keys; are ids used as keys? Export the log as a \
             list of objects", path.display())]
    TooManyKeys {
        /// The file.
        path: PathBuf,
    },
    /// One record is too large to be read as a whole.
    #[error("{}: one JSON object of more than a megabyte, and a wanted value stands beside its list of rows; write the \
             value into each element, or the list as JSON lines", path.display())]
    LargeRecord {
        /// The file.
        path: PathBuf,
    },
    /// Several lists of objects could be the rows.
    #[error("{}: `{column}` stands at {}, and which of them are the rows cannot be told; name one of them as the column",
            path.display(), quoted(places))]
    UnclearRows {
        /// The file.
        path: PathBuf,
        /// The column that rows are about.
        column: String,
        /// The ways to it.
        places: Vec<String>,
    },
    /// A value stands in a list that is not on the way to the rows.
    #[error("{}: `{column}` stands at {}, where a row of {} may have several; name another column for it, or none",
            path.display(), quoted(places), rows_shown(rows))]
    SideList {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The ways to it.
        places: Vec<String>,
        /// The way to the rows; empty if the records themselves are.
        rows: String,
    },
    /// An XML file without items.
    #[error("{}: XML without any <item> (RSS) or <entry> (Atom); is it a product feed?", path.display())]
    NotFeed {
        /// The file.
        path: PathBuf,
    },
    /// An XML file breaks off or is not well-formed.
    #[error("{}: the XML is not well-formed in item {item}: {problem}; export the feed again", path.display())]
    Xml {
        /// The file.
        path: PathBuf,
        /// The item, from 1.
        item: u64,
        /// The error of the parser.
        problem: String,
    },
    /// A pattern such as `logs/*.csv` matches nothing.
    #[error("no file matches `{pattern}`")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// A Parquet file does not begin and end like one.
    #[error("{}: not a Parquet file: it {}; is the extension right, is the file whole?", path.display(), .found)]
    NotParquet {
        /// The file.
        path: PathBuf,
        /// The bytes found instead of the mark `PAR1`.
        found: String,
    },
    /// A Parquet file has the right marks and cannot be decoded.
    #[error("{}: the Parquet file cannot be decoded: {problem}; export it again", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The error of the decoder.
        problem: String,
    },
}

/// Ways in quotes, for a message.
fn quoted(places: &[String]) -> String {
    places.iter().take(20).map(|place| format!("`{place}`")).collect::<Vec<_>>().join(", ")
}

fn rows_shown(rows: &str) -> String {
    if rows.is_empty() { "the file".to_owned() } else { format!("`{rows}`") }
}
