use super::*;
use crate::Silent;
use proptest::prelude::*;

/// (shopper, first ms, items a minute apart); sessions have to come in the order of their ends.
type Given<'a> = (u32, i64, &'a [u32]);

fn log(has_shoppers: bool, sessions: &[Given]) -> EventLog {
    let mut log = EventLog { item_ids: (0..9).map(|item| format!("i{item}")).collect(), ..EventLog::default() };
    log.sessions = Sessions::new(has_shoppers);
    let mut details = Details::default();
    for &(shopper, first_ms, items) in sessions {
        details.times_ms.extend((0..items.len() as i64).map(|at| first_ms + at * 60_000));
        let end_ms = first_ms + (items.len() as i64 - 1) * 60_000;
        log.sessions.push_items(items, EventKind::View, shopper, end_ms);
    }
    log.details = Some(details);
    log
}

/// History (newest first) and targets as ids, `?` for what training does not know.
fn asked(split: &Split) -> Vec<(Vec<&str>, Vec<&str>)> {
    let id = |item: ItemIx| split.train.item_ids[item.as_usize()].as_str();
    (0..split.cases.len())
        .map(|case| {
            let history = split.cases.history(case).iter().map(|event| id(event.item)).collect();
            (history, split.cases.targets(case).iter().map(|target| target.item.map_or("?", id)).collect())
        })
        .collect()
}

const HOUR: i64 = 3_600_000;

#[test]
fn the_newest_sessions_are_held_out_and_those_across_the_cut_left_out() {
    let log = log(
        false,
        &[
            (0, 0, &[0, 1]),
            (1, HOUR, &[1, 2]),
            // Begins before the second one ends, and ends after it.
            (2, HOUR, &[0, 1, 2]),
            (3, 2 * HOUR, &[2, 0, 5]),
        ],
    );
    let split = split(&log, SplitBy::Time { holdout: 0.5, targets: Targets::Each }).unwrap();
    assert_eq!(split.train.item_ids, ["i0", "i1", "i2"]);
    assert_eq!(asked(&split), [(vec!["i2"], vec!["i0"]), (vec!["i0", "i2"], vec!["?"])]);
    let report = &split.report;
    assert_eq!(report.cut_ms, Some(HOUR + 60_000));
    // From the end of the second session to the second event of the last one.
    assert_eq!(report.gap_ms, Some(HOUR));
    assert_eq!((report.sessions_across_the_cut, report.sessions_on_both_sides), (1, 0));
    assert_eq!((report.training.sessions, report.test.sessions, report.items_on_both_sides), (2, 1, 1));
    assert_eq!((report.targets, report.unknown_targets), (2, 1));
}

#[test]
fn sessions_that_end_at_the_cut_are_trained_on() {
    let log = log(false, &[(0, 0, &[0, 1]), (1, HOUR, &[0, 1]), (2, HOUR, &[1, 0]), (3, HOUR + 60_001, &[0, 1])]);
    // Two of four: the third ends when the second does.
    let split = split(&log, SplitBy::Time { holdout: 0.5, targets: Targets::Last }).unwrap();
    assert_eq!((split.report.training.sessions, split.report.test.sessions), (3, 1));
}

#[test]
fn a_log_of_one_moment_cannot_be_cut() {
    let log = log(false, &[(0, 0, &[0, 1]), (1, 0, &[0, 1])]);
    let error = split(&log, SplitBy::Time { holdout: 0.5, targets: Targets::Each }).unwrap_err();
    assert!(error.to_string().contains("more than one moment"), "{error}");
    let share = split(&log, SplitBy::Time { holdout: 1.0, targets: Targets::Each }).unwrap_err();
    assert_eq!(share, SplitError::Holdout { found: 1.0 });
}

#[test]
fn the_last_event_of_each_shopper_is_left_out() {
    let log = log(true, &[(0, 0, &[0, 1]), (1, HOUR, &[3]), (0, 2 * HOUR, &[2, 0])]);
    let split = split(&log, SplitBy::LeaveLastOut).unwrap();
    assert_eq!(asked(&split), [(vec!["i2", "i1", "i0"], vec!["i0"])]);
    assert!(!split.cases.targets(0)[0].is_new);
    assert_eq!(split.train.sessions.offsets, [0, 2, 3, 4]);
    assert_eq!((split.report.too_short, split.report.sessions_on_both_sides), (1, 1));
}

