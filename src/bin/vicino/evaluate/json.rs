//! JSON output.

use crate::output::Output;
use std::io::{self, Write};

/// Prints JSON and ends the line.
pub(super) fn write_json(output: &mut Output, value: &serde_json::Value) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value).map_err(io::Error::from)?;
    writeln!(output)?;
    Ok(())
}
