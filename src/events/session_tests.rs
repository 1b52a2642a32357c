//! Sessions and their shoppers: guests, session numbers that come back, log-ins, and rows in any order.

use proptest::prelude::*;

use super::{Cleaning, EventLog, ReadOptions, ReadReport, Reason, read};
use crate::Silent;
use crate::table::testing::Files;

fn read_parts(parts: &[String], options: &ReadOptions) -> (EventLog, ReadReport) {
    let files = Files::new();
    let write = |(at, text): (usize, &String)| files.write(&format!("{at}.csv"), text);
    let paths: Vec<_> = parts.iter().enumerate().map(write).collect();
    read(&paths, options, &Silent).unwrap()
}

fn read_text(text: &str) -> (EventLog, ReadReport) {
    read_parts(&[text.to_owned()], &ReadOptions::default())
}

/// Sessions as the shop's ids, oldest first.
fn ids(log: &EventLog) -> Vec<Vec<&str>> {
    let ids_of = |session| log.sessions.items_of(session).iter().map(|item| log.item_ids[item.as_usize()].as_str());
    (0..log.sessions.len()).map(|session| ids_of(session).collect()).collect()
}

#[test]
fn ids_of_guests_are_no_shoppers() {
    for guest in ["0", "-1", "guest", "Guest", "00000000-0000-0000-0000-000000000000", "Not logged in"] {
        let text = format!("order_id,customer_id,sku\n1,{guest},a\n1,{guest},b\n2,{guest},a\n3,71,a\n4,72,b\n5,71,b\n");
        let (log, report) = read_text(&text);
        assert_eq!(log.sessions.shoppers, [0, 1, 2, 3, 2], "{guest}");
        assert_eq!(report.unknown_shoppers, [(guest.to_owned(), 3)]);
        let cleaning = Cleaning { drop_guests: false, ..Cleaning::default() };
        let (log, report) = read_parts(&[text], &ReadOptions { cleaning, ..ReadOptions::default() });
        assert_eq!((log.sessions.shoppers, report.unknown_shoppers), (vec![0, 0, 1, 2, 1], Vec::new()), "{guest}");
    }
}

#[test]
fn shopper_0_is_one_like_others_where_shoppers_are_counted() {
    let (log, report) = read_text("order_id,customer_id,sku\n1,0,a\n2,1,b\n3,2,a\n4,0,a\n");
    assert_eq!((log.sessions.shoppers, report.unknown_shoppers), (vec![0, 1, 2, 0], Vec::new()));
}

#[test]
fn an_id_with_more_than_a_fifth_of_all_orders_is_nobody() {
    let orders = (0..100).map(|order| format!("{order},{},a\n", if order % 4 == 0 { 7777 } else { 1000 + order }));
    let (log, report) = read_text(&format!("order_id,customer_id,sku\n{}", orders.collect::<String>()));
    assert_eq!(report.unknown_shoppers.iter().map(|one| one.1).collect::<Vec<_>>(), [25]);
    assert_eq!(log.sessions.shoppers, (0..100).collect::<Vec<u32>>());
}

#[test]
fn guests_without_a_session_are_left_out_by_a_rule() {
    let (log, report) = read_text("customer_id,item,date\nguest,a,2024-01-01\n8,b,2024-01-01\nguest,c,2024-01-02\n");
    assert_eq!((ids(&log), report.rejected(Reason::Guest)), (vec![vec!["b"]], 2));
    assert!(!Reason::Guest.is_damage());
}

#[test]
fn a_shopper_who_logs_in_within_a_session_is_one() {
    let text =
        "session_id,user_id,item,timestamp\n1,,a,1704103200\n1,,b,1704103260\n1,u,c,1704103320\n2,,a,1704106800\n";
    let (log, _) = read_text(text);
    assert_eq!(ids(&log), [vec!["a", "b", "c"], vec!["a"]]);
    assert_eq!(log.sessions.shoppers, [0, 1]);
}

#[test]
fn an_event_without_a_session_belongs_to_what_its_shopper_did_before() {
    // Five minutes after the session, a day later, and of another shopper.
    let text = "session_id,device_id,item,timestamp\n9,d,a,1704103200\n-1,d,b,1704103500\n-1,d,c,1704189600\n-1,e,d,1704189700\n";
    let (log, _) = read_text(text);
    assert_eq!(ids(&log), [vec!["a", "b"], vec!["c"], vec!["d"]]);
    assert_eq!(log.sessions.shoppers, [0, 0, 1]);
}

