//! A table of neighbours as a shop's page has it: opened when it is first asked, its blocks read when a row of theirs
//! is.

use super::between::{self, Link, Shape};
use super::block::{self, Block, Known};
use super::mask::BLOCK;
use super::tables::{NUM_CELLS, Reader as BlockReader, Tables, code_cells};
use super::{LINKS_BETWEEN, Labels};
use crate::ItemIx;
use crate::model::bytes::{DecodeError, Expected, Reader};
use crate::model::coder::Decoder;
use crate::model::neighbours::{MAX_CLASSES, MAX_LEVELS, Table, TwoHop, Weights, is_direction, is_factor};
use crate::model::{ItemIds, ModelError, Neighbours, TableBytes};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of blocks that a ranker keeps for each table; beyond, the block that was not used for longest goes.
const MAX_KEPT_BYTES: usize = 3 << 20;
/// Flag of a stream between blocks with candidates.
pub(super) const HAS_CANDIDATES: u8 = 1;
/// Bits of a block's length, at most: no block is longer.
pub(super) const MAX_WIDTH: u8 = 24;

/// A section of the file: its name, where it starts, and where it ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Place {
    pub(in crate::model) name: &'static str,
    pub(in crate::model) start: usize,
    pub(in crate::model) end: usize,
}

/// Properties that all blocks of a table share, and the positions of its other parts.
#[derive(Clone, Debug)]
pub(in crate::model) struct TableHeader {
    weights: Weights,
    hop: TwoHop,
    /// Links of the whole table.
    num_links: usize,
    has_candidates: bool,
    first_directed: u8,
    /// Bits of a block's length.
    width: u32,
    /// Parts of the section: the fixed tables, the links between blocks, the lengths of the blocks.
    tables: Range<usize>,
    between: Range<usize>,
    lengths: Range<usize>,
}

impl TableHeader {
    /// Reads the head of a section, and steps over its streams.
    pub(in crate::model) fn read(from: &mut Reader, num_items: usize) -> Result<TableHeader, DecodeError> {
        let flags = from.u8()?;
        if flags & !HAS_CANDIDATES != 0 {
            return Err(DecodeError::unknown("flags", flags.into()));
        }
        let num_levels = number(from, "number of levels", 1, MAX_LEVELS)?;
        let first_directed = number(from, "first level with a direction", 0, num_levels)?;
        let num_classes = number(from, "number of classes", 1, MAX_CLASSES)?;
        let levels = values(from, num_levels, is_factor)?;
        let mut directions = vec![1.0; first_directed];
        directions.append(&mut values(from, num_levels - first_directed, is_direction)?);
        let weights = Weights { levels, directions, row_factors: values(from, num_classes, is_factor)? };
        let hop = TwoHop { share: from.f32()?, width: from.u16()? };
        if !hop.is_valid() {
            return Err(from.fault(
                "share of the second hop, as bits,",
                hop.share.to_bits().into(),
                Expected::Text("0 to 16"),
            ));
        }
        let num_links = from.u32()? as usize;
        let width = number(from, "bits of a block's length", 0, MAX_WIDTH.into())?;
        let (num_tables, num_between) = (from.u32()? as usize, from.u32()? as usize);
        let num_lengths = (num_items.div_ceil(BLOCK) * width).div_ceil(8);
        let mut part = |num_bytes: usize| -> Result<Range<usize>, DecodeError> {
            let start = from.position();
            from.take(num_bytes)?;
            Ok(start..start + num_bytes)
        };
        Ok(TableHeader {
            weights,
            hop,
            num_links,
            has_candidates: flags & HAS_CANDIDATES != 0,
            first_directed: first_directed as u8,
            width: width as u32,
            tables: part(num_tables)?,
            between: part(num_between)?,
            lengths: part(num_lengths)?,
        })
    }
}

/// A byte from `least` to `most`.
fn number(from: &mut Reader, what: &'static str, least: usize, most: usize) -> Result<usize, DecodeError> {
    let at = from.clone();
    let found = usize::from(from.u8()?);
    let expected = if found < least { Expected::AtLeast(least as u64) } else { Expected::AtMost(most as u64) };
    if (least..=most).contains(&found) { Ok(found) } else { Err(at.fault(what, found as u64, expected)) }
}

