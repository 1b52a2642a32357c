//! Counts of rows that are left out, by reason, with the first of each.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The longest text of an example, in letters.
const MAX_LETTERS: usize = 80;

/// One row that was left out, for people to look up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, header included; in Parquet the row, from 1.
    pub line: u64,
    /// The column; empty if the row as a whole is meant.
    pub column: String,
    /// The text found there, at most 80 letters.
    pub found: String,
}

/// The rows that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection<R> {
    /// Why.
    pub reason: R,
    /// Number of rows.
    pub rows: u64,
    /// The first of them.
    pub example: Example,
}

/// Counts the rows that are left out, by reason.
#[derive(Clone, Debug)]
pub(crate) struct Tally<R> {
    by_reason: BTreeMap<R, Rejection<R>>,
}

impl<R: Copy + Ord> Tally<R> {
    pub(crate) const fn new() -> Tally<R> {
        Tally { by_reason: BTreeMap::new() }
    }

    /// Counts `rows` rows; for the first of a reason, `found` says what is there.
    pub(crate) fn add(
        &mut self,
        reason: R,
        rows: u64,
        path: &Path,
        line: u64,
        column: &str,
        found: impl FnOnce() -> String,
    ) {
        if let Some(rejection) = self.by_reason.get_mut(&reason) {
            rejection.rows += rows;
            return;
        }
        let mut found = found();
        if let Some((end, _)) = found.char_indices().nth(MAX_LETTERS) {
            found.truncate(end);
        }
        let example = Example { path: path.to_owned(), line, column: column.to_owned(), found };
        self.by_reason.insert(reason, Rejection { reason, rows, example });
    }

    /// Returns the counts in the order of the reasons.
    pub(crate) fn rejections(&self) -> Vec<Rejection<R>> {
        self.by_reason.values().cloned().collect()
    }
}

/// Rows, reason and first example, a line each; empty if nothing was left out.
pub(crate) fn to_table<R: Display>(rejections: &[Rejection<R>]) -> String {
    let width = rejections.iter().map(|rejection| rejection.rows.to_string().len()).max().unwrap_or(0).max(4);
    let mut table = String::new();
    if !rejections.is_empty() {
        let _ = writeln!(table, "  {:>width$}  {:<28} first example", "rows", "left out as");
    }
    for Rejection { reason, rows, example } in rejections {
        let column = if example.column.is_empty() { String::new() } else { format!(" `{}`", example.column) };
        let place = format!("{}:{}{column}", example.path.display(), example.line);
        let _ = writeln!(table, "  {rows:>width$}  {:<28} {place}: {}", reason.to_string(), example.found);
    }
    table
}
