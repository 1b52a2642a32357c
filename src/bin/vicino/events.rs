//! The flags that say how event logs are read, and the reading.

use crate::cleaning::{self, CleaningFlags};
use crate::console::Console;
use crate::mapping::Mapping;
use crate::ranking::Kind;
use crate::reading::{self, Account};
use crate::usage::Usage;
use crate::{arg_parsers, output};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use vicino::events::{
    self, DateOrder, Dialect, EventLog, EventMeaning, Field, ReadOptions, ReadReport, Reason, RowFilter,
};

/// Flags that decide how event logs are read.
#[derive(Debug, clap::Args)]
pub struct EventFlags {
    /// Read columns and kinds as this file says (TOML, as --save-mapping writes it); flags win over it
    #[arg(help_heading = "Event logs", long, value_name = "FILE")]
    mapping: Option<PathBuf>,

    /// Write how the logs were read into this file, to be used or changed later
    #[arg(help_heading = "Event logs", long, value_name = "FILE")]
    save_mapping: Option<PathBuf>,

    /// Take a field from this column instead of one with a usual name
    ///
    /// Fields: item, session, shopper, event, timestamp, position, quantity, price, status, market, parent
    /// (the product that the item is a variant of), cancelled (when the order was). An empty NAME leaves the field without a column.
    #[arg(help_heading = "Event logs", long = "column", value_name = "FIELD=NAME", value_parser = arg_parsers::column)]
    columns: Vec<(Field, String)>,

    /// Delimiter of the columns of text: one or two letters, or `tab` [default: found]
    #[arg(help_heading = "Event logs", long, value_name = "LETTERS", value_parser = arg_parsers::delimiter)]
    delimiter: Option<String>,

    /// The first line is a row: columns go by their numbers, from 1 (`--column item=3`)
    ///
    /// A first line that holds a time, or numbers only, is taken for a row anyway.
    #[arg(help_heading = "Event logs", long)]
    no_header: bool,

    /// Take markets, such as countries, from this column: the model holds what is popular and to be had in each
    #[arg(help_heading = "Event logs", long, value_name = "NAME")]
    market_column: Option<String>,

    /// Without a session column, end a shopper's session when nothing happens for longer than this (s, m, h, d)
    /// [default: 30m]
    #[arg(help_heading = "Event logs", long, value_name = "SPAN", value_parser = arg_parsers::span)]
    session_gap: Option<Duration>,

    /// Where a column names sessions, take a number that comes back after this for another session (0 never)
    /// [default: 1d; 30d where sessions are orders]
    #[arg(help_heading = "Event logs", long, value_name = "SPAN", value_parser = arg_parsers::span)]
    session_pause: Option<Duration>,

    /// Kind of the events of a log without an event column [default: purchases if sessions are orders, else views]
    #[arg(help_heading = "Event logs", long, value_enum, value_name = "KIND")]
    events_are: Option<Kind>,

    /// Form of the timestamps, as strftime writes it: '%d|%m|%Y %H.%M'
    #[arg(help_heading = "Event logs", long, value_name = "FORM", value_parser = arg_parsers::time_format)]
    time_format: Option<String>,

    /// Read dates such as 3/11/2000 with the day first, whatever the other dates tell
    #[arg(help_heading = "Event logs", long)]
    day_first: bool,

    /// Read dates such as 3/11/2000 with the month first
    #[arg(help_heading = "Event logs", long, conflicts_with = "day_first")]
    month_first: bool,

    /// Join this table to the log by the column that both have, such as orders to their lines
    ///
    /// Kept in the mapping, as a way from the mapping's folder; the flag wins over it.
    #[arg(help_heading = "Event logs", long = "join", value_name = "FILE")]
    joins: Vec<PathBuf>,

    /// Take events of this type for views, carts, purchases, returns or nothing; may be given for several
    ///
    /// KIND is view, cart, purchase, return or nothing. NAME is compared in any case; numbers are names, too.
    #[arg(help_heading = "Event logs", long = "event-type", value_name = "NAME=KIND", value_parser = arg_parsers::event_type)]
    event_types: Vec<(String, EventMeaning)>,

    /// Read only the rows for which this holds, such as 'status in (completed, processing) and total > 0'
    ///
    /// COLUMN = VALUE, !=, <, <=, >, >=, in (A, B), not in (A, B), is missing, is not missing; joined by and, or, not and
    /// brackets. Names and values of several words stand in quotes.
    #[arg(help_heading = "Event logs", long = "where", value_name = "FILTER", value_parser = arg_parsers::row_filter)]
    filter: Option<RowFilter>,

    /// Share of damaged rows, 0 to 1, above which a log is refused [default: 0.5, and 0.2 for each reason alone]
    #[arg(help_heading = "Event logs", long, value_name = "SHARE", value_parser = arg_parsers::share)]
    max_rejected: Option<f64>,

    /// Write every row that is left out into this file, with its reason (CSV, also .gz; - for stdout)
    ///
    /// Columns: file, line, reason, column, found, item, session, shopper, event, timestamp, quantity, price.
    #[arg(help_heading = "Cleaning", long, value_name = "FILE")]
    keep_rejects: Option<PathBuf>,

    #[command(flatten)]
    cleaning: CleaningFlags,
}

