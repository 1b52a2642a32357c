//! Learns one table: counts, tunes on the held-out sessions, then builds the matrix from all of them.

use super::constants::{Constants, Knob, window};
use super::content::Content;
use super::matrix::{Cut, Direct, blend, normalise, walk};
use super::repeat_baskets::lift_trend;
use super::search::{Random, climb};
use super::validation::{Example, Metrics, Quality, Target, Validation, Views};
use super::{HeldOut, Measurement, Settings, SimilarityChoice, alternative, popularity};
use crate::counts::{BasketCounter, PairCounter, PairCounts, PrivacyThreshold, previous_baskets};
use crate::events::Sessions;
use crate::{CsrMatrix, ItemIx, Progress};
use std::collections::HashSet;
use std::ops::Range;

/// Most examples that the constants are tuned on.
const MAX_EXAMPLES: usize = 10_000;
/// Most event pairs that are counted for one evaluation of the search; larger logs are tuned on their newer part.
const MAX_TUNING_PAIRS: usize = 8_000_000;
/// The same for baskets: what is bought again every few months is seen in a long log only.
const MAX_TUNING_BASKET_PAIRS: usize = 40_000_000;
/// Share of sessions, the newest, that is held out.
const HOLDOUT_SHARE: f64 = 0.05;
/// The same for baskets, of which each shopper's first held-out one alone is an example. What sold in the last days says
/// much about the next days and little about the next month: with a tenth of four months of a grocer held out, the trend
/// was trusted too much, and a later period was foreseen with 5.6 % recall of new products instead of 6.6 % (a gift shop:
/// 10.7 and 11.5 %).
const BASKETS_HOLDOUT_SHARE: f64 = 0.25;
/// Neighbours a row keeps at most before packing chooses.
pub(super) const KEPT: usize = 256;

const COUNTING: [Knob; 15] = [
    Knob::ForwardPower,
    Knob::BackwardPower,
    Knob::BackwardShare,
    Knob::Recency,
    Knob::LengthPower,
    Knob::RowPower,
    Knob::ColumnPower,
    Knob::Shrinkage,
    Knob::WeightPower,
    Knob::EvidencePower,
    Knob::DecayTau,
    Knob::DecayShape,
    Knob::RepeatNewest,
    Knob::RepeatOlder,
    Knob::RepeatPower,
];
const BLENDING: [Knob; 12] = [
    Knob::DirectShare,
    Knob::WalkShare,
    Knob::WalkHalf,
    Knob::PopularityDamping,
    Knob::WeightPower,
    Knob::EvidencePower,
    Knob::DecayTau,
    Knob::DecayShape,
    Knob::RepeatNewest,
    Knob::RepeatOlder,
    Knob::RepeatPower,
    Knob::Shrinkage,
];
const KINDS: [Knob; 2] = [Knob::CartWeight, Knob::PurchaseWeight];
const NEXT_BASKET_COUNTING: [Knob; 16] = [
    Knob::ForwardPower,
    Knob::BackwardShare,
    Knob::AcrossShare,
    Knob::Recency,
    Knob::LengthPower,
    Knob::RowPower,
    Knob::ColumnPower,
    Knob::TrendPower,
    Knob::Lately,
    Knob::WeightPower,
    Knob::EvidencePower,
    Knob::DecayTau,
    Knob::DecayShape,
    Knob::RepeatOlder,
    Knob::RepeatTau,
    Knob::RepeatPower,
];
const NEXT_BASKET_BLENDING: [Knob; 11] = [
    Knob::DirectShare,
    Knob::WalkShare,
    Knob::WalkHalf,
    Knob::PopularityDamping,
    Knob::WeightPower,
    Knob::EvidencePower,
    Knob::DecayTau,
    Knob::DecayShape,
    Knob::RepeatOlder,
    Knob::RepeatTau,
    Knob::RepeatPower,
];
/// In a basket there is no order and nothing is repeated.
const BASKETS_COUNTING: [Knob; 6] =
    [Knob::Recency, Knob::LengthPower, Knob::RowPower, Knob::ColumnPower, Knob::WeightPower, Knob::EvidencePower];
const BASKETS_BLENDING: [Knob; 6] = [
    Knob::DirectShare,
    Knob::WalkShare,
    Knob::WalkHalf,
    Knob::PopularityDamping,
    Knob::WeightPower,
    Knob::EvidencePower,
];

