//! The browser's half in a real browser: storage, loading and ranking.
//!
//!     wasm-pack test --headless --chrome --no-default-features --features web
//!
//! `tiny.vicino` has 12 items; `cargo run --example parity -- tiny tests/web/tiny.vicino` writes it.
#![cfg(all(target_family = "wasm", feature = "web"))]

mod loading;
mod ranking;

use js_sys::{Array, Object, Promise, Reflect};
use vicino::web::{Engine, History, List, Opening};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::prelude::*;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const TINY: &[u8] = include_bytes!("tiny.vicino");

fn tiny() -> Engine {
    opened(TINY).expect("the small model opens")
}

/// Opens a model in small steps.
fn opened(bytes: &[u8]) -> Result<Engine, JsValue> {
    finish(Opening::new(bytes)?)
}

fn finish(mut opening: Opening) -> Result<Engine, JsValue> {
    loop {
        if let Some(engine) = opening.advance(5)? {
            return Ok(engine);
        }
    }
}

async fn open(name: &str, limit: usize, storage: &str) -> History {
    let opened = History::open(name.to_owned(), limit, storage, None).await.expect("a history always opens");
    History::try_from_js_value(opened).expect("a History")
}

/// A history of its own, in memory, with these items viewed in this order.
async fn viewed(item_ids: &[&str]) -> History {
    let history = open("ranking", 50, "memory").await;
    for (number, item_id) in item_ids.iter().enumerate() {
        record(&history, item_id, number as f64).await;
    }
    history
}

async fn record(history: &History, item_id: &str, at_ms: f64) {
    history.record(item_id.to_owned(), "view", at_ms).expect("a kind that is known").await.expect("never fails");
}

/// The ids of a history, newest first.
fn ids(history: &History) -> Vec<String> {
    every(&history.list(), 3)
}

/// The strings at every `step`th place of a flat array.
fn every(flat: &Array, step: usize) -> Vec<String> {
    flat.iter().step_by(step).map(|value| value.as_string().expect("an id")).collect()
}

fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).expect("a property")
}

/// Options for a list of `k`.
fn options(k: u32, more: &[(&str, JsValue)]) -> JsValue {
    let options = Object::new();
    for (name, value) in [("k", k.into()), ("exclude", Array::new().into())].iter().chain(more) {
        Reflect::set(&options, &(*name).into(), value).expect("a plain object");
    }
    options.into()
}

/// Lists what an object of options asks for, as the package does.
fn numbers(
    engine: &Engine,
    which: List,
    history: &History,
    items: &[&str],
    options: &JsValue,
) -> Result<Vec<u32>, JsValue> {
    let items = items.iter().map(|item| JsValue::from(*item)).collect();
    let option = |name: &str| get(options, name);
    engine.list(
        which,
        history,
        Some(items),
        option("k").as_f64().expect("a number"),
        option("repeats").is_truthy(),
        option("explain").is_truthy(),
        option("seed").as_f64().unwrap_or(f64::NAN),
        option("exclude").dyn_into().ok(),
        option("categories").dyn_into().ok(),
        option("predicate").dyn_into().ok(),
    )
}

fn list(engine: &Engine, which: List, history: &History, items: &[&str], options: &JsValue) -> Vec<String> {
    let numbers = numbers(engine, which, history, items, options).expect("no predicate throws");
    numbers.iter().step_by(2).map(|&item| engine.id(item)).collect()
}

async fn sleep(delay_ms: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        let set_timeout: js_sys::Function = get(&js_sys::global(), "setTimeout").unchecked_into();
        set_timeout.call2(&JsValue::UNDEFINED, &resolve, &delay_ms.into()).expect("a timer");
    });
    promise.await.expect("a timer ends");
}

/// Waits until `done`, for 5 seconds at most.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        sleep(10).await;
    }
    panic!("did not happen within 5 s");
}
