//! Several systems on the same test cases: figures with intervals, tables by popularity and by history, and a verdict.

use super::EvalError;
use super::figures::{ComparedView, Comparison, FiguresAt, Slice, SystemFigures};
use super::training_stats::{Character, TrainingStats, character};
use super::verdict::{PairedDifferences, Verdict};
use crate::events::EventLog;
use crate::measure::{Draws, Exposure, Recommender, Sums, SystemColumns, TestCases, View, ViewCases};
use crate::{ItemIx, Progress};
use std::collections::HashMap;

/// Options of a comparison.
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

/// Compares systems on the same test cases: ours (`models`, the first of which the verdict is on) and simple ones.
///
/// Items are numbered as in `train`; popularity, novelty and diversity are computed on it. Figures do not depend on the
/// number of threads. `O(test cases)` lists a system and view, and `O(draws * clusters * systems * cut-offs)` for the
/// intervals.
///
/// # Errors
/// [`EvalError::NoCases`] without test cases, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn compare(
    train: &EventLog,
    cases: &TestCases,
    models: &[&dyn Recommender],
    baselines: &[&dyn Recommender],
    options: &CompareOptions,
    progress: &dyn Progress,
) -> Result<Comparison, EvalError> {
    EvalError::check(cases.len(), &options.cut_offs)?;
    let (clusters, num_clusters) = clusters(cases);
    let stats = TrainingStats::new(train);
    let systems: Vec<&dyn Recommender> = models.iter().chain(baselines).copied().collect();
    progress.start("comparing", (2 * systems.len() * cases.len()) as u64);
    let compared = Compared {
        cases,
        clusters: &clusters,
        num_clusters,
        stats: &stats,
        systems: &systems,
        num_models: models.len(),
        options,
    };
    let (all_targets, discovery) =
        (compared.view(View::AllTargets, progress), compared.view(View::Discovery, progress));
    progress.finish(&format!("{} systems on {} histories", systems.len(), cases.len()));
    Ok(Comparison {
        num_cases: cases.len(),
        num_clusters,
        clusters: cases.clusters(),
        draws: options.draws,
        has_single_targets: (0..cases.len()).all(|case| cases.targets(case).len() == 1),
        all_targets,
        discovery,
    })
}

/// Returns the cluster of each test case, numbered without gaps, and the number of clusters.
fn clusters(cases: &TestCases) -> (Vec<usize>, usize) {
    let mut numbers: HashMap<u32, usize> = HashMap::new();
    let number = |case| {
        let next = numbers.len();
        *numbers.entry(cases.cluster(case)).or_insert(next)
    };
    let clusters = (0..cases.len()).map(number).collect();
    (clusters, numbers.len())
}

/// A comparison under way.
struct Compared<'a> {
    cases: &'a TestCases,
    clusters: &'a [usize],
    num_clusters: usize,
    stats: &'a TrainingStats<'a>,
    systems: &'a [&'a dyn Recommender],
    num_models: usize,
    options: &'a CompareOptions,
}

/// One list of one system.
struct Listed {
    /// The rank of each target of the view, from 1; 0 if it is not listed.
    ranks: Vec<u32>,
    character: Character,
}

