//! Comparisons and weeks as figures for reports to draw.

use super::dates::day;
use crate::table::percent;
use vicino::eda::figure::{Axis, Bar, Chart, Figure, Grid, Mark, Point, Series};
use vicino::eda::html::{Block, Part};
use vicino::eval::{ComparedView, Comparison, Drift, Slice, Week};

/// A comparison as parts of a page.
pub fn parts(found: &Comparison) -> Vec<Part> {
    let verdict = |(name, view): (&str, &ComparedView)| {
        let verdict = view.verdict.as_ref()?;
        Some(Block::Text(format!("{name}: {}", verdict.text)))
    };
    let views = [("All targets", &found.all_targets), ("Discovery", &found.discovery)];
    let part = |title: &str, blocks: Vec<Block>| Part { title: title.to_owned(), blocks };
    vec![
        part("Is it better than the simple thing?", views.into_iter().filter_map(verdict).collect()),
        part("Figures", figures(found).into_iter().map(|figure| Block::Figure(Box::new(figure))).collect()),
    ]
}

/// Weeks as parts of a page.
pub fn drift_parts(found: &Drift) -> Vec<Part> {
    let figures = drift_figures(found).into_iter().map(|figure| Block::Figure(Box::new(figure))).collect();
    vec![Part { title: "Week by week".to_owned(), blocks: figures }]
}

/// Draws a comparison: all systems in both views, their coverage, and the groups of targets where our model is better.
pub fn figures(found: &Comparison) -> Vec<Figure> {
    let views =
        [("all-targets", "all targets", &found.all_targets), ("discovery", "new products only", &found.discovery)];
    let mut figures: Vec<Figure> = views.iter().filter_map(|(id, name, view)| systems(id, name, view)).collect();
    figures.extend(coverage(&found.discovery));
    let view = &found.all_targets;
    let slices = [
        (
            "by-popularity",
            "popularity of the target: from the most to the least popular tenth of events",
            &view.by_popularity,
        ),
        ("by-history", "length of the history", &view.by_history),
    ];
    figures.extend(slices.iter().filter_map(|(id, what, slices)| sliced(id, what, slices, view)));
    figures
}

fn systems(id: &str, name: &str, view: &ComparedView) -> Option<Figure> {
    let k = view.systems.first()?.at.last()?.k;
    let mut table = Grid::new(&["method", "recall", "low", "high", "MRR", "NDCG"]);
    let mut bars = Vec::new();
    for system in &view.systems {
        let at = system.at.last()?;
        let recall = at.recall;
        table.row([
            system.name.clone(),
            percent(recall.value),
            percent(recall.low),
            percent(recall.high),
            percent(at.mrr.value),
            percent(at.ndcg.value),
        ]);
        let note = format!("{} ±{:.1}", percent(recall.value), recall.half_width() * 100.0);
        bars.push(Bar { name: system.name.clone(), value: recall.value, note });
    }
    bars.sort_by(|a, b| b.value.total_cmp(&a.value));
    let text = view.verdict.as_ref().map_or_else(String::new, |verdict| verdict.text.clone());
    Some(Figure {
        id: format!("evaluation-{id}"),
        title: format!("What is found in the first {k}, {name}"),
        text: format!("Longer is better; all methods have the same targets. {text}").trim_end().to_owned(),
        chart: Chart::Bars { x: Axis::percent(format!("recall@{k}")), bars },
        table,
    })
}

/// Coverage against quality: what is found by showing everybody the same stands at the left.
fn coverage(view: &ComparedView) -> Option<Figure> {
    let k = view.systems.first()?.at.last()?.k;
    let mut table = Grid::new(&["method", "coverage", "recall", "Gini", "novelty", "diversity"]);
    let mut points = Vec::new();
    for system in &view.systems {
        let at = system.at.last()?;
        table.row([
            system.name.clone(),
            percent(at.coverage),
            percent(at.recall.value),
            format!("{:.3}", at.gini),
            format!("{:.2}", at.novelty.value),
            format!("{:.3}", at.diversity.value),
        ]);
        let (name, is_marked) = (system.name.clone(), !system.is_baseline);
        points.push(Point { x: at.coverage, y: at.recall.value, name, is_marked });
    }
    Some(Figure {
        id: "evaluation-coverage".to_owned(),
        title: "How much of the catalogue is shown, and how much of it is wanted".to_owned(),
        text: format!(
            "Up is better, and so is right: further right, more products stand in the first {k} of somebody's list."
        ),
        chart: Chart::Scatter {
            x: Axis::percent(format!("coverage@{k}")),
            y: Axis::percent(format!("recall@{k}, new products only")),
            points,
        },
        table,
    })
}

