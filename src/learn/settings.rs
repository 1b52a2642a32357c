//! Settings of learning.

use super::baskets::BasketSource;
use super::similarity::SimilarityChoice;
use crate::counts::PrivacyThreshold;

/// Settings of learning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Neighbours that an item reaches while ranking; hyperparameters are tuned for this many.
    pub neighbours: usize,
    /// Bits of a weight, 1 to 8, that hyperparameters are tuned for.
    pub weight_bits: u8,
    /// Minimum number of distinct shoppers (or sessions, if the log has no shoppers) behind a pair. 1 keeps every pair.
    /// Higher values protect individual shoppers better but leave rare items with fewer neighbours.
    pub min_shoppers: u32,
    /// True to tune the hyperparameters on held-out sessions, false to use their defaults.
    pub tune: bool,
    /// Sets of hyperparameters tried per table. Below about 50 the search has not settled; beyond 400 it gains nothing
    /// measurable.
    pub evaluations: usize,
    /// Seed of the search.
    pub seed: u64,
    /// Method that turns counts into weights.
    pub similarity: SimilarityChoice,
    /// Events that make a basket.
    pub baskets: BasketSource,
    /// True to keep, for each table, a matrix learnt without the held-out events, and these events.
    pub keep_held_out: bool,
}

impl Settings {
    /// Returns the privacy threshold of [`min_shoppers`](Settings::min_shoppers).
    pub const fn threshold(&self) -> PrivacyThreshold {
        PrivacyThreshold::new(self.min_shoppers)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            neighbours: 20,
            weight_bits: 3,
            min_shoppers: 2,
            tune: true,
            evaluations: 240,
            seed: 1,
            similarity: SimilarityChoice::default(),
            baskets: BasketSource::Purchases,
            keep_held_out: false,
        }
    }
}
