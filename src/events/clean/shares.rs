//! Items with too little evidence, and shoppers who are too much of an item's evidence.

use rayon::prelude::*;

use super::super::collect::NO_SHOPPER;
use super::{NO_SHOPPERS, OFF, Outcome, View};

/// All events of the items that have few.
pub(super) fn rare_items(view: &View<'_>) -> Outcome {
    let (least, items) = (view.cleaning.min_item_events, &view.events().items);
    if least <= 1 {
        return Err(OFF);
    }
    let mut num_events = vec![0_usize; view.log.items.len()];
    view.kept().for_each(|event| num_events[items[event as usize] as usize] += 1);
    Ok(view.kept().filter(|&event| num_events[items[event as usize] as usize] < least).collect())
}

/// What is beyond the newest events of a shopper with an item.
pub(super) fn beyond_limit(view: &View<'_>) -> Outcome {
    let (most, events) = (view.cleaning.max_per_shopper, view.events());
    if most == 0 {
        return Err(OFF);
    }
    if !view.known.has_shoppers {
        return Err(NO_SHOPPERS);
    }
    let key = |event: u32| {
        let time = if view.known.has_times { events.time_of(event) } else { 0 };
        (view.log.shopper_of(event as usize), events.items[event as usize], time, event)
    };
    let mut keys: Vec<_> = view.kept().map(key).filter(|key| key.0 != NO_SHOPPER).collect();
    keys.par_sort_unstable();
    let of_pairs = keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let mut beyond: Vec<u32> =
        of_pairs.flat_map(|of_pair| &of_pair[..of_pair.len().saturating_sub(most)]).map(|key| key.3).collect();
    beyond.sort_unstable();
    Ok(beyond)
}
