//! Offline evaluation: metrics, splits, simple methods to compare with, and the two views, all targets and discovery.
//!
//! Owns the definitions of what is measured ([`metrics`]), the cases that are measured on ([`Cases`]: a
//! history and the item that came next) and the way from a model and cases to figures ([`evaluate`]). It ranks
//! through [`Ranker`](crate::rank::Ranker), the very code that runs in the browser. Knows nothing of files or
//! of how a model was trained.
//!
//! Two views stand side by side, always. *All targets* lets a list hold items that the shopper has seen, as most
//! papers do; where shoppers return to items, it can hide weak neighbours behind repeats. *Discovery* takes
//! only the targets that are new to the shopper and never lists a seen item: it is what a rail is for.
//!
//! To compare, [`split`](split()) cuts a log into a training part and [`Trials`], [`baselines`] fits simple methods on that part, and
//! [`compare`](compare()) measures every [`Recommender`] on the same trials, with intervals and a verdict in words. [`drift`](drift()) follows
//! one model over weeks of new events. `docs/evaluation.md` has all definitions for people.

pub mod baselines;
mod bootstrap;
mod cases;
mod compare;
mod drift;
mod lists;
pub mod metrics;
mod protocol;
mod rankers;
mod ready;
mod recommender;
mod split;
mod trials;
mod verdict;

pub use bootstrap::Estimate;
pub use cases::{Cases, SessionCounts, Targets};
pub use compare::{CompareOptions, ComparedView, Comparison, FiguresAt, Slice, SystemFigures, compare};
pub use drift::{Alarm, Drift, DriftOptions, WEEK_MS, Week, drift, jensen_shannon};
pub use protocol::{AtCutOff, EvalError, Evaluation, Protocol, View, evaluate};
pub use rankers::Rankers;
pub use ready::{ReadyAt, ReadyFigures, ReadyList, measure_lists};
pub use recommender::{Lister, OfModel, Recommender};
pub use split::{Side, Split, SplitBy, SplitError, SplitReport, split, split_sampled};
pub use trials::{Clusters, Target, Trials};
pub use verdict::{Outcome, Verdict};
