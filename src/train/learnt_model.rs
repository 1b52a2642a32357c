//! A learnt model, which can be packed at any size.

use super::error::TrainError;
use super::options::{TrainOptions, default_budget};
use crate::Progress;
use crate::budget::{Budget, BudgetPacker, Packed, Settings};
use crate::learn::{HeldOut, SimilarityChoice};
use crate::model::Relation;
use crate::pack::{Detail, Draft};

/// A learnt model, which can be packed at any size.
pub struct LearntModel {
    /// The similarity of each table.
    pub similarities: Vec<(Relation, SimilarityChoice)>,
    /// The course of tuning by relation: evaluations after which a better objective was found, and the objective.
    pub curves: Vec<(Relation, Vec<(usize, f64)>)>,
    /// Number of items without a category in the catalogue; 0 without a catalogue.
    pub num_without_category: usize,
    /// True if there are trends or days between purchases to pack.
    pub has_times: bool,
    /// True if there is a table of items of similar content to pack.
    pub has_similar: bool,
    packer: BudgetPacker,
    num_items: usize,
    has_held_out: bool,
    budget: Budget,
    evaluations: usize,
    seed: u64,
}

impl LearntModel {
    pub(super) fn new(
        draft: Draft,
        held_out: Vec<(Relation, HeldOut)>,
        options: &TrainOptions,
    ) -> Result<LearntModel, TrainError> {
        let num_items = draft.item_ids.len();
        Ok(LearntModel {
            similarities: Vec::new(),
            curves: Vec::new(),
            num_without_category: 0,
            has_times: !(draft.trends.is_empty() && draft.replenishment.is_empty()),
            has_similar: draft.tables.iter().any(|(relation, _)| *relation == Relation::Similar),
            num_items,
            has_held_out: !held_out.is_empty(),
            budget: options.budget.unwrap_or_else(|| match options.packed_neighbours {
                Some(neighbours) => Budget::Links(num_items * neighbours / 2),
                None => default_budget(num_items),
            }),
            evaluations: options.packing_evaluations(),
            seed: options.learning.seed,
            packer: BudgetPacker::new(draft, held_out)?,
        })
    }

    /// Returns the number of items.
    pub fn num_items(&self) -> usize {
        self.num_items
    }

    /// Returns the packer, for all that can be tried with it.
    pub fn into_packer(self) -> BudgetPacker {
        self.packer
    }

    /// Packs at the size of the options.
    ///
    /// # Errors
    /// [`TrainError::Pack`] if no file is as small as that.
    pub fn pack(&self, progress: &dyn Progress) -> Result<Packed, TrainError> {
        self.pack_to(self.budget, progress)
    }

    /// Packs at any size, with the detail of weights and the tuning that rank the held-out test cases best.
    ///
    /// # Errors
    /// [`TrainError::Pack`] if no file is as small as that.
    pub fn pack_to(&self, budget: Budget, progress: &dyn Progress) -> Result<Packed, TrainError> {
        // Only bytes leave open how finely weights are kept; other sizes take the detail that suits their links.
        let is_open = self.has_held_out && matches!(budget, Budget::Bytes(_));
        let details = if is_open { Detail::ALL.to_vec() } else { Vec::new() };
        let settings = Settings { details, evaluations: self.evaluations, seed: self.seed };
        Ok(self.packer.spend(budget, &settings, progress)?)
    }
}
