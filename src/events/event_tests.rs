//! Events of a log by type, step, status and filter.

use std::collections::BTreeMap;

use super::{Cleaning, EventLog, EventMeaning, EventsError, ReadOptions, ReadReport, Reason, RowFilter, read};
use crate::table::testing::Files;
use crate::{EventKind, Silent};

fn read_text(text: &str, options: &ReadOptions) -> Result<(EventLog, ReadReport), EventsError> {
    let files = Files::new();
    read(&[files.write("e.csv", text)], options, &Silent)
}

fn kinds(text: &str) -> Vec<EventKind> {
    read_text(text, &ReadOptions::default()).unwrap().0.sessions.kinds
}

#[test]
fn a_checkout_is_a_step_where_other_events_are_purchases() {
    let header = "session_id,event,item_id\n";
    let (log, report) =
        read_text(&format!("{header}1,checkout,a\n1,view,b\n1,purchase,a\n"), &ReadOptions::default()).unwrap();
    assert_eq!(log.sessions.kinds, [EventKind::View, EventKind::Purchase]);
    assert_eq!(report.rejected(Reason::UnknownEventType), 1);
    assert_eq!(report.unknown_event_types, [("checkout".to_owned(), 1)]);
    assert_eq!(kinds(&format!("{header}1,checkout,a\n1,view,b\n")), [EventKind::Purchase, EventKind::View]);
}

#[test]
fn event_types_can_be_said_numbers_too() {
    let text = "user_id,item_id,behavior_type,timestamp\n1,a,1,1704103200\n1,b,3,1704103210\n1,b,4,1704103220\n";
    let error = read_text(text, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("the event types are `1`, `3`, `4`"), "{error}");
    let kinds = EventKind::ALL.map(EventMeaning::Kind);
    let names = ["1", "3", "4"].map(str::to_owned);
    let event_types: BTreeMap<String, EventMeaning> = names.into_iter().zip(kinds).collect();
    let options = ReadOptions { event_types, ..ReadOptions::default() };
    let (log, report) = read_text(text, &options).unwrap();
    assert_eq!(log.sessions.kinds, EventKind::ALL);
    assert_eq!(report.event_types[2].meaning, "purchase");
}

#[test]
fn numbers_that_were_said_tell_the_column_of_event_types() {
    let text = "session_id,item_id,event,action\n1,a,x1,1\n1,b,x2,4\n2,a,x1,1\n2,b,x2,4\n";
    let meanings = [("1", EventKind::View), ("4", EventKind::Purchase)];
    let event_types = meanings.map(|(name, kind)| (name.to_owned(), EventMeaning::Kind(kind))).into();
    let (log, _) = read_text(text, &ReadOptions { event_types, ..ReadOptions::default() }).unwrap();
    assert_eq!(log.sessions.kinds, [EventKind::View, EventKind::Purchase, EventKind::View, EventKind::Purchase]);
}

#[test]
fn what_somebody_says_wins_over_a_usual_name() {
    let given = [("View Product", EventMeaning::Nothing), ("stock out", EventMeaning::Kind(EventKind::Cart))];
    let event_types = given.map(|(name, meaning)| (name.to_owned(), meaning)).into_iter().collect();
    let options = ReadOptions { event_types, ..ReadOptions::default() };
    let (log, _) = read_text("session,event,item\n1,view_product,a\n1,Stock Out,b\n1,view,c\n", &options).unwrap();
    assert_eq!(log.sessions.kinds, [EventKind::Cart, EventKind::View]);
}

const ORDERS: &str = "order_id,order_status,country,sku\n1,Completed,DE,a\n1,Completed,DE,b\n2,Cancelled,DE,a\n\
                      2,,DE,b\n3,failed,UK,a\n4,partially refunded,UK,c\n5,,UK,d\n";

#[test]
fn cancelled_and_failed_orders_are_no_purchases() {
    let (log, report) = read_text(ORDERS, &ReadOptions::default()).unwrap();
    assert_eq!(log.item_ids, ["a", "b", "c", "d"]);
    // Two lines of order 2, of which the second has no status of its own, and one of order 3.
    assert_eq!((report.rejected(Reason::VoidOrder), log.sessions.len()), (3, 3));
    let cleaning = Cleaning { drop_void_orders: false, ..Cleaning::default() };
    let (log, _) = read_text(ORDERS, &ReadOptions { cleaning, ..ReadOptions::default() }).unwrap();
    assert_eq!(log.sessions.len(), 5);
}

#[test]
fn rows_are_filtered_by_any_column() {
    let filtered = |filter: &str| {
        let options = ReadOptions { filter: Some(RowFilter::parse(filter).unwrap()), ..ReadOptions::default() };
        read_text(ORDERS, &options)
    };
    let (log, report) = filtered("country = UK and order_status is not missing").unwrap();
    assert_eq!((log.item_ids, report.rejected(Reason::Filtered)), (vec!["c".to_owned()], 5));
    assert_eq!(filtered("sku in (a, d)").unwrap().0.sessions.items.len(), 2);
    let error = filtered("colour = red").unwrap_err().to_string();
    assert!(error.contains("`colour`") && error.contains("`country`"), "{error}");
}

#[test]
fn an_order_with_a_time_of_cancelling_is_no_purchase() {
    let read = |text: &str| read_text(text, &ReadOptions::default()).unwrap();
    let order = |order: u32, cancelled: &str| {
        format!(
            "#{order},u{order}@a.example,paid,2024-05-0{order} 10:00:00 +0200,1,Mug,10,mug,{cancelled}\n\
             #{order},u{order}@a.example,,2024-05-0{order} 10:00:00 +0200,1,Plate,8,plate,\n"
        )
    };
    // Shopify writes it, like the status, into the first line of an order.
    let shopify = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
                   Cancelled at\n";
    let (log, report) = read(&[shopify, &order(1, ""), &order(2, "2024-05-03 09:00:00 +0200"), &order(3, "")].concat());
    assert_eq!((report.profiles.clone(), report.rejected(Reason::VoidOrder)), (vec!["Shopify orders"], 2));
    assert_eq!(log.sessions.len(), 2);

    // A table without statuses says it of each row.
    for (name, no, yes) in [
        ("cancelled_at", "", "2024-05-03 09:00"),
        ("canceled_at", "NULL", "1714550400"),
        ("voided_at", "0000-00-00 00:00:00", "2024-05-03"),
        ("is_cancelled", "false", "true"),
        ("Cancelled", "0", "1"),
    ] {
        let text = format!("order_id,sku,{name}\n1,a,{no}\n1,b,{yes}\n2,a,{no}\n2,b,{no}\n3,a,{yes}\n3,b,{yes}\n");
        let (log, report) = read(&text);
        assert_eq!((report.rejected(Reason::VoidOrder), log.sessions.len()), (3, 2), "{name}");
    }
    // What was given back may be a part of the order.
    let refunds = "order_id,sku,refunded_at,order_date\n1,a,2024-05-03,2024-05-01\n1,b,,2024-05-01\n";
    assert_eq!(read(refunds).1.rejected(Reason::VoidOrder), 0);
}
