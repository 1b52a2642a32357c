//! Cuts a log into a part to train on and test cases to measure on, and checks that nothing leaks from one to the
//! other.

mod plan;

use crate::events::{Details, EventLog, Markets, Sessions};
use crate::measure::{Clusters, Target, Targets, TestCases, draw};
use crate::rank::HistoryEvent;
use crate::{EventKind, ItemIx};
use plan::{Asked, Plan, by_time, last_basket, leave_last_out, next_basket};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// Ways to cut a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SplitBy {
    /// The newest sessions are held out, this share of them; a session that began before the cut and ended after it is
    /// left out of both parts. Near 0 few cases are left, near 1 little to train on. A target is an event of a held-out
    /// session, its history the events before it in the session.
    Time {
        /// Share of the sessions, above 0 and below 1.
        holdout: f64,
        /// Events of a held-out session that are targets.
        targets: Targets,
    },
    /// As `Time`, for orders of shoppers who come back: all items of each shopper's first held-out basket are targets,
    /// all baskets before the cut are the history. Shoppers without one on both sides are left out.
    NextBasket {
        /// Share of the sessions, above 0 and below 1.
        holdout: f64,
    },
    /// The last event of every shopper (of every session, if the log names no shoppers) is a target, all events before
    /// are its history, and training has them too. Training events of others may be later than it.
    LeaveLastOut,
    /// The last basket (session) of every shopper who has two is held out whole: all its items are targets, all baskets
    /// before are the history, and training has them too. Training events of others may be later than it.
    LastBasket,
}

impl SplitBy {
    /// The name of the split: `time`, `time, next basket`, `leave-last-out` or `last-basket`.
    pub const fn name(self) -> &'static str {
        match self {
            SplitBy::Time { .. } => "time",
            SplitBy::NextBasket { .. } => "time, next basket",
            SplitBy::LeaveLastOut => "leave-last-out",
            SplitBy::LastBasket => "last-basket",
        }
    }
}

/// Reason why a log cannot be split.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The last basket needs to know whose it is.
    #[error("the log names no shoppers, and the last basket is that of a shopper; name their column, or split by time")]
    NoShoppers,
    /// The share of the held-out part makes no sense.
    #[error("the held-out share is {found}, expected more than 0 and less than 1")]
    Holdout {
        /// The share that was given.
        found: f64,
    },
    /// One part is empty.
    #[error(
        "the split leaves {num_training} sessions to train on and {num_cases} targets to measure on, of {num_sessions} \
         sessions; give a longer log{}", if *is_one_moment { " with more than one moment in time" } else { "" }
    )]
    Empty {
        /// Sessions of the log.
        num_sessions: usize,
        /// Sessions to train on.
        num_training: usize,
        /// Number of test cases.
        num_cases: usize,
        /// True if all sessions end at one time.
        is_one_moment: bool,
    },
}

/// A log in two parts.
#[derive(Clone, Debug)]
pub struct Split {
    /// The part to train on, with the items that it holds numbered anew.
    pub train: EventLog,
    /// The test cases, in the item numbers of `train`.
    pub cases: TestCases,
    /// Sizes of the parts, and their overlap.
    pub report: SplitReport,
}

/// Sizes of the parts of a split and their overlap, for people to judge whether it is honest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SplitReport {
    /// The name of the split.
    pub split: &'static str,
    /// Training ends at this time, ms since 1970 UTC; `None` without times, or if the split is not by time.
    pub cut_ms: Option<i64>,
    /// From the last training event to the first target's event, ms; `None` as for `cut_ms`.
    pub gap_ms: Option<i64>,
    /// The part to train on.
    pub training: SplitPart,
    /// The sessions with targets.
    pub test: SplitPart,
    /// Left out because they begin before the cut and end after it.
    pub sessions_across_the_cut: usize,
    /// Left out because they hold one event, or, where baskets are asked for, because their shopper has no basket
    /// before.
    pub too_short: usize,
    /// Sessions with events on both sides; 0 unless the split is `leave-last-out`.
    pub sessions_on_both_sides: usize,
    /// Shoppers with events on both sides; 0 if the log names none.
    pub shoppers_on_both_sides: usize,
    /// Items with events on both sides.
    pub items_on_both_sides: usize,
    /// Test sessions of at least three events of which training holds one with the very same events in the same order.
    pub equal_sessions: usize,
    /// Histories, before any sampling.
    pub histories: usize,
    /// Targets, before any sampling.
    pub targets: usize,
    /// Targets that training does not know.
    pub unknown_targets: usize,
}

/// The size of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SplitPart {
    /// Sessions.
    pub sessions: usize,
    /// Events.
    pub events: usize,
    /// Shoppers; 0 if the log names none.
    pub shoppers: usize,
    /// Distinct items.
    pub items: usize,
}

