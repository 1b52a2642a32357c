//! Reads files of events into one log.

use std::path::{Path, PathBuf};

use super::build::build;
use super::clean::{CleanLog, Patterns, clean};
use super::collect::Collector;
use super::columns::{Candidates, Columns};
use super::error::EventsError;
use super::evidence::Evidence;
use super::kinds::is_known_event;
use super::log::EventLog;
use super::options::{Field, ReadOptions};
use super::rejects::Reject;
use super::report::{Alternatives, MatchedColumn, ReadReport, TimeSource};
use crate::table::tally::to_table;
use crate::table::{Origin, Source, total_bytes};
use crate::{EventKind, Progress, Silent};

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
/// [`Cleaning`](super::Cleaning), in their order. A quantity, price or position that is missing or
/// cannot be read is no damage: the event is kept without it, and what cannot be read is counted. A duplicate equals an
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
    let mut collector = Collector::new(options, rejects.is_some());
    // The files by their headers: those of one header are read alike.
    let mut headers: Vec<(Columns, Vec<String>)> = Vec::new();
    for (at, origin) in origins.iter().enumerate() {
        let path = origin.path();
        let source = Source::open_origin(origin)?;
        let columns = match headers.iter().find(|(_, names)| names == source.columns()) {
            Some((columns, _)) => columns.clone(),
            None => {
                let columns = choose_columns(&origins[at..], source.columns(), options)?;
                if let Some((expected, _)) = headers.first() {
                    check_same_fields(first_path, expected, path, &columns)?;
                }
                headers.push((columns.clone(), source.columns().to_vec()));
                columns
            }
        };
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
    let report = report(clean, log.sessions.items.len(), options, &headers);
    progress.finish(&format!(
        "{} events in {} sessions from {} rows",
        report.num_events,
        log.sessions.len(),
        report.num_rows
    ));
    Ok((log, report))
}

/// Chooses the columns of the files that have the header `names`, the first of `origins` among them. All of their rows
/// are looked into where names alone do not settle it.
fn choose_columns(origins: &[Origin], names: &[String], options: &ReadOptions) -> Result<Columns, EventsError> {
    let Some(first) = origins.first() else { return Err(EventsError::NoFiles) };
    let candidates = Candidates::new(first.path(), names, &options.columns)?;
    let open = candidates.to_look_into();
    if open.is_empty() {
        return candidates.choose(None);
    }
    if first.path() == Path::new("-") {
        let mut columns = candidates.choose(None)?;
        columns.guesses.push("standard input is read once: columns are taken by their names alone".to_owned());
        return Ok(columns);
    }
    let is_known = |name: &str| is_known_event(name);
    let mut evidence = Evidence::new(open, candidates.order(), &is_known);
    for origin in origins {
        for (at, part) in evidence.parts().into_iter().enumerate() {
            let source = Source::open_origin(origin)?;
            if source.columns() != names {
                break;
            }
            source.read_into(&part, &Silent, &mut evidence.sink(part.clone(), at == 0))?;
        }
    }
    candidates.choose(Some(&evidence))
}

fn default_kind(options: &ReadOptions, columns: &Columns) -> EventKind {
    options.default_kind.or(columns.kind).unwrap_or(EventKind::View)
}

fn check_same_fields(first_path: &Path, first: &Columns, path: &Path, columns: &Columns) -> Result<(), EventsError> {
    for field in [Field::Session, Field::Shopper, Field::Timestamp] {
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

fn report(clean: CleanLog, num_events: usize, options: &ReadOptions, headers: &[(Columns, Vec<String>)]) -> ReadReport {
    let CleanLog { raw, traits, rules, rejections, .. } = clean;
    let mut profiles: Vec<&'static str> = Vec::new();
    let mut guesses: Vec<String> = Vec::new();
    let mut alternatives: Vec<Alternatives> = Vec::new();
    for (columns, _) in headers {
        profiles.extend(columns.profile.map(|profile| profile.name).filter(|name| !profiles.contains(name)));
        guesses.extend(columns.guesses.iter().filter(|guess| !guesses.contains(guess)).cloned().collect::<Vec<_>>());
        let new = columns.alternatives.iter().filter(|one| !alternatives.contains(one));
        alternatives.extend(new.cloned().collect::<Vec<_>>());
    }
    guesses.extend(raw.guesses.iter().cloned());
    let has_any_kind = headers.iter().any(|(columns, _)| columns.of_field.contains_key(&Field::Event));
    let first = headers.first().map(|(columns, _)| columns);
    let assumed_kind = first.filter(|_| !has_any_kind).map(|columns| default_kind(options, columns));
    let positions = if raw.has_field(Field::Position) { TimeSource::Positions } else { TimeSource::Rows };
    ReadReport {
        num_rows: raw.num_rows,
        num_events: num_events as u64,
        columns: matched_columns(headers),
        profiles,
        alternatives,
        guesses,
        joined: Vec::new(),
        session_source: traits.session_source,
        sessions_are_baskets: first.is_some_and(|columns| columns.is_basket),
        time_source: raw.time_source.unwrap_or(positions),
        date_order: raw.date_order,
        assumed_kind,
        rejections,
        unread_values: raw.unread.rejections(),
        rules,
        currencies: raw.currencies,
        unknown_event_types: raw.unknown_event_types,
        event_types: raw.event_types,
        unknown_shoppers: Vec::new(),
        restarted_sessions: 0,
        order_is_arbitrary: false,
    }
}

/// The columns of all files by field.
fn matched_columns(headers: &[(Columns, Vec<String>)]) -> Vec<MatchedColumn> {
    let of_field = |field: Field| {
        let mut names: Vec<String> = Vec::new();
        for (columns, header) in headers {
            let name = columns.of_field.get(&field).and_then(|&column| header.get(column));
            names.extend(name.filter(|name| !names.contains(name)).cloned());
        }
        let is_in_all_files = headers.iter().all(|(columns, _)| columns.of_field.contains_key(&field));
        let mut names = names.into_iter();
        Some(MatchedColumn { field, column: names.next()?, others: names.collect(), is_in_all_files })
    };
    Field::ALL.into_iter().filter_map(of_field).collect()
}
