use super::*;
use crate::CategoryIx;
use crate::model::BLOCK;

/// Items `a`.. with these (row, column, weight) entries in the table for what comes next.
fn draft(num_items: usize, entries: &[(u32, u32, f32)]) -> Draft {
    let mut rows = vec![Vec::new(); num_items];
    for &(row, column, weight) in entries {
        rows[row as usize].push((ItemIx(column), weight));
    }
    Draft {
        item_ids: (0..num_items).map(|item| format!("item {item}")).collect(),
        tables: vec![(Relation::Next, CsrMatrix::from_rows(rows))],
        popularity: (0..num_items).map(|item| item as f32).collect(),
        num_events: (0..num_items as u32).collect(),
        ranking: RankingParameters { decay: vec![1.0, 0.5], repeat: vec![0.5], event_weights: [1.0, 2.0, 3.0] },
        categories: None,
        about: About::default(),
        privacy: Privacy::default(),
        trends: Vec::new(),
        replenishment: Vec::new(),
        category_replenishment: Vec::new(),
        variants: Vec::new(),
        curated: Vec::new(),
        markets: Vec::new(),
        measurements: Vec::new(),
    }
}

/// All links of a draft at the finest detail.
fn pack_all(draft: Draft) -> Result<Model, PackError> {
    let packer = Packer::new(draft)?;
    packer.pack(packer.num_pairs(), Detail::FINE)
}

#[test]
fn the_diagonal_and_weights_that_are_not_positive_are_no_neighbours() {
    let model = pack_all(draft(3, &[(0, 0, 9.0), (0, 1, 0.0), (0, 2, -1.0)])).unwrap();
    assert_eq!(model.table(Relation::Next).unwrap().num_edges(), 0);
}

#[test]
fn everything_that_belongs_to_an_item_moves_with_it() {
    let mut draft = draft(4, &[(0, 3, 1.0), (3, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)]);
    draft.categories = Some(Categories {
        names: vec!["even".into(), "odd".into()],
        of_item: (0..4).map(|item| if item == 3 { None } else { Some(CategoryIx(item % 2)) }).collect(),
    });
    let model = pack_all(draft).unwrap();
    // In one block all are in the order of their ids.
    assert_eq!(model.items.item("item 3"), Some(ItemIx(3)));
    let category = |item| model.category_of(model.items.item(&format!("item {item}")).unwrap());
    assert_eq!([0, 1, 2, 3].map(category), [Some("even"), Some("odd"), Some("even"), None]);
    // Popularity 0, 1, 2, 3: withheld, and 255 - 16 log2(3/1) = 229.6, 255 - 16 log2(3/2) = 245.6, 255.
    let popularity = |item| model.popularity[model.items.item(&format!("item {item}")).unwrap().as_usize()];
    assert_eq!([0, 1, 2, 3].map(popularity), [0, 230, 246, 255]);
}

#[test]
fn what_hangs_together_is_in_one_block() {
    // Two groups, every other item in each, and no link between them.
    let links = |item: u32| (1..=12).map(move |step| (item, (item + 2 * step) % 256, 1.0));
    let entries: Vec<(u32, u32, f32)> = (0..256).flat_map(links).collect();
    let model = pack_all(draft(256, &entries)).unwrap();
    let block = |item: u32| model.items.item(&format!("item {item}")).unwrap().as_usize() / BLOCK;
    assert!((0..256).all(|item| block(item) == block(item % 2)));
    assert_ne!(block(0), block(1));
}

#[test]
fn tables_come_in_the_order_of_their_relations() {
    let mut draft = draft(2, &[(0, 1, 1.0)]);
    draft.tables.insert(0, (Relation::Together, CsrMatrix::from_rows(vec![Vec::new(); 2])));
    let model = pack_all(draft).unwrap();
    assert_eq!(
        model.tables.iter().map(|(relation, _)| *relation).collect::<Vec<_>>(),
        [Relation::Next, Relation::Together]
    );
}

#[test]
fn a_shop_without_items_packs() {
    let model = pack_all(draft(0, &[])).unwrap();
    assert_eq!(Model::open(&model.to_bytes().unwrap()).unwrap(), model);
}

