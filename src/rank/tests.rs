//! The ranker against a naive one, on random models, histories and options.

use super::*;
use crate::model::{About, Dictionary, Neighbours, Privacy, RankingParameters, Relation};
use proptest::prelude::*;

pub(super) const NUM_ITEMS: u32 = 12;

/// A model of 12 items from lists of (item, item, level) and popularity.
fn model(edges: &[(u32, u32, u8)], popularity: Vec<u8>) -> Model {
    let table = Neighbours::of_pairs(NUM_ITEMS as usize, edges.iter().copied());
    let ids: Vec<String> = (0..NUM_ITEMS).map(|item| format!("item-{item}")).collect();
    Model {
        items: Dictionary::new(&ids).unwrap(),
        tables: vec![(Relation::Next, table)],
        popularity,
        ranking: RankingParameters {
            decay: vec![1.0, 0.5, 0.25],
            repeat: vec![0.125, 0.75, 0.5],
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
        measurements: vec![],
    }
}

/// Scores every item from the formula, in the order of summation that the ranker documents.
fn naive_scores(model: &Model, history: &[HistoryEvent]) -> Vec<f32> {
    let table = model.table(Relation::Next).unwrap();
    (0..NUM_ITEMS)
        .map(|candidate| {
            let mut score = 0.0f32;
            for (position, event) in history.iter().enumerate().take(model.ranking.decay.len()) {
                let weight = model.ranking.decay[position] * model.ranking.event_weights[event.kind as usize];
                score += weight * table.row(event.item).weight_of(ItemIx(candidate));
                if event.item.0 == candidate {
                    score += model.ranking.repeat[position];
                }
            }
            score
        })
        .collect()
}

pub(super) fn any_history() -> impl Strategy<Value = Vec<HistoryEvent>> {
    let event = (0..NUM_ITEMS, 0usize..3)
        .prop_map(|(item, kind)| HistoryEvent { item: ItemIx(item), kind: EventKind::ALL[kind] });
    prop::collection::vec(event, 0..6)
}

pub(super) fn any_model() -> impl Strategy<Value = Model> {
    let edges = prop::collection::vec((0..NUM_ITEMS, 0..NUM_ITEMS, 0u8..8), 0..50);
    (edges, prop::collection::vec(0u8..4, NUM_ITEMS as usize)).prop_map(|(edges, popularity)| model(&edges, popularity))
}

proptest! {
    #[test]
    fn for_you_agrees_with_a_naive_ranker(
        model in any_model(),
        history in any_history(),
        exclude in prop::collection::vec((0..NUM_ITEMS).prop_map(ItemIx), 0..4),
        ineligible in prop::collection::vec(0..NUM_ITEMS, 0..6),
        k in 0usize..14,
        repeats: bool,
    ) {
        let scores = naive_scores(&model, &history);
        let mut expected: Vec<u32> = (0..NUM_ITEMS)
            .filter(|&item| !exclude.contains(&ItemIx(item)) && !ineligible.contains(&item))
            .filter(|&item| repeats || !history.iter().any(|event| event.item.0 == item))
            .collect();
        expected.sort_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            let by_score = scores[b].total_cmp(&scores[a]);
            let by_popularity = if scores[a] == 0.0 && scores[b] == 0.0 {
                model.popularity[b].cmp(&model.popularity[a])
            } else {
                std::cmp::Ordering::Equal
            };
            by_score.then(by_popularity).then(a.cmp(&b))
        });
        expected.truncate(k);

        let mut ranker = Ranker::new(&model);
        let options = Options { k, repeats, exclude: &exclude, ..Options::default() };
        for _ in 0..2 {
            let ranked = ranker.for_you(&model, &history, &options, &mut |item| !ineligible.contains(&item.0));
            let found: Vec<u32> = ranked.iter().map(|one| one.item.0).collect();
            prop_assert_eq!(&found, &expected);
            for one in &ranked {
                prop_assert_eq!(one.score, scores[one.item.as_usize()]);
            }
        }
    }

    #[test]
    fn a_seed_only_reorders_equals(model in any_model(), history in any_history(), seed: u32) {
        let mut ranker = Ranker::new(&model);
        let plain = Options { k: 12, ..Options::default() };
        let seeded = Options { seed: Some(seed), ..plain };
        let key = |one: &Ranked| (one.score, if one.score > 0.0 { 0 } else { model.popularity[one.item.as_usize()] });
        let first = ranker.for_you(&model, &history, &plain, &mut |_| true);
        let second = ranker.for_you(&model, &history, &seeded, &mut |_| true);
        let again = ranker.for_you(&model, &history, &seeded, &mut |_| true);
        prop_assert_eq!(&second, &again);
        prop_assert_eq!(first.iter().map(key).collect::<Vec<_>>(), second.iter().map(key).collect::<Vec<_>>());
        let mut items: Vec<_> = second.iter().map(|one| one.item).collect();
        items.sort();
        items.dedup();
        prop_assert_eq!(items.len(), second.len());
    }

    #[test]
    fn reasons_add_up_to_the_score(model in any_model(), history in any_history(), repeats: bool) {
        let mut ranker = Ranker::new(&model);
        let options = Options { k: 12, repeats, explain: true, ..Options::default() };
        for one in ranker.for_you(&model, &history, &options, &mut |_| true) {
            let total: f32 = one.reasons.iter().map(|reason| reason.share).sum();
            let expected = if one.score > 0.0 { 1.0 } else { 0.0 };
            prop_assert!((total - expected).abs() < 1e-5, "{one:?}");
            prop_assert!(one.reasons.iter().all(|reason| history.iter().any(|event| event.item == reason.item)));
        }
    }

    #[test]
    fn unknown_items_are_ignored(model in any_model(), item in NUM_ITEMS..u32::MAX, kind in 0usize..3) {
        let mut ranker = Ranker::new(&model);
        let options = Options { k: 5, repeats: true, exclude: &[ItemIx(item)], explain: true, ..Options::default() };
        let history = [HistoryEvent { item: ItemIx(item), kind: EventKind::ALL[kind] }];
        let expected = ranker.trending(&model, &options, &mut |_| true);
        prop_assert_eq!(ranker.for_you(&model, &history, &options, &mut |_| true), expected.clone());
        prop_assert_eq!(ranker.related(&model, ItemIx(item), &options, &mut |_| true), expected.clone());
        prop_assert_eq!(ranker.bought_together(&model, &[ItemIx(item)], &options, &mut |_| true), expected);
    }
}

