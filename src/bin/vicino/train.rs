//! `vicino train`: from event logs to a model.

use crate::arg_parsers;
use crate::catalogue::CatalogFlags;
use crate::console::Console;
use crate::curated;
use crate::events::{EventFlags, Events, read_events_with};
use crate::explore::lead;
use crate::hints::HINTS;
use crate::output::{self, Output};
use crate::packing::PackFlags;
use crate::report::{Extras, Report};
use crate::table::thousands;
use crate::train_and_compare;
use crate::usage::Usage;
use anyhow::{Context, bail};
use clap::ValueEnum;
use std::io::Write;
use std::path::{Path, PathBuf};
use vicino::eda;
use vicino::events::{SessionSource, expand};
use vicino::learn::{BasketSource, Settings, SimilarityChoice};
use vicino::model;
use vicino::train::{Parts, REACHED_BITS, TrainOptions, Trainer};

/// Trains a model from event logs.
///
/// Reads CSV (also with tabs or semicolons), JSON lines and Parquet, the first two also as .gz. Columns are found
/// by their usual names, and what was found is printed. Needed are a column of products and one of sessions (or
/// orders) or shoppers; times say what follows what.
///
/// The constants of the recipe are tuned on the last part of the sessions, which then joins the rest. A pair of
/// products counts only if enough distinct shoppers made it, so that no single shopper's path can be read from the
/// file.
///
/// The next product is learnt event by event within a session. A log of purchases alone, by named shoppers of whom
/// enough come back, is learnt basket by basket instead: what a shopper buys next, given all baskets before, and
/// how often and how lately something was bought counts.
///
/// The same events and flags give the same file, byte for byte, on every machine and for any number of
/// threads.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// Event logs, read as one
    #[arg(value_name = "EVENTS", required = true)]
    paths: Vec<PathBuf>,

    /// Where the model goes (- for stdout)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    catalog: CatalogFlags,

    /// Also put products of the feed into the model that no event names yet
    #[arg(long, requires = "catalog")]
    catalog_items: bool,

    #[command(flatten)]
    events: EventFlags,

    /// Method that turns counts of pairs into weights: auto, recipe, cosine, conditional or slim
    ///
    /// `recipe` is normalised counts blended with a walk over them, best for what comes next. `slim` is a sparse linear
    /// model, often best for what is bought together; `conditional` is how often a product is there when another is,
    /// over a power of its frequency; `cosine` is the classic, with --no-tune plain and fast. `auto` learns what is
    /// bought together with recipe, conditional and slim, and takes what does best on held-out baskets.
    #[arg(help_heading = "Learning", long, value_name = "NAME", default_value_t = Settings::default().similarity)]
    similarity: SimilarityChoice,

    /// Effort of the search for good constants on held-out sessions
    #[arg(help_heading = "Learning", long, value_enum, default_value_t = Effort::Default, value_name = "EFFORT")]
    tune: Effort,

    /// Use the default constants: the same as --tune off
    #[arg(help_heading = "Learning", long, conflicts_with = "tune")]
    no_tune: bool,

    /// Constants to try for each table, at most, instead of what --tune says
    ///
    /// Below some 50 the search has not settled. It ends early when nothing better is found for long.
    #[arg(help_heading = "Learning", long, value_name = "N", value_parser = arg_parsers::evaluations)]
    evaluations: Option<usize>,

    #[command(flatten)]
    packing: PackFlags,

    /// Distinct shoppers that a pair of products must have (sessions, if the log names no shoppers)
    ///
    /// 1 keeps all pairs, and with them what one shopper alone did. The larger, the less can be told about
    /// anybody, and the fewer rare products have neighbours.
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().min_shoppers, value_parser = clap::value_parser!(u32).range(1..))]
    min_shoppers: u32,

    /// Do not learn what is bought together
    #[arg(help_heading = "Learning", long)]
    no_baskets: bool,

    /// Pairs that you chose yourself: the other product leads the lists of the first
    ///
    /// A CSV file with the columns `list` (`related` or `boughtTogether`), `item_id` and `other_id`, in the order in which
    /// they are to be listed. Products that are not in the log are added.
    #[arg(help_heading = "Learning", long, value_name = "FILE")]
    curated: Option<PathBuf>,

    /// Learn from every variant as a product of its own, although the catalogue or the log says which product it is of
    ///
    /// By default pairs are counted by product (`item_group_id` of a feed for Google), and lists show one variant of
    /// each: the one viewed last, else the most sold one in stock.
    #[arg(help_heading = "Learning", long)]
    no_grouping: bool,

    /// Weight of an event of a history when ranking, by its kind; kinds not named are view=1, cart=3, purchase=5
    /// [default: learnt from the log]
    #[arg(help_heading = "Learning", long, value_name = "KIND=WEIGHT,...", value_parser = arg_parsers::event_weights)]
    event_weights: Option<[f32; 3]>,

    /// Products alike by content that each product gets from the catalogue, 0 for none
    ///
    /// Alike are titles, brand, category and price; it tells nothing of shoppers, and new products have them, too.
    /// Takes up to 7 bits each, half of the file with 10: 0, unless a page has lists of what is alike.
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = 0, value_parser = arg_parsers::similar)]
    similar: usize,

    /// Seed of the tuning
    #[arg(help_heading = "Learning", long, value_name = "N", default_value_t = Settings::default().seed)]
    seed: u64,

    /// Also write all that was found: one page with every figure, or JSON if the name ends in .json
    ///
    /// The page needs no network and nothing beside it. It has what `explore` shows of the log, the model's sections,
    /// what it is worth, the course of tuning, and the neighbours that a person should look at.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Print the summary as JSON (the content of --report FILE.json)
    #[arg(long)]
    json: bool,
}

