//! Ranks held-out events: what the search climbs on.

use super::constants::Constants;
use super::purpose::Protocol;
use crate::{CsrMatrix, EventKind, ItemIx};
use rayon::prelude::*;

/// Cut-off of the objective.
pub(super) const AT: usize = 20;

/// A history and what came after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Newest first, at most as many as the window of ranking.
    pub history: Vec<(ItemIx, EventKind)>,
    /// What came next, each once: one item, or those of a basket.
    pub targets: Vec<Target>,
}

/// An item that came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub item: ItemIx,
    /// Whether the shopper had not met it before: in this session, or in any basket.
    pub is_new: bool,
}

/// How well the lists do in both views.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Quality {
    pub all: Metrics,
    pub discovery: Metrics,
}

/// Means over the examples that have something to find, each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Metrics {
    /// Recall@20, which is HitRate@20 where one item came next.
    pub recall: f64,
    /// How far in front the hits stand: MRR@20 where one item came next, NDCG@20 for baskets.
    pub order: f64,
}

impl Quality {
    /// The mean of the two views' recall + order; a view without examples does not count.
    pub fn objective(&self, views: Views) -> f64 {
        let all = self.all.recall + self.all.order;
        let discovery = self.discovery.recall + self.discovery.order;
        match views {
            Views::Both => (all + discovery) / 2.0,
            Views::Discovery => discovery,
        }
    }
}

/// Which views a purpose is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Views {
    /// Seen items may be the target, and targets that are new.
    Both,
    /// Only targets that are new.
    Discovery,
}

/// Held-out examples, and the items whose rows they need.
#[derive(Clone, Debug)]
pub(super) struct Validation {
    protocol: Protocol,
    examples: Vec<Example>,
    num_items: usize,
    /// Items of all histories, ascending.
    pub wanted: Vec<ItemIx>,
    /// Row of each item in a matrix made for `wanted`; `u32::MAX` without one.
    row_of: Vec<u32>,
}

/// Recall and order of one list.
type Found = (f64, f64);

impl Validation {
    pub fn new(protocol: Protocol, examples: Vec<Example>, num_items: usize) -> Validation {
        let mut wanted: Vec<ItemIx> =
            examples.iter().flat_map(|example| example.history.iter().map(|event| event.0)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut row_of = vec![u32::MAX; num_items];
        for (row, item) in wanted.iter().enumerate() {
            row_of[item.as_usize()] = row as u32;
        }
        Validation { protocol, examples, num_items, wanted, row_of }
    }

    pub fn into_examples(self) -> Vec<Example> {
        self.examples
    }

    pub fn num_examples(&self) -> usize {
        self.examples.len()
    }

    /// Ranks every example with `matrix`, whose rows are those of `wanted`.
    pub fn measure(&self, matrix: &CsrMatrix, constants: &Constants) -> Quality {
        let ranking = constants.ranking(self.protocol, true);
        let judge = match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => judge_item,
            Protocol::NextBasket => judge_basket,
        };
        let scratch = || (vec![0.0f32; self.num_items], Vec::new(), vec![false; self.num_items]);
        let found: Vec<(Found, Found)> = self
            .examples
            .par_iter()
            .with_min_len(64)
            .map_init(scratch, |(scores, touched, seen): &mut (Vec<f32>, Vec<ItemIx>, Vec<bool>), example| {
                for (position, &(item, kind)) in example.history.iter().enumerate() {
                    seen[item.as_usize()] = true;
                    let weight = ranking.decay[position] * ranking.event_weights[kind as usize];
                    let (columns, values) = matrix.row(self.row_of[item.as_usize()] as usize);
                    for (column, value) in columns.iter().zip(values) {
                        let score = &mut scores[column.as_usize()];
                        if *score == 0.0 {
                            touched.push(*column);
                        }
                        *score += weight * value;
                    }
                }
                let mut unseen = touched.iter().copied().filter(|item| !seen[item.as_usize()]);
                let discovery = judge(&example.targets, true, scores, &mut unseen);
                for (position, &(item, _)) in example.history.iter().enumerate() {
                    seen[item.as_usize()] = false;
                    let score = &mut scores[item.as_usize()];
                    if *score == 0.0 {
                        touched.push(item);
                    }
                    *score += ranking.repeat[position];
                }
                let all = judge(&example.targets, false, scores, &mut touched.iter().copied());
                touched.drain(..).for_each(|item| scores[item.as_usize()] = 0.0);
                (all, discovery)
            })
            .collect();

        let is_new = |example: &&Example| example.targets.iter().any(|target| target.is_new);
        let num_new = self.examples.iter().filter(is_new).count();
        let mean = |view: fn(&(Found, Found)) -> Found, num: usize| Metrics {
            recall: found.iter().map(|one| view(one).0).sum::<f64>() / num.max(1) as f64,
            order: found.iter().map(|one| view(one).1).sum::<f64>() / num.max(1) as f64,
        };
        Quality { all: mean(|one| one.0, found.len()), discovery: mean(|one| one.1, num_new) }
    }
}

