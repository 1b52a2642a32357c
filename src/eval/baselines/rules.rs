//! Sequential rules: what came up to ten events after the item (Ludewig and Jannach 2018, section 3.1).

use super::scores::{Scorer, Scores};
use crate::counts::Postings;
use crate::events::Sessions;
use crate::rank::HistoryEvent;
use crate::{CsrMatrix, ItemIx};

/// Events that a rule reaches over.
const STEPS: usize = 10;
/// Rules that an item keeps, the heaviest.
const KEPT: usize = 20;

/// A rule a -> b weighs the sum of 1 / distance over all sessions in which b follows a; a list has the rules of the
/// newest item.
pub(super) struct SequentialRules(CsrMatrix);

impl SequentialRules {
    /// Counts all rules: `O(10 events)`.
    pub(super) fn fit(sessions: &Sessions, num_items: usize) -> SequentialRules {
        // Positions of each item's events in the log.
        let events = sessions.items.iter().copied().zip(0..);
        let postings = Postings::new(num_items, sessions.items.iter(), events);
        let mut ends = vec![0u32; sessions.items.len()];
        for session in 0..sessions.len() {
            let range = sessions.offsets[session]..sessions.offsets[session + 1];
            let end = range.end as u32;
            ends[range].fill(end);
        }
        let scratch = || (vec![0.0f32; num_items], Vec::<ItemIx>::new());
        SequentialRules(CsrMatrix::build(num_items, scratch, |(scores, touched), item, columns, values| {
            for &event in postings.of(ItemIx(item as u32)) {
                let (first, end) = (event as usize + 1, ends[event as usize] as usize);
                for (at, next) in sessions.items[first..end].iter().take(STEPS).enumerate() {
                    let sum = &mut scores[next.as_usize()];
                    if *sum == 0.0 {
                        touched.push(*next);
                    }
                    *sum += 1.0 / (at + 1) as f32;
                }
            }
            touched.sort_unstable_by(|a, b| scores[b.as_usize()].total_cmp(&scores[a.as_usize()]).then(a.cmp(b)));
            columns.extend(touched.iter().take(KEPT));
            values.extend(touched.iter().take(KEPT).map(|item| scores[item.as_usize()]));
            touched.drain(..).for_each(|item| scores[item.as_usize()] = 0.0);
        }))
    }
}

impl Scorer for SequentialRules {
    type Scratch = ();

    fn name(&self) -> &str {
        "sequential rules"
    }

    fn score(&self, history: &[HistoryEvent], _scratch: &mut (), scores: &mut Scores) {
        if let Some(newest) =
            history.first().map(|event| event.item.as_usize()).filter(|&item| item < self.0.num_rows())
        {
            let (columns, values) = self.0.row(newest);
            columns.iter().zip(values).for_each(|(&column, &weight)| scores.add(column, weight));
        }
    }
}
