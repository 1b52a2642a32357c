//! Every list with every rule, against a ranker that works everything out for all items, on random models and requests.

use super::tests::{NUM_ITEMS, any_history, any_model};
use super::*;
use crate::CategoryIx;
use crate::model::{Categories, Relation};
use proptest::prelude::*;

/// A condition as people think of it.
#[derive(Clone, Debug)]
enum Condition {
    In(Column, Vec<u32>),
    Items(Vec<u32>),
    Price(f32, f32),
    Stock(bool),
    Both(Box<Condition>, Box<Condition>),
    Either(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

fn set(values: &[u32]) -> Vec<u32> {
    let mut words = vec![values.len().min(1) as u32, 0];
    values.iter().for_each(|value| words[1] |= 1 << value);
    words.truncate(1 + words[0] as usize);
    words
}

impl Condition {
    fn words(&self) -> Vec<u32> {
        match self {
            Condition::In(column, values) => [vec![0, *column as u32], set(values)].concat(),
            Condition::Items(values) => [vec![0, 6], set(values)].concat(),
            Condition::Price(least, most) => vec![1, least.to_bits(), most.to_bits()],
            Condition::Stock(stock) => vec![2, u32::from(*stock)],
            Condition::Both(a, b) => [a.words(), b.words(), vec![3]].concat(),
            Condition::Either(a, b) => [a.words(), b.words(), vec![4]].concat(),
            Condition::Not(a) => [a.words(), vec![5]].concat(),
        }
    }

    fn holds(&self, shop: &Shop, item: u32) -> bool {
        let of = &shop.items[item as usize];
        match self {
            Condition::In(Column::Category, values) => shop.category(item).is_some_and(|value| values.contains(&value)),
            Condition::In(Column::Brand, values) => of.brand.is_some_and(|value| values.contains(&value)),
            Condition::In(_, values) => of.tags.is_some_and(|value| values.contains(&value)),
            Condition::Items(values) => values.contains(&item),
            Condition::Price(least, most) => of.price.is_some_and(|price| *least <= price && price <= *most),
            Condition::Stock(stock) => of.stock.unwrap_or(true) == *stock,
            Condition::Both(a, b) => a.holds(shop, item) && b.holds(shop, item),
            Condition::Either(a, b) => a.holds(shop, item) || b.holds(shop, item),
            Condition::Not(a) => !a.holds(shop, item),
        }
    }
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let values = || prop::collection::vec(0u32..6, 0..4);
    let leaf = prop_oneof![
        (prop::sample::select(vec![Column::Category, Column::Brand, Column::Tags]), values())
            .prop_map(|(column, values)| Condition::In(column, values)),
        prop::collection::vec(0..NUM_ITEMS, 0..5).prop_map(Condition::Items),
        (0u8..4, 0u8..6).prop_map(|(least, more)| Condition::Price(least.into(), (least + more).into())),
        any::<bool>().prop_map(Condition::Stock),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let inner = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (inner(), inner()).prop_map(|(a, b)| Condition::Both(a, b)),
            (inner(), inner()).prop_map(|(a, b)| Condition::Either(a, b)),
            inner().prop_map(Condition::Not),
        ]
    })
}

/// The shop's facts about an item.
#[derive(Clone, Debug)]
struct Said {
    category: Option<u32>,
    brand: Option<u32>,
    tags: Option<u32>,
    price: Option<f32>,
    stock: Option<bool>,
    shown: Option<f32>,
}

#[derive(Clone, Debug)]
struct Shop {
    model: Model,
    items: Vec<Said>,
}

impl Shop {
    fn category(&self, item: u32) -> Option<u32> {
        let of_model = || self.model.categories.as_ref().and_then(|all| all.of_item[item as usize]);
        self.items[item as usize].category.or(of_model().map(|category| category.0.into()))
    }

    fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::default();
        // What was said before is forgotten.
        catalogue.update(&self.model, Column::Price, &[1, 1, 2, 2]);
        catalogue.update(&self.model, Column::Price, &[]);
        let mut update = |column, of: &dyn Fn(&Said) -> Option<u32>| {
            let known = (0..).zip(&self.items).filter_map(|(item, said)| Some([item, of(said)?]));
            let pairs: Vec<u32> = known.flatten().chain([NUM_ITEMS, 1, u32::MAX, 1]).collect();
            catalogue.update(&self.model, column, &pairs);
        };
        update(Column::Category, &|said| said.category);
        update(Column::Brand, &|said| said.brand);
        update(Column::Tags, &|said| said.tags);
        update(Column::Price, &|said| said.price.map(f32::to_bits));
        update(Column::Stock, &|said| said.stock.map(u32::from));
        update(Column::Impressions, &|said| said.shown.map(f32::to_bits));
        catalogue
    }
}

