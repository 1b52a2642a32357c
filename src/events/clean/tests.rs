//! Each rule on a small log, and laws of all of them together.

use proptest::prelude::*;

use super::super::{Cleaning, EventLog, EventsError, ReadOptions, ReadReport, Reason, Reject, read, read_keeping};
use crate::table::testing::Files;
use crate::{EventKind, Silent};

fn cleaned(text: &str, cleaning: Cleaning) -> Result<(EventLog, ReadReport), EventsError> {
    let files = Files::new();
    let options = ReadOptions { max_rejected: 1.0, cleaning, ..ReadOptions::default() };
    read(&[files.write("e.csv", text)], &options, &Silent)
}

/// The lines that were left out, with the reason.
fn rejected(text: &str, cleaning: Cleaning) -> Vec<(u64, Reason)> {
    keeping(text, cleaning).1.iter().map(|reject| (reject.line, reject.reason)).collect()
}

fn keeping(text: &str, cleaning: Cleaning) -> (Result<(EventLog, ReadReport), EventsError>, Vec<Reject>) {
    let (files, mut rejects) = (Files::new(), Vec::new());
    let options = ReadOptions { max_rejected: 1.0, cleaning, keep_details: true, ..ReadOptions::default() };
    let read = read_keeping(&[files.write("e.csv", text)], &options, &Silent, &mut rejects);
    (read, rejects)
}

/// The reason why the rule did not run.
fn skipped(text: &str, rule: &str) -> Option<&'static str> {
    let cleaning = Cleaning { max_per_shopper: 1, ..Cleaning::default() };
    let (_, report) = cleaned(text, cleaning).unwrap();
    report.rules.iter().find(|one| one.rule.name() == rule).unwrap().skipped
}

const VIEWS: &str = "session,user,item,event,timestamp\n";

#[test]
fn impossible_times_are_damage_and_a_period_is_none() {
    let text = "session,item,timestamp\n1,a,1980-01-01 00:00:00\n1,b,1995-01-01 00:00:00\n1,c,2020-05-01 10:00:00\n\
                1,d,2020-05-02 00:00:00\n1,e,2100-01-01 00:00:00\n";
    assert_eq!(rejected(text, Cleaning::default()), [(2, Reason::ImpossibleTime), (6, Reason::ImpossibleTime)]);
    assert!(Reason::ImpossibleTime.is_damage() && !Reason::OutsidePeriod.is_damage());
    let kept = Cleaning { drop_impossible_times: false, ..Cleaning::default() };
    assert_eq!(rejected(text, kept), []);
    let moment = super::super::parse_moment;
    let may = Cleaning { from_ms: moment("2020-05-01"), until_ms: moment("2020-05-02"), ..Cleaning::default() };
    assert_eq!(rejected(text, may)[1..3], [(3, Reason::OutsidePeriod), (5, Reason::OutsidePeriod)]);
    assert_eq!(skipped("session,item\n1,a\n", "impossible-times"), Some("no times"));
}

#[test]
fn services_are_no_products_unless_the_shop_says_so() {
    let text = "order,item\n1,POST\n1,postage\n1,a\n1,XFEE1\n1,xfee2\n1,TEST001\n";
    let lines = |cleaning| rejected(text, cleaning).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines(Cleaning::default()), [2, 3, 7]);
    let globs = |of: &[&str]| of.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>();
    let own = Cleaning { non_products: globs(&["XFEE*"]), products: globs(&["p?st", "xfee2"]), ..Cleaning::default() };
    assert_eq!(lines(own.clone()), [3, 5, 7]);
    assert_eq!(lines(Cleaning { drop_non_products: false, ..own }), [5]);
    let bad = Cleaning { products: globs(&["[a"]), ..Cleaning::default() };
    assert!(matches!(cleaned(text, bad), Err(EventsError::BadPattern { .. })));
}

#[test]
fn a_click_that_follows_an_equal_one_at_once_is_left_out() {
    // Two seconds after the kept one is the same click; three and a half seconds after it is another.
    let text = format!(
        "{VIEWS}1,u,a,view,2020-01-01 10:00:00\n1,u,a,view,2020-01-01 10:00:02\n1,u,a,view,2020-01-01 10:00:03.5\n\
         1,u,a,cart,2020-01-01 10:00:04\n2,u,a,view,2020-01-01 10:00:04\n1,u,b,purchase,2020-01-01 10:00:04\n\
         1,u,b,purchase,2020-01-01 10:00:05\n"
    );
    assert_eq!(rejected(&text, Cleaning::default()), [(3, Reason::DoubleClick)]);
    assert_eq!(rejected(&text, Cleaning { double_click_ms: 0, ..Cleaning::default() }), []);
    let slow = Cleaning { double_click_ms: 3500, ..Cleaning::default() };
    assert_eq!(rejected(&text, slow), [(3, Reason::DoubleClick), (4, Reason::DoubleClick)]);
    assert_eq!(skipped("session,item,date\n1,a,2020-01-01\n", "double-clicks"), Some("no times"));
}

