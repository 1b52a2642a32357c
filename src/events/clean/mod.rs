//! Leaves out of a log what is no shopper's interest in a product, rule by rule, and counts it.
//!
//! Owns the rules and their order, which is that of [`Rule::ALL`]. Each rule sees what the ones before have left, says
//! which events go or why it cannot run, and knows nothing of the others. Nothing depends on the clock, on the number of
//! threads or on the order of a hash table. It must not know how files are read.

mod moments;
mod options;
mod products;
mod purchases;
mod rejects;
mod repeats;
mod robots;
mod rules;
mod shares;
mod spelling;

#[cfg(test)]
mod tests;

pub use options::Cleaning;
pub(super) use products::Patterns;
pub use rejects::Reject;
pub(super) use rules::Rule;
pub use rules::RuleCount;
pub(super) use spelling::{Currencies, fold_case};

use super::collect::Collector;
use super::rows::Events;
use super::sessions::{Order, Session};
use super::{Field, Reason};
use crate::table::Rejection;
use crate::table::tally::Tally;

/// The events that a rule takes, ascending; or why it did not run.
type Outcome = Result<Vec<u32>, &'static str>;

const OFF: &str = "turned off";
const NO_CLOCK: &str = "no times";
const NO_MOMENTS: &str = "no moments";
const NO_SHOPPERS: &str = "no shoppers";
const NO_PRICES: &str = "no prices";
const NO_QUANTITIES: &str = "no quantities";
const NO_SESSIONS: &str = "no sessions";

/// What is known about a log as a whole.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Whether times are points in time, rather than positions.
    pub(super) has_times: bool,
    /// Whether they are more than whole days.
    pub(super) has_clock: bool,
    /// Whether two events at the same moment really are.
    pub(super) has_moments: bool,
    pub(super) has_shoppers: bool,
    /// Whether a column says how many pieces.
    pub(super) has_quantities: bool,
    /// Whether sessions are more than all that a shopper ever did.
    pub(super) has_sessions: bool,
    /// A group is cut where nothing happens for longer than this.
    pub(super) gap_ms: Option<i64>,
}

/// What a rule sees.
pub(super) struct View<'a> {
    log: &'a Collector,
    cleaning: &'a Cleaning,
    known: Known,
    /// By event, whether it was left out.
    is_out: Vec<bool>,
}

impl View<'_> {
    fn events(&self) -> &Events {
        &self.log.events
    }

    fn is_kept(&self, event: u32) -> bool {
        !self.is_out[event as usize]
    }

    /// The events that are left, in the order of the files.
    fn kept(&self) -> impl Iterator<Item = u32> {
        self.is_out.iter().zip(0..).filter(|(is_out, _)| !**is_out).map(|(_, event)| event)
    }
}

/// What is left of a log, and what is not.
pub(super) struct Cleaned {
    /// The events in groups, and the sessions as ranges of them, oldest first.
    pub(super) order: Vec<u32>,
    pub(super) sessions: Vec<Session>,
    /// By event, whether it was left out.
    pub(super) is_out: Vec<bool>,
    pub(super) rules: Vec<RuleCount>,
    pub(super) rejections: Vec<Rejection<Reason>>,
    /// By file and line; empty unless the collector keeps them.
    pub(super) rejects: Vec<Reject>,
}

