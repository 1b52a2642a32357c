//! Shoppers who make up too much of the evidence for an item.

use rayon::prelude::*;

use super::super::rows::NO_SHOPPER;
use super::context::{NO_SHOPPERS, OFF, Outcome, RuleContext};

/// Events beyond the newest ones of a shopper with an item.
pub(super) fn beyond_limit(context: &RuleContext<'_>) -> Outcome {
    let (most, events) = (context.cleaning.max_per_shopper, context.events());
    if most == 0 {
        return Err(OFF);
    }
    if !context.traits.has_shoppers {
        return Err(NO_SHOPPERS);
    }
    let key = |event: u32| {
        let time = if context.traits.has_times { events.time_of(event) } else { 0 };
        (context.log.shopper_of(event as usize), events.items[event as usize], time, event)
    };
    let mut keys: Vec<_> = context.kept().map(key).filter(|key| key.0 != NO_SHOPPER).collect();
    keys.par_sort_unstable();
    let of_pairs = keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let mut beyond: Vec<u32> =
        of_pairs.flat_map(|of_pair| &of_pair[..of_pair.len().saturating_sub(most)]).map(|key| key.3).collect();
    beyond.sort_unstable();
    Ok(beyond)
}
