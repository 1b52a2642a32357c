//! The codec `graph`: a symmetric table, each pair of neighbours once, with one level for both directions.
//!
//! First the links ([`links`](super::links)), item by item, then one level for each, all as decisions of one adaptive stream. A
//! reader works in slices: [`Reading::advance`] as often as it takes.

use super::super::adaptive::{Contexts, Decoder, Encoder, Side};
#[cfg(feature = "read")]
use super::TableBytes;
use super::links::{self, Links, Truth, kind};
use crate::ItemIx;
use crate::model::bytes::{Expected, Fault, Reader, Writer};
use crate::model::neighbours::{Codec, Hop, MAX_CLASSES, MAX_LEVELS, Neighbours, Weights, is_factor};

/// Entries of the longer list that are looked at for common neighbours. Bounds the time that a bad file can take.
const MAX_COMPARED: usize = 128;
/// Above the sum of what [`MAX_COMPARED`] common neighbours say, at most 384 each.
const COUNT_SHIFT: u32 = 16;
/// Links to a byte of the stream and its padding, at most: a file that says more is refused.
const MAX_PER_BYTE: usize = 16;
/// Links that even the shortest stream may have.
const MIN_LINKS: usize = 1 << 12;

const C: usize = MAX_CLASSES;
const L: usize = MAX_LEVELS;
const LEVEL_MEANS: usize = links::NUM_SLOTS;
const LEVEL_CLOSENESS: usize = LEVEL_MEANS + 32 * 32 * L;
const LEVEL_CLASSES: usize = LEVEL_CLOSENESS + 32 * 16 * L;
const NUM_SLOTS: usize = LEVEL_CLASSES + C * C * 16 * L;

/// Links that a stream of so many bytes may hold.
fn most_links_in(num_bytes: usize) -> usize {
    num_bytes.saturating_mul(MAX_PER_BYTE).max(MIN_LINKS)
}

/// Zeros that follow a stream of so many bytes, so that its links are as few to a byte as a reader wants.
fn padding(num_links: usize, num_bytes: usize) -> usize {
    if num_links <= MIN_LINKS { 0 } else { num_links.div_ceil(MAX_PER_BYTE).saturating_sub(num_bytes) }
}

/// Rows of earlier neighbours first, then of later ones, and where each item's later ones start.
struct Halves<'a> {
    table: &'a Neighbours,
}

impl Halves<'_> {
    fn back(&self, item: u32) -> &[ItemIx] {
        let items = self.table.row(ItemIx(item)).items;
        items.get(..items.partition_point(|other| other.0 < item)).unwrap_or(&[])
    }
}

impl Truth for Halves<'_> {
    fn class(&self, item: u32) -> u8 {
        self.table.classes.get(item as usize).copied().unwrap_or(0)
    }

    fn num_back(&self, item: u32) -> u32 {
        self.back(item).len() as u32
    }

    fn is_linked(&self, item: u32, earlier: u32) -> bool {
        self.back(item).binary_search(&ItemIx(earlier)).is_ok()
    }

    fn links_below(&self, item: u32, limit: u32) -> impl Iterator<Item = u32> {
        self.back(item).iter().rev().map(|earlier| earlier.0).filter(move |&earlier| earlier < limit)
    }
}

/// A reader's answers.
struct Unknown;

impl Truth for Unknown {
    fn class(&self, _: u32) -> u8 {
        0
    }

    fn num_back(&self, _: u32) -> u32 {
        0
    }

    fn is_linked(&self, _: u32, _: u32) -> bool {
        false
    }

    fn links_below(&self, _: u32, _: u32) -> impl Iterator<Item = u32> {
        [].into_iter()
    }
}

/// Codes the levels of an item's earlier neighbours, from the last to the first.
struct Levels {
    num_levels: u8,
    /// Of each item: the sum of its levels so far, and how many, plus two of a medium level.
    sums: Vec<(u32, u32)>,
    /// What each item says as a common neighbour, and above it a one that counts it.
    says: Vec<u32>,
    /// The same for the neighbours of the current item, 0 for all others: sums of it need no branch.
    marks: Vec<u32>,
}

impl Levels {
    /// For a table whose rows have all neighbours.
    fn new(table: &Neighbours, num_levels: u8) -> Levels {
        let start = (u32::from(num_levels.saturating_sub(1)), 2);
        let lengths = table.offsets.iter().zip(table.offsets.iter().skip(1)).map(|(start, end)| end - start);
        let says: Vec<_> = lengths.map(|length| (1 << COUNT_SHIFT) + 384 / length.max(1)).collect();
        Levels { num_levels, sums: vec![start; says.len()], marks: vec![0; says.len()], says }
    }

    #[inline(always)]
    fn count(&mut self, item: u32, level: u8) {
        if let Some((sum, num)) = self.sums.get_mut(item as usize) {
            *sum += u32::from(level);
            *num += 1;
        }
    }