#[test]
fn numbers_that_are_none_are_refused_with_the_item() {
    for weight in [f32::NAN, f32::INFINITY] {
        let error = pack_all(draft(2, &[(1, 0, weight)])).unwrap_err();
        assert!(matches!(error, PackError::Number { part: "neighbours/next", item, .. } if item == "item 1"));
    }
    let mut unpopular = draft(1, &[]);
    unpopular.popularity[0] = -1.0;
    assert!(matches!(pack_all(unpopular), Err(PackError::Number { part: "popularity", .. })));
}

#[test]
fn parts_of_different_items_are_refused() {
    let mut short = draft(3, &[]);
    short.popularity.pop();
    assert_eq!(pack_all(short).unwrap_err(), PackError::NumItems { part: "popularity", found: 2, expected: 3 });
    let mut twice = draft(2, &[]);
    twice.item_ids[1] = "item 0".into();
    assert!(matches!(pack_all(twice), Err(PackError::ItemId { item: 1, .. })));
    let mut double = draft(2, &[]);
    double.tables.push(double.tables[0].clone());
    assert_eq!(pack_all(double).unwrap_err(), PackError::TwoTables("neighbours/next"));
}

/// A ring of items, each with the next twelve as neighbours, the nearer the heavier.
fn ring(num_items: u32) -> Draft {
    let entries: Vec<_> = (0..num_items)
        .flat_map(|item| (1..=12).map(move |step| (item, (item + step) % num_items, 1.0 / step as f32)))
        .collect();
    draft(num_items as usize, &entries)
}

#[test]
fn the_most_important_links_are_kept_and_weigh_about_as_much() {
    let packer = Packer::new(ring(100)).unwrap();
    assert_eq!(packer.num_pairs(), 1200);
    let model = packer.pack(200, Detail::MEDIUM).unwrap();
    let table = model.table(Relation::Next).unwrap();
    assert_eq!((table.num_edges(), table.hop()), (400, Tuning::default().hop));
    let item = |number: u32| model.items.item(&format!("item {}", number % 100)).unwrap();
    // Everything else equal, the next two of each are the heaviest, and rows of items with more events count a little
    // more.
    let kept = (0..100).filter(|&number| table.row(item(number)).weight_of(item(number + 1)) > 0.0).count();
    assert!(kept >= 95, "{kept}");
    let [near, far] = [1, 2].map(|step| table.row(item(50)).weight_of(item(50 + step)));
    assert!(near > far && far > 0.0, "{near} {far}");
}

#[test]
fn a_size_is_never_exceeded_and_nearly_used() {
    let packer = Packer::new(ring(2000)).unwrap();
    let least = packer.pack(0, Detail::MEDIUM).unwrap().to_bytes().unwrap().len();
    let all = packer.pack(packer.num_pairs(), Detail::MEDIUM).unwrap().to_bytes().unwrap().len();
    for wanted in [least, (least + all) / 2, all + 1000] {
        let (model, bytes, num_links) = packer.pack_to_size(wanted, Detail::MEDIUM, &mut None).unwrap();
        assert_eq!(Model::open(&bytes).unwrap(), model);
        assert_eq!(model.table(Relation::Next).unwrap().num_edges(), 2 * num_links);
        assert!(bytes.len() <= wanted, "{} of {wanted}", bytes.len());
        assert!(num_links == packer.num_pairs() || bytes.len() * 50 >= wanted * 49, "{} of {wanted}", bytes.len());
    }
    let error = packer.pack_to_size(least - 1, Detail::MEDIUM, &mut None).unwrap_err();
    assert_eq!(error, PackError::Size { wanted: least - 1, least });
}

