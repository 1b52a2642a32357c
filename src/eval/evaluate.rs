//! From a model and test cases to figures, in both views.

use super::EvalError;
use crate::Progress;
use crate::measure::{ListFigures, ModelRecommender, Recommender, TestCases, View, ViewCases, metrics};
use crate::model::Model;
use serde::Serialize;

/// Options of an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluateOptions {
    /// The k of every metric at k, each at least 1; lists are as long as the largest.
    pub cut_offs: Vec<usize>,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        EvaluateOptions { cut_offs: vec![5, 10, 20] }
    }
}

/// Figures of a model, in both views.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// Every target; lists may hold items of the history.
    pub all_targets: EvaluatedView,
    /// Only targets that the history does not hold; lists never hold an item of the history.
    pub discovery: EvaluatedView,
}

/// The means over the targets of one view. An unknown target is a miss in every metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EvaluatedView {
    /// Number of targets; with 0, every figure is 0.
    pub num_targets: usize,
    /// Number of targets that the model does not know.
    pub num_unknown_targets: usize,
    /// Number of histories without any known item; they were shown the popular items.
    pub num_without_history: usize,
    /// See [`metrics::accuracy`].
    pub accuracy: f64,
    /// The metrics at each cut-off, in the order that was asked for.
    pub at: Vec<AtCutOff>,
}

/// The means of the metrics at one cut-off; all in 0 to 1, see [`metrics`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AtCutOff {
    /// The cut-off.
    pub k: usize,
    /// See [`metrics::hit_rate`].
    pub hit_rate: f64,
    /// See [`metrics::precision`].
    pub precision: f64,
    /// See [`metrics::recall`].
    pub recall: f64,
    /// See [`metrics::f1`].
    pub f1: f64,
    /// See [`metrics::reciprocal_rank`].
    pub mrr: f64,
    /// See [`metrics::ndcg`].
    pub ndcg: f64,
    /// See [`metrics::coverage`].
    pub coverage: f64,
}

/// Measures `model` on `cases`, which have its item numbers, in both views; the same for any number of threads.
///
/// Takes one ranking per case, two if a target is new, and `O(cases + num_items)` memory. One unit of `progress` is a
/// case.
///
/// # Errors
/// [`EvalError::NoCases`] without cases, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn evaluate(
    model: &Model,
    cases: &TestCases,
    options: &EvaluateOptions,
    progress: &dyn Progress,
) -> Result<Evaluation, EvalError> {
    EvalError::check(cases.len(), &options.cut_offs)?;
    let system = ModelRecommender::new("model", model);
    progress.start("evaluating", cases.len() as u64);
    let of_view = |view, progress| evaluated(&ViewCases::new(cases, view), &system, &options.cut_offs, progress);
    let all_targets = of_view(View::AllTargets, progress);
    // Each case counts once.
    let discovery = of_view(View::Discovery, &crate::Silent);
    progress.finish(&format!("{} targets, {} of them new to the shopper", cases.len(), discovery.num_targets));
    Ok(Evaluation { all_targets, discovery })
}

