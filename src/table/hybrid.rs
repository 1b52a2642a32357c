//! Parquet's hybrid encoding of small whole numbers: runs of one number, and groups of eight that are packed from the
//! lowest bit on.
//!
//! A run of two bytes may stand for two thousand million numbers, so that they are decoded as they are asked for.

use bytes::Bytes;
use parquet::errors::ParquetError;

/// Numbers that are decoded from first to last.
pub(super) struct Hybrid {
    bytes: Bytes,
    /// Bits of a number.
    width: u32,
    /// Where the next run begins.
    next: usize,
    run: Run,
}

enum Run {
    Repeated {
        value: u32,
        num_left: usize,
    },
    Packed {
        /// Where the packed bytes are.
        start: usize,
        end: usize,
        /// Numbers that were read of it.
        num_read: usize,
        num_left: usize,
    },
}

impl Hybrid {
    /// Numbers of `width` bits.
    ///
    /// # Errors
    /// Numbers have more than 32 bits.
    pub(super) fn new(bytes: Bytes, width: u32) -> Result<Hybrid, ParquetError> {
        if width > 32 {
            return Err(damaged("a number has more than 32 bits"));
        }
        Ok(Hybrid { bytes, width, next: 0, run: Run::Repeated { value: 0, num_left: 0 } })
    }

    /// Adds the next `num_values` numbers to `values`.
    ///
    /// # Errors
    /// There are fewer.
    pub(super) fn read(&mut self, num_values: usize, values: &mut Vec<u32>) -> Result<(), ParquetError> {
        let end = values.len() + num_values;
        values.reserve(num_values);
        while values.len() < end {
            let wanted = end - values.len();
            let width = self.width as usize;
            match &mut self.run {
                Run::Repeated { num_left: 0, .. } | Run::Packed { num_left: 0, .. } => self.run = self.begin()?,
                Run::Repeated { value, num_left } => {
                    let taken = wanted.min(*num_left);
                    values.resize(values.len() + taken, *value);
                    *num_left -= taken;
                }
                Run::Packed { start, end, num_read, num_left } => {
                    let taken = wanted.min(*num_left);
                    let packed = &self.bytes[*start..*end];
                    if packed.len() * 8 < (*num_read + taken) * width {
                        return Err(damaged("numbers go beyond their page"));
                    }
                    unpack(packed, self.width, *num_read, taken, values);
                    *num_read += taken;
                    *num_left -= taken;
                }
            }
        }
        Ok(())
    }

    /// Hands over all numbers as runs, each a number and how often it comes, up to `num_values` altogether.
    ///
    /// # Errors
    /// There are fewer.
    pub(super) fn runs(mut self, num_values: usize, mut take: impl FnMut(u32, usize)) -> Result<(), ParquetError> {
        let mut num_left = num_values;
        let mut unpacked = Vec::new();
        while num_left > 0 {
            match &mut self.run {
                Run::Repeated { value, num_left: in_run } if *in_run > 0 => {
                    let taken = num_left.min(*in_run);
                    take(*value, taken);
                    *in_run -= taken;
                    num_left -= taken;
                }
                Run::Packed { num_left: in_run, .. } if *in_run > 0 => {
                    let taken = num_left.min(*in_run).min(1 << 12);
                    unpacked.clear();
                    self.read(taken, &mut unpacked)?;
                    unpacked.iter().for_each(|&value| take(value, 1));
                    num_left -= taken;
                }
                _ => self.run = self.begin()?,
            }
        }
        Ok(())
    }

    /// Reads the head of the next run.
    fn begin(&mut self) -> Result<Run, ParquetError> {
        let from = self.bytes.get(self.next..).unwrap_or_default();
        let (header, rest) = read_varint(from).ok_or_else(|| damaged("numbers go beyond their page"))?;
        let start = self.bytes.len() - rest.len();
        let length = (header >> 1) as usize;
        if length == 0 {
            return Err(damaged("a run is empty"));
        }
        if header & 1 == 0 {
            let num_bytes = self.width.div_ceil(8) as usize;
            let value = rest.get(..num_bytes).ok_or_else(|| damaged("numbers go beyond their page"))?;
            let value = value.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            self.next = start + num_bytes;
            return Ok(Run::Repeated { value, num_left: length });
        }
        // Writers may cut the padding of the last group off.
        let end = self.bytes.len().min(start.saturating_add(length.saturating_mul(self.width as usize)));
        self.next = end;
        Ok(Run::Packed { start, end, num_read: 0, num_left: length.saturating_mul(8) })
    }
}

