//! The browser's half in a real browser: loading and ranking.
//!
//!     wasm-pack test --headless --chrome --no-default-features --features web
//!
//! `tiny.vicino` has 12 items; `cargo run --example parity -- tiny tests/web/tiny.vicino` writes it.
#![cfg(all(target_family = "wasm", feature = "web"))]

mod loading;
mod ranking;

use js_sys::Function;
use vicino::web::Engine;
use wasm_bindgen::prelude::*;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const TINY: &[u8] = include_bytes!("tiny.vicino");

fn tiny() -> Engine {
    Engine::new(TINY.to_vec()).expect("the small model opens")
}

/// The numbers of items with these ids.
fn items(engine: &Engine, ids: &str) -> Vec<u32> {
    engine.items(ids.as_bytes()).expect("a good file")
}

fn id(engine: &Engine, item: u32) -> String {
    engine.id(item).expect("a good file")
}

/// The words of an event of no age.
fn event(item: u32, kind: u32) -> [u32; 6] {
    let unknown = f32::NAN.to_bits();
    [item, kind, 0, unknown, unknown, unknown]
}

/// The small model with a history of views of these items, the oldest first.
fn viewed(item_ids: &[&str]) -> Engine {
    let mut engine = tiny();
    let mut items = items(&engine, &item_ids.join("\0"));
    items.reverse();
    engine.set_history(&items.iter().flat_map(|&item| event(item, 0)).collect::<Vec<_>>());
    engine
}

const FOR_YOU: u32 = 0;
const RELATED: u32 = 1;
const TOGETHER: u32 = 2;
const TRENDING: u32 = 4;

/// A request for a list, as the package writes it.
#[derive(Clone, Default)]
struct Request {
    source: u32,
    k: u32,
    repeats: bool,
    explain: bool,
    seed: Option<u32>,
    exclude: Vec<u32>,
    items: Vec<u32>,
    filter: Vec<u32>,
    predicate: Option<Function>,
}

impl Request {
    fn new(source: u32, k: u32) -> Request {
        Request { source, k, ..Request::default() }
    }

    fn words(&self) -> Vec<u32> {
        let flags = u32::from(self.repeats) | u32::from(self.explain) << 1 | u32::from(self.seed.is_some()) << 2;
        let usual = f32::NAN.to_bits();
        let mut words = vec![self.source, flags, self.k, self.seed.unwrap_or(0), 0, 0, 0, 0, usual];
        for part in [&self.exclude, &self.items, &vec![], &self.filter, &vec![], &vec![]] {
            words.push(part.len() as u32);
            words.extend(part);
        }
        words
    }

    fn numbers(&self, engine: &Engine) -> Result<Vec<u32>, JsValue> {
        engine.list(&self.words(), self.predicate.clone().map(JsCast::unchecked_into))
    }

    /// The ids of the list.
    fn list(&self, engine: &Engine) -> Vec<String> {
        let numbers = self.numbers(engine).expect("no predicate throws");
        numbers.iter().step_by(if self.explain { 3 } else { 2 }).map(|&item| id(engine, item)).collect()
    }
}
