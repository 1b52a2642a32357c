//! Popularity of items: event counts that fade at the rate that predicts the newest sessions best.

use super::holdout;
use crate::counts::PrivacyThreshold;
use crate::events::{EventLog, Sessions};
use rayon::prelude::*;
use std::ops::Range;

/// Rates tried, as in `exp(-recency * age)` with ages of 0 to 1 over the log: no fading to a three-hundredth of its
/// span.
const RECENCIES: [f64; 8] = [0.0, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0];
/// Items of the list that is judged.
const LISTED: usize = 50;

/// Counts the events of each item in the sessions of `range`, 0 for items that `threshold` does not allow.
pub(super) fn count(
    sessions: &Sessions,
    range: Range<usize>,
    num_items: usize,
    threshold: PrivacyThreshold,
) -> Vec<u32> {
    let mut counts = vec![0u32; num_items];
    for item in &sessions.items[sessions.offsets[range.start]..sessions.offsets[range.end]] {
        counts[item.as_usize()] = counts[item.as_usize()].saturating_add(1);
    }
    withhold(&mut counts, sessions, range, threshold);
    counts
}

/// Returns the recency-weighted events of each item, 0 for items that `threshold` does not allow, and the rate chosen.
pub(super) fn weigh(
    sessions: &Sessions,
    ages: &[f64],
    num_items: usize,
    threshold: PrivacyThreshold,
) -> (Vec<f32>, f64) {
    let training = 0..holdout::start(sessions.len(), holdout::SESSIONS);
    let newest_training = ages[training.end.saturating_sub(1)];
    let mut future = vec![0u32; num_items];
    for item in &sessions.items[sessions.offsets[training.end]..] {
        future[item.as_usize()] += 1;
    }
    let hits = |weights: Vec<f32>| {
        // Weight and item in one number that sorts as they do: the bits of positive floats are in the order of their
        // values.
        let key = |(item, weight): (u32, &f32)| u64::from(weight.to_bits()) << 32 | u64::from(!item);
        let mut keys: Vec<u64> = (0..).zip(&weights).map(key).collect();
        if num_items > LISTED {
            keys.select_nth_unstable_by(LISTED, |a, b| b.cmp(a));
        }
        keys.iter().take(LISTED).map(|&key| u64::from(future[!(key as u32) as usize])).sum::<u64>()
    };
    // Rates side by side, because an item's sums are in one place and finding it takes longest.
    let faded = fade(sessions, training, ages, num_items, RECENCIES, newest_training);
    let found: Vec<u64> = faded.into_par_iter().map(hits).collect();
    let mut best = (found[0], RECENCIES[0]);
    for (&hits, &recency) in found.iter().zip(&RECENCIES).skip(1) {
        if hits > best.0 {
            best = (hits, recency);
        }
    }
    let [mut weights] = fade(sessions, 0..sessions.len(), ages, num_items, [best.1], 0.0);
    withhold(&mut weights, sessions, 0..sessions.len(), threshold);
    (weights, best.1)
}

/// Returns the recency-weighted events of each item in each market, 0 for items that `threshold` does not allow there.
pub fn by_market(log: &EventLog, threshold: PrivacyThreshold) -> Vec<(String, Vec<f32>)> {
    let Some(markets) = &log.markets else { return Vec::new() };
    let ages = log.sessions.ages();
    let weights = |market: usize| {
        let mut own = Sessions::new(log.sessions.has_shoppers);
        let mut own_ages = Vec::new();
        for (session, &of) in markets.of_session.iter().enumerate() {
            if of == Some(market as u32) {
                let events =
                    log.sessions.items_of(session).iter().copied().zip(log.sessions.kinds_of(session).iter().copied());
                own.push(events, log.sessions.shoppers[session], log.sessions.end_ms.get(session).copied());
                own_ages.push(ages[session]);
            }
        }
        match own.is_empty() {
            true => vec![0.0; log.item_ids.len()],
            false => weigh(&own, &own_ages, log.item_ids.len(), threshold).0,
        }
    };
    markets.names.iter().enumerate().map(|(market, name)| (name.clone(), weights(market))).collect()
}

/// Sets the values of items that `threshold` does not allow in the sessions of `range` to 0.
fn withhold<T: Default>(values: &mut [T], sessions: &Sessions, range: Range<usize>, threshold: PrivacyThreshold) {
    // An item of no shopper has no events, and 0 already.
    if threshold.allows_all() {
        return;
    }
    let mut by_shopper: Vec<usize> = range.collect();
    by_shopper.sort_by_key(|&session| sessions.shoppers[session]);
    // Number of shoppers of an item, and the last of them.
    let mut found = vec![(0u32, None); values.len()];
    for session in by_shopper {
        let shopper = Some(sessions.shoppers[session]);
        for item in sessions.items_of(session) {
            let (num_shoppers, last) = &mut found[item.as_usize()];
            *num_shoppers += u32::from(*last != shopper);
            *last = shopper;
        }
    }
    for (value, (num_shoppers, _)) in values.iter_mut().zip(found) {
        if !threshold.allows(num_shoppers) {
            *value = T::default();
        }
    }
}

/// Sums `exp(-recency * (age - newest))` over the events of the sessions in `range`, for each of the recencies.
fn fade<const N: usize>(
    sessions: &Sessions,
    range: Range<usize>,
    ages: &[f64],
    num_items: usize,
    recencies: [f64; N],
    newest: f64,
) -> [Vec<f32>; N] {
    let mut sums = vec![[0.0f64; N]; num_items];
    for session in range {
        let weights = recencies.map(|recency| libm::exp(-recency * (ages[session] - newest)));
        for item in sessions.items_of(session) {
            sums[item.as_usize()].iter_mut().zip(&weights).for_each(|(sum, weight)| *sum += weight);
        }
    }
    std::array::from_fn(|at| sums.iter().map(|sums| sums[at] as f32).collect())
}
