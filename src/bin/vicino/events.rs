//! The flags that say how event logs are read, and the reading.

use crate::Usage;
use crate::console::Console;
use crate::ranking::Kind;
use crate::values;
use std::path::PathBuf;
use std::time::Duration;
use vicino::events::{self, EventLog, Field, ReadOptions, ReadReport};

/// How event logs are read.
#[derive(Debug, clap::Args)]
pub struct EventFlags {
    /// Take a field from this column instead of one with a usual name
    ///
    /// Fields: item, session, shopper, event, timestamp, position, quantity, price. An empty NAME leaves the field
    /// without a column.
    #[arg(help_heading = "Event logs", long = "column", value_name = "FIELD=NAME", value_parser = values::column)]
    columns: Vec<(Field, String)>,

    /// Without a session column, end a shopper's session when nothing happens for longer than this (s, m, h, d)
    #[arg(help_heading = "Event logs", long, value_name = "SPAN", default_value = "30m", value_parser = values::span)]
    session_gap: Duration,

    /// What the events of a log without an event column are [default: purchases if sessions are orders, else views]
    #[arg(help_heading = "Event logs", long, value_enum, value_name = "KIND")]
    events_are: Option<Kind>,

    /// Share of damaged rows, 0 to 1, above which a log is refused
    #[arg(help_heading = "Event logs", long, value_name = "SHARE", default_value_t = ReadOptions::default().max_rejected, value_parser = values::share)]
    max_rejected: f64,
}

impl EventFlags {
    /// The kind of events, if it was given.
    pub fn kind(&self) -> Option<Kind> {
        self.events_are
    }

    fn options(&self) -> anyhow::Result<ReadOptions> {
        let mut options = ReadOptions {
            session_gap_ms: i64::try_from(self.session_gap.as_millis()).unwrap_or(i64::MAX),
            default_kind: self.events_are.map(Into::into),
            max_rejected: self.max_rejected,
            ..ReadOptions::default()
        };
        for (field, name) in &self.columns {
            if options.columns.insert(*field, name.clone()).is_some() {
                return Err(Usage(format!("--column names `{field}` twice")).into());
            }
        }
        Ok(options)
    }
}

/// An event log and what became of its rows.
#[derive(Debug)]
pub struct Events {
    pub log: EventLog,
    pub report: ReadReport,
}

/// Reads event logs as one.
pub fn read_events(paths: &[PathBuf], flags: &EventFlags, console: &Console) -> anyhow::Result<Events> {
    let (log, report) = events::read(paths, &flags.options()?, console)?;
    Ok(Events { log, report })
}
