//! `vicino inspect`: what is in a model's file.

use crate::input;
use crate::output::Output;
use crate::table::{Table, figure, shortest, thousands};
use anyhow::Context;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::PathBuf;
use vicino::model::{self, FORMAT_MAJOR, Model, Relation, Section, TableBytes};

/// Says what is in a model: sections and their bytes, bits a link, constants, privacy and measurements.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// The model
    #[arg(value_name = "FILE")]
    model: PathBuf,

    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vicino inspect shop.vicino
  vicino inspect shop.vicino --json | jq .privacy";

/// A model and its file.
struct Inspected {
    model: Model,
    num_bytes: usize,
    content_hash: u64,
    sections: Vec<Section>,
    tables: Vec<(Relation, TableBytes)>,
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    let bytes = input::model_bytes(&args.model)?;
    let inspected = inspect(&bytes).with_context(|| format!("cannot use model {}", args.model.display()))?;
    let mut output = Output::stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut output, &as_json(&inspected)).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        print(&mut output, &inspected)?;
    }
    output.finish()
}

fn inspect(bytes: &[u8]) -> Result<Inspected, model::ModelError> {
    Ok(Inspected {
        model: Model::open(bytes)?,
        num_bytes: bytes.len(),
        content_hash: model::content_hash(bytes)?,
        sections: model::sections(bytes)?,
        tables: model::table_bytes(bytes)?,
    })
}

/// Bits of the file that a link takes in its table, all parts together.
pub fn bits_per_link(table: &TableBytes) -> f64 {
    bits(table.head + table.between + table.blocks, table.num_links)
}

/// Bits for each of some links; 0 for none.
fn bits(num_bytes: usize, num_links: usize) -> f64 {
    if num_links == 0 { 0.0 } else { num_bytes as f64 * 8.0 / num_links as f64 }
}

/// A time in ms since 1970 as RFC 3339; `None` for 0, which stands for no time.
pub fn time(ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms).ok().filter(|_| ms != 0).map(|time| time.to_string())
}

