//! Reads rows of plain values from delimited text, JSON, XML feeds and Parquet, plain or compressed.
//!
//! Owns file formats and nothing else: a [`Source`] lists its columns, then hands every row of the wanted
//! columns to a sink, damaged rows included. Never knows what a column means, apart from the usual names in
//! [`names`] that both event logs and catalogues go by.

mod baskets;
mod batch;
mod border;
mod cell;
pub(crate) mod column;
mod container;
mod delimited;
mod delta;
mod dialect;
mod encoding;
mod error;
mod feed;
mod footer;
mod heads;
mod hybrid;
mod input;
pub(crate) mod interner;
mod json;
mod limit;
pub(crate) mod names;
mod nested;
mod number;
#[cfg(not(target_os = "unknown"))]
mod open_document;
mod origin;
mod pages;
mod parquet;
mod records;
mod records_parquet;
mod remark;
mod schema;
#[cfg(not(target_os = "unknown"))]
mod shared_strings;
mod sizes;
mod spool;
pub(crate) mod tally;
mod texts;
mod thrift;
mod unpack;
mod zstd;

use std::path::PathBuf;

pub(crate) use batch::{Batch, Sink};
pub use border::file_being_decoded;
pub(crate) use cell::{Cell, Damage, MAX_WANTED, Row, whole_number};
pub use dialect::Dialect;
pub use error::TableError;
pub use limit::{RowBytes, RowLimited};
pub(crate) use number::{currency_of_sign, parse_number, split_currency};
pub use origin::{Format, Origin, Slices};
pub(crate) use remark::{Remark, Remarks};
pub use tally::{Example, Rejection};
pub use zstd::zstd_decoder;

use crate::Progress;

/// A table in a file or in memory: its columns are known, its rows are still to be read.
pub(crate) struct Source {
    columns: Vec<String>,
    /// Columns that all rows of a list share.
    shared: Vec<usize>,
    takes_first: bool,
    /// The column that rows are about, if it is not the first wanted one.
    item: Option<usize>,
    remarks: Remarks,
    reader: Reader,
}

enum Reader {
    Delimited(delimited::Delimited),
    Json(json::Json),
    Feed(feed::Feed),
    Parquet(parquet::Parquet),
}

impl Source {
    /// Opens a file and reads its column names; see [`open_origin`](Source::open_origin).
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not of its format.
    #[cfg(test)]
    pub(crate) fn open(path: &std::path::Path) -> Result<Source, TableError> {
        Source::open_origin(&Origin::File(path.to_owned()))
    }

    /// Opens a table and reads its column names.
    ///
    /// The format is told by the extension (`.csv`, `.tsv`, `.txt`, `.jsonl`, `.ndjson`, `.json`, `.xml`, `.rss`,
    /// `.atom`, `.parquet`, `.pq`, each with or without `.gz` or `.zst`), else by the first bytes. Whether it is
    /// compressed is told by the first bytes alone. The path `-` is standard input. JSON and XML are read to their end,
    /// because every record may have keys of its own.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not of its format.
    pub(crate) fn open_origin(origin: &Origin) -> Result<Source, TableError> {
        Source::open_as(origin, &Dialect::default())
    }

    /// As [`open_origin`](Source::open_origin), where something is known about delimited text.
    ///
    /// # Errors
    /// As [`open_origin`](Source::open_origin).
    pub(crate) fn open_as(origin: &Origin, dialect: &Dialect) -> Result<Source, TableError> {
        let remarks = Remarks::default();
        let kept = origin.kept()?;
        let mut input = input::Input::open(&kept, &remarks)?;
        match container::unpacked(&kept, &mut input, &remarks)? {
            None => Source::open_plain(&kept, input, dialect, remarks),
            Some(inner) => {
                let mut input = input::Input::open(&inner, &remarks)?;
                if container::unpacked_twice(&mut input)? {
                    let how = "a file in it is in another archive: unpack it first".to_owned();
                    return Err(TableError::Container { path: kept.path().to_owned(), what: "an archive", how });
                }
                Source::open_plain(&inner, input, dialect, remarks)
            }
        }
    }

