//! Rows that are left out of an event log, and the account of them.

use crate::shop::{SHOP, arg};
use crate::{json, stderr, stdout, vicino};
use flate2::read::GzDecoder;
use std::fs;
use std::io::Read;
use tempfile::TempDir;

const HEADER: &str = "order_id,customer_id,product_id,event,timestamp,quantity,price\n";

/// Sixty orders of three products by six shoppers; then `rows`.
fn log(rows: &str) -> String {
    let mut text = HEADER.to_owned();
    for order in 0..60 {
        for at in 0..3 {
            let (shopper, item) = (order % 6, (order + at) % 9);
            text +=
                &format!("o{order},u{shopper},P{item},purchase,2025-03-{:02} 10:{at:02}:00,1,2.50\n", 1 + order % 28);
        }
    }
    text + rows
}

/// The folder, and the arguments that train on a log in it.
fn written(rows: &str) -> (TempDir, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.csv");
    fs::write(&path, log(rows)).unwrap();
    let model = arg(&folder.path().join("m.vicino"));
    (folder, vec!["train".to_owned(), arg(&path), "-o".to_owned(), model, "--no-tune".to_owned()])
}

fn train(args: &[String], more: &[&str]) -> assert_cmd::Command {
    vicino(args.iter().map(String::as_str).chain(more.iter().copied()))
}

/// A postage line, a gift, a purchase and its return, a line that is written twice.
const ROWS: &str = "o90,u1,POST,purchase,2025-03-20 09:00:00,1,4\n\
    o90,u1,P1,purchase,2025-03-20 09:00:00,1,0\n\
    o90,u1,P2,purchase,2025-03-20 09:00:00,7,1\n\
    o91,u1,P2,refund,2025-03-21 09:00:00,-7,1\n\
    o92,u1,P3,purchase,2025-03-22 09:00:00,1,1\n\
    o92,u1,P3,purchase,2025-03-22 09:00:00,1,1\n";

#[test]
fn the_summary_counts_rows_before_and_after_each_rule() {
    let (_folder, args) = written(ROWS);
    let text = stdout(&mut train(&args, &[]));
    let cells = |rule: &str| -> Vec<String> {
        let line = text.lines().find(|line| line.trim_start().starts_with(rule)).unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect()
    };
    // 186 rows: the refund, POST, one of two, the gift and what was given back go, in this order.
    assert_eq!(cells("event-types")[1..5], ["unknown_event_type", "186", "1", "185"], "{text}");
    assert_eq!(cells("non-products")[1..5], ["non_product", "185", "1", "184"], "{text}");
    assert_eq!(cells("duplicates")[1..5], ["duplicate", "184", "1", "183"], "{text}");
    assert_eq!(cells("zero-prices")[1..5], ["zero_price", "183", "1", "182"], "{text}");
    assert_eq!(cells("cancellations")[1..5], ["cancelled", "182", "1", "181"], "{text}");
    assert_eq!(cells("rows read")[2..], ["186"], "{text}");
    assert_eq!(cells("rows left out")[3..], ["5", "(2.69", "%)"], "{text}");
    assert_eq!(cells("events")[1..], ["181"], "{text}");
    assert!(text.contains("log.csv:182"), "{text}");

    let report = json(&mut train(&args, &["--json", "--no-cleaning"]));
    let rules = report["reading"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 20);
    let left_out: Vec<&str> =
        rules.iter().filter(|rule| rule["before"] != rule["after"]).filter_map(|rule| rule["rule"].as_str()).collect();
    assert_eq!(left_out, ["event-types", "duplicates"]);
    assert_eq!(rules[10]["skipped"], "turned off");
}

