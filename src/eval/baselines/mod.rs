//! Simple methods to compare with: what a shop could have without us.
//!
//! Owns one file for each method and what they share: `Scores` by item, and the rule that every list is
//! filled up by popularity. Methods are fitted on the training part of a log alone, with the constants of their papers;
//! none is tuned. Knows nothing of test events or of our own model.

mod content;
mod cosine;
mod groups;
mod hybrid;
mod popular;
mod recent;
mod rules;
mod scores;
mod sessions;
mod shoppers;

pub(super) use scores::by_count;

use crate::counts::{CosineOptions, PrivacyThreshold, cosines};
use crate::events::{EventLog, Sessions};
use crate::learn::Description;
use crate::measure::Recommender;
use crate::{CsrMatrix, ItemIx, Progress};
use groups::{distinct, groups_by_item};
use scores::scored;
use std::sync::Arc;

/// Nearest items by cosine that are kept of every item.
pub(super) const NEAREST: usize = 256;

/// The cosines of items in sessions, each item once a session: the nearest 256 of every item, columns ascending.
pub(super) fn item_cosines(sessions: &Sessions, num_items: usize) -> CsrMatrix {
    let options = CosineOptions {
        neighbours: NEAREST,
        threshold: PrivacyThreshold::NONE,
        distinct: Some(usize::MAX),
        wanted: None,
    };
    cosines(sessions, 0..sessions.len(), num_items, &options).rows
}

/// Fits every method that the log has what it takes for, in the order in which tables show them; `descriptions` are
/// those of a catalogue, one for each item.
///
/// The method by shoppers needs a log that names them, the one by content a catalogue.
pub fn fit(
    train: &EventLog,
    descriptions: Option<&[Option<Description<'_>>]>,
    progress: &dyn Progress,
) -> Vec<Box<dyn Recommender>> {
    let num_items = train.item_ids.len();
    let sessions = &train.sessions;
    progress.start("fitting the simple methods", 0);
    let popular: Arc<[ItemIx]> = popular::all_time(sessions, num_items).into();
    let cosines = Arc::new(item_cosines(sessions, num_items));
    let seen = Arc::new(distinct(sessions));
    let rules = Arc::new(rules::SequentialRules::fit(sessions, num_items));
    let mut systems: Vec<Box<dyn Recommender>> = vec![
        scored(popular::Nothing("popularity, all time"), &popular, num_items),
        scored(popular::Nothing("popularity, recent"), &popular::recent(sessions, num_items).into(), num_items),
        scored(recent::RecentlySeen, &popular, num_items),
        scored(recent::SeenOften, &popular, num_items),
        scored(cosine::ItemCosine(cosines.clone()), &popular, num_items),
        scored(rules.clone(), &popular, num_items),
    ];
    let index = Arc::new(groups_by_item(&seen, num_items));
    let by_sessions = |method| sessions::SessionNeighbours::new(method, sessions, seen.clone(), index.clone());
    systems.push(scored(by_sessions(sessions::Method::VSknn), &popular, num_items));
    systems.push(scored(by_sessions(sessions::Method::Stan), &popular, num_items));
    if train.sessions.has_shoppers {
        systems.push(scored(shoppers::ShopperNeighbours::fit(sessions, num_items), &popular, num_items));
    }
    // Parts of the hybrid list what they have a score for, and nothing else.
    let none: Arc<[ItemIx]> = Vec::new().into();
    let second: Box<dyn Recommender> = match descriptions {
        Some(descriptions) => {
            let content = Arc::new(content::ByContent::fit(descriptions, num_items));
            systems.push(scored(content.clone(), &popular, num_items));
            scored(content, &none, num_items)
        }
        None => scored(rules, &none, num_items),
    };
    let name = if descriptions.is_some() { "hybrid: cosine + content" } else { "hybrid: cosine + rules" };
    let parts = vec![scored(cosine::ItemCosine(cosines), &none, num_items), second];
    systems.push(Box::new(hybrid::Hybrid { name, parts, popular: popular.clone(), num_items }));
    progress.finish(&format!("{} methods", systems.len()));
    systems
}

#[cfg(test)]
mod tests;
