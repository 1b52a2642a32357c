//! Chooses the pairs of items that become links, with their levels and directions: the heaviest of the whole table,
//! wherever they are.
//!
//! A pair is worth `W[i, j] p_i^a + W[j, i] p_j^a` with the events p of an item and a small power a: rows that are
//! asked for more often count for more, but not in proportion, or rare items would have no links at all. On
//! Diginetica's validation sessions powers of 0.1, 0.15 and 0.25 do the same within 0.1 point of HitRate at 250,000
//! links.
//!
//! Levels are by tail shares: a level holds ever fewer links the higher it is, because the few heaviest links of an
//! item decide who is listed first, and levels that few links have cost next to nothing. What both directions of a link
//! have in common is its level; how much they differ is one number for each level, and the link only says which way.

use super::Detail;
use crate::model::{MAX_CLASSES, Weights};
use crate::{CsrMatrix, ItemIx};
use rayon::prelude::*;

/// The extra importance of a link for an item with many events.
const EVENTS_POWER: f64 = 0.15;
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

/// The pairs that a table may be made of.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    /// The most important first, ties by number.
    pub pairs: Vec<Pair>,
    /// The logarithm of the least weight above 0 in the row of each item; infinite without one.
    least: Vec<f64>,
}

/// The class of an item with so many events.
pub(super) fn class(num_events: u32) -> u8 {
    let bits = num_events.max(1).ilog2();
    bits.saturating_sub(FIRST_CLASS_BITS).min(NUM_CLASSES as u32 - 1) as u8
}

