//! Lists: how long they are, what restricts them, and what they say.

use super::{list, numbers, open, options, tiny, viewed};
use js_sys::{Array, Error, Function};
use std::cell::Cell;
use std::rc::Rc;
use vicino::web::List;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

fn names(names: &[&str]) -> JsValue {
    names.iter().map(|name| JsValue::from(*name)).collect::<Array>().into()
}

fn predicate(of: impl FnMut(u32) -> Result<bool, JsValue> + 'static) -> JsValue {
    Closure::<dyn FnMut(u32) -> Result<bool, JsValue>>::new(of).into_js_value()
}

#[wasm_bindgen_test]
async fn a_list_has_k_items_whenever_k_are_allowed() {
    let (engine, history) = (tiny(), viewed(&["sku-0", "größe 1"]).await);
    for k in [0, 1, 5, 10] {
        for which in [List::ForYou, List::Related, List::BoughtTogether, List::Trending] {
            let listed = list(&engine, which, &history, &["sku-5"], &options(k, &[]));
            assert_eq!(listed.len(), k as usize, "{which:?}");
        }
    }
    // 12 items, of which the history holds two.
    assert_eq!(list(&engine, List::ForYou, &history, &[], &options(50, &[])).len(), 10);
    let repeats = options(50, &[("repeats", true.into())]);
    assert_eq!(list(&engine, List::ForYou, &history, &[], &repeats).len(), 12);
}

#[wasm_bindgen_test]
async fn an_empty_history_lists_what_is_popular() {
    let (engine, history) = (tiny(), viewed(&[]).await);
    let for_you = list(&engine, List::ForYou, &history, &[], &options(12, &[]));
    assert_eq!(for_you, list(&engine, List::Trending, &history, &[], &options(12, &[])));
}

#[wasm_bindgen_test]
async fn ids_that_the_model_does_not_know_are_ignored() {
    let engine = tiny();
    let (known, mixed) = (viewed(&["sku-0"]).await, viewed(&["sku-0", "gone", "lost"]).await);
    let all = options(12, &[]);
    assert_eq!(list(&engine, List::ForYou, &mixed, &[], &all), list(&engine, List::ForYou, &known, &[], &all));
    assert!(engine.knows("sku-0") && !engine.knows("gone"));
    let trending = list(&engine, List::Trending, &known, &[], &all);
    assert_eq!(list(&engine, List::Related, &known, &["gone"], &all), trending);
    assert_eq!(list(&engine, List::BoughtTogether, &known, &["gone"], &all), trending);
}

#[wasm_bindgen_test]
async fn excluded_items_are_not_listed() {
    let (engine, history) = (tiny(), viewed(&["sku-0"]).await);
    let exclude = options(12, &[("exclude", names(&["sku-5", "größe 6", "gone"]))]);
    let listed = list(&engine, List::ForYou, &history, &[], &exclude);
    assert_eq!(listed.len(), 9);
    assert!(!listed.contains(&"sku-5".to_owned()) && !listed.contains(&"größe 6".to_owned()));
}

#[wasm_bindgen_test]
async fn a_category_restricts_the_list() {
    let (engine, history) = (tiny(), viewed(&[]).await);
    let of = |wanted: &[&str]| {
        let options = options(12, &[("categories", names(wanted))]);
        let flat = numbers(&engine, List::Trending, &history, &[], &options).unwrap();
        let categories: Vec<String> = flat.iter().step_by(2).filter_map(|&item| engine.category(item)).collect();
        (flat.len() / 2, categories)
    };
    // Items 0, 5 and 10 are shoes, but every seventh item has no category.
    assert_eq!(of(&["Shoes"]), (3, vec!["Shoes".to_owned(); 3]));
    assert_eq!(of(&["Shoes", "Tea"]).0, 5);
    assert_eq!(of(&["no such category"]).0, 0);
    assert_eq!(of(&[]).0, 0);
}

