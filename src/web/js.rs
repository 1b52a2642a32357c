//! The few calls into JavaScript that the other files share.

use js_sys::{Error, Function, Promise, Reflect};
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::EventTarget;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, delay_ms: u32) -> JsValue;
}

/// A property of the global object, of a window and of a worker alike.
///
/// # Errors
/// What the getter throws (`localStorage` does where storage is forbidden), or `undefined` if there is none.
pub(super) fn global(name: &str) -> Result<JsValue, JsValue> {
    let value = GLOBAL.with(|global| get(global, name))?;
    if value.is_null() { Err(JsValue::UNDEFINED) } else { Ok(value) }
}

/// A property of `target`.
///
/// # Errors
/// What the getter throws, or `undefined` if there is no such property.
pub(super) fn get(target: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    let value = Reflect::get(target, &name.into())?;
    if value.is_undefined() { Err(value) } else { Ok(value) }
}

/// Sets a property of a plain object, which cannot fail.
pub(super) fn set(target: &JsValue, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(target, &name.into(), &value.into());
}

/// An `Error` object with a stable `code`.
pub(super) fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message).into();
    set(&error, "code", code);
    error
}

/// Runs a future to its end, whether or not anybody waits for the promise of its value.
///
/// Boxed, because what makes a promise of a future is compiled anew for each type of it.
pub(super) fn run(future: impl Future<Output = JsValue> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = JsValue>>> = Box::pin(future);
    future_to_promise(async move { Ok(future.await) })
}

/// The type of the first of these events at `target`, or the empty string if none comes in time.
///
/// Resolves within the event's dispatch, where an IndexedDB transaction is still active.
pub(super) async fn first_event(target: &EventTarget, types: &[&str], within_ms: Option<u32>) -> String {
    let event = Promise::new(&mut |resolve, _| {
        for name in types {
            let _ = target.add_event_listener_with_callback(name, &resolve);
        }
        if let Some(delay_ms) = within_ms {
            set_timeout(&resolve, delay_ms);
        }
    });
    let event = event.await.unwrap_or_default();
    get(&event, "type").ok().and_then(|name| name.as_string()).unwrap_or_default()
}
