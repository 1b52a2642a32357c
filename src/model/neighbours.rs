//! The rows that ranking walks: quantised neighbours of every item, in memory.

use super::bytes::Expected;
use super::error::ModelError;
use crate::ItemIx;

/// The most neighbours of one item: codes of 12 bits tell that many lengths of a row apart.
pub const MAX_NEIGHBOURS: usize = 4095;

/// The neighbours of every item with quantised weights, decoded: 5 bytes an edge, 5 bytes an item.
///
/// The weight of an edge is `scale(row) * (level + 1/2) / num_levels`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// `num_items + 1` positions into `items` and `levels`.
    pub(crate) offsets: Vec<u32>,
    /// Ascending within a row; an item is never its own neighbour.
    pub(crate) items: Vec<ItemIx>,
    /// `0..2^weight_bits`.
    pub(crate) levels: Vec<u8>,
    /// The largest weight of each row as a [`scale`] code.
    pub(crate) scales: Vec<u8>,
    /// `1..=8`.
    pub(crate) weight_bits: u8,
}

/// One item's neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Ascending.
    pub items: &'a [ItemIx],
    /// One for each item.
    pub levels: &'a [u8],
    /// Multiplied with `2 * level + 1` it gives the weight.
    unit: f32,
}

impl Row<'_> {
    /// The weight of the edge at position `at` of the row.
    #[inline]
    pub fn weight(&self, level: u8) -> f32 {
        self.unit * (2 * u32::from(level) + 1) as f32
    }

    /// The weight of the edge to `item`; 0 without one. `O(log len)`.
    pub fn weight_of(&self, item: ItemIx) -> f32 {
        let level = self.items.binary_search(&item).ok().and_then(|at| self.levels.get(at));
        level.map_or(0.0, |&level| self.weight(level))
    }
}

impl Neighbours {
    /// How many items have a row.
    pub fn num_items(&self) -> usize {
        self.scales.len()
    }

    /// How many edges there are in all rows.
    pub fn num_edges(&self) -> usize {
        self.items.len()
    }

    /// The row of an item; empty for a number out of range.
    #[inline]
    pub fn row(&self, item: ItemIx) -> Row<'_> {
        let at = item.as_usize();
        let (Some(&start), Some(&end), Some(&code)) =
            (self.offsets.get(at), self.offsets.get(at + 1), self.scales.get(at))
        else {
            return Row { items: &[], levels: &[], unit: 0.0 };
        };
        let range = start as usize..end as usize;
        let unit = scale(code) / (2u32 << self.weight_bits.min(8)) as f32;
        match (self.items.get(range.clone()), self.levels.get(range)) {
            (Some(items), Some(levels)) => Row { items, levels, unit },
            _ => Row { items: &[], levels: &[], unit: 0.0 },
        }
    }

    /// The row's largest weight as it was before its neighbours were quantised; 0 for a number out of range.
    pub fn row_scale(&self, item: ItemIx) -> f32 {
        self.scales.get(item.as_usize()).map_or(0.0, |&code| scale(code))
    }

    /// Bits of a weight, 1 to 8.
    pub fn weight_bits(&self) -> u8 {
        self.weight_bits
    }

    /// The table of rows, each a [`scale_code`] and (neighbour, level) pairs.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] if a row is not ascending, has more than [`MAX_NEIGHBOURS`], names its own or no
    /// item, or has a level of more than `weight_bits` (1 to 8) bits.
    pub fn from_rows(weight_bits: u8, rows: &[(u8, Vec<(ItemIx, u8)>)]) -> Result<Neighbours, ModelError> {
        let num_edges = rows.iter().map(|(_, row)| row.len()).sum();
        let mut table = Neighbours {
            offsets: Vec::with_capacity(rows.len() + 1),
            items: Vec::with_capacity(num_edges),
            levels: Vec::with_capacity(num_edges),
            scales: Vec::with_capacity(rows.len()),
            weight_bits,
        };
        table.offsets.push(0);
        for (code, row) in rows {
            table.scales.push(*code);
            for &(item, level) in row {
                table.items.push(item);
                table.levels.push(level);
            }
            table.offsets.push(u32::try_from(table.items.len()).unwrap_or(u32::MAX));
        }
        table.validate()?;
        Ok(table)
    }

    /// Checks all that writing and ranking rely on. `O(num_items + num_edges)`.
    pub(super) fn validate(&self) -> Result<(), ModelError> {
        let wrong = |at: usize, what, found: u64, expected| {
            Err(ModelError::Invalid { part: "neighbours, row", at: at as u64, what, found, expected })
        };
        if !(1..=8).contains(&self.weight_bits) {
            return wrong(0, "bits of a weight", self.weight_bits.into(), Expected::Text("1 to 8"));
        }
        let num_items = self.num_items();
        let ends = self.offsets.get(1..).unwrap_or(&[]);
        if self.offsets.first() != Some(&0) || ends.len() != num_items {
            return wrong(0, "number of row ends", ends.len() as u64, Expected::Exactly(num_items as u64));
        }
        for (row, (&start, &end)) in self.offsets.iter().zip(ends).enumerate() {
            let (Some(items), Some(levels)) =
                (self.items.get(start as usize..end as usize), self.levels.get(start as usize..end as usize))
            else {
                return wrong(row, "end", end.into(), Expected::Text("a position from the row's start to the last"));
            };
            if items.len() > MAX_NEIGHBOURS {
                return wrong(row, "length", items.len() as u64, Expected::AtMost(MAX_NEIGHBOURS as u64));
            }
            let mut least = 0;
            for &ItemIx(item) in items {
                if (item as usize) < least || item as usize >= num_items || item as usize == row {
                    return wrong(row, "neighbour", item.into(), Expected::Text("another item, ascending"));
                }
                least = item as usize + 1;
            }
            let most = u8::MAX >> (8 - self.weight_bits);
            if let Some(&level) = levels.iter().find(|&&level| level > most) {
                return wrong(row, "level", level.into(), Expected::AtMost(most.into()));
            }
        }
        let last = ends.last().copied().unwrap_or(0) as usize;
        for length in [self.items.len(), self.levels.len()] {
            if length != last {
                return wrong(num_items, "number of neighbours", length as u64, Expected::Exactly(last as u64));
            }
        }
        Ok(())
    }
}

