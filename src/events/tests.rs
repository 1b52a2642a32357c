//! Whole readings: files in, a log and a report out.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::{
    Cleaning, EventLog, EventsError, Field, ReadOptions, ReadReport, Reason, SessionSource, TableError, TimeSource,
    read, read_from,
};
use crate::table::testing::{Column, Files, gzip, in_memory};
use crate::{EventKind, Progress, Silent};

fn read_files(paths: &[PathBuf], options: &ReadOptions) -> Result<(EventLog, ReadReport), EventsError> {
    read(paths, options, &Silent)
}

fn read_text(name: &str, text: impl AsRef<[u8]>) -> Result<(EventLog, ReadReport), EventsError> {
    let files = Files::new();
    read_files(&[files.write(name, text)], &ReadOptions::default())
}

/// Sessions as the shop's ids, oldest first.
fn ids(log: &EventLog) -> Vec<Vec<&str>> {
    let ids_of = |session| log.sessions.items_of(session).iter().map(|item| log.item_ids[item.as_usize()].as_str());
    (0..log.sessions.len()).map(|session| ids_of(session).collect()).collect()
}

#[test]
fn sessions_of_a_position_log_are_in_order_of_appearance() {
    let (log, report) = read_text("e.csv", "session_id,position,item_id\nz,1,b\nz,0,a\ny,0,c\nz,2,c\n").unwrap();
    assert_eq!(ids(&log), [vec!["a", "b", "c"], vec!["c"]]);
    assert_eq!(log.item_ids, ["b", "a", "c"]);
    assert_eq!((log.sessions.shoppers.as_slice(), log.sessions.has_shoppers), (&[0, 1][..], false));
    assert!(log.sessions.end_ms.is_empty());
    assert_eq!((report.time_source, report.session_source), (TimeSource::Positions, SessionSource::Column));
    assert_eq!((report.num_rows, report.num_events, report.assumed_kind), (4, 4, Some(EventKind::View)));
}

#[test]
fn a_log_in_memory_is_read_as_one_in_a_file() {
    let text = "session,item,timestamp\n1,a,1500000900\n2,,1500000100\n1,c,1500000000\n";
    let (log, report) =
        read_from(&[in_memory("e.csv", text.as_bytes(), None)], &ReadOptions::default(), &Silent).unwrap();
    let (expected, of_file) = read_text("e.csv", text).unwrap();
    assert_eq!((log, report.num_rows), (expected, of_file.num_rows));
    assert_eq!(report.rejections[0].example.path, PathBuf::from("e.csv"));
}

#[test]
fn rows_are_told_to_whoever_watches() {
    struct Watched(AtomicU64);
    impl Progress for Watched {
        fn start(&self, _what: &str, _total: u64) {}
        fn advance(&self, _units: u64) {}
        fn rows(&self, rows: u64) {
            self.0.fetch_add(rows, Ordering::Relaxed);
        }
        fn finish(&self, _summary: &str) {}
    }
    let text: String = (0..40_000).map(|session| format!("{session},a\n")).collect();
    let text = format!("session,item\n{text}");
    let json: String = (0..9000).map(|session| format!("{{\"session\":{session},\"item\":2}}\n")).collect();
    for (name, bytes, expected) in [("e.csv", text, 40_000), ("e.jsonl", json, 9000)] {
        let watched = Watched(AtomicU64::new(0));
        read_from(&[in_memory(name, bytes.as_bytes(), None)], &ReadOptions::default(), &watched).unwrap();
        assert_eq!(watched.0.into_inner(), expected, "{name}");
    }
}

#[test]
fn sessions_are_ordered_by_their_last_event() {
    let text = "session,item,timestamp\n1,a,1500000900\n2,b,1500000100\n1,c,1500000000\n3,d,1500000200\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [vec!["b"], vec!["d"], vec!["c", "a"]]);
    assert_eq!(log.sessions.end_ms, [1_500_000_100_000, 1_500_000_200_000, 1_500_000_900_000]);
    assert_eq!(report.time_source, TimeSource::Times);
}

