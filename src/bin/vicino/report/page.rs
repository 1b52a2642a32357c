//! The report as a page: the log, the model, what it is worth, and neighbours for a person to read.

use super::Report;
use crate::evaluate::figures;
use crate::inspect::{bits_per_link, time};
use crate::packing::SizePoint;
use crate::table::{figure as constant, percent, thousands};
use crate::train_and_compare::HeldOut;
use vicino::eda::figure::{Axis, Bar, Chart, Figure, Grid, Series};
use vicino::eda::html::{self, Block, Page, Part};
use vicino::eda::{Exploration, Review};
use vicino::measure::ViewQuality;
use vicino::model::Relation;

/// Contents of a page besides the report itself.
pub struct Extras {
    pub exploration: Exploration,
    pub review: Review,
    /// The recipe beside simple methods, on the newest part of the log; or why that could not be.
    pub held_out: anyhow::Result<HeldOut>,
    pub lead: String,
}

impl Report<'_> {
    /// The report as one file of HTML.
    pub fn to_html(&self, extras: &Extras) -> String {
        let mut parts = vec![self.model_part(), self.quality_part()];
        parts.extend(comparison_parts(&extras.held_out));
        parts.push(neighbours_part(&extras.review));
        parts.extend(
            extras
                .exploration
                .parts()
                .into_iter()
                .map(|part| Part { title: format!("The log: {}", lower(&part.title)), ..part }),
        );
        parts.push(self.settings_part());
        html::render(&Page { title: "What was trained".to_owned(), lead: extras.lead.clone(), parts })
    }

    fn model_part(&self) -> Part {
        let model = &self.outcome.model;
        let (about, privacy) = (&model.about, &model.privacy);
        let mut sizes = Grid::new(&["what", "value"]);
        let mut row = |what: &str, value: String| sizes.row([what.to_owned(), value]);
        row("bytes of the file", thousands(self.outcome.bytes.len() as u64));
        row("products", thousands(model.num_items() as u64));
        row("learnt from events", thousands(about.num_events));
        row("in sessions", thousands(about.num_sessions));
        if about.num_shoppers > 0 {
            row("by shoppers", thousands(about.num_shoppers));
        }
        if let Some(time) = time(about.newest_event_ms) {
            row("the newest event", time);
        }
        for (of, table) in self.tables {
            row(&format!("links, {}", of.key()), thousands(table.num_links as u64));
            row(&format!("bits a link, {}", of.key()), format!("{:.2}", bits_per_link(table)));
        }
        let whom = if privacy.by_shopper { "shoppers" } else { "sessions (the log names no shoppers)" };
        let statement = format!(
            "A pair of products is in the model only if at least {} distinct {whom} made it: {} pairs were kept and {} \
             removed. The file holds products and pairs of products, never a shopper, a session or a time of an event.",
            privacy.min_shoppers,
            thousands(privacy.pairs_kept),
            thousands(privacy.pairs_removed)
        );
        let blocks = vec![Block::Table(sizes), Block::Text(statement), self.sections().into()];
        Part { title: "The model".to_owned(), blocks }
    }

    fn sections(&self) -> Figure {
        let total = self.outcome.bytes.len().max(1) as f64;
        let mut sections: Vec<_> = self.sections.iter().collect();
        sections.sort_by(|a, b| b.num_bytes.cmp(&a.num_bytes).then(a.name.cmp(b.name)));
        let mut table = Grid::new(&["section", "bytes", "share"]);
        let mut bars = Vec::new();
        for section in sections {
            let (bytes, share) = (thousands(section.num_bytes as u64), percent(section.num_bytes as f64 / total));
            bars.push(Bar {
                name: section.name.to_owned(),
                value: section.num_bytes as f64,
                note: format!("{bytes} B, {share}"),
            });
            table.row([section.name.to_owned(), bytes, share]);
        }
        Figure {
            id: "sections".to_owned(),
            title: "What the bytes are spent on".to_owned(),
            text: "The sections of the file by size; docs/format.md says what each holds.".to_owned(),
            chart: Chart::Bars { x: Axis::linear("bytes"), bars },
            table,
        }
    }

    fn quality_part(&self) -> Part {
        let mut blocks = Vec::new();
        let measurements = &self.outcome.model.measurements;
        if !measurements.is_empty() {
            let chose = if self.is_tuned() { " and chose the constants" } else { "" };
            blocks.push(Block::Text(format!(
                "Measured on the newest part of the training sessions, which was held out for it{chose}: later events \
                 would say more, and vicino evaluate measures on them. Small logs have few held-out baskets, and their \
                 figures jump."
            )));
            let mut grid = Grid::new(&["measure", "value"]);
            for one in measurements {
                grid.row([one.name.clone(), constant(one.value)]);
            }
            blocks.push(Block::Table(grid));
        }
        if let Some(figure) = self.size_curve() {
            blocks.push(figure.into());
        }
        if let Some(figure) = self.tuning_figure() {
            blocks.push(figure.into());
        }
        if blocks.is_empty() {
            blocks.push(Block::Text(
                "Nothing was measured: the constants were not tuned, and no --sizes were given.".to_owned(),
            ));
        }
        Part { title: "What it is worth".to_owned(), blocks }
    }

    /// Recall by bytes, if several sizes were tried.
    fn size_curve(&self) -> Option<Figure> {
        let curve = &self.outcome.curve;
        let mut table =
            Grid::new(&["table and view", "bytes", "links", "Recall@20", "MRR@20", "NDCG@20", "coverage@20"]);
        let mut series = Vec::new();
        let views: [(Relation, &str, Pick); 3] = [
            (Relation::Next, "all targets", |point, of| of_relation(point, of)?.0),
            (Relation::Next, "discovery", |point, of| of_relation(point, of).map(|views| views.1)),
            (Relation::Together, "discovery", |point, of| of_relation(point, of).map(|views| views.1)),
        ];
        for (relation, name, pick) in views {
            let mut points = Vec::new();
            for point in curve {
                let Some(view) = pick(point, relation) else { continue };
                points.push((point.num_bytes as f64, view.recall));
                let figures = [view.recall, view.mrr, view.ndcg, view.coverage.unwrap_or(0.0)].map(percent);
                let sizes = [point.num_bytes, point.num_links].map(|number| thousands(number as u64));
                table.row([format!("{}: {name}", relation.key())].into_iter().chain(sizes).chain(figures));
            }
            if !points.is_empty() {
                series.push(Series { name: format!("{}: {name}", relation.key()), points });
            }
        }
        (!series.is_empty()).then(|| Figure {
            id: "sizes".to_owned(),
            title: "What a byte buys".to_owned(),
            text:
                "Recall@20 on held-out sessions for each of --sizes. Where a line is flat, a smaller file is as good."
                    .to_owned(),
            chart: Chart::Lines {
                x: Axis::log("bytes of the whole file"),
                y: Axis::percent("Recall@20"),
                series,
                marks: Vec::new(),
            },
            table,
        })
    }

    /// The objective of the best constants so far, in each part of the search, by constants tried.
    fn tuning_figure(&self) -> Option<Figure> {
        let packing = self.outcome.packed.tunings.iter();
        let curves = self
            .tuning
            .iter()
            .map(|(relation, curve)| (format!("{}: learning", relation.key()), curve))
            .chain(packing.map(|(relation, climbed)| (format!("{}: packing", relation.key()), &climbed.curve)));
        let mut table = Grid::new(&["search", "constants tried", "objective"]);
        let mut series = Vec::new();
        for (name, curve) in curves.filter(|(_, curve)| curve.len() > 1) {
            for (tried, objective) in curve {
                table.row([name.clone(), thousands(*tried as u64), format!("{objective:.4}")]);
            }
            let points: Vec<(f64, f64)> =
                curve.iter().map(|&(tried, objective)| (tried.max(1) as f64, objective)).collect();
            series.extend(Series::of_search(&name, &points));
        }
        (!series.is_empty()).then(|| Figure {
            id: "tuning".to_owned(),
            title: "How the constants were found".to_owned(),
            text: "The objective (recall and order added, the mean of both views, on held-out sessions) of the best \
                   constants so far in each part of a search, by the number of constants tried. A part moves other \
                   constants and measures them on another table (without the walk, with it, all at once), so that the \
                   next line may begin lower. A line that still rises at its end asks for --tune thorough."
                .to_owned(),
            chart: Chart::Lines {
                x: Axis::log("constants tried"),
                y: Axis::linear("objective"),
                series,
                marks: Vec::new(),
            },
            table,
        })
    }

    fn settings_part(&self) -> Part {
        let mut columns = Grid::new(&["field", "column"]);
        for matched in &self.read.columns {
            columns.row([matched.field.name().to_owned(), matched.column.clone()]);
        }
        let mut constants = Grid::new(&["constant", "value"]);
        for (name, value) in &self.outcome.model.about.hyperparameters {
            constants.row([name.clone(), constant(*value)]);
        }
        Part { title: "Columns and constants".to_owned(), blocks: vec![Block::Table(columns), Block::Table(constants)] }
    }
}

