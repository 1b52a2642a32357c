//! Every constant of the recipe: its name, its range and where the search starts.

use super::purpose::Protocol;
use super::search::Random;
use crate::counts::{BasketWeighting, PairWeighting};
use crate::model::RankingParameters;
use std::ops::{Index, IndexMut};

/// One constant of the recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Knob {
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
    /// Normalisation by the history item: 0 lets frequent items speak louder, 1 gives all the same voice.
    RowPower,
    /// Normalisation by the candidate: 0 favours popular items, 1 (a conditional probability turned round) rare ones.
    ColumnPower,
    /// Added to an item's weight before normalising: large values quieten items with little evidence.
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
    /// Power of a row's evidence: 0 gives every history item the same voice, 1 as much as it was counted.
    EvidencePower,
    /// How many events of a history count: `(1 + t / (tau shape))^-shape` for position t.
    DecayTau,
    /// Shape of the decay: large values are exponential, small ones have a long tail.
    DecayShape,
    /// Bonus for the newest item of the history itself.
    RepeatNewest,
    /// Bonus for older items of the history themselves.
    RepeatOlder,
    /// How fast that bonus falls with the position.
    RepeatPower,
    /// Factor of cart events in a history; a view has 1.
    CartWeight,
    /// Factor of purchases in a history; a view has 1.
    PurchaseWeight,
    /// Share of pairs across a shopper's baskets; pairs inside one basket have 1. Baskets only, as all that follow.
    AcrossShare,
    /// Lifts candidates that sell better lately than before: 0 does not, 1 in full proportion.
    TrendPower,
    /// What lately means: `exp(-lately age)`, with ages of 0 to 1 over the log.
    Lately,
    /// How many events of a history have about the same bonus for being bought again:
    /// `repeat_older (1 + t / repeat_tau)^-repeat_power` for position t.
    RepeatTau,
}

const NUM_KNOBS: usize = 25;

/// Name, lowest value, highest value, start. The start is what was found on a public log of clicks.
const KNOBS: [(Knob, &str, f64, f64, f64); NUM_KNOBS] = [
    (Knob::ForwardPower, "forward_power", 1e-3, 4.0, 1.05),
    (Knob::BackwardPower, "backward_power", 1e-3, 4.0, 1.10),
    (Knob::BackwardShare, "backward_share", 0.01, 1.5, 0.70),
    (Knob::Recency, "recency", 0.01, 30.0, 0.92),
    (Knob::LengthPower, "length_power", 0.01, 1.5, 0.30),
    (Knob::RowPower, "row_power", 0.01, 1.2, 0.67),
    (Knob::ColumnPower, "column_power", 0.005, 1.0, 0.13),
    (Knob::Shrinkage, "shrinkage", 0.01, 100.0, 0.32),
    (Knob::DirectShare, "direct_share", 0.02, 3.0, 0.30),
    (Knob::WalkShare, "walk_share", 0.01, 5.0, 1.39),
    (Knob::WalkHalf, "walk_half", 1.0, 1e5, 112.0),
    (Knob::PopularityDamping, "popularity_damping", 0.002, 1.0, 0.20),
    (Knob::WeightPower, "weight_power", 0.1, 1.5, 0.38),
    (Knob::EvidencePower, "evidence_power", 0.01, 1.2, 0.31),
    (Knob::DecayTau, "decay_tau", 0.1, 1e3, 1.29),
    (Knob::DecayShape, "decay_shape", 0.1, 50.0, 20.0),
    (Knob::RepeatNewest, "repeat_newest", 1e-3, 30.0, 0.69),
    (Knob::RepeatOlder, "repeat_older", 1e-3, 30.0, 2.86),
    (Knob::RepeatPower, "repeat_power", 0.01, 5.0, 1.79),
    (Knob::CartWeight, "cart_weight", 0.05, 10.0, 1.0),
    (Knob::PurchaseWeight, "purchase_weight", 0.05, 10.0, 1.0),
    (Knob::AcrossShare, "across_share", 0.01, 3.0, 1.0),
    (Knob::TrendPower, "trend_power", 0.01, 1.0, 0.70),
    // Beyond, the search would learn what the day before the held-out ones was like.
    (Knob::Lately, "lately", 4.0, 60.0, 25.0),
    (Knob::RepeatTau, "repeat_tau", 0.5, 300.0, 150.0),
];

/// How many events of a history count at most, by [`Protocol`].
pub(super) const fn window(protocol: Protocol) -> usize {
    match protocol {
        Protocol::NextItem | Protocol::LeaveOneOut => 32,
        // A dozen baskets of a large shop: what is bought every month has been bought several times.
        Protocol::NextBasket => 256,
    }
}

/// A value for every [`Knob`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants([f64; NUM_KNOBS]);

impl Default for Constants {
    fn default() -> Self {
        Constants(KNOBS.map(|(_, _, _, _, start)| start))
    }
}

impl Index<Knob> for Constants {
    type Output = f64;
    fn index(&self, knob: Knob) -> &f64 {
        &self.0[knob as usize]
    }
}

