//! The cosine of every two items' columns in the matrix of sessions and items, cut to the nearest as it is counted.

use super::Rows;
use crate::ItemIx;
use crate::events::Sessions;
use std::ops::Range;

/// The nearest items of every item by cosine.
#[derive(Clone, Debug, PartialEq)]
pub struct Cosines {
    /// Cosines above 0, without the diagonal and without guarded pairs; columns ascending.
    pub rows: Rows,
    /// Distinct unordered pairs that at least `min_shoppers` made.
    pub pairs_kept: u64,
    /// Distinct unordered pairs that fewer made, removed.
    pub pairs_removed: u64,
}

/// The `neighbours` largest cosines of every item, ties to the lower number.
///
/// s(h, c) = sum over sessions of n_h n_c / sqrt(sum of n_h^2 * sum of n_c^2), with n the item's events in a session
/// (Sarwar et al. 2001, section 3.1.1, for sessions in the place of users). Pairs that fewer than `min_shoppers` distinct
/// shoppers made do not count.
///
/// Row by row (Gustavson 1978), and every row is cut before the next is counted, so that the matrix of all pairs is
/// never in memory: 8 bytes an event, 16 a pair that is kept, and per thread 8 bytes an item, 16 with a threshold above 1. Takes
/// `O(sum of squared session lengths)`. The same for any number of threads.
///
/// # Panics
/// If there are 2^31 items or 2^32 events, or more.
pub fn cosines(sessions: &Sessions, num_items: usize, neighbours: usize, min_shoppers: u32) -> Cosines {
    let index = Index::new(sessions, num_items, min_shoppers > 1);
    if min_shoppers > 1 {
        index.rows(neighbours, || Guarded::new(num_items, min_shoppers))
    } else {
        index.rows(neighbours, || Sums::new(num_items))
    }
}

/// Set in the last event of a session.
const LAST: u32 = 1 << 31;
/// Rows that one task counts have about this many pairs of events: enough to hide its cost, few enough to balance.
const TASK_PAIRS: u64 = 1 << 16;
/// Sessions whose events are asked for before they are used; memory answers them together.
const AHEAD: usize = 16;

/// The sessions as the kernel walks them.
struct Index {
    /// Popularity ranks of the events' items, session after session.
    events: Vec<u32>,
    /// Where the sessions of each item start in `events`, as often as the session has the item.
    postings: Vec<u32>,
    /// The shopper of each posting, ascending within an item; empty if nobody asks.
    shoppers: Vec<u32>,
    posting_ends: Vec<u32>,
    by_rank: Vec<Column>,
    rank_of: Vec<u32>,
    /// Rows of about equal work.
    tasks: Vec<Range<usize>>,
}

/// What is known of an item, by its rank.
#[derive(Clone, Copy)]
struct Column {
    item: u32,
    inverse_norm: f32,
}

/// Sums up one row.
trait Accumulator: Send {
    /// Adds `weight` for each event of a session; `events` starts with that session.
    fn add(&mut self, events: &[u32], weight: f32, shopper: u32);

    /// Hands rank and sum of every column to `visit` and starts anew; gives the numbers of columns that it handed
    /// over and held back.
    fn drain(&mut self, own: u32, visit: impl FnMut(u32, f32)) -> (u64, u64);
}

