//! Which items are linked: each item's links to earlier items, found among the neighbours of those already found.
//!
//! In an order that puts neighbours together, most of an item's neighbours are neighbours of one another. So an item's
//! first link is written as a distance, and what is linked to a link becomes a candidate for which one decision says
//! whether it is a link, too: likely candidates first. Only when there is none is the next link written as a distance again.

use super::super::adaptive::{Contexts, NUMBER_SLOTS, Side};
use crate::model::MAX_CLASSES;

/// What a writer knows and a reader asks for; a reader's answers are never used.
pub(super) trait Truth {
    /// The item's class.
    fn class(&self, item: u32) -> u8;
    /// How many earlier items it is linked to.
    fn num_back(&self, item: u32) -> u32;
    /// Whether it is linked to an earlier item.
    fn is_linked(&self, item: u32, earlier: u32) -> bool;
    /// Its links to items below `limit`, from the last to the first.
    fn links_below(&self, item: u32, limit: u32) -> impl Iterator<Item = u32>;
}

/// Known links of a found item that make candidates, the latest ones. Bounds the time that a bad file can take.
const MAX_FOLLOWED: usize = 128;
/// Positions that are asked for one by one before a distance is written.
const WINDOW: u32 = 8;
const NUM_BUCKETS: usize = 128;

/// No item.
const NONE: u32 = u32::MAX;

/// Kinds of decision; each has a mixer of its own.
pub(super) mod kind {
    pub(in crate::model::codec) const CLASS: usize = 0;
    /// And the next for a number's lower bits.
    pub(in crate::model::codec) const DEGREE: usize = 1;
    pub(in crate::model::codec) const CANDIDATE: usize = 3;
    /// And the next two.
    pub(in crate::model::codec) const NEAR: usize = 4;
    pub(in crate::model::codec) const FAR: usize = 7;
    pub(in crate::model::codec) const LEVEL: usize = 9;
    /// Levels have one for each step up to the 15th.
    #[cfg(feature = "read")]
    pub(in crate::model::codec) const NUM: usize = LEVEL + 15;
}

/// Contexts that one kind of decision takes, one region after the other.
macro_rules! regions {
    ($($name:ident = $slots:expr;)*) => { regions!(@ 0; $($name = $slots;)*); };
    (@ $start:expr; $name:ident = $slots:expr; $($rest:tt)*) => {
        const $name: usize = $start;
        regions!(@ $start + $slots; $($rest)*);
    };
    (@ $start:expr;) => { pub(super) const NUM_SLOTS: usize = $start; };
}

const C: usize = MAX_CLASSES;
regions! {
    CLASS_BEFORE = C * C * C;
    CLASS_SUM = (3 * C - 2) * C;
    CLASS_RUN = 16 * C;
    DEGREE_BEFORE = 25 * NUMBER_SLOTS;
    DEGREE_RUN = 25 * NUMBER_SLOTS;
    DEGREE_CLASS = C * 8 * NUMBER_SLOTS;
    CANDIDATE_WEIGHT = 32 * 8 * 8;
    CANDIDATE_SHARE = 7 * 16 * 9;
    CANDIDATE_TESTED = 8 * 8 * 16;
    NEAR_FOUND = 3 * 4 * 8 * 8;
    NEAR_FORWARD = 8 * 9 * 32;
    NEAR_CLASS = C * C * 8 * 3;
    FAR_FOUND = 4 * 8 * NUMBER_SLOTS;
    FAR_NUMBER = 17 * NUMBER_SLOTS;
    FAR_CLASS = C * NUMBER_SLOTS;
}

/// The bit length less one, at most `most`.
fn log(number: u32, most: u32) -> usize {
    number.checked_ilog2().unwrap_or(0).min(most) as usize
}

/// At most `most`.
fn upto(number: u32, most: u32) -> usize {
    number.min(most) as usize
}

/// What is known of an item.
#[derive(Clone, Copy, Debug)]
struct Item {
    class: u8,
    /// Links so far, both ways.
    num_links: u32,
    /// Where its latest links stand.
    start: usize,
    /// Links to later items.
    num_forward: u32,
    /// The last item that linked to it.
    last_forward: u32,
}

