//! Pairs in classes of about equal weight: counted once, and weighed again under any weighting.
//!
//! A search weighs the same pairs hundreds of times. What a pair weighs depends on the distance and the direction of
//! its two events, and on the age and the length of their sessions. Each of these falls into one of a few classes, so
//! that one number of 16 bits says what a pair weighs, and a table of a few thousand floats has all weights of one
//! weighting. The pairs themselves are sorted once, without those that the privacy threshold removes.

use super::PrivacyThreshold;
use super::kernel::{PairCounts, RowSource, RowSums};
use crate::{CsrMatrix, ItemIx};
use rayon::prelude::*;
use std::ops::Range;

/// Classes of sessions by age.
const NUM_AGES: usize = 32;
/// Numbers up to this one have a class of their own; beyond, one class holds those up to [`GROWTH`] times as large.
const EXACT: usize = 8;
const GROWTH: f64 = 1.3;
/// Rows that one task counts.
const TASK_ROWS: usize = 256;

/// Classes of lengths or distances, from 1 on.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Class of each size.
    class_of: Vec<u8>,
    /// Geometric mean of the sizes of each class.
    means: Vec<f64>,
}

impl Sizes {
    /// Makes classes for the sizes up to `most`.
    pub fn up_to(most: usize) -> Sizes {
        let mut class_of = vec![0];
        let mut means = Vec::new();
        let mut first = 1;
        while first <= most.max(1) {
            let last = if first < EXACT { first } else { ((first as f64 * GROWTH) as usize).max(first).min(most) };
            let logarithms = (first..=last).map(|size| libm::log(size as f64)).sum::<f64>();
            class_of.extend((first..=last).map(|_| means.len() as u8));
            means.push(libm::exp(logarithms / (last + 1 - first) as f64));
            first = last + 1;
        }
        Sizes { class_of, means }
    }

    pub fn class_of(&self, size: usize) -> usize {
        self.class_of[size.min(self.class_of.len() - 1)].into()
    }

    pub fn means(&self) -> &[f64] {
        &self.means
    }
}

/// Classes of a run of sessions by age and by length.
#[derive(Clone, Debug)]
pub(super) struct SessionClasses {
    pub ages: Vec<u8>,
    pub lengths: Vec<u8>,
    /// Mean age of each class.
    pub mean_ages: Vec<f64>,
    /// Mean length of each class.
    pub mean_lengths: Vec<f64>,
}

impl SessionClasses {
    /// Makes the classes of sessions of these ages and lengths.
    pub fn new(ages: &[f64], lengths: &[usize]) -> SessionClasses {
        let newest = ages.iter().copied().fold(f64::INFINITY, f64::min);
        let oldest = ages.iter().copied().fold(newest, f64::max);
        let width = ((oldest - newest) / NUM_AGES as f64).max(f64::MIN_POSITIVE);
        let age_class = |&age: &f64| (((age - newest) / width) as usize).min(NUM_AGES - 1) as u8;
        let sizes = Sizes::up_to(lengths.iter().copied().max().unwrap_or(1));
        SessionClasses {
            ages: ages.iter().map(age_class).collect(),
            lengths: lengths.iter().map(|&length| sizes.class_of(length) as u8).collect(),
            mean_ages: (0..NUM_AGES).map(|class| newest + (class as f64 + 0.5) * width).collect(),
            mean_lengths: sizes.means,
        }
    }

    /// Returns the class of a pair: its kind, the session whose age counts and the one whose length does.
    #[inline(always)]
    pub fn class(&self, kind: usize, age_of: usize, length_of: usize) -> u16 {
        let (age, length) = (usize::from(self.ages[age_of]), usize::from(self.lengths[length_of]));
        ((kind * NUM_AGES + age) * self.mean_lengths.len() + length) as u16
    }

