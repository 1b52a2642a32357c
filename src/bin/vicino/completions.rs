//! `vicino completions`: a script that teaches a shell the flags.

use crate::Cli;
use crate::output::Output;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Prints a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// The shell
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  vicino completions bash > ~/.local/share/bash-completion/completions/vicino
  vicino completions zsh > ~/.zfunc/_vicino
  vicino completions fish > ~/.config/fish/completions/vicino.fish";

pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "vicino", &mut script);
    let mut output = Output::stdout();
    output.write_all(&script)?;
    output.finish()
}