/// What `auto` tries for baskets; for what comes next nothing else was ever near the recipe.
const BASKETS_CHOICES: [SimilarityChoice; 3] =
    [SimilarityChoice::Recipe, SimilarityChoice::Conditional, SimilarityChoice::Slim];

/// How a table is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Every event after the first of a held-out session is predicted from those before it.
    NextItem,
    /// One item of a held-out basket is predicted from the others.
    LeaveOneOut,
    /// The first held-out basket of each shopper is predicted from all baskets before it.
    NextBasket,
}

/// What one table is learnt from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'a> {
    pub protocol: Protocol,
    /// Prefix of names.
    pub name: &'static str,
    pub max_distance: usize,
    pub sessions: &'a Sessions,
    pub ages: &'a [f64],
    pub num_items: usize,
    /// What a catalogue says of the items; fills the rows of new ones.
    pub content: Option<&'a Content>,
}

/// One learnt table.
#[derive(Clone, Debug)]
pub(super) struct LearntTable {
    pub similarity: SimilarityChoice,
    pub matrix: CsrMatrix,
    pub constants: Constants,
    pub measurements: Vec<Measurement>,
    pub held_out: Option<HeldOut>,
    /// Evaluations after which the search found a better value, and the value.
    pub curve: Vec<(usize, f64)>,
    pub pairs_kept: u64,
    pub pairs_removed: u64,
}

/// The first held-out session: the newest twentieth is held out, at least one session if there are two.
pub(super) fn holdout_start(sessions: &Sessions) -> usize {
    without_newest(sessions.len(), HOLDOUT_SHARE)
}

fn without_newest(num_sessions: usize, share: f64) -> usize {
    let held_out = ((num_sessions as f64 * share).ceil() as usize).min(num_sessions.saturating_sub(1));
    num_sessions - held_out
}

