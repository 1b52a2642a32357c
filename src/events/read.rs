//! Reads files of events into one log.

use std::path::{Path, PathBuf};

use super::alike::alike;
use super::build::build;
use super::clean::{CleanLog, Patterns, clean};
use super::collect::Collector;
use super::columns::{Candidates, Columns};
use super::error::EventsError;
use super::evidence::Evidence;
use super::join::{Join, JoinedRows};
use super::kinds::is_known_event;
use super::log::EventLog;
use super::options::{Field, ReadOptions};
use super::parents::{Parents, parents};
use super::rejects::Reject;
use super::report::{
    Alternatives, JoinedTable, MarkedValues, MatchedColumn, ReadReport, RoundedIds, SessionSource, TimeSource,
};
use crate::table::tally::to_table;
use crate::table::{MAX_WANTED, Origin, Remark, Remarks, Source, TableError, names, total_bytes};
use crate::{EventKind, Progress, Silent};

/// Reads files of events as one log, cleans it and cuts it into sessions.
///
/// Files are CSV (with any delimiter), JSON lines or Parquet, text plain or compressed by gzip
/// or zstd; `-` is standard input. Of objects inside objects, as GA4 and Segment export them, each element of the list
/// of products is a row. Columns are found by their usual names; the report says which.
///
/// **Sessions** are those of the session column, and of the shopper if there is one too, so that session numbers
/// that start again with every shopper are kept apart. Without that column a shopper's session ends when
/// nothing happens for longer than [`ReadOptions::session_gap_ms`]; without times, a shopper's events are
/// one session. Events of a session are in the order of time, then position, then row; with times of the day, events
/// of one moment are in an order that is drawn by [`ReadOptions::seed`], so that the order of rows does not matter.
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
    // All are read several times; standard input is kept for that, until the reading ends.
    let kept = |origin: &Origin| Ok(origin.kept()?);
    let joins: Vec<Origin> = options.joins.iter().cloned().map(Origin::File).collect();
    let joins = joins.iter().map(kept).collect::<Result<_, EventsError>>()?;
    let origins: Vec<Origin> = origins.iter().map(kept).collect::<Result<_, EventsError>>()?;
    read_joined(&origins, joins, options, progress, rejects)
}

/// Reads a log and the tables that are joined to it.
///
/// A file without an item is taken for such a table if it shares a column with another.
fn read_joined(
    origins: &[Origin],
    tables: Vec<Origin>,
    options: &ReadOptions,
    progress: &dyn Progress,
    rejects: Option<&mut Vec<Reject>>,
) -> Result<(EventLog, ReadReport), EventsError> {
    let patterns = Patterns::new(&options.cleaning)?;
    let Some(first_path) = origins.first().map(Origin::path) else { return Err(EventsError::NoFiles) };
    progress.start("Reading events", total_bytes(origins));
    let mut collector = Collector::new(options, rejects.is_some());
    // The files by their headers: those of one header are read alike.
    let mut headers: Vec<Header> = Vec::new();
    let mut joined: Vec<JoinedTable> = Vec::new();
    let mut remarks = Vec::new();
    let mut marked: Vec<MarkedValues> = Vec::new();
    for (at, origin) in origins.iter().enumerate() {
        let path = origin.path();
        let mut source = open_log(origin, options)?;
        let found = source.remarks();
        let header = match headers.iter().position(|header| header.of_log() == source.columns()) {
            Some(header) => header,
            None => {
                let header = match Header::new(&origins[at..], &tables, &source, options) {
                    Err(error @ (EventsError::MissingColumn { .. } | EventsError::UnknownColumn { .. })) => {
                        let beside = (0..origins.len()).find(|&table| stands_beside(table, origins, options));
                        let Some(table) = beside.filter(|_| tables.len() < MAX_JOINS) else {
                            return Err(remarked(error, path, &found));
                        };
                        let tables = tables.into_iter().chain([origins[table].clone()]).collect();
                        let log: Vec<Origin> = [&origins[..table], &origins[table + 1..]].concat();
                        return read_joined(&log, tables, options, progress, rejects);
                    }
                    header => header?,
                };
                if let Some(first) = headers.first() {
                    check_same_fields(first_path, &first.columns, path, &header.columns)?;
                }
                headers.push(header);
                if let Some(header) = headers.last_mut() {
                    leave_out_unfit(&mut header.columns, &mut source, options);
                }
                headers.len() - 1
            }
        };
        let Header { columns, names, join } = &mut headers[header];
        let shared = [Field::Session, Field::Shopper].iter().filter_map(|field| columns.of_field.get(field));
        source.share(shared.copied().collect());
        collector.begin_file(path, columns, names, default_kind(options, columns));
        match join {
            None => source.read_into(&columns.wanted(), progress, &mut collector)?,
            Some((_, rows)) => {
                rows.read_into(source, rows.num_log_columns(), &columns.wanted(), progress, &mut collector)?;
            }
        }
        for remark in found.take() {
            match remark {
                Remark::Marks { column, values, found, read_as } => {
                    add_marked(&mut marked, MarkedValues { column, values, found, read_as });
                }
                remark => remarks.push((path.to_owned(), remark.to_string())),
            }
        }
        collector.end_file()?;
    }
    for (join, rows) in headers.iter().filter_map(|header| header.join.as_ref()) {
        joined.push(join.report(rows));
    }
    let raw = collector.finish(options)?;
    if raw.num_rows == 0 {
        return Err(EventsError::NoRows { path: first_path.to_owned() });
    }
    let is_basket = headers.first().is_some_and(|header| header.columns.is_basket);
    let traits = raw.traits(options, is_basket);
    let mut clean = clean(raw, options, &patterns, traits);
    if let Some(rejects) = rejects {
        rejects.append(&mut clean.rejects);
    }
    check_rejected(&clean, options.max_rejected)?;
    let Parents { of_items, guess, is_left_aside } = parents(&clean, options.columns.contains_key(&Field::Parent));
    clean.raw.guesses.extend(guess);
    let log = build(&clean, &of_items, options.keep_details);
    let mut report = report(clean, &log, options, &headers);
    report.joined = joined;
    // What was not taken must not stand in a mapping.
    report.columns.retain(|column| column.field != Field::Parent || !is_left_aside);
    report.marked_values = marked;
    report.remarks.splice(..0, remarks);
    progress.finish(&format!(
        "{} events in {} sessions from {} rows",
        report.num_events,
        log.sessions.len(),
        report.num_rows
    ));
    Ok((log, report))
}

