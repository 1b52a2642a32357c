//! Ids as small numbers, in order of first appearance.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Cell;

const EMPTY: u32 = u32::MAX;

/// Numbers distinct ids from 0 as they come; whole numbers and their decimal text are one id.
#[derive(Default)]
pub(crate) struct Interner {
    text: String,
    /// Where each id ends in `text`.
    ends: Vec<usize>,
    /// Open-addressing hash table of (upper half of the hash, number); at most half full.
    slots: Vec<(u32, u32)>,
    /// The number that was given out last: rows of one session mostly stand together.
    last: u32,
    /// The numbers of ids that came as integers, so that they need not be written as text again.
    of_int: HashMap<u64, u32, FastHash>,
}

impl Interner {
    /// How many distinct ids there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id with this number.
    pub(crate) fn id(&self, number: u32) -> &str {
        let at = number as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// The number of the id that a cell holds, a new one if it is new.
    pub(crate) fn intern(&mut self, cell: Cell<'_>) -> u32 {
        match cell {
            Cell::Text(text) => self.intern_text(text),
            Cell::Int(value) => match self.of_int.get(&(value as u64)) {
                Some(&number) => number,
                None => {
                    let number = self.intern_text(&value.to_string());
                    self.of_int.insert(value as u64, number);
                    number
                }
            },
            other => self.intern_text(&other.to_text()),
        }
    }

    fn intern_text(&mut self, id: &str) -> u32 {
        if (self.last as usize) < self.ends.len() && self.id(self.last) == id {
            return self.last;
        }
        self.last = self.find_or_add(id);
        self.last
    }

    fn find_or_add(&mut self, id: &str) -> u32 {
        if self.slots.len() <= self.ends.len() * 2 {
            self.grow();
        }
        let hash = hash_text(id);
        let mask = self.slots.len() - 1;
        let tag = (hash >> 32) as u32;
        let mut slot = hash as usize & mask;
        loop {
            let (of, number) = self.slots[slot];
            if number == EMPTY {
                break;
            }
            if of == tag && self.id(number) == id {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        let number = self.ends.len() as u32;
        self.slots[slot] = (tag, number);
        self.text.push_str(id);
        self.ends.push(self.text.len());
        number
    }

    fn grow(&mut self) {
        let mask = (self.ends.len() * 4).next_power_of_two().max(64) - 1;
        let mut slots = vec![(0, EMPTY); mask + 1];
        for number in 0..self.ends.len() as u32 {
            let hash = hash_text(self.id(number));
            let mut slot = hash as usize & mask;
            while slots[slot].1 != EMPTY {
                slot = (slot + 1) & mask;
            }
            slots[slot] = ((hash >> 32) as u32, number);
        }
        self.slots = slots;
    }
}

/// Multiplies to 128 bits and folds the halves: a strong mix in one instruction (wyhash, Wang Yi 2019).
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

fn hash_text(text: &str) -> u64 {
    let mut hash = SEED ^ text.len() as u64;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word), FACTOR);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(hash ^ u64::from_le_bytes(last), FACTOR)
}

/// Hashes one `u64` key; for maps that are never walked, so that their order cannot matter.
#[derive(Default)]
pub(crate) struct Mix(u64);

pub(crate) type FastHash = BuildHasherDefault<Mix>;

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = fold(self.0 ^ u64::from(byte) ^ SEED, FACTOR);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = fold(self.0 ^ value ^ SEED, FACTOR);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::{Cell, Interner};

    #[test]
    fn a_whole_number_and_its_text_are_one_id() {
        let mut interner = Interner::default();
        let cells = [Cell::Int(12), Cell::Text("a"), Cell::Text("12"), Cell::Float(12.0), Cell::Int(12)];
        assert_eq!(cells.map(|cell| interner.intern(cell)), [0, 1, 0, 0, 0]);
        assert_eq!((interner.id(0), interner.id(1), interner.len()), ("12", "a", 2));
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_plain_map(ids in prop::collection::vec("[ab0-9]{0,10}", 0..300)) {
            let mut interner = Interner::default();
            let mut plain = HashMap::new();
            for id in &ids {
                let next = plain.len() as u32;
                let expected = *plain.entry(id.clone()).or_insert(next);
                let number = interner.intern(Cell::Text(id));
                prop_assert_eq!(number, expected);
                prop_assert_eq!(interner.id(number), id);
            }
            prop_assert_eq!(interner.len(), plain.len());
        }
    }
}
