//! Ids as small numbers, in order of first appearance.
//!
//! The table is the crate's own because most of reading is look-ups of short ids: a text of up to 15 bytes is its own
//! key, so that a look-up touches no text. With `HashTable` of hashbrown, by these keys or by text, `vicino explore` of
//! a log of a million rows took up to a tenth longer.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use super::Cell;

const EMPTY: u32 = u32::MAX;
/// Ids that are looked up together, so that memory answers them together.
const AHEAD: usize = 32;

/// Numbers distinct ids from 0 as they come; whole numbers and their decimal text are one id.
#[derive(Default)]
pub(crate) struct Interner {
    /// Open-addressing hash table; at most three quarters full.
    slots: Vec<Slot>,
    num_used: usize,
    num_ids: u32,
    /// The id that was looked up last: rows of one session mostly stand together.
    last: Option<(Key, u32)>,
    /// Ids of more than 15 bytes, each after its length (four bytes).
    long: Vec<u8>,
    has_ints: bool,
    has_texts: bool,
    names: Names,
    seed: Seed,
}

/// The text of every id, for those who ask for it.
#[derive(Default)]
struct Names {
    text: String,
    /// Where each id ends in `text`.
    ends: Vec<usize>,
    are_kept: bool,
}

/// The key by which an id is found, in two words.
///
/// Text of up to 15 bytes is its own key, filled up with zeros, its length in the last byte, so that a look-up ends
/// in the slot. A longer text has its hash and, with 255 in the last byte, where it stands in `long`. A whole number
/// has itself and 254 in the last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64);

#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    number: u32,
}

const LONG: u64 = 255 << 56;
const INT: u64 = 254 << 56;

impl Key {
    const fn of_int(value: i64) -> Key {
        Key(value as u64, INT)
    }

    /// The key of a short text.
    #[inline]
    fn of_short(text: &[u8]) -> Option<Key> {
        let length = text.len();
        let (low, high) = match (text.first_chunk(), text.last_chunk(), text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last), _, _) if length < 16 => {
                let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
                // The last eight bytes overlap the first; what is left of them are the bytes from the ninth on.
                (first, (last >> 8) >> (8 * (15 - length)))
            }
            (None, None, Some(first), Some(last)) => {
                let (first, last) = (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
                (first | last << (8 * (length - 4)), 0)
            }
            (None, ..) => (text.iter().rev().fold(0, |low, &byte| low << 8 | u64::from(byte)), 0),
            _ => return None,
        };
        Some(Key(low, high | (length as u64) << 56))
    }

    #[inline]
    fn hash(self, seed: Seed) -> u64 {
        if self.1 >> 56 == LONG >> 56 {
            return self.0;
        }
        seed.mix(seed.mix(self.0 ^ seed.start) ^ self.1)
    }
}

impl Interner {
    /// An interner that can tell the text of each id.
    pub(crate) fn with_names() -> Interner {
        Interner { names: Names { are_kept: true, ..Names::default() }, ..Interner::default() }
    }

    /// Returns the number of distinct ids.
    pub(crate) fn len(&self) -> usize {
        self.num_ids as usize
    }

