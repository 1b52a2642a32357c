//! Learns one sparse item-item matrix per relation from counts.
//!
//! Owns the recipe (normalised co-occurrence, a second-order walk over it, and their blend), other similarities, and a
//! bounded, seeded search for all hyperparameters on the newest part of the training sessions. Knows nothing of files,
//! of packing beyond "the heaviest K neighbours at so many bits", or of browsers.
//!
//! From the ground up:
//!
//! * `hyperparameters` names every hyperparameter with its range, and `search` moves them uphill by a (1+1) evolution
//!   strategy (Rechenberg 1973);
//! * `task` is the interface of the three `tasks`: the next item, the next basket, and items bought together;
//! * `spec` joins a task with the data of one table and its held-out test cases;
//! * `table` learns one table by a method: the `recipe` (Sarwar et al. 2001 for item-item neighbours; the walk is that
//!   of RP3beta, Paudel et al. 2016, over items alone) or one `with_similarity`;
//! * `strategy` chooses the method;
//! * `content` fills the rows of new items from a catalogue, and lists items of similar content;
//! * [`Times`] has the popular items of the newest days, and the days until an item is bought again.

mod baskets;
mod content;
mod error;
mod holdout;
mod hyperparameters;
mod learnt;
mod plain_cosine;
mod popularity;
mod recipe;
mod repeat_baskets;
mod rows;
mod search;
mod settings;
mod similarity;
mod spec;
mod strategy;
mod table;
mod task;
mod tasks;
mod times;
mod with_similarity;

pub use baskets::BasketSource;
pub use content::{Content, Description};
pub use error::LearnError;
pub use hyperparameters::{Hyperparameter, Hyperparameters};
pub use learnt::{HeldOut, Learnt};
pub use popularity::by_market as popularity_by_market;
pub use repeat_baskets::are_returning_orders;
pub use search::{Optimum, optimise};
pub use settings::Settings;
pub use similarity::{SimilarityChoice, UnknownSimilarity};
pub use times::Times;

use crate::events::{EventLog, Sessions};
use crate::model::{Privacy, Relation};
use crate::{EventKind, Progress};
use spec::{LearntTable, TableSpec};
use strategy::learn_table;
use task::Task;
use tasks::{BoughtTogether, NextBasket, NextItem};

/// Largest distance of a pair of events in a session, in events.
const MAX_DISTANCE: usize = 20;

/// Learns all tables that the log has evidence for; see [`learn_with`].
///
/// # Errors
/// As [`learn_with`].
pub fn learn(log: &EventLog, settings: &Settings, progress: &dyn Progress) -> Result<Learnt, LearnError> {
    learn_with(log, None, settings, progress)
}