fn any_shop() -> impl Strategy<Value = Shop> {
    let said = (
        prop::option::weighted(0.3, 0u32..6),
        prop::option::of(0u32..4),
        prop::option::of(0u32..4),
        prop::option::of((0u8..8).prop_map(f32::from)),
        prop::option::of(any::<bool>()),
        prop::option::of((0u8..5).prop_map(|quarters| f32::from(quarters) / 4.0)),
    );
    let said = said.prop_map(|(category, brand, tags, price, stock, shown)| Said {
        category,
        brand,
        tags,
        price,
        stock,
        shown,
    });
    let categories =
        prop::option::of(prop::collection::vec(prop::option::of((0u16..3).prop_map(CategoryIx)), NUM_ITEMS as usize));
    let extra = (categories, any::<bool>(), prop::collection::btree_map(0..NUM_ITEMS, 1u8.., 0..5));
    (any_model(), any_model(), prop::collection::vec(said, NUM_ITEMS as usize), extra).prop_map(
        |(mut model, other, items, (categories, has_similar, trend))| {
            let names = ["a", "b", "c"].map(String::from).to_vec();
            model.categories = categories.map(|of_item| Categories { names, of_item });
            let [(_, table)] = &other.tables[..] else { unreachable!("one table") };
            if has_similar {
                model.tables.push((Relation::Similar, table.clone()));
            }
            let items_of_trend = trend.into_iter().map(|(item, level)| (ItemIx(item), level)).collect();
            model.trends = vec![crate::model::Trend { days: 7, items: items_of_trend }];
            Shop { model, items }
        },
    )
}

/// All that a list can be asked for.
#[derive(Clone, Debug)]
struct Request {
    source: u8,
    history: Vec<HistoryEvent>,
    factors: Vec<f32>,
    items: Vec<ItemIx>,
    k: usize,
    repeats: bool,
    fills: bool,
    exclude: Vec<ItemIx>,
    seed: Option<u32>,
    filter: Option<Condition>,
    bury: Option<Condition>,
    boosts: Vec<(Condition, f32)>,
    pins: Vec<(ItemIx, u32)>,
    max_per_category: u32,
    diversity: f32,
    explore: f32,
    fatigue: f32,
    /// Items that a predicate refuses.
    refused: Vec<u32>,
}

fn any_request() -> impl Strategy<Value = Request> {
    let item = || (0..NUM_ITEMS + 1).prop_map(ItemIx);
    let factor = prop::sample::select(vec![1.0f32, 1.0, 0.5, 2.0, 0.0, -1.0]);
    let half = || prop::sample::select(vec![0.0f32, 0.0, 0.25, 0.5, 1.0]);
    let from = (
        0u8..7,
        any_history(),
        prop::collection::vec(factor, 0..6),
        prop::collection::vec(item(), 0..4),
        0usize..15,
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec(item(), 0..3),
        prop::option::of(any::<u32>()),
    );
    let rules = (
        prop::option::of(any_condition()),
        prop::option::of(any_condition()),
        prop::collection::vec((any_condition(), prop::sample::select(vec![0.01f32, 0.5, 2.0, 8.0])), 0..3),
        prop::collection::vec((item(), 0u32..16), 0..4),
        0u32..4,
        half(),
        half(),
        half(),
        prop::collection::vec(0..NUM_ITEMS, 0..3),
    );
    (from, rules).prop_map(|(from, rules)| {
        let (source, history, factors, items, k, repeats, fills, exclude, seed) = from;
        let (filter, bury, boosts, pins, max_per_category, diversity, explore, fatigue, refused) = rules;
        Request {
            source,
            history,
            factors,
            items,
            k,
            repeats,
            fills,
            exclude,
            seed,
            filter,
            bury,
            boosts,
            pins,
            max_per_category,
            diversity,
            explore,
            fatigue,
            refused,
        }
    })
}

