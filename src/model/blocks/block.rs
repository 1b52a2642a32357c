//! The links inside one block, each once, and their labels.
//!
//! The order of a block's items says nothing of their links, so these are told by a walk: always from the item that has
//! fewest links still to be told, to the items first that it shares neighbours with.

use super::mask::{BLOCK, bit, first, nth, pop};
use super::tables::{CANDIDATE, DEGREE, Fixed, KNOWN, LEVEL, STARTS};
use super::{LINKS_INSIDE, Labels, PATHS_INSIDE, closeness, up};

/// Facts about a block that are known before it is read.
pub(super) struct Known<'a> {
    /// The class of each item, at most 128 items.
    pub(super) classes: &'a [u8],
    /// Number of links to other blocks, by item.
    pub(super) num_outside: [u16; BLOCK],
    /// Of each item of another block with two links or more into this one: to which items.
    pub(super) outside: Vec<u128>,
}

impl<'a> Known<'a> {
    /// `outside` gives the items of other blocks that an item is linked to.
    pub(super) fn new<I: Iterator<Item = u32>>(classes: &'a [u8], outside: impl Fn(usize) -> I) -> Known<'a> {
        let mut known = Known { classes, num_outside: [0; BLOCK], outside: Vec::new() };
        // The set of each item of another block that was met, and its place among these.
        let (mut sets, mut places) = (Vec::new(), Vec::new());
        for (slot, num_outside) in known.num_outside.iter_mut().enumerate().take(classes.len()) {
            for other in outside(slot) {
                *num_outside = num_outside.saturating_add(1);
                let other = other as usize;
                if other >= places.len() {
                    places.resize(other + 1, u32::MAX);
                }
                let Some(place) = places.get_mut(other) else { continue };
                match sets.get_mut(*place as usize) {
                    Some(set) => *set |= bit(slot),
                    None => {
                        *place = sets.len() as u32;
                        sets.push(bit(slot));
                    }
                }
            }
        }
        for set in sets {
            if set.count_ones() > 1 {
                known.outside.push(set);
            }
        }
        known
    }
}

/// Source of the links and labels to encode. Decoders share the code path with a source whose values are ignored.
pub(super) trait RowSource {
    /// The items that an item is linked to.
    fn links(&self, item: usize) -> u128;

    /// The label of the link between two items, the lower one first.
    fn label(&self, lower: usize, upper: usize) -> u8;
}

/// A reader's value: nobody asks for it.
pub(super) struct Unknown;

impl RowSource for Unknown {
    #[inline(always)]
    fn links(&self, _: usize) -> u128 {
        0
    }

    #[inline(always)]
    fn label(&self, _: usize, _: usize) -> u8 {
        0
    }
}

/// A block that was read: 2 bytes for each neighbour in it.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Where each item's neighbours start in the lists below.
    pub(super) starts: [u16; BLOCK + 1],
    /// Neighbours by their numbers in the block, ascending in each row.
    pub(super) others: Vec<u8>,
    /// Their codes, as the row's item sees them.
    pub(super) codes: Vec<u8>,
}

impl Block {
    /// Bytes that a block takes in memory.
    pub(super) fn num_bytes(&self) -> usize {
        size_of::<Block>() + self.others.capacity() + self.codes.capacity()
    }

    /// The least number of bytes of its stream.
    pub(super) fn least_bytes(&self) -> usize {
        let lengths = self.starts.iter().zip(self.starts.iter().skip(1)).map(|(start, end)| u32::from(end - start));
        least_bytes(lengths)
    }

    /// The neighbours of an item in its block, and their codes.
    #[inline]
    pub(super) fn row(&self, item: usize) -> (&[u8], &[u8]) {
        let at = item & (BLOCK - 1);
        let range = usize::from(self.starts[at])..usize::from(self.starts[at + 1]);
        (self.others.get(range.clone()).unwrap_or(&[]), self.codes.get(range).unwrap_or(&[]))
    }
}

