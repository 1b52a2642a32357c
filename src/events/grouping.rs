//! Groups the events of all files: by session, or by shopper where no column names sessions.
//!
//! Owns who is nobody and which events belong together, before any time is looked at to cut them:
//!
//! * Ids that stand for nobody (`guest`, -1, a UUID of zeros, 0 where ids are not counted from 0, and an id that has
//!   more orders than a person can have) are no shopper.
//! * A session belongs to the shopper that any of its events names. Only if it names two is it one session for each,
//!   as where every browser counts its sessions from 1.
//! * An event without a session belongs to what its shopper did just before, else to a session of its own.
//! * Without times a session number that occurs in two files is two sessions.

use std::collections::{HashMap, HashSet};

use super::options::{Field, ReadOptions};
use super::raw::{Groups, RawLog};
use super::rows::{Keys, NO_SHOPPER};
use crate::table::column::NO_ID;
use crate::table::interner::{FastHash, Interner};

/// Spellings of ids that are none, whoever writes them; tried as they are, in lower and in upper case.
const NONE: &[&str] = &[
    "unknown",
    "none",
    "null",
    "nil",
    "undefined",
    "n/a",
    "not set",
    "(not set)",
    "(none)",
    "-1",
    "-",
    "00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000",
    "#n/a",
];

/// Spellings of shoppers, besides, who are nobody.
const NOBODY: &[&str] = &[
    "guest",
    "guests",
    "guest user",
    "guest_user",
    "anonymous",
    "anon",
    "nobody",
    "not provided",
    "(not provided)",
    "not logged in",
    "no customer",
    "gast",
    "invité",
    "invite",
    "invitado",
    "ospite",
    "gość",
    "convidado",
    "0.0",
    "walk-in",
    "walk-in customer",
    "false",
];

/// Shoppers from which on one alone cannot have more than a fifth of all orders.
const MANY_SHOPPERS: usize = 50;

/// Groups the events of a log whose times are resolved.
pub(super) fn group(log: &mut RawLog, options: &ReadOptions) {
    let mut keys = std::mem::take(&mut log.keys);
    let has_sessions = log.has_field(Field::Session);
    if options.cleaning.drop_guests {
        forget_guests(log, &mut keys, has_sessions);
    }
    if has_sessions {
        forget_sessions(log, &mut keys);
        join_to_the_event_before(log, &mut keys, options.session_gap_ms);
    }
    let groups = if has_sessions { by_session(log, keys) } else { by_shopper(log, keys) };
    log.events.groups = groups.0;
    log.groups = groups.1;
}

/// The numbers of ids that are in one of `spellings`.
fn known<'s>(ids: &mut Interner, spellings: impl IntoIterator<Item = &'s &'s str>) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for text in spellings {
        let capital: String = text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect();
        for text in [(*text).to_owned(), text.to_uppercase(), capital] {
            if let Some(number) = ids.known(&text)
                && found.iter().all(|(known, _)| *known != number)
            {
                found.push((number, text));
            }
        }
    }
    found
}

