//! `vicino train`: from event logs to a model.

use crate::console::Console;
use crate::events::{EventFlags, Events, read_events};
use crate::output::{self, Output};
use crate::report::Report;
use crate::table::thousands;
use crate::{Usage, values};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use vicino::learn::{self, BasketSource, Settings};
use vicino::model::{self, About, Categories};
use vicino::pack::{Draft, PackOptions, pack};
use vicino::{catalog, eda};

/// Trains a model from event logs.
///
/// Reads CSV (also with tabs or semicolons), JSON lines and Parquet, the first two also as .gz. Columns are found
/// by their usual names, and what was found is printed. Needed are a column of products and one of sessions (or
/// orders) or shoppers; times say what follows what.
///
/// The constants of the recipe are tuned on the last part of the sessions, which then joins the rest. A pair of products
/// counts only if enough distinct shoppers made it, so that no single shopper's path can be read from the file.
///
/// What comes next is learnt event by event within a session. A log of purchases alone, by named shoppers of whom
/// enough come back, is learnt basket by basket instead: what a shopper buys next, given all baskets before, and
/// how often and how lately something was bought counts.
///
/// The same events and flags give the same file, byte for byte, for any number of threads.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// Event logs, read as one
    #[arg(value_name = "EVENTS", required = true)]
    paths: Vec<PathBuf>,

    /// Where the model goes (- for stdout)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// A product feed; the categories of products go into the model
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,

    /// Take a field of the product feed from this column instead of one with a usual name
    #[arg(long = "catalog-column", value_name = "FIELD=NAME", value_parser = values::catalog_column, requires = "catalog")]
    catalog_columns: Vec<(catalog::Field, String)>,

    #[command(flatten)]
    events: EventFlags,

    /// Tune the constants on held-out sessions (the default)
    #[arg(help_heading = "Learning", long, overrides_with = "no_tune")]
    tune: bool,

    /// Use the default constants: faster, and less good on most data
    #[arg(help_heading = "Learning", long, overrides_with = "tune")]
    no_tune: bool,

    /// Constants to try for each table
    ///
    /// Below some 50 the search has not settled; beyond 400 nothing measurable is gained.
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().evaluations, value_parser = values::evaluations)]
    evaluations: usize,

    /// Neighbours to keep for each product
    ///
    /// Few make a small file with fewer alternatives; beyond some 50 quality no longer rises.
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().neighbours, value_parser = values::neighbours)]
    neighbours: usize,

    /// Bits of a neighbour's weight, 1 to 8
    ///
    /// 4 lose nothing measurable, 3 a tenth of a point of HitRate, 2 a third.
    #[arg(help_heading = "Learning", long, value_name = "BITS", default_value_t = Settings::default().weight_bits, value_parser = clap::value_parser!(u8).range(1..=8))]
    weight_bits: u8,

    /// Distinct shoppers that a pair of products must have (sessions, if the log names no shoppers)
    ///
    /// 1 keeps all pairs, and with them what one shopper alone did. The larger, the less can be told about
    /// anybody, and the fewer rare products have neighbours.
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().min_shoppers, value_parser = clap::value_parser!(u32).range(1..))]
    min_shoppers: u32,

    /// Do not learn what is bought together
    #[arg(help_heading = "Learning", long)]
    no_baskets: bool,

    /// Seed of the tuning
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().seed)]
    seed: u64,

    /// Also write what was found as JSON, with what plots need
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Print the summary as JSON (the content of --report)
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vicino train events.csv.gz -o shop.vicino
  vicino train 2026-*.parquet --catalog products.csv -o shop.vicino --report report.json
  vicino train orders.csv --column session=Invoice --column item=StockCode --events-are purchase -o shop.vicino
  vicino train clicks.jsonl --session-gap 1h --min-shoppers 5 --neighbours 30 -o shop.vicino";

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    refuse_to_replace_input(args)?;
    for path in [Some(&args.output), args.report.as_ref()].into_iter().flatten() {
        output::check(path)?;
    }
    let events = read_events(&args.paths, &args.events, console)?;
    let settings = Settings {
        neighbours: args.neighbours,
        weight_bits: args.weight_bits,
        min_shoppers: args.min_shoppers,
        tune: !args.no_tune,
        evaluations: args.evaluations,
        seed: args.seed,
        baskets: if args.no_baskets { BasketSource::None } else { BasketSource::Purchases },
    };
    let categories =
        args.catalog.as_deref().map(|path| categories(args, path, &events, console)).transpose()?.flatten();
    let learnt = learn::learn(&events.log, &settings, console).context("cannot train")?;
    let summary = eda::summarise(&events.log);
    let draft = Draft {
        about: about(&summary.data, args.seed, learnt.hyperparameters),
        item_ids: events.log.item_ids,
        tables: learnt.tables,
        popularity: learnt.popularity,
        ranking: learnt.ranking,
        categories,
        privacy: learnt.privacy,
        measurements: learnt.measurements,
    };
    let options = PackOptions { neighbours: args.neighbours, weight_bits: args.weight_bits };
    let model = pack(draft, &options).context("cannot pack the model")?;
    let bytes = model.to_bytes().context("cannot write the model")?;
    write(&args.output, &bytes)?;

    let report = Report {
        read: &events.report,
        summary: &summary,
        model: &model,
        tables: &model::table_bytes(&bytes)?,
        num_bytes: bytes.len(),
        is_tuned: !args.no_tune,
    };
    let json = report.to_json()?;
    if let Some(path) = &args.report {
        write(path, json.as_bytes())?;
    }
    if args.output == Path::new("-") {
        console.remark(report);
        return Ok(());
    }
    let mut output = Output::stdout();
    if args.json {
        output.write_all(json.as_bytes())?;
    } else if !console.is_quiet() {
        write!(output, "{report}")?;
        writeln!(output, "wrote {}", args.output.display())?;
    }
    output.finish()
}

