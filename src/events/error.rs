//! Errors that concern an event log as a whole.

use std::path::PathBuf;

use super::options::Field;
use super::rules::Rule;
use crate::table::TableError;
use crate::table::names::listed;

/// An event log cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventsError {
    /// No file was given.
    #[error("no event file was given; expected at least one CSV, JSON lines or Parquet file")]
    NoFiles,
    /// A file cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No column has a usual name for a field that is needed.
    #[error(
        "{}: no column for `{field}`{}; the columns are {}",
        path.display(), if *field == "session" { " (nor for `shopper`)" } else { "" }, listed(available)
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// A file cannot be read, and something was found out about it that may be why.
    #[error("{error}; {} {remarks}", path.display())]
    Remarked {
        /// The error.
        error: Box<EventsError>,
        /// The file.
        path: PathBuf,
        /// The facts that were found out.
        remarks: String,
    },
    /// The caller names a column that the file does not have.
    #[error("{}: no column `{column}` to use for `{field}`; the columns are {}", path.display(), listed(available))]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The field.
        field: Field,
        /// The name that was given.
        column: String,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// A file has a column for a field and another has none.
    #[error(
        "{} has a column for `{field}` and {} has none; read files of one kind together, or leave the column out",
        with.display(), without.display()
    )]
    DifferentColumns {
        /// A file with the field.
        with: PathBuf,
        /// A file without it.
        without: PathBuf,
        /// The field.
        field: Field,
    },
    /// A file has times and another has positions.
    #[error("the timestamps of {} are points in time and those of {} are plain positions; read them separately", times.display(), positions.display())]
    MixedTimes {
        /// A file with times.
        times: PathBuf,
        /// A file with positions.
        positions: PathBuf,
    },
    /// Two files write dates in different orders.
    #[error(
        "the dates of {} and of {} cannot be read in one order (day or month first); write one of them as 2026-03-01, \
         or read them separately",
        path.display(), other.display()
    )]
    MixedDates {
        /// A file.
        path: PathBuf,
        /// A file in another order.
        other: PathBuf,
    },
    /// There is a header and no row.
    #[error("{}: no rows after the header; expected events", path.display())]
    NoRows {
        /// The first file.
        path: PathBuf,
    },
    /// There are rows and none of them can be used.
    #[error(
        "none of {num_rows} rows can be used\n{table}{}{}check that each column was recognised correctly",
        if event_types.is_empty() { String::new() } else { format!("the event types are {}; ", listed(event_types)) },
        rule.map_or_else(String::new, |rule| format!("most were left out by the rule `{rule}`; "))
    )]
    NothingLeft {
        /// Number of rows that were read.
        num_rows: u64,
        /// The rule that left out the most, if it is one that can be turned off.
        rule: Option<Rule>,
        /// Event types that are not known, the most frequent first.
        event_types: Vec<String>,
        /// A table of the rows that were left out and the reasons, for people to read.
        table: String,
    },
    /// The filter names a column that a file does not have.
    #[error("{}: no column `{column}` for the filter of rows; the columns are {}", path.display(), listed(available))]
    UnknownFilterColumn {
        /// The file.
        path: PathBuf,
        /// The name that was given.
        column: String,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// A table shares no column with the log that it is to be joined to.
    #[error(
        "{} shares no column with {}: it has {columns}, the log has {available}; give both the number of the order under \
         one name",
        path.display(), log.display()
    )]
    NothingToJoinBy {
        /// The table.
        path: PathBuf,
        /// The log.
        log: PathBuf,
        /// The columns of the table.
        columns: String,
        /// The columns of the log.
        available: String,
    },
    /// More tables are to be joined than can be.
    #[error("at most {most} table can be joined to a log; join the others to it before")]
    TooManyJoins {
        /// Tables that are joined at most.
        most: usize,
    },
    /// Fields and filter need more columns than are read at a time.
    #[error("fields and filter need more than {most} columns of a file; name fewer in the filter")]
    TooManyColumns {
        /// Columns that are read at most.
        most: usize,
    },
    /// A pattern of ids is not valid.
    #[error(
        "`{pattern}` is not a pattern of ids: {problem}; expected letters, digits, `*`, `?` and sets such as `[a-z]`"
    )]
    BadPattern {
        /// The text that was given.
        pattern: String,
        /// The mistake in it.
        problem: &'static str,
    },
    /// Too many rows are damaged.
    #[error(
        "{rejected} of {num_rows} rows are damaged ({:.1} %, at most {:.1} % are accepted)\n\
         {table}repair the file",
        100.0 * *rejected as f64 / (*num_rows).max(1) as f64, 100.0 * max_rejected
    )]
    TooManyRejected {
        /// Number of damaged rows; returns and unknown event types do not count.
        rejected: u64,
        /// Number of rows that were read.
        num_rows: u64,
        /// The largest share that was to be accepted.
        max_rejected: f64,
        /// A table of the rows that were left out and the reasons, for people to read.
        table: String,
    },
}
