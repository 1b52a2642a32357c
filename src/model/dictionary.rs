//! Shop ids and item numbers, both ways, in memory.

use std::hash::{BuildHasher, RandomState};

use crate::ItemIx;

/// The shop's ids by item number, and the way back.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    text: String,
    /// `num_items + 1` positions into `text`.
    ends: Vec<u32>,
    /// Open-addressing hash table of item numbers, `u32::MAX` for empty; a power of two at most half full.
    slots: Vec<u32>,
    /// Drawn anew for each dictionary, so that nobody can choose ids that fall into one another's slots.
    hasher: RandomState,
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Dictionary) -> bool {
        self.text == other.text && self.ends == other.ends
    }
}

impl Eq for Dictionary {}

const EMPTY: u32 = u32::MAX;

/// The reason why an id cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is there already.
    Twice,
    /// The dictionary is as large as positions of 32 bits allow, or as was said beforehand.
    Full,
}

impl Dictionary {
    /// Builds the dictionary of ids in item order; `Err` is the position of the first id that cannot be added:
    /// it occurs before, or all ids together exceed 4 GiB.
    pub fn new<S: AsRef<str>>(ids: &[S]) -> Result<Dictionary, usize> {
        let mut dictionary = Dictionary::with_room(ids.len());
        dictionary.text.reserve(ids.iter().map(|id| id.as_ref().len()).sum());
        for (number, id) in ids.iter().enumerate() {
            dictionary.push(id.as_ref()).map_err(|_| number)?;
        }
        Ok(dictionary)
    }

    /// Items in the order in which a file holds their ids, and in which those of one block stand.
    pub fn order_of_ids<S: AsRef<str>>(ids: &[S]) -> Vec<ItemIx> {
        super::ids::sorted(ids).into_iter().map(ItemIx).collect()
    }

    /// An empty dictionary with room for `num_items` ids, and no more. Allocates 12 to 20 bytes an item.
    pub(super) fn with_room(num_items: usize) -> Dictionary {
        let mut ends = Vec::with_capacity(num_items.saturating_add(1));
        ends.push(0);
        Dictionary { text: String::new(), ends, slots: slots(num_items), hasher: RandomState::new() }
    }

    /// Adds the id of the next item.
    pub(super) fn push(&mut self, id: &str) -> Result<(), Refused> {
        let number = self.len();
        let end = self.text.len().checked_add(id.len()).and_then(|end| u32::try_from(end).ok()).ok_or(Refused::Full)?;
        if number >= self.slots.len() / 2 {
            return Err(Refused::Full);
        }
        match self.slot_of(id).and_then(|slot| self.slots.get_mut(slot)) {
            Some(slot) if *slot == EMPTY => *slot = number as u32,
            Some(_) => return Err(Refused::Twice),
            None => return Err(Refused::Full),
        }
        self.text.push_str(id);
        self.ends.push(end);
        Ok(())
    }

    /// Gives the number of ids.
    pub fn len(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    /// Tells whether the dictionary is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shop's id of an item; the empty string for a number out of range.
    pub fn id(&self, item: ItemIx) -> &str {
        let at = item.as_usize();
        match (self.ends.get(at), self.ends.get(at.saturating_add(1))) {
            (Some(&start), Some(&end)) => self.text.get(start as usize..end as usize).unwrap_or(""),
            _ => "",
        }
    }

    /// The number of the item with this id. `O(len(id))`.
    pub fn item(&self, id: &str) -> Option<ItemIx> {
        match self.slots.get(self.slot_of(id)?) {
            Some(&number) if number != EMPTY => Some(ItemIx(number)),
            _ => None,
        }
    }

    /// The slot that holds `id`, or the empty one where it would go; none if there are no slots.
    fn slot_of(&self, id: &str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = self.hasher.hash_one(id) as usize & mask;
        while let Some(&number) = self.slots.get(slot)
            && number != EMPTY
            && self.id(ItemIx(number)) != id
        {
            slot = (slot + 1) & mask;
        }
        Some(slot)
    }
}

/// Empty slots for so many items.
fn slots(num_items: usize) -> Vec<u32> {
    vec![EMPTY; num_items.saturating_mul(2).checked_next_power_of_two().unwrap_or(0).max(2)]
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_and_numbers_lead_to_each_other(ids in prop::collection::hash_set(".*", 0..50)) {
            let ids: Vec<String> = ids.into_iter().collect();
            let dictionary = Dictionary::new(&ids).unwrap();
            prop_assert_eq!(dictionary.len(), ids.len());
            for (number, id) in ids.iter().enumerate() {
                let item = ItemIx(number as u32);
                prop_assert_eq!(dictionary.id(item), id.as_str());
                prop_assert_eq!(dictionary.item(id), Some(item));
            }
        }
    }

    #[test]
    fn an_id_that_stands_twice_is_refused_with_its_position() {
        assert_eq!(Dictionary::new(&["a", "b", "a"]), Err(2));
    }

    #[test]
    fn an_unknown_id_or_number_finds_nothing() {
        let dictionary = Dictionary::new(&["a", ""]).unwrap();
        assert_eq!(dictionary.item("b"), None);
        assert_eq!(dictionary.item(""), Some(ItemIx(1)));
        assert_eq!(dictionary.id(ItemIx(2)), "");
        assert_eq!(dictionary.id(ItemIx(u32::MAX)), "");
        assert_eq!(Dictionary::default().item("a"), None);
    }
}