/// Cuts a log. `O(n log n)` for n events.
///
/// Sessions that began before the cut are known only if the log has [`details`](EventLog::details); without, its last
/// event alone decides.
///
/// # Errors
/// [`SplitError`] if the log has not what the split needs, or a part would be empty.
pub fn split(log: &EventLog, by: SplitBy) -> Result<Split, SplitError> {
    split_sampled(log, by, usize::MAX, 0)
}

/// As [`split`], with at most `most` cases, drawn as [`TestCases::sample`] draws them; the report still counts all.
/// Histories are made for these alone, so that long sessions do not fill the memory.
///
/// # Errors
/// As [`split`].
pub fn split_sampled(log: &EventLog, by: SplitBy, most: usize, seed: u64) -> Result<Split, SplitError> {
    let plan = match by {
        SplitBy::Time { holdout, targets } => by_time(log, holdout, targets)?,
        SplitBy::LeaveLastOut => leave_last_out(log),
        SplitBy::LastBasket | SplitBy::NextBasket { .. } if !log.sessions.has_shoppers => {
            return Err(SplitError::NoShoppers);
        }
        SplitBy::NextBasket { holdout } => next_basket(log, holdout)?,
        SplitBy::LastBasket => last_basket(log),
    };
    let num_training = plan.kept.iter().filter(|&&kept| kept > 0).count();
    if num_training == 0 || plan.asked.is_empty() {
        let ends = &log.sessions.end_ms;
        return Err(SplitError::Empty {
            num_sessions: log.sessions.len(),
            num_training,
            num_cases: plan.asked.len(),
            is_one_moment: ends.len() > 1 && ends.first() == ends.last(),
        });
    }
    Ok(plan.carry_out(log, by, most, seed))
}

/// Targets of all that is asked.
#[derive(Clone, Copy, Default)]
struct AskedFor {
    targets: usize,
    unknown: usize,
}

impl Plan {
    fn carry_out(self, log: &EventLog, by: SplitBy, most: usize, seed: u64) -> Split {
        let sessions = &log.sessions;
        let (train, numbers) = training_part(log, &self.kept);
        let known = |item: ItemIx| numbers[item.as_usize()];
        let mut cases = TestCases::of(Clusters::of(sessions));
        let mut chosen = draw(self.asked.len(), most, seed).into_iter().peekable();
        let mut asked_for = AskedFor::default();
        let (mut held_items, mut distinct, mut is_held) =
            (HashSet::new(), HashSet::new(), vec![false; log.item_ids.len()]);
        let mut test_sessions: Vec<usize> = Vec::new();
        let mut targets: Vec<Target> = Vec::new();
        for (number, asked) in self.asked.iter().enumerate() {
            let session = asked.session;
            if test_sessions.last() != Some(&session) {
                test_sessions.push(session);
            }
            distinct.clear();
            for &item in &sessions.items[asked.targets.clone()] {
                is_held[item.as_usize()] = true;
                if distinct.insert(item) {
                    asked_for.targets += 1;
                    asked_for.unknown += usize::from(known(item).is_none());
                }
            }
            if chosen.next_if_eq(&number).is_none() {
                continue;
            }
            held_items.clear();
            held_items.extend(asked.history.iter().cloned().flatten().map(|event| sessions.items[event]));
            targets.clear();
            distinct.clear();
            for &item in &sessions.items[asked.targets.clone()] {
                if distinct.insert(item) {
                    targets.push(Target { item: known(item), is_new: !held_items.contains(&item) });
                }
            }
            let history = asked.history.iter().cloned().flatten().rev().filter_map(|event| {
                let kind = sessions.kinds.get(event).copied().unwrap_or(EventKind::View);
                known(sessions.items[event]).map(|item| HistoryEvent { item, kind })
            });
            let cluster = if sessions.has_shoppers { sessions.shoppers[session] } else { session as u32 };
            cases.push(history, targets.iter().copied(), cluster, asked.length);
        }
        let report = self.report(log, by, &train, asked_for, &test_sessions, &is_held);
        Split { train, cases, report }
    }

