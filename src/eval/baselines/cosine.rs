//! Item-item neighbours by the cosine of the sessions that hold them (Sarwar et al. 2001, section 3.1.1).

use super::scores::{Scorer, Scores, newest_distinct};
use crate::CsrMatrix;
use crate::rank::HistoryEvent;
use std::sync::Arc;

/// Sum over the distinct history items h of cos(h, c) / place of h, the newest at place 1.
pub(super) struct ItemCosine(pub(super) Arc<CsrMatrix>);

impl Scorer for ItemCosine {
    type Scratch = ();

    fn name(&self) -> &str {
        "item-item cosine"
    }

    fn score(&self, history: &[HistoryEvent], _scratch: &mut (), scores: &mut Scores) {
        for (item, at) in newest_distinct(history) {
            if item.as_usize() < self.0.num_rows() {
                let (columns, values) = self.0.row(item.as_usize());
                let weight = 1.0 / (at + 1) as f32;
                columns.iter().zip(values).for_each(|(&column, &cosine)| scores.add(column, weight * cosine));
            }
        }
    }
}
