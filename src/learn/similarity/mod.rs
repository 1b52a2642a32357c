//! Methods other than the recipe that turn counts into weights, behind one trait.
//!
//! Owns the formulas and their papers. Each turns the counts of one table into rows of non-negative weights; the
//! weighing of sessions before, and the shaping of rows after, are the same for all, so that validation compares
//! formulas and nothing else. They see counts after the privacy threshold and nothing of the sessions.
//!
//! * [`cosine`] and [`conditional`] look at one pair at a time;
//! * [`slim`] is a sparse linear model, which leaves out what other items explain already.
//!
//! BM25, Jaccard index, lift, log-likelihood ratio and RP3beta were measured too and were never ahead of these.

mod choice;
mod conditional;
mod cosine;
mod method;
mod pair;
mod slim;

pub use choice::{SimilarityChoice, UnknownSimilarity};
#[cfg(test)]
pub(super) use method::tests::rows;
pub(super) use method::{Similarity, shape};

/// Returns the method of a choice; `None` for the recipe, which has its own way, and for a choice among several.
pub(super) fn method(choice: SimilarityChoice) -> Option<&'static dyn Similarity> {
    match choice {
        SimilarityChoice::Auto | SimilarityChoice::Recipe => None,
        SimilarityChoice::Cosine => Some(&cosine::Cosine),
        SimilarityChoice::Conditional => Some(&conditional::Conditional),
        SimilarityChoice::Slim => Some(&slim::Slim),
    }
}
