//! Ranks held-out events: what the search climbs on.

use super::constants::Constants;
use crate::counts::Rows;
use crate::{EventKind, ItemIx};
use rayon::prelude::*;

/// Cut-off of the objective.
pub(super) const AT: u32 = 20;

/// One held-out event and what came before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Newest first, at most [`super::constants::WINDOW`] of them.
    pub history: Vec<(ItemIx, EventKind)>,
    /// What came next.
    pub target: ItemIx,
    /// Whether the shopper had not seen it in this session.
    pub is_new: bool,
}

/// HitRate@20 and MRR@20 in both views; each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Quality {
    pub hit_rate: f64,
    pub mrr: f64,
    pub discovery_hit_rate: f64,
    pub discovery_mrr: f64,
}

impl Quality {
    /// The mean of the two views' HitRate@20 + MRR@20; a view without examples does not count.
    pub fn objective(&self, views: Views) -> f64 {
        let all = self.hit_rate + self.mrr;
        let discovery = self.discovery_hit_rate + self.discovery_mrr;
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
    examples: Vec<Example>,
    num_items: usize,
    /// Items of all histories, ascending.
    pub wanted: Vec<ItemIx>,
    /// Row of each item in a matrix made for `wanted`; `u32::MAX` without one.
    row_of: Vec<u32>,
}

impl Validation {
    pub fn new(examples: Vec<Example>, num_items: usize) -> Validation {
        let mut wanted: Vec<ItemIx> =
            examples.iter().flat_map(|example| example.history.iter().map(|event| event.0)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut row_of = vec![u32::MAX; num_items];
        for (row, item) in wanted.iter().enumerate() {
            row_of[item.as_usize()] = row as u32;
        }
        Validation { examples, num_items, wanted, row_of }
    }

    pub fn into_examples(self) -> Vec<Example> {
        self.examples
    }

    pub fn num_examples(&self) -> usize {
        self.examples.len()
    }

    /// Ranks every example with `matrix`, whose rows are those of `wanted`.
    pub fn measure(&self, matrix: &Rows, constants: &Constants) -> Quality {
        let ranking = constants.ranking(true);
        let scratch = || (vec![0.0f32; self.num_items], Vec::new());
        let ranks: Vec<(u32, u32)> = self
            .examples
            .par_iter()
            .with_min_len(64)
            .map_init(scratch, |(scores, touched): &mut (Vec<f32>, Vec<ItemIx>), example| {
                for (position, &(item, kind)) in example.history.iter().enumerate() {
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
                let seen = |item: ItemIx| example.history.iter().any(|event| event.0 == item);
                let discovery = if example.is_new {
                    rank_of(example.target, scores, touched.iter().copied().filter(|&item| !seen(item)))
                } else {
                    0
                };
                for (position, &(item, _)) in example.history.iter().enumerate() {
                    let score = &mut scores[item.as_usize()];
                    if *score == 0.0 {
                        touched.push(item);
                    }
                    *score += ranking.repeat[position];
                }
                let all = rank_of(example.target, scores, touched.iter().copied());
                touched.drain(..).for_each(|item| scores[item.as_usize()] = 0.0);
                (all, discovery)
            })
            .collect();

        let num_examples = ranks.len().max(1) as f64;
        let num_new = self.examples.iter().filter(|example| example.is_new).count().max(1) as f64;
        let hit = |rank: &u32| (1..=AT).contains(rank);
        let hit_rate = |ranks: &[u32], num: f64| ranks.iter().filter(|&rank| hit(rank)).count() as f64 / num;
        let mrr = |ranks: &[u32], num: f64| {
            ranks.iter().filter(|&rank| hit(rank)).map(|&rank| 1.0 / f64::from(rank)).sum::<f64>() / num
        };
        let (all, discovery): (Vec<u32>, Vec<u32>) = ranks.into_iter().unzip();
        Quality {
            hit_rate: hit_rate(&all, num_examples),
            mrr: mrr(&all, num_examples),
            discovery_hit_rate: hit_rate(&discovery, num_new),
            discovery_mrr: mrr(&discovery, num_new),
        }
    }
}

/// The rank of `target` among `candidates`, from 1, ties by item; 0 if it has no score.
fn rank_of(target: ItemIx, scores: &[f32], candidates: impl Iterator<Item = ItemIx>) -> u32 {
    let own = scores[target.as_usize()];
    if own <= 0.0 {
        return 0;
    }
    1 + candidates
        .filter(|&item| {
            let score = scores[item.as_usize()];
            score > own || (score == own && item < target)
        })
        .count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lists: &[&[(u32, f32)]]) -> Rows {
        Rows::build(
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
            Example { history: vec![view(0), view(1)], target: ItemIx(1), is_new: false },
            Example { history: vec![view(0)], target: ItemIx(3), is_new: true },
        ];
        let validation = Validation::new(examples, 4);
        assert_eq!(validation.wanted, [ItemIx(0), ItemIx(1)]);
        // Row 0: item 2 before item 3. The newest event's own bonus of 0.69 is the first example's second place behind
        // item 2 with 5, the bonus of position 1 is 2.86 * 2^-1.79 = 0.83, so item 1 ranks second of {2: 5, 1: .83, 0: .69, 3: .5}.
        let matrix = rows(&[&[(2, 5.0), (3, 0.5)], &[]]);
        let quality = validation.measure(&matrix, &Constants::default());
        // Second example: {2: 5, 0: .69, 3: .5} gives rank 3; without seen items rank 2.
        assert_eq!(quality.hit_rate, 1.0);
        assert!((quality.mrr - (1.0 / 2.0 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(quality.discovery_hit_rate, 1.0);
        assert_eq!(quality.discovery_mrr, 0.5);
    }
}
