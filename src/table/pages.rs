//! The pages of a Parquet column.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use parquet::bloom_filter::Sbbf;
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::origin::{Origin, Slices, SlicesReader};

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

/// Reads the pages of a column of one row group of `num_rows` rows.
pub(super) fn pages_of(
    chunks: &Arc<Chunks>,
    column: &ColumnChunkMetaData,
    num_rows: usize,
) -> Result<Box<dyn PageReader>, ParquetError> {
    #[cfg(target_family = "wasm")]
    if zstd::is_zstd(column) {
        return zstd::pages_of(chunks, column, num_rows);
    }
    Ok(Box::new(SerializedPageReader::new(chunks.clone(), column, num_rows, None)?))
}

/// A row group whose pages come from [`pages_of`].
pub(super) struct RowGroup<'r> {
    metadata: &'r RowGroupMetaData,
    chunks: Arc<Chunks>,
}

impl<'r> RowGroup<'r> {
    pub(super) const fn new(metadata: &'r RowGroupMetaData, chunks: Arc<Chunks>) -> RowGroup<'r> {
        RowGroup { metadata, chunks }
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
        pages_of(&self.chunks, self.metadata.column(column), self.metadata.num_rows() as usize)
    }

    fn get_column_bloom_filter(&self, _: usize) -> Option<&Sbbf> {
        None
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>, ParquetError> {
        RowIter::from_row_group(projection, self)
    }
}

#[cfg(any(test, target_family = "wasm"))]
pub(super) mod zstd {
    //! Pages compressed by zstd where the `parquet` crate has no library for it: it is told that they are not
    //! compressed, hands them out as they are, and they are decompressed here.

    use std::io::Read;
    use std::sync::Arc;

    use parquet::basic::Compression;
    use parquet::column::page::{Page, PageMetadata, PageReader};
    use parquet::errors::ParquetError;
    use parquet::file::metadata::ColumnChunkMetaData;
    use parquet::file::serialized_reader::SerializedPageReader;

    use crate::table::pages::Chunks;
    use crate::table::zstd::frames::Frames;

    pub(in crate::table) fn is_zstd(column: &ColumnChunkMetaData) -> bool {
        matches!(column.compression(), Compression::ZSTD(_))
    }

    pub(in crate::table) fn pages_of(
        chunks: &Arc<Chunks>,
        column: &ColumnChunkMetaData,
        num_rows: usize,
    ) -> Result<Box<dyn PageReader>, ParquetError> {
        let as_plain = column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        Ok(Box::new(Pages(SerializedPageReader::new(chunks.clone(), &as_plain, num_rows, None)?)))
    }

    struct Pages(SerializedPageReader<Chunks>);

    impl PageReader for Pages {
        fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
            self.0.get_next_page()?.map(unpacked).transpose()
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
            self.0.peek_next_page()
        }

        fn skip_next_page(&mut self) -> Result<(), ParquetError> {
            self.0.skip_next_page()
        }

        fn at_record_boundary(&mut self) -> Result<bool, ParquetError> {
            self.0.at_record_boundary()
        }
    }

    impl Iterator for Pages {
        type Item = Result<Page, ParquetError>;

        fn next(&mut self) -> Option<Self::Item> {
            self.get_next_page().transpose()
        }
    }

    /// The page with what it holds decompressed; in pages of version 2 that is all but the levels, and not always.
    fn unpacked(mut page: Page) -> Result<Page, ParquetError> {
        let (buffer, num_plain) = match &mut page {
            Page::DataPageV2 { is_compressed: false, .. } => return Ok(page),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
                *is_compressed = false;
                let num_plain = *def_levels_byte_len as usize + *rep_levels_byte_len as usize;
                (buf, num_plain)
            }
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => (buf, 0),
        };
        let Some((plain, packed)) = buffer.split_at_checked(num_plain) else {
            return Err(ParquetError::General("levels go beyond their page".to_owned()));
        };
        let mut bytes = plain.to_vec();
        Frames::new(packed)
            .read_to_end(&mut bytes)
            .map_err(|error| ParquetError::General(format!("a page cannot be decompressed: {error}")))?;
        *buffer = bytes.into();
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use parquet::basic::{Compression, ZstdLevel};
    use parquet::column::page::PageReader;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::{Chunks, pages_of, zstd};
    use crate::table::testing::{Files, in_memory};

    /// A file of one nullable column with a dictionary that overflows, so that all kinds of pages are in it.
    fn file_of(version: WriterVersion, values: &[ByteArray], levels: &[i16]) -> Vec<u8> {
        let files = Files::new();
        let path = files.write("a.parquet", []);
        let schema = Arc::new(parse_message_type("message schema { OPTIONAL BYTE_ARRAY a; }").unwrap());
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
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
    fn zstd_pages_of_every_kind_are_the_same_without_the_c_library() {
        let levels: Vec<i16> = (0..4000).map(|row| i16::from(row % 7 != 0)).collect();
        let present = levels.iter().filter(|&&level| level == 1).count();
        let values: Vec<ByteArray> =
            (0..present).map(|at| ByteArray::from(format!("item {}", at / 3).as_str())).collect();
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let bytes = file_of(version, &values, &levels);
            let chunks = Arc::new(Chunks::open(&in_memory("a.parquet", &bytes, None)).unwrap());
            let reader = SerializedFileReader::new(Chunks::Memory(bytes.into())).unwrap();
            let column = reader.metadata().row_group(0).column(0);
            assert!(zstd::is_zstd(column));
            let expected = all(pages_of(&chunks, column, 4000).unwrap());
            assert!(expected.len() > 2, "{}", expected.len());
            assert_eq!(all(zstd::pages_of(&chunks, column, 4000).unwrap()), expected);
        }
    }

    #[test]
    fn a_damaged_zstd_page_is_an_error() {
        let levels = [1; 300];
        let values: Vec<ByteArray> = (0..300).map(|at| ByteArray::from(format!("item {at}").as_str())).collect();
        let mut bytes = file_of(WriterVersion::PARQUET_1_0, &values, &levels);
        let reader = SerializedFileReader::new(Chunks::Memory(bytes.clone().into())).unwrap();
        let column = reader.metadata().row_group(0).column(0);
        let (start, length) = column.byte_range();
        let mark = [0x28, 0xb5, 0x2f, 0xfd];
        let frame =
            bytes[start as usize..(start + length) as usize].windows(4).position(|window| window == mark).unwrap();
        bytes[start as usize + frame] = 0;
        let chunks = Arc::new(Chunks::Memory(bytes.into()));
        let error = zstd::pages_of(&chunks, column, 300).unwrap().get_next_page().unwrap_err();
        assert!(error.to_string().contains("a page cannot be decompressed"), "{error}");
    }
}
