//! The flags of `vicino evaluate`.

use super::dates;
use crate::arg_parsers;
use crate::catalogue::CatalogFlags;
use crate::events::EventFlags;
use crate::output::Output;
use crate::train_and_compare;
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use vicino::eda::html::{self, Part};
use vicino::eval::CompareOptions;
use vicino::measure::Targets;

/// Measures how often lists hold what a shopper went on to, beside what simple methods would have listed.
///
/// With --events a log is split by time, a model and the simple methods are trained on the older part, and all are
/// measured on the newer one: one table with intervals, and a verdict in words. With --model and --test a model is
/// measured on events that it has not seen, with --since week by week. With --lists the lists of any system are
/// measured.
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
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["log", "lists"])]
    pub(super) model: Option<PathBuf>,

    /// Test files, all of one sort: rows of prefix,target, or event logs
    #[arg(short, long, value_name = "FILE", required_unless_present = "log", num_args = 1..)]
    pub(super) test: Vec<PathBuf>,

    /// Event logs to split: train on one part, measure on the other
    #[arg(long = "events", id = "log", value_name = "EVENTS", num_args = 1.., conflicts_with_all = ["model", "test", "lists", "since", "train"])]
    pub(super) log: Vec<PathBuf>,

    /// Measure these lists instead of a model: CSV with row_id, rank and item_id, as `recommend -o` writes it
    ///
    /// CSV or JSON lines; {"row_id": ..., "items": [...]} is a whole list. --test then has `row_id,target`, where
    /// `target` may hold several product ids (see --sep) and a row several lines. A row without a list counts as an empty
    /// list.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "train", "since"])]
    pub(super) lists: Option<PathBuf>,

    /// Text between the product ids of a field [default: blanks, except within ids that hold some]
    ///
    /// Ids may also stand in quotes within the field ("blue shoe" c), as a JSON list (["blue shoe","c"]), or on a line
    /// each.
    #[arg(long, value_name = "TEXT")]
    pub(super) sep: Option<String>,

    /// Lengths of the lists to measure
    #[arg(long, value_name = "K,K,...", value_delimiter = ',', default_value = "5,10,20", value_parser = arg_parsers::list_length)]
    pub(super) at: Vec<usize>,

    /// Event logs: what the targets are [default: each; with --events, for orders of shoppers who come back: basket]
    #[arg(long, value_enum)]
    pub(super) targets: Option<TargetsName>,

    /// Event logs: use every session, also those that end before the model's newest event
    #[arg(long)]
    pub(super) all_sessions: bool,

    /// With --events: how the log is split
    #[arg(help_heading = "Comparing", long, value_enum, default_value_t = SplitName::Time, conflicts_with_all = ["model", "lists"])]
    pub(super) split: SplitName,

    /// With --split time: share of the sessions, the newest, that is measured on
    #[arg(help_heading = "Comparing", long, value_name = "SHARE", default_value_t = 0.1, value_parser = arg_parsers::share)]
    pub(super) holdout: f64,

    /// With --events: tune the model's constants on the training part, as `train` does (takes as long)
    #[arg(help_heading = "Comparing", long, conflicts_with_all = ["model", "lists"])]
    tune: bool,

    /// With --events: tune so, with this many constants for each table at most
    #[arg(help_heading = "Comparing", long, value_name = "N", value_parser = arg_parsers::evaluations, conflicts_with_all = ["model", "lists"])]
    evaluations: Option<usize>,

    /// With --model: the logs that it was trained on, to fit the simple methods on
    #[arg(help_heading = "Comparing", long, value_name = "EVENTS", num_args = 1.., requires = "model", conflicts_with = "since")]
    pub(super) train: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) catalog: CatalogFlags,

    /// Leave out the simple methods
    #[arg(help_heading = "Comparing", long)]
    pub(super) no_baselines: bool,

    /// Histories to compare on, at most, drawn at random
    #[arg(help_heading = "Comparing", long, value_name = "N", default_value_t = 10_000, value_parser = arg_parsers::count)]
    pub(super) max_cases: usize,

    /// Draws of the bootstrap that gives intervals
    #[arg(help_heading = "Comparing", long, value_name = "N", default_value_t = CompareOptions::default().draws, value_parser = arg_parsers::count)]
    pub(super) draws: usize,

    /// Seed of all that is drawn
    #[arg(help_heading = "Comparing", long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,

    /// Follow the model over the weeks after this date (2026-05-01, or RFC 3339); status 1 beyond a threshold
    #[arg(help_heading = "Over time", long, value_name = "DATE", requires = "model", value_parser = dates::date)]
    pub(super) since: Option<i64>,

    /// Largest fall of HitRate from the first whole week to the last, as a share of the first
    #[arg(help_heading = "Over time", long, value_name = "SHARE", default_value_t = 0.2, value_parser = arg_parsers::share)]
    pub(super) max_drop: f64,

    /// Largest share of the last whole week's events that are of products unknown to the model
    #[arg(help_heading = "Over time", long, value_name = "SHARE", default_value_t = 0.3, value_parser = arg_parsers::share)]
    pub(super) max_unknown: f64,

    #[command(flatten)]
    pub(super) events: EventFlags,

    /// Also write one page with figures and tables of what was compared, or of the weeks
    #[arg(long, value_name = "FILE.html", conflicts_with = "lists")]
    pub(super) report: Option<PathBuf>,

    /// Print JSON instead of tables
    #[arg(long)]
    pub(super) json: bool,
}

