//! `vicino explore`.

use crate::shop::{SHOP, arg};
use crate::{json, stderr, stdout, vicino};
use std::fs;
use tempfile::TempDir;

#[test]
fn the_short_version_has_sizes_lines_and_findings() {
    let text = stdout(&mut vicino(["explore", &SHOP.arg("train.csv")]));
    for part in [
        "overview",
        "products",
        "figures",
        "How long sessions are",
        "█",
        "findings",
        "(categories bought together: needs",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn the_page_has_every_figure_that_the_json_has() {
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("report.html");
    let args = ["explore", &SHOP.arg("train.csv"), "--catalog", &SHOP.arg("products.csv"), "-o", &arg(&page), "--json"];
    let found = json(&mut vicino(args));
    let figures = found["figures"].as_array().unwrap();
    let html = fs::read_to_string(&page).unwrap();
    assert!(figures.len() >= 9, "{}", figures.len());
    for figure in figures {
        let id = figure["id"].as_str().unwrap();
        assert!(html.contains(&format!("<figure id=\"{id}\">")), "{id}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing but the page is left behind");
}

#[test]
fn the_same_log_gives_the_same_page_with_any_number_of_threads() {
    let page = |threads| stdout(&mut vicino(["explore", &SHOP.arg("train.csv"), "-o", "-", "--threads", threads]));
    let one = page("1");
    assert!(one.starts_with("<!doctype html>") && one == page("4"), "1 and 4 threads give different pages");
}

#[test]
fn the_log_itself_is_not_replaced() {
    let log = SHOP.arg("train.csv");
    let message = stderr(&mut vicino(["explore", &log, "-o", &log]), 2);
    assert!(message.contains("would be replaced"), "{message}");
    assert!(stderr(&mut vicino(["explore", &log, "-o", "-", "--json"]), 2).contains("stdout"));
}

#[test]
fn training_writes_a_page_or_json_by_the_name() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    let train = |report: &str| {
        let args = [
            "train",
            &SHOP.arg("train.csv"),
            "--catalog",
            &SHOP.arg("products.csv"),
            "-o",
            &path("m.vicino"),
            "--evaluations",
            "6",
            "--sizes",
            "3kB,6kB",
        ];
        vicino(args.into_iter().chain(["--report", report])).assert().success();
    };
    train(&path("report.html"));
    let html = fs::read_to_string(path("report.html")).unwrap();
    for part in [
        "The model",
        "What a byte buys",
        "How the constants were found",
        "The most doubtful",
        "The log: figures",
        "<figure id=\"sections\">",
    ] {
        assert!(html.contains(part), "{part}");
    }
    train(&path("report.json"));
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(path("report.json")).unwrap()).unwrap();
    assert!(report["popularity_curve"].is_array());
}

#[test]
fn a_feed_without_any_product_of_the_log_is_warned_of() {
    let folder = TempDir::new().unwrap();
    let feed = arg(&folder.path().join("feed.csv"));
    fs::write(&feed, "id,title,category\nshop-1,One,A\nshop-2,Two,B\n").unwrap();
    let message = stderr(&mut vicino(["explore", &SHOP.arg("train.csv"), "--catalog", &feed]), 0);
    assert!(message.contains("none of the products") && message.contains("`shop-1`"), "{message}");
    let message = stderr(&mut vicino(["explore", &SHOP.arg("train.csv"), "--catalog", &SHOP.arg("products.csv")]), 0);
    assert!(message.contains("ids as in the log") && !message.contains("warning"), "{message}");
}
