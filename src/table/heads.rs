//! The pages of a column as they are packed in a Parquet file, each after its head.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;

use super::hybrid::damaged;
use super::pages::Chunks;
use super::thrift::{Kind, Thrift};

/// Bytes that are fetched for a head at first, and beyond which no more are; a head may hold two texts of any length.
const HEAD_BYTES: u64 = 1 << 12;
const MAX_HEAD_BYTES: u64 = 1 << 23;

/// The kinds of a page.
#[derive(Clone, Copy)]
enum PageKind {
    /// A data page of version 1; encodings of definition and repetition levels.
    Data {
        definitions: Encoding,
        repetitions: Encoding,
    },
    Dictionary {
        is_sorted: bool,
    },
    /// A data page of version 2.
    Data2 {
        num_nulls: u32,
        num_rows: u32,
        definition_bytes: u32,
        repetition_bytes: u32,
        is_packed: bool,
    },
}

/// The head of a page, as it is used.
struct Head {
    /// `None` for one that is of no use here.
    kind: Option<PageKind>,
    num_values: u32,
    encoding: Encoding,
    /// Length of the page behind the head.
    packed_bytes: u64,
}

/// Reads the pages of a column.
pub(super) struct PackedPages {
    chunks: Arc<Chunks>,
    /// Where the next page or its head begins, and how many bytes there are from there.
    next: u64,
    num_left: u64,
    /// The head of the next page, if it was read.
    head: Option<Head>,
}

impl PackedPages {
    /// The pages of a column whose place was checked.
    pub(super) fn of(chunks: &Arc<Chunks>, column: &ColumnChunkMetaData) -> PackedPages {
        let (next, num_left) = column.byte_range();
        PackedPages { chunks: chunks.clone(), next, num_left, head: None }
    }

    /// Reads the head of the next page that is of use; `None` at the end of the column.
    fn read_head(&mut self) -> Result<Option<&Head>, ParquetError> {
        while self.head.is_none() && self.num_left > 0 {
            let head = self.next_head()?;
            match head.kind {
                None => self.advance(head.packed_bytes),
                Some(_) => self.head = Some(head),
            }
        }
        Ok(self.head.as_ref())
    }

    fn next_head(&mut self) -> Result<Head, ParquetError> {
        let mut most = HEAD_BYTES;
        loop {
            let length = most.min(self.num_left);
            let bytes = self.chunks.get_bytes(self.next, length as usize)?;
            let mut thrift = Thrift::new(&bytes);
            match Head::read(&mut thrift) {
                Ok(head) => {
                    let rest = thrift.rest.len() as u64;
                    self.advance(length - rest);
                    if head.packed_bytes > self.num_left {
                        return Err(damaged("a page goes beyond its column"));
                    }
                    return Ok(head);
                }
                Err(ParquetError::EOF(_)) if most < self.num_left.min(MAX_HEAD_BYTES) => most *= 8,
                Err(error) => return Err(error),
            }
        }
    }

    fn advance(&mut self, num_bytes: u64) {
        self.next += num_bytes;
        self.num_left -= num_bytes;
    }

    /// The next page, as it is packed.
    ///
    /// # Errors
    /// A head is damaged, or its page goes beyond the column.
    pub(super) fn next(&mut self) -> Result<Option<Page>, ParquetError> {
        self.read_head()?;
        let Some(Head { kind: Some(kind), num_values, encoding, packed_bytes }) = self.head.take() else {
            return Ok(None);
        };
        let buf = self.chunks.get_bytes(self.next, packed_bytes as usize)?;
        self.advance(packed_bytes);
        Ok(Some(page(kind, num_values, encoding, buf)))
    }

    /// Goes past the next page.
    pub(super) fn skip(&mut self) -> Result<(), ParquetError> {
        self.read_head()?;
        if let Some(head) = self.head.take() {
            self.advance(head.packed_bytes);
        }
        Ok(())
    }

    /// The head of the next page, as readers want it.
    pub(super) fn peek(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        let metadata = |head: &Head| PageMetadata {
            num_rows: if let Some(PageKind::Data2 { num_rows, .. }) = head.kind {
                Some(num_rows as usize)
            } else {
                None
            },
            num_levels: (!matches!(head.kind, Some(PageKind::Dictionary { .. }))).then_some(head.num_values as usize),
            is_dict: matches!(head.kind, Some(PageKind::Dictionary { .. })),
        };
        Ok(self.read_head()?.map(metadata))
    }
}

