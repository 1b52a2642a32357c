//! The first choice: one text in IndexedDB, read, changed and written within one transaction.
//!
//! A connection lives for one transaction only. So it never stands in the way of another tab's upgrade or
//! deletion of the database, there is nothing to reopen when the browser closes it, and two tabs that write at
//! the same moment queue up in the browser and lose nothing.

use super::js::{self, first_event};
use super::storage::StorageError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbTransaction, IdbTransactionMode};

const STORE: &str = "history";
const KEY: &str = "events";
const VERSION: u32 = 1;
/// How long to wait for the browser before storage counts as blocked. A healthy one takes a few ms; a page
/// that waits at its start for a blocked one should not do so for longer.
const DEADLINE_MS: u32 = 2_000;

/// Reads the text in the database `name` and writes what `change` makes of it, within one transaction.
///
/// `change` returning `None` writes nothing; `writes` says whether it may return a text at all.
///
/// # Errors
/// The browser's, or [`StorageError::TimedOut`]; then nothing was written.
pub(super) async fn update(
    name: &str,
    writes: bool,
    change: &mut dyn FnMut(Option<String>) -> Option<String>,
) -> Result<(), StorageError> {
    let database = connect(name).await?;
    let outcome = transact(&database, writes, change).await;
    database.close();
    outcome
}

async fn connect(name: &str) -> Result<IdbDatabase, StorageError> {
    let factory: IdbFactory = js::global("indexedDB")?.unchecked_into();
    let request = factory.open_with_u32(name, VERSION)?;
    let event = first_event(&request, &["success", "error", "upgradeneeded", "blocked"], Some(DEADLINE_MS)).await;
    if event.is_empty() || event == "blocked" {
        // It may still open one day, and would then block others if nobody closed it.
        let _ = js::run(async move {
            let event = first_event(&request, &["success", "error", "upgradeneeded"], None).await;
            if let Ok(database) = opened(&request, event).await {
                database.close();
            }
            JsValue::UNDEFINED
        });
        return Err(StorageError::TimedOut(DEADLINE_MS));
    }
    opened(&request, event).await
}

/// Takes a request to open from its first event to its result.
async fn opened(request: &IdbOpenDbRequest, mut event: String) -> Result<IdbDatabase, StorageError> {
    if event == "upgradeneeded" {
        request.result()?.unchecked_into::<IdbDatabase>().create_object_store(STORE)?;
        event = first_event(request, &["success", "error"], None).await;
    }
    if event == "success" {
        Ok(request.result()?.unchecked_into())
    } else {
        Err(JsValue::from(request.error()?).into())
    }
}

async fn transact(
    database: &IdbDatabase,
    writes: bool,
    change: &mut dyn FnMut(Option<String>) -> Option<String>,
) -> Result<(), StorageError> {
    let mode = if writes { IdbTransactionMode::Readwrite } else { IdbTransactionMode::Readonly };
    let transaction = database.transaction_with_str_and_mode(STORE, mode)?;
    let store = transaction.object_store(STORE)?;
    let reading = store.get(&KEY.into())?;
    if first_event(&reading, &["success", "error"], Some(DEADLINE_MS)).await != "success" {
        return Err(failed(&transaction));
    }
    if let Some(text) = change(reading.result()?.as_string()) {
        store.put_with_key(&text.into(), &KEY.into())?;
        if first_event(&transaction, &["complete", "abort"], Some(DEADLINE_MS)).await != "complete" {
            return Err(failed(&transaction));
        }
    }
    Ok(())
}

/// Ends a transaction that went wrong or got stuck, and says why.
fn failed(transaction: &IdbTransaction) -> StorageError {
    match transaction.error() {
        Some(error) => JsValue::from(error).into(),
        None => {
            let _ = transaction.abort();
            StorageError::TimedOut(DEADLINE_MS)
        }
    }
}
