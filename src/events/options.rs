//! Options for reading an event log.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::cleaning::Cleaning;
use crate::EventKind;

/// Meaning of a column of an event log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The item; required.
    Item,
    /// The session, order or basket; this or [`Shopper`](Field::Shopper) is required.
    Session,
    /// Who.
    Shopper,
    /// The type of event: viewed, put into the cart, bought.
    Event,
    /// When; or, if the numbers are small, a plain position.
    Timestamp,
    /// The place of the event within its session; orders events of one time.
    Position,
    /// The number of pieces; zero and less is a return.
    Quantity,
    /// The price of a piece, or of all of them.
    Price,
}

impl Field {
    /// Every field, in the order in which columns are looked for.
    pub const ALL: [Field; 8] = [
        Field::Item,
        Field::Session,
        Field::Shopper,
        Field::Event,
        Field::Timestamp,
        Field::Position,
        Field::Quantity,
        Field::Price,
    ];

    /// The name by which a column is assigned: `item`, `session`, `shopper`, `event`, `timestamp`,
    /// `position`, `quantity` or `price`.
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
#[error("unknown field `{found}`; expected item, session, shopper, event, timestamp, position, quantity or price")]
pub struct UnknownField {
    /// The text that was given.
    pub found: String,
}

impl FromStr for Field {
    type Err = UnknownField;

    /// The field with this [`name`](Field::name), or one of the words `user`, `customer`, `visitor`, `type`,
    /// `action`, `time`, `date`, `order`, `basket` and `product`.
    fn from_str(name: &str) -> Result<Field, UnknownField> {
        let name = name.trim().to_ascii_lowercase();
        let alias = match name.as_str() {
            "user" | "customer" | "visitor" => Some(Field::Shopper),
            "type" | "action" => Some(Field::Event),
            "time" | "date" => Some(Field::Timestamp),
            "order" | "basket" => Some(Field::Session),
            "product" => Some(Field::Item),
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
    /// The kind of all events of a log without an event column. Default: purchases if the session column is
    /// an order, basket, invoice or transaction, or the times are of these, otherwise views.
    pub default_kind: Option<EventKind>,
    /// Meanings of event types by name, instead of the usual ones; numbers are names, too.
    pub event_types: BTreeMap<String, EventMeaning>,
    /// The largest share of rows, `0..=1`, that may be left out as damaged; returns and event types that are
    /// not about interest do not count. 0 accepts no damage, 1 any. Default: 0.5.
    pub max_rejected: f64,
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
            default_kind: None,
            event_types: BTreeMap::new(),
            max_rejected: 0.5,
            cleaning: Cleaning::default(),
            keep_details: false,
        }
    }
}
