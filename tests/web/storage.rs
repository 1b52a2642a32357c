//! Histories in the browser's real storage.

use super::{get, ids, open, record, until, viewed};
use js_sys::{Function, Promise, Reflect, global};
use std::cell::Cell;
use std::rc::Rc;
use vicino::web::History;
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest, Storage};

fn local_storage() -> Storage {
    get(&global(), "localStorage").into()
}

fn indexed_db() -> IdbFactory {
    get(&global(), "indexedDB").into()
}

/// Waits for the first of these events.
async fn event(target: &JsValue, names: &[&str]) -> JsValue {
    let add: Function = get(target, "addEventListener").into();
    let promise = Promise::new(&mut |resolve, _| {
        for name in names {
            add.call2(target, &(*name).into(), &resolve).expect("a listener");
        }
    });
    promise.await.expect("an event")
}

/// Opens a database by hand.
async fn database(name: &str, version: u32) -> IdbDatabase {
    let request = indexed_db().open_with_u32(name, version).expect("an IndexedDB");
    event(&request, &["success"]).await;
    request.result().expect("a database").unchecked_into()
}

#[wasm_bindgen_test]
async fn events_are_there_when_the_history_is_opened_again() {
    let history = open("again", 200, "auto").await;
    assert_eq!(history.storage(), "indexeddb");
    assert_eq!(history.problem(), "");
    record(&history, "a", 1.0).await;
    record(&history, "größe 商品", 2.0).await;
    history.record("a".into(), "purchase", 3.0).unwrap().await.unwrap();
    drop(history);
    let again = open("again", 200, "auto").await;
    assert_eq!(ids(&again), ["a", "größe 商品", "a"]);
    assert_eq!(again.list().get(1).as_string().unwrap(), "purchase");
    assert_eq!(again.list().get(2).as_f64(), Some(3.0));
}

#[wasm_bindgen_test]
async fn a_recorded_event_is_listed_at_once() {
    let history = open("at once", 200, "auto").await;
    let stored = history.record("a".into(), "view", 1.0).unwrap();
    assert_eq!(ids(&history), ["a"]);
    stored.await.unwrap();
    assert_eq!(ids(&history), ["a"]);
}

#[wasm_bindgen_test]
async fn the_newest_come_first_and_the_oldest_go() {
    let history = open("cap", 3, "auto").await;
    for (item_id, at_ms) in [("c", 3.0), ("a", 1.0), ("e", 5.0), ("d", 4.0), ("b", 2.0)] {
        record(&history, item_id, at_ms).await;
    }
    assert_eq!(ids(&history), ["e", "d", "c"]);
    assert_eq!(ids(&open("cap", 200, "auto").await), ["e", "d", "c"]);
}

#[wasm_bindgen_test]
async fn an_item_can_be_removed() {
    let history = open("remove", 200, "auto").await;
    for (number, item_id) in ["a", "b", "a", "c"].into_iter().enumerate() {
        record(&history, item_id, number as f64).await;
    }
    history.remove("a".into()).await.unwrap();
    assert_eq!(ids(&history), ["c", "b"]);
    assert_eq!(ids(&open("remove", 200, "auto").await), ["c", "b"]);
}

#[wasm_bindgen_test]
async fn everything_can_be_cleared() {
    let history = open("clear", 200, "auto").await;
    record(&history, "a", 1.0).await;
    history.clear().await.unwrap();
    assert!(ids(&history).is_empty());
    assert!(ids(&open("clear", 200, "auto").await).is_empty());
}

#[wasm_bindgen_test]
async fn an_export_can_be_imported_and_nothing_doubles() {
    let from = open("export", 200, "auto").await;
    record(&from, "a \"quoted\" \\ id", 1.0).await;
    record(&from, "b", 2.5).await;
    let to = open("import", 200, "auto").await;
    record(&to, "b", 2.5).await;
    let text = from.export();
    assert_eq!(to.import(&text).unwrap().await.unwrap().as_f64(), Some(1.0));
    assert_eq!(to.import(&text).unwrap().await.unwrap().as_f64(), Some(0.0));
    assert_eq!(ids(&to), ["b", "a \"quoted\" \\ id"]);
    assert_eq!(to.export(), text);
    assert_eq!(ids(&open("import", 200, "auto").await).len(), 2);
}

