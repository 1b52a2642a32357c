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
const KEPT_ROWS: usize = 320;

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

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::model::Weights;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const NUM_ITEMS: u32 = 9;

    fn table(links: &BTreeMap<(u32, u32), u8>, hop: Hop) -> Neighbours {
        let links: Vec<_> = links
            .iter()
            .filter(|((from, to), _)| from < to)
            .map(|(&(from, to), &level)| (ItemIx(from), ItemIx(to), level))
            .collect();
        let classes: Vec<u8> = (0..NUM_ITEMS as u8).map(|item| item % 2).collect();
        let weights =
            Weights { levels: vec![0.5, 1.0, 3.0], row_factors: vec![1.0, 0.75], column_factors: vec![2.0, 0.5] };
        Neighbours::from_links(&classes, &links, weights, hop).unwrap()
    }

    /// The row from the formula, in double precision.
    fn naive(table: &Neighbours, item: u32, share: f64) -> Vec<f64> {
        let weight = |from: u32, to: u32| f64::from(table.row(ItemIx(from)).weight_of(ItemIx(to)));
        let sum = |from: u32| (0..NUM_ITEMS).map(|to| weight(from, to)).sum::<f64>();
        let entry = |to: u32| {
            let over = (0..NUM_ITEMS).filter(|&by| sum(by) > 0.0);
            weight(item, to) + share * over.map(|by| weight(item, by) * weight(by, to) / sum(by)).sum::<f64>()
        };
        (0..NUM_ITEMS).map(|to| if to == item { 0.0 } else { entry(to) }).collect()
    }

    proptest! {
        #[test]
        fn rows_follow_the_formula(
            links in prop::collection::btree_map((0..NUM_ITEMS, 0..NUM_ITEMS), 0u8..3, 0..20),
            share in 0.01f32..4.0,
        ) {
            let table = table(&links, Hop { share, width: 0 });
            let mut hops = Hops::new(&table).unwrap();
            for item in 0..NUM_ITEMS {
                let expected = naive(&table, item, share.into());
                let mut found = vec![0.0; NUM_ITEMS as usize];
                hops.row(&table, ItemIx(item)).iter().for_each(|(to, weight)| found[to.as_usize()] = f64::from(*weight));
                for (to, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    prop_assert!((found - expected).abs() <= 1e-5 * expected, "{item} {to}: {found} for {expected}");
                    prop_assert_eq!(f64::from(hops.weight_of(&table, ItemIx(item), ItemIx(to as u32))), *found);
                }
            }
        }

        #[test]
        fn the_heaviest_entries_are_kept(
            links in prop::collection::btree_map((0..NUM_ITEMS, 0..NUM_ITEMS), 0u8..3, 5..20),
            width in 1u16..5,
        ) {
            let whole = table(&links, Hop { share: 0.5, width: 0 });
            let cut = table(&links, Hop { share: 0.5, width });
            for item in (0..NUM_ITEMS).map(ItemIx) {
                let mut expected = Hops::new(&whole).unwrap().row(&whole, item).to_vec();
                expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                expected.truncate(width.into());
                expected.sort_by_key(|entry| entry.0);
                let mut found = Hops::new(&cut).unwrap().row(&cut, item).to_vec();
                found.sort_by_key(|entry| entry.0);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn rows_that_were_forgotten_come_back_the_same() {
        let links = (0..NUM_ITEMS - 1).map(|item| ((item, item + 1), (item % 3) as u8)).collect();
        let table = table(&links, Hop { share: 0.2, width: 4 });
        let mut hops = Hops::new(&table).unwrap();
        let first = hops.row(&table, ItemIx(0)).to_vec();
        assert!(!first.is_empty());
        for round in 0..3 * KEPT_ROWS as u32 {
            hops.row(&table, ItemIx(1 + round % (NUM_ITEMS - 1)));
            hops.row(&table, ItemIx(1000 + round));
        }
        assert!(hops.rows.len() <= KEPT_ROWS);
        assert_eq!(hops.row(&table, ItemIx(0)), first);
        assert!(hops.row(&table, ItemIx(9999)).is_empty());
    }
}
