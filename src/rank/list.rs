//! The one way of every list: score, bar, order, place.

use super::bars::{BARRED, SEEN};
use super::catalogue::{Catalogue, Column};
use super::popular::popularity;
use super::rows::Rows;
use super::select::ListRequest;
use super::{Eligible, Options, Ranked, Ranker, Reason, Source, UNKNOWN};
use crate::ItemIx;
use crate::model::{Model, Relation, Table};

/// An item's part in the scores: its neighbours times `weight`, and `repeat` for itself.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    item: ItemIx,
    weight: f32,
    repeat: f32,
}

/// The source of the scores.
#[derive(Debug)]
pub(super) struct ScoringPlan {
    /// Position in the model's tables.
    pub(super) table: Option<usize>,
    anchors: Vec<Anchor>,
    /// The one reason for all scores, where they come from no table.
    only: Option<ItemIx>,
    /// Items that the shop chose to come first, each with the item whose list they lead.
    pub(super) curated: Vec<(ItemIx, ItemIx)>,
    /// Popular items fill the list up if set.
    pub(super) fills: bool,
}

impl<T: Table> Ranker<T> {
    /// Lists the best items of a source.
    ///
    /// `O(anchors * row length + c log c)` for c candidates; a filter that few of the best pass, or boosts of what is
    /// popular, go through as many items as it takes.
    ///
    /// # Errors
    /// If a row that the list needs cannot be read.
    pub fn try_list(
        &mut self,
        model: &Model<T>,
        source: Source,
        options: &Options,
        eligible: &mut Eligible,
    ) -> Result<Vec<Ranked>, T::Error> {
        let nothing = Catalogue::default();
        let catalogue = options.rules.catalogue.unwrap_or(&nothing);
        let request = ListRequest { model, catalogue, options };
        for &item in options.exclude {
            self.bar(model.product_of(item.0), BARRED);
        }
        let plan = self.plan(&request, source);
        // What sinks comes last, so that nothing that is added afterwards is spared.
        for &sinks in &[false, true] {
            for anchor in &plan.anchors {
                if (anchor.weight < 0.0) == sinks {
                    self.add(model, plan.table, anchor);
                }
            }
        }
        let mut listed = self.select(&request, &plan, eligible);
        for ranked in &mut listed {
            let score = self.scores.get(ranked.item.as_usize()).copied().unwrap_or(0.0);
            if options.explain && (score > 0.0 || !plan.curated.is_empty()) {
                ranked.reasons = self.reasons(&request, &plan, ranked.item, score);
            }
        }
        for item in &self.touched {
            if let Some(score) = self.scores.get_mut(item.as_usize()) {
                *score = 0.0;
            }
        }
        self.touched.clear();
        for item in &self.barred {
            if let Some(bar) = self.bars.get_mut(item.as_usize()) {
                *bar = 0;
            }
        }
        self.barred.clear();
        for rows in &mut self.rows {
            if let Some(fault) = rows.take_fault() {
                return Err(fault);
            }
        }
        Ok(listed)
    }

    fn plan(&mut self, request: &ListRequest<T>, source: Source) -> ScoringPlan {
        let model = request.model;
        let mut plan = ScoringPlan {
            table: table(model, Relation::Next),
            anchors: Vec::new(),
            only: None,
            curated: Vec::new(),
            fills: request.options.fills,
        };
        let relation = match source {
            Source::Related(_) => Some(Relation::Next),
            Source::Together(_) => Some(Relation::Together),
            _ => None,
        };
        let near = match source {
            Source::ForYou { history, factors } => {
                let ranking = &model.ranking;
                let (mut position, mut num_unwanted) = (0, 0);
                for (at, event) in history.iter().enumerate() {
                    let factor = factors.get(at).map_or(1.0, |factor| factor.clamp(-1000.0, 1000.0));
                    let taken = if factor < 0.0 { &mut num_unwanted } else { &mut position };
                    let is_wanted = factor >= 0.0;
                    let item = model.product_of(event.item.0);
                    if !is_wanted || !request.options.repeats {
                        self.bar(item, if is_wanted { SEEN } else { BARRED });
                    }
                    if let Some(&decay) = ranking.decay.get(*taken) {
                        let decay = if is_wanted { decay } else { ranking.decay.first().copied().unwrap_or(0.0) };
                        let repeat = if is_wanted { ranking.repeat.get(*taken).copied() } else { None };
                        plan.anchors.push(Anchor {
                            item,
                            weight: decay * ranking.event_weights[event.kind as usize] * factor,
                            repeat: repeat.unwrap_or(0.0) * factor,
                        });
                    }
                    *taken += 1;
                }
                &[]
            }
            Source::Related(items) => items,
            Source::Together(items) => {
                plan.table = table(model, Relation::Together).or(plan.table.filter(|_| plan.fills));
                items
            }
            Source::Similar(items) => {
                plan.table = table(model, Relation::Similar);
                if plan.table.is_none()
                    && let Some(&item) = items.first()
                {
                    let item = model.product_of(item.0);
                    plan.only = Some(item);
                    self.score_category(request, item);
                }
                items
            }
            Source::Trending { days } => {
                for &(item, level) in trend(model, days) {
                    add_score(&mut self.scores, &mut self.touched, item, popularity(level));
                }
                &[]
            }
            Source::Given(items) => {
                plan.fills = false;
                for &(item, repeat) in items {
                    plan.anchors.push(Anchor { item: model.product_of(item.0), weight: 0.0, repeat });
                }
                &[]
            }
        };
        for &item in near {
            let item = model.product_of(item.0);
            self.bar(item, BARRED);
            plan.anchors.push(Anchor { item, weight: 1.0, repeat: 0.0 });
            for pair in &model.curated {
                if pair.item == item && Some(pair.relation) == relation {
                    plan.curated.push((pair.other, item));
                }
            }
        }
        plan
    }

