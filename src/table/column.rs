//! Parquet's values, a column at a time: decoded in batches, told as cells or as the numbers of ids.

use std::borrow::Cow;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::page::PageReader;
use parquet::column::reader::{self, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescriptor;

use super::Cell;
use super::interner::Interner;
use super::texts::{self, Kind, Piece, PieceReader, Store};
use crate::units::DAY_MS;

/// Stands for a missing value among the numbers of ids.
pub(crate) const NO_ID: u32 = u32::MAX;

/// Meaning of the numbers of a column.
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
    Uuid,
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
            Some(LogicalType::Uuid) => Meaning::Uuid,
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
    Pieces(Vec<Piece>),
    /// Whole numbers, and the pieces that they stand in.
    IntPieces(Vec<i64>, Vec<Piece>),
}

/// The values of a column in a batch of rows.
pub(crate) struct Column {
    pub(super) num_rows: usize,
    values: Values,
    /// Where each row's value is in `values`, or [`NO_VALUE`]; empty if every row has one.
    places: Vec<u32>,
}

const NO_VALUE: u32 = u32::MAX;

/// Decodes a column of one row group.
pub(super) struct ColumnReader {
    reader: Reader,
    batch_rows: usize,
    meaning: Meaning,
    max_definition: i16,
    definitions: Vec<i16>,
}

enum Reader {
    Pieces(Box<PieceReader>),
    Values(Box<reader::ColumnReader>),
}

impl ColumnReader {
    /// A reader that decodes so many rows at a time.
    pub(super) fn new(pages: Box<dyn PageReader>, column: &ColumnChunkMetaData, batch_rows: usize) -> ColumnReader {
        let description = column.column_descr_ptr();
        let (meaning, max_definition) = (Meaning::of(&description), description.max_def_level());
        let reader = match (meaning, Kind::of(column)) {
            (Meaning::Plain, Some(kind)) => Reader::Pieces(Box::new(PieceReader::new(pages, kind, max_definition))),
            _ => Reader::Values(Box::new(reader::get_column_reader(description, pages))),
        };
        ColumnReader { reader, batch_rows, meaning, max_definition, definitions: Vec::new() }
    }

    /// Decodes the next rows; none at the end of the row group.
    pub(super) fn next_batch(&mut self) -> Result<Column, ParquetError> {
        let batch_rows = self.batch_rows;
        self.definitions.clear();
        let meaning = self.meaning;
        let definitions = (self.max_definition > 0).then_some(&mut self.definitions);
        let reader = match &mut self.reader {
            Reader::Values(reader) => &mut **reader,
            Reader::Pieces(reader) => {
                let texts::Rows { num_rows, pieces, is_present } = reader.next_rows(batch_rows)?;
                let places = places(&is_present, |&is_present| is_present);
                let mut ints = Vec::new();
                if reader.reads_ints() {
                    ints.reserve(pieces.iter().map(|piece| piece.num_values).sum());
                    pieces.iter().for_each(|piece| piece.add_ints(&mut ints));
                    return Ok(Column { num_rows, values: Values::IntPieces(ints, pieces), places });
                }
                return Ok(Column { num_rows, values: Values::Pieces(pieces), places });
            }
        };
        let (num_rows, values) = match reader {
            reader::ColumnReader::BoolColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, Values::Texts(values.iter().map(bool::to_string).collect()))
            }
            reader::ColumnReader::Int32ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                let widen = |value: i32| match meaning {
                    Meaning::Unsigned => i64::from(value as u32),
                    _ => i64::from(value),
                };
                (rows, of_ints(values.into_iter().map(widen).collect(), meaning, Type::INT32))
            }
            reader::ColumnReader::Int64ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, of_ints(values, meaning, Type::INT64))
            }
            reader::ColumnReader::Int96ColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, Values::Times(values.iter().map(Int96::to_millis).collect()))
            }
            reader::ColumnReader::FloatColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, Values::Floats(values.into_iter().map(f64::from).collect()))
            }
            reader::ColumnReader::DoubleColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, Values::Floats(values))
            }
            reader::ColumnReader::ByteArrayColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, of_bytes(values, meaning))
            }
            reader::ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (rows, values) = read_batch(reader, batch_rows, definitions)?;
                (rows, of_bytes(values.into_iter().map(ByteArray::from).collect(), meaning))
            }
        };
        let places = places(&self.definitions, |&level| level == self.max_definition);
        Ok(Column { num_rows, values, places })
    }
}

