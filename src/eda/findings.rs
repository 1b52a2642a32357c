//! Findings: striking properties of a log, with possible reasons.

use serde::Serialize;

use super::facts::{DAY_MS, Facts, date, day_of};
use super::figure::Grid;
use super::format::{number, percent, plural, thousands};
use super::hints::{Hints, Setting};
use super::stats::{quantile, share};
use crate::EventKind;
use crate::catalog::Catalog;
use crate::events::{MarkedValues, ReadReport, Reason, SessionSource, TimeSource};

/// Something that stands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name of lower-case words with dashes, such as `few-sessions`.
    pub id: &'static str,
    /// Importance.
    pub weight: Weight,
    /// The finding in one line, with its figure.
    pub title: String,
    /// Possible reasons, and advice.
    pub text: String,
    /// A few of the cases, the clearest first.
    pub examples: Vec<String>,
}

/// Importance of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// A model trained on this may be wrong.
    Warning,
    /// Worth knowing.
    Note,
}

/// Examples of a finding.
const MAX_EXAMPLES: usize = 5;

/// Sizes in words.
pub(super) fn overview(facts: &Facts<'_>, read: &ReadReport, catalog: Option<&Catalog>) -> Grid {
    let mut grid = Grid::new(&["what", "value"]);
    let sessions = facts.sessions.len() as u64;
    grid.row(["rows read", &thousands(read.num_rows)]);
    grid.row(["events", &thousands(facts.num_events())]);
    for kind in EventKind::ALL.into_iter().filter(|&kind| facts.of_kind(kind) > 0) {
        grid.row([format!("{}s", kind.name()), thousands(facts.of_kind(kind))]);
    }
    grid.row([if read.sessions_are_baskets { "baskets" } else { "sessions" }, &thousands(sessions)]);
    if !facts.of_shopper.is_empty() {
        grid.row(["shoppers", &thousands(facts.of_shopper.iter().filter(|&&count| count > 0).count() as u64)]);
    }
    let popularity = facts.popularity();
    grid.row(["products", &thousands(popularity.len() as u64)]);
    if let Some((first, last)) = facts.span_ms {
        grid.row(["from".to_owned(), date(day_of(first))]);
        grid.row([
            "to".to_owned(),
            format!("{} ({})", date(day_of(last)), plural((day_of(last) - day_of(first) + 1) as u64, "day", "days")),
        ]);
    }
    grid.row(["events a session".to_owned(), number(share(facts.num_events(), sessions))]);
    grid.row(["events a product (middle)".to_owned(), quantile(&popularity, 0.5).map_or_else(String::new, thousands)]);
    if let Some(catalog) = catalog {
        let known = facts.log.item_ids.iter().filter(|id| catalog.product(id).is_some()).count() as u64;
        grid.row(["products of the catalogue".to_owned(), thousands(catalog.len() as u64)]);
        let stock: Vec<bool> = catalog.products().filter_map(|product| product.in_stock).collect();
        if !stock.is_empty() {
            let can_be_bought = stock.iter().filter(|&&can_be_bought| can_be_bought).count() as u64;
            grid.row([
                "of these in stock".to_owned(),
                format!("{} ({})", thousands(can_be_bought), percent(share(can_be_bought, catalog.len() as u64))),
            ]);
        }
        grid.row([
            "products of the log that it knows".to_owned(),
            format!("{} ({})", thousands(known), percent(share(known, facts.log.item_ids.len() as u64))),
        ]);
    }
    grid
}

/// Lists the reasons why rows were left out.
pub(super) fn quality(read: &ReadReport) -> Grid {
    let mut grid = Grid::new(&["left out as", "rows", "share of rows", "first at", "found"]);
    for rejection in read.rejections.iter().chain(&read.unread_values) {
        let example = &rejection.example;
        let column = if example.column.is_empty() { String::new() } else { format!("{}: ", example.column) };
        grid.row([
            rejection.reason.to_string(),
            thousands(rejection.rows),
            percent(share(rejection.rows, read.num_rows)),
            format!(
                "{}:{}",
                example.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                example.line
            ),
            format!("{column}{}", example.found),
        ]);
    }
    grid
}

