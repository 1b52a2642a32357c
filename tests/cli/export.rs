//! `vicino export`.

use crate::shop::{SHOP, arg};
use crate::{json, stderr, stdout, vicino};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

fn path(folder: &TempDir, name: &str) -> String {
    arg(&folder.path().join(name))
}

#[test]
fn every_product_has_the_list_that_recommend_prints() {
    let (model, folder) = (SHOP.model(), TempDir::new().unwrap());
    let related = path(&folder, "related.jsonl");
    stdout(&mut vicino(["export", "--model", &model, "--related", &related, "-k", "5"]));
    let text = fs::read_to_string(&related).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 60);
    let line = lines.iter().find(|line| line["id"] == "P7").unwrap();
    let ids = |list: &Value, name: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|item| item[name].clone()).collect()
    };
    let args = ["recommend", "--model", &model, "--history", "P7", "-k", "5", "--exclude-history", "--json"];
    assert_eq!(ids(&line["related"], "id"), ids(&json(&mut vicino(args))["items"], "item_id"));
}

#[test]
fn threads_do_not_change_what_is_exported() {
    let model = SHOP.model();
    let with = |threads: &str| {
        let args = ["export", "--model", &model, "--related", "-", "--relation", "together", "--csv"];
        stdout(&mut vicino(args.into_iter().chain(["--threads", threads])))
    };
    let one = with("1");
    assert!(one.starts_with("item_id,rank,related_id,score\n"));
    assert_eq!(one, with("4"));
}

#[test]
fn a_table_that_the_model_lacks_is_named() {
    let model = SHOP.model();
    let error = stderr(&mut vicino(["export", "--model", &model, "--related", "-", "--relation", "similar"]), 1);
    assert!(error.contains("has no table `similar`"), "{error}");
}

#[test]
fn products_are_listed_with_what_the_feed_says() {
    let (model, folder) = (SHOP.model(), TempDir::new().unwrap());
    let (products, feed) = (path(&folder, "products.json"), SHOP.arg("products.csv"));
    stdout(&mut vicino(["export", "--model", &model, "--products", &products, "--catalog", &feed]));
    let listed: Vec<Value> = serde_json::from_str(&fs::read_to_string(&products).unwrap()).unwrap();
    assert_eq!(listed.len(), 60);
    let feed = fs::read_to_string(feed).unwrap();
    let row = feed.lines().find(|line| line.starts_with("P7,")).unwrap();
    let of_feed = listed.iter().find(|product| product["id"] == "P7").unwrap();
    for key in ["title", "category"].into_iter().filter_map(|key| of_feed[key].as_str()) {
        assert!(row.contains(key), "{row}: {key}");
    }
    assert!(of_feed.get("brand").is_none(), "{of_feed}");

    stdout(&mut vicino(["export", "--model", &model, "--products", &products]));
    let plain: Vec<Value> = serde_json::from_str(&fs::read_to_string(&products).unwrap()).unwrap();
    let ids = |list: &[Value]| -> Vec<Value> { list.iter().map(|product| product["id"].clone()).collect() };
    assert_eq!(ids(&plain), ids(&listed));
}

#[test]
fn something_must_be_exported() {
    let error = stderr(&mut vicino(["export", "--model", &SHOP.model()]), 2);
    assert!(error.contains("--related <FILE>") && error.contains("--products <FILE>"), "{error}");
}

#[test]
fn the_model_is_never_replaced() {
    let model = SHOP.model();
    let before = fs::read(&model).unwrap();
    let error = stderr(&mut vicino(["export", "--model", &model, "--related", &model]), 2);
    assert!(error.contains("would be replaced"), "{error}");
    assert_eq!(fs::read(&model).unwrap(), before);
}
