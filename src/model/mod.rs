//! The trained model: a file, and what it decodes to.
//!
//! Owns the container, its sections and codecs ([`Model::open`], [`Model::to_bytes`]) and the rows that ranking walks:
//! all of them in memory ([`Neighbours`]), or read block by block when a list needs them ([`Blocks`],
//! [`Model::open_blocks`]). The same code writes natively and reads in wasm. Knows nothing of events, of training or of
//! browsers. `docs/format.md` describes the file for readers in any language.
//!
//! From the outside in: `container` cuts a file into checked sections, `file` says which sections a model has, `about`,
//! `items`, `priors`, `times` and `blocks` write and read one each, over `coder` and `bytes`; `ids` is the sorted set
//! of the shop's ids.

mod about;
mod blocks;
mod bytes;
mod coder;
mod container;
mod crc;
mod curated;
mod dictionary;
mod error;
mod file;
mod ids;
mod items;
mod markets;
mod neighbours;
mod priors;
mod times;
mod validate;
mod variants;

pub use blocks::{BLOCK, Blocks, Kept};
pub use bytes::Expected;
pub use container::{FORMAT_MAJOR, FORMAT_MINOR, Section};
pub use curated::Curated;
pub use dictionary::Dictionary;
pub use error::{Foreign, ModelError};
pub use file::{Executor, Sequential, TableBytes, content_hash, sections, table_bytes};
pub use items::ItemIds;
pub use markets::Market;
pub use neighbours::{Link, MAX_CLASSES, MAX_LEVELS, Neighbours, Row, Table, TwoHop, Weights};

pub use variants::Variants;

use crate::{CategoryIx, ItemIx};

/// The relation between an item and its neighbours in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Relation {
    /// Items that come next in a session.
    Next = 1,
    /// Items bought in one basket.
    Together = 2,
    /// Items with similar content in the catalogue; a file's readers may skip it.
    Similar = 3,
}

/// The constants of ranking, all learnt from data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RankingParameters {
    /// Weight of the history item at each position, newest first. Its length is the window: older events do not count.
    pub decay: Vec<f32>,
    /// Added to the score of a history item itself by position, newest first; used when seen items may be listed.
    pub repeat: Vec<f32>,
    /// Factor by kind of event: view, cart, purchase.
    pub event_weights: [f32; 3],
}

/// Where the model comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Version of the trainer that wrote the file.
    pub trainer_version: String,
    /// Time of the newest event, ms since 1970 UTC; 0 if the log has no real times.
    pub newest_event_ms: i64,
    /// Number of events in the training log.
    pub num_events: u64,
    /// Number of sessions in the training log.
    pub num_sessions: u64,
    /// Number of distinct shoppers in the training log; 0 if the log does not name them.
    pub num_shoppers: u64,
    /// Seed of the tuning.
    pub seed: u64,
    /// Constants of learning by name, for people to read; ranking does not need them.
    pub hyperparameters: Vec<(String, f64)>,
    /// The course of tuning by relation: evaluations after which a better objective was found, and the objective. At
    /// most [`MAX_CURVE`] points each; a browser steps over it.
    #[cfg(feature = "read")]
    pub curves: Vec<(Relation, Curve)>,
}

/// Evaluations after which a better objective was found, and the objective.
#[cfg(feature = "read")]
pub type Curve = Vec<(u32, f32)>;

/// Points of a curve of tuning that a file holds.
#[cfg(feature = "read")]
pub const MAX_CURVE: usize = 12;

/// The privacy threshold of the file, and the pairs it removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// A pair of items is counted only if at least this many distinct shoppers (or sessions) made it.
    pub min_shoppers: u32,
    /// The threshold counts shoppers (true) or, where the log names none, sessions (false).
    pub by_shopper: bool,
    /// Distinct pairs that were counted.
    pub pairs_kept: u64,
    /// Distinct pairs below the threshold, removed.
    pub pairs_removed: u64,
}

/// Categories of items, as the shop's catalogue names them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Categories {
    /// Names, distinct; the index is the [`CategoryIx`].
    pub names: Vec<String>,
    /// The category of each item.
    pub of_item: Vec<Option<CategoryIx>>,
}

/// The most popular items of the newest days of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Number of days, up to the newest event; 1 to 65,535.
    pub days: u16,
    /// Items, ascending, each with its level in the scale of [`Model::popularity`], 255 for the most popular of these
    /// days; at most [`MAX_TREND_ITEMS`].
    pub items: Vec<(ItemIx, u8)>,
}

/// The most items of a [`Trend`].
pub const MAX_TREND_ITEMS: usize = 200;
/// The most periods with a [`Trend`].
pub const MAX_TRENDS: usize = 16;

