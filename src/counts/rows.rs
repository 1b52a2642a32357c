//! Rows of item-value pairs, built in parallel, the same for any number of threads.

use crate::ItemIx;
use rayon::prelude::*;
use std::ops::Range;

/// One list of (column, value) per row, in CSR form; columns in no particular order, each at most once a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// `num_rows + 1` positions into `columns` and `values`.
    pub offsets: Vec<usize>,
    /// Items.
    pub columns: Vec<ItemIx>,
    /// One value for each column.
    pub values: Vec<f32>,
}

/// Rows that one task builds: enough to hide its cost, few enough to balance.
const TASK_ROWS: usize = 256;

impl Rows {
    /// Builds `num_rows` rows; `fill(scratch, row, columns, values)` appends the entries of one row.
    ///
    /// Every row is filled by one thread with its own `scratch`, so the result does not depend on how many there are.
    pub fn build<S>(
        num_rows: usize,
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Vec<ItemIx>, &mut Vec<f32>) + Sync + Send,
    ) -> Rows {
        let tasks: Vec<Range<usize>> = (0..num_rows.div_ceil(TASK_ROWS))
            .map(|task| task * TASK_ROWS..((task + 1) * TASK_ROWS).min(num_rows))
            .collect();
        Rows::build_tasks(&tasks, scratch, fill)
    }

    /// As [`build`](Rows::build), where `tasks` are the rows that one thread fills at a time: consecutive, from 0.
    pub(crate) fn build_tasks<S>(
        tasks: &[Range<usize>],
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Vec<ItemIx>, &mut Vec<f32>) + Sync + Send,
    ) -> Rows {
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
        let mut rows = Rows {
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

    /// How many rows there are.
    pub fn num_rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The columns and values of a row.
    #[inline]
    pub fn row(&self, row: usize) -> (&[ItemIx], &[f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.columns[range.clone()], &self.values[range])
    }
}
