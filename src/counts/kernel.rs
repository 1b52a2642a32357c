//! The all-pairs kernel: sums every row of pairs and removes those that the privacy threshold does not allow.

use super::PrivacyThreshold;
use crate::{CsrMatrix, ItemIx};
use std::sync::atomic::{AtomicU64, Ordering};

/// Weighted counts of item pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct PairCounts {
    /// Weighted counts `v[h, c]`, without the diagonal and without pairs below the privacy threshold.
    pub pairs: CsrMatrix,
    /// Recency-weighted number of events on each item.
    pub item_weights: Vec<f32>,
    /// Number of distinct unordered pairs that the privacy threshold allows.
    pub pairs_kept: u64,
    /// Number of distinct unordered pairs that it removed.
    pub pairs_removed: u64,
}

/// Sums of one row of pairs.
pub(super) trait RowSums<P> {
    /// Adds `part` to the pair of the row's item and `column`; the diagonal does not count.
    ///
    /// All parts of one shopper must be added before those of the next.
    fn add(&mut self, column: ItemIx, shopper: u32, part: P);
}

/// Rows of pairs.
pub(super) trait RowSource: Sync {
    /// Weight of what makes a pair, or its class.
    type Part: Copy;

    /// Adds all parts of one row.
    fn sum_row(&self, sums: &mut impl RowSums<Self::Part>, item: ItemIx);
}

/// Sums of one row, and the number of distinct shoppers behind each.
struct Sums {
    row: ItemIx,
    cells: Vec<Cell>,
    touched: Vec<ItemIx>,
}

/// Sum and shoppers of one column, side by side because columns come in no order.
#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    num_shoppers: u32,
    /// The shopper that counted last, plus one.
    last_shopper: u32,
}

impl RowSums<f32> for Sums {
    #[inline(always)]
    fn add(&mut self, column: ItemIx, shopper: u32, part: f32) {
        if column == self.row {
            return;
        }
        let shopper = shopper + 1;
        let cell = &mut self.cells[column.as_usize()];
        if cell.last_shopper != shopper {
            if cell.last_shopper == 0 {
                self.touched.push(column);
            }
            cell.last_shopper = shopper;
            cell.num_shoppers += 1;
        }
        cell.sum += part;
    }
}

/// Counts all pairs row by row (Gustavson 1978). `item_weights` are passed on.
///
/// Holds 12 bytes an item per thread. The result is the same for any number of threads.
pub(super) fn count_pairs(
    item_weights: Vec<f32>,
    threshold: PrivacyThreshold,
    rows: &impl RowSource<Part = f32>,
) -> PairCounts {
    let num_items = item_weights.len();
    let scratch = || Sums { row: ItemIx(0), cells: vec![Cell::default(); num_items], touched: Vec::new() };
    let removed = AtomicU64::new(0);
    let pairs = CsrMatrix::build(num_items, scratch, |sums, row, columns, values| {
        sums.row = ItemIx(row as u32);
        rows.sum_row(sums, ItemIx(row as u32));
        let mut num_removed = 0;
        for column in sums.touched.drain(..) {
            let cell = std::mem::take(&mut sums.cells[column.as_usize()]);
            if threshold.allows(cell.num_shoppers) {
                columns.push(column);
                values.push(cell.sum);
            } else {
                num_removed += 1;
            }
        }
        removed.fetch_add(num_removed, Ordering::Relaxed);
    });
    // Every unordered pair is in two rows.
    let pairs_kept = pairs.num_entries() as u64 / 2;
    PairCounts { pairs, item_weights, pairs_kept, pairs_removed: removed.into_inner() / 2 }
}

/// Entries grouped by item, in the order in which they were given.
#[derive(Debug)]
pub(crate) struct Postings {
    /// `num_items + 1` positions into `entries`.
    offsets: Vec<usize>,
    entries: Vec<u32>,
}

impl Postings {
    /// Groups entries by a counting sort: `items` is walked once for the sizes of the groups, `entries` once to fill
    /// them.
    pub(crate) fn new<'i>(
        num_items: usize,
        items: impl Iterator<Item = &'i ItemIx>,
        entries: impl Iterator<Item = (ItemIx, u32)>,
    ) -> Postings {
        let mut offsets = vec![0usize; num_items + 1];
        items.for_each(|item| offsets[item.as_usize() + 1] += 1);
        for at in 0..num_items {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut grouped = vec![0u32; offsets[num_items]];
        entries.for_each(|(item, entry)| {
            let slot = &mut next[item.as_usize()];
            grouped[*slot] = entry;
            *slot += 1;
        });
        Postings { offsets, entries: grouped }
    }

    #[inline]
    pub(crate) fn of(&self, item: ItemIx) -> &[u32] {
        &self.entries[self.offsets[item.as_usize()]..self.offsets[item.as_usize() + 1]]
    }

    pub(crate) fn num_items(&self) -> usize {
        self.offsets.len() - 1
    }
}
