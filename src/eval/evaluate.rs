//! From a model and cases to figures, in both views.

use super::{Cases, Rankers, metrics};
use crate::model::Model;
use crate::rank::{HistoryEvent, Options};
use crate::{ItemIx, Progress};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;

/// Why nothing could be measured.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvalError {
    /// There are no cases.
    #[error("no target to measure on: found 0 cases, expected at least 1; give a test file with longer histories")]
    NoCases,
    /// There is no cut-off, or one is 0.
    #[error("cut-offs are {found:?}, expected at least one and none of them 0")]
    CutOffs {
        /// The cut-offs that were asked for.
        found: Vec<usize>,
    },
}

/// How a model is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The k of every metric at k, each at least 1; lists are as long as the largest.
    pub cut_offs: Vec<usize>,
}

impl Default for Protocol {
    fn default() -> Self {
        Protocol { cut_offs: vec![5, 10, 20] }
    }
}

/// What was measured, in both views.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// Every target; lists may hold items of the history.
    pub all_targets: View,
    /// Only targets that the history does not hold; lists never hold an item of the history.
    pub discovery: View,
}

/// The means over the targets of one view. An unknown target is a miss in every metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct View {
    /// How many targets were measured on; with 0, every figure is 0.
    pub num_targets: usize,
    /// How many of the targets the model does not know.
    pub num_unknown_targets: usize,
    /// How many targets had a history without any known item; they were shown the popular items.
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

/// Measures `model` on `cases` in both views, in parallel; the figures do not depend on the number of threads.
///
/// Takes one ranking per case, two if its target is new, and `O(cases + num_items)` memory. One unit of `progress` is a case.
///
/// # Errors
/// [`EvalError::NoCases`] without cases, [`EvalError::CutOffs`] without cut-offs or with one that is 0.
pub fn evaluate(
    model: &Model,
    cases: &Cases,
    protocol: &Protocol,
    progress: &dyn Progress,
) -> Result<Evaluation, EvalError> {
    if protocol.cut_offs.is_empty() || protocol.cut_offs.contains(&0) {
        return Err(EvalError::CutOffs { found: protocol.cut_offs.clone() });
    }
    if cases.is_empty() {
        return Err(EvalError::NoCases);
    }
    let rankers = Rankers::new(model);
    progress.start("evaluating", cases.len() as u64);
    let all_targets = view(model, &rankers, cases, protocol, true, progress);
    let discovery = view(model, &rankers, cases, protocol, false, progress);
    progress.finish(&format!("{} targets, {} of them new to the shopper", cases.len(), discovery.num_targets));
    Ok(Evaluation { all_targets, discovery })
}

