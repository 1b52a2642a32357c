//! Rows of a table as ranking reads them, with the second hop where the table asks for one: neighbours of neighbours,
//! worked out for an item when it is asked for.
//!
//! ```text
//! row(h) = W[h, .] + share * sum over neighbours j of h: W[h, j] * W[j, .] / (sum of W[j, .])        without h itself
//! ```
//!
//! The factor of a row cancels out of the quotient, which is therefore worked out from weights without it: each `W[j,
//! .]` and its sum are those of a row of factor 1. All is in single precision, sums in the order of items, so that
//! every reader of a file gets the same bits: `share * W[h, j] * inverse_sum(j)` from left to right, then that times
//! the weight of each neighbour of j, j in ascending order.
//!
//! A table of few links so gets rows of many, at the price of some hundred additions an item; the rows that were worked
//! out last are kept, because a shopper's history changes by one item at a time.

use super::heap;
use crate::ItemIx;
use crate::model::{Table, TwoHop};

/// Rows with a second hop that are kept: more than the window of a history.
const KEPT_ROWS: usize = 320;
/// The same for a ranker of many histories; some 1 kB each.
#[cfg(feature = "cli")]
const KEPT_ROWS_OF_MANY: usize = 1 << 16;

/// A row, entries in no particular order.
#[derive(Clone, Debug)]
struct KeptRow {
    item: ItemIx,
    last_use: u64,
    entries: Vec<(ItemIx, f32)>,
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub(super) struct Rows<T: Table> {
    hop: TwoHop,
    /// The parts of the table that were read.
    pub(super) kept: T::Kept,
    /// Why a row could not be read, if one could not be.
    fault: Option<T::Error>,
    /// The neighbours that a row is worked out from, with their weights in a row of factor 1.
    first: Vec<(ItemIx, f32)>,
    second: Vec<(ItemIx, f32)>,
    rows: Vec<KeptRow>,
    /// The row that was asked for last.
    last: usize,
    num_uses: u64,
    sums: Vec<f32>,
    touched: Vec<ItemIx>,
    heap: Vec<u64>,
    /// Position in `rows` of the row of each item, of a ranker of many histories; else empty.
    #[cfg(feature = "cli")]
    places: Vec<u32>,
}

impl<T: Table> Rows<T> {
    pub(super) fn new(table: &T) -> Rows<T> {
        let hop = table.hop();
        Rows {
            hop,
            kept: T::Kept::default(),
            fault: None,
            first: Vec::new(),
            second: Vec::new(),
            rows: Vec::new(),
            last: 0,
            num_uses: 0,
            sums: vec![0.0; if hop.share > 0.0 { table.num_items() } else { 0 }],
            touched: Vec::new(),
            heap: Vec::new(),
            #[cfg(feature = "cli")]
            places: Vec::new(),
        }
    }

    /// Keeps the rows of many histories.
    #[cfg(feature = "cli")]
    pub(super) fn keep_many(&mut self) {
        self.places = vec![u32::MAX; self.sums.len()];
    }

    /// Why a row could not be read since this was asked last; such a row is empty, and forgotten.
    pub(super) fn take_fault(&mut self) -> Option<T::Error> {
        if self.fault.is_some() {
            self.rows.clear();
        }
        self.fault.take()
    }

    /// The row of an item.
    pub(super) fn row(&mut self, table: &T, item: ItemIx) -> &[(ItemIx, f32)] {
        self.num_uses += 1;
        let mut at = self.find(item);
        if at >= self.rows.len() {
            at = self.free_row();
            #[cfg(feature = "cli")]
            if let Some(place) = self.places.get_mut(item.as_usize()) {
                *place = at as u32;
            }
            let mut entries = self.rows.get_mut(at).map(|row| std::mem::take(&mut row.entries)).unwrap_or_default();
            self.work_out(table, item, &mut entries);
            #[cfg(feature = "cli")]
            if !self.places.is_empty() {
                // Room for all that was added up before the heaviest were chosen, tens of thousands of times.
                entries.shrink_to_fit();
            }
            if let Some(row) = self.rows.get_mut(at) {
                (row.item, row.entries) = (item, entries);
            }
        }
        self.last = at;
        match self.rows.get_mut(at) {
            Some(row) => {
                row.last_use = self.num_uses;
                &row.entries
            }
            None => &[],
        }
    }

    /// The position of an item's row; the number of rows or more if it is not kept.
    fn find(&self, item: ItemIx) -> usize {
        #[cfg(feature = "cli")]
        if let Some(&place) = self.places.get(item.as_usize()) {
            let is_kept = self.rows.get(place as usize).is_some_and(|row| row.item == item);
            return if is_kept { place as usize } else { usize::MAX };
        }
        // Most often it is the row behind the one that was asked for last.
        let mut at = self.last + 1;
        if self.rows.get(at).is_none_or(|row| row.item != item) {
            at = 0;
            while self.rows.get(at).is_some_and(|row| row.item != item) {
                at += 1;
            }
        }
        at
    }

    /// The weight of one neighbour in the row of an item.
    pub(super) fn weight_of(&mut self, table: &T, item: ItemIx, neighbour: ItemIx) -> f32 {
        for &(other, weight) in self.row(table, item) {
            if other == neighbour {
                return weight;
            }
        }
        0.0
    }

