//! The sizes that a Parquet file says it has, checked before anything is read by them.

use std::sync::atomic::{AtomicU64, Ordering};

use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::hybrid::damaged;
use super::limit::most_rows;

/// Values in lists that a file may have whatever its size.
const FREE_VALUES: u64 = 4 << 20;
/// Values in lists for each byte of the file beyond.
const MOST_VALUES_PER_BYTE: u64 = 4;
/// Values in the lists of one record, at most: a record is in memory as a whole.
pub(super) const MAX_IN_RECORD: usize = 1 << 17;

/// Bytes that a page may unpack to whatever it has, and for each packed one beyond; it is in memory as a whole, twice
/// while texts are taken from it.
const FREE_PAGE_BYTES: usize = 4 << 20;
const MOST_PAGE_TIMES: usize = 64;

/// Bytes that a page of so many may unpack to, and that its texts may have together where they share their beginnings.
pub(super) const fn most_page_bytes(packed: usize) -> usize {
    FREE_PAGE_BYTES + packed.saturating_mul(MOST_PAGE_TIMES)
}

/// Bytes of the wanted columns that are decoded at a time, or so.
const BATCH_BYTES: u64 = 16 << 20;
/// Rows that are decoded at a time, at most and at least.
const MAX_BATCH_ROWS: usize = 1 << 16;
const MIN_BATCH_ROWS: u64 = 64;

/// Rows of a group to decode at a time, by the bytes that its columns say to unpack to.
pub(super) fn batch_rows<'a>(num_rows: i64, columns: impl Iterator<Item = &'a ColumnChunkMetaData>) -> usize {
    let num_bytes = columns.map(|column| column.uncompressed_size().max(0) as u64).fold(1, u64::saturating_add);
    let num_rows = (num_rows.max(0) as u64).saturating_mul(BATCH_BYTES) / num_bytes;
    num_rows.clamp(MIN_BATCH_ROWS, MAX_BATCH_ROWS as u64) as usize
}

/// Bytes by which a column may be larger than it says.
const FREE_COLUMN_BYTES: u64 = 64 << 20;

/// Bytes that the pages of a column may unpack to.
pub(super) fn most_column_bytes(column: &ColumnChunkMetaData) -> u64 {
    (column.uncompressed_size().max(0) as u64).saturating_add(FREE_COLUMN_BYTES)
}

/// Values that may still be decoded of a file.
pub(super) struct Budget {
    num_left: AtomicU64,
}

impl Budget {
    /// A budget for a file of which so many columns are wanted, none in a list: each row has a value of each.
    pub(super) fn of_columns(metadata: &ParquetMetaData, num_columns: usize) -> Budget {
        let num_rows = metadata.row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum::<u64>();
        Budget { num_left: num_rows.saturating_mul(num_columns as u64).into() }
    }

    /// A budget for the records of a file of so many bytes.
    pub(super) fn of_records(file_bytes: u64) -> Budget {
        Budget { num_left: (FREE_VALUES + file_bytes.saturating_mul(MOST_VALUES_PER_BYTE)).into() }
    }

    /// Takes values from the budget.
    ///
    /// # Errors
    /// There are not so many left.
    pub(super) fn spend(&self, num_values: u64) -> Result<(), ParquetError> {
        let spend = |left: u64| left.checked_sub(num_values);
        match self.num_left.try_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(()),
            Err(_) => Err(damaged("it has more values than a file of its size can have")),
        }
    }
}

/// Checks numbers of rows, and the places of columns: they are in the file, and no two share their bytes.
///
/// # Errors
/// Something of it is impossible, or more than a file of its size can have.
pub(super) fn check(metadata: &ParquetMetaData, file_bytes: u64) -> Result<(), ParquetError> {
    let num_leaves = metadata.file_metadata().schema_descr().num_columns();
    let (mut num_rows, mut num_bytes) = (0_u64, 0_u64);
    for group in metadata.row_groups() {
        let in_group = u64::try_from(group.num_rows()).map_err(|_| damaged("a row group has less than no rows"))?;
        num_rows = num_rows.saturating_add(in_group);
        if group.columns().len() != num_leaves {
            return Err(damaged("a row group has other columns than the schema"));
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let (Ok(start), Ok(length)) = (u64::try_from(start), u64::try_from(column.compressed_size())) else {
                return Err(damaged("a column lies before the beginning of the file"));
            };
            if start.saturating_add(length) > file_bytes {
                return Err(damaged("a column goes beyond the end of the file"));
            }
            num_bytes = num_bytes.saturating_add(length);
        }
    }
    if num_bytes > file_bytes {
        return Err(damaged("its columns have more bytes than the file"));
    }
    let most_rows = most_rows(file_bytes);
    if num_rows > most_rows {
        let problem = format!("it says to have {num_rows} rows; a file of its size can have {most_rows} at most");
        return Err(ParquetError::General(problem));
    }
    Ok(())
}
