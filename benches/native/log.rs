//! Event logs for the bench: as CSV, and as Parquet the way pandas writes it.

use anyhow::Context;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// Rows of a row group, as pandas and pyarrow have it.
const GROUP_ROWS: usize = 1 << 20;

/// Writes the columns session_id, item_id (text) and timestamp (whole seconds).
pub enum LogWriter {
    Csv(BufWriter<File>),
    Parquet(Box<ParquetLog>),
}

pub struct ParquetLog {
    writer: SerializedFileWriter<File>,
    sessions: Vec<ByteArray>,
    items: Vec<ByteArray>,
    timestamps: Vec<i64>,
}

impl LogWriter {
    /// Creates the file; one whose name ends with `.parquet` is Parquet, any other CSV.
    pub fn create(path: &Path) -> anyhow::Result<LogWriter> {
        if path.extension().is_some_and(|extension| extension == "parquet") {
            let schema =
                "REQUIRED BYTE_ARRAY session_id (UTF8); REQUIRED BYTE_ARRAY item_id (UTF8); REQUIRED INT64 timestamp;";
            let writer = create_parquet(path, schema)?;
            let log = ParquetLog { writer, sessions: Vec::new(), items: Vec::new(), timestamps: Vec::new() };
            return Ok(LogWriter::Parquet(Box::new(log)));
        }
        let mut out = BufWriter::new(create(path)?);
        writeln!(out, "session_id,item_id,timestamp")?;
        Ok(LogWriter::Csv(out))
    }

    pub fn write(&mut self, session: &str, item: &str, timestamp: u64) -> anyhow::Result<()> {
        match self {
            LogWriter::Csv(out) => writeln!(out, "{session},{item},{timestamp}")?,
            LogWriter::Parquet(log) => {
                log.sessions.push(session.as_bytes().to_vec().into());
                log.items.push(item.as_bytes().to_vec().into());
                log.timestamps.push(timestamp as i64);
                if log.items.len() == GROUP_ROWS {
                    log.write_group()?;
                }
            }
        }
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            LogWriter::Csv(mut out) => out.flush()?,
            LogWriter::Parquet(mut log) => {
                log.write_group()?;
                log.writer.close()?;
            }
        }
        Ok(())
    }
}

impl ParquetLog {
    fn write_group(&mut self) -> anyhow::Result<()> {
        if self.items.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        write_column::<ByteArrayType>(&mut group, &self.sessions)?;
        write_column::<ByteArrayType>(&mut group, &self.items)?;
        write_column::<Int64Type>(&mut group, &self.timestamps)?;
        group.close()?;
        self.sessions.clear();
        self.items.clear();
        self.timestamps.clear();
        Ok(())
    }
}

/// Writes a CSV file of whole numbers as Parquet, with the same columns.
pub fn convert(csv: &Path, out: &Path) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_path(csv).with_context(|| format!("cannot read {}", csv.display()))?;
    let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let mut columns: Vec<Vec<i64>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        for (column, field) in columns.iter_mut().zip(&record?) {
            column.push(field.parse().with_context(|| format!("`{field}` is no whole number"))?);
        }
    }
    let schema: String = names.iter().map(|name| format!("REQUIRED INT64 {name};")).collect();
    let mut writer = create_parquet(out, &schema)?;
    let num_rows = columns.first().map_or(0, Vec::len);
    for start in (0..num_rows).step_by(GROUP_ROWS) {
        let mut group = writer.next_row_group()?;
        for column in &columns {
            write_column::<Int64Type>(&mut group, &column[start..num_rows.min(start + GROUP_ROWS)])?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}

fn create_parquet(path: &Path, columns: &str) -> anyhow::Result<SerializedFileWriter<File>> {
    let schema = Arc::new(parse_message_type(&format!("message events {{ {columns} }}"))?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    Ok(SerializedFileWriter::new(create(path)?, schema, Arc::new(properties))?)
}

fn write_column<T: DataType>(group: &mut SerializedRowGroupWriter<'_, File>, values: &[T::T]) -> anyhow::Result<()> {
    let mut column = group.next_column()?.context("a column more than the schema has")?;
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()?;
    Ok(())
}
