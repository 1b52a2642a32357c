//! Tables of text for people to read.

use crate::terminal::printable;
use std::fmt;

pub use vicino::eda::thousands;

/// Rows of cells under headings; the first column is aligned to the left, numbers to the right.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    has_header: bool,
}

impl Table {
    /// A table with headings.
    pub fn new(header: &[&str]) -> Table {
        Table { rows: vec![header.iter().map(|cell| (*cell).to_owned()).collect()], has_header: true }
    }

    /// A table of names and values without headings.
    pub fn plain() -> Table {
        Table::default()
    }

    /// Adds a row; long cells are cut, and end with an ellipsis.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(|cell| shown(cell.into())).collect());
    }

    fn is_right(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().skip(usize::from(self.has_header)).filter_map(|row| row.get(column));
        column > 0 && cells.all(|cell| cell.is_empty() || looks_like_a_number(cell))
    }
}

/// Letters of a cell.
const MAX_LETTERS: usize = 200;

/// A cell on one line, without what would control a terminal.
fn shown(cell: String) -> String {
    let cell = match printable(&cell) {
        _ if cell.contains(['\n', '\t']) => printable(&cell).replace('\n', "\\n").replace('\t', "\\t"),
        shown => shown.into_owned(),
    };
    match cell.char_indices().nth(MAX_LETTERS) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell,
    }
}

fn looks_like_a_number(cell: &str) -> bool {
    cell.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | ',' | '%' | ' ' | 'e'))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let num_columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let columns: Vec<(usize, bool)> =
            (0..num_columns).map(|column| (width(column), self.is_right(column))).collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (cell, &(width, is_right)) in row.iter().zip(&columns) {
                line += &if is_right { format!(" {cell:>width$} ") } else { format!(" {cell:<width$} ") };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A share as a percentage with two decimals: 54.47 %.
pub fn percent(share: f64) -> String {
    format!("{} %", decimals(share * 100.0, 2))
}

/// A number with so many digits after the point, and without the sign of a zero.
pub fn decimals(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        _ => text,
    }
}

/// A constant or figure with up to five significant digits after the point.
pub fn figure(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return decimals(value, 0);
    }
    let text = decimals(value, 5);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The double that prints with as few digits as the float does.
pub fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_right_and_words_left() {
        let mut table = Table::new(&["reason", "rows", "note"]);
        table.row(["no item", "7", "x"]);
        table.row(["bad time", "1,200", ""]);
        let expected = "  reason     rows  note\n  no item       7  x\n  bad time  1,200\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn a_cell_is_one_line_of_bounded_length() {
        let mut table = Table::plain();
        table.row(["a".repeat(70_000), "x\n\u{1b}[2Jy".to_owned()]);
        assert_eq!(table.to_string(), format!("  {}…  x\\n\\u{{1b}}[2Jy\n", "a".repeat(200)));
    }

    #[test]
    fn a_float_keeps_its_digits_as_a_double() {
        assert_eq!([0.1_f32, 1.358_793_6].map(shortest), [0.1, 1.358_793_6]);
    }

    #[test]
    fn figures_drop_trailing_zeros() {
        assert_eq!([3.0, 0.5, 1.0 / 3.0].map(figure), ["3", "0.5", "0.33333"]);
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!([-0.0, -0.000_001, -0.5].map(figure), ["0", "0", "-0.5"]);
        assert_eq!([-0.0, -0.000_01, -0.01].map(percent), ["0.00 %", "0.00 %", "-1.00 %"]);
    }
}
