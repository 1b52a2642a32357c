//! Packs links: as many as fit a number of bytes, the most important of all tables together.

use super::links::{self, Fit, Pair, Pool};
use super::order::Graph;
use super::partition;
use super::{Detail, Draft, PackError, Tuning, check, popularity, times};
use crate::ItemIx;
use crate::model::{Categories, Curated, Dictionary, Link, Market, Model, Neighbours, Relation, TwoHop, Variants};

/// A draft whose pairs are in the order of their importance, ready to be packed at any size.
#[derive(Clone, Debug)]
pub struct Packer {
    /// Without its tables.
    draft: Draft,
    classes: Vec<u8>,
    /// Items in the order of their ids, and where each is in it.
    by_id: Vec<ItemIx>,
    number_of: Vec<ItemIx>,
    pools: Vec<(Relation, Pool)>,
    /// Neighbours by content: no part of the choice, all of them or none.
    similar: Option<Pool>,
}

/// An order of the items for about so many links: block by block, in each by their ids.
#[derive(Clone, Debug)]
pub struct Arrangement {
    /// Items by their places in the order of ids.
    order: Vec<ItemIx>,
    num_links: usize,
}

/// The optional parts of a file.
#[derive(Clone, Copy, Debug)]
struct Extras {
    /// Trends and replenishment.
    times: bool,
    /// Neighbours by content.
    similar: bool,
}

impl Extras {
    const ALL: Extras = Extras { times: true, similar: true };
}

/// Precision of the weights of neighbours by content.
const SIMILAR: Detail = Detail { tail_share: 0.25, max_levels: 4, first_directed: 4, has_classes: false };
/// Trends and replenishment take at most one byte of so many that a file without links leaves of a budget, or are left
/// out.
const TIMES_SHARE: usize = 20;
/// The same for neighbours by content.
const SIMILAR_SHARE: usize = 4;

/// Items whose popularity is kept exactly, the most popular; the others get their class's.
const EXACT_POPULARITY: usize = 512;

impl Packer {
    /// Checks a draft and puts its pairs in order: `O(e log e)` for e entries.
    ///
    /// # Errors
    /// [`PackError`], in the order of its variants.
    pub fn new(mut draft: Draft) -> Result<Packer, PackError> {
        check(&draft)?;
        let (mut pools, mut similar) = (Vec::with_capacity(draft.tables.len()), None);
        for (relation, matrix) in std::mem::take(&mut draft.tables) {
            for (item, id) in (0..).map(ItemIx).zip(&draft.item_ids) {
                if let Some(&found) = matrix.row(item.as_usize()).1.iter().find(|weight| !weight.is_finite()) {
                    return Err(PackError::Number { part: relation.name(), item: id.clone(), found });
                }
            }
            let pool = links::pool(&matrix, &draft.num_events);
            if relation == Relation::Similar {
                similar = Some(pool);
            } else {
                pools.push((relation, pool));
            }
        }
        pools.sort_by_key(|(relation, _)| *relation);
        let classes = draft.num_events.iter().map(|&num| links::class(num)).collect();
        let by_id = Dictionary::order_of_ids(&draft.item_ids);
        let mut number_of = vec![ItemIx(0); by_id.len()];
        for (number, item) in (0..).map(ItemIx).zip(&by_id) {
            number_of[item.as_usize()] = number;
        }
        Ok(Packer { draft, classes, by_id, number_of, pools, similar })
    }

    /// Gives the number of pairs to choose from.
    pub fn num_pairs(&self) -> usize {
        self.pools.iter().map(|(_, pool)| pool.pairs.len()).sum()
    }

    /// The model with `num_links` links, or all that there are, in the tables of what shoppers did, with the [default
    /// tuning](Tuning). What is alike by content comes on top, all of it.
    ///
    /// # Errors
    /// [`PackError`]: the detail is none that a file can have, or the packed model is one that no file can hold.
    pub fn pack(&self, num_links: usize, detail: Detail) -> Result<Model, PackError> {
        self.pack_with(num_links, detail, Extras::ALL, &self.arrange(num_links, None))
    }

    /// As [`pack`](Packer::pack), but for ranking alone: no time is spent on an order that makes the file small.
    ///
    /// # Errors
    /// As [`Packer::pack`].
    pub fn pack_for_ranking(&self, num_links: usize, detail: Detail) -> Result<Model, PackError> {
        self.pack_with(num_links, detail, Extras::ALL, &self.in_order_of_ids())
    }

