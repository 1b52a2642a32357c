//! Heatmaps.

use std::fmt::Write;

use super::super::format::number;
use super::common::{WIDTH, cut, escaped};

const TOP: f64 = 34.0;
/// Shades of a picture of many cells.
const SHADES: usize = 16;

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
    let left = if of.rows.is_empty() { 24.0 } else { 14.0 + 8.6 * letters as f64 };
    let mut width = (WIDTH - left - 16.0) / num_columns as f64;
    if of.columns.is_empty() {
        // A picture, not a table: square, and no wider than it is read well.
        width = width.min(520.0 / num_columns as f64);
    }
    let height = if of.columns.is_empty() { width } else { width.clamp(18.0, 26.0) };
    // Long names of columns stand upright.
    let column_letters = of.columns.iter().map(|name| name.chars().count().min(24)).max().unwrap_or(0);
    let is_upright = column_letters as f64 * 8.2 > width;
    let names_height = if of.columns.is_empty() {
        8.0
    } else if is_upright {
        16.0 + 8.2 * column_letters as f64
    } else {
        22.0
    };
    let most = of.cells.iter().copied().fold(0.0, f64::max);
    let shade = |value: f64| {
        let part = if of.is_log { libm::log(1.0 + value) / libm::log(1.0 + most) } else { value / most };
        0.08 + 0.92 * part
    };

    let mut text = String::new();
    let _ = write!(
        text,
        "<text x=\"4\" y=\"16\" font-weight=\"600\">{} ↓ {} →</text><text x=\"{:.1}\" y=\"16\" \
         text-anchor=\"end\">stronger: more {}</text>",
        escaped(of.y),
        escaped(of.x),
        WIDTH - 16.0,
        escaped(of.value)
    );
    let has_names = !of.columns.is_empty();
    let place = |at: usize| (left + (at % num_columns) as f64 * width, TOP + (at / num_columns) as f64 * height);
    let shown = of.cells.iter().enumerate().filter(|(_, value)| **value > 0.0);
    if has_names {
        for (at, &value) in shown {
            let (x, y) = place(at);
            let name = |names: &[String], at: usize| names.get(at).map_or_else(String::new, |name| escaped(name));
            let _ = write!(
                text,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--c0, #0072b2)\" \
                 fill-opacity=\"{:.2}\"><title>{}, {}: {} {}</title></rect>",
                width - 1.0,
                height - 1.0,
                shade(value),
                name(of.rows, at / num_columns),
                name(of.columns, at % num_columns),
                number(value),
                escaped(of.value)
            );
        }
    } else {
        // Thousands of cells without names: one path for each shade, and cells side by side as one piece of it.
        let mut paths = vec![String::new(); SHADES];
        let mut last = None;
        for (at, &value) in shown {
            let (x, y) = place(at);
            let shade = ((shade(value) * SHADES as f64).ceil() as usize).clamp(1, SHADES) - 1;
            let path = &mut paths[shade];
            if at % num_columns > 0 && last == Some((at.wrapping_sub(1), shade)) {
                let _ = write!(path, "h{width:.2}");
            } else {
                let _ = write!(path, "M{x:.1} {:.1}h{width:.2}", y + height / 2.0);
            }
            last = Some((at, shade));
        }
        for (shade, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            let opacity = (shade + 1) as f64 / SHADES as f64;
            let _ = write!(
                text,
                "<path d=\"{path}\" stroke=\"var(--c0, #0072b2)\" stroke-width=\"{:.2}\" \
                 stroke-opacity=\"{opacity:.2}\" fill=\"none\"/>",
                height + 0.05
            );
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
                "<text transform=\"translate({:.1} {:.1}) rotate(-90)\" text-anchor=\"end\" \
                 font-size=\"12\">{name}</text>",
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
            "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"var(--axis, \
             #888)\"/>",
            num_columns as f64 * width,
            num_rows as f64 * height
        );
    }
    (below + names_height, text)
}