/// Where the value of each row is, or [`NO_VALUE`]; empty if all rows have one.
fn places<T>(rows: &[T], has_value: impl Fn(&T) -> bool) -> Vec<u32> {
    if rows.iter().all(&has_value) {
        return Vec::new();
    }
    let mut next = 0;
    let place = |row: &T| {
        let place = if has_value(row) { next } else { NO_VALUE };
        next += u32::from(has_value(row));
        place
    };
    rows.iter().map(place).collect()
}

/// Numbers of the ids of a dictionary, kept from batch to batch.
#[derive(Default)]
pub(crate) struct Memo {
    dictionary: Option<Arc<Store>>,
    /// The number of each id of the dictionary, or [`NOT_YET`].
    numbers: Vec<u32>,
}

const NOT_YET: u32 = u32::MAX - 1;

impl Column {
    /// The cell of a row of the batch; `Err` with the bytes if it is no UTF-8.
    pub(crate) fn cell(&self, row: usize) -> Result<Cell<'_>, &[u8]> {
        let at = match self.places.get(row) {
            Some(&NO_VALUE) => return Ok(Cell::Missing),
            Some(&place) => place as usize,
            None => row,
        };
        let cell = match &self.values {
            Values::Ints(values) | Values::IntPieces(values, _) => values.get(at).map(|&value| Cell::Int(value)),
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
            Values::Pieces(pieces) => match cell_at(pieces, at) {
                Some(cell) => Some(cell?),
                None => None,
            },
        };
        Ok(cell.unwrap_or(Cell::Missing))
    }

    /// The numbers of the ids of all rows of the batch: [`NO_ID`] where there is none, where a text says so, and where
    /// it is no UTF-8.
    pub(crate) fn intern(&self, interner: &mut Interner, memo: &mut Memo, numbers: &mut Vec<u32>) {
        numbers.clear();
        match &self.values {
            Values::Ints(values) => interner.intern_ints(values, numbers),
            Values::Pieces(pieces) => pieces.iter().for_each(|piece| intern_piece(piece, interner, memo, numbers)),
            Values::IntPieces(values, pieces) => {
                let mut values = &values[..];
                for piece in pieces {
                    let (of_piece, others) = values.split_at(piece.num_values);
                    match piece.codes() {
                        Some(codes) => intern_codes(piece, codes, interner, memo, numbers),
                        None => interner.intern_ints(of_piece, numbers),
                    }
                    values = others;
                }
            }
            _ => {
                let id = |row| match self.cell(row).unwrap_or(Cell::Missing).unless_null() {
                    Cell::Missing => NO_ID,
                    cell => interner.intern(cell),
                };
                return numbers.extend((0..self.num_rows).map(id));
            }
        }
        if !self.places.is_empty() {
            let number = |&place: &u32| numbers.get(place as usize).copied().unwrap_or(NO_ID);
            *numbers = self.places.iter().map(number).collect();
        }
    }

    /// The rows of the batch that hold text which is no UTF-8.
    pub(crate) fn invalid_rows(&self) -> Vec<usize> {
        let may_be_invalid = match &self.values {
            Values::Pieces(pieces) => !pieces.iter().all(Piece::is_valid),
            Values::Bytes(_) => true,
            _ => false,
        };
        if may_be_invalid { (0..self.num_rows).filter(|&row| self.cell(row).is_err()).collect() } else { Vec::new() }
    }
}

/// The value at a position in all pieces together.
fn cell_at(pieces: &[Piece], mut at: usize) -> Option<Result<Cell<'_>, &[u8]>> {
    for piece in pieces {
        if at < piece.num_values {
            return piece.cell(at);
        }
        at -= piece.num_values;
    }
    None
}

/// Texts whose ids are looked up together.
const TEXTS: usize = 256;

/// The id at a position of a piece.
fn id_at(piece: &Piece, at: usize) -> Cell<'_> {
    match piece.cell(at) {
        Some(Ok(cell)) => cell.unless_null(),
        _ => Cell::Missing,
    }
}

/// Looks each id of the dictionary up when it comes first.
fn intern_codes(piece: &Piece, codes: &[u32], interner: &mut Interner, memo: &mut Memo, numbers: &mut Vec<u32>) {
    if !memo.dictionary.as_ref().is_some_and(|known| Arc::ptr_eq(known, &piece.store)) {
        *memo = Memo { dictionary: Some(piece.store.clone()), numbers: vec![NOT_YET; piece.store.len()] };
    }
    numbers.extend(codes.iter().enumerate().map(|(at, &code)| {
        let number = &mut memo.numbers[code as usize];
        if *number == NOT_YET {
            *number = match id_at(piece, at) {
                Cell::Missing => NO_ID,
                cell => interner.intern(cell),
            };
        }
        *number
    }));
}

