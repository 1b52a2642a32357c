//! Learns one table with a similarity other than the recipe's, or with whichever validates best.

use super::constants::{Constants, Knob};
use super::content::Content;
use super::matrix::Cut;
use super::purpose::{KEPT, LearntTable, Plan, Protocol, to_matrix};
use super::search::{Random, climb};
use super::similarity::{Similarity, SimilarityChoice, shape};
use super::validation::{Quality, Validation};
use super::{HeldOut, Settings, cosine, popularity};
use crate::counts::PairCounts;
use crate::events::Sessions;
use crate::{CsrMatrix, ItemIx, Progress};
use std::ops::Range;

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

/// Rows with what content adds to them, if there is a catalogue.
fn fill(content: Option<&Content>, rows: CsrMatrix, counts: &PairCounts, wanted: &[ItemIx], cut: Cut) -> CsrMatrix {
    let Some(content) = content else { return rows };
    let has_row = |item: usize| !counts.pairs.row(item).0.is_empty();
    let weights = counts.item_weights.iter().enumerate().map(|(item, &n)| if has_row(item) { n } else { 0.0 });
    content.fill(&rows, &weights.collect::<Vec<f32>>(), wanted, cut)
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

/// Where the search starts: from sessions and distances weighed as the recipe is known to do well with.
fn start(plan: &Plan, similarity: &dyn Similarity) -> Constants {
    let mut constants = plan.start();
    similarity.plain(&mut constants);
    constants[Knob::WeightPower] = 0.5;
    constants
}

fn weighing_knobs(protocol: Protocol) -> &'static [Knob] {
    const BASKETS: [Knob; 4] = [Knob::Recency, Knob::LengthPower, Knob::WeightPower, Knob::EvidencePower];
    const NEXT: [Knob; 8] = [
        Knob::ForwardPower,
        Knob::BackwardPower,
        Knob::BackwardShare,
        Knob::Recency,
        Knob::LengthPower,
        Knob::WeightPower,
        Knob::EvidencePower,
        Knob::DecayTau,
    ];
    if protocol == Protocol::LeaveOneOut { &BASKETS } else { &NEXT }
}

fn shaping_knobs(protocol: Protocol) -> &'static [Knob] {
    const BASKETS: [Knob; 2] = [Knob::WeightPower, Knob::EvidencePower];
    const NEXT: [Knob; 7] = [
        Knob::WeightPower,
        Knob::EvidencePower,
        Knob::DecayTau,
        Knob::DecayShape,
        Knob::RepeatNewest,
        Knob::RepeatOlder,
        Knob::RepeatPower,
    ];
    if protocol == Protocol::LeaveOneOut { &BASKETS } else { &NEXT }
}

/// Learns a table with each of `choices` and returns the one that validates best, the first of equal ones.
pub(super) fn best_of(
    plan: &Plan,
    choices: &[SimilarityChoice],
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let quality = |table: &LearntTable| table.measurements.iter().map(|one| one.value).sum::<f64>();
    let learn = |&similarity| plan.learn(&Settings { similarity, ..*settings }, progress);
    let mut best = learn(&choices[0]);
    for table in choices[1..].iter().map(learn) {
        if quality(&table) > quality(&best) {
            best = table;
        }
    }
    best
}

