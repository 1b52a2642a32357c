//! `--json` of every command against docs/json.md: every key, its type, and nothing else.

use crate::shop::{SHOP, arg, events};
use crate::{json, stderr, stdout, vicino};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tempfile::TempDir;

/// The tables of the document by their headings: type of each key.
struct Schema {
    tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Keys that were met, as `table.key`.
    met: RefCell<BTreeSet<String>>,
}

impl Schema {
    fn read() -> Schema {
        let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut name = String::new();
        for line in include_str!("../../docs/json.md").lines() {
            if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                name = heading.to_owned();
            }
            let Some((key, rest)) = line.strip_prefix("| `").and_then(|row| row.split_once("` | ")) else { continue };
            let (kind, _) = rest.split_once(" |").unwrap_or_else(|| panic!("no type in {line}"));
            let before = tables.entry(name.clone()).or_default().insert(key.to_owned(), kind.to_owned());
            assert!(before.is_none(), "{name}.{key} occurs twice");
        }
        Schema { tables, met: RefCell::default() }
    }

    /// Checks an object against a table.
    fn check(&self, table: &str, value: &Value, place: &str) {
        let keys = self.tables.get(table).unwrap_or_else(|| panic!("no table {table}, needed for {place}"));
        let object = value.as_object().unwrap_or_else(|| panic!("{place}: expected {table}, found {value}"));
        for (key, value) in object {
            let kind = keys.get(key).unwrap_or_else(|| panic!("{place}: `{key}` is not in the table {table}"));
            self.met.borrow_mut().insert(format!("{table}.{key}"));
            self.check_type(kind.trim_end_matches(", optional"), value, &format!("{place}.{key}"));
        }
        for (key, kind) in keys {
            assert!(object.contains_key(key) || kind.ends_with(", optional"), "{place}: `{key}` is missing");
        }
    }

    fn check_type(&self, kind: &str, value: &Value, place: &str) {
        if let Some(kind) = kind.strip_prefix("map of ") {
            let map = value.as_object().unwrap_or_else(|| panic!("{place}: expected a map, found {value}"));
            map.iter().for_each(|(key, value)| self.check_type(kind, value, &format!("{place}.{key}")));
        } else if let Some(kind) = kind.strip_suffix("[]") {
            let list = value.as_array().unwrap_or_else(|| panic!("{place}: expected a list, found {value}"));
            list.iter().for_each(|value| self.check_type(kind, value, &format!("{place}[]")));
        } else if let Some(kinds) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            let pair = value.as_array().unwrap_or_else(|| panic!("{place}: expected a pair, found {value}"));
            let kinds: Vec<&str> = kinds.split(", ").collect();
            assert_eq!(pair.len(), kinds.len(), "{place}");
            kinds.iter().zip(pair).for_each(|(kind, value)| self.check_type(kind, value, place));
        } else if kind == "true or false" {
            assert!(value.is_boolean(), "{place}: {value}");
        } else if let Some((one, other)) = kind.split_once(" or ") {
            let is_other = match other {
                "null" => value.is_null(),
                _ => value.is_string(),
            };
            if !is_other {
                self.check_type(one, value, place);
            }
        } else {
            match kind {
                "number" => assert!(value.is_number(), "{place}: expected a number, found {value}"),
                "text" => assert!(value.is_string(), "{place}: expected a text, found {value}"),
                table => self.check(table, value, place),
            }
        }
    }
}

/// A log with something of everything: damage, a guess, currencies, and prices.
fn log() -> String {
    let mut text = String::new();
    for (number, line) in events(0, 600).lines().enumerate() {
        let price = if number == 0 { "price".to_owned() } else { format!("{}", 1 + number % 7) };
        text += &format!("{line},{price}\n");
    }
    text + "U1,S1,,view,1767225600,1\nU1,S1,P1,looked,1767225600,1\nU1,S1,P1,view,1767225700,3 USD\n"
}

/// Checks the lines that a command writes to stderr.
fn lines_of(schema: &Schema, mut command: assert_cmd::Command, status: i32) {
    let told = stderr(&mut command, status);
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    lines.iter().for_each(|line| schema.check("Progress", line, &line.to_string()));
    let last = lines.last().expect("lines");
    assert_eq!(last["event"], if status == 0 { "finish" } else { "error" }, "{last}");
}

