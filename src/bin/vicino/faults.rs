//! The message of a panic: that a file is damaged, or that the command itself is at fault.

use crate::console::{ProgressForm, print_error};
use std::panic::{self, PanicHookInfo};
use std::process;
use vicino::events::file_being_decoded;

/// Replaces the message of the standard library, from now on and on all threads.
pub fn explain(form: ProgressForm) {
    panic::set_hook(Box::new(move |panic| match file_being_decoded() {
        // It becomes the error of that file. In WebAssembly nothing unwinds, whatever the compiler was told.
        Some(_) if cfg!(all(panic = "unwind", not(target_family = "wasm"))) => {}
        Some(path) => {
            let problem = format!("{}: the file cannot be decoded: it is damaged ({})", path.display(), said(panic));
            print_error(form, &problem);
            process::exit(1);
        }
        None => {
            let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
            let said = said(panic);
            print_error(form, &format!("a fault of this program, not of your data: {said}{place}; please report it"));
        }
    }));
}

fn said<'p>(panic: &'p PanicHookInfo<'_>) -> &'p str {
    panic.payload_as_str().unwrap_or("it gave up")
}
