//! Requests for lists, as the package writes them.

use crate::ItemIx;
use crate::model::{Model, Table};
use crate::rank::words;
use crate::rank::{Boost, Filter, WordReader, recency_score, replenishment_score};

/// A request for a list. It is made of words, numbers with a fraction by the bits of an `f32`:
///
/// ```text
/// source, flags, k, seed, days of popularity, maximum of a category
/// diversity, exploration, fatigue (NaN for the usual)
/// n, items to exclude
/// n, items of the source; of BUY_IT_AGAIN each with: number of purchases, days since each of them, the newest first
/// n, pins:    pairs of item and position
/// n, filter   the words of a `Filter`; 0 for none
/// n, filter   of buried items; 0 for none
/// n, boosts:  factor, and n, filter, for each
/// ```
#[derive(Default)]
pub(super) struct Request<'a> {
    pub(super) source: u32,
    pub(super) flags: u32,
    pub(super) k: u32,
    pub(super) seed: u32,
    pub(super) days: u32,
    pub(super) max_per_category: u32,
    pub(super) diversity: f32,
    pub(super) explore: f32,
    pub(super) fatigue: f32,
    pub(super) exclude: Vec<ItemIx>,
    pub(super) items: Vec<ItemIx>,
    /// Items with their scores, of a source that scores them by the history.
    pub(super) scored: Vec<(ItemIx, f32)>,
    /// Ages of the purchases of one item.
    ages_days: Vec<f32>,
    pub(super) pins: Vec<(ItemIx, u32)>,
    pub(super) filter: Option<Filter<'a>>,
    pub(super) bury: Option<Filter<'a>>,
    pub(super) boosts: Vec<Boost<'a>>,
}

impl<'a> Request<'a> {
    /// Reads a request; `None` for words that are not one.
    pub(super) fn read<T: Table>(words: &'a [u32], model: &Model<T>) -> Option<Request<'a>> {
        let mut request = Request::default();
        request.fill(WordReader(words), model)?;
        Some(request)
    }

    // Apart, so that the code that frees an unfinished request is there once and not at every `?`.
    fn fill<T: Table>(&mut self, mut words: WordReader<'a>, model: &Model<T>) -> Option<()> {
        let &[source, flags, k, seed, days, max_per_category, diversity, explore, fatigue] = words.take(9)? else {
            return None;
        };
        (self.source, self.flags, self.k, self.seed) = (source, flags, k, seed);
        (self.days, self.max_per_category) = (days, max_per_category);
        [self.diversity, self.explore, self.fatigue] =
            [diversity, explore, fatigue].map(|bits| f32::from_bits(bits).clamp(0.0, 1.0));
        let num_excluded = words.next()?;
        read_items(words.take(num_excluded)?, &mut self.exclude);
        let num_items = words.next()?;
        if source == words::BUY_IT_AGAIN {
            self.fill_purchases(&mut words, num_items, model)?;
        } else {
            read_items(words.take(num_items)?, &mut self.items);
        }
        if source == words::RECENTLY_VIEWED {
            for position in 0..self.items.len() {
                let item = self.items.get(position).map_or(0, |item| item.0);
                self.score(model.product_of(item), recency_score(position));
            }
        }
        for _ in 0..words.next()? {
            self.pins.push((ItemIx(words.next()?), words.next()?));
        }
        self.filter = read_filter(&mut words)?;
        self.bury = read_filter(&mut words)?;
        for _ in 0..words.next()? {
            let by = f32::from_bits(words.next()?);
            self.boosts.push(Boost { by, filter: read_filter(&mut words)?? });
        }
        Some(())
    }

    /// Reads items with the ages of their purchases, and scores them.
    fn fill_purchases<T: Table>(&mut self, words: &mut WordReader, num_items: u32, model: &Model<T>) -> Option<()> {
        for _ in 0..num_items {
            let item = ItemIx(words.next()?);
            let num_purchases = words.next()?;
            self.ages_days.clear();
            for &bits in words.take(num_purchases)? {
                self.ages_days.push(f32::from_bits(bits));
            }
            let item = model.product_of(item.0);
            self.score(item, replenishment_score(model, item, &self.ages_days));
        }
        Some(())
    }

    /// Adds a score; of two variants of a product the first one counts.
    fn score(&mut self, item: ItemIx, score: f32) {
        if !self.scored.iter().any(|scored| scored.0 == item) {
            self.scored.push((item, score));
        }
    }

    /// Tests a flag.
    pub(super) fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

fn read_items(numbers: &[u32], to: &mut Vec<ItemIx>) {
    for &number in numbers {
        to.push(ItemIx(number));
    }
}

/// Reads a filter: `None` for words that are not one, `Some(None)` for none.
fn read_filter<'a>(words: &mut WordReader<'a>) -> Option<Option<Filter<'a>>> {
    match words.next()? {
        0 => Some(None),
        num_words => Some(Some(Filter::new(words.take(num_words)?)?)),
    }
}