    /// Returns the weights of all classes, where `weight` gives that of a kind, an age and a length.
    pub fn table(&self, num_kinds: usize, weight: impl Fn(usize, f64, f64) -> f64) -> Vec<f32> {
        let weight = &weight;
        let of_kind = |kind: usize| {
            let of_age =
                move |&age: &f64| self.mean_lengths.iter().map(move |&length| weight(kind, age, length) as f32);
            self.mean_ages.iter().flat_map(of_age)
        };
        (0..num_kinds).flat_map(of_kind).collect()
    }
}

/// The pairs that a threshold allows in a run of sessions, each with the classes of all that makes it.
#[derive(Debug)]
pub(super) struct ClassedPairs {
    threshold: PrivacyThreshold,
    offsets: Vec<usize>,
    columns: Vec<ItemIx>,
    blocks: Vec<Block>,
    num_removed: u64,
}

/// Classes of the pairs of some consecutive rows.
#[derive(Debug, Default)]
struct Block {
    /// Entries of each row.
    lengths: Vec<u32>,
    columns: Vec<ItemIx>,
    /// Where the classes of each pair end in `classes`.
    ends: Vec<u32>,
    classes: Vec<u16>,
    num_removed: u64,
}

/// State of one column while the pairs of a row are sorted.
#[derive(Clone, Copy, Default)]
struct Cell {
    num_parts: u32,
    num_shoppers: u32,
    /// The shopper that counted last, plus one.
    last_shopper: u32,
}

/// First walk over a row: how many parts and shoppers each pair has.
struct Sizing<'s> {
    row: ItemIx,
    cells: &'s mut [Cell],
    touched: &'s mut Vec<ItemIx>,
}

impl RowSums<u16> for Sizing<'_> {
    #[inline(always)]
    fn add(&mut self, column: ItemIx, shopper: u32, _: u16) {
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
        cell.num_parts += 1;
    }
}

/// Second walk: puts each part where its pair's parts stand. `num_parts` of a cell is the next place, counted down.
struct Sorting<'s> {
    cells: &'s mut [Cell],
    classes: &'s mut [u16],
}

impl RowSums<u16> for Sorting<'_> {
    #[inline(always)]
    fn add(&mut self, column: ItemIx, _: u32, class: u16) {
        let cell = &mut self.cells[column.as_usize()];
        if cell.num_parts > 0 {
            cell.num_parts -= 1;
            self.classes[cell.num_parts as usize] = class;
        }
    }
}

impl ClassedPairs {
    /// Sorts all pairs of `num_items` rows. Holds 8 bytes a pair that the threshold allows and 2 for each of its parts.
    pub fn new(num_items: usize, threshold: PrivacyThreshold, rows: &impl RowSource<Part = u16>) -> ClassedPairs {
        let scratch = || (vec![Cell::default(); num_items], Vec::new());
        let tasks: Vec<Range<usize>> = (0..num_items.div_ceil(TASK_ROWS))
            .map(|task| task * TASK_ROWS..((task + 1) * TASK_ROWS).min(num_items))
            .collect();
        let mut blocks: Vec<Block> = tasks
            .into_par_iter()
            .map_init(scratch, |(cells, touched), of_task| {
                let mut block = Block::default();
                for row in of_task {
                    block.add_row(ItemIx(row as u32), cells, touched, threshold, rows);
                }
                block
            })
            .collect();
        let num_pairs = blocks.iter().map(|block| block.columns.len()).sum();
        let (mut offsets, mut columns) = (Vec::with_capacity(num_items + 1), Vec::with_capacity(num_pairs));
        offsets.push(0);
        for block in &mut blocks {
            for length in std::mem::take(&mut block.lengths) {
                offsets.push(offsets.last().copied().unwrap_or(0) + length as usize);
            }
            columns.append(&mut block.columns);
            block.columns.shrink_to_fit();
        }
        // Every unordered pair is in two rows.
        let num_removed = blocks.iter().map(|block| block.num_removed).sum::<u64>() / 2;
        ClassedPairs { threshold, offsets, columns, blocks, num_removed }
    }

    pub fn threshold(&self) -> PrivacyThreshold {
        self.threshold
    }

