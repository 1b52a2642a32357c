//! A model on events that it has not seen: rows of `prefix,target`, or a later log.

use super::args::Args;
use super::json::write_json;
use super::{figures, print};
use crate::console::Console;
use crate::events::{Events, read_events};
use crate::id_lists::IdSplitter;
use crate::input::{self, PREFIX, Rows, TARGET, Value};
use crate::output::Output;
use crate::ranking::{Kind, all_ids};
use crate::reading::Account;
use crate::table::{Table, percent, thousands};
use crate::train_and_compare;
use crate::usage::Usage;
use anyhow::bail;
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::eval::{self, Comparison, EvaluateOptions, EvaluatedView, Evaluation};
use vicino::events::expand;
use vicino::measure::{SessionCounts, TestCases};
use vicino::model::Model;
use vicino::train::products_of;
use vicino::{EventKind, ItemIx};

/// Origin of the targets.
enum Source {
    Rows { num_rows: usize, without_target: usize },
    Sessions(SessionCounts),
}

pub fn run(args: &Args, model: &Path, console: &Console) -> anyhow::Result<()> {
    let model = input::model(model)?;
    let test = read(args, &model, console)?;
    let number_of = |id: &str| model.product(id);
    let is_known = |id: &str| number_of(id).is_some();
    let splitter = IdSplitter::new(args.sep.as_deref(), ' ', all_ids(&model), &is_known);
    let (cases, source) = test.cases(args, &number_of, &splitter);
    if let Source::Sessions(counts) = &source
        && cases.is_empty()
        && counts.in_training > 0
    {
        bail!(
            "no session ends after the model's newest event: {} sessions are of the training period; give later \
             events, or --all-sessions if the model was not trained on these",
            thousands(counts.in_training as u64)
        );
    }
    test.check_common(args, &model, &is_known, &splitter)?;
    let found = eval::evaluate(&model, &cases, &EvaluateOptions { cut_offs: args.cut_offs() }, console)?;
    let comparison = match args.train.is_empty() {
        true => None,
        false => Some(compare(args, &model, &test, &splitter, console)?),
    };

    if let Some((comparison, _)) = &comparison {
        let lead = "A model on events that it has not seen, beside simple methods from its training events.";
        args.write_report("How good the lists are", lead, figures::parts(comparison))?;
    }
    let mut output = Output::stdout();
    if args.json {
        let mut json = as_json(&found, &source, &cases);
        if let Some(account) = test.account() {
            json["reading"] = serde_json::to_value(&account.reading)?;
        }
        if let Some((comparison, account)) = &comparison {
            json["training_reading"] = serde_json::to_value(&account.reading)?;
            json["comparison"] = serde_json::to_value(comparison)?;
        }
        write_json(&mut output, &json)?;
    } else {
        if let Some(account) = test.account() {
            writeln!(output, "{account}")?;
        }
        print(&mut output, &found, &source, &cases)?;
        if let Some((comparison, account)) = &comparison {
            write!(output, "\nthe logs of --train\n{account}")?;
            print::comparison(&mut output, comparison)?;
        }
    }
    output.finish()
}

/// The model beside the simple methods, which are fitted on the logs of --train.
fn compare(
    args: &Args,
    model: &Model,
    test: &Test,
    splitter: &IdSplitter<'_>,
    console: &Console,
) -> anyhow::Result<(Comparison, Account)> {
    let paths = expand(&args.train)?;
    let Events { log: mut train, account, .. } = read_events(&paths, &args.events, args.seed, console)?;
    let (found, stated) = (train.sessions.len() as u64, model.about.num_sessions);
    if found != stated {
        console.remark(format_args!(
            "--train has {} sessions and the model was trained on {}: the simple methods know another log than the \
             model",
            thousands(found),
            thousands(stated)
        ));
    }
    let mut catalog = args.catalog.read(&train.item_ids, console)?;
    if model.variants.is_some()
        && let Some(products) = products_of(&train, catalog.as_ref())?
    {
        (train, catalog) = (products.log, products.catalog);
    }
    // What the model alone knows (products of a feed without events) may be listed and asked for, too.
    let ids = (0..model.num_items() as u32).map(|item| model.items.id(ItemIx(item)).to_owned());
    train_and_compare::add_items(&mut train.item_ids, ids);
    let numbers = train_and_compare::numbers(&train.item_ids);
    let product = |id: &str| Some(model.items.id(model.product(id)?));
    let item = |id: &str| numbers.get(product(id).unwrap_or(id)).copied();
    let (cases, _) = test.cases(args, &item, splitter);
    let cases = cases.sample(args.max_cases, args.seed);
    let found = train_and_compare::compare(&args.comparing(), &train, model, catalog.as_ref(), &cases, console)?;
    Ok((found, account))
}