/// What is known of an earlier item as a link of the current one; by itself and small, because it is looked at most often. The
/// highest bit is set when it was tested; then 15 bits with its weight, up to where all are in the highest bucket; then 16 with the
/// number of its common neighbours, at most 2^15 - 1.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate(u32);

const IS_TESTED: Candidate = Candidate(1 << 31);
const WEIGHT_SHIFT: u32 = 16;

// Neither here nor where it is called is there a branch: nobody could foresee them.
impl Candidate {
    fn is_tested(self) -> bool {
        self.0 >= IS_TESTED.0
    }

    fn weight(self) -> u32 {
        (self.0 & !IS_TESTED.0) >> WEIGHT_SHIFT
    }

    fn num_common(self) -> u32 {
        self.0 & 0xffff
    }

    /// With one more common neighbour, which says so much.
    #[inline(always)]
    fn with_common(self, closeness: u32) -> Candidate {
        let state = self.0 + ((closeness << WEIGHT_SHIFT) | 1);
        // From 2^14 down to 2^13, and from 2^15 to one less.
        let state = state - ((state & 1 << (WEIGHT_SHIFT + 14)) >> 1);
        Candidate(state - (state >> 15 & 1))
    }

    /// The bucket of what is not tested, 1 to [`NUM_BUCKETS`]; 0 for what is.
    #[inline(always)]
    fn bucket(self) -> usize {
        let bucket = (self.0 >> (WEIGHT_SHIFT + 3)).min(NUM_BUCKETS as u32 - 1) + 1;
        (bucket & !((self.0 as i32 >> 31) as u32)) as usize
    }
}

/// Candidates by how likely they are, the newest of a bucket first.
struct Buckets {
    /// The newest entry of each bucket. The first bucket is never looked into: what was tested goes there.
    newest: [u32; 2 * NUM_BUCKETS],
    /// No bucket above this one has an entry.
    top: usize,
    /// A candidate, and the entry before it in its bucket; what lies behind the first `num_entries` is of no account.
    entries: Vec<(u32, u32)>,
    num_entries: usize,
}

impl Buckets {
    /// Makes room for so many more.
    fn reserve(&mut self, num_more: usize) {
        let needed = self.num_entries + num_more;
        if self.entries.len() < needed {
            self.entries.resize(2 * needed, (NONE, NONE));
        }
    }

    /// Adds what was tested, so that it is forgotten in time.
    fn note(&mut self, candidate: u32) {
        self.reserve(1);
        if let Some(entry) = self.entries.get_mut(self.num_entries) {
            *entry = (candidate, NONE);
            self.num_entries += 1;
        }
    }

    /// The newest candidate of the highest bucket that has one, which is `top` then.
    #[inline(always)]
    fn pop(&mut self) -> Option<u32> {
        while self.top > 0 {
            let newest = self.newest.get_mut(self.top)?;
            if let Some(&(candidate, before)) = self.entries.get(*newest as usize) {
                *newest = before;
                return Some(candidate);
            }
            self.top -= 1;
        }
        None
    }

    /// Forgets all, and what is known of them.
    fn clear(&mut self, candidates: &mut [Candidate]) {
        for &(candidate, _) in self.entries.iter().take(self.num_entries) {
            if let Some(candidate) = candidates.get_mut(candidate as usize) {
                *candidate = Candidate::default();
            }
        }
        for newest in self.newest.iter_mut().take(self.top + 1) {
            *newest = NONE;
        }
        (self.top, self.num_entries) = (0, 0);
    }
}

/// The latest links of each item, in the order in which they came: a stretch of numbers that is moved when it is full, and
/// a ring once it has [`MAX_FOLLOWED`].
#[derive(Default)]
struct Latest {
    numbers: Vec<u32>,
    /// Stretches that were left, by their size.
    free: [Vec<usize>; NUM_SIZES],
}

/// The shortest stretch.
const MIN_STRETCH: usize = 8;
/// 8, 16, 32, 64 and 128.
const NUM_SIZES: usize = (MAX_FOLLOWED / MIN_STRETCH).ilog2() as usize + 1;

