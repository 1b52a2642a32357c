//! Checks that a file can hold a model and that ranking can walk it.

#[cfg(feature = "read")]
use super::MAX_CURVE;
use super::about::{MAX_RANKING_VALUE, is_ranking_value};
use super::bytes::Expected;
use super::items::MAX_ITEMS;
use super::priors::{MAX_CATEGORIES, first_repetition};
use super::times::is_ascending;
use super::{BLOCK, Dictionary, MAX_TREND_ITEMS, MAX_TRENDS, Model, ModelError};
use crate::ItemIx;

/// Lengths of texts and lists are u16 in the file.
const MAX_LENGTH: usize = u16::MAX as usize;

impl Model {
    /// Checks that a file can hold the model and that ranking can walk it; what [`open`](Model::open) returns does
    /// pass.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] with the first thing that is wrong.
    pub fn validate(&self) -> Result<(), ModelError> {
        let num_items = self.items.len();
        at_most("items", 0, "number", num_items, MAX_ITEMS)?;
        exactly("popularity", 0, "number of items", self.popularity.len(), num_items)?;
        self.validate_ranking()?;
        self.validate_texts()?;
        let mut least = 0;
        for (at, (relation, table)) in self.tables.iter().enumerate() {
            let number = *relation as u64;
            if number < least {
                return invalid("table", at, "relation", number, Expected::AtLeast(least));
            }
            least = number + 1;
            exactly("table", at, "number of rows", table.num_items(), num_items)?;
            table.validate()?;
            if self.tables.first().is_some_and(|(_, first)| first.classes != table.classes) {
                return invalid("table", at, "classes", number, Expected::Text("those of the first table"));
            }
        }
        self.validate_order()?;
        super::markets::validate(&self.markets, num_items)?;
        super::curated::validate(&self.curated, num_items)?;
        if let Some(variants) = &self.variants {
            variants.validate(num_items)?;
        }
        self.validate_categories()?;
        self.validate_trends()?;
        self.validate_replenishment()
    }

    /// In each block items are in the order of their ids, so that the file need not tell it.
    fn validate_order(&self) -> Result<(), ModelError> {
        let ids: Vec<&str> = (0..self.items.len() as u32).map(|item| self.items.id(ItemIx(item))).collect();
        let mut least = vec![0; ids.len().div_ceil(BLOCK)];
        for item in Dictionary::order_of_ids(&ids).iter().map(|item| item.as_usize()) {
            if let Some(least) = least.get_mut(item / BLOCK) {
                if item < *least {
                    let expected = Expected::Text("one whose id comes behind the one before, within each 128 items");
                    return invalid("items", item, "its number", item as u64, expected);
                }
                *least = item + 1;
            }
        }
        Ok(())
    }

