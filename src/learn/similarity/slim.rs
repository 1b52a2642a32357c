//! A sparse linear model of the counts, column by column.

use super::method::Similarity;
use crate::counts::PairCounts;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::learn::rows::keep_heaviest;
use crate::{CsrMatrix, ItemIx};

/// Items that may explain another: those that explain most of it alone.
const EXPLAINING: usize = 100;
/// Rounds of coordinate descent at most.
const ROUNDS: usize = 10;
/// A round that moves no weight further than this is the last.
const LEAST_MOVE: f32 = 1e-4;

/// For every item c the weights b >= 0 with which others explain in which sessions it is: those that minimise
/// |x_c - X b|^2 + ridge |b|^2, X the sessions-by-items matrix (SLIM: Ning and Karypis 2011, sections 4 and 4.3, with
/// their choice of features beforehand and without the L1 term; with b free in sign it is EASE, Steck 2019). An item is
/// not listed for what another one explains already.
///
/// X is never needed: X'X are the pair counts with item counts on the diagonal, so that coordinate descent (Friedman,
/// Hastie and Tibshirani 2010, section 2.2, "covariance updates") runs on the counts, and after the privacy guard. Only
/// the 100 items j of largest v_jc^2 / n_j may explain c. Ranges from 0 to about 1; the ridge is 0 to 100 sessions, the
/// more, the nearer to plain counts. `O(items * 100^2 * log(row))` time, memory of one more copy of the counts.
pub(super) struct Slim;

impl Similarity for Slim {
    fn movable(&self) -> &'static [Hyperparameter] {
        &[Hyperparameter::Shrinkage]
    }

    fn plain(&self, values: &mut Hyperparameters) {
        values[Hyperparameter::Shrinkage] = 10.0;
    }

    fn share_of_search(&self) -> f64 {
        0.1
    }

    fn weigh(&self, counts: &PairCounts, values: &Hyperparameters, wanted: &[ItemIx], most: usize) -> CsrMatrix {
        let explained = solve(counts, values[Hyperparameter::Shrinkage] as f32);
        let rows = explained.transpose(explained.num_rows());
        CsrMatrix::build(wanted.len(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, at, columns, values| {
            let (row_columns, row_values) = rows.row(wanted[at].as_usize());
            entries.clear();
            entries.extend(row_columns.iter().copied().zip(row_values.iter().copied()));
            keep_heaviest(entries, most);
            columns.extend(entries.iter().map(|entry| entry.0));
            values.extend(entries.iter().map(|entry| entry.1));
        })
    }
}

/// Memory of one thread: one problem with the items S that may explain c.
#[derive(Default)]
struct Problem {
    /// S, ascending.
    explaining: Vec<ItemIx>,
    ranked: Vec<(ItemIx, f32)>,
    /// v_jc for j in S.
    targets: Vec<f32>,
    /// Diagonal of X'X with the ridge, for j in S.
    own: Vec<f32>,
    /// Off-diagonal part of X'X among S: row j is `starts[j]..starts[j + 1]` of places in S and counts.
    starts: Vec<usize>,
    places: Vec<u32>,
    together: Vec<f32>,
    /// sum over k in S, but j, of v_jk b_k.
    explained: Vec<f32>,
    weights: Vec<f32>,
}

/// Row c of the result: the items that explain c, and their weights.
fn solve(counts: &PairCounts, ridge: f32) -> CsrMatrix {
    // What leads to c is in column c of the counts; columns of these rows ascend.
    let leading = counts.pairs.transpose(counts.item_weights.len());
    CsrMatrix::build(counts.item_weights.len(), Problem::default, |problem, item, columns, values| {
        problem.state(&leading, counts, item, ridge);
        problem.descend();
        for (&explaining, &weight) in problem.explaining.iter().zip(&problem.weights).filter(|entry| *entry.1 > 0.0) {
            columns.push(explaining);
            values.push(weight);
        }
    })
}

impl Problem {
    fn state(&mut self, leading: &CsrMatrix, counts: &PairCounts, item: usize, ridge: f32) {
        let (row_columns, row_values) = leading.row(item);
        let own = |item: ItemIx| counts.item_weights[item.as_usize()] + ridge;
        self.ranked.clear();
        self.ranked.extend(row_columns.iter().zip(row_values).map(|(&column, &v)| (column, v * v / own(column))));
        keep_heaviest(&mut self.ranked, EXPLAINING);
        self.ranked.sort_unstable_by_key(|entry| entry.0);

        for values in [&mut self.targets, &mut self.own, &mut self.explained, &mut self.weights, &mut self.together] {
            values.clear();
        }
        self.explaining.clear();
        self.explaining.extend(self.ranked.iter().map(|entry| entry.0));
        self.own.extend(self.explaining.iter().map(|&item| own(item)));
        self.explained.resize(self.explaining.len(), 0.0);
        self.weights.resize(self.explaining.len(), 0.0);
        for item in &self.explaining {
            self.targets.extend(row_columns.binary_search(item).map(|at| row_values[at]));
        }
        self.places.clear();
        self.starts.clear();
        for item in &self.explaining {
            self.starts.push(self.places.len());
            let (mut others, mut together) = leading.row(item.as_usize());
            for (place, wanted) in self.explaining.iter().enumerate() {
                let at = others.partition_point(|other| other < wanted);
                (others, together) = (&others[at..], &together[at..]);
                if others.first() == Some(wanted) {
                    self.places.push(place as u32);
                    self.together.push(together[0]);
                }
            }
        }
        self.starts.push(self.places.len());
    }