    #[inline(always)]
    fn mean(&self, item: u32) -> usize {
        self.sums.get(item as usize).map_or(0, |&(sum, num)| (4 * sum / num).min(31) as usize)
    }

    /// Codes the levels of `item`, whose rows in `table` have all neighbours and the levels of earlier items.
    fn item<S: Side>(
        &mut self,
        contexts: &mut Contexts,
        side: &mut S,
        table: &mut Neighbours,
        filled: &mut [u32],
        item: u32,
        truth: impl Fn(u32, u32) -> u8,
    ) {
        let Neighbours { offsets, items, levels, classes, .. } = table;
        let row_of = |item: u32| {
            let start = offsets.get(item as usize).copied().unwrap_or(0) as usize;
            (start, offsets.get(item as usize + 1).copied().unwrap_or(0) as usize)
        };
        let class = |item: u32| usize::from(classes.get(item as usize).copied().unwrap_or(0));
        let (start, end) = row_of(item);
        let row = items.get(start..end).unwrap_or(&[]);
        for other in row {
            if let (Some(mark), Some(&says)) = (self.marks.get_mut(other.as_usize()), self.says.get(other.as_usize())) {
                *mark = says;
            }
        }
        let num_back = row.partition_point(|other| other.0 < item);
        for (at, &ItemIx(earlier)) in row.iter().enumerate().take(num_back).rev() {
            let (other_start, other_end) = row_of(earlier);
            let others = items.get(other_start..other_end).unwrap_or(&[]);
            let mut sum = 0;
            for common in others.iter().take(MAX_COMPARED) {
                sum += self.marks.get(common.as_usize()).copied().unwrap_or(0);
            }
            let (num_common, closeness) = ((sum >> COUNT_SHIFT) as usize, (sum & ((1 << COUNT_SHIFT) - 1)) as usize);
            let share = (16 * num_common / row.len().min(others.len()).max(1)).min(15);
            let means = (self.mean(item) * 32 + self.mean(earlier)) * L;
            let [a, b, c] = [
                LEVEL_MEANS + means,
                LEVEL_CLOSENESS + ((closeness >> 5).min(31) * 16 + share) * L,
                LEVEL_CLASSES + ((class(item) * C + class(earlier)) * 16 + share) * L,
            ];
            let mut level = 0;
            while level + 1 < self.num_levels {
                let at = usize::from(level);
                let contexts_of = [a + at, b + at, c + at];
                if !contexts.decide(side, kind::LEVEL + at, contexts_of, || truth(item, earlier) > level) {
                    break;
                }
                level += 1;
            }
            self.count(item, level);
            self.count(earlier, level);
            // Later neighbours come in ascending order, so the next free place of the earlier item's row is this one's.
            let place = filled.get_mut(earlier as usize).map_or(usize::MAX, |place| {
                *place += 1;
                *place as usize - 1
            });
            if let Some(to) = levels.get_mut(start + at) {
                *to = level;
            }
            if let Some(to) = levels.get_mut(place) {
                *to = level;
            }
        }
        for other in row {
            if let Some(mark) = self.marks.get_mut(other.as_usize()) {
                *mark = 0;
            }
        }
    }
}

/// Positions of each row's first later neighbour.
fn later(table: &Neighbours) -> Vec<u32> {
    let rows = (0u32..).zip(table.offsets.iter().zip(table.offsets.iter().skip(1)));
    rows.map(|(item, (&start, &end))| {
        let row = table.items.get(start as usize..end as usize).unwrap_or(&[]);
        start + row.partition_point(|other| other.0 < item) as u32
    })
    .collect()
}

/// Writes a symmetric table.
pub(super) fn write(table: &Neighbours, to: &mut Writer) {
    let weights = &table.weights;
    to.u8(weights.levels.len() as u8);
    to.u8(weights.row_factors.len() as u8);
    to.u32((table.num_edges() / 2) as u32);
    to.f32(table.hop.share);
    to.u16(table.hop.width);
    weights.levels.iter().for_each(|&value| to.f32(value));
    for (&row, &column) in weights.row_factors.iter().zip(&weights.column_factors) {
        to.f32(row);
        to.f32(column);
    }
    let stream = stream(table).0;
    to.u32(stream.len() as u32);
    to.bytes(&stream);
    to.bytes(&vec![0; padding(table.num_edges() / 2, stream.len())]);
}

