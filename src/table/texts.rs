//! Columns of text and of whole numbers, decoded by the page: texts are ranges of one string, not one buffer each, and
//! a dictionary stays one, so that each of its ids is looked up once.
//!
//! The `parquet` crate hands out a reference-counted buffer for every text, which takes longer than all the rest of
//! reading a log, and no dictionaries. The encodings are those of parquet-format, `Encodings.md`: PLAIN, and
//! RLE_DICTIONARY, which is the hybrid of run lengths and packed bits over a dictionary in PLAIN. The delta encodings
//! are left to the crate.

use std::sync::Arc;

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::Cell;

/// Values one after the other.
pub(super) enum Store {
    Texts(Texts),
    Ints(Vec<i64>),
}

/// Type of the values of a column.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Int32,
    Int64,
}

impl Kind {
    /// The kind of a column that [`PieceReader`] reads; `None` if it does not.
    pub(super) fn of(column: &ColumnChunkMetaData) -> Option<Kind> {
        use Encoding::{BYTE_STREAM_SPLIT, DELTA_BINARY_PACKED, DELTA_BYTE_ARRAY, DELTA_LENGTH_BYTE_ARRAY};
        let is_other = |encoding| {
            matches!(encoding, BYTE_STREAM_SPLIT | DELTA_BINARY_PACKED | DELTA_BYTE_ARRAY | DELTA_LENGTH_BYTE_ARRAY)
        };
        // Levels of old writers are of another encoding.
        let has_known_levels =
            column.column_descr().max_def_level() == 0 || column.encodings().any(|encoding| encoding == Encoding::RLE);
        if column.encodings().any(is_other) || !has_known_levels {
            return None;
        }
        match column.column_type() {
            Type::BYTE_ARRAY => Some(Kind::Text),
            Type::INT32 => Some(Kind::Int32),
            Type::INT64 => Some(Kind::Int64),
            _ => None,
        }
    }
}

impl Store {
    /// Reads values in PLAIN: whole numbers with the lowest byte first, or texts.
    fn read_plain(from: &[u8], num_values: usize, kind: Kind) -> Result<Store, ParquetError> {
        let ints: Vec<i64> = match kind {
            Kind::Text => return Texts::read_plain(from, num_values).map(Store::Texts),
            Kind::Int32 => {
                let values = from.as_chunks().0.iter().take(num_values);
                values.map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect()
            }
            Kind::Int64 => {
                let values = from.as_chunks().0.iter().take(num_values);
                values.map(|bytes| i64::from_le_bytes(*bytes)).collect()
            }
        };
        if ints.len() < num_values {
            return Err(damaged("a number goes beyond its page"));
        }
        Ok(Store::Ints(ints))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Store::Texts(texts) => texts.ends.len(),
            Store::Ints(ints) => ints.len(),
        }
    }

    /// The value at a position; `Err` with the bytes if it is text that is no UTF-8.
    #[inline]
    fn cell(&self, at: usize) -> Option<Result<Cell<'_>, &[u8]>> {
        match self {
            Store::Texts(texts) => texts.get(at).map(|text| text.map(Cell::from_text)),
            Store::Ints(ints) => ints.get(at).map(|&value| Ok(Cell::Int(value))),
        }
    }
}

/// Texts one after the other.
pub(super) struct Texts {
    text: Text,
    /// Where each ends.
    ends: Vec<u32>,
}

enum Text {
    Valid(String),
    /// Some of it is no UTF-8.
    Damaged(Vec<u8>),
}

impl Texts {
    /// Reads values in PLAIN: each a length of four bytes and its bytes.
    fn read_plain(mut from: &[u8], num_values: usize) -> Result<Texts, ParquetError> {
        let mut bytes = Vec::with_capacity(from.len());
        let mut ends = Vec::with_capacity(num_values.min(from.len() / 4));
        for _ in 0..num_values {
            let value = from
                .split_first_chunk()
                .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
            let (value, rest) = value.ok_or_else(|| damaged("a text goes beyond its page"))?;
            bytes.extend_from_slice(value);
            ends.push(u32::try_from(bytes.len()).map_err(|_| damaged("a page has more than 4 GiB"))?);
            from = rest;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) if ends.iter().all(|&end| text.is_char_boundary(end as usize)) => Text::Valid(text),
            Ok(text) => Text::Damaged(text.into_bytes()),
            Err(error) => Text::Damaged(error.into_bytes()),
        };
        Ok(Texts { text, ends })
    }

    /// The text at a position; `Err` with the bytes if it is no UTF-8.
    #[inline]
    fn get(&self, at: usize) -> Option<Result<&str, &[u8]>> {
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        match &self.text {
            Text::Valid(text) => text.get(start..end).map(Ok),
            Text::Damaged(bytes) => {
                let bytes = bytes.get(start..end)?;
                Some(std::str::from_utf8(bytes).map_err(|_| bytes))
            }
        }
    }
}

