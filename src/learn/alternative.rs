//! Learns one table with a similarity other than the recipe's.

use super::constants::{Constants, Knob};
use super::matrix::Cut;
use super::purpose::{KEPT, LearntTable, Plan, Protocol, holdout_start, to_matrix};
use super::search::{Random, climb};
use super::similarity::{Evidence, Similarity};
use super::validation::Validation;
use super::{Settings, SimilarityChoice, cosine};
use crate::counts::PairCounter;
use crate::events::Sessions;
use crate::{ItemIx, Progress};

/// Distinct items of a session that count, the first ones.
pub(super) const MAX_DISTINCT: usize = 100;

/// The sessions with each item once, where it stands first.
fn distinct(sessions: &Sessions) -> Sessions {
    let mut kept = Sessions {
        offsets: Vec::with_capacity(sessions.offsets.len()),
        items: Vec::with_capacity(sessions.items.len()),
        kinds: Vec::with_capacity(sessions.kinds.len()),
        shoppers: sessions.shoppers.clone(),
        end_ms: sessions.end_ms.clone(),
        has_shoppers: sessions.has_shoppers,
    };
    kept.offsets.push(0);
    for session in 0..sessions.len() {
        let start = kept.items.len();
        for (&item, &kind) in sessions.items_of(session).iter().zip(sessions.kinds_of(session)) {
            if kept.items.len() - start < MAX_DISTINCT && !kept.items[start..].contains(&item) {
                kept.items.push(item);
                kept.kinds.push(kind);
            }
        }
        kept.offsets.push(kept.items.len());
    }
    kept
}

/// Counts under the given constants.
fn evidence(counter: &PairCounter, ages: &[f64], constants: &Constants, min_shoppers: u32) -> Evidence {
    let recency = constants[Knob::Recency];
    let num_sessions = ages.iter().map(|age| (-recency * age).exp()).sum();
    Evidence { counts: counter.count(&constants.weighting(), min_shoppers), num_sessions }
}

/// Every session and distance alike, rows as the formula gives them.
pub(super) fn plain(plan: &Plan, similarity: &dyn Similarity) -> Constants {
    let mut constants = plan.start();
    for knob in [Knob::ForwardPower, Knob::BackwardPower, Knob::Recency, Knob::LengthPower] {
        constants[knob] = 0.0;
    }
    for knob in [Knob::BackwardShare, Knob::WeightPower, Knob::EvidencePower] {
        constants[knob] = 1.0;
    }
    similarity.plain(&mut constants);
    constants
}

