//! Simple methods to compare with: what a shop could have without us.
//!
//! Owns one file for each method and what they share: [`Sums`] of scores by item, and the rule that every list is filled
//! up by popularity. Methods are fitted on the training part of a log alone, with the constants of their papers; none is
//! tuned. Knows nothing of test events or of our own model.

mod content;
mod cosine;
mod hybrid;
mod popular;
mod recent;
mod rules;
mod sessions;
mod shoppers;

use super::recommender::{Lister, Recommender};
use crate::counts::{CosineOptions, PrivacyThreshold, cosines};
use crate::events::{EventLog, Sessions};
use crate::learn::Description;
use crate::rank::HistoryEvent;
use crate::{CsrMatrix, ItemIx, Progress};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;

/// Newest distinct items of a history that the methods look at: baskets of years would take most of the time.
pub(super) const MAX_HISTORY: usize = 100;
/// Nearest items by cosine that are kept of every item.
pub(super) const NEAREST: usize = 256;

/// The cosines of items in sessions, each item once a session: the nearest 256 of every item, columns ascending.
pub(super) fn item_cosines(sessions: &Sessions, num_items: usize) -> CsrMatrix {
    let options = CosineOptions {
        neighbours: NEAREST,
        threshold: PrivacyThreshold::NONE,
        distinct: Some(usize::MAX),
        wanted: None,
    };
    cosines(sessions, 0..sessions.len(), num_items, &options).rows
}

/// Fits every method that the log has what it takes for, in the order in which tables show them; `descriptions` are those of a catalogue, one for each item.
///
/// The method by shoppers needs a log that names them, the one by content a catalogue.
pub fn fit(
    train: &EventLog,
    descriptions: Option<&[Option<Description<'_>>]>,
    progress: &dyn Progress,
) -> Vec<Box<dyn Recommender>> {
    let num_items = train.item_ids.len();
    let sessions = &train.sessions;
    progress.start("fitting the simple methods", 0);
    let popular: Arc<[ItemIx]> = popular::all_time(sessions, num_items).into();
    let cosines = Arc::new(item_cosines(sessions, num_items));
    let seen = Arc::new(distinct(sessions));
    let rules = Arc::new(rules::SequentialRules::fit(sessions, num_items));
    let mut systems: Vec<Box<dyn Recommender>> = vec![
        scored(popular::Nothing("popularity, all time"), &popular, num_items),
        scored(popular::Nothing("popularity, recent"), &popular::recent(sessions, num_items).into(), num_items),
        scored(recent::RecentlySeen, &popular, num_items),
        scored(recent::SeenOften, &popular, num_items),
        scored(cosine::ItemCosine(cosines.clone()), &popular, num_items),
        scored(rules.clone(), &popular, num_items),
    ];
    let index = Arc::new(Postings::new(&seen, num_items));
    let by_sessions = |method| sessions::SessionNeighbours::new(method, sessions, seen.clone(), index.clone());
    systems.push(scored(by_sessions(sessions::Method::VSknn), &popular, num_items));
    systems.push(scored(by_sessions(sessions::Method::Stan), &popular, num_items));
    if train.sessions.has_shoppers {
        systems.push(scored(shoppers::ShopperNeighbours::fit(sessions, num_items), &popular, num_items));
    }
    // Parts of the hybrid list what they have a score for, and nothing else.
    let none: Arc<[ItemIx]> = Vec::new().into();
    let second: Box<dyn Recommender> = match descriptions {
        Some(descriptions) => {
            let content = Arc::new(content::ByContent::fit(descriptions, num_items));
            systems.push(scored(content.clone(), &popular, num_items));
            scored(content, &none, num_items)
        }
        None => scored(rules, &none, num_items),
    };
    let name = if descriptions.is_some() { "hybrid: cosine + content" } else { "hybrid: cosine + rules" };
    let parts = vec![scored(cosine::ItemCosine(cosines), &none, num_items), second];
    systems.push(Box::new(hybrid::Hybrid { name, parts, popular: popular.clone(), num_items }));
    progress.finish(&format!("{} methods", systems.len()));
    systems
}

/// A method that scores items; what has no score follows by popularity.
pub(super) trait Scorer: Send + Sync {
    /// Working memory of a thread.
    type Scratch: Default;

    /// The name in tables.
    fn name(&self) -> &str;

    /// Adds the scores for a history, newest event first, of distinct items.
    fn score(&self, history: &[HistoryEvent], scratch: &mut Self::Scratch, sums: &mut Sums);
}

impl<S: Scorer> Scorer for Arc<S> {
    type Scratch = S::Scratch;

    fn name(&self) -> &str {
        self.as_ref().name()
    }

    fn score(&self, history: &[HistoryEvent], scratch: &mut S::Scratch, sums: &mut Sums) {
        self.as_ref().score(history, scratch, sums);
    }
}

struct Scored<S> {
    scorer: S,
    popular: Arc<[ItemIx]>,
    num_items: usize,
}

fn scored<S: Scorer + 'static>(scorer: S, popular: &Arc<[ItemIx]>, num_items: usize) -> Box<dyn Recommender> {
    Box::new(Scored { scorer, popular: popular.clone(), num_items })
}

