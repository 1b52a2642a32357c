//! Where a table's bytes are: in a file, or in memory.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Where the bytes of a table are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the file at this path; `-` is standard input.
    File(PathBuf),
    /// In memory.
    Memory {
        /// What messages call it; its extension tells the format, as that of a path does.
        name: PathBuf,
        /// All of it.
        bytes: Bytes,
        /// What it is; `None` to tell it by the extension, else by the first bytes.
        format: Option<Format>,
    },
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text: CSV and its kin.
    Delimited,
    /// JSON lines.
    Json,
    /// An XML feed, RSS or Atom.
    Xml,
    /// Parquet.
    Parquet,
}

impl Format {
    /// The format that the extension of a name tells, with or without `.gz` or `.zst` behind it.
    fn of_name(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" | "tsv" | "txt" => Some(Format::Delimited),
            "json" | "jsonl" | "ndjson" => Some(Format::Json),
            "xml" | "rss" | "atom" => Some(Format::Xml),
            "parquet" | "pq" => Some(Format::Parquet),
            _ => None,
        }
    }
}

impl Origin {
    /// The path, or the name that stands for one.
    pub fn path(&self) -> &Path {
        match self {
            Origin::File(path) => path,
            Origin::Memory { name, .. } => name,
        }
    }

    /// The format, if it is known without a look at the bytes.
    pub(super) fn format(&self) -> Option<Format> {
        match self {
            Origin::Memory { format: Some(format), .. } => Some(*format),
            _ => Format::of_name(self.path()),
        }
    }

    /// Whether this is standard input.
    pub(super) fn is_stdin(&self) -> bool {
        matches!(self, Origin::File(path) if path.as_os_str() == "-")
    }

    /// How many bytes there are; 0 if that cannot be seen.
    pub(super) fn num_bytes(&self) -> u64 {
        match self {
            Origin::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Origin::Memory { bytes, .. } => bytes.len() as u64,
        }
    }

    /// Reads from the first byte on.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Origin::File(_) if self.is_stdin() => Box::new(io::stdin()),
            Origin::File(path) => Box::new(std::fs::File::open(path)?),
            Origin::Memory { bytes, .. } => Box::new(Cursor::new(bytes.clone())),
        })
    }
}
