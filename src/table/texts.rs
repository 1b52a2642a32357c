//! Columns of text and of whole numbers, decoded by the page: texts are ranges of one string, not one buffer each, and
//! a dictionary stays one, so that each of its ids is looked up once.
//!
//! The `parquet` crate hands out a reference-counted buffer for every text, which takes longer than all the rest of
//! reading a log, and no dictionaries. The encodings are those of parquet-format, `Encodings.md`: PLAIN, and
//! RLE_DICTIONARY, which is the hybrid of run lengths and packed bits over a dictionary in PLAIN. The delta encodings
//! are left to the crate.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::Cell;
use super::hybrid::{Hybrid, damaged};

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
    /// Reads values in PLAIN, `most` of them or as many as there are: whole numbers with the lowest byte first, or texts.
    fn read_plain(from: &[u8], most: usize, kind: Kind) -> Result<Store, ParquetError> {
        let ints: Vec<i64> = match kind {
            Kind::Text => return Texts::read_plain(from, most).map(Store::Texts),
            Kind::Int32 => {
                let values = from.as_chunks().0.iter().take(most);
                values.map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect()
            }
            Kind::Int64 => {
                let values = from.as_chunks().0.iter().take(most);
                values.map(|bytes| i64::from_le_bytes(*bytes)).collect()
            }
        };
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
    /// Reads values in PLAIN, `most` of them or as many as there are: each a length of four bytes and its bytes.
    fn read_plain(mut from: &[u8], most: usize) -> Result<Texts, ParquetError> {
        let mut bytes = Vec::with_capacity(from.len());
        let mut ends = Vec::with_capacity(most.min(from.len() / 4));
        while ends.len() < most
            && let Some((value, rest)) = from
                .split_first_chunk()
                .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize))
        {
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

/// A page that is decoded in parts.
struct PendingPage {
    num_rows: usize,
    next_row: usize,
    /// By row, the highest level if it has a value; none if all have.
    levels: Option<Hybrid>,
    values: PendingValues,
}

enum PendingValues {
    Plain { store: Arc<Store>, start: usize },
    Coded { dictionary: Arc<Store>, codes: Hybrid },
}

impl PendingValues {
    /// The next values.
    fn next(&mut self, num_values: usize) -> Result<Piece, ParquetError> {
        match self {
            PendingValues::Plain { store, start } => {
                let piece = Piece { store: store.clone(), codes: None, start: *start, num_values };
                *start += num_values;
                if *start > store.len() {
                    return Err(damaged("a value goes beyond its page"));
                }
                Ok(piece)
            }
            PendingValues::Coded { dictionary, codes } => {
                let mut read = Vec::new();
                codes.read(num_values, &mut read)?;
                if read.iter().any(|&code| code as usize >= dictionary.len()) {
                    return Err(damaged("a value is not in the dictionary"));
                }
                Ok(Piece { store: dictionary.clone(), codes: Some(read.into()), start: 0, num_values })
            }
        }
    }
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
            let taken = (page.num_rows - page.next_row).min(most - rows.num_rows);
            let mut num_values = taken;
            let before = rows.is_present.len();
            if let Some(levels) = &mut page.levels {
                let (mut read, highest) = (Vec::new(), u32::from(self.max_definition.unsigned_abs()));
                levels.read(taken, &mut read)?;
                num_values = read.iter().filter(|&&level| level == highest).count();
                if num_values < taken || before > 0 {
                    rows.is_present.resize(rows.num_rows, true);
                    rows.is_present.extend(read.iter().map(|&level| level == highest));
                }
            } else if before > 0 {
                rows.is_present.resize(rows.num_rows + taken, true);
            }
            rows.pieces.push(page.values.next(num_values)?);
            page.next_row += taken;
            rows.num_rows += taken;
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
            let (levels, values) = match page {
                Page::DictionaryPage { .. } => {
                    let store = Store::read_plain(&buffer, num_rows, kind)?;
                    if store.len() < num_rows {
                        return Err(damaged("a value goes beyond its dictionary"));
                    }
                    *dictionary = Some(Arc::new(store));
                    continue;
                }
                Page::DataPage { .. } if max_definition == 0 => (None, buffer),
                Page::DataPage { def_level_encoding: Encoding::RLE, .. } => {
                    let length = buffer.split_first_chunk().map(|(length, _)| u32::from_le_bytes(*length) as usize);
                    let (levels, values) = length
                        .and_then(|length| split(&buffer.slice(4..), length))
                        .ok_or_else(|| damaged("levels go beyond their page"))?;
                    (Some(levels), values)
                }
                Page::DataPage { def_level_encoding, .. } => {
                    return Err(ParquetError::NYI(format!("levels in the encoding {def_level_encoding}")));
                }
                Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                    let levels = split(&buffer, rep_levels_byte_len as usize);
                    let levels = levels.and_then(|(_, rest)| split(&rest, def_levels_byte_len as usize));
                    let (levels, values) = levels.ok_or_else(|| damaged("levels go beyond their page"))?;
                    (Some(levels).filter(|_| max_definition > 0), values)
                }
            };
            let values = match encoding {
                Encoding::PLAIN => {
                    let store = Store::read_plain(&values, num_rows, kind)?;
                    PendingValues::Plain { store: Arc::new(store), start: 0 }
                }
                Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                    let dictionary =
                        dictionary.clone().ok_or_else(|| damaged("a page needs a dictionary that is not there"))?;
                    // Without values there need not even be a width.
                    let width = values.first().copied().unwrap_or(0);
                    let codes = Hybrid::new(values.slice(values.len().min(1)..), width.into())?;
                    PendingValues::Coded { dictionary, codes }
                }
                other => return Err(ParquetError::NYI(format!("values in the encoding {other}"))),
            };
            let width = u32::BITS - u32::from(max_definition.unsigned_abs()).leading_zeros();
            let levels = levels.map(|levels| Hybrid::new(levels, width)).transpose()?;
            return Ok(Some(PendingPage { num_rows, next_row: 0, levels, values }));
        }
    }
}

/// The first bytes, and the rest; `None` if there are fewer.
fn split(bytes: &Bytes, length: usize) -> Option<(Bytes, Bytes)> {
    (length <= bytes.len()).then(|| (bytes.slice(..length), bytes.slice(length..)))
}
