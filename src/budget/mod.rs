//! Searches for the best model of a given size: packs candidates and scores them on held-out events.
//!
//! A draft is learnt twice: from all sessions, for the model that ships, and without the newest ones, which are then
//! ranked. Packed with as many links, the second predicts the quality of the first; the [`Tuning`] found with it is
//! used for both. Test events are never looked at.

mod evaluator;

use crate::learn::{HeldOut, Optimum, optimise};
use crate::measure::Quality;
use crate::model::{Measurement, Model, Relation};
use crate::pack::{self, Arrangement, Detail, Draft, PackError, Packer, Tuning};
use crate::{Progress, Random};
use evaluator::{Evaluator, Half};

/// Objectives this close are a tie, which goes to the detail that suits its number of links.
const NO_DIFFERENCE: f64 = 0.001;

/// Size of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Bytes of the whole file.
    Bytes(usize),
    /// Links of all tables together.
    Links(usize),
    /// At least so many links, and more if they fit a file of so many bytes: for small catalogues, whose links take few
    /// bytes.
    AtLeast {
        /// Links of all tables together.
        links: usize,
        /// Bytes of the whole file.
        bytes: usize,
    },
}

/// Settings of the search for what packing leaves open.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Details to choose from; if empty, the one that suits the number of links.
    pub details: Vec<Detail>,
    /// Tunings tried for each table; 0 keeps the default one.
    pub evaluations: usize,
    /// Seed of the search.
    pub seed: u64,
}

/// A packed model, and the search for it.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The model.
    pub model: Model,
    /// Its file.
    pub bytes: Vec<u8>,
    /// Links of all tables together.
    pub num_links: usize,
    /// Detail of the weights.
    pub detail: Detail,
    /// Quality on held-out events, of a model with as many links that was learnt without them; empty if none were held
    /// out.
    pub quality: Vec<(Relation, Quality)>,
    /// Objective of each table on the same events before it is packed, as in [`HeldOut`].
    pub unpacked: Vec<(Relation, f64)>,
    /// Result of tuning by relation, with its course: evaluations after which a better objective was found, and the
    /// objective.
    pub tunings: Vec<(Relation, Optimum<Tuning>)>,
}

/// Loss of a table's objective on held-out events by packing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The table.
    pub relation: Relation,
    /// The objective before packing.
    pub unpacked: f64,
    /// The objective of what is in the file.
    pub packed: f64,
}

impl Packed {
    /// Returns the tables that lost more by packing than chance explains: two binomial standard errors of the share of
    /// hits, which is more than the difference that chance makes between two rankings of the same events.
    pub fn losses(&self) -> Vec<Loss> {
        let loss = |(&(relation, unpacked), (_, quality)): (&(Relation, f64), &(Relation, Quality))| {
            let loss = Loss { relation, unpacked, packed: quality.objective() };
            (loss.unpacked - loss.packed > 2.0 * quality.standard_error()).then_some(loss)
        };
        self.unpacked.iter().zip(&self.quality).filter_map(loss).collect()
    }
}

/// A draft that can be packed at any size, beside one that has not seen the held-out events.
pub struct BudgetPacker {
    packer: Packer,
    held_out: Option<(Packer, Vec<(Relation, HeldOut)>)>,
    item_ids: Vec<String>,
}

impl BudgetPacker {
    /// Prepares a draft. `held_out` is that of [`Learnt`](crate::learn::Learnt); without it nothing is tuned or
    /// measured.
    ///
    /// # Errors
    /// As [`Packer::new`].
    pub fn new(mut draft: Draft, mut held_out: Vec<(Relation, HeldOut)>) -> Result<BudgetPacker, PackError> {
        let item_ids = draft.item_ids.clone();
        // Room for figures that are known only with the size.
        if !held_out.is_empty() {
            draft.measurements = measurements(
                &held_out.iter().map(|(of, one)| (*of, Quality::blank(one.views, one.are_baskets))).collect::<Vec<_>>(),
            );
        }
        draft.about.hyperparameters.extend(held_out.iter().flat_map(|(of, _)| constants(*of, &Tuning::default())));
        let num_events = held_out.first().map(|(_, first)| first.num_events.clone());
        let tables = held_out.iter_mut().map(|(relation, one)| (*relation, std::mem::take(&mut one.matrix))).collect();
        let older =
            num_events.map(|num_events| Packer::new(Draft { tables, num_events, ..draft_without_tables(&draft) }));
        let older = older.transpose()?;
        Ok(BudgetPacker { packer: Packer::new(draft)?, held_out: older.map(|packer| (packer, held_out)), item_ids })
    }

