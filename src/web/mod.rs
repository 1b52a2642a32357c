//! The browser's adapter: names, errors and storage for JavaScript. No ranking logic.
//!
//! ```text
//! engine   a model and its ranker, as JavaScript classes
//! history  the shopper's events: in memory at once, on the device soon after, shared by all tabs
//! log        what a change does to a list of events, and the list as JSON
//! indexed_db, local_storage    read, change and write that JSON in one go
//! js       the few calls into JavaScript that the others share
//! ```
//!
//! The only module that names `wasm-bindgen`, `web-sys` or `js-sys`. The npm package's TypeScript
//! is its one caller: it checks types and options, so what arrives here is of the right shape; whatever it
//! is, nothing here panics.

mod engine;
mod history;
mod indexed_db;
mod js;
mod local_storage;
mod log;
mod storage;

pub use engine::{Engine, List, Opening};
pub use history::History;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
