//! Sets of the items of one block, as the bits of a number.

/// Items of a block of a file; in each they are in the order of their ids.
pub const BLOCK: usize = 128;

/// The set of one item. By halves: to shift 128 bits by a variable amount is a call in WebAssembly.
#[inline(always)]
pub(super) fn bit(item: usize) -> u128 {
    let (is_upper, place) = (item >> 6 & 1, item & 63);
    u128::from((is_upper as u64 ^ 1) << place) | u128::from((is_upper as u64) << place) << 64
}

/// The lowest item of a set; 127 for an empty one.
#[inline(always)]
pub(super) fn first(set: u128) -> usize {
    let low = set as u64;
    let at = if low != 0 { low.trailing_zeros() } else { 64 + ((set >> 64) as u64).trailing_zeros() };
    at as usize & (BLOCK - 1)
}

/// Takes the lowest item out of a set, until there is none.
#[inline(always)]
pub(super) fn pop(set: &mut u128) -> Option<usize> {
    if *set == 0 {
        return None;
    }
    let item = first(*set);
    *set &= set.wrapping_sub(1);
    Some(item)
}

/// The item with `num_below` others of the set below it; some item if the set is smaller.
pub(super) fn nth(set: u128, num_below: u32) -> usize {
    let low = (set as u64).count_ones();
    if num_below < low { nth_of(set as u64, num_below) } else { 64 + nth_of((set >> 64) as u64, num_below - low) }
}

fn nth_of(mut set: u64, mut num_below: u32) -> usize {
    let mut base = 0;
    let mut width = 32;
    while width > 4 {
        let low = (set & ((1 << width) - 1)).count_ones();
        if num_below >= low {
            num_below -= low;
            set >>= width;
            base += width;
        }
        width /= 2;
    }
    // Fewer than eight are left.
    for _ in 0..num_below & 7 {
        set &= set.wrapping_sub(1);
    }
    (base + set.trailing_zeros()) as usize & 63
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_items_of_a_set_are_its_bits(set in any::<u128>()) {
            let expected: Vec<usize> = (0..BLOCK).filter(|item| set >> item & 1 == 1).collect();
            let mut left = set;
            let found: Vec<usize> = std::iter::from_fn(|| pop(&mut left)).collect();
            prop_assert_eq!(&found, &expected);
            for (num_below, &item) in (0..).zip(&expected) {
                prop_assert_eq!(nth(set, num_below), item);
                prop_assert_eq!(bit(item), 1u128 << item);
            }
        }
    }
}
