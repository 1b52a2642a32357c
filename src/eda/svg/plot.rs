//! Charts with axes: histogram, lines, scatter, and lying bars.

use std::fmt::Write;

use super::super::figure::{Axis, Bar, Bin, Mark, Point, Scale, Series};
use super::super::format::number;
use super::common::{COLOURS, WIDTH, cut, escaped};
use super::scale::Places;

const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 52.0;

/// The frame of a chart: both axes with their lines and numbers.
struct Frame {
    x: Places,
    y: Places,
    text: String,
}

impl Frame {
    fn new(x: &Axis, y: &Axis, xs: impl Iterator<Item = f64>, ys: impl Iterator<Item = f64>) -> Frame {
        let mut text = String::new();
        let x_places = Places::new(x, xs, false, LEFT, WIDTH - RIGHT);
        let y_places = Places::new(y, ys, true, HEIGHT - BOTTOM, TOP);
        for tick in y_places.ticks(6) {
            let _ = write!(
                text,
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"var(--line, #ddd)\"/>\
                 <text x=\"{2:.1}\" y=\"{3:.1}\" text-anchor=\"end\">{4}</text>",
                WIDTH - RIGHT,
                tick.place,
                LEFT - 8.0,
                tick.place + 4.0,
                tick.text
            );
        }
        let wanted = if x.scale == Scale::Time { 6 } else { 9 };
        for tick in x_places.ticks(wanted) {
            let _ = write!(
                text,
                "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\" stroke=\"var(--axis, #888)\"/>\
                 <text x=\"{0:.1}\" y=\"{3:.1}\" text-anchor=\"{5}\">{4}</text>",
                tick.place,
                HEIGHT - BOTTOM,
                HEIGHT - BOTTOM + 5.0,
                HEIGHT - BOTTOM + 19.0,
                tick.text,
                if tick.place > WIDTH - RIGHT - 20.0 { "end" } else { "middle" }
            );
        }
        let _ = write!(
            text,
            "<line x1=\"{LEFT}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"var(--axis, #888)\"/>\
             <text x=\"{0:.1}\" y=\"{2:.1}\" text-anchor=\"end\" font-weight=\"600\">{3}</text>\
             <text x=\"4\" y=\"16\" font-weight=\"600\">{4}</text>",
            WIDTH - RIGHT,
            HEIGHT - BOTTOM,
            HEIGHT - 10.0,
            escaped(&x.label),
            escaped(&y.label)
        );
        Frame { x: x_places, y: y_places, text }
    }

    /// Lines at places worth naming; names at the right edge go to the left of their line.
    fn mark(&mut self, marks: &[Mark]) {
        for mark in marks {
            let place = self.x.of(mark.at);
            let (anchor, aside) = if place > WIDTH * 0.6 { ("end", -6.0) } else { ("start", 6.0) };
            let _ = write!(
                self.text,
                "<line x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{TOP}\" y2=\"{:.1}\" stroke=\"currentColor\" \
                 stroke-dasharray=\"4 4\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" \
                 paint-order=\"stroke\" stroke=\"var(--card, #fff)\" stroke-width=\"4\">{}</text>",
                HEIGHT - BOTTOM,
                place + aside,
                TOP + 12.0,
                escaped(&mark.name)
            );
        }
    }
}

pub(super) fn histogram(x: &Axis, y: &Axis, bins: &[Bin], marks: &[Mark]) -> (f64, String) {
    let ends = bins.iter().flat_map(|bin| [bin.from, bin.to]);
    let mut frame = Frame::new(x, y, ends, bins.iter().map(|bin| bin.value));
    for bin in bins.iter().filter(|bin| bin.value > 0.0) {
        let (from, to, top) = (frame.x.of(bin.from), frame.x.of(bin.to), frame.y.of(bin.value));
        let _ = write!(
            frame.text,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--c0, {})\"><title>{} to {}: \
             {}</title></rect>",
            from + 0.5,
            // The smallest bar is still seen.
            top.min(HEIGHT - BOTTOM - 1.0),
            (to - from - 1.0).max(0.8),
            (HEIGHT - BOTTOM - top).max(1.0),
            COLOURS[0],
            number(bin.from),
            number(bin.to),
            number(bin.value)
        );
    }
    frame.mark(marks);
    (HEIGHT, frame.text)
}

