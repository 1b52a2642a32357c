//! Errors that concern a product feed as a whole.

use std::path::PathBuf;

use super::{Field, MAX_CATEGORIES};
use crate::table::TableError;
use crate::table::names::listed;

/// A product feed cannot be read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The file cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No column has a usual name for the id.
    #[error("{}: no column for `id`; the columns are {}", path.display(), listed(available))]
    MissingId {
        /// The file.
        path: PathBuf,
        /// The columns of the file.
        available: Vec<String>,
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
    /// There is a header and no row.
    #[error("{}: no rows after the header; expected products", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// More than half of the rows are left out.
    #[error("{}: {rejected} of {num_rows} rows cannot be used\n{table}repair the file", path.display())]
    TooManyRejected {
        /// The file.
        path: PathBuf,
        /// Number of rows that are left out.
        rejected: u64,
        /// Number of rows.
        num_rows: u64,
        /// A table of the rows that were left out and the reasons, for people to read.
        table: String,
    },
    /// There are more categories than a model can tell apart.
    #[error(
        "the items are of {found} categories in column `{column}`, at most {MAX_CATEGORIES} are possible; name a \
         column with broader ones"
    )]
    TooManyCategories {
        /// Number of categories.
        found: usize,
        /// The column they come from.
        column: String,
    },
}