#[test]
fn what_is_bought_for_nothing_is_left_out_and_a_free_look_is_not() {
    let text = "session,item,event,price\n1,a,view,0\n1,a,purchase,0\n1,b,purchase,-1\n1,c,purchase,\n1,d,purchase,2\n";
    assert_eq!(rejected(text, Cleaning::default()), [(3, Reason::ZeroPrice), (4, Reason::ZeroPrice)]);
    assert_eq!(rejected(text, Cleaning { drop_zero_prices: false, ..Cleaning::default() }), []);
    assert_eq!(skipped("session,item\n1,a\n", "zero-prices"), Some("no prices"));
}

const SALES: &str = "order,user,item,event,timestamp,quantity\n";

#[test]
fn a_return_cancels_the_latest_earlier_line_of_as_many_pieces() {
    let text = format!(
        "{SALES}1,u,a,purchase,2020-01-01 10:00:00,2\n2,u,a,purchase,2020-01-02 10:00:00,2\n3,u,a,purchase,2020-01-03 10:00:00,3\n\
         4,v,a,purchase,2020-01-03 11:00:00,2\n5,u,a,cancellation,2020-01-04 10:00:00,-2\n6,u,a,purchase,2020-01-05 10:00:00,2\n\
         7,v,a,purchase,2020-01-06 10:00:00,-5\n"
    );
    let left_out = rejected(&text, Cleaning::default());
    assert_eq!(
        left_out,
        [(3, Reason::Cancelled), (6, Reason::UnknownEventType), (8, Reason::Return)],
        "five pieces were never bought"
    );
    let kept = Cleaning { drop_cancelled: false, ..Cleaning::default() };
    assert_eq!(rejected(&text, kept), [(6, Reason::UnknownEventType), (8, Reason::Return)]);
    assert_eq!(skipped("order,item,quantity\n1,a,1\n", "cancellations"), Some("no shoppers"));
    assert_eq!(skipped("order,user,item\n1,u,a\n", "cancellations"), Some("no quantities"));
}

#[test]
fn every_line_is_cancelled_once_and_only_by_what_comes_later() {
    let line = |kind: &str, day: u32, quantity: i32| format!("1,u,a,{kind},2020-01-{day:02} 10:00:00,{quantity}\n");
    let (bought, later) = (line("purchase", 2, 1), line("purchase", 3, 1));
    // The return of the first day stands last in the file and has nothing to cancel.
    let early = format!("{SALES}{bought}{later}{}", line("refund", 1, -1));
    assert_eq!(rejected(&early, Cleaning::default()), [(4, Reason::UnknownEventType)]);
    // Of the three returns two are one row that was written twice.
    let back = line("refund", 4, 1);
    let twice = format!("{SALES}{bought}{later}{back}{back}");
    assert_eq!(rejected(&twice, Cleaning::default())[0], (3, Reason::Cancelled));
    assert_eq!(rejected(&twice, Cleaning::default()).len(), 3);
    let both = format!("{SALES}{bought}{later}{back}{}{}", line("refund", 5, 1), line("refund", 6, 1));
    let cancelled = rejected(&both, Cleaning::default());
    assert_eq!(cancelled[..2], [(2, Reason::Cancelled), (3, Reason::Cancelled)]);
}

#[test]
fn without_times_a_return_is_later_if_it_stands_below() {
    let text = "order,user,item,quantity\n1,u,a,-1\n2,u,a,1\n3,u,b,1\n4,u,b,-1\n";
    let expected = [(2, Reason::Return), (4, Reason::Cancelled), (5, Reason::Return)];
    assert_eq!(rejected(text, Cleaning::default()), expected);
}

