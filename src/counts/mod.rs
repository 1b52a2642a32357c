//! Counts of items and item pairs: the interchange between events and learning.
//!
//! Owns the all-pairs kernel ([`PairCounter`]) and the privacy guard: a pair that too few distinct shoppers
//! made is removed here, once, and everything after is post-processing. Knows nothing of models.

mod cosine;
mod pairs;
mod rows;

pub use cosine::{CosineOptions, Cosines, cosines};
pub use pairs::{PairCounter, PairCounts, PairWeighting};
pub use rows::Rows;