    /// The id with this number; empty unless made [`with_names`](Interner::with_names).
    pub(crate) fn id(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(&end) = self.names.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.names.ends[at - 1] };
        &self.names.text[start..end]
    }

    /// The number of the id that a cell holds, a new one if it is new.
    pub(crate) fn intern(&mut self, cell: Cell<'_>) -> u32 {
        match cell {
            Cell::Text(text) => self.intern_text(text),
            Cell::Int(value) => self.intern_int(value),
            other => self.intern_text(&other.to_text()),
        }
    }

    /// The number of an id, if it came before.
    pub(crate) fn known(&mut self, id: &str) -> Option<u32> {
        let slot = if self.has_texts {
            self.slot_of_text(id, Key::of_short(id.as_bytes())).1
        } else {
            // Only whole numbers came.
            let value = id.parse::<i64>().ok().filter(|value| value.to_string() == id)?;
            let key = Key::of_int(value);
            self.slot_of(key, |slot| slot.key == key)
        };
        Some(self.slots[slot].number).filter(|&number| number != EMPTY)
    }

    /// Adds to `numbers` those of many whole numbers.
    pub(crate) fn intern_ints(&mut self, values: &[i64], numbers: &mut Vec<u32>) {
        for values in values.chunks(AHEAD) {
            self.ask_ahead(values.iter().map(|&value| Key::of_int(value)));
            numbers.extend(values.iter().map(|&value| self.intern_int(value)));
        }
    }

    /// Adds to `numbers` those of many texts.
    pub(crate) fn intern_texts(&mut self, texts: &[&str], numbers: &mut Vec<u32>) {
        let mut keys = [None; AHEAD];
        for texts in texts.chunks(AHEAD) {
            for (key, text) in keys.iter_mut().zip(texts) {
                *key = Key::of_short(text.as_bytes());
            }
            self.ask_ahead(keys[..texts.len()].iter().filter_map(|&key| key));
            numbers.extend(texts.iter().zip(keys).map(|(text, key)| self.intern_with_key(text, key)));
        }
    }

    /// Touches the slots of the keys, so that they are in the cache when they are needed.
    fn ask_ahead(&self, keys: impl Iterator<Item = Key>) {
        let Some(mask) = self.slots.len().checked_sub(1) else { return };
        let (mut all, mut last) = (0, self.last.map(|last| last.0));
        for key in keys {
            if last != Some(key) {
                all ^= self.slots[key.hash(self.seed) as usize & mask].number;
                last = Some(key);
            }
        }
        std::hint::black_box(all);
    }

    fn intern_int(&mut self, value: i64) -> u32 {
        let key = Key::of_int(value);
        if let Some((last, number)) = self.last
            && last == key
        {
            return number;
        }
        let slot = self.slot_of(key, |slot| slot.key == key);
        let mut number = self.slots[slot].number;
        if number == EMPTY {
            // Its text is looked up only where both may occur: mostly a column is all of one kind.
            let text = (self.has_texts || self.names.are_kept).then(|| value.to_string());
            number = match &text {
                Some(text) if self.has_texts => self.find_or_add(text, Key::of_short(text.as_bytes())),
                _ => self.add_id(text.as_deref().unwrap_or("")),
            };
            // The text may have made the table grow.
            let slot = self.slot_of(key, |slot| slot.key == key);
            self.fill(slot, key, number);
            self.has_ints = true;
        }
        self.last = Some((key, number));
        number
    }

    fn intern_text(&mut self, id: &str) -> u32 {
        self.intern_with_key(id, Key::of_short(id.as_bytes()))
    }

    /// The number of an id with this key, if it is a short one.
    #[inline]
    fn intern_with_key(&mut self, id: &str, key: Option<Key>) -> u32 {
        if let (Some((last, number)), Some(key)) = (self.last, key)
            && last == key
        {
            return number;
        }
        if !self.has_texts {
            self.has_texts = true;
            self.add_texts_of_ints();
        }
        let number = self.find_or_add(id, key);
        self.last = key.map(|key| (key, number));
        number
    }

    /// The key of a text, and the slot that it is in or goes into.
    fn slot_of_text(&mut self, id: &str, key: Option<Key>) -> (Key, usize) {
        match key {
            Some(key) => (key, self.slot_of(key, |slot| slot.key == key)),
            None => {
                let hash = self.seed.of_text(id);
                let at = self.long.len() as u64;
                let long = std::mem::take(&mut self.long);
                let is_it = |slot: &Slot| {
                    slot.key.0 == hash
                        && slot.key.1 & LONG == LONG
                        && long_at(&long, slot.key.1 & !LONG) == id.as_bytes()
                };
                let key = Key(hash, LONG | at);
                let slot = self.slot_of(key, is_it);
                self.long = long;
                (key, slot)
            }
        }
    }

    fn find_or_add(&mut self, id: &str, key: Option<Key>) -> u32 {
        let (key, slot) = self.slot_of_text(id, key);
        if self.slots[slot].number != EMPTY {
            return self.slots[slot].number;
        }
        if key.1 & LONG == LONG {
            self.long.extend_from_slice(&(id.len() as u32).to_le_bytes());
            self.long.extend_from_slice(id.as_bytes());
        }
        let number = self.add_id(id);
        self.fill(slot, key, number);
        number
    }

    fn add_id(&mut self, id: &str) -> u32 {
        if self.names.are_kept {
            self.names.text.push_str(id);
            self.names.ends.push(self.names.text.len());
        }
        self.num_ids += 1;
        self.num_ids - 1
    }

    /// From now on ids may come as text that came as whole numbers before.
    fn add_texts_of_ints(&mut self) {
        if !self.has_ints {
            return;
        }
        let is_int = |slot: &&Slot| slot.number != EMPTY && slot.key.1 == INT;
        let ints: Vec<(i64, u32)> =
            self.slots.iter().filter(is_int).map(|slot| (slot.key.0 as i64, slot.number)).collect();
        for (value, number) in ints {
            // At most 20 digits: a number of more than 15 is a long text.
            let text = value.to_string();
            let key = Key::of_short(text.as_bytes()).unwrap_or_else(|| {
                let at = self.long.len() as u64;
                self.long.extend_from_slice(&(text.len() as u32).to_le_bytes());
                self.long.extend_from_slice(text.as_bytes());
                Key(self.seed.of_text(&text), LONG | at)
            });
            let slot = self.slot_of(key, |slot| slot.key == key);
            self.fill(slot, key, number);
        }
    }

    fn fill(&mut self, slot: usize, key: Key, number: u32) {
        self.slots[slot] = Slot { key, number };
        self.num_used += 1;
    }

    /// The slot that `is_it`, or the empty one where `key` goes.
    #[inline]
    fn slot_of(&mut self, key: Key, is_it: impl Fn(&Slot) -> bool) -> usize {
        if self.slots.len() * 3 <= self.num_used * 4 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = key.hash(self.seed) as usize & mask;
        loop {
            let slot = &self.slots[at];
            if slot.number == EMPTY || is_it(slot) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = (self.slots.len() * 2).max(64) - 1;
        let mut slots = vec![Slot { key: Key(0, 0), number: EMPTY }; mask + 1];
        for slot in self.slots.iter().filter(|slot| slot.number != EMPTY) {
            let mut at = slot.key.hash(self.seed) as usize & mask;
            while slots[at].number != EMPTY {
                at = (at + 1) & mask;
            }
            slots[at] = *slot;
        }
        self.slots = slots;
    }
}

