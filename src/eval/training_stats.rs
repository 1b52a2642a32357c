//! Popularity and similarity of items in the training part, for the figures that depend on them.

use super::baselines::{by_count, item_cosines};
use crate::events::EventLog;
use crate::measure::metrics;
use crate::{CsrMatrix, ItemIx};

/// Items of a list, the first ones, whose pairs diversity looks at.
const MAX_PAIRED: usize = 100;

/// Popularity and similarity of the items, from the training part alone.
pub(super) struct TrainingStats<'a> {
    train: &'a EventLog,
    /// Share of the sessions that hold an item; of one session for an item that none holds.
    shares: Vec<f64>,
    cosines: CsrMatrix,
}

impl<'a> TrainingStats<'a> {
    pub(super) fn new(train: &'a EventLog) -> TrainingStats<'a> {
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
        TrainingStats { train, shares, cosines: item_cosines(sessions, num_items) }
    }

    /// The tenth of the training events that each item belongs to, the most popular items in tenth 0, and how many
    /// items each tenth has. An item lies where the middle of its events does.
    pub(super) fn deciles(&self) -> (Vec<u8>, Vec<usize>) {
        let mut counts = vec![0u32; self.train.item_ids.len()];
        self.train.sessions.items.iter().for_each(|item| counts[item.as_usize()] += 1);
        let total = self.train.sessions.items.len().max(1) as f64;
        let (mut deciles, mut num_items, mut before) = (vec![9; counts.len()], vec![0; 10], 0.0);
        for item in by_count(&counts) {
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

/// Novelty and diversity of one list, by cut-off.
pub(super) struct Character {
    pub(super) novelty: Vec<f64>,
    pub(super) diversity: Vec<f64>,
}

/// Measures novelty and diversity of the first items of a list.
pub(super) fn character(list: &[ItemIx], stats: &TrainingStats<'_>, cut_offs: &[usize]) -> Character {
    let shares: Vec<f64> = list.iter().map(|item| stats.shares[item.as_usize()]).collect();
    // Pairs in the order of their lower end, so that those of the first k come first.
    let num_paired = list.len().min(MAX_PAIRED);
    let pairs = (1..num_paired).flat_map(|at| (0..at).map(move |before| (at, before)));
    let similarities: Vec<f64> = pairs.map(|(at, before)| stats.cosine(list[at], list[before])).collect();
    let novelty = cut_offs.iter().map(|&k| metrics::novelty(&shares[..k.min(shares.len())]));
    let diversity = cut_offs.iter().map(|&k| {
        let k = k.min(num_paired);
        metrics::diversity(&similarities[..k * k.saturating_sub(1) / 2])
    });
    Character { novelty: novelty.collect(), diversity: diversity.collect() }
}
