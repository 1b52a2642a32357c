//! The rows that were left out, one by one, for those who want to look at them.

use super::super::collect::{Collector, NO_SHOPPER};
use super::super::rows::Slots;
use super::super::{Field, Reason, TimeSource};
use crate::table::{Cell, Damage};

/// A row that did not become an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Which of the files, from 0.
    pub file: usize,
    /// The line, from 1, header included; in Parquet the row, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// The column that says so; empty if the row as a whole is meant.
    pub column: String,
    /// What was found.
    pub found: String,
    /// The row's values in the order of [`Field::ALL`]: as they stand in the file if the row failed while it was read,
    /// otherwise what was made of them, times as RFC 3339. Empty for what is not known.
    pub values: [String; Field::ALL.len()],
}

impl Reject {
    /// The value of `field`.
    pub fn value(&self, field: Field) -> &str {
        Field::ALL.iter().position(|&other| other == field).map_or("", |at| self.values[at].as_str())
    }

    /// A row that failed while it was read; `cell` gives what stands in a slot.
    pub(in super::super) fn of_cells<'a>(
        (file, line): (usize, u64),
        (reason, slot): (Reason, Option<usize>),
        slots: &Slots,
        cell: impl Fn(Option<usize>) -> Cell<'a>,
    ) -> Reject {
        let values = Field::ALL.map(|field| match cell(slots.of(field)) {
            Cell::TimeMs(ms) => rfc3339(ms),
            cell => cell.to_text().into_owned(),
        });
        let (column, found) = (slots.name(slot).to_owned(), cell(slot).to_text().into_owned());
        Reject { file, line, reason, column, found, values }
    }

    /// A row that could not even be split into values.
    pub(in super::super) fn of_damage((file, line): (usize, u64), reason: Reason, damage: &Damage) -> Reject {
        let (column, found) = (damage.column().to_owned(), damage.to_string());
        Reject { file, line, reason, column, found, values: Default::default() }
    }

    /// An event that a rule left out.
    pub(in super::super) fn of_event(
        log: &Collector,
        event: usize,
        reason: Reason,
        field: Option<Field>,
        found: String,
    ) -> Reject {
        let events = &log.events;
        let column = field.map_or("", |field| log.slots.name(log.slots.of(field))).to_owned();
        let values = Field::ALL.map(|field| match field {
            Field::Item => events.items.get(event).map_or("", |&item| log.items.id(item)).to_owned(),
            Field::Session => log.session_name(event).to_owned(),
            Field::Shopper => match log.shopper_of(event) {
                NO_SHOPPER => String::new(),
                shopper => log.shoppers.id(shopper).to_owned(),
            },
            Field::Event => events.kinds.get(event).map_or("", |kind| kind.name()).to_owned(),
            Field::Timestamp if reason == Reason::BadTimestamp => found.clone(),
            Field::Timestamp => time(log, event),
            // Only its place in an order was kept.
            Field::Position => String::new(),
            Field::Quantity => number(&events.quantities, event),
            Field::Price => number(&events.prices, event),
        });
        let (file, line) = log.place_of(event);
        Reject { file, line, reason, column, found, values }
    }
}

fn time(log: &Collector, event: usize) -> String {
    let Some(&time) = log.events.times.get(event) else { return String::new() };
    match &log.time_source {
        Some((TimeSource::Positions, _)) | None => time.to_string(),
        _ => rfc3339(time),
    }
}

fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

fn number(values: &[f64], event: usize) -> String {
    values.get(event).filter(|value| !value.is_nan()).map_or_else(String::new, f64::to_string)
}
