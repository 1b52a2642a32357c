//! Numbers and symbols with static frequencies, described in a few bits each.
//!
//! One function both writes and reads: a writer is given the value and returns it, a reader returns what was written.

use crate::model::coder::{BinaryCoder, Decoder, Encoder};

/// Frequencies of one code add up to this at most, and at most one more for each symbol.
const MAX_TOTAL: u64 = 1 << 16;
/// Levels of a frequency: 0 is never, each further one is by half a power of two more.
const NUM_LEVELS: u32 = 32;
/// Symbols that a code may have.
pub(super) const MAX_SYMBOLS: u32 = 1 << 13;

/// Numbers below this are a class each; above, each half of a power of two is one.
const NUM_EXACT: u128 = 8;
/// Classes of numbers of up to 128 bits.
const NUM_CLASSES: u32 = 258;

/// Writes or reads symbols, and numbers of up to 128 bits.
pub(super) trait Coder: BinaryCoder {
    /// A symbol with the frequencies of `code`.
    fn symbol(&mut self, code: &SymbolCode, value: u32) -> u32;

    /// A number of up to `num_bits` bits, all as likely.
    fn raw(&mut self, num_bits: u32, value: u128) -> u128 {
        let (mut number, mut left) = (0, num_bits.min(128));
        while left > 0 {
            let now = left.min(16);
            left -= now;
            let part = self.uniform(1 << now, || ((value >> left) & ((1 << now) - 1)) as u32);
            number = number << now | u128::from(part);
        }
        number
    }

    /// A number nothing is known of (Elias 1975, gamma code, its length as a number below 129).
    fn any(&mut self, value: u128) -> u128 {
        let length = self.uniform(129, || 128 - value.leading_zeros());
        let Some(low_bits) = length.checked_sub(1) else { return 0 };
        1 << low_bits | self.raw(low_bits, value & !(1 << low_bits))
    }
}

impl Coder for Encoder {
    fn symbol(&mut self, code: &SymbolCode, value: u32) -> u32 {
        let (before, share) = code.interval(value);
        if !code.is_certain() {
            self.interval(code.total(), before, share);
        }
        value
    }
}

impl Coder for Decoder<'_> {
    #[inline]
    fn symbol(&mut self, code: &SymbolCode, _: u32) -> u32 {
        let mut symbol = code.lowest;
        if !code.is_certain() {
            self.interval(code.total(), |case| {
                symbol = code.symbol_at(case);
                code.interval(symbol)
            });
        }
        symbol
    }
}

/// Frequencies of the symbols from a lowest to a highest one.
#[derive(Clone, Debug, Default)]
pub(super) struct SymbolCode {
    lowest: u32,
    /// Frequency of all lower symbols, for each symbol and the one after the last.
    before: Vec<u32>,
}

impl SymbolCode {
    /// Writes or reads the description of a code for symbols below `limit`; a reader's `counts` are empty.
    pub(super) fn describe(coder: &mut impl Coder, limit: u32, counts: &[u32]) -> SymbolCode {
        let is_used = |count: &u32| *count > 0;
        let first = counts.iter().position(is_used).unwrap_or(0);
        let used = counts.get(first..counts.iter().rposition(is_used).map_or(first, |last| last + 1)).unwrap_or(&[]);
        let most = used.iter().copied().max().unwrap_or(1);
        let limit = limit.min(MAX_SYMBOLS);
        let lowest = coder.uniform(limit, || first as u32);
        let num_symbols = coder.uniform(limit - lowest, || (used.len() as u32).saturating_sub(1)) + 1;
        if num_symbols == 1 {
            return SymbolCode { lowest, before: vec![0, 1] };
        }
        let mut weights = Vec::with_capacity(num_symbols as usize);
        for at in 0..num_symbols as usize {
            let value = level(used.get(at).copied().unwrap_or(0), most);
            weights.push(weight(coder.uniform(NUM_LEVELS, || value)));
        }
        let sum = weights.iter().sum::<u64>().max(1);
        let mut total = 0;
        let mut before = Vec::with_capacity(weights.len() + 1);
        before.push(0);
        for weight in weights {
            // Of what may come at all, nothing is impossible.
            let share = if sum > MAX_TOTAL { (weight * MAX_TOTAL / sum).max(weight.min(1)) } else { weight };
            total += share as u32;
            before.push(total);
        }
        // Nothing that a writer writes, but it has to be some code.
        if total == 0 {
            before = vec![0, 1];
        }
        SymbolCode { lowest, before }
    }

    /// Tells whether there is only one symbol.
    #[inline]
    pub(super) fn is_certain(&self) -> bool {
        self.before.len() <= 2
    }

    #[inline]
    fn total(&self) -> u32 {
        self.before.last().copied().unwrap_or(1)
    }

