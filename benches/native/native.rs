//! The native half of `npm run bench`: makes data, times the trainer inside one process, unpacks a model.
//!
//! An example target, so that it is built with the flags of the command itself. `benches/run.mjs` calls it.

mod cosine;
mod dump;
mod generate;
mod log;
mod worker;

use std::path::PathBuf;

const USAGE: &str = "\
usage: native generate EVENTS SEED OUT       (as CSV, or Parquet if the name ends with .parquet)
       native convert EVENTS.csv OUT.parquet
       native work EVENTS NEIGHBOURS            (answers the requests `cosine`, `learn` and `check`, one a line)
       native dump MODEL.vicino OUT_FOLDER";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", events, seed, out] => generate::generate(events.parse()?, seed.parse()?, &PathBuf::from(out)),
        ["convert", csv, out] => log::convert(&PathBuf::from(csv), &PathBuf::from(out)),
        ["work", events, neighbours] => worker::work(&PathBuf::from(events), neighbours.parse()?),
        ["dump", model, out] => dump::dump(&PathBuf::from(model), &PathBuf::from(out)),
        _ => anyhow::bail!("{USAGE}"),
    }
}
