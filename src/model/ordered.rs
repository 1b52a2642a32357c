//! Shop ids as a sorted set, and the order in which the items stand in it.
//!
//! A set of ids is cheap when it is written in order: what two ids that follow each other share is not repeated. What then
//! costs is the order of the items, `log2(n!)` bits if nothing is known of it. But neighbours in a shop's data often
//! have ids that were given at about the same time: each item's place is coded with the places of its earlier neighbours
//! in view.

use super::Neighbours;
use super::adaptive::{Contexts, Decoder, Encoder, NUMBER_SLOTS, Recorder, Side};
use super::bytes::{Expected, Fault, Reader, Writer};
use super::dictionary::{Dictionary, Refused};
use super::file::Join;
use super::items::{MIN_ITEMS, canonical_number, decimal, most_items_in};
use crate::ItemIx;

/// Earlier neighbours whose places an item's place is coded with, the last ones, beside that of the item before.
const MAX_HINTS: usize = 6;
/// Bytes of all ids to a byte of the stream, at most.
const MAX_TEXT_PER_BYTE: usize = 128;
/// Gaps that are written as one number.
const MAX_GAP: u64 = (1 << 31) - 2;

const KIND_NUMBERS: u8 = 0;
const KIND_TEXTS: u8 = 1;

mod kind {
    pub const GAP: usize = 0;
    pub const SHARED: usize = 2;
    pub const BYTE: usize = 4;
    pub const PLACE: usize = 5;
}

const GAP_BEFORE: usize = 0;
const GAP_TWO: usize = GAP_BEFORE + 32 * NUMBER_SLOTS;
const GAP_ANY: usize = GAP_TWO + 64 * NUMBER_SLOTS;
const NUM_GAP_SLOTS: usize = GAP_ANY + NUMBER_SLOTS;

const SHARED_BEFORE: usize = 0;
const SHARED_LENGTH: usize = SHARED_BEFORE + 32 * NUMBER_SLOTS;
const SHARED_ANY: usize = SHARED_LENGTH + 32 * NUMBER_SLOTS;
/// Bytes, 256 contexts each: by the byte before, by the byte above in the id before and whether it is the first that differs,
/// and by a hash of the two bytes before and the position.
const BYTE_BEFORE: usize = SHARED_ANY + NUMBER_SLOTS;
const BYTE_ABOVE: usize = BYTE_BEFORE + 256 * 256;
const BYTE_HASH: usize = BYTE_ABOVE + 2 * 256 * 256;
const NUM_TEXT_SLOTS: usize = BYTE_HASH + (1 << 16);

/// Buckets of a logit.
const NUM_ODDS: usize = 33;
const PLACE_HINTS: usize = 0;
const PLACE_ROOM: usize = PLACE_HINTS + 32 * NUM_ODDS * 4;
const PLACE_NEAREST: usize = PLACE_ROOM + 32 * NUM_ODDS;
const NUM_PLACE_SLOTS: usize = PLACE_NEAREST + 3 * 32 * 32;

/// Ends a text; stands nowhere in UTF-8.
const END: u8 = 0xff;

/// `256 log2(1 + |distance|)` with the sign of the distance; linear between powers of two.
#[inline(always)]
fn spread(distance: i32) -> i32 {
    let number = distance.unsigned_abs() + 1;
    let zeros = number.leading_zeros();
    // The highest nine bits, of which the first is one.
    let size = 256 * (30 - zeros as i32) + ((number << zeros) >> 23) as i32;
    let sign = distance >> 31;
    (size ^ sign) - sign
}

/// The bucket of the odds of `part` against the rest of `whole`, which is below 2^40.
#[inline(always)]
fn odds(part: u64, whole: u64) -> usize {
    // From -4 to 4.
    let quarters = quarters(16 * part + 1) - quarters(16 * whole.saturating_sub(part) + 1);
    (quarters.clamp(-16, 16) + 16) as usize
}

/// log2 in quarters, linear between powers of two.
#[inline(always)]
fn quarters(number: u64) -> i32 {
    let zeros = number.leading_zeros();
    4 * (62 - zeros as i32) + ((number << zeros) >> 61) as i32
}

