//! The bytes of a text file: gunzipped, without a byte-order mark, with a look ahead.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::TableError;
use crate::Progress;

/// A file opened for reading from its first byte, gunzipped if it is gzipped.
pub(super) struct Input {
    path: PathBuf,
    raw_bytes: Arc<AtomicU64>,
    is_gzip: bool,
    /// Bytes that were looked at already and are still to be read.
    ahead: Vec<u8>,
    start: usize,
    rest: Box<dyn Read>,
}

/// Counts the bytes that come from the disk, before decompression.
struct Counted {
    file: File,
    raw_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.raw_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Input, TableError> {
        let io_error = |source| TableError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io_error)?;
        let mut magic = Vec::with_capacity(2);
        (&mut file).take(2).read_to_end(&mut magic).map_err(io_error)?;
        let raw_bytes = Arc::new(AtomicU64::new(0));
        let is_gzip = magic == [0x1f, 0x8b];
        let counted = io::Cursor::new(magic).chain(Counted { file, raw_bytes: raw_bytes.clone() });
        let rest: Box<dyn Read> = if is_gzip {
            Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, counted)))
        } else {
            Box::new(counted)
        };
        Ok(Input { path: path.to_owned(), raw_bytes, is_gzip, ahead: Vec::new(), start: 0, rest })
    }

    /// The next `len` bytes, or all there are if fewer, without consuming them.
    pub(super) fn head(&mut self, len: usize) -> Result<&[u8], TableError> {
        let missing = len.saturating_sub(self.ahead.len() - self.start);
        let result = (&mut self.rest).take(missing as u64).read_to_end(&mut self.ahead);
        if let Err(source) = result {
            let line = self.ahead.iter().filter(|&&byte| byte == b'\n').count() as u64;
            return Err(self.error(source, line));
        }
        let end = self.ahead.len().min(self.start + len);
        Ok(&self.ahead[self.start..end])
    }

    /// The first byte that is neither white space nor part of a byte-order mark, among the first 4096.
    pub(super) fn first_mark(&mut self) -> Result<Option<u8>, TableError> {
        let head = self.head(4096)?;
        let head = head.strip_prefix(UTF8_MARK).unwrap_or(head);
        Ok(head.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
    }

    /// Takes a byte-order mark off.
    ///
    /// # Errors
    /// The file is empty, or its mark says UTF-16.
    pub(super) fn begin_text(&mut self) -> Result<(), TableError> {
        let head = self.head(3)?;
        if head.is_empty() {
            return Err(TableError::Empty { path: self.path.clone() });
        }
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(TableError::Utf16 { path: self.path.clone() });
        }
        if head == UTF8_MARK {
            self.start += UTF8_MARK.len();
        }
        Ok(())
    }

    /// An error of reading, in the words of the file; `line` is the last whole one.
    pub(super) fn error(&self, source: io::Error, line: u64) -> TableError {
        ErrorContext { path: self.path.clone(), is_gzip: self.is_gzip }.error(source, line)
    }

    /// What is needed to report errors after the input was handed to a parser.
    pub(super) fn context(&self) -> ErrorContext {
        ErrorContext { path: self.path.clone(), is_gzip: self.is_gzip }
    }

    /// A meter of the bytes that were read from the disk.
    pub(super) fn meter(&self) -> Meter {
        Meter { raw_bytes: self.raw_bytes.clone(), reported: 0 }
    }
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ahead = &self.ahead[self.start..];
        if ahead.is_empty() {
            return self.rest.read(buffer);
        }
        let len = ahead.len().min(buffer.len());
        buffer[..len].copy_from_slice(&ahead[..len]);
        self.start += len;
        Ok(len)
    }
}

/// Turns errors of reading into those of the table.
#[derive(Clone)]
pub(super) struct ErrorContext {
    pub(super) path: PathBuf,
    is_gzip: bool,
}

impl ErrorContext {
    pub(super) fn error(&self, source: io::Error, line: u64) -> TableError {
        let path = self.path.clone();
        match source.kind() {
            io::ErrorKind::UnexpectedEof if self.is_gzip => TableError::GzipTruncated { path, line },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if self.is_gzip => {
                TableError::GzipDamaged { path, line, source }
            }
            _ => TableError::Io { path, source },
        }
    }
}

/// Reports the bytes that came from the disk since it was last asked.
pub(super) struct Meter {
    raw_bytes: Arc<AtomicU64>,
    reported: u64,
}

impl Meter {
    pub(super) fn report(&mut self, progress: &dyn Progress) {
        let bytes = self.raw_bytes.load(Ordering::Relaxed);
        if bytes > self.reported {
            progress.advance(bytes - self.reported);
            self.reported = bytes;
        }
    }
}
