//! What several systems are compared on: a history, and everything that came next.

use super::Targets;
use crate::events::{EventLog, Sessions};
use crate::learn::Random;
use crate::rank::HistoryEvent;
use crate::{EventKind, ItemIx};

/// Histories with the items that came next, one or a whole basket, in the item numbers of the training part.
///
/// Items that the training part does not hold are left out of histories, as they are when ranking; an unknown target stays
/// one, which no list can hit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    /// Known history events, newest first, of all trials.
    events: Vec<HistoryEvent>,
    targets: Vec<Target>,
    trials: Vec<Trial>,
    clusters: Clusters,
}

/// What the clusters of trials are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clusters {
    /// Shoppers.
    Shoppers,
    /// Sessions, where shoppers have no names.
    Sessions,
    /// Rows of a file, taken as independent of each other.
    #[default]
    Rows,
}

/// One item that came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// `None` if training does not know it.
    pub item: Option<ItemIx>,
    /// Whether the history, unknown items included, does not hold it.
    pub is_new: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Trial {
    /// Ends in `events` and `targets`; the starts are the ends of the trial before.
    events: (usize, usize),
    targets: (usize, usize),
    cluster: u32,
    length: u32,
}

impl Trials {
    /// No trials yet.
    pub fn new() -> Trials {
        Trials::default()
    }

    /// No trials yet, of these clusters.
    pub fn of(clusters: Clusters) -> Trials {
        Trials { clusters, ..Trials::default() }
    }

    /// The name of what is drawn together when intervals are estimated: `shoppers`, `sessions` or `rows`.
    pub const fn clusters(&self) -> &'static str {
        match self.clusters {
            Clusters::Shoppers => "shoppers",
            Clusters::Sessions => "sessions",
            Clusters::Rows => "rows",
        }
    }

    /// Adds a trial: the known events before, newest first, and the distinct items that came next.
    ///
    /// Trials of one `cluster` (a shopper, or a session where shoppers have no names) are drawn together when intervals
    /// are estimated. `length` is how long the history is, for the table by length: events, or baskets.
    pub fn push(
        &mut self,
        history: impl IntoIterator<Item = HistoryEvent>,
        targets: impl IntoIterator<Item = Target>,
        cluster: u32,
        length: u32,
    ) {
        let (first_event, first_target) = (self.events.len(), self.targets.len());
        self.events.extend(history);
        self.targets.extend(targets);
        let trial = Trial {
            events: (first_event, self.events.len()),
            targets: (first_target, self.targets.len()),
            cluster,
            length,
        };
        self.trials.push(trial);
    }

    /// Adds a trial of shop ids, the history oldest first and of one kind; `item` numbers what training knows.
    pub fn push_ids<'i>(
        &mut self,
        item: &dyn Fn(&str) -> Option<ItemIx>,
        history: &[&'i str],
        kind: EventKind,
        target: &'i str,
        cluster: u32,
    ) {
        let known = history.iter().rev().filter_map(|id| item(id)).map(|item| HistoryEvent { item, kind });
        let target = Target { item: item(target), is_new: !history.contains(&target) };
        self.push(known, [target], cluster, history.len() as u32);
    }

    /// The trials of a log's sessions that end after `after_ms` (all sessions without it), as
    /// [`Cases::from_sessions`](super::Cases::from_sessions) has them; `item` numbers what training knows.
    pub fn from_sessions(
        item: &dyn Fn(&str) -> Option<ItemIx>,
        log: &EventLog,
        after_ms: Option<i64>,
        targets: Targets,
    ) -> Trials {
        let known: Vec<Option<ItemIx>> = log.item_ids.iter().map(|id| item(id)).collect();
        let sessions = &log.sessions;
        let mut trials = Trials::of(Clusters::of(sessions));
        for session in 0..sessions.len() {
            let end_ms = sessions.end_ms.get(session);
            if after_ms.is_some_and(|after| end_ms.is_none_or(|&end| end <= after)) {
                continue;
            }
            let (items, kinds) = (sessions.items_of(session), sessions.kinds_of(session));
            let cluster = if sessions.has_shoppers { sessions.shoppers[session] } else { session as u32 };
            let first = if targets == Targets::Last { items.len().saturating_sub(1).max(1) } else { 1 };
            for at in first..items.len() {
                let history = items[..at].iter().zip(kinds).rev();
                let history =
                    history.filter_map(|(item, &kind)| known[item.as_usize()].map(|item| HistoryEvent { item, kind }));
                let is_new = !items[..at].contains(&items[at]);
                let target = Target { item: known[items[at].as_usize()], is_new };
                trials.push(history, [target], cluster, at as u32);
            }
        }
        trials
    }

    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is no trial at all.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// The known history of trial `trial`, newest event first; empty for a number out of range.
    pub fn history(&self, trial: usize) -> &[HistoryEvent] {
        self.trials.get(trial).map_or(&[], |trial| &self.events[trial.events.0..trial.events.1])
    }

    /// What came next in trial `trial`; empty for a number out of range.
    pub fn targets(&self, trial: usize) -> &[Target] {
        self.trials.get(trial).map_or(&[], |trial| &self.targets[trial.targets.0..trial.targets.1])
    }

    /// Who trial `trial` is of; 0 for a number out of range.
    pub fn cluster(&self, trial: usize) -> u32 {
        self.trials.get(trial).map_or(0, |trial| trial.cluster)
    }

    /// How long the history of trial `trial` is; 0 for a number out of range.
    pub fn length(&self, trial: usize) -> u32 {
        self.trials.get(trial).map_or(0, |trial| trial.length)
    }

    /// All targets of all trials.
    pub fn all_targets(&self) -> &[Target] {
        &self.targets
    }

    /// At most `most` trials, drawn without replacement, in the order they are in; the same for the same seed.
    pub fn sample(self, most: usize, seed: u64) -> Trials {
        if self.len() <= most {
            return self;
        }
        let mut sample = Trials::of(self.clusters);
        for trial in drawn(self.len(), most, seed) {
            let (events, targets) = (self.history(trial).iter().copied(), self.targets(trial).iter().copied());
            sample.push(events, targets, self.cluster(trial), self.length(trial));
        }
        sample
    }
}