/// The stream of a table, and the contexts that it ended with.
fn stream(table: &Neighbours) -> (Vec<u8>, Contexts) {
    let num_items = table.num_items();
    let mut contexts = Contexts::new(NUM_SLOTS);
    let mut encoder = Encoder::new();
    let num_classes = table.weights.row_factors.len() as u8;
    let mut links = Links::new(num_items, (table.num_edges() / 2) as u32, num_classes);
    let truth = Halves { table };
    for _ in 0..num_items {
        links.item(&mut contexts, &mut encoder, &truth);
    }
    let mut levels = Levels::new(table, table.weights.levels.len() as u8);
    let (mut copy, mut filled) = (table.clone(), later(table));
    for item in 0..num_items as u32 {
        levels.item(&mut contexts, &mut encoder, &mut copy, &mut filled, item, |item, earlier| {
            let row = table.row(ItemIx(item));
            let at = row.items.binary_search(&ItemIx(earlier)).ok();
            at.and_then(|at| row.levels.get(at)).copied().unwrap_or(0)
        });
    }
    (encoder.finish(), contexts)
}

/// What the parts of a table take.
#[cfg(feature = "read")]
pub(super) fn measure(from: &mut Reader, num_bytes: usize, num_items: usize) -> Result<TableBytes, Fault> {
    let mut reading = Reading::new(Head::read(from, num_items)?);
    reading.contexts.bits = vec![0.0; kind::NUM];
    let head = num_bytes.saturating_sub(reading.head.decoder.num_bytes());
    while !reading.advance(usize::MAX)? {}
    let bytes = |kinds: std::ops::Range<usize>| {
        let bits: f64 = reading.contexts.bits.get(kinds).unwrap_or(&[]).iter().sum();
        (bits / 8.0).round() as usize
    };
    let (classes, weights) = (bytes(kind::CLASS..kind::DEGREE), bytes(kind::LEVEL..kind::NUM));
    Ok(TableBytes {
        codec: "graph",
        num_edges: reading.head.table.num_edges(),
        num_levels: reading.head.table.weights.levels.len(),
        rows: classes,
        ids: reading.head.decoder.num_bytes().saturating_sub(classes + weights),
        weights,
        codes: head,
    })
}

/// All of a table but its stream; by itself, because a table that is restored needs no more.
pub(in crate::model) struct Head {
    decoder: Decoder,
    /// Without rows.
    table: Neighbours,
    num_items: usize,
    num_edges: u32,
    /// Where the stream is in the section.
    start: usize,
}

impl Head {
    pub(super) fn read(from: &mut Reader, num_items: usize) -> Result<Head, Fault> {
        let num_levels = count(from, "number of levels", MAX_LEVELS)?;
        let num_classes = count(from, "number of classes", MAX_CLASSES)?;
        let edges_at = from.clone();
        let num_edges = from.u32()?;
        let hop_at = from.clone();
        let hop = Hop { share: from.f32()?, width: from.u16()? };
        if !hop.is_valid() {
            let expected = Expected::Text("a number from 0 to 16");
            return Err(hop_at.fault("share of the second hop, as bits,", hop.share.to_bits().into(), expected));
        }
        let mut weights = Weights::default();
        for _ in 0..num_levels {
            weights.levels.push(factor(from)?);
        }
        for _ in 0..num_classes {
            weights.row_factors.push(factor(from)?);
            weights.column_factors.push(factor(from)?);
        }
        let length_at = from.clone();
        let num_bytes = from.u32()? as usize;
        let start = from.position();
        let bytes = from.take(num_bytes)?;
        let most = most_links_in(from.num_left().saturating_add(num_bytes));
        if num_edges as usize > most {
            return Err(edges_at.fault("number of links", num_edges.into(), Expected::AtMost(most as u64)));
        }
        let zeros = from.rest();
        let padding = padding(num_edges as usize, num_bytes);
        if zeros.len() != padding || zeros.iter().any(|&byte| byte != 0) {
            let expected = Expected::Text("one that is followed by as many zeros as its links need");
            return Err(length_at.fault("length of the stream", num_bytes as u64, expected));
        }
        let table = Neighbours { codec: Codec::Graph, weights, hop, ..Neighbours::default() };
        Ok(Head { decoder: Decoder::new(bytes), table, num_items, num_edges, start })
    }

    /// How many neighbours all rows have, and how many levels and classes there are.
    pub(super) fn sizes(&self) -> [usize; 3] {
        let Weights { levels, row_factors, .. } = &self.table.weights;
        [self.num_edges as usize * 2, levels.len(), row_factors.len()]
    }

    /// The table without rows.
    pub(super) fn into_table(self) -> Neighbours {
        self.table
    }
}

/// A table that is being read.
pub(in crate::model) struct Reading {
    contexts: Contexts,
    head: Head,
    links: Option<Links>,
    /// Once there are no more links to come.
    levels: Option<Levels>,
    /// Where the next level of each row's later neighbours goes.
    filled: Vec<u32>,
    next_item: u32,
}

