//! A table of neighbours as a file holds it.

use super::between::{self, Link, Shape};
use super::block::{self, Known};
use super::fit::{Recorder, fit};
use super::mask::{BLOCK, bit};
use super::table::{HAS_CANDIDATES, MAX_WIDTH};
use super::tables::{Tables, Writer as BlockWriter, code_cells};
use super::{LINKS_BETWEEN, Labels};
use crate::ItemIx;
use crate::model::bytes::Writer;
use crate::model::coder::Encoder;
use crate::model::{Executor, Neighbours};
use std::ops::Range;

/// Candidates between blocks cost time when a table is opened: they must save one byte of so many.
const WORTH_CANDIDATES: usize = 100;
/// Blocks that are one job.
const JOB_BLOCKS: usize = 16;

/// A table's two sections.
pub(in crate::model) struct Written {
    pub(in crate::model) table: Vec<u8>,
    pub(in crate::model) blocks: Vec<u8>,
}

/// Writes a table that is valid; the same bytes for any `jobs`.
pub(in crate::model) fn write(table: &Neighbours, jobs: &(impl Executor + Sync)) -> Written {
    let (weights, num_items) = (table.weights(), table.num_items());
    let labels = Labels { num_levels: weights.levels.len() as u8, first_directed: weights.first_directed() as u8 };
    let (between, (cells, blocks)) =
        jobs.join(|| write_between(table, labels, jobs), || write_blocks(table, labels, jobs));
    let tables = {
        let mut encoder = Encoder::new();
        code_cells(&mut encoder, |cell| cells.get(cell).copied().unwrap_or(0));
        encoder.finish()
    };
    let num_block_bytes: usize = blocks.iter().map(Vec::len).sum();
    let [plain, candidates] = between;
    let all = tables.len() + plain.len() + num_block_bytes;
    let has_candidates = candidates.len() + all / WORTH_CANDIDATES < plain.len();
    let between = if has_candidates { candidates } else { plain };

    let mut to = Writer::default();
    to.u8(if has_candidates { HAS_CANDIDATES } else { 0 });
    to.u8(labels.num_levels);
    to.u8(labels.first_directed);
    to.u8(weights.row_factors.len() as u8);
    let directions = weights.directions.iter().skip(labels.first_directed.into());
    weights.levels.iter().chain(directions).chain(&weights.row_factors).for_each(|&value| to.f32(value));
    to.f32(table.hop().share);
    to.u16(table.hop().width);
    to.u32((table.num_edges() / 2) as u32);
    let longest = blocks.iter().map(Vec::len).max().unwrap_or(0);
    let width = usize::BITS - longest.leading_zeros();
    to.u8((width as u8).min(MAX_WIDTH));
    to.u32(tables.len() as u32);
    to.u32(between.len() as u32);
    to.bytes(&tables);
    to.bytes(&between);
    to.bytes(&lengths(&blocks, width));
    debug_assert_eq!(blocks.len(), num_items.div_ceil(BLOCK));
    Written { table: to.finish(), blocks: blocks.concat() }
}

/// Lengths of so many bits each.
fn lengths(blocks: &[Vec<u8>], width: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut word, mut num_bits) = (0u64, 0);
    for block in blocks {
        word = word << width | block.len() as u64;
        num_bits += width;
        while num_bits >= 8 {
            num_bits -= 8;
            bytes.push((word >> num_bits) as u8);
        }
    }
    if num_bits > 0 {
        bytes.push((word << (8 - num_bits)) as u8);
    }
    bytes
}

/// The finished stream, filled up with zeros to so many bytes at least.
fn filled_up(encoder: Encoder, least_bytes: usize) -> Vec<u8> {
    let mut bytes = encoder.finish();
    bytes.resize(bytes.len().max(least_bytes), 0);
    bytes
}

/// Links between blocks by their later ends.
struct Between {
    /// By item: links to earlier blocks, in the order in which they are told.
    rows: Vec<Vec<(u32, u8)>>,
}

impl between::RowSource for Between {
    fn links(&self, item: usize) -> &[(u32, u8)] {
        self.rows.get(item).map_or(&[], Vec::as_slice)
    }
}