#[test]
fn every_key_is_documented_and_every_documented_key_is_there() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| arg(&folder.path().join(name));
    let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
    write("log.csv", &log());
    write(
        "guessed.csv",
        "session_id,product_id,date\n1,'007,3/4/2026\n1,1.23457E+12,3/4/2026\n1,a,3/4/2026\n1,A,3/4/2026\n",
    );
    write("later.csv", &events(600, 300).replace(",P1", ",new"));
    write("products.csv", &format!("{}P1,Again,X\n", fs::read_to_string(SHOP.path("products.csv")).unwrap()));
    write("rows.csv", "row_id,prefix,target\n1,P1 P2,P3\n2,P4 zz,P5\n");
    write("lists.csv", "row_id,rank,item_id\n1,1,P3\n2,1,P4\n");
    let (feed, later, rows, model) = (path("products.csv"), path("later.csv"), path("rows.csv"), path("m.vicino"));
    let catalog = ["--catalog", &feed];
    let log = path("log.csv");
    let schema = Schema::read();
    let check = |table: &str, args: &[&str]| {
        let found = json(&mut vicino(args.iter().copied().chain(["--json"])));
        schema.check(table, &found, table);
    };

    let train = ["train", &log, catalog[0], catalog[1], "-o", &model, "--evaluations", "12", "--sizes", "3kB,6kB"];
    check("train", &train);
    check("explore", &["explore", &log, catalog[0], catalog[1]]);
    check("explore", &["explore", &path("guessed.csv")]);
    check("inspect", &["inspect", &model]);
    check("recommend", &["recommend", "-m", &model, "--history", "P1,P2,zz", "--explain"]);
    let many = stdout(&mut vicino(["recommend", "-m", &model, "--histories", &rows, "--json"]));
    assert_eq!(many.lines().count(), 2);
    many.lines().for_each(|line| schema.check("recommend", &serde_json::from_str(line).unwrap(), line));
    check("evaluate --events", &["evaluate", "--events", &log, "--draws", "10", catalog[0], catalog[1]]);
    check("evaluate --model", &["evaluate", "-m", &model, "--test", &rows]);
    check("evaluate --model", &["evaluate", "-m", &model, "--test", &later, "--train", &log, "--draws", "10"]);
    // The weeks end with status 1: half of the products are new.
    let weeks = ["evaluate", "-m", &model, "--test", &later, "--since", "2026-02-20", "--max-unknown", "0", "--json"];
    let found = serde_json::from_slice(&vicino(weeks).output().unwrap().stdout).unwrap();
    schema.check("evaluate --since", &found, "evaluate --since");
    check("evaluate --lists", &["evaluate", "--lists", &path("lists.csv"), "--test", &rows, "--draws", "10"]);
    check("export", &["export", "-m", &model, "--related", &path("related.jsonl")]);
    check("export", &["export", "-m", &model, "--products", &path("products.json"), catalog[0], catalog[1]]);
    // Enough work for a line within a step.
    let told = vicino(["train", &log, "-o", &path("told.vicino"), "--evaluations", "60", "--progress", "json"]);
    lines_of(&schema, told, 0);
    lines_of(&schema, vicino(["train", "no.csv", "-o", &path("no.vicino"), "--progress", "json"]), 1);
    check("manifest --new-key", &["manifest", "--new-key", &path("key.pem")]);
    check("manifest", &["manifest", &model, "-o", &path("public")]);
    vicino(["train", &log, "-o", &model, "--no-tune", "--quiet"]).assert().success();
    check("manifest", &["manifest", &model, "-o", &path("public"), "--key", &path("key.pem")]);
    check("manifest", &["manifest", &path("told.vicino"), "-o", &path("public")]);

    let documented =
        schema.tables.iter().flat_map(|(table, keys)| keys.keys().map(move |key| format!("{table}.{key}")));
    let met = schema.met.borrow();
    let never: Vec<String> = documented.filter(|key| !met.contains(key)).collect();
    assert_eq!(never, Vec::<String>::new(), "documented and never printed");
}
