//! Bad files and flags: the status, a message that says what and where, and nothing half-written left behind.

use crate::shop::{SHOP, arg, events};
use crate::{stderr, vicino};
use std::fs;
use tempfile::TempDir;

/// The message of a run that failed: one, naming the command.
fn failure(args: &[&str]) -> String {
    let message = stderr(&mut vicino(args.iter().copied()), 1);
    let is_start = |line: &&str| line.starts_with("vicino: ");
    assert!(message.starts_with("vicino: ") && message.lines().filter(is_start).count() == 1, "{message}");
    message
}

fn usage(args: &[&str]) -> String {
    stderr(&mut vicino(args.iter().copied()), 2)
}

/// A file with this content and the folder that it lives in.
fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, arg(&path))
}

fn model_bytes() -> Vec<u8> {
    fs::read(SHOP.path("shop.vicino")).unwrap()
}

fn failure_with_model(bytes: &[u8]) -> String {
    let (_folder, model) = file("m.vicino", bytes);
    let message = failure(&["recommend", "--model", &model, "--history", "P1"]);
    assert!(message.contains("m.vicino"), "{message}");
    assert!(failure(&["inspect", &model]).contains("m.vicino"));
    message
}

#[test]
fn a_missing_model_is_named() {
    assert!(failure(&["inspect", "/nowhere/m.vicino"]).contains("/nowhere/m.vicino"));
    assert!(failure(&["recommend", "--model", "/nowhere/m", "--history", "P1"]).contains("/nowhere/m"));
}

#[test]
fn a_directory_is_no_model_no_log_and_no_output() {
    let folder = TempDir::new().unwrap();
    let folder = arg(folder.path());
    assert!(failure(&["inspect", &folder]).contains("directory"));
    failure(&["train", &folder, "-o", "/tmp/never.vicino"]);
    assert!(failure(&["train", &SHOP.arg("train.csv"), "-o", &folder]).contains("directory"));
    let rows = ["recommend", "--model", &SHOP.model(), "--histories", &folder];
    assert!(failure(&rows).contains("directory"));
}

#[test]
fn an_empty_model_is_refused() {
    assert!(failure_with_model(&[]).contains("empty"));
}

#[test]
fn a_truncated_model_is_refused_at_any_length() {
    let bytes = model_bytes();
    for length in [1, 7, 20, bytes.len() / 2, bytes.len() - 1] {
        failure_with_model(&bytes[..length]);
    }
}

#[test]
fn a_flipped_bit_is_found() {
    let mut bytes = model_bytes();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    assert!(failure_with_model(&bytes).contains("checksum"));
}

#[test]
fn a_foreign_file_is_refused() {
    failure_with_model(b"<!doctype html><title>404</title>");
    failure_with_model(events(0, 3).as_bytes());
}

#[test]
fn a_newer_model_says_to_update() {
    let mut bytes = model_bytes();
    bytes[8] = 99;
    assert!(failure_with_model(&bytes).contains("99"));
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = model_bytes();
    bytes.push(0);
    failure_with_model(&bytes);
}

#[test]
fn a_missing_log_is_named() {
    assert!(failure(&["train", "/nowhere/events.csv", "-o", "/tmp/never.vicino"]).contains("/nowhere/events.csv"));
}

#[test]
fn a_log_without_an_item_column_names_the_columns_it_has() {
    let (_folder, log) = file("log.csv", "customer,when\nU1,2026-01-01\n");
    let message = failure(&["train", &log, "-o", "/tmp/never.vicino"]);
    assert!(message.contains("customer") && message.contains("item"), "{message}");
}

#[test]
fn a_log_without_rows_is_refused() {
    for content in ["", "customer_id,session_id,product_id,timestamp\n"] {
        let (_folder, log) = file("log.csv", content);
        assert!(failure(&["train", &log, "-o", "/tmp/never.vicino"]).contains("log.csv"));
    }
}

#[test]
fn a_log_without_pairs_is_refused() {
    let (_folder, log) = file("log.csv", "session_id,product_id\nS1,P1\nS2,P2\n");
    failure(&["train", &log, "-o", "/tmp/never.vicino"]);
}

#[test]
fn too_many_rejected_rows_are_fatal_unless_allowed() {
    let mut text = events(0, 40);
    let bad = text.lines().count();
    (0..bad).for_each(|row| text += &format!("U1,S{row},P1,view,yesterday\n"));
    let (folder, log) = file("log.csv", text);
    let model = arg(&folder.path().join("m"));
    let message = failure(&["train", &log, "-o", &model, "--no-tune", "--max-rejected", "0.2"]);
    assert!(message.contains("yesterday") || message.contains("time"), "{message}");
    assert!(!fs::exists(&model).unwrap());
    vicino(["train", &log, "-o", &model, "--no-tune", "--max-rejected", "0.9"]).assert().success();
}

