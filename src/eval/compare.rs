//! Several systems on the same trials: figures with intervals, tables by popularity and by history, and a verdict.

use super::bootstrap::{Columns, Draws, Estimate};
use super::lists::{Exposure, Listed, ListedCases, MarketView};
use super::recommender::Recommender;
use super::trials::Trials;
use super::verdict::Verdict;
use super::{EvalError, metrics};
use crate::events::EventLog;
use crate::{ItemIx, Progress};
use serde::Serialize;
use std::collections::HashMap;

/// How systems are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareOptions {
    /// The k of every metric at k, each at least 1; the verdict is on the largest.
    pub cut_offs: Vec<usize>,
    /// Draws of the bootstrap; 0 gives no intervals, 1000 steady ones.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for CompareOptions {
    fn default() -> Self {
        CompareOptions { cut_offs: vec![5, 10, 20], draws: 1000, seed: 1 }
    }
}

/// What was found out, in both views.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Histories that lists were made for.
    pub num_trials: usize,
    /// What is drawn in the bootstrap: how many distinct shoppers (or sessions) the trials are of.
    pub num_clusters: usize,
    /// `shoppers`, or `sessions` where the log names none.
    pub clusters: &'static str,
    /// Draws of the bootstrap.
    pub draws: usize,
    /// Whether every trial has one target, so that recall@k is HitRate@k.
    pub has_single_targets: bool,
    /// Every target; lists may hold items of the history.
    pub all_targets: ComparedView,
    /// Only targets that the history does not hold; lists never hold an item of the history.
    pub discovery: ComparedView,
}

/// What was found out in one view.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComparedView {
    /// Trials with a target in this view.
    pub num_lists: usize,
    /// Their targets.
    pub num_targets: usize,
    /// Those of the targets that training does not know: a miss for everybody.
    pub num_unknown_targets: usize,
    /// Lists for a history without any known item.
    pub num_without_history: usize,
    /// The systems, our own first.
    pub systems: Vec<SystemFigures>,
    /// Our system against the best simple one; `None` if one of them is missing.
    pub verdict: Option<Verdict>,
    /// By popularity of the target.
    pub by_popularity: Vec<Slice>,
    /// By length of the history.
    pub by_history: Vec<Slice>,
}

/// The figures of one system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SystemFigures {
    /// Its name.
    pub name: String,
    /// Whether it is one of the simple methods.
    pub is_baseline: bool,
    /// See [`metrics::accuracy`].
    pub accuracy: Estimate,
    /// The metrics at each cut-off, in the order that was asked for.
    pub at: Vec<FiguresAt>,
}

/// The metrics of one system at one cut-off; see [`metrics`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FiguresAt {
    /// The cut-off.
    pub k: usize,
    /// See [`metrics::hit_rate`].
    pub hit_rate: Estimate,
    /// See [`metrics::precision`].
    pub precision: Estimate,
    /// See [`metrics::recall`].
    pub recall: Estimate,
    /// See [`metrics::f1`].
    pub f1: Estimate,
    /// See [`metrics::reciprocal_rank`].
    pub mrr: Estimate,
    /// See [`metrics::average_precision`].
    pub map: Estimate,
    /// See [`metrics::ndcg`].
    pub ndcg: Estimate,
    /// See [`metrics::novelty`], in bits.
    pub novelty: Estimate,
    /// See [`metrics::diversity`].
    pub diversity: Estimate,
    /// See [`metrics::coverage`].
    pub coverage: f64,
    /// See [`metrics::gini`].
    pub gini: f64,
}

/// Some of the targets: what our system and the best simple one find of them in their first k, k the largest cut-off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slice {
    /// Which targets.
    pub name: String,
    /// How many items these targets may be of; 0 where targets are not told apart by item.
    pub num_items: usize,
    /// How many targets there are.
    pub num_targets: usize,
    /// Share of the targets that our system finds.
    pub found: Estimate,
    /// Mean of 1 / rank of the target, 0 below rank k.
    pub reciprocal_rank: Estimate,
    /// Share of the targets that the best simple method finds.
    pub baseline_found: Estimate,
    /// How much our system finds more, paired.
    pub difference: Estimate,
}

/// Columns of a system that do not depend on k: lists and accuracy.
const LISTS: usize = 0;
const ACCURACY: usize = 1;
const FIXED: usize = 2;
/// Columns for each k.
const AT_K: usize = 9;

