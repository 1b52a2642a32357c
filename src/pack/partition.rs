//! A partition of the items into blocks of 128 that few links run between, for files that are read by the block.
//!
//! Two steps. Recursive bisection (Fiduccia and Mattheyses 1982, moves in turn from either half) of the order that
//! [`max_adjacency`] gives; the blocks of either half are numbered one after the other, so that the numbers of blocks
//! that have much in common part at a low bit. Then simulated annealing over all blocks at once, by moves of single
//! items under a price for blocks that are too large or too small, which rises until all sizes are right but for a few.
//!
//! Annealing minimises what the file pays: a link between blocks, more the higher the bit at which their
//! numbers part, and an item (in the order of numbers, which should be the order of ids) that is in the block of
//! neither of the two before it. Items without links follow the latter alone. On 43,097 items with 240,662 links 6.8 %
//! of the links are between blocks, where bisection alone leaves 7.9 % and max-adjacency order 15.6 %.

use super::order::{Graph, max_adjacency};
use crate::ItemIx;
use crate::model::BLOCK;
use std::collections::BinaryHeap;

/// Cost of a link between blocks, in the unit of all prices here.
const LINK: i64 = 64;
/// Extra cost for each bit below the one at which the numbers of its blocks part: far links are the rarest
/// between their two blocks, and then have to name them.
const LINK_BY_BIT: i64 = 8;
/// Cost of an item that is in the block of neither of the two items before it. Naming its block costs about as much
/// as a link between blocks, but a higher price than this scatters items with links over blocks, which costs more
/// elsewhere.
const NEW_BLOCK: i64 = 24;
/// Adjacent blocks of an item up to which the bits of their numbers count; time grows with the square.
const MAX_FAR: usize = 64;
/// Links of an item from which on it is as warm as all others.
const WARM: usize = 4;

/// A phase of annealing: sweeps over all items, and what falls and rises from the first to the last of them.
struct Schedule {
    num_sweeps: i64,
    /// Scale of what an item may lose by a move.
    temperature: [i64; 2],
    /// Price of a place too many or too few in a block, by the square.
    place: [i64; 2],
}

/// From a bisection, and from a partition of a similar graph.
const THOROUGH: Schedule = Schedule { num_sweeps: 192, temperature: [220, 6], place: [6, 64] };
const BRIEF: Schedule = Schedule { num_sweeps: 24, temperature: [32, 6], place: [12, 64] };
/// Items and ends of links that annealing may visit. Dense graphs get fewer sweeps for it, down to [`LEAST_SWEEPS`],
/// which costs them 0.03 % of their bytes.
const MOST_VISITS: i64 = 100_000_000;
const LEAST_SWEEPS: i64 = 48;

/// All items, block by block: positions `128 b` to `128 b + 127` are block b, its items ascending; the last may be
/// shorter.
///
/// The numbers of items should follow their ids. `O((n + m) log n)` for n items and m links, but for `MAX_FAR`.
/// Deterministic for any number of threads.
pub(super) fn partition(graph: &Graph) -> Vec<ItemIx> {
    let mut order = max_adjacency(graph);
    let mut place_of = vec![0; order.len()];
    for (place, item) in (0..).zip(&order) {
        place_of[item.as_usize()] = place;
    }
    let mut part = Part { items: Vec::with_capacity(order.len()), offsets: vec![0], neighbours: Vec::new() };
    for &item in &order {
        part.push(item, graph.neighbours_of(item).iter().map(|neighbour| place_of[neighbour.as_usize()]));
    }
    let size = (part.items.len() + part.neighbours.len()).max(1);
    part.bisect(&mut order);
    let num_sweeps = (MOST_VISITS / size as i64).clamp(LEAST_SWEEPS, THOROUGH.num_sweeps);
    anneal(graph, &order, &Schedule { num_sweeps, ..THOROUGH })
}

/// A partition like [`partition`]'s that starts from that of a similar graph: a tenth of the time, and most items stay
/// in their blocks. `order` holds the items of `graph`, block by block.
pub(super) fn refine(graph: &Graph, order: &[ItemIx]) -> Vec<ItemIx> {
    anneal(graph, order, &BRIEF)
}

/// Some of the items and the links among them, by places in this part.
struct Part {
    items: Vec<ItemIx>,
    offsets: Vec<usize>,
    neighbours: Vec<u32>,
}

