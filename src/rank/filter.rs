//! Conditions on items, as small programs over the columns of a [`Catalogue`].
//!
//! A program is a list of [`words`]. Each instruction pushes an answer on a stack, or replaces those on top; one is
//! left at the end:
//!
//! | instruction | operands | answer: true if |
//! |---|---|---|
//! | `IS_ONE_OF` | column, number of words, words | the bit with the number of the item's value is set |
//! | `HAS_PRICE` | bits of two `f32` | the price is known and from the first to the second |
//! | `HAS_STOCK` | 0 or 1 | the item is in stock (1) or is not (0) |
//! | `AND` | | both answers on top are true |
//! | `OR` | | one of the two answers on top is true |
//! | `NOT` | | the answer on top is false |
//!
//! An unknown value is in no set. A program runs the same instructions for every item, so one that is valid for an item
//! is valid for all.

use super::catalogue::{Catalogue, Column};
use super::words::{self, UNKNOWN};
use crate::ItemIx;
use crate::model::{Model, Table};

/// Maximum number of answers on the stack.
const MAX_DEPTH: u32 = 64;

/// A condition on items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter<'a> {
    words: &'a [u32],
}

impl<'a> Filter<'a> {
    /// Makes the condition of a program; `None` if the program is not valid.
    pub fn new(words: &'a [u32]) -> Option<Filter<'a>> {
        let filter = Filter { words };
        filter.run(&|_| UNKNOWN, [ItemIx(0); 2]).map(|_| filter)
    }

    /// Tells whether the condition holds for an item. `O(instructions)`.
    pub fn passes<T: Table>(self, model: &Model<T>, catalogue: &Catalogue, item: ItemIx) -> bool {
        self.run(&|column| catalogue.value(model, column, item), [item, model.product_of(item.0)]) == Some(true)
    }

    /// Runs the program; `value` returns the item's value in a column. `None` if the program is not valid.
    /// A set of items holds a variant if it holds its number or that of its product.
    fn run(self, value: &dyn Fn(Column) -> u32, numbers: [ItemIx; 2]) -> Option<bool> {
        // The answer on top is the lowest bit.
        let mut answers = 0u64;
        let mut depth = 0;
        let mut words = WordReader(self.words);
        while let Some(instruction) = words.next() {
            let (num_used, answer) = match instruction {
                words::IS_ONE_OF => {
                    let column = words.next()?;
                    let num_words = words.next()?;
                    let set = words.take(num_words)?;
                    let values = match Column::of(column) {
                        Some(column) => [value(column), UNKNOWN],
                        None if column == words::ITEM => numbers.map(|number| number.0),
                        None => return None,
                    };
                    let is_in = |value: u32| {
                        let word = set.get(value as usize / 32).copied().unwrap_or(0);
                        value != UNKNOWN && word >> (value % 32) & 1 == 1
                    };
                    (0, values.into_iter().any(is_in))
                }
                words::HAS_PRICE => {
                    let (least, most) = (f32::from_bits(words.next()?), f32::from_bits(words.next()?));
                    let price = f32::from_bits(value(Column::Price));
                    (0, least <= price && price <= most)
                }
                words::HAS_STOCK => (0, (value(Column::Stock) != 0) == (words.next()? != 0)),
                words::AND => (2, answers & 3 == 3),
                words::OR => (2, answers & 3 != 0),
                words::NOT => (1, answers & 1 == 0),
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

/// Reader of words, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct WordReader<'a>(pub &'a [u32]);

impl<'a> WordReader<'a> {
    /// Reads the next word.
    #[allow(clippy::should_implement_trait, reason = "an iterator's many methods are of no use here")]
    pub fn next(&mut self) -> Option<u32> {
        self.take(1)?.first().copied()
    }

    /// Reads the next words.
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
                let answer = filter.run(&|_| UNKNOWN, [ItemIx(item); 2]);
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
