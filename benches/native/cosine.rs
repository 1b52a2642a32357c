//! The peers' similarity, made with Vicino's own counting kernel.

use vicino::counts::{PairCounter, PairWeighting, Rows};
use vicino::events::EventLog;
use vicino::{ItemIx, SparseMatrix};

/// Every pair of a session counts once, whatever its direction, distance and age.
const PLAIN: PairWeighting =
    PairWeighting { forward_power: 0.0, backward_power: 0.0, backward_share: 1.0, recency: 0.0, length_power: 0.0 };

/// The `neighbours` most similar items of every item, by the cosine of their columns in the matrix of sessions and
/// items: exactly what `implicit`'s `CosineRecommender` computes, less each item's similarity to itself.
///
/// s(h, c) = sum over sessions of n_h n_c / sqrt(sum of n_h^2 * sum of n_c^2), with n the item's events in a session.
pub fn cosine(log: &EventLog, neighbours: usize) -> SparseMatrix {
    let sessions = &log.sessions;
    let num_items = log.item_ids.len();
    let longest = (0..sessions.len()).map(|session| sessions.items_of(session).len()).max().unwrap_or(0);
    let ages = vec![0.0; sessions.len()];
    let counts = PairCounter::new(sessions, 0..sessions.len(), &ages, num_items, longest).count(&PLAIN, 1);

    let inverse_norms: Vec<f32> = squares(log).iter().map(|&square| 1.0 / square.max(1.0).sqrt()).collect();
    let top = Rows::build(num_items, Vec::new, |entries, row, columns, values| {
        let (row_columns, row_values) = counts.pairs.row(row);
        entries.clear();
        entries.extend(
            row_columns
                .iter()
                .zip(row_values)
                .map(|(&column, &value)| (column, value * inverse_norms[row] * inverse_norms[column.as_usize()])),
        );
        if entries.len() > neighbours {
            entries.select_nth_unstable_by(neighbours, |a: &(ItemIx, f32), b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            entries.truncate(neighbours);
        }
        for &(column, value) in entries.iter() {
            columns.push(column);
            values.push(value);
        }
    });
    let entries = |row| {
        let (columns, values) = top.row(row);
        columns.iter().copied().zip(values.iter().copied()).collect()
    };
    SparseMatrix::from_rows((0..num_items).map(entries).collect())
}

/// For each item, the sum over sessions of its events there, squared.
fn squares(log: &EventLog) -> Vec<f32> {
    let mut squares = vec![0.0f32; log.item_ids.len()];
    let mut items = Vec::new();
    for session in 0..log.sessions.len() {
        items.clear();
        items.extend_from_slice(log.sessions.items_of(session));
        items.sort_unstable();
        for run in items.chunk_by(|a, b| a == b) {
            squares[run[0].as_usize()] += (run.len() * run.len()) as f32;
        }
    }
    squares
}
