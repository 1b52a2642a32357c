//! Scores of items, and the way from them to a list that is filled up by popularity.

use crate::ItemIx;
use crate::measure::{ListMaker, Recommender};
use crate::rank::HistoryEvent;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;

/// Newest distinct items of a history that the methods look at: baskets of years would take most of the time.
pub(super) const MAX_HISTORY: usize = 100;
/// A method that scores items; what has no score follows by popularity.
pub(super) trait Scorer: Send + Sync {
    /// Working memory of a thread.
    type Scratch: Default;

    /// The name in tables.
    fn name(&self) -> &str;

    /// Adds the scores for a history, newest event first, of distinct items.
    fn score(&self, history: &[HistoryEvent], scratch: &mut Self::Scratch, scores: &mut Scores);
}

impl<S: Scorer> Scorer for Arc<S> {
    type Scratch = S::Scratch;

    fn name(&self) -> &str {
        self.as_ref().name()
    }

    fn score(&self, history: &[HistoryEvent], scratch: &mut S::Scratch, scores: &mut Scores) {
        self.as_ref().score(history, scratch, scores);
    }
}

struct Scored<S> {
    scorer: S,
    popular: Arc<[ItemIx]>,
    num_items: usize,
}

pub(super) fn scored<S: Scorer + 'static>(
    scorer: S,
    popular: &Arc<[ItemIx]>,
    num_items: usize,
) -> Box<dyn Recommender> {
    Box::new(Scored { scorer, popular: popular.clone(), num_items })
}

impl<S: Scorer> Recommender for Scored<S> {
    fn name(&self) -> &str {
        self.scorer.name()
    }

    fn num_items(&self) -> usize {
        self.num_items
    }

    fn list_maker(&self) -> Box<dyn ListMaker + '_> {
        Box::new(ScoredListMaker { system: self, scores: Scores::new(self.num_items), scratch: S::Scratch::default() })
    }
}

struct ScoredListMaker<'a, S: Scorer> {
    system: &'a Scored<S>,
    scores: Scores,
    scratch: S::Scratch,
}

impl<S: Scorer> ListMaker for ScoredListMaker<'_, S> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        self.system.scorer.score(history, &mut self.scratch, &mut self.scores);
        self.scores.take(history, k, repeats, &self.system.popular, out);
    }
}

/// Scores by item, and the way from them to a list.
pub(super) struct Scores {
    scores: Vec<f32>,
    touched: Vec<ItemIx>,
    barred: Vec<bool>,
}

impl Scores {
    pub(super) fn new(num_items: usize) -> Scores {
        Scores { scores: vec![0.0; num_items], touched: Vec::new(), barred: vec![false; num_items] }
    }

    /// Adds a part above 0 to an item's score; an unknown item has none.
    #[inline]
    pub(super) fn add(&mut self, item: ItemIx, part: f32) {
        if let Some(score) = self.scores.get_mut(item.as_usize())
            && part > 0.0
        {
            if *score == 0.0 {
                self.touched.push(item);
            }
            *score += part;
        }
    }

    /// Takes a part of an item's score away again; what is left below a thousandth of the part counts as nothing.
    pub(super) fn lower(&mut self, item: ItemIx, part: f32) {
        if let Some(score) = self.scores.get_mut(item.as_usize())
            && *score > 0.0
        {
            // Stays above 0, so that the item is still known to be touched.
            *score = if *score - part > part * 1e-3 { *score - part } else { f32::MIN_POSITIVE };
        }
    }

    /// Replaces `out` by the k best items, ties by number, then those without a score in the order of `popular`;
    /// forgets all scores.
    pub(super) fn take(
        &mut self,
        history: &[HistoryEvent],
        k: usize,
        repeats: bool,
        popular: &[ItemIx],
        out: &mut Vec<ItemIx>,
    ) {
        out.clear();
        let barred = if repeats { &[] } else { history };
        let bar = |is_barred: bool, flags: &mut [bool]| {
            for event in barred {
                if let Some(flag) = flags.get_mut(event.item.as_usize()) {
                    *flag = is_barred;
                }
            }
        };
        bar(true, &mut self.barred);
        let scores = &self.scores;
        let mut best: Vec<ItemIx> = self.touched.iter().copied().filter(|item| !self.barred[item.as_usize()]).collect();
        let order = |a: &ItemIx, b: &ItemIx| scores[b.as_usize()].total_cmp(&scores[a.as_usize()]).then(a.cmp(b));
        if best.len() > k && k > 0 {
            best.select_nth_unstable_by(k - 1, order);
        }
        best.truncate(k);
        best.sort_unstable_by(order);
        out.extend(best);
        let unscored = |item: &&ItemIx| scores[item.as_usize()] == 0.0 && !self.barred[item.as_usize()];
        let missing = k - out.len();
        out.extend(popular.iter().filter(unscored).take(missing));
        bar(false, &mut self.barred);
        for item in self.touched.drain(..) {
            self.scores[item.as_usize()] = 0.0;
        }
    }
}

/// The distinct items of a history, the newest first, at most [`MAX_HISTORY`], with their places from 0.
pub(super) fn newest_distinct(history: &[HistoryEvent]) -> Vec<(ItemIx, usize)> {
    let mut found: Vec<(ItemIx, usize)> = Vec::with_capacity(history.len().min(MAX_HISTORY));
    for event in history {
        if found.len() == MAX_HISTORY {
            break;
        }
        if !found.iter().any(|&(item, _)| item == event.item) {
            found.push((event.item, found.len()));
        }
    }
    found
}

/// Items by falling count, ties by number.
pub(in crate::eval) fn by_count(counts: &[u32]) -> Vec<ItemIx> {
    let mut order: Vec<ItemIx> = (0..counts.len() as u32).map(ItemIx).collect();
    order.par_sort_unstable_by_key(|item| (Reverse(counts[item.as_usize()]), *item));
    order
}
