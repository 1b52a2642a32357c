//! Chooses the method that learns a table.

use super::plain_cosine;
use super::recipe::Recipe;
use super::settings::Settings;
use super::similarity::{SimilarityChoice, method};
use super::spec::{LearntTable, TableSpec};
use super::table;
use super::with_similarity::{MAX_DISTINCT, WithSimilarity, distinct, plain};
use crate::Progress;

/// Learns a table with the similarity of the settings, or with the one that validates best.
pub(super) fn learn_table(spec: &TableSpec<'_>, settings: &Settings, progress: &dyn Progress) -> LearntTable {
    let learn = |choice| learn_with_choice(spec, choice, settings, progress);
    if settings.similarity != SimilarityChoice::Auto {
        return learn(settings.similarity);
    }
    let quality = |table: &LearntTable| {
        let measurements = table.quality.iter().flat_map(|quality| quality.measurements(spec.name));
        measurements.map(|one| one.value).sum::<f64>()
    };
    let (first, others) = spec.task.auto_choices().split_first().unwrap_or((&SimilarityChoice::Recipe, &[]));
    let mut best = learn(*first);
    for table in others.iter().map(|&choice| learn(choice)) {
        if quality(&table) > quality(&best) {
            best = table;
        }
    }
    best
}

fn learn_with_choice(
    spec: &TableSpec<'_>,
    choice: SimilarityChoice,
    settings: &Settings,
    progress: &dyn Progress,
) -> LearntTable {
    let Some(similarity) = method(choice) else { return table::learn(spec, &Recipe, settings, progress) };
    let is_plain = !settings.tune && !settings.keep_held_out && spec.content.is_none();
    if is_plain && choice == SimilarityChoice::Cosine {
        return plain_cosine::learn(spec, plain(spec, similarity), settings, progress);
    }
    let counted = distinct(spec.sessions);
    let spec = TableSpec { counted: &counted, max_distance: MAX_DISTINCT, ..*spec };
    table::learn(&spec, &WithSimilarity { choice, similarity }, settings, progress)
}

#[cfg(test)]
mod tests {
    use crate::events::{EventLog, Sessions};
    use crate::learn::{BasketSource, Settings, SimilarityChoice, learn};
    use crate::{EventKind, ItemIx, Silent};

    fn log(lists: &[&[u32]]) -> EventLog {
        let mut sessions = Sessions::new(false);
        (0..).zip(lists).for_each(|(number, items)| sessions.push_items(items, EventKind::View, number, None));
        EventLog { item_ids: (0..4).map(|item| format!("sku-{item}")).collect(), sessions, ..EventLog::default() }
    }

    const COSINE: Settings = Settings {
        neighbours: 20,
        weight_bits: 3,
        min_shoppers: 1,
        tune: false,
        evaluations: 1,
        seed: 1,
        similarity: SimilarityChoice::Cosine,
        baskets: BasketSource::None,
        keep_held_out: false,
    };

    #[test]
    fn an_item_counts_once_a_session() {
        let log = log(&[&[0, 1, 0, 0], &[1, 0], &[0, 2, 2], &[1, 3]]);
        let learnt = learn(&log, &COSINE, &Silent).unwrap();
        let (columns, weights) = learnt.tables[0].1.row(0);
        // 0 is in three sessions, 1 in three, 2 in one: 2 / sqrt(3 * 3) and 1 / sqrt(3 * 1).
        assert_eq!(columns, [ItemIx(1), ItemIx(2)]);
        assert!((weights[0] - 2.0 / 3.0).abs() < 1e-6 && (weights[1] - 1.0 / 3f32.sqrt()).abs() < 1e-6, "{weights:?}");
    }

    #[test]
    fn the_short_way_without_tuning_gives_what_the_long_one_does() {
        let lists: Vec<Vec<u32>> =
            (0..200u32).map(|at| (0..4).map(|step| (at * 7 + step * step) % 4).collect()).collect();
        let log = log(&lists.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let short = learn(&log, &COSINE, &Silent).unwrap();
        // What is kept for packing needs all counts.
        let long = learn(&log, &Settings { keep_held_out: true, ..COSINE }, &Silent).unwrap();
        assert_eq!(short.privacy, long.privacy);
        for item in (0..4).map(ItemIx) {
            let [short, long] = [&short, &long].map(|learnt| learnt.tables[0].1.row(item.as_usize()));
            assert_eq!(short.0, long.0);
            for (found, expected) in short.1.iter().zip(long.1) {
                assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
            }
        }
        assert_eq!(short.measurements.len(), 4);
    }

    #[test]
    fn the_threshold_holds() {
        let log = log(&[&[0, 1, 0, 0], &[1, 0], &[0, 2, 2], &[1, 3]]);
        let learnt = learn(&log, &Settings { min_shoppers: 2, ..COSINE }, &Silent).unwrap();
        assert_eq!(learnt.tables[0].1.num_entries(), 2);
        assert_eq!((learnt.privacy.pairs_kept, learnt.privacy.pairs_removed), (1, 2));
    }

    /// Baskets of three neighbours in a ring of 30 items.
    fn ring(num_sessions: u32) -> EventLog {
        let mut log = EventLog { item_ids: (0..30).map(|item| format!("sku-{item}")).collect(), ..EventLog::default() };
        for session in 0..num_sessions {
            let items = [0, 1, 2].map(|step| (session * 7 + step + session % 3 * step) % 30);
            log.sessions.push_items(&items, EventKind::Purchase, session, None);
        }
        log
    }

    fn tuned(similarity: SimilarityChoice) -> Settings {
        Settings { tune: true, evaluations: 12, similarity, baskets: BasketSource::Purchases, ..COSINE }
    }

    #[test]
    fn threads_do_not_change_what_is_learnt() {
        let log = ring(400);
        for similarity in [SimilarityChoice::Conditional, SimilarityChoice::Slim] {
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| learn(&log, &tuned(similarity), &Silent).unwrap())
            };
            let (one, four) = (with(1), with(4));
            assert_eq!(one.tables, four.tables, "{similarity}");
            assert_eq!(one.hyperparameters, four.hyperparameters, "{similarity}");
        }
    }

    #[test]
    fn auto_takes_what_validates_best() {
        let log = ring(400);
        let quality = |similarity| {
            let learnt = learn(&log, &tuned(similarity), &Silent).unwrap();
            let of_baskets = learnt.measurements.iter().filter(|one| one.name.starts_with("together"));
            (of_baskets.map(|one| one.value).sum::<f64>(), learnt.similarities[1].1)
        };
        let tried = [SimilarityChoice::Recipe, SimilarityChoice::Conditional, SimilarityChoice::Slim].map(quality);
        let most = tried.iter().map(|one| one.0).fold(0.0, f64::max);
        let first_of_best = tried.into_iter().find(|one| one.0 == most).unwrap();
        assert_eq!(quality(SimilarityChoice::Auto), first_of_best);
    }
}
