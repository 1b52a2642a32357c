//! Flags of `vicino train` that decide how large the file becomes, and what comes of them.

use crate::console::Console;
use crate::values;
use anyhow::Context;
use vicino::budget::{Budget, BudgetPacker, Loss, Packed, Settings};
use vicino::learn::HeldOut;
use vicino::measure::Quality;
use vicino::model::{Model, Purpose};
use vicino::pack::{Detail, Draft, PackError};

/// Flags of packing.
#[derive(Debug, clap::Args)]
pub struct PackFlags {
    /// Bytes of the whole file, at most, for instance 200kB
    ///
    /// Counts everything: products' ids, links, weights, popularity, constants. The most important links that fit are
    /// kept, with weights as fine as ranks held-out sessions best.
    #[arg(help_heading = "Size", long, value_name = "SIZE", value_parser = values::size)]
    target_size: Option<usize>,

    /// Print what each of these sizes is worth on held-out sessions, for instance 50kB,100kB,200kB
    #[arg(help_heading = "Size", long, value_name = "SIZE,...", value_delimiter = ',', value_parser = values::size)]
    sizes: Vec<usize>,

    /// Neighbours of a product on average [default: 20, and for small catalogues as many as fit 64 kB]
    ///
    /// Few make a small file with fewer alternatives; beyond some 50 quality no longer rises.
    #[arg(help_heading = "Size", long, value_name = "N", value_parser = values::neighbours)]
    neighbours: Option<usize>,
}

/// What packing came to.
pub struct Outcome {
    pub model: Model,
    pub bytes: Vec<u8>,
    /// How it was chosen.
    pub packed: Packed,
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

/// What a file has room for, unless it is said otherwise: 20 neighbours of a product, and in a file of 64 kB as many as fit.
pub fn usual_budget(num_items: usize) -> Budget {
    Budget::AtLeast { links: num_items * 20 / 2, bytes: 64_000 }
}

/// With a second hop a row reaches far more items than it has neighbours: constants are tuned for as many as that.
pub const REACHED_NEIGHBOURS: usize = 64;
/// Bits of a weight that constants are tuned for: what packing keeps of the heaviest ones is as fine as that.
pub const REACHED_BITS: u8 = 8;

impl PackFlags {
    /// Neighbours that the constants of learning are tuned for.
    pub fn learnt_neighbours(&self) -> usize {
        REACHED_NEIGHBOURS.max(self.neighbours.unwrap_or(0))
    }

    /// Whether held-out sessions are needed for packing, if the constants of learning are tuned or not.
    pub fn keeps_held_out(&self, is_tuned: bool) -> bool {
        is_tuned || self.target_size.is_some() || !self.sizes.is_empty()
    }

    /// Packs a draft; `evaluations` tunings are tried for each table.
    pub fn pack(
        &self,
        draft: Draft,
        held_out: Vec<(Purpose, HeldOut)>,
        (evaluations, seed): (usize, u64),
        console: &Console,
    ) -> anyhow::Result<Outcome> {
        let has_times = !(draft.trends.is_empty() && draft.replenishment.is_empty());
        let has_similar = draft.tables.iter().any(|(of, _)| *of == Purpose::Similar);
        let has_held_out = !held_out.is_empty();
        let num_items = draft.item_ids.len();
        let packer = BudgetPacker::new(draft, held_out).context("cannot pack the model")?;
        let details = |is_open: bool| if is_open && has_held_out { Detail::ALL.to_vec() } else { Vec::new() };
        let settings = |is_open| Settings { details: details(is_open), evaluations, seed };
        let mut curve = Vec::with_capacity(self.sizes.len());
        for &wanted in &self.sizes {
            let packed = match packer.spend(Budget::Bytes(wanted), &settings(true), console) {
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
        let budget = match (self.target_size, self.neighbours) {
            (Some(num_bytes), _) => Budget::Bytes(num_bytes),
            (None, Some(neighbours)) => Budget::Links(num_items * neighbours / 2),
            (None, None) => usual_budget(num_items),
        };
        let packed =
            packer.spend(budget, &settings(self.target_size.is_some()), console).context("cannot pack the model")?;
        let (model, bytes) = (packed.model.clone(), packed.bytes.clone());
        let is_without = |has, part: &str, is_there: bool| {
            if has && !is_there {
                console.remark(format_args!("left out so that links have room within --target-size: {part}"));
            }
        };
        for Loss { purpose, unpacked, packed } in packed.losses() {
            console.remark(format_args!(
                "{}: warning: packing takes the objective on held-out sessions from {:.1} to {:.1} points, more than chance \
                 explains; a larger --target-size or --neighbours keeps more",
                purpose.key(),
                unpacked * 100.0,
                packed * 100.0
            ));
        }
        is_without(has_times, "trends and replenishment", !(model.trends.is_empty() && model.replenishment.is_empty()));
        is_without(has_similar, "products alike by content", model.table(Purpose::Similar).is_some());
        Ok(Outcome { model, bytes, packed, curve })
    }
}
