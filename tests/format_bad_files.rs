//! Files that are not sound models: each is refused with an error that says what is wrong.
#![cfg(feature = "cli")]

#[allow(dead_code)]
mod format_models;
#[allow(dead_code)]
mod harness;

use format_models::{complete, timely, tiny};
use vicino::model::{Foreign, Model, ModelError, Trend, content_hash, sections};
use vicino::{CategoryIx, ItemIx};

fn bytes() -> Vec<u8> {
    tiny().to_bytes().unwrap()
}

fn refused(bytes: &[u8]) -> ModelError {
    let error = Model::open(bytes).unwrap_err();
    assert_eq!(sections(bytes).is_err(), content_hash(bytes).is_err());
    error
}

/// Where a section's entry in the table, and its content, begin.
fn find(bytes: &[u8], name: &str) -> (usize, usize) {
    let all = sections(bytes).unwrap();
    let at = all.iter().position(|section| section.name == name).unwrap();
    (24 + 12 * at, all[at].offset)
}

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(refused(&[]), ModelError::Empty);
    assert_eq!(refused(&[]).code(), "model-empty");
}

#[test]
fn a_truncated_file_is_refused_with_both_lengths() {
    let bytes = bytes();
    let expected = bytes.len() as u64;
    let error = refused(&bytes[..bytes.len() - 1]);
    assert_eq!(error, ModelError::Truncated { found: expected - 1, expected });
    assert_eq!(error.code(), "model-truncated");
    assert_eq!(
        error.to_string(),
        format!("the model has {} bytes, expected {expected}: its end is missing; download it again", expected - 1)
    );
    // In the magic, the header and the table.
    for length in [1, 7, 8, 11, 12, 23, 24, 40] {
        assert!(matches!(refused(&bytes[..length]), ModelError::Truncated { .. }), "{length}");
    }
}

#[test]
fn a_bit_flipped_file_is_refused_with_the_section() {
    let mut bytes = bytes();
    let (_, at) = find(&bytes, "items");
    bytes[at + 3] ^= 4;
    let error = refused(&bytes);
    assert!(matches!(error, ModelError::Checksum { section: "items", offset, .. } if offset == at as u64), "{error}");
    assert_eq!(error.code(), "model-corrupt");
    assert!(error.to_string().starts_with(&format!("section `items` at byte {at}: checksum is 0x")), "{error}");
}

#[test]
fn a_flipped_bit_in_the_table_is_one_of_the_header() {
    let mut bytes = bytes();
    bytes[30] ^= 1;
    assert!(matches!(refused(&bytes), ModelError::Checksum { section: "header", offset: 0, .. }));
}

#[test]
fn a_newer_file_is_refused_with_its_version_even_if_all_else_is_different() {
    let mut bytes = bytes()[..20].to_vec();
    bytes[8] = 2;
    bytes[10] = 5;
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Newer { major: 2, minor: 5 });
    assert_eq!(error.code(), "model-newer");
    assert_eq!(error.to_string(), "the model is of format 2.5, this version reads 1; update vicino");
}

#[test]
fn a_file_of_a_higher_minor_version_opens() {
    let mut bytes = bytes();
    bytes[10] = 9;
    let table_end = 24 + 12 * harness::get(&bytes, 16) as usize;
    let sum = harness::crc32(&[&bytes[..20], &bytes[24..table_end]].concat());
    harness::put(&mut bytes, 20, sum);
    assert_eq!(Model::open(&bytes).unwrap(), tiny());
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = bytes();
    let expected = bytes.len() as u64;
    bytes.push(0);
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Trailing { found: expected + 1, expected });
    assert_eq!(error.code(), "model-corrupt");
}

#[test]
fn a_foreign_file_is_refused_with_what_it_seems_to_be() {
    let text_mode = String::from_utf8_lossy(&bytes()).into_owned().into_bytes();
    let line_ends = bytes().iter().copied().filter(|&byte| byte != b'\r').collect::<Vec<u8>>();
    for (bytes, expected) in [
        (&b"<!doctype html><title>404</title>"[..], Foreign::Html),
        (b"\xef\xbb\xbf \n<html>", Foreign::Html),
        (b"{\"error\": 404}", Foreign::Json),
        (b"[]", Foreign::Json),
        (b"\x1f\x8b\x08\x00", Foreign::Gzip),
        (&text_mode, Foreign::TextMode),
        (&line_ends, Foreign::TextMode),
        (b"PK\x03\x04", Foreign::Other(*b"PK\x03\x04")),
        (b"x", Foreign::Other(*b"x\0\0\0")),
    ] {
        let error = refused(bytes);
        assert_eq!(error, ModelError::Foreign(expected));
        assert_eq!(error.code(), "model-foreign");
    }
    assert_eq!(refused(b"<p>").to_string(), "not a vicino model: it is a web page (HTML); check the address");
}