#[wasm_bindgen_test]
async fn what_is_no_history_is_not_imported() {
    let history = viewed(&["a"]).await;
    for (text, hint) in [
        ("", "JSON"),
        ("[1, 2", "JSON"),
        ("3", "not a history"),
        ("{\"events\": []}", "not a history"),
        (r#"{"format":"vicino-history","version":9,"events":[]}"#, "update"),
        (r#"{"format":"vicino-history","version":1,"events":[{"item":"x","kind":"view","at":1},7]}"#, "event 1"),
        (r#"{"format":"vicino-history","version":1,"events":[{"item":"","kind":"view","at":1}]}"#, "`item`"),
        (r#"{"format":"vicino-history","version":1,"events":[{"item":"x","kind":"look","at":1}]}"#, "`kind`"),
        (r#"{"format":"vicino-history","version":1,"events":[{"item":"x","kind":"view","at":"now"}]}"#, "`at`"),
    ] {
        let error = history.import(text).expect_err(text);
        assert_eq!(get(&error, "code").as_string().unwrap(), "history-invalid");
        let message = get(&error, "message").as_string().unwrap();
        assert!(message.contains(hint), "{text}: {message}");
    }
    assert_eq!(ids(&history), ["a"]);
}

#[wasm_bindgen_test]
async fn a_kind_that_is_none_is_refused() {
    let history = viewed(&[]).await;
    let error = history.record("a".into(), "look", 1.0).expect_err("no such kind");
    assert_eq!(get(&error, "code").as_string().unwrap(), "option-invalid");
}

#[wasm_bindgen_test]
async fn two_histories_of_one_name_agree() {
    let changes = Rc::new(Cell::new(0));
    let counter = changes.clone();
    let on_change = Closure::<dyn FnMut()>::new(move || counter.set(counter.get() + 1)).into_js_value();
    let one = open("tabs", 200, "auto").await;
    let opened = History::open("tabs".into(), 200, "auto", Some(on_change.unchecked_into())).await.unwrap();
    let other = History::try_from_js_value(opened).unwrap();
    record(&one, "a", 1.0).await;
    until(|| ids(&other) == ["a"]).await;
    assert_eq!(changes.get(), 1);
    record(&other, "b", 2.0).await;
    until(|| ids(&one) == ["b", "a"]).await;
    one.clear().await.unwrap();
    until(|| ids(&other).is_empty()).await;
}

#[wasm_bindgen_test]
async fn histories_that_write_at_once_lose_nothing() {
    let (one, other) = (open("race", 200, "auto").await, open("race", 200, "auto").await);
    let mut promises = Vec::new();
    for number in 0..20 {
        let writer = if number % 2 == 0 { &one } else { &other };
        promises.push(writer.record(format!("item {number}"), "view", f64::from(number)).unwrap());
    }
    for promise in promises {
        promise.await.unwrap();
    }
    assert_eq!(ids(&open("race", 200, "auto").await).len(), 20);
    until(|| ids(&one).len() == 20 && ids(&other).len() == 20).await;
}

#[wasm_bindgen_test]
async fn events_recorded_before_the_object_is_dropped_are_stored() {
    let history = open("dropped", 200, "auto").await;
    let stored = history.record("a".into(), "view", 1.0).unwrap();
    drop(history);
    stored.await.unwrap();
    assert_eq!(ids(&open("dropped", 200, "auto").await), ["a"]);
}

#[wasm_bindgen_test]
async fn local_storage_keeps_a_history_too() {
    let history = open("local", 3, "localstorage").await;
    assert_eq!(history.storage(), "localstorage");
    for number in 0..5 {
        record(&history, &format!("item {number}"), f64::from(number)).await;
    }
    let other = open("local", 3, "localstorage").await;
    assert_eq!(ids(&other), ["item 4", "item 3", "item 2"]);
    other.remove("item 3".into()).await.unwrap();
    until(|| ids(&history) == ["item 4", "item 2"]).await;
    history.clear().await.unwrap();
    assert!(ids(&open("local", 3, "localstorage").await).is_empty());
}

#[wasm_bindgen_test]
async fn memory_keeps_a_history_to_itself() {
    let history = open("private", 200, "memory").await;
    record(&history, "a", 1.0).await;
    assert_eq!(history.storage(), "memory");
    assert!(ids(&open("private", 200, "auto").await).is_empty());
}

#[wasm_bindgen_test]
async fn a_full_local_storage_drops_the_older_half_then_gives_way() {
    let storage = local_storage();
    let history = open("full", 200, "localstorage").await;
    for number in 0..40 {
        record(&history, &format!("item {number}"), f64::from(number)).await;
    }
    // Fill what is left, in ever smaller pieces.
    let mut piece = 1 << 22;
    for number in 0.. {
        while piece > 0 && storage.set_item(&format!("ballast {number}"), &"x".repeat(piece)).is_err() {
            piece /= 2;
        }
        if piece == 0 {
            break;
        }
    }
    record(&history, "one more", 41.0).await;
    let (place, problem, listed) = (history.storage(), history.problem(), ids(&history));
    // With half a history there is room for it again; a single event that is too long has none anywhere.
    let long = "x".repeat(100_000);
    record(&history, &long, 42.0).await;
    let (place_after, problem_after) = (history.storage(), history.problem());
    storage.clear().unwrap();

    assert_eq!(place, "localstorage");
    assert_eq!((listed.len(), listed[0].as_str()), (20, "one more"));
    assert!(problem.contains("dropped the 21 oldest"), "{problem:?}");
    assert_eq!(place_after, "memory");
    assert!(problem_after.contains("localstorage is full"), "{problem_after:?}");
    assert_eq!(ids(&history)[0], long);
}

#[wasm_bindgen_test]
async fn a_blocked_indexed_db_gives_way_to_local_storage_and_back() {
    // A connection that refuses to go blocks the deletion, and that blocks whoever opens after it.
    let holder = database("blocked", 1).await;
    let deletion: IdbOpenDbRequest = indexed_db().delete_database("blocked").unwrap();
    event(&deletion, &["blocked"]).await;
    let history = open("blocked", 200, "auto").await;
    assert_eq!(history.storage(), "localstorage");
    let problem = history.problem();
    assert!(problem.contains("did not answer"), "{problem:?}");
    record(&history, "a", 1.0).await;
    drop(history);
    assert!(local_storage().get_item("blocked").unwrap().is_some());

    holder.close();
    event(&deletion, &["success"]).await;
    let healthy = open("blocked", 200, "auto").await;
    assert_eq!(healthy.storage(), "indexeddb");
    assert_eq!(ids(&healthy), ["a"]);
    assert_eq!(local_storage().get_item("blocked").unwrap(), None);
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_gives_way() {
    database("newer", 7).await.close();
    let history = open("newer", 200, "auto").await;
    assert_eq!(history.storage(), "localstorage");
    assert!(history.problem().contains("indexeddb failed"), "{}", history.problem());
    let asked = open("newer", 200, "indexeddb").await;
    assert_eq!(asked.storage(), "memory");
}

#[wasm_bindgen_test]
async fn a_database_can_be_deleted_under_an_open_history() {
    let history = open("deleted", 200, "auto").await;
    record(&history, "a", 1.0).await;
    let deletion: IdbOpenDbRequest = indexed_db().delete_database("deleted").unwrap();
    let happened = event(&deletion, &["success", "blocked"]).await;
    assert_eq!(get(&happened, "type").as_string().unwrap(), "success");
    record(&history, "b", 2.0).await;
    assert_eq!(history.storage(), "indexeddb");
    assert_eq!(ids(&history), ["b"]);
}

#[wasm_bindgen_test]
async fn unreadable_storage_is_replaced_and_reported() {
    local_storage().set_item("unreadable", "{ not ours").unwrap();
    let history = open("unreadable", 200, "localstorage").await;
    assert!(ids(&history).is_empty());
    assert!(history.problem().contains("unreadable"));
    record(&history, "a", 1.0).await;
    assert_eq!(ids(&open("unreadable", 200, "localstorage").await), ["a"]);
}

/// Replaces a property of the global object until dropped.
struct Replaced(&'static str);

impl Replaced {
    fn new(name: &'static str, value: &JsValue) -> Replaced {
        define(name, value);
        Replaced(name)
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        ORIGINALS.with(|originals| define(self.0, &get(originals, self.0)));
    }
}

/// Assigning does nothing to what a window offers only to read.
fn define(name: &str, value: &JsValue) {
    let descriptor = js_sys::Object::new();
    Reflect::set(&descriptor, &"value".into(), value).unwrap();
    Reflect::set(&descriptor, &"configurable".into(), &true.into()).unwrap();
    js_sys::Object::define_property(&global(), &name.into(), &descriptor);
}

thread_local! {
    static ORIGINALS: JsValue = {
        let originals = js_sys::Object::new();
        for name in ["indexedDB", "localStorage"] {
            Reflect::set(&originals, &name.into(), &get(&global(), name)).unwrap();
        }
        originals.into()
    };
}

#[wasm_bindgen_test]
async fn absent_storage_ends_up_in_memory() {
    ORIGINALS.with(|_| ());
    let no_database = Replaced::new("indexedDB", &JsValue::UNDEFINED);
    let history = open("absent", 200, "auto").await;
    assert_eq!(history.storage(), "localstorage");
    let no_storage = Replaced::new("localStorage", &JsValue::NULL);
    let history = open("absent", 200, "auto").await;
    record(&history, "a", 1.0).await;
    drop((no_database, no_storage));
    assert_eq!(history.storage(), "memory");
    assert_eq!(ids(&history), ["a"]);
    let problem = history.problem();
    assert!(problem.contains("indexeddb is absent") && problem.contains("localstorage is absent"), "{problem}");
}

#[wasm_bindgen_test]
async fn clearing_a_fallback_clears_indexed_db_when_it_is_back() {
    ORIGINALS.with(|_| ());
    let history = open("cleared", 200, "auto").await;
    record(&history, "old", 1.0).await;
    drop(history);
    let no_database = Replaced::new("indexedDB", &JsValue::UNDEFINED);
    let fallback = open("cleared", 200, "auto").await;
    record(&fallback, "new", 2.0).await;
    fallback.clear().await.unwrap();
    drop((fallback, no_database));
    assert!(ids(&open("cleared", 200, "auto").await).is_empty());
}
