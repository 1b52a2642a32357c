//! The command as a user meets it: real files in, real files out, exit statuses and messages.
#![cfg(feature = "cli")]

mod bad_input;
mod broken_files;
mod cleaning;
mod columns;
mod evaluate;
mod explore;
mod export;
mod hostile;
mod inspect;
mod json;
mod manifest;
mod recommend;
mod shop;
mod train;

use assert_cmd::Command;

/// `vicino` with these arguments; none of it is a terminal.
fn vicino<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vicino"));
    command.args(args);
    command
}

/// Returns the stdout of a command, which must have succeeded.
fn stdout(command: &mut Command) -> String {
    let output = command.assert().success().get_output().stdout.clone();
    String::from_utf8(output).expect("stdout is UTF-8")
}

/// Returns the stderr of a command, which must have ended with `status`.
fn stderr(command: &mut Command, status: i32) -> String {
    let output = command.assert().code(status).get_output().stderr.clone();
    String::from_utf8(output).expect("stderr is UTF-8")
}

/// The JSON that a command printed on stdout; it must have succeeded.
fn json(command: &mut Command) -> serde_json::Value {
    serde_json::from_str(&stdout(command)).expect("stdout is JSON")
}

#[test]
fn every_subcommand_has_a_short_and_a_long_help() {
    for subcommand in ["explore", "train", "recommend", "evaluate", "inspect", "export", "manifest", "completions"] {
        let short = stdout(&mut vicino([subcommand, "-h"]));
        let long = stdout(&mut vicino([subcommand, "--help"]));
        assert!(!short.contains("Examples:") && long.contains("Examples:"), "{subcommand}");
        assert!(short.len() < long.len(), "{subcommand}");
    }
    let long = stdout(&mut vicino(["--help"]));
    for section in ["Examples:", "Exit status:", "Environment:"] {
        assert!(long.contains(section), "{section}");
    }
}

#[test]
fn version_is_that_of_the_package() {
    assert_eq!(stdout(&mut vicino(["--version"])), format!("vicino {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_name_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&mut vicino(["completions", shell])).contains("recommend"), "{shell}");
    }
}

#[test]
fn no_subcommand_and_unknown_flags_are_wrong_usage() {
    stderr(&mut vicino([]), 2);
    stderr(&mut vicino(["guess"]), 2);
    assert!(stderr(&mut vicino(["inspect", "--colour", "x"]), 2).contains("--colour"));
}
