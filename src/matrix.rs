//! A sparse matrix of items: the form of counts, of learnt weights and of the tables that are packed.

use crate::ItemIx;
use rayon::prelude::*;
use std::ops::Range;

/// A sparse matrix in CSR form: one list of (column, value) per row, each column at most once a row.
///
/// Columns ascend within a row after [`from_rows`](CsrMatrix::from_rows), [`sorted`](CsrMatrix::sorted) and
/// [`transpose`](CsrMatrix::transpose), and are in any order otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CsrMatrix {
    /// `num_rows + 1` positions into `columns` and `values`.
    offsets: Vec<usize>,
    columns: Vec<ItemIx>,
    values: Vec<f32>,
}

/// Rows that one task builds: enough to hide its cost, few enough to balance.
const TASK_ROWS: usize = 256;

impl CsrMatrix {
    /// Builds the matrix from one list of (column, value) per row; each list is sorted here.
    ///
    /// # Panics
    /// Debug builds panic if a row names a column twice.
    pub fn from_rows(rows: Vec<Vec<(ItemIx, f32)>>) -> CsrMatrix {
        let num_entries = rows.iter().map(Vec::len).sum();
        let mut matrix = CsrMatrix {
            offsets: Vec::with_capacity(rows.len() + 1),
            columns: Vec::with_capacity(num_entries),
            values: Vec::with_capacity(num_entries),
        };
        matrix.offsets.push(0);
        for row in rows {
            for (column, value) in row {
                matrix.columns.push(column);
                matrix.values.push(value);
            }
            matrix.offsets.push(matrix.columns.len());
        }
        matrix.sorted()
    }

    /// Joins the parts of a matrix: `num_rows + 1` positions, and the columns and values that they point into.
    pub(crate) fn from_parts(offsets: Vec<usize>, columns: Vec<ItemIx>, values: Vec<f32>) -> CsrMatrix {
        debug_assert!(offsets.last() == Some(&columns.len()) && columns.len() == values.len());
        CsrMatrix { offsets, columns, values }
    }

