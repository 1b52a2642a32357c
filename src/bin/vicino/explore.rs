//! `vicino explore`: what is in an event log, before anything is trained on it.

use crate::catalogue::{self, CatalogFlags};
use crate::console::Console;
use crate::events::{EventFlags, look_at_events};
use crate::hints::HINTS;
use crate::output::{self, Output};
use crate::reading::Account;
use crate::table::Table;
use crate::usage::Usage;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::catalog::Catalog;
use vicino::eda::html::{self, Page};
use vicino::eda::{self, Exploration, Summary, Weight, sparkline};
use vicino::events::expand;

/// Shows what is in an event log: sizes, quality, figures and what stands out.
///
/// Reads what `train` reads, with the same flags, and trains nothing. The terminal gets a short version; -o writes one
/// page with every figure, which needs no network and nothing beside it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// Event logs, read as one
    #[arg(value_name = "EVENTS", required = true)]
    paths: Vec<PathBuf>,

    /// Where the page goes (- for stdout), or JSON if the name ends in .json; without it there is the short version alone
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    catalog: CatalogFlags,

    #[command(flatten)]
    events: EventFlags,

    /// Print everything as JSON, figures with their numbers included (docs/json.md)
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vicino explore events.csv.gz
  vicino explore 'logs/2026-*.parquet' --catalog products.csv -o report.html
  vicino explore orders.csv --json | jq '.findings[].title'";

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let paths = expand(&args.paths)?;
    let outputs: Vec<&PathBuf> = args.output.iter().chain(args.events.outputs()).collect();
    let inputs: Vec<PathBuf> = paths.iter().chain(args.catalog.path()).cloned().collect();
    output::refuse_to_replace(&inputs, outputs)?;
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    if args.json && to_stdout {
        return Err(Usage("--json and -o - cannot both go to stdout".to_owned()).into());
    }
    if let Some(path) = &args.output {
        output::check(path)?;
    }
    let (events, verdict) = look_at_events(&paths, &args.events, 0, true, console)?;
    let catalog = args.catalog.read(&events.log.item_ids, console)?;
    let found = eda::explore(&events.log, &events.report, catalog.as_ref(), &HINTS);

    let json = || as_json(&events.account, &eda::summarise(&events.log), catalog.as_ref(), &found);
    if let Some(path) = &args.output {
        let mut output = Output::create(path)?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            writeln!(output, "{}", json())?;
        } else {
            let page = Page { title: "What is in this log".to_owned(), lead: lead(&paths), parts: found.parts() };
            output.write_all(html::render(&page).as_bytes())?;
        }
        output.finish()?;
    }
    let mut output = Output::stdout();
    if args.json {
        writeln!(output, "{:#}", json())?;
    } else if !to_stdout {
        print(&mut output, &events.account, &found)?;
        if let Some(path) = args.output.as_ref().filter(|_| !console.is_quiet()) {
            writeln!(output, "\nwrote {}", path.display())?;
        }
    }
    output.finish()?;
    // What was read is shown all the same: that is how one sees what is wrong.
    verdict
}

/// Everything in numbers; the texts are those of findings and figures. `docs/json.md` has the keys.
fn as_json(account: &Account, summary: &Summary, catalog: Option<&Catalog>, found: &Exploration) -> Value {
    json!({
        "reading": account.reading,
        "catalog": catalogue::as_json(catalog),
        "data": summary.data,
        "popularity_curve": summary.popularity_curve,
        "session_lengths": summary.session_lengths,
        "findings": found.findings,
        "figures": found.figures,
        "missing": found.missing,
    })
}

/// The files that a page is about, without their folders.
pub fn lead(paths: &[PathBuf]) -> String {
    let name = |path: &PathBuf| {
        path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    match paths {
        [path] => format!("Made from {}. Everything here is in this one file.", name(path)),
        [first, .., last] => format!(
            "Made from {} files, {} to {}. Everything here is in this one file.",
            paths.len(),
            name(first),
            name(last)
        ),
        [] => String::new(),
    }
}

fn print(output: &mut Output, account: &Account, found: &Exploration) -> io::Result<()> {
    write!(output, "{account}\noverview\n{}", overview(found))?;
    writeln!(output, "\nfigures")?;
    for figure in &found.figures {
        if let Some(line) = sparkline(figure, 48) {
            writeln!(output, "  {:<44} {line}", figure.title)?;
        }
    }
    writeln!(output, "\nfindings")?;
    if found.findings.is_empty() {
        writeln!(output, "  nothing stands out")?;
    }
    for finding in &found.findings {
        let mark = if finding.weight == Weight::Warning { "!" } else { "-" };
        writeln!(output, "  {mark} {}", finding.title)?;
        for example in finding.examples.iter().take(2) {
            writeln!(output, "      {example}")?;
        }
    }
    for missing in &found.missing {
        writeln!(output, "  ({}: needs {})", missing.title.to_lowercase(), missing.needs)?;
    }
    Ok(())
}

/// The sizes that the account of the reading has not given.
fn overview(found: &Exploration) -> Table {
    let told: HashSet<&String> = found.reading.rows.iter().filter_map(|row| row.first()).collect();
    let mut table = Table::plain();
    for row in found.overview.rows.iter().filter(|row| row.first().is_none_or(|name| !told.contains(name))) {
        table.row(row.iter().map(String::as_str));
    }
    table
}