/// The long text that stands at a place.
fn long_at(long: &[u8], at: u64) -> &[u8] {
    let (length, text) = long[at as usize..].split_first_chunk().expect("every long text follows its length");
    &text[..u32::from_le_bytes(*length) as usize]
}

/// Secret numbers of hashes, drawn once a run: ids are what visitors send, and nobody can choose some that fall into one
/// another's slots. No order of a table is ever seen, so that results are the same in every run.
#[derive(Clone, Copy)]
struct Seed {
    start: u64,
    /// Odd.
    factor: u64,
}

impl Default for Seed {
    fn default() -> Seed {
        static DRAWN: LazyLock<Seed> = LazyLock::new(|| {
            let random = RandomState::new();
            Seed { start: random.hash_one(0), factor: random.hash_one(1) | 1 }
        });
        *DRAWN
    }
}

impl Seed {
    /// Multiplies to 128 bits and folds the halves: a strong mix in one instruction (wyhash, Wang Yi 2019).
    #[inline]
    fn mix(self, value: u64) -> u64 {
        let product = u128::from(value) * u128::from(self.factor);
        (product >> 64) as u64 ^ product as u64
    }

    fn of_text(self, text: &str) -> u64 {
        let mut hash = self.start ^ text.len() as u64;
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            hash = self.mix(hash ^ u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(hash ^ u64::from_le_bytes(last))
    }
}

/// Hashes one `u64` key; for maps of which no order is ever seen: it differs from run to run.
pub(crate) struct Mix {
    hash: u64,
    seed: Seed,
}

#[derive(Clone, Default)]
pub(crate) struct FastHash(Seed);

impl BuildHasher for FastHash {
    type Hasher = Mix;

    fn build_hasher(&self) -> Mix {
        Mix { hash: self.0.start, seed: self.0 }
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.hash = self.seed.mix(self.hash ^ u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.hash = self.seed.mix(self.hash ^ value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::{Cell, Interner, Key};

    #[test]
    fn a_whole_number_and_its_text_are_one_id() {
        let mut interner = Interner::with_names();
        let cells = [Cell::Int(12), Cell::Text("a"), Cell::Text("12"), Cell::Float(12.0), Cell::Int(12)];
        assert_eq!(cells.map(|cell| interner.intern(cell)), [0, 1, 0, 0, 0]);
        assert_eq!((interner.id(0), interner.id(1), interner.len()), ("12", "a", 2));
    }

    #[test]
    fn keys_of_all_lengths_differ() {
        let text = [0u8; 16];
        let keys: Vec<Key> = (0..16).map(|length| Key::of_short(&text[..length]).unwrap()).collect();
        for (length, key) in keys.iter().enumerate() {
            assert_eq!(keys.iter().filter(|other| *other == key).count(), 1, "length {length}");
        }
        assert!(Key::of_short(&text).is_none());
    }

    /// An id as text or, if it reads as one, as a whole number.
    fn cell(id: &str, as_int: bool) -> Cell<'_> {
        match id.parse::<i64>() {
            Ok(value) if as_int && value.to_string() == id => Cell::Int(value),
            _ => Cell::Text(id),
        }
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_plain_map(
            ids in prop::collection::vec(("[ab0-9]{0,10}|[0-9]{1,19}|[ab]{14,20}|-[1-9]", any::<bool>()), 0..300),
            first_text in 0usize..300,
        ) {
            let (mut named, mut nameless) = (Interner::with_names(), Interner::default());
            let mut plain = HashMap::new();
            for (at, (id, as_int)) in ids.iter().enumerate() {
                let next = plain.len() as u32;
                let expected = *plain.entry(id.clone()).or_insert(next);
                let cell = cell(id, *as_int || at < first_text);
                prop_assert_eq!(named.intern(cell), expected);
                prop_assert_eq!(nameless.intern(cell), expected);
                prop_assert_eq!(named.id(expected), id);
            }
            prop_assert_eq!((named.len(), nameless.len()), (plain.len(), plain.len()));
        }

        #[test]
        fn many_at_once_get_the_numbers_of_one_by_one(ids in prop::collection::vec(-60_i64..60, 0..300)) {
            let texts: Vec<String> = ids.iter().map(|id| format!("{}{id}", "long".repeat((*id & 3) as usize))).collect();
            let (mut one, mut all) = (Interner::default(), Interner::default());
            let mut found = Vec::new();
            all.intern_ints(&ids, &mut found);
            all.intern_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &mut found);
            let mut expected: Vec<u32> = ids.iter().map(|&id| one.intern(Cell::Int(id))).collect();
            expected.extend(texts.iter().map(|text| one.intern(Cell::Text(text))));
            prop_assert_eq!(found, expected);
        }
    }
}
