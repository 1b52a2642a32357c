//! Pairs of items that are near each other in sessions.

use super::PrivacyThreshold;
use super::kernel::{PairCounts, PairKernel, Postings, RowSource, RowSums};
use crate::ItemIx;
use crate::events::Sessions;
use std::ops::Range;

/// Weighting of one pair of events in a session.
///
/// An event on c that comes d events after one on h adds `d^-forward_power * R` to the pair (h, c), and
/// `backward_share * d^-backward_power * R` to (c, h), with
/// `R = exp(-recency * age) * max(length - 1, 1)^-length_power`, where age runs from 0 (the newest session of the
/// log) to 1 (the oldest).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairWeighting {
    /// 0 counts all distances alike; large values only the very next event.
    pub forward_power: f64,
    /// The same for pairs against the order of the session.
    pub backward_power: f64,
    /// 0 ignores pairs against the order of the session; 1 counts both directions alike.
    pub backward_share: f64,
    /// 0 counts old sessions in full; at 1 the oldest weighs 1/e of the newest.
    pub recency: f64,
    /// 0 lets long sessions count with all their pairs; 1 gives every event about one pair's weight.
    pub length_power: f64,
}

/// Counts item pairs of a run of sessions, once for every weighting that is tried.
///
/// Holds 8 bytes an event; a count takes `O(events * max_distance)` time and per thread 12 bytes an item.
#[derive(Debug)]
pub struct PairCounter<'a> {
    sessions: &'a Sessions,
    range: Range<usize>,
    ages: &'a [f64],
    max_distance: usize,
    /// The session of each event of `range`, counted from its first.
    session_of: Vec<u32>,
    /// Positions of each item's events, counted from the first of `range`; those of one shopper side by side.
    events_of: Postings,
    kernel: PairKernel,
}

/// Rows of one count: factors by distance, and of each session of the range.
struct WeightedSessions<'c, 'a> {
    counter: &'c PairCounter<'a>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    session_weights: Vec<f32>,
}

impl<'a> PairCounter<'a> {
    /// Prepares the sessions of `range`; pairs further apart than `max_distance` events do not count.
    ///
    /// `ages` has one value per session of the whole log.
    pub fn new(
        sessions: &'a Sessions,
        range: Range<usize>,
        ages: &'a [f64],
        num_items: usize,
        max_distance: usize,
    ) -> PairCounter<'a> {
        let mut by_shopper: Vec<usize> = range.clone().collect();
        by_shopper.sort_by_key(|&session| sessions.shoppers[session]);
        let events = sessions.offsets[range.start]..sessions.offsets[range.end];
        let mut session_of = vec![0u32; events.len()];
        for session in range.clone() {
            let of_session = sessions.offsets[session] - events.start..sessions.offsets[session + 1] - events.start;
            session_of[of_session].fill((session - range.start) as u32);
        }
        let entries = by_shopper.into_iter().flat_map(|session| {
            let of_session = sessions.offsets[session]..sessions.offsets[session + 1];
            of_session.map(|event| (sessions.items[event], (event - events.start) as u32))
        });
        let events_of = Postings::new(num_items, sessions.items[events.clone()].iter(), entries);
        PairCounter { sessions, range, ages, max_distance, session_of, events_of, kernel: PairKernel::default() }
    }

    /// Counts under `weighting`, without the pairs that `threshold` does not allow.
    pub fn count(&self, weighting: &PairWeighting, threshold: PrivacyThreshold) -> PairCounts {
        let distances = || (1..=self.max_distance).map(|distance| distance as f64);
        let forward: Vec<f32> = distances().map(|d| d.powf(-weighting.forward_power) as f32).collect();
        let backward: Vec<f32> =
            distances().map(|d| (weighting.backward_share * d.powf(-weighting.backward_power)) as f32).collect();
        let recency: Vec<f32> =
            self.range.clone().map(|session| (-weighting.recency * self.ages[session]).exp() as f32).collect();
        let session_weights: Vec<f32> = self
            .range
            .clone()
            .zip(&recency)
            .map(|(session, recency)| {
                let others = self.sessions.items_of(session).len().saturating_sub(1).max(1);
                recency * (others as f64).powf(-weighting.length_power) as f32
            })
            .collect();
        let weight_of = |item| {
            let recency_of = |&event: &u32| recency[self.session_of[event as usize] as usize];
            self.events_of.of(ItemIx(item)).iter().map(recency_of).sum()
        };
        let item_weights = (0..self.events_of.num_items() as u32).map(weight_of).collect();
        let rows = WeightedSessions { counter: self, forward, backward, session_weights };
        self.kernel.count(item_weights, threshold, &rows)
    }
}

