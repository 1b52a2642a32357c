//! Where a history can be kept, and why one could not.

use super::js;
use wasm_bindgen::JsValue;

/// Where a history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    IndexedDb,
    LocalStorage,
    /// Gone with the page.
    Memory,
}

impl Place {
    /// The name that JavaScript sees.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Place::IndexedDb => "indexeddb",
            Place::LocalStorage => "localstorage",
            Place::Memory => "memory",
        }
    }
}

/// Why a place could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum StorageError {
    /// The browser has no such storage, or forbids it to this page.
    #[error("is absent or forbidden here")]
    Absent,
    /// No space is left for this site.
    #[error("is full")]
    Full,
    /// The browser did not answer; another tab may block it.
    #[error("did not answer within {0} ms")]
    TimedOut(u32),
    /// Anything else, in the browser's own words.
    #[error("failed: {0}")]
    Failed(String),
}

impl From<JsValue> for StorageError {
    /// Reads a `DOMException` or an error.
    fn from(thrown: JsValue) -> StorageError {
        let text = |name| js::get(&thrown, name).ok().and_then(|value| value.as_string());
        match text("name").as_deref() {
            None => StorageError::Absent,
            Some("QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED") => StorageError::Full,
            Some("SecurityError") => StorageError::Absent,
            Some(name) => StorageError::Failed(text("message").unwrap_or_else(|| name.to_owned())),
        }
    }
}
