//! The module behind the page that explores files: reads a log, or opens a model, and answers in JSON.
//!
//! ```text
//! log      a log of events, read by the same code as on the command line, as figures
//! model    what is in a model file: sections, neighbours, constants, a map of its items
//! ```
//!
//! Runs in a worker, so that the page stays responsive however long a step takes. The page's TypeScript is its one
//! caller. Errors are `Error` objects with a stable `code`.

mod log;
mod model;

pub use log::LogFile;
pub use model::ModelFile;

use js_sys::{Error, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(text: &str);
}

/// Says on the console what a fault of ours was: to the caller it is a bare trap.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|fault| log_error(&fault.to_string())));
}

/// An `Error` object with a stable `code`.
fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message).into();
    // It is an object of our own, which can be written to.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error
}

/// A value as JSON.
fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|problem| error("internal", &problem.to_string()))
}
