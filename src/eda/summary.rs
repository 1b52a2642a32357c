//! The sizes of a log, its popularity curve and the lengths of its sessions, as plain numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::events::EventLog;

/// The most points of a popularity curve.
const MAX_POINTS: usize = 200;

/// Lengths of sessions that are counted in a list, without a look-up.
const SHORT: usize = 256;

/// An event log in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Sizes.
    pub data: Sizes,
    /// Popularity by rank; see [`PopularityPoint`].
    pub popularity_curve: Vec<PopularityPoint>,
    /// Number of sessions of each length, by length; lengths without a session are left out.
    pub session_lengths: Vec<SessionLength>,
}

/// The sizes of an event log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Events.
    pub num_events: u64,
    /// Sessions.
    pub num_sessions: u64,
    /// Distinct shoppers; 0 if the log names none.
    pub num_shoppers: u64,
    /// Distinct items.
    pub num_items: u64,
    /// Time of the newest event, ms since 1970 UTC; 0 if the log has no real times.
    pub newest_event_ms: i64,
}

/// One point of the popularity curve: the item at a rank, and all up to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PopularityPoint {
    /// The item's rank, from 1 for the most frequent.
    pub rank: u64,
    /// The item's events.
    pub events: u64,
    /// The share of all events that are of the items up to this rank, `0..=1`.
    pub share: f64,
}

/// Number of sessions of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SessionLength {
    /// Events of a session.
    pub length: u64,
    /// Sessions of this length.
    pub sessions: u64,
}

/// Summarises an event log. `O(n + m log m)` for `n` events of `m` items.
///
/// The popularity curve has at most 200 points, evenly spread on a logarithmic axis of ranks, with the first and
/// the last rank among them.
pub fn summarise(log: &EventLog) -> Summary {
    let sessions = &log.sessions;
    let mut counts = vec![0_u64; log.item_ids.len()];
    for item in &sessions.items {
        if let Some(count) = counts.get_mut(item.as_usize()) {
            *count += 1;
        }
    }
    let num_items = counts.iter().filter(|&&count| count > 0).count() as u64;
    // Nearly all sessions are short.
    let (mut short, mut long) = (vec![0; SHORT], BTreeMap::new());
    for range in sessions.offsets.windows(2) {
        let length = range[1] - range[0];
        *short.get_mut(length).unwrap_or_else(|| long.entry(length as u64).or_insert(0)) += 1;
    }
    let lengths = (0..).zip(short).chain(long).filter(|&(_, sessions)| sessions > 0);
    let num_shoppers = match sessions.has_shoppers {
        true => sessions.shoppers.iter().max().map_or(0, |&most| u64::from(most) + 1),
        false => 0,
    };
    Summary {
        data: Sizes {
            num_events: sessions.items.len() as u64,
            num_sessions: sessions.len() as u64,
            num_shoppers,
            num_items,
            newest_event_ms: sessions.end_ms.last().copied().unwrap_or(0),
        },
        popularity_curve: {
            counts.retain(|&count| count > 0);
            counts.sort_unstable_by(|a, b| b.cmp(a));
            popularity_curve(&counts)
        },
        session_lengths: lengths.map(|(length, sessions)| SessionLength { length, sessions }).collect(),
    }
}

/// At most [`MAX_POINTS`] points of the curve of these counts, which are above zero and descend.
pub(super) fn popularity_curve(counts: &[u64]) -> Vec<PopularityPoint> {
    let total: u64 = counts.iter().sum();
    let ranks = log_spaced(counts.len(), MAX_POINTS);
    let mut curve = Vec::with_capacity(ranks.len());
    let mut cumulative = 0;
    let mut done = 0;
    for rank in ranks {
        cumulative += counts[done..rank].iter().sum::<u64>();
        done = rank;
        let (events, share) = (counts[rank - 1], cumulative as f64 / total as f64);
        curve.push(PopularityPoint { rank: rank as u64, events, share });
    }
    curve
}

/// At most `most` distinct ranks of `1..=last`, ascending, evenly spread on a logarithmic axis, ends included.
fn log_spaced(last: usize, most: usize) -> Vec<usize> {
    let mut ranks: Vec<usize> = (0..most)
        .map(|at| libm::pow(last as f64, at as f64 / (most - 1) as f64).round() as usize)
        .map(|rank| rank.min(last))
        .filter(|&rank| rank > 0)
        .collect();
    ranks.dedup();
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SessionLength, log_spaced, summarise};
    use crate::EventKind;
    use crate::events::{EventLog, Sessions};

    fn log(sessions: &[&[u32]], num_items: usize) -> EventLog {
        let mut built = Sessions::new(false);
        for (number, items) in (0..).zip(sessions) {
            built.push_items(items, EventKind::View, number, None);
        }
        EventLog {
            item_ids: (0..num_items).map(|item| item.to_string()).collect(),
            sessions: built,
            ..EventLog::default()
        }
    }

    #[test]
    fn sizes_lengths_and_popularity_are_counted() {
        // Item 0 three times, item 1 twice, item 2 once: shares 3/6, 5/6, 6/6.
        let summary = summarise(&log(&[&[0, 1], &[0], &[0, 1, 2]], 3));
        assert_eq!((summary.data.num_events, summary.data.num_sessions, summary.data.num_items), (6, 3, 3));
        assert_eq!((summary.data.num_shoppers, summary.data.newest_event_ms), (0, 0));
        let curve: Vec<(u64, u64, f64)> =
            summary.popularity_curve.iter().map(|point| (point.rank, point.events, point.share)).collect();
        assert_eq!(curve, [(1, 3, 0.5), (2, 2, 5.0 / 6.0), (3, 1, 1.0)]);
        let lengths = [1, 2, 3].map(|length| SessionLength { length, sessions: 1 });
        assert_eq!(summary.session_lengths, lengths);
    }

    #[test]
    fn an_empty_log_has_an_empty_summary() {
        let summary = summarise(&EventLog::default());
        assert!(summary.popularity_curve.is_empty() && summary.session_lengths.is_empty());
        assert_eq!(summary.data.num_sessions, 0);
    }

    proptest! {
        #[test]
        fn ranks_ascend_and_hold_both_ends(last in 1_usize..3_000_000) {
            let ranks = log_spaced(last, 200);
            prop_assert!(ranks.len() <= 200);
            prop_assert!(ranks.is_sorted_by(|a, b| a < b));
            prop_assert_eq!((ranks.first(), ranks.last()), (Some(&1), Some(&last)));
        }
    }
}
