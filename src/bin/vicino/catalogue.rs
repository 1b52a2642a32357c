//! The flags that say which product feed is read, and the reading.

use crate::arg_parsers;
use crate::console::Console;
use crate::table::thousands;
use crate::usage::Usage;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use vicino::catalog::{self, Catalog};
use vicino::events::Origin;

/// Flags that choose a product feed and its columns.
#[derive(Debug, clap::Args)]
pub struct CatalogFlags {
    /// A product feed: titles, categories, brands and prices
    ///
    /// CSV, JSON lines, Parquet, or XML as for Google. When training, categories go into the model, and new products
    /// get neighbours that are alike: category path, brand, title and price say how much.
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,

    /// Take a field of the product feed from this column instead of one with a usual name
    #[arg(long = "catalog-column", value_name = "FIELD=NAME", value_parser = arg_parsers::catalog_column, requires = "catalog")]
    catalog_columns: Vec<(catalog::Field, String)>,
}

impl CatalogFlags {
    /// The feed, if one was given.
    pub fn path(&self) -> Option<&PathBuf> {
        self.catalog.as_ref()
    }

    /// Reads the feed for a log with these items, if a feed was given, and says which columns were taken.
    pub fn read(&self, item_ids: &[String], console: &Console) -> anyhow::Result<Option<Catalog>> {
        let Some(path) = &self.catalog else { return Ok(None) };
        let mut columns = BTreeMap::new();
        for (field, name) in &self.catalog_columns {
            if columns.insert(*field, name.clone()).is_some() {
                return Err(Usage(format!("--catalog-column names `{field}` twice")).into());
            }
        }
        let catalog = catalog::read_for(&Origin::File(path.clone()), &columns, item_ids)?;
        let report = &catalog.report;
        let matched = report.columns.iter().map(|matched| format!("{} {}", matched.field, matched.column));
        let how = if report.is_id_of_log { " (ids as in the log)" } else { "" };
        console.remark(format_args!(
            "{}: columns {}{how}; {} rows left out",
            path.display(),
            matched.collect::<Vec<_>>().join(", "),
            thousands(report.rejections.iter().map(|rejection| rejection.rows).sum())
        ));
        let is_known = |id: &&String| catalog.product(id).is_some();
        if let (None, Some(of_log), Some(of_feed)) =
            (item_ids.iter().find(is_known), item_ids.first(), catalog.products().next())
        {
            console.remark(format_args!(
                "warning: {} has none of the products of the log: they are called `{}` there and `{of_log}` in the log",
                path.display(),
                of_feed.id
            ));
        }
        Ok(Some(catalog))
    }
}

/// The account of how a feed was read, as JSON; `null` without one.
pub fn as_json(catalog: Option<&Catalog>) -> Value {
    catalog.map_or(Value::Null, |catalog| {
        json!({
            "num_rows": catalog.report.num_rows,
            "num_products": catalog.len(),
            "columns": catalog.report.columns,
            "is_id_of_log": catalog.report.is_id_of_log,
            "left_out": catalog.report.rejections,
        })
    })
}
