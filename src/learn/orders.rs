//! Logs of purchases: the baskets of each shopper one after the other, and pairs counted inside and across them.

use crate::counts::{PairCounts, Rows};
use crate::events::Sessions;
use crate::{EventKind, ItemIx};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Distinct items of a basket that count, the first ones.
const MAX_ITEMS: usize = 200;
/// Baskets of one shopper further apart than this make no pairs.
pub(super) const MAX_DISTANCE: usize = 3;
/// A log is one of returning shoppers if at least this share of its baskets are not their shopper's first.
const MIN_RETURNS: f64 = 0.2;
const NONE: u32 = u32::MAX;

/// The sessions of a log of purchases as baskets: each item once.
///
/// `None` if the log names no shoppers, holds other events than purchases, or too few shoppers come back: what is
/// bought next then has to be learnt from single sessions.
pub(super) fn orders(sessions: &Sessions) -> Option<Sessions> {
    let is_purchase = |kind: &EventKind| *kind == EventKind::Purchase;
    if !sessions.has_shoppers || sessions.is_empty() || !sessions.kinds.iter().all(is_purchase) {
        return None;
    }
    let num_shoppers = sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1);
    let num_returns = sessions.len().saturating_sub(num_shoppers);
    if (num_returns as f64) < MIN_RETURNS * sessions.len() as f64 {
        return None;
    }
    let mut orders = Sessions {
        offsets: vec![0],
        shoppers: sessions.shoppers.clone(),
        end_ms: sessions.end_ms.clone(),
        has_shoppers: true,
        ..Sessions::default()
    };
    // The last basket that held an item, plus one: baskets may be large.
    let mut last_basket = vec![0u32; sessions.items.iter().max().map_or(0, |item| item.as_usize() + 1)];
    for session in 0..sessions.len() {
        let start = orders.items.len();
        for &item in sessions.items_of(session) {
            let last = &mut last_basket[item.as_usize()];
            if *last != session as u32 + 1 && orders.items.len() - start < MAX_ITEMS {
                *last = session as u32 + 1;
                orders.items.push(item);
            }
        }
        orders.offsets.push(orders.items.len());
    }
    orders.kinds = vec![EventKind::Purchase; orders.items.len()];
    Some(orders)
}

/// For each basket of `range`, counted from its first, the one before it of the same shopper; `None` for the first.
pub(super) fn previous_baskets(orders: &Sessions, range: Range<usize>) -> Vec<Option<usize>> {
    let mut last = vec![NONE; orders.shoppers.iter().max().map_or(0, |&most| most as usize + 1)];
    let start = range.start;
    range
        .map(|basket| {
            let last = &mut last[orders.shoppers[basket] as usize];
            let before = std::mem::replace(last, (basket - start) as u32);
            (before != NONE).then_some(before as usize)
        })
        .collect()
}

/// Multiplies each column c of the counts by `(share of c in recent / share of c in all)^power`.
///
/// `recent` has the number of baskets with each item, fading faster than in `counts`.
pub(super) fn lift_trend(counts: &mut PairCounts, recent: &[f32], power: f64) {
    let sum = |weights: &[f32]| weights.iter().map(|&weight| f64::from(weight)).sum::<f64>().max(1e-9);
    let scale = sum(&counts.item_weights) / sum(recent);
    let lift = |(&recent, &all): (&f32, &f32)| match all {
        all if all > 0.0 => (f64::from(recent) / f64::from(all) * scale).max(1e-6).powf(power) as f32,
        _ => 1.0,
    };
    let lifts: Vec<f32> = recent.iter().zip(&counts.item_weights).map(lift).collect();
    for (value, column) in counts.pairs.values.iter_mut().zip(&counts.pairs.columns) {
        *value *= lifts[column.as_usize()];
    }
}

/// How much one pair of purchases counts.
///
/// Two items of one basket add `R (length - 1)^-length_power` to both directions. An item c bought d baskets after h
/// adds `across_share d^-forward_power R length^-length_power` to (h, c), and, with `length` that of the basket of h,
/// `across_share backward_share d^-forward_power R length^-length_power` to (c, h). R is `exp(-recency age)`
/// with the age of the newer basket, from the newest of those that are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BasketWeighting {
    pub across_share: f64,
    pub forward_power: f64,
    pub backward_share: f64,
    pub recency: f64,
    pub length_power: f64,
}

