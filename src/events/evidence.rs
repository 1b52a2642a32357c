//! Facts about the values of columns, gathered over all rows of a log.
//!
//! A name alone does not tell a column: a known name may stand over nothing, over one value for all rows, or over the
//! number of the line within its order. Facts do not depend on the order of the rows, and take bounded memory: of
//! distinct values those with the smallest hashes are kept (Beyer et al. 2007, *On synopses for distinct-value
//! estimation under multiset operations*).

use std::collections::HashMap;

use super::time::{RawTimestamp, position_key};
use crate::table::interner::FastHash;
use crate::table::{Batch, Cell, MAX_WANTED, Row, Sink};

/// Distinct values that are kept of a column.
const MAX_SAMPLE: usize = 1 << 14;

/// Counts of those distinct values whose hashes are small enough that at most [`MAX_SAMPLE`] are kept.
struct Sample<T> {
    values: HashMap<u64, T, FastHash>,
    /// Zeros that a hash begins with to be kept.
    num_zeros: u32,
}

impl<T> Default for Sample<T> {
    fn default() -> Sample<T> {
        Sample { values: HashMap::default(), num_zeros: 0 }
    }
}

impl<T: Default> Sample<T> {
    /// The entry of a value, if its hash is small enough.
    fn entry(&mut self, hash: u64) -> Option<&mut T> {
        if hash.leading_zeros() < self.num_zeros {
            return None;
        }
        if self.values.len() >= MAX_SAMPLE && !self.values.contains_key(&hash) {
            self.num_zeros += 1;
            let num_zeros = self.num_zeros;
            self.values.retain(|hash, _| hash.leading_zeros() >= num_zeros);
            if hash.leading_zeros() < num_zeros {
                return None;
            }
        }
        Some(self.values.entry(hash).or_default())
    }
}

/// Numbers of one order, to see whether they are 1, 2, 3, ...
#[derive(Clone, Copy)]
struct InOrder {
    rows: u64,
    sum: u128,
    least: i64,
    most: i64,
}

impl Default for InOrder {
    fn default() -> InOrder {
        InOrder { rows: 0, sum: 0, least: i64::MAX, most: i64::MIN }
    }
}

impl InOrder {
    /// Returns true if the numbers are consecutive from 0 or 1 on.
    fn is_count(&self) -> bool {
        let (least, rows) = (i128::from(self.least), i128::from(self.rows));
        matches!(self.least, 0 | 1)
            && i128::from(self.most) == least + rows - 1
            && self.sum as i128 == (least + i128::from(self.most)) * rows / 2
    }
}

/// Facts about one value, found when it is met first.
#[derive(Clone, Copy, Default)]
struct ValueFacts {
    rows: u64,
    is_number: bool,
    is_time: bool,
    is_position: bool,
    is_known_event: bool,
}

/// Facts about one column.
#[derive(Default)]
pub(super) struct ColumnFacts {
    pub(super) rows: u64,
    pub(super) missing: u64,
    first: Option<u64>,
    has_two_values: bool,
    distinct: Sample<ValueFacts>,
    orders: Sample<InOrder>,
    has_other_than_counts: bool,
}

impl ColumnFacts {
    fn present(&self) -> u64 {
        self.rows - self.missing
    }

    pub(super) fn is_empty(&self) -> bool {
        self.present() == 0
    }

    /// Returns true if at least half of the rows have no value.
    pub(super) fn is_mostly_missing(&self) -> bool {
        self.missing * 2 >= self.rows
    }

    /// Returns true if all rows that have a value have the same.
    pub(super) fn is_constant(&self) -> bool {
        self.rows > 1 && !self.has_two_values
    }

    /// Returns true if no value occurs twice.
    pub(super) fn never_repeats(&self) -> bool {
        self.present() > 1 && self.distinct.values.values().all(|value| value.rows == 1)
    }

    /// Returns true if the values count 1, 2, 3 within each order.
    pub(super) fn is_line_number(&self) -> bool {
        let orders = &self.orders.values;
        !self.has_other_than_counts
            && orders.values().any(|order| order.rows > 1)
            && orders.values().all(InOrder::is_count)
    }

