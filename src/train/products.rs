//! Variants as the products they are of: in the log, in the catalogue, and as a list for the model.
//!
//! Catalogue and log may both say which product an item is a variant of; the catalogue has the last word.

use super::error::TrainError;
use crate::catalog::Catalog;
use crate::events::EventLog;
use crate::{EventKind, ItemIx};
use std::collections::{HashMap, HashSet};

/// A log and a catalogue whose items are products, and the variants of these.
#[derive(Clone, Debug)]
pub struct Products {
    /// The log, with the ids of products.
    pub log: EventLog,
    /// The catalogue, with the values of each product's first variant; `None` without one.
    pub catalog: Option<Catalog>,
    /// Id, product and sales of each variant: of the log, and of the products that it has.
    pub variants: Vec<(String, ItemIx, u64)>,
}

/// Puts products in the place of variants; `None` if neither the catalogue nor the log groups an item of the log. Where
/// both name the product of an item, that of the catalogue counts.
///
/// Sales are purchases, and other events where those are equal.
///
/// # Errors
/// [`TrainError::Group`] if the id of a product is that of another product's variant.
pub fn products_of(log: &EventLog, catalog: Option<&Catalog>) -> Result<Option<Products>, TrainError> {
    let of_log = log.item_ids.iter().zip((0..).map(ItemIx));
    let parents: HashMap<&str, &str> =
        of_log.filter_map(|(id, item)| Some((id.as_str(), log.parent_of(item)?))).collect();
    let of_catalog = |id: &str| catalog?.product(id)?.group.as_deref();
    let group_of = |id: &str| of_catalog(id).or_else(|| parents.get(id).copied());
    if !log.item_ids.iter().any(|id| group_of(id).is_some()) {
        return Ok(None);
    }
    let mut item_ids: Vec<String> = Vec::new();
    let mut numbers: HashMap<&str, ItemIx> = HashMap::new();
    let mut product = |id| {
        *numbers.entry(id).or_insert_with(|| {
            item_ids.push(String::from(id));
            ItemIx(item_ids.len() as u32 - 1)
        })
    };
    let of_item: Vec<ItemIx> = log.item_ids.iter().map(|id| product(group_of(id).unwrap_or(id))).collect();
    for (id, &item) in log.item_ids.iter().zip(&of_item) {
        let name: &str = &item_ids[item.as_usize()];
        if let Some(other) = group_of(name).filter(|&group| group != name) {
            let (group, variant, other) = (name.to_owned(), id.clone(), other.to_owned());
            return Err(TrainError::Group { group, variant, other });
        }
    }
    let mut sales = vec![0u64; log.item_ids.len()];
    for (item, kind) in log.sessions.items.iter().zip(&log.sessions.kinds) {
        sales[item.as_usize()] += if *kind == EventKind::Purchase { 1 << 32 } else { 1 };
    }
    let in_log = log.item_ids.iter().zip(&of_item).zip(&sales).map(|((id, &item), &sales)| (id.as_str(), item, sales));
    let seen: HashSet<&str> = log.item_ids.iter().map(String::as_str).collect();
    let others = catalog.into_iter().flat_map(Catalog::products).filter(|product| !seen.contains(product.id.as_str()));
    let others = others.filter_map(|product| Some((product.id.as_str(), *numbers.get(product.group.as_deref()?)?, 0)));
    let variants = in_log.filter(|(id, ..)| group_of(id).is_some()).chain(others);
    let variants: Vec<(String, ItemIx, u64)> = variants.map(|(id, item, sales)| (id.to_owned(), item, sales)).collect();
    let mut sessions = log.sessions.clone();
    for item in &mut sessions.items {
        *item = of_item[item.as_usize()];
    }
    let catalog = catalog.map(|catalog| catalog.by_group(|product| group_of(&product.id)));
    let (details, markets) = (log.details.clone(), log.markets.clone());
    let log = EventLog { item_ids, sessions, details, markets, parents: Vec::new() };
    Ok(Some(Products { log, catalog, variants }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;
    use crate::catalog::{self, Catalog};
    use crate::events::{Origin, ReadOptions, read_from};
    use crate::table::testing::Files;
    use std::collections::BTreeMap;

    fn log(csv: &str) -> EventLog {
        let origin = Origin::Memory { name: "events.csv".into(), bytes: csv.as_bytes().to_vec().into(), format: None };
        read_from(&[origin], &ReadOptions::default(), &Silent).unwrap().0
    }

    fn feed(csv: &str) -> Catalog {
        let files = Files::new();
        catalog::read(&files.write("feed.csv", csv), &BTreeMap::new()).unwrap()
    }

    const FEED: &str =
        "id,item_group_id,title\ns,shirt,Shirt S\nm,shirt,Shirt M\nl,shirt,Shirt L\nhat,,Hat\nx,gone,Gone\n";

    #[test]
    fn products_take_the_place_of_their_variants() {
        let log = log("session,item,event\n1,s,view\n1,hat,view\n1,m,purchase\n2,m,view\n2,hat,view\n2,tie,view\n");
        let Products { log, catalog, variants } = products_of(&log, Some(&feed(FEED))).unwrap().unwrap();
        let catalog = catalog.unwrap();
        assert_eq!(log.item_ids, ["shirt", "hat", "tie"]);
        assert_eq!(log.sessions.items, [0, 1, 0, 0, 1, 2].map(ItemIx));
        let variant = |id: &str, sales| (id.to_owned(), ItemIx(0), sales);
        assert_eq!(variants, [variant("s", 1), variant("m", (1 << 32) + 1), variant("l", 0)]);
        assert_eq!(catalog.product("shirt").and_then(|product| product.title.as_deref()), Some("Shirt S"));
        assert_eq!(catalog.product("s"), None);
        assert_eq!(catalog.product("hat").and_then(|product| product.title.as_deref()), Some("Hat"));
    }

    #[test]
    fn a_log_without_variants_stays_as_it_is() {
        assert!(products_of(&log("session,item\n1,hat\n1,tie\n"), Some(&feed(FEED))).unwrap().is_none());
        assert!(products_of(&log("session,item\n1,hat\n1,tie\n"), None).unwrap().is_none());
    }

    #[test]
    fn a_log_groups_variants_by_its_own_column_and_the_catalogue_has_the_last_word() {
        let log = log("session,item,item_group_id\n1,s,tops\n1,cap,caps\n1,tie,\n2,m,tops\n2,beret,caps\n");
        let Products { log: products, catalog, variants } = products_of(&log, None).unwrap().unwrap();
        assert!(catalog.is_none());
        assert_eq!(products.item_ids, ["tops", "caps", "tie"]);
        assert_eq!(products.sessions.items, [0, 1, 2, 0, 1].map(ItemIx));
        let ids =
            |variants: &[(String, ItemIx, u64)]| -> Vec<String> { variants.iter().map(|one| one.0.clone()).collect() };
        assert_eq!(ids(&variants), ["s", "cap", "m", "beret"]);

        let Products { log: products, catalog, variants } = products_of(&log, Some(&feed(FEED))).unwrap().unwrap();
        assert_eq!(products.item_ids, ["shirt", "caps", "tie"]);
        assert_eq!(ids(&variants), ["s", "cap", "m", "beret", "l"]);
        assert!(catalog.is_some_and(|catalog| catalog.product("shirt").is_some()));

        // The catalogue knows the variant, and the log alone its product.
        let titles = feed("id,title\ncap,Red cap\nberet,Beret\n");
        let catalog = products_of(&log, Some(&titles)).unwrap().unwrap().catalog.unwrap();
        assert_eq!(catalog.product("caps").and_then(|product| product.title.as_deref()), Some("Red cap"));
    }

    #[test]
    fn a_product_with_the_id_of_another_products_variant_is_an_error() {
        let catalog = feed("id,item_group_id\na,p\nb,a\n");
        let error = products_of(&log("session,item\n1,a\n1,b\n"), Some(&catalog)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "product `a` of variant `b` has the id of a variant of product `p`; give products ids of their own in the \
             catalogue or the log, or train without grouping"
        );
    }
}