impl Plan<'_> {
    pub fn learn(&self, settings: &Settings, progress: &dyn Progress) -> LearntTable {
        if let Some(similarity) = settings.similarity.similarity() {
            return alternative::learn(self, settings.similarity, similarity, settings, progress);
        }
        if settings.similarity == SimilarityChoice::Auto && self.protocol == Protocol::LeaveOneOut {
            return alternative::best_of(self, &BASKETS_CHOICES, settings, progress);
        }
        let holdout = self.holdout();
        let validation = Validation::new(self.protocol, self.examples(holdout, settings.seed), self.num_items);
        let mut constants = self.start();
        let (mut measurements, mut held_out, mut curve) = (Vec::new(), None, Vec::new());
        if validation.num_examples() > 0 {
            let tuner = Tuner {
                counter: self.counter(self.tuning_start(holdout)..holdout),
                validation,
                views: self.views(),
                cut: Cut { neighbours: settings.neighbours, weight_bits: Some(settings.weight_bits) },
                threshold: settings.threshold(),
                content: self.content,
                progress,
            };
            if settings.tune {
                (constants, curve) = self.tune(&tuner, constants, settings);
            }
            let quality = tuner.measure(&constants);
            measurements = self.measurements(&quality);
            if settings.keep_held_out {
                let (matrix, ..) = self.build(0..holdout, &constants, settings);
                let are_baskets = self.protocol == Protocol::NextBasket;
                let num_events = popularity::count(self.sessions, 0..holdout, self.num_items, settings.threshold());
                let objective = quality.objective(self.views());
                let examples = tuner.validation.into_examples();
                held_out = Some(HeldOut { matrix, num_events, are_baskets, examples, objective });
            }
        }

        progress.start(&format!("{}: building the table", self.name), 0);
        let (matrix, pairs_kept, pairs_removed) = self.build(0..self.sessions.len(), &constants, settings);
        progress.finish(&format!("{} pairs of items, {} removed by the privacy threshold", pairs_kept, pairs_removed));
        let similarity = SimilarityChoice::Recipe;
        LearntTable { similarity, matrix, constants, measurements, held_out, curve, pairs_kept, pairs_removed }
    }

    /// The matrix of all items from the sessions of `range`, and how many pairs the threshold kept and removed.
    fn build(&self, range: Range<usize>, constants: &Constants, settings: &Settings) -> (CsrMatrix, u64, u64) {
        let counts = self.counter(range).count(constants, settings.threshold());
        let (pairs_kept, pairs_removed) = (counts.pairs_kept, counts.pairs_removed);
        let direct = normalise(counts, constants);
        let walked = walk(&direct.rows, None);
        let all: Vec<ItemIx> = (0..self.num_items as u32).map(ItemIx).collect();
        let cut = Cut { neighbours: KEPT.max(settings.neighbours), weight_bits: None };
        let rows = blend(&direct, Some(&walked), constants, &all, cut);
        (to_matrix(fill(self.content, rows, &direct, &all, cut)), pairs_kept, pairs_removed)
    }

    /// The best constants that were found, and the course of the search.
    fn tune(&self, tuner: &Tuner, start: Constants, settings: &Settings) -> (Constants, Vec<(usize, f64)>) {
        let (counting, mut blending): (&[Knob], Vec<Knob>) = match self.protocol {
            Protocol::NextItem => (&COUNTING, BLENDING.to_vec()),
            Protocol::LeaveOneOut => (&BASKETS_COUNTING, BASKETS_BLENDING.to_vec()),
            Protocol::NextBasket => (&NEXT_BASKET_COUNTING, NEXT_BASKET_BLENDING.to_vec()),
        };
        if self.protocol == Protocol::NextItem && self.has_kinds() {
            blending.extend(KINDS);
        }
        // Counting is judged without the walk, which costs more than all the rest; then the blend, with counts fixed; then
        // everything at once, which mends what the first two could not see of each other. Baskets have no such part: it
        // would take most of the time.
        let (counting_share, joint_share) = match self.protocol {
            Protocol::NextItem => (7, 6),
            Protocol::LeaveOneOut | Protocol::NextBasket => (11, 0),
        };
        let num_counting = settings.evaluations * counting_share / 20;
        let num_joint = settings.evaluations * joint_share / 20;
        let num_blending = settings.evaluations - num_counting - num_joint;
        let mut random = Random::new(settings.seed);
        tuner.progress.start(&format!("{}: tuning", self.name), settings.evaluations as u64);
        let measure = |constants: &Constants| {
            tuner.progress.advance(1);
            let direct = tuner.direct(constants);
            tuner.objective(&direct, None, constants)
        };
        let vary = |constants: &Constants, step, random: &mut Random| constants.vary(counting, step, random);
        let climbed = climb(start, num_counting, &mut random, vary, measure);
        let (counted, mut curve) = (climbed.best, climbed.curve);

        let direct = tuner.direct(&counted);
        let walked = walk(&direct.rows, Some(&tuner.validation.wanted));
        // The direct table alone did best with these; the blend starts from where it is known to do well.
        let mut first = counted;
        for knob in [Knob::WeightPower, Knob::EvidencePower] {
            first[knob] = start[knob];
        }
        let measure = |constants: &Constants| {
            tuner.progress.advance(1);
            tuner.objective(&direct, Some(&walked), constants)
        };
        let from = if measure(&first) > measure(&counted) { first } else { counted };
        let vary = |constants: &Constants, step, random: &mut Random| constants.vary(&blending, step, random);
        let climbed = climb(from, num_blending, &mut random, vary, measure);
        curve.extend(climbed.curve.iter().map(|&(evaluation, value)| (num_counting + evaluation, value)));
        let num_examples = tuner.validation.num_examples();
        let finish = |value: f64| {
            tuner.progress.finish(&format!("objective {value:.4} on {num_examples} held-out events"));
        };
        if num_joint == 0 {
            finish(climbed.value);
            return (climbed.best, curve);
        }

        let all = [counting, &blending].concat();
        let measure = |constants: &Constants| {
            tuner.progress.advance(1);
            let direct = tuner.direct(constants);
            let walked = walk(&direct.rows, Some(&tuner.validation.wanted));
            tuner.objective(&direct, Some(&walked), constants)
        };
        // The recipe's own start is sometimes the better one to refine.
        let from = if measure(&start) > climbed.value { start } else { climbed.best };
        let vary = |constants: &Constants, step, random: &mut Random| constants.vary(&all, step, random);
        let before = num_counting + num_blending;
        let climbed = climb(from, num_joint, &mut random, vary, measure);
        curve.extend(climbed.curve.iter().map(|&(evaluation, value)| (before + evaluation, value)));
        finish(climbed.value);
        (climbed.best, curve)
    }

    /// Whether the log holds events of more than one kind.
    fn has_kinds(&self) -> bool {
        self.sessions.kinds.windows(2).any(|pair| pair[0] != pair[1])
    }

    pub fn start(&self) -> Constants {
        let mut constants = Constants::default();
        if self.protocol == Protocol::NextItem && self.has_kinds() {
            // Against a view; the search goes on from there.
            constants[Knob::CartWeight] = 3.0;
            constants[Knob::PurchaseWeight] = 5.0;
        }
        if self.protocol == Protocol::LeaveOneOut {
            constants[Knob::ForwardPower] = 0.0;
            constants[Knob::BackwardPower] = 0.0;
            constants[Knob::BackwardShare] = 1.0;
            // All items of a basket speak alike, and none is listed again.
            constants[Knob::DecayTau] = 1e9;
            for knob in [Knob::RepeatNewest, Knob::RepeatOlder] {
                constants[knob] = 0.0;
            }
        }
        if self.protocol == Protocol::NextBasket {
            // Found on public logs of a grocer and of a gift shop.
            for (knob, value) in [
                (Knob::ForwardPower, 0.3),
                (Knob::BackwardShare, 1.2),
                (Knob::Recency, 2.0),
                (Knob::LengthPower, 0.27),
                (Knob::ColumnPower, 0.01),
                (Knob::DirectShare, 0.5),
                (Knob::WalkShare, 1.7),
                (Knob::WalkHalf, 70.0),
                (Knob::WeightPower, 0.5),
                (Knob::EvidencePower, 0.4),
                (Knob::DecayTau, 40.0),
                (Knob::DecayShape, 6.0),
                (Knob::RepeatOlder, 9.0),
                (Knob::RepeatPower, 0.15),
            ] {
                constants[knob] = value;
            }
        }
        constants
    }

    pub fn views(&self) -> Views {
        match self.protocol {
            Protocol::NextItem | Protocol::NextBasket => Views::Both,
            Protocol::LeaveOneOut => Views::Discovery,
        }
    }

    pub fn counter(&self, range: Range<usize>) -> Counter<'_> {
        match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => {
                Counter::Events(PairCounter::new(self.sessions, range, self.ages, self.num_items, self.max_distance))
            }
            Protocol::NextBasket => {
                Counter::Baskets(BasketCounter::new(self.sessions, range, self.ages, self.num_items))
            }
        }
    }

    /// The first held-out session.
    pub fn holdout(&self) -> usize {
        match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => holdout_start(self.sessions),
            Protocol::NextBasket => without_newest(self.sessions.len(), BASKETS_HOLDOUT_SHARE),
        }
    }

    /// The first session that the search counts, so that it counts at most [`MAX_TUNING_PAIRS`].
    pub fn tuning_start(&self, holdout: usize) -> usize {
        let mut pairs = 0;
        let (most, others) = match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => (MAX_TUNING_PAIRS, self.max_distance),
            Protocol::NextBasket => (MAX_TUNING_BASKET_PAIRS, usize::MAX),
        };
        for session in (0..holdout).rev() {
            let length = self.sessions.items_of(session).len();
            pairs += length * length.min(others);
            if pairs > most {
                return session + 1;
            }
        }
        0
    }

    /// Held-out examples, evenly spread over the held-out sessions if there are too many.
    pub fn examples(&self, holdout: usize, seed: u64) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut random = Random::new(seed ^ 0x5eed);
        let window = window(self.protocol);
        let previous = match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => Vec::new(),
            Protocol::NextBasket => previous_baskets(self.sessions, 0..self.sessions.len()),
        };
        for session in holdout..self.sessions.len() {
            let (items, kinds) = (self.sessions.items_of(session), self.sessions.kinds_of(session));
            match self.protocol {
                Protocol::NextItem => {
                    for at in 1..items.len() {
                        let before = at.saturating_sub(window)..at;
                        let history = before.rev().map(|event| (items[event], kinds[event])).collect();
                        let is_new = !items[..at].contains(&items[at]);
                        examples.push(Example { history, targets: vec![Target { item: items[at], is_new }] });
                    }
                }
                Protocol::LeaveOneOut if items.len() >= 2 => {
                    let left_out = random.below(items.len());
                    let others = (0..items.len()).filter(|&at| at != left_out).take(window);
                    let history = others.map(|at| (items[at], kinds[at])).collect();
                    let target = Target { item: items[left_out], is_new: true };
                    examples.push(Example { history, targets: vec![target] });
                }
                Protocol::LeaveOneOut => {}
                Protocol::NextBasket => examples.extend(self.next_basket(session, holdout, &previous)),
            }
        }
        let num_examples = examples.len();
        if num_examples > MAX_EXAMPLES {
            let kept = |at: usize| (at + 1) * MAX_EXAMPLES / num_examples > at * MAX_EXAMPLES / num_examples;
            examples = examples.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, one)| one).collect();
        }
        examples
    }

    /// The held-out basket `session` with what its shopper bought before; `None` without that, or if an earlier
    /// held-out basket of the shopper is an example.
    fn next_basket(&self, session: usize, holdout: usize, previous: &[Option<usize>]) -> Option<Example> {
        let newest = previous[session].filter(|&before| before < holdout)?;
        let (mut history, mut bought) = (Vec::new(), HashSet::<ItemIx>::new());
        let mut basket = Some(newest);
        while let Some(at) = basket {
            let (items, kinds) = (self.sessions.items_of(at), self.sessions.kinds_of(at));
            history.extend(items.iter().copied().zip(kinds.iter().copied()).rev());
            bought.extend(items);
            basket = previous[at];
        }
        history.truncate(window(self.protocol));
        let target = |&item| Target { item, is_new: !bought.contains(&item) };
        Some(Example { history, targets: self.sessions.items_of(session).iter().map(target).collect() })
    }

    pub fn measurements(&self, quality: &Quality) -> Vec<Measurement> {
        let name = self.name;
        let (recall, order) = match self.protocol {
            Protocol::NextItem | Protocol::LeaveOneOut => ("HitRate@20", "MRR@20"),
            Protocol::NextBasket => ("basket Recall@20", "basket NDCG@20"),
        };
        let views: &[(&str, Metrics)] = match self.views() {
            Views::Both => &[("", quality.all), ("discovery ", quality.discovery)],
            Views::Discovery => &[("discovery ", quality.discovery)],
        };
        let of_view = |&(view, metrics): &(&str, Metrics)| {
            [(recall, metrics.recall), (order, metrics.order)]
                .map(|(metric, value)| Measurement { name: format!("{name}: {view}{metric}"), value })
        };
        views.iter().flat_map(of_view).collect()
    }
}