impl Index {
    fn new(sessions: &Sessions, num_items: usize, with_shoppers: bool) -> Index {
        assert!(num_items < LAST as usize, "{num_items} items are too many");
        assert!(u32::try_from(sessions.items.len()).is_ok(), "{} events are too many", sessions.items.len());
        let mut posting_ends = vec![0u32; num_items + 1];
        for item in &sessions.items {
            posting_ends[item.as_usize() + 1] += 1;
        }
        // Popular items have low ranks, so that most sums are in the cache.
        let mut order: Vec<u32> = (0..num_items as u32).collect();
        order.sort_by_key(|&item| std::cmp::Reverse(posting_ends[item as usize + 1]));
        let mut rank_of = vec![0u32; num_items];
        for (rank, &item) in (0..).zip(&order) {
            rank_of[item as usize] = rank;
        }
        for at in 0..num_items {
            posting_ends[at + 1] += posting_ends[at];
        }

        let mut events: Vec<u32> = sessions.items.iter().map(|item| rank_of[item.as_usize()]).collect();
        for &end in &sessions.offsets[1.min(sessions.offsets.len())..] {
            if let Some(last) = end.checked_sub(1) {
                events[last] |= LAST;
            }
        }
        let mut index = Index {
            postings: vec![0; events.len()],
            shoppers: vec![0; if with_shoppers { events.len() } else { 0 }],
            events,
            by_rank: order.iter().map(|&item| Column { item, inverse_norm: 0.0 }).collect(),
            rank_of,
            tasks: Vec::new(),
            posting_ends,
        };
        index.fill(sessions, with_shoppers);
        index
    }

    fn fill(&mut self, sessions: &Sessions, with_shoppers: bool) {
        let num_items = self.rank_of.len();
        let mut by_shopper: Vec<u32> = Vec::new();
        if with_shoppers {
            by_shopper = (0..sessions.len() as u32).collect();
            by_shopper.sort_by_key(|&session| sessions.shoppers[session as usize]);
        }
        // While it is filled, the end of an item before is the place of its next posting.
        let mut pairs = vec![0u64; num_items];
        let mut squares = vec![0.0f32; num_items];
        for at in 0..sessions.len() {
            let session = by_shopper.get(at).map_or(at, |&session| session as usize);
            let start = sessions.offsets[session];
            let items = sessions.items_of(session);
            for &item in items {
                let place = &mut self.posting_ends[item.as_usize()];
                self.postings[*place as usize] = start as u32;
                if with_shoppers {
                    self.shoppers[*place as usize] = sessions.shoppers[session];
                }
                *place += 1;
                pairs[item.as_usize()] += items.len() as u64;
            }
        }
        let mut start = 0;
        for (item, &end) in self.posting_ends[..num_items].iter().enumerate() {
            for run in self.postings[start..end as usize].chunk_by(|a, b| a == b) {
                squares[item] += (run.len() * run.len()) as f32;
            }
            self.by_rank[self.rank_of[item] as usize].inverse_norm = 1.0 / squares[item].max(1.0).sqrt();
            start = end as usize;
        }
        self.posting_ends.truncate(num_items);

        let (mut start, mut task_pairs) = (0, 0);
        for (item, pairs) in pairs.iter().enumerate() {
            task_pairs += pairs + 1;
            if task_pairs >= TASK_PAIRS || item + 1 == num_items {
                self.tasks.push(start..item + 1);
                (start, task_pairs) = (item + 1, 0);
            }
        }
    }

    fn rows<A: Accumulator>(&self, neighbours: usize, accumulator: impl Fn() -> A + Sync + Send) -> Cosines {
        let removed = std::sync::atomic::AtomicU64::new(0);
        let kept = std::sync::atomic::AtomicU64::new(0);
        let scratch = || (accumulator(), Nearest::new(neighbours));
        let rows = Rows::build_tasks(&self.tasks, scratch, |(sums, nearest), row, columns, values| {
            self.sum_row(sums, row);
            let own = self.rank_of[row];
            nearest.start();
            let (num_kept, num_removed) = sums.drain(own, |rank, sum| {
                let Column { item, inverse_norm } = self.by_rank[rank as usize];
                nearest.offer(item, sum * inverse_norm);
            });
            let own_inverse_norm = self.by_rank[own as usize].inverse_norm;
            nearest.finish(|item, part| {
                columns.push(ItemIx(item));
                values.push(part * own_inverse_norm);
            });
            kept.fetch_add(num_kept, std::sync::atomic::Ordering::Relaxed);
            removed.fetch_add(num_removed, std::sync::atomic::Ordering::Relaxed);
        });
        // Every unordered pair stands in two rows.
        Cosines { rows, pairs_kept: kept.into_inner() / 2, pairs_removed: removed.into_inner() / 2 }
    }

