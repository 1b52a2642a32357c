//! One made-up shop, written as every platform's export, is read as the same events.
#![cfg(feature = "cli")]

mod shop;
mod writers;

use std::path::PathBuf;

use shop::{Shop, Told};
use tempfile::TempDir;
use vicino::events::{EventLog, ReadOptions, ReadReport, read};
use vicino::{EventKind, Silent};

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

#[test]
fn the_same_shop_in_every_format_gives_the_same_events() {
    let shop = Shop::new();
    for format in writers::FORMATS {
        let (log, report) = read_text(&format!("shop.{}", format.extension), &(format.write)(&shop));
        assert_eq!(report.profiles, [format.profile], "{}", format.profile);
        assert_eq!(sessions(&log), shop.sessions(format.tells), "{}", format.profile);
        let num_shoppers = log.sessions.shoppers.iter().max().map_or(0, |most| most + 1);
        let expected = if format.has_shoppers { Shop::num_shoppers() } else { log.sessions.len() as u32 };
        assert_eq!(num_shoppers, expected, "{}", format.profile);
        assert_eq!(report.num_events, shop.num_events(format.tells), "{}", format.profile);
    }
    assert!(shop.num_events(Told::Everything) > 300);
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
