//! The rows that ranking walks: quantised neighbours of every item, in memory.

use super::bytes::Expected;
use super::error::ModelError;
use crate::ItemIx;

/// The most neighbours of one item: codes of 12 bits tell that many lengths of a row apart.
pub const MAX_NEIGHBOURS: usize = 4095;

/// The most classes of items in a table of the codec `graph`.
pub const MAX_CLASSES: usize = 8;
/// The most levels of a weight in a table of the codec `graph`.
pub const MAX_LEVELS: usize = 16;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Rows by themselves: gaps, and weights of 1 to 8 bits.
    Plain {
        /// Bits of a weight.
        weight_bits: u8,
    },
    /// A symmetric table, each pair of neighbours once.
    Graph,
}

/// What levels and classes stand for: `W[h, c] = row factor(class of h) * level * column factor(class of c)`.
///
/// In a table of the codec `plain` a class is a [`scale_code`], a level stands for `(level + 1/2) / 2^weight_bits`, and there are no column factors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// By level.
    pub levels: Vec<f32>,
    /// By class of the row's item.
    pub row_factors: Vec<f32>,
    /// By class of the neighbour; empty if all are 1.
    pub column_factors: Vec<f32>,
}

/// The second hop: what neighbours of neighbours add to a row while ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hop {
    /// Weight of neighbours of neighbours, 0 to 16; 0 leaves rows as they are.
    pub share: f32,
    /// Neighbours that a row has after the hop, at most: the heaviest.
    pub width: u16,
}

impl Hop {
    /// Whether ranking can work with it.
    pub(crate) fn is_valid(self) -> bool {
        (0.0..=16.0).contains(&self.share)
    }
}

/// Whether a value is one that weights may be multiplied from: no product of three, and no sum of them, overflows.
pub(crate) fn is_factor(value: f32) -> bool {
    (5.421_011e-20..=256.0).contains(&value)
}

/// The neighbours of every item with quantised weights, decoded: 5 bytes an edge, 5 bytes an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// `num_items + 1` positions into `items` and `levels`.
    pub(crate) offsets: Vec<u32>,
    /// Ascending within a row; an item is never its own neighbour.
    pub(crate) items: Vec<ItemIx>,
    /// Positions in `weights.levels`.
    pub(crate) levels: Vec<u8>,
    /// The class of each item.
    pub(crate) classes: Vec<u8>,
    pub(crate) weights: Weights,
    pub(crate) hop: Hop,
    pub(crate) codec: Codec,
}

impl Default for Neighbours {
    fn default() -> Self {
        Neighbours::plain(3)
    }
}

/// One item's neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Ascending.
    pub items: &'a [ItemIx],
    /// One for each item.
    pub levels: &'a [u8],
    table: &'a Neighbours,
    factor: f32,
}

impl Row<'_> {
    /// The weight of an edge at its `level` without the factor of its column.
    #[inline]
    pub fn weight_in_row(&self, level: u8) -> f32 {
        self.factor * self.table.weights.levels.get(usize::from(level)).copied().unwrap_or(0.0)
    }

    /// The weight of the edge to `item`; 0 without one. `O(log len)`.
    pub fn weight_of(&self, item: ItemIx) -> f32 {
        let level = self.items.binary_search(&item).ok().and_then(|at| self.levels.get(at));
        level.map_or(0.0, |&level| self.weight_in_row(level) * self.table.column_factor(item))
    }
}

impl Neighbours {
    /// A table without items for weights of so many bits.
    pub(crate) fn plain(weight_bits: u8) -> Neighbours {
        let num_levels = 1u32 << weight_bits.min(8);
        let weights = Weights {
            levels: (0..num_levels).map(|level| (2 * level + 1) as f32 / (2 * num_levels) as f32).collect(),
            row_factors: (0..=u8::MAX).map(scale).collect(),
            column_factors: Vec::new(),
        };
        Neighbours {
            offsets: vec![0],
            items: Vec::new(),
            levels: Vec::new(),
            classes: Vec::new(),
            weights,
            hop: Hop::default(),
            codec: Codec::Plain { weight_bits },
        }
    }

    /// How many items have a row.
    pub fn num_items(&self) -> usize {
        self.classes.len()
    }

    /// How many edges there are in all rows; a pair that stands in two rows counts twice.
    pub fn num_edges(&self) -> usize {
        self.items.len()
    }

