//! The peers' similarity, made with Vicino's own counting kernel.

use vicino::CsrMatrix;
use vicino::counts::{CosineOptions, PrivacyThreshold, cosines};
use vicino::events::EventLog;

/// The `neighbours` most similar items of every item, by the cosine of their columns in the matrix of sessions and
/// items: exactly what `implicit`'s `CosineRecommender` computes, less each item's similarity to itself.
pub fn cosine(log: &EventLog, neighbours: usize) -> CsrMatrix {
    let options = CosineOptions { neighbours, threshold: PrivacyThreshold::NONE, distinct: None, wanted: None };
    let rows = cosines(&log.sessions, 0..log.sessions.len(), log.item_ids.len(), &options).rows;
    rows.sorted()
}
