//! Models for the tests of the file format: some written by hand, and any number of random ones.

use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use vicino::model::{
    About, BLOCK, Categories, Curated, Dictionary, Link, MAX_CURVE, Market, Measurement, Model, Neighbours, Privacy,
    RankingParameters, Relation, Trend, TwoHop, Variants, Weights,
};
use vicino::{CategoryIx, ItemIx};

/// A table of (one, other, level); of links whose numbers add up to an even one, the first end has the heavier
/// direction.
fn table(classes: &[u8], links: &[(u32, u32, u8)], weights: Weights, hop: TwoHop) -> Neighbours {
    let link = |&(one, other, level): &(u32, u32, u8)| Link {
        one: ItemIx(one),
        other: ItemIx(other),
        level,
        is_heavier_from_one: (one + other).is_multiple_of(2),
    };
    Neighbours::from_links(classes, &links.iter().map(link).collect::<Vec<_>>(), weights, hop).unwrap()
}

/// The ids as a file may hold them: those of each 128 items in their order.
fn in_order(ids: &[String]) -> Dictionary {
    let mut place = vec![0; ids.len()];
    for (rank, item) in Dictionary::order_of_ids(ids).into_iter().enumerate() {
        place[item.as_usize()] = rank;
    }
    let mut numbers: Vec<usize> = (0..ids.len()).collect();
    numbers.chunks_mut(BLOCK).for_each(|block| block.sort_by_key(|&number| place[number]));
    let ids: Vec<&str> = numbers.into_iter().map(|number| ids[number].as_str()).collect();
    Dictionary::new(&ids).unwrap()
}

