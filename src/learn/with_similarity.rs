//! Learns one table with a similarity other than the recipe's.

use super::hyperparameters::{Hyperparameter, Hyperparameters};
use super::rows::Truncation;
use super::search::optimise;
use super::similarity::{Similarity, SimilarityChoice, shape};
use super::spec::{Evidence, TableSpec};
use super::table::{Bench, Method, Tuned};
use crate::counts::PairCounts;
use crate::events::Sessions;
use crate::{CsrMatrix, EventKind, ItemIx, Random};

/// Distinct items of a session that count, the first ones.
pub(super) const MAX_DISTINCT: usize = 100;

/// Returns the sessions with each item once, at its first position.
pub(super) fn distinct(sessions: &Sessions) -> Sessions {
    let mut kept = Sessions::new(sessions.has_shoppers);
    let mut events: Vec<(ItemIx, EventKind)> = Vec::new();
    for session in 0..sessions.len() {
        events.clear();
        for (&item, &kind) in sessions.items_of(session).iter().zip(sessions.kinds_of(session)) {
            if events.len() < MAX_DISTINCT && !events.iter().any(|event| event.0 == item) {
                events.push((item, kind));
            }
        }
        kept.push(events.iter().copied(), sessions.shoppers[session], sessions.end_ms.get(session).copied());
    }
    kept
}

/// Returns hyperparameters with which all sessions and distances count alike and rows are those of the formula.
pub(super) fn plain(spec: &TableSpec<'_>, similarity: &dyn Similarity) -> Hyperparameters {
    let mut hyperparameters = spec.start();
    for weighing in [
        Hyperparameter::ForwardPower,
        Hyperparameter::BackwardPower,
        Hyperparameter::Recency,
        Hyperparameter::LengthPower,
    ] {
        hyperparameters[weighing] = 0.0;
    }
    for shaping in [Hyperparameter::BackwardShare, Hyperparameter::WeightPower, Hyperparameter::EvidencePower] {
        hyperparameters[shaping] = 1.0;
    }
    similarity.plain(&mut hyperparameters);
    hyperparameters
}

/// Learns with one similarity.
///
/// Without tuning every session counts alike and the weights are those of the formula in its paper; the search may
/// weigh sessions, distances and rows as it does for the recipe.
pub(super) struct WithSimilarity {
    pub choice: SimilarityChoice,
    pub similarity: &'static dyn Similarity,
}

impl Method for WithSimilarity {
    fn similarity(&self) -> SimilarityChoice {
        self.choice
    }

    fn untuned(&self, spec: &TableSpec<'_>) -> Hyperparameters {
        plain(spec, self.similarity)
    }

    fn tune(&self, bench: &Bench<'_>) -> Tuned {
        let (task, evaluations) = (bench.spec.task, bench.settings.evaluations);
        bench.progress.start(&format!("{}: tuning {}", bench.spec.name, self.choice), evaluations as u64);
        bench.begin("weights of pairs");
        let num_weighing = (evaluations as f64 * self.similarity.share_of_search()).ceil() as usize;
        let mut random = Random::new(bench.settings.seed);
        let objective =
            |rows: &CsrMatrix, at: &Hyperparameters| bench.objective(&shape(rows, at, bench.truncation), at);

        let weigh_anew = |at: &Hyperparameters| objective(&self.weigh(bench, &bench.estimate(at), at), at);
        let movable = [self.similarity.movable(), task.weighing()].concat();
        let mutate = |at: &Hyperparameters, step, random: &mut Random| at.mutate(&movable, step, random);
        let found = optimise(self.first(bench.spec), num_weighing, &mut random, mutate, weigh_anew);
        let (weighed, mut curve) = (found.best, found.curve);

        let rows = self.weigh(bench, &bench.estimate(&weighed), &weighed);
        bench.begin("shape of rows");
        let num_shaping = evaluations - num_weighing.min(evaluations);
        let mutate = |at: &Hyperparameters, step, random: &mut Random| at.mutate(task.shaping(), step, random);
        let found = optimise(weighed, num_shaping, &mut random, mutate, |at| objective(&rows, at));
        curve.extend(found.curve.iter().map(|&(evaluation, value)| (num_weighing + evaluation, value)));
        Tuned { hyperparameters: found.best, value: found.value, curve }
    }

    fn validated_rows(&self, bench: &Bench<'_>, hyperparameters: &Hyperparameters) -> CsrMatrix {
        let counts = bench.count_for_figures(hyperparameters);
        let rows = shape(&self.weigh(bench, &counts, hyperparameters), hyperparameters, bench.truncation);
        bench.spec.fill(rows, &Evidence::of(&counts), &bench.validation.wanted, bench.truncation)
    }

    fn all_rows(
        &self,
        spec: &TableSpec<'_>,
        counts: PairCounts,
        hyperparameters: &Hyperparameters,
        truncation: Truncation,
    ) -> CsrMatrix {
        let all = spec.all_items();
        let weighed = self.similarity.weigh(&counts, hyperparameters, &all, truncation.neighbours);
        let rows = shape(&weighed, hyperparameters, truncation);
        spec.fill(rows, &Evidence::of(&counts), &all, truncation)
    }
}

impl WithSimilarity {
    /// Returns the start of the search: sessions and distances weighed as the recipe is known to do well with.
    fn first(&self, spec: &TableSpec<'_>) -> Hyperparameters {
        let mut hyperparameters = spec.start();
        self.similarity.plain(&mut hyperparameters);
        hyperparameters[Hyperparameter::WeightPower] = 0.5;
        hyperparameters
    }

    fn weigh(&self, bench: &Bench<'_>, counts: &PairCounts, hyperparameters: &Hyperparameters) -> CsrMatrix {
        self.similarity.weigh(counts, hyperparameters, &bench.validation.wanted, super::spec::MAX_NEIGHBOURS)
    }
}
