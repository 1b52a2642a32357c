//! A filter of rows in words: `status in (completed, processing) and not country = UK`.
//!
//! | condition | holds if |
//! |---|---|
//! | `COLUMN = VALUE`, `COLUMN is VALUE` | the value is the same, in any case, or as a number |
//! | `COLUMN != VALUE`, `COLUMN is not VALUE` | it is not |
//! | `COLUMN in (VALUE, VALUE)`, `COLUMN not in (...)` | it is one of them; none of them |
//! | `COLUMN < NUMBER`, `<=`, `>`, `>=` | the value is a number, and compares so |
//! | `COLUMN is missing`, `COLUMN is not missing` | the row has no value; it has one |
//!
//! Conditions are joined by `and`, `or`, `not` and brackets; `and` binds tighter than `or`. A name or value of more
//! than one word stands in quotes. A missing value equals nothing and is in no list.

use std::fmt;

use crate::table::{Cell, parse_number};

/// A filter of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    text: String,
    /// The columns that it names.
    columns: Vec<String>,
    condition: Condition,
}

/// A text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at letter {position} of `{text}`: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct FilterError {
    /// The text that was given.
    pub text: String,
    /// Where the mistake is, in letters from 1.
    pub position: usize,
    /// The words that could have stood there.
    pub expected: &'static str,
    /// The word that stands there.
    pub found: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// The column's value is one of these; its number among the columns.
    IsOneOf(usize, Vec<String>),
    Compares(usize, Comparison, f64),
    IsMissing(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl RowFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// The text is none; the error says where and what could have stood there.
    pub fn parse(text: &str) -> Result<RowFilter, FilterError> {
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, columns: Vec::new() };
        let condition = parser.any()?;
        if parser.at < parser.tokens.len() {
            return Err(parser.error("`and`, `or` or the end"));
        }
        Ok(RowFilter { text: text.to_owned(), columns: parser.columns, condition })
    }

    /// The names of the columns that it looks at, each once.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Tells whether a row passes; `cell` gives the value of a column by its number among [`columns`](Self::columns).
    pub(super) fn passes<'a>(&self, cell: impl Fn(usize) -> Cell<'a> + Copy) -> bool {
        self.condition.holds(cell)
    }
}

impl fmt::Display for RowFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Condition {
    fn holds<'a>(&self, cell: impl Fn(usize) -> Cell<'a> + Copy) -> bool {
        match self {
            Condition::IsOneOf(column, values) => {
                let value = cell(*column).unless_null();
                value != Cell::Missing && values.iter().any(|wanted| is_same(&value.to_text(), wanted))
            }
            Condition::Compares(column, comparison, number) => {
                let Ok(Some(value)) = cell(*column).unless_null().to_number() else { return false };
                match comparison {
                    Comparison::Less => value < *number,
                    Comparison::LessOrEqual => value <= *number,
                    Comparison::More => value > *number,
                    Comparison::MoreOrEqual => value >= *number,
                }
            }
            Condition::IsMissing(column) => cell(*column).unless_null() == Cell::Missing,
            Condition::Not(inner) => !inner.holds(cell),
            Condition::All(parts) => parts.iter().all(|part| part.holds(cell)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(cell)),
        }
    }
}

/// Returns true if two values are the same text in any case, or the same number.
fn is_same(value: &str, wanted: &str) -> bool {
    let is_same_text = value == wanted || value.to_lowercase() == wanted.to_lowercase();
    is_same_text || matches!((parse_number(value), parse_number(wanted)), (Some(a), Some(b)) if a == b)
}

/// Depth of brackets and `not` up to which a filter is read.
const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A word, or a text in quotes, which is no word of the language.
    Text {
        text: String,
        is_quoted: bool,
    },
    Sign(&'static str),
}

/// The tokens of a text, each with its place in letters from 1.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    const SIGNS: [&str; 9] = ["(", ")", ",", "!=", "<=", ">=", "=", "<", ">"];
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let position = text.chars().count() - rest.chars().count() + 1;
        let Some(first) = rest.chars().next() else { return Ok(found) };
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push((position, Token::Sign(sign)));
            rest = &rest[sign.len()..];
            continue;
        }
        if matches!(first, '"' | '\'' | '`') {
            let inner = &rest[1..];
            let Some(end) = inner.find(first) else {
                let (text, found) = (text.to_owned(), "the end".to_owned());
                return Err(FilterError { text, position, expected: "a closing quote", found });
            };
            found.push((position, Token::Text { text: inner[..end].to_owned(), is_quoted: true }));
            rest = &inner[end + 1..];
            continue;
        }
        let is_end = |letter: char| letter.is_whitespace() || "(),=<>!".contains(letter);
        let end = rest.find(is_end).unwrap_or(rest.len()).max(first.len_utf8());
        found.push((position, Token::Text { text: rest[..end].to_owned(), is_quoted: false }));
        rest = &rest[end..];
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    columns: Vec<String>,
}