fn page(kind: PageKind, num_values: u32, encoding: Encoding, buf: Bytes) -> Page {
    match kind {
        PageKind::Dictionary { is_sorted } => Page::DictionaryPage { buf, num_values, encoding, is_sorted },
        PageKind::Data2 { num_nulls, num_rows, definition_bytes, repetition_bytes, is_packed } => Page::DataPageV2 {
            buf,
            num_values,
            encoding,
            num_nulls,
            num_rows,
            def_levels_byte_len: definition_bytes,
            rep_levels_byte_len: repetition_bytes,
            is_compressed: is_packed,
            statistics: None,
        },
        PageKind::Data { definitions, repetitions } => Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding: definitions,
            rep_level_encoding: repetitions,
            statistics: None,
        },
    }
}

/// The numbers and truths of a struct, by field.
#[derive(Clone, Copy, Default)]
struct Numbers([Option<i64>; 9]);

impl Numbers {
    /// Reads a struct in which all that is wanted are numbers and truths.
    fn read(thrift: &mut Thrift<'_>, kind: Kind) -> Result<Numbers, ParquetError> {
        let mut found = Numbers::default();
        thrift.inner(kind, |thrift, field, kind| {
            let at = usize::try_from(field).unwrap_or(usize::MAX);
            match found.0.get_mut(at) {
                Some(number) if kind.truth().is_some() => *number = kind.truth().map(i64::from),
                Some(number) if kind.is_number() => *number = Some(thrift.number(kind)?),
                _ => thrift.skip(kind)?,
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn count(&self, field: usize) -> Result<u32, ParquetError> {
        let number = self.0[field].ok_or_else(|| damaged("the head of a page lacks a number"))?;
        u32::try_from(number).ok().filter(|&number| number <= i32::MAX as u32).ok_or_else(impossible)
    }

    fn encoding(&self, field: usize) -> Result<Encoding, ParquetError> {
        Ok(match self.count(field)? {
            0 => Encoding::PLAIN,
            2 => Encoding::PLAIN_DICTIONARY,
            3 => Encoding::RLE,
            #[allow(deprecated, reason = "old files have it")]
            4 => Encoding::BIT_PACKED,
            5 => Encoding::DELTA_BINARY_PACKED,
            6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            7 => Encoding::DELTA_BYTE_ARRAY,
            8 => Encoding::RLE_DICTIONARY,
            9 => Encoding::BYTE_STREAM_SPLIT,
            other => return Err(ParquetError::General(format!("a page has an unknown encoding, {other}"))),
        })
    }
}

fn impossible() -> ParquetError {
    damaged("the head of a page has an impossible number")
}

impl Head {
    /// Reads `PageHeader` of `parquet.thrift`.
    fn read(thrift: &mut Thrift<'_>) -> Result<Head, ParquetError> {
        let (mut kind, mut packed_bytes) = (None, None);
        let [mut data, mut dictionary, mut data2] = [None; 3];
        thrift.fields(|thrift, field, of_field| {
            match field {
                1 => kind = Some(thrift.number(of_field)?),
                3 => packed_bytes = Some(thrift.number(of_field)?),
                5 => data = Some(Numbers::read(thrift, of_field)?),
                7 => dictionary = Some(Numbers::read(thrift, of_field)?),
                8 => data2 = Some(Numbers::read(thrift, of_field)?),
                _ => thrift.skip(of_field)?,
            }
            Ok(())
        })?;
        let lacks = || damaged("the head of a page lacks a part");
        let packed_bytes = u64::try_from(packed_bytes.ok_or_else(lacks)?).map_err(|_| impossible())?;
        let (kind, num_values, encoding) = match kind.ok_or_else(lacks)? {
            0 => {
                let data: Numbers = data.ok_or_else(lacks)?;
                let (definitions, repetitions) = (data.encoding(3)?, data.encoding(4)?);
                (Some(PageKind::Data { definitions, repetitions }), data.count(1)?, data.encoding(2)?)
            }
            2 => {
                let dictionary: Numbers = dictionary.ok_or_else(lacks)?;
                let is_sorted = dictionary.0[3] == Some(1);
                (Some(PageKind::Dictionary { is_sorted }), dictionary.count(1)?, dictionary.encoding(2)?)
            }
            3 => {
                let data: Numbers = data2.ok_or_else(lacks)?;
                let kind = PageKind::Data2 {
                    num_nulls: data.count(2)?,
                    num_rows: data.count(3)?,
                    definition_bytes: data.count(5)?,
                    repetition_bytes: data.count(6)?,
                    is_packed: data.0[7] != Some(0),
                };
                (Some(kind), data.count(1)?, data.encoding(4)?)
            }
            _ => (None, 0, Encoding::PLAIN),
        };
        Ok(Head { kind, num_values, encoding, packed_bytes })
    }
}