    fn in_order_of_ids(&self) -> Arrangement {
        Arrangement { order: (0..self.by_id.len() as u32).map(ItemIx).collect(), num_links: 0 }
    }

    /// The order for so many links; made of one for about as many, that takes a tenth of the time.
    fn arrange(&self, num_links: usize, like: Option<&Arrangement>) -> Arrangement {
        let number = |item: ItemIx| self.number_of[item.as_usize()];
        let chosen = self.choose(num_links);
        let pairs = chosen.iter().flat_map(|&(_, pool, num_pairs)| &pool.pairs[..num_pairs]);
        let graph = Graph::new(self.by_id.len(), pairs.map(|pair| (number(pair.one), number(pair.other))));
        let order = match like {
            Some(like) => partition::refine(&graph, &like.order),
            None => partition::partition(&graph),
        };
        Arrangement { order, num_links }
    }

    fn pack_with(
        &self,
        num_links: usize,
        detail: Detail,
        extras: Extras,
        arrangement: &Arrangement,
    ) -> Result<Model, PackError> {
        detail.check()?;
        let num_items = self.draft.item_ids.len();
        let chosen = self.choose(num_links);
        let old_of_new: Vec<ItemIx> = arrangement.order.iter().map(|number| self.by_id[number.as_usize()]).collect();
        let mut new_of_old = vec![ItemIx(0); num_items];
        for (new, old) in (0..).map(ItemIx).zip(&old_of_new) {
            new_of_old[old.as_usize()] = new;
        }
        let class = |old: &ItemIx| if detail.has_classes { self.classes[old.as_usize()] } else { 0 };
        let all: Vec<u8> = (0..num_items as u32).map(|item| class(&ItemIx(item))).collect();
        let classes: Vec<u8> = old_of_new.iter().map(class).collect();
        let links = |pairs: &[Pair], levels: &[(u8, bool)]| -> Vec<Link> {
            let number = |item: ItemIx| new_of_old[item.as_usize()];
            let link = |(pair, &(level, is_heavier_from_one)): (&Pair, &(u8, bool))| Link {
                one: number(pair.one),
                other: number(pair.other),
                level,
                is_heavier_from_one,
            };
            pairs.iter().zip(levels).map(link).collect()
        };
        let mut tables = Vec::with_capacity(chosen.len() + 1);
        for (relation, pool, num_pairs) in chosen {
            let Fit { weights, levels } = pool.fit(num_pairs, &all, &detail);
            let links = links(&pool.pairs, &levels);
            tables.push((relation, Neighbours::from_links(&classes, &links, weights, Tuning::default().hop)?));
        }
        if let Some(pool) = self.similar.as_ref().filter(|_| extras.similar) {
            let Fit { mut weights, levels } = pool.fit(pool.pairs.len(), &vec![0; num_items], &SIMILAR);
            // Classes are the same in all tables; here they are all alike.
            let num_classes = classes.iter().max().map_or(1, |&most| usize::from(most) + 1);
            let factor = weights.row_factors.first().copied().unwrap_or(1.0);
            weights.row_factors = vec![factor; num_classes];
            let links = links(&pool.pairs, &levels);
            tables.push((Relation::Similar, Neighbours::from_links(&classes, &links, weights, TwoHop::default())?));
        }
        let draft = &self.draft;
        let ids: Vec<&str> = old_of_new.iter().map(|old| draft.item_ids[old.as_usize()].as_str()).collect();
        let levels = popularity::levels(&draft.popularity);
        let levels: Vec<u8> = old_of_new.iter().map(|old| levels[old.as_usize()]).collect();
        let model = Model {
            items: Dictionary::new(&ids).map_err(|item| PackError::ItemId { item, id: ids[item].to_owned() })?,
            variants: variants(draft, &new_of_old)?,
            markets: markets(draft, &old_of_new, &classes),
            unavailable: Vec::new(),
            curated: curated(draft, &new_of_old),
            tables,
            popularity: popularity::by_class(levels, &classes, EXACT_POPULARITY),
            ranking: draft.ranking.clone(),
            categories: draft.categories.as_ref().map(|Categories { names, of_item }| Categories {
                names: names.clone(),
                of_item: old_of_new.iter().map(|old| of_item[old.as_usize()]).collect(),
            }),
            trends: if extras.times { times::trends(&draft.trends, &new_of_old) } else { Vec::new() },
            replenishment: if extras.times {
                times::replenishment(&draft.replenishment, &new_of_old)
            } else {
                Vec::new()
            },
            category_replenishment: if extras.times { draft.category_replenishment.clone() } else { Vec::new() },
            about: draft.about.clone(),
            privacy: draft.privacy,
            measurements: draft.measurements.clone(),
        };
        model.validate()?;
        Ok(model)
    }

