//! Cells of CSV that a spreadsheet would run as a formula.
//!
//! The mark is an apostrophe, which spreadsheets take for "this is text"; whatever this program reads takes it off again
//! (OWASP, *CSV Injection*).

use std::borrow::Cow;

const MARK: char = '\'';

/// Returns true if a spreadsheet may take the text for a formula. A negative number is none.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err()
}

/// The cell for a text: with a mark if it would be run, or begins with one that would be taken off.
pub fn cell(text: &str) -> Cow<'_, str> {
    let inner = text.trim_start_matches(MARK);
    if is_formula(inner) { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that was written by [`cell`].
pub fn text(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(text) if is_formula(text.trim_start_matches(MARK)) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_marked_and_numbers_are_not() {
        assert_eq!(
            ["=cmd|' /C calc'!A0", "+1+2", "-x", "@SUM(A1)", "\tx"].map(cell),
            ["'=cmd|' /C calc'!A0", "'+1+2", "'-x", "'@SUM(A1)", "'\tx"]
        );
        assert_eq!(["-5", "+1.5", "a=b", "", "'a"].map(cell), ["-5", "+1.5", "a=b", "", "'a"]);
    }

    proptest! {
        #[test]
        fn a_cell_is_read_as_its_text(written in "['=+@\t\r a1-]{0,6}") {
            let marked = cell(&written);
            prop_assert_eq!(text(&marked), written.as_str());
            prop_assert!(!is_formula(&marked));
        }
    }
}
