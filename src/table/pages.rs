//! The pages of a Parquet column.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::delta;
use super::heads::PackedPages;
use super::hybrid::{Hybrid, damaged};
use super::origin::{Origin, Slices, SlicesReader};
use super::sizes::{Budget, MAX_IN_RECORD, most_column_bytes};
use super::unpack::unpack;

/// The bytes of a Parquet file, for one reader.
pub(super) enum Chunks {
    #[cfg(not(target_os = "wasi"))]
    File(File),
    Memory(Bytes),
    Slices(Arc<dyn Slices>),
}

/// Bytes that are fetched at a time for the head of a page.
const HEAD_BYTES: usize = 1 << 14;

impl Chunks {
    /// Opens a file anew, because readers of one file would move each other's position.
    pub(super) fn open(origin: &Origin) -> std::io::Result<Chunks> {
        Ok(match origin {
            // Where files cannot be opened twice, as the `parquet` crate does, one is read from any place.
            #[cfg(target_os = "wasi")]
            Origin::File(path) => Chunks::Slices(Arc::new(super::spool::of_file(File::open(path)?)?)),
            #[cfg(not(target_os = "wasi"))]
            Origin::File(path) => Chunks::File(File::open(path)?),
            Origin::Memory { bytes, .. } => Chunks::Memory(bytes.clone()),
            Origin::Slices { slices, .. } => Chunks::Slices(slices.clone()),
        })
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            #[cfg(not(target_os = "wasi"))]
            Chunks::File(file) => file.len(),
            Chunks::Memory(bytes) => bytes.len() as u64,
            Chunks::Slices(slices) => slices.num_bytes(),
        }
    }
}

