use super::*;
use crate::events::Sessions;
use crate::measure::{ListMaker, Target, metrics};
use crate::rank::HistoryEvent;
use crate::{EventKind, Silent};
use proptest::prelude::*;

/// Lists the same items for everybody, without those of the history unless repeats are allowed.
struct Fixed(&'static str, Vec<u32>);

impl Recommender for Fixed {
    fn name(&self) -> &str {
        self.0
    }

    fn num_items(&self) -> usize {
        5
    }

    fn list_maker(&self) -> Box<dyn ListMaker + '_> {
        Box::new(FixedListMaker(&self.1))
    }
}

struct FixedListMaker<'a>(&'a [u32]);

impl ListMaker for FixedListMaker<'_> {
    fn list(&mut self, history: &[HistoryEvent], k: usize, repeats: bool, out: &mut Vec<ItemIx>) {
        let is_free = |item: &ItemIx| repeats || history.iter().all(|event| event.item != *item);
        out.clear();
        out.extend(self.0.iter().map(|&item| ItemIx(item)).filter(is_free).take(k));
    }
}

/// Five items; 0 in four sessions, 1 in two, 2 in one; 0 and 1 together twice.
fn train() -> EventLog {
    let mut sessions = Sessions::new(false);
    for (number, items) in (0..).zip([&[0, 1][..], &[0, 1], &[0, 2], &[0]]) {
        sessions.push_items(items, EventKind::View, number, None);
    }
    EventLog { item_ids: ["a", "b", "c", "d", "e"].map(String::from).to_vec(), sessions, ..EventLog::default() }
}

/// History, newest first, and targets with whether they are new.
type Given<'a> = (&'a [u32], &'a [(Option<u32>, bool)]);

fn cases(given: &[Given]) -> TestCases {
    let mut cases = TestCases::new();
    for (number, (history, targets)) in (0..).zip(given) {
        let history = history.iter().map(|&item| HistoryEvent { item: ItemIx(item), kind: EventKind::View });
        let length = history.len() as u32;
        let targets = targets.iter().map(|&(item, is_new)| Target { item: item.map(ItemIx), is_new });
        cases.push(history, targets, number, length);
    }
    cases
}

fn options(cut_offs: &[usize]) -> CompareOptions {
    CompareOptions { cut_offs: cut_offs.to_vec(), draws: 50, seed: 1 }
}

fn close(actual: f64, expected: f64) -> bool {
    (actual - expected).abs() < 1e-9
}

#[test]
fn figures_are_those_worked_out_by_hand() {
    let cases = cases(&[
        // The list 0 1 2 has both targets, at 2 and 3; in discovery 0 is barred, and the list is 1 2 3.
        (&[0], &[(Some(1), true), (Some(2), true)]),
        // The target is a repeat at rank 1, and no target in discovery.
        (&[0, 0], &[(Some(0), false)]),
        (&[], &[(None, true), (Some(4), true)]),
    ]);
    let ours = Fixed("ours", vec![0, 1, 2, 3]);
    let found = compare(&train(), &cases, &[&ours], &[], &options(&[2, 3]), &Silent).unwrap();
    assert_eq!((found.num_cases, found.num_clusters, found.clusters), (3, 3, "rows"));
    assert!(!found.has_single_targets);
    let all = &found.all_targets;
    assert_eq!((all.num_lists, all.num_targets, all.num_unknown_targets, all.num_without_history), (3, 5, 1, 1));
    let (two, three) = (all.systems[0].at[0], all.systems[0].at[1]);
    assert!(close(all.systems[0].accuracy.value, 1.0 / 3.0));
    assert!(close(three.hit_rate.value, 2.0 / 3.0));
    assert!(close(two.recall.value, (0.5 + 1.0) / 3.0));
    assert!(close(three.recall.value, (1.0 + 1.0) / 3.0));
    assert!(close(three.precision.value, (2.0 / 3.0 + 1.0 / 3.0) / 3.0));
    assert!(close(three.mrr.value, (0.5 + 1.0) / 3.0));
    // (1/2 + 2/3) / 2, 1, 0
    assert!(close(three.map.value, (7.0 / 12.0 + 1.0) / 3.0));
    // Two of five items stand in the first two, three in the first three; each three times.
    assert!(close(two.coverage, 0.4) && close(three.coverage, 0.6));
    // 0 0 3 3 3, n = 5: ((6-6)*3 + (8-6)*3 + (10-6)*3) / (5 * 9) = 18/45
    assert!(close(three.gini, 0.4));
    // Shares of sessions: 4/4, 2/4, 1/4: 0, 1 and 2 bits.
    assert!(close(two.novelty.value, 0.5) && close(three.novelty.value, 1.0));
    // cos(0,1) = 2 / sqrt(4 * 2), cos(0,2) = 1 / sqrt(4 * 1), cos(1,2) = 0
    let cosine = 2.0 / 8f64.sqrt();
    assert!((two.diversity.value - (1.0 - cosine)).abs() < 1e-6);
    assert!((three.diversity.value - (1.0 - (cosine + 0.5) / 3.0)).abs() < 1e-6);

    let discovery = &found.discovery;
    assert_eq!((discovery.num_lists, discovery.num_targets), (2, 4));
    assert!(close(discovery.systems[0].at[0].recall.value, 0.5));
    assert!(discovery.verdict.is_none());
}

