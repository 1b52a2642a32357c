//! The fallback: one text under one key of `localStorage`.
//!
//! Reading, changing and writing is one synchronous step. Browsers do not lock `localStorage` between
//! processes, so two tabs that write within the same fraction of a millisecond can still lose an event;
//! IndexedDB, which is tried first, cannot.

use super::js;
use super::storage::StorageError;
use wasm_bindgen::JsCast;
use web_sys::Storage;

/// Reads the text under `name`, if there is any.
pub(super) fn read(name: &str) -> Result<Option<String>, StorageError> {
    Ok(storage()?.get_item(name)?)
}

/// Reads the text under `name` and writes what `change` makes of it; `None` writes nothing.
pub(super) fn update(name: &str, change: &mut dyn FnMut(Option<String>) -> Option<String>) -> Result<(), StorageError> {
    let storage = storage()?;
    if let Some(text) = change(storage.get_item(name)?) {
        storage.set_item(name, &text)?;
    }
    Ok(())
}

/// Removes the text under `name`.
pub(super) fn remove(name: &str) -> Result<(), StorageError> {
    Ok(storage()?.remove_item(name)?)
}

/// Finds out whether anything can be written.
pub(super) fn probe(name: &str) -> Result<(), StorageError> {
    let storage = storage()?;
    let probe = format!("{name}:probe");
    storage.set_item(&probe, "")?;
    Ok(storage.remove_item(&probe)?)
}

fn storage() -> Result<Storage, StorageError> {
    Ok(js::global("localStorage")?.unchecked_into())
}