/// Learns a table with one similarity.
///
/// Without tuning every session counts alike and the weights are those of the formula as its paper has it; the search
/// is free to weigh sessions, distances and rows as it does for the recipe.
pub(super) fn learn(
    original: &Plan,
    similarity: &dyn Similarity,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    if settings.similarity == SimilarityChoice::Cosine && !settings.tune {
        return cosine::learn(original, similarity, settings, progress);
    }
    let sessions = distinct(original.sessions);
    let plan = &Plan { sessions: &sessions, max_distance: MAX_DISTINCT, ..*original };
    let mut constants = plain(plan, similarity);
    let mut measurements = Vec::new();
    let holdout = holdout_start(plan.sessions);
    let validation = Validation::new(original.examples(holdout, settings.seed), plan.num_items);
    if validation.num_examples() > 0 {
        let start = plan.tuning_start(holdout);
        let counter = plan.counter(start..holdout);
        let ages = &plan.ages[start..holdout];
        let cut = Cut { neighbours: settings.neighbours, weight_bits: Some(settings.weight_bits) };
        let quality = |constants: &Constants| {
            let evidence = evidence(&counter, ages, constants, settings.min_shoppers);
            validation.measure(&similarity.rows(&evidence, constants, &validation.wanted, cut), constants)
        };
        if settings.tune {
            // From where the recipe's counting is known to do well.
            let mut first = plan.start();
            similarity.plain(&mut first);
            first[Knob::WeightPower] = 0.5;
            let mut knobs = similarity.knobs().to_vec();
            knobs.extend([Knob::Recency, Knob::LengthPower, Knob::WeightPower, Knob::EvidencePower]);
            if plan.protocol == Protocol::NextItem {
                knobs.extend([
                    Knob::ForwardPower,
                    Knob::BackwardPower,
                    Knob::BackwardShare,
                    Knob::DecayTau,
                    Knob::DecayShape,
                    Knob::RepeatNewest,
                    Knob::RepeatOlder,
                    Knob::RepeatPower,
                ]);
            }
            progress.start(&format!("{}: tuning {}", plan.name, settings.similarity), settings.evaluations as u64);
            let objective = |constants: &Constants| {
                progress.advance(1);
                quality(constants).objective(plan.views())
            };
            let (best, value) = climb(
                first,
                objective(&first),
                &knobs,
                settings.evaluations,
                &mut Random::new(settings.seed),
                objective,
            );
            progress.finish(&format!("objective {value:.4} on {} held-out events", validation.num_examples()));
            constants = best;
        }
        measurements = plan.measurements(&quality(&constants));
    }
    progress.start(&format!("{}: building the table", plan.name), 0);
    let evidence = evidence(&plan.counter(0..plan.sessions.len()), plan.ages, &constants, settings.min_shoppers);
    let (pairs_kept, pairs_removed) = (evidence.counts.pairs_kept, evidence.counts.pairs_removed);
    let all: Vec<ItemIx> = (0..plan.num_items as u32).map(ItemIx).collect();
    let cut = Cut { neighbours: KEPT.max(settings.neighbours), weight_bits: None };
    let matrix = to_matrix(similarity.rows(&evidence, &constants, &all, cut));
    progress.finish(&format!("{pairs_kept} pairs of items, {pairs_removed} removed by the privacy threshold"));
    LearntTable { matrix, constants, measurements, pairs_kept, pairs_removed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::EventLog;
    use crate::learn::learn;
    use crate::{EventKind, Silent};

    fn log(lists: &[&[u32]]) -> EventLog {
        let mut sessions = Sessions { offsets: vec![0], ..Sessions::default() };
        for (shopper, items) in lists.iter().enumerate() {
            sessions.items.extend(items.iter().map(|&item| ItemIx(item)));
            sessions.kinds.extend(items.iter().map(|_| EventKind::View));
            sessions.offsets.push(sessions.items.len());
            sessions.shoppers.push(shopper as u32);
        }
        EventLog { item_ids: (0..4).map(|item| format!("sku-{item}")).collect(), sessions }
    }

    const COSINE: Settings = Settings {
        neighbours: 20,
        weight_bits: 3,
        min_shoppers: 1,
        tune: false,
        evaluations: 1,
        seed: 1,
        similarity: SimilarityChoice::Cosine,
        baskets: crate::learn::BasketSource::None,
    };

    #[test]
    fn an_item_counts_once_a_session() {
        let log = log(&[&[0, 1, 0, 0], &[1, 0], &[0, 2, 2], &[1, 3]]);
        let learnt = learn(&log, &COSINE, &Silent).unwrap();
        let (columns, weights) = learnt.tables[0].1.row(ItemIx(0));
        // 0 is in three sessions, 1 in three, 2 in one: 2 / sqrt(3 * 3) and 1 / sqrt(3 * 1).
        assert_eq!(columns, [ItemIx(1), ItemIx(2)]);
        assert!((weights[0] - 2.0 / 3.0).abs() < 1e-6 && (weights[1] - 1.0 / 3f32.sqrt()).abs() < 1e-6, "{weights:?}");
    }

    #[test]
    fn the_short_way_without_tuning_gives_what_the_long_one_does() {
        let lists: Vec<Vec<u32>> =
            (0..200u32).map(|at| (0..4).map(|step| (at * 7 + step * step) % 4).collect()).collect();
        let log = log(&lists.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let ages = log.sessions.ages();
        let plan = Plan {
            protocol: Protocol::NextItem,
            name: "next",
            max_distance: 20,
            sessions: &log.sessions,
            ages: &ages,
            num_items: 4,
        };
        let similarity = SimilarityChoice::Cosine.similarity().unwrap();
        let short = super::learn(&plan, similarity, &COSINE, &Silent);
        let evidence = evidence(
            &PairCounter::new(&distinct(&log.sessions), 0..200, &ages, 4, MAX_DISTINCT),
            &ages,
            &plain(&plan, similarity),
            1,
        );
        let all: Vec<ItemIx> = (0..4).map(ItemIx).collect();
        let cut = Cut { neighbours: 20, weight_bits: None };
        let long = to_matrix(similarity.rows(&evidence, &plain(&plan, similarity), &all, cut));
        assert_eq!(short.pairs_kept, evidence.counts.pairs_kept);
        for item in all {
            assert_eq!(short.matrix.row(item).0, long.row(item).0);
            for (found, expected) in short.matrix.row(item).1.iter().zip(long.row(item).1) {
                assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
            }
        }
        assert_eq!(short.measurements.len(), 4);
    }

    #[test]
    fn the_threshold_holds() {
        let log = log(&[&[0, 1, 0, 0], &[1, 0], &[0, 2, 2], &[1, 3]]);
        let learnt = learn(&log, &Settings { min_shoppers: 2, ..COSINE }, &Silent).unwrap();
        assert_eq!(learnt.tables[0].1.num_entries(), 2);
        assert_eq!((learnt.privacy.pairs_kept, learnt.privacy.pairs_removed), (1, 2));
    }
}
