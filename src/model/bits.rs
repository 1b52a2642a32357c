//! Bit streams: the first bit of a stream is the highest bit of its first byte.

/// Writes bits; the last byte is filled up with zeros.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Up to 31 bits that are not among the bytes yet, in the lowest `num_pending` bits.
    pending: u64,
    num_pending: u32,
}

impl BitWriter {
    /// Appends the lowest `num_bits` (0 to 32) bits of `value`, the highest of them first.
    #[inline]
    pub(super) fn write(&mut self, value: u32, num_bits: u32) {
        let mask = (1u64 << num_bits.min(32)) - 1;
        self.pending = (self.pending << num_bits) | (u64::from(value) & mask);
        self.num_pending += num_bits;
        if self.num_pending >= 32 {
            self.num_pending -= 32;
            self.bytes.extend_from_slice(&((self.pending >> self.num_pending) as u32).to_be_bytes());
        }
    }

    /// Appends the lowest `num_bits` (0 to 64) bits of `value`.
    pub(super) fn write_wide(&mut self, value: u64, num_bits: u32) {
        self.write((value >> 32) as u32, num_bits.saturating_sub(32));
        self.write(value as u32, num_bits.min(32));
    }

    /// The finished stream.
    pub(super) fn finish(mut self) -> Vec<u8> {
        // Fills up to 32 bits, of which the bytes that hold none of ours are left out.
        let num_bytes = self.bytes.len() + self.num_pending.div_ceil(8) as usize;
        self.write(0, 32 - self.num_pending);
        self.bytes.truncate(num_bytes);
        self.bytes
    }
}

/// Reads bits. Beyond the end it yields zeros; [`BitReader::is_done`] tells afterwards whether that happened.
///
/// Callers bound their loops by the length of the stream, and so need to ask only once.
#[derive(Clone, Copy, Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next byte to load; runs past the end together with the bits read there.
    next: usize,
    /// Loaded bits, the next one highest.
    loaded: u64,
    num_loaded: u32,
    broken: bool,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader { bytes, next: 0, loaded: 0, num_loaded: 0, broken: false }
    }

    /// Loads at least 56 bits, enough for a prefix code (12) and a number (32) after it.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(word) = self.bytes.get(self.next..).and_then(|rest| rest.first_chunk::<8>()) {
            self.loaded |= u64::from_be_bytes(*word) >> self.num_loaded;
            self.next += ((63 - self.num_loaded) >> 3) as usize;
            self.num_loaded |= 56;
        } else {
            while self.num_loaded < 56 {
                let byte = self.bytes.get(self.next).copied().unwrap_or(0);
                self.loaded |= u64::from(byte) << (56 - self.num_loaded);
                self.next += 1;
                self.num_loaded += 8;
            }
        }
    }

    /// The next `num_bits` (0 to 32) bits, which must have been loaded.
    #[inline(always)]
    pub(super) fn peek(&self, num_bits: u32) -> u32 {
        ((self.loaded >> 1) >> (63 - num_bits)) as u32
    }

    /// Goes past `num_bits` (0 to 32) loaded bits.
    #[inline(always)]
    pub(super) fn skip(&mut self, num_bits: u32) {
        self.loaded <<= num_bits;
        self.num_loaded = self.num_loaded.saturating_sub(num_bits);
    }

    /// Takes `num_bits` (0 to 32) loaded bits.
    #[inline(always)]
    pub(super) fn take(&mut self, num_bits: u32) -> u32 {
        let value = self.peek(num_bits);
        self.skip(num_bits);
        value
    }

    /// Loads and takes `num_bits` (0 to 64) bits.
    #[inline(never)]
    pub(super) fn read_wide(&mut self, num_bits: u32) -> u64 {
        self.refill();
        let high = self.take(num_bits.saturating_sub(32));
        self.refill();
        u64::from(high) << 32 | u64::from(self.take(num_bits.min(32)))
    }

    /// Remembers that the stream holds something that no writer writes.
    pub(super) fn mark_broken(&mut self) {
        self.broken = true;
    }

    /// How many bits have been taken.
    pub(super) fn position(&self) -> usize {
        (self.next * 8).saturating_sub(self.num_loaded as usize)
    }

    /// Whether the stream was sound and is read to its end: only zeros, fewer than eight, are left.
    pub(super) fn is_done(&self) -> bool {
        let num_bits = self.bytes.len() * 8;
        let left = num_bits.wrapping_sub(self.position());
        !self.broken && left < 8 && self.bytes.last().is_none_or(|last| u32::from(*last) & ((1 << left) - 1) == 0)
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(numbers in prop::collection::vec((any::<u64>(), 0u32..=64), 0..200)) {
            let mut writer = BitWriter::default();
            let mut num_bits = 0;
            for &(value, width) in &numbers {
                writer.write_wide(value, width);
                num_bits += width as usize;
            }
            let bytes = writer.finish();
            prop_assert_eq!(bytes.len(), num_bits.div_ceil(8));
            let mut reader = BitReader::new(&bytes);
            for &(value, width) in &numbers {
                let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
                prop_assert_eq!(reader.read_wide(width), value & mask);
            }
            prop_assert_eq!(reader.position(), num_bits);
            prop_assert!(reader.is_done());
        }
    }

    #[test]
    fn a_stream_read_too_far_or_not_far_enough_is_not_done() {
        let mut reader = BitReader::new(&[0, 0]);
        reader.read_wide(8);
        assert!(!reader.is_done());
        reader.read_wide(1);
        assert!(reader.is_done());
        reader.read_wide(8);
        assert!(!reader.is_done());
    }

    #[test]
    fn a_filled_up_bit_that_is_not_zero_is_noticed() {
        let mut reader = BitReader::new(&[0b1000_0001]);
        reader.read_wide(1);
        assert!(!reader.is_done());
    }
}