/// All pairs of a matrix; the diagonal and weights of 0 or less are not pairs.
pub(super) fn pool(matrix: &CsrMatrix, num_events: &[u32]) -> Pool {
    let voices: Vec<f32> = num_events.iter().map(|&num| libm::pow(f64::from(num) + 1.0, EVENTS_POWER) as f32).collect();
    let weight = |from: ItemIx, to: ItemIx| {
        let (columns, weights) = matrix.row(from.as_usize());
        columns.binary_search(&to).map_or(0.0, |at| weights[at].max(0.0))
    };
    let of_row = |row: u32| {
        let one = ItemIx(row);
        let (columns, weights) = matrix.row(one.as_usize());
        let mut pairs = Vec::with_capacity(columns.len());
        for (&other, &there) in columns.iter().zip(weights) {
            if other == one || there <= 0.0 {
                continue;
            }
            let back = weight(other, one);
            // Of a pair that is in two rows, the first row's turn.
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
    let mut pairs: Vec<Pair> = (0..matrix.num_rows() as u32).into_par_iter().flat_map_iter(of_row).collect();
    pairs.par_sort_unstable_by(|a, b| {
        b.importance.total_cmp(&a.importance).then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    let least = |row: u32| {
        let weights = matrix.row(row as usize).1.iter().copied().filter(|&weight| weight > 0.0);
        libm::log(f64::from(weights.fold(f32::INFINITY, f32::min)))
    };
    let least = (0..matrix.num_rows() as u32).into_par_iter().map(least).collect();
    Pool { pairs, least }
}

/// The packed form of the weights of some pairs.
#[derive(Debug)]
pub(super) struct Fit {
    pub weights: Weights,
    /// Of each pair its level, and whether `W[one, other]` is the heavier direction.
    pub levels: Vec<(u8, bool)>,
}

/// The distance, as a logarithm, from all known weights down to the assumed weight of a pair's other direction: it is
/// below what the matrix keeps.
const MISSING: f64 = 0.2;

impl Pool {
    /// The factors of rows, the levels and the directions that come nearest to the weights of the first `num_pairs`
    /// pairs.
    ///
    /// `ln W[i, j] = x_ij + r_i ± y_ij` with x the same for both directions and r of the row's class: the difference of
    /// the two directions says r (least squares), their mean without it x, and half of what is left between them y.
    /// There are no factors of columns: what both directions lack is in x. A level is the mean x of its links, its
    /// direction their mean |y|.
    pub fn fit(&self, num_pairs: usize, classes: &[u8], detail: &Detail) -> Fit {
        let pairs = self.pairs.get(..num_pairs).unwrap_or(&self.pairs);
        let class = |item: ItemIx| usize::from(classes[item.as_usize()]);
        let num_classes = classes.iter().copied().max().map_or(1, |most| usize::from(most) + 1);
        let rows = row_factors(pairs, &class, num_classes);
        let (means, differences): (Vec<f64>, Vec<f64>) = pairs
            .par_iter()
            .map(|pair| {
                let [there, back] = self.logs(pair);
                let [there, back] = [there - rows[class(pair.one)], back - rows[class(pair.other)]];
                ((there + back) / 2.0, (there - back) / 2.0)
            })
            .unzip();
        let (levels, first_directed) = tail_levels(&means, detail);
        let num_levels = levels.iter().copied().max().map_or(1, |most| usize::from(most) + 1);
        let mut sums = vec![(0.0, 0.0, 0.0); num_levels];
        for (&level, (mean, difference)) in levels.iter().zip(means.iter().zip(&differences)) {
            let (of_means, of_differences, num) = &mut sums[usize::from(level)];
            *of_means += mean;
            *of_differences += difference.abs();
            *num += 1.0;
        }
        let logs: Vec<f64> = sums.iter().map(|(means, _, num)| means / f64::max(*num, 1.0)).collect();
        let direction = |(level, (_, differences, num)): (usize, &(f64, f64, f64))| {
            if level < first_directed { 0.0 } else { differences / f64::max(*num, 1.0) }
        };
        let directions: Vec<f64> = sums.iter().enumerate().map(direction).collect();
        let is_heavier = differences.iter().map(|&difference| difference >= 0.0);
        Fit { weights: in_range(&logs, &directions, &rows), levels: levels.into_iter().zip(is_heavier).collect() }
    }

    /// The logarithms of both weights of a pair, the missing one below all that is known of it.
    fn logs(&self, pair: &Pair) -> [f64; 2] {
        let [there, back] = pair.weights.map(|weight| libm::log(f64::from(weight).max(1e-30)));
        let missing = |known: f64, row: ItemIx| known.min(self.least[row.as_usize()]) - MISSING;
        match pair.weights {
            [_, weight] if weight <= 0.0 => [there, missing(there, pair.other)],
            [weight, _] if weight <= 0.0 => [missing(back, pair.one), back],
            _ => [there, back],
        }
    }
}

/// The level of each value, and the first level with directions: at least at level k is the share of largest values
/// that is the k-th power of the tail share, ties included. Levels that no value has are left out.
fn tail_levels(values: &[f64], detail: &Detail) -> (Vec<u8>, usize) {
    let mut sorted = values.to_vec();
    sorted.par_sort_unstable_by(f64::total_cmp);
    let mut thresholds = Vec::new();
    for level in 1..detail.max_levels {
        let num_above = (values.len() as f64 * detail.tail_share.powi(level as i32)).round() as usize;
        let Some(&threshold) = num_above.checked_sub(1).and_then(|above| sorted.iter().rev().nth(above)) else { break };
        thresholds.push(threshold);
    }
    let level = |value: &f64| thresholds.partition_point(|threshold| threshold <= value);
    let mut is_used = vec![false; thresholds.len() + 1];
    values.iter().for_each(|value| is_used[level(value)] = true);
    let num_used_below = |level: usize| is_used.iter().take(level).filter(|&&is| is).count();
    let renumbered: Vec<u8> = (0..is_used.len()).map(|level| num_used_below(level) as u8).collect();
    (values.iter().map(|value| renumbered[level(value)]).collect(), num_used_below(detail.first_directed))
}

/// Weights of these logarithms, row factors and levels brought near 1 by one factor for all; a direction of 0 stays
/// exactly 1, and any other does not become it.
pub(super) fn in_range(levels: &[f64], directions: &[f64], rows: &[f64]) -> Weights {
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len().max(1) as f64;
    let of_rows = mean(rows);
    let exp = |log: f64| libm::exp(log).clamp(1e-12, 255.0) as f32;
    let direction = |&log: &f64| if log > 0.0 { (libm::exp(log) as f32).clamp(1.0 + f32::EPSILON, 255.0) } else { 1.0 };
    Weights {
        levels: levels.iter().map(|log| exp(log + of_rows)).collect(),
        directions: directions.iter().map(direction).collect(),
        row_factors: rows.iter().map(|log| exp(log - of_rows)).collect(),
    }
}

/// The logarithm of each class's row factor: the least squares of `ln(W[i, j] / W[j, i]) = r_i - r_j` over pairs of
/// unlike classes.
fn row_factors(pairs: &[Pair], class: &impl Fn(ItemIx) -> usize, num_classes: usize) -> Vec<f64> {
    let mut normal = [[0.0f64; MAX_CLASSES]; MAX_CLASSES];
    let mut right = [0.0f64; MAX_CLASSES];
    for pair in pairs {
        let (one, other) = (class(pair.one), class(pair.other));
        let [there, back] = pair.weights;
        if one != other && there > 0.0 && back > 0.0 {
            let ratio = libm::log(f64::from(there) / f64::from(back));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(num_items: usize, entries: &[(u32, u32, f32)]) -> CsrMatrix {
        let mut rows = vec![Vec::new(); num_items];
        for &(row, column, weight) in entries {
            rows[row as usize].push((ItemIx(column), weight));
        }
        CsrMatrix::from_rows(rows)
    }

    fn detail(max_levels: usize, first_directed: usize) -> Detail {
        Detail { tail_share: 0.25, max_levels, first_directed, has_classes: true }
    }

    #[test]
    fn a_pair_stands_once_with_both_directions() {
        let matrix = matrix(3, &[(0, 1, 2.0), (1, 0, 1.0), (2, 1, 5.0), (1, 1, 9.0), (0, 2, -1.0)]);
        let pool = pool(&matrix, &[0, 0, 0]);
        let found: Vec<_> = pool.pairs.iter().map(|pair| (pair.one.0, pair.other.0, pair.weights)).collect();
        assert_eq!(found, [(1, 2, [0.0, 5.0]), (0, 1, [2.0, 1.0])]);
    }

    #[test]
    fn rows_that_are_asked_for_often_count_for_more() {
        let matrix = matrix(4, &[(0, 1, 1.0), (2, 3, 1.1)]);
        assert_eq!(pool(&matrix, &[1000, 0, 0, 0]).pairs[0].one, ItemIx(0));
        assert_eq!(pool(&matrix, &[0, 0, 0, 0]).pairs[0].one, ItemIx(2));
    }

    #[test]
    fn a_missing_direction_is_below_all_that_is_known() {
        let of = |entries: &[(u32, u32, f32)]| {
            let pool = pool(&matrix(3, entries), &[0, 0, 0]);
            let pair = pool.pairs.iter().find(|pair| pair.other == ItemIx(1)).unwrap();
            pool.logs(pair).map(libm::exp)
        };
        let factor = libm::exp(-MISSING);
        let assert_near = |[a, b]: [f64; 2], [c, d]: [f64; 2]| assert!((a - c).abs() + (b - d).abs() < 1e-6, "{a} {b}");
        // The row of 1 holds nothing else, something lighter, and something heavier.
        assert_near(of(&[(0, 1, 2.0)]), [2.0, 2.0 * factor]);
        assert_near(of(&[(0, 1, 2.0), (1, 2, 0.5)]), [2.0, 0.5 * factor]);
        assert_near(of(&[(0, 1, 2.0), (1, 2, 7.0)]), [2.0, 2.0 * factor]);
        assert_near(of(&[(1, 0, 2.0), (0, 2, 0.5)]), [0.5 * factor, 2.0]);
    }

    #[test]
    fn ever_fewer_links_are_at_ever_higher_levels() {
        let values: Vec<f64> = (0..64).map(|value| f64::from(value * 37 % 64)).collect();
        let (levels, first_directed) = tail_levels(&values, &detail(8, 2));
        let num_at = |level: u8| levels.iter().filter(|&&of| of == level).count();
        // 16 of 64 above the first threshold, 4 above the second, 1 above the third, and nobody further up.
        assert_eq!([0, 1, 2, 3, 4].map(num_at), [48, 12, 3, 1, 0]);
        assert_eq!(first_directed, 2);
        assert_eq!(values.iter().zip(&levels).find(|of| *of.0 == 63.0).unwrap().1, &3);
        assert_eq!(tail_levels(&[], &detail(8, 2)), (vec![], 0));
    }

    #[test]
    fn levels_that_no_link_has_are_left_out() {
        // Nearly all alike: the second threshold is the first.
        let values: Vec<f64> = (0..64).map(|value| if value == 9 { 1.0 } else { 0.0 }).collect();
        let (levels, first_directed) = tail_levels(&values, &detail(8, 3));
        assert_eq!((levels.iter().max(), levels[9], levels[0]), (Some(&1), 1, 0));
        assert_eq!(first_directed, 1);
    }

    #[test]
    fn weights_made_of_levels_directions_and_classes_come_back() {
        // Two classes whose rows weigh 1 and 2, strengths in a tail, and directions that are 1.5 apart for the
        // strongest.
        let classes: Vec<u8> = (0..24).map(|item| item % 2).collect();
        let mut entries = Vec::new();
        let mut num_pairs = 0u32;
        for one in 0..24u32 {
            for other in one + 1..24 {
                // 276 pairs: one in 4 is stronger, one in 16 stronger still.
                let (strength, ratio) = match num_pairs % 16 {
                    0 => (9.0, 1.5),
                    4 | 8 | 12 => (3.0, 1.0),
                    _ => (1.0, 1.0),
                };
                num_pairs += 1;
                let row = |item: u32| if classes[item as usize] == 1 { 2.0 } else { 1.0 };
                let ratio: f32 = if num_pairs % 32 < 16 { ratio } else { 1.0 / ratio };
                entries.push((one, other, row(one) * strength * ratio));
                entries.push((other, one, row(other) * strength / ratio));
            }
        }
        let pool = pool(&matrix(24, &entries), &[9; 24]);
        let fit = pool.fit(usize::MAX, &classes, &detail(3, 2));
        assert_eq!((fit.weights.levels.len(), fit.weights.first_directed()), (3, 2));
        for (pair, &(level, is_heavier)) in pool.pairs.iter().zip(&fit.levels) {
            let level = usize::from(level);
            let (value, direction) = (fit.weights.levels[level], fit.weights.directions[level]);
            let row = |item: ItemIx| fit.weights.row_factors[usize::from(classes[item.as_usize()])];
            let [there, back] = if is_heavier { [direction, 1.0 / direction] } else { [1.0 / direction, direction] };
            for (found, wanted) in
                [(row(pair.one) * value * there, pair.weights[0]), (row(pair.other) * value * back, pair.weights[1])]
            {
                assert!((found / wanted - 1.0).abs() < 0.02, "{found} for {wanted} at level {level}");
            }
        }
    }

    #[test]
    fn a_direction_stays_one() {
        let weights = in_range(&[0.0, 1.0, 2.0], &[0.0, 1e-12, 0.5], &[0.0]);
        assert_eq!((weights.directions[0], weights.first_directed()), (1.0, 1));
    }

    #[test]
    fn classes_are_octaves_of_events() {
        assert_eq!([0, 1, 7, 8, 15, 16, 127, 128, u32::MAX].map(class), [0, 0, 0, 1, 1, 2, 4, 5, 5]);
    }
}