fn values(from: &mut Reader, num: usize, is_valid: fn(f32) -> bool) -> Result<Vec<f32>, DecodeError> {
    let mut values = Vec::with_capacity(num);
    for _ in 0..num {
        let at = from.clone();
        let value = from.f32()?;
        if !is_valid(value) {
            return Err(at.fault("factor, as bits,", value.to_bits().into(), Expected::Text("one within its range")));
        }
        values.push(value);
    }
    Ok(values)
}

/// The neighbours of every item, most of them still as a file holds them.
#[derive(Clone, Debug)]
pub struct Blocks {
    file: Arc<Vec<u8>>,
    /// The class of each item.
    classes: Arc<Vec<u8>>,
    head: TableHeader,
    /// The weight of each code in a row of factor 1.
    by_code: Vec<f32>,
    /// The table's section and that of its blocks.
    section: Place,
    blocks: Place,
}

/// The parts of a table that a ranker has read.
#[derive(Clone, Debug)]
pub struct Kept {
    opened: Option<Box<Opened>>,
    /// The first error found, after which nothing more is read: to find it again for each row would take very long.
    fault: Option<ModelError>,
    blocks: Vec<Option<Box<KeptBlock>>>,
    num_bytes: usize,
    most_bytes: usize,
    num_uses: u32,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { opened: None, fault: None, blocks: Vec::new(), num_bytes: 0, most_bytes: MAX_KEPT_BYTES, num_uses: 0 }
    }
}

/// The parts that are read when a table is first used.
#[derive(Clone, Debug)]
struct Opened {
    tables: Tables,
    /// Where each block starts in the section of blocks, and where the last one ends.
    starts: Vec<u32>,
    /// Links between blocks: `num_items + 1` positions into the lists of the other ends, ascending in a row, and of
    /// codes.
    offsets: Vec<u32>,
    others: Vec<u32>,
    codes: Vec<u8>,
}

#[derive(Clone, Debug)]
struct KeptBlock {
    block: Block,
    last_use: u32,
}

impl Opened {
    /// An item's neighbours in other blocks, and their codes.
    #[inline(never)]
    fn row(&self, item: usize) -> (&[u32], &[u8]) {
        let start = self.offsets.get(item).copied().unwrap_or(0) as usize;
        let end = self.offsets.get(item + 1).copied().unwrap_or(0) as usize;
        (self.others.get(start..end).unwrap_or(&[]), self.codes.get(start..end).unwrap_or(&[]))
    }
}

impl Blocks {
    pub(in crate::model) fn new(
        file: Arc<Vec<u8>>,
        classes: Arc<Vec<u8>>,
        head: TableHeader,
        section: Place,
        blocks: Place,
    ) -> Blocks {
        let by_code = head.weights.by_code();
        Blocks { file, classes, head, by_code, section, blocks }
    }

    /// Number of links in the table.
    pub fn num_links(&self) -> usize {
        self.head.num_links
    }

    /// Values of levels, directions and classes.
    pub fn weights(&self) -> &Weights {
        &self.head.weights
    }

    fn part(&self, part: &Range<usize>) -> &[u8] {
        let section = self.file.get(self.section.start..self.section.end).unwrap_or(&[]);
        section.get(part.clone()).unwrap_or(&[])
    }

    fn labels(&self) -> Labels {
        let weights = &self.head.weights;
        Labels { num_levels: weights.levels.len() as u8, first_directed: self.head.first_directed }
    }

    #[cold]
    fn broken(place: Place, at: usize, what: &'static str, found: u64, expected: Expected) -> ModelError {
        DecodeError::wrong(what, at, found, expected).in_section(place.name, place.start)
    }