#[test]
fn the_verdict_is_against_the_best_simple_method() {
    let many: Vec<Given> = (0..200)
        .map(|case| match case % 4 {
            0 => (&[4][..], &[(Some(1), true)][..]),
            1 => (&[4][..], &[(Some(2), true)][..]),
            _ => (&[4, 4, 4][..], &[(Some(0), true)][..]),
        })
        .collect();
    let cases = cases(&many);
    let (ours, good, bad) = (Fixed("ours", vec![1, 0]), Fixed("good", vec![0]), Fixed("bad", vec![2]));
    let found = compare(&train(), &cases, &[&ours], &[&bad, &good], &options(&[2]), &Silent).unwrap();
    let verdict = found.all_targets.verdict.unwrap();
    // Ours finds 0 and 1: 3/4 of the targets; good finds 0: 2/4, but first.
    assert_eq!((verdict.baseline.as_str(), verdict.recall, verdict.baseline_recall), ("good", 0.75, 0.5));
    assert_eq!(verdict.outcome, crate::eval::Outcome::Better);
    assert!(verdict.difference.low > 0.1 && verdict.difference.high < 0.4, "{verdict:?}");
    assert!(verdict.text.starts_with("On 200 targets ours finds 75.0 %"), "{}", verdict.text);
    assert!(verdict.text.contains("25.0 points more"), "{}", verdict.text);

    let by_history: Vec<(&str, usize, f64)> =
        found.all_targets.by_history.iter().map(|slice| (&*slice.name, slice.num_targets, slice.found.value)).collect();
    assert_eq!(by_history, [("1", 100, 0.5), ("3-4", 100, 1.0)]);
    // Item 0 has 4 of 7 events, so that its middle is at 2/7; 1 at 5/7, 2 at 6.5/7.
    let by_popularity: Vec<(&str, usize, usize)> = found
        .all_targets
        .by_popularity
        .iter()
        .map(|slice| (&*slice.name, slice.num_items, slice.num_targets))
        .collect();
    assert_eq!(
        by_popularity,
        [("20-30 % of events", 1, 100), ("70-80 % of events", 1, 50), ("90-100 % of events", 3, 50)]
    );
}

#[test]
fn equal_systems_are_a_tie() {
    let cases = cases(&[(&[4], &[(Some(1), true)]), (&[4], &[(Some(3), true)])]);
    let (ours, simple) = (Fixed("ours", vec![1]), Fixed("simple", vec![1]));
    let found = compare(&train(), &cases, &[&ours], &[&simple], &options(&[1]), &Silent).unwrap();
    assert_eq!(found.all_targets.verdict.unwrap().outcome, crate::eval::Outcome::Tie);
}

#[test]
fn threads_change_nothing() {
    let given: Vec<Given> = (0..500)
        .map(|case| if case % 3 == 0 { (&[0][..], &[(Some(1), true)][..]) } else { (&[1][..], &[(Some(2), true)][..]) })
        .collect();
    let cases = cases(&given);
    let log = train();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fitted = crate::eval::baselines::fit(&log, None, &Silent);
            let fitted: Vec<&dyn Recommender> = fitted.iter().map(AsRef::as_ref).collect();
            compare(&log, &cases, &[&Fixed("ours", vec![1, 2])], &fitted, &options(&[1, 3]), &Silent).unwrap()
        })
    };
    assert_eq!(with(4), with(1));
}

#[test]
fn no_cases_and_no_cut_offs_are_errors() {
    let ours = Fixed("ours", vec![0]);
    let none = compare(&train(), &TestCases::new(), &[&ours], &[], &options(&[1]), &Silent);
    assert_eq!(none, Err(EvalError::NoCases));
    let cases = cases(&[(&[0], &[(Some(1), true)])]);
    let zero = compare(&train(), &cases, &[&ours], &[], &options(&[0]), &Silent);
    assert_eq!(zero, Err(EvalError::CutOffs { found: vec![0] }));
}

proptest! {
    /// The means of a comparison against those of the metrics, list by list.
    #[test]
    fn means_equal_those_of_single_lists(
        given in proptest::collection::vec(
            (proptest::collection::vec(0u32..5, 0..4), proptest::collection::btree_set(0u32..5, 1..4)), 1..20),
        order in Just(vec![0u32, 1, 2, 3, 4]).prop_shuffle(),
        k in 1usize..6,
    ) {
        let mut cases = TestCases::new();
        for (number, (history, targets)) in (0..).zip(&given) {
            let events = history.iter().map(|&item| HistoryEvent { item: ItemIx(item), kind: EventKind::View });
            let targets = targets.iter().map(|&item| Target { item: Some(ItemIx(item)), is_new: !history.contains(&item) });
            cases.push(events, targets, number, 1);
        }
        let found = compare(&train(), &cases, &[&Fixed("ours", order.clone())], &[], &options(&[k]), &Silent).unwrap();
        for (view, repeats) in [(&found.all_targets, true), (&found.discovery, false)] {
            let (mut recall, mut ndcg, mut num) = (0.0, 0.0, 0.0);
            for (history, targets) in &given {
                let wanted: Vec<u32> = targets.iter().copied().filter(|item| repeats || !history.contains(item)).collect();
                let listed: Vec<u32> =
                    order.iter().copied().filter(|item| repeats || !history.contains(item)).take(k).collect();
                if !wanted.is_empty() {
                    let ranks = metrics::ranks(&listed, &wanted);
                    recall += metrics::recall(&ranks, wanted.len(), k);
                    ndcg += metrics::ndcg(&ranks, wanted.len(), k);
                    num += 1.0;
                }
            }
            prop_assert_eq!(view.num_lists as f64, num);
            if num > 0.0 {
                prop_assert!(close(view.systems[0].at[0].recall.value, recall / num));
                prop_assert!(close(view.systems[0].at[0].ndcg.value, ndcg / num));
            }
        }
    }
}