    #[inline]
    fn symbol_at(&self, target: u32) -> u32 {
        self.lowest + self.before.partition_point(|&before| before <= target).saturating_sub(1) as u32
    }

    #[inline]
    fn interval(&self, symbol: u32) -> (u32, u32) {
        let at = symbol.wrapping_sub(self.lowest) as usize;
        match (self.before.get(at), self.before.get(at.wrapping_add(1))) {
            (Some(&before), Some(&end)) => (before, end - before),
            _ => (0, 0),
        }
    }
}

/// The frequency of a level.
fn weight(level: u32) -> u64 {
    match level.checked_sub(1) {
        None => 0,
        // Half a step further is 1.41 times as much.
        Some(halves) => (if halves % 2 == 0 { 128 } else { 181 }) << (halves / 2),
    }
}

/// The level that comes nearest to `count` when `most` has the highest one.
fn level(count: u32, most: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let highest = NUM_LEVELS - 1;
    let wanted = u64::from(count) * weight(highest) / u64::from(most);
    // Midway between two levels is at 2^(1/4) times the lower one.
    (2..=highest).rev().find(|&level| weight(level) * 108 <= wanted * 128).unwrap_or(1)
}

/// Numbers of up to 128 bits by their class, with what is left of them as plain bits.
#[derive(Clone, Debug, Default)]
pub(super) struct NumberCode(SymbolCode);

impl NumberCode {
    /// Writes or reads the description of the code that fits `numbers`.
    pub(super) fn describe(coder: &mut impl Coder, numbers: impl IntoIterator<Item = u128>) -> NumberCode {
        let mut counts = [0u32; NUM_CLASSES as usize];
        for number in numbers {
            if let Some(count) = counts.get_mut(class(number) as usize) {
                *count = count.saturating_add(1);
            }
        }
        NumberCode(SymbolCode::describe(coder, NUM_CLASSES, &counts))
    }

    /// Writes or reads a number.
    #[inline]
    pub(super) fn number(&self, coder: &mut impl Coder, value: u128) -> u128 {
        let class = coder.symbol(&self.0, class(value));
        if u128::from(class) < NUM_EXACT {
            return class.into();
        }
        let halves = class - NUM_EXACT as u32;
        let low_bits = halves / 2 + 2;
        let high = u128::from(2 + halves % 2);
        high << low_bits | coder.raw(low_bits, value & ((1 << low_bits) - 1))
    }

    /// Tells whether every number is 0.
    pub(super) fn is_zero(&self) -> bool {
        self.0.is_certain() && self.0.lowest == 0
    }
}

/// The class of a number.
#[inline]
fn class(number: u128) -> u32 {
    if number < NUM_EXACT {
        return number as u32;
    }
    let low_bits = 126 - number.leading_zeros();
    NUM_EXACT as u32 + 2 * (low_bits - 2) + ((number >> low_bits) as u32 & 1)
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(numbers: &[u128]) -> usize {
        let mut encoder = Encoder::new();
        let code = NumberCode::describe(&mut encoder, numbers.iter().copied());
        for &number in numbers {
            code.number(&mut encoder, number);
        }
        encoder.any(77);
        let bytes = encoder.finish();
        let mut decoder = Decoder::new(&bytes);
        let code = NumberCode::describe(&mut decoder, []);
        for &number in numbers {
            assert_eq!(code.number(&mut decoder, 0), number);
        }
        assert_eq!(decoder.any(0), 77);
        assert!(decoder.is_done());
        bytes.len()
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec((any::<u128>(), 0u32..128), 0..300)) {
            round_trip(&numbers.iter().map(|&(number, shift)| number >> shift).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_ends_of_all_classes_come_back() {
        let ends = (0..128).flat_map(|bits| {
            let power = 1u128 << bits;
            [power - 1, power, power + power / 2, (power + power / 2).wrapping_sub(1), power + (power - 1)]
        });
        round_trip(&ends.collect::<Vec<_>>());
    }

    #[test]
    fn numbers_that_are_all_the_same_small_one_take_nothing() {
        assert_eq!(round_trip(&[5; 10_000]), round_trip(&[5]));
    }

    #[test]
    fn skewed_numbers_take_about_their_entropy() {
        // Shares 1/2, 1/4, 1/8, 1/8: 1.75 bits a number, 1,750 bytes, and some for the description.
        let numbers: Vec<u128> = [0, 0, 0, 0, 1, 1, 2, 3].repeat(1000);
        assert!((1750..1770).contains(&round_trip(&numbers)));
    }

    #[test]
    fn levels_and_weights_fit_each_other() {
        for at in 1..32 {
            assert_eq!(level(weight(at) as u32, weight(31) as u32), at);
        }
    }
}
