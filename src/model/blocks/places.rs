//! The block of each id, in the order of the ids: within a block items are in that order, so this gives their
//! numbers.

use super::mask::BLOCK;
use crate::model::coder::{BinaryCoder, FRESH};

/// Number of free places in each block, with their sums (Fenwick 1994).
struct Free {
    of: Vec<u32>,
    tree: Vec<u32>,
}

impl Free {
    fn new(num_items: usize) -> Free {
        let num_blocks = num_items.div_ceil(BLOCK);
        let of: Vec<u32> = (0..num_blocks).map(|block| BLOCK.min(num_items - block * BLOCK) as u32).collect();
        let mut tree = vec![0; num_blocks.next_power_of_two() + 1];
        for (to, &num) in tree.iter_mut().skip(1).zip(&of) {
            *to = num;
        }
        for at in 1..tree.len() {
            let above = at + (at & at.wrapping_neg());
            let sum = tree.get(at).copied().unwrap_or(0);
            if let Some(to) = tree.get_mut(above) {
                *to += sum;
            }
        }
        Free { of, tree }
    }

    #[inline(always)]
    fn of(&self, block: usize) -> u32 {
        self.of.get(block).copied().unwrap_or(0)
    }

    /// Free places in all blocks before.
    #[inline(always)]
    fn before(&self, block: usize) -> u32 {
        let (mut at, mut sum) = (block, 0);
        while at > 0 {
            sum += self.tree.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        sum
    }

    /// The block of a free place, counted over all blocks, and the number of free places before the block.
    #[inline(always)]
    fn find(&self, place: u32) -> (usize, u32) {
        let (mut at, mut before) = (0, 0);
        let mut step = self.tree.len() / 2;
        while step > 0 {
            if let Some(&num) = self.tree.get(at + step)
                && before + num <= place
            {
                before += num;
                at += step;
            }
            step /= 2;
        }
        (at, before)
    }

    #[inline(always)]
    fn take(&mut self, block: usize) -> Option<()> {
        let free = self.of.get_mut(block)?;
        *free = free.checked_sub(1)?;
        let mut at = block + 1;
        while let Some(sum) = self.tree.get_mut(at) {
            *sum = sum.wrapping_sub(1);
            at += at & at.wrapping_neg();
        }
        Some(())
    }
}

/// Codes the block of each of `num_items` ids, and gives the items' numbers in the order of the ids. `None` if the
/// stream is not one that a writer writes.
///
/// Each is first asked whether it is one of the two blocks that were met last; if not, all free places of the others
/// are as likely.
#[cfg_attr(optimize_attribute, optimize(speed))]
// A function of its own, like others that run once for each item: compilers for speed take long for the large one
// around it.
#[inline(never)]
pub(in crate::model) fn code<S: BinaryCoder>(
    coder: &mut S,
    num_items: usize,
    value: impl Fn(usize) -> usize,
) -> Option<Vec<u32>> {
    let mut items = Vec::with_capacity(num_items);
    if num_items == 0 {
        return Some(items);
    }
    let mut free = Free::new(num_items);
    let num_blocks = free.of.len() as u32;
    let mut total = num_items as u32;
    let mut contexts = [FRESH; 2 * 16 * 4];
    let mut recent = [0, 0];
    // The last two answers, 2 bits each: 0 the latest block, 1 the one before it, 3 another.
    let mut answers = 3;
    let mut usual = 1;
    for rank in 0..num_items {
        if rank % 256 == 0 {
            usual = (2 * total / num_blocks).max(1);
        }
        let mut answer = 3;
        let mut asked = 0;
        let mut which = 0;
        while which < 2 {
            let block = recent[which];
            let num = free.of(block);
            if num > 0 && (which == 0 || recent[0] != block) {
                let room =
                    usize::from(4 * num > usual) + usize::from(2 * num > usual) + usize::from(4 * num > 3 * usual);
                let context = (which * 16 + answers) * 4 + room;
                if coder.adaptive(&mut contexts[context & 127], || value(rank) == block) {
                    answer = which;
                    break;
                }
                asked += num;
            }
            which += 1;
        }
        answers = (answers << 2 | answer) & 15;
        match answer {
            0 => {}
            1 => recent.swap(0, 1),
            _ => {
                recent = [
                    other(coder, &free, total.checked_sub(asked).filter(|&open| open > 0)?, recent, || value(rank)),
                    recent[0],
                ]
            }
        }
        let block = recent[0];
        let place = BLOCK.min(num_items.saturating_sub(block * BLOCK)) as u32 - free.of(block);
        free.take(block)?;
        total -= 1;
        items.push((block * BLOCK) as u32 + place);
    }
    Some(items)
}

/// Codes a block by one of its free places, of `open` in the blocks that were not asked for.
fn other<S: BinaryCoder>(
    coder: &mut S,
    free: &Free,
    open: u32,
    recent: [usize; 2],
    value: impl FnOnce() -> usize,
) -> usize {
    let (low, high) = (recent[0].min(recent[1]), recent[0].max(recent[1]));
    let (low_num, low_start) = (free.of(low), free.before(low));
    let (high_num, high_start) = if high == low { (0, u32::MAX) } else { (free.of(high), free.before(high)) };
    let mut block = 0;
    // Where a block starts among the open places.
    let start =
        |of: usize, before: u32| before - if low < of { low_num } else { 0 } - if high < of { high_num } else { 0 };
    coder.interval(
        open,
        || {
            let of = value();
            (start(of, free.before(of)), free.of(of))
        },
        |case| {
            let mut place = case;
            if place >= low_start {
                place += low_num;
            }
            if place >= high_start {
                place += high_num;
            }
            let (of, before) = free.find(place);
            block = of;
            (start(of, before), free.of(of))
        },
    );
    block
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use crate::model::coder::{Decoder, Encoder};
    use proptest::prelude::*;

    /// Blocks in the order of ids, each as often as it has places.
    fn blocks(num_items: usize) -> impl Strategy<Value = Vec<usize>> {
        Just((0..num_items).map(|item| item / BLOCK).collect::<Vec<_>>()).prop_shuffle()
    }

    fn round_trip(blocks: &[usize]) -> usize {
        let mut encoder = Encoder::new();
        let expected = code(&mut encoder, blocks.len(), |rank| blocks[rank]).unwrap();
        assert!(expected.iter().zip(blocks).all(|(&item, &block)| item as usize / BLOCK == block));
        let bytes = encoder.finish();
        let mut decoder = Decoder::new(&bytes);
        assert_eq!(code(&mut decoder, blocks.len(), |_| 0).unwrap(), expected);
        assert!(decoder.is_done());
        let mut sorted = expected;
        sorted.sort_unstable();
        assert!((0..).zip(&sorted).all(|(expected, &item)| item == expected));
        bytes.len()
    }

    proptest! {
        #[test]
        fn any_order_comes_back(blocks in (0usize..600).prop_flat_map(blocks)) {
            round_trip(&blocks);
        }

        #[test]
        fn any_bytes_give_an_order_or_nothing(bytes in prop::collection::vec(any::<u8>(), 0..99), num_items in 0usize..700) {
            if let Some(mut items) = code(&mut Decoder::new(&bytes), num_items, |_| 0) {
                items.sort_unstable();
                prop_assert!((0..).zip(&items).all(|(expected, &item)| item == expected));
                prop_assert_eq!(items.len(), num_items);
            }
        }
    }

    #[test]
    fn ids_in_the_order_of_the_blocks_take_next_to_nothing() {
        let blocks: Vec<usize> = (0..20_000).map(|item| item / BLOCK).collect();
        assert!(round_trip(&blocks) < 200);
    }
}
