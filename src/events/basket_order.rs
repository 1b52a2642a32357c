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

/// Pairs that occur so often are enough for an answer before all moments were looked at, if it is clear.
const CLEAR_PAIRS: usize = 10 * MIN_PAIRS;
/// Shares up to which, and from which on, it is clear.
const CLEAR_SHARES: (f64, f64) = (0.9, 0.995);

/// Returns true if nearly all pairs of items that happen at one moment come in one order: that of a sorted list.
pub(super) fn is_arbitrary(events: &Events, order: &Order) -> bool {
    let mut directions: HashMap<u64, [u64; 2], FastHash> = HashMap::default();
    let mut look_at = 500;
    for (number, moment) in order.moments(events).take(MAX_MOMENTS).enumerate() {
        if number == look_at {
            let (num_pairs, share) = share_in_one_order(&directions);
            if num_pairs >= CLEAR_PAIRS && (share <= CLEAR_SHARES.0 || share >= CLEAR_SHARES.1) {
                break;
            }
            look_at *= 2;
        }
        let items = moment.iter().take(MAX_EVENTS).map(|&event| events.items[event as usize]);
        let items: Vec<u32> = items.collect();
        for (at, &first) in items.iter().enumerate() {
            for &second in items[at + 1..].iter().filter(|&&second| second != first) {
                let pair = u64::from(first.min(second)) << 32 | u64::from(first.max(second));
                directions.entry(pair).or_default()[usize::from(first > second)] += 1;
            }
        }
    }
    let (num_pairs, share) = share_in_one_order(&directions);
    num_pairs >= MIN_PAIRS && share >= MIN_SHARE
}

/// Returns how many pairs occur often, and the share of their occurrences that is in the more frequent order.
fn share_in_one_order(directions: &HashMap<u64, [u64; 2], FastHash>) -> (usize, f64) {
    let often = directions.values().filter(|[a, b]| a + b >= MIN_TOGETHER);
    let (num_pairs, all, in_one) =
        often.fold((0, 0, 0), |(num_pairs, all, one), [a, b]| (num_pairs + 1, all + a + b, one + a.max(b)));
    (num_pairs, in_one as f64 / all.max(1) as f64)
}
