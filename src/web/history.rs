//! The shopper's events: in memory at once, on the device soon after, shared by all tabs.
//!
//! A change is applied to the list in memory straight away, so that the next ranking sees it, and queued for
//! storage. Storage is read, changed and written in one go by one flush at a time; the list in memory is always
//! what storage last held, plus the changes still queued. Other tabs are told to read again.
//!
//! A place that fails is given up for the next one: IndexedDB, `localStorage`, memory. A later page finds
//! what was put into `localStorage` and moves it back into IndexedDB.

use super::js;
use super::log::{Change, Entry, Stored, apply, from_json, to_json};
use super::storage::{Place, StorageError};
use super::{indexed_db, local_storage};
use crate::EventKind;
use js_sys::{Array, Function, Promise};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::prelude::*;
use web_sys::BroadcastChannel;

/// A shopper's history, newest event first.
#[wasm_bindgen]
pub struct History {
    shared: Rc<Shared>,
    /// Listens to the other tabs until it is dropped.
    _on_message: Closure<dyn FnMut()>,
}

/// What flushes that are under way share with the object, and outlive it with.
struct Shared {
    name: String,
    limit: usize,
    /// Whether another place may be tried; if not, a failing place gives way to memory.
    automatic: bool,
    place: Cell<Place>,
    /// Whether `committed` is all there is on this device, or IndexedDB may hold more that could not be read.
    whole: Cell<bool>,
    /// What went wrong with storage, for people to read.
    problem: RefCell<String>,
    /// What storage held after the last flush.
    committed: RefCell<Vec<Entry>>,
    /// Changes that no flush has taken up yet.
    queue: RefCell<Vec<Change>>,
    /// `committed` and then `queue`.
    entries: RefCell<Vec<Entry>>,
    /// Another one after every change of `entries`, and never that of another history.
    stamp: Cell<u32>,
    /// Settles when the last flush that was asked for is done.
    last_flush: RefCell<Promise>,
    on_change: Option<Function>,
    channel: Option<BroadcastChannel>,
}

/// 1, 2, 3 and so on.
fn next_stamp() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

#[wasm_bindgen]
impl History {
    /// Opens the history `name` and reads it: the promise of a `History`, which never fails, but may end up in memory.
    ///
    /// `limit` is how many events are kept. `storage` is `indexeddb`, `localstorage` or `memory`, or anything else
    /// for the first of them that works. `on_change` is called without arguments after every change, another
    /// tab's included.
    pub fn open(name: String, limit: usize, storage: &str, on_change: Option<Function>) -> Promise {
        let place = [Place::IndexedDb, Place::LocalStorage, Place::Memory].into_iter().find(|p| p.name() == storage);
        let channel = match place {
            Some(Place::Memory) => None,
            _ => BroadcastChannel::new(&format!("vicino:{name}")).ok(),
        };
        let shared = Rc::new(Shared {
            name,
            limit,
            automatic: place.is_none(),
            place: Cell::new(place.unwrap_or(Place::IndexedDb)),
            whole: Cell::new(false),
            problem: RefCell::default(),
            committed: RefCell::default(),
            queue: RefCell::default(),
            entries: RefCell::default(),
            stamp: Cell::new(next_stamp()),
            last_flush: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
            on_change,
            channel,
        });
        js::run(async move {
            shared.start().await;
            let weak = Rc::downgrade(&shared);
            let on_message = Closure::new(move || {
                if let Some(shared) = weak.upgrade() {
                    let _ = shared.flush_later(true, 0.0);
                }
            });
            if let Some(channel) = &shared.channel {
                channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            }
            History { shared, _on_message: on_message }.into()
        })
    }

    /// Adds an event; the promise settles when it is stored.
    ///
    /// # Errors
    /// `option-invalid` for a kind that is none.
    pub fn record(&self, item_id: String, kind: &str, at_ms: f64) -> Result<Promise, JsValue> {
        let Some(kind) = EventKind::from_name(kind) else {
            return Err(js::error("option-invalid", "`kind`: expected view, cart or purchase"));
        };
        Ok(self.shared.change(Change::Add(Entry { at_ms, kind, item_id })))
    }

    /// Removes every event of an item, wherever this page can reach it.
    pub fn remove(&self, item_id: String) -> Promise {
        self.shared.change(Change::Remove(item_id))
    }

    /// Removes everything, wherever this page can reach it.
    pub fn clear(&self) -> Promise {
        self.shared.change(Change::Clear)
    }

