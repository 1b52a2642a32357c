//! Groups events into sessions, oldest first, without duplicates.

use std::ops::Range;

use rayon::prelude::*;

use super::collect::{Events, NO_SHOPPER};
use super::{Details, EventLog, Sessions};
use crate::ItemIx;
use crate::table::interner::Interner;

/// How events are grouped.
pub(super) struct Grouping<'a> {
    pub(super) events: &'a Events,
    pub(super) items: &'a Interner,
    /// The shopper of each group of events.
    pub(super) group_shoppers: &'a [u32],
    pub(super) has_shoppers: bool,
    /// Whether times are points in time, rather than positions.
    pub(super) has_times: bool,
    /// A group is cut where nothing happens for longer than this.
    pub(super) gap_ms: Option<i64>,
    /// Whether equal events of one group and time are one event.
    pub(super) drop_duplicates: bool,
    /// Whether the log keeps what else is known of each event.
    pub(super) keep_details: bool,
}

struct Session {
    /// Range of `order`.
    start: usize,
    end: usize,
    /// Time of the last event, 0 without times.
    end_ms: i64,
    first_event: u32,
    group: u32,
}

/// The log, and the positions of the events that were left out as duplicates, ascending.
///
/// `O(n log n)` for `n` events, without a copy of them.
pub(super) fn group(grouping: &Grouping<'_>) -> (EventLog, Vec<u32>) {
    let events = grouping.events;
    let (mut order, starts) = by_group(&events.groups, grouping.group_shoppers.len());
    let mut parts = Vec::new();
    let mut rest = &mut order[..];
    for first in (0..starts.len() - 1).step_by(TASK_GROUPS) {
        let starts = &starts[first..starts.len().min(first + TASK_GROUPS + 1)];
        let (order, others) = rest.split_at_mut(starts[starts.len() - 1] - starts[0]);
        parts.push(Part { first_group: first as u32, starts, order });
        rest = others;
    }
    let cut: Vec<_> = parts.into_par_iter().map(|part| part.cut(grouping)).collect();
    let (mut sessions, mut duplicates) = (Vec::new(), Vec::new());
    for (of_part, duplicates_of_part) in cut {
        sessions.extend(of_part);
        duplicates.extend(duplicates_of_part);
    }
    sessions.sort_unstable_by_key(|session| (session.end_ms, session.first_event));
    duplicates.sort_unstable();
    (build(grouping, &order, &sessions), duplicates)
}

/// Groups that one task cuts into sessions: enough to hide its cost, few enough to balance.
const TASK_GROUPS: usize = 1 << 12;

/// Groups that follow each other, and their events.
struct Part<'a> {
    first_group: u32,
    /// Where each group starts in the order of all events, and where the last one ends.
    starts: &'a [usize],
    order: &'a mut [u32],
}

impl Part<'_> {
    /// The sessions of the groups, and their duplicates; the events that are kept move to the front, session after session.
    fn cut(self, grouping: &Grouping<'_>) -> (Vec<Session>, Vec<u32>) {
        let Part { first_group, starts, order } = self;
        let (events, first) = (grouping.events, starts[0]);
        let (mut sessions, mut duplicates) = (Vec::with_capacity(starts.len()), Vec::new());
        let mut kept = 0;
        let mut scratch = Vec::new();
        for (group, range) in (first_group..).zip(starts.windows(2)) {
            let (start, end) = (range[0] - first, range[1] - first);
            let key = |event: &u32| (time_of(events, *event), position_of(events, *event), *event);
            if !order[start..end].is_sorted_by_key(key) {
                order[start..end].sort_unstable_by_key(key);
            }
            if grouping.drop_duplicates {
                scratch.clear();
                find_duplicates(events, &order[start..end], &mut scratch);
                scratch.sort_unstable();
                duplicates.extend_from_slice(&scratch);
            }
            let mut session_start = kept;
            let mut last_ms = None;
            for at in start..end {
                let event = order[at];
                if grouping.drop_duplicates && scratch.binary_search(&event).is_ok() {
                    continue;
                }
                let now_ms = time_of(events, event);
                if let (Some(gap_ms), Some(last_ms)) = (grouping.gap_ms, last_ms)
                    && now_ms.saturating_sub(last_ms) > gap_ms
                {
                    sessions.push(session(grouping, order, session_start..kept, first, group));
                    session_start = kept;
                }
                last_ms = Some(now_ms);
                order[kept] = event;
                kept += 1;
            }
            if kept > session_start {
                sessions.push(session(grouping, order, session_start..kept, first, group));
            }
        }
        (sessions, duplicates)
    }
}

/// Event numbers by group, ascending within a group; and where each group starts. A counting sort.
fn by_group(groups: &[u32], num_groups: usize) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0; num_groups + 1];
    for &group in groups {
        starts[group as usize + 1] += 1;
    }
    for group in 0..num_groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut order = vec![0; groups.len()];
    for (event, &group) in groups.iter().enumerate() {
        order[next[group as usize]] = event as u32;
        next[group as usize] += 1;
    }
    (order, starts)
}

