//! An event log after cleaning: items with dense numbers, events grouped into sessions.

use std::ops::Range;

use crate::{EventKind, ItemIx};

/// A cleaned event log: items with dense numbers, events grouped into sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventLog {
    /// The shop's ids; the index is the [`ItemIx`]. In order of first appearance in the
    /// sessions if the log has times of the day, else in the log.
    pub item_ids: Vec<String>,
    /// The sessions, oldest first.
    pub sessions: Sessions,
    /// Further values of each event; `None` unless
    /// [`ReadOptions::keep_details`](super::ReadOptions::keep_details) asks for it.
    pub details: Option<Details>,
    /// Markets of the sessions; `None` unless a column names them.
    pub markets: Option<Markets>,
    /// The product that each item is a variant of, aligned with `item_ids`, `None` for an item that is none; empty unless
    /// a column names it.
    pub parents: Vec<Option<String>>,
}

impl EventLog {
    /// Returns the id of the product that an item is a variant of, if the log says so.
    pub fn parent_of(&self, item: ItemIx) -> Option<&str> {
        self.parents.get(item.as_usize())?.as_deref()
    }
}

/// Markets of a shop, for instance countries, and that of each session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markets {
    /// Names, in the order of the alphabet.
    pub names: Vec<String>,
    /// Position in `names` of the market of each session's first event that has one; `None` for a session without.
    pub of_session: Vec<Option<u32>>,
}

/// Values of events besides item and kind, each list aligned with [`Sessions::items`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// When, ms since 1970 UTC; empty if the log has no real times.
    pub times_ms: Vec<i64>,
    /// Pieces; not a number where the row has none. Empty if the log has no such column.
    pub quantities: Vec<f64>,
    /// Values of the price column, in the shop's currency; likewise.
    pub prices: Vec<f64>,
}

impl Details {
    /// Adds the values of some events of another log.
    pub fn extend_from(&mut self, other: &Details, events: Range<usize>) {
        let Details { times_ms, quantities, prices } = self;
        times_ms.extend(other.times_ms.get(events.clone()).unwrap_or_default());
        quantities.extend(other.quantities.get(events.clone()).unwrap_or_default());
        prices.extend(other.prices.get(events).unwrap_or_default());
    }
}

/// Sessions in CSR form, from the oldest to the newest; events oldest first within a session.
///
/// Sessions are ordered by the time of their last event; without times, by first appearance in the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sessions {
    /// `num_sessions + 1` positions into `items` and `kinds`.
    pub offsets: Vec<usize>,
    /// The item of each event.
    pub items: Vec<ItemIx>,
    /// The kind of each event.
    pub kinds: Vec<EventKind>,
    /// The dense number of each session's shopper. Without a shopper column every session is its own shopper.
    pub shoppers: Vec<u32>,
    /// Time of each session's last event, ms since 1970 UTC; empty if the log has no real times.
    pub end_ms: Vec<i64>,
    /// True if the log names shoppers (otherwise each session counts as one).
    pub has_shoppers: bool,
}

impl Sessions {
    /// Returns the number of sessions.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Returns true if there is no session at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items of session `session`, oldest first.
    pub fn items_of(&self, session: usize) -> &[ItemIx] {
        &self.items[self.offsets[session]..self.offsets[session + 1]]
    }

    /// The kinds of session `session`'s events, oldest first.
    pub fn kinds_of(&self, session: usize) -> &[EventKind] {
        &self.kinds[self.offsets[session]..self.offsets[session + 1]]
    }

    /// The age of each session as a share of the log's span: 0 for the newest, 1 for the oldest.
    pub fn ages(&self) -> Vec<f64> {
        let num_sessions = self.len();
        let span = match (self.end_ms.first(), self.end_ms.last()) {
            (Some(first), Some(last)) if last > first => (last - first) as f64,
            _ => {
                let newest = num_sessions.saturating_sub(1).max(1) as f64;
                return (0..num_sessions).map(|session| (num_sessions - 1 - session) as f64 / newest).collect();
            }
        };
        let last = self.end_ms[num_sessions - 1];
        self.end_ms.iter().map(|&end| (last - end) as f64 / span).collect()
    }
}
