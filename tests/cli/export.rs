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
fn the_model_is_never_replaced() {
    let model = SHOP.model();
    let before = fs::read(&model).unwrap();
    let error = stderr(&mut vicino(["export", "--model", &model, "--related", &model]), 2);
    assert!(error.contains("would be replaced"), "{error}");
    assert_eq!(fs::read(&model).unwrap(), before);
}
