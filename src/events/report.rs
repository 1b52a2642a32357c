//! Report of a reading: matched columns, sources of sessions and times, and rows left out.

use std::path::PathBuf;

use super::alike::AlikeIds;
use serde::Serialize;

use super::options::Field;
use super::rules::{Reason, RuleCount};
use crate::EventKind;
use crate::table::tally::to_table;

/// The rows of an event log that were left out for one reason.
pub type Rejection = crate::table::Rejection<Reason>;

/// The column that is used for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedColumn {
    /// The field.
    pub field: Field,
    /// The column's name in the first file that has one.
    pub column: String,
    /// Its names in files that call it otherwise.
    pub others: Vec<String>,
    /// False if some file has no such column.
    #[serde(skip)]
    pub is_in_all_files: bool,
}

/// A field for which more than one column could be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternatives {
    /// The field.
    pub field: Field,
    /// The column that was taken.
    pub column: String,
    /// The columns that could also be it, most likely first.
    pub others: Vec<String>,
}

/// An event type of a log, and the kind of event that it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventType {
    /// The type as the log writes it.
    pub name: String,
    /// Number of its rows.
    pub rows: u64,
    /// `view`, `cart`, `purchase`, `return`, or `nothing` for a type that shows no interest in an item.
    pub meaning: &'static str,
}

/// Ids of one field that a spreadsheet has rounded, so that different things may have one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoundedIds {
    /// The field.
    pub field: Field,
    /// Its column in the newest file.
    pub column: String,
    /// Number of distinct ids.
    pub ids: u64,
    /// One of them, such as `1.23457E+12`.
    pub found: String,
}

/// Values of a column that stood in a spreadsheet's marks, which were taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkedValues {
    /// The column.
    pub column: String,
    /// Number of values.
    pub values: u64,
    /// The first of them, as it was written: `="00123"`.
    pub found: String,
    /// The same without the marks: `00123`.
    pub read_as: String,
}

/// A table whose columns were joined to the rows of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JoinedTable {
    /// The file.
    pub path: PathBuf,
    /// The column that both sides share.
    pub on: String,
    /// Number of rows of the table.
    pub rows: u64,
    /// Number of rows of the log that found no row in it.
    pub without: u64,
}

/// Source of the sessions.
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

/// Source of the order of events.
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

/// Report of a reading: matched columns, sources of sessions and times, and rows left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadReport {
    /// Number of rows of the files, headers not counted.
    pub num_rows: u64,
    /// Number of rows that became events.
    pub num_events: u64,
    /// The column that is used for each field.
    pub columns: Vec<MatchedColumn>,
    /// Names of the profiles by which columns were taken, such as `Shopify orders`; empty if no file has the header of
    /// one.
    pub profiles: Vec<&'static str>,
    /// Fields for which other columns could have been taken, too.
    pub alternatives: Vec<Alternatives>,
    /// Decisions that the log does not settle, a sentence each.
    pub guesses: Vec<String>,
    /// Tables that were joined to the rows.
    pub joined: Vec<JoinedTable>,
    /// Source of the sessions.
    pub session_source: SessionSource,
    /// True if the session column is an order, basket, invoice or transaction: its items were bought together.
    pub sessions_are_baskets: bool,
    /// Source of the order of events.
    pub time_source: TimeSource,
    /// Times of the first and the last event, in ms since 1970 UTC; `None` without real times.
    pub period_ms: Option<(i64, i64)>,
    /// Time without an event after which a shopper's session ends, in ms; `None` if sessions are not cut so.
    pub session_gap_ms: Option<i64>,
    /// Events by kind (view, cart, purchase).
    pub kinds: [u64; 3],
    /// Rows that were left out although their kind is known, by reason and kind (view, cart, purchase).
    pub rejected_kinds: Vec<(Reason, [u64; 3])>,
    /// In which order dates such as 3/11/2000 are read: `day, month, year` or `month, day, year`; `None` without such
    /// dates.
    pub date_order: Option<&'static str>,
    /// Name of the kind that every event got; `None` if a column says it.
    #[serde(serialize_with = "kind_name")]
    pub assumed_kind: Option<EventKind>,
    /// Rows that were left out, by reason, in the order of the rules.
    pub rejections: Vec<Rejection>,
    /// Optional values that could not be read; their events were kept without them.
    pub unread_values: Vec<Rejection>,
    /// Rows before and after each rule, in the order in which they ran.
    pub rules: Vec<RuleCount>,
    /// Facts about files that decide how they are read, such as an encoding or a missing header: file and words.
    pub remarks: Vec<(PathBuf, String)>,
    /// Ids that a spreadsheet has rounded, in the order of the fields.
    pub rounded_ids: Vec<RoundedIds>,
    /// Values of delimited text whose marks of a spreadsheet were taken off, by column.
    pub marked_values: Vec<MarkedValues>,
    /// Ids of products that differ by case, blanks or Unicode form only.
    pub alike_ids: Option<AlikeIds>,
    /// The currencies that prices are written in without a rate to the shop's, and their rows, the most frequent first.
    pub currencies: Vec<(String, u64)>,
    /// The unknown event types and their rows, the most frequent first; at most 20.
    pub unknown_event_types: Vec<(String, u64)>,
    /// The event types and their rows, the most frequent first; at most 40. Empty without such a column.
    pub event_types: Vec<EventType>,
    /// Shopper ids that stand for nobody (`guest`, 0), and the events whose shopper is unknown for that reason.
    pub unknown_shoppers: Vec<(String, u64)>,
    /// Number of sessions that were cut because their number came back after a long pause or with another shopper.
    pub restarted_sessions: u64,
    /// True if the order of events within a basket is that of a list sorted by product, so that it says nothing and
    /// was replaced by a random one.
    pub order_is_arbitrary: bool,
}

fn kind_name<S: serde::Serializer>(kind: &Option<EventKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(EventKind::name).serialize(serializer)
}

impl ReadReport {
    /// Returns the number of rows that were left out for `reason`.
    pub fn rejected(&self, reason: Reason) -> u64 {
        self.rejections.iter().filter(|rejection| rejection.reason == reason).map(|rejection| rejection.rows).sum()
    }

    /// Writes the rows that were left out as a table for people: rows, reason and first example, a line each; empty if
    /// all rows became events.
    pub fn cleaning_table(&self) -> String {
        to_table(&self.rejections)
    }
}
