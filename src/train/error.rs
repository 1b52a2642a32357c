//! Errors of training.

use crate::catalog::CatalogError;
use crate::learn::LearnError;
use crate::pack::PackError;

/// Reason why no model could be trained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The catalogue does not fit the log.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Nothing could be learnt from the log.
    #[error("cannot train")]
    Learn(#[from] LearnError),
    /// The model could not be packed.
    #[error("cannot pack the model")]
    Pack(#[from] PackError),
}
