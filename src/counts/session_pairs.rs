//! Pairs of items that are near each other in sessions.

use super::PrivacyThreshold;
use super::classes::{ClassedPairs, SessionClasses, Sizes};
use super::kernel::{PairCounts, Postings, RowSource, RowSums, count_pairs};
use crate::ItemIx;
use crate::events::Sessions;
use std::ops::Range;
use std::sync::OnceLock;

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
    classed: OnceLock<(Classes, ClassedPairs)>,
}

/// Parts that pairs of events in one session add: weights, or their classes.
trait Parts: Sync {
    type Part: Copy;

    /// Returns the part of an event that comes `distance` events later.
    fn forward(&self, session: usize, distance: usize) -> Self::Part;

    /// Returns the part of an event that came `distance` events earlier.
    fn backward(&self, session: usize, distance: usize) -> Self::Part;
}

/// Rows of one count.
struct Rows<'c, 'a, P> {
    counter: &'c PairCounter<'a>,
    parts: P,
}

/// Factors of one count: by distance from 1, and of each session of the range.
struct Weights {
    forward: Vec<f32>,
    backward: Vec<f32>,
    sessions: Vec<f32>,
}

/// Classes of sessions and of distances.
#[derive(Debug)]
struct Classes {
    sessions: SessionClasses,
    distances: Sizes,
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
        let classed = OnceLock::new();
        PairCounter { sessions, range, ages, max_distance, session_of, events_of, classed }
    }

    /// Counts under `weighting`, without the pairs that `threshold` does not allow.
    pub fn count(&self, weighting: &PairWeighting, threshold: PrivacyThreshold) -> PairCounts {
        let recency = self.recency(weighting);
        let session_weight = |(length, recency): (usize, &f32)| recency * weighting.length(length as f64) as f32;
        let distances = || (1..=self.max_distance).map(|distance| distance as f64);
        let parts = Weights {
            forward: distances().map(|distance| weighting.forward(distance) as f32).collect(),
            backward: distances().map(|distance| weighting.backward(distance) as f32).collect(),
            sessions: self.lengths().zip(&recency).map(session_weight).collect(),
        };
        count_pairs(self.item_weights(&recency), threshold, &Rows { counter: self, parts })
    }

    /// Counts as [`count`](PairCounter::count) does, with distances, ages and lengths of sessions in classes: far faster
    /// from the second time on.
    ///
    /// # Panics
    /// Debug builds panic if the threshold is another than that of the first time.
    pub fn estimate(&self, weighting: &PairWeighting, threshold: PrivacyThreshold) -> PairCounts {
        let (classes, pairs) = self.classed.get_or_init(|| {
            let sessions = SessionClasses::new(&self.ages[self.range.clone()], &self.lengths().collect::<Vec<_>>());
            let classes = Classes { sessions, distances: Sizes::up_to(self.max_distance) };
            let pairs =
                ClassedPairs::new(self.events_of.num_items(), threshold, &Rows { counter: self, parts: &classes });
            (classes, pairs)
        });
        debug_assert_eq!(pairs.threshold(), threshold);
        let distances = classes.distances.means();
        let weights = classes.sessions.table(2 * distances.len(), |kind, age, length| {
            let by_distance = match distances.get(kind) {
                Some(&distance) => weighting.forward(distance),
                None => weighting.backward(distances[kind - distances.len()]),
            };
            by_distance * libm::exp(-weighting.recency * age) * weighting.length(length)
        });
        pairs.count(self.item_weights(&self.recency(weighting)), &weights)
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.range.clone().map(|session| self.sessions.items_of(session).len())
    }

    fn recency(&self, weighting: &PairWeighting) -> Vec<f32> {
        self.range.clone().map(|session| libm::exp(-weighting.recency * self.ages[session]) as f32).collect()
    }

    fn item_weights(&self, recency: &[f32]) -> Vec<f32> {
        let weight_of = |item| {
            let recency_of = |&event: &u32| recency[self.session_of[event as usize] as usize];
            self.events_of.of(ItemIx(item)).iter().map(recency_of).sum()
        };
        (0..self.events_of.num_items() as u32).map(weight_of).collect()
    }
}

