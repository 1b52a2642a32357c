//! Popular items of the newest days, and days until an item is bought again.
//!
//! Owns the periods and the intervals; a figure is given only if the privacy threshold allows it. Both need real times;
//! a log without has neither.

use crate::counts::PrivacyThreshold;
use crate::events::{EventLog, Sessions};
use crate::model::Categories;
use crate::units::DAY_MS;
use crate::{CategoryIx, EventKind, ItemIx};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Periods with a list of their own, in days.
const PERIODS: [u16; 3] = [1, 7, 30];
/// Least number of intervals for a median.
const LEAST_INTERVALS: usize = 5;

/// Trends and intervals between purchases of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// Number of days, and the items of their events with how many there are; items ascending. Only periods shorter
    /// than the log.
    pub trends: Vec<(u16, Vec<(ItemIx, f32)>)>,
    /// Median days, from 1, between two days on which one shopper bought the item, rounded to three binary digits;
    /// ascending. Left out where it is that of the item's category.
    pub replenishment: Vec<(ItemIx, u16)>,
    /// The same over all items of a category; ascending.
    pub category_replenishment: Vec<(CategoryIx, u16)>,
}

impl Times {
    /// Measures a log, one pass for each period and a sort of its purchases: `O(events + purchases log purchases)`.
    pub fn of(log: &EventLog, categories: Option<&Categories>, threshold: PrivacyThreshold) -> Times {
        let sessions = &log.sessions;
        let (category_replenishment, replenishment) = replenishment(sessions, categories, threshold);
        Times { trends: trends(sessions, log.item_ids.len(), threshold), replenishment, category_replenishment }
    }
}

/// Events by item in the sessions that ended in the newest days, without items of too few shoppers there.
fn trends(sessions: &Sessions, num_items: usize, threshold: PrivacyThreshold) -> Vec<(u16, Vec<(ItemIx, f32)>)> {
    let (Some(&oldest), Some(&newest)) = (sessions.end_ms.first(), sessions.end_ms.last()) else { return Vec::new() };
    let periods = PERIODS.into_iter().filter(|&days| newest - oldest > i64::from(days) * DAY_MS);
    let trend = |days: u16| {
        let start = sessions.end_ms.partition_point(|&end| end <= newest - i64::from(days) * DAY_MS);
        let counts = super::popularity::count(sessions, start..sessions.len(), num_items, threshold);
        let counted = (0..).map(ItemIx).zip(counts).filter(|(_, count)| *count > 0);
        (days, counted.map(|(item, count)| (item, count as f32)).collect::<Vec<_>>())
    };
    periods.map(trend).filter(|(_, items)| !items.is_empty()).collect()
}

/// Days by category and by item.
type Replenishment = (Vec<(CategoryIx, u16)>, Vec<(ItemIx, u16)>);

/// Days between purchases by category and by item.
fn replenishment(sessions: &Sessions, categories: Option<&Categories>, threshold: PrivacyThreshold) -> Replenishment {
    if !sessions.has_shoppers || sessions.end_ms.is_empty() {
        return Default::default();
    }
    let gaps = gaps(sessions);
    let by_item = gaps.chunk_by(|a, b| a.0 == b.0);
    let of_items: Vec<(ItemIx, u16)> =
        by_item.filter_map(|gaps| Some((gaps.first()?.0, median(gaps.to_vec(), threshold)?))).collect();
    let category_of = |item: ItemIx| categories.and_then(|of| *of.of_item.get(item.as_usize())?);
    let mut by_category: BTreeMap<CategoryIx, Vec<Gap>> = BTreeMap::new();
    for &gap in &gaps {
        if let Some(category) = category_of(gap.0) {
            by_category.entry(category).or_default().push(gap);
        }
    }
    let of_categories: BTreeMap<CategoryIx, u16> =
        by_category.into_iter().filter_map(|(category, gaps)| Some((category, median(gaps, threshold)?))).collect();
    let is_own = |&(item, days): &(ItemIx, u16)| {
        category_of(item).and_then(|category| of_categories.get(&category)) != Some(&days)
    };
    let own = of_items.into_iter().filter(is_own).collect();
    (of_categories.into_iter().collect(), own)
}

/// An item, a shopper who bought it on two days, and the days between.
type Gap = (ItemIx, u32, u32);

/// Every pair of consecutive days on which a shopper bought an item, ascending by item, then by shopper.
fn gaps(sessions: &Sessions) -> Vec<Gap> {
    let mut bought: Vec<(ItemIx, u32, i64)> = Vec::new();
    for session in 0..sessions.len() {
        let day = sessions.end_ms[session].div_euclid(DAY_MS);
        for (&item, &kind) in sessions.items_of(session).iter().zip(sessions.kinds_of(session)) {
            if kind == EventKind::Purchase {
                bought.push((item, sessions.shoppers[session], day));
            }
        }
    }
    bought.par_sort_unstable();
    bought.dedup();
    let is_again = |pair: &&[(ItemIx, u32, i64)]| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1);
    let gap =
        |pair: &[(ItemIx, u32, i64)]| (pair[0].0, pair[0].1, u32::try_from(pair[1].2 - pair[0].2).unwrap_or(u32::MAX));
    bought.windows(2).filter(is_again).map(gap).collect()
}

