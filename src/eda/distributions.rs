//! Distributions of lengths, sizes, prices, popularity and intervals.

use super::bins::Histogram;
use super::facts::{DAY_MS, Facts};
use super::figure::{Axis, Chart, Figure, Grid, Mark, Series};
use super::format::{number, percent, thousands};
use super::stats::{gini, share};
use super::summary::popularity_curve;
use crate::{EventKind, ItemIx};
use rayon::prelude::*;

/// Events of a session.
pub(super) fn session_length(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let mut lengths: Vec<f64> = facts.sessions.offsets.windows(2).map(|ends| (ends[1] - ends[0]) as f64).collect();
    if lengths.is_empty() {
        return Err("sessions");
    }
    let single = lengths.iter().filter(|&&length| length == 1.0).count() as u64;
    let text = format!(
        "Sessions by their number of events. {} have a single one, from which nothing about pairs can be learnt.",
        percent(share(single, lengths.len() as u64))
    );
    let histogram = Histogram {
        id: "session-length",
        title: "How long sessions are",
        what: "events in a session",
        whom: "sessions",
        text: &text,
        is_whole: true,
    };
    Ok(histogram.figure(&mut lengths))
}

/// Distinct products that were bought in one session.
pub(super) fn basket_size(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    if facts.of_kind(EventKind::Purchase) == 0 {
        return Err("purchases");
    }
    let size = |bought: &mut Vec<ItemIx>, session: usize| {
        let events = facts.sessions.items_of(session).iter().zip(facts.sessions.kinds_of(session));
        bought.clear();
        bought.extend(events.filter(|(_, kind)| **kind == EventKind::Purchase).map(|(item, _)| *item));
        bought.sort_unstable();
        bought.dedup();
        bought.len() as f64
    };
    let sizes = (0..facts.sessions.len()).into_par_iter().map_init(Vec::new, size);
    let mut sizes: Vec<f64> = sizes.filter(|&size| size > 0.0).collect();
    let histogram = Histogram {
        id: "basket-size",
        title: "How large baskets are",
        what: "distinct products in a basket",
        whom: "baskets",
        text: "Sessions with a purchase, by how many different products were bought in them. What is bought together \
               is learnt from those with two or more.",
        is_whole: true,
    };
    Ok(histogram.figure(&mut sizes))
}

/// Events of each shopper.
pub(super) fn events_per_shopper(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let mut counts: Vec<f64> = facts.of_shopper.iter().filter(|&&count| count > 0).map(|&count| count as f64).collect();
    if counts.is_empty() {
        return Err("a column of shoppers");
    }
    let histogram = Histogram {
        id: "events-per-shopper",
        title: "How much shoppers do",
        what: "events of a shopper",
        whom: "shoppers",
        text: "Shoppers by their number of events. The few with very many may be robots, resellers or a shared \
               account.",
        is_whole: true,
    };
    Ok(histogram.figure(&mut counts))
}

/// Prices of all events that have one above zero.
pub(super) fn prices(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let mut prices: Vec<f64> =
        facts.prices()?.iter().copied().filter(|price| *price > 0.0 && price.is_finite()).collect();
    if prices.is_empty() {
        return Err("prices above zero");
    }
    let histogram = Histogram {
        id: "prices",
        title: "What things cost",
        what: "price",
        whom: "events",
        text: "Events by the number in their price column, in the shop's currency; prices of zero are left out.",
        is_whole: false,
    };
    Ok(histogram.figure(&mut prices))
}

/// Events of products by rank, with Gini coefficient and the share of the head.
pub(super) fn popularity(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let mut counts = facts.popularity();
    if counts.is_empty() {
        return Err("events");
    }
    let num_items = counts.len() as u64;
    let curve = popularity_curve(&counts);
    let head = |part: f64| {
        let ranks = ((counts.len() as f64 * part).ceil() as usize).max(1);
        share(counts[..ranks].iter().sum(), facts.num_events())
    };
    let (one, ten) = (head(0.01), head(0.1));
    let once = counts.iter().filter(|&&count| count == 1).count() as u64;
    counts.reverse();
    let gini = gini(&counts);
    let mut table = Grid::new(&["rank", "events", "share of all events up to here"]);
    let step = curve.len().div_ceil(40).max(1);
    for (_, point) in curve.iter().enumerate().filter(|(at, _)| at % step == 0 || at + 1 == curve.len()) {
        table.row([thousands(point.rank), thousands(point.events), percent(point.share)]);
    }
    let half = curve.iter().find(|point| point.share >= 0.5);
    let marks = half
        .map(|point| Mark { at: point.rank as f64, name: format!("half of all events: {}", thousands(point.rank)) });
    let points = curve.iter().map(|point| (point.rank as f64, point.events as f64)).collect();
    Ok(Figure {
        id: "popularity".to_owned(),
        title: "How few products are most of the trade".to_owned(),
        text: format!(
            "Products by their number of events, the most frequent first, both axes logarithmic. The first hundredth \
             of the {} products has {} of all events, the first tenth {}; {} have a single one. The Gini coefficient \
             is {} (0: all alike, 1: one has all). A list of bestsellers looks good on such data; what counts is the \
             rest.",
            thousands(num_items),
            percent(one),
            percent(ten),
            percent(share(once, num_items)),
            number(gini)
        ),
        chart: Chart::Lines {
            x: Axis::log("rank of the product"),
            y: Axis::log("events"),
            series: vec![Series { name: String::new(), points }],
            marks: marks.into_iter().collect(),
        },
        table,
    })
}

/// Days between two purchases of one product by one shopper.
pub(super) fn repeat_intervals(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let times = facts.times_ms()?;
    if facts.of_shopper.is_empty() {
        return Err("a column of shoppers");
    }
    if facts.of_kind(EventKind::Purchase) == 0 {
        return Err("purchases");
    }
    let sessions = facts.sessions;
    let mut bought: Vec<(u64, i64)> = (0..sessions.len())
        .into_par_iter()
        .flat_map_iter(|session| {
            let shopper = u64::from(sessions.shoppers[session]) << 32;
            let events = sessions.offsets[session]..sessions.offsets[session + 1];
            let bought = events.filter(|&event| sessions.kinds[event] == EventKind::Purchase);
            bought.map(move |event| (shopper | u64::from(sessions.items[event].0), times[event]))
        })
        .collect();
    bought.par_sort_unstable();
    let days = |pair: &[(u64, i64)]| (pair[1].1 - pair[0].1) as f64 / DAY_MS as f64;
    let again = bought.par_windows(2).filter(|pair| pair[0].0 == pair[1].0).map(days);
    // Within half a day it is the same visit.
    let mut intervals: Vec<f64> = again.filter(|&days| days >= 0.5).map(|days| days.round().max(1.0)).collect();
    if intervals.is_empty() {
        return Err("shoppers who buy a product again on another day");
    }
    let pairs = bought.chunk_by(|a, b| a.0 == b.0).count() as u64;
    let text = format!(
        "Days between two purchases of one product by one shopper, for {} purchases that follow an earlier one; in \
         all, {} products were bought by a shopper for the first time. Short and regular intervals are what \"buy it \
         again\" lives on.",
        thousands(intervals.len() as u64),
        thousands(pairs)
    );
    let histogram = Histogram {
        id: "repeat-intervals",
        title: "How soon something is bought again",
        what: "days until the same product is bought again",
        whom: "repeated purchases",
        text: &text,
        is_whole: true,
    };
    Ok(histogram.figure(&mut intervals))
}
