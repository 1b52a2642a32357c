//! An adaptive binary arithmetic coder: decisions in context, integers only, the same bits everywhere.
//!
//! Each decision has three contexts. Each context has seen some decisions and so has a probability; a small
//! online logistic mixer weighs the three (Mahoney 2005, "Adaptive weighing of context models"), and a carryless range coder
//! spends `-log2` of what it said. Nothing of it is stored in a file: reader and writer learn alike.

use std::cell::Cell;

/// Reads or writes decisions.
pub(super) trait Side: Sized {
    /// Codes one decision of `kind` in three contexts, and learns from it. A writer asks for the `truth` and returns
    /// it; a reader returns what was written.
    fn decide(&mut self, contexts: &mut Contexts, kind: usize, slots: [usize; 3], truth: impl FnOnce() -> bool)
    -> bool;

    /// Codes a number, see [`Contexts::number`].
    fn number(
        &mut self,
        contexts: &mut Contexts,
        kind: usize,
        regions: [usize; 3],
        truth: impl FnOnce() -> u32,
    ) -> u32 {
        number(self, contexts, kind, regions, truth)
    }
}

/// Where the range is cut in two: the lower part is for true.
#[inline(always)]
fn cut(low: u32, high: u32, probability: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(probability)) >> 16) as u32
}

/// Whether the highest bytes agree, so that they are settled.
#[inline(always)]
fn is_settled(low: u32, high: u32) -> bool {
    (low ^ high) >> 24 == 0
}

/// Writes decisions.
#[derive(Debug)]
pub(super) struct Encoder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

impl Encoder {
    pub(super) fn new() -> Encoder {
        Encoder { low: 0, high: u32::MAX, bytes: Vec::new() }
    }

    /// Writes a decision that is true with `probability`, in 1/65536.
    #[inline(always)]
    fn put(&mut self, probability: u32, truth: bool) {
        let cut = cut(self.low, self.high, probability);
        if truth {
            self.high = cut;
        } else {
            self.low = cut + 1;
        }
        while is_settled(self.low, self.high) {
            self.bytes.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
    }

    /// Writes decisions as if they were made now.
    pub(super) fn append(&mut self, recorded: &Recorder) {
        recorded.decisions.iter().for_each(|&decision| self.put(decision >> 1, decision & 1 == 1));
    }

    /// The stream: one byte after the settled ones is enough, for readers take zeros for what is missing.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push((self.high >> 24) as u8);
        self.bytes
    }
}

impl Side for Encoder {
    fn decide(
        &mut self,
        contexts: &mut Contexts,
        kind: usize,
        slots: [usize; 3],
        truth: impl FnOnce() -> bool,
    ) -> bool {
        let truth = truth();
        contexts.code(kind, slots, |probability| {
            self.put(probability, truth);
            truth
        })
    }
}

/// Remembers decisions that are to be written behind those of others, whose contexts they do not share.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    /// Twice the probability of true, and 1 more if it was.
    decisions: Vec<u32>,
}

impl Side for Recorder {
    fn decide(
        &mut self,
        contexts: &mut Contexts,
        kind: usize,
        slots: [usize; 3],
        truth: impl FnOnce() -> bool,
    ) -> bool {
        let truth = truth();
        contexts.code(kind, slots, |probability| {
            self.decisions.push(probability << 1 | u32::from(truth));
            truth
        })
    }
}

/// Reads decisions; beyond the end it takes zeros, and [`Decoder::is_done`] tells afterwards whether all was as written.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    bytes: Box<[u8]>,
    at: usize,
    low: u32,
    high: u32,
    code: u32,
}