/// The rules of cleaning in their order, with the rows before and after each.
pub(super) fn rules(read: &ReadReport, hints: &Hints) -> Grid {
    let head = ["rule", "rows before", "left out", "rows after"].into_iter().chain([hints.kind]);
    let head: Vec<&str> = head.filter(|name| !name.is_empty()).collect();
    let mut grid = Grid::new(&head);
    for rule in &read.rules {
        let after = rule.skipped.map_or_else(|| thousands(rule.after), |why| format!("not applied: {why}"));
        let hint = hints.name_or(Setting::Rule(rule.rule), "").to_owned();
        let cells = [rule.rule.to_string(), thousands(rule.before), thousands(rule.left_out()), after, hint];
        grid.row(cells.into_iter().take(head.len()));
    }
    grid
}

/// Everything that stands out, warnings first.
pub(super) fn find(facts: &Facts<'_>, read: &ReadReport, catalog: Option<&Catalog>, hints: &Hints) -> Vec<Finding> {
    let found = [
        few_sessions(facts),
        rounded_ids(read),
        marked_values(read),
        alike_ids(read),
        damaged_rows(read),
        greedy_rule(read, hints),
        single_events(facts, hints),
        no_order(read),
        date_order(read),
        assumed_views(facts, read, hints),
        odd_days(facts),
        empty_days(facts),
        one_hour(facts, read),
        one_shopper(facts, hints),
        one_product(facts),
        long_sessions(facts),
        price_jumps(facts),
        unknown_products(facts, catalog),
        unknown_types(read),
        hardly_seen(facts, hints),
    ];
    let mut found: Vec<Finding> = found.into_iter().flatten().collect();
    found.sort_by_key(|finding| finding.weight);
    found
}

fn finding(id: &'static str, weight: Weight, title: String, text: &str) -> Finding {
    Finding { id, weight, title, text: text.to_owned(), examples: Vec::new() }
}

fn few_sessions(facts: &Facts<'_>) -> Option<Finding> {
    let useful = facts.sessions.offsets.windows(2).filter(|ends| ends[1] - ends[0] >= 2).count() as u64;
    (useful < 5_000).then(|| {
        finding(
            "few-sessions",
            Weight::Warning,
            match useful == facts.sessions.len() as u64 {
                true => format!("The log has {} only", plural(useful, "session", "sessions")),
                false => format!("Only {} two events or more", plural(useful, "session has", "sessions have")),
            },
            "Pairs of products are learnt from these. With few of them most products get no neighbours: take a longer \
         period, or more kinds of events.",
        )
    })
}

fn rounded_ids(read: &ReadReport) -> Option<Finding> {
    let ids: u64 = read.rounded_ids.iter().map(|one| one.ids).sum();
    (ids > 0).then(|| Finding {
        examples: read.rounded_ids.iter().map(|one| format!("`{}`: {}", one.column, one.found)).collect(),
        ..finding(
            "rounded-ids",
            Weight::Warning,
            format!("A spreadsheet has rounded {}", plural(ids, "id", "ids")),
            "Different products, orders or shoppers may have become one, and the page knows none of these ids. Export the \
             log anew without the spreadsheet, or with the column as text.",
        )
    })
}

fn marked_values(read: &ReadReport) -> Option<Finding> {
    let values: u64 = read.marked_values.iter().map(|one| one.values).sum();
    let example = |one: &MarkedValues| format!("`{}`: {} is {}", one.column, one.found, one.read_as);
    (values > 0).then(|| Finding {
        examples: read.marked_values.iter().take(MAX_EXAMPLES).map(example).collect(),
        ..finding(
            "spreadsheet-marks",
            Weight::Note,
            format!("{} of a spreadsheet taken off", plural(values, "mark was", "marks were")),
            "Spreadsheets keep digits as text by them. The ids without them are what the shop calls its products; look \
             whether the page does, too.",
        )
    })
}

