//! `vicino evaluate`: how good a model's lists are, in both views.

use crate::console::Console;
use crate::events::{EventFlags, read_events};
use crate::input::{self, PREFIX, Rows, TARGET};
use crate::output::{self, Output};
use crate::ranking::Kind;
use crate::table::{Table, percent, thousands};
use crate::{Usage, values};
use anyhow::bail;
use clap::ValueEnum;
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::eval::{self, Cases, Evaluation, Protocol, SessionCounts, Targets, View};
use vicino::model::Model;

/// Measures how often a model's lists hold what a shopper went on to.
///
/// Two views stand side by side. `all targets` lets a list hold products that the shopper has seen; where shoppers
/// return to products, that alone makes many hits. `discovery` takes only the targets that are new to the shopper
/// and never lists a seen product. A target that the model does not know is a miss.
///
/// The test file has rows of `prefix,target` (CSV; `prefix` holds product ids, oldest first, with spaces between),
/// or it is an event log like those for `train`, of which the sessions that end after the model's newest event are
/// used: each event after the first is a target, with the events before it as the history.
///
/// Do not choose a model by its figures on a test file and then report the same figures.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// The model
    #[arg(short, long, value_name = "FILE")]
    model: PathBuf,

    /// Test files, all of one sort: rows of prefix,target, or event logs
    #[arg(short, long, value_name = "FILE", required = true, num_args = 1..)]
    test: Vec<PathBuf>,

    /// Lengths of the lists to measure
    #[arg(long, value_name = "K,K,...", value_delimiter = ',', default_value = "5,10,20", value_parser = values::list_length)]
    at: Vec<usize>,

    /// Event logs: which events of a session are targets
    #[arg(long, value_enum, default_value_t = TargetsName::Each)]
    targets: TargetsName,

    /// Event logs: use every session, also those that end before the model's newest event
    #[arg(long)]
    all_sessions: bool,

    #[command(flatten)]
    events: EventFlags,

    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Which events of a session are targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TargetsName {
    /// Every event after the first: long sessions weigh more
    Each,
    /// The last event only: every session weighs the same
    Last,
}

const AFTER_HELP: &str = "\
Figures, all as means over targets (one target a list, so that recall@k equals HitRate@k):
  HitRate@k    1 if the target is among the first k; papers on session data print it as P@k
  precision@k  HitRate@k / k
  F1@k         harmonic mean of a list's precision and recall
  MRR@k        1 / rank of the target, 0 below rank k
  NDCG@k       1 / log2(rank + 1), 0 below rank k
  accuracy     1 if the target is first
  coverage@k   share of the model's products that stand among the first k of at least one list

Examples:
  vicino evaluate --model shop.vicino --test test.csv.gz --at 20
  vicino evaluate --model shop.vicino --test events-of-june.parquet --session-gap 30m --json";

/// Where the targets come from.
enum Source {
    Rows { num_rows: usize, without_target: usize },
    Sessions(SessionCounts),
}

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let model = input::model(&args.model)?;
    let (cases, source) = cases(args, &model, console)?;
    if let Source::Sessions(counts) = &source
        && cases.is_empty()
        && counts.in_training > 0
    {
        bail!(
            "no session ends after the model's newest event: {} sessions are of the training period; give later events, \
             or --all-sessions if the model was not trained on these",
            thousands(counts.in_training as u64)
        );
    }
    let mut cut_offs = args.at.clone();
    cut_offs.sort_unstable();
    cut_offs.dedup();
    let found = eval::evaluate(&model, &cases, &Protocol { cut_offs }, console)?;

    let mut output = Output::stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut output, &as_json(&found, &source, &cases)).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        print(&mut output, &found, &source, &cases)?;
    }
    output.finish()
}

