//! Figures as one line of a terminal.

use super::figure::{Chart, Figure};

const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The figure's main series as at most `width` bars an eighth to a whole line high; `None` for charts with two sides.
pub fn sparkline(figure: &Figure, width: usize) -> Option<String> {
    let values: Vec<f64> = match &figure.chart {
        Chart::Histogram { bins, .. } => bins.iter().map(|bin| bin.value).collect(),
        Chart::Lines { series, .. } => series.first()?.points.iter().map(|point| point.1).collect(),
        Chart::Bars { bars, .. } => bars.iter().map(|bar| bar.value).collect(),
        Chart::Scatter { .. } | Chart::Heatmap { .. } => return None,
    };
    let values = squeezed(&values, width);
    let most = values.iter().copied().fold(0.0, f64::max);
    let step = |value: &f64| match *value > 0.0 && most > 0.0 {
        true => STEPS[((value / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
        false => ' ',
    };
    Some(values.iter().map(step).collect())
}

/// The means of at most `width` equal parts.
fn squeezed(values: &[f64], width: usize) -> Vec<f64> {
    let parts = width.min(values.len());
    let part = |at: usize| &values[at * values.len() / parts..(at + 1) * values.len() / parts];
    (0..parts).map(|at| part(at).iter().sum::<f64>() / part(at).len().max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::squeezed;

    #[test]
    fn many_values_are_squeezed_into_means() {
        assert_eq!(squeezed(&[1.0, 3.0, 5.0, 7.0], 2), [2.0, 6.0]);
        assert_eq!(squeezed(&[1.0, 3.0], 9), [1.0, 3.0]);
        assert_eq!(squeezed(&[], 9), Vec::<f64>::new());
    }
}
