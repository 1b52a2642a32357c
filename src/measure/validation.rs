//! Ranks held-out test cases with the rows of a matrix: the quality that searches climb on.

use super::{AT, Outcome, Quality, Target, TestCases, ViewQuality, Views};
use crate::model::RankingParameters;
use crate::nearest::Nearest;
use crate::rank::HistoryEvent;
use crate::{CsrMatrix, ItemIx};
use rayon::prelude::*;

/// Held-out test cases, and the items whose rows they need.
#[derive(Clone, Debug)]
pub(crate) struct Validation {
    cases: TestCases,
    views: Views,
    are_baskets: bool,
    num_items: usize,
    /// Items of all histories, ascending.
    pub wanted: Vec<ItemIx>,
    /// Row of each item in a matrix made for `wanted`; `u32::MAX` without one.
    row_of: Vec<u32>,
}

/// Scores of one test case: working memory of one thread.
struct Scores {
    /// By item, 0 without a score. Items of the history are 0 until [`give_back`](Scores::give_back).
    scores: Vec<f32>,
    /// Items that rows gave a score; the first `num_touched` count.
    touched: Vec<ItemIx>,
    num_touched: usize,
    is_seen: Vec<bool>,
    /// Items of the history, each once, with the score that rows gave them.
    seen: Vec<(ItemIx, f32)>,
    best: Nearest,
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
        let outcomes: Vec<(Outcome, Outcome)> = (0..self.cases.len())
            .into_par_iter()
            .with_min_len(64)
            .map_init(|| Scores::new(self.num_items), |scores, case| self.rank(case, matrix, ranking, scores))
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
        scores: &mut Scores,
    ) -> (Outcome, Outcome) {
        let (history, targets) = (self.cases.history(case), self.cases.targets(case));
        for (event, decay) in history.iter().zip(&ranking.decay) {
            let weight = decay * ranking.event_weights[event.kind as usize];
            scores.add_row(matrix.row(self.row_of[event.item.as_usize()] as usize), weight);
        }
        scores.set_apart(history);
        let outcomes = match *targets {
            [target] => scores.rank_one(target, history, &ranking.repeat),
            _ => scores.rank_several(targets, history, &ranking.repeat),
        };
        scores.clear();
        outcomes
    }
}

impl Scores {
    fn new(num_items: usize) -> Scores {
        Scores {
            scores: vec![0.0; num_items],
            touched: vec![ItemIx(0); num_items + 1],
            num_touched: 0,
            is_seen: vec![false; num_items],
            seen: Vec::new(),
            best: Nearest::new(AT),
        }
    }

    fn add_row(&mut self, (columns, values): (&[ItemIx], &[f32]), weight: f32) {
        for (column, value) in columns.iter().zip(values) {
            let score = &mut self.scores[column.as_usize()];
            let part = weight * value;
            // Without a branch: whether an item is new is what a processor cannot foresee. A part that is too small for
            // a float gives no score.
            self.touched[self.num_touched] = *column;
            self.num_touched += usize::from(*score == 0.0) * usize::from(part > 0.0);
            *score += part;
        }
    }

    /// Sets the items of the history apart, so that what is left are the candidates of discovery.
    fn set_apart(&mut self, history: &[HistoryEvent]) {
        for HistoryEvent { item, .. } in history {
            if !std::mem::replace(&mut self.is_seen[item.as_usize()], true) {
                self.seen.push((*item, std::mem::take(&mut self.scores[item.as_usize()])));
            }
        }
    }

    /// Gives the items of the history their scores back, with the bonus of their positions.
    fn give_back(&mut self, history: &[HistoryEvent], bonus: &[f32]) {
        for &(item, score) in &self.seen {
            self.scores[item.as_usize()] = score;
        }
        for (event, bonus) in history.iter().zip(bonus) {
            self.scores[event.item.as_usize()] += bonus;
        }
    }

    /// Ranks the only target: all candidates, discovery. No list is made, better candidates are counted.
    fn rank_one(&mut self, target: Target, history: &[HistoryEvent], bonus: &[f32]) -> (Outcome, Outcome) {
        let Some(item) = target.item else { return Default::default() };
        let mut own = self.scores[item.as_usize()];
        if self.is_seen[item.as_usize()] {
            own = self.seen.iter().find(|seen| seen.0 == item).map_or(0.0, |seen| seen.1);
            let at = history.iter().zip(bonus).filter(|(event, _)| event.item == item);
            at.for_each(|(_, bonus)| own += bonus);
        }
        if own <= 0.0 {
            return Default::default();
        }
        let is_better = |other: ItemIx, score: f32| score > own || (score == own && other < item);
        let touched = &self.touched[..self.num_touched];
        let num_unseen = touched.iter().filter(|other| is_better(**other, self.scores[other.as_usize()])).count();
        self.give_back(history, bonus);
        let num_seen = self.seen.iter().filter(|seen| is_better(seen.0, self.scores[seen.0.as_usize()])).count();
        let discovery = if target.is_new { Outcome::of(&[num_unseen + 1], 1) } else { Outcome::default() };
        (Outcome::of(&[num_unseen + num_seen + 1], 1), discovery)
    }

