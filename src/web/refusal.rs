//! A file that is not a model, as JavaScript hears of it.

use crate::model::{Foreign, ModelError};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Array, js_name = of)]
    fn array(code: &str, section: &str, offset: f64, found: f64, expected: f64) -> JsValue;
}

/// The parts of an error in JavaScript: a code, and if they are known the section, its byte, and a number found and one
/// expected.
#[cold]
pub(super) fn refused(error: ModelError) -> JsValue {
    let none = ("", 0, 0, 0);
    let (section, offset, found, expected) = match error {
        ModelError::Newer { major, minor } => ("", 0, major.into(), minor.into()),
        ModelError::Truncated { found, expected } | ModelError::Trailing { found, expected } => {
            ("", 0, found, expected)
        }
        ModelError::Checksum { section, offset, .. }
        | ModelError::Corrupt { section, offset, .. }
        | ModelError::Duplicate { section, offset } => (section, offset, 0, 0),
        ModelError::Missing { section } | ModelError::Unsupported { section, .. } => (section, 0, 0, 0),
        _ => none,
    };
    let code = if let ModelError::Foreign(Foreign::Html) = error { "not-a-model" } else { error.code() };
    array(code, section, offset as f64, found as f64, expected as f64)
}
