//! Messages on stderr: remarks, errors and progress.

use crate::hints;
use crate::progress_lines::ProgressLines;
use crate::table::thousands;
use crate::terminal::printable;
use clap::ValueEnum;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use vicino::Progress;

/// Form of the progress on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressForm {
    /// Bars, on terminals only
    Bars,
    /// Progress, remarks and errors as lines of JSON, for programs (docs/json.md)
    Json,
}

/// Writes to stderr and draws progress there; a stderr that cannot be written to is no reason to stop.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    form: ProgressForm,
    /// Takes all messages, if they are wanted as JSON.
    lines: Option<ProgressLines>,
    draws: bool,
    bar: Mutex<Option<ProgressBar>>,
    /// Rows that the current step has read; 0 in steps that read none.
    rows: Arc<AtomicU64>,
}

impl Console {
    /// A console that prints errors only if `quiet`; draws bars only on a terminal.
    pub fn new(quiet: bool, form: ProgressForm) -> Console {
        let is_json = form == ProgressForm::Json;
        Console {
            quiet,
            form,
            lines: is_json.then(|| ProgressLines::new(quiet)),
            draws: !quiet && !is_json && io::stderr().is_terminal(),
            bar: Mutex::new(None),
            rows: Arc::default(),
        }
    }

    /// Returns true if only results and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a remark, unless quiet.
    pub fn remark(&self, text: impl Display) {
        match &self.lines {
            Some(lines) => lines.remark(&text.to_string()),
            None if self.quiet => {}
            None => print(&text.to_string()),
        }
    }

    /// Prints what went wrong, with every cause, as one message.
    pub fn error(&self, error: &anyhow::Error) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
        print_error(self.form, &message(error));
    }
}

/// Prints a message of an error.
pub fn print_error(form: ProgressForm, message: &str) {
    match form {
        ProgressForm::Json => ProgressLines::error(message),
        ProgressForm::Bars => print(message),
    }
}

/// Prints a message, without what would control a terminal; a stderr that cannot be written to is no reason to stop.
fn print(message: &str) {
    let _ = writeln!(io::stderr(), "vicino: {}", printable(message));
}

/// The causes from the outermost to the innermost, and the flag that helps; a cause that the one before it has printed
/// already is left out.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    let mut message = without_numbers(&message);
    message.push_str(&hints::of_error(error).unwrap_or_default());
    message
}

/// A message less the numbers that a system has for its errors: they differ between systems, and the words say it.
fn without_numbers(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => text.push_str(rest),
            _ => text.extend([" (os error ", part]),
        }
    }
    text
}

/// Returns true if the reader of our output has gone away.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

impl Progress for Console {
    fn start(&self, what: &str, total: u64) {
        if let Some(lines) = &self.lines {
            lines.start(what, total);
        }
        if !self.draws {
            return;
        }
        let bar = if total == 0 { ProgressBar::no_length() } else { ProgressBar::new(total) };
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        self.rows.store(0, Ordering::Relaxed);
        let rows = self.rows.clone();
        let template = if total == 0 {
            "{spinner} {msg} {elapsed} {done}"
        } else {
            "{spinner} {msg} {elapsed} {wide_bar} {percent} % {rows}{prefix}ETA {eta}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = style.with_key("rows", move |state: &ProgressState, to: &mut dyn fmt::Write| {
                let rows = rows.load(Ordering::Relaxed);
                // Steps that read rows count their bytes.
                if rows > 0 {
                    let _ = write!(
                        to,
                        "{} of {}, {} rows ",
                        HumanBytes(state.pos()),
                        HumanBytes(state.len().unwrap_or(0)),
                        thousands(rows)
                    );
                }
            });
            bar.set_style(style.with_key("done", |state: &ProgressState, to: &mut dyn fmt::Write| {
                if state.pos() > 0 {
                    let _ = to.write_str(&thousands(state.pos()));
                }
            }));
        }
        bar.set_message(printable(what).into_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        if let Some(before) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).replace(bar) {
            before.finish_and_clear();
        }
    }

    fn advance(&self, units: u64) {
        if let Some(lines) = &self.lines {
            lines.advance(units);
        }
        if self.draws
            && let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            bar.inc(units);
        }
    }

    fn rows(&self, rows: u64) {
        if let Some(lines) = &self.lines {
            lines.rows(rows);
        }
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    fn found(&self, what: &str) {
        if let Some(lines) = &self.lines {
            lines.found(what);
        }
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            bar.set_prefix(format!("{} ", printable(what)));
        }
    }

    fn finish(&self, summary: &str) {
        if let Some(lines) = &self.lines {
            lines.finish(summary);
        }
        if !self.draws {
            return;
        }
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let what = bar.message();
            bar.finish_and_clear();
            let separator = if summary.is_empty() { "" } else { ": " };
            print(&format!("{what}{separator}{summary}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = anyhow!("no such file").context("cannot open a.csv: no such file").context("cannot train");
        assert_eq!(message(&error), "cannot train: cannot open a.csv: no such file");
    }

    #[test]
    fn numbers_of_the_system_are_left_out() {
        let error = anyhow::Error::new(io::Error::from_raw_os_error(2)).context("cannot read a.csv");
        assert!(!message(&error).contains("os error"), "{}", message(&error));
        assert_eq!(without_numbers("a (os error 2): b (os error 13)"), "a: b");
        assert_eq!(without_numbers("a (os error x) b"), "a (os error x) b");
    }

    #[test]
    fn a_closed_pipe_is_found_under_its_context() {
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&anyhow::Error::new(broken).context("cannot write")));
        assert!(!is_closed_pipe(&anyhow!("broken")));
    }
}
