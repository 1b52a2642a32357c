//! Session-kNN: items of the past sessions that are most alike, in two forms.
//!
//! V-SKNN (Ludewig and Jannach 2018, section 3.3) weighs the history's items by their place, linearly; STAN (Garg et
//! al. 2019) exponentially, and so the age of the neighbour and the distance from the items that both hold. Neighbours
//! are looked for among the most recent sessions that hold any item of the history. The constants are those that the
//! authors' framework, session-rec, starts from; with them neither is tuned for any data.

use super::groups::{Distinct, last_groups};
use super::scores::{Scorer, Scores, newest_distinct};
use crate::counts::Postings;
use crate::events::Sessions;
use crate::rank::HistoryEvent;
use crate::units::DAY_MS;
use std::sync::Arc;

/// Neighbours that count.
const NEIGHBOURS: usize = 100;
/// Most recent sessions that neighbours are chosen from.
const VSKNN_SAMPLE: usize = 1000;
const STAN_SAMPLE: usize = 5000;
/// STAN: fading by place in the history, by distance in the neighbour (events), by the neighbour's age (days).
const STAN_PLACE: f32 = 1.02;
const STAN_DISTANCE: f32 = 2.05;
const STAN_AGE_DAYS: f64 = 5.0;

/// The two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    VSknn,
    Stan,
}

/// Past sessions with an index from items to them.
pub(super) struct SessionNeighbours {
    method: Method,
    seen: Arc<Distinct>,
    index: Arc<Postings>,
    /// STAN: the last place of each item of `seen` in its session.
    places: Vec<u32>,
    /// STAN: factor by age of each session; empty for a log without times.
    fading: Vec<f32>,
}

impl SessionNeighbours {
    pub(super) fn new(
        method: Method,
        sessions: &Sessions,
        seen: Arc<Distinct>,
        index: Arc<Postings>,
    ) -> SessionNeighbours {
        let (mut places, mut fading) = (Vec::new(), Vec::new());
        if method == Method::Stan {
            places = last_places(sessions, &seen);
            // Only ratios matter, so that the age is counted from the newest training session instead of from the
            // history.
            let newest = sessions.end_ms.last().copied().unwrap_or(0);
            let fade = |&end: &i64| libm::exp(-((newest - end) as f64) / DAY_MS as f64 / STAN_AGE_DAYS) as f32;
            fading = sessions.end_ms.iter().map(fade).collect();
        }
        SessionNeighbours { method, seen, index, places, fading }
    }
}

/// The last place of each distinct item in its session, aligned with `seen`.
fn last_places(sessions: &Sessions, seen: &Distinct) -> Vec<u32> {
    let num_items = seen.items.iter().max().map_or(0, |item| item.as_usize() + 1);
    let mut last = vec![0; num_items];
    let mut places = Vec::with_capacity(seen.items.len());
    for session in 0..sessions.len() {
        for (place, item) in (0..).zip(sessions.items_of(session)) {
            last[item.as_usize()] = place;
        }
        places.extend(seen.of(session).iter().map(|item| last[item.as_usize()]));
    }
    places
}

/// State of a past session while its similarity is summed.
#[derive(Clone, Copy, Default)]
struct Found {
    similarity: f32,
    /// Place of the newest history item that it holds.
    newest: u32,
}

/// Working memory.
#[derive(Default)]
pub(super) struct Scratch {
    /// By session number.
    found: Vec<Found>,
    /// Those with a similarity in `found`.
    touched: Vec<u32>,
    /// By item, whether the history holds it; as long as it has to be.
    is_held: Vec<bool>,
}

impl Scorer for SessionNeighbours {
    type Scratch = Scratch;

    fn name(&self) -> &str {
        match self.method {
            Method::VSknn => "session-kNN (V-SKNN)",
            Method::Stan => "session-kNN (STAN)",
        }
    }

    fn score(&self, history: &[HistoryEvent], scratch: &mut Scratch, scores: &mut Scores) {
        let sample = if self.method == Method::VSknn { VSKNN_SAMPLE } else { STAN_SAMPLE };
        let items = newest_distinct(history);
        let length = items.len() as f32;
        let weight_of = |at: usize| match self.method {
            Method::VSknn => (length - at as f32) / length,
            Method::Stan => libm::expf(-(at as f32) / STAN_PLACE),
        };
        scratch.found.resize(self.seen.len(), Found::default());
        // A session among the most recent ones of all items is among the most recent ones of each of its own.
        for &(item, at) in &items {
            let weight = weight_of(at);
            for &session in last_groups(&self.index, item, sample) {
                let found = &mut scratch.found[session as usize];
                if found.similarity == 0.0 {
                    found.newest = at as u32;
                    scratch.touched.push(session);
                }
                found.similarity += weight;
            }
        }
        let taken = |session: u32| (session, std::mem::take(&mut scratch.found[session as usize]));
        let mut neighbours: Vec<(u32, Found)> = scratch.touched.drain(..).map(taken).collect();
        if neighbours.len() > sample {
            neighbours.select_nth_unstable_by_key(sample - 1, |&(session, _)| std::cmp::Reverse(session));
            neighbours.truncate(sample);
        }
        if self.method == Method::Stan {
            let norm = (0..items.len()).map(|at| weight_of(at) * weight_of(at)).sum::<f32>().sqrt();
            for (session, found) in &mut neighbours {
                let num_items = self.seen.of(*session as usize).len() as f32;
                let fading = self.fading.get(*session as usize).copied().unwrap_or(1.0);
                found.similarity *= fading / (norm * num_items.sqrt());
            }
        }
        let nearest =
            |a: &(u32, Found), b: &(u32, Found)| b.1.similarity.total_cmp(&a.1.similarity).then(b.0.cmp(&a.0));
        if neighbours.len() > NEIGHBOURS {
            neighbours.select_nth_unstable_by(NEIGHBOURS - 1, nearest);
            neighbours.truncate(NEIGHBOURS);
        }
        // Scores depend on the order of their parts.
        neighbours.sort_unstable_by(nearest);
        if self.method == Method::VSknn {
            for (session, found) in neighbours {
                let part = found.similarity / (found.newest + 1) as f32;
                self.seen.of(session as usize).iter().for_each(|&item| scores.add(item, part));
            }
            return;
        }
        let most = items.iter().map(|(item, _)| item.as_usize() + 1).max().unwrap_or(0);
        if scratch.is_held.len() < most {
            scratch.is_held.resize(most, false);
        }
        items.iter().for_each(|(item, _)| scratch.is_held[item.as_usize()] = true);
        for (session, found) in neighbours {
            self.add_by_distance(session as usize, &scratch.is_held, found.similarity, scores);
        }
        items.iter().for_each(|(item, _)| scratch.is_held[item.as_usize()] = false);
    }
}

impl SessionNeighbours {
    /// Adds the items of a neighbour, each at its last place, by their distance from the last item that the history
    /// holds.
    fn add_by_distance(&self, session: usize, is_held: &[bool], similarity: f32, scores: &mut Scores) {
        let places = &self.places[self.seen.offsets[session]..self.seen.offsets[session + 1]];
        let items = || self.seen.of(session).iter().zip(places);
        let held = items().filter(|(item, _)| is_held.get(item.as_usize()).is_some_and(|&is| is));
        let Some(shared) = held.map(|(_, &place)| place).max() else { return };
        for (&item, place) in items() {
            scores.add(item, similarity * libm::expf(-(place.abs_diff(shared) as f32) / STAN_DISTANCE));
        }
    }
}
