//! Lists of a model whose blocks are read when they are needed, against those of the whole model.

use super::*;
use crate::CategoryIx;
use crate::model::{
    BLOCK, Blocks, Categories, Dictionary, Kept, Link, RankingParameters, Relation, Trend, TwoHop, Weights,
};

const NUM_ITEMS: u32 = 5 * BLOCK as u32 + 60;
const NUM_CASES: usize = 1_000;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(end)) as u32
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// Items, one in twenty of them nobody's.
    fn items(&mut self, most: u32) -> Vec<ItemIx> {
        let num = self.below(most + 1);
        // Most shoppers stay in a corner.
        let (first, width) = if self.chance(70) { (self.below(NUM_ITEMS), 40) } else { (0, NUM_ITEMS) };
        (0..num)
            .map(|_| if self.chance(5) { u32::MAX } else { (first + self.below(width)) % NUM_ITEMS })
            .map(ItemIx)
            .collect()
    }
}

/// Links near and far, of few levels, so that many scores tie.
fn table(random: &mut Random, links_per_item: u32, hop: TwoHop) -> Neighbours {
    let mut links = std::collections::BTreeMap::new();
    for _ in 0..NUM_ITEMS * links_per_item {
        let one = random.below(NUM_ITEMS);
        let other = if random.chance(60) { one / 16 * 16 + random.below(16) } else { random.below(NUM_ITEMS) };
        if one != other && other < NUM_ITEMS {
            let (level, is_heavier) = (random.below(4) as u8, random.chance(50));
            links.insert((one.min(other), one.max(other)), (level, is_heavier));
        }
    }
    let links: Vec<Link> = links
        .into_iter()
        .map(|((one, other), (level, is_heavier_from_one))| Link {
            one: ItemIx(one),
            other: ItemIx(other),
            level,
            is_heavier_from_one,
        })
        .collect();
    let weights = Weights {
        levels: vec![0.1, 0.3, 0.7, 1.9],
        directions: vec![1.0, 1.0, 1.1, 1.4],
        row_factors: vec![1.0, 0.9, 0.3],
    };
    let classes: Vec<u8> = (0..NUM_ITEMS).map(|item| (item % 7 % 3) as u8).collect();
    Neighbours::from_links(&classes, &links, weights, hop).unwrap()
}

fn model() -> Model {
    let mut random = Random(12);
    let ids: Vec<String> = (10_000..10_000 + NUM_ITEMS).map(|id| id.to_string()).collect();
    let of_item = (0..NUM_ITEMS).map(|item| (item % 9 < 8).then_some(CategoryIx((item / 50 % 4) as u16))).collect();
    Model {
        items: Dictionary::new(&ids).unwrap(),
        tables: vec![
            (Relation::Next, table(&mut random, 6, TwoHop { share: 0.3, width: 40 })),
            (Relation::Together, table(&mut random, 3, TwoHop { share: 1.5, width: 0 })),
            (Relation::Similar, table(&mut random, 2, TwoHop::default())),
        ],
        popularity: (0..NUM_ITEMS).map(|_| random.below(9) as u8 * 30).collect(),
        ranking: RankingParameters {
            decay: (0..20u8).map(|position| 1.0 / (1.0 + 0.37 * f32::from(position))).collect(),
            repeat: vec![0.3, 0.2, 0.1],
            event_weights: [1.0, 1.7, 0.6],
        },
        categories: Some(Categories { names: ["a", "b", "c", "d"].map(String::from).to_vec(), of_item }),
        trends: vec![Trend {
            days: 7,
            items: (0..90).map(|item| (ItemIx(item * 7), (item * 5 % 256) as u8)).collect(),
        }],
        ..Model::default()
    }
}

/// A list to the bit.
type Listed = Vec<(ItemIx, u32, Vec<(ItemIx, u32)>)>;

fn listed<T: Table>(ranker: &mut Ranker<T>, model: &Model<T>, source: Source, options: &Options) -> Listed {
    let ranked = ranker.try_list(model, source, options, &mut |item| item.0 % 17 != 3).unwrap();
    let reasons = |of: Vec<Reason>| of.iter().map(|reason| (reason.item, reason.share.to_bits())).collect();
    ranked.into_iter().map(|of| (of.item, of.score.to_bits(), reasons(of.reasons))).collect()
}

#[test]
fn lists_from_blocks_are_those_of_the_whole_model_however_few_blocks_are_kept() {
    let bytes = model().to_bytes().unwrap();
    let (whole, blocks) = (Model::open(&bytes).unwrap(), Model::open_blocks(bytes).unwrap());
    let mut of_whole = Ranker::new(&whole);
    let mut of_many = Ranker::new(&whole).for_many();
    let mut of_blocks = Ranker::new(&blocks);
    // Room for some of six blocks, and for none: the one that was read last stays all the same. To read blocks again
    // and again takes its time.
    let mut of_few = [(16, 7_000), (128, 0)].map(|(every, most_bytes)| (every, with_room(&blocks, most_bytes)));
    let mut random = Random(2_026);
    for case in 0..NUM_CASES {
        let items = random.items(30);
        let (anchors, exclude, given) = (random.items(6), random.items(40), random.items(9));
        let kind = |random: &mut Random| EventKind::ALL[random.below(3) as usize];
        let history: Vec<HistoryEvent> =
            items.iter().map(|&item| HistoryEvent { item, kind: kind(&mut random) }).collect();
        let factors: Vec<f32> = (0..random.below(9)).map(|_| random.below(9) as f32 / 2.0 - 1.0).collect();
        let given: Vec<(ItemIx, f32)> = given.into_iter().map(|item| (item, random.below(9) as f32)).collect();
        let source = match random.below(8) {
            0..3 => Source::ForYou { history: &history, factors: &factors },
            3 => Source::Related(&anchors),
            4 => Source::Together(&anchors),
            5 => Source::Similar(&anchors),
            6 => Source::Trending { days: random.below(9) },
            _ => Source::Given(&given),
        };
        let rules = Rules {
            max_per_category: random.below(4),
            diversity: random.below(3) as f32 / 2.0,
            pins: &[(ItemIx(300), 2), (ItemIx(9), 0)],
            ..Rules::default()
        };
        let options = Options {
            k: [0, 1, 5, 20, NUM_ITEMS as usize + 9][random.below(5) as usize],
            repeats: random.chance(50),
            exclude: if random.chance(50) { &exclude } else { &[] },
            seed: random.chance(40).then_some(case as u32),
            explain: random.chance(30),
            rules: if random.chance(40) { rules } else { Rules::default() },
            ..Options::default()
        };
        let expected = listed(&mut of_whole, &whole, source, &options);
        assert_eq!(listed(&mut of_many, &whole, source, &options), expected, "case {case}");
        assert_eq!(listed(&mut of_blocks, &blocks, source, &options), expected, "case {case}");
        for (_, few) in of_few.iter_mut().filter(|(every, _)| case % every == 0) {
            assert_eq!(listed(few, &blocks, source, &options), expected, "case {case}");
        }
    }
    let num_kept = |ranker: &Ranker<Blocks>| ranker.rows[0].kept.num_blocks();
    assert_eq!([num_kept(&of_blocks), num_kept(&of_few[1].1)], [6, 1]);
    assert!((2..6).contains(&num_kept(&of_few[0].1)), "{} blocks", num_kept(&of_few[0].1));
}

fn with_room(model: &Model<Blocks>, most_bytes: usize) -> Ranker<Blocks> {
    let mut ranker = Ranker::new(model);
    ranker.rows.iter_mut().for_each(|rows| rows.kept = Kept::with_room(most_bytes));
    ranker
}
