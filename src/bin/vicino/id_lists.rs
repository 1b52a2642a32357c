//! Ids that stand together in one field or flag, and how they are told apart.
//!
//! An id may hold blanks, commas and quotes. So a field can be a JSON list (`["blue shoe", "c"]`), have quotes
//! (`"blue shoe" c`), or be parted by what `--sep` says. Without any of these it is parted at blanks, except within ids
//! that are known to hold some.

use serde_json::value::RawValue;

/// Tells apart the ids of a field.
pub struct IdSplitter<'k> {
    /// Separator of `--sep`.
    separator: Option<&'k str>,
    /// Parts ids in a field without a separator, quotes or brackets.
    usual: char,
    known: &'k dyn Fn(&str) -> bool,
    /// Most parts that a known id falls into.
    longest: usize,
    /// True if most of the known ids fall into several parts, so that what is not known does, too.
    are_mostly_long: bool,
}

impl<'k> IdSplitter<'k> {
    /// A splitter of fields whose ids are mostly among `ids`; `known` tells if one is.
    pub fn new<S: AsRef<str>>(
        separator: Option<&'k str>,
        usual: char,
        ids: impl Iterator<Item = S>,
        known: &'k dyn Fn(&str) -> bool,
    ) -> IdSplitter<'k> {
        let (mut longest, mut num_long, mut num_ids) = (1, 0_usize, 0_usize);
        for id in ids {
            let num_parts = parts(id.as_ref(), usual).count();
            longest = longest.max(num_parts);
            num_long += usize::from(num_parts > 1);
            num_ids += 1;
        }
        IdSplitter { separator, usual, known, longest, are_mostly_long: num_long * 2 > num_ids }
    }

    /// Returns the ids of a field in their order, without blanks around them and without empty ones.
    pub fn split(&self, field: &str) -> Vec<String> {
        let field = field.trim();
        if let Some(ids) = json_ids(field) {
            return ids;
        }
        if let Some(separator) = self.separator {
            return owned(field.split(separator));
        }
        if let Some(ids) = quoted_ids(field, self.usual) {
            return ids;
        }
        let words: Vec<&str> = parts(field, self.usual).collect();
        if self.longest == 1 || words.len() < 2 {
            return owned(words.into_iter());
        }
        self.joined(field, &words)
    }

    /// Puts together the parts of known ids: at each place of `field` the longest id that is known.
    fn joined(&self, field: &str, words: &[&str]) -> Vec<String> {
        let place = |word: &str| word.as_ptr() as usize - field.as_ptr() as usize;
        // As it stands there, with what is between the words.
        let join = |words: &[&str]| match words {
            [first, .., last] => field[place(first)..place(last) + last.len()].to_owned(),
            one => one.concat(),
        };
        let settle = |unknown: &mut Vec<&str>, ids: &mut Vec<String>| {
            match self.are_mostly_long && !unknown.is_empty() {
                true => ids.push(join(unknown)),
                false => ids.extend(unknown.iter().map(|&word| word.to_owned())),
            }
            unknown.clear();
        };
        let (mut ids, mut unknown, mut at) = (Vec::new(), Vec::new(), 0);
        while at < words.len() {
            let most = self.longest.min(words.len() - at);
            let mut tried = (1..=most).rev().map(|length| (length, join(&words[at..at + length])));
            match tried.find(|(_, id)| (self.known)(id)) {
                Some((length, id)) => {
                    settle(&mut unknown, &mut ids);
                    ids.push(id);
                    at += length;
                }
                None => {
                    unknown.push(words[at]);
                    at += 1;
                }
            }
        }
        settle(&mut unknown, &mut ids);
        ids
    }
}

fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let is_separator = move |c: char| if separator == ' ' { c.is_ascii_whitespace() } else { c == separator };
    text.split(is_separator).map(str::trim).filter(|part| !part.is_empty())
}

