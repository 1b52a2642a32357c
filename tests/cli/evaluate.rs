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

#[test]
fn a_number_of_constants_tunes_the_model_that_is_measured() {
    let log = SHOP.arg("train.csv");
    let measured = |more: &[&str]| {
        let args = ["evaluate", "--events", &log, "--no-baselines", "--draws", "1", "--json"];
        json(&mut vicino(args.into_iter().chain(more.iter().copied())))
    };
    let (usual, tuned) = (measured(&[]), measured(&["--evaluations", "5"]));
    assert_eq!((&usual["model"]["is_tuned"], &tuned["model"]["is_tuned"]), (&false.into(), &true.into()));
    assert_ne!(usual["comparison"]["all_targets"]["systems"], tuned["comparison"]["all_targets"]["systems"]);
}

#[test]
fn a_log_is_split_trained_on_and_compared_with_simple_methods() {
    let folder = TempDir::new().unwrap();
    let page = arg(&folder.path().join("page.html"));
    let log = SHOP.arg("train.csv");
    let args = ["evaluate", "--events", &log, "--draws", "50", "--report", &page];
    let text = stdout(&mut vicino(args));
    for part in [
        "split: time; training ends at 2026-",
        "sessions across the cut",
        "training does not know",
        "popularity, all time",
        "session-kNN (STAN)",
        "shopper-kNN",
        "hybrid: cosine + rules",
        "NDCG@10",
        "Gini",
        "by popularity of the target",
        "by length of the history",
        "best simple method",
        "±",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(fs::read_to_string(page).unwrap().contains("Is it better than the simple thing?"));

    let found = json(&mut vicino(["evaluate", "--events", &log, "--draws", "50", "--json"]));
    let split = &found["split"];
    // The newest tenth of 600 sessions; each pair of sessions is two hours apart, and lasts minutes.
    assert_eq!((&split["training"]["sessions"], &split["test"]["sessions"]), (&540.into(), &60.into()));
    for none in ["sessions_on_both_sides", "sessions_across_the_cut"] {
        assert_eq!(split[none], 0, "{none}");
    }
    assert!(split["gap_ms"].as_i64().unwrap() > 3_600_000, "{split}");
    let view = &found["comparison"]["all_targets"];
    let recall = |name: &str| {
        let systems = view["systems"].as_array().unwrap();
        let of_name = systems.iter().find(|system| system["name"] == name).unwrap();
        of_name["at"][2]["recall"]["value"].as_f64().unwrap()
    };
    // Sessions stay in a category, which popularity cannot know.
    assert!(recall("vicino") > recall("popularity, all time") + 0.1, "{view}");
    assert!(recall("sequential rules") > recall("popularity, all time"), "{view}");
    assert!(!found["figures"].as_array().unwrap().is_empty());
}

#[test]
fn threads_do_not_change_a_comparison() {
    let log = SHOP.arg("train.csv");
    let with = |threads| {
        let args = ["--threads", threads, "evaluate", "--events", &log, "--draws", "20", "--max-cases", "80", "--json"];
        stdout(&mut vicino(args))
    };
    assert_eq!(with("4"), with("1"));
}

#[test]
fn content_is_compared_if_there_is_a_product_feed() {
    let (log, feed) = (SHOP.arg("train.csv"), SHOP.arg("products.csv"));
    let args = ["evaluate", "--events", &log, "--catalog", &feed, "--draws", "10", "--split", "leave-last-out"];
    let text = stdout(&mut vicino(args));
    assert!(text.contains("content (tf-idf)") && text.contains("hybrid: cosine + content"), "{text}");
    assert!(text.contains("wanted: each with its last event left out"), "{text}");
}

#[test]
fn baskets_are_held_out_whole() {
    let log = SHOP.arg("train.csv");
    let common = ["evaluate", "--events", &log, "--draws", "10", "--events-are", "purchase", "--column", "event="];
    for (more, name) in [(["--split", "last-basket"], "last-basket"), (["--split", "time"], "time, next basket")] {
        let found = json(&mut vicino(common.into_iter().chain(more).chain(["--json"])));
        assert_eq!(found["split"]["split"], name);
        assert_eq!(found["split"]["sessions_on_both_sides"], 0);
        assert_eq!(found["comparison"]["has_single_targets"], false);
        assert_eq!(found["comparison"]["clusters"], "shoppers");
    }
}

#[test]
fn a_model_is_compared_if_its_training_log_is_given() {
    let (model, train) = (SHOP.model(), SHOP.arg("train.csv"));
    for test in ["later.csv", "rows.csv"] {
        let args = ["evaluate", "--model", &model, "--test", &SHOP.arg(test), "--train", &train, "--draws", "10"];
        let found = json(&mut vicino(args.into_iter().chain(["--json"])));
        let ours = &found["comparison"]["all_targets"];
        assert_eq!(ours["num_targets"], found["all_targets"]["num_targets"], "{test}");
        assert_eq!(ours["num_unknown_targets"], found["all_targets"]["num_unknown_targets"], "{test}");
        let (one, other) = (&ours["systems"][0]["at"][2], &found["all_targets"]["at"][2]);
        for metric in ["hit_rate", "mrr", "ndcg", "precision"] {
            let (one, other) = (one[metric]["value"].as_f64().unwrap(), other[metric].as_f64().unwrap());
            assert!(close(one, other), "{test}: {metric} is {one} and {other}");
        }
    }
    let quiet = ["evaluate", "--model", &model, "--test", &SHOP.arg("later.csv"), "--json"];
    assert!(json(&mut vicino(quiet)).get("comparison").is_none());
}

#[test]
fn ready_lists_are_measured() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    let (lists, truth) = (path("lists.csv"), path("truth.csv"));
    fs::write(&lists, "row_id,rank,item_id,score\nr1,2,b,1\nr1,1,a,2\nr1,3,c,0\nother,1,a,1\n").unwrap();
    fs::write(&truth, "row_id,target\nr1,c b x\nr2,a\n").unwrap();
    let found = json(&mut vicino(["evaluate", "--lists", &lists, "--test", &truth, "--at", "3", "--json"]));
    assert_eq!((&found["rows_without_list"], &found["lines_without_row"]), (&1.into(), &1.into()));
    let at = &found["lists"]["at"][0];
    let value = |metric: &str| at[metric]["value"].as_f64().unwrap();
    // r1 has two of its three targets, at 2 and 3; r2 has nothing.
    assert!(close(value("recall"), 2.0 / 3.0 / 2.0) && close(value("mrr"), 0.5 / 2.0), "{at}");
    assert!(close(value("map"), (0.5 + 2.0 / 3.0) / 3.0 / 2.0), "{at}");
    assert!(stdout(&mut vicino(["evaluate", "--lists", &lists, "--test", &truth])).contains("MAP"));

    fs::write(&lists, "row_id,rank,item_id\nr1,1,a\nr1,1,b\n").unwrap();
    let message = stderr(&mut vicino(["evaluate", "--lists", &lists, "--test", &truth]), 1);
    assert!(message.contains("rank 1 twice"), "{message}");
    fs::write(&lists, "row_id,rank,item_id\nr1,first,a\n").unwrap();
    assert!(stderr(&mut vicino(["evaluate", "--lists", &lists, "--test", &truth]), 1).contains("`first`"));
}

