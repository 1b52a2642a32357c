//! Figures and findings of small logs whose numbers are worked out by hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::figure::{Chart, Figure};
use super::{Exploration, Hints, Weight, explore, html, svg};
use crate::Silent;
use crate::catalog::{self, Catalog};
use crate::events::{self, ReadOptions};
use crate::table::testing::Files;

fn explored(csv: &str, catalog: Option<&Catalog>) -> Exploration {
    let files = Files::new();
    let path: PathBuf = files.write("events.csv", csv);
    let options = ReadOptions { keep_details: true, ..ReadOptions::default() };
    let (log, report) = events::read(&[path], &options, &Silent).unwrap();
    explore(&log, &report, catalog, &Hints::NONE)
}

fn catalogue(csv: &str) -> Catalog {
    catalog::read(&Files::new().write("products.csv", csv), &BTreeMap::new()).unwrap()
}

fn figure<'e>(found: &'e Exploration, id: &str) -> &'e Figure {
    found.figures.iter().find(|figure| figure.id == id).unwrap_or_else(|| panic!("no figure {id}: {:?}", found.missing))
}

/// 2026-03-02, a Monday, 09:00 UTC, in seconds.
const MONDAY: i64 = 1_772_442_000;
const DAY: i64 = 86_400;

/// Rows of shopper, session, product, kind, time and price under their head.
fn csv(rows: &[(&str, &str, &str, &str, i64, &str)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(shopper, session, item, kind, time, price)| {
            format!("{shopper},{session},{item},{kind},{time},{price}\n")
        })
        .collect();
    format!("customer_id,session_id,product_id,event_type,timestamp,price\n{rows}")
}

fn small() -> String {
    csv(&[
        ("u", "s1", "a", "view", MONDAY, "2.5"),
        ("u", "s1", "b", "view", MONDAY + 60, "4"),
        ("u", "s1", "b", "purchase", MONDAY + 120, "4"),
        ("v", "s2", "a", "view", MONDAY + DAY, "2.5"),
        ("u", "s3", "b", "purchase", MONDAY + 6 * DAY, "4"),
        ("u", "s3", "c", "purchase", MONDAY + 6 * DAY + 3600, ""),
    ])
}

#[test]
fn events_are_counted_by_day_weekday_and_hour() {
    let found = explored(&small(), None);
    let by_day = figure(&found, "over-time");
    assert_eq!(by_day.table.head, ["day", "view", "purchase"]);
    assert_eq!(by_day.table.rows[0], ["2026-03-02", "2", "1"]);
    assert_eq!(by_day.table.rows[6], ["2026-03-08", "0", "2"]);
    assert!(by_day.text.contains("4 days are without any event"), "{}", by_day.text);
    let Chart::Heatmap { cells, num_columns: 24, .. } = &figure(&found, "week").chart else { panic!("no heatmap") };
    // Monday and Tuesday at nine; Sunday at nine and ten.
    let filled: Vec<(usize, f64)> = cells.iter().copied().enumerate().filter(|cell| cell.1 > 0.0).collect();
    assert_eq!(filled, [(9, 3.0), (24 + 9, 1.0), (6 * 24 + 9, 1.0), (6 * 24 + 10, 1.0)]);
}

