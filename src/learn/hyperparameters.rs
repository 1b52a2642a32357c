//! The hyperparameters of learning: names, ranges, and the values that the search starts from.

use crate::Random;
use crate::counts::{BasketWeighting, PairWeighting};
use std::ops::{Index, IndexMut};

/// One hyperparameter of learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Hyperparameter {
    /// [`PairWeighting::forward_power`].
    ForwardPower,
    /// [`PairWeighting::backward_power`].
    BackwardPower,
    /// [`PairWeighting::backward_share`].
    BackwardShare,
    /// [`PairWeighting::recency`].
    Recency,
    /// [`PairWeighting::length_power`].
    LengthPower,
    /// Normalisation by the history item: 0 gives the rows of frequent items more weight, 1 gives all rows the same.
    RowPower,
    /// Normalisation by the candidate: 0 favours popular items, 1 (a conditional probability turned round) rare ones.
    ColumnPower,
    /// Added to an item's weight before normalising: large values lower the rows of items with little evidence.
    Shrinkage,
    /// Share of direct co-occurrence in the blend.
    DirectShare,
    /// Share of the walk in the blend for items with no evidence of their own.
    WalkShare,
    /// Popularity at which the walk's share has fallen to half.
    WalkHalf,
    /// Damps popular candidates in the blend; 0 leaves them.
    PopularityDamping,
    /// Power of a blended weight: below 1 many weak reasons beat one strong one.
    WeightPower,
    /// Power of a row's evidence: 0 gives every row the same scale, 1 scales it by its counts.
    EvidencePower,
    /// Decay over a history: `(1 + t / (tau shape))^-shape` for position t.
    DecayTau,
    /// Shape of the decay: large values are exponential, small ones have a long tail.
    DecayShape,
    /// Bonus for the newest item of the history itself.
    RepeatNewest,
    /// Bonus for older items of the history themselves.
    RepeatOlder,
    /// Power with which that bonus falls with the position.
    RepeatPower,
    /// Factor of cart events in a history; a view has 1.
    CartWeight,
    /// Factor of purchases in a history; a view has 1.
    PurchaseWeight,
    /// Share of pairs across a shopper's baskets; pairs inside one basket have 1. Baskets only, as all that follow.
    AcrossShare,
    /// Lifts candidates that sell better lately than before: 0 does not, 1 in full proportion.
    TrendPower,
    /// Fading of the events that count as late: `exp(-lately age)`, with ages of 0 to 1 over the log.
    Lately,
    /// Number of events of a history with about the same bonus for being bought again:
    /// `repeat_older (1 + t / repeat_tau)^-repeat_power` for position t.
    RepeatTau,
}

const COUNT: usize = 25;

/// Name, lowest value, highest value, start. The starts were found on a public log of clicks.
const RANGES: [(Hyperparameter, &str, f64, f64, f64); COUNT] = [
    (Hyperparameter::ForwardPower, "forward_power", 1e-3, 4.0, 1.05),
    (Hyperparameter::BackwardPower, "backward_power", 1e-3, 4.0, 1.10),
    (Hyperparameter::BackwardShare, "backward_share", 0.01, 1.5, 0.70),
    (Hyperparameter::Recency, "recency", 0.01, 30.0, 0.92),
    (Hyperparameter::LengthPower, "length_power", 0.01, 1.5, 0.30),
    (Hyperparameter::RowPower, "row_power", 0.01, 1.2, 0.67),
    (Hyperparameter::ColumnPower, "column_power", 0.005, 1.0, 0.13),
    (Hyperparameter::Shrinkage, "shrinkage", 0.01, 100.0, 0.32),
    (Hyperparameter::DirectShare, "direct_share", 0.02, 3.0, 0.30),
    (Hyperparameter::WalkShare, "walk_share", 0.01, 5.0, 1.39),
    (Hyperparameter::WalkHalf, "walk_half", 1.0, 1e5, 112.0),
    (Hyperparameter::PopularityDamping, "popularity_damping", 0.002, 1.0, 0.20),
    (Hyperparameter::WeightPower, "weight_power", 0.1, 1.5, 0.38),
    (Hyperparameter::EvidencePower, "evidence_power", 0.01, 1.2, 0.31),
    (Hyperparameter::DecayTau, "decay_tau", 0.1, 1e3, 1.29),
    (Hyperparameter::DecayShape, "decay_shape", 0.1, 50.0, 20.0),
    (Hyperparameter::RepeatNewest, "repeat_newest", 1e-3, 30.0, 0.69),
    (Hyperparameter::RepeatOlder, "repeat_older", 1e-3, 30.0, 2.86),
    (Hyperparameter::RepeatPower, "repeat_power", 0.01, 5.0, 1.79),
    (Hyperparameter::CartWeight, "cart_weight", 0.05, 10.0, 1.0),
    (Hyperparameter::PurchaseWeight, "purchase_weight", 0.05, 10.0, 1.0),
    (Hyperparameter::AcrossShare, "across_share", 0.01, 3.0, 1.0),
    (Hyperparameter::TrendPower, "trend_power", 0.01, 1.0, 0.70),
    // Beyond, the search would fit the day before the held-out ones.
    (Hyperparameter::Lately, "lately", 4.0, 60.0, 25.0),
    (Hyperparameter::RepeatTau, "repeat_tau", 0.5, 300.0, 150.0),
];

