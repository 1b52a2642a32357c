//! Packs links: as many as fit a number of bytes, the most important of all tables together.

use super::arrange;
use super::links::{self, Pair};
use super::{Draft, PackError, Tuning, check, quantise, times};
use crate::ItemIx;
use crate::model::{Categories, Dictionary, Hop, MAX_LEVELS, Model, Neighbours, Purpose};

/// How finely weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Levels of a weight, 1 to 16: 4 cost 1.3 bits a link, 8 cost 2.3.
    pub num_levels: usize,
    /// Whether items have classes by their number of events, 1.8 bits an item: both directions of a link then differ, and items
    /// that are not among the most popular are ordered by popularity.
    pub has_classes: bool,
}

/// A draft whose pairs are in the order of their importance, ready to be packed at any size.
#[derive(Clone, Debug)]
pub struct Packer {
    /// Without its tables.
    draft: Draft,
    classes: Vec<u8>,
    /// Items in the order of their ids, and where each is in it.
    by_id: Vec<ItemIx>,
    number_of: Vec<ItemIx>,
    pools: Vec<(Purpose, Vec<Pair>)>,
    /// What is alike by content: no part of the choice, all of it or nothing.
    similar: Option<Vec<Pair>>,
}

/// Whether the parts of a file that ranking does without are in it.
#[derive(Clone, Copy, Debug)]
struct Extras {
    /// Trends and replenishment.
    times: bool,
    /// What is alike by content.
    similar: bool,
}