#[wasm_bindgen_test]
async fn a_predicate_is_called_no_more_often_than_needed() {
    let (engine, history) = (tiny(), viewed(&["sku-0"]).await);
    let num_calls = Rc::new(Cell::new(0));
    let counter = num_calls.clone();
    let all = predicate(move |_| {
        counter.set(counter.get() + 1);
        Ok(true)
    });
    assert_eq!(list(&engine, List::ForYou, &history, &[], &options(4, &[("predicate", all)])).len(), 4);
    assert_eq!(num_calls.get(), 4);
}

#[wasm_bindgen_test]
async fn a_predicate_sees_items() {
    let (engine, history) = (Rc::new(tiny()), viewed(&[]).await);
    let inner_engine = engine.clone();
    let hats = predicate(move |item| {
        assert!(!inner_engine.id(item).is_empty());
        Ok(inner_engine.category(item).is_some_and(|name| name == "Hats"))
    });
    let listed = list(&engine, List::Trending, &history, &[], &options(12, &[("predicate", hats)]));
    let category = options(12, &[("categories", names(&["Hats"]))]);
    assert_eq!(listed, list(&engine, List::Trending, &history, &[], &category));
}

#[wasm_bindgen_test]
async fn what_a_predicate_throws_comes_through() {
    let (engine, history) = (tiny(), viewed(&["sku-0"]).await);
    let thrown: JsValue = Error::new("the shop's own").into();
    let own = thrown.clone();
    let throws = predicate(move |_| Err(own.clone()));
    let result = numbers(&engine, List::ForYou, &history, &[], &options(3, &[("predicate", throws)]));
    assert_eq!(result.err(), Some(thrown));
    assert_eq!(list(&engine, List::ForYou, &history, &[], &options(3, &[])).len(), 3);
}

#[wasm_bindgen_test]
async fn a_predicate_may_rank_in_its_turn() {
    let engine = Rc::new(tiny());
    let history = Rc::new(viewed(&["sku-0"]).await);
    let (inner_engine, inner_history) = (engine.clone(), history.clone());
    let nested = predicate(move |item| {
        let id = inner_engine.id(item);
        let related = list(&inner_engine, List::Related, &inner_history, &[&id], &options(2, &[]));
        Ok(related.len() == 2)
    });
    let plain = list(&engine, List::ForYou, &history, &[], &options(5, &[]));
    assert_eq!(list(&engine, List::ForYou, &history, &[], &options(5, &[("predicate", nested)])), plain);
}

#[wasm_bindgen_test]
async fn reasons_add_up_to_one() {
    let (engine, history) = (tiny(), viewed(&["sku-0", "größe 1", "商品/2"]).await);
    let explain = options(12, &[("explain", true.into())]);
    let flat = numbers(&engine, List::ForYou, &history, &[], &explain).unwrap();
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
async fn a_seed_gives_the_same_list_again() {
    let (engine, history) = (tiny(), viewed(&[]).await);
    let seeded = |seed: u32| list(&engine, List::Trending, &history, &[], &options(12, &[("seed", seed.into())]));
    assert_eq!(seeded(7), seeded(7));
    assert!((0..20).any(|seed| seeded(seed) != seeded(7)));
}

#[wasm_bindgen_test]
async fn nonsense_never_panics() {
    let engine = tiny();
    let history = open("nonsense", 5, "memory").await;
    let odd: Array = [1.5, f64::NAN, -1.0].into_iter().map(JsValue::from).collect();
    for k in [f64::NAN, -1.0, 1e300, 2.5] {
        let odd = || Some(odd.clone());
        engine.list(List::Related, &history, odd(), k, true, true, k, odd(), odd(), None).expect("a list");
    }
    let not_callable: Function = JsValue::from(4).unchecked_into();
    let result = engine.list(List::Trending, &history, None, 2.0, false, false, 1.0, None, None, Some(not_callable));
    assert!(result.is_err());
    assert_eq!(engine.id(u32::MAX), "");
    assert_eq!(engine.category(u32::MAX), None);
}