/// A set that places are taken from: a complete binary tree of what is left below each node.
struct Places {
    contexts: Contexts,
    num_places: usize,
    /// Levels of the tree below its root.
    depth: u32,
    left: Vec<u32>,
    places: Vec<u32>,
}

impl Places {
    fn new(num_places: usize) -> Places {
        let depth = usize::BITS - num_places.saturating_sub(1).leading_zeros();
        let width = 1usize << depth;
        let mut left = vec![0u32; 2 * width];
        for node in (1..2 * width).rev() {
            let count = if node >= width {
                u32::from(node - width < num_places)
            } else {
                left.get(2 * node).copied().unwrap_or(0) + left.get(2 * node + 1).copied().unwrap_or(0)
            };
            if let Some(to) = left.get_mut(node) {
                *to = count;
            }
        }
        Places {
            contexts: Contexts::new(NUM_PLACE_SLOTS),
            num_places,
            depth,
            left,
            places: Vec::with_capacity(num_places),
        }
    }

    fn is_done(&self) -> bool {
        self.places.len() == self.num_places
    }

    /// Codes the place of the next item, whose neighbours are in `table`.
    fn item<S: Side>(&mut self, side: &mut S, table: Option<&Neighbours>, truth: impl Fn(u32) -> u32) {
        let item = self.places.len() as u32;
        let row = table.map_or(&[][..], |table| table.row(ItemIx(item)).items);
        let num_earlier = row.partition_point(|other| other.0 < item);
        let mut hints = [0i32; MAX_HINTS + 1];
        let mut num_hints = 0;
        let earlier = row.get(..num_earlier).unwrap_or(&[]).iter().rev().take(MAX_HINTS);
        for (hint, earlier) in hints.iter_mut().zip(earlier) {
            *hint = self.places.get(earlier.as_usize()).map_or(0, |&place| place as i32);
            num_hints += 1;
        }
        let of_links = num_hints.min(3);
        if let (Some(hint), Some(&place)) = (hints.get_mut(num_hints), self.places.last()) {
            *hint = place as i32;
            num_hints += 1;
        }
        let hints = hints.get(..num_hints).unwrap_or(&[]);
        // Of all hints together: the spreads of how far the node's first place is from each, and the first place behind it.
        let (mut start, mut end) = (0, 0);
        for hint in hints {
            start += spread(-hint);
            end += spread((1 << self.depth) - hint);
        }
        let (mut node, mut low) = (1usize, 0u32);
        for level in 0..self.depth {
            let half = 1u32 << (self.depth - level - 1);
            let middle = low + half;
            // How far a hint is from the middle, to one side or the other.
            let (mut cut, mut nearest) = (0, i32::MAX);
            for hint in hints {
                let distance = middle as i32 - hint;
                cut += spread(distance);
                nearest = nearest.min(distance.max(1 - distance));
            }
            let below = self.left.get(2 * node).copied().unwrap_or(0);
            let above = self.left.get(2 * node + 1).copied().unwrap_or(0);
            let is_above = if below == 0 || above == 0 {
                below == 0
            } else {
                let (part, whole) = ((end - cut) as u64, (end - start) as u64);
                // How far the nearest hint is from the node's places, on the node's own scale, and which half it is in or nearer to.
                let nearest = nearest.saturating_sub_unsigned(half).clamp(0, 1 << 30);
                let near = (i32::BITS - nearest.leading_zeros()) as usize;
                let side_of = if whole == 0 { 2 } else { usize::from(2 * part > whole) };
                let height = (self.depth - level - 1) as usize;
                let contexts = [
                    PLACE_HINTS + (height * 4 + of_links) * NUM_ODDS + odds(part, whole),
                    PLACE_ROOM + height * NUM_ODDS + odds(above.into(), u64::from(above) + u64::from(below)),
                    PLACE_NEAREST + (side_of * 32 + height) * 32 + near,
                ];
                self.contexts.decide(side, kind::PLACE + height, contexts, || truth(item) >= middle)
            };
            if let Some(left) = self.left.get_mut(node) {
                *left = left.saturating_sub(1);
            }
            node = 2 * node + usize::from(is_above);
            *(if is_above { &mut start } else { &mut end }) = cut;
            low += if is_above { half } else { 0 };
        }
        if let Some(left) = self.left.get_mut(node) {
            *left = left.saturating_sub(1);
        }
        self.places.push(low);
    }
}

