//! The laws of the file format.
#![cfg(feature = "cli")]

mod format_models;
mod harness;

use format_models::{any_model, blocks, complete, groups, linked, timely, tiny, variants};
use proptest::prelude::*;
use vicino::model::{Executor, Model, content_hash, sections};

/// The other job first.
struct Backwards;

impl Executor for Backwards {
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        let other = other();
        (one(), other)
    }
}

/// Both jobs at the same time.
struct AtOnce;

impl Executor for AtOnce {
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        std::thread::scope(|scope| {
            let other = scope.spawn(other);
            (one(), other.join().expect("a job that does not panic"))
        })
    }
}

proptest! {
    #[test]
    fn every_model_comes_back_as_it_was_written(model in any_model()) {
        let bytes = model.to_bytes().unwrap();
        prop_assert_eq!(harness::open(&bytes).unwrap(), model);
    }

    #[test]
    fn equal_models_have_equal_bytes(model in any_model()) {
        let bytes = model.to_bytes().unwrap();
        prop_assert_eq!(model.clone().to_bytes().unwrap(), bytes.clone());
        prop_assert_eq!(Model::open(&bytes).unwrap().to_bytes().unwrap(), bytes);
    }

    #[test]
    fn whoever_does_the_jobs_the_bytes_are_the_same(model in any_model()) {
        let bytes = model.to_bytes().unwrap();
        prop_assert_eq!(&model.to_bytes_with(&Backwards).unwrap(), &bytes);
        prop_assert_eq!(&model.to_bytes_with(&AtOnce).unwrap(), &bytes);
    }

    #[test]
    fn sections_lie_end_to_end_up_to_the_last_byte(model in any_model()) {
        let bytes = model.to_bytes().unwrap();
        let sections = sections(&bytes).unwrap();
        let mut end = 24 + 12 * sections.len();
        for section in sections {
            prop_assert_eq!(section.offset, end);
            end += section.num_bytes;
        }
        prop_assert_eq!(end, bytes.len());
    }

    #[test]
    fn different_models_have_different_hashes(a in any_model(), b in any_model()) {
        let hash = |model: &Model| content_hash(&model.to_bytes().unwrap()).unwrap();
        prop_assert_eq!(a == b, hash(&a) == hash(&b));
    }

    #[test]
    fn any_bytes_at_all_are_opened_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = harness::open(&bytes);
        let _ = harness::repair_and_open(&bytes);
    }

    #[test]
    fn a_model_changed_behind_its_checksums_is_opened_or_refused(
        which in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = [tiny, complete, linked, timely][which]().to_bytes().unwrap();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = harness::repair_and_open(&bytes);
    }
}

proptest! {
    // Some hundred items each take their time.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn several_blocks_changed_behind_their_checksums_are_opened_or_refused(
        has_candidates in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = if has_candidates { groups() } else { blocks() }.to_bytes().unwrap();
        // What the table of sections says is changed elsewhere.
        let start = sections(&bytes).unwrap()[0].offset;
        for (at, value) in changes {
            let at = start + at.index(bytes.len() - start);
            bytes[at] = value;
        }
        let _ = harness::repair_and_open(&bytes);
    }
}

#[test]
fn every_truncation_is_noticed() {
    for model in [tiny(), complete(), linked(), timely(), variants()] {
        let bytes = model.to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert!(Model::open(&bytes[..length]).is_err(), "the first {length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for model in [tiny(), complete(), linked(), timely(), variants()] {
        let mut bytes = model.to_bytes().unwrap();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Model::open(&bytes).is_err(), "bit {} of byte {}", bit % 8, bit / 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn a_flipped_bit_in_any_byte_behind_repaired_checksums_is_opened_or_refused() {
    for model in [tiny(), timely()] {
        let mut bytes = model.to_bytes().unwrap();
        for byte in 0..bytes.len() {
            // Another bit of each byte: all would take minutes.
            let bit = byte % 7 * 5 % 8;
            bytes[byte] ^= 1 << bit;
            let _ = harness::repair_and_open(&bytes);
            bytes[byte] ^= 1 << bit;
        }
    }
}

#[test]
fn repairing_a_sound_model_changes_nothing() {
    let bytes = complete().to_bytes().unwrap();
    let mut repaired = bytes.clone();
    harness::repair(&mut repaired);
    assert_eq!(repaired, bytes);
}

#[test]
fn an_inflated_count_is_refused_before_it_allocates() {
    // Counts of 4 bytes are put to their largest, wherever they stand; gigabytes would be the answer of a trusting
    // reader.
    for model in [tiny(), complete(), linked(), timely(), variants()] {
        let sound = model.to_bytes().unwrap();
        for at in 24..sound.len() - 4 {
            let mut bytes = sound.clone();
            harness::put(&mut bytes, at, u32::MAX);
            let _ = harness::repair_and_open(&bytes);
        }
    }
}
