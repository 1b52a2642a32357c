//! Fuzz targets: everything that reads bytes or words from outside, as one program. `VICINO_FUZZ_TARGET` names the target.
//!
//! `npm run fuzz` builds and runs them; CONTRIBUTING.md says how, and what becomes of a finding. One program instead of
//! one for each target, because the library is then linked once.
#![no_main]
#![forbid(unsafe_code)]

mod catalogues;
mod limits;
mod logs;
mod models;
mod requests;
mod texts;

// What the command reads itself, with what that needs.
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/arg_parsers.rs"]
mod arg_parsers;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/cleaning.rs"]
mod cleaning;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/console.rs"]
mod console;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/hints.rs"]
mod hints;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/id_lists.rs"]
mod id_lists;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/input.rs"]
mod input;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/mapping.rs"]
mod mapping;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/output.rs"]
mod output;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/progress_lines.rs"]
mod progress_lines;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/ranking.rs"]
mod ranking;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/small_files.rs"]
mod small_files;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/spreadsheet.rs"]
mod spreadsheet;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/table.rs"]
mod table;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/terminal.rs"]
mod terminal;
#[allow(dead_code, unused_imports, reason = "only what reads is called")]
#[path = "../../src/bin/vicino/usage.rs"]
mod usage;
// What the browser's module reads; it looks for these names in its own crate.
#[path = "../../src/web/request.rs"]
mod request;
use vicino::{ItemIx, model, rank};

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/harness/mod.rs"]
mod harness;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

/// What a target does with an input.
type Target = fn(&[u8]);

/// The targets by name.
const TARGETS: &[(&str, Target)] = &[
    ("csv", logs::csv),
    ("json", logs::json),
    ("xml", logs::xml),
    ("parquet", logs::parquet),
    ("parquet-footer", logs::parquet_footer),
    ("compressed", logs::compressed),
    ("workbook", logs::workbook),
    ("any-log", logs::any),
    ("catalogue", catalogues::catalogue),
    ("model", models::as_it_is),
    ("model-repaired", models::repaired),
    ("model-edited", models::edited),
    ("request", requests::request),
    ("filter", requests::filter),
    ("row-filter", texts::row_filter),
    ("values", texts::values),
    ("histories", texts::histories),
    ("mapping", texts::mapping),
];

static TARGET: OnceLock<Target> = OnceLock::new();

/// The target that the environment names; without one prints all names and ends the program.
fn target() -> Target {
    let wanted = std::env::var("VICINO_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    let Some((_, target)) = found else {
        TARGETS.iter().for_each(|(name, _)| println!("{name}"));
        std::process::exit(if wanted.is_empty() { 0 } else { 2 });
    };
    *target
}

fuzz_target!(
    init: {
        // That of the fuzzer ends the program even where the library catches what a dependency throws. A panic that
        // nobody catches ends it all the same.
        drop(std::panic::take_hook());
        TARGET.get_or_init(target);
    },
    |bytes: &[u8]| limits::within(bytes, *TARGET.get_or_init(target))
);
