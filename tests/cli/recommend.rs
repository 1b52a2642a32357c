//! `vicino recommend`.

use crate::shop::{SHOP, arg, events};
use crate::{json, stderr, stdout, vicino};
use flate2::read::GzDecoder;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The item ids listed for each row, in the order of the output.
fn lists(csv: &str) -> Vec<(String, Vec<String>)> {
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("row_id,rank,item_id,score"));
    for line in lines {
        let [row_id, rank, item_id, score] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(score.parse::<f32>().unwrap() >= 0.0);
        if lists.last().is_none_or(|(row, _)| row != row_id) {
            lists.push((row_id.to_owned(), Vec::new()));
        }
        let list = &mut lists.last_mut().unwrap().1;
        list.push(item_id.to_owned());
        assert_eq!(rank, list.len().to_string());
    }
    lists
}

/// The history of each row of `rows.csv`.
fn prefixes() -> BTreeMap<String, Vec<String>> {
    let rows = fs::read_to_string(SHOP.path("rows.csv")).unwrap();
    let row = |line: &str| {
        let mut fields = line.split(',');
        let row_id = fields.next().unwrap().to_owned();
        (row_id, fields.next().unwrap().split_whitespace().map(str::to_owned).collect())
    };
    rows.lines().skip(1).map(row).collect()
}

#[test]
fn each_row_gets_a_full_list_in_the_order_of_the_file() {
    let model = SHOP.model();
    let output = stdout(&mut vicino(["recommend", "--model", &model, "--histories", &SHOP.arg("rows.csv"), "-k", "7"]));
    let lists = lists(&output);
    let rows: Vec<String> = (0..300).map(|row| format!("r{row}")).collect();
    assert_eq!(lists.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>(), rows);
    for (row, list) in &lists {
        assert_eq!(list.len(), 7, "{row}");
        assert_eq!(list.iter().collect::<HashSet<_>>().len(), 7, "{row} lists an item twice: {list:?}");
    }
}

#[test]
fn seen_items_are_listed_unless_excluded() {
    let (model, rows, prefixes) = (SHOP.model(), SHOP.arg("rows.csv"), prefixes());
    let seen = |extra: &[&str]| {
        let args = ["recommend", "--model", &model, "--histories", &rows, "-k", "50"];
        let output = stdout(&mut vicino(args.into_iter().chain(extra.iter().copied())));
        lists(&output).iter().map(|(row, list)| list.iter().filter(|item| prefixes[row].contains(item)).count()).sum()
    };
    let (with, without): (usize, usize) = (seen(&[]), seen(&["--exclude-history"]));
    assert!(with > 100, "{with}");
    assert_eq!(without, 0);
}

#[test]
fn a_list_longer_than_the_catalogue_has_every_item_once() {
    let model = SHOP.model();
    let list = json(&mut vicino(["recommend", "--model", &model, "--history", "P1", "-k", "1000", "--json"]));
    let ids: HashSet<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["item_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 60);
}

#[test]
fn the_newest_event_is_the_last() {
    let model = SHOP.model();
    let first = |history: &str| {
        let args = ["recommend", "--model", &model, "--history", history, "-k", "3", "--exclude-history", "--json"];
        let list = json(&mut vicino(args));
        list["items"][0]["category"].as_str().unwrap().to_owned()
    };
    assert_eq!((first("P52,P2"), first("P2,P52")), ("Category 0".to_owned(), "Category 5".to_owned()));
}

#[test]
fn one_history_and_a_file_of_it_give_the_same_list() {
    let folder = TempDir::new().unwrap();
    let rows = arg(&folder.path().join("one.csv"));
    // A byte-order mark, other columns, blanks around and Windows line ends.
    fs::write(&rows, "\u{feff}x, prefix ,row_id\r\n1,P11 P12 P14,\"a,1\"\r\n").unwrap();
    let model = SHOP.model();
    let many = stdout(&mut vicino(["recommend", "--model", &model, "--histories", &rows, "-k", "5"]));
    let one = json(&mut vicino(["recommend", "--model", &model, "--history", "P11,P12,P14", "-k", "5", "--json"]));
    let expected: String = one["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("\"a,1\",{},{},{}\n", item["rank"], item["item_id"].as_str().unwrap(), item["score"]))
        .collect();
    assert_eq!(many, format!("row_id,rank,item_id,score\n{expected}"));
}