pub(super) fn lines(x: &Axis, y: &Axis, series: &[Series], marks: &[Mark]) -> (f64, String) {
    let points = || series.iter().flat_map(|line| &line.points);
    let mut frame = Frame::new(x, y, points().map(|point| point.0), points().map(|point| point.1));
    let legend = Legend::new(&y.label, series);
    for (at, line) in series.iter().enumerate() {
        let colour = format!("var(--c{0}, {1})", at % COLOURS.len(), COLOURS[at % COLOURS.len()]);
        // Series are told apart without colours, too.
        let dashes =
            ["", " stroke-dasharray=\"7 3\"", " stroke-dasharray=\"2 3\"", " stroke-dasharray=\"9 3 2 3\""][at % 4];
        let path: Vec<String> =
            line.points.iter().map(|&(x, y)| format!("{:.1},{:.1}", frame.x.of(x), frame.y.of(y))).collect();
        let _ = write!(
            frame.text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-linejoin=\"round\"{dashes}><title>{}</title></polyline>",
            path.join(" "),
            escaped(&line.name)
        );
        // A line of one point would not be seen.
        if let [(x, y)] = line.points[..] {
            let _ = write!(
                frame.text,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>",
                frame.x.of(x),
                frame.y.of(y)
            );
        }
        if let Some(&(end, row)) = legend.places.get(at).filter(|_| !line.name.is_empty()) {
            // Rows of their own stand above the frame.
            let y = 16.0 + LEGEND_ROW * (row as f64 - legend.num_rows as f64);
            let start = end - name_width(&line.name);
            let _ = write!(
                frame.text,
                "<text x=\"{end:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{0}</text><line x1=\"{1:.1}\" x2=\"{2:.1}\" \
                 y1=\"{3:.1}\" y2=\"{3:.1}\" stroke=\"{colour}\" stroke-width=\"3\"{dashes}/>",
                escaped(&line.name),
                start - 34.0,
                start - 8.0,
                y - 4.0
            );
        }
    }
    frame.mark(marks);
    let down = LEGEND_ROW * legend.num_rows as f64;
    if down > 0.0 {
        frame.text = format!("<g transform=\"translate(0 {down})\">{}</g>", frame.text);
    }
    (HEIGHT + down, frame.text)
}

/// Height of a row of the legend.
const LEGEND_ROW: f64 = 18.0;

/// Width that a name takes, in pixels.
fn name_width(name: &str) -> f64 {
    7.8 * name.chars().count() as f64
}

/// Places of the names of lines.
struct Legend {
    /// Where each name ends, and its row.
    places: Vec<(f64, usize)>,
    /// Rows above the name of the axis; 0 if all names stand beside it.
    num_rows: usize,
}

impl Legend {
    fn new(axis: &str, series: &[Series]) -> Legend {
        let widths: Vec<f64> = series.iter().map(|line| name_width(&line.name) + 50.0).collect();
        let beside = WIDTH - RIGHT - 4.0 - 8.6 * axis.chars().count() as f64 - 24.0;
        let fits = widths.iter().sum::<f64>() <= beside;
        let (mut end, mut row, mut places) = (WIDTH - RIGHT, 0, Vec::new());
        for width in widths {
            if !fits && end < WIDTH - RIGHT && end - width < 0.0 {
                (end, row) = (WIDTH - RIGHT, row + 1);
            }
            places.push((end, row));
            end -= width;
        }
        Legend { places, num_rows: if fits { 0 } else { row + 1 } }
    }
}

/// Points that are all drawn with their names; of more, only those that stand out are.
const MAX_NAMES: usize = 15;

