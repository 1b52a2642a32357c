//! The peers' similarity, made with Vicino's own counting kernel.

use vicino::SparseMatrix;
use vicino::counts::cosines;
use vicino::events::EventLog;

/// The `neighbours` most similar items of every item, by the cosine of their columns in the matrix of sessions and
/// items: exactly what `implicit`'s `CosineRecommender` computes, less each item's similarity to itself.
pub fn cosine(log: &EventLog, neighbours: usize) -> SparseMatrix {
    let rows = cosines(&log.sessions, log.item_ids.len(), neighbours, 1).rows;
    SparseMatrix::from_csr(rows.offsets, rows.columns, rows.values)
}
