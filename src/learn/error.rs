//! Errors of learning.

/// Reason why nothing could be learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// No session holds two different items.
    #[error(
        "nothing to learn from: {num_sessions} sessions with {num_events} events hold no two different items together; \
         check which columns were taken for session and item"
    )]
    NoPairs {
        /// Number of sessions in the log.
        num_sessions: usize,
        /// Number of events in the log.
        num_events: usize,
    },
    /// The log is larger than 32-bit numbers reach.
    #[error("{num_events} events are more than the {limit} that one model can be trained from; train on a later part")]
    TooManyEvents {
        /// Number of events in the log.
        num_events: usize,
        /// Largest number of events that can be counted.
        limit: usize,
    },
}
