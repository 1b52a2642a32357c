//! Selects the next item: the order of candidates, and the rules that keep the best one from its position.

use super::bars::{BARRED, SEEN};
use super::catalogue::{Catalogue, Column};
use super::list::{ScoringPlan, table_and_rows};
use super::popular::popularity;
use super::{Eligible, Options, Ranked, Ranker, UNKNOWN, heap};
use crate::ItemIx;
use crate::model::{Model, Table};

/// The least share of the score of an item that was shown.
const LEAST_SHOWN: f32 = 1.0 / 1024.0;

/// A request for a list, and the data to look up for it.
pub(super) struct ListRequest<'a, T: Table> {
    pub(super) model: &'a Model<T>,
    pub(super) catalogue: &'a Catalogue,
    pub(super) options: &'a Options<'a>,
}

/// Number of the best that are found without putting all in order.
const NUM_TOP: usize = 64;

/// A list that is being made.
struct Selection {
    listed: Vec<Ranked>,
    /// Number of listed items by category.
    counts: Vec<(u32, u32)>,
    /// Items that wait for their positions.
    pins: Vec<(Shown, u32)>,
}

/// An item, and the number to show it by.
#[derive(Clone, Copy)]
struct Shown {
    item: ItemIx,
    number: ItemIx,
}

/// One walk through candidates, the best first.
struct CandidateScan {
    /// Through items with a score, or through the others by popularity.
    has_scores: bool,
    /// These candidates are the buried ones.
    is_buried: bool,
    /// Categories that are full wait if set.
    is_capped: bool,
    /// One above the level of popularity that comes next.
    level: u16,
    /// No less than the factors of any item.
    most: f32,
    /// The best of those with a score, the best last; those below are not in order yet if there are any.
    top: Vec<u64>,
    /// The entries above this one are in order; 0 if all are.
    least: u64,
}

impl CandidateScan {
    /// Returns the walk of a turn from 0 to 7, or `None` if the request has none. Bit 0 of the turn: candidates without
    /// scores, bit 1: those of full categories, bit 2: the buried ones.
    fn of_turn<T: Table>(turn: u8, request: &ListRequest<T>, plan: &ScoringPlan) -> Option<CandidateScan> {
        let rules = &request.options.rules;
        let (has_scores, is_capped, is_buried) = (turn & 1 == 0, turn & 2 == 0, turn & 4 != 0);
        if !has_scores && !plan.fills || !is_capped && rules.max_per_category == 0 || is_buried && rules.bury.is_none()
        {
            return None;
        }
        let most = request.most();
        Some(CandidateScan { has_scores, is_buried, is_capped, level: 256, most, top: Vec::new(), least: 0 })
    }
}

impl<T: Table> Ranker<T> {
    /// Lists up to `k` items: those with a score, then popular ones; then those of categories that are full, and at last
    /// the buried ones.
    pub(super) fn select(
        &mut self,
        request: &ListRequest<T>,
        plan: &ScoringPlan,
        eligible: &mut Eligible,
    ) -> Vec<Ranked> {
        let mut selection = Selection { listed: Vec::new(), counts: Vec::new(), pins: Vec::new() };
        if request.options.k == 0 {
            return selection.listed;
        }
        self.reserve_pins(request, plan, &mut selection, eligible);
        if request.options.rules.diversity > 0.0 {
            self.nearness.clear();
            self.nearness.resize(self.scores.len(), 0.0);
        }
        for turn in 0..8 {
            if let Some(mut walk) = CandidateScan::of_turn(turn, request, plan) {
                self.start(request, &mut walk);
                if self.select_from(request, plan, &mut walk, &mut selection, eligible) {
                    return selection.listed;
                }
            }
        }
        self.list_pins(request, plan, &mut selection, true);
        selection.listed
    }

    /// Keeps the pinned items that may be listed for their positions, and the curated ones for the first.
    fn reserve_pins(
        &mut self,
        request: &ListRequest<T>,
        plan: &ScoringPlan,
        selection: &mut Selection,
        eligible: &mut Eligible,
    ) {
        let pins = request.options.rules.pins;
        for at in 0..pins.len() + plan.curated.len() {
            let pin = pins.get(at).copied();
            let curated = plan.curated.get(at.wrapping_sub(pins.len())).map(|of| (of.0, 0));
            let Some((number, position)) = pin.or(curated) else { continue };
            let item = request.model.product_of(number.0);
            if self.is_free(item, BARRED)
                && let Some(number) = request.select_variant(number, eligible)
            {
                self.bar(item, BARRED);
                selection.pins.push((Shown { item, number }, position));
                request.count(&mut selection.counts, item);
            }
        }
    }

