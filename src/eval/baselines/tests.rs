use super::*;
use crate::rank::HistoryEvent;
use crate::{EventKind, Silent};
use proptest::prelude::*;

/// (shopper, end in days, items).
type Given<'a> = (u32, i64, &'a [u32]);

fn log(num_items: usize, sessions: &[Given]) -> EventLog {
    let mut built = Sessions::new(true);
    for &(shopper, day, items) in sessions {
        built.push_items(items, EventKind::View, shopper, day * 86_400_000);
    }
    EventLog { item_ids: (0..num_items).map(|item| item.to_string()).collect(), sessions: built, ..EventLog::default() }
}

/// Newest first.
fn history(items: &[u32]) -> Vec<HistoryEvent> {
    items.iter().map(|&item| HistoryEvent { item: ItemIx(item), kind: EventKind::View }).collect()
}

fn list(log: &EventLog, name: &str, newest_first: &[u32], k: usize, repeats: bool) -> Vec<u32> {
    let systems = fit(log, None, &Silent);
    let system = systems.iter().find(|system| system.name().starts_with(name)).expect("a method of this name");
    let mut out = vec![ItemIx(99)];
    system.list_maker().list(&history(newest_first), k, repeats, &mut out);
    out.iter().map(|item| item.0).collect()
}

#[test]
fn popularity_is_that_of_all_time_or_of_the_last_tenth() {
    // 0 three times, long ago; 1 twice, 2 once on the last day; 3 never.
    let log = log(4, &[(0, 0, &[0, 0, 0]), (1, 50, &[1]), (2, 100, &[1, 2])]);
    assert_eq!(list(&log, "popularity, all", &[], 4, true), [0, 1, 2, 3]);
    assert_eq!(list(&log, "popularity, recent", &[], 4, true), [1, 2, 0, 3]);
    assert_eq!(list(&log, "popularity, all", &[1, 0], 4, false), [2, 3]);
}

#[test]
fn what_was_seen_comes_back_by_time_or_by_number() {
    let log = log(4, &[(0, 0, &[3, 3, 0, 1, 2])]);
    assert_eq!(list(&log, "recently seen", &[2, 1, 2, 0], 4, true), [2, 1, 0, 3]);
    // 1 twice; 0 and 2 once, and 2 later.
    assert_eq!(list(&log, "seen most often", &[1, 2, 0, 1], 4, true), [1, 2, 0, 3]);
}

#[test]
fn cosines_are_of_sessions_and_fade_by_place() {
    // cos(0, 1) = 2 / sqrt(2 * 3); cos(0, 2) = 1 / sqrt(2 * 1); cos(3, 4) = 1
    let log = log(5, &[(0, 0, &[0, 1, 1]), (1, 1, &[0, 1, 2]), (2, 2, &[1]), (3, 3, &[3, 4])]);
    assert_eq!(list(&log, "item-item", &[0], 2, false), [1, 2]);
    // 4 has 1 / 1 from the newest; 1 has 0.816 / 2.
    assert_eq!(list(&log, "item-item", &[3, 0], 2, false), [4, 1]);
}

#[test]
fn rules_weigh_by_the_inverse_distance_and_go_forward_only() {
    // 0 -> 1: 1/2 + 1/2 = 1; 0 -> 2: 1 + 1 = 2; 1 -> 3: 1
    let log = log(4, &[(0, 0, &[0, 2, 1]), (1, 1, &[0, 2, 1, 3])]);
    assert_eq!(list(&log, "sequential", &[0], 2, false), [2, 1]);
    assert_eq!(list(&log, "sequential", &[1, 0], 1, false), [3]);
}

#[test]
fn vsknn_prefers_sessions_that_hold_the_newest_item() {
    // With 0 the newest: the first session has 0 (weight 1), the second 1 (weight 1/2, and 1/2 for its place).
    let log = log(5, &[(0, 0, &[0, 2]), (1, 1, &[1, 3]), (2, 2, &[4])]);
    assert_eq!(list(&log, "session-kNN (V", &[0, 1], 2, false), [2, 3]);
    assert_eq!(list(&log, "session-kNN (V", &[1, 0], 2, false), [3, 2]);
}

#[test]
fn stan_prefers_recent_sessions_and_near_items() {
    // Both hold item 0; the second is 10 days later.
    let by_age = log(4, &[(0, 0, &[0, 1]), (1, 10, &[0, 2])]);
    assert_eq!(list(&by_age, "session-kNN (S", &[0], 2, false), [2, 1]);
    // One session: 3 stands beside 0, 1 and 2 further away.
    let by_distance = log(4, &[(0, 0, &[1, 2, 3, 0])]);
    assert_eq!(list(&by_distance, "session-kNN (S", &[0], 3, false), [3, 2, 1]);
}

