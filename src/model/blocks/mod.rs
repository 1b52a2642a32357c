//! Links in blocks of 128 items that are read when a list needs them.
//!
//! Items are cut into blocks so that few links run between two of them; in a block they are in the order of their
//! ids. From the outside in:
//!
//! ```text
//! table    one table of neighbours: its section's parts, opened, and blocks that are read and kept
//! write    the same, written; fit finds the fixed probabilities
//! between  the links between blocks, one stream that is read when the table is first asked
//! block    the links inside a block
//! tables   fixed probabilities of the decisions in blocks
//! places   the block of each id          classes   the class of each item
//! mask     sets of the items of a block
//! ```

mod between;
mod block;
mod classes;
mod fit;
mod mask;
mod places;
mod table;
mod tables;
mod write;

pub(super) use classes::code as code_classes;
pub use mask::BLOCK;
pub(super) use places::code as code_places;
pub use table::{Blocks, Kept};
pub(super) use table::{Place, TableHeader};
pub(super) use write::write;

use super::coder::{BinaryCoder, Limit};

/// A number, or `most` if it is less.
#[inline(always)]
fn up(number: u32, most: u32) -> usize {
    number.min(most) as usize
}

/// Degrees that closeness tells apart.
const MAX_DEGREE: u32 = 511;

/// Gives the closeness of two items that share a neighbour: `62.5 / log2(degree + 2)`, straight between powers of two
/// (after Adamic and Adar 2003).
#[inline(never)]
fn closeness(degree: u32) -> u16 {
    let of = degree.min(MAX_DEGREE) + 2;
    let octave = of.ilog2();
    // From 1 to 2 in sixteenths, and 16 for each octave.
    (1000 / (16 * (octave - 1) + (of << 4 >> octave))) as u16
}

/// The parts of a link's code: twice its level, and 1 more if the row's direction is the heavier one, which is known of
/// upper levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Labels {
    /// Number of levels, 1 to 16.
    pub(super) num_levels: u8,
    /// The lowest level with a direction.
    pub(super) first_directed: u8,
}

impl Labels {
    /// The highest level.
    #[inline(always)]
    fn most(self) -> u32 {
        u32::from(self.num_levels).saturating_sub(1)
    }

    /// Codes the direction of a link of this level, and gives its code.
    #[inline(always)]
    fn code<S: BinaryCoder>(self, coder: &mut S, level: u32, is_heavier: impl FnOnce() -> bool) -> u8 {
        let is_heavier = level >= u32::from(self.first_directed) && coder.share(1, 2, is_heavier);
        (2 * level) as u8 | u8::from(is_heavier)
    }

    /// A link's code as its other end's row sees it.
    #[inline(always)]
    fn turned(self, code: u8) -> u8 {
        code ^ u8::from(code >> 1 >= self.first_directed)
    }
}

/// Links of a stream between blocks.
const LINKS_BETWEEN: Limit = Limit { per_byte: 1, free: 4096 };
/// Links of a block.
const LINKS_INSIDE: Limit = Limit { per_byte: 3, free: 64 };
/// Paths of two links in a block, which a walk goes along.
const PATHS_INSIDE: Limit = Limit { per_byte: 512, free: 8192 };
