//! A model and its ranker, as a JavaScript class.

use super::{History, js};
use crate::ItemIx;
use crate::model::Model;
use crate::rank::{Eligible, HistoryEvent, Options, Ranked, Ranker};
use js_sys::{Array, Function, Object};
use std::cell::Cell;
use std::collections::BTreeSet;
use wasm_bindgen::prelude::*;

/// A model, ready to rank. Lists are arrays of four values an item: id, score, category or `undefined`, and
/// reasons: an array of two values a reason (id, share), or `undefined` where there are none.
#[wasm_bindgen]
pub struct Engine {
    model: Model,
    num_bytes: usize,
    /// Taken out while it ranks: a predicate that ranks in its turn finds it gone and makes another one.
    ranker: Cell<Option<Ranker>>,
}

/// What a list may hold, as JavaScript puts it.
#[wasm_bindgen]
pub struct Query {
    k: usize,
    repeats: bool,
    explain: bool,
    seed: Option<u32>,
    exclude: Array,
    categories: Option<Array>,
    predicate: Option<Function>,
}

#[wasm_bindgen]
impl Query {
    /// `exclude` holds ids, `categories` names; `predicate` is called with an id and a category or `undefined`, once for each
    /// candidate that is considered, and whatever it returns counts as yes or no.
    #[wasm_bindgen(constructor)]
    pub fn new(
        k: usize,
        repeats: bool,
        explain: bool,
        seed: Option<u32>,
        exclude: Array,
        categories: Option<Array>,
        predicate: Option<Function>,
    ) -> Query {
        Query { k, repeats, explain, seed, exclude, categories, predicate }
    }
}

#[wasm_bindgen]
impl Engine {
    /// Decodes a model file.
    ///
    /// # Errors
    /// An `Error` with a `code`: see [`ModelError`](crate::model::ModelError).
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Engine, JsValue> {
        let model = Model::open(bytes).map_err(|error| js::error(error.code(), &error.to_string()))?;
        Ok(Engine::with_model(model, bytes.len()))
    }

    /// Lists items for a shopper with this history.
    ///
    /// # Errors
    /// What the query's predicate throws.
    #[wasm_bindgen(js_name = forYou)]
    pub fn for_you(&self, history: &History, query: Query) -> Result<Array, JsValue> {
        let events: Vec<HistoryEvent> = history
            .events(|item_id, kind| Some(HistoryEvent { item: self.model.items.item(item_id)?, kind }))
            .into_iter()
            .flatten()
            .collect();
        self.list(&query, |ranker, options, eligible| ranker.for_you(&self.model, &events, options, eligible))
    }

    /// Lists items that shoppers go on to from this one; the popular ones if the model does not know it.
    ///
    /// # Errors
    /// What the query's predicate throws.
    pub fn related(&self, item_id: &str, query: Query) -> Result<Array, JsValue> {
        match self.model.items.item(item_id) {
            Some(item) => {
                self.list(&query, |ranker, options, eligible| ranker.related(&self.model, item, options, eligible))
            }
            None => self.trending(query),
        }
    }

    /// Lists items that are bought in one basket with these; ids that the model does not know are ignored.
    ///
    /// # Errors
    /// What the query's predicate throws.
    #[wasm_bindgen(js_name = boughtTogether)]
    pub fn bought_together(&self, item_ids: &Array, query: Query) -> Result<Array, JsValue> {
        let items = self.items(item_ids);
        self.list(&query, |ranker, options, eligible| ranker.bought_together(&self.model, &items, options, eligible))
    }

    /// Lists popular items.
    ///
    /// # Errors
    /// What the query's predicate throws.
    pub fn trending(&self, query: Query) -> Result<Array, JsValue> {
        self.list(&query, |ranker, options, eligible| ranker.trending(options, eligible))
    }

    /// How many distinct items of the history the model does not know.
    #[wasm_bindgen(js_name = unknownIds)]
    pub fn unknown_ids(&self, history: &History) -> usize {
        let ids = history.events(|item_id, _| self.model.items.item(item_id).is_none().then(|| item_id.to_owned()));
        ids.into_iter().flatten().collect::<BTreeSet<String>>().len()
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
    /// An engine for a model that came from a file of `num_bytes`.
    pub fn with_model(model: Model, num_bytes: usize) -> Engine {
        let ranker = Cell::new(Some(Ranker::new(&model)));
        Engine { model, num_bytes, ranker }
    }

    fn items(&self, item_ids: &Array) -> Vec<ItemIx> {
        js::strings(item_ids).filter_map(|item_id| self.model.items.item(&item_id)).collect()
    }

    /// Which categories, by number, a query allows.
    fn allowed(&self, names: &Array) -> Vec<bool> {
        let wanted: Vec<String> = js::strings(names).collect();
        self.model.categories.iter().flat_map(|categories| &categories.names).map(|name| wanted.contains(name)).collect()
    }

    fn list(
        &self,
        query: &Query,
        rank: impl FnOnce(&mut Ranker, &Options, &mut Eligible) -> Vec<Ranked>,
    ) -> Result<Array, JsValue> {
        let exclude = self.items(&query.exclude);
        let Query { k, repeats, explain, seed, .. } = *query;
        let options = Options { k, repeats, exclude: &exclude, seed, explain };
        let allowed = query.categories.as_ref().map(|names| self.allowed(names));
        let mut thrown = None;
        let mut eligible = |item: ItemIx| {
            if let Some(allowed) = &allowed {
                let of_item = self.model.categories.as_ref().and_then(|categories| *categories.of_item.get(item.as_usize())?);
                return of_item.is_some_and(|category| allowed.get(category.0 as usize) == Some(&true));
            }
            let Some(predicate) = &query.predicate else { return true };
            if thrown.is_some() {
                return false;
            }
            match predicate.call2(&JsValue::UNDEFINED, &self.model.items.id(item).into(), &self.category(item)) {
                Ok(answer) => JsValue::is_truthy(&answer),
                Err(error) => {
                    thrown = Some(error);
                    false
                }
            }
        };
        let mut ranker = self.ranker.take().unwrap_or_else(|| Ranker::new(&self.model));
        let ranked = rank(&mut ranker, &options, &mut eligible);
        self.ranker.set(Some(ranker));
        match thrown {
            Some(error) => Err(error),
            None => Ok(self.to_array(&ranked)),
        }
    }

    fn category(&self, item: ItemIx) -> JsValue {
        self.model.category_of(item).map_or(JsValue::UNDEFINED, JsValue::from)
    }

    fn to_array(&self, ranked: &[Ranked]) -> Array {
        let list = Array::new();
        for Ranked { item, score, reasons } in ranked {
            list.push(&self.model.items.id(*item).into());
            list.push(&(*score).into());
            list.push(&self.category(*item));
            let parts: Array = reasons
                .iter()
                .flat_map(|reason| [JsValue::from(self.model.items.id(reason.item)), reason.share.into()])
                .collect();
            list.push(&if reasons.is_empty() { JsValue::UNDEFINED } else { parts.into() });
        }
        list
    }
}
