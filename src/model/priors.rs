//! What is known of each item by itself: its popularity and its category.

use super::Categories;
use super::bits::{BitReader, BitWriter};
use super::bytes::{Expected, Fault, Reader, Writer};
use super::dictionary::Dictionary;
use super::huffman::{Decoder, Encoder};
use crate::CategoryIx;

/// A [`CategoryIx`] has 16 bits.
pub(super) const MAX_CATEGORIES: usize = 1 << 16;

pub(super) fn write_popularity(popularity: &[u8]) -> Vec<u8> {
    let mut counts = [0; 256];
    popularity.iter().for_each(|&level| counts[usize::from(level)] += 1);
    let code = Encoder::new(&counts);
    let mut to = Writer::default();
    code.describe(&mut to);
    let mut bits = BitWriter::default();
    popularity.iter().for_each(|&level| code.write(level.into(), &mut bits));
    to.bytes(&bits.finish());
    to.finish()
}

pub(super) fn read_popularity(from: &mut Reader, num_items: usize) -> Result<Vec<u8>, Fault> {
    let code = Decoder::read(from, 256)?;
    let start = from.clone();
    let mut bits = BitReader::new(bits_for(from, num_items)?);
    let popularity = (0..num_items).map(|_| code.read_symbol(&mut bits) as u8).collect();
    finish(&bits, &start)?;
    Ok(popularity)
}

/// Names, then for each item a bit: 1 if its category is the one before, else 0 and the number plus 1, or 0 for none.
pub(super) fn write_categories(categories: &Categories) -> Vec<u8> {
    let mut to = Writer::default();
    to.u32(categories.names.len() as u32);
    categories.names.iter().for_each(|name| to.text(name));
    let width = width(categories.names.len());
    let mut bits = BitWriter::default();
    let mut before = None;
    for &category in &categories.of_item {
        if category == before {
            bits.write(1, 1);
        } else {
            bits.write(0, 1);
            bits.write(category.map_or(0, |CategoryIx(number)| u32::from(number) + 1), width);
        }
        before = category;
    }
    to.bytes(&bits.finish());
    to.finish()
}

pub(super) fn read_categories(from: &mut Reader, num_items: usize) -> Result<Categories, Fault> {
    let num_names = from.u32()? as usize;
    // A name takes two bytes at least.
    let most = (from.num_left() / 2).min(MAX_CATEGORIES);
    if num_names > most {
        return Err(from.fault("number of categories", num_names as u64, Expected::AtMost(most as u64)));
    }
    let names_at = from.clone();
    let names = (0..num_names).map(|_| from.text().map(str::to_owned)).collect::<Result<Vec<String>, Fault>>()?;
    if let Some(number) = first_repetition(&names) {
        let expected = Expected::Text("one whose name no other has");
        return Err(names_at.fault("category", number as u64, expected));
    }
    let width = width(num_names);
    let start = from.clone();
    let mut bits = BitReader::new(bits_for(from, num_items)?);
    let mut of_item = Vec::with_capacity(num_items);
    let mut category = None;
    for _ in 0..num_items {
        if bits.read_wide(1) == 0 {
            let number = bits.read_wide(width) as usize;
            if number > num_names {
                return Err(start.fault("category of an item", number as u64, Expected::AtMost(num_names as u64)));
            }
            category = number.checked_sub(1).map(|number| CategoryIx(number as u16));
        }
        of_item.push(category);
    }
    finish(&bits, &start)?;
    Ok(Categories { names, of_item })
}

/// Bits of a category's number plus 1.
fn width(num_names: usize) -> u32 {
    usize::BITS - num_names.leading_zeros()
}

/// The position of a name that stands before already.
pub(super) fn first_repetition(names: &[String]) -> Option<usize> {
    Dictionary::new(names).err()
}

/// The rest of the section, which must have a bit for each item at least.
fn bits_for<'a>(from: &mut Reader<'a>, num_items: usize) -> Result<&'a [u8], Fault> {
    let least = num_items.div_ceil(8);
    if from.num_left() < least {
        return Err(from.fault("number of bytes left", from.num_left() as u64, Expected::AtLeast(least as u64)));
    }
    Ok(from.rest())
}

fn finish(bits: &BitReader, start: &Reader) -> Result<(), Fault> {
    if bits.is_done() {
        return Ok(());
    }
    Err(start.fault(
        "length of the content in bits",
        bits.position() as u64,
        Expected::Text("all that the section has"),
    ))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::model::bytes::Problem;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn popularity_comes_back(popularity in prop::collection::vec(any::<u8>(), 0..200)) {
            let bytes = write_popularity(&popularity);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(read_popularity(&mut reader, popularity.len()).unwrap(), popularity);
        }

        #[test]
        fn categories_come_back(
            num_names in 0usize..40,
            numbers in prop::collection::vec(0usize..100, 0..100),
        ) {
            let of_item = numbers.iter().map(|&number| {
                if number < num_names { Some(CategoryIx(number as u16)) } else { None }
            }).collect();
            let names = (0..num_names).map(|number| number.to_string()).collect();
            let categories = Categories { names, of_item };
            let bytes = write_categories(&categories);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(read_categories(&mut reader, numbers.len()).unwrap(), categories);
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let names = ["a", "b", "a"].map(str::to_owned).to_vec();
        let bytes = write_categories(&Categories { names, of_item: Vec::new() });
        assert_eq!(
            read_categories(&mut Reader::new(&bytes), 0).unwrap_err(),
            Problem::wrong("category", 4, 2, Expected::Text("one whose name no other has"))
        );
    }

    #[test]
    fn too_few_bytes_for_the_items_are_refused() {
        let bytes = write_popularity(&[1, 2, 3]);
        assert_eq!(read_popularity(&mut Reader::new(&bytes), 9).unwrap_err().expected(), Some(Expected::AtLeast(2)));
        assert!(read_popularity(&mut Reader::new(&bytes), 8).is_err());
    }
}
