//! Lists that any system has made, against the truth.

use super::args::Args;
use super::json::write_json;
use crate::console::Console;
use crate::id_lists::IdSplitter;
use crate::input::{ROW_ID, Rows, TARGET, Value};
use crate::output::Output;
use crate::table::{Table, percent, thousands};
use anyhow::bail;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use vicino::eval::{self, ExternalList};

pub fn run(args: &Args, lists: &Path, console: &Console) -> anyhow::Result<()> {
    let fields = fields(args)?;
    let (ranked, num_other, example) = ranked(args, lists, &fields)?;
    if let (Some((row_id, _)), true) = (fields.first(), ranked.iter().all(Vec::is_empty)) {
        let found = example.map_or_else(|| "nothing".to_owned(), |found| format!("`{found}`"));
        bail!(
            "no row of {} is in the test file: row_id is {found} there and `{row_id}` in the test file; write both in \
             the same way",
            lists.display()
        );
    }
    let listed: HashSet<&str> = ranked.iter().flatten().map(|(_, id)| id.as_str()).collect();
    let is_listed = |id: &str| listed.contains(id);
    let splitter = IdSplitter::new(args.sep.as_deref(), ' ', listed.iter(), &is_listed);
    let truth = truth(&fields, &splitter);
    let is_hit = |targets: &HashSet<String>| targets.iter().any(|id| listed.contains(id.as_str()));
    if let (Some(id), Some(target)) = (listed.iter().min(), truth.iter().flat_map(|targets| targets.iter()).min())
        && !truth.iter().any(is_hit)
    {
        console.remark(format_args!(
            "warning: no target is in any list: a listed product is `{id}`, a target `{target}`; do both files write ids \
             in the same way?"
        ));
    }
    let lists =
        ranked.iter().zip(&truth).filter(|(_, targets)| !targets.is_empty()).map(|(list, targets)| ExternalList {
            ranks: list.iter().filter(|(_, id)| targets.contains(id)).map(|&(rank, _)| rank).collect(),
            num_relevant: targets.len(),
        });
    let ready: Vec<ExternalList> = lists.collect();
    let with_targets = ranked.iter().zip(&truth).filter(|(_, targets)| !targets.is_empty());
    let without_list = with_targets.filter(|(list, _)| list.is_empty()).count();
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
        thousands(ready.len() as u64),
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

/// The ids of each row of the test files, as they stand there: a row may have several lines.
fn fields(args: &Args) -> anyhow::Result<Vec<(String, Vec<Value<'static>>)>> {
    let mut fields: Vec<(String, Vec<Value<'static>>)> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for path in &vicino::events::expand(&args.test)? {
        let mut rows = Rows::open(path, &[ROW_ID, TARGET])?;
        while let Some(values) = rows.next()? {
            let [row_id, targets] = &values[..] else { continue };
            let row_id = row_id.id().into_owned();
            let number = *numbers.entry(row_id.clone()).or_insert(fields.len());
            if number == fields.len() {
                fields.push((row_id, Vec::new()));
            }
            fields[number].1.push(targets.to_owned());
        }
    }
    Ok(fields)
}

/// The distinct targets of each row.
fn truth(fields: &[(String, Vec<Value<'static>>)], splitter: &IdSplitter<'_>) -> Vec<HashSet<String>> {
    fields.iter().map(|(_, values)| values.iter().flat_map(|value| value.ids(splitter)).collect()).collect()
}

/// A list as ranks and ids.
type RankedIds = Vec<(usize, String)>;

/// The list of each row of `fields`; the number of lines of other rows; and a row of the file.
fn ranked(
    args: &Args,
    lists: &Path,
    fields: &[(String, Vec<Value<'static>>)],
) -> anyhow::Result<(Vec<RankedIds>, u64, Option<String>)> {
    let numbers: HashMap<&str, usize> =
        fields.iter().enumerate().map(|(number, (row_id, _))| (row_id.as_str(), number)).collect();
    let mut ranked: Vec<RankedIds> = vec![Vec::new(); fields.len()];
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    let mut ranks: HashSet<(usize, usize)> = HashSet::new();
    let splitter = IdSplitter::new(args.sep.as_deref(), ' ', [""; 0].iter(), &|_| false);
    let (mut num_other, mut example) = (0_u64, None);
    let mut rows = Rows::open_any(lists, &[&[ROW_ID, "rank", "item_id"], &[ROW_ID, "items"]])?;
    loop {
        let number_of_row = rows.number() + 1;
        let Some(values) = rows.next()? else { break };
        let place = || format!("{}, row {number_of_row}", lists.display());
        let (row_id, items) = match &values[..] {
            [row_id, rank, item_id] => {
                let Some(rank) = rank.text().parse().ok().filter(|&rank: &usize| rank > 0) else {
                    bail!("{}: rank is `{}`, expected a whole number of at least 1", place(), rank.text());
                };
                (row_id.id(), vec![(rank, item_id.text().into_owned())])
            }
            [row_id, items] => (row_id.id(), (1..).zip(items.ids(&splitter)).collect()),
            _ => continue,
        };
        let Some(&number) = numbers.get(&*row_id) else {
            num_other += 1;
            example.get_or_insert_with(|| row_id.into_owned());
            continue;
        };
        for (rank, item_id) in items {
            if !ranks.insert((number, rank)) {
                bail!("{}: the list of `{row_id}` has rank {rank} twice", place());
            }
            if !seen.insert((number, item_id.clone())) {
                bail!("{}: the list of `{row_id}` has `{item_id}` twice", place());
            }
            ranked[number].push((rank, item_id));
        }
    }
    Ok((ranked, num_other, example))
}
