//! Reads files of events into one log.

use std::path::{Path, PathBuf};

use super::build::build;
use super::clean::{CleanLog, Patterns, clean};
use super::collect::Collector;
use super::columns::{Columns, match_columns};
use super::error::EventsError;
use super::log::EventLog;
use super::options::{Field, ReadOptions};
use super::rejects::Reject;
use super::report::{MatchedColumn, ReadReport, TimeSource};
use crate::table::tally::to_table;
use crate::table::{Origin, Source, total_bytes};
use crate::{EventKind, Progress};

/// Reads files of events as one log, cleans it and cuts it into sessions.
///
/// Files are CSV (separated by comma, semicolon, tab or bar), JSON lines or Parquet, text plain or compressed by gzip
/// or zstd; `-` is standard input. Of objects inside objects, as GA4 and Segment export them, each element of the list
/// of products is a row. Columns are found by their usual names; the report says which.
///
/// **Sessions** are those of the session column, and of the shopper if there is one too, so that session numbers
/// that start again with every shopper are kept apart. Without that column a shopper's session ends when
/// nothing happens for longer than [`ReadOptions::session_gap_ms`]; without times, a shopper's events are
/// one session. Events of a session are in the order of time, then position, then row.
///
/// **Rows are left out** if they are damaged, lack an item or session, have a value that cannot be read, a quantity of
/// zero or less (returns), an event type that says nothing about interest, or are duplicates; and by the rules of
/// [`Cleaning`](super::Cleaning), in their order. A missing quantity or price is no damage. A duplicate equals an
/// earlier row in every matched column, its moment included: a time of the day or a position; rows without any, or with
/// whole days only, are never taken for duplicates, because a shopper may well do the same twice in a day. Every row
/// that is left out is counted in the report by its first problem, and the rows before and after each rule.
///
/// # Errors
/// A file cannot be read or lacks a needed column, there are no rows, none of them can be used, or more than
/// [`ReadOptions::max_rejected`] of them are damaged.
pub fn read(
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<(EventLog, ReadReport), EventsError> {
    read_all(&files(paths), options, progress, None)
}

/// As [`read`], of files or of bytes in memory.
///
/// # Errors
/// As [`read`].
pub fn read_from(
    origins: &[Origin],
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<(EventLog, ReadReport), EventsError> {
    read_all(origins, options, progress, None)
}

/// As [`read`], and keeps in `rejects` every row that was left out, by file and line; also if there are too many of
/// them to go on. Needs memory for each of them.
///
/// # Errors
/// As [`read`].
pub fn read_keeping(
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &dyn Progress,
    rejects: &mut Vec<Reject>,
) -> Result<(EventLog, ReadReport), EventsError> {
    read_all(&files(paths), options, progress, Some(rejects))
}

fn files(paths: &[PathBuf]) -> Vec<Origin> {
    paths.iter().cloned().map(Origin::File).collect()
}

fn read_all(
    origins: &[Origin],
    options: &ReadOptions,
    progress: &dyn Progress,
    rejects: Option<&mut Vec<Reject>>,
) -> Result<(EventLog, ReadReport), EventsError> {
    let patterns = Patterns::new(&options.cleaning)?;
    let Some(first_path) = origins.first().map(Origin::path) else { return Err(EventsError::NoFiles) };
    progress.start("Reading events", total_bytes(origins));
    let mut collector = Collector::new(&options.cleaning, rejects.is_some());
    let mut first: Option<(Columns, Vec<String>)> = None;
    for origin in origins {
        let path = origin.path();
        let source = Source::open_origin(origin)?;
        let columns = match_columns(path, source.columns(), &options.columns)?;
        match &first {
            None => first = Some((columns.clone(), source.columns().to_vec())),
            Some((expected, _)) => check_same_fields(first_path, expected, path, &columns)?,
        }
        collector.begin_file(path, &columns, source.columns(), default_kind(options, &columns));
        let wanted: Vec<usize> = columns.of_field.values().copied().collect();
        source.read_into(&wanted, progress, &mut collector)?;
        collector.end_file()?;
    }
    let raw = collector.finish()?;
    if raw.num_rows == 0 {
        return Err(EventsError::NoRows { path: first_path.to_owned() });
    }
    let traits = raw.traits(options.session_gap_ms);
    let mut clean = clean(raw, &options.cleaning, &patterns, traits);
    if let Some(rejects) = rejects {
        rejects.append(&mut clean.rejects);
    }
    check_rejected(&clean, options.max_rejected)?;
    let log = build(&clean, options.keep_details);
    let (columns, names) = first.unwrap_or_default();
    let report = report(clean, log.sessions.items.len(), options, &columns, &names);
    progress.finish(&format!(
        "{} events in {} sessions from {} rows",
        report.num_events,
        log.sessions.len(),
        report.num_rows
    ));
    Ok((log, report))
}

fn default_kind(options: &ReadOptions, columns: &Columns) -> EventKind {
    let usual = if columns.is_of_purchases { EventKind::Purchase } else { EventKind::View };
    options.default_kind.unwrap_or(usual)
}

fn check_same_fields(first_path: &Path, first: &Columns, path: &Path, columns: &Columns) -> Result<(), EventsError> {
    for field in Field::ALL {
        let (with, without) = match (first.of_field.contains_key(&field), columns.of_field.contains_key(&field)) {
            (true, false) => (first_path, path),
            (false, true) => (path, first_path),
            _ => continue,
        };
        return Err(EventsError::DifferentColumns { with: with.to_owned(), without: without.to_owned(), field });
    }
    Ok(())
}

/// Fails if too many rows are damaged or no event is left.
fn check_rejected(clean: &CleanLog, max_rejected: f64) -> Result<(), EventsError> {
    let CleanLog { rejections, rules, .. } = clean;
    let num_rows = clean.raw.num_rows;
    let damage = rejections.iter().filter(|rejection| rejection.reason.is_damage());
    let rejected: u64 = damage.map(|rejection| rejection.rows).sum();
    let table = || to_table(rejections);
    if rejected as f64 > max_rejected * num_rows as f64 {
        return Err(EventsError::TooManyRejected { rejected, num_rows, max_rejected, table: table() });
    }
    if clean.sessions.is_empty() {
        let most = rules.iter().max_by_key(|rule| rule.left_out()).map(|count| count.rule);
        let rule = most.filter(|rule| !rule.is_fixed());
        return Err(EventsError::NothingLeft { num_rows, rule, table: table() });
    }
    Ok(())
}

fn report(
    clean: CleanLog,
    num_events: usize,
    options: &ReadOptions,
    columns: &Columns,
    names: &[String],
) -> ReadReport {
    let CleanLog { raw, traits, rules, rejections, .. } = clean;
    let matched = columns
        .of_field
        .iter()
        .filter_map(|(&field, &column)| names.get(column).map(|name| MatchedColumn { field, column: name.clone() }));
    let assumed_kind = (!raw.has_field(Field::Event)).then(|| default_kind(options, columns));
    let positions = if raw.has_field(Field::Position) { TimeSource::Positions } else { TimeSource::Rows };
    ReadReport {
        num_rows: raw.num_rows,
        num_events: num_events as u64,
        columns: matched.collect(),
        profiles: Vec::new(),
        alternatives: Vec::new(),
        guesses: raw.guesses,
        joined: Vec::new(),
        session_source: traits.session_source,
        sessions_are_baskets: columns.is_basket,
        time_source: raw.time_source.unwrap_or(positions),
        date_order: raw.date_order,
        assumed_kind,
        rejections,
        unread_values: Vec::new(),
        rules,
        currencies: raw.currencies,
        unknown_event_types: raw.unknown_event_types,
        event_types: raw.event_types,
        unknown_shoppers: Vec::new(),
        restarted_sessions: 0,
        order_is_arbitrary: false,
    }
}
