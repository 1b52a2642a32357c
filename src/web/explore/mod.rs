//! The module behind the page that explores files: reads a log, or opens a model, and answers with plain objects.
//!
//! ```text
//! file     slices of a file that the browser holds
//! log      a log of events, read by the same code as on the command line, as figures
//! model    a model to look into
//! ```
//!
//! Runs in a worker, so that the page stays responsive however long a step takes. The page's TypeScript is its one
//! caller. Errors are `Error` objects with a stable `code`.

mod file;
mod log;
mod model;

pub use log::explore;
pub use model::ModelFile;

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::console;

/// Prints faults of the module on the console: the caller sees a bare trap only.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|fault| console::error_1(&fault.to_string().into())));
}

/// An `Error` object with a stable `code`.
fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message).into();
    // It is an object of our own, which can be written to.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error
}

/// Turns a value into plain objects, arrays, numbers and texts; without a value it is `null`.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(|problem| error("internal", &problem.to_string()))
}
