//! The section of shop ids: numbers packed to the bit, text with a prefix code for bytes, or a sorted set and an order.

use super::bits::{BitReader, BitWriter};
use super::bytes::{Expected, Fault, Reader, Writer};
use super::dictionary::{Dictionary, Refused};
use super::file::Join;
use super::huffman::{Decoder, Encoder};
use super::{Neighbours, ordered};
use crate::ItemIx;

/// Twice a number must fit 32 bits, and `u32::MAX` stands for no item.
pub(super) const MAX_ITEMS: usize = 1 << 30;
/// Items that even the shortest section may hold: a sorted set of numbers one after the other takes next to nothing.
pub(super) const MIN_ITEMS: usize = 1 << 17;
/// Ids that are all canonical decimal numbers below 2^64.
const KIND_INTEGERS: u8 = 0;
/// Any other ids.
const KIND_TEXT: u8 = 1;
/// Any ids, as [`ordered`] writes them.
const KIND_ORDERED: u8 = 2;
/// Ends an id; stands nowhere in UTF-8.
const END_OF_ID: u8 = 0xff;

/// Writes the ids in the shortest of the three ways; `table` is the model's first, which a reader reads before them.
pub(super) fn write(items: &Dictionary, table: Option<&Neighbours>, jobs: &(impl Join + Sync)) -> Vec<u8> {
    let ids = || (0..items.len() as u32).map(|number| items.id(ItemIx(number)));
    let mut to = Writer::default();
    to.u32(items.len() as u32);
    let mut ordered = to.clone();
    match ids().map(canonical_number).collect::<Option<Vec<u64>>>() {
        Some(numbers) => write_integers(&numbers, &mut to),
        None => write_text(ids(), &mut to),
    }
    ordered.u8(KIND_ORDERED);
    let (to, is_whole) = (to.finish(), ordered::write(items, table, &mut ordered, jobs).is_some());
    let ordered = ordered.finish();
    if is_whole && ordered.len() < to.len() { ordered } else { to }
}

/// How many items there are, without reading on.
pub(super) fn num_items(from: &Reader) -> Result<usize, Fault> {
    let mut from = from.clone();
    let num_items = from.u32()? as usize;
    let most = most_items_in(from.num_left());
    if num_items > most {
        return Err(from.fault("number of items", num_items as u64, Expected::AtMost(most as u64)));
    }
    Ok(num_items)
}

/// How many items a stream of so many bytes may hold: 16 to a byte, so that what a reader allocates is bounded by the file.
pub(super) fn most_items_in(num_bytes: usize) -> usize {
    num_bytes.saturating_mul(16).clamp(MIN_ITEMS, MAX_ITEMS)
}

/// Ids that are being read.
pub(super) enum Reading {
    Done(Dictionary),
    Ordered(Box<ordered::Reading>),
}

impl Reading {
    /// Reads all that no table is needed for.
    pub(super) fn new(from: &mut Reader) -> Result<Reading, Fault> {
        let num_items = from.u32()? as usize;
        // Every kind of id but `ordered` takes a bit at least, but for one that is alone.
        let most = from.num_left().saturating_mul(8).min(MAX_ITEMS);
        let kind = from.u8()?;
        if kind != KIND_ORDERED && num_items > most {
            return Err(from.fault("number of items", num_items as u64, Expected::AtMost(most as u64)));
        }
        match kind {
            KIND_INTEGERS => read_integers(from, num_items).map(Reading::Done),
            KIND_TEXT => read_text(from, num_items).map(Reading::Done),
            KIND_ORDERED => Ok(Reading::Ordered(Box::new(ordered::Reading::new(from, num_items)?))),
            kind => Err(from.fault("kind of ids", kind.into(), Expected::AtMost(KIND_ORDERED.into()))),
        }
    }

    /// Reads on for about `num_decisions` decisions; whether all is read.
    pub(super) fn advance(&mut self, table: Option<&Neighbours>, num_decisions: usize) -> Result<bool, Fault> {
        match self {
            Reading::Done(_) => Ok(true),
            Reading::Ordered(ordered) => ordered.advance(table, num_decisions),
        }
    }

    pub(super) fn into_items(self) -> Dictionary {
        match self {
            Reading::Done(items) => items,
            Reading::Ordered(ordered) => ordered.into_items(),
        }
    }
}

