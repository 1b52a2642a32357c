//! Trains a model from an event log and ranks products for a shopper: `cargo run --release --example train_and_rank`.
//!
//! Give paths of event logs (CSV, JSON lines or Parquet) to train from these instead of a small made-up log.

use std::error::Error;
use std::path::PathBuf;
use vicino::events::{EventLog, Origin, ReadOptions, read, read_from};
use vicino::model::Model;
use vicino::rank::{HistoryEvent, Options, Ranker};
use vicino::train::{TrainOptions, Trainer};
use vicino::{EventKind, Silent};

fn main() -> Result<(), Box<dyn Error>> {
    let log = read_log(&std::env::args_os().skip(1).map(PathBuf::from).collect::<Vec<_>>())?;
    let trained = Trainer::new(TrainOptions::default()).train(&log, None, &Silent)?;
    println!("{} products, {} bytes", trained.model.num_items(), trained.bytes.len());

    // These bytes are the file that browsers load.
    let model = Model::open(&trained.bytes)?;
    let seen = model.items.item(&log.item_ids[0]).ok_or("every product of the log is in the model")?;
    let history = [HistoryEvent { item: seen, kind: EventKind::View }];
    let options = Options { k: 5, ..Options::default() };
    for ranked in Ranker::new(&model).for_you(&model, &history, &options, &mut |_| true) {
        println!("{} {:.3}", model.items.id(ranked.item), ranked.score);
    }
    Ok(())
}

/// Reads the logs at `paths`, or makes up 300 sessions in which shoppers walk upwards through 40 products.
fn read_log(paths: &[PathBuf]) -> Result<EventLog, Box<dyn Error>> {
    let options = ReadOptions::default();
    if !paths.is_empty() {
        return Ok(read(paths, &options, &Silent)?.0);
    }
    let mut csv = String::from("session,item,timestamp\n");
    for session in 0..300 {
        for step in 0..4 {
            csv += &format!(
                "{session},product-{},{}\n",
                (session * 7 + step) % 40,
                1_700_000_000 + session * 600 + step * 20
            );
        }
    }
    let origin = Origin::Memory { name: "events.csv".into(), bytes: csv.into(), format: None };
    Ok(read_from(&[origin], &options, &Silent)?.0)
}