/// Test data as it was read.
enum Test {
    Rows { rows: Vec<(Value<'static>, String)>, kind: EventKind, without_target: usize },
    Log { events: Box<Events>, after_ms: Option<i64> },
}

impl Test {
    /// The account of how the log was read; `None` for rows of prefix,target.
    fn account(&self) -> Option<&Account> {
        match self {
            Test::Rows { .. } => None,
            Test::Log { events, .. } => Some(&events.account),
        }
    }

    /// Fails if the model knows none of the products.
    fn check_common(
        &self,
        args: &Args,
        model: &Model,
        is_known: &dyn Fn(&str) -> bool,
        splitter: &IdSplitter<'_>,
    ) -> anyhow::Result<()> {
        let unknown = match self {
            Test::Rows { rows, .. } => {
                let mut has_known = rows.iter().any(|(_, target)| is_known(target));
                has_known |= rows.iter().any(|(prefix, _)| prefix.ids(splitter).iter().any(|id| is_known(id)));
                rows.first().map(|(_, target)| target).filter(|_| !has_known)
            }
            Test::Log { events, .. } => {
                let ids = &events.log.item_ids;
                ids.first().filter(|_| !ids.iter().any(|id| is_known(id)))
            }
        };
        let (Some(unknown), Some(known)) = (unknown, all_ids(model).next()) else { return Ok(()) };
        bail!(
            "the model knows none of the products of {}: they are called `{unknown}` there and `{known}` in the model; \
             write ids in the same way",
            args.test.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        )
    }

    /// Makes the test cases; `number_of` returns the number of a known item.
    fn cases(
        &self,
        args: &Args,
        number_of: &dyn Fn(&str) -> Option<ItemIx>,
        splitter: &IdSplitter<'_>,
    ) -> (TestCases, Source) {
        match self {
            Test::Rows { rows, kind, without_target } => {
                let mut cases = TestCases::new();
                for (number, (prefix, target)) in (0..).zip(rows) {
                    let history = prefix.ids(splitter);
                    let history: Vec<&str> = history.iter().map(String::as_str).collect();
                    cases.push_ids(number_of, &history, *kind, target, number);
                }
                (cases, Source::Rows { num_rows: rows.len(), without_target: *without_target })
            }
            Test::Log { events, after_ms } => {
                let numbers: Vec<Option<ItemIx>> = events.log.item_ids.iter().map(|id| number_of(id)).collect();
                let (cases, counts) = TestCases::after(&events.log.sessions, &numbers, *after_ms, args.targets());
                (cases, Source::Sessions(counts))
            }
        }
    }
}

fn read(args: &Args, model: &Model, console: &Console) -> anyhow::Result<Test> {
    let paths = expand(&args.test)?;
    let sorts: Vec<bool> = paths.iter().map(|path| input::has_targets(path)).collect::<anyhow::Result<_>>()?;
    if sorts.iter().any(|&sort| sort != sorts[0]) {
        bail!(
            "some of the test files have rows of prefix,target and some are event logs; measure them one after the other"
        );
    }
    if sorts[0] {
        return rows(args, &paths);
    }
    let events = read_events(&paths, &args.events, args.seed, console)?;
    let newest = model.about.newest_event_ms;
    if !args.all_sessions && (events.log.sessions.end_ms.is_empty() || newest == 0) {
        let which = if newest == 0 { "model was trained on" } else { "test file has" };
        return Err(Usage(format!(
            "the {which} events without real times, so training and test cannot be told apart; give --all-sessions if \
             the model was not trained on these events, or a file of prefix,target"
        ))
        .into());
    }
    Ok(Test::Log { events: Box::new(events), after_ms: (!args.all_sessions).then_some(newest) })
}

fn rows(args: &Args, paths: &[PathBuf]) -> anyhow::Result<Test> {
    let (mut rows, mut without_target) = (Vec::new(), 0);
    for path in paths {
        let mut source = Rows::open(path, &[PREFIX, TARGET])?;
        while let Some(values) = source.next()? {
            match &values[..] {
                [prefix, target] if !target.text().is_empty() => {
                    rows.push((prefix.to_owned(), target.id().into_owned()));
                }
                _ => without_target += 1,
            }
        }
    }
    Ok(Test::Rows { rows, kind: args.events.kind()?.unwrap_or(Kind::View).into(), without_target })
}

fn as_json(found: &Evaluation, source: &Source, cases: &TestCases) -> serde_json::Value {
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

fn print(output: &mut Output, found: &Evaluation, source: &Source, cases: &TestCases) -> io::Result<()> {
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

fn add(table: &mut Table, name: &str, view: &EvaluatedView) {
    for at in &view.at {
        let figures = [at.hit_rate, at.precision, at.recall, at.f1, at.mrr, at.ndcg, at.coverage].map(percent);
        table.row([name.to_owned(), at.k.to_string()].into_iter().chain(figures));
    }
}
