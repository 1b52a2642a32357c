//! Canonical prefix codes (Huffman 1952; canonical form as in RFC 1951, section 3.2.2) of at most 12 bits.
//!
//! A file carries the length of each symbol's code. Codes count upwards: shorter before longer, and
//! by symbol within one length. A code of a single symbol has one bit, so that every symbol costs a bit
//! and the length of a stream bounds the number of its symbols.

use super::bits::{BitReader, BitWriter};
use super::bytes::{Expected, Fault, Reader, Writer};

/// The longest code: tables of 4,096 entries stay in the nearest cache.
pub(super) const MAX_CODE_BITS: u8 = 12;
/// The most symbols that codes of 12 bits can tell apart.
pub(super) const MAX_SYMBOLS: usize = 1 << MAX_CODE_BITS;

/// Writes symbols with codes that fit their counts.
#[derive(Debug)]
pub(super) struct Encoder {
    lengths: Vec<u8>,
    codes: Vec<u16>,
}

impl Encoder {
    /// The code for symbols that occur `counts[symbol]` times; at most [`MAX_SYMBOLS`].
    pub(super) fn new(counts: &[u32]) -> Encoder {
        let lengths = code_lengths(counts);
        let mut codes = vec![0; lengths.len()];
        let mut code = 0u16;
        for length in 1..=MAX_CODE_BITS {
            code <<= 1;
            for (symbol, _) in lengths.iter().enumerate().filter(|&(_, of)| *of == length) {
                codes[symbol] = code;
                code += 1;
            }
        }
        Encoder { lengths, codes }
    }

    /// Writes the code lengths: u16 how many, and unless there are none the u16 first symbol and four bits a symbol
    /// from there on, the first in the high half of a byte.
    pub(super) fn describe(&self, to: &mut Writer) {
        let is_used = |length: &u8| *length > 0;
        let first = self.lengths.iter().position(is_used).unwrap_or(0);
        let end = self.lengths.iter().rposition(is_used).map_or(0, |last| last + 1);
        to.u16((end - first) as u16);
        if end > first {
            to.u16(first as u16);
        }
        for pair in self.lengths[first..end].chunks(2) {
            to.u8(pair[0] << 4 | pair.get(1).copied().unwrap_or(0));
        }
    }

    /// Writes one symbol, which must have been counted.
    #[inline]
    pub(super) fn write(&self, symbol: u16, to: &mut BitWriter) {
        let at = usize::from(symbol);
        to.write(self.codes[at].into(), self.lengths[at].into());
    }
}

/// Code lengths for the counts, all at most 12 bits: halves the counts until Huffman's tree is that shallow.
fn code_lengths(counts: &[u32]) -> Vec<u8> {
    let mut counts = counts.to_vec();
    loop {
        let lengths = tree_depths(&counts);
        if lengths.iter().all(|&length| length <= MAX_CODE_BITS) {
            return lengths;
        }
        for count in &mut counts {
            *count = count.div_ceil(2);
        }
    }
}

/// Depth of each symbol's leaf in Huffman's tree, by the method of two queues (van Leeuwen 1976).
fn tree_depths(counts: &[u32]) -> Vec<u8> {
    let mut leaves: Vec<usize> = (0..counts.len()).filter(|&symbol| counts[symbol] > 0).collect();
    leaves.sort_by_key(|&symbol| (counts[symbol], symbol));
    let mut depths = vec![0u8; counts.len()];
    if let [only] = leaves[..] {
        depths[only] = 1;
    }
    if leaves.len() < 2 {
        return depths;
    }
    let num_leaves = leaves.len();
    let mut weights: Vec<u64> = leaves.iter().map(|&symbol| counts[symbol].into()).collect();
    let mut parents = vec![0; 2 * num_leaves - 1];
    let (mut leaf, mut inner) = (0, num_leaves);
    while weights.len() < 2 * num_leaves - 1 {
        let parent = weights.len();
        let mut sum = 0;
        for _ in 0..2 {
            let child = if leaf < num_leaves && (inner == parent || weights[leaf] <= weights[inner]) {
                leaf += 1;
                leaf - 1
            } else {
                inner += 1;
                inner - 1
            };
            parents[child] = parent;
            sum += weights[child];
        }
        weights.push(sum);
    }
    let mut node_depths = vec![0u8; 2 * num_leaves - 1];
    for node in (0..2 * num_leaves - 2).rev() {
        node_depths[node] = node_depths[parents[node]].saturating_add(1);
    }
    for (node, &symbol) in leaves.iter().enumerate() {
        depths[symbol] = node_depths[node];
    }
    depths
}

/// Reads symbols by looking up the next bits in a table.
#[derive(Debug)]
pub(super) struct Decoder {
    /// By the next `num_bits` bits (1 to 12): symbol times 16 plus code length; 0 where no code begins like that.
    table: Vec<u16>,
    num_bits: u32,
}