/// The number that `id` is the only decimal form of.
pub(super) fn canonical_number(id: &str) -> Option<u64> {
    let canonical = match id.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if canonical { id.parse().ok() } else { None }
}

fn write_integers(numbers: &[u64], to: &mut Writer) {
    let least = numbers.iter().copied().min().unwrap_or(0);
    let most = numbers.iter().copied().max().unwrap_or(0);
    let width = u64::BITS - (most - least).leading_zeros();
    to.u8(KIND_INTEGERS);
    to.u64(least);
    to.u8(width as u8);
    let mut bits = BitWriter::default();
    numbers.iter().for_each(|number| bits.write_wide(number - least, width));
    to.bytes(&bits.finish());
}

fn read_integers(from: &mut Reader, num_items: usize) -> Result<Dictionary, Fault> {
    let least = from.u64()?;
    let width = from.u8()?;
    if width > 64 {
        return Err(from.fault("bits of an id", width.into(), Expected::AtMost(64)));
    }
    // Ids are distinct.
    let least_width = usize::BITS - num_items.saturating_sub(1).leading_zeros();
    if u32::from(width) < least_width {
        return Err(from.fault("bits of an id", width.into(), Expected::AtLeast(least_width.into())));
    }
    let num_bytes = (num_items as u64 * u64::from(width)).div_ceil(8);
    if num_bytes != from.num_left() as u64 {
        return Err(from.fault("number of bytes left", from.num_left() as u64, Expected::Exactly(num_bytes)));
    }
    let start = from.clone();
    let mut bits = BitReader::new(from.rest());
    let mut items = Dictionary::with_room(num_items);
    let mut digits = [0; 20];
    for number in 0..num_items {
        let Some(id) = least.checked_add(bits.read_wide(width.into())) else {
            return Err(start.fault("an id above the smallest by", u64::MAX, Expected::AtMost(u64::MAX - least)));
        };
        push(&mut items, decimal(id, &mut digits), number, &start)?;
    }
    finish(&bits, &start)?;
    Ok(items)
}

/// The decimal form of `number`, without the weight of the formatting machinery.
pub(super) fn decimal(mut number: u64, digits: &mut [u8; 20]) -> &str {
    let mut num_digits = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        num_digits += 1;
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(20 - num_digits..).unwrap_or(&[]);
    std::str::from_utf8(digits).unwrap_or("")
}

fn write_text<'a>(ids: impl Iterator<Item = &'a str> + Clone, to: &mut Writer) {
    let bytes = || ids.clone().flat_map(|id| id.bytes().chain([END_OF_ID]));
    let mut counts = [0u32; 256];
    bytes().for_each(|byte| counts[usize::from(byte)] = counts[usize::from(byte)].saturating_add(1));
    let code = Encoder::new(&counts);
    to.u8(KIND_TEXT);
    code.describe(to);
    let mut bits = BitWriter::default();
    bytes().for_each(|byte| code.write(byte.into(), &mut bits));
    to.bytes(&bits.finish());
}

fn read_text(from: &mut Reader, num_items: usize) -> Result<Dictionary, Fault> {
    let code = Decoder::read(from, 256)?;
    let start = from.clone();
    let bytes = from.rest();
    let mut most = bytes.len().saturating_mul(8);
    let mut bits = BitReader::new(bytes);
    let mut items = Dictionary::with_room(num_items);
    let mut id = Vec::new();
    for number in 0..num_items {
        id.clear();
        loop {
            let byte = code.read_symbol(&mut bits) as u8;
            most = match most.checked_sub(1) {
                Some(most) => most,
                None => return Err(start.fault("number of ids", number as u64, Expected::Exactly(num_items as u64))),
            };
            if byte == END_OF_ID {
                break;
            }
            id.push(byte);
        }
        match std::str::from_utf8(&id) {
            Ok(id) => push(&mut items, id, number, &start)?,
            Err(_) => return Err(start.fault("id of item", number as u64, Expected::Text("UTF-8"))),
        }
    }
    finish(&bits, &start)?;
    Ok(items)
}

fn push(items: &mut Dictionary, id: &str, number: usize, start: &Reader) -> Result<(), Fault> {
    items.push(id).map_err(|refused| {
        let expected = match refused {
            Refused::Twice => "an id that does not stand before",
            Refused::Full => "ids of less than 4 GiB together",
        };
        start.fault("id of item", number as u64, Expected::Text(expected))
    })
}

