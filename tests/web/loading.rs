//! Bytes that open as a model, and bytes that do not.

use super::{TINY, tiny};
use vicino::web::Engine;
use wasm_bindgen_test::wasm_bindgen_test;

/// Code, section and where it starts, of the refusal that these bytes give.
fn refused(bytes: &[u8]) -> (String, String, f64) {
    let told: js_sys::Array = Engine::new(bytes.to_vec()).err().expect("these bytes are no model").into();
    let text = |at| told.get(at).as_string().expect("a text");
    assert_eq!(told.length(), 5);
    (text(0), text(1), told.get(2).as_f64().expect("a number"))
}

#[wasm_bindgen_test]
fn a_model_says_what_it_holds() {
    let engine = tiny();
    let numbers: Vec<f64> = engine.numbers().as_chunks().0.iter().map(number).collect();
    let expected = [TINY.len() as f64, 12.0, numbers[2], 12_345.0];
    assert_eq!(numbers[..4], expected);
    // At least so many shoppers for a pair, the categories, the markets, and what was measured.
    assert_eq!((numbers[7], &numbers[11..]), (2.0, &[5.0, 0.0, 0.5][..]));
    let names: Vec<String> = (0..8).map(|at| engine.name(at)).collect();
    assert_eq!(names[1..], ["Shoes", "Coats", "Café", "Hats", "Tea", "HitRate@20", ""]);
}

/// An `f64` of its two words.
fn number(&[low, high]: &[u32; 2]) -> f64 {
    f64::from_bits(u64::from(low) | u64::from(high) << 32)
}

#[wasm_bindgen_test]
fn an_empty_file_is_refused() {
    assert_eq!(refused(&[]).0, "model-empty");
}

#[wasm_bindgen_test]
fn every_truncated_file_is_refused() {
    for len in 1..TINY.len() {
        assert_eq!(refused(&TINY[..len]).0, "model-truncated", "{len} bytes");
    }
}

#[wasm_bindgen_test]
fn every_flipped_bit_is_refused() {
    let mut bytes = TINY.to_vec();
    for at in 0..bytes.len() {
        let bit = 1 << (at % 8);
        bytes[at] ^= bit;
        let (code, ..) = refused(&bytes);
        assert!(code.starts_with("model-"), "byte {at}: {code}");
        bytes[at] ^= bit;
    }
}

#[wasm_bindgen_test]
fn foreign_files_are_refused() {
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n and some more bytes that a picture has").0, "model-foreign");
    assert_eq!(refused(b"{\"items\": [\"json is not a model, however long it is\"]}").0, "model-foreign");
    assert_eq!(refused(&[0; 4096]).0, "model-foreign");
}

#[wasm_bindgen_test]
fn a_web_page_is_called_one() {
    let page = b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>";
    assert_eq!(refused(page).0, "not-a-model");
}

#[wasm_bindgen_test]
fn a_newer_file_is_refused() {
    let mut bytes = TINY.to_vec();
    // The major version follows the 8 bytes that every model starts with.
    bytes[8] += 1;
    assert_eq!(refused(&bytes).0, "model-newer");
}

#[wasm_bindgen_test]
fn damage_is_placed() {
    let mut bytes = TINY.to_vec();
    *bytes.last_mut().expect("a file has bytes") ^= 1;
    let (code, section, offset) = refused(&bytes);
    assert_eq!(code, "model-corrupt");
    assert!(section.starts_with("blocks/"), "{section}");
    assert!(offset > 24.0 && offset < bytes.len() as f64, "{offset}");
}

#[wasm_bindgen_test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = TINY.to_vec();
    bytes.push(0);
    assert_eq!(refused(&bytes).0, "model-corrupt");
}