    fn sum_row(&self, sums: &mut impl Accumulator, row: usize) {
        let start = row.checked_sub(1).map_or(0, |before| self.posting_ends[before] as usize);
        let range = start..self.posting_ends[row] as usize;
        let mut at = range.start;
        while at < range.end {
            let batch = at..(at + AHEAD).min(range.end);
            let asked_for =
                self.postings[batch.clone()].iter().fold(0, |all, &start| all ^ self.events[start as usize]);
            std::hint::black_box(asked_for);
            while at < batch.end {
                let start = self.postings[at];
                let mut weight = 1.0;
                let shopper = self.shoppers.get(at).copied().unwrap_or(0);
                at += 1;
                while at < range.end && self.postings[at] == start {
                    weight += 1.0;
                    at += 1;
                }
                sums.add(&self.events[start as usize..], weight, shopper);
            }
        }
    }
}

/// Sums of all pairs.
struct Sums {
    sums: Vec<f32>,
    touched: Vec<u32>,
    num_touched: usize,
}

impl Sums {
    fn new(num_items: usize) -> Sums {
        Sums { sums: vec![0.0; num_items], touched: vec![0; num_items + 1], num_touched: 0 }
    }
}

impl Accumulator for Sums {
    #[inline(always)]
    fn add(&mut self, events: &[u32], weight: f32, _shopper: u32) {
        for &event in events {
            let column = event & !LAST;
            let sum = &mut self.sums[column as usize];
            // Without a branch: whether a column is new is what a processor cannot foresee.
            self.touched[self.num_touched] = column;
            self.num_touched += usize::from(*sum == 0.0);
            *sum += weight;
            if event & LAST != 0 {
                break;
            }
        }
    }

    #[inline(always)]
    fn drain(&mut self, own: u32, mut visit: impl FnMut(u32, f32)) -> (u64, u64) {
        let num_touched = std::mem::take(&mut self.num_touched);
        for &column in &self.touched[..num_touched] {
            let sum = std::mem::take(&mut self.sums[column as usize]);
            if column != own {
                visit(column, sum);
            }
        }
        (num_touched.saturating_sub(1) as u64, 0)
    }
}

/// Sums of pairs, and by how many shoppers.
struct Guarded {
    cells: Vec<Cell>,
    touched: Vec<u32>,
    min_shoppers: u32,
}

/// What is known of one column; together, because columns come in no order.
#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    num_shoppers: u32,
    last_shopper: u32,
}

impl Guarded {
    fn new(num_items: usize, min_shoppers: u32) -> Guarded {
        Guarded { cells: vec![Cell::default(); num_items], touched: Vec::new(), min_shoppers }
    }
}

impl Accumulator for Guarded {
    #[inline(always)]
    fn add(&mut self, events: &[u32], weight: f32, shopper: u32) {
        for &event in events {
            let column = event & !LAST;
            let cell = &mut self.cells[column as usize];
            if cell.num_shoppers == 0 || cell.last_shopper != shopper {
                if cell.num_shoppers == 0 {
                    self.touched.push(column);
                }
                cell.last_shopper = shopper;
                cell.num_shoppers += 1;
            }
            cell.sum += weight;
            if event & LAST != 0 {
                break;
            }
        }
    }

    #[inline(always)]
    fn drain(&mut self, own: u32, mut visit: impl FnMut(u32, f32)) -> (u64, u64) {
        let (mut kept, mut removed) = (0, 0);
        for column in self.touched.drain(..) {
            let cell = std::mem::take(&mut self.cells[column as usize]);
            if column == own {
            } else if cell.num_shoppers >= self.min_shoppers {
                kept += 1;
                visit(column, cell.sum);
            } else {
                removed += 1;
            }
        }
        (kept, removed)
    }
}

