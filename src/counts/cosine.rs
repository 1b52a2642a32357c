//! The cosine of every two items' columns in the matrix of sessions and items, cut to the nearest as it is counted.

use super::PrivacyThreshold;
use super::sums::{Accumulator, LAST, Sums, ThresholdedSums};
use crate::events::Sessions;
use crate::nearest::Nearest;
use crate::{CsrMatrix, ItemIx};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// The nearest items of every item by cosine.
#[derive(Clone, Debug, PartialEq)]
pub struct Cosines {
    /// Cosines above 0, without the diagonal and without pairs below the privacy threshold; columns ascending.
    pub rows: CsrMatrix,
    /// Number of distinct unordered pairs that the privacy threshold allows.
    pub pairs_kept: u64,
    /// Number of distinct unordered pairs that it removed.
    pub pairs_removed: u64,
}

/// Options of counting cosines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineOptions<'a> {
    /// Number of cosines kept for every item, the largest, ties to the lower number.
    pub neighbours: usize,
    /// Pairs below it do not count; counting is fastest where it allows all.
    pub threshold: PrivacyThreshold,
    /// Largest number of distinct items of a session that count, each once; `None` counts all events.
    pub distinct: Option<usize>,
    /// Items whose rows are made, in this order; all items in the order of their numbers if `None`.
    pub wanted: Option<&'a [ItemIx]>,
}

/// The largest cosines of every item in the sessions of `range`.
///
/// s(h, c) = sum over sessions of n_h n_c / sqrt(sum of n_h^2 * sum of n_c^2), with n the item's events in a session,
/// or 1 if only distinct ones count (Sarwar et al. 2001, section 3.1.1, for sessions in the place of users).
///
/// Row by row (Gustavson 1978), and every row is cut before the next is counted, so that the matrix of all pairs is
/// never in memory: 8 bytes an event, 16 a pair that is kept, and per thread 12 bytes an item, 20 with a threshold
/// above 1. Takes `O(sum of squared session lengths)`. The same for any number of threads.
///
/// # Panics
/// If there are 2^31 items or 2^32 events, or more.
pub fn cosines(sessions: &Sessions, range: Range<usize>, num_items: usize, options: &CosineOptions<'_>) -> Cosines {
    let index = Index::new(sessions, range, num_items, options);
    let cells = || index.columns.iter().map(|column| column.inverse_norm);
    if options.threshold.allows_all() {
        index.rows(options, || Sums::new(cells()))
    } else {
        index.rows(options, || ThresholdedSums::new(cells(), options.threshold))
    }
}

/// Rows that one task counts have about this many events: enough to hide its cost, few enough to balance.
const TASK_EVENTS: usize = 1 << 13;
/// Sessions whose events are asked for before they are used; memory answers them together.
const AHEAD: usize = 16;

/// The sessions as the kernel walks them. Items are numbered by popularity here, so that most sums are in the cache.
struct Index {
    /// Ranks of the events' items, session after session.
    events: Vec<u32>,
    /// Where the sessions of each rank start in `events`, as often as the session has the item.
    postings: Vec<u32>,
    /// The shopper of each posting, ascending within a rank; empty if nobody asks.
    shoppers: Vec<u32>,
    /// `num_items + 1` positions into `postings`.
    offsets: Vec<u32>,
    /// By rank.
    columns: Vec<Column>,
    /// By item.
    rank_of: Vec<u32>,
}

/// Number and norm of an item.
#[derive(Clone, Copy, Default)]
struct Column {
    item: u32,
    inverse_norm: f32,
}