    /// Adds the events of an exported history that are not there yet; the promise gives their number.
    ///
    /// # Errors
    /// `history-invalid` if the text is not a history; then nothing was added.
    pub fn import(&self, text: &str) -> Result<Promise, JsValue> {
        let imported = from_json(text, self.shared.limit)
            .map_err(|error| js::error("history-invalid", &error.to_string()))?
            .entries;
        Ok(self.shared.change(Change::Merge(imported)))
    }

    /// The whole history as JSON.
    pub fn export(&self) -> String {
        to_json(&self.shared.entries.borrow(), false)
    }

    /// All events, newest first: item, kind and time of each, one after the other.
    pub fn list(&self) -> Array {
        let list = Array::new();
        for entry in self.shared.entries.borrow().iter() {
            list.push(&entry.item_id.as_str().into());
            list.push(&entry.kind.name().into());
            list.push(&entry.at_ms.into());
        }
        list
    }

    /// Where the history is kept: `indexeddb`, `localstorage` or `memory`.
    #[wasm_bindgen(getter)]
    pub fn storage(&self) -> String {
        self.shared.place.get().name().to_owned()
    }

    /// What went wrong with storage; empty if nothing did.
    #[wasm_bindgen(getter)]
    pub fn problem(&self) -> String {
        self.shared.problem.borrow().clone()
    }
}

impl History {
    /// A number that changes with the events.
    pub(super) fn stamp(&self) -> u32 {
        self.shared.stamp.get()
    }

    /// Calls `visit` with the item id and the kind of every event, newest first.
    pub(super) fn for_each(&self, visit: &mut dyn FnMut(&str, EventKind)) {
        for entry in self.shared.entries.borrow().iter() {
            visit(&entry.item_id, entry.kind);
        }
    }
}

impl Drop for History {
    fn drop(&mut self) {
        // Flushes that are under way keep the channel, but the closure that it calls is about to go.
        if let Some(channel) = &self.shared.channel {
            channel.set_onmessage(None);
        }
    }
}

impl Shared {
    /// Reads the history, after moving what an earlier page had to leave in `localStorage`.
    async fn start(&self) {
        let mut batch = Vec::new();
        if self.automatic
            && let Ok(Some(text)) = local_storage::read(&self.name)
        {
            let left = self.read(Some(text));
            self.whole.set(left.whole);
            if left.whole {
                batch.push(Change::Clear);
            }
            batch.push(Change::Merge(left.entries));
        }
        let committed = self.store(&batch).await;
        if self.place.get() == Place::IndexedDb {
            self.whole.set(true);
            if !batch.is_empty() {
                let _ = local_storage::remove(&self.name);
            }
        } else if self.place.get() == Place::LocalStorage
            && let Err(error) = local_storage::probe(&self.name)
        {
            self.give_up(error);
        }
        self.entries.replace(committed.clone());
        self.stamp.set(next_stamp());
        self.committed.replace(committed);
    }

    /// Applies a change in memory, queues it for storage and gives the number of events that it added.
    fn change(self: &Rc<Self>, change: Change) -> Promise {
        let num_added = {
            let mut entries = self.entries.borrow_mut();
            let before = entries.clone();
            apply(&mut entries, &change, self.limit);
            self.stamp.set(next_stamp());
            entries.iter().filter(|entry| !before.contains(entry)).count()
        };
        self.queue.borrow_mut().push(change);
        self.changed();
        self.flush_later(false, num_added as f64)
    }

    /// Flushes after the flushes asked for before, then settles with `value`.
    ///
    /// `reads` makes the flush read storage even if nothing is left to write.
    fn flush_later(self: &Rc<Self>, reads: bool, value: f64) -> Promise {
        let shared = self.clone();
        let before = self.last_flush.borrow().clone();
        let flush = js::run(async move {
            let _ = before.await;
            shared.flush(reads).await;
            value.into()
        });
        let _ = self.last_flush.replace(flush.clone());
        flush
    }

    async fn flush(&self, reads: bool) {
        let batch = self.queue.take();
        if batch.is_empty() && !reads {
            return;
        }
        let committed = self.store(&batch).await;
        let mut entries = committed.clone();
        for change in self.queue.borrow().iter() {
            apply(&mut entries, change, self.limit);
        }
        self.committed.replace(committed);
        let differs = *self.entries.borrow() != entries;
        if differs {
            self.entries.replace(entries);
            self.stamp.set(next_stamp());
            self.changed();
        }
        if !batch.is_empty() {
            if let Some(channel) = &self.channel {
                let _ = channel.post_message(&JsValue::NULL);
            }
            self.forget_elsewhere(batch).await;
        }
    }

