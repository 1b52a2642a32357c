//! Accumulators of one row of cosines, with and without a privacy threshold.

use super::PrivacyThreshold;

/// Set in the last event of a session.
pub(super) const LAST: u32 = 1 << 31;

/// Sums up one row.
pub(super) trait Accumulator: Send {
    /// Adds `weight` for each event of a session; `events` starts with that session.
    fn add(&mut self, events: &[u32], weight: f32, shopper: u32);

    /// Hands rank and sum, times the column's inverse norm, of every column to `visit` and starts anew; gives the
    /// numbers of columns that it handed over and held back.
    fn drain(&mut self, own: u32, visit: impl FnMut(u32, f32)) -> (u64, u64);
}

/// Sums of all pairs.
pub(super) struct Sums {
    cells: Vec<Sum>,
    touched: Vec<u32>,
    num_touched: usize,
}

/// Sum and inverse norm of one column; together, because columns come in no order.
#[derive(Clone, Copy)]
struct Sum {
    sum: f32,
    inverse_norm: f32,
}

impl Sums {
    pub(super) fn new(inverse_norms: impl ExactSizeIterator<Item = f32>) -> Sums {
        let touched = vec![0; inverse_norms.len() + 1];
        Sums {
            cells: inverse_norms.map(|inverse_norm| Sum { sum: 0.0, inverse_norm }).collect(),
            touched,
            num_touched: 0,
        }
    }
}

impl Accumulator for Sums {
    #[inline(always)]
    fn add(&mut self, events: &[u32], weight: f32, _shopper: u32) {
        for &event in events {
            let column = event & !LAST;
            let cell = &mut self.cells[column as usize];
            // Without a branch: whether a column is new is what a processor cannot foresee.
            self.touched[self.num_touched] = column;
            self.num_touched += usize::from(cell.sum == 0.0);
            cell.sum += weight;
            if event & LAST != 0 {
                break;
            }
        }
    }

    #[inline(always)]
    fn drain(&mut self, own: u32, mut visit: impl FnMut(u32, f32)) -> (u64, u64) {
        let num_touched = std::mem::take(&mut self.num_touched);
        for &column in &self.touched[..num_touched] {
            let cell = &mut self.cells[column as usize];
            let sum = std::mem::take(&mut cell.sum);
            if column != own {
                visit(column, sum * cell.inverse_norm);
            }
        }
        (num_touched.saturating_sub(1) as u64, 0)
    }
}

/// Sums of pairs, and by how many shoppers.
pub(super) struct ThresholdedSums {
    cells: Vec<Cell>,
    touched: Vec<u32>,
    threshold: PrivacyThreshold,
}

/// State of one column, as in [`Sum`].
#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    inverse_norm: f32,
    num_shoppers: u32,
    last_shopper: u32,
}

impl ThresholdedSums {
    pub(super) fn new(inverse_norms: impl Iterator<Item = f32>, threshold: PrivacyThreshold) -> ThresholdedSums {
        let cells = inverse_norms.map(|inverse_norm| Cell { inverse_norm, ..Cell::default() }).collect();
        ThresholdedSums { cells, touched: Vec::new(), threshold }
    }
}

impl Accumulator for ThresholdedSums {
    #[inline(always)]
    fn add(&mut self, events: &[u32], weight: f32, shopper: u32) {
        for &event in events {
            let column = event & !LAST;
            let cell = &mut self.cells[column as usize];
            if cell.num_shoppers == 0 || cell.last_shopper != shopper {
                if cell.num_shoppers == 0 {
                    self.touched.push(column);
                }
                cell.last_shopper = shopper;
                cell.num_shoppers += 1;
            }
            cell.sum += weight;
            if event & LAST != 0 {
                break;
            }
        }
    }

    #[inline(always)]
    fn drain(&mut self, own: u32, mut visit: impl FnMut(u32, f32)) -> (u64, u64) {
        let (mut kept, mut removed) = (0, 0);
        for column in self.touched.drain(..) {
            let cell = &mut self.cells[column as usize];
            let num_shoppers = std::mem::take(&mut cell.num_shoppers);
            let sum = std::mem::take(&mut cell.sum);
            if column == own {
            } else if self.threshold.allows(num_shoppers) {
                kept += 1;
                visit(column, sum * cell.inverse_norm);
            } else {
                removed += 1;
            }
        }
        (kept, removed)
    }
}
