//! Text that would control a terminal or run in a spreadsheet, limits of the machine, and files that others left.

use crate::shop::{SHOP, arg};
use crate::{stderr, stdout, vicino};
use std::fs;
use std::process::Command as Process;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// A model of products with these ids, each seen with each other.
fn model_of(folder: &TempDir, ids: &[&str]) -> String {
    let rows: Vec<String> = (0..12)
        .flat_map(|shopper| {
            let row =
                move |id: &&str| serde_json::json!({ "shopper": shopper, "session": shopper, "item": id }).to_string();
            ids.iter().map(row)
        })
        .collect();
    let log = folder.path().join("log.jsonl");
    fs::write(&log, rows.join("\n")).unwrap();
    let model = folder.path().join("shop.vicino");
    stdout(&mut vicino(["train", &arg(&log), "-o", &arg(&model), "--no-tune", "-q"]));
    arg(&model)
}

const HOSTILE: [&str; 4] = ["\u{1b}]0;title\u{7}\u{1b}[2J", "=cmd|' /C calc'!A0", "back\rwards\u{202e}", "plain"];

#[test]
fn tables_and_errors_hold_nothing_that_controls_a_terminal() {
    let folder = TempDir::new().unwrap();
    let long = "x".repeat(65_500);
    let model = model_of(&folder, &[&HOSTILE[..], &[&long]].concat());
    let table = stdout(&mut vicino(["recommend", "--model", &model, "--history", "plain"]));
    assert!(table.contains("\\u{1b}]0;title\\u{7}\\u{1b}[2J") && table.contains("back\\rwards\\u{202e}"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() < 400), "a long id is cut");
    let missing = format!("{}/{}", folder.path().display(), HOSTILE[0]);
    let error = stderr(&mut vicino(["inspect", &missing]), 1);
    for text in [table, error] {
        assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    }
}

#[test]
fn csv_holds_no_formula_and_is_read_as_it_was_written() {
    let folder = TempDir::new().unwrap();
    let model = model_of(&folder, &HOSTILE);
    let csv = stdout(&mut vicino(["export", "--model", &model, "--related", "-", "--csv", "-q"]));
    assert!(csv.contains("'=cmd|' /C calc'!A0"), "{csv}");
    let fields = csv.split(['\n', ',']).map(|field| field.trim_start_matches('"'));
    assert!(fields.into_iter().all(|field| !field.starts_with(['=', '@'])), "{csv}");
    // Lists that the command wrote are those that it reads.
    let cases = folder.path().join("cases.csv");
    fs::write(&cases, "row_id,prefix,target\n1,plain,\"[\"\"=cmd|' /C calc'!A0\"\"]\"\n").unwrap();
    let lists = folder.path().join("lists.csv");
    let recommend = ["recommend", "--model", &model, "--histories", &arg(&cases), "-o", &arg(&lists), "-k", "3", "-q"];
    stdout(&mut vicino(recommend));
    assert!(fs::read_to_string(&lists).unwrap().contains("'=cmd"), "the list has the formula");
    let evaluate = ["evaluate", "--test", &arg(&cases), "--lists", &arg(&lists), "-q"];
    let found = stdout(&mut vicino(evaluate));
    assert!(found.contains("100.00 %"), "{found}");
}

#[test]
fn more_threads_than_any_machine_has_are_wrong_usage() {
    let error = stderr(&mut vicino(["inspect", "x", "--threads", "1000000"]), 2);
    assert!(error.contains("1000000") && error.contains("1024"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_a_failure() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = Process::new(env!("CARGO_BIN_EXE_vicino")).arg("--help").stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("cannot write stdout"), "{error}");
}

/// Writing fails from the first 512 bytes on, or from later ones.
#[cfg(target_os = "linux")]
#[test]
fn an_error_in_the_middle_of_writing_names_the_file_and_leaves_the_old_one() {
    let folder = TempDir::new().unwrap();
    let related = folder.path().join("related.jsonl");
    for num_blocks in [1, 4] {
        fs::write(&related, "old").unwrap();
        let limited = format!("trap '' XFSZ; ulimit -f {num_blocks}; exec \"$@\"");
        let arguments = ["export", "--model", &SHOP.model(), "--related", &arg(&related)].map(str::to_owned);
        let output = Process::new("sh")
            .args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_vicino")])
            .args(arguments)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(&format!("cannot write {}", related.display())), "{error}");
        assert_eq!(fs::read_to_string(&related).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next_unless_somebody_writes_it() {
    let folder = TempDir::new().unwrap();
    let related = folder.path().join("related.jsonl");
    let old = SystemTime::now() - Duration::from_secs(3600);
    let leave = |name: &str, modified: SystemTime| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        file.set_modified(modified).unwrap();
        file
    };
    drop(leave(".related.jsonl.aB3xYz.tmp", old));
    drop(leave(".related.jsonl.fresh1.tmp", SystemTime::now()));
    drop(leave(".other.jsonl.aB3xYz.tmp", old));
    let written = leave(".related.jsonl.locked.tmp", old);
    written.lock().unwrap();
    stdout(&mut vicino(["export", "--model", &SHOP.model(), "--related", &arg(&related), "-q"]));
    let mut names: Vec<String> = (fs::read_dir(folder.path()).unwrap())
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let kept = [".other.jsonl.aB3xYz.tmp", ".related.jsonl.fresh1.tmp", ".related.jsonl.locked.tmp", "related.jsonl"];
    assert_eq!(names, kept);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_goes_on_pointing_to_where_it_does() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    symlink("target.jsonl", path("dangling")).unwrap();
    let export = |name: &str| vicino(["export", "--model", &SHOP.model(), "--related", &arg(&path(name)), "-q"]);
    stdout(&mut export("dangling"));
    assert!(fs::symlink_metadata(path("dangling")).unwrap().is_symlink() && path("target.jsonl").is_file());
    symlink("b", path("a")).unwrap();
    symlink("a", path("b")).unwrap();
    assert!(stderr(&mut export("a"), 1).contains("cannot write"));
    assert!(fs::symlink_metadata(path("a")).unwrap().is_symlink());
}

/// A file of a few hundred kilobytes takes little memory, whatever is in it.
#[cfg(target_os = "linux")]
#[test]
fn endless_lines_are_refused_within_a_limit_of_memory() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("zeros.csv.gz");
    let mut gzip = flate2::write::GzEncoder::new(fs::File::create(&log).unwrap(), flate2::Compression::best());
    std::io::Write::write_all(&mut gzip, b"session_id,item_id\n").unwrap();
    (0..300).for_each(|_| std::io::Write::write_all(&mut gzip, &vec![b'0'; 1 << 20]).unwrap());
    gzip.finish().unwrap();
    let output = Process::new("sh")
        .args(["-c", "ulimit -v 400000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_vicino"), "--threads", "2"])
        .args(["explore", &arg(&log)])
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("the row on line 2 has more than 8 MiB"), "{error}");
}