    /// Builds `num_rows` rows in parallel; `fill(scratch, row, columns, values)` appends the entries of one row.
    ///
    /// Every row is filled by one thread with its own `scratch`, so the result does not depend on how many there are.
    pub fn build<S>(
        num_rows: usize,
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Vec<ItemIx>, &mut Vec<f32>) + Sync + Send,
    ) -> CsrMatrix {
        let tasks: Vec<Range<usize>> = (0..num_rows.div_ceil(TASK_ROWS))
            .map(|task| task * TASK_ROWS..((task + 1) * TASK_ROWS).min(num_rows))
            .collect();
        CsrMatrix::build_tasks(&tasks, scratch, fill)
    }

    /// As [`build`](CsrMatrix::build), where `tasks` are the rows that one thread fills at a time: consecutive, from 0.
    pub(crate) fn build_tasks<S>(
        tasks: &[Range<usize>],
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Vec<ItemIx>, &mut Vec<f32>) + Sync + Send,
    ) -> CsrMatrix {
        struct Block {
            lengths: Vec<u32>,
            columns: Vec<ItemIx>,
            values: Vec<f32>,
        }
        let blocks: Vec<Block> = tasks
            .par_iter()
            .map_init(&scratch, |scratch, rows| {
                let mut built =
                    Block { lengths: Vec::with_capacity(rows.len()), columns: Vec::new(), values: Vec::new() };
                for row in rows.clone() {
                    let before = built.columns.len();
                    fill(scratch, row, &mut built.columns, &mut built.values);
                    built.lengths.push((built.columns.len() - before) as u32);
                }
                built
            })
            .collect();

        let num_entries = blocks.iter().map(|block| block.columns.len()).sum();
        let mut rows = CsrMatrix {
            offsets: Vec::with_capacity(tasks.last().map_or(0, |rows| rows.end) + 1),
            columns: Vec::with_capacity(num_entries),
            values: Vec::with_capacity(num_entries),
        };
        let mut end = 0;
        rows.offsets.push(end);
        for block in blocks {
            for length in block.lengths {
                end += length as usize;
                rows.offsets.push(end);
            }
            rows.columns.extend_from_slice(&block.columns);
            rows.values.extend_from_slice(&block.values);
        }
        rows
    }

    /// Sorts the columns of each row that are not ascending yet; `O(num_entries)` without a copy if all are.
    ///
    /// # Panics
    /// Debug builds panic if a row names a column twice.
    #[must_use]
    pub fn sorted(mut self) -> CsrMatrix {
        let mut row = Vec::new();
        for range in self.offsets.windows(2).map(|ends| ends[0]..ends[1]) {
            let (columns, values) = (&mut self.columns[range.clone()], &mut self.values[range]);
            if !columns.is_sorted() {
                row.clear();
                row.extend(columns.iter().copied().zip(values.iter().copied()));
                row.sort_unstable_by_key(|&(column, _)| column);
                for (at, &(column, value)) in row.iter().enumerate() {
                    (columns[at], values[at]) = (column, value);
                }
            }
            debug_assert!(columns.is_sorted_by(|a, b| a < b), "a row names a column twice");
        }
        self
    }

    /// Turns rows into columns: the result has `num_columns` rows. `O(num_rows + num_columns + num_entries)`.
    ///
    /// # Panics
    /// If an entry's column is not below `num_columns`.
    pub fn transpose(&self, num_columns: usize) -> CsrMatrix {
        let mut offsets = vec![0usize; num_columns + 1];
        for column in &self.columns {
            offsets[column.as_usize() + 1] += 1;
        }
        for at in 0..num_columns {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut columns = vec![ItemIx(0); self.columns.len()];
        let mut values = vec![0.0; self.columns.len()];
        for row in 0..self.num_rows() {
            let (row_columns, row_values) = self.row(row);
            for (column, &value) in row_columns.iter().zip(row_values) {
                let slot = &mut next[column.as_usize()];
                columns[*slot] = ItemIx(row as u32);
                values[*slot] = value;
                *slot += 1;
            }
        }
        CsrMatrix { offsets, columns, values }
    }

    /// Returns the number of rows.
    pub fn num_rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Returns the number of entries of all rows.
    pub fn num_entries(&self) -> usize {
        self.columns.len()
    }

    /// Returns the columns and values of row `row`.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline]
    pub fn row(&self, row: usize) -> (&[ItemIx], &[f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Changes the values of all rows in parallel, and returns what `change(row, columns, values)` does for each.
    #[cfg(feature = "cli")]
    pub(crate) fn change_rows<R: Send>(
        &mut self,
        change: impl Fn(usize, &[ItemIx], &mut [f32]) -> R + Sync + Send,
    ) -> Vec<R> {
        let num_rows = self.num_rows();
        let CsrMatrix { offsets, columns, values } = self;
        let (offsets, columns, mut rest) = (&offsets[..], &columns[..], &mut values[..]);
        let mut tasks = Vec::with_capacity(num_rows.div_ceil(TASK_ROWS));
        for start in (0..num_rows).step_by(TASK_ROWS) {
            let end = (start + TASK_ROWS).min(num_rows);
            let (of_task, others) = rest.split_at_mut(offsets[end] - offsets[start]);
            tasks.push((start..end, of_task));
            rest = others;
        }
        let changed: Vec<Vec<R>> = tasks
            .into_par_iter()
            .map(|(rows, mut values)| {
                let of_row = |row: usize| {
                    let range = offsets[row]..offsets[row + 1];
                    let (of_row, others) = std::mem::take(&mut values).split_at_mut(range.len());
                    values = others;
                    change(row, &columns[range], of_row)
                };
                rows.map(of_row).collect()
            })
            .collect();
        changed.into_iter().flatten().collect()
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
    /// A short row's entry goes where the number of smaller columns says, which a processor counts several at a time
    /// and without a branch.
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
    use super::{CsrMatrix, RowSorter};
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
    fn both_ways_to_build_a_matrix_give_sorted_rows() {
        let rows = vec![vec![(ItemIx(2), 0.5), (ItemIx(1), 0.25)], vec![], vec![(ItemIx(0), 1.0), (ItemIx(1), 2.0)]];
        let fill = |(): &mut (), row: usize, columns: &mut Vec<ItemIx>, values: &mut Vec<f32>| {
            columns.extend(rows[row].iter().map(|entry| entry.0));
            values.extend(rows[row].iter().map(|entry| entry.1));
        };
        let matrix = CsrMatrix::build(3, || (), fill).sorted();
        assert_eq!(matrix.row(0), (&[ItemIx(1), ItemIx(2)][..], &[0.25, 0.5][..]));
        assert_eq!((matrix.num_rows(), matrix.num_entries()), (3, 4));
        assert_eq!(matrix, CsrMatrix::from_rows(rows));
    }

    #[test]
    fn all_rows_are_changed_each_by_itself() {
        let row = |row: u32| (0..row % 3).map(|column| (ItemIx(column), 1.0)).collect();
        let mut matrix = CsrMatrix::from_rows((0..1000).map(row).collect());
        let lengths = matrix.change_rows(|row, columns, values| {
            values.iter_mut().for_each(|value| *value = row as f32);
            columns.len()
        });
        assert_eq!(lengths, (0..1000).map(|row| row % 3).collect::<Vec<_>>());
        assert_eq!([matrix.row(2).1, matrix.row(998).1, matrix.row(999).1], [&[2.0; 2][..], &[998.0; 2], &[]]);
    }

    #[test]
    fn rows_become_columns_and_back() {
        let matrix = CsrMatrix::from_rows(vec![vec![(ItemIx(2), 0.5)], vec![(ItemIx(0), 1.0), (ItemIx(2), 2.0)]]);
        let turned = matrix.transpose(3);
        assert_eq!(turned.row(2), (&[ItemIx(0), ItemIx(1)][..], &[0.5, 2.0][..]));
        assert_eq!(turned.transpose(2), matrix);
    }
}
