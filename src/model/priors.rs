//! What is known of each item by itself: its popularity and its category.

use super::Categories;
use super::bits::{BitReader, BitWriter};
use super::bytes::{Expected, Fault, Reader, Writer};
use super::dictionary::Dictionary;
use super::huffman::{Decoder, Encoder};
use super::times::{List, read_lists, write_lists};
use crate::CategoryIx;

/// A [`CategoryIx`] has 16 bits.
pub(super) const MAX_CATEGORIES: usize = 1 << 16;

/// Stands in place of a number of code lengths, of which there are 256 at most.
const BY_CLASS: u16 = u16::MAX;

/// Writes a level for each item: with a prefix code, or as one for each class of items and exceptions, whichever is shorter.
pub(super) fn write_popularity(popularity: &[u8], classes: &[u8]) -> Vec<u8> {
    let mut counts = [0; 256];
    popularity.iter().for_each(|&level| counts[usize::from(level)] += 1);
    let code = Encoder::new(&counts);
    let mut to = Writer::default();
    code.describe(&mut to);
    let mut bits = BitWriter::default();
    popularity.iter().for_each(|&level| code.write(level.into(), &mut bits));
    to.bytes(&bits.finish());
    let by_level = to.finish();
    match write_by_class(popularity, classes) {
        Some(by_class) if by_class.len() < by_level.len() => by_class,
        _ => by_level,
    }
}

/// `None` if not every item has a class, or there are too many.
fn write_by_class(popularity: &[u8], classes: &[u8]) -> Option<Vec<u8>> {
    let num_classes = classes.iter().max().map_or(0, |&most| usize::from(most) + 1);
    let num_stated = u8::try_from(num_classes).ok().filter(|_| classes.len() == popularity.len())?;
    let mut counts = vec![[0u32; 256]; num_classes];
    for (&level, &class) in popularity.iter().zip(classes) {
        if let Some(counts) = counts.get_mut(usize::from(class)) {
            counts[usize::from(level)] += 1;
        }
    }
    let usual: Vec<u8> = counts
        .iter()
        .map(|counts| (0..=u8::MAX).rev().max_by_key(|&level| counts[usize::from(level)]).unwrap_or(0))
        .collect();
    let is_usual = |level: u8, class: u8| usual.get(usize::from(class)) == Some(&level);
    let exceptions =
        (0u32..).zip(popularity.iter().zip(classes)).filter(|(_, (level, class))| !is_usual(**level, **class));
    let mut to = Writer::default();
    to.u16(BY_CLASS);
    to.u8(num_stated);
    to.bytes(&usual);
    let list: List = exceptions.map(|(item, (&level, _))| (item, u32::from(u8::MAX - level))).collect();
    to.u32(list.len() as u32);
    write_lists(&[list], &mut to);
    Some(to.finish())
}

/// Popularity that is being read.
pub(super) enum Popularity {
    Whole(Vec<u8>),
    /// The level of each class, and items with another one.
    ByClass {
        usual: Vec<u8>,
        exceptions: Vec<(u32, u8)>,
    },
}

impl Popularity {
    /// The levels, once the classes of all items are known.
    pub(super) fn with_classes(self, classes: &[u8], num_items: usize) -> Vec<u8> {
        let (usual, exceptions) = match self {
            Popularity::Whole(popularity) => return popularity,
            Popularity::ByClass { usual, exceptions } => (usual, exceptions),
        };
        let class_of = |item: usize| usize::from(classes.get(item).copied().unwrap_or(0));
        let mut levels: Vec<u8> = (0..num_items).map(|item| usual.get(class_of(item)).copied().unwrap_or(0)).collect();
        for (item, level) in exceptions {
            if let Some(to) = levels.get_mut(item as usize) {
                *to = level;
            }
        }
        levels
    }
}

pub(super) fn read_popularity(from: &mut Reader, num_items: usize) -> Result<Popularity, Fault> {
    let mut first = from.clone();
    if first.u16()? == BY_CLASS {
        *from = first;
        return read_by_class(from, num_items);
    }
    let code = Decoder::read(from, 256)?;
    let start = from.clone();
    let mut bits = BitReader::new(bits_for(from, num_items)?);
    let popularity = (0..num_items).map(|_| code.read_symbol(&mut bits) as u8).collect();
    finish(&bits, &start)?;
    Ok(Popularity::Whole(popularity))
}

fn read_by_class(from: &mut Reader, num_items: usize) -> Result<Popularity, Fault> {
    let num_classes = from.u8()?;
    let usual = from.take(num_classes.into())?.to_vec();
    let num_exceptions = from.u32()? as usize;
    let lists = read_lists(from, &[(num_exceptions, num_items)], u8::MAX.into())?;
    let exceptions = lists.into_iter().flatten().map(|(item, below)| (item, u8::MAX - below as u8)).collect();
    Ok(Popularity::ByClass { usual, exceptions })
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

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use crate::model::bytes::Problem;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn popularity_comes_back(popularity in prop::collection::vec(any::<u8>(), 0..200)) {
            let classes: Vec<u8> = popularity.iter().map(|level| level % 3).collect();
            for bytes in [write_popularity(&popularity, &classes), write_by_class(&popularity, &classes).unwrap()] {
                let mut reader = Reader::new(&bytes);
                let read = read_popularity(&mut reader, popularity.len()).unwrap();
                reader.end().unwrap();
                prop_assert_eq!(read.with_classes(&classes, popularity.len()), &popularity[..]);
            }
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
        let bytes = write_popularity(&[1, 2, 3], &[]);
        assert_eq!(read_popularity(&mut Reader::new(&bytes), 9).err().unwrap().expected(), Some(Expected::AtLeast(2)));
        assert!(read_popularity(&mut Reader::new(&bytes), 8).is_err());
    }
}