impl IndexMut<Knob> for Constants {
    fn index_mut(&mut self, knob: Knob) -> &mut f64 {
        &mut self.0[knob as usize]
    }
}

impl Constants {
    /// Multiplies a constant by `factor`, staying in its range.
    fn scale(&mut self, knob: Knob, factor: f64) {
        let (_, _, low, high, _) = KNOBS[knob as usize];
        self[knob] = (self[knob] * factor).clamp(low, high);
    }

    /// Changes one to three of `knobs` by factors whose logarithms have the standard deviation `step`.
    pub(super) fn vary(&self, knobs: &[Knob], step: f64, random: &mut Random) -> Constants {
        let mut varied = *self;
        for _ in 0..1 + random.below(3) {
            let knob = knobs[random.below(knobs.len())];
            varied.scale(knob, (step * random.normal()).exp());
        }
        varied
    }

    /// The constants by name, as `purpose.name`, without those that the protocol does not have.
    pub(super) fn named(&self, purpose: &str, protocol: Protocol) -> Vec<(String, f64)> {
        let is_used = |knob: Knob| match protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => knob < Knob::AcrossShare,
            Protocol::NextBasket => !matches!(knob, Knob::BackwardPower | Knob::RepeatNewest),
        };
        let used = KNOBS.iter().filter(|(knob, ..)| is_used(*knob));
        used.map(|&(knob, name, ..)| (format!("{purpose}.{name}"), self[knob])).collect()
    }

    /// The part that counting needs.
    pub(super) fn weighting(&self) -> PairWeighting {
        PairWeighting {
            forward_power: self[Knob::ForwardPower],
            backward_power: self[Knob::BackwardPower],
            backward_share: self[Knob::BackwardShare],
            recency: self[Knob::Recency],
            length_power: self[Knob::LengthPower],
        }
    }

    /// The part that counting needs for baskets.
    pub(super) fn basket_weighting(&self) -> BasketWeighting {
        BasketWeighting {
            across_share: self[Knob::AcrossShare],
            forward_power: self[Knob::ForwardPower],
            backward_share: self[Knob::BackwardShare],
            recency: self[Knob::Recency],
            length_power: self[Knob::LengthPower],
        }
    }

    /// The part that ranking needs, rounded to f32; kinds of event differ only if the log has several.
    pub(super) fn ranking(&self, protocol: Protocol, has_kinds: bool) -> RankingParameters {
        let decay = |position: usize| {
            let shape = self[Knob::DecayShape];
            (1.0 + position as f64 / (self[Knob::DecayTau] * shape)).powf(-shape) as f32
        };
        let repeat = |position: usize| match position {
            // Within a basket no item is the newest.
            _ if protocol == Protocol::NextBasket => {
                let fading = (1.0 + position as f64 / self[Knob::RepeatTau]).powf(-self[Knob::RepeatPower]);
                (self[Knob::RepeatOlder] * fading) as f32
            }
            0 => self[Knob::RepeatNewest] as f32,
            _ => (self[Knob::RepeatOlder] * (1.0 + position as f64).powf(-self[Knob::RepeatPower])) as f32,
        };
        let factor = |knob| if has_kinds { self[knob] as f32 } else { 1.0 };
        RankingParameters {
            decay: (0..window(protocol)).map(decay).collect(),
            repeat: (0..window(protocol)).map(repeat).collect(),
            event_weights: [1.0, factor(Knob::CartWeight), factor(Knob::PurchaseWeight)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_knob_stands_at_its_own_place_within_its_range() {
        for (at, &(knob, name, low, high, start)) in KNOBS.iter().enumerate() {
            assert_eq!(knob as usize, at, "{name}");
            assert!(low <= start && start <= high, "{name}");
        }
    }

    #[test]
    fn decay_and_repeat_follow_their_formulas() {
        let mut constants = Constants::default();
        constants[Knob::DecayTau] = 2.0;
        constants[Knob::DecayShape] = 0.5;
        constants[Knob::RepeatOlder] = 4.0;
        constants[Knob::RepeatPower] = 2.0;
        let ranking = constants.ranking(Protocol::NextItem, false);
        // (1 + 3 / (2 * 0.5))^-0.5 = 4^-0.5; 4 * (1 + 1)^-2 = 1.
        assert_eq!(ranking.decay[3], 0.5);
        assert_eq!(ranking.repeat[1], 1.0);
        assert_eq!(ranking.event_weights, [1.0, 1.0, 1.0]);
    }

    #[test]
    fn the_bonus_of_a_basket_has_no_newest_item() {
        let mut constants = Constants::default();
        constants[Knob::RepeatOlder] = 4.0;
        constants[Knob::RepeatTau] = 10.0;
        constants[Knob::RepeatPower] = 2.0;
        let ranking = constants.ranking(Protocol::NextBasket, true);
        // 4 * (1 + 0 / 10)^-2 and 4 * (1 + 10 / 10)^-2
        assert_eq!((ranking.repeat[0], ranking.repeat[10]), (4.0, 1.0));
        assert_eq!(ranking.repeat.len(), 256);
    }
}
