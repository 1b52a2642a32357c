//! Learns one sparse item-item matrix per purpose from counts.
//!
//! Owns the recipe: normalised co-occurrence, a second-order walk over it, their blend, and a bounded, seeded
//! search for all constants on the last part of the training sessions. Knows nothing of files, of packing
//! beyond "the heaviest K neighbours at so many bits", or of browsers.
//!
//! * [`Constants`] names every constant of the recipe with its range;
//! * [`matrix`] turns counts and constants into weights (Sarwar et al. 2001 for item-item neighbours; the walk is
//!   that of RP3beta, Paudel et al. 2016, over items alone);
//! * [`validation`] ranks held-out events with them;
//! * [`similarity`] has other ways from counts to weights, and [`alternative`] learns a table with them;
//! * [`content`] fills the rows of new items from a catalogue, and says what is alike by it;
//! * [`Times`] says what is popular in the newest days, and after how many days an item is bought again;
//! * [`search`] moves the constants uphill, a (1+1) evolution strategy (Rechenberg 1973).

mod alternative;
mod baskets;
mod constants;
mod content;
mod cosine;
mod matrix;
mod popularity;
mod purpose;
mod repeat_baskets;
mod search;
mod similarity;
mod times;
mod validation;

pub use baskets::BasketSource;
pub use constants::{Constants, Knob};
pub use content::{Content, Description};
pub use repeat_baskets::are_returning_orders;
pub use search::{Climbed, Random, climb};
pub use similarity::{SimilarityChoice, UnknownSimilarity};
pub use times::Times;
pub use validation::{Example, Target};

use crate::counts::PrivacyThreshold;
use crate::events::EventLog;
use crate::model::{Measurement, Privacy, Purpose, RankingParameters};
use crate::{CsrMatrix, EventKind, Progress};
use purpose::{Plan, Protocol};

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Neighbours an item will have while ranking; constants are tuned for this many.
    pub neighbours: usize,
    /// Bits of a weight, 1 to 8, that constants are tuned for.
    pub weight_bits: u8,
    /// A pair counts only if at least this many distinct shoppers (else sessions) made it. 1 keeps all pairs; the
    /// more, the less a file can tell of one shopper, and the fewer rare items have neighbours.
    pub min_shoppers: u32,
    /// Whether to tune the constants on held-out sessions; without, [`Constants::default`] is used.
    pub tune: bool,
    /// Constants tried per table. Below some 50 the search has not settled; beyond 400 it gains nothing measurable.
    pub evaluations: usize,
    /// Seed of the search.
    pub seed: u64,
    /// How counts become weights.
    pub similarity: SimilarityChoice,
    /// Which events are baskets.
    pub baskets: BasketSource,
    /// Whether to keep, for each table, a matrix that has not seen the held-out events, and these events.
    pub keep_held_out: bool,
}

impl Settings {
    pub(crate) const fn threshold(&self) -> PrivacyThreshold {
        PrivacyThreshold::new(self.min_shoppers)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            neighbours: 20,
            weight_bits: 3,
            min_shoppers: 2,
            tune: true,
            evaluations: 240,
            seed: 1,
            similarity: SimilarityChoice::default(),
            baskets: BasketSource::Purchases,
            keep_held_out: false,
        }
    }
}

/// What was learnt, in the item order of the log.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// A matrix for each purpose that the log has evidence for.
    pub tables: Vec<(Purpose, CsrMatrix)>,
    /// What each of them was made with, never [`SimilarityChoice::Auto`].
    pub similarities: Vec<(Purpose, SimilarityChoice)>,
    /// Recency-weighted number of events of each item; 0 for items with fewer than `min_shoppers` shoppers.
    pub popularity: Vec<f32>,
    /// Number of events of each item; 0 for items with fewer than `min_shoppers` shoppers.
    pub num_events: Vec<u32>,
    /// The constants of ranking.
    pub ranking: RankingParameters,
    /// The threshold and what it removed, all tables together.
    pub privacy: Privacy,
    /// The constants of learning by name.
    pub hyperparameters: Vec<(String, f64)>,
    /// Quality on the held-out sessions, of a model that has not seen them.
    pub measurements: Vec<Measurement>,
    /// What packing may be tuned on, by purpose; empty unless [`Settings::keep_held_out`].
    pub held_out: Vec<(Purpose, HeldOut)>,
    /// The course of tuning by purpose: evaluations after which a better objective was found, and the objective.
    pub curves: Vec<(Purpose, Vec<(usize, f64)>)>,
}

