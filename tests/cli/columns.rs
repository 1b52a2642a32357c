//! How a log is read: flags for event types, rows, times and joins, and the mapping that keeps them.

use crate::shop::arg;
use crate::{json, stderr, stdout, vicino};
use std::fs;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn path(&self, name: &str) -> String {
        arg(&self.0.path().join(name))
    }
}

/// The overview that `explore` prints with these arguments.
fn overview(args: &[&str]) -> String {
    let text = stdout(&mut vicino(["explore"].into_iter().chain(args.iter().copied())));
    text.split("\n\n").next().unwrap().to_owned()
}

/// The value behind a name of the overview.
fn value<'t>(overview: &'t str, name: &str) -> &'t str {
    let after = overview.lines().find_map(|line| line.trim().strip_prefix(name).filter(|rest| rest.starts_with(' ')));
    after.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default()
}

#[test]
fn flags_of_reading_are_kept_in_the_mapping() {
    let folder = Folder::new();
    let log = folder.write(
        "log.csv",
        "user,item,kind,time,state\nu,a,1,5|1|2024 10.00,live\nu,b,4,5|1|2024 10.01,live\nv,a,4,6|1|2024 10.00,test\n",
    );
    let mapping = folder.path("shop.toml");
    let flags =
        ["--column", "event=kind", "--event-type", "1=view", "--event-type", "4=purchase", "--where", "state = live"];
    let times = ["--time-format", "%d|%m|%Y %H.%M", "--save-mapping", &mapping];
    let first = overview(&[&[log.as_str()], &flags[..], &times].concat());
    assert_eq!((value(&first, "views"), value(&first, "purchases")), ("1", "1"));
    assert_eq!(value(&first, "from"), "2024-01-05");
    assert_eq!(overview(&[&log, "--mapping", &mapping]), first);
}

#[test]
fn a_mapping_of_files_with_different_columns_reads_them_again() {
    let folder = Folder::new();
    let one = folder
        .write("one.csv", "order_id,customer_id,order_date,sku,quantity\n1,7,2024-01-01,a,1\n1,7,2024-01-01,b,1\n");
    let two = folder.write("two.csv", "Order Number;Customer;Date;Article\n2;8;2024-01-02;a\n2;8;2024-01-02;b\n");
    let mapping = folder.path("shop.toml");
    let first = overview(&[&one, &two, "--save-mapping", &mapping]);
    assert_eq!((value(&first, "events"), value(&first, "products")), ("4", "2"));
    assert_eq!(overview(&[&one, &two, "--mapping", &mapping]), first);
}

#[test]
fn orders_are_joined_with_a_flag_or_because_they_have_no_item() {
    let folder = Folder::new();
    let lines = folder.write("lines.csv", "order_id,product_id\n1,a\n1,b\n2,a\n2,b\n");
    let orders = folder.write("orders.csv", "order_id,customer_id,order_date\n1,7,2024-01-01\n2,8,2024-01-02\n");
    let joined = overview(&[&lines, "--join", &orders]);
    assert_eq!((value(&joined, "shoppers"), value(&joined, "from")), ("2", "2024-01-01"));
    assert_eq!(overview(&[&lines, &orders]), joined);
}