impl RowSource for WeightedSessions<'_, '_> {
    /// Sums the row of `item`. `O(events of the item * max_distance)`.
    fn sum_row(&self, sums: &mut impl RowSums, item: ItemIx) {
        let WeightedSessions { counter, forward, backward, session_weights } = self;
        let first = counter.sessions.offsets[counter.range.start];
        for &event in counter.events_of.of(item) {
            let session = counter.session_of[event as usize] as usize;
            let weight = session_weights[session];
            let session = counter.range.start + session;
            let shopper = counter.sessions.shoppers[session];
            let at = first + event as usize;
            let after = &counter.sessions.items[at + 1..counter.sessions.offsets[session + 1]];
            let before = &counter.sessions.items[counter.sessions.offsets[session]..at];
            for (&item, &part) in after.iter().zip(forward) {
                sums.add(item, shopper, part * weight);
            }
            for (&item, &part) in before.iter().rev().zip(backward) {
                sums.add(item, shopper, part * weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Sessions of small item numbers, each with a shopper.
    fn sessions(lists: &[(u32, Vec<u32>)]) -> Sessions {
        Sessions::of_shoppers(EventKind::View, lists.iter().map(|(shopper, items)| (*shopper, &items[..])))
    }

    fn entries(counts: &PairCounts) -> BTreeMap<(u32, u32), f32> {
        (0..counts.pairs.num_rows())
            .flat_map(|row| {
                let (columns, values) = counts.pairs.row(row);
                columns.iter().zip(values).map(move |(column, &value)| ((row as u32, column.0), value))
            })
            .collect()
    }

    const PLAIN: PairWeighting =
        PairWeighting { forward_power: 0.0, backward_power: 0.0, backward_share: 1.0, recency: 0.0, length_power: 0.0 };

    #[test]
    fn distance_direction_and_length_weigh_a_pair() {
        let log = sessions(&[(0, vec![0, 1, 2])]);
        let weighting = PairWeighting { forward_power: 1.0, backward_share: 0.5, length_power: 1.0, ..PLAIN };
        let counts = PairCounter::new(&log, 0..1, &[0.0], 3, 20).count(&weighting, PrivacyThreshold::NONE);
        // Length 3 halves every pair; 0 to 2 is two steps forward (1/2), backward pairs count half.
        let expected = [((0, 1), 0.5), ((0, 2), 0.25), ((1, 0), 0.25), ((1, 2), 0.5), ((2, 0), 0.25), ((2, 1), 0.25)];
        assert_eq!(entries(&counts), BTreeMap::from(expected));
    }

    #[test]
    fn one_shopper_does_not_make_a_pair_of_two() {
        let log = sessions(&[(7, vec![0, 1]), (7, vec![0, 1]), (8, vec![0, 2]), (9, vec![2, 0])]);
        let counts = PairCounter::new(&log, 0..4, &[0.0; 4], 3, 20).count(&PLAIN, PrivacyThreshold::new(2));
        assert_eq!(entries(&counts), BTreeMap::from([((0, 2), 2.0), ((2, 0), 2.0)]));
        assert_eq!((counts.pairs_kept, counts.pairs_removed), (1, 1));
    }

    #[test]
    fn old_sessions_fade() {
        let log = sessions(&[(0, vec![0, 1]), (1, vec![0, 1])]);
        let weighting = PairWeighting { recency: 1.0, ..PLAIN };
        let counts = PairCounter::new(&log, 0..2, &[1.0, 0.0], 2, 20).count(&weighting, PrivacyThreshold::NONE);
        let expected = 1.0 + (-1.0f32).exp();
        assert!((entries(&counts)[&(0, 1)] - expected).abs() < 1e-6);
        assert!((counts.item_weights[0] - expected).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn kernel_agrees_with_a_naive_count(
            lists in prop::collection::vec((0u32..4, prop::collection::vec(0u32..6, 1..8)), 1..12),
            min_shoppers in 1u32..4,
            max_distance in 1usize..6,
        ) {
            let log = sessions(&lists);
            let mut naive: BTreeMap<(u32, u32), (f32, BTreeSet<u32>)> = BTreeMap::new();
            for (shopper, items) in &lists {
                for (p, &h) in items.iter().enumerate() {
                    for (q, &c) in items.iter().enumerate() {
                        if h != c && p.abs_diff(q) <= max_distance {
                            let entry = naive.entry((h, c)).or_default();
                            entry.0 += 1.0;
                            entry.1.insert(*shopper);
                        }
                    }
                }
            }
            let expected: BTreeMap<(u32, u32), f32> = naive
                .into_iter()
                .filter(|(_, (_, shoppers))| shoppers.len() >= min_shoppers as usize)
                .map(|(pair, (count, _))| (pair, count))
                .collect();
            let ages = vec![0.0; lists.len()];
            let counter = PairCounter::new(&log, 0..lists.len(), &ages, 6, max_distance);
            prop_assert_eq!(entries(&counter.count(&PLAIN, PrivacyThreshold::new(min_shoppers))), expected);
        }

        #[test]
        fn counts_do_not_depend_on_the_number_of_threads(
            lists in prop::collection::vec((0u32..9, prop::collection::vec(0u32..600, 1..8)), 1..40),
        ) {
            let log = sessions(&lists);
            let ages: Vec<f64> = (0..lists.len()).map(|at| at as f64 / 40.0).collect();
            let weighting = PairWeighting { recency: 0.7, forward_power: 0.9, ..PLAIN };
            let with = |threads| {
                rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
                    PairCounter::new(&log, 0..lists.len(), &ages, 600, 20).count(&weighting, PrivacyThreshold::NONE)
                })
            };
            prop_assert_eq!(with(1), with(4));
        }
    }
}