fn owned<'t>(ids: impl Iterator<Item = &'t str>) -> Vec<String> {
    ids.map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// The ids of a JSON list of plain values; numbers keep their digits. `None` if the field is no such list.
fn json_ids(field: &str) -> Option<Vec<String>> {
    if !field.starts_with('[') {
        return None;
    }
    let values: Vec<&RawValue> = serde_json::from_str(field).ok()?;
    values.into_iter().map(plain).collect()
}

/// The text of a JSON string, number or truth value, `None` for anything else.
pub fn plain(value: &RawValue) -> Option<String> {
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'[' | b'{' | b'n' => None,
        _ => Some(value.get().to_owned()),
    }
}

/// The ids of a field some of which stand in quotes (doubled within them); `None` without quotes, and if one is never
/// closed.
fn quoted_ids(field: &str, separator: char) -> Option<Vec<String>> {
    if !field.contains('"') {
        return None;
    }
    let is_separator = |c: char| if separator == ' ' { c.is_ascii_whitespace() } else { c == separator };
    let (mut ids, mut id, mut chars) = (Vec::new(), String::new(), field.chars().peekable());
    let (mut is_quoted, mut was_quoted) = (false, false);
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.next_if_eq(&'"').is_some() => id.push('"'),
            '"' if is_quoted => is_quoted = false,
            '"' if id.trim().is_empty() && !was_quoted => {
                id.clear();
                (is_quoted, was_quoted) = (true, true);
            }
            // A quote within an id is a part of it: 5" nail.
            c if !is_quoted && is_separator(c) => {
                ids.push(std::mem::take(&mut id));
                was_quoted = false;
            }
            c => id.push(c),
        }
    }
    ids.push(id);
    (!is_quoted).then(|| owned(ids.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of a field where these are known.
    fn split(field: &str, separator: Option<&str>, usual: char, known: &[&str]) -> Vec<String> {
        let is_known = |id: &str| known.contains(&id);
        IdSplitter::new(separator, usual, known.iter(), &is_known).split(field)
    }

    #[test]
    fn ids_are_parted_at_blanks() {
        assert_eq!(split(" a  b\tc ", None, ' ', &["a"]), ["a", "b", "c"]);
        assert_eq!(split("", None, ' ', &["a"]), Vec::<String>::new());
    }

    #[test]
    fn known_ids_with_blanks_stay_whole() {
        let known = ["blue shoe", "blue shoe large", "c", "red"];
        assert_eq!(split("blue shoe", None, ' ', &known), ["blue shoe"]);
        assert_eq!(
            split("c blue shoe large red blue shoe", None, ' ', &known),
            ["c", "blue shoe large", "red", "blue shoe"]
        );
        // Where few ids hold blanks, what is not known holds none; where most do, it does.
        assert_eq!(split("x y c", None, ' ', &["blue shoe", "c", "red"]), ["x", "y", "c"]);
        assert_eq!(split("green shoe c", None, ' ', &["blue shoe", "red shoe", "c"]), ["green shoe", "c"]);
        assert_eq!(split("a,b,c", None, ',', &["a,b"]), ["a,b", "c"]);
        assert_eq!(split("c, a,  b", None, ',', &["a,  b"]), ["c", "a,  b"]);
    }

    #[test]
    fn quotes_brackets_and_a_separator_leave_no_doubt() {
        assert_eq!(split("\"blue shoe\" c", None, ' ', &[]), ["blue shoe", "c"]);
        assert_eq!(split("\"5\"\" nail\" 5\"", None, ' ', &[]), ["5\" nail", "5\""]);
        assert_eq!(split("\"a,b\",c", None, ',', &[]), ["a,b", "c"]);
        assert_eq!(
            split("[\"blue shoe\", 12345678901234567890123]", None, ' ', &[]),
            ["blue shoe", "12345678901234567890123"]
        );
        assert_eq!(split("blue shoe|c", Some("|"), ' ', &[]), ["blue shoe", "c"]);
        // Neither closed quotes nor lists: parted at blanks.
        assert_eq!(split("\"a b", None, ' ', &[]), ["\"a", "b"]);
        assert_eq!(split("[a b", None, ' ', &[]), ["[a", "b"]);
    }
}
