//! Decisions as bytes: a range coder, decisions that learn as they are made, and numbers made of these.
//!
//! One function goes through the decisions of a section, with a [`BinaryCoder`]. An encoder asks it for each value, a
//! decoder tells it the value read. So writer and reader cannot disagree.

mod range;

pub(in crate::model) use range::{Decoder, Encoder};

/// Encoder or decoder of decisions. An encoder asks for the value and returns it; a decoder returns what was encoded.
pub(in crate::model) trait BinaryCoder {
    /// Codes a decision in a context that learns from it.
    fn adaptive(&mut self, context: &mut Context, value: impl FnOnce() -> bool) -> bool;

    /// Codes a decision that is true in `share` of `whole` cases.
    fn share(&mut self, share: u32, whole: u32, value: impl FnOnce() -> bool) -> bool;

    /// Codes a number below `whole`, which is 1 to 2^24; all are as likely.
    fn uniform(&mut self, whole: u32, value: impl FnOnce() -> u32) -> u32;

    /// Codes one of the intervals that make up `whole`, 1 to 2^24. The value is the start and the length of one; `find`
    /// returns those of the interval that holds a number below `whole`.
    fn interval(&mut self, whole: u32, value: impl FnOnce() -> (u32, u32), find: impl FnOnce(u32) -> (u32, u32));

    /// Codes a number, see [`number`].
    fn number(&mut self, contexts: &mut [Context; NUM_NUMBER_CONTEXTS], value: impl FnOnce() -> u32) -> u32
    where
        Self: Sized,
    {
        number(self, contexts, value)
    }
}

/// A bound on the number of elements in a stream: so many by byte, and some, so that the file bounds a reader's time
/// and memory. A writer fills a stream that is shorter up with zeros.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Limit {
    pub(in crate::model) per_byte: usize,
    pub(in crate::model) free: usize,
}

impl Limit {
    /// The most that a stream of so many bytes may hold.
    pub(in crate::model) fn most(self, num_bytes: usize) -> usize {
        num_bytes.saturating_mul(self.per_byte).saturating_add(self.free)
    }

    /// The least number of bytes of a stream that holds so many.
    pub(in crate::model) fn least_bytes(self, num: usize) -> usize {
        num.saturating_sub(self.free).div_ceil(self.per_byte)
    }
}

/// The statistics of a context: in the upper half the probability of true, in 1/65536, and in the lower the number of
/// decisions, at most [`MAX_SEEN`].
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Context(u32);

/// A context that has seen nothing.
pub(in crate::model) const FRESH: Context = Context(1 << 31);

const MAX_SEEN: u32 = 31;
/// Share of its error that a context takes, in 1/65536, by decisions seen: 1 / (seen + 1.6).
const RATES: [u16; MAX_SEEN as usize + 1] = {
    let mut rates = [0; MAX_SEEN as usize + 1];
    let mut seen = 0;
    while seen <= MAX_SEEN {
        rates[seen as usize] = (655_360 / (10 * seen + 16)) as u16;
        seen += 1;
    }
    rates
};
/// Probabilities that a context may have, in 1/65536: a surprise costs 10 bits at most.
const LEAST_PROBABILITY: i32 = 64;

impl Context {
    /// The probability of true, in 1/65536.
    #[inline(always)]
    fn probability(self) -> u32 {
        self.0 >> 16
    }

    #[inline(always)]
    fn learn(&mut self, value: bool) {
        let seen = self.0 & MAX_SEEN;
        let probability = (self.0 >> 16) as i32;
        let outcome = if value { 65535 } else { 0 };
        let step = (i64::from(outcome - probability) * i64::from(RATES[seen as usize])) >> 16;
        let probability = (probability + step as i32).clamp(LEAST_PROBABILITY, 65536 - LEAST_PROBABILITY);
        self.0 = (probability as u32) << 16 | (seen + 1).min(MAX_SEEN);
    }
}

impl BinaryCoder for Encoder {
    fn adaptive(&mut self, context: &mut Context, value: impl FnOnce() -> bool) -> bool {
        let value = value();
        self.bit(context.probability(), value);
        context.learn(value);
        value
    }

    fn share(&mut self, share: u32, whole: u32, value: impl FnOnce() -> bool) -> bool {
        let value = value();
        self.share(share, whole, value);
        value
    }

