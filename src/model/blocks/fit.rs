//! Finds the cells of the fixed tables that make a model's own decisions cheapest.
//!
//! Additive logits by Newton steps, one cell of one table at a time. All is in basic operations of f64 in a fixed
//! order, so that the same links give the same cells everywhere.

use super::tables::{Fixed, NUM_CELLS, NUM_KINDS, Tables, table_of};
use crate::model::coder::{BinaryCoder, Context};

/// Rounds over all tables of a kind.
const NUM_ROUNDS: usize = 10;
/// Decisions of either outcome that a cell's value must outweigh to leave its start.
const SHRINKAGE: f64 = 1.0;
/// The largest step of a cell, in natural logarithms.
const MAX_STEP: f64 = 2.0;
/// Units of a cell in one natural logarithm.
const UNIT: f64 = 12.0;
/// Bits of a cell's number.
const CELL_BITS: u32 = 11;

/// Remembers decisions of blocks instead of writing them.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    /// By kind: the numbers of a decision's cells in one word, and its outcome in the lowest bit.
    decisions: [Vec<u64>; NUM_KINDS],
}

impl Recorder {
    /// Adds the decisions of another one.
    pub(super) fn append(&mut self, other: Recorder) {
        for (to, mut from) in self.decisions.iter_mut().zip(other.decisions) {
            to.append(&mut from);
        }
    }

    fn record(&mut self, kind: usize, cells: impl Iterator<Item = usize>, value: bool) {
        let key = cells.fold(1u64, |key, cell| key << CELL_BITS | cell as u64);
        self.decisions[kind].push(key << 1 | u64::from(value));
    }
}

impl BinaryCoder for Recorder {
    fn adaptive(&mut self, _: &mut Context, value: impl FnOnce() -> bool) -> bool {
        value()
    }

    fn share(&mut self, _: u32, _: u32, value: impl FnOnce() -> bool) -> bool {
        value()
    }

    fn uniform(&mut self, _: u32, value: impl FnOnce() -> u32) -> u32 {
        value()
    }

    fn interval(&mut self, _: u32, value: impl FnOnce() -> (u32, u32), find: impl FnOnce(u32) -> (u32, u32)) {
        find(value().0);
    }
}

impl Fixed for Recorder {
    fn fixed<const N: usize>(&mut self, kind: usize, cells: [usize; N], value: impl FnOnce() -> bool) -> bool {
        let value = value();
        self.record(kind, cells.into_iter(), value);
        value
    }

    fn steps<const N: usize>(
        &mut self,
        kind: usize,
        first: usize,
        most: u32,
        cells: [usize; N],
        value: impl FnOnce() -> u32,
    ) -> u32 {
        let value = value();
        for number in 0..most.min(value + 1) {
            self.record(kind, cells.into_iter().chain([first + number as usize]), value > number);
        }
        value
    }
}

/// Decisions with the same cells.
struct Case {
    cells: [u16; 5],
    num_cells: usize,
    num: f64,
    num_true: f64,
    /// The sum of its cells, in natural logarithms.
    sum: f64,
}

/// The cells for these decisions; those that no decision needs stay as at the start.
pub(super) fn fit(recorder: Recorder, start: &Tables) -> Vec<i8> {
    let logistic = Logistic::new();
    let mut cells: Vec<f64> = start.cells().iter().map(|&cell| f64::from(cell) / UNIT).collect();
    let mut is_used = vec![false; NUM_CELLS];
    for decisions in recorder.decisions {
        let mut cases = cases(decisions, &cells);
        let Some(num_tables) = cases.first().map(|case| case.num_cells) else { continue };
        for case in &cases {
            case.cells[..num_tables].iter().for_each(|&cell| is_used[usize::from(cell)] = true);
        }
        let first = cells.clone();
        for _ in 0..NUM_ROUNDS {
            for table in 0..num_tables {
                fit_table(&mut cases, table, &mut cells, &first, &logistic);
            }
        }
    }
    // The cells of a table are written as differences: one that nobody needs costs nothing as the one before it.
    let mut rounded: Vec<i8> = cells.iter().map(|cell| (cell * UNIT).round().clamp(-100.0, 100.0) as i8).collect();
    for cell in 1..NUM_CELLS {
        if !is_used[cell] && table_of(cell) == table_of(cell - 1) {
            rounded[cell] = rounded[cell - 1];
        }
    }
    rounded
}

/// One Newton step of each cell of a table.
fn fit_table(cases: &mut [Case], table: usize, cells: &mut [f64], first: &[f64], logistic: &Logistic) {
    let mut slopes = vec![(0.0, 0.0); NUM_CELLS];
    for case in cases.iter() {
        let probability = logistic.of(case.sum);
        let (gradient, curvature) = &mut slopes[usize::from(case.cells[table])];
        *gradient += case.num_true - case.num * probability;
        *curvature += case.num * probability * (1.0 - probability);
    }
    let mut steps = vec![0.0; NUM_CELLS];
    for (cell, &(gradient, curvature)) in slopes.iter().enumerate() {
        if curvature > 0.0 {
            let pull = SHRINKAGE * (cells[cell] - first[cell]);
            let step = ((gradient - pull) / (curvature + SHRINKAGE + 0.3)).clamp(-MAX_STEP, MAX_STEP);
            cells[cell] += step;
            steps[cell] = step;
        }
    }
    for case in cases {
        case.sum += steps[usize::from(case.cells[table])];
    }
}

fn cases(mut decisions: Vec<u64>, cells: &[f64]) -> Vec<Case> {
    decisions.sort_unstable();
    let mut cases: Vec<Case> = Vec::new();
    for same in decisions.chunk_by(|a, b| a >> 1 == b >> 1) {
        let mut key = same[0] >> 1;
        let num_cells = (key.ilog2() / CELL_BITS) as usize;
        let mut of_case = [0; 5];
        let mut sum = 0.0;
        for cell in of_case[..num_cells].iter_mut().rev() {
            *cell = (key & ((1 << CELL_BITS) - 1)) as u16;
            sum += cells[usize::from(*cell)];
            key >>= CELL_BITS;
        }
        let num_true = same.iter().filter(|&&decision| decision & 1 == 1).count();
        cases.push(Case { cells: of_case, num_cells, num: same.len() as f64, num_true: num_true as f64, sum });
    }
    cases
}

/// The logistic function in steps of 1/96, which is finer than cells are.
struct Logistic(Vec<f64>);

impl Logistic {
    const STEPS: f64 = 96.0;
    const MOST: usize = 900;

    fn new() -> Logistic {
        // e^(1/96), by its series.
        let (mut step, mut term) = (0.0, 1.0);
        for power in 1..12 {
            step += term;
            term /= Logistic::STEPS * f64::from(power);
        }
        let mut odds = 1.0;
        let values = (0..=Logistic::MOST).map(|_| {
            let value = odds / (1.0 + odds);
            odds *= step;
            value
        });
        Logistic(values.collect())
    }

    fn of(&self, sum: f64) -> f64 {
        let at = ((sum.abs() * Logistic::STEPS + 0.5) as usize).min(Logistic::MOST);
        if sum < 0.0 { 1.0 - self.0[at] } else { self.0[at] }
    }
}