#[test]
fn a_shopper_who_looks_at_much_too_fast_and_buys_nothing_is_a_robot() {
    let cleaning = || Cleaning { robot_events_per_hour: 3, robot_items: 2, double_click_ms: 0, ..Cleaning::default() };
    let row = |user: &str, item: u32, kind: &str, minute: u32| {
        format!("{user},i{item},{kind},2020-01-01 {:02}:{:02}:00\n", 8 + minute / 60, minute % 60)
    };
    let views = |user: &str, items: [u32; 4], minutes: [u32; 4]| {
        items.iter().zip(minutes).map(|(&item, minute)| row(user, item, "view", minute)).collect::<String>()
    };
    let text = [
        "user,item,event,timestamp\n".to_owned(),
        views("fast", [1, 2, 3, 1], [0, 1, 2, 59]),
        views("slow", [1, 2, 3, 1], [0, 1, 2, 60]),
        views("keen", [1, 2, 1, 2], [0, 1, 2, 3]),
        views("buyer", [1, 2, 3, 4], [0, 1, 2, 3]),
        row("buyer", 1, "cart", 4),
    ];
    let robots: Vec<_> = (2..6).map(|line| (line, Reason::Robot)).collect();
    assert_eq!(rejected(&text.concat(), cleaning()), robots);
    assert_eq!(rejected(&text.concat(), Cleaning { robot_events_per_hour: 0, ..cleaning() }), []);
    assert_eq!(skipped("session,item,timestamp\n1,a,1500000000\n", "robots"), Some("no shoppers"));
    assert_eq!(skipped("user,item,date\nu,a,2020-01-01\n", "robots"), Some("no times"));
}

#[test]
fn rare_items_and_what_is_beyond_a_shoppers_limit_go() {
    let text = "user,item,timestamp\nu,a,1500000000\nu,a,1500009000\nv,a,1500000000\nu,b,1500000000\nu,a,1500005000\n";
    let rare = Cleaning { min_item_events: 2, ..Cleaning::default() };
    assert_eq!(rejected(text, rare), [(5, Reason::RareItem)]);
    let limited = Cleaning { max_per_shopper: 1, ..Cleaning::default() };
    assert_eq!(rejected(text, limited), [(2, Reason::BeyondLimit), (6, Reason::BeyondLimit)]);
    assert_eq!(skipped("session,item\n1,a\n", "per-shopper"), Some("no shoppers"));
}

#[test]
fn sessions_of_unwanted_length_go_as_a_whole() {
    let text = "session,item\n1,a\n2,b\n2,c\n3,d\n3,e\n3,f\n";
    let cleaning = Cleaning { min_session_events: 2, max_session_events: 2, ..Cleaning::default() };
    let lines =
        [(2, Reason::ShortSession), (5, Reason::LongSession), (6, Reason::LongSession), (7, Reason::LongSession)];
    assert_eq!(rejected(text, cleaning.clone()), lines);
    let (log, _) = cleaned(text, cleaning.clone()).unwrap();
    assert_eq!((log.item_ids, log.sessions.len()), (vec!["b".to_owned(), "c".to_owned()], 1));
    let (_, report) = cleaned("user,item\nu,a\nv,b\n", cleaning).unwrap();
    assert_eq!(report.rules.iter().filter(|rule| rule.skipped == Some("no sessions")).count(), 2);
}

#[test]
fn ids_that_differ_in_case_are_one_item_if_that_is_wanted() {
    let text = "session,item\n1,A1\n1,a1\n";
    assert_eq!(cleaned(text, Cleaning::default()).unwrap().0.item_ids.len(), 2);
    let folded = Cleaning { fold_case: true, ..Cleaning::default() };
    assert_eq!(cleaned(text, folded).unwrap().0.item_ids, ["a1"]);
}

#[test]
fn prices_become_one_currency_or_the_currencies_are_named() {
    let text = "order,item,price\n1,a,$2\n1,b,3 EUR\n1,c,4\n1,d,$1\n";
    let (_, report) = cleaned(text, Cleaning::default()).unwrap();
    assert_eq!(report.currencies, [("USD".to_owned(), 2), ("EUR".to_owned(), 1)]);
    let rates = Cleaning { currency_rates: [("USD".to_owned(), 0.5)].into(), ..Cleaning::default() };
    let (read, _) = keeping(text, rates);
    let (log, report) = read.unwrap();
    assert_eq!(log.details.unwrap().prices, [1.0, 3.0, 4.0, 0.5]);
    assert_eq!(report.currencies, [("EUR".to_owned(), 1)]);
}

