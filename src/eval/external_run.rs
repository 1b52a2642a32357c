//! Lists that any system has made already, against what came next.

use super::bootstrap::{Columns, Draws, Estimate};
use super::{EvalError, metrics};
use serde::Serialize;

/// Where the relevant items stand in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadyList {
    /// The ranks of the relevant items that are listed, from 1.
    pub ranks: Vec<usize>,
    /// How many items are relevant, listed or not.
    pub num_relevant: usize,
}

/// The means over lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReadyFigures {
    /// Lists, those that are empty included.
    pub num_lists: usize,
    /// Relevant items of all lists.
    pub num_targets: usize,
    /// See [`metrics::accuracy`].
    pub accuracy: Estimate,
    /// The metrics at each cut-off, in the order that was asked for.
    pub at: Vec<ReadyAt>,
}

/// The metrics at one cut-off; see [`metrics`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReadyAt {
    /// The cut-off.
    pub k: usize,
    /// See [`metrics::hit_rate`].
    pub hit_rate: Estimate,
    /// See [`metrics::precision`].
    pub precision: Estimate,
    /// See [`metrics::recall`].
    pub recall: Estimate,
    /// See [`metrics::f1`].
    pub f1: Estimate,
    /// See [`metrics::reciprocal_rank`].
    pub mrr: Estimate,
    /// See [`metrics::average_precision`].
    pub map: Estimate,
    /// See [`metrics::ndcg`].
    pub ndcg: Estimate,
}

/// Measures lists; each is a cluster of its own when intervals are estimated, with `draws` draws.
///
/// # Errors
/// [`EvalError::NoCases`] without lists, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn measure_lists(
    lists: &[ReadyList],
    cut_offs: &[usize],
    draws: usize,
    seed: u64,
) -> Result<ReadyFigures, EvalError> {
    if cut_offs.is_empty() || cut_offs.contains(&0) {
        return Err(EvalError::CutOffs { found: cut_offs.to_vec() });
    }
    if lists.is_empty() {
        return Err(EvalError::NoCases);
    }
    const AT_K: usize = 7;
    let mut columns = Columns::new(vec![0; 2 + AT_K * cut_offs.len()], lists.len());
    for (number, list) in lists.iter().enumerate() {
        let (ranks, relevant) = (&list.ranks[..], list.num_relevant);
        let row = columns.of(number);
        row[0] = 1.0;
        row[1] = metrics::accuracy(ranks);
        for (at, &k) in cut_offs.iter().enumerate() {
            row[2 + at * AT_K..][..AT_K].copy_from_slice(&[
                metrics::hit_rate(ranks, k),
                metrics::precision(ranks, k),
                metrics::recall(ranks, relevant, k),
                metrics::f1(ranks, relevant, k),
                metrics::reciprocal_rank(ranks, k),
                metrics::average_precision(ranks, relevant, k),
                metrics::ndcg(ranks, relevant, k),
            ]);
        }
    }
    let draws = Draws::new(&[columns], lists.len(), draws, seed);
    let at = |(at, &k): (usize, &usize)| {
        let figure = |offset| draws.estimate(0, 2 + at * AT_K + offset);
        ReadyAt {
            k,
            hit_rate: figure(0),
            precision: figure(1),
            recall: figure(2),
            f1: figure(3),
            mrr: figure(4),
            map: figure(5),
            ndcg: figure(6),
        }
    };
    Ok(ReadyFigures {
        num_lists: lists.len(),
        num_targets: lists.iter().map(|list| list.num_relevant).sum(),
        accuracy: draws.estimate(0, 1),
        at: cut_offs.iter().enumerate().map(at).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_the_means_of_the_lists() {
        // The second list has none of its two relevant items.
        let lists = [ReadyList { ranks: vec![2, 4], num_relevant: 3 }, ReadyList { ranks: vec![], num_relevant: 2 }];
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
        let lists = [ReadyList::default()];
        assert_eq!(measure_lists(&lists, &[0], 0, 1), Err(EvalError::CutOffs { found: vec![0] }));
    }
}
