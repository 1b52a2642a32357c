//! Rankers for many threads: each thread borrows one, and the next thread to need one gets it again.

use crate::model::Model;
use crate::rank::Ranker;
use std::sync::{Mutex, PoisonError};

/// Lends rankers of one model to threads; makes as many as are needed at once.
#[derive(Debug)]
pub struct Rankers<'a> {
    model: &'a Model,
    first: Ranker,
    idle: Mutex<Vec<Ranker>>,
}

impl<'a> Rankers<'a> {
    /// Makes rankers for `model`; `O(num_items log num_items)`, and a copy for each thread.
    pub fn new(model: &'a Model) -> Rankers<'a> {
        Rankers { model, first: Ranker::new(model).for_many(), idle: Mutex::new(Vec::new()) }
    }

    /// Runs `work` with a ranker that no other thread uses meanwhile.
    pub fn with<T>(&self, work: impl FnOnce(&'a Model, &mut Ranker) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut ranker = idle.unwrap_or_else(|| self.first.clone());
        let result = work(self.model, &mut ranker);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(ranker);
        result
    }
}