impl<S: Scorer> Recommender for Scored<S> {
    fn name(&self) -> &str {
        self.scorer.name()
    }

    fn lister(&self) -> Box<dyn Lister + '_> {
        Box::new(ScoredLister { system: self, sums: Sums::new(self.num_items), scratch: S::Scratch::default() })
    }
}

struct ScoredLister<'a, S: Scorer> {
    system: &'a Scored<S>,
    sums: Sums,
    scratch: S::Scratch,
}

impl<S: Scorer> Lister for ScoredLister<'_, S> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        self.system.scorer.score(history, &mut self.scratch, &mut self.sums);
        self.sums.take(history, k, repeats, &self.system.popular, out);
    }
}

/// Scores by item, and the way from them to a list.
pub(super) struct Sums {
    scores: Vec<f32>,
    touched: Vec<ItemIx>,
    barred: Vec<bool>,
}

impl Sums {
    pub(super) fn new(num_items: usize) -> Sums {
        Sums { scores: vec![0.0; num_items], touched: Vec::new(), barred: vec![false; num_items] }
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
    fn lower(&mut self, item: ItemIx, part: f32) {
        if let Some(score) = self.scores.get_mut(item.as_usize())
            && *score > 0.0
        {
            // Stays above 0, so that the item is still known to be touched.
            *score = if *score - part > part * 1e-3 { *score - part } else { f32::MIN_POSITIVE };
        }
    }

    /// Replaces `out` by the k best items, ties by number, then those without a score in the order of `popular`; forgets
    /// all scores.
    fn take(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, popular: &[ItemIx], out: &mut Vec<ItemIx>) {
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

/// The items of each session, each once, in the order of first appearance.
pub(super) struct Distinct {
    pub(super) offsets: Vec<usize>,
    pub(super) items: Vec<ItemIx>,
}

impl Distinct {
    pub(super) fn of(&self, group: usize) -> &[ItemIx] {
        &self.items[self.offsets[group]..self.offsets[group + 1]]
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }
}

fn distinct(sessions: &Sessions) -> Distinct {
    let most = sessions.items.iter().max().map_or(0, |item| item.as_usize() + 1);
    let mut last = vec![u32::MAX; most];
    let mut found = Distinct { offsets: vec![0], items: Vec::with_capacity(sessions.items.len()) };
    for session in 0..sessions.len() {
        for &item in sessions.items_of(session) {
            if std::mem::replace(&mut last[item.as_usize()], session as u32) != session as u32 {
                found.items.push(item);
            }
        }
        found.offsets.push(found.items.len());
    }
    found
}

/// The groups (sessions or shoppers) of each item, ascending.
pub(super) struct Postings {
    offsets: Vec<usize>,
    groups: Vec<u32>,
}

impl Postings {
    pub(super) fn new(groups: &Distinct, num_items: usize) -> Postings {
        let mut offsets = vec![0; num_items + 1];
        groups.items.iter().for_each(|item| offsets[item.as_usize() + 1] += 1);
        for at in 0..num_items {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut numbers = vec![0; groups.items.len()];
        for group in 0..groups.len() {
            for item in groups.of(group) {
                numbers[next[item.as_usize()]] = group as u32;
                next[item.as_usize()] += 1;
            }
        }
        Postings { offsets, groups: numbers }
    }

    /// At most `most` groups of an item, the last ones, ascending.
    pub(super) fn last(&self, item: ItemIx, most: usize) -> &[u32] {
        let Some((&start, &end)) = self.offsets.get(item.as_usize()).zip(self.offsets.get(item.as_usize() + 1)) else {
            return &[];
        };
        &self.groups[start.max(end.saturating_sub(most))..end]
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
pub(super) fn by_count(counts: &[u32]) -> Vec<ItemIx> {
    let mut order: Vec<ItemIx> = (0..counts.len() as u32).map(ItemIx).collect();
    order.par_sort_unstable_by_key(|item| (Reverse(counts[item.as_usize()]), *item));
    order
}

#[cfg(test)]
mod tests;
