//! Counts that several figures share.

use crate::EventKind;
use crate::events::{Details, EventLog, Sessions};
use rayon::prelude::*;

pub(super) use crate::units::DAY_MS;

/// A log with the counts that more than one figure needs.
pub(super) struct Facts<'a> {
    pub(super) log: &'a EventLog,
    pub(super) sessions: &'a Sessions,
    pub(super) details: Option<&'a Details>,
    /// Events of each item by kind (view, cart, purchase).
    pub(super) of_item: Vec<[u64; 3]>,
    /// Events by kind.
    pub(super) kinds: [u64; 3],
    /// Events of each shopper; empty if the log names none.
    pub(super) of_shopper: Vec<u64>,
    /// Time of the first and last event; `None` without real times.
    pub(super) span_ms: Option<(i64, i64)>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(log: &'a EventLog) -> Facts<'a> {
        let sessions = &log.sessions;
        let mut of_item = vec![[0_u64; 3]; log.item_ids.len()];
        let mut kinds = [0_u64; 3];
        for (item, &kind) in sessions.items.iter().zip(&sessions.kinds) {
            kinds[kind as usize] += 1;
            if let Some(counts) = of_item.get_mut(item.as_usize()) {
                counts[kind as usize] += 1;
            }
        }
        let mut of_shopper = Vec::new();
        if sessions.has_shoppers {
            of_shopper = vec![0; sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1)];
            for (&shopper, range) in sessions.shoppers.iter().zip(sessions.offsets.windows(2)) {
                of_shopper[shopper as usize] += (range[1] - range[0]) as u64;
            }
        }
        let details = log.details.as_ref();
        let times = details.map_or(&[][..], |details| &details.times_ms);
        let span_ms = times.par_iter().min().zip(times.par_iter().max()).map(|(&first, &last)| (first, last));
        Facts { log, sessions, details, of_item, kinds, of_shopper, span_ms }
    }

    /// Times of all events, in ms since 1970 UTC.
    pub(super) fn times_ms(&self) -> Result<&'a [i64], &'static str> {
        match self.details {
            Some(details) if !details.times_ms.is_empty() => Ok(&details.times_ms),
            _ => Err("a column of dates or times"),
        }
    }

    /// Prices of all events; not a number where there is none.
    pub(super) fn prices(&self) -> Result<&'a [f64], &'static str> {
        match self.details {
            Some(details) if details.prices.iter().any(|price| price.is_finite()) => Ok(&details.prices),
            _ => Err("a column of prices"),
        }
    }

    /// The number of events.
    pub(super) fn num_events(&self) -> u64 {
        self.sessions.items.len() as u64
    }

    /// Events by kind.
    pub(super) fn of_kind(&self, kind: EventKind) -> u64 {
        self.kinds[kind as usize]
    }

    /// Events of each item, descending, those without any left out.
    pub(super) fn popularity(&self) -> Vec<u64> {
        let mut counts: Vec<u64> =
            self.of_item.iter().map(|kinds| kinds.iter().sum()).filter(|&count| count > 0).collect();
        counts.par_sort_unstable_by(|a, b| b.cmp(a));
        counts
    }
}

/// The day of a time, counted from 1970-01-01.
pub(super) const fn day_of(time_ms: i64) -> i64 {
    time_ms.div_euclid(DAY_MS)
}

/// The date of a day: `2026-03-01`.
pub(super) fn date(day: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(day.saturating_mul(DAY_MS));
    time.map_or_else(|_| format!("day {day}"), |time| time.strftime("%Y-%m-%d").to_string())
}
