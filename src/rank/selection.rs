//! Orders candidates: best score first, and all items by popularity, ties settled the same way everywhere.

use crate::ItemIx;
use std::collections::BinaryHeap;

/// A candidate with a score above 0; the greatest is the one to list first. The upper half has the bits of the score, which are in
/// the order of the scores, the lower one what settles ties.
type Candidate = (u64, ItemIx);

/// How many candidates are found without putting all in order.
const MAX_TOP: usize = 64;

/// Yields candidates from the best score down, as far as the caller goes; the first `num_likely` of n at `O(n)`, all others at
/// `O(n + m log n)` for m.
pub(super) fn best_first<C: Iterator<Item = (f32, ItemIx)>>(
    candidates: impl Fn() -> C,
    num_likely: usize,
    seed: Option<u32>,
) -> impl Iterator<Item = (f32, ItemIx)> {
    let candidate =
        move |(score, item): (f32, ItemIx)| (u64::from(score.to_bits()) << 32 | u64::from(!tie(seed, item)), item);
    let num_top = num_likely.min(MAX_TOP);
    // The best ones so far, the best first.
    let mut top: Vec<Candidate> = Vec::with_capacity(num_top);
    // What a candidate has to exceed.
    let mut least = 0;
    if num_top > 0 {
        for next in candidates().map(candidate) {
            if next.0 <= least {
                continue;
            }
            if top.len() == num_top {
                top.pop();
            }
            let place = top.iter().rposition(|other| other.0 > next.0).map_or(0, |before| before + 1);
            top.insert(place, next);
            if top.len() == num_top {
                least = top.last().map_or(0, |last| last.0);
            }
        }
    }
    let is_all = top.len() < num_top;
    let mut at = 0;
    let mut rest: Option<BinaryHeap<Candidate>> = None;
    std::iter::from_fn(move || {
        let next = top.get(at).copied();
        at += 1;
        let (key, item) = match next {
            None if !is_all => {
                let others = || candidates().map(candidate).filter(|other| least == 0 || other.0 < least);
                rest.get_or_insert_with(|| others().collect()).pop()
            }
            next => next,
        }?;
        Some((f32::from_bits((key >> 32) as u32), item))
    })
}

/// Where an item stands among equals, no two at the same place: by number without a seed, else by a hash of both
/// (the finaliser of MurmurHash3, Appleby 2011).
fn tie(seed: Option<u32>, item: ItemIx) -> u32 {
    let Some(seed) = seed else { return item.0 };
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
                group.sort_unstable_by_key(|&item| tie(seed, item));
            }
            group
        })
    }
}
