//! The choice of columns, by name and by what they hold.

use super::{Field, ReadOptions, ReadReport, read};
use crate::Silent;
use crate::table::testing::Files;

fn report(text: &str) -> ReadReport {
    let files = Files::new();
    read(&[files.write("e.csv", text)], &ReadOptions::default(), &Silent).unwrap().1
}

fn taken(text: &str, field: Field) -> Option<String> {
    report(text).columns.into_iter().find(|one| one.field == field).map(|one| one.column)
}

#[test]
fn a_column_that_never_repeats_is_no_product() {
    let text = "item_id,basket_id,sku\n1,1,a\n2,1,b\n3,2,a\n4,2,b\n";
    assert_eq!(taken(text, Field::Item).as_deref(), Some("sku"));
}

#[test]
fn a_line_number_within_the_order_is_no_product() {
    let text = "item,basket_id,article_code\n1,1,a\n2,1,b\n1,2,a\n2,2,c\n3,2,b\n";
    assert_eq!(taken(text, Field::Item).as_deref(), Some("article_code"));
}

#[test]
fn an_empty_or_constant_column_gives_way() {
    let text = "product_id,sku,user_id,email,basket_id\n,a,7,x@a.example,1\n,b,7,x@a.example,1\n,a,7,y@a.example,2\n";
    assert_eq!(taken(text, Field::Item).as_deref(), Some("sku"));
    assert_eq!(taken(text, Field::Shopper).as_deref(), Some("email"));
}

#[test]
fn a_shopper_column_that_is_mostly_missing_gives_way() {
    let text = "order_id,device_id,customer_email,sku\n1,7,a,x\n1,,a,y\n1,,a,z\n2,8,b,x\n2,,b,y\n";
    assert_eq!(taken(text, Field::Shopper).as_deref(), Some("customer_email"));
}

#[test]
fn a_column_whose_name_says_time_is_taken_if_it_holds_times() {
    for (name, value) in [
        ("order_time", "2024-01-01 10:00:00"),
        ("ordered_at", "2024-01-01T10:00:00Z"),
        ("sale_date", "2024-01-01"),
        ("order_ts", "1704103200"),
        ("Bestelldatum", "01.01.2024"),
    ] {
        let text = format!("order_id,sku,{name}\n1,a,{value}\n1,b,{value}\n");
        assert_eq!(taken(&text, Field::Timestamp).as_deref(), Some(name));
    }
    assert_eq!(taken("order_id,sku,time_zone,data\n1,a,CET,x\n1,b,CET,y\n", Field::Timestamp), None);
}

#[test]
fn the_event_type_is_the_column_that_holds_event_types() {
    let text = "user_id,type,event,item_id\n1,track,Product Viewed,a\n1,track,Product Added,a\n";
    assert_eq!(taken(text, Field::Event).as_deref(), Some("event"));
}

#[test]
fn columns_that_could_also_be_it_are_told() {
    let found = report("session_id,product_id,sku\n1,a,x\n1,b,y\n2,a,x\n");
    let told: Vec<_> = found.alternatives.iter().map(|one| (one.field, one.column.as_str(), &one.others[..])).collect();
    assert_eq!(told, [(Field::Item, "product_id", &["sku".to_owned()][..])]);
    assert!(report("session_id,product_id\n1,a\n").alternatives.is_empty());
}

#[test]
fn the_choice_does_not_depend_on_the_order_of_rows_or_their_split_into_files() {
    // Nothing repeats in the first half of the rows.
    let rows = ["1,1,a\n", "2,1,b\n", "3,2,c\n", "4,2,a\n", "5,3,b\n", "6,3,c\n"];
    let header = "item_id,basket_id,sku\n";
    let reversed: String = rows.iter().rev().copied().collect();
    assert_eq!(taken(&format!("{header}{reversed}"), Field::Item).as_deref(), Some("sku"));
    let files = Files::new();
    let halves = [&rows[..3], &rows[3..]].map(<[&str]>::concat);
    let paths = [0, 1].map(|at| files.write(&format!("{at}.csv"), format!("{header}{}", halves[at])));
    let (_, report) = read(&paths, &ReadOptions::default(), &Silent).unwrap();
    assert_eq!(report.columns[0].column, "sku");
}

#[test]
fn files_that_call_a_column_otherwise_are_one_log() {
    let files = Files::new();
    let paths = [
        files
            .write("one.csv", "order_id,customer_id,order_date,sku,quantity\n1,7,2024-01-01,a,1\n1,7,2024-01-01,b,1\n"),
        files.write("two.csv", "Order Number;Customer;Date;Article\n2;8;2024-01-02;a\n2;8;2024-01-02;b\n"),
    ];
    let (log, report) = read(&paths, &ReadOptions { keep_details: true, ..ReadOptions::default() }, &Silent).unwrap();
    assert_eq!((log.item_ids.len(), log.sessions.len()), (2, 2));
    let quantities: Vec<bool> = log.details.unwrap().quantities.iter().map(|quantity| quantity.is_nan()).collect();
    assert_eq!(quantities, [false, false, true, true]);
    assert_eq!(
        (report.columns[0].column.as_str(), &report.columns[0].others[..]),
        ("sku", &["Article".to_owned()][..])
    );
    // As a mapping keeps it.
    let names = |one: &super::MatchedColumn| {
        let none = (!one.is_in_all_files).then(String::new);
        [&one.column].into_iter().chain(&one.others).cloned().chain(none).collect()
    };
    let columns = report.columns.iter().map(|one| (one.field, names(one))).collect();
    let (again, _) = read(&paths, &ReadOptions { columns, ..ReadOptions::default() }, &Silent).unwrap();
    assert_eq!(again.sessions, log.sessions);
}

