use std::collections::BTreeMap;

use super::{Catalog, CatalogError, Field, MAX_CATEGORIES, MatchedColumn, Reason, read, read_for};
use crate::CategoryIx;
use crate::table::Origin;
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

/// Id, title, category, brand and price of a feed's first product.
fn first_of(name: &str, text: &str) -> (String, String, String, String, f64) {
    let catalog = read(&Files::new().write(name, text), &BTreeMap::new()).unwrap();
    let product = catalog.products().next().unwrap().clone();
    let text = |text: Option<String>| text.unwrap_or_default();
    (product.id, text(product.title), text(product.category), text(product.brand), product.price.unwrap_or_default())
}

#[test]
fn feeds_of_usual_shops_are_read_by_their_own_names() {
    let expected = ("A1".to_owned(), "Tea mug".to_owned(), "Kitchen > Mugs".to_owned(), "Acme".to_owned(), 4.5);
    let google_tsv = "id\ttitle\tdescription\tlink\tprice\tbrand\tgoogle_product_category\tproduct_type\n\
                      A1\tTea mug\tA mug.\thttps://shop/a1\t4.50 EUR\tAcme\t2169\tKitchen > Mugs\n";
    assert_eq!(first_of("feed.tsv", google_tsv), expected);
    let google_xml = "<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel><item><g:id>A1</g:id><g:title>Tea mug</g:title>\
                      <g:price>4.50 EUR</g:price><g:brand>Acme</g:brand><g:google_product_category>2169</g:google_product_category>\
                      <g:product_type>Kitchen &gt; Mugs</g:product_type></item></channel></rss>";
    assert_eq!(first_of("feed.xml", google_xml), expected);
    let shopify = "Handle,Title,Body (HTML),Vendor,Product Category,Type,Variant SKU,Variant Price\n\
                   A1,Tea mug,<p>A mug.</p>,Acme,Kitchen > Mugs,Mug,S-1,4.50\nA1,,,,,,S-2,5.50\n";
    assert_eq!(first_of("products_export.csv", shopify), expected);
    let schema_org = "{\"@type\":\"Product\",\"sku\":\"A1\",\"name\":\"Tea mug\",\"category\":\"Kitchen > Mugs\",\
                      \"brand\":{\"@type\":\"Brand\",\"name\":\"Acme\"},\"offers\":[{\"@type\":\"Offer\",\"price\":\"4.50\"}]}\n";
    assert_eq!(first_of("products.jsonl", schema_org), expected);
}

#[test]
fn availability_is_understood_in_the_words_of_every_feed() {
    let words = [
        ("in stock", Some(true)),
        ("https://schema.org/InStock", Some(true)),
        ("PreOrder", Some(true)),
        ("out_of_stock", Some(false)),
        ("SoldOut", Some(false)),
        ("0", Some(false)),
        ("12", Some(true)),
        ("-1", Some(false)),
        ("", None),
        ("ask us", None),
    ];
    let rows: String =
        words.iter().enumerate().map(|(id, (word, _))| format!("{id},{word},i{id}.png,/p/{id}\n")).collect();
    let files = Files::new();
    let feed = files.write("feed.csv", format!("id,availability,image_link,link\n{rows}"));
    let catalog = read(&feed, &BTreeMap::new()).unwrap();
    let found: Vec<Option<bool>> = catalog.products().map(|product| product.in_stock).collect();
    assert_eq!(found, words.map(|(_, expected)| expected));
    let first = catalog.product("0").unwrap();
    assert_eq!((first.image.as_deref(), first.link.as_deref()), (Some("i0.png"), Some("/p/0")));
    let bad: Vec<(Reason, u64)> = catalog.report.rejections.iter().map(|one| (one.reason, one.rows)).collect();
    assert_eq!(bad, [(Reason::BadAvailability, 1)]);
}