#[test]
fn a_session_number_that_comes_back_after_a_long_pause_is_another_session() {
    let text = "session_id,item,timestamp\n1,a,2024-01-01 10:00\n1,b,2024-01-01 23:00\n1,c,2024-01-03 10:00\n";
    let (log, report) = read_text(text);
    assert_eq!((ids(&log), report.restarted_sessions), (vec![vec!["a", "b"], vec!["c"]], 1));
    let options = ReadOptions { session_pause_ms: Some(0), ..ReadOptions::default() };
    assert_eq!(read_parts(&[text.to_owned()], &options).0.sessions.len(), 1);
    // A line of an order may follow later; the number comes back the next year.
    let text = "order_id,sku,order_date\n1,a,2024-01-01\n1,b,2024-01-08\n1,c,2025-01-01\n";
    assert_eq!(ids(&read_text(text).0), [vec!["a", "b"], vec!["c"]]);
}

#[test]
fn a_session_number_in_another_file_is_another_session_unless_times_tell() {
    let parts = ["session,item\n1,a\n1,b\n", "session,item\n1,c\n2,d\n"].map(str::to_owned);
    let (log, report) = read_parts(&parts, &ReadOptions::default());
    assert_eq!(ids(&log), [vec!["a", "b"], vec!["c"], vec!["d"]]);
    assert!(report.guesses[0].contains("1 session numbers"), "{:?}", report.guesses);
    let parts = ["session,item,time\n1,a,1704103200\n", "session,item,time\n1,c,1704103260\n"].map(str::to_owned);
    assert_eq!(ids(&read_parts(&parts, &ReadOptions::default()).0), [["a", "c"]]);
}

/// Baskets of four of twelve items, in an order that is drawn or sorted.
fn baskets(is_sorted: bool) -> String {
    let mut text = "order_id,sku\n".to_owned();
    for order in 0..200_u64 {
        let mut items: Vec<u64> = (0..12).collect();
        items.sort_by_key(|item| super::evidence::mix(order * 100 + item));
        items.truncate(4);
        if is_sorted {
            items.sort_unstable();
        }
        items.iter().for_each(|item| text.push_str(&format!("{order},p{item:02}\n")));
    }
    text
}

#[test]
fn rows_that_are_sorted_by_product_have_no_order() {
    let (log, report) = read_text(&baskets(true));
    assert!(report.order_is_arbitrary);
    // About half of the pairs that follow each other rise.
    let rises = ids(&log).iter().flat_map(|ids| ids.windows(2)).filter(|pair| pair[0] < pair[1]).count();
    assert!((240..360).contains(&rises), "{rises} of 600");
    let seeded = ReadOptions { seed: 1, ..ReadOptions::default() };
    assert_ne!(read_parts(&[baskets(true)], &seeded).0, log);
    assert_eq!(read_parts(&[baskets(true)], &ReadOptions::default()).0, log);
    let (drawn, report) = read_text(&baskets(false));
    assert!(!report.order_is_arbitrary);
    let rows: Vec<String> = baskets(false).lines().skip(1).map(|line| line[line.len() - 3..].to_owned()).collect();
    assert_eq!(ids(&drawn).concat(), rows);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_in_any_order_and_any_files_are_the_same_log(
        rows in prop::collection::vec((0_u8..6, 0_u8..4, 0_u8..9, 0_u16..400, 0_u8..3), 1..60),
        order in any::<u64>(),
        num_files in 1_usize..4,
    ) {
        let header = "session_id,user_id,item,timestamp,event\n";
        let lines: Vec<String> = rows
            .iter()
            .map(|(session, user, item, hours, kind)| {
                let user = if *user == 0 { String::new() } else { format!("u{user}") };
                let kind = ["view", "cart", "purchase"][usize::from(*kind)];
                format!("s{session},{user},i{item},{},{kind}\n", 1_704_103_200 + u32::from(*hours) * 900)
            })
            .collect();
        let (log, report) = read_text(&format!("{header}{}", lines.concat()));
        let mut shuffled: Vec<(u64, &String)> =
            (0_u64..).map(|at| super::evidence::mix(order.wrapping_add(at))).zip(&lines).collect();
        shuffled.sort_unstable();
        let shuffled: Vec<&str> = shuffled.into_iter().map(|(_, line)| line.as_str()).collect();
        let parts: Vec<String> = shuffled
            .chunks(shuffled.len().div_ceil(num_files))
            .map(|part| format!("{header}{}", part.concat()))
            .collect();
        let (again, told) = read_parts(&parts, &ReadOptions::default());
        prop_assert_eq!(again, log);
        prop_assert_eq!((told.rules, told.restarted_sessions), (report.rules, report.restarted_sessions));
    }
}