fn evaluated(
    cases: &ViewCases<'_>,
    system: &dyn Recommender,
    cut_offs: &[usize],
    progress: &dyn Progress,
) -> EvaluatedView {
    let found = |case, list: &[_]| (cases.ranks(case, list), cases.targets(case).count());
    let (lists, exposure) = cases.list(system, cut_offs, progress, found);
    let mean = |sum: f64| if lists.is_empty() { 0.0 } else { sum / lists.len() as f64 };
    let at = |(at, &k): (usize, &usize)| {
        let add = |sums: ListFigures<f64>, (ranks, num_relevant): &(Vec<usize>, usize)| {
            sums.zip(ListFigures::of(ranks, *num_relevant, k)).map(|(sum, value)| sum + value)
        };
        let ListFigures { hit_rate, precision, recall, f1, mrr, ndcg, .. } =
            lists.iter().fold(ListFigures::default(), add).map(mean);
        AtCutOff { k, hit_rate, precision, recall, f1, mrr, ndcg, coverage: exposure.coverage(at) }
    };
    EvaluatedView {
        num_targets: cases.num_targets(),
        num_unknown_targets: cases.num_unknown_targets(),
        num_without_history: cases.num_without_history(),
        accuracy: mean(lists.iter().map(|(ranks, _)| metrics::accuracy(ranks)).sum()),
        at: cut_offs.iter().enumerate().map(at).collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ItemIx;
    use crate::model::{About, Dictionary, Neighbours, Privacy, RankingParameters, Relation};
    use crate::rank::HistoryEvent;
    use crate::{EventKind, Silent};
    use proptest::prelude::*;

    /// A model of `ids` with the neighbours (item, level of 0 to 7) of each, who are neighbours both ways.
    pub(in crate::eval) fn model_of(ids: &[&str], rows: &[&[(u32, u8)]]) -> Model {
        let pairs = (0..).zip(rows).flat_map(|(row, of)| of.iter().map(move |&(item, level)| (row, item, level)));
        let table = Neighbours::of_pairs(ids.len(), pairs);
        Model {
            items: Dictionary::new(ids).expect("ids are distinct"),
            tables: vec![(Relation::Next, table)],
            popularity: (0..ids.len()).map(|item| 200 - item as u8).collect(),
            ranking: RankingParameters {
                decay: vec![1.0, 0.5, 0.25],
                repeat: vec![0.2, 0.9],
                event_weights: [1.0, 1.5, 2.0],
            },
            categories: None,
            about: About::default(),
            privacy: Privacy::default(),
            trends: Vec::new(),
            replenishment: Vec::new(),
            category_replenishment: Vec::new(),
            variants: None,
            curated: Vec::new(),
            markets: Vec::new(),
            unavailable: Vec::new(),
            measurements: Vec::new(),
        }
    }

    /// Adds a case, its history oldest first.
    fn push(cases: &mut TestCases, model: &Model, history: &[&str], kind: EventKind, target: &str) {
        let cluster = cases.len() as u32;
        cases.push_ids(&|id| model.items.item(id), history, kind, target, cluster);
    }

    /// The rank of the target by sorting all items by score, popularity and number.
    fn naive_rank(model: &Model, history: &[HistoryEvent], target: Option<ItemIx>, repeats: bool) -> Option<usize> {
        let table = model.table(Relation::Next)?;
        let score = |item: ItemIx| -> f32 {
            let parts = history.iter().zip(&model.ranking.decay).enumerate().map(|(position, (event, decay))| {
                let weight = decay * model.ranking.event_weights[event.kind as usize];
                let repeat = if event.item == item { model.ranking.repeat.get(position).copied() } else { None };
                weight * table.row(event.item).weight_of(item) + repeat.unwrap_or(0.0)
            });
            parts.sum()
        };
        let mut items: Vec<ItemIx> = (0..model.num_items() as u32)
            .map(ItemIx)
            .filter(|&item| repeats || history.iter().all(|event| event.item != item))
            .collect();
        items.sort_by(|&a, &b| {
            let popularity = |item: ItemIx| if score(item) > 0.0 { 0 } else { model.popularity[item.as_usize()] };
            score(b).total_cmp(&score(a)).then(popularity(b).cmp(&popularity(a))).then(a.cmp(&b))
        });
        items.iter().position(|&item| Some(item) == target).map(|at| at + 1)
    }

    fn hits_of(model: &Model, cases: &TestCases, repeats: bool, k: usize) -> (f64, f64, usize) {
        let chosen: Vec<usize> = (0..cases.len()).filter(|&case| repeats || cases.targets(case)[0].is_new).collect();
        let (mut hits, mut reciprocal) = (0.0, 0.0);
        for &case in &chosen {
            if let Some(rank) =
                naive_rank(model, cases.history(case), cases.targets(case)[0].item, repeats).filter(|&r| r <= k)
            {
                hits += 1.0;
                reciprocal += 1.0 / rank as f64;
            }
        }
        let n = chosen.len().max(1) as f64;
        (hits / n, reciprocal / n, chosen.len())
    }

    const IDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

    /// Rows of the eight items, made of a few bits each: an item's neighbours are never itself.
    fn random_model(rows: &[Vec<(u32, u8)>]) -> Model {
        let rows: Vec<Vec<(u32, u8)>> = rows
            .iter()
            .enumerate()
            .map(|(item, row)| {
                let row: std::collections::BTreeMap<u32, u8> = row.iter().copied().collect();
                row.into_iter().filter(|&(other, _)| other as usize != item).collect()
            })
            .collect();
        model_of(&IDS, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn figures_equal_those_of_sorting_all_items(
            rows in proptest::collection::vec(proptest::collection::vec((0u32..8, 0u8..8), 0..4), 8),
            histories in proptest::collection::vec((proptest::collection::vec(0usize..9, 0..5), 0usize..9, 0usize..3), 1..40),
            k in 1usize..10,
        ) {
            let model = random_model(&rows);
            let id = |item: usize| IDS.get(item).copied().unwrap_or("unknown");
            let mut cases = TestCases::new();
            for (history, target, kind) in &histories {
                let history: Vec<&str> = history.iter().map(|&item| id(item)).collect();
                push(&mut cases, &model, &history, EventKind::ALL[*kind], id(*target));
            }
            let found = evaluate(&model, &cases, &EvaluateOptions { cut_offs: vec![k] }, &Silent).unwrap();
            for (view, repeats) in [(&found.all_targets, true), (&found.discovery, false)] {
                let (hit_rate, mrr, num_targets) = hits_of(&model, &cases, repeats, k);
                prop_assert_eq!(view.num_targets, num_targets);
                prop_assert!((view.at[0].hit_rate - hit_rate).abs() < 1e-12, "{:?} {}", view, hit_rate);
                prop_assert!((view.at[0].mrr - mrr).abs() < 1e-12, "{:?} {}", view, mrr);
            }
        }
    }

    #[test]
    fn figures_are_the_means_of_the_cases() {
        // a's neighbours: b (heaviest), then c. Popular order: a b c d.
        let model = model_of(&["a", "b", "c", "d"], &[&[(1, 7), (2, 3)], &[], &[], &[]]);
        let mut cases = TestCases::new();
        // With seen items allowed the list after `a` is b (15/16), c (7/16), a (repeat 0.2), d (popular).
        push(&mut cases, &model, &["a"], EventKind::View, "b"); // rank 1
        push(&mut cases, &model, &["a"], EventKind::View, "a"); // rank 3, not new
        push(&mut cases, &model, &["a"], EventKind::View, "c"); // rank 2
        push(&mut cases, &model, &["a"], EventKind::View, "z"); // unknown
        let found = evaluate(&model, &cases, &EvaluateOptions { cut_offs: vec![2] }, &Silent).unwrap();

        let all = &found.all_targets;
        assert_eq!((all.num_targets, all.num_unknown_targets, all.num_without_history), (4, 1, 0));
        assert_eq!(all.accuracy, 1.0 / 4.0);
        let at = all.at[0];
        assert_eq!((at.hit_rate, at.recall, at.precision), (2.0 / 4.0, 2.0 / 4.0, 1.0 / 4.0));
        assert_eq!(at.mrr, (1.0 + 0.5) / 4.0);
        // F1 of a hit at k = 2: 2 / 3
        assert!((at.f1 - (2.0 / 3.0 * 2.0) / 4.0).abs() < 1e-12);
        assert!((at.ndcg - (1.0 + 1.0 / libm::log2(3.0)) / 4.0).abs() < 1e-12);
        // Every list starts with b, c.
        assert_eq!(at.coverage, 2.0 / 4.0);

        let discovery = &found.discovery;
        assert_eq!((discovery.num_targets, discovery.num_unknown_targets), (3, 1));
        assert!((discovery.at[0].hit_rate - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_history_of_unknown_items_is_shown_popular_ones() {
        let model = model_of(&["a", "b"], &[&[], &[]]);
        let mut cases = TestCases::new();
        push(&mut cases, &model, &["z"], EventKind::View, "a");
        let found = evaluate(&model, &cases, &EvaluateOptions::default(), &Silent).unwrap();
        assert_eq!(found.all_targets.num_without_history, 1);
        assert_eq!(found.all_targets.accuracy, 1.0);
    }

    #[test]
    fn figures_do_not_depend_on_the_number_of_threads() {
        let rows: Vec<Vec<(u32, u8)>> = (0..8).map(|item| vec![((item + 1) % 8, 7), ((item + 3) % 8, 2)]).collect();
        let model = random_model(&rows);
        let mut cases = TestCases::new();
        for case in 0..2000 {
            let target = IDS[(case * 5 + case / 7) % 8];
            push(&mut cases, &model, &[IDS[case % 8], IDS[case / 3 % 8]], EventKind::View, target);
        }
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| evaluate(&model, &cases, &EvaluateOptions::default(), &Silent).unwrap())
        };
        assert_eq!(with(4), with(1));
    }

    #[test]
    fn no_cases_and_a_cut_off_of_zero_are_errors() {
        let model = model_of(&["a"], &[&[]]);
        let none = evaluate(&model, &TestCases::new(), &EvaluateOptions::default(), &Silent);
        assert_eq!(none, Err(EvalError::NoCases));
        let zero = evaluate(&model, &TestCases::new(), &EvaluateOptions { cut_offs: vec![20, 0] }, &Silent);
        assert_eq!(zero, Err(EvalError::CutOffs { found: vec![20, 0] }));
    }
}
