//! Measurement of ranked lists: test cases, metrics, the systems that are measured, and intervals.
//!
//! One spine for all that measures: the search of learning and of packing, `evaluate`, comparisons and lists of other
//! systems. Owns the [`metrics`], the [`TestCases`] (a history and the items that came next), the two [`View`]s on
//! them, and the means over lists ([`ListFigures`], [`Quality`]) with their bootstrap intervals ([`Estimate`]). Knows
//! nothing of how a model was trained or of files.
//!
//! The two views are always reported side by side. *All targets* lets a list hold items that the shopper has seen, as
//! most papers do; where shoppers return to items, it can hide weak neighbours behind repeats. *Discovery* takes only
//! the targets that are new to the shopper and never lists a seen item: it is the view of a rail.

mod bootstrap;
mod cases;
mod figures;
pub mod metrics;
mod quality;
mod rankers;
mod recommender;
mod validation;
mod view;

pub use bootstrap::{Draws, Estimate, Sums};
pub use cases::{Clusters, SessionCounts, Target, Targets, TestCases, draw};
pub use figures::{ListFigures, SystemColumns};
pub use quality::{AT, Outcome, Quality, ViewQuality, Views};
pub use rankers::Rankers;
pub use recommender::{ListMaker, ModelRecommender, Recommender};
pub(crate) use validation::Validation;
pub use view::{Exposure, View, ViewCases};