/// The least number of links of each bucket of degrees, and the end of the last.
const LEAST: [u32; 17] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 29, 39, 55, 80, 128];
/// 65536 by a number.
#[inline(always)]
fn reciprocal(number: u32) -> u32 {
    65536 / number.max(1)
}

/// A number on a logarithmic scale, two steps an octave.
#[inline(always)]
fn half_octaves(number: u32) -> usize {
    let octave = (number | 1).ilog2();
    (2 * octave + (number << 1 >> octave & 1)) as usize
}

/// The least number of bytes of the stream of a block whose items have so many links in it.
fn least_bytes(degrees: impl Iterator<Item = u32>) -> usize {
    let (mut num_ends, mut num_paths) = (0, 0);
    for degree in degrees {
        num_ends += degree as usize;
        num_paths += (degree * degree) as usize;
    }
    LINKS_INSIDE.least_bytes(num_ends / 2).max(PATHS_INSIDE.least_bytes(num_paths))
}

/// Codes a block, in at most so many bytes. `None` if the stream is not one that a writer writes.
#[cfg_attr(optimize_attribute, optimize(speed))]
pub(super) fn code<S: Fixed>(
    coder: &mut S,
    known: &Known,
    labels: Labels,
    value: &impl RowSource,
    most_bytes: usize,
) -> Option<Block> {
    if known.classes.len() > BLOCK {
        return None;
    }
    let mut walk = Walk::new();
    let num_ends = walk.degrees(coder, known, value)?;
    if num_ends % 2 != 0 || least_bytes(walk.degrees.iter().map(|&degree| degree.into())) > most_bytes {
        return None;
    }
    while walk.open != 0 {
        walk.step(coder, known, value)?;
    }
    Some(walk.labels(coder, known, labels, value, num_ends as usize))
}

/// A walk through a block.
struct Walk {
    /// The items that each is linked to, as far as they are told.
    links: [u128; BLOCK],
    /// Number of links in the block, by item.
    degrees: [u8; BLOCK],
    /// Number of these links that are still to be coded, by item.
    left: [u8; BLOCK],
    /// Number of items of other blocks, with two links or more into this one, that each item is linked to.
    num_shared: [u8; BLOCK],
    /// Items that were not walked from and have links to be told.
    open: u128,
    /// Those of them that have links already, and those that have none, by how many are to be told.
    begun: ByLeft,
    untouched: ByLeft,
    /// Items that have a link or were walked from.
    touched: u128,
    /// Closeness of each candidate, and the number of its shared neighbours in other blocks; 0 between steps.
    weights: [u16; BLOCK],
    num_outside: [u8; BLOCK],
}

/// Sets of items by how many of their links are still to be told.
struct ByLeft {
    sets: [u128; BLOCK],
    /// The sets that have an item.
    used: u128,
}

impl ByLeft {
    const EMPTY: ByLeft = ByLeft { sets: [0; BLOCK], used: 0 };

    #[inline(always)]
    fn put(&mut self, left: usize, item: usize) {
        self.sets[left & (BLOCK - 1)] |= bit(item);
        self.used |= bit(left);
    }

    /// Takes an item out of a set that it may be in.
    #[inline(always)]
    fn remove(&mut self, left: usize, item: usize) {
        let set = &mut self.sets[left & (BLOCK - 1)];
        *set &= !bit(item);
        if *set == 0 {
            self.used &= !bit(left);
        }
    }

    /// Takes the lowest item of those with fewest links left.
    #[inline(always)]
    fn pop(&mut self) -> Option<usize> {
        if self.used == 0 {
            return None;
        }
        let left = first(self.used);
        let item = first(self.sets[left]);
        self.remove(left, item);
        Some(item)
    }
}

impl Walk {
    fn new() -> Walk {
        Walk {
            links: [0; BLOCK],
            degrees: [0; BLOCK],
            left: [0; BLOCK],
            num_shared: [0; BLOCK],
            open: 0,
            begun: ByLeft::EMPTY,
            untouched: ByLeft::EMPTY,
            touched: 0,
            weights: [0; BLOCK],
            num_outside: [0; BLOCK],
        }
    }