#[test]
fn a_rejected_row_tells_where_why_and_what_it_was() {
    let header = SALES.replace("order", "session");
    let text = format!(
        "{header}1,u,a,purchase,2020-01-01 10:00:00,2\n2,,a,purchase,soon,2\n3,u,a,refund,2020-01-02 10:00:00,2\n"
    );
    let (read, rejects) = keeping(&text, Cleaning::default());
    assert!(matches!(read, Err(EventsError::NothingLeft { .. })));
    let values: Vec<Vec<&str>> =
        rejects.iter().map(|reject| reject.values.iter().map(String::as_str).collect()).collect();
    assert_eq!(values[0], ["a", "1", "u", "purchase", "2020-01-01T10:00:00Z", "", "2", "", "", "", "", ""]);
    assert_eq!(values[1], ["a", "2", "", "purchase", "soon", "", "2", "", "", "", "", ""]);
    assert_eq!(
        (rejects[1].reason, rejects[1].column.as_str(), rejects[1].found.as_str()),
        (Reason::BadTimestamp, "timestamp", "soon")
    );
    assert_eq!((rejects[0].reason, rejects[0].line, rejects[2].line), (Reason::Cancelled, 2, 4));
}

#[test]
fn a_timestamp_among_others_of_another_unit_is_rejected_as_it_stands() {
    let text = "session,item,timestamp\n1,a,1500000000\n1,b,1500000001\n1,c,15\n";
    let (_, rejects) = keeping(text, Cleaning::default());
    assert_eq!((rejects.len(), rejects[0].reason, rejects[0].values[4].as_str()), (1, Reason::BadTimestamp, "15"));
}

/// Rows of a log that every rule finds something in.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let row = (0..4_u8, 0..3_u8, 0..6_u8, 0..6_u8, 0..40_u32, -2..4_i8, 0..3_u8).prop_map(
        |(session, user, item, kind, time, quantity, price)| {
            let item = ["i1", "I1", "i2", "POST", "i3", ""][usize::from(item)];
            let kind = ["view", "view", "cart", "purchase", "refund", "scroll"][usize::from(kind)];
            let user = ["u", "v", ""][usize::from(user)];
            format!("s{session}{user},{user},{item},{kind},{},{quantity},{price}", 1_500_000_000 + time)
        },
    );
    prop::collection::vec(row, 1..80)
}

fn to_log(rows: &[String]) -> String {
    format!("session,user,item,event,timestamp,quantity,price\n{}\n", rows.join("\n"))
}

fn strict() -> Cleaning {
    Cleaning {
        robot_events_per_hour: 4,
        robot_items: 1,
        max_per_shopper: 3,
        max_session_events: 12,
        ..Cleaning::default()
    }
}

proptest! {
    /// Without the rows that were left out, nothing more is, and the log is the same. Not so with rules that take
    /// purchases after it was decided who is a robot.
    #[test]
    fn cleaning_a_clean_log_changes_nothing(rows in rows()) {
        let cleaning = || Cleaning { max_per_shopper: 0, max_session_events: 0, ..strict() };
        let (read, rejects) = keeping(&to_log(&rows), cleaning());
        let Ok((log, report)) = read else { return Ok(()) };
        prop_assert_eq!(rejects.len() as u64 + report.num_events, rows.len() as u64);
        let is_left = |at: &usize| !rejects.iter().any(|reject| reject.line as usize == at + 2);
        let left: Vec<String> = (0..rows.len()).filter(is_left).map(|at| rows[at].clone()).collect();
        let (again, more) = keeping(&to_log(&left), cleaning());
        prop_assert_eq!(more, []);
        prop_assert_eq!(again.unwrap().0, log);
    }

    /// Rows before and after follow from each other, and the reasons of a rule make up what it left out.
    #[test]
    fn counts_of_rules_and_reasons_agree(rows in rows()) {
        let (read, rejects) = keeping(&to_log(&rows), strict());
        let Ok((log, report)) = read else { return Ok(()) };
        let mut left = report.num_rows;
        for rule in &report.rules {
            prop_assert_eq!(rule.before, left);
            let of_rule = report.rejections.iter().filter(|rejection| rejection.reason.rule() == rule.rule);
            prop_assert_eq!(rule.left_out(), of_rule.map(|rejection| rejection.rows).sum::<u64>());
            let kept = rejects.iter().filter(|reject| reject.reason.rule() == rule.rule).count();
            prop_assert_eq!(rule.left_out(), kept as u64);
            left = rule.after;
        }
        prop_assert_eq!(left, report.num_events);
        let details = log.details.unwrap();
        prop_assert_eq!(details.times_ms.len(), log.sessions.items.len());
        prop_assert_eq!(details.prices.len(), log.sessions.items.len());
        let bought = log.sessions.kinds.iter().zip(&details.prices).filter(|(kind, _)| **kind == EventKind::Purchase);
        prop_assert!(bought.map(|(_, price)| *price).all(|price| price > 0.0));
    }
}
