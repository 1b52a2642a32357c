//! The account of how a log was read, which every command that reads one gives, and the judgement of what was left out.

use crate::cleaning;
use crate::console::Console;
use crate::hints::{self, HINTS};
use crate::table::{Table, thousands};
use anyhow::anyhow;
use std::fmt::{self, Display};
use vicino::eda::{self, Reading, Verdict};
use vicino::events::{EventLog, Loss, ReadReport, Reason};

/// Account of the reading of one log, for people and as JSON.
#[derive(Debug)]
pub struct Account {
    pub reading: Reading,
    /// Rules that could not run, with the reasons.
    not_run: Option<String>,
}

impl Account {
    /// The account of a log as it was read.
    pub fn new(log: &EventLog, report: &ReadReport) -> Account {
        Account { reading: eda::reading(log, report, &HINTS), not_run: cleaning::not_run(report) }
    }
}

impl Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reading = &self.reading;
        let mut table = Table::plain();
        for row in reading.account().rows {
            table.row(row);
        }
        writeln!(f, "reading\n{table}")?;
        if !reading.guesses.is_empty() {
            writeln!(f, "guessed")?;
            for guess in &reading.guesses {
                writeln!(f, "  {}", guess.text)?;
            }
            writeln!(f)?;
        }
        writeln!(f, "left out")?;
        if reading.left_out.is_empty() {
            writeln!(f, "  nothing: every row became an event")?;
        } else {
            write!(f, "{}", left_out(reading))?;
        }
        if let Some(rules) = &self.not_run {
            writeln!(f, "  rules that could not run: {rules}")?;
        }
        let types = reading.unknown_event_types.iter().map(|(name, rows)| format!("{name} ({})", thousands(*rows)));
        let types: Vec<String> = types.collect();
        if !types.is_empty() {
            writeln!(f, "  event types left out: {}", types.join(", "))?;
        }
        Ok(())
    }
}

/// The rows that were left out rule by rule: before and after, their share, and the first of them.
fn left_out(reading: &Reading) -> Table {
    let mut table = Table::new(&["rule", "reason", "before", "rows", "after", "share", "first at", "column", "found"]);
    let mut left = reading.num_rows;
    for one in &reading.left_out {
        let (example, before) = (&one.example, left);
        left -= one.rows.min(left);
        let mark = if one.verdict == Verdict::Fine { "" } else { " !" };
        table.row([
            one.rule.to_owned(),
            one.reason.to_owned(),
            thousands(before),
            thousands(one.rows),
            thousands(left),
            format!("{:.1} %{mark}", 100.0 * one.share),
            format!("{}:{}", example.path.display(), example.line),
            example.column.clone(),
            example.found.clone(),
        ]);
    }
    table
}

/// Warns of every reason that takes more than it should.
///
/// # Errors
/// One takes so much that the log is probably not read as it is meant, and is not `accepted`.
pub fn judge(report: &ReadReport, accepted: &[Reason], console: &Console) -> anyhow::Result<()> {
    let losses = report.losses();
    let (fatal, others): (Vec<&Loss>, Vec<&Loss>) =
        losses.iter().partition(|loss| loss.is_error && !accepted.contains(&loss.reason));
    for loss in others {
        console.remark(format_args!("warning: {}; --keep-rejects FILE shows them", told(loss)));
    }
    if fatal.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = fatal.iter().map(|loss| told(loss)).collect();
    let accept: Vec<String> = fatal.iter().map(|loss| format!("`--accept {}`", loss.reason.key())).collect();
    Err(anyhow!(
        "too much of the log is left out: {}\n{}look at the rows with `--keep-rejects FILE`, name other columns with \
         `--column FIELD=NAME`{}, or go on without them with {}",
        told.join("; "),
        report.cleaning_table(),
        flags(&fatal),
        accept.join(" ")
    ))
}

/// The flags that change the rules of these losses, as a part of a sentence.
fn flags(losses: &[&Loss]) -> String {
    let mut flags: Vec<&str> = losses.iter().filter_map(|loss| hints::of_rule(loss.reason.rule())).collect();
    flags.dedup();
    flags.iter().map(|flag| format!(", change the rule with `{flag}`")).collect()
}

/// `bad timestamp takes 988 of 988 purchases (100.0 %)`.
fn told(loss: &Loss) -> String {
    let what = loss.kind.map_or_else(|| "rows".to_owned(), |kind| format!("{}s", kind.name()));
    let share = 100.0 * loss.share();
    format!("{} takes {} of {} {what} ({share:.1} %)", loss.reason, thousands(loss.rows), thousands(loss.of))
}