#[test]
fn unwritable_output_leaves_nothing_behind() {
    let message = failure(&["train", &SHOP.arg("train.csv"), "-o", "/nowhere/m.vicino", "--no-tune"]);
    assert!(message.contains("cannot write /nowhere/m.vicino"), "{message}");
    let rows = ["recommend", "--model", &SHOP.model(), "--histories", &SHOP.arg("rows.csv"), "-o", "/nowhere/x.csv"];
    assert!(failure(&rows).contains("/nowhere/x.csv"));
}

#[test]
fn a_failed_run_leaves_no_partial_file_and_the_old_one_as_it_was() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    fs::write(path("rows.csv"), "row_id,prefix\n1,P1\n2\n").unwrap();
    fs::write(path("out.csv"), "old").unwrap();
    let message =
        failure(&["recommend", "--model", &SHOP.model(), "--histories", &path("rows.csv"), "-o", &path("out.csv")]);
    assert!(message.contains("rows.csv") && message.contains("line: 3"), "{message}");
    assert_eq!(fs::read_to_string(path("out.csv")).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file is left");
}

#[test]
fn a_full_disk_is_a_failure() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_vicino"))
        .args(["recommend", "--model", &SHOP.model(), "--history", "P1"])
        .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("stdout"));
}

#[test]
fn histories_without_a_column_name_it() {
    for (content, column) in [("row_id,history\n1,P1\n", "prefix"), ("id,prefix\n1,P1\n", "row_id")] {
        let (_folder, rows) = file("rows.csv", content);
        let message = failure(&["recommend", "--model", &SHOP.model(), "--histories", &rows]);
        assert!(message.contains(&format!("no column `{column}`")), "{message}");
    }
    let (_folder, rows) = file("rows.csv", "");
    assert!(failure(&["recommend", "--model", &SHOP.model(), "--histories", &rows]).contains("empty"));
    let (_folder, rows) = file("rows.csv", "row_id,prefix,prefix\n1,P1,P2\n");
    assert!(failure(&["recommend", "--model", &SHOP.model(), "--histories", &rows]).contains("twice"));
}

#[test]
fn histories_that_are_not_text_are_refused() {
    let (_folder, rows) = file("rows.csv", b"row_id,prefix\n1,P1\n2,\xff\xfe\n");
    assert!(failure(&["recommend", "--model", &SHOP.model(), "--histories", &rows]).contains("rows.csv"));
    let (_folder, rows) = file("rows.csv.gz", b"\x1f\x8b\x08garbage that is not gzip");
    assert!(failure(&["recommend", "--model", &SHOP.model(), "--histories", &rows]).contains("rows.csv.gz"));
}

#[test]
fn nonsense_values_are_wrong_usage() {
    let (model, log, rows) = (SHOP.model(), SHOP.arg("train.csv"), SHOP.arg("rows.csv"));
    let train =
        |flag: &str, value: &str| usage(&["train", &log, "-o", "/tmp/never.vicino", &format!("{flag}={value}")]);
    for (flag, value) in [
        ("--neighbours", "0"),
        ("--neighbours", "-3"),
        ("--target-size", "0"),
        ("--sizes", "many"),
        ("--min-shoppers", "0"),
        ("--evaluations", "0"),
        ("--threads", "0"),
        ("--max-rejected", "1.5"),
        ("--max-rejected", "NaN"),
        ("--session-gap", "0m"),
        ("--session-gap", "30"),
        ("--session-gap", "soon"),
        ("--column", "item"),
        ("--column", "colour=x"),
        ("--seed", "-1"),
        ("--events-are", "likes"),
    ] {
        assert!(train(flag, value).contains(flag.trim_start_matches('-')), "{flag} {value}");
    }
    let recommend = |extra: &[&str]| usage(&[&["recommend", "--model", &model][..], extra].concat());
    recommend(&[]);
    recommend(&["--history", "P1", "-k", "0"]);
    recommend(&["--history", "P1", "-k", "many"]);
    recommend(&["--history", "P1", "--relation", "fun"]);
    recommend(&["--history", "P1", "--histories", &rows]);
    recommend(&["--histories", &rows, "--explain"]);
    recommend(&["--history", "P1", "-o", "x"]);
    usage(&["evaluate", "--model", &model, "--test", &rows, "--at", "0"]);
    usage(&["evaluate", "--model", &model]);
    usage(&["evaluate", "--model", &model, "--test", "-"]);
    train("--catalog-column", "category=x");
    usage(&["train", &log]);
    usage(&["completions", "tcsh"]);
}

#[test]
fn output_never_replaces_input() {
    let (_folder, log) = file("log.csv", events(0, 30));
    assert!(usage(&["train", &log, "-o", &log]).contains("replace"));
    let (_folder, rows) = file("rows.csv", "row_id,prefix\n1,P1\n");
    assert!(usage(&["recommend", "--model", &SHOP.model(), "--histories", &rows, "-o", &rows]).contains("replace"));
    let model = SHOP.model();
    assert!(usage(&["recommend", "--model", &model, "--histories", &rows, "-o", &model]).contains("replace"));
    assert!(fs::read_to_string(&rows).unwrap().starts_with("row_id"));
}
