//! A shipped model week by week: quality, popularity and unknown items, with thresholds for training again.

use super::{EvalError, EvaluateOptions, evaluate};
use crate::events::EventLog;
use crate::measure::{Targets, TestCases};
use crate::model::Model;
use crate::units::{DAY_MS, percent};
use crate::{ItemIx, Progress};
use serde::Serialize;

/// Length of a week, ms.
pub const WEEK_MS: i64 = 7 * DAY_MS;
/// Steps of a model's popularity to a factor of 2.
const POPULARITY_STEPS: f64 = 16.0;

/// Options of following a model, with its thresholds.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftOptions {
    /// Sessions that end later than this count, ms since 1970 UTC; weeks are counted from here.
    pub since_ms: i64,
    /// The k of HitRate@k and MRR@k.
    pub k: usize,
    /// Largest fall of HitRate@k from the first whole week to the last, as a share of the first. 0 allows none, 1 any.
    pub max_drop: f64,
    /// Largest share of events of the last whole week that are of items unknown to the model. 0 allows none, 1 any.
    pub max_unknown: f64,
}

/// The weeks and the thresholds that were passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The cut-off.
    pub k: usize,
    /// HitRate@k that the model states of its own held-out sessions; `None` if it states none at this k.
    pub stated_hit_rate: Option<f64>,
    /// MRR@k, likewise.
    pub stated_mrr: Option<f64>,
    /// The weeks, from the first; those without a session are there, too.
    pub weeks: Vec<Week>,
    /// Fall of HitRate@k from the first whole week to the last, as a share of the first; below 0 for a rise. `None`
    /// with fewer than two whole weeks.
    pub drop: Option<f64>,
    /// Figures beyond their thresholds.
    pub alarms: Vec<Alarm>,
}

/// One week of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Week {
    /// Where it begins, ms since 1970 UTC.
    pub start_ms: i64,
    /// True if the log covers the whole week and it has targets; thresholds look at such weeks alone.
    pub is_whole: bool,
    /// Sessions that end in it.
    pub num_sessions: usize,
    /// Their events.
    pub num_events: usize,
    /// Targets: all events after the first of a session.
    pub num_targets: usize,
    /// HitRate@k on all targets.
    pub hit_rate: f64,
    /// MRR@k on all targets.
    pub mrr: f64,
    /// HitRate@k on targets that are new to the shopper.
    pub discovery_hit_rate: f64,
    /// Share of the events that are of items unknown to the model.
    pub unknown_share: f64,
    /// Jensen-Shannon distance between the week's events of known items and the model's popularity, 0 (equal) to 1.
    pub popularity_distance: f64,
}

/// A threshold that was passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarm {
    /// `drop` or `unknown`.
    pub what: &'static str,
    /// The figure that was found.
    pub found: f64,
    /// The threshold.
    pub allowed: f64,
    /// All of it in words.
    pub text: String,
}

