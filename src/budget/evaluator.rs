//! Ranks held-out test cases with a packed model: the quality that tuning climbs on, and that the curve of sizes shows.

use crate::ItemIx;
use crate::learn::HeldOut;
use crate::measure::{ModelRecommender, Quality, TestCases, Views};
use crate::model::{Model, Relation};

/// Largest number of history events of all test cases: a second hop is computed for each of them, again and again.
const MAX_HISTORY_EVENTS: usize = 60_000;

/// Held-out test cases of one table in the numbers of one model.
pub(super) struct Evaluator {
    relation: Relation,
    views: Views,
    are_baskets: bool,
    cases: TestCases,
}

impl Evaluator {
    /// Renumbers the test cases; `item_ids` are the ids of the log of `held_out`, all of which the model knows.
    pub(super) fn new(relation: Relation, held_out: &HeldOut, item_ids: &[String], model: &Model) -> Evaluator {
        let numbers: Vec<Option<ItemIx>> = item_ids.iter().map(|id| model.items.item(id)).collect();
        let cases = held_out.cases.renumbered(|item| numbers[item.as_usize()]);
        let num_events = cases.num_history_events().max(1);
        let most =
            if num_events > MAX_HISTORY_EVENTS { cases.len() * MAX_HISTORY_EVENTS / num_events } else { cases.len() };
        let HeldOut { views, are_baskets, .. } = *held_out;
        Evaluator { relation, views, are_baskets, cases: cases.thinned(most) }
    }

    /// Splits the test cases into the older and the newer half.
    pub(super) fn halves(&self) -> [Evaluator; 2] {
        self.cases.halves().map(|cases| Evaluator { cases, ..*self })
    }

    /// Ranks all test cases; the same for any number of threads.
    pub(super) fn measure(&self, model: &Model) -> Quality {
        let system = ModelRecommender::new("model", model).by(self.relation);
        Quality::of_lists(&self.cases, &system, self.views, self.are_baskets)
    }
}