#[test]
fn rejected_rows_are_written_with_their_reason_for_any_number_of_threads() {
    let (folder, args) = written(ROWS);
    let path = |name: &str| arg(&folder.path().join(name));
    train(&args, &["--keep-rejects", &path("one.csv"), "--threads", "1"]).assert().success();
    train(&args, &["--keep-rejects", &path("many.csv.gz"), "--threads", "3"]).assert().success();
    let text = fs::read_to_string(path("one.csv")).unwrap();
    let mut unpacked = String::new();
    GzDecoder::new(fs::File::open(path("many.csv.gz")).unwrap()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(text, unpacked);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "file,line,reason,column,found,item,session,shopper,event,timestamp,quantity,price");
    let reasons: Vec<(&str, &str)> = lines[1..]
        .iter()
        .map(|line| line.split(',').skip(1))
        .filter_map(|mut cells| Some((cells.next()?, cells.next()?)))
        .collect();
    let expected = [
        ("182", "non_product"),
        ("183", "zero_price"),
        ("184", "cancelled"),
        ("185", "unknown_event_type"),
        ("187", "duplicate"),
    ];
    assert_eq!(reasons, expected);
    assert!(lines[3].ends_with(",P2,,u1,purchase,2025-03-20T09:00:00Z,7,1"), "{}", lines[3]);
    assert!(lines[4].ends_with(",refund,P2,,u1,refund,2025-03-21 09:00:00,-7,1"), "{}", lines[4]);
}

#[test]
fn a_log_that_is_refused_still_shows_what_was_wrong() {
    let folder = TempDir::new().unwrap();
    let (log, rejects) = (arg(&folder.path().join("log.csv")), arg(&folder.path().join("rejects.csv")));
    fs::write(&log, "session,item,timestamp\n1,a,soon\n1,b,later\n1,c,2025-01-01 10:00:00\n").unwrap();
    let model = arg(&folder.path().join("m.vicino"));
    let message = stderr(&mut vicino(["train", &log, "-o", &model, "--keep-rejects", &rejects]), 1);
    assert!(message.contains("2 of 3 rows are damaged"), "{message}");
    assert_eq!(fs::read_to_string(&rejects).unwrap().lines().count(), 3);
    let message = stderr(&mut vicino(["train", &log, "-o", &model, "--max-rejected", "1", "--from", "2026-01-01"]), 1);
    assert!(message.contains("none of 3 rows") && message.contains("outside the period"), "{message}");
    fs::write(&log, "session,item,price\n1,a,0\n1,b,0\n").unwrap();
    let message = stderr(&mut vicino(["train", &log, "-o", &model, "--events-are", "purchase"]), 1);
    assert!(message.contains("--zero-prices"), "{message}");
}

/// As [`ROWS`], `count` purchases for nothing.
fn gifts(count: usize) -> String {
    (0..count).map(|at| format!("o9,u1,P1,purchase,2025-04-01 10:00:00,{},0\n", at + 1)).collect()
}

#[test]
fn a_reason_that_takes_a_fifth_is_refused_unless_it_is_accepted() {
    // 99 of 279 rows.
    let (folder, args) = written(&gifts(99));
    let message = stderr(&mut train(&args, &[]), 1);
    assert!(message.contains("bought at no price takes 99 of 279 rows (35.5 %)"), "{message}");
    assert!(message.contains("`--accept zero_price`") && message.contains("`--zero-prices`"), "{message}");
    assert!(!fs::exists(folder.path().join("m.vicino")).unwrap());
    let evaluate = ["evaluate", "--events", &args[1], "--draws", "10"];
    assert!(stderr(&mut vicino(evaluate), 1).contains("--accept zero_price"));
    // What is wrong can be looked at.
    let explored = vicino(["explore", &args[1]]).output().unwrap();
    assert_eq!(explored.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&explored.stdout).contains("35.5 % !"), "{explored:?}");
    for accepted in [&["--accept", "zero_price"][..], &["--accept", "zero-prices"], &["--zero-prices", "drop"]] {
        let message = stderr(&mut train(&args, accepted), 0);
        assert!(message.contains("warning: bought at no price takes 99 of 279 rows"), "{accepted:?}: {message}");
    }
    let mapping = arg(&folder.path().join("shop.toml"));
    train(&args, &["--accept", "zero_price", "--save-mapping", &mapping]).assert().success();
    train(&args, &["--mapping", &mapping]).assert().success();
    assert!(!stderr(&mut train(&args, &["--zero-prices", "keep"]), 0).contains("warning"));
    let message = stderr(&mut train(&args, &["--accept", "gifts"]), 2);
    assert!(message.contains("zero_price"), "{message}");
}