    /// Returns the number of pairs of items to choose from.
    pub fn num_pairs(&self) -> usize {
        self.packer.num_pairs()
    }

    /// Packs what the budget allows, with the detail and the tuning that rank held-out events best.
    ///
    /// # Errors
    /// As [`Packer::pack_to_size`].
    pub fn spend(&self, budget: Budget, settings: &Settings, progress: &dyn Progress) -> Result<Packed, PackError> {
        let packed = self.choose(budget, settings)?;
        let Some((older, held_out)) = &self.held_out else { return Ok(packed) };
        if settings.evaluations == 0 {
            return Ok(packed);
        }
        let mut model = older.pack_for_ranking(packed.num_links, packed.detail)?;
        let mut tunings = Vec::new();
        for (relation, held_out) in held_out {
            let evaluator = Evaluator::new(*relation, held_out, &self.item_ids, &model);
            let found = tune(&evaluator, *relation, settings, progress);
            model = found.best.apply(*relation, &model)?;
            tunings.push((*relation, found));
        }
        let quality = self.measure(held_out, &model);
        let mut model = packed.model;
        for (relation, found) in &tunings {
            model = found.best.apply(*relation, &model)?;
            for (name, value) in constants(*relation, &found.best) {
                let named = model.about.hyperparameters.iter_mut().filter(|(other, _)| *other == name);
                named.for_each(|(_, to)| *to = value);
            }
        }
        model.measurements = measurements(&quality);
        let bytes = pack::to_bytes(&model)?;
        Ok(Packed { model, bytes, quality, tunings, ..packed })
    }

    /// Ranks the held-out events with a model.
    fn measure(&self, held_out: &[(Relation, HeldOut)], model: &Model) -> Vec<(Relation, Quality)> {
        let of_table = |(relation, held_out): &(Relation, HeldOut)| {
            (*relation, Evaluator::new(*relation, held_out, &self.item_ids, model).measure())
        };
        held_out.iter().map(of_table).collect()
    }

    /// Packs with the best of some details, without tuning.
    fn choose(&self, budget: Budget, settings: &Settings) -> Result<Packed, PackError> {
        let mut arrangement = None;
        // What will be tuned is measured then.
        let is_measured = settings.evaluations == 0 || settings.details.len() > 1;
        let suiting = |num_links: usize| Detail::for_links(num_links, self.item_ids.len());
        let Some((&first, others)) = settings.details.split_first() else {
            // With details that are alike in bytes as many links fit, up to some per cent.
            let links = match budget {
                Budget::Links(links) | Budget::AtLeast { links, .. } => links.min(self.num_pairs()),
                Budget::Bytes(num_bytes) => self.packer.pack_to_size(num_bytes, Detail::MEDIUM, &mut arrangement)?.2,
            };
            return self.pack(budget, suiting(links), is_measured, &mut arrangement);
        };
        let value = |packed: &Packed| {
            let objective = packed.quality.first().map_or(0.0, |(_, quality)| quality.objective());
            if packed.detail == suiting(packed.num_links) { objective + NO_DIFFERENCE } else { objective }
        };
        let mut pack = |detail| self.pack(budget, detail, is_measured, &mut arrangement);
        let mut best = pack(first)?;
        for &detail in others {
            let packed = pack(detail)?;
            if value(&packed) >= value(&best) {
                best = packed;
            }
        }
        Ok(best)
    }

    /// Packs without tuning, and measures if wanted.
    fn pack(
        &self,
        budget: Budget,
        detail: Detail,
        is_measured: bool,
        arrangement: &mut Option<Arrangement>,
    ) -> Result<Packed, PackError> {
        let (mut model, mut bytes, num_links) = match budget {
            Budget::Bytes(num_bytes) => self.packer.pack_to_size(num_bytes, detail, arrangement)?,
            Budget::Links(num_links) => {
                let num_links = num_links.min(self.num_pairs());
                let model = self.packer.pack(num_links, detail)?;
                let bytes = pack::to_bytes(&model)?;
                (model, bytes, num_links)
            }
            Budget::AtLeast { links, bytes } => self.packer.pack_at_least(links, bytes, detail, arrangement)?,
        };
        let (mut quality, mut unpacked) = (Vec::new(), Vec::new());
        if let Some((older, held_out)) = &self.held_out {
            unpacked = held_out.iter().map(|(relation, held_out)| (*relation, held_out.objective)).collect();
            if is_measured {
                quality = self.measure(held_out, &older.pack_for_ranking(num_links, detail)?);
            }
        }
        if !quality.is_empty() {
            model.measurements = measurements(&quality);
            bytes = pack::to_bytes(&model)?;
        }
        Ok(Packed { model, bytes, num_links, detail, quality, unpacked, tunings: Vec::new() })
    }
}

