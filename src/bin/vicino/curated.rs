//! Pairs of products that the shop chose: the file of `--curated`.

use crate::console::Console;
use crate::table::thousands;
use crate::{input, train_and_compare};
use anyhow::bail;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use vicino::catalog::Catalog;
use vicino::model::Relation;
use vicino::train::CuratedPair;

/// Reads pairs, in the order in which they are to be listed.
pub fn read(path: &Path) -> anyhow::Result<Vec<CuratedPair>> {
    let mut pairs = Vec::new();
    let mut rows = input::Rows::open(path, &["list", "item_id", "other_id"])?;
    while let Some(row) = rows.next()? {
        let row: Vec<Cow<str>> = row.iter().map(input::Value::text).collect();
        let at = format!("{}: row {}", path.display(), pairs.len() + 1);
        let [list, item, other] = &row[..] else { bail!("{at}: expected three values") };
        let relation = match list.as_ref() {
            "related" => Relation::Next,
            "boughtTogether" => Relation::Together,
            _ => bail!("{at}: `list` is `{list}`, expected `related` or `boughtTogether`"),
        };
        for (column, id) in [("item_id", item), ("other_id", other)] {
            if id.is_empty() {
                bail!("{at}: `{column}` is empty, expected the id of a product");
            }
        }
        pairs.push(CuratedPair { relation, item: item.to_string(), other: other.to_string() });
    }
    if pairs.is_empty() {
        bail!("{}: no pairs below the header; leave out --curated, or add a row", path.display());
    }
    Ok(pairs)
}

/// Adds products of the pairs that neither the log nor a product's variants have, and says so.
pub fn add_products(
    path: &Path,
    pairs: &[CuratedPair],
    catalog: Option<&Catalog>,
    item_ids: &mut Vec<String>,
    console: &Console,
) {
    let known: HashSet<&str> = item_ids.iter().map(String::as_str).collect();
    let group_of = |id: &str| catalog.and_then(|catalog| catalog.product(id)?.group.as_deref());
    let products: HashSet<&str> = item_ids.iter().filter_map(|id| group_of(id)).collect();
    let is_known = |id: &str| {
        known.contains(id) || products.contains(id) || group_of(id).is_some_and(|group| products.contains(group))
    };
    let ids = pairs.iter().flat_map(|pair| [&pair.item, &pair.other]);
    let new: BTreeSet<&String> = ids.filter(|id| !is_known(id)).collect();
    let new: Vec<String> = new.into_iter().cloned().collect();
    if new.is_empty() {
        return;
    }
    console.remark(format_args!(
        "{}: {} products are not in the log and were added, the first is `{}`",
        path.display(),
        thousands(new.len() as u64),
        new[0]
    ));
    train_and_compare::add_items(item_ids, new.into_iter());
}
