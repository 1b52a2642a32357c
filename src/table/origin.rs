//! The place of a table's bytes: a file, memory, or slices that somebody fetches.

use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::{TableError, spool};

/// Bytes that are fetched piece by piece, such as those of a file that a browser holds.
pub trait Slices: fmt::Debug + Send + Sync {
    /// Number of bytes.
    fn num_bytes(&self) -> u64;

    /// Reads the bytes from `start` on, and fills `buffer` with them.
    ///
    /// # Errors
    /// There are fewer bytes, or they cannot be fetched.
    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// The place of the bytes of a table.
#[derive(Clone, Debug)]
pub enum Origin {
    /// In the file at this path; `-` is standard input.
    File(PathBuf),
    /// In memory.
    Memory {
        /// The name in messages; its extension tells the format, as that of a path does.
        name: PathBuf,
        /// All of it.
        bytes: Bytes,
        /// The format; `None` to tell it by the extension, else by the first bytes.
        format: Option<Format>,
    },
    /// In slices, so that a table may be larger than memory.
    Slices {
        /// The name in messages; its extension tells the format, as that of a path does.
        name: PathBuf,
        /// The bytes.
        slices: Arc<dyn Slices>,
        /// The format; `None` to tell it by the extension, else by the first bytes.
        format: Option<Format>,
    },
}

/// Format of a table.
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
    pub(super) fn of_name(path: &Path) -> Option<Format> {
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
            Origin::Memory { name, .. } | Origin::Slices { name, .. } => name,
        }
    }

    /// The format, if it is known without a look at the bytes.
    pub(super) fn format(&self) -> Option<Format> {
        match self {
            Origin::Memory { format: Some(format), .. } | Origin::Slices { format: Some(format), .. } => Some(*format),
            _ => Format::of_name(self.path()),
        }
    }

    /// The same table where it can be read again and again: standard input is kept, all else is there already.
    ///
    /// # Errors
    /// The stream cannot be read, or there is no place to keep it.
    pub(crate) fn kept(&self) -> Result<Origin, TableError> {
        if !self.is_stdin() {
            return Ok(self.clone());
        }
        let path = self.path();
        spool::keep(&mut io::stdin(), path).map_err(|source| TableError::Io { path: path.to_owned(), source })
    }

    /// Returns true if this is standard input.
    pub(super) fn is_stdin(&self) -> bool {
        matches!(self, Origin::File(path) if path.as_os_str() == "-")
    }

    /// Returns the number of bytes; 0 if it cannot be seen.
    pub(super) fn num_bytes(&self) -> u64 {
        match self {
            Origin::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Origin::Memory { bytes, .. } => bytes.len() as u64,
            Origin::Slices { slices, .. } => slices.num_bytes(),
        }
    }

    /// Reads from the first byte on.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Origin::File(_) if self.is_stdin() => Box::new(io::stdin()),
            Origin::File(path) => Box::new(std::fs::File::open(path)?),
            Origin::Memory { bytes, .. } => Box::new(Cursor::new(bytes.clone())),
            Origin::Slices { slices, .. } => Box::new(SlicesReader::new(slices, 0, STREAM_BYTES)),
        })
    }
}

/// Bytes that are fetched at a time where a table is read from beginning to end.
const STREAM_BYTES: usize = 4 << 20;

/// Reads slices one after another.
pub(super) struct SlicesReader {
    slices: Arc<dyn Slices>,
    at: u64,
}

impl SlicesReader {
    /// Reads from `start` on, and fetches `piece_bytes` at a time.
    pub(super) fn new(slices: &Arc<dyn Slices>, start: u64, piece_bytes: usize) -> BufReader<SlicesReader> {
        BufReader::with_capacity(piece_bytes, SlicesReader { slices: slices.clone(), at: start })
    }
}

impl Read for SlicesReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.slices.num_bytes().saturating_sub(self.at);
        let len = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if len > 0 {
            self.slices.read_at(self.at, &mut buffer[..len])?;
            self.at += len as u64;
        }
        Ok(len)
    }
}
