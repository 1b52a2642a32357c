//! Test cases: a history, and the items that came next.

use crate::events::Sessions;
use crate::rank::HistoryEvent;
use crate::{EventKind, ItemIx, Random};
use std::collections::HashSet;

/// Events of a session that are targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Targets {
    /// Every event after the first, each with the events before it: long sessions weigh more.
    #[default]
    Each,
    /// The last event of each session: every session weighs the same.
    Last,
}

/// Numbers of sessions that test cases were made from, and of those that were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions with at least one target.
    pub used: usize,
    /// Sessions left out because they end within the training period.
    pub in_training: usize,
    /// Sessions left out because they hold a single event.
    pub too_short: usize,
}

/// Histories with the items that came next, one or a whole basket, in the item numbers of a model or of a training log.
///
/// Unknown items are left out of histories, as they are when ranking; an unknown target remains a target, which no list
/// can hit. Histories that are parts of one session share their memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestCases {
    /// Known history events, newest first, of all cases.
    events: Vec<HistoryEvent>,
    targets: Vec<Target>,
    cases: Vec<TestCase>,
    clusters: Clusters,
    num_unknown_events: usize,
}

/// Test cases that are not independent of each other, and are drawn together when intervals are estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clusters {
    /// Those of a shopper.
    Shoppers,
    /// Those of a session, for logs without shoppers.
    Sessions,
    /// Rows of a file, each independent of the others.
    #[default]
    Rows,
}

/// One item that came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The item; `None` if it is unknown.
    pub item: Option<ItemIx>,
    /// True if the item is new to the shopper: the history, unknown items included, does not hold it.
    pub is_new: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct TestCase {
    /// Start and end in `events`.
    events: (usize, usize),
    /// Start and end in `targets`.
    targets: (usize, usize),
    cluster: u32,
    length: u32,
}

impl TestCases {
    /// Makes an empty collection whose cases are independent of each other.
    pub fn new() -> TestCases {
        TestCases::default()
    }

    /// Makes an empty collection with these clusters.
    pub fn of(clusters: Clusters) -> TestCases {
        TestCases { clusters, ..TestCases::default() }
    }

