//! `vicino evaluate`.

use crate::shop::{SHOP, arg, events};
use crate::{json, stderr, stdout, vicino};
use std::fs;
use tempfile::TempDir;

#[test]
fn both_views_stand_side_by_side() {
    let text = stdout(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &SHOP.arg("rows.csv")]));
    for part in [
        "300 rows",
        "all targets",
        "discovery",
        "HitRate",
        "precision",
        "recall",
        "F1",
        "MRR",
        "NDCG",
        "coverage",
        "accuracy",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

/// The figures of the command against those of the lists that `recommend` writes.
#[test]
fn figures_agree_with_the_lists_of_recommend() {
    let (model, rows) = (SHOP.model(), SHOP.arg("rows.csv"));
    let found = json(&mut vicino(["evaluate", "--model", &model, "--test", &rows, "--at", "5,20", "--json"]));
    for (view, extra) in [("all_targets", None), ("discovery", Some("--exclude-history"))] {
        let args = ["recommend", "--model", &model, "--histories", &rows, "-k", "20"];
        let lists = stdout(&mut vicino(args.into_iter().chain(extra)));
        let text = fs::read_to_string(&rows).unwrap();
        let (mut hits, mut reciprocal, mut targets) = (0.0, 0.0, 0.0);
        for line in text.lines().skip(1) {
            let [row, prefix, target] = line.splitn(4, ',').take(3).collect::<Vec<_>>()[..] else { panic!("{line}") };
            if view == "discovery" && prefix.split(' ').any(|id| id == target) {
                continue;
            }
            targets += 1.0;
            let is_hit = |line: &&str| line.starts_with(&format!("{row},")) && line.split(',').nth(2) == Some(target);
            if let Some(hit) = lists.lines().find(is_hit) {
                hits += 1.0;
                reciprocal += 1.0 / hit.split(',').nth(1).unwrap().parse::<f64>().unwrap();
            }
        }
        let at = &found[view]["at"][1];
        let close = |value: &serde_json::Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-9;
        assert_eq!((at["k"].as_u64(), found[view]["num_targets"].as_f64()), (Some(20), Some(targets)));
        assert!(close(&at["hit_rate"], hits / targets), "{view}: {at} {}", hits / targets);
        assert!(close(&at["mrr"], reciprocal / targets), "{view}: {at}");
        assert!(close(&at["precision"], hits / targets / 20.0), "{view}: {at}");
    }
}

#[test]
fn unknown_targets_are_misses_and_reported() {
    let found = json(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &SHOP.arg("rows.csv"), "--json"]));
    assert!(found["all_targets"]["num_unknown_targets"].as_u64().unwrap() > 0);
    let folder = TempDir::new().unwrap();
    let rows = arg(&folder.path().join("rows.csv"));
    fs::write(&rows, "prefix,target\nP1 P2,never-seen\nP3,\n").unwrap();
    let found = json(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &rows, "--json"]));
    assert_eq!(found["all_targets"]["num_unknown_targets"], 1);
    assert_eq!(found["all_targets"]["at"][2]["hit_rate"], 0.0);
    assert_eq!((&found["used"]["rows"], &found["used"]["rows_without_target"]), (&1.into(), &1.into()));
}

#[test]
fn later_events_are_measured_on_and_earlier_ones_skipped() {
    let folder = TempDir::new().unwrap();
    let log = arg(&folder.path().join("all.csv"));
    fs::write(&log, events(500, 160)).unwrap();
    let model = SHOP.model();
    let found = json(&mut vicino(["evaluate", "--model", &model, "--test", &log, "--json"]));
    assert_eq!((&found["used"]["sessions"], &found["used"]["sessions_in_training"]), (&60.into(), &100.into()));
    // The shop's sessions go up through a category: far better than the 20 of 60 that chance would hit.
    assert!(found["all_targets"]["at"][2]["hit_rate"].as_f64().unwrap() > 0.6, "{found}");
    let targets = found["all_targets"]["num_targets"].as_u64().unwrap();
    let later = stdout(&mut vicino(["evaluate", "--model", &model, "--test", &SHOP.arg("later.csv")]));
    assert!(later.contains("60 sessions used") && later.contains(&targets.to_string()), "{later}");
    let last = ["evaluate", "--model", &model, "--test", &log, "--targets", "last", "--json"];
    assert_eq!(json(&mut vicino(last))["all_targets"]["num_targets"], 60);
    let all = ["evaluate", "--model", &model, "--test", &log, "--all-sessions", "--json"];
    assert_eq!(json(&mut vicino(all))["used"]["sessions"], 160);
}

#[test]
fn events_of_the_training_period_alone_are_refused() {
    let message = stderr(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &SHOP.arg("train.csv")]), 1);
    assert!(message.contains("newest event") && message.contains("--all-sessions"), "{message}");
}

#[test]
fn rows_and_events_cannot_be_mixed() {
    let args = ["evaluate", "--model", &SHOP.model(), "--test", &SHOP.arg("rows.csv"), &SHOP.arg("later.csv")];
    assert!(stderr(&mut vicino(args), 1).contains("prefix,target"));
}

#[test]
fn a_file_without_a_target_is_refused() {
    let folder = TempDir::new().unwrap();
    let rows = arg(&folder.path().join("rows.csv"));
    fs::write(&rows, "prefix,target\n").unwrap();
    assert!(stderr(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &rows]), 1).contains("no target"));
}
