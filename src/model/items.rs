//! The items of a file: their ids as a sorted set and the block of each id, and their classes.

use super::blocks::{code_classes, code_places};
use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::coder::{Decoder, Encoder, Limit};
use super::ids::{IdSet, SortedIds};
use super::neighbours::MAX_CLASSES;
use super::{Dictionary, ModelError};
use crate::ItemIx;
use std::ops::Range;
use std::sync::Arc;

/// Items of a section of ids: ids one after the other, in the order of the items, take next to nothing.
const ITEMS: Limit = Limit { per_byte: 1, free: 1 << 17 };
/// The coder tells no more equal cases apart.
pub(super) const MAX_ITEMS: usize = 1 << 24;

/// A part of the file that is shared by what reads from it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) file: Arc<Vec<u8>>,
    pub(super) range: Range<usize>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        self.file.get(self.range.clone()).unwrap_or(&[])
    }
}

/// Shop ids and item numbers, both ways, most of them still as a file holds them.
#[derive(Debug)]
pub struct ItemIds {
    set: IdSet<Part>,
    /// The item of each id in the order of the set, and the way back.
    items: Vec<u32>,
    ranks: Vec<u32>,
    /// Name of the section, and where it starts.
    section: &'static str,
    offset: usize,
}

impl ItemIds {
    /// Makes the way from ids to numbers and back where numbers are in the order of the set.
    pub(super) fn in_order(section: &'static str, set: IdSet<Part>, offset: usize) -> ItemIds {
        let items: Vec<u32> = (0..set.len() as u32).collect();
        ItemIds { set, ranks: items.clone(), items, section, offset }
    }

    /// The item at a rank of the sorted ids.
    pub(super) fn item_at(&self, rank: u32) -> Option<ItemIx> {
        self.items.get(rank as usize).map(|&item| ItemIx(item))
    }

    /// Gives the number of ids.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Tells whether there are no ids.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The shop's id of an item; the empty string for a number out of range. Reads some hundred ids.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`](super::ModelError::Corrupt) if a forged file has no such id.
    pub fn id(&self, item: ItemIx) -> Result<String, super::ModelError> {
        match self.ranks.get(item.as_usize()) {
            Some(&rank) => self.set.id(rank).map_err(|fault| fault.in_section(self.section, self.offset)),
            None => Ok(String::new()),
        }
    }

    /// The number of the item with this id. Reads some hundred ids.
    ///
    /// # Errors
    /// As [`id`](ItemIds::id).
    pub fn item(&self, id: &str) -> Result<Option<ItemIx>, super::ModelError> {
        let rank = self.set.rank_of(id).map_err(|fault| fault.in_section(self.section, self.offset))?;
        Ok(rank.and_then(|rank| self.items.get(rank as usize)).map(|&item| ItemIx(item)))
    }

    /// All ids, decoded.
    pub(super) fn read_all(&self) -> Result<Dictionary, ModelError> {
        let in_section = |fault: DecodeError| fault.in_section(self.section, self.offset);
        let mut sorted: Vec<String> = Vec::with_capacity(self.len());
        self.set.all(|id| sorted.push(id.to_owned())).map_err(in_section)?;
        let ids: Vec<&str> =
            self.ranks.iter().map(|&rank| sorted.get(rank as usize).map_or("", String::as_str)).collect();
        let order = Dictionary::order_of_ids(&ids);
        if let Some((item, _)) = order.iter().zip(&self.items).find(|&(item, &found)| item.0 != found) {
            let expected = Expected::Text("ids in the order in which a writer sorts them");
            return Err(in_section(DecodeError::wrong("id of item", 0, item.0.into(), expected)));
        }
        Dictionary::new(&ids).map_err(|item| {
            in_section(DecodeError::wrong(
                "id of item",
                0,
                item as u64,
                Expected::Text("an id that does not occur before"),
            ))
        })
    }
}

