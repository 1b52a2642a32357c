//! Pairs of items inside and across the baskets of one shopper.

use super::PrivacyThreshold;
use super::classes::{ClassedPairs, SessionClasses};
use super::kernel::{PairCounts, Postings, RowSource, RowSums, count_pairs};
use crate::ItemIx;
use crate::events::Sessions;
use std::ops::Range;
use std::sync::OnceLock;

/// Baskets of one shopper further apart than this make no pairs.
const MAX_DISTANCE: usize = 3;
const NONE: u32 = u32::MAX;

/// Returns for each basket of `range`, counted from its first, the one before it of the same shopper; `None` for a
/// shopper's first.
pub fn previous_baskets(baskets: &Sessions, range: Range<usize>) -> Vec<Option<usize>> {
    let mut last = vec![NONE; baskets.shoppers.iter().max().map_or(0, |&most| most as usize + 1)];
    let start = range.start;
    range
        .map(|basket| {
            let last = &mut last[baskets.shoppers[basket] as usize];
            let before = std::mem::replace(last, (basket - start) as u32);
            (before != NONE).then_some(before as usize)
        })
        .collect()
}

/// Weighting of one pair of purchases.
///
/// Two items of one basket add `R (length - 1)^-length_power` to both directions. An item c bought d baskets after h
/// adds `across_share d^-forward_power R length^-length_power` to (h, c), and, with `length` that of the basket of h,
/// `across_share backward_share d^-forward_power R length^-length_power` to (c, h). R is `exp(-recency age)`
/// with the age of the newer basket, from the newest of those that are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BasketWeighting {
    /// 0 counts pairs of one basket alone; 1 counts pairs of neighbouring baskets as much.
    pub across_share: f64,
    /// 0 counts all distances alike; large values only the very next basket.
    pub forward_power: f64,
    /// 0 ignores pairs against the order of the baskets; 1 counts both directions alike.
    pub backward_share: f64,
    /// 0 counts old baskets in full; at 1 the oldest weighs 1/e of the newest.
    pub recency: f64,
    /// 0 lets large baskets count with all their pairs; 1 gives every purchase about one pair's weight.
    pub length_power: f64,
}

/// Counts the item pairs of a run of baskets, once for every weighting that is tried.
///
/// Holds 4 bytes an event and 8 a basket; a count takes `O(events * basket size * MAX_DISTANCE)` time and per thread
/// 12 bytes an item.
#[derive(Debug)]
pub struct BasketCounter<'a> {
    baskets: &'a Sessions,
    range: Range<usize>,
    ages: &'a [f64],
    /// The baskets before and after each one of the same shopper, counted from the first of `range`.
    previous: Vec<u32>,
    next: Vec<u32>,
    /// Baskets with each item, counted likewise; those of one shopper side by side.
    baskets_of: Postings,
    classed: OnceLock<(SessionClasses, ClassedPairs)>,
}

/// Parts that pairs of items in two baskets add: weights, or their classes.
trait Parts: Sync {
    type Part: Copy;

    /// Returns the part of two items of one basket.
    fn inside(&self, basket: usize) -> Self::Part;

    /// Returns the part of an item that comes `distance` baskets later.
    fn forward(&self, distance: usize, later: usize) -> Self::Part;

    /// Returns the part of an item that came `distance` baskets earlier.
    fn backward(&self, distance: usize, basket: usize, earlier: usize) -> Self::Part;
}