/// Measures a model on the sessions after a time, week by week.
///
/// # Errors
/// [`EvalError::NoCases`] if no session with two events ends later, [`EvalError::CutOffs`] if k is 0.
pub fn drift(
    model: &Model,
    log: &EventLog,
    options: &DriftOptions,
    progress: &dyn Progress,
) -> Result<Drift, EvalError> {
    let sessions = &log.sessions;
    let known: Vec<Option<ItemIx>> = log.item_ids.iter().map(|id| model.product(id)).collect();
    let popularity = popularity(model);
    let newest = sessions.end_ms.last().copied().unwrap_or(i64::MIN);
    let mut weeks = Vec::new();
    let mut session = sessions.end_ms.partition_point(|&end| end <= options.since_ms);
    let mut start_ms = options.since_ms;
    while session < sessions.end_ms.len() {
        let end_ms = start_ms.saturating_add(WEEK_MS);
        let end = sessions.end_ms.partition_point(|&end| end <= end_ms);
        let events = sessions.offsets[session]..sessions.offsets[end];
        let mut week = Week { start_ms, num_sessions: end - session, num_events: events.len(), ..Week::default() };
        let mut counts = vec![0.0; model.num_items()];
        let mut num_known = 0;
        for item in sessions.items[events.clone()].iter().filter_map(|item| known[item.as_usize()]) {
            counts[item.as_usize()] += 1.0;
            num_known += 1;
        }
        if !events.is_empty() {
            week.unknown_share = (events.len() - num_known) as f64 / events.len() as f64;
            week.popularity_distance = jensen_shannon(&counts, &popularity);
        }
        let cases = TestCases::of_sessions(sessions, &known, session..end, Targets::Each, usize::MAX).0;
        if !cases.is_empty() {
            let found = evaluate(model, &cases, &EvaluateOptions { cut_offs: vec![options.k] }, progress)?;
            week.num_targets = cases.len();
            (week.hit_rate, week.mrr) = found.all_targets.at.first().map_or((0.0, 0.0), |at| (at.hit_rate, at.mrr));
            week.discovery_hit_rate = found.discovery.at.first().map_or(0.0, |at| at.hit_rate);
            week.is_whole = end_ms <= newest;
        }
        weeks.push(week);
        (session, start_ms) = (end, end_ms);
    }
    if weeks.iter().all(|week| week.num_targets == 0) {
        return Err(EvalError::NoCases);
    }
    let stated = |metric: &str| {
        let name = format!("next: {metric}@{}", options.k);
        model.measurements.iter().find(|one| one.name == name).map(|one| one.value)
    };
    let mut drift = Drift {
        k: options.k,
        stated_hit_rate: stated("HitRate"),
        stated_mrr: stated("MRR"),
        weeks,
        drop: None,
        alarms: Vec::new(),
    };
    drift.judge(options);
    Ok(drift)
}

impl Drift {
    fn judge(&mut self, options: &DriftOptions) {
        let whole: Vec<&Week> = self.weeks.iter().filter(|week| week.is_whole).collect();
        let (Some(first), Some(last)) = (whole.first(), whole.last()) else { return };
        if whole.len() > 1 && first.hit_rate > 0.0 {
            let drop = 1.0 - last.hit_rate / first.hit_rate;
            self.drop = Some(drop);
            if drop > options.max_drop {
                let text = format!(
                    "HitRate@{} fell from {} in the first whole week to {} in the last: by {} of what it was, and {} \
                     is allowed; train again with the newest events",
                    self.k,
                    percent(first.hit_rate),
                    percent(last.hit_rate),
                    percent(drop),
                    percent(options.max_drop),
                );
                self.alarms.push(Alarm { what: "drop", found: drop, allowed: options.max_drop, text });
            }
        }
        if last.unknown_share > options.max_unknown {
            let text = format!(
                "{} of the events of the last whole week are of products that the model does not know, and {} is \
                 allowed; train again with the newest events and the product feed",
                percent(last.unknown_share),
                percent(options.max_unknown),
            );
            let (found, allowed) = (last.unknown_share, options.max_unknown);
            self.alarms.push(Alarm { what: "unknown", found, allowed, text });
        }
    }
}

/// The popularity that a model states, on a linear scale.
fn popularity(model: &Model) -> Vec<f64> {
    let linear = |&level: &u8| if level == 0 { 0.0 } else { libm::exp2(f64::from(level) / POPULARITY_STEPS) };
    model.popularity.iter().map(linear).collect()
}