/// Learns all tables that the log has evidence for, rows of new items from their content.
///
/// The same log and settings give the same values for any number of threads.
///
/// # Errors
/// If no session holds two different items, or the log has 2^32 events or more.
pub fn learn_with(
    log: &EventLog,
    content: Option<&Content>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Learnt, LearnError> {
    let (sessions, num_items) = (&log.sessions, log.item_ids.len());
    check(sessions)?;
    let ages = sessions.ages();
    let repeat_baskets = repeat_baskets::repeat_baskets(sessions);
    let (task, source): (&'static dyn Task, &Sessions) = match &repeat_baskets {
        Some(baskets) => (&NextBasket, baskets),
        None => (&NextItem, sessions),
    };
    let spec = |task, name, source, max_distance, ages| TableSpec {
        task,
        name,
        sessions: source,
        counted: source,
        max_distance,
        ages,
        num_items,
        content,
    };
    let (next, (popularity, popularity_recency)) = rayon::join(
        || learn_table(&spec(task, "next", source, MAX_DISTANCE, &ages), settings, progress),
        || popularity::weigh(sessions, &ages, num_items, settings.threshold()),
    );
    let has_kinds = sessions.kinds.iter().any(|&kind| kind != EventKind::View);
    let mut learnt = Learnt {
        tables: Vec::new(),
        similarities: Vec::new(),
        popularity,
        num_events: popularity::count(sessions, 0..sessions.len(), num_items, settings.threshold()),
        ranking: task::ranking(task, &next.hyperparameters, has_kinds),
        privacy: Privacy {
            min_shoppers: settings.min_shoppers,
            by_shopper: sessions.has_shoppers,
            pairs_kept: 0,
            pairs_removed: 0,
        },
        hyperparameters: Vec::new(),
        measurements: Vec::new(),
        held_out: Vec::new(),
        curves: Vec::new(),
    };
    add(&mut learnt, Relation::Next, "next", task, next);
    learnt.hyperparameters.push(("popularity.recency".to_owned(), popularity_recency));
    if let Some((baskets, ages)) = baskets::baskets(sessions, &ages, settings.baskets) {
        let spec = spec(&BoughtTogether, "together", &baskets, baskets::MAX_BASKET_ITEMS, &ages);
        add(&mut learnt, Relation::Together, spec.name, spec.task, learn_table(&spec, settings, progress));
    }
    Ok(learnt)
}

/// Refuses logs that nothing can be learnt from.
fn check(sessions: &Sessions) -> Result<(), LearnError> {
    let (limit, num_events) = (u32::MAX as usize, sessions.items.len());
    if num_events >= limit {
        return Err(LearnError::TooManyEvents { num_events, limit });
    }
    let has_pair = |session| sessions.items_of(session).windows(2).any(|pair| pair[0] != pair[1]);
    if !(0..sessions.len()).any(has_pair) {
        return Err(LearnError::NoPairs { num_sessions: sessions.len(), num_events });
    }
    Ok(())
}

/// Adds a table to the others.
fn add(learnt: &mut Learnt, relation: Relation, name: &str, task: &dyn Task, table: LearntTable) {
    learnt.privacy.pairs_kept += table.pairs_kept;
    learnt.privacy.pairs_removed += table.pairs_removed;
    learnt.hyperparameters.extend(table.hyperparameters.named(name, |hyperparameter| task.has(hyperparameter)));
    learnt.measurements.extend(table.quality.iter().flat_map(|quality| quality.measurements(name)));
    learnt.similarities.push((relation, table.similarity));
    learnt.tables.push((relation, table.matrix));
    learnt.curves.push((relation, table.curve));
    learnt.held_out.extend(table.held_out.map(|held_out| (relation, held_out)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ItemIx, Silent};

    /// 40 items in two groups; shoppers walk upwards through one of them, and buy what they saw last with its
    /// successor.
    fn two_groups(num_sessions: u32) -> EventLog {
        let mut sessions = Sessions::new(true);
        for session in 0..num_sessions {
            let group = session % 2 * 20;
            let first = session * 7 % 17;
            let kind = |step| if step < 2 { EventKind::View } else { EventKind::Purchase };
            let events = (0..4).map(|step| (ItemIx(group + (first + step) % 20), kind(step)));
            sessions.push(events, session, None);
        }
        EventLog { item_ids: (0..40).map(|item| format!("sku-{item}")).collect(), sessions, ..EventLog::default() }
    }

    fn quick() -> Settings {
        Settings { evaluations: 12, ..Settings::default() }
    }

    #[test]
    fn neighbours_are_the_items_that_follow() {
        let learnt = learn(&two_groups(400), &quick(), &Silent).unwrap();
        assert_eq!(learnt.tables.iter().map(|table| table.0).collect::<Vec<_>>(), [Relation::Next, Relation::Together]);
        for (relation, matrix) in &learnt.tables {
            for item in 0..40 {
                let (columns, _) = matrix.row(item as usize);
                // The first two items of a group are only ever seen, never bought.
                let has_neighbours = *relation == Relation::Next || item % 20 >= 2;
                assert_eq!(!columns.is_empty(), has_neighbours, "item {item}");
                assert!(columns.iter().all(|column| column.0 / 20 == item / 20), "item {item} left its group");
            }
        }
        let (columns, weights) = learnt.tables[0].1.row(5);
        let heaviest = weights.iter().zip(columns).max_by(|a, b| a.0.total_cmp(b.0)).unwrap();
        assert!(heaviest.1.0.abs_diff(5) <= 2, "{heaviest:?}");
        let hit_rate = learnt.measurements.iter().find(|one| one.name == "next: HitRate@20").unwrap();
        assert_eq!(hit_rate.value, 1.0);
    }

    /// 40 items in two groups; 60 shoppers buy their own two items of a group again and again, and its next item each
    /// time.
    fn buyers() -> EventLog {
        let mut sessions = Sessions::new(true);
        for visit in 0..6 {
            for shopper in 0..60 {
                let items = [shopper, shopper + 7, shopper + 8 + visit].map(|item| shopper % 2 * 20 + item % 20);
                sessions.push_items(&items, EventKind::Purchase, shopper, None);
            }
        }
        EventLog { item_ids: (0..40).map(|item| format!("sku-{item}")).collect(), sessions, ..EventLog::default() }
    }

    #[test]
    fn the_next_basket_is_learnt_from_baskets() {
        let learnt = learn(&buyers(), &quick(), &Silent).unwrap();
        // Two of three items are bought again.
        let recall = learnt.measurements.iter().find(|one| one.name == "next: basket Recall@20").unwrap();
        assert!(recall.value > 0.66, "{recall:?}");
        assert_eq!((learnt.ranking.decay.len(), learnt.ranking.repeat.len()), (256, 256));
        let (columns, _) = learnt.tables[0].1.row(5);
        assert!(columns.iter().filter(|column| column.0 < 20).count() >= 10, "{columns:?}");
        assert!(learnt.hyperparameters.iter().any(|(name, _)| name == "next.across_share"));
    }

    #[test]
    fn views_among_the_purchases_make_it_a_log_of_sessions() {
        let mut log = buyers();
        log.sessions.kinds[0] = EventKind::View;
        let learnt = learn(&log, &quick(), &Silent).unwrap();
        assert_eq!(learnt.ranking.decay.len(), 32);
        assert!(learnt.measurements.iter().any(|one| one.name == "next: HitRate@20"));
    }

    #[test]
    fn a_new_item_has_the_neighbours_of_its_content() {
        let mut log = two_groups(400);
        log.item_ids.push("new".to_owned());
        let titles: Vec<String> = (0..40).map(|item| format!("w{}", item / 2)).chain(["w3".to_owned()]).collect();
        let describe = |title| Some(Description { title: Some(title), ..Description::default() });
        let content = Content::new(titles.iter().map(|title| describe(title.as_str())));
        for similarity in [SimilarityChoice::Recipe, SimilarityChoice::Cosine] {
            let settings = Settings { similarity, ..quick() };
            let learnt = learn_with(&log, Some(&content), &settings, &Silent).unwrap();
            assert_eq!(learnt.tables[0].1.row(40).0, [ItemIx(6), ItemIx(7)]);
            assert_eq!(learn(&log, &settings, &Silent).unwrap().tables[0].1.row(40).0, []);
        }
    }

    #[test]
    fn threads_do_not_change_what_is_learnt() {
        for log in [two_groups(300), buyers()] {
            threads_do_not_change(&log);
        }
    }

    fn threads_do_not_change(log: &EventLog) {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| learn(log, &quick(), &Silent).unwrap())
        };
        let (one, four) = (with(1), with(4));
        assert_eq!(one.tables, four.tables);
        assert_eq!(one.hyperparameters, four.hyperparameters);
        assert_eq!(one.popularity, four.popularity);
    }

    #[test]
    fn another_seed_takes_another_path() {
        let log = two_groups(300);
        let with = |seed| learn(&log, &Settings { seed, ..quick() }, &Silent).unwrap().hyperparameters;
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn the_threshold_withholds_pairs_and_items_of_few_shoppers() {
        let mut log = two_groups(100);
        log.item_ids.extend(["rare-1".to_owned(), "rare-2".to_owned()]);
        log.sessions.push_items(&[40, 41], EventKind::View, 1000, None);
        let learnt = learn(&log, &quick(), &Silent).unwrap();
        assert_eq!(learnt.tables[0].1.row(40).0, []);
        assert_eq!(learnt.popularity[40..], [0.0, 0.0]);
        assert!(learnt.privacy.pairs_removed >= 1);
        let all = learn(&log, &Settings { min_shoppers: 1, ..quick() }, &Silent).unwrap();
        assert_eq!(all.tables[0].1.row(40).0, [ItemIx(41)]);
    }

    #[test]
    fn logs_of_a_few_sessions_are_learnt_without_tuning() {
        let learnt = learn(&two_groups(1), &Settings { min_shoppers: 1, ..quick() }, &Silent).unwrap();
        assert_eq!(learnt.measurements, []);
        assert_eq!(learnt.tables[0].1.row(0).0.len(), 3);
    }

    #[test]
    fn a_log_without_pairs_is_refused() {
        let sessions = Sessions::of_shoppers(EventKind::View, [(0, &[0][..]), (1, &[1, 1][..])]);
        let log = EventLog { item_ids: vec!["a".to_owned(), "b".to_owned()], sessions, ..EventLog::default() };
        let error = learn(&log, &quick(), &Silent).unwrap_err();
        assert_eq!(error, LearnError::NoPairs { num_sessions: 2, num_events: 3 });
        let empty = EventLog::default();
        assert_eq!(
            learn(&empty, &quick(), &Silent).unwrap_err(),
            LearnError::NoPairs { num_sessions: 0, num_events: 0 }
        );
    }
}
