//! An event log as it was read: columns of numbers, and the rows that did not become events.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::options::{Field, ReadOptions};
use super::rejects::{Failures, Reject};
use super::report::{EventType, SessionSource, TimeSource};
use super::rows::{ColumnMap, Events, Keys, NO_SHOPPER, Return};
use super::rules::Reason;
use super::spelling::{float_of_whole_numbers, lower_case, rename, rounded, whole};
use crate::table::column::NO_ID;
use crate::table::interner::Interner;
use crate::table::tally::Tally;
use crate::units::DAY_MS;

/// All rows of all files, before any rule of cleaning has looked at them.
pub(super) struct RawLog {
    pub(super) num_rows: u64,
    pub(super) events: Events,
    /// Events whose timestamp does not fit the others of its file, which therefore are left out; ascending.
    pub(super) misfits: Vec<u32>,
    /// Rows that take back a purchase, in the order of the files.
    pub(super) returns: Vec<Return>,
    /// Sessions and shoppers of the events, until they are grouped.
    pub(super) keys: Keys,
    pub(super) groups: Groups,
    /// Events without a session whose shopper is nobody.
    pub(super) guests: Vec<u32>,
    /// Ids that stand for nobody, and their events.
    pub(super) unknown_shoppers: Vec<(String, u64)>,
    /// Sessions that are those of another shopper with the same number.
    pub(super) num_shared_sessions: u64,
    pub(super) items: Interner,
    pub(super) shoppers: Interner,
    pub(super) markets: Interner,
    pub(super) parents: Interner,
    /// True if the parents' column says that items are variants, rather than being one that every product has.
    pub(super) says_variant: bool,
    /// Without names unless rejects are kept.
    pub(super) sessions: Interner,
    /// The first event of each file, and the file.
    pub(super) files: Vec<(usize, PathBuf)>,
    /// The columns of the newest file.
    pub(super) columns: ColumnMap,
    /// The fields that any file has a column for.
    pub(super) fields: BTreeSet<Field>,
    pub(super) failures: Failures,
    /// Optional values that could not be read.
    pub(super) unread: Tally<Reason>,
    /// Times, days or positions; `None` without timestamps.
    pub(super) time_source: Option<TimeSource>,
    /// The order in which dates such as 3/11/2000 are read, if there are any.
    pub(super) date_order: Option<&'static str>,
    /// Facts about files that were found out from their rows.
    pub(super) remarks: Vec<(PathBuf, String)>,
    /// Ids that a spreadsheet has rounded, by field: how many, and one of them.
    pub(super) rounded_ids: BTreeMap<Field, (u64, String)>,
    /// Currencies without a rate and their rows, the most frequent first.
    pub(super) currencies: Vec<(String, u64)>,
    /// Unknown event types and their rows, the most frequent first.
    pub(super) unknown_event_types: Vec<(String, u64)>,
    /// Event types and their meaning, the most frequent first.
    pub(super) event_types: Vec<EventType>,
    /// Decisions that the log does not settle, a sentence each.
    pub(super) guesses: Vec<String>,
}

/// Events that may form a session: those of a session of a shopper, or all of a shopper if no column names sessions.
#[derive(Default)]
pub(super) struct Groups {
    /// The shopper of each group, [`NO_SHOPPER`] if it is not known.
    pub(super) shoppers: Vec<u32>,
    /// The session of each group; empty unless rejects are kept and a column names sessions.
    pub(super) sessions: Vec<u32>,
    /// True if any event names its shopper.
    pub(super) has_shoppers: bool,
}

/// Properties of a log as a whole, which decide what rules can run.
#[derive(Clone, Copy)]
pub(super) struct LogTraits {
    /// True if times are points in time, rather than positions.
    pub(super) has_times: bool,
    /// True if they are more than whole days.
    pub(super) has_clock: bool,
    /// True if two events at the same moment really are.
    pub(super) has_moments: bool,
    pub(super) has_shoppers: bool,
    /// True if a column holds the number of pieces.
    pub(super) has_quantities: bool,
    /// True if a session may be less than all events of a shopper.
    pub(super) has_sessions: bool,
    pub(super) session_source: SessionSource,
    /// A group is cut where nothing happens for longer than this.
    pub(super) gap_ms: Option<i64>,
}

impl RawLog {
    pub(super) fn new(keep_rejects: bool) -> RawLog {
        let names = || if keep_rejects { Interner::with_names() } else { Interner::default() };
        RawLog {
            num_rows: 0,
            events: Events::default(),
            misfits: Vec::new(),
            returns: Vec::new(),
            keys: Keys::default(),
            groups: Groups::default(),
            guests: Vec::new(),
            unknown_shoppers: Vec::new(),
            num_shared_sessions: 0,
            items: Interner::with_names(),
            shoppers: names(),
            markets: Interner::with_names(),
            parents: Interner::with_names(),
            says_variant: false,
            sessions: names(),
            files: Vec::new(),
            columns: ColumnMap::default(),
            fields: BTreeSet::new(),
            failures: Failures::new(keep_rejects),
            unread: Tally::new(),
            time_source: None,
            date_order: None,
            remarks: Vec::new(),
            rounded_ids: BTreeMap::new(),
            currencies: Vec::new(),
            unknown_event_types: Vec::new(),
            event_types: Vec::new(),
            guesses: Vec::new(),
        }
    }

    pub(super) fn has_field(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }

    /// Returns true if times are points in time, rather than positions.
    pub(super) fn has_times(&self) -> bool {
        matches!(self.time_source, Some(TimeSource::Times | TimeSource::Days))
    }