    /// The row of an item; empty for a number out of range.
    #[inline]
    pub fn row(&self, item: ItemIx) -> Row<'_> {
        let at = item.as_usize();
        let empty = Row { items: &[], levels: &[], table: self, factor: 0.0 };
        let (Some(&start), Some(&end), Some(&class)) =
            (self.offsets.get(at), self.offsets.get(at.saturating_add(1)), self.classes.get(at))
        else {
            return empty;
        };
        let range = start as usize..end as usize;
        let factor = self.weights.row_factors.get(usize::from(class)).copied().unwrap_or(0.0);
        match (self.items.get(range.clone()), self.levels.get(range)) {
            (Some(items), Some(levels)) => Row { items, levels, table: self, factor },
            _ => empty,
        }
    }

    /// The factor of an item as a neighbour.
    #[inline]
    pub fn column_factor(&self, item: ItemIx) -> f32 {
        if self.weights.column_factors.is_empty() {
            return 1.0;
        }
        let class = self.classes.get(item.as_usize()).copied().unwrap_or(0);
        self.weights.column_factors.get(usize::from(class)).copied().unwrap_or(0.0)
    }

    /// The factor of an item's row; in a table of the codec `plain` its largest weight as it was before it was quantised. 0
    /// for a number out of range.
    pub fn row_factor(&self, item: ItemIx) -> f32 {
        let class = self.classes.get(item.as_usize()).map(|&class| usize::from(class));
        class.and_then(|class| self.weights.row_factors.get(class)).copied().unwrap_or(0.0)
    }

    /// How many levels a weight has.
    pub fn num_levels(&self) -> usize {
        self.weights.levels.len()
    }

    /// What levels and classes stand for.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The second hop of ranking.
    pub fn hop(&self) -> Hop {
        self.hop
    }

    /// How the table is written.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The table of rows, each a [`scale_code`] and (neighbour, level) pairs, for the codec `plain`.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] if a row is not ascending, has more than [`MAX_NEIGHBOURS`], names its own or no
    /// item, or has a level of more than `weight_bits` (1 to 8) bits.
    pub fn from_rows(weight_bits: u8, rows: &[(u8, Vec<(ItemIx, u8)>)]) -> Result<Neighbours, ModelError> {
        let table = Neighbours::plain(weight_bits).with_rows(rows);
        table.validate()?;
        Ok(table)
    }

    /// The table of rows in CSR form, each with a [`scale_code`], for the codec `plain`.
    ///
    /// # Errors
    /// As [`Neighbours::from_rows`], and if the lists do not fit together.
    pub fn from_csr(
        weight_bits: u8,
        offsets: Vec<u32>,
        items: Vec<ItemIx>,
        levels: Vec<u8>,
        scales: Vec<u8>,
    ) -> Result<Neighbours, ModelError> {
        let table = Neighbours { offsets, items, levels, classes: scales, ..Neighbours::plain(weight_bits) };
        table.validate()?;
        Ok(table)
    }

    /// The symmetric table of links (both ends, level), each pair once, for the codec `graph`.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] if a link names one item twice or no item, stands twice, or has a level or class that has
    /// no value; or if there are more than [`MAX_CLASSES`] classes or [`MAX_LEVELS`] levels, values out of 2^-64 to 256,
    /// or a hop share out of 0 to 16.
    pub fn from_links(
        classes: &[u8],
        links: &[(ItemIx, ItemIx, u8)],
        weights: Weights,
        hop: Hop,
    ) -> Result<Neighbours, ModelError> {
        let mut rows: Vec<(u8, Vec<(ItemIx, u8)>)> = classes.iter().map(|&class| (class, Vec::new())).collect();
        for &(one, other, level) in links {
            for (from, to) in [(one, other), (other, one)] {
                match rows.get_mut(from.as_usize()) {
                    Some(row) => row.1.push((to, level)),
                    None => return wrong(from.as_usize(), "end of a link", from.0.into(), Expected::Text("an item")),
                }
            }
        }
        rows.iter_mut().for_each(|(_, row)| row.sort_unstable());
        let table = Neighbours { weights, hop, codec: Codec::Graph, ..Neighbours::plain(1) }.with_rows(&rows);
        table.validate()?;
        Ok(table)
    }

    /// The table with other weights for its levels and classes, and another hop; for the codec `graph`.
    ///
    /// # Errors
    /// As [`Neighbours::from_links`].
    pub fn with_weights(self, weights: Weights, hop: Hop) -> Result<Neighbours, ModelError> {
        let table = Neighbours { weights, hop, ..self };
        table.validate_weights()?;
        let num_levels = table.num_levels();
        match table.levels.iter().find(|&&level| usize::from(level) >= num_levels) {
            Some(&level) => wrong(0, "level", level.into(), Expected::AtMost(num_levels as u64 - 1)),
            None => Ok(table),
        }
    }

    fn with_rows(mut self, rows: &[(u8, Vec<(ItemIx, u8)>)]) -> Neighbours {
        let num_edges = rows.iter().map(|(_, row)| row.len()).sum();
        self.offsets.reserve(rows.len());
        self.items.reserve(num_edges);
        self.levels.reserve(num_edges);
        self.classes.reserve(rows.len());
        for (class, row) in rows {
            self.classes.push(*class);
            for &(item, level) in row {
                self.items.push(item);
                self.levels.push(level);
            }
            self.offsets.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        }
        self
    }

    /// Checks all that writing and ranking rely on. `O(num_items + num_edges)`, and for the codec `graph` a search more an edge.
    pub(super) fn validate(&self) -> Result<(), ModelError> {
        self.validate_weights()?;
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
            if items.len() > MAX_NEIGHBOURS && self.codec != Codec::Graph {
                return wrong(row, "length", items.len() as u64, Expected::AtMost(MAX_NEIGHBOURS as u64));
            }
            let mut least = 0;
            for &ItemIx(item) in items {
                if (item as usize) < least || item as usize >= num_items || item as usize == row {
                    return wrong(row, "neighbour", item.into(), Expected::Text("another item, ascending"));
                }
                least = item as usize + 1;
            }
            let num_levels = self.num_levels();
            if let Some(&level) = levels.iter().find(|&&level| usize::from(level) >= num_levels) {
                return wrong(row, "level", level.into(), Expected::AtMost(num_levels as u64 - 1));
            }
        }
        let last = ends.last().copied().unwrap_or(0) as usize;
        for length in [self.items.len(), self.levels.len()] {
            if length != last {
                return wrong(num_items, "number of neighbours", length as u64, Expected::Exactly(last as u64));
            }
        }
        if self.codec == Codec::Graph { self.validate_symmetry() } else { Ok(()) }
    }

    fn validate_weights(&self) -> Result<(), ModelError> {
        let Weights { levels, row_factors, column_factors } = &self.weights;
        match self.codec {
            Codec::Plain { weight_bits } => {
                if !(1..=8).contains(&weight_bits) {
                    return wrong(0, "bits of a weight", weight_bits.into(), Expected::Text("1 to 8"));
                }
                if self.weights != Neighbours::plain(weight_bits).weights || self.hop != Hop::default() {
                    let expected = Expected::Text("those of its bits, without a hop");
                    return wrong(0, "weights of levels, number", levels.len() as u64, expected);
                }
            }
            Codec::Graph => {
                for (what, found, most) in [
                    ("number of levels", levels.len(), MAX_LEVELS),
                    ("number of row factors", row_factors.len(), MAX_CLASSES),
                ] {
                    if found == 0 || found > most {
                        return wrong(0, what, found as u64, Expected::AtMost(most as u64));
                    }
                }
                if column_factors.len() != row_factors.len() {
                    let expected = Expected::Exactly(row_factors.len() as u64);
                    return wrong(0, "number of column factors", column_factors.len() as u64, expected);
                }
                let mut factors = levels.iter().chain(row_factors).chain(column_factors);
                if let Some(value) = factors.find(|&&value| !is_factor(value)) {
                    let expected = Expected::Text("a number from 2^-64 to 256");
                    return wrong(0, "factor, as bits,", value.to_bits().into(), expected);
                }
                if !self.hop.is_valid() {
                    let expected = Expected::Text("a number from 0 to 16");
                    return wrong(0, "hop share, as bits,", self.hop.share.to_bits().into(), expected);
                }
            }
        }
        let num_classes = row_factors.len();
        match self.classes.iter().position(|&class| usize::from(class) >= num_classes) {
            Some(row) => {
                let class = self.classes.get(row).copied().unwrap_or(0);
                wrong(row, "class", class.into(), Expected::AtMost(num_classes as u64 - 1))
            }
            None => Ok(()),
        }
    }

    fn validate_symmetry(&self) -> Result<(), ModelError> {
        for row in (0..self.num_items() as u32).map(ItemIx) {
            let neighbours = self.row(row);
            for (&item, level) in neighbours.items.iter().zip(neighbours.levels) {
                let back = self.row(item);
                let there = back.items.binary_search(&row).ok().and_then(|at| back.levels.get(at));
                if there != Some(level) {
                    let expected = Expected::Text("one that has this item at the same level");
                    return wrong(row.as_usize(), "neighbour", item.0.into(), expected);
                }
            }
        }
        Ok(())
    }
}