/// The model of the annotated dump in `docs/format.md`: five items, one table, nothing optional.
pub fn tiny() -> Model {
    Model {
        items: Dictionary::new(&["1000", "1001", "1002", "1003", "1007"]).unwrap(),
        tables: vec![(
            Relation::Next,
            table(
                &[0, 0, 0, 1, 1],
                &[(0, 1, 2), (0, 2, 1), (0, 4, 0), (2, 4, 2), (3, 4, 1)],
                Weights { levels: vec![0.25, 0.5, 1.0], directions: vec![1.0, 1.0, 1.25], row_factors: vec![1.0, 0.5] },
                TwoHop { share: 0.25, width: 12 },
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
        variants: None,
        curated: Vec::new(),
        markets: Vec::new(),
        unavailable: Vec::new(),
        measurements: Vec::new(),
    }
}

/// A model with ids of any script, two tables without a second hop, categories and measurements.
pub fn complete() -> Model {
    Model {
        items: Dictionary::new(&["", "0042", "mug/12", "tè-verde", "茶"]).unwrap(),
        tables: vec![
            (Relation::Next, all_linked(&[0, 1, 2, 3, 4])),
            (
                Relation::Together,
                table(
                    &[0, 1, 2, 3, 4],
                    &[(0, 4, 3), (4, 3, 0)],
                    Weights {
                        levels: vec![1e-12, 0.1, 1.0, 256.0],
                        directions: vec![1.5, 1.0, 256.0, 1.25],
                        row_factors: vec![1.0, 0.1, 256.0, 3.0, 1e-12],
                    },
                    TwoHop::default(),
                ),
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
        variants: None,
        curated: Vec::new(),
        markets: Vec::new(),
        unavailable: Vec::new(),
        measurements: vec![
            Measurement { name: "HitRate@20".into(), value: 0.5 },
            Measurement { name: "MRR@20".into(), value: 0.125 },
        ],
    }
}

/// A model whose tables are of links: two groups of eight items each that know one another, and a bridge; numbers as
/// ids, in an order of their own, and popularity by class.
pub fn linked() -> Model {
    let ids: Vec<String> = (0..16).map(|item| (7000 + item * 11 % 16).to_string()).collect();
    let classes: Vec<u8> = (0..16).map(|item| item % 3).collect();
    let mut links = Vec::new();
    for (from, to) in (0..16u32).flat_map(|from| (from + 1..16).map(move |to| (from, to))) {
        if from / 8 == to / 8 && (from + to) % 5 != 0 || (from, to) == (7, 8) {
            links.push((from, to, ((from * to) % 4) as u8));
        }
    }
    let weights = Weights {
        levels: vec![0.25, 0.5, 1.0, 2.0],
        directions: vec![1.0, 1.0, 1.125, 1.25],
        row_factors: vec![1.0, 0.5, 0.75],
    };
    let next = table(&classes, &links, weights, TwoHop { share: 0.25, width: 12 });
    let one_level = Weights { levels: vec![1.0], directions: vec![1.0], row_factors: vec![1.0; 3] };
    let together = table(&classes, &[(3, 12, 0)], one_level, TwoHop::default());
    Model {
        items: in_order(&ids),
        tables: vec![(Relation::Next, next), (Relation::Together, together)],
        popularity: (0..16).map(|item| if item == 5 { 255 } else { [200, 150, 100][item % 3] }).collect(),
        ..tiny()
    }
}

/// The model of links with all that is optional: what is alike by content, trends, and days between purchases.
pub fn timely() -> Model {
    let weights = Weights { levels: vec![0.25, 0.5, 1.0], directions: vec![1.0; 3], row_factors: vec![1.0; 3] };
    let Model { mut tables, .. } = linked();
    let classes: Vec<u8> = (0..16).map(|item| item % 3).collect();
    let similar = table(&classes, &[(0, 9, 1), (2, 3, 0), (14, 15, 2)], weights, TwoHop::default());
    tables.push((Relation::Similar, similar));
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

/// The model of `linked`, of which three items have variants, ids in the order of their items and in none, with items
/// that the shop chose, and two markets.
pub fn variants() -> Model {
    let model = linked();
    let id = |item: u32| model.items.id(ItemIx(item)).to_owned();
    let variant = |id: String, item: u32, sales: u64| (id, ItemIx(item), sales);
    let mut variants: Vec<_> = (0..5).map(|size| variant(format!("{}-{size}", id(3)), 3, size * 7 % 5)).collect();
    variants.extend((0..3).map(|size| variant(format!("{}-{size}", id(4)), 4, 9 - size)));
    variants.push(variant("plum".to_owned(), 15, 0));
    variants.push(variant("grey".to_owned(), 4, 20));
    // The id of an item may be that of one of its variants.
    variants.push(variant(id(3), 3, 99));
    let pair = |relation, item, other| Curated { relation, item: ItemIx(item), other: ItemIx(other) };
    let curated = vec![
        pair(Relation::Next, 0, 9),
        pair(Relation::Next, 0, 4),
        pair(Relation::Next, 4, 3),
        pair(Relation::Together, 4, 15),
        pair(Relation::Together, 4, 0),
        pair(Relation::Together, 4, 1),
    ];
    let market = |name: &str, items: &[(u32, u8)]| Market {
        name: name.to_owned(),
        items: items.iter().map(|&(item, level)| (ItemIx(item), level)).collect(),
    };
    let markets = vec![market("at", &[(0, 9), (3, 255), (4, 250)]), market("de", &[(4, 7), (15, 255)])];
    Model { variants: Some(Variants::new(16, &variants).unwrap()), curated, markets, ..model }
}

/// A model of three blocks, the last one with four items, whose links mostly stay in one; ids of two shapes and of
/// none.
pub fn blocks() -> Model {
    let num_items = 2 * BLOCK as u32 + 4;
    let mut links = Vec::new();
    for one in 0..num_items {
        for other in one + 1..num_items {
            let (number, is_near) =
                ((one * 7919) ^ (other * 104_729), one / 128 == other / 128 && one / 8 == other / 8);
            if if is_near { number % 3 > 0 } else { number % 400 == 0 } {
                links.push((one, other, (number / 400 % 4) as u8));
            }
        }
    }
    in_blocks(num_items, &links)
}

/// A model of three blocks with links between them alone, among groups of items that all know one another: a stream
/// with candidates.
pub fn groups() -> Model {
    let num_items = 3 * BLOCK as u32;
    let mut links = Vec::new();
    // Four groups to a block meet four of another, each item with its like.
    for one in 0..num_items {
        for other in (one / 128 + 1) * 128..num_items {
            if one % 128 / 6 == (other * 5) % 128 / 6 {
                links.push((one, other, ((one + other) % 2) as u8));
            }
        }
    }
    in_blocks(num_items, &links)
}

/// A model of so many items with these links of four levels.
fn in_blocks(num_items: u32, links: &[(u32, u32, u8)]) -> Model {
    let ids: Vec<String> = (0..num_items)
        .map(|item| (item, item * 37 % num_items))
        .map(|(item, number)| match item % 3 {
            0 => format!("SKU-{:05}-B", number * 7),
            1 => (40_000 + number * number % 1009 * 300 + number).to_string(),
            _ => format!("{}-{}", ["shirt", "shoe", "größe", "帽子"][number as usize % 4], number),
        })
        .collect();
    let classes: Vec<u8> = (0..num_items).map(|item| (item * item % 5) as u8).collect();
    let weights = Weights {
        levels: vec![0.25, 0.5, 1.0, 2.0],
        directions: vec![1.0, 1.0, 1.125, 1.25],
        row_factors: vec![1.0, 0.5, 0.75, 0.25, 2.0],
    };
    Model {
        items: in_order(&ids),
        tables: vec![(Relation::Next, table(&classes, links, weights, TwoHop { share: 0.25, width: 20 }))],
        popularity: (0..num_items).map(|item| (250 - item % 200) as u8).collect(),
        ..tiny()
    }
}

/// A table of five items that are all linked.
fn all_linked(classes: &[u8]) -> Neighbours {
    let pairs = (0..5u32).flat_map(|one| (0..one).map(move |other| (one, other, ((one + other) % 8) as u8)));
    let weights = Weights {
        levels: (1u8..=8).map(|level| f32::from(level) / 8.0).collect(),
        directions: vec![1.0, 1.0, 1.0, 1.5, 1.0, 1.5, 1.0, 1.5],
        row_factors: vec![1.0, 0.75, 0.5, 2.0, 1.5],
    };
    table(classes, &pairs.collect::<Vec<_>>(), weights, TwoHop::default())
}

/// Random models of up to 24 items, and now and then of up to 400.
pub fn any_model() -> impl Strategy<Value = Model> {
    let ids = prop_oneof![
        9 => prop::collection::vec(any::<u64>().prop_map(|id| id.to_string()), 0..25),
        9 => prop::collection::vec((0u64..40).prop_map(|id| id.to_string()), 0..25),
        9 => prop::collection::vec(".{0,6}", 0..25),
        1 => prop::collection::vec("(sku-[0-9]{4}|[a-c]{0,3}|[0-9]{1,4})", 129..400),
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
            prop::collection::vec(0u8..8, num_items),
            prop::collection::vec(any::<u8>(), num_items),
            any_ranking(),
            (prop::option::of(any_categories(num_items)), any_trends(num_items), any_days(num_items), any_days(9)),
            (any_variants(num_items), any_curated(num_items), any_markets(num_items)),
            any_about(),
            (any::<u32>(), any::<bool>(), any::<u64>(), any::<u64>()),
            any_figures(),
        )
    })
    .prop_map(
        |(
            ids,
            tables,
            classes,
            popularity,
            ranking,
            (categories, trends, items, of_categories),
            (variants, curated, markets),
            about,
            privacy,
            figures,
        )| {
            Model {
                items: in_order(&ids),
                tables: Relation::ALL
                    .into_iter()
                    .zip(tables)
                    .filter_map(|(relation, drawn)| Some((relation, drawn?)))
                    .map(|(relation, Drawn { links, weights, hop })| (relation, table(&classes, &links, weights, hop)))
                    .collect(),
                popularity,
                ranking,
                variants,
                curated,
                markets,
                unavailable: Vec::new(),
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

/// Variants of some of so many items.
fn any_variants(num_items: usize) -> impl Strategy<Value = Option<Variants<Dictionary>>> {
    let of_items = prop::collection::btree_map("[a-c]{1,3}-[0-9]{1,2}", (0..num_items.max(1) as u32, 0u64..4), 1..40);
    prop::option::of(of_items).prop_map(move |variants| {
        let variants: Vec<(String, ItemIx, u64)> =
            variants?.into_iter().map(|(id, (item, sales))| (id, ItemIx(item), sales)).collect();
        Variants::new(num_items, &variants).ok()
    })
}

/// Curated pairs of some of so many items.
fn any_curated(num_items: usize) -> impl Strategy<Value = Vec<Curated>> {
    let item = move || (0..num_items.max(1) as u32).prop_map(ItemIx);
    let relation = prop::sample::select(vec![Relation::Next, Relation::Together]);
    let pair = (relation, item(), item()).prop_map(|(relation, item, other)| Curated { relation, item, other });
    prop::collection::vec(pair, 0..6).prop_map(move |mut pairs| {
        pairs.sort_by_key(|pair| pair.relation);
        pairs.truncate(if num_items > 0 { 6 } else { 0 });
        pairs
    })
}

/// Markets that have some of so many items.
fn any_markets(num_items: usize) -> impl Strategy<Value = Vec<Market>> {
    let items = prop::collection::btree_map(0..num_items.max(1) as u32, any::<u8>(), 0..num_items.min(20) + 1);
    prop::collection::btree_map("[a-zé]{0,4}", items, 0..4).prop_map(move |markets| {
        let item = |(item, level): (u32, u8)| (ItemIx(item), level);
        let items = |items: BTreeMap<u32, u8>| items.into_iter().map(item).filter(|_| num_items > 0).collect();
        markets.into_iter().map(|(name, of)| Market { name, items: items(of) }).collect()
    })
}

/// A table that has no items yet.
#[derive(Clone, Debug)]
struct Drawn {
    links: Vec<(u32, u32, u8)>,
    weights: Weights,
    hop: TwoHop,
}

fn any_table(num_items: usize) -> impl Strategy<Value = Drawn> {
    let factor = || 1e-12f32..=256.0;
    let level = (factor(), prop_oneof![Just(1f32), 1f32..=256.0]);
    let most = num_items.max(1) as u32;
    (
        prop::collection::btree_map((0..most, 0..most), any::<u8>(), 0..=3 * num_items),
        prop::collection::vec(level, 1..=16),
        prop::collection::vec(factor(), 8),
        (0f32..=16.0, any::<u16>()),
    )
        .prop_map(|(links, levels, row_factors, (share, width))| {
            let links: Vec<_> = links
                .into_iter()
                .filter(|((from, to), _)| from < to)
                .map(|((from, to), level)| (from, to, level % levels.len() as u8))
                .collect();
            let (levels, directions) = levels.into_iter().unzip();
            Drawn { links, weights: Weights { levels, directions, row_factors }, hop: TwoHop { share, width } }
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
        prop::collection::btree_map(prop::sample::select(vec![Relation::Next, Relation::Together]), points, 0..=2);
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