/// The largest of the values that are offered, ties to the lower item.
struct Nearest {
    most: usize,
    /// Value and item in one number that sorts as they do: the bits of positive floats are in the order of their values.
    keys: Vec<u64>,
    /// No key below this one can be among the largest.
    least: u64,
}

impl Nearest {
    fn new(most: usize) -> Nearest {
        Nearest { most, keys: Vec::with_capacity(Nearest::room(most)), least: 0 }
    }

    /// Keys that are held before they are cut; more would be sorted more seldom, but not be near.
    fn room(most: usize) -> usize {
        (most * 4).clamp(64, most + 4096)
    }

    fn start(&mut self) {
        self.keys.clear();
        self.least = if self.most == 0 { u64::MAX } else { 0 };
    }

    #[inline(always)]
    fn offer(&mut self, item: u32, value: f32) {
        let key = u64::from(value.to_bits()) << 32 | u64::from(!item);
        if key > self.least {
            if self.keys.len() == Nearest::room(self.most) {
                self.cut();
            }
            self.keys.push(key);
        }
    }

    fn cut(&mut self) {
        if self.keys.len() > self.most {
            self.keys.select_nth_unstable_by(self.most, |a, b| b.cmp(a));
            self.keys.truncate(self.most);
            self.least = self.keys.iter().copied().min().unwrap_or(u64::MAX);
        }
    }

