//! Files that the command reads itself: models, and CSV files with a row for each history.

use anyhow::{Context, bail};
use flate2::bufread::MultiGzDecoder;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use vicino::model::Model;

/// Reads and opens the model at `path`.
pub fn model(path: &Path) -> anyhow::Result<Model> {
    let bytes = model_bytes(path)?;
    Model::open(&bytes).with_context(|| format!("cannot use model {}", path.display()))
}

/// Reads the bytes of the model at `path`.
pub fn model_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let context = || format!("cannot read model {}", path.display());
    if path.is_dir() {
        return Err(anyhow::anyhow!("it is a directory, expected a .vicino file")).with_context(context);
    }
    fs::read(path).with_context(context)
}

/// Opens a file, or stdin for `-`, and decompresses it if it starts like a gzip or zstd file.
fn open(path: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    if path.is_dir() {
        bail!("it is a directory, expected a CSV file");
    }
    let mut source: Box<dyn BufRead + Send> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path)?))
    };
    Ok(match source.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(source)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(zstd::Decoder::with_buffer(source)?),
        _ => source,
    })
}

/// The column of a history: shop ids, oldest first, with spaces between.
pub const PREFIX: &str = "prefix";
/// The column of what came next.
pub const TARGET: &str = "target";
/// The column of a row's name.
pub const ROW_ID: &str = "row_id";

/// The rows of a CSV file, as the values of the wanted columns; other columns are ignored.
pub struct Rows {
    reader: csv::Reader<Box<dyn Read + Send>>,
    record: csv::StringRecord,
    name: String,
    positions: Vec<usize>,
}

impl Rows {
    /// Opens a file that must have all the `wanted` columns, each once.
    pub fn open(path: &Path, wanted: &[&str]) -> anyhow::Result<Rows> {
        let name = path.display().to_string();
        let source = open(path).with_context(|| format!("cannot read {name}"))?;
        let mut reader = csv::ReaderBuilder::new().from_reader(source);
        let header = reader.headers().with_context(|| format!("cannot read {name}"))?;
        let header: Vec<&str> = header.iter().map(column_name).collect();
        if header.is_empty() {
            bail!("{name}: the file is empty, expected a header line with `{}`", wanted.join("`, `"));
        }
        let mut positions = Vec::new();
        for &column in wanted {
            let mut found = header.iter().enumerate().filter(|(_, name)| **name == column).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => positions.push(at),
                (Some(_), Some(_)) => bail!("{name}: the header names column `{column}` twice; rename one of them"),
                (None, _) => bail!(
                    "{name}: no column `{column}`; found `{}`, expected `{}`",
                    header.join("`, `"),
                    wanted.join("`, `")
                ),
            }
        }
        Ok(Rows { reader, record: csv::StringRecord::new(), name, positions })
    }

    /// The next row: a value for each wanted column; `None` after the last.
    pub fn next(&mut self) -> anyhow::Result<Option<Vec<&str>>> {
        let more = self.reader.read_record(&mut self.record).with_context(|| format!("cannot read {}", self.name))?;
        if !more {
            return Ok(None);
        }
        // The reader has checked that each row has as many fields as the header.
        Ok(Some(self.positions.iter().map(|&at| self.record.get(at).unwrap_or("")).collect()))
    }
}

/// Returns true if the file is a CSV file whose header names both `prefix` and `target`.
pub fn has_targets(path: &Path) -> anyhow::Result<bool> {
    let context = || format!("cannot read {}", path.display());
    let mut header = Vec::new();
    let mut start = BufReader::new(open(path).with_context(context)?).take(64 << 10);
    start.read_until(b'\n', &mut header).with_context(context)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(header.as_slice());
    let Some(Ok(header)) = reader.records().next() else { return Ok(false) };
    Ok([PREFIX, TARGET].iter().all(|&wanted| header.iter().any(|name| column_name(name) == wanted)))
}

/// A column's name without a byte-order mark and blanks around it.
fn column_name(name: &str) -> &str {
    name.trim_start_matches('\u{feff}').trim()
}
