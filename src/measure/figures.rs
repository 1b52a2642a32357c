//! The metrics of lists at one cut-off by name, whatever their values are: figures, sums, estimates or columns of a
//! table.

use super::metrics;
use ndarray::ArrayViewMut1;

/// One value for each metric of a list at a cut-off; see [`metrics`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ListFigures<T> {
    /// See [`metrics::hit_rate`].
    pub hit_rate: T,
    /// See [`metrics::precision`].
    pub precision: T,
    /// See [`metrics::recall`].
    pub recall: T,
    /// See [`metrics::f1`].
    pub f1: T,
    /// See [`metrics::reciprocal_rank`].
    pub mrr: T,
    /// See [`metrics::average_precision`].
    pub map: T,
    /// See [`metrics::ndcg`].
    pub ndcg: T,
}

impl ListFigures<f64> {
    /// Computes the metrics at cut-off `k` of one list, given the ranks of its relevant items.
    pub fn of(ranks: &[usize], num_relevant: usize, k: usize) -> ListFigures<f64> {
        ListFigures {
            hit_rate: metrics::hit_rate(ranks, k),
            precision: metrics::precision(ranks, k),
            recall: metrics::recall(ranks, num_relevant, k),
            f1: metrics::f1(ranks, num_relevant, k),
            mrr: metrics::reciprocal_rank(ranks, k),
            map: metrics::average_precision(ranks, num_relevant, k),
            ndcg: metrics::ndcg(ranks, num_relevant, k),
        }
    }
}

impl<T> ListFigures<T> {
    /// Makes the values one after the other, in the order of the fields.
    pub fn from_fn(mut value: impl FnMut() -> T) -> ListFigures<T> {
        ListFigures {
            hit_rate: value(),
            precision: value(),
            recall: value(),
            f1: value(),
            mrr: value(),
            map: value(),
            ndcg: value(),
        }
    }

    /// Turns each value into another.
    pub fn map<U>(self, mut turn: impl FnMut(T) -> U) -> ListFigures<U> {
        ListFigures {
            hit_rate: turn(self.hit_rate),
            precision: turn(self.precision),
            recall: turn(self.recall),
            f1: turn(self.f1),
            mrr: turn(self.mrr),
            map: turn(self.map),
            ndcg: turn(self.ndcg),
        }
    }

    /// Pairs each value with that of the same metric.
    pub fn zip<U>(self, other: ListFigures<U>) -> ListFigures<(T, U)> {
        ListFigures {
            hit_rate: (self.hit_rate, other.hit_rate),
            precision: (self.precision, other.precision),
            recall: (self.recall, other.recall),
            f1: (self.f1, other.f1),
            mrr: (self.mrr, other.mrr),
            map: (self.map, other.map),
            ndcg: (self.ndcg, other.ndcg),
        }
    }

    /// Passes each value to `visit`.
    pub fn for_each(self, visit: impl FnMut(T)) {
        self.map(visit);
    }
}

/// Columns of the bootstrap's table that belong to one system.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemColumns {
    /// Number of lists, by which the others are divided.
    pub lists: usize,
    /// See [`metrics::accuracy`].
    pub accuracy: usize,
    /// The metrics at each cut-off.
    pub at: Vec<ListFigures<usize>>,
    /// See [`metrics::novelty`], at each cut-off.
    pub novelty: Vec<usize>,
    /// See [`metrics::diversity`], at each cut-off.
    pub diversity: Vec<usize>,
    num_columns: usize,
}

impl SystemColumns {
    /// Numbers the columns for so many cut-offs.
    pub fn new(num_cut_offs: usize) -> SystemColumns {
        let mut num_columns = 0;
        let mut next = || {
            num_columns += 1;
            num_columns - 1
        };
        let (lists, accuracy) = (next(), next());
        let at = (0..num_cut_offs).map(|_| ListFigures::from_fn(&mut next)).collect();
        let novelty = (0..num_cut_offs).map(|_| next()).collect();
        let diversity = (0..num_cut_offs).map(|_| next()).collect();
        SystemColumns { lists, accuracy, at, novelty, diversity, num_columns }
    }

    /// Returns for each column the one that it is divided by.
    pub fn divisors(&self) -> Vec<usize> {
        vec![self.lists; self.num_columns]
    }

    /// Adds a list, given the ranks of its relevant items, to a row of the table.
    pub fn add(&self, row: &mut ArrayViewMut1<'_, f64>, ranks: &[usize], num_relevant: usize, cut_offs: &[usize]) {
        row[self.lists] += 1.0;
        row[self.accuracy] += metrics::accuracy(ranks);
        for (&columns, &k) in self.at.iter().zip(cut_offs) {
            let figures = ListFigures::of(ranks, num_relevant, k);
            columns.zip(figures).for_each(|(column, value)| row[column] += value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_number_of_its_own() {
        let columns = SystemColumns::new(2);
        let mut numbers = vec![columns.lists, columns.accuracy];
        columns.at.iter().for_each(|at| at.for_each(|column| numbers.push(column)));
        numbers.extend(columns.novelty.iter().chain(&columns.diversity));
        numbers.sort_unstable();
        assert_eq!(numbers, (0..columns.num_columns).collect::<Vec<_>>());
        assert_eq!(columns.divisors().len(), columns.num_columns);
    }

    #[test]
    fn figures_are_added_to_their_columns() {
        let columns = SystemColumns::new(1);
        let mut row = ndarray::Array1::zeros(columns.num_columns);
        columns.add(&mut row.view_mut(), &[2], 1, &[4]);
        columns.add(&mut row.view_mut(), &[1], 2, &[4]);
        assert_eq!((row[columns.lists], row[columns.accuracy]), (2.0, 1.0));
        assert_eq!((row[columns.at[0].mrr], row[columns.at[0].recall]), (1.5, 1.5));
    }
}