    /// Scores the items of one's category by how near their prices are, and how popular they are.
    fn score_category(&mut self, request: &ListRequest<T>, anchor: ItemIx) {
        let category = request.of(Column::Category, anchor);
        let price = f32::from_bits(request.of(Column::Price, anchor));
        if category == UNKNOWN {
            return;
        }
        for item in 0..self.scores.len() as u32 {
            let item = ItemIx(item);
            if request.of(Column::Category, item) == category {
                let other = f32::from_bits(request.of(Column::Price, item));
                let ratio = price.min(other) / price.max(other);
                let is_known = price > 0.0 && other > 0.0 && ratio > 0.0;
                let level = request.model.popularity.get(item.as_usize()).copied().unwrap_or(0);
                let nearness = if is_known { ratio } else { 0.5 };
                add_score(&mut self.scores, &mut self.touched, item, popularity(level) * nearness);
            }
        }
    }

    /// Keeps an item from being listed.
    pub(super) fn bar(&mut self, item: ItemIx, how: u8) {
        if let Some(bar) = self.bars.get_mut(item.as_usize())
            && *bar < how
        {
            *bar = how;
            self.barred.push(item);
        }
    }

    /// Tells whether an item may be listed although a rule of less weight speaks against it.
    pub(super) fn is_free(&self, item: ItemIx, weight: u8) -> bool {
        self.bars.get(item.as_usize()).is_some_and(|&bar| bar < weight)
    }

    fn add(&mut self, model: &Model<T>, table: Option<usize>, anchor: &Anchor) {
        let Ranker { rows, scores, touched, .. } = self;
        // False for what is not a number.
        if anchor.weight.abs() > 0.0
            && let Some((table, rows)) = table_and_rows(model, rows, table)
        {
            for &(item, weight) in rows.row(table, anchor.item) {
                add_score(scores, touched, item, anchor.weight * weight);
            }
        }
        if anchor.repeat > 0.0 {
            add_score(scores, touched, anchor.item, anchor.repeat);
        }
    }

    /// The share of each anchor in what speaks for an item, the largest first; an item that anchors twice is one
    /// reason.
    fn reasons(&mut self, request: &ListRequest<T>, plan: &ScoringPlan, item: ItemIx, score: f32) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let curated = plan.curated.iter().find(|of| of.0 == item).map(|of| of.1);
        if let Some(only) = curated.or(plan.only) {
            reasons.push(Reason { item: request.shown(only), share: 1.0, is_curated: curated.is_some() });
            return reasons;
        }
        let mut rows = table_and_rows(request.model, &mut self.rows, plan.table);
        // Of the score, or of what it was before something took from it.
        let mut whole = 0.0;
        let mut sinks = false;
        for anchor in &plan.anchors {
            if anchor.weight < 0.0 {
                sinks = true;
                continue;
            }
            let weight = match &mut rows {
                Some((table, rows)) if anchor.weight > 0.0 => rows.weight_of(table, anchor.item, item),
                _ => 0.0,
            };
            let repeated = if anchor.item == item { anchor.repeat } else { 0.0 };
            let share = (anchor.weight * weight + repeated) / score;
            if share > 0.0 {
                whole += share;
                match reasons.iter_mut().find(|reason| reason.item == anchor.item) {
                    Some(reason) => reason.share += share,
                    None => reasons.push(Reason { item: anchor.item, share, is_curated: false }),
                }
            }
        }
        // In order as they are few: each goes up to where those above are greater.
        for end in 1..reasons.len() {
            let mut at = end;
            while at > 0 && comes_before(&reasons, at) {
                reasons.swap(at - 1, at);
                at -= 1;
            }
        }
        for reason in &mut reasons {
            reason.item = request.shown(reason.item);
            if sinks {
                reason.share /= whole;
            }
        }
        reasons
    }
}

/// Tells whether the reason at a position belongs before the one above it.
fn comes_before(reasons: &[Reason], at: usize) -> bool {
    match (reasons.get(at - 1), reasons.get(at)) {
        (Some(above), Some(reason)) => {
            reason.share > above.share || reason.share == above.share && reason.item < above.item
        }
        _ => false,
    }
}

#[inline]
fn add_score(scores: &mut [f32], touched: &mut Vec<ItemIx>, item: ItemIx, part: f32) {
    if let Some(score) = scores.get_mut(item.as_usize()) {
        if *score == 0.0 && part > 0.0 {
            touched.push(item);
        }
        *score = (*score + part).max(0.0);
    }
}

/// A table of the model and its rows.
pub(super) fn table_and_rows<'m, 'r, T: Table>(
    model: &'m Model<T>,
    rows: &'r mut [Rows<T>],
    at: Option<usize>,
) -> Option<(&'m T, &'r mut Rows<T>)> {
    let at = at?;
    Some((&model.tables.get(at)?.1, rows.get_mut(at)?))
}

fn table<T: Table>(model: &Model<T>, relation: Relation) -> Option<usize> {
    model.tables.iter().position(|(of, _)| *of == relation)
}

/// Gives the popular items of the last so many days, or of the next longer time that the model knows, or of the
/// longest.
fn trend<T: Table>(model: &Model<T>, days: u32) -> &[(ItemIx, u8)] {
    let mut found: &[(ItemIx, u8)] = &[];
    if days > 0 {
        for trend in &model.trends {
            found = &trend.items;
            if u32::from(trend.days) >= days {
                break;
            }
        }
    }
    found
}