/// The sessions of the shop are two hours apart: 60 later ones are five days, 300 are 25.
#[test]
fn weeks_after_training_are_followed_and_thresholds_end_in_status_one() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    let (log, page) = (path("later.csv"), path("page.html"));
    fs::write(&log, events(600, 300)).unwrap();
    let model = SHOP.model();
    let since = "2026-02-20";
    let follow = ["evaluate", "--model", &model, "--test", &log, "--since", since];
    let text = stdout(&mut vicino(follow.into_iter().chain(["--max-drop", "1", "--report", &page])));
    for part in ["week from", "2026-02-20", "2026-02-27", "not whole", "HitRate@20", "held-out sessions"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(fs::read_to_string(page).unwrap().contains("week by week"));

    // From the second week on half of the products have new names.
    let renamed: String = fs::read_to_string(&log)
        .unwrap()
        .lines()
        .enumerate()
        .map(|(number, line)| {
            let line = if number > 700 && number % 2 == 0 { line.replace(",P", ",new") } else { line.to_owned() };
            line + "\n"
        })
        .collect();
    fs::write(&log, renamed).unwrap();
    let message = stderr(&mut vicino(follow), 1);
    assert!(message.contains("fell from") && message.contains("train again"), "{message}");
    assert!(message.contains("does not know"), "{message}");
    let printed = vicino(follow.into_iter().chain(["--json"])).output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(found["drift"]["alarms"].as_array().unwrap().len(), 2);
}

#[test]
fn weeks_before_the_end_of_training_are_refused() {
    let args = ["evaluate", "--model", &SHOP.model(), "--test", &SHOP.arg("later.csv"), "--since", "2026-01-02"];
    let message = stderr(&mut vicino(args), 2);
    assert!(message.contains("2026-01-02") && message.contains("--all-sessions"), "{message}");
}