    fn report(
        &self,
        log: &EventLog,
        by: SplitBy,
        train: &EventLog,
        asked_for: AskedFor,
        test_sessions: &[usize],
        is_held: &[bool],
    ) -> SplitReport {
        let sessions = &log.sessions;
        let is_by_time = matches!(by, SplitBy::Time { .. } | SplitBy::NextBasket { .. });
        let shoppers_of = |numbers: &mut dyn Iterator<Item = usize>| -> HashSet<u32> {
            if sessions.has_shoppers {
                numbers.map(|session| sessions.shoppers[session]).collect()
            } else {
                HashSet::new()
            }
        };
        let trained = |session: &usize| self.kept[*session] > 0;
        let in_training = shoppers_of(&mut (0..sessions.len()).filter(trained));
        let in_test = shoppers_of(&mut test_sessions.iter().copied());
        let known: HashSet<&str> = train.item_ids.iter().map(String::as_str).collect();
        let held = log.item_ids.iter().zip(is_held).filter(|(_, is_held)| **is_held).map(|(id, _)| id.as_str());
        let last_ms = train.details.as_ref().and_then(|details| details.times_ms.iter().max()).or(self.cut_ms.as_ref());
        let first_ms = |asked: &Asked| log.details.as_ref()?.times_ms.get(asked.targets.start).copied();
        let first_test_ms = self.asked.iter().filter_map(first_ms).min();
        SplitReport {
            split: by.name(),
            cut_ms: self.cut_ms,
            gap_ms: first_test_ms.zip(last_ms).filter(|_| is_by_time).map(|(first, last)| first - last),
            training: SplitPart {
                sessions: train.sessions.len(),
                events: train.sessions.items.len(),
                shoppers: in_training.len(),
                items: train.item_ids.len(),
            },
            test: SplitPart {
                sessions: test_sessions.len(),
                events: test_sessions
                    .iter()
                    .map(|&session| sessions.items_of(session).len() - self.kept[session])
                    .sum(),
                shoppers: in_test.len(),
                items: is_held.iter().filter(|&&is| is).count(),
            },
            sessions_across_the_cut: self.across,
            too_short: self.too_short,
            sessions_on_both_sides: test_sessions.iter().copied().filter(|session| trained(session)).count(),
            shoppers_on_both_sides: in_training.intersection(&in_test).count(),
            items_on_both_sides: held.filter(|id| known.contains(id)).count(),
            equal_sessions: self.equal_sessions(sessions, test_sessions),
            histories: self.asked.len(),
            targets: asked_for.targets,
            unknown_targets: asked_for.unknown,
        }
    }

    /// Test sessions that training holds, too, event by event: exports that overlap make them.
    fn equal_sessions(&self, sessions: &Sessions, test_sessions: &[usize]) -> usize {
        let is_long = |session: &usize| sessions.items_of(*session).len() >= 3;
        let whole = |session: &usize| self.kept[*session] == sessions.items_of(*session).len();
        let trained: HashSet<&[ItemIx]> = (0..sessions.len())
            .filter(|session| is_long(session) && whole(session))
            .map(|session| sessions.items_of(session))
            .collect();
        let test = test_sessions.iter().filter(|session| is_long(session));
        test.filter(|session| trained.contains(sessions.items_of(**session))).count()
    }
}

/// Returns the first `kept` events of each session as a log, and the number of each item in it.
fn training_part(log: &EventLog, kept: &[usize]) -> (EventLog, Vec<Option<ItemIx>>) {
    let sessions = &log.sessions;
    let mut numbers: Vec<Option<ItemIx>> = vec![None; log.item_ids.len()];
    // Every part of a log has its place here, so that a new one is not forgotten.
    let mut train = EventLog {
        item_ids: Vec::new(),
        sessions: Sessions::new(sessions.has_shoppers),
        details: log.details.as_ref().map(|_| Details::default()),
        markets: log.markets.as_ref().map(|markets| Markets { names: markets.names.clone(), of_session: Vec::new() }),
        parents: Vec::new(),
    };
    // Shoppers of the training part are numbered without gaps, as those of a log are.
    let mut shoppers: HashMap<u32, u32> = HashMap::new();
    for session in (0..sessions.len()).filter(|&session| kept[session] > 0) {
        let start = sessions.offsets[session];
        let range = start..start + kept[session];
        let number = |item: ItemIx| {
            *numbers[item.as_usize()].get_or_insert_with(|| {
                train.item_ids.push(log.item_ids[item.as_usize()].clone());
                train.parents.extend(log.parents.get(item.as_usize()).cloned());
                ItemIx(train.item_ids.len() as u32 - 1)
            })
        };
        let events = sessions.items[range.clone()].iter().copied().map(number);
        let next = shoppers.len() as u32;
        let shopper = *shoppers.entry(sessions.shoppers[session]).or_insert(next);
        let kinds = sessions.kinds[range.clone()].iter().copied();
        train.sessions.push(events.zip(kinds), shopper, sessions.end_ms.get(session).copied());
        if let (Some(of_train), Some(of_log)) = (&mut train.details, &log.details) {
            of_train.extend_from(of_log, range);
        }
        if let (Some(of_train), Some(of_log)) = (&mut train.markets, &log.markets) {
            of_train.of_session.push(of_log.of_session.get(session).copied().flatten());
        }
    }
    (train, numbers)
}

#[cfg(test)]
mod tests;