    /// The position of a new row, or of the one that was not used for longest.
    fn free_row(&mut self) -> usize {
        // A row without a second hop is read as fast as it is found.
        let num_kept = if self.hop.share > 0.0 { KEPT_ROWS } else { 1 };
        #[cfg(feature = "cli")]
        if !self.places.is_empty() && self.rows.len() >= KEPT_ROWS_OF_MANY {
            // To look for the one that was not used for longest would take longer than to work it out again.
            return self.num_uses as usize % KEPT_ROWS_OF_MANY;
        }
        #[cfg(feature = "cli")]
        let num_kept = if self.places.is_empty() { num_kept } else { KEPT_ROWS_OF_MANY };
        if self.rows.len() < num_kept {
            self.rows.push(KeptRow { item: ItemIx(u32::MAX), last_use: 0, entries: Vec::new() });
            return self.rows.len() - 1;
        }
        let (mut oldest, mut last_use) = (0, u64::MAX);
        for (at, row) in self.rows.iter().enumerate() {
            if row.last_use < last_use {
                (oldest, last_use) = (at, row.last_use);
            }
        }
        oldest
    }

    pub(super) fn work_out(&mut self, table: &T, item: ItemIx, entries: &mut Vec<(ItemIx, f32)>) {
        entries.clear();
        let factor = table.row_factor(item);
        let mut first = std::mem::take(&mut self.first);
        let mut second = std::mem::take(&mut self.second);
        let has_hop = self.hop.share > 0.0;
        self.read(table, item, &mut first);
        for &(other, weight) in &first {
            let weight = factor * weight;
            if !has_hop {
                entries.push((other, weight));
                continue;
            }
            self.add(other, weight);
            let inverse_sum = self.read(table, other, &mut second);
            let share = self.hop.share * weight * inverse_sum;
            for &(to, weight) in &second {
                self.add(to, share * weight);
            }
        }
        (self.first, self.second) = (first, second);
        for &touched in &self.touched {
            let Some(sum) = self.sums.get_mut(touched.as_usize()) else { continue };
            let weight = std::mem::take(sum);
            if touched != item {
                entries.push((touched, weight));
            }
        }
        self.touched.clear();
        let width = usize::from(self.hop.width);
        if has_hop && entries.len() > width && width > 0 {
            self.heap.clear();
            for &(item, weight) in &*entries {
                // The lightest one that is kept is on top.
                let entry = !heap::entry(weight, item, None);
                if self.heap.len() < width {
                    heap::push(&mut self.heap, entry);
                } else if self.heap.first().is_some_and(|&lightest| entry < lightest) {
                    heap::replace_greatest(&mut self.heap, entry);
                }
            }
            entries.clear();
            for &entry in &self.heap {
                let (weight, item) = heap::value_and_item(!entry, None);
                entries.push((item, weight));
            }
        }
    }

    /// Reads the neighbours of an item; gives one over the sum of their weights.
    fn read(&mut self, table: &T, item: ItemIx, row: &mut Vec<(ItemIx, f32)>) -> f32 {
        row.clear();
        match table.row(&mut self.kept, item, &mut |other, weight| row.push((other, weight))) {
            Ok(inverse_sum) => inverse_sum,
            Err(fault) => {
                self.fault = Some(fault);
                0.0
            }
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
    use crate::model::{Link, Neighbours, Weights};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const NUM_ITEMS: u32 = 9;

    fn table(links: &BTreeMap<(u32, u32), u8>, hop: TwoHop) -> Neighbours {
        let links: Vec<_> = links
            .iter()
            .filter(|((from, to), _)| from < to)
            .map(|(&(from, to), &level)| Link {
                one: ItemIx(from),
                other: ItemIx(to),
                level,
                is_heavier_from_one: (from + to).is_multiple_of(2),
            })
            .collect();
        let classes: Vec<u8> = (0..NUM_ITEMS as u8).map(|item| item % 2).collect();
        let weights =
            Weights { levels: vec![0.5, 1.0, 3.0], directions: vec![1.0, 1.25, 1.5], row_factors: vec![1.0, 0.75] };
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
            let table = table(&links, TwoHop { share, width: 0 });
            let mut hops = Rows::new(&table);
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
            let whole = table(&links, TwoHop { share: 0.5, width: 0 });
            let cut = table(&links, TwoHop { share: 0.5, width });
            for item in (0..NUM_ITEMS).map(ItemIx) {
                let mut expected = Rows::new(&whole).row(&whole, item).to_vec();
                expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                expected.truncate(width.into());
                expected.sort_by_key(|entry| entry.0);
                let mut found = Rows::new(&cut).row(&cut, item).to_vec();
                found.sort_by_key(|entry| entry.0);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn rows_that_were_forgotten_come_back_the_same() {
        let links = (0..NUM_ITEMS - 1).map(|item| ((item, item + 1), (item % 3) as u8)).collect();
        let table = table(&links, TwoHop { share: 0.2, width: 4 });
        let mut hops = Rows::new(&table);
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
