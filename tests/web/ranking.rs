//! Lists: how long they are, what restricts them, and what they say.

use super::{FOR_YOU, RELATED, Request, TOGETHER, TRENDING, event, id, items, tiny, viewed};
use js_sys::{Error, Function};
use std::cell::Cell;
use std::rc::Rc;
use vicino::rank::words;
use vicino::web::Engine;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

fn predicate(of: impl FnMut(u32) -> Result<bool, JsValue> + 'static) -> Option<Function> {
    Some(Closure::<dyn FnMut(u32) -> Result<bool, JsValue>>::new(of).into_js_value().unchecked_into())
}

/// The filter of items that are in one of some categories, by number.
fn of_categories(bits: u32) -> Vec<u32> {
    vec![0, 0, 1, bits]
}

#[wasm_bindgen_test]
fn a_list_has_k_items_whenever_k_are_allowed() {
    let engine = viewed(&["sku-0", "größe 1"]);
    let items = items(&engine, "sku-5");
    for k in [0, 1, 5, 10] {
        for source in [FOR_YOU, RELATED, TOGETHER, TRENDING] {
            let listed = Request { items: items.clone(), ..Request::new(source, k) }.list(&engine);
            assert_eq!(listed.len(), k as usize, "{source}");
        }
    }
    // 12 items, of which the history holds two.
    assert_eq!(Request::new(FOR_YOU, 50).list(&engine).len(), 10);
    assert_eq!(Request { repeats: true, ..Request::new(FOR_YOU, 50) }.list(&engine).len(), 12);
}

#[wasm_bindgen_test]
fn an_empty_history_lists_what_is_popular() {
    let engine = tiny();
    assert_eq!(Request::new(FOR_YOU, 12).list(&engine), Request::new(TRENDING, 12).list(&engine));
}

#[wasm_bindgen_test]
fn ids_become_numbers_in_one_go() {
    let engine = tiny();
    assert_eq!(
        items(&engine, "sku-0\0gone\0sku-0"),
        [items(&engine, "sku-0")[0], u32::MAX, items(&engine, "sku-0")[0]]
    );
    assert_eq!(id(&engine, items(&engine, "größe 1")[0]), "größe 1");
}

#[wasm_bindgen_test]
fn items_that_the_model_does_not_know_are_ignored() {
    let (known, mixed) = (viewed(&["sku-0"]), viewed(&["sku-0", "gone"]));
    let trending = Request::new(TRENDING, 12).list(&known);
    for source in [RELATED, TOGETHER] {
        assert_eq!(Request { items: vec![u32::MAX], ..Request::new(source, 12) }.list(&known), trending);
    }
    // One event more comes before, so that scores are lower.
    assert_eq!(Request::new(FOR_YOU, 12).list(&mixed), Request::new(FOR_YOU, 12).list(&known));
}

#[wasm_bindgen_test]
fn excluded_items_are_not_listed() {
    let engine = viewed(&["sku-0"]);
    let listed = Request { exclude: items(&engine, "sku-5\0größe 6\0gone"), ..Request::new(FOR_YOU, 12) }.list(&engine);
    assert_eq!(listed.len(), 9);
    assert!(!listed.contains(&"sku-5".to_owned()) && !listed.contains(&"größe 6".to_owned()));
}

#[wasm_bindgen_test]
fn an_item_that_is_not_wanted_is_not_listed() {
    let mut engine = tiny();
    let items = items(&engine, "sku-0\0sku-5");
    engine.set_history(&[event(items[0], words::VIEW), event(items[1], words::NOT_WANTED)].concat());
    let listed = Request { repeats: true, ..Request::new(FOR_YOU, 12) }.list(&engine);
    assert_eq!(listed.len(), 11);
    assert!(!listed.contains(&"sku-5".to_owned()));
}

#[wasm_bindgen_test]
fn an_item_that_was_shown_and_ignored_sinks() {
    let mut engine = tiny();
    let scores = |engine: &Engine| {
        let flat = Request::new(FOR_YOU, 12).numbers(engine).expect("a list");
        flat.chunks(2).map(|pair| (pair[0], f32::from_bits(pair[1]))).collect::<Vec<_>>()
    };
    let views = event(items(&engine, "sku-0")[0], words::VIEW);
    engine.set_history(&views);
    let (item, score) = scores(&engine)[0];
    // Eight impressions halve the factor, of which the usual fatigue of 0.5 takes half.
    let shown = [item, words::SHOWN, 0, 8f32.to_bits(), 0, 0];
    engine.set_history(&[views, shown].concat());
    let sunk = scores(&engine).into_iter().find(|&(of, _)| of == item).expect("still listed");
    assert_eq!(sunk.1, score * 0.75);
    engine.set_history(&views);
    assert_eq!(scores(&engine)[0], (item, score));
}

