//! The steps of the recipe from counts to weights: normalise, walk, blend.

use crate::counts::PairCounts;
use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
use crate::learn::rows::{Truncation, finish, keep_heaviest};
use crate::math;
use crate::{CsrMatrix, ItemIx};

/// Entries of a row that the walk follows.
const WALK_WIDTH: usize = 60;
/// Entries of a walked row that are kept.
const WALK_KEPT: usize = 200;

/// Normalised co-occurrence: every row adds up to 1; `evidence` has the sums before normalising.
#[derive(Clone, Debug)]
pub(super) struct CoOccurrence {
    pub rows: CsrMatrix,
    pub evidence: Vec<f32>,
    pub item_weights: Vec<f32>,
}

/// Normalises counts: A[h,c] = v[h,c] / ((n_h + shrinkage)^row_power n_c^column_power), and each row divided by its
/// sum.
pub(super) fn normalise(counts: PairCounts, hyperparameters: &Hyperparameters) -> CoOccurrence {
    let PairCounts { pairs, item_weights, .. } = counts;
    let column_factor: Vec<f32> = item_weights
        .iter()
        .map(|&n| libm::pow(f64::from(n).max(1e-9), -hyperparameters[Hyperparameter::ColumnPower]) as f32)
        .collect();
    let mut rows = pairs;
    let evidence = rows.change_rows(|row, columns, values| {
        let mut sum = 0.0;
        for (value, column) in values.iter_mut().zip(columns) {
            *value *= column_factor[column.as_usize()];
            sum += *value;
        }
        if sum <= 0.0 {
            return 0.0;
        }
        values.iter_mut().for_each(|value| *value /= sum);
        let own = f64::from(item_weights[row]) + hyperparameters[Hyperparameter::Shrinkage];
        (f64::from(sum) * libm::pow(own, -hyperparameters[Hyperparameter::RowPower])) as f32
    });
    CoOccurrence { rows, evidence, item_weights }
}

/// Walks two steps: B[h,c] = sum over j of T[h,j] T[j,c] for c other than h, where T has the largest [`WALK_WIDTH`]
/// entries of each row; the best [`WALK_KEPT`] of a row are kept. Rows of items that are not `wanted` (all are without
/// it) stay empty.
/// `O(rows * WALK_WIDTH^2)`.
pub(super) fn walk(direct: &CsrMatrix, wanted: Option<&[ItemIx]>) -> CsrMatrix {
    let top = CsrMatrix::build(direct.num_rows(), Vec::new, |entries, row, columns, values| {
        let (from_columns, from_values) = direct.row(row);
        entries.clear();
        entries.extend(from_columns.iter().copied().zip(from_values.iter().copied()));
        keep_heaviest(entries, WALK_WIDTH);
        for &(column, value) in entries.iter() {
            columns.push(column);
            values.push(value);
        }
    });
    let num_items = direct.num_rows();
    let mut is_wanted = vec![wanted.is_none(); num_items];
    for item in wanted.unwrap_or_default() {
        is_wanted[item.as_usize()] = true;
    }
    let scratch = || (vec![0.0f32; num_items], Vec::new(), Vec::new());
    CsrMatrix::build(num_items, scratch, |(sums, touched, entries): &mut Walked, row, columns, values| {
        if !is_wanted[row] {
            return;
        }
        let (first_columns, first_values) = top.row(row);
        for (first, &weight) in first_columns.iter().zip(first_values) {
            let (second_columns, second_values) = top.row(first.as_usize());
            for (second, &value) in second_columns.iter().zip(second_values) {
                let sum = &mut sums[second.as_usize()];
                if *sum == 0.0 {
                    touched.push(*second);
                }
                *sum += weight * value;
            }
        }
        entries.clear();
        for item in touched.drain(..) {
            let sum = std::mem::take(&mut sums[item.as_usize()]);
            if item.as_usize() != row && sum > 0.0 {
                entries.push((item, sum));
            }
        }
        keep_heaviest(entries, WALK_KEPT);
        for &(column, value) in entries.iter() {
            columns.push(column);
            values.push(value);
        }
    })
}

/// Sums by item, items with a sum, entries of the row.
type Walked = (Vec<f32>, Vec<ItemIx>, Vec<(ItemIx, f32)>);

/// Blends direct co-occurrence with the walk for the items of `wanted`, one row each.
///
/// x[h,c] = direct_share A[h,c] + walk_share g / (n_h + g) B[h,c] with g = `walk_half`, then
/// W[h,c] = evidence_h^evidence_power (x[h,c] (n_c + 1)^-popularity_damping)^weight_power.
/// Without a `walked` matrix the blend is the direct part alone.
pub(super) fn blend(
    direct: &CoOccurrence,
    walked: Option<&CsrMatrix>,
    hyperparameters: &Hyperparameters,
    wanted: &[ItemIx],
    truncation: Truncation,
) -> CsrMatrix {
    let damping: Vec<f32> = direct
        .item_weights
        .iter()
        .map(|&n| libm::pow(f64::from(n) + 1.0, -hyperparameters[Hyperparameter::PopularityDamping]) as f32)
        .collect();
    let damped = |column: ItemIx, value: f32| value * damping[column.as_usize()];
    let direct_share = hyperparameters[Hyperparameter::DirectShare] as f32;
    let weight_power = hyperparameters[Hyperparameter::WeightPower] as f32;
    let finish_row =
        |entries: &mut Vec<(ItemIx, f32)>, item: usize, columns: &mut Vec<ItemIx>, values: &mut Vec<f32>| {
            keep_heaviest(entries, truncation.neighbours);
            let evidence = f64::from(direct.evidence[item]).max(1e-12);
            let scale = libm::pow(evidence, hyperparameters[Hyperparameter::EvidencePower]) as f32;
            for entry in entries.iter_mut() {
                entry.1 = scale * math::pow(entry.1, weight_power);
            }
            finish(entries, truncation, columns, values);
        };
    let num_items = direct.item_weights.len();
    let scratch = || (vec![0.0f32; num_items], Vec::new(), Vec::new());
    CsrMatrix::build(wanted.len(), scratch, |(sums, touched, entries): &mut Walked, at, columns, values| {
        let item = wanted[at].as_usize();
        let half = hyperparameters[Hyperparameter::WalkHalf];
        let walk_share =
            hyperparameters[Hyperparameter::WalkShare] * half / (f64::from(direct.item_weights[item]) + half);
        entries.clear();
        let Some(walked) = walked else {
            let (row_columns, row_values) = direct.rows.row(item);
            entries.extend(row_columns.iter().zip(row_values).map(|(&column, &value)| (column, damped(column, value))));
            return finish_row(entries, item, columns, values);
        };
        for (rows, share) in [(&direct.rows, direct_share), (walked, walk_share as f32)] {
            let (row_columns, row_values) = rows.row(item);
            for (column, &value) in row_columns.iter().zip(row_values) {
                let sum = &mut sums[column.as_usize()];
                if *sum == 0.0 {
                    touched.push(*column);
                }
                *sum += share * value;
            }
        }
        for column in touched.drain(..) {
            entries.push((column, damped(column, std::mem::take(&mut sums[column.as_usize()]))));
        }
        finish_row(entries, item, columns, values);
    })
}