/// Counts the item pairs of a run of baskets, as often as weightings are tried.
///
/// Holds 4 bytes an event and 8 a basket; a count takes `O(events * basket size * MAX_DISTANCE)` time and per thread
/// 12 bytes an item.
#[derive(Debug)]
pub(super) struct BasketCounter<'a> {
    orders: &'a Sessions,
    range: Range<usize>,
    ages: &'a [f64],
    num_items: usize,
    /// The baskets before and after each one of the same shopper, counted from the first of `range`.
    previous: Vec<u32>,
    next: Vec<u32>,
    /// Baskets by item, one shopper's together.
    postings: Vec<u32>,
    posting_offsets: Vec<usize>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    num_shoppers: u32,
    /// The shopper that counted last, plus one.
    last_shopper: u32,
}

struct Scratch {
    cells: Vec<Cell>,
    touched: Vec<ItemIx>,
}

/// Factors of one count.
struct Weights {
    /// By distance in baskets, from 1.
    forward: Vec<f32>,
    backward: Vec<f32>,
    /// By basket.
    recency: Vec<f32>,
    inside: Vec<f32>,
    length: Vec<f32>,
}

impl<'a> BasketCounter<'a> {
    /// Prepares the baskets of `range`; `ages` has one value for each basket of the whole log.
    pub fn new(orders: &'a Sessions, range: Range<usize>, ages: &'a [f64], num_items: usize) -> BasketCounter<'a> {
        let mut previous = vec![NONE; range.len()];
        let mut next = vec![NONE; range.len()];
        for (basket, before) in previous_baskets(orders, range.clone()).into_iter().enumerate() {
            if let Some(before) = before {
                previous[basket] = before as u32;
                next[before] = basket as u32;
            }
        }
        let mut by_shopper: Vec<usize> = range.clone().collect();
        by_shopper.sort_by_key(|&basket| orders.shoppers[basket]);
        let events = orders.offsets[range.start]..orders.offsets[range.end];
        let mut posting_offsets = vec![0usize; num_items + 1];
        for item in &orders.items[events.clone()] {
            posting_offsets[item.as_usize() + 1] += 1;
        }
        for at in 0..num_items {
            posting_offsets[at + 1] += posting_offsets[at];
        }
        let mut slots = posting_offsets.clone();
        let mut postings = vec![0u32; events.len()];
        for basket in by_shopper {
            for item in orders.items_of(basket) {
                let slot = &mut slots[item.as_usize()];
                postings[*slot] = (basket - range.start) as u32;
                *slot += 1;
            }
        }
        BasketCounter { orders, range, ages, num_items, previous, next, postings, posting_offsets }
    }

    /// Counts under `weighting`, removing pairs that fewer than `min_shoppers` distinct shoppers made.
    pub fn count(&self, weighting: &BasketWeighting, min_shoppers: u32) -> PairCounts {
        let weights = self.weights(weighting);
        let scratch = || Scratch { cells: vec![Cell::default(); self.num_items], touched: Vec::new() };
        let removed = AtomicU64::new(0);
        let pairs = Rows::build(self.num_items, scratch, |scratch, row, columns, values| {
            self.sum_row(scratch, row, &weights);
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
            removed.fetch_add(num_removed, Ordering::Relaxed);
        });
        let item_weights = self.fade(weighting.recency);
        // Every unordered pair stands in two rows.
        let pairs_kept = pairs.columns.len() as u64 / 2;
        PairCounts { pairs, item_weights, pairs_kept, pairs_removed: removed.into_inner() / 2 }
    }

    /// The number of baskets with each item, fading as `exp(-recency age)`.
    pub fn fade(&self, recency: f64) -> Vec<f32> {
        let weights = self.recency(recency);
        (0..self.num_items)
            .map(|item| self.baskets_with(item).iter().map(|&basket| weights[basket as usize]).sum())
            .collect()
    }

    fn baskets_with(&self, item: usize) -> &[u32] {
        &self.postings[self.posting_offsets[item]..self.posting_offsets[item + 1]]
    }

    fn recency(&self, recency: f64) -> Vec<f32> {
        let newest = self.ages[self.range.clone()].iter().copied().fold(f64::INFINITY, f64::min);
        self.range.clone().map(|basket| (-recency * (self.ages[basket] - newest)).exp() as f32).collect()
    }

    fn weights(&self, weighting: &BasketWeighting) -> Weights {
        let distances = || (1..=MAX_DISTANCE).map(|distance| distance as f64);
        let across = weighting.across_share;
        let lengths = || self.range.clone().map(|basket| self.orders.items_of(basket).len());
        let power = |length: usize| (length.max(1) as f64).powf(-weighting.length_power) as f32;
        Weights {
            forward: distances().map(|d| (across * d.powf(-weighting.forward_power)) as f32).collect(),
            backward: distances()
                .map(|d| (across * weighting.backward_share * d.powf(-weighting.forward_power)) as f32)
                .collect(),
            recency: self.recency(weighting.recency),
            inside: lengths().map(|length| power(length.saturating_sub(1))).collect(),
            length: lengths().map(power).collect(),
        }
    }

    fn sum_row(&self, scratch: &mut Scratch, row: usize, weights: &Weights) {
        for &basket in self.baskets_with(row) {
            let basket = basket as usize;
            let recency = weights.recency[basket];
            let shopper = self.orders.shoppers[self.range.start + basket] + 1;
            let mut add = |other: usize, part: f32| {
                for &item in self.orders.items_of(self.range.start + other) {
                    if item.as_usize() == row {
                        continue;
                    }
                    let cell = &mut scratch.cells[item.as_usize()];
                    if cell.last_shopper != shopper {
                        if cell.last_shopper == 0 {
                            scratch.touched.push(item);
                        }
                        cell.last_shopper = shopper;
                        cell.num_shoppers += 1;
                    }
                    cell.sum += part;
                }
            };
            add(basket, recency * weights.inside[basket]);
            let mut later = self.next[basket];
            for &part in &weights.forward {
                if later == NONE {
                    break;
                }
                let at = later as usize;
                add(at, part * weights.recency[at] * weights.length[at]);
                later = self.next[at];
            }
            let mut earlier = self.previous[basket];
            for &part in &weights.backward {
                if earlier == NONE {
                    break;
                }
                let at = earlier as usize;
                add(at, part * recency * weights.length[at]);
                earlier = self.previous[at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Baskets of small item numbers, oldest first, each with a shopper.
    fn log(lists: &[(u32, Vec<u32>)]) -> Sessions {
        let mut sessions = Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() };
        for (shopper, items) in lists {
            sessions.items.extend(items.iter().map(|&item| ItemIx(item)));
            sessions.kinds.extend(items.iter().map(|_| EventKind::Purchase));
            sessions.offsets.push(sessions.items.len());
            sessions.shoppers.push(*shopper);
        }
        sessions
    }

    fn entries(pairs: &Rows) -> BTreeMap<(u32, u32), f32> {
        (0..pairs.num_rows())
            .flat_map(|row| {
                let (columns, values) = pairs.row(row);
                columns.iter().zip(values).map(move |(column, &value)| ((row as u32, column.0), value))
            })
            .collect()
    }

    const PLAIN: BasketWeighting =
        BasketWeighting { across_share: 1.0, forward_power: 0.0, backward_share: 1.0, recency: 0.0, length_power: 0.0 };

    #[test]
    fn a_log_of_returning_buyers_is_one_of_baskets() {
        let sessions = log(&[(0, vec![1, 2, 1]), (0, vec![1])]);
        let orders = orders(&sessions).unwrap();
        assert_eq!(orders.items, [1, 2, 1].map(ItemIx));
        assert_eq!((orders.offsets, orders.kinds.len()), (vec![0, 2, 3], 3));
    }

    #[test]
    fn a_log_of_clicks_or_of_strangers_is_not() {
        let buyers = log(&[(0, vec![1, 2]), (0, vec![1])]);
        let mut clicks = buyers.clone();
        clicks.kinds[0] = EventKind::View;
        assert_eq!(orders(&clicks), None);
        assert_eq!(orders(&Sessions { has_shoppers: false, ..buyers }), None);
        assert_eq!(orders(&log(&[(0, vec![1, 2]), (1, vec![1, 2]), (2, vec![1])])), None);
        assert_eq!(orders(&Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() }), None);
    }

    #[test]
    fn baskets_follow_those_of_the_same_shopper() {
        let sessions = log(&[(4, vec![0]), (7, vec![0]), (4, vec![1]), (4, vec![2])]);
        assert_eq!(previous_baskets(&sessions, 0..4), [None, None, Some(0), Some(2)]);
        // Numbers count from the first of the range, and nothing before it is known.
        assert_eq!(previous_baskets(&sessions, 2..4), [None, Some(0)]);
    }

    #[test]
    fn distance_direction_length_and_age_weigh_a_pair() {
        let sessions = log(&[(0, vec![0, 1]), (0, vec![2])]);
        let weighting =
            BasketWeighting { across_share: 0.5, backward_share: 0.25, length_power: 1.0, recency: 2f64.ln(), ..PLAIN };
        let counts = BasketCounter::new(&sessions, 0..2, &[1.0, 0.0], 3).count(&weighting, 1);
        // The older basket weighs 1/2; from it forwards 1/2 of one item of the newer basket, backwards 1/8 over two items.
        let expected = [((0, 1), 0.5), ((0, 2), 0.5), ((1, 0), 0.5), ((1, 2), 0.5), ((2, 0), 0.0625), ((2, 1), 0.0625)];
        assert_eq!(entries(&counts.pairs), BTreeMap::from(expected));
        assert_eq!(counts.item_weights, [0.5, 0.5, 1.0]);
    }

    #[test]
    fn items_that_sell_better_lately_are_lifted() {
        let sessions = log(&[(0, vec![0, 1]), (1, vec![0, 2])]);
        let mut counts = BasketCounter::new(&sessions, 0..2, &[1.0, 0.0], 3).count(&PLAIN, 1);
        // Item 1 had one of 4 purchases and has 0 of 2, item 2 had one of 4 and has one of 2, item 0 two of 4 and one of 2.
        lift_trend(&mut counts, &[1.0, 0.0, 1.0], 1.0);
        let lifted = entries(&counts.pairs);
        assert_eq!((lifted[&(0, 2)], lifted[&(1, 0)]), (2.0, 1.0));
        assert!(lifted[&(0, 1)] < 1e-5);
    }

    proptest! {
        #[test]
        fn kernel_agrees_with_a_naive_count(
            lists in prop::collection::vec((0u32..4, prop::collection::btree_set(0u32..6, 1..5)), 1..14),
            min_shoppers in 1u32..4,
        ) {
            let lists: Vec<(u32, Vec<u32>)> =
                lists.into_iter().map(|(shopper, items)| (shopper, items.into_iter().collect())).collect();
            let mut naive: BTreeMap<(u32, u32), (f32, BTreeSet<u32>)> = BTreeMap::new();
            for shopper in 0..4 {
                let baskets: Vec<&Vec<u32>> = lists.iter().filter(|one| one.0 == shopper).map(|one| &one.1).collect();
                for (p, first) in baskets.iter().enumerate() {
                    let near = baskets.iter().enumerate().filter(|(q, _)| p.abs_diff(*q) <= MAX_DISTANCE);
                    for (_, second) in near {
                        for (&h, &c) in first.iter().flat_map(|h| second.iter().map(move |c| (h, c))) {
                            if h != c {
                                let entry = naive.entry((h, c)).or_default();
                                entry.0 += 1.0;
                                entry.1.insert(shopper);
                            }
                        }
                    }
                }
            }
            let expected: BTreeMap<(u32, u32), f32> = naive
                .into_iter()
                .filter(|(_, (_, shoppers))| shoppers.len() >= min_shoppers as usize)
                .map(|(pair, (count, _))| (pair, count))
                .collect();
            let sessions = log(&lists);
            let ages = vec![0.0; lists.len()];
            let counts = BasketCounter::new(&sessions, 0..lists.len(), &ages, 6).count(&PLAIN, min_shoppers);
            prop_assert_eq!(counts.pairs_kept as usize, expected.len() / 2);
            prop_assert_eq!(entries(&counts.pairs), expected);
        }
    }
}
