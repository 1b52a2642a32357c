//! `vicino export`: what pages that are made on a server, or that search, want beside the model.

use crate::catalogue::CatalogFlags;
use crate::console::Console;
use crate::output::{self, Output};
use crate::spreadsheet;
use crate::table::{shortest, thousands};
use crate::usage::Usage;
use crate::{arg_parsers, input};
use anyhow::bail;
use clap::{ArgGroup, ValueEnum};
use rayon::prelude::*;
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::measure::Rankers;
use vicino::model::{Model, Neighbours, Relation};
use vicino::rank::{Options, Ranker};
use vicino::{ItemIx, Progress};

/// Writes the related products of every product, one product a line, for static and server-made pages; or what a product
/// feed says of every product.
///
/// Lists are those that the browser shows, in the same order, from the same ranker. One line of JSON a product:
/// {"id":"A17","related":[{"id":"B4","score":0.81},…]}. Products are in the order of the model.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP, group = ArgGroup::new("what").args(["related", "products"]).required(true).multiple(true))]
pub struct Args {
    /// The model
    #[arg(short, long, value_name = "FILE")]
    model: PathBuf,

    /// Where the lists go (.gz is compressed, - for stdout)
    #[arg(long, value_name = "FILE")]
    related: Option<PathBuf>,

    /// Where a list of all products goes, as JSON: of each the id, and what the feed of --catalog says
    #[arg(long, value_name = "FILE")]
    products: Option<PathBuf>,

    #[command(flatten)]
    catalog: CatalogFlags,

    /// Products in a list
    #[arg(short, default_value = "12", value_name = "K", value_parser = arg_parsers::list_length)]
    k: usize,

    /// Kind of the lists
    #[arg(long, value_enum, default_value_t = RelationName::Next)]
    relation: RelationName,

    /// List for this market of the model: its own popular products, and none that it lacks
    #[arg(long, value_name = "NAME")]
    market: Option<String>,

    /// Write CSV with the columns item_id, rank (from 1), related_id and score instead
    #[arg(long)]
    csv: bool,

    /// Print what was written as JSON (docs/json.md)
    #[arg(long)]
    json: bool,
}

/// Relation of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RelationName {
    /// Products viewed after the product
    Next,
    /// Products bought in one basket with the product
    Together,
    /// Products alike by title, brand, category and price; without popular products to fill up short lists
    Similar,
}