impl Latest {
    /// Adds a link to an item that has `num_links` at `start`; gives where they stand now.
    fn push(&mut self, mut start: usize, num_links: usize, link: u32) -> usize {
        if num_links == 0 {
            start = self.stretch(0);
        } else if (MIN_STRETCH..MAX_FOLLOWED).contains(&num_links) && num_links.is_power_of_two() {
            let size = (num_links / MIN_STRETCH).ilog2() as usize;
            let from = std::mem::replace(&mut start, self.stretch(size + 1));
            self.numbers.copy_within(from..from + num_links, start);
            if let Some(free) = self.free.get_mut(size) {
                free.push(from);
            }
        }
        if let Some(to) = self.numbers.get_mut(start + num_links % MAX_FOLLOWED) {
            *to = link;
        }
        start
    }

    fn stretch(&mut self, size: usize) -> usize {
        let free = self.free.get_mut(size).and_then(Vec::pop);
        free.unwrap_or_else(|| {
            let start = self.numbers.len();
            self.numbers.resize(start + (MIN_STRETCH << size), NONE);
            start
        })
    }

    /// The latest of an item's links, those before them, each from the last to the first.
    fn of(&self, start: usize, num_links: usize) -> [&[u32]; 2] {
        let of = |range: std::ops::Range<usize>| self.numbers.get(range).unwrap_or(&[]);
        if num_links <= MAX_FOLLOWED {
            return [of(start..start + num_links), &[]];
        }
        let middle = start + num_links % MAX_FOLLOWED;
        [of(start..middle), of(middle..start + MAX_FOLLOWED)]
    }
}

/// The links of all items up to one.
pub(super) struct Links {
    num_items: usize,
    num_classes: u8,
    /// Links that are still to come.
    num_left: u32,
    items: Vec<Item>,
    candidates: Vec<Candidate>,
    latest: Latest,
    /// Earlier links of each item, one item after the other, ascending.
    back: Vec<u32>,
    /// Ends of them in `back`.
    ends: Vec<u32>,
    buckets: Buckets,
    /// A running mean of numbers of earlier links, in 1/256.
    run: u32,
    degrees: [u32; 2],
    /// Items from which no link was found where one was promised.
    pub(super) is_broken: bool,
}

impl Links {
    pub(super) fn new(num_items: usize, num_edges: u32, num_classes: u8) -> Links {
        Links {
            num_items,
            num_classes,
            num_left: num_edges,
            items: Vec::with_capacity(num_items),
            candidates: Vec::with_capacity(num_items),
            latest: Latest::default(),
            back: Vec::with_capacity(num_edges as usize),
            ends: Vec::with_capacity(num_items),
            buckets: Buckets { newest: [NONE; 2 * NUM_BUCKETS], top: 0, entries: Vec::new(), num_entries: 0 },
            run: 4 << 8,
            degrees: [0; 2],
            is_broken: false,
        }
    }

    /// Whether all items are done.
    pub(super) fn is_done(&self) -> bool {
        self.items.len() == self.num_items
    }

    /// Links that were announced and did not come.
    pub(super) fn num_left(&self) -> u32 {
        self.num_left
    }

    /// Earlier links of all items one after the other, and where each item's end; and the classes.
    pub(super) fn into_parts(self) -> (Vec<u32>, Vec<u32>, Vec<u8>) {
        (self.back, self.ends, self.items.iter().map(|item| item.class).collect())
    }

    fn class_of(&self, item: u32) -> usize {
        self.items.get(item as usize).map_or(0, |item| item.class.into())
    }

    /// Codes the next item.
    pub(super) fn item<S: Side>(&mut self, contexts: &mut Contexts, side: &mut S, truth: &impl Truth) {
        let item = self.items.len() as u32;
        let class = self.class(contexts, side, item, truth);
        self.items.push(Item { class, num_links: 0, start: 0, num_forward: 0, last_forward: NONE });
        self.candidates.push(Candidate::default());
        let run = self.run;
        let [before, before_that] = self.degrees;
        let regions = [
            DEGREE_BEFORE + (log(before + 1, 4) * 5 + log(before_that + 1, 4)) * NUMBER_SLOTS,
            DEGREE_RUN + upto((run * 3) >> 9, 24) * NUMBER_SLOTS,
            DEGREE_CLASS + (usize::from(class) * 8 + log((run >> 7) + 1, 7)) * NUMBER_SLOTS,
        ];
        let degree = contexts.number(side, kind::DEGREE, regions, || truth.num_back(item));
        if degree > item || degree > self.num_left {
            self.is_broken = true;
        } else {
            self.num_left -= degree;
            self.find(contexts, side, item, degree, truth);
        }
        self.degrees = [degree, before];
        let wanted = i64::from(degree.min(1 << 20)) << 8;
        self.run = (i64::from(run) + (((wanted - i64::from(run)) * 38) >> 8)) as u32;
        self.ends.push(self.back.len() as u32);
    }