impl Decoder {
    /// Reads the code lengths that [`Encoder::describe`] writes, of symbols below `max_symbols`.
    pub(super) fn read(from: &mut Reader, max_symbols: usize) -> Result<Decoder, Fault> {
        let start = from.clone();
        let num_symbols = usize::from(from.u16()?);
        let first = if num_symbols > 0 { from.u16()? } else { 0 };
        let limit = max_symbols.min(MAX_SYMBOLS);
        if usize::from(first) + num_symbols > limit {
            let end = u64::from(first) + num_symbols as u64;
            return Err(start.fault("end of a code's symbols", end, Expected::AtMost(limit as u64)));
        }
        let mut lengths = Vec::with_capacity(num_symbols + 1);
        for pair in from.take(num_symbols.div_ceil(2))? {
            lengths.push(pair >> 4);
            lengths.push(pair & 15);
        }
        if num_symbols & 1 == 1
            && let Some(left) = lengths.pop()
            && left != 0
        {
            return Err(start.fault("half byte after the code lengths", left.into(), Expected::Exactly(0)));
        }
        Decoder::from_lengths(first, &lengths).map_err(|share| {
            let expected = Expected::Exactly(1 << MAX_CODE_BITS);
            start.fault("number of 12-bit words that a prefix code takes", share, expected)
        })
    }

    /// The table for a code of the symbols from `first` on, of these lengths; `Err` is the share of all 12-bit words that the code takes,
    /// unless it is all of them.
    fn from_lengths(first: u16, lengths: &[u8]) -> Result<Decoder, u64> {
        let (mut share, mut used, mut longest) = (0u64, 0, 1);
        for &length in lengths {
            if length > MAX_CODE_BITS {
                return Err(0);
            }
            if length > 0 {
                share += 1 << (MAX_CODE_BITS - length);
                used += 1;
                longest = longest.max(length);
            }
        }
        let whole = 1 << MAX_CODE_BITS;
        if !(share == whole || used == 0 || (used == 1 && share == whole / 2)) {
            return Err(share);
        }
        let mut table = Vec::with_capacity(1 << longest);
        for length in 1..=longest {
            for (symbol, &of_symbol) in (first..).zip(lengths) {
                if of_symbol == length {
                    table.resize(table.len() + (1 << (longest - length)), symbol << 4 | u16::from(length));
                }
            }
        }
        table.resize(1 << longest, 0);
        Ok(Decoder { table, num_bits: longest.into() })
    }

    /// Loads and takes one symbol; at least 44 bits stay loaded. A word that is no code marks the stream as broken.
    #[inline(never)]
    pub(super) fn read_symbol(&self, from: &mut BitReader) -> u16 {
        from.refill();
        let entry = self.table.get(from.peek(self.num_bits) as usize).copied().unwrap_or(0);
        if entry == 0 {
            from.mark_broken();
        }
        from.skip((entry & 15).into());
        entry >> 4
    }
}

/// Several codes, one after the other.
pub(super) fn read_codes(from: &mut Reader, num_codes: usize, max_symbols: usize) -> Result<Vec<Decoder>, Fault> {
    let mut codes = Vec::with_capacity(num_codes);
    for _ in 0..num_codes {
        codes.push(Decoder::read(from, max_symbols)?);
    }
    Ok(codes)
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoder(encoder: &Encoder) -> Decoder {
        let mut writer = Writer::default();
        encoder.describe(&mut writer);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let decoder = Decoder::read(&mut reader, MAX_SYMBOLS).unwrap();
        reader.end().unwrap();
        decoder
    }

    fn round_trip(symbols: &[u16]) -> usize {
        let mut counts = vec![0; symbols.iter().max().map_or(0, |&most| usize::from(most) + 1)];
        symbols.iter().for_each(|&symbol| counts[usize::from(symbol)] += 1);
        let encoder = Encoder::new(&counts);
        let mut writer = BitWriter::default();
        symbols.iter().for_each(|&symbol| encoder.write(symbol, &mut writer));
        let bytes = writer.finish();
        let decoder = decoder(&encoder);
        let mut reader = BitReader::new(&bytes);
        for &symbol in symbols {
            assert_eq!(decoder.read_symbol(&mut reader), symbol);
        }
        assert!(reader.is_done());
        bytes.len()
    }

    proptest! {
        #[test]
        fn symbols_come_back(symbols in prop::collection::vec(0u16..300, 0..400)) {
            round_trip(&symbols);
        }
    }

    #[test]
    fn every_alphabet_size_works() {
        for num_symbols in [1u16, 2, 3, 255, 256, 4096] {
            round_trip(&(0..num_symbols).collect::<Vec<_>>());
        }
    }

    #[test]
    fn codes_stay_within_12_bits_for_counts_that_grow_like_fibonacci_numbers() {
        let mut counts = vec![1u32, 1];
        for at in 2..40 {
            counts.push(counts[at - 1] + counts[at - 2]);
        }
        assert!(tree_depths(&counts).iter().any(|&depth| depth > MAX_CODE_BITS));
        let lengths = code_lengths(&counts);
        assert!(lengths.iter().all(|&length| (1..=MAX_CODE_BITS).contains(&length)));
        let share: u32 = lengths.iter().map(|&length| 1 << (MAX_CODE_BITS - length)).sum();
        assert_eq!(share, 1 << MAX_CODE_BITS);
    }

    #[test]
    fn a_skewed_alphabet_takes_about_its_entropy() {
        // Shares 1/2, 1/4, 1/8, 1/8: 1.75 bits a symbol, 800 symbols, 175 bytes.
        let symbols: Vec<u16> = [0, 0, 0, 0, 1, 1, 2, 3].repeat(100);
        assert_eq!(round_trip(&symbols), 175);
    }

    #[test]
    fn codes_that_leave_words_over_or_take_too_many_are_refused() {
        for lengths in [vec![2u8, 2, 2], vec![1, 1, 1], vec![13], vec![2]] {
            assert!(Decoder::from_lengths(0, &lengths).is_err(), "{lengths:?}");
        }
    }
}
