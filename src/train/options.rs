//! Options of training, and their defaults.

use crate::budget::Budget;
use crate::learn::Settings;
use crate::model::Relation;

/// Neighbours that hyperparameters are tuned for: with a second hop a row reaches far more items than it has
/// neighbours.
pub const REACHED_NEIGHBOURS: usize = 64;
/// Bits of a weight that hyperparameters are tuned for, which is as fine as packing keeps the heaviest weights.
pub const REACHED_BITS: u8 = 8;

/// Packing tries one tuning for so many sets of hyperparameters that learning tries.
const PACKING_SHARE: usize = 4;

/// Options of training.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// Settings of learning.
    pub learning: Settings,
    /// Size of the model; if `None` that of `packed_neighbours`.
    pub budget: Option<Budget>,
    /// Mean number of neighbours of an item in the file; [`default_budget`] of its items if this is `None`, too.
    pub packed_neighbours: Option<usize>,
    /// Weights of views, cart events and purchases in a history; learnt from the log if `None`.
    pub event_weights: Option<[f32; 3]>,
    /// Items of similar content for each item, from the catalogue; 0 for no such table.
    pub similar: usize,
    /// Hyperparameters of the reading of the log, by name, which the model states.
    pub read_with: Vec<(String, f64)>,
    /// Parts of the model besides those that rank histories.
    pub parts: Parts,
    /// Pairs that the shop chose to lead the lists of an item.
    pub curated: Vec<CuratedPair>,
    /// Counts pairs of products instead of variants, where the catalogue or the log says which product a
    /// variant is of.
    pub group_variants: bool,
}

/// A pair that the shop chose: the second item leads the lists of the first one, behind those of pairs before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CuratedPair {
    /// [`Relation::Next`] for related items, [`Relation::Together`] for items bought together.
    pub relation: Relation,
    /// Id of the item whose lists are led.
    pub item: String,
    /// Id of the item that leads them.
    pub other: String,
}

/// Parts of a model besides those that rank histories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Categories of the catalogue.
    pub categories: bool,
    /// Trends of the newest days, and days between two purchases.
    pub times: bool,
    /// The course of tuning.
    pub curves: bool,
}

impl Parts {
    /// Every part.
    pub const ALL: Parts = Parts { categories: true, times: true, curves: true };
    /// No other part: enough to measure lists.
    pub const NONE: Parts = Parts { categories: false, times: false, curves: false };
}

impl Default for TrainOptions {
    fn default() -> TrainOptions {
        let learning = Settings {
            neighbours: REACHED_NEIGHBOURS,
            weight_bits: REACHED_BITS,
            keep_held_out: true,
            ..Settings::default()
        };
        TrainOptions {
            learning,
            budget: None,
            packed_neighbours: None,
            event_weights: None,
            similar: 0,
            read_with: Vec::new(),
            parts: Parts::ALL,
            curated: Vec::new(),
            group_variants: true,
        }
    }
}

impl TrainOptions {
    /// Returns the number of tunings of each table that packing tries.
    pub(super) fn packing_evaluations(&self) -> usize {
        if self.learning.tune { self.learning.evaluations.div_ceil(PACKING_SHARE) } else { 0 }
    }
}

/// Returns the default size of a model: 20 neighbours an item, and in a file of 64 kB as many as fit.
pub fn default_budget(num_items: usize) -> Budget {
    Budget::AtLeast { links: num_items * 20 / 2, bytes: 64_000 }
}