fn time_of(events: &Events, event: u32) -> i64 {
    events.times.get(event as usize).copied().unwrap_or(0)
}

fn position_of(events: &Events, event: u32) -> i64 {
    events.positions.get(event as usize).copied().unwrap_or(0)
}

/// Adds the events of a sorted group that equal an earlier one of the same time and position.
fn find_duplicates(events: &Events, group: &[u32], duplicates: &mut Vec<u32>) {
    let same_moment = |a: &u32, b: &u32| {
        time_of(events, *a) == time_of(events, *b) && position_of(events, *a) == position_of(events, *b)
    };
    let content = |event: u32| {
        let at = event as usize;
        let bits = |values: &[f64]| values.get(at).map_or(0, |value| (value + 0.0).to_bits());
        (events.items[at], events.kinds[at], bits(&events.quantities), bits(&events.prices))
    };
    for moment in group.chunk_by(same_moment) {
        if moment.len() < 2 {
            continue;
        }
        let mut contents: Vec<_> = moment.iter().map(|&event| (content(event), event)).collect();
        contents.sort_unstable();
        duplicates.extend(contents.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1));
    }
}

/// The session of the events at `range` of `order`, which is the order of all events from `first` on.
fn session(grouping: &Grouping<'_>, order: &[u32], range: Range<usize>, first: usize, group: u32) -> Session {
    let events = &order[range.clone()];
    let last = events.last().map_or(0, |&event| time_of(grouping.events, event));
    Session {
        start: first + range.start,
        end: first + range.end,
        end_ms: if grouping.has_times { last } else { 0 },
        first_event: events.iter().copied().min().unwrap_or(0),
        group,
    }
}

fn build(grouping: &Grouping<'_>, order: &[u32], sessions: &[Session]) -> EventLog {
    const UNSEEN: u32 = u32::MAX;
    let events = grouping.events;
    let mut item_ids = Vec::new();
    let mut item_numbers = vec![UNSEEN; grouping.items.len()];
    // A duplicate comes after its original, so that walking all events keeps the order of first appearance.
    for &item in &events.items {
        let number = &mut item_numbers[item as usize];
        if *number == UNSEEN {
            *number = item_ids.len() as u32;
            item_ids.push(grouping.items.id(item).to_owned());
        }
    }
    let num_events = sessions.iter().map(|session| session.end - session.start).sum();
    let mut built = Sessions {
        offsets: Vec::with_capacity(sessions.len() + 1),
        items: Vec::with_capacity(num_events),
        kinds: Vec::with_capacity(num_events),
        shoppers: Vec::with_capacity(sessions.len()),
        end_ms: Vec::new(),
        has_shoppers: grouping.has_shoppers,
    };
    built.offsets.push(0);
    let details = grouping.keep_details.then(|| details(grouping, order, sessions));
    let num_shoppers = grouping.group_shoppers.iter().filter(|&&shopper| shopper != NO_SHOPPER).max();
    let mut shopper_numbers = vec![UNSEEN; num_shoppers.map_or(0, |&most| most as usize + 1)];
    let mut next_shopper = 0;
    for session in sessions {
        for &event in &order[session.start..session.end] {
            built.items.push(ItemIx(item_numbers[events.items[event as usize] as usize]));
            built.kinds.push(events.kinds[event as usize]);
        }
        built.offsets.push(built.items.len());
        let known = match grouping.group_shoppers[session.group as usize] {
            NO_SHOPPER => UNSEEN,
            shopper => shopper_numbers[shopper as usize],
        };
        let number = if known == UNSEEN { next_shopper } else { known };
        if known == UNSEEN {
            next_shopper += 1;
            if let Some(slot) = shopper_numbers.get_mut(grouping.group_shoppers[session.group as usize] as usize) {
                *slot = number;
            }
        }
        built.shoppers.push(number);
    }
    if grouping.has_times {
        built.end_ms = sessions.iter().map(|session| session.end_ms).collect();
    }
    EventLog { item_ids, sessions: built, details }
}

/// What is known of the events, in the order of the sessions.
fn details(grouping: &Grouping<'_>, order: &[u32], sessions: &[Session]) -> Details {
    fn in_order<T: Copy>(values: &[T], order: &[u32], sessions: &[Session]) -> Vec<T> {
        let events = sessions.iter().flat_map(|session| &order[session.start..session.end]);
        events.filter_map(|&event| values.get(event as usize).copied()).collect()
    }
    let Events { times, quantities, prices, .. } = grouping.events;
    let times_ms = if grouping.has_times { in_order(times, order, sessions) } else { Vec::new() };
    let (quantities, prices) = (in_order(quantities, order, sessions), in_order(prices, order, sessions));
    Details { times_ms, quantities, prices }
}
