//! A model and its ranker, as a JavaScript class.

use super::{History, js};
use crate::model::{Foreign, Model, ModelError};
use crate::rank::{HistoryEvent, Options, Ranked, Ranker};
use crate::{CategoryIx, ItemIx};
use js_sys::{Array, Function, Object};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// A model, ready to rank.
#[wasm_bindgen]
pub struct Engine {
    model: Model,
    num_bytes: usize,
    /// Taken out while it ranks: a predicate that ranks in its turn finds it gone and makes another one.
    ranker: Cell<Option<Ranker>>,
}

/// The lists that there are.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// For the shopper with the history.
    ForYou,
    /// What shoppers go on to from the first of the items; what is popular if the model does not know it.
    Related,
    /// What is bought in one basket with the items; what is popular without any that the model knows.
    BoughtTogether,
    /// What is popular.
    Trending,
}

#[wasm_bindgen]
impl Engine {
    /// Decodes a model file.
    ///
    /// # Errors
    /// An `Error` with a `code`: that of [`ModelError::code`], or `not-a-model` for a web page.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Engine, JsValue> {
        let model = Model::open(bytes).map_err(|error| {
            let code = if let ModelError::Foreign(Foreign::Html) = error { "not-a-model" } else { error.code() };
            js::error(code, &error.to_string())
        })?;
        let ranker = Cell::new(Some(Ranker::new(&model)));
        Ok(Engine { model, num_bytes: bytes.len(), ranker })
    }

    /// Lists items: an array of four values an item, which are id, score, category or `undefined`, and an array of
    /// two values a reason, which are id and share.
    ///
    /// `items` holds ids; those that the model does not know are ignored, as they are in the history. `options` is an object:
    /// `k`, `repeats`, `explain`, `seed` (or `undefined`), `exclude` (an array of ids), `categories` (an array of names, or
    /// `undefined`) and `predicate` (or `undefined`). The predicate is called with an id and a category or `undefined` for one candidate
    /// after the other, the best first, until the list is full; what it returns counts as yes or no.
    ///
    /// # Errors
    /// What the predicate throws.
    pub fn list(&self, list: List, history: &History, items: &Array, options: &JsValue) -> Result<Array, JsValue> {
        let option = |name| js::get(options, name).unwrap_or_default();
        let exclude = option("exclude").dyn_into().map(|ids| self.items(&ids)).unwrap_or_default();
        let ranking = Options {
            k: option("k").as_f64().unwrap_or_default() as usize,
            repeats: option("repeats").is_truthy(),
            exclude: &exclude,
            seed: option("seed").as_f64().map(|seed| seed as u32),
            explain: option("explain").is_truthy(),
        };
        let allowed = option("categories").dyn_into().ok().map(|names| self.allowed(&names));
        let predicate: Option<Function> = option("predicate").dyn_into().ok();

        let mut thrown = None;
        let mut eligible = |item: ItemIx| {
            if let Some(allowed) = &allowed
                && !self.category(item).is_some_and(|category| allowed.contains(&category))
            {
                return false;
            }
            let Some(predicate) = &predicate else { return true };
            if thrown.is_some() {
                return false;
            }
            let answer = predicate.call2(&JsValue::UNDEFINED, &self.id(item), &self.category_name(item));
            answer.map_or_else(
                |error| {
                    thrown = Some(error);
                    false
                },
                |answer: JsValue| answer.is_truthy(),
            )
        };
        let mut ranker = self.ranker.take().unwrap_or_else(|| Ranker::new(&self.model));
        let ranked = match list {
            List::ForYou => ranker.for_you(&self.model, &self.events(history), &ranking, &mut eligible),
            List::Trending => ranker.trending(&self.model, &ranking, &mut eligible),
            List::Related | List::BoughtTogether => {
                let items = self.items(items);
                match (list, items.first()) {
                    (List::Related, Some(&item)) => ranker.related(&self.model, item, &ranking, &mut eligible),
                    _ => ranker.bought_together(&self.model, &items, &ranking, &mut eligible),
                }
            }
        };
        self.ranker.set(Some(ranker));
        match thrown {
            Some(error) => Err(error),
            None => Ok(self.to_array(&ranked)),
        }
    }

    /// Whether the model knows an item.
    pub fn knows(&self, item_id: &str) -> bool {
        self.model.items.item(item_id).is_some()
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
    fn items(&self, item_ids: &Array) -> Vec<ItemIx> {
        item_ids.iter().filter_map(|item_id| self.model.items.item(&item_id.as_string()?)).collect()
    }

    fn events(&self, history: &History) -> Vec<HistoryEvent> {
        let mut events = Vec::new();
        history.for_each(&mut |item_id, kind| {
            events.extend(self.model.items.item(item_id).map(|item| HistoryEvent { item, kind }));
        });
        events
    }

    /// The categories with these names; names that the model does not know are ignored.
    fn allowed(&self, names: &Array) -> Vec<CategoryIx> {
        let position = |name: JsValue| {
            let name = name.as_string()?;
            self.model.categories.as_ref()?.names.iter().position(|other| *other == name)
        };
        names.iter().filter_map(position).map(|number| CategoryIx(number as u16)).collect()
    }

    fn category(&self, item: ItemIx) -> Option<CategoryIx> {
        *self.model.categories.as_ref()?.of_item.get(item.as_usize())?
    }

    fn category_name(&self, item: ItemIx) -> JsValue {
        self.model.category_of(item).map_or(JsValue::UNDEFINED, JsValue::from)
    }

    fn id(&self, item: ItemIx) -> JsValue {
        self.model.items.id(item).into()
    }

    fn to_array(&self, ranked: &[Ranked]) -> Array {
        let list = Array::new();
        for Ranked { item, score, reasons } in ranked {
            let parts = Array::new();
            for reason in reasons {
                parts.push(&self.id(reason.item));
                parts.push(&reason.share.into());
            }
            list.push(&self.id(*item));
            list.push(&(*score).into());
            list.push(&self.category_name(*item));
            list.push(&parts);
        }
        list
    }
}
