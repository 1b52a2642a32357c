//! The links between blocks, each once, at its later end: one stream of decisions that learn.
//!
//! For each item: how many links it has to items of earlier blocks, and for each of these which block (of those that
//! its own block has links to already, the latest first), which of the block's items (the busiest first), and the
//! label. A writer may put a stage before that: what is linked to the items that were told before is asked for first,
//! which is shorter where blocks say little, and slower.

use super::mask::{BLOCK, bit, nth};
use super::{Labels, closeness, up};
use crate::model::coder::{BinaryCoder, Context, FRESH};

/// A link between two blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) later: u32,
    pub(super) earlier: u32,
    /// As the earlier item's row sees it.
    pub(super) code: u8,
}

/// Properties that all decisions share.
pub(super) struct Shape<'a> {
    /// The class of each item.
    pub(super) classes: &'a [u8],
    pub(super) labels: Labels,
    /// Codes candidates first if set.
    pub(super) has_candidates: bool,
}

/// Source of the links to encode. Decoders share the code path with a source whose values are ignored.
pub(super) trait RowSource {
    /// An item's links to earlier blocks and their codes: by descending block, then ascending.
    fn links(&self, item: usize) -> &[(u32, u8)];
}

/// A reader's value: nobody asks for it.
pub(super) struct Unknown;

impl RowSource for Unknown {
    fn links(&self, _: usize) -> &[(u32, u8)] {
        &[]
    }
}

/// Groups of a block's items by how busy they are.
const NUM_GROUPS: usize = 7;

/// Gives an item's group, 0 the busiest: by its links between blocks so far, and without any by its class.
#[inline(always)]
fn group(num_links: u8, class: u8) -> usize {
    match (num_links, class) {
        (0, 0..2) => 6,
        (0, 2..4) => 5,
        (0, _) => 4,
        (1, _) => 3,
        (2, _) => 2,
        (3..5, _) => 1,
        _ => 0,
    }
}

/// A block that the current one has links to.
#[derive(Clone, Copy)]
struct Entry {
    block: u32,
    num_links: u32,
    /// Its items that are linked.
    items: u128,
}

/// Blocks that are asked for before another one is named: those that the current block had links to last.
const NUM_RECENT: usize = 128;
/// Candidates are sorted by their weights: buckets of a candidate's [`closeness`] so wide, the last one open.
const BUCKET_WIDTH: u16 = 12;
const NUM_BUCKETS: usize = 48;
/// Links of a found item that are followed, the latest.
const NUM_FOLLOWED: usize = 32;
/// Stands for the weight of an item that was asked for.
const TESTED: u16 = u16::MAX;
/// The greatest weight.
const MAX_WEIGHT: u16 = 30_000;
/// Ends a list of links.
const END: u32 = u32::MAX;

/// Contexts of all decisions: where those of each kind start, and how many there are.
const LEVELS: usize = 0;
const NUM_LEVELS: usize = 64 * 16;
const NUMBERS: usize = LEVELS + NUM_LEVELS;
const NUM_NUMBERS: usize = 8 * 2 * 8 * 8;
const ENTRIES: usize = NUMBERS + NUM_NUMBERS;
const NUM_ENTRIES: usize = 16 * 2 * 4 * 4;
const IN_GROUP: usize = ENTRIES + NUM_ENTRIES;
const NUM_IN_GROUP: usize = 2 * 8 * 8;
const LINKED: usize = IN_GROUP + NUM_IN_GROUP;
const NUM_LINKED: usize = 8 * 4;
const PARTING: usize = LINKED + NUM_LINKED;
const NUM_PARTING: usize = 32;
const CANDIDATES: usize = PARTING + NUM_PARTING;
const NUM_CANDIDATES: usize = 64 * 8 * 4 * 2;
const NUM_CONTEXTS: usize = CANDIDATES + NUM_CANDIDATES;

/// Candidates for one item's links, and all links so far, which they come from.
struct Candidates {
    weights: Vec<u16>,
    touched: Vec<u32>,
    buckets: [Vec<u32>; NUM_BUCKETS],
    top: usize,
    /// Of each item: the latest of its links, as a position in `links`, and how many it has.
    latest: Vec<(u32, u32)>,
    /// The other end, and the position of the link before.
    links: Vec<(u32, u32)>,
}

/// Codes all links between blocks, at most so many. `None` if the stream is not one that a writer writes.
pub(super) fn code<S: BinaryCoder>(
    coder: &mut S,
    shape: &Shape,
    value: &impl RowSource,
    most_links: usize,
) -> Option<Vec<Link>> {
    Stream::new(shape).code(coder, value, most_links)
}