impl Part {
    fn push(&mut self, item: ItemIx, neighbours: impl Iterator<Item = u32>) {
        self.items.push(item);
        self.neighbours.extend(neighbours);
        self.offsets.push(self.neighbours.len());
    }

    fn neighbours_of(&self, place: usize) -> &[u32] {
        &self.neighbours[self.offsets[place]..self.offsets[place + 1]]
    }

    /// Writes the items block by block.
    fn bisect(self, order: &mut [ItemIx]) {
        let num_blocks = self.items.len().div_ceil(BLOCK);
        if num_blocks <= 1 {
            return order.copy_from_slice(&self.items);
        }
        let middle = num_blocks / 2 * BLOCK;
        let in_right = self.halves(middle);
        let (left, right) = self.split(&in_right);
        let (left_order, right_order) = order.split_at_mut(middle);
        rayon::join(|| left.bisect(left_order), || right.bisect(right_order));
    }

    /// Gives the items of the right half, if the left takes `middle`: as they stand, improved until a pass brings
    /// next to nothing.
    fn halves(&self, middle: usize) -> Vec<bool> {
        let mut in_right: Vec<bool> = (0..self.items.len()).map(|place| place >= middle).collect();
        for _ in 0..MAX_PASSES {
            if self.pass(&mut in_right) * 10_000 < self.neighbours.len() as i64 {
                break;
            }
        }
        in_right
    }

    /// A pass of Fiduccia and Mattheyses: the best item of either half in turn changes it, once; what was best of all
    /// is kept. Gives by how many links fewer are cut.
    fn pass(&self, in_right: &mut [bool]) -> i64 {
        let gain = |place: usize, in_right: &[bool]| -> i64 {
            let of = |&neighbour: &u32| if in_right[neighbour as usize] == in_right[place] { -1 } else { 1 };
            self.neighbours_of(place).iter().map(of).sum()
        };
        let mut gains: Vec<i64> = (0..self.items.len()).map(|place| gain(place, in_right)).collect();
        let of_half = |right: bool| -> BinaryHeap<(i64, u32)> {
            (0..)
                .zip(&gains)
                .filter(|(place, _)| in_right[*place as usize] == right)
                .map(|(p, &gain)| (gain, p))
                .collect()
        };
        let mut halves = [of_half(false), of_half(true)];
        let mut is_moved = vec![false; self.items.len()];
        let mut moves: Vec<u32> = Vec::new();
        let (mut total, mut best, mut num_kept) = (0, 0, 0);
        while moves.len() < num_kept + PATIENCE {
            let from_right = moves.len() % 2 == 1;
            // An item has an entry for each gain it had.
            let half = &mut halves[usize::from(from_right)];
            let is_true = |&(gain, place): &(i64, u32)| !is_moved[place as usize] && gains[place as usize] == gain;
            let Some((gain, place)) = std::iter::from_fn(|| half.pop()).find(is_true) else { break };
            is_moved[place as usize] = true;
            in_right[place as usize] = !from_right;
            moves.push(place);
            total += gain;
            for &neighbour in self.neighbours_of(place as usize) {
                let at = neighbour as usize;
                if !is_moved[at] {
                    gains[at] += if in_right[at] == from_right { 2 } else { -2 };
                    halves[usize::from(in_right[at])].push((gains[at], neighbour));
                }
            }
            if moves.len().is_multiple_of(2) && total > best {
                (best, num_kept) = (total, moves.len());
            }
        }
        for &place in &moves[num_kept..] {
            in_right[place as usize] = !in_right[place as usize];
        }
        best
    }

    /// The two halves, with the links inside each.
    fn split(self, in_right: &[bool]) -> (Part, Part) {
        let mut counts = [0, 0];
        let new_places: Vec<u32> = in_right
            .iter()
            .map(|&right| {
                let count = &mut counts[usize::from(right)];
                *count += 1;
                *count - 1
            })
            .collect();
        let half = |right: bool| {
            let mut half = Part { items: Vec::new(), offsets: vec![0], neighbours: Vec::new() };
            for (place, &item) in self.items.iter().enumerate().filter(|(place, _)| in_right[*place] == right) {
                let inside =
                    self.neighbours_of(place).iter().filter(|&&neighbour| in_right[neighbour as usize] == right);
                half.push(item, inside.map(|&neighbour| new_places[neighbour as usize]));
            }
            half
        };
        rayon::join(|| half(false), || half(true))
    }
}

