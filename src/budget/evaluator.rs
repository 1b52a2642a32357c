//! Ranks held-out test cases with a packed model: the quality that tuning climbs on, and that the curve of sizes shows.

use crate::ItemIx;
use crate::learn::HeldOut;
use crate::measure::{ModelRecommender, Quality, TestCases, Validation, Views};
use crate::model::{Model, RankingParameters, Relation};
use crate::pack::{PackError, Tuning};
use crate::rank::ranking_rows;

/// Largest number of history events of all test cases.
const MAX_HISTORY_EVENTS: usize = 60_000;

/// Held-out test cases of one table in the numbers of one model.
pub(super) struct Evaluator<'m> {
    relation: Relation,
    views: Views,
    are_baskets: bool,
    cases: TestCases,
    model: &'m Model,
}

impl<'m> Evaluator<'m> {
    /// Renumbers the test cases; `item_ids` are the ids of the log of `held_out`, all of which the model knows.
    pub(super) fn new(relation: Relation, held_out: &HeldOut, item_ids: &[String], model: &'m Model) -> Evaluator<'m> {
        let numbers: Vec<Option<ItemIx>> = item_ids.iter().map(|id| model.items.item(id)).collect();
        let cases = held_out.cases.renumbered(|item| numbers[item.as_usize()]);
        let num_events = cases.num_history_events().max(1);
        let most =
            if num_events > MAX_HISTORY_EVENTS { cases.len() * MAX_HISTORY_EVENTS / num_events } else { cases.len() };
        let HeldOut { views, are_baskets, .. } = *held_out;
        Evaluator { relation, views, are_baskets, cases: cases.thinned(most), model }
    }

    /// Ranks all test cases with the model itself; the same for any number of threads.
    pub(super) fn measure(&self) -> Quality {
        let system = ModelRecommender::new("model", self.model).by(self.relation);
        Quality::of_lists(&self.cases, &system, self.views, self.are_baskets)
    }

    /// Prepares the older and the newer half of the test cases for measuring tunings.
    pub(super) fn halves(&self) -> [Half<'m>; 2] {
        self.cases.halves().map(|cases| Half {
            relation: self.relation,
            model: self.model,
            validation: Validation::new(cases, self.views, self.are_baskets, self.model.num_items()),
        })
    }
}

/// Half of the test cases of one table.
pub(super) struct Half<'m> {
    relation: Relation,
    model: &'m Model,
    validation: Validation,
}

impl Half<'_> {
    /// Returns the objective of the model with a tuning. Lists are those of ranking, but for what fills up short ones;
    /// the row of each item is worked out once.
    ///
    /// # Errors
    /// If a weight leaves the range of a file.
    pub(super) fn objective(&self, tuning: &Tuning) -> Result<f64, PackError> {
        let table = self.model.tables.iter().find(|table| table.0 == self.relation);
        let table = tuning.apply_to_table(table.map(|table| table.1.clone()).unwrap_or_default())?;
        let ranking = match self.relation {
            Relation::Next => tuning.apply_to_ranking(&self.model.ranking),
            Relation::Together | Relation::Similar => alike(&self.model.ranking),
        };
        let rows = ranking_rows(&table, &self.validation.wanted);
        Ok(self.validation.measure(&rows, &ranking).objective())
    }
}

/// The constants with which all items of a basket count alike.
fn alike(ranking: &RankingParameters) -> RankingParameters {
    let window = ranking.decay.len();
    RankingParameters { decay: vec![1.0; window], repeat: vec![0.0; window], event_weights: [1.0; 3] }
}