/// An item that a list may have, to the naive ranker.
#[derive(Clone, Debug)]
struct Open {
    item: u32,
    score: f32,
    value: f32,
    place_among_equals: u32,
    category: Option<u32>,
    is_buried: bool,
    is_pinned: Option<u32>,
}

impl Request {
    fn ranked(&self, shop: &Shop, ranker: &mut Ranker, explain: bool) -> Vec<Ranked> {
        let catalogue = shop.catalogue();
        let words = |condition: &Option<Condition>| condition.as_ref().map(Condition::words);
        let (filter, bury) = (words(&self.filter), words(&self.bury));
        let programs: Vec<Vec<u32>> = self.boosts.iter().map(|(condition, _)| condition.words()).collect();
        let boosts: Vec<Boost> = (self.boosts.iter().zip(&programs))
            .map(|((_, by), words)| Boost { filter: Filter::new(words).unwrap(), by: *by })
            .collect();
        let given: Vec<(ItemIx, f32)> = self.items.iter().map(|&item| (item, item.0 as f32 + 1.0)).collect();
        let source = match self.source {
            0 | 1 => Source::ForYou { history: &self.history, factors: &self.factors },
            2 => Source::Related(&self.items),
            3 => Source::Together(&self.items),
            4 => Source::Similar(&self.items),
            5 => Source::Trending { days: u32::from(self.repeats) },
            _ => Source::Given(&given),
        };
        let options = Options {
            k: self.k,
            repeats: self.repeats,
            exclude: &self.exclude,
            seed: self.seed,
            explain,
            viewed: &self.history,
            apart: false,
            fills: self.fills,
            rules: Rules {
                catalogue: Some(&catalogue),
                filter: filter.as_deref().map(|words| Filter::new(words).unwrap()),
                boosts: &boosts,
                bury: bury.as_deref().map(|words| Filter::new(words).unwrap()),
                pins: &self.pins,
                max_per_category: self.max_per_category,
                diversity: self.diversity,
                explore: self.explore,
                fatigue: self.fatigue,
            },
        };
        ranker.list(&shop.model, source, &options, &mut |item| !self.refused.contains(&item.0))
    }

    fn relation(&self, model: &Model) -> Option<Relation> {
        match self.source {
            3 if !self.fills => model.table(Relation::Together).map(|_| Relation::Together),
            0..4 => Some(Relation::Next),
            4 => model.table(Relation::Similar).map(|_| Relation::Similar),
            _ => None,
        }
    }

    /// Scores from the formulas, in the order of summation that the ranker documents.
    fn score(&self, shop: &Shop, candidate: u32) -> f32 {
        let model = &shop.model;
        let table = self.relation(model).and_then(|relation| model.table(relation));
        let weight = |item: ItemIx| table.map_or(0.0, |table| table.row(item).weight_of(ItemIx(candidate)));
        let mut score = 0.0f32;
        match self.source {
            0 | 1 => {
                let factor = |at: usize| self.factors.get(at).copied().unwrap_or(1.0);
                let events = || self.history.iter().enumerate();
                let ranking = &model.ranking;
                let wanted = events().filter(|&(at, _)| factor(at) >= 0.0).take(ranking.decay.len()).enumerate();
                for (position, (at, event)) in wanted {
                    let usual = ranking.decay[position] * ranking.event_weights[event.kind as usize];
                    score += usual * factor(at) * weight(event.item);
                    if event.item.0 == candidate {
                        score += ranking.repeat[position] * factor(at);
                    }
                }
                for (at, event) in events().filter(|&(at, _)| factor(at) < 0.0).take(ranking.decay.len()) {
                    let usual = ranking.decay[0] * ranking.event_weights[event.kind as usize];
                    score = (score + usual * factor(at) * weight(event.item)).max(0.0);
                }
            }
            2..=4 if table.is_some() => self.items.iter().for_each(|&item| score += weight(item)),
            4 => {
                let popular = popular::popularity(model.popularity[candidate as usize]);
                let Some(first) = self.items.first().filter(|item| item.0 < NUM_ITEMS) else { return 0.0 };
                let category = shop.category(first.0);
                if category.is_some() && shop.category(candidate) == category {
                    let nearness = match (shop.items[first.0 as usize].price, shop.items[candidate as usize].price) {
                        (Some(a), Some(b)) if a > 0.0 && b > 0.0 => a.min(b) / a.max(b),
                        _ => 0.5,
                    };
                    score = popular * nearness;
                }
            }
            5 if self.repeats => {
                let level = model.trends[0].items.iter().find(|(item, _)| item.0 == candidate).map(|found| found.1);
                score = level.map_or(0.0, popular::popularity);
            }
            6 => self.items.iter().filter(|item| item.0 == candidate).for_each(|item| score += item.0 as f32 + 1.0),
            _ => {}
        }
        score
    }

