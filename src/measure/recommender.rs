//! Systems that list items: our own model, and any other behind the same trait.

use super::Rankers;
use crate::ItemIx;
use crate::model::{Model, Relation};
use crate::rank::{HistoryEvent, Options, Ranked, Ranker};
use std::collections::HashMap;

/// A system that lists items for a history, all in the item numbers of the test cases.
pub trait Recommender: Send + Sync {
    /// Returns the name in tables.
    fn name(&self) -> &str;

    /// Returns the number of items that may be listed; their numbers are `0..num_items`.
    fn num_items(&self) -> usize;

    /// Makes the working memory of one thread.
    fn list_maker(&self) -> Box<dyn ListMaker + '_>;
}

/// Lists items on one thread.
pub trait ListMaker {
    /// Replaces `out` by `k` items, the best first and each once, for a history, newest event first.
    ///
    /// Without `repeats` no item of the history is listed. Fewer items are listed only if there are no more.
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>);
}

/// A model as a [`Recommender`], ranked by the same code that runs in the browser.
pub struct ModelRecommender<'m> {
    name: String,
    model: &'m Model,
    rankers: Rankers<'m>,
    relation: Relation,
    /// `None` if the test cases have the numbers of the model.
    numbering: Option<Numbering>,
}

/// Item numbers of the model and of the test cases.
struct Numbering {
    /// By item of the test cases.
    to_model: Vec<Option<ItemIx>>,
    /// By item of the model.
    from_model: Vec<Option<ItemIx>>,
}

impl<'m> ModelRecommender<'m> {
    /// Lists what comes next, in the item numbers of the model.
    pub fn new(name: &str, model: &'m Model) -> ModelRecommender<'m> {
        let rankers = Rankers::new(model);
        ModelRecommender { name: name.to_owned(), model, rankers, relation: Relation::Next, numbering: None }
    }

    /// Lists by another table: for all but [`Relation::Next`], items that are bought together with those of the history.
    #[must_use]
    pub fn by(self, relation: Relation) -> ModelRecommender<'m> {
        ModelRecommender { relation, ..self }
    }

    /// Lists in the numbers of `item_ids`; items that the model alone knows are never listed.
    #[must_use]
    pub fn numbered_as(self, item_ids: &[String]) -> ModelRecommender<'m> {
        let model = self.model;
        let numbers: HashMap<&str, ItemIx> = item_ids.iter().map(String::as_str).zip((0..).map(ItemIx)).collect();
        let to_model = item_ids.iter().map(|id| model.product(id)).collect();
        let ids = (0..model.num_items() as u32).map(|item| model.items.id(ItemIx(item)));
        let from_model = ids.map(|id| numbers.get(id).copied()).collect();
        ModelRecommender { numbering: Some(Numbering { to_model, from_model }), ..self }
    }

    fn rank(&self, ranker: &mut Ranker, history: &[HistoryEvent], k: usize, repeats: bool) -> Vec<Ranked> {
        let options = Options { k, repeats, ..Options::default() };
        let mut is_known = |item: ItemIx| match &self.numbering {
            Some(numbering) => numbering.from_model[self.model.product_of(item.0).as_usize()].is_some(),
            None => true,
        };
        match self.relation {
            Relation::Next => ranker.for_you(self.model, history, &options, &mut is_known),
            Relation::Together | Relation::Similar => {
                let items: Vec<ItemIx> = history.iter().map(|event| event.item).collect();
                ranker.bought_together(self.model, &items, &options, &mut is_known)
            }
        }
    }
}

impl Recommender for ModelRecommender<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn num_items(&self) -> usize {
        self.numbering.as_ref().map_or(self.model.num_items(), |numbering| numbering.to_model.len())
    }

    fn list_maker(&self) -> Box<dyn ListMaker + '_> {
        Box::new(ModelListMaker { of: self, history: Vec::new() })
    }
}

struct ModelListMaker<'a> {
    of: &'a ModelRecommender<'a>,
    history: Vec<HistoryEvent>,
}

impl ListMaker for ModelListMaker<'_> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        let of = self.of;
        out.clear();
        let listed = of.rankers.with(|_, ranker| match &of.numbering {
            Some(Numbering { to_model, .. }) => {
                let to_model = |event: &HistoryEvent| {
                    Some(HistoryEvent { item: (*to_model.get(event.item.as_usize())?)?, kind: event.kind })
                };
                self.history.clear();
                self.history.extend(history.iter().filter_map(to_model));
                of.rank(ranker, &self.history, k, repeats)
            }
            None => of.rank(ranker, history, k, repeats),
        });
        match &of.numbering {
            Some(numbering) => out.extend(listed.iter().filter_map(|one| numbering.from_model[one.item.as_usize()])),
            None => out.extend(listed.iter().map(|one| one.item)),
        }
    }
}
