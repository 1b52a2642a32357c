//! The verdict on a model beside the best simple method, in words.

use super::figures::SystemFigures;
use crate::measure::{Estimate, View};
use crate::units::{percent, thousands};
use serde::Serialize;

/// Outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The whole interval of the difference is above 0.
    Better,
    /// The interval holds 0: these test cases show no difference.
    Tie,
    /// The whole interval of the difference is below 0.
    Worse,
}

/// Clusters below which the intervals of a bootstrap are too narrow to be believed.
const LEAST_CLUSTERS: usize = 20;

impl Outcome {
    /// Judges a difference; a tie where there are too few shoppers (or sessions) to draw from, or none were drawn.
    fn of(difference: &Estimate, can_tell: bool) -> Outcome {
        if !can_tell {
            Outcome::Tie
        } else if difference.low > 0.0 {
            Outcome::Better
        } else if difference.high < 0.0 {
            Outcome::Worse
        } else {
            Outcome::Tie
        }
    }
}

/// Our system against the best simple method: the one with the largest recall at the largest cut-off on the same test
/// cases, which favours the simple side a little.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// The cut-off.
    pub k: usize,
    /// The best simple method.
    pub baseline: String,
    /// Recall@k of our system (with one target a list: HitRate@k).
    pub recall: f64,
    /// Recall@k of the simple method.
    pub baseline_recall: f64,
    /// Difference of the two, paired, with its 95 % interval.
    pub difference: Estimate,
    /// The same of NDCG@k, where the order counts.
    pub ndcg_difference: Estimate,
    /// Outcome by recall.
    pub outcome: Outcome,
    /// Outcome by NDCG.
    pub order_outcome: Outcome,
    /// All of it in words.
    pub text: String,
}

/// Our system less the simple one on the same draws.
pub(super) struct PairedDifferences {
    pub(super) recall: Estimate,
    pub(super) ndcg: Estimate,
    pub(super) num_clusters: usize,
    pub(super) num_draws: usize,
}

impl Verdict {
    pub(super) fn new(
        ours: &SystemFigures,
        best: &SystemFigures,
        at: usize,
        num_targets: usize,
        view: View,
        differences: PairedDifferences,
    ) -> Verdict {
        let PairedDifferences { recall: difference, ndcg: ndcg_difference, num_clusters, num_draws } = differences;
        let can_tell = num_clusters >= LEAST_CLUSTERS && num_draws > 0;
        let (ours_at, best_at) = (&ours.at[at], &best.at[at]);
        let k = ours_at.k;
        let (outcome, order_outcome) = (Outcome::of(&difference, can_tell), Outcome::of(&ndcg_difference, can_tell));
        let (recall, baseline_recall) = (ours_at.recall.value, best_at.recall.value);
        let which = if view.allows_repeats() { "targets" } else { "targets that are new to the shopper" };
        let mut text = format!(
            "On {} {which} {} finds {} of what came next in its first {k}, the best simple method ({}) {}: {}.",
            thousands(num_targets as u64),
            ours.name,
            percent(recall),
            best.name,
            percent(baseline_recall),
            points(&difference),
        );
        text += match outcome {
            Outcome::Better => " It is better than the simple thing",
            Outcome::Tie => " These targets show no difference from the simple thing",
            Outcome::Worse => " It is worse than the simple thing: use that, or tune the model",
        };
        text += match (outcome, order_outcome) {
            (Outcome::Better, Outcome::Better) => ", and has the right items further up",
            (Outcome::Worse, Outcome::Worse) => ", and has the right items further down",
            (_, Outcome::Better) => "; its order is better",
            (_, Outcome::Worse) => "; its order is worse",
            (Outcome::Tie, Outcome::Tie) => ", nor does the order",
            (_, Outcome::Tie) => "; the order makes no difference",
        };
        text += &format!(": NDCG@{k} {}.", points(&ndcg_difference));
        if !can_tell {
            text += " The targets are of too few shoppers or sessions for the intervals to mean anything.";
        }
        Verdict {
            k,
            baseline: best.name.clone(),
            recall,
            baseline_recall,
            difference,
            ndcg_difference,
            outcome,
            order_outcome,
            text,
        }
    }
}

/// `4.1 points more (95 %: 3.5 to 4.7)`.
fn points(difference: &Estimate) -> String {
    let Estimate { value, low, high } = *difference;
    let sign = if value < 0.0 { -1.0 } else { 1.0 };
    let (near, far) = if value < 0.0 { (-high, -low) } else { (low, high) };
    let word = if value < 0.0 { "fewer" } else { "more" };
    format!("{:.1} points {word} (95 %: {:.1} to {:.1})", sign * value * 100.0, near * 100.0, far * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_from_the_side_of_the_larger() {
        let estimate = |value, low, high| Estimate { value, low, high };
        assert_eq!(points(&estimate(0.041, 0.035, 0.047)), "4.1 points more (95 %: 3.5 to 4.7)");
        assert_eq!(points(&estimate(-0.02, -0.03, 0.005)), "2.0 points fewer (95 %: -0.5 to 3.0)");
    }

    #[test]
    fn an_interval_with_zero_in_it_is_a_tie() {
        let estimate = |low, high| Estimate { value: (low + high) / 2.0, low, high };
        assert_eq!(Outcome::of(&estimate(0.01, 0.02), true), Outcome::Better);
        assert_eq!(Outcome::of(&estimate(-0.01, 0.02), true), Outcome::Tie);
        assert_eq!(Outcome::of(&estimate(0.0, 0.02), true), Outcome::Tie);
        assert_eq!(Outcome::of(&estimate(-0.02, -0.01), true), Outcome::Worse);
        assert_eq!(Outcome::of(&estimate(0.01, 0.02), false), Outcome::Tie);
    }
}
