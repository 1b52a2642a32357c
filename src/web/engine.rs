//! A model and its ranker, as JavaScript classes.

use super::js;
use crate::model::Model;
use crate::rank::{
    Boost, Catalogue, Column, Eligible, Filter, HistoryEvent, Options, Ranked, Ranker, Rules, Source, UNKNOWN, Words,
    due,
};
use crate::{EventKind, ItemIx};
use js_sys::{Array, Function, Object};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// Days from one purchase of an item to the next where the model says of no item how many.
const USUAL_DAYS: f32 = 30.0;

/// A model, ready to rank.
#[wasm_bindgen]
pub struct Engine {
    model: Model,
    num_bytes: usize,
    content_hash: u64,
    /// Taken out while it ranks: a predicate that ranks in its turn finds it gone and makes another one.
    ranker: Cell<Option<Ranker>>,
    /// The shopper's events, newest first.
    events: Vec<HistoryEvent>,
    /// How much each of them counts.
    factors: Vec<f32>,
    catalogue: Catalogue,
}

#[wasm_bindgen]
impl Engine {
    /// The numbers of items with these ids, which a character U+0000 separates; 4294967295 for one that the model does not know.
    pub fn items(&self, ids: &str) -> Vec<u32> {
        let mut items = Vec::new();
        let mut start = 0;
        // One more than there are bytes: the last id ends there.
        for end in 0..=ids.len() {
            if let None | Some(0) = ids.as_bytes().get(end) {
                let item = ids.get(start..end).and_then(|id| self.model.items.item(id));
                items.push(item.map_or(UNKNOWN, |item| item.0));
                start = end + 1;
            }
        }
        items
    }

    /// The events that lists for the shopper come from, newest first, each of three words: item, kind (0 view, 1 cart, 2 purchase), and
    /// the bits of how much it counts as `f32` (1 is usual, below 0 the shopper does not want the item).
    pub fn set_history(&mut self, words: &[u32]) {
        self.events.clear();
        self.factors.clear();
        let mut words = Words(words);
        while let Some(&[item, kind, factor]) = words.take(3) {
            let kind = match kind {
                0 => EventKind::View,
                1 => EventKind::Cart,
                _ => EventKind::Purchase,
            };
            self.events.push(HistoryEvent { item: ItemIx(item), kind });
            self.factors.push(f32::from_bits(factor));
        }
    }

    /// Sets values of a [`Column`] of the catalogue, which has the number `column`: pairs of item and value; without any, forgets it.
    pub fn update(&mut self, column: u32, pairs: &[u32]) {
        if let Some(column) = Column::of(column) {
            self.catalogue.update(&self.model, column, pairs);
        }
    }

    /// Lists items: for each its number and the bits of its score as `f32`; if reasons are asked for also their number, and for
    /// each reason the number of the item and the bits of its share.
    ///
    /// A request is made of words, numbers with a fraction by the bits of an `f32`:
    ///
    /// ```text
    /// source      0 for you, 1 related, 2 bought together, 3 similar, 4 trending, 5 given, 6 to buy again
    /// flags       1 may repeat the history, 2 with reasons, 4 has a seed
    /// k, seed, days of what is trending, most of a category
    /// diversity, exploration, fatigue
    /// n, items to exclude
    /// n, items of the source; given: n, pairs of item and score; to buy again: n, fours of item, days since it was bought last,
    ///             number of purchases, days from one to the next, no number for what is usual
    /// n, pins:    pairs of item and position
    /// n, filter   the words of a `Filter`; 0 for none
    /// n, filter   of what is buried
    /// n, boosts:  factor, and n, filter, for each
    /// ```
    ///
    /// `predicate` is called with the number of one candidate after the other, the best first, until the list is full; what it returns counts as yes or no.
    ///
    /// # Errors
    /// What the predicate throws, or an `Error` with the `code` `option-invalid` for what is no request.
    pub fn list(&self, request: &[u32], predicate: Option<Function>) -> Result<Vec<u32>, JsValue> {
        let mut thrown = None;
        let mut eligible = |item: ItemIx| {
            let Some(predicate) = &predicate else { return true };
            if thrown.is_some() {
                return false;
            }
            let answer = predicate.call1(&JsValue::UNDEFINED, &item.0.into());
            answer.map_or_else(
                |error| {
                    thrown = Some(error);
                    false
                },
                |answer: JsValue| answer.is_truthy(),
            )
        };
        let listed = self.answer(request, &mut eligible);
        match thrown {
            Some(error) => Err(error),
            None => listed.ok_or_else(|| js::error("option-invalid", "no request")),
        }
    }

    /// The shop's id of an item.
    pub fn id(&self, item: u32) -> String {
        self.model.items.id(ItemIx(item)).to_owned()
    }

    /// The number of an item's category, of the catalogue or the model; 4294967295 for none.
    pub fn category(&self, item: u32) -> u32 {
        self.catalogue.value(&self.model, Column::Category, ItemIx(item))
    }

    /// A piece of what [`Opening::restore`] takes, from 0; nothing behind the last, and at once if keeping it saves no time.
    pub fn image(&self, piece: u32) -> Option<Vec<u8>> {
        self.model.image_piece(self.content_hash, piece)
    }

