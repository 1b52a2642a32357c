//! Similarities that look at one pair at a time.

use super::{Evidence, Similarity, shape};
use crate::ItemIx;
use crate::counts::Rows;
use crate::learn::constants::{Constants, Knob};
use crate::learn::matrix::Cut;

/// What is known of a pair: `v` sessions with both items, `h` with the one, `c` with the candidate, `n` in all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub v: f64,
    pub h: f64,
    pub c: f64,
    pub n: f64,
}

/// Weighs every pair by itself; weights of 0 or less are no neighbours. `O(pairs)`.
fn by_pair(
    evidence: &Evidence,
    constants: &Constants,
    wanted: &[ItemIx],
    cut: Cut,
    weight: impl Fn(Pair) -> f64 + Sync + Send,
) -> Rows {
    let counts = &evidence.counts;
    Rows::build(wanted.len(), Vec::new, |entries: &mut Vec<(ItemIx, f32)>, at, columns, values| {
        let item = wanted[at].as_usize();
        let h = f64::from(counts.item_weights[item]);
        let (row_columns, row_values) = counts.pairs.row(item);
        entries.clear();
        for (&column, &v) in row_columns.iter().zip(row_values) {
            let c = f64::from(counts.item_weights[column.as_usize()]);
            let found = weight(Pair { v: f64::from(v), h, c, n: evidence.num_sessions }) as f32;
            if found > 0.0 {
                entries.push((column, found));
            }
        }
        shape(entries, constants, cut);
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

    fn rows(&self, evidence: &Evidence, constants: &Constants, wanted: &[ItemIx], cut: Cut) -> Rows {
        let shrinkage = constants[Knob::Shrinkage];
        by_pair(evidence, constants, wanted, cut, |pair| Cosine::weight(pair, shrinkage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 100 sessions 20 have h, 10 have c, 5 both.
    const PAIR: Pair = Pair { v: 5.0, h: 20.0, c: 10.0, n: 100.0 };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}");
    }

    #[test]
    fn cosine_divides_by_the_geometric_mean() {
        close(Cosine::weight(PAIR, 0.0), 5.0 / 200f64.sqrt());
        // sqrt(25 * 15) = 19.36491673
        close(Cosine::weight(PAIR, 5.0), 5.0 / 375f64.sqrt());
        close(Cosine::weight(Pair { v: 20.0, h: 20.0, c: 20.0, n: 100.0 }, 0.0), 1.0);
    }
}
