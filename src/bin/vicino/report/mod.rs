//! The report of `train`, with matched columns, removed rows and chosen hyperparameters: as text for a
//! terminal here, as JSON and as a page beside.

mod json;
mod page;

pub use page::Extras;

use crate::inspect::{bits_per_link, time};
use crate::packing::{Outcome, SizePoint};
use crate::reading::Account;
use crate::table::{Table, figure, percent, thousands};
use std::fmt;
use vicino::catalog::Catalog;
use vicino::eda::Summary;
use vicino::events::ReadReport;
use vicino::measure::ViewQuality;
use vicino::model::{Model, Relation, Section, TableBytes};

/// Everything there is to say about one training.
pub struct Report<'a> {
    pub account: &'a Account,
    pub catalog: Option<&'a Catalog>,
    pub read: &'a ReadReport,
    pub summary: &'a Summary,
    pub sections: &'a [Section],
    pub tables: &'a [(Relation, TableBytes)],
    pub outcome: &'a Outcome,
    /// The course of tuning by relation; empty for what was not tuned.
    pub tuning: &'a [(Relation, Vec<(usize, f64)>)],
}

impl Report<'_> {
    fn is_tuned(&self) -> bool {
        self.tuning.iter().any(|(_, curve)| !curve.is_empty())
    }

    /// Writes the quality of each size of `--sizes` as a table and a plot.
    fn write_curve(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let curve = &self.outcome.curve;
        if curve.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nsizes, on held-out sessions")?;
        let mut table = Table::new(&[
            "table",
            "bytes",
            "links",
            "levels",
            "view",
            "Recall@20",
            "MRR@20",
            "NDCG@20",
            "coverage@20",
            "",
        ]);
        let views: Vec<(&SizePoint, Relation, &str, &ViewQuality)> = curve
            .iter()
            .flat_map(|point| {
                point.quality.iter().flat_map(move |(relation, quality)| {
                    let all = quality.all_targets.iter().map(move |view| (point, *relation, "all targets", view));
                    all.chain([(point, *relation, "discovery", &quality.discovery)])
                })
            })
            .collect();
        for (relation, name) in
            [(Relation::Next, "all targets"), (Relation::Next, "discovery"), (Relation::Together, "discovery")]
        {
            let of: Vec<_> = views.iter().filter(|(_, of, view, _)| (*of, *view) == (relation, name)).collect();
            let most = of.iter().map(|(.., view)| view.recall).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
            for (point, _, _, view) in of {
                let bar = "#".repeat((view.recall / most * 30.0).round() as usize);
                let figures = [view.recall, view.mrr, view.ndcg, view.coverage.unwrap_or(0.0)].map(percent);
                let sizes =
                    [point.num_bytes, point.num_links, point.detail.max_levels].map(|number| thousands(number as u64));
                let cells = [relation.key().to_owned()].into_iter().chain(sizes).chain([name.to_owned()]);
                table.row(cells.chain(figures).chain([bar]));
            }
        }
        write!(f, "{table}")
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.account)?;
        let Model { about, privacy, measurements, .. } = &self.outcome.model;
        let shoppers = match about.num_shoppers {
            0 => String::new(),
            num_shoppers => format!(" by {} shoppers", thousands(num_shoppers)),
        };
        let variants = self
            .outcome
            .model
            .variants
            .as_ref()
            .map_or_else(String::new, |variants| format!(" ({} variants)", thousands(variants.len() as u64)));
        let until = time(about.newest_event_ms).map_or_else(String::new, |time| format!(", the newest of {time}"));
        writeln!(
            f,
            "\nlearnt from\n  {} events on {} products{variants} in {} sessions{shoppers}{until}",
            thousands(about.num_events),
            thousands(self.outcome.model.num_items() as u64),
            thousands(about.num_sessions)
        )?;

        let whom = if privacy.by_shopper { "shoppers" } else { "sessions (the log names no shoppers)" };
        writeln!(
            f,
            "\nprivacy\n  a pair of products counts from {} distinct {whom} on: {} pairs kept, {} removed",
            privacy.min_shoppers,
            thousands(privacy.pairs_kept),
            thousands(privacy.pairs_removed)
        )?;

        let mut constants = Table::plain();
        for (name, value) in &about.hyperparameters {
            constants.row([name.clone(), figure(*value)]);
        }
        write!(f, "\nconstants, {}\n{constants}", if self.is_tuned() { "as tuned" } else { "not tuned" })?;
        if !measurements.is_empty() {
            let mut measured = Table::plain();
            for one in measurements {
                measured.row([one.name.clone(), figure(one.value)]);
            }
            write!(f, "\nmeasured on held-out sessions\n{measured}")?;
        }

        self.write_curve(f)?;

        writeln!(f, "\nmodel\n  {} bytes", thousands(self.outcome.bytes.len() as u64))?;
        let mut sections = Table::plain();
        for section in self.sections {
            sections.row([section.name.to_owned(), thousands(section.num_bytes as u64)]);
        }
        write!(f, "{sections}")?;
        for (of, table) in self.tables {
            writeln!(
                f,
                "  {}: {} links, {} levels, {:.2} bits each",
                of.key(),
                thousands(table.num_links as u64),
                table.num_levels,
                bits_per_link(table)
            )?;
        }
        Ok(())
    }
}
