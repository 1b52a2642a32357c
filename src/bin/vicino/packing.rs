//! Flags of `vicino train` that decide how large the file becomes, and what comes of them.

use crate::Usage;
use crate::console::Console;
use crate::values;
use anyhow::Context;
use clap::ValueEnum;
use vicino::budget::{Budget, Packed, Quality, Settings, Spender};
use vicino::learn::HeldOut;
use vicino::model::{MAX_LEVELS, Model, Purpose};
use vicino::pack::{self, Detail, Draft, PackError, PackOptions, pack};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CodecName {
    /// Links between products, arithmetic coding, a second hop while ranking: smallest for its quality
    Graph,
    /// Each product's own row with prefix codes: for tools, decoded fastest
    Plain,
}

/// Flags of packing.
#[derive(Debug, clap::Args)]
pub struct PackFlags {
    /// Bytes of the whole file, at most, for instance 200kB
    ///
    /// Counts everything: products' ids, links, weights, popularity, constants. The most important links that fit are
    /// kept, with the number of levels of a weight that ranks held-out sessions best.
    #[arg(help_heading = "Size", long, value_name = "SIZE", value_parser = values::size, conflicts_with = "codec")]
    target_size: Option<usize>,

    /// Print what each of these sizes is worth on held-out sessions, for instance 50kB,100kB,200kB
    #[arg(help_heading = "Size", long, value_name = "SIZE,...", value_delimiter = ',', value_parser = values::size)]
    sizes: Vec<usize>,

    /// Neighbours of a product: on average with the codec `graph`, at most with `plain`
    ///
    /// Few make a small file with fewer alternatives; beyond some 50 quality no longer rises.
    #[arg(help_heading = "Size", long, value_name = "N", default_value_t = PackOptions::default().neighbours, value_parser = values::neighbours)]
    pub neighbours: usize,

    /// Bits of a neighbour's weight: 1 to 4, with the codec `plain` to 8 [default: 3; with --target-size as measured]
    ///
    /// 4 lose nothing measurable, 3 a tenth of a point of HitRate, 2 a third.
    #[arg(help_heading = "Size", long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(1..=8))]
    weight_bits: Option<u8>,

    /// How the file is written
    #[arg(help_heading = "Size", long, value_enum, default_value_t = CodecName::Graph, value_name = "CODEC")]
    codec: CodecName,
}

/// What packing came to.
pub struct Outcome {
    pub model: Model,
    pub bytes: Vec<u8>,
    /// How it was chosen, if there was a choice.
    pub packed: Option<Packed>,
    pub curve: Vec<SizePoint>,
}

/// What a size is worth.
pub struct SizePoint {
    pub wanted: usize,
    pub num_bytes: usize,
    pub num_links: usize,
    pub detail: Detail,
    pub quality: Vec<(Purpose, Quality)>,
}

/// With a second hop a row reaches far more items than it has neighbours: constants are tuned for as many as that.
const REACHED_NEIGHBOURS: usize = 64;
const REACHED_BITS: u8 = 8;

impl PackFlags {
    /// Neighbours and bits that the constants of learning are tuned for.
    pub fn learnt_for(&self) -> (usize, u8) {
        match self.codec {
            CodecName::Graph => (REACHED_NEIGHBOURS.max(self.neighbours), REACHED_BITS),
            CodecName::Plain => (self.neighbours, self.bits()),
        }
    }

    /// Whether held-out sessions are needed for packing, if the constants of learning are tuned or not.
    pub fn keeps_held_out(&self, is_tuned: bool) -> bool {
        self.codec == CodecName::Graph && (is_tuned || self.target_size.is_some() || !self.sizes.is_empty())
    }

    fn bits(&self) -> u8 {
        self.weight_bits.unwrap_or(PackOptions::default().weight_bits)
    }

    /// Checks what clap cannot.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.codec == CodecName::Plain && !self.sizes.is_empty() {
            return Err(Usage(
                "--sizes works with --codec graph; with plain, try --neighbours and --weight-bits".to_owned(),
            )
            .into());
        }
        if self.codec == CodecName::Graph && self.weight_bits.is_some_and(|bits| 1 << bits > MAX_LEVELS) {
            return Err(Usage("--weight-bits goes up to 4 with --codec graph".to_owned()).into());
        }
        Ok(())
    }

    /// Packs a draft; `evaluations` tunings are tried for each table.
    pub fn pack(
        &self,
        draft: Draft,
        held_out: Vec<(Purpose, HeldOut)>,
        (evaluations, seed): (usize, u64),
        console: &Console,
    ) -> anyhow::Result<Outcome> {
        if self.codec == CodecName::Plain {
            let options = PackOptions { neighbours: self.neighbours, weight_bits: self.bits() };
            let model = pack(draft, &options).context("cannot pack the model")?;
            let bytes = pack::to_bytes(&model).context("cannot write the model")?;
            return Ok(Outcome { model, bytes, packed: None, curve: Vec::new() });
        }
        let has_times = !(draft.trends.is_empty() && draft.replenishment.is_empty());
        let has_similar = draft.tables.iter().any(|(of, _)| *of == Purpose::Similar);
        let has_held_out = !held_out.is_empty();
        let num_items = draft.item_ids.len();
        let spender = Spender::new(draft, held_out).context("cannot pack the model")?;
        let detail = |num_levels, has_classes| Detail { num_levels, has_classes };
        let details = |is_open: bool| match self.weight_bits {
            Some(bits) => vec![detail(1 << bits, true)],
            None if is_open && has_held_out => {
                vec![detail(2, false), detail(2, true), detail(4, true), detail(8, true), detail(16, true)]
            }
            None => vec![detail(1 << self.bits(), true)],
        };
        let settings = |is_open| Settings { details: details(is_open), evaluations, seed };
        let mut curve = Vec::with_capacity(self.sizes.len());
        for &wanted in &self.sizes {
            let packed = match spender.spend(Budget::Bytes(wanted), &settings(true), console) {
                Ok(packed) => packed,
                Err(error @ PackError::Size { .. }) => {
                    console.remark(format_args!("left out of --sizes: {error}"));
                    continue;
                }
                Err(error) => return Err(error).context("cannot pack the model"),
            };
            let Packed { bytes, num_links, detail, quality, .. } = packed;
            curve.push(SizePoint { wanted, num_bytes: bytes.len(), num_links, detail, quality });
        }
        let budget = match self.target_size {
            Some(num_bytes) => Budget::Bytes(num_bytes),
            None => Budget::Links(num_items * self.neighbours / 2),
        };
        let packed =
            spender.spend(budget, &settings(self.target_size.is_some()), console).context("cannot pack the model")?;
        let (model, bytes) = (packed.model.clone(), packed.bytes.clone());
        let is_without = |has, part: &str, is_there: bool| {
            if has && !is_there {
                console.remark(format_args!("left out so that links have room within --target-size: {part}"));
            }
        };
        is_without(has_times, "trends and replenishment", !(model.trends.is_empty() && model.replenishment.is_empty()));
        is_without(has_similar, "products alike by content", model.table(Purpose::Similar).is_some());
        Ok(Outcome { model, bytes, packed: Some(packed), curve })
    }
}
