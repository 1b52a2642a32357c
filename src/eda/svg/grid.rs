//! Heatmaps.

use std::fmt::Write;

use super::super::numbers::number;
use super::{WIDTH, cut, escaped};

const TOP: f64 = 34.0;

/// A heatmap as its figure gives it.
pub(super) struct Heatmap<'a> {
    pub(super) columns: &'a [String],
    pub(super) rows: &'a [String],
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    pub(super) value: &'a str,
    pub(super) cells: &'a [f64],
    pub(super) num_columns: usize,
    pub(super) is_log: bool,
}

/// Cells in shades of one colour: empty ones are not drawn, so that they look like the page.
pub(super) fn heatmap(of: &Heatmap<'_>) -> (f64, String) {
    let num_columns = of.num_columns.max(1);
    let num_rows = of.cells.len().div_ceil(num_columns);
    let letters = of.rows.iter().map(|name| name.chars().count().min(24)).max().unwrap_or(0);
    let left = if of.rows.is_empty() { 24.0 } else { 14.0 + 7.2 * letters as f64 };
    let mut width = (WIDTH - left - 16.0) / num_columns as f64;
    if of.columns.is_empty() {
        // A picture, not a table: square, and no wider than it is read well.
        width = width.min(520.0 / num_columns as f64);
    }
    let height = if of.columns.is_empty() { width } else { width.clamp(18.0, 26.0) };
    // Long names of columns stand upright.
    let column_letters = of.columns.iter().map(|name| name.chars().count().min(24)).max().unwrap_or(0);
    let is_upright = column_letters as f64 * 7.2 > width;
    let names_height = if of.columns.is_empty() {
        8.0
    } else if is_upright {
        12.0 + 6.6 * column_letters as f64
    } else {
        22.0
    };
    let most = of.cells.iter().copied().fold(0.0, f64::max);
    let shade = |value: f64| {
        let part = if of.is_log { (1.0 + value).ln() / (1.0 + most).ln() } else { value / most };
        0.08 + 0.92 * part
    };

    let mut text = String::new();
    let _ = write!(
        text,
        "<text x=\"4\" y=\"16\" font-weight=\"600\">{} ↓ {} →</text><text x=\"{:.1}\" y=\"16\" text-anchor=\"end\">darker: more {}</text>",
        escaped(of.y),
        escaped(of.x),
        WIDTH - 16.0,
        escaped(of.value)
    );
    let has_names = !of.columns.is_empty();
    for (at, &value) in of.cells.iter().enumerate().filter(|(_, value)| **value > 0.0) {
        let (row, column) = (at / num_columns, at % num_columns);
        let gap = if has_names { 1.0 } else { 0.0 };
        let _ = write!(
            text,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--c0, #0072b2)\" fill-opacity=\"{:.2}\"",
            left + column as f64 * width,
            TOP + row as f64 * height,
            width - gap,
            height - gap,
            shade(value)
        );
        if let (Some(row), Some(column)) = (of.rows.get(row), of.columns.get(column)) {
            let _ = write!(
                text,
                "><title>{}, {}: {} {}</title></rect>",
                escaped(row),
                escaped(column),
                number(value),
                escaped(of.value)
            );
        } else {
            text += "/>";
        }
    }
    for (row, name) in of.rows.iter().enumerate() {
        let y = TOP + (row as f64 + 0.5) * height + 4.0;
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            escaped(&cut(name, 24))
        );
    }
    let below = TOP + num_rows as f64 * height;
    for (column, name) in of.columns.iter().enumerate() {
        let x = left + (column as f64 + 0.5) * width;
        let name = escaped(&cut(name, 24));
        let _ = match is_upright {
            true => write!(
                text,
                "<text transform=\"translate({:.1} {:.1}) rotate(-90)\" text-anchor=\"end\" font-size=\"12\">{name}</text>",
                x + 4.0,
                below + 8.0
            ),
            false => write!(
                text,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"12\">{name}</text>",
                below + 16.0
            ),
        };
    }
    if !has_names {
        let _ = write!(
            text,
            "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"var(--axis, #888)\"/>",
            num_columns as f64 * width,
            num_rows as f64 * height
        );
    }
    (below + names_height, text)
}
