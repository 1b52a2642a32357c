//! A shipped model over the weeks after a date, with thresholds for a scheduler.

use super::args::Args;
use super::dates::day;
use super::figures;
use super::json::write_json;
use crate::console::Console;
use crate::events::{Events, read_events};
use crate::input;
use crate::output::Output;
use crate::table::{Table, percent, thousands};
use crate::usage::Usage;
use anyhow::bail;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;
use vicino::eval::{self, Drift, DriftOptions, Week};
use vicino::events::expand;

/// Characters of a whole bar.
const BAR: usize = 20;

pub fn run(args: &Args, model: &Path, since_ms: i64, console: &Console) -> anyhow::Result<()> {
    let model = input::model(model)?;
    let paths = expand(&args.test)?;
    let Events { log, account, .. } = read_events(&paths, &args.events, args.seed, console)?;
    if log.sessions.end_ms.is_empty() {
        return Err(Usage("--since needs events with real times; the log has none".to_owned()).into());
    }
    let newest_ms = model.about.newest_event_ms;
    if since_ms < newest_ms && !args.all_sessions {
        return Err(Usage(format!(
            "--since {} is before the model's newest event ({}): it was trained on what came between; give a later \
             date, or --all-sessions if it was not trained on these events",
            day(since_ms),
            day(newest_ms)
        ))
        .into());
    }
    let k = args.cut_offs().last().copied().unwrap_or(20);
    let options = DriftOptions { since_ms, k, max_drop: args.max_drop, max_unknown: args.max_unknown };
    let found = eval::drift(&model, &log, &options, console)?;

    let lead = format!("Events after {}, week by week.", day(since_ms));
    args.write_report("How the model fares", &lead, figures::drift_parts(&found))?;
    let mut output = Output::stdout();
    if args.json {
        write_json(
            &mut output,
            &json!({ "reading": account.reading, "drift": found, "figures": figures::drift_figures(&found) }),
        )?;
    } else {
        writeln!(output, "{account}")?;
        print(&mut output, &found)?;
    }
    output.finish()?;
    match &found.alarms[..] {
        [] => Ok(()),
        alarms => bail!("{}", alarms.iter().map(|alarm| alarm.text.as_str()).collect::<Vec<_>>().join("; ")),
    }
}

fn print(output: &mut Output, found: &Drift) -> io::Result<()> {
    let k = found.k;
    let hit_rate = format!("HitRate@{k}");
    let header =
        ["week from", "targets", &hit_rate, "", &format!("MRR@{k}"), "discovery", "unknown", "popularity moved", ""];
    let mut table = Table::new(&header);
    let most = found.weeks.iter().map(|week| week.hit_rate).fold(f64::MIN_POSITIVE, f64::max);
    for week in &found.weeks {
        table.row(row(week, most));
    }
    write!(output, "{table}")?;
    if let Some(stated) = found.stated_hit_rate {
        writeln!(output, "\nthe model states HitRate@{k} {} of its own held-out sessions", percent(stated))?;
    }
    match found.drop {
        Some(drop) if drop >= 0.0 => {
            writeln!(
                output,
                "from the first whole week to the last HitRate@{k} fell by {} of what it was",
                percent(drop)
            )
        }
        Some(drop) => {
            writeln!(
                output,
                "from the first whole week to the last HitRate@{k} rose by {} of what it was",
                percent(-drop)
            )
        }
        None => writeln!(output, "a fall needs two whole weeks, the first with a hit, to be seen"),
    }
}

fn row(week: &Week, most: f64) -> Vec<String> {
    let bar = "█".repeat((week.hit_rate / most * BAR as f64).round() as usize);
    vec![
        day(week.start_ms),
        thousands(week.num_targets as u64),
        percent(week.hit_rate),
        bar,
        percent(week.mrr),
        percent(week.discovery_hit_rate),
        percent(week.unknown_share),
        format!("{:.3}", week.popularity_distance),
        if week.is_whole { String::new() } else { "not whole".to_owned() },
    ]
}
