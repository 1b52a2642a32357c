//! A range coder with carry (Martin 1979, in the form of LZMA) over whole numbers.
//!
//! The writer's first byte is always 0 and is left out, and so are zeros at the end: a reader takes zeros beyond the
//! end.

/// The range is renewed before it has fewer bits than this leaves.
const LEAST_RANGE: u32 = 1 << 24;

/// Writes decisions.
#[derive(Debug)]
pub(in crate::model) struct Encoder {
    low: u64,
    range: u32,
    /// The byte that a carry may still change, and how many bytes `ff` follow it.
    cache: u8,
    num_pending: usize,
    is_first: bool,
    bytes: Vec<u8>,
}

impl Encoder {
    pub(in crate::model) fn new() -> Encoder {
        Encoder { low: 0, range: u32::MAX, cache: 0, num_pending: 0, is_first: true, bytes: Vec::new() }
    }

    /// Writes a decision that is true with `probability`, in 1/65536, 1 to 65535.
    pub(in crate::model) fn bit(&mut self, probability: u32, value: bool) {
        self.cut(part(self.range, probability), value);
    }

    /// Writes a decision that is true in `share` of `whole` cases.
    pub(in crate::model) fn share(&mut self, share: u32, whole: u32, value: bool) {
        self.cut(self.range / whole * share, value);
    }

    /// Writes one of `whole` equal cases.
    pub(in crate::model) fn uniform(&mut self, whole: u32, case: u32) {
        self.interval(whole, case, 1);
    }

    /// Writes an interval of `length` cases out of `whole`, which starts at `start`.
    pub(in crate::model) fn interval(&mut self, whole: u32, start: u32, length: u32) {
        let unit = self.range / whole;
        self.low += u64::from(unit) * u64::from(start);
        self.range = if start + length == whole { self.range - unit * start } else { unit * length };
        self.renew();
    }

    fn cut(&mut self, bound: u32, value: bool) {
        if value {
            self.range = bound;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
        }
        self.renew();
    }