/// The median of the days, the lower of two; `None` if there are too few of them, or of their shoppers.
fn median(mut gaps: Vec<Gap>, threshold: PrivacyThreshold) -> Option<u16> {
    if gaps.len() < LEAST_INTERVALS {
        return None;
    }
    gaps.sort_unstable_by_key(|gap| gap.1);
    let num_shoppers = gaps.chunk_by(|a, b| a.1 == b.1).count();
    if !threshold.allows(u32::try_from(num_shoppers).unwrap_or(u32::MAX)) {
        return None;
    }
    gaps.sort_unstable_by_key(|gap| gap.2);
    gaps.get((gaps.len() - 1) / 2).map(|gap| rounded(gap.2))
}

/// The nearest number of at most three binary digits and zeros, ties upwards, from 1: a median is no more exact, and
/// the file is smaller. A week, two and four are among them.
fn rounded(days: u32) -> u16 {
    let days = days.clamp(1, 60_000);
    let step = 1 << days.ilog2().saturating_sub(2);
    u16::try_from((days + step / 2) / step * step).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Purchases as (shopper, day, item), ordered by day.
    fn log(purchases: &[(u32, i64, u32)]) -> EventLog {
        let mut sessions = Sessions::new(true);
        let mut purchases = purchases.to_vec();
        purchases.sort_by_key(|purchase| purchase.1);
        for (shopper, day, item) in purchases {
            sessions.push_items(&[item], EventKind::Purchase, shopper, day * DAY_MS);
        }
        EventLog { item_ids: (0..4).map(|item| item.to_string()).collect(), sessions, ..EventLog::default() }
    }

    /// Three shoppers buy item 0 each week and item 1 every four weeks; one alone buys item 2 each day.
    fn grocer() -> Vec<(u32, i64, u32)> {
        let regular = (0..3).flat_map(|shopper| (0..12).map(move |week| (shopper, week * 7 + i64::from(shopper), 0)));
        let rare = (0..3).flat_map(|shopper| (0..3).map(move |month| (shopper, month * 28, 1)));
        regular.chain(rare).chain((0..80).map(|day| (9, day, 2))).collect()
    }

    #[test]
    fn an_item_is_bought_again_after_its_median_interval() {
        let times = Times::of(&log(&grocer()), None, PrivacyThreshold::new(2));
        assert_eq!(times.replenishment, [(ItemIx(0), 7), (ItemIx(1), 28)]);
        assert_eq!(times.category_replenishment, []);
        assert_eq!(Times::of(&log(&grocer()), None, PrivacyThreshold::new(1)).replenishment[2], (ItemIx(2), 1));
        assert_eq!(Times::of(&log(&grocer()), None, PrivacyThreshold::new(4)).replenishment, []);
    }

    #[test]
    fn a_category_stands_in_for_its_items() {
        let category = |number| Some(CategoryIx(number));
        let of_item = vec![category(0), category(0), category(1), category(1)];
        let categories = Categories { names: vec!["a".into(), "b".into()], of_item };
        let times = Times::of(&log(&grocer()), Some(&categories), PrivacyThreshold::new(2));
        // 33 intervals of 7 days and 6 of 28: item 0 is as its category, and so left out.
        assert_eq!(times.category_replenishment, [(CategoryIx(0), 7)]);
        assert_eq!(times.replenishment, [(ItemIx(1), 28)]);
    }

    #[test]
    fn a_period_has_the_items_of_shoppers_enough() {
        let times = Times::of(&log(&grocer()), None, PrivacyThreshold::new(2));
        // The newest event is of day 79: 7 days reach back to day 73, which is the last week of item 0, 30 to day 50,
        // which is all of four weeks and two shoppers of a fifth.
        assert_eq!(times.trends.iter().map(|trend| trend.0).collect::<Vec<_>>(), [7, 30]);
        assert_eq!(times.trends[0].1, [(ItemIx(0), 3.0)]);
        assert_eq!(times.trends[1].1, [(ItemIx(0), 14.0), (ItemIx(1), 3.0)]);
        let all = Times::of(&log(&grocer()), None, PrivacyThreshold::new(1));
        assert_eq!(all.trends[0], (1, vec![(ItemIx(0), 1.0), (ItemIx(2), 1.0)]));
    }

    #[test]
    fn a_log_without_times_says_nothing() {
        let mut log = log(&grocer());
        log.sessions.end_ms.clear();
        assert_eq!(Times::of(&log, None, PrivacyThreshold::new(1)), Times::default());
    }

    #[test]
    fn days_are_rounded_to_three_binary_digits() {
        assert_eq!([0, 1, 7, 8, 9, 13, 28, 30, 31, 365].map(rounded), [1, 1, 7, 8, 10, 14, 28, 32, 32, 384]);
        assert_eq!(rounded(u32::MAX), 57_344);
    }
}
