//! How popular items are now: event counts that fade at the rate which predicts the newest sessions best.

use super::purpose::holdout_start;
use crate::counts::PairCounter;
use crate::events::Sessions;
use std::ops::Range;

/// Rates tried, as in `exp(-recency * age)` with ages of 0 to 1 over the log: no fading to a three-hundredth of its span.
const RECENCIES: [f64; 8] = [0.0, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0];
/// Items of the list that is judged.
const LISTED: usize = 50;

/// Events of each item in the sessions of `range`, 0 for items with fewer than `min_shoppers` shoppers there.
pub(super) fn count(sessions: &Sessions, range: Range<usize>, num_items: usize, min_shoppers: u32) -> Vec<u32> {
    let mut counts = vec![0u32; num_items];
    for item in &sessions.items[sessions.offsets[range.start]..sessions.offsets[range.end]] {
        counts[item.as_usize()] = counts[item.as_usize()].saturating_add(1);
    }
    let ages = vec![0.0; sessions.len()];
    let num_shoppers = PairCounter::new(sessions, range, &ages, num_items, 1).num_shoppers_of_items();
    for (count, num_shoppers) in counts.iter_mut().zip(num_shoppers) {
        if num_shoppers < min_shoppers {
            *count = 0;
        }
    }
    counts
}

/// Recency-weighted events of each item, 0 for items with fewer than `min_shoppers` shoppers, and the rate chosen.
pub(super) fn weigh(sessions: &Sessions, ages: &[f64], num_items: usize, min_shoppers: u32) -> (Vec<f32>, f64) {
    let holdout = sessions.offsets[holdout_start(sessions)];
    let newest_training = ages[holdout_start(sessions).saturating_sub(1)];
    let mut future = vec![0u32; num_items];
    for item in &sessions.items[holdout..] {
        future[item.as_usize()] += 1;
    }
    let hits = |recency: f64| {
        let weights = fade(sessions, ages, num_items, holdout, recency, newest_training);
        let mut order: Vec<usize> = (0..num_items).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        order.iter().take(LISTED).map(|&item| u64::from(future[item])).sum::<u64>()
    };
    let mut best = (hits(RECENCIES[0]), RECENCIES[0]);
    for recency in RECENCIES.into_iter().skip(1) {
        let found = hits(recency);
        if found > best.0 {
            best = (found, recency);
        }
    }
    let mut weights = fade(sessions, ages, num_items, sessions.items.len(), best.1, 0.0);
    let num_shoppers = PairCounter::new(sessions, 0..sessions.len(), ages, num_items, 1).num_shoppers_of_items();
    for (weight, num_shoppers) in weights.iter_mut().zip(num_shoppers) {
        if num_shoppers < min_shoppers {
            *weight = 0.0;
        }
    }
    (weights, best.1)
}

/// Sums `exp(-recency * (age - newest))` over the first `num_events` events.
fn fade(sessions: &Sessions, ages: &[f64], num_items: usize, num_events: usize, recency: f64, newest: f64) -> Vec<f32> {
    let mut weights = vec![0.0f64; num_items];
    for (session, age) in ages.iter().enumerate() {
        if sessions.offsets[session] >= num_events {
            break;
        }
        let weight = (-recency * (age - newest)).exp();
        for item in sessions.items_of(session) {
            weights[item.as_usize()] += weight;
        }
    }
    weights.into_iter().map(|weight| weight as f32).collect()
}