impl Compared<'_> {
    fn view(&self, view: View, progress: &dyn Progress) -> ComparedView {
        let in_view = ViewCases::new(self.cases, view);
        let list = |system: &&dyn Recommender| self.list(&in_view, *system, progress);
        let listed: Vec<(Vec<Listed>, Exposure)> = self.systems.iter().map(list).collect();
        let columns = SystemColumns::new(self.options.cut_offs.len());
        let sums: Vec<Sums> = listed.iter().map(|(lists, _)| self.sums(&columns, &in_view, lists)).collect();
        let draws = Draws::new(&sums, self.num_clusters, self.options.draws, self.options.seed);
        let figures = |system: usize| self.figures(system, &columns, &draws, &listed[system].1);
        let systems: Vec<SystemFigures> = (0..self.systems.len()).map(figures).collect();

        let last = self.largest_at();
        let recall = |system: &usize| systems[*system].at[last].recall.value;
        let best = (self.num_models..systems.len()).max_by(|a, b| recall(a).total_cmp(&recall(b)).then(b.cmp(a)));
        let best = best.filter(|_| self.num_models > 0 && !in_view.chosen().is_empty());
        let verdict = best.map(|best| {
            let difference = |column| draws.difference((0, column), (best, column));
            let at = columns.at[last];
            let differences = PairedDifferences {
                recall: difference(at.recall),
                ndcg: difference(at.ndcg),
                num_clusters: self.num_clusters,
                num_draws: self.options.draws,
            };
            Verdict::new(&systems[0], &systems[best], last, in_view.num_targets(), view, differences)
        });
        let (mut by_popularity, mut by_history) = (Vec::new(), Vec::new());
        if let Some(best) = best {
            let (ours, theirs) = (&listed[0].0, &listed[best].0);
            by_popularity = self.by_popularity(&in_view, ours, theirs);
            by_history = self.by_history(&in_view, ours, theirs);
        }
        ComparedView {
            num_lists: in_view.chosen().len(),
            num_targets: in_view.num_targets(),
            num_unknown_targets: in_view.num_unknown_targets(),
            num_without_history: in_view.num_without_history(),
            systems,
            verdict,
            by_popularity,
            by_history,
        }
    }

    /// Returns the position of the largest cut-off.
    fn largest_at(&self) -> usize {
        let cut_offs = self.options.cut_offs.iter().enumerate();
        cut_offs.max_by_key(|&(at, &k)| (k, std::cmp::Reverse(at))).map_or(0, |(at, _)| at)
    }

    fn list(
        &self,
        in_view: &ViewCases<'_>,
        system: &dyn Recommender,
        progress: &dyn Progress,
    ) -> (Vec<Listed>, Exposure) {
        in_view.list(system, &self.options.cut_offs, progress, |case, list| {
            let rank = |target: Option<ItemIx>| {
                let at = target.and_then(|target| list.iter().position(|&item| item == target));
                at.map_or(0, |at| at as u32 + 1)
            };
            Listed {
                ranks: in_view.targets(case).map(rank).collect(),
                character: character(list, self.stats, &self.options.cut_offs),
            }
        })
    }

    /// Sums the metrics of a system's lists by cluster.
    fn sums(&self, columns: &SystemColumns, in_view: &ViewCases<'_>, lists: &[Listed]) -> Sums {
        let mut sums = Sums::new(columns.divisors(), self.num_clusters);
        for (&case, list) in in_view.chosen().iter().zip(lists) {
            let found: Vec<usize> = list.ranks.iter().filter(|&&rank| rank > 0).map(|&rank| rank as usize).collect();
            let mut row = sums.of(self.clusters[case]);
            columns.add(&mut row, &found, list.ranks.len(), &self.options.cut_offs);
            let Character { novelty, diversity } = &list.character;
            let of_list = columns.novelty.iter().zip(novelty).chain(columns.diversity.iter().zip(diversity));
            of_list.for_each(|(&column, value)| row[column] += value);
        }
        sums
    }

    fn figures(&self, system: usize, columns: &SystemColumns, draws: &Draws, exposure: &Exposure) -> SystemFigures {
        let estimate = |column| draws.estimate(system, column);
        let at = |(at, &k): (usize, &usize)| {
            let rest = [estimate(columns.novelty[at]), estimate(columns.diversity[at])];
            FiguresAt::new(k, columns.at[at].map(estimate), rest, [exposure.coverage(at), exposure.gini(at)])
        };
        SystemFigures {
            name: self.systems[system].name().to_owned(),
            is_baseline: system >= self.num_models,
            accuracy: estimate(columns.accuracy),
            at: self.options.cut_offs.iter().enumerate().map(at).collect(),
        }
    }

    fn by_popularity(&self, in_view: &ViewCases<'_>, ours: &[Listed], theirs: &[Listed]) -> Vec<Slice> {
        let (decile_of, items_of) = self.stats.deciles();
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
        self.slices(in_view, ours, theirs, &names, slice_of)
    }

    fn by_history(&self, in_view: &ViewCases<'_>, ours: &[Listed], theirs: &[Listed]) -> Vec<Slice> {
        const FROM: [u32; 6] = [0, 1, 2, 3, 5, 10];
        let names = ["0", "1", "2", "3-4", "5-9", "10+"].map(|name| (name.to_owned(), 0));
        let slice_of = |case: usize, _| FROM.partition_point(|&from| from <= self.cases.length(case)).saturating_sub(1);
        self.slices(in_view, ours, theirs, &names, slice_of)
    }

    /// Returns the slices that have a target; `slice_of(case, target)` is the position of a target's slice in `names`.
    fn slices(
        &self,
        in_view: &ViewCases<'_>,
        ours: &[Listed],
        theirs: &[Listed],
        names: &[(String, usize)],
        slice_of: impl Fn(usize, Option<ItemIx>) -> usize,
    ) -> Vec<Slice> {
        let mut sums = Sums::new(
            (0..names.len()).flat_map(|slice| [SliceColumns::of(slice).targets; 4]).collect(),
            self.num_clusters,
        );
        let mut num_targets = vec![0; names.len()];
        for ((&case, ours), theirs) in in_view.chosen().iter().zip(ours).zip(theirs) {
            let mut row = sums.of(self.clusters[case]);
            for ((target, &rank), &other) in in_view.targets(case).zip(&ours.ranks).zip(&theirs.ranks) {
                let slice = slice_of(case, target);
                let columns = SliceColumns::of(slice);
                let hit = |rank: u32| f64::from(u8::from(rank > 0));
                num_targets[slice] += 1;
                row[columns.targets] += 1.0;
                row[columns.found] += hit(rank);
                row[columns.reciprocal_rank] += if rank > 0 { 1.0 / f64::from(rank) } else { 0.0 };
                row[columns.baseline_found] += hit(other);
            }
        }
        let draws = Draws::new(&[sums], self.num_clusters, self.options.draws, self.options.seed);
        let slice = |(at, (name, num_items)): (usize, &(String, usize))| {
            let columns = SliceColumns::of(at);
            Slice {
                name: name.clone(),
                num_items: *num_items,
                num_targets: num_targets[at],
                found: draws.estimate(0, columns.found),
                reciprocal_rank: draws.estimate(0, columns.reciprocal_rank),
                baseline_found: draws.estimate(0, columns.baseline_found),
                difference: draws.difference((0, columns.found), (0, columns.baseline_found)),
            }
        };
        names.iter().enumerate().map(slice).filter(|slice| slice.num_targets > 0).collect()
    }
}

/// Columns of the bootstrap's table that belong to one slice.
struct SliceColumns {
    targets: usize,
    found: usize,
    reciprocal_rank: usize,
    baseline_found: usize,
}

impl SliceColumns {
    const fn of(slice: usize) -> SliceColumns {
        let first = 4 * slice;
        SliceColumns { targets: first, found: first + 1, reciprocal_rank: first + 2, baseline_found: first + 3 }
    }
}

#[cfg(test)]
mod tests;
