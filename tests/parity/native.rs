//! Writes a model and what the native ranker makes of it: `parity DIR`.
//!
//! `DIR/parity.vicino` is the model, `DIR/cases.json` holds 1,000 seeded random calls with the ids, the order and
//! the exact bits of every score. `parity.mjs` replays them in WebAssembly. The model is made to be hard: few levels of
//! weights, so that scores tie; few levels of popularity; rows without neighbours; ids that are not ASCII.
//!
//! `parity tiny FILE` writes the model of 12 items that the browser tests open, instead, and `parity small FILE` one
//! of 60.

use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;
use vicino::model::{About, Categories, Curated, Measurement, Model, Privacy, RankingParameters, Relation};
use vicino::pack::{Detail, Draft, Packer};
use vicino::rank::{
    Boost, Catalogue, Column, Fallback, Filter, HistoryEvent, Options, Ranked, Ranker, Rules, Signals, Source,
    event_factor, impression_factor, recency_score, replenishment_score,
};
use vicino::{CategoryIx, CsrMatrix, EventKind, ItemIx};

const NUM_CASES: usize = 1_000;
/// Half-lives of views, carts and purchases, in days; `parity.mjs` has the same.
const HALF_LIFE_DAYS: [f32; 3] = [5.0, f32::NAN, 30.0];
const DAY_MS: u64 = 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tiny", file] => Ok(std::fs::write(file, build(&mut Random(3), 12, 4)?.to_bytes()?)?),
        ["small", file] => Ok(std::fs::write(file, build(&mut Random(7), 60, 6)?.to_bytes()?)?),
        [directory] => {
            std::fs::create_dir_all(directory)?;
            let mut random = Random(2_026);
            let bytes = build(&mut random, 600, 25)?.to_bytes()?;
            // What the file says, not what it was made from, is what both sides rank with.
            let model = Model::open(&bytes)?;
            let cases: Vec<Value> = (0..NUM_CASES).map(|_| case(&mut random, &model)).collect::<Result<_, _>>()?;
            std::fs::write(Path::new(directory).join("parity.vicino"), bytes)?;
            std::fs::write(Path::new(directory).join("cases.json"), serde_json::to_string(&cases)?)?;
            println!("{NUM_CASES} cases");
            Ok(())
        }
        _ => Err("usage: parity DIR, or parity tiny FILE, or parity small FILE".into()),
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// In 0..1, on a grid of 24 bits.
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