/// The Jensen-Shannon distance of two distributions given up to a factor (Lin 1991; the square root of the divergence
/// in bits).
///
/// 0: equal; 1: no item in common, also if one of them is empty. A sample differs from what it is drawn from: the fewer
/// events a week has, the larger.
pub fn jensen_shannon(a: &[f64], b: &[f64]) -> f64 {
    let (total_a, total_b): (f64, f64) = (a.iter().sum(), b.iter().sum());
    if total_a <= 0.0 || total_b <= 0.0 {
        return 1.0;
    }
    let part = |p: f64, mean: f64| if p > 0.0 { p * libm::log2(p / mean) } else { 0.0 };
    let divergence: f64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| {
            let (p, q) = (a / total_a, b / total_b);
            let mean = (p + q) / 2.0;
            (part(p, mean) + part(q, mean)) / 2.0
        })
        .sum();
    divergence.clamp(0.0, 1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::evaluate::tests::model_of;
    use crate::{EventKind, Silent};

    #[test]
    fn the_distance_is_zero_for_equals_and_one_for_strangers() {
        assert_eq!(jensen_shannon(&[1.0, 3.0], &[2.0, 6.0]), 0.0);
        assert!((jensen_shannon(&[1.0, 0.0], &[0.0, 5.0]) - 1.0).abs() < 1e-12);
        assert_eq!(jensen_shannon(&[0.0], &[1.0]), 1.0);
        // p = (1, 0), q = (1/2, 1/2), mean (3/4, 1/4):
        // (1 log2(4/3) + 1/2 log2(2/3) + 1/2 log2(2)) / 2 = (0.41504 - 0.29248 + 0.5) / 2 = 0.31128
        let expected = 0.311_278_124_459_132_84_f64.sqrt();
        assert!((jensen_shannon(&[4.0, 0.0], &[1.0, 1.0]) - expected).abs() < 1e-12);
    }

    /// Sessions of two events, each with its end.
    fn log(sessions: &[([u32; 2], i64)]) -> EventLog {
        let mut log = EventLog { item_ids: ["a", "b", "c", "new"].map(String::from).to_vec(), ..EventLog::default() };
        for (number, (items, end_ms)) in (0..).zip(sessions) {
            log.sessions.push_items(items, EventKind::View, number, *end_ms);
        }
        log
    }

    fn options(max_drop: f64, max_unknown: f64) -> DriftOptions {
        DriftOptions { since_ms: 0, k: 1, max_drop, max_unknown }
    }

    #[test]
    fn weeks_are_measured_one_by_one_and_a_fall_is_an_alarm() {
        // After `a` the model lists `b` first.
        let model = model_of(&["a", "b", "c"], &[&[(1, 7)], &[], &[]]);
        let day = DAY_MS;
        // Week 1: two hits; week 2: a hit and a miss; week 3: an unknown item, and not at its end yet.
        let sessions = [([0, 1], day), ([0, 1], 2 * day), ([0, 1], 8 * day), ([0, 2], 9 * day), ([0, 3], 15 * day)];
        let found = drift(&model, &log(&sessions), &options(0.4, 0.3), &Silent).unwrap();
        let hits: Vec<f64> = found.weeks.iter().map(|week| week.hit_rate).collect();
        assert_eq!(hits, [1.0, 0.5, 0.0]);
        assert_eq!(found.weeks.iter().map(|week| week.is_whole).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(found.weeks[2].unknown_share, 0.5);
        assert_eq!(found.drop, Some(0.5));
        assert_eq!(found.alarms.iter().map(|alarm| alarm.what).collect::<Vec<_>>(), ["drop"]);
        assert!(drift(&model, &log(&sessions), &options(0.5, 0.3), &Silent).unwrap().alarms.is_empty());
    }

    #[test]
    fn unknown_items_of_the_last_whole_week_are_an_alarm() {
        let model = model_of(&["a", "b", "c"], &[&[(1, 7)], &[], &[]]);
        let sessions = [([0, 3], 1), ([0, 1], WEEK_MS)];
        let found = drift(&model, &log(&sessions), &options(1.0, 0.2), &Silent).unwrap();
        // One of the four events of the only week.
        assert_eq!((found.weeks.len(), found.weeks[0].unknown_share), (1, 0.25));
        assert_eq!(found.alarms.iter().map(|alarm| alarm.what).collect::<Vec<_>>(), ["unknown"]);
    }

    #[test]
    fn a_week_without_sessions_is_there_and_judged_by_nobody() {
        let model = model_of(&["a", "b", "c"], &[&[(1, 7)], &[], &[]]);
        let sessions = [([0, 1], 1), ([0, 1], 2 * WEEK_MS + 1), ([0, 1], 3 * WEEK_MS)];
        let found = drift(&model, &log(&sessions), &options(0.0, 0.0), &Silent).unwrap();
        assert_eq!(found.weeks.iter().map(|week| week.num_sessions).collect::<Vec<_>>(), [1, 0, 2]);
        assert!(found.alarms.is_empty(), "{found:?}");
    }

    #[test]
    fn no_later_session_is_an_error() {
        let model = model_of(&["a", "b", "c"], &[&[], &[], &[]]);
        let found = drift(&model, &log(&[([0, 1], 0)]), &options(1.0, 1.0), &Silent);
        assert_eq!(found, Err(EvalError::NoCases));
    }
}