impl Index {
    fn new(sessions: &Sessions, range: Range<usize>, num_items: usize, options: &CosineOptions<'_>) -> Index {
        let offsets = sessions.offsets.get(range.start..=range.end).unwrap_or(&[0]);
        let (first, end) = (offsets[0], offsets[offsets.len() - 1]);
        let items = &sessions.items[first..end];
        assert!(num_items < LAST as usize, "{num_items} items are too many");
        assert!(u32::try_from(items.len()).is_ok(), "{} events are too many", items.len());

        let mut popularity = vec![0u32; num_items];
        items.iter().for_each(|item| popularity[item.as_usize()] += 1);
        let mut order: Vec<u32> = (0..num_items as u32).collect();
        order.par_sort_by_key(|&item| std::cmp::Reverse(popularity[item as usize]));
        let mut rank_of = vec![0u32; num_items];
        for (rank, &item) in (0..).zip(&order) {
            rank_of[item as usize] = rank;
        }
        let mut starts: Vec<u32> = offsets.iter().map(|&start| (start - first) as u32).collect();
        let mut events: Vec<u32> = items.par_iter().map(|item| rank_of[item.as_usize()]).collect();
        if let Some(most) = options.distinct {
            keep_distinct(&mut events, &mut starts, most);
        }
        for ends in starts.windows(2).filter(|ends| ends[0] < ends[1]) {
            events[ends[1] as usize - 1] |= LAST;
        }

        let mut by_shopper: Option<Vec<u32>> = None;
        let shopper_of = &sessions.shoppers[..];
        if !options.threshold.allows_all() {
            let mut order: Vec<u32> = (range.start as u32..range.end as u32).collect();
            // Without a column of shoppers they are numbered as the sessions are.
            if !shopper_of[range.clone()].is_sorted() {
                order.sort_by_key(|&session| shopper_of[session as usize]);
            }
            by_shopper = Some(order);
        }
        let columns = order.iter().map(|&item| Column { item, ..Column::default() }).collect();
        let mut offsets = vec![0u32; num_items + 1];
        if events.len() == items.len() {
            order.iter().zip(&mut offsets[1..]).for_each(|(&item, offset)| *offset = popularity[item as usize]);
        } else {
            events.iter().for_each(|&event| offsets[(event & !LAST) as usize + 1] += 1);
        }
        for at in 0..num_items {
            offsets[at + 1] += offsets[at];
        }
        let mut index = Index { events, postings: Vec::new(), shoppers: Vec::new(), offsets, columns, rank_of };
        index.fill(&starts, by_shopper.as_deref(), |session| shopper_of[session as usize], range.start as u32);
        index
    }