    /// Ranks several targets: all candidates, discovery.
    fn rank_several(&mut self, targets: &[Target], history: &[HistoryEvent], bonus: &[f32]) -> (Outcome, Outcome) {
        self.best.start();
        for item in &self.touched[..self.num_touched] {
            self.best.offer(self.scores[item.as_usize()], || item.0);
        }
        let mut listed: Vec<(f32, ItemIx)> =
            self.best.best_first().map(|(item, score)| (score, ItemIx(item))).collect();
        listed.retain(|one| one.0 > 0.0);
        let discovery = outcome(targets, true, &listed);
        self.give_back(history, bonus);
        listed.extend(self.seen.iter().map(|seen| (self.scores[seen.0.as_usize()], seen.0)).filter(|one| one.0 > 0.0));
        listed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        listed.truncate(AT);
        (outcome(targets, false, &listed), discovery)
    }

    fn clear(&mut self) {
        for item in &self.touched[..self.num_touched] {
            self.scores[item.as_usize()] = 0.0;
        }
        self.num_touched = 0;
        for (item, _) in self.seen.drain(..) {
            self.scores[item.as_usize()] = 0.0;
            self.is_seen[item.as_usize()] = false;
        }
    }
}

/// Measures one list; 0 without a target in the view.
fn outcome(targets: &[Target], only_new: bool, listed: &[(f32, ItemIx)]) -> Outcome {
    let counted = targets.iter().filter(|target| target.is_new || !only_new);
    let counted: Vec<ItemIx> = counted.filter_map(|target| target.item).collect();
    if counted.is_empty() {
        return Outcome::default();
    }
    let ranks: Vec<usize> = (1..=listed.len()).filter(|&rank| counted.contains(&listed[rank - 1].1)).collect();
    Outcome::of(&ranks, counted.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    /// Every history event counts alike, with a bonus by position.
    fn ranking(repeat: &[f32]) -> RankingParameters {
        RankingParameters { decay: vec![1.0; repeat.len()], repeat: repeat.to_vec(), event_weights: [1.0; 3] }
    }

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
        // With the bonus of position 1, item 1 ranks second of {2: 5, 1: .8, 0: .7, 3: .5}.
        let matrix = rows(&[&[(2, 5.0), (3, 0.5)], &[]]);
        let quality = validation.measure(&matrix, &ranking(&[0.7, 0.8]));
        let all = quality.all_targets.unwrap();
        // Second example: {2: 5, 0: .7, 3: .5} gives rank 3; without seen items rank 2.
        assert_eq!(all.recall, 1.0);
        assert!((all.mrr - (1.0 / 2.0 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(quality.discovery.recall, 1.0);
        assert_eq!(quality.discovery.mrr, 0.5);
    }

    #[test]
    fn events_that_no_longer_count_give_no_scores() {
        let mut cases = TestCases::new();
        cases.push(history(&[0, 0, 0, 0, 1], EventKind::View), [target(2, true)], 0, 5);
        let validation = Validation::new(cases, Views::Both, false, 3);
        let ranking = RankingParameters { decay: vec![0.0, 1e-44, 0.0, 0.0, 1.0], ..ranking(&[0.0; 5]) };
        let quality = validation.measure(&rows(&[&[(1, 5.0), (2, 1e-3)], &[(2, 1.0)]]), &ranking);
        // Item 0 gives next to nothing to item 1, which is seen, and nothing to item 2, which item 1 lists.
        assert_eq!((quality.discovery.mrr, quality.all_targets.unwrap().mrr), (1.0, 1.0));
    }

    #[test]
    fn the_two_views_find_what_was_bought_again_and_what_was_new() {
        let mut cases = TestCases::new();
        let targets = [target(1, false), target(3, true), target(4, true)];
        cases.push(history(&[0, 1], EventKind::Purchase), targets, 0, 2);
        let validation = Validation::new(cases, Views::Both, true, 5);
        // Scores {2: 5, 0: 1, 1: 1/2, 3: 1/4}: item 1 ranks third, item 3 fourth, item 4 not at all.
        let quality = validation.measure(&rows(&[&[(2, 5.0), (3, 0.25)], &[]]), &ranking(&[1.0, 0.5]));
        let all = quality.all_targets.unwrap();
        let gain = |rank: f64| 1.0 / libm::log2(rank + 1.0);
        let close = |actual: f64, expected: f64| assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        close(all.recall, 2.0 / 3.0);
        close(all.ndcg, (gain(3.0) + gain(4.0)) / (gain(1.0) + gain(2.0) + gain(3.0)));
        // Without what was bought, item 3 ranks second of {2: 5, 3: 1/4}.
        close(quality.discovery.recall, 1.0 / 2.0);
        close(quality.discovery.ndcg, gain(2.0) / (gain(1.0) + gain(2.0)));
    }
}
