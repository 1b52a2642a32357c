//! Sessions that are put together one after the other.

use super::Sessions;
use crate::{EventKind, ItemIx};

impl Sessions {
    /// Makes an empty list of sessions, of shoppers or of sessions alone.
    pub fn new(has_shoppers: bool) -> Sessions {
        Sessions { offsets: vec![0], has_shoppers, ..Sessions::default() }
    }

    /// Adds a session with its events, oldest first.
    ///
    /// `shopper` is a dense number; without shoppers it is that of the session. `end_ms` is the time of the last event,
    /// ms since 1970 UTC.
    ///
    /// # Panics
    /// If only some sessions have a time, or the session ends before the one that was added last.
    pub fn push(
        &mut self,
        events: impl IntoIterator<Item = (ItemIx, EventKind)>,
        shopper: u32,
        end_ms: impl Into<Option<i64>>,
    ) {
        for (item, kind) in events {
            self.items.push(item);
            self.kinds.push(kind);
        }
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        if let Some(end_ms) = end_ms.into() {
            assert!(self.end_ms.last().is_none_or(|&last| last <= end_ms), "sessions must be added from old to new");
            self.end_ms.push(end_ms);
        }
        self.shoppers.push(shopper);
        self.offsets.push(self.items.len());
        let has_times = self.end_ms.len();
        assert!(has_times == 0 || has_times == self.len(), "either all sessions have a time or none has");
    }
}

#[cfg(test)]
impl Sessions {
    /// Adds a session with events of one kind on numbered items.
    pub(crate) fn push_items(&mut self, items: &[u32], kind: EventKind, shopper: u32, end_ms: impl Into<Option<i64>>) {
        self.push(items.iter().map(|&item| (ItemIx(item), kind)), shopper, end_ms);
    }

    /// Makes sessions of shoppers, with events of one kind on numbered items and without times.
    pub(crate) fn of_shoppers<'l>(kind: EventKind, lists: impl IntoIterator<Item = (u32, &'l [u32])>) -> Sessions {
        let mut sessions = Sessions::new(true);
        lists.into_iter().for_each(|(shopper, items)| sessions.push_items(items, kind, shopper, None));
        sessions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{Purchase, View};

    #[test]
    fn sessions_are_aligned_with_their_events() {
        let mut sessions = Sessions::new(true);
        sessions.push([(ItemIx(4), View), (ItemIx(5), Purchase)], 7, 10);
        sessions.push([], 8, 10);
        assert_eq!((sessions.len(), &sessions.shoppers[..], &sessions.end_ms[..]), (2, &[7, 8][..], &[10, 10][..]));
        assert_eq!((sessions.items_of(0), sessions.kinds_of(0)), (&[ItemIx(4), ItemIx(5)][..], &[View, Purchase][..]));
        assert_eq!(sessions.items_of(1), []);
    }

    #[test]
    #[should_panic = "either all sessions have a time or none has"]
    fn a_time_for_some_sessions_is_refused() {
        let mut sessions = Sessions::new(false);
        sessions.push([(ItemIx(0), View)], 0, None);
        sessions.push([(ItemIx(0), View)], 1, 5);
    }

    #[test]
    #[should_panic = "from old to new"]
    fn a_session_of_the_past_is_refused() {
        let mut sessions = Sessions::new(false);
        sessions.push([(ItemIx(0), View)], 0, 5);
        sessions.push([(ItemIx(0), View)], 1, 4);
    }
}