fn alike_ids(read: &ReadReport) -> Option<Finding> {
    let alike = read.alike_ids.as_ref()?;
    Some(Finding {
        examples: vec![format!("`{}` and `{}`", alike.found, alike.other)],
        ..finding(
            "alike-ids",
            Weight::Warning,
            format!(
                "{} by case, blanks or Unicode form only",
                plural(alike.ids, "id of a product differs", "ids of products differ")
            ),
            "One product that has several ids counts as several, with a part of the events each, and the page knows one of \
             them. Ignoring case is an option; write the others in one way where the log is made.",
        )
    })
}

fn damaged_rows(read: &ReadReport) -> Option<Finding> {
    let damaged: u64 = read
        .rejections
        .iter()
        .filter(|one| one.reason.is_damage() && one.reason != Reason::Duplicate)
        .map(|one| one.rows)
        .sum();
    (share(damaged, read.num_rows) > 0.01).then(|| {
        finding(
            "damaged-rows",
            Weight::Warning,
            format!("{} of the rows cannot be used ({})", percent(share(damaged, read.num_rows)), thousands(damaged)),
            "The table of data quality has the reasons, each with its first place. Look whether columns were taken for \
         what they are, and whether the export broke off.",
        )
    })
}

/// The rule of cleaning that takes most, if that is more than a fifth of the rows it is given. Rules that run only on
/// request are expected to take many.
fn greedy_rule(read: &ReadReport, hints: &Hints) -> Option<Finding> {
    let rule = read
        .rules
        .iter()
        .filter(|count| !count.rule.is_fixed() && !count.rule.is_on_request())
        .max_by_key(|rule| rule.left_out())?;
    let part = share(rule.left_out(), rule.before);
    (part > 0.2).then(|| {
        finding(
            "greedy-rule",
            Weight::Warning,
            format!("The rule {} leaves out {} of the rows that it is given", rule.rule, percent(part)),
            &format!(
                "Such logs are rare. Look at the rows{}, and change the rule{} if it takes what it should not.",
                hints.in_brackets(Setting::KeepRejects),
                hints.with(Setting::Rule(rule.rule))
            ),
        )
    })
}

fn single_events(facts: &Facts<'_>, hints: &Hints) -> Option<Finding> {
    let single = facts.sessions.offsets.windows(2).filter(|ends| ends[1] - ends[0] == 1).count() as u64;
    let part = share(single, facts.sessions.len() as u64);
    (part > 0.6).then(|| {
        finding(
            "single-events",
            Weight::Note,
            format!("{} of the sessions have a single event", percent(part)),
            &format!(
                "They say what is popular and nothing about pairs. A longer {}, or a shopper column in the place of a \
             session column, may join what belongs together.",
                hints.name_or(Setting::SessionGap, "session gap")
            ),
        )
    })
}

fn no_order(read: &ReadReport) -> Option<Finding> {
    let (title, text) = match (read.time_source, read.session_source) {
        (TimeSource::Rows, _) => (
            "No column says when",
            "Events are taken in the order of the file. Without times there is no honest test on later events, and \
             nothing can be said about weeks or drift.",
        ),
        (TimeSource::Positions, _) => (
            "Times are positions, not dates",
            "The order within a session is known, the calendar is not: no figure over time, and the newest sessions \
             are those at the end of the file.",
        ),
        (_, SessionSource::Shopper) => (
            "All events of a shopper are one session",
            "There is nothing to cut by. What was bought months apart then looks like one visit.",
        ),
        _ => return None,
    };
    Some(finding("no-order", Weight::Note, title.to_owned(), text))
}

