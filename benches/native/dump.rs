//! Writes a model's neighbours as a plain JavaScript page would want them: as JSON and as typed arrays.

use anyhow::Context;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use vicino::ItemIx;
use vicino::model::{Model, Purpose};

/// Writes `neighbours.json` and `neighbours.bin` into `folder`.
///
/// The JSON is `{"ids": [...], "decay": [...], "neighbours": [[[item, weight], ...], ...]}` with weights of four
/// significant digits: more would only make it larger. The binary file holds, little-endian: u32 num_items,
/// num_edges, window, num_id_bytes; u32 offsets (num_items + 1); u32 items and f32 weights (num_edges each);
/// f32 decay (window); the ids as UTF-8, one a line.
pub fn dump(model: &Path, folder: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(model).with_context(|| format!("cannot read {}", model.display()))?;
    let model = Model::open(&bytes)?;
    let table = model.table(Purpose::Next).context("the model has no neighbours of the kind `next`")?;
    let items = || (0..model.num_items() as u32).map(ItemIx);
    let ids: Vec<&str> = items().map(|item| model.items.id(item)).collect();
    let decay = &model.ranking.decay;

    let rows: Vec<_> = items()
        .map(|item| {
            let row = table.row(item);
            let weight = |level| four_digits(f64::from(row.weight(level)));
            row.items.iter().zip(row.levels).map(|(to, &level)| json!([to.0, weight(level)])).collect::<Vec<_>>()
        })
        .collect();
    let decay_digits: Vec<f64> = decay.iter().map(|&weight| four_digits(f64::from(weight))).collect();
    let text = json!({ "ids": ids, "decay": decay_digits, "neighbours": rows }).to_string();
    write(folder, "neighbours.json", text.as_bytes())?;

    let ids = ids.join("\n");
    let mut offsets = vec![0u32];
    let (mut columns, mut weights) = (Vec::new(), Vec::new());
    for item in items() {
        let row = table.row(item);
        columns.extend(row.items.iter().map(|to| to.0));
        weights.extend(row.levels.iter().map(|&level| row.weight(level)));
        offsets.push(columns.len() as u32);
    }
    let head = [offsets.len() as u32 - 1, columns.len() as u32, decay.len() as u32, ids.len() as u32];
    let mut bytes = Vec::new();
    for number in head.iter().chain(&offsets).chain(&columns) {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for weight in weights.iter().chain(decay) {
        bytes.extend_from_slice(&weight.to_le_bytes());
    }
    bytes.extend_from_slice(ids.as_bytes());
    write(folder, "neighbours.bin", &bytes)?;
    println!(r#"{{"items":{},"edges":{}}}"#, head[0], head[1]);
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    let mut file = std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.write_all(bytes)?)
}

/// Rounds to four significant digits; 0 stays 0.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
