//! Files written once stay readable for ever, and the annotated dump in the documentation is one of them.
//!
//! Each file holds a model of `format_models`: it must be read as that model, and in the newest version the model must
//! be written as these very bytes. A file is never changed; a new version of the format adds its own.
#![cfg(feature = "cli")]

#[allow(dead_code)]
mod format_models;

use format_models::{blocks, complete, groups, linked, timely, tiny, variants};
use vicino::model::{FORMAT_MAJOR, FORMAT_MINOR, Model, sections};

/// The bytes in the `hexdump` block of a document; every line is an offset, bytes and, after two spaces, words.
fn dumped(document: &str) -> Vec<u8> {
    let block =
        document.split("```hexdump\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a hexdump block");
    let mut bytes: Vec<u8> = Vec::new();
    for line in block.lines().filter(|line| !line.is_empty()) {
        let (offset, rest) = line.split_once("  ").expect("two spaces after the offset");
        assert_eq!(usize::from_str_radix(offset, 16), Ok(bytes.len()), "offset in line `{line}`");
        let hex = rest.split("  ").next().unwrap_or("");
        bytes.extend(hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("a byte in hexadecimal")));
    }
    bytes
}

/// Compares bytes so that a difference is readable.
fn assert_same_bytes(written: &[u8], golden: &[u8]) {
    let first = written.iter().zip(golden).position(|(a, b)| a != b);
    assert_eq!((first, written.len()), (None, golden.len()), "first difference, and length");
}

#[test]
fn the_documented_dump_is_what_is_written_and_read() {
    let document = include_str!("../docs/format.md");
    let golden = dumped(document);
    assert_same_bytes(&tiny().to_bytes().unwrap(), &golden);
    assert_eq!(Model::open(&golden).unwrap(), tiny());
}

#[test]
fn the_golden_files_of_format_2_0_are_what_is_written_and_read() {
    let golden: [(&[u8], Model); 6] = [
        (include_bytes!("golden/2.0-complete.vicino"), complete()),
        (include_bytes!("golden/2.0-linked.vicino"), linked()),
        (include_bytes!("golden/2.0-timely.vicino"), timely()),
        (include_bytes!("golden/2.0-blocks.vicino"), blocks()),
        (include_bytes!("golden/2.0-candidates.vicino"), groups()),
        (include_bytes!("golden/2.0-variants.vicino"), variants()),
    ];
    for (golden, model) in golden {
        assert_eq!(Model::open(golden).unwrap(), model);
        assert_same_bytes(&model.to_bytes().unwrap(), golden);
    }
}

#[test]
fn the_golden_files_have_both_streams_between_blocks() {
    let flags = |bytes: &[u8]| {
        let table = sections(bytes).unwrap().into_iter().find(|section| section.name == "neighbours/next").unwrap();
        bytes[table.offset]
    };
    assert_eq!(flags(include_bytes!("golden/2.0-blocks.vicino")), 0);
    assert_eq!(flags(include_bytes!("golden/2.0-candidates.vicino")), 1);
}

#[test]
fn the_documented_version_is_the_one_written() {
    let document = include_str!("../docs/format.md");
    assert!(document.starts_with(&format!("# The `.vicino` file, format {FORMAT_MAJOR}.{FORMAT_MINOR}\n")));
}
