//! The codec `plain`: three bit streams, for rows, numbers and weights, with static canonical prefix codes.
//!
//! Bound: about 4.5 bits a number and 2 bits a weight of 3 bits, at 20 neighbours of 43,000 items ordered by
//! `pack::order`; decoding is one pass with one table look-up for each code. The format's document describes it in full.

use super::TableBytes;
use super::gaps::{GapDecoder, GapEncoder};
use crate::ItemIx;
use crate::model::Neighbours;
use crate::model::bits::{BitReader, BitWriter};
use crate::model::bytes::{Expected, Fault, Reader, Writer};
use crate::model::huffman::{Decoder, Encoder, MAX_SYMBOLS};
use crate::model::neighbours::MAX_NEIGHBOURS;

/// Codes for the number of neighbours below the row's own number, by the bit length of the row's length less 1.
const NUM_SPLIT_CODES: usize = 12;
/// A first weight of a row, and by the three highest bits of the weight before.
const NUM_LEVEL_CODES: usize = 9;

/// Which code splits a row of `num_neighbours` (1 to 4095).
fn split_code(num_neighbours: usize) -> usize {
    (usize::BITS - 1 - num_neighbours.leading_zeros()) as usize
}

/// Which code a level has after `level`.
fn code_after(level: u8, weight_bits: u8) -> usize {
    usize::from(level >> weight_bits.saturating_sub(3)) + 1
}

