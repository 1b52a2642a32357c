//! Ranks items for a shopper: model, history, catalogue and options in, ordered items with reasons out.
//!
//! Pure: no input or output, no clock, no randomness but a seed that is passed in. A list has exactly
//! `k` items whenever `k` items are eligible.
//!
//! ```text
//! score(c) = sum over history positions t of factor(t) * decay(t) * event_weight(t) * W[h_t, c]  +  factor(t) * repeat(t) if c = h_t
//! ```
//!
//! with t = 0 the newest event. Where the table asks for a second hop, W is replaced by `W + share W^ W` with W^ the
//! rows of W, each divided by its sum as it is reached, less the diagonal, and the heaviest entries of a row are kept
//! (see `rows`). Items without a score follow in order of popularity. Sums run in f32 in a fixed order with no
//! transcendental function, so that native and wasm builds give the same bits.
//!
//! Every list goes one way, through `list`: a [`Source`] scores items; what must not be listed is barred; boosts,
//! impressions and exploration are factors of the scores; then the best that passes the filter is listed, one after the
//! other, with pins, the limit of a category and diversity deciding which of the best that is. `catalogue` and `filter`
//! are what the shop says of its items and asks of a list, `popular` is what fills a list up, `heap` puts all of it in
//! order, `replenishment` scores purchases by the days since the last one.

mod bars;
#[cfg(all(test, feature = "cli"))]
mod blocks_tests;
mod catalogue;
mod filter;
mod heap;
mod list;
mod popular;
#[cfg(feature = "cli")]
mod ranking_rows;
mod replenishment;
mod rows;
#[cfg(all(test, feature = "cli"))]
mod rules_tests;
mod select;
#[cfg(all(test, feature = "cli"))]
mod tests;
#[cfg(all(test, feature = "cli"))]
mod variants_tests;
mod weighing;
pub mod words;

pub use catalogue::{Catalogue, Column};
pub use filter::{Filter, WordReader};
#[cfg(feature = "cli")]
pub use ranking_rows::ranking_rows;
pub use replenishment::replenishment_score;
pub use weighing::{IMPRESSION_HALF_LIFE_DAYS, Signals, event_factor, impression_factor, recency_score};
pub use words::UNKNOWN;

use crate::model::{Model, Neighbours, Table};
use crate::{EventKind, ItemIx};
use popular::Popular;
use rows::Rows;

/// One event of a shopper's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// The item, or a variant of one.
    pub item: ItemIx,
    /// The kind of the event.
    pub kind: EventKind,
}

/// Source of the scores of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<'a> {
    /// The shopper's history, newest event first.
    ///
    /// `factors` has one number for each event, from -1000 to 1000; a missing one is 1, which leaves the event's weight
    /// as it is. A negative factor marks an item that the shopper does not want. It is never listed, and its neighbours
    /// lose the score that a newest event of that kind would have added, down to 0. Such events take no position of the
    /// history: of them, and of the others, as many count as the model has positions.
    ForYou {
        /// The events.
        history: &'a [HistoryEvent],
        /// The factor of each event.
        factors: &'a [f32],
    },
    /// Items viewed after these.
    Related(&'a [ItemIx]),
    /// Items bought in one basket with these; items viewed after them if the model has no baskets and the list is to be
    /// full.
    Together(&'a [ItemIx]),
    /// Items with similar content. A model without such a table lists the category of the first one: the score is the
    /// nearness of prices (the lower by the higher, or a half if one is unknown) times popularity.
    Similar(&'a [ItemIx]),
    /// Items popular in the last so many days, then popular items.
    Trending {
        /// Number of days: the model takes the next greater one that it has, or the greatest. 0 for popularity over all
        /// time.
        days: u32,
    },
    /// These items with these scores, those above 0, and no others.
    Given(&'a [(ItemIx, f32)]),
}

impl Source<'_> {
    /// Returns the usual [`Rules::fatigue`] of a list: none where a list holds what the shopper knows.
    pub fn default_fatigue(self) -> f32 {
        if let Source::Given(_) = self { 0.0 } else { 0.5 }
    }
}

/// Items of [`Ranker::bought_together_or`] behind those that are bought together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fallback {
    /// Popular items.
    #[default]
    Popular,
    /// Items viewed after those of the request, then popular items.
    Related,
    /// None.
    Nothing,
}

/// A request for a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<'a> {
    /// Number of items to list.
    pub k: usize,
    /// [`Source::ForYou`] may list items of the history if set.
    pub repeats: bool,
    /// Items never to list.
    pub exclude: &'a [ItemIx],
    /// Orders items of equal score by a hash of the seed; `None` orders them by item number.
    pub seed: Option<u32>,
    /// Gives reasons if set.
    pub explain: bool,
    /// The shopper's events, newest first: of a product's variants a list shows the one viewed last, else the most sold
    /// of those in stock, else the most sold.
    pub viewed: &'a [HistoryEvent],
    /// Lists every variant of a product, one after the other, if set.
    pub apart: bool,
    /// Popular items fill the list up, which else ends with those that have a score.
    pub fills: bool,
    /// The shop's rules.
    pub rules: Rules<'a>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            k: 20,
            repeats: false,
            exclude: &[],
            seed: None,
            explain: false,
            viewed: &[],
            apart: false,
            fills: true,
            rules: Rules::default(),
        }
    }
}