/// Makes the shoppers unknown who are nobody.
fn forget_guests(log: &mut RawLog, keys: &mut Keys, has_sessions: bool) {
    let num_shoppers = log.shoppers.len();
    let mut guests = known(&mut log.shoppers, NONE.iter().chain(NOBODY));
    // 0 is a shopper like others where shoppers are counted from 0.
    let zero = log.shoppers.known("0");
    let is_counted_from_0 = num_shoppers > 1 && log.shoppers.known(&(num_shoppers - 1).to_string()).is_some();
    guests.extend(zero.filter(|_| !is_counted_from_0).map(|zero| (zero, "0".to_owned())));
    let mut orders = vec![0_u64; num_shoppers];
    let mut seen = vec![false; if has_sessions { log.sessions.len() } else { 0 }];
    for (&session, &shopper) in keys.sessions.iter().zip(&keys.shoppers) {
        let Some(orders) = orders.get_mut(shopper as usize) else { continue };
        match seen.get_mut(session as usize) {
            Some(seen) if *seen => {}
            Some(seen) => {
                *seen = true;
                *orders += 1;
            }
            None => *orders += 1,
        }
    }
    for (guest, _) in &guests {
        orders[*guest as usize] = 0;
    }
    let total: u64 = orders.iter().sum();
    let num_known = orders.iter().filter(|&&orders| orders > 0).count();
    if num_known >= MANY_SHOPPERS {
        let too_many = (0_u32..).zip(&orders).filter(|&(_, &orders)| orders * 5 > total);
        let name = |number: u32| match log.shoppers.id(number) {
            "" => "an id with more than a fifth of all orders".to_owned(),
            name => name.to_owned(),
        };
        guests.extend(too_many.map(|(number, _)| (number, name(number))).collect::<Vec<_>>());
    }
    if guests.is_empty() {
        return;
    }
    let mut rows = vec![0_u64; guests.len()];
    for shopper in keys.shoppers.iter_mut().filter(|shopper| **shopper != NO_SHOPPER) {
        if let Some(at) = guests.iter().position(|(guest, _)| guest == shopper) {
            rows[at] += 1;
            *shopper = NO_SHOPPER;
        }
    }
    log.returns.retain(|one| guests.iter().all(|(guest, _)| *guest != one.shopper));
    log.unknown_shoppers = guests.into_iter().map(|(_, name)| name).zip(rows).filter(|(_, rows)| *rows > 0).collect();
    log.unknown_shoppers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}

/// Makes the sessions unknown that are none.
fn forget_sessions(log: &mut RawLog, keys: &mut Keys) {
    let none = known(&mut log.sessions, NONE);
    if none.is_empty() {
        return;
    }
    for session in &mut keys.sessions {
        if none.iter().any(|(none, _)| none == session) {
            *session = NO_ID;
        }
    }
}

/// Gives events without a session that of the event of their shopper just before, or one of their own.
fn join_to_the_event_before(log: &mut RawLog, keys: &mut Keys, gap_ms: i64) {
    let mut is_sought = vec![false; log.shoppers.len()];
    let mut is_any = false;
    for (&session, &shopper) in keys.sessions.iter().zip(&keys.shoppers) {
        if session == NO_ID && shopper != NO_SHOPPER {
            is_sought[shopper as usize] = true;
            is_any = true;
        }
    }
    if !is_any {
        return;
    }
    let mut next = log.sessions.len() as u32;
    let has_times = log.has_times();
    let mut is_out = vec![false; log.events.len()];
    log.misfits.iter().for_each(|&event| is_out[event as usize] = true);
    let sought = (0_u32..)
        .zip(&keys.shoppers)
        .filter(|&(event, &shopper)| shopper != NO_SHOPPER && is_sought[shopper as usize] && !is_out[event as usize]);
    let mut events: Vec<(u32, i64, bool, u32)> = sought
        .map(|(event, &shopper)| {
            let time = if has_times { log.events.time_of(event) } else { 0 };
            (shopper, time, keys.sessions[event as usize] == NO_ID, event)
        })
        .collect();
    events.sort_unstable();
    for of_one in events.chunk_by(|a, b| a.0 == b.0) {
        let mut before: Option<(i64, u32)> = None;
        for &(_, time, _, event) in of_one {
            let session = &mut keys.sessions[event as usize];
            if *session == NO_ID {
                *session = match before {
                    Some((last, session)) if time.saturating_sub(last) <= gap_ms => session,
                    _ => {
                        next += 1;
                        next - 1
                    }
                };
            }
            before = Some((time, *session));
        }
    }
}