    fn descend(&mut self) {
        for _ in 0..ROUNDS {
            let mut furthest = 0.0f32;
            for at in 0..self.explaining.len() {
                let weight = ((self.targets[at] - self.explained[at]) / self.own[at]).max(0.0);
                let step = weight - self.weights[at];
                if step == 0.0 {
                    continue;
                }
                self.weights[at] = weight;
                furthest = furthest.max(step.abs());
                let row = self.starts[at]..self.starts[at + 1];
                for (&place, &v) in self.places[row.clone()].iter().zip(&self.together[row]) {
                    self.explained[place as usize] += step * v;
                }
            }
            if furthest < LEAST_MOVE {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::similarity::rows;
    use proptest::prelude::*;

    fn counts(pairs: &[&[(u32, f32)]], item_weights: &[f32]) -> PairCounts {
        PairCounts { pairs: rows(pairs), item_weights: item_weights.to_vec(), pairs_kept: 0, pairs_removed: 0 }
    }

    fn weights(explained: &CsrMatrix, item: usize, num_items: usize) -> Vec<f32> {
        let mut weights = vec![0.0; num_items];
        let (columns, values) = explained.row(item);
        columns.iter().zip(values).for_each(|(column, &value)| weights[column.as_usize()] = value);
        weights
    }

    #[test]
    fn what_one_item_explains_another_does_not_explain_again() {
        // 8 sessions with 0, 4 with 1, 4 with 2; 0 and 1 meet 4 times, 0 and 2 as well, 1 and 2 in 2 of them.
        let counts = counts(&[&[(1, 4.0), (2, 4.0)], &[(0, 4.0), (2, 2.0)], &[(0, 4.0), (1, 2.0)]], &[8.0, 4.0, 4.0]);
        // For item 2: 8 a + 4 b = 4 and 4 a + 4 b = 2, so a = 1/2 and b = 0: every session of 1 has 0 in it.
        let found = weights(&solve(&counts, 0.0), 2, 3);
        assert!((found[0] - 0.5).abs() < 1e-3 && found[1].abs() < 1e-3, "{found:?}");
        // With a ridge of 4: 12 a + 4 b = 4 and 4 a + 8 b = 2, so a = 3/10 and b = 1/10.
        let found = weights(&solve(&counts, 4.0), 2, 3);
        assert!((found[0] - 0.3).abs() < 1e-3 && (found[1] - 0.1).abs() < 1e-3, "{found:?}");
    }

    proptest! {
        #[test]
        fn no_weight_can_be_moved_for_the_better(
            sessions in prop::collection::vec(prop::collection::btree_set(0usize..8, 1..6), 4..40),
        ) {
            let mut together = vec![vec![0.0f32; 8]; 8];
            for session in &sessions {
                for &a in session {
                    session.iter().for_each(|&b| together[a][b] += 1.0);
                }
            }
            let entries: Vec<Vec<(u32, f32)>> = (0..8)
                .map(|a| (0..8).filter(|&b| a != b && together[a][b] > 0.0).map(|b| (b as u32, together[a][b])).collect())
                .collect();
            let lists: Vec<&[(u32, f32)]> = entries.iter().map(Vec::as_slice).collect();
            let item_weights: Vec<f32> = (0..8).map(|item| together[item][item]).collect();
            let ridge = 20.0;
            let explained = solve(&counts(&lists, &item_weights), ridge);
            for item in 0..8 {
                let found = weights(&explained, item, 8);
                for at in (0..8).filter(|&at| at != item && together[at][item] > 0.0) {
                    let sum: f32 = (0..8).filter(|&k| k != item).map(|k| together[at][k] * found[k]).sum();
                    // Half the slope of the objective: none at a positive weight, none downwards at 0.
                    let slope = sum + ridge * found[at] - together[at][item];
                    prop_assert!(slope > -0.02 && (found[at] == 0.0 || slope < 0.02), "{} {} {}", item, at, slope);
                }
            }
        }
    }
}
