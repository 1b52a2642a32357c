//! Which pairs of items become links, and at which level: the heaviest of the whole table, wherever they are.
//!
//! A pair is worth `W[i, j] p_i^a + W[j, i] p_j^a` with the events p of an item and a small power a: rows that are asked for more often
//! count for more, but not in proportion, or rare items would have no links at all. On Diginetica's validation sessions powers
//! of 0.1, 0.15 and 0.25 do the same within 0.1 point of HitRate at 250,000 links.

use crate::model::{MAX_CLASSES, Weights};
use crate::{ItemIx, SparseMatrix};
use rayon::prelude::*;

/// How much more a link is worth for an item with many events.
const EVENTS_POWER: f64 = 0.15;
/// Quantiles of a link's logarithmic weight between which the levels lie; what is beyond gets the first or last one.
const LEVEL_SPAN: (f64, f64) = (0.03, 0.985);
/// Classes of items by their number of events: below 8, 16, 32, 64, 128, and all others.
pub(super) const NUM_CLASSES: usize = 6;
const FIRST_CLASS_BITS: u32 = 2;

/// A pair of items that may become a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub one: ItemIx,
    pub other: ItemIx,
    /// `W[one, other]` and `W[other, one]`; at least one is above 0.
    pub weights: [f32; 2],
    importance: f32,
}

/// The class of an item with so many events.
pub(super) fn class(num_events: u32) -> u8 {
    let bits = num_events.max(1).ilog2();
    bits.saturating_sub(FIRST_CLASS_BITS).min(NUM_CLASSES as u32 - 1) as u8
}