    /// Lists candidates of a walk, the best first; returns true if the list is full.
    fn select_from(
        &mut self,
        request: &ListRequest<T>,
        plan: &ScoringPlan,
        walk: &mut CandidateScan,
        selection: &mut Selection,
        eligible: &mut Eligible,
    ) -> bool {
        let (k, diversity) = (request.options.k, request.options.rules.diversity);
        let num_open = if diversity > 0.0 { k.saturating_mul(2).saturating_add(16) } else { 1 };
        let mut open: Vec<(f32, Shown)> = Vec::new();
        let mut best_value = 0.0;
        loop {
            self.list_pins(request, plan, selection, false);
            if selection.listed.len() >= k {
                return true;
            }
            while open.len() < num_open
                && let Some(next) = self.next(request, walk, &selection.counts, eligible)
            {
                if best_value == 0.0 {
                    best_value = next.0;
                }
                open.push(next);
            }
            let at = if diversity > 0.0 { self.most_marginal(&open, best_value, diversity) } else { 0 };
            if at >= open.len() {
                return false;
            }
            let (value, shown) = open.remove(at);
            let item = shown.item;
            if walk.is_capped && request.is_full(&selection.counts, item) {
                continue;
            }
            request.count(&mut selection.counts, item);
            self.bar(item, BARRED);
            let score = if walk.has_scores { value } else { 0.0 };
            self.list_one(request, plan, &mut selection.listed, shown, score);
            if request.options.apart {
                let listed = &mut selection.listed;
                request.each_variant(item, &mut |number| {
                    if listed.len() < k && number != shown.number && request.passes(number) && eligible(number) {
                        listed.push(Ranked { item, shown: number, score, reasons: Vec::new() });
                    }
                    false
                });
            }
        }
    }

    /// Returns the position of the candidate of greatest marginal relevance; see [`Rules::diversity`](super::Rules).
    fn most_marginal(&self, open: &[(f32, Shown)], best_value: f32, diversity: f32) -> usize {
        let (mut best, mut at) = (f32::NEG_INFINITY, 0);
        for (other, &(value, shown)) in open.iter().enumerate() {
            let nearness = self.nearness.get(shown.item.as_usize()).copied().unwrap_or(0.0);
            let marginal = (1.0 - diversity) * (value / best_value) - diversity * nearness;
            if marginal > best {
                (best, at) = (marginal, other);
            }
        }
        at
    }

    /// Lists the pinned items whose places have come, or all that are left.
    fn list_pins(
        &mut self,
        request: &ListRequest<T>,
        plan: &ScoringPlan,
        Selection { listed, pins, .. }: &mut Selection,
        all: bool,
    ) {
        let mut at = 0;
        while let Some(&(shown, position)) = pins.get(at)
            && listed.len() < request.options.k
        {
            if all || position as usize <= listed.len() {
                pins.remove(at);
                let score = self.scores.get(shown.item.as_usize()).copied().unwrap_or(0.0);
                let score = if score > 0.0 { request.value(score, shown.item) } else { 0.0 };
                self.list_one(request, plan, listed, shown, score);
                // What waited for a later place may follow.
                at = 0;
            } else {
                at += 1;
            }
        }
    }

    fn list_one(
        &mut self,
        request: &ListRequest<T>,
        plan: &ScoringPlan,
        listed: &mut Vec<Ranked>,
        Shown { item, number }: Shown,
        score: f32,
    ) {
        listed.push(Ranked { item, shown: number, score, reasons: Vec::new() });
        // Where scores come from no table, the first one says what is alike.
        if request.options.rules.diversity > 0.0
            && let Some((table, rows)) = table_and_rows(request.model, &mut self.rows, plan.table.or(Some(0)))
        {
            let row = rows.row(table, item);
            let mut most = 0.0;
            for &(_, weight) in row {
                if weight > most {
                    most = weight;
                }
            }
            for &(near, weight) in row {
                if let Some(nearness) = self.nearness.get_mut(near.as_usize())
                    && *nearness < weight / most
                {
                    *nearness = weight / most;
                }
            }
        }
    }

