//! Variants of items: sizes, colours and other options of one product, with ids of their own.
//!
//! Tables, popularity and categories are those of the product, which is the item. A variant is found by its id, and a
//! list shows one variant of each product.

use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::ids::SortedIds;
use super::items::{ItemIds, most_items, read_ids};
use super::times::{List, fold, read_lists, unfold, write_lists};
use super::{Dictionary, ModelError};
use crate::ItemIx;
use std::sync::Arc;

/// The variants of items, numbered in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variants<I> {
    /// Ids and numbers of variants, both ways.
    pub ids: I,
    /// The item of each variant.
    items: Vec<ItemIx>,
    /// Position in `order` of the first variant of each item, and behind the last one.
    starts: Vec<u32>,
    /// Variants by item, the most sold first.
    order: Vec<u32>,
}

impl<I> Variants<I> {
    /// Returns the number of variants.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns true if there are no variants.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the item of a variant, if there is such a variant.
    pub fn item(&self, variant: u32) -> Option<ItemIx> {
        self.items.get(variant as usize).copied()
    }

    /// Returns the variants of an item, the most sold first.
    pub fn of_item(&self, item: ItemIx) -> &[u32] {
        match (self.starts.get(item.as_usize()), self.starts.get(item.as_usize() + 1)) {
            (Some(&start), Some(&end)) => self.order.get(start as usize..end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

impl Variants<Dictionary> {
    /// Makes the variants of `num_items` items of their ids, items and sales.
    ///
    /// # Errors
    /// The position of the first variant whose id occurs before or whose item is out of range.
    pub fn new(num_items: usize, variants: &[(String, ItemIx, u64)]) -> Result<Variants<Dictionary>, usize> {
        if let Some(at) = variants.iter().position(|(_, item, _)| item.as_usize() >= num_items) {
            return Err(at);
        }
        let ids: Vec<&str> = variants.iter().map(|(id, ..)| id.as_str()).collect();
        Dictionary::new(&ids)?;
        let sorted: Vec<&(String, ItemIx, u64)> =
            Dictionary::order_of_ids(&ids).iter().filter_map(|at| variants.get(at.as_usize())).collect();
        let ids: Vec<&str> = sorted.iter().map(|(id, ..)| id.as_str()).collect();
        let mut order: Vec<u32> = (0..sorted.len() as u32).collect();
        order.sort_by_key(|&variant| {
            let (_, item, sales) = sorted[variant as usize];
            (*item, std::cmp::Reverse(*sales), variant)
        });
        let items: Vec<ItemIx> = sorted.iter().map(|(_, item, _)| *item).collect();
        Ok(Variants { ids: Dictionary::new(&ids)?, starts: starts(num_items, &items), items, order })
    }

    /// Checks that items are in range; the rest holds by the way in which variants are made.
    pub(super) fn validate(&self, num_items: usize) -> Result<(), ModelError> {
        match self.items.iter().position(|item| item.as_usize() >= num_items) {
            None if self.starts.len() == num_items + 1 => Ok(()),
            at => Err(ModelError::Invalid {
                part: "variant",
                at: at.unwrap_or(0) as u64,
                what: "its item",
                found: at.and_then(|at| self.items.get(at)).map_or(0, |item| u64::from(item.0)),
                expected: Expected::Text("an item of the model"),
            }),
        }
    }
}

impl Variants<ItemIds> {
    /// Decodes all ids.
    pub(super) fn read_all(self) -> Result<Variants<Dictionary>, ModelError> {
        let Variants { ids, items, starts, order } = self;
        Ok(Variants { ids: ids.read_all()?, items, starts, order })
    }
}

/// Returns the position of the first variant of each item in the order of items, and behind the last one.
fn starts(num_items: usize, items: &[ItemIx]) -> Vec<u32> {
    let mut starts = vec![0u32; num_items + 1];
    for item in items {
        if let Some(count) = starts.get_mut(item.as_usize() + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// u32 variants, u32 bytes of the set of their ids, the set, and two lists: for each variant the
/// difference of its item's rank from that of the variant before, and its place among those of its item.
pub(super) fn write_variants(items: &Dictionary, variants: &Variants<Dictionary>) -> Result<Vec<u8>, ModelError> {
    let id = |ids: &Dictionary, number| ids.id(ItemIx(number)).to_owned();
    let item_ids: Vec<String> = (0..items.len() as u32).map(|number| id(items, number)).collect();
    let mut rank_of = vec![0i32; item_ids.len()];
    for (rank, item) in (0..).zip(Dictionary::order_of_ids(&item_ids)) {
        rank_of[item.as_usize()] = rank;
    }
    let ids: Vec<String> = (0..variants.len() as u32).map(|number| id(&variants.ids, number)).collect();
    let set = SortedIds::new(&ids.iter().map(String::as_str).collect::<Vec<_>>()).to_bytes()?;
    let mut before = 0;
    let differences = (0..).zip(&variants.items).map(|(number, item)| {
        let difference = rank_of[item.as_usize()] - before;
        before += difference;
        (number, fold(difference))
    });
    let differences: List = differences.collect();
    let mut place_of = vec![0; variants.len()];
    for (at, &variant) in (0..).zip(&variants.order) {
        let item = variants.items[variant as usize];
        place_of[variant as usize] = at - variants.starts[item.as_usize()];
    }
    let places: List = (0..).zip(place_of).collect();
    let mut to = Writer::default();
    to.u32(variants.len() as u32);
    to.u32(set.len() as u32);
    to.bytes(&set);
    write_lists(&[differences, places], &mut to);
    Ok(to.finish())
}

/// Reads the variants of `items`; `offset` is where the section starts in the file.
pub(super) fn read_variants(
    from: &mut Reader,
    items: &ItemIds,
    file: &Arc<Vec<u8>>,
    offset: usize,
) -> Result<Variants<ItemIds>, DecodeError> {
    let most = most_items(from.num_left());
    let num_variants = from.u32()? as usize;
    if num_variants > most {
        return Err(from.fault("number of variants", num_variants as u64, Expected::AtMost(most as u64)));
    }
    let set = read_ids(from, num_variants, file, offset)?;
    let at = from.clone();
    let mut of_variant = Vec::with_capacity(num_variants);
    let mut places = Vec::with_capacity(num_variants);
    let mut rank = 0i32;
    read_lists(from, &[(num_variants, num_variants); 2], u32::MAX, &mut |which, _, value| {
        if which == 0 {
            rank = rank.wrapping_add(unfold(value));
            of_variant.extend(items.item_at(rank as u32));
        } else {
            places.push(value);
        }
    })?;
    let starts = starts(items.len(), &of_variant);
    let mut order = vec![u32::MAX; num_variants];
    let mut is_sound = of_variant.len() == num_variants;
    for ((number, item), place) in (0..).zip(&of_variant).zip(places) {
        let range = starts.get(item.as_usize()..item.as_usize() + 2).unwrap_or(&[]);
        let at = range.first().map_or(u32::MAX, |start| start.saturating_add(place));
        let slot = order.get_mut(at as usize).filter(|slot| range.last() > Some(&at) && **slot == u32::MAX);
        is_sound &= slot.map(|slot| *slot = number).is_some();
    }
    if !is_sound {
        return Err(at.fault("items of variants", num_variants as u64, Expected::Text("those that a writer writes")));
    }
    Ok(Variants { ids: ItemIds::in_order("variants", set, offset), items: of_variant, starts, order })
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;

    #[test]
    fn a_variant_that_occurs_twice_or_is_of_no_item_is_refused_with_its_position() {
        let variant = |id: &str, item| (id.to_owned(), ItemIx(item), 0);
        assert_eq!(Variants::new(2, &[variant("a", 0), variant("b", 2)]).unwrap_err(), 1);
        assert_eq!(Variants::new(2, &[variant("a", 0), variant("a", 1)]).unwrap_err(), 1);
    }

    #[test]
    fn variants_of_an_item_are_in_the_order_of_their_sales() {
        let variant = |id: &str, item, sales| (id.to_owned(), ItemIx(item), sales);
        let all = [variant("s", 1, 3), variant("m", 1, 9), variant("l", 1, 3), variant("red", 0, 0)];
        let variants = Variants::new(3, &all).unwrap();
        let names = |item| {
            let of = variants.of_item(ItemIx(item)).iter();
            of.map(|&variant| variants.ids.id(ItemIx(variant))).collect::<Vec<_>>()
        };
        assert_eq!([names(0), names(1), names(2), names(9)], [vec!["red"], vec!["m", "l", "s"], vec![], vec![]]);
        assert_eq!(variants.item(9), None);
    }
}
