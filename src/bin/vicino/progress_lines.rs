//! Progress, remarks and errors as lines of JSON on stderr, for programs that run this one.

use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use vicino::Progress;

/// Time between two lines of one step.
const PAUSE: Duration = Duration::from_millis(100);

/// Writes a line for each message, for the start and the end of each step, and in between ten a second at most.
#[derive(Debug)]
pub struct ProgressLines {
    quiet: bool,
    step: Mutex<Option<Step>>,
}

#[derive(Debug)]
struct Step {
    what: String,
    total: u64,
    done: u64,
    rows: u64,
    found: Option<String>,
    began: Instant,
    told: Option<Instant>,
}

impl Step {
    fn line(&self, event: &str) -> Value {
        let mut line = json!({ "event": event, "step": self.what, "done": self.done, "total": self.total });
        if self.rows > 0 {
            line["rows"] = self.rows.into();
        }
        if let Some(found) = &self.found {
            line["found"] = found.as_str().into();
        }
        if self.done > 0 && self.total > 0 {
            let seconds = self.began.elapsed().as_secs_f64();
            let left = seconds * self.total.saturating_sub(self.done) as f64 / self.done as f64;
            line["seconds_left"] = ((left * 10.0).round() / 10.0).into();
        }
        line
    }
}

/// A stderr that cannot be written to is no reason to stop.
fn write(line: &Value) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl ProgressLines {
    /// Writes errors only if `quiet`.
    pub fn new(quiet: bool) -> ProgressLines {
        ProgressLines { quiet, step: Mutex::new(None) }
    }

    pub fn remark(&self, text: &str) {
        if !self.quiet {
            write(&json!({ "event": "remark", "text": text }));
        }
    }

    pub fn error(text: &str) {
        write(&json!({ "event": "error", "text": text }));
    }

    /// Changes the step, and tells it if the last line was long enough ago.
    fn change(&self, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.step.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(step);
            if step.told.is_none_or(|told| told.elapsed() >= PAUSE) {
                step.told = Some(Instant::now());
                write(&step.line("progress"));
            }
        }
    }
}

impl Progress for ProgressLines {
    fn start(&self, what: &str, total: u64) {
        if self.quiet {
            return;
        }
        let began = Instant::now();
        let step = Step { what: what.to_owned(), total, done: 0, rows: 0, found: None, began, told: None };
        write(&step.line("start"));
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = Some(step);
    }

    fn advance(&self, units: u64) {
        self.change(|step| step.done += units);
    }

    fn rows(&self, rows: u64) {
        self.change(|step| step.rows += rows);
    }

    fn found(&self, what: &str) {
        self.change(|step| step.found = Some(what.to_owned()));
    }

    fn finish(&self, summary: &str) {
        if let Some(step) = self.step.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let mut line = step.line("finish");
            line["summary"] = summary.into();
            write(&line);
        }
    }
}