    fn class<S: Side>(&self, contexts: &mut Contexts, side: &mut S, item: u32, truth: &impl Truth) -> u8 {
        let before = |back: u32| item.checked_sub(back).map_or(0, |item| self.class_of(item));
        let [one, two, three] = [before(1), before(2), before(3)];
        let mut class = 0;
        while class + 1 < self.num_classes {
            let at = usize::from(class);
            let slots = [
                CLASS_BEFORE + (one * C + two) * C + at,
                CLASS_SUM + (one + two + three) * C + at,
                CLASS_RUN + upto(self.run >> 8, 15) * C + at,
            ];
            if !contexts.decide(side, kind::CLASS, slots, || truth.class(item) > class) {
                break;
            }
            class += 1;
        }
        class
    }

    /// Finds `degree` earlier links of `item`.
    fn find<S: Side>(&mut self, contexts: &mut Contexts, side: &mut S, item: u32, degree: u32, truth: &impl Truth) {
        let start = self.back.len();
        let (mut num_found, mut num_explicit, mut num_tested) = (0, 0, 0);
        // Links from here on can only be found as candidates.
        let mut limit = item;
        while num_found < degree {
            let num_left = degree - num_found;
            let found = match self.next_candidate(limit) {
                Some((candidate, of)) => {
                    let num_links = self.items.get(candidate as usize).map_or(0, |item| item.num_links);
                    let num_common = of.num_common();
                    let share = (8 * num_common / num_found.max(1)).min(8) as usize;
                    let slots = [
                        CANDIDATE_WEIGHT
                            + (upto(of.weight() >> 4, 31) * 8 + upto(num_found, 7)) * 8
                            + upto(num_left, 7),
                        CANDIDATE_SHARE + (log(num_links + 1, 6) * 16 + upto(num_common, 15)) * 9 + share,
                        CANDIDATE_TESTED + (log(num_tested + 1, 7) * 8 + upto(num_left, 7)) * 16 + upto(num_common, 15),
                    ];
                    num_tested += 1;
                    let is_link = contexts.decide(side, kind::CANDIDATE, slots, || truth.is_linked(item, candidate));
                    is_link.then_some(candidate)
                }
                None => {
                    let found = self.explicit(contexts, side, item, limit, [num_found, num_left, num_explicit], truth);
                    num_explicit += 1;
                    match found {
                        Some(found) => limit = found,
                        None => {
                            self.is_broken = true;
                            break;
                        }
                    }
                    found
                }
            };
            if let Some(found) = found {
                num_found += 1;
                self.back.push(found);
                if num_found < degree {
                    self.follow(found);
                }
            }
        }
        self.buckets.clear(&mut self.candidates);
        for at in start..self.back.len() {
            if let Some(&earlier) = self.back.get(at) {
                self.link(item, earlier);
                self.link(earlier, item);
            }
        }
        if let Some(back) = self.back.get_mut(start..) {
            back.sort_unstable();
        }
    }

    /// The likeliest candidate below `limit`; it counts as tested from now on.
    #[inline(always)]
    fn next_candidate(&mut self, limit: u32) -> Option<(u32, Candidate)> {
        loop {
            let candidate = self.buckets.pop()?;
            let Some(of) = self.candidates.get_mut(candidate as usize) else { continue };
            // An entry is stale if the candidate was tested, or found in a higher bucket since.
            if candidate < limit && of.bucket() == self.buckets.top {
                let before = *of;
                *of = IS_TESTED;
                return Some((candidate, before));
            }
        }
    }