/// A value for every [`Hyperparameter`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hyperparameters([f64; COUNT]);

impl Default for Hyperparameters {
    fn default() -> Self {
        Hyperparameters(RANGES.map(|(_, _, _, _, start)| start))
    }
}

impl Index<Hyperparameter> for Hyperparameters {
    type Output = f64;
    fn index(&self, hyperparameter: Hyperparameter) -> &f64 {
        &self.0[hyperparameter as usize]
    }
}

impl IndexMut<Hyperparameter> for Hyperparameters {
    fn index_mut(&mut self, hyperparameter: Hyperparameter) -> &mut f64 {
        &mut self.0[hyperparameter as usize]
    }
}

impl Hyperparameters {
    /// Multiplies a hyperparameter by `factor`, staying in its range.
    fn scale(&mut self, hyperparameter: Hyperparameter, factor: f64) {
        let (_, _, low, high, _) = RANGES[hyperparameter as usize];
        self[hyperparameter] = (self[hyperparameter] * factor).clamp(low, high);
    }

    /// Changes one to three of `movable` by factors whose logarithms have the standard deviation `step`.
    pub(super) fn mutate(&self, movable: &[Hyperparameter], step: f64, random: &mut Random) -> Hyperparameters {
        let mut mutated = *self;
        for _ in 0..1 + random.below(3) {
            let hyperparameter = movable[random.below(movable.len())];
            mutated.scale(hyperparameter, libm::exp(step * random.normal()));
        }
        mutated
    }

    /// Returns the names and values of the hyperparameters that `is_used`, as `table.name`.
    pub(super) fn named(&self, table: &str, is_used: impl Fn(Hyperparameter) -> bool) -> Vec<(String, f64)> {
        let used = RANGES.iter().filter(|(hyperparameter, ..)| is_used(*hyperparameter));
        used.map(|&(hyperparameter, name, ..)| (format!("{table}.{name}"), self[hyperparameter])).collect()
    }

    /// Returns the weighting of pairs in sessions.
    pub(super) fn weighting(&self) -> PairWeighting {
        PairWeighting {
            forward_power: self[Hyperparameter::ForwardPower],
            backward_power: self[Hyperparameter::BackwardPower],
            backward_share: self[Hyperparameter::BackwardShare],
            recency: self[Hyperparameter::Recency],
            length_power: self[Hyperparameter::LengthPower],
        }
    }

    /// Returns the weighting of pairs in the baskets of returning shoppers.
    pub(super) fn basket_weighting(&self) -> BasketWeighting {
        BasketWeighting {
            across_share: self[Hyperparameter::AcrossShare],
            forward_power: self[Hyperparameter::ForwardPower],
            backward_share: self[Hyperparameter::BackwardShare],
            recency: self[Hyperparameter::Recency],
            length_power: self[Hyperparameter::LengthPower],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hyperparameter_is_at_its_own_position_within_its_range() {
        for (at, &(hyperparameter, name, low, high, start)) in RANGES.iter().enumerate() {
            assert_eq!(hyperparameter as usize, at, "{name}");
            assert!(low <= start && start <= high, "{name}");
        }
    }
}
