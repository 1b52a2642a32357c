//! Items that the shopper has seen already: the newest first, or the most often seen.

use super::scores::{Scorer, Scores};
use crate::ItemIx;
use crate::rank::HistoryEvent;

/// The history itself, the newest item first.
pub(super) struct RecentlySeen;

impl Scorer for RecentlySeen {
    type Scratch = ();

    fn name(&self) -> &str {
        "recently seen"
    }

    fn score(&self, history: &[HistoryEvent], _scratch: &mut (), scores: &mut Scores) {
        for (item, at) in super::scores::newest_distinct(history) {
            scores.add(item, 1.0 / (at + 1) as f32);
        }
    }
}

/// The history itself, the item with most events first, of equals the newest: what a grocer's "buy again" shows
/// (P-TopFreq in Li et al. 2023).
pub(super) struct SeenOften;

impl Scorer for SeenOften {
    type Scratch = ();

    fn name(&self) -> &str {
        "seen most often"
    }

    fn score(&self, history: &[HistoryEvent], _scratch: &mut (), scores: &mut Scores) {
        // All later places of one item together stay below the difference that one event makes.
        let newest = 0.5 / (history.len() + 1) as f32;
        let mut events: Vec<(ItemIx, usize)> = history.iter().map(|event| event.item).zip(0..).collect();
        events.sort_unstable();
        for same in events.chunk_by(|a, b| a.0 == b.0) {
            let (item, at) = same[0];
            scores.add(item, same.len() as f32 + newest * (history.len() - at) as f32);
        }
    }
}