fn build(random: &mut Random, num_items: usize, neighbours: usize) -> Result<Model, Box<dyn Error>> {
    let item_ids: Vec<String> = (0..num_items)
        .map(|item| match item % 5 {
            0 => format!("sku-{item}"),
            1 => format!("größe {item}"),
            2 => format!("商品/{item}"),
            3 => format!("{}", 100_000 + item * 7),
            _ => format!("🧦{item}"),
        })
        .collect();
    let mut table = |percent_empty| {
        let rows = (0..num_items).map(|item| {
            let len = if random.chance(percent_empty) { 0 } else { 1 + random.below(neighbours) };
            let mut columns: Vec<usize> = (0..len).map(|_| random.below(num_items)).filter(|&c| c != item).collect();
            columns.sort_unstable();
            columns.dedup();
            columns.into_iter().map(|column| (ItemIx(column as u32), 0.05 + random.unit())).collect()
        });
        CsrMatrix::from_rows(rows.collect())
    };
    let mut tables = vec![(Relation::Next, table(5)), (Relation::Together, table(40))];
    if num_items > 60 {
        tables.push((Relation::Similar, table(30)));
    }
    let popularity = (0..num_items).map(|_| f32::from(random.below(9) as u8) * 30.0).collect();
    let names: Vec<String> = ["Shoes", "Coats", "Café", "Hats", "Tea"].map(String::from).to_vec();
    let of_item = (0..num_items).map(|item| (item % 7 != 6).then_some(CategoryIx((item % 5) as u16))).collect();
    // Every sixth item has three variants; the few of the browser tests have none.
    let with_variants = item_ids.iter().zip(0u32..).filter(|(_, item)| num_items > 60 && item % 6 == 0);
    let variants = with_variants
        .flat_map(|(id, item)| (0..3u32).map(move |size| (format!("{id}~{size}"), ItemIx(item), (size * 5 % 3).into())))
        .collect();
    // Every tenth item leads to three others.
    let pair = |item: u32, step: u32| Curated {
        relation: if item.is_multiple_of(20) { Relation::Next } else { Relation::Together },
        item: ItemIx(item),
        other: ItemIx((item + step * 131) % num_items as u32),
    };
    let leading = (0..num_items as u32).filter(|item| num_items > 60 && item % 10 == 0);
    let curated = leading.flat_map(|item| (1..4).map(move |step| pair(item, step))).collect();
    let draft = Draft {
        item_ids,
        tables,
        popularity,
        num_events: (0..num_items).map(|_| random.below(300) as u32).collect(),
        ranking: RankingParameters {
            decay: (0..20).map(|position| 1.0 / (1.0 + position as f32 * 0.37)).collect(),
            repeat: (0..12).map(|position| 0.3 / (1 + position) as f32).collect(),
            event_weights: [1.0, 1.7, 0.6],
        },
        categories: Some(Categories { names, of_item }),
        about: About { num_events: 12_345, num_sessions: 678, newest_event_ms: 1_700_000_000_000, ..About::default() },
        privacy: Privacy { min_shoppers: 2, by_shopper: true, pairs_kept: 90, pairs_removed: 10 },
        trends: Vec::new(),
        replenishment: (0..num_items as u32).step_by(9).map(|item| (ItemIx(item), 5 + item as u16 % 40)).collect(),
        category_replenishment: vec![(CategoryIx(1), 12), (CategoryIx(4), 21)],
        variants,
        curated,
        markets: Vec::new(),
        measurements: vec![Measurement { name: "HitRate@20".into(), value: 0.5 }],
    };
    let packer = Packer::new(draft)?;
    Ok(packer.pack(packer.num_pairs() / 2, Detail { max_levels: 4, ..Detail::MEDIUM })?)
}

/// An event of a shopper's history.
struct Event {
    id: String,
    kind: EventKind,
    /// Time since the event; below 0 if the clock was ahead when it was recorded.
    age_ms: i64,
    dwell_ms: Option<u32>,
    rating: Option<u32>,
}

impl Event {
    /// The event and its factor, if the model knows the item.
    fn weighed(&self, model: &Model) -> Option<(HistoryEvent, f32)> {
        let signals = Signals {
            age_days: days(self.age_ms),
            half_life_days: HALF_LIFE_DAYS[self.kind as usize],
            dwell_seconds: self.dwell_ms.map_or(f32::NAN, |ms| (f64::from(ms) / 1e3) as f32),
            rating: self.rating.map_or(f32::NAN, |rating| rating as f32),
        };
        Some((HistoryEvent { item: model.number(&self.id)?, kind: self.kind }, event_factor(signals)))
    }

    fn json(&self) -> Value {
        json!([self.id, self.kind.name(), self.age_ms, self.dwell_ms, self.rating])
    }
}

/// An item that was shown and ignored, all at one time.
struct Shown {
    id: String,
    count: u32,
    age_ms: i64,
}

fn days(ms: i64) -> f32 {
    (ms as f64 / DAY_MS as f64) as f32
}

/// The distinct items with an event of a kind, the newest first.
fn distinct(history: &[Event], kind: EventKind) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for event in history.iter().filter(|event| event.kind == kind) {
        if !ids.contains(&event.id) {
            ids.push(event.id.clone());
        }
    }
    ids
}

