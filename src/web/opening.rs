//! A model that is being opened, as a JavaScript class.

use super::Engine;
use crate::model::{self, Foreign, ModelError};
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// A model that is being opened, in as many steps as the caller likes.
#[wasm_bindgen]
pub struct Opening {
    /// Gone when the model is whole.
    opening: Option<model::Opening>,
    num_bytes: usize,
    is_done: bool,
}

#[wasm_bindgen]
impl Opening {
    /// Checks a model file.
    ///
    /// # Errors
    /// An array, see [`refused`]: its code is that of [`ModelError::code`], or `not-a-model` for a web page.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Opening, JsValue> {
        let opening = model::Opening::new(bytes).map_err(refused)?;
        Ok(Opening { opening: Some(opening), num_bytes: bytes.len(), is_done: false })
    }

    /// Takes the next piece of an earlier [`Engine::image`] of the same file: true when all is restored, false if it is of no use, nothing if there is more
    /// to do, be it with an empty piece behind the last.
    pub fn restore(&mut self, piece: &[u8]) -> Option<bool> {
        self.opening.as_mut().map_or(Some(false), |opening| opening.restore(piece))
    }

    /// Reads on for about `num_decisions` decisions, some 20 to 50 ns each; gives the engine when all is read, once.
    ///
    /// # Errors
    /// As [`Opening::new`]; what is left then is good for nothing.
    pub fn advance(&mut self, num_decisions: u32) -> Result<Option<Engine>, JsValue> {
        match &mut self.opening {
            Some(opening) if !self.is_done => {
                match opening.advance(num_decisions as usize) {
                    // What ranking needs takes a step of its own.
                    Ok(is_done) => self.is_done = is_done,
                    Err(error) => {
                        self.opening = None;
                        return Err(refused(error));
                    }
                }
                Ok(None)
            }
            _ => Ok(self.opening.take().map(|opening| {
                let content_hash = opening.content_hash();
                Engine::new(opening.into_model(), self.num_bytes, content_hash)
            })),
        }
    }
}

/// What JavaScript makes an error of: a code, and if they are known the section, its byte, and a number found and one expected.
#[cold]
fn refused(error: ModelError) -> JsValue {
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
    let parts: [JsValue; 5] =
        [code.into(), section.into(), (offset as f64).into(), (found as f64).into(), (expected as f64).into()];
    let told = Array::new();
    for part in &parts {
        told.push(part);
    }
    told.into()
}