    /// Returns the name of the clusters: `shoppers`, `sessions` or `rows`.
    pub const fn clusters(&self) -> &'static str {
        match self.clusters {
            Clusters::Shoppers => "shoppers",
            Clusters::Sessions => "sessions",
            Clusters::Rows => "rows",
        }
    }

    /// Adds a case: the known events before, newest first, and the distinct items that came next.
    ///
    /// `cluster` is a shopper, or a session where the log has no shoppers. `length` is the length of the history for
    /// the table by length, in events or baskets.
    pub fn push(
        &mut self,
        history: impl IntoIterator<Item = HistoryEvent>,
        targets: impl IntoIterator<Item = Target>,
        cluster: u32,
        length: u32,
    ) {
        let start = self.events.len();
        self.events.extend(history);
        self.push_shared((start, self.events.len()), targets, cluster, length);
    }

    /// Adds a case whose history is in `events` already.
    fn push_shared(
        &mut self,
        events: (usize, usize),
        targets: impl IntoIterator<Item = Target>,
        cluster: u32,
        length: u32,
    ) {
        let start = self.targets.len();
        self.targets.extend(targets);
        self.cases.push(TestCase { events, targets: (start, self.targets.len()), cluster, length });
    }

    /// Adds a case of shop ids, the history oldest first and of one kind; `number_of` returns the number of a known
    /// item.
    pub fn push_ids(
        &mut self,
        number_of: &dyn Fn(&str) -> Option<ItemIx>,
        history: &[&str],
        kind: EventKind,
        target: &str,
        cluster: u32,
    ) {
        let known = history.iter().rev().filter_map(|id| number_of(id)).map(|item| HistoryEvent { item, kind });
        let start = self.events.len();
        self.events.extend(known);
        self.num_unknown_events += history.len() - (self.events.len() - start);
        let target = Target { item: number_of(target), is_new: !history.contains(&target) };
        self.push_shared((start, self.events.len()), [target], cluster, history.len() as u32);
    }

    /// Makes the cases of the sessions that end after `after_ms`, or of all sessions without it.
    ///
    /// `numbers` has the number of each item of the log, `None` for unknown items. Sessions whose end is not known (the
    /// log has no times) are left out if `after_ms` is given.
    pub fn after(
        sessions: &Sessions,
        numbers: &[Option<ItemIx>],
        after_ms: Option<i64>,
        targets: Targets,
    ) -> (TestCases, SessionCounts) {
        let is_late = |session: &usize| {
            let end_ms = sessions.end_ms.get(*session);
            after_ms.is_none_or(|after| end_ms.is_some_and(|&end| end > after))
        };
        let late: Vec<usize> = (0..sessions.len()).filter(is_late).collect();
        let in_training = sessions.len() - late.len();
        let (cases, counts) = TestCases::of_sessions(sessions, numbers, late, targets, usize::MAX);
        (cases, SessionCounts { in_training, ..counts })
    }

    /// Makes the cases of some sessions, with at most the `window` newest known events in a history.
    pub fn of_sessions(
        sessions: &Sessions,
        numbers: &[Option<ItemIx>],
        chosen: impl IntoIterator<Item = usize>,
        targets: Targets,
        window: usize,
    ) -> (TestCases, SessionCounts) {
        let mut cases = TestCases::of(Clusters::of(sessions));
        let mut counts = SessionCounts::default();
        let mut seen: HashSet<ItemIx> = HashSet::new();
        for session in chosen {
            let (items, kinds) = (sessions.items_of(session), sessions.kinds_of(session));
            let Some(last) = items.len().checked_sub(1).filter(|&last| last > 0) else {
                counts.too_short += 1;
                continue;
            };
            counts.used += 1;
            let cluster = if sessions.has_shoppers { sessions.shoppers[session] } else { session as u32 };
            let number = |item: ItemIx| numbers.get(item.as_usize()).copied().flatten();
            // The last event is in no history. Newest first, every history is the end of that of the last event.
            let known = items[..last].iter().zip(kinds).rev();
            cases.events.extend(known.filter_map(|(&item, &kind)| Some(HistoryEvent { item: number(item)?, kind })));
            let end = cases.events.len();
            seen.clear();
            let mut num_known = 0;
            for (position, &item) in items.iter().enumerate() {
                let target = Target { item: number(item), is_new: seen.insert(item) };
                if position > 0 && (position == last || targets == Targets::Each) {
                    let start = end - num_known;
                    cases.push_shared(
                        (start, end.min(start.saturating_add(window))),
                        [target],
                        cluster,
                        position as u32,
                    );
                }
                num_known += usize::from(target.item.is_some() && position < last);
            }
            cases.num_unknown_events += last - num_known;
        }
        (cases, counts)
    }

    /// Returns the number of cases.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Returns true if there are no cases.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Returns the number of history events of unknown items; an event that several histories share counts once.
    pub fn num_unknown_events(&self) -> usize {
        self.num_unknown_events
    }

    /// Returns the known history of a case, newest event first; empty for a number out of range.
    pub fn history(&self, case: usize) -> &[HistoryEvent] {
        self.cases.get(case).map_or(&[], |case| &self.events[case.events.0..case.events.1])
    }

    /// Returns the items that came next in a case; empty for a number out of range.
    pub fn targets(&self, case: usize) -> &[Target] {
        self.cases.get(case).map_or(&[], |case| &self.targets[case.targets.0..case.targets.1])
    }

    /// Returns the cluster of a case; 0 for a number out of range.
    pub fn cluster(&self, case: usize) -> u32 {
        self.cases.get(case).map_or(0, |case| case.cluster)
    }

    /// Returns the length of a case's history, unknown items included; 0 for a number out of range.
    pub fn length(&self, case: usize) -> u32 {
        self.cases.get(case).map_or(0, |case| case.length)
    }

    /// Returns the targets of all cases.
    pub fn all_targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns the total length of the known histories.
    pub fn num_history_events(&self) -> usize {
        self.cases.iter().map(|case| case.events.1 - case.events.0).sum()
    }

    /// Draws at most `most` cases without replacement and keeps their order; the same for the same seed.
    #[must_use]
    pub fn sample(self, most: usize, seed: u64) -> TestCases {
        if self.len() <= most {
            return self;
        }
        self.chosen(draw(self.len(), most, seed))
    }

    /// Keeps at most `most` cases, evenly spread.
    #[must_use]
    pub fn thinned(self, most: usize) -> TestCases {
        let num = self.len();
        if num <= most {
            return self;
        }
        self.chosen((0..num).filter(|at| (at + 1) * most / num > at * most / num))
    }

    /// Returns the first and the second half of the cases.
    pub fn halves(&self) -> [TestCases; 2] {
        let middle = self.len() / 2;
        [self.chosen(0..middle), self.chosen(middle..self.len())]
    }

    /// Renumbers the items; those without a number are unknown.
    #[must_use]
    pub fn renumbered(&self, number_of: impl Fn(ItemIx) -> Option<ItemIx>) -> TestCases {
        let mut renumbered = TestCases { num_unknown_events: self.num_unknown_events, ..TestCases::of(self.clusters) };
        for case in 0..self.len() {
            let history = self.history(case);
            let known =
                history.iter().filter_map(|event| Some(HistoryEvent { item: number_of(event.item)?, ..*event }));
            let target = |target: &Target| Target { item: target.item.and_then(&number_of), ..*target };
            renumbered.push(known, self.targets(case).iter().map(target), self.cluster(case), self.length(case));
        }
        renumbered
    }

    fn chosen(&self, numbers: impl IntoIterator<Item = usize>) -> TestCases {
        let mut chosen = TestCases::of(self.clusters);
        for case in numbers {
            let (events, targets) = (self.history(case).iter().copied(), self.targets(case).iter().copied());
            chosen.push(events, targets, self.cluster(case), self.length(case));
        }
        chosen
    }
}

