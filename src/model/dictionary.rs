//! Shop ids and item numbers, both ways.

use crate::ItemIx;

/// The shop's ids by item number, and the way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    text: String,
    /// `num_items + 1` positions into `text`.
    ends: Vec<u32>,
    /// Open-addressing hash table of item numbers, `u32::MAX` for empty; a power of two at most half full.
    slots: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Dictionary {
    /// Builds the dictionary of ids in item order; `Err` is the second position of an id that stands twice.
    pub fn new<S: AsRef<str>>(ids: &[S]) -> Result<Dictionary, usize> {
        let mut dictionary = Dictionary {
            text: String::with_capacity(ids.iter().map(|id| id.as_ref().len()).sum()),
            ends: Vec::with_capacity(ids.len() + 1),
            slots: vec![EMPTY; (ids.len() * 2).next_power_of_two().max(2)],
        };
        dictionary.ends.push(0);
        for (number, id) in ids.iter().enumerate() {
            let id = id.as_ref();
            let slot = dictionary.slot_of(id);
            if dictionary.slots[slot] != EMPTY {
                return Err(number);
            }
            dictionary.slots[slot] = number as u32;
            dictionary.text.push_str(id);
            dictionary.ends.push(dictionary.text.len() as u32);
        }
        Ok(dictionary)
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    /// Whether there is no id at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shop's id of an item; the empty string for a number out of range.
    pub fn id(&self, item: ItemIx) -> &str {
        let at = item.as_usize();
        match (self.ends.get(at), self.ends.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.text[start as usize..end as usize],
            _ => "",
        }
    }

    /// The number of the item with this id. `O(len(id))`.
    pub fn item(&self, id: &str) -> Option<ItemIx> {
        if self.slots.is_empty() {
            return None;
        }
        match self.slots[self.slot_of(id)] {
            EMPTY => None,
            number => Some(ItemIx(number)),
        }
    }

    /// The slot that holds `id`, or the empty one where it would go.
    fn slot_of(&self, id: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(id) as usize & mask;
        while self.slots[slot] != EMPTY && self.id(ItemIx(self.slots[slot])) != id {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

/// FNV-1a, 64 bits, folded (Fowler, Noll, Vo): short keys, no state, the same everywhere.
fn hash(id: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) as u32
}
