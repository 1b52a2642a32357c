//! The recipe: normalised co-occurrence, blended with a walk over it.

mod steps;

use super::hyperparameters::{Hyperparameter, Hyperparameters};
use super::rows::Truncation;
use super::search::optimise;
use super::similarity::SimilarityChoice;
use super::spec::{Evidence, TableSpec};
use super::table::{Bench, Method, Tuned};
use super::task::RecipeSearch;
use crate::counts::PairCounts;
use crate::{CsrMatrix, Random};
use steps::{CoOccurrence, blend, normalise, walk};

/// Learns by the recipe.
pub(super) struct Recipe;

impl Method for Recipe {
    fn similarity(&self) -> SimilarityChoice {
        SimilarityChoice::Recipe
    }

    fn untuned(&self, spec: &TableSpec<'_>) -> Hyperparameters {
        spec.start()
    }

    /// Moves the hyperparameters of counting without the walk, which costs more than all the rest; then those of the
    /// blend, with the counts fixed; then all at once, which corrects what the first two parts could not see of each
    /// other. Baskets have no last part: it would take most of the time.
    fn tune(&self, bench: &Bench<'_>) -> Tuned {
        let RecipeSearch { counting, blending, counting_twentieths, joint_twentieths } =
            bench.spec.task.recipe_search(bench.spec.has_kinds());
        let evaluations = bench.settings.evaluations;
        let num_counting = evaluations * counting_twentieths / 20;
        let num_joint = evaluations * joint_twentieths / 20;
        let num_blending = evaluations - num_counting - num_joint;
        let start = bench.spec.start();
        let mut random = Random::new(bench.settings.seed);
        bench.progress.start(&format!("{}: tuning", bench.spec.name), evaluations as u64);
        bench.begin("weights of pairs");

        let objective =
            |at: &Hyperparameters| bench.objective(&blended(bench, &co_occurrence(bench, at), None, at), at);
        let found = optimise(start, num_counting, &mut random, mutating(counting), objective);
        let (counted, mut curve) = (found.best, found.curve);

        bench.begin("blend with the walk");
        let direct = co_occurrence(bench, &counted);
        let walked = walk(&direct.rows, Some(&bench.validation.wanted));
        // The direct table alone did best with these two; the blend starts from where it is known to do well.
        let mut first = counted;
        for hyperparameter in [Hyperparameter::WeightPower, Hyperparameter::EvidencePower] {
            first[hyperparameter] = start[hyperparameter];
        }
        let objective = |at: &Hyperparameters| bench.objective(&blended(bench, &direct, Some(&walked), at), at);
        let from = if objective(&first) > objective(&counted) { first } else { counted };
        let found = optimise(from, num_blending, &mut random, mutating(&blending), objective);
        curve.extend(found.curve.iter().map(|&(evaluation, value)| (num_counting + evaluation, value)));
        if num_joint == 0 {
            return Tuned { hyperparameters: found.best, value: found.value, curve };
        }

        bench.begin("all at once");
        let all = [counting, &blending].concat();
        let objective =
            |at: &Hyperparameters| bench.objective(&walked_and_blended(bench, &co_occurrence(bench, at), at), at);
        // The start itself is sometimes the better one to refine.
        let from = if objective(&start) > found.value { start } else { found.best };
        let before = num_counting + num_blending;
        let found = optimise(from, num_joint, &mut random, mutating(&all), objective);
        curve.extend(found.curve.iter().map(|&(evaluation, value)| (before + evaluation, value)));
        Tuned { hyperparameters: found.best, value: found.value, curve }
    }

    fn validated_rows(&self, bench: &Bench<'_>, hyperparameters: &Hyperparameters) -> CsrMatrix {
        let direct = normalise(bench.count_for_figures(hyperparameters), hyperparameters);
        let rows = walked_and_blended(bench, &direct, hyperparameters);
        bench.spec.fill(rows, &evidence(&direct), &bench.validation.wanted, bench.truncation)
    }

    fn all_rows(
        &self,
        spec: &TableSpec<'_>,
        counts: PairCounts,
        hyperparameters: &Hyperparameters,
        truncation: Truncation,
    ) -> CsrMatrix {
        let direct = normalise(counts, hyperparameters);
        let walked = walk(&direct.rows, None);
        let all = spec.all_items();
        let rows = blend(&direct, Some(&walked), hyperparameters, &all, truncation);
        spec.fill(rows, &evidence(&direct), &all, truncation)
    }
}

/// Returns the mutation that moves some hyperparameters.
fn mutating(movable: &[Hyperparameter]) -> impl FnMut(&Hyperparameters, f64, &mut Random) -> Hyperparameters {
    move |at, step, random| at.mutate(movable, step, random)
}

fn co_occurrence(bench: &Bench<'_>, hyperparameters: &Hyperparameters) -> CoOccurrence {
    normalise(bench.estimate(hyperparameters), hyperparameters)
}

fn blended(
    bench: &Bench<'_>,
    direct: &CoOccurrence,
    walked: Option<&CsrMatrix>,
    hyperparameters: &Hyperparameters,
) -> CsrMatrix {
    blend(direct, walked, hyperparameters, &bench.validation.wanted, bench.truncation)
}

fn walked_and_blended(bench: &Bench<'_>, direct: &CoOccurrence, hyperparameters: &Hyperparameters) -> CsrMatrix {
    let walked = walk(&direct.rows, Some(&bench.validation.wanted));
    blended(bench, direct, Some(&walked), hyperparameters)
}

fn evidence(direct: &CoOccurrence) -> Evidence {
    Evidence::new(&direct.item_weights, |item| direct.evidence[item] > 0.0)
}
