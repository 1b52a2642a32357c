//! The all-pairs kernel: sums every row of pairs and removes those that the privacy threshold does not allow.

use super::PrivacyThreshold;
use crate::{CsrMatrix, ItemIx};
use std::sync::OnceLock;
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
pub(super) trait RowSums {
    /// Adds `part` to the pair of the row's item and `column`; the diagonal does not count.
    ///
    /// All parts of one shopper must be added before those of the next.
    fn add(&mut self, column: ItemIx, shopper: u32, part: f32);
}

/// Rows of pairs under one weighting.
pub(super) trait RowSource: Sync + Send {
    /// Adds all parts of one row, in the same order under every weighting.
    fn sum_row(&self, sums: &mut impl RowSums, item: ItemIx);
}

/// Sums of one row, and the number of distinct shoppers behind each.
struct SumsAndShoppers {
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

impl RowSums for SumsAndShoppers {
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

/// Sums of one row whose shoppers have been counted before.
struct Sums {
    cells: Vec<f32>,
    /// Columns with a sum, some of them twice.
    touched: Vec<ItemIx>,
}

impl RowSums for Sums {
    #[inline(always)]
    fn add(&mut self, column: ItemIx, _: u32, part: f32) {
        let cell = &mut self.cells[column.as_usize()];
        if *cell == 0.0 {
            self.touched.push(column);
        }
        *cell += part;
    }
}

/// The pairs that a threshold allows in a run of sessions: the same under every weighting.
#[derive(Debug)]
struct AllowedPairs {
    threshold: PrivacyThreshold,
    /// `num_rows + 1` positions into `columns`.
    offsets: Vec<usize>,
    columns: Vec<ItemIx>,
    num_removed: u64,
}

/// Counts the pairs of one run of sessions, again and again under other weightings.
#[derive(Debug, Default)]
pub(super) struct PairKernel {
    num_counts: AtomicU64,
    allowed: OnceLock<AllowedPairs>,
}

impl PairKernel {
    /// Counts all pairs row by row (Gustavson 1978). `item_weights` are passed on.
    ///
    /// Holds 12 bytes an item per thread; from the second count on also 4 bytes a pair, and then takes half the time.
    /// The result is the same for any number of threads, and of counts before.
    pub(super) fn count(
        &self,
        item_weights: Vec<f32>,
        threshold: PrivacyThreshold,
        rows: &impl RowSource,
    ) -> PairCounts {
        let counts = match self.allowed.get().filter(|allowed| allowed.threshold == threshold) {
            Some(allowed) => count_allowed(item_weights, allowed, rows),
            None => count_all(item_weights, threshold, rows),
        };
        // A single count needs no memory for the next one.
        if self.num_counts.fetch_add(1, Ordering::Relaxed) > 0 {
            self.allowed.get_or_init(|| AllowedPairs::of(&counts, threshold));
        }
        counts
    }
}

fn count_all(item_weights: Vec<f32>, threshold: PrivacyThreshold, rows: &impl RowSource) -> PairCounts {
    let num_items = item_weights.len();
    let scratch = || SumsAndShoppers { row: ItemIx(0), cells: vec![Cell::default(); num_items], touched: Vec::new() };
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

fn count_allowed(item_weights: Vec<f32>, allowed: &AllowedPairs, rows: &impl RowSource) -> PairCounts {
    let num_items = item_weights.len();
    let scratch = || Sums { cells: vec![0.0; num_items], touched: Vec::new() };
    let pairs = CsrMatrix::build(num_items, scratch, |sums, row, columns, values| {
        rows.sum_row(sums, ItemIx(row as u32));
        let of_row = &allowed.columns[allowed.offsets[row]..allowed.offsets[row + 1]];
        columns.extend_from_slice(of_row);
        values.extend(of_row.iter().map(|column| sums.cells[column.as_usize()]));
        for column in sums.touched.drain(..) {
            sums.cells[column.as_usize()] = 0.0;
        }
    });
    let pairs_kept = pairs.num_entries() as u64 / 2;
    PairCounts { pairs, item_weights, pairs_kept, pairs_removed: allowed.num_removed }
}

impl AllowedPairs {
    fn of(counts: &PairCounts, threshold: PrivacyThreshold) -> AllowedPairs {
        let num_rows = counts.pairs.num_rows();
        let mut columns = Vec::with_capacity(counts.pairs.num_entries());
        let mut offsets = Vec::with_capacity(num_rows + 1);
        offsets.push(0);
        for row in 0..num_rows {
            columns.extend_from_slice(counts.pairs.row(row).0);
            offsets.push(columns.len());
        }
        AllowedPairs { threshold, offsets, columns, num_removed: counts.pairs_removed }
    }
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
