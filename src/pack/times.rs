//! A draft's facts about items in time, in the item order of the file.

use super::popularity;
use crate::ItemIx;
use crate::model::{MAX_TREND_ITEMS, MAX_TRENDS, Trend};

/// The items of most events of each period, [`MAX_TREND_ITEMS`] at most, ties to the lower number of the log.
pub(super) fn trends(periods: &[(u16, Vec<(ItemIx, f32)>)], new_of_old: &[ItemIx]) -> Vec<Trend> {
    let trend = |(days, items): &(u16, Vec<(ItemIx, f32)>)| {
        let mut items = items.clone();
        items.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        items.truncate(MAX_TREND_ITEMS);
        let levels = popularity::levels(&items.iter().map(|item| item.1).collect::<Vec<f32>>());
        let mut items: Vec<_> =
            items.iter().zip(levels).map(|(item, level)| (new_of_old[item.0.as_usize()], level)).collect();
        items.sort_unstable();
        Trend { days: *days, items }
    };
    let mut trends: Vec<Trend> = periods.iter().map(trend).collect();
    trends.sort_by_key(|trend| trend.days);
    trends.truncate(MAX_TRENDS);
    trends
}

/// Days by item in the file's order.
pub(super) fn replenishment(items: &[(ItemIx, u16)], new_of_old: &[ItemIx]) -> Vec<(ItemIx, u16)> {
    let mut items: Vec<_> = items.iter().map(|&(item, days)| (new_of_old[item.as_usize()], days)).collect();
    items.sort_unstable();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_keeps_its_most_popular_items_in_the_order_of_the_file() {
        // Item 299 has 300 events, item 0 has one; the file numbers them the other way round.
        let items = (0..300).map(|item| (ItemIx(item), item as f32 + 1.0)).collect();
        let new_of_old: Vec<ItemIx> = (0..300).rev().map(ItemIx).collect();
        let trends = trends(&[(7, items), (1, vec![(ItemIx(1), 2.0)])], &new_of_old);
        assert_eq!(trends[0], Trend { days: 1, items: vec![(ItemIx(298), 255)] });
        // Levels lose 16 for each halving: 150 of 300.
        assert_eq!(
            (trends[1].items.len(), trends[1].items[0], trends[1].items[150]),
            (200, (ItemIx(0), 255), (ItemIx(150), 239))
        );
    }

    #[test]
    fn days_follow_their_items() {
        let new_of_old = [ItemIx(2), ItemIx(0), ItemIx(1)];
        assert_eq!(replenishment(&[(ItemIx(0), 7), (ItemIx(1), 30)], &new_of_old), [(ItemIx(0), 30), (ItemIx(2), 7)]);
    }
}
