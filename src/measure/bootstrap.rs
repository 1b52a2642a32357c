//! Intervals by drawing whole clusters again and again (percentile bootstrap: Efron and Tibshirani 1993, chapter 13).
//!
//! Targets of one session or shopper are not independent, so clusters are drawn, not targets. All systems see the same
//! draws, which makes differences between them paired.

use crate::Random;
use ndarray::{Array1, Array2, ArrayViewMut1};
use rayon::prelude::*;
use serde::Serialize;

/// A mean with its 95 % interval over draws of shoppers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// 2.5 % of the draws have less.
    pub low: f64,
    /// 2.5 % of the draws have more.
    pub high: f64,
}

impl Estimate {
    /// Half the width of the interval.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The interval of draws in any order.
    fn new(value: f64, mut draws: Vec<f64>) -> Estimate {
        draws.sort_unstable_by(f64::total_cmp);
        Estimate { value, low: quantile(&draws, 0.025, value), high: quantile(&draws, 0.975, value) }
    }
}

/// The value at a share of sorted values, linear between two of them.
fn quantile(sorted: &[f64], share: f64, otherwise: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (sorted.get(place.floor() as usize), sorted.get(place.ceil() as usize));
    below.zip(above).map_or(otherwise, |(below, above)| below + (above - below) * place.fract())
}

/// Sums by cluster of several columns, and the columns that they are divided by.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Column that each column is divided by.
    divisors: Vec<usize>,
    /// `num_clusters x num_columns`.
    sums: Array2<f64>,
}

impl Sums {
    /// Makes sums of 0; `divisors` has for each column the one that it is divided by.
    pub fn new(divisors: Vec<usize>, num_clusters: usize) -> Sums {
        Sums { sums: Array2::zeros((num_clusters, divisors.len())), divisors }
    }

    /// Returns the sums of a cluster, one for each column.
    pub fn of(&mut self, cluster: usize) -> ArrayViewMut1<'_, f64> {
        self.sums.row_mut(cluster)
    }

    /// Returns the ratios of one draw, given the number of times that each cluster is in it.
    fn means(&self, times: impl Iterator<Item = u32>) -> Array1<f64> {
        let mut totals = Array1::zeros(self.divisors.len());
        for (of_cluster, times) in self.sums.rows().into_iter().zip(times).filter(|(_, times)| *times > 0) {
            totals.scaled_add(f64::from(times), &of_cluster);
        }
        let ratio = |(part, &divisor): (&f64, &usize)| match totals[divisor] {
            whole if whole > 0.0 => part / whole,
            _ => 0.0,
        };
        totals.iter().zip(&self.divisors).map(ratio).collect()
    }
}

/// The ratios of each draw of several sets of columns over the same clusters; the first "draw" is the data themselves.
pub struct Draws {
    /// By set, `num_draws + 1 x num_columns`.
    means: Vec<Array2<f64>>,
}

impl Draws {
    /// Draws clusters with replacement. `O(draws * clusters * columns)`, in parallel; the same for any number of
    /// threads.
    pub fn new(sets: &[Sums], num_clusters: usize, num_draws: usize, seed: u64) -> Draws {
        let draw = |number: usize| -> Vec<Array1<f64>> {
            if number == 0 {
                return sets.iter().map(|set| set.means(std::iter::repeat_n(1, num_clusters))).collect();
            }
            // Each draw has random numbers of its own, so that threads do not matter.
            let mut random = Random::new(seed.wrapping_add((number as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)));
            let mut times = vec![0u32; num_clusters];
            for _ in 0..num_clusters {
                times[random.below(num_clusters)] += 1;
            }
            sets.iter().map(|set| set.means(times.iter().copied())).collect()
        };
        let draws: Vec<Vec<Array1<f64>>> = (0..=num_draws).into_par_iter().map(draw).collect();
        let means = sets.iter().enumerate().map(|(number, set)| {
            let mut means = Array2::zeros((draws.len(), set.divisors.len()));
            means.rows_mut().into_iter().zip(&draws).for_each(|(mut row, draw)| row.assign(&draw[number]));
            means
        });
        Draws { means: means.collect() }
    }

    /// Returns the mean of a column with its interval.
    pub fn estimate(&self, set: usize, column: usize) -> Estimate {
        Draws::of(self.means[set].column(column).iter().copied())
    }

    /// Returns the difference of a column of one set and a column of another, draw by draw.
    pub fn difference(&self, (set, column): (usize, usize), (other, its): (usize, usize)) -> Estimate {
        let (ours, theirs) = (self.means[set].column(column), self.means[other].column(its));
        Draws::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs))
    }

    /// Estimates from the value of the data and those of all draws.
    fn of(mut values: impl Iterator<Item = f64>) -> Estimate {
        let data = values.next().unwrap_or(0.0);
        Estimate::new(data, values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr1;

    /// Column 0 counts, column 1 is the sum.
    fn columns(values: &[f64]) -> Sums {
        let mut columns = Sums::new(vec![0, 0], values.len());
        for (cluster, &value) in values.iter().enumerate() {
            columns.of(cluster).assign(&arr1(&[1.0, value]));
        }
        columns
    }

    #[test]
    fn the_interval_of_a_share_is_that_of_the_normal_approximation() {
        // 300 of 1000 clusters hit: 1.96 * sqrt(0.3 * 0.7 / 1000) = 0.0284
        let values: Vec<f64> = (0..1000).map(|at| f64::from(u8::from(at % 10 < 3))).collect();
        let found = Draws::new(&[columns(&values)], 1000, 2000, 1).estimate(0, 1);
        assert_eq!(found.value, 0.3);
        assert!((found.half_width() - 0.0284).abs() < 0.002, "{found:?}");
        assert!(found.low < 0.3 && 0.3 < found.high, "{found:?}");
    }

    #[test]
    fn targets_of_one_cluster_widen_the_interval() {
        // The same 1000 targets in 100 clusters of ten equal ones: sqrt(10) times as wide.
        let mut clustered = Sums::new(vec![0, 0], 100);
        for cluster in 0..100 {
            clustered.of(cluster).assign(&arr1(&[10.0, if cluster % 10 < 3 { 10.0 } else { 0.0 }]));
        }
        let found = Draws::new(&[clustered], 100, 2000, 1).estimate(0, 1);
        assert!((found.half_width() - 0.0284 * 10f64.sqrt()).abs() < 0.008, "{found:?}");
    }

    #[test]
    fn a_paired_difference_is_narrower_than_its_parts() {
        let one: Vec<f64> = (0..500).map(|at| f64::from(at % 7)).collect();
        let other: Vec<f64> = one.iter().map(|value| value + 0.5).collect();
        let draws = Draws::new(&[columns(&one), columns(&other)], 500, 500, 3);
        let difference = draws.difference((1, 1), (0, 1));
        assert!((difference.value - 0.5).abs() < 1e-12 && difference.half_width() < 1e-12, "{difference:?}");
        assert!(draws.estimate(0, 1).half_width() > 0.1);
    }

    #[test]
    fn threads_do_not_change_the_draws() {
        let values: Vec<f64> = (0..50).map(|at| f64::from(at * at % 11)).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Draws::new(&[columns(&values)], 50, 100, 9).means)
        };
        assert_eq!(with(4), with(1));
    }

    #[test]
    fn nothing_to_draw_from_is_zero() {
        let found = Draws::new(&[Sums::new(vec![0], 0)], 0, 10, 1).estimate(0, 0);
        assert_eq!(found, Estimate::default());
    }
}
