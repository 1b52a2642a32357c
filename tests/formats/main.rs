//! One made-up shop, written as every platform's export, is read as the same events and gives the same model.
#![cfg(feature = "cli")]

mod shop;
mod writers;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use shop::{Shop, Told};
use tempfile::TempDir;
use vicino::events::{EventLog, ReadOptions, ReadReport, read};
use vicino::train::{TrainOptions, Trainer};
use vicino::{EventKind, Silent};
use writers::Facts;

fn read_text(name: &str, text: &str) -> (EventLog, ReadReport) {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read(&[path], &ReadOptions::default(), &Silent).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The sessions as text, sorted: what is bought at one moment has no order.
fn sessions(log: &EventLog) -> Vec<String> {
    let mut all: Vec<String> = (0..log.sessions.len())
        .map(|session| {
            let events = log.sessions.items_of(session).iter().zip(log.sessions.kinds_of(session));
            let (mut seen, mut bought) = (Vec::new(), Vec::new());
            for (item, kind) in events {
                let id = &log.item_ids[item.as_usize()];
                match kind {
                    EventKind::Purchase => bought.push(format!("purchase {id}")),
                    kind => seen.push(format!("{} {id}", kind.name())),
                }
            }
            bought.sort();
            seen.extend(bought);
            seen.join(", ")
        })
        .collect();
    all.sort();
    all
}

/// The bytes of the model that is trained on a log, with the usual options but without tuning.
fn model(log: &EventLog) -> Vec<u8> {
    let mut options = TrainOptions::default();
    (options.learning.tune, options.learning.keep_held_out) = (false, false);
    let packed = Trainer::new(options).train(log, None, &Silent).unwrap();
    assert!(packed.num_links > 100, "{} links", packed.num_links);
    packed.bytes
}

#[test]
fn the_same_shop_in_every_format_gives_the_same_events() {
    let shop = Shop::large();
    for format in writers::FORMATS {
        let Facts { tells, has_shoppers, .. } = format.facts;
        let (log, report) = read_text(&format!("shop.{}", format.extension), &(format.write)(&shop));
        assert_eq!(report.profiles, [format.profile], "{}", format.profile);
        assert_eq!(sessions(&log), shop.sessions(tells), "{}", format.profile);
        let num_shoppers = log.sessions.shoppers.iter().max().map_or(0, |most| most + 1);
        let expected = if has_shoppers { shop.num_shoppers } else { log.sessions.len() as u32 };
        assert_eq!(num_shoppers, expected, "{}", format.profile);
        assert_eq!(report.num_events, shop.num_events(tells), "{}", format.profile);
    }
    assert!(shop.num_events(Told::Everything) >= 8_000);
}

/// A log without views cannot give the model of one with them, nor one without shoppers or moments: formats are compared
/// with a plain log of the very facts that they carry, and so with each other.
#[test]
fn formats_that_carry_the_same_facts_give_the_same_model_to_the_byte() {
    let shop = Shop::large();
    let mut of_facts: BTreeMap<Facts, (Vec<u8>, Vec<&str>)> = BTreeMap::new();
    for format in writers::FORMATS {
        let (log, _) = read_text(&format!("shop.{}", format.extension), &(format.write)(&shop));
        let (expected, profiles) = of_facts.entry(format.facts).or_insert_with(|| {
            let (plain, report) = read_text("plain.csv", &writers::plain(&shop, format.facts));
            assert_eq!(report.profiles, Vec::<&str>::new());
            (model(&plain), Vec::new())
        });
        assert!(model(&log) == *expected, "{}: another model than that of a plain log", format.profile);
        profiles.push(format.profile);
    }
    let sizes: Vec<usize> = of_facts.values().map(|(_, profiles)| profiles.len()).collect();
    let most = of_facts.values().map(|(_, profiles)| profiles).max_by_key(|profiles| profiles.len()).unwrap();
    assert_eq!(sizes.iter().sum::<usize>(), writers::FORMATS.len());
    assert!(most.len() >= 9, "{most:?}");
}

/// A log of a few hundred events in every format, by path alone.
#[test]
fn every_format_goes_through_explore_train_and_evaluate_with_paths_only() {
    let shop = Shop::of(40);
    let folder = TempDir::new().unwrap();
    let check = |format: &writers::Format| {
        let name = format.profile.replace([' ', '&'], "-");
        let log = folder.path().join(format!("{name}.{}", format.extension));
        let model = folder.path().join(format!("{name}.vicino"));
        std::fs::write(&log, (format.write)(&shop)).unwrap();
        let run = |args: &[&OsStr]| {
            let output = Command::new(env!("CARGO_BIN_EXE_vicino")).args(args).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{args:?}: {said}");
            String::from_utf8(output.stdout).unwrap()
        };
        let explored = run(&["explore".as_ref(), log.as_ref()]);
        // Without tuning, which takes most of the time here and is the same for every format.
        let trained = run(&["train".as_ref(), log.as_ref(), "-o".as_ref(), model.as_ref(), "--no-tune".as_ref()]);
        let evaluated = run(&["evaluate".as_ref(), "--events".as_ref(), log.as_ref()]);
        for text in [explored, trained, evaluated] {
            let profile = format!("columns are those of the profile {}", format.profile);
            assert!(text.contains(&profile), "{}: {text}", format.profile);
        }
        assert!(std::fs::metadata(&model).unwrap().len() > 500, "{}", format.profile);
    };
    std::thread::scope(|scope| {
        for half in writers::FORMATS.chunks(writers::FORMATS.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(check));
        }
    });
}

#[test]
fn every_example_of_the_documentation_is_recognised() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/formats.md")).unwrap();
    let profiles = text.split("\n## Platforms\n").nth(1).expect("docs/formats.md has a section of platforms");
    let profiles = profiles.split("\n## ").next().unwrap();
    let mut found = Vec::new();
    for section in profiles.split("\n### ").skip(1) {
        let name = section.lines().next().unwrap();
        let (extension, example) = section.split_once("```").unwrap().1.split_once('\n').unwrap();
        let example = example.split("```").next().unwrap();
        let (log, report) = read_text(&format!("example.{extension}"), example);
        assert_eq!(report.profiles, [name]);
        assert!(!log.sessions.is_empty(), "{name}");
        found.push(name.to_owned());
    }
    let written: Vec<&str> = writers::FORMATS.iter().map(|format| format.profile).collect();
    assert_eq!(found, written, "each profile has an example, and a writer in this test");
}
