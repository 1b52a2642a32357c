//! What a change does to a list of events, and the list as JSON.

use super::js;
use crate::EventKind;
use js_sys::{Array, JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

/// One event, with the shop's own id of the item: a history outlives the model that numbers items.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// When, in ms since 1970 UTC.
    pub(super) at_ms: f64,
    pub(super) kind: EventKind,
    pub(super) item_id: String,
}

/// A change of a history.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// Adds one event, even if it is there already.
    Add(Entry),
    /// Adds those events that are not there yet.
    Merge(Vec<Entry>),
    /// Removes every event of an item.
    Remove(String),
    /// Removes everything.
    Clear,
}

/// Applies `change` to `entries` and keeps the newest `limit`; newest first before and after.
pub(super) fn apply(entries: &mut Vec<Entry>, change: &Change, limit: usize) {
    match change {
        Change::Add(entry) => insert(entries, entry),
        Change::Merge(others) => {
            // From the oldest on, so that events of one instant keep their order.
            for entry in others.iter().rev() {
                if !entries.contains(entry) {
                    insert(entries, entry);
                }
            }
        }
        Change::Remove(item_id) => entries.retain(|entry| entry.item_id != *item_id),
        Change::Clear => entries.clear(),
    }
    entries.truncate(limit);
}

fn insert(entries: &mut Vec<Entry>, entry: &Entry) {
    let position = entries.partition_point(|other| other.at_ms > entry.at_ms);
    entries.insert(position, entry.clone());
}

const FORMAT: &str = "vicino-history";
const VERSION: u32 = 1;

/// A history read from JSON.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Newest first.
    pub(super) entries: Vec<Entry>,
    /// Whether this copy replaces the one in IndexedDB, rather than adding to it.
    pub(super) whole: bool,
}

/// Why a text is not a history.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum HistoryError {
    #[error("the history is not JSON: {0}")]
    NotJson(String),
    #[error("the text is JSON, but not a history: expected an object with `format` \"{FORMAT}\" and an array `events`")]
    Foreign,
    #[error("the history is of version {0}, this release reads {VERSION}; update the vicino package")]
    Newer(u32),
    #[error("event {0} of the history: expected {1}")]
    Event(u32, &'static str),
}

/// Writes a history: `{"format":"vicino-history","version":1,"events":[{"item":..,"kind":..,"at":..}]}`.
pub(super) fn to_json(entries: &[Entry], whole: bool) -> String {
    let events = Array::new();
    for entry in entries {
        let event = Object::new();
        js::set(&event, "item", entry.item_id.as_str());
        js::set(&event, "kind", entry.kind.name());
        js::set(&event, "at", entry.at_ms);
        events.push(&event);
    }
    let history = Object::new();
    js::set(&history, "format", FORMAT);
    js::set(&history, "version", VERSION);
    if whole {
        js::set(&history, "whole", true);
    }
    js::set(&history, "events", events);
    JSON::stringify(&history).map(String::from).unwrap_or_default()
}

/// Reads what [`to_json`] writes and keeps the newest `limit` events, whatever their order in the text.
pub(super) fn from_json(text: &str, limit: usize) -> Result<Stored, HistoryError> {
    let history = JSON::parse(text).map_err(|error| {
        let message = js::get(&error, "message").ok().and_then(|message| message.as_string());
        HistoryError::NotJson(message.unwrap_or_default())
    })?;
    let format = js::get(&history, "format").ok().and_then(|format| format.as_string());
    let events = js::get(&history, "events").ok().and_then(|events| events.dyn_into::<Array>().ok());
    let (Some(FORMAT), Some(events)) = (format.as_deref(), events) else { return Err(HistoryError::Foreign) };
    let version = js::get(&history, "version")
        .ok()
        .and_then(|version| version.as_f64())
        .map_or(VERSION, |version| version as u32);
    if version > VERSION {
        return Err(HistoryError::Newer(version));
    }
    let mut entries = Vec::new();
    // From the end, so that events of one instant keep their order.
    for number in (0..events.length()).rev() {
        let event = entry(&events.get(number)).map_err(|expected| HistoryError::Event(number, expected))?;
        apply(&mut entries, &Change::Add(event), limit);
    }
    Ok(Stored { entries, whole: js::get(&history, "whole").is_ok_and(|whole| whole.is_truthy()) })
}

fn entry(event: &JsValue) -> Result<Entry, &'static str> {
    let item_id = js::get(event, "item").ok().and_then(|item| item.as_string()).filter(|item| !item.is_empty());
    let kind = js::get(event, "kind").ok().and_then(|kind| EventKind::from_name(&kind.as_string()?));
    let at_ms = js::get(event, "at").ok().and_then(|at| at.as_f64()).filter(|at| at.is_finite());
    Ok(Entry {
        item_id: item_id.ok_or("`item` to be a shop's id, a string that is not empty")?,
        kind: kind.ok_or("`kind` to be view, cart or purchase")?,
        at_ms: at_ms.ok_or("`at` to be a time in ms since 1970")?,
    })
}
