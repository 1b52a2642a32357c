//! The rows that ranking walks: quantised neighbours of every item, in memory.

use super::bytes::Expected;
use super::dictionary::Dictionary;
use super::error::ModelError;
use crate::ItemIx;

/// The most classes of items.
pub const MAX_CLASSES: usize = 8;
/// The most levels of a weight.
pub const MAX_LEVELS: usize = 16;
/// The most that one direction of a link may exceed the value of its level, as a factor.
const MAX_DIRECTION: f32 = 256.0;

/// Values of levels, directions and classes:
/// `W[h, c] = row factor(class of h) * level * direction`, divided by the direction where h's is the lighter one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// By level; what a trainer packs ascends.
    pub levels: Vec<f32>,
    /// By level, 1 to 256: the factor by which the heavier direction of a link exceeds its level. Exactly 1 below the
    /// first level that tells directions apart; from that level on every link says which of its directions is the
    /// heavier one.
    pub directions: Vec<f32>,
    /// By class of the row's item.
    pub row_factors: Vec<f32>,
}

impl Weights {
    /// The least level that tells the directions of a link apart; the number of levels if none does.
    pub fn first_directed(&self) -> usize {
        self.directions.iter().position(|&direction| direction != 1.0).unwrap_or(self.levels.len())
    }

    /// The weight of each code, `2 * level + 1` for the heavier direction, without the factor of the row.
    pub(crate) fn by_code(&self) -> Vec<f32> {
        // Not with `flat_map`, which takes more of the browser's module.
        let mut weights = Vec::with_capacity(2 * self.levels.len());
        for (level, direction) in self.levels.iter().zip(&self.directions) {
            weights.push(level / direction);
            weights.push(level * direction);
        }
        weights
    }
}

/// A pair of items that are each other's neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// One end.
    pub one: ItemIx,
    /// The other end.
    pub other: ItemIx,
    /// A position in [`Weights::levels`].
    pub level: u8,
    /// The row of `one` has the heavier direction; without effect at a level that does not tell directions apart.
    pub is_heavier_from_one: bool,
}

/// The second hop: what neighbours of neighbours add to a row while ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TwoHop {
    /// Weight of neighbours of neighbours, 0 to 16; 0 leaves rows as they are.
    pub share: f32,
    /// Neighbours that a row has after the hop, at most: the heaviest.
    pub width: u16,
}

impl TwoHop {
    /// Tells whether ranking can work with it.
    pub(crate) fn is_valid(self) -> bool {
        (0.0..=16.0).contains(&self.share)
    }
}

/// Tells whether weights may be multiplied from a value: no product of three, and no sum of them, overflows.
pub(crate) fn is_factor(value: f32) -> bool {
    (5.421_011e-20..=256.0).contains(&value)
}

/// Tells whether a direction may exceed its level by a value.
pub(crate) fn is_direction(value: f32) -> bool {
    (1.0..=MAX_DIRECTION).contains(&value)
}

/// The neighbours of every item with quantised weights, decoded: a symmetric table, 5 bytes an edge, 5 bytes an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// `num_items + 1` positions into `items` and `codes`.
    pub(crate) offsets: Vec<u32>,
    /// Ascending within a row; an item is never its own neighbour.
    pub(crate) items: Vec<ItemIx>,
    /// Twice the position in `weights.levels`, and 1 more if this row has the heavier direction.
    pub(crate) codes: Vec<u8>,
    /// The class of each item.
    pub(crate) classes: Vec<u8>,
    weights: Weights,
    /// The weight of each code in a row of factor 1.
    by_code: Vec<f32>,
    pub(crate) hop: TwoHop,
}

impl Default for Neighbours {
    fn default() -> Self {
        Neighbours::without_items(Weights::default(), TwoHop::default())
    }
}

/// A table of neighbours as ranking reads it, wholly in memory or not.
pub trait Table {
    /// The items' ids that go with it.
    type Ids;
    /// The parts of the table that a ranker has read.
    type Kept: Clone + std::fmt::Debug + Default;
    /// The reason why a row cannot be read.
    type Error: Clone + std::fmt::Debug;

    /// Gives the number of items with a row.
    fn num_items(&self) -> usize;

    /// The second hop of ranking.
    fn hop(&self) -> TwoHop;

    /// The factor of an item's row; 0 for a number out of range.
    fn row_factor(&self, item: ItemIx) -> f32;

