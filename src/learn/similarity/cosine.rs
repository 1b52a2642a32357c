//! The cosine of two items.

use super::method::Similarity;
use super::pair::{Pair, by_pair};
use crate::counts::PairCounts;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::{CsrMatrix, ItemIx};

/// v / sqrt((h + s) (c + s)), 0 to 1: the cosine of two items' vectors of sessions (Sarwar, Karypis, Konstan and Riedl
/// 2001, section 3.1.1). The shrinkage s is 0 in the paper; the larger, the less pairs of rare items count.
pub(super) struct Cosine;

impl Cosine {
    fn weight(pair: Pair, shrinkage: f64) -> f64 {
        pair.v / ((pair.h + shrinkage) * (pair.c + shrinkage)).sqrt()
    }
}

impl Similarity for Cosine {
    fn movable(&self) -> &'static [Hyperparameter] {
        &[Hyperparameter::Shrinkage]
    }

    fn plain(&self, values: &mut Hyperparameters) {
        values[Hyperparameter::Shrinkage] = 0.0;
    }

    fn weigh(&self, counts: &PairCounts, values: &Hyperparameters, wanted: &[ItemIx], most: usize) -> CsrMatrix {
        let shrinkage = values[Hyperparameter::Shrinkage];
        by_pair(counts, wanted, most, |pair| Cosine::weight(pair, shrinkage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 sessions have h, 10 have c, 5 both.
    const PAIR: Pair = Pair { v: 5.0, h: 20.0, c: 10.0 };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}");
    }

    #[test]
    fn cosine_divides_by_the_geometric_mean() {
        close(Cosine::weight(PAIR, 0.0), 5.0 / 200f64.sqrt());
        // sqrt(25 * 15) = 19.36491673
        close(Cosine::weight(PAIR, 5.0), 5.0 / 375f64.sqrt());
        close(Cosine::weight(Pair { v: 20.0, h: 20.0, c: 20.0 }, 0.0), 1.0);
    }
}