/// Adds values of a file to those of the same column of files before.
fn add_marked(marked: &mut Vec<MarkedValues>, new: MarkedValues) {
    match marked.iter_mut().find(|one| one.column == new.column) {
        Some(known) => known.values += new.values,
        None => marked.push(new),
    }
}

/// The error, with what was found out about the file.
fn remarked(error: EventsError, path: &Path, found: &Remarks) -> EventsError {
    let remarks: Vec<String> = found.take().iter().map(ToString::to_string).collect();
    if remarks.is_empty() {
        return error;
    }
    EventsError::Remarked { error: Box::new(error), path: path.to_owned(), remarks: remarks.join("; it ") }
}

/// Returns true if a file has no item and shares a column with another of the files, so that it is no log but a table
/// that stands beside it.
fn stands_beside(table: usize, origins: &[Origin], options: &ReadOptions) -> bool {
    let columns_of = |origin: &Origin| open_log(origin, options).map(|source| source.columns().to_vec());
    let items = options.columns.iter().filter(|(field, _)| **field == Field::Item);
    let items = items.map(|(field, names)| (*field, names.clone())).collect();
    let has_item = |columns: &[String]| {
        let chosen =
            Candidates::new(origins[table].path(), columns, &[], &items).map(|candidates| candidates.choose(None));
        match chosen {
            Ok(Ok(_)) => true,
            Ok(Err(EventsError::MissingColumn { field, .. })) => field != "item",
            _ => false,
        }
    };
    let Ok(columns) = columns_of(&origins[table]) else { return false };
    !has_item(&columns)
        && (0..origins.len()).filter(|other| *other != table).any(|other| {
            let log = columns_of(&origins[other]);
            log.is_ok_and(|log| Join::new(&origins[table], origins[other].path(), &log).is_ok())
        })
}

/// Tables that are joined at most.
const MAX_JOINS: usize = 1;

/// A header that files share, and how they are read.
struct Header {
    columns: Columns,
    /// The names of the columns, those of a joined table behind those of the log.
    names: Vec<String>,
    join: Option<(Join, JoinedRows)>,
}