struct Stream<'a> {
    shape: &'a Shape<'a>,
    contexts: Box<[Context; NUM_CONTEXTS]>,
    /// By block and group.
    groups: Vec<[u128; NUM_GROUPS]>,
    /// Links of each item so far.
    num_links: Vec<u8>,
    /// The blocks that the current one has links to, the latest first.
    entries: Vec<Entry>,
    candidates: Candidates,
    /// Items of each block that were asked for as candidates of the current item, and which blocks have any.
    tested: Vec<u128>,
    tested_blocks: Vec<u32>,
    found: Vec<Link>,
}

impl<'a> Stream<'a> {
    fn new(shape: &'a Shape<'a>) -> Stream<'a> {
        let num_items = shape.classes.len();
        let num_blocks = num_items.div_ceil(BLOCK);
        let mut groups = vec![[0; NUM_GROUPS]; num_blocks];
        for (of_block, classes) in groups.iter_mut().zip(shape.classes.chunks(BLOCK)) {
            for (slot, &class) in classes.iter().enumerate() {
                of_block[group(0, class)] |= bit(slot);
            }
        }
        let of_candidates = if shape.has_candidates { num_items } else { 0 };
        Stream {
            shape,
            contexts: Box::new([FRESH; NUM_CONTEXTS]),
            groups,
            num_links: vec![0; num_items],
            entries: Vec::new(),
            candidates: Candidates {
                weights: vec![0; of_candidates],
                touched: Vec::new(),
                buckets: [const { Vec::new() }; NUM_BUCKETS],
                top: 0,
                latest: vec![(END, 0); of_candidates],
                links: Vec::new(),
            },
            tested: vec![0; num_blocks],
            tested_blocks: Vec::new(),
            found: Vec::new(),
        }
    }

    fn class(&self, item: usize) -> usize {
        self.shape.classes.get(item).map_or(0, |&class| usize::from(class & 7))
    }

    #[cfg_attr(optimize_attribute, optimize(speed))]
    #[inline(never)]
    fn code<S: BinaryCoder>(mut self, coder: &mut S, value: &impl RowSource, most_links: usize) -> Option<Vec<Link>> {
        let num_items = self.shape.classes.len();
        for block in 1..num_items.div_ceil(BLOCK) {
            self.entries.clear();
            let (mut num_links, mut num_seen, mut before) = (2, 2, 0);
            for item in block * BLOCK..num_items.min((block + 1) * BLOCK) {
                let activity = up(8 * num_links / num_seen, 7);
                let first = (self.class(item) * 2 + usize::from(before > 0)) * 64 + activity * 8;
                let most = (block * BLOCK) as u32;
                let mut num = 0;
                while num < most {
                    let context = &mut self.contexts[NUMBERS + ((first + up(num, 7)) & (NUM_NUMBERS - 1))];
                    if !coder.adaptive(context, || value.links(item).len() as u32 > num) {
                        break;
                    }
                    num += 1;
                }
                num_links += num.min(8);
                num_seen += 1;
                before = num;
                if num > 0 {
                    if self.found.len() + num as usize > most_links {
                        return None;
                    }
                    self.links_of(coder, item, block, num, value)?;
                }
            }
        }
        Some(self.found)
    }

    /// Codes the links of one item.
    #[inline(never)]
    fn links_of<S: BinaryCoder>(
        &mut self,
        coder: &mut S,
        item: usize,
        block: usize,
        num: u32,
        value: &impl RowSource,
    ) -> Option<()> {
        let start = self.found.len();
        // The places of the entry in front up to that of the last explicit link: what follows is above.
        let mut barred = 0;
        let mut last_explicit = None;
        // The writer's next link that was no candidate's.
        let mut next = 0;
        for at in 0..num {
            let candidate = if at > 0 && self.shape.has_candidates {
                self.candidate(coder, item, (num - at, at - 1), value)
            } else {
                None
            };
            let other = match candidate {
                Some(other) => other,
                None => {
                    // A reader's list is empty, and what is wanted is not asked for.
                    let links = value.links(item);
                    while links.get(next).is_some_and(|link| self.candidates.is_tested(link.0)) {
                        next += 1;
                    }
                    let wanted = links.get(next).map_or(0, |link| link.0 as usize);
                    next += 1;
                    let is_again = last_explicit.is_some();
                    if self.entry(coder, block, is_again, (wanted / BLOCK) as u32)? || !is_again {
                        barred = 0;
                    }
                    let other = self.item_of_entry(coder, &mut barred, at, bit(wanted % BLOCK))?;
                    // A forged stream could go back to a block, and tell a link twice.
                    let place = Some(order(other as u32));
                    if last_explicit >= place {
                        return None;
                    }
                    last_explicit = place;
                    if self.shape.has_candidates {
                        self.mark_tested(other);
                    }
                    other
                }
            };
            if self.shape.has_candidates && num > at + 1 {
                self.follow(other, block);
            }
            self.count(other);
            self.count(item);
            let contexts = (self.class(item) * 8 + self.class(other)) * 16;
            let label = || {
                let key = order(other as u32);
                let links = value.links(item);
                links
                    .binary_search_by_key(&key, |link| order(link.0))
                    .ok()
                    .and_then(|at| links.get(at))
                    .map_or(0, |link| link.1)
            };
            let labels = self.shape.labels;
            let mut level = 0;
            while level < labels.most()
                && coder.adaptive(&mut self.contexts[LEVELS + ((contexts + level as usize) & (NUM_LEVELS - 1))], || {
                    u32::from(label() >> 1) > level
                })
            {
                level += 1;
            }
            let code = labels.code(coder, level, || label() & 1 == 1);
            self.found.push(Link { later: item as u32, earlier: other as u32, code });
        }
        if self.shape.has_candidates {
            self.forget_candidates();
            let Stream { candidates, found, .. } = self;
            for link in found.get(start..).unwrap_or(&[]) {
                candidates.join(item as u32, link.earlier);
                candidates.join(link.earlier, item as u32);
            }
        }
        Some(())
    }

    /// Codes which block an explicit link is to, and puts it in front of the entries; whether it was not there.
    fn entry<S: BinaryCoder>(&mut self, coder: &mut S, block: usize, is_again: bool, wanted: u32) -> Option<bool> {
        let num_entries = up(self.entries.len() as u32, 15) / 4;
        let mut at = 0;
        while let Some(entry) = self.entries.get(at) {
            let context =
                up(at as u32, 11) * 32 + usize::from(is_again) * 16 + up((entry.num_links | 1).ilog2(), 3) * 4;
            let context = &mut self.contexts[ENTRIES + ((context + num_entries) & (NUM_ENTRIES - 1))];
            if coder.adaptive(context, || entry.block == wanted) {
                break;
            }
            at += 1;
        }
        if at == self.entries.len() {
            // A number below the current one parts from it at a bit that is set in the current one.
            let top = block.checked_ilog2()? as usize;
            let mut place = block.trailing_zeros() as usize;
            while place < top
                && !coder.adaptive(&mut self.contexts[PARTING + (place & (NUM_PARTING - 1))], || {
                    (wanted as usize ^ block) >> place == 1
                })
            {
                place += 1;
                while block >> place & 1 == 0 {
                    place += 1;
                }
            }
            let width = 1u32.checked_shl(place as u32)?;
            let low = if place > 0 { coder.uniform(width, || wanted & (width - 1)) } else { 0 };
            self.entries.push(Entry { block: ((block >> place ^ 1) << place) as u32 | low, num_links: 0, items: 0 });
        }
        // One step each, so that the others keep their order.
        for at in (0..at).rev() {
            self.entries.swap(at, at + 1);
        }
        self.entries.truncate(NUM_RECENT);
        Some(at > 0)
    }

    /// Codes which item of the entry in front an explicit link is to.
    fn item_of_entry<S: BinaryCoder>(
        &mut self,
        coder: &mut S,
        barred: &mut u128,
        num_told: u32,
        wanted: u128,
    ) -> Option<usize> {
        let entry = self.entries.first_mut()?;
        let block = entry.block as usize;
        let open = !*barred & !self.tested.get(block)?;
        let (linked, others) = (entry.items & open, open & !entry.items);
        let is_linked = linked != 0
            && (others == 0 || {
                let context = up(linked.count_ones().ilog2(), 7) * 4 + up(num_told, 3);
                coder.adaptive(&mut self.contexts[LINKED + (context & (NUM_LINKED - 1))], || linked & wanted != 0)
            });
        let mut rest = if is_linked { linked } else { others };
        let mut num_rest = rest.count_ones();
        let mut chosen = rest;
        for (number, members) in self.groups.get(block)?.iter().enumerate() {
            let members = members & rest;
            let num = members.count_ones();
            if num > 0 {
                chosen = members;
                let context = (usize::from(is_linked) * 8 + number) * 8 + up(8 * num / num_rest.max(1), 7);
                if num == num_rest
                    || coder.adaptive(&mut self.contexts[IN_GROUP + (context & (NUM_IN_GROUP - 1))], || {
                        members & wanted != 0
                    })
                {
                    break;
                }
                rest &= !members;
                num_rest -= num;
            }
        }
        let num = chosen.count_ones();
        // An item beyond the last block's end is in no group, so what is chosen is an item or nothing.
        if num == 0 || num_rest == 0 {
            return None;
        }
        let below = if num > 1 { coder.uniform(num, || (chosen & (wanted - 1)).count_ones()) } else { 0 };
        let slot = nth(chosen, below);
        let here = bit(slot);
        entry.items |= here;
        entry.num_links += 1;
        *barred = here | (here - 1);
        let item = block * BLOCK + slot;
        (item < self.num_links.len()).then_some(item)
    }

    /// Counts one more link of an item.
    #[cfg_attr(optimize_attribute, optimize(speed))]
    fn count(&mut self, item: usize) {
        let class = self.class(item) as u8;
        if let (Some(num), Some(groups)) = (self.num_links.get_mut(item), self.groups.get_mut(item / BLOCK)) {
            let old = group(*num, class);
            *num = num.saturating_add(1);
            let new = group(*num, class);
            if old != new {
                groups[old] &= !bit(item % BLOCK);
                groups[new] |= bit(item % BLOCK);
            }
        }
    }

    /// Keeps an item from being asked for again.
    fn mark_tested(&mut self, item: usize) {
        let block = item / BLOCK;
        if let Some(tested) = self.tested.get_mut(block) {
            if *tested == 0 {
                self.tested_blocks.push(block as u32);
            }
            *tested |= bit(item % BLOCK);
        }
        if let Some(weight) = self.candidates.weights.get_mut(item) {
            *weight = TESTED;
            self.candidates.touched.push(item as u32);
        }
    }

    /// Asks for candidates, the likeliest first, until one is linked or none is left.
    fn candidate<S: BinaryCoder>(
        &mut self,
        coder: &mut S,
        item: usize,
        (num_left, num_before): (u32, u32),
        value: &impl RowSource,
    ) -> Option<usize> {
        loop {
            let (other, bucket) = self.candidates.pop()?;
            self.mark_tested(other as usize);
            let num = self.candidates.latest.get(other as usize).map_or(0, |of| of.1);
            let context = ((bucket * 8 + up(num_left, 7)) * 4 + up(num_before, 3)) * 2 + usize::from(num > 8);
            let is_linked = || {
                let key = order(other);
                value.links(item).binary_search_by_key(&key, |link| order(link.0)).is_ok()
            };
            if coder.adaptive(&mut self.contexts[CANDIDATES + (context & (NUM_CANDIDATES - 1))], is_linked) {
                return Some(other as usize);
            }
        }
    }

    /// Makes what a found item is linked to candidates.
    fn follow(&mut self, item: usize, block: usize) {
        let Candidates { weights, touched, buckets, top, latest, links } = &mut self.candidates;
        let Some(&(mut at, num)) = latest.get(item) else { return };
        let weight = closeness(num);
        for _ in 0..NUM_FOLLOWED {
            let Some(&(other, before)) = links.get(at as usize) else { break };
            at = before;
            let Some(to) = weights.get_mut(other as usize) else { break };
            if other as usize / BLOCK >= block || *to == TESTED {
                continue;
            }
            if *to == 0 {
                touched.push(other);
            }
            *to = (*to + weight).min(MAX_WEIGHT);
            let bucket = bucket(*to);
            if let Some(of) = buckets.get_mut(bucket) {
                of.push(other);
            }
            *top = (*top).max(bucket);
        }
    }

    fn forget_candidates(&mut self) {
        let Candidates { weights, touched, buckets, top, .. } = &mut self.candidates;
        for &item in &*touched {
            if let Some(weight) = weights.get_mut(item as usize) {
                *weight = 0;
            }
        }
        touched.clear();
        for bucket in buckets {
            bucket.clear();
        }
        *top = 0;
        for &block in &self.tested_blocks {
            if let Some(tested) = self.tested.get_mut(block as usize) {
                *tested = 0;
            }
        }
        self.tested_blocks.clear();
    }
}

