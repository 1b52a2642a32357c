//! Reads files of events into one log.

use std::path::{Path, PathBuf};

use super::clean::{Known, Patterns, Reject, clean};
use super::collect::Collector;
use super::columns::{Columns, match_columns};
use super::report::MatchedColumn;
use super::sessions::build;
use super::{EventLog, EventsError, Field, ReadOptions, ReadReport, SessionSource, TimeSource};
use crate::table::tally::to_table;
use crate::table::{Origin, Source, total_bytes};
use crate::{EventKind, Progress};

/// Reads files of events as one log, cleans it and cuts it into sessions.
///
/// Files are CSV (separated by comma, semicolon, tab or bar), JSON lines or Parquet, text plain or compressed by gzip or zstd;
/// `-` is standard input. Of objects inside objects, as GA4 and Segment export them,
/// each element of the list of products is a row.
/// Columns are found by their usual names; the report says which.
///
/// **Sessions** are those of the session column, and of the shopper if there is one too, so that session numbers
/// that start again with every shopper are kept apart. Without that column a shopper's session ends when
/// nothing happens for longer than [`ReadOptions::session_gap_ms`]; without times, a shopper's events are
/// one session. Events of a session are in the order of time, then position, then row.
///
/// **Rows are left out** if they are damaged, lack an item or session, have a value that cannot be read, a
/// quantity of zero or less (returns), an event type that says nothing about interest, or are duplicates; and by the
/// rules of [`Cleaning`](super::Cleaning), in their order. A missing quantity or price is no damage. A duplicate equals an earlier row in every matched column, its
/// moment included: a time of the day or a position; rows without any, or with whole days only, are never taken for
/// duplicates, because a shopper may well do the same twice in a day. Every row that is left out is
/// counted in the report by its first problem, and the rows before and after each rule.
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

/// As [`read`], and keeps in `rejects` every row that was left out, by file and line; also if there are too many of them
/// to go on. Needs memory for each of them.
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
        let kind = default_kind(options, &columns);
        collector.begin_file(path, &columns, source.columns(), kind);
        let wanted: Vec<usize> = columns.of_field.values().copied().collect();
        source.read_into(&wanted, progress, &mut collector)?;
        check_same_times(&collector, path)?;
        collector.end_file();
    }
    collector.settle_dates()?;
    let (columns, names) = first.unwrap_or_default();
    if collector.num_rows == 0 {
        return Err(EventsError::NoRows { path: first_path.to_owned() });
    }
    let (log, report) = finish(collector, options, &patterns, (&columns, &names), rejects)?;
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

fn check_same_times(collector: &Collector, path: &Path) -> Result<(), EventsError> {
    let (Some((known, known_path)), Some(has_positions)) = (&collector.time_source, collector.file_has_positions())
    else {
        return Ok(());
    };
    match (*known == TimeSource::Positions, has_positions) {
        (true, false) => Err(EventsError::MixedTimes { times: path.to_owned(), positions: known_path.clone() }),
        (false, true) => Err(EventsError::MixedTimes { times: known_path.clone(), positions: path.to_owned() }),
        _ => Ok(()),
    }
}

fn finish(
    mut collector: Collector,
    options: &ReadOptions,
    patterns: &Patterns,
    (columns, names): (&Columns, &[String]),
    rejects: Option<&mut Vec<Reject>>,
) -> Result<(EventLog, ReadReport), EventsError> {
    let has_field = |field| columns.of_field.contains_key(&field);
    let stamps = collector.time_source.as_ref().map(|(source, _)| *source);
    let has_times = matches!(stamps, Some(TimeSource::Times | TimeSource::Days));
    let session_source = match (has_field(Field::Session), has_times) {
        (true, _) => SessionSource::Column,
        (false, true) => SessionSource::Inactivity,
        (false, false) => SessionSource::Shopper,
    };
    let gap_ms = (session_source == SessionSource::Inactivity).then_some(options.session_gap_ms);
    let known = Known {
        has_times,
        has_clock: stamps == Some(TimeSource::Times),
        has_moments: matches!(stamps, Some(TimeSource::Times | TimeSource::Positions)) || has_field(Field::Position),
        has_shoppers: collector.has_shoppers,
        has_quantities: has_field(Field::Quantity),
        has_sessions: session_source != SessionSource::Shopper && gap_ms != Some(i64::MAX),
        gap_ms,
    };
    if options.cleaning.fold_case {
        collector.fold_case();
    }
    let mut cleaned = clean(&mut collector, &options.cleaning, patterns, known);
    if let Some(rejects) = rejects {
        rejects.append(&mut cleaned.rejects);
    }
    let log = build(&collector, &cleaned, has_times, options.keep_details);

    let (num_rows, rejections) = (collector.num_rows, cleaned.rejections);
    let rejected =
        rejections.iter().filter(|rejection| rejection.reason.is_damage()).map(|rejection| rejection.rows).sum();
    if rejected as f64 > options.max_rejected * num_rows as f64 {
        let (table, max_rejected) = (to_table(&rejections), options.max_rejected);
        return Err(EventsError::TooManyRejected { rejected, num_rows, max_rejected, table });
    }
    if log.sessions.is_empty() {
        let flag = cleaned.rules.iter().max_by_key(|rule| rule.left_out()).and_then(|rule| rule.flag);
        return Err(EventsError::NothingLeft { num_rows, flag, table: to_table(&rejections) });
    }
    let matched = columns
        .of_field
        .iter()
        .filter_map(|(&field, &column)| names.get(column).map(|name| MatchedColumn { field, column: name.clone() }));
    let positions = if has_field(Field::Position) { TimeSource::Positions } else { TimeSource::Rows };
    let report = ReadReport {
        num_rows,
        num_events: log.sessions.items.len() as u64,
        columns: matched.collect(),
        session_source,
        sessions_are_baskets: columns.is_basket,
        time_source: stamps.unwrap_or(positions),
        date_order: collector.date_order,
        assumed_kind: (!has_field(Field::Event)).then(|| default_kind(options, columns)),
        rejections,
        rules: cleaned.rules,
        currencies: collector.currencies.without_rate(),
        unknown_event_types: collector.types.unknown(),
    };
    Ok((log, report))
}
