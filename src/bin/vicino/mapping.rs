//! Mapping: a small TOML file with the options for reading a shop's logs, written once and kept.

use crate::arg_parsers;
use crate::cleaning::CleaningFlags;
use crate::output::Output;
use crate::ranking::Kind;
use crate::small_files;
use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use vicino::events::{DateOrder, EventMeaning, EventsError, Field, MatchedColumn, ReadOptions, ReadReport, RowFilter};

/// Contents of the file; everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// As `--events-are`.
    #[serde(skip_serializing_if = "Option::is_none")]
    events_are: Option<String>,
    /// As `--session-gap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_gap: Option<String>,
    /// As `--session-pause`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_pause: Option<String>,
    /// As `--time-format`.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_format: Option<String>,
    /// `day first` or `month first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    dates: Option<String>,
    /// As `--where`.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    /// As `--delimiter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    /// As `--no-header`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_header: bool,
    /// As `--join`; a relative path is one from the folder of the mapping.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    join: Vec<String>,
    /// Tables among the logs that were joined to them: whoever gives the logs has to give those, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    beside: Vec<String>,
    /// The file that the mapping was read from; empty for one that was made.
    #[serde(skip)]
    path: PathBuf,
    /// Column by field, or the columns of several files; empty for a field without a column.
    #[serde(default)]
    columns: BTreeMap<String, Names>,
    /// As `--event-type`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    event_types: BTreeMap<String, String>,
    /// The flags of cleaning that are not as usual, with `_` for `-`.
    #[serde(default)]
    cleaning: CleaningFlags,
}

/// The name of a column, or its names in several files.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

const DAY_FIRST: &str = "day first";
const MONTH_FIRST: &str = "month first";

const HEADER: &str = "# How the events of this shop are read; use it with --mapping.\n\
    # Fields without a line are looked for under their usual names; an empty name leaves a field out.\n\n";

impl Mapping {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no mapping; the error says where.
    pub fn open(path: &Path) -> anyhow::Result<Mapping> {
        let name = path.display();
        let text = small_files::read_text(path).with_context(|| format!("cannot read the mapping {name}"))?;
        let mut mapping: Mapping = toml::from_str(&text)
            .map_err(|error| anyhow!("{}", error.to_string().trim_end()))
            .with_context(|| format!("{name} is no mapping"))?;
        mapping.path = path.to_owned();
        mapping.columns().with_context(|| format!("{name} is no mapping"))?;
        mapping.session_pause().with_context(|| format!("{name} is no mapping"))?;
        mapping.session_gap().with_context(|| format!("{name} is no mapping"))?;
        mapping.cleaning.cleaning().with_context(|| format!("{name} is no mapping"))?;
        mapping.event_types().with_context(|| format!("{name} is no mapping"))?;
        mapping.date_order().with_context(|| format!("{name} is no mapping"))?;
        mapping.filter().with_context(|| format!("{name} is no mapping"))?;
        mapping.delimiter().with_context(|| format!("{name} is no mapping"))?;
        mapping.events_are().with_context(|| format!("{name} is no mapping"))?;
        Ok(mapping)
    }

