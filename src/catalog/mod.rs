//! Product feeds: what a shop says about its items.
//!
//! Owns the columns of a feed and the category of each item. Knows nothing of events.

mod choose;
mod error;
mod families;
mod fields;
mod paths;
mod read;

use std::collections::HashMap;

use serde::Serialize;

pub use crate::table::{Example, TableError};
pub use error::CatalogError;
pub use fields::{Field, MatchedColumn, Reason, Rejection, UnknownField};
pub use read::{read, read_for};

use crate::CategoryIx;
use crate::model::Categories;

/// The most categories that a model can hold.
pub const MAX_CATEGORIES: usize = 65_535;

/// Values of a feed for one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Product {
    /// The shop's id of the item.
    pub id: String,
    /// Id of the product that the item is a variant of.
    pub group: Option<String>,
    /// The title for people.
    pub title: Option<String>,
    /// Its category, or the path to it, whose parts are joined by ` > ` however the feed joins them.
    pub category: Option<String>,
    /// The maker.
    pub brand: Option<String>,
    /// The price, in the shop's currency.
    pub price: Option<f64>,
    /// True if it can be bought now, if the feed says.
    pub in_stock: Option<bool>,
    /// Where its picture is.
    pub image: Option<String>,
    /// Where its page is.
    pub link: Option<String>,
}

/// A product feed in memory; each item stands once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    products: Vec<Product>,
    of_id: HashMap<String, usize>,
    /// Report of the reading.
    pub report: CatalogReport,
}

/// Report of a reading: matched columns and rows left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CatalogReport {
    /// Number of rows of the feed, the header not counted.
    pub num_rows: u64,
    /// The column that is used for each field.
    pub columns: Vec<MatchedColumn>,
    /// True if the ids of a log told which column has the ids.
    pub is_id_of_log: bool,
    /// Rows that were left out, by reason; a bad price or availability leaves out that alone.
    pub rejections: Vec<Rejection>,
}

impl CatalogReport {
    /// Writes the rows that were left out as a table for people: rows, reason and first example, a line each;
    /// empty if nothing was left out.
    pub fn cleaning_table(&self) -> String {
        crate::table::tally::to_table(&self.rejections)
    }
}

impl Catalog {
    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Returns true if there is no item at all.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Returns the values of the item with this id.
    pub fn product(&self, item_id: &str) -> Option<&Product> {
        self.products.get(*self.of_id.get(item_id)?)
    }

    /// Every item, in the order of the feed.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }

    /// Returns the catalogue of products: each group as one item, with the values of its first variant; in stock if one
    /// of its variants is. `group_of` has the group of an item that is a variant.
    #[must_use]
    pub fn by_group<'g>(&'g self, group_of: impl Fn(&'g Product) -> Option<&'g str>) -> Catalog {
        let mut grouped = Catalog { report: self.report.clone(), ..Catalog::default() };
        for product in &self.products {
            let id = group_of(product).unwrap_or(&product.id);
            match grouped.of_id.get(id) {
                Some(&at) => {
                    let of_group = &mut grouped.products[at];
                    if product.in_stock == Some(true) {
                        of_group.in_stock = Some(true);
                    }
                }
                None => {
                    grouped.of_id.insert(id.to_owned(), grouped.products.len());
                    grouped.products.push(Product { id: id.to_owned(), group: None, ..product.clone() });
                }
            }
        }
        grouped
    }

    /// The categories of the given items, aligned with them; an item that the feed does not know has none.
    /// Names are in the order of first appearance among the items.
    ///
    /// # Errors
    /// The items are of more than [`MAX_CATEGORIES`] categories.
    pub fn categories<S: AsRef<str>>(&self, item_ids: &[S]) -> Result<Categories, CatalogError> {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut categories = Categories { names: Vec::new(), of_item: Vec::with_capacity(item_ids.len()) };
        for item_id in item_ids {
            let name = self.product(item_id.as_ref()).and_then(|product| product.category.as_deref());
            let number = name.map(|name| {
                *numbers.entry(name).or_insert_with(|| {
                    categories.names.push(name.to_owned());
                    categories.names.len() - 1
                })
            });
            categories.of_item.push(number.map(|number| CategoryIx(number as u16)));
        }
        if categories.names.len() > MAX_CATEGORIES {
            let column = self.report.columns.iter().find(|matched| matched.field == Field::Category);
            let column = column.map_or_else(String::new, |matched| matched.column.clone());
            return Err(CatalogError::TooManyCategories { found: categories.names.len(), column });
        }
        Ok(categories)
    }
}

#[cfg(test)]
mod tests;
