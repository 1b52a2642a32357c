//! Removes events that do not reflect a shopper's interest in a product, one rule at a time, and counts what each rule
//! removed.
//!
//! Owns the rules and runs them in the order of [`Rule::ALL`]. A rule looks at the events that earlier rules have left,
//! and returns the events to remove, or the reason why it cannot run; it knows nothing of the other rules. The result
//! does not depend on the clock, the number of threads or the order of a hash table. This module must not know how
//! files are read.

mod context;
mod per_shopper;
mod products;
mod purchases;
mod rare_items;
mod repeats;
mod robots;
mod times;
mod void_orders;

#[cfg(test)]
mod tests;

pub(super) use products::Patterns;

use std::collections::HashMap;

use context::{NO_SESSIONS, OFF, Outcome, RuleContext};

use super::basket_order::is_arbitrary;
use super::cleaning::Cleaning;
use super::options::{Field, ReadOptions};
use super::raw::{LogTraits, RawLog};
use super::rejects::{Failures, Reject};
use super::report::SessionSource;
use super::rules::{Reason, Rule, RuleCount};
use super::sessions::{Order, Session, Ties};
use crate::table::Rejection;

/// A log after cleaning, with its events grouped into sessions.
pub(super) struct CleanLog {
    pub(super) raw: RawLog,
    pub(super) traits: LogTraits,
    /// The events session by session.
    pub(super) order: Vec<u32>,
    /// The sessions as ranges of `order`, oldest first.
    pub(super) sessions: Vec<Session>,
    /// True if events of one moment come in the order of a sorted list, which a random one replaces.
    pub(super) order_is_arbitrary: bool,
    /// Number of sessions that were cut where their number came back after a long pause.
    pub(super) restarted: u64,
    /// By event, whether it was left out.
    pub(super) is_out: Vec<bool>,
    pub(super) rules: Vec<RuleCount>,
    pub(super) rejections: Vec<Rejection<Reason>>,
    /// Rows that were left out although their kind is known, by reason and kind.
    pub(super) rejected_kinds: Vec<(Reason, [u64; 3])>,
    /// By file and line; empty unless they are kept.
    pub(super) rejects: Vec<Reject>,
}