    /// Reads all but the blocks.
    #[inline(never)]
    fn open(&self) -> Result<Opened, ModelError> {
        let head = &self.head;
        let broken = |part: &Range<usize>, what| {
            Blocks::broken(self.section, part.start, what, 0, Expected::Text("one that a writer writes"))
        };
        let mut decoder = Decoder::new(self.part(&head.tables));
        let cells = code_cells(&mut decoder, |_| 0);
        if !decoder.is_done() || cells.len() != NUM_CELLS {
            return Err(broken(&head.tables, "stream of fixed probabilities"));
        }
        let bytes = self.part(&head.between);
        let mut decoder = Decoder::new(bytes);
        let most_links = LINKS_BETWEEN.most(bytes.len());
        let shape = Shape { classes: &self.classes, labels: self.labels(), has_candidates: head.has_candidates };
        let links = between::code(&mut decoder, &shape, &between::Unknown, most_links)
            .filter(|links| decoder.is_done_at(LINKS_BETWEEN.least_bytes(links.len())))
            .ok_or_else(|| broken(&head.between, "stream of links between blocks"))?;
        let mut opened = Opened {
            tables: Tables::new(&cells),
            starts: self.starts()?,
            offsets: Vec::new(),
            others: Vec::new(),
            codes: Vec::new(),
        };
        opened.set_rows(self.classes.len(), &links, self.labels());
        Ok(opened)
    }

    fn starts(&self) -> Result<Vec<u32>, ModelError> {
        let TableHeader { width, lengths, .. } = &self.head;
        let num_blocks = self.classes.len().div_ceil(BLOCK);
        let mut starts = Vec::with_capacity(num_blocks + 1);
        let (mut word, mut num_bits, mut at) = (0u64, 0, 0u64);
        let mut bytes = self.part(lengths).iter();
        starts.push(0);
        for _ in 0..num_blocks {
            while num_bits < *width {
                word = word << 8 | u64::from(bytes.next().copied().unwrap_or(0));
                num_bits += 8;
            }
            num_bits -= width;
            at += word >> num_bits & ((1 << width) - 1);
            starts.push(at.min(u32::MAX.into()) as u32);
        }
        let num_bytes = (self.blocks.end - self.blocks.start) as u64;
        if at == num_bytes && word & ((1 << num_bits) - 1) == 0 {
            return Ok(starts);
        }
        Err(Blocks::broken(self.section, lengths.start, "length of all blocks", at, Expected::Exactly(num_bytes)))
    }

    /// Reads a block.
    #[inline(never)]
    fn read(&self, opened: &Opened, number: usize) -> Result<KeptBlock, ModelError> {
        let first = number * BLOCK;
        let end = self.classes.len().min(first + BLOCK);
        let classes = self.classes.get(first..end).unwrap_or(&[]);
        let known = Known::new(classes, |slot| opened.row(first + slot).0.iter().copied());
        let range = |at: usize| opened.starts.get(at).copied().unwrap_or(0) as usize;
        let (start, stop) = (self.blocks.start + range(number), self.blocks.start + range(number + 1));
        let bytes = self.file.get(start..stop).unwrap_or(&[]);
        let mut reader = BlockReader { decoder: Decoder::new(bytes), tables: &opened.tables };
        let block = block::code(&mut reader, &known, self.labels(), &block::Unknown, bytes.len())
            .filter(|block| reader.decoder.is_done_at(block.least_bytes()))
            .ok_or_else(|| {
                let expected = Expected::Text("one that a writer writes");
                Blocks::broken(self.blocks, range(number), "stream of block", number as u64, expected)
            })?;
        Ok(KeptBlock { block, last_use: 0 })
    }
}

/// Calls `each` for the neighbours of an item of a block, ascending.
#[inline(always)]
fn visit(opened: &Opened, block: &Block, first: usize, slot: usize, each: &mut impl FnMut(u32, u8)) {
    let (outside, outside_codes) = opened.row(first + slot);
    let (inside, inside_codes) = block.row(slot);
    let mut at = 0;
    while let (Some(&other), Some(&code)) = (outside.get(at), outside_codes.get(at))
        && (other as usize) < first
    {
        each(other, code);
        at += 1;
    }
    for (&other, &code) in inside.iter().zip(inside_codes) {
        each(first as u32 + u32::from(other), code);
    }
    while let (Some(&other), Some(&code)) = (outside.get(at), outside_codes.get(at)) {
        each(other, code);
        at += 1;
    }
}