/// Adds `num_values` numbers behind the first `num_before`.
fn unpack(packed: &[u8], width: u32, num_before: usize, num_values: usize, values: &mut Vec<u32>) {
    let mask = (1u64 << width) - 1;
    let first_bit = num_before * width as usize;
    let mut bytes = packed[first_bit / 8..].iter();
    let (mut bits, mut num_bits) = (0u64, 0);
    let skipped = (first_bit % 8) as u32;
    if skipped > 0 {
        bits = u64::from(bytes.next().copied().unwrap_or(0)) >> skipped;
        num_bits = 8 - skipped;
    }
    values.extend((0..num_values).map(|_| {
        while num_bits < width {
            bits |= u64::from(bytes.next().copied().unwrap_or(0)) << num_bits;
            num_bits += 8;
        }
        let value = (bits & mask) as u32;
        bits >>= width;
        num_bits -= width;
        value
    }));
}

/// Seven bits a byte, the lowest first.
pub(super) fn read_varint(from: &[u8]) -> Option<(u32, &[u8])> {
    let length = from.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (bytes, rest) = from.split_at(length);
    let value = bytes.iter().rev().fold(0u64, |value, &byte| value << 7 | u64::from(byte & 0x7f));
    Some((u32::try_from(value).ok()?, rest))
}

pub(super) fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Hybrid;

    /// A run of one number, or numbers that are packed.
    fn encode(runs: &[(bool, Vec<u32>)], width: u32) -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        for (is_packed, numbers) in runs {
            let numbers: Vec<u32> = numbers.iter().map(|&number| number & ((1u64 << width) - 1) as u32).collect();
            if *is_packed {
                let num_groups = numbers.len().div_ceil(8);
                bytes.push((num_groups << 1 | 1) as u8);
                let mut bits = vec![0u8; num_groups * width as usize];
                for (at, number) in numbers.iter().enumerate() {
                    for bit in 0..width as usize {
                        bits[(at * width as usize + bit) / 8] |=
                            ((number >> bit & 1) as u8) << ((at * width as usize + bit) % 8);
                    }
                }
                bytes.extend(bits);
                values.extend(numbers.iter().copied().chain(std::iter::repeat(0)).take(num_groups * 8));
            } else {
                bytes.push((numbers.len() << 1) as u8);
                bytes.extend(&numbers[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                values.extend(std::iter::repeat_n(numbers[0], numbers.len()));
            }
        }
        (bytes, values)
    }

    proptest! {
        #[test]
        fn numbers_come_out_in_parts_of_any_size_and_as_runs(
            width in 0u32..=32,
            runs in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 1..60)), 1..6),
            sizes in prop::collection::vec(1usize..50, 1..20),
        ) {
            let (bytes, expected) = encode(&runs, width);
            let mut hybrid = Hybrid::new(bytes.clone().into(), width).unwrap();
            let mut values = Vec::new();
            for size in sizes.iter().cycle() {
                let size = (*size).min(expected.len() - values.len());
                hybrid.read(size, &mut values).unwrap();
                if values.len() == expected.len() {
                    break;
                }
            }
            prop_assert_eq!(&values, &expected);
            prop_assert!(hybrid.read(1, &mut values).is_err());
            let mut of_runs = Vec::new();
            let hybrid = Hybrid::new(bytes.into(), width).unwrap();
            hybrid.runs(expected.len(), |value, times| of_runs.extend(std::iter::repeat_n(value, times))).unwrap();
            prop_assert_eq!(of_runs, expected);
        }
    }

    #[test]
    fn what_is_damaged_is_an_error() {
        let read = |bytes: &'static [u8], width, num_values| {
            Hybrid::new(bytes.into(), width).and_then(|mut hybrid| hybrid.read(num_values, &mut Vec::new()))
        };
        assert!(read(&[4, 1], 8, 2).is_ok());
        for (bytes, width, num_values) in
            [(&[4, 1][..], 33, 2), (&[4, 1], 8, 3), (&[0, 1], 8, 1), (&[4], 8, 1), (&[3, 1], 8, 8), (&[0xff; 6], 8, 1)]
        {
            assert!(read(bytes, width, num_values).is_err(), "{bytes:?} {width} {num_values}");
        }
    }
}