fn assumed_views(facts: &Facts<'_>, read: &ReadReport, hints: &Hints) -> Option<Finding> {
    let has_returns = read.rejections.iter().any(|rejection| rejection.reason == Reason::Return);
    let has_quantities = facts.details.is_some_and(|details| !details.quantities.is_empty());
    (read.assumed_kind == Some(EventKind::View) && (has_returns || has_quantities)).then(|| finding(
"assumed-views",
        Weight::Warning,
        "Every event is taken for a view, though there are quantities".to_owned(),
        &format!(
            "No column says what was done, and no name of a column that this is about orders. If these are purchases, \
             say so{}: baskets, repeated purchases and two rules of cleaning depend on it.",
            hints.with(Setting::EventsArePurchases)
        ),
    ))
}

fn date_order(read: &ReadReport) -> Option<Finding> {
    read.date_order.map(|order| {
        finding(
            "date-order",
            Weight::Note,
            format!("Dates are read as {order}"),
            "That follows from the dates themselves, or is a guess if every one of them could be read both ways. Dates \
             as 2026-03-01 leave no doubt.",
        )
    })
}

/// Events of each day from the first to the last.
fn daily(facts: &Facts<'_>) -> Option<(i64, Vec<u64>)> {
    let times = facts.times_ms().ok()?;
    let (first, last) = facts.span_ms.map(|(first, last)| (day_of(first), day_of(last)))?;
    let days = usize::try_from(last - first).ok().filter(|&days| (14..20_000).contains(&days))?;
    let mut counts = vec![0_u64; days + 1];
    for &time in times {
        counts[(day_of(time) - first) as usize] += 1;
    }
    Some((first, counts))
}

/// Days that differ from the other days of their weekday by more than six times the median deviation, and by half.
fn odd_days(facts: &Facts<'_>) -> Option<Finding> {
    let (first, counts) = daily(facts)?;
    let mut odd: Vec<(f64, usize, f64)> = Vec::new();
    for weekday in 0..7.min(counts.len()) {
        let days: Vec<usize> = (weekday..counts.len()).step_by(7).collect();
        let middle = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            quantile(&values, 0.5)
        };
        let Some(median) = middle(days.iter().map(|&day| counts[day] as f64).collect()) else { continue };
        let deviation = middle(days.iter().map(|&day| (counts[day] as f64 - median).abs()).collect()).unwrap_or(0.0);
        for day in days {
            let by = (counts[day] as f64 - median) / (1.4826 * deviation).max(median.sqrt()).max(1.0);
            if by.abs() > 6.0 && (counts[day] as f64 - median).abs() > 0.5 * median {
                odd.push((by, day, median));
            }
        }
    }
    if odd.is_empty() {
        return None;
    }
    odd.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    let examples = odd.iter().take(MAX_EXAMPLES).map(|(_, day, median)| {
        format!(
            "{}: {} events, usual for that weekday {}",
            date(first + *day as i64),
            thousands(counts[*day]),
            number(*median)
        )
    });
    Some(Finding {
        examples: examples.collect(),
        ..finding(
            "odd-days",
            Weight::Note,
            format!("{} far from usual", plural(odd.len() as u64, "day is", "days are")),
            "Much more than usual may be a promotion, a holiday, a robot or a day that was exported twice; much less \
             an outage or a day cut short. Such a day at the end of the log also ends up in the part that a model is \
             measured on.",
        )
    })
}