#[test]
fn a_reason_that_takes_a_twentieth_is_warned_of() {
    let (_folder, args) = written(&gifts(11));
    let message = stderr(&mut train(&args, &[]), 0);
    assert!(message.contains("warning: bought at no price takes 11 of 191 rows (5.8 %)"), "{message}");
    fs::write(&args[1], log(&gifts(9))).unwrap();
    assert!(!stderr(&mut train(&args, &[]), 0).contains("warning"));
}

#[test]
fn prices_in_several_currencies_are_remarked_on() {
    let (_folder, args) = written("");
    let currencies = log("o9,u1,P1,purchase,2025-04-01 10:00:00,1,3 EUR\n").replacen("2.50", "$2.50", 3);
    fs::write(&args[1], currencies).unwrap();
    let message = stderr(&mut train(&args, &[]), 0);
    assert!(message.contains("USD (3), EUR (1); --currency-rate"), "{message}");
    assert!(!stderr(&mut train(&args, &["--currency-rate", "USD=0.9"]), 0).contains("currencies"));
}

#[test]
fn a_mapping_keeps_the_flags_of_cleaning_and_flags_win() {
    let (folder, args) = written(ROWS);
    let mapping = arg(&folder.path().join("shop.toml"));
    let flags = ["--zero-prices", "keep", "--non-product", "P[78]", "--double-clicks", "1m", "--from", "2025-03-02"];
    let kept = json(&mut train(&args, &[&flags[..], &["--json", "--save-mapping", &mapping]].concat()));
    let text = fs::read_to_string(&mapping).unwrap();
    assert!(text.contains("[cleaning]") && text.contains("zero_prices = \"keep\""), "{text}");
    let again = json(&mut train(&args, &["--json", "--mapping", &mapping]));
    assert_eq!(again["reading"]["rules"], kept["reading"]["rules"]);
    let other = json(&mut train(&args, &["--json", "--mapping", &mapping, "--zero-prices", "drop"]));
    let zero_prices = |report: &serde_json::Value| {
        let rules = report["reading"]["rules"].as_array().unwrap().clone();
        let rule = rules.iter().find(|rule| rule["rule"] == "zero-prices").unwrap();
        rule["before"].as_u64().unwrap() - rule["after"].as_u64().unwrap()
    };
    assert_eq!((zero_prices(&kept), zero_prices(&other)), (0, 1));

    fs::write(&mapping, "[cleaning]\ndouble_clicks = \"soon\"\n").unwrap();
    let message = stderr(&mut train(&args, &["--mapping", &mapping]), 1);
    assert!(message.contains("soon") && message.contains("shop.toml"), "{message}");
}

#[test]
fn event_weights_are_those_that_were_given() {
    let (folder, args) = written("");
    let weights = |flags: &[&str]| {
        train(&args, flags).assert().success();
        json(&mut vicino(["inspect", &arg(&folder.path().join("m.vicino")), "--json"]))["ranking"]["event_weights"]
            .clone()
    };
    assert_eq!(weights(&["--event-weights", "purchase=4"]), serde_json::json!([1.0, 3.0, 4.0]));
    assert_eq!(weights(&["--event-weights", "view=1,cart=3,purchase=5"]), serde_json::json!([1.0, 3.0, 5.0]));
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    let (_folder, args) = written("");
    for (flags, expected) in [
        (&["--from", "2025-02-01", "--until", "2025-01-01"][..], "is not before"),
        (&["--from", "yesterday"], "2026-11-24"),
        (&["--double-clicks", "soon"], "30m"),
        (&["--non-product", "[a"], "sets such as"),
        (&["--currency-rate", "USD"], "USD=0.92"),
        (&["--zero-prices", "maybe"], "keep"),
        (&["--event-weights", "look=1"], "view=1"),
        (&["--keep-rejects", &args[1]], "would be replaced"),
        (&["--keep-rejects", &args[3]], "two results"),
    ] {
        let message = stderr(&mut train(&args, flags), 2);
        assert!(message.contains(expected), "{flags:?}: {message}");
    }
    let evaluate = ["evaluate", "--model", &SHOP.model(), "--test", &args[1], "--keep-rejects", &args[1]];
    assert!(stderr(&mut vicino(evaluate), 2).contains("would be replaced"));
}
