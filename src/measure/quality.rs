//! The quality that searches climb on, that models state of themselves, and that packing is judged by.

use super::recommender::Recommender;
use super::view::{View, ViewCases};
use super::{TestCases, metrics};
use crate::Silent;
use crate::model::Measurement;

/// Cut-off of all these figures.
pub const AT: usize = 20;

/// Views that a table is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// Both views, with the same weight.
    Both,
    /// Discovery alone.
    Discovery,
}

/// Metrics of one list at a cut-off of [`AT`], each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Recall@20.
    pub recall: f64,
    /// Reciprocal rank of the first target within the cut-off.
    pub mrr: f64,
    /// NDCG@20.
    pub ndcg: f64,
}

impl Outcome {
    /// Computes the metrics from the ranks of the targets that a list holds.
    pub fn of(ranks: &[usize], num_targets: usize) -> Outcome {
        if ranks.is_empty() {
            return Outcome::default();
        }
        Outcome {
            recall: metrics::recall(ranks, num_targets, AT),
            mrr: metrics::reciprocal_rank(ranks, AT),
            ndcg: metrics::ndcg(ranks, num_targets, AT),
        }
    }
}

/// Means over the test cases of one view at a cut-off of [`AT`], each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ViewQuality {
    /// Number of test cases.
    pub num_cases: usize,
    /// Mean Recall@20; with one target a case it equals the HitRate@20.
    pub recall: f64,
    /// MRR@20.
    pub mrr: f64,
    /// Mean NDCG@20.
    pub ndcg: f64,
    /// Share of the items that are in a list; `None` where targets are ranked without making lists.
    pub coverage: Option<f64>,
}

impl ViewQuality {
    /// Averages outcomes over `num_cases` cases.
    pub fn mean<'o>(outcomes: impl Iterator<Item = &'o Outcome> + Clone, num_cases: usize) -> ViewQuality {
        // The sum of nothing is -0.
        let sum = |value: fn(&Outcome) -> f64| 0.0 + outcomes.clone().map(value).sum::<f64>();
        let mean = |value| sum(value) / num_cases.max(1) as f64;
        ViewQuality {
            num_cases,
            recall: mean(|outcome| outcome.recall),
            mrr: mean(|outcome| outcome.mrr),
            ndcg: mean(|outcome| outcome.ndcg),
            coverage: None,
        }
    }
}

/// Quality in both views; tables that are judged by discovery alone have no other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Every target; lists may hold items of the history.
    pub all_targets: Option<ViewQuality>,
    /// Targets that are new; lists never hold an item of the history.
    pub discovery: ViewQuality,
    /// True if whole baskets are predicted: then order is judged by NDCG, else by MRR.
    pub are_baskets: bool,
}

impl Quality {
    /// Returns a quality of 0 in the views that a table is judged by.
    pub fn blank(views: Views, are_baskets: bool) -> Quality {
        let all_targets = (views == Views::Both).then(ViewQuality::default);
        Quality { all_targets, discovery: ViewQuality::default(), are_baskets }
    }

    /// Measures the lists of a system; the same for any number of threads.
    pub fn of_lists(cases: &TestCases, system: &dyn Recommender, views: Views, are_baskets: bool) -> Quality {
        let in_view = |view| {
            let cases = ViewCases::new(cases, view);
            let outcome = |case, list: &[_]| Outcome::of(&cases.ranks(case, list), cases.targets(case).count());
            let (outcomes, exposure) = cases.list(system, &[AT], &Silent, outcome);
            ViewQuality { coverage: Some(exposure.coverage(0)), ..ViewQuality::mean(outcomes.iter(), outcomes.len()) }
        };
        let all_targets = (views == Views::Both).then(|| in_view(View::AllTargets));
        Quality { all_targets, discovery: in_view(View::Discovery), are_baskets }
    }

    /// Returns the mean over the views of recall and order: HitRate@20 + MRR@20, or for baskets Recall@20 + NDCG@20.
    pub fn objective(&self) -> f64 {
        let value = |view: &ViewQuality| view.recall + if self.are_baskets { view.ndcg } else { view.mrr };
        match &self.all_targets {
            Some(all) => (value(all) + value(&self.discovery)) / 2.0,
            None => value(&self.discovery),
        }
    }

    /// Returns the binomial standard error of the share of hits among new targets, of which there are fewest.
    pub fn standard_error(&self) -> f64 {
        let ViewQuality { recall, num_cases, .. } = self.discovery;
        (recall * (1.0 - recall) / num_cases.max(1) as f64).sqrt()
    }

    /// Returns the figures that a model states of a table, by name: `table: metric@20`.
    pub fn measurements(&self, table: &str) -> Vec<Measurement> {
        let of_view = |view: &str, figures: &ViewQuality| {
            let figures = match self.are_baskets {
                false => [("HitRate", figures.recall), ("MRR", figures.mrr)],
                true => [("basket Recall", figures.recall), ("basket NDCG", figures.ndcg)],
            };
            let name = |metric| format!("{table}: {view}{metric}@{AT}");
            figures.map(|(metric, value)| Measurement { name: name(metric), value })
        };
        let all = self.all_targets.iter().flat_map(|all| of_view("", all));
        all.chain(of_view("discovery ", &self.discovery)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_objective_weighs_both_views_alike() {
        let all = ViewQuality { recall: 0.5, mrr: 0.25, ndcg: 0.4, ..ViewQuality::default() };
        let discovery = ViewQuality { recall: 0.25, mrr: 0.125, ndcg: 0.2, ..ViewQuality::default() };
        let both = Quality { all_targets: Some(all), discovery, are_baskets: false };
        assert_eq!(both.objective(), (0.75 + 0.375) / 2.0);
        assert_eq!(Quality { all_targets: None, ..both }.objective(), 0.375);
        assert_eq!(Quality { are_baskets: true, ..both }.objective(), (0.9 + 0.45) / 2.0);
    }

    #[test]
    fn measurements_are_named_by_table_view_and_metric() {
        let names = |quality: Quality, table| -> Vec<String> {
            quality.measurements(table).into_iter().map(|one| one.name).collect()
        };
        let next = ["next: HitRate@20", "next: MRR@20", "next: discovery HitRate@20", "next: discovery MRR@20"];
        assert_eq!(names(Quality::blank(Views::Both, false), "next"), next);
        let together = ["together: discovery basket Recall@20", "together: discovery basket NDCG@20"];
        assert_eq!(names(Quality::blank(Views::Discovery, true), "together"), together);
    }
}
