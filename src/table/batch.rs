//! Many rows at a time, and the sink that takes rows.

use super::cell::{Cell, Damage, MAX_WANTED, Row};
use super::column;

/// Many rows of a Parquet file, a column for each wanted one.
pub(crate) struct Batch<'a> {
    /// The line of the first row.
    pub(crate) first_line: u64,
    pub(crate) num_rows: usize,
    pub(crate) columns: &'a [column::Column],
    pub(super) names: &'a [&'a str],
}

impl<'a> Batch<'a> {
    /// A row of the batch, by its position.
    pub(crate) fn row<'c>(&self, row: usize, cells: &'c mut [Cell<'a>; MAX_WANTED]) -> Row<'c>
    where
        'a: 'c,
    {
        let line = self.first_line + row as u64;
        for ((cell, column), name) in cells.iter_mut().zip(self.columns).zip(self.names) {
            match column.cell(row) {
                Ok(value) => *cell = value,
                Err(bytes) => {
                    let found = String::from_utf8_lossy(bytes).chars().take(80).collect();
                    return Row::Damaged { line, damage: Damage::Utf8 { column: (*name).to_owned(), found } };
                }
            }
        }
        Row::Cells { line, cells: &cells[..self.columns.len()] }
    }
}

/// Takes rows in, as they come: one by one or many at a time.
pub(crate) trait Sink {
    fn row(&mut self, row: Row<'_>);

    fn batch(&mut self, batch: &Batch<'_>);
}
