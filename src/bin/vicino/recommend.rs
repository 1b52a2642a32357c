//! `vicino recommend`: lists for one history or for a file of them.

use crate::arg_parsers;
use crate::console::Console;
use crate::id_lists::IdSplitter;
use crate::input::{self, PREFIX, ROW_ID, Rows};
use crate::output::{self, Output};
use crate::ranking::{Kind, all_ids, history};
use crate::spreadsheet;
use crate::table::{Table, percent, shortest, thousands};
use crate::usage::Usage;
use anyhow::bail;
use clap::ValueEnum;
use rayon::prelude::*;
use serde_json::json;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use vicino::measure::Rankers;
use vicino::model::Model;
use vicino::rank::{Fallback, HistoryEvent, Options, Ranked, Ranker};
use vicino::{EventKind, ItemIx, Progress};

/// Lists products for a history, or for each history of a file, with the ranker that the browser runs.
///
/// Product ids that the model does not know are counted on stderr and otherwise ignored. A list is shorter than K
/// only if the model knows fewer products that may be listed, or with --fallback none.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["history", "histories"]))]
pub struct Args {
    /// The model
    #[arg(short, long, value_name = "FILE")]
    model: PathBuf,

    /// Product ids that one shopper looked at, oldest first; '' for a shopper nothing is known of
    ///
    /// Ids that hold commas may stand in quotes ("a,b",c), as a JSON list (["a,b","c"]), or with another --sep.
    #[arg(long, value_name = "ID,ID,...")]
    history: Option<String>,

    /// A file of CSV or JSON lines (.gz too, - for stdin) with a history in each row
    ///
    /// Needs the columns or keys `row_id` and `prefix`, where `prefix` holds product ids, oldest first (see --sep, or a
    /// list in JSON); rows of one row_id that follow each other are one history; other columns are ignored. The result
    /// is CSV with the columns row_id, rank (from 1), item_id and score, rows in the order of the file.
    #[arg(long, value_name = "FILE")]
    histories: Option<PathBuf>,

    /// Text between product ids [default: commas in --history, blanks in files, except within ids that hold some]
    ///
    /// Ids may also stand in quotes ("blue shoe" c), or as a JSON list (["blue shoe","c"]).
    #[arg(long, value_name = "TEXT")]
    sep: Option<String>,

    /// Where the lists of --histories go (.gz is compressed) [default: stdout]
    #[arg(short, long, value_name = "FILE", conflicts_with = "history")]
    output: Option<PathBuf>,

    /// Products in a list
    #[arg(short, default_value = "20", value_name = "K", value_parser = arg_parsers::list_length)]
    k: usize,

    /// Kind of the list
    #[arg(long, value_enum, default_value_t = RelationName::Next)]
    relation: RelationName,

    /// Products behind those that are bought together, with --relation together [default: popular]
    #[arg(long, value_enum)]
    fallback: Option<FallbackName>,

    /// List for this market of the model: its own popular products, and none that it lacks
    #[arg(long, value_name = "NAME")]
    market: Option<String>,

    /// Never list a product that the history holds (the lists for `together` never do)
    #[arg(long)]
    exclude_history: bool,

    /// Kind of the events in the history
    #[arg(long, value_enum, default_value_t = Kind::View, value_name = "KIND")]
    events_are: Kind,

    /// Order products of equal score by chance, the same chance for the same N
    #[arg(long, value_name = "N")]
    seed: Option<u32>,

    /// Say which products of the history a product is listed for
    #[arg(long, conflicts_with = "histories")]
    explain: bool,

    /// Print JSON instead of a table; with --histories an object a line, which `evaluate --lists` reads (docs/json.md)
    #[arg(long)]
    json: bool,
}

/// Relation of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RelationName {
    /// Products viewed next
    Next,
    /// Products bought in one basket with those of the history
    Together,
}

/// Products that fill up a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FallbackName {
    /// Popular products
    Popular,
    /// Products viewed after those of the history, then popular ones
    Related,
    /// None: the list may be shorter
    None,
}

