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

    /// Takes a matrix in CSR form: `num_items + 1` positions into `columns` and `weights`. Rows that do not ascend are sorted.
    ///
    /// `O(num_entries)` without a copy if all rows ascend.
    ///
    /// # Panics
    /// If the lengths do not fit together; debug builds also if a row names a column twice.
    pub fn from_csr(offsets: Vec<usize>, mut columns: Vec<ItemIx>, mut weights: Vec<f32>) -> SparseMatrix {
        let num_entries = offsets.last().copied().unwrap_or(0);
        assert!(columns.len() == num_entries && weights.len() == num_entries, "an entry without column or weight");
        let mut row = Vec::new();
        for range in offsets.windows(2).map(|ends| ends[0]..ends[1]) {
            let (columns, weights) = (&mut columns[range.clone()], &mut weights[range]);
            if !columns.is_sorted() {
                row.clear();
                row.extend(columns.iter().copied().zip(weights.iter().copied()));
                row.sort_unstable_by_key(|&(column, _)| column);
                for (at, &(column, weight)) in row.iter().enumerate() {
                    (columns[at], weights[at]) = (column, weight);
                }
            }
            debug_assert!(columns.is_sorted_by(|a, b| a < b), "a column stands twice in a row");
        }
        SparseMatrix { offsets, columns, weights }
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

/// Entries of a row up to which comparing all with all is faster than sorting.
const SHORT_ROW: usize = 96;

/// Sorts the entries of rows, which are short and many.
#[derive(Debug, Default)]
pub(crate) struct RowSorter {
    columns: Vec<u32>,
    sorted: Vec<u64>,
}

impl RowSorter {
    /// Sorts entries with the column, each a different one, in the upper half.
    ///
    /// A short row's entry goes where the number of smaller columns says, which a processor counts several at a time and
    /// without a branch.
    pub(crate) fn sort(&mut self, entries: &mut Vec<u64>) {
        if entries.len() > SHORT_ROW {
            return entries.sort_unstable();
        }
        let column = |entry: u64| (entry >> 32) as u32;
        self.columns.clear();
        self.columns.extend(entries.iter().map(|&entry| column(entry)));
        self.sorted.clear();
        self.sorted.resize(entries.len(), 0);
        for &entry in &*entries {
            let smaller: u32 = self.columns.iter().map(|&other| u32::from(other < column(entry))).sum();
            self.sorted[smaller as usize] = entry;
        }
        std::mem::swap(entries, &mut self.sorted);
    }
}

#[cfg(test)]
mod tests {
    use super::{RowSorter, SparseMatrix};
    use crate::ItemIx;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_and_long_rows_are_sorted(columns in prop::collection::hash_set(any::<u32>(), 0..200)) {
            let mut entries: Vec<u64> = columns.iter().map(|&column| u64::from(column) << 32 | 7).collect();
            let mut expected = entries.clone();
            expected.sort_unstable();
            RowSorter::default().sort(&mut entries);
            prop_assert_eq!(entries, expected);
        }
    }

    #[test]
    fn both_ways_to_build_a_matrix_sort_its_rows() {
        let rows = vec![vec![(ItemIx(2), 0.5), (ItemIx(1), 0.25)], vec![], vec![(ItemIx(0), 1.0), (ItemIx(1), 2.0)]];
        let columns = [2, 1, 0, 1].map(ItemIx).to_vec();
        let matrix = SparseMatrix::from_csr(vec![0, 2, 2, 4], columns, vec![0.5, 0.25, 1.0, 2.0]);
        assert_eq!(matrix, SparseMatrix::from_rows(rows));
        assert_eq!(matrix.row(ItemIx(0)), (&[ItemIx(1), ItemIx(2)][..], &[0.25, 0.5][..]));
    }
}