/// Applies all rules.
///
/// `O(n log n)` for `n` events; a log that nothing is wrong with is passed over some ten times.
pub(super) fn clean(log: &mut Collector, cleaning: &Cleaning, patterns: &Patterns, known: Known) -> Cleaned {
    let (tally, rejects) = (std::mem::replace(&mut log.tally, Tally::new()), log.rejects.take());
    let log = &*log;
    let mut is_out = vec![false; log.events.len()];
    log.misfits.iter().for_each(|&event| is_out[event as usize] = true);
    let mut pass = Pass {
        view: View { log, cleaning, known, is_out },
        rules: Vec::with_capacity(Rule::ALL.len()),
        num_left: log.num_rows,
        tally,
        rejects,
    };
    pass.count_reading();
    pass.rule(Reason::ImpossibleTime, Some(Field::Timestamp), moments::impossible);
    pass.rule(Reason::OutsidePeriod, Some(Field::Timestamp), moments::outside_period);
    pass.rule(Reason::NonProduct, Some(Field::Item), |view| products::non_products(view, patterns));
    let mut order = Order::new(&log.events, log.group_shoppers.len(), &pass.view.is_out);
    pass.rule(Reason::Duplicate, None, |view| repeats::duplicates(view, &order));
    pass.rule(Reason::DoubleClick, None, |view| repeats::double_clicks(view, &order));
    pass.rule(Reason::ZeroPrice, Some(Field::Price), purchases::zero_prices);
    pass.rule(Reason::Cancelled, Some(Field::Quantity), purchases::cancelled);
    pass.rule(Reason::Robot, None, robots::robots);
    pass.rule(Reason::RareItem, Some(Field::Item), shares::rare_items);
    pass.rule(Reason::BeyondLimit, Some(Field::Item), shares::beyond_limit);
    let mut sessions = order.cut(&log.events, &pass.view.is_out, known.has_times, known.gap_ms);
    let (longest, shortest) = (cleaning.max_session_events, cleaning.min_session_events);
    let is_long = |session: &Session| longest > 0 && session.len() > longest;
    let is_short = |session: &Session| session.len() < shortest;
    pass.rule(Reason::LongSession, None, |view| lengths(view, &order, &sessions, longest > 0, is_long));
    pass.rule(Reason::ShortSession, None, |view| lengths(view, &order, &sessions, shortest > 1, is_short));
    sessions.retain(|session| pass.view.is_kept(session.first_event));
    sessions.sort_unstable_by_key(|session| (session.end_ms, session.first_event));

    let Pass { view: View { is_out, .. }, rules, tally, rejects, .. } = pass;
    let mut rejects = rejects.unwrap_or_default();
    rejects.sort_by_key(|reject| (reject.file, reject.line));
    Cleaned { order: order.into_events(), sessions, is_out, rules, rejections: tally.rejections(), rejects }
}

/// The events of the sessions whose length is not wanted.
fn lengths(
    view: &View<'_>,
    order: &Order,
    sessions: &[Session],
    is_on: bool,
    is_unwanted: impl Fn(&Session) -> bool,
) -> Outcome {
    if !is_on {
        return Err(OFF);
    }
    if !view.known.has_sessions {
        return Err(NO_SESSIONS);
    }
    let unwanted = sessions.iter().filter(|session| is_unwanted(session) && view.is_kept(session.first_event));
    let mut events: Vec<u32> = unwanted.flat_map(|session| order.of(session)).copied().collect();
    events.sort_unstable();
    Ok(events)
}

/// The rules as they are applied, one after another.
struct Pass<'a> {
    view: View<'a>,
    rules: Vec<RuleCount>,
    num_left: u64,
    tally: Tally<Reason>,
    rejects: Option<Vec<Reject>>,
}

impl Pass<'_> {
    /// Counts what was left out while rows were read.
    fn count_reading(&mut self) {
        let rejections = self.tally.rejections();
        for rule in [Rule::Damage, Rule::EventTypes, Rule::MissingIds, Rule::BadValues, Rule::Returns] {
            let of_rule = rejections.iter().filter(|rejection| Rule::of(rejection.reason) == rule);
            self.count(rule, of_rule.map(|rejection| rejection.rows).sum(), None);
        }
    }

    fn count(&mut self, rule: Rule, rows: u64, skipped: Option<&'static str>) {
        let (before, after) = (self.num_left, self.num_left.saturating_sub(rows));
        self.num_left = after;
        self.rules.push(RuleCount { rule: rule.name(), flag: rule.flag(), before, after, skipped });
    }

    /// Leaves out, for `reason`, the events that `find` finds; `field` is what shows it.
    fn rule(&mut self, reason: Reason, field: Option<Field>, find: impl FnOnce(&View<'_>) -> Outcome) {
        let rule = Rule::of(reason);
        let events = match find(&self.view) {
            Ok(events) => events,
            Err(why) => return self.count(rule, 0, Some(why)),
        };
        debug_assert!(events.is_sorted());
        self.count(rule, events.len() as u64, None);
        events.iter().for_each(|&event| self.view.is_out[event as usize] = true);
        let Some(&first) = events.first() else { return };
        let (log, cleaning) = (self.view.log, self.view.cleaning);
        let found = |event: u32| found(log, cleaning, reason, event as usize);
        let (file, line) = log.place_of(first as usize);
        if let Some((_, path)) = log.files.get(file) {
            let column = field.map_or("", |field| log.slots.name(log.slots.of(field)));
            self.tally.add(reason, events.len() as u64, path, line, column, || found(first));
        }
        if let Some(rejects) = &mut self.rejects {
            let reject = |event: u32| Reject::of_event(log, event as usize, reason, field, found(event));
            rejects.extend(events.iter().map(|&event| reject(event)));
        }
    }
}

/// What is there, for people to read.
fn found(log: &Collector, cleaning: &Cleaning, reason: Reason, event: usize) -> String {
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
