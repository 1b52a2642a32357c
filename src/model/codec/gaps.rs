//! Neighbours' numbers as gaps: outwards from the row's own number, first down, then up.
//!
//! After an order that puts neighbours next to each other most gaps are small, and small ones come in runs. A
//! gap is therefore written as a class (its bit length) with a prefix code chosen by the class before it, and
//! then the bits below its highest one as they are.

use crate::ItemIx;
use crate::model::bits::{BitReader, BitWriter};
use crate::model::bytes::{Fault, Reader, Writer};
use crate::model::huffman::{Decoder, Encoder, read_codes};

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

/// Reads gaps.
pub(super) struct GapDecoder {
    codes: Vec<Decoder>,
}

impl GapDecoder {
    pub(super) fn read(from: &mut Reader) -> Result<GapDecoder, Fault> {
        Ok(GapDecoder { codes: read_codes(from, NUM_CONTEXTS, NUM_CLASSES)? })
    }

    /// Before the first gap below the row's own number, and before the first above it.
    pub(super) fn first_context(is_below: bool) -> usize {
        if is_below { FIRST_BELOW } else { FIRST_ABOVE }
    }

    /// The next neighbour after `last`, which is the one before, or the row's own number for the first; the context becomes that of the
    /// next. The caller checks that there is such an item.
    #[inline(always)]
    pub(super) fn next(&self, last: u32, is_below: bool, context: &mut usize, from: &mut BitReader) -> u32 {
        let Some(code) = self.codes.get(*context) else { return u32::MAX };
        let class = code.read_symbol(from);
        *context = context_after(class.into());
        let num_bits = u32::from(class).saturating_sub(1);
        // A gap below 2^30.
        let step = (1 << num_bits | from.take(num_bits)) * u32::from(class > 0) + 1;
        if is_below { last.wrapping_sub(step) } else { last.saturating_add(step) }
    }
}
