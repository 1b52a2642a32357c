//! Facts about each item by itself: its popularity and its category.

use super::Categories;
use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::coder::{BinaryCoder, Context, Decoder, Encoder, FRESH};
use super::dictionary::Dictionary;
use super::times::{List, read_lists, write_lists};
use crate::CategoryIx;

/// A [`CategoryIx`] has 16 bits.
pub(super) const MAX_CATEGORIES: usize = 1 << 16;

/// Writes a level for each item: that of most items of its class, and exceptions. Without classes, all items have the
/// first.
pub(super) fn write_popularity(popularity: &[u8], classes: &[u8]) -> Vec<u8> {
    let class_of = |item: usize| usize::from(classes.get(item).copied().unwrap_or(0));
    let num_classes = (0..popularity.len()).map(class_of).max().map_or(0, |most| most + 1);
    let mut counts = vec![[0u32; 256]; num_classes];
    for (item, &level) in popularity.iter().enumerate() {
        if let Some(counts) = counts.get_mut(class_of(item)) {
            counts[usize::from(level)] += 1;
        }
    }
    let usual: Vec<u8> = counts
        .iter()
        .map(|counts| (0..=u8::MAX).rev().max_by_key(|&level| counts[usize::from(level)]).unwrap_or(0))
        .collect();
    let exceptions = popularity.iter().enumerate().filter(|&(item, level)| usual.get(class_of(item)) != Some(level));
    let list: List = exceptions.map(|(item, &level)| (item as u32, u32::from(u8::MAX - level))).collect();
    let mut to = Writer::default();
    to.u8(num_classes as u8);
    to.bytes(&usual);
    to.u32(list.len() as u32);
    write_lists(&[list], &mut to);
    to.finish()
}

/// Reads a level for each item, given the class of each.
pub(super) fn read_popularity(from: &mut Reader, classes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let num_classes = from.u8()?;
    let usual = from.take(num_classes.into())?;
    let num_exceptions = from.u32()? as usize;
    let mut levels = Vec::with_capacity(classes.len());
    for &class in classes {
        levels.push(usual.get(usize::from(class)).copied().unwrap_or(0));
    }
    read_lists(from, &[(num_exceptions, classes.len())], u8::MAX.into(), &mut |_, item, below| {
        if let Some(to) = levels.get_mut(item as usize) {
            *to = u8::MAX - below as u8;
        }
    })?;
    Ok(levels)
}

/// Categories of the items before that an item is asked about first, the latest.
const NUM_RECENT: usize = 6;

/// Codes the category of each item, of so many names: one of those met last, or any or none. `None` if the stream is
/// not one that a writer writes.
fn code_categories<S: BinaryCoder>(
    coder: &mut S,
    num_items: usize,
    num_names: usize,
    value: impl Fn(usize) -> u32,
) -> Option<Vec<Option<CategoryIx>>> {
    // 0 for none.
    let mut recent: Vec<u32> = vec![0];
    let mut contexts: [Context; 8 * 8] = [FRESH; 64];
    let mut before = 0;
    let mut of_item = Vec::with_capacity(num_items);
    for item in 0..num_items {
        let mut at = 0;
        while let Some(&number) = recent.get(at)
            && !coder.adaptive(&mut contexts[(before * 8 + at) & 63], || value(item) == number)
        {
            at += 1;
        }
        if at == recent.len() {
            recent.push(coder.uniform(num_names as u32 + 1, || value(item)));
        }
        for at in (0..at).rev() {
            recent.swap(at, at + 1);
        }
        recent.truncate(NUM_RECENT);
        before = at.min(7);
        let number = recent.first().copied()?;
        of_item.push(number.checked_sub(1).map(|number| CategoryIx(number as u16)));
    }
    Some(of_item)
}

/// Names, then the category of each item.
pub(super) fn write_categories(categories: &Categories) -> Vec<u8> {
    let mut to = Writer::default();
    to.u32(categories.names.len() as u32);
    categories.names.iter().for_each(|name| to.text(name));
    let number = |item: usize| {
        categories.of_item.get(item).copied().flatten().map_or(0, |CategoryIx(number)| u32::from(number) + 1)
    };
    let mut encoder = Encoder::new();
    code_categories(&mut encoder, categories.of_item.len(), categories.names.len(), number);
    to.bytes(&encoder.finish());
    to.finish()
}

pub(super) fn read_categories(from: &mut Reader, num_items: usize) -> Result<Categories, DecodeError> {
    let num_names = from.u32()? as usize;
    // A name takes two bytes at least.
    let most = (from.num_left() / 2).min(MAX_CATEGORIES);
    if num_names > most {
        return Err(from.fault("number of categories", num_names as u64, Expected::AtMost(most as u64)));
    }
    #[cfg(feature = "read")]
    let names_at = from.clone();
    let mut names = Vec::with_capacity(num_names);
    for _ in 0..num_names {
        names.push(from.text()?.to_owned());
    }
    // To a page names are but names, and the way to tell that they differ is not worth its download.
    #[cfg(feature = "read")]
    if let Some(number) = first_repetition(&names) {
        let expected = Expected::Text("one whose name no other has");
        return Err(names_at.fault("category", number as u64, expected));
    }
    let start = from.clone();
    let mut decoder = Decoder::new(from.rest());
    let of_item = code_categories(&mut decoder, num_items, num_names, |_| 0).filter(|_| decoder.is_done());
    match of_item {
        Some(of_item) => Ok(Categories { names, of_item }),
        None => {
            Err(start.fault("stream of categories", num_items as u64, Expected::Text("one that ends with the section")))
        }
    }
}

/// The position of a name that occurs before.
pub(super) fn first_repetition(names: &[String]) -> Option<usize> {
    Dictionary::new(names).err()
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn popularity_comes_back(popularity in prop::collection::vec(any::<u8>(), 0..200)) {
            let classes: Vec<u8> = popularity.iter().map(|level| level % 3).collect();
            for (written, read) in [(&classes[..], &classes[..]), (&[], &vec![0; classes.len()][..])] {
                let bytes = write_popularity(&popularity, written);
                let mut reader = Reader::new(&bytes);
                let read = read_popularity(&mut reader, read).unwrap();
                reader.end().unwrap();
                prop_assert_eq!(read, &popularity[..]);
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
            DecodeError::wrong("category", 4, 2, Expected::Text("one whose name no other has"))
        );
    }
}