/// The stream between blocks without and with candidates.
fn write_between(table: &Neighbours, labels: Labels, jobs: &impl Executor) -> [Vec<u8>; 2] {
    let rows = (0..table.num_items()).map(|item| {
        let row = table.row(ItemIx(item as u32));
        let first = (item - item % BLOCK) as u32;
        let earlier = row.items.iter().zip(row.codes).take_while(|(other, _)| other.0 < first);
        let mut earlier: Vec<(u32, u8)> = earlier.map(|(other, &code)| (other.0, labels.turned(code))).collect();
        earlier.sort_unstable_by_key(|link| between::order(link.0));
        earlier
    });
    let value = Between { rows: rows.collect() };
    let stream = |has_candidates| {
        let shape = Shape { classes: &table.classes, labels, has_candidates };
        let mut encoder = Encoder::new();
        let links: Vec<Link> = between::code(&mut encoder, &shape, &value, usize::MAX).unwrap_or_default();
        filled_up(encoder, LINKS_BETWEEN.least_bytes(links.len()))
    };
    let (plain, candidates) = jobs.join(|| stream(false), || stream(true));
    [plain, candidates]
}

/// The links inside one block.
struct Inside<'a> {
    table: &'a Neighbours,
    first: usize,
    links: [u128; BLOCK],
}

impl<'a> Inside<'a> {
    fn new(table: &'a Neighbours, first: usize) -> Inside<'a> {
        let mut inside = Inside { table, first, links: [0; BLOCK] };
        for (slot, links) in inside.links.iter_mut().enumerate() {
            for other in table.row(ItemIx((first + slot) as u32)).items {
                if let Some(other) = other.as_usize().checked_sub(first).filter(|&other| other < BLOCK) {
                    *links |= bit(other);
                }
            }
        }
        inside
    }
}

impl block::RowSource for Inside<'_> {
    fn links(&self, item: usize) -> u128 {
        self.links.get(item).copied().unwrap_or(0)
    }

    fn label(&self, lower: usize, upper: usize) -> u8 {
        let row = self.table.row(ItemIx((self.first + lower) as u32));
        let other = ItemIx((self.first + upper) as u32);
        row.items.binary_search(&other).ok().and_then(|at| row.codes.get(at)).copied().unwrap_or(0)
    }
}

/// The facts about a block that a reader has beforehand, and those that it reads.
fn block_of(table: &Neighbours, number: usize) -> (Known<'_>, Inside<'_>) {
    let first = number * BLOCK;
    let classes = table.classes.get(first..table.num_items().min(first + BLOCK)).unwrap_or(&[]);
    let outside = |slot: usize| {
        let row = table.row(ItemIx((first + slot) as u32)).items;
        row.iter().map(|other| other.0).filter(move |&other| (other as usize).wrapping_sub(first) >= BLOCK)
    };
    (Known::new(classes, outside), Inside::new(table, first))
}

/// The fixed probabilities and all blocks.
fn write_blocks(table: &Neighbours, labels: Labels, jobs: &(impl Executor + Sync)) -> (Vec<i8>, Vec<Vec<u8>>) {
    let num_blocks = table.num_items().div_ceil(BLOCK);
    let recorders = in_jobs(jobs, 0..num_blocks, &|number| {
        let mut recorder = Recorder::default();
        let (known, inside) = block_of(table, number);
        block::code(&mut recorder, &known, labels, &inside, usize::MAX);
        recorder
    });
    let mut all = Recorder::default();
    recorders.into_iter().for_each(|recorder| all.append(recorder));
    let cells = fit(all, &Tables::new(&[]));
    let tables = Tables::new(&cells);
    let blocks = in_jobs(jobs, 0..num_blocks, &|number| {
        let mut writer = BlockWriter { encoder: Encoder::new(), tables: &tables };
        let (known, inside) = block_of(table, number);
        let block = block::code(&mut writer, &known, labels, &inside, usize::MAX);
        filled_up(writer.encoder, block.map_or(0, |block| block.least_bytes()))
    });
    (cells, blocks)
}

/// Calls `of` for each number, in as many jobs as there may be, and gives the results in order.
fn in_jobs<T: Send>(jobs: &(impl Executor + Sync), numbers: Range<usize>, of: &(impl Fn(usize) -> T + Sync)) -> Vec<T> {
    if numbers.len() <= JOB_BLOCKS {
        return numbers.map(of).collect();
    }
    let middle = numbers.start + numbers.len() / 2;
    let (mut first, mut second) =
        jobs.join(|| in_jobs(jobs, numbers.start..middle, of), || in_jobs(jobs, middle..numbers.end, of));
    first.append(&mut second);
    first
}
