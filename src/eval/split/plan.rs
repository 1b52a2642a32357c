//! The events to train on and the test cases of a split: one function for each kind of split.

use super::SplitError;
use crate::events::{EventLog, Sessions};
use crate::measure::Targets;

/// Events to train on, and test cases.
pub(super) struct Plan {
    /// Number of events of each session, from the first, to train on.
    pub(super) kept: Vec<usize>,
    /// The test cases: history and targets as ranges of events of the whole log.
    pub(super) asked: Vec<Asked>,
    pub(super) cut_ms: Option<i64>,
    pub(super) across: usize,
    pub(super) too_short: usize,
}

pub(super) struct Asked {
    /// Sessions with the events of each that are the history, oldest first.
    pub(super) history: Vec<std::ops::Range<usize>>,
    pub(super) targets: std::ops::Range<usize>,
    pub(super) session: usize,
    pub(super) length: u32,
}

/// Cuts by time, and asks nothing yet: the plan, and the held-out sessions that began after the cut.
fn cut_by_time(log: &EventLog, holdout: f64) -> Result<(Plan, Vec<usize>), SplitError> {
    if !(holdout > 0.0 && holdout < 1.0) {
        return Err(SplitError::Holdout { found: holdout });
    }
    let sessions = &log.sessions;
    let num_sessions = sessions.len();
    let num_test = ((num_sessions as f64 * holdout).ceil() as usize).min(num_sessions);
    let mut first = num_sessions - num_test;
    let cut_ms = first.checked_sub(1).and_then(|last| sessions.end_ms.get(last)).copied();
    if let Some(cut_ms) = cut_ms {
        // What ends at the very time of the cut is of its time.
        first += sessions.end_ms[first..].partition_point(|&end| end <= cut_ms);
    }
    let lengths = sessions.offsets.windows(2).take(first).map(|range| range[1] - range[0]);
    let mut plan = Plan { kept: lengths.collect(), asked: Vec::new(), cut_ms, across: 0, too_short: 0 };
    plan.kept.resize(num_sessions, 0);
    let times = log.details.as_ref().map_or(&[][..], |details| &details.times_ms);
    let began_before = |session: &usize| {
        let began = times.get(sessions.offsets[*session]);
        began.zip(cut_ms).is_some_and(|(&began, cut)| began <= cut)
    };
    let (across, held_out): (Vec<usize>, Vec<usize>) = (first..num_sessions).partition(began_before);
    plan.across = across.len();
    Ok((plan, held_out))
}

pub(super) fn by_time(log: &EventLog, holdout: f64, targets: Targets) -> Result<Plan, SplitError> {
    let (mut plan, held_out) = cut_by_time(log, holdout)?;
    for session in held_out {
        let (start, end) = (log.sessions.offsets[session], log.sessions.offsets[session + 1]);
        if end - start < 2 {
            plan.too_short += 1;
            continue;
        }
        let first_target = if targets == Targets::Last { end - 1 } else { start + 1 };
        plan.asked.extend((first_target..end).map(|at| Asked {
            history: std::iter::once(start..at).collect(),
            targets: at..at + 1,
            session,
            length: (at - start) as u32,
        }));
    }
    Ok(plan)
}

pub(super) fn next_basket(log: &EventLog, holdout: f64) -> Result<Plan, SplitError> {
    let sessions = &log.sessions;
    let (mut plan, held_out) = cut_by_time(log, holdout)?;
    let num_shoppers = sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1);
    let range = |session: usize| sessions.offsets[session]..sessions.offsets[session + 1];
    let mut before: Vec<Vec<std::ops::Range<usize>>> = vec![Vec::new(); num_shoppers];
    for session in (0..sessions.len()).filter(|&session| plan.kept[session] > 0) {
        before[sessions.shoppers[session] as usize].push(range(session));
    }
    let mut is_asked = vec![false; num_shoppers];
    for session in held_out {
        let shopper = sessions.shoppers[session] as usize;
        if std::mem::replace(&mut is_asked[shopper], true) {
            continue;
        }
        let history = std::mem::take(&mut before[shopper]);
        if history.is_empty() {
            plan.too_short += 1;
        } else {
            let length = history.len() as u32;
            plan.asked.push(Asked { history, targets: range(session), session, length });
        }
    }
    Ok(plan)
}

/// The sessions of each shopper, oldest first; each session by itself if shoppers have no names.
fn by_shopper(sessions: &Sessions) -> Vec<Vec<usize>> {
    if !sessions.has_shoppers {
        return (0..sessions.len()).map(|session| vec![session]).collect();
    }
    let mut of_shopper: Vec<Vec<usize>> =
        vec![Vec::new(); sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1)];
    for (session, &shopper) in sessions.shoppers.iter().enumerate() {
        of_shopper[shopper as usize].push(session);
    }
    of_shopper
}

pub(super) fn leave_last_out(log: &EventLog) -> Plan {
    let sessions = &log.sessions;
    let mut plan = everything_kept(sessions);
    for of_shopper in by_shopper(sessions) {
        let Some(&session) = of_shopper.last() else { continue };
        let mut history: Vec<_> =
            of_shopper.iter().map(|&session| sessions.offsets[session]..sessions.offsets[session + 1]).collect();
        let length = history.iter().map(std::iter::ExactSizeIterator::len).sum::<usize>();
        if length < 2 {
            plan.too_short += 1;
            continue;
        }
        let target = sessions.offsets[session + 1] - 1;
        if let Some(last) = history.last_mut() {
            last.end = target;
        }
        plan.kept[session] -= 1;
        plan.asked.push(Asked { history, targets: target..target + 1, session, length: length as u32 - 1 });
    }
    plan
}

pub(super) fn last_basket(log: &EventLog) -> Plan {
    let sessions = &log.sessions;
    let mut plan = everything_kept(sessions);
    for of_shopper in by_shopper(sessions) {
        let Some((&session, before)) = of_shopper.split_last() else { continue };
        if before.is_empty() {
            plan.too_short += 1;
            continue;
        }
        let range = |session: usize| sessions.offsets[session]..sessions.offsets[session + 1];
        plan.kept[session] = 0;
        plan.asked.push(Asked {
            history: before.iter().map(|&session| range(session)).collect(),
            targets: range(session),
            session,
            length: before.len() as u32,
        });
    }
    plan
}

fn everything_kept(sessions: &Sessions) -> Plan {
    let lengths = sessions.offsets.windows(2).map(|range| range[1] - range[0]);
    Plan { kept: lengths.collect(), asked: Vec::new(), cut_ms: None, across: 0, too_short: 0 }
}
