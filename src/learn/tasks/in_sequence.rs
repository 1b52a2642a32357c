//! Hyperparameters that the next item and the next basket share.

use crate::learn::hyperparameters::Hyperparameter;

/// Hyperparameters of counting and of rows that the search of a similarity moves first.
pub(super) const WEIGHING: &[Hyperparameter] = &[
    Hyperparameter::ForwardPower,
    Hyperparameter::BackwardPower,
    Hyperparameter::BackwardShare,
    Hyperparameter::Recency,
    Hyperparameter::LengthPower,
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
    Hyperparameter::DecayTau,
];

/// Hyperparameters of rows and of ranking that it moves then.
pub(super) const SHAPING: &[Hyperparameter] = &[
    Hyperparameter::WeightPower,
    Hyperparameter::EvidencePower,
    Hyperparameter::DecayTau,
    Hyperparameter::DecayShape,
    Hyperparameter::RepeatNewest,
    Hyperparameter::RepeatOlder,
    Hyperparameter::RepeatPower,
];
