//! Similarities that look at one pair at a time: what is weighed is how often two items met and how often each came.

use super::Similarity;
use crate::counts::PairCounts;
use crate::learn::constants::{Constants, Knob};
use crate::learn::matrix::keep_heaviest;
use crate::{CsrMatrix, ItemIx};

/// What is known of a pair: `v` sessions with both items, `h` with the one, `c` with the candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub v: f64,
    pub h: f64,
    pub c: f64,
}

/// Weighs every pair by itself; weights of 0 or less are no neighbours. `O(pairs)`.
fn by_pair(
    counts: &PairCounts,
    wanted: &[ItemIx],
    most: usize,
    weight: impl Fn(Pair) -> f64 + Sync + Send,
) -> CsrMatrix {
    CsrMatrix::build(wanted.len(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, at, columns, values| {
        let item = wanted[at].as_usize();
        let h = f64::from(counts.item_weights[item]);
        let (row_columns, row_values) = counts.pairs.row(item);
        entries.clear();
        for (&column, &v) in row_columns.iter().zip(row_values) {
            let c = f64::from(counts.item_weights[column.as_usize()]);
            let found = weight(Pair { v: f64::from(v), h, c }) as f32;
            if found > 0.0 {
                entries.push((column, found));
            }
        }
        keep_heaviest(entries, most);
        columns.extend(entries.iter().map(|entry| entry.0));
        values.extend(entries.iter().map(|entry| entry.1));
    })
}

/// v / sqrt((h + s) (c + s)), 0 to 1: the cosine of two items' vectors of sessions (Sarwar, Karypis, Konstan and Riedl
/// 2001, section 3.1.1). The shrinkage s is 0 in the paper; the larger, the less pairs of rare items count.
pub(super) struct Cosine;

impl Cosine {
    fn weight(pair: Pair, shrinkage: f64) -> f64 {
        pair.v / ((pair.h + shrinkage) * (pair.c + shrinkage)).sqrt()
    }
}

impl Similarity for Cosine {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Shrinkage]
    }

    fn plain(&self, constants: &mut Constants) {
        constants[Knob::Shrinkage] = 0.0;
    }

    fn weigh(&self, counts: &PairCounts, constants: &Constants, wanted: &[ItemIx], most: usize) -> CsrMatrix {
        let shrinkage = constants[Knob::Shrinkage];
        by_pair(counts, wanted, most, |pair| Cosine::weight(pair, shrinkage))
    }
}

/// v / ((h + s) c^a): how often c is there when h is, P(c | h), divided by a power of c's frequency (Karypis 2001,
/// section 3.1; Deshpande and Karypis 2004, section 4.1.2). a = 0 favours what is popular, a = 1 what is rare;
/// a = 0.5 is cosine but for the voice of a row.
pub(super) struct Conditional;

impl Conditional {
    fn weight(pair: Pair, shrinkage: f64, column_power: f64) -> f64 {
        pair.v / ((pair.h + shrinkage) * pair.c.max(1e-9).powf(column_power))
    }
}

impl Similarity for Conditional {
    fn knobs(&self) -> &'static [Knob] {
        &[Knob::Shrinkage, Knob::ColumnPower]
    }

    fn plain(&self, constants: &mut Constants) {
        constants[Knob::Shrinkage] = 0.0;
        constants[Knob::ColumnPower] = 0.5;
    }

    fn weigh(&self, counts: &PairCounts, constants: &Constants, wanted: &[ItemIx], most: usize) -> CsrMatrix {
        let (shrinkage, power) = (constants[Knob::Shrinkage], constants[Knob::ColumnPower]);
        by_pair(counts, wanted, most, |pair| Conditional::weight(pair, shrinkage, power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 sessions have h, 10 have c, 5 both.
    const PAIR: Pair = Pair { v: 5.0, h: 20.0, c: 10.0 };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}");
    }

    #[test]
    fn cosine_divides_by_the_geometric_mean() {
        close(Cosine::weight(PAIR, 0.0), 5.0 / 200f64.sqrt());
        // sqrt(25 * 15) = 19.36491673
        close(Cosine::weight(PAIR, 5.0), 5.0 / 375f64.sqrt());
        close(Cosine::weight(Pair { v: 20.0, h: 20.0, c: 20.0 }, 0.0), 1.0);
    }

    #[test]
    fn conditional_probability_is_a_share_of_the_sessions_with_the_first() {
        close(Conditional::weight(PAIR, 0.0, 0.0), 0.25);
        close(Conditional::weight(PAIR, 5.0, 1.0), 5.0 / 25.0 / 10.0);
    }
}
