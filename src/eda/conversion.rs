//! From views to purchases.

use super::facts::Facts;
use super::figure::{Axis, Bar, Chart, Figure, Grid, Point};
use super::format::{number, percent, plural, thousands};
use super::stats::{quantile, share};
use crate::EventKind;
use crate::catalog::Catalog;

/// The most points of the scatter.
const MAX_POINTS: usize = 1500;
/// Views below which a conversion is chance.
const LEAST_VIEWS: u64 = 20;

/// Sessions with a view, with a cart, with a purchase.
pub(super) fn funnel(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let kinds: Vec<EventKind> = EventKind::ALL.into_iter().filter(|&kind| facts.of_kind(kind) > 0).collect();
    if kinds.len() < 2 {
        return Err("events of more than one kind (views, carts, purchases)");
    }
    let sessions = facts.sessions;
    let of = |kind| (0..sessions.len()).filter(|&session| sessions.kinds_of(session).contains(&kind)).count() as u64;
    let with: Vec<(EventKind, u64)> = kinds.iter().map(|&kind| (kind, of(kind))).collect();
    let mut table = Grid::new(&["step", "events", "sessions with it", "share of all sessions", "of the step before"]);
    let mut bars = Vec::new();
    let mut steps = Vec::new();
    for (at, &(kind, count)) in with.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| with[at]);
        let of_before = before.map_or_else(String::new, |(_, before)| percent(share(count, before)));
        let note = match before {
            Some((before, _)) => format!("{} ({of_before} of {})", thousands(count), before.name()),
            None => thousands(count),
        };
        if let Some((before, _)) = before {
            steps.push(format!(
                "for a hundred sessions with a {} there are {} with a {}",
                before.name(),
                of_before.replace(" %", ""),
                kind.name()
            ));
        }
        bars.push(Bar { name: kind.name().to_owned(), value: count as f64, note });
        table.row([
            kind.name().to_owned(),
            thousands(facts.of_kind(kind)),
            thousands(count),
            percent(share(count, sessions.len() as u64)),
            of_before,
        ]);
    }
    Ok(Figure {
        id: "funnel".to_owned(),
        title: "From view to purchase".to_owned(),
        text: format!("Sessions with at least one event of each kind: {}.", steps.join(", ")),
        chart: Chart::Bars { x: Axis::linear("sessions"), bars },
        table,
    })
}

/// One product.
struct Item {
    item: usize,
    views: u64,
    bought: u64,
}

/// Views of products against the share of them that became a purchase, with those that stand out by name.
///
/// A product stands out if it was bought more often, or less, than its views and the shop's mean conversion allow:
/// by more than four standard deviations of a count (Poisson: purchases are no part of the views, and may be more).
pub(super) fn scatter(facts: &Facts<'_>, catalog: Option<&Catalog>) -> Result<Figure, &'static str> {
    let (views, bought) = (facts.of_kind(EventKind::View), facts.of_kind(EventKind::Purchase));
    if views == 0 || bought == 0 {
        return Err("both views and purchases");
    }
    let mut items: Vec<Item> = (0..)
        .zip(&facts.of_item)
        .map(|(item, kinds)| Item {
            item,
            views: kinds[EventKind::View as usize],
            bought: kinds[EventKind::Purchase as usize],
        })
        .filter(|item| item.views >= LEAST_VIEWS)
        .collect();
    if items.is_empty() {
        return Err("a product with at least 20 views");
    }
    items.sort_by_key(|item| (std::cmp::Reverse(item.views), item.item));
    let usual = share(items.iter().map(|item| item.bought).sum(), items.iter().map(|item| item.views).sum());
    let surprise = |item: &Item| {
        let expected = item.views as f64 * usual;
        (item.bought as f64 - expected) / expected.max(1.0).sqrt()
    };
    let name = |item: usize| {
        let id = facts.log.item_ids.get(item).map_or("", String::as_str);
        let title = catalog.and_then(|catalog| catalog.product(id)).and_then(|product| product.title.as_deref());
        title.map_or_else(|| id.to_owned(), |title| format!("{title} ({id})"))
    };
    let mut standing_out: Vec<(f64, &Item)> =
        items.iter().map(|item| (surprise(item), item)).filter(|(by, _)| by.abs() > 4.0).collect();
    standing_out.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.item.cmp(&b.1.item)));
    let named: Vec<usize> = standing_out.iter().take(8).map(|(_, item)| item.item).collect();

    let step = items.len().div_ceil(MAX_POINTS).max(1);
    let shown = items.iter().enumerate().filter(|(at, item)| at % step == 0 || named.contains(&item.item));
    let points = shown.map(|(_, item)| Point {
        x: item.views as f64,
        y: share(item.bought, item.views),
        name: name(item.item),
        is_marked: named.contains(&item.item),
    });
    let mut table = Grid::new(&["product", "views", "purchases", "conversion", "standard deviations from usual"]);
    for (by, item) in standing_out.iter().take(40) {
        table.row([
            name(item.item),
            thousands(item.views),
            thousands(item.bought),
            percent(share(item.bought, item.views)),
            number(*by),
        ]);
    }
    let mut conversions: Vec<f64> = items.iter().map(|item| share(item.bought, item.views)).collect();
    conversions.sort_unstable_by(f64::total_cmp);
    Ok(Figure {
        id: "conversion".to_owned(),
        title: "What is looked at and what is bought".to_owned(),
        text: format!(
            "Products with at least {LEAST_VIEWS} views: views across, purchases for each view upwards. The middle \
             product converts {}, all together {}. {} further from that than chance allows (four standard deviations); \
             the furthest are named. Much looked at and never bought may be out of stock, dear or misleading; bought \
             without being looked at comes from lists or carts that views do not count.",
            percent(quantile(&conversions, 0.5).unwrap_or_default()),
            percent(usual),
            plural(standing_out.len() as u64, "product lies", "products lie")
        ),
        chart: Chart::Scatter {
            x: Axis::log("views"),
            y: Axis::percent("purchases for each view"),
            points: points.collect(),
        },
        table,
    })
}