/// Values that stand together in a page.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) store: Arc<Store>,
    /// Positions in `store`, if it is a dictionary.
    codes: Option<Arc<[u32]>>,
    start: usize,
    pub(super) num_values: usize,
}

impl Piece {
    /// The value at a position; `None` if there is none, `Err` with the bytes if it is text that is no UTF-8.
    #[inline]
    pub(super) fn cell(&self, at: usize) -> Option<Result<Cell<'_>, &[u8]>> {
        let at = self.start + at;
        match &self.codes {
            Some(codes) => self.store.cell(*codes.get(at)? as usize),
            None => self.store.cell(at),
        }
    }

    /// Adds the values to `ints`; none if they are texts.
    pub(super) fn add_ints(&self, ints: &mut Vec<i64>) {
        let Store::Ints(values) = &*self.store else { return };
        match self.codes() {
            Some(codes) => ints.extend(codes.iter().map(|&code| values[code as usize])),
            None => ints.extend_from_slice(&values[self.start..self.start + self.num_values]),
        }
    }

    /// The values' positions in the dictionary, if they have one.
    pub(super) fn codes(&self) -> Option<&[u32]> {
        self.codes.as_ref().map(|codes| &codes[self.start..self.start + self.num_values])
    }

    pub(super) fn is_valid(&self) -> bool {
        !matches!(&*self.store, Store::Texts(Texts { text: Text::Damaged(_), .. }))
    }
}

/// A page that is handed out in parts.
struct PendingPage {
    num_rows: usize,
    next_row: usize,
    /// By row, true if it has a value; empty if all have.
    is_present: Vec<bool>,
    values: Piece,
}

/// Decodes a column of one row group.
pub(super) struct PieceReader {
    pages: Box<dyn PageReader>,
    kind: Kind,
    max_definition: i16,
    dictionary: Option<Arc<Store>>,
    pending: Option<PendingPage>,
}

/// The next rows of a column.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) num_rows: usize,
    pub(super) pieces: Vec<Piece>,
    /// By row, true if it has a value; empty if all have.
    pub(super) is_present: Vec<bool>,
}

impl PieceReader {
    pub(super) fn new(pages: Box<dyn PageReader>, kind: Kind, max_definition: i16) -> PieceReader {
        PieceReader { pages, kind, max_definition, dictionary: None, pending: None }
    }

    /// Returns true if the values are whole numbers.
    pub(super) fn reads_ints(&self) -> bool {
        !matches!(self.kind, Kind::Text)
    }

    /// Decodes up to `most` rows; none at the end of the row group.
    pub(super) fn next_rows(&mut self, most: usize) -> Result<Rows, ParquetError> {
        let mut rows = Rows::default();
        while rows.num_rows < most {
            let page = match &mut self.pending {
                Some(page) if page.next_row < page.num_rows => page,
                pending => {
                    match Self::next_page(&mut *self.pages, self.kind, &mut self.dictionary, self.max_definition)? {
                        Some(page) => pending.insert(page),
                        None => break,
                    }
                }
            };
            let taken = page.next_row..page.num_rows.min(page.next_row + most - rows.num_rows);
            let num_values = if page.is_present.is_empty() {
                if !rows.is_present.is_empty() {
                    rows.is_present.resize(rows.num_rows + taken.len(), true);
                }
                taken.len()
            } else {
                rows.is_present.resize(rows.num_rows, true);
                rows.is_present.extend_from_slice(&page.is_present[taken.clone()]);
                page.is_present[taken.clone()].iter().filter(|&&is_present| is_present).count()
            };
            rows.pieces.push(Piece { num_values, ..page.values.clone() });
            page.values.start += num_values;
            page.next_row = taken.end;
            rows.num_rows += taken.len();
        }
        Ok(rows)
    }

