//! Draws a [`Chart`] as SVG, with its colours as CSS variables so that a page can be light or dark.
//!
//! Owns places and marks; knows nothing of what the numbers mean. Every element that carries a number has it as its
//! `<title>`, which browsers show as a tip and screen readers can read.

mod common;
mod grid;
mod plot;
mod scale;

use std::fmt::Write;

use self::common::{WIDTH, escaped};
use super::figure::{Chart, Figure};

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
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
         aria-labelledby=\"{0}-title\" aria-describedby=\"{0}-text\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\" fill=\"var(--ink, #222)\">",
        escaped(&figure.id)
    );
    svg += &inside;
    svg += "</svg>";
    svg
}
