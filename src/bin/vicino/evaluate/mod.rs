//! `vicino evaluate`: the quality of lists, beside that of simple methods.
//!
//! One file for each of its jobs: a log is split, trained on and measured ([`split`]), a model is measured on later
//! events ([`held_out`]) or followed over weeks ([`weeks`]), and lists of any origin are measured ([`external_run`]).

mod args;
mod dates;
mod external_run;
pub mod figures;
mod held_out;
mod json;
mod print;
mod split;
mod weeks;

pub use args::Args;

use crate::console::Console;
use crate::output;
use crate::usage::Usage;
use args::TargetsName;
use std::path::Path;
use vicino::events::expand;

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    let read = [&args.test, &args.log, &args.train].into_iter().flatten();
    let read = read.chain(&args.model).chain(&args.lists).chain(args.catalog.path());
    // Patterns stand for the files that they lead to.
    let inputs = expand(&read.cloned().collect::<Vec<_>>())?;
    output::refuse_to_replace(&inputs, args.events.outputs().chain(&args.report))?;
    if let Some(path) = &args.report {
        if args.since.is_none() && args.log.is_empty() && args.train.is_empty() {
            return Err(
                Usage("--report shows a comparison or weeks: give --events, --train or --since".to_owned()).into()
            );
        }
        output::check(path)?;
    }
    if args.test.iter().any(|path| path == Path::new("-")) {
        return Err(Usage("--test reads files, not stdin: it looks at each before it reads it".to_owned()).into());
    }
    if args.targets == Some(TargetsName::Basket) && args.log.is_empty() {
        return Err(Usage("--targets basket is for logs that are split: give --events".to_owned()).into());
    }
    match (&args.model, &args.lists, args.since) {
        (None, Some(lists), _) => external_run::run(args, lists, console),
        (Some(model), _, Some(since_ms)) => weeks::run(args, model, since_ms, console),
        (Some(model), _, None) => held_out::run(args, model, console),
        (None, None, _) => split::run(args, console),
    }
}
