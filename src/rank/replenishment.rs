//! Replenishment: the degree to which items are due to be bought again.

use crate::ItemIx;
use crate::model::{Model, Table};

/// Days from one purchase of an item to the next where the model has no item's interval.
const USUAL_DAYS: f32 = 30.0;

/// Number of the newest intervals that the median is of.
const MAX_INTERVALS: usize = 64;

/// Scores a purchased item, above 0 and below 1, highest when the interval between purchases has just passed.
///
/// `ages_days` has the time since each purchase of the item, in days, the newest purchase first; below 0 counts as 0. The
/// interval is the
/// median of the shopper's own; after one purchase that of the item, of its category, or 30 days if the model has no
/// intervals at all.
pub fn replenishment_score<T: Table>(model: &Model<T>, item: ItemIx, ages_days: &[f32]) -> f32 {
    let interval = own_interval_days(ages_days).unwrap_or_else(|| usual_interval_days(model, item));
    due(ages_days.first().copied().unwrap_or(f32::NAN), ages_days.len() as f32, interval)
}

/// Returns the median time between purchases, the upper one of two, or `None` for fewer than two purchases.
fn own_interval_days(ages_days: &[f32]) -> Option<f32> {
    let newest = ages_days.get(..=MAX_INTERVALS).unwrap_or(ages_days);
    let middle = newest.len().checked_sub(1)? / 2;
    let ages = || newest.iter().map(|&age| if age < 0.0 { 0.0 } else { age });
    // Few enough to count instead of sort, which would be more code.
    let mut newer = f32::NAN;
    for older in ages() {
        let interval = older - newer;
        let (mut num_below, mut num_at_most, mut other_newer) = (0, 0, f32::NAN);
        for other in ages() {
            num_below += usize::from(other - other_newer < interval);
            num_at_most += usize::from(other - other_newer <= interval);
            other_newer = other;
        }
        if num_below <= middle && middle < num_at_most {
            return Some(interval);
        }
        newer = older;
    }
    None
}

/// Days from one purchase of an item to the next; not a number for an item that is not known to be bought again.
fn usual_interval_days<T: Table>(model: &Model<T>, item: ItemIx) -> f32 {
    match model.replenishment_days(item) {
        Some(days) => days.into(),
        None if model.replenishment.is_empty() && model.category_replenishment.is_empty() => USUAL_DAYS,
        None => f32::NAN,
    }
}

/// Gives the degree to which a purchase is due, above 0 and below 1.
///
/// ```text
/// n / (n + 1) * 2 d / (1 + d * d)        d = days since the last purchase / days from one purchase to the next
/// ```
///
/// for `n` purchases. It is greatest when that interval has just passed, and falls alike for an item bought a moment
/// ago and for one given up long since: the second factor is the same for d and 1 / d. The first grows with the number
/// of purchases, from a half for one. Ratios are kept within 0.001 to 1000, so that every purchased item has a score;
/// without a number of days since, or an interval, d is 0.001.
#[allow(clippy::manual_clamp, reason = "clamping leaves what is not a number as it is")]
fn due(days_since: f32, num_purchases: f32, interval_days: f32) -> f32 {
    let ratio = (days_since / interval_days).max(0.001).min(1000.0);
    let num_purchases = num_purchases.max(1.0).min(1e6);
    num_purchases / (num_purchases + 1.0) * (2.0 * ratio / (1.0 + ratio * ratio))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::{due, own_interval_days, replenishment_score};
    use crate::model::{Categories, Dictionary, Model};
    use crate::{CategoryIx, ItemIx};

    #[test]
    fn it_is_due_when_the_interval_is_over() {
        // 1/2 * 2 * 1 / 2, and 3/4 of the same times two.
        assert_eq!(due(30.0, 1.0, 30.0), 0.5);
        assert_eq!(due(30.0, 3.0, 30.0), 0.75);
        // d = 2 and d = 1/2: 1/2 * 4/5 and 1/2 * 1 / 1.25.
        assert_eq!(due(60.0, 1.0, 30.0), 0.4);
        assert_eq!(due(15.0, 1.0, 30.0), 0.4);
    }

    #[test]
    fn the_interval_is_the_shoppers_then_the_items_then_the_usual_one() {
        let mut model: Model = Model { items: Dictionary::new(&["a", "b", "c"]).unwrap(), ..Model::default() };
        let score = |model: &Model, item, ages: &[f32]| replenishment_score(model, ItemIx(item), ages);
        assert_eq!(score(&model, 0, &[60.0, 120.0]), due(60.0, 2.0, 60.0));
        assert_eq!(score(&model, 0, &[60.0]), due(60.0, 1.0, 30.0));
        model.replenishment = vec![(ItemIx(0), 90)];
        assert_eq!(score(&model, 0, &[60.0]), due(60.0, 1.0, 90.0));
        assert_eq!(score(&model, 0, &[60.0, 120.0]), due(60.0, 2.0, 60.0));
        // Others are bought again, this one is not known to be.
        assert_eq!(score(&model, 1, &[60.0]), due(60.0, 1.0, f32::NAN));
        let of_item = vec![None, Some(CategoryIx(0)), None];
        model.categories = Some(Categories { names: vec!["tea".into()], of_item });
        model.category_replenishment = vec![(CategoryIx(0), 14)];
        assert_eq!(score(&model, 1, &[60.0]), due(60.0, 1.0, 14.0));
    }

    #[test]
    fn the_shoppers_interval_is_the_median() {
        assert_eq!(own_interval_days(&[]), None);
        assert_eq!(own_interval_days(&[3.0]), None);
        assert_eq!(own_interval_days(&[3.0, 10.0]), Some(7.0));
        // Intervals 7 and 20, then 7, 20 and 1, then 7, 20, 7.
        assert_eq!(own_interval_days(&[3.0, 10.0, 30.0]), Some(20.0));
        assert_eq!(own_interval_days(&[3.0, 10.0, 30.0, 31.0]), Some(7.0));
        assert_eq!(own_interval_days(&[3.0, 10.0, 30.0, 37.0]), Some(7.0));
        assert_eq!(own_interval_days(&[5.0, 5.0, 5.0]), Some(0.0));
        assert_eq!(own_interval_days(&[f32::NAN, 5.0]), None);
    }

    #[test]
    fn a_purchase_from_the_future_is_of_now() {
        // Intervals 0 and 4, of which the upper one counts.
        assert_eq!(own_interval_days(&[-9.0, -3.0, 4.0]), Some(4.0));
        let model: Model = Model::default();
        let score = |ages: &[f32]| replenishment_score(&model, ItemIx(0), ages);
        assert_eq!(score(&[-9.0, -3.0, 4.0, 50.0]), score(&[0.0, 0.0, 4.0, 50.0]));
    }

    #[test]
    fn the_newest_intervals_count() {
        let model: Model = Model::default();
        let ages = (0..1000).map(|at: u16| if at < 65 { f32::from(at) } else { 1000.0 * f32::from(at) });
        let ages: Vec<f32> = ages.collect();
        assert_eq!(replenishment_score(&model, ItemIx(0), &ages), due(0.0, 1000.0, 1.0));
    }

    #[test]
    fn no_numbers_are_too_odd() {
        for days in [0.0, -3.0, f32::NAN, f32::INFINITY, 1e30] {
            for num in [0.0, f32::NAN, f32::INFINITY] {
                for interval in [0.0, -1.0, f32::NAN, f32::INFINITY] {
                    let due = due(days, num, interval);
                    assert!(due > 0.0 && due < 1.0, "{days} {num} {interval}: {due}");
                }
            }
        }
    }
}
