//! Ranks items for a shopper: model, history and options in, ordered items with reasons out.
//!
//! Pure: no input or output, no clock, no randomness but a seed that is passed in. A list has exactly
//! `k` items whenever `k` items are eligible.
//!
//! ```text
//! score(c) = sum over history positions t of decay(t) * event_weight(t) * W[h_t, c]  +  repeat(t) if c = h_t
//! ```
//!
//! with t = 0 the newest event. Where the table asks for a second hop, W is replaced by `W + share W^ W` with W^ the rows of W, each
//! divided by its sum as it is reached, less the diagonal, and the heaviest entries of a row are kept (see `hop`). Items without a score follow in order of popularity. Sums run in f32 in a
//! fixed order with no transcendental function, so that native and wasm builds give the same bits.

mod hop;
mod selection;
#[cfg(all(test, feature = "cli"))]
mod tests;

use crate::model::{Model, Neighbours, Purpose};
use crate::{EventKind, ItemIx};
use hop::Hops;
use selection::{Popular, best_first};

/// One event of a shopper's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// The item.
    pub item: ItemIx,
    /// What the shopper did with it.
    pub kind: EventKind,
}

/// What a caller may ask of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<'a> {
    /// How many items to list.
    pub k: usize,
    /// Whether [`Ranker::for_you`] may list items that the history holds.
    pub repeats: bool,
    /// Items never to list.
    pub exclude: &'a [ItemIx],
    /// Orders items of equal score by a hash of the seed; `None` orders them by item number.
    pub seed: Option<u32>,
    /// Whether to give reasons.
    pub explain: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { k: 20, repeats: false, exclude: &[], seed: None, explain: false }
    }
}

/// A listed item.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The item.
    pub item: ItemIx,
    /// Its score; 0 for items that are listed for their popularity alone.
    pub score: f32,
    /// Why it is listed, the largest share first; empty unless asked for, and for items listed for their popularity.
    pub reasons: Vec<Reason>,
}

/// A part of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// The history item, anchor or cart item that the part comes from.
    pub item: ItemIx,
    /// Its share of the score; the shares of a listed item add up to 1.
    pub share: f32,
}

/// Decides whether an item may be listed (in stock, in a category, a shop's own rule).
pub type Eligible<'a> = dyn FnMut(ItemIx) -> bool + 'a;

/// Ranks with one model; keeps its working memory between calls (5 bytes an item, 4 for the popular order, and 4 for each
/// table with a second hop, whose last rows it keeps, too).
#[derive(Clone, Debug)]
pub struct Ranker {
    popular: Popular,
    /// Second hops by table of the model.
    hops: Vec<Option<Hops>>,
    scores: Vec<f32>,
    /// Items with a score in `scores`.
    touched: Vec<ItemIx>,
    /// Items not to list, by number.
    barred: Vec<bool>,
}

/// A history item's part in the scores: its neighbours times `weight`, and `repeat` for itself.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    item: ItemIx,
    weight: f32,
    repeat: f32,
}

impl Ranker {
    /// A ranker for `model`; `O(num_items log num_items)`, once.
    pub fn new(model: &Model) -> Ranker {
        let num_items = model.num_items();
        Ranker {
            popular: Popular::new(&model.popularity),
            hops: model.tables.iter().map(|(_, table)| Hops::new(table)).collect(),
            scores: vec![0.0; num_items],
            touched: Vec::new(),
            barred: vec![false; num_items],
        }
    }

    /// Ranks all items for a shopper with this history, newest event first.
    ///
    /// `O(window * row length + candidates)`; an empty history gives [`trending`](Ranker::trending).
    pub fn for_you(
        &mut self,
        model: &Model,
        history: &[HistoryEvent],
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        let ranking = &model.ranking;
        let anchors: Vec<Anchor> = history
            .iter()
            .enumerate()
            .map_while(|(position, event)| {
                let decay = ranking.decay.get(position)?;
                Some(Anchor {
                    item: event.item,
                    weight: decay * ranking.event_weights[event.kind as usize],
                    repeat: ranking.repeat.get(position).copied().unwrap_or(0.0),
                })
            })
            .collect();
        let barred = if options.repeats { &[] } else { history };
        self.list(model, Some(Purpose::Next), &anchors, &mut barred.iter().map(|event| event.item), options, eligible)
    }

    /// Ranks the items that shoppers go on to from `item`; `item` itself is never listed.
    pub fn related(&mut self, model: &Model, item: ItemIx, options: &Options, eligible: &mut Eligible) -> Vec<Ranked> {
        let anchor = Anchor { item, weight: 1.0, repeat: 0.0 };
        self.list(model, Some(Purpose::Next), &[anchor], &mut [item].into_iter(), options, eligible)
    }

    /// Ranks the items that are bought in one basket with `items`, which are never listed.
    ///
    /// Uses the neighbours for [`Purpose::Next`] if the model has none for [`Purpose::Together`].
    pub fn bought_together(
        &mut self,
        model: &Model,
        items: &[ItemIx],
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        let purpose = if model.table(Purpose::Together).is_some() { Purpose::Together } else { Purpose::Next };
        let anchors: Vec<Anchor> = items.iter().map(|&item| Anchor { item, weight: 1.0, repeat: 0.0 }).collect();
        self.list(model, Some(purpose), &anchors, &mut items.iter().copied(), options, eligible)
    }