/// Named figures as a JSON object.
pub fn object<'n>(figures: impl IntoIterator<Item = (&'n str, f64)>) -> Value {
    figures.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

fn as_json(inspected: &Inspected) -> Value {
    let Model { about, privacy, ranking, categories, trends, measurements, .. } = &inspected.model;
    let sections = inspected.sections.iter().map(|section| {
        json!({
            "name": section.name, "offset": section.offset, "bytes": section.num_bytes, "optional": section.optional,
        })
    });
    let tables = inspected.tables.iter().map(|(of, table)| {
        json!({
            "relation": of.key(),
            "num_links": table.num_links,
            "num_links_between_blocks": table.num_between,
            "num_levels": table.num_levels,
            "first_directed_level": table.first_directed,
            "bits_per_link": bits_per_link(table),
            "bytes": { "head": table.head, "between_blocks": table.between, "blocks": table.blocks },
        })
    });
    json!({
        "format": FORMAT_MAJOR,
        "bytes": inspected.num_bytes,
        "content_hash": format!("{:016x}", inspected.content_hash),
        "trainer_version": about.trainer_version,
        "newest_event": time(about.newest_event_ms),
        "num_items": inspected.model.num_items(),
        "num_variants": num_variants(&inspected.model),
        "markets": object(inspected.model.markets.iter().map(|of| (of.name.as_str(), of.items.len() as f64))),
        "num_categories": categories.as_ref().map_or(0, |categories| categories.names.len()),
        "trends": trends.iter().map(|trend| json!({ "days": trend.days, "num_items": trend.items.len() })).collect::<Vec<_>>(),
        "replenishment": {
            "num_items": inspected.model.replenishment.len(),
            "num_categories": inspected.model.category_replenishment.len(),
        },
        "num_events": about.num_events,
        "num_sessions": about.num_sessions,
        "num_shoppers": about.num_shoppers,
        "seed": about.seed,
        "sections": sections.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "ranking": {
            "decay": ranking.decay.iter().copied().map(shortest).collect::<Vec<_>>(),
            "repeat": ranking.repeat.iter().copied().map(shortest).collect::<Vec<_>>(),
            "event_weights": ranking.event_weights.map(shortest),
        },
        "tuning": about.curves.iter().map(|(of, points)| (of.key().to_owned(), json!(points))).collect::<Map<_, _>>(),
        "hyperparameters": object(about.hyperparameters.iter().map(|(name, value)| (name.as_str(), *value))),
        "privacy": {
            "min_shoppers": privacy.min_shoppers,
            "counts_shoppers": privacy.by_shopper,
            "pairs_kept": privacy.pairs_kept,
            "pairs_removed": privacy.pairs_removed,
        },
        "measurements": object(measurements.iter().map(|one| (one.name.as_str(), one.value))),
    })
}

/// The number of variants with ids of their own.
fn num_variants(model: &Model) -> u64 {
    model.variants.as_ref().map_or(0, |variants| variants.len() as u64)
}

/// The periods with a list of popular products of their own.
fn trends(model: &Model) -> Option<String> {
    let period = |trend: &model::Trend| format!("{} days ({} products)", trend.days, trend.items.len());
    let periods: Vec<String> = model.trends.iter().map(period).collect();
    (!periods.is_empty()).then(|| periods.join(", "))
}

/// Counts the products and categories with a number of days until they are bought again.
fn replenishment(model: &Model) -> Option<String> {
    let (items, categories) = (model.replenishment.len() as u64, model.category_replenishment.len() as u64);
    (items + categories > 0)
        .then(|| format!("days for {} products and {} categories", thousands(items), thousands(categories)))
}

fn print(output: &mut Output, inspected: &Inspected) -> io::Result<()> {
    let Model { about, privacy, ranking, categories, measurements, .. } = &inspected.model;
    let mut head = Table::plain();
    head.row(["format", &FORMAT_MAJOR.to_string()]);
    head.row(["bytes", &thousands(inspected.num_bytes as u64)]);
    head.row(["content hash", &format!("{:016x}", inspected.content_hash)]);
    head.row(["trained by", &format!("vicino {}", about.trainer_version)]);
    head.row(["newest event", &time(about.newest_event_ms).unwrap_or_else(|| "the log has no times".to_owned())]);
    head.row(["products", &thousands(inspected.model.num_items() as u64)]);
    if inspected.model.variants.is_some() {
        head.row(["variants", &thousands(num_variants(&inspected.model))]);
    }
    if !inspected.model.markets.is_empty() {
        let market = |of: &model::Market| format!("{} ({} products)", of.name, thousands(of.items.len() as u64));
        head.row(["markets", &inspected.model.markets.iter().map(market).collect::<Vec<_>>().join(", ")]);
    }
    let num_categories = categories.as_ref().map(|categories| thousands(categories.names.len() as u64));
    head.row(["categories", &num_categories.unwrap_or_else(|| "no catalogue was given".to_owned())]);
    head.row(["trends", &trends(&inspected.model).unwrap_or_else(|| "none".to_owned())]);
    head.row(["bought again", &replenishment(&inspected.model).unwrap_or_else(|| "nothing is known".to_owned())]);
    head.row(["events", &thousands(about.num_events)]);
    head.row(["sessions", &thousands(about.num_sessions)]);
    let num_shoppers = Some(thousands(about.num_shoppers)).filter(|_| about.num_shoppers > 0);
    head.row(["shoppers", &num_shoppers.unwrap_or_else(|| "the log names none".to_owned())]);
    head.row(["seed", &about.seed.to_string()]);
    write!(output, "{head}")?;

    let mut sections = Table::new(&["sections", "offset", "bytes", "share"]);
    for section in &inspected.sections {
        let share = section.num_bytes as f64 * 100.0 / inspected.num_bytes.max(1) as f64;
        let (offset, num_bytes) = (section.offset.to_string(), thousands(section.num_bytes as u64));
        sections.row([section.name.to_owned(), offset, num_bytes, format!("{share:.1} %")]);
    }
    write!(output, "\n{sections}")?;

    let mut tables = Table::new(&[
        "table",
        "links",
        "levels",
        "bits a link",
        "between blocks",
        "bits of one there",
        "and in a block",
    ]);
    for (of, table) in &inspected.tables {
        let share = table.num_between as f64 * 100.0 / table.num_links.max(1) as f64;
        tables.row([
            of.key().to_owned(),
            thousands(table.num_links as u64),
            table.num_levels.to_string(),
            format!("{:.2}", bits_per_link(table)),
            format!("{share:.1} %"),
            format!("{:.2}", bits(table.between, table.num_between)),
            format!("{:.2}", bits(table.blocks, table.num_links - table.num_between)),
        ]);
    }
    write!(output, "\n{tables}")?;

    let whom = if privacy.by_shopper { "distinct shoppers" } else { "distinct sessions (the log names no shoppers)" };
    writeln!(output, "\n  privacy: a pair of products counts from {} {whom} on", privacy.min_shoppers)?;
    writeln!(
        output,
        "  {} pairs counted, {} removed",
        thousands(privacy.pairs_kept),
        thousands(privacy.pairs_removed)
    )?;

    let mut constants = Table::new(&["constants", "value"]);
    let [view, cart, purchase] = ranking.event_weights.map(|weight| figure(weight.into()));
    constants.row(["ranking: history positions that count", &ranking.decay.len().to_string()]);
    for (name, weight) in [("view", view), ("cart", cart), ("purchase", purchase)] {
        constants.row([format!("ranking: weight of a {name}"), weight]);
    }
    for (name, value) in &about.hyperparameters {
        constants.row([name.clone(), figure(*value)]);
    }
    for (relation, points) in &about.curves {
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            let course = format!("{} to {} at {}", figure(first.1.into()), figure(last.1.into()), last.0);
            constants.row([format!("{}: objective of tuning, evaluations", relation.key()), course]);
        }
    }
    write!(output, "\n{constants}")?;
    if measurements.is_empty() {
        return writeln!(output, "\n  nothing was measured while training");
    }
    let mut measured = Table::new(&["measured on held-out sessions", "value"]);
    for one in measurements {
        measured.row([one.name.clone(), figure(one.value)]);
    }
    write!(output, "\n{measured}")
}