impl From<FallbackName> for Fallback {
    fn from(name: FallbackName) -> Fallback {
        match name {
            FallbackName::Popular => Fallback::Popular,
            FallbackName::Related => Fallback::Related,
            FallbackName::None => Fallback::Nothing,
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  vicino recommend --model shop.vicino --history A17,B4,B9 -k 5 --explain
  vicino recommend --model shop.vicino --history A17 --relation together --json
  vicino recommend --model shop.vicino --histories test.csv.gz --exclude-history -o lists.csv
  zcat test.csv.gz | vicino recommend --model shop.vicino --histories - | head";

/// Rows that are read before they are ranked, in parallel, and written.
const BATCH_ROWS: usize = 16_384;

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let inputs: Vec<PathBuf> = args.histories.iter().chain([&args.model]).cloned().collect();
    output::refuse_to_replace(&inputs, &args.output)?;
    let model = input::model_for(&args.model, args.market.as_deref())?;
    if args.fallback.is_some() && args.relation != RelationName::Together {
        return Err(Usage("--fallback needs --relation together".to_owned()).into());
    }
    let asked = Asked {
        k: args.k,
        relation: args.relation,
        fallback: args.fallback.map_or(Fallback::Popular, Fallback::from),
        repeats: !args.exclude_history,
        seed: args.seed,
    };
    match (&args.history, &args.histories) {
        (Some(ids), _) => one(args, &model, ids, &asked, console),
        (None, Some(path)) => many(args, &model, path, &asked, console),
        (None, None) => Err(Usage("give --history or --histories".to_owned()).into()),
    }
}

/// Options of every list.
struct Asked {
    k: usize,
    relation: RelationName,
    fallback: Fallback,
    repeats: bool,
    seed: Option<u32>,
}

impl Asked {
    fn rank(&self, model: &Model, ranker: &mut Ranker, history: &[HistoryEvent], explain: bool) -> Vec<Ranked> {
        let options = Options {
            k: self.k,
            repeats: self.repeats,
            seed: self.seed,
            explain,
            viewed: history,
            ..Options::default()
        };
        match self.relation {
            RelationName::Next => ranker.for_you(model, history, &options, &mut |_| true),
            RelationName::Together => {
                let mut items: Vec<ItemIx> = Vec::with_capacity(history.len());
                for event in history {
                    if !items.contains(&event.item) {
                        items.push(event.item);
                    }
                }
                ranker.bought_together_or(model, &items, self.fallback, &options, &mut |_| true)
            }
        }
    }
}

/// Prints the list for one history.
fn one(args: &Args, model: &Model, ids: &str, asked: &Asked, console: &Console) -> anyhow::Result<()> {
    let is_known = |id: &str| model.number(id).is_some();
    let ids = IdSplitter::new(args.sep.as_deref(), ',', all_ids(model), &is_known).split(ids);
    let (events, unknown) = history(model, ids.iter().map(String::as_str), args.events_are.into());
    if !unknown.is_empty() {
        console.remark(format_args!(
            "{} of {} product ids are not in the model and ignored: {}",
            unknown.len(),
            ids.len(),
            unknown.join(", ")
        ));
    }
    let listed = asked.rank(model, &mut Ranker::new(model), &events, args.explain);
    let mut output = Output::stdout();
    if args.json {
        let items: Vec<_> = listed.iter().enumerate().map(|(at, ranked)| as_json(model, at + 1, ranked)).collect();
        serde_json::to_writer_pretty(&mut output, &json!({ "items": items, "unknown": unknown }))
            .map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        write!(output, "{}", as_table(model, &listed, args.explain))?;
    }
    output.finish()
}

fn as_json(model: &Model, rank: usize, ranked: &Ranked) -> serde_json::Value {
    let mut item = json!({ "rank": rank, "item_id": model.id(ranked.shown), "score": shortest(ranked.score) });
    if let Some(category) = model.category_of(ranked.item) {
        item["category"] = json!(category);
    }
    if !ranked.reasons.is_empty() {
        let reason = |reason: &vicino::rank::Reason| json!({ "item_id": model.id(reason.item), "share": shortest(reason.share) });
        item["reasons"] = ranked.reasons.iter().map(reason).collect();
    }
    item
}

fn as_table(model: &Model, listed: &[Ranked], explain: bool) -> Table {
    let has_categories = model.categories.is_some();
    let mut header = vec!["rank", "item_id", "score"];
    header.extend(has_categories.then_some("category"));
    header.extend(explain.then_some("because of"));
    let mut table = Table::new(&header);
    for (at, ranked) in listed.iter().enumerate() {
        let mut row = vec![(at + 1).to_string(), model.id(ranked.shown).to_owned(), format!("{:.4}", ranked.score)];
        if has_categories {
            row.push(model.category_of(ranked.item).unwrap_or("").to_owned());
        }
        if explain {
            let reasons = ranked.reasons.iter();
            let mut reasons: Vec<String> =
                reasons.map(|reason| format!("{} {}", model.id(reason.item), percent(reason.share.into()))).collect();
            if reasons.is_empty() {
                reasons.push("popularity".to_owned());
            }
            row.push(reasons.join(", "));
        }
        table.row(row);
    }
    table
}

/// A row of --histories.
struct Row {
    row_id: String,
    /// Newest first.
    history: Vec<HistoryEvent>,
    /// Ids that the model does not know, if somebody wants them.
    unknown: Vec<String>,
}

/// The histories of a file: each of one row, or of several with the same id that follow each other.
struct Histories<'m> {
    rows: Rows,
    splitter: IdSplitter<'m>,
    /// The first row of the next history.
    begun: Option<(String, Vec<String>)>,
    /// Hashes of the ids of the histories that are complete.
    seen: HashSet<u64>,
}

impl Histories<'_> {
    /// The id and the items of the next history, oldest first; `None` after the last.
    ///
    /// # Errors
    /// The file at `path` cannot be read, or an id comes again after another one.
    fn next(&mut self, path: &Path) -> anyhow::Result<Option<(String, Vec<String>)>> {
        loop {
            let row = match self.rows.next()?.as_deref() {
                Some([row_id, prefix]) => Some((row_id.id().into_owned(), prefix.ids(&self.splitter))),
                _ => None,
            };
            match (&mut self.begun, row) {
                (Some((row_id, ids)), Some((of, more))) if *row_id == of => ids.extend(more),
                (begun, row) => {
                    let done = std::mem::replace(begun, row);
                    if let Some((row_id, _)) = begun
                        && !self.seen.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(&*row_id))
                    {
                        bail!(
                            "{}, row {}: `{row_id}` comes again after other rows; put the rows of a history together, or \
                             give each history an id of its own",
                            path.display(),
                            self.rows.number()
                        );
                    }
                    if done.is_some() || begun.is_none() {
                        return Ok(done);
                    }
                }
            }
        }
    }
}