#[test]
fn a_small_number_as_timestamp_is_a_position() {
    let (log, report) = read_text("e.csv", "session,item,time\n1,a,2\n1,b,1\n").unwrap();
    assert_eq!(ids(&log), [["b", "a"]]);
    assert_eq!((report.time_source, log.sessions.end_ms.len()), (TimeSource::Positions, 0));
}

#[test]
fn inactivity_cuts_the_sessions_of_a_shopper() {
    // Gaps of 30 minutes and of 30 minutes and a second, with another shopper in between.
    let text = "user_id,item_id,timestamp\nu,a,2020-01-01 10:00:00\nu,b,2020-01-01 10:30:00\nv,x,2020-01-01 10:45:00\n\
                u,c,2020-01-01 11:00:01\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [vec!["a", "b"], vec!["x"], vec!["c"]]);
    assert_eq!((log.sessions.shoppers.as_slice(), log.sessions.has_shoppers), (&[0, 1, 0][..], true));
    assert_eq!(report.session_source, SessionSource::Inactivity);
    let files = Files::new();
    let options = ReadOptions { session_gap_ms: 60 * 60 * 1000, ..ReadOptions::default() };
    let (log, _) = read_files(&[files.write("e.csv", text)], &options).unwrap();
    assert_eq!(ids(&log), [vec!["x"], vec!["a", "b", "c"]]);
}

#[test]
fn without_times_a_shopper_is_one_session() {
    let (log, report) = read_text("e.csv", "user_id,item_id\nu,a\nv,b\nu,c\n").unwrap();
    assert_eq!(ids(&log), [vec!["a", "c"], vec!["b"]]);
    assert_eq!((report.session_source, report.time_source), (SessionSource::Shopper, TimeSource::Rows));
}

#[test]
fn equal_session_numbers_of_two_shoppers_are_two_sessions() {
    let text = "user,session_id,item\nu,1,a\nv,1,b\nu,1,c\n,1,d\n";
    let (log, _) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [vec!["a", "c"], vec!["b"], vec!["d"]]);
    assert_eq!(log.sessions.shoppers, [0, 1, 2]);
}

#[test]
fn a_basket_column_makes_purchases() {
    let (log, report) = read_text("e.csv", "order_id,sku\n1,a\n1,b\n").unwrap();
    assert_eq!(log.sessions.kinds, [EventKind::Purchase; 2]);
    assert!(report.sessions_are_baskets);
    let files = Files::new();
    let options = ReadOptions { default_kind: Some(EventKind::Cart), ..ReadOptions::default() };
    let (log, report) = read_files(&[files.write("e.csv", "order_id,sku\n1,a\n")], &options).unwrap();
    assert_eq!((log.sessions.kinds[0], report.assumed_kind), (EventKind::Cart, Some(EventKind::Cart)));
}

#[test]
fn event_types_become_kinds_and_unknown_ones_are_counted() {
    let text =
        "session,item,event\n1,a,view\n1,b,add_to_cart\n1,b,Purchase\n1,a,remove_from_cart\n1,c,refund\n1,c,refund\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(log.sessions.kinds, EventKind::ALL);
    assert_eq!((report.rejected(Reason::UnknownEventType), report.assumed_kind), (3, None));
    assert_eq!(report.unknown_event_types, [("refund".to_owned(), 2), ("remove_from_cart".to_owned(), 1)]);
    assert_eq!(log.item_ids, ["a", "b"]);
}

#[test]
fn returns_are_left_out_and_are_no_damage() {
    let text = "order,item,quantity\n1,a,-1\n1,b,0\n1,c,-2\n1,d,2\n1,e,\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!((ids(&log), report.rejected(Reason::Return)), (vec![vec!["d", "e"]], 3));
}

