//! Pairs: categories in one basket, and the whole matrix of products as a picture.

use std::collections::HashMap;

use super::facts::Facts;
use super::figure::{Chart, Figure, Grid};
use super::format::{number, percent, plural, thousands};
use super::stats::share;
use crate::catalog::Catalog;
use crate::counts::{CosineOptions, PrivacyThreshold, cosines};
use crate::pack::arrange;
use crate::{EventKind, ItemIx};

/// Categories of the heatmap.
const MAX_CATEGORIES: usize = 16;
/// Baskets below which a lift is chance.
const LEAST_BASKETS: u64 = 5;
/// Rows and columns of the picture of the matrix.
const MAX_CELLS: usize = 128;
/// Neighbours of each product in that picture.
const NEIGHBOURS: usize = 10;
/// Distinct products of a session that count for it.
const MAX_DISTINCT: usize = 40;

/// The category whose pairs are counted: the first part of a path, or a plain category as it is.
fn top_level(category: &str) -> &str {
    category.split(['>', '|']).next().unwrap_or(category).trim()
}

/// Draws the lift of pairs of categories: how much more often both are in one basket than by chance.
pub(super) fn categories(facts: &Facts<'_>, catalog: &Catalog) -> Result<Figure, &'static str> {
    let mut numbers: HashMap<&str, u8> = HashMap::new();
    let mut events: HashMap<&str, u64> = HashMap::new();
    let of_item: Vec<Option<&str>> =
        facts.log.item_ids.iter().map(|id| catalog.product(id)?.category.as_deref().map(top_level)).collect();
    for (category, kinds) in of_item.iter().zip(&facts.of_item) {
        if let Some(category) = category {
            *events.entry(category).or_default() += kinds.iter().sum::<u64>();
        }
    }
    let mut largest: Vec<(&str, u64)> = events.into_iter().collect();
    largest.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    largest.truncate(MAX_CATEGORIES);
    if largest.len() < 2 {
        return Err("a catalogue with at least two categories of the log's products");
    }
    numbers.extend((0..).zip(&largest).map(|(number, (name, _))| (*name, number)));
    let of_item: Vec<Option<u8>> =
        of_item.iter().map(|category| category.and_then(|category| numbers.get(category).copied())).collect();

    let n = largest.len();
    let wants_purchases = facts.of_kind(EventKind::Purchase) > 0;
    let (mut together, mut alone, mut baskets) = (vec![0_u64; n * n], vec![0_u64; n], 0_u64);
    for session in 0..facts.sessions.len() {
        let mut seen = 0_u32;
        let mut is_basket = false;
        let events = facts.sessions.items_of(session).iter().zip(facts.sessions.kinds_of(session));
        for (item, &kind) in events {
            is_basket |= !wants_purchases || kind == EventKind::Purchase;
            if (!wants_purchases || kind == EventKind::Purchase)
                && let Some(&Some(category)) = of_item.get(item.as_usize())
            {
                seen |= 1 << category;
            }
        }
        baskets += u64::from(is_basket);
        let of_session: Vec<usize> = (0..n).filter(|category| seen >> category & 1 == 1).collect();
        for &a in &of_session {
            alone[a] += 1;
            for &b in of_session.iter().filter(|&&b| b != a) {
                together[a * n + b] += 1;
            }
        }
    }
    let lift = |a: usize, b: usize| match together[a * n + b] {
        count if a == b || count < LEAST_BASKETS => 0.0,
        count => count as f64 * baskets as f64 / (alone[a] as f64 * alone[b] as f64),
    };
    let cells: Vec<f64> = (0..n * n).map(|cell| lift(cell / n, cell % n)).collect();
    let mut pairs: Vec<(usize, usize)> =
        (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).filter(|&(a, b)| lift(a, b) > 0.0).collect();
    pairs.sort_by(|&(a, b), &(c, d)| lift(c, d).total_cmp(&lift(a, b)).then((a, b).cmp(&(c, d))));
    let mut table = Grid::new(&["category", "and", "baskets with both", "lift"]);
    for &(a, b) in &pairs {
        table.row([
            largest[a].0.to_owned(),
            largest[b].0.to_owned(),
            thousands(together[a * n + b]),
            number(lift(a, b)),
        ]);
    }
    let best = pairs.first().map_or_else(
        || " No two of them are together in five baskets.".to_owned(),
        |&(a, b)| {
            format!(
                " The strongest pair is {} and {}: together {} times as often{}.",
                largest[a].0,
                largest[b].0,
                number(lift(a, b)),
                if lift(a, b) < 1.0 { ", which is rarer than by chance, as all pairs are" } else { "" }
            )
        },
    );
    let names: Vec<String> = largest.iter().map(|(name, _)| (*name).to_owned()).collect();
    Ok(Figure {
        id: "categories".to_owned(),
        title: "Which categories go together".to_owned(),
        text: format!(
            "The {n} largest categories: how many times as often two are in one {} as they would be if chosen \
             independently (lift; 1 is chance, pairs in fewer than {LEAST_BASKETS} are empty).{best}",
            if wants_purchases { "basket" } else { "session" }
        ),
        chart: Chart::Heatmap {
            columns: names.clone(),
            rows: names,
            x: "category".to_owned(),
            y: "category".to_owned(),
            value: "lift".to_owned(),
            cells,
            num_columns: n,
            is_log: false,
        },
        table,
    })
}

/// Where the nearest neighbours of products stand in the matrix, with the products in an order that puts neighbours
/// next to each other.
pub(super) fn matrix(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let num_items = facts.log.item_ids.len();
    let options = CosineOptions {
        neighbours: NEIGHBOURS,
        threshold: PrivacyThreshold::NONE,
        distinct: Some(MAX_DISTINCT),
        wanted: None,
    };
    let rows = cosines(facts.sessions, 0..facts.sessions.len(), num_items, &options).rows;
    let edges: Vec<(ItemIx, ItemIx)> = (0..rows.num_rows())
        .flat_map(|row| rows.row(row).0.iter().map(move |&other| (ItemIx(row as u32), other)))
        .collect();
    if edges.is_empty() {
        return Err("sessions with two products or more");
    }
    let order = arrange(num_items, edges.iter().copied());
    let mut places = vec![0_usize; num_items];
    for (place, item) in order.iter().enumerate() {
        places[item.as_usize()] = place;
    }
    let n = num_items.min(MAX_CELLS);
    let mut cells = vec![0.0; n * n];
    let mut close = 0_u64;
    for (a, b) in &edges {
        let (a, b) = (places[a.as_usize()], places[b.as_usize()]);
        cells[a * n / num_items * n + b * n / num_items] += 1.0;
        close += u64::from(a.abs_diff(b) * 100 <= num_items);
    }
    let with = (0..rows.num_rows()).filter(|&row| !rows.row(row).0.is_empty()).count() as u64;
    let possible = num_items as f64 * (num_items as f64 - 1.0);
    let mut table = Grid::new(&["what", "value"]);
    table.row(["products", &thousands(num_items as u64)]);
    table.row(["products with a neighbour", &thousands(with)]);
    table.row(["neighbours drawn", &thousands(edges.len() as u64)]);
    table.row(["share of all pairs", &percent(edges.len() as f64 / possible.max(1.0))]);
    table.row(["neighbours within a hundredth of the order", &percent(share(close, edges.len() as u64))]);
    Ok(Figure {
        id: "matrix".to_owned(),
        title: "The matrix of products".to_owned(),
        text: format!(
            "Each of {} with its {NEIGHBOURS} nearest by cosine, in an order that puts neighbours next to each other; \
             a cell stands for {} products and as many neighbours, and is the stronger the more of them meet. These \
             are {} of all pairs. {} of the neighbours are within a hundredth of the order: the closer to the \
             diagonal, the fewer bytes a model takes. Squares along it are groups of products that go together.",
            plural(num_items as u64, "product", "products"),
            number((num_items as f64 / n as f64).ceil()),
            percent(edges.len() as f64 / possible.max(1.0)),
            percent(share(close, edges.len() as u64))
        ),
        chart: Chart::Heatmap {
            columns: Vec::new(),
            rows: Vec::new(),
            x: "products, neighbours next to each other".to_owned(),
            y: "their neighbours".to_owned(),
            value: "neighbours".to_owned(),
            cells,
            num_columns: n,
            is_log: true,
        },
        table,
    })
}
