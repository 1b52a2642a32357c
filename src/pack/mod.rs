//! Spends a byte budget: which links, in which order, how finely weighed.
//!
//! Owns the way from learnt matrices of full precision to a [`Model`]. Knows nothing of events, counts or how the
//! matrices were learnt.

mod detail;
mod links;
mod order;
mod partition;
mod popularity;
mod size;
mod times;
mod tuning;

use crate::model::{
    About, Categories, Curated, Dictionary, Executor, Measurement, Model, ModelError, Privacy, RankingParameters,
    Relation,
};
use crate::{CategoryIx, CsrMatrix, ItemIx};
pub use detail::Detail;
use order::{Graph, max_adjacency};
pub use size::{Arrangement, Packer};
pub use tuning::Tuning;

/// The items in an order that puts neighbours next to each other.
///
/// `edges` join items below `num_items`, in any direction and any number; `O(m log m)` for m edges.
pub fn arrange(num_items: usize, edges: impl Iterator<Item = (ItemIx, ItemIx)>) -> Vec<ItemIx> {
    max_adjacency(&Graph::new(num_items, edges))
}

/// All that training found out about a shop, at full precision and in the log's item order.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The shop's ids, in the item order of everything below.
    pub item_ids: Vec<String>,
    /// Learnt matrices by relation; diagonals are ignored.
    pub tables: Vec<(Relation, CsrMatrix)>,
    /// Variants of items: id, item, and number of events.
    pub variants: Vec<(String, ItemIx, u64)>,
    /// Markets: name, and the recency-weighted number of events of each item, 0 for those that the market lacks.
    pub markets: Vec<(String, Vec<f32>)>,
    /// Pairs that the shop chose, in the order in which they are to be listed.
    pub curated: Vec<Curated>,
    /// Recency-weighted number of events of each item; 0 where it is withheld.
    pub popularity: Vec<f32>,
    /// Number of events of each item; 0 where it is withheld.
    pub num_events: Vec<u32>,
    /// The constants of ranking.
    pub ranking: RankingParameters,
    /// Categories from the catalogue, if there is one.
    pub categories: Option<Categories>,
    /// The most popular items of the newest days: number of days, and items with their number of events; of any length
    /// and order.
    pub trends: Vec<(u16, Vec<(ItemIx, f32)>)>,
    /// Median days, from 1, between two purchases of an item by one shopper.
    pub replenishment: Vec<(ItemIx, u16)>,
    /// The same by category; ascending.
    pub category_replenishment: Vec<(CategoryIx, u16)>,
    /// Where the model comes from.
    pub about: About,
    /// The privacy threshold and what it removed.
    pub privacy: Privacy,
    /// Measurements on the held-out sessions.
    pub measurements: Vec<Measurement>,
}

/// The reason why a draft cannot be packed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// An option is out of its range.
    #[error("option `{option}` is {found}, expected {least} to {most}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Its value.
        found: usize,
        /// The smallest value.
        least: usize,
        /// The largest value.
        most: usize,
    },
    /// A tail share is none.
    #[error("option `tail_share` is {0}, expected a number between 0 and 1")]
    TailShare(f64),
    /// Two parts of the draft do not speak of the same items.
    #[error("{part} speaks of {found} items, expected {expected}; build every part from one item list")]
    NumItems {
        /// The part.
        part: &'static str,
        /// Its number of items.
        found: usize,
        /// The number of item ids.
        expected: usize,
    },
    /// An item id occurs twice, or all ids together exceed 4 GiB.
    #[error("item number {item} has id `{id}`, which occurs before; name each item once")]
    ItemId {
        /// Position of the second one.
        item: usize,
        /// The id.
        id: String,
    },
    /// A variant's id occurs before, or its item is not among the items.
    #[error("variant `{id}` occurs twice, or is of no item; name each variant once, with an item")]
    Variant {
        /// The id.
        id: String,
    },
    /// A relation has two tables.
    #[error("table `{0}` occurs twice; give one for each relation")]
    TwoTables(&'static str),
    /// A learnt number is not a finite one, or is negative where none may be.
    #[error("{part}, item `{item}`: {found} is not a number to work with; check what was learnt")]
    Number {
        /// Table or list.
        part: &'static str,
        /// Id of the item whose number it is.
        item: String,
        /// The number.
        found: f32,
    },
    /// No file of this draft is as small as that.
    #[error(
        "a model of {wanted} bytes cannot be made: without any neighbours it has {least} already, for ids and \
         constants; ask for more"
    )]
    Size {
        /// Bytes asked for.
        wanted: usize,
        /// Bytes of the smallest file.
        least: usize,
    },
    /// The packed model is one that no file can hold.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// The bytes of a model's file, [`Model::to_bytes`], its parts written at the same time.
///
/// # Errors
/// As [`Model::to_bytes`].
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, ModelError> {
    struct Threads;
    impl Executor for Threads {
        fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
            rayon::join(one, other)
        }
    }
    model.to_bytes_with(&Threads)
}

/// Checks numbers of items and names before any work.
fn check(draft: &Draft) -> Result<(), PackError> {
    let num_items = draft.item_ids.len();
    let categories = draft.categories.as_ref().map(|categories| ("categories", categories.of_item.len()));
    let tables = draft.tables.iter().map(|(relation, matrix)| (relation.name(), matrix.num_rows()));
    for (part, found) in tables
        .chain([("popularity", draft.popularity.len()), ("number of events", draft.num_events.len())])
        .chain(categories)
    {
        if found != num_items {
            return Err(PackError::NumItems { part, found, expected: num_items });
        }
    }
    if let Err(item) = Dictionary::new(&draft.item_ids) {
        return Err(PackError::ItemId { item, id: draft.item_ids[item].clone() });
    }
    for (at, (relation, _)) in draft.tables.iter().enumerate() {
        if draft.tables[..at].iter().any(|(other, _)| other == relation) {
            return Err(PackError::TwoTables(relation.name()));
        }
    }
    for (id, &found) in draft.item_ids.iter().zip(&draft.popularity) {
        if !(found.is_finite() && found >= 0.0) {
            return Err(PackError::Number { part: "popularity", item: id.clone(), found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