    /// Ranks items by their recency-weighted popularity.
    pub fn trending(&mut self, model: &Model, options: &Options, eligible: &mut Eligible) -> Vec<Ranked> {
        self.list(model, None, &[], &mut [].into_iter(), options, eligible)
    }

    /// Scores the anchors' neighbours, selects the best eligible ones and fills up with popular items.
    fn list(
        &mut self,
        model: &Model,
        purpose: Option<Purpose>,
        anchors: &[Anchor],
        barred: &mut dyn Iterator<Item = ItemIx>,
        options: &Options,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        let barred: Vec<ItemIx> =
            barred.chain(options.exclude.iter().copied()).filter(|item| self.knows(*item)).collect();
        for item in &barred {
            self.barred[item.as_usize()] = true;
        }
        let at = purpose.and_then(|purpose| model.tables.iter().position(|(of, _)| *of == purpose));
        let table = at.and_then(|at| model.tables.get(at)).map(|(_, table)| table);
        let mut hops = at.and_then(|at| self.hops.get_mut(at)).and_then(Option::take);
        for anchor in anchors {
            self.add(table, hops.as_mut(), anchor);
        }

        let mut ranked = Vec::with_capacity(options.k.min(self.scores.len()));
        if options.k > 0 {
            let (scores, barred) = (&self.scores, &self.barred);
            let candidates = || {
                let touched = self.touched.iter().filter(|item| !barred[item.as_usize()]);
                touched.map(|&item| (scores[item.as_usize()], item))
            };
            for (score, item) in best_first(candidates, options.k, options.seed) {
                if eligible(item) {
                    let reasons =
                        if options.explain { reasons(table, hops.as_mut(), anchors, item, score) } else { Vec::new() };
                    ranked.push(Ranked { item, score, reasons });
                    if ranked.len() == options.k {
                        break;
                    }
                }
            }
        }
        if ranked.len() < options.k {
            let scores = &self.scores;
            let barred = &self.barred;
            let unscored = |item: &ItemIx| scores[item.as_usize()] <= 0.0 && !barred[item.as_usize()];
            for item in self.popular.in_order(options.seed).filter(unscored) {
                if eligible(item) {
                    ranked.push(Ranked { item, score: 0.0, reasons: Vec::new() });
                    if ranked.len() == options.k {
                        break;
                    }
                }
            }
        }

        if let Some(kept) = at.and_then(|at| self.hops.get_mut(at)) {
            *kept = hops;
        }
        for item in self.touched.drain(..) {
            self.scores[item.as_usize()] = 0.0;
        }
        for item in barred {
            self.barred[item.as_usize()] = false;
        }
        ranked
    }

    fn knows(&self, item: ItemIx) -> bool {
        item.as_usize() < self.scores.len()
    }

    fn add(&mut self, table: Option<&Neighbours>, hops: Option<&mut Hops>, anchor: &Anchor) {
        if let Some(table) = table
            && anchor.weight > 0.0
        {
            if let Some(hops) = hops {
                for &(item, weight) in hops.row(table, anchor.item) {
                    self.add_score(item, anchor.weight * weight);
                }
            } else {
                let row = table.row(anchor.item);
                for (&item, &level) in row.items.iter().zip(row.levels) {
                    self.add_score(item, anchor.weight * row.weight_in_row(level) * table.column_factor(item));
                }
            }
        }
        if anchor.repeat > 0.0 && self.knows(anchor.item) {
            self.add_score(anchor.item, anchor.repeat);
        }
    }

    #[inline]
    fn add_score(&mut self, item: ItemIx, part: f32) {
        let score = &mut self.scores[item.as_usize()];
        if *score == 0.0 && part > 0.0 {
            self.touched.push(item);
        }
        *score += part;
    }
}

/// The share of each anchor in `score`, the largest first; an item that anchors twice is one reason.
fn reasons(
    table: Option<&Neighbours>,
    mut hops: Option<&mut Hops>,
    anchors: &[Anchor],
    item: ItemIx,
    score: f32,
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for anchor in anchors {
        let weight = table.map_or(0.0, |table| match &mut hops {
            Some(hops) => hops.weight_of(table, anchor.item, item),
            None => table.row(anchor.item).weight_of(item),
        });
        let walked = anchor.weight * weight;
        let repeated = if anchor.item == item { anchor.repeat } else { 0.0 };
        let share = (walked + repeated) / score;
        if share > 0.0 {
            match reasons.iter_mut().find(|reason| reason.item == anchor.item) {
                Some(reason) => reason.share += share,
                None => reasons.push(Reason { item: anchor.item, share }),
            }
        }
    }
    reasons.sort_unstable_by(|a, b| b.share.total_cmp(&a.share).then(a.item.cmp(&b.item)));
    reasons
}
