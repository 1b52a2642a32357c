//! The bytes of a text, be it a file, standard input or in memory: decompressed, without a byte-order mark, with a look
//! ahead.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::encoding::{self, Decoder, Encoding};
use super::limit::{Limit, Limited, TooLarge, is_long_row, most_rows};
use super::remark::Remarks;
use super::{Origin, TableError, zstd};
use crate::Progress;

/// A file opened for reading from its first byte, decompressed if it is compressed.
pub(super) struct Input {
    path: PathBuf,
    origin: Origin,
    remarks: Remarks,
    raw_bytes: Arc<AtomicU64>,
    compression: Compression,
    /// Bytes that were looked at already and are still to be read.
    ahead: Vec<u8>,
    start: usize,
    rest: Box<dyn Read>,
}

/// Compression of a stream, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn of(magic: &[u8]) -> Compression {
        match magic {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// As messages name it.
    const fn name(self) -> &'static str {
        match self {
            Compression::None => "plain",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }
}

/// Counts the bytes that come from the file, before decompression.
struct Counted {
    file: Box<dyn Read>,
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
    pub(super) fn open(origin: &Origin, remarks: &Remarks) -> Result<Input, TableError> {
        let path = origin.path();
        let io_error = |source| TableError::Io { path: path.to_owned(), source };
        let mut file = origin.open().map_err(io_error)?;
        let mut magic = Vec::with_capacity(4);
        (&mut file).take(4).read_to_end(&mut magic).map_err(io_error)?;
        let raw_bytes = Arc::new(AtomicU64::new(0));
        let compression = Compression::of(&magic);
        let counted = io::Cursor::new(magic).chain(Counted { file, raw_bytes: raw_bytes.clone() });
        let buffered = |counted| io::BufReader::with_capacity(1 << 16, counted);
        let limited = |stream| Limited { stream, limit: Limit::of_stream(raw_bytes.clone()) };
        let rest: Box<dyn Read> = match compression {
            Compression::Gzip => Box::new(limited(Box::new(MultiGzDecoder::new(buffered(counted))) as Box<dyn Read>)),
            Compression::Zstd => Box::new(limited(zstd::zstd_decoder(buffered(counted)).map_err(io_error)?)),
            Compression::None => Box::new(counted),
        };
        let (origin, remarks) = (origin.clone(), remarks.clone());
        Ok(Input { path: path.to_owned(), origin, remarks, raw_bytes, compression, ahead: Vec::new(), start: 0, rest })
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

    /// Makes UTF-8 of the text, and takes a byte-order mark off.
    ///
    /// # Errors
    /// The file is empty, or XML declares an encoding that is not known here.
    pub(super) fn begin_text(&mut self) -> Result<(), TableError> {
        let path = self.path.clone();
        let head = self.head(4096)?;
        if head.is_empty() {
            return Err(TableError::Empty { path });
        }
        let (mut encoding, mark) = Encoding::of(head);
        if encoding == Encoding::Unknown
            && let Some(declared) = declared_encoding(&head[mark..])
        {
            let known = Encoding::declared(&declared).map_err(|()| TableError::Encoding { path, found: declared })?;
            encoding = known.unwrap_or(encoding);
        }
        self.start += mark;
        let ahead = std::mem::take(&mut self.ahead).split_off(self.start);
        self.start = 0;
        let rest = std::mem::replace(&mut self.rest, Box::new(io::empty()));
        let origin = self.origin.clone();
        let has_utf8 = Box::new(move || {
            let input = Input::open(&origin, &Remarks::default()).map_err(io::Error::other)?;
            encoding::has_utf8(input)
        });
        let text = io::Cursor::new(ahead).chain(rest);
        self.rest = Box::new(Decoder::new(text, encoding, self.remarks.clone(), has_utf8));
        self.forget_declaration()
    }

    /// Blanks the encoding that XML declares, because the text no longer has it.
    fn forget_declaration(&mut self) -> Result<(), TableError> {
        let head = self.head(256)?;
        let declared = declared_encoding(head).and_then(|name| {
            let start = head.windows(8).position(|word| word == b"encoding")?;
            let value = head[start..].windows(name.len().max(1)).position(|word| word == name.as_bytes())?;
            Some(start..start + value + name.len() + 1)
        });
        if let Some(place) = declared {
            let start = self.start;
            self.ahead[start + place.start..start + place.end].fill(b' ');
        }
        Ok(())
    }

    /// Steps over bytes that were looked at.
    pub(super) fn skip(&mut self, num_bytes: usize) {
        self.start = self.ahead.len().min(self.start + num_bytes);
    }

    /// The remarks on this file.
    pub(super) fn remarks(&self) -> Remarks {
        self.remarks.clone()
    }

    /// An error of reading, in the words of the file; `line` is the last whole one.
    pub(super) fn error(&self, source: io::Error, line: u64) -> TableError {
        ErrorContext { path: self.path.clone(), compression: self.compression }.error(source, line)
    }

    /// Returns the context for errors that come after the input was handed to a parser.
    pub(super) fn context(&self) -> ErrorContext {
        ErrorContext { path: self.path.clone(), compression: self.compression }
    }

    /// A meter of the bytes that were read from the disk.
    pub(super) fn meter(&self) -> Meter {
        Meter { path: self.path.clone(), compression: self.compression, raw_bytes: self.raw_bytes.clone(), reported: 0 }
    }
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The encoding that the first line of an XML file declares.
fn declared_encoding(head: &[u8]) -> Option<String> {
    let head = head.trim_ascii_start();
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?.strip_prefix("<?xml")?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name.trim().to_owned())
}

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
    compression: Compression,
}

impl ErrorContext {
    pub(super) fn error(&self, source: io::Error, line: u64) -> TableError {
        if let Some(error) = TooLarge::of(&source, &self.path) {
            return error;
        }
        let path = self.path.clone();
        if is_long_row(&source) {
            return TableError::LongRow { path, row: "the row on line", number: line + 1 };
        }
        let format = self.compression.name();
        match source.kind() {
            _ if self.compression == Compression::None => TableError::Io { path, source },
            io::ErrorKind::UnexpectedEof => TableError::Truncated { path, format, line },
            // zstd's own errors have no better kind.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
                TableError::Damaged { path, format, line, source }
            }
            _ => TableError::Io { path, source },
        }
    }
}

/// Reports the bytes that came from the disk since it was last asked.
pub(super) struct Meter {
    path: PathBuf,
    compression: Compression,
    raw_bytes: Arc<AtomicU64>,
    reported: u64,
}

impl Meter {
    /// Checks that a compressed stream has no more rows than one of its size can have: each becomes an event in memory.
    pub(super) fn check_rows(&self, num_rows: u64) -> Result<(), TableError> {
        let most = most_rows(self.raw_bytes.load(Ordering::Relaxed));
        if self.compression == Compression::None || num_rows <= most {
            return Ok(());
        }
        Err(TableError::TooManyRows { path: self.path.clone(), format: self.compression.name(), num_rows, most })
    }

    pub(super) fn report(&mut self, progress: &dyn Progress) {
        let bytes = self.raw_bytes.load(Ordering::Relaxed);
        if bytes > self.reported {
            progress.advance(bytes - self.reported);
            self.reported = bytes;
        }
    }
}