fn measurements(quality: &[(Relation, Quality)]) -> Vec<Measurement> {
    quality.iter().flat_map(|(relation, quality)| quality.measurements(relation.key())).collect()
}

/// Returns the result of tuning by name, for people to read; ranking reads it from the tables.
fn constants(relation: Relation, tuning: &Tuning) -> Vec<(String, f64)> {
    let named = |name: &str, value| (format!("{}.{name}", relation.key()), value);
    let mut constants = vec![
        named("level_power", tuning.level_power),
        named("direction_power", tuning.direction_power),
        named("hop_share", tuning.hop.share.into()),
    ];
    if relation == Relation::Next {
        constants.extend([named("decay_power", tuning.decay_power), named("repeat_scale", tuning.repeat_scale)]);
    }
    constants
}

fn draft_without_tables(draft: &Draft) -> Draft {
    Draft {
        item_ids: draft.item_ids.clone(),
        tables: Vec::new(),
        popularity: draft.popularity.clone(),
        num_events: Vec::new(),
        ranking: draft.ranking.clone(),
        categories: None,
        about: draft.about.clone(),
        privacy: draft.privacy,
        trends: Vec::new(),
        replenishment: Vec::new(),
        category_replenishment: Vec::new(),
        variants: Vec::new(),
        curated: Vec::new(),
        markets: Vec::new(),
        measurements: Vec::new(),
    }
}