fn sliced(id: &str, what: &str, slices: &[Slice], view: &ComparedView) -> Option<Figure> {
    let verdict = view.verdict.as_ref()?;
    let ours = view.systems.first()?.name.clone();
    let mut table = Grid::new(&["which", "targets", &ours, &verdict.baseline, "difference", "low", "high"]);
    for slice in slices {
        let values = [slice.found.value, slice.baseline_found.value, slice.difference.value, slice.difference.low];
        let values = values.into_iter().chain([slice.difference.high]).map(percent);
        table.row([slice.name.clone(), slice.num_targets.to_string()].into_iter().chain(values));
    }
    let line = |name: &str, value: &dyn Fn(&Slice) -> f64| Series {
        name: name.to_owned(),
        points: slices.iter().enumerate().map(|(at, slice)| ((at + 1) as f64, value(slice))).collect(),
    };
    let series =
        vec![line(&ours, &|slice| slice.found.value), line(&verdict.baseline, &|slice| slice.baseline_found.value)];
    Some(Figure {
        id: format!("evaluation-{id}"),
        title: format!("Share of targets found, {}", id.replace('-', " ")),
        text: format!("Across: {what}. Where the lines part, one of the two is better; the table has intervals."),
        chart: Chart::Lines {
            x: Axis::linear("group, as in the table"),
            y: Axis::percent(format!("found in the first {}", verdict.k)),
            series,
            marks: Vec::new(),
        },
        table,
    })
}

/// Draws weeks of new events: quality, and the distance of the shop from the model.
pub fn drift_figures(found: &Drift) -> Vec<Figure> {
    let k = found.k;
    let mut table =
        Grid::new(&["week from", "targets", "HitRate", "MRR", "discovery", "unknown", "popularity moved", "whole"]);
    for week in &found.weeks {
        table.row([
            day(week.start_ms),
            week.num_targets.to_string(),
            percent(week.hit_rate),
            percent(week.mrr),
            percent(week.discovery_hit_rate),
            percent(week.unknown_share),
            format!("{:.3}", week.popularity_distance),
            if week.is_whole { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let line = |name: &str, value: fn(&Week) -> f64| Series {
        name: name.to_owned(),
        points: found.weeks.iter().map(|week| (week.start_ms as f64, value(week))).collect(),
    };
    let alarms: Vec<&str> = found.alarms.iter().map(|alarm| alarm.text.as_str()).collect();
    let judgement = if alarms.is_empty() { "No threshold is passed.".to_owned() } else { alarms.join("; ") + "." };
    let stated = found
        .stated_hit_rate
        .map(|stated| format!(" The model states HitRate@{k} {} of its own held-out sessions.", percent(stated)));
    let first_ms = found.weeks.first().map_or(0, |week| week.start_ms);
    let chart = |y: String, series| Chart::Lines {
        x: Axis::time("week"),
        y: Axis::percent(y),
        series,
        marks: vec![Mark { at: first_ms as f64, name: "since".to_owned() }],
    };
    let quality = vec![
        line(&format!("HitRate@{k}"), |week| week.hit_rate),
        line(&format!("MRR@{k}"), |week| week.mrr),
        line(&format!("HitRate@{k}, new products only"), |week| week.discovery_hit_rate),
    ];
    let moved = vec![
        line("events of unknown products", |week| week.unknown_share),
        line("distance of popularity", |week| week.popularity_distance),
    ];
    vec![
        Figure {
            id: "drift-quality".to_owned(),
            title: "How good the model's lists are, week by week".to_owned(),
            text: format!("{judgement}{}", stated.unwrap_or_default()),
            chart: chart("share of targets".to_owned(), quality),
            table: table.clone(),
        },
        Figure {
            id: "drift-products".to_owned(),
            title: "How far the shop has moved away from the model".to_owned(),
            text: "Share of the events that are of products the model does not know, and the Jensen-Shannon distance \
                   of what is looked at from the popularity that the model holds (0: the same, 1: nothing in common). \
                   Weeks with few events look further away than they are."
                .to_owned(),
            chart: chart("share, distance".to_owned(), moved),
            table,
        },
    ]
}
