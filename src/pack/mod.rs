//! Spends a byte budget: which neighbours, in which order, at how many bits.
//!
//! Owns the way from learnt matrices of full precision to a [`Model`](crate::model::Model). Knows nothing
//! of events, counts or how the matrices were learnt.

use crate::SparseMatrix;
use crate::model::{About, Categories, Measurement, Privacy, Purpose, RankingParameters};

/// All that training found out about a shop, at full precision and in the log's item order.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The shop's ids, in the item order of everything below.
    pub item_ids: Vec<String>,
    /// Learnt matrices by purpose; diagonals are ignored.
    pub tables: Vec<(Purpose, SparseMatrix)>,
    /// Recency-weighted number of events of each item; 0 where it is withheld.
    pub popularity: Vec<f32>,
    /// The constants of ranking.
    pub ranking: RankingParameters,
    /// Categories from the catalogue, if there is one.
    pub categories: Option<Categories>,
    /// Where the model comes from.
    pub about: About,
    /// The privacy threshold and what it removed.
    pub privacy: Privacy,
    /// What was measured on the held-out sessions.
    pub measurements: Vec<Measurement>,
}

/// How much of a draft a model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackOptions {
    /// Neighbours kept per item and table, the heaviest first. Few make a small file that knows fewer
    /// alternatives; beyond some 50 quality no longer rises.
    pub neighbours: usize,
    /// Bits of a weight, 1 to 8: 4 lose nothing measurable, 3 a tenth of a point of HitRate, 2 a third.
    pub weight_bits: u8,
}

impl Default for PackOptions {
    fn default() -> Self {
        PackOptions { neighbours: 20, weight_bits: 3 }
    }
}
