//! The files that name each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Path of a module from the root of its crate: `["learn", "task"]`.
type Module = Vec<String>;

/// The code of every source file, given by path, as modules.
struct Sources {
    /// Each file with its crate (`vicino` or the command) and module.
    files: Vec<File>,
    /// By crate and module.
    file_of: BTreeMap<(String, Module), usize>,
}

struct File {
    /// Relative to `src/`.
    name: String,
    root: String,
    module: Module,
    code: String,
    /// Names that are exported from elsewhere, with the path they come from.
    exports: BTreeMap<String, Module>,
}

/// Returns the circles of more than two files, each ascending, as paths below `src/`.
pub fn circles(sources: Vec<(PathBuf, String)>) -> Vec<Vec<String>> {
    let sources = Sources::new(sources);
    let below: Vec<BTreeSet<usize>> = (0..sources.files.len()).map(|file| sources.named_by(file)).collect();
    let reached: Vec<BTreeSet<usize>> = (0..below.len()).map(|file| reached(&below, file)).collect();
    let circle_of = |file: usize| -> Vec<usize> {
        reached[file].iter().copied().filter(|&other| reached[other].contains(&file)).collect()
    };
    let circles: BTreeSet<Vec<usize>> = (0..below.len()).map(circle_of).filter(|circle| circle.len() > 2).collect();
    let names = |circle: Vec<usize>| circle.into_iter().map(|file| sources.files[file].name.clone()).collect();
    circles.into_iter().map(names).collect()
}

/// Returns all files that are named by a file, or by those that it names.
fn reached(below: &[BTreeSet<usize>], file: usize) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        open.extend(below[file].iter().copied().filter(|&other| found.insert(other)));
    }
    found
}

impl Sources {
    fn new(sources: Vec<(PathBuf, String)>) -> Sources {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files: Vec<File> = sources
            .into_iter()
            .map(|(path, code)| {
                let inside = path.strip_prefix(&src).expect("below src").to_path_buf();
                let mut parts: Vec<String> =
                    inside.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
                let mut root = "vicino".to_owned();
                if parts[0] == "bin" {
                    root = parts[..2].join("/");
                    parts.drain(..2);
                }
                if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                    parts.pop();
                }
                let name = inside.to_string_lossy().into_owned();
                File { name, root, module: parts, code, exports: BTreeMap::new() }
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let file_of = files.iter().enumerate().map(|(at, file)| ((file.root.clone(), file.module.clone()), at));
        let mut sources = Sources { file_of: file_of.collect(), files };
        for at in 0..sources.files.len() {
            // `pub(in path)` opens a name to a module and does not need it.
            let code =
                sources.files[at].code.split("pub(in ").enumerate().map(|(at, part)| match part.split_once(')') {
                    Some((_, rest)) if at > 0 => rest,
                    _ => part,
                });
            let (exports, code) = split_exports(&code.collect::<Vec<_>>().join("pub"));
            let mut found = BTreeMap::new();
            for statement in exports {
                for path in paths(&statement) {
                    if let (Some(name), Some(path)) = (path.last().cloned(), sources.absolute(at, &path)) {
                        found.insert(name, path);
                    }
                }
            }
            (sources.files[at].exports, sources.files[at].code) = (found, code);
        }
        sources
    }

    /// Returns the files that a file names, itself excluded.
    fn named_by(&self, at: usize) -> BTreeSet<usize> {
        let mut named = BTreeSet::new();
        for path in all_paths(&self.files[at].code) {
            if let Some(path) = self.absolute(at, &path) {
                named.extend(self.resolve(&self.files[at].root, &path, 0));
            }
        }
        named.remove(&at);
        named
    }

    /// Turns a path in a file into one from the root of its crate; `None` if it leads out of the crate.
    fn absolute(&self, at: usize, path: &[String]) -> Option<Module> {
        let File { root, module, .. } = &self.files[at];
        let first = path.first()?;
        let is_module = |module: &Module| self.file_of.contains_key(&(root.clone(), module.clone()));
        match first.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "super" => {
                let num_up = path.iter().take_while(|part| *part == "super").count();
                let above = module.get(..module.len().checked_sub(num_up)?)?;
                Some([above, &path[num_up..]].concat())
            }
            "self" => Some([&module[..], &path[1..]].concat()),
            child => {
                let below = [&module[..], &[child.to_owned()]].concat();
                is_module(&below).then(|| [&module[..], path].concat())
            }
        }
    }

