//! Other ways from counts to weights than the recipe's, behind one trait.
//!
//! Owns the formulas and their papers. Each turns the counts of one purpose into rows of non-negative weights; how a
//! session is weighed before, and how rows are cut and shaped after, is the same for all, so that validation compares
//! formulas and nothing else. They see counts after the privacy guard and nothing of the sessions.
//!
//! * [`pairs`]: formulas that look at one pair at a time;
//! * [`slim`]: a sparse linear model, which knows what other items explain already.
//!
//! BM25, Jaccard index, lift, log-likelihood ratio and RP3beta were measured too and were never ahead of these.

mod pairs;
mod slim;

use super::constants::{Constants, Knob};
use super::matrix::{Cut, keep_heaviest, quantise};
use crate::counts::PairCounts;
use crate::{CsrMatrix, ItemIx};
use std::fmt;
use std::str::FromStr;

/// How counts become weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimilarityChoice {
    /// Whatever validates best: for what is bought together one of recipe, conditional and slim, which takes as long
    /// as all of them; for what comes next the recipe, which was ahead wherever it was measured.
    Auto,
    /// Normalised co-occurrence blended with a walk over it.
    #[default]
    Recipe,
    /// v / sqrt(h c), the cosine of two items' vectors of sessions (Sarwar et al. 2001): what other libraries call
    /// item-item similarity.
    Cosine,
    /// v / (h c^a), how often c is there when h is, over a power of c's frequency (Deshpande and Karypis 2004).
    Conditional,
    /// A sparse linear model: the weights with which items explain each other best, all together (Ning and Karypis 2011).
    Slim,
}

impl SimilarityChoice {
    /// Every choice.
    pub const ALL: [SimilarityChoice; 5] = [
        SimilarityChoice::Auto,
        SimilarityChoice::Recipe,
        SimilarityChoice::Cosine,
        SimilarityChoice::Conditional,
        SimilarityChoice::Slim,
    ];

    /// The name by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            SimilarityChoice::Auto => "auto",
            SimilarityChoice::Recipe => "recipe",
            SimilarityChoice::Cosine => "cosine",
            SimilarityChoice::Conditional => "conditional",
            SimilarityChoice::Slim => "slim",
        }
    }

    /// What makes the rows; `None` for the recipe, which has its own way, and for a choice among several.
    pub(super) fn similarity(self) -> Option<&'static dyn Similarity> {
        match self {
            SimilarityChoice::Auto | SimilarityChoice::Recipe => None,
            SimilarityChoice::Cosine => Some(&pairs::Cosine),
            SimilarityChoice::Conditional => Some(&pairs::Conditional),
            SimilarityChoice::Slim => Some(&slim::Slim),
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

/// A way from counts to weights.
pub(super) trait Similarity: Sync {
    /// The constants of its own that the search moves, beside those of counting, of rows and of ranking.
    fn knobs(&self) -> &'static [Knob];

    /// Gives its own constants the values that they have in the paper.
    fn plain(&self, constants: &mut Constants);

    /// Share of a search's evaluations that weigh anew; the others try constants of rows and of ranking on one matrix.
    fn share_of_search(&self) -> f64 {
        0.6
    }

    /// One row of positive weights for each item of `wanted`, at most the `most` heaviest of each.
    fn weigh(&self, counts: &PairCounts, constants: &Constants, wanted: &[ItemIx], most: usize) -> CsrMatrix;
}

/// Cuts rows of weights x and shapes what is left: with m the row's largest x,
/// W[h,c] = m^evidence_power (x[h,c] / m)^weight_power. Both powers at 1 leave the weights alone.
pub(super) fn shape(rows: &CsrMatrix, constants: &Constants, cut: Cut) -> CsrMatrix {
    let (voice, power) = (constants[Knob::EvidencePower] as f32, constants[Knob::WeightPower] as f32);
    CsrMatrix::build(rows.num_rows(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, row, columns, values| {
        let (row_columns, row_values) = rows.row(row);
        entries.clear();
        entries.extend(row_columns.iter().copied().zip(row_values.iter().copied()));
        keep_heaviest(entries, cut.neighbours);
        let most = entries.iter().map(|entry| entry.1).fold(0.0, f32::max);
        let factor = most.powf(voice);
        for entry in entries.iter_mut() {
            entry.1 = factor * (entry.1 / most).powf(power);
        }
        if let Some(bits) = cut.weight_bits {
            quantise(entries, bits);
        }
        for &(column, value) in entries.iter().filter(|entry| entry.1 > 0.0) {
            columns.push(column);
            values.push(value);
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Rows from lists of (column, value).
    pub(in crate::learn) fn rows(lists: &[&[(u32, f32)]]) -> CsrMatrix {
        let fill = |(): &mut (), row: usize, columns: &mut Vec<ItemIx>, values: &mut Vec<f32>| {
            columns.extend(lists[row].iter().map(|entry| ItemIx(entry.0)));
            values.extend(lists[row].iter().map(|entry| entry.1));
        };
        CsrMatrix::build(lists.len(), || (), fill)
    }

    #[test]
    fn names_lead_back_to_their_choice() {
        for choice in SimilarityChoice::ALL {
            assert_eq!(choice.name().parse(), Ok(choice));
        }
        let error = "knn".parse::<SimilarityChoice>().unwrap_err();
        assert_eq!(error.to_string(), "unknown similarity `knn`; expected auto, recipe, cosine, conditional, slim");
    }

    #[test]
    fn rows_are_shaped_by_two_powers() {
        let mut constants = Constants::default();
        (constants[Knob::EvidencePower], constants[Knob::WeightPower]) = (0.5, 2.0);
        let cut = Cut { neighbours: 2, weight_bits: None };
        let shaped = shape(&rows(&[&[(1, 0.02), (2, 0.16), (3, 0.08)], &[]]), &constants, cut);
        // The largest, 0.16, has voice 0.4; the other is half of it, squared a quarter.
        let (columns, values) = shaped.row(0);
        let mut found: Vec<(ItemIx, f32)> = columns.iter().copied().zip(values.iter().copied()).collect();
        found.sort_by_key(|entry| entry.0);
        assert_eq!(found.iter().map(|entry| entry.0).collect::<Vec<_>>(), [ItemIx(2), ItemIx(3)]);
        assert!((found[0].1 - 0.4).abs() < 1e-6 && (found[1].1 - 0.1).abs() < 1e-6, "{found:?}");
        assert_eq!(shaped.row(1).0, []);
    }
}
