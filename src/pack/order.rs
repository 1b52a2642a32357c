//! An order of items that puts neighbours next to each other: where cutting into blocks starts, and how a matrix is
//! drawn.
//!
//! Max-adjacency order (the search of Nagamochi and Ibaraki 1992, with degrees discounted): the next item is the
//! one with most neighbours placed already. `O(m log m)` for m edges.

use crate::ItemIx;

/// An undirected graph in CSR form: neighbours ascending and distinct, no item its own.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    offsets: Vec<usize>,
    neighbours: Vec<ItemIx>,
}

impl Graph {
    /// The graph of `num_items` items with these edges, in any direction and any number.
    ///
    /// Counts the edges, then places them twice: `O(num_items + num_edges)` without a sort.
    pub(super) fn new(num_items: usize, edges: impl Iterator<Item = (ItemIx, ItemIx)>) -> Graph {
        let edges: Vec<(ItemIx, ItemIx)> = edges.collect();
        let mut offsets = vec![0; num_items + 1];
        for (a, b) in &edges {
            offsets[a.as_usize() + 1] += 1;
            offsets[b.as_usize() + 1] += 1;
        }
        for at in 0..num_items {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut neighbours = vec![ItemIx(0); offsets[num_items]];
        for &(a, b) in &edges {
            for (from, to) in [(a, b), (b, a)] {
                let place = &mut next[from.as_usize()];
                neighbours[*place] = to;
                *place += 1;
            }
        }
        // Each edge stands in both rows, so that going through them in order and turning every entry round sorts them
        // all.
        let mut next = offsets.clone();
        let mut sorted = vec![ItemIx(0); neighbours.len()];
        for (item, ends) in (0..).map(ItemIx).zip(offsets.windows(2)) {
            for neighbour in &neighbours[ends[0]..ends[1]] {
                let place = &mut next[neighbour.as_usize()];
                sorted[*place] = item;
                *place += 1;
            }
        }
        let mut neighbours = sorted;

        let (mut kept, mut start) = (0, 0);
        for (item, end) in offsets[1..].iter_mut().enumerate() {
            // An edge from an item to itself stands in its row twice, and goes with the others that do.
            let mut last = None;
            for at in start..*end {
                let neighbour = neighbours[at];
                if last != Some(neighbour) && neighbour.as_usize() != item {
                    neighbours[kept] = neighbour;
                    kept += 1;
                }
                last = Some(neighbour);
            }
            start = *end;
            *end = kept;
        }
        neighbours.truncate(kept);
        Graph { offsets, neighbours }
    }

    fn num_items(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(super) fn neighbours_of(&self, item: ItemIx) -> &[ItemIx] {
        &self.neighbours[self.offsets[item.as_usize()]..self.offsets[item.as_usize() + 1]]
    }
}

/// All items, each as soon as `placed neighbours / sqrt(degree)` is largest, ties to the one touched last.
///
/// Starts, and goes on where nothing is adjacent, with the lowest number.
pub(super) fn max_adjacency(graph: &Graph) -> Vec<ItemIx> {
    let num_items = graph.num_items();
    let mut order = Vec::with_capacity(num_items);
    let degree = |item| graph.neighbours_of(ItemIx(item)).len() as u32;
    let nodes = (0..num_items as u32).map(|item| Node { degree: degree(item), ..Node::default() }).collect();
    let mut candidates = Candidates { heap: Vec::new(), nodes };
    let mut num_touches = 0;
    for start in (0..num_items as u32).map(ItemIx) {
        let mut next = Some(start).filter(|&start| candidates.nodes[start.as_usize()].place != PLACED);
        while let Some(item) = next {
            candidates.nodes[item.as_usize()].place = PLACED;
            order.push(item);
            for &neighbour in graph.neighbours_of(item) {
                let node = &mut candidates.nodes[neighbour.as_usize()];
                if node.place != PLACED {
                    num_touches += 1;
                    node.num_placed += 1;
                    let placed = f64::from(node.num_placed);
                    let priority = placed * placed / f64::from(node.degree);
                    // The bits of positive floats are in the order of their values.
                    candidates.raise(neighbour, (priority.to_bits(), num_touches));
                }
            }
            next = candidates.pop();
        }
    }
    order
}

/// Priority and touch, the larger the sooner. No two items have the same touch.
type Key = (u64, u64);

/// The state of an item; together, because neighbours come in no order.
#[derive(Clone, Copy)]
struct Node {
    degree: u32,
    /// Neighbours that are placed.
    num_placed: u32,
    /// Where the item is in the heap, or [`NOWHERE`], or [`PLACED`].
    place: u32,
}

const NOWHERE: u32 = u32::MAX;
const PLACED: u32 = u32::MAX - 1;
const BRANCHES: usize = 4;

impl Default for Node {
    fn default() -> Node {
        Node { degree: 0, num_placed: 0, place: NOWHERE }
    }
}

/// Items by their keys: a heap of four branches that knows where each item is, so that a key is raised in place. A heap
/// with an entry for each touch holds ten times as many, and most of what it gives out is stale.
struct Candidates {
    heap: Vec<(Key, ItemIx)>,
    nodes: Vec<Node>,
}

impl Candidates {
    /// Adds an item, or gives it a larger key than it had.
    fn raise(&mut self, item: ItemIx, key: Key) {
        let mut at = self.nodes[item.as_usize()].place as usize;
        if at == NOWHERE as usize {
            at = self.heap.len();
            self.heap.push((key, item));
        }
        while at > 0 {
            let parent = (at - 1) / BRANCHES;
            if self.heap[parent].0 >= key {
                break;
            }
            self.put(at, self.heap[parent]);
            at = parent;
        }
        self.put(at, (key, item));
    }

    /// Takes the item with the largest key out.
    fn pop(&mut self) -> Option<ItemIx> {
        let &(_, item) = self.heap.first()?;
        self.nodes[item.as_usize()].place = NOWHERE;
        let moved = self.heap.pop().filter(|_| !self.heap.is_empty());
        let Some(moved) = moved else { return Some(item) };
        let mut at = 0;
        loop {
            let children = at * BRANCHES + 1..(at * BRANCHES + 1 + BRANCHES).min(self.heap.len());
            match children.max_by_key(|&child| self.heap[child].0) {
                Some(child) if self.heap[child].0 > moved.0 => {
                    self.put(at, self.heap[child]);
                    at = child;
                }
                _ => break,
            }
        }
        self.put(at, moved);
        Some(item)
    }

    fn put(&mut self, at: usize, entry: (Key, ItemIx)) {
        self.heap[at] = entry;
        self.nodes[entry.1.as_usize()].place = at as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

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

        #[test]
        fn a_graph_has_each_edge_both_ways_and_once(edges in prop::collection::vec((0u32..9, 0u32..9), 0..60)) {
            let graph = graph(9, &edges);
            for item in 0..9 {
                let expected: BTreeSet<u32> = edges
                    .iter()
                    .flat_map(|&(a, b)| [(a, b), (b, a)])
                    .filter(|&(a, b)| a == item && b != item)
                    .map(|(_, b)| b)
                    .collect();
                let found: Vec<u32> = graph.neighbours_of(ItemIx(item)).iter().map(|item| item.0).collect();
                prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
            }
        }

        #[test]
        fn candidates_come_out_by_their_last_key(steps in prop::collection::vec((0u32..20, 0u64..9), 0..200)) {
            let mut candidates = Candidates { heap: Vec::new(), nodes: vec![Node::default(); 20] };
            let mut plain = BTreeMap::new();
            for (touch, &(item, priority)) in (1..).zip(&steps) {
                let known = plain.get(&item).map_or(0, |key: &Key| key.0);
                if priority == 8 {
                    let largest = plain.iter().max_by_key(|entry| *entry.1).map(|entry| *entry.0);
                    prop_assert_eq!(candidates.pop(), largest.map(ItemIx));
                    largest.map(|item| plain.remove(&item));
                } else {
                    candidates.raise(ItemIx(item), (priority.max(known), touch));
                    plain.insert(item, (priority.max(known), touch));
                }
            }
            while let Some(item) = candidates.pop() {
                let largest = plain.iter().max_by_key(|entry| *entry.1).map(|entry| *entry.0);
                prop_assert_eq!(Some(item.0), largest);
                plain.remove(&item.0);
            }
            prop_assert!(plain.is_empty());
        }
    }

    #[test]
    fn groups_that_hang_together_are_placed_one_after_the_other() {
        // Two triangles of odd and of even numbers.
        let order = max_adjacency(&graph(6, &[(0, 2), (2, 4), (4, 0), (1, 3), (3, 5), (5, 1)]));
        assert_eq!(order.iter().map(|item| item.0 % 2).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
    }
}
