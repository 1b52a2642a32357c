//! The `vicino` command: trains, ranks, evaluates, delivers and looks into models.
//!
//! One file for each subcommand, each with its flags and what it does. Results go to stdout and everything else
//! to stderr; the exit status is 0 for success, 1 for a failure on data or files and 2 for wrong usage.

mod arg_parsers;
mod catalogue;
mod cleaning;
mod completions;
mod console;
mod curated;
mod evaluate;
mod events;
mod explore;
mod export;
mod faults;
mod hints;
mod id_lists;
mod input;
mod inspect;
mod machine;
mod manifest;
mod mapping;
mod output;
mod packing;
mod progress_lines;
mod ranking;
mod reading;
mod recommend;
mod report;
mod small_files;
mod spreadsheet;
mod table;
mod terminal;
mod train;
mod train_and_compare;
mod usage;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use console::{Console, ProgressForm, print_error};
use std::io::{self, Write};
use std::process::ExitCode;
use usage::Usage;

// That of musl is slow with threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Trains a product recommender from an event log and looks into it.
///
/// A model is one small file that a shop puts beside its pages; the browser ranks with it, and the shopper's
/// history stays on the device. This command makes the file, ranks with the very code that the browser runs,
/// measures how good the lists are, says what is in the file, and puts it where pages find it.
#[derive(Debug, Parser)]
#[command(name = "vicino", version, after_long_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Use this many threads [default: one a core]
    #[arg(long, global = true, value_name = "N", value_parser = arg_parsers::threads)]
    threads: Option<usize>,

    /// Print results and errors only: no progress, no remarks
    #[arg(short, long, global = true)]
    quiet: bool,

    /// Form of the progress on stderr
    #[arg(long, global = true, value_enum, default_value_t = ProgressForm::Bars, value_name = "FORM")]
    progress: ProgressForm,
}

const AFTER_HELP: &str = "\
Examples:
  vicino explore events.csv.gz -o report.html
  vicino train events.csv.gz --catalog products.csv -o shop.vicino
  vicino recommend --model shop.vicino --history A17,B4,B9 -k 5 --explain
  vicino evaluate --model shop.vicino --test next-week.csv.gz
  vicino inspect shop.vicino
  vicino export --model shop.vicino --related related.jsonl
  vicino manifest shop.vicino -o public/

Exit status:
  0    success, also when the reader of a pipe goes away
  1    the data, a file or the model is not usable; the message says what and where
  2    the command line is wrong
  101  a fault of the command itself; please report it

Environment:
  NO_COLOR            no colours in help, errors and progress
  RAYON_NUM_THREADS   the number of threads, unless --threads is given";

#[derive(Debug, Subcommand)]
enum Command {
    Explore(Box<explore::Args>),
    Train(Box<train::Args>),
    Recommend(recommend::Args),
    Evaluate(Box<evaluate::Args>),
    Inspect(inspect::Args),
    Export(export::Args),
    Manifest(manifest::Args),
    Completions(completions::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help) => return print_help(&help),
    };
    let console = Console::new(cli.quiet, cli.progress);
    faults::explain(cli.progress);
    match run(&cli, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if console::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast::<Usage>() {
            Ok(usage) => Cli::command().error(ErrorKind::ValueValidation, usage).exit(),
            Err(error) => {
                console.error(&error);
                ExitCode::FAILURE
            }
        },
    }
}

/// Prints help, the version or what is wrong with the command line.
fn print_help(help: &clap::Error) -> ExitCode {
    match help.print().and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_error(ProgressForm::Bars, &format!("cannot write stdout: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::from(help.exit_code() as u8),
    }
}

fn run(cli: &Cli, console: &Console) -> anyhow::Result<()> {
    machine::enter_working_directory()?;
    machine::choose_temporary_folder();
    machine::start_threads(cli.threads)?;
    match &cli.command {
        Command::Explore(args) => explore::run(args, console),
        Command::Train(args) => train::run(args, console),
        Command::Recommend(args) => recommend::run(args, console),
        Command::Evaluate(args) => evaluate::run(args, console),
        Command::Inspect(args) => inspect::run(args),
        Command::Export(args) => export::run(args, console),
        Command::Manifest(args) => manifest::run(args, console),
        Command::Completions(args) => completions::run(args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }
}
