//! The browser's adapter: names and errors for JavaScript. No ranking logic, and nothing of storage: what a shopper did
//! is kept by the npm package's TypeScript (`js/src/device`), which hands it over as numbers.
//!
//! Two modules are built from it. That of shops (feature `web`) is small, because every first visit pays for it:
//!
//! ```text
//! engine   a model and its ranker, as a JavaScript class
//! refusal  the error of a file that is not a model, for JavaScript
//! request  requests for lists, as the package writes them
//! ```
//!
//! That of the page for people who look at logs and models (feature `web-explore`) is `explore`.
//!
//! The only module that names `wasm-bindgen` or `js-sys`. The npm package's TypeScript
//! is the one caller of the first: it checks types and options, so what arrives here is of the right shape; whatever it
//! is, nothing here panics.

#[cfg(feature = "web")]
mod engine;
#[cfg(feature = "web-explore")]
mod explore;
#[cfg(feature = "web")]
mod refusal;
#[cfg(feature = "web")]
mod request;

#[cfg(feature = "web")]
pub use engine::Engine;
#[cfg(feature = "web-explore")]
pub use explore::{ModelFile, explore};

#[cfg(feature = "web")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
