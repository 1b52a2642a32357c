//! Groups events into sessions, oldest first.

use std::ops::Range;

use rayon::prelude::*;

use super::evidence::{hash, mix};
use super::rows::Events;

/// A session as a range of [`Order`].
pub(super) struct Session {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Time of the last event, 0 without times.
    pub(super) end_ms: i64,
    pub(super) first_event: u32,
    pub(super) group: u32,
}

impl Session {
    /// Number of its events.
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }
}

/// The events that are not left out, group after group; within a group by time, position and row.
pub(super) struct Order {
    events: Vec<u32>,
    /// Where each group starts, and where the last one ends.
    starts: Vec<usize>,
}

/// A random order of events that happened at one moment, which is the same whatever the order of the rows.
pub(super) struct Ties {
    /// A hash of each item's id.
    item_hashes: Vec<u64>,
    seed: u64,
}

impl Ties {
    /// `items` are the ids in the order of their numbers.
    pub(super) fn new<'i>(items: impl Iterator<Item = &'i str>, seed: u64) -> Ties {
        Ties { item_hashes: items.map(hash).collect(), seed: mix(seed) }
    }

    fn hash_of(&self, events: &Events, event: u32) -> u64 {
        let item = events.items.get(event as usize).map_or(usize::MAX, |&item| item as usize);
        self.item_hashes.get(item).copied().unwrap_or(0)
    }

    /// Orders the events of one moment: views before carts before purchases, and items as the moment draws them.
    fn settle(&self, events: &Events, moment: &mut [u32]) {
        let time = moment.first().map_or(0, |&event| events.time_of(event));
        let sum = moment.iter().fold(0_u64, |sum, &event| sum.wrapping_add(self.hash_of(events, event)));
        let draw = mix(self.seed ^ time as u64) ^ sum;
        moment.sort_unstable_by_key(|&event| {
            (events.kinds[event as usize] as u8, mix(self.hash_of(events, event) ^ draw), event)
        });
    }

    /// A hash of the events of a session in their order.
    pub(super) fn of_session(&self, events: &Events, session: &[u32]) -> u64 {
        session.iter().fold(self.seed, |sum, &event| {
            let kind = events.kinds[event as usize] as u64;
            mix(sum ^ self.hash_of(events, event).wrapping_add(kind) ^ mix(events.time_of(event) as u64))
        })
    }
}

/// Groups that one task looks at: enough to hide its cost, few enough to balance.
const TASK_GROUPS: usize = 1 << 12;

impl Order {
    /// `O(n log n)` for `n` events, without a copy of them.
    pub(super) fn new(events: &Events, num_groups: usize, is_out: &[bool]) -> Order {
        let (order, starts) = by_group(&events.groups, num_groups, is_out);
        let mut order = Order { events: order, starts };
        order.parts_mut().into_par_iter().for_each(|part| {
            for range in part.starts.windows(2) {
                let group = &mut part.events[range[0] - part.starts[0]..range[1] - part.starts[0]];
                let key = |event: &u32| (events.time_of(*event), events.position_of(*event), *event);
                if !group.is_sorted_by_key(key) {
                    group.sort_unstable_by_key(key);
                }
            }
        });
        order
    }

    /// Puts events of one moment of a group into an order that does not depend on that of the rows.
    pub(super) fn settle_ties(&mut self, events: &Events, ties: &Ties) {
        self.parts_mut().into_par_iter().for_each(|part| {
            for range in part.starts.windows(2) {
                let group = &mut part.events[range[0] - part.starts[0]..range[1] - part.starts[0]];
                for moment in group.chunk_by_mut(|a, b| events.is_same_moment(*a, *b)).filter(|one| one.len() > 1) {
                    ties.settle(events, moment);
                }
            }
        });
    }

    /// The events of one moment of a group, for each such moment of several.
    pub(super) fn moments<'o>(&'o self, events: &'o Events) -> impl Iterator<Item = &'o [u32]> {
        let groups = self.starts.windows(2).map(|range| &self.events[range[0]..range[1]]);
        groups.flat_map(|group| group.chunk_by(|a, b| events.is_same_moment(*a, *b))).filter(|moment| moment.len() > 1)
    }

