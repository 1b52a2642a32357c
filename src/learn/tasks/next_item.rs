//! The next item of a session.

use super::in_sequence::{SHAPING, WEIGHING};
use super::session_counter::SessionCounter;
use crate::ItemIx;
use crate::events::Sessions;
use crate::learn::holdout;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::learn::similarity::SimilarityChoice;
use crate::learn::task::{CountPairs, PairSource, RecipeSearch, Task};
use crate::measure::{Targets, TestCases};

/// Predicts every event after the first of a held-out session from those before it.
#[derive(Debug)]
pub(in crate::learn) struct NextItem;

const COUNTING: &[Hyperparameter] = &[
    Hyperparameter::ForwardPower,
    Hyperparameter::BackwardPower,
    Hyperparameter::BackwardShare,
    Hyperparameter::Recency,
    Hyperparameter::LengthPower,
    Hyperparameter::RowPower,
    Hyperparameter::ColumnPower,
    Hyperparameter::Shrinkage,
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
    Hyperparameter::DecayTau,
    Hyperparameter::DecayShape,
    Hyperparameter::RepeatNewest,
    Hyperparameter::RepeatOlder,
    Hyperparameter::RepeatPower,
];
const BLENDING: &[Hyperparameter] = &[
    Hyperparameter::DirectShare,
    Hyperparameter::WalkShare,
    Hyperparameter::WalkHalf,
    Hyperparameter::PopularityDamping,
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
    Hyperparameter::DecayTau,
    Hyperparameter::DecayShape,
    Hyperparameter::RepeatNewest,
    Hyperparameter::RepeatOlder,
    Hyperparameter::RepeatPower,
    Hyperparameter::Shrinkage,
];
const KINDS: &[Hyperparameter] = &[Hyperparameter::CartWeight, Hyperparameter::PurchaseWeight];

impl Task for NextItem {
    fn holdout_share(&self) -> f64 {
        holdout::SESSIONS
    }

    fn test_cases(&self, sessions: &Sessions, holdout: usize, num_items: usize, _seed: u64) -> TestCases {
        let numbers: Vec<Option<ItemIx>> = (0..num_items as u32).map(|item| Some(ItemIx(item))).collect();
        TestCases::of_sessions(sessions, &numbers, holdout..sessions.len(), Targets::Each, self.window()).0
    }

    fn counter<'a>(&self, source: PairSource<'a>) -> Box<dyn CountPairs + 'a> {
        Box::new(SessionCounter::new(source))
    }

    fn start(&self, has_kinds: bool) -> Hyperparameters {
        let mut values = Hyperparameters::default();
        if has_kinds {
            // Relative to a view; the search goes on from there.
            values[Hyperparameter::CartWeight] = 3.0;
            values[Hyperparameter::PurchaseWeight] = 5.0;
        }
        values
    }

    fn has(&self, hyperparameter: Hyperparameter) -> bool {
        hyperparameter < Hyperparameter::AcrossShare
    }

    fn repeat(&self, values: &Hyperparameters, position: usize) -> f64 {
        session_repeat(values, position)
    }

    fn recipe_search(&self, has_kinds: bool) -> RecipeSearch {
        let kinds = if has_kinds { KINDS } else { &[] };
        RecipeSearch {
            counting: COUNTING,
            blending: [BLENDING, kinds].concat(),
            counting_twentieths: 7,
            joint_twentieths: 6,
        }
    }

    fn weighing(&self) -> &'static [Hyperparameter] {
        WEIGHING
    }

    fn shaping(&self) -> &'static [Hyperparameter] {
        SHAPING
    }

    fn auto_choices(&self) -> &'static [SimilarityChoice] {
        // No other similarity was ever near the recipe.
        &[SimilarityChoice::Recipe]
    }
}

/// Returns the bonus of an item of a session's history, which is largest for the newest.
pub(super) fn session_repeat(values: &Hyperparameters, position: usize) -> f64 {
    match position {
        0 => values[Hyperparameter::RepeatNewest],
        _ => {
            values[Hyperparameter::RepeatOlder] * libm::pow(1.0 + position as f64, -values[Hyperparameter::RepeatPower])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::task::ranking;

    #[test]
    fn decay_and_repeat_follow_their_formulas() {
        let mut values = Hyperparameters::default();
        values[Hyperparameter::DecayTau] = 2.0;
        values[Hyperparameter::DecayShape] = 0.5;
        values[Hyperparameter::RepeatOlder] = 4.0;
        values[Hyperparameter::RepeatPower] = 2.0;
        let ranking = ranking(&NextItem, &values, false);
        // (1 + 3 / (2 * 0.5))^-0.5 = 4^-0.5; 4 * (1 + 1)^-2 = 1.
        assert_eq!(ranking.decay[3], 0.5);
        assert_eq!(ranking.repeat[1], 1.0);
        assert_eq!(ranking.event_weights, [1.0, 1.0, 1.0]);
    }
}