fn empty_days(facts: &Facts<'_>) -> Option<Finding> {
    let (first, counts) = daily(facts)?;
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    let mut from = None;
    for (day, &count) in counts.iter().enumerate() {
        match (count, from) {
            (0, None) => from = Some(day),
            (1.., Some(start)) => {
                gaps.push((start, day));
                from = None;
            }
            _ => {}
        }
    }
    // A shop that is closed on one weekday is no gap in the log.
    let long: Vec<&(usize, usize)> = gaps.iter().filter(|(from, to)| to - from >= 3).collect();
    if long.is_empty() {
        return None;
    }
    let name = |(from, to): &&(usize, usize)| {
        format!("{} to {}: {} days", date(first + *from as i64), date(first + *to as i64 - 1), to - from)
    };
    Some(Finding {
        examples: long.iter().take(MAX_EXAMPLES).map(name).collect(),
        ..finding(
            "empty-days",
            Weight::Warning,
            format!("{} without any event, of three days or more", plural(long.len() as u64, "stretch", "stretches")),
            "Either the shop was closed, or a part of the export is missing. What sold in that time is not known to \
             the model.",
        )
    })
}

fn one_hour(facts: &Facts<'_>, read: &ReadReport) -> Option<Finding> {
    let times = facts.times_ms().ok().filter(|_| read.time_source == TimeSource::Times)?;
    let midnight = times.iter().filter(|time| time.rem_euclid(DAY_MS) == 0).count() as u64;
    let part = share(midnight, times.len() as u64);
    (part > 0.05).then(|| {
        finding(
            "one-hour",
            Weight::Warning,
            format!("{} of the events are at midnight exactly", percent(part)),
            "Some rows have a date and no time of the day. Their order within the day is not known.",
        )
    })
}

fn one_shopper(facts: &Facts<'_>, hints: &Hints) -> Option<Finding> {
    let most = facts.of_shopper.iter().copied().max()?;
    let part = share(most, facts.num_events());
    let active = facts.of_shopper.iter().filter(|&&count| count > 0).count();
    (active >= 50 && part > 0.01).then(|| finding(
"one-shopper",
        if part > 0.05 { Weight::Warning } else { Weight::Note },
        format!("One shopper makes {} of all events ({})", percent(part), thousands(most)),
        &format!(
            "That may be a robot, a reseller, a till without a customer card, or an id that stands for \"unknown\". \
             Pairs need several distinct shoppers{}, but popularity counts every event.",
            hints.in_brackets(Setting::MinShoppers)
        ),
    ))
}

fn one_product(facts: &Facts<'_>) -> Option<Finding> {
    let (item, most) = (0..)
        .zip(&facts.of_item)
        .map(|(item, kinds): (usize, _)| (item, kinds.iter().sum::<u64>()))
        .max_by_key(|&(item, most)| (most, usize::MAX - item))?;
    let part = share(most, facts.num_events());
    let id = facts.log.item_ids.get(item).map_or("", String::as_str);
    (part > 0.03 && facts.of_item.len() >= 100).then(|| {
        finding(
            "one-product",
            Weight::Note,
            format!("Product {id:?} is in {} of all events", percent(part)),
            "A carrier bag, postage or a deposit is no recommendation. If it is one of these, leave it out before \
         training.",
        )
    })
}

fn long_sessions(facts: &Facts<'_>) -> Option<Finding> {
    let long: Vec<u64> = facts
        .sessions
        .offsets
        .windows(2)
        .map(|ends| (ends[1] - ends[0]) as u64)
        .filter(|&length| length > 500)
        .collect();
    let events: u64 = long.iter().sum();
    (!long.is_empty()).then(|| finding(
"long-sessions",
        Weight::Note,
        format!("{} more than 500 events ({} of all)", plural(long.len() as u64, "session has", "sessions have"), percent(share(events, facts.num_events()))),
        "Nobody looks at so much in a visit: robots, bulk orders, or a session id that is used again. One such session \
         makes over a hundred thousand pairs.",
    ))
}