fn case(random: &mut Random, model: &Model) -> Result<Value, Box<dyn Error>> {
    let num_items = model.num_items();
    // One id in twelve is nobody's.
    let id = |random: &mut Random| match random.below(12) {
        0 => format!("gone-{}", random.below(50)),
        _ => model.id(ItemIx(random.below(model.num_numbers()) as u32)).to_owned(),
    };
    let len = if random.chance(10) { 0 } else { random.below(30) };
    // One clock in four was ahead once.
    let mut age_ms = if random.chance(25) { -((random.next() % (20 * DAY_MS)) as i64) } else { 0 };
    let mut history: Vec<Event> = Vec::new();
    for _ in 0..len {
        // The newest first, each far enough from the next to be an event of its own.
        age_ms += 10_000 + if random.chance(40) { (random.next() % (3 * DAY_MS)) as i64 } else { 0 };
        let dwell_ms = random.chance(30).then(|| random.below(200_000) as u32);
        let rating = random.chance(20).then(|| 1 + random.below(5) as u32);
        let (id, kind) = (id(random), EventKind::ALL[random.below(3)]);
        // What is of now all together is one event if it is equal, but for purchases.
        let is_equal = |event: &Event| event.age_ms < 2000 && event.id == id && event.kind == kind;
        let kind = if age_ms < 2000 && history.iter().any(is_equal) { EventKind::Purchase } else { kind };
        history.push(Event { id, kind, age_ms, dwell_ms, rating });
    }
    let mut shown: Vec<Shown> = (0..random.below(8))
        .map(|_| {
            let age_ms = (random.next() % (11 * DAY_MS)) as i64 - 2 * DAY_MS as i64;
            Shown { id: id(random), count: 1 + random.below(20) as u32, age_ms }
        })
        .collect();
    // The device adds up impressions of one id.
    shown.sort_by(|a, b| a.id.cmp(&b.id));
    shown.dedup_by(|a, b| a.id == b.id);
    let num_anchors = random.below(6);
    let items: Vec<String> = (0..num_anchors).map(|_| id(random)).collect();
    let num_excluded = if random.chance(50) { random.below(40) } else { 0 };
    let exclude: Vec<String> = (0..num_excluded).map(|_| id(random)).collect();
    let known = |ids: &[String]| -> Vec<ItemIx> { ids.iter().filter_map(|id| model.number(id)).collect() };

    let excluded = known(&exclude);
    let k = [0, 1, 5, 12, 20, 100, num_items + 10][random.below(7)];
    let seed = random.chance(40).then(|| random.next() as u32);
    let (repeats, explain) = (random.chance(50), random.chance(50));
    let priced = priced(model);
    let mut catalogue = catalogue(model, &priced);
    for Shown { id, count, age_ms } in &shown {
        if let Some(number) = model.number(id) {
            catalogue.add_impressions(model, number, impression_factor(*count as f32, days(*age_ms)));
        }
    }
    // Three in ten calls have all rules at once.
    let has_rules = random.chance(30);
    let (boost, bury) = ([1, 5f32.to_bits(), 40f32.to_bits()], [2, 0]);
    let filter = |words| Filter::new(words).ok_or("no filter");
    let boosts = [Boost { filter: filter(&boost)?, by: 2.5 }];
    let pins = [(ItemIx(random.below(model.num_numbers()) as u32), 2), (ItemIx(random.below(num_items) as u32), 0)];
    let rules = Rules {
        catalogue: Some(&catalogue),
        boosts: &boosts,
        bury: Some(filter(&bury)?),
        pins: &pins,
        max_per_category: 3,
        diversity: 0.25,
        explore: if seed.is_some() { 0.5 } else { 0.0 },
        ..Rules::default()
    };
    let rules = if has_rules { rules } else { Rules { catalogue: Some(&catalogue), ..Rules::default() } };
    let options = Options { k, repeats, exclude: &excluded, seed, explain, rules, ..Options::default() };
    let categories: Option<Vec<&str>> = random.chance(30).then(|| {
        let names = ["Shoes", "Café", "Tea", "no such category"];
        (0..1 + random.below(2)).map(|_| names[random.below(names.len())]).collect()
    });
    let even = categories.is_none() && random.chance(30);
    let mut eligible = |item: ItemIx| match &categories {
        Some(names) => model.category_of(model.product_of(item.0)).is_some_and(|category| names.contains(&category)),
        None => !even || model.id(item).ends_with(['0', '2', '4', '6', '8']),
    };

    let mut ranker = Ranker::new(model);
    let calls = [
        "forYou",
        "forYou",
        "related",
        "boughtTogether",
        "boughtTogether",
        "similar",
        "trending",
        "recentlyViewed",
        "buyItAgain",
    ];
    let call = calls[random.below(calls.len())];
    let events: Vec<(HistoryEvent, f32)> = history.iter().filter_map(|event| event.weighed(model)).collect();
    let (events, factors): (Vec<HistoryEvent>, Vec<f32>) = events.into_iter().unzip();
    let anchors = known(&items);
    let mut given: Vec<(ItemIx, f32)> = match call {
        "recentlyViewed" => {
            let viewed = distinct(&history, EventKind::View);
            viewed
                .iter()
                .filter_map(|id| model.number(id))
                .enumerate()
                .map(|(at, item)| (item, recency_score(at)))
                .collect()
        }
        "buyItAgain" => {
            let score = |id: &String| {
                let bought = history.iter().filter(|event| event.id == *id && event.kind == EventKind::Purchase);
                let ages: Vec<f32> = bought.map(|event| days(event.age_ms)).collect();
                model.number(id).map(|of| (of, replenishment_score(model, model.product_of(of.0), &ages)))
            };
            distinct(&history, EventKind::Purchase).iter().filter_map(score).collect()
        }
        _ => Vec::new(),
    };
    // Of two variants of a product the first one counts.
    let mut products = Vec::new();
    given.retain(|&(number, _)| {
        let product = model.product_of(number.0);
        let is_new = !products.contains(&product);
        products.push(product);
        is_new
    });
    let of_first = anchors.get(..1).filter(|_| model.number(&items[0]).is_some()).unwrap_or(&[]);
    let source = match call {
        "forYou" => Source::ForYou { history: &events, factors: &factors },
        "related" if !items.is_empty() => Source::Related(of_first),
        "similar" if !items.is_empty() => Source::Similar(of_first),
        "boughtTogether" => Source::Together(&anchors),
        "recentlyViewed" | "buyItAgain" => Source::Given(&given),
        _ => Source::Trending { days: 0 },
    };
    let fatigue = source.default_fatigue();
    let apart = random.chance(20);
    let options = Options { rules: Rules { fatigue, ..options.rules }, viewed: &events, apart, ..options };
    let (name, fallback) =
        [("popular", Fallback::Popular), ("related", Fallback::Related), ("none", Fallback::Nothing)][items.len() % 3];
    let ranked = match source {
        Source::Together(items) => ranker.bought_together_or(model, items, fallback, &options, &mut eligible),
        _ => ranker.list(model, source, &options, &mut eligible),
    };
    let pin = pins.map(|(item, position)| json!({ "id": model.id(item), "position": position }));
    let rules = json!({
        "boost": [{ "where": { "price": { "min": 5, "max": 40 } }, "factor": 2.5 }],
        "bury": { "inStock": false },
        "pin": pin,
        "maxPerCategory": 3,
        "diversity": 0.25,
        "explore": options.rules.explore,
    });
    Ok(json!({
        "call": call,
        "priced": priced.iter().map(|&(item, price, stock)| json!([model.id(item), price, stock])).collect::<Vec<_>>(),
        "rules": if has_rules { rules } else { Value::Null },
        "history": history.iter().map(Event::json).collect::<Vec<_>>(),
        "shown": shown.iter().map(|Shown { id, count, age_ms }| json!([id, count, age_ms])).collect::<Vec<_>>(),
        "items": items,
        "fallback": name,
        "k": k,
        "includeSeen": options.repeats,
        "explain": options.explain,
        "apart": options.apart,
        "seed": seed,
        "exclude": exclude,
        "categories": categories,
        "even": even,
        "expected": ranked.iter().map(|ranked| expected(model, ranked)).collect::<Vec<_>>(),
    }))
}

/// Price and stock of the last three of ten items.
fn priced(model: &Model) -> Vec<(ItemIx, f32, bool)> {
    let items = (0..model.num_numbers() as u32).filter(|item| item % 10 > 6);
    items.map(|item| (ItemIx(item), (item % 64) as f32, item % 10 != 9)).collect()
}

fn catalogue(model: &Model, priced: &[(ItemIx, f32, bool)]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for &(item, price, stock) in priced {
        catalogue.update(model, Column::Price, &[item.0, price.to_bits()]);
        catalogue.update(model, Column::Stock, &[item.0, u32::from(stock)]);
    }
    catalogue
}

/// Id, bits of the score, and id and bits of the share of each reason.
fn expected(model: &Model, Ranked { shown, score, reasons, .. }: &Ranked) -> Value {
    let reasons: Vec<Value> = reasons
        .iter()
        .map(|reason| json!([model.id(reason.item), reason.share.to_bits(), reason.is_curated]))
        .collect();
    json!([model.id(*shown), score.to_bits(), reasons])
}
