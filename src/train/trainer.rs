//! The trainer.

use super::about::about;
use super::error::TrainError;
use super::learnt_model::LearntModel;
use super::options::{CuratedPair, TrainOptions};
use super::products::products_of;
use crate::ItemIx;
use crate::Progress;
use crate::budget::Packed;
use crate::catalog::Catalog;
use crate::events::EventLog;
use crate::learn::{Content, Description, Times, learn_with, popularity_by_market};
use crate::model::{Categories, Curated, Relation};
use crate::pack::Draft;
use std::collections::HashMap;

/// Trains models: options, an event log and a catalogue in, a packed model out.
#[derive(Clone, Debug, Default)]
pub struct Trainer {
    options: TrainOptions,
}

impl Trainer {
    /// Makes a trainer.
    pub fn new(options: TrainOptions) -> Trainer {
        Trainer { options }
    }

    /// Trains a model. The same log and options give the same bytes for any number of threads.
    ///
    /// The catalogue fills the rows of new items, and gives their categories. Where it or the log groups variants, products
    /// are the items of the model.
    ///
    /// # Errors
    /// [`TrainError`] if nothing can be learnt from the log, or no model is as small as the budget.
    pub fn train(
        &self,
        log: &EventLog,
        catalog: Option<&Catalog>,
        progress: &dyn Progress,
    ) -> Result<Packed, TrainError> {
        self.learn(log, catalog, progress)?.pack(progress)
    }

    /// Learns a model without packing it; the log is no longer needed after that.
    ///
    /// # Errors
    /// [`TrainError`] if nothing can be learnt from the log, or its items cannot be packed.
    pub fn learn(
        &self,
        log: &EventLog,
        catalog: Option<&Catalog>,
        progress: &dyn Progress,
    ) -> Result<LearntModel, TrainError> {
        let TrainOptions { learning, parts, similar, group_variants, .. } = &self.options;
        let products = if *group_variants { products_of(log, catalog)? } else { None };
        let (log, catalog, variants) = match &products {
            Some(products) => (&products.log, products.catalog.as_ref(), products.variants.clone()),
            None => (log, catalog, Vec::new()),
        };
        if let Some(found) = log.markets.as_ref().map(|markets| markets.names.len()).filter(|&found| found > 255) {
            return Err(TrainError::Markets { found });
        }
        let (categories, num_without_category) = match catalog.filter(|_| parts.categories) {
            Some(catalog) => categories(catalog, log)?,
            None => (None, 0),
        };
        let content = catalog.map(|catalog| Content::new(descriptions(catalog, &log.item_ids)));
        let mut learnt = learn_with(log, content.as_ref(), learning, progress)?;
        learnt.ranking.event_weights = self.options.event_weights.unwrap_or(learnt.ranking.event_weights);
        if let Some(content) = content.as_ref().filter(|_| *similar > 0) {
            learnt.tables.push((Relation::Similar, content.similar(*similar)));
        }
        learnt.hyperparameters.extend(self.options.read_with.iter().cloned());
        let times = match parts.times {
            true => Times::of(log, categories.as_ref(), learning.threshold()),
            false => Times::default(),
        };
        let draft = Draft {
            about: about(log, &mut learnt, learning.seed, parts.curves),
            item_ids: log.item_ids.clone(),
            tables: learnt.tables,
            popularity: learnt.popularity,
            num_events: learnt.num_events,
            ranking: learnt.ranking,
            categories,
            privacy: learnt.privacy,
            trends: times.trends,
            replenishment: times.replenishment,
            category_replenishment: times.category_replenishment,
            curated: curated(&self.options.curated, &log.item_ids, &variants)?,
            markets: popularity_by_market(log, learning.threshold()),
            variants,
            measurements: learnt.measurements,
        };
        let (similarities, curves) = (learnt.similarities, learnt.curves);
        let mut model = LearntModel::new(draft, learnt.held_out, &self.options)?;
        (model.similarities, model.curves) = (similarities, curves);
        model.num_without_category = num_without_category;
        Ok(model)
    }
}

/// Returns the categories of the log's items, `None` if the catalogue has none of them, and the number of items
/// without.
fn categories(catalog: &Catalog, log: &EventLog) -> Result<(Option<Categories>, usize), TrainError> {
    let categories = catalog.categories(&log.item_ids)?;
    let num_without = categories.of_item.iter().filter(|category| category.is_none()).count();
    Ok((Some(categories).filter(|categories| !categories.names.is_empty()), num_without))
}

/// Returns the curated pairs by number; pairs that are given twice, or of one product, count once or not.
fn curated(
    pairs: &[CuratedPair],
    item_ids: &[String],
    variants: &[(String, ItemIx, u64)],
) -> Result<Vec<Curated>, TrainError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers: HashMap<&str, ItemIx> = item_ids.iter().map(String::as_str).zip((0..).map(ItemIx)).collect();
    numbers.extend(variants.iter().map(|(id, item, _)| (id.as_str(), *item)));
    let mut curated = Vec::with_capacity(pairs.len());
    for CuratedPair { relation, item, other } in pairs {
        let number = |id: &String| {
            numbers.get(id.as_str()).copied().ok_or_else(|| TrainError::Curated {
                item: item.clone(),
                other: other.clone(),
                unknown: id.clone(),
            })
        };
        let pair = Curated { relation: *relation, item: number(item)?, other: number(other)? };
        if pair.item != pair.other && !curated.contains(&pair) {
            curated.push(pair);
        }
    }
    Ok(curated)
}

/// Returns the description of each item in a catalogue; `None` for items that the catalogue lacks.
pub fn descriptions<'c>(catalog: &'c Catalog, item_ids: &[String]) -> Vec<Option<Description<'c>>> {
    let describe = |id: &String| {
        let product = catalog.product(id)?;
        Some(Description {
            title: product.title.as_deref(),
            category: product.category.as_deref(),
            brand: product.brand.as_deref(),
            price: product.price,
        })
    };
    item_ids.iter().map(describe).collect()
}
