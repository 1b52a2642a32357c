//! Whatever makes lists: our own model, and the simple methods beside it.

use super::Rankers;
use crate::ItemIx;
use crate::model::Model;
use crate::rank::{HistoryEvent, Options, Ranker};
use std::collections::HashMap;

/// Something that lists items for a history, in the item numbers of a training log.
pub trait Recommender: Send + Sync {
    /// The name in tables.
    fn name(&self) -> &str;

    /// Working memory for one thread.
    fn lister(&self) -> Box<dyn Lister + '_>;
}

/// Lists items on one thread.
pub trait Lister {
    /// Replaces `out` by `k` items, the best first and none twice, for a history, newest event first.
    ///
    /// Without `repeats` no item of the history is listed. Fewer are listed only where there are no more.
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>);
}

/// A model as a [`Recommender`], through the very code that runs in the browser.
pub struct OfModel<'m> {
    name: String,
    model: &'m Model,
    rankers: Rankers<'m>,
    /// By item of the log.
    to_model: Vec<Option<ItemIx>>,
    /// By item of the model.
    to_log: Vec<Option<ItemIx>>,
}

impl<'m> OfModel<'m> {
    /// A model for lists in the numbers of `item_ids`; items that it alone knows are never listed.
    pub fn new(name: &str, model: &'m Model, item_ids: &[String]) -> OfModel<'m> {
        let numbers: HashMap<&str, ItemIx> = item_ids.iter().map(String::as_str).zip((0..).map(ItemIx)).collect();
        let to_model: Vec<Option<ItemIx>> = item_ids.iter().map(|id| model.items.item(id)).collect();
        let ids = (0..model.num_items() as u32).map(|item| model.items.id(ItemIx(item)));
        let to_log = ids.map(|id| numbers.get(id).copied()).collect();
        OfModel { name: name.to_owned(), model, rankers: Rankers::new(model), to_model, to_log }
    }
}

impl Recommender for OfModel<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn lister(&self) -> Box<dyn Lister + '_> {
        let ranker = self.rankers.with(|_, ranker| ranker.clone());
        Box::new(ModelLister { of: self, ranker, history: Vec::new() })
    }
}

struct ModelLister<'a> {
    of: &'a OfModel<'a>,
    ranker: Ranker,
    history: Vec<HistoryEvent>,
}

impl Lister for ModelLister<'_> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        out.clear();
        self.history.clear();
        let to_model = |event: &HistoryEvent| {
            let item = (*self.of.to_model.get(event.item.as_usize())?)?;
            Some(HistoryEvent { item, kind: event.kind })
        };
        self.history.extend(history.iter().filter_map(to_model));
        let options = Options { k, repeats, ..Options::default() };
        let to_log = &self.of.to_log;
        let mut is_known = |item: ItemIx| to_log[item.as_usize()].is_some();
        let listed = self.ranker.for_you(self.of.model, &self.history, &options, &mut is_known);
        out.extend(listed.iter().filter_map(|ranked| to_log[ranked.item.as_usize()]));
    }
}
