//! `vicino explore`: what is in an event log, before anything is trained on it.

use crate::catalogue::CatalogFlags;
use crate::console::Console;
use crate::events::{EventFlags, read_events_with};
use crate::hints::HINTS;
use crate::output::{self, Output};
use crate::table::Table;
use crate::usage::Usage;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::eda::figure::Grid;
use vicino::eda::html::{self, Page};
use vicino::eda::{self, Exploration, Weight, sparkline};
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

    /// Where the page goes (- for stdout); without it there is the short version alone
    #[arg(short, long, value_name = "FILE.html")]
    output: Option<PathBuf>,

    #[command(flatten)]
    catalog: CatalogFlags,

    #[command(flatten)]
    events: EventFlags,

    /// Print everything as JSON, figures with their numbers included
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
    let events = read_events_with(&paths, &args.events, 0, true, console)?;
    let catalog = args.catalog.read(console)?;
    let found = eda::explore(&events.log, &events.report, catalog.as_ref(), &HINTS);

    if let Some(path) = &args.output {
        let page = Page { title: "What is in this log".to_owned(), lead: lead(&paths), parts: found.parts() };
        let mut output = Output::create(path)?;
        output.write_all(html::render(&page).as_bytes())?;
        output.finish()?;
    }
    let mut output = Output::stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut output, &found).map_err(io::Error::from)?;
        writeln!(output)?;
    } else if !to_stdout {
        print(&mut output, &found)?;
        if let Some(path) = args.output.as_ref().filter(|_| !console.is_quiet()) {
            writeln!(output, "\nwrote {}", path.display())?;
        }
    }
    output.finish()
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

fn print(output: &mut Output, found: &Exploration) -> io::Result<()> {
    writeln!(output, "overview")?;
    write!(output, "{}", plain(&found.overview))?;
    if !found.quality.rows.is_empty() {
        writeln!(output, "\nleft out")?;
        let mut table = Table::new(&["reason", "rows", "share", "first at", "found"]);
        for row in &found.quality.rows {
            table.row(row.iter().map(String::as_str));
        }
        write!(output, "{table}")?;
    }
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

/// A grid of names and values without its head.
fn plain(grid: &Grid) -> Table {
    let mut table = Table::plain();
    for row in &grid.rows {
        table.row(row.iter().map(String::as_str));
    }
    table
}