    /// Makes the mapping of a reading.
    pub fn of(report: &ReadReport, options: &ReadOptions, session_gap: Duration, cleaning: CleaningFlags) -> Mapping {
        let names = |one: &MatchedColumn| {
            // An empty name lets a file go without the column.
            let none = (!one.is_in_all_files).then(String::new);
            let names: Vec<String> = [&one.column].into_iter().chain(&one.others).cloned().chain(none).collect();
            if names.len() == 1 { Names::One(one.column.clone()) } else { Names::Several(names) }
        };
        let found = report.columns.iter().map(|one| (one.field.to_string(), names(one)));
        // A field that had no column must not find one in another file later; markets never do.
        let without = Field::ALL
            .into_iter()
            .filter(|field| *field != Field::Market)
            .map(|field| (field.to_string(), Names::One(String::new())));
        Mapping {
            events_are: report.assumed_kind.map(|kind| kind.name().to_owned()),
            session_gap: Some(match session_gap.as_secs_f64() {
                seconds if seconds % 60.0 == 0.0 => format!("{}m", seconds / 60.0),
                seconds => format!("{seconds}s"),
            }),
            session_pause: options.session_pause_ms.map(|pause_ms| format!("{}s", pause_ms as f64 / 1000.0)),
            time_format: options.time_format.clone(),
            dates: options.date_order.map(|order| match order {
                DateOrder::DayFirst => DAY_FIRST.to_owned(),
                DateOrder::MonthFirst => MONTH_FIRST.to_owned(),
            }),
            filter: options.filter.as_ref().map(RowFilter::to_string),
            event_types: options
                .event_types
                .iter()
                .map(|(name, meaning)| (name.clone(), meaning.name().to_owned()))
                .collect(),
            columns: without.chain(found).collect(),
            cleaning,
            delimiter: options.dialect.delimiter.clone(),
            no_header: options.dialect.has_no_header,
            join: options.joins.iter().map(|path| path.display().to_string()).collect(),
            beside: report
                .joined
                .iter()
                .filter(|table| !options.joins.contains(&table.path))
                .map(|table| table.path.display().to_string())
                .collect(),
            path: PathBuf::new(),
        }
    }

