//! Little-endian values in a section's bytes, read with every length checked.

/// What a reader expected instead of what it found.
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

/// Something wrong at a byte of a section; the caller knows which section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: &'static str,
    /// From the start of the section.
    pub(super) at: usize,
    pub(super) found: u64,
    pub(super) expected: Expected,
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

    /// How many bytes are left.
    pub(super) fn num_left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// A fault at the current byte.
    #[cold]
    pub(super) fn fault(&self, what: &'static str, found: u64, expected: Expected) -> Fault {
        Fault { what, at: self.at, found, expected }
    }

    /// The next `num_bytes` bytes.
    pub(super) fn take(&mut self, num_bytes: usize) -> Result<&'a [u8], Fault> {
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

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        for (to, from) in array.iter_mut().zip(self.take(N)?) {
            *to = *from;
        }
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn f32(&mut self) -> Result<f32, Fault> {
        Ok(f32::from_bits(self.u32()?))
    }

    pub(super) fn f64(&mut self) -> Result<f64, Fault> {
        Ok(f64::from_bits(self.u64()?))
    }

    /// A string: u16 number of bytes, then UTF-8.
    pub(super) fn text(&mut self) -> Result<&'a str, Fault> {
        let num_bytes = self.u16()?;
        let at = self.at;
        let bytes = self.take(num_bytes.into())?;
        std::str::from_utf8(bytes).map_err(|error| {
            let wrong = bytes.get(error.valid_up_to()).copied().unwrap_or(0);
            Fault {
                what: "byte of a text",
                at: at + error.valid_up_to(),
                found: wrong.into(),
                expected: Expected::Text("UTF-8"),
            }
        })
    }

    /// Checks that nothing is left.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.num_left() {
            0 => Ok(()),
            left => Err(self.fault("number of bytes after the section's content", left as u64, Expected::Exactly(0))),
        }
    }
}

/// Writes a section.
#[derive(Debug, Default)]
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