#[test]
fn category_paths_are_written_in_one_way() {
    let feed = "id;category\n1;Home>Mugs\n2; Home  |Mugs|\n3;Home › Mugs\n4;Bread/Rolls\n";
    let catalog = read(&Files::new().write("feed.csv", feed), &BTreeMap::new()).unwrap();
    let found: Vec<&str> = catalog.products().filter_map(|product| product.category.as_deref()).collect();
    assert_eq!(found, ["Home > Mugs", "Home > Mugs", "Home > Mugs", "Bread/Rolls"]);
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

/// A feed as it is read for a log with these ids.
fn for_log(name: &str, text: &str, ids: &[&str]) -> Catalog {
    let files = Files::new();
    let origin = Origin::File(files.write(name, text));
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    read_for(&origin, &BTreeMap::new(), &ids).unwrap()
}

fn column(catalog: &Catalog, field: Field) -> &str {
    catalog.report.columns.iter().find(|one| one.field == field).map_or("", |one| one.column.as_str())
}

const SHOPIFY: &str = "Handle,Title,Vendor,Product Category,Type,Variant SKU,Variant Price,Image Src,Variant ID\n\
    mug,Tea mug,Acme,,Cups,MUG-R,4.50,mug.jpg,71\nmug,,,,,MUG-B,5.50,,72\nmug,,,,,,,side.jpg,\n\
    pot,Pot,Acme,,Pots,POT,9,pot.jpg,73\n";

#[test]
fn rows_of_one_handle_take_what_its_first_row_says() {
    let catalog = for_log("products_export.csv", SHOPIFY, &["MUG-B", "POT"]);
    let blue = catalog.product("MUG-B").unwrap();
    assert_eq!(
        (blue.title.as_deref(), blue.brand.as_deref(), blue.category.as_deref(), blue.image.as_deref(), blue.price),
        (Some("Tea mug"), Some("Acme"), Some("Cups"), Some("mug.jpg"), Some(5.5))
    );
    assert_eq!(blue.group.as_deref(), Some("mug"));
    assert_eq!(catalog.product("MUG-R").unwrap().group.as_deref(), Some("mug"));
    assert_eq!(catalog.product("POT").unwrap().group, None, "a product of one row has no variants");
    let left_out: Vec<(Reason, u64)> = catalog.report.rejections.iter().map(|one| (one.reason, one.rows)).collect();
    assert_eq!(left_out, [(Reason::ExtraRow, 1)], "the second picture");
}

#[test]
fn the_log_tells_which_column_has_the_ids() {
    for (ids, expected, num_products) in [
        (&["MUG-B", "POT"][..], "Variant SKU", 3),
        (&["72", "73"], "Variant ID", 3),
        (&["mug", "pot", "gone"], "Handle", 2),
        (&["gone"], "Variant ID", 3),
    ] {
        let catalog = for_log("products_export.csv", SHOPIFY, ids);
        assert_eq!((column(&catalog, Field::Id), catalog.len()), (expected, num_products), "{ids:?}");
        assert_eq!(catalog.report.is_id_of_log, ids != ["gone"]);
    }
    let named = BTreeMap::from([(Field::Id, "Variant ID".to_owned())]);
    let files = Files::new();
    let origin = Origin::File(files.write("products_export.csv", SHOPIFY));
    let catalog = read_for(&origin, &named, &["MUG-B".to_owned()]).unwrap();
    assert_eq!(column(&catalog, Field::Id), "Variant ID", "who names a column is right");
}

#[test]
fn a_column_that_is_empty_or_names_sorts_is_passed_over() {
    let catalog = for_log("products_export.csv", SHOPIFY, &[]);
    assert_eq!(column(&catalog, Field::Category), "Type", "no product has a Product Category");
    let magento = "sku,store_view_code,product_type,categories,name,price,configurable_variations\n\
        BAG,,configurable,\"Default Category,Default Category/Gear/Bags\",Bag,45,\"sku=BAG-S,size=S|sku=BAG-L,size=L\"\n\
        BAG-S,,simple,,Bag S,45,\nBAG-L,,simple,,Bag L,47,\nCUP,,simple,Default Category/Kitchen,Cup,5,\n";
    let catalog = for_log("catalog_product.csv", magento, &["BAG-S", "CUP"]);
    let large = catalog.product("BAG-L").unwrap();
    assert_eq!((large.category.as_deref(), large.group.as_deref()), (Some("Gear > Bags"), Some("BAG")));
    assert_eq!(catalog.product("BAG").unwrap().group, None);
    assert_eq!(catalog.product("CUP").unwrap().category.as_deref(), Some("Kitchen"));
}

#[test]
fn a_sale_price_counts_where_there_is_one() {
    let woo = "ID,Type,SKU,Name,In stock?,Sale price,Regular price,Categories,Parent\n\
        7,variable,TEE,Tee,1,,,\"Sale, Clothing > Tees\",\n8,variation,TEE-S,Tee S,1,16,18,,TEE\n\
        9,variation,TEE-L,Tee L,0,,18,,id:7\n10,simple,CAP,Cap,1,,9,Clothing,\n";
    let catalog = for_log("products.csv", woo, &["TEE-S", "CAP"]);
    let tees = Some("Clothing > Tees");
    for (id, price, category, group) in [
        ("TEE", None, tees, None),
        ("TEE-S", Some(16.0), tees, Some("TEE")),
        ("TEE-L", Some(18.0), tees, Some("TEE")),
        ("CAP", Some(9.0), Some("Clothing"), None),
    ] {
        let found = catalog.product(id).unwrap();
        assert_eq!((found.price, found.category.as_deref(), found.group.as_deref()), (price, category, group), "{id}");
    }
    // The price of Google's feeds stays: a price for now may be over.
    let google = "id\tprice\tsale_price\tavailability\nA1\t9 EUR\t7 EUR\tin stock\n";
    assert_eq!(for_log("feed.tsv", google, &["A1"]).product("A1").unwrap().price, Some(9.0));
}

#[test]
fn ids_of_google_come_before_those_of_atom() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\"><entry>\
        <id>tag:shop,2024:1</id><title>Dress</title><g:id>A1</g:id><g:price>19.90 EUR</g:price>\
        <g:item_group_id>A</g:item_group_id></entry></feed>";
    let catalog = for_log("feed.xml", atom, &[]);
    let dress = catalog.product("A1").unwrap();
    assert_eq!((dress.title.as_deref(), dress.price, dress.group.as_deref()), (Some("Dress"), Some(19.9), Some("A")));
}

#[test]
fn ids_that_a_tool_made_floats_are_whole_numbers() {
    let files = Files::new();
    let none = BTreeMap::new();
    let catalog = read(&files.write("a.csv", "id,title\n123.0,Mug\n7,Plate\n"), &none).unwrap();
    assert_eq!(catalog.product("123").map(|product| product.title.as_deref()), Some(Some("Mug")));
    let mixed = read(&files.write("b.csv", "id,title\n123.0,Mug\nA7,Plate\n"), &none).unwrap();
    assert!(mixed.product("123.0").is_some());
}
