//! The largest of many values, cut while they come.

use crate::matrix::RowSorter;

/// The largest of the values that are offered, ties to the lower item.
pub(crate) struct Nearest {
    most: usize,
    /// Value and item in one number that sorts as they do: the bits of positive floats are in the order of their
    /// values.
    keys: Vec<u64>,
    /// No key below this one can be among the largest.
    least: u64,
    sorter: RowSorter,
}

impl Nearest {
    pub(crate) fn new(most: usize) -> Nearest {
        Nearest { most, keys: Vec::with_capacity(Nearest::room(most)), least: 0, sorter: RowSorter::default() }
    }

    /// Buffer size before truncation. A larger buffer is sorted less often but no longer fits the cache.
    fn room(most: usize) -> usize {
        (most * 4).clamp(64, most + 4096)
    }

    pub(crate) fn start(&mut self) {
        self.keys.clear();
        self.least = if self.most == 0 { u64::MAX } else { 0 };
    }

    #[inline(always)]
    pub(crate) fn offer(&mut self, value: f32, item: impl FnOnce() -> u32) {
        let bits = u64::from(value.to_bits());
        if bits < self.least >> 32 {
            return;
        }
        let key = bits << 32 | u64::from(!item());
        if key > self.least {
            if self.keys.len() == Nearest::room(self.most) {
                self.cut();
            }
            self.keys.push(key);
        }
    }

    fn cut(&mut self) {
        if self.keys.len() > self.most {
            self.keys.select_nth_unstable_by(self.most, |a, b| b.cmp(a));
            self.keys.truncate(self.most);
            self.least = self.keys.iter().copied().min().unwrap_or(u64::MAX);
        }
    }

    /// Returns item and value of those that are left, the largest value first.
    #[cfg(feature = "cli")]
    pub(crate) fn best_first(&mut self) -> impl Iterator<Item = (u32, f32)> {
        self.cut();
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
        self.keys.iter().map(|&key| (!(key as u32), f32::from_bits((key >> 32) as u32)))
    }

    /// Hands over item and value of those that are left, items ascending.
    pub(super) fn finish(&mut self, mut visit: impl FnMut(u32, f32)) {
        self.cut();
        for key in &mut self.keys {
            *key = u64::from(!*key as u32) << 32 | *key >> 32;
        }
        self.sorter.sort(&mut self.keys);
        self.keys.iter().for_each(|&key| visit((key >> 32) as u32, f32::from_bits(key as u32)));
    }
}

#[cfg(test)]
mod tests {
    use super::Nearest;

    #[test]
    fn the_largest_come_first_and_ties_by_item() {
        let mut nearest = Nearest::new(3);
        nearest.start();
        for (item, value) in [(4, 1.0), (7, 2.0), (2, 1.0), (9, 0.5), (3, 1.0)] {
            nearest.offer(value, || item);
        }
        assert_eq!(nearest.best_first().collect::<Vec<_>>(), [(7, 2.0), (2, 1.0), (3, 1.0)]);
    }

    #[test]
    fn the_largest_of_many_are_kept() {
        let mut nearest = Nearest::new(3);
        for round in 0..2 {
            nearest.start();
            (0..10_000).for_each(|at| nearest.offer((at * 7919 % 10_000) as f32, || at));
            let mut found = Vec::new();
            nearest.finish(|item, value| found.push((item, value)));
            // 7919 * 2321 is 9999 modulo 10,000, twice that 9998, three times 9997.
            assert_eq!(found, [(2321, 9999.0), (4642, 9998.0), (6963, 9997.0)], "round {round}");
        }
    }
}
