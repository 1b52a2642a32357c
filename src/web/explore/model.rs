//! A model to look into, as an object of JavaScript.

use wasm_bindgen::prelude::*;

use super::{error, to_js};
use crate::eda::model_view::ModelView;
use crate::model::{Foreign, ModelError};

/// An opened model; see [`ModelView`] for the values.
#[wasm_bindgen]
pub struct ModelFile(ModelView);

#[wasm_bindgen]
impl ModelFile {
    /// Opens a model.
    ///
    /// # Errors
    /// An `Error` with the code of [`ModelError::code`], or `not-a-model` for a web page.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<ModelFile, JsValue> {
        ModelView::open(bytes).map(ModelFile).map_err(|problem| {
            let code = if let ModelError::Foreign(Foreign::Html) = problem { "not-a-model" } else { problem.code() };
            error(code, &problem.to_string())
        })
    }

    /// Describes all but the items.
    ///
    /// # Errors
    /// None that can happen.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.describe())
    }

    /// Finds the items whose id or category contains a text, at most `most`.
    ///
    /// # Errors
    /// None that can happen.
    pub fn search(&self, text: &str, most: usize) -> Result<JsValue, JsValue> {
        to_js(&self.0.search(text, most))
    }

    /// Finds the item with an id; `null` if there is none.
    ///
    /// # Errors
    /// None that can happen.
    pub fn find(&self, id: &str) -> Result<JsValue, JsValue> {
        to_js(&self.0.find(id))
    }

    /// Ranks the heaviest neighbours of an item in each table; empty lists for a number without an item.
    ///
    /// # Errors
    /// None that can happen.
    pub fn neighbours(&mut self, item: u32) -> Result<JsValue, JsValue> {
        to_js(&self.0.neighbours(item))
    }

    /// Places the most popular items, at most `most`, so that neighbours lie close to each other.
    ///
    /// # Errors
    /// None that can happen.
    pub fn map(&self, most: usize) -> Result<JsValue, JsValue> {
        to_js(&self.0.map(most))
    }
}