    /// Chooses the extras that a budget has room for, by their share of the bytes that a file without links leaves.
    fn affordable(&self, num_bytes: usize, detail: Detail) -> Result<Extras, PackError> {
        let size = |times, similar| -> Result<usize, PackError> {
            let model = self.pack_with(0, detail, Extras { times, similar }, &self.in_order_of_ids())?;
            Ok(super::to_bytes(&model)?.len())
        };
        let bare = size(false, false)?;
        let room = num_bytes.saturating_sub(bare);
        let times = size(true, false)?.saturating_sub(bare) <= room / TIMES_SHARE;
        let similar = self.similar.is_some() && size(false, true)?.saturating_sub(bare) <= room / SIMILAR_SHARE;
        Ok(Extras { times, similar })
    }

    /// The model of most links whose file has at most `num_bytes`, its bytes and its number of links. Starts from an
    /// arrangement if there is one, and leaves its own.
    ///
    /// # Errors
    /// [`PackError::Size`] if not even a file without links is that small; else as [`Packer::pack`].
    pub fn pack_to_size(
        &self,
        num_bytes: usize,
        detail: Detail,
        arrangement: &mut Option<Arrangement>,
    ) -> Result<(Model, Vec<u8>, usize), PackError> {
        let extras = self.affordable(num_bytes, detail)?;
        self.fill(num_bytes, detail, extras, arrangement)
    }

    /// The model with `num_links` links, or of most links whose file has at most `num_bytes` if these are more; with
    /// what ranking can do without in any case.
    ///
    /// # Errors
    /// As [`Packer::pack`].
    pub fn pack_at_least(
        &self,
        num_links: usize,
        num_bytes: usize,
        detail: Detail,
        arrangement: &mut Option<Arrangement>,
    ) -> Result<(Model, Vec<u8>, usize), PackError> {
        let num_links = num_links.min(self.num_pairs());
        let (model, bytes) = self.attempt(num_links, detail, Extras::ALL, arrangement)?;
        if bytes.len() < num_bytes && num_links < self.num_pairs() {
            return self.fill(num_bytes, detail, Extras::ALL, arrangement);
        }
        Ok((model, bytes, num_links))
    }

    /// A model of so many links, and its file.
    fn attempt(
        &self,
        num_links: usize,
        detail: Detail,
        extras: Extras,
        arrangement: &mut Option<Arrangement>,
    ) -> Result<(Model, Vec<u8>), PackError> {
        let is_near = |like: &Arrangement| like.num_links.abs_diff(num_links) <= num_links / NEAR_LINKS;
        if !arrangement.as_ref().is_some_and(is_near) {
            *arrangement = Some(self.arrange(num_links, arrangement.as_ref()));
        }
        let by_id = self.in_order_of_ids();
        let model = self.pack_with(num_links, detail, extras, arrangement.as_ref().unwrap_or(&by_id))?;
        let bytes = super::to_bytes(&model)?;
        Ok((model, bytes))
    }

    fn fill(
        &self,
        num_bytes: usize,
        detail: Detail,
        extras: Extras,
        arrangement: &mut Option<Arrangement>,
    ) -> Result<(Model, Vec<u8>, usize), PackError> {
        let model = self.pack_with(0, detail, extras, &self.in_order_of_ids())?;
        let bytes = super::to_bytes(&model)?;
        if bytes.len() > num_bytes {
            return Err(PackError::Size { wanted: num_bytes, least: bytes.len() });
        }
        // The largest known to fit and the smallest known not to; between them bytes are nearly linear in links.
        let mut fits = (0, bytes.len(), model, bytes);
        let mut too_large: Option<(usize, usize)> = None;
        let mut next = (num_bytes.saturating_sub(fits.1) * 2).min(self.num_pairs());
        for _ in 0..MAX_ATTEMPTS {
            if next <= fits.0 || too_large.is_some_and(|(links, _)| next >= links) {
                break;
            }
            let (model, bytes) = self.attempt(next, detail, extras, arrangement)?;
            let found = bytes.len();
            if found <= num_bytes {
                fits = (next, found, model, bytes);
                if next == self.num_pairs() || num_bytes - found <= num_bytes / 1000 {
                    break;
                }
            } else {
                too_large = Some((next, found));
            }
            let (from, to) = match too_large {
                Some(to) => ((fits.0, fits.1), to),
                None => ((0, 0), (fits.0, fits.1)),
            };
            let slope = (to.0 - from.0) as f64 / (to.1.saturating_sub(from.1)).max(1) as f64;
            // A little less than the line says, so that it is rather small than large.
            let aim = (num_bytes - num_bytes / 4000).saturating_sub(from.1) as f64;
            next = ((from.0 as f64 + aim * slope) as usize).min(self.num_pairs());
        }
        let (num_links, _, model, bytes) = fits;
        Ok((model, bytes, num_links))
    }