#[test]
fn a_mapping_reads_the_joined_table_again_or_says_which_to_give() {
    let folder = Folder::new();
    let lines = folder.write("lines.csv", "order_id,product_id\n1,a\n1,b\n2,a\n2,b\n");
    let orders = folder.write("orders.csv", "order_id,customer_id,order_date\n1,7,2024-01-01\n2,8,2024-01-02\n");
    let mapping = folder.path("shop.toml");
    let joined = overview(&[&lines, "--join", &orders, "--save-mapping", &mapping]);
    let text = fs::read_to_string(&mapping).unwrap();
    assert!(text.contains("join = [\"orders.csv\"]"), "{text}");
    assert_eq!(overview(&[&lines, "--mapping", &mapping]), joined);

    // The folder may move as a whole, and another table may be given.
    let moved = Folder::new();
    for name in ["lines.csv", "orders.csv", "shop.toml"] {
        fs::rename(folder.path(name), moved.path(name)).unwrap();
    }
    let (lines, mapping) = (moved.path("lines.csv"), moved.path("shop.toml"));
    assert_eq!(overview(&[&lines, "--mapping", &mapping]), joined);
    let other = moved.write("newer.csv", "order_id,customer_id,order_date\n1,7,2024-02-01\n2,7,2024-02-02\n");
    let newer = overview(&[&lines, "--mapping", &mapping, "--join", &other]);
    assert_eq!((value(&newer, "shoppers"), value(&newer, "from")), ("1", "2024-02-01"));

    fs::remove_file(moved.path("orders.csv")).unwrap();
    let message = stderr(&mut vicino(["explore", &lines, "--mapping", &mapping]), 1);
    for part in ["shop.toml joins ", "orders.csv, which is not there", "--join FILE"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_mapping_names_the_table_that_stood_beside_the_log() {
    let folder = Folder::new();
    let lines = folder.write("lines.csv", "order_id,product_id\n1,a\n1,b\n2,a\n2,b\n");
    let orders = folder.write("orders.csv", "order_id,customer_id,order_date\n1,7,2024-01-01\n2,8,2024-01-02\n");
    let mapping = folder.path("shop.toml");
    let joined = overview(&[&lines, &orders, "--save-mapping", &mapping]);
    assert_eq!(overview(&[&lines, &orders, "--mapping", &mapping]), joined);
    let message = stderr(&mut vicino(["explore", &lines, "--mapping", &mapping]), 1);
    assert!(message.contains("customer_id") && message.contains("orders.csv beside the log"), "{message}");
}

#[test]
fn what_a_spreadsheet_did_to_ids_is_counted_by_every_command() {
    let folder = Folder::new();
    let rows: String = (0..40)
        .map(|row| format!("{0},=\"0{1}\",\n{0},'00{2},\n{0},1.2345{2}E+12,\n", row + 1, 10 + row % 4, row % 3))
        .collect();
    let log = folder.write("log.csv", &format!("session,item,note\n{rows}9.87654E+11,a,\n9.87654E+11,b,\n"));
    let model = folder.path("m.vicino");
    let commands = [
        vec!["explore", &log],
        vec!["train", &log, "-o", &model, "--no-tune"],
        vec!["evaluate", "--events", &log, "--split", "leave-last-out", "--draws", "10"],
    ];
    for args in commands {
        let output = vicino(args.iter().copied()).output().unwrap();
        let (text, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        // Three of the products, and one of the sessions.
        for part in ["3, such as 1.23450E+12", "1, such as 9.87654E+11", "80, such as =\"010\"", "column `item`"] {
            assert!(text.contains(part), "{args:?}: {part}: {text}");
        }
        assert!(said.contains("warning: 3 ids of the item in `item` rounded by a spreadsheet"), "{args:?}: {said}");
        let reading = &json(&mut vicino(args.iter().copied().chain(["--json"])))["reading"];
        let rounded = &reading["rounded_ids"];
        assert_eq!((&rounded[0]["field"], &rounded[0]["ids"]), (&"item".into(), &3.into()), "{args:?}");
        assert_eq!((&rounded[1]["field"], &rounded[1]["found"]), (&"session".into(), &"9.87654E+11".into()));
        let marked = &reading["marked_values"][0];
        assert_eq!((&marked["values"], &marked["read_as"]), (&80.into(), &"010".into()), "{args:?}");
    }
    let found = json(&mut vicino(["explore", &log, "--json"]));
    let ids: Vec<&str> = found["findings"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.contains(&"rounded-ids") && ids.contains(&"spreadsheet-marks"), "{ids:?}");
}

#[test]
fn standard_input_is_looked_into_like_a_file() {
    let folder = Folder::new();
    // By names alone the line would be the product, and the joined table would be read when it is at its end.
    let text = "item_id,basket_id,sku\n1,1,a\n2,1,b\n3,2,a\n4,2,b\n";
    let log = folder.write("log.csv", text);
    let of_file = overview(&[&log]);
    assert_eq!(value(&of_file, "products"), "2");
    assert_eq!(stdout(vicino(["explore", "-"]).write_stdin(text)).split("\n\n").next().unwrap(), of_file);
    let lines = folder.write("lines.csv", "order_id,product_id\n1,a\n1,b\n2,a\n2,b\n");
    let orders = "order_id,customer_id,order_date\n1,7,2024-01-01\n2,8,2024-01-02\n";
    let joined = stdout(vicino(["explore", &lines, "--join", "-"]).write_stdin(orders));
    assert_eq!(value(&joined, "shoppers"), "2");
}

#[test]
fn a_log_says_which_product_its_variants_are_of() {
    let folder = Folder::new();
    let rows: String = (0..60)
        .map(|row| format!("{0},s{1},shirt\n{0},c{2},cap\n{0},tie{3},\n", row, row % 3, row % 2, row % 5))
        .collect();
    let log = folder.write("log.csv", &format!("session,item,item_group_id\n{rows}"));
    let found = overview(&[&log]);
    assert!(found.contains("5 of 2 products") && found.contains("column `item_group_id`"), "{found}");
    let model = folder.path("m.vicino");
    let variants = |flags: &[&str]| {
        vicino(["train", &log, "-o", &model, "--no-tune", "-q"].iter().chain(flags).copied()).assert().success();
        let of = json(&mut vicino(["inspect", &model, "--json"]));
        (of["num_items"].as_u64().unwrap(), of["num_variants"].as_u64().unwrap())
    };
    assert_eq!(variants(&[]), (7, 5));
    let bytes = fs::read(&model).unwrap();
    let mapping = folder.path("shop.toml");
    assert_eq!(variants(&["--save-mapping", &mapping]), (7, 5));
    assert_eq!(variants(&["--mapping", &mapping]), (7, 5));
    assert!(fs::read(&model).unwrap() == bytes, "the mapping gives the same model");
    assert_eq!(variants(&["--no-grouping"]), (10, 0));
    assert_eq!(variants(&["--column", "parent="]), (10, 0));
    let feed = folder.write("feed.csv", "id,item_group_id\ns0,tops\ns1,tops\ns2,tops\n");
    assert_eq!(variants(&["--catalog", &feed]), (7, 5));
    let listed = stdout(&mut vicino(["recommend", "-m", &model, "--history", "tie0", "-k", "9"]));
    assert!(!listed.contains("shirt"), "the feed's product has the last word: {listed}");
}

#[test]
fn mistakes_in_the_flags_are_shown_with_their_place() {
    let folder = Folder::new();
    let log = folder.write("log.csv", "session,item,state\n1,a,live\n1,b,test\n");
    let message = stderr(&mut vicino(["explore", &log, "--where", "state == live"]), 2);
    assert!(message.contains("at letter 8"), "{message}");
    let message = stderr(&mut vicino(["explore", &log, "--where", "colour = red"]), 1);
    assert!(message.contains("`colour`") && message.contains("`state`"), "{message}");
    for flags in [["--event-type", "4"], ["--event-type", "4=gift"], ["--time-format", "%Q"]] {
        stderr(&mut vicino(["explore", &log].into_iter().chain(flags)), 2);
    }
    let types = folder.write("types.csv", "session,item,event\n1,a,1\n1,b,4\n");
    let message = stderr(&mut vicino(["explore", &types]), 1);
    assert!(message.contains("`1`, `4`") && message.contains("--event-type"), "{message}");
}

#[test]
fn ids_that_look_the_same_are_a_finding() {
    let folder = Folder::new();
    let rows: String = (0..30).map(|row| format!("{row},lamp-{}\n{row},LAMP-1\n{row},caf\u{e9}\n", row % 4)).collect();
    let log = folder.write("log.csv", &format!("session,item\n{rows}1,cafe\u{301}\n2,cafe\u{301}\n"));
    let found = json(&mut vicino(["explore", &log, "--json"]));
    let alike = &found["reading"]["alike_ids"];
    assert_eq!(
        (&alike["ids"], &alike["found"], &alike["other"]),
        (&4.into(), &"cafe\u{301}".into(), &"caf\u{e9}".into())
    );
    let ids: Vec<&str> = found["findings"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.contains(&"alike-ids"), "{ids:?}");
    // Without case two are left.
    let folded = json(&mut vicino(["explore", &log, "--json", "--fold-case"]));
    assert_eq!(folded["reading"]["alike_ids"]["ids"], 2);
    let model = folder.path("m.vicino");
    let trained = vicino(["train", &log, "-o", &model, "--no-tune"]).output().unwrap();
    let text = String::from_utf8(trained.stdout).unwrap();
    assert!(text.contains("4 ids of products differ by case, blanks or Unicode form only"), "{text}");
}