impl Decoder {
    pub(super) fn new(bytes: &[u8]) -> Decoder {
        let mut decoder = Decoder { bytes: bytes.into(), at: 0, low: 0, high: u32::MAX, code: 0 };
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

    /// How many bytes there are in all.
    #[cfg(feature = "read")]
    pub(super) fn num_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// How many bytes are settled.
    pub(super) fn position(&self) -> usize {
        self.at - 4
    }

    /// Whether reading has run far past the end: what follows is not what anybody wrote.
    pub(super) fn is_exhausted(&self) -> bool {
        self.position() > self.bytes.len()
    }

    /// Whether the stream ends where a writer would have ended it.
    pub(super) fn is_done(&self) -> bool {
        self.position() + 1 == self.bytes.len()
            && self.bytes.last().is_some_and(|&last| u32::from(last) == self.high >> 24)
    }
}

impl Decoder {
    /// Reads one decision. A function of its own: the contexts that lead to it are worked out in a dozen places, and every
    /// shopper would load this as often.
    #[inline(never)]
    fn read(&mut self, contexts: &mut Contexts, kind: usize, a: usize, b: usize, c: usize) -> bool {
        contexts.code(kind, [a, b, c], |probability| {
            let cut = cut(self.low, self.high, probability);
            let truth = self.code <= cut;
            if truth {
                self.high = cut;
            } else {
                self.low = cut + 1;
            }
            while is_settled(self.low, self.high) {
                self.low <<= 8;
                self.high = self.high << 8 | 0xff;
                self.load();
            }
            truth
        })
    }

    #[inline(never)]
    fn read_number(&mut self, contexts: &mut Contexts, kind: usize, regions: [usize; 3]) -> u32 {
        number(self, contexts, kind, regions, || 0)
    }
}

impl Side for Decoder {
    #[inline(always)]
    fn decide(
        &mut self,
        contexts: &mut Contexts,
        kind: usize,
        [a, b, c]: [usize; 3],
        _: impl FnOnce() -> bool,
    ) -> bool {
        // Three numbers, because an array would travel through memory.
        self.read(contexts, kind, a, b, c)
    }

    #[inline(always)]
    fn number(&mut self, contexts: &mut Contexts, kind: usize, regions: [usize; 3], _: impl FnOnce() -> u32) -> u32 {
        self.read_number(contexts, kind, regions)
    }
}

/// What a context has seen before the first decision: in the upper half the probability of true, in 1/65536, and in the
/// lower how many decisions it has seen, at most [`MAX_SEEN`].
const NOTHING_SEEN: u32 = 1 << 31;
const MAX_SEEN: u32 = 255;
/// Logits run from -2047 to 2047, in 1/256.
const MAX_LOGIT: i64 = 2047;
/// Probabilities that are coded: none is so sure that a surprise costs more than 12 bits.
const PROBABILITIES: std::ops::RangeInclusive<u32> = 24..=65512;
/// `e^(1/256)` in units of 2^-21.
const EXP_STEP: u64 = 2_105_360;

/// Kinds of decision in one stream, at most.
const MAX_KINDS: usize = 64;
/// Cells of the tables of the logistic function.
const NUM_CELLS: usize = 4096;

/// The contexts of one stream.
#[derive(Clone, Debug)]
pub(super) struct Contexts {
    /// See [`NOTHING_SEEN`].
    slots: Vec<u32>,
    /// Weights of the three contexts, in 1/65536, one set for each kind of decision.
    mixers: Box<[[i64; 3]; MAX_KINDS]>,
    /// Probability by logit + [`MAX_LOGIT`] + 1.
    squash: Box<[u16; NUM_CELLS]>,
    /// Logit by probability / 16.
    stretch: Box<[i16; NUM_CELLS]>,
    /// Share of an error that a slot takes, in 1/65536, by decisions seen.
    rates: Box<[u16; MAX_SEEN as usize + 1]>,
    /// How many decisions were coded.
    pub(super) num_decisions: usize,
    /// Bits spent by kind of decision, if somebody wants to know.
    #[cfg(feature = "read")]
    pub(super) bits: Vec<f64>,
}

impl Contexts {
    /// `num_slots` contexts for decisions of up to [`MAX_KINDS`] kinds.
    pub(super) fn new(num_slots: usize) -> Contexts {
        let (squash, stretch) = logistic();
        let mut rates = Box::new([0; MAX_SEEN as usize + 1]);
        (0u32..).zip(rates.iter_mut()).for_each(|(seen, rate)| *rate = (655_360 / (10 * seen + 16)) as u16);
        Contexts {
            slots: vec![NOTHING_SEEN; num_slots],
            mixers: Box::new([[1 << 15; 3]; MAX_KINDS]),
            squash,
            stretch,
            rates,
            num_decisions: 0,
            #[cfg(feature = "read")]
            bits: Vec::new(),
        }
    }

