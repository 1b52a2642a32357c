//! A sparse item-item matrix: what learning hands to packing.

use crate::ItemIx;

/// A sparse `num_items x num_items` matrix of weights in CSR form, columns ascending within a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseMatrix {
    offsets: Vec<usize>,
    columns: Vec<ItemIx>,
    weights: Vec<f32>,
}

impl SparseMatrix {
    /// Builds the matrix from one list of (column, weight) per row; each list is sorted here.
    ///
    /// # Panics
    /// Debug builds panic if a row names a column twice.
    pub fn from_rows(rows: Vec<Vec<(ItemIx, f32)>>) -> SparseMatrix {
        let num_entries = rows.iter().map(Vec::len).sum();
        let mut matrix = SparseMatrix {
            offsets: Vec::with_capacity(rows.len() + 1),
            columns: Vec::with_capacity(num_entries),
            weights: Vec::with_capacity(num_entries),
        };
        matrix.offsets.push(0);
        for mut row in rows {
            row.sort_unstable_by_key(|&(column, _)| column);
            debug_assert!(row.windows(2).all(|pair| pair[0].0 < pair[1].0), "a column stands twice in a row");
            for (column, weight) in row {
                matrix.columns.push(column);
                matrix.weights.push(weight);
            }
            matrix.offsets.push(matrix.columns.len());
        }
        matrix
    }

    /// How many rows, and columns, the matrix has.
    pub fn num_items(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// How many entries are stored.
    pub fn num_entries(&self) -> usize {
        self.columns.len()
    }

    /// The columns (ascending) and weights of row `item`.
    pub fn row(&self, item: ItemIx) -> (&[ItemIx], &[f32]) {
        let range = self.offsets[item.as_usize()]..self.offsets[item.as_usize() + 1];
        (&self.columns[range.clone()], &self.weights[range])
    }
}
