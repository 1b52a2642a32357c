//! Comparisons as tables and words.

use crate::output::Output;
use crate::table::{Table, decimals, percent, thousands};
use std::io::{self, Write};
use vicino::eval::{ComparedView, Comparison, FiguresAt, Slice, SystemFigures};
use vicino::measure::Estimate;

/// Prints both views of a comparison.
pub fn comparison(output: &mut Output, found: &Comparison) -> io::Result<()> {
    let views = [("all targets", &found.all_targets), ("discovery", &found.discovery)];
    for (name, compared) in views {
        view(output, found, name, compared)?;
    }
    writeln!(
        output,
        "\n± is half the 95 % interval of {} draws of {} {}; the simple methods have the constants of their papers.",
        thousands(found.draws as u64),
        thousands(found.num_clusters as u64),
        found.clusters
    )?;
    let verdicts = views.iter().filter_map(|(name, view)| Some((name, view.verdict.as_ref()?)));
    for (name, verdict) in verdicts {
        writeln!(output, "\n{name}: {}", verdict.text)?;
    }
    Ok(())
}

fn view(output: &mut Output, found: &Comparison, name: &str, view: &ComparedView) -> io::Result<()> {
    writeln!(
        output,
        "\n{name}: {} targets of {} histories; {} targets are unknown to training, {} histories have no known product",
        thousands(view.num_targets as u64),
        thousands(view.num_lists as u64),
        thousands(view.num_unknown_targets as u64),
        thousands(view.num_without_history as u64)
    )?;
    let Some(last) = view.systems.first().and_then(|system| system.at.len().checked_sub(1)) else { return Ok(()) };
    let k = view.systems[0].at[last].k;

    let mut header = vec!["", "HitRate"];
    let recall = if found.has_single_targets { &[][..] } else { &["recall"] };
    header.extend(recall);
    header.extend(["precision", "F1", "MRR", "MAP", "NDCG", "accuracy"]);
    let mut quality = Table::new(&header);
    for system in &view.systems {
        let at = &system.at[last];
        let recall = (!found.has_single_targets).then_some(&at.recall);
        let figures = [&at.precision, &at.f1, &at.mrr, &at.map, &at.ndcg, &system.accuracy];
        let figures = [&at.hit_rate].into_iter().chain(recall).chain(figures).map(share);
        quality.row([system.name.clone()].into_iter().chain(figures));
    }
    writeln!(output, "\n  the first {k}, in per cent")?;
    write!(output, "{quality}")?;

    let mut lists = Table::new(&["", "coverage", "Gini", "novelty (bits)", "diversity"]);
    for SystemFigures { name, at, .. } in &view.systems {
        let at = &at[last];
        let diversity = format!("{:.3}", at.diversity.value);
        lists.row([name.clone(), percent(at.coverage), format!("{:.3}", at.gini), bits(&at.novelty), diversity]);
    }
    writeln!(output, "\n  what these lists are like")?;
    write!(output, "{lists}")?;

    if last > 0 {
        shorter(output, found, view, last)?;
    }
    let baseline = view.verdict.as_ref().map_or("", |verdict| verdict.baseline.as_str());
    slices(output, &format!("by popularity of the target in training (first {k})"), &view.by_popularity, baseline)?;
    slices(output, &format!("by length of the history (first {k})"), &view.by_history, baseline)
}

/// The figures at all cut-offs but the last.
fn shorter(output: &mut Output, found: &Comparison, view: &ComparedView, last: usize) -> io::Result<()> {
    let figures: fn(&FiguresAt) -> [(&str, f64); 3] = match found.has_single_targets {
        true => |at| [("HitRate", at.hit_rate.value), ("MRR", at.mrr.value), ("NDCG", at.ndcg.value)],
        false => |at| [("recall", at.recall.value), ("MAP", at.map.value), ("NDCG", at.ndcg.value)],
    };
    let columns = |system: &SystemFigures| -> Vec<(String, String)> {
        let at = system.at[..last].iter().flat_map(|at| figures(at).map(|(name, value)| (at.k, name, value)));
        at.map(|(k, name, value)| (format!("{name}@{k}"), percent(value))).collect()
    };
    let names: Vec<String> = view.systems.first().map(columns).unwrap_or_default().into_iter().map(|at| at.0).collect();
    let header: Vec<&str> = [""].into_iter().chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(&header);
    for system in &view.systems {
        let values = columns(system).into_iter().map(|(_, value)| value);
        table.row([system.name.clone()].into_iter().chain(values));
    }
    writeln!(output, "\n  shorter lists")?;
    write!(output, "{table}")
}

fn slices(output: &mut Output, title: &str, slices: &[Slice], baseline: &str) -> io::Result<()> {
    if slices.is_empty() {
        return Ok(());
    }
    let has_items = slices.iter().any(|slice| slice.num_items > 0);
    let mut header = vec![""];
    header.extend(has_items.then_some("products"));
    header.extend(["targets", "found", "mean 1 / rank", baseline, "difference"]);
    let mut table = Table::new(&header);
    for slice in slices {
        let mut row = vec![slice.name.clone()];
        row.extend(has_items.then(|| thousands(slice.num_items as u64)));
        row.extend([thousands(slice.num_targets as u64), share(&slice.found), share(&slice.reciprocal_rank)]);
        row.extend([share(&slice.baseline_found), share(&slice.difference)]);
        table.row(row);
    }
    writeln!(output, "\n  {title}")?;
    write!(output, "{table}")
}

/// Per cent with half the interval: `54.2 ±0.6`.
fn share(estimate: &Estimate) -> String {
    format!("{:>5} ±{:.2}", decimals(estimate.value * 100.0, 2), estimate.half_width() * 100.0)
}

fn bits(estimate: &Estimate) -> String {
    format!("{:.2}", estimate.value)
}