#[test]
fn several_files_are_one_log_whatever_their_format() {
    let files = Files::new();
    let csv = files.write("a.csv.gz", gzip("item_id,session_id\n7,1\n8,1\n"));
    let json = files.write("b.jsonl", "{\"session_id\":\"1\",\"item_id\":9}\n");
    let columns = [Column::Int64(&[Some(1), Some(2)]), Column::Bytes(&[Some(b"10"), Some(b"7")])];
    let schema = "OPTIONAL INT64 session_id; OPTIONAL BYTE_ARRAY item_id (UTF8);";
    let parquet = files.write_parquet("c.parquet", schema, &[&columns]);
    let (log, report) = read_files(&[csv, json, parquet], &ReadOptions::default()).unwrap();
    // Without times a session number of another file is another session.
    assert_eq!(ids(&log), [vec!["7", "8"], vec!["9"], vec!["10"], vec!["7"]]);
    assert_eq!((report.num_rows, log.item_ids.len()), (5, 4));
}

#[test]
fn invalid_utf8_in_parquet_is_counted() {
    let files = Files::new();
    // Whole, the bytes would be valid: a letter is split between two values.
    let sessions: &[Option<&[u8]>] = &[Some(b"a"), Some(b"b\xc3"), Some(b"\xa9c"), Some(b"a")];
    let columns = [Column::Bytes(sessions), Column::Bytes(&[Some(b"1"), Some(b"2"), Some(b"3"), Some(b"4")])];
    let path = files.write_parquet("e.parquet", "OPTIONAL BYTE_ARRAY session; REQUIRED BYTE_ARRAY item;", &[&columns]);
    let (log, report) = read_files(&[path], &ReadOptions::default()).unwrap();
    assert_eq!(ids(&log), [["1", "4"]]);
    assert_eq!(report.rejected(Reason::InvalidUtf8), 2);
    let example = &report.rejections[0].example;
    assert_eq!((example.line, example.column.as_str()), (2, "session"));
}

#[test]
fn files_with_different_columns_are_refused() {
    let files = Files::new();
    let paths =
        [files.write("a.csv", "session,item,date\n1,a,2024-01-01\n"), files.write("b.csv", "session,item\n1,a\n")];
    let error = read_files(&paths, &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, EventsError::DifferentColumns { field: Field::Timestamp, .. }), "{error}");
    let options = ReadOptions { columns: BTreeMap::from([(Field::Timestamp, Vec::new())]), ..ReadOptions::default() };
    assert!(read_files(&paths, &options).is_ok());
}

#[test]
fn files_with_times_and_with_positions_are_refused_together() {
    let files = Files::new();
    let paths = [
        files.write("a.csv", "session,item,time\n1,a,1500000000\n"),
        files.write("b.csv", "session,item,time\n1,a,3\n"),
    ];
    let error = read_files(&paths, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("a.csv are points in time") && error.contains("b.csv are plain positions"), "{error}");
}

#[test]
fn each_file_has_its_own_unit_of_time() {
    let files = Files::new();
    let paths = [
        files.write("a.csv", "user,item,time\nu,a,1500000000\n"),
        files.write("b.csv", "user,item,time\nu,b,1500000001000\n"),
    ];
    let (log, _) = read_files(&paths, &ReadOptions::default()).unwrap();
    assert_eq!(ids(&log), [["a", "b"]]);
    assert_eq!(log.sessions.end_ms, [1_500_000_001_000]);
}

#[test]
fn a_missing_column_is_reported_with_the_columns_there_are() {
    let error = read_text("e.csv", "session_id,colour\n1,red\n").unwrap_err().to_string();
    assert!(error.contains("e.csv: no column for `item`; the columns are `session_id`, `colour`"), "{error}");
}

#[test]
fn bad_timestamps_are_counted_with_their_place() {
    let text = "session,item,timestamp\n1,a,2020-01-01 10:00:00\n1,b,soon\n1,c,\n1,d,2020-01-01 \
                10:00:01\n1,e,0\n1,f,2020-01-01 11:00\n1,g,2020-01-02\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [["a", "d", "f", "g"]]);
    assert_eq!(report.rejected(Reason::BadTimestamp), 3);
    let example = &report.rejections[0].example;
    assert_eq!((example.line, example.column.as_str(), example.found.as_str()), (3, "timestamp", "\"soon\""));
}

