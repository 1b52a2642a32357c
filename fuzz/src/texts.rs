//! Small texts: filters of rows, times and numbers, lists of ids.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use crate::id_lists::IdSplitter;
use crate::input::{self, Rows};
use crate::mapping::Mapping;
use vicino::Silent;
use vicino::events::{Format, Origin, ReadOptions, RowFilter, parse_moment, read_from};

/// A filter of rows, applied to rows of every kind of value.
pub fn row_filter(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(filter) = RowFilter::parse(text) else { return };
    assert_eq!(RowFilter::parse(&filter.to_string()).as_ref(), Ok(&filter), "a filter is written as it was read");
    let log = "session,item,price,status\n1,a,2,completed\n1,b,,\n2,a,x,\"no, thanks\"\n2,c,1e9,COMPLETED\n";
    let origin = Origin::Memory { name: "log".into(), bytes: log.into(), format: Some(Format::Delimited) };
    let options = ReadOptions { filter: Some(filter), max_rejected: 1.0, ..ReadOptions::default() };
    let _ = read_from(&[origin], &options, &Silent);
}

/// Times, prices and quantities: each line of the input in a column of its own kind.
pub fn values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut log = String::from("session,item,time,price,quantity,event\n");
    for (row, value) in text.lines().enumerate() {
        let _ = parse_moment(value);
        let value = value.replace('"', "\"\"");
        writeln!(log, "{},i{},\"{value}\",\"{value}\",\"{value}\",\"{value}\"", row / 3, row % 5)
            .expect("a text grows");
    }
    let origin = Origin::Memory { name: "log".into(), bytes: log.into(), format: Some(Format::Delimited) };
    for time_format in [None, Some("%d|%m|%Y %H.%M".to_owned())] {
        let options = ReadOptions { time_format, max_rejected: 1.0, keep_details: true, ..ReadOptions::default() };
        let _ = read_from(std::slice::from_ref(&origin), &options, &Silent);
    }
}

/// The command's own lists: histories and targets as CSV or JSON lines, plain or compressed, and the ids in their fields.
pub fn histories(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("there is a folder for it");
    file.write_all(bytes).expect("there is room");
    let path: &Path = file.path();
    let _ = input::has_targets(path);
    let known = |id: &str| id == "blue shoe" || id == "c";
    let splitters = [None, Some(","), Some("")]
        .map(|separator| IdSplitter::new(separator, ' ', ["blue shoe", "a long name", "c"].iter(), &known));
    let sorts: &[&[&str]] = &[&[input::ROW_ID, input::PREFIX, input::TARGET], &[input::PREFIX], &["history"]];
    let Ok(mut rows) = Rows::open_any(path, sorts) else { return };
    while let Ok(Some(row)) = rows.next() {
        for value in row {
            let _ = (value.text().len(), value.id().len());
            splitters.iter().for_each(|splitter| drop(value.ids(splitter)));
        }
    }
}

/// The command's mapping, opened, written and opened again.
pub fn mapping(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("there is a place for a folder");
    let [path, again] = ["mapping.toml", "again.toml"].map(|name| folder.path().join(name));
    std::fs::write(&path, bytes).expect("there is room");
    let Ok(mapping) = Mapping::open(&path) else { return };
    let _ = mapping.joins();
    mapping.save(&again).expect("what was read can be written");
    let Ok(written) = Mapping::open(&again) else { panic!("what was written cannot be read") };
    assert_eq!(written.columns().ok(), mapping.columns().ok());
    assert_eq!(written.filter().ok(), mapping.filter().ok());
    assert_eq!(written.event_types().ok(), mapping.event_types().ok());
}
