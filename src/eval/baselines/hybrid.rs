//! Two methods as one: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).

use super::super::recommender::{Lister, Recommender};
use super::Sums;
use crate::ItemIx;
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

    fn lister(&self) -> Box<dyn Lister + '_> {
        Box::new(HybridLister {
            hybrid: self,
            parts: self.parts.iter().map(|part| part.lister()).collect(),
            sums: Sums::new(self.num_items),
            list: Vec::new(),
        })
    }
}

struct HybridLister<'a> {
    hybrid: &'a Hybrid,
    parts: Vec<Box<dyn Lister + 'a>>,
    sums: Sums,
    list: Vec<ItemIx>,
}

impl Lister for HybridLister<'_> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        for part in &mut self.parts {
            part.list(history, DEPTH.max(k), repeats, &mut self.list);
            for (at, &item) in self.list.iter().enumerate() {
                self.sums.add(item, 1.0 / (DAMPING + (at + 1) as f32));
            }
        }
        self.sums.take(history, k, repeats, &self.hybrid.popular, out);
    }
}