impl Clusters {
    pub(super) const fn of(sessions: &Sessions) -> Clusters {
        if sessions.has_shoppers { Clusters::Shoppers } else { Clusters::Sessions }
    }
}

/// `most` of so many numbers, or all if there are fewer, ascending; the same for the same seed.
pub(super) fn drawn(len: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut chosen: Vec<usize> = (0..len).collect();
    if len > most {
        // The first `most` places of a shuffle (Fisher and Yates 1938).
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
    use crate::EventKind;

    fn numbered(num: u32) -> Trials {
        let mut trials = Trials::new();
        for trial in 0..num {
            let event = HistoryEvent { item: ItemIx(trial), kind: EventKind::View };
            trials.push([event], [Target { item: Some(ItemIx(trial + 1)), is_new: true }], trial, 1);
        }
        trials
    }

    #[test]
    fn a_sample_keeps_the_order_and_what_belongs_together() {
        let sample = numbered(100).sample(10, 7);
        assert_eq!(sample.len(), 10);
        let clusters: Vec<u32> = (0..10).map(|trial| sample.cluster(trial)).collect();
        assert!(clusters.is_sorted_by(|a, b| a < b), "{clusters:?}");
        for trial in 0..10 {
            assert_eq!(sample.history(trial)[0].item.0, sample.cluster(trial));
            assert_eq!(sample.targets(trial)[0].item, Some(ItemIx(sample.cluster(trial) + 1)));
        }
        assert_eq!(numbered(100).sample(10, 7), sample);
        assert_ne!(numbered(100).sample(10, 8), sample);
        assert_eq!(numbered(5).sample(10, 7), numbered(5));
    }
}
