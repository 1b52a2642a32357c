//! Errors of a model file, or of a model that is to be written.

use super::bytes::Expected;
use std::fmt;

/// The reason why a model cannot be opened or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// There are no bytes at all.
    #[error("the model is empty (0 bytes); check the file, or what the server sends")]
    Empty,
    /// The bytes are something else than a model.
    #[error("not a vicino model: {0}")]
    Foreign(Foreign),
    /// The format is newer than this version reads.
    #[error("the model is of format {major}.{minor}, this version reads 2; update vicino")]
    Newer {
        /// Major number found.
        major: u16,
        /// Minor number found.
        minor: u16,
    },
    /// The end is missing.
    #[error("the model has {found} bytes, expected {expected}: its end is missing; download it again")]
    Truncated {
        /// Bytes given.
        found: u64,
        /// Bytes that the file says it has; a lower bound if even that is cut off.
        expected: u64,
    },
    /// Bytes follow the end.
    #[error("the model has {found} bytes, expected {expected}: something follows its end; download it again")]
    Trailing {
        /// Bytes given.
        found: u64,
        /// Bytes that the file says it has.
        expected: u64,
    },
    /// A section's bytes have changed since they were written.
    #[error(
        "section `{section}` at byte {offset}: checksum is {found:#x}, expected {expected:#x}; download the model again"
    )]
    Checksum {
        /// Name of the section.
        section: &'static str,
        /// Where it starts in the file.
        offset: u64,
        /// Checksum of the bytes.
        found: u32,
        /// Checksum that the file states.
        expected: u32,
    },
    /// A section holds a value that no writer writes.
    #[error("section `{section}` at byte {offset}: {what} is {found}, expected {expected}; train the model again")]
    Corrupt {
        /// Name of the section.
        section: &'static str,
        /// Where in the file.
        offset: u64,
        /// Name of the wrong value.
        what: &'static str,
        /// The value found.
        found: u64,
        /// The value expected.
        expected: Expected,
    },
    /// A section occurs twice.
    #[error("section `{section}` occurs twice, again at byte {offset}; train the model again")]
    Duplicate {
        /// Name of the section.
        section: &'static str,
        /// Where the second one's entry is in the file.
        offset: u64,
    },
    /// A section that every model has is not there.
    #[error("section `{section}` is missing; train the model again")]
    Missing {
        /// Name of the section.
        section: &'static str,
    },
    /// The file needs something that this version does not know.
    #[error("section `{section}`: {what} {found} is not known to this version; update vicino")]
    Unsupported {
        /// Name of the section.
        section: &'static str,
        /// Name of the unknown value.
        what: &'static str,
        /// Its number.
        found: u64,
    },
    /// A model, in memory, that no file can hold.
    #[error("the model's {part} number {at}: {what} is {found}, expected {expected}")]
    Invalid {
        /// Part of the model.
        part: &'static str,
        /// Item, row or position in it.
        at: u64,
        /// Name of the wrong value.
        what: &'static str,
        /// The value found.
        found: u64,
        /// The value expected.
        expected: Expected,
    },
}

/// The kind of file that the bytes seem to be instead of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// A web page, often a server's error page.
    Html,
    /// JSON text.
    Json,
    /// A gzip archive, or a response whose encoding header is missing.
    Gzip,
    /// A model whose line ends or high bits were changed in transfer.
    TextMode,
    /// Something else, with its first bytes.
    Other([u8; 4]),
}

impl fmt::Display for Foreign {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Foreign::Html => "it is a web page (HTML); check the address",
            Foreign::Json => "it is JSON; check the address",
            Foreign::Gzip => "it is gzip; decompress it, or send it with `content-encoding: gzip`",
            Foreign::TextMode => "it was transferred as text, which changed its bytes; transfer it as binary",
            Foreign::Other([a, b, c, d]) => {
                return write!(to, "it starts with the bytes {a:02x} {b:02x} {c:02x} {d:02x}; check the address");
            }
        })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, number) = match *self {
            Expected::Exactly(number) => ("", number),
            Expected::AtMost(number) => ("at most ", number),
            Expected::AtLeast(number) => ("at least ", number),
            Expected::Text(words) => return to.write_str(words),
        };
        write!(to, "{words}{number}")
    }
}

impl ModelError {
    /// A stable short code: `model-empty`, `model-foreign`, `model-newer`, `model-truncated`, `model-corrupt`
    /// or `model-invalid`.
    pub fn code(&self) -> &'static str {
        match self {
            ModelError::Empty => "model-empty",
            ModelError::Foreign(_) => "model-foreign",
            ModelError::Newer { .. } | ModelError::Unsupported { .. } => "model-newer",
            ModelError::Truncated { .. } => "model-truncated",
            ModelError::Invalid { .. } => "model-invalid",
            ModelError::Trailing { .. }
            | ModelError::Checksum { .. }
            | ModelError::Corrupt { .. }
            | ModelError::Duplicate { .. }
            | ModelError::Missing { .. } => "model-corrupt",
        }
    }
}