impl ChunkReader for Chunks {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Box<dyn Read>, ParquetError> {
        Ok(match self {
            #[cfg(not(target_os = "wasi"))]
            Chunks::File(file) => Box::new(file.get_read(start)?),
            Chunks::Memory(bytes) => Box::new(bytes.get_read(start)?),
            Chunks::Slices(slices) => Box::new(SlicesReader::new(slices, start, HEAD_BYTES)),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self {
            #[cfg(not(target_os = "wasi"))]
            Chunks::File(file) => file.get_bytes(start, length),
            Chunks::Memory(bytes) => bytes.get_bytes(start, length),
            Chunks::Slices(slices) => {
                // A damaged file may tell of any length.
                if start.saturating_add(length as u64) > slices.num_bytes() {
                    return Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond the end of the file")));
                }
                let mut bytes = vec![0; length];
                slices.read_at(start, &mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

/// Reads the pages of a column, whose place was checked, of one row group of `num_rows` rows.
pub(super) fn pages_of(
    chunks: &Arc<Chunks>,
    column: &ColumnChunkMetaData,
    num_rows: usize,
    budget: &Arc<Budget>,
) -> Box<dyn PageReader> {
    let description = column.column_descr();
    Box::new(Pages {
        packed: PackedPages::of(chunks, column),
        codec: column.compression(),
        max_repetition: description.max_rep_level(),
        max_definition: description.max_def_level(),
        num_values: 0,
        most_values: num_rows as u64,
        in_record: 0,
        num_bytes: 0,
        most_bytes: most_column_bytes(column),
        budget: budget.clone(),
    })
}

/// Pages that are unpacked and checked before anything is decoded: nothing that they say of themselves is believed.
struct Pages {
    packed: PackedPages,
    codec: Compression,
    max_repetition: i16,
    max_definition: i16,
    num_values: u64,
    /// Values that there may be, if each row has one.
    most_values: u64,
    /// Values of the record that is not at its end.
    in_record: usize,
    /// Unpacked bytes.
    num_bytes: u64,
    most_bytes: u64,
    budget: Arc<Budget>,
}

impl Pages {
    /// Checks the numbers of a page, and unpacks it.
    fn checked(&mut self, mut page: Page) -> Result<Page, ParquetError> {
        let num_values = page.num_values() as usize;
        self.unpack(&mut page)?;
        self.num_bytes += page.buffer().len() as u64;
        if self.num_bytes > self.most_bytes {
            return Err(damaged("a column unpacks to far more than it says"));
        }
        if let Page::DictionaryPage { buf, .. } = &page {
            return if num_values <= buf.len() { Ok(page) } else { Err(damaged("a dictionary ends early")) };
        }
        self.num_values += num_values as u64;
        if self.max_repetition == 0 && self.num_values > self.most_values {
            return Err(damaged("a column has more values than rows"));
        }
        self.budget.spend(num_values as u64)?;
        let (repetitions, values) = self.parts(&page)?;
        if let Some(repetitions) = repetitions {
            self.check_records(repetitions, num_values)?;
        }
        match page.encoding() {
            Encoding::DELTA_BINARY_PACKED => delta::check_numbers(&values, num_values)?,
            Encoding::DELTA_LENGTH_BYTE_ARRAY => delta::check_lengths(&values, num_values)?,
            Encoding::DELTA_BYTE_ARRAY => delta::check_prefixes(&values, num_values)?,
            _ => {}
        }
        Ok(page)
    }

    /// Unpacks what a page holds; in pages of version 2 that is all but the levels, and not always.
    fn unpack(&self, page: &mut Page) -> Result<(), ParquetError> {
        let (buffer, num_plain) = match page {
            Page::DataPageV2 { is_compressed: false, .. } => return Ok(()),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
                *is_compressed = false;
                (buf, *def_levels_byte_len as usize + *rep_levels_byte_len as usize)
            }
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => (buf, 0),
        };
        if self.codec == Compression::UNCOMPRESSED {
            return Ok(());
        }
        let Some((plain, packed)) = buffer.split_at_checked(num_plain) else {
            return Err(damaged("levels go beyond their page"));
        };
        let mut bytes = plain.to_vec();
        if !packed.is_empty() {
            unpack(packed, self.codec, &mut bytes)
                .map_err(|error| ParquetError::General(format!("a page cannot be decompressed: {error}")))?;
        }
        *buffer = bytes.into();
        Ok(())
    }

    /// The levels that say where records begin, if there are some and they are in the hybrid encoding; and the values.
    fn parts(&self, page: &Page) -> Result<(Option<Bytes>, Bytes), ParquetError> {
        let beyond = || damaged("levels go beyond their page");
        let buffer = page.buffer();
        match page {
            Page::DataPage { num_values, def_level_encoding, rep_level_encoding, .. } => {
                let mut at = 0;
                let mut levels = |encoding: Encoding, max_level: i16| -> Result<Option<Bytes>, ParquetError> {
                    if max_level == 0 {
                        return Ok(None);
                    }
                    let rest = buffer.get(at..).ok_or_else(beyond)?;
                    let (start, length) = match rest.split_first_chunk() {
                        Some((length, _)) if encoding == Encoding::RLE => (4, u32::from_le_bytes(*length) as usize),
                        None if encoding == Encoding::RLE => return Err(beyond()),
                        _ => (0, (*num_values as usize * width_of(max_level) as usize).div_ceil(8)),
                    };
                    let levels = rest.get(start..start + length).ok_or_else(beyond)?;
                    at += start + length;
                    Ok((encoding == Encoding::RLE).then(|| buffer.slice_ref(levels)))
                };
                let repetitions = levels(*rep_level_encoding, self.max_repetition)?;
                levels(*def_level_encoding, self.max_definition)?;
                Ok((repetitions, buffer.slice(at..)))
            }
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                let (first, second) = (*rep_levels_byte_len as usize, *def_levels_byte_len as usize);
                if first + second > buffer.len() {
                    return Err(beyond());
                }
                let repetitions = (self.max_repetition > 0).then(|| buffer.slice(..first));
                Ok((repetitions, buffer.slice(first + second..)))
            }
            Page::DictionaryPage { .. } => Ok((None, Bytes::new())),
        }
    }

    /// Checks that no record has more values than one may have in memory.
    fn check_records(&mut self, repetitions: Bytes, num_values: usize) -> Result<(), ParquetError> {
        let mut longest = 0;
        let mut in_record = self.in_record;
        Hybrid::new(repetitions, width_of(self.max_repetition))?.runs(num_values, |level, times| {
            in_record = if level == 0 { 1 } else { in_record + times };
            longest = longest.max(in_record);
        })?;
        self.in_record = in_record;
        if longest > MAX_IN_RECORD {
            return Err(ParquetError::General(format!("a record has lists of more than {MAX_IN_RECORD} values")));
        }
        Ok(())
    }
}

/// Bits of a level.
fn width_of(max_level: i16) -> u32 {
    u32::BITS - u32::from(max_level.unsigned_abs()).leading_zeros()
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
        let Some(page) = self.packed.next()? else { return Ok(None) };
        self.checked(page).map(Some)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        self.packed.peek()
    }

    fn skip_next_page(&mut self) -> Result<(), ParquetError> {
        self.packed.skip()
    }

    fn at_record_boundary(&mut self) -> Result<bool, ParquetError> {
        // Records of version 2 begin with a page.
        Ok(self.packed.peek()?.is_none_or(|page| page.num_rows.is_some()))
    }
}

impl Iterator for Pages {
    type Item = Result<Page, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// A row group whose pages come from [`pages_of`].
pub(super) struct RowGroup<'r> {
    metadata: &'r RowGroupMetaData,
    chunks: Arc<Chunks>,
    budget: Arc<Budget>,
}

impl<'r> RowGroup<'r> {
    pub(super) fn new(metadata: &'r RowGroupMetaData, chunks: &Arc<Chunks>, budget: &Arc<Budget>) -> RowGroup<'r> {
        RowGroup { metadata, chunks: chunks.clone(), budget: budget.clone() }
    }
}

impl RowGroupReader for RowGroup<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.metadata
    }

    fn num_columns(&self) -> usize {
        self.metadata.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Result<Box<dyn PageReader>, ParquetError> {
        let num_rows = self.metadata.num_rows() as usize;
        Ok(pages_of(&self.chunks, self.metadata.column(column), num_rows, &self.budget))
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>, ParquetError> {
        RowIter::from_row_group(projection, self)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
    use parquet::column::page::PageReader;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::serialized_reader::SerializedPageReader;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::{Chunks, pages_of};
    use crate::table::sizes::Budget;
    use crate::table::testing::{Files, in_memory};

    /// A file of one nullable column with a dictionary that overflows, so that all kinds of pages are in it.
    fn file_of(version: WriterVersion, codec: Compression, values: &[ByteArray], levels: &[i16]) -> Vec<u8> {
        let files = Files::new();
        let path = files.write("a.parquet", []);
        let schema = Arc::new(parse_message_type("message schema { OPTIONAL BYTE_ARRAY a; }").unwrap());
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(codec)
            .set_dictionary_page_size_limit(2048)
            .set_data_page_size_limit(4096)
            .set_write_batch_size(64)
            .build();
        let mut writer = SerializedFileWriter::new(File::create(&path).unwrap(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(values, Some(levels), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        std::fs::read(path).unwrap()
    }

    fn all(mut pages: Box<dyn PageReader>) -> Vec<(String, u32, Vec<u8>)> {
        let mut all = Vec::new();
        while let Some(page) = pages.get_next_page().unwrap() {
            all.push((format!("{:?}", page.page_type()), page.num_values(), page.buffer().to_vec()));
        }
        all
    }

    #[test]
    fn pages_of_every_kind_and_codec_are_those_of_the_parquet_crate() {
        let levels: Vec<i16> = (0..4000).map(|row| i16::from(row % 7 != 0)).collect();
        let present = levels.iter().filter(|&&level| level == 1).count();
        let values: Vec<ByteArray> =
            (0..present).map(|at| ByteArray::from(format!("item {}", at / 3).as_str())).collect();
        let codecs = [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4,
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ];
        for (version, codec) in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0]
            .into_iter()
            .flat_map(|version| codecs.map(|codec| (version, codec)))
        {
            let bytes = file_of(version, codec, &values, &levels);
            let chunks = Arc::new(Chunks::open(&in_memory("a.parquet", &bytes, None)).unwrap());
            let reader = SerializedFileReader::new(Chunks::Memory(bytes.into())).unwrap();
            let column = reader.metadata().row_group(0).column(0);
            let expected = all(Box::new(SerializedPageReader::new(chunks.clone(), column, 4000, None).unwrap()));
            assert!(expected.len() > 2, "{}", expected.len());
            let budget = Arc::new(Budget::of_records(0));
            assert_eq!(all(pages_of(&chunks, column, 4000, &budget)), expected, "{version:?} {codec}");
            let mut few = pages_of(&chunks, column, 1000, &budget);
            let outcome = std::iter::from_fn(|| few.get_next_page().transpose()).find_map(Result::err);
            assert!(outcome.is_some_and(|error| error.to_string().contains("more values than rows")));
        }
    }

    #[test]
    fn a_damaged_zstd_page_is_an_error() {
        let levels = [1; 300];
        let values: Vec<ByteArray> = (0..300).map(|at| ByteArray::from(format!("item {at}").as_str())).collect();
        let mut bytes = file_of(WriterVersion::PARQUET_1_0, Compression::ZSTD(ZstdLevel::default()), &values, &levels);
        let reader = SerializedFileReader::new(Chunks::Memory(bytes.clone().into())).unwrap();
        let column = reader.metadata().row_group(0).column(0);
        let (start, length) = column.byte_range();
        let mark = [0x28, 0xb5, 0x2f, 0xfd];
        let frame =
            bytes[start as usize..(start + length) as usize].windows(4).position(|window| window == mark).unwrap();
        bytes[start as usize + frame] = 0;
        let chunks = Arc::new(Chunks::Memory(bytes.into()));
        let budget = Arc::new(Budget::of_records(0));
        let error = pages_of(&chunks, column, 300, &budget).get_next_page().unwrap_err();
        assert!(error.to_string().contains("a page cannot be decompressed"), "{error}");
    }

    /// Texts in an encoding of the version 2.
    fn with_encoding(encoding: Encoding, values: &[&str]) -> Vec<u8> {
        let files = Files::new();
        let path = files.write("a.parquet", []);
        let schema = Arc::new(parse_message_type("message schema { REQUIRED BYTE_ARRAY a; }").unwrap());
        let properties = WriterProperties::builder().set_dictionary_enabled(false).set_encoding(encoding).build();
        let mut writer = SerializedFileWriter::new(File::create(&path).unwrap(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<ByteArray> = values.iter().map(|&value| ByteArray::from(value)).collect();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn delta_pages_are_read_unless_their_texts_grow_beyond_all_measure() {
        let long = "a".repeat(20_000);
        let ids: Vec<String> = (0..1000).map(|at| format!("product-{at:05}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let is_read = |encoding, values: &[&str]| {
            let bytes = with_encoding(encoding, values);
            let reader = SerializedFileReader::new(Chunks::Memory(bytes.clone().into())).unwrap();
            let chunks = Arc::new(Chunks::Memory(bytes.into()));
            let group = reader.metadata().row_group(0);
            let budget = Arc::new(Budget::of_records(0));
            pages_of(&chunks, group.column(0), values.len(), &budget).get_next_page().is_ok()
        };
        assert!(is_read(Encoding::DELTA_BYTE_ARRAY, &ids));
        assert!(is_read(Encoding::DELTA_LENGTH_BYTE_ARRAY, &ids));
        assert!(!is_read(Encoding::DELTA_BYTE_ARRAY, &vec![long.as_str(); 1000]));
    }
}