fn cases(args: &Args, model: &Model, console: &Console) -> anyhow::Result<(Cases, Source)> {
    if args.test.iter().any(|path| path == Path::new("-")) {
        return Err(Usage("--test reads files, not stdin: it looks at each before it reads it".to_owned()).into());
    }
    let sorts: Vec<bool> = args.test.iter().map(|path| input::has_targets(path)).collect::<anyhow::Result<_>>()?;
    if sorts.iter().any(|&sort| sort != sorts[0]) {
        bail!(
            "some of the test files have rows of prefix,target and some are event logs; measure them one after the other"
        );
    }
    if sorts[0] {
        return rows(args, model);
    }
    output::refuse_to_replace(&args.test, args.events.outputs())?;
    let events = read_events(&args.test, &args.events, console)?;
    let newest = model.about.newest_event_ms;
    if !args.all_sessions && (events.log.sessions.end_ms.is_empty() || newest == 0) {
        let which = if newest == 0 { "model was trained on" } else { "test file has" };
        return Err(Usage(format!(
            "the {which} events without real times, so training and test cannot be told apart; give --all-sessions if \
             the model was not trained on these events, or a file of prefix,target"
        ))
        .into());
    }
    let targets = match args.targets {
        TargetsName::Each => Targets::Each,
        TargetsName::Last => Targets::Last,
    };
    let after_ms = (!args.all_sessions).then_some(newest);
    let (cases, counts) = Cases::from_sessions(model, &events.log, after_ms, targets);
    Ok((cases, Source::Sessions(counts)))
}

fn rows(args: &Args, model: &Model) -> anyhow::Result<(Cases, Source)> {
    let mut cases = Cases::new();
    let mut without_target = 0;
    let kind = args.events.kind()?.unwrap_or(Kind::View).into();
    for path in &args.test {
        let mut rows = Rows::open(path, &[PREFIX, TARGET])?;
        while let Some(values) = rows.next()? {
            match values[..] {
                [prefix, target] if !target.trim().is_empty() => {
                    cases.push(model, prefix.split_ascii_whitespace(), kind, target.trim());
                }
                _ => without_target += 1,
            }
        }
    }
    let num_rows = cases.len();
    Ok((cases, Source::Rows { num_rows, without_target }))
}

fn as_json(found: &Evaluation, source: &Source, cases: &Cases) -> serde_json::Value {
    let used = match source {
        Source::Rows { num_rows, without_target } => {
            json!({ "rows": num_rows, "rows_without_target": without_target })
        }
        Source::Sessions(counts) => json!({
            "sessions": counts.used,
            "sessions_in_training": counts.in_training,
            "sessions_too_short": counts.too_short,
        }),
    };
    json!({
        "used": used,
        "num_unknown_history_ids": cases.num_unknown_events(),
        "all_targets": found.all_targets,
        "discovery": found.discovery,
    })
}

fn print(output: &mut Output, found: &Evaluation, source: &Source, cases: &Cases) -> io::Result<()> {
    match source {
        Source::Rows { num_rows, without_target } => writeln!(
            output,
            "{} rows used; skipped: {} without a target",
            thousands(*num_rows as u64),
            thousands(*without_target as u64)
        )?,
        Source::Sessions(counts) => writeln!(
            output,
            "{} sessions used; skipped: {} of the training period, {} of a single event",
            thousands(counts.used as u64),
            thousands(counts.in_training as u64),
            thousands(counts.too_short as u64)
        )?,
    }
    if cases.num_unknown_events() > 0 {
        let unknown = thousands(cases.num_unknown_events() as u64);
        writeln!(output, "{unknown} product ids in histories are not in the model and ignored")?;
    }
    let views = [("all targets", &found.all_targets), ("discovery", &found.discovery)];

    let mut targets = Table::new(&["view", "targets", "unknown to the model", "without a known history", "accuracy"]);
    for (name, view) in views {
        let counts = [view.num_targets, view.num_unknown_targets, view.num_without_history];
        let cells = counts.map(|count| thousands(count as u64)).into_iter().chain([percent(view.accuracy)]);
        targets.row([name.to_owned()].into_iter().chain(cells));
    }
    write!(output, "\n{targets}")?;

    let mut metrics = Table::new(&["view", "k", "HitRate", "precision", "recall", "F1", "MRR", "NDCG", "coverage"]);
    for (name, view) in views {
        add(&mut metrics, name, view);
    }
    write!(output, "\n{metrics}")
}

fn add(table: &mut Table, name: &str, view: &View) {
    for at in &view.at {
        let figures = [at.hit_rate, at.precision, at.recall, at.f1, at.mrr, at.ndcg, at.coverage].map(percent);
        table.row([name.to_owned(), at.k.to_string()].into_iter().chain(figures));
    }
}