    fn validate_ranking(&self) -> Result<(), ModelError> {
        let ranking = &self.ranking;
        let lists: [(&'static str, &[f32]); 3] =
            [("decay", &ranking.decay), ("repeat", &ranking.repeat), ("event weight", &ranking.event_weights)];
        for (part, values) in lists {
            at_most(part, 0, "number of values", values.len(), MAX_LENGTH)?;
            if let Some(at) = values.iter().position(|&value| !is_ranking_value(value)) {
                let expected = Expected::AtMost(MAX_RANKING_VALUE as u64);
                let bits = values.get(at).map_or(0, |value| value.to_bits());
                return invalid(part, at, "value, as bits,", bits.into(), expected);
            }
        }
        Ok(())
    }

    fn validate_texts(&self) -> Result<(), ModelError> {
        at_most("trainer version", 0, "number of bytes", self.about.trainer_version.len(), MAX_LENGTH)?;
        let hyperparameters = self.about.hyperparameters.iter().map(|(name, value)| (name, *value));
        figures("hyper-parameter", hyperparameters)?;
        #[cfg(feature = "read")]
        self.validate_curves()?;
        figures("measurement", self.measurements.iter().map(|one| (&one.name, one.value)))
    }

    #[cfg(feature = "read")]
    fn validate_curves(&self) -> Result<(), ModelError> {
        let curves = &self.about.curves;
        for (at, (relation, points)) in curves.iter().enumerate() {
            if curves.iter().take(at).any(|(of, _)| of == relation) {
                return invalid(
                    "curve of tuning",
                    at,
                    "its relation",
                    *relation as u64,
                    Expected::Text("one of its own"),
                );
            }
            at_most("curve of tuning", at, "number of points", points.len(), MAX_CURVE)?;
            if let Some((_, objective)) = points.iter().find(|(_, objective)| !objective.is_finite()) {
                let bits = objective.to_bits().into();
                return invalid(
                    "curve of tuning",
                    at,
                    "an objective, as bits,",
                    bits,
                    Expected::Text("a finite number"),
                );
            }
        }
        Ok(())
    }

    fn validate_trends(&self) -> Result<(), ModelError> {
        let days: Vec<u16> = self.trends.iter().map(|trend| trend.days).collect();
        at_most("trends", 0, "number", days.len(), MAX_TRENDS)?;
        if !is_ascending(&days) {
            return invalid("trends", 0, "number of days", 0, Expected::Text("ascending from 1"));
        }
        for trend in &self.trends {
            at_most("trend of days", trend.days.into(), "number of items", trend.items.len(), MAX_TREND_ITEMS)?;
            ascending("trend", self.num_items(), trend.items.iter().map(|of| of.0.as_usize()))?;
        }
        Ok(())
    }

    fn validate_replenishment(&self) -> Result<(), ModelError> {
        let num_categories = self.categories.as_ref().map_or(0, |categories| categories.names.len());
        let (items, categories) = (&self.replenishment, &self.category_replenishment);
        ascending("replenishment", self.num_items(), items.iter().map(|of| of.0.as_usize()))?;
        ascending("replenishment by category", num_categories, categories.iter().map(|of| of.0.0.into()))?;
        let mut days = items.iter().map(|of| of.1).chain(categories.iter().map(|of| of.1));
        match days.position(|days| days == 0) {
            Some(at) => invalid("replenishment", at, "number of days", 0, Expected::AtLeast(1)),
            None => Ok(()),
        }
    }

    fn validate_categories(&self) -> Result<(), ModelError> {
        let Some(categories) = &self.categories else { return Ok(()) };
        let num_names = categories.names.len();
        at_most("categories", 0, "number", num_names, MAX_CATEGORIES)?;
        for (at, name) in categories.names.iter().enumerate() {
            at_most("category", at, "number of bytes in the name", name.len(), MAX_LENGTH)?;
        }
        if let Some(at) = first_repetition(&categories.names) {
            return invalid("category", at, "its name", at as u64, Expected::Text("one that no other has"));
        }
        exactly("categories", 0, "number of items", categories.of_item.len(), self.num_items())?;
        for (at, category) in categories.of_item.iter().enumerate() {
            if let Some(category) = category {
                let most = num_names.saturating_sub(1);
                at_most("category of item", at, "number", category.0.into(), most)?;
                if num_names == 0 {
                    return invalid("category of item", at, "number", category.0.into(), Expected::Text("none"));
                }
            }
        }
        Ok(())
    }
}

fn ascending(part: &'static str, below: usize, numbers: impl Iterator<Item = usize>) -> Result<(), ModelError> {
    let mut least = 0;
    for (at, number) in numbers.enumerate() {
        if number < least || number >= below {
            return invalid(part, at, "number", number as u64, Expected::Text("an ascending one that there is"));
        }
        least = number + 1;
    }
    Ok(())
}

fn figures<'a>(part: &'static str, figures: impl Iterator<Item = (&'a String, f64)>) -> Result<(), ModelError> {
    for (at, (name, value)) in figures.enumerate() {
        at_most(part, at, "position", at, MAX_LENGTH - 1)?;
        at_most(part, at, "number of bytes in the name", name.len(), MAX_LENGTH)?;
        if !value.is_finite() {
            return invalid(part, at, "value, as bits,", value.to_bits(), Expected::Text("a finite number"));
        }
    }
    Ok(())
}

fn at_most(part: &'static str, at: usize, what: &'static str, found: usize, most: usize) -> Result<(), ModelError> {
    if found <= most {
        return Ok(());
    }
    invalid(part, at, what, found as u64, Expected::AtMost(most as u64))
}

fn exactly(part: &'static str, at: usize, what: &'static str, found: usize, wanted: usize) -> Result<(), ModelError> {
    if found == wanted {
        return Ok(());
    }
    invalid(part, at, what, found as u64, Expected::Exactly(wanted as u64))
}

#[cold]
fn invalid(
    part: &'static str,
    at: usize,
    what: &'static str,
    found: u64,
    expected: Expected,
) -> Result<(), ModelError> {
    Err(ModelError::Invalid { part, at: at as u64, what, found, expected })
}