#[test]
fn flags_that_do_not_belong_together_are_wrong_usage() {
    let (model, log) = (SHOP.model(), SHOP.arg("train.csv"));
    for args in [
        &["evaluate"][..],
        &["evaluate", "--model", &model],
        &["evaluate", "--events", &log, "--model", &model],
        &["evaluate", "--model", &model, "--test", &log, "--split", "time"],
        &["evaluate", "--model", &model, "--test", &log, "--targets", "basket"],
        &["evaluate", "--model", &model, "--test", &log, "--report", "page.html"],
        &["evaluate", "--model", &model, "--test", &log, "--since", "soon"],
        &["evaluate", "--events", &log, "--report", &log],
    ] {
        stderr(&mut vicino(args.iter().copied()), 2);
    }
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// Lists of one product each for three rows, in a file of this name, against rows of the truth.
fn hit_rate(lists: (&str, &str), truth: (&str, &str), more: &[&str]) -> (u64, f64) {
    let folder = TempDir::new().unwrap();
    let [lists, truth] = [lists, truth].map(|(name, text)| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        arg(&path)
    });
    let args = ["evaluate", "--lists", &lists, "--test", &truth, "--at", "1", "--json"];
    let found = json(&mut vicino(args.into_iter().chain(more.iter().copied())));
    let lists = &found["lists"];
    (lists["num_targets"].as_u64().unwrap(), lists["at"][0]["hit_rate"]["value"].as_f64().unwrap())
}

#[test]
fn ids_with_blanks_and_commas_stay_whole_in_lists() {
    let lists = ("lists.csv", "row_id,rank,item_id\n1,1,red hat\n2,1,\"nut, 5 mm\"\n3,1,c\n");
    let expected = (3, 1.0);
    assert_eq!(hit_rate(lists, ("truth.csv", "row_id,target\n1,red hat\n2,\"nut, 5 mm\"\n3,c\n"), &[]), expected);
    let quoted = "row_id,target\n1,\"\"\"red hat\"\"\"\n2,\"\"\"nut, 5 mm\"\"\"\n3,c\n";
    assert_eq!(hit_rate(lists, ("truth.csv", quoted), &[]), expected);
    let listed = "{\"row_id\":1,\"target\":[\"red hat\"]}\n{\"row_id\":\"2\",\"target\":\"nut, 5 mm\"}\n\n{\"row_id\":3,\"target\":[\"c\"]}\n";
    assert_eq!(hit_rate(lists, ("truth.jsonl", listed), &[]), expected);
    // Two targets of one row: on a line each, parted by a bar, and parted at blanks though one is known to hold some.
    for (truth, more) in [
        ("row_id\ttarget\n1\tred hat\n1\tblue cap\n", &[][..]),
        ("row_id;target\n1;red hat|blue cap\n", &["--sep", "|"]),
        ("row_id,target\n1,x red hat\n", &[]),
    ] {
        assert_eq!(hit_rate(lists, ("truth.csv", truth), more), (2, 1.0), "{truth}");
    }
    let whole =
        "{\"row_id\":1,\"items\":[\"red hat\",\"c\"]}\n{\"row_id\":2,\"items\":[{\"item_id\":\"d\",\"score\":1}]}\n";
    assert_eq!(hit_rate(("lists.jsonl", whole), ("truth.csv", "row_id,target\n1,red hat\n2,d\n"), &[]), (2, 1.0));
}

#[test]
fn lists_without_a_common_row_are_refused_with_both_keys() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    fs::write(path("lists.csv"), "row_id,rank,item_id\nq1,1,a\n").unwrap();
    fs::write(path("truth.csv"), "row_id,target\n1,a\n").unwrap();
    let message = stderr(&mut vicino(["evaluate", "--lists", &path("lists.csv"), "--test", &path("truth.csv")]), 1);
    assert!(message.contains("`q1`") && message.contains("`1`"), "{message}");
    fs::write(path("truth.csv"), "row_id,target\nq1,A-7\n").unwrap();
    let message = stderr(&mut vicino(["evaluate", "--lists", &path("lists.csv"), "--test", &path("truth.csv")]), 0);
    assert!(message.contains("`a`") && message.contains("`A-7`"), "{message}");
}

#[test]
fn a_model_that_knows_none_of_the_products_is_not_measured() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    fs::write(path("rows.csv"), "prefix,target\nsku-1 sku-2,sku-3\n").unwrap();
    fs::write(path("later.csv"), events(600, 60).replace(",P", ",sku-")).unwrap();
    for test in ["rows.csv", "later.csv"] {
        let message = stderr(&mut vicino(["evaluate", "--model", &SHOP.model(), "--test", &path(test)]), 1);
        assert!(message.contains("`sku-") && message.contains("`P"), "{message}");
    }
}

#[test]
fn every_job_that_reads_a_log_says_how() {
    let (model, train) = (SHOP.model(), SHOP.arg("train.csv"));
    let later = SHOP.arg("later.csv");
    let expected = ["reading", "rows read", "rows left out", "column `product_id`", "left out\n  nothing"];
    for args in [
        &["--events", &train, "--draws", "10"][..],
        &["--model", &model, "--test", &later],
        &["--model", &model, "--test", &later, "--since", "2026-02-20", "--max-drop", "1"],
    ] {
        let text = stdout(&mut vicino(["evaluate"].into_iter().chain(args.iter().copied())));
        for part in expected {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        let found = json(&mut vicino(["evaluate", "--json"].into_iter().chain(args.iter().copied())));
        assert!(found["reading"]["num_rows"].as_u64().unwrap() > 200, "{found}");
    }
}