    /// Adds up the pairs, where `weights` has that of each class. `item_weights` are passed on.
    pub fn count(&self, item_weights: Vec<f32>, weights: &[f32]) -> PairCounts {
        let mut values = vec![0.0f32; self.columns.len()];
        let mut rest = &mut values[..];
        let mut tasks = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let (of_block, others) = rest.split_at_mut(block.ends.len());
            tasks.push((block, of_block));
            rest = others;
        }
        tasks.into_par_iter().for_each(|(block, values)| block.add_up(weights, values));
        let pairs = CsrMatrix::from_parts(self.offsets.clone(), self.columns.clone(), values);
        let pairs_kept = pairs.num_entries() as u64 / 2;
        PairCounts { pairs, item_weights, pairs_kept, pairs_removed: self.num_removed }
    }
}

impl Block {
    fn add_row(
        &mut self,
        row: ItemIx,
        cells: &mut [Cell],
        touched: &mut Vec<ItemIx>,
        threshold: PrivacyThreshold,
        rows: &impl RowSource<Part = u16>,
    ) {
        rows.sum_row(&mut Sizing { row, cells, touched }, row);
        let mut end = self.classes.len() as u32;
        let num_before = self.columns.len();
        for &column in &*touched {
            let cell = &mut cells[column.as_usize()];
            if threshold.allows(cell.num_shoppers) {
                end += cell.num_parts;
                self.columns.push(column);
                self.ends.push(end);
                // Parts are filled in from the end of their pair's.
                cell.num_parts = end;
            } else {
                cell.num_parts = 0;
                self.num_removed += 1;
            }
        }
        self.lengths.push((self.columns.len() - num_before) as u32);
        self.classes.resize(end as usize, 0);
        rows.sum_row(&mut Sorting { cells, classes: &mut self.classes }, row);
        touched.drain(..).for_each(|column| cells[column.as_usize()] = Cell::default());
    }

    fn add_up(&self, weights: &[f32], values: &mut [f32]) {
        let mut start = 0;
        for (value, &end) in values.iter_mut().zip(&self.ends) {
            let classes = &self.classes[start as usize..end as usize];
            *value = classes.iter().map(|&class| weights[usize::from(class)]).sum();
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_sizes_have_a_class_of_their_own_and_large_ones_share_one() {
        let sizes = Sizes::up_to(20);
        assert_eq!(sizes.means()[..7], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].map(|size: f64| libm::exp(libm::log(size))));
        // From 8 on the last of a class is 1.3 times its first: 8 to 10, 11 to 14, 15 to 19, 20.
        let classes: Vec<usize> = (7..=20).map(|size| sizes.class_of(size)).collect();
        assert_eq!(classes, [6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9, 9, 10]);
        assert!((sizes.means()[7] - libm::pow(8.0 * 9.0 * 10.0, 1.0 / 3.0)).abs() < 1e-9);
        assert_eq!(sizes.class_of(1000), 10);
    }

    #[test]
    fn a_table_has_the_weight_of_every_class() {
        let classes = SessionClasses::new(&[0.0, 1.0, 0.5], &[1, 3, 2]);
        let table = classes.table(2, |kind, age, length| kind as f64 * 100.0 + age * 10.0 + length);
        let weight = |kind, age_of, length_of| table[usize::from(classes.class(kind, age_of, length_of))];
        // Ages are those of the middle of their classes: 1/64, 63/64, 33/64.
        assert!((weight(0, 0, 1) - (10.0 / 64.0 + 3.0)).abs() < 1e-4);
        assert!((weight(1, 1, 2) - (100.0 + 630.0 / 64.0 + 2.0)).abs() < 1e-4);
    }

    #[test]
    fn sessions_of_one_age_and_none_at_all_have_classes() {
        assert_eq!(SessionClasses::new(&[0.3, 0.3], &[2, 2]).ages, [0, 0]);
        assert!(SessionClasses::new(&[], &[]).ages.is_empty());
    }
}