    /// Returns the file that defines the last name of a path, following exports.
    fn resolve(&self, root: &str, path: &[String], depth: usize) -> Option<usize> {
        let file_at = |length: usize| self.file_of.get(&(root.to_owned(), path[..length].to_vec())).copied();
        let (length, file) = (0..=path.len()).rev().find_map(|length| Some((length, file_at(length)?)))?;
        match path.get(length).and_then(|name| self.files[file].exports.get(name)) {
            Some(target) if depth < 9 => self.resolve(root, &[&target[..], &path[length + 1..]].concat(), depth + 1),
            _ => Some(file),
        }
    }
}

/// Splits `pub use` statements from the rest of the code.
fn split_exports(code: &str) -> (Vec<String>, String) {
    let (mut exports, mut rest, mut left) = (Vec::new(), String::new(), code);
    while let Some(at) = left.find("pub") {
        let (before, statement) = left.split_at(at);
        rest.push_str(before);
        let after = &statement["pub".len()..];
        let after = match after.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
            Some((_, after)) => after,
            None => after,
        };
        match after.trim_start().strip_prefix("use ").and_then(|tree| tree.split_once(';')) {
            Some((tree, after)) => {
                exports.push(tree.to_owned());
                left = after;
            }
            None => {
                rest.push_str("pub");
                left = &statement["pub".len()..];
            }
        }
    }
    rest.push_str(left);
    (exports, rest)
}

/// Returns every path in some code that has more than one part.
fn all_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("::") {
        let head = &code[..at];
        let start = head.rfind(|letter: char| !is_name(letter)).map_or(0, |before| before + 1);
        // Only where a path starts, so that its parts are not taken for paths of their own.
        if start == at || code[..start].ends_with("::") {
            continue;
        }
        found.extend(paths(&code[start..]));
    }
    found
}

/// Returns the paths of a tree: `a::{b, c::d}` has `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let (mut prefix, mut rest) = (Vec::new(), tree.trim_start());
    loop {
        let end = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
        let name = &rest[..end];
        if !name.is_empty() {
            prefix.push(name.to_owned());
        }
        match rest[end..].strip_prefix("::") {
            Some(after) => rest = after,
            None if name.is_empty() && rest.starts_with('{') => break,
            None => return vec![prefix],
        }
    }
    let mut found = Vec::new();
    for part in parts_of_group(&rest[1..]) {
        let part = part.trim();
        if part == "self" {
            found.push(prefix.clone());
        } else if !part.is_empty() {
            found.extend(paths(part).into_iter().map(|path| [&prefix[..], &path].concat()));
        }
    }
    found
}

/// Returns the parts of a group in braces, given what follows the opening one.
fn parts_of_group(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&text[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[test]
fn paths_of_a_tree_are_told_apart() {
    let found = paths("crate::{model::Model, rank::{self, Options}, ItemIx};");
    let found: Vec<String> = found.into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::model::Model", "crate::rank", "crate::rank::Options", "crate::ItemIx"]);
}

#[test]
fn a_circle_of_three_files_is_found_and_exports_are_followed() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let file = |name: &str, code: &str| (src.join(name), code.to_owned());
    let with = |last: &str| {
        circles(vec![
            file("lib.rs", "mod a;\nmod b;\npub use a::one::One;\n"),
            file("a/mod.rs", "pub mod one;\nmod two;\n"),
            file("a/one.rs", "use super::two::Two;\npub struct One;\n"),
            file("a/two.rs", "fn f() { crate::b::g() }\n"),
            file("b.rs", last),
        ])
    };
    assert_eq!(with("use crate::One;\n"), [["a/one.rs", "a/two.rs", "b.rs"]]);
    assert_eq!(with("pub fn g() {}\n"), Vec::<Vec<String>>::new());
}
