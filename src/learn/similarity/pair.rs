//! Similarities that look at one pair at a time: how often two items met, and how often each came.

use crate::counts::PairCounts;
use crate::learn::rows::keep_heaviest;
use crate::{CsrMatrix, ItemIx};

/// Counts of a pair: `v` sessions with both items, `h` with the one, `c` with the candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub v: f64,
    pub h: f64,
    pub c: f64,
}

/// Weighs every pair by itself; pairs with a weight of 0 or less are left out. `O(pairs)`.
pub(super) fn by_pair(
    counts: &PairCounts,
    wanted: &[ItemIx],
    most: usize,
    weight: impl Fn(Pair) -> f64 + Sync + Send,
) -> CsrMatrix {
    CsrMatrix::build(wanted.len(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, at, columns, values| {
        let item = wanted[at].as_usize();
        let h = f64::from(counts.item_weights[item]);
        let (row_columns, row_values) = counts.pairs.row(item);
        entries.clear();
        for (&column, &v) in row_columns.iter().zip(row_values) {
            let c = f64::from(counts.item_weights[column.as_usize()]);
            let found = weight(Pair { v: f64::from(v), h, c }) as f32;
            if found > 0.0 {
                entries.push((column, found));
            }
        }
        keep_heaviest(entries, most);
        columns.extend(entries.iter().map(|entry| entry.0));
        values.extend(entries.iter().map(|entry| entry.1));
    })
}
