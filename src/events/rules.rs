//! The rules of cleaning by name, the reasons for which they remove rows, and how many rows each removed.

use std::fmt;

use serde::{Serialize, Serializer};

/// Number of rows before and after one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub rule: Rule,
    /// Number of rows that the rule was given.
    pub before: u64,
    /// Number of rows that it left.
    pub after: u64,
    /// The reason why it did not run, if it did not.
    pub skipped: Option<&'static str>,
}

impl RuleCount {
    /// Number of rows that the rule removed.
    pub const fn left_out(&self) -> u64 {
        self.before - self.after
    }
}

/// A rule of cleaning; the first six are applied while rows are read, each row to the first that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Rows that cannot be split into values.
    Damage,
    /// Rows that the filter of the options does not let pass.
    Where,
    /// Events whose type shows no interest in an item.
    EventTypes,
    /// Rows without an item, session or shopper.
    MissingIds,
    /// Timestamps that cannot be read.
    BadValues,
    /// Quantities of zero or less.
    Returns,
    /// Orders that were cancelled, refunded, voided or failed.
    VoidOrders,
    /// Events without a session of shoppers who are nobody.
    Guests,
    /// Times before 1995 or after 2099.
    ImpossibleTimes,
    /// Times outside the wanted period.
    Period,
    /// Ids of postage, fees, vouchers and tests.
    NonProducts,
    /// Rows that equal an earlier one in every column.
    Duplicates,
    /// Views and cart events that repeat one of a moment before.
    DoubleClicks,
    /// Purchases at a price of zero or less.
    ZeroPrices,
    /// Purchases that were given back later.
    Cancellations,
    /// All events of shoppers who are machines.
    Robots,
    /// Items with too few events.
    RareItems,
    /// Events of a shopper with an item beyond the newest ones.
    PerShopper,
    /// Sessions with too many events.
    LongSessions,
    /// Sessions with too few events.
    ShortSessions,
}

impl Rule {
    /// Every rule in the order in which they run.
    pub const ALL: [Rule; 20] = [
        Rule::Damage,
        Rule::Where,
        Rule::EventTypes,
        Rule::MissingIds,
        Rule::BadValues,
        Rule::Returns,
        Rule::VoidOrders,
        Rule::Guests,
        Rule::ImpossibleTimes,
        Rule::Period,
        Rule::NonProducts,
        Rule::Duplicates,
        Rule::DoubleClicks,
        Rule::ZeroPrices,
        Rule::Cancellations,
        Rule::Robots,
        Rule::RareItems,
        Rule::PerShopper,
        Rule::LongSessions,
        Rule::ShortSessions,
    ];

