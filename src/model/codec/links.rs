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
    /// The newest of its links in `links`.
    head: u32,
    /// Links to later items.
    num_forward: u32,
    /// The last item that linked to it.
    last_forward: u32,
    /// The item for which the next three hold.
    of: u32,
    weight: u32,
    num_common: u32,
    is_tested: bool,
}

/// The links of all items up to one.
pub(super) struct Links {
    num_items: usize,
    num_classes: u8,
    /// Links that are still to come.
    num_left: u32,
    items: Vec<Item>,
    /// An item and the link before it of the same item.
    links: Vec<(u32, u32)>,
    /// Earlier links of each item, one item after the other, ascending.
    back: Vec<u32>,
    /// Ends of them in `back`.
    ends: Vec<u32>,
    buckets: Vec<Vec<u32>>,
    /// No bucket above this one has a candidate.
    top: usize,
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
            links: Vec::with_capacity(2 * num_edges as usize),
            back: Vec::with_capacity(num_edges as usize),
            ends: Vec::with_capacity(num_items),
            buckets: vec![Vec::new(); NUM_BUCKETS],
            top: 0,
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
        self.items.push(Item {
            class,
            num_links: 0,
            head: NONE,
            num_forward: 0,
            last_forward: NONE,
            of: NONE,
            weight: 0,
            num_common: 0,
            is_tested: false,
        });
        let run = self.run;
        let [before, before_that] = self.degrees;
        let regions = [
            DEGREE_BEFORE + (log(before + 1, 4) * 5 + log(before_that + 1, 4)) * NUMBER_SLOTS,
            DEGREE_RUN + upto(run * 3 >> 9, 24) * NUMBER_SLOTS,
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
        self.run = (i64::from(run) + ((wanted - i64::from(run)) * 38 >> 8)) as u32;
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
            let found = match self.next_candidate(item, limit) {
                Some((candidate, of)) => {
                    let share = (8 * of.num_common / num_found.max(1)).min(8) as usize;
                    let slots = [
                        CANDIDATE_WEIGHT + (upto(of.weight >> 4, 31) * 8 + upto(num_found, 7)) * 8 + upto(num_left, 7),
                        CANDIDATE_SHARE + (log(of.num_links + 1, 6) * 16 + upto(of.num_common, 15)) * 9 + share,
                        CANDIDATE_TESTED
                            + (log(num_tested + 1, 7) * 8 + upto(num_left, 7)) * 16
                            + upto(of.num_common, 15),
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
                    self.follow(item, found);
                }
            }
        }
        for bucket in self.buckets.iter_mut().take(self.top + 1) {
            bucket.clear();
        }
        self.top = 0;
        for at in start..self.back.len() {
            if let Some(&earlier) = self.back.get(at) {
                self.link(item, earlier);
            }
        }
        if let Some(back) = self.back.get_mut(start..) {
            back.sort_unstable();
        }
    }

    /// The likeliest candidate below `limit`; it counts as tested from now on.
    fn next_candidate(&mut self, item: u32, limit: u32) -> Option<(u32, Item)> {
        loop {
            let Some(candidate) = self.buckets.get_mut(self.top).and_then(Vec::pop) else {
                self.top = self.top.checked_sub(1)?;
                continue;
            };
            let top = self.top;
            let Some(of) = self.items.get_mut(candidate as usize) else { continue };
            // An entry is stale if the candidate was tested, or found in a higher bucket since.
            if candidate < limit && of.of == item && !of.is_tested && bucket_of(of.weight) == top {
                of.is_tested = true;
                return Some((candidate, *of));
            }
        }
    }

    /// Makes candidates of what is linked to a found link.
    fn follow(&mut self, item: u32, found: u32) {
        let Some(of) = self.items.get(found as usize) else { return };
        let closeness = closeness(of.num_links);
        let mut head = of.head;
        for _ in 0..MAX_FOLLOWED {
            let Some(&(candidate, before)) = self.links.get(head as usize) else { break };
            head = before;
            let Some(of) = self.items.get_mut(candidate as usize) else { continue };
            if of.of != item {
                (of.of, of.weight, of.num_common, of.is_tested) = (item, 0, 0, false);
            }
            if of.is_tested || candidate >= item {
                continue;
            }
            of.weight += closeness;
            of.num_common += 1;
            let bucket = bucket_of(of.weight);
            self.top = self.top.max(bucket);
            if let Some(bucket) = self.buckets.get_mut(bucket) {
                bucket.push(candidate);
            }
        }
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
            let of = self.items.get_mut(at as usize)?;
            if of.of != item {
                (of.of, of.weight, of.num_common, of.is_tested) = (item, 0, 0, false);
            }
            if of.is_tested {
                continue;
            }
            of.is_tested = true;
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
            let is_open = |earlier: &u32| !self.is_tested(item, *earlier);
            truth.links_below(item, at).find(is_open).map_or(0, |earlier| at - earlier - 1)
        });
        let found = at.checked_sub(distance)?.checked_sub(1)?;
        if self.is_tested(item, found) {
            return None;
        }
        let of = self.items.get_mut(found as usize)?;
        if of.of != item {
            (of.of, of.weight, of.num_common) = (item, 0, 0);
        }
        of.is_tested = true;
        Some(found)
    }

    fn is_tested(&self, item: u32, earlier: u32) -> bool {
        self.items.get(earlier as usize).is_some_and(|of| of.of == item && of.is_tested)
    }

    fn link(&mut self, item: u32, earlier: u32) {
        for (from, to) in [(item, earlier), (earlier, item)] {
            if let Some(of) = self.items.get_mut(from as usize) {
                self.links.push((to, of.head));
                of.head = (self.links.len() - 1) as u32;
                of.num_links += 1;
                if to > from {
                    of.num_forward += 1;
                    of.last_forward = to;
                }
            }
        }
    }
}

fn bucket_of(weight: u32) -> usize {
    (weight as usize >> 3).min(NUM_BUCKETS - 1)
}

/// What a common neighbour with so many links says: about `96 / ln(2 + links)` (Adamic and Adar 2003), with the
/// logarithm taken as linear between powers of two.
fn closeness(num_links: u32) -> u32 {
    let number = num_links.saturating_add(2);
    let octave = number.ilog2();
    let sixteenths = 16 * octave + ((u64::from(number - (1 << octave)) << 4) >> octave) as u32;
    2216 / sixteenths
}
