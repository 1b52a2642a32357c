//! A model from one part of a log, with the defaults of `vicino train`, beside simple methods on the other part.

use crate::console::Console;
use crate::table::thousands;
use std::collections::{HashMap, HashSet};
use vicino::ItemIx;
use vicino::catalog::Catalog;
use vicino::eval::{self, CompareOptions, Comparison, SplitBy, SplitReport};
use vicino::events::EventLog;
use vicino::learn;
use vicino::measure::{ModelRecommender, Recommender, Targets, TestCases};
use vicino::model::Model;
use vicino::train::{Parts, TrainOptions, Trainer, descriptions, products_of};

/// Histories that are compared on, unless it is said otherwise.
pub const USUAL_CASES: usize = 10_000;

/// Options of training and comparing a model.
pub struct Options {
    /// True to tune the hyperparameters on the training part.
    pub tune: bool,
    /// Hyperparameters that are tried for each table, at most, instead of the usual number.
    pub evaluations: Option<usize>,
    pub seed: u64,
    /// True to measure simple methods beside it.
    pub baselines: bool,
    /// Histories that are compared on, at most.
    pub max_cases: usize,
    pub compare: CompareOptions,
}

impl Default for Options {
    fn default() -> Options {
        let compare = CompareOptions::default();
        Options { tune: false, evaluations: None, seed: compare.seed, baselines: true, max_cases: USUAL_CASES, compare }
    }
}

/// Result of a comparison on a log in two parts.
pub struct HeldOut {
    pub split: SplitReport,
    /// Number of test cases, and of those that were compared on.
    pub num_cases: usize,
    pub num_sampled: usize,
    /// Bytes of the model of the training part.
    pub num_bytes: usize,
    pub comparison: Comparison,
}

/// Splits the log, trains on one part and measures on the other.
pub fn held_out(
    log: EventLog,
    by: SplitBy,
    catalog: Option<&Catalog>,
    options: &Options,
    console: &Console,
) -> anyhow::Result<HeldOut> {
    let products = products_of(&log, catalog)?;
    let (log, catalog) = match &products {
        Some(products) => (products.log.clone(), products.catalog.as_ref()),
        None => (log, catalog),
    };
    let split = eval::split_sampled(&log, by, options.max_cases, options.seed)?;
    drop(log);
    let (num_cases, cases) = (split.report.histories, split.cases);
    let (model, num_bytes) = train(options, &split.train, catalog, console)?;
    let comparison = compare(options, &split.train, &model, catalog, &cases, console)?;
    Ok(HeldOut { split: split.report, num_cases, num_sampled: cases.len(), num_bytes, comparison })
}

/// The split by time that suits a log: the next order where shoppers come back to order, else the next event.
pub fn by_time(log: &EventLog, holdout: f64) -> SplitBy {
    match learn::are_returning_orders(&log.sessions) {
        true => SplitBy::NextBasket { holdout },
        false => SplitBy::Time { holdout, targets: Targets::Each },
    }
}

/// The name of our model in tables.
pub const OURS: &str = "vicino";

/// Adds the ids that are not there yet.
pub fn add_items(item_ids: &mut Vec<String>, ids: impl Iterator<Item = String>) {
    let known: HashSet<&str> = item_ids.iter().map(String::as_str).collect();
    let new: Vec<String> = ids.filter(|id| !known.contains(id.as_str())).collect();
    item_ids.extend(new);
}

/// The number of each id.
pub fn numbers(item_ids: &[String]) -> HashMap<&str, ItemIx> {
    item_ids.iter().map(String::as_str).zip((0..).map(ItemIx)).collect()
}

/// Trains a model on the log, with the defaults of `train`; without tuning unless it was asked for.
fn train(
    options: &Options,
    log: &EventLog,
    catalog: Option<&Catalog>,
    console: &Console,
) -> anyhow::Result<(Model, usize)> {
    let mut training = TrainOptions { parts: Parts::NONE, ..TrainOptions::default() };
    training.learning.tune = options.tune;
    training.learning.keep_held_out = options.tune;
    if let Some(evaluations) = options.evaluations {
        training.learning.evaluations = evaluations;
    }
    training.learning.seed = options.seed;
    let packed = Trainer::new(training).train(log, catalog, console)?;
    if packed.num_links == 0 {
        console.remark(format_args!("warning: the model has no neighbours: {}", why_no_neighbours(&packed.model)));
    }
    Ok((packed.model, packed.bytes.len()))
}

/// The reason why a model has no neighbours, and what to do.
pub fn why_no_neighbours(model: &Model) -> String {
    let privacy = &model.privacy;
    let whom = if privacy.by_shopper { "shoppers" } else { "sessions (the log names no shoppers)" };
    match (privacy.pairs_kept, privacy.pairs_removed) {
        (0, 0) => "no session has two products; check that sessions are cut where a visit or an order ends".to_owned(),
        (0, removed) => format!(
            "none of {} pairs of products was made by {} distinct {whom}; take a longer period, or lower --min-shoppers \
             (1 keeps every pair, and with it what one shopper alone did)",
            thousands(removed),
            privacy.min_shoppers
        ),
        (kept, _) => format!(
            "{} pairs were counted and none was packed; take a longer period, or allow more bytes or --neighbours",
            thousands(kept)
        ),
    }
}

/// Measures a model beside the simple methods, which are fitted on `train`.
pub fn compare(
    options: &Options,
    train: &EventLog,
    model: &Model,
    catalog: Option<&Catalog>,
    cases: &TestCases,
    console: &Console,
) -> anyhow::Result<Comparison> {
    let ours = ModelRecommender::new(OURS, model).numbered_as(&train.item_ids);
    let descriptions = catalog.map(|catalog| descriptions(catalog, &train.item_ids));
    let baselines = match options.baselines {
        true => eval::baselines::fit(train, descriptions.as_deref(), console),
        false => Vec::new(),
    };
    let baselines: Vec<&dyn Recommender> = baselines.iter().map(AsRef::as_ref).collect();
    Ok(eval::compare(train, cases, &[&ours], &baselines, &options.compare, console)?)
}
