//! Spends a byte budget: which neighbours, in which order, at how many bits.
//!
//! Owns the way from learnt matrices of full precision to a [`Model`]. Knows nothing of events, counts or how the
//! matrices were learnt.

mod links;
mod order;
mod quantise;
mod size;
mod times;
mod tuning;

use crate::model::{
    About, Categories, Dictionary, Join, MAX_NEIGHBOURS, Measurement, Model, ModelError, Privacy, Purpose,
    RankingParameters,
};
use crate::{CategoryIx, ItemIx, SparseMatrix};
use order::{Graph, max_adjacency};
use rayon::prelude::*;
pub use size::{Detail, Packer};
pub use tuning::Tuning;

/// The items in the order of a model file: neighbours next to each other.
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
    /// Learnt matrices by purpose; diagonals are ignored.
    pub tables: Vec<(Purpose, SparseMatrix)>,
    /// Recency-weighted number of events of each item; 0 where it is withheld.
    pub popularity: Vec<f32>,
    /// Number of events of each item; 0 where it is withheld.
    pub num_events: Vec<u32>,
    /// The constants of ranking.
    pub ranking: RankingParameters,
    /// Categories from the catalogue, if there is one.
    pub categories: Option<Categories>,
    /// The most popular items of the newest days: number of days, and items with their number of events; of any length and order.
    pub trends: Vec<(u16, Vec<(ItemIx, f32)>)>,
    /// Median days, from 1, between two purchases of an item by one shopper.
    pub replenishment: Vec<(ItemIx, u16)>,
    /// The same by category; ascending.
    pub category_replenishment: Vec<(CategoryIx, u16)>,
    /// Where the model comes from.
    pub about: About,
    /// The privacy threshold and what it removed.
    pub privacy: Privacy,
    /// What was measured on the held-out sessions.
    pub measurements: Vec<Measurement>,
}

/// How much of a draft a model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackOptions {
    /// Neighbours kept per item and table, the heaviest first; 1 to 4095. Few make a small file that knows fewer
    /// alternatives; beyond some 50 quality no longer rises.
    pub neighbours: usize,
    /// Bits of a weight, 1 to 8: 4 lose nothing measurable, 3 a tenth of a point of HitRate, 2 a third.
    pub weight_bits: u8,
}

impl Default for PackOptions {
    fn default() -> Self {
        PackOptions { neighbours: 20, weight_bits: 3 }
    }
}

/// Why a draft cannot be packed.
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
    /// An item id stands twice, or all ids together exceed 4 GiB.
    #[error("item number {item} has id `{id}`, which stands before already; name each item once")]
    ItemId {
        /// Position of the second one.
        item: usize,
        /// The id.
        id: String,
    },
    /// A purpose has two tables.
    #[error("table `{0}` stands twice; give one for each purpose")]
    TwoTables(&'static str),
    /// A learnt number is not a finite one, or is negative where none may be.
    #[error("{part}, item `{item}`: {found} is no number to work with; check what was learnt")]
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
        "a model of {wanted} bytes cannot be made: without any neighbours it has {least} already, for ids and constants; ask for more"
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

/// Each item's neighbours that decide on the order; with more of them numbers take a few per cent more bits.
const ORDER_NEIGHBOURS: usize = 10;

/// Packs a draft: prunes and quantises its tables, and renumbers the items so that the file is small.
///
/// Each row keeps the [`neighbours`](PackOptions::neighbours) of largest weight (ties by item number); the
/// diagonal and weights of 0 or less are no neighbours. A weight becomes one of `2^weight_bits` levels, linear
/// from 0 to the row's maximum. Deterministic; `O(e log e)` for e entries.
///
/// # Errors
/// [`PackError`], in the order of its variants.
pub fn pack(draft: Draft, options: &PackOptions) -> Result<Model, PackError> {
    check_options(options)?;
    check(&draft)?;
    let Draft { item_ids, tables, popularity, mut ranking, categories, trends, replenishment, .. } = draft;
    let num_items = item_ids.len();

    let mut pruned: Vec<(Purpose, SparseMatrix)> = Vec::with_capacity(tables.len());
    for (purpose, matrix) in tables {
        pruned.push((purpose, prune(matrix, options.neighbours, purpose, &item_ids)?));
    }
    pruned.sort_by_key(|(purpose, _)| *purpose);

    let old_of_new = arrange(num_items, edges_of_order(&pruned, num_items).into_iter());
    let mut new_of_old = vec![ItemIx(0); num_items];
    for (new, old) in (0..).map(ItemIx).zip(&old_of_new) {
        new_of_old[old.as_usize()] = new;
    }

    let mut tables = Vec::with_capacity(pruned.len());
    for (purpose, matrix) in pruned {
        let factor = quantise::range_factor(&matrix);
        if purpose == Purpose::Next {
            // Its scores and these are added up.
            ranking.repeat.iter_mut().for_each(|repeat| *repeat *= factor);
        }
        let table = quantise::table(&matrix, factor, options.weight_bits, &old_of_new, &new_of_old)?;
        tables.push((purpose, table));
    }
    let in_new_order = |old: &ItemIx| item_ids[old.as_usize()].as_str();
    let ids: Vec<&str> = old_of_new.iter().map(in_new_order).collect();
    let levels = quantise::popularity(&popularity);
    let model = Model {
        items: Dictionary::new(&ids).map_err(|item| PackError::ItemId { item, id: ids[item].to_owned() })?,
        tables,
        popularity: old_of_new.iter().map(|old| levels[old.as_usize()]).collect(),
        ranking,
        categories: categories.map(|Categories { names, of_item }| Categories {
            names,
            of_item: old_of_new.iter().map(|old| of_item[old.as_usize()]).collect(),
        }),
        trends: times::trends(&trends, &new_of_old),
        replenishment: times::replenishment(&replenishment, &new_of_old),
        category_replenishment: draft.category_replenishment,
        about: draft.about,
        privacy: draft.privacy,
        measurements: draft.measurements,
    };
    model.validate()?;
    Ok(model)
}

/// The bytes of a model's file, [`Model::to_bytes`], its parts written at the same time.
///
/// # Errors
/// As [`Model::to_bytes`].
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, ModelError> {
    struct Threads;
    impl Join for Threads {
        fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
            rayon::join(one, other)
        }
    }
    model.to_bytes_with(&Threads)
}

