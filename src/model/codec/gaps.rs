//! Neighbours' numbers as gaps: outwards from the row's own number, first down, then up.
//!
//! After an order that puts neighbours next to each other most gaps are small, and small ones come in runs. A
//! gap is therefore written as a class (its bit length) with a prefix code chosen by the class before it, and
//! then the bits below its highest one as they are.

use crate::ItemIx;
use crate::model::bits::{BitReader, BitWriter};
use crate::model::bytes::{Fault, Reader, Writer};
use crate::model::huffman::{Decoder, Encoder};

/// Bit lengths 0 to 30 of numbers below 2^30.
const NUM_CLASSES: usize = 31;
/// One for each side's first gap, the others by the class before: 0 to 12, and 13 or more.
const NUM_CONTEXTS: usize = 16;
const FIRST_BELOW: usize = 0;
const FIRST_ABOVE: usize = 1;

fn context_after(class: usize) -> usize {
    class.min(NUM_CONTEXTS - 3) + 2
}

fn class_of(gap: u32) -> usize {
    (u32::BITS - gap.leading_zeros()) as usize
}

/// Calls `visit` with context, class and value of each gap of a row, in the order of writing.
fn for_each_gap(row: u32, items: &[ItemIx], mut visit: impl FnMut(usize, usize, u32)) {
    let (below, above) = items.split_at(items.partition_point(|item| item.0 < row));
    let (mut context, mut last) = (FIRST_BELOW, row);
    for &ItemIx(item) in below.iter().rev() {
        let gap = last - item - 1;
        visit(context, class_of(gap), gap);
        (context, last) = (context_after(class_of(gap)), item);
    }
    (context, last) = (FIRST_ABOVE, row);
    for &ItemIx(item) in above {
        let gap = item - last - 1;
        visit(context, class_of(gap), gap);
        (context, last) = (context_after(class_of(gap)), item);
    }
}

/// Writes gaps.
pub(super) struct GapEncoder {
    codes: Vec<Encoder>,
}

impl GapEncoder {
    /// The codes that fit the gaps of all rows.
    pub(super) fn new<'a>(rows: impl Iterator<Item = (u32, &'a [ItemIx])>) -> GapEncoder {
        let mut counts = [[0u32; NUM_CLASSES]; NUM_CONTEXTS];
        for (row, items) in rows {
            for_each_gap(row, items, |context, class, _| counts[context][class] += 1);
        }
        GapEncoder { codes: counts.iter().map(|counts| Encoder::new(counts)).collect() }
    }

    pub(super) fn describe(&self, to: &mut Writer) {
        self.codes.iter().for_each(|code| code.describe(to));
    }

    pub(super) fn write_row(&self, row: u32, items: &[ItemIx], to: &mut BitWriter) {
        for_each_gap(row, items, |context, class, gap| {
            self.codes[context].write(class as u16, to);
            to.write(gap, class.saturating_sub(1) as u32);
        });
    }
}

/// Which code the next gap has.
#[derive(Clone, Copy)]
pub(super) struct GapContext(usize);

impl GapContext {
    /// Before the first gap below the row's own number.
    pub(super) const BELOW: GapContext = GapContext(FIRST_BELOW);
    /// Before the first gap above it.
    pub(super) const ABOVE: GapContext = GapContext(FIRST_ABOVE);
}

/// Reads gaps.
pub(super) struct GapDecoder {
    codes: [Decoder; NUM_CONTEXTS],
}

impl GapDecoder {
    pub(super) fn read(from: &mut Reader) -> Result<GapDecoder, Fault> {
        let mut codes = Vec::with_capacity(NUM_CONTEXTS);
        for _ in 0..NUM_CONTEXTS {
            codes.push(Decoder::read(from, NUM_CLASSES)?);
        }
        match codes.try_into() {
            Ok(codes) => Ok(GapDecoder { codes }),
            Err(_) => Err(from.fault("number of codes", 0, crate::model::Expected::Exactly(NUM_CONTEXTS as u64))),
        }
    }

    /// The next neighbour below `last`, which is the one before, or the row's own number for the first.
    #[inline(always)]
    pub(super) fn below(&self, last: u32, context: &mut GapContext, from: &mut BitReader) -> Option<u32> {
        last.checked_sub(self.read_gap(context, from) + 1)
    }

    /// The next neighbour above `last`, likewise; the caller checks that there is such an item.
    #[inline(always)]
    pub(super) fn above(&self, last: u32, context: &mut GapContext, from: &mut BitReader) -> u32 {
        last.saturating_add(self.read_gap(context, from) + 1)
    }

    /// A gap below 2^30; the context becomes that of the next.
    #[inline(always)]
    fn read_gap(&self, context: &mut GapContext, from: &mut BitReader) -> u32 {
        from.refill();
        let class = self.codes[context.0 & (NUM_CONTEXTS - 1)].symbol(from);
        *context = GapContext(context_after(class.into()));
        // Without a branch: which class comes next is what a processor cannot foresee.
        let num_bits = u32::from(class).saturating_sub(1);
        (1 << num_bits | from.take(num_bits)) * u32::from(class > 0)
    }
}
