//! Weights and popularity as few bits.

use crate::matrix::RowSorter;
use crate::model::{ModelError, Neighbours, scale_code};
use crate::{ItemIx, SparseMatrix};
use rayon::prelude::*;

/// The largest weights that a scale code gives back: 2^-8 to 2^(127/16).
const SCALES: std::ops::RangeInclusive<f32> = 0.003_906_25..=245.1;
/// Steps of popularity to a factor of 2, as for scales: levels 1 to 255 span a factor of 60,000.
const POPULARITY_STEPS: f64 = 16.0;

/// The power of two that brings all row maxima into the range of scale codes; 1 if they are in it.
///
/// Where no power brings them all, the largest fits and the smallest are raised to the end of the range.
pub(super) fn range_factor(matrix: &SparseMatrix) -> f32 {
    let largest_of = |item| largest(matrix.row(ItemIx(item)).1);
    let maxima = || (0..matrix.num_items() as u32).map(largest_of).filter(|&weight| weight > 0.0);
    let largest = maxima().fold(0.0, f32::max);
    let smallest = maxima().fold(f32::INFINITY, f32::min);
    if largest == 0.0 || (SCALES.contains(&largest) && SCALES.contains(&smallest)) {
        return 1.0;
    }
    // To 64..128, at the upper end; a factor below 2^127 even for the smallest numbers.
    let exponent = f64::from(largest).log2().floor() as i32;
    2f32.powi((6 - exponent).clamp(-126, 127))
}

/// The largest weight of a row; 0 without any.
fn largest(weights: &[f32]) -> f32 {
    weights.iter().copied().fold(0.0, f32::max)
}

/// Rows that one task makes: enough to hide its cost, few enough to balance.
const TASK_ROWS: usize = 512;

/// Rows one after the other.
#[derive(Default)]
struct Block {
    lengths: Vec<u32>,
    items: Vec<ItemIx>,
    levels: Vec<u8>,
    scales: Vec<u8>,
}

/// The table of rows with scale codes, levels and the new numbers, in their order.
pub(super) fn table(
    matrix: &SparseMatrix,
    factor: f32,
    weight_bits: u8,
    old_of_new: &[ItemIx],
    new_of_old: &[ItemIx],
) -> Result<Neighbours, ModelError> {
    let blocks: Vec<Block> = old_of_new
        .par_chunks(TASK_ROWS)
        .map(|rows| {
            let (mut block, mut room) = (Block::default(), Room::default());
            rows.iter().for_each(|&old| block.add(matrix.row(old), factor, weight_bits, new_of_old, &mut room));
            block
        })
        .collect();
    let num_edges = blocks.iter().map(|block| block.items.len()).sum();
    let mut offsets = Vec::with_capacity(old_of_new.len() + 1);
    let mut all = Block {
        items: Vec::with_capacity(num_edges),
        levels: Vec::with_capacity(num_edges),
        scales: Vec::with_capacity(old_of_new.len()),
        ..Block::default()
    };
    let mut end = 0u32;
    offsets.push(end);
    for block in blocks {
        for length in block.lengths {
            end = end.saturating_add(length);
            offsets.push(end);
        }
        all.items.extend_from_slice(&block.items);
        all.levels.extend_from_slice(&block.levels);
        all.scales.extend_from_slice(&block.scales);
    }
    Neighbours::from_csr(weight_bits, offsets, all.items, all.levels, all.scales)
}

/// Room for one row.
#[derive(Default)]
struct Room {
    entries: Vec<u64>,
    sorter: RowSorter,
}

impl Block {
    /// Adds a row of old numbers.
    fn add(
        &mut self,
        (columns, weights): (&[ItemIx], &[f32]),
        factor: f32,
        weight_bits: u8,
        new_of_old: &[ItemIx],
        Room { entries, sorter }: &mut Room,
    ) {
        let largest = largest(weights);
        let num_levels = f64::from(1u32 << weight_bits);
        let level = |weight: f32| (f64::from(weight) / f64::from(largest) * num_levels).min(num_levels - 1.0) as u8;
        entries.clear();
        entries.extend(
            columns
                .iter()
                .zip(weights)
                .map(|(old, &weight)| u64::from(new_of_old[old.as_usize()].0) << 32 | u64::from(level(weight))),
        );
        sorter.sort(entries);
        self.lengths.push(entries.len() as u32);
        self.items.extend(entries.iter().map(|&entry| ItemIx((entry >> 32) as u32)));
        self.levels.extend(entries.iter().map(|&entry| entry as u8));
        self.scales.push(if entries.is_empty() { 0 } else { scale_code(largest * factor) });
    }
}