/// Learns a table with one similarity.
///
/// Without tuning every session counts alike and the weights are those of the formula as its paper has it; the search
/// is free to weigh sessions, distances and rows as it does for the recipe.
pub(super) fn learn(
    original: &Plan,
    choice: SimilarityChoice,
    similarity: &dyn Similarity,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let is_plain = !settings.tune && !settings.keep_held_out && original.content.is_none();
    if is_plain && choice == SimilarityChoice::Cosine {
        return cosine::learn(original, similarity, settings, progress);
    }
    let sessions = distinct(original.sessions);
    let plan = &Plan { sessions: &sessions, max_distance: MAX_DISTINCT, ..*original };
    let mut constants = plain(plan, similarity);
    let (mut measurements, mut curve, mut quality) = (Vec::new(), Vec::new(), Quality::default());
    let holdout = plan.holdout();
    let validation = Validation::new(plan.protocol, original.examples(holdout, settings.seed), plan.num_items);
    if validation.num_examples() > 0 {
        let counter = plan.counter(plan.tuning_start(holdout)..holdout);
        let cut = Cut { neighbours: settings.neighbours, weight_bits: Some(settings.weight_bits) };
        let count = |constants: &Constants| counter.count(constants, settings.threshold());
        let weigh =
            |counts: &PairCounts, constants: &Constants| similarity.weigh(counts, constants, &validation.wanted, KEPT);
        let objective = |rows: &CsrMatrix, constants: &Constants| {
            progress.advance(1);
            validation.measure(&shape(rows, constants, cut), constants).objective(plan.views())
        };
        if settings.tune {
            progress.start(&format!("{}: tuning {}", plan.name, choice), settings.evaluations as u64);
            let num_weighing = (settings.evaluations as f64 * similarity.share_of_search()).ceil() as usize;
            let mut random = Random::new(settings.seed);
            let weigh_anew = |constants: &Constants| objective(&weigh(&count(constants), constants), constants);
            let first = start(plan, similarity);
            let knobs = [similarity.knobs(), weighing_knobs(plan.protocol)].concat();
            let vary = |constants: &Constants, step, random: &mut Random| constants.vary(&knobs, step, random);
            let climbed = climb(first, num_weighing, &mut random, vary, weigh_anew);
            let weighed = climbed.best;
            curve = climbed.curve;

            let rows = weigh(&count(&weighed), &weighed);
            let measure = |constants: &Constants| objective(&rows, constants);
            let num_shaping = settings.evaluations - num_weighing.min(settings.evaluations);
            let knobs = shaping_knobs(plan.protocol);
            let vary = |constants: &Constants, step, random: &mut Random| constants.vary(knobs, step, random);
            let climbed = climb(weighed, num_shaping, &mut random, vary, measure);
            curve.extend(climbed.curve.iter().map(|&(evaluation, value)| (num_weighing + evaluation, value)));
            let num_examples = validation.num_examples();
            progress.finish(&format!("objective {:.4} on {num_examples} held-out events", climbed.value));
            constants = climbed.best;
        }
        let counts = count(&constants);
        let rows = shape(&weigh(&counts, &constants), &constants, cut);
        let rows = fill(plan.content, rows, &counts, &validation.wanted, cut);
        quality = validation.measure(&rows, &constants);
        measurements = plan.measurements(&quality);
    }

    progress.start(&format!("{}: building the table", plan.name), 0);
    let build = |range: Range<usize>| {
        let counts = plan.counter(range).count(&constants, settings.threshold());
        let all: Vec<ItemIx> = (0..plan.num_items as u32).map(ItemIx).collect();
        let cut = Cut { neighbours: KEPT.max(settings.neighbours), weight_bits: None };
        let rows = shape(&similarity.weigh(&counts, &constants, &all, cut.neighbours), &constants, cut);
        (to_matrix(fill(plan.content, rows, &counts, &all, cut)), counts.pairs_kept, counts.pairs_removed)
    };
    let held_out = (settings.keep_held_out && validation.num_examples() > 0).then(|| HeldOut {
        matrix: build(0..holdout).0,
        num_events: popularity::count(original.sessions, 0..holdout, plan.num_items, settings.threshold()),
        are_baskets: plan.protocol == Protocol::NextBasket,
        examples: validation.into_examples(),
        objective: quality.objective(plan.views()),
    });
    let (matrix, pairs_kept, pairs_removed) = build(0..plan.sessions.len());
    progress.finish(&format!("{pairs_kept} pairs of items, {pairs_removed} removed by the privacy threshold"));
    LearntTable { similarity: choice, matrix, constants, measurements, held_out, curve, pairs_kept, pairs_removed }
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
        EventLog { item_ids: (0..4).map(|item| format!("sku-{item}")).collect(), sessions, details: None }
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
        keep_held_out: false,
    };

    #[test]
    fn an_item_counts_once_a_session() {
        let log = log(&[&[0, 1, 0, 0], &[1, 0], &[0, 2, 2], &[1, 3]]);
        let learnt = learn(&log, &COSINE, &Silent).unwrap();
        let (columns, weights) = learnt.tables[0].1.row(0);
        // 0 is in three sessions, 1 in three, 2 in one: 2 / sqrt(3 * 3) and 1 / sqrt(3 * 1).
        assert_eq!(columns, [ItemIx(1), ItemIx(2)]);
        assert!((weights[0] - 2.0 / 3.0).abs() < 1e-6 && (weights[1] - 1.0 / 3f32.sqrt()).abs() < 1e-6, "{weights:?}");
    }

    #[test]
    fn the_short_way_without_tuning_gives_what_the_long_one_does() {
        let lists: Vec<Vec<u32>> =
            (0..200u32).map(|at| (0..4).map(|step| (at * 7 + step * step) % 4).collect()).collect();
        let log = log(&lists.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let short = learn(&log, &COSINE, &Silent).unwrap();
        // What is kept for packing needs all counts.
        let long = learn(&log, &Settings { keep_held_out: true, ..COSINE }, &Silent).unwrap();
        assert_eq!(short.privacy, long.privacy);
        for item in (0..4).map(ItemIx) {
            let [short, long] = [&short, &long].map(|learnt| learnt.tables[0].1.row(item.as_usize()));
            assert_eq!(short.0, long.0);
            for (found, expected) in short.1.iter().zip(long.1) {
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

    /// Baskets of three neighbours in a ring of 30 items.
    fn ring(num_sessions: u32) -> EventLog {
        let mut log = EventLog { item_ids: (0..30).map(|item| format!("sku-{item}")).collect(), ..EventLog::default() };
        log.sessions.offsets.push(0);
        for session in 0..num_sessions {
            log.sessions.items.extend((0..3).map(|step| ItemIx((session * 7 + step + session % 3 * step) % 30)));
            log.sessions.kinds.extend([EventKind::Purchase; 3]);
            log.sessions.offsets.push(log.sessions.items.len());
            log.sessions.shoppers.push(session);
        }
        log
    }

    fn tuned(similarity: SimilarityChoice) -> Settings {
        Settings { tune: true, evaluations: 12, similarity, baskets: crate::learn::BasketSource::Purchases, ..COSINE }
    }

    #[test]
    fn threads_do_not_change_what_is_learnt() {
        let log = ring(400);
        for similarity in [SimilarityChoice::Conditional, SimilarityChoice::Slim] {
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| learn(&log, &tuned(similarity), &Silent).unwrap())
            };
            let (one, four) = (with(1), with(4));
            assert_eq!(one.tables, four.tables, "{similarity}");
            assert_eq!(one.hyperparameters, four.hyperparameters, "{similarity}");
        }
    }

    #[test]
    fn auto_takes_what_validates_best() {
        let log = ring(400);
        let quality = |similarity| {
            let learnt = learn(&log, &tuned(similarity), &Silent).unwrap();
            let of_baskets = learnt.measurements.iter().filter(|one| one.name.starts_with("together"));
            (of_baskets.map(|one| one.value).sum::<f64>(), learnt.similarities[1].1)
        };
        let tried = [SimilarityChoice::Recipe, SimilarityChoice::Conditional, SimilarityChoice::Slim].map(quality);
        let most = tried.iter().map(|one| one.0).fold(0.0, f64::max);
        let first_of_best = tried.into_iter().find(|one| one.0 == most).unwrap();
        assert_eq!(quality(SimilarityChoice::Auto), first_of_best);
    }
}
