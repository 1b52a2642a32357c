//! User-based kNN: items of the shoppers who are most alike by the cosine of their item sets.

use super::groups::{Distinct, groups_by_item, last_groups};
use super::scores::{Scorer, Scores, newest_distinct};
use crate::counts::Postings;
use crate::events::Sessions;
use crate::rank::HistoryEvent;

/// Shoppers that speak.
const NEIGHBOURS: usize = 100;
/// Shoppers of an item that are looked at, those who came last.
const SAMPLE: usize = 5000;

/// The distinct items of every shopper; s(u, v) = |U and V| / sqrt(|U| |V|), and an item's score is the sum of s over
/// the nearest shoppers who had it. A shopper's own training events may be the nearest neighbour.
pub(super) struct ShopperNeighbours {
    items: Distinct,
    index: Postings,
}

impl ShopperNeighbours {
    /// Gathers the shoppers' items; shoppers are numbered by their first session.
    pub(super) fn fit(sessions: &Sessions, num_items: usize) -> ShopperNeighbours {
        let num_shoppers = sessions.shoppers.iter().max().map_or(0, |&most| most as usize + 1);
        let mut order: Vec<usize> = (0..sessions.len()).collect();
        order.sort_by_key(|&session| sessions.shoppers[session]);
        let mut last = vec![u32::MAX; num_items];
        let mut items = Distinct { offsets: Vec::with_capacity(num_shoppers + 1), items: Vec::new() };
        items.offsets.push(0);
        let mut order = order.into_iter().peekable();
        for shopper in 0..num_shoppers as u32 {
            while let Some(session) = order.next_if(|&session| sessions.shoppers[session] == shopper) {
                for &item in sessions.items_of(session) {
                    if std::mem::replace(&mut last[item.as_usize()], shopper) != shopper {
                        items.items.push(item);
                    }
                }
            }
            items.offsets.push(items.items.len());
        }
        let index = groups_by_item(&items, num_items);
        ShopperNeighbours { items, index }
    }
}

impl Scorer for ShopperNeighbours {
    /// Shared items by shopper, and the shoppers with any.
    type Scratch = (Vec<u32>, Vec<u32>);

    fn name(&self) -> &str {
        "shopper-kNN"
    }

    fn score(&self, history: &[HistoryEvent], (shared, touched): &mut (Vec<u32>, Vec<u32>), scores: &mut Scores) {
        shared.resize(self.items.len(), 0);
        let items = newest_distinct(history);
        for &(item, _) in &items {
            for &shopper in last_groups(&self.index, item, SAMPLE) {
                let num_shared = &mut shared[shopper as usize];
                if *num_shared == 0 {
                    touched.push(shopper);
                }
                *num_shared += 1;
            }
        }
        let cosine = |shopper: u32| {
            let num_shared = std::mem::take(&mut shared[shopper as usize]);
            let norm = ((items.len() * self.items.of(shopper as usize).len()) as f32).sqrt();
            (shopper, num_shared as f32 / norm)
        };
        let mut neighbours: Vec<(u32, f32)> = touched.drain(..).map(cosine).collect();
        let nearest = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
        if neighbours.len() > NEIGHBOURS {
            neighbours.select_nth_unstable_by(NEIGHBOURS - 1, nearest);
            neighbours.truncate(NEIGHBOURS);
        }
        neighbours.sort_unstable_by(nearest);
        for (shopper, cosine) in neighbours {
            self.items.of(shopper as usize).iter().for_each(|&item| scores.add(item, cosine));
        }
    }
}
