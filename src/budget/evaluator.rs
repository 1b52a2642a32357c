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
    /// Mean share of what came next that is in the list; where that is one item, this is the HitRate.
    pub recall: f64,
    /// Mean of 1 / rank of the first item that came next, 0 without one.
    pub mrr: f64,
    /// Normalised discounted cumulative gain.
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
    /// Whether baskets are foreseen: then order is judged by NDCG, else by MRR.
    pub are_baskets: bool,
}

impl Quality {
    /// The mean over the views of recall and order: HitRate@20 + MRR@20, or for baskets Recall@20 + NDCG@20.
    pub fn objective(&self) -> f64 {
        let value = |view: &View| view.recall + if self.are_baskets { view.ndcg } else { view.mrr };
        match &self.all_targets {
            Some(all) => (value(all) + value(&self.discovery)) / 2.0,
            None => value(&self.discovery),
        }
    }

    /// The binomial standard error of the share of hits among new targets, of which there are fewest.
    pub fn standard_error(&self) -> f64 {
        let View { recall, num_examples, .. } = self.discovery;
        (recall * (1.0 - recall) / num_examples.max(1) as f64).sqrt()
    }
}

impl Quality {
    /// The figures that go into the file, by name; the names depend on the purpose alone.
    pub fn measurements(&self, purpose: Purpose) -> Vec<Measurement> {
        let of_view = |view: &str, figures: &View| {
            let figures = match self.are_baskets {
                false => [("HitRate", figures.recall), ("MRR", figures.mrr)],
                true => [("basket Recall", figures.recall), ("basket NDCG", figures.ndcg)],
            };
            let name = |metric| format!("{}: {view}{metric}@{AT}", purpose.key());
            figures.map(|(metric, value)| Measurement { name: name(metric), value })
        };
        let all = self.all_targets.iter().flat_map(|all| of_view("", all));
        all.chain(of_view("discovery ", &self.discovery)).collect()
    }
}

/// A held-out event in the numbers of one model.
#[derive(Clone)]
struct Example {
    /// Newest first.
    history: Vec<HistoryEvent>,
    targets: Vec<ItemIx>,
    new_targets: Vec<ItemIx>,
}

/// Events of all histories together, at most: a second hop is worked out for each of them, again and again.
const MAX_HISTORY_EVENTS: usize = 60_000;

/// As many examples, evenly spread, as stay below [`MAX_HISTORY_EVENTS`].
fn thin_out(examples: Vec<Example>) -> Vec<Example> {
    let num_events: usize = examples.iter().map(|example| example.history.len()).sum();
    if num_events <= MAX_HISTORY_EVENTS {
        return examples;
    }
    let (num, kept) = (examples.len(), examples.len() * MAX_HISTORY_EVENTS / num_events);
    let is_kept = |at: usize| (at + 1) * kept / num > at * kept / num;
    examples.into_iter().enumerate().filter(|(at, _)| is_kept(*at)).map(|(_, example)| example).collect()
}

/// Held-out events of one purpose in the numbers of one model.
pub(super) struct Judge {
    purpose: Purpose,
    are_baskets: bool,
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
            targets: example.targets.iter().map(|target| numbers[target.item.as_usize()]).collect(),
            new_targets: example
                .targets
                .iter()
                .filter(|target| target.is_new)
                .map(|target| numbers[target.item.as_usize()])
                .collect(),
        });
        let examples = thin_out(examples.collect());
        Judge { purpose, are_baskets: held_out.are_baskets, examples }
    }

    /// The older and the newer half of the events.
    pub(super) fn halves(&self) -> [Judge; 2] {
        let (older, newer) = self.examples.split_at(self.examples.len() / 2);
        [older, newer].map(|examples| Judge { examples: examples.to_vec(), ..*self })
    }

    /// Ranks all examples; the same for any number of threads.
    pub(super) fn measure(&self, model: &Model) -> Quality {
        let rankers = Rankers::new(model);
        let all_targets = (self.purpose == Purpose::Next).then(|| self.view(model, &rankers, true));
        Quality { all_targets, discovery: self.view(model, &rankers, false), are_baskets: self.are_baskets }
    }

    fn view(&self, model: &Model, rankers: &Rankers, repeats: bool) -> View {
        let options = Options { k: AT, repeats, ..Options::default() };
        fn wanted(example: &Example, repeats: bool) -> &[ItemIx] {
            if repeats { &example.targets } else { &example.new_targets }
        }
        let chosen: Vec<&Example> =
            self.examples.iter().filter(|example| !wanted(example, repeats).is_empty()).collect();
        let lists: Vec<(Vec<usize>, usize, Vec<ItemIx>)> = chosen
            .par_chunks(128)
            .flat_map_iter(|chunk| {
                rankers.with(|model, ranker| {
                    let mut rank = |example: &&Example| {
                        let listed = match self.purpose {
                            Purpose::Next => ranker.for_you(model, &example.history, &options, &mut |_| true),
                            Purpose::Together | Purpose::Similar => {
                                let items: Vec<ItemIx> = example.history.iter().map(|event| event.item).collect();
                                ranker.bought_together(model, &items, &options, &mut |_| true)
                            }
                        };
                        let listed: Vec<ItemIx> = listed.into_iter().map(|ranked| ranked.item).collect();
                        let wanted = wanted(example, repeats);
                        (metrics::ranks(&listed, wanted), wanted.len(), listed)
                    };
                    chunk.iter().map(&mut rank).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut is_listed = vec![false; model.num_items()];
        lists.iter().flat_map(|(.., list)| list).for_each(|item| is_listed[item.as_usize()] = true);
        let mean = |metric: &dyn Fn(&[usize], usize) -> f64| {
            let sum: f64 = lists.iter().map(|(ranks, num_wanted, _)| metric(ranks, *num_wanted)).sum();
            sum / lists.len().max(1) as f64
        };
        View {
            num_examples: lists.len(),
            recall: mean(&|ranks, num_wanted| metrics::recall(ranks, num_wanted, AT)),
            mrr: mean(&|ranks, _| metrics::reciprocal_rank(ranks, AT)),
            ndcg: mean(&|ranks, num_wanted| metrics::ndcg(ranks, num_wanted, AT)),
            coverage: is_listed.iter().filter(|&&is| is).count() as f64 / is_listed.len().max(1) as f64,
        }
    }
}
