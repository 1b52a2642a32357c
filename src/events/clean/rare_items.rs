//! Items with too little evidence.

use super::context::{OFF, Outcome, RuleContext};

/// All events of the items that have few.
pub(super) fn rare_items(context: &RuleContext<'_>) -> Outcome {
    let (least, items) = (context.cleaning.min_item_events, &context.events().items);
    if least <= 1 {
        return Err(OFF);
    }
    let mut num_events = vec![0_usize; context.log.items.len()];
    context.kept().for_each(|event| num_events[items[event as usize] as usize] += 1);
    Ok(context.kept().filter(|&event| num_events[items[event as usize] as usize] < least).collect())
}
