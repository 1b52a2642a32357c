use std::collections::BTreeMap;

use super::{CatalogError, Field, MAX_CATEGORIES, MatchedColumn, Reason, read};
use crate::CategoryIx;
use crate::table::testing::{Column, Files, gzip};

const FEED: &str = "sku,name,Product Category,brand,price\n\
    a,Apple,Fruit,Acme,\"1,20 €\"\n\
    b,Beet,Vegetables,,2\n\
    c,Cherry,Fruit,Acme,\n\
    d,Dill,,,\n";

#[test]
fn a_feed_is_read_by_usual_names() {
    let catalog = read(&Files::new().write("feed.csv.gz", gzip(FEED)), &BTreeMap::new()).unwrap();
    assert_eq!(catalog.len(), 4);
    let apple = catalog.product("a").unwrap();
    assert_eq!(
        (apple.title.as_deref(), apple.category.as_deref(), apple.brand.as_deref(), apple.price),
        (Some("Apple"), Some("Fruit"), Some("Acme"), Some(1.2))
    );
    assert_eq!(catalog.product("d").unwrap().category, None);
    assert_eq!(catalog.product("z"), None);
    assert!(catalog.report.rejections.is_empty());
    assert_eq!(catalog.report.columns[0], MatchedColumn { field: Field::Id, column: "sku".to_owned() });
}

#[test]
fn categories_are_aligned_with_the_items() {
    let catalog = read(&Files::new().write("feed.csv", FEED), &BTreeMap::new()).unwrap();
    let categories = catalog.categories(&["b", "z", "c", "d", "a"]).unwrap();
    assert_eq!(categories.names, ["Vegetables", "Fruit"]);
    let (vegetables, fruit) = (Some(CategoryIx(0)), Some(CategoryIx(1)));
    assert_eq!(categories.of_item, [vegetables, None, fruit, None, fruit]);
}

#[test]
fn a_column_can_be_named_or_left_out() {
    let path = Files::new();
    let path = path.write("feed.csv", "item_id,department,category\n1,Garden,Tools\n");
    let category = |name: &str| {
        let catalog = read(&path, &BTreeMap::from([(Field::Category, name.to_owned())])).unwrap();
        catalog.product("1").unwrap().category.clone()
    };
    assert_eq!(category("Department").as_deref(), Some("Garden"));
    assert_eq!(category(""), None);
    let error = read(&path, &BTreeMap::from([(Field::Brand, "maker".to_owned())])).unwrap_err();
    assert!(matches!(error, CatalogError::UnknownColumn { field: Field::Brand, .. }), "{error}");
}

#[test]
fn parquet_and_json_feeds_are_read() {
    let files = Files::new();
    let columns = [Column::Int64(&[Some(7), Some(8)]), Column::Bytes(&[Some(b"Toys"), None])];
    let schema = "OPTIONAL INT64 product_id; OPTIONAL BYTE_ARRAY department (UTF8);";
    let path = files.write_parquet("feed.parquet", schema, &[&columns]);
    let catalog = read(&path, &BTreeMap::new()).unwrap();
    assert_eq!(catalog.product("7").unwrap().category.as_deref(), Some("Toys"));
    let path = files.write("feed.jsonl", "{\"id\":7,\"title\":\"Ball\",\"price\":3.5}\n");
    let catalog = read(&path, &BTreeMap::new()).unwrap();
    assert_eq!(catalog.product("7").unwrap().price, Some(3.5));
}

#[test]
fn rows_that_cannot_be_used_are_counted() {
    let text = "id,title,price\n1,One,free\n,Nameless,1\n1,Again,2\n2,Two\n3,Three,3\n4,Four,4\n";
    let catalog = read(&Files::new().write("feed.csv", text), &BTreeMap::new()).unwrap();
    let counts: Vec<(Reason, u64, u64)> =
        catalog.report.rejections.iter().map(|one| (one.reason, one.rows, one.example.line)).collect();
    let expected =
        [(Reason::Damaged, 1, 5), (Reason::MissingId, 1, 3), (Reason::Duplicate, 1, 4), (Reason::BadPrice, 1, 2)];
    assert_eq!(counts, expected);
    assert_eq!((catalog.len(), catalog.report.num_rows), (3, 6));
    assert!(catalog.report.cleaning_table().contains("\"free\""));
}

#[test]
fn a_feed_without_ids_or_rows_is_refused() {
    let files = Files::new();
    let error = read(&files.write("a.csv", "colour,shape\nred,round\n"), &BTreeMap::new()).unwrap_err();
    assert!(error.to_string().contains("`colour`, `shape`"), "{error}");
    let error = read(&files.write("b.csv", "id,title\n"), &BTreeMap::new()).unwrap_err();
    assert!(matches!(error, CatalogError::NoRows { .. }), "{error}");
    let error = read(&files.write("c.csv", "id,title\n,x\n,y\n1,z\n"), &BTreeMap::new()).unwrap_err();
    assert!(matches!(error, CatalogError::TooManyRejected { rejected: 2, num_rows: 3, .. }), "{error}");
}

#[test]
fn more_categories_than_a_model_can_hold_are_refused() {
    let rows: String = (0..=MAX_CATEGORIES).map(|item| format!("{item},c{item}\n")).collect();
    let catalog = read(&Files::new().write("a.csv", format!("id,category\n{rows}")), &BTreeMap::new()).unwrap();
    let ids: Vec<String> = (0..=MAX_CATEGORIES).map(|item| item.to_string()).collect();
    assert_eq!(catalog.categories(&ids[1..]).unwrap().names.len(), MAX_CATEGORIES);
    let error = catalog.categories(&ids).unwrap_err();
    assert!(error.to_string().contains("65536") && error.to_string().contains("`category`"), "{error}");
}
