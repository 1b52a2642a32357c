//! The report as JSON, for plots and other tools.

use super::Report;
use crate::catalogue;
use crate::inspect::{bits_per_link, object};
use crate::packing::SizePoint;
use anyhow::bail;
use serde_json::{Map, Value, json};
use vicino::measure::{Quality, ViewQuality};
use vicino::model::{Model, Relation};

impl Report<'_> {
    /// The report as pretty JSON with a line end.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut report = serde_json::to_value(self.summary)?;
        let Some(parts) = report.as_object_mut() else { bail!("the summary of the log is no JSON object") };
        for (name, value) in self.parts() {
            parts.insert(name.to_owned(), value);
        }
        Ok(format!("{report:#}\n"))
    }

    fn parts(&self) -> [(&'static str, Value); 10] {
        let Model { about, privacy, measurements, .. } = &self.outcome.model;
        let rejections = self.read.rejections.iter().map(|rejection| {
            json!({ "reason": rejection.reason.to_string(), "rows": rejection.rows, "example": rejection.example })
        });
        let columns = self
            .read
            .columns
            .iter()
            .map(|one| json!({ "field": one.field, "column": one.column, "others": one.others }));
        let tables = self.tables.iter().map(|(of, table)| {
            json!({
                "relation": of.key(),
                "num_links": table.num_links,
                "num_levels": table.num_levels,
                "bits_per_link": bits_per_link(table),
            })
        });
        [
            ("columns", columns.collect()),
            ("cleaning", rejections.collect()),
            ("hyperparameters", object(about.hyperparameters.iter().map(|(name, value)| (name.as_str(), *value)))),
            ("measurements", object(measurements.iter().map(|one| (one.name.as_str(), one.value)))),
            (
                "privacy",
                json!({
                    "min_shoppers": privacy.min_shoppers,
                    "counts_shoppers": privacy.by_shopper,
                    "pairs_kept": privacy.pairs_kept,
                    "pairs_removed": privacy.pairs_removed,
                }),
            ),
            (
                "model",
                json!({
                    "bytes": self.outcome.bytes.len(),
                    "num_items": self.outcome.model.num_items(),
                    "num_links": self.tables.iter().map(|(_, table)| table.num_links).sum::<usize>(),
                    "tables": tables.collect::<Vec<_>>(),
                    "sections": self.sections.iter().map(|section| json!({ "name": section.name, "bytes": section.num_bytes })).collect::<Vec<_>>(),
                    "num_links": self.outcome.packed.num_links,
                    "quality": qualities(&self.outcome.packed.quality),
                }),
            ),
            ("sizes", self.outcome.curve.iter().map(size_point).collect()),
            ("tuning", self.tuning_curves()),
            ("reading", json!(self.account.reading)),
            ("catalog", catalogue::as_json(self.catalog)),
        ]
    }

    /// Evaluations and objectives of both searches, by relation.
    fn tuning_curves(&self) -> Value {
        let packing = self.outcome.packed.tunings.iter();
        let curves =
            self.tuning.iter().map(|(relation, curve)| (format!("{}: learning", relation.key()), json!(curve))).chain(
                packing.map(|(relation, climbed)| (format!("{}: packing", relation.key()), json!(climbed.curve))),
            );
        curves
            .filter(|(_, curve)| curve.as_array().is_some_and(|curve| !curve.is_empty()))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// Figures by relation and view.
fn qualities(qualities: &[(Relation, Quality)]) -> Value {
    let view = |view: &ViewQuality| {
        json!({
            "num_events": view.num_cases, "recall": view.recall, "mrr": view.mrr, "ndcg": view.ndcg,
            "coverage": view.coverage,
        })
    };
    let of = |quality: &Quality| json!({ "all_targets": quality.all_targets.as_ref().map(view), "discovery": view(&quality.discovery) });
    qualities.iter().map(|(relation, quality)| (relation.key().to_owned(), of(quality))).collect::<Map<_, _>>().into()
}

fn size_point(point: &SizePoint) -> Value {
    json!({
        "wanted": point.wanted, "bytes": point.num_bytes, "num_links": point.num_links, "has_classes": point.detail.has_classes, "tail_share": point.detail.tail_share, "num_levels": point.detail.max_levels, "first_directed": point.detail.first_directed,
        "quality": qualities(&point.quality),
    })
}
