//! The cosine without tuning: cut as it is counted, so that the counts of all pairs are never in memory.

use super::alternative::{MAX_DISTINCT, plain};
use super::matrix::quantise;
use super::purpose::{LearntTable, Plan, to_matrix};
use super::similarity::Similarity;
use super::validation::Validation;
use super::{Settings, SimilarityChoice};
use crate::counts::{CosineOptions, cosines};
use crate::{CsrMatrix, ItemIx, Progress};

/// Learns a table of plain cosines, as [`alternative::learn`](super::alternative::learn) does, up to the rounding of sums.
pub(super) fn learn(
    plan: &Plan,
    similarity: &dyn Similarity,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let constants = plain(plan, similarity);
    let options = CosineOptions {
        neighbours: settings.neighbours,
        threshold: settings.threshold(),
        distinct: Some(MAX_DISTINCT),
        wanted: None,
    };
    let measure = || {
        let holdout = plan.holdout();
        let validation = Validation::new(plan.protocol, plan.examples(holdout, settings.seed), plan.num_items);
        if validation.num_examples() == 0 {
            return Vec::new();
        }
        let training = plan.tuning_start(holdout)..holdout;
        let options = CosineOptions { wanted: Some(&validation.wanted), ..options };
        let mut rows = cosines(plan.sessions, training, plan.num_items, &options).rows;
        quantise_rows(&mut rows, settings.weight_bits);
        plan.measurements(&validation.measure(&rows, &constants))
    };
    progress.start(&format!("{}: building the table", plan.name), 0);
    let build = || cosines(plan.sessions, 0..plan.sessions.len(), plan.num_items, &options);
    let (measurements, found) = rayon::join(measure, build);
    let (pairs_kept, pairs_removed) = (found.pairs_kept, found.pairs_removed);
    progress.finish(&format!("{pairs_kept} pairs of items, {pairs_removed} removed by the privacy threshold"));
    LearntTable {
        similarity: SimilarityChoice::Cosine,
        matrix: to_matrix(found.rows),
        constants,
        measurements,
        held_out: None,
        curve: Vec::new(),
        pairs_kept,
        pairs_removed,
    }
}

fn quantise_rows(rows: &mut CsrMatrix, weight_bits: u8) {
    let mut entries: Vec<(ItemIx, f32)> = Vec::new();
    for row in 0..rows.num_rows() {
        let (columns, values) = rows.row_mut(row);
        entries.clear();
        entries.extend(columns.iter().copied().zip(values.iter().copied()));
        quantise(&mut entries, weight_bits);
        values.iter_mut().zip(&entries).for_each(|(value, entry)| *value = entry.1);
    }
}