/// Passes over a part at most; three do nearly all.
const MAX_PASSES: usize = 12;
/// Moves without a gain after which a pass ends.
const PATIENCE: usize = 1_000;

/// Stands for the block of an item beyond the first or the last.
const NO_BLOCK: u32 = u32::MAX;

/// Blocks while they change.
struct Blocks<'a> {
    graph: &'a Graph,
    /// Items that have far more links into their own block than into any other, as found after the last move of a
    /// neighbour.
    is_safe: Vec<bool>,
    block_of: Vec<u32>,
    num_items: Vec<i64>,
    num_places: Vec<i64>,
    /// Links of the item at hand into each block; all 0 between items.
    num_links: Vec<i64>,
    /// Blocks that the item at hand might be in: those it has links into, its own, and those of the items around it.
    candidates: Vec<u32>,
}

fn anneal(graph: &Graph, order: &[ItemIx], schedule: &Schedule) -> Vec<ItemIx> {
    let mut blocks = Blocks::new(graph, order);
    let last = schedule.num_sweeps - 1;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for sweep in 0..schedule.num_sweeps {
        let now = |[first, end]: [i64; 2]| first + (end - first) * sweep / last;
        blocks.sweep(now(schedule.temperature), now(schedule.place), &mut random);
    }
    blocks.even_out();
    blocks.order()
}