impl RelationName {
    fn relation(self) -> Relation {
        match self {
            RelationName::Next => Relation::Next,
            RelationName::Together => Relation::Together,
            RelationName::Similar => Relation::Similar,
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  vicino export --model shop.vicino --related related.jsonl
  vicino export --model shop.vicino --related together.jsonl.gz --relation together -k 4
  vicino export --model shop.vicino --related - --csv | head
  vicino export --model shop.vicino --products products.json --catalog feed.xml";

/// Products that are ranked, in parallel, before they are written.
const BATCH_ITEMS: usize = 16_384;
/// Products of one task.
const TASK_ITEMS: usize = 128;

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let outputs = || [&args.related, &args.products].into_iter().flatten();
    let inputs: Vec<PathBuf> = [&args.model].into_iter().chain(args.catalog.path()).cloned().collect();
    output::refuse_to_replace(&inputs, outputs())?;
    if args.related.is_some() && args.related == args.products {
        return Err(Usage("--related and --products cannot both go to one place".to_owned()).into());
    }
    if args.json && outputs().any(|path| path == Path::new("-")) {
        return Err(Usage("--json and a list cannot both go to stdout".to_owned()).into());
    }
    if args.catalog.path().is_some() && args.products.is_none() {
        return Err(Usage("--catalog is for --products".to_owned()).into());
    }
    let model = input::model_for(&args.model, args.market.as_deref())?;
    if let Some(path) = &args.related {
        write_related(path, args, &model, console)?;
    }
    if let Some(path) = &args.products {
        write_products(path, args, &model, console)?;
    }
    if args.json {
        let relation = args.relation.relation().key();
        let mut json = json!({ "num_products": model.num_items() });
        if let Some(path) = &args.related {
            (json["related"], json["relation"], json["k"]) = (json!(path), json!(relation), json!(args.k));
        }
        if let Some(path) = &args.products {
            json["products"] = json!(path);
        }
        let mut output = Output::stdout();
        writeln!(output, "{json:#}")?;
        output.finish()?;
    }
    Ok(())
}

fn write_related(path: &Path, args: &Args, model: &Model, console: &Console) -> anyhow::Result<()> {
    let relation = args.relation.relation();
    let Some(table) = model.table(relation) else {
        let why = match relation {
            Relation::Next => "train it again",
            Relation::Together => "it was trained from a log without purchases, or with --no-baskets",
            Relation::Similar => "it was trained without --catalog, with --similar 0, or --target-size had no room",
        };
        bail!("{} has no table `{}`: {why}", args.model.display(), relation.key());
    };
    let mut output = Output::create_text(path)?;
    if args.csv {
        writeln!(output, "item_id,rank,related_id,score")?;
    }
    let rankers = Rankers::new(model);
    let items: Vec<ItemIx> = (0..model.num_items() as u32).map(ItemIx).collect();
    console.start("ranking", 0);
    for batch in items.chunks(BATCH_ITEMS) {
        let write = |items: &[ItemIx]| {
            let lines = rankers.with(|model, ranker| lines(args, model, table, ranker, items));
            console.advance(items.len() as u64);
            lines
        };
        let written: Vec<io::Result<Vec<u8>>> = batch.par_chunks(TASK_ITEMS).map(write).collect();
        for lines in written {
            output.write_all(&lines?)?;
        }
    }
    console.finish(&format!("{} products", thousands(items.len() as u64)));
    output.finish()
}

/// Writes a list of all products, variants last: of each the id and what the feed says.
fn write_products(path: &Path, args: &Args, model: &Model, console: &Console) -> anyhow::Result<()> {
    let ids: Vec<String> = (0..model.num_numbers() as u32).map(|number| model.id(ItemIx(number)).to_owned()).collect();
    let catalog = args.catalog.read(&ids, console)?;
    let mut output = Output::create_text(path)?;
    for (at, id) in ids.iter().enumerate() {
        let mut product = match catalog.as_ref().and_then(|catalog| catalog.product(id)) {
            Some(product) => serde_json::to_value(product)?,
            None => json!({ "id": id }),
        };
        if let Some(values) = product.as_object_mut() {
            values.retain(|_, value| !value.is_null());
        }
        output.write_all(if at == 0 { b"[\n" } else { b",\n" })?;
        serde_json::to_writer(&mut output, &product)?;
    }
    output.write_all(if ids.is_empty() { b"[]\n" } else { b"\n]\n" })?;
    output.finish()
}

/// The lines of some products.
fn lines(args: &Args, model: &Model, table: &Neighbours, ranker: &mut Ranker, items: &[ItemIx]) -> io::Result<Vec<u8>> {
    let options = Options { k: args.k, ..Options::default() };
    let number = |variant: u32| ItemIx(model.num_items() as u32 + variant);
    let mut listed = |item: ItemIx| -> Vec<(ItemIx, f32)> {
        let ranked = match args.relation {
            RelationName::Next => ranker.related(model, item, &options, &mut |_| true),
            RelationName::Together => ranker.bought_together(model, &[item], &options, &mut |_| true),
            RelationName::Similar => {
                let shown = |(item, score)| (model.variants_of(item).first().map_or(item, |&of| number(of)), score);
                return heaviest(table, item, args.k).into_iter().map(shown).collect();
            }
        };
        ranked.iter().map(|ranked| (ranked.shown, ranked.score)).collect()
    };
    if args.csv {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for &item in items {
            for (at, (related, score)) in listed(item).into_iter().enumerate() {
                let (rank, score) = ((at + 1).to_string(), score.to_string());
                let (item, related) = (spreadsheet::cell(model.items.id(item)), spreadsheet::cell(model.id(related)));
                writer.write_record([&*item, &rank, &related, &score])?;
            }
        }
        return writer.into_inner().map_err(csv::IntoInnerError::into_error);
    }
    let mut to = Vec::new();
    for &item in items {
        let related = listed(item).into_iter();
        let related = related.map(|(item, score)| json!({ "id": model.id(item), "score": shortest(score) }));
        let line = json!({ "id": model.items.id(item), "related": related.collect::<Vec<_>>() });
        writeln!(to, "{line}")?;
    }
    Ok(to)
}

/// An item's heaviest neighbours in a table, ties to the lower number.
fn heaviest(table: &Neighbours, item: ItemIx, k: usize) -> Vec<(ItemIx, f32)> {
    let row = table.row(item);
    let weight = |(&item, &code): (&ItemIx, &u8)| (item, row.weight_in_row(code));
    let mut listed: Vec<(ItemIx, f32)> = row.items.iter().zip(row.codes).map(weight).collect();
    listed.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    listed.truncate(k);
    listed
}