/// Rows of one count.
struct Rows<'c, 'a, P> {
    counter: &'c BasketCounter<'a>,
    parts: P,
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
    pub fn new(baskets: &'a Sessions, range: Range<usize>, ages: &'a [f64], num_items: usize) -> BasketCounter<'a> {
        let mut previous = vec![NONE; range.len()];
        let mut next = vec![NONE; range.len()];
        for (basket, before) in previous_baskets(baskets, range.clone()).into_iter().enumerate() {
            if let Some(before) = before {
                previous[basket] = before as u32;
                next[before] = basket as u32;
            }
        }
        let mut by_shopper: Vec<usize> = range.clone().collect();
        by_shopper.sort_by_key(|&basket| baskets.shoppers[basket]);
        let entries = by_shopper.into_iter().flat_map(|basket| {
            let number = (basket - range.start) as u32;
            baskets.items_of(basket).iter().map(move |&item| (item, number))
        });
        let events = baskets.offsets[range.start]..baskets.offsets[range.end];
        let baskets_of = Postings::new(num_items, baskets.items[events].iter(), entries);
        let classed = OnceLock::new();
        BasketCounter { baskets, range, ages, previous, next, baskets_of, classed }
    }

    /// Counts under `weighting`, without the pairs that `threshold` does not allow.
    pub fn count(&self, weighting: &BasketWeighting, threshold: PrivacyThreshold) -> PairCounts {
        let rows = Rows { counter: self, parts: self.weights(weighting) };
        count_pairs(self.fade(weighting.recency), threshold, &rows)
    }

    /// Counts as [`count`](BasketCounter::count) does, with ages and lengths of baskets in classes: far faster from the
    /// second time on.
    ///
    /// # Panics
    /// Debug builds panic if the threshold is another than that of the first time.
    pub fn estimate(&self, weighting: &BasketWeighting, threshold: PrivacyThreshold) -> PairCounts {
        let (classes, pairs) = self.classed.get_or_init(|| {
            let classes = SessionClasses::new(&self.ages[self.range.clone()], &self.lengths().collect::<Vec<_>>());
            let pairs =
                ClassedPairs::new(self.baskets_of.num_items(), threshold, &Rows { counter: self, parts: &classes });
            (classes, pairs)
        });
        debug_assert_eq!(pairs.threshold(), threshold);
        let newest = self.newest();
        let weights = classes.table(NUM_KINDS, |kind, age, length| {
            let recency = libm::exp(-weighting.recency * (age - newest));
            let power = |length: f64| libm::pow(length.max(1.0), -weighting.length_power);
            match kind {
                0 => recency * power(length - 1.0),
                _ if kind <= MAX_DISTANCE => weighting.forward(kind) * recency * power(length),
                _ => weighting.backward(kind - MAX_DISTANCE) * recency * power(length),
            }
        });
        pairs.count(self.fade(weighting.recency), &weights)
    }

    /// Returns the number of baskets with each item, fading as `exp(-recency age)`.
    pub fn fade(&self, recency: f64) -> Vec<f32> {
        let weights = self.recency(recency);
        let weight_of = |item| self.baskets_of.of(ItemIx(item)).iter().map(|&basket| weights[basket as usize]).sum();
        (0..self.baskets_of.num_items() as u32).map(weight_of).collect()
    }

    /// Returns the age of the newest basket that is counted.
    fn newest(&self) -> f64 {
        self.ages[self.range.clone()].iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn recency(&self, recency: f64) -> Vec<f32> {
        let newest = self.newest();
        self.range.clone().map(|basket| libm::exp(-recency * (self.ages[basket] - newest)) as f32).collect()
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.range.clone().map(|basket| self.baskets.items_of(basket).len())
    }

    fn weights(&self, weighting: &BasketWeighting) -> Weights {
        let power = |length: usize| libm::pow(length.max(1) as f64, -weighting.length_power) as f32;
        Weights {
            forward: (1..=MAX_DISTANCE).map(|distance| weighting.forward(distance) as f32).collect(),
            backward: (1..=MAX_DISTANCE).map(|distance| weighting.backward(distance) as f32).collect(),
            recency: self.recency(weighting.recency),
            inside: self.lengths().map(|length| power(length.saturating_sub(1))).collect(),
            length: self.lengths().map(power).collect(),
        }
    }
}

impl BasketWeighting {
    fn forward(&self, distance: usize) -> f64 {
        self.across_share * libm::pow(distance as f64, -self.forward_power)
    }

    fn backward(&self, distance: usize) -> f64 {
        self.across_share * self.backward_share * libm::pow(distance as f64, -self.forward_power)
    }
}

impl Parts for Weights {
    type Part = f32;

    #[inline(always)]
    fn inside(&self, basket: usize) -> f32 {
        self.recency[basket] * self.inside[basket]
    }

    #[inline(always)]
    fn forward(&self, distance: usize, later: usize) -> f32 {
        self.forward[distance - 1] * self.recency[later] * self.length[later]
    }

    #[inline(always)]
    fn backward(&self, distance: usize, basket: usize, earlier: usize) -> f32 {
        self.backward[distance - 1] * self.recency[basket] * self.length[earlier]
    }
}

/// Kinds of pairs: inside a basket, and across some baskets in both directions.
const NUM_KINDS: usize = 1 + 2 * MAX_DISTANCE;

impl Parts for &SessionClasses {
    type Part = u16;

    #[inline(always)]
    fn inside(&self, basket: usize) -> u16 {
        self.class(0, basket, basket)
    }

    #[inline(always)]
    fn forward(&self, distance: usize, later: usize) -> u16 {
        self.class(distance, later, later)
    }

    #[inline(always)]
    fn backward(&self, distance: usize, basket: usize, earlier: usize) -> u16 {
        self.class(MAX_DISTANCE + distance, basket, earlier)
    }
}

impl<P: Parts> RowSource for Rows<'_, '_, P> {
    type Part = P::Part;