/// Events that are targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TargetsName {
    /// Every event after the first: long sessions weigh more
    Each,
    /// The last event only: every session weighs the same
    Last,
    /// With --events: all products of a shopper's first order after the cut, given all orders before
    Basket,
}

/// Ways to split a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitName {
    /// The newest sessions are measured on: what a shop will see
    Time,
    /// The last event of every shopper (without shoppers: of every session)
    LeaveLastOut,
    /// The last basket of every shopper who has two
    LastBasket,
}

const AFTER_HELP: &str = "\
Figures, all as means over lists (with one target a list, recall@k equals HitRate@k and MAP@k equals MRR@k):
  HitRate@k    1 if a target is among the first k; papers on session data print it as P@k
  precision@k  targets among the first k / k
  recall@k     targets among the first k / all targets
  F1@k         harmonic mean of a list's precision and recall
  MRR@k        1 / rank of the first target, 0 below rank k
  MAP@k        mean precision at the ranks of the targets among the first k
  NDCG@k       sum of 1 / log2(rank + 1) over targets, as a share of the best possible list
  accuracy     1 if a target is first
  coverage@k   share of the products that stand among the first k of at least one list
  Gini, novelty, diversity: how unevenly, how rare and how unlike are the products that are listed
docs/evaluation.md defines all of them, with their edge cases.

Examples:
  vicino evaluate --events events.csv.gz
  vicino evaluate --events orders.parquet --split last-basket --catalog products.csv --json
  vicino evaluate --model shop.vicino --test test.csv.gz --at 20
  vicino evaluate --model shop.vicino --test later.parquet --train events.parquet
  vicino evaluate --model shop.vicino --test 'logs/2026-*.csv' --since 2026-05-01 --max-drop 0.1
  vicino evaluate --lists lists.csv --test truth.csv";

impl Args {
    /// The cut-offs, ascending, each once.
    pub(super) fn cut_offs(&self) -> Vec<usize> {
        let mut cut_offs = self.at.clone();
        cut_offs.sort_unstable();
        cut_offs.dedup();
        cut_offs
    }

    pub(super) fn targets(&self) -> Targets {
        match self.targets {
            Some(TargetsName::Last) => Targets::Last,
            Some(TargetsName::Each | TargetsName::Basket) | None => Targets::Each,
        }
    }

    /// Writes the page of --report, if it was asked for.
    pub(super) fn write_report(&self, title: &str, lead: &str, parts: Vec<Part>) -> anyhow::Result<()> {
        let Some(path) = &self.report else { return Ok(()) };
        let page = html::Page { title: title.to_owned(), lead: lead.to_owned(), parts };
        let mut output = Output::create(path)?;
        output.write_all(html::render(&page).as_bytes())?;
        output.finish()
    }

    /// Returns true if the model is to be tuned.
    pub(super) fn is_tuned(&self) -> bool {
        self.tune || self.evaluations.is_some()
    }

    pub(super) fn comparing(&self) -> train_and_compare::Options {
        train_and_compare::Options {
            tune: self.is_tuned(),
            evaluations: self.evaluations,
            seed: self.seed,
            baselines: !self.no_baselines,
            max_cases: self.max_cases,
            compare: CompareOptions { cut_offs: self.cut_offs(), draws: self.draws, seed: self.seed },
        }
    }
}