/// Compares systems on the same trials: ours (`models`, the first of which the verdict is on) and simple ones.
///
/// Everything is in the item numbers of `train`, which popularity, novelty and diversity are those of. Figures do not depend on the
/// number of threads. `O(trials)` lists a system and view, and `O(draws * clusters * systems * cut-offs)` for the intervals.
///
/// # Errors
/// [`EvalError::NoCases`] without trials, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn compare(
    train: &EventLog,
    trials: &Trials,
    models: &[&dyn Recommender],
    baselines: &[&dyn Recommender],
    options: &CompareOptions,
    progress: &dyn Progress,
) -> Result<Comparison, EvalError> {
    let cut_offs = &options.cut_offs;
    if cut_offs.is_empty() || cut_offs.contains(&0) {
        return Err(EvalError::CutOffs { found: cut_offs.clone() });
    }
    if trials.is_empty() {
        return Err(EvalError::NoCases);
    }
    let (clusters, num_clusters) = clusters(trials);
    let market = MarketView::new(train);
    let systems: Vec<&dyn Recommender> = models.iter().chain(baselines).copied().collect();
    progress.start("comparing", (2 * systems.len() * trials.len()) as u64);
    let of_view = |repeats| {
        let compared = Compared {
            trials,
            clusters: &clusters,
            num_clusters,
            market: &market,
            systems: &systems,
            num_models: models.len(),
            options,
            repeats,
        };
        compared.view(progress)
    };
    let (all_targets, discovery) = (of_view(true), of_view(false));
    progress.finish(&format!("{} systems on {} histories", systems.len(), trials.len()));
    Ok(Comparison {
        num_trials: trials.len(),
        num_clusters,
        clusters: trials.clusters(),
        draws: options.draws,
        has_single_targets: (0..trials.len()).all(|trial| trials.targets(trial).len() == 1),
        all_targets,
        discovery,
    })
}

/// The cluster of each trial, numbered without gaps, and how many there are.
fn clusters(trials: &Trials) -> (Vec<usize>, usize) {
    let mut numbers: HashMap<u32, usize> = HashMap::new();
    let number = |trial| {
        let next = numbers.len();
        *numbers.entry(trials.cluster(trial)).or_insert(next)
    };
    let clusters = (0..trials.len()).map(number).collect();
    (clusters, numbers.len())
}

/// One view of a comparison.
struct Compared<'a> {
    trials: &'a Trials,
    clusters: &'a [usize],
    num_clusters: usize,
    market: &'a MarketView<'a>,
    systems: &'a [&'a dyn Recommender],
    num_models: usize,
    options: &'a CompareOptions,
    repeats: bool,
}

