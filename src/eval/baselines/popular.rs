//! The same items for everybody: those with most events, of all time or of the last tenth of it.

use super::scores::{Scorer, Scores, by_count};
use crate::ItemIx;
use crate::events::Sessions;
use crate::rank::HistoryEvent;

/// Share of the training time that is recent.
const RECENT: f64 = 0.1;

/// No score at all, so that the order of popularity is the list.
pub(super) struct Nothing(pub(super) &'static str);

impl Scorer for Nothing {
    type Scratch = ();

    fn name(&self) -> &str {
        self.0
    }

    fn score(&self, _history: &[HistoryEvent], _scratch: &mut (), _scores: &mut Scores) {}
}

/// Items by number of events.
pub(super) fn all_time(sessions: &Sessions, num_items: usize) -> Vec<ItemIx> {
    by_count(&counts(sessions, 0, num_items))
}

/// Items by number of events in the sessions that end in the last tenth of the training time (without times: in the
/// last tenth of the sessions); those without any by number of events before.
pub(super) fn recent(sessions: &Sessions, num_items: usize) -> Vec<ItemIx> {
    let first = sessions.ages().partition_point(|&age| age > RECENT);
    let all = counts(sessions, 0, num_items);
    let recent = counts(sessions, first, num_items);
    let mut order = by_count(&all);
    order.sort_by_key(|item| std::cmp::Reverse(recent[item.as_usize()]));
    order
}

fn counts(sessions: &Sessions, first: usize, num_items: usize) -> Vec<u32> {
    let mut counts = vec![0; num_items];
    let start = sessions.offsets.get(first).copied().unwrap_or(sessions.items.len());
    sessions.items[start..].iter().for_each(|item| counts[item.as_usize()] += 1);
    counts
}