#[test]
fn orders_are_joined_to_their_lines_by_the_number_of_the_order() {
    let files = Files::new();
    let lines =
        files.write("lines.csv", "order_id,line,product_id,price\no1,1,a,2\no2,1,b,3\no2,2,a,2\no3,1,a,2\no9,1,c,2\n");
    let orders = files.write(
        "orders.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp\no1,c1,delivered,2024-01-01 10:00:00\n\
         o2,c2,delivered,2024-01-02 10:00:00\no3,c2,canceled,2024-01-03 10:00:00\n",
    );
    let joins = vec![orders.clone()];
    let told = read(std::slice::from_ref(&lines), &ReadOptions { joins, ..ReadOptions::default() }, &Silent).unwrap();
    let (log, report) = &told;
    assert_eq!((log.sessions.len(), log.sessions.shoppers.as_slice()), (2, &[0, 1][..]));
    assert_eq!(log.sessions.end_ms, [1_704_103_200_000, 1_704_189_600_000]);
    let joined = &report.joined[0];
    assert_eq!((joined.on.as_str(), joined.rows, joined.without), ("order_id", 3, 1));
    // Order 3 was cancelled, and order 9 has no time.
    assert_eq!((report.rejected(super::Reason::VoidOrder), report.rejected(super::Reason::BadTimestamp)), (1, 1));
    // A file without items is taken for such a table, wherever it stands.
    for paths in [[&lines, &orders], [&orders, &lines]] {
        let (found, report) = read(&paths.map(Clone::clone), &ReadOptions::default(), &Silent).unwrap();
        assert_eq!((&found, report.joined.len()), (log, 1));
    }
    // As a mapping keeps it.
    let columns = report.columns.iter().map(|one| (one.field, vec![one.column.clone()])).collect();
    let options = ReadOptions { columns, ..ReadOptions::default() };
    assert_eq!(&read(&[lines.clone(), orders.clone()], &options, &Silent).unwrap().0, log);
    let other = files.write("other.csv", "colour,size\nred,2\n");
    let error = read(&[orders, other], &ReadOptions::default(), &Silent).unwrap_err().to_string();
    assert!(error.contains("no column for `item`") && error.contains("`customer_id`"), "{error}");
}

#[test]
fn day_and_month_are_told_by_the_course_of_the_dates_or_by_an_option() {
    use super::DateOrder;
    let rows: String =
        (1..=11).map(|day| format!("{day},1/{day}/2024 08:30,a\n{day},1/{day}/2024 08:30,b\n")).collect();
    let text = format!("order_id,order_date,sku\n{rows}");
    let files = Files::new();
    let path = files.write("e.csv", text);
    let span = |options: &ReadOptions| {
        let (log, report) = read(std::slice::from_ref(&path), options, &Silent).unwrap();
        let days = (log.sessions.end_ms.last().unwrap() - log.sessions.end_ms[0]) / 86_400_000;
        (days, report.guesses.len())
    };
    assert_eq!(span(&ReadOptions::default()), (10, 1));
    // From 1 January to 1 November of a leap year.
    assert_eq!(span(&ReadOptions { date_order: Some(DateOrder::DayFirst), ..ReadOptions::default() }), (305, 0));
    let options = ReadOptions { time_format: Some("%d/%m/%Y %H:%M".to_owned()), ..ReadOptions::default() };
    assert_eq!(span(&options), (305, 0));
}

#[test]
fn a_time_of_the_day_in_its_own_column_belongs_to_the_date() {
    let text = "Date,Time,Transaction,Item\n01/15/2024,10:15:02 AM,1,Bread\n01/15/2024,02:15:02 PM,2,Jam\n";
    let files = Files::new();
    let (log, report) = read(&[files.write("e.csv", text)], &ReadOptions::default(), &Silent).unwrap();
    assert_eq!(log.sessions.end_ms, [1_705_313_702_000, 1_705_328_102_000]);
    assert_eq!(report.time_source, super::TimeSource::Times);
}

#[test]
fn a_public_log_without_a_header_has_its_profile() {
    let clicks = "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n\
                  2,2014-04-07T13:56:37.614Z,214662742,0\n2,2014-04-07T13:57:19.373Z,214662742,214\n";
    let buys = "420374,2014-04-06T18:44:58.314Z,214537888,12462,1\n420374,2014-04-06T18:44:58.325Z,214537850,10471,2\n\
                281626,2014-04-06T09:40:13.032Z,214535653,1883,1\n";
    for (text, profile, events, kinds) in
        [(clicks, "YooChoose clicks", 4, [4, 0, 0]), (buys, "YooChoose buys", 3, [0, 0, 3])]
    {
        let report = report(text);
        assert_eq!((report.profiles.clone(), report.num_events, report.kinds), (vec![profile], events, kinds));
        let columns: Vec<(Field, &str)> = report.columns.iter().map(|one| (one.field, one.column.as_str())).collect();
        assert!(
            columns.starts_with(&[(Field::Item, "3"), (Field::Session, "1"), (Field::Timestamp, "2")]),
            "{columns:?}"
        );
    }
    assert_eq!(taken(buys, Field::Quantity).as_deref(), Some("5"));
}
