//! Counts of items and item pairs: the interchange between events and learning.
//!
//! Owns the all-pairs kernel ([`PairCounter`]) and the privacy guard: a pair that too few distinct shoppers
//! made is removed here, once, and everything after is post-processing. Knows nothing of models.

mod cosine;
mod nearest;
mod pairs;
mod rows;
mod sums;

pub use cosine::{CosineOptions, Cosines, cosines};
pub use pairs::{PairCounter, PairCounts, PairWeighting};
pub use rows::Rows;