    /// The rule's name, which stays the same from version to version.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Damage => "damage",
            Rule::Where => "where",
            Rule::EventTypes => "event-types",
            Rule::MissingIds => "missing-ids",
            Rule::BadValues => "bad-values",
            Rule::Returns => "returns",
            Rule::VoidOrders => "void-orders",
            Rule::Guests => "guests",
            Rule::ImpossibleTimes => "impossible-times",
            Rule::Period => "period",
            Rule::NonProducts => "non-products",
            Rule::Duplicates => "duplicates",
            Rule::DoubleClicks => "double-clicks",
            Rule::ZeroPrices => "zero-prices",
            Rule::Cancellations => "cancellations",
            Rule::Robots => "robots",
            Rule::RareItems => "rare-items",
            Rule::PerShopper => "per-shopper",
            Rule::LongSessions => "long-sessions",
            Rule::ShortSessions => "short-sessions",
        }
    }

    /// Tells whether the rule is off unless an option of [`Cleaning`](super::Cleaning) asks for it.
    pub const fn is_on_request(self) -> bool {
        matches!(self, Rule::Where | Rule::Period | Rule::RareItems | Rule::PerShopper | Rule::ShortSessions)
    }

    /// Tells whether the rows are never events, whatever the options.
    pub const fn is_fixed(self) -> bool {
        matches!(self, Rule::Damage | Rule::EventTypes | Rule::MissingIds | Rule::BadValues | Rule::Returns)
    }

    pub(super) const fn of(reason: Reason) -> Rule {
        match reason {
            Reason::FieldCount | Reason::OpenQuote | Reason::RepeatedHeader | Reason::BadJson | Reason::InvalidUtf8 => {
                Rule::Damage
            }
            Reason::Filtered => Rule::Where,
            Reason::UnknownEventType | Reason::NoProducts => Rule::EventTypes,
            Reason::MissingItem | Reason::MissingSession | Reason::MissingShopper => Rule::MissingIds,
            Reason::BadTimestamp | Reason::BadPosition | Reason::BadQuantity | Reason::BadPrice => Rule::BadValues,
            Reason::Return => Rule::Returns,
            Reason::VoidOrder => Rule::VoidOrders,
            Reason::Guest => Rule::Guests,
            Reason::ImpossibleTime => Rule::ImpossibleTimes,
            Reason::OutsidePeriod => Rule::Period,
            Reason::NonProduct => Rule::NonProducts,
            Reason::Duplicate => Rule::Duplicates,
            Reason::DoubleClick => Rule::DoubleClicks,
            Reason::ZeroPrice => Rule::ZeroPrices,
            Reason::Cancelled => Rule::Cancellations,
            Reason::Robot => Rule::Robots,
            Reason::RareItem => Rule::RareItems,
            Reason::BeyondLimit => Rule::PerShopper,
            Reason::LongSession => Rule::LongSessions,
            Reason::ShortSession => Rule::ShortSessions,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The reason why a row was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The row has another number of fields than the header.
    FieldCount,
    /// A quote is opened and not closed within 100 lines, or holds whole rows; each of the lines it swallows counts.
    OpenQuote,
    /// The row repeats the header, as in files that were put together.
    RepeatedHeader,
    /// The line is not a JSON object with plain values in the columns that are read.
    BadJson,
    /// A value is not UTF-8.
    InvalidUtf8,
    /// The filter of the options does not let it pass.
    Filtered,
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
    /// The timestamp is missing or is none.
    BadTimestamp,
    /// The position is none; the event is kept without it.
    BadPosition,
    /// The quantity is no number; the event is kept without it.
    BadQuantity,
    /// The price is no number; the event is kept without it.
    BadPrice,
    /// The quantity is zero or less.
    Return,
    /// The order was cancelled, refunded or voided, or it failed.
    VoidOrder,
    /// The shopper is nobody, and there is no session.
    Guest,
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
    /// The purchase was given back.
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
    /// Every reason, in the order of the rules.
    pub const ALL: [Reason; 30] = [
        Reason::FieldCount,
        Reason::OpenQuote,
        Reason::RepeatedHeader,
        Reason::BadJson,
        Reason::InvalidUtf8,
        Reason::Filtered,
        Reason::UnknownEventType,
        Reason::NoProducts,
        Reason::MissingItem,
        Reason::MissingSession,
        Reason::MissingShopper,
        Reason::BadTimestamp,
        Reason::BadPosition,
        Reason::BadQuantity,
        Reason::BadPrice,
        Reason::Return,
        Reason::VoidOrder,
        Reason::Guest,
        Reason::ImpossibleTime,
        Reason::OutsidePeriod,
        Reason::NonProduct,
        Reason::Duplicate,
        Reason::DoubleClick,
        Reason::ZeroPrice,
        Reason::Cancelled,
        Reason::Robot,
        Reason::RareItem,
        Reason::BeyondLimit,
        Reason::LongSession,
        Reason::ShortSession,
    ];

    /// Tells whether sound logs hold such rows in any number, so that many of them are no sign of a wrong reading.
    pub const fn is_expected(self) -> bool {
        match self {
            Reason::NoProducts
            | Reason::Filtered
            | Reason::Return
            | Reason::VoidOrder
            | Reason::Guest
            | Reason::OutsidePeriod
            | Reason::DoubleClick
            | Reason::Cancelled
            | Reason::RareItem
            | Reason::BeyondLimit
            | Reason::ShortSession => true,
            Reason::FieldCount
            | Reason::OpenQuote
            | Reason::RepeatedHeader
            | Reason::BadJson
            | Reason::InvalidUtf8
            | Reason::UnknownEventType
            | Reason::MissingItem
            | Reason::MissingSession
            | Reason::MissingShopper
            | Reason::BadTimestamp
            | Reason::BadPosition
            | Reason::BadQuantity
            | Reason::BadPrice
            | Reason::ImpossibleTime
            | Reason::NonProduct
            | Reason::Duplicate
            | Reason::ZeroPrice
            | Reason::Robot
            | Reason::LongSession => false,
        }
    }

    /// Tells whether such rows are damage, which [`ReadOptions::max_rejected`](super::ReadOptions::max_rejected)
    /// limits: rows that cannot be read or understood, duplicates and impossible times. Sound logs hold the others in
    /// any number.
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
            Reason::RepeatedHeader => "repeated_header",
            Reason::BadJson => "bad_json",
            Reason::InvalidUtf8 => "invalid_utf8",
            Reason::Filtered => "filtered",
            Reason::UnknownEventType => "unknown_event_type",
            Reason::NoProducts => "no_products",
            Reason::MissingItem => "missing_item",
            Reason::MissingSession => "missing_session",
            Reason::MissingShopper => "missing_shopper",
            Reason::BadTimestamp => "bad_timestamp",
            Reason::BadPosition => "bad_position",
            Reason::BadQuantity => "bad_quantity",
            Reason::BadPrice => "bad_price",
            Reason::Return => "return",
            Reason::VoidOrder => "void_order",
            Reason::Guest => "guest",
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

    /// The rule that leaves such rows out.
    pub const fn rule(self) -> Rule {
        Rule::of(self)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::FieldCount => "wrong number of fields",
            Reason::OpenQuote => "quote that is never closed",
            Reason::RepeatedHeader => "header again",
            Reason::BadJson => "not a JSON object",
            Reason::InvalidUtf8 => "not UTF-8",
            Reason::Filtered => "not wanted by the filter",
            Reason::UnknownEventType => "unknown event type",
            Reason::NoProducts => "no product in the event",
            Reason::MissingItem => "no item",
            Reason::MissingSession => "no session",
            Reason::MissingShopper => "no shopper",
            Reason::BadTimestamp => "bad timestamp",
            Reason::BadPosition => "bad position (event kept)",
            Reason::BadQuantity => "bad quantity (event kept)",
            Reason::BadPrice => "bad price (event kept)",
            Reason::Return => "return (quantity 0 or less)",
            Reason::VoidOrder => "order cancelled, failed or refunded",
            Reason::Guest => "guest without a session",
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

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn every_rule_is_in_the_documentation_in_its_order() {
        let text = include_str!("../../docs/cleaning.md");
        let mut last = 0;
        for rule in Rule::ALL {
            let place = text.find(&format!("| `{}` |", rule.name()));
            let place = place.unwrap_or_else(|| panic!("docs/cleaning.md has no row of `{}`", rule.name()));
            assert!(place > last, "`{}` comes in the order of the rules", rule.name());
            last = place;
        }
    }
}
