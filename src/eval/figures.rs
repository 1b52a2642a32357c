//! The figures of a comparison.

use super::verdict::Verdict;
use crate::measure::{Estimate, ListFigures};
use serde::Serialize;

/// Figures of several systems on the same test cases, in both views.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Number of test cases.
    #[serde(rename = "num_trials")]
    pub num_cases: usize,
    /// Number of distinct shoppers (or sessions) behind the test cases, which the bootstrap draws from.
    pub num_clusters: usize,
    /// `shoppers`, or `sessions` where the log names none.
    pub clusters: &'static str,
    /// Draws of the bootstrap.
    pub draws: usize,
    /// True if every test case has one target, so that recall@k equals HitRate@k.
    pub has_single_targets: bool,
    /// Every target; lists may hold items of the history.
    pub all_targets: ComparedView,
    /// Only targets that the history does not hold; lists never hold an item of the history.
    pub discovery: ComparedView,
}

/// Figures of several systems in one view.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComparedView {
    /// Number of test cases with a target in this view.
    pub num_lists: usize,
    /// Number of their targets.
    pub num_targets: usize,
    /// Number of targets that training does not know, a miss for every system.
    pub num_unknown_targets: usize,
    /// Number of lists for a history without any known item.
    pub num_without_history: usize,
    /// The systems, our own first.
    pub systems: Vec<SystemFigures>,
    /// Our system against the best simple one; `None` if one of them is missing.
    pub verdict: Option<Verdict>,
    /// By popularity of the target.
    pub by_popularity: Vec<Slice>,
    /// By length of the history.
    pub by_history: Vec<Slice>,
}

/// The figures of one system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SystemFigures {
    /// Its name.
    pub name: String,
    /// True for the simple methods.
    pub is_baseline: bool,
    /// See [`metrics::accuracy`](crate::measure::metrics::accuracy).
    pub accuracy: Estimate,
    /// The metrics at each cut-off, in the order that was asked for.
    pub at: Vec<FiguresAt>,
}

/// The metrics of one system at one cut-off; see [`metrics`](crate::measure::metrics).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FiguresAt {
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
    /// See [`metrics::novelty`](crate::measure::metrics::novelty), in bits.
    pub novelty: Estimate,
    /// See [`metrics::diversity`](crate::measure::metrics::diversity).
    pub diversity: Estimate,
    /// See [`metrics::coverage`](crate::measure::metrics::coverage).
    pub coverage: f64,
    /// See [`metrics::gini`](crate::measure::metrics::gini).
    pub gini: f64,
}

/// Shares of one group of targets that our system and the best simple one find within the largest cut-off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slice {
    /// Name of the group.
    pub name: String,
    /// Number of items in the group; 0 where targets are not grouped by item.
    pub num_items: usize,
    /// Number of targets in the group.
    pub num_targets: usize,
    /// Share of the targets that our system finds.
    pub found: Estimate,
    /// Mean of 1 / rank of the target, 0 below rank k.
    pub reciprocal_rank: Estimate,
    /// Share of the targets that the best simple method finds.
    pub baseline_found: Estimate,
    /// Difference of the two shares, paired.
    pub difference: Estimate,
}

impl FiguresAt {
    /// Puts the figures at cut-off `k` together; `rest` are novelty and diversity, coverage and Gini index.
    pub(super) fn new(k: usize, list: ListFigures<Estimate>, rest: [Estimate; 2], exposure: [f64; 2]) -> FiguresAt {
        let ListFigures { hit_rate, precision, recall, f1, mrr, map, ndcg } = list;
        let ([novelty, diversity], [coverage, gini]) = (rest, exposure);
        FiguresAt { k, hit_rate, precision, recall, f1, mrr, map, ndcg, novelty, diversity, coverage, gini }
    }
}