#[wasm_bindgen_test]
fn a_filter_restricts_the_list() {
    let mut engine = tiny();
    let of = |engine: &Engine, filter: Vec<u32>| {
        let flat = Request { filter, ..Request::new(TRENDING, 12) }.numbers(engine).expect("a list");
        let categories: Vec<u32> = flat.iter().step_by(2).map(|&item| engine.category(item)).collect();
        (flat.len() / 2, categories)
    };
    // Items 0, 5 and 10 are shoes, the first category; but every seventh item has none.
    assert_eq!(of(&engine, of_categories(1)), (3, vec![0; 3]));
    assert_eq!(of(&engine, of_categories(1 | 1 << 4)).0, 5);
    assert_eq!(of(&engine, of_categories(0)).0, 0);
    let (items, price) = (items(&engine, "sku-0\0sku-5"), |price: f32| price.to_bits());
    engine.update(3, &[items[0], price(10.0), items[1], price(20.0)]);
    assert_eq!(of(&engine, vec![1, price(5.0), price(10.0)]).0, 1);
    assert_eq!(of(&engine, vec![1, price(5.0), price(25.0), 5]).0, 10);
    engine.update(3, &[]);
    assert_eq!(of(&engine, vec![1, price(5.0), price(25.0)]).0, 0);
}

#[wasm_bindgen_test]
fn a_predicate_is_called_no_more_often_than_needed() {
    let engine = viewed(&["sku-0"]);
    let num_calls = Rc::new(Cell::new(0));
    let counter = num_calls.clone();
    let all = predicate(move |_| {
        counter.set(counter.get() + 1);
        Ok(true)
    });
    assert_eq!(Request { predicate: all, ..Request::new(FOR_YOU, 4) }.list(&engine).len(), 4);
    assert_eq!(num_calls.get(), 4);
}

#[wasm_bindgen_test]
fn what_a_predicate_throws_comes_through() {
    let engine = viewed(&["sku-0"]);
    let thrown: JsValue = Error::new("the shop's own").into();
    let own = thrown.clone();
    let throws = predicate(move |_| Err(own.clone()));
    let result = Request { predicate: throws, ..Request::new(FOR_YOU, 3) }.numbers(&engine);
    assert_eq!(result.err(), Some(thrown));
    assert_eq!(Request::new(FOR_YOU, 3).list(&engine).len(), 3);
}

#[wasm_bindgen_test]
fn a_predicate_may_rank_in_its_turn() {
    let engine = Rc::new(viewed(&["sku-0"]));
    let inner_engine = engine.clone();
    let nested = predicate(move |item| {
        let related = Request { items: vec![item], ..Request::new(RELATED, 2) }.list(&inner_engine);
        Ok(related.len() == 2)
    });
    let plain = Request::new(FOR_YOU, 5).list(&engine);
    assert_eq!(Request { predicate: nested, ..Request::new(FOR_YOU, 5) }.list(&engine), plain);
}

#[wasm_bindgen_test]
fn reasons_add_up_to_one() {
    let engine = viewed(&["sku-0", "größe 1", "商品/2"]);
    let flat = Request { explain: true, ..Request::new(FOR_YOU, 12) }.numbers(&engine).expect("a list");
    let mut num_explained = 0;
    let mut at = 0;
    while at < flat.len() {
        let (score, end) = (f32::from_bits(flat[at + 1]), at + 3 + 2 * flat[at + 2] as usize);
        let total: f32 = flat[at + 3..end].iter().skip(1).step_by(2).map(|&share| f32::from_bits(share)).sum();
        at = end;
        assert_eq!(score > 0.0, (total - 1.0).abs() < 1e-5, "score {score}, shares {total}");
        num_explained += u32::from(score > 0.0);
    }
    assert!(num_explained > 0);
}

#[wasm_bindgen_test]
fn a_seed_gives_the_same_list_again() {
    let engine = tiny();
    let seeded = |seed: u32| Request { seed: Some(seed), ..Request::new(TRENDING, 12) }.list(&engine);
    assert_eq!(seeded(7), seeded(7));
    assert!((0..20).any(|seed| seeded(seed) != seeded(7)));
}

#[wasm_bindgen_test]
fn a_request_that_ends_early_or_is_none_is_an_error() {
    let engine = viewed(&["sku-0"]);
    let filter = of_categories(3);
    let whole = Request { filter, items: vec![1], exclude: vec![2], ..Request::new(RELATED, 3) }.words();
    assert!(engine.list(&whole, None).is_ok());
    for len in 0..whole.len() {
        let error = engine.list(&whole[..len], None).expect_err("too short");
        assert_eq!(js_sys::Error::from(error).message(), "no request", "{len}");
    }
    // Whatever stands in the place of a word, nothing panics.
    for at in 0..whole.len() {
        for odd in [0, 1, 7, u32::MAX, f32::NAN.to_bits()] {
            let mut words = whole.clone();
            words[at] = odd;
            if at != 2 {
                let _ = engine.list(&words, None);
            }
        }
    }
}

#[wasm_bindgen_test]
fn nonsense_never_panics() {
    let mut engine = tiny();
    let nan = f32::NAN.to_bits();
    engine.set_history(&[u32::MAX, 9, nan, nan, nan, nan, 1, words::SHOWN, nan, nan, 0, 0, 1, 0]);
    engine.update(9, &[1, 1]);
    engine.update(0, &[u32::MAX, 7, 1]);
    assert_eq!(Request::new(FOR_YOU, u32::MAX).list(&engine).len(), 12);
    let not_callable: Function = JsValue::from(4).unchecked_into();
    let result = Request { predicate: Some(not_callable), ..Request::new(TRENDING, 2) }.numbers(&engine);
    assert!(result.is_err());
    assert_eq!(id(&engine, u32::MAX), "");
    assert_eq!(engine.category(u32::MAX), u32::MAX);
}