impl Reading {
    pub(super) fn new(head: Head) -> Reading {
        let num_classes = head.table.weights.row_factors.len() as u8;
        Reading {
            contexts: Contexts::new(NUM_SLOTS),
            links: Some(Links::new(head.num_items, head.num_edges, num_classes)),
            levels: None,
            filled: Vec::new(),
            next_item: 0,
            head,
        }
    }

    /// Reads on for about `num_decisions` decisions; whether all is read.
    pub(super) fn advance(&mut self, num_decisions: usize) -> Result<bool, Fault> {
        let until = self.contexts.num_decisions.saturating_add(num_decisions);
        while self.contexts.num_decisions < until {
            if let Some(links) = &mut self.links {
                if !links.is_done() {
                    links.item(&mut self.contexts, &mut self.head.decoder, &Unknown);
                    if links.is_broken || self.head.decoder.is_exhausted() {
                        return Err(self.fault("links of an item, so far", Expected::Text("links to earlier items")));
                    }
                    continue;
                }
                if links.num_left() > 0 {
                    let found = u64::from(self.head.num_edges - links.num_left());
                    return Err(self.wrong("number of links", found, Expected::Exactly(self.head.num_edges.into())));
                }
                if let Some(links) = self.links.take() {
                    self.lay_out(links);
                }
            } else if (self.next_item as usize) < self.head.num_items
                && let Reading { levels: Some(levels), contexts, head: Head { decoder, table, .. }, filled, .. } = self
            {
                levels.item(contexts, decoder, table, filled, self.next_item, |_, _| 0);
                self.next_item += 1;
                // An item without links takes time, too.
                self.contexts.num_decisions += 1;
                if self.head.decoder.is_exhausted() {
                    return Err(self.fault("end of the stream", Expected::Text("behind the last level")));
                }
            } else if self.head.decoder.is_done() {
                return Ok(true);
            } else {
                return Err(self.fault("end of the stream", Expected::Text("behind the last level")));
            }
        }
        Ok(false)
    }

    /// The table, once all is read.
    pub(super) fn into_table(self) -> Neighbours {
        self.head.table
    }

    fn fault(&self, what: &'static str, expected: Expected) -> Fault {
        self.wrong(what, self.head.decoder.position() as u64, expected)
    }

    fn wrong(&self, what: &'static str, found: u64, expected: Expected) -> Fault {
        Fault::wrong(what, self.head.start + self.head.decoder.position(), found, expected)
    }

    /// Rows from each item's earlier links.
    fn lay_out(&mut self, links: Links) {
        let (back, ends, classes) = links.into_parts();
        let mut offsets = vec![0u32; self.head.num_items + 1];
        let mut start = 0;
        for (item, &end) in ends.iter().enumerate() {
            if let Some(num) = offsets.get_mut(item + 1) {
                *num += end - start;
            }
            for earlier in back.get(start as usize..end as usize).unwrap_or(&[]) {
                if let Some(num) = offsets.get_mut(*earlier as usize + 1) {
                    *num += 1;
                }
            }
            start = end;
        }
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        let mut next = offsets.clone();
        let mut items = vec![ItemIx(0); back.len() * 2];
        let mut start = 0;
        for (item, &end) in (0u32..).zip(&ends) {
            let earlier = back.get(start as usize..end as usize).unwrap_or(&[]);
            for &earlier in earlier {
                put(&mut next, &mut items, item, earlier);
                put(&mut next, &mut items, earlier, item);
            }
            start = end;
        }
        self.head.table.levels = vec![0; items.len()];
        (self.head.table.offsets, self.head.table.items, self.head.table.classes) = (offsets, items, classes);
        self.filled = later(&self.head.table);
        self.levels = Some(Levels::new(&self.head.table, self.head.table.weights.levels.len() as u8));
    }
}

/// Writes the next neighbour of a row.
#[inline(always)]
fn put(next: &mut [u32], items: &mut [ItemIx], row: u32, other: u32) {
    if let Some(place) = next.get_mut(row as usize) {
        if let Some(to) = items.get_mut(*place as usize) {
            *to = ItemIx(other);
        }
        *place += 1;
    }
}

/// A number from 1 to `most`.
fn count(from: &mut Reader, what: &'static str, most: usize) -> Result<usize, Fault> {
    let at = from.clone();
    let number = usize::from(from.u8()?);
    if number == 0 {
        return Err(at.fault(what, 0, Expected::AtLeast(1)));
    }
    if number > most {
        return Err(at.fault(what, number as u64, Expected::AtMost(most as u64)));
    }
    Ok(number)
}

fn factor(from: &mut Reader) -> Result<f32, Fault> {
    let at = from.clone();
    let value = from.f32()?;
    if !is_factor(value) {
        return Err(at.fault(
            "a weight, as bits,",
            value.to_bits().into(),
            Expected::Text("a number from 2^-64 to 256"),
        ));
    }
    Ok(value)
}
