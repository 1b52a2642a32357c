//! Offline evaluation: metrics, cases and the two views, all targets and discovery.
//!
//! Owns the definitions of what is measured ([`metrics`]), the cases that are measured on ([`Cases`]: a
//! history and the item that came next) and the way from a model and cases to figures ([`evaluate`]). It ranks
//! through [`Ranker`](crate::rank::Ranker), the very code that runs in the browser. Knows nothing of files or
//! of how a model was trained.
//!
//! Two views stand side by side, always. *All targets* lets a list hold items that the shopper has seen, as most
//! papers do; where shoppers return to items, it can hide weak neighbours behind repeats. *Discovery* takes
//! only the targets that are new to the shopper and never lists a seen item: it is what a rail is for.

mod cases;
pub mod metrics;
mod protocol;
mod rankers;

pub use cases::{Cases, SessionCounts, Targets};
pub use protocol::{AtCutOff, EvalError, Evaluation, Protocol, View, evaluate};
pub use rankers::Rankers;