/// The shop's rules for its lists; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules<'a> {
    /// The shop's facts about its items.
    pub catalogue: Option<&'a Catalogue>,
    /// A condition that each listed item fulfils.
    pub filter: Option<Filter<'a>>,
    /// Factors of the scores of some items.
    pub boosts: &'a [Boost<'a>],
    /// Items to rank after all others.
    pub bury: Option<Filter<'a>>,
    /// Items with their positions, 0 the first, if they are eligible; of two with one position the first gets it, and
    /// the other the next. They may be of the history.
    pub pins: &'a [(ItemIx, u32)],
    /// Number of items of one category that come before those of others, pins included; 0 for any number. Lists stay
    /// full.
    pub max_per_category: u32,
    /// 0 lists by score alone, 1 by how little an item is like those that are listed already: maximal marginal
    /// relevance (Carbonell and Goldstein 1998) over `2 k + 16` candidates at a time.
    pub diversity: f32,
    /// 0 leaves scores as they are, 1 multiplies each with a random number from 0 to 1, which the seed decides.
    pub explore: f32,
    /// Effect of [`Column::Impressions`]: 0 none, 1 full. At least 1/1024 of a score is left.
    pub fatigue: f32,
}

/// A factor of the scores of some items; products are kept within f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boost<'a> {
    /// The condition that items fulfil.
    pub filter: Filter<'a>,
    /// The factor, above 0; 1 changes nothing.
    pub by: f32,
}

/// A listed item.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The item.
    pub item: ItemIx,
    /// Number of the item, or of the variant of it to show.
    pub shown: ItemIx,
    /// Its score, times its factors; 0 for items that are listed for their popularity alone.
    pub score: f32,
    /// Reasons for it, the largest share first; empty unless asked for, and for items listed for their popularity.
    pub reasons: Vec<Reason>,
}

/// A part of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// The history item, anchor or cart item that the part comes from.
    pub item: ItemIx,
    /// Its share of all that speaks for the item; the shares of a listed item add up to 1.
    pub share: f32,
    /// The shop chose the item for the lists of this one.
    pub is_curated: bool,
}

/// Decides whether an item may be listed (a shop's own rule).
pub type Eligible<'a> = dyn FnMut(ItemIx) -> bool + 'a;

/// Ranks with one model; keeps its working memory between calls (5 bytes an item, 4 for the popular order, 4 once lists
/// are diverse, and 8 for each table with a second hop, whose last rows it keeps, too).
#[derive(Clone, Debug)]
pub struct Ranker<T: Table = Neighbours> {
    popular: Popular,
    /// Rows by table of the model.
    rows: Vec<Rows<T>>,
    scores: Vec<f32>,
    /// Items with a score in `scores`.
    touched: Vec<ItemIx>,
    /// Items that are not to be listed, by number.
    bars: Vec<u8>,
    barred: Vec<ItemIx>,
    /// Closeness of each item to those that are listed, 0 to 1; only for diverse lists.
    nearness: Vec<f32>,
    heap: Vec<u64>,
}