/// The newest sessions, and what was learnt without them.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// Learnt from all older sessions with the same constants.
    pub matrix: CsrMatrix,
    /// As [`Learnt::num_events`], without them.
    pub num_events: Vec<u32>,
    /// Whether what is held out are the next baskets of shoppers, not single events.
    pub are_baskets: bool,
    /// What is held out, with what came before it.
    pub examples: Vec<Example>,
    /// The objective that what was learnt has on them before it is packed: the mean over both views of HitRate@20 + MRR@20, or for
    /// baskets Recall@20 + NDCG@20 of discovery.
    pub objective: f64,
}

/// Why nothing could be learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// No item was seen beside another.
    #[error(
        "nothing to learn from: {num_sessions} sessions with {num_events} events hold no two different items together; \
         check which columns were taken for session and item"
    )]
    NoPairs {
        /// Sessions in the log.
        num_sessions: usize,
        /// Events in the log.
        num_events: usize,
    },
    /// The log is larger than 32-bit numbers reach.
    #[error("{num_events} events are more than the {limit} that one model can be trained from; train on a later part")]
    TooManyEvents {
        /// Events in the log.
        num_events: usize,
        /// Most events that can be counted.
        limit: usize,
    },
}

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
    let sessions = &log.sessions;
    let num_items = log.item_ids.len();
    let limit = u32::MAX as usize;
    if sessions.items.len() >= limit {
        return Err(LearnError::TooManyEvents { num_events: sessions.items.len(), limit });
    }
    let has_pair = |session| sessions.items_of(session).windows(2).any(|pair| pair[0] != pair[1]);
    if !(0..sessions.len()).any(has_pair) {
        return Err(LearnError::NoPairs { num_sessions: sessions.len(), num_events: sessions.items.len() });
    }

    let ages = sessions.ages();
    let repeat_baskets = repeat_baskets::repeat_baskets(sessions);
    let (protocol, events) = match &repeat_baskets {
        Some(baskets) => (Protocol::NextBasket, baskets),
        None => (Protocol::NextItem, sessions),
    };
    let plan = Plan { protocol, name: "next", max_distance: 20, sessions: events, ages: &ages, num_items, content };
    let (next, (popularity, popularity_recency)) = rayon::join(
        || plan.learn(settings, progress),
        || popularity::weigh(sessions, &ages, num_items, settings.threshold()),
    );

    let mut privacy = Privacy {
        min_shoppers: settings.min_shoppers,
        by_shopper: sessions.has_shoppers,
        pairs_kept: next.pairs_kept,
        pairs_removed: next.pairs_removed,
    };
    let mut hyperparameters = next.constants.named("next", protocol);
    hyperparameters.push(("popularity.recency".to_owned(), popularity_recency));
    let mut measurements = next.measurements;
    let ranking = next.constants.ranking(protocol, sessions.kinds.iter().any(|&kind| kind != EventKind::View));
    let mut similarities = vec![(Purpose::Next, next.similarity)];
    let mut tables = vec![(Purpose::Next, next.matrix)];
    let mut curves = vec![(Purpose::Next, next.curve)];
    let mut held_out: Vec<_> = next.held_out.map(|held_out| (Purpose::Next, held_out)).into_iter().collect();

    if let Some((baskets, ages)) = baskets::baskets(sessions, &ages, settings.baskets) {
        let plan = Plan {
            protocol: Protocol::LeaveOneOut,
            name: "together",
            max_distance: baskets::MAX_BASKET_ITEMS,
            sessions: &baskets,
            ages: &ages,
            num_items,
            content,
        };
        let together = plan.learn(settings, progress);
        privacy.pairs_kept += together.pairs_kept;
        privacy.pairs_removed += together.pairs_removed;
        hyperparameters.extend(together.constants.named("together", Protocol::LeaveOneOut));
        measurements.extend(together.measurements);
        similarities.push((Purpose::Together, together.similarity));
        tables.push((Purpose::Together, together.matrix));
        curves.push((Purpose::Together, together.curve));
        held_out.extend(together.held_out.map(|held_out| (Purpose::Together, held_out)));
    }
    let num_events = popularity::count(sessions, 0..sessions.len(), num_items, settings.threshold());
    Ok(Learnt {
        tables,
        similarities,
        popularity,
        num_events,
        ranking,
        privacy,
        hyperparameters,
        measurements,
        held_out,
        curves,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Sessions;
    use crate::{ItemIx, Silent};

    /// 40 items in two groups; shoppers walk upwards through one of them, and buy what they saw last with its successor.
    fn two_groups(num_sessions: u32) -> EventLog {
        let mut sessions = Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() };
        for session in 0..num_sessions {
            let group = session % 2 * 20;
            let first = session * 7 % 17;
            for step in 0..4 {
                sessions.items.push(ItemIx(group + (first + step) % 20));
                sessions.kinds.push(if step < 2 { EventKind::View } else { EventKind::Purchase });
            }
            sessions.offsets.push(sessions.items.len());
            sessions.shoppers.push(session);
        }
        EventLog { item_ids: (0..40).map(|item| format!("sku-{item}")).collect(), sessions, details: None }
    }

    fn quick() -> Settings {
        Settings { evaluations: 12, ..Settings::default() }
    }

    #[test]
    fn neighbours_are_the_items_that_follow() {
        let learnt = learn(&two_groups(400), &quick(), &Silent).unwrap();
        assert_eq!(learnt.tables.iter().map(|table| table.0).collect::<Vec<_>>(), [Purpose::Next, Purpose::Together]);
        for (purpose, matrix) in &learnt.tables {
            for item in 0..40 {
                let (columns, _) = matrix.row(item as usize);
                // The first two items of a group are only ever seen, never bought.
                let has_neighbours = *purpose == Purpose::Next || item % 20 >= 2;
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

    /// 40 items in two groups; 60 shoppers buy their own two items of a group again and again, and its next item each time.
    fn buyers() -> EventLog {
        let mut sessions = Sessions { offsets: vec![0], has_shoppers: true, ..Sessions::default() };
        for visit in 0..6 {
            for shopper in 0..60 {
                let item = |item| ItemIx(shopper % 2 * 20 + item % 20);
                sessions.items.extend([item(shopper), item(shopper + 7), item(shopper + 8 + visit)]);
                sessions.kinds.extend([EventKind::Purchase; 3]);
                sessions.offsets.push(sessions.items.len());
                sessions.shoppers.push(shopper);
            }
        }
        EventLog { item_ids: (0..40).map(|item| format!("sku-{item}")).collect(), sessions, details: None }
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
        log.sessions.items.extend([ItemIx(40), ItemIx(41)]);
        log.sessions.kinds.extend([EventKind::View; 2]);
        log.sessions.offsets.push(log.sessions.items.len());
        log.sessions.shoppers.push(1000);
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
        let sessions = Sessions {
            offsets: vec![0, 1, 3],
            items: vec![ItemIx(0), ItemIx(1), ItemIx(1)],
            kinds: vec![EventKind::View; 3],
            shoppers: vec![0, 1],
            ..Sessions::default()
        };
        let log = EventLog { item_ids: vec!["a".to_owned(), "b".to_owned()], sessions, details: None };
        let error = learn(&log, &quick(), &Silent).unwrap_err();
        assert_eq!(error, LearnError::NoPairs { num_sessions: 2, num_events: 3 });
        let empty = EventLog::default();
        assert_eq!(
            learn(&empty, &quick(), &Silent).unwrap_err(),
            LearnError::NoPairs { num_sessions: 0, num_events: 0 }
        );
    }
}