impl Opened {
    /// Lists each link at both of its ends: `O(num_items + num_links)` without a sort.
    #[inline(never)]
    fn set_rows(&mut self, num_items: usize, links: &[Link], labels: Labels) {
        let mut offsets = vec![0u32; num_items + 1];
        for link in links {
            count(&mut offsets, link.earlier);
            count(&mut offsets, link.later);
        }
        for at in 0..num_items {
            let before = offsets.get(at).copied().unwrap_or(0);
            if let Some(start) = offsets.get_mut(at + 1) {
                *start += before;
            }
        }
        // Filled from the back, the other ends descending: first the later ones, as the links stand by their later
        // ends.
        let mut rows = Filling {
            ends: offsets.iter().skip(1).copied().collect(),
            others: vec![0; 2 * links.len()],
            codes: vec![0; 2 * links.len()],
        };
        for link in links.iter().rev() {
            rows.put(link.earlier, link.later, link.code);
        }
        // Then the earlier ones: no item gets one before its own later ones have been gone through.
        for earlier in (0..num_items).rev() {
            let start = rows.ends.get(earlier).copied().unwrap_or(0) as usize;
            for at in start..offsets.get(earlier + 1).copied().unwrap_or(0) as usize {
                if let (Some(&later), Some(&code)) = (rows.others.get(at), rows.codes.get(at)) {
                    rows.put(later, earlier as u32, labels.turned(code));
                }
            }
        }
        (self.offsets, self.others, self.codes) = (offsets, rows.others, rows.codes);
    }
}

/// Counts an end of a link.
fn count(offsets: &mut [u32], item: u32) {
    if let Some(num) = offsets.get_mut(item as usize + 1) {
        *num += 1;
    }
}

/// Rows that are filled from their ends.
struct Filling {
    ends: Vec<u32>,
    others: Vec<u32>,
    codes: Vec<u8>,
}

impl Filling {
    fn put(&mut self, item: u32, other: u32, code: u8) {
        if let Some(end) = self.ends.get_mut(item as usize) {
            *end = end.wrapping_sub(1);
            let at = *end as usize;
            if let (Some(to), Some(code_to)) = (self.others.get_mut(at), self.codes.get_mut(at)) {
                (*to, *code_to) = (other, code);
            }
        }
    }
}

impl Kept {
    /// Makes room for a block by forgetting those that were not used for longest.
    fn make_room(&mut self, num_bytes: usize) {
        while self.num_bytes + num_bytes > self.most_bytes {
            let mut oldest: Option<&mut Option<Box<KeptBlock>>> = None;
            let mut last_use = u32::MAX;
            for slot in &mut self.blocks {
                if let Some(kept) = slot
                    && kept.last_use < last_use
                {
                    last_use = kept.last_use;
                    oldest = Some(slot);
                }
            }
            let Some(forgotten) = oldest.and_then(Option::take) else { break };
            self.num_bytes -= forgotten.num_bytes();
        }
    }
}

#[cfg(all(test, feature = "cli"))]
impl Kept {
    /// Nothing, and room for so many bytes of blocks.
    pub(crate) fn with_room(most_bytes: usize) -> Kept {
        Kept { most_bytes, ..Kept::default() }
    }

    /// Gives the number of blocks that are kept.
    pub(crate) fn num_blocks(&self) -> usize {
        self.blocks.iter().flatten().count()
    }
}

impl KeptBlock {
    fn num_bytes(&self) -> usize {
        self.block.num_bytes() + size_of::<KeptBlock>() - size_of::<Block>()
    }
}

impl Table for Blocks {
    type Ids = ItemIds;
    type Kept = Kept;
    type Error = ModelError;

    fn num_items(&self) -> usize {
        self.classes.len()
    }

    fn hop(&self) -> TwoHop {
        self.head.hop
    }