    /// Codes one decision of `kind` in three contexts, and learns from it.
    #[inline]
    pub(super) fn decide<S: Side>(
        &mut self,
        side: &mut S,
        kind: usize,
        contexts: [usize; 3],
        truth: impl FnOnce() -> bool,
    ) -> bool {
        side.decide(self, kind, contexts, truth)
    }

    /// Predicts a decision, has it coded with the probability of true, in 1/65536, and learns from it.
    // Where size comes first a closure, an iterator over an array and the like stay calls: here they would be a tenth of the time. All
    // is in 64 bits, because to widen takes as long as to multiply.
    #[inline(always)]
    fn code(&mut self, kind: usize, [a, b, c]: [usize; 3], coder: impl FnOnce(u32) -> bool) -> bool {
        self.num_decisions += 1;
        let slots = Cell::from_mut(&mut self.slots[..]).as_slice_of_cells();
        let (Some(a), Some(b), Some(c)) = (slots.get(a), slots.get(b), slots.get(c)) else { return false };
        let (r, s, t) = (logit(&self.stretch, a), logit(&self.stretch, b), logit(&self.stretch, c));
        let [d, e, f] = &mut self.mixers[kind & (MAX_KINDS - 1)];
        let mixed = ((*d * r + *e * s + *f * t) >> 16).clamp(-MAX_LOGIT, MAX_LOGIT);
        let probability = self.squash[(mixed + MAX_LOGIT + 1) as usize & (NUM_CELLS - 1)].into();
        let truth = coder(probability);
        let outcome = i64::from(truth) << 16;
        let error = (outcome - i64::from(probability)) * 3;
        *d += (r * error + (1 << 16)) >> 17;
        *e += (s * error + (1 << 16)) >> 17;
        *f += (t * error + (1 << 16)) >> 17;
        see(&self.rates, a, outcome);
        see(&self.rates, b, outcome);
        see(&self.rates, c, outcome);
        #[cfg(feature = "read")]
        if let Some(bits) = self.bits.get_mut(kind) {
            let likelihood = if truth { probability } else { (1 << 16) - probability };
            *bits += 16.0 - f64::from(likelihood).log2();
        }
        truth
    }