/// Sorted numbers.
struct Numbers {
    contexts: Contexts,
    last: u64,
    /// Bit lengths of the last two gaps.
    lengths: [usize; 2],
}

impl Numbers {
    fn new(least: u64) -> Numbers {
        Numbers { contexts: Contexts::new(NUM_GAP_SLOTS), last: least, lengths: [0; 2] }
    }

    /// Codes the next number by how many lie between it and the last one.
    fn next<S: Side>(&mut self, side: &mut S, truth: impl FnOnce(u64) -> u32) -> Option<u64> {
        let [one, two] = self.lengths;
        let regions = [GAP_BEFORE + one * NUMBER_SLOTS, GAP_TWO + (one + two) * NUMBER_SLOTS, GAP_ANY];
        let last = self.last;
        let gap = self.contexts.number(side, kind::GAP, regions, || truth(last));
        self.lengths = [(u32::BITS - gap.leading_zeros()) as usize, one];
        self.last = last.checked_add(1)?.checked_add(gap.into())?;
        Some(self.last)
    }
}

/// Sorted texts.
struct Texts {
    contexts: Contexts,
    last: Vec<u8>,
    shared_before: u32,
}

impl Texts {
    fn new() -> Texts {
        Texts { contexts: Contexts::new(NUM_TEXT_SLOTS), last: Vec::new(), shared_before: 0 }
    }

    /// Codes the next text after the last one; `None` if it does not follow it, or is longer than `most` bytes.
    fn next<S: Side>(&mut self, side: &mut S, most: usize, truth: &[u8]) -> Option<&[u8]> {
        let last_len = self.last.len() as u32;
        let regions = [
            SHARED_BEFORE + self.shared_before.min(31) as usize * NUMBER_SLOTS,
            SHARED_LENGTH + last_len.saturating_sub(self.shared_before).min(31) as usize * NUMBER_SLOTS,
            SHARED_ANY,
        ];
        let shared = self.contexts.number(side, kind::SHARED, regions, || {
            self.last.iter().zip(truth).take_while(|(one, other)| one == other).count() as u32
        });
        if shared > last_len {
            return None;
        }
        let above: Vec<u8> = self.last.split_off(shared as usize);
        self.shared_before = shared;
        loop {
            let at = self.last.len();
            if at > most {
                return None;
            }
            let before = at.checked_sub(1).and_then(|at| self.last.get(at)).copied().unwrap_or(END);
            let before_that = at.checked_sub(2).and_then(|at| self.last.get(at)).copied().unwrap_or(END);
            let over = above.get(at - shared as usize).copied().unwrap_or(END);
            let is_first = usize::from(at == shared as usize);
            let hash = (usize::from(before) * 0x9e5 + usize::from(before_that) * 0x35d1 + at.min(63) * 0x1f3) & 0xff;
            let mut node = 1usize;
            for bit in (0..8).rev() {
                let contexts = [
                    BYTE_BEFORE + usize::from(before) * 256 + node,
                    BYTE_ABOVE + (is_first * 256 + usize::from(over)) * 256 + node,
                    BYTE_HASH + hash * 256 + node,
                ];
                let is_set = self
                    .contexts
                    .decide(side, kind::BYTE, contexts, || truth.get(at).copied().unwrap_or(END) >> bit & 1 == 1);
                node = 2 * node + usize::from(is_set);
            }
            match node as u8 {
                END => break,
                byte => self.last.push(byte),
            }
        }
        // Sorted and distinct: the first byte that differs is larger, and nothing is larger than nothing.
        let follows = match (above.first(), self.last.get(shared as usize)) {
            (Some(over), Some(byte)) => byte > over,
            (Some(_), None) => false,
            (None, _) => true,
        };
        follows.then_some(self.last.as_slice())
    }
}