    /// Properties of the log, whose sessions are orders if `is_basket`.
    pub(super) fn traits(&self, options: &ReadOptions, is_basket: bool) -> LogTraits {
        let has_times = self.has_times();
        let session_source = match (self.has_field(Field::Session), has_times) {
            (true, _) => SessionSource::Column,
            (false, true) => SessionSource::Inactivity,
            (false, false) => SessionSource::Shopper,
        };
        let usual_pause_ms = if is_basket { 30 * DAY_MS } else { DAY_MS };
        let gap_ms = match session_source {
            SessionSource::Inactivity => Some(options.session_gap_ms),
            // 0 never cuts.
            SessionSource::Column if has_times => {
                Some(options.session_pause_ms.unwrap_or(usual_pause_ms)).filter(|&pause_ms| pause_ms > 0)
            }
            _ => None,
        };
        LogTraits {
            has_times,
            has_clock: self.time_source == Some(TimeSource::Times),
            has_moments: matches!(self.time_source, Some(TimeSource::Times | TimeSource::Positions))
                || self.has_field(Field::Position),
            has_shoppers: self.groups.has_shoppers,
            has_quantities: self.has_field(Field::Quantity),
            has_sessions: match session_source {
                SessionSource::Column => true,
                SessionSource::Inactivity => gap_ms != Some(i64::MAX),
                SessionSource::Shopper => false,
            },
            session_source,
            gap_ms,
        }
    }

    /// Makes item ids lower-case.
    pub(super) fn fold_case(&mut self) {
        let of_returns = self.returns.iter_mut().map(|one| &mut one.item);
        rename(&mut self.items, self.events.items.iter_mut().chain(of_returns), lower_case);
        let of_events = self.events.parents.iter_mut().filter(|parent| **parent != NO_ID);
        rename(&mut self.parents, of_events, lower_case);
    }

    /// Gives item ids the form that the shop knows, where tools have changed it, and says so; and counts those that they
    /// have changed for good.
    pub(super) fn remark_on_ids(&mut self) {
        let Some((_, path)) = self.files.first().cloned() else { return };
        if let Some(example) = float_of_whole_numbers(&self.items) {
            let text = format!("has product ids such as `{example}`, which are read as `{}`", whole(example));
            self.remarks.push((path, text));
            let of_returns = self.returns.iter_mut().map(|one| &mut one.item);
            rename(&mut self.items, self.events.items.iter_mut().chain(of_returns), whole);
        }
        if let Some((count, example)) = rounded(&self.items) {
            self.rounded_ids.insert(Field::Item, (count, example.to_owned()));
        }
    }

    /// The shopper of an event, or [`NO_SHOPPER`].
    #[inline]
    pub(super) fn shopper_of(&self, event: usize) -> u32 {
        let group = self.events.groups.get(event).map_or(usize::MAX, |&group| group as usize);
        self.groups.shoppers.get(group).copied().unwrap_or(NO_SHOPPER)
    }

    /// The name of an event's session; empty unless rejects are kept.
    fn session_name(&self, event: usize) -> &str {
        let group = self.events.groups.get(event).map_or(usize::MAX, |&group| group as usize);
        self.groups.sessions.get(group).map_or("", |&session| self.sessions.id(session))
    }

    /// The file of an event, from 0, and its line.
    pub(super) fn file_and_line(&self, event: usize) -> (usize, u64) {
        let file = self.files.partition_point(|(start, _)| *start <= event).saturating_sub(1);
        (file, self.events.lines.get(event).map_or(0, |&line| u64::from(line)))
    }

    /// An event that is left out because of the value of `field`.
    pub(super) fn reject(&self, event: usize, reason: Reason, field: Option<Field>, found: String) -> Reject {
        let events = &self.events;
        let values = Field::ALL.map(|field| match field {
            Field::Item => events.items.get(event).map_or("", |&item| self.items.id(item)).to_owned(),
            Field::Session => self.session_name(event).to_owned(),
            Field::Shopper => match self.shopper_of(event) {
                NO_SHOPPER => String::new(),
                shopper => self.shoppers.id(shopper).to_owned(),
            },
            Field::Event => events.kinds.get(event).map_or("", |kind| kind.name()).to_owned(),
            Field::Timestamp if reason == Reason::BadTimestamp => found.clone(),
            Field::Timestamp => self.time_text(event),
            // Only its rank in an order was kept.
            Field::Position => String::new(),
            Field::Quantity => number(&events.quantities, event),
            Field::Price => number(&events.prices, event),
            Field::Status | Field::Cancelled => String::new(),
            Field::Market => events.markets.get(event).map_or("", |&market| self.markets.id(market)).to_owned(),
            Field::Parent => events.parents.get(event).map_or("", |&parent| self.parents.id(parent)).to_owned(),
        });
        let (file, line) = self.file_and_line(event);
        Reject { file, line, reason, column: self.columns.name_of(field).to_owned(), found, values }
    }

    fn time_text(&self, event: usize) -> String {
        let Some(&time) = self.events.times.get(event) else { return String::new() };
        match self.time_source {
            Some(TimeSource::Positions) | None => time.to_string(),
            _ => rfc3339(time),
        }
    }
}

/// A moment as RFC 3339; the plain number if it is outside the calendar.
pub(super) fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

fn number(values: &[f64], event: usize) -> String {
    values.get(event).filter(|value| !value.is_nan()).map_or_else(String::new, f64::to_string)
}
