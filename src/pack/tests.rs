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
        trends: Vec::new(),
        replenishment: Vec::new(),
        category_replenishment: Vec::new(),
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
    assert_eq!(
        model.tables.iter().map(|(purpose, _)| *purpose).collect::<Vec<_>>(),
        [Purpose::Next, Purpose::Together]
    );
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

/// A ring of items, each with the next twelve as neighbours, the nearer the heavier.
fn ring(num_items: u32) -> Draft {
    let entries: Vec<_> = (0..num_items)
        .flat_map(|item| (1..=12).map(move |step| (item, (item + step) % num_items, 1.0 / step as f32)))
        .collect();
    draft(num_items as usize, &entries)
}

const FOUR_LEVELS: Detail = Detail { num_levels: 4, has_classes: true };

#[test]
fn the_most_important_links_are_kept_and_weigh_about_as_much() {
    let packer = Packer::new(ring(100)).unwrap();
    assert_eq!(packer.num_pairs(), 1200);
    let model = packer.pack(200, FOUR_LEVELS).unwrap();
    let table = model.table(Purpose::Next).unwrap();
    assert_eq!((table.num_edges(), table.hop()), (400, Tuning::default().hop));
    let item = |number: u32| model.items.item(&format!("item {}", number % 100)).unwrap();
    // Everything else equal, the next two of each are the heaviest, and rows of items with more events count a little more.
    let kept = (0..100).filter(|&number| table.row(item(number)).weight_of(item(number + 1)) > 0.0).count();
    assert!(kept >= 95, "{kept}");
    let [near, far] = [1, 2].map(|step| table.row(item(50)).weight_of(item(50 + step)));
    assert!(near > far && far > 0.0, "{near} {far}");
}

#[test]
fn a_size_is_never_exceeded_and_nearly_used() {
    let packer = Packer::new(ring(2000)).unwrap();
    let least = packer.pack(0, FOUR_LEVELS).unwrap().to_bytes().unwrap().len();
    let all = packer.pack(packer.num_pairs(), FOUR_LEVELS).unwrap().to_bytes().unwrap().len();
    for wanted in [least, (least + all) / 2, all + 1000] {
        let (model, bytes, num_links) = packer.pack_to_size(wanted, FOUR_LEVELS).unwrap();
        assert_eq!(Model::open(&bytes).unwrap(), model);
        assert_eq!(model.table(Purpose::Next).unwrap().num_edges(), 2 * num_links);
        assert!(bytes.len() <= wanted, "{} of {wanted}", bytes.len());
        assert!(num_links == packer.num_pairs() || bytes.len() * 50 >= wanted * 49, "{} of {wanted}", bytes.len());
    }
    let error = packer.pack_to_size(least - 1, FOUR_LEVELS).unwrap_err();
    assert_eq!(error, PackError::Size { wanted: least - 1, least });
}

#[test]
fn packing_is_the_same_for_any_number_of_threads() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Packer::new(ring(600)).unwrap().pack(3000, FOUR_LEVELS).unwrap().to_bytes().unwrap())
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn a_tuning_changes_weights_and_nothing_that_costs_bytes() {
    let model = Packer::new(ring(50)).unwrap().pack(300, FOUR_LEVELS).unwrap();
    let mut tuning = Tuning { decay_power: 2.0, repeat_scale: 3.0, level_power: 0.5, ..Tuning::default() };
    tuning.rows[0] = 0.5;
    let tuned = tuning.apply(Purpose::Next, &model).unwrap();
    assert_eq!(tuned.ranking.decay, [1.0, 0.25]);
    assert_eq!(tuned.ranking.repeat, [1.5]);
    assert_eq!(tuned.to_bytes().unwrap().len(), model.to_bytes().unwrap().len());
    let ratio = |model: &Model| {
        let levels = &model.table(Purpose::Next).unwrap().weights().levels;
        f64::from(levels[3] / levels[0]).ln()
    };
    assert!((ratio(&tuned) / ratio(&model) - 0.5).abs() < 1e-3);
    assert_eq!(Tuning::default().apply(Purpose::Together, &model).unwrap(), model);
}

#[test]
fn levels_that_no_file_has_are_refused() {
    for num_levels in [0, 17] {
        let error = Packer::new(ring(20)).unwrap().pack(9, Detail { num_levels, has_classes: true }).unwrap_err();
        assert_eq!(error, PackError::Option { option: "num_levels", found: num_levels, least: 1, most: 16 });
    }
}

/// 300 items with one link each, some alike and bought again.
fn with_extras() -> Draft {
    let mut draft = draft(300, &[(0, 1, 1.0), (2, 3, 0.5)]);
    let alike = (0..300).map(|item| vec![(ItemIx((item * 131 + 57) % 300), 1.0)]).collect();
    draft.tables.push((Purpose::Similar, SparseMatrix::from_rows(alike)));
    draft.replenishment = (0..300).map(|item| (ItemIx(item), item as u16 * 37 % 90 + 1)).collect();
    draft.trends = vec![(7, vec![(ItemIx(5), 2.0), (ItemIx(9), 4.0)])];
    draft
}

#[test]
fn a_model_has_its_extras_whatever_the_number_of_links() {
    let detail = Detail { num_levels: 4, has_classes: true };
    let model = Packer::new(with_extras()).unwrap().pack(1, detail).unwrap();
    let item = |id| model.items.item(id).unwrap();
    // 8 * 131 + 57 is 205 beyond 900.
    assert!(model.table(Purpose::Similar).unwrap().row(item("item 8")).items.contains(&item("item 205")));
    assert_eq!(model.replenishment_days(item("item 7")), Some(80));
    let mut trend = vec![(item("item 9"), 255), (item("item 5"), 239)];
    trend.sort_unstable();
    assert_eq!(model.trends, [crate::model::Trend { days: 7, items: trend }]);
    assert_eq!(pack(with_extras(), &PackOptions::default()).unwrap().replenishment.len(), 300);
}

#[test]
fn a_tight_budget_goes_to_links_and_a_wide_one_has_room_for_all() {
    let detail = Detail { num_levels: 4, has_classes: false };
    let packer = Packer::new(with_extras()).unwrap();
    let (tight, bytes, _) = packer.pack_to_size(1200, detail).unwrap();
    assert!(bytes.len() <= 1200 && tight.replenishment.is_empty() && tight.trends.is_empty());
    assert_eq!((tight.table(Purpose::Similar), tight.table(Purpose::Next).unwrap().num_edges()), (None, 4));
    let (wide, bytes, _) = packer.pack_to_size(20_000, detail).unwrap();
    assert!(bytes.len() <= 20_000 && wide.table(Purpose::Similar).is_some());
    assert_eq!((wide.replenishment.len(), wide.trends.len()), (300, 1));
}