    /// Hands over item and value of those that are left, items ascending.
    fn finish(&mut self, mut visit: impl FnMut(u32, f32)) {
        self.cut();
        for key in &mut self.keys {
            *key = u64::from(!*key as u32) << 32 | *key >> 32;
        }
        self.keys.sort_unstable();
        self.keys.iter().for_each(|&key| visit((key >> 32) as u32, f32::from_bits(key as u32)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    type Lists = Vec<(u32, Vec<u32>)>;

    const NUM_ITEMS: usize = 12;

    fn lists() -> impl Strategy<Value = Lists> {
        prop::collection::vec((0u32..5, prop::collection::vec(0..NUM_ITEMS as u32, 0..8)), 0..40)
    }

    fn sessions(lists: &Lists) -> Sessions {
        let mut sessions = Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() };
        for (shopper, items) in lists {
            sessions.items.extend(items.iter().map(|&item| ItemIx(item)));
            sessions.offsets.push(sessions.items.len());
            sessions.shoppers.push(*shopper);
        }
        sessions
    }

    /// The rows with cosines rounded to 1e-5, for sums of the same numbers in another order.
    fn rounded(rows: &Rows) -> Vec<Vec<(u32, u32)>> {
        let row = |row| {
            let (columns, values) = rows.row(row);
            columns.iter().zip(values).map(|(column, value)| (column.0, (value * 1e5).round() as u32)).collect()
        };
        (0..rows.num_rows()).map(row).collect()
    }

    #[test]
    fn a_cosine_counts_events_of_both_items() {
        // Squares: item 0 has 2^2 + 1 = 5, item 1 has 1 + 3^2 = 10, item 2 has 1; products: (0, 1) 2 + 3, (0, 2) 1, (1, 2) 3.
        let log = sessions(&vec![(0, vec![0, 1, 0]), (1, vec![1, 1, 1, 0, 2])]);
        let found = cosines(&log, 3, 2, 1);
        let cosine = |product: f32, a: f32, b: f32| (product / (a * b).sqrt() * 1e5).round() as u32;
        let (c01, c02, c12) = (cosine(5.0, 5.0, 10.0), cosine(1.0, 5.0, 1.0), cosine(3.0, 10.0, 1.0));
        let expected = [vec![(1, c01), (2, c02)], vec![(0, c01), (2, c12)], vec![(0, c02), (1, c12)]];
        assert_eq!(rounded(&found.rows), expected);
        assert_eq!((found.pairs_kept, found.pairs_removed), (3, 0));
    }

    #[test]
    fn among_equals_the_lower_number_stays() {
        let log = sessions(&vec![(0, vec![3, 2, 1, 0])]);
        let found = cosines(&log, 4, 2, 1).rows;
        assert_eq!(found.columns, [1, 2, 0, 2, 0, 1, 0, 1].map(ItemIx));
    }

    #[test]
    fn no_items_and_no_neighbours_are_possible() {
        assert_eq!(cosines(&Sessions::default(), 0, 5, 1).rows.num_rows(), 0);
        let log = sessions(&vec![(0, vec![0, 1])]);
        assert_eq!(cosines(&log, 2, 0, 2).rows.offsets, [0, 0, 0]);
    }

    #[test]
    fn the_largest_of_many_are_kept() {
        let mut nearest = Nearest::new(3);
        for round in 0..2 {
            nearest.start();
            (0..10_000).for_each(|at| nearest.offer(at, (at * 7919 % 10_000) as f32));
            let mut found = Vec::new();
            nearest.finish(|item, value| found.push((item, value)));
            // 7919 * 2321 is 9999 modulo 10,000, twice that 9998, three times 9997.
            assert_eq!(found, [(2321, 9999.0), (4642, 9998.0), (6963, 9997.0)], "round {round}");
        }
    }

    proptest! {
        #[test]
        fn kernel_agrees_with_a_naive_count(lists in lists(), min_shoppers in 1u32..4, neighbours in 1usize..12) {
            let mut products: BTreeMap<(u32, u32), (f64, BTreeSet<u32>)> = BTreeMap::new();
            for (shopper, items) in &lists {
                for &h in items {
                    for &c in items {
                        let entry = products.entry((h, c)).or_default();
                        entry.0 += 1.0;
                        entry.1.insert(*shopper);
                    }
                }
            }
            let square = |item: u32| products[&(item, item)].0;
            let mut expected = vec![Vec::new(); NUM_ITEMS];
            for (&(h, c), (product, shoppers)) in &products {
                if h != c && shoppers.len() >= min_shoppers as usize {
                    expected[h as usize].push((c, product / (square(h) * square(c)).sqrt()));
                }
            }
            let num_kept = expected.iter().map(Vec::len).sum::<usize>() as u64 / 2;
            let found = cosines(&sessions(&lists), NUM_ITEMS, neighbours, min_shoppers);
            prop_assert_eq!(found.pairs_kept, num_kept);
            prop_assert_eq!(found.rows.num_rows(), NUM_ITEMS);
            for (row, all) in expected.iter().enumerate() {
                let (columns, values) = found.rows.row(row);
                prop_assert_eq!(columns.len(), all.len().min(neighbours));
                prop_assert!(columns.is_sorted());
                let value_of = |column: &ItemIx| all.iter().find(|entry| entry.0 == column.0).map(|entry| entry.1);
                for (column, &value) in columns.iter().zip(values) {
                    let wanted = value_of(column).unwrap();
                    prop_assert!((f64::from(value) - wanted).abs() < 1e-6, "{value} {wanted}");
                }
                // Nothing that was left out is larger than what was kept.
                let least = values.iter().copied().fold(f32::INFINITY, f32::min);
                for (column, value) in all {
                    prop_assert!(columns.contains(&ItemIx(*column)) || *value <= f64::from(least) + 1e-6);
                }
            }
        }

        #[test]
        fn threads_do_not_change_a_bit(lists in lists(), min_shoppers in 1u32..3) {
            let log = sessions(&lists);
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| cosines(&log, NUM_ITEMS, 3, min_shoppers))
            };
            prop_assert_eq!(with(1), with(4));
        }
    }
}
