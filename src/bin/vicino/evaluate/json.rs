//! JSON output.

use crate::output::Output;
use serde_json::{Value, json};
use std::io::{self, Write};
use vicino::eda::figure::Figure;

/// Figures with the numbers that they are drawn from; the tables for people hold the same as text.
pub fn figures(figures: &[Figure]) -> Value {
    figures
        .iter()
        .map(|one| json!({ "id": one.id, "title": one.title, "text": one.text, "chart": one.chart }))
        .collect()
}

/// Prints JSON and ends the line.
pub(super) fn write_json(output: &mut Output, value: &Value) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value).map_err(io::Error::from)?;
    writeln!(output)?;
    Ok(())
}
