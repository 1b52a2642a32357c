//! A log of events, read by the same code as on the command line, as figures.

use std::cell::RefCell;
use std::path::PathBuf;

use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{error, json};
use crate::Progress;
use crate::eda::{self, Exploration, Hints};
use crate::events::{self, EventsError, Field, Format, Origin, ReadOptions, ReadReport};

/// A file that is taken in piece by piece.
#[wasm_bindgen]
pub struct LogFile {
    name: String,
    bytes: Vec<u8>,
}

/// What is said of a log.
#[derive(Serialize)]
struct Explored<'a> {
    name: &'a str,
    num_bytes: usize,
    report: &'a ReadReport,
    exploration: &'a Exploration,
}

#[wasm_bindgen]
impl LogFile {
    /// Makes room for a file.
    ///
    /// # Errors
    /// `too-large` if there is no memory for it.
    #[wasm_bindgen(constructor)]
    pub fn new(name: String, num_bytes: f64) -> Result<LogFile, JsValue> {
        let mut bytes = Vec::new();
        // Casts of floats saturate.
        match bytes.try_reserve_exact(num_bytes as usize) {
            Ok(()) => Ok(LogFile { name, bytes }),
            Err(_) => Err(error(
                "too-large",
                &format!(
                    "{name}: the browser has no memory for {num_bytes} bytes; use the command line: vicino explore {name}"
                ),
            )),
        }
    }

    /// Takes the next piece of the file in.
    ///
    /// # Errors
    /// `changed` if the file turns out larger than it was said to be.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), JsValue> {
        if self.bytes.capacity() - self.bytes.len() < piece.len() {
            let message = format!("{}: the file grew while it was read; choose it again", self.name);
            return Err(error("changed", &message));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Reads the events and gives what is found, as JSON.
    ///
    /// `format` is `csv`, `json` or `parquet`, anything else leaves it to the file. `columns` holds `FIELD=NAME` pairs with
    /// commas or line breaks between them. `progress` is called with what happens (`start`, `advance`, `rows` or `finish`),
    /// a text and a number: of `start` the step and its bytes, of `advance` and `rows` how many more, of `finish` what came of it.
    ///
    /// # Errors
    /// `options` for a column that cannot be told; else what is wrong with the file, see [`code_of`].
    pub fn explore(self, format: &str, columns: &str, progress: Function) -> Result<String, JsValue> {
        let LogFile { name, bytes } = self;
        let num_bytes = bytes.len();
        let mut options = ReadOptions { keep_details: true, ..ReadOptions::default() };
        for pair in columns.split([',', '\n']).map(str::trim).filter(|pair| !pair.is_empty()) {
            let (field, column) = pair
                .split_once('=')
                .ok_or_else(|| error("options", &format!("columns: found {pair:?}, expected FIELD=NAME")))?;
            let field: Field = field.parse().map_err(|unknown| error("options", &format!("columns: {unknown}")))?;
            options.columns.insert(field, column.trim().to_owned());
        }
        let format = match format {
            "csv" => Some(Format::Delimited),
            "json" => Some(Format::Json),
            "parquet" => Some(Format::Parquet),
            _ => None,
        };
        let origin = Origin::Memory { name: PathBuf::from(&name), bytes: bytes.into(), format };
        WATCHER.set(Some(progress));
        let read = events::read_from(std::slice::from_ref(&origin), &options, &Watched);
        // The file is not needed any more, and figures need room.
        drop(origin);
        let explored =
            read.map_err(|problem| error(code_of(&problem), &problem.to_string())).and_then(|(log, report)| {
                Watched.start("Making figures", 0);
                let exploration = eda::explore(&log, &report, None, &Hints::NONE);
                json(&Explored { name: &name, num_bytes, report: &report, exploration: &exploration })
            });
        WATCHER.set(None);
        explored
    }
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
    /// Who is told of progress. A function of JavaScript stays in its thread, which a [`Progress`] need not.
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
