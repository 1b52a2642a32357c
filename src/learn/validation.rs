//! Ranks held-out test cases with a learnt matrix: the quality that the search climbs on.

use crate::measure::{AT, Outcome, Quality, Target, TestCases, ViewQuality, Views, metrics};
use crate::model::RankingParameters;
use crate::{CsrMatrix, ItemIx};
use rayon::prelude::*;

/// Held-out test cases, and the items whose rows they need.
#[derive(Clone, Debug)]
pub(super) struct Validation {
    cases: TestCases,
    views: Views,
    are_baskets: bool,
    num_items: usize,
    /// Items of all histories, ascending.
    pub wanted: Vec<ItemIx>,
    /// Row of each item in a matrix made for `wanted`; `u32::MAX` without one.
    row_of: Vec<u32>,
}

/// Working memory of one thread.
struct Scratch {
    scores: Vec<f32>,
    touched: Vec<ItemIx>,
    seen: Vec<bool>,
}

impl Validation {
    pub fn new(cases: TestCases, views: Views, are_baskets: bool, num_items: usize) -> Validation {
        let history = |case| cases.history(case).iter().map(|event| event.item);
        let mut wanted: Vec<ItemIx> = (0..cases.len()).flat_map(history).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut row_of = vec![u32::MAX; num_items];
        for (row, item) in wanted.iter().enumerate() {
            row_of[item.as_usize()] = row as u32;
        }
        Validation { cases, views, are_baskets, num_items, wanted, row_of }
    }

    pub fn into_cases(self) -> TestCases {
        self.cases
    }

    pub fn num_cases(&self) -> usize {
        self.cases.len()
    }

    /// Ranks every test case with `matrix`, whose rows are those of `wanted`.
    pub fn measure(&self, matrix: &CsrMatrix, ranking: &RankingParameters) -> Quality {
        let scratch =
            || Scratch { scores: vec![0.0; self.num_items], touched: Vec::new(), seen: vec![false; self.num_items] };
        let outcomes: Vec<(Outcome, Outcome)> = (0..self.cases.len())
            .into_par_iter()
            .with_min_len(64)
            .map_init(scratch, |scratch, case| self.rank(case, matrix, ranking, scratch))
            .collect();
        let is_new = |case: &usize| self.cases.targets(*case).iter().any(|target| target.is_new);
        let num_new = (0..self.cases.len()).filter(is_new).count();
        let all = ViewQuality::mean(outcomes.iter().map(|one| &one.0), outcomes.len());
        Quality {
            all_targets: (self.views == Views::Both).then_some(all),
            discovery: ViewQuality::mean(outcomes.iter().map(|one| &one.1), num_new),
            are_baskets: self.are_baskets,
        }
    }

    /// Ranks one test case in both views: all targets, discovery.
    fn rank(
        &self,
        case: usize,
        matrix: &CsrMatrix,
        ranking: &RankingParameters,
        Scratch { scores, touched, seen }: &mut Scratch,
    ) -> (Outcome, Outcome) {
        let (history, targets) = (self.cases.history(case), self.cases.targets(case));
        for (position, event) in history.iter().enumerate() {
            let item = event.item.as_usize();
            seen[item] = true;
            let weight = ranking.decay[position] * ranking.event_weights[event.kind as usize];
            let (columns, values) = matrix.row(self.row_of[item] as usize);
            for (column, value) in columns.iter().zip(values) {
                let score = &mut scores[column.as_usize()];
                if *score == 0.0 {
                    touched.push(*column);
                }
                *score += weight * value;
            }
        }
        let unseen = touched.iter().copied().filter(|item| !seen[item.as_usize()]);
        let discovery = outcome(targets, true, scores, unseen);
        for (position, event) in history.iter().enumerate() {
            seen[event.item.as_usize()] = false;
            let score = &mut scores[event.item.as_usize()];
            if *score == 0.0 {
                touched.push(event.item);
            }
            *score += ranking.repeat[position];
        }
        let all = outcome(targets, false, scores, touched.iter().copied());
        touched.drain(..).for_each(|item| scores[item.as_usize()] = 0.0);
        (all, discovery)
    }
}

/// Measures one list, which is made only if several items are looked for; 0 without a target in the view.
fn outcome(targets: &[Target], only_new: bool, scores: &[f32], candidates: impl Iterator<Item = ItemIx>) -> Outcome {
    match targets {
        [target] if only_new && !target.is_new => Outcome::default(),
        [Target { item: Some(item), .. }] => match rank_of(*item, scores, candidates) {
            0 => Outcome::default(),
            rank => Outcome::of(&[rank], 1),
        },
        _ => {
            let counted = targets.iter().filter(|target| target.is_new || !only_new);
            let counted: Vec<ItemIx> = counted.filter_map(|target| target.item).collect();
            if counted.is_empty() {
                return Outcome::default();
            }
            Outcome::of(&metrics::ranks(&listed(scores, candidates), &counted), counted.len())
        }
    }
}