#[test]
fn alike_shoppers_speak_over_all_their_sessions() {
    // Shopper 0 has 0 1 2 over two sessions: cos = 2 / sqrt(2 * 3); shopper 1 has 1 3: cos = 1 / 2.
    let log = log(4, &[(0, 0, &[0, 1]), (1, 1, &[1, 3]), (0, 2, &[2])]);
    assert_eq!(list(&log, "shopper-kNN", &[0, 1], 2, false), [2, 3]);
}

#[test]
fn content_needs_words_in_common_that_are_rare() {
    let title = |title| Some(Description { title: Some(title), ..Description::default() });
    let log = log(5, &[(0, 0, &[0, 1, 2, 3, 4])]);
    // `pan` is in four of five titles, `copper` in two.
    let descriptions = [title("copper pan"), title("pan red"), title("pan copper"), title("pan"), None];
    let systems = fit(&log, Some(&descriptions), &Silent);
    let content = systems.iter().find(|system| system.name().starts_with("content")).unwrap();
    let mut out = Vec::new();
    content.list_maker().list(&history(&[0]), 1, false, &mut out);
    assert_eq!(out, [ItemIx(2)]);
    assert!(systems.iter().any(|system| system.name() == "hybrid: cosine + content"));
}

#[test]
fn the_hybrid_prefers_what_both_lists_have() {
    // Cosine of 0: 1 and 2 alike; the rules of 0 know 2 alone, for 1 comes before.
    let log = log(4, &[(0, 0, &[1, 0, 2]), (1, 1, &[3])]);
    assert_eq!(list(&log, "hybrid", &[0], 2, false), [2, 1]);
}

proptest! {
    /// For every method: k items if there are as many, each once, none of the history without repeats.
    #[test]
    fn lists_are_full_and_without_copies(
        sessions in proptest::collection::vec((0u32..4, proptest::collection::vec(0u32..12, 1..8)), 1..12),
        newest_first in proptest::collection::vec(0u32..12, 0..6),
        k in 1usize..14,
        repeats in any::<bool>(),
    ) {
        let given: Vec<Given> =
            (0..).zip(&sessions).map(|(day, (shopper, items))| (*shopper, day, &items[..])).collect();
        let log = log(12, &given);
        let barred: std::collections::BTreeSet<u32> =
            if repeats { std::collections::BTreeSet::default() } else { newest_first.iter().copied().collect() };
        for system in fit(&log, None, &Silent) {
            let mut lister = system.list_maker();
            let (mut first, mut again) = (Vec::new(), Vec::new());
            lister.list(&history(&newest_first), k, repeats, &mut first);
            lister.list(&history(&newest_first), k, repeats, &mut again);
            prop_assert_eq!(&first, &again, "{} remembers", system.name());
            let distinct: std::collections::BTreeSet<u32> = first.iter().map(|item| item.0).collect();
            prop_assert_eq!(first.len(), k.min(12 - barred.len()), "{}", system.name());
            prop_assert_eq!(distinct.len(), first.len(), "{}", system.name());
            prop_assert!(distinct.is_disjoint(&barred), "{}", system.name());
        }
    }

    /// V-SKNN against a plain walk over all sessions; few enough that no sample is cut.
    #[test]
    fn vsknn_equals_walking_over_all_sessions(
        sessions in proptest::collection::vec(proptest::collection::vec(0u32..8, 1..6), 1..15),
        newest_first in proptest::collection::vec(0u32..8, 1..5),
    ) {
        let given: Vec<Given> = (0..).zip(&sessions).map(|(day, items)| (day as u32, day, &items[..])).collect();
        let log = log(8, &given);
        let mut distinct: Vec<u32> = Vec::new();
        newest_first.iter().for_each(|item| if !distinct.contains(item) { distinct.push(*item) });
        let length = distinct.len() as f32;
        let mut scores = [0.0f32; 8];
        for items in &sessions {
            let held: Vec<usize> = (0..distinct.len()).filter(|&at| items.contains(&distinct[at])).collect();
            let Some(newest) = held.first() else { continue };
            let similarity: f32 = held.iter().map(|&at| (length - at as f32) / length).sum();
            let items: std::collections::BTreeSet<u32> = items.iter().copied().collect();
            items.iter().for_each(|&item| scores[item as usize] += similarity / (newest + 1) as f32);
        }
        let found = list(&log, "session-kNN (V", &newest_first, 8, true);
        let of_found: Vec<f32> = found.iter().map(|&item| scores[item as usize]).collect();
        prop_assert!(of_found.windows(2).all(|pair| pair[0] >= pair[1] - 1e-4), "{of_found:?}");
    }
}