impl Parser<'_> {
    fn error(&self, expected: &'static str) -> FilterError {
        let (position, found) = match self.tokens.get(self.at) {
            None => (self.text.chars().count() + 1, "the end".to_owned()),
            Some((position, Token::Text { text, .. })) => (*position, format!("`{text}`")),
            Some((position, Token::Sign(sign))) => (*position, format!("`{sign}`")),
        };
        FilterError { text: self.text.to_owned(), position, expected, found }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at), Some((_, Token::Text { text, is_quoted: false }))
            if text.eq_ignore_ascii_case(word));
        self.at += usize::from(is_it);
        is_it
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at), Some((_, Token::Sign(found))) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn text(&mut self, expected: &'static str) -> Result<String, FilterError> {
        match self.tokens.get(self.at) {
            Some((_, Token::Text { text, .. })) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => Err(self.error(expected)),
        }
    }

    fn any(&mut self) -> Result<Condition, FilterError> {
        self.any_at(0)
    }

    fn any_at(&mut self, depth: usize) -> Result<Condition, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.takes_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, FilterError> {
        let mut parts = vec![self.one(depth)?];
        while self.takes_word("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Condition, FilterError> {
        if depth > MAX_DEPTH {
            return Err(self.error("at most 32 brackets inside each other"));
        }
        if self.takes_word("not") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes_sign("(") {
            let inner = self.any_at(depth + 1)?;
            return if self.takes_sign(")") { Ok(inner) } else { Err(self.error("`)`")) };
        }
        let name = self.text("the name of a column")?;
        let column = self.columns.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.columns.push(name);
            self.columns.len() - 1
        });
        self.condition(column)
    }

    fn condition(&mut self, column: usize) -> Result<Condition, FilterError> {
        let not = |condition| Condition::Not(Box::new(condition));
        if self.takes_word("in") {
            return Ok(Condition::IsOneOf(column, self.list()?));
        }
        if self.takes_word("not") {
            return if self.takes_word("in") {
                Ok(not(Condition::IsOneOf(column, self.list()?)))
            } else {
                Err(self.error("`in`"))
            };
        }
        if self.takes_word("is") {
            let is_not = self.takes_word("not");
            let condition = match self.takes_word("missing") {
                true => Condition::IsMissing(column),
                false => Condition::IsOneOf(column, vec![self.text("a value or `missing`")?]),
            };
            return Ok(if is_not { not(condition) } else { condition });
        }
        if self.takes_sign("=") {
            return Ok(Condition::IsOneOf(column, vec![self.text("a value")?]));
        }
        if self.takes_sign("!=") {
            return Ok(not(Condition::IsOneOf(column, vec![self.text("a value")?])));
        }
        let comparisons = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::MoreOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        for (sign, comparison) in comparisons {
            if self.takes_sign(sign) {
                let number = match self.tokens.get(self.at) {
                    Some((_, Token::Text { text, .. })) => parse_number(text),
                    _ => None,
                };
                let number = number.ok_or_else(|| self.error("a number"))?;
                self.at += 1;
                return Ok(Condition::Compares(column, comparison, number));
            }
        }
        Err(self.error("`=`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in` or `is`"))
    }

    fn list(&mut self) -> Result<Vec<String>, FilterError> {
        if !self.takes_sign("(") {
            return Err(self.error("`(` and a list of values"));
        }
        let mut values = vec![self.value_in_list()?];
        while self.takes_sign(",") {
            values.push(self.value_in_list()?);
        }
        if self.takes_sign(")") { Ok(values) } else { Err(self.error("`,` or `)`")) }
    }

    /// A value of a list, which may be of several words without quotes.
    fn value_in_list(&mut self) -> Result<String, FilterError> {
        let mut value = self.text("a value")?;
        while let Some((_, Token::Text { text, .. })) = self.tokens.get(self.at) {
            value.push(' ');
            value.push_str(text);
            self.at += 1;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tells whether a row with these values passes.
    fn passes(filter: &str, row: &[(&str, &str)]) -> bool {
        let filter = RowFilter::parse(filter).unwrap();
        filter.passes(|column| {
            let name = &filter.columns()[column];
            row.iter().find(|(known, _)| known == name).map_or(Cell::Missing, |(_, text)| Cell::from_text(text))
        })
    }

    #[test]
    fn conditions_hold_as_they_read() {
        let row = [("status", "Completed"), ("total", "12.50"), ("Ship To", "New Zealand"), ("note", "")];
        for (filter, expected) in [
            ("status in (completed, processing)", true),
            ("status not in (completed, processing)", false),
            ("status = completed", true),
            ("status != completed", false),
            ("status is not failed and total >= 12.5", true),
            ("total < 12.5 or total = 12.500", true),
            ("not (total > 12 and total <= 13)", false),
            ("\"Ship To\" in (Australia, New Zealand)", true),
            ("note is missing", true),
            ("note is not missing or status is missing", false),
            ("note = x", false),
            ("note != x", true),
            ("status > 5", false),
            ("status = failed or status = completed and total > 100", false),
        ] {
            assert_eq!(passes(filter, &row), expected, "{filter}");
        }
    }

    #[test]
    fn a_mistake_is_shown_with_its_place() {
        for (filter, position, expected) in [
            ("", 1, "the name of a column"),
            ("status", 7, "`=`"),
            ("status in completed", 11, "`(`"),
            ("status in (a, )", 15, "a value"),
            ("status in (a", 13, "`)`"),
            ("total > much", 9, "a number"),
            ("status = a b", 12, "`and`"),
            ("status = 'a", 10, "a closing quote"),
            ("(a = 1", 7, "`)`"),
            ("größe = ü ü", 11, "`and`"),
        ] {
            let error = RowFilter::parse(filter).unwrap_err();
            assert_eq!(error.position, position, "{filter}: {error}");
            assert!(error.expected.contains(expected), "{filter}: {error}");
        }
        assert!(RowFilter::parse(&"(".repeat(10_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z()=<>!,'\" éinot]{0,40}") {
            if let Ok(filter) = RowFilter::parse(&text) {
                filter.passes(|_| Cell::Missing);
            }
        }
    }
}