fn view(
    model: &Model,
    rankers: &Rankers,
    cases: &Cases,
    protocol: &Protocol,
    repeats: bool,
    progress: &dyn Progress,
) -> View {
    let chosen: Vec<usize> = (0..cases.len()).filter(|&case| repeats || cases.is_new(case)).collect();
    let k = protocol.cut_offs.iter().copied().max().unwrap_or(0);
    let options = Options { k, repeats, ..Options::default() };
    let best_ranks: Vec<AtomicUsize> = (0..model.num_items()).map(|_| AtomicUsize::new(usize::MAX)).collect();
    let ranks: Vec<Vec<usize>> = chosen
        .par_chunks(256)
        .flat_map_iter(|chunk| {
            let ranks = rankers.with(|model, ranker| {
                let mut history: Vec<HistoryEvent> = Vec::new();
                let mut rank = |&case: &usize| {
                    history.clear();
                    history.extend(cases.history(case).iter().rev());
                    let listed = ranker.for_you(model, &history, &options, &mut |_| true);
                    let listed: Vec<ItemIx> = listed.into_iter().map(|ranked| ranked.item).collect();
                    for (at, item) in listed.iter().enumerate() {
                        best_ranks[item.as_usize()].fetch_min(at + 1, Ordering::Relaxed);
                    }
                    cases.target(case).map_or_else(Vec::new, |target| metrics::ranks(&listed, &[target]))
                };
                chunk.iter().map(&mut rank).collect::<Vec<_>>()
            });
            if repeats {
                progress.advance(chunk.len() as u64);
            }
            ranks
        })
        .collect();

    let best_ranks: Vec<Option<usize>> =
        best_ranks.into_iter().map(|best| Some(best.into_inner()).filter(|&best| best != usize::MAX)).collect();
    let mean = |metric: &dyn Fn(&[usize]) -> f64| {
        let sum: f64 = ranks.iter().map(|ranks| metric(ranks)).sum();
        if ranks.is_empty() { 0.0 } else { sum / ranks.len() as f64 }
    };
    let at_cut_off = |&k: &usize| AtCutOff {
        k,
        hit_rate: mean(&|ranks| metrics::hit_rate(ranks, k)),
        precision: mean(&|ranks| metrics::precision(ranks, k)),
        recall: mean(&|ranks| metrics::recall(ranks, 1, k)),
        f1: mean(&|ranks| metrics::f1(ranks, 1, k)),
        mrr: mean(&|ranks| metrics::reciprocal_rank(ranks, k)),
        ndcg: mean(&|ranks| metrics::ndcg(ranks, 1, k)),
        coverage: metrics::coverage(&best_ranks, k),
    };
    View {
        num_targets: chosen.len(),
        num_unknown_targets: chosen.iter().filter(|&&case| cases.target(case).is_none()).count(),
        num_without_history: chosen.iter().filter(|&&case| cases.history(case).is_empty()).count(),
        accuracy: mean(&metrics::accuracy),
        at: protocol.cut_offs.iter().map(at_cut_off).collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{About, Dictionary, Neighbours, Privacy, Purpose, RankingParameters};
    use crate::{EventKind, Silent};
    use proptest::prelude::*;

    /// A model of `ids` with the neighbours (item, level of 0 to 7) of each, who are neighbours both ways.
    pub(in crate::eval) fn model_of(ids: &[&str], rows: &[&[(u32, u8)]]) -> Model {
        let pairs = (0..).zip(rows).flat_map(|(row, of)| of.iter().map(move |&(item, level)| (row, item, level)));
        let table = Neighbours::of_pairs(ids.len(), pairs);
        Model {
            items: Dictionary::new(ids).expect("ids are distinct"),
            tables: vec![(Purpose::Next, table)],
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
            measurements: Vec::new(),
        }
    }

    /// The rank of the target by sorting all items by score, popularity and number.
    fn naive_rank(model: &Model, history: &[HistoryEvent], target: Option<ItemIx>, repeats: bool) -> Option<usize> {
        let table = model.table(Purpose::Next)?;
        let newest_first: Vec<HistoryEvent> = history.iter().rev().copied().collect();
        let score = |item: ItemIx| -> f32 {
            let parts = newest_first.iter().zip(&model.ranking.decay).enumerate().map(|(position, (event, decay))| {
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

    fn hits_of(model: &Model, cases: &Cases, repeats: bool, k: usize) -> (f64, f64, usize) {
        let chosen: Vec<usize> = (0..cases.len()).filter(|&case| repeats || cases.is_new(case)).collect();
        let (mut hits, mut reciprocal) = (0.0, 0.0);
        for &case in &chosen {
            if let Some(rank) = naive_rank(model, cases.history(case), cases.target(case), repeats).filter(|&r| r <= k)
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
            let mut cases = Cases::new();
            for (history, target, kind) in &histories {
                cases.push(&model, history.iter().map(|&item| id(item)), EventKind::ALL[*kind], id(*target));
            }
            let found = evaluate(&model, &cases, &Protocol { cut_offs: vec![k] }, &Silent).unwrap();
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
        let mut cases = Cases::new();
        // With seen items allowed the list after `a` is b (15/16), c (7/16), a (repeat 0.2), d (popular).
        cases.push(&model, ["a"], EventKind::View, "b"); // rank 1
        cases.push(&model, ["a"], EventKind::View, "a"); // rank 3, not new
        cases.push(&model, ["a"], EventKind::View, "c"); // rank 2
        cases.push(&model, ["a"], EventKind::View, "z"); // unknown
        let found = evaluate(&model, &cases, &Protocol { cut_offs: vec![2] }, &Silent).unwrap();

        let all = &found.all_targets;
        assert_eq!((all.num_targets, all.num_unknown_targets, all.num_without_history), (4, 1, 0));
        assert_eq!(all.accuracy, 1.0 / 4.0);
        let at = all.at[0];
        assert_eq!((at.hit_rate, at.recall, at.precision), (2.0 / 4.0, 2.0 / 4.0, 1.0 / 4.0));
        assert_eq!(at.mrr, (1.0 + 0.5) / 4.0);
        // F1 of a hit at k = 2: 2 / 3
        assert!((at.f1 - (2.0 / 3.0 * 2.0) / 4.0).abs() < 1e-12);
        assert!((at.ndcg - (1.0 + 1.0 / 3f64.log2()) / 4.0).abs() < 1e-12);
        // Every list starts with b, c.
        assert_eq!(at.coverage, 2.0 / 4.0);

        let discovery = &found.discovery;
        assert_eq!((discovery.num_targets, discovery.num_unknown_targets), (3, 1));
        assert!((discovery.at[0].hit_rate - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_history_of_unknown_items_is_shown_popular_ones() {
        let model = model_of(&["a", "b"], &[&[], &[]]);
        let mut cases = Cases::new();
        cases.push(&model, ["z"], EventKind::View, "a");
        let found = evaluate(&model, &cases, &Protocol::default(), &Silent).unwrap();
        assert_eq!(found.all_targets.num_without_history, 1);
        assert_eq!(found.all_targets.accuracy, 1.0);
    }

    #[test]
    fn figures_do_not_depend_on_the_number_of_threads() {
        let rows: Vec<Vec<(u32, u8)>> = (0..8).map(|item| vec![((item + 1) % 8, 7), ((item + 3) % 8, 2)]).collect();
        let model = random_model(&rows);
        let mut cases = Cases::new();
        for case in 0..2000 {
            let target = IDS[(case * 5 + case / 7) % 8];
            cases.push(&model, [IDS[case % 8], IDS[case / 3 % 8]], EventKind::View, target);
        }
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| evaluate(&model, &cases, &Protocol::default(), &Silent).unwrap())
        };
        assert_eq!(with(4), with(1));
    }

    #[test]
    fn no_cases_and_a_cut_off_of_zero_are_errors() {
        let model = model_of(&["a"], &[&[]]);
        let none = evaluate(&model, &Cases::new(), &Protocol::default(), &Silent);
        assert_eq!(none, Err(EvalError::NoCases));
        let zero = evaluate(&model, &Cases::new(), &Protocol { cut_offs: vec![20, 0] }, &Silent);
        assert_eq!(zero, Err(EvalError::CutOffs { found: vec![20, 0] }));
    }
}