    /// Makes candidates of what is linked to a found link.
    #[inline(never)]
    fn follow(&mut self, found: u32) {
        let Some(&Item { num_links, start, .. }) = self.items.get(found as usize) else { return };
        let closeness = closeness(num_links);
        self.buckets.reserve(MAX_FOLLOWED);
        let Buckets { newest, top, entries, num_entries } = &mut self.buckets;
        let (mut number, mut highest) = (*num_entries, *top);
        for links in self.latest.of(start, num_links as usize) {
            let free = entries.get_mut(number..).unwrap_or(&mut []);
            for (&candidate, entry) in links.iter().rev().zip(free) {
                let Some(of) = self.candidates.get_mut(candidate as usize) else { break };
                *of = of.with_common(closeness);
                let bucket = of.bucket();
                highest = highest.max(bucket);
                let newest = &mut newest[bucket & (2 * NUM_BUCKETS - 1)];
                *entry = (candidate, *newest);
                *newest = number as u32;
                number += 1;
            }
        }
        (*num_entries, *top) = (number, highest);
    }

    /// The next link below `limit` that no candidate led to.
    fn explicit<S: Side>(
        &mut self,
        contexts: &mut Contexts,
        side: &mut S,
        item: u32,
        limit: u32,
        [num_found, num_left, num_explicit]: [u32; 3],
        truth: &impl Truth,
    ) -> Option<u32> {
        let which = upto(num_explicit, 2);
        let class = self.class_of(item);
        let mut at = limit;
        let mut step = 0;
        while step < WINDOW {
            at = at.checked_sub(1)?;
            if !self.test(at)? {
                continue;
            }
            let of = self.items.get(at as usize)?;
            let recency = if of.num_forward == 0 { 8 } else { log(item - of.last_forward, 7) };
            let step_at = step as usize;
            let slots = [
                NEAR_FOUND + ((which * 4 + upto(num_found, 3)) * 8 + upto(num_left, 7)) * 8 + step_at,
                NEAR_FORWARD + (upto(of.num_forward, 7) * 9 + recency) * 32 + upto(item - at - 1, 31),
                NEAR_CLASS + ((usize::from(of.class) * C + class) * 8 + step_at) * 3 + which,
            ];
            if contexts.decide(side, kind::NEAR + which, slots, || truth.is_linked(item, at)) {
                return Some(at);
            }
            step += 1;
        }
        let regions = [
            FAR_FOUND + (upto(num_explicit, 3) * 8 + upto(num_left, 7)) * NUMBER_SLOTS,
            FAR_NUMBER + log(item + 1, 16) * NUMBER_SLOTS,
            FAR_CLASS + class * NUMBER_SLOTS,
        ];
        let distance = contexts.number(side, kind::FAR, regions, || {
            let is_open = |&earlier: &u32| self.candidates.get(earlier as usize).is_some_and(|of| !of.is_tested());
            truth.links_below(item, at).find(is_open).map_or(0, |earlier| at - earlier - 1)
        });
        let found = at.checked_sub(distance)?.checked_sub(1)?;
        self.test(found)?.then_some(found)
    }

    /// Counts an item as tested from now on; whether it was not.
    fn test(&mut self, item: u32) -> Option<bool> {
        let candidate = self.candidates.get_mut(item as usize)?;
        let before = std::mem::replace(candidate, IS_TESTED);
        self.buckets.note(item);
        Some(!before.is_tested())
    }

    fn link(&mut self, from: u32, to: u32) {
        let Some(of) = self.items.get_mut(from as usize) else { return };
        of.start = self.latest.push(of.start, of.num_links as usize, to);
        of.num_links += 1;
        if to > from {
            of.num_forward += 1;
            of.last_forward = to;
        }
    }
}

/// What a common neighbour with so many links says: about `96 / ln(2 + links)` (Adamic and Adar 2003), with the
/// logarithm taken as linear between powers of two.
fn closeness(num_links: u32) -> u32 {
    let number = num_links.saturating_add(2);
    let octave = number.ilog2();
    let sixteenths = 16 * octave + ((u64::from(number - (1 << octave)) << 4) >> octave) as u32;
    2216 / sixteenths
}
