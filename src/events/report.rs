//! What a reading found, matched and left out.

use std::fmt;

use serde::Serialize;

use super::clean::Rule;
use super::{Field, RuleCount};
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
    /// The event type says nothing about interest in an item.
    UnknownEventType,
    /// The event names no product, such as a page view in an export of everything.
    NoProducts,
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
    /// The quantity is zero or less.
    Return,
    /// The time is before 1995 or after 2099.
    ImpossibleTime,
    /// The time is not in the wanted period.
    OutsidePeriod,
    /// The id is not one of a product.
    NonProduct,
    /// Everything is equal to an earlier row; see [`read`](super::read).
    Duplicate,
    /// The same view or cart event came a moment before.
    DoubleClick,
    /// Something was bought for nothing.
    ZeroPrice,
    /// What was bought was given back.
    Cancelled,
    /// The shopper is a machine.
    Robot,
    /// The item has too few events.
    RareItem,
    /// The shopper has enough newer events with the item.
    BeyondLimit,
    /// The session is too long.
    LongSession,
    /// The session is too short.
    ShortSession,
}

impl Reason {
    /// Whether such rows are damage, which [`ReadOptions::max_rejected`](super::ReadOptions::max_rejected) limits:
    /// what cannot be read or understood, duplicates and impossible times. Sound logs hold the others in any number.
    pub const fn is_damage(self) -> bool {
        matches!(
            Rule::of(self),
            Rule::Damage | Rule::MissingIds | Rule::BadValues | Rule::ImpossibleTimes | Rule::Duplicates
        )
    }

    /// The reason's name for other programs, which stays the same from version to version: `bad_timestamp`.
    pub const fn key(self) -> &'static str {
        match self {
            Reason::FieldCount => "field_count",
            Reason::OpenQuote => "open_quote",
            Reason::BadJson => "bad_json",
            Reason::InvalidUtf8 => "invalid_utf8",
            Reason::UnknownEventType => "unknown_event_type",
            Reason::NoProducts => "no_products",
            Reason::MissingItem => "missing_item",
            Reason::MissingSession => "missing_session",
            Reason::MissingShopper => "missing_shopper",
            Reason::BadTimestamp => "bad_timestamp",
            Reason::BadQuantity => "bad_quantity",
            Reason::BadPrice => "bad_price",
            Reason::Return => "return",
            Reason::ImpossibleTime => "impossible_time",
            Reason::OutsidePeriod => "outside_period",
            Reason::NonProduct => "non_product",
            Reason::Duplicate => "duplicate",
            Reason::DoubleClick => "double_click",
            Reason::ZeroPrice => "zero_price",
            Reason::Cancelled => "cancelled",
            Reason::Robot => "robot",
            Reason::RareItem => "rare_item",
            Reason::BeyondLimit => "beyond_limit",
            Reason::LongSession => "long_session",
            Reason::ShortSession => "short_session",
        }
    }

    /// The name of the rule that leaves such rows out, as in [`RuleCount::rule`].
    pub const fn rule(self) -> &'static str {
        Rule::of(self).name()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::FieldCount => "wrong number of fields",
            Reason::OpenQuote => "quote that is never closed",
            Reason::BadJson => "not a JSON object",
            Reason::InvalidUtf8 => "not UTF-8",
            Reason::UnknownEventType => "unknown event type",
            Reason::NoProducts => "no product in the event",
            Reason::MissingItem => "no item",
            Reason::MissingSession => "no session",
            Reason::MissingShopper => "no shopper",
            Reason::BadTimestamp => "bad timestamp",
            Reason::BadQuantity => "bad quantity",
            Reason::BadPrice => "bad price",
            Reason::Return => "return (quantity 0 or less)",
            Reason::ImpossibleTime => "impossible time",
            Reason::OutsidePeriod => "outside the period",
            Reason::NonProduct => "not a product",
            Reason::Duplicate => "duplicate",
            Reason::DoubleClick => "double click",
            Reason::ZeroPrice => "bought at no price",
            Reason::Cancelled => "given back later",
            Reason::Robot => "robot",
            Reason::RareItem => "item too rare",
            Reason::BeyondLimit => "too much of one shopper",
            Reason::LongSession => "session too long",
            Reason::ShortSession => "session too short",
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
    /// In which order dates such as 3/11/2000 are read: `day, month, year` or `month, day, year`; `None` without such dates.
    pub date_order: Option<&'static str>,
    /// Name of the kind that every event got; `None` if a column says it.
    #[serde(serialize_with = "kind_name")]
    pub assumed_kind: Option<EventKind>,
    /// What was left out, by reason, in the order of the rules.
    pub rejections: Vec<Rejection>,
    /// What each rule left, in the order in which they ran.
    pub rules: Vec<RuleCount>,
    /// The currencies that prices are written in without a rate to the shop's, and their rows, the most frequent first.
    pub currencies: Vec<(String, u64)>,
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