/// Returns the [`AT`] candidates of the largest scores, ties by item; those without a score are left out.
fn listed(scores: &[f32], candidates: impl Iterator<Item = ItemIx>) -> Vec<ItemIx> {
    let scored = candidates.map(|item| (scores[item.as_usize()], item)).filter(|one| one.0 > 0.0);
    let mut listed: Vec<(f32, ItemIx)> = scored.collect();
    let best_first = |a: &(f32, ItemIx), b: &(f32, ItemIx)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if listed.len() > AT {
        listed.select_nth_unstable_by(AT, best_first);
        listed.truncate(AT);
    }
    listed.sort_unstable_by(best_first);
    listed.into_iter().map(|one| one.1).collect()
}

/// Returns the rank of `target` among `candidates`, from 1, ties by item; 0 if it has no score.
fn rank_of(target: ItemIx, scores: &[f32], candidates: impl Iterator<Item = ItemIx>) -> usize {
    let own = scores[target.as_usize()];
    if own <= 0.0 {
        return 0;
    }
    1 + candidates
        .filter(|&item| {
            let score = scores[item.as_usize()];
            score > own || (score == own && item < target)
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;
    use crate::learn::hyperparameters::{Hyperparameter, Hyperparameters};
    use crate::learn::task::ranking;
    use crate::learn::tasks::{NextBasket, NextItem};
    use crate::rank::HistoryEvent;

    fn rows(lists: &[&[(u32, f32)]]) -> CsrMatrix {
        CsrMatrix::build(
            lists.len(),
            || (),
            |(), row, columns, values| {
                for &(column, value) in lists[row] {
                    columns.push(ItemIx(column));
                    values.push(value);
                }
            },
        )
    }

    fn target(item: u32, is_new: bool) -> Target {
        Target { item: Some(ItemIx(item)), is_new }
    }

    fn history(items: &[u32], kind: EventKind) -> Vec<HistoryEvent> {
        items.iter().map(|&item| HistoryEvent { item: ItemIx(item), kind }).collect()
    }

    #[test]
    fn the_two_views_rank_a_seen_and_a_new_target() {
        let mut cases = TestCases::new();
        cases.push(history(&[0, 1], EventKind::View), [target(1, false)], 0, 2);
        cases.push(history(&[0], EventKind::View), [target(3, true)], 1, 1);
        let validation = Validation::new(cases, Views::Both, false, 4);
        assert_eq!(validation.wanted, [ItemIx(0), ItemIx(1)]);
        // Row 0: item 2 before item 3. The newest event's own bonus of 0.69 is the first example's second place behind
        // item 2 with 5, the bonus of position 1 is 2.86 * 2^-1.79 = 0.83, so item 1 ranks second of {2: 5, 1: .83, 0:
        // .69, 3: .5}.
        let matrix = rows(&[&[(2, 5.0), (3, 0.5)], &[]]);
        let quality = validation.measure(&matrix, &ranking(&NextItem, &Hyperparameters::default(), true));
        let all = quality.all_targets.unwrap();
        // Second example: {2: 5, 0: .69, 3: .5} gives rank 3; without seen items rank 2.
        assert_eq!(all.recall, 1.0);
        assert!((all.mrr - (1.0 / 2.0 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(quality.discovery.recall, 1.0);
        assert_eq!(quality.discovery.mrr, 0.5);
    }

    #[test]
    fn the_two_views_find_what_was_bought_again_and_what_was_new() {
        let mut cases = TestCases::new();
        let targets = [target(1, false), target(3, true), target(4, true)];
        cases.push(history(&[0, 1], EventKind::Purchase), targets, 0, 2);
        let validation = Validation::new(cases, Views::Both, true, 5);
        let mut values = Hyperparameters::default();
        values[Hyperparameter::RepeatOlder] = 1.0;
        values[Hyperparameter::RepeatPower] = 1.0;
        values[Hyperparameter::RepeatTau] = 1.0;
        // Scores {2: 5, 0: 1, 1: 1/2, 3: 1/4}: item 1 ranks third, item 3 fourth, item 4 not at all.
        let quality = validation.measure(&rows(&[&[(2, 5.0), (3, 0.25)], &[]]), &ranking(&NextBasket, &values, true));
        let all = quality.all_targets.unwrap();
        let gain = |rank: f64| 1.0 / (rank + 1.0).log2();
        let close = |actual: f64, expected: f64| assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        close(all.recall, 2.0 / 3.0);
        close(all.ndcg, (gain(3.0) + gain(4.0)) / (gain(1.0) + gain(2.0) + gain(3.0)));
        // Without what was bought, item 3 ranks second of {2: 5, 3: 1/4}.
        close(quality.discovery.recall, 1.0 / 2.0);
        close(quality.discovery.ndcg, gain(2.0) / (gain(1.0) + gain(2.0)));
    }
}
