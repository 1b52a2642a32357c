//! `vicino inspect`.

use crate::shop::SHOP;
use crate::{json, stdout, vicino};
use std::fs;

#[test]
fn sections_add_up_to_the_file() {
    let found = json(&mut vicino(["inspect", &SHOP.model(), "--json"]));
    let bytes = fs::metadata(SHOP.path("shop.vicino")).unwrap().len();
    assert_eq!(found["bytes"], bytes);
    let sections = found["sections"].as_array().unwrap();
    let sum: u64 = sections.iter().map(|section| section["bytes"].as_u64().unwrap()).sum();
    assert!(sections.len() >= 3 && sum <= bytes && bytes - sum < 40 + 16 * sections.len() as u64, "{sum} of {bytes}");
    assert_eq!(found["num_items"], 60);
    assert_eq!(found["privacy"]["min_shoppers"], 2);
    assert_eq!(found["privacy"]["counts_shoppers"], true);
    assert!(found["tables"][0]["bits_per_neighbour"].as_f64().unwrap() > 1.0);
}

#[test]
fn the_table_names_what_is_in_the_file() {
    let text = stdout(&mut vicino(["inspect", &SHOP.model()]));
    for part in ["format", "sections", "bits a neighbour", "distinct shoppers", "HitRate@20", "next"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