    /// Calls `each` for the neighbours of an item, ascending, with their weights in a row of factor 1; gives one over
    /// the sum of these, 0 without any. Single precision, in order, so that all tables of one file give the same bits.
    ///
    /// # Errors
    /// If the row is still in a file and cannot be read.
    fn row(&self, kept: &mut Self::Kept, item: ItemIx, each: &mut impl FnMut(ItemIx, f32)) -> Result<f32, Self::Error>;
}

impl Table for Neighbours {
    type Ids = Dictionary;
    /// One over the sum of each row that was asked for; not a number for those that were not.
    type Kept = Vec<f32>;
    type Error = std::convert::Infallible;

    fn num_items(&self) -> usize {
        self.num_items()
    }

    fn hop(&self) -> TwoHop {
        self.hop
    }

    fn row_factor(&self, item: ItemIx) -> f32 {
        self.row_factor(item)
    }

    fn row(&self, kept: &mut Vec<f32>, item: ItemIx, each: &mut impl FnMut(ItemIx, f32)) -> Result<f32, Self::Error> {
        let row = self.row(item);
        for (&other, &code) in row.items.iter().zip(row.codes) {
            each(other, self.weight_of_code(code));
        }
        if kept.is_empty() {
            kept.resize(self.num_items(), f32::NAN);
        }
        let Some(inverse_sum) = kept.get_mut(item.as_usize()) else { return Ok(0.0) };
        if inverse_sum.is_nan() {
            let mut sum = 0.0;
            for &code in row.codes {
                sum += self.weight_of_code(code);
            }
            *inverse_sum = if sum > 0.0 { 1.0 / sum } else { 0.0 };
        }
        Ok(*inverse_sum)
    }
}

/// One item's neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Ascending.
    pub items: &'a [ItemIx],
    /// One for each item: twice its level, and 1 more if this row has the heavier direction.
    pub codes: &'a [u8],
    table: &'a Neighbours,
    factor: f32,
}

impl Row<'_> {
    /// The weight of an edge of this code.
    #[inline]
    pub fn weight_in_row(&self, code: u8) -> f32 {
        self.factor * self.table.weight_of_code(code)
    }

    /// The weight of the edge to `item`; 0 without one. `O(log len)`.
    pub fn weight_of(&self, item: ItemIx) -> f32 {
        let code = self.items.binary_search(&item).ok().and_then(|at| self.codes.get(at));
        code.map_or(0.0, |&code| self.weight_in_row(code))
    }
}

impl Neighbours {
    /// A table that has no rows yet.
    pub(crate) fn without_items(weights: Weights, hop: TwoHop) -> Neighbours {
        Neighbours {
            offsets: vec![0],
            items: Vec::new(),
            codes: Vec::new(),
            classes: Vec::new(),
            by_code: weights.by_code(),
            weights,
            hop,
        }
    }

    /// Gives the number of items with a row.
    pub fn num_items(&self) -> usize {
        self.classes.len()
    }

    /// Gives the number of edges in all rows: two for each link.
    pub fn num_edges(&self) -> usize {
        self.items.len()
    }

