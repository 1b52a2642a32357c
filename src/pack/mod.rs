//! Spends a byte budget: which neighbours, in which order, at how many bits.
//!
//! Owns the way from learnt matrices of full precision to a [`Model`]. Knows nothing of events, counts or how the
//! matrices were learnt.

mod links;
mod order;
mod quantise;
mod size;
mod tuning;

use crate::model::{
    About, Categories, Dictionary, MAX_NEIGHBOURS, Measurement, Model, ModelError, Privacy, Purpose, RankingParameters,
};
use crate::{ItemIx, SparseMatrix};
use order::{Graph, max_adjacency};
use rayon::prelude::*;
pub use size::{Detail, Packer};
pub use tuning::Tuning;

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

/// The heaviest neighbours of every item, heaviest first, ties by number.
type Rows = Vec<Vec<(ItemIx, f32)>>;

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
    let Draft { item_ids, tables, popularity, mut ranking, categories, about, privacy, measurements, .. } = draft;
    let num_items = item_ids.len();

    let mut pruned: Vec<(Purpose, Rows)> = Vec::with_capacity(tables.len());
    for (purpose, matrix) in tables {
        pruned.push((purpose, prune(&matrix, options.neighbours, purpose, &item_ids)?));
    }
    pruned.sort_by_key(|(purpose, _)| *purpose);

    let edges = pruned.iter().flat_map(|(_, rows)| {
        (0..)
            .map(ItemIx)
            .zip(rows)
            .flat_map(|(item, row)| row.iter().take(ORDER_NEIGHBOURS).map(move |edge| (item, edge.0)))
    });
    let old_of_new = max_adjacency(&Graph::new(num_items, edges));
    let mut new_of_old = vec![ItemIx(0); num_items];
    for (new, old) in (0..).map(ItemIx).zip(&old_of_new) {
        new_of_old[old.as_usize()] = new;
    }

    let mut tables = Vec::with_capacity(pruned.len());
    for (purpose, rows) in pruned {
        let factor = quantise::range_factor(&rows);
        if purpose == Purpose::Next {
            // Its scores and these are added up.
            ranking.repeat.iter_mut().for_each(|repeat| *repeat *= factor);
        }
        let rows: Vec<_> = old_of_new
            .par_iter()
            .map(|old| quantise::row(&rows[old.as_usize()], factor, options.weight_bits, &new_of_old))
            .collect();
        tables.push((purpose, crate::model::Neighbours::from_rows(options.weight_bits, &rows)?));
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
        about,
        privacy,
        measurements,
    };
    model.validate()?;
    Ok(model)
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

/// Keeps the heaviest neighbours of each row.
fn prune(matrix: &SparseMatrix, neighbours: usize, purpose: Purpose, ids: &[String]) -> Result<Rows, PackError> {
    (0..ids.len() as u32)
        .into_par_iter()
        .zip(ids)
        .map(|(item, id)| {
            let item = ItemIx(item);
            let (columns, weights) = matrix.row(item);
            if let Some(&found) = weights.iter().find(|weight| !weight.is_finite()) {
                return Err(PackError::Number { part: purpose.name(), item: id.clone(), found });
            }
            let edges = columns.iter().copied().zip(weights.iter().copied());
            let mut row: Vec<_> = edges.filter(|&(column, weight)| column != item && weight > 0.0).collect();
            row.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(neighbours);
            Ok(row)
        })
        // The first error, whichever thread is done first.
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests;