    fn row_factor(&self, item: ItemIx) -> f32 {
        let class = self.classes.get(item.as_usize()).map(|&class| usize::from(class));
        class.and_then(|class| self.head.weights.row_factors.get(class)).copied().unwrap_or(0.0)
    }

    fn row(&self, kept: &mut Kept, item: ItemIx, each: &mut impl FnMut(ItemIx, f32)) -> Result<f32, ModelError> {
        let item = item.as_usize();
        if item >= self.classes.len() {
            return Ok(0.0);
        }
        let number = item / BLOCK;
        if kept.fault.is_none() {
            kept.fault = self.keep(kept, number).err();
        }
        if let Some(fault) = &kept.fault {
            return Err(fault.clone());
        }
        kept.num_uses = kept.num_uses.wrapping_add(1);
        let Kept { opened, blocks, num_uses, .. } = kept;
        let (Some(opened), Some(Some(block))) = (opened, blocks.get_mut(number)) else { return Ok(0.0) };
        block.last_use = *num_uses;
        let mut sum = 0.0;
        visit(opened, &block.block, number * BLOCK, item % BLOCK, &mut |other, code| {
            let weight = self.by_code.get(usize::from(code)).copied().unwrap_or(0.0);
            sum += weight;
            each(ItemIx(other), weight);
        });
        Ok(if sum > 0.0 { 1.0 / sum } else { 0.0 })
    }
}

impl Blocks {
    /// Reads a block, unless it is kept, and before the first one all that is read of the table at once.
    fn keep(&self, kept: &mut Kept, number: usize) -> Result<(), ModelError> {
        if kept.opened.is_none() {
            kept.opened = Some(Box::new(self.open()?));
            kept.blocks.resize(self.classes.len().div_ceil(BLOCK), None);
        }
        if let Some(opened) = &kept.opened
            && let Some(None) = kept.blocks.get(number)
        {
            let block = self.read(opened, number)?;
            let num_bytes = block.num_bytes();
            kept.make_room(num_bytes);
            kept.num_bytes += num_bytes;
            if let Some(to) = kept.blocks.get_mut(number) {
                *to = Some(Box::new(block));
            }
        }
        Ok(())
    }

    /// Reads the whole table.
    pub(in crate::model) fn read_all(&self) -> Result<Neighbours, ModelError> {
        let stated = usize::from(self.head.first_directed);
        let first_directed = self.head.weights.first_directed();
        if first_directed != stated {
            let expected = Expected::Exactly(stated as u64);
            let what = "first level with a direction above 1";
            return Err(Blocks::broken(self.section, 2, what, first_directed as u64, expected));
        }
        let opened = self.open()?;
        let mut table = Neighbours::without_items(self.head.weights.clone(), self.head.hop);
        table.classes = self.classes.to_vec();
        for number in 0..self.classes.len().div_ceil(BLOCK) {
            let block = self.read(&opened, number)?;
            let first = number * BLOCK;
            for slot in 0..self.classes.len().min(first + BLOCK) - first {
                visit(&opened, &block.block, first, slot, &mut |other, code| {
                    table.items.push(ItemIx(other));
                    table.codes.push(code);
                });
                table.offsets.push(u32::try_from(table.items.len()).unwrap_or(u32::MAX));
            }
        }
        let num_links = table.num_edges() / 2;
        if num_links != self.head.num_links {
            let expected = Expected::Exactly(self.head.num_links as u64);
            return Err(Blocks::broken(self.section, 0, "number of links in all blocks", num_links as u64, expected));
        }
        Ok(table)
    }

    /// Gives the bytes of each part of the table.
    pub(in crate::model) fn measure(&self) -> Result<TableBytes, ModelError> {
        let opened = self.open()?;
        let head = &self.head;
        Ok(TableBytes {
            num_links: head.num_links,
            num_between: opened.others.len() / 2,
            num_levels: head.weights.levels.len(),
            first_directed: head.first_directed.into(),
            head: self.section.end - self.section.start - head.between.len(),
            between: head.between.len(),
            blocks: self.blocks.end - self.blocks.start,
        })
    }
}
