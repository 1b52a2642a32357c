//! Counts of items and item pairs, and the privacy threshold.
//!
//! Owns the all-pairs kernel, which [`PairCounter`] runs over sessions and [`BasketCounter`] over the baskets of
//! returning shoppers, and `classes`, which weigh the same pairs again and again for a search. [`PrivacyThreshold`] is
//! compared here alone: a pair that too few distinct shoppers made leaves neither. Knows nothing of models.

mod basket_pairs;
mod classes;
mod cosine;
mod kernel;
mod session_pairs;
mod sums;
mod threshold;

pub use basket_pairs::{BasketCounter, BasketWeighting, previous_baskets};
pub use cosine::{CosineOptions, Cosines, cosines};
pub use kernel::PairCounts;
#[cfg(feature = "cli")]
pub(crate) use kernel::Postings;
pub use session_pairs::{PairCounter, PairWeighting};
pub use threshold::PrivacyThreshold;
