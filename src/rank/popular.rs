//! All items in order of popularity: what fills a list up.

use crate::ItemIx;

/// All items, the most popular first.
#[derive(Clone, Debug)]
pub(super) struct Popular {
    /// Items of one popularity after the other, by number within one.
    pub(super) order: Vec<ItemIx>,
    /// Where each popularity ends in `order`, from 255 down.
    ends: Vec<u32>,
}

impl Popular {
    /// A counting sort: `O(num_items)`.
    pub(super) fn new(popularity: &[u8]) -> Popular {
        let mut ends = vec![0; 257];
        for &level in popularity {
            if let Some(count) = ends.get_mut(256 - usize::from(level)) {
                *count += 1;
            }
        }
        // Where each level starts, and once its items are placed, where it ends.
        let mut sum = 0;
        for count in &mut ends {
            sum += *count;
            *count = sum;
        }
        let mut order = vec![ItemIx(0); popularity.len()];
        for (item, &level) in popularity.iter().enumerate() {
            let Some(end) = ends.get_mut(255 - usize::from(level)) else { continue };
            if let Some(place) = order.get_mut(*end as usize) {
                *place = ItemIx(item as u32);
            }
            *end += 1;
        }
        Popular { order, ends }
    }

    /// The items of one popularity; none if there are no such levels left.
    pub(super) fn of_level(&self, level: u8) -> &[ItemIx] {
        let at = usize::from(u8::MAX - level);
        let start = if at == 0 { Some(&0) } else { self.ends.get(at - 1) };
        let (Some(&start), Some(&end)) = (start, self.ends.get(at)) else { return &[] };
        self.order.get(start as usize..end as usize).unwrap_or(&[])
    }
}

/// Gives the popularity of an item of a level next to one of level 0: 2^(level / 16), straight lines between whole
/// powers.
///
/// Levels are logarithms: 16 of them are a factor of 2.
pub(super) fn popularity(level: u8) -> f32 {
    f32::from_bits((127 << 23) + (u32::from(level) << 19))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn items_stand_by_level_and_number() {
        let popular = Popular::new(&[7, 255, 0, 7, 255]);
        assert_eq!(popular.order, [1, 4, 0, 3, 2].map(ItemIx));
        assert_eq!(popular.of_level(255), [1, 4].map(ItemIx));
        assert_eq!(popular.of_level(7), [0, 3].map(ItemIx));
        assert_eq!(popular.of_level(6), []);
        assert_eq!(popular.of_level(0), [ItemIx(2)]);
    }

    #[test]
    fn sixteen_levels_are_a_factor_of_two() {
        assert_eq!([0, 16, 32, 24].map(popularity), [1.0, 2.0, 4.0, 3.0]);
        assert_eq!(popularity(255), 63_488.0);
    }
}
