//! Offline evaluation: splits, simple methods to compare with, comparisons, and a model over time.
//!
//! Owns the way from a model and test cases to figures ([`evaluate`](evaluate())), and from a log to a comparison:
//! [`split`](split()) cuts a log into a training part and [`TestCases`](crate::measure::TestCases), [`baselines`] fits
//! simple methods on that part, and [`compare`](compare()) measures every system on the same test cases, with intervals
//! and a verdict in words. [`drift`](drift()) follows one model over weeks of new events, and [`measure_lists`]
//! measures the lists of any other system. Metrics and views are those of [`measure`](crate::measure). Knows nothing of
//! files or of how a model was trained. `docs/evaluation.md` has all definitions for people.

pub mod baselines;
mod compare;
mod drift;
mod error;
mod evaluate;
mod external_run;
mod figures;
mod split;
mod training_stats;
mod verdict;

pub use compare::{CompareOptions, compare};
pub use drift::{Alarm, Drift, DriftOptions, WEEK_MS, Week, drift, jensen_shannon};
pub use error::EvalError;
pub use evaluate::{AtCutOff, EvaluateOptions, EvaluatedView, Evaluation, evaluate};
pub use external_run::{ExternalFigures, ExternalFiguresAt, ExternalList, measure_lists};
pub use figures::{ComparedView, Comparison, FiguresAt, Slice, SystemFigures};
pub use split::{Split, SplitBy, SplitError, SplitPart, SplitReport, split, split_sampled};
pub use verdict::{Outcome, Verdict};