/// HitRate and reciprocal rank of the one target, 0 if it is not among the first [`AT`] of `candidates` or, for
/// `only_new`, not new.
fn judge_item(
    targets: &[Target],
    only_new: bool,
    scores: &[f32],
    candidates: &mut dyn Iterator<Item = ItemIx>,
) -> Found {
    match targets {
        &[target] if target.is_new || !only_new => match rank_of(target.item, scores, candidates) {
            rank if (1..=AT).contains(&rank) => (1.0, 1.0 / rank as f64),
            _ => (0.0, 0.0),
        },
        _ => (0.0, 0.0),
    }
}

/// Recall and NDCG of the targets, for `only_new` of those that are new, 0 without any.
fn judge_basket(
    targets: &[Target],
    only_new: bool,
    scores: &[f32],
    candidates: &mut dyn Iterator<Item = ItemIx>,
) -> Found {
    let counts = |target: &&Target| target.is_new || !only_new;
    let num_targets = targets.iter().filter(counts).count();
    if num_targets == 0 {
        return (0.0, 0.0);
    }
    let mut listed: Vec<(f32, ItemIx)> =
        candidates.map(|item| (scores[item.as_usize()], item)).filter(|one| one.0 > 0.0).collect();
    let best_first = |a: &(f32, ItemIx), b: &(f32, ItemIx)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if listed.len() > AT {
        listed.select_nth_unstable_by(AT, best_first);
        listed.truncate(AT);
    }
    listed.sort_unstable_by(best_first);
    let gain = |at: usize| 1.0 / (at as f64 + 2.0).log2();
    let is_hit = |item: ItemIx| targets.iter().filter(counts).any(|target| target.item == item);
    let hits: Vec<usize> = (0..listed.len()).filter(|&at| is_hit(listed[at].1)).collect();
    let best: f64 = (0..num_targets.min(AT)).map(gain).sum();
    (hits.len() as f64 / num_targets as f64, hits.into_iter().map(gain).sum::<f64>() / best)
}

/// The rank of `target` among `candidates`, from 1, ties by item; 0 if it has no score.
fn rank_of(target: ItemIx, scores: &[f32], candidates: impl Iterator<Item = ItemIx>) -> usize {
    let own = scores[target.as_usize()];
    if own <= 0.0 {
        return 0;
    }
    1 + candidates
        .filter(|&item| {
            let score = scores[item.as_usize()];
            score > own || (score == own && item < target)
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::constants::Knob;
    use super::*;

    fn rows(lists: &[&[(u32, f32)]]) -> CsrMatrix {
        CsrMatrix::build(
            lists.len(),
            || (),
            |(), row, columns, values| {
                for &(column, value) in lists[row] {
                    columns.push(ItemIx(column));
                    values.push(value);
                }
            },
        )
    }

    #[test]
    fn the_two_views_rank_a_seen_and_a_new_target() {
        let view = |item| (ItemIx(item), EventKind::View);
        let examples = vec![
            Example { history: vec![view(0), view(1)], targets: vec![Target { item: ItemIx(1), is_new: false }] },
            Example { history: vec![view(0)], targets: vec![Target { item: ItemIx(3), is_new: true }] },
        ];
        let validation = Validation::new(Protocol::NextItem, examples, 4);
        assert_eq!(validation.wanted, [ItemIx(0), ItemIx(1)]);
        // Row 0: item 2 before item 3. The newest event's own bonus of 0.69 is the first example's second place behind
        // item 2 with 5, the bonus of position 1 is 2.86 * 2^-1.79 = 0.83, so item 1 ranks second of {2: 5, 1: .83, 0: .69, 3: .5}.
        let matrix = rows(&[&[(2, 5.0), (3, 0.5)], &[]]);
        let quality = validation.measure(&matrix, &Constants::default());
        // Second example: {2: 5, 0: .69, 3: .5} gives rank 3; without seen items rank 2.
        assert_eq!(quality.all.recall, 1.0);
        assert!((quality.all.order - (1.0 / 2.0 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(quality.discovery.recall, 1.0);
        assert_eq!(quality.discovery.order, 0.5);
    }

    #[test]
    fn the_two_views_find_what_was_bought_again_and_what_was_new() {
        let bought = |item| (ItemIx(item), EventKind::Purchase);
        let target = |item, is_new| Target { item: ItemIx(item), is_new };
        let examples = vec![Example {
            history: vec![bought(0), bought(1)],
            targets: vec![target(1, false), target(3, true), target(4, true)],
        }];
        let validation = Validation::new(Protocol::NextBasket, examples, 5);
        let mut constants = Constants::default();
        constants[Knob::RepeatOlder] = 1.0;
        constants[Knob::RepeatPower] = 1.0;
        constants[Knob::RepeatTau] = 1.0;
        // Scores {2: 5, 0: 1, 1: 1/2, 3: 1/4}: item 1 ranks third, item 3 fourth, item 4 not at all.
        let quality = validation.measure(&rows(&[&[(2, 5.0), (3, 0.25)], &[]]), &constants);
        let gain = |rank: f64| 1.0 / (rank + 1.0).log2();
        let close = |actual: f64, expected: f64| assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        close(quality.all.recall, 2.0 / 3.0);
        close(quality.all.order, (gain(3.0) + gain(4.0)) / (gain(1.0) + gain(2.0) + gain(3.0)));
        // Without what was bought, item 3 ranks second of {2: 5, 3: 1/4}.
        close(quality.discovery.recall, 1.0 / 2.0);
        close(quality.discovery.order, gain(2.0) / (gain(1.0) + gain(2.0)));
    }
}