    fn next_page(
        pages: &mut dyn PageReader,
        kind: Kind,
        dictionary: &mut Option<Arc<Store>>,
        max_definition: i16,
    ) -> Result<Option<PendingPage>, ParquetError> {
        loop {
            let Some(page) = pages.get_next_page()? else { return Ok(None) };
            let (num_rows, encoding, buffer) = (page.num_values() as usize, page.encoding(), page.buffer().clone());
            let (is_present, values) = match page {
                Page::DictionaryPage { .. } => {
                    *dictionary = Some(Arc::new(Store::read_plain(&buffer, num_rows, kind)?));
                    continue;
                }
                Page::DataPage { .. } if max_definition == 0 => (Vec::new(), &buffer[..]),
                Page::DataPage { def_level_encoding: Encoding::RLE, .. } => {
                    let levels = buffer
                        .split_first_chunk()
                        .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
                    let (levels, values) = levels.ok_or_else(|| damaged("levels go beyond their page"))?;
                    (read_levels(levels, max_definition, num_rows)?, values)
                }
                Page::DataPage { def_level_encoding, .. } => {
                    return Err(ParquetError::NYI(format!("levels in the encoding {def_level_encoding}")));
                }
                Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                    let levels = buffer.split_at_checked(rep_levels_byte_len as usize);
                    let levels = levels.and_then(|(_, rest)| rest.split_at_checked(def_levels_byte_len as usize));
                    let (levels, values) = levels.ok_or_else(|| damaged("levels go beyond their page"))?;
                    let is_nullable = max_definition > 0;
                    (if is_nullable { read_levels(levels, max_definition, num_rows)? } else { Vec::new() }, values)
                }
            };
            let num_values = match is_present.is_empty() {
                true => num_rows,
                false => is_present.iter().filter(|&&is_present| is_present).count(),
            };
            let values = match encoding {
                Encoding::PLAIN => {
                    let store = Arc::new(Store::read_plain(values, num_values, kind)?);
                    Piece { store, codes: None, start: 0, num_values }
                }
                Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                    let store =
                        dictionary.clone().ok_or_else(|| damaged("a page needs a dictionary that is not there"))?;
                    let mut codes = Vec::new();
                    if num_values > 0 {
                        let (&width, from) = values.split_first().ok_or_else(|| damaged("a page is empty"))?;
                        read_hybrid(from, width.into(), num_values, &mut codes)?;
                    }
                    if codes.iter().any(|&code| code as usize >= store.len()) {
                        return Err(damaged("a value is not in the dictionary"));
                    }
                    Piece { store, codes: Some(codes.into()), start: 0, num_values }
                }
                other => return Err(ParquetError::NYI(format!("values in the encoding {other}"))),
            };
            return Ok(Some(PendingPage { num_rows, next_row: 0, is_present, values }));
        }
    }
}

/// By row, true if it has a value; empty if all have.
fn read_levels(from: &[u8], max_definition: i16, num_rows: usize) -> Result<Vec<bool>, ParquetError> {
    let mut levels = Vec::new();
    read_hybrid(from, u32::BITS - u32::from(max_definition.unsigned_abs()).leading_zeros(), num_rows, &mut levels)?;
    let is_present: Vec<bool> = levels.iter().map(|&level| level == u32::from(max_definition.unsigned_abs())).collect();
    Ok(if is_present.iter().all(|&is_present| is_present) { Vec::new() } else { is_present })
}

/// Reads numbers of `width` bits: runs of one number, and groups of eight that are packed from the lowest bit on.
fn read_hybrid(mut from: &[u8], width: u32, num_values: usize, values: &mut Vec<u32>) -> Result<(), ParquetError> {
    if width > 32 {
        return Err(damaged("a number has more than 32 bits"));
    }
    // A run of any length takes two bytes, so that `num_values` alone is no reason to allocate.
    values.reserve(num_values.min(from.len().saturating_mul(8)));
    while values.len() < num_values {
        let left = num_values - values.len();
        let (header, rest) = read_varint(from).ok_or_else(|| damaged("numbers go beyond their page"))?;
        from = rest;
        let num_bytes = match header & 1 {
            0 => width.div_ceil(8) as usize,
            _ => (header >> 1) as usize * width as usize,
        };
        // Writers may cut the padding of the last group off.
        let (packed, rest) = from.split_at(num_bytes.min(from.len()));
        from = rest;
        if header & 1 == 0 {
            if packed.len() < num_bytes {
                return Err(damaged("numbers go beyond their page"));
            }
            let value = packed.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            values.resize(values.len() + left.min((header >> 1) as usize), value);
        } else {
            let num_packed = left.min((header >> 1) as usize * 8);
            if packed.len() * 8 < num_packed * width as usize {
                return Err(damaged("numbers go beyond their page"));
            }
            unpack(packed, width, num_packed, values);
        }
        if header >> 1 == 0 {
            return Err(damaged("a run is empty"));
        }
    }
    Ok(())
}

fn unpack(packed: &[u8], width: u32, num_values: usize, values: &mut Vec<u32>) {
    let mask = (1u64 << width) - 1;
    let mut bytes = packed.iter();
    let (mut bits, mut num_bits) = (0u64, 0);
    values.extend((0..num_values).map(|_| {
        while num_bits < width {
            bits |= u64::from(bytes.next().copied().unwrap_or(0)) << num_bits;
            num_bits += 8;
        }
        let value = (bits & mask) as u32;
        bits >>= width;
        num_bits -= width;
        value
    }));
}

/// Seven bits a byte, the lowest first.
fn read_varint(from: &[u8]) -> Option<(u32, &[u8])> {
    let length = from.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (bytes, rest) = from.split_at(length);
    let value = bytes.iter().rev().fold(0u64, |value, &byte| value << 7 | u64::from(byte & 0x7f));
    Some((u32::try_from(value).ok()?, rest))
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}