/// Items in the order of their ids: of their numbers, if they are all decimal numbers not too far from each other, which
/// then come, too; else of their bytes.
pub(crate) fn sorted(ids: &[&str]) -> (Option<Vec<u64>>, Vec<u32>) {
    let mut sorted: Vec<u32> = (0..ids.len() as u32).collect();
    if let Some(numbers) = ids.iter().map(|id| canonical_number(id)).collect::<Option<Vec<u64>>>() {
        let number = |item: &u32| numbers.get(*item as usize).copied().unwrap_or(0);
        sorted.sort_unstable_by_key(number);
        let is_near = |pair: &[u32]| matches!(pair, [one, other] if number(other) - number(one) <= MAX_GAP);
        if sorted.windows(2).all(is_near) {
            return (Some(numbers), sorted);
        }
    }
    sorted.sort_unstable_by_key(|&item| ids.get(item as usize));
    (None, sorted)
}

/// Writes ids, with the neighbours that a reader will know; `None` if it is a set that others must hold.
pub(super) fn write(
    items: &Dictionary,
    table: Option<&Neighbours>,
    to: &mut Writer,
    jobs: &(impl Join + Sync),
) -> Option<()> {
    let ids: Vec<&str> = (0..items.len() as u32).map(|item| items.id(ItemIx(item))).collect();
    let (numbers, sorted) = sorted(&ids);
    let (mut encoder, places) =
        jobs.join(|| write_set(&ids, numbers.as_deref(), &sorted, to), || record_places(&sorted, table));
    encoder.append(&places);
    let stream = encoder.finish();
    let num_text: usize = ids.iter().map(|id| id.len()).sum();
    to.bytes(&stream);
    (ids.len() <= most_items_in(stream.len()) && num_text <= most_text_in(stream.len())).then_some(())
}

/// Writes what comes before the stream, and begins the stream with the ids in their order.
fn write_set(ids: &[&str], numbers: Option<&[u64]>, sorted: &[u32], to: &mut Writer) -> Encoder {
    let mut encoder = Encoder::new();
    match numbers {
        Some(numbers) => {
            let mut sorted = sorted.iter().filter_map(|&item| numbers.get(item as usize).copied());
            let least = sorted.next().unwrap_or(0);
            to.u8(KIND_NUMBERS);
            to.u64(least);
            let mut coder = Numbers::new(least);
            for number in sorted {
                coder.next(&mut encoder, |last| (number - last - 1) as u32);
            }
        }
        None => {
            to.u8(KIND_TEXTS);
            let mut coder = Texts::new();
            for id in sorted.iter().filter_map(|&item| ids.get(item as usize)) {
                coder.next(&mut encoder, usize::MAX, id.as_bytes());
            }
        }
    }
    encoder
}

/// The decisions about the place of each item among the sorted ids.
fn record_places(sorted: &[u32], table: Option<&Neighbours>) -> Recorder {
    let mut place_of = vec![0u32; sorted.len()];
    for (place, &item) in (0u32..).zip(sorted) {
        if let Some(to) = place_of.get_mut(item as usize) {
            *to = place;
        }
    }
    let mut recorder = Recorder::default();
    let mut places = Places::new(sorted.len());
    for _ in sorted {
        places.item(&mut recorder, table, |item| place_of.get(item as usize).copied().unwrap_or(0));
    }
    recorder
}

/// Bytes of all ids that a stream of so many bytes may hold.
fn most_text_in(num_bytes: usize) -> usize {
    num_bytes.saturating_mul(MAX_TEXT_PER_BYTE).max(16 * MIN_ITEMS)
}

enum Set {
    Numbers(Numbers),
    Texts(Texts),
}

/// Ids that are being read.
pub(super) struct Reading {
    decoder: Decoder,
    set: Set,
    num_items: usize,
    /// The sorted ids, one after the other, and where each ends.
    text: String,
    ends: Vec<u32>,
    most_text: usize,
    /// Once there are no more ids to come.
    places: Option<Places>,
    items: Dictionary,
    start: usize,
}

impl Reading {
    pub(super) fn new(from: &mut Reader, num_items: usize) -> Result<Reading, Fault> {
        let kind_at = from.clone();
        let set = match from.u8()? {
            KIND_NUMBERS => Set::Numbers(Numbers::new(from.u64()?)),
            KIND_TEXTS => Set::Texts(Texts::new()),
            kind => {
                return Err(kind_at.fault("kind of a set of ids", kind.into(), Expected::AtMost(KIND_TEXTS.into())));
            }
        };
        let start = from.position();
        let bytes = from.rest();
        let most = most_items_in(bytes.len());
        if num_items > most {
            return Err(kind_at.fault("number of items", num_items as u64, Expected::AtMost(most as u64)));
        }
        Ok(Reading {
            decoder: Decoder::new(bytes),
            set,
            num_items,
            text: String::new(),
            ends: Vec::new(),
            most_text: most_text_in(bytes.len()),
            places: None,
            items: Dictionary::default(),
            start,
        })
    }

