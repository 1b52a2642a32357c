//! What is measured on: a history and the item that came next.

use crate::events::EventLog;
use crate::model::Model;
use crate::rank::HistoryEvent;
use crate::{EventKind, ItemIx};
use std::collections::HashSet;

/// Which events of a session are targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Every event after the first, each with the events before it: long sessions weigh more.
    #[default]
    Each,
    /// The last event of each session: every session weighs the same.
    Last,
}

/// What became of the sessions that cases were made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions with at least one target.
    pub used: usize,
    /// Sessions left out because they end within the training period.
    pub in_training: usize,
    /// Sessions left out because they hold a single event.
    pub too_short: usize,
}

/// Histories with the item that came next, in the numbers of one model.
///
/// Ids that the model does not know are left out of histories, as they are when ranking; an unknown target stays
/// a case, which no list can hit.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// Known history events, oldest first, of all cases.
    events: Vec<HistoryEvent>,
    cases: Vec<Case>,
    num_unknown_events: usize,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    /// The history in `events`.
    start: usize,
    end: usize,
    /// `None` if the model does not know it.
    target: Option<ItemIx>,
    /// Whether the history, unknown ids included, does not hold the target.
    is_new: bool,
}

impl Cases {
    /// No cases yet.
    pub fn new() -> Cases {
        Cases::default()
    }

