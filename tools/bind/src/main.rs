//! `bind NAME MODULE FOLDER`: writes `NAME.js`, `NAME_bg.wasm` and their types for a module into a folder, for browsers.

use std::env;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, module, folder] = args.as_slice() else {
        eprintln!("usage: bind NAME MODULE FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    let bound = bindgen.input_path(module).out_name(name).omit_default_module_path(true).typescript(true);
    match bound.web(true).and_then(|bound| bound.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{module}: {error:?}");
            ExitCode::FAILURE
        }
    }
}