#[test]
fn bad_quantities_and_prices_are_counted_and_their_events_kept() {
    let text = "order,item,quantity,price\n1,a,1,2.50\n1,b,many,1\n1,c,1,\"3,20 EUR\"\n1,d,1,free\n1,e,1,5.-\n";
    let files = Files::new();
    let options = ReadOptions { keep_details: true, ..ReadOptions::default() };
    let (log, report) = read_files(&[files.write("e.csv", text)], &options).unwrap();
    assert_eq!(ids(&log), [["a", "b", "c", "d", "e"]]);
    let prices = log.details.unwrap().prices;
    assert_eq!((prices[2], prices[3].is_nan(), prices[4]), (3.2, true, 5.0));
    let unread: Vec<_> = report.unread_values.iter().map(|one| (one.reason, one.rows, one.example.line)).collect();
    assert_eq!(unread, [(Reason::BadQuantity, 1, 3), (Reason::BadPrice, 1, 5)]);
    assert!(report.rejections.is_empty());
}

#[test]
fn a_position_breaks_ties_of_times_and_is_no_reason_to_leave_an_event_out() {
    let text = "session,item,timestamp,position\n1,b,2024-01-01 10:00:00,2\n1,a,2024-01-01 10:00:00,1\n\
                1,c,2024-01-01 09:00:00,9\n1,d,2024-01-01 11:00:00,\n1,e,2024-01-01 12:00:00,last\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [["c", "a", "b", "d", "e"]]);
    assert_eq!(report.unread_values[0].clone().reason, Reason::BadPosition);
    // Without times a missing position is that of the row before.
    let (log, _) = read_text("e.csv", "session,item,position\n1,c,3\n1,d,\n1,a,1\n1,b,2\n1,e,4\n").unwrap();
    assert_eq!(ids(&log), [["a", "b", "c", "d", "e"]]);
    // One that is mostly missing says nothing.
    let (log, report) = read_text("e.csv", "session,item,position\n1,b,3\n1,a,\n1,c,\n").unwrap();
    assert_eq!((ids(&log), report.time_source), (vec![vec!["b", "a", "c"]], TimeSource::Rows));
    assert!(report.guesses[0].contains("position"));
}

#[test]
fn missing_ids_are_counted_however_they_are_written() {
    let text = "session,item\n1,a\n,b\nNULL,c\n1,\n1,nan\n2,d\n2,e\n2,f\n";
    let (log, report) = read_text("e.csv", text).unwrap();
    assert_eq!(ids(&log), [vec!["a"], vec!["d", "e", "f"]]);
    assert_eq!((report.rejected(Reason::MissingSession), report.rejected(Reason::MissingItem)), (2, 2));
    let (_, report) = read_text("e.csv", "user,item\nu,a\n,b\n").unwrap();
    assert_eq!(report.rejected(Reason::MissingShopper), 1);
}

#[test]
fn duplicate_rows_are_counted_and_dropped() {
    let row = "1,a,2020-01-01 10:00:00,1\n";
    let other_quantity = "1,a,2020-01-01 10:00:00,2\n";
    let text = format!(
        "order,item,timestamp,quantity\n{row}1,b,2020-01-01 10:00:00,1\n{row}{other_quantity}1,c,2020-01-01 \
         10:00:01,1\n"
    );
    let (log, report) = read_text("e.csv", text).unwrap();
    // The three of one moment are in a drawn order.
    assert_eq!(ids(&log), [["b", "a", "a", "c"]]);
    let duplicate = &report.rejections[0];
    assert_eq!((duplicate.reason, duplicate.rows, duplicate.example.line), (Reason::Duplicate, 1, 4));
}