    /// Codes how many links each item has; gives their sum.
    fn degrees<S: Fixed>(&mut self, coder: &mut S, known: &Known, value: &impl RowSource) -> Option<u32> {
        // What the degrees so far say of those to come, given classes: a mean that starts at 3.
        let (mut excess, mut num, mut sum) = (12i32, 1i32, 0);
        for (item, &class) in known.classes.iter().enumerate() {
            let class = usize::from(class & 7);
            let mean = ((excess + 4 * num) / (2 * num)).clamp(0, 15) as usize;
            let outside = up(known.num_outside[item & (BLOCK - 1)].into(), 5);
            let degree = || value.links(item).count_ones();
            let bucket = || LEAST.iter().filter(|&&least| least <= degree()).count().saturating_sub(1);
            let mut node = 1;
            for place in (0..4).rev() {
                let cells = [
                    STARTS[DEGREE][0] + class * 16 + node,
                    STARTS[DEGREE][1] + mean * 16 + node,
                    STARTS[DEGREE][2] + outside * 16 + node,
                ];
                let is_upper = coder.fixed(DEGREE, cells, || bucket() >> place & 1 == 1);
                node = 2 * node + usize::from(is_upper);
            }
            let bucket = node & 15;
            let (least, end) = (LEAST[bucket], LEAST[bucket + 1]);
            let width = end - least;
            let degree = least + if width > 1 { coder.uniform(width, || degree() - least) } else { 0 };
            if degree as usize >= known.classes.len() {
                return None;
            }
            let at = item & (BLOCK - 1);
            (self.degrees[at], self.left[at]) = (degree as u8, degree as u8);
            if degree > 0 {
                self.open |= bit(item);
                self.untouched.put(degree as usize, item);
            }
            sum += degree;
            excess += 2 * bucket as i32 - class as i32;
            num += 1;
        }
        for &items in &known.outside {
            let mut items = items;
            while let Some(item) = pop(&mut items) {
                self.num_shared[item] = self.num_shared[item].saturating_add(1);
            }
        }
        Some(sum)
    }

    /// Tells all links of one item that are not told yet.
    fn step<S: Fixed>(&mut self, coder: &mut S, known: &Known, value: &impl RowSource) -> Option<()> {
        // That with fewest links to be told, of those that have one already if there are any.
        let item = self.begun.pop().or_else(|| self.untouched.pop())?;
        self.open &= !bit(item);
        let candidates = self.weigh(item, known);
        let (tested, mut found) = self.test(coder, item, candidates, value);
        let left = u32::from(self.left[item]) - found.count_ones();
        if left > 0 {
            found |= self.rest(coder, item, self.open & !tested, left, value)?;
        }
        let mut weighed = candidates;
        while let Some(candidate) = pop(&mut weighed) {
            self.weights[candidate] = 0;
            self.num_outside[candidate] = 0;
        }
        self.links[item] |= found;
        self.touched |= found | bit(item);
        while let Some(other) = pop(&mut found) {
            let left = usize::from(self.left[other]);
            self.untouched.remove(left, other);
            self.begun.remove(left, other);
            self.links[other] |= bit(item);
            self.left[other] = left.saturating_sub(1) as u8;
            if left > 1 {
                self.begun.put(left - 1, other);
            } else {
                self.open &= !bit(other);
            }
        }
        Some(())
    }

    /// Finds the open items that share a neighbour with an item, and how near they are.
    fn weigh(&mut self, item: usize, known: &Known) -> u128 {
        let mut candidates = 0;
        let mut shared = self.links[item];
        while let Some(by) = pop(&mut shared) {
            let weight = closeness(self.degrees[by].into());
            let mut near = self.links[by] & self.open;
            candidates |= near;
            while let Some(other) = pop(&mut near) {
                self.weights[other] = self.weights[other].saturating_add(weight);
            }
        }
        if self.num_shared[item] > 0 {
            for &by in &known.outside {
                if by & bit(item) != 0 {
                    let weight = closeness(2 * by.count_ones());
                    let mut near = by & self.open;
                    candidates |= near;
                    while let Some(other) = pop(&mut near) {
                        self.weights[other] = self.weights[other].saturating_add(weight);
                        self.num_outside[other] = self.num_outside[other].saturating_add(1);
                    }
                }
            }
        }
        candidates
    }

