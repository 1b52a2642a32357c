//! What a page sends to the browser's module: histories, facts about items, requests for lists and filters in them.

use crate::request::Request;
use vicino::model::{Blocks, Model};
use vicino::rank::words::{self, UNKNOWN};
use vicino::rank::{
    Catalogue, Column, Filter, HistoryEvent, Options, Ranker, Rules, Signals, Source, WordReader, event_factor,
    impression_factor,
};
use vicino::{EventKind, ItemIx};

const FILES: [&[u8]; 3] = [
    include_bytes!("../../tests/golden/2.0-complete.vicino"),
    include_bytes!("../../tests/golden/2.0-candidates.vicino"),
    include_bytes!("../../tests/golden/2.0-variants.vicino"),
];

/// Opens one of the models; blocks are read anew for every input, as on every page.
fn model(choice: u32) -> Model<Blocks> {
    Model::open_blocks(FILES[choice as usize % FILES.len()].to_vec()).expect("a sound model")
}

/// Makes words of bytes: most bytes are a small number; the highest stand for numbers that are special, or for the next four
/// bytes.
fn words_of(mut bytes: &[u8]) -> Vec<u32> {
    let mut words = Vec::new();
    while let Some((&byte, rest)) = bytes.split_first() {
        bytes = rest;
        words.push(match byte {
            255 => UNKNOWN,
            254 => f32::NAN.to_bits(),
            253 => f32::INFINITY.to_bits(),
            252 => 1.0f32.to_bits(),
            251 => (-0.5f32).to_bits(),
            250 => match bytes.split_first_chunk() {
                Some((word, rest)) => {
                    bytes = rest;
                    u32::from_le_bytes(*word)
                }
                None => u32::MAX / 2,
            },
            small => small.into(),
        });
    }
    words
}

/// A page's calls. The first word chooses the model; then a word says what is called, and one how many words it is called
/// with.
pub fn request(bytes: &[u8]) {
    let words = words_of(bytes);
    let mut words = WordReader(&words);
    let Some(choice) = words.next() else { return };
    let model = model(choice);
    let mut page = Page::new(&model);
    while let (Some(call), Some(length)) = (words.next(), words.next()) {
        let Some(given) = words.take(length) else { return };
        match call % 8 {
            0 => page.set_history(given),
            call @ 1..=6 => {
                if let Some(column) = Column::of(call - 1) {
                    page.catalogue.update(page.model, column, given);
                }
            }
            _ => page.list(given),
        }
    }
}

/// A filter over every column.
pub fn filter(bytes: &[u8]) {
    let model = &model(2);
    let words = words_of(bytes);
    let Some(filter) = Filter::new(&words) else { return };
    let mut catalogue = Catalogue::default();
    for column in (0..6).filter_map(Column::of) {
        catalogue.update(model, column, &[0, 1, 1, 40, 2, 7.5f32.to_bits(), u32::MAX, 5]);
    }
    for item in (0..model.num_items() as u32 + 2).chain([UNKNOWN]) {
        let answer = filter.passes(model, &catalogue, ItemIx(item));
        assert_eq!(filter.passes(model, &catalogue, ItemIx(item)), answer);
    }
}

/// Number of items that a list may have here.
const MOST: u32 = 100;

/// The state of `web::Engine` without JavaScript.
struct Page<'m> {
    model: &'m Model<Blocks>,
    ranker: Ranker<Blocks>,
    events: Vec<HistoryEvent>,
    factors: Vec<f32>,
    catalogue: Catalogue,
}

impl<'m> Page<'m> {
    fn new(model: &'m Model<Blocks>) -> Page<'m> {
        let (events, factors, catalogue) = Default::default();
        Page { model, ranker: Ranker::new(model), events, factors, catalogue }
    }

    fn set_history(&mut self, words: &[u32]) {
        self.events.clear();
        self.factors.clear();
        let mut words = WordReader(words);
        while let Some(&[item, kind, age_days, second, dwell_seconds, rating]) = words.take(6) {
            let [age_days, second, dwell_seconds, rating] =
                [age_days, second, dwell_seconds, rating].map(f32::from_bits);
            if kind == words::SHOWN {
                let factor = impression_factor(second, age_days);
                assert!((0.0..=1.0).contains(&factor), "{factor}");
                self.catalogue.add_impressions(self.model, ItemIx(item), factor);
                continue;
            }
            let factor = match kind {
                words::NOT_WANTED => -1.0,
                _ => event_factor(Signals { age_days, half_life_days: second, dwell_seconds, rating }),
            };
            self.events.push(HistoryEvent { item: ItemIx(item), kind: EventKind::ALL[kind as usize % 3] });
            self.factors.push(factor);
        }
    }

    fn list(&mut self, words: &[u32]) {
        let Some(request) = Request::read(words, self.model) else { return };
        let source = match request.source {
            words::FOR_YOU => Source::ForYou { history: &self.events, factors: &self.factors },
            words::RELATED => Source::Related(&request.items),
            words::BOUGHT_TOGETHER => Source::Together(&request.items),
            words::SIMILAR => Source::Similar(&request.items),
            words::TRENDING => Source::Trending { days: request.days },
            words::RECENTLY_VIEWED | words::BUY_IT_AGAIN => Source::Given(&request.scored),
            _ => return,
        };
        let options = Options {
            k: request.k.min(MOST) as usize,
            repeats: request.has(words::INCLUDE_SEEN),
            exclude: &request.exclude,
            seed: request.has(words::HAS_SEED).then_some(request.seed),
            explain: request.has(words::EXPLAIN),
            viewed: &self.events,
            apart: request.has(words::APART),
            fills: !request.has(words::NO_FILLING),
            rules: Rules {
                catalogue: Some(&self.catalogue),
                filter: request.filter,
                boosts: &request.boosts,
                bury: request.bury,
                pins: &request.pins,
                max_per_category: request.max_per_category,
                diversity: request.diversity,
                explore: request.explore,
                fatigue: if request.fatigue.is_nan() { source.default_fatigue() } else { request.fatigue },
            },
        };
        let listed = self.ranker.try_list(self.model, source, &options, &mut |_| true).expect("a sound model");
        assert!(listed.len() <= options.k, "no more than were asked for");
        for (at, ranked) in listed.iter().enumerate() {
            assert!(ranked.item.as_usize() < self.model.num_items(), "{ranked:?} is an item");
            assert!(ranked.score.is_finite(), "{ranked:?} has a score");
            assert!(request.filter.is_none_or(|filter| filter.passes(self.model, &self.catalogue, ranked.shown)));
            assert!(options.apart || listed[..at].iter().all(|other| other.item != ranked.item), "{ranked:?} twice");
        }
    }
}
