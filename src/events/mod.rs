//! Reads, cleans and sessionises an event log.
//!
//! Owns everything between a shop's export and [`EventLog`]: column names, timestamps, cleaning, sessions, and the
//! counts of removed rows. Knows nothing of counts of pairs or of models. A log passes through it as one value after
//! another:
//!
//! ```text
//! rows -> Collector -> RawLog -> clean -> CleanLog -> build -> EventLog
//! ```

mod alike;
mod basket_order;
mod build;
mod clean;
mod cleaning;
mod collect;
mod columns;
mod dates;
mod error;
mod evidence;
mod grouping;
mod growing;
mod join;
mod kinds;
mod log;
mod losses;
mod neutral;
mod options;
mod parents;
mod profiles;
mod raw;
mod read;
mod rejects;
mod report;
mod row_filter;
mod rows;
mod rules;
mod sessions;
mod spelling;
mod status;
mod time;
mod usual_names;

#[cfg(test)]
mod choice_tests;
#[cfg(test)]
mod event_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

pub use crate::table::{
    Dialect, Example, Format, Origin, RowBytes, RowLimited, Slices, TableError, expand, file_being_decoded,
    zstd_decoder,
};
pub use alike::AlikeIds;
pub use cleaning::Cleaning;
pub use error::EventsError;
pub use log::{Details, EventLog, Markets, Sessions};
pub use losses::Loss;
pub use options::{DateOrder, EventMeaning, Field, ReadOptions, UnknownField};
pub use read::{read, read_from, read_keeping};
pub use rejects::Reject;
pub use report::{
    Alternatives, EventType, JoinedTable, MarkedValues, MatchedColumn, ReadReport, Rejection, RoundedIds,
    SessionSource, TimeSource,
};
pub use row_filter::{FilterError, RowFilter};
pub use rules::{Reason, Rule, RuleCount};

/// The moment that a date (`2026-11-24`) or time (RFC 3339; UTC without a zone) names, in ms since 1970 UTC.
pub fn parse_moment(text: &str) -> Option<i64> {
    time::parse_date_time(text.trim())
}