    fn uniform(&mut self, whole: u32, value: impl FnOnce() -> u32) -> u32 {
        let value = value();
        self.uniform(whole, value);
        value
    }

    fn interval(&mut self, whole: u32, value: impl FnOnce() -> (u32, u32), find: impl FnOnce(u32) -> (u32, u32)) {
        let (start, length) = value();
        self.interval(whole, start, length);
        find(start);
    }
}

// Where decisions are made by the thousand a call for each costs little; code for each at every place would be loaded
// by every shopper.
impl Decoder<'_> {
    #[inline(never)]
    #[cfg_attr(optimize_attribute, optimize(speed))]
    fn read(&mut self, context: &mut Context) -> bool {
        let value = self.bit(context.probability());
        context.learn(value);
        value
    }

    #[inline(never)]
    fn read_number(&mut self, contexts: &mut [Context; NUM_NUMBER_CONTEXTS]) -> u32 {
        number(self, contexts, || 0)
    }
}

impl BinaryCoder for Decoder<'_> {
    #[inline(always)]
    fn adaptive(&mut self, context: &mut Context, _: impl FnOnce() -> bool) -> bool {
        self.read(context)
    }

    #[inline(always)]
    fn share(&mut self, share: u32, whole: u32, _: impl FnOnce() -> bool) -> bool {
        self.share(share, whole)
    }

    #[inline(always)]
    fn uniform(&mut self, whole: u32, _: impl FnOnce() -> u32) -> u32 {
        self.uniform(whole)
    }

    #[inline(always)]
    fn interval(&mut self, whole: u32, _: impl FnOnce() -> (u32, u32), find: impl FnOnce(u32) -> (u32, u32)) {
        self.interval(whole, find);
    }

    #[inline(always)]
    fn number(&mut self, contexts: &mut [Context; NUM_NUMBER_CONTEXTS], _: impl FnOnce() -> u32) -> u32 {
        self.read_number(contexts)
    }
}

/// Contexts of a [`number`].
pub(in crate::model) const NUM_NUMBER_CONTEXTS: usize = 96;

/// Codes a number from 0 to 2^31 - 2: the bit length of its successor in unary, then the bits below the highest, the
/// first two of them each in a context by that length, the others as they are.
fn number<S: BinaryCoder>(
    coder: &mut S,
    contexts: &mut [Context; NUM_NUMBER_CONTEXTS],
    value: impl FnOnce() -> u32,
) -> u32 {
    // A reader's value is never asked for.
    let mut value = Some(value);
    let mut known = None;
    let mut ask = || *known.get_or_insert_with(|| value.take().map_or(1, |value| value() + 1));
    let mut length = 0u32;
    while length < 30 && coder.adaptive(&mut contexts[(length & 31) as usize], || ask().ilog2() > length) {
        length += 1;
    }
    let mut number = 1u32;
    for place in (0..length).rev() {
        let is_set = |number: u32| number >> place & 1 == 1;
        let bit = match length - place {
            1 => coder.adaptive(&mut contexts[32 + (length & 31) as usize], || is_set(ask())),
            2 => coder.adaptive(&mut contexts[64 + (length & 31) as usize], || is_set(ask())),
            _ => coder.share(1, 2, || is_set(ask())),
        };
        number = 2 * number + u32::from(bit);
    }
    number - 1
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers<S: BinaryCoder>(coder: &mut S, numbers: &[u32]) -> Vec<u32> {
        let mut contexts = [FRESH; NUM_NUMBER_CONTEXTS];
        numbers.iter().map(|&of| coder.number(&mut contexts, || of)).collect()
    }

    proptest! {
        #[test]
        fn numbers_come_back(expected in prop::collection::vec(prop_oneof![0u32..9, 0u32..1 << 20, 0..=u32::MAX / 2 - 1], 0..200)) {
            let mut encoder = Encoder::new();
            numbers(&mut encoder, &expected);
            let bytes = encoder.finish();
            let mut decoder = Decoder::new(&bytes);
            prop_assert_eq!(numbers(&mut decoder, &vec![0; expected.len()]), expected);
            prop_assert!(decoder.is_done());
        }
    }

    #[test]
    fn what_comes_again_and_again_gets_cheap() {
        let mut encoder = Encoder::new();
        numbers(&mut encoder, &[5; 1000]);
        // A thousandth of a decision's 64/65536 at least, for each of five decisions a number.
        assert!(encoder.finish().len() < 20);
    }
}
