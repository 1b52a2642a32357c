//! The description of a log and of its training that a model carries.

use crate::events::EventLog;
use crate::learn::Learnt;
use crate::model::{About, MAX_CURVE};

/// Describes a training; without `keeps_curves` the course of tuning is left out.
pub(super) fn about(log: &EventLog, learnt: &mut Learnt, seed: u64, keeps_curves: bool) -> About {
    let sessions = &log.sessions;
    let num_shoppers = match sessions.has_shoppers {
        true => sessions.shoppers.iter().max().map_or(0, |&most| u64::from(most) + 1),
        false => 0,
    };
    let curves = learnt.curves.iter().filter(|(_, curve)| keeps_curves && !curve.is_empty());
    About {
        trainer_version: env!("CARGO_PKG_VERSION").to_owned(),
        newest_event_ms: sessions.end_ms.last().copied().unwrap_or(0),
        num_events: sessions.items.len() as u64,
        num_sessions: sessions.len() as u64,
        num_shoppers,
        seed,
        curves: curves.map(|(relation, curve)| (*relation, thinned(curve))).collect(),
        hyperparameters: std::mem::take(&mut learnt.hyperparameters),
    }
}

/// Chooses the points of a curve that a file has room for, evenly, with the first and the last.
fn thinned(curve: &[(usize, f64)]) -> Vec<(u32, f32)> {
    let point = |at: usize| (curve[at].0 as u32, curve[at].1 as f32);
    let (last, last_kept) = (curve.len().saturating_sub(1), MAX_CURVE - 1);
    match curve.len() {
        0..=MAX_CURVE => (0..curve.len()).map(point).collect(),
        _ => (0..MAX_CURVE).map(|kept| point(kept * last / last_kept)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends() {
        let curve: Vec<(usize, f64)> = (0..10 * MAX_CURVE).map(|at| (at, at as f64)).collect();
        let kept = thinned(&curve);
        assert_eq!((kept.len(), kept[0].0), (MAX_CURVE, 0));
        assert_eq!(kept[MAX_CURVE - 1].0 as usize, 10 * MAX_CURVE - 1);
        assert_eq!(thinned(&curve[..3]).len(), 3);
    }
}