#[test]
fn packing_is_the_same_for_any_number_of_threads() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Packer::new(ring(600)).unwrap().pack(3000, Detail::MEDIUM).unwrap().to_bytes().unwrap())
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn a_tuning_changes_weights_and_nothing_that_costs_bytes() {
    let model = Packer::new(ring(50)).unwrap().pack(300, Detail::MEDIUM).unwrap();
    let mut tuning =
        Tuning { decay_power: 2.0, repeat_scale: 3.0, level_power: 0.5, direction_power: 2.0, ..Tuning::default() };
    tuning.rows[0] = 0.5;
    let tuned = tuning.apply(Relation::Next, &model).unwrap();
    assert_eq!(tuned.ranking.decay, [1.0, 0.25]);
    assert_eq!(tuned.ranking.repeat, [1.5]);
    assert_eq!(tuned.to_bytes().unwrap().len(), model.to_bytes().unwrap().len());
    let [before, after] = [&model, &tuned].map(|model| model.table(Relation::Next).unwrap().weights());
    let ratio = |levels: &[f32]| libm::log(f64::from(levels[2] / levels[0]));
    assert!((ratio(&after.levels) / ratio(&before.levels) - 0.5).abs() < 1e-3);
    assert_eq!(after.first_directed(), before.first_directed());
    let at = before.first_directed();
    assert!((libm::logf(after.directions[at]) / libm::logf(before.directions[at]) - 2.0).abs() < 1e-3);
    assert_eq!(Tuning::default().apply(Relation::Together, &model).unwrap(), model);
}

#[test]
fn details_that_no_file_has_are_refused() {
    let refused = |detail| Packer::new(ring(20)).unwrap().pack(9, detail).unwrap_err();
    for max_levels in [0, 17] {
        let error = refused(Detail { max_levels, ..Detail::FINE });
        assert_eq!(error, PackError::Option { option: "max_levels", found: max_levels, least: 1, most: 16 });
    }
    for tail_share in [0.0, 1.0, -0.5] {
        assert_eq!(refused(Detail { tail_share, ..Detail::FINE }), PackError::TailShare(tail_share));
    }
}

#[test]
fn the_more_links_an_item_has_the_finer_is_the_detail_that_suits() {
    let suiting = [0, 399, 400, 700, 701, 9000].map(|num_links| Detail::for_links(num_links, 100));
    let [coarse, medium, fine] = [Detail::COARSE, Detail::MEDIUM, Detail::FINE];
    assert_eq!(suiting, [coarse, coarse, medium, medium, fine, fine]);
    assert_eq!(Detail::for_links(0, 0), coarse);
}

/// 300 items with one link each, some alike and bought again.
fn with_extras() -> Draft {
    let mut draft = draft(300, &[(0, 1, 1.0), (2, 3, 0.5)]);
    let alike = (0..300).map(|item| vec![(ItemIx((item * 131 + 57) % 300), 1.0)]).collect();
    draft.tables.push((Relation::Similar, CsrMatrix::from_rows(alike)));
    draft.replenishment = (0..300).map(|item| (ItemIx(item), item as u16 * 37 % 90 + 1)).collect();
    draft.trends = vec![(7, vec![(ItemIx(5), 2.0), (ItemIx(9), 4.0)])];
    draft
}

#[test]
fn a_model_has_its_extras_whatever_the_number_of_links() {
    let detail = Detail::COARSE;
    let model = Packer::new(with_extras()).unwrap().pack(1, detail).unwrap();
    let item = |id| model.items.item(id).unwrap();
    // 8 * 131 + 57 is 205 beyond 900.
    assert!(model.table(Relation::Similar).unwrap().row(item("item 8")).items.contains(&item("item 205")));
    assert_eq!(model.replenishment_days(item("item 7")), Some(80));
    let mut trend = vec![(item("item 9"), 255), (item("item 5"), 239)];
    trend.sort_unstable();
    assert_eq!(model.trends, [crate::model::Trend { days: 7, items: trend }]);
    assert_eq!(pack_all(with_extras()).unwrap().replenishment.len(), 300);
}

#[test]
fn a_tight_budget_goes_to_links_and_a_wide_one_has_room_for_all() {
    let detail = Detail::BARE;
    let packer = Packer::new(with_extras()).unwrap();
    let (tight, bytes, _) = packer.pack_to_size(1200, detail, &mut None).unwrap();
    assert!(bytes.len() <= 1200 && tight.replenishment.is_empty() && tight.trends.is_empty());
    assert_eq!((tight.table(Relation::Similar), tight.table(Relation::Next).unwrap().num_edges()), (None, 4));
    let (wide, bytes, _) = packer.pack_to_size(20_000, detail, &mut None).unwrap();
    assert!(bytes.len() <= 20_000 && wide.table(Relation::Similar).is_some());
    assert_eq!((wide.replenishment.len(), wide.trends.len()), (300, 1));
}
