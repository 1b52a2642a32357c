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
//! `train` goes this way in one call. `budget` searches for the best model of a given size: it packs candidates and
//! scores them on held-out events. `measure` has the metrics that every search and evaluation shares.
//!
//! [`model`] and [`rank`] are the core: no file system, no clock, no threads, no panic on input; they compile for every
//! target. [`events`], [`catalog`] and [`eda`] read files and summarise them (feature `read`, with the [`counts`] and
//! the order of items of [`pack`] that figures need), natively and in the browser. `web` is the browser's adapter
//! (features `web` and `web-explore`, wasm only). Everything else is the trainer (feature `cli`, native only).

// The shop's module is built for size; what reads a file's streams runs before a compiler for speed has had its turn
// and is built for speed. `scripts/wasm` sets this where its toolchain can.
#![cfg_attr(optimize_attribute, feature(optimize_attribute))]

#[cfg(all(feature = "cli", target_os = "unknown"))]
compile_error!("feature `cli` is the native trainer; build wasm with `--no-default-features --features web`");
#[cfg(all(any(feature = "web", feature = "web-explore"), not(target_os = "unknown")))]
compile_error!(
    "features `web` and `web-explore` are for wasm32; add `--target wasm32-unknown-unknown --no-default-features`"
);

mod ids;
pub mod model;
pub mod rank;

pub use ids::{CategoryIx, EventKind, ItemIx};

#[cfg(feature = "cli")]
mod math;
#[cfg(feature = "read")]
mod matrix;
#[cfg(feature = "read")]
mod nearest;
#[cfg(feature = "read")]
mod progress;
#[cfg(feature = "read")]
mod random;
#[cfg(feature = "read")]
mod table;
#[cfg(feature = "read")]
mod units;
#[cfg(feature = "read")]
pub use matrix::CsrMatrix;
#[cfg(feature = "read")]
pub use progress::{Progress, Silent};
#[cfg(feature = "read")]
pub use random::Random;

#[cfg(feature = "cli")]
pub mod budget;
#[cfg(feature = "read")]
pub mod catalog;
#[cfg(feature = "read")]
pub mod counts;
#[cfg(feature = "read")]
pub mod eda;
#[cfg(feature = "cli")]
pub mod eval;
#[cfg(feature = "read")]
pub mod events;
#[cfg(feature = "cli")]
pub mod learn;
#[cfg(feature = "cli")]
pub mod measure;
#[cfg(feature = "read")]
pub mod pack;
#[cfg(feature = "cli")]
pub mod train;

#[cfg(any(feature = "web", feature = "web-explore"))]
pub mod web;

/// The Rust snippet of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