/// Applies all rules.
///
/// `O(n log n)` for `n` events; a log that needs no cleaning is passed over some ten times.
pub(super) fn clean(mut raw: RawLog, options: &ReadOptions, patterns: &Patterns, traits: LogTraits) -> CleanLog {
    let cleaning = &options.cleaning;
    if cleaning.fold_case {
        raw.fold_case();
    }
    let failures = std::mem::replace(&mut raw.failures, Failures::new(false));
    let mut runner = RuleRunner::new(&raw, cleaning, traits, failures);
    runner.count_reading();
    let status = if raw.has_field(Field::Status) { Field::Status } else { Field::Cancelled };
    runner.rule(Reason::VoidOrder, Some(status), void_orders::void_orders);
    runner.rule(Reason::Guest, Some(Field::Shopper), guests);
    runner.rule(Reason::ImpossibleTime, Some(Field::Timestamp), times::impossible);
    runner.rule(Reason::OutsidePeriod, Some(Field::Timestamp), times::outside_period);
    runner.rule(Reason::NonProduct, Some(Field::Item), |context| products::non_products(context, patterns));
    let mut order = Order::new(&raw.events, raw.groups.shoppers.len(), &runner.context.is_out);
    let order_is_arbitrary = is_arbitrary(&raw.events, &order);
    // A clock does not tell what came first at one moment, and the order of rows would make it up.
    let ties = (order_is_arbitrary || traits.has_clock)
        .then(|| Ties::new((0..raw.items.len() as u32).map(|item| raw.items.id(item)), options.seed));
    if let Some(ties) = &ties {
        order.settle_ties(&raw.events, ties);
    }
    runner.rule(Reason::Duplicate, None, |context| repeats::duplicates(context, &order));
    runner.rule(Reason::DoubleClick, None, |context| repeats::double_clicks(context, &order));
    runner.rule(Reason::ZeroPrice, Some(Field::Price), purchases::zero_prices);
    runner.rule(Reason::Cancelled, Some(Field::Quantity), purchases::cancelled);
    runner.rule(Reason::Robot, None, robots::robots);
    runner.rule(Reason::RareItem, Some(Field::Item), rare_items::rare_items);
    runner.rule(Reason::BeyondLimit, Some(Field::Item), per_shopper::beyond_limit);
    let mut sessions = order.cut(&raw.events, &runner.context.is_out, traits.has_times, traits.gap_ms);
    let restarted = match traits.session_source {
        SessionSource::Column => sessions.windows(2).filter(|pair| pair[0].group == pair[1].group).count() as u64,
        _ => 0,
    };
    let (longest, shortest) = (cleaning.max_session_events, cleaning.min_session_events);
    let is_long = |session: &Session| longest > 0 && session.len() > longest;
    let is_short = |session: &Session| session.len() < shortest;
    runner.rule(Reason::LongSession, None, |context| lengths(context, &order, &sessions, longest > 0, is_long));
    runner.rule(Reason::ShortSession, None, |context| lengths(context, &order, &sessions, shortest > 1, is_short));
    sessions.retain(|session| runner.context.is_kept(session.first_event));
    sessions.sort_unstable_by_key(|session| (session.end_ms, session.first_event));
    if let Some(ties) = ties.filter(|_| traits.has_clock) {
        let content = |session: &Session| ties.of_session(&raw.events, order.of(session));
        let shopper = |session: &Session| raw.groups.shoppers.get(session.group as usize).copied();
        // Sessions alike in everything differ by what their shoppers did besides.
        let mut of_shoppers: HashMap<Option<u32>, u64> = HashMap::new();
        for session in &sessions {
            let sum = of_shoppers.entry(shopper(session)).or_default();
            *sum = sum.wrapping_add(content(session));
        }
        for same in sessions.chunk_by_mut(|a, b| a.end_ms == b.end_ms).filter(|same| same.len() > 1) {
            same.sort_by_cached_key(|session| {
                (content(session), of_shoppers.get(&shopper(session)).copied(), session.first_event)
            });
        }
    }

    let RuleRunner { context: RuleContext { is_out, .. }, rules, failures, .. } = runner;
    let rejected_kinds = failures.by_kind();
    let (rejections, rejects) = failures.into_parts();
    CleanLog {
        order: order.into_events(),
        order_is_arbitrary,
        restarted,
        sessions,
        is_out,
        rules,
        rejections,
        rejected_kinds,
        rejects,
        raw,
        traits,
    }
}

/// Events without a session whose shopper is nobody.
fn guests(context: &RuleContext<'_>) -> Outcome {
    if !context.cleaning.drop_guests && context.log.guests.is_empty() {
        return Err(OFF);
    }
    Ok(context.log.guests.iter().copied().filter(|&event| context.is_kept(event)).collect())
}

/// The events of the sessions whose length is not wanted.
fn lengths(
    context: &RuleContext<'_>,
    order: &Order,
    sessions: &[Session],
    is_on: bool,
    is_unwanted: impl Fn(&Session) -> bool,
) -> Outcome {
    if !is_on {
        return Err(OFF);
    }
    if !context.traits.has_sessions {
        return Err(NO_SESSIONS);
    }
    let unwanted = sessions.iter().filter(|session| is_unwanted(session) && context.is_kept(session.first_event));
    let mut events: Vec<u32> = unwanted.flat_map(|session| order.of(session)).copied().collect();
    events.sort_unstable();
    Ok(events)
}

/// Applies rules one after another and counts what they remove.
struct RuleRunner<'a> {
    context: RuleContext<'a>,
    rules: Vec<RuleCount>,
    num_left: u64,
    failures: Failures,
}

