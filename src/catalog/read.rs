//! Reads a product feed.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::choose::{Chosen, choose};
use super::families::Families;
use super::paths::Paths;
use super::{Catalog, CatalogError, CatalogReport, Field, MatchedColumn, Product, Reason};
use crate::Silent;
use crate::table::tally::{Tally, to_table};
use crate::table::{Cell, Origin, Row, Source, names, parse_number, whole_number};

/// Reads a product feed: CSV, JSON lines, Parquet or XML, text plain or gzipped.
///
/// As [`read_for`], without a log.
///
/// # Errors
/// As [`read_for`].
pub fn read(path: &Path, columns: &BTreeMap<Field, String>) -> Result<Catalog, CatalogError> {
    read_for(&Origin::File(path.to_owned()), columns, &[])
}

/// Reads a product feed for a log with these ids.
///
/// Columns are the ones of `columns` (an empty name leaves a field without a column), or are found by their usual names
/// among those that hold something. Which of several columns has the ids (handle, SKU, number of the variant) is told by
/// the log. Of several rows with one id the first counts. Rows of one group (`item_group_id`, a parent, Shopify's
/// handle) take title, category, brand and pictures of the product, where they have none. Rows that are left out are
/// counted in [`Catalog::report`].
///
/// # Errors
/// The file cannot be read, has no column of ids or no rows, or more than half of the rows are damaged or
/// lack an id.
pub fn read_for(
    origin: &Origin,
    columns: &BTreeMap<Field, String>,
    log_ids: &[String],
) -> Result<Catalog, CatalogError> {
    let origin = &origin.kept()?;
    let path = origin.path();
    let source = open(origin, columns)?;
    let Chosen { of_field: matched, other_id, is_id_of_log } = choose(origin, source.columns(), columns, log_ids)?;
    let names_of: Vec<String> = matched.values().filter_map(|&column| source.columns().get(column)).cloned().collect();
    let name = |field: Field| matched.keys().position(|of| *of == field).map_or("", |at| names_of[at].as_str());
    let is_handle = |field: Field| names::normalise(name(field)) == "handle";
    let (has_handles, groups_by_handle) = (is_handle(Field::Id), is_handle(Field::Group));
    let paths = Paths::new(source.columns(), name(Field::Category));
    let wanted: Vec<usize> = matched.values().copied().chain(other_id).collect();
    let slots = Field::ALL.map(|field| matched.keys().position(|of| *of == field));

    let mut catalog = Catalog::default();
    let mut tally = Tally::new();
    let mut families = Families::default();
    let mut num_rows = 0;
    source.read(&wanted, &Silent, &mut |row| match row {
        Row::Cells { line, cells } => {
            num_rows += 1;
            let [id, group, title, category, brand, price, sale_price, availability, image, link, variants] =
                slots.map(|slot| slot.and_then(|slot| cells.get(slot)).copied().unwrap_or(Cell::Missing));
            let text = |cell: Cell<'_>| (cell != Cell::Missing).then(|| cell.to_text().into_owned());
            let id_text = text(id.unless_null());
            // A product may name itself.
            let group = text(group.unless_null()).filter(|group| Some(group) != id_text.as_ref());
            let number = price.unless_null().to_number();
            let sale = sale_price.unless_null().to_number().ok().flatten().filter(|&price| price > 0.0);
            let stock = in_stock(availability.unless_null());
            let product = Product {
                id: id_text.clone().unwrap_or_default(),
                group: group.clone(),
                title: text(title),
                category: text(category.unless_null()).map(|text| paths.category(text)),
                brand: text(brand.unless_null()),
                price: sale.or(number.unwrap_or(None)),
                in_stock: stock.unwrap_or(None),
                image: text(image.unless_null()),
                link: text(link.unless_null()),
            };
            let is_known_group = group.is_some_and(|group| families.add_row(group, &product));
            let Some(id) = id_text else {
                let reason = if is_known_group { Reason::ExtraRow } else { Reason::MissingId };
                return tally.add(reason, 1, path, line, name(Field::Id), || id.to_string());
            };
            let slot = match catalog.of_id.entry(id.clone()) {
                Entry::Vacant(slot) => slot,
                Entry::Occupied(first) => {
                    let reason = if has_handles { Reason::ExtraRow } else { Reason::Duplicate };
                    if has_handles && product.in_stock == Some(true) {
                        catalog.products[*first.get()].in_stock = Some(true);
                    }
                    return tally.add(reason, 1, path, line, name(Field::Id), || format!("{id:?}"));
                }
            };
            slot.insert(catalog.products.len());
            if number.is_err() {
                tally.add(Reason::BadPrice, 1, path, line, name(Field::Price), || price.to_string());
            }
            if stock.is_err() {
                let found = || availability.to_string();
                tally.add(Reason::BadAvailability, 1, path, line, name(Field::Availability), found);
            }
            if let Some(other) = other_id.and_then(|_| text(cells.last()?.unless_null())) {
                families.add_name(other, &id);
            }
            if let Some(variants) = text(variants.unless_null()) {
                families.add_variants(&variants, &id);
            }
            catalog.products.push(product);
        }
        Row::Damaged { line, damage } => {
            num_rows += damage.num_rows();
            tally.add(Reason::Damaged, damage.num_rows(), path, line, damage.column(), || damage.to_string());
        }
    })?;
    families.settle(&mut catalog, groups_by_handle);
    make_whole(&mut catalog);

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
    let fields = matched.keys().zip(names_of);
    let columns = fields.map(|(&field, column)| MatchedColumn { field, column }).collect();
    catalog.report = CatalogReport { num_rows, columns, is_id_of_log, rejections };
    Ok(catalog)
}

/// Takes the point off ids such as `123.0` if all ids are whole numbers, as in a log.
fn make_whole(catalog: &mut Catalog) {
    let is_whole = |id: &str| whole_number(id).is_some() || id.bytes().all(|byte| byte.is_ascii_digit());
    let whole = |id: &str| whole_number(id).unwrap_or(id).to_owned();
    let of_id: HashMap<String, usize> = catalog.of_id.iter().map(|(id, &at)| (whole(id), at)).collect();
    if of_id.len() < catalog.of_id.len() || !catalog.products.iter().all(|product| is_whole(&product.id)) {
        return;
    }
    catalog.of_id = of_id;
    for product in &mut catalog.products {
        product.id = whole(&product.id);
        product.group = product.group.as_deref().map(whole);
    }
}

/// Opens a feed, in which somebody names these columns.
pub(super) fn open(origin: &Origin, columns: &BTreeMap<Field, String>) -> Result<Source, CatalogError> {
    let mut source = Source::open_origin(origin)?;
    columns.values().for_each(|name| source.offer(name));
    // Of a product's offers and pictures one is enough.
    source.take_first();
    Ok(source)
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
