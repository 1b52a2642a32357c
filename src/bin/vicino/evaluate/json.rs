//! JSON output.

use crate::output::Output;
use serde_json::Value;
use std::io::{self, Write};

/// Prints JSON and ends the line.
pub(super) fn write_json(output: &mut Output, value: &Value) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value).map_err(io::Error::from)?;
    writeln!(output)?;
    Ok(())
}
