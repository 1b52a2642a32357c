//! Draws a [`Chart`] as SVG, with its colours as CSS variables so that a page can be light or dark.
//!
//! Owns places and marks; knows nothing of what the numbers mean. Every element that carries a number has it as its
//! `<title>`, which browsers show as a tip and screen readers can read.

mod grid;
mod plot;
mod scale;

use std::fmt::Write;

use super::figure::{Chart, Figure};

/// Width of every drawing, in pixels of its own; pages scale it.
const WIDTH: f64 = 720.0;
/// Colours that people who see colours differently can tell apart (Okabe & Ito 2008), the one for a single series first.
pub(super) const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// The figure's chart as a whole `<svg>` element. The same figure gives the same text.
pub fn draw(figure: &Figure) -> String {
    let (height, inside) = match &figure.chart {
        Chart::Histogram { x, y, bins, marks } => plot::histogram(x, y, bins, marks),
        Chart::Bars { x, bars } => plot::bars(x, bars),
        Chart::Lines { x, y, series, marks } => plot::lines(x, y, series, marks),
        Chart::Scatter { x, y, points } => plot::scatter(x, y, points),
        Chart::Heatmap { columns, rows, x, y, value, cells, num_columns, is_log } => grid::heatmap(&grid::Heatmap {
            columns,
            rows,
            x,
            y,
            value,
            cells,
            num_columns: *num_columns,
            is_log: *is_log,
        }),
    };
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-labelledby=\"{0}-title\" \
         aria-describedby=\"{0}-text\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"var(--ink, #222)\">",
        escaped(&figure.id)
    );
    svg += &inside;
    svg += "</svg>";
    svg
}

/// Text as it may stand in XML and in attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            // Control characters cannot be written in XML at all.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Text cut to some letters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
