//! The shop's present facts about its items: price, stock, category, brand, tags, and impressions by the shopper.
//!
//! Columns of numbers, 4 bytes an item each, made when the first value comes. Names stay outside: a category is its
//! number in the model, or a greater one for a category that only the shop knows; the caller numbers brands and sets of
//! tags.

use super::filter::WordReader;
use super::words;
use super::words::UNKNOWN;
use crate::ItemIx;
use crate::model::{Model, Table};

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Column {
    /// Number of the category, in place of the model's.
    Category = words::CATEGORY,
    /// Number of the brand.
    Brand = words::BRAND,
    /// Number of the set of tags.
    Tags = words::TAGS,
    /// Bits of the price as `f32`.
    Price = words::PRICE,
    /// 1 in stock, 0 not; in stock if unknown.
    Stock = words::STOCK,
    /// Bits of the factor of an item that was shown and ignored, 0 to 1 as `f32`; 1 if unknown. See
    /// [`impression_factor`](super::impression_factor).
    Impressions = 5,
}

impl Column {
    /// The column with this number.
    pub fn of(number: u32) -> Option<Column> {
        use Column::*;
        [Category, Brand, Tags, Price, Stock, Impressions].get(number as usize).copied()
    }
}

/// The shop's facts about its items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    columns: [Vec<u32>; 6],
}

impl Catalogue {
    /// Sets values of one column, pairs of item and value, those of items that `model` does not have excepted; without
    /// any, forgets the column. `O(len)`, and `O(num_items)` for the first.
    pub fn update<T: Table>(&mut self, model: &Model<T>, column: Column, pairs: &[u32]) {
        let Some(column) = self.columns.get_mut(column as usize) else { return };
        if pairs.is_empty() {
            column.clear();
        } else if column.is_empty() {
            column.resize(model.num_numbers(), UNKNOWN);
        }
        let mut pairs = WordReader(pairs);
        while let Some(&[item, value]) = pairs.take(2) {
            if let Some(place) = column.get_mut(item as usize) {
                *place = value;
            }
        }
    }

    /// Multiplies the factor of an item that was shown and ignored, or of which a variant was.
    pub fn add_impressions<T: Table>(&mut self, model: &Model<T>, number: ItemIx, factor: f32) {
        let item = model.product_of(number.0);
        let before = f32::from_bits(self.value(model, Column::Impressions, item));
        let factor = if before.is_nan() { factor } else { before * factor };
        self.update(model, Column::Impressions, &[item.0, factor.to_bits()]);
    }

    /// Returns the value of an item or a variant, of a variant that has none that of its item, or [`UNKNOWN`]; a category
    /// that the shop does not give is that of `model`.
    pub fn value<T: Table>(&self, model: &Model<T>, column: Column, number: ItemIx) -> u32 {
        let item = model.product_of(number.0);
        if let Some(column) = self.columns.get(column as usize) {
            let value = column.get(number.as_usize()).copied().unwrap_or(UNKNOWN);
            let value =
                if value == UNKNOWN && number != item { column.get(item.as_usize()).copied() } else { Some(value) };
            if let Some(value) = value.filter(|&value| value != UNKNOWN) {
                return value;
            }
        }
        match &model.categories {
            Some(categories) if column == Column::Category => match categories.of_item.get(item.as_usize()) {
                Some(&Some(category)) => category.0.into(),
                _ => UNKNOWN,
            },
            _ => UNKNOWN,
        }
    }
}