/// Effort of tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Effort {
    /// Use the default constants: fastest, and less good on most data
    Off,
    /// 240 constants for each table, and 60 for its packing
    Default,
    /// Four times as many
    Thorough,
}

impl Args {
    fn effort(&self) -> Effort {
        if self.no_tune { Effort::Off } else { self.tune }
    }

    fn options(&self, events: &Events) -> TrainOptions {
        let is_tuned = self.effort() != Effort::Off;
        let learning = Settings {
            neighbours: self.packing.learnt_neighbours(),
            weight_bits: REACHED_BITS,
            min_shoppers: self.min_shoppers,
            tune: is_tuned,
            evaluations: self.evaluations(),
            seed: self.seed,
            similarity: self.similarity,
            baskets: if self.no_baskets { BasketSource::None } else { BasketSource::Purchases },
            keep_held_out: self.packing.keeps_held_out(is_tuned),
        };
        let is_cut_by_gap = events.report.session_source == SessionSource::Inactivity;
        let gap_minutes = || ("session.gap_minutes".to_owned(), events.session_gap_ms as f64 / 60_000.0);
        TrainOptions {
            learning,
            budget: self.packing.budget(),
            packed_neighbours: self.packing.neighbours(),
            event_weights: self.event_weights,
            similar: self.similar,
            read_with: is_cut_by_gap.then(gap_minutes).into_iter().collect(),
            parts: Parts::ALL,
            curated: Vec::new(),
            group_variants: !self.no_grouping,
        }
    }

    /// Constants tried for learning each table.
    fn evaluations(&self) -> usize {
        let usual = Settings::default().evaluations;
        self.evaluations.unwrap_or(if self.effort() == Effort::Thorough { 4 * usual } else { usual })
    }
}

