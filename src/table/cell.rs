//! Values and rows as the readers of all formats hand them on.

use super::number::parse_number;
use std::borrow::Cow;
use std::fmt;

/// The most columns that one reading may ask for.
pub(crate) const MAX_WANTED: usize = 16;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Empty text, `null`, or a key that is not there.
    Missing,
    /// Text without white space at its ends; never empty.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A point in time that the file itself declares as such, ms since 1970 UTC.
    TimeMs(i64),
}

impl<'a> Cell<'a> {
    /// Text with the white space at its ends taken off, and the marks by which spreadsheets keep digits as text:
    /// `="00123"` and `'00123` are `00123`.
    #[inline]
    pub(crate) fn from_text(text: &'a str) -> Cell<'a> {
        // Most values begin and end with a letter or digit, and there is nothing to take off.
        let is_mark = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_graphic());
        let text =
            if is_mark(text.as_bytes().first()) || is_mark(text.as_bytes().last()) { trimmed(text) } else { text };
        let text = match text.as_bytes().first() {
            Some(b'=' | b'\'') => without_spreadsheet_marks(text),
            _ => text,
        };
        match text {
            "" => Cell::Missing,
            text => Cell::Text(text),
        }
    }

    /// The value as text, as an id would be written: a float without a fraction has no decimal point, because
    /// many exporters turn whole numbers into floats as soon as one is missing.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Cell::Missing => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Int(value) | Cell::TimeMs(value) => Cow::Owned(value.to_string()),
            Cell::Float(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The value; missing too if its text is how exporters write a value that is not there.
    #[inline]
    pub(crate) fn unless_null(self) -> Cell<'a> {
        const NULLS: [&str; 13] =
            ["null", "NULL", "Null", "nan", "NaN", "NA", "<NA>", "N/A", "n/a", "None", "\\N", "undefined", "(not set)"];
        // Most ids need not be compared with each.
        let may_be_null = |text: &str| {
            text.len() <= 9 && matches!(text.as_bytes().first(), Some(b'n' | b'N' | b'<' | b'\\' | b'u' | b'('))
        };
        let is_null = match self {
            Cell::Text(text) => may_be_null(text) && NULLS.contains(&text),
            _ => false,
        };
        if is_null { Cell::Missing } else { self }
    }

    /// The value; a whole number if its text is one with a point and zeros behind it (`123.0`).
    #[inline]
    pub(crate) fn whole(self) -> Cell<'a> {
        match self {
            Cell::Text(text) if text.ends_with('0') => Cell::Text(whole_number(text).unwrap_or(text)),
            cell => cell,
        }
    }

    /// The value as a finite number: `Ok(None)` if it is missing, `Err` if it is no number.
    pub(crate) fn to_number(self) -> Result<Option<f64>, ()> {
        match self {
            Cell::Missing => Ok(None),
            Cell::Int(value) => Ok(Some(value as f64)),
            Cell::Float(value) if value.is_finite() => Ok(Some(value)),
            Cell::Text(text) => parse_number(text).map(Some).ok_or(()),
            Cell::Float(_) | Cell::TimeMs(_) => Err(()),
        }
    }
}

/// The text without what cannot be seen at its ends: white space of all kinds, and signs of no width.
#[cold]
fn trimmed(text: &str) -> &str {
    text.trim_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
    })
}

#[cold]
fn without_spreadsheet_marks(text: &str) -> &str {
    if let Some(inner) = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')) {
        return if inner.contains('"') { text } else { trimmed(inner) };
    }
    let is_code = |text: &&str| {
        text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
    };
    text.strip_prefix('\'').filter(is_code).unwrap_or(text)
}

/// The digits of a whole number that a tool has written as a float: `123` of `123.0`.
pub(crate) fn whole_number(text: &str) -> Option<&str> {
    let (digits, zeros) = text.split_once('.')?;
    let is_whole = !digits.is_empty() && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0');
    (is_whole && digits.strip_prefix('-').unwrap_or(digits).bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

impl fmt::Display for Cell<'_> {
    /// The value as a message shows it: text in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Missing => f.write_str("nothing"),
            Cell::Text(text) => write!(f, "{text:?}"),
            other => f.write_str(&other.to_text()),
        }
    }
}

/// Damage of a row that cannot be split into values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The row has another number of fields than the header.
    FieldCount { expected: usize, found: usize },
    /// A quoted field goes on for more than `MAX_LINES` of the delimited reader's lines, or holds whole rows: its closing
    /// quote is missing.
    OpenQuote { lines: u64 },
    /// The row is the header again.
    Header,
    /// The line is not a JSON object of plain values.
    Json { problem: String },
    /// The record's list of products has no element.
    NoElements { list: String },
    /// A wanted field is not UTF-8.
    Utf8 { column: String, found: String },
}

impl Damage {
    /// Gives the number of rows that are lost by it.
    pub(crate) const fn num_rows(&self) -> u64 {
        match self {
            Damage::OpenQuote { lines } => *lines,
            _ => 1,
        }
    }

    /// The damaged column; empty if it is the whole row.
    pub(crate) fn column(&self) -> &str {
        match self {
            Damage::Utf8 { column, .. } => column,
            _ => "",
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::FieldCount { expected, found } => write!(f, "{found} fields, expected {expected}"),
            Damage::OpenQuote { lines } => write!(f, "a quote that is open for {lines} lines"),
            Damage::Header => f.write_str("the header again"),
            Damage::Json { problem } => f.write_str(problem),
            Damage::NoElements { list } => write!(f, "no element in `{list}`"),
            Damage::Utf8 { found, .. } => write!(f, "{found:?}"),
        }
    }
}

/// A row that a source hands to its sink, in the order of the file.
pub(crate) enum Row<'a> {
    /// A whole row: one cell for each wanted column.
    Cells { line: u64, cells: &'a [Cell<'a>] },
    /// A damaged row that starts at `line`.
    Damaged { line: u64, damage: Damage },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_spreadsheets_and_blanks_of_all_kinds_are_no_part_of_a_value() {
        for (text, expected) in [
            (" a ", "a"),
            ("\u{a0}A1\u{a0}", "A1"),
            ("\u{feff}A1\u{200b}", "A1"),
            ("=\"00123\"", "00123"),
            ("'00123", "00123"),
            ("'A-1", "A-1"),
            ("'n Sync 2", "'n Sync 2"),
            ("'quoted'", "'quoted'"),
            ("=1+1", "=1+1"),
        ] {
            assert_eq!(Cell::from_text(text), Cell::Text(expected), "{text}");
        }
        assert_eq!(Cell::from_text("\u{a0}"), Cell::Missing);
    }

    #[test]
    fn a_float_without_a_fraction_is_a_whole_number() {
        for (text, expected) in
            [("123.0", "123"), ("-7.00", "-7"), ("1.50", "1.50"), ("10", "10"), ("v1.0", "v1.0"), (".0", ".0")]
        {
            assert_eq!(Cell::Text(text).whole(), Cell::Text(expected));
        }
    }
}