#[test]
fn a_page_of_an_item_never_lists_the_item() {
    let model = model(&[(0, 1, 7), (0, 2, 3)], vec![9; NUM_ITEMS as usize]);
    let mut ranker = Ranker::new(&model);
    let options = Options { k: 20, ..Options::default() };
    let listed: Vec<u32> =
        ranker.related(&model, ItemIx(0), &options, &mut |_| true).iter().map(|one| one.item.0).collect();
    assert_eq!(listed, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
}

#[test]
fn a_list_of_what_is_bought_together_ends_as_asked() {
    let mut model = model(&[(0, 2, 3), (0, 3, 4), (1, 4, 3)], vec![9; NUM_ITEMS as usize]);
    let mut ranker = Ranker::new(&model);
    let options = Options { k: 4, ..Options::default() };
    let mut list = |model: &Model, item: u32, fallback| -> Vec<(u32, bool)> {
        let items = [ItemIx(item)];
        let ranked = ranker.bought_together_or(model, &items, fallback, &options, &mut |item| item.0 != 3);
        ranked.iter().map(|one| (one.item.0, one.score > 0.0)).collect()
    };
    // Without baskets, what is viewed next stands in for them if the list is to be full.
    assert_eq!(list(&model, 0, Fallback::Popular), [(2, true), (1, false), (4, false), (5, false)]);
    assert_eq!(list(&model, 0, Fallback::Related), [(2, true), (1, false), (4, false), (5, false)]);
    assert_eq!(list(&model, 0, Fallback::Nothing), []);
    let baskets = self::model(&[(0, 6, 3), (0, 3, 3)], vec![9; NUM_ITEMS as usize]);
    model.tables.push((Relation::Together, baskets.tables[0].1.clone()));
    let mut ranker = Ranker::new(&model);
    let mut list = |item: u32, fallback| -> Vec<(u32, bool)> {
        let items = [ItemIx(item)];
        let ranked = ranker.bought_together_or(&model, &items, fallback, &options, &mut |item| item.0 != 3);
        ranked.iter().map(|one| (one.item.0, one.score > 0.0)).collect()
    };
    assert_eq!(list(0, Fallback::Popular), [(6, true), (1, false), (2, false), (4, false)]);
    assert_eq!(list(0, Fallback::Related), [(6, true), (2, true), (1, false), (4, false)]);
    assert_eq!(list(0, Fallback::Nothing), [(6, true)]);
    // An item that nothing is bought with.
    assert_eq!(list(1, Fallback::Popular), [(0, false), (2, false), (4, false), (5, false)]);
    assert_eq!(list(1, Fallback::Related), [(4, true), (0, false), (2, false), (5, false)]);
    assert_eq!(list(1, Fallback::Nothing), []);
}

#[test]
fn a_cart_adds_up_its_items_and_falls_back_to_the_next_table() {
    let model = model(&[(0, 2, 3), (1, 2, 3), (0, 3, 4)], vec![0; NUM_ITEMS as usize]);
    let mut ranker = Ranker::new(&model);
    let options = Options { k: 2, explain: true, ..Options::default() };
    let ranked = ranker.bought_together(&model, &[ItemIx(0), ItemIx(1)], &options, &mut |_| true);
    // Level 3 of 8 is 7/16, twice; level 4 is 9/16.
    assert_eq!(ranked.iter().map(|one| (one.item.0, one.score)).collect::<Vec<_>>(), [(2, 0.875), (3, 0.5625)]);
    assert_eq!(ranked[0].reasons.iter().map(|reason| reason.share).collect::<Vec<_>>(), [0.5, 0.5]);
}
