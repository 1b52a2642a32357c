//! The browser's adapter: names, errors and storage for JavaScript. No ranking logic.
//!
//! Two modules are built from it. That of shops (feature `web`) is small, because every first visit pays for it:
//!
//! ```text
//! engine   a model and its ranker, as JavaScript classes
//! history  the shopper's events: in memory at once, on the device soon after, shared by all tabs
//! log        what a change does to a list of events, and the list as JSON
//! indexed_db, local_storage    read, change and write that JSON in one go
//! js       the few calls into JavaScript that the others share
//! ```
//!
//! That of the page for people who look at logs and models (feature `web-explore`) is `explore`.
//!
//! The only module that names `wasm-bindgen`, `web-sys` or `js-sys`. The npm package's TypeScript
//! is the one caller of the first: it checks types and options, so what arrives here is of the right shape; whatever it
//! is, nothing here panics.

#[cfg(feature = "web")]
mod engine;
#[cfg(feature = "web-explore")]
mod explore;
#[cfg(feature = "web")]
mod history;
#[cfg(feature = "web")]
mod indexed_db;
#[cfg(feature = "web")]
mod js;
#[cfg(feature = "web")]
mod local_storage;
#[cfg(feature = "web")]
mod log;
#[cfg(feature = "web")]
mod storage;

#[cfg(feature = "web")]
pub use engine::{Engine, Opening};
#[cfg(feature = "web-explore")]
pub use explore::{LogFile, ModelFile};
#[cfg(feature = "web")]
pub use history::History;

#[cfg(feature = "web")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