    /// The row of an item; empty for a number out of range.
    #[inline]
    pub fn row(&self, item: ItemIx) -> Row<'_> {
        let at = item.as_usize();
        let empty = Row { items: &[], codes: &[], table: self, factor: 0.0 };
        let (Some(&start), Some(&end), Some(&class)) =
            (self.offsets.get(at), self.offsets.get(at.saturating_add(1)), self.classes.get(at))
        else {
            return empty;
        };
        let range = start as usize..end as usize;
        let factor = self.weights.row_factors.get(usize::from(class)).copied().unwrap_or(0.0);
        match (self.items.get(range.clone()), self.codes.get(range)) {
            (Some(items), Some(codes)) => Row { items, codes, table: self, factor },
            _ => empty,
        }
    }

    /// The weight of an edge of this code in a row of factor 1.
    #[inline]
    pub(crate) fn weight_of_code(&self, code: u8) -> f32 {
        self.by_code.get(usize::from(code)).copied().unwrap_or(0.0)
    }

    /// The factor of an item's row; 0 for a number out of range.
    pub fn row_factor(&self, item: ItemIx) -> f32 {
        let class = self.classes.get(item.as_usize()).map(|&class| usize::from(class));
        class.and_then(|class| self.weights.row_factors.get(class)).copied().unwrap_or(0.0)
    }

    /// Gives the number of levels of a weight.
    pub fn num_levels(&self) -> usize {
        self.weights.levels.len()
    }

    /// The least level that tells the directions of a link apart; [`num_levels`](Neighbours::num_levels) if none does.
    pub fn first_directed(&self) -> usize {
        self.weights.first_directed()
    }

    /// Gives the values of levels, directions and classes.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The second hop of ranking.
    pub fn hop(&self) -> TwoHop {
        self.hop
    }

    /// The table of links, each pair of items once, in any order.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] if a link names one item twice or no item, occurs twice, or has a level or class that
    /// has no value; or if there are more than [`MAX_CLASSES`] classes or [`MAX_LEVELS`] levels, values out of 2^-64 to
    /// 256, directions out of 1 to 256, or a hop share out of 0 to 16.
    pub fn from_links(classes: &[u8], links: &[Link], weights: Weights, hop: TwoHop) -> Result<Neighbours, ModelError> {
        let first_directed = weights.first_directed();
        let mut rows: Vec<Vec<(ItemIx, u8)>> = vec![Vec::new(); classes.len()];
        for &Link { one, other, level, is_heavier_from_one } in links {
            let is_directed = usize::from(level) >= first_directed;
            for (from, to, is_heavier) in [(one, other, is_heavier_from_one), (other, one, !is_heavier_from_one)] {
                let code = level.saturating_mul(2) | u8::from(is_directed && is_heavier);
                match rows.get_mut(from.as_usize()) {
                    Some(row) => row.push((to, code)),
                    None => return wrong(from.as_usize(), "end of a link", from.0.into(), Expected::Text("an item")),
                }
            }
        }
        let mut table = Neighbours::without_items(weights, hop);
        for row in &mut rows {
            row.sort_unstable();
            table.items.extend(row.iter().map(|&(item, _)| item));
            table.codes.extend(row.iter().map(|&(_, code)| code));
            table.offsets.push(u32::try_from(table.items.len()).unwrap_or(u32::MAX));
        }
        table.classes = classes.to_vec();
        table.validate()?;
        Ok(table)
    }

    /// The table with other weights for its levels, directions and classes, and another hop.
    ///
    /// # Errors
    /// As [`Neighbours::from_links`], and if directions would start at another level than before.
    pub fn with_weights(self, weights: Weights, hop: TwoHop) -> Result<Neighbours, ModelError> {
        for (what, found, expected) in [
            ("number of levels", weights.levels.len(), self.num_levels()),
            ("first level with directions", weights.first_directed(), self.first_directed()),
        ] {
            if found != expected {
                return wrong(0, what, found as u64, Expected::Exactly(expected as u64));
            }
        }
        let table = Neighbours { by_code: weights.by_code(), weights, hop, ..self };
        table.validate_weights()?;
        Ok(table)
    }

    /// Checks all that writing and ranking rely on: `O(num_items + num_edges log(row))`.
    pub(super) fn validate(&self) -> Result<(), ModelError> {
        self.validate_weights()?;
        let num_items = self.num_items();
        let ends = self.offsets.get(1..).unwrap_or(&[]);
        if self.offsets.first() != Some(&0) || ends.len() != num_items {
            return wrong(0, "number of row ends", ends.len() as u64, Expected::Exactly(num_items as u64));
        }
        for (row, (&start, &end)) in self.offsets.iter().zip(ends).enumerate() {
            let (Some(items), Some(codes)) =
                (self.items.get(start as usize..end as usize), self.codes.get(start as usize..end as usize))
            else {
                return wrong(row, "end", end.into(), Expected::Text("a position from the row's start to the last"));
            };
            let mut least = 0;
            for &ItemIx(item) in items {
                if (item as usize) < least || item as usize >= num_items || item as usize == row {
                    return wrong(row, "neighbour", item.into(), Expected::Text("another item, ascending"));
                }
                least = item as usize + 1;
            }
            let num_levels = self.num_levels();
            if let Some(&code) = codes.iter().find(|&&code| usize::from(code / 2) >= num_levels) {
                return wrong(row, "level", (code / 2).into(), Expected::AtMost(num_levels as u64 - 1));
            }
        }
        let last = ends.last().copied().unwrap_or(0) as usize;
        for length in [self.items.len(), self.codes.len()] {
            if length != last {
                return wrong(num_items, "number of neighbours", length as u64, Expected::Exactly(last as u64));
            }
        }
        self.validate_symmetry()
    }

    fn validate_weights(&self) -> Result<(), ModelError> {
        let Weights { levels, directions, row_factors } = &self.weights;
        for (what, found, most) in
            [("number of levels", levels.len(), MAX_LEVELS), ("number of row factors", row_factors.len(), MAX_CLASSES)]
        {
            if found == 0 || found > most {
                return wrong(0, what, found as u64, Expected::AtMost(most as u64));
            }
        }
        if directions.len() != levels.len() {
            let expected = Expected::Exactly(levels.len() as u64);
            return wrong(0, "number of directions", directions.len() as u64, expected);
        }
        if let Some(value) = levels.iter().chain(row_factors).find(|&&value| !is_factor(value)) {
            let expected = Expected::Text("a number from 2^-64 to 256");
            return wrong(0, "factor, as bits,", value.to_bits().into(), expected);
        }
        if let Some(value) = directions.iter().find(|&&value| !is_direction(value)) {
            let expected = Expected::Text("a number from 1 to 256");
            return wrong(0, "direction, as bits,", value.to_bits().into(), expected);
        }
        if !self.hop.is_valid() {
            let expected = Expected::Text("a number from 0 to 16");
            return wrong(0, "hop share, as bits,", self.hop.share.to_bits().into(), expected);
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
        let first_directed = self.first_directed();
        for row in (0..self.num_items() as u32).map(ItemIx) {
            let neighbours = self.row(row);
            for (&item, &code) in neighbours.items.iter().zip(neighbours.codes) {
                let back = self.row(item);
                let there = back.items.binary_search(&row).ok().and_then(|at| back.codes.get(at));
                let is_directed = usize::from(code / 2) >= first_directed;
                let wanted = if is_directed { code ^ 1 } else { code & !1 };
                if there != Some(&wanted) || (!is_directed && code & 1 == 1) {
                    let expected = Expected::Text("one that has this item at the same level, in the other direction");
                    return wrong(row.as_usize(), "neighbour", item.0.into(), expected);
                }
            }
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "cli"))]
impl Neighbours {
    /// A table from (item, item, level), of which the last one of a pair counts and those of an item with itself do
    /// not. Level l of 8 weighs `(2 l + 1) / 16`; from level 5 on the first item's direction is 5/4 of that, the
    /// other's 4/5.
    pub(crate) fn of_pairs(num_items: usize, pairs: impl IntoIterator<Item = (u32, u32, u8)>) -> Neighbours {
        let mut links = std::collections::BTreeMap::new();
        for (one, other, level) in pairs.into_iter().filter(|(one, other, _)| one != other) {
            let link = Link { one: ItemIx(one), other: ItemIx(other), level, is_heavier_from_one: true };
            links.insert((one.min(other), one.max(other)), link);
        }
        let weights = Weights {
            levels: (0u8..8).map(|level| f32::from(2 * level + 1) / 16.0).collect(),
            directions: (0..8).map(|level| if level < 5 { 1.0 } else { 1.25 }).collect(),
            row_factors: vec![1.0],
        };
        let links: Vec<Link> = links.into_values().collect();
        Neighbours::from_links(&vec![0; num_items], &links, weights, TwoHop::default())
            .expect("links of items and levels")
    }
}

