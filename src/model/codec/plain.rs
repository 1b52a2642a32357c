//! The codec `plain`: three bit streams, for rows, numbers and weights, with static canonical prefix codes.
//!
//! Bound: about 4.5 bits a number and 2 bits a weight of 3 bits, at 20 neighbours of 43,000 items ordered by
//! `pack::order`; decoding is one pass with one table look-up for each code. The format's document describes it in full.

#[cfg(feature = "read")]
use super::TableBytes;
use super::gaps::{GapDecoder, GapEncoder};
use crate::ItemIx;
use crate::model::bits::{BitReader, BitWriter};
use crate::model::bytes::{Expected, Fault, Reader, Writer};
use crate::model::huffman::{Decoder, Encoder, read_codes};
use crate::model::neighbours::MAX_NEIGHBOURS;
use crate::model::{Join, Neighbours};

/// Codes of the stream for rows: of lengths, of scales, then those of splits.
const LENGTHS: usize = 0;
const SCALES: usize = 1;
/// How many neighbours are below the row's own number, by the bit length of the row's length less 1.
const SPLITS: usize = 2;
const NUM_SPLIT_CODES: usize = 12;
/// Codes of levels: one for the first of a row, the others by the three highest bits of the level before.
const NUM_LEVEL_CODES: usize = 9;

/// Which code a level has after `level`.
fn code_after(level: u8, weight_bits: u8) -> usize {
    usize::from(level >> weight_bits.saturating_sub(3)) + 1
}

/// Writes a table of this codec.
pub(super) fn write(table: &Neighbours, weight_bits: u8, to: &mut Writer, jobs: &impl Join) {
    let rows = || (0..table.num_items() as u32).map(|row| (row, table.row(ItemIx(row)).items));
    let ids = || {
        let gaps = GapEncoder::new(rows());
        let mut bits = BitWriter::default();
        rows().for_each(|(row, items)| gaps.write_row(row, items, &mut bits));
        (gaps, bits)
    };
    let others = || {
        let mut counts = Counts::new(SPLITS + NUM_SPLIT_CODES);
        for_each_row_symbol(table, |code, symbol| counts.see(code, symbol));
        let row_codes = counts.into_codes();
        let mut counts = Counts::new(NUM_LEVEL_CODES);
        for_each_level(table, weight_bits, |code, symbol| counts.see(code, symbol));
        let level_codes = counts.into_codes();
        let [mut row_bits, mut level_bits] = [(); 2].map(|()| BitWriter::default());
        for_each_row_symbol(table, |code, symbol| row_codes[code].write(symbol, &mut row_bits));
        for_each_level(table, weight_bits, |code, symbol| level_codes[code].write(symbol, &mut level_bits));
        (row_codes, row_bits, level_codes, level_bits)
    };
    let ((gaps, id_bits), (row_codes, row_bits, level_codes, level_bits)) = jobs.join(ids, others);
    let streams = [row_bits, id_bits, level_bits].map(BitWriter::finish);

    to.u8(weight_bits);
    to.u32(table.num_edges() as u32);
    streams.iter().for_each(|stream| to.u32(stream.len() as u32));
    row_codes.iter().for_each(|code| code.describe(to));
    gaps.describe(to);
    level_codes.iter().for_each(|code| code.describe(to));
    streams.iter().for_each(|stream| to.bytes(stream));
}

/// How often each symbol of some codes occurs.
struct Counts(Vec<Vec<u32>>);

impl Counts {
    fn new(num_codes: usize) -> Counts {
        Counts(vec![Vec::new(); num_codes])
    }

    fn see(&mut self, code: usize, symbol: u16) {
        let (counts, symbol) = (&mut self.0[code], usize::from(symbol));
        if symbol >= counts.len() {
            counts.resize(symbol + 1, 0);
        }
        counts[symbol] += 1;
    }

    /// The codes that fit the symbols seen.
    fn into_codes(self) -> Vec<Encoder> {
        self.0.iter().map(|counts| Encoder::new(counts)).collect()
    }
}