    /// Asks of one candidate after the other, the likeliest first, whether it is linked, until no link is left to be
    /// told: gives those asked for and those linked.
    fn test<S: Fixed>(&mut self, coder: &mut S, item: usize, candidates: u128, value: &impl RowSource) -> (u128, u128) {
        let mut list = [(0u32, 0u8); BLOCK];
        let mut num = 0;
        let mut members = candidates;
        while let Some(other) = pop(&mut members) {
            let degree = u32::from(self.degrees[other]);
            let odds =
                u32::from(self.weights[other]) * (2 * u32::from(self.left[other]) + 4) * (reciprocal(degree + 4) >> 4);
            list[num & (BLOCK - 1)] = (odds >> 6 << 7 | (BLOCK - 1 - other) as u32, other as u8);
            num += 1;
        }
        let item_links = self.links[item];
        let item_degree = item_links.count_ones() + u32::from(self.num_shared[item]);
        let mut left = u32::from(self.left[item]);
        let (mut tested, mut found) = (0, 0);
        while left > 0 && num > 0 {
            let mut best = 0;
            for at in 1..num {
                if list[at & (BLOCK - 1)].0 > list[best & (BLOCK - 1)].0 {
                    best = at;
                }
            }
            let other = usize::from(list[best & (BLOCK - 1)].1) & (BLOCK - 1);
            let num_open = num as u32;
            num -= 1;
            list[best & (BLOCK - 1)] = list[num & (BLOCK - 1)];
            tested |= bit(other);
            let links = self.links[other];
            let num_common = (item_links & links).count_ones() + u32::from(self.num_outside[other]);
            let degree = links.count_ones() + u32::from(self.num_shared[other]);
            let cells = [
                STARTS[CANDIDATE][0] + up(u32::from(self.weights[other]) / 14, 15) * 8 + up(left, 7),
                STARTS[CANDIDATE][1] + up(num_common, 7) * 8 + up(item_degree, 7),
                STARTS[CANDIDATE][2] + up(self.left[other].into(), 7) * 8 + up(degree, 7),
                STARTS[CANDIDATE][3] + half_octaves(num_open).min(13) * 8 + up(left, 7),
            ];
            if coder.fixed(CANDIDATE, cells, || value.links(item) & bit(other) != 0) {
                left -= 1;
                found |= bit(other);
            }
        }
        (tested, found)
    }

    /// Tells the links that no candidate was for: how many of them are to items that have a link already, and then
    /// which.
    fn rest<S: Fixed>(
        &self,
        coder: &mut S,
        item: usize,
        open: u128,
        left: u32,
        value: &impl RowSource,
    ) -> Option<u128> {
        let (known, new) = (open & self.touched, open & !self.touched);
        let (num_known, num_new) = (known.count_ones(), new.count_ones());
        if left > num_known + num_new {
            return None;
        }
        let degree = self.links[item].count_ones() + u32::from(self.num_shared[item]);
        let (mut of_known, mut of_new) = (left.saturating_sub(num_new), left.saturating_sub(num_known));
        while of_known + of_new < left {
            let cells = [
                STARTS[KNOWN][0] + up((num_known | 1).ilog2(), 7) * 8 + up((num_new | 1).ilog2(), 7),
                STARTS[KNOWN][1] + up(left - of_known - of_new, 7) * 4 + up(degree, 3),
            ];
            if coder.fixed(KNOWN, cells, || (value.links(item) & known).count_ones() > of_known) {
                of_known += 1;
            } else {
                of_new = left - of_known;
            }
        }
        Some(subset(coder, known, of_known, || value.links(item)) | subset(coder, new, of_new, || value.links(item)))
    }

