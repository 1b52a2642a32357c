//! The interface of a similarity, and the shaping of rows that is the same for all.

use crate::counts::PairCounts;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::learn::rows::{Truncation, finish, keep_heaviest, largest};
use crate::math;
use crate::{CsrMatrix, ItemIx};

/// A method that turns counts into weights.
pub(in crate::learn) trait Similarity: Sync {
    /// Returns its own hyperparameters that the search moves, beside those of counting, of rows and of ranking.
    fn movable(&self) -> &'static [Hyperparameter];

    /// Sets its own hyperparameters to the values of the paper.
    fn plain(&self, values: &mut Hyperparameters);

    /// Returns the share of a search's evaluations that weigh anew; the others move rows and ranking on one matrix.
    fn share_of_search(&self) -> f64 {
        0.6
    }

    /// Makes one row of positive weights for each item of `wanted`, at most the `most` heaviest of each.
    fn weigh(&self, counts: &PairCounts, values: &Hyperparameters, wanted: &[ItemIx], most: usize) -> CsrMatrix;
}

/// Truncates rows of weights x and shapes the rest: with m the row's largest x,
/// W[h,c] = m^evidence_power (x[h,c] / m)^weight_power. Both powers at 1 leave the weights alone.
pub(in crate::learn) fn shape(rows: &CsrMatrix, values: &Hyperparameters, truncation: Truncation) -> CsrMatrix {
    let (scale_power, power) =
        (values[Hyperparameter::EvidencePower] as f32, values[Hyperparameter::WeightPower] as f32);
    CsrMatrix::build(rows.num_rows(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, row, columns, values| {
        let (row_columns, row_values) = rows.row(row);
        entries.clear();
        entries.extend(row_columns.iter().copied().zip(row_values.iter().copied()));
        keep_heaviest(entries, truncation.neighbours);
        let most = largest(entries.iter().map(|entry| entry.1));
        let factor = math::pow(most, scale_power);
        for entry in entries.iter_mut() {
            entry.1 = factor * math::pow(entry.1 / most, power);
        }
        finish(entries, truncation, columns, values);
    })
}

#[cfg(test)]
pub(in crate::learn) mod tests {
    use super::*;

    /// Rows from lists of (column, value).
    pub(in crate::learn) fn rows(lists: &[&[(u32, f32)]]) -> CsrMatrix {
        let fill = |(): &mut (), row: usize, columns: &mut Vec<ItemIx>, values: &mut Vec<f32>| {
            columns.extend(lists[row].iter().map(|entry| ItemIx(entry.0)));
            values.extend(lists[row].iter().map(|entry| entry.1));
        };
        CsrMatrix::build(lists.len(), || (), fill)
    }

    #[test]
    fn rows_are_shaped_by_two_powers() {
        let mut hyperparameters = Hyperparameters::default();
        (hyperparameters[Hyperparameter::EvidencePower], hyperparameters[Hyperparameter::WeightPower]) = (0.5, 2.0);
        let truncation = Truncation { neighbours: 2, weight_bits: None };
        let shaped = shape(&rows(&[&[(1, 0.02), (2, 0.16), (3, 0.08)], &[]]), &hyperparameters, truncation);
        // The largest, 0.16, becomes 0.4; the other is half of it, squared a quarter.
        let (columns, values) = shaped.row(0);
        let mut found: Vec<(ItemIx, f32)> = columns.iter().copied().zip(values.iter().copied()).collect();
        found.sort_by_key(|entry| entry.0);
        assert_eq!(found.iter().map(|entry| entry.0).collect::<Vec<_>>(), [ItemIx(2), ItemIx(3)]);
        assert!((found[0].1 - 0.4).abs() < 1e-6 && (found[1].1 - 0.1).abs() < 1e-6, "{found:?}");
        assert_eq!(shaped.row(1).0, []);
    }
}