impl Header {
    /// Finds out how the files with the columns of `source` are read, the first of `origins` among them. All of their rows
    /// are looked into where names alone do not settle it.
    fn new(
        origins: &[Origin],
        tables: &[Origin],
        source: &Source,
        options: &ReadOptions,
    ) -> Result<Header, EventsError> {
        let names = source.columns();
        let Some(first) = origins.first() else { return Err(EventsError::NoFiles) };
        if tables.len() > MAX_JOINS {
            return Err(EventsError::TooManyJoins { most: MAX_JOINS });
        }
        let join = tables.first().map(|table| Join::new(table, first.path(), names)).transpose()?;
        let num_columns = names.len();
        let joined = join.iter().flat_map(super::join::Join::names).cloned();
        let all: Vec<String> = names.iter().cloned().chain(joined).collect();
        let candidates = Candidates::new(first.path(), &all, source.sample(), &options.columns)?;
        let filtered = filter_columns(first.path(), &all, options)?;
        let mut join = match join {
            None => None,
            Some(join) => {
                let likely = candidates.all().into_iter().chain(filtered.iter().copied());
                let mut wanted: Vec<usize> = likely.filter_map(|column| column.checked_sub(num_columns)).collect();
                wanted.sort_unstable();
                wanted.dedup();
                let rows = join.read(&wanted, num_columns, &Silent)?;
                Some((join, rows))
            }
        };
        let mut columns = choose_columns(origins, names, &candidates, &mut join, options)?;
        columns.filtered = filtered;
        if columns.wanted().len() > MAX_WANTED {
            return Err(EventsError::TooManyColumns { most: MAX_WANTED });
        }
        if let Some((_, rows)) = &mut join {
            rows.begin();
            if rows.num_again() > 0 {
                columns.guesses.push(format!(
                    "{} rows of the joined table have a key that an earlier row has, and are not used",
                    rows.num_again()
                ));
            }
        }
        Ok(Header { columns, names: all, join })
    }

    /// The columns of the log itself.
    fn of_log(&self) -> &[String] {
        let num_columns = self.join.as_ref().map_or(self.names.len(), |(_, rows)| rows.num_log_columns());
        &self.names[..num_columns]
    }
}

/// Chooses the columns of the files that have the header `names`.
fn choose_columns(
    origins: &[Origin],
    names: &[String],
    candidates: &Candidates<'_>,
    join: &mut Option<(Join, JoinedRows)>,
    options: &ReadOptions,
) -> Result<Columns, EventsError> {
    let open = candidates.to_look_into();
    if open.is_empty() {
        return candidates.choose(None);
    }
    let is_known = |name: &str| is_known_event(name) || options.event_types.contains_key(name);
    let mut evidence = Evidence::new(open, candidates.order(), &is_known);
    for origin in origins {
        for (at, part) in evidence.parts().into_iter().enumerate() {
            let mut source = open_log(origin, options)?;
            if source.columns() != names {
                break;
            }
            source.survey(item_column(names, options));
            let mut sink = evidence.sink(part.clone(), at == 0);
            match join {
                None => source.read_into(&part, &Silent, &mut sink)?,
                Some((_, rows)) => rows.read_into(source, names.len(), &part, &Silent, &mut sink)?,
            }
        }
    }
    candidates.choose(Some(&evidence))
}

/// Opens a file of the log, with columns by the ways that somebody names.
fn open_log(origin: &Origin, options: &ReadOptions) -> Result<Source, TableError> {
    let mut source = Source::open_as(origin, &options.dialect)?;
    options.columns.values().flatten().for_each(|name| source.offer(name));
    Ok(source)
}

/// The column that probably is the item's.
fn item_column(columns: &[String], options: &ReadOptions) -> Option<usize> {
    let named = options.columns.get(&Field::Item).into_iter().flatten();
    let named = named.filter(|name| !name.is_empty()).find_map(|name| names::named(columns, name));
    named.or_else(|| names::find(columns, names::ITEM, &[]))
}

/// Leaves out the columns that have several values for a row and that nobody named.
fn leave_out_unfit(columns: &mut Columns, source: &mut Source, options: &ReadOptions) {
    let Some(&item) = columns.of_field.get(&Field::Item) else { return };
    for field in [Field::Event, Field::Timestamp, Field::Position, Field::Quantity, Field::Price] {
        let Some(&column) = columns.of_field.get(&field).filter(|_| !options.columns.contains_key(&field)) else {
            continue;
        };
        if column < source.columns().len() && item < source.columns().len() && !source.fits(item, column) {
            columns.of_field.remove(&field);
            let name = &source.columns()[column];
            columns.guesses.push(format!("`{name}` is not taken for {field}: an event has several of it"));
        }
    }
}

/// The columns that the filter looks at.
fn filter_columns(path: &Path, names: &[String], options: &ReadOptions) -> Result<Vec<usize>, EventsError> {
    let wanted = options.filter.iter().flat_map(super::row_filter::RowFilter::columns);
    let find = |name: &String| {
        let unknown = || EventsError::UnknownFilterColumn {
            path: path.to_owned(),
            column: name.clone(),
            available: names.to_vec(),
        };
        names::named(names, name).ok_or_else(unknown)
    };
    wanted.map(find).collect()
}

