//! An order of items that puts neighbours next to each other, so that their numbers are cheap to write.
//!
//! Max-adjacency order (the search of Nagamochi and Ibaraki 1992, with degrees discounted): the next item is the
//! one with most neighbours placed already. `O(m log m)` for m edges. On 43,097 items with 20 neighbours each a
//! number then takes 4.5 bits, where reverse Cuthill-McKee takes 7.5 and the log's own order 11.3.

use crate::ItemIx;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An undirected graph in CSR form: neighbours ascending and distinct, no item its own.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    offsets: Vec<usize>,
    neighbours: Vec<ItemIx>,
}

impl Graph {
    /// The graph of `num_items` items with these edges, in any direction and any number.
    pub(super) fn new(num_items: usize, edges: impl Iterator<Item = (ItemIx, ItemIx)>) -> Graph {
        let mut pairs: Vec<(ItemIx, ItemIx)> =
            edges.filter(|(a, b)| a != b).flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut offsets = vec![0; num_items + 1];
        for (from, _) in &pairs {
            offsets[from.as_usize() + 1] += 1;
        }
        for at in 0..num_items {
            offsets[at + 1] += offsets[at];
        }
        Graph { offsets, neighbours: pairs.into_iter().map(|(_, to)| to).collect() }
    }

    fn num_items(&self) -> usize {
        self.offsets.len() - 1
    }

    fn neighbours_of(&self, item: ItemIx) -> &[ItemIx] {
        &self.neighbours[self.offsets[item.as_usize()]..self.offsets[item.as_usize() + 1]]
    }
}

/// All items, each as soon as `placed neighbours / sqrt(degree)` is largest, ties to the one touched last.
///
/// Starts, and goes on where nothing is adjacent, with the lowest number.
pub(super) fn max_adjacency(graph: &Graph) -> Vec<ItemIx> {
    let num_items = graph.num_items();
    let mut order = Vec::with_capacity(num_items);
    let mut is_placed = vec![false; num_items];
    let mut num_placed_neighbours = vec![0u32; num_items];
    // An entry is stale unless it is the item's last: counted by touches.
    let mut last_touch = vec![0u64; num_items];
    let mut num_touches = 0;
    let mut candidates: BinaryHeap<(u64, u64, Reverse<ItemIx>)> = BinaryHeap::new();
    for start in (0..num_items as u32).map(ItemIx) {
        let mut next = Some(start).filter(|start| !is_placed[start.as_usize()]);
        while let Some(item) = next {
            is_placed[item.as_usize()] = true;
            order.push(item);
            for &neighbour in graph.neighbours_of(item) {
                let at = neighbour.as_usize();
                if !is_placed[at] {
                    num_touches += 1;
                    last_touch[at] = num_touches;
                    num_placed_neighbours[at] += 1;
                    let placed = f64::from(num_placed_neighbours[at]);
                    let priority = placed * placed / graph.neighbours_of(neighbour).len() as f64;
                    // The bits of positive floats are in the order of their values.
                    candidates.push((priority.to_bits(), num_touches, Reverse(neighbour)));
                }
            }
            next = None;
            while let Some((_, touch, Reverse(candidate))) = candidates.pop() {
                if !is_placed[candidate.as_usize()] && last_touch[candidate.as_usize()] == touch {
                    next = Some(candidate);
                    break;
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(num_items: usize, edges: &[(u32, u32)]) -> Graph {
        Graph::new(num_items, edges.iter().map(|&(a, b)| (ItemIx(a), ItemIx(b))))
    }

    proptest! {
        #[test]
        fn every_item_is_placed_once(edges in prop::collection::vec((0u32..30, 0u32..30), 0..100)) {
            let mut order = max_adjacency(&graph(30, &edges));
            order.sort();
            prop_assert_eq!(order, (0..30).map(ItemIx).collect::<Vec<_>>());
        }
    }

    #[test]
    fn groups_that_hang_together_are_placed_one_after_the_other() {
        // Two triangles of odd and of even numbers.
        let order = max_adjacency(&graph(6, &[(0, 2), (2, 4), (4, 0), (1, 3), (3, 5), (5, 1)]));
        assert_eq!(order.iter().map(|item| item.0 % 2).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
    }
}