/// How many of a row's neighbours are below its number.
fn split(row: ItemIx, items: &[ItemIx]) -> usize {
    items.partition_point(|&item| item < row)
}

fn for_each_row_symbol(table: &Neighbours, mut visit: impl FnMut(usize, u16)) {
    for (row, &scale) in (0..).map(ItemIx).zip(&table.classes) {
        let items = table.row(row).items;
        visit(LENGTHS, items.len() as u16);
        visit(SCALES, scale.into());
        if let Some(code) = items.len().checked_ilog2() {
            visit(SPLITS + code as usize, split(row, items) as u16);
        }
    }
}

/// Levels in the order in which the gaps of their neighbours are written.
fn for_each_level(table: &Neighbours, weight_bits: u8, mut visit: impl FnMut(usize, u16)) {
    for row in (0..table.num_items() as u32).map(ItemIx) {
        let neighbours = table.row(row);
        let (below, above) = neighbours.levels.split_at(split(row, neighbours.items));
        let mut code = 0;
        for &level in below.iter().rev().chain(above) {
            visit(code, level.into());
            code = code_after(level, weight_bits);
        }
    }
}

/// The fields before the codes.
struct Sizes {
    weight_bits: u8,
    num_edges: usize,
    /// Bytes of the streams for rows, numbers and weights.
    streams: [usize; 3],
}

impl Sizes {
    fn read(from: &mut Reader) -> Result<Sizes, Fault> {
        let bits_at = from.clone();
        let weight_bits = from.u8()?;
        if !(1..=8).contains(&weight_bits) {
            return Err(bits_at.fault("bits of a weight", weight_bits.into(), Expected::Text("1 to 8")));
        }
        let edges_at = from.clone();
        let num_edges = from.u32()? as usize;
        let mut streams = [0; 3];
        for num_bytes in &mut streams {
            *num_bytes = from.u32()? as usize;
        }
        // A number takes a bit at least, and so does a weight.
        let [_, ids, weights] = streams;
        let most = ids.min(weights).min(from.num_left()).saturating_mul(8);
        if num_edges > most {
            return Err(edges_at.fault("number of neighbours", num_edges as u64, Expected::AtMost(most as u64)));
        }
        Ok(Sizes { weight_bits, num_edges, streams })
    }
}

#[cfg(feature = "read")]
pub(super) fn measure(from: &mut Reader, num_bytes: usize) -> Result<TableBytes, Fault> {
    let Sizes { weight_bits, num_edges, streams: [rows, ids, weights] } = Sizes::read(from)?;
    let codes = num_bytes.saturating_sub(rows).saturating_sub(ids).saturating_sub(weights);
    Ok(TableBytes { codec: "plain", num_edges, num_levels: 1 << weight_bits, rows, ids, weights, codes })
}

pub(super) fn read(from: &mut Reader, num_items: usize) -> Result<Neighbours, Fault> {
    let sizes = Sizes::read(from)?;
    let rows = RowCodes::read(from)?;
    let edges = EdgeCodes {
        gaps: GapDecoder::read(from)?,
        levels: read_codes(from, NUM_LEVEL_CODES, 1 << sizes.weight_bits)?,
        weight_bits: sizes.weight_bits,
    };
    let streams_at = from.clone();
    let mut streams = [BitReader::new(&[]); 3];
    for (stream, &num_bytes) in streams.iter_mut().zip(&sizes.streams) {
        *stream = BitReader::new(from.take(num_bytes)?);
    }
    let [mut row_bits, mut id_bits, mut weight_bits] = streams;
    // A row takes two bits at least.
    let most = sizes.streams[0].saturating_mul(4);
    if num_items > most {
        return Err(streams_at.fault("number of items", num_items as u64, Expected::AtMost(most as u64)));
    }
    let (mut table, splits) = rows.read_rows(num_items, &sizes, &mut row_bits, &streams_at)?;
    if let Err(row) = edges.read_edges(&mut table, &splits, &mut id_bits, &mut weight_bits) {
        let expected = Expected::Text("a row whose neighbours are items");
        return Err(streams_at.fault("row", row as u64, expected));
    }
    for bits in [row_bits, id_bits, weight_bits] {
        if !bits.is_done() {
            let expected = Expected::Text("all that the stream has");
            return Err(streams_at.fault("length of a stream in bits", bits.position() as u64, expected));
        }
    }
    Ok(table)
}

