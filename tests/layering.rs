//! The dependency rule: which modules and files may name each other inside the crate.
//!
//! Reads every path of `src/`, less comments and test modules. A module may name the modules below it, and those that
//! they may name. Files may not name each other in circles, be they in one module or in several.
#![cfg(feature = "cli")]

#[path = "layering/files.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules directly below it.
const BELOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("rank", &["model"]),
    ("web", &["rank", "eda"]),
    ("pack", &["model"]),
    ("table", &[]),
    ("events", &["table"]),
    ("catalog", &["table", "model"]),
    ("counts", &["events"]),
    ("measure", &["rank", "events"]),
    ("learn", &["counts", "measure"]),
    ("eval", &["measure", "learn"]),
    ("eda", &["events", "catalog", "counts", "pack", "rank"]),
    ("budget", &["learn", "pack", "measure"]),
    ("train", &["budget", "catalog"]),
];

/// Modules that everybody may name.
const COMMON: &[&str] = &["ids", "math", "matrix", "nearest", "progress", "random", "units", "error"];

/// Names that the core must not use: it has no files, clock, threads or environment.
const NOT_IN_CORE: &[&str] =
    &["std::fs", "std::time", "std::thread", "std::env", "std::net", "std::process", "rayon", "serde_json", "anyhow"];

/// Names that only the browser's adapter may use.
const ONLY_IN_WEB: &[&str] = &["wasm_bindgen", "web_sys", "js_sys", "serde_wasm_bindgen"];

#[test]
fn modules_name_only_modules_below_them() {
    let below: BTreeMap<&str, BTreeSet<&str>> = BELOW.iter().map(|&(module, _)| (module, all_below(module))).collect();
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        let Some(allowed) = below.get(module.as_str()) else { continue };
        for name in named_modules(&text) {
            let is_module = below.contains_key(name.as_str());
            if is_module && name != module && !allowed.contains(name.as_str()) {
                wrong.push(format!("{} (in `{module}`) names `crate::{name}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_rule() {
    let known: BTreeSet<&str> = BELOW.iter().map(|&(module, _)| module).chain(COMMON.iter().copied()).collect();
    let unknown: BTreeSet<String> = sources()
        .into_iter()
        .map(|(module, ..)| module)
        .filter(|module| !["lib", "bin"].contains(&module.as_str()) && !known.contains(module.as_str()))
        .collect();
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn no_more_than_two_files_name_each_other_in_a_circle() {
    let sources = sources().into_iter().map(|(_, path, text)| (path, text)).collect();
    assert_eq!(files::circles(sources), Vec::<Vec<String>>::new());
}

#[test]
fn the_core_has_no_files_clock_or_threads() {
    assert_eq!(uses(|module| ["model", "rank"].contains(&module), NOT_IN_CORE), Vec::<String>::new());
}

#[test]
fn only_the_browser_adapter_names_the_browser() {
    assert_eq!(uses(|module| module != "web", ONLY_IN_WEB), Vec::<String>::new());
}

#[test]
fn only_the_command_has_errors_without_a_type() {
    assert_eq!(uses(|module| module != "bin", &["anyhow"]), Vec::<String>::new());
}

#[test]
fn one_place_compares_the_privacy_threshold() {
    let mut places = Vec::new();
    for (_, path, text) in sources() {
        for line in text.lines().filter(|line| compares_min_shoppers(line)) {
            places.push(format!("{}: {}", path.display(), line.trim()));
        }
    }
    assert!(places.len() == 1 && places[0].contains("threshold.rs"), "compared in:\n{}", places.join("\n"));
}

#[test]
fn comparisons_of_all_forms_are_found() {
    for line in ["if n >= self.min_shoppers {", "min_shoppers <= 1", "x < min_shoppers as usize", "min_shoppers == n"] {
        assert!(compares_min_shoppers(line), "{line}");
    }
    for line in ["fn f(min_shoppers: u32) -> bool", "Settings { min_shoppers }", "let n = min_shoppers;"] {
        assert!(!compares_min_shoppers(line), "{line}");
    }
}

/// Returns true if a line compares the minimum number of shoppers with another number.
fn compares_min_shoppers(line: &str) -> bool {
    const NAME: &str = "min_shoppers";
    const OPERATORS: [&str; 8] = ["<", ">", "<=", ">=", "==", "!=", ".cmp(", ".max("];
    line.match_indices(NAME).any(|(at, _)| {
        let path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '*' | '&');
        let before = line[..at].trim_end_matches(path).trim_end();
        let after = line[at + NAME.len()..].trim_start();
        let after = after
            .split_once("as ")
            .filter(|(cast, _)| cast.is_empty())
            .map_or(after, |(_, rest)| rest.trim_start_matches(|letter: char| letter.is_alphanumeric()).trim_start());
        let is_arrow = before.ends_with("->") || before.ends_with("=>");
        !is_arrow && OPERATORS.iter().any(|operator| before.ends_with(operator) || after.starts_with(operator))
    })
}

#[test]
fn paths_of_all_forms_are_found() {
    let text = "use crate::model::Model;\nuse crate::{rank::{Ranker, Options}, ItemIx,\n    events};\n\
                // crate::web\nlet x = crate::eval::run();\n#[cfg(test)]\nmod tests { use crate::pack; }\n";
    let names: Vec<String> = named_modules(&code(text)).into_iter().collect();
    assert_eq!(names, ["ItemIx", "eval", "events", "model", "rank"]);
}

/// The modules that `module` may name: those below it, and those below them.
fn all_below(module: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut open = vec![module.to_owned()];
    while let Some(module) = open.pop() {
        let (_, below) = BELOW.iter().find(|(name, _)| *name == module).expect("a module of the rule");
        open.extend(below.iter().filter(|name| found.insert(**name)).map(|name| (*name).to_owned()));
    }
    found
}

/// The module, path and code of every source file.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test_file(&path) {
                let inside = path.strip_prefix(&root).expect("below src");
                let first = inside.iter().next().expect("a file below src").to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = code(&fs::read_to_string(&path).expect("sources are UTF-8"));
                files.push((module, path, text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 10, "found only {} source files", files.len());
    files
}

fn is_test_file(path: &Path) -> bool {
    path.iter().any(|part| ["tests", "tests.rs"].iter().any(|name| part == *name))
        || path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_tests"))
}

/// The text without line comments, test modules and other items for tests alone.
fn code(text: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test") {
            // Formatted code closes an item where it began.
            let is_last = |line: &str| line.ends_with(';') && !line.starts_with(' ') || line == "}";
            lines.by_ref().find(|line| is_last(line));
        } else if !line.trim_start().starts_with("//") {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// The first segment of every `crate::` path, those in braces included.
fn named_modules(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => names.extend(identifier(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut is_start = true;
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => is_start = true,
                        _ if is_start && !letter.is_whitespace() => {
                            names.extend(identifier(&group[at..]));
                            is_start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

fn identifier(text: &str) -> Option<String> {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The places in the chosen modules that name one of `names`.
fn uses(is_chosen: impl Fn(&str) -> bool, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (module, path, text) in sources() {
        if !is_chosen(&module) {
            continue;
        }
        for name in names {
            let is_path = |at: usize| {
                let before = text[..at].chars().next_back();
                !before
                    .is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == '"' || letter == '-')
                    && text[at + name.len()..].starts_with([':', ';', ' '])
            };
            if text.match_indices(name).any(|(at, _)| is_path(at)) {
                found.push(format!("{} names `{name}`", path.display()));
            }
        }
    }
    found
}
