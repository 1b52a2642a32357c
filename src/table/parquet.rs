//! Parquet: only the wanted columns are decoded, in batches, without going through Arrow.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::{Cell, Damage, MAX_WANTED, Row, TableError};
use crate::Progress;

pub(super) const MAGIC: &[u8] = b"PAR1";

/// Rows decoded at a time.
const BATCH_ROWS: usize = 1 << 15;

const DAY_MS: i64 = 86_400_000;

pub(super) struct Parquet {
    path: PathBuf,
    file_bytes: u64,
    reader: SerializedFileReader<File>,
    /// Number of the leaf in the schema of each listed column.
    leaves: Vec<usize>,
}

impl Parquet {
    /// The columns are those that have at most one value a row; a field of a group is named `group.field`.
    pub(super) fn open(path: &Path) -> Result<(Vec<String>, Parquet), TableError> {
        let file_bytes = check_marks(path)?;
        let file = File::open(path).map_err(|source| TableError::Io { path: path.to_owned(), source })?;
        let reader = SerializedFileReader::new(file).map_err(|error| decode_error(path, &error))?;
        let mut columns = Vec::new();
        let mut leaves = Vec::new();
        for (leaf, column) in reader.metadata().file_metadata().schema_descr().columns().iter().enumerate() {
            if column.max_rep_level() == 0 {
                columns.push(column.path().string().trim().to_owned());
                leaves.push(leaf);
            }
        }
        Ok((columns, Parquet { path: path.to_owned(), file_bytes, reader, leaves }))
    }

    pub(super) fn read(
        self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let total_rows = self.reader.metadata().file_metadata().num_rows().max(1) as u64;
        let mut done_rows = 0_u64;
        let mut done_bytes = 0;
        for group in 0..self.reader.num_row_groups() {
            let mut readers = self.open_group(group, wanted).map_err(|error| decode_error(&self.path, &error))?;
            loop {
                let mut num_rows = None;
                for reader in &mut readers {
                    let rows = reader.next_batch().map_err(|error| decode_error(&self.path, &error))?;
                    if *num_rows.get_or_insert(rows) != rows {
                        let problem = format!("row group {group} has columns of different lengths");
                        return Err(TableError::Parquet { path: self.path, problem });
                    }
                }
                let num_rows = num_rows.unwrap_or(0);
                if num_rows == 0 {
                    break;
                }
                for row in 0..num_rows {
                    hand_over(&mut readers, columns, wanted, done_rows + row as u64 + 1, sink);
                }
                done_rows += num_rows as u64;
                let bytes = self.file_bytes * done_rows.min(total_rows) / total_rows;
                progress.advance(bytes - done_bytes);
                done_bytes = bytes;
            }
        }
        Ok(())
    }

    fn open_group(&self, group: usize, wanted: &[usize]) -> Result<Vec<BatchReader>, ParquetError> {
        let group = self.reader.get_row_group(group)?;
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let leaves = wanted.iter().filter_map(|&column| self.leaves.get(column));
        leaves.map(|&leaf| Ok(BatchReader::new(group.get_column_reader(leaf)?, &schema.column(leaf)))).collect()
    }
}

/// Checks that the file begins and ends with the mark; gives its length in bytes.
fn check_marks(path: &Path) -> Result<u64, TableError> {
    let io_error = |source| TableError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let file_bytes = file.metadata().map_err(io_error)?.len();
    let found = |found: String| TableError::NotParquet { path: path.to_owned(), found };
    if file_bytes == 0 {
        return Err(TableError::Empty { path: path.to_owned() });
    }
    if file_bytes < 12 {
        return Err(found(format!("has only {file_bytes} bytes")));
    }
    let mut mark = [0; 4];
    file.read_exact(&mut mark).map_err(io_error)?;
    if mark != MAGIC {
        return Err(found(format!("begins with `{}`, expected `PAR1`", mark.escape_ascii())));
    }
    file.seek(SeekFrom::End(-4)).and_then(|_| file.read_exact(&mut mark)).map_err(io_error)?;
    if mark != MAGIC {
        return Err(found(format!("ends with `{}`, expected `PAR1`", mark.escape_ascii())));
    }
    Ok(file_bytes)
}