    /// Codes the labels of all links, and lists the rows.
    fn labels<S: Fixed>(
        &self,
        coder: &mut S,
        known: &Known,
        labels: Labels,
        value: &impl RowSource,
        num_ends: usize,
    ) -> Block {
        let mut block = Block { starts: [0; BLOCK + 1], others: vec![0; num_ends], codes: vec![0; num_ends] };
        let mut next = [0u16; BLOCK];
        let mut sizes = [0u8; BLOCK];
        let mut voices = [0u32; BLOCK];
        let mut at = 0;
        for item in 0..BLOCK {
            next[item] = at;
            at += self.links[item].count_ones() as u16;
            block.starts[item + 1] = at;
            let degree = u32::from(self.degrees[item]);
            sizes[item] = up((degree + u32::from(known.num_outside[item]) + 1).ilog2(), 7) as u8;
            voices[item] = 384 / degree.max(1);
        }
        // Of the levels of each item's links so far: sum and number.
        let mut sums = [(0u32, 0u32); BLOCK];
        let mean = |(sum, num): (u32, u32)| up(((6 * sum + 2) * reciprocal(num + 1)) >> 16, 13);
        for upper in 0..known.classes.len() & 255 {
            let upper = upper & (BLOCK - 1);
            let mut lower_items = self.links[upper] & (bit(upper) - 1);
            while let Some(lower) = pop(&mut lower_items) {
                let mut common = self.links[upper] & self.links[lower];
                let num_common = common.count_ones();
                let smaller = self.degrees[upper].min(self.degrees[lower]);
                let share = up((num_common * 16 * reciprocal(smaller.into())) >> 16, 15);
                let mut voice = 0;
                while let Some(by) = pop(&mut common) {
                    voice += voices[by];
                }
                let cells = [
                    STARTS[LEVEL][1] + mean(sums[upper]) * 14 + mean(sums[lower]),
                    STARTS[LEVEL][2] + up(num_common, 11) * 16 + share,
                    STARTS[LEVEL][3] + if voice == 0 { 0 } else { half_octaves(voice).min(23) },
                    STARTS[LEVEL][4] + usize::from(sizes[lower]) * 8 + usize::from(sizes[upper]),
                ];
                let label = || value.label(lower, upper);
                let level = coder.steps(LEVEL, STARTS[LEVEL][0], labels.most(), cells, || u32::from(label() >> 1));
                let code = labels.code(coder, level, || label() & 1 == 1);
                put(&mut block, &mut next, &mut sums, (lower, upper), code);
                put(&mut block, &mut next, &mut sums, (upper, lower), labels.turned(code));
            }
        }
        block
    }
}

/// Adds a neighbour to the row of an item, and its level to their sum.
fn put(
    block: &mut Block,
    next: &mut [u16; BLOCK],
    sums: &mut [(u32, u32); BLOCK],
    (item, other): (usize, usize),
    code: u8,
) {
    let item = item & (BLOCK - 1);
    sums[item].0 += u32::from(code >> 1);
    sums[item].1 += 1;
    let place = usize::from(next[item]);
    next[item] += 1;
    if let (Some(to), Some(code_to)) = (block.others.get_mut(place), block.codes.get_mut(place)) {
        (*to, *code_to) = (other as u8, code);
    }
}

/// Codes which `num` items of a set are meant; all are as likely.
fn subset<S: Fixed>(coder: &mut S, mut set: u128, mut num: u32, value: impl Fn() -> u128) -> u128 {
    let mut size = set.count_ones();
    let mut chosen = 0;
    while num > 0 {
        if num >= size {
            return chosen | set;
        }
        if num == 1 {
            let below = coder.uniform(size, || (set & (bit(first(value() & set)) - 1)).count_ones());
            return chosen | bit(nth(set, below));
        }
        let lowest = bit(first(set));
        set ^= lowest;
        if coder.share(num, size, || value() & lowest != 0) {
            chosen |= lowest;
            num -= 1;
        }
        size -= 1;
    }
    chosen
}
