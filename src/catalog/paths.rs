//! Paths of categories, written in one way however a feed writes them.

use crate::table::names::normalise;

/// Columns that only Magento's exports have.
const OF_MAGENTO: [&str; 3] = ["storeviewcode", "attributesetcode", "productwebsites"];

/// Way of writing categories that a feed has.
pub(super) struct Paths {
    /// True if a value may hold several paths, with commas between.
    has_several: bool,
    /// True if slashes part a path, which then begins with the root of all categories.
    has_slashes: bool,
}

impl Paths {
    /// For a feed of these columns, of which `category` has the categories.
    pub(super) fn new(columns: &[String], category: &str) -> Paths {
        let has_several = matches!(&*normalise(category), "categories" | "productcategories");
        let is_of_magento = columns.iter().any(|column| OF_MAGENTO.contains(&&*normalise(column)));
        Paths { has_several, has_slashes: has_several && is_of_magento }
    }

    /// The path of a value, the deepest of several, with its parts trimmed and joined by ` > `; `>`, `|`, `»` and `›`
    /// part them, a slash only in exports of Magento.
    pub(super) fn category(&self, text: String) -> String {
        if !self.has_several {
            return self.standard(&text).unwrap_or(text);
        }
        let paths = split_unescaped(&text);
        let paths = paths.into_iter().map(|path| self.standard(&path).unwrap_or(path));
        let depth = |path: &String| path.matches(" > ").count();
        // Of equally deep ones the first.
        paths.reduce(|deepest, path| if depth(&path) > depth(&deepest) { path } else { deepest }).unwrap_or(text)
    }

    /// The path in standard form; `None` if it has one part.
    fn standard(&self, path: &str) -> Option<String> {
        let is_separator = |c: char| matches!(c, '>' | '|' | '»' | '›') || self.has_slashes && c == '/';
        if !path.contains(is_separator) {
            return None;
        }
        let mut parts: Vec<&str> = path.split(is_separator).map(str::trim).filter(|part| !part.is_empty()).collect();
        if self.has_slashes && parts.len() > 1 {
            parts.remove(0);
        }
        Some(parts.join(" > "))
    }
}

/// The parts between commas that no backslash precedes, without blanks around them.
fn split_unescaped(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        match c {
            '\\' if chars.next_if_eq(&',').is_some() => parts[last].push(','),
            ',' => parts.push(String::new()),
            c => parts[last].push(c),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_of_several_paths_counts() {
        let paths = Paths { has_several: true, has_slashes: false };
        let category = |text: &str| paths.category(text.to_owned());
        assert_eq!(category("Sale, Clothing > Hats, Music"), "Clothing > Hats");
        assert_eq!(category("Home\\, Garden > Pots"), "Home, Garden > Pots");
        assert_eq!(category("Music"), "Music");
        assert_eq!(category("Bread/Rolls"), "Bread/Rolls");
    }

    #[test]
    fn the_root_of_magento_is_no_category() {
        let columns = ["sku", "store_view_code", "categories"].map(str::to_owned);
        let paths = Paths::new(&columns, "categories");
        assert_eq!(paths.category("Default Category,Default Category/Gear/Bags".to_owned()), "Gear > Bags");
        assert_eq!(paths.category("Default Category".to_owned()), "Default Category");
    }
}