    /// Finds the first candidates of a walk.
    fn start(&mut self, request: &ListRequest<T>, walk: &mut CandidateScan) {
        self.heap.clear();
        if !walk.has_scores {
            return;
        }
        for at in 0..self.touched.len() {
            let Some(entry) = self.candidate(request, walk, at, walk.least) else { continue };
            let mut place = walk.top.len();
            while place > 0 && walk.top.get(place - 1).is_some_and(|&other| other > entry) {
                place -= 1;
            }
            walk.top.insert(place, entry);
            if walk.top.len() > NUM_TOP {
                walk.top.remove(0);
                walk.least = walk.top.first().map_or(0, |&least| least - 1);
            }
        }
    }

    /// The entry of a touched item if it may be listed and comes above `least`.
    #[inline]
    fn candidate(&self, request: &ListRequest<T>, walk: &CandidateScan, at: usize, least: u64) -> Option<u64> {
        let &item = self.touched.get(at)?;
        let score = self.scores.get(item.as_usize()).copied().unwrap_or(0.0);
        // Most are told by this alone.
        if score <= 0.0 || u64::from(within_range(score * walk.most).to_bits()) < least >> 32 {
            return None;
        }
        if !self.is_free(item, SEEN) {
            return None;
        }
        let entry = heap::entry(request.value(score, item), item, request.options.seed);
        (entry > least).then_some(entry)
    }

    /// The next of those in order; puts what is left in order once that is needed.
    fn pop(&mut self, request: &ListRequest<T>, walk: &mut CandidateScan) -> Option<u64> {
        if let Some(best) = walk.top.pop() {
            return Some(best);
        }
        if walk.least > 0 {
            for at in 0..self.touched.len() {
                if let Some(entry) = self.candidate(request, walk, at, 0)
                    && entry <= walk.least
                {
                    heap::push(&mut self.heap, entry);
                }
            }
            walk.least = 0;
        }
        heap::pop(&mut self.heap)
    }

    /// The best candidate that is left and may be listed, with its value.
    fn next(
        &mut self,
        request: &ListRequest<T>,
        walk: &mut CandidateScan,
        counts: &[(u32, u32)],
        eligible: &mut Eligible,
    ) -> Option<(f32, Shown)> {
        let ListRequest { model, catalogue, options } = *request;
        loop {
            // Less popular items are looked at once one of them could come next.
            while !walk.has_scores && walk.level > 0 {
                let level = (walk.level - 1) as u8;
                let bound = within_range(popularity(level) * walk.most);
                if self.heap.first().is_some_and(|&best| heap::value_and_item(best, None).0 > bound) {
                    break;
                }
                walk.level -= 1;
                for &item in self.popular.of_level(level) {
                    // What can be told at once need not be put in order: a category that is full stays so.
                    if self.is_free(item, SEEN)
                        && self.scores.get(item.as_usize()).is_some_and(|&score| score <= 0.0)
                        && !(walk.is_capped && request.is_full(counts, item))
                        && request.may_pass(item)
                    {
                        let value = request.value(popularity(level), item);
                        heap::push(&mut self.heap, heap::entry(value, item, options.seed));
                    }
                }
            }
            let (value, item) = heap::value_and_item(self.pop(request, walk)?, options.seed);
            let bury = options.rules.bury;
            if bury.is_some_and(|bury| bury.passes(model, catalogue, request.shown(item))) == walk.is_buried
                && !(walk.is_capped && request.is_full(counts, item))
                && let Some(number) = request.select_variant(item, eligible)
            {
                return Some((value, Shown { item, number }));
            }
        }
    }
}