/// `2^(i/16)` for i in 0..16, rounded to f32: the only roots that a scale needs.
#[allow(clippy::approx_constant, reason = "the table is whole, 2^(8/16) and all")]
const ROOTS: [f32; 16] = [
    1.0,
    1.044_273_8,
    1.090_507_7,
    1.138_788_6,
    1.189_207_1,
    1.241_857_8,
    1.296_839_6,
    1.354_255_5,
    1.414_213_5,
    1.476_826_1,
    1.542_210_8,
    1.610_490_3,
    1.681_792_9,
    1.756_252_2,
    1.834_008_1,
    1.915_206_6,
];

/// The value of a scale code: `2^((code - 128) / 16)`, that is 1/256 to 245 in steps of 4.4 %.
///
/// Built from constants and exact powers of two, so that every machine gets the same bits.
pub fn scale(code: u8) -> f32 {
    let steps = i32::from(code) - 128;
    let octave = steps.div_euclid(16);
    let root = ROOTS[(steps & 15) as usize];
    root * f32::from_bits(((octave + 127) as u32) << 23)
}

/// The code whose [`scale`] is nearest to `value` on a logarithmic axis, clamped to the ends.
pub fn scale_code(value: f32) -> u8 {
    if value.is_nan() || value <= 0.0 {
        return 0;
    }
    ((f64::from(value).log2() * 16.0).round() + 128.0).clamp(0.0, 255.0) as u8
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    fn row(items: &[(u32, u8)]) -> (u8, Vec<(ItemIx, u8)>) {
        (128, items.iter().map(|&(item, level)| (ItemIx(item), level)).collect())
    }

    #[test]
    fn a_weight_is_the_middle_of_its_level() {
        // Scale code 128 is 1; level 5 of 8 spans 5/8 to 6/8.
        let table = Neighbours::from_rows(3, &[row(&[(1, 5)]), row(&[])]).unwrap();
        assert_eq!(table.row(ItemIx(0)).weight_of(ItemIx(1)), 5.5 / 8.0);
        assert_eq!(table.row(ItemIx(0)).weight_of(ItemIx(0)), 0.0);
        assert!(table.row(ItemIx(2)).items.is_empty());
        assert_eq!(table.row_scale(ItemIx(1)), 1.0);
    }

    #[test]
    fn rows_that_no_ranking_could_walk_are_refused() {
        for (what, rows) in [
            ("itself", [row(&[(0, 1)]), row(&[])]),
            ("no item", [row(&[(2, 1)]), row(&[])]),
            ("twice", [row(&[(1, 1), (1, 1)]), row(&[])]),
            ("level", [row(&[(1, 8)]), row(&[])]),
        ] {
            assert!(matches!(Neighbours::from_rows(3, &rows), Err(ModelError::Invalid { .. })), "{what}");
        }
        assert!(Neighbours::from_rows(0, &[]).is_err());
        assert!(Neighbours::from_rows(9, &[]).is_err());
        let mut cut = Neighbours::from_rows(3, &[row(&[(1, 5)]), row(&[])]).unwrap();
        cut.levels.clear();
        assert!(cut.validate().is_err());
        assert!(cut.row(ItemIx(0)).items.is_empty());
    }

    #[test]
    fn scale_codes_are_2_to_the_power_of_steps_of_a_sixteenth() {
        for code in 0..=255u8 {
            let exact = 2f64.powf((f64::from(code) - 128.0) / 16.0);
            assert!((f64::from(scale(code)) / exact - 1.0).abs() < 1e-6, "{code}");
            assert_eq!(scale_code(scale(code)), code);
        }
        assert_eq!(scale_code(f32::INFINITY), 255);
        assert_eq!(scale_code(f32::NAN), 0);
        assert_eq!(scale_code(-1.0), 0);
    }
}
