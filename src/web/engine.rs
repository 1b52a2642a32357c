//! A model and its ranker, as JavaScript classes.

use super::refusal::refused;
use crate::model::{Blocks, Model, ModelError};
use crate::rank::{
    Boost, Catalogue, Column, Eligible, Filter, HistoryEvent, Options, Ranked, Ranker, Rules, Source, UNKNOWN,
    WordReader, replenishment_score,
};
use crate::{EventKind, ItemIx};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

// Declared here, as `js-sys` brings closures of its own into the module.
#[wasm_bindgen]
extern "C" {
    /// A function of JavaScript.
    #[wasm_bindgen(typescript_type = "Function")]
    pub type Function;

    #[wasm_bindgen(method, catch)]
    fn call(this: &Function, this_of_call: &JsValue, item: u32) -> Result<bool, JsValue>;
}

/// A model, ready to rank.
#[wasm_bindgen]
pub struct Engine {
    model: Model<Blocks>,
    num_bytes: usize,
    /// Taken out while it ranks: a predicate that ranks in its turn finds it gone and makes another one.
    ranker: Cell<Option<Ranker<Blocks>>>,
    /// The shopper's events, newest first.
    events: Vec<HistoryEvent>,
    /// The factor of each of them.
    factors: Vec<f32>,
    catalogue: Catalogue,
}

#[wasm_bindgen]
impl Engine {
    /// Opens a model file. Its links stay in it until a list needs them.
    ///
    /// # Errors
    /// An array, see [`refused`]: its code is that of [`ModelError::code`](crate::model::ModelError::code), or `not-a-model` for a web page.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Engine, JsValue> {
        let num_bytes = bytes.len();
        let model = Model::open_blocks(bytes).map_err(refused)?;
        Ok(Engine {
            ranker: Cell::new(Some(Ranker::new(&model))),
            model,
            num_bytes,
            events: Vec::new(),
            factors: Vec::new(),
            catalogue: Catalogue::default(),
        })
    }

    /// The numbers of items with these ids, UTF-8 with a byte 0 between; 4294967295 for one that the model does not know.
    ///
    /// # Errors
    /// As [`Engine::new`], for a forged file.
    pub fn items(&self, ids: &[u8]) -> Result<Vec<u32>, JsValue> {
        let mut items = Vec::new();
        for id in ids.split(|&byte| byte == 0) {
            let item = self.model.items.item(str::from_utf8(id).unwrap_or("")).map_err(refused)?;
            items.push(item.map_or(UNKNOWN, |item| item.0));
        }
        Ok(items)
    }

    /// The events that lists for the shopper come from, newest first, each of three words: item, kind (0 view, 1 cart, 2 purchase), and
    /// the bits of how much it counts as `f32` (1 is usual, below 0 the shopper does not want the item).
    pub fn set_history(&mut self, words: &[u32]) {
        self.events.clear();
        self.factors.clear();
        let mut words = WordReader(words);
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
    /// `predicate` is called with the number of one candidate after the other, the best first, until the list is full; it returns true or false.
    ///
    /// # Errors
    /// What the predicate throws, an `Error` for what is no request, or as [`Engine::new`] for a forged file.
    pub fn list(&self, request: &[u32], predicate: Option<Function>) -> Result<Vec<u32>, JsValue> {
        let mut thrown = None;
        let mut eligible = |item: ItemIx| {
            let Some(predicate) = &predicate else { return true };
            if thrown.is_some() {
                return false;
            }
            let answer = predicate.call(&JsValue::UNDEFINED, item.0);
            answer.unwrap_or_else(|error| {
                thrown = Some(error);
                false
            })
        };
        let listed = self.answer(request, &mut eligible);
        match thrown {
            Some(error) => Err(error),
            None => listed.ok_or_else(|| JsError::new("no request"))?.map_err(refused),
        }
    }

    /// The shop's id of an item.
    ///
    /// # Errors
    /// As [`Engine::new`], for a forged file.
    pub fn id(&self, item: u32) -> Result<String, JsValue> {
        self.model.items.id(ItemIx(item)).map_err(refused)
    }

    /// The number of an item's category, of the catalogue or the model; 4294967295 for none.
    pub fn category(&self, item: u32) -> u32 {
        self.catalogue.value(&self.model, Column::Category, ItemIx(item))
    }

    /// Facts about the model in numbers, each as the two words of an `f64`: bytes, items, neighbours, events, sessions, shoppers, the
    /// newest event in ms, at least how many shoppers a pair has, 1 if that counts shoppers, pairs that were kept and removed,
    /// categories; and what was measured.
    pub fn numbers(&self) -> Vec<u32> {
        let Model { about, privacy, tables, .. } = &self.model;
        let num_edges: usize = tables.iter().map(|(_, table)| 2 * table.num_links()).sum();
        let num_categories = self.model.categories.as_ref().map_or(0, |categories| categories.names.len());
        let mut words = Vec::new();
        let mut add = |number: f64| words.extend([number.to_bits() as u32, (number.to_bits() >> 32) as u32]);
        add(self.num_bytes as f64);
        add(self.model.num_items() as f64);
        add(num_edges as f64);
        add(about.num_events as f64);
        add(about.num_sessions as f64);
        add(about.num_shoppers as f64);
        add(about.newest_event_ms as f64);
        add(privacy.min_shoppers.into());
        add(privacy.by_shopper.into());
        add(privacy.pairs_kept as f64);
        add(privacy.pairs_removed as f64);
        add(num_categories as f64);
        for measurement in &self.model.measurements {
            add(measurement.value);
        }
        words
    }

    /// Facts about the model in words: the version of its trainer, then the names of the categories, then those of measurements; the
    /// empty string behind the last.
    pub fn name(&self, at: u32) -> String {
        let Model { about, categories, measurements, .. } = &self.model;
        let categories = categories.as_ref().map_or(&[][..], |categories| &categories.names);
        let name = match (at as usize).checked_sub(1) {
            None => Some(&about.trainer_version),
            Some(at) => categories.get(at).or_else(|| Some(&measurements.get(at.checked_sub(categories.len())?)?.name)),
        };
        name.cloned().unwrap_or_default()
    }
}

impl Engine {
    /// The flat answer to a request; `None` if it is none.
    fn answer(&self, request: &[u32], eligible: &mut Eligible) -> Option<Result<Vec<u32>, ModelError>> {
        let mut words = WordReader(request);
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
            5 | 6 => given = self.given(&mut words, source, num_near)?,
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
        let ranked = ranker.try_list(&self.model, source, &options, eligible);
        self.ranker.set(Some(ranker));
        Some(ranked.map(|ranked| flat(&ranked, options.explain)))
    }

    /// The next items with their scores: given ones (5), or those of purchases (6).
    fn given(&self, words: &mut WordReader, source: u32, num: u32) -> Option<Vec<(ItemIx, f32)>> {
        let mut given = Vec::new();
        for _ in 0..num {
            given.push(match *words.take(if source == 5 { 2 } else { 4 })? {
                [item, score] => (ItemIx(item), f32::from_bits(score)),
                [item, days_since, num_purchases, interval] => {
                    let [days_since, num_purchases, interval] =
                        [days_since, num_purchases, interval].map(f32::from_bits);
                    let item = ItemIx(item);
                    (item, replenishment_score(&self.model, item, days_since, num_purchases, interval))
                }
                _ => return None,
            });
        }
        Some(given)
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
fn filter<'a>(words: &mut WordReader<'a>) -> Option<Option<Filter<'a>>> {
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