#[test]
fn a_section_that_stands_twice_is_refused() {
    let mut bytes = complete().to_bytes().unwrap();
    let (measurements, _) = find(&bytes, "measurements");
    let (items, _) = find(&bytes, "items");
    bytes.copy_within(items..items + 2, measurements);
    harness::repair(&mut bytes);
    assert_eq!(refused(&bytes), ModelError::Duplicate { section: "items", offset: measurements as u64 });
}

#[test]
fn an_unknown_section_is_skipped_if_optional_and_refused_if_not() {
    let mut bytes = complete().to_bytes().unwrap();
    let (entry, _) = find(&bytes, "measurements");
    bytes[entry] = 99;
    harness::repair(&mut bytes);
    let opened = Model::open(&bytes).unwrap();
    assert_eq!(opened, Model { measurements: Vec::new(), ..complete() });
    assert_eq!(sections(&bytes).unwrap().iter().filter(|section| section.name == "unknown").count(), 1);

    bytes[entry + 2] = 0;
    harness::repair(&mut bytes);
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Unsupported { section: "unknown", what: "section", found: 99 });
    assert_eq!(error.code(), "model-newer");
}

#[test]
fn a_missing_section_is_named() {
    let mut bytes = bytes();
    let (entry, _) = find(&bytes, "privacy");
    bytes[entry] = 99;
    bytes[entry + 2] = 1;
    harness::repair(&mut bytes);
    assert_eq!(refused(&bytes), ModelError::Missing { section: "privacy" });
}

#[test]
fn an_unknown_codec_asks_for_an_update() {
    let mut bytes = bytes();
    let (_, at) = find(&bytes, "neighbours/next");
    bytes[at] = 7;
    harness::repair(&mut bytes);
    let error = refused(&bytes);
    assert_eq!(error.to_string(), "section `neighbours/next`: codec 7 is not known to this version; update vicino");
}

#[test]
fn a_constant_that_ranking_cannot_use_is_refused_where_it_stands() {
    for value in [f32::NAN, f32::INFINITY, -1.0, 1e10] {
        let mut bytes = bytes();
        let (_, at) = find(&bytes, "ranking");
        bytes[at + 6..at + 10].copy_from_slice(&value.to_le_bytes());
        harness::repair(&mut bytes);
        let error = refused(&bytes);
        assert!(
            matches!(error, ModelError::Corrupt { section: "ranking", offset, .. } if offset == at as u64 + 6),
            "{error}"
        );
    }
}

#[test]
fn what_format_1_2_adds_may_be_stepped_over() {
    let bytes = timely().to_bytes().unwrap();
    for name in ["trends", "replenishment", "neighbours/similar"] {
        let section = sections(&bytes).unwrap().into_iter().find(|section| section.name == name).unwrap();
        assert!(section.optional, "{name}");
        // A reader that does not know the number of the section.
        let (entry, _) = find(&bytes, name);
        let mut renamed = bytes.clone();
        renamed[entry + 1] = 0x77;
        harness::repair(&mut renamed);
        let model = Model::open(&renamed).unwrap();
        assert_eq!((model.items, model.popularity), (timely().items, timely().popularity), "{name}");
    }
}

#[test]
fn a_model_with_times_that_no_file_can_hold_is_refused() {
    let sound = timely();
    let trend = |days, item| Trend { days, items: vec![(ItemIx(item), 1)] };
    for (model, part) in [
        (Model { trends: vec![trend(7, 0), trend(7, 1)], ..sound.clone() }, "trends"),
        (Model { trends: vec![trend(7, 16)], ..sound.clone() }, "trend"),
        (Model { replenishment: vec![(ItemIx(2), 1), (ItemIx(1), 1)], ..sound.clone() }, "replenishment"),
        (Model { replenishment: vec![(ItemIx(2), 0)], ..sound.clone() }, "replenishment"),
        (Model { category_replenishment: vec![(CategoryIx(2), 1)], ..sound }, "replenishment by category"),
    ] {
        assert!(matches!(model.to_bytes(), Err(ModelError::Invalid { part: found, .. }) if found == part), "{part}");
    }
}