/// A table that no file can hold, or no ranking walk.
#[cold]
fn wrong<T>(row: usize, what: &'static str, found: u64, expected: Expected) -> Result<T, ModelError> {
    Err(ModelError::Invalid { part: "neighbours, row", at: row as u64, what, found, expected })
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

#[cfg(all(test, feature = "read"))]
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
        assert_eq!(table.row_factor(ItemIx(1)), 1.0);
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
        let link = |one, other, level| (ItemIx(one), ItemIx(other), level);
        let weights = Weights { levels: vec![0.5, 1.0], row_factors: vec![1.0], column_factors: vec![1.0] };
        let of = |links: &[_], weights: &Weights| {
            Neighbours::from_links(&[0, 0], links, weights.clone(), Hop { share: 0.2, width: 9 })
        };
        assert!(of(&[link(0, 1, 1)], &weights).is_ok());
        for links in [vec![link(0, 0, 1)], vec![link(0, 2, 1)], vec![link(0, 1, 2)], vec![link(0, 1, 1), link(1, 0, 1)]]
        {
            assert!(of(&links, &weights).is_err(), "{links:?}");
        }
        for value in [0.0, 257.0, f32::NAN, -1.0] {
            assert!(of(&[], &Weights { row_factors: vec![value], ..weights.clone() }).is_err(), "{value}");
        }
        let mut lopsided = of(&[link(0, 1, 1)], &weights).unwrap();
        lopsided.levels[0] = 0;
        assert!(lopsided.validate().is_err());
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