#[test]
fn baskets_shoppers_and_intervals_are_spread_over_bars() {
    let found = explored(&small(), None);
    let bars = |id: &str| match &figure(&found, id).chart {
        Chart::Histogram { bins, .. } => {
            bins.iter().filter(|bin| bin.value > 0.0).map(|bin| (bin.from, bin.value)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(bars("session-length"), [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)]);
    assert_eq!(bars("basket-size"), [(1.0, 1.0), (2.0, 1.0)]);
    assert_eq!(bars("events-per-shopper"), [(1.0, 1.0), (5.0, 1.0)]);
    // Product b is bought again after six days less two minutes.
    assert_eq!(bars("repeat-intervals"), [(6.0, 1.0)]);
    let prices: f64 = bars("prices").iter().map(|bar| bar.1).sum();
    assert_eq!(prices, 5.0);
}

#[test]
fn the_funnel_counts_sessions_with_each_kind() {
    let found = explored(&small(), None);
    let table = &figure(&found, "funnel").table;
    assert_eq!(table.rows[0][..3], ["view", "3", "2"]);
    assert_eq!(table.rows[1][..3], ["purchase", "3", "2"]);
}

#[test]
fn categories_in_one_basket_have_a_lift() {
    // Ten baskets: fruit with nuts six times, each alone twice. Lift: 6 * 10 / (8 * 8).
    let mut rows = Vec::new();
    let names: Vec<(String, &[&str])> = (0..10)
        .map(|at| {
            (
                format!("s{at}"),
                if at < 6 {
                    &["f", "n"][..]
                } else if at < 8 {
                    &["f"]
                } else {
                    &["n"]
                },
            )
        })
        .collect();
    for (at, (session, items)) in names.iter().enumerate() {
        for item in *items {
            rows.push(("u", session.as_str(), *item, "purchase", MONDAY + at as i64 * DAY, "1"));
        }
    }
    let catalog = catalogue("id,category\nf,Food > Fruit\nn,Nuts\n");
    let found = explored(&csv(&rows), Some(&catalog));
    assert_eq!(figure(&found, "categories").table.rows, [["Food", "Nuts", "6", "0.938"]]);
    let Chart::Heatmap { cells, .. } = &figure(&found, "categories").chart else { panic!("no heatmap") };
    assert_eq!(cells, &[0.0, 60.0 / 64.0, 60.0 / 64.0, 0.0]);
}

#[test]
fn products_far_from_the_usual_conversion_are_named() {
    let mut rows = Vec::new();
    for at in 0..200 {
        for item in ["a", "b", "never"] {
            rows.push(("u", "s", item, "view", MONDAY + at * 10, "1"));
        }
        for item in ["a", "b"].into_iter().filter(|_| at % 2 == 0) {
            rows.push(("u", "s", item, "purchase", MONDAY + at * 10 + 1, "1"));
        }
    }
    let found = explored(&csv(&rows), Some(&catalogue("id,title\nnever,Sold out\n")));
    let scatter = figure(&found, "conversion");
    // 200 purchases for 600 views: a third of 200 is 66.7, and none is (0 - 66.7) / sqrt(66.7) = -8.16 deviations.
    let never = scatter.table.rows.iter().find(|row| row[0] == "Sold out (never)").unwrap();
    assert_eq!(never[1..], ["200", "0", "0 %", "-8.16"]);
    let Chart::Scatter { points, .. } = &scatter.chart else { panic!("no scatter") };
    assert!(points.iter().any(|point| point.is_marked && point.name == "Sold out (never)"));
}

#[test]
fn the_matrix_has_every_neighbour_in_a_cell() {
    let found = explored(&small(), None);
    let Chart::Heatmap { cells, num_columns, .. } = &figure(&found, "matrix").chart else { panic!("no heatmap") };
    // a-b and b-c, both ways.
    assert_eq!((*num_columns, cells.iter().sum::<f64>()), (3, 4.0));
}

#[test]
fn new_products_are_a_share_of_each_period() {
    let found = explored(&small(), None);
    let table = &figure(&found, "cold-start").table;
    assert_eq!(table.rows[0], ["2026-03-02", "3", "100 %", "100 %"]);
    assert_eq!(table.rows[1], ["2026-03-03", "1", "0 %", "100 %"]);
    assert_eq!(table.rows[6], ["2026-03-08", "2", "50 %", "0 %"]);
}

#[test]
fn what_a_log_lacks_is_said_and_not_drawn() {
    let found = explored("session_id,item_id\n1,a\n1,b\n2,a\n", None);
    let needs: Vec<&str> = found.missing.iter().map(|missing| missing.needs.as_str()).collect();
    assert!(needs.contains(&"a column of dates or times") && needs.contains(&"purchases"), "{needs:?}");
    assert!(
        found.figures.iter().all(|figure| !["over-time", "week", "prices", "funnel"].contains(&figure.id.as_str()))
    );
    assert!(found.findings.iter().any(|finding| finding.title == "No column says when"));
}

#[test]
fn days_far_from_usual_and_stretches_without_events_are_found() {
    let mut rows = Vec::new();
    let sessions: Vec<String> = (0..70).map(|day| format!("s{day}")).collect();
    for day in (0..70).filter(|day| !(30..35).contains(day)) {
        // 20 events a day, and 300 on one Tuesday.
        for event in 0..if day == 43 { 300 } else { 20 } {
            rows.push(("u", sessions[day as usize].as_str(), "a", "view", MONDAY + day * DAY + event * 60, "1"));
        }
    }
    let found = explored(&csv(&rows), None);
    let titled = |part: &str| found.findings.iter().find(|finding| finding.title.contains(part));
    let odd = titled("far from usual").unwrap();
    assert_eq!(odd.examples, ["2026-04-14: 300 events, usual for that weekday 20"]);
    let gap = titled("without any event").unwrap();
    assert_eq!(
        (gap.weight, gap.examples.as_slice()),
        (Weight::Warning, &["2026-04-01 to 2026-04-05: 5 days".to_owned()][..])
    );
}

#[test]
fn a_page_is_whole_safe_and_asks_for_nothing() {
    let found = explored(&small().replace(",a,", ",<b>\"x\"&,"), None);
    let page = html::Page { title: "A <title>".to_owned(), lead: "Lead.".to_owned(), parts: found.parts() };
    let text = html::render(&page);
    assert!(text.starts_with("<!doctype html>") && text.ends_with("</html>\n"));
    assert!(text.contains("<h1>A &lt;title&gt;</h1>") && !text.contains("<b>\"x\""));
    for reference in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!text.contains(reference), "{reference}");
    }
    assert_eq!(text.matches("<figure").count(), found.figures.len());
    assert_eq!(html::render(&page), text);
}

#[cfg(feature = "cli")]
#[test]
fn a_page_runs_its_own_script_and_no_other() {
    use base64ct::{Base64, Encoding};
    use sha2::{Digest, Sha256};
    let text = html::render(&html::Page::default());
    let script = text.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = Base64::encode_string(&Sha256::digest(script));
    let policy = text.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy} must name sha256-{hash}");
    assert!(policy.ends_with("base-uri 'none'; form-action 'none'"), "{policy}");
}

#[test]
fn every_drawing_is_well_formed_and_within_its_frame() {
    let found = explored(&small(), None);
    assert!(found.figures.len() >= 9, "{:?}", found.missing);
    for figure in &found.figures {
        let drawing = svg::draw(figure);
        let mut reader = quick_xml::Reader::from_str(&drawing);
        let mut next = || reader.read_event().unwrap_or_else(|error| panic!("{}: {error}\n{drawing}", figure.id));
        while next() != quick_xml::events::Event::Eof {}
        assert!(!drawing.contains("NaN") && !drawing.contains("inf\""), "{}: {drawing}", figure.id);
    }
}

#[test]
fn few_sessions_are_told_as_what_they_are() {
    let title = |csv: &str| explored(csv, None).findings[0].title.clone();
    let whole = "session,item\n1,a\n1,b\n2,a\n2,c\n";
    assert_eq!(title(whole), "The log has 2 sessions only");
    assert_eq!(title(&format!("{whole}3,a\n")), "Only 2 sessions have two events or more");
}