fn decode_error(path: &Path, error: &ParquetError) -> TableError {
    TableError::Parquet { path: path.to_owned(), problem: error.to_string() }
}

fn hand_over(
    readers: &mut [BatchReader],
    columns: &[String],
    wanted: &[usize],
    line: u64,
    sink: &mut dyn FnMut(Row<'_>),
) {
    let mut cells = [Cell::Missing; MAX_WANTED];
    let mut damage = None;
    for ((cell, reader), &column) in cells.iter_mut().zip(readers).zip(wanted) {
        match reader.next_cell() {
            Ok(value) => *cell = value,
            Err(bytes) => {
                let column = columns.get(column).cloned().unwrap_or_default();
                let found = String::from_utf8_lossy(bytes).chars().take(80).collect();
                damage.get_or_insert(Damage::Utf8 { column, found });
            }
        }
    }
    match damage {
        Some(damage) => sink(Row::Damaged { line, damage }),
        None => sink(Row::Cells { line, cells: &cells[..wanted.len()] }),
    }
}

/// What the numbers of a column stand for.
#[derive(Clone, Copy)]
enum Meaning {
    Plain,
    Millis,
    Micros,
    Nanos,
    Days,
    Unsigned,
    /// To be divided by `10^scale`.
    Decimal(i32),
}

impl Meaning {
    fn of(column: &ColumnDescriptor) -> Meaning {
        match column.logical_type_ref() {
            Some(LogicalType::Timestamp(time)) => match time.unit {
                TimeUnit::MILLIS => Meaning::Millis,
                TimeUnit::MICROS => Meaning::Micros,
                TimeUnit::NANOS => Meaning::Nanos,
            },
            Some(LogicalType::Date) => Meaning::Days,
            Some(LogicalType::Decimal(decimal)) => Meaning::Decimal(decimal.scale),
            Some(LogicalType::Integer(int)) if !int.is_signed => Meaning::Unsigned,
            _ => match column.converted_type() {
                ConvertedType::TIMESTAMP_MILLIS => Meaning::Millis,
                ConvertedType::TIMESTAMP_MICROS => Meaning::Micros,
                ConvertedType::DATE => Meaning::Days,
                ConvertedType::DECIMAL => Meaning::Decimal(column.type_scale()),
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                    Meaning::Unsigned
                }
                _ => Meaning::Plain,
            },
        }
    }
}

/// The values of one column in the current batch, without the missing ones.
enum Values {
    Ints(Vec<i64>),
    Times(Vec<i64>),
    Floats(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Texts(Vec<String>),
}

struct BatchReader {
    reader: ColumnReader,
    meaning: Meaning,
    max_definition: i16,
    definitions: Vec<i16>,
    values: Values,
    next_row: usize,
    next_value: usize,
}

impl BatchReader {
    fn new(reader: ColumnReader, column: &ColumnDescriptor) -> BatchReader {
        let (meaning, max_definition) = (Meaning::of(column), column.max_def_level());
        let values = Values::Ints(Vec::new());
        BatchReader { reader, meaning, max_definition, definitions: Vec::new(), values, next_row: 0, next_value: 0 }
    }

