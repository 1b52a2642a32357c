//! Numbers the items and shoppers that cleaning has left, and writes their sessions down as an [`EventLog`].

use super::clean::CleanLog;
use super::log::{Details, EventLog, Markets, Sessions};
use super::options::Field;
use super::raw::RawLog;
use super::rows::{Events, NO_SHOPPER};
use super::sessions::Session;
use crate::ItemIx;
use crate::table::column::NO_ID;
use std::collections::{BTreeMap, BTreeSet};

/// Builds the log of the events that cleaning has left; `parents` has the number of each item's parent, if any has one.
pub(super) fn build(clean: &CleanLog, parents: &[u32], keep_details: bool) -> EventLog {
    let CleanLog { raw, order, sessions, .. } = clean;
    let (events, has_times) = (&raw.events, clean.traits.has_times);
    let mut item_ids = Vec::new();
    let mut parents_of_items = Vec::new();
    let mut items = Numbers::new(raw.items.len());
    let mut number = |item: u32| {
        if items.number(item).is_new {
            item_ids.push(raw.items.id(item).to_owned());
            let parent = parents.get(item as usize);
            parents_of_items.extend(parent.map(|&parent| (parent != NO_ID).then(|| raw.parents.id(parent).to_owned())));
        }
    };
    if clean.traits.has_clock {
        // Not in the order of the rows, which says nothing.
        let in_sessions = sessions.iter().flat_map(|session| &order[session.start..session.end]);
        in_sessions.for_each(|&event| number(events.items[event as usize]));
    } else {
        let kept = events.items.iter().zip(&clean.is_out).filter(|(_, is_out)| !**is_out);
        kept.for_each(|(&item, _)| number(item));
    }
    let num_events = sessions.iter().map(Session::len).sum();
    let mut built = Sessions {
        offsets: Vec::with_capacity(sessions.len() + 1),
        items: Vec::with_capacity(num_events),
        kinds: Vec::with_capacity(num_events),
        shoppers: Vec::with_capacity(sessions.len()),
        end_ms: Vec::new(),
        has_shoppers: false,
    };
    built.offsets.push(0);
    let shoppers_of_groups = &raw.groups.shoppers;
    let most = shoppers_of_groups.iter().filter(|&&shopper| shopper != NO_SHOPPER).max();
    let mut shoppers = Numbers::new(most.map_or(0, |&most| most as usize + 1));
    for session in sessions {
        for &event in &order[session.start..session.end] {
            built.items.push(ItemIx(items.number(events.items[event as usize]).number));
            built.kinds.push(events.kinds[event as usize]);
        }
        built.offsets.push(built.items.len());
        let shopper = shoppers_of_groups[session.group as usize];
        built.has_shoppers |= shopper != NO_SHOPPER;
        built.shoppers.push(shoppers.number(shopper).number);
    }
    if has_times {
        built.end_ms = sessions.iter().map(|session| session.end_ms).collect();
    }
    let details = keep_details.then(|| details(events, order, sessions, has_times));
    let markets = raw.has_field(Field::Market).then(|| markets(raw, order, sessions));
    EventLog { item_ids, sessions: built, details, markets, parents: parents_of_items }
}

/// The market of each session: that of its first event with one.
fn markets(raw: &RawLog, order: &[u32], sessions: &[Session]) -> Markets {
    let market_of = |&event: &u32| raw.events.markets.get(event as usize).copied().filter(|&market| market != NO_ID);
    let of_session = |session: &Session| order[session.start..session.end].iter().find_map(market_of);
    let of_session: Vec<Option<u32>> = sessions.iter().map(of_session).collect();
    let used: BTreeSet<(&str, u32)> =
        of_session.iter().flatten().map(|&market| (raw.markets.id(market), market)).collect();
    let numbers: BTreeMap<u32, u32> = used.iter().map(|&(_, market)| market).zip(0..).collect();
    Markets {
        names: used.iter().map(|(name, _)| (*name).to_owned()).collect(),
        of_session: of_session.iter().map(|market| numbers.get(&(*market)?).copied()).collect(),
    }
}

/// Dense numbers in the order in which they are asked for.
struct Numbers {
    /// By old number.
    new: Vec<Option<u32>>,
    next: u32,
}

struct Numbered {
    number: u32,
    is_new: bool,
}

impl Numbers {
    fn new(num_old: usize) -> Numbers {
        Numbers { new: vec![None; num_old], next: 0 }
    }

    /// The new number for an old one; one that is out of range gets a new number each time.
    fn number(&mut self, old: u32) -> Numbered {
        let slot = self.new.get_mut(old as usize);
        if let Some(Some(number)) = slot {
            return Numbered { number: *number, is_new: false };
        }
        let number = self.next;
        self.next += 1;
        if let Some(slot) = slot {
            *slot = Some(number);
        }
        Numbered { number, is_new: true }
    }
}

/// Times, quantities and prices of the events, in the order of the sessions.
fn details(events: &Events, order: &[u32], sessions: &[Session], has_times: bool) -> Details {
    fn in_order<T: Copy>(values: &[T], order: &[u32], sessions: &[Session]) -> Vec<T> {
        let events = sessions.iter().flat_map(|session| &order[session.start..session.end]);
        events.filter_map(|&event| values.get(event as usize).copied()).collect()
    }
    let Events { times, quantities, prices, .. } = events;
    let times_ms = if has_times { in_order(times, order, sessions) } else { Vec::new() };
    let (quantities, prices) = (in_order(quantities, order, sessions), in_order(prices, order, sessions));
    Details { times_ms, quantities, prices }
}
