//! Remarks on a file: what was found out about it that people should hear of.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A fact about a file that decides how it is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remark {
    /// The text is not UTF-8.
    Encoding { name: &'static str },
    /// The first line is a row, and columns go by their numbers.
    NoHeader { first: String },
    /// Lines of titles or comments before the header.
    LinesBefore { lines: u64, first: String },
    /// The table was in an archive.
    #[cfg(not(target_os = "unknown"))]
    Member { name: String },
    /// Sheets of a workbook: those that are read, and those that have another header.
    #[cfg(not(target_os = "unknown"))]
    Sheets { read: Vec<String>, others: Vec<String> },
    /// Columns are parted by something unusual.
    Delimiter { delimiter: String },
    /// Values of a column without the marks by which a spreadsheet keeps digits as text.
    Marks { column: String, values: u64, found: String, read_as: String },
    /// Lists that hold the item, too, and are left alone.
    OtherLists { column: String, rows: String, others: Vec<String> },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Encoding { name: "UTF-16" } => f.write_str("is UTF-16"),
            Remark::Encoding { name } => {
                write!(f, "is no UTF-8 and is read as {name}; save it as UTF-8 if letters are wrong")
            }
            Remark::NoHeader { first } => write!(
                f,
                "has no header: its first line, `{first}`, holds a time or numbers only; columns go by their numbers, \
                 from 1"
            ),
            Remark::LinesBefore { lines, first } => {
                let plural = if *lines == 1 { "line" } else { "lines" };
                write!(f, "has {lines} {plural} before its header, beginning with `{first}`")
            }
            #[cfg(not(target_os = "unknown"))]
            Remark::Member { name } => write!(f, "is an archive; `{name}` in it is read"),
            #[cfg(not(target_os = "unknown"))]
            Remark::Sheets { read, others } => {
                write!(f, "is a workbook; of its sheets {} are read", quoted(read))?;
                if others.is_empty() { Ok(()) } else { write!(f, ", {} have another header", quoted(others)) }
            }
            Remark::Delimiter { delimiter } => write!(f, "parts its columns by `{}`", delimiter.escape_debug()),
            Remark::Marks { column, values, found, read_as } => {
                write!(f, "has {values} values of `{column}` such as `{found}`, read as `{read_as}`")
            }
            Remark::OtherLists { column, rows, others } => {
                write!(f, "has rows in `{rows}`; `{column}` at {} is left alone", quoted(others))
            }
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Remarks that are added while a file is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remarks(Arc<Mutex<Vec<Remark>>>);

impl Remarks {
    /// Adds a remark, once.
    pub(super) fn add(&self, remark: Remark) {
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }

    /// Takes what was remarked, in the order of the kinds.
    pub(crate) fn take(&self) -> Vec<Remark> {
        let mut remarks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        remarks.sort();
        remarks
    }
}