/// Compares the model with simple methods on the newest part of the log.
fn comparison_parts(held_out: &anyhow::Result<HeldOut>) -> Vec<Part> {
    const TITLE: &str = "Is it better than the simple thing?";
    let found = match held_out {
        Ok(found) => found,
        Err(error) => {
            let text = format!("Nothing was compared: {error:#}.");
            return vec![Part { title: TITLE.to_owned(), blocks: vec![Block::Text(text)] }];
        }
    };
    let about = format!(
        "Not the model above, which has learnt from all events: one with the same recipe and its starting constants, \
         trained on the older nine tenths of the sessions and measured, like the simple methods, on {} of the {} \
         histories of the newest tenth ({} targets, {} of them of products that training does not know). vicino \
         evaluate says more.",
        thousands(found.num_sampled as u64),
        thousands(found.num_cases as u64),
        thousands(found.split.targets as u64),
        thousands(found.split.unknown_targets as u64)
    );
    let mut parts = figures::parts(&found.comparison);
    if let Some(first) = parts.first_mut() {
        TITLE.clone_into(&mut first.title);
        first.blocks.insert(0, Block::Text(about));
    }
    if let Some(second) = parts.get_mut(1) {
        "What each method finds".clone_into(&mut second.title);
    }
    parts
}

type Pick = fn(&SizePoint, Relation) -> Option<ViewQuality>;

/// The views of a relation at a size: all targets, if measured, and discovery.
fn of_relation(point: &SizePoint, relation: Relation) -> Option<(Option<ViewQuality>, ViewQuality)> {
    let quality = point.quality.iter().find(|(of, _)| *of == relation).map(|(_, quality)| quality)?;
    Some((quality.all_targets, quality.discovery))
}

fn neighbours_part(review: &Review) -> Part {
    let mut blocks = vec![Block::Text(
        "Two lists for somebody who knows the shop. Surprising: well-supported neighbours that share no category, \
         brand or word of their titles. Doubtful: best neighbours of well-known products that fewer than five sessions \
         speak for."
            .to_owned(),
    )];
    for (name, grid) in [("The most surprising", &review.surprising), ("The most doubtful", &review.doubtful)] {
        blocks.push(Block::Text(if grid.rows.is_empty() { format!("{name}: none.") } else { format!("{name}:") }));
        if !grid.rows.is_empty() {
            blocks.push(Block::Table(grid.clone()));
        }
    }
    Part { title: "Neighbours to look at".to_owned(), blocks }
}

fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