impl Candidates {
    fn is_tested(&self, item: u32) -> bool {
        self.weights.get(item as usize) == Some(&TESTED)
    }

    /// The likeliest candidate that was not asked for, with its bucket; of one bucket the one put there last.
    fn pop(&mut self) -> Option<(u32, usize)> {
        loop {
            match self.buckets.get_mut(self.top)?.pop() {
                Some(item) => {
                    let weight = self.weights.get(item as usize).copied().unwrap_or(TESTED);
                    // It may have moved up since, or been asked for.
                    if weight != TESTED && bucket(weight) == self.top {
                        return Some((item, self.top));
                    }
                }
                None => self.top = self.top.checked_sub(1)?,
            }
        }
    }

    fn join(&mut self, item: u32, other: u32) {
        if let Some((latest, num)) = self.latest.get_mut(item as usize) {
            self.links.push((other, *latest));
            *latest = (self.links.len() - 1) as u32;
            *num += 1;
        }
    }
}

#[inline(always)]
fn bucket(weight: u16) -> usize {
    usize::from(weight / BUCKET_WIDTH).min(NUM_BUCKETS - 1)
}

/// Sorts items as a writer tells them: by descending block, then ascending.
pub(super) fn order(item: u32) -> (std::cmp::Reverse<u32>, u32) {
    (std::cmp::Reverse(item / BLOCK as u32), item)
}