impl PairWeighting {
    fn forward(&self, distance: f64) -> f64 {
        libm::pow(distance, -self.forward_power)
    }

    fn backward(&self, distance: f64) -> f64 {
        self.backward_share * libm::pow(distance, -self.backward_power)
    }

    /// Returns the factor of a session of `length` events.
    fn length(&self, length: f64) -> f64 {
        libm::pow((length - 1.0).max(1.0), -self.length_power)
    }
}

impl Parts for Weights {
    type Part = f32;

    #[inline(always)]
    fn forward(&self, session: usize, distance: usize) -> f32 {
        self.forward[distance - 1] * self.sessions[session]
    }

    #[inline(always)]
    fn backward(&self, session: usize, distance: usize) -> f32 {
        self.backward[distance - 1] * self.sessions[session]
    }
}

impl Parts for &Classes {
    type Part = u16;

    #[inline(always)]
    fn forward(&self, session: usize, distance: usize) -> u16 {
        self.sessions.class(self.distances.class_of(distance), session, session)
    }

    #[inline(always)]
    fn backward(&self, session: usize, distance: usize) -> u16 {
        self.sessions.class(self.distances.means().len() + self.distances.class_of(distance), session, session)
    }
}

impl<P: Parts> RowSource for Rows<'_, '_, P> {
    type Part = P::Part;

    /// Sums the row of `item`. `O(events of the item * max_distance)`.
    fn sum_row(&self, sums: &mut impl RowSums<P::Part>, item: ItemIx) {
        let Rows { counter, parts } = self;
        let first = counter.sessions.offsets[counter.range.start];
        for &event in counter.events_of.of(item) {
            let of_range = counter.session_of[event as usize] as usize;
            let session = counter.range.start + of_range;
            let shopper = counter.sessions.shoppers[session];
            let at = first + event as usize;
            let after = &counter.sessions.items[at + 1..counter.sessions.offsets[session + 1]];
            let before = &counter.sessions.items[counter.sessions.offsets[session]..at];
            for (&item, distance) in after.iter().zip(1..=counter.max_distance) {
                sums.add(item, shopper, parts.forward(of_range, distance));
            }
            for (&item, distance) in before.iter().rev().zip(1..=counter.max_distance) {
                sums.add(item, shopper, parts.backward(of_range, distance));
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
        let expected = 1.0 + libm::expf(-1.0);
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

        #[test]
        fn an_estimate_is_near_the_count(
            lists in prop::collection::vec((0u32..4, prop::collection::vec(0u32..6, 1..14)), 1..20),
            min_shoppers in 1u32..3,
            [recency, length_power, forward_power, backward_power] in [0.0..2.0, 0.0..1.0, 0.0..2.0, 0.0..2.0],
        ) {
            let log = sessions(&lists);
            let ages: Vec<f64> = (0..lists.len()).rev().map(|at| at as f64 / lists.len() as f64).collect();
            let counter = PairCounter::new(&log, 0..lists.len(), &ages, 6, 10);
            let weighting = PairWeighting { forward_power, backward_power, backward_share: 0.7, recency, length_power };
            let threshold = PrivacyThreshold::new(min_shoppers);
            // The second estimate weighs what the first has counted.
            counter.estimate(&PLAIN, threshold);
            let (estimate, count) = (counter.estimate(&weighting, threshold), counter.count(&weighting, threshold));
            prop_assert_eq!((estimate.pairs_kept, estimate.pairs_removed), (count.pairs_kept, count.pairs_removed));
            prop_assert_eq!(&estimate.item_weights, &count.item_weights);
            let (estimate, count) = (entries(&estimate), entries(&count));
            prop_assert_eq!(estimate.keys().collect::<Vec<_>>(), count.keys().collect::<Vec<_>>());
            for (pair, count) in &count {
                // Half a class of ages is 1/64: exp(2 / 64) is 1.03. A distance of 8 to 10 counts as 9 (1.25 squared is
                // 1.27), lengths likewise.
                prop_assert!((estimate[pair] / count - 1.0).abs() < 0.4, "{pair:?}: {} for {count}", estimate[pair]);
            }
        }
    }
}
