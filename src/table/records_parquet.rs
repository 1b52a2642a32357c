//! Parquet with lists of products inside records, as BigQuery exports GA4: each record becomes a tree, and its rows are
//! those of the same tree in JSON.
//!
//! Slower than columns on their own, and only used where a list of objects says that a record is several rows.

use std::path::PathBuf;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Row as Record;
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use super::nested::{Shape, is_list_name};
use super::pages::Chunks;
use super::{Row, TableError};
use crate::Progress;

/// The columns are the names in so many records from the beginning.
const HEAD_RECORDS: usize = 1000;

/// Number of records between two reports of progress.
const REPORT_ROWS: u64 = 1 << 10;

pub(super) struct Records {
    path: PathBuf,
    file_bytes: u64,
    reader: SerializedFileReader<Chunks>,
    shape: Shape,
}

/// Returns true if a record of this schema holds a list of products.
pub(super) fn has_list(schema: &Type) -> bool {
    schema.is_group() && schema.get_fields().iter().any(|field| field.is_group() && is_list_name(field.name()))
}

impl Records {
    /// Looks at the first records for the names of their values.
    pub(super) fn open(
        path: PathBuf,
        file_bytes: u64,
        reader: SerializedFileReader<Chunks>,
    ) -> Result<(Vec<String>, Records), TableError> {
        #[cfg(target_family = "wasm")]
        refuse_zstd(&path, &reader)?;
        let mut shape = Shape::default();
        for record in reader.get_row_iter(None).map_err(|error| decode_error(&path, &error))?.take(HEAD_RECORDS) {
            shape.see(&tree(&record.map_err(|error| decode_error(&path, &error))?));
        }
        Ok((shape.columns.clone(), Records { path, file_bytes, reader, shape }))
    }

    /// Hands over the rows of every record, one by one; the line is the number of the record.
    pub(super) fn read(
        self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let keys: Vec<&str> = wanted.iter().filter_map(|&column| columns.get(column)).map(String::as_str).collect();
        let total = self.reader.metadata().file_metadata().num_rows().max(1) as u64;
        let mut done_bytes = 0;
        let mut report = |records: u64, rows: u64| {
            let bytes = self.file_bytes * records.min(total) / total;
            progress.rows(rows);
            progress.advance(bytes - done_bytes);
            done_bytes = bytes;
        };
        let mut line = 0;
        for record in self.reader.get_row_iter(None).map_err(|error| decode_error(&self.path, &error))? {
            line += 1;
            let record = tree(&record.map_err(|error| decode_error(&self.path, &error))?);
            self.shape.rows(&record, &keys, line, sink);
            if line.is_multiple_of(REPORT_ROWS) {
                report(line, REPORT_ROWS);
            }
        }
        report(total, line % REPORT_ROWS);
        Ok(())
    }
}

/// Whole records are decompressed by the parquet crate, whose zstd is C and not there in browsers.
#[cfg(target_family = "wasm")]
fn refuse_zstd(path: &std::path::Path, reader: &SerializedFileReader<Chunks>) -> Result<(), TableError> {
    use parquet::basic::Compression;
    use parquet::file::metadata::RowGroupMetaData;
    let groups = reader.metadata().row_groups();
    let mut columns = groups.iter().flat_map(RowGroupMetaData::columns);
    if columns.any(|column| matches!(column.compression(), Compression::ZSTD(_))) {
        let problem = "records with lists of products are compressed with zstd, which a browser cannot read; export \
                       them with snappy or gzip, or as JSON lines, or use the `vicino` command"
            .to_owned();
        return Err(TableError::Parquet { path: path.to_owned(), problem });
    }
    Ok(())
}

fn tree(record: &Record) -> Map<String, Value> {
    match record.to_json_value() {
        Value::Object(tree) => tree,
        _ => Map::new(),
    }
}

fn decode_error(path: &std::path::Path, error: &ParquetError) -> TableError {
    TableError::Parquet { path: path.to_owned(), problem: error.to_string() }
}
