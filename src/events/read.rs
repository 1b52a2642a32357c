//! Reads files of events into one log.

use std::path::{Path, PathBuf};

use super::collect::Collector;
use super::columns::{Columns, match_columns};
use super::report::{MatchedColumn, Reason};
use super::sessions::{Grouping, group};
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
/// quantity of zero or less (returns), an event type that says nothing about interest, or are duplicates.
/// A missing quantity or price is no damage. A duplicate equals an earlier row in every matched column, its
/// moment included: a time of the day or a position; rows without any, or with whole days only, are never taken for
/// duplicates, because a shopper may well do the same twice in a day. Every row that is left out is
/// counted in the report by its first problem.
///
/// # Errors
/// A file cannot be read or lacks a needed column, there are no rows, none of them can be used, or more than
/// [`ReadOptions::max_rejected`] of them are damaged.
pub fn read(
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<(EventLog, ReadReport), EventsError> {
    let origins: Vec<Origin> = paths.iter().cloned().map(Origin::File).collect();
    read_from(&origins, options, progress)
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
    let Some(first_path) = origins.first().map(Origin::path) else { return Err(EventsError::NoFiles) };
    progress.start("Reading events", total_bytes(origins));
    let mut collector = Collector::new();
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
    let (columns, names) = first.unwrap_or_default();
    if collector.num_rows == 0 {
        return Err(EventsError::NoRows { path: first_path.to_owned() });
    }
    let (log, report) = finish(collector, options, &columns, &names)?;
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
    columns: &Columns,
    names: &[String],
) -> Result<(EventLog, ReadReport), EventsError> {
    let has_field = |field| columns.of_field.contains_key(&field);
    let stamps = collector.time_source.as_ref().map(|(source, _)| *source);
    let has_times = matches!(stamps, Some(TimeSource::Times | TimeSource::Days));
    let session_source = match (has_field(Field::Session), has_times) {
        (true, _) => SessionSource::Column,
        (false, true) => SessionSource::Inactivity,
        (false, false) => SessionSource::Shopper,
    };
    let has_moments = matches!(stamps, Some(TimeSource::Times | TimeSource::Positions)) || has_field(Field::Position);
    let (log, duplicates) = group(&Grouping {
        events: &collector.events,
        items: &collector.items,
        group_shoppers: &collector.group_shoppers,
        has_shoppers: collector.has_shoppers,
        has_times,
        gap_ms: (session_source == SessionSource::Inactivity).then_some(options.session_gap_ms),
        drop_duplicates: has_moments,
        keep_details: options.keep_details,
    });
    count_duplicates(&mut collector, &duplicates);

    let num_rows = collector.num_rows;
    let rejections = collector.tally.rejections();
    let rejected =
        rejections.iter().filter(|rejection| rejection.reason.is_damage()).map(|rejection| rejection.rows).sum();
    if rejected as f64 > options.max_rejected * num_rows as f64 {
        let (table, max_rejected) = (to_table(&rejections), options.max_rejected);
        return Err(EventsError::TooManyRejected { rejected, num_rows, max_rejected, table });
    }
    if log.sessions.is_empty() {
        return Err(EventsError::NothingLeft { num_rows, table: to_table(&rejections) });
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
        assumed_kind: (!has_field(Field::Event)).then(|| default_kind(options, columns)),
        rejections,
        unknown_event_types: collector.unknown_types(),
    };
    Ok((log, report))
}

fn count_duplicates(collector: &mut Collector, duplicates: &[u32]) {
    for &event in duplicates {
        let at = event as usize;
        let file = collector.files.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (Some((_, path)), Some(&line)) = (collector.files.get(file), collector.events.lines.get(at)) else {
            continue;
        };
        let item = collector.events.items.get(at).map_or("", |&item| collector.items.id(item));
        let found = || format!("item {item:?}, in everything equal to an earlier row");
        collector.tally.add(Reason::Duplicate, 1, path, u64::from(line), "", found);
    }
}
