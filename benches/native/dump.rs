//! Writes a model's neighbours as a plain JavaScript page would want them: as JSON and as typed arrays.

use anyhow::Context;
use serde_json::json;
use std::path::Path;
use vicino::ItemIx;
use vicino::model::{Model, Neighbours, Relation, TwoHop};

/// Writes `by_id.json` and `by_id.bin` into `folder`, and `by_model.json` and `by_model.bin`, which number the items
/// as the model does: block by block, which puts neighbours near each other, and which only who packed it knows.
///
/// The JSON is `{"ids": [...], "decay": [...], "hop": {"share": .., "width": ..}, "neighbours": [[[item, weight], ...],
/// ...]}` with weights of four significant digits: more would only make it larger. The binary file holds,
/// little-endian: u32 num_items, num_edges, window, num_id_bytes, width of the hop; f32 share of the hop; u32 offsets
/// (num_items + 1); u32 items and f32 weights (num_edges each); f32 decay (window); the ids as UTF-8, one a line.
pub fn dump(model: &Path, folder: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(model).with_context(|| format!("cannot read {}", model.display()))?;
    let model = Model::open(&bytes)?;
    let table = model.table(Relation::Next).context("the model has no neighbours of the kind `next`")?;
    let by_model: Vec<ItemIx> = (0..model.num_items() as u32).map(ItemIx).collect();
    let mut by_id = by_model.clone();
    by_id.sort_by_key(|&item| (model.items.id(item).len(), model.items.id(item)));
    for (name, order) in [("by_id", by_id), ("by_model", by_model)] {
        let listing = Listing::new(&model, table, &order);
        write(folder, &format!("{name}.json"), listing.json().as_bytes())?;
        write(folder, &format!("{name}.bin"), &listing.typed_arrays())?;
    }
    println!(r#"{{"items":{},"edges":{},"bytes":{}}}"#, model.num_items(), table.num_edges(), bytes.len());
    Ok(())
}

/// The neighbours with items numbered anew.
struct Listing<'a> {
    ids: Vec<&'a str>,
    decay: &'a [f32],
    hop: TwoHop,
    rows: Vec<Vec<(u32, f32)>>,
}

impl<'a> Listing<'a> {
    fn new(model: &'a Model, table: &Neighbours, order: &[ItemIx]) -> Listing<'a> {
        let mut number_of = vec![0; order.len()];
        for (number, item) in order.iter().enumerate() {
            number_of[item.as_usize()] = number as u32;
        }
        let rows = order.iter().map(|&item| {
            let row = table.row(item);
            let edge = |&to: &ItemIx| (number_of[to.as_usize()], row.weight_of(to));
            let mut edges: Vec<_> = row.items.iter().map(edge).collect();
            edges.sort_unstable_by_key(|&(number, _)| number);
            edges
        });
        Listing {
            ids: order.iter().map(|&item| model.items.id(item)).collect(),
            decay: &model.ranking.decay,
            hop: table.hop(),
            rows: rows.collect(),
        }
    }

    fn json(&self) -> String {
        let row = |row: &Vec<(u32, f32)>| row.iter().map(|&(to, weight)| json!([to, four_digits(weight)])).collect();
        let rows: Vec<Vec<_>> = self.rows.iter().map(row).collect();
        let decay: Vec<f64> = self.decay.iter().map(|&weight| four_digits(weight)).collect();
        let hop = json!({ "share": four_digits(self.hop.share), "width": self.hop.width });
        json!({ "ids": self.ids, "decay": decay, "hop": hop, "neighbours": rows }).to_string()
    }

    fn typed_arrays(&self) -> Vec<u8> {
        let ids = self.ids.join("\n");
        let mut offsets = vec![0];
        for row in &self.rows {
            offsets.push(offsets[offsets.len() - 1] + row.len() as u32);
        }
        let edges = || self.rows.iter().flatten();
        let sizes = [self.rows.len(), edges().count(), self.decay.len(), ids.len(), self.hop.width.into()];
        let sizes = sizes.map(|size| size as u32).into_iter().chain([self.hop.share.to_bits()]);
        let numbers = sizes.chain(offsets).chain(edges().map(|edge| edge.0));
        let weights = edges().map(|edge| edge.1).chain(self.decay.iter().copied());
        let mut bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
        bytes.extend(weights.flat_map(f32::to_le_bytes));
        bytes.extend_from_slice(ids.as_bytes());
        bytes
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Rounds to four significant digits; 0 stays 0.
fn four_digits(value: f32) -> f64 {
    format!("{value:.3e}").parse().unwrap_or_else(|_| f64::from(value))
}
