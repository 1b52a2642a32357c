//! The cosine without tuning: truncated while it is counted, so that the counts of all pairs are never in memory.

use super::hyperparameters::Hyperparameters;
use super::rows::{largest, quantise};
use super::settings::Settings;
use super::similarity::SimilarityChoice;
use super::spec::{LearntTable, TableSpec};
use super::task;
use super::with_similarity::MAX_DISTINCT;
use crate::Progress;
use crate::counts::{CosineOptions, cosines};
use crate::measure::{Quality, Validation};

/// Learns a table of plain cosines: the table of [`WithSimilarity`](super::with_similarity::WithSimilarity) without
/// tuning, up to the rounding of sums.
pub(super) fn learn(
    spec: &TableSpec<'_>,
    hyperparameters: Hyperparameters,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let options = CosineOptions {
        neighbours: settings.neighbours,
        threshold: settings.threshold(),
        distinct: Some(MAX_DISTINCT),
        wanted: None,
    };
    let measure = || {
        let holdout = spec.holdout();
        let cases = spec.test_cases(holdout, settings.seed);
        if cases.is_empty() {
            return None;
        }
        let validation = Validation::new(cases, spec.task.views(), spec.task.are_baskets(), spec.num_items);
        Some(measure(spec, holdout, &validation, &hyperparameters, &options, settings))
    };
    progress.start(&format!("{}: building the table", spec.name), 0);
    let build = || cosines(spec.sessions, 0..spec.sessions.len(), spec.num_items, &options);
    let (quality, found) = rayon::join(measure, build);
    let (pairs_kept, pairs_removed) = (found.pairs_kept, found.pairs_removed);
    progress.finish(&format!("{pairs_kept} pairs of items, {pairs_removed} removed by the privacy threshold"));
    LearntTable {
        similarity: SimilarityChoice::Cosine,
        matrix: found.rows.sorted(),
        hyperparameters,
        quality,
        held_out: None,
        curve: Vec::new(),
        pairs_kept,
        pairs_removed,
    }
}

/// Measures a table of the older sessions on the held-out ones.
fn measure(
    spec: &TableSpec<'_>,
    holdout: usize,
    validation: &Validation,
    hyperparameters: &Hyperparameters,
    options: &CosineOptions<'_>,
    settings: &Settings,
) -> Quality {
    let options = CosineOptions { wanted: Some(&validation.wanted), ..*options };
    let mut rows = cosines(spec.sessions, spec.tuning_start(holdout)..holdout, spec.num_items, &options).rows;
    rows.change_rows(|_, _, values| {
        let most = largest(values.iter().copied());
        quantise(values.iter_mut(), most, settings.weight_bits);
    });
    validation.measure(&rows, &task::ranking(spec.task, hyperparameters, true))
}