    /// What there is to know about the model, as a plain object.
    pub fn about(&self) -> Object {
        let Model { about, privacy, tables, .. } = &self.model;
        let info = Object::new();
        js::set(&info, "bytes", self.num_bytes);
        js::set(&info, "numItems", self.model.num_items());
        js::set(&info, "numEdges", tables.iter().map(|(_, table)| table.num_edges()).sum::<usize>());
        js::set(&info, "numEvents", about.num_events as f64);
        js::set(&info, "numSessions", about.num_sessions as f64);
        js::set(&info, "numShoppers", about.num_shoppers as f64);
        js::set(&info, "newestEventMs", about.newest_event_ms as f64);
        js::set(&info, "trainerVersion", about.trainer_version.as_str());
        let names = self.model.categories.iter().flat_map(|categories| &categories.names);
        js::set(&info, "categories", names.map(JsValue::from).collect::<Array>());
        let guard = Object::new();
        js::set(&guard, "minShoppers", privacy.min_shoppers);
        js::set(&guard, "byShopper", privacy.by_shopper);
        js::set(&guard, "pairsKept", privacy.pairs_kept as f64);
        js::set(&guard, "pairsRemoved", privacy.pairs_removed as f64);
        js::set(&info, "privacy", guard);
        let measurements = Object::new();
        for measurement in &self.model.measurements {
            js::set(&measurements, &measurement.name, measurement.value);
        }
        js::set(&info, "measurements", measurements);
        info
    }
}

impl Engine {
    pub(super) fn new(model: Model, num_bytes: usize, content_hash: u64) -> Engine {
        Engine {
            ranker: Cell::new(Some(Ranker::new(&model))),
            model,
            num_bytes,
            content_hash,
            events: Vec::new(),
            factors: Vec::new(),
            catalogue: Catalogue::default(),
        }
    }

    /// The flat answer to a request; `None` if it is none.
    fn answer(&self, request: &[u32], eligible: &mut Eligible) -> Option<Vec<u32>> {
        let mut words = Words(request);
        let &[source, flags, k, seed, days, max_per_category, diversity, explore, fatigue] = words.take(9)? else {
            return None;
        };
        let fraction = |bits| f32::from_bits(bits).clamp(0.0, 1.0);
        let num_excluded = words.next()?;
        let exclude = items(words.take(num_excluded)?);
        let num_near = words.next()?;
        let mut near = Vec::new();
        let mut given = Vec::new();
        match source {
            5 | 6 => {
                for _ in 0..num_near {
                    let score = match *words.take(if source == 5 { 2 } else { 4 })? {
                        [item, score] => (ItemIx(item), f32::from_bits(score)),
                        [item, days_since, num_purchases, interval] => {
                            let item = ItemIx(item);
                            let mut interval = f32::from_bits(interval);
                            if interval.is_nan() {
                                interval = self.usual_interval_days(item);
                            }
                            (item, due(f32::from_bits(days_since), f32::from_bits(num_purchases), interval))
                        }
                        _ => return None,
                    };
                    given.push(score);
                }
            }
            _ => near = items(words.take(num_near)?),
        }
        let mut pins = Vec::new();
        for _ in 0..words.next()? {
            pins.push((ItemIx(words.next()?), words.next()?));
        }
        let filter = filter(&mut words)?;
        let bury = self::filter(&mut words)?;
        let mut boosts = Vec::new();
        for _ in 0..words.next()? {
            let by = f32::from_bits(words.next()?);
            boosts.push(Boost { by, filter: self::filter(&mut words)?? });
        }
        let source = match source {
            0 => Source::ForYou { history: &self.events, factors: &self.factors },
            1 => Source::Related(&near),
            2 => Source::Together(&near),
            3 => Source::Similar(&near),
            4 => Source::Trending { days },
            5 | 6 => Source::Given(&given),
            _ => return None,
        };
        let options = Options {
            k: k as usize,
            repeats: flags & 1 != 0,
            exclude: &exclude,
            seed: (flags & 4 != 0).then_some(seed),
            explain: flags & 2 != 0,
            rules: Rules {
                catalogue: Some(&self.catalogue),
                filter,
                boosts: &boosts,
                bury,
                pins: &pins,
                max_per_category,
                diversity: fraction(diversity),
                explore: fraction(explore),
                fatigue: fraction(fatigue),
            },
        };
        let mut ranker = self.ranker.take().unwrap_or_else(|| Ranker::new(&self.model));
        let ranked = ranker.list(&self.model, source, &options, eligible);
        self.ranker.set(Some(ranker));
        Some(flat(&ranked, options.explain))
    }

    /// Days from one purchase of an item to the next; no number for what is not known to be bought again.
    fn usual_interval_days(&self, item: ItemIx) -> f32 {
        match self.model.replenishment_days(item) {
            Some(days) => days.into(),
            None if self.model.replenishment.is_empty() && self.model.category_replenishment.is_empty() => USUAL_DAYS,
            None => f32::NAN,
        }
    }
}

fn items(numbers: &[u32]) -> Vec<ItemIx> {
    let mut items = Vec::with_capacity(numbers.len());
    for &number in numbers {
        items.push(ItemIx(number));
    }
    items
}

/// The next filter, if there is one; the outer `None` for one that is no filter.
fn filter<'a>(words: &mut Words<'a>) -> Option<Option<Filter<'a>>> {
    match words.next()? {
        0 => Some(None),
        num_words => Some(Some(Filter::new(words.take(num_words)?)?)),
    }
}

fn flat(ranked: &[Ranked], explain: bool) -> Vec<u32> {
    let mut list = Vec::new();
    for Ranked { item, score, reasons } in ranked {
        list.push(item.0);
        list.push(score.to_bits());
        if explain {
            list.push(reasons.len() as u32);
            for reason in reasons {
                list.push(reason.item.0);
                list.push(reason.share.to_bits());
            }
        }
    }
    list
}
