//! Products and their variants: what variants take from the product that they are of.

use std::collections::HashMap;

use super::{Catalog, Product};

/// The variants of a feed by their product.
#[derive(Default)]
pub(super) struct Families {
    /// The first row of each group.
    first: HashMap<String, Product>,
    /// Number of rows of each group.
    num_rows: HashMap<String, u32>,
    /// Ids by another name of the product.
    of_name: HashMap<String, String>,
    /// Groups of variants that their product lists.
    listed: HashMap<String, String>,
}

impl Families {
    /// Takes in a row of a group, and tells whether the group has had one before.
    pub(super) fn add_row(&mut self, group: String, row: &Product) -> bool {
        let num_rows = self.num_rows.entry(group.clone()).or_default();
        *num_rows += 1;
        let is_known = *num_rows > 1;
        self.first.entry(group).or_insert_with(|| row.clone());
        is_known
    }

    /// Takes in another name of a product.
    pub(super) fn add_name(&mut self, name: String, id: &str) {
        self.of_name.entry(name).or_insert_with(|| id.to_owned());
    }

    /// Takes in the variants that a product lists, as Magento does: `sku=A-S,size=S|sku=A-M,size=M`.
    pub(super) fn add_variants(&mut self, variants: &str, id: &str) {
        for variant in variants.split('|') {
            let fields = variant.split(',').filter_map(|field| field.split_once('='));
            let sku = fields.into_iter().find(|(name, _)| name.trim() == "sku").map(|(_, sku)| sku.trim());
            if let Some(sku) = sku.filter(|&sku| sku != id) {
                self.listed.entry(sku.to_owned()).or_insert_with(|| id.to_owned());
            }
        }
    }

    /// Gives each variant the id of its product, and what it lacks of the product's values. A product whose rows are
    /// told by a handle and that has one row has no variants.
    pub(super) fn settle(&self, catalog: &mut Catalog, groups_by_handle: bool) {
        for at in 0..catalog.products.len() {
            let product = &catalog.products[at];
            let named = product.group.clone().or_else(|| self.listed.get(&product.id).cloned());
            let Some(named) = named else { continue };
            // WooCommerce names a parent by its SKU, or as `id:17` by its number.
            let name = named.strip_prefix("id:").unwrap_or(&named);
            let of_name = || self.of_name.get(name).cloned();
            let group =
                if catalog.of_id.contains_key(name) { name.to_owned() } else { of_name().unwrap_or(named.clone()) };
            let parent = catalog.of_id.get(&group).map(|&at| &catalog.products[at]);
            let Some(parent) = parent.or_else(|| self.first.get(&named)).cloned() else { continue };
            let product = &mut catalog.products[at];
            let is_alone = groups_by_handle && self.num_variants(&named) < 2;
            product.group = (!is_alone && group != product.id).then_some(group);
            product.title = product.title.take().or(parent.title);
            product.category = product.category.take().or(parent.category);
            product.brand = product.brand.take().or(parent.brand);
            product.image = product.image.take().or(parent.image);
            product.link = product.link.take().or(parent.link);
        }
    }

    fn num_variants(&self, group: &str) -> u32 {
        self.num_rows.get(group).copied().unwrap_or_default()
    }
}
