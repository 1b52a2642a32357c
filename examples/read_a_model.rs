//! Prints what a model holds: `cargo run --example read_a_model -- shop.vicino`.

use std::error::Error;
use std::io::{self, Write};
use vicino::ItemIx;
use vicino::model::Model;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| "tests/golden/2.0-complete.vicino".into());
    print(&Model::open(&std::fs::read(path)?)?, &mut io::stdout().lock())?;
    Ok(())
}

/// Prints the origin of a model, its figures, and the neighbours of its first products.
fn print(model: &Model, output: &mut impl Write) -> io::Result<()> {
    let about = &model.about;
    writeln!(output, "{} products from {} events", model.num_items(), about.num_events)?;
    for measurement in &model.measurements {
        writeln!(output, "{}: {:.4}", measurement.name, measurement.value)?;
    }
    for (relation, table) in &model.tables {
        writeln!(output, "{}: {} links", relation.name(), table.num_edges())?;
        for item in (0..model.num_items().min(3) as u32).map(ItemIx) {
            let neighbours = table.row(item).items.iter().map(|&other| model.items.id(other));
            writeln!(output, "  {} -> {}", model.items.id(item), neighbours.collect::<Vec<_>>().join(", "))?;
        }
    }
    Ok(())
}
