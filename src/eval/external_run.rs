//! Lists that another system has made, measured against the items that came next (a "run" in the words of TREC).

use super::EvalError;
use crate::measure::{Draws, Estimate, ListFigures, Sums, SystemColumns};
use serde::Serialize;

/// Ranks of the relevant items in one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalList {
    /// The ranks of the relevant items that are listed, from 1.
    pub ranks: Vec<usize>,
    /// Number of relevant items, listed or not.
    pub num_relevant: usize,
}

/// Means over lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExternalFigures {
    /// Number of lists, those that are empty included.
    pub num_lists: usize,
    /// Number of relevant items of all lists.
    pub num_targets: usize,
    /// See [`metrics::accuracy`](crate::measure::metrics::accuracy).
    pub accuracy: Estimate,
    /// The metrics at each cut-off, in the order that was asked for.
    pub at: Vec<ExternalFiguresAt>,
}

/// The metrics at one cut-off; see [`metrics`](crate::measure::metrics).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExternalFiguresAt {
    /// The cut-off.
    pub k: usize,
    /// See [`metrics::hit_rate`](crate::measure::metrics::hit_rate).
    pub hit_rate: Estimate,
    /// See [`metrics::precision`](crate::measure::metrics::precision).
    pub precision: Estimate,
    /// See [`metrics::recall`](crate::measure::metrics::recall).
    pub recall: Estimate,
    /// See [`metrics::f1`](crate::measure::metrics::f1).
    pub f1: Estimate,
    /// See [`metrics::reciprocal_rank`](crate::measure::metrics::reciprocal_rank).
    pub mrr: Estimate,
    /// See [`metrics::average_precision`](crate::measure::metrics::average_precision).
    pub map: Estimate,
    /// See [`metrics::ndcg`](crate::measure::metrics::ndcg).
    pub ndcg: Estimate,
}

/// Measures lists; each is a cluster of its own when intervals are estimated, with `draws` draws.
///
/// # Errors
/// [`EvalError::NoCases`] without lists, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn measure_lists(
    lists: &[ExternalList],
    cut_offs: &[usize],
    draws: usize,
    seed: u64,
) -> Result<ExternalFigures, EvalError> {
    EvalError::check(lists.len(), cut_offs)?;
    let columns = SystemColumns::new(cut_offs.len());
    let mut sums = Sums::new(columns.divisors(), lists.len());
    for (number, list) in lists.iter().enumerate() {
        columns.add(&mut sums.of(number), &list.ranks, list.num_relevant, cut_offs);
    }
    let draws = Draws::new(&[sums], lists.len(), draws, seed);
    let at = |(at, &k): (usize, &usize)| {
        let list = columns.at[at].map(|column| draws.estimate(0, column));
        let ListFigures { hit_rate, precision, recall, f1, mrr, map, ndcg } = list;
        ExternalFiguresAt { k, hit_rate, precision, recall, f1, mrr, map, ndcg }
    };
    Ok(ExternalFigures {
        num_lists: lists.len(),
        num_targets: lists.iter().map(|list| list.num_relevant).sum(),
        accuracy: draws.estimate(0, columns.accuracy),
        at: cut_offs.iter().enumerate().map(at).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_the_means_of_the_lists() {
        // The second list has none of its two relevant items.
        let lists =
            [ExternalList { ranks: vec![2, 4], num_relevant: 3 }, ExternalList { ranks: vec![], num_relevant: 2 }];
        let found = measure_lists(&lists, &[4], 10, 1).unwrap();
        assert_eq!((found.num_lists, found.num_targets, found.accuracy.value), (2, 5, 0.0));
        let at = found.at[0];
        assert_eq!((at.hit_rate.value, at.precision.value, at.mrr.value), (0.5, 0.25, 0.25));
        // (1/2 + 2/4) / min(3, 4), and 0
        assert!((at.map.value - 1.0 / 6.0).abs() < 1e-12);
        assert!((at.recall.value - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn no_lists_and_a_cut_off_of_zero_are_errors() {
        assert_eq!(measure_lists(&[], &[5], 0, 1), Err(EvalError::NoCases));
        let lists = [ExternalList::default()];
        assert_eq!(measure_lists(&lists, &[0], 0, 1), Err(EvalError::CutOffs { found: vec![0] }));
    }
}