impl Clusters {
    /// Returns the clusters of a log.
    pub const fn of(sessions: &Sessions) -> Clusters {
        if sessions.has_shoppers { Clusters::Shoppers } else { Clusters::Sessions }
    }
}

/// Draws `most` of the numbers `0..len` without replacement, ascending; all of them if there are fewer.
pub fn draw(len: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut chosen: Vec<usize> = (0..len).collect();
    if len > most {
        // The first `most` positions of a shuffle (Fisher and Yates 1938).
        for at in 0..most {
            let other = at + random.below(chosen.len() - at);
            chosen.swap(at, other);
        }
        chosen.truncate(most);
        chosen.sort_unstable();
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(num: u32) -> TestCases {
        let mut cases = TestCases::new();
        for case in 0..num {
            let event = HistoryEvent { item: ItemIx(case), kind: EventKind::View };
            cases.push([event], [Target { item: Some(ItemIx(case + 1)), is_new: true }], case, 1);
        }
        cases
    }

    fn clusters(cases: &TestCases) -> Vec<u32> {
        (0..cases.len()).map(|case| cases.cluster(case)).collect()
    }

    #[test]
    fn a_sample_keeps_the_order_and_what_belongs_together() {
        let sample = numbered(100).sample(10, 7);
        assert_eq!(sample.len(), 10);
        assert!(clusters(&sample).is_sorted_by(|a, b| a < b), "{sample:?}");
        for case in 0..10 {
            assert_eq!(sample.history(case)[0].item.0, sample.cluster(case));
            assert_eq!(sample.targets(case)[0].item, Some(ItemIx(sample.cluster(case) + 1)));
        }
        assert_eq!(numbered(100).sample(10, 7), sample);
        assert_ne!(numbered(100).sample(10, 8), sample);
        assert_eq!(numbered(5).sample(10, 7), numbered(5));
    }

    #[test]
    fn thinning_spreads_evenly_and_halves_share_nothing() {
        assert_eq!(clusters(&numbered(10).thinned(3)), [3, 6, 9]);
        assert_eq!(numbered(3).thinned(3), numbered(3));
        assert_eq!(numbered(3).halves().map(|half| clusters(&half)), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn items_without_a_new_number_become_unknown() {
        let even = |item: ItemIx| item.0.is_multiple_of(2).then_some(ItemIx(item.0 / 2));
        let renumbered = numbered(4).renumbered(even);
        let items: Vec<_> = (0..4).map(|case| items(renumbered.history(case))).collect();
        assert_eq!(items, [vec![0], vec![], vec![1], vec![]]);
        let targets: Vec<_> = renumbered.all_targets().iter().map(|target| target.item).collect();
        assert_eq!(targets, [None, Some(ItemIx(1)), None, Some(ItemIx(2))]);
    }

    fn log(lists: &[(&[u32], i64)]) -> Sessions {
        let mut sessions = Sessions::new(false);
        (0..).zip(lists).for_each(|(number, (items, end_ms))| {
            sessions.push_items(items, EventKind::View, number, *end_ms);
        });
        sessions
    }

    fn items(events: &[HistoryEvent]) -> Vec<u32> {
        events.iter().map(|event| event.item.0).collect()
    }

    /// Items 0, 1 and 2 of the log have the numbers 2, 1 and 0; item 3 is unknown.
    const NUMBERS: [Option<ItemIx>; 4] = [Some(ItemIx(2)), Some(ItemIx(1)), Some(ItemIx(0)), None];

    #[test]
    fn every_event_after_the_first_is_a_target_with_what_came_before() {
        let (cases, counts) = TestCases::after(&log(&[(&[0, 3, 1, 0], 5)]), &NUMBERS, None, Targets::Each);
        assert_eq!(counts, SessionCounts { used: 1, in_training: 0, too_short: 0 });
        // 0 | 3, 3 0 | 1, 1 3 0 | 0
        let found: Vec<_> =
            (0..cases.len()).map(|case| (items(cases.history(case)), cases.targets(case)[0].item)).collect();
        assert_eq!(found, [(vec![2], None), (vec![2], Some(ItemIx(1))), (vec![1, 2], Some(ItemIx(2)))]);
        let is_new: Vec<bool> = cases.all_targets().iter().map(|target| target.is_new).collect();
        assert_eq!((is_new, cases.num_unknown_events()), (vec![true, true, false], 1));
    }

    #[test]
    fn the_last_event_alone_can_be_the_target() {
        let (cases, _) = TestCases::after(&log(&[(&[0, 1, 2], 5)]), &NUMBERS, None, Targets::Last);
        assert_eq!(cases.len(), 1);
        assert_eq!((items(cases.history(0)), cases.targets(0)[0].item), (vec![1, 2], Some(ItemIx(0))));
    }

    #[test]
    fn a_window_keeps_the_newest_events() {
        let (cases, _) = TestCases::of_sessions(&log(&[(&[0, 1, 2, 0], 5)]), &NUMBERS, [0], Targets::Each, 2);
        let found: Vec<_> = (0..3).map(|case| items(cases.history(case))).collect();
        assert_eq!(found, [vec![2], vec![1, 2], vec![0, 1]]);
    }

    #[test]
    fn sessions_of_the_training_period_and_of_one_event_are_left_out() {
        let log = log(&[(&[0, 1], 5), (&[0, 1], 6), (&[1], 7), (&[1, 2], 8)]);
        let (cases, counts) = TestCases::after(&log, &NUMBERS, Some(6), Targets::Each);
        assert_eq!(counts, SessionCounts { used: 1, in_training: 2, too_short: 1 });
        assert_eq!(cases.len(), 1);
    }

    #[test]
    fn an_unknown_target_in_the_history_is_not_new() {
        let mut cases = TestCases::new();
        let number_of = |id: &str| (id == "a").then_some(ItemIx(0));
        cases.push_ids(&number_of, &["x", "a"], EventKind::View, "x", 0);
        cases.push_ids(&number_of, &["a"], EventKind::View, "x", 1);
        assert_eq!((cases.targets(0)[0].is_new, cases.targets(1)[0].is_new), (false, true));
        assert_eq!((cases.targets(0)[0].item, items(cases.history(0))), (None, vec![0]));
        assert_eq!(cases.num_unknown_events(), 1);
    }
}