#[test]
fn repeats_without_a_moment_are_no_duplicates() {
    for text in ["session,item\n1,a\n1,a\n", "session,item,date\n1,a,2020-01-01\n1,a,2020-01-01\n"] {
        let (log, report) = read_text("e.csv", text).unwrap();
        assert_eq!((log.sessions.items.len(), report.rejections.len()), (2, 0), "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_taken_off() {
    let (log, report) = read_text("e.csv", "\u{feff}session_id,item_id\n1,a\n").unwrap();
    assert_eq!((ids(&log), report.columns.len()), (vec![vec!["a"]], 2));
}

#[test]
fn an_empty_file_is_refused() {
    let error = read_text("e.csv", "").unwrap_err();
    assert!(matches!(error, EventsError::Table(TableError::Empty { .. })), "{error}");
    assert!(matches!(read_files(&[], &ReadOptions::default()), Err(EventsError::NoFiles)));
}

#[test]
fn a_header_without_rows_is_refused() {
    let error = read_text("e.csv", "session_id,item_id\n").unwrap_err();
    assert!(matches!(error, EventsError::NoRows { .. }), "{error}");
    let path = Files::new();
    let path = path.write_parquet("e.parquet", "REQUIRED INT32 session_id; REQUIRED INT32 item_id;", &[]);
    let error = read_files(&[path], &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, EventsError::NoRows { .. }), "{error}");
}

#[test]
fn a_cut_off_gzip_is_refused() {
    let rows: String = (0..20_000).map(|row| format!("{row},{}\n", row * 7919)).collect();
    let whole = gzip(format!("session_id,item_id\n{rows}"));
    let error = read_text("e.csv.gz", &whole[..whole.len() / 2]).unwrap_err();
    assert!(matches!(error, EventsError::Table(TableError::Truncated { .. })), "{error}");
}

#[test]
fn invalid_utf8_is_counted() {
    let (log, report) = read_text("e.csv", b"session,item,note\n1,a,\n1,\xe9t\xe9,\n1,b,\xff\xc3\xbc\n").unwrap();
    assert_eq!(ids(&log), [["a", "b"]]);
    let rejection = &report.rejections[0];
    assert_eq!(
        (rejection.reason, rejection.example.line, rejection.example.column.as_str()),
        (Reason::InvalidUtf8, 3, "item")
    );
}

#[test]
fn rows_with_a_wrong_number_of_fields_are_counted() {
    let (log, report) = read_text("e.csv", "session,item\n1,a\n1\n1,b,c\n1,d\n").unwrap();
    assert_eq!(ids(&log), [["a", "d"]]);
    assert_eq!(report.rejected(Reason::FieldCount), 2);
    assert_eq!(report.rejections[0].example.found, "1 fields, expected 2");
}

#[test]
fn lines_that_are_no_json_are_counted() {
    let text = "{\"session\":1,\"item\":\"a\"}\n{\"session\":1,\n{\"session\":1,\"item\":\"b\",\"x\":[]}\n";
    let (log, report) = read_text("e.jsonl", text).unwrap();
    assert_eq!(ids(&log), [["a", "b"]]);
    assert_eq!((report.rejected(Reason::BadJson), report.rejections[0].example.line), (1, 2));
}

#[test]
fn a_ga4_export_is_read_item_by_item() {
    let event = |name: &str, session: u32, seconds: u64, items: &str| {
        format!(
            "{{\"event_name\":\"{name}\",\"event_date\":\"20210101\",\"event_timestamp\":\"{}\",\"user_pseudo_id\":\"u.1\",\"user_id\":null,\
             \"event_params\":[{{\"key\":\"ga_session_id\",\"value\":{{\"string_value\":null,\"int_value\":\"{session}\"}}}}],\
             \"items\":[{items}],\"device\":{{\"category\":\"mobile\"}}}}\n",
            (1_609_459_200 + seconds) * 1_000_000
        )
    };
    let item = |id: &str| format!("{{\"item_id\":\"{id}\",\"item_name\":\"x\",\"price\":\"4.5\",\"quantity\":null}}");
    let text = [
        event("page_view", 7, 0, ""),
        event("view_item", 7, 1, &item("a")),
        event("add_to_cart", 7, 2, &item("b")),
        event("view_item", 8, 9000, &item("c")),
        event("purchase", 8, 9001, &[item("c"), item("d")].join(",")),
        event("scroll", 8, 9002, &item("d")),
    ];
    let (log, report) = read_text("events.json", text.concat()).unwrap();
    // What is bought at one moment is in a drawn order.
    assert_eq!(ids(&log), [vec!["a", "b"], vec!["c", "d", "c"]]);
    assert_eq!(log.sessions.end_ms, [1_609_459_202_000, 1_609_468_201_000]);
    assert_eq!(log.sessions.kinds_of(1), [EventKind::View, EventKind::Purchase, EventKind::Purchase]);
    assert_eq!((report.rejected(Reason::NoProducts), report.rejected(Reason::UnknownEventType)), (1, 1));
    assert_eq!((report.num_rows, report.session_source), (7, SessionSource::Column));
}

#[test]
fn segment_calls_are_read_with_one_product_or_many() {
    let call = |event: &str, minute: u32, properties: &str| {
        format!(
            "{{\"type\":\"track\",\"event\":\"{event}\",\"anonymousId\":\"s1\",\"userId\":null,\"timestamp\":\"2021-01-01T10:{minute:02}:00Z\",\
             \"context\":{{\"page\":{{\"path\":\"/\"}},\"timezone\":\"Europe/Berlin\"}},\"properties\":{{{properties}}}}}\n"
        )
    };
    let text = [
        call("Product Viewed", 0, "\"product_id\":\"a\",\"price\":18.99"),
        call("Product Added", 1, "\"cart_id\":\"k\",\"product_id\":\"b\",\"quantity\":1"),
        call("Product List Viewed", 2, "\"list_id\":\"l\",\"products\":[{\"product_id\":\"z\"}]"),
        call(
            "Order Completed",
            3,
            "\"order_id\":\"o\",\"products\":[{\"product_id\":\"a\",\"quantity\":1},{\"product_id\":\"b\"}]",
        ),
    ];
    let (log, report) = read_text("calls.jsonl", text.concat()).unwrap();
    // The order of the two that are bought is drawn.
    assert_eq!(ids(&log), [["a", "b", "b", "a"]]);
    let [view, cart, bought] = EventKind::ALL;
    assert_eq!(log.sessions.kinds_of(0), [view, cart, bought, bought]);
    assert_eq!((report.unknown_event_types.len(), report.session_source), (1, SessionSource::Inactivity));
}

#[test]
fn a_parquet_file_that_is_none_is_refused() {
    let error = read_text("e.parquet", "session_id,item_id\n1,a\n").unwrap_err();
    assert!(matches!(error, EventsError::Table(TableError::NotParquet { .. })), "{error}");
}

#[test]
fn too_much_damage_is_fatal_and_shown() {
    let text = "session,item,timestamp\n1,a,x\n1,b,y\n1,c,2020-01-01\n";
    let error = read_text("e.csv", text).unwrap_err().to_string();
    assert!(error.starts_with("2 of 3 rows are damaged (66.7 %, at most 50.0 %"), "{error}");
    assert!(error.contains("bad timestamp") && error.contains("e.csv:2 `timestamp`: \"x\""), "{error}");
    let files = Files::new();
    let options = ReadOptions { max_rejected: 0.7, ..ReadOptions::default() };
    assert!(read_files(&[files.write("e.csv", text)], &options).is_ok());
}

#[test]
fn a_log_without_a_usable_row_is_refused() {
    let error = read_text("e.csv", "session,item,type\n1,a,shoe\n1,b,hat\n").unwrap_err();
    assert!(matches!(error, EventsError::NothingLeft { num_rows: 2, .. }), "{error}");
    assert!(error.to_string().contains("\"shoe\""), "{error}");
}

proptest! {
    /// The log is what a plain reading with maps and sorts gives.
    #[test]
    fn sessions_are_those_of_a_plain_grouping(
        events in prop::collection::vec((0_u8..5, 0_u8..6, 1_500_000_000_i64..1_500_009_000, 0_u8..3), 1..120),
    ) {
        let rows: String = events.iter().map(|(user, item, time, kind)| {
            format!("u{user},i{item},{time},{}\n", EventKind::ALL[*kind as usize].name())
        }).collect();
        let (log, report) = {
            let files = Files::new();
            let path = files.write("e.csv", format!("user,item,timestamp,event\n{rows}"));
            let cleaning = Cleaning::damage_only();
            let options = ReadOptions { max_rejected: 1.0, cleaning, ..ReadOptions::default() };
            read_files(&[path], &options).unwrap()
        };

        let mut of_user: HashMap<u8, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            if !events[..at].contains(event) {
                of_user.entry(event.0).or_default().push(at);
            }
        }
        let mut sessions: Vec<Vec<usize>> = Vec::new();
        for mut of_one in of_user.into_values() {
            of_one.sort_by_key(|&at| (events[at].2, at));
            sessions.extend(of_one.chunk_by(|&a, &b| events[b].2 - events[a].2 <= 1800).map(<[usize]>::to_vec));
        }
        sessions.sort_by_key(|session| (session.last().map(|&at| events[at].2), session.iter().min().copied()));
        // The order of what happens at one moment, and of sessions that end at one, is drawn.
        let sorted = |mut items: Vec<String>| {
            items.sort();
            items
        };
        let mut expected: Vec<Vec<String>> = sessions
            .iter()
            .map(|session| sorted(session.iter().map(|&at| format!("i{}", events[at].1)).collect()))
            .collect();
        expected.sort();
        let mut found: Vec<Vec<String>> =
            ids(&log).into_iter().map(|ids| sorted(ids.into_iter().map(str::to_owned).collect())).collect();
        found.sort();
        prop_assert_eq!(found, expected);
        let kept: usize = sessions.iter().map(Vec::len).sum();
        prop_assert_eq!(report.num_events as usize, kept);
        prop_assert_eq!(report.rejected(Reason::Duplicate) as usize, events.len() - kept);
        prop_assert!(log.sessions.end_ms.is_sorted());
    }

    #[test]
    fn every_row_is_an_event_or_counted(
        rows in prop::collection::vec(("[a-c]?", "[x-z]?", "(15000000[0-9]{2}|0|late)?", "-?[0-9]?"), 1..60),
    ) {
        let text: String = rows.iter().map(|(session, item, time, quantity)| format!("{session},{item},{time},{quantity}\n")).collect();
        let files = Files::new();
        let path = files.write("e.csv", format!("session,item,timestamp,quantity\n{text}"));
        let options = ReadOptions { max_rejected: 1.0, ..ReadOptions::default() };
        match read_files(&[path], &options) {
            Ok((log, report)) => {
                let counted: u64 = report.rejections.iter().map(|rejection| rejection.rows).sum();
                prop_assert_eq!(report.num_rows, report.num_events + counted);
                prop_assert_eq!(report.num_rows as usize, rows.len());
                prop_assert_eq!(log.sessions.items.len() as u64, report.num_events);
                prop_assert_eq!(log.sessions.offsets.last(), Some(&log.sessions.items.len()));
            }
            Err(error) => prop_assert!(matches!(error, EventsError::NothingLeft { .. }), "{}", error),
        }
    }

    /// Parquet goes by columns, text by rows.
    #[test]
    fn a_parquet_file_gives_what_the_same_rows_give_as_text(
        rows in prop::collection::vec(
            ("(s[0-4]| s1 |null|a-session-of-many-letters-[0-2])?", "[0-9]{1,3}|NaN|(u[0-3])?", "[x-z]|[0-9]{1,2}", 0_i64..4, "(-?[0-9]|a)?"),
            1..80,
        ),
        splits in 1_usize..4,
        has_shoppers in any::<bool>(),
    ) {
        let files = Files::new();
        let header = if has_shoppers { "session,user,item,timestamp,quantity" } else { "session,other,item,timestamp,quantity" };
        let text: String = rows.iter().map(|(session, user, item, time, quantity)| {
            format!("{session},{user},{item},{time},{quantity}\n")
        }).collect();
        let csv = files.write("e.csv", format!("{header}\n{text}"));
        fn some(text: &str) -> Option<&[u8]> {
            (!text.is_empty()).then_some(text.as_bytes())
        }
        let columns: Vec<(Vec<_>, Vec<_>, Vec<_>, Vec<_>, Vec<_>)> = rows
            .chunks(rows.len().div_ceil(splits))
            .map(|rows| {
                (
                    rows.iter().map(|row| some(&row.0)).collect(),
                    rows.iter().map(|row| some(&row.1)).collect(),
                    rows.iter().map(|row| some(&row.2)).collect(),
                    rows.iter().map(|row| Some(row.3)).collect(),
                    rows.iter().map(|row| some(&row.4)).collect(),
                )
            })
            .collect();
        let groups: Vec<[Column<'_>; 5]> = columns
            .iter()
            .map(|(a, b, c, d, e)| [Column::Bytes(a), Column::Bytes(b), Column::Bytes(c), Column::Int64(d), Column::Bytes(e)])
            .collect();
        let groups: Vec<&[Column<'_>]> = groups.iter().map(|group| &group[..]).collect();
        let name = if has_shoppers { "user" } else { "other" };
        let schema = format!(
            "OPTIONAL BYTE_ARRAY session (UTF8); OPTIONAL BYTE_ARRAY {name} (UTF8); REQUIRED BYTE_ARRAY item (UTF8);
             OPTIONAL INT64 timestamp; OPTIONAL BYTE_ARRAY quantity (UTF8);"
        );
        let parquet = files.write_parquet("e.parquet", &schema, &groups);
        let options = ReadOptions { max_rejected: 1.0, ..ReadOptions::default() };
        match (read_files(&[csv], &options), read_files(&[parquet], &options)) {
            (Ok((log, report)), Ok((found, found_report))) => {
                prop_assert_eq!(found, log);
                let counted = |report: &ReadReport| -> Vec<_> {
                    report.rejections.iter().map(|one| (one.reason, one.rows, one.example.found.clone())).collect()
                };
                prop_assert_eq!(counted(&found_report), counted(&report));
            }
            (Err(EventsError::NothingLeft { .. }), Err(EventsError::NothingLeft { .. })) => {}
            (text, parquet) => prop_assert!(false, "{:?} {:?}", text.err(), parquet.err()),
        }
    }
}

#[test]
fn files_whose_dates_can_be_read_both_ways_follow_the_others() {
    let files = Files::new();
    let head = "customer_id,item_id,timestamp\n";
    let early = files.write("1.csv", format!("{head}u,a,3/5/2026\nu,b,3/5/2026\n"));
    let late = files.write("2.csv", format!("{head}u,a,3/13/2026\nu,b,3/13/2026\n"));
    let (log, report) = super::read(&[early.clone(), late], &ReadOptions::default(), &Silent).unwrap();
    // Eight days lie between the fifth and the thirteenth of March.
    assert_eq!(log.sessions.end_ms[1] - log.sessions.end_ms[0], 8 * 86_400_000);
    assert_eq!(report.date_order, Some("month, day, year"));
    let other = files.write("3.csv", format!("{head}u,a,13/3/2026\nu,b,13/3/2026\n"));
    let clear = files.write("2.csv", format!("{head}u,a,3/13/2026\nu,b,3/13/2026\n"));
    let error = super::read(&[clear, other], &ReadOptions::default(), &Silent).unwrap_err();
    assert!(matches!(error, EventsError::MixedDates { .. }), "{error}");
}