impl EventFlags {
    /// The kind of events, if it was given.
    ///
    /// # Errors
    /// The mapping cannot be read.
    pub fn kind(&self) -> anyhow::Result<Option<Kind>> {
        Ok(self.events_are.or(self.mapping()?.events_are()?))
    }

    /// The files that are written: the mapping and the rows that were left out.
    pub fn outputs(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.save_mapping, &self.keep_rejects].into_iter().flatten()
    }

    fn mapping(&self) -> anyhow::Result<Mapping> {
        self.mapping.as_deref().map_or_else(|| Ok(Mapping::default()), Mapping::open)
    }

    /// The options, and the flags of cleaning that they come from.
    fn options(&self) -> anyhow::Result<(ReadOptions, CleaningFlags)> {
        let mapping = self.mapping()?;
        let cleaning = self.cleaning.clone().over(mapping.cleaning());
        let usual = ReadOptions::default();
        let gap = self.session_gap.or(mapping.session_gap()?);
        let pause = self.session_pause.or(mapping.session_pause()?);
        let mut columns = BTreeMap::new();
        let market = self.market_column.iter().map(|name| (Field::Market, name.clone()));
        for (field, name) in self.columns.iter().cloned().chain(market) {
            if columns.insert(field, vec![name]).is_some() {
                return Err(Usage(format!("--column names `{field}` twice")).into());
            }
        }
        for (field, names) in mapping.columns()? {
            columns.entry(field).or_insert(names);
        }
        let date_order = match (self.day_first, self.month_first) {
            (true, _) => Some(DateOrder::DayFirst),
            (_, true) => Some(DateOrder::MonthFirst),
            _ => mapping.date_order()?,
        };
        let mut event_types = mapping.event_types()?;
        event_types.extend(self.event_types.iter().cloned());
        let options = ReadOptions {
            joins: if self.joins.is_empty() { mapping.joins()? } else { self.joins.clone() },
            date_order,
            time_format: self.time_format.clone().or_else(|| mapping.time_format()),
            event_types,
            filter: self.filter.clone().or(mapping.filter()?),
            session_gap_ms: gap.map_or(usual.session_gap_ms, |gap| i64::try_from(gap.as_millis()).unwrap_or(i64::MAX)),
            session_pause_ms: pause.map(|pause| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)),
            default_kind: self.events_are.or(mapping.events_are()?).map(Into::into),
            max_rejected: self.max_rejected.unwrap_or(usual.max_rejected),
            columns,
            dialect: Dialect {
                delimiter: self.delimiter.clone().or(mapping.delimiter()?),
                has_no_header: self.no_header || mapping.no_header(),
            },
            cleaning: cleaning.cleaning()?,
            ..usual
        };
        Ok((options, cleaning))
    }
}

/// An event log and what became of its rows.
#[derive(Debug)]
pub struct Events {
    pub log: EventLog,
    pub report: ReadReport,
    /// Account of the reading.
    pub account: Account,
    /// After so long without an event a shopper's session ends, where no column says it.
    pub session_gap_ms: i64,
}

/// Reads event logs as one; `seed` draws the order of events that have none.
pub fn read_events(paths: &[PathBuf], flags: &EventFlags, seed: u64, console: &Console) -> anyhow::Result<Events> {
    read_events_with(paths, flags, seed, false, console)
}

/// Reads event logs as one; with times, quantities and prices of the events if `keep_details`.
///
/// # Errors
/// They cannot be read, or more is left out than is accepted.
pub fn read_events_with(
    paths: &[PathBuf],
    flags: &EventFlags,
    seed: u64,
    keep_details: bool,
    console: &Console,
) -> anyhow::Result<Events> {
    let (events, verdict) = look_at_events(paths, flags, seed, keep_details, console)?;
    verdict.map(|()| events)
}

/// Reads event logs as one, also if more is left out than is accepted; the second value says if it is.
pub fn look_at_events(
    paths: &[PathBuf],
    flags: &EventFlags,
    seed: u64,
    keep_details: bool,
    console: &Console,
) -> anyhow::Result<(Events, anyhow::Result<()>)> {
    let (options, cleaning) = flags.options()?;
    let options = ReadOptions { keep_details, seed, ..options };
    for path in flags.outputs() {
        output::check(path)?;
    }
    let mapping = flags.mapping()?;
    let explain = |error| mapping.explain(error, paths);
    let (log, report) = match &flags.keep_rejects {
        None => events::read(paths, &options, console).map_err(explain)?,
        Some(path) => {
            let mut rejects = Vec::new();
            let read = events::read_keeping(paths, &options, console, &mut rejects);
            // Most wanted where there are too many of them to go on.
            cleaning::write_rejects(path, paths, &rejects)?;
            read.map_err(explain)?
        }
    };
    let mut accepted = cleaning.accepted();
    if flags.max_rejected.is_some() {
        accepted.extend(Reason::ALL.into_iter().filter(|reason| reason.is_damage()));
    }
    let verdict = reading::judge(&report, &accepted, console);
    cleaning::remark(&report, console);
    if let Some(path) = &flags.save_mapping {
        let gap = Duration::from_millis(u64::try_from(options.session_gap_ms).unwrap_or_default());
        Mapping::of(&report, &options, gap, cleaning).save(path)?;
    }
    let account = Account::new(&log, &report);
    Ok((Events { log, report, account, session_gap_ms: options.session_gap_ms }, verdict))
}
