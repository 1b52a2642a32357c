//! `vicino inspect`.

use crate::shop::{SHOP, arg};
use crate::{json, stderr, stdout, vicino};
use std::fs;
use tempfile::TempDir;

#[test]
fn sections_add_up_to_the_file() {
    let found = json(&mut vicino(["inspect", &SHOP.model(), "--json"]));
    let bytes = fs::metadata(SHOP.path("shop.vicino")).unwrap().len();
    assert_eq!(found["bytes"], bytes);
    let sections = found["sections"].as_array().unwrap();
    let sum: u64 = sections.iter().map(|section| section["bytes"].as_u64().unwrap()).sum();
    assert!(sections.len() >= 3 && sum <= bytes && bytes - sum < 40 + 16 * sections.len() as u64, "{sum} of {bytes}");
    assert_eq!(found["num_items"], 60);
    assert_eq!(found["privacy"]["min_shoppers"], 2);
    assert_eq!(found["privacy"]["counts_shoppers"], true);
    assert!(found["tables"][0]["bits_per_link"].as_f64().unwrap() > 1.0);
}

#[test]
fn the_table_names_what_is_in_the_file() {
    let text = stdout(&mut vicino(["inspect", &SHOP.model()]));
    for part in ["format", "sections", "bits a link", "distinct shoppers", "HitRate@20", "next"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn trends_and_days_between_purchases_are_named() {
    let found = json(&mut vicino(["inspect", &SHOP.model(), "--json"]));
    // 600 sessions, two hours apart, are 50 days; each of 90 shoppers comes back after 7.5.
    let days: Vec<u64> =
        found["trends"].as_array().unwrap().iter().map(|trend| trend["days"].as_u64().unwrap()).collect();
    assert_eq!(days.last(), Some(&30), "{found}");
    assert!(found["replenishment"]["num_categories"].as_u64().unwrap() > 0, "{found}");
    let text = stdout(&mut vicino(["inspect", &SHOP.model()]));
    assert!(text.contains("30 days (") && text.contains("bought again"), "{text}");
}

#[test]
fn what_is_alike_is_in_the_file_if_asked_for() {
    let folder = TempDir::new().unwrap();
    let model = arg(&folder.path().join("alike.vicino"));
    let train = ["train", &SHOP.arg("train.csv"), "--no-tune", "-o", &model, "-q", "--similar", "3"];
    assert!(stderr(&mut vicino(train), 2).contains("--similar needs --catalog"));
    stdout(&mut vicino(train.into_iter().chain(["--catalog", &SHOP.arg("products.csv")])));
    let found = json(&mut vicino(["inspect", &model, "--json"]));
    assert_eq!(found["tables"].as_array().unwrap().last().unwrap()["relation"], "similar");
    let lines =
        stdout(&mut vicino(["export", "--model", &model, "--related", "-", "--relation", "similar", "-k", "3"]));
    assert_eq!(lines.lines().count(), 60);
}
