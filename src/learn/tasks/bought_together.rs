//! Items that are bought together in one basket.

use super::next_item::session_repeat;
use super::session_counter::SessionCounter;
use crate::Random;
use crate::events::Sessions;
use crate::learn::holdout;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::learn::similarity::SimilarityChoice;
use crate::learn::task::{CountPairs, PairSource, RecipeSearch, Task};
use crate::measure::{Clusters, Target, TestCases, Views};
use crate::rank::HistoryEvent;

/// Predicts one item of a held-out basket from the others.
#[derive(Debug)]
pub(in crate::learn) struct BoughtTogether;

/// A basket has no order, and none of its items is repeated.
const COUNTING: &[Hyperparameter] = &[
    Hyperparameter::Recency,
    Hyperparameter::LengthPower,
    Hyperparameter::RowPower,
    Hyperparameter::ColumnPower,
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
];
const BLENDING: &[Hyperparameter] = &[
    Hyperparameter::DirectShare,
    Hyperparameter::WalkShare,
    Hyperparameter::WalkHalf,
    Hyperparameter::PopularityDamping,
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
];
const WEIGHING: &[Hyperparameter] =
    &[Hyperparameter::Recency, Hyperparameter::LengthPower, Hyperparameter::WeightPower, Hyperparameter::EvidencePower];
const SHAPING: &[Hyperparameter] = &[Hyperparameter::WeightPower, Hyperparameter::EvidencePower];

impl Task for BoughtTogether {
    fn holdout_share(&self) -> f64 {
        holdout::SESSIONS
    }

    fn views(&self) -> Views {
        Views::Discovery
    }

    fn test_cases(&self, sessions: &Sessions, holdout: usize, _num_items: usize, seed: u64) -> TestCases {
        let mut cases = TestCases::of(Clusters::of(sessions));
        let mut random = Random::new(seed ^ 0x5eed);
        for session in holdout..sessions.len() {
            let (items, kinds) = (sessions.items_of(session), sessions.kinds_of(session));
            if items.len() < 2 {
                continue;
            }
            let left_out = random.below(items.len());
            let others = (0..items.len()).filter(|&at| at != left_out).take(self.window());
            let history = others.map(|at| HistoryEvent { item: items[at], kind: kinds[at] });
            let target = Target { item: Some(items[left_out]), is_new: true };
            cases.push(history, [target], sessions.shoppers[session], items.len() as u32 - 1);
        }
        cases
    }

    fn counter<'a>(&self, source: PairSource<'a>) -> Box<dyn CountPairs + 'a> {
        Box::new(SessionCounter::new(source))
    }

    fn start(&self, _has_kinds: bool) -> Hyperparameters {
        let mut values = Hyperparameters::default();
        values[Hyperparameter::ForwardPower] = 0.0;
        values[Hyperparameter::BackwardPower] = 0.0;
        values[Hyperparameter::BackwardShare] = 1.0;
        // All items of a basket count alike, and none is listed again.
        values[Hyperparameter::DecayTau] = 1e9;
        values[Hyperparameter::RepeatNewest] = 0.0;
        values[Hyperparameter::RepeatOlder] = 0.0;
        values
    }

    fn has(&self, hyperparameter: Hyperparameter) -> bool {
        hyperparameter < Hyperparameter::AcrossShare
    }

    fn repeat(&self, values: &Hyperparameters, position: usize) -> f64 {
        session_repeat(values, position)
    }

    fn recipe_search(&self, _has_kinds: bool) -> RecipeSearch {
        RecipeSearch { counting: COUNTING, blending: BLENDING.to_vec(), counting_twentieths: 11, joint_twentieths: 0 }
    }

    fn weighing(&self) -> &'static [Hyperparameter] {
        WEIGHING
    }

    fn shaping(&self) -> &'static [Hyperparameter] {
        SHAPING
    }

    fn auto_choices(&self) -> &'static [SimilarityChoice] {
        &[SimilarityChoice::Recipe, SimilarityChoice::Conditional, SimilarityChoice::Slim]
    }
}
