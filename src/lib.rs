//! Ranks a shop's products where the shopper is: in the browser.
//!
//! A native trainer turns an event log into one compact file, and a small ranker reads that file,
//! merges it with the history kept on the device and orders the products. Data goes one way,
//! through the modules of this crate:
//!
//! ```text
//! events -> counts -> learn -> pack -> model -> rank -> web
//! ```
//!
//! `budget` stands beside it: it packs at a given size and ranks held-out events to see what that is worth.
//!
//! [`model`] and [`rank`] are the core: no file system, no clock, no threads, no panic on input; they
//! compile for every target. `web` is the browser's adapter (feature `web`, wasm only). Everything else
//! is the trainer (feature `cli`, native only).

#[cfg(all(feature = "cli", target_family = "wasm"))]
compile_error!("feature `cli` is the native trainer; build wasm with `--no-default-features --features web`");
#[cfg(all(feature = "web", not(target_family = "wasm")))]
compile_error!("feature `web` is for wasm32; add `--target wasm32-unknown-unknown --no-default-features`");

mod ids;
pub mod model;
pub mod rank;

pub use ids::{CategoryIx, EventKind, ItemIx};

#[cfg(feature = "cli")]
mod matrix;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
mod table;
#[cfg(feature = "cli")]
pub use matrix::SparseMatrix;
#[cfg(feature = "cli")]
pub use progress::{Progress, Silent};

#[cfg(feature = "cli")]
pub mod budget;
#[cfg(feature = "cli")]
pub mod catalog;
#[cfg(feature = "cli")]
pub mod counts;
#[cfg(feature = "cli")]
pub mod eda;
#[cfg(feature = "cli")]
pub mod eval;
#[cfg(feature = "cli")]
pub mod events;
#[cfg(feature = "cli")]
pub mod learn;
#[cfg(feature = "cli")]
pub mod pack;

#[cfg(feature = "web")]
pub mod web;

/// The Rust snippet of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
