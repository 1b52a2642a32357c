//! The all-pairs kernel: which items stand near each other in sessions, how often, and for how many shoppers.

use super::Rows;
use crate::ItemIx;
use crate::events::Sessions;
use std::ops::Range;

/// How much one pair of events in a session counts.
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

/// Counts of one log under one weighting.
#[derive(Clone, Debug, PartialEq)]
pub struct PairCounts {
    /// Weighted counts `v[h, c]`, without the diagonal and without guarded pairs.
    pub pairs: Rows,
    /// Recency-weighted number of events on each item.
    pub item_weights: Vec<f32>,
    /// Distinct unordered pairs that at least `min_shoppers` made.
    pub pairs_kept: u64,
    /// Distinct unordered pairs that fewer made, removed.
    pub pairs_removed: u64,
}

/// Counts item pairs of a run of sessions, row by row (Gustavson 1978), as often as weightings are tried.
///
/// Holds 8 bytes an event; a count takes `O(events * max_distance)` time and per thread 12 bytes an item.
#[derive(Debug)]
pub struct PairCounter<'a> {
    sessions: &'a Sessions,
    range: Range<usize>,
    ages: &'a [f64],
    num_items: usize,
    max_distance: usize,
    /// The session of each event of `range`, counted from its first.
    session_of: Vec<u32>,
    /// Events by item: positions in `sessions.items`, one shopper's together.
    postings: Vec<u32>,
    posting_offsets: Vec<usize>,
}

struct Scratch {
    cells: Vec<Cell>,
    touched: Vec<ItemIx>,
}

/// What is known of one column of the row that is being summed; together, because columns come in no order.
#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    num_shoppers: u32,
    /// The shopper that counted last, plus one.
    last_shopper: u32,
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
        let mut posting_offsets = vec![0usize; num_items + 1];
        for item in &sessions.items[events.clone()] {
            posting_offsets[item.as_usize() + 1] += 1;
        }
        for at in 0..num_items {
            posting_offsets[at + 1] += posting_offsets[at];
        }
        let mut next = posting_offsets.clone();
        let mut postings = vec![0u32; events.len()];
        let mut session_of = vec![0u32; events.len()];
        for session in by_shopper {
            for event in sessions.offsets[session]..sessions.offsets[session + 1] {
                session_of[event - events.start] = (session - range.start) as u32;
                let slot = &mut next[sessions.items[event].as_usize()];
                postings[*slot] = (event - events.start) as u32;
                *slot += 1;
            }
        }
        PairCounter { sessions, range, ages, num_items, max_distance, session_of, postings, posting_offsets }
    }

    /// Counts under `weighting`, removing pairs that fewer than `min_shoppers` distinct shoppers made.
    pub fn count(&self, weighting: &PairWeighting, min_shoppers: u32) -> PairCounts {
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

        let scratch = || Scratch { cells: vec![Cell::default(); self.num_items], touched: Vec::new() };
        let removed = std::sync::atomic::AtomicU64::new(0);
        let pairs = Rows::build(self.num_items, scratch, |scratch, row, columns, values| {
            self.sum_row(scratch, row, &forward, &backward, &session_weights);
            let mut num_removed = 0;
            for item in scratch.touched.drain(..) {
                let cell = std::mem::take(&mut scratch.cells[item.as_usize()]);
                if cell.num_shoppers >= min_shoppers {
                    columns.push(item);
                    values.push(cell.sum);
                } else {
                    num_removed += 1;
                }
            }
            removed.fetch_add(num_removed, std::sync::atomic::Ordering::Relaxed);
        });

        let item_weights = (0..self.num_items)
            .map(|item| {
                let postings = &self.postings[self.posting_offsets[item]..self.posting_offsets[item + 1]];
                postings.iter().map(|&event| recency[self.session_of[event as usize] as usize]).sum()
            })
            .collect();
        // Every unordered pair stands in two rows.
        let pairs_kept = pairs.columns.len() as u64 / 2;
        PairCounts { pairs, item_weights, pairs_kept, pairs_removed: removed.into_inner() / 2 }
    }

    fn shopper_of(&self, event: u32) -> u32 {
        self.sessions.shoppers[self.range.start + self.session_of[event as usize] as usize]
    }

    /// Sums row `row` into `scratch`. `O(events of the item * max_distance)`.
    fn sum_row(&self, scratch: &mut Scratch, row: usize, forward: &[f32], backward: &[f32], session_weights: &[f32]) {
        let first = self.sessions.offsets[self.range.start];
        for &event in &self.postings[self.posting_offsets[row]..self.posting_offsets[row + 1]] {
            let session = self.session_of[event as usize] as usize;
            let shopper = self.shopper_of(event) + 1;
            let weight = session_weights[session];
            let session = self.range.start + session;
            let at = first + event as usize;
            let after = &self.sessions.items[at + 1..self.sessions.offsets[session + 1]];
            let before = &self.sessions.items[self.sessions.offsets[session]..at];
            let mut add = |item: ItemIx, part: f32| {
                let column = item.as_usize();
                if column == row {
                    return;
                }
                let cell = &mut scratch.cells[column];
                if cell.last_shopper != shopper {
                    if cell.last_shopper == 0 {
                        scratch.touched.push(item);
                    }
                    cell.last_shopper = shopper;
                    cell.num_shoppers += 1;
                }
                cell.sum += part * weight;
            };
            for (&item, &part) in after.iter().zip(forward) {
                add(item, part);
            }
            for (&item, &part) in before.iter().rev().zip(backward) {
                add(item, part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Sessions of small item numbers, each with a shopper.
    fn sessions(lists: &[(u32, Vec<u32>)]) -> Sessions {
        let mut sessions = Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() };
        for (shopper, items) in lists {
            sessions.items.extend(items.iter().map(|&item| ItemIx(item)));
            sessions.offsets.push(sessions.items.len());
            sessions.shoppers.push(*shopper);
        }
        sessions
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
        let counts = PairCounter::new(&log, 0..1, &[0.0], 3, 20).count(&weighting, 1);
        // Length 3 halves every pair; 0 to 2 is two steps forward (1/2), backward pairs count half.
        let expected = [((0, 1), 0.5), ((0, 2), 0.25), ((1, 0), 0.25), ((1, 2), 0.5), ((2, 0), 0.25), ((2, 1), 0.25)];
        assert_eq!(entries(&counts), BTreeMap::from(expected));
    }

    #[test]
    fn one_shopper_does_not_make_a_pair_of_two() {
        let log = sessions(&[(7, vec![0, 1]), (7, vec![0, 1]), (8, vec![0, 2]), (9, vec![2, 0])]);
        let counts = PairCounter::new(&log, 0..4, &[0.0; 4], 3, 20).count(&PLAIN, 2);
        assert_eq!(entries(&counts), BTreeMap::from([((0, 2), 2.0), ((2, 0), 2.0)]));
        assert_eq!((counts.pairs_kept, counts.pairs_removed), (1, 1));
    }

    #[test]
    fn old_sessions_fade() {
        let log = sessions(&[(0, vec![0, 1]), (1, vec![0, 1])]);
        let weighting = PairWeighting { recency: 1.0, ..PLAIN };
        let counts = PairCounter::new(&log, 0..2, &[1.0, 0.0], 2, 20).count(&weighting, 1);
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
            prop_assert_eq!(entries(&counter.count(&PLAIN, min_shoppers)), expected);
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
                    PairCounter::new(&log, 0..lists.len(), &ages, 600, 20).count(&weighting, 1)
                })
            };
            prop_assert_eq!(with(1), with(4));
        }
    }
}
