//! The similarities by name.

use std::fmt;
use std::str::FromStr;

/// Methods that turn counts into weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimilarityChoice {
    /// The method that validates best: for items that are bought together recipe, conditional or slim, which takes as
    /// long as all three; for the next item the recipe, which was ahead on every log that it was measured on.
    Auto,
    /// Normalised co-occurrence blended with a walk over it.
    #[default]
    Recipe,
    /// v / sqrt(h c), the cosine of two items' vectors of sessions (Sarwar et al. 2001), which other libraries call
    /// item-item similarity.
    Cosine,
    /// v / (h c^a), how often c is there when h is, over a power of c's frequency (Deshpande and Karypis 2004).
    Conditional,
    /// A sparse linear model: the weights with which items explain each other best, all together (Ning and Karypis
    /// 2011).
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

    /// Returns the name by which it is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            SimilarityChoice::Auto => "auto",
            SimilarityChoice::Recipe => "recipe",
            SimilarityChoice::Cosine => "cosine",
            SimilarityChoice::Conditional => "conditional",
            SimilarityChoice::Slim => "slim",
        }
    }
}

impl fmt::Display for SimilarityChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Error for an unknown name of a similarity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown similarity `{found}`; expected {}", SimilarityChoice::ALL.map(SimilarityChoice::name).join(", "))]
pub struct UnknownSimilarity {
    /// The name that was given.
    pub found: String,
}

impl FromStr for SimilarityChoice {
    type Err = UnknownSimilarity;

    fn from_str(name: &str) -> Result<SimilarityChoice, UnknownSimilarity> {
        let known = SimilarityChoice::ALL.into_iter().find(|choice| choice.name() == name);
        known.ok_or_else(|| UnknownSimilarity { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_choice() {
        for choice in SimilarityChoice::ALL {
            assert_eq!(choice.name().parse(), Ok(choice));
        }
        let error = "knn".parse::<SimilarityChoice>().unwrap_err();
        assert_eq!(error.to_string(), "unknown similarity `knn`; expected auto, recipe, cosine, conditional, slim");
    }
}
