//! Alternatives to the recipe: other ways from counts to weights, behind one trait.
//!
//! Owns the formulas and their papers. Each turns the counts of one purpose into rows of non-negative weights; how a
//! session is weighed before and how rows are cut after is the same for all, so that validation compares formulas
//! and nothing else. They see counts after the privacy guard and nothing of the sessions.

mod formulas;

use super::constants::{Constants, Knob};
use super::matrix::{Cut, keep_heaviest, quantise};
use crate::ItemIx;
use crate::counts::{PairCounts, Rows};
use std::fmt;
use std::str::FromStr;

/// Which similarity a table is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimilarityChoice {
    /// Normalised co-occurrence, a walk over it, their blend.
    #[default]
    Recipe,
    /// Cosine of the items' session vectors (Sarwar et al. 2001).
    Cosine,
}

impl SimilarityChoice {
    /// Every choice, in the order of the help.
    pub const ALL: [SimilarityChoice; 2] = [SimilarityChoice::Recipe, SimilarityChoice::Cosine];

    /// The name by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            SimilarityChoice::Recipe => "recipe",
            SimilarityChoice::Cosine => "cosine",
        }
    }

    /// What makes the rows; `None` for the recipe, which has its own way.
    pub(super) fn similarity(self) -> Option<&'static dyn Similarity> {
        match self {
            SimilarityChoice::Recipe => None,
            SimilarityChoice::Cosine => Some(&formulas::Cosine),
        }
    }
}

impl fmt::Display for SimilarityChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no similarity of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown similarity `{found}`; expected {}", SimilarityChoice::ALL.map(SimilarityChoice::name).join(", "))]
pub struct UnknownSimilarity {
    /// What was given.
    pub found: String,
}

impl FromStr for SimilarityChoice {
    type Err = UnknownSimilarity;

    fn from_str(name: &str) -> Result<SimilarityChoice, UnknownSimilarity> {
        let known = SimilarityChoice::ALL.into_iter().find(|choice| choice.name() == name);
        known.ok_or_else(|| UnknownSimilarity { found: name.to_owned() })
    }
}

/// Guarded counts of one purpose, every item once a session.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// Pairs `v[h, c]` and item weights `n`.
    pub counts: PairCounts,
    /// Weighted number of sessions.
    pub num_sessions: f64,
}

/// A way from counts to weights.
pub(super) trait Similarity: Sync {
    /// The constants of its own that the search moves, beside those of counting, of rows and of ranking.
    fn knobs(&self) -> &'static [Knob];

    /// Gives its own constants the values that the formula has in its paper.
    fn plain(&self, constants: &mut Constants);

    /// One row of weights for each item of `wanted`, cut and shaped as [`shape`] says.
    fn rows(&self, evidence: &Evidence, constants: &Constants, wanted: &[ItemIx], cut: Cut) -> Rows;
}

/// Cuts a row of weights x and shapes what is left: with m the row's largest x,
/// W[h,c] = m^evidence_power (x[h,c] / m)^weight_power. Both powers at 1 leave the weights alone.
pub(super) fn shape(entries: &mut Vec<(ItemIx, f32)>, constants: &Constants, cut: Cut) {
    keep_heaviest(entries, cut.neighbours);
    let most = entries.iter().map(|entry| entry.1).fold(0.0, f32::max);
    if most > 0.0 {
        let voice = most.powf(constants[Knob::EvidencePower] as f32);
        let power = constants[Knob::WeightPower] as f32;
        for entry in entries.iter_mut() {
            entry.1 = voice * (entry.1 / most).powf(power);
        }
    }
    if let Some(bits) = cut.weight_bits {
        quantise(entries, bits);
    }
    entries.retain(|entry| entry.1 > 0.0);
}