/// The codes of the stream for rows.
struct RowCodes {
    lengths: Decoder,
    scales: Decoder,
    splits: Vec<Decoder>,
}

impl RowCodes {
    fn read(from: &mut Reader) -> Result<RowCodes, Fault> {
        Ok(RowCodes {
            lengths: Decoder::read(from, MAX_NEIGHBOURS + 1)?,
            scales: Decoder::read(from, 256)?,
            splits: read_codes(from, NUM_SPLIT_CODES, MAX_NEIGHBOURS + 1)?,
        })
    }

    /// A table of rows whose edges are yet to be read, and how many of each row's neighbours are below its number.
    fn read_rows(
        &self,
        num_items: usize,
        sizes: &Sizes,
        bits: &mut BitReader,
        at: &Reader,
    ) -> Result<(Neighbours, Vec<u16>), Fault> {
        let mut offsets = Vec::with_capacity(num_items + 1);
        let mut scales = Vec::with_capacity(num_items);
        let mut splits = Vec::with_capacity(num_items);
        let mut end = 0u64;
        offsets.push(0);
        for _ in 0..num_items {
            let length = self.lengths.read_symbol(bits);
            scales.push(self.scales.read_symbol(bits) as u8);
            let split = match length.checked_ilog2().and_then(|code| self.splits.get(code as usize)) {
                Some(code) => code.read_symbol(bits),
                None => 0,
            };
            if split > length {
                return Err(at.fault("neighbours below a row's number", split.into(), Expected::AtMost(length.into())));
            }
            splits.push(split);
            end += u64::from(length);
            offsets.push(end as u32);
        }
        if end != sizes.num_edges as u64 {
            return Err(at.fault("neighbours in all rows", end, Expected::Exactly(sizes.num_edges as u64)));
        }
        let (items, levels) = (vec![ItemIx(0); sizes.num_edges], vec![0; sizes.num_edges]);
        let table = Neighbours { offsets, items, levels, classes: scales, ..Neighbours::plain(sizes.weight_bits) };
        Ok((table, splits))
    }
}

/// The codes of the streams for numbers and weights.
struct EdgeCodes {
    gaps: GapDecoder,
    levels: Vec<Decoder>,
    weight_bits: u8,
}

impl EdgeCodes {
    /// Reads all edges; `Err` is the row that has a neighbour that is no item.
    fn read_edges(
        &self,
        table: &mut Neighbours,
        splits: &[u16],
        ids: &mut BitReader,
        weights: &mut BitReader,
    ) -> Result<(), u32> {
        let num_items = splits.len() as u32;
        let mut start = 0;
        for ((row, &end), &split) in (0u32..).zip(table.offsets.iter().skip(1)).zip(splits) {
            let (split, end) = (usize::from(split), end as usize);
            let (mut last, mut context, mut level_code) = (row, 0, 0);
            for at in 0..end - start {
                let is_below = at < split;
                if at == 0 || at == split {
                    (last, context) = (row, GapDecoder::first_context(is_below));
                }
                last = self.gaps.next(last, is_below, &mut context, ids);
                let place = start + if is_below { split - 1 - at } else { at };
                let level = self.levels.get(level_code).map_or(0, |code| code.read_symbol(weights) as u8);
                level_code = code_after(level, self.weight_bits);
                match (table.items.get_mut(place), table.levels.get_mut(place)) {
                    (Some(to), Some(to_level)) if last < num_items => (*to, *to_level) = (ItemIx(last), level),
                    _ => return Err(row),
                }
            }
            start = end;
        }
        Ok(())
    }
}