pub(super) fn write(table: &Neighbours, to: &mut Writer) {
    let rows = || (0..table.num_items() as u32).map(|row| (row, table.row(ItemIx(row))));
    let num_below = |row: u32, items: &[ItemIx]| items.partition_point(|item| item.0 < row);

    let mut lengths = vec![0; MAX_SYMBOLS];
    let mut splits = vec![vec![0; MAX_SYMBOLS]; NUM_SPLIT_CODES];
    let mut scales = [0; 256];
    let mut levels = [[0; 256]; NUM_LEVEL_CODES];
    for (row, neighbours) in rows() {
        let length = neighbours.items.len();
        lengths[length] += 1;
        scales[usize::from(table.scales[row as usize])] += 1;
        if length > 0 {
            splits[split_code(length)][num_below(row, neighbours.items)] += 1;
        }
        let mut code = 0;
        for &level in neighbours.levels {
            levels[code][usize::from(level)] += 1;
            code = code_after(level, table.weight_bits);
        }
    }
    let lengths = Encoder::new(&lengths);
    let splits: Vec<Encoder> = splits.iter().map(|counts| Encoder::new(counts)).collect();
    let scales = Encoder::new(&scales);
    let levels: Vec<Encoder> = levels.iter().map(|counts| Encoder::new(counts)).collect();
    let gaps = GapEncoder::new(rows().map(|(row, neighbours)| (row, neighbours.items)));

    let [mut row_bits, mut id_bits, mut weight_bits] = [(); 3].map(|()| BitWriter::default());
    for (row, neighbours) in rows() {
        let length = neighbours.items.len();
        lengths.write(length as u16, &mut row_bits);
        scales.write(table.scales[row as usize].into(), &mut row_bits);
        if length > 0 {
            splits[split_code(length)].write(num_below(row, neighbours.items) as u16, &mut row_bits);
        }
        gaps.write_row(row, neighbours.items, &mut id_bits);
        let mut code = 0;
        for &level in neighbours.levels {
            levels[code].write(level.into(), &mut weight_bits);
            code = code_after(level, table.weight_bits);
        }
    }
    let streams = [row_bits, id_bits, weight_bits].map(BitWriter::finish);

    to.u8(table.weight_bits);
    to.u32(table.num_edges() as u32);
    streams.iter().for_each(|stream| to.u32(stream.len() as u32));
    lengths.describe(to);
    scales.describe(to);
    splits.iter().for_each(|code| code.describe(to));
    gaps.describe(to);
    levels.iter().for_each(|code| code.describe(to));
    streams.iter().for_each(|stream| to.bytes(stream));
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

pub(super) fn measure(from: &mut Reader, num_bytes: usize) -> Result<TableBytes, Fault> {
    let Sizes { weight_bits, num_edges, streams: [rows, ids, weights] } = Sizes::read(from)?;
    let codes = num_bytes.saturating_sub(rows).saturating_sub(ids).saturating_sub(weights);
    Ok(TableBytes { codec: "plain", num_edges, weight_bits, rows, ids, weights, codes })
}

pub(super) fn read(from: &mut Reader, num_items: usize) -> Result<Neighbours, Fault> {
    let sizes = Sizes::read(from)?;
    let lengths = Decoder::read(from, MAX_NEIGHBOURS + 1)?;
    let scales = Decoder::read(from, 256)?;
    let splits = read_codes(from, NUM_SPLIT_CODES, MAX_NEIGHBOURS + 1)?;
    let gaps = GapDecoder::read(from)?;
    let levels = read_codes(from, NUM_LEVEL_CODES, 1 << sizes.weight_bits)?;
    let [rows, ids, weights] = sizes.streams;
    let rows_at = from.clone();
    let rows = from.take(rows)?;
    let ids_at = from.clone();
    let ids = from.take(ids)?;
    let weights_at = from.clone();
    let weights = from.take(weights)?;
    // A row takes two bits at least.
    let most = rows.len().saturating_mul(4);
    if num_items > most {
        return Err(rows_at.fault("number of rows", most as u64, Expected::AtLeast(num_items as u64)));
    }

    let mut table = Neighbours {
        offsets: Vec::with_capacity(num_items + 1),
        items: vec![ItemIx(0); sizes.num_edges],
        levels: vec![0; sizes.num_edges],
        scales: Vec::with_capacity(num_items),
        weight_bits: sizes.weight_bits,
    };
    let (mut rows, mut ids, mut weights) = (BitReader::new(rows), BitReader::new(ids), BitReader::new(weights));
    let (mut items_left, mut levels_left) = (table.items.as_mut_slice(), table.levels.as_mut_slice());
    table.offsets.push(0);
    for row in 0..num_items as u32 {
        rows.refill();
        let length = usize::from(lengths.symbol(&mut rows));
        table.scales.push(scales.symbol(&mut rows) as u8);
        let num_below = match length {
            0 => 0,
            _ => splits.get(split_code(length)).map_or(0, |code| usize::from(code.symbol(&mut rows))),
        };
        let num_left = items_left.len();
        let (Some((items, items_after)), Some((row_levels, levels_after))) =
            (items_left.split_at_mut_checked(length), levels_left.split_at_mut_checked(length))
        else {
            return Err(at_bit(&rows_at, &rows, "length of a row", length as u64, num_left as u64));
        };
        let Some((below, above)) = items.split_at_mut_checked(num_below) else {
            return Err(at_bit(&rows_at, &rows, "neighbours below a row's number", num_below as u64, length as u64));
        };
        if gaps.read_row(row, num_items as u32, below, above, &mut ids).is_none() {
            let fault = at_bit(&ids_at, &ids, "row that leads to a neighbour that is no item,", row.into(), 0);
            return Err(Fault { expected: Expected::Text("neighbours among the items"), ..fault });
        }
        let mut code = 0;
        for level in row_levels {
            weights.refill();
            *level = levels.get(code).map_or(0, |code| code.symbol(&mut weights) as u8);
            code = code_after(*level, sizes.weight_bits);
        }
        (items_left, levels_left) = (items_after, levels_after);
        table.offsets.push((sizes.num_edges - items_left.len()) as u32);
    }
    if !items_left.is_empty() {
        let found = (sizes.num_edges - items_left.len()) as u64;
        return Err(rows_at.fault("neighbours in all rows", found, Expected::Exactly(sizes.num_edges as u64)));
    }
    for (bits, start) in [(&rows, &rows_at), (&ids, &ids_at), (&weights, &weights_at)] {
        if !bits.is_done() {
            let expected = Expected::Text("the stream's own length");
            return Err(start.fault("length of a stream in bits", bits.position() as u64, expected));
        }
    }
    Ok(table)
}

fn read_codes(from: &mut Reader, num_codes: usize, max_symbols: usize) -> Result<Vec<Decoder>, Fault> {
    (0..num_codes).map(|_| Decoder::read(from, max_symbols)).collect()
}

/// A fault near the last bit that was read of a stream.
#[cold]
fn at_bit(start: &Reader, bits: &BitReader, what: &'static str, found: u64, most: u64) -> Fault {
    let fault = start.fault(what, found, Expected::AtMost(most));
    Fault { at: fault.at.saturating_add(bits.position() / 8), ..fault }
}
