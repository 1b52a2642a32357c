//! Orders that came to nothing.

use super::super::options::Field;
use super::super::status::Status;
use super::context::{NO_STATUSES, OFF, Outcome, RuleContext};

/// Events of orders that were cancelled, refunded, voided or failed, by their status or the time of it. A row without a status has that of its order, where
/// a column names orders: some exports write it into the first line alone.
pub(super) fn void_orders(context: &RuleContext<'_>) -> Outcome {
    if !context.cleaning.drop_void_orders {
        return Err(OFF);
    }
    let (log, events) = (context.log, context.events());
    if events.statuses.is_empty() {
        return Err(NO_STATUSES);
    }
    let mut is_void = vec![false; log.groups.shoppers.len()];
    if log.has_field(Field::Session) {
        for (&group, &status) in events.groups.iter().zip(&events.statuses) {
            is_void[group as usize] |= status == Status::Void;
        }
    }
    let is_unwanted = |&event: &u32| match events.statuses[event as usize] {
        Status::Void => true,
        Status::Sound => false,
        Status::Missing => is_void[events.groups[event as usize] as usize],
    };
    Ok(context.kept().filter(is_unwanted).collect())
}
