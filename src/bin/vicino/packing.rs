//! Flags of `vicino train` that decide how large the file becomes, and what comes of them.

use crate::arg_parsers;
use crate::console::Console;
use vicino::budget::{Budget, Loss, Packed};
use vicino::measure::Quality;
use vicino::model::{Model, Relation};
use vicino::pack::{Detail, PackError};
use vicino::train::{LearntModel, REACHED_NEIGHBOURS, TrainError};

/// Flags of packing.
#[derive(Debug, clap::Args)]
pub struct PackFlags {
    /// Bytes of the whole file, at most, for instance 200kB
    ///
    /// Counts everything: products' ids, links, weights, popularity, constants. The most important links that fit are
    /// kept, with weights as fine as ranks held-out sessions best.
    #[arg(help_heading = "Size", long, value_name = "SIZE", value_parser = arg_parsers::size)]
    target_size: Option<usize>,

    /// Print what each of these sizes is worth on held-out sessions, for instance 50kB,100kB,200kB
    #[arg(help_heading = "Size", long, value_name = "SIZE,...", value_delimiter = ',', value_parser = arg_parsers::size)]
    sizes: Vec<usize>,

    /// Neighbours of a product on average [default: 20, and for small catalogues as many as fit 64 kB]
    ///
    /// Few make a small file with fewer alternatives; beyond some 50 quality no longer rises.
    #[arg(help_heading = "Size", long, value_name = "N", value_parser = arg_parsers::neighbours)]
    neighbours: Option<usize>,
}

/// Result of packing.
pub struct Outcome {
    pub model: Model,
    pub bytes: Vec<u8>,
    /// The packed model with the search for it.
    pub packed: Packed,
    pub curve: Vec<SizePoint>,
}

/// Quality of a model of one size.
pub struct SizePoint {
    pub wanted: usize,
    pub num_bytes: usize,
    pub num_links: usize,
    pub detail: Detail,
    pub quality: Vec<(Relation, Quality)>,
}

impl PackFlags {
    /// Neighbours that the constants of learning are tuned for.
    pub fn learnt_neighbours(&self) -> usize {
        REACHED_NEIGHBOURS.max(self.neighbours.unwrap_or(0))
    }

    /// Returns true if packing needs held-out sessions, given whether learning is tuned.
    pub fn keeps_held_out(&self, is_tuned: bool) -> bool {
        is_tuned || self.target_size.is_some() || !self.sizes.is_empty()
    }

    /// The size of the model; `None` for the usual one, or that of --neighbours.
    pub fn budget(&self) -> Option<Budget> {
        self.target_size.map(Budget::Bytes)
    }

    /// The mean number of neighbours of a product, if --neighbours says it.
    pub fn neighbours(&self) -> Option<usize> {
        self.neighbours
    }

    /// Packs a learnt model, also at the sizes of --sizes.
    pub fn pack(&self, learnt: &LearntModel, console: &Console) -> anyhow::Result<Outcome> {
        let mut curve = Vec::with_capacity(self.sizes.len());
        for &wanted in &self.sizes {
            let packed = match learnt.pack_to(Budget::Bytes(wanted), console) {
                Ok(packed) => packed,
                Err(TrainError::Pack(error @ PackError::Size { .. })) => {
                    console.remark(format_args!("left out of --sizes: {error}"));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let Packed { bytes, num_links, detail, quality, .. } = packed;
            curve.push(SizePoint { wanted, num_bytes: bytes.len(), num_links, detail, quality });
        }
        let packed = learnt.pack(console)?;
        let (model, bytes) = (packed.model.clone(), packed.bytes.clone());
        let is_without = |has, part: &str, is_there: bool| {
            if has && !is_there {
                console.remark(format_args!("left out so that links have room within --target-size: {part}"));
            }
        };
        for Loss { relation, unpacked, packed } in packed.losses() {
            console.remark(format_args!(
                "{}: warning: packing takes the objective on held-out sessions from {:.1} to {:.1} points, more than \
                 chance explains; a larger --target-size or --neighbours keeps more",
                relation.key(),
                unpacked * 100.0,
                packed * 100.0
            ));
        }
        is_without(
            learnt.has_times,
            "trends and replenishment",
            !(model.trends.is_empty() && model.replenishment.is_empty()),
        );
        is_without(learnt.has_similar, "products alike by content", model.table(Relation::Similar).is_some());
        Ok(Outcome { model, bytes, packed, curve })
    }
}