/// A figure measured on the held-out part of the training sessions, for instance `HitRate@20` 0.55.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Name of the metric, with its cut-off and view.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// A trained model: wholly in memory, or, as `Model<Blocks>`, with its links still in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model<T: Table = Neighbours> {
    /// Shop ids and item numbers, both ways.
    pub items: T::Ids,
    /// The neighbours of each item, by relation; a relation occurs at most once.
    pub tables: Vec<(Relation, T)>,
    /// Recency-weighted popularity of each item, on a logarithmic scale: 0 (unknown or withheld) to 255.
    pub popularity: Vec<u8>,
    /// Variants of items with ids of their own, if the shop has any.
    pub variants: Option<Variants<T::Ids>>,
    /// Markets of the shop; empty if it has one alone.
    pub markets: Vec<Market>,
    /// True for items that the market lacks which [`set_market`](Model::set_market) chose; empty without a choice, and
    /// not in the file.
    pub unavailable: Vec<bool>,
    /// Pairs that the shop chose, related ones before those bought together.
    pub curated: Vec<Curated>,
    /// The constants of ranking.
    pub ranking: RankingParameters,
    /// Categories, if the trainer was given a catalogue.
    pub categories: Option<Categories>,
    /// The most popular items of the newest days, by ascending number of days; empty if the log has no real times.
    pub trends: Vec<Trend>,
    /// Median days, 1 to 65,535, between two purchases of an item by one shopper; items ascending, those alone that are
    /// known to be bought again.
    pub replenishment: Vec<(ItemIx, u16)>,
    /// The same for the items of a category all together, for items that have no figure of their own; categories
    /// ascending.
    pub category_replenishment: Vec<(CategoryIx, u16)>,
    /// Where the model comes from.
    pub about: About,
    /// The privacy threshold and what it removed.
    pub privacy: Privacy,
    /// Measurements on the held-out sessions.
    pub measurements: Vec<Measurement>,
}

impl<T: Table> Model<T> {
    /// Gives the number of items that the model knows.
    pub fn num_items(&self) -> usize {
        self.popularity.len()
    }

    /// The variants of an item, the most sold first.
    pub fn variants_of(&self, item: ItemIx) -> &[u32] {
        self.variants.as_ref().map_or(&[], |variants| variants.of_item(item))
    }

    /// Returns the number of numbers: items come first, variants follow.
    pub fn num_numbers(&self) -> usize {
        self.num_items() + self.variants.as_ref().map_or(0, Variants::len)
    }

    /// The item of a number: numbers behind those of the items are variants.
    pub fn product_of(&self, number: u32) -> ItemIx {
        let variant = number.checked_sub(self.num_items() as u32);
        let item = variant.and_then(|variant| self.variants.as_ref()?.item(variant));
        item.unwrap_or(ItemIx(number))
    }

    /// The neighbours for a relation, if the model has them.
    pub fn table(&self, relation: Relation) -> Option<&T> {
        self.tables.iter().find(|(of, _)| *of == relation).map(|(_, table)| table)
    }

    /// Median days between two purchases of the item by one shopper, else of items of its category; `None` for items
    /// that are not known to be bought again. `O(log n)`.
    pub fn replenishment_days(&self, item: ItemIx) -> Option<u16> {
        let days =
            self.replenishment.binary_search_by_key(&item, |of| of.0).ok().and_then(|at| self.replenishment.get(at));
        days.map(|days| days.1).or_else(|| {
            let category = (*self.categories.as_ref()?.of_item.get(item.as_usize())?)?;
            self.category_replenishment.iter().find(|of| of.0 == category).map(|of| of.1)
        })
    }

    /// The category of an item, if it is known.
    pub fn category_of(&self, item: ItemIx) -> Option<&str> {
        let categories = self.categories.as_ref()?;
        let category = (*categories.of_item.get(item.as_usize())?)?;
        categories.names.get(category.0 as usize).map(String::as_str)
    }
}

impl Model {
    /// Returns the id of an item or a variant by its number; the empty string for a number out of range.
    pub fn id(&self, number: ItemIx) -> &str {
        match (number.0.checked_sub(self.num_items() as u32), &self.variants) {
            (Some(variant), Some(variants)) => variants.ids.id(ItemIx(variant)),
            _ => self.items.id(number),
        }
    }

    /// Returns the number of the variant or item with this id.
    pub fn number(&self, id: &str) -> Option<ItemIx> {
        let variant = self.variants.as_ref().and_then(|variants| variants.ids.item(id));
        match variant {
            Some(variant) => Some(ItemIx(self.num_items() as u32 + variant.0)),
            None => self.items.item(id),
        }
    }

    /// Returns the item with this id, or the one that the variant with this id is of.
    pub fn product(&self, id: &str) -> Option<ItemIx> {
        Some(self.product_of(self.number(id)?.0))
    }
}

impl Model<Blocks> {
    /// As [`Model::id`](Model::id), read from the file.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`] if a forged file has no such id.
    pub fn read_id(&self, number: ItemIx) -> Result<String, ModelError> {
        match (number.0.checked_sub(self.num_items() as u32), &self.variants) {
            (Some(variant), Some(variants)) => variants.ids.id(ItemIx(variant)),
            _ => self.items.id(number),
        }
    }

    /// As [`Model::number`](Model::number), read from the file.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`] for a forged file.
    pub fn read_number(&self, id: &str) -> Result<Option<ItemIx>, ModelError> {
        if let Some(variants) = &self.variants
            && let Some(variant) = variants.ids.item(id)?
        {
            return Ok(Some(ItemIx(self.num_items() as u32 + variant.0)));
        }
        self.items.item(id)
    }
}
