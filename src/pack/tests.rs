use super::*;
use crate::CategoryIx;
use crate::model::scale;

/// Items `a`.. with these (row, column, weight) entries in the table for what comes next.
fn draft(num_items: usize, entries: &[(u32, u32, f32)]) -> Draft {
    let mut rows = vec![Vec::new(); num_items];
    for &(row, column, weight) in entries {
        rows[row as usize].push((ItemIx(column), weight));
    }
    Draft {
        item_ids: (0..num_items).map(|item| format!("item {item}")).collect(),
        tables: vec![(Purpose::Next, SparseMatrix::from_rows(rows))],
        popularity: (0..num_items).map(|item| item as f32).collect(),
        num_events: (0..num_items as u32).collect(),
        ranking: RankingParameters { decay: vec![1.0, 0.5], repeat: vec![0.5], event_weights: [1.0, 2.0, 3.0] },
        categories: None,
        about: About::default(),
        privacy: Privacy::default(),
        measurements: Vec::new(),
    }
}

/// The neighbours of `id` by id, with the weight that ranking sees.
fn neighbours(model: &Model, id: &str) -> Vec<(String, f32)> {
    let row = model.table(Purpose::Next).unwrap().row(model.items.item(id).unwrap());
    let mut neighbours: Vec<_> = row
        .items
        .iter()
        .zip(row.levels)
        .map(|(&item, &level)| (model.items.id(item).to_owned(), row.weight_in_row(level)))
        .collect();
    neighbours.sort_by(|a, b| a.0.cmp(&b.0));
    neighbours
}

#[test]
fn a_row_keeps_its_heaviest_neighbours_and_ties_go_to_the_lower_number() {
    let draft = draft(5, &[(0, 1, 0.5), (0, 2, 1.0), (0, 3, 0.5), (0, 4, 0.1)]);
    let model = pack(draft, &PackOptions { neighbours: 2, weight_bits: 3 }).unwrap();
    let ids: Vec<String> = neighbours(&model, "item 0").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["item 1", "item 2"]);
}

#[test]
fn the_diagonal_and_weights_that_are_not_positive_are_no_neighbours() {
    let model = pack(draft(3, &[(0, 0, 9.0), (0, 1, 0.0), (0, 2, -1.0)]), &PackOptions::default()).unwrap();
    assert_eq!(neighbours(&model, "item 0"), []);
}

#[test]
fn weights_come_back_within_half_a_level_of_the_row_s_maximum() {
    let entries: Vec<(u32, u32, f32)> = (1..100).map(|column| (0, column, column as f32 / 99.0)).collect();
    let model = pack(draft(100, &entries), &PackOptions { neighbours: 99, weight_bits: 4 }).unwrap();
    for (id, weight) in neighbours(&model, "item 0") {
        let exact: f32 = id["item ".len()..].parse::<f32>().unwrap() / 99.0;
        assert!((weight - exact).abs() <= 0.5 / 16.0 + 1e-6, "{id}: {weight} for {exact}");
    }
}

#[test]
fn everything_that_belongs_to_an_item_moves_with_it() {
    let mut draft = draft(4, &[(0, 3, 1.0), (3, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)]);
    draft.categories = Some(Categories {
        names: vec!["even".into(), "odd".into()],
        of_item: (0..4).map(|item| if item == 3 { None } else { Some(CategoryIx(item % 2)) }).collect(),
    });
    let model = pack(draft, &PackOptions::default()).unwrap();
    // 0 is next to 3, its only neighbour.
    assert_eq!(model.items.item("item 3"), Some(ItemIx(1)));
    let category = |item| model.category_of(model.items.item(&format!("item {item}")).unwrap());
    assert_eq!([0, 1, 2, 3].map(category), [Some("even"), Some("odd"), Some("even"), None]);
    // Popularity 0, 1, 2, 3: withheld, and 255 - 16 log2(3/1) = 229.6, 255 - 16 log2(3/2) = 245.6, 255.
    let popularity = |item| model.popularity[model.items.item(&format!("item {item}")).unwrap().as_usize()];
    assert_eq!([0, 1, 2, 3].map(popularity), [0, 230, 246, 255]);
}

#[test]
fn weights_out_of_range_keep_their_ratio_to_each_other_and_to_repeats() {
    let model = pack(draft(3, &[(0, 1, 4e-6), (1, 0, 1e-6)]), &PackOptions::default()).unwrap();
    let next = model.table(Purpose::Next).unwrap();
    let [a, b] = ["item 0", "item 1"].map(|id| next.row_factor(model.items.item(id).unwrap()));
    assert_eq!(a / b, 4.0);
    assert!((model.ranking.repeat[0] / a * 4e-6 / 0.5 - 1.0).abs() < 0.03);
    assert_eq!(model.ranking.decay, [1.0, 0.5]);
    assert!(a <= scale(255));
}

#[test]
fn tables_stand_in_the_order_of_their_purposes() {
    let mut draft = draft(2, &[(0, 1, 1.0)]);
    draft.tables.insert(0, (Purpose::Together, SparseMatrix::from_rows(vec![Vec::new(); 2])));
    let model = pack(draft, &PackOptions::default()).unwrap();
    assert_eq!(model.tables.iter().map(|(purpose, _)| *purpose).collect::<Vec<_>>(), Purpose::ALL);
}

#[test]
fn a_shop_without_items_packs() {
    let model = pack(draft(0, &[]), &PackOptions::default()).unwrap();
    assert_eq!(Model::open(&model.to_bytes().unwrap()).unwrap(), model);
}

#[test]
fn numbers_that_are_none_are_refused_with_the_item() {
    for weight in [f32::NAN, f32::INFINITY] {
        let error = pack(draft(2, &[(1, 0, weight)]), &PackOptions::default()).unwrap_err();
        assert!(matches!(error, PackError::Number { part: "neighbours/next", item, .. } if item == "item 1"));
    }
    let mut unpopular = draft(1, &[]);
    unpopular.popularity[0] = -1.0;
    assert!(matches!(pack(unpopular, &PackOptions::default()), Err(PackError::Number { part: "popularity", .. })));
}

#[test]
fn parts_of_different_items_are_refused() {
    let mut short = draft(3, &[]);
    short.popularity.pop();
    assert_eq!(
        pack(short, &PackOptions::default()).unwrap_err(),
        PackError::NumItems { part: "popularity", found: 2, expected: 3 }
    );
    let mut twice = draft(2, &[]);
    twice.item_ids[1] = "item 0".into();
    assert!(matches!(pack(twice, &PackOptions::default()), Err(PackError::ItemId { item: 1, .. })));
    let mut double = draft(2, &[]);
    double.tables.push(double.tables[0].clone());
    assert_eq!(pack(double, &PackOptions::default()).unwrap_err(), PackError::TwoTables("neighbours/next"));
}

#[test]
fn options_out_of_range_are_refused() {
    for (neighbours, weight_bits) in [(0, 3), (MAX_NEIGHBOURS + 1, 3), (20, 0), (20, 9)] {
        let options = PackOptions { neighbours, weight_bits };
        assert!(matches!(pack(draft(1, &[]), &options), Err(PackError::Option { .. })), "{options:?}");
    }
}