#[test]
fn reasons_add_up_to_one() {
    let model = SHOP.model();
    let args = ["recommend", "--model", &model, "--history", "P11,P12,P14", "--explain", "--json"];
    let list = json(&mut vicino(args));
    let explained: Vec<f64> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["reasons"].as_array())
        .map(|reasons| reasons.iter().map(|reason| reason["share"].as_f64().unwrap()).sum())
        .collect();
    assert!(explained.len() > 3 && explained.iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{explained:?}");
    let table = stdout(&mut vicino(["recommend", "--model", &model, "--history", "P11,P12", "--explain"]));
    assert!(table.contains("because of") && table.contains('%'), "{table}");
}

#[test]
fn baskets_have_lists_of_their_own() {
    let model = SHOP.model();
    let args = ["recommend", "--model", &model, "--history", "P11,P11", "--relation", "together", "--json"];
    let list = json(&mut vicino(args));
    let items = list["items"].as_array().unwrap();
    assert!(items.len() == 20 && items.iter().all(|item| item["item_id"] != "P11"));
}

#[test]
fn lists_of_baskets_end_as_asked() {
    let model = SHOP.model();
    let together = |fallback| {
        let args = ["recommend", "--model", &model, "--history", "P11", "--relation", "together", "--json"];
        json(vicino(args).args(["-k", "500", "--fallback", fallback]))["items"].as_array().unwrap().clone()
    };
    let [popular, related, none] = ["popular", "related", "none"].map(together);
    assert!(!none.is_empty() && none.iter().all(|item| item["score"].as_f64() > Some(0.0)), "{none:?}");
    assert!(popular.starts_with(&none) && related.starts_with(&none));
    assert!(popular.len() == related.len() && popular.len() > none.len());
    let scored = |items: &[serde_json::Value]| items.iter().filter(|item| item["score"].as_f64() > Some(0.0)).count();
    assert!(scored(&popular) == none.len() && scored(&related) > none.len());

    let args = ["recommend", "--model", &model, "--history", "P11", "--fallback", "none"];
    let message = stderr(&mut vicino(args), 2);
    assert!(message.contains("--fallback needs --relation together"), "{message}");
}

#[test]
fn unknown_ids_are_counted_and_ignored() {
    let model = SHOP.model();
    let list = |history| {
        let assert = vicino(["recommend", "--model", &model, "--history", history]).assert().success();
        let output = assert.get_output().clone();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (with, remark) = list("P11,nonsense,P12");
    assert_eq!(
        (with, remark.contains("1 of 3"), remark.contains("nonsense")),
        (list("P11,P12").0, true, true),
        "{remark}"
    );

    let rows = ["recommend", "--model", &model, "--histories", &SHOP.arg("rows.csv")];
    let remark = stderr(&mut vicino(rows), 0);
    assert!(remark.contains("not in the model"), "{remark}");
}

#[test]
fn a_shopper_nothing_is_known_of_is_shown_what_is_popular() {
    let model = SHOP.model();
    let list = json(&mut vicino(["recommend", "--model", &model, "--history", "", "--json", "-k", "4"]));
    assert_eq!(list["items"].as_array().unwrap().iter().filter(|item| item["score"] == 0.0).count(), 4);
}

#[test]
fn output_goes_to_a_file_gzip_or_stdout() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    let (model, rows) = (SHOP.model(), SHOP.arg("rows.csv"));
    let run = |output: &[&str]| {
        let args = ["recommend", "--model", &model, "--histories", &rows, "--quiet"];
        stdout(&mut vicino(args.into_iter().chain(output.iter().copied())))
    };
    let expected = run(&[]);
    assert_eq!(run(&["-o", "-"]), expected);
    assert_eq!(run(&["-o", &path("lists.csv")]), "");
    assert_eq!(fs::read_to_string(path("lists.csv")).unwrap(), expected);
    assert_eq!(run(&["-o", &path("lists.csv.gz")]), "");
    let mut text = String::new();
    GzDecoder::new(fs::File::open(path("lists.csv.gz")).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);

    // Compressed input, on stdin.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &fs::read(&rows).unwrap()).unwrap();
    let mut piped = vicino(["recommend", "--model", &model, "--histories", "-", "--quiet"]);
    assert_eq!(stdout(piped.write_stdin(gzip.finish().unwrap())), expected);
}

