//! The harness of the fuzz targets that open models over their kept inputs, without a fuzzer.
#![cfg(feature = "cli")]

#[allow(dead_code)]
mod harness;

use std::path::Path;

/// Every file of a folder under `fuzz/`, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn every_seed_opens_as_it_is() {
    let seeds = files("corpus/model");
    assert!(!seeds.is_empty());
    for (path, bytes) in seeds {
        assert!(harness::open(&bytes).is_ok(), "{path}");
        assert!(harness::repair_and_open(&bytes).is_ok(), "{path}");
    }
}

#[test]
fn every_seed_cut_anywhere_and_repaired_is_opened_or_refused() {
    for (_, bytes) in files("corpus/model") {
        for length in 0..bytes.len() {
            let _ = harness::repair_and_open(&bytes[..length]);
            let _ = harness::repair_and_open(&bytes[length..]);
        }
    }
}