    /// Opens a table that is in no container.
    fn open_plain(
        origin: &Origin,
        mut input: input::Input,
        dialect: &Dialect,
        remarks: Remarks,
    ) -> Result<Source, TableError> {
        let format = match origin.format() {
            Some(format) => format,
            None if input.head(4)? == parquet::MAGIC => Format::Parquet,
            None if matches!(input.first_mark()?, Some(b'{' | b'[')) => Format::Json,
            None if input.first_mark()? == Some(b'<') => Format::Xml,
            None => Format::Delimited,
        };
        let (columns, reader) = match format {
            Format::Delimited => {
                let (columns, reader) = delimited::Delimited::open(input, dialect)?;
                (columns, Reader::Delimited(reader))
            }
            Format::Json => {
                let mut reader = json::Json::open(origin, &remarks)?;
                (reader.columns().names(), Reader::Json(reader))
            }
            Format::Xml => {
                let (columns, reader) = feed::Feed::open(origin, &remarks)?;
                (columns, Reader::Feed(reader))
            }
            Format::Parquet => {
                let mut reader = parquet::Parquet::open(origin, &remarks)?;
                (reader.columns().names(), Reader::Parquet(reader))
            }
        };
        Ok(Source { columns, shared: Vec::new(), takes_first: false, item: None, remarks, reader })
    }

    /// The names of the columns, in the order of the file.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The first rows of a delimited text without a header; empty for all else.
    pub(crate) fn sample(&self) -> &[Vec<String>] {
        match &self.reader {
            Reader::Delimited(reader) => reader.sample(),
            _ => &[],
        }
    }

    /// Adds the column that somebody names by the way to it, such as `orders[].id`, if there is such a way.
    pub(crate) fn offer(&mut self, name: &str) {
        if let Some(columns) = self.nested() {
            columns.offer(name);
            self.columns = columns.names();
        }
    }

    /// Returns true if `column` has one value for each row of the column `item`, and not a list of them.
    pub(crate) fn fits(&mut self, item: usize, column: usize) -> bool {
        self.nested().is_none_or(|columns| columns.fits(item, column))
    }

    /// Says which columns all rows of a list share, such as the number of an order: what stands around the list counts
    /// rather than what its elements have under the same name.
    pub(crate) fn share(&mut self, columns: Vec<usize>) {
        self.shared = columns;
    }

    /// Takes the first element of lists at the side of the rows; without it such columns are refused.
    pub(crate) fn take_first(&mut self) {
        self.takes_first = true;
    }

    /// Reads columns in any order only to look at their values: rows are about `item`, and nothing is refused.
    pub(crate) fn survey(&mut self, item: Option<usize>) {
        (self.item, self.takes_first) = (item, true);
    }

    /// The facts that were found out about the file; some of them only while rows are read.
    pub(crate) fn remarks(&self) -> Remarks {
        self.remarks.clone()
    }

    fn nested(&mut self) -> Option<&mut nested::Columns> {
        match &mut self.reader {
            Reader::Json(reader) => Some(reader.columns()),
            Reader::Parquet(reader) => Some(reader.columns()),
            Reader::Delimited(_) | Reader::Feed(_) => None,
        }
    }

    /// Hands every row to `sink`, with the cells of the columns at positions `wanted` (at most [`MAX_WANTED`], the one
    /// that rows are about first), and advances `progress` by the bytes of the file.
    ///
    /// # Errors
    /// The file cannot be read to its end, or lists of lists do not tell what a row is. Damaged rows are no error; the
    /// sink hears of them.
    pub(crate) fn read(
        self,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        debug_assert!(wanted.len() <= MAX_WANTED);
        let list = self.list_column(wanted).map(str::to_owned);
        match list {
            Some(name) => self.read_plain(wanted, progress, &mut |row| baskets::split(row, &name, sink)),
            None => self.read_plain(wanted, progress, sink),
        }
    }

    /// The name of the column that rows are about, if it may hold several ids in one field.
    fn list_column(&self, wanted: &[usize]) -> Option<&str> {
        let name = self.columns.get(*wanted.first()?)?;
        names::is_of_lists(name).then_some(name)
    }

    fn read_plain(
        self,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let reading = nested::Reading { wanted, shared: &self.shared, item: self.item, takes_first: self.takes_first };
        match self.reader {
            Reader::Delimited(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::Json(reader) => reader.read(&self.columns, &reading, progress, sink),
            Reader::Feed(reader) => reader.read(&self.columns, wanted, progress, sink),
            Reader::Parquet(reader) => reader.read(&self.columns, &reading, progress, &mut RowsOf(sink)),
        }
    }

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
        let has_list = self.list_column(wanted).is_some();
        let reading = nested::Reading { wanted, shared: &self.shared, item: self.item, takes_first: self.takes_first };
        match self.reader {
            Reader::Parquet(reader) if !has_list => reader.read(&self.columns, &reading, progress, sink),
            _ => self.read(wanted, progress, &mut |row| sink.row(row)),
        }
    }
}

/// Takes batches apart.
struct RowsOf<'s>(&'s mut dyn FnMut(Row<'_>));

impl Sink for RowsOf<'_> {
    fn row(&mut self, row: Row<'_>) {
        (self.0)(row);
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        (0..batch.num_rows).for_each(|row| self.row(batch.row(row, &mut [Cell::Missing; MAX_WANTED])));
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
mod damage_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