/// Groups by shopper; events of nobody are guests.
fn by_shopper(log: &mut RawLog, keys: Keys) -> (Vec<u32>, Groups) {
    let num_shoppers = log.shoppers.len() as u32;
    let mut shoppers: Vec<u32> = (0..num_shoppers).collect();
    let mut groups = keys.shoppers;
    let mut has_shoppers = false;
    for (event, group) in (0_u32..).zip(&mut groups) {
        if *group == NO_SHOPPER {
            *group = num_shoppers;
            log.guests.push(event);
        } else {
            has_shoppers = true;
        }
    }
    shoppers.push(NO_SHOPPER);
    (groups, Groups { shoppers, sessions: Vec::new(), has_shoppers })
}

/// Groups by session, and by shopper too where a session names two.
fn by_session(log: &mut RawLog, keys: Keys) -> (Vec<u32>, Groups) {
    let Keys { mut sessions, shoppers } = keys;
    let mut names: Vec<u32> = Vec::new();
    if log.files.len() > 1 && !log.has_times() {
        names = apart_by_file(log, &mut sessions);
    }
    let most = sessions.iter().filter(|&&session| session != NO_ID).max();
    let num_sessions = most.map_or(0, |&most| most as usize + 1);
    // The shopper of each session, and whether there is another.
    let mut of_session = vec![NO_SHOPPER; num_sessions];
    let mut has_two = vec![false; num_sessions];
    for (&session, &shopper) in sessions.iter().zip(&shoppers).filter(|(session, _)| **session != NO_ID) {
        let first = &mut of_session[session as usize];
        if *first == NO_SHOPPER {
            *first = shopper;
        } else if shopper != NO_SHOPPER && shopper != *first {
            has_two[session as usize] = true;
        }
    }
    let mut groups = of_session;
    let mut sessions_of_groups: Vec<u32> = (0..num_sessions as u32).collect();
    let mut of_pairs: HashMap<u64, u32, FastHash> = HashMap::default();
    let mut nowhere = None;
    for (event, (session, &shopper)) in (0_u32..).zip(sessions.iter_mut().zip(&shoppers)) {
        if *session == NO_ID {
            log.guests.push(event);
            *session = *nowhere.get_or_insert_with(|| {
                groups.push(NO_SHOPPER);
                sessions_of_groups.push(NO_ID);
                groups.len() as u32 - 1
            });
        } else if has_two[*session as usize] && shopper != groups[*session as usize] {
            let pair = u64::from(*session) << 32 | u64::from(shopper);
            let of_session = *session;
            *session = *of_pairs.entry(pair).or_insert_with(|| {
                groups.push(shopper);
                sessions_of_groups.push(of_session);
                groups.len() as u32 - 1
            });
        }
    }
    let has_shoppers = shoppers.iter().any(|&shopper| shopper != NO_SHOPPER);
    if log.failures.rejects.is_none() {
        sessions_of_groups = Vec::new();
    } else if !names.is_empty() {
        sessions_of_groups
            .iter_mut()
            .for_each(|session| *session = names.get(*session as usize).copied().unwrap_or(NO_ID));
    }
    log.num_shared_sessions = of_pairs.len() as u64;
    (sessions, Groups { shoppers: groups, sessions: sessions_of_groups, has_shoppers })
}

/// Numbers sessions anew, so that a number that occurs in two files is two sessions; gives the old number of each.
fn apart_by_file(log: &mut RawLog, sessions: &mut [u32]) -> Vec<u32> {
    let mut numbers: HashMap<u64, u32, FastHash> = HashMap::default();
    let mut names = Vec::new();
    let mut distinct: HashSet<u64, FastHash> = HashSet::default();
    for (event, number) in sessions.iter_mut().enumerate() {
        let session = *number;
        if session == NO_ID {
            continue;
        }
        let (file, _) = log.file_and_line(event);
        distinct.insert(u64::from(session));
        *number = *numbers.entry(u64::from(session) << 32 | file as u64).or_insert_with(|| {
            names.push(session);
            names.len() as u32 - 1
        });
    }
    let again = names.len() - distinct.len();
    if again > 0 {
        log.guesses.push(format!(
            "{again} session numbers occur in several files without times, and are taken for sessions of each file"
        ));
    }
    names
}