fn intern_piece(piece: &Piece, interner: &mut Interner, memo: &mut Memo, numbers: &mut Vec<u32>) {
    if let Some(codes) = piece.codes() {
        return intern_codes(piece, codes, interner, memo, numbers);
    }
    let mut texts = Vec::with_capacity(TEXTS);
    let mut found = Vec::with_capacity(TEXTS);
    let mut is_missing = Vec::with_capacity(TEXTS);
    let mut at = 0;
    while at < piece.num_values {
        let end = piece.num_values.min(at + TEXTS);
        texts.clear();
        found.clear();
        is_missing.clear();
        for at in at..end {
            let cell = id_at(piece, at);
            is_missing.push(cell == Cell::Missing);
            if let Cell::Text(text) = cell {
                texts.push(text);
            }
        }
        interner.intern_texts(&texts, &mut found);
        let mut found = found.iter().copied();
        numbers.extend(is_missing.iter().map(|&is_missing| match is_missing {
            true => NO_ID,
            false => found.next().unwrap_or(NO_ID),
        }));
        at = end;
    }
}

fn read_batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    batch_rows: usize,
    definitions: Option<&mut Vec<i16>>,
) -> Result<(usize, Vec<T::T>), ParquetError> {
    let mut values = Vec::with_capacity(batch_rows);
    let (rows, _, _) = reader.read_records(batch_rows, definitions, None, &mut values)?;
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
        Meaning::Decimal(0) => Values::Ints(values),
        Meaning::Decimal(scale) if values.iter().any(|value| value.unsigned_abs() > MAX_EXACT) => {
            Values::Texts(values.iter().map(|&value| decimal_text(value.into(), scale)).collect())
        }
        Meaning::Decimal(scale) => {
            let divisor = 10_f64.powi(scale);
            Values::Floats(values.iter().map(|&value| value as f64 / divisor).collect())
        }
        Meaning::Unsigned if width == Type::INT64 && values.iter().any(|&value| value < 0) => {
            Values::Texts(values.iter().map(|&value| (value as u64).to_string()).collect())
        }
        Meaning::Plain | Meaning::Unsigned | Meaning::Uuid => Values::Ints(values),
    }
}

fn of_bytes(values: Vec<ByteArray>, meaning: Meaning) -> Values {
    match meaning {
        Meaning::Uuid => Values::Texts(values.iter().map(|value| uuid(value.data())).collect()),
        Meaning::Decimal(scale) => {
            let divisor = 10_f64.powi(scale);
            let exact: Option<Vec<i128>> = values.iter().map(|value| whole_big_endian(value.data())).collect();
            match exact {
                Some(exact) if scale == 0 || exact.iter().any(|value| value.unsigned_abs() > MAX_EXACT.into()) => {
                    Values::Texts(exact.iter().map(|&value| decimal_text(value, scale)).collect())
                }
                _ => Values::Floats(values.iter().map(|value| big_endian(value.data()) / divisor).collect()),
            }
        }
        _ => Values::Bytes(values),
    }
}

/// Bytes as text: as they are, those of a UUID as it is written, else in hexadecimal.
pub(super) fn text_of_bytes(bytes: &[u8]) -> Cow<'_, str> {
    match (std::str::from_utf8(bytes), bytes.len()) {
        (Ok(text), _) => Cow::Borrowed(text),
        (Err(_), 16) => Cow::Owned(uuid(bytes)),
        (Err(_), _) => Cow::Owned(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))),
    }
}

/// A UUID as it is written: `8-4-4-4-12` digits in lower case.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        text += if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        text += &format!("{byte:02x}");
    }
    text
}

/// The largest whole number up to which floats hold every one.
const MAX_EXACT: u64 = 1 << 53;

/// A decimal with all of its digits, without zeros at the end of its fraction.
fn decimal_text(value: i128, scale: i32) -> String {
    let Some(scale) = usize::try_from(scale).ok().filter(|&scale| scale > 0) else { return value.to_string() };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The value of a two's complement number, most significant byte first; `None` beyond 16 bytes.
fn whole_big_endian(bytes: &[u8]) -> Option<i128> {
    let (&first, rest) = bytes.split_first()?;
    let start = i128::from(first as i8);
    (bytes.len() <= 16).then(|| rest.iter().fold(start, |value, &byte| value << 8 | i128::from(byte)))
}

/// The value of a two's complement number of any length, most significant byte first.
fn big_endian(bytes: &[u8]) -> f64 {
    let Some((&first, rest)) = bytes.split_first() else { return 0.0 };
    rest.iter().fold(f64::from(first as i8), |value, &byte| value * 256.0 + f64::from(byte))
}
