//! Parquet: only the wanted columns are decoded, in batches, without going through Arrow.

use std::path::Path;
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use rayon::prelude::*;

use super::border::{decode_error, decoding};
use super::column::{Column, ColumnReader};
use super::nested::{Columns, Reading};
use super::pages::{Chunks, pages_of};
use super::remark::Remarks;
use super::sizes::{self, Budget};
use super::{Batch, Origin, Row, Sink, TableError, footer, records_parquet};
use crate::Progress;

pub(super) const MAGIC: &[u8] = b"PAR1";

pub(super) struct Parquet {
    origin: Origin,
    file_bytes: u64,
    reader: SerializedFileReader<Chunks>,
    remarks: Remarks,
    columns: Columns,
}

impl Parquet {
    /// Reads the schema, and the names of parameters if it has any.
    pub(super) fn open(origin: &Origin, remarks: &Remarks) -> Result<Parquet, TableError> {
        let path = origin.path();
        let chunks = Chunks::open(origin).map_err(|source| TableError::Io { path: path.to_owned(), source })?;
        let file_bytes = check_marks(path, &chunks)?;
        let open = || {
            footer::check(&chunks, file_bytes)?;
            let reader = SerializedFileReader::new(chunks)?;
            sizes::check(reader.metadata(), file_bytes)?;
            let schema = records_parquet::schema_of(origin, &reader, file_bytes)?;
            Ok((reader, schema))
        };
        let (reader, schema) = decoding(path, open).map_err(|error| decode_error(path, &error))?;
        let remarks = remarks.clone();
        Ok(Parquet { origin: origin.clone(), file_bytes, reader, remarks, columns: Columns::declared(&schema) })
    }

    pub(super) const fn columns(&mut self) -> &mut Columns {
        &mut self.columns
    }

    /// Hands over every row: many at a time if no wanted value stands in a list.
    pub(super) fn read(
        self,
        names: &[String],
        reading: &Reading<'_>,
        progress: &dyn Progress,
        sink: &mut dyn Sink,
    ) -> Result<(), TableError> {
        let path = self.origin.path();
        let plan = self.columns.plan(reading).map_err(|unclear| unclear.error(path))?;
        plan.remark.iter().for_each(|remark| self.remarks.add(remark.clone()));
        let wanted = reading.wanted;
        let names: Vec<&str> = wanted.iter().map(|&column| names.get(column).map_or("", String::as_str)).collect();
        let leaf = |way: Vec<String>| {
            let columns = self.reader.metadata().file_metadata().schema_descr().columns();
            columns.iter().position(|column| column.path().parts() == way)
        };
        let leaves = self.columns.plain(wanted).and_then(|ways| ways.into_iter().map(leaf).collect());
        match leaves {
            Some(leaves) => self.read_batches(&names, leaves, progress, &mut |batch| sink.batch(batch)),
            None => {
                let mut take = |row: Row<'_>| sink.row(row);
                records_parquet::read(&self.origin, self.file_bytes, &self.reader, &plan, &names, progress, &mut take)
            }
        }
    }

    /// Hands over every row, many at a time; the columns are decoded in parallel.
    pub(super) fn read_batches(
        &self,
        names: &[&str],
        leaves: Vec<usize>,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(&Batch<'_>),
    ) -> Result<(), TableError> {
        let total_rows = self.reader.metadata().file_metadata().num_rows().max(1) as u64;
        let budget = Arc::new(Budget::of_columns(self.reader.metadata(), leaves.len()));
        let files = self.open_columns(leaves)?;
        let path = self.origin.path();
        let mut done_rows = 0_u64;
        let mut done_bytes = 0;
        let mut groups = 0..self.reader.num_row_groups();
        let mut readers = Vec::new();
        let mut next = || -> Result<Vec<Column>, TableError> {
            loop {
                let decoded: Result<Vec<Column>, ParquetError> = readers
                    .par_iter_mut()
                    .map(|reader: &mut ColumnReader| decoding(path, || reader.next_batch()))
                    .collect();
                let columns = decoded.map_err(|error| decode_error(path, &error))?;
                let num_rows = columns.first().map_or(0, |column| column.num_rows);
                if columns.iter().any(|column| column.num_rows != num_rows) {
                    let problem = "a row group has columns of different lengths".to_owned();
                    return Err(TableError::Parquet { path: path.to_owned(), problem });
                }
                if num_rows > 0 {
                    return Ok(columns);
                }
                let Some(group) = groups.next() else { return Ok(columns) };
                let opened = decoding(path, || self.open_group(group, &files, &budget));
                readers = opened.map_err(|error| decode_error(path, &error))?;
            }
        };
        let mut columns = next()?;
        while let Some(num_rows) = columns.first().map(|column| column.num_rows).filter(|&num_rows| num_rows > 0) {
            // The next rows are decoded while these are taken in.
            let mut decoded = Ok(Vec::new());
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| decoded = next());
                sink(&Batch { first_line: done_rows + 1, num_rows, columns: &columns, names });
            });
            columns = decoded?;
            done_rows += num_rows as u64;
            let bytes = self.file_bytes * done_rows.min(total_rows) / total_rows;
            progress.rows(num_rows as u64);
            progress.advance(bytes - done_bytes);
            done_bytes = bytes;
        }
        Ok(())
    }

    /// Opens the file once for each wanted column.
    fn open_columns(&self, leaves: Vec<usize>) -> Result<Vec<(usize, Arc<Chunks>)>, TableError> {
        let open = |leaf| Ok((leaf, Arc::new(Chunks::open(&self.origin)?)));
        leaves
            .into_iter()
            .map(open)
            .collect::<std::io::Result<_>>()
            .map_err(|source| TableError::Io { path: self.origin.path().to_owned(), source })
    }

    fn open_group(
        &self,
        group: usize,
        files: &[(usize, Arc<Chunks>)],
        budget: &Arc<Budget>,
    ) -> Result<Vec<ColumnReader>, ParquetError> {
        let group = self.reader.metadata().row_group(group);
        let num_rows = group.num_rows() as usize;
        let batch_rows = sizes::batch_rows(group.num_rows(), files.iter().map(|(leaf, _)| group.column(*leaf)));
        let open = |(leaf, file): &(usize, Arc<Chunks>)| {
            let column = group.column(*leaf);
            Ok(ColumnReader::new(pages_of(file, column, num_rows, budget), column, batch_rows))
        };
        files.iter().map(open).collect()
    }
}

/// Checks that the file begins and ends with the mark; gives its length in bytes.
fn check_marks(path: &Path, chunks: &Chunks) -> Result<u64, TableError> {
    let file_bytes = chunks.len();
    let found = |found: String| TableError::NotParquet { path: path.to_owned(), found };
    if file_bytes == 0 {
        return Err(TableError::Empty { path: path.to_owned() });
    }
    if file_bytes < 12 {
        return Err(found(format!("has only {file_bytes} bytes")));
    }
    let mark_at = |start| chunks.get_bytes(start, MAGIC.len()).map_err(|error| decode_error(path, &error));
    let mark = mark_at(0)?;
    if mark != MAGIC {
        return Err(found(format!("begins with `{}`, expected `PAR1`", mark.escape_ascii())));
    }
    let mark = mark_at(file_bytes - MAGIC.len() as u64)?;
    if mark != MAGIC {
        return Err(found(format!("ends with `{}`, expected `PAR1`", mark.escape_ascii())));
    }
    Ok(file_bytes)
}
