//! Ids of products that differ only in what people do not see or do not mean.

use std::collections::BTreeMap;

use serde::Serialize;

/// Ids of products that differ by case, blanks or Unicode form only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlikeIds {
    /// Number of ids that have another one like them.
    pub ids: u64,
    /// One of them.
    pub found: String,
    /// An id like it.
    pub other: String,
}

/// Finds ids that are alike; the same for any order of them.
pub(super) fn alike(ids: &[String]) -> Option<AlikeIds> {
    let mut by_form: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for id in ids {
        by_form.entry(form(id)).or_default().push(id);
    }
    let mut groups = by_form.into_values().filter(|group| group.len() > 1);
    let mut first = groups.next()?;
    first.sort_unstable();
    let ids = first.len() + groups.map(|group| group.len()).sum::<usize>();
    Some(AlikeIds { ids: ids as u64, found: first[0].to_owned(), other: first[1].to_owned() })
}

/// The form that ids have in common which look the same: lower case, without blanks, in Unicode's form NFC
/// (natively).
fn form(id: &str) -> String {
    if id.is_ascii() {
        return id
            .chars()
            .filter(|letter| !letter.is_ascii_whitespace())
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
    }
    let is_seen =
        |letter: &char| !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    composed(id).flat_map(char::to_lowercase).filter(is_seen).collect()
}

/// The characters of a text in Unicode's form NFC.
#[cfg(not(target_os = "unknown"))]
fn composed(text: &str) -> impl Iterator<Item = char> {
    unicode_normalization::UnicodeNormalization::nfc(text)
}

/// The characters of a text as they are: in the browser the tables would be a twentieth of the module.
#[cfg(target_os = "unknown")]
fn composed(text: &str) -> impl Iterator<Item = char> {
    text.chars()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_look_the_same_are_found_in_any_order() {
        let mut ids = ["b-1", "Ж", "café", "B-1", "cafe\u{301}", "x 1", "x1", "caf", "ж", "y"].map(str::to_owned);
        let expected = AlikeIds { ids: 8, found: "B-1".to_owned(), other: "b-1".to_owned() };
        assert_eq!(alike(&ids), Some(expected.clone()));
        ids.reverse();
        assert_eq!(alike(&ids), Some(expected));
    }

    #[test]
    fn ids_that_differ_are_not() {
        assert_eq!(alike(&["a-1", "a1", "a_1", "á1", "00123", "123"].map(str::to_owned)), None);
    }
}