    /// Applies a batch to what is stored and gives the result; an empty batch only reads. Gives up places that fail.
    async fn store(&self, batch: &[Change]) -> Vec<Entry> {
        if batch.iter().any(|change| matches!(change, Change::Clear)) {
            self.whole.set(true);
        }
        let (mut limit, mut num_dropped) = (self.limit, 0);
        loop {
            let mut entries = Vec::new();
            let mut change = |text| {
                entries = self.read(text).entries;
                for change in batch {
                    apply(&mut entries, change, limit);
                }
                (!batch.is_empty()).then(|| to_json(&entries, self.whole.get()))
            };
            let outcome = match self.place.get() {
                Place::IndexedDb => indexed_db::update(&self.name, !batch.is_empty(), &mut change).await,
                Place::LocalStorage => local_storage::update(&self.name, &mut change),
                Place::Memory => {
                    entries = self.committed.borrow().clone();
                    for change in batch {
                        apply(&mut entries, change, limit);
                    }
                    Ok(())
                }
            };
            match outcome {
                Ok(()) => {
                    if num_dropped > 0 {
                        let place = self.place.get().name();
                        self.note(&format!("{place} was full: dropped the {num_dropped} oldest events"));
                    }
                    return entries;
                }
                // The older half matters least; half a history is better than one that ends with the page.
                Err(StorageError::Full) if num_dropped == 0 && entries.len() > 1 => {
                    limit = entries.len() / 2;
                    num_dropped = entries.len() - limit;
                }
                Err(error) => {
                    self.give_up(error);
                    (limit, num_dropped) = (self.limit, 0);
                }
            }
        }
    }

    /// Goes on to the next place, and takes along what is known.
    fn give_up(&self, error: StorageError) {
        let place = self.place.get();
        self.note(&format!("{} {error}", place.name()));
        self.place.set(Place::Memory);
        if place == Place::IndexedDb && self.automatic {
            let committed = self.committed.borrow().clone();
            let moved = if committed.is_empty() {
                local_storage::probe(&self.name)
            } else {
                let merge = Change::Merge(committed);
                local_storage::update(&self.name, &mut |text| {
                    let mut entries = self.read(text).entries;
                    apply(&mut entries, &merge, self.limit);
                    Some(to_json(&entries, self.whole.get()))
                })
            };
            match moved {
                Ok(()) => self.place.set(Place::LocalStorage),
                Err(error) => self.note(&format!("{} {error}", Place::LocalStorage.name())),
            }
        }
    }

    /// Removes from the other places, too, what was to be removed: a copy there would come back one day.
    async fn forget_elsewhere(&self, batch: Vec<Change>) {
        let batch: Vec<Change> =
            batch.into_iter().filter(|change| matches!(change, Change::Remove(_) | Change::Clear)).collect();
        if !self.automatic || batch.is_empty() {
            return;
        }
        let mut forget = |text: Option<String>| {
            let mut stored = from_json(&text?, self.limit).unwrap_or_default();
            for change in &batch {
                apply(&mut stored.entries, change, self.limit);
            }
            Some(to_json(&stored.entries, stored.whole))
        };
        let place = self.place.get();
        if place != Place::LocalStorage {
            let _ = local_storage::update(&self.name, &mut forget);
        }
        if place != Place::IndexedDb {
            let _ = indexed_db::update(&self.name, true, &mut forget).await;
        }
    }

    /// Reads a stored text; one that is no history counts as none, and is noted.
    fn read(&self, text: Option<String>) -> Stored {
        let Some(text) = text else { return Stored::default() };
        from_json(&text, self.limit).unwrap_or_else(|error| {
            self.note(&format!("what {} held was unreadable ({error}) and is replaced", self.place.get().name()));
            Stored::default()
        })
    }

    fn note(&self, problem: &str) {
        let mut all = self.problem.borrow_mut();
        if !all.ends_with(problem) {
            if !all.is_empty() {
                all.push_str("; ");
            }
            all.push_str(problem);
        }
    }

    fn changed(&self) {
        if let Some(on_change) = &self.on_change {
            let _ = on_change.call0(&JsValue::UNDEFINED);
        }
    }
}
