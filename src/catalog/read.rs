//! Reads a product feed.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use super::{Catalog, CatalogError, CatalogReport, Field, MatchedColumn, Product, Reason};
use crate::Silent;
use crate::table::tally::{Tally, to_table};
use crate::table::{Cell, Row, Source, names, parse_number};

/// Reads a product feed: CSV, JSON lines or Parquet, text plain or gzipped.
///
/// Columns are found by their usual names, or are the ones of `columns`; an empty name leaves a field
/// without a column. Of several rows with one id the first counts. Rows that are left out are counted in
/// [`Catalog::report`].
///
/// # Errors
/// The file cannot be read, has no column of ids or no rows, or more than half of the rows are damaged or
/// lack an id.
pub fn read(path: &Path, columns: &BTreeMap<Field, String>) -> Result<Catalog, CatalogError> {
    let source = Source::open(path)?;
    let matched = match_columns(path, source.columns(), columns)?;
    let column_names: Vec<String> =
        matched.values().filter_map(|&column| source.columns().get(column)).cloned().collect();
    let wanted: Vec<usize> = matched.values().copied().collect();
    let cell_of = |field: Field| matched.keys().position(|of| *of == field);
    let slots = Field::ALL.map(cell_of);

    let mut catalog = Catalog::default();
    let mut tally = Tally::new();
    let mut num_rows = 0;
    source.read(&wanted, &Silent, &mut |row| match row {
        Row::Cells { line, cells } => {
            num_rows += 1;
            let [id, group, title, category, brand, price, availability, image, link] =
                slots.map(|slot| slot.and_then(|slot| cells.get(slot)).copied().unwrap_or(Cell::Missing));
            let name = |field: Field| cell_of(field).and_then(|at| column_names.get(at)).map_or("", String::as_str);
            let text = |cell: Cell<'_>| (cell != Cell::Missing).then(|| cell.to_text().into_owned());
            let Some(id) = text(id.unless_null()) else {
                return tally.add(Reason::MissingId, 1, path, line, name(Field::Id), || id.to_string());
            };
            let Entry::Vacant(slot) = catalog.of_id.entry(id.clone()) else {
                return tally.add(Reason::Duplicate, 1, path, line, name(Field::Id), || format!("{id:?}"));
            };
            slot.insert(catalog.products.len());
            let number = price.unless_null().to_number();
            if number.is_err() {
                tally.add(Reason::BadPrice, 1, path, line, name(Field::Price), || price.to_string());
            }
            let in_stock = in_stock(availability.unless_null());
            if in_stock.is_err() {
                let found = || availability.to_string();
                tally.add(Reason::BadAvailability, 1, path, line, name(Field::Availability), found);
            }
            catalog.products.push(Product {
                // A product may name itself.
                group: text(group.unless_null()).filter(|group| *group != id),
                id,
                title: text(title),
                category: text(category.unless_null()).map(standard_path),
                brand: text(brand.unless_null()),
                price: number.unwrap_or(None),
                in_stock: in_stock.unwrap_or(None),
                image: text(image.unless_null()),
                link: text(link.unless_null()),
            });
        }
        Row::Damaged { line, damage } => {
            num_rows += damage.num_rows();
            tally.add(Reason::Damaged, damage.num_rows(), path, line, damage.column(), || damage.to_string());
        }
    })?;

    let rejections = tally.rejections();
    let unusable =
        rejections.iter().filter(|rejection| matches!(rejection.reason, Reason::Damaged | Reason::MissingId));
    let rejected = unusable.map(|rejection| rejection.rows).sum::<u64>();
    if num_rows == 0 {
        return Err(CatalogError::NoRows { path: path.to_owned() });
    }
    if rejected * 2 > num_rows {
        let table = to_table(&rejections);
        return Err(CatalogError::TooManyRejected { path: path.to_owned(), rejected, num_rows, table });
    }
    let fields = matched.keys().zip(column_names);
    let columns = fields.map(|(&field, column)| MatchedColumn { field, column }).collect();
    catalog.report = CatalogReport { num_rows, columns, rejections };
    Ok(catalog)
}

/// Returns true if a cell says that an item can be bought: in the words of Google, Shopify and schema.org, as yes or
/// no, or as the number of pieces in stock. `Err` if it says neither.
fn in_stock(cell: Cell<'_>) -> Result<Option<bool>, ()> {
    let text = match cell {
        Cell::Missing => return Ok(None),
        Cell::Int(pieces) => return Ok(Some(pieces > 0)),
        Cell::Float(pieces) => return Ok(Some(pieces > 0.0)),
        other => other.to_text(),
    };
    let word = names::normalise(text.rsplit('/').next().unwrap_or_default());
    match word.as_str() {
        "instock"
        | "instoreonly"
        | "limitedavailability"
        | "onlineonly"
        | "available"
        | "preorder"
        | "presale"
        | "backorder"
        | "madetoorder"
        | "true"
        | "yes" => Ok(Some(true)),
        "outofstock" | "soldout" | "discontinued" | "unavailable" | "reserved" | "false" | "no" => Ok(Some(false)),
        _ => parse_number(&text).map(|pieces| Some(pieces > 0.0)).ok_or(()),
    }
}

/// The path with its parts trimmed and joined by ` > `; `>`, `|`, `»` and `›` part them, a slash does not.
fn standard_path(path: String) -> String {
    if !path.contains(['>', '|', '»', '›']) {
        return path;
    }
    let parts = path.split(['>', '|', '»', '›']).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" > ")
}

fn match_columns(
    path: &Path,
    available: &[String],
    overrides: &BTreeMap<Field, String>,
) -> Result<BTreeMap<Field, usize>, CatalogError> {
    let mut matched = BTreeMap::new();
    for (&field, name) in overrides.iter().filter(|(_, name)| !name.trim().is_empty()) {
        let Some(column) = names::named(available, name.trim()) else {
            let (path, column, available) = (path.to_owned(), name.clone(), available.to_vec());
            return Err(CatalogError::UnknownColumn { path, field, column, available });
        };
        matched.insert(field, column);
    }
    for field in Field::ALL.into_iter().filter(|field| !overrides.contains_key(field)) {
        let taken: Vec<usize> = matched.values().copied().collect();
        if let Some(column) = names::find(available, &field.usual(), &taken) {
            matched.insert(field, column);
        }
    }
    if !matched.contains_key(&Field::Id) {
        return Err(CatalogError::MissingId { path: path.to_owned(), available: available.to_vec() });
    }
    Ok(matched)
}