    /// The items of the list and their scores.
    fn expected(&self, shop: &Shop) -> Vec<(u32, f32)> {
        let model = &shop.model;
        let random = |item: u32| heap::hash(item ^ heap::hash(self.seed.unwrap_or(0) ^ 0x5bd1_e995)) >> 8;
        let unwanted = |item: u32| {
            let factor = |at: usize| self.factors.get(at).copied().unwrap_or(1.0);
            self.source < 2
                && self.history.iter().enumerate().any(|(at, event)| event.item.0 == item && factor(at) < 0.0)
        };
        let is_seen =
            |item: u32| self.source < 2 && !self.repeats && self.history.iter().any(|event| event.item.0 == item);
        let is_anchor = |item: u32| (2..5).contains(&self.source) && self.items.contains(&ItemIx(item));
        let fills = self.fills && self.source != 6;
        let mut open: Vec<Open> = Vec::new();
        for item in 0..NUM_ITEMS {
            let pin = self.pins.iter().position(|pin| pin.0.0 == item);
            let score = self.score(shop, item);
            let is_barred = self.exclude.contains(&ItemIx(item))
                || unwanted(item)
                || is_anchor(item)
                || self.refused.contains(&item)
                || self.filter.as_ref().is_some_and(|filter| !filter.holds(shop, item))
                || pin.is_none() && (is_seen(item) || score <= 0.0 && !fills);
            if is_barred {
                continue;
            }
            let mut factor = 1.0f32;
            for (condition, by) in &self.boosts {
                factor *= if condition.holds(shop, item) { *by } else { 1.0 };
            }
            if let Some(shown) = shop.items[item as usize].shown
                && self.fatigue > 0.0
                && shown < 1.0
            {
                factor *= (1.0 - self.fatigue * (1.0 - shown)).max(1.0 / 1024.0);
            }
            if self.explore > 0.0 {
                factor *= 1.0 - self.explore + self.explore * (random(item) as f32 / 16_777_216.0);
            }
            let base = if score > 0.0 { score } else { popular::popularity(model.popularity[item as usize]) };
            let place_among_equals = match self.seed {
                Some(seed) => heap::hash(item ^ seed.wrapping_mul(0x9e37_79b9)),
                None => item,
            };
            open.push(Open {
                item,
                score,
                value: (base * factor).max(f32::MIN_POSITIVE),
                place_among_equals,
                category: shop.category(item),
                is_buried: self.bury.as_ref().is_some_and(|bury| bury.holds(shop, item)),
                is_pinned: pin.map(|pin| self.pins[pin].1),
            });
        }
        self.order(shop, open)
    }