/// Popularity on a logarithmic scale: 255 for the most popular item, 1 less for each factor of 2^(1/16), 1 at the least;
/// 0 where it is withheld.
pub(super) fn popularity(popularity: &[f32]) -> Vec<u8> {
    let most = f64::from(popularity.iter().copied().fold(0.0, f32::max));
    let level = |value: f32| {
        let steps = (POPULARITY_STEPS * (most / f64::from(value)).log2()).round();
        if value > 0.0 { (255.0 - steps).max(1.0) as u8 } else { 0 }
    };
    popularity.iter().map(|&value| level(value)).collect()
}

/// Popularity of which only the `num_exact` largest levels stay as they are; the others become the mean of their class, or 0 if
/// most of the class is withheld.
pub(super) fn popularity_by_class(popularity: Vec<u8>, classes: &[u8], num_exact: usize) -> Vec<u8> {
    let mut sorted: Vec<u8> = popularity.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let Some(&least) = sorted.get(num_exact) else { return popularity };
    let mut sums = [(0u64, 0u64, 0u64); 256];
    for (&level, &class) in popularity.iter().zip(classes) {
        if level <= least {
            let (sum, num, num_withheld) = &mut sums[usize::from(class)];
            *sum += u64::from(level);
            *num += 1;
            *num_withheld += u64::from(level == 0);
        }
    }
    let mean = |class: u8| {
        let (sum, num, num_withheld) = sums[usize::from(class)];
        if 2 * num_withheld > num { 0 } else { (sum / (num - num_withheld).max(1)) as u8 }
    };
    let of = |(level, &class): (u8, &u8)| if level > least { level } else { mean(class) };
    popularity.into_iter().zip(classes).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scale;

    fn rows(maxima: &[f32]) -> SparseMatrix {
        SparseMatrix::from_rows(maxima.iter().map(|&weight| vec![(ItemIx(0), weight)]).collect())
    }

    #[test]
    fn weights_in_range_stay_as_they_are() {
        assert_eq!(range_factor(&rows(&[0.004, 245.0])), 1.0);
        assert_eq!(range_factor(&rows(&[])), 1.0);
        assert_eq!(range_factor(&SparseMatrix::from_rows(vec![Vec::new()])), 1.0);
    }

    #[test]
    fn weights_out_of_range_are_moved_to_its_upper_end() {
        assert_eq!(range_factor(&rows(&[1e-6, 1e-3])) * 1e-3, 65.536); // 2^16 * 1e-3
        assert_eq!(range_factor(&rows(&[1000.0])), 0.125);
        assert!((range_factor(&rows(&[f32::MIN_POSITIVE])) * f32::MIN_POSITIVE) > 0.003_9);
        assert!(range_factor(&rows(&[f32::MAX])) * f32::MAX < 245.0);
    }

    #[test]
    fn a_weight_becomes_the_level_whose_span_it_is_in() {
        let order = [4, 3, 2, 1, 0].map(ItemIx);
        let row = vec![(ItemIx(0), 1.0), (ItemIx(1), 0.875), (ItemIx(2), 0.8749), (ItemIx(3), 1e-9)];
        let matrix = SparseMatrix::from_rows([vec![Vec::new(); 4], vec![row]].concat());
        let table = table(&matrix, 2.0, 3, &order, &order).unwrap();
        let row = table.row(ItemIx(0));
        assert_eq!((row.items, row.levels), (&[1, 2, 3, 4].map(ItemIx)[..], &[0, 6, 7, 7][..]));
        assert_eq!(table.row_factor(ItemIx(0)), scale(144));
        assert_eq!(table.num_edges(), 4);
    }

    #[test]
    fn popularity_loses_16_levels_for_each_halving_and_0_means_withheld() {
        assert_eq!(popularity(&[8.0, 4.0, 0.0, 1e-30, 8.0]), [255, 239, 0, 1, 255]);
        assert_eq!(popularity(&[0.0]), [0]);
        assert!(popularity(&[]).is_empty());
    }

    #[test]
    fn all_but_the_most_popular_become_their_class_s_mean() {
        let levels = vec![250, 240, 100, 110, 0, 50, 0];
        assert_eq!(popularity_by_class(levels.clone(), &[1, 1, 1, 1, 0, 0, 0], 2), [250, 240, 105, 105, 0, 0, 0]);
        assert_eq!(popularity_by_class(levels.clone(), &[1, 1, 1, 1, 0, 0, 0], 7), levels);
    }
}
