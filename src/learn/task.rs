//! A learning task: the question that a table answers, with all that depends on it.

use super::hyperparameters::{Hyperparameter, Hyperparameters};
use super::similarity::SimilarityChoice;
use crate::counts::{PairCounts, PrivacyThreshold};
use crate::events::Sessions;
use crate::measure::{TestCases, Views};
use crate::model::RankingParameters;
use std::fmt::Debug;
use std::ops::Range;

/// A strategy for one learning task.
pub(super) trait Task: Debug + Sync {
    /// Returns the largest number of events of a history that count when ranking.
    fn window(&self) -> usize {
        32
    }

    /// Returns the share of the sessions, the newest, that is held out.
    fn holdout_share(&self) -> f64;

    /// Returns the largest number of event pairs that are counted for one evaluation of the search; larger logs are
    /// tuned on their newer part.
    fn max_tuning_pairs(&self) -> usize {
        8_000_000
    }

    /// Returns the largest number of events that one event is paired with, given the largest distance of a pair.
    fn max_partners(&self, max_distance: usize) -> usize {
        max_distance
    }

    /// Returns the views that a table is judged by.
    fn views(&self) -> Views {
        Views::Both
    }

    /// Returns true if whole baskets are predicted, so that order is judged by NDCG.
    fn are_baskets(&self) -> bool {
        false
    }

    /// Makes the test cases of the held-out sessions, which begin at `holdout`.
    fn test_cases(&self, sessions: &Sessions, holdout: usize, num_items: usize, seed: u64) -> TestCases;

    /// Prepares the counting of pairs.
    fn counter<'a>(&self, source: PairSource<'a>) -> Box<dyn CountPairs + 'a>;

    /// Returns the values that the search starts from; `has_kinds` if the log has events of several kinds.
    fn start(&self, has_kinds: bool) -> Hyperparameters;

    /// Returns true if the task has this hyperparameter.
    fn has(&self, hyperparameter: Hyperparameter) -> bool;

    /// Returns the bonus of an item for being in the history itself, at this position.
    fn repeat(&self, values: &Hyperparameters, position: usize) -> f64;

    /// Returns the parts of the recipe's search; `has_kinds` if the log has events of several kinds.
    fn recipe_search(&self, has_kinds: bool) -> RecipeSearch;

    /// Returns the hyperparameters of counting and of rows that the search of any other similarity moves first.
    fn weighing(&self) -> &'static [Hyperparameter];

    /// Returns the hyperparameters of rows and of ranking that it moves then.
    fn shaping(&self) -> &'static [Hyperparameter];

    /// Returns the similarities that [`SimilarityChoice::Auto`] tries.
    fn auto_choices(&self) -> &'static [SimilarityChoice];
}

/// Sessions whose pairs are counted.
#[derive(Clone, Debug)]
pub(super) struct PairSource<'a> {
    pub sessions: &'a Sessions,
    pub range: Range<usize>,
    /// One age, 0 to 1, for each session of the whole log.
    pub ages: &'a [f64],
    pub num_items: usize,
    /// Pairs further apart do not count.
    pub max_distance: usize,
}

/// Counts the pairs of some sessions under any hyperparameters.
pub(super) trait CountPairs: Sync {
    /// Counts, without the pairs that `threshold` does not allow.
    fn count(&self, values: &Hyperparameters, threshold: PrivacyThreshold) -> PairCounts;

    /// Counts nearly the same far faster from the second time on; always with the same threshold.
    fn estimate(&self, values: &Hyperparameters, threshold: PrivacyThreshold) -> PairCounts;
}

/// Parts of the recipe's search.
pub(super) struct RecipeSearch {
    /// Hyperparameters that are moved first, judged without the walk.
    pub counting: &'static [Hyperparameter],
    /// Hyperparameters that are moved then, with the counts fixed.
    pub blending: Vec<Hyperparameter>,
    /// Twentieths of the evaluations that move the first part.
    pub counting_twentieths: usize,
    /// Twentieths of the evaluations that move all at once in the end.
    pub joint_twentieths: usize,
}

/// Returns the parameters of ranking, rounded to f32; kinds of event differ only if the log has several.
pub(super) fn ranking(task: &dyn Task, values: &Hyperparameters, has_kinds: bool) -> RankingParameters {
    let decay = |position: usize| {
        let shape = values[Hyperparameter::DecayShape];
        libm::pow(1.0 + position as f64 / (values[Hyperparameter::DecayTau] * shape), -shape) as f32
    };
    let factor = |hyperparameter| if has_kinds { values[hyperparameter] as f32 } else { 1.0 };
    RankingParameters {
        decay: (0..task.window()).map(decay).collect(),
        repeat: (0..task.window()).map(|position| task.repeat(values, position) as f32).collect(),
        event_weights: [1.0, factor(Hyperparameter::CartWeight), factor(Hyperparameter::PurchaseWeight)],
    }
}
