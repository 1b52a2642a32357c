//! Files for tests, and a reading of all their cells.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::basic::Encoding;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
    Int96, Int96Type,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use tempfile::TempDir;

use super::{Cell, Format, Origin, Row, Slices, Source, TableError};
use crate::Silent;

/// A directory of its own for a test, removed in the end.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Files {
        Files(tempfile::tempdir().unwrap())
    }

    /// Writes a file; gives its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a Parquet file of one row group for each element of `groups`, with the columns of `schema`.
    pub(crate) fn write_parquet(&self, name: &str, schema: &str, groups: &[&[Column<'_>]]) -> PathBuf {
        self.write_parquet_version(name, schema, groups, WriterVersion::PARQUET_1_0)
    }

    /// As [`write_parquet`](Files::write_parquet), with pages of a version.
    pub(crate) fn write_parquet_version(
        &self,
        name: &str,
        schema: &str,
        groups: &[&[Column<'_>]],
        version: WriterVersion,
    ) -> PathBuf {
        let path = self.0.path().join(name);
        let schema = Arc::new(parse_message_type(&format!("message schema {{ {schema} }}")).unwrap());
        let small_pages = WriterProperties::builder()
            .set_writer_version(version)
            .set_encoding(Encoding::PLAIN)
            .set_dictionary_page_size_limit(4096)
            .set_data_page_size_limit(4096)
            .set_write_batch_size(64);
        let properties = Arc::new(small_pages.build());
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
        for columns in groups {
            let mut group = writer.next_row_group().unwrap();
            for column in *columns {
                column.write(group.next_column().unwrap().unwrap());
            }
            group.close().unwrap();
        }
        writer.close().unwrap();
        path
    }
}

/// The values of a Parquet column; `None` is a missing one and needs an `OPTIONAL` column.
pub(crate) enum Column<'a> {
    Bool(&'a [Option<bool>]),
    Int32(&'a [Option<i32>]),
    Int64(&'a [Option<i64>]),
    /// Julian day and nanoseconds of the day.
    Int96(&'a [Option<(u32, u64)>]),
    Float(&'a [Option<f32>]),
    Double(&'a [Option<f64>]),
    Bytes(&'a [Option<&'a [u8]>]),
    Fixed(&'a [Option<&'a [u8]>]),
}

impl Column<'_> {
    fn write(&self, column: SerializedColumnWriter<'_>) {
        match self {
            Column::Bool(values) => write_values::<BoolType, _>(column, values, |&value| value),
            Column::Int32(values) => write_values::<Int32Type, _>(column, values, |&value| value),
            Column::Int64(values) => write_values::<Int64Type, _>(column, values, |&value| value),
            Column::Int96(values) => write_values::<Int96Type, _>(column, values, |&(day, nanos)| {
                Int96::from(vec![nanos as u32, (nanos >> 32) as u32, day])
            }),
            Column::Float(values) => write_values::<FloatType, _>(column, values, |&value| value),
            Column::Double(values) => write_values::<DoubleType, _>(column, values, |&value| value),
            Column::Bytes(values) => write_values::<ByteArrayType, _>(column, values, |&value| ByteArray::from(value)),
            Column::Fixed(values) => {
                write_values::<FixedLenByteArrayType, _>(column, values, |&value| ByteArray::from(value).into())
            }
        }
    }
}

fn write_values<T: DataType, V>(mut column: SerializedColumnWriter<'_>, values: &[Option<V>], convert: fn(&V) -> T::T) {
    let present: Vec<T::T> = values.iter().flatten().map(convert).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    // A required column ignores the levels.
    column.typed::<T>().write_batch(&present, Some(&levels), None).unwrap();
    column.close().unwrap();
}

pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// Every row of all columns as text: `line: cell cell ...`, damaged rows as `line: !damage`.
pub(crate) fn rows_of(path: &Path) -> Result<Vec<String>, TableError> {
    rows_in(&Origin::File(path.to_owned()))
}

/// As [`rows_of`], wherever the table is.
pub(crate) fn rows_in(origin: &Origin) -> Result<Vec<String>, TableError> {
    let source = Source::open_origin(origin)?;
    let wanted: Vec<usize> = (0..source.columns().len()).collect();
    let mut rows = Vec::new();
    source.read(&wanted, &Silent, &mut |row| match row {
        Row::Cells { line, cells } => {
            let cells: Vec<String> = cells.iter().map(show).collect();
            rows.push(format!("{line}: {}", cells.join(" ")));
        }
        Row::Damaged { line, damage } => rows.push(format!("{line}: !{damage}")),
    })?;
    Ok(rows)
}

/// A table in memory.
pub(crate) fn in_memory(name: &str, bytes: &[u8], format: Option<Format>) -> Origin {
    Origin::Memory { name: name.into(), bytes: bytes.to_vec().into(), format }
}

/// A table in slices of memory.
pub(crate) fn in_slices(name: &str, bytes: &[u8]) -> Origin {
    Origin::Slices { name: name.into(), slices: Arc::new(MemorySlices(bytes.to_vec())), format: None }
}

#[derive(Debug)]
struct MemorySlices(Vec<u8>);

impl Slices for MemorySlices {
    fn num_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<()> {
        let slice = self.0.get(start as usize..start as usize + buffer.len());
        buffer.copy_from_slice(slice.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn show(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Text(text) => (*text).to_owned(),
        Cell::Int(value) => format!("i{value}"),
        Cell::Float(value) => format!("f{value}"),
        Cell::TimeMs(ms) => format!("t{ms}"),
    }
}