/// A table that no file can hold, or no ranking walk.
#[cold]
fn wrong<T>(row: usize, what: &'static str, found: u64, expected: Expected) -> Result<T, ModelError> {
    Err(ModelError::Invalid { part: "neighbours, row", at: row as u64, what, found, expected })
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;

    fn link(one: u32, other: u32, level: u8, is_heavier_from_one: bool) -> Link {
        Link { one: ItemIx(one), other: ItemIx(other), level, is_heavier_from_one }
    }

    /// Two levels, the higher one with directions, and two classes.
    fn weights() -> Weights {
        Weights { levels: vec![0.5, 1.0], directions: vec![1.0, 2.0], row_factors: vec![1.0, 3.0] }
    }

    fn table(links: &[Link], weights: Weights) -> Result<Neighbours, ModelError> {
        Neighbours::from_links(&[0, 1, 0], links, weights, TwoHop { share: 0.2, width: 9 })
    }

    #[test]
    fn a_weight_is_made_of_its_row_its_level_and_its_direction() {
        let table = table(&[link(1, 0, 1, true), link(2, 1, 0, true)], weights()).unwrap();
        let weight = |from, to| table.row(ItemIx(from)).weight_of(ItemIx(to));
        // 3 * 1 * 2 and 1 * 1 / 2.
        assert_eq!([weight(1, 0), weight(0, 1)], [6.0, 0.5]);
        // A level without directions: 3 * 0.5 and 1 * 0.5.
        assert_eq!([weight(1, 2), weight(2, 1)], [1.5, 0.5]);
        assert_eq!([weight(0, 2), weight(0, 0), weight(9, 0)], [0.0; 3]);
        assert_eq!((table.row(ItemIx(1)).codes, table.row(ItemIx(0)).codes), (&[3, 0][..], &[2][..]));
        assert_eq!((table.num_edges(), table.first_directed(), table.row_factor(ItemIx(1))), (4, 1, 3.0));
    }

    #[test]
    fn directions_start_where_the_first_factor_is_not_1() {
        let first = |directions: &[f32]| {
            Weights { levels: vec![1.0; 3], directions: directions.to_vec(), row_factors: vec![1.0] }.first_directed()
        };
        assert_eq!([first(&[1.0, 1.0, 1.0]), first(&[1.0, 1.5, 1.0]), first(&[1.5, 1.0, 1.0])], [3, 1, 0]);
    }

    #[test]
    fn links_that_no_ranking_could_walk_are_refused() {
        assert!(table(&[link(0, 1, 1, false)], weights()).is_ok());
        for links in [
            vec![link(0, 0, 1, true)],
            vec![link(0, 3, 1, true)],
            vec![link(0, 1, 2, true)],
            vec![link(0, 1, 1, true), link(1, 0, 1, true)],
        ] {
            assert!(table(&links, weights()).is_err(), "{links:?}");
        }
    }

    #[test]
    fn weights_out_of_range_are_refused() {
        for value in [0.0, 257.0, f32::NAN, -1.0] {
            assert!(table(&[], Weights { row_factors: vec![value, 1.0], ..weights() }).is_err(), "{value}");
            assert!(table(&[], Weights { directions: vec![1.0, value], ..weights() }).is_err(), "{value}");
        }
        assert!(table(&[], Weights { directions: vec![1.0], ..weights() }).is_err());
        assert!(table(&[], Weights { row_factors: vec![1.0], ..weights() }).is_err());
        let too_many =
            Weights { levels: vec![1.0; MAX_LEVELS + 1], directions: vec![1.0; MAX_LEVELS + 1], ..weights() };
        assert!(table(&[], too_many).is_err());
    }

    #[test]
    fn other_weights_must_tell_the_same_directions_apart() {
        let table = table(&[link(0, 1, 1, true)], weights()).unwrap();
        let other = Weights { directions: vec![1.0, 1.5], ..weights() };
        let changed = table.clone().with_weights(other, TwoHop::default()).unwrap();
        assert_eq!(changed.row(ItemIx(0)).weight_of(ItemIx(1)), 1.5);
        for directions in [vec![1.0, 1.0], vec![2.0, 2.0]] {
            assert!(table.clone().with_weights(Weights { directions, ..weights() }, TwoHop::default()).is_err());
        }
        let fewer = Weights { levels: vec![1.0], directions: vec![1.0], row_factors: vec![1.0, 1.0] };
        assert!(table.with_weights(fewer, TwoHop::default()).is_err());
    }

    #[test]
    fn rows_that_do_not_mirror_each_other_are_refused() {
        let valid = table(&[link(0, 1, 1, true), link(1, 2, 0, true)], weights()).unwrap();
        let with = |at: usize, code: u8| {
            let mut changed = valid.clone();
            changed.codes[at] = code;
            changed.validate()
        };
        // Item 0's only neighbour: another level, and both heavier or both lighter.
        assert_eq!(with(0, 3), Ok(()));
        assert!(with(0, 0).is_err() && with(0, 2).is_err());
        // Item 2's only neighbour: a direction at a level that has none.
        assert_eq!(with(3, 0), Ok(()));
        assert!(with(3, 1).is_err());
        let mut cut = valid.clone();
        cut.codes.clear();
        assert!(cut.validate().is_err());
        assert!(cut.row(ItemIx(0)).items.is_empty());
    }
}
