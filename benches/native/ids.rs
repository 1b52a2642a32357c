//! Bytes an item that shop ids take in a model's file, for several sorts of ids, beside what else one could do.
//!
//! `cargo run --profile fast --example ids -- MODEL`: takes the items and neighbours of a model (its own ids should be
//! numbers) and gives them other ids, in the order of their own but for those within a block.

use std::error::Error;
use vicino::ItemIx;
use vicino::model::{BLOCK, Dictionary, Model, sections};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: ids MODEL")?;
    let model = Model::open(&std::fs::read(path)?)?;
    let num_items = model.num_items();
    let by_id = Dictionary::order_of_ids(&ids_of(&model));
    let mut rank = vec![0usize; num_items];
    by_id.iter().enumerate().for_each(|(at, item)| rank[item.as_usize()] = at);

    // log2(n!) / n by Stirling's formula.
    let n = num_items as f64;
    let order =
        (n * libm::log2(n) - n / std::f64::consts::LN_2 + 0.5 * libm::log2(std::f64::consts::TAU * n)) / 8.0 / n;
    println!("{num_items} items; an order that nothing is known of takes {order:.2} bytes an item\n");
    println!("| ids | as text | sorted front coding + order | `fst` + order | Vicino |\n|---|---:|---:|---:|---:|");
    let kinds: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("numbers `1`, `2`, …", &|at| (at + 1).to_string()),
        ("numbers of 8 digits with gaps", &|at| (10_000_000 + at * 700 + mixed(at) as usize % 700).to_string()),
        ("`SKU-0000123-B`", &|at| format!("SKU-{:07}-{}", at * 3 + 7, ["A", "B", "C"][mixed(at) as usize % 3])),
        ("UUIDs, random", &|at| uuid(mixed(at), mixed(at + num_items))),
        ("UTF-8 (`größe/0123`, `商品/0123`)", &|at| {
            format!("{}/{at:05}", ["größe", "商品", "чай"][at * 3 / num_items])
        }),
    ];
    for (name, id) in kinds {
        let ids = ordered_in_blocks(rank.iter().map(|&at| id(at)).collect());
        let mut named = model.clone();
        named.items = Dictionary::new(&ids).map_err(|at| format!("id {at} stands twice"))?;
        let bytes = named.to_bytes()?;
        let ours = sections(&bytes)?.into_iter().find(|section| section.name == "items").ok_or("no items")?.num_bytes;
        let mut sorted = ids.clone();
        sorted.sort();
        let set = fst::Set::from_iter(&sorted)?.as_fst().as_bytes().len() as f64;
        let text: usize = ids.iter().map(|id| id.len() + 1).sum();
        let width = libm::log2(num_items as f64).ceil() / 8.0;
        let per_item = |bytes: f64| bytes / n;
        println!(
            "| {name} | {:.2} | {:.2} | {:.2} | **{:.2}** |",
            per_item(text as f64),
            per_item(front_coded(&sorted) as f64) + width,
            per_item(set) + width,
            per_item(ours as f64)
        );
    }
    Ok(())
}

/// The ids with those of each block in the order of ids, as a file holds them.
fn ordered_in_blocks(ids: Vec<String>) -> Vec<String> {
    let mut rank = vec![0usize; ids.len()];
    Dictionary::order_of_ids(&ids).iter().enumerate().for_each(|(at, item)| rank[item.as_usize()] = at);
    let mut ranked: Vec<(usize, String)> = rank.into_iter().zip(ids).collect();
    ranked.chunks_mut(BLOCK).for_each(<[_]>::sort);
    ranked.into_iter().map(|(_, id)| id).collect()
}

fn ids_of(model: &Model) -> Vec<String> {
    (0..model.num_items() as u32).map(|item| model.items.id(ItemIx(item)).to_owned()).collect()
}

/// Two bytes for the shared and the other length, then what is not shared.
fn front_coded(sorted: &[String]) -> usize {
    let mut last = "";
    let mut num_bytes = 0;
    for id in sorted {
        let shared = last.bytes().zip(id.bytes()).take_while(|(one, other)| one == other).count();
        num_bytes += 2 + id.len() - shared;
        last = id;
    }
    num_bytes
}

fn mixed(at: usize) -> u64 {
    let mut bits = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