#[test]
fn any_number_of_threads_gives_the_same_lists() {
    let (model, rows) = (SHOP.model(), SHOP.arg("rows.csv"));
    let run =
        |threads| stdout(&mut vicino(["recommend", "--model", &model, "--histories", &rows, "--threads", threads]));
    assert_eq!(run("4"), run("1"));
}

#[test]
fn a_seed_changes_the_order_of_equals_only() {
    let model = SHOP.model();
    let list = |seed: &[&str]| {
        let args = ["recommend", "--model", &model, "--history", "P1", "-k", "60", "--json"];
        let list = json(&mut vicino(args.into_iter().chain(seed.iter().copied())));
        let scores: Vec<f64> =
            list["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()).collect();
        (list, scores)
    };
    assert_eq!(list(&["--seed", "7"]), list(&["--seed", "7"]));
    assert_eq!(list(&["--seed", "7"]).1, list(&[]).1);
}

#[test]
fn a_header_without_rows_gives_a_header_without_rows() {
    let folder = TempDir::new().unwrap();
    let rows = arg(&folder.path().join("none.csv"));
    fs::write(&rows, "row_id,prefix\n").unwrap();
    let output = stdout(&mut vicino(["recommend", "--model", &SHOP.model(), "--histories", &rows]));
    assert_eq!(output, "row_id,rank,item_id,score\n");
}

#[test]
fn a_closed_pipe_is_success() {
    let folder = TempDir::new().unwrap();
    let rows = folder.path().join("many.csv");
    let mut text = String::from("row_id,prefix\n");
    (0..20_000).for_each(|row| text += &format!("{row},P{} P{}\n", row % 60, row % 7));
    fs::write(&rows, text).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vicino"))
        .args(["recommend", "--model", &SHOP.model(), "--histories", &arg(&rows)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "row_id,rank,item_id,score\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// A model of products whose names hold blanks and commas.
fn odd_model(folder: &TempDir) -> String {
    let path = |name: &str| arg(&folder.path().join(name));
    let log = events(0, 300).replace(",P1,", ",\"red hat, large\",").replace(",P2,", ",blue cap,");
    fs::write(path("log.csv"), log).unwrap();
    vicino(["train", &path("log.csv"), "-o", &path("odd.vicino"), "--no-tune"]).assert().success();
    path("odd.vicino")
}

#[test]
fn ids_with_blanks_and_commas_stay_whole_in_histories() {
    let folder = TempDir::new().unwrap();
    let model = odd_model(&folder);
    let list = |history: &str, more: &[&str]| {
        let args = ["recommend", "--model", &model, "--history", history, "-k", "3", "--json"];
        json(&mut vicino(args.into_iter().chain(more.iter().copied())))
    };
    let expected = list("[\"red hat, large\", \"blue cap\", \"P3\"]", &[]);
    assert_eq!(expected["unknown"], serde_json::json!([]));
    for (history, more) in [
        ("red hat, large,blue cap,P3", &[][..]),
        ("\"red hat, large\",blue cap,P3", &[]),
        ("red hat, large|blue cap|P3", &["--sep", "|"]),
    ] {
        assert_eq!(list(history, more), expected, "{history}");
    }
    let of_file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        stdout(&mut vicino(["recommend", "--model", &model, "--histories", &arg(&path), "-k", "3"]))
    };
    let lists = of_file("a.jsonl", "{\"row_id\":\"1\",\"prefix\":[\"red hat, large\",\"blue cap\",\"P3\"]}\n");
    assert_eq!(lists.lines().count(), 4);
    assert!(lists.lines().nth(1).unwrap().contains(expected["items"][0]["item_id"].as_str().unwrap()), "{lists}");
    for text in [
        "row_id,prefix\n1,\"red hat, large blue cap P3\"\n",
        "row_id;prefix\n1;\"\"\"red hat, large\"\" \"\"blue cap\"\" P3\"\n",
        "row_id\tprefix\n1\tred hat, large\n1\tblue cap\n1\tP3\n",
    ] {
        assert_eq!(of_file("b.csv", text), lists, "{text}");
    }
}

#[test]
fn a_history_that_comes_again_is_refused() {
    let folder = TempDir::new().unwrap();
    let rows = arg(&folder.path().join("rows.csv"));
    fs::write(&rows, "row_id,prefix\n1,P1\n2,P2\n1,P3\n").unwrap();
    let message = stderr(&mut vicino(["recommend", "--model", &SHOP.model(), "--histories", &rows]), 1);
    assert!(message.contains("row 3") && message.contains("`1` comes again"), "{message}");
}
