//! The lists of one system for all trials of a view: where the targets stand, and what the lists are like.

use super::baselines::item_cosines;
use super::metrics;
use super::recommender::Recommender;
use super::trials::{Target, Trials};
use crate::events::EventLog;
use crate::{CsrMatrix, ItemIx, Progress};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Items of a list, the first ones, whose pairs diversity looks at.
const MAX_PAIRED: usize = 100;

/// What is known of the items, from the training part alone.
pub(super) struct MarketView<'a> {
    train: &'a EventLog,
    /// Share of the sessions that hold an item; of one session for an item that none holds.
    shares: Vec<f64>,
    cosines: CsrMatrix,
}

impl<'a> MarketView<'a> {
    pub(super) fn new(train: &'a EventLog) -> MarketView<'a> {
        let (sessions, num_items) = (&train.sessions, train.item_ids.len());
        let (mut counts, mut last) = (vec![0u32; num_items], vec![u32::MAX; num_items]);
        for session in 0..sessions.len() {
            for item in sessions.items_of(session) {
                if std::mem::replace(&mut last[item.as_usize()], session as u32) != session as u32 {
                    counts[item.as_usize()] += 1;
                }
            }
        }
        let num_sessions = sessions.len().max(1) as f64;
        let shares = counts.into_iter().map(|count| f64::from(count.max(1)) / num_sessions).collect();
        MarketView { train, shares, cosines: item_cosines(sessions, num_items) }
    }

    /// The tenth of the training events that each item belongs to, the most popular items in tenth 0, and how many items
    /// each tenth has. An item lies where the middle of its events does.
    pub(super) fn deciles(&self) -> (Vec<u8>, Vec<usize>) {
        let mut counts = vec![0u32; self.train.item_ids.len()];
        self.train.sessions.items.iter().for_each(|item| counts[item.as_usize()] += 1);
        let total = self.train.sessions.items.len().max(1) as f64;
        let (mut deciles, mut num_items, mut before) = (vec![9; counts.len()], vec![0; 10], 0.0);
        for item in super::baselines::by_count(&counts) {
            let events = f64::from(counts[item.as_usize()]);
            let decile = ((before + events / 2.0) / total * 10.0).min(9.0) as u8;
            before += events;
            deciles[item.as_usize()] = decile;
            num_items[usize::from(decile)] += 1;
        }
        (deciles, num_items)
    }

    /// The cosine of two items; 0 unless one is among the nearest of the other.
    fn cosine(&self, a: ItemIx, b: ItemIx) -> f64 {
        let of_row = |row: ItemIx, column: ItemIx| {
            let (columns, values) = self.cosines.row(row.as_usize());
            columns.binary_search(&column).ok().map(|at| f64::from(values[at]))
        };
        of_row(a, b).or_else(|| of_row(b, a)).unwrap_or(0.0)
    }
}

/// What is kept of one list.
pub(super) struct Listed {
    /// The rank of each target of the view, from 1; 0 if it is not listed.
    pub ranks: Vec<u32>,
    /// By cut-off.
    pub novelty: Vec<f64>,
    pub diversity: Vec<f64>,
}

/// How often each item is listed, by cut-off.
pub(super) struct Exposure {
    pub counts: Vec<Vec<u32>>,
}

impl Exposure {
    /// The share of items that are listed at least once.
    pub(super) fn coverage(&self, at: usize) -> f64 {
        let best: Vec<Option<usize>> = self.counts[at].iter().map(|&count| (count > 0).then_some(1)).collect();
        metrics::coverage(&best, 1)
    }
}

/// The trials of one view: those with a target in it.
pub(super) struct ListedCases<'a> {
    trials: &'a Trials,
    repeats: bool,
    pub chosen: Vec<usize>,
}

impl<'a> ListedCases<'a> {
    pub(super) fn new(trials: &'a Trials, repeats: bool) -> ListedCases<'a> {
        let is_in = |trial: &usize| trials.targets(*trial).iter().any(|target| repeats || target.is_new);
        ListedCases { trials, repeats, chosen: (0..trials.len()).filter(is_in).collect() }
    }

    /// The targets of a trial that the view is about.
    pub(super) fn targets(&self, trial: usize) -> impl Iterator<Item = Option<ItemIx>> + '_ {
        let is_in = |target: &&Target| self.repeats || target.is_new;
        self.trials.targets(trial).iter().filter(is_in).map(|target| target.item)
    }

    pub(super) fn num_targets(&self) -> usize {
        self.chosen.iter().map(|&trial| self.targets(trial).count()).sum()
    }

    pub(super) fn num_unknown_targets(&self) -> usize {
        self.chosen.iter().map(|&trial| self.targets(trial).filter(Option::is_none).count()).sum()
    }

    /// Makes the lists of a system; one unit of `progress` is a trial of all.
    pub(super) fn list(
        &self,
        system: &dyn Recommender,
        market: &MarketView<'_>,
        cut_offs: &[usize],
        progress: &dyn Progress,
    ) -> (Vec<Listed>, Exposure) {
        let k = cut_offs.iter().copied().max().unwrap_or(0);
        let num_items = market.shares.len();
        let counts: Vec<Vec<AtomicU32>> =
            cut_offs.iter().map(|_| (0..num_items).map(|_| AtomicU32::new(0)).collect()).collect();
        // Few and large tasks: each makes working memory of its own.
        let task = self.chosen.len().div_ceil(4 * rayon::current_num_threads()).max(64);
        let lists = self
            .chosen
            .par_chunks(task)
            .flat_map_iter(|chunk| {
                let mut lister = system.lister();
                let mut list = Vec::with_capacity(k);
                let mut measure = |&trial: &usize| {
                    lister.list(self.trials.history(trial), k, self.repeats, &mut list);
                    for (of_k, &k) in counts.iter().zip(cut_offs) {
                        for item in list.iter().take(k) {
                            of_k[item.as_usize()].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    let rank = |target: Option<ItemIx>| {
                        let at = target.and_then(|target| list.iter().position(|&item| item == target));
                        at.map_or(0, |at| at as u32 + 1)
                    };
                    let (novelty, diversity) = character(&list, market, cut_offs);
                    Listed { ranks: self.targets(trial).map(rank).collect(), novelty, diversity }
                };
                let lists: Vec<Listed> = chunk.iter().map(&mut measure).collect();
                progress.advance(chunk.len() as u64);
                lists
            })
            .collect();
        let counts = counts.into_iter().map(|of_k| of_k.into_iter().map(AtomicU32::into_inner).collect()).collect();
        (lists, Exposure { counts })
    }
}

/// Novelty and diversity of the first items of a list, by cut-off.
fn character(list: &[ItemIx], market: &MarketView<'_>, cut_offs: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let shares: Vec<f64> = list.iter().map(|item| market.shares[item.as_usize()]).collect();
    // Pairs in the order of their lower end, so that those of the first k come first.
    let num_paired = list.len().min(MAX_PAIRED);
    let pairs = (1..num_paired).flat_map(|at| (0..at).map(move |before| (at, before)));
    let similarities: Vec<f64> = pairs.map(|(at, before)| market.cosine(list[at], list[before])).collect();
    let novelty = cut_offs.iter().map(|&k| metrics::novelty(&shares[..k.min(shares.len())]));
    let diversity = cut_offs.iter().map(|&k| {
        let k = k.min(num_paired);
        metrics::diversity(&similarities[..k * k.saturating_sub(1) / 2])
    });
    (novelty.collect(), diversity.collect())
}
