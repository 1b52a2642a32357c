//! Lists that any system has made, against the truth.

use super::args::Args;
use super::json::write_json;
use crate::input::{ROW_ID, Rows, TARGET};
use crate::output::Output;
use crate::table::{Table, percent, thousands};
use anyhow::bail;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use vicino::eval::{self, ExternalList};

pub fn run(args: &Args, lists: &Path) -> anyhow::Result<()> {
    let truth = truth(args)?;
    let numbers: HashMap<&str, usize> =
        truth.iter().enumerate().map(|(number, (row_id, _))| (row_id.as_str(), number)).collect();
    let mut ready: Vec<ExternalList> =
        truth.iter().map(|(_, targets)| ExternalList { ranks: Vec::new(), num_relevant: targets.len() }).collect();
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    let mut ranks: HashSet<(usize, usize)> = HashSet::new();
    let mut rows = Rows::open(lists, &[ROW_ID, "rank", "item_id"])?;
    let (mut num_rows, mut num_other) = (0_u64, 0_u64);
    while let Some(values) = rows.next()? {
        num_rows += 1;
        let [row_id, rank, item_id] = values[..] else { continue };
        let Some(&number) = numbers.get(row_id.trim()) else {
            num_other += 1;
            continue;
        };
        let Some(rank) = rank.trim().parse().ok().filter(|&rank: &usize| rank > 0) else {
            bail!("{}, row {num_rows}: rank is `{rank}`, expected a whole number of at least 1", lists.display());
        };
        if !ranks.insert((number, rank)) {
            bail!("{}, row {num_rows}: the list of `{row_id}` has rank {rank} twice", lists.display());
        }
        if !seen.insert((number, item_id.trim().to_owned())) {
            bail!("{}, row {num_rows}: the list of `{row_id}` has `{item_id}` twice", lists.display());
        }
        if truth[number].1.contains(item_id.trim()) {
            ready[number].ranks.push(rank);
        }
    }
    let listed: HashSet<usize> = ranks.iter().map(|&(number, _)| number).collect();
    let without_list = truth.len() - listed.len();
    let found = eval::measure_lists(&ready, &args.cut_offs(), args.draws, args.seed)?;

    let mut output = Output::stdout();
    if args.json {
        let json = json!({ "rows_without_list": without_list, "lines_without_row": num_other, "lists": found });
        write_json(&mut output, &json)?;
        return output.finish();
    }
    writeln!(
        output,
        "{} rows with {} targets; {} rows have no list, {} lines of the lists have no row",
        thousands(truth.len() as u64),
        thousands(found.num_targets as u64),
        thousands(without_list as u64),
        thousands(num_other)
    )?;
    writeln!(output, "accuracy {} ±{}\n", percent(found.accuracy.value), percent(found.accuracy.half_width()))?;
    let mut table = Table::new(&["k", "HitRate", "precision", "recall", "F1", "MRR", "MAP", "NDCG"]);
    for at in &found.at {
        let figures = [at.hit_rate, at.precision, at.recall, at.f1, at.mrr, at.map, at.ndcg];
        let figures = figures.map(|one| format!("{} ±{:.2}", percent(one.value), one.half_width() * 100.0));
        table.row([at.k.to_string()].into_iter().chain(figures));
    }
    write!(output, "{table}")?;
    output.finish()
}

/// Each row of the test files with its distinct targets.
fn truth(args: &Args) -> anyhow::Result<Vec<(String, HashSet<String>)>> {
    let mut truth = Vec::new();
    let mut ids = HashSet::new();
    for path in &vicino::events::expand(&args.test)? {
        let mut rows = Rows::open(path, &[ROW_ID, TARGET])?;
        while let Some(values) = rows.next()? {
            let [row_id, targets] = values[..] else { continue };
            let targets: HashSet<String> = targets.split_ascii_whitespace().map(str::to_owned).collect();
            if !ids.insert(row_id.trim().to_owned()) {
                bail!("{}: row_id `{row_id}` stands twice; give every row an id of its own", path.display());
            }
            if !targets.is_empty() {
                truth.push((row_id.trim().to_owned(), targets));
            }
        }
    }
    Ok(truth)
}
