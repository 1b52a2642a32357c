//! The few calls into JavaScript that the adapter needs.

use js_sys::{Error, Reflect};
use wasm_bindgen::prelude::*;

/// Sets a property of a plain object, which cannot fail.
pub(super) fn set(target: &JsValue, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(target, &name.into(), &value.into());
}

/// An `Error` object with a stable `code`.
pub(super) fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message).into();
    set(&error, "code", code);
    error
}
