//! Variants in lists: one of each product, the right one, on random models.

use super::tests::{NUM_ITEMS, any_history, any_model};
use super::*;
use crate::model::{Curated, Dictionary, Relation, Variants};
use proptest::prelude::*;

/// Number of a variant.
fn number(variant: u32) -> ItemIx {
    ItemIx(NUM_ITEMS + variant)
}

/// A model some of whose items have variants, with the stock of variants by number: unknown, in stock or sold out.
#[derive(Clone, Debug)]
struct Shop {
    model: Model,
    stock: Vec<Option<bool>>,
}

impl Shop {
    fn catalogue(&self) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (variant, stock) in (0..).zip(&self.stock) {
            if let Some(stock) = stock {
                catalogue.update(&self.model, Column::Stock, &[number(variant).0, u32::from(*stock)]);
            }
        }
        catalogue
    }

    /// The numbers of an item in the order of preference.
    fn preferred(&self, item: ItemIx, viewed: &[HistoryEvent]) -> Vec<ItemIx> {
        let variants = self.model.variants_of(item);
        if variants.is_empty() {
            return vec![item];
        }
        let last =
            viewed.iter().map(|event| event.item).find(|seen| variants.iter().any(|&variant| number(variant) == *seen));
        let in_stock = |variant: &u32| self.stock[*variant as usize] != Some(false);
        let mut all: Vec<ItemIx> = last.into_iter().collect();
        all.extend(variants.iter().filter(|of| in_stock(of)).map(|&of| number(of)));
        all.extend(variants.iter().filter(|of| !in_stock(of)).map(|&of| number(of)));
        let mut distinct: Vec<ItemIx> = Vec::new();
        all.into_iter().for_each(|of| {
            if !distinct.contains(&of) {
                distinct.push(of)
            }
        });
        distinct
    }
}

fn any_shop() -> impl Strategy<Value = Shop> {
    let variants = prop::collection::btree_map("[a-c][0-9]", (0..NUM_ITEMS, 0u64..3), 1..20);
    (any_model(), variants, prop::collection::vec(prop::option::of(any::<bool>()), 20)).prop_map(
        |(mut model, variants, mut stock)| {
            let variants: Vec<(String, ItemIx, u64)> =
                variants.into_iter().map(|(id, (item, sales))| (id, ItemIx(item), sales)).collect();
            stock.truncate(variants.len());
            model.variants = Some(Variants::new(NUM_ITEMS as usize, &variants).unwrap());
            Shop { model, stock }
        },
    )
}

/// A history of which some events are of variants.
fn with_variants(shop: &Shop, history: &[HistoryEvent], picks: &[u8]) -> Vec<HistoryEvent> {
    let event = |(event, &pick): (&HistoryEvent, &u8)| {
        let variants = shop.model.variants_of(event.item);
        let variant = (!variants.is_empty()).then(|| variants[usize::from(pick) % variants.len()]);
        HistoryEvent { item: variant.map_or(event.item, number), ..*event }
    };
    history.iter().zip(picks).map(event).collect()
}

fn source(which: u8, history: &[HistoryEvent]) -> Source<'_> {
    match which {
        0 => Source::ForYou { history, factors: &[] },
        _ => Source::Trending { days: 0 },
    }
}

