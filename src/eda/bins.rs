//! Histograms: even steps where values are close together, steps of a ratio where they are not.

use super::figure::{Axis, Bin, Chart, Figure, Grid, Mark, Scale};
use super::format::{number, percent, thousands};
use super::stats::quantile;

/// About how many bars a histogram has.
const BARS: usize = 40;

/// Values of a histogram and how they are called.
pub(super) struct Histogram<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// The measured quantity, such as `events in a session`.
    pub(super) what: &'a str,
    /// The counted things, such as `sessions`.
    pub(super) whom: &'a str,
    /// Words before the figures in the text.
    pub(super) text: &'a str,
    /// True if values are whole numbers.
    pub(super) is_whole: bool,
}

impl Histogram<'_> {
    /// The figure of some values above zero, at least one; sorts them.
    ///
    /// Steps are even up to the 99th percentile if that is at most 40 times the median, and the largest value is at
    /// most 200 times it or the percentile at most 8; otherwise each is a ratio above the one before. What lies beyond
    /// an even axis is counted in the text.
    pub(super) fn figure(&self, values: &mut [f64]) -> Figure {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share| quantile(values, share).unwrap_or_default();
        let (median, nearly_all, first, last) = (at(0.5), at(0.99), at(0.0), at(1.0));
        let is_log =
            nearly_all > 40.0 * median.max(f64::MIN_POSITIVE) || (last > 200.0 * median && nearly_all > 8.0 * median);
        let edges =
            if is_log { log_edges(first, last, self.is_whole) } else { even_edges(first, nearly_all, self.is_whole) };
        let mut bins: Vec<Bin> = edges.windows(2).map(|ends| Bin { from: ends[0], to: ends[1], value: 0.0 }).collect();
        let mut beyond = 0_u64;
        for &value in values.iter() {
            let bin = edges.partition_point(|&edge| edge <= value);
            match bin.checked_sub(1).and_then(|bin| bins.get_mut(bin)) {
                Some(bin) => bin.value += 1.0,
                None => beyond += 1,
            }
        }
        let count = values.len() as f64;
        let mut table = Grid::new(&[&format!("{}, from", self.what), "below", self.whom, "share"]);
        for bin in bins.iter().filter(|bin| bin.value > 0.0) {
            table.row([number(bin.from), number(bin.to), thousands(bin.value as u64), percent(bin.value / count)]);
        }
        if beyond > 0 {
            table.row([
                number(edges.last().copied().unwrap_or(last)),
                String::new(),
                thousands(beyond),
                percent(beyond as f64 / count),
            ]);
        }
        let tail = match beyond {
            0 => String::new(),
            beyond => format!(" The largest {} are not drawn.", thousands(beyond)),
        };
        let x = if is_log { Axis::log(self.what) } else { Axis::linear(self.what) };
        let mean = values.iter().sum::<f64>() / count;
        Figure {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            text: format!(
                "{} Half of the {} have at most {}, nine in ten at most {}, one in a hundred more than {}; the mean is \
                 {}, the largest {}.{tail}",
                self.text,
                self.whom,
                number(median),
                number(at(0.9)),
                number(nearly_all),
                number(mean),
                number(last)
            ),
            chart: Chart::Histogram {
                x,
                y: Axis { label: self.whom.to_owned(), scale: Scale::Linear },
                bins,
                marks: vec![Mark { at: median, name: format!("median {}", number(median)) }],
            },
            table,
        }
    }
}

/// Edges of even steps from the first value to beyond the last.
fn even_edges(first: f64, last: f64, is_whole: bool) -> Vec<f64> {
    // Values that are all alike have a bar of a width that can be seen beside them.
    let step = nice_step(((last - first) / BARS as f64).max(first.abs() * 1e-3), is_whole);
    let start = (first / step).floor() * step;
    let num_bins = ((last - start) / step).floor() as usize + 1;
    let mut edges: Vec<f64> = (0..=num_bins).map(|at| start + at as f64 * step).collect();
    // Rounding may leave the last value on the last edge.
    if edges.last().is_some_and(|&edge| edge <= last) {
        edges.push(start + (num_bins + 1) as f64 * step);
    }
    edges
}

/// The next of 1, 2, 5, 10, ... times a power of ten.
fn nice_step(least: f64, is_whole: bool) -> f64 {
    let least = if is_whole { least.max(1.0) } else { least.max(1e-9) };
    let power = libm::pow(10.0, libm::log10(least).floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|&step| step >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0 * power)
}

/// Edges that grow by a ratio; whole and distinct if the values are whole.
fn log_edges(first: f64, last: f64, is_whole: bool) -> Vec<f64> {
    let first = first.max(f64::MIN_POSITIVE);
    let ratio = libm::pow(last / first, 1.0 / BARS as f64).max(1.05);
    let mut edges = vec![if is_whole { first.floor().max(1.0) } else { first }];
    while let Some(&edge) = edges.last()
        && edge <= last
    {
        let next = edge * ratio;
        edges.push(if is_whole { next.ceil().max(edge + 1.0) } else { next });
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOME: Histogram<'_> =
        Histogram { id: "some", title: "Some", what: "length", whom: "things", text: "All.", is_whole: true };

    fn bins_of(values: &[f64]) -> (Vec<Bin>, Scale) {
        match SOME.figure(&mut values.to_vec()).chart {
            Chart::Histogram { bins, x, .. } => (bins, x.scale),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn close_values_have_even_steps() {
        let (bins, scale) = bins_of(&[1.0, 1.0, 2.0, 4.0]);
        let counts: Vec<(f64, f64, f64)> = bins.iter().map(|bin| (bin.from, bin.to, bin.value)).collect();
        assert_eq!(counts, [(1.0, 2.0, 2.0), (2.0, 3.0, 1.0), (3.0, 4.0, 0.0), (4.0, 5.0, 1.0)]);
        assert_eq!(scale, Scale::Linear);
    }

    #[test]
    fn values_far_apart_have_steps_of_a_ratio() {
        let values: Vec<f64> = (0..200).map(|at| if at < 150 { 1.0 } else { f64::from(at) * 50.0 }).collect();
        assert_eq!(bins_of(&values).1, Scale::Log);
    }

    proptest! {
        #[test]
        fn every_value_is_in_a_bar_or_named_as_beyond(values in proptest::collection::vec(1_u32..100_000, 1..300)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let figure = SOME.figure(&mut values.clone());
            let Chart::Histogram { bins, x, .. } = &figure.chart else { unreachable!() };
            prop_assert!(bins.len() < 500);
            prop_assert!(bins.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].from < pair[0].to));
            let drawn: f64 = bins.iter().map(|bin| bin.value).sum();
            let rows: u64 = figure.table.rows.iter().map(|row| row[2].replace(',', "").parse::<u64>().unwrap()).sum();
            prop_assert_eq!(rows as usize, values.len());
            prop_assert!(x.scale == Scale::Linear || drawn as usize == values.len());
        }
    }
}
