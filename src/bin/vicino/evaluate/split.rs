//! A log in two parts: a model and the simple methods learn from one and are measured on the other.

use super::args::{Args, SplitName, TargetsName};
use super::json::write_json;
use super::{figures, print};
use crate::catalogue;
use crate::console::Console;
use crate::events::{Events, read_events_with};
use crate::output::Output;
use crate::table::{Table, percent, thousands};
use crate::train_and_compare::{self, HeldOut};
use serde_json::json;
use std::io::{self, Write};
use vicino::eval::{SplitBy, SplitReport};
use vicino::events::expand;
use vicino::learn;

const DAY_MS: f64 = 86_400_000.0;

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let paths = expand(&args.log)?;
    let Events { log, account, .. } = read_events_with(&paths, &args.events, args.seed, true, console)?;
    let catalog = args.catalog.read(&log.item_ids, console)?;
    let are_baskets =
        args.targets.map_or(learn::are_returning_orders(&log.sessions), |name| name == TargetsName::Basket);
    let by = match args.split {
        SplitName::Time if are_baskets => SplitBy::NextBasket { holdout: args.holdout },
        SplitName::Time => SplitBy::Time { holdout: args.holdout, targets: args.targets() },
        SplitName::LeaveLastOut => SplitBy::LeaveLastOut,
        SplitName::LastBasket => SplitBy::LastBasket,
    };
    let found = train_and_compare::held_out(log, by, catalog.as_ref(), &args.comparing(), console)?;
    let HeldOut { split, num_cases, num_sampled, num_bytes, comparison } = &found;

    let lead = format!("Trained on one part of the log and measured on the other, split by `{}`.", split.split);
    args.write_report("How good the lists are", &lead, figures::parts(comparison))?;
    let mut output = Output::stdout();
    if args.json {
        let json = json!({
            "reading": account.reading,
            "catalog": catalogue::as_json(catalog.as_ref()),
            "split": split,
            "num_trials": num_cases,
            "num_sampled": num_sampled,
            "model": { "bytes": num_bytes, "is_tuned": args.is_tuned() },
            "comparison": comparison,
            "figures": figures::figures(comparison),
        });
        write_json(&mut output, &json)?;
    } else {
        writeln!(output, "{account}")?;
        print_split(&mut output, split)?;
        if num_sampled < num_cases {
            let (drawn, all) = (thousands(*num_sampled as u64), thousands(*num_cases as u64));
            writeln!(output, "compared on {drawn} of {all} histories, drawn with seed {}", args.seed)?;
        }
        let tuned = if args.is_tuned() { "tuned on the training part" } else { "not tuned (--tune does)" };
        writeln!(output, "{}: {} bytes, {tuned}", train_and_compare::OURS, thousands(*num_bytes as u64))?;
        print::comparison(&mut output, comparison)?;
    }
    output.finish()
}

/// Prints the sizes of the parts and their overlap.
fn print_split(output: &mut Output, report: &SplitReport) -> io::Result<()> {
    let count = |number: usize| thousands(number as u64);
    let cut = report.cut_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let is_by_time = report.split.starts_with("time");
    let cut = match cut {
        Some(time) => format!("; training ends at {time}"),
        None if is_by_time => "; the log has no times, so that the order of its sessions stands for them".to_owned(),
        None => "; training events of others may be later than a target".to_owned(),
    };
    let gap = report.gap_ms.map(|ms| format!(", the first target is {:.1} days later", ms as f64 / DAY_MS));
    writeln!(output, "split: {}{cut}{}", report.split, gap.unwrap_or_default())?;
    let mut sides = Table::new(&["", "training", "test", "both sides"]);
    let (training, test) = (&report.training, &report.test);
    let expected = if report.split == "leave-last-out" { " (wanted: each with its last event left out)" } else { "" };
    sides.row([
        "sessions",
        &count(training.sessions),
        &count(test.sessions),
        &format!("{}{expected}", count(report.sessions_on_both_sides)),
    ]);
    if training.shoppers > 0 {
        sides.row([
            "shoppers",
            &count(training.shoppers),
            &count(test.shoppers),
            &count(report.shoppers_on_both_sides),
        ]);
    }
    sides.row(["products", &count(training.items), &count(test.items), &count(report.items_on_both_sides)]);
    sides.row(["events", &count(training.events), &count(test.events), "0"]);
    write!(output, "{sides}")?;
    let across = format!("{} sessions across the cut, ", count(report.sessions_across_the_cut));
    let too_short = match report.split {
        "time" => "sessions of a single event",
        "leave-last-out" => "shoppers with a single event",
        _ => "shoppers without an order before",
    };
    let across = if is_by_time && report.cut_ms.is_some() { across } else { String::new() };
    writeln!(output, "left out: {across}{} {too_short}", count(report.too_short))?;
    let unknown = report.unknown_targets as f64 / report.targets.max(1) as f64;
    writeln!(
        output,
        "targets: {}, of which {} ({}) training does not know",
        count(report.targets),
        count(report.unknown_targets),
        percent(unknown)
    )?;
    if report.equal_sessions > 0 {
        writeln!(
            output,
            "{} test sessions of three events or more equal one of training, event by event: if exports overlap, take \
             the copies out",
            count(report.equal_sessions)
        )?;
    }
    Ok(())
}