proptest! {
    #[test]
    fn a_list_is_that_of_products_and_shows_the_preferred_variant(
        shop in any_shop(), history in any_history(), picks in prop::collection::vec(any::<u8>(), 40), which in 0u8..2,
        repeats: bool, explain: bool,
    ) {
        let catalogue = shop.catalogue();
        let rules = Rules { catalogue: Some(&catalogue), ..Rules::default() };
        let events = with_variants(&shop, &history, &picks);
        let options = Options { k: 12, repeats, explain, viewed: &events, rules, ..Options::default() };
        let mut ranker = Ranker::new(&shop.model);
        let listed = ranker.list(&shop.model, source(which, &events), &options, &mut |_| true);
        let plain = Model { variants: None, ..shop.model.clone() };
        let expected = ranker.list(&plain, source(which, &history[..events.len()]), &options, &mut |_| true);
        let of = |listed: &[Ranked]| listed.iter().map(|one| (one.item, one.score)).collect::<Vec<_>>();
        prop_assert_eq!(of(&listed), of(&expected));
        for one in &listed {
            prop_assert_eq!(one.shown, shop.preferred(one.item, &events)[0]);
            for reason in &one.reasons {
                let item = shop.model.product_of(reason.item.0);
                prop_assert_eq!(reason.item, shop.preferred(item, &events)[0]);
            }
        }
    }

    #[test]
    fn what_a_filter_and_a_predicate_let_through_is_shown(
        shop in any_shop(), refused in prop::collection::vec(0..NUM_ITEMS + 20, 0..20), in_stock: bool,
    ) {
        let catalogue = shop.catalogue();
        let words = [2, u32::from(in_stock)];
        let rules = Rules { catalogue: Some(&catalogue), filter: Filter::new(&words), ..Rules::default() };
        let options = Options { k: 99, rules, ..Options::default() };
        let passes = |at: ItemIx| {
            let stock = at.0.checked_sub(NUM_ITEMS).and_then(|variant| shop.stock[variant as usize]);
            (stock != Some(false)) == in_stock && !refused.contains(&at.0)
        };
        let mut ranker = Ranker::new(&shop.model);
        let mut eligible = |at: ItemIx| !refused.contains(&at.0);
        let listed = ranker.list(&shop.model, Source::Trending { days: 0 }, &options, &mut eligible);
        let mut expected: Vec<(ItemIx, ItemIx)> = (0..NUM_ITEMS)
            .filter_map(|item| {
                let first = shop.preferred(ItemIx(item), &[]).into_iter().find(|&at| passes(at))?;
                Some((ItemIx(item), first))
            })
            .collect();
        let mut found: Vec<(ItemIx, ItemIx)> = listed.iter().map(|one| (one.item, one.shown)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
        // Apart, all that pass stand where the product would.
        let apart = Options { apart: true, ..options };
        let all = ranker.list(&shop.model, Source::Trending { days: 0 }, &apart, &mut eligible);
        let expected: Vec<ItemIx> = listed
            .iter()
            .flat_map(|one| shop.preferred(one.item, &[]).into_iter().filter(|&at| passes(at)))
            .collect();
        prop_assert_eq!(all.iter().map(|one| one.shown).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn excluded_pinned_and_unwanted_variants_stand_for_their_products() {
    let ids = ["a", "b", "c"];
    let mut model: Model =
        Model { items: Dictionary::new(&ids).unwrap(), popularity: vec![3, 2, 1], ..Model::default() };
    let variants = [("b1".to_owned(), ItemIx(1), 0), ("b2".to_owned(), ItemIx(1), 5)];
    model.variants = Some(Variants::new(3, &variants).unwrap());
    model.ranking.decay = vec![1.0];
    let number = |id: &str| model.number(id).unwrap();
    assert_eq!([model.id(number("b2")), model.id(number("a")), model.id(ItemIx(9))], ["b2", "a", ""]);
    let list = |options: &Options, source: Source| {
        let listed = Ranker::new(&model).list(&model, source, options, &mut |_| true);
        listed.iter().map(|one| model.id(one.shown).to_owned()).collect::<Vec<_>>()
    };
    let trending = Source::Trending { days: 0 };
    // The most sold one.
    assert_eq!(list(&Options::default(), trending), ["a", "b2", "c"]);
    assert_eq!(list(&Options { exclude: &[number("b1")], ..Options::default() }, trending), ["a", "c"]);
    let pins = [(number("b1"), 0)];
    let rules = Rules { pins: &pins, ..Rules::default() };
    assert_eq!(list(&Options { rules, ..Options::default() }, trending), ["b1", "a", "c"]);
    let history = [HistoryEvent { item: number("b1"), kind: EventKind::View }];
    let unwanted = Source::ForYou { history: &history, factors: &[-1.0] };
    assert_eq!(list(&Options { repeats: true, ..Options::default() }, unwanted), ["a", "c"]);
    let given = [(number("b1"), 0.5), (number("c"), 0.2)];
    let viewed = Options { viewed: &history, ..Options::default() };
    assert_eq!(list(&viewed, Source::Given(&given)), ["b1", "c"]);
}

#[test]
fn curated_items_lead_the_lists_of_their_item() {
    let ids = ["a", "b", "c", "d"];
    let mut model: Model =
        Model { items: Dictionary::new(&ids).unwrap(), popularity: vec![4, 3, 2, 1], ..Model::default() };
    let pair = |relation, item, other| Curated { relation, item: ItemIx(item), other: ItemIx(other) };
    let related = Relation::Next;
    model.curated = vec![pair(related, 0, 3), pair(related, 0, 2), pair(Relation::Together, 1, 3)];
    let list = |source: Source, options: &Options| {
        let listed = Ranker::new(&model).list(&model, source, options, &mut |item| item != ItemIx(2));
        let of = |one: &Ranked| (one.item.0, one.reasons.first().map(|reason| (reason.item.0, reason.is_curated)));
        listed.iter().map(of).collect::<Vec<_>>()
    };
    let explained = Options { explain: true, ..Options::default() };
    // What may not be listed is left out all the same; the rest is popular.
    assert_eq!(list(Source::Related(&[ItemIx(0)]), &explained), [(3, Some((0, true))), (1, None)]);
    assert_eq!(list(Source::Together(&[ItemIx(1)]), &explained), [(3, Some((1, true))), (0, None)]);
    assert_eq!(list(Source::Related(&[ItemIx(1)]), &explained), [(0, None), (3, None)]);
    assert_eq!(list(Source::Trending { days: 0 }, &explained), [(0, None), (1, None), (3, None)]);
    // A pin of the request comes first.
    let rules = Rules { pins: &[(ItemIx(1), 0)], ..Rules::default() };
    let pinned = Options { rules, ..Options::default() };
    assert_eq!(list(Source::Related(&[ItemIx(0)]), &pinned), [(1, None), (3, None)]);
    let excluded = Options { exclude: &[ItemIx(3)], ..Options::default() };
    assert_eq!(list(Source::Related(&[ItemIx(0)]), &excluded), [(1, None)]);
}
