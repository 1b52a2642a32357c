//! Options for reading an event log.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

use super::cleaning::Cleaning;
use super::row_filter::RowFilter;
use crate::EventKind;
use crate::table::Dialect;

/// Meaning of a column of an event log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The item; required.
    Item,
    /// The session, order or basket; this or [`Shopper`](Field::Shopper) is required.
    Session,
    /// The shopper; this or [`Session`](Field::Session) is required.
    Shopper,
    /// The type of event: viewed, put into the cart, bought.
    Event,
    /// The time; or, if the numbers are small, a plain position.
    Timestamp,
    /// The place of the event within its session; orders events of one time.
    Position,
    /// The number of pieces; zero and less is a return.
    Quantity,
    /// The price of a piece, or of all of them.
    Price,
    /// The state of the order: a cancelled one is no purchase.
    Status,
    /// The market, for instance a country; only if somebody names its column.
    Market,
    /// The product that the item is a variant of.
    Parent,
    /// The time at which the order was cancelled, or that it was: a row with one is no purchase.
    Cancelled,
}

impl Field {
    /// Every field, in the order in which columns are looked for.
    pub const ALL: [Field; 12] = [
        Field::Item,
        Field::Session,
        Field::Shopper,
        Field::Event,
        Field::Timestamp,
        Field::Position,
        Field::Quantity,
        Field::Price,
        Field::Status,
        Field::Market,
        Field::Parent,
        Field::Cancelled,
    ];

    /// The name by which a column is assigned: `item`, `session`, `shopper`, `event`, `timestamp`,
    /// `position`, `quantity`, `price`, `status`, `market`, `parent` or
    /// `cancelled`.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Item => "item",
            Field::Session => "session",
            Field::Shopper => "shopper",
            Field::Event => "event",
            Field::Timestamp => "timestamp",
            Field::Position => "position",
            Field::Quantity => "quantity",
            Field::Price => "price",
            Field::Status => "status",
            Field::Market => "market",
            Field::Parent => "parent",
            Field::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no field of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown field `{found}`; expected item, session, shopper, event, timestamp, position, quantity, price, \
         status, market, parent or cancelled"
)]
pub struct UnknownField {
    /// The text that was given.
    pub found: String,
}

impl FromStr for Field {
    type Err = UnknownField;

    /// The field with this [`name`](Field::name), or one of the words `user`, `customer`, `visitor`, `type`,
    /// `action`, `time`, `date`, `order`, `basket`, `product` and `group`.
    fn from_str(name: &str) -> Result<Field, UnknownField> {
        let name = name.trim().to_ascii_lowercase();
        let alias = match name.as_str() {
            "user" | "customer" | "visitor" => Some(Field::Shopper),
            "type" | "action" => Some(Field::Event),
            "time" | "date" => Some(Field::Timestamp),
            "order" | "basket" => Some(Field::Session),
            "product" => Some(Field::Item),
            "group" => Some(Field::Parent),
            _ => Field::ALL.into_iter().find(|field| field.name() == name),
        };
        alias.ok_or(UnknownField { found: name })
    }
}

/// Meaning of an event type, as somebody may say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventMeaning {
    /// Interest in an item.
    Kind(EventKind),
    /// The end of it: a return, a refund or a cancellation.
    Return,
    /// Nothing about an item.
    Nothing,
}

impl EventMeaning {
    /// The meaning with this name: `view`, `cart`, `purchase`, `return` or `nothing`.
    pub fn named(name: &str) -> Option<EventMeaning> {
        match name {
            "return" => Some(EventMeaning::Return),
            "nothing" => Some(EventMeaning::Nothing),
            _ => EventKind::ALL.into_iter().find(|kind| kind.name() == name).map(EventMeaning::Kind),
        }
    }

    /// The name of the meaning.
    pub const fn name(self) -> &'static str {
        match self {
            EventMeaning::Kind(kind) => kind.name(),
            EventMeaning::Return => "return",
            EventMeaning::Nothing => "nothing",
        }
    }
}

/// Order of day and month in dates such as 3/11/2000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 3 November.
    DayFirst,
    /// March 11.
    MonthFirst,
}

/// Options for reading an event log.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// Names of columns by field, instead of the usual ones: of several the first that a file has. An empty name among
    /// them, or an empty list, leaves the field without a column in a file that has none of them.
    pub columns: BTreeMap<Field, Vec<String>>,
    /// Where no column names the session, a shopper's session ends when nothing happens for longer than this.
    /// 0 makes every moment a session of its own; `i64::MAX` makes all of a shopper's events one session.
    /// Default: 30 minutes.
    pub session_gap_ms: i64,
    /// Where a column names the session, its number is that of another session after a pause longer than this.
    /// 0 never cuts a session; the shorter, the more sessions. Default: a day; 30 days where sessions are orders.
    pub session_pause_ms: Option<i64>,
    /// The kind of all events of a log without an event column. Default: purchases if the session column is
    /// an order, basket, invoice or transaction, or the times are of these, otherwise views.
    pub default_kind: Option<EventKind>,
    /// Meanings of event types by name, instead of the usual ones; numbers are names, too.
    pub event_types: BTreeMap<String, EventMeaning>,
    /// Tables that are joined to the rows by the column that both have: orders beside their lines. Default: none.
    pub joins: Vec<PathBuf>,
    /// The order of day and month in dates such as 3/11/2000; without it the dates of all files tell it together.
    pub date_order: Option<DateOrder>,
    /// The form of timestamps as strftime writes it (`%d|%m|%Y %H.%M`); without it every usual form is read.
    pub time_format: Option<String>,
    /// The seed of the order of events that have none: those of one moment, and of baskets that are sorted by product.
    pub seed: u64,
    /// The rows that are read; the others are left out, counted. Default: all.
    pub filter: Option<RowFilter>,
    /// The largest share of rows, `0..=1`, that may be left out as damaged; returns and event types that are
    /// not about interest do not count. 0 accepts no damage, 1 any. Default: 0.5.
    pub max_rejected: f64,
    /// The way in which delimited text is written, as far as it is known. Default: it is found out.
    pub dialect: Dialect,
    /// Options of cleaning.
    pub cleaning: Cleaning,
    /// True if [`EventLog::details`](super::EventLog::details) is filled; 8 bytes more an event for each column.
    /// Default: no.
    pub keep_details: bool,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            columns: BTreeMap::new(),
            session_gap_ms: 30 * 60 * 1000,
            session_pause_ms: None,
            default_kind: None,
            event_types: BTreeMap::new(),
            joins: Vec::new(),
            date_order: None,
            time_format: None,
            seed: 0,
            filter: None,
            max_rejected: 0.5,
            dialect: Dialect::default(),
            cleaning: Cleaning::default(),
            keep_details: false,
        }
    }
}
