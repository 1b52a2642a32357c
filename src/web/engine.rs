//! A model and its ranker, as JavaScript classes.

use super::refusal::refused;
use super::request::Request;
use crate::model::{Blocks, Model, ModelError};
use crate::rank::words::{self, UNKNOWN};
use crate::rank::{
    Catalogue, Column, Eligible, HistoryEvent, Options, Ranked, Ranker, Rules, Signals, Source, WordReader,
    event_factor, impression_factor,
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
    /// An array, see [`refused`]: its code is that of [`ModelError::code`](crate::model::ModelError::code), or
    /// `not-a-model` for a web page.
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

    /// Ranks for a market, its name in UTF-8, from now on; returns false if the model has no such market.
    pub fn set_market(&mut self, name: &[u8]) -> bool {
        let is_known = str::from_utf8(name).is_ok_and(|name| self.model.set_market(name));
        self.ranker.set(Some(Ranker::new(&self.model)));
        is_known
    }

    /// The numbers of items with these ids, UTF-8 with a byte 0 between; 4294967295 for one that the model does not
    /// know.
    ///
    /// # Errors
    /// As [`Engine::new`], for a forged file.
    pub fn items(&self, ids: &[u8]) -> Result<Vec<u32>, JsValue> {
        let mut items = Vec::new();
        for id in ids.split(|&byte| byte == 0) {
            let item = self.model.read_number(str::from_utf8(id).unwrap_or("")).map_err(refused)?;
            items.push(item.map_or(UNKNOWN, |item| item.0));
        }
        Ok(items)
    }

    /// Sets the history that lists for the shopper come from: rows of six words, events newest first. A row has the item,
    /// the kind and the bits of four `f32`. For an event (0 view, 1 cart, 2 purchase) these are as in [`Signals`]: age in
    /// days, half-life in days, dwell time in seconds, rating. For an item that was shown and ignored (4) they are the age
    /// of the last impression in days, and the number of impressions; for an unwanted item (3) they do not count.
    pub fn set_history(&mut self, words: &[u32]) {
        self.events.clear();
        self.factors.clear();
        self.catalogue.update(&self.model, Column::Impressions, &[]);
        let mut words = WordReader(words);
        while let Some(&[item, kind, age_days, second, dwell_seconds, rating]) = words.take(6) {
            let [age_days, second, dwell_seconds, rating] =
                [age_days, second, dwell_seconds, rating].map(f32::from_bits);
            if kind == words::SHOWN {
                let factor = impression_factor(second, age_days);
                self.catalogue.add_impressions(&self.model, ItemIx(item), factor);
                continue;
            }
            let factor = match kind {
                words::NOT_WANTED => -1.0,
                _ => event_factor(Signals { age_days, half_life_days: second, dwell_seconds, rating }),
            };
            let kind = match kind {
                words::CART => EventKind::Cart,
                words::PURCHASE => EventKind::Purchase,
                _ => EventKind::View,
            };
            self.events.push(HistoryEvent { item: ItemIx(item), kind });
            self.factors.push(factor);
        }
    }

    /// Sets values of a [`Column`] of the catalogue, which has the number `column`: pairs of item and value; without
    /// any, forgets it.
    pub fn update(&mut self, column: u32, pairs: &[u32]) {
        if let Some(column) = Column::of(column) {
            self.catalogue.update(&self.model, column, pairs);
        }
    }

    /// Lists items: for each its number and the bits of its score as `f32`. With reasons also their number, with the bit
    /// [`CURATED`](words::CURATED) set if the shop chose the item, and for each reason the number of the item and the
    /// bits of its share.
    ///
    /// A request is made of the words of [`Request`].
    ///
    /// `predicate` is called with the number of one candidate after the other, the best first, until the list is full;
    /// it returns true or false.
    ///
    /// # Errors
    /// The error that the predicate throws, an `Error` for words that are no request, or as [`Engine::new`] for a forged
    /// file.
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
        self.model.read_id(ItemIx(item)).map_err(refused)
    }

    /// The number of an item's category, of the catalogue or the model; 4294967295 for none.
    pub fn category(&self, item: u32) -> u32 {
        self.catalogue.value(&self.model, Column::Category, ItemIx(item))
    }

    /// Facts about the model in numbers, each as the two words of an `f64`: bytes, items, neighbours, events, sessions,
    /// shoppers, the newest event in ms, at least how many shoppers a pair has, 1 if that counts shoppers, pairs that
    /// were kept and removed, categories; and what was measured.
    pub fn numbers(&self) -> Vec<u32> {
        let Model { about, privacy, tables, .. } = &self.model;
        let num_edges: usize = tables.iter().map(|(_, table)| 2 * table.num_links()).sum();
        let num_categories = self.model.categories.as_ref().map_or(0, |categories| categories.names.len());
        let mut words = Vec::new();
        let mut add = |number: f64| {
            words.push(number.to_bits() as u32);
            words.push((number.to_bits() >> 32) as u32);
        };
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
        add(self.model.markets.len() as f64);
        for measurement in &self.model.measurements {
            add(measurement.value);
        }
        words
    }

    /// Facts about the model in words: the version of its trainer, then the names of the categories, of the markets and of
    /// the measurements; the empty string behind the last.
    pub fn name(&self, at: u32) -> String {
        let Model { about, categories, markets, measurements, .. } = &self.model;
        let mut at = at as usize;
        let categories = categories.as_ref().map_or(&[][..], |categories| &categories.names);
        if at == 0 {
            return about.trainer_version.clone();
        }
        at -= 1;
        if let Some(name) = categories.get(at) {
            return name.clone();
        }
        at -= categories.len();
        if let Some(market) = markets.get(at) {
            return market.name.clone();
        }
        measurements.get(at - markets.len()).map_or_else(String::new, |one| one.name.clone())
    }
}