impl<T: Table> Ranker<T> {
    /// A ranker for `model`; `O(num_items)`.
    pub fn new(model: &Model<T>) -> Ranker<T> {
        let num_items = model.popularity.len();
        let mut rows = Vec::with_capacity(model.tables.len());
        for (_, table) in &model.tables {
            rows.push(Rows::new(table));
        }
        let mut bars = vec![0; num_items];
        for (bar, is_unavailable) in bars.iter_mut().zip(&model.unavailable) {
            *bar = if *is_unavailable { bars::UNAVAILABLE } else { 0 };
        }
        Ranker {
            popular: Popular::new(&model.popularity),
            rows,
            scores: vec![0.0; num_items],
            touched: Vec::new(),
            bars,
            barred: Vec::new(),
            nearness: Vec::new(),
            heap: Vec::new(),
        }
    }
}

impl Ranker {
    /// Keeps the rows of tables with a second hop for many histories instead of one: up to 64 MB for each table.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn for_many(mut self) -> Ranker {
        self.rows.iter_mut().for_each(Rows::keep_many);
        self
    }

    /// As [`try_list`](Ranker::try_list), of a model that is wholly in memory.
    pub fn list(&mut self, model: &Model, source: Source, options: &Options, eligible: &mut Eligible) -> Vec<Ranked> {
        match self.try_list(model, source, options, eligible) {
            Ok(listed) => listed,
            Err(never) => match never {},
        }
    }

    /// Ranks all items for a shopper with this history, newest event first.
    ///
    /// `O(window * row length + candidates)`; an empty history gives [`trending`](Ranker::trending).
    pub fn for_you(
        &mut self,
        model: &Model,
        history: &[HistoryEvent],
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        self.list(model, Source::ForYou { history, factors: &[] }, options, eligible)
    }

    /// Ranks the items that shoppers go on to from `item`; `item` itself is never listed.
    pub fn related(&mut self, model: &Model, item: ItemIx, options: &Options, eligible: &mut Eligible) -> Vec<Ranked> {
        self.list(model, Source::Related(&[item]), options, eligible)
    }

    /// Ranks the items that are bought in one basket with `items`, which are never listed.
    pub fn bought_together(
        &mut self,
        model: &Model,
        items: &[ItemIx],
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        self.list(model, Source::Together(items), options, eligible)
    }

    /// As [`bought_together`](Ranker::bought_together), then ranks the items of the fallback.
    pub fn bought_together_or(
        &mut self,
        model: &Model,
        items: &[ItemIx],
        fallback: Fallback,
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        let fills = fallback == Fallback::Popular;
        let mut listed = self.list(model, Source::Together(items), &Options { fills, ..*options }, eligible);
        if fallback == Fallback::Related {
            // As `recommender.ts` does: a list of its own, which spares the page's module the code.
            let taken = listed.iter().map(|ranked| ranked.item);
            let exclude: Vec<ItemIx> = options.exclude.iter().copied().chain(taken).collect();
            let rules = Rules { pins: &[], ..options.rules };
            let rest = Options { k: options.k.saturating_sub(listed.len()), exclude: &exclude, rules, ..*options };
            listed.extend(self.list(model, Source::Related(items), &rest, eligible));
        }
        listed
    }

    /// Ranks items by their recency-weighted popularity.
    pub fn trending(&mut self, model: &Model, options: &Options, eligible: &mut Eligible) -> Vec<Ranked> {
        self.list(model, Source::Trending { days: 0 }, options, eligible)
    }

    /// The lists of a page, none of which has an item that one before it has.
    pub fn page(&mut self, model: &Model, lists: &[(Source, Options)], eligible: &mut Eligible) -> Vec<Vec<Ranked>> {
        let mut page: Vec<Vec<Ranked>> = Vec::with_capacity(lists.len());
        for &(source, options) in lists {
            let listed = page.iter().flatten().map(|ranked| ranked.item);
            let exclude: Vec<ItemIx> = options.exclude.iter().copied().chain(listed).collect();
            page.push(self.list(model, source, &Options { exclude: &exclude, ..options }, eligible));
        }
        page
    }
}
