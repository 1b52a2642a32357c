//! Rows of weights: truncated to the heaviest entries, and quantised.

use crate::ItemIx;

/// Limits of a row: the number of neighbours, and the bits of a weight if weights are quantised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truncation {
    pub neighbours: usize,
    pub weight_bits: Option<u8>,
}

/// Keeps the `most` heaviest entries, ties by item, in no particular order.
pub(super) fn keep_heaviest(entries: &mut Vec<(ItemIx, f32)>, most: usize) {
    if entries.len() > most {
        entries.select_nth_unstable_by(most, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        entries.truncate(most);
    }
}

/// Rounds the weights of a row to the middles of `2^bits` equal steps up to its largest.
pub(super) fn quantise<'v>(weights: impl Iterator<Item = &'v mut f32>, most: f32, bits: u8) {
    let levels = f32::from(1u16 << bits);
    for weight in weights {
        let level = (*weight / most * levels).floor().min(levels - 1.0);
        *weight = most * (level + 0.5) / levels;
    }
}

/// Returns the largest of some weights, 0 of none.
pub(super) fn largest(weights: impl Iterator<Item = f32>) -> f32 {
    weights.fold(0.0, f32::max)
}

/// Quantises a finished row if its weights are limited, and appends what is above 0.
pub(super) fn finish(
    entries: &mut [(ItemIx, f32)],
    truncation: Truncation,
    columns: &mut Vec<ItemIx>,
    values: &mut Vec<f32>,
) {
    if let Some(bits) = truncation.weight_bits {
        let most = largest(entries.iter().map(|entry| entry.1));
        quantise(entries.iter_mut().map(|entry| &mut entry.1), most, bits);
    }
    for &(column, value) in entries.iter().filter(|entry| entry.1 > 0.0) {
        columns.push(column);
        values.push(value);
    }
}
