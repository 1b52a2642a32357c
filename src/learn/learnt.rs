//! Everything that is learnt from a log.

use super::similarity::SimilarityChoice;
use crate::CsrMatrix;
use crate::measure::{TestCases, Views};
use crate::model::{Measurement, Privacy, RankingParameters, Relation};

/// Everything that is learnt from a log, in its item order.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// A matrix for each relation that the log has evidence for.
    pub tables: Vec<(Relation, CsrMatrix)>,
    /// The similarity that each of them was made with, never [`SimilarityChoice::Auto`].
    pub similarities: Vec<(Relation, SimilarityChoice)>,
    /// Recency-weighted number of events of each item; 0 for items below the privacy threshold.
    pub popularity: Vec<f32>,
    /// Number of events of each item; 0 for items below the privacy threshold.
    pub num_events: Vec<u32>,
    /// Parameters of ranking.
    pub ranking: RankingParameters,
    /// The privacy threshold and the pairs that it removed, all tables together.
    pub privacy: Privacy,
    /// Hyperparameters of learning by name.
    pub hyperparameters: Vec<(String, f64)>,
    /// Quality on the held-out sessions, of tables that were learnt without them.
    pub measurements: Vec<Measurement>,
    /// Data that packing may be tuned on, by relation; empty unless
    /// [`keep_held_out`](super::Settings::keep_held_out).
    pub held_out: Vec<(Relation, HeldOut)>,
    /// The course of tuning by relation: evaluations after which a better objective was found, and the objective.
    pub curves: Vec<(Relation, Vec<(usize, f64)>)>,
}

/// The newest sessions as test cases, and a table that was learnt without them.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// Learnt from all older sessions with the same hyperparameters.
    pub matrix: CsrMatrix,
    /// As [`Learnt::num_events`], without the newest sessions.
    pub num_events: Vec<u32>,
    /// Views that the table is judged by.
    pub views: Views,
    /// True if the targets are the next baskets of shoppers, false for single events.
    pub are_baskets: bool,
    /// The test cases, in the item order of the log.
    pub cases: TestCases,
    /// Objective of the table on them before it is packed: the mean over its views of HitRate@20 + MRR@20, or for
    /// baskets of Recall@20 + NDCG@20.
    pub objective: f64,
}