fn check_options(options: &PackOptions) -> Result<(), PackError> {
    let bits = usize::from(options.weight_bits);
    for (option, found, most) in [("neighbours", options.neighbours, MAX_NEIGHBOURS), ("weight_bits", bits, 8)] {
        if !(1..=most).contains(&found) {
            return Err(PackError::Option { option, found, least: 1, most });
        }
    }
    Ok(())
}

/// Checks numbers of items and names before any work.
fn check(draft: &Draft) -> Result<(), PackError> {
    let num_items = draft.item_ids.len();
    let categories = draft.categories.as_ref().map(|categories| ("categories", categories.of_item.len()));
    let tables = draft.tables.iter().map(|(purpose, matrix)| (purpose.name(), matrix.num_items()));
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
    for (at, (purpose, _)) in draft.tables.iter().enumerate() {
        if draft.tables[..at].iter().any(|(other, _)| other == purpose) {
            return Err(PackError::TwoTables(purpose.name()));
        }
    }
    for (id, &found) in draft.item_ids.iter().zip(&draft.popularity) {
        if !(found.is_finite() && found >= 0.0) {
            return Err(PackError::Number { part: "popularity", item: id.clone(), found });
        }
    }
    Ok(())
}

/// Keeps the heaviest neighbours of each row, ties to the lower number.
fn prune(matrix: SparseMatrix, neighbours: usize, purpose: Purpose, ids: &[String]) -> Result<SparseMatrix, PackError> {
    let items = || (0..ids.len() as u32).into_par_iter().map(ItemIx);
    let of_no_number =
        |item: ItemIx| matrix.row(item).1.iter().find(|weight| !weight.is_finite()).map(|&weight| (item, weight));
    if let Some((item, found)) = items().find_map_first(of_no_number) {
        return Err(PackError::Number { part: purpose.name(), item: ids[item.as_usize()].clone(), found });
    }
    let is_pruned = |item: ItemIx| {
        let (columns, weights) = matrix.row(item);
        columns.len() <= neighbours && !columns.contains(&item) && weights.iter().all(|&weight| weight > 0.0)
    };
    if items().all(is_pruned) {
        return Ok(matrix);
    }
    let row = |item: ItemIx| {
        let (columns, weights) = matrix.row(item);
        let edges = columns.iter().copied().zip(weights.iter().copied());
        let mut row: Vec<_> = edges.filter(|&(column, weight)| column != item && weight > 0.0).collect();
        if row.len() > neighbours {
            row.select_nth_unstable_by(neighbours, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(neighbours);
        }
        row
    };
    Ok(SparseMatrix::from_rows(items().map(row).collect()))
}

/// The heaviest neighbours of each item in each table, which decide on the order.
fn edges_of_order(tables: &[(Purpose, SparseMatrix)], num_items: usize) -> Vec<(ItemIx, ItemIx)> {
    let tasks: Vec<_> = (0..num_items as u32).step_by(TASK_ITEMS as usize).collect();
    let of_task = |start: u32| {
        let (mut edges, mut keys) = (Vec::new(), Vec::new());
        for item in (start..(num_items as u32).min(start + TASK_ITEMS)).map(ItemIx) {
            for (columns, weights) in tables.iter().map(|(_, matrix)| matrix.row(item)) {
                // Weight and item in one number that sorts as they do: the bits of positive floats are in the order of their
                // values.
                let key = |(column, weight): (&ItemIx, &f32)| u64::from(weight.to_bits()) << 32 | u64::from(!column.0);
                keys.clear();
                keys.extend(columns.iter().zip(weights).map(key));
                if keys.len() > ORDER_NEIGHBOURS {
                    keys.select_nth_unstable_by(ORDER_NEIGHBOURS, |a, b| b.cmp(a));
                    keys.truncate(ORDER_NEIGHBOURS);
                }
                edges.extend(keys.iter().map(|&key| (item, ItemIx(!(key as u32)))));
            }
        }
        edges
    };
    tasks.into_par_iter().map(of_task).collect::<Vec<_>>().concat()
}

/// Items whose edges one task selects: enough to hide its cost, few enough to balance.
const TASK_ITEMS: u32 = 512;

#[cfg(test)]
mod tests;
