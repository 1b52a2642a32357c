//! The data that one table is learnt from, and the table that comes of it.

use super::content::Content;
use super::holdout;
use super::hyperparameters::Hyperparameters;
use super::learnt::HeldOut;
use super::rows::Truncation;
use super::similarity::SimilarityChoice;
use super::task::{CountPairs, PairSource, Task};
use crate::counts::PairCounts;
use crate::events::Sessions;
use crate::measure::{Quality, TestCases};
use crate::{CsrMatrix, ItemIx};
use std::ops::Range;

/// Most test cases that the hyperparameters are tuned on.
const MAX_CASES: usize = 10_000;
/// Most events of all their histories together.
const MAX_HISTORY_EVENTS: usize = 300_000;
/// Neighbours that a row keeps at most before packing chooses.
pub(super) const MAX_NEIGHBOURS: usize = 256;

/// One table to learn, and the data it is learnt from.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableSpec<'a> {
    pub task: &'static dyn Task,
    /// Prefix of names.
    pub name: &'static str,
    /// Sessions that test cases are made from.
    pub sessions: &'a Sessions,
    /// Sessions whose pairs are counted; one for each of `sessions`.
    pub counted: &'a Sessions,
    /// Pairs of events further apart do not count.
    pub max_distance: usize,
    pub ages: &'a [f64],
    pub num_items: usize,
    /// Content of a catalogue, which fills the rows of new items.
    pub content: Option<&'a Content>,
}

/// One learnt table.
#[derive(Clone, Debug)]
pub(super) struct LearntTable {
    pub similarity: SimilarityChoice,
    pub matrix: CsrMatrix,
    pub hyperparameters: Hyperparameters,
    pub quality: Option<Quality>,
    pub held_out: Option<HeldOut>,
    /// Evaluations after which the search found a better value, and the value.
    pub curve: Vec<(usize, f64)>,
    pub pairs_kept: u64,
    pub pairs_removed: u64,
}

impl TableSpec<'_> {
    /// Returns the first held-out session.
    pub fn holdout(&self) -> usize {
        holdout::start(self.sessions.len(), self.task.holdout_share())
    }

    /// Returns the first session that the search counts, so that the number of pairs stays bounded.
    pub fn tuning_start(&self, holdout: usize) -> usize {
        let (most, partners) = (self.task.max_tuning_pairs(), self.task.max_partners(self.max_distance));
        let mut pairs = 0;
        for session in (0..holdout).rev() {
            let length = self.counted.items_of(session).len();
            pairs += length * length.min(partners);
            if pairs > most {
                return session + 1;
            }
        }
        0
    }

    /// Prepares the counting of the pairs of some sessions.
    pub fn counter(&self, range: Range<usize>) -> Box<dyn CountPairs + '_> {
        self.task.counter(PairSource {
            sessions: self.counted,
            range,
            ages: self.ages,
            num_items: self.num_items,
            max_distance: self.max_distance,
        })
    }

    /// Makes the held-out test cases, evenly spread over the held-out sessions if there are too many.
    pub fn test_cases(&self, holdout: usize, seed: u64) -> TestCases {
        let cases = self.task.test_cases(self.sessions, holdout, self.num_items, seed);
        let num_events = cases.num_history_events().max(1);
        let most = (cases.len() * MAX_HISTORY_EVENTS).div_ceil(num_events).min(MAX_CASES);
        cases.thinned(most)
    }

    /// Returns the hyperparameters that the search starts from.
    pub fn start(&self) -> Hyperparameters {
        self.task.start(self.has_kinds())
    }

    /// Returns true if the counted sessions hold events of more than one kind.
    pub fn has_kinds(&self) -> bool {
        self.counted.kinds.windows(2).any(|pair| pair[0] != pair[1])
    }

    /// Returns all items in the order of their numbers.
    pub fn all_items(&self) -> Vec<ItemIx> {
        (0..self.num_items as u32).map(ItemIx).collect()
    }

    /// Fills the rows of new items from their content, if there is a catalogue.
    ///
    /// `rows` are those of `wanted`; items without a row in `counted` have no evidence.
    pub fn fill(&self, rows: CsrMatrix, evidence: &Evidence, wanted: &[ItemIx], truncation: Truncation) -> CsrMatrix {
        match self.content {
            Some(content) => content.fill(&rows, &evidence.0, wanted, truncation),
            None => rows,
        }
    }
}

/// Weighted number of events by item, 0 for items without a row of counts.
pub(super) struct Evidence(Vec<f32>);

impl Evidence {
    pub fn new(item_weights: &[f32], has_row: impl Fn(usize) -> bool) -> Evidence {
        let weights = item_weights.iter().enumerate();
        Evidence(weights.map(|(item, &weight)| if has_row(item) { weight } else { 0.0 }).collect())
    }

    pub fn of(counts: &PairCounts) -> Evidence {
        Evidence::new(&counts.item_weights, |item| !counts.pairs.row(item).0.is_empty())
    }
}
