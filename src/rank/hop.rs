//! The second hop: neighbours of neighbours, worked out for an item when it is asked for.
//!
//! ```text
//! row(h) = W[h, .] + share * sum over neighbours j of h: W[h, j] * W[j, .] / (sum of W[j, .])        without h itself
//! ```
//!
//! A table of few links so gets rows of many, at the price of some hundred additions an item; the rows that were worked out last are
//! kept, because a shopper's history changes by one item at a time.

use crate::ItemIx;
use crate::model::{Hop, Neighbours};

/// Rows that are kept: more than the window of a history.
const KEPT_ROWS: usize = 64;

/// A row with its second hop, entries in no particular order.
#[derive(Clone, Debug)]
struct HopRow {
    item: ItemIx,
    last_use: u64,
    entries: Vec<(ItemIx, f32)>,
}

/// Rows of one table with their second hop.
#[derive(Clone, Debug)]
pub(super) struct Hops {
    hop: Hop,
    /// One over the sum of each row, 0 for an empty one.
    inverse_sums: Vec<f32>,
    rows: Vec<HopRow>,
    /// The row that was asked for last.
    last: usize,
    num_uses: u64,
    sums: Vec<f32>,
    touched: Vec<ItemIx>,
}

impl Hops {
    /// `None` for a table without a second hop. `O(num_edges)`.
    pub(super) fn new(table: &Neighbours) -> Option<Hops> {
        let hop = table.hop();
        if hop.share <= 0.0 {
            return None;
        }
        let inverse_sum = |item| {
            let row = table.row(ItemIx(item));
            let weights = row.items.iter().zip(row.levels);
            let sum: f32 = weights.map(|(&item, &level)| row.weight_in_row(level) * table.column_factor(item)).sum();
            if sum > 0.0 { 1.0 / sum } else { 0.0 }
        };
        Some(Hops {
            hop,
            inverse_sums: (0..table.num_items() as u32).map(inverse_sum).collect(),
            rows: Vec::new(),
            last: 0,
            num_uses: 0,
            sums: vec![0.0; table.num_items()],
            touched: Vec::new(),
        })
    }

    /// The row of an item with its second hop.
    pub(super) fn row(&mut self, table: &Neighbours, item: ItemIx) -> &[(ItemIx, f32)] {
        self.num_uses += 1;
        // Most often it is the row behind the one that was asked for last.
        let next = self.last + 1;
        let is_next = self.rows.get(next).is_some_and(|row| row.item == item);
        let found = if is_next { Some(next) } else { self.rows.iter().position(|row| row.item == item) };
        let at = match found {
            Some(at) => at,
            None => {
                let at = self.free_row();
                let mut entries = self.rows.get_mut(at).map(|row| std::mem::take(&mut row.entries)).unwrap_or_default();
                self.work_out(table, item, &mut entries);
                if let Some(row) = self.rows.get_mut(at) {
                    (row.item, row.entries) = (item, entries);
                }
                at
            }
        };
        self.last = at;
        match self.rows.get_mut(at) {
            Some(row) => {
                row.last_use = self.num_uses;
                &row.entries
            }
            None => &[],
        }
    }

    /// The weight of one neighbour in the row of an item with its second hop.
    pub(super) fn weight_of(&mut self, table: &Neighbours, item: ItemIx, neighbour: ItemIx) -> f32 {
        let row = self.row(table, item);
        row.iter().find(|(other, _)| *other == neighbour).map_or(0.0, |&(_, weight)| weight)
    }

    /// The position of a new row, or of the one that was not used for longest.
    fn free_row(&mut self) -> usize {
        if self.rows.len() < KEPT_ROWS {
            self.rows.push(HopRow { item: ItemIx(u32::MAX), last_use: 0, entries: Vec::new() });
            return self.rows.len() - 1;
        }
        let oldest = self.rows.iter().enumerate().min_by_key(|(_, row)| row.last_use);
        oldest.map_or(0, |(at, _)| at)
    }

    fn work_out(&mut self, table: &Neighbours, item: ItemIx, entries: &mut Vec<(ItemIx, f32)>) {
        entries.clear();
        let row = table.row(item);
        for (&first, &level) in row.items.iter().zip(row.levels) {
            let weight = row.weight_in_row(level);
            self.add(first, weight);
            let second = table.row(first);
            let inverse_sum = self.inverse_sums.get(first.as_usize()).copied().unwrap_or(0.0);
            let share = self.hop.share * (weight * table.column_factor(first) * inverse_sum);
            for (&to, &level) in second.items.iter().zip(second.levels) {
                self.add(to, share * second.weight_in_row(level));
            }
        }
        for touched in self.touched.drain(..) {
            let Some(sum) = self.sums.get_mut(touched.as_usize()) else { continue };
            let weight = std::mem::take(sum) * table.column_factor(touched);
            if touched != item {
                entries.push((touched, weight));
            }
        }
        let width = usize::from(self.hop.width);
        if entries.len() > width && width > 0 {
            // The bits of weights from 0 up are in their order.
            let key = |&(item, weight): &(ItemIx, f32)| u64::from(!weight.to_bits()) << 32 | u64::from(item.0);
            entries.select_nth_unstable_by_key(width, key);
            entries.truncate(width);
        }
    }

    #[inline]
    fn add(&mut self, item: ItemIx, weight: f32) {
        if let Some(sum) = self.sums.get_mut(item.as_usize()) {
            if *sum == 0.0 && weight > 0.0 {
                self.touched.push(item);
            }
            *sum += weight;
        }
    }
}
