//! The conditional probability of an item, given another.

use super::method::Similarity;
use super::pair::{Pair, by_pair};
use crate::counts::PairCounts;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::{CsrMatrix, ItemIx};

/// v / ((h + s) c^a): how often c is there when h is, P(c | h), divided by a power of c's frequency (Karypis 2001,
/// section 3.1; Deshpande and Karypis 2004, section 4.1.2). a = 0 favours what is popular, a = 1 what is rare;
/// a = 0.5 equals the cosine up to the scale of a row.
pub(super) struct Conditional;

impl Conditional {
    fn weight(pair: Pair, shrinkage: f64, column_power: f64) -> f64 {
        pair.v / ((pair.h + shrinkage) * libm::pow(pair.c.max(1e-9), column_power))
    }
}

impl Similarity for Conditional {
    fn movable(&self) -> &'static [Hyperparameter] {
        &[Hyperparameter::Shrinkage, Hyperparameter::ColumnPower]
    }

    fn plain(&self, values: &mut Hyperparameters) {
        values[Hyperparameter::Shrinkage] = 0.0;
        values[Hyperparameter::ColumnPower] = 0.5;
    }

    fn weigh(&self, counts: &PairCounts, values: &Hyperparameters, wanted: &[ItemIx], most: usize) -> CsrMatrix {
        let (shrinkage, power) = (values[Hyperparameter::Shrinkage], values[Hyperparameter::ColumnPower]);
        by_pair(counts, wanted, most, |pair| Conditional::weight(pair, shrinkage, power))
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
    fn conditional_probability_is_a_share_of_the_sessions_with_the_first() {
        close(Conditional::weight(PAIR, 0.0, 0.0), 0.25);
        close(Conditional::weight(PAIR, 5.0, 1.0), 5.0 / 25.0 / 10.0);
    }
}
