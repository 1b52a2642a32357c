//! Models for the tests of the file format: three written by hand, and any number of random ones.

use proptest::prelude::*;
use std::collections::HashSet;
use vicino::model::{
    About, Categories, Dictionary, Hop, MAX_CURVE, Measurement, Model, Neighbours, Privacy, Purpose, RankingParameters,
    Trend, Weights,
};
use vicino::{CategoryIx, ItemIx};

/// Rows as (scale code, [(item, level)]).
type Rows<'a> = &'a [(u8, &'a [(u32, u8)])];

fn table(weight_bits: u8, rows: Rows) -> Neighbours {
    let rows: Vec<_> = rows
        .iter()
        .map(|(code, row)| (*code, row.iter().map(|&(item, level)| (ItemIx(item), level)).collect()))
        .collect();
    Neighbours::from_rows(weight_bits, &rows).unwrap()
}

/// The model of the annotated dump in `docs/format.md`: five items, one table, nothing optional.
pub fn tiny() -> Model {
    Model {
        items: Dictionary::new(&["1003", "1000", "1007", "1001", "1002"]).unwrap(),
        tables: vec![(
            Purpose::Next,
            table(
                2,
                &[
                    (128, &[(1, 3), (2, 1), (4, 0)]),
                    (130, &[(0, 3)]),
                    (127, &[(0, 2), (1, 0), (3, 3)]),
                    (128, &[]),
                    (129, &[(0, 3), (3, 1)]),
                ],
            ),
        )],
        popularity: vec![255, 251, 251, 248, 248],
        ranking: RankingParameters { decay: vec![1.0, 0.5], repeat: vec![0.25], event_weights: [1.0, 2.0, 4.0] },
        categories: None,
        about: About {
            trainer_version: "0.1.0".into(),
            newest_event_ms: 1_700_000_000_000,
            num_events: 12,
            num_sessions: 5,
            num_shoppers: 3,
            seed: 7,
            hyperparameters: vec![("shrink".into(), 0.5)],
            curves: Vec::new(),
        },
        privacy: Privacy { min_shoppers: 2, by_shopper: true, pairs_kept: 9, pairs_removed: 1 },
        trends: Vec::new(),
        replenishment: Vec::new(),
        category_replenishment: Vec::new(),
        measurements: Vec::new(),
    }
}

/// A model with every section of format 1.0: ids of any script, two tables, categories and measurements.
pub fn complete() -> Model {
    Model {
        items: Dictionary::new(&["tè-verde", "", "茶", "mug/12", "0042"]).unwrap(),
        tables: vec![
            tiny_with_five(Purpose::Next, 3),
            (
                Purpose::Together,
                table(8, &[(255, &[(4, 255)]), (0, &[]), (1, &[]), (2, &[]), (100, &[(0, 17), (3, 128)])]),
            ),
        ],
        popularity: vec![0, 1, 254, 255, 100],
        ranking: RankingParameters { decay: vec![0.75; 3], repeat: Vec::new(), event_weights: [0.0, 1.5, 1e6] },
        categories: Some(Categories {
            names: vec!["tea".into(), "cups & mugs".into()],
            of_item: vec![Some(CategoryIx(0)), None, Some(CategoryIx(0)), Some(CategoryIx(1)), Some(CategoryIx(1))],
        }),
        about: About { trainer_version: "0.1.0".into(), newest_event_ms: -1, seed: u64::MAX, ..About::default() },
        privacy: Privacy { min_shoppers: 3, by_shopper: false, pairs_kept: 1 << 40, pairs_removed: 0 },
        trends: Vec::new(),
        replenishment: Vec::new(),
        category_replenishment: Vec::new(),
        measurements: vec![
            Measurement { name: "HitRate@20".into(), value: 0.5 },
            Measurement { name: "MRR@20".into(), value: 0.125 },
        ],
    }
}

/// A model whose tables are of links: two groups of eight items each that know one another, and a bridge; numbers as ids, in an
/// order of their own, and popularity by class.
pub fn linked() -> Model {
    let ids: Vec<String> = (0..16).map(|item| (7000 + item * 11 % 16).to_string()).collect();
    let classes: Vec<u8> = (0..16).map(|item| item % 3).collect();
    let mut links = Vec::new();
    for (from, to) in (0..16u32).flat_map(|from| (from + 1..16).map(move |to| (from, to))) {
        if from / 8 == to / 8 && (from + to) % 5 != 0 || (from, to) == (7, 8) {
            links.push((ItemIx(from), ItemIx(to), ((from * to) % 4) as u8));
        }
    }
    let weights = Weights {
        levels: vec![0.25, 0.5, 1.0, 2.0],
        row_factors: vec![1.0, 0.5, 0.75],
        column_factors: vec![1.0, 1.25, 1.5],
    };
    let next = Neighbours::from_links(&classes, &links, weights, Hop { share: 0.25, width: 12 }).unwrap();
    let together = Neighbours::from_links(
        &[0; 16],
        &[(ItemIx(3), ItemIx(12), 0)],
        Weights { levels: vec![1.0], row_factors: vec![1.0], column_factors: vec![1.0] },
        Hop::default(),
    );
    Model {
        items: Dictionary::new(&ids).unwrap(),
        tables: vec![(Purpose::Next, next), (Purpose::Together, together.unwrap())],
        popularity: (0..16).map(|item| if item == 5 { 255 } else { [200, 150, 100][item % 3] }).collect(),
        ..tiny()
    }
}

/// The model of links with what format 1.2 adds: what is alike by content, trends, and days between purchases.
pub fn timely() -> Model {
    let similar = Neighbours::from_links(
        &[0; 16],
        &[(ItemIx(0), ItemIx(9), 1), (ItemIx(2), ItemIx(3), 0), (ItemIx(14), ItemIx(15), 2)],
        Weights { levels: vec![0.25, 0.5, 1.0], row_factors: vec![1.0], column_factors: vec![1.0] },
        Hop::default(),
    );
    let Model { mut tables, .. } = linked();
    tables.push((Purpose::Similar, similar.unwrap()));
    let category = |item: usize| [None, Some(CategoryIx(0)), Some(CategoryIx(1))][item % 3];
    Model {
        tables,
        trends: vec![
            Trend { days: 1, items: vec![(ItemIx(3), 255), (ItemIx(15), 1)] },
            Trend { days: 30, items: (0..16).map(|item| (ItemIx(item), 240 + (item * 5 % 16) as u8)).collect() },
        ],
        replenishment: vec![(ItemIx(0), 7), (ItemIx(1), 1), (ItemIx(15), u16::MAX)],
        category_replenishment: vec![(CategoryIx(1), 28)],
        categories: Some(Categories {
            names: vec!["bread".into(), "coffee".into()],
            of_item: (0..16).map(category).collect(),
        }),
        ..linked()
    }
}

fn tiny_with_five(purpose: Purpose, weight_bits: u8) -> (Purpose, Neighbours) {
    let all = |row: u32| (0..5).filter(move |&item| item != row).map(move |item| (item, ((row + item) % 8) as u8));
    let rows: Vec<Vec<(u32, u8)>> = (0..5).map(|row| all(row).collect()).collect();
    let rows: Vec<(u8, &[(u32, u8)])> = rows.iter().map(|row| (130, row.as_slice())).collect();
    (purpose, table(weight_bits, &rows))
}

/// Random models of up to 24 items.
pub fn any_model() -> impl Strategy<Value = Model> {
    let ids = prop_oneof![
        prop::collection::vec(any::<u64>().prop_map(|id| id.to_string()), 0..25),
        prop::collection::vec((0u64..40).prop_map(|id| id.to_string()), 0..25),
        prop::collection::vec(".{0,6}", 0..25),
    ]
    .prop_map(|ids| {
        let mut seen = HashSet::new();
        ids.into_iter().filter(|id| seen.insert(id.clone())).collect::<Vec<String>>()
    });
    ids.prop_flat_map(|ids| {
        let num_items = ids.len();
        (
            Just(ids),
            prop::array::uniform3(prop::option::of(any_table(num_items))),
            prop::collection::vec(any::<u8>(), num_items),
            any_ranking(),
            (prop::option::of(any_categories(num_items)), any_trends(num_items), any_days(num_items), any_days(9)),
            any_about(),
            (any::<u32>(), any::<bool>(), any::<u64>(), any::<u64>()),
            any_figures(),
        )
    })
    .prop_map(
        |(ids, tables, popularity, ranking, (categories, trends, items, of_categories), about, privacy, figures)| {
            Model {
                items: Dictionary::new(&ids).unwrap(),
                tables: Purpose::ALL
                    .into_iter()
                    .zip(tables)
                    .filter_map(|(purpose, table)| Some((purpose, table?)))
                    .collect(),
                popularity,
                ranking,
                trends,
                replenishment: items.into_iter().map(|(item, days)| (ItemIx(item), days)).collect(),
                category_replenishment: of_categories
                    .into_iter()
                    .filter(|(category, _)| (*category as usize) < categories.as_ref().map_or(0, |of| of.names.len()))
                    .map(|(category, days)| (CategoryIx(category as u16), days))
                    .collect(),
                categories,
                about,
                privacy: Privacy {
                    min_shoppers: privacy.0,
                    by_shopper: privacy.1,
                    pairs_kept: privacy.2,
                    pairs_removed: privacy.3,
                },
                measurements: figures.into_iter().map(|(name, value)| Measurement { name, value }).collect(),
            }
        },
    )
}

fn any_table(num_items: usize) -> impl Strategy<Value = Neighbours> {
    prop_oneof![any_rows(num_items), any_links(num_items)]
}

fn any_links(num_items: usize) -> impl Strategy<Value = Neighbours> {
    let factor = || 1e-12f32..=256.0;
    let factors = (1usize..=8)
        .prop_flat_map(move |num| (prop::collection::vec(factor(), num), prop::collection::vec(factor(), num)));
    let most = num_items.max(1) as u32;
    (
        prop::collection::btree_map((0..most, 0..most), any::<u8>(), 0..=3 * num_items),
        prop::collection::vec(factor(), 1..=16),
        factors,
        prop::collection::vec(any::<u8>(), num_items),
        (0f32..=16.0, any::<u16>()),
    )
        .prop_map(|(links, levels, (row_factors, column_factors), classes, (share, width))| {
            let classes: Vec<u8> = classes.iter().map(|class| class % row_factors.len() as u8).collect();
            let links: Vec<_> = links
                .into_iter()
                .filter(|((from, to), _)| from < to)
                .map(|((from, to), level)| (ItemIx(from), ItemIx(to), level % levels.len() as u8))
                .collect();
            let weights = Weights { levels, row_factors, column_factors };
            Neighbours::from_links(&classes, &links, weights, Hop { share, width }).unwrap()
        })
}

fn any_rows(num_items: usize) -> impl Strategy<Value = Neighbours> {
    let row = (any::<u8>(), prop::collection::btree_map(0..num_items.max(1) as u32, any::<u8>(), 0..=num_items));
    (1u8..=8, prop::collection::vec(row, num_items)).prop_map(|(weight_bits, rows)| {
        let rows: Vec<_> = rows
            .into_iter()
            .enumerate()
            .map(|(number, (code, row))| {
                let others = row.into_iter().filter(|(item, _)| *item as usize != number);
                (code, others.map(|(item, level)| (ItemIx(item), level >> (8 - weight_bits))).collect())
            })
            .collect();
        Neighbours::from_rows(weight_bits, &rows).unwrap()
    })
}

fn any_ranking() -> impl Strategy<Value = RankingParameters> {
    let value = || prop_oneof![Just(0f32), 0f32..4.3e9, Just(f32::MIN_POSITIVE / 4.0)];
    (prop::collection::vec(value(), 0..9), prop::collection::vec(value(), 0..9), prop::array::uniform3(value()))
        .prop_map(|(decay, repeat, event_weights)| RankingParameters { decay, repeat, event_weights })
        .prop_filter("at most 2^32", |ranking| {
            ranking
                .decay
                .iter()
                .chain(&ranking.repeat)
                .chain(&ranking.event_weights)
                .all(|&value| value <= 4_294_967_296.0)
        })
}

fn any_categories(num_items: usize) -> impl Strategy<Value = Categories> {
    (prop::collection::hash_set(".{0,5}", 0..9), prop::collection::vec(any::<prop::sample::Index>(), num_items))
        .prop_map(|(names, of_item)| {
            let names: Vec<String> = names.into_iter().collect();
            let category = |index: prop::sample::Index| match index.index(names.len() + 1) {
                0 => None,
                number => Some(CategoryIx(number as u16 - 1)),
            };
            Categories { of_item: of_item.into_iter().map(category).collect(), names }
        })
}

/// Trends of up to three periods.
fn any_trends(num_items: usize) -> impl Strategy<Value = Vec<Trend>> {
    let items = prop::collection::btree_map(0..num_items.max(1) as u32, any::<u8>(), 0..=num_items);
    prop::collection::btree_map(1..=u16::MAX, items, 0..4).prop_map(|periods| {
        let item = |(item, level)| (ItemIx(item), level);
        periods.into_iter().map(|(days, items)| Trend { days, items: items.into_iter().map(item).collect() }).collect()
    })
}

/// Numbers below `num`, ascending, with days each.
fn any_days(num: usize) -> impl Strategy<Value = Vec<(u32, u16)>> {
    prop::collection::btree_map(0..num.max(1) as u32, 1..=u16::MAX, 0..=num).prop_map(|days| days.into_iter().collect())
}

fn any_about() -> impl Strategy<Value = About> {
    let point = (any::<u32>(), prop::num::f32::NORMAL | prop::num::f32::ZERO);
    let points = prop::collection::vec(point, 0..=MAX_CURVE);
    let curves =
        prop::collection::btree_map(prop::sample::select(vec![Purpose::Next, Purpose::Together]), points, 0..=2);
    (".{0,9}", any::<i64>(), prop::array::uniform4(any::<u64>()), any_figures(), curves).prop_map(
        |(
            trainer_version,
            newest_event_ms,
            [num_events, num_sessions, num_shoppers, seed],
            hyperparameters,
            curves,
        )| About {
            trainer_version,
            newest_event_ms,
            num_events,
            num_sessions,
            num_shoppers,
            seed,
            hyperparameters,
            curves: curves.into_iter().collect(),
        },
    )
}

fn any_figures() -> impl Strategy<Value = Vec<(String, f64)>> {
    prop::collection::vec((".{0,9}", prop::num::f64::NORMAL | prop::num::f64::ZERO), 0..4)
}