/// Levels of what is alike by content.
const SIMILAR_LEVELS: usize = 4;
/// Trends and replenishment take at most one byte of so many that a file without links leaves of a budget, or are left out.
const TIMES_SHARE: usize = 20;
/// The same for what is alike by content.
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
        for (purpose, matrix) in std::mem::take(&mut draft.tables) {
            for (item, id) in (0..).map(ItemIx).zip(&draft.item_ids) {
                if let Some(&found) = matrix.row(item).1.iter().find(|weight| !weight.is_finite()) {
                    return Err(PackError::Number { part: purpose.name(), item: id.clone(), found });
                }
            }
            let pairs = links::pairs(&matrix, &draft.num_events);
            if purpose == Purpose::Similar {
                similar = Some(pairs);
            } else {
                pools.push((purpose, pairs));
            }
        }
        pools.sort_by_key(|(purpose, _)| *purpose);
        let classes = draft.num_events.iter().map(|&num| links::class(num)).collect();
        let by_id = Dictionary::order_of_ids(&draft.item_ids);
        let mut number_of = vec![ItemIx(0); by_id.len()];
        for (number, item) in (0..).map(ItemIx).zip(&by_id) {
            number_of[item.as_usize()] = number;
        }
        Ok(Packer { draft, classes, by_id, number_of, pools, similar })
    }

    /// How many pairs there are to choose from.
    pub fn num_pairs(&self) -> usize {
        self.pools.iter().map(|(_, pool)| pool.len()).sum()
    }

    /// The model with `num_links` links, or all that there are, in the tables of what shoppers did, with the [default tuning](Tuning).
    /// What is alike by content comes on top, all of it.
    ///
    /// # Errors
    /// [`PackError`]: the levels are none or too many, or the packed model is one that no file can hold.
    pub fn pack(&self, num_links: usize, detail: Detail) -> Result<Model, PackError> {
        self.pack_with(num_links, detail, Extras { times: true, similar: true })
    }

    fn pack_with(&self, num_links: usize, detail: Detail, extras: Extras) -> Result<Model, PackError> {
        let num_levels = detail.num_levels;
        if !(1..=MAX_LEVELS).contains(&num_levels) {
            return Err(PackError::Option { option: "num_levels", found: num_levels, least: 1, most: MAX_LEVELS });
        }
        let num_items = self.draft.item_ids.len();
        let chosen = self.choose(num_links);
        // Numbered by their ids, so that what has no links is in that order.
        let number = |item: ItemIx| self.number_of[item.as_usize()];
        let pairs = chosen.iter().flat_map(|(_, pairs)| pairs.iter());
        let edges = pairs.map(|pair| (number(pair.one), number(pair.other)));
        let order = arrange(num_items, edges);
        let old_of_new: Vec<ItemIx> = order.into_iter().map(|number| self.by_id[number.as_usize()]).collect();
        let mut new_of_old = vec![ItemIx(0); num_items];
        for (new, old) in (0..).map(ItemIx).zip(&old_of_new) {
            new_of_old[old.as_usize()] = new;
        }
        let class = |old: &ItemIx| if detail.has_classes { self.classes[old.as_usize()] } else { 0 };
        let all: Vec<u8> = (0..num_items as u32).map(|item| class(&ItemIx(item))).collect();
        let classes: Vec<u8> = old_of_new.iter().map(class).collect();
        let mut tables = Vec::with_capacity(chosen.len());
        for (purpose, pairs) in chosen {
            let (weights, levels) = links::fit(pairs, &all, num_levels);
            let links: Vec<_> = pairs
                .iter()
                .zip(levels)
                .map(|(pair, level)| (new_of_old[pair.one.as_usize()], new_of_old[pair.other.as_usize()], level))
                .collect();
            tables.push((purpose, Neighbours::from_links(&classes, &links, weights, Tuning::default().hop)?));
        }
        if let Some(pairs) = self.similar.as_ref().filter(|_| extras.similar) {
            let one_class = vec![0; num_items];
            let (weights, levels) = links::fit(pairs, &one_class, SIMILAR_LEVELS);
            let number = |item: ItemIx| new_of_old[item.as_usize()];
            let links: Vec<_> =
                pairs.iter().zip(levels).map(|(pair, level)| (number(pair.one), number(pair.other), level)).collect();
            let table = Neighbours::from_links(&one_class, &links, weights, Hop::default())?;
            tables.push((Purpose::Similar, table));
        }
        let draft = &self.draft;
        let ids: Vec<&str> = old_of_new.iter().map(|old| draft.item_ids[old.as_usize()].as_str()).collect();
        let popularity = quantise::popularity(&draft.popularity);
        let popularity: Vec<u8> = old_of_new.iter().map(|old| popularity[old.as_usize()]).collect();
        let model = Model {
            items: Dictionary::new(&ids).map_err(|item| PackError::ItemId { item, id: ids[item].to_owned() })?,
            tables,
            popularity: quantise::popularity_by_class(popularity, &classes, EXACT_POPULARITY),
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

    /// Which extras a budget has room for, by what they take of what a file without links leaves.
    fn affordable(&self, num_bytes: usize, detail: Detail) -> Result<Extras, PackError> {
        let size = |times, similar| -> Result<usize, PackError> {
            Ok(super::to_bytes(&self.pack_with(0, detail, Extras { times, similar })?)?.len())
        };
        let bare = size(false, false)?;
        let room = num_bytes.saturating_sub(bare);
        let times = size(true, false)?.saturating_sub(bare) <= room / TIMES_SHARE;
        let similar = self.similar.is_some() && size(false, true)?.saturating_sub(bare) <= room / SIMILAR_SHARE;
        Ok(Extras { times, similar })
    }

    /// The model of most links whose file has at most `num_bytes`, its bytes and its number of links.
    ///
    /// # Errors
    /// [`PackError::Size`] if not even a file without links is that small; else as [`Packer::pack`].
    pub fn pack_to_size(&self, num_bytes: usize, detail: Detail) -> Result<(Model, Vec<u8>, usize), PackError> {
        let extras = self.affordable(num_bytes, detail)?;
        let attempt = |num_links: usize| -> Result<(Model, Vec<u8>), PackError> {
            let model = self.pack_with(num_links, detail, extras)?;
            let bytes = super::to_bytes(&model)?;
            Ok((model, bytes))
        };
        let (model, bytes) = attempt(0)?;
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
            let (model, bytes) = attempt(next)?;
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

    /// The most important pairs, `num_links` in all; each table gets as many as it has items with pairs, relative to the others.
    fn choose(&self, num_links: usize) -> Vec<(Purpose, &[Pair])> {
        let num_active = |pool: &[Pair]| {
            let mut is_active = vec![false; self.classes.len()];
            for pair in pool {
                is_active[pair.one.as_usize()] = true;
                is_active[pair.other.as_usize()] = true;
            }
            is_active.iter().filter(|&&is| is).count()
        };
        let shares: Vec<usize> = self.pools.iter().map(|(_, pool)| num_active(pool)).collect();
        let whole = shares.iter().sum::<usize>().max(1);
        let mut chosen = Vec::with_capacity(self.pools.len());
        let mut left = num_links;
        for (at, ((purpose, pool), share)) in self.pools.iter().zip(&shares).enumerate() {
            let is_last = at + 1 == self.pools.len();
            let wanted = if is_last { left } else { (num_links as u128 * *share as u128 / whole as u128) as usize };
            let taken = wanted.min(pool.len());
            left -= taken.min(left);
            chosen.push((*purpose, &pool[..taken]));
        }
        chosen
    }
}

/// Sizes tried until one is near enough to the wanted one.
const MAX_ATTEMPTS: usize = 12;