    /// The most important pairs, `num_links` in all; each table gets as many as it has items with pairs, relative to
    /// the others.
    fn choose(&self, num_links: usize) -> Vec<(Relation, &Pool, usize)> {
        let num_active = |pool: &Pool| {
            let mut is_active = vec![false; self.classes.len()];
            for pair in &pool.pairs {
                is_active[pair.one.as_usize()] = true;
                is_active[pair.other.as_usize()] = true;
            }
            is_active.iter().filter(|&&is| is).count()
        };
        let shares: Vec<usize> = self.pools.iter().map(|(_, pool)| num_active(pool)).collect();
        let whole = shares.iter().sum::<usize>().max(1);
        let mut chosen = Vec::with_capacity(self.pools.len());
        let mut left = num_links;
        for (at, ((relation, pool), share)) in self.pools.iter().zip(&shares).enumerate() {
            let is_last = at + 1 == self.pools.len();
            let wanted = if is_last { left } else { (num_links as u128 * *share as u128 / whole as u128) as usize };
            let taken = wanted.min(pool.pairs.len());
            left -= taken.min(left);
            chosen.push((*relation, pool, taken));
        }
        chosen
    }
}

/// Sizes tried until one is near enough to the wanted one.
const MAX_ATTEMPTS: usize = 12;
/// An arrangement serves as it is while one link of so many came or went.
const NEAR_LINKS: usize = 50;

/// Gives the markets of a draft in the new order of the items.
fn markets(draft: &Draft, old_of_new: &[ItemIx], classes: &[u8]) -> Vec<Market> {
    let market = |(name, weights): &(String, Vec<f32>)| {
        let levels = popularity::levels(weights);
        let levels: Vec<u8> = old_of_new.iter().map(|old| levels[old.as_usize()]).collect();
        let smooth = popularity::by_class(levels.clone(), classes, EXACT_POPULARITY);
        let has = |&(item, (level, smooth)): &(ItemIx, (u8, u8))| (level > 0).then(|| (item, smooth.max(1)));
        let items = (0..).map(ItemIx).zip(levels.into_iter().zip(smooth)).filter_map(|one| has(&one)).collect();
        Market { name: name.clone(), items }
    };
    draft.markets.iter().map(market).collect()
}

/// Gives the curated pairs of a draft with new numbers.
fn curated(draft: &Draft, new_of_old: &[ItemIx]) -> Vec<Curated> {
    let new = |item: ItemIx| new_of_old.get(item.as_usize()).copied().unwrap_or(ItemIx(u32::MAX));
    let renumbered = draft.curated.iter().map(|pair| Curated { item: new(pair.item), other: new(pair.other), ..*pair });
    let mut curated: Vec<Curated> = renumbered.collect();
    curated.sort_by_key(|pair| pair.relation);
    curated
}

/// Gives the variants of a draft with the new numbers of their items; `None` if there are none.
fn variants(draft: &Draft, new_of_old: &[ItemIx]) -> Result<Option<Variants<Dictionary>>, PackError> {
    if draft.variants.is_empty() {
        return Ok(None);
    }
    let variants: Vec<(String, ItemIx, u64)> = draft
        .variants
        .iter()
        .map(|(id, item, sales)| {
            let item = new_of_old.get(item.as_usize()).copied().unwrap_or(ItemIx(u32::MAX));
            (id.clone(), item, *sales)
        })
        .collect();
    let error = |at: usize| PackError::Variant { id: draft.variants[at].0.clone() };
    Variants::new(new_of_old.len(), &variants).map(Some).map_err(error)
}
