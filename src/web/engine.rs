//! A model and its ranker, as JavaScript classes.

use super::{History, js};
use crate::model::Model;
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
    content_hash: u64,
    /// Taken out while it ranks: a predicate that ranks in its turn finds it gone and makes another one.
    ranker: Cell<Option<Ranker>>,
    /// The events of the history that was ranked for last, and its stamp: looking up ids takes longer than ranking.
    events: Cell<(u32, Vec<HistoryEvent>)>,
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
    /// Lists items: for each its number and the bits of its score as `f32`; if `explain` is set also the number of reasons, and for
    /// each reason the number of the item and the bits of its share.
    ///
    /// `items` and `exclude` hold ids; those that the model does not know are ignored, as they are in the history. `seed` is
    /// NaN for none. `categories` holds names. `predicate` is called with the number of one candidate after the other, the best
    /// first, until the list is full; what it returns counts as yes or no.
    ///
    /// # Errors
    /// What the predicate throws.
    #[allow(clippy::too_many_arguments, reason = "properties of one object take longer to read than ranking")]
    pub fn list(
        &self,
        list: List,
        history: &History,
        items: Option<Array>,
        k: f64,
        repeats: bool,
        explain: bool,
        seed: f64,
        exclude: Option<Array>,
        categories: Option<Array>,
        predicate: Option<Function>,
    ) -> Result<Vec<u32>, JsValue> {
        let exclude = self.items(exclude);
        let seed = (!seed.is_nan()).then_some(seed as u32);
        let ranking = Options { k: k as usize, repeats, exclude: &exclude, seed, explain };
        let allowed = categories.map(|names| self.allowed(&names));

        let mut thrown = None;
        let mut eligible = |item: ItemIx| {
            if let Some(allowed) = &allowed
                && !self.category_ix(item).is_some_and(|category| allowed.contains(&category))
            {
                return false;
            }
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
        let mut ranker = self.ranker.take().unwrap_or_else(|| Ranker::new(&self.model));
        let ranked = match list {
            List::ForYou => {
                let (mut stamp, mut events) = self.events.take();
                if stamp != history.stamp() {
                    (stamp, events) = (history.stamp(), self.known(history));
                }
                let ranked = ranker.for_you(&self.model, &events, &ranking, &mut eligible);
                self.events.set((stamp, events));
                ranked
            }
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
            None => Ok(flat(&ranked, explain)),
        }
    }

    /// The shop's id of an item.
    pub fn id(&self, item: u32) -> String {
        self.model.items.id(ItemIx(item)).to_owned()
    }

    /// The category of an item, if it is known.
    pub fn category(&self, item: u32) -> Option<String> {
        self.model.category_of(ItemIx(item)).map(str::to_owned)
    }

    /// A piece of what [`Opening::restore`] takes, from 0; nothing behind the last, and at once if keeping it saves no time.
    pub fn image(&self, piece: u32) -> Option<Vec<u8>> {
        self.model.image_piece(self.content_hash, piece)
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
    pub(super) fn new(model: Model, num_bytes: usize, content_hash: u64) -> Engine {
        let ranker = Cell::new(Some(Ranker::new(&model)));
        Engine { model, num_bytes, content_hash, ranker, events: Cell::default() }
    }

    fn items(&self, item_ids: Option<Array>) -> Vec<ItemIx> {
        let item = |item_id: JsValue| self.model.items.item(&item_id.as_string()?);
        item_ids.iter().flat_map(Array::iter).filter_map(item).collect()
    }

    fn known(&self, history: &History) -> Vec<HistoryEvent> {
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

    fn category_ix(&self, item: ItemIx) -> Option<CategoryIx> {
        *self.model.categories.as_ref()?.of_item.get(item.as_usize())?
    }
}

fn flat(ranked: &[Ranked], explain: bool) -> Vec<u32> {
    let mut list = Vec::with_capacity(2 * ranked.len());
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
