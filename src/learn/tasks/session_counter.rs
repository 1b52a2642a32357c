//! Pairs of sessions, for the tasks that look at one session at a time.

use crate::counts::{PairCounter, PairCounts, PrivacyThreshold};
use crate::learn::hyperparameters::Hyperparameters;
use crate::learn::task::{CountPairs, PairSource};

/// Counts pairs of events in sessions.
pub(super) struct SessionCounter<'a>(PairCounter<'a>);

impl<'a> SessionCounter<'a> {
    pub(super) fn new(source: PairSource<'a>) -> SessionCounter<'a> {
        let PairSource { sessions, range, ages, num_items, max_distance } = source;
        SessionCounter(PairCounter::new(sessions, range, ages, num_items, max_distance))
    }
}

impl CountPairs for SessionCounter<'_> {
    fn count(&self, values: &Hyperparameters, threshold: PrivacyThreshold) -> PairCounts {
        self.0.count(&values.weighting(), threshold)
    }

    fn estimate(&self, values: &Hyperparameters, threshold: PrivacyThreshold) -> PairCounts {
        self.0.estimate(&values.weighting(), threshold)
    }
}
