//! Learns one table by any method: tunes on the held-out sessions, measures, then builds the matrix from all sessions.

use super::hyperparameters::Hyperparameters;
use super::learnt::HeldOut;
use super::popularity;
use super::rows::Truncation;
use super::settings::Settings;
use super::similarity::SimilarityChoice;
use super::spec::{LearntTable, TableSpec};
use super::task::{self, CountPairs};
use crate::counts::PairCounts;
use crate::measure::{Quality, Validation};
use crate::{CsrMatrix, Progress};
use std::cell::Cell;
use std::ops::Range;

/// A method that turns the counts of one table into weights.
pub(super) trait Method {
    /// Returns the name of the method.
    fn similarity(&self) -> SimilarityChoice;

    /// Returns the hyperparameters without tuning.
    fn untuned(&self, spec: &TableSpec<'_>) -> Hyperparameters;

    /// Searches for the best hyperparameters.
    fn tune(&self, bench: &Bench<'_>) -> Tuned;

    /// Makes the rows that the test cases of a bench need, as they are in a packed table.
    fn validated_rows(&self, bench: &Bench<'_>, hyperparameters: &Hyperparameters) -> CsrMatrix;

    /// Makes the rows of all items from counts, at full precision.
    fn all_rows(
        &self,
        spec: &TableSpec<'_>,
        counts: PairCounts,
        hyperparameters: &Hyperparameters,
        truncation: Truncation,
    ) -> CsrMatrix;
}

/// Result of a search for hyperparameters.
pub(super) struct Tuned {
    pub hyperparameters: Hyperparameters,
    pub value: f64,
    /// Evaluations after which a better value was found, and the value.
    pub curve: Vec<(usize, f64)>,
}

/// Evaluates hyperparameters on the held-out test cases.
pub(super) struct Bench<'a> {
    pub spec: &'a TableSpec<'a>,
    pub settings: &'a Settings,
    pub validation: Validation,
    pub truncation: Truncation,
    pub progress: &'a dyn Progress,
    counter: Box<dyn CountPairs + 'a>,
    /// The part of the search that runs, and its best objective.
    part: Cell<(&'static str, f64)>,
}

impl Bench<'_> {
    /// Counts the pairs of the sessions before the held-out ones.
    fn count(&self, hyperparameters: &Hyperparameters) -> PairCounts {
        self.counter.count(hyperparameters, self.settings.threshold())
    }

    /// Counts them nearly, for the search.
    pub fn estimate(&self, hyperparameters: &Hyperparameters) -> PairCounts {
        self.counter.estimate(hyperparameters, self.settings.threshold())
    }

    /// Counts them for the figures that go with the table: nearly, where the search has done so before.
    pub fn count_for_figures(&self, hyperparameters: &Hyperparameters) -> PairCounts {
        if self.settings.tune { self.estimate(hyperparameters) } else { self.count(hyperparameters) }
    }

    /// Measures rows of the items that the test cases need.
    pub fn measure(&self, rows: &CsrMatrix, hyperparameters: &Hyperparameters) -> Quality {
        self.validation.measure(rows, &task::ranking(self.spec.task, hyperparameters, true))
    }

    /// Names the part of the search that begins.
    pub fn begin(&self, part: &'static str) {
        self.part.set((part, f64::NEG_INFINITY));
    }

    /// Measures rows within the search.
    pub fn objective(&self, rows: &CsrMatrix, hyperparameters: &Hyperparameters) -> f64 {
        let objective = self.measure(rows, hyperparameters).objective();
        self.progress.advance(1);
        let (part, best) = self.part.get();
        if objective > best {
            self.part.set((part, objective));
            self.progress.found(&format!("{part}, best {objective:.4}"));
        }
        objective
    }
}

/// Learns one table.
pub(super) fn learn(
    spec: &TableSpec<'_>,
    method: &dyn Method,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let holdout = spec.holdout();
    let mut hyperparameters = method.untuned(spec);
    let (mut quality, mut held_out, mut curve) = (None, None, Vec::new());
    let cases = spec.test_cases(holdout, settings.seed);
    if !cases.is_empty() {
        let bench = Bench {
            spec,
            settings,
            validation: Validation::new(cases, spec.task.views(), spec.task.are_baskets(), spec.num_items),
            truncation: Truncation { neighbours: settings.neighbours, weight_bits: Some(settings.weight_bits) },
            progress,
            counter: spec.counter(spec.tuning_start(holdout)..holdout),
            part: Cell::new(("", f64::NEG_INFINITY)),
        };
        if settings.tune {
            let tuned = method.tune(&bench);
            let num_cases = bench.validation.num_cases();
            progress.finish(&format!("objective {:.4} on {num_cases} held-out events", tuned.value));
            (hyperparameters, curve) = (tuned.hyperparameters, tuned.curve);
        }
        let found = bench.measure(&method.validated_rows(&bench, &hyperparameters), &hyperparameters);
        quality = Some(found);
        if settings.keep_held_out {
            held_out = Some(HeldOut {
                matrix: build(spec, method, 0..holdout, &hyperparameters, settings).0,
                num_events: popularity::count(spec.sessions, 0..holdout, spec.num_items, settings.threshold()),
                views: spec.task.views(),
                are_baskets: spec.task.are_baskets(),
                cases: bench.validation.into_cases(),
                objective: found.objective(),
            });
        }
    }

    progress.start(&format!("{}: building the table", spec.name), 0);
    let (matrix, pairs_kept, pairs_removed) = build(spec, method, 0..spec.sessions.len(), &hyperparameters, settings);
    progress.finish(&format!("{pairs_kept} pairs of items, {pairs_removed} removed by the privacy threshold"));
    let similarity = method.similarity();
    LearntTable { similarity, matrix, hyperparameters, quality, held_out, curve, pairs_kept, pairs_removed }
}

/// Builds the matrix of all items from some sessions, and returns how many pairs the privacy threshold kept and
/// removed.
fn build(
    spec: &TableSpec<'_>,
    method: &dyn Method,
    range: Range<usize>,
    hyperparameters: &Hyperparameters,
    settings: &Settings,
) -> (CsrMatrix, u64, u64) {
    let counts = spec.counter(range).count(hyperparameters, settings.threshold());
    let (pairs_kept, pairs_removed) = (counts.pairs_kept, counts.pairs_removed);
    let truncation = Truncation { neighbours: super::spec::MAX_NEIGHBOURS.max(settings.neighbours), weight_bits: None };
    (method.all_rows(spec, counts, hyperparameters, truncation).sorted(), pairs_kept, pairs_removed)
}
