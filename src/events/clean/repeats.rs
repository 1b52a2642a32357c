//! Rows that say again what another row has said: exact duplicates, and double clicks.

use super::super::rows::Content;
use super::super::sessions::Order;
use super::context::{NO_CLOCK, NO_MOMENTS, OFF, Outcome, RuleContext};
use crate::EventKind;

/// Events that equal an earlier one of their group in every column, and the moment is known.
pub(super) fn duplicates(context: &RuleContext<'_>, order: &Order) -> Outcome {
    if !context.cleaning.drop_duplicates {
        return Err(OFF);
    }
    if !context.traits.has_moments {
        return Err(NO_MOMENTS);
    }
    Ok(order.in_groups(|group, found, scratch: &mut Vec<_>| of_group(context, group, found, scratch)))
}

/// Views and cart events of an item within the time of the equal one that was kept before.
///
/// `O(n log n)` in the events of a session; what was bought is never taken for a slip of the finger.
pub(super) fn double_clicks(context: &RuleContext<'_>, order: &Order) -> Outcome {
    let span_ms = context.cleaning.double_click_ms;
    if span_ms <= 0 {
        return Err(OFF);
    }
    if !context.traits.has_clock {
        return Err(NO_CLOCK);
    }
    let events = context.events();
    let is_click = |event: u32| context.is_kept(event) && events.kinds[event as usize] != EventKind::Purchase;
    Ok(order.in_groups(|group, found, scratch: &mut Vec<_>| {
        let gap = |pair: &[u32]| events.time_of(pair[1]).saturating_sub(events.time_of(pair[0]));
        if !group.windows(2).any(|pair| gap(pair) <= span_ms && is_click(pair[1])) {
            return;
        }
        scratch.clear();
        let clicks = group.iter().zip(0_u32..).filter(|(event, _)| is_click(**event));
        scratch
            .extend(clicks.map(|(&event, at)| (events.items[event as usize], events.kinds[event as usize], at, event)));
        scratch.sort_unstable();
        for same in scratch.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let mut kept_ms = None;
            for &(.., event) in same {
                let now_ms = events.time_of(event);
                match kept_ms {
                    Some(kept_ms) if now_ms.saturating_sub(kept_ms) <= span_ms => found.push(event),
                    _ => kept_ms = Some(now_ms),
                }
            }
        }
    }))
}

/// Adds the events of a sorted group that equal an earlier one of the same time and position.
fn of_group(context: &RuleContext<'_>, group: &[u32], found: &mut Vec<u32>, contents: &mut Vec<(Content, u32)>) {
    let events = context.events();
    let same_moment =
        |a: &u32, b: &u32| events.time_of(*a) == events.time_of(*b) && events.position_of(*a) == events.position_of(*b);
    for moment in group.chunk_by(same_moment).filter(|moment| moment.len() > 1) {
        contents.clear();
        contents.extend(moment.iter().map(|&event| (events.content_of(event), event)));
        contents.sort_unstable();
        found.extend(contents.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1));
    }
}