    /// The events that `find` adds for each group, ascending; groups are looked at in parallel.
    pub(super) fn in_groups<S: Default>(&self, find: impl Fn(&[u32], &mut Vec<u32>, &mut S) + Sync) -> Vec<u32> {
        let in_part = |part: Part<'_, &[u32]>| {
            let (mut found, mut scratch) = (Vec::new(), S::default());
            part.groups().for_each(|group| find(group, &mut found, &mut scratch));
            found
        };
        let of_parts: Vec<Vec<u32>> = self.parts().into_par_iter().map(in_part).collect();
        let mut found = of_parts.concat();
        found.sort_unstable();
        found
    }

    /// The groups in parts of many.
    fn parts(&self) -> Vec<Part<'_, &[u32]>> {
        let firsts = (0..self.starts.len() - 1).step_by(TASK_GROUPS);
        let part = |first: usize| {
            let starts = &self.starts[first..self.starts.len().min(first + TASK_GROUPS + 1)];
            Part { first_group: first as u32, starts, events: &self.events[starts[0]..starts[starts.len() - 1]] }
        };
        firsts.map(part).collect()
    }

    fn parts_mut(&mut self) -> Vec<Part<'_, &mut [u32]>> {
        let mut parts = Vec::new();
        let mut rest = &mut self.events[..];
        for first in (0..self.starts.len() - 1).step_by(TASK_GROUPS) {
            let starts = &self.starts[first..self.starts.len().min(first + TASK_GROUPS + 1)];
            let (events, others) = rest.split_at_mut(starts[starts.len() - 1] - starts[0]);
            parts.push(Part { first_group: first as u32, starts, events });
            rest = others;
        }
        parts
    }

    /// Cuts the groups into sessions, without the events that are out; with a gap, where nothing happens for longer.
    /// Groups can no longer be told apart after that, only sessions.
    pub(super) fn cut(
        &mut self,
        events: &Events,
        is_out: &[bool],
        has_times: bool,
        gap_ms: Option<i64>,
    ) -> Vec<Session> {
        let cutting = Cutting { events, is_out, has_times, gap_ms };
        let sessions: Vec<_> = self.parts_mut().into_par_iter().map(|part| cutting.cut(part)).collect();
        sessions.into_iter().flatten().collect()
    }

    /// The events of a session that was cut, oldest first.
    pub(super) fn of(&self, session: &Session) -> &[u32] {
        &self.events[session.start..session.end]
    }

    pub(super) fn into_events(self) -> Vec<u32> {
        self.events
    }
}

/// Groups that follow each other, and their events.
struct Part<'a, E> {
    first_group: u32,
    /// Where each group starts in the order of all events, and where the last one ends.
    starts: &'a [usize],
    events: E,
}

impl Part<'_, &[u32]> {
    fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let first = self.starts[0];
        self.starts.windows(2).map(move |range| &self.events[range[0] - first..range[1] - first])
    }
}

/// Rules by which groups are cut into sessions.
struct Cutting<'a> {
    events: &'a Events,
    is_out: &'a [bool],
    has_times: bool,
    gap_ms: Option<i64>,
}

impl Cutting<'_> {
    /// The sessions of the groups; the events that are kept move to the front, session after session.
    fn cut(&self, part: Part<'_, &mut [u32]>) -> Vec<Session> {
        let Part { first_group, starts, events: order } = part;
        let first = starts[0];
        let mut sessions = Vec::with_capacity(starts.len());
        let mut kept = 0;
        for (group, range) in (first_group..).zip(starts.windows(2)) {
            let mut session_start = kept;
            let mut last_ms = None;
            for at in range[0] - first..range[1] - first {
                let event = order[at];
                if self.is_out[event as usize] {
                    continue;
                }
                let now_ms = self.events.time_of(event);
                if let (Some(gap_ms), Some(last_ms)) = (self.gap_ms, last_ms)
                    && now_ms.saturating_sub(last_ms) > gap_ms
                {
                    sessions.push(self.session(order, session_start..kept, first, group));
                    session_start = kept;
                }
                last_ms = Some(now_ms);
                order[kept] = event;
                kept += 1;
            }
            if kept > session_start {
                sessions.push(self.session(order, session_start..kept, first, group));
            }
        }
        sessions
    }

    /// The session of the events at `range` of `order`, which is the order of all events from `first` on.
    fn session(&self, order: &[u32], range: Range<usize>, first: usize, group: u32) -> Session {
        let events = &order[range.clone()];
        let last = events.last().map_or(0, |&event| self.events.time_of(event));
        Session {
            start: first + range.start,
            end: first + range.end,
            end_ms: if self.has_times { last } else { 0 },
            first_event: events.iter().copied().min().unwrap_or(0),
            group,
        }
    }
}

/// Numbers of the events that are not out by group, ascending within a group; and where each group starts. A counting
/// sort.
fn by_group(groups: &[u32], num_groups: usize, is_out: &[bool]) -> (Vec<u32>, Vec<usize>) {
    let kept = || groups.iter().zip(is_out).zip(0_u32..).filter(|((_, is_out), _)| !**is_out);
    let mut starts = vec![0; num_groups + 1];
    for ((&group, _), _) in kept() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..num_groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut order = vec![0; starts[num_groups]];
    for ((&group, _), event) in kept() {
        order[next[group as usize]] = event;
        next[group as usize] += 1;
    }
    (order, starts)
}
