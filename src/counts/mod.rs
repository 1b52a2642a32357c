//! Counts of items and item pairs, and the privacy threshold.
//!
//! Owns the all-pairs kernel, which [`PairCounter`] runs over sessions and [`BasketCounter`] over the baskets of
//! returning shoppers, and [`PrivacyThreshold`], which is compared there alone: a pair that too few distinct shoppers
//! made never leaves the kernel. Knows nothing of models.

mod basket_pairs;
mod cosine;
mod kernel;
mod nearest;
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
