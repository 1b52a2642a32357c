//! Content alone: items whose words in the catalogue are like those of the history (tf-idf, Salton and Buckley 1988).

use super::scores::{Scorer, Scores, newest_distinct};
use crate::ItemIx;
use crate::learn::Description;
use crate::rank::HistoryEvent;
use std::collections::HashMap;

/// Words that more items have tell nothing, and would cost most of the time.
const MAX_ITEMS_OF_WORD: usize = 5000;

/// The words of every item (title, levels of the category path, brand) as a unit vector of ln(items / items with the
/// word).
///
/// An item's score is the sum over the distinct history items h of cos(h, c) / place of h, the newest at place 1.
pub(super) struct ByContent {
    /// By item: word and weight.
    words: Vec<Vec<(u32, f32)>>,
    /// By word: item and weight.
    items: Vec<Vec<(ItemIx, f32)>>,
}

impl ByContent {
    /// One description for each item; items beyond the list have none.
    pub(super) fn fit(descriptions: &[Option<Description<'_>>], num_items: usize) -> ByContent {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut num_items_of: Vec<usize> = Vec::new();
        let mut found: Vec<Vec<u32>> = Vec::with_capacity(num_items);
        for description in descriptions.iter().take(num_items) {
            let mut words: Vec<u32> = Vec::new();
            for word in description.iter().flat_map(words_of) {
                let number = *numbers.entry(word).or_insert_with(|| {
                    num_items_of.push(0);
                    num_items_of.len() as u32 - 1
                });
                if !words.contains(&number) {
                    num_items_of[number as usize] += 1;
                    words.push(number);
                }
            }
            found.push(words);
        }
        found.resize(num_items, Vec::new());
        let idf = |word: u32| match num_items_of[word as usize] {
            num if num > MAX_ITEMS_OF_WORD => 0.0,
            num => libm::logf(num_items as f32 / num as f32),
        };
        let mut items: Vec<Vec<(ItemIx, f32)>> = vec![Vec::new(); num_items_of.len()];
        let mut words = Vec::with_capacity(num_items);
        for (item, of_item) in (0..).map(ItemIx).zip(&found) {
            let norm = of_item.iter().map(|&word| idf(word) * idf(word)).sum::<f32>().sqrt();
            let weighed = of_item.iter().map(|&word| (word, idf(word) / norm.max(f32::MIN_POSITIVE)));
            let weighed: Vec<(u32, f32)> = weighed.filter(|&(_, weight)| weight > 0.0).collect();
            weighed.iter().for_each(|&(word, weight)| items[word as usize].push((item, weight)));
            words.push(weighed);
        }
        ByContent { words, items }
    }
}

impl Scorer for ByContent {
    type Scratch = ();

    fn name(&self) -> &str {
        "content (tf-idf)"
    }

    fn score(&self, history: &[HistoryEvent], _scratch: &mut (), scores: &mut Scores) {
        // All words of the history at once: a word of many items is walked once.
        let mut profile: Vec<(u32, f32)> = Vec::new();
        for (item, at) in newest_distinct(history) {
            let words = self.words.get(item.as_usize()).map_or(&[][..], Vec::as_slice);
            profile.extend(words.iter().map(|&(word, weight)| (word, weight / (at + 1) as f32)));
        }
        profile.sort_by_key(|&(word, _)| word);
        for same in profile.chunk_by(|a, b| a.0 == b.0) {
            let weight: f32 = same.iter().map(|(_, weight)| weight).sum();
            for &(item, of_item) in &self.items[same[0].0 as usize] {
                scores.add(item, weight * of_item);
            }
        }
        // An item is most like itself, which says nothing.
        for (item, at) in newest_distinct(history) {
            scores.lower(item, 1.0 / (at + 1) as f32);
        }
    }
}

/// The words of a description; a letter in front keeps the fields apart.
fn words_of(description: &Description<'_>) -> Vec<String> {
    let categories = description.categories().into_iter().map(|path| format!("c{path}"));
    let brand = description.brand.map(|brand| format!("b{}", brand.trim().to_lowercase()));
    categories.chain(brand).chain(description.title_words().map(|word| format!("t{word}"))).collect()
}
