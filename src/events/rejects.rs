//! The rows that were left out, one by one, for those who want to look at them.

use std::collections::BTreeMap;

use super::options::Field;
use super::rules::Reason;
use crate::EventKind;
use crate::table::Rejection;
use crate::table::tally::Tally;

/// A row that did not become an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Index of the file, from 0.
    pub file: usize,
    /// The line, from 1, header included; in Parquet the row, from 1.
    pub line: u64,
    /// The reason.
    pub reason: Reason,
    /// The column that shows it; empty if the row as a whole is meant.
    pub column: String,
    /// The text that was found there.
    pub found: String,
    /// The row's values in the order of [`Field::ALL`]: as written in the file if the row failed while it was read,
    /// otherwise as they were understood, times as RFC 3339. Empty for an unknown value.
    pub values: [String; Field::ALL.len()],
}

impl Reject {
    /// Returns the value of `field`.
    pub fn value(&self, field: Field) -> &str {
        Field::ALL.iter().position(|&other| other == field).map_or("", |at| self.values[at].as_str())
    }
}

/// The rows that did not become events: counted, and kept one by one if somebody wants to look at them.
pub(super) struct Failures {
    pub(super) tally: Tally<Reason>,
    /// Those whose kind is known, by reason and kind (view, cart, purchase).
    kinds: BTreeMap<Reason, [u64; 3]>,
    pub(super) rejects: Option<Vec<Reject>>,
}

impl Failures {
    pub(super) fn new(keep_rejects: bool) -> Failures {
        Failures { tally: Tally::new(), kinds: BTreeMap::new(), rejects: keep_rejects.then(Vec::new) }
    }

    /// Counts a row whose kind is known.
    pub(super) fn add_kind(&mut self, reason: Reason, kind: EventKind) {
        self.kinds.entry(reason).or_default()[kind as usize] += 1;
    }

    /// Returns the counts by kind, in the order of the reasons.
    pub(super) fn by_kind(&self) -> Vec<(Reason, [u64; 3])> {
        self.kinds.iter().map(|(&reason, &kinds)| (reason, kinds)).collect()
    }

    /// Gives the counts in the order of the reasons, and the rows in the order of the files.
    pub(super) fn into_parts(self) -> (Vec<Rejection<Reason>>, Vec<Reject>) {
        let mut rejects = self.rejects.unwrap_or_default();
        rejects.sort_by_key(|reject| (reject.file, reject.line));
        (self.tally.rejections(), rejects)
    }
}