fn default_kind(options: &ReadOptions, columns: &Columns) -> EventKind {
    options.default_kind.or(columns.kind).unwrap_or(EventKind::View)
}

fn check_same_fields(first_path: &Path, first: &Columns, path: &Path, columns: &Columns) -> Result<(), EventsError> {
    for field in [Field::Timestamp] {
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
        let event_types = clean.raw.unknown_event_types.iter().map(|(name, _)| name.clone()).collect();
        return Err(EventsError::NothingLeft { num_rows, rule, event_types, table: table() });
    }
    Ok(())
}

fn report(clean: CleanLog, log: &EventLog, options: &ReadOptions, headers: &[Header]) -> ReadReport {
    let CleanLog { raw, traits, rules, rejections, restarted, order_is_arbitrary, rejected_kinds, is_out, .. } = clean;
    let mut kinds = [0; 3];
    for &kind in &log.sessions.kinds {
        kinds[kind as usize] += 1;
    }
    let times = raw.events.times.iter().zip(&is_out).filter(|(_, is_out)| !**is_out).map(|(&time, _)| time);
    let period = times.fold((i64::MAX, i64::MIN), |(first, last), time| (first.min(time), last.max(time)));
    let mut profiles: Vec<&'static str> = Vec::new();
    let mut guesses: Vec<String> = Vec::new();
    let mut alternatives: Vec<Alternatives> = Vec::new();
    for Header { columns, .. } in headers {
        profiles.extend(columns.profile.map(|profile| profile.name).filter(|name| !profiles.contains(name)));
        guesses.extend(columns.guesses.iter().filter(|guess| !guesses.contains(guess)).cloned().collect::<Vec<_>>());
        let new = columns.alternatives.iter().filter(|one| !alternatives.contains(one));
        alternatives.extend(new.cloned().collect::<Vec<_>>());
    }
    guesses.extend(raw.guesses.iter().cloned());
    let has_any_kind = headers.iter().any(|header| header.columns.of_field.contains_key(&Field::Event));
    let first = headers.first().map(|header| &header.columns);
    let assumed_kind = first.filter(|_| !has_any_kind).map(|columns| default_kind(options, columns));
    let positions = if raw.has_field(Field::Position) { TimeSource::Positions } else { TimeSource::Rows };
    ReadReport {
        num_rows: raw.num_rows,
        num_events: log.sessions.items.len() as u64,
        columns: matched_columns(headers),
        profiles,
        alternatives,
        guesses,
        joined: Vec::new(),
        session_source: traits.session_source,
        sessions_are_baskets: first.is_some_and(|columns| columns.is_basket),
        time_source: raw.time_source.unwrap_or(positions),
        period_ms: Some(period).filter(|(first, last)| traits.has_times && first <= last),
        session_gap_ms: traits.gap_ms.filter(|_| traits.session_source == SessionSource::Inactivity),
        kinds,
        rejected_kinds,
        date_order: raw.date_order,
        assumed_kind,
        rejections,
        unread_values: raw.unread.rejections(),
        rules,
        remarks: raw.remarks,
        rounded_ids: raw
            .rounded_ids
            .into_iter()
            .map(|(field, (ids, found))| RoundedIds {
                field,
                column: raw.columns.name_of(Some(field)).to_owned(),
                ids,
                found,
            })
            .collect(),
        marked_values: Vec::new(),
        alike_ids: alike(&log.item_ids),
        currencies: raw.currencies,
        unknown_event_types: raw.unknown_event_types,
        event_types: raw.event_types,
        unknown_shoppers: raw.unknown_shoppers,
        restarted_sessions: restarted + raw.num_shared_sessions,
        order_is_arbitrary,
    }
}

/// The columns of all files by field.
fn matched_columns(headers: &[Header]) -> Vec<MatchedColumn> {
    let of_field = |field: Field| {
        let mut names: Vec<String> = Vec::new();
        for header in headers {
            let name = header.columns.of_field.get(&field).and_then(|&column| header.names.get(column));
            names.extend(name.filter(|name| !names.contains(name)).cloned());
        }
        let is_in_all_files = headers.iter().all(|header| header.columns.of_field.contains_key(&field));
        let mut names = names.into_iter();
        Some(MatchedColumn { field, column: names.next()?, others: names.collect(), is_in_all_files })
    };
    Field::ALL.into_iter().filter_map(of_field).collect()
}