    /// Writes the file, or to stdout for `-`. Tables in its folder, or below it, are written as ways from there, others as
    /// whole paths.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        let folder = folder_of(path).canonicalize().unwrap_or_default();
        let from_folder = |table: &String| {
            let Ok(whole) = Path::new(table).canonicalize() else { return table.clone() };
            whole.strip_prefix(&folder).unwrap_or(&whole).display().to_string()
        };
        let written = Mapping { join: self.join.iter().map(from_folder).collect(), ..self.clone() };
        let mut output = Output::create(path)?;
        output.write_all(HEADER.as_bytes())?;
        output.write_all(toml::to_string(&written)?.as_bytes())?;
        output.finish()
    }

    /// The tables to join.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn joins(&self) -> anyhow::Result<Vec<PathBuf>> {
        let find = |table: &String| {
            let table = folder_of(&self.path).join(table);
            let is_there = table == Path::new("-") || table.exists();
            is_there.then(|| table.clone()).ok_or_else(|| {
                anyhow!(
                    "{} joins {}, which is not there; give the table of these logs with `--join FILE`, or change the line \
                     `join`",
                    self.path.display(),
                    table.display()
                )
            })
        };
        self.join.iter().map(find).collect()
    }

    /// The error of a reading, with the tables that were joined when the mapping was made and are not `given` now.
    pub fn explain(&self, error: EventsError, given: &[PathBuf]) -> anyhow::Error {
        let is_of_columns =
            matches!(error, EventsError::UnknownColumn { .. } | EventsError::UnknownFilterColumn { .. });
        if self.beside.is_empty() || !is_of_columns || given.len() > 1 {
            return error.into();
        }
        anyhow!(
            "{error}; {} was made with {} beside the log: give the table of this log, too",
            self.path.display(),
            self.beside.join(" and ")
        )
    }

    /// The names of columns by field.
    pub fn columns(&self) -> anyhow::Result<BTreeMap<Field, Vec<String>>> {
        let parse = |(field, names): (&String, &Names)| {
            let field = field.parse::<Field>().map_err(|error| anyhow!("in [columns]: {error}"))?;
            let names = match names {
                Names::One(name) => vec![name.clone()],
                Names::Several(names) => names.clone(),
            };
            Ok((field, names))
        };
        self.columns.iter().map(parse).collect()
    }

    /// The meanings of event types by name.
    pub fn event_types(&self) -> anyhow::Result<BTreeMap<String, EventMeaning>> {
        let parse = |(name, meaning): (&String, &String)| {
            let parsed = EventMeaning::named(meaning);
            let parsed = parsed.ok_or_else(|| {
                anyhow!("{name} = {meaning:?} in [event_types]: expected view, cart, purchase, return or nothing")
            })?;
            Ok((name.clone(), parsed))
        };
        self.event_types.iter().map(parse).collect()
    }

    /// Returns the form of timestamps.
    pub fn time_format(&self) -> Option<String> {
        self.time_format.clone()
    }

    /// Returns the order of day and month.
    pub fn date_order(&self) -> anyhow::Result<Option<DateOrder>> {
        match self.dates.as_deref() {
            None => Ok(None),
            Some(DAY_FIRST) => Ok(Some(DateOrder::DayFirst)),
            Some(MONTH_FIRST) => Ok(Some(DateOrder::MonthFirst)),
            Some(other) => Err(anyhow!("dates = {other:?}: expected {DAY_FIRST:?} or {MONTH_FIRST:?}")),
        }
    }

    /// The filter of rows.
    pub fn filter(&self) -> anyhow::Result<Option<RowFilter>> {
        self.filter.as_deref().map(RowFilter::parse).transpose().context("where")
    }

    /// The delimiter of columns.
    pub fn delimiter(&self) -> anyhow::Result<Option<String>> {
        let delimiter = self.delimiter.as_deref().map(arg_parsers::delimiter).transpose();
        delimiter
            .map_err(|problem| anyhow!("delimiter = {:?}: {problem}", self.delimiter.as_deref().unwrap_or_default()))
    }

    /// Returns true if the first line is a row.
    pub const fn no_header(&self) -> bool {
        self.no_header
    }

    /// Returns the options of cleaning.
    pub fn cleaning(&self) -> &CleaningFlags {
        &self.cleaning
    }

    /// After how long without an event a session ends.
    pub fn session_gap(&self) -> anyhow::Result<Option<Duration>> {
        let gap = self.session_gap.as_deref().map(arg_parsers::span).transpose();
        gap.map_err(|problem| anyhow!("session_gap = {:?}: {problem}", self.session_gap.as_deref().unwrap_or_default()))
    }

    /// Returns the pause after which the number of a session is that of another.
    pub fn session_pause(&self) -> anyhow::Result<Option<Duration>> {
        let Some(text) = self.session_pause.as_deref() else { return Ok(None) };
        arg_parsers::span(text).map(Some).map_err(|problem| anyhow!("session_pause = {text:?}: {problem}"))
    }

    /// Returns the kind of events of logs without an event column.
    pub fn events_are(&self) -> anyhow::Result<Option<Kind>> {
        let Some(text) = self.events_are.as_deref() else { return Ok(None) };
        let kind = <Kind as clap::ValueEnum>::from_str(text, true);
        kind.map(Some).map_err(|_| anyhow!("events_are = {text:?}: expected \"view\", \"cart\" or \"purchase\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> anyhow::Result<Mapping> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.toml");
        std::fs::write(&path, text).unwrap();
        Mapping::open(&path)
    }

    #[test]
    fn a_mapping_says_columns_kind_and_gap() {
        let mapping =
            written("events_are = \"purchase\"\nsession_gap = \"1h\"\n[columns]\nitem = \"Code\"\nevent = \"\"\n")
                .unwrap();
        let columns = mapping.columns().unwrap();
        assert_eq!(
            columns,
            BTreeMap::from([(Field::Item, vec!["Code".to_owned()]), (Field::Event, vec![String::new()])])
        );
        assert_eq!(mapping.session_gap().unwrap(), Some(Duration::from_secs(3600)));
        assert_eq!(mapping.events_are().unwrap(), Some(Kind::Purchase));
        let empty = written("").unwrap();
        assert_eq!(empty, Mapping { path: empty.path.clone(), ..Mapping::default() });
    }

    #[test]
    fn what_is_no_mapping_is_refused_with_the_place() {
        for (text, expected) in [
            ("colums = 1", "colums"),
            ("[columns]\nitem = 3", "line 2"),
            ("[columns]\ncolour = \"red\"", "colour"),
            ("session_gap = \"soon\"", "soon"),
            ("events_are = \"gift\"", "gift"),
            ("where = \"status\"", "letter 7"),
            ("[event_types]\n4 = \"gift\"", "gift"),
            ("delimiter = \"<=>\"", "<=>"),
        ] {
            let error = format!("{:#}", written(text).unwrap_err());
            assert!(error.contains(expected) && error.contains("shop.toml"), "{text}: {error}");
        }
    }
}