    fn order(&self, shop: &Shop, open: Vec<Open>) -> Vec<(u32, f32)> {
        let score = |one: &Open| if one.score > 0.0 { one.value } else { 0.0 };
        let (pinned, mut open): (Vec<Open>, Vec<Open>) = open.into_iter().partition(|one| one.is_pinned.is_some());
        let mut pins: Vec<Open> = Vec::new();
        for (item, _) in &self.pins {
            pins.extend(
                pinned.iter().find(|one| one.item == item.0 && pins.iter().all(|pin| pin.item != item.0)).cloned(),
            );
        }
        let mut categories: Vec<Option<u32>> = pins.iter().map(|pin| pin.category).collect();
        let mut listed: Vec<(u32, f32)> = Vec::new();
        open.sort_by(|a, b| b.value.total_cmp(&a.value).then(a.place_among_equals.cmp(&b.place_among_equals)));
        let similar = self.relation(&shop.model).unwrap_or(Relation::Next);
        let table = shop.model.table(similar).unwrap();
        let nearness = |listed: &[(u32, f32)], item: u32| {
            let mut most = 0.0f32;
            for &(other, _) in listed {
                let row = table.row(ItemIx(other));
                let greatest = row.items.iter().map(|&to| row.weight_of(to)).fold(0.0, f32::max);
                if row.weight_of(ItemIx(item)) > 0.0 {
                    most = most.max(row.weight_of(ItemIx(item)) / greatest);
                }
            }
            most
        };
        'turns: for (is_buried, is_capped, is_scored) in
            [(0, 1, 1), (0, 1, 0), (0, 0, 1), (0, 0, 0), (1, 1, 1), (1, 1, 0), (1, 0, 1), (1, 0, 0)]
                .map(|(a, b, c)| (a == 1, b == 1, c == 1))
        {
            let is_full = |categories: &[Option<u32>], one: &Open| {
                let count = categories.iter().filter(|&&category| category == one.category).count();
                is_capped
                    && self.max_per_category > 0
                    && one.category.is_some()
                    && count >= self.max_per_category as usize
            };
            let (mut turn, rest): (Vec<Open>, Vec<Open>) =
                open.into_iter().partition(|one| one.is_buried == is_buried && (one.score > 0.0) == is_scored);
            open = rest;
            let mut waiting = Vec::new();
            let mut best = None;
            loop {
                while let Some(at) = pins.iter().position(|pin| pin.is_pinned.unwrap() as usize <= listed.len())
                    && listed.len() < self.k
                {
                    let pin = pins.remove(at);
                    listed.push((pin.item, score(&pin)));
                }
                if listed.len() >= self.k {
                    break 'turns;
                }
                // A full category stays full.
                let (full, free): (Vec<Open>, Vec<Open>) = turn.into_iter().partition(|one| is_full(&categories, one));
                waiting.extend(full);
                turn = free;
                let Some(first) = turn.first() else { break };
                let top = *best.get_or_insert(first.value);
                let mut at = 0;
                if self.diversity > 0.0 {
                    let marginal = |one: &Open| {
                        (1.0 - self.diversity) * (one.value / top) - self.diversity * nearness(&listed, one.item)
                    };
                    // All items fit into what is looked at together.
                    for other in 1..turn.len() {
                        if marginal(&turn[other]) > marginal(&turn[at]) {
                            at = other;
                        }
                    }
                }
                let one = turn.remove(at);
                categories.push(one.category);
                listed.push((one.item, score(&one)));
            }
            open.extend(waiting);
            open.sort_by(|a, b| b.value.total_cmp(&a.value).then(a.place_among_equals.cmp(&b.place_among_equals)));
        }
        for pin in pins {
            if listed.len() < self.k {
                listed.push((pin.item, score(&pin)));
            }
        }
        listed
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_list_agrees_with_a_naive_ranker(shop in any_shop(), requests in prop::collection::vec(any_request(), 1..4)) {
        let mut ranker = Ranker::new(&shop.model);
        for request in requests {
            let listed = request.ranked(&shop, &mut ranker, false);
            let found: Vec<(u32, f32)> = listed.iter().map(|one| (one.item.0, one.score)).collect();
            prop_assert_eq!(&found, &request.expected(&shop), "{:?}", request);
            // The same again, with reasons.
            let explained = request.ranked(&shop, &mut ranker, true);
            prop_assert_eq!(found, explained.iter().map(|one| (one.item.0, one.score)).collect::<Vec<_>>());
            for one in &explained {
                let total: f32 = one.reasons.iter().map(|reason| reason.share).sum();
                let expected = if one.score > 0.0 && request.source != 5 { 1.0 } else { 0.0 };
                prop_assert!((total - expected).abs() < 1e-5, "{:?}", one);
                prop_assert!(one.reasons.is_sorted_by(|a, b| a.share >= b.share));
            }
        }
    }

    #[test]
    fn a_page_has_no_item_twice(shop in any_shop(), histories in prop::collection::vec(any_history(), 1..4), k in 0usize..6) {
        let mut ranker = Ranker::new(&shop.model);
        let options = Options { k, ..Options::default() };
        let lists: Vec<(Source, Options)> =
            histories.iter().map(|history| (Source::ForYou { history, factors: &[] }, options)).collect();
        let page = ranker.page(&shop.model, &lists, &mut |_| true);
        let mut items: Vec<ItemIx> = page.iter().flatten().map(|one| one.item).collect();
        let num_listed = items.len();
        items.sort();
        items.dedup();
        prop_assert_eq!(items.len(), num_listed);
        prop_assert_eq!(&page[0], &ranker.for_you(&shop.model, &histories[0], &options, &mut |_| true));
    }
}