    /// Codes a number from 0 to 2^31 - 2 as its bit length and what is below its highest bit, the three bits that
    /// say most each in their own context. Each region has [`NUMBER_SLOTS`] contexts; the kinds are `kind` and the next.
    pub(super) fn number<S: Side>(
        &mut self,
        side: &mut S,
        kind: usize,
        regions: [usize; 3],
        truth: impl FnOnce() -> u32,
    ) -> u32 {
        side.number(self, kind, regions, truth)
    }
}

#[inline(always)]
fn logit(stretch: &[i16; NUM_CELLS], context: &Cell<u32>) -> i64 {
    stretch[(context.get() >> 20) as usize & (NUM_CELLS - 1)].into()
}

#[inline(always)]
fn see(rates: &[u16; MAX_SEEN as usize + 1], context: &Cell<u32>, outcome: i64) {
    let slot = context.get();
    let seen = slot & MAX_SEEN;
    let before = i64::from(slot >> 16);
    let step = ((outcome - before) * i64::from(rates[seen as usize])) >> 16;
    let probability = (before + step).clamp(32, 65504) as u32;
    context.set(probability << 16 | (seen + 1).min(MAX_SEEN));
}

#[inline(always)]
fn number<S: Side>(
    side: &mut S,
    contexts: &mut Contexts,
    kind: usize,
    [a, b, c]: [usize; 3],
    truth: impl FnOnce() -> u32,
) -> u32 {
    let mut known = None;
    let mut truth = Some(truth);
    let mut value = move || *known.get_or_insert_with(|| truth.take().map_or(0, |truth| truth()) + 1);
    let mut length = 0;
    while length < MAX_LENGTH
        && side.decide(contexts, kind, [a + length, b + length, c + length], || value().ilog2() as usize > length)
    {
        length += 1;
    }
    let mut number = 1u32;
    for bit in (0..length).rev() {
        let prefix = if length - bit <= 3 { number as usize & 7 } else { 0 };
        let at = MAX_LENGTH + 8 * length + prefix;
        let is_set = side.decide(contexts, kind + 1, [a + at, b + at, c + at], || value() >> bit & 1 == 1);
        number = number << 1 | u32::from(is_set);
    }
    number - 1
}

/// The longest number below its highest bit.
const MAX_LENGTH: usize = 30;
/// Contexts that [`Contexts::number`] needs in each of its regions.
pub(super) const NUMBER_SLOTS: usize = MAX_LENGTH + 8 * (MAX_LENGTH + 1);

/// The logistic function and its inverse as tables, from one constant by whole numbers alone.
fn logistic() -> (Box<[u16; NUM_CELLS]>, Box<[i16; NUM_CELLS]>) {
    const ONE: u64 = 1 << 30;
    let (least, most) = (*PROBABILITIES.start(), *PROBABILITIES.end());
    let mut squash = Box::new([least as u16; NUM_CELLS]);
    let mut exp = ONE;
    for logit in 0..=MAX_LOGIT as usize {
        let probability = ((exp << 16) / (exp + ONE)) as u32;
        let middle = MAX_LOGIT as usize + 1;
        squash[(middle + logit) & (NUM_CELLS - 1)] = probability.clamp(least, most) as u16;
        squash[middle - logit] = ((1 << 16) - probability).clamp(least, most) as u16;
        exp = (exp * EXP_STEP) >> 21;
    }
    // The logit whose probability is the first that is not below the middle of a cell.
    let mut stretch = Box::new([0; NUM_CELLS]);
    let mut cell = 1;
    for (wanted, logit) in (8u32..).step_by(16).zip(stretch.iter_mut()) {
        while cell < NUM_CELLS - 1 && u32::from(squash[cell & (NUM_CELLS - 1)]) < wanted {
            cell += 1;
        }
        *logit = (cell as i64 - MAX_LOGIT - 1) as i16;
    }
    (squash, stretch)
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_decided_is_read(decisions in prop::collection::vec((any::<bool>(), 0usize..8, 0usize..2), 0..400)) {
            let mut contexts = Contexts::new(24);
            let mut encoder = Encoder::new();
            for &(truth, context, kind) in &decisions {
                contexts.decide(&mut encoder, kind, [context, 8 + context / 2, 16], || truth);
            }
            let bytes = encoder.finish();
            let mut contexts = Contexts::new(24);
            let mut decoder = Decoder::new(&bytes);
            for &(truth, context, kind) in &decisions {
                prop_assert_eq!(contexts.decide(&mut decoder, kind, [context, 8 + context / 2, 16], || false), truth);
            }
            prop_assert!(decoder.is_done());
        }

        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(0u32..(1 << 31) - 1, 0..40)) {
            let regions = [0, NUMBER_SLOTS, 2 * NUMBER_SLOTS];
            let mut contexts = Contexts::new(3 * NUMBER_SLOTS);
            let mut encoder = Encoder::new();
            for &number in &numbers {
                contexts.number(&mut encoder, 0, regions, || number);
            }
            let bytes = encoder.finish();
            let mut contexts = Contexts::new(3 * NUMBER_SLOTS);
            let mut decoder = Decoder::new(&bytes);
            for &number in &numbers {
                prop_assert_eq!(contexts.number(&mut decoder, 0, regions, || 0), number);
            }
            prop_assert!(decoder.is_done());
        }
    }

    #[test]
    fn what_is_nearly_always_true_costs_nearly_nothing() {
        let mut contexts = Contexts::new(3);
        let mut encoder = Encoder::new();
        for at in 0..10_000 {
            contexts.decide(&mut encoder, 0, [0, 1, 2], || at % 1000 != 0);
        }
        // Entropy 0.0114 bits a decision: 14 bytes.
        assert!(encoder.finish().len() < 30);
    }

    #[test]
    fn the_tables_are_the_logistic_function_and_its_inverse() {
        let (squash, stretch) = logistic();
        assert_eq!((squash.len(), stretch.len()), (4096, 4096));
        for logit in [-1500, -256, 0, 1, 256, 1000] {
            let exact = 65536.0 / (1.0 + (-f64::from(logit) / 256.0).exp());
            assert!((f64::from(squash[(logit + 2048) as usize]) - exact).abs() <= 1.5, "{logit}");
        }
        // ln(3) * 256 is 281.2.
        assert!((stretch[3 * 1024] - 281).abs() <= 1);
        assert!(stretch.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
