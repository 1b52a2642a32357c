//! The rows that ranking walks: quantised neighbours of every item, in memory.

use crate::ItemIx;

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
        self.items.binary_search(&item).map_or(0.0, |at| self.weight(self.levels[at]))
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
        let unit = scale(code) / (2u32 << self.weight_bits) as f32;
        Row { items: &self.items[range.clone()], levels: &self.levels[range], unit }
    }
}

/// `2^(i/16)` for i in 0..16, rounded to f32: the only roots that a scale needs.
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
    ROOTS[steps.rem_euclid(16) as usize] * f32::from_bits(((octave + 127) as u32) << 23)
}

/// The code whose [`scale`] is nearest to `value` on a logarithmic axis, clamped to the ends.
pub fn scale_code(value: f32) -> u8 {
    if value.is_nan() || value <= 0.0 {
        return 0;
    }
    ((f64::from(value).log2() * 16.0).round() + 128.0).clamp(0.0, 255.0) as u8
}