    /// Adds the case of `history` (shop ids, oldest first, all of one kind) and the shop id of what came next.
    pub fn push<'i>(
        &mut self,
        model: &Model,
        history: impl IntoIterator<Item = &'i str>,
        kind: EventKind,
        target: &str,
    ) {
        let start = self.events.len();
        let mut is_new = true;
        for id in history {
            is_new &= id != target;
            match model.items.item(id) {
                Some(item) => self.events.push(HistoryEvent { item, kind }),
                None => self.num_unknown_events += 1,
            }
        }
        self.cases.push(Case { start, end: self.events.len(), target: model.items.item(target), is_new });
    }

    /// The cases of a log's sessions; with `after_ms`, only of those that end later than it.
    ///
    /// Sessions whose end is not known (the log has no times) are all left out if `after_ms` is given.
    pub fn from_sessions(
        model: &Model,
        log: &EventLog,
        after_ms: Option<i64>,
        targets: Targets,
    ) -> (Cases, SessionCounts) {
        let known: Vec<Option<ItemIx>> = log.item_ids.iter().map(|id| model.items.item(id)).collect();
        let is_late = |session: &usize| {
            let end_ms = log.sessions.end_ms.get(*session);
            after_ms.is_none_or(|after| end_ms.is_some_and(|&end| end > after))
        };
        let late: Vec<usize> = (0..log.sessions.len()).filter(is_late).collect();
        let in_training = log.sessions.len() - late.len();
        let (cases, counts) = Cases::of_sessions(&known, log, late, targets);
        (cases, SessionCounts { in_training, ..counts })
    }

    /// The cases of some of a log's sessions, given what number each item of the log has in the model.
    pub(super) fn of_sessions(
        known: &[Option<ItemIx>],
        log: &EventLog,
        sessions: impl IntoIterator<Item = usize>,
        targets: Targets,
    ) -> (Cases, SessionCounts) {
        let mut cases = Cases::new();
        let mut counts = SessionCounts::default();
        let mut seen: HashSet<ItemIx> = HashSet::new();
        for session in sessions {
            let items = log.sessions.items_of(session);
            if items.len() < 2 {
                counts.too_short += 1;
                continue;
            }
            counts.used += 1;
            seen.clear();
            let start = cases.events.len();
            for (position, (&item, &kind)) in items.iter().zip(log.sessions.kinds_of(session)).enumerate() {
                let target = known.get(item.as_usize()).copied().flatten();
                let is_last = position + 1 == items.len();
                if position > 0 && (is_last || targets == Targets::Each) {
                    let end = cases.events.len();
                    cases.cases.push(Case { start, end, target, is_new: !seen.contains(&item) });
                }
                seen.insert(item);
                match target {
                    // The last event is nobody's history.
                    _ if is_last => {}
                    Some(item) => cases.events.push(HistoryEvent { item, kind }),
                    None => cases.num_unknown_events += 1,
                }
            }
        }
        (cases, counts)
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is no case at all.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// How many history events name an item that the model does not know.
    pub fn num_unknown_events(&self) -> usize {
        self.num_unknown_events
    }

    /// The known history of case `case`, oldest first; empty for a number out of range.
    pub fn history(&self, case: usize) -> &[HistoryEvent] {
        self.cases.get(case).map_or(&[], |case| &self.events[case.start..case.end])
    }

    /// The target of case `case`; `None` if the model does not know it.
    pub fn target(&self, case: usize) -> Option<ItemIx> {
        self.cases.get(case).and_then(|case| case.target)
    }

    /// Whether the target of case `case` is not in its history.
    pub fn is_new(&self, case: usize) -> bool {
        self.cases.get(case).is_some_and(|case| case.is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::protocol::tests::model_of;
    use crate::events::Sessions;

    fn log(sessions: &[(&[u32], i64)]) -> EventLog {
        let mut log = EventLog { item_ids: ["a", "b", "c", "new"].map(String::from).to_vec(), ..EventLog::default() };
        log.sessions = Sessions { offsets: vec![0], ..Sessions::default() };
        for (number, (items, end_ms)) in sessions.iter().enumerate() {
            log.sessions.items.extend(items.iter().map(|&item| ItemIx(item)));
            log.sessions.kinds.extend(items.iter().map(|_| EventKind::View));
            log.sessions.offsets.push(log.sessions.items.len());
            log.sessions.shoppers.push(number as u32);
            log.sessions.end_ms.push(*end_ms);
        }
        log
    }

    fn items(events: &[HistoryEvent]) -> Vec<u32> {
        events.iter().map(|event| event.item.0).collect()
    }

    #[test]
    fn every_event_after_the_first_is_a_target_with_what_came_before() {
        let model = model_of(&["c", "b", "a"], &[&[], &[], &[]]);
        let (cases, counts) = Cases::from_sessions(&model, &log(&[(&[0, 3, 1, 0], 5)]), None, Targets::Each);
        assert_eq!(counts, SessionCounts { used: 1, in_training: 0, too_short: 0 });
        // a | new, a new | b, a new b | a, with a = 2 and b = 1 in the model and `new` unknown to it
        let seen: Vec<_> = (0..cases.len()).map(|at| (items(cases.history(at)), cases.target(at))).collect();
        assert_eq!(seen, [(vec![2], None), (vec![2], Some(ItemIx(1))), (vec![2, 1], Some(ItemIx(2)))]);
        assert_eq!((0..3).map(|at| cases.is_new(at)).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(cases.num_unknown_events(), 1);
    }

    #[test]
    fn the_last_event_alone_can_be_the_target() {
        let model = model_of(&["a", "b", "c"], &[&[], &[], &[]]);
        let (cases, _) = Cases::from_sessions(&model, &log(&[(&[0, 1, 2], 5)]), None, Targets::Last);
        assert_eq!(cases.len(), 1);
        assert_eq!((items(cases.history(0)), cases.target(0)), (vec![0, 1], Some(ItemIx(2))));
    }

    #[test]
    fn sessions_of_the_training_period_and_of_one_event_are_left_out() {
        let model = model_of(&["a", "b", "c"], &[&[], &[], &[]]);
        let log = log(&[(&[0, 1], 5), (&[0, 1], 6), (&[1], 7), (&[1, 2], 8)]);
        let (cases, counts) = Cases::from_sessions(&model, &log, Some(6), Targets::Each);
        assert_eq!(counts, SessionCounts { used: 1, in_training: 2, too_short: 1 });
        assert_eq!(cases.len(), 1);
    }

    #[test]
    fn an_unknown_target_in_the_history_is_not_new() {
        let model = model_of(&["a"], &[&[]]);
        let mut cases = Cases::new();
        cases.push(&model, ["x", "a"], EventKind::View, "x");
        cases.push(&model, ["a"], EventKind::View, "x");
        assert_eq!((cases.is_new(0), cases.is_new(1)), (false, true));
        assert_eq!((cases.target(0), items(cases.history(0))), (None, vec![0]));
    }
}