impl<'a> RuleRunner<'a> {
    fn new(log: &'a RawLog, cleaning: &'a Cleaning, traits: LogTraits, failures: Failures) -> RuleRunner<'a> {
        let mut is_out = vec![false; log.events.len()];
        for &event in &log.misfits {
            is_out[event as usize] = true;
        }
        RuleRunner {
            context: RuleContext { log, cleaning, traits, is_out },
            rules: Vec::with_capacity(Rule::ALL.len()),
            num_left: log.num_rows,
            failures,
        }
    }

    /// Counts what was left out while rows were read.
    fn count_reading(&mut self) {
        let rejections = self.failures.tally.rejections();
        for rule in [Rule::Damage, Rule::Where, Rule::EventTypes, Rule::MissingIds, Rule::BadValues, Rule::Returns] {
            let of_rule = rejections.iter().filter(|rejection| Rule::of(rejection.reason) == rule);
            self.count(rule, of_rule.map(|rejection| rejection.rows).sum(), None);
        }
    }

    fn count(&mut self, rule: Rule, rows: u64, skipped: Option<&'static str>) {
        let (before, after) = (self.num_left, self.num_left.saturating_sub(rows));
        self.num_left = after;
        self.rules.push(RuleCount { rule, before, after, skipped });
    }

    /// Leaves out, for `reason`, the events that `find` finds; `field` is the field that shows it.
    fn rule(&mut self, reason: Reason, field: Option<Field>, find: impl FnOnce(&RuleContext<'_>) -> Outcome) {
        let rule = Rule::of(reason);
        let events = match find(&self.context) {
            Ok(events) => events,
            Err(why) => return self.count(rule, 0, Some(why)),
        };
        debug_assert!(events.is_sorted());
        self.count(rule, events.len() as u64, None);
        for &event in &events {
            self.context.is_out[event as usize] = true;
            self.failures.add_kind(reason, self.context.log.events.kinds[event as usize]);
        }
        let Some(&first) = events.first() else { return };
        let (log, cleaning) = (self.context.log, self.context.cleaning);
        let found = |event: u32| found(log, cleaning, reason, event as usize);
        let (file, line) = log.file_and_line(first as usize);
        if let Some((_, path)) = log.files.get(file) {
            let (rows, column) = (events.len() as u64, log.columns.name_of(field));
            self.failures.tally.add(reason, rows, path, line, column, || found(first));
        }
        if let Some(rejects) = &mut self.failures.rejects {
            let reject = |&event: &u32| log.reject(event as usize, reason, field, found(event));
            rejects.extend(events.iter().map(reject));
        }
    }
}

/// A description of a removed event for people to read.
fn found(log: &RawLog, cleaning: &Cleaning, reason: Reason, event: usize) -> String {
    let events = &log.events;
    let item = events.items.get(event).map_or("", |&item| log.items.id(item));
    let number = |values: &[f64]| values.get(event).copied().unwrap_or(f64::NAN);
    match reason {
        Reason::ImpossibleTime | Reason::OutsidePeriod => {
            let ms = events.time_of(event as u32);
            jiff::Timestamp::from_millisecond(ms)
                .map_or_else(|_| format!("{ms} ms since 1970"), |time| time.to_string())
        }
        Reason::Duplicate => format!("item {item:?}, in everything equal to an earlier row"),
        Reason::DoubleClick => {
            format!("item {item:?}, again within {} s", cleaning.double_click_ms as f64 / 1000.0)
        }
        Reason::ZeroPrice => format!("item {item:?} at {}", number(&events.prices)),
        Reason::Cancelled => format!("{} of item {item:?}, given back later", number(&events.quantities)),
        Reason::Robot | Reason::LongSession | Reason::ShortSession => format!("item {item:?}"),
        _ => format!("{item:?}"),
    }
}