impl Compared<'_> {
    fn view(&self, progress: &dyn Progress) -> ComparedView {
        let (trials, repeats) = (self.trials, self.repeats);
        let cases = ListedCases::new(trials, repeats);
        let listed: Vec<(Vec<Listed>, Exposure)> = self
            .systems
            .iter()
            .map(|system| cases.list(*system, self.market, &self.options.cut_offs, progress))
            .collect();
        let sets: Vec<Columns> = listed.iter().map(|(lists, _)| self.columns(&cases, lists)).collect();
        let draws = Draws::new(&sets, self.num_clusters, self.options.draws, self.options.seed);
        let systems: Vec<SystemFigures> =
            (0..self.systems.len()).map(|system| self.figures(system, &draws, &listed[system].1)).collect();

        let last = self.largest_at();
        let recall = |system: &usize| systems[*system].at[last].recall.value;
        let best = (self.num_models..systems.len()).max_by(|a, b| recall(a).total_cmp(&recall(b)).then(b.cmp(a)));
        let pair = best.filter(|_| self.num_models > 0 && !cases.chosen.is_empty());
        let verdict = pair.map(|best| {
            let column = |offset| FIXED + last * AT_K + offset;
            let difference = |offset| draws.difference((0, column(offset)), (best, column(offset)));
            let drawn = (self.num_clusters, self.options.draws);
            Verdict::new(
                &systems[0],
                &systems[best],
                last,
                cases.num_targets(),
                [difference(2), difference(6)],
                repeats,
                drawn,
            )
        });
        let (mut by_popularity, mut by_history) = (Vec::new(), Vec::new());
        if let Some(best) = pair {
            let (ours, theirs) = (&listed[0].0, &listed[best].0);
            by_popularity = self.by_popularity(&cases, ours, theirs);
            by_history = self.by_history(&cases, ours, theirs);
        }
        ComparedView {
            num_lists: cases.chosen.len(),
            num_targets: cases.num_targets(),
            num_unknown_targets: cases.num_unknown_targets(),
            num_without_history: cases.chosen.iter().filter(|&&trial| trials.history(trial).is_empty()).count(),
            systems,
            verdict,
            by_popularity,
            by_history,
        }
    }

    /// The position of the largest cut-off.
    fn largest_at(&self) -> usize {
        let cut_offs = self.options.cut_offs.iter().enumerate();
        cut_offs.max_by_key(|&(at, &k)| (k, std::cmp::Reverse(at))).map_or(0, |(at, _)| at)
    }

    fn columns(&self, cases: &ListedCases<'_>, lists: &[Listed]) -> Columns {
        let cut_offs = &self.options.cut_offs;
        let mut columns = Columns::new(vec![LISTS; FIXED + AT_K * cut_offs.len()], self.num_clusters);
        for (&trial, list) in cases.chosen.iter().zip(lists) {
            let found: Vec<usize> = list.ranks.iter().filter(|&&rank| rank > 0).map(|&rank| rank as usize).collect();
            let (found, relevant) = (&found[..], list.ranks.len());
            let row = columns.of(self.clusters[trial]);
            row[LISTS] += 1.0;
            row[ACCURACY] += metrics::accuracy(found);
            for (at, &k) in cut_offs.iter().enumerate() {
                let values = [
                    metrics::hit_rate(found, k),
                    metrics::precision(found, k),
                    metrics::recall(found, relevant, k),
                    metrics::f1(found, relevant, k),
                    metrics::reciprocal_rank(found, k),
                    metrics::average_precision(found, relevant, k),
                    metrics::ndcg(found, relevant, k),
                    list.novelty[at],
                    list.diversity[at],
                ];
                let start = FIXED + at * AT_K;
                row[start..start + AT_K].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        columns
    }

    fn figures(&self, system: usize, draws: &Draws, exposure: &Exposure) -> SystemFigures {
        let at = |(at, &k): (usize, &usize)| {
            let figure = |offset| draws.estimate(system, FIXED + at * AT_K + offset);
            FiguresAt {
                k,
                hit_rate: figure(0),
                precision: figure(1),
                recall: figure(2),
                f1: figure(3),
                mrr: figure(4),
                map: figure(5),
                ndcg: figure(6),
                novelty: figure(7),
                diversity: figure(8),
                coverage: exposure.coverage(at),
                gini: metrics::gini(&exposure.counts[at]),
            }
        };
        SystemFigures {
            name: self.systems[system].name().to_owned(),
            is_baseline: system >= self.num_models,
            accuracy: draws.estimate(system, ACCURACY),
            at: self.options.cut_offs.iter().enumerate().map(at).collect(),
        }
    }

    fn by_popularity(&self, cases: &ListedCases<'_>, ours: &[Listed], theirs: &[Listed]) -> Vec<Slice> {
        let (decile_of, items_of) = self.market.deciles();
        let unknown = items_of.len();
        let mut names: Vec<(String, usize)> = items_of
            .iter()
            .enumerate()
            .map(|(decile, &items)| (format!("{}-{} % of events", decile * 10, decile * 10 + 10), items))
            .collect();
        names.push(("unknown to training".to_owned(), 0));
        let slice_of = |_: usize, item: Option<ItemIx>| {
            item.map_or(unknown, |item| decile_of.get(item.as_usize()).map_or(unknown, |&decile| decile.into()))
        };
        self.slices(cases, ours, theirs, &names, slice_of)
    }

    fn by_history(&self, cases: &ListedCases<'_>, ours: &[Listed], theirs: &[Listed]) -> Vec<Slice> {
        const FROM: [u32; 6] = [0, 1, 2, 3, 5, 10];
        let names = ["0", "1", "2", "3-4", "5-9", "10+"].map(|name| (name.to_owned(), 0));
        let slice_of =
            |trial: usize, _| FROM.partition_point(|&from| from <= self.trials.length(trial)).saturating_sub(1);
        self.slices(cases, ours, theirs, &names, slice_of)
    }

    /// The slices that have a target.
    fn slices(
        &self,
        cases: &ListedCases<'_>,
        ours: &[Listed],
        theirs: &[Listed],
        names: &[(String, usize)],
        slice_of: impl Fn(usize, Option<ItemIx>) -> usize,
    ) -> Vec<Slice> {
        const WIDTH: usize = 4;
        let divisors = (0..names.len() * WIDTH).map(|column| column / WIDTH * WIDTH).collect();
        let mut columns = Columns::new(divisors, self.num_clusters);
        let mut num_targets = vec![0; names.len()];
        for ((&trial, ours), theirs) in cases.chosen.iter().zip(ours).zip(theirs) {
            let row = columns.of(self.clusters[trial]);
            for ((target, &rank), &other) in cases.targets(trial).zip(&ours.ranks).zip(&theirs.ranks) {
                let slice = slice_of(trial, target);
                let hit = |rank: u32| f64::from(u8::from(rank > 0));
                let reciprocal = if rank > 0 { 1.0 / f64::from(rank) } else { 0.0 };
                num_targets[slice] += 1;
                let values = [1.0, hit(rank), reciprocal, hit(other)];
                row[slice * WIDTH..][..WIDTH].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        let draws = Draws::new(&[columns], self.num_clusters, self.options.draws, self.options.seed);
        let slice = |(at, (name, num_items)): (usize, &(String, usize))| Slice {
            name: name.clone(),
            num_items: *num_items,
            num_targets: num_targets[at],
            found: draws.estimate(0, at * WIDTH + 1),
            reciprocal_rank: draws.estimate(0, at * WIDTH + 2),
            baseline_found: draws.estimate(0, at * WIDTH + 3),
            difference: draws.difference((0, at * WIDTH + 1), (0, at * WIDTH + 3)),
        };
        names.iter().enumerate().map(slice).filter(|slice| slice.num_targets > 0).collect()
    }
}

#[cfg(test)]
mod tests;