impl<'a> Blocks<'a> {
    fn new(graph: &'a Graph, order: &[ItemIx]) -> Blocks<'a> {
        let mut block_of = vec![0; order.len()];
        for (block, items) in (0..).zip(order.chunks(BLOCK)) {
            items.iter().for_each(|item| block_of[item.as_usize()] = block);
        }
        let num_places: Vec<i64> = order.chunks(BLOCK).map(|items| items.len() as i64).collect();
        Blocks {
            graph,
            is_safe: vec![false; block_of.len()],
            block_of,
            num_items: num_places.clone(),
            num_links: vec![0; num_places.len()],
            num_places,
            candidates: Vec::new(),
        }
    }

    /// Each item in turn goes where it costs least, give or take what chance adds at this temperature.
    fn sweep(&mut self, temperature: i64, place: i64, random: &mut Random) {
        for item in 0..self.block_of.len() {
            if self.is_safe[item] {
                continue;
            }
            let own = self.block_of[item];
            self.collect(item);
            // Items with little at stake would be shaken out of any order.
            let neighbours = self.graph.neighbours_of(ItemIx(item as u32));
            let temperature = temperature * neighbours.len().min(WARM) as i64 / WARM as i64;
            let mut most = 0;
            for &block in &self.candidates {
                if block != own {
                    most = most.max(self.num_links[block as usize]);
                }
            }
            // Beyond this neither items around it nor chance will move an item.
            let safe = 2 * LINK + 3 * NEW_BLOCK + 6 * temperature;
            if (self.num_links[own as usize] - most) * LINK >= safe {
                // As the temperature only falls, it stays so until a neighbour moves.
                self.is_safe[item] = true;
            } else {
                let around = self.around(item);
                let mut best = (i64::MIN, own);
                for &block in &self.candidates {
                    let others = self.num_items[block as usize] - i64::from(block == own);
                    let crowd = place * (2 * (others - self.num_places[block as usize]) + 1);
                    let value = self.value(block, around) - crowd + random.exponential(temperature);
                    best = best.max((value, block));
                }
                if best.1 != own {
                    self.put(item, best.1);
                    for neighbour in neighbours {
                        self.is_safe[neighbour.as_usize()] = false;
                    }
                }
            }
            self.clear();
        }
    }

    /// Finds the blocks that an item might be in, and its links into them.
    fn collect(&mut self, item: usize) {
        let own = self.block_of[item];
        self.candidates.push(own);
        for neighbour in self.graph.neighbours_of(ItemIx(item as u32)) {
            let block = self.block_of[neighbour.as_usize()];
            let count = &mut self.num_links[block as usize];
            if *count == 0 && block != own {
                self.candidates.push(block);
            }
            *count += 1;
        }
        let around = &self.block_of[item.saturating_sub(2)..(item + 3).min(self.block_of.len())];
        for &block in around {
            if self.num_links[block as usize] == 0 && !self.candidates.contains(&block) {
                self.candidates.push(block);
            }
        }
    }

    fn clear(&mut self) {
        for block in self.candidates.drain(..) {
            self.num_links[block as usize] = 0;
        }
    }

    /// The blocks of the two items before an item and of the two after it; [`NO_BLOCK`] beyond the ends.
    #[inline(always)]
    fn around(&self, item: usize) -> [u32; 4] {
        let of = |at: usize| self.block_of.get(at).copied().unwrap_or(NO_BLOCK);
        [of(item.wrapping_sub(2)), of(item.wrapping_sub(1)), of(item + 1), of(item + 2)]
    }

    /// The worth of a block for the item at hand: of its links, and of the items around it.
    #[inline(always)]
    fn value(&self, block: u32, [two_before, before, after, two_after]: [u32; 4]) -> i64 {
        let mut far = 0;
        if self.candidates.len() <= MAX_FAR {
            for &other in &self.candidates {
                far += self.num_links[other as usize] * i64::from(((other ^ block) | 1).ilog2());
            }
        }
        let num_known = i64::from(block == before || block == two_before)
            + i64::from(after != NO_BLOCK && (after == block || after == before))
            + i64::from(two_after != NO_BLOCK && (two_after == after || two_after == block));
        self.num_links[block as usize] * LINK - far * LINK_BY_BIT + num_known * NEW_BLOCK
    }

    fn put(&mut self, item: usize, block: u32) {
        self.num_items[self.block_of[item] as usize] -= 1;
        self.num_items[block as usize] += 1;
        self.block_of[item] = block;
    }

    /// Moves items out of blocks that have too many into blocks that have too few, those first that lose least.
    fn even_out(&mut self) {
        let mut with_room =
            (0..self.num_items.len() as u32).filter(|&block| self.room(block) > 0).collect::<Vec<_>>().into_iter();
        let Some(mut any) = with_room.next() else { return };
        let mut moves = Vec::new();
        for item in 0..self.block_of.len() {
            let own = self.block_of[item];
            if self.room(own) < 0 {
                self.collect(item);
                let around = self.around(item);
                let lost = |block| self.value(own, around) - self.value(block, around);
                let known = self.candidates.iter().copied().filter(|&block| self.room(block) > 0);
                moves.extend(known.map(|block| (lost(block), item, Some(block))));
                moves.push((lost(any), item, None));
                self.clear();
            }
        }
        moves.sort_unstable();
        for (_, item, block) in moves {
            while self.room(any) <= 0 {
                let Some(next) = with_room.next() else { return };
                any = next;
            }
            let block = block.unwrap_or(any);
            if self.room(self.block_of[item]) < 0 && self.room(block) > 0 {
                self.put(item, block);
            }
        }
    }

    /// Gives the number of items that a block has room for.
    fn room(&self, block: u32) -> i64 {
        self.num_places[block as usize] - self.num_items[block as usize]
    }

    /// The items block by block, ascending in each.
    fn order(&self) -> Vec<ItemIx> {
        let mut places: Vec<usize> = (0..self.num_items.len()).map(|block| block * BLOCK).collect();
        let mut order = vec![ItemIx(0); self.block_of.len()];
        for (item, &block) in (0..).map(ItemIx).zip(&self.block_of) {
            order[places[block as usize]] = item;
            places[block as usize] += 1;
        }
        order
    }
}

/// A generator of whole numbers alone (Marsaglia 2003, with Vigna's multiplier), so that every machine draws the same.
struct Random(u64);

impl Random {
    /// About exponential, with a mean of one and a half times the scale: the whole part of the binary logarithm, and
    /// uniform within it.
    fn exponential(&mut self, scale: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        let whole = i64::from(bits.leading_zeros()) << 8;
        ((whole + (bits & 255) as i64) * scale) >> 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(num_items: u32, edges: &[(u32, u32)]) -> Graph {
        Graph::new(num_items as usize, edges.iter().map(|&(a, b)| (ItemIx(a), ItemIx(b))))
    }

    fn random_edges(num_items: u32, num_edges: usize) -> Vec<(u32, u32)> {
        let mut random = Random(1);
        let mut item = || random.exponential(1 << 16) as u32 % num_items;
        (0..num_edges).map(|_| (item(), item())).collect()
    }

    /// Items that are the same modulo `num_groups`, 128 each, are linked to twelve of their group; group g to g + 2 now
    /// and then.
    fn groups(num_groups: u32) -> Graph {
        let num_items = num_groups * BLOCK as u32;
        let within = (0..num_items)
            .flat_map(|item| [1, 5, 13, 29, 47, 61].map(|step| (item, (item + step * num_groups) % num_items)));
        let between = (0..num_items).step_by(5).map(|item| (item, (item / 4 * 4) + (item + 2) % 4));
        graph(num_items, &within.chain(between).collect::<Vec<_>>())
    }

    /// The group of each block, if it is of one alone.
    fn groups_of_blocks(order: &[ItemIx], num_groups: u32) -> Vec<Option<u32>> {
        let group = |items: &[ItemIx]| {
            let first = items[0].0 % num_groups;
            items.iter().all(|item| item.0 % num_groups == first).then_some(first)
        };
        order.chunks(BLOCK).map(group).collect()
    }

    #[test]
    fn every_item_has_a_place_and_those_of_a_block_ascend() {
        for num_items in [0, 1, 2, 127, 128, 129, 256, 300, 700] {
            let hub: Vec<(u32, u32)> = (1..num_items).map(|item| (0, item)).collect();
            for edges in [Vec::new(), hub, random_edges(num_items.max(1), 3 * num_items as usize)] {
                let graph = graph(num_items, &edges);
                let order = partition(&graph);
                for order in [refine(&graph, &order), order] {
                    assert!(order.chunks(BLOCK).all(<[_]>::is_sorted), "{num_items} items: {order:?}");
                    let mut sorted = order.clone();
                    sorted.sort();
                    assert_eq!(sorted, (0..num_items).map(ItemIx).collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn groups_become_blocks_and_neighbouring_groups_neighbouring_blocks() {
        let order = partition(&groups(4));
        let found: Option<Vec<u32>> = groups_of_blocks(&order, 4).into_iter().collect();
        let found = found.expect("each block is of one group");
        assert_eq!([found[0] % 2, found[2] % 2], [found[1] % 2, found[3] % 2], "{found:?}");
    }

    #[test]
    fn refining_mends_what_a_few_changed_links_spoil() {
        let graph = groups(4);
        let mut order = partition(&graph);
        order.swap(3, 200);
        order.swap(60, 500);
        let refined = refine(&graph, &order);
        assert!(groups_of_blocks(&refined, 4).iter().all(Option::is_some));
    }

    #[test]
    fn items_without_links_stay_with_those_around_them() {
        let mut block_of = vec![0; 1_000];
        for (place, item) in partition(&graph(1_000, &[])).iter().enumerate() {
            block_of[item.as_usize()] = place / BLOCK;
        }
        let num_changes = block_of.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(num_changes < 50, "{num_changes} of 999 items are in another block than the one before");
    }

    #[test]
    fn any_number_of_threads_makes_the_same_partition() {
        let graph = graph(2_000, &random_edges(2_000, 8_000));
        let with = |num_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(num_threads).build().expect("threads");
            pool.install(|| partition(&graph))
        };
        assert_eq!(with(1), with(4));
    }

    proptest! {
        #[test]
        fn a_pass_keeps_the_sizes_and_gains_what_it_says(edges in prop::collection::vec((0u32..20, 0u32..20), 0..60)) {
            let graph = graph(20, &edges);
            let mut part = Part { items: Vec::new(), offsets: vec![0], neighbours: Vec::new() };
            for item in (0..20).map(ItemIx) {
                part.push(item, graph.neighbours_of(item).iter().map(|neighbour| neighbour.0));
            }
            let cut = |in_right: &[bool]| -> i64 {
                let is_cut = |place: usize| {
                    part.neighbours_of(place).iter().filter(move |&&other| in_right[place] && !in_right[other as usize])
                };
                (0..20).map(|place| is_cut(place).count() as i64).sum()
            };
            let mut in_right: Vec<bool> = (0..20).map(|place| place >= 12).collect();
            let before = cut(&in_right);
            let gain = part.pass(&mut in_right);
            prop_assert_eq!(before - cut(&in_right), gain);
            prop_assert_eq!(in_right.iter().filter(|&&right| right).count(), 8);
        }
    }
}
