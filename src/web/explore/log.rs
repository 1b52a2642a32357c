//! A log of events, read by the same code as on the command line, as figures.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use js_sys::Function;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::File;

use super::file::BrowserFile;
use super::{error, to_js};
use crate::Progress;
use crate::catalog::{self, CatalogReport};
use crate::eda::{self, Exploration, Hints, Reading};
use crate::events::{self, EventsError, Field, Format, Origin, ReadOptions};

/// Options for reading a log.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LogOptions {
    /// Left to the file without it.
    format: Option<LogFormat>,
    /// Columns by field, where they have no usual name.
    columns: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LogFormat {
    Csv,
    Json,
    Parquet,
}

impl From<LogFormat> for Format {
    fn from(format: LogFormat) -> Format {
        match format {
            LogFormat::Csv => Format::Delimited,
            LogFormat::Json => Format::Json,
            LogFormat::Parquet => Format::Parquet,
        }
    }
}

/// The result of exploring a log.
#[derive(Serialize)]
struct Explored {
    name: String,
    num_bytes: u64,
    reading: Reading,
    /// Of the product feed, if one was chosen.
    catalog: Option<CatalogReport>,
    exploration: Exploration,
}

/// A product feed in memory.
#[wasm_bindgen]
pub struct Feed {
    origin: Origin,
}

#[wasm_bindgen]
impl Feed {
    /// A feed whose file has this name; the format is told by it, else by the bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, bytes: Vec<u8>) -> Feed {
        Feed { origin: Origin::Memory { name: PathBuf::from(name), bytes: bytes.into(), format: None } }
    }
}

/// Reads the events of a file, slice by slice, and explores them.
///
/// `options` is an object with `format` (`csv`, `json` or `parquet`; left out, the file tells) and `columns` (names by
/// field), both optional. `progress` is called with an event (`start`, `advance`, `rows` or `finish`), a text and a
/// number: for `start` the step and its bytes, for `advance` and `rows` how many more, for `finish` a summary. `feed` is
/// the product feed of the same shop.
///
/// # Errors
/// `options` for options of another form, `feed` for a feed that cannot be read; else see [`code_of`].
#[wasm_bindgen]
pub fn explore(file: File, options: JsValue, feed: Option<Feed>, progress: Function) -> Result<JsValue, JsValue> {
    let refused = |problem: &str| error("options", &format!("columns: {problem}"));
    let chosen: LogOptions =
        serde_wasm_bindgen::from_value(options).map_err(|problem| error("options", &problem.to_string()))?;
    let mut options = ReadOptions { keep_details: true, ..ReadOptions::default() };
    for (field, column) in chosen.columns {
        let field: Field = field.parse().map_err(|unknown: events::UnknownField| refused(&unknown.to_string()))?;
        options.columns.insert(field, vec![column]);
    }
    let name = file.name();
    let file = BrowserFile::open(file)?;
    let origin = Origin::Slices {
        name: PathBuf::from(&name),
        slices: Arc::new(file.slices()),
        format: chosen.format.map(Into::into),
    };
    WATCHER.set(Some(progress));
    let read = events::read_from(std::slice::from_ref(&origin), &options, &Watched);
    let explored = read.map_err(|problem| error(code_of(&problem), &problem.to_string())).and_then(|(log, report)| {
        let read = |feed: Feed| catalog::read_for(&feed.origin, &BTreeMap::new(), &log.item_ids);
        let catalog = feed.map(read).transpose().map_err(|problem| error("feed", &problem.to_string()))?;
        Watched.start("Making figures", 0);
        let exploration = eda::explore(&log, &report, catalog.as_ref(), &Hints::NONE);
        let reading = eda::reading(&log, &report, &Hints::NONE);
        let catalog = catalog.map(|catalog| catalog.report);
        to_js(&Explored { name, num_bytes: file.num_bytes(), reading, catalog, exploration })
    });
    WATCHER.set(None);
    explored
}

/// The stable code of an error: `unreadable`, `columns`, `no-rows`, `damaged` or `not-a-log`.
fn code_of(problem: &EventsError) -> &'static str {
    match problem {
        EventsError::Table(_) => "unreadable",
        EventsError::MissingColumn { .. } | EventsError::UnknownColumn { .. } => "columns",
        EventsError::NoRows { .. } => "no-rows",
        EventsError::TooManyRejected { .. } => "damaged",
        _ => "not-a-log",
    }
}

thread_local! {
    /// The function to call with progress. It stays in its thread, which a [`Progress`] need not.
    static WATCHER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Tells the watcher of this thread.
struct Watched;

impl Watched {
    fn tell(what: &str, text: &str, number: u64) {
        let _ = WATCHER.try_with(|watcher| {
            if let Ok(watcher) = watcher.try_borrow()
                && let Some(call) = &*watcher
            {
                // What it throws is not ours.
                let _ = call.call3(&JsValue::UNDEFINED, &what.into(), &text.into(), &(number as f64).into());
            }
        });
    }
}

impl Progress for Watched {
    fn start(&self, what: &str, total: u64) {
        Watched::tell("start", what, total);
    }

    fn advance(&self, units: u64) {
        Watched::tell("advance", "", units);
    }

    fn rows(&self, rows: u64) {
        Watched::tell("rows", "", rows);
    }

    fn finish(&self, summary: &str) {
        Watched::tell("finish", summary, 0);
    }
}