#[test]
fn the_last_basket_of_each_shopper_is_held_out_whole() {
    let log = log(true, &[(0, 0, &[0, 1]), (1, HOUR, &[3]), (0, 2 * HOUR, &[1]), (0, 3 * HOUR, &[2, 0, 2, 8])]);
    let split = split(&log, SplitBy::LastBasket).unwrap();
    // Items 2 and 8 are in no other basket, and 2 counts once.
    assert_eq!(asked(&split), [(vec!["i1", "i1", "i0"], vec!["?", "i0", "?"])]);
    let new: Vec<bool> = split.cases.targets(0).iter().map(|target| target.is_new).collect();
    assert_eq!(new, [true, false, true]);
    assert_eq!(split.cases.length(0), 2);
    assert_eq!((split.report.shoppers_on_both_sides, split.report.too_short), (1, 1));
    let nameless = self::log(false, &[(0, 0, &[0, 1])]);
    assert_eq!(super::split(&nameless, SplitBy::LastBasket).unwrap_err(), SplitError::NoShoppers);
}

#[test]
fn the_next_basket_after_the_cut_is_asked_of_who_came_before() {
    let log = log(
        true,
        &[
            (0, 0, &[0, 1]),
            (1, HOUR, &[1]),
            (0, 2 * HOUR, &[1, 2]),
            (0, 3 * HOUR, &[2]),
            // Nobody knows this shopper.
            (2, 4 * HOUR, &[0]),
        ],
    );
    let split = split(&log, SplitBy::NextBasket { holdout: 0.5 }).unwrap();
    // Three of five are held out; shopper 0 is asked once, for the first of his.
    assert_eq!(asked(&split), [(vec!["i1", "i0"], vec!["i1", "?"])]);
    assert_eq!((split.report.too_short, split.report.test.sessions, split.report.sessions_on_both_sides), (1, 1, 0));
}

#[test]
fn copies_of_training_sessions_are_counted() {
    let log = log(false, &[(0, 0, &[0, 1, 2]), (1, HOUR, &[2, 1]), (2, 2 * HOUR, &[0, 1, 2]), (3, 3 * HOUR, &[2, 1])]);
    let split = split(&log, SplitBy::Time { holdout: 0.5, targets: Targets::Each }).unwrap();
    // Two events alike say nothing.
    assert_eq!(split.report.equal_sessions, 1);
}

proptest! {
    /// Training and targets never share an event, and a model can be learnt from training.
    #[test]
    fn no_event_is_on_both_sides(
        sessions in proptest::collection::vec((0u32..5, 0i64..20, proptest::collection::vec(0u32..9, 1..6)), 2..30),
        holdout in 0.05f64..0.9,
        which in 0usize..5,
    ) {
        let mut given: Vec<(u32, i64, Vec<u32>)> =
            sessions.into_iter().map(|(shopper, hour, items)| (shopper, hour * HOUR, items)).collect();
        given.sort_by_key(|(_, first, items)| first + items.len() as i64 * 60_000);
        let borrowed: Vec<Given> = given.iter().map(|(shopper, first, items)| (*shopper, *first, &items[..])).collect();
        let log = log(true, &borrowed);
        let by = [
            SplitBy::Time { holdout, targets: Targets::Each },
            SplitBy::Time { holdout, targets: Targets::Last },
            SplitBy::NextBasket { holdout },
            SplitBy::LeaveLastOut,
            SplitBy::LastBasket,
        ][which];
        let Ok(split) = split(&log, by) else { return Ok(()) };
        let (train, report) = (&split.train, &split.report);
        let num_targets: usize = (0..split.cases.len()).map(|case| split.cases.targets(case).len()).sum();
        prop_assert!(train.sessions.items.len() + num_targets <= log.sessions.items.len());
        prop_assert_eq!(train.sessions.shoppers.len(), train.sessions.len());
        prop_assert!(train.sessions.end_ms.is_sorted());
        prop_assert_eq!(train.details.as_ref().unwrap().times_ms.len(), train.sessions.items.len());
        let most = train.sessions.shoppers.iter().max().unwrap() + 1;
        prop_assert_eq!(report.training.shoppers as u32, most);
        if which < 3 {
            prop_assert_eq!(report.sessions_on_both_sides, 0);
            prop_assert!(report.gap_ms.unwrap() >= 0);
        }
        let fitted = crate::eval::baselines::fit(train, None, &Silent);
        prop_assert!(!fitted.is_empty());
    }
}
