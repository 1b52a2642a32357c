//! Shoppers who are machines: too fast, everywhere, and with empty hands.

use std::collections::HashSet;

use super::super::rows::NO_SHOPPER;
use super::context::{NO_CLOCK, NO_SHOPPERS, OFF, Outcome, RuleContext};
use crate::EventKind;

const HOUR_MS: i64 = 3_600_000;

/// All events of the shoppers who have more events within some hour than a person has, on more items than a person
/// looks at, and none of them a cart or a purchase.
pub(super) fn robots(context: &RuleContext<'_>) -> Outcome {
    let (limit, events) = (context.cleaning.robot_events_per_hour, context.events());
    if limit == 0 {
        return Err(OFF);
    }
    if !context.traits.has_shoppers {
        return Err(NO_SHOPPERS);
    }
    if !context.traits.has_clock {
        return Err(NO_CLOCK);
    }
    if !events.kinds.contains(&EventKind::View) {
        return Ok(Vec::new());
    }
    let mut num_views = vec![0_usize; context.log.shoppers.len()];
    for event in context.kept() {
        let shopper = context.log.shopper_of(event as usize);
        if let Some(num_views) = num_views.get_mut(shopper as usize) {
            match events.kinds[event as usize] {
                EventKind::View => *num_views = num_views.saturating_add(1),
                // No number of views makes up for it.
                EventKind::Cart | EventKind::Purchase => *num_views = usize::MAX,
            }
        }
    }
    let is_suspect = |shopper: u32| {
        shopper != NO_SHOPPER && num_views[shopper as usize] > limit && num_views[shopper as usize] != usize::MAX
    };
    if !num_views.iter().any(|&num_views| num_views > limit && num_views != usize::MAX) {
        return Ok(Vec::new());
    }
    let shopper_of = |event: &u32| context.log.shopper_of(*event as usize);
    let mut suspects: Vec<u32> = context.kept().filter(|event| is_suspect(shopper_of(event))).collect();
    suspects.sort_unstable_by_key(|event| (shopper_of(event), events.time_of(*event), *event));
    let mut robots = Vec::new();
    for of_one in suspects.chunk_by(|a, b| shopper_of(a) == shopper_of(b)) {
        // With the first of `limit + 1` events less than an hour before the last.
        let is_fast =
            of_one.windows(limit + 1).any(|run| events.time_of(run[limit]) - events.time_of(run[0]) < HOUR_MS);
        let items = || of_one.iter().map(|&event| events.items[event as usize]).collect::<HashSet<u32>>().len();
        if is_fast && items() > context.cleaning.robot_items {
            robots.extend_from_slice(of_one);
        }
    }
    robots.sort_unstable();
    Ok(robots)
}