/// Writes the lists for each row of a file.
fn many(args: &Args, model: &Model, path: &Path, asked: &Asked, console: &Console) -> anyhow::Result<()> {
    let kind: EventKind = args.events_are.into();
    let rows = Rows::open(path, &[ROW_ID, PREFIX])?;
    let mut output = args.output.as_deref().map_or_else(|| Ok(Output::stdout()), Output::create_text)?;
    if !args.json {
        writeln!(output, "row_id,rank,item_id,score")?;
    }
    let rankers = Rankers::new(model);
    let (mut num_rows, mut num_ids, mut num_unknown) = (0, 0, 0);
    let is_known = |id: &str| model.number(id).is_some();
    let splitter = IdSplitter::new(args.sep.as_deref(), ' ', all_ids(model), &is_known);
    let mut histories = Histories { rows, splitter, begun: None, seen: HashSet::new() };
    console.start("ranking", 0);
    loop {
        let mut batch: Vec<Row> = Vec::new();
        while batch.len() < BATCH_ROWS
            && let Some((row_id, ids)) = histories.next(path)?
        {
            let (history, unknown) = history(model, ids.iter().map(String::as_str), kind);
            num_ids += ids.len() as u64;
            num_unknown += unknown.len() as u64;
            let unknown = if args.json { unknown.into_iter().map(str::to_owned).collect() } else { Vec::new() };
            batch.push(Row { row_id, history, unknown });
        }
        if batch.is_empty() {
            break;
        }
        num_rows += batch.len() as u64;
        let rank = |rows: &[Row]| {
            let lines = rankers.with(|model, ranker| match args.json {
                true => json_lines(model, ranker, rows, asked),
                false => lines(model, ranker, rows, asked),
            });
            console.advance(rows.len() as u64);
            lines
        };
        let written: Vec<io::Result<Vec<u8>>> = batch.par_chunks(128).map(rank).collect();
        for lines in written {
            output.write_all(&lines?)?;
        }
    }
    console.finish(&format!("{} rows", thousands(num_rows)));
    output.finish()?;
    if num_unknown > 0 {
        console.remark(format_args!(
            "{} of {} product ids in histories are not in the model and ignored",
            thousands(num_unknown),
            thousands(num_ids)
        ));
    }
    if num_rows == 0 {
        console.remark(format_args!("{} has a header and no rows", path.display()));
    }
    Ok(())
}

/// The JSON lines of some rows' lists.
fn json_lines(model: &Model, ranker: &mut Ranker, rows: &[Row], asked: &Asked) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for row in rows {
        let listed = asked.rank(model, ranker, &row.history, false);
        let items: Vec<_> = listed.iter().enumerate().map(|(at, ranked)| as_json(model, at + 1, ranked)).collect();
        writeln!(lines, "{}", json!({ "row_id": row.row_id, "items": items, "unknown": row.unknown }))?;
    }
    Ok(lines)
}

/// The CSV lines of some rows' lists.
fn lines(model: &Model, ranker: &mut Ranker, rows: &[Row], asked: &Asked) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        for (at, ranked) in asked.rank(model, ranker, &row.history, false).into_iter().enumerate() {
            let (rank, score) = ((at + 1).to_string(), ranked.score.to_string());
            let (row_id, id) = (spreadsheet::cell(&row.row_id), spreadsheet::cell(model.id(ranked.shown)));
            writer.write_record([&*row_id, &rank, &id, &score])?;
        }
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
