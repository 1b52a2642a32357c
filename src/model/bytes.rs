//! Little-endian values in a section's bytes, read with every length checked.

/// The value that a reader expected instead of the one it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// This very value.
    Exactly(u64),
    /// This value or less.
    AtMost(u64),
    /// This value or more.
    AtLeast(u64),
    /// Something that words say better.
    Text(&'static str),
}

#[cfg(not(feature = "read"))]
pub(super) use self::compact::DecodeError;
/// Something wrong in a section; the caller knows which section.
#[cfg(feature = "read")]
pub(super) use self::verbose::DecodeError;

/// Errors for the trainer: all that is known.
#[cfg(feature = "read")]
mod verbose {
    use super::Expected;
    use crate::model::ModelError;

    /// Boxed, so that handing it on costs little.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(in crate::model) struct DecodeError(Box<Problem>);

    #[derive(Clone, Debug, PartialEq, Eq)]
    enum Problem {
        Wrong { what: &'static str, at: usize, found: u64, expected: Expected },
        Unknown { what: &'static str, found: u64 },
        Missing,
    }

    impl DecodeError {
        /// A value that no writer writes, at a byte counted from the start of the section.
        #[cold]
        pub(in crate::model) fn wrong(what: &'static str, at: usize, found: u64, expected: Expected) -> DecodeError {
            DecodeError(Box::new(Problem::Wrong { what, at, found, expected }))
        }

        /// A number that a newer writer has given a meaning.
        #[cold]
        pub(in crate::model) fn unknown(what: &'static str, found: u64) -> DecodeError {
            DecodeError(Box::new(Problem::Unknown { what, found }))
        }

        /// The section is not there.
        #[cold]
        pub(in crate::model) fn missing() -> DecodeError {
            DecodeError(Box::new(Problem::Missing))
        }

        /// The error for a fault in a section that starts at byte `start`.
        #[cold]
        pub(in crate::model) fn in_section(self, section: &'static str, start: usize) -> ModelError {
            match *self.0 {
                Problem::Wrong { what, at, found, expected } => {
                    ModelError::Corrupt { section, offset: start.saturating_add(at) as u64, what, found, expected }
                }
                Problem::Unknown { what, found } => ModelError::Unsupported { section, what, found },
                Problem::Missing => ModelError::Missing { section },
            }
        }

        #[cfg(test)]
        pub(in crate::model) fn expected(&self) -> Option<Expected> {
            if let Problem::Wrong { expected, .. } = &*self.0 { Some(*expected) } else { None }
        }
    }
}

/// Errors for a shop's page: the position only. Words and values take a tenth of its module; `vicino inspect` prints
/// them.
#[cfg(not(feature = "read"))]
mod compact {
    use super::Expected;
    use crate::model::ModelError;

    /// The byte in the section, or one of two marks.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::model) struct DecodeError(u32);

    const MISSING: u32 = u32::MAX;
    const UNKNOWN: u32 = u32::MAX - 1;

    impl DecodeError {
        #[inline(always)]
        pub(in crate::model) fn wrong(_: &'static str, at: usize, _: u64, _: Expected) -> DecodeError {
            DecodeError(at as u32)
        }

        #[inline(always)]
        pub(in crate::model) fn unknown(_: &'static str, _: u64) -> DecodeError {
            DecodeError(UNKNOWN)
        }

        #[inline(always)]
        pub(in crate::model) fn missing() -> DecodeError {
            DecodeError(MISSING)
        }

        #[cold]
        #[inline(never)]
        pub(in crate::model) fn in_section(self, section: &'static str, start: usize) -> ModelError {
            match self.0 {
                MISSING => ModelError::Missing { section },
                UNKNOWN => ModelError::Unsupported { section, what: "", found: 0 },
                at => ModelError::Corrupt {
                    section,
                    offset: start.saturating_add(at as usize) as u64,
                    what: "",
                    found: 0,
                    expected: Expected::Text(""),
                },
            }
        }
    }
}

/// Reads a section from its first byte to its last.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    /// Gives the number of bytes left.
    pub(super) fn num_left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The current byte.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// A fault at the current byte.
    #[cfg_attr(feature = "read", cold)]
    #[cfg_attr(not(feature = "read"), inline(always))]
    pub(super) fn fault(&self, what: &'static str, found: u64, expected: Expected) -> DecodeError {
        DecodeError::wrong(what, self.at, found, expected)
    }

    /// The next `num_bytes` bytes.
    pub(super) fn take(&mut self, num_bytes: usize) -> Result<&'a [u8], DecodeError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..num_bytes)) {
            Some(taken) => {
                self.at += num_bytes;
                Ok(taken)
            }
            None => {
                Err(self.fault("number of bytes left", self.num_left() as u64, Expected::AtLeast(num_bytes as u64)))
            }
        }
    }

    /// All bytes that are left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at = self.bytes.len();
        rest
    }

    /// The number in the next `num_bytes` (1 to 8) bytes; one function for all widths, for the sake of its size.
    #[inline(never)]
    fn number(&mut self, num_bytes: usize) -> Result<u64, DecodeError> {
        Ok(self.take(num_bytes)?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.number(1)? as u8)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(self.number(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(self.number(4)? as u32)
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.number(8)
    }

    pub(super) fn f32(&mut self) -> Result<f32, DecodeError> {
        Ok(f32::from_bits(self.u32()?))
    }

    pub(super) fn f64(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_bits(self.u64()?))
    }

    /// A string: u16 number of bytes, then UTF-8.
    pub(super) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let num_bytes = self.u16()?;
        let at = self.at;
        let bytes = self.take(num_bytes.into())?;
        std::str::from_utf8(bytes).map_err(|error| {
            let wrong = bytes.get(error.valid_up_to()).copied().unwrap_or(0);
            DecodeError::wrong("byte of a text", at + error.valid_up_to(), wrong.into(), Expected::Text("UTF-8"))
        })
    }

    /// Checks that nothing is left.
    pub(super) fn end(&self) -> Result<(), DecodeError> {
        match self.num_left() {
            0 => Ok(()),
            left => Err(self.fault("number of bytes after the section's content", left as u64, Expected::Exactly(0))),
        }
    }
}

/// Writes a section.
#[derive(Clone, Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn f32(&mut self, value: f32) {
        self.u32(value.to_bits());
    }

    pub(super) fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    /// Writes what [`Reader::text`] reads; the text has at most 65,535 bytes.
    pub(super) fn text(&mut self, text: &str) {
        self.u16(text.len() as u16);
        self.bytes(text.as_bytes());
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
