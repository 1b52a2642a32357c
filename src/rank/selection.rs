//! Orders candidates: best score first, and all items by popularity, ties settled the same way everywhere.

use crate::ItemIx;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A candidate; the greatest is the one to list first.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    score: f32,
    tie: Reverse<(u32, ItemIx)>,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.tie.cmp(&other.tie))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// Yields candidates from the best score down, as far as the caller goes: `O(n + m log n)` for m of n.
pub(super) fn best_first(
    candidates: impl Iterator<Item = (f32, ItemIx)>,
    seed: Option<u32>,
) -> impl Iterator<Item = (f32, ItemIx)> {
    let mut heap: BinaryHeap<Candidate> =
        candidates.map(|(score, item)| Candidate { score, tie: Reverse((tie(seed, item), item)) }).collect();
    std::iter::from_fn(move || heap.pop().map(|best| (best.score, best.tie.0.1)))
}

/// Where an item stands among equals: by number without a seed, else by a hash of both
/// (the finaliser of MurmurHash3, Appleby 2011).
fn tie(seed: Option<u32>, item: ItemIx) -> u32 {
    let Some(seed) = seed else { return 0 };
    let mut hash = item.0 ^ seed.wrapping_mul(0x9e37_79b9);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// All items, the most popular first.
#[derive(Clone, Debug)]
pub(super) struct Popular {
    /// Items of one popularity after the other, by number within one.
    order: Vec<ItemIx>,
    /// Where each popularity ends in `order`.
    ends: Vec<usize>,
}

impl Popular {
    /// A counting sort: `O(num_items)`.
    pub(super) fn new(popularity: &[u8]) -> Popular {
        let level = |popularity: u8| usize::from(u8::MAX - popularity);
        let mut counts = [0; 256];
        for &popularity in popularity {
            counts[level(popularity)] += 1;
        }
        // Where each level starts, and once its items are placed, where it ends.
        let mut ends = Vec::with_capacity(counts.len());
        let mut start = 0;
        for count in counts {
            ends.push(start);
            start += count;
        }
        let mut order = vec![ItemIx(0); popularity.len()];
        for (item, &popularity) in (0..).map(ItemIx).zip(popularity) {
            let end = &mut ends[level(popularity)];
            order[*end] = item;
            *end += 1;
        }
        Popular { order, ends }
    }

    /// All items, the most popular first, equals ordered by `seed`; a group of equals is sorted when it is reached.
    pub(super) fn in_order(&self, seed: Option<u32>) -> impl Iterator<Item = ItemIx> {
        let mut start = 0;
        self.ends.iter().flat_map(move |&end| {
            let mut group = self.order[start..end].to_vec();
            start = end;
            if seed.is_some() {
                group.sort_unstable_by_key(|&item| (tie(seed, item), item));
            }
            group
        })
    }
}