/// Products whose dearest event costs more than twenty times their middle one.
fn price_jumps(facts: &Facts<'_>) -> Option<Finding> {
    let prices = facts.prices().ok()?;
    let mut priced: Vec<(u32, f64)> = facts
        .sessions
        .items
        .iter()
        .zip(prices)
        .filter(|(_, price)| **price > 0.0)
        .map(|(item, &price)| (item.0, price))
        .collect();
    rayon::slice::ParallelSliceMut::par_sort_unstable_by(&mut priced[..], |a, b| {
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut jumps: Vec<(f64, u32, f64, f64)> = Vec::new();
    for of_item in priced.chunk_by(|a, b| a.0 == b.0).filter(|of_item| of_item.len() >= 5) {
        let (median, most) = (of_item[(of_item.len() - 1) / 2].1, of_item[of_item.len() - 1].1);
        if most > 20.0 * median {
            jumps.push((most / median, of_item[0].0, median, most));
        }
    }
    jumps.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let id = |item: u32| facts.log.item_ids.get(item as usize).map_or("", String::as_str);
    let example = |(_, item, median, most): &(f64, u32, f64, f64)| {
        format!("{:?}: usually {}, once {}", id(*item), number(*median), number(*most))
    };
    (!jumps.is_empty()).then(|| Finding {
        examples: jumps.iter().take(MAX_EXAMPLES).map(example).collect(),
        ..finding(
            "price-jumps",
            Weight::Note,
            format!(
                "{} over twenty times the usual price at least once",
                plural(jumps.len() as u64, "product costs", "products cost")
            ),
            "A code that stands for several things (manual entries, postage), a price for a whole line instead of a \
             piece, or another currency.",
        )
    })
}

fn unknown_products(facts: &Facts<'_>, catalog: Option<&Catalog>) -> Option<Finding> {
    let catalog = catalog?;
    let unknown: Vec<(&String, u64)> = facts
        .log
        .item_ids
        .iter()
        .zip(&facts.of_item)
        .filter(|(id, _)| catalog.product(id).is_none())
        .map(|(id, kinds)| (id, kinds.iter().sum()))
        .collect();
    let part = share(unknown.len() as u64, facts.log.item_ids.len() as u64);
    (part > 0.05).then(|| {
        let mut most = unknown.clone();
        most.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        Finding {
            examples: most
                .iter()
                .take(MAX_EXAMPLES)
                .map(|(id, events)| format!("{id:?}: {}", plural(*events, "event", "events")))
                .collect(),
            ..finding(
                "unknown-products",
                if part > 0.5 { Weight::Warning } else { Weight::Note },
                format!("{} of the log's products are not in the catalogue", percent(part)),
                "Either they are no longer sold, and should not be listed, or log and catalogue write ids in different \
                 ways.",
            )
        }
    })
}

fn unknown_types(read: &ReadReport) -> Option<Finding> {
    let rows: u64 = read.unknown_event_types.iter().map(|(_, rows)| rows).sum();
    (share(rows, read.num_rows) > 0.2).then(|| Finding {
        examples: read
            .unknown_event_types
            .iter()
            .take(MAX_EXAMPLES)
            .map(|(name, rows)| format!("{name:?}: {}", plural(*rows, "row", "rows")))
            .collect(),
        ..finding(
            "unknown-types",
            Weight::Note,
            format!(
                "{} of the rows have an event type that says nothing about interest",
                percent(share(rows, read.num_rows))
            ),
            "If one of these is a view, a cart or a purchase, rename it in the export.",
        )
    })
}

fn hardly_seen(facts: &Facts<'_>, hints: &Hints) -> Option<Finding> {
    let counts = facts.popularity();
    let rare = counts.iter().filter(|&&count| count < 5).count() as u64;
    let part = share(rare, counts.len() as u64);
    (part > 0.5).then(|| finding(
"hardly-seen",
        Weight::Note,
        format!("{} of the products have fewer than five events", percent(part)),
        &format!(
            "They get few neighbours or none from what shoppers did. With a catalogue{} they take neighbours that are \
             alike by title, category, brand and price.",
            hints.in_brackets(Setting::Catalog)
        ),
    ))
}