    /// Decodes the next rows; their number, 0 at the end of the row group.
    fn next_batch(&mut self) -> Result<usize, ParquetError> {
        self.definitions.clear();
        self.next_row = 0;
        self.next_value = 0;
        let meaning = self.meaning;
        let definitions = (self.max_definition > 0).then_some(&mut self.definitions);
        let (rows, values) = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, Values::Texts(values.iter().map(bool::to_string).collect()))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                let widen = |value: i32| match meaning {
                    Meaning::Unsigned => i64::from(value as u32),
                    _ => i64::from(value),
                };
                (rows, of_ints(values.into_iter().map(widen).collect(), meaning, Type::INT32))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, of_ints(values, meaning, Type::INT64))
            }
            ColumnReader::Int96ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, Values::Times(values.iter().map(Int96::to_millis).collect()))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, Values::Floats(values.into_iter().map(f64::from).collect()))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, Values::Floats(values))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, of_bytes(values, meaning))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (rows, values) = read_batch(reader, definitions)?;
                (rows, of_bytes(values.into_iter().map(ByteArray::from).collect(), meaning))
            }
        };
        self.values = values;
        Ok(rows)
    }

    /// The next cell of the batch; `Err` with the bytes if it is no UTF-8.
    fn next_cell(&mut self) -> Result<Cell<'_>, &[u8]> {
        let row = self.next_row;
        self.next_row += 1;
        if self.max_definition > 0 && self.definitions.get(row).is_none_or(|&level| level < self.max_definition) {
            return Ok(Cell::Missing);
        }
        let at = self.next_value;
        self.next_value += 1;
        let cell = match &self.values {
            Values::Ints(values) => values.get(at).map(|&value| Cell::Int(value)),
            Values::Times(values) => values.get(at).map(|&value| Cell::TimeMs(value)),
            // Exporters write a missing number of a float column as NaN.
            Values::Floats(values) => values.get(at).filter(|value| !value.is_nan()).map(|&value| Cell::Float(value)),
            Values::Texts(values) => values.get(at).map(|value| Cell::from_text(value)),
            Values::Bytes(values) => match values.get(at).map(ByteArray::data) {
                Some(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Some(Cell::from_text(text)),
                    Err(_) => return Err(bytes),
                },
                None => None,
            },
        };
        Ok(cell.unwrap_or(Cell::Missing))
    }
}

fn read_batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    definitions: Option<&mut Vec<i16>>,
) -> Result<(usize, Vec<T::T>), ParquetError> {
    let mut values = Vec::with_capacity(BATCH_ROWS);
    let (rows, _, _) = reader.read_records(BATCH_ROWS, definitions, None, &mut values)?;
    Ok((rows, values))
}

fn of_ints(mut values: Vec<i64>, meaning: Meaning, width: Type) -> Values {
    let mut map = |convert: fn(i64) -> i64| {
        values.iter_mut().for_each(|value| *value = convert(*value));
        std::mem::take(&mut values)
    };
    match meaning {
        Meaning::Millis => Values::Times(values),
        Meaning::Micros => Values::Times(map(|value| value.div_euclid(1000))),
        Meaning::Nanos => Values::Times(map(|value| value.div_euclid(1_000_000))),
        Meaning::Days => Values::Times(map(|value| value.saturating_mul(DAY_MS))),
        Meaning::Decimal(scale) => {
            let divisor = 10_f64.powi(scale);
            Values::Floats(values.iter().map(|&value| value as f64 / divisor).collect())
        }
        Meaning::Unsigned if width == Type::INT64 && values.iter().any(|&value| value < 0) => {
            Values::Texts(values.iter().map(|&value| (value as u64).to_string()).collect())
        }
        Meaning::Plain | Meaning::Unsigned => Values::Ints(values),
    }
}

fn of_bytes(values: Vec<ByteArray>, meaning: Meaning) -> Values {
    match meaning {
        Meaning::Decimal(scale) => {
            let divisor = 10_f64.powi(scale);
            Values::Floats(values.iter().map(|value| big_endian(value.data()) / divisor).collect())
        }
        _ => Values::Bytes(values),
    }
}

/// The value of a two's complement number of any length, most significant byte first.
fn big_endian(bytes: &[u8]) -> f64 {
    let Some((&first, rest)) = bytes.split_first() else { return 0.0 };
    rest.iter().fold(f64::from(first as i8), |value, &byte| value * 256.0 + f64::from(byte))
}
