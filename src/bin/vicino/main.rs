//! The `vicino` command.

fn main() {}
