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
    /// A product cannot be told from a variant.
    #[error(
        "product `{group}` of variant `{variant}` has the id of a variant of product `{other}`; give products ids of \
         their own in the catalogue or the log, or train without grouping"
    )]
    Group {
        /// Id of the product.
        group: String,
        /// Id of its variant.
        variant: String,
        /// The other product.
        other: String,
    },
    /// The log has more markets than a model holds.
    #[error("the market column has {found} values, expected at most 255; name a column of countries or regions")]
    Markets {
        /// Number of markets in the log.
        found: usize,
    },
    /// A curated pair names an item that is not in the log.
    #[error("curated pair of `{item}` and `{other}`: `{unknown}` is neither in the log nor a variant of its products")]
    Curated {
        /// Id of the first item.
        item: String,
        /// Id of the second item.
        other: String,
        /// The one that is not known.
        unknown: String,
    },
    /// Nothing could be learnt from the log.
    #[error("cannot train")]
    Learn(#[from] LearnError),
    /// The model could not be packed.
    #[error("cannot pack the model")]
    Pack(#[from] PackError),
}
