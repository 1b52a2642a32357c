//! Purchases that were none: at no price, or given back.

use std::collections::HashMap;

use rayon::prelude::*;

use super::super::rows::Return;
use super::context::{NO_PRICES, NO_QUANTITIES, NO_SHOPPERS, OFF, Outcome, RuleContext};
use crate::EventKind;
use crate::table::interner::FastHash;

/// Purchases at a price of zero or less; those without a price stay.
pub(super) fn zero_prices(context: &RuleContext<'_>) -> Outcome {
    let events = context.events();
    if !context.cleaning.drop_zero_prices {
        return Err(OFF);
    }
    if events.prices.is_empty() {
        return Err(NO_PRICES);
    }
    let is_gift =
        |&event: &u32| events.kinds[event as usize] == EventKind::Purchase && events.prices[event as usize] <= 0.0;
    Ok(context.kept().filter(is_gift).collect())
}

/// Purchases that a later return gives back: of the same shopper, item and quantity, the latest first, each once.
///
/// Later is later in time, and in the files where the time is the same or not known. A return without such a
/// purchase, for instance of one from before the log begins, changes nothing.
pub(super) fn cancelled(context: &RuleContext<'_>) -> Outcome {
    let events = context.events();
    if !context.cleaning.drop_cancelled {
        return Err(OFF);
    }
    if !context.traits.has_shoppers {
        return Err(NO_SHOPPERS);
    }
    if !context.traits.has_quantities {
        return Err(NO_QUANTITIES);
    }
    let returns = distinct(context);
    let mut slots: HashMap<u64, u32, FastHash> = HashMap::default();
    let mut gives_back = vec![false; context.log.shoppers.len()];
    for one in &returns {
        let next = slots.len() as u32;
        slots.entry(pair(one.shopper, one.item)).or_insert(next);
        gives_back[one.shopper as usize] = true;
    }
    if slots.is_empty() || events.quantities.is_empty() {
        return Ok(Vec::new());
    }
    // By shopper and item; a return stands before the event that follows it in the file.
    let time = |time: i64| if context.traits.has_times { time } else { 0 };
    let step = |one: &Return| {
        (slots[&pair(one.shopper, one.item)], time(one.time), one.before, Step::Return(one.quantity.to_bits()))
    };
    let mut steps: Vec<(u32, i64, u32, Step)> = returns.iter().map(step).collect();
    for event in context.kept() {
        let at = event as usize;
        let shopper = context.log.shopper_of(at);
        // Most shoppers give nothing back and need no look-up.
        if gives_back.get(shopper as usize) == Some(&true)
            && events.kinds[at] == EventKind::Purchase
            && let Some(&slot) = slots.get(&pair(shopper, events.items[at]))
        {
            steps.push((slot, time(events.time_of(event)), event, Step::Purchase));
        }
    }
    steps.par_sort_unstable();
    let (mut open, mut cancelled) = (Vec::new(), Vec::new());
    for steps in steps.chunk_by(|a, b| a.0 == b.0) {
        open.clear();
        for &(_, _, event, step) in steps {
            match step {
                Step::Purchase => open.push(event),
                Step::Return(quantity) => {
                    let equals = |&event: &u32| events.quantities[event as usize].to_bits() == quantity;
                    if let Some(latest) = open.iter().rposition(equals) {
                        cancelled.push(open.remove(latest));
                    }
                }
            }
        }
    }
    cancelled.sort_unstable();
    Ok(cancelled)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// With the bits of the quantity that comes back.
    Return(u64),
    Purchase,
}

fn pair(shopper: u32, item: u32) -> u64 {
    u64::from(shopper) << 32 | u64::from(item)
}

/// The returns, those that stand in the files twice taken once where duplicates are.
fn distinct(context: &RuleContext<'_>) -> Vec<Return> {
    let mut returns = context.log.returns.clone();
    if context.cleaning.drop_duplicates && context.traits.has_moments {
        returns.sort_by_key(|one| (one.content(), one.before));
        returns.dedup_by_key(|one| one.content());
        returns.sort_by_key(|one| one.before);
    }
    returns
}