    /// Fills the postings: every thread those of some ranks, for which it walks all events.
    fn fill(
        &mut self,
        starts: &[u32],
        by_shopper: Option<&[u32]>,
        shopper_of: impl Fn(u32) -> u32 + Sync,
        first_session: u32,
    ) {
        let num_items = self.columns.len();
        let offsets = std::mem::take(&mut self.offsets);
        self.postings = vec![0; self.events.len()];
        self.shoppers = vec![0; by_shopper.map_or(0, |_| self.events.len())];

        struct Part<'a> {
            ranks: Range<usize>,
            postings: &'a mut [u32],
            shoppers: &'a mut [u32],
            columns: &'a mut [Column],
        }
        let num_parts = rayon::current_num_threads().clamp(1, 8);
        let mut parts = Vec::with_capacity(num_parts);
        let (mut postings, mut shoppers) = (&mut self.postings[..], &mut self.shoppers[..]);
        let mut columns = &mut self.columns[..];
        let mut start = 0;
        for part in 1..=num_parts {
            let share = (self.events.len() * part / num_parts) as u32;
            let end = if part == num_parts {
                num_items
            } else {
                offsets.partition_point(|&at| at < share).min(num_items).max(start)
            };
            let num_postings = (offsets[end] - offsets[start]) as usize;
            let (of_part, rest) = postings.split_at_mut(num_postings);
            postings = rest;
            let (shoppers_of_part, rest) = shoppers.split_at_mut(num_postings.min(shoppers.len()));
            shoppers = rest;
            let (columns_of_part, rest) = columns.split_at_mut(end - start);
            columns = rest;
            parts.push(Part {
                ranks: start..end,
                postings: of_part,
                shoppers: shoppers_of_part,
                columns: columns_of_part,
            });
            start = end;
        }
        let events = &self.events;
        parts.into_par_iter().for_each(|part| {
            let first = offsets[part.ranks.start];
            let mut next: Vec<u32> = offsets[part.ranks.clone()].iter().map(|at| at - first).collect();
            let mut add = |session: u32| {
                let at = (session - first_session) as usize;
                let range = starts[at] as usize..starts[at + 1] as usize;
                for event in &events[range.clone()] {
                    let rank = ((event & !LAST) as usize).wrapping_sub(part.ranks.start);
                    let Some(place) = next.get_mut(rank) else { continue };
                    part.postings[*place as usize] = range.start as u32;
                    if let Some(shopper) = part.shoppers.get_mut(*place as usize) {
                        *shopper = shopper_of(session);
                    }
                    *place += 1;
                }
            };
            match by_shopper {
                Some(order) => order.iter().for_each(|&session| add(session)),
                None => (first_session..first_session + starts.len() as u32 - 1).for_each(add),
            }
            let mut start = 0;
            for (column, &end) in part.columns.iter_mut().zip(&next) {
                let runs = part.postings[start..end as usize].chunk_by(|a, b| a == b);
                let squares = runs.map(|run| (run.len() * run.len()) as f32).sum::<f32>();
                column.inverse_norm = 1.0 / squares.max(1.0).sqrt();
                start = end as usize;
            }
        });
        self.offsets = offsets;
    }

    fn rows<A: Accumulator>(&self, options: &CosineOptions<'_>, accumulator: impl Fn() -> A + Sync + Send) -> Cosines {
        let rank_at = |at: usize| match options.wanted {
            Some(wanted) => self.rank_of[wanted[at].as_usize()],
            None => self.rank_of[at],
        };
        let removed = AtomicU64::new(0);
        let kept = AtomicU64::new(0);
        let scratch = || (accumulator(), Nearest::new(options.neighbours));
        let tasks = self.tasks(options.wanted.map_or(self.rank_of.len(), <[ItemIx]>::len), rank_at);
        let rows = CsrMatrix::build_tasks(&tasks, scratch, |(sums, nearest), row, columns, values| {
            let own = rank_at(row);
            self.sum_row(sums, own);
            nearest.start();
            let (num_kept, num_removed) =
                sums.drain(own, |rank, part| nearest.offer(part, || self.columns[rank as usize].item));
            let own_inverse_norm = self.columns[own as usize].inverse_norm;
            nearest.finish(|item, part| {
                columns.push(ItemIx(item));
                values.push(part * own_inverse_norm);
            });
            kept.fetch_add(num_kept, Ordering::Relaxed);
            removed.fetch_add(num_removed, Ordering::Relaxed);
        });
        // Every unordered pair is in two rows.
        Cosines { rows, pairs_kept: kept.into_inner() / 2, pairs_removed: removed.into_inner() / 2 }
    }

    /// Rows of about equal work.
    fn tasks(&self, num_rows: usize, rank_at: impl Fn(usize) -> u32) -> Vec<Range<usize>> {
        let mut tasks = Vec::new();
        let (mut start, mut num_events) = (0, 0);
        for row in 0..num_rows {
            // A row without events takes time, too.
            num_events += self.postings_of(rank_at(row)).len() + 1;
            if num_events >= TASK_EVENTS || row + 1 == num_rows {
                tasks.push(start..row + 1);
                (start, num_events) = (row + 1, 0);
            }
        }
        tasks
    }

    fn postings_of(&self, rank: u32) -> Range<usize> {
        self.offsets[rank as usize] as usize..self.offsets[rank as usize + 1] as usize
    }

    fn sum_row(&self, sums: &mut impl Accumulator, rank: u32) {
        let range = self.postings_of(rank);
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

/// Leaves the first `most` distinct events of each session.
fn keep_distinct(events: &mut Vec<u32>, starts: &mut [u32], most: usize) {
    let mut kept = 0;
    let mut start = 0;
    for end in &mut starts[1..] {
        let session = start..*end as usize;
        let first = kept;
        for at in session.clone() {
            if kept - first < most && !events[first..kept].contains(&events[at]) {
                events[kept] = events[at];
                kept += 1;
            }
        }
        start = session.end;
        *end = kept as u32;
    }
    events.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    type Lists = Vec<(u32, Vec<u32>)>;

    const NUM_ITEMS: usize = 12;

    fn lists() -> impl Strategy<Value = Lists> {
        prop::collection::vec((0u32..5, prop::collection::vec(0..NUM_ITEMS as u32, 0..8)), 0..40)
    }

    fn sessions(lists: &Lists) -> Sessions {
        Sessions::of_shoppers(EventKind::View, lists.iter().map(|(shopper, items)| (*shopper, &items[..])))
    }

    /// The rows with cosines rounded to 1e-5, for sums of the same numbers in another order.
    fn rounded(rows: &CsrMatrix) -> Vec<Vec<(u32, u32)>> {
        let row = |row| {
            let (columns, values) = rows.row(row);
            columns.iter().zip(values).map(|(column, value)| (column.0, (value * 1e5).round() as u32)).collect()
        };
        (0..rows.num_rows()).map(row).collect()
    }

    fn all(log: &Sessions, num_items: usize, neighbours: usize, min_shoppers: u32) -> Cosines {
        let threshold = PrivacyThreshold::new(min_shoppers);
        let options = CosineOptions { neighbours, threshold, distinct: None, wanted: None };
        cosines(log, 0..log.len(), num_items, &options)
    }

    #[test]
    fn a_cosine_counts_events_of_both_items() {
        // Squares: item 0 has 2^2 + 1 = 5, item 1 has 1 + 3^2 = 10, item 2 has 1; products: (0, 1) 2 + 3, (0, 2) 1, (1,
        // 2) 3.
        let log = sessions(&vec![(0, vec![0, 1, 0]), (1, vec![1, 1, 1, 0, 2])]);
        let found = all(&log, 3, 2, 1);
        let cosine = |product: f32, a: f32, b: f32| (product / (a * b).sqrt() * 1e5).round() as u32;
        let (c01, c02, c12) = (cosine(5.0, 5.0, 10.0), cosine(1.0, 5.0, 1.0), cosine(3.0, 10.0, 1.0));
        let expected = [vec![(1, c01), (2, c02)], vec![(0, c01), (2, c12)], vec![(0, c02), (1, c12)]];
        assert_eq!(rounded(&found.rows), expected);
        assert_eq!((found.pairs_kept, found.pairs_removed), (3, 0));
    }

    #[test]
    fn among_equals_the_lower_number_stays() {
        let log = sessions(&vec![(0, vec![3, 2, 1, 0])]);
        let found = all(&log, 4, 2, 1).rows;
        let columns: Vec<u32> = (0..4).flat_map(|row| found.row(row).0).map(|column| column.0).collect();
        assert_eq!(columns, [1, 2, 0, 2, 0, 1, 0, 1]);
    }

    #[test]
    fn no_items_and_no_neighbours_are_possible() {
        assert_eq!(all(&Sessions::default(), 0, 5, 1).rows.num_rows(), 0);
        let log = sessions(&vec![(0, vec![0, 1])]);
        assert_eq!(all(&log, 2, 0, 2).rows.num_entries(), 0);
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
            let found = all(&sessions(&lists), NUM_ITEMS, neighbours, min_shoppers);
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
        fn wanted_rows_of_a_part_of_the_log_with_distinct_items_are_those_of_that_log(
            lists in lists(),
            min_shoppers in 1u32..3,
            wanted in prop::collection::vec(0..NUM_ITEMS as u32, 0..9),
            start in 0usize..5,
            most in 1usize..5,
        ) {
            let range = start.min(lists.len())..lists.len();
            let wanted: Vec<ItemIx> = wanted.into_iter().map(ItemIx).collect();
            let threshold = PrivacyThreshold::new(min_shoppers);
            let options = CosineOptions { neighbours: 3, threshold, distinct: Some(most), wanted: Some(&wanted) };
            let found = cosines(&sessions(&lists), range.clone(), NUM_ITEMS, &options).rows;

            let mut part: Lists = lists[range].to_vec();
            for (_, items) in &mut part {
                let mut seen = BTreeSet::new();
                items.retain(|&item| seen.len() < most && seen.insert(item));
            }
            let expected = all(&sessions(&part), NUM_ITEMS, 3, min_shoppers).rows;
            prop_assert_eq!(found.num_rows(), wanted.len());
            for (row, item) in wanted.iter().enumerate() {
                prop_assert_eq!(found.row(row), expected.row(item.as_usize()));
            }
        }

        #[test]
        fn threads_do_not_change_a_bit(lists in lists(), min_shoppers in 1u32..3) {
            let log = sessions(&lists);
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| all(&log, NUM_ITEMS, 3, min_shoppers))
            };
            prop_assert_eq!(with(1), with(4));
        }
    }
}