    /// Returns true if at least nine in ten values are numbers.
    pub(super) fn are_numbers(&self) -> bool {
        self.are_mostly(|value| value.is_number)
    }

    /// Returns true if at least nine in ten values are times.
    pub(super) fn are_times(&self) -> bool {
        self.are_mostly(|value| value.is_time)
    }

    /// Returns true if at least nine in ten values are numbers or times of the day.
    pub(super) fn are_positions(&self) -> bool {
        self.are_mostly(|value| value.is_position)
    }

    /// Returns true if any value is a known type of events.
    pub(super) fn has_known_events(&self) -> bool {
        self.distinct.values.values().any(|value| value.is_known_event)
    }

    /// Returns true if at least nine in ten rows of the values that are kept have it.
    fn are_mostly(&self, has: impl Fn(&ValueFacts) -> bool) -> bool {
        let rows = |has: &dyn Fn(&ValueFacts) -> bool| -> u64 {
            self.distinct.values.values().filter(|value| has(value)).map(|value| value.rows).sum()
        };
        rows(&has) * 10 >= rows(&|_| true) * 9
    }

    fn add(&mut self, cell: Cell<'_>, hash: u64, order: Option<u64>, is_known_event: impl FnOnce() -> bool) {
        self.rows += 1;
        let cell = cell.unless_null();
        if cell == Cell::Missing {
            self.missing += 1;
            return;
        }
        self.has_two_values |= *self.first.get_or_insert(hash) != hash;
        if let Some(value) = self.distinct.entry(hash) {
            if value.rows == 0 {
                *value = ValueFacts {
                    rows: 0,
                    is_number: matches!(cell.to_number(), Ok(Some(_))),
                    is_time: RawTimestamp::of(cell).is_some(),
                    is_position: position_key(cell).is_some(),
                    is_known_event: is_known_event(),
                };
            }
            value.rows += 1;
        }
        if self.has_other_than_counts {
            return;
        }
        let number = cell.to_number().ok().flatten();
        let whole = number.filter(|number| number.fract() == 0.0 && (0.0..1e9).contains(number));
        match (whole, order) {
            (Some(number), Some(order)) => {
                if let Some(order) = self.orders.entry(order) {
                    let number = number as i64;
                    order.rows += 1;
                    order.sum += number as u128;
                    order.least = order.least.min(number);
                    order.most = order.most.max(number);
                }
            }
            _ => self.has_other_than_counts = true,
        }
    }
}

/// Facts about some columns of files with the same header.
pub(super) struct Evidence<'f> {
    columns: Vec<usize>,
    facts: Vec<ColumnFacts>,
    /// Where among `columns` the orders are.
    order: Option<usize>,
    is_known_event: &'f dyn Fn(&str) -> bool,
}

impl<'f> Evidence<'f> {
    /// Begins to gather facts about `columns`, of which `order` may be the one with orders.
    pub(super) fn new(
        columns: Vec<usize>,
        order: Option<usize>,
        is_known_event: &'f dyn Fn(&str) -> bool,
    ) -> Evidence<'f> {
        let facts = columns.iter().map(|_| ColumnFacts::default()).collect();
        let order = order.and_then(|order| columns.iter().position(|&column| column == order));
        Evidence { columns, facts, order, is_known_event }
    }

    /// The facts about a column, if they were gathered.
    pub(super) fn of(&self, column: usize) -> Option<&ColumnFacts> {
        self.columns.iter().position(|&one| one == column).map(|at| &self.facts[at])
    }

    /// The columns in parts that can be read at a time, each with that of the orders in front.
    pub(super) fn parts(&self) -> Vec<Vec<usize>> {
        let order = self.order.map(|at| self.columns[at]);
        let others: Vec<usize> = self.columns.iter().copied().filter(|column| Some(*column) != order).collect();
        if others.is_empty() {
            return vec![order.into_iter().collect()];
        }
        others.chunks(MAX_WANTED - 1).map(|part| order.into_iter().chain(part.iter().copied()).collect()).collect()
    }

    /// The sink for a part of the columns; the first part counts those of the orders, too.
    pub(super) fn sink(&mut self, part: Vec<usize>, is_first: bool) -> EvidenceSink<'_, 'f> {
        let order = self.order.map(|at| self.columns[at]);
        let place = |(at, column): (usize, &usize)| {
            let is_counted = is_first || Some(*column) != order;
            let place = self.columns.iter().position(|one| one == column).filter(|_| is_counted);
            place.map(|place| (at, place))
        };
        let places = part.iter().enumerate().filter_map(place).collect();
        EvidenceSink { evidence: self, places }
    }
}

