//! Training as one call: from options, an event log and a catalogue to a packed model.
//!
//! Owns the order of the steps and their defaults, which are those of `vicino train`: learn, describe, pack. Knows
//! nothing of files or of how the log was read. `examples/train_and_rank.rs` is a whole program.
//!
//! ```
//! use vicino::Silent;
//! use vicino::events::{Origin, ReadOptions, read_from};
//! use vicino::train::{TrainOptions, Trainer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let csv = "session,item\n1,hat\n1,scarf\n2,hat\n2,scarf\n";
//! let origin = Origin::Memory { name: "events.csv".into(), bytes: csv.into(), format: None };
//! let (log, _) = read_from(&[origin], &ReadOptions::default(), &Silent)?;
//! let trained = Trainer::new(TrainOptions::default()).train(&log, None, &Silent)?;
//! assert_eq!(trained.model.num_items(), 2);
//! // `trained.bytes` is the file that browsers load.
//! # Ok(())
//! # }
//! ```

mod about;
mod error;
mod learnt_model;
mod options;
mod products;
mod trainer;

pub use error::TrainError;
pub use learnt_model::LearntModel;
pub use options::{CuratedPair, Parts, REACHED_BITS, REACHED_NEIGHBOURS, TrainOptions, default_budget};
pub use products::{Products, products_of};
pub use trainer::{Trainer, descriptions};