impl<T: Table> ListRequest<'_, T> {
    /// Returns the value in a column of an item, as a list would show it.
    pub(super) fn of(&self, column: Column, item: ItemIx) -> u32 {
        self.catalogue.value(self.model, column, self.shown(item))
    }

    /// Calls `each` with the number of each variant in the order of preference, or with that of an item without variants,
    /// until it returns true. Returns true if it did.
    fn each_variant(&self, item: ItemIx, each: &mut dyn FnMut(ItemIx) -> bool) -> bool {
        let variants = self.model.variants_of(item);
        if variants.is_empty() {
            return each(item);
        }
        let num_items = self.model.num_items() as u32;
        let is_viewed = |number: ItemIx| number.0 >= num_items && self.model.product_of(number.0) == item;
        let viewed = self.options.viewed.iter().map(|event| event.item).find(|&number| is_viewed(number));
        if let Some(viewed) = viewed
            && each(viewed)
        {
            return true;
        }
        for &is_in_stock in &[true, false] {
            for &variant in variants {
                let number = ItemIx(num_items + variant);
                if Some(number) != viewed
                    && (self.catalogue.value(self.model, Column::Stock, number) != 0) == is_in_stock
                    && each(number)
                {
                    return true;
                }
            }
        }
        false
    }

    /// Returns the number to show an item by, whatever the filter: that of the preferred variant.
    pub(super) fn shown(&self, item: ItemIx) -> ItemIx {
        let mut shown = item;
        self.each_variant(item, &mut |number| {
            shown = number;
            true
        });
        shown
    }

    /// Returns the number of a variant if it may be listed, or that of the preferred variant of an item that may.
    fn select_variant(&self, number: ItemIx, eligible: &mut Eligible) -> Option<ItemIx> {
        let mut selected = None;
        self.each_variant(number, &mut |number| {
            if self.passes(number) && eligible(number) {
                selected = Some(number);
            }
            selected.is_some()
        });
        selected
    }

    /// Tells whether a variant of an item passes the filter.
    fn may_pass(&self, item: ItemIx) -> bool {
        self.each_variant(item, &mut |number| self.passes(number))
    }

    fn passes(&self, number: ItemIx) -> bool {
        self.options.rules.filter.is_none_or(|filter| filter.passes(self.model, self.catalogue, number))
    }

    /// A score or popularity times the factors of an item.
    fn value(&self, base: f32, item: ItemIx) -> f32 {
        let rules = &self.options.rules;
        let mut factor = 1.0;
        for boost in rules.boosts {
            if boost.by > 0.0 && boost.filter.passes(self.model, self.catalogue, self.shown(item)) {
                factor *= boost.by;
            }
        }
        if rules.fatigue > 0.0 {
            let shown = f32::from_bits(self.of(Column::Impressions, item));
            if shown < 1.0 {
                factor *= (1.0 - rules.fatigue * (1.0 - shown)).max(LEAST_SHOWN);
            }
        }
        if rules.explore > 0.0 {
            let seed = self.options.seed.unwrap_or(0);
            let random = heap::hash(item.0 ^ heap::hash(seed ^ 0x5bd1_e995)) >> 8;
            factor *= 1.0 - rules.explore + rules.explore * (random as f32 / 16_777_216.0);
        }
        within_range(base * factor)
    }

    /// No less than the factor of any item.
    fn most(&self) -> f32 {
        let mut most = 1.0;
        for boost in self.options.rules.boosts {
            if boost.by > 1.0 {
                most *= boost.by;
            }
        }
        most
    }

    fn is_full(&self, counts: &[(u32, u32)], item: ItemIx) -> bool {
        let most = self.options.rules.max_per_category;
        if most == 0 {
            return false;
        }
        let category = self.of(Column::Category, item);
        for &(of, count) in counts {
            if of == category {
                return count >= most;
            }
        }
        false
    }

    fn count(&self, counts: &mut Vec<(u32, u32)>, item: ItemIx) {
        if self.options.rules.max_per_category == 0 {
            return;
        }
        let category = self.of(Column::Category, item);
        if category == UNKNOWN {
            return;
        }
        for (of, count) in counts.iter_mut() {
            if *of == category {
                *count += 1;
                return;
            }
        }
        counts.push((category, 1));
    }
}

/// Neither 0, which would be no score, nor more than can be compared.
#[allow(clippy::manual_clamp, reason = "clamping leaves what is not a number as it is")]
fn within_range(value: f32) -> f32 {
    value.max(f32::MIN_POSITIVE).min(f32::MAX)
}