/// Gathers facts about the columns of a part.
pub(super) struct EvidenceSink<'e, 'f> {
    evidence: &'e mut Evidence<'f>,
    /// Positions of columns in a row and in the evidence.
    places: Vec<(usize, usize)>,
}

impl Sink for EvidenceSink<'_, '_> {
    fn row(&mut self, row: Row<'_>) {
        let Row::Cells { cells, .. } = row else { return };
        let Evidence { facts, order, is_known_event, .. } = &mut *self.evidence;
        let order = order.and_then(|_| cells.first()).filter(|cell| **cell != Cell::Missing);
        let order = order.map(|cell| hash(&cell.to_text()));
        for &(at, place) in &self.places {
            let text = cells[at].to_text();
            facts[place].add(cells[at], hash(&text), order, || is_known_event(&text));
        }
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        for row in 0..batch.num_rows {
            self.row(batch.row(row, &mut [Cell::Missing; MAX_WANTED]));
        }
    }
}

/// A hash that is the same on every machine: eight bytes at a time, with the bits mixed by SplitMix64.
pub(super) fn hash(text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let add = |hash: u64, word: &[u8; 8]| {
        (hash.rotate_left(29) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    mix(add(words.iter().fold(text.len() as u64, add), &last))
}

/// Mixes the bits of a number (SplitMix64, Steele, Lea and Flood 2014).
pub(super) const fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(cells: &[(&str, &str)]) -> ColumnFacts {
        let mut facts = ColumnFacts::default();
        for (order, text) in cells {
            facts.add(Cell::from_text(text), hash(text), Some(hash(order)), || false);
        }
        facts
    }

    #[test]
    fn a_line_number_counts_within_each_order_in_any_order_of_rows() {
        assert!(facts(&[("a", "2"), ("b", "1"), ("a", "1"), ("a", "3")]).is_line_number());
        assert!(!facts(&[("a", "2"), ("b", "1"), ("a", "1"), ("a", "4")]).is_line_number());
        assert!(!facts(&[("a", "1"), ("b", "1")]).is_line_number());
        assert!(!facts(&[("a", "1"), ("a", "x")]).is_line_number());
    }

    #[test]
    fn what_never_repeats_is_told_from_what_does_among_many_values() {
        let many: Vec<String> = (0..100_000).map(|number| format!("v{number}")).collect();
        let mut unique = ColumnFacts::default();
        let mut twice = ColumnFacts::default();
        for text in &many {
            unique.add(Cell::Text(text), hash(text), None, || false);
            twice.add(Cell::Text(text), hash(text), None, || false);
        }
        many.iter().for_each(|text| twice.add(Cell::Text(text), hash(text), None, || false));
        assert!(unique.never_repeats() && !twice.never_repeats());
        assert!(unique.distinct.values.len() <= MAX_SAMPLE && unique.distinct.values.len() > 1000);
    }

    #[test]
    fn empty_constant_and_sparse_columns_are_told() {
        assert!(facts(&[("a", ""), ("a", "null")]).is_empty());
        assert!(facts(&[("a", "x"), ("a", "x")]).is_constant());
        assert!(facts(&[("a", "x"), ("a", ""), ("b", "y"), ("b", "")]).is_mostly_missing());
        assert!(facts(&[("a", "2024-01-01"), ("b", "2024-01-02")]).are_times());
        assert!(!facts(&[("a", "soon"), ("b", "2024-01-02")]).are_times());
    }
}