const AFTER_HELP: &str = "\
Examples:
  vicino train events.csv.gz -o shop.vicino
  vicino train events.csv.gz -o shop.vicino --target-size 200kB
  vicino train events.csv.gz -o shop.vicino --sizes 50kB,100kB,200kB,400kB
  vicino train 2026-*.parquet --catalog products.csv -o shop.vicino --report report.html
  vicino train orders.csv --column session=Invoice --column item=StockCode --events-are purchase -o shop.vicino
  vicino train clicks.jsonl --session-gap 1h --min-shoppers 5 --neighbours 30 -o shop.vicino";

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let paths = expand(&args.paths)?;
    check_outputs(args, &paths)?;
    if args.similar > 0 && args.catalog.path().is_none() {
        return Err(Usage("--similar needs --catalog, which says what is alike".to_owned()).into());
    }
    for path in [Some(&args.output), args.report.as_ref()].into_iter().flatten() {
        output::check(path)?;
    }
    let wants_page = args.report.as_deref().is_some_and(|path| !is_json(path));
    let mut events = read_events_with(&paths, &args.events, args.seed, wants_page, console)?;
    let catalog = args.catalog.read(&events.log.item_ids, console)?;
    let summary = eda::summarise(&events.log);
    let exploration = wants_page.then(|| eda::explore(&events.log, &events.report, catalog.as_ref(), &HINTS));
    if let Some(catalog) = catalog.as_ref().filter(|_| args.catalog_items) {
        train_and_compare::add_items(&mut events.log.item_ids, catalog.products().map(|product| product.id.clone()));
    }
    let mut options = args.options(&events);
    if let Some(path) = &args.curated {
        options.curated = curated::read(path)?;
        curated::add_products(path, &options.curated, catalog.as_ref(), &mut events.log.item_ids, console);
    }
    let trainer = Trainer::new(options);
    let learnt = trainer.learn(&events.log, catalog.as_ref(), console)?;
    if let Some(path) = args.catalog.path().filter(|_| learnt.num_without_category > 0) {
        console.remark(format_args!(
            "{}: {} of {} products of the log have no category in it",
            path.display(),
            thousands(learnt.num_without_category as u64),
            thousands(learnt.num_items() as u64)
        ));
    }
    if args.similarity == SimilarityChoice::Auto {
        for (relation, similarity) in &learnt.similarities {
            console.remark(format_args!("{}: {similarity} does best on held-out sessions", relation.name()));
        }
    }
    // The page alone looks at the events again.
    let log = wants_page.then_some(events.log);
    let outcome = args.packing.pack(&learnt, console)?;
    if outcome.packed.num_links == 0 {
        bail!("the model would have no neighbours: {}", train_and_compare::why_no_neighbours(&outcome.model));
    }
    write(&args.output, &outcome.bytes)?;

    let report = Report {
        account: &events.account,
        catalog: catalog.as_ref(),
        read: &events.report,
        summary: &summary,
        sections: &model::sections(&outcome.bytes)?,
        tables: &model::table_bytes(&outcome.bytes)?,
        outcome: &outcome,
        tuning: &learnt.curves,
    };
    let json = report.to_json()?;
    if let Some(path) = &args.report {
        match (exploration, log) {
            (Some(exploration), Some(log)) => {
                let review = eda::review(&outcome.model, &log, catalog.as_ref());
                let by = train_and_compare::by_time(&log, HOLDOUT);
                let options = train_and_compare::Options { seed: args.seed, ..train_and_compare::Options::default() };
                // A log that is too small to be split has a model and a report all the same.
                let held_out = train_and_compare::held_out(log, by, catalog.as_ref(), &options, console);
                let extras = Extras { exploration, review, held_out, lead: lead(&paths) };
                write(path, report.to_html(&extras).as_bytes())?;
            }
            _ => write(path, json.as_bytes())?,
        }
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

/// The newest part of the sessions, which the report's comparison with simple methods is measured on.
const HOLDOUT: f64 = 0.1;

/// Returns true if a report of this name is JSON.
fn is_json(path: &Path) -> bool {
    path == Path::new("-") || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Writes a whole file, or stdout.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))?;
    output.finish()
}

fn check_outputs(args: &Args, paths: &[PathBuf]) -> anyhow::Result<()> {
    let outputs: Vec<&PathBuf> =
        [Some(&args.output), args.report.as_ref()].into_iter().flatten().chain(args.events.outputs()).collect();
    let inputs: Vec<PathBuf> = paths.iter().chain(args.catalog.path()).chain(&args.curated).cloned().collect();
    output::refuse_to_replace(&inputs, outputs.iter().copied())?;
    for (at, output) in outputs.iter().enumerate() {
        if outputs[..at].contains(output) {
            return Err(Usage(format!("two results cannot both go to {}", output.display())).into());
        }
    }
    Ok(())
}