    fn renew(&mut self) {
        while self.range < LEAST_RANGE {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        if carry == 0 && self.low >= 0xff00_0000 {
            self.num_pending += 1;
        } else {
            if !self.is_first {
                self.bytes.push(self.cache.wrapping_add(carry));
            }
            self.is_first = false;
            self.bytes.resize(self.bytes.len() + self.num_pending, 0xff_u8.wrapping_add(carry));
            self.num_pending = 0;
            self.cache = (self.low >> 24) as u8;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// The stream, in as few bytes as tell what was written from all else.
    pub(in crate::model) fn finish(mut self) -> Vec<u8> {
        let (least, most) = (self.low, self.low + u64::from(self.range) - 1);
        // Of the numbers in the range the one of most zeros at the end.
        let roundest = (0..33).rev().map(|zeros| most >> zeros << zeros).find(|&number| number >= least);
        self.low = roundest.unwrap_or(least);
        for _ in 0..5 {
            self.shift();
        }
        while self.bytes.last() == Some(&0) {
            self.bytes.pop();
        }
        self.bytes
    }
}

/// `probability` / 65536 of a range.
#[inline(always)]
fn part(range: u32, probability: u32) -> u32 {
    ((u64::from(range) * u64::from(probability)) >> 16) as u32
}

/// Reads decisions; never fails, but [`Decoder::is_done`] tells afterwards whether all was as written.
#[derive(Clone, Debug)]
pub(in crate::model) struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    range: u32,
    code: u32,
}

impl<'a> Decoder<'a> {
    pub(in crate::model) fn new(bytes: &'a [u8]) -> Decoder<'a> {
        let mut decoder = Decoder { bytes, at: 0, range: u32::MAX, code: 0 };
        for _ in 0..4 {
            decoder.load();
        }
        decoder
    }

    #[inline(always)]
    fn load(&mut self) {
        self.code = self.code << 8 | u32::from(self.bytes.get(self.at).copied().unwrap_or(0));
        self.at += 1;
    }

    #[inline(always)]
    fn renew(&mut self) {
        while self.range < LEAST_RANGE {
            self.range <<= 8;
            self.load();
        }
    }

    #[inline(always)]
    fn cut(&mut self, bound: u32) -> bool {
        let value = self.code < bound;
        if value {
            self.range = bound;
        } else {
            self.code -= bound;
            self.range -= bound;
        }
        self.renew();
        value
    }

    /// Reads what [`Encoder::bit`] wrote.
    #[inline(always)]
    pub(in crate::model) fn bit(&mut self, probability: u32) -> bool {
        self.cut(part(self.range, probability))
    }

    /// Reads what [`Encoder::share`] wrote; `whole` is not 0, and `share` not above it.
    #[inline(never)]
    #[cfg_attr(optimize_attribute, optimize(speed))]
    pub(in crate::model) fn share(&mut self, share: u32, whole: u32) -> bool {
        self.cut(self.range / whole.max(1) * share)
    }

    /// Reads what [`Encoder::uniform`] wrote: a number below `whole`, which is 1 to 2^24.
    #[inline(never)]
    #[cfg_attr(optimize_attribute, optimize(speed))]
    pub(in crate::model) fn uniform(&mut self, whole: u32) -> u32 {
        let unit = self.range / whole.max(1);
        let case = (self.code / unit.max(1)).min(whole.saturating_sub(1));
        self.take(unit, whole, case, 1);
        case
    }

    /// Reads what [`Encoder::interval`] wrote: `find` tells the interval of a case, its start and its length.
    #[inline(always)]
    pub(in crate::model) fn interval(&mut self, whole: u32, find: impl FnOnce(u32) -> (u32, u32)) {
        let unit = self.range / whole.max(1);
        let (start, length) = find((self.code / unit.max(1)).min(whole.saturating_sub(1)));
        self.take(unit, whole, start, length);
    }

    #[inline(always)]
    fn take(&mut self, unit: u32, whole: u32, start: u32, length: u32) {
        let before = unit.wrapping_mul(start);
        self.code = self.code.wrapping_sub(before);
        self.range = if start + length >= whole { self.range.wrapping_sub(before) } else { unit * length };
        // Neither is possible but in a forged stream, and then a range of 0 would never be renewed.
        self.range = self.range.max(1);
        self.renew();
    }

    /// Tells whether the stream ends where a writer would have ended it.
    pub(in crate::model) fn is_done(&self) -> bool {
        self.is_done_at(0)
    }

    /// Tells whether the stream ends where a writer would have ended it that filled it up with zeros to so many bytes
    /// at least.
    pub(in crate::model) fn is_done_at(&self, least_bytes: usize) -> bool {
        let zeros = self.bytes.iter().rev().take_while(|&&byte| byte == 0).count();
        let written = self.bytes.len() - zeros;
        self.at >= written && self.bytes.len() == written.max(least_bytes)
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Decision {
        Bit(u32, bool),
        Share(u32, u32, bool),
        Uniform(u32, u32),
        Interval(u32, u32, u32),
    }

    fn decision() -> impl Strategy<Value = Decision> {
        prop_oneof![
            (1u32..65536, any::<bool>()).prop_map(|(probability, value)| Decision::Bit(probability, value)),
            (2u32..300).prop_flat_map(|whole| {
                (1..whole, Just(whole), any::<bool>())
                    .prop_map(|(share, whole, value)| Decision::Share(share, whole, value))
            }),
            (1u32..1 << 24)
                .prop_flat_map(|whole| (Just(whole), 0..whole).prop_map(|(w, case)| Decision::Uniform(w, case))),
            (1u32..1 << 20, 0u32..1 << 20, 0u32..1 << 20)
                .prop_map(|(length, before, behind)| { Decision::Interval(before + length + behind, before, length) }),
        ]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(decisions in prop::collection::vec(decision(), 0..300)) {
            let mut encoder = Encoder::new();
            for decision in &decisions {
                match *decision {
                    Decision::Bit(probability, value) => encoder.bit(probability, value),
                    Decision::Share(share, whole, value) => encoder.share(share, whole, value),
                    Decision::Uniform(whole, case) => encoder.uniform(whole, case),
                    Decision::Interval(whole, start, length) => encoder.interval(whole, start, length),
                }
            }
            let bytes = encoder.finish();
            let mut decoder = Decoder::new(&bytes);
            for decision in &decisions {
                match *decision {
                    Decision::Bit(probability, value) => prop_assert_eq!(decoder.bit(probability), value),
                    Decision::Share(share, whole, value) => prop_assert_eq!(decoder.share(share, whole), value),
                    Decision::Uniform(whole, case) => prop_assert_eq!(decoder.uniform(whole), case),
                    Decision::Interval(whole, start, length) => decoder.interval(whole, |case| {
                        assert!((start..start + length).contains(&case), "{case} is not in {start}, {length}");
                        (start, length)
                    }),
                }
            }
            prop_assert!(decoder.is_done());
        }

        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..40), wholes in prop::collection::vec(1u32..1 << 24, 1..60)) {
            let mut decoder = Decoder::new(&bytes);
            for whole in wholes {
                prop_assert!(decoder.uniform(whole) < whole);
                decoder.share(whole / 2, whole);
                decoder.bit(1 + whole % 65535);
                decoder.interval(whole, |case| (case, 1));
            }
        }
    }

    #[test]
    fn a_stream_with_a_byte_too_many_is_not_done() {
        let mut encoder = Encoder::new();
        (0..40).for_each(|at| encoder.bit(1 << 15, at % 3 == 0));
        let mut bytes = encoder.finish();
        let is_done = |bytes: &[u8]| {
            let mut decoder = Decoder::new(bytes);
            (0..40).for_each(|_| _ = decoder.bit(1 << 15));
            decoder.is_done()
        };
        assert!(is_done(&bytes));
        bytes.push(0);
        assert!(!is_done(&bytes));
        bytes.extend([1; 5]);
        assert!(!is_done(&bytes));
    }
}