impl Engine {
    /// Returns the flat answer to a request; `None` for words that are not one.
    fn answer(&self, words: &[u32], eligible: &mut Eligible) -> Option<Result<Vec<u32>, ModelError>> {
        let request = Request::read(words, &self.model)?;
        let source = match request.source {
            words::FOR_YOU => Source::ForYou { history: &self.events, factors: &self.factors },
            words::RELATED => Source::Related(&request.items),
            words::BOUGHT_TOGETHER => Source::Together(&request.items),
            words::SIMILAR => Source::Similar(&request.items),
            words::TRENDING => Source::Trending { days: request.days },
            words::RECENTLY_VIEWED | words::BUY_IT_AGAIN => Source::Given(&request.scored),
            _ => return None,
        };
        let options = Options {
            k: request.k as usize,
            repeats: request.has(words::INCLUDE_SEEN),
            exclude: &request.exclude,
            seed: request.has(words::HAS_SEED).then_some(request.seed),
            explain: request.has(words::EXPLAIN),
            viewed: &self.events,
            apart: request.has(words::APART),
            fills: !request.has(words::NO_FILLING),
            rules: Rules {
                catalogue: Some(&self.catalogue),
                filter: request.filter,
                boosts: &request.boosts,
                bury: request.bury,
                pins: &request.pins,
                max_per_category: request.max_per_category,
                diversity: request.diversity,
                explore: request.explore,
                fatigue: if request.fatigue.is_nan() { source.default_fatigue() } else { request.fatigue },
            },
        };
        let mut ranker = self.ranker.take().unwrap_or_else(|| Ranker::new(&self.model));
        let ranked = ranker.try_list(&self.model, source, &options, eligible);
        self.ranker.set(Some(ranker));
        Some(ranked.map(|ranked| flat(&ranked, options.explain)))
    }
}

fn flat(ranked: &[Ranked], explain: bool) -> Vec<u32> {
    let mut list = Vec::new();
    for Ranked { shown, score, reasons, .. } in ranked {
        list.push(shown.0);
        list.push(score.to_bits());
        if explain {
            let is_curated = reasons.iter().any(|reason| reason.is_curated);
            list.push(reasons.len() as u32 | if is_curated { words::CURATED } else { 0 });
            for reason in reasons {
                list.push(reason.item.0);
                list.push(reason.share.to_bits());
            }
        }
    }
    list
}
