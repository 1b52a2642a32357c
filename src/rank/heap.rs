//! The one way to put things in order: a binary heap of numbers, the greatest first, each of a value and what settles
//! ties.
//!
//! The upper half of a number has the bits of a value from 0 up, which are in the order of the values; the lower half
//! says which item it is. One type of entry, so that a browser downloads one heap.

use crate::ItemIx;

/// The entry of an item; of two with one value, the greater is the item that comes first by number or, with a seed, by
/// hash.
pub(super) fn entry(value: f32, item: ItemIx, seed: Option<u32>) -> u64 {
    let tie = match seed {
        Some(seed) => hash(item.0 ^ seed.wrapping_mul(0x9e37_79b9)),
        None => item.0,
    };
    u64::from(value.to_bits()) << 32 | u64::from(!tie)
}

/// The value and the item of an [`entry`].
pub(super) fn value_and_item(entry: u64, seed: Option<u32>) -> (f32, ItemIx) {
    let tie = !(entry as u32);
    let item = match seed {
        Some(seed) => unhash(tie) ^ seed.wrapping_mul(0x9e37_79b9),
        None => tie,
    };
    (f32::from_bits((entry >> 32) as u32), ItemIx(item))
}

/// The finaliser of MurmurHash3 (Appleby 2011): no two numbers have one hash.
pub(super) fn hash(number: u32) -> u32 {
    let mut hash = number;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Inverts [`hash`]: its steps backwards, with the inverses of its factors modulo 2^32.
fn unhash(hash: u32) -> u32 {
    let mut number = (hash ^ (hash >> 16)).wrapping_mul(0x7ed1_b41d);
    number = (number ^ (number >> 13) ^ (number >> 26)).wrapping_mul(0xa5cb_9243);
    number ^ (number >> 16)
}

/// Adds an entry; `O(log n)`, and `O(1)` where entries come in no order or from the greatest down.
#[inline(never)]
pub(super) fn push(heap: &mut Vec<u64>, entry: u64) {
    let mut at = heap.len();
    heap.push(entry);
    while at > 0 {
        let above = (at - 1) / 2;
        match heap.get(above) {
            Some(&other) if other < entry => {
                if let Some(place) = heap.get_mut(at) {
                    *place = other;
                }
            }
            _ => break,
        }
        at = above;
    }
    if let Some(place) = heap.get_mut(at) {
        *place = entry;
    }
}

/// Takes out the greatest entry; `O(log n)`.
#[inline(never)]
pub(super) fn pop(heap: &mut Vec<u64>) -> Option<u64> {
    let last = heap.pop()?;
    let Some(&greatest) = heap.first() else { return Some(last) };
    replace_greatest(heap, last);
    Some(greatest)
}

/// Puts an entry in the place of the greatest; nothing happens to an empty heap.
#[inline(never)]
pub(super) fn replace_greatest(heap: &mut [u64], entry: u64) {
    let mut at = 0;
    loop {
        let mut below = 2 * at + 1;
        let Some(&one) = heap.get(below) else { break };
        let mut greater = one;
        if let Some(&other) = heap.get(below + 1)
            && other > one
        {
            below += 1;
            greater = other;
        }
        if greater <= entry {
            break;
        }
        if let Some(place) = heap.get_mut(at) {
            *place = greater;
        }
        at = below;
    }
    if let Some(place) = heap.get_mut(at) {
        *place = entry;
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_out_from_the_greatest_down(entries in prop::collection::vec(0u64..50, 0..60)) {
            let mut heap = Vec::new();
            entries.iter().for_each(|&entry| push(&mut heap, entry));
            let found: Vec<u64> = std::iter::from_fn(|| pop(&mut heap)).collect();
            let mut expected = entries;
            expected.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn an_entry_gives_back_its_item(value in 0f32..1e30, item: u32, seed: Option<u32>) {
            let (found, of) = value_and_item(entry(value, ItemIx(item), seed), seed);
            prop_assert_eq!((found, of), (value, ItemIx(item)));
        }
    }
}