    /// Reads on for about `num_decisions` decisions; whether all is read.
    pub(super) fn advance(&mut self, table: Option<&Neighbours>, num_decisions: usize) -> Result<bool, Fault> {
        let mut spent = 0;
        while spent < num_decisions {
            if self.ends.len() < self.num_items {
                spent += self.next_id()?;
            } else if let Some(places) = self.places.as_mut().filter(|places| !places.is_done()) {
                places.item(&mut self.decoder, table, |_| 0);
                spent += places.depth as usize + 1;
            } else if self.places.is_none() {
                self.places = Some(Places::new(self.num_items));
                self.items = Dictionary::with_room(self.num_items);
            } else if self.items.len() < self.num_items {
                self.push()?;
                spent += 4;
            } else if self.decoder.is_done() {
                return Ok(true);
            } else {
                return Err(self.fault("end of the ids", Expected::Text("behind the last place")));
            }
            if self.decoder.is_exhausted() {
                return Err(self.fault("end of the ids", Expected::Text("behind the last place")));
            }
        }
        Ok(false)
    }

    /// The dictionary, once all is read.
    pub(super) fn into_items(self) -> Dictionary {
        self.items
    }

    fn next_id(&mut self) -> Result<usize, Fault> {
        let room = self.most_text.saturating_sub(self.text.len());
        let spent = match &mut self.set {
            Set::Numbers(numbers) => {
                let before = numbers.contexts.num_decisions;
                let number =
                    if self.ends.is_empty() { Some(numbers.last) } else { numbers.next(&mut self.decoder, |_| 0) };
                let Some(number) = number else {
                    return Err(self.fault("an id", Expected::Text("a number below 2^64")));
                };
                self.text.push_str(decimal(number, &mut [0; 20]));
                numbers.contexts.num_decisions - before + 1
            }
            Set::Texts(texts) => {
                let before = texts.contexts.num_decisions;
                let id = texts.next(&mut self.decoder, room, &[]).map(std::str::from_utf8);
                let Some(Ok(id)) = id else {
                    return Err(self.fault("an id", Expected::Text("UTF-8 that sorts behind the id before")));
                };
                self.text.push_str(id);
                texts.contexts.num_decisions - before
            }
        };
        if self.text.len() > self.most_text {
            return Err(self.fault("length of all ids", Expected::AtMost(self.most_text as u64)));
        }
        self.ends.push(self.text.len() as u32);
        Ok(spent)
    }

    /// Adds the next item to the dictionary.
    fn push(&mut self) -> Result<(), Fault> {
        let places = self.places.as_ref().map_or(&[][..], |places| &places.places);
        let place = places.get(self.items.len()).copied().unwrap_or(0) as usize;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(0);
        let id = self.text.get(start as usize..end as usize).unwrap_or("");
        self.items.push(id).map_err(|refused| {
            let expected = match refused {
                Refused::Twice => "an id that does not stand before",
                Refused::Full => "ids of less than 4 GiB together",
            };
            self.fault("id of an item", Expected::Text(expected))
        })
    }

    fn fault(&self, what: &'static str, expected: Expected) -> Fault {
        Fault::wrong(what, self.start + self.decoder.position(), self.ends.len() as u64, expected)
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, by shifts of whole numbers.
    fn by_shifts(distance: i64) -> i32 {
        let number = distance.unsigned_abs() + 1;
        let octave = number.ilog2();
        let size = 256 * octave as i32 + ((number << 8) >> octave) as i32 - 256;
        if distance < 0 { -size } else { size }
    }

    proptest! {
        #[test]
        fn the_spread_is_that_of_whole_numbers(distance in -(1i32 << 30)..=1 << 30, octave in 0u32..30) {
            let near_a_power = (1i32 << octave) - 2 + (distance & 3);
            for distance in [distance, distance >> octave, near_a_power] {
                prop_assert_eq!(spread(distance), by_shifts(distance.into()));
            }
        }
    }
}
