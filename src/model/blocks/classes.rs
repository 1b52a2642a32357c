//! The class of each item, in the order of the items.

use super::mask::BLOCK;
use super::up;
use crate::model::coder::{BinaryCoder, FRESH};

/// Codes the classes of items, each below `num_classes`, 1 to 8.
///
/// "Above 0", "above 1" and so on, in contexts of the mean of the block so far, the class before, and the threshold.
#[cfg_attr(optimize_attribute, optimize(speed))]
#[inline(never)]
pub(in crate::model) fn code<S: BinaryCoder>(
    coder: &mut S,
    num_items: usize,
    num_classes: u8,
    value: impl Fn(usize) -> u8,
) -> Vec<u8> {
    let mut contexts = [FRESH; 16 * 8 * 8];
    let mut classes = Vec::with_capacity(num_items);
    let (mut sum, mut num, mut before) = (4, 2, 0);
    for item in 0..num_items {
        if item % BLOCK == 0 {
            (sum, num) = (4, 2);
        }
        let first = (up(4 * sum / num, 15) * 8 + before) * 8;
        let mut class = 0;
        while class + 1 < num_classes
            && coder.adaptive(&mut contexts[(first + usize::from(class)) & 1023], || value(item) > class)
        {
            class += 1;
        }
        classes.push(class);
        before = usize::from(class & 7);
        sum += u32::from(class);
        num += 1;
    }
    classes
}