/// Searches from the default tuning of one table on the older half of the events, and keeps the result only if it ranks
/// the newer half better, too. A few thousand events cannot distinguish small changes of so many parts from chance: on
/// two halves of Diginetica's, four of four searches ended worse on the other half than they had started.
fn tune(
    evaluator: &Evaluator<'_>,
    relation: Relation,
    settings: &Settings,
    progress: &dyn Progress,
) -> Optimum<Tuning> {
    progress.start(&format!("{}: packing", relation.key()), settings.evaluations as u64);
    let [older, newer] = evaluator.halves();
    // What leaves the range of a file is worth nothing.
    let value = |tuning: &Tuning, half: &Half<'_>| half.objective(tuning).unwrap_or(0.0);
    let mut random = Random::new(settings.seed);
    let mutate = |tuning: &Tuning, step: f64, random: &mut Random| {
        let mut tuning = *tuning;
        for _ in 0..1 + random.below(3) {
            let part = random.below(Tuning::NUM_PARTS);
            tuning.vary(part, step, random.normal());
        }
        tuning
    };
    let start = Tuning::default();
    let mut best = f64::NEG_INFINITY;
    let mut found = optimise(start, settings.evaluations, &mut random, mutate, |tuning| {
        let objective = value(tuning, &older);
        progress.advance(1);
        if objective > best {
            best = objective;
            progress.found(&format!("best {best:.4}"));
        }
        objective
    });
    if value(&found.best, &newer) <= value(&start, &newer) {
        found.curve.truncate(1);
        found.best = start;
        found.value = found.curve.first().map_or(0.0, |&(_, value)| value);
    }
    progress.finish(&format!("objective {:.4}", found.value));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{EventLog, Sessions};
    use crate::learn;
    use crate::measure::ViewQuality;
    use crate::train::{TrainOptions, Trainer};
    use crate::{EventKind, ItemIx, Silent};

    /// Shoppers who walk upwards through 300 items, buying what they saw last and its successor.
    fn log() -> EventLog {
        let mut sessions = Sessions::new(true);
        for session in 0..900u32 {
            let first = session * 37 % 290;
            let kind = |step| if step < 3 { EventKind::View } else { EventKind::Purchase };
            let events = (0..5).map(|step| (ItemIx(first + step * (1 + session % 2)), kind(step)));
            sessions.push(events, session, None);
        }
        EventLog { item_ids: (0..300).map(|item| format!("sku-{item:04}")).collect(), sessions, ..EventLog::default() }
    }

    fn packer(keep_held_out: bool) -> BudgetPacker {
        let learning = learn::Settings { tune: false, keep_held_out, min_shoppers: 1, ..learn::Settings::default() };
        let options = TrainOptions { learning, ..TrainOptions::default() };
        Trainer::new(options).learn(&log(), None, &Silent).unwrap().into_packer()
    }

    fn settings(evaluations: usize) -> Settings {
        Settings { details: vec![Detail::BARE, Detail::MEDIUM], evaluations, seed: 1 }
    }

    #[test]
    fn tuning_is_worth_something_on_held_out_events_and_costs_no_byte() {
        let packer = packer(true);
        let untuned = packer.spend(Budget::Bytes(2500), &settings(0), &Silent).unwrap();
        let tuned = packer.spend(Budget::Bytes(2500), &settings(15), &Silent).unwrap();
        assert_eq!((tuned.bytes.len(), tuned.num_links), (untuned.bytes.len(), untuned.num_links));
        assert!(tuned.bytes.len() <= 2500);
        assert_eq!(tuned.tunings.len(), 2);
        for ((_, before), (_, after)) in untuned.quality.iter().zip(&tuned.quality) {
            assert!(after.objective() >= before.objective());
        }
        assert_eq!(Model::open(&tuned.bytes).unwrap(), tuned.model);
        let found: Vec<f64> = tuned.model.measurements.iter().map(|one| one.value).collect();
        let [(Relation::Next, next), (Relation::Together, together)] = tuned.quality[..] else {
            panic!("{:?}", tuned.quality)
        };
        let all = next.all_targets.unwrap();
        let of = |view: ViewQuality| [view.recall, view.mrr];
        assert_eq!(found, [of(all), of(next.discovery), of(together.discovery)].concat());
        let hop = tuned.model.about.hyperparameters.iter().find(|(name, _)| name == "next.hop_share").unwrap();
        assert_eq!(hop.1, f64::from(tuned.tunings[0].1.best.hop.share));
    }

    #[test]
    fn a_loss_is_told_if_chance_does_not_explain_it() {
        let packer = packer(true);
        let losses = |num_links| packer.spend(Budget::Links(num_links), &settings(0), &Silent).unwrap().losses();
        // 90 of 300 walks upwards are foreseen by three links at the most.
        let [next, ..] = losses(3)[..] else { panic!("no loss") };
        assert_eq!(next.relation, Relation::Next);
        assert!(next.unpacked > next.packed + 0.2, "{next:?}");
        assert_eq!(losses(3000), []);
    }

    #[test]
    fn a_small_catalogue_has_all_the_links_that_bytes_have_room_for() {
        let packer = packer(false);
        let spend = |budget| packer.spend(budget, &settings(0), &Silent).unwrap();
        let few = spend(Budget::Links(100));
        let with = |bytes| spend(Budget::AtLeast { links: 100, bytes });
        let tight = with(few.bytes.len());
        assert_eq!(tight.num_links, 100);
        let wide = with(2500);
        assert!(wide.num_links > 100 && wide.bytes.len() <= 2500, "{} links", wide.num_links);
        assert_eq!(with(1 << 20).num_links, packer.num_pairs());
    }

    #[test]
    fn the_same_seed_finds_the_same() {
        let packer = packer(true);
        let bytes = |seed| {
            let settings = Settings { seed, ..settings(8) };
            packer.spend(Budget::Links(600), &settings, &Silent).unwrap().bytes
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    #[test]
    fn without_held_out_events_the_detail_is_taken_that_suits_the_links() {
        let spend = |num_links| {
            let settings = Settings { details: Vec::new(), ..settings(9) };
            packer(false).spend(Budget::Links(num_links), &settings, &Silent).unwrap()
        };
        // 2 and 5 links an item.
        assert_eq!([spend(600).detail, spend(1500).detail], [Detail::COARSE, Detail::MEDIUM]);
        let packed = spend(600);
        assert_eq!(packed.num_links, 600);
        assert!(packed.quality.is_empty() && packed.tunings.is_empty());
        let error = packer(false).spend(Budget::Bytes(10), &settings(0), &Silent).unwrap_err();
        assert!(matches!(error, PackError::Size { wanted: 10, .. }));
    }
}
