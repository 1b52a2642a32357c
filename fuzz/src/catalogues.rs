//! Product feeds in every format.

use bytes::Bytes;
use std::collections::BTreeMap;
use vicino::catalog::read_for;
use vicino::events::{Format, Origin};

/// A feed, read for a log and looked up. The first byte chooses the format.
pub fn catalogue(bytes: &[u8]) {
    let Some((&choice, feed)) = bytes.split_first() else { return };
    let formats = [Some(Format::Delimited), Some(Format::Json), Some(Format::Xml), Some(Format::Parquet), None];
    let format = formats[usize::from(choice) % formats.len()];
    let origin = Origin::Memory { name: "feed".into(), bytes: Bytes::copy_from_slice(feed), format };
    let ids: Vec<String> = ["1", "a", "sku-1", "P1"].map(str::to_owned).into();
    let log_ids = if choice & 0x80 == 0 { &ids[..] } else { &[] };
    let Ok(catalog) = read_for(&origin, &BTreeMap::new(), log_ids) else { return };
    let found: Vec<&str> = catalog.products().map(|product| &*product.id).collect();
    let categories = catalog.categories(&found);
    assert!(found.iter().all(|id| catalog.product(id).is_some()), "what is listed is found");
    drop(categories);
    let groups = catalog.by_group(|product| product.group.as_deref());
    assert!(groups.len() <= catalog.len(), "a group has a product");
    let _ = catalog.report.cleaning_table();
}