/// Writes the ids: u32 bytes of the set, the set, and the block of each of its ids, filled up to as many bytes as so
/// many items need.
///
/// # Errors
/// [`ModelError::Invalid`] for an id that is too long.
pub(super) fn write_items(items: &Dictionary) -> Result<Vec<u8>, ModelError> {
    let ids: Vec<&str> = (0..items.len() as u32).map(|number| items.id(ItemIx(number))).collect();
    let sorted_ids = SortedIds::new(&ids);
    let (sorted, set) = (sorted_ids.order(), sorted_ids.to_bytes()?);
    let mut encoder = Encoder::new();
    code_places(&mut encoder, ids.len(), |rank| {
        sorted.get(rank).map_or(0, |&item| item as usize / super::blocks::BLOCK)
    });
    let mut to = Writer::default();
    to.u32(set.len() as u32);
    to.bytes(&set);
    to.bytes(&encoder.finish());
    let mut section = to.finish();
    section.resize(section.len().max(ITEMS.least_bytes(ids.len())), 0);
    Ok(section)
}

/// Reads the ids of so many items; `offset` is where the section starts in the file.
pub(super) fn read_items(
    from: &mut Reader,
    num_items: usize,
    file: &Arc<Vec<u8>>,
    offset: usize,
) -> Result<ItemIds, DecodeError> {
    let set = read_ids(from, num_items, file, offset)?;
    let at = from.clone();
    let least_bytes = ITEMS.least_bytes(num_items).saturating_sub(from.position());
    let mut decoder = Decoder::new(from.rest());
    let items = code_places(&mut decoder, num_items, |_| 0).filter(|_| decoder.is_done_at(least_bytes));
    let Some(items) = items else {
        return Err(at.fault(
            "stream of the ids' blocks",
            num_items as u64,
            Expected::Text("one that a writer writes"),
        ));
    };
    Ok(ItemIds { set, ranks: inverse(&items), items, section: "items", offset })
}

/// Reads u32 bytes and a set of so many ids; `offset` is where the section starts in the file.
pub(super) fn read_ids(
    from: &mut Reader,
    num_ids: usize,
    file: &Arc<Vec<u8>>,
    offset: usize,
) -> Result<IdSet<Part>, DecodeError> {
    let num_bytes = from.u32()? as usize;
    let start = offset + from.position();
    from.take(num_bytes)?;
    IdSet::open(Part { file: file.clone(), range: start..start + num_bytes }, num_ids)
}

/// The rank of each item.
#[inline(never)]
fn inverse(items: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; items.len()];
    for (rank, &item) in (0..).zip(items) {
        if let Some(to) = ranks.get_mut(item as usize) {
            *to = rank;
        }
    }
    ranks
}

/// Writes the classes: u32 items, u8 classes, and the class of each item.
pub(super) fn write_classes(classes: &[u8], num_items: usize) -> Vec<u8> {
    let class = |item: usize| classes.get(item).copied().unwrap_or(0);
    let num_classes = classes.iter().max().map_or(1, |&most| most.saturating_add(1));
    let mut to = Writer::default();
    to.u32(num_items as u32);
    to.u8(num_classes);
    let mut encoder = Encoder::new();
    code_classes(&mut encoder, num_items, num_classes, class);
    to.bytes(&encoder.finish());
    to.finish()
}

/// Reads the classes of all items; `most_items` is how many the file may have.
pub(super) fn read_classes(from: &mut Reader, most_items: usize) -> Result<Vec<u8>, DecodeError> {
    let num_items = from.u32()? as usize;
    if num_items > most_items {
        return Err(from.fault("number of items", num_items as u64, Expected::AtMost(most_items as u64)));
    }
    let num_classes = from.u8()?;
    if num_classes == 0 || usize::from(num_classes) > MAX_CLASSES {
        let expected = if num_classes == 0 { Expected::AtLeast(1) } else { Expected::AtMost(MAX_CLASSES as u64) };
        return Err(from.fault("number of classes", num_classes.into(), expected));
    }
    let at = from.clone();
    let mut decoder = Decoder::new(from.rest());
    let classes = code_classes(&mut decoder, num_items, num_classes, |_| 0);
    if decoder.is_done() {
        return Ok(classes);
    }
    Err(at.fault("stream of classes", num_items as u64, Expected::Text("one that ends with the section")))
}

/// Gives the most items of a file whose section of ids has so many bytes.
pub(super) fn most_items(num_bytes: usize) -> usize {
    ITEMS.most(num_bytes).min(MAX_ITEMS)
}
