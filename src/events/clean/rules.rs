//! The rules by name, in the order in which they run, and what each of them left out.

use serde::Serialize;

use super::super::Reason;

/// What one rule did to the rows of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule's name, which stays the same from version to version.
    pub rule: &'static str,
    /// The flag of the command that turns it off or changes it; `None` for what is never an event.
    pub flag: Option<&'static str>,
    /// How many rows it was given.
    pub before: u64,
    /// How many rows it left.
    pub after: u64,
    /// Why it did not run, if it did not.
    pub skipped: Option<&'static str>,
}

impl RuleCount {
    /// How many rows it left out.
    pub const fn left_out(&self) -> u64 {
        self.before - self.after
    }
}

/// A rule of cleaning; the first five are applied while rows are read, each row to the first that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Rule {
    Damage,
    EventTypes,
    MissingIds,
    BadValues,
    Returns,
    ImpossibleTimes,
    Period,
    NonProducts,
    Duplicates,
    DoubleClicks,
    ZeroPrices,
    Cancellations,
    Robots,
    RareItems,
    PerShopper,
    LongSessions,
    ShortSessions,
}

impl Rule {
    /// Every rule in the order in which they run.
    pub(in super::super) const ALL: [Rule; 17] = [
        Rule::Damage,
        Rule::EventTypes,
        Rule::MissingIds,
        Rule::BadValues,
        Rule::Returns,
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

    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Rule::Damage => "damage",
            Rule::EventTypes => "event-types",
            Rule::MissingIds => "missing-ids",
            Rule::BadValues => "bad-values",
            Rule::Returns => "returns",
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

    pub(in super::super) const fn flag(self) -> Option<&'static str> {
        Some(match self {
            Rule::Damage | Rule::EventTypes | Rule::MissingIds | Rule::BadValues | Rule::Returns => return None,
            Rule::ImpossibleTimes => "--impossible-times",
            Rule::Period => "--from and --until",
            Rule::NonProducts => "--non-products",
            Rule::Duplicates => "--duplicates",
            Rule::DoubleClicks => "--double-clicks",
            Rule::ZeroPrices => "--zero-prices",
            Rule::Cancellations => "--cancellations",
            Rule::Robots => "--robot-events-per-hour",
            Rule::RareItems => "--min-item-events",
            Rule::PerShopper => "--max-per-shopper",
            Rule::LongSessions => "--max-session-events",
            Rule::ShortSessions => "--min-session-events",
        })
    }

    pub(in super::super) const fn of(reason: Reason) -> Rule {
        match reason {
            Reason::FieldCount | Reason::OpenQuote | Reason::BadJson | Reason::InvalidUtf8 => Rule::Damage,
            Reason::UnknownEventType | Reason::NoProducts => Rule::EventTypes,
            Reason::MissingItem | Reason::MissingSession | Reason::MissingShopper => Rule::MissingIds,
            Reason::BadTimestamp | Reason::BadQuantity | Reason::BadPrice => Rule::BadValues,
            Reason::Return => Rule::Returns,
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

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn every_rule_and_flag_stands_in_the_documentation() {
        let text = include_str!("../../../docs/cleaning.md");
        let mut last = 0;
        for rule in Rule::ALL {
            let place = text.find(&format!("| `{}` |", rule.name()));
            let place = place.unwrap_or_else(|| panic!("docs/cleaning.md has no row of `{}`", rule.name()));
            assert!(place > last, "`{}` stands in the order of the rules", rule.name());
            last = place;
            for flag in rule.flag().unwrap_or_default().split(" and ") {
                assert!(text.contains(flag), "docs/cleaning.md does not name {flag}");
            }
        }
    }
}
