//! Conditions on items, as small programs over the columns of a [`Catalogue`].
//!
//! A program is a list of words; each instruction puts an answer on a stack or works on those on top, and one is left at the end:
//!
//! | word | what follows | answer |
//! |---|---|---|
//! | 0 | column, number of words, words | whether the bit with the number of the item's value is set; column 6 is the item's own number |
//! | 1 | bits of two `f32` | whether the price is known and from the first to the second |
//! | 2 | 0 or 1 | whether the item is in stock, if that is 1, or is not |
//! | 3 | | whether both of the two on top hold |
//! | 4 | | whether one of the two on top does |
//! | 5 | | the opposite of the one on top |
//!
//! A value that is not known is in no set. Every program takes the same way for all items, so one that works for an item works for all.

use super::catalogue::{Catalogue, Column, UNKNOWN};
use crate::ItemIx;
use crate::model::{Model, Table};

/// The column that a set of items is tested with.
const ITEMS: u32 = 6;
/// The most answers that may wait.
const MAX_DEPTH: u32 = 64;

/// A condition on items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter<'a> {
    words: &'a [u32],
}

impl<'a> Filter<'a> {
    /// The condition that a program says; `None` if it is none.
    pub fn new(words: &'a [u32]) -> Option<Filter<'a>> {
        let filter = Filter { words };
        filter.run(&|_| UNKNOWN, ItemIx(0)).map(|_| filter)
    }

    /// Tells whether the condition holds for an item. `O(instructions)`.
    pub fn passes<T: Table>(self, model: &Model<T>, catalogue: &Catalogue, item: ItemIx) -> bool {
        self.run(&|column| catalogue.value(model, column, item), item) == Some(true)
    }

    /// The answer, given the item's value in each column.
    fn run(self, value: &dyn Fn(Column) -> u32, item: ItemIx) -> Option<bool> {
        // The answer on top is the lowest bit.
        let mut answers = 0u64;
        let mut depth = 0;
        let mut words = WordReader(self.words);
        while let Some(instruction) = words.next() {
            let (num_used, answer) = match instruction {
                0 => {
                    let column = words.next()?;
                    let num_words = words.next()?;
                    let set = words.take(num_words)?;
                    let value = match Column::of(column) {
                        Some(column) => value(column),
                        None if column == ITEMS => item.0,
                        None => return None,
                    };
                    let word = set.get(value as usize / 32).copied().unwrap_or(0);
                    (0, value != UNKNOWN && word >> (value % 32) & 1 == 1)
                }
                1 => {
                    let (least, most) = (f32::from_bits(words.next()?), f32::from_bits(words.next()?));
                    let price = f32::from_bits(value(Column::Price));
                    (0, least <= price && price <= most)
                }
                2 => (0, (value(Column::Stock) != 0) == (words.next()? != 0)),
                3 => (2, answers & 3 == 3),
                4 => (2, answers & 3 != 0),
                5 => (1, answers & 1 == 0),
                _ => return None,
            };
            if depth < num_used || depth - num_used >= MAX_DEPTH {
                return None;
            }
            depth = depth - num_used + 1;
            answers = answers >> num_used << 1 | u64::from(answer);
        }
        if depth == 1 { Some(answers & 1 == 1) } else { None }
    }
}

/// WordReader that are read one after the other.
#[derive(Clone, Copy, Debug)]
pub struct WordReader<'a>(pub &'a [u32]);

impl<'a> WordReader<'a> {
    /// The next word.
    #[allow(clippy::should_implement_trait, reason = "an iterator's many methods are of no use here")]
    pub fn next(&mut self) -> Option<u32> {
        self.take(1)?.first().copied()
    }

    /// The next words.
    pub fn take(&mut self, num_words: u32) -> Option<&'a [u32]> {
        let (taken, rest) = self.0.split_at_checked(num_words as usize)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_program_panics(words in prop::collection::vec(prop_oneof![0u32..9, any::<u32>()], 0..12), item: u32) {
            if let Some(filter) = Filter::new(&words) {
                let answer = filter.run(&|_| UNKNOWN, ItemIx(item));
                prop_assert!(answer.is_some());
            }
        }
    }

    #[test]
    fn a_program_leaves_one_answer() {
        assert_eq!(Filter::new(&[]), None);
        assert_eq!(Filter::new(&[2]), None);
        assert_eq!(Filter::new(&[5]), None);
        assert_eq!(Filter::new(&[2, 1, 2, 1]), None);
        assert_eq!(Filter::new(&[2, 1, 3]), None);
        assert_eq!(Filter::new(&[0, 7, 0]), None);
        assert_eq!(Filter::new(&[0, 6, 3, 1, 2]), None);
        assert_eq!(Filter::new(&[6]), None);
        assert!(Filter::new(&[2, 1]).is_some());
        assert!(Filter::new(&[2, 1, 2, 1, 3, 5]).is_some());
        assert_eq!(Filter::new(&[2, 1].repeat(65)), None);
    }
}