pub(super) fn scatter(x: &Axis, y: &Axis, points: &[Point]) -> (f64, String) {
    let mut frame = Frame::new(x, y, points.iter().map(|point| point.x), points.iter().map(|point| point.y));
    let (marked, others): (Vec<&Point>, Vec<&Point>) = points.iter().partition(|point| point.is_marked);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let has_room = points.len() <= MAX_NAMES;
    for point in others.into_iter().chain(marked) {
        let (at, up) = (frame.x.of(point.x), frame.y.of(point.y));
        let (colour, radius) = if point.is_marked { (1, 5.0) } else { (0, 3.0) };
        let _ = write!(
            frame.text,
            "<circle cx=\"{at:.1}\" cy=\"{up:.1}\" r=\"{radius}\" fill=\"var(--c{colour}, {})\" \
             fill-opacity=\"{}\"><title>{}: {}, {}</title></circle>",
            COLOURS[colour],
            if point.is_marked { 1.0 } else { 0.45 },
            escaped(&point.name),
            number(point.x),
            number(point.y)
        );
        if point.is_marked || has_room {
            let (anchor, aside) = if at > WIDTH * 0.6 { ("end", -9.0) } else { ("start", 9.0) };
            // A name that would lie on another goes below it.
            let mut line = up + 4.0;
            while taken.iter().any(|&(x, y)| (x - at).abs() < 220.0 && (y - line).abs() < 13.0) {
                line += 14.0;
            }
            taken.push((at, line));
            let _ = write!(
                frame.text,
                "<text x=\"{:.1}\" y=\"{line:.1}\" text-anchor=\"{anchor}\" font-size=\"12\">{}</text>",
                at + aside,
                escaped(&cut(&point.name, 32))
            );
        }
    }
    (HEIGHT, frame.text)
}

pub(super) fn bars(x: &Axis, bars: &[Bar]) -> (f64, String) {
    const ROW: f64 = 26.0;
    let names = bars.iter().map(|bar| bar.name.chars().count().min(28)).max().unwrap_or(0);
    let left = 14.0 + 8.4 * names as f64;
    let notes = bars.iter().map(|bar| bar.note.chars().count()).max().unwrap_or(0);
    let end = WIDTH - 16.0 - (7.8 * notes as f64).min(280.0);
    let places = Places::new(x, bars.iter().map(|bar| bar.value), true, left, end);
    let mut text = String::new();
    for (row, bar) in bars.iter().enumerate() {
        let y = TOP + row as f64 * ROW;
        let to = places.of(bar.value);
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect x=\"{left:.1}\" y=\"{y:.1}\" \
             width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--c0, {})\"><title>{}: {}</title></rect><text x=\"{:.1}\" \
             y=\"{:.1}\">{}</text>",
            left - 8.0,
            y + 15.0,
            escaped(&cut(&bar.name, 28)),
            (to - left).max(1.0),
            ROW - 6.0,
            COLOURS[0],
            escaped(&bar.name),
            number(bar.value),
            to + 6.0,
            y + 15.0,
            escaped(&bar.note)
        );
    }
    let _ = write!(text, "<text x=\"{left:.1}\" y=\"16\" font-weight=\"600\">{}</text>", escaped(&x.label));
    (TOP + bars.len() as f64 * ROW + 8.0, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(names: &[&str]) -> Vec<Series> {
        names.iter().map(|&name| Series { name: name.to_owned(), points: vec![(1.0, 1.0), (2.0, 2.0)] }).collect()
    }

    #[test]
    fn a_legend_without_room_beside_the_axis_stands_above_it() {
        let (axis, long) = ("objective", "together: packing, the second part");
        assert_eq!(Legend::new(axis, &series(&["next", "together"])).num_rows, 0);
        assert_eq!(Legend::new(axis, &series(&[long, long])).num_rows, 1);
        let three = Legend::new(axis, &series(&[long, long, long]));
        assert_eq!(three.num_rows, 2);
        let [y, x] = [Axis::linear(axis), Axis::linear("tried")];
        let (height, text) = lines(&x, &y, &series(&[long, long, long]), &[]);
        assert_eq!(height, HEIGHT + 2.0 * LEGEND_ROW);
        // The axis' name moves down with the frame; the first row of names is where it was.
        assert!(text.starts_with("<g transform=\"translate(0 36)\">") && text.contains("y=\"-20.0\""), "{text}");
    }

    #[test]
    fn few_points_all_have_their_names() {
        let points = |count: usize| -> Vec<Point> {
            (0..count).map(|at| Point { x: at as f64, y: 1.0, name: format!("p{at}"), is_marked: at == 0 }).collect()
        };
        let num_names = |count| {
            let (_, text) = scatter(&Axis::linear("x"), &Axis::linear("y"), &points(count));
            text.matches("font-size=\"12\"").count()
        };
        assert_eq!([num_names(5), num_names(MAX_NAMES), num_names(MAX_NAMES + 1)], [5, MAX_NAMES, 1]);
    }
}
