//! What `train` found, matched, removed and chose: as text for people and as JSON for plots.

use crate::inspect::{bits_per_neighbour, object, purpose, time};
use crate::table::{Table, figure, thousands};
use anyhow::bail;
use serde_json::{Value, json};
use std::fmt;
use vicino::eda::Summary;
use vicino::events::{ReadReport, SessionSource, TimeSource};
use vicino::model::{Model, Purpose, TableBytes};

/// Everything there is to say about one training.
pub struct Report<'a> {
    pub read: &'a ReadReport,
    pub summary: &'a Summary,
    pub model: &'a Model,
    pub tables: &'a [(Purpose, TableBytes)],
    pub num_bytes: usize,
    pub is_tuned: bool,
}

impl Report<'_> {
    /// The report as pretty JSON with a line end.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut report = serde_json::to_value(self.summary)?;
        let Some(parts) = report.as_object_mut() else { bail!("the summary of the log is no JSON object") };
        for (name, value) in self.parts() {
            parts.insert(name.to_owned(), value);
        }
        Ok(format!("{report:#}\n"))
    }

    fn parts(&self) -> [(&'static str, Value); 7] {
        let Model { about, privacy, measurements, .. } = self.model;
        let rejections = self.read.rejections.iter().map(|rejection| {
            json!({ "reason": rejection.reason.to_string(), "rows": rejection.rows, "example": rejection.example })
        });
        let columns =
            self.read.columns.iter().map(|matched| json!({ "field": matched.field, "column": matched.column }));
        let tables = self.tables.iter().map(|(of, table)| {
            json!({
                "purpose": purpose(*of),
                "num_edges": table.num_edges,
                "weight_bits": table.weight_bits,
                "bits_per_neighbour": bits_per_neighbour(table),
            })
        });
        [
            ("columns", columns.collect()),
            ("cleaning", rejections.collect()),
            ("hyperparameters", object(about.hyperparameters.iter().map(|(name, value)| (name.as_str(), *value)))),
            ("measurements", object(measurements.iter().map(|one| (one.name.as_str(), one.value)))),
            (
                "privacy",
                json!({
                    "min_shoppers": privacy.min_shoppers,
                    "counts_shoppers": privacy.by_shopper,
                    "pairs_kept": privacy.pairs_kept,
                    "pairs_removed": privacy.pairs_removed,
                }),
            ),
            (
                "model",
                json!({
                    "bytes": self.num_bytes,
                    "num_items": self.model.num_items(),
                    "num_edges": self.tables.iter().map(|(_, table)| table.num_edges).sum::<usize>(),
                    "tables": tables.collect::<Vec<_>>(),
                }),
            ),
            (
                "reading",
                json!({
                    "num_rows": self.read.num_rows,
                    "num_events": self.read.num_events,
                    "session_source": self.read.session_source,
                    "time_source": self.read.time_source,
                    "assumed_kind": self.read.assumed_kind.map(|kind| kind.name()),
                    "unknown_event_types": self.read.unknown_event_types,
                }),
            ),
        ]
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_reading(f)?;
        let Model { about, privacy, measurements, .. } = self.model;
        let shoppers = match about.num_shoppers {
            0 => String::new(),
            num_shoppers => format!(" by {} shoppers", thousands(num_shoppers)),
        };
        let until = time(about.newest_event_ms).map_or_else(String::new, |time| format!(", the newest of {time}"));
        writeln!(
            f,
            "\nlearnt from\n  {} events on {} products in {} sessions{shoppers}{until}",
            thousands(about.num_events),
            thousands(self.model.num_items() as u64),
            thousands(about.num_sessions)
        )?;

        let whom = if privacy.by_shopper { "shoppers" } else { "sessions (the log names no shoppers)" };
        writeln!(
            f,
            "\nprivacy\n  a pair of products counts from {} distinct {whom} on: {} pairs kept, {} removed",
            privacy.min_shoppers,
            thousands(privacy.pairs_kept),
            thousands(privacy.pairs_removed)
        )?;

        let mut constants = Table::plain();
        for (name, value) in &about.hyperparameters {
            constants.row([name.clone(), figure(*value)]);
        }
        write!(f, "\nconstants, {}\n{constants}", if self.is_tuned { "as tuned" } else { "not tuned" })?;
        if !measurements.is_empty() {
            let mut measured = Table::plain();
            for one in measurements {
                measured.row([one.name.clone(), figure(one.value)]);
            }
            write!(f, "\nmeasured on held-out sessions\n{measured}")?;
        }

        writeln!(f, "\nmodel\n  {} bytes", thousands(self.num_bytes as u64))?;
        for (of, table) in self.tables {
            writeln!(
                f,
                "  {}: {} neighbours, {:.2} bits each",
                purpose(*of),
                thousands(table.num_edges as u64),
                bits_per_neighbour(table)
            )?;
        }
        Ok(())
    }
}

impl Report<'_> {
    /// Columns, how sessions and times were found, and what was left out.
    fn write_reading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = self.read;
        let mut columns = Table::plain();
        for matched in &read.columns {
            columns.row([matched.field.name(), &matched.column]);
        }
        write!(f, "columns\n{columns}")?;
        writeln!(
            f,
            "  {}",
            match read.session_source {
                SessionSource::Column => "sessions are those of the column",
                SessionSource::Inactivity => "sessions are cut where a shopper does nothing for long (--session-gap)",
                SessionSource::Shopper => "all events of a shopper are one session: the log has no times to cut by",
            }
        )?;
        writeln!(
            f,
            "  {}",
            match read.time_source {
                TimeSource::Times => "events are ordered by time",
                TimeSource::Days => "events are ordered by day: the times are whole days",
                TimeSource::Positions => "events are ordered by position",
                TimeSource::Rows => "events are ordered as in the file: no column has times",
            }
        )?;
        if let Some(kind) = read.assumed_kind {
            writeln!(f, "  every event is a {} (--events-are says otherwise)", kind.name())?;
        }

        writeln!(
            f,
            "\ncleaning\n  {} rows read, {} became events",
            thousands(read.num_rows),
            thousands(read.num_events)
        )?;
        if read.rejections.is_empty() {
            return Ok(());
        }
        let mut rejections = Table::new(&["left out", "rows", "first at", "column", "found"]);
        for rejection in &read.rejections {
            let example = &rejection.example;
            rejections.row([
                rejection.reason.to_string(),
                thousands(rejection.rows),
                format!("{}:{}", example.path.display(), example.line),
                example.column.clone(),
                example.found.clone(),
            ]);
        }
        write!(f, "{rejections}")?;
        let types: Vec<String> =
            read.unknown_event_types.iter().map(|(name, rows)| format!("{name} ({})", thousands(*rows))).collect();
        if !types.is_empty() {
            writeln!(f, "  event types left out: {}", types.join(", "))?;
        }
        Ok(())
    }
}
