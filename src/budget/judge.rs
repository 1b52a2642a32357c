//! Ranks held-out events with a packed model: what tuning climbs on, and what the curve of sizes shows.

use crate::ItemIx;
use crate::eval::{Rankers, metrics};
use crate::learn::HeldOut;
use crate::model::{Measurement, Model, Purpose};
use crate::rank::{HistoryEvent, Options};
use rayon::prelude::*;

/// Cut-off of all figures.
pub const AT: usize = 20;

/// Figures of one view at a cut-off of [`AT`], each in 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// How many events were ranked.
    pub num_examples: usize,
    /// Share of lists that hold the target.
    pub hit_rate: f64,
    /// Mean of 1 / rank of the target, 0 without it.
    pub mrr: f64,
    /// Mean of 1 / log2(rank + 1), 0 without it.
    pub ndcg: f64,
    /// Share of the model's items that are in a list.
    pub coverage: f64,
}

/// Figures of both views; baskets have discovery alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Every target; lists may hold items of the history.
    pub all_targets: Option<View>,
    /// Targets that are new; lists never hold an item of the history.
    pub discovery: View,
}

impl Quality {
    /// The mean over the views of HitRate@20 + MRR@20.
    pub fn objective(&self) -> f64 {
        let value = |view: &View| view.hit_rate + view.mrr;
        match &self.all_targets {
            Some(all) => (value(all) + value(&self.discovery)) / 2.0,
            None => value(&self.discovery),
        }
    }
}

impl Quality {
    /// The figures that go into the file, by name; the names depend on the purpose alone.
    pub fn measurements(&self, purpose: Purpose) -> Vec<Measurement> {
        let named = |name: &str, value| Measurement { name: format!("{}: {name}@{AT}", purpose.key()), value };
        let mut measurements = Vec::new();
        if let Some(all) = &self.all_targets {
            measurements.extend([named("HitRate", all.hit_rate), named("MRR", all.mrr)]);
        }
        let View { hit_rate, mrr, .. } = self.discovery;
        measurements.extend([named("discovery HitRate", hit_rate), named("discovery MRR", mrr)]);
        measurements
    }
}

/// A held-out event in the numbers of one model.
struct Example {
    /// Newest first.
    history: Vec<HistoryEvent>,
    target: ItemIx,
    is_new: bool,
}

/// Held-out events of one purpose in the numbers of one model.
pub(super) struct Judge {
    purpose: Purpose,
    examples: Vec<Example>,
}

impl Judge {
    /// `item_ids` are the ids of the log that `held_out` speaks of; the model knows them all.
    pub(super) fn new(purpose: Purpose, held_out: &HeldOut, item_ids: &[String], model: &Model) -> Judge {
        let numbers: Vec<ItemIx> = item_ids.iter().map(|id| model.items.item(id).unwrap_or(ItemIx(u32::MAX))).collect();
        let examples = held_out.examples.iter().map(|example| Example {
            history: example
                .history
                .iter()
                .map(|&(item, kind)| HistoryEvent { item: numbers[item.as_usize()], kind })
                .collect(),
            target: numbers[example.target.as_usize()],
            is_new: example.is_new,
        });
        Judge { purpose, examples: examples.collect() }
    }

    /// Ranks all examples; the same for any number of threads.
    pub(super) fn measure(&self, model: &Model) -> Quality {
        let rankers = Rankers::new(model);
        let all_targets = (self.purpose == Purpose::Next).then(|| self.view(model, &rankers, true));
        Quality { all_targets, discovery: self.view(model, &rankers, false) }
    }

    fn view(&self, model: &Model, rankers: &Rankers, repeats: bool) -> View {
        let options = Options { k: AT, repeats, ..Options::default() };
        let chosen: Vec<&Example> = self.examples.iter().filter(|example| repeats || example.is_new).collect();
        let lists: Vec<(Option<usize>, Vec<ItemIx>)> = chosen
            .par_chunks(128)
            .flat_map_iter(|chunk| {
                rankers.with(|model, ranker| {
                    let mut rank = |example: &&Example| {
                        let listed = match self.purpose {
                            Purpose::Next => ranker.for_you(model, &example.history, &options, &mut |_| true),
                            Purpose::Together => {
                                let items: Vec<ItemIx> = example.history.iter().map(|event| event.item).collect();
                                ranker.bought_together(model, &items, &options, &mut |_| true)
                            }
                        };
                        let listed: Vec<ItemIx> = listed.into_iter().map(|ranked| ranked.item).collect();
                        (listed.iter().position(|&item| item == example.target).map(|at| at + 1), listed)
                    };
                    chunk.iter().map(&mut rank).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut is_listed = vec![false; model.num_items()];
        lists.iter().flat_map(|(_, list)| list).for_each(|item| is_listed[item.as_usize()] = true);
        let mean = |metric: &dyn Fn(&[usize]) -> f64| {
            let sum: f64 = lists.iter().map(|(rank, _)| metric(rank.as_slice())).sum();
            sum / lists.len().max(1) as f64
        };
        View {
            num_examples: lists.len(),
            hit_rate: mean(&|ranks| metrics::hit_rate(ranks, AT)),
            mrr: mean(&|ranks| metrics::reciprocal_rank(ranks, AT)),
            ndcg: mean(&|ranks| metrics::ndcg(ranks, 1, AT)),
            coverage: is_listed.iter().filter(|&&is| is).count() as f64 / is_listed.len().max(1) as f64,
        }
    }
}
