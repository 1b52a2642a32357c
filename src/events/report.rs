//! What a reading found, matched and left out.

use std::fmt;

use serde::Serialize;

use super::Field;
use crate::EventKind;
use crate::table::tally::to_table;

/// Why a row was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The row has another number of fields than the header.
    FieldCount,
    /// A quote is opened and not closed within 100 lines; each of the lines it swallows counts.
    OpenQuote,
    /// The line is not a JSON object with plain values in the columns that are read.
    BadJson,
    /// A value is not UTF-8.
    InvalidUtf8,
    /// There is no item.
    MissingItem,
    /// There is no session.
    MissingSession,
    /// There is no shopper, in a log without a session column.
    MissingShopper,
    /// The timestamp or position is missing or is none.
    BadTimestamp,
    /// The quantity is no number.
    BadQuantity,
    /// The price is no number.
    BadPrice,
    /// Everything is equal to an earlier row; see [`read`](super::read).
    Duplicate,
    /// The quantity is zero or less.
    Return,
    /// The event type says nothing about interest in an item.
    UnknownEventType,
    /// The event names no product, such as a page view in an export of everything.
    NoProducts,
}

impl Reason {
    /// Whether such rows are damage, which [`ReadOptions::max_rejected`](super::ReadOptions::max_rejected) limits:
    /// all but returns, unknown event types and events without products, which sound logs hold in any number.
    pub const fn is_damage(self) -> bool {
        !matches!(self, Reason::Return | Reason::UnknownEventType | Reason::NoProducts)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::FieldCount => "wrong number of fields",
            Reason::OpenQuote => "quote that is never closed",
            Reason::BadJson => "not a JSON object",
            Reason::InvalidUtf8 => "not UTF-8",
            Reason::MissingItem => "no item",
            Reason::MissingSession => "no session",
            Reason::MissingShopper => "no shopper",
            Reason::BadTimestamp => "bad timestamp",
            Reason::BadQuantity => "bad quantity",
            Reason::BadPrice => "bad price",
            Reason::Duplicate => "duplicate",
            Reason::Return => "return (quantity 0 or less)",
            Reason::UnknownEventType => "unknown event type",
            Reason::NoProducts => "no product in the event",
        })
    }
}

/// The rows of an event log that were left out for one reason.
pub type Rejection = crate::table::Rejection<Reason>;

/// Which column is used for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedColumn {
    /// The field.
    pub field: Field,
    /// The column's name in the first file.
    pub column: String,
}

/// What sessions are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionSource {
    /// A column names them.
    Column,
    /// Cut by a shopper's inactivity for longer than the gap of the options.
    Inactivity,
    /// All events of a shopper are one session, because the log has no times to cut by.
    Shopper,
}

/// What is known about the order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// Points in time.
    Times,
    /// Whole days only.
    Days,
    /// Positions within the session.
    Positions,
    /// The order of rows in the files.
    Rows,
}

/// What a reading found, matched and left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadReport {
    /// How many rows the files have, headers not counted.
    pub num_rows: u64,
    /// How many rows became events.
    pub num_events: u64,
    /// Which column is used for each field.
    pub columns: Vec<MatchedColumn>,
    /// What sessions are made from.
    pub session_source: SessionSource,
    /// Whether the session column is an order, basket, invoice or transaction: its items were bought together.
    pub sessions_are_baskets: bool,
    /// What is known about the order of events.
    pub time_source: TimeSource,
    /// Name of the kind that every event got; `None` if a column says it.
    #[serde(serialize_with = "kind_name")]
    pub assumed_kind: Option<EventKind>,
    /// What was left out, by reason.
    pub rejections: Vec<Rejection>,
    /// The unknown event types and their rows, the most frequent first; at most 20.
    pub unknown_event_types: Vec<(String, u64)>,
}

fn kind_name<S: serde::Serializer>(kind: &Option<EventKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(EventKind::name).serialize(serializer)
}

impl ReadReport {
    /// How many rows were left out for `reason`.
    pub fn rejected(&self, reason: Reason) -> u64 {
        self.rejections.iter().filter(|rejection| rejection.reason == reason).map(|rejection| rejection.rows).sum()
    }

    /// What was left out as a table for people: rows, reason and first example, a line each; empty if all
    /// rows became events.
    pub fn cleaning_table(&self) -> String {
        to_table(&self.rejections)
    }
}
