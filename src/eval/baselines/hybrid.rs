//! Two methods as one: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).

use super::scores::Scores;
use crate::ItemIx;
use crate::measure::{ListMaker, Recommender};
use crate::rank::HistoryEvent;
use std::sync::Arc;

/// The constant of the paper: score(c) = sum over lists of 1 / (60 + rank of c).
const DAMPING: f32 = 60.0;
/// Items of each list that count.
const DEPTH: usize = 100;

/// Fuses the lists of its parts.
pub(super) struct Hybrid {
    pub(super) name: &'static str,
    pub(super) parts: Vec<Box<dyn Recommender>>,
    pub(super) popular: Arc<[ItemIx]>,
    pub(super) num_items: usize,
}

impl Recommender for Hybrid {
    fn name(&self) -> &str {
        self.name
    }

    fn num_items(&self) -> usize {
        self.num_items
    }

    fn list_maker(&self) -> Box<dyn ListMaker + '_> {
        Box::new(HybridListMaker {
            hybrid: self,
            parts: self.parts.iter().map(|part| part.list_maker()).collect(),
            scores: Scores::new(self.num_items),
            list: Vec::new(),
        })
    }
}

struct HybridListMaker<'a> {
    hybrid: &'a Hybrid,
    parts: Vec<Box<dyn ListMaker + 'a>>,
    scores: Scores,
    list: Vec<ItemIx>,
}

impl ListMaker for HybridListMaker<'_> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        for part in &mut self.parts {
            part.list(history, DEPTH.max(k), repeats, &mut self.list);
            for (at, &item) in self.list.iter().enumerate() {
                self.scores.add(item, 1.0 / (DAMPING + (at + 1) as f32));
            }
        }
        self.scores.take(history, k, repeats, &self.hybrid.popular, out);
    }
}