fn finish(bits: &BitReader, start: &Reader) -> Result<(), Fault> {
    if bits.is_done() {
        return Ok(());
    }
    Err(start.fault("length of the ids in bits", bits.position() as u64, Expected::Text("all that the section has")))
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use crate::model::InTurn;
    use proptest::prelude::*;

    fn round_trip(ids: &[String]) -> usize {
        let items = Dictionary::new(ids).unwrap();
        let bytes = write(&items, None, &InTurn);
        let mut reader = Reader::new(&bytes);
        assert_eq!(read(&mut reader).unwrap(), items);
        reader.end().unwrap();
        bytes.len()
    }

    fn read(from: &mut Reader) -> Result<Dictionary, Fault> {
        num_items(from)?;
        let mut reading = Reading::new(from)?;
        while !reading.advance(None, 7)? {}
        Ok(reading.into_items())
    }

    fn distinct(ids: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        ids.into_iter().filter(|id| seen.insert(id.clone())).collect()
    }

    proptest! {
        #[test]
        fn any_text_comes_back(ids in prop::collection::vec(any::<String>(), 0..60)) {
            round_trip(&distinct(ids));
        }

        #[test]
        fn any_numbers_come_back(ids in prop::collection::vec(any::<u64>(), 0..60)) {
            round_trip(&distinct(ids.iter().map(u64::to_string)));
        }
    }

    #[test]
    fn numbers_close_together_take_few_bits_however_large_they_are() {
        let ids = |numbers: &[u64]| -> Vec<String> {
            numbers.iter().map(|number| (9_000_000_000_000u64 + number).to_string()).collect()
        };
        let mut numbers: Vec<u64> = (0..1024).collect();
        // In their order they take next to nothing.
        assert!(round_trip(&ids(&numbers)) < 40);
        numbers.sort_by_key(|number| {
            let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
        });
        // In one that says nothing, log2(1024!) bits, 1,097 bytes, are the bound, and 10 bits each are what plain numbers take.
        assert!((1097..14 + 1280).contains(&round_trip(&ids(&numbers))));
    }

    #[test]
    fn an_id_that_only_looks_like_a_number_stays_text() {
        for id in ["007", "+1", "", "00", "18446744073709551616", "-1", "1 "] {
            assert_eq!(canonical_number(id), None, "{id:?}");
            round_trip(&["5".to_string(), id.to_string()]);
        }
        assert_eq!(canonical_number("18446744073709551615"), Some(u64::MAX));
        assert_eq!(canonical_number("0"), Some(0));
        round_trip(&["0".to_string(), u64::MAX.to_string()]);
    }

    #[test]
    fn ids_that_stand_twice_overflow_or_are_no_utf8_are_refused() {
        let integers = |least: u64, bits: u8| {
            let mut to = Writer::default();
            to.u32(2);
            to.u8(KIND_INTEGERS);
            to.u64(least);
            to.u8(1);
            to.u8(bits);
            read(&mut Reader::new(&to.finish())).map(|items| items.len())
        };
        assert_eq!(integers(7, 0b0100_0000), Ok(2));
        assert_eq!(
            integers(7, 0b1100_0000).unwrap_err(),
            Fault::wrong("id of item", 14, 1, Expected::Text("an id that does not stand before"))
        );
        assert_eq!(integers(u64::MAX, 0b0100_0000).unwrap_err().expected(), Some(Expected::AtMost(0)));

        let mut to = Writer::default();
        to.u32(1);
        to.u8(KIND_TEXT);
        let mut counts = [0; 256];
        counts[0xc3] = 1;
        counts[usize::from(END_OF_ID)] = 1;
        Encoder::new(&counts).describe(&mut to);
        to.u8(0b0100_0000);
        assert_eq!(read(&mut Reader::new(&to.finish())).unwrap_err().expected(), Some(Expected::Text("UTF-8")));
    }

    #[test]
    fn a_number_of_items_beyond_the_bytes_is_refused_before_anything_is_allocated() {
        let mut to = Writer::default();
        to.u32(u32::MAX);
        to.u8(KIND_INTEGERS);
        let fault = read(&mut Reader::new(&to.finish())).unwrap_err();
        assert_eq!(fault, Fault::wrong("number of items", 4, u32::MAX.into(), Expected::AtMost(MIN_ITEMS as u64)));
    }
}
