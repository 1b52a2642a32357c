//! The numbers and codes that the wasm module and the npm package's TypeScript must agree on: neither side may change
//! one alone.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use vicino::EventKind;
use vicino::model::{Foreign, ModelError};
use vicino::rank::{IMPRESSION_HALF_LIFE_DAYS, words};

fn source(path: &str) -> String {
    let path = format!("{}/js/src/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `buyItAgain` as `BUY_IT_AGAIN`.
fn upper_case(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// Returns the numbers of words.ts by name: constants, and the entries of objects.
fn typescript_words() -> BTreeMap<String, u32> {
    let mut words = BTreeMap::new();
    for line in source("core/words.ts").lines() {
        let line = line.trim().trim_end_matches([';', ',']);
        let named = match line.strip_prefix("export const ") {
            Some(rest) => rest.split_once(" = ").map(|(name, value)| (name.to_owned(), value)),
            None => line.split_once(": ").map(|(name, value)| (upper_case(name), value)),
        };
        if let Some((name, value)) = named
            && let Some(value) = number(value)
        {
            words.insert(name, value);
        }
    }
    words
}

#[test]
fn both_sides_write_requests_with_the_same_numbers() {
    let mut ours: BTreeMap<String, u32> = words::ALL.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    for (at, kind) in EventKind::ALL.iter().enumerate() {
        assert_eq!(ours.remove(&kind.name().to_uppercase()), Some(at as u32), "{kind:?}");
    }
    assert_eq!(ours, typescript_words());
}

#[test]
fn both_sides_number_the_kinds_of_events_alike() {
    let names: Vec<String> = EventKind::ALL.iter().map(|kind| format!("'{}'", kind.name())).collect();
    let expected = format!("export const KINDS: readonly EventKind[] = [{}];", names.join(", "));
    assert!(source("device/state.ts").contains(&expected), "device/state.ts: expected {expected}");
}

#[test]
fn impressions_fade_alike_in_the_store_and_in_the_ranking() {
    let expected = format!("const IMPRESSION_HALF_LIFE_DAYS = {IMPRESSION_HALF_LIFE_DAYS};");
    assert!(source("device/state.ts").contains(&expected), "device/state.ts: expected {expected}");
}

#[test]
fn every_error_about_a_model_has_its_code_and_its_message() {
    let section = "links";
    let errors = [
        ModelError::Empty,
        ModelError::Foreign(Foreign::Html),
        ModelError::Newer { major: 9, minor: 1 },
        ModelError::Truncated { found: 1, expected: 2 },
        ModelError::Missing { section },
    ];
    let (codes, messages) = (source("core/errors.ts"), source("core/refusals.ts"));
    for error in errors {
        let code = error.code();
        assert!(codes.contains(&format!("| '{code}'")), "core/errors.ts: no {code}");
        assert!(messages.contains(&format!("'{code}':")), "core/refusals.ts: no {code}");
    }
}