    fn sum_row(&self, sums: &mut impl RowSums<P::Part>, item: ItemIx) {
        let Rows { counter, parts } = self;
        for &basket in counter.baskets_of.of(item) {
            let basket = basket as usize;
            let shopper = counter.baskets.shoppers[counter.range.start + basket];
            let mut add = |other: usize, part: P::Part| {
                for &item in counter.baskets.items_of(counter.range.start + other) {
                    sums.add(item, shopper, part);
                }
            };
            add(basket, parts.inside(basket));
            let mut later = counter.next[basket];
            for distance in 1..=MAX_DISTANCE {
                if later == NONE {
                    break;
                }
                add(later as usize, parts.forward(distance, later as usize));
                later = counter.next[later as usize];
            }
            let mut earlier = counter.previous[basket];
            for distance in 1..=MAX_DISTANCE {
                if earlier == NONE {
                    break;
                }
                add(earlier as usize, parts.backward(distance, basket, earlier as usize));
                earlier = counter.previous[earlier as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CsrMatrix, EventKind};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Baskets of small item numbers, oldest first, each with a shopper.
    fn log(lists: &[(u32, Vec<u32>)]) -> Sessions {
        Sessions::of_shoppers(EventKind::Purchase, lists.iter().map(|(shopper, items)| (*shopper, &items[..])))
    }

    fn entries(pairs: &CsrMatrix) -> BTreeMap<(u32, u32), f32> {
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
    fn baskets_follow_those_of_the_same_shopper() {
        let sessions = log(&[(4, vec![0]), (7, vec![0]), (4, vec![1]), (4, vec![2])]);
        assert_eq!(previous_baskets(&sessions, 0..4), [None, None, Some(0), Some(2)]);
        // Numbers count from the first of the range, and nothing before it is known.
        assert_eq!(previous_baskets(&sessions, 2..4), [None, Some(0)]);
    }

    #[test]
    fn distance_direction_length_and_age_weigh_a_pair() {
        let sessions = log(&[(0, vec![0, 1]), (0, vec![2])]);
        let weighting = BasketWeighting {
            across_share: 0.5,
            backward_share: 0.25,
            length_power: 1.0,
            recency: libm::log(2.0),
            ..PLAIN
        };
        let counts = BasketCounter::new(&sessions, 0..2, &[1.0, 0.0], 3).count(&weighting, PrivacyThreshold::NONE);
        // The older basket weighs 1/2; from it forwards 1/2 of one item of the newer basket, backwards 1/8 over two
        // items.
        let expected = [((0, 1), 0.5), ((0, 2), 0.5), ((1, 0), 0.5), ((1, 2), 0.5), ((2, 0), 0.0625), ((2, 1), 0.0625)];
        assert_eq!(entries(&counts.pairs), BTreeMap::from(expected));
        assert_eq!(counts.item_weights, [0.5, 0.5, 1.0]);
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
            let counts = BasketCounter::new(&sessions, 0..lists.len(), &ages, 6).count(&PLAIN, PrivacyThreshold::new(min_shoppers));
            prop_assert_eq!(counts.pairs_kept as usize, expected.len() / 2);
            prop_assert_eq!(entries(&counts.pairs), expected);
        }

        #[test]
        fn an_estimate_is_near_the_count(
            lists in prop::collection::vec((0u32..4, prop::collection::btree_set(0u32..9, 1..9)), 1..20),
            min_shoppers in 1u32..3,
            [recency, length_power, forward_power, backward_share] in [0.0..2.0, 0.0..1.0, 0.0..2.0, 0.1..1.5],
        ) {
            let lists: Vec<(u32, Vec<u32>)> =
                lists.into_iter().map(|(shopper, items)| (shopper, items.into_iter().collect())).collect();
            let sessions = log(&lists);
            let ages: Vec<f64> = (0..lists.len()).rev().map(|at| at as f64 / lists.len() as f64).collect();
            let counter = BasketCounter::new(&sessions, 0..lists.len(), &ages, 9);
            let weighting = BasketWeighting { across_share: 0.7, forward_power, backward_share, recency, length_power };
            let threshold = PrivacyThreshold::new(min_shoppers);
            // The second estimate weighs what the first has counted.
            counter.estimate(&PLAIN, threshold);
            let (estimate, count) = (counter.estimate(&weighting, threshold), counter.count(&weighting, threshold));
            prop_assert_eq!((estimate.pairs_kept, estimate.pairs_removed), (count.pairs_kept, count.pairs_removed));
            prop_assert_eq!(&estimate.item_weights, &count.item_weights);
            let (estimate, count) = (entries(&estimate.pairs), entries(&count.pairs));
            prop_assert_eq!(estimate.keys().collect::<Vec<_>>(), count.keys().collect::<Vec<_>>());
            for (pair, count) in &count {
                // Half a class of ages is 1/64: exp(2 / 64) is 1.03. Lengths up to 7 are exact, 8 and 9 share a class.
                prop_assert!((estimate[pair] / count - 1.0).abs() < 0.1, "{pair:?}: {} for {count}", estimate[pair]);
            }
        }
    }
}