/// All pairs of a matrix, the most important first, ties by number; the diagonal and weights of 0 or less are no pairs.
pub(super) fn pairs(matrix: &SparseMatrix, num_events: &[u32]) -> Vec<Pair> {
    let voices: Vec<f32> = num_events.iter().map(|&num| (f64::from(num) + 1.0).powf(EVENTS_POWER) as f32).collect();
    let weight = |from: ItemIx, to: ItemIx| {
        let (columns, weights) = matrix.row(from);
        columns.binary_search(&to).map_or(0.0, |at| weights[at].max(0.0))
    };
    let of_row = |row: u32| {
        let one = ItemIx(row);
        let (columns, weights) = matrix.row(one);
        let mut pairs = Vec::with_capacity(columns.len());
        for (&other, &there) in columns.iter().zip(weights) {
            if other == one || there <= 0.0 {
                continue;
            }
            let back = weight(other, one);
            // Of a pair that stands in two rows, the first row's turn.
            if other < one && back > 0.0 {
                continue;
            }
            let importance = there * voices[one.as_usize()] + back * voices[other.as_usize()];
            let (one, other, weights) =
                if one < other { (one, other, [there, back]) } else { (other, one, [back, there]) };
            pairs.push(Pair { one, other, weights, importance });
        }
        pairs
    };
    let mut pairs: Vec<Pair> = (0..matrix.num_items() as u32).into_par_iter().flat_map_iter(of_row).collect();
    pairs.par_sort_unstable_by(|a, b| {
        b.importance.total_cmp(&a.importance).then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    pairs
}

/// The factors of classes and the levels that come nearest to the weights of `pairs`, and each pair's level.
///
/// `ln W[i, j] = s_ij + r_i + c_j` with s the same for both directions and r, c of the items' classes: the difference of the two directions says
/// `r - c` of each class (least squares), their sum `r + c` (an additive fit), and what is left of it is s.
pub(super) fn fit(pairs: &[Pair], classes: &[u8], num_levels: usize) -> (Weights, Vec<u8>) {
    let class = |item: ItemIx| usize::from(classes[item.as_usize()]);
    let num_classes = classes.iter().copied().max().map_or(1, |most| usize::from(most) + 1);
    let directions = directions(pairs, &class, num_classes);
    let mut logs: Vec<f64> = pairs
        .iter()
        .map(|pair| {
            let bias = directions[class(pair.one)] - directions[class(pair.other)];
            let [there, back] = pair.weights.map(|weight| f64::from(weight).max(1e-30).ln());
            match pair.weights {
                [_, back] if back <= 0.0 => there - bias / 2.0 - MISSING,
                [there, _] if there <= 0.0 => back + bias / 2.0 - MISSING,
                _ => (there + back) / 2.0,
            }
        })
        .collect();
    let sums = additive(pairs, &logs, &class, num_classes);
    for (log, pair) in logs.iter_mut().zip(pairs) {
        *log -= sums[class(pair.one)] + sums[class(pair.other)];
    }
    let mut sorted = logs.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| sorted.get((sorted.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    let (low, high) = (quantile(LEVEL_SPAN.0), quantile(LEVEL_SPAN.1));
    let width = (high - low).max(1e-9) / num_levels as f64;
    let levels: Vec<u8> =
        logs.iter().map(|log| ((log - low) / width).clamp(0.0, num_levels as f64 - 1.0) as u8).collect();
    let mut means = vec![(0.0, 0.0); num_levels];
    for (&level, log) in levels.iter().zip(&logs) {
        let (sum, num) = &mut means[usize::from(level)];
        *sum += log;
        *num += 1.0;
    }
    let middle = |level: usize| low + width * (level as f64 + 0.5);
    let factors = |sign: f64| (0..num_classes).map(|class| sums[class] + sign * directions[class] / 2.0).collect();
    let (rows, columns): (Vec<f64>, Vec<f64>) = (factors(1.0), factors(-1.0));
    let levels_of =
        means.iter().enumerate().map(|(level, &(sum, num))| if num > 0.0 { sum / num } else { middle(level) });
    (in_range(&levels_of.collect::<Vec<_>>(), &rows, &columns), levels)
}

/// What the weight of a pair's other direction is taken to be below that of its known one, as a logarithm: it is below
/// what the matrix keeps.
const MISSING: f64 = 0.2;

/// Weights of these logarithms, brought near 1 by one factor for all.
pub(super) fn in_range(levels: &[f64], rows: &[f64], columns: &[f64]) -> Weights {
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len().max(1) as f64;
    let exp = |logs: &[f64]| {
        let mean = mean(logs);
        logs.iter().map(|log| (log - mean).exp().clamp(1e-12, 255.0) as f32).collect()
    };
    let size = (mean(levels) + mean(rows) + mean(columns)).exp();
    let mut weights = Weights { levels: exp(levels), row_factors: exp(rows), column_factors: exp(columns) };
    weights.levels.iter_mut().for_each(|level| *level = (f64::from(*level) * size).clamp(1e-12, 255.0) as f32);
    weights
}

/// Solves the least squares of `ln(W[i, j] / W[j, i]) = d_i - d_j` over classes.
fn directions(pairs: &[Pair], class: &impl Fn(ItemIx) -> usize, num_classes: usize) -> Vec<f64> {
    let mut normal = [[0.0f64; MAX_CLASSES]; MAX_CLASSES];
    let mut right = [0.0f64; MAX_CLASSES];
    for pair in pairs {
        let (one, other) = (class(pair.one), class(pair.other));
        let [there, back] = pair.weights;
        if one != other && there > 0.0 && back > 0.0 {
            let ratio = (f64::from(there) / f64::from(back)).ln();
            normal[one][one] += 1.0;
            normal[other][other] += 1.0;
            normal[one][other] -= 1.0;
            normal[other][one] -= 1.0;
            right[one] += ratio;
            right[other] -= ratio;
        }
    }
    // Only differences are known: a little weight on 0 makes it one solution.
    (0..num_classes).for_each(|class| normal[class][class] += 1e-3);
    for pivot in 0..num_classes {
        for row in pivot + 1..num_classes {
            let factor = normal[row][pivot] / normal[pivot][pivot];
            let pivots = normal[pivot];
            for (value, above) in normal[row].iter_mut().zip(pivots).take(num_classes).skip(pivot) {
                *value -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut solution = vec![0.0; num_classes];
    for row in (0..num_classes).rev() {
        let known: f64 = (row + 1..num_classes).map(|column| normal[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / normal[row][row];
    }
    solution
}

/// The part of `logs` that is a sum of something of both ends' classes, by a few rounds of fitting one class after the other.
fn additive(pairs: &[Pair], logs: &[f64], class: &impl Fn(ItemIx) -> usize, num_classes: usize) -> Vec<f64> {
    // Means over class pairs are enough.
    let mut cells = [[(0.0f64, 0.0f64); MAX_CLASSES]; MAX_CLASSES];
    for (pair, log) in pairs.iter().zip(logs) {
        for (one, other) in [(pair.one, pair.other), (pair.other, pair.one)] {
            let (sum, num) = &mut cells[class(one)][class(other)];
            *sum += log;
            *num += 1.0;
        }
    }
    let mut parts = vec![0.0; num_classes];
    for _ in 0..20 {
        for one in 0..num_classes {
            let (mut sum, mut num) = (0.0, 0.0);
            for (other, &(cell, count)) in cells[one].iter().enumerate().take(num_classes) {
                sum += cell - count * parts[other];
                num += count;
            }
            if num > 0.0 {
                parts[one] = sum / num;
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(num_items: usize, entries: &[(u32, u32, f32)]) -> SparseMatrix {
        let mut rows = vec![Vec::new(); num_items];
        for &(row, column, weight) in entries {
            rows[row as usize].push((ItemIx(column), weight));
        }
        SparseMatrix::from_rows(rows)
    }

    #[test]
    fn a_pair_stands_once_with_both_directions() {
        let matrix = matrix(3, &[(0, 1, 2.0), (1, 0, 1.0), (2, 1, 5.0), (1, 1, 9.0), (0, 2, -1.0)]);
        let found: Vec<_> =
            pairs(&matrix, &[0, 0, 0]).iter().map(|pair| (pair.one.0, pair.other.0, pair.weights)).collect();
        assert_eq!(found, [(1, 2, [0.0, 5.0]), (0, 1, [2.0, 1.0])]);
    }

    #[test]
    fn rows_that_are_asked_for_often_count_for_more() {
        let matrix = matrix(4, &[(0, 1, 1.0), (2, 3, 1.1)]);
        assert_eq!(pairs(&matrix, &[1000, 0, 0, 0])[0].one, ItemIx(0));
        assert_eq!(pairs(&matrix, &[0, 0, 0, 0])[0].one, ItemIx(2));
    }

    #[test]
    fn weights_made_of_levels_and_classes_come_back() {
        // Two classes whose rows and columns weigh 1, 2 and 1, 3, and four strengths.
        let classes = [0u8, 1, 0, 1, 0, 1, 0, 1];
        let (rows, columns) = ([1.0f32, 2.0], [1.0f32, 3.0]);
        let strengths = [1.0f32, 2.0, 4.0, 8.0];
        let mut made = Vec::new();
        for one in 0..8u32 {
            for other in one + 1..8 {
                let strength = strengths[(one * 3 + other) as usize % 4];
                let weight = |from: u32, to: u32| {
                    strength * rows[usize::from(classes[from as usize])] * columns[usize::from(classes[to as usize])]
                };
                let weights = [weight(one, other), weight(other, one)];
                made.push(Pair { one: ItemIx(one), other: ItemIx(other), weights, importance: 1.0 });
            }
        }
        let (weights, levels) = fit(&made, &classes, 4);
        for (pair, &level) in made.iter().zip(&levels) {
            let [from, to] = [pair.one, pair.other].map(|item| usize::from(classes[item.as_usize()]));
            let found = weights.row_factors[from] * weights.column_factors[to] * weights.levels[usize::from(level)];
            assert!((found / pair.weights[0] - 1.0).abs() < 0.15, "{found} for {}", pair.weights[0]);
        }
    }

    #[test]
    fn classes_are_octaves_of_events() {
        assert_eq!([0, 1, 7, 8, 15, 16, 127, 128, u32::MAX].map(class), [0, 0, 0, 1, 1, 2, 4, 5, 5]);
    }
}