/// Writes a whole file, or stdout.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))?;
    output.finish()
}

fn refuse_to_replace_input(args: &Args) -> anyhow::Result<()> {
    let outputs = [Some(&args.output), args.report.as_ref()];
    for output in outputs.into_iter().flatten() {
        if args.paths.iter().chain(&args.catalog).any(|input| output::is_same_file(input, output)) {
            return Err(Usage(format!("{} is read and would be replaced", output.display())).into());
        }
    }
    if args.report.as_ref() == Some(&args.output) {
        return Err(Usage("the model and the report cannot both go to one file".to_owned()).into());
    }
    Ok(())
}

fn about(data: &eda::Sizes, seed: u64, hyperparameters: Vec<(String, f64)>) -> About {
    About {
        trainer_version: env!("CARGO_PKG_VERSION").to_owned(),
        newest_event_ms: data.newest_event_ms,
        num_events: data.num_events,
        num_sessions: data.num_sessions,
        num_shoppers: data.num_shoppers,
        seed,
        hyperparameters,
    }
}

/// The categories of the log's items, as the product feed has them; `None` if it has none of them.
fn categories(args: &Args, path: &Path, events: &Events, console: &Console) -> anyhow::Result<Option<Categories>> {
    let mut columns = BTreeMap::new();
    for (field, name) in &args.catalog_columns {
        if columns.insert(*field, name.clone()).is_some() {
            return Err(Usage(format!("--catalog-column names `{field}` twice")).into());
        }
    }
    let catalog = catalog::read(path, &columns)?;
    let matched = catalog.report.columns.iter().map(|matched| format!("{} {}", matched.field, matched.column));
    console.remark(format_args!(
        "{}: columns {}; {} rows left out",
        path.display(),
        matched.collect::<Vec<_>>().join(", "),
        thousands(catalog.report.rejections.iter().map(|rejection| rejection.rows).sum())
    ));
    let categories = catalog.categories(&events.log.item_ids)?;
    let num_items = events.log.item_ids.len();
    let without = categories.of_item.iter().filter(|category| category.is_none()).count();
    if without > 0 {
        console.remark(format_args!(
            "{}: {} of {} products of the log have no category in it",
            path.display(),
            thousands(without as u64),
            thousands(num_items as u64)
        ));
    }
    Ok(Some(categories).filter(|categories| !categories.names.is_empty()))
}
