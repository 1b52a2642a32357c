//! A figure as a plain value: what it says, what it is drawn from, and its numbers as a table.
//!
//! Owns the few kinds of charts that summaries need. Knows nothing of drawing: the report on disk
//! and the page in the browser draw the same value each in its own way.

use serde::Serialize;

/// A chart with what people need to read it, seeing it or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// A stable name of lower-case words with dashes, such as `session-length`; files that are saved get it.
    pub id: String,
    /// The title, in one line.
    pub title: String,
    /// Whole sentences on how to read the chart and on its most striking values.
    pub text: String,
    /// The chart.
    pub chart: Chart,
    /// The numbers behind it.
    pub table: Grid,
}

/// Plain rows of text under a head, for people and for CSV.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// A grid without rows.
    pub fn new(head: &[&str]) -> Grid {
        Grid { head: head.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

/// Data of a chart. Numbers are finite.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Chart {
    /// Upright bars between numbers: a histogram.
    Histogram {
        /// Across.
        x: Axis,
        /// Upwards.
        y: Axis,
        /// The bars, ascending, without overlap.
        bins: Vec<Bin>,
        /// Places worth naming.
        marks: Vec<Mark>,
    },
    /// Lying bars, one for each name, from the top.
    Bars {
        /// Along the bars.
        x: Axis,
        /// The bars.
        bars: Vec<Bar>,
    },
    /// Lines through points.
    Lines {
        /// Across.
        x: Axis,
        /// Upwards.
        y: Axis,
        /// The lines.
        series: Vec<Series>,
        /// Places on the x axis worth naming.
        marks: Vec<Mark>,
    },
    /// Points.
    Scatter {
        /// Across.
        x: Axis,
        /// Upwards.
        y: Axis,
        /// The points.
        points: Vec<Point>,
    },
    /// Cells of a grid, the darker the more.
    Heatmap {
        /// Names of the columns; empty if the columns are only places in order.
        columns: Vec<String>,
        /// Names of the rows, from the top; empty likewise.
        rows: Vec<String>,
        /// Meaning of a column.
        x: String,
        /// Meaning of a row.
        y: String,
        /// Meaning of the number in a cell.
        value: String,
        /// Row by row, as many as rows times `num_columns`.
        cells: Vec<f64>,
        /// Number of columns.
        num_columns: usize,
        /// True if colours go by the logarithm.
        is_log: bool,
    },
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// The measured quantity, with its unit.
    pub label: String,
    /// Scale of the axis.
    pub scale: Scale,
}

/// Scale of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm; all are above zero.
    Log,
    /// Evenly; ms since 1970 UTC, written as dates.
    Time,
    /// Evenly; `0..=1`, written as per cent.
    Percent,
}

/// A bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Height.
    pub value: f64,
}

/// A named bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Length.
    pub value: f64,
    /// Text beside the bar; may be empty.
    pub note: String,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Its name; empty for an only one.
    pub name: String,
    /// Its points, ascending in x.
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// Lines of the course of a search, which goes on to another part wherever the objective falls: each part moves
    /// other constants, and measures them on a table of its own.
    pub fn of_search(name: &str, points: &[(f64, f64)]) -> Vec<Series> {
        let parts: Vec<&[(f64, f64)]> = points.chunk_by(|one, next| next.1 >= one.1).collect();
        let name = |part: usize| match parts.len() {
            1 => name.to_owned(),
            _ => format!("{name} ({})", part + 1),
        };
        parts.iter().enumerate().map(|(part, points)| Series { name: name(part), points: points.to_vec() }).collect()
    }
}

/// A place on the x axis worth naming.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// Where.
    pub at: f64,
    /// Its name, such as `median 4`.
    pub name: String,
}

/// A point of a scatter chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Name of the point.
    pub name: String,
    /// True if it stands out: it is drawn in another colour, and with its name however many points there are.
    pub is_marked: bool,
}

impl Axis {
    /// An axis with even steps.
    pub fn linear(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), scale: Scale::Linear }
    }

    /// An axis of logarithms.
    pub fn log(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), scale: Scale::Log }
    }

    /// An axis of dates.
    pub fn time(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), scale: Scale::Time }
    }

    /// An axis of shares.
    pub fn percent(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), scale: Scale::Percent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_line_for_each_part() {
        let parts = |points: &[(f64, f64)]| -> Vec<(String, usize)> {
            Series::of_search("next", points).into_iter().map(|line| (line.name, line.points.len())).collect()
        };
        assert_eq!(parts(&[(0.0, 1.0), (3.0, 1.2)]), [("next".to_owned(), 2)]);
        let fallen = [(0.0, 1.0), (3.0, 1.2), (4.0, 0.9), (5.0, 0.9), (7.0, 1.3)];
        assert_eq!(parts(&fallen), [("next (1)".to_owned(), 2), ("next (2)".to_owned(), 3)]);
    }
}
