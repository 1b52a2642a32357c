//! Logs of purchases by shoppers who come back: the baskets of each shopper one after the other.

use crate::counts::PairCounts;
use crate::events::Sessions;
use crate::{EventKind, ItemIx};

/// Distinct items of a basket that count, the first ones.
const MAX_ITEMS: usize = 200;
/// A log is one of returning shoppers if at least this share of its baskets are not their shopper's first.
const MIN_RETURNS: f64 = 0.2;

/// Returns true if a log holds orders of shoppers who come back: named shoppers, purchases alone, and enough baskets
/// that are not their shopper's first. The next basket is learnt from such a log, and the next event from any other.
pub fn are_returning_orders(sessions: &Sessions) -> bool {
    let num_shoppers = sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1);
    let num_returns = sessions.len().saturating_sub(num_shoppers);
    sessions.has_shoppers
        && !sessions.is_empty()
        && sessions.kinds.iter().all(|&kind| kind == EventKind::Purchase)
        && num_returns as f64 >= MIN_RETURNS * sessions.len() as f64
}

/// Returns the sessions of a log of purchases as baskets that hold each item once; `None` unless
/// [`are_returning_orders`].
pub(super) fn repeat_baskets(sessions: &Sessions) -> Option<Sessions> {
    if !are_returning_orders(sessions) {
        return None;
    }
    let mut baskets = Sessions::new(true);
    // The last basket that held an item, plus one: baskets may be large.
    let mut last_basket = vec![0u32; sessions.items.iter().max().map_or(0, |item| item.as_usize() + 1)];
    for session in 0..sessions.len() {
        let basket = session as u32 + 1;
        let is_first = |item: &&ItemIx| std::mem::replace(&mut last_basket[item.as_usize()], basket) != basket;
        let items = sessions.items_of(session).iter().filter(is_first).take(MAX_ITEMS);
        let end_ms = sessions.end_ms.get(session).copied();
        baskets.push(items.map(|&item| (item, EventKind::Purchase)), sessions.shoppers[session], end_ms);
    }
    Some(baskets)
}

/// Multiplies each column c of the counts by `(share of c in recent / share of c in all)^power`.
///
/// `recent` has the number of baskets with each item, fading faster than in `counts`.
pub(super) fn lift_trend(counts: &mut PairCounts, recent: &[f32], power: f64) {
    let sum = |weights: &[f32]| weights.iter().map(|&weight| f64::from(weight)).sum::<f64>().max(1e-9);
    let scale = sum(&counts.item_weights) / sum(recent);
    let lift = |(&recent, &all): (&f32, &f32)| match all {
        all if all > 0.0 => libm::pow((f64::from(recent) / f64::from(all) * scale).max(1e-6), power) as f32,
        _ => 1.0,
    };
    let lifts: Vec<f32> = recent.iter().zip(&counts.item_weights).map(lift).collect();
    counts.pairs.change_rows(|_, columns, values| {
        values.iter_mut().zip(columns).for_each(|(value, column)| *value *= lifts[column.as_usize()]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CsrMatrix;
    use crate::ItemIx;
    use crate::counts::{BasketCounter, BasketWeighting, PrivacyThreshold};
    use std::collections::BTreeMap;

    /// Baskets of small item numbers, oldest first, each with a shopper.
    fn log(lists: &[(u32, Vec<u32>)]) -> Sessions {
        Sessions::of_shoppers(EventKind::Purchase, lists.iter().map(|(shopper, items)| (*shopper, &items[..])))
    }

    fn entries(pairs: &CsrMatrix) -> BTreeMap<(u32, u32), f32> {
        (0..pairs.num_rows())
            .flat_map(|row| {
                let (columns, values) = pairs.row(row);
                columns.iter().zip(values).map(move |(column, &value)| ((row as u32, column.0), value))
            })
            .collect()
    }

    const PLAIN: BasketWeighting =
        BasketWeighting { across_share: 1.0, forward_power: 0.0, backward_share: 1.0, recency: 0.0, length_power: 0.0 };

    #[test]
    fn a_log_of_returning_buyers_is_one_of_baskets() {
        let sessions = log(&[(0, vec![1, 2, 1]), (0, vec![1])]);
        let baskets = repeat_baskets(&sessions).unwrap();
        assert_eq!(baskets.items, [1, 2, 1].map(ItemIx));
        assert_eq!((baskets.offsets, baskets.kinds.len()), (vec![0, 2, 3], 3));
    }

    #[test]
    fn a_log_of_clicks_or_of_strangers_is_not() {
        let buyers = log(&[(0, vec![1, 2]), (0, vec![1])]);
        let mut clicks = buyers.clone();
        clicks.kinds[0] = EventKind::View;
        assert_eq!(repeat_baskets(&clicks), None);
        assert_eq!(repeat_baskets(&Sessions { has_shoppers: false, ..buyers }), None);
        assert_eq!(repeat_baskets(&log(&[(0, vec![1, 2]), (1, vec![1, 2]), (2, vec![1])])), None);
        assert_eq!(repeat_baskets(&Sessions::new(true)), None);
    }

    #[test]
    fn items_that_sell_better_lately_are_lifted() {
        let sessions = log(&[(0, vec![0, 1]), (1, vec![0, 2])]);
        let mut counts = BasketCounter::new(&sessions, 0..2, &[1.0, 0.0], 3).count(&PLAIN, PrivacyThreshold::NONE);
        // Item 1 had one of 4 purchases and has 0 of 2, item 2 had one of 4 and has one of 2, item 0 two of 4 and one
        // of 2.
        lift_trend(&mut counts, &[1.0, 0.0, 1.0], 1.0);
        let lifted = entries(&counts.pairs);
        assert_eq!((lifted[&(0, 2)], lifted[&(1, 0)]), (2.0, 1.0));
        assert!(lifted[&(0, 1)] < 1e-5);
    }
}
