//! The test for baskets whose rows are in no order of time.
//!
//! Many exports sort the lines of an order by product. Then of two products the same one always comes first, and a
//! method that learns what comes next finds a rule where there is none.

use std::collections::HashMap;

use super::rows::Events;
use super::sessions::Order;
use crate::table::interner::FastHash;

/// Moments that are looked at; more would not change the answer.
const MAX_MOMENTS: usize = 20_000;
/// Events of a moment that are looked at.
const MAX_EVENTS: usize = 20;
/// Times that two items have to occur together to count.
const MIN_TOGETHER: u64 = 3;
/// Pairs of items that have to occur so often.
const MIN_PAIRS: usize = 20;
/// Share of the occurrences in the more frequent order of two items above which the order is that of a list. If it were
/// drawn, three occurrences would have three quarters.
const MIN_SHARE: f64 = 0.97;

/// Returns true if nearly all pairs of items that happen at one moment come in one order: that of a sorted list.
pub(super) fn is_arbitrary(events: &Events, order: &Order) -> bool {
    let mut directions: HashMap<u64, [u64; 2], FastHash> = HashMap::default();
    for moment in order.moments(events).take(MAX_MOMENTS) {
        let items = moment.iter().take(MAX_EVENTS).map(|&event| events.items[event as usize]);
        let items: Vec<u32> = items.collect();
        for (at, &first) in items.iter().enumerate() {
            for &second in items[at + 1..].iter().filter(|&&second| second != first) {
                let pair = u64::from(first.min(second)) << 32 | u64::from(first.max(second));
                directions.entry(pair).or_default()[usize::from(first > second)] += 1;
            }
        }
    }
    let often = || directions.values().filter(|[a, b]| a + b >= MIN_TOGETHER);
    let (all, in_one): (u64, u64) = often().fold((0, 0), |(all, one), [a, b]| (all + a + b, one + a.max(b)));
    often().count() >= MIN_PAIRS && in_one as f64 >= MIN_SHARE * all as f64
}