/// Counts pairs of a run of sessions under any constants.
pub(super) enum Counter<'a> {
    Events(PairCounter<'a>),
    Baskets(BasketCounter<'a>),
}

impl Counter<'_> {
    pub fn count(&self, constants: &Constants, threshold: PrivacyThreshold) -> PairCounts {
        match self {
            Counter::Events(counter) => counter.count(&constants.weighting(), threshold),
            Counter::Baskets(counter) => {
                let mut counts = counter.count(&constants.basket_weighting(), threshold);
                let recent = counter.fade(constants[Knob::Lately]);
                lift_trend(&mut counts, &recent, constants[Knob::TrendPower]);
                counts
            }
        }
    }
}

/// Evaluates constants on the held-out examples.
struct Tuner<'a> {
    counter: Counter<'a>,
    validation: Validation,
    views: Views,
    cut: Cut,
    threshold: PrivacyThreshold,
    content: Option<&'a Content>,
    progress: &'a dyn Progress,
}

impl Tuner<'_> {
    fn direct(&self, constants: &Constants) -> Direct {
        normalise(self.counter.count(constants, self.threshold), constants)
    }

    fn quality(&self, direct: &Direct, walked: Option<&CsrMatrix>, constants: &Constants) -> Quality {
        let matrix = blend(direct, walked, constants, &self.validation.wanted, self.cut);
        self.validation.measure(&matrix, constants)
    }

    fn objective(&self, direct: &Direct, walked: Option<&CsrMatrix>, constants: &Constants) -> f64 {
        self.quality(direct, walked, constants).objective(self.views)
    }

    fn measure(&self, constants: &Constants) -> Quality {
        let direct = self.direct(constants);
        let walked = walk(&direct.rows, Some(&self.validation.wanted));
        let wanted = &self.validation.wanted;
        let rows = blend(&direct, Some(&walked), constants, wanted, self.cut);
        self.validation.measure(&fill(self.content, rows, &direct, wanted, self.cut), constants)
    }
}

/// Rows with what content adds to them, if there is a catalogue.
fn fill(content: Option<&Content>, rows: CsrMatrix, direct: &Direct, wanted: &[ItemIx], cut: Cut) -> CsrMatrix {
    let Some(content) = content else { return rows };
    let has_row = |item: usize| direct.evidence[item] > 0.0;
    let evidence: Vec<f32> =
        direct.item_weights.iter().enumerate().map(|(item, &n)| if has_row(item) { n } else { 0.0 }).collect();
    content.fill(&rows, &evidence, wanted, cut)
}

pub(super) fn to_matrix(rows: CsrMatrix) -> CsrMatrix {
    rows.sorted()
}
