//! Event logs in every format, read and explored.

use std::io::{Cursor, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use vicino::events::{DateOrder, Dialect, Field, Format, Origin, ReadOptions, read_from};
use vicino::{EventKind, Silent, eda};
use zip::write::SimpleFileOptions;

/// Reads a log with the options that the bits of `choice` stand for, and explores what was read.
fn read(name: &str, format: Option<Format>, bytes: Vec<u8>, choice: u8) {
    let origin = Origin::Memory { name: name.into(), bytes: Bytes::from(bytes), format };
    let mut options = ReadOptions { keep_details: choice & 1 == 1, ..ReadOptions::default() };
    if choice & 2 != 0 {
        options.max_rejected = 1.0;
    }
    if choice & 4 != 0 {
        options.columns.insert(Field::Event, vec![String::new()]);
        options.default_kind = Some(EventKind::Purchase);
    }
    if choice & 8 != 0 {
        options.date_order = Some(DateOrder::DayFirst);
        options.cleaning.fold_case = true;
        options.cleaning.max_per_shopper = 1;
    }
    if choice & 16 != 0 {
        options.columns.insert(Field::Market, vec!["country".to_owned()]);
        options.session_gap_ms = 0;
    }
    if choice & 32 != 0 {
        options.dialect = Dialect { delimiter: Some("::".to_owned()), has_no_header: true };
    }
    if choice & 64 != 0 {
        options.filter = vicino::events::RowFilter::parse("price > 1 or status is missing").ok();
    }
    if let Ok((log, report)) = read_from(&[origin], &options, &Silent) {
        let page = eda::explore(&log, &report, None, &eda::Hints::NONE);
        serde_json::to_vec(&page).expect("what was found can be written");
    }
}

/// Reads all but the first byte, which chooses the options.
fn read_as(format: Option<Format>, bytes: &[u8]) {
    if let Some((&choice, log)) = bytes.split_first() {
        read("log", format, log.to_vec(), choice);
    }
}

/// Delimited text.
pub fn csv(bytes: &[u8]) {
    read_as(Some(Format::Delimited), bytes);
}

/// JSON: lines, arrays and what is nested.
pub fn json(bytes: &[u8]) {
    read_as(Some(Format::Json), bytes);
}

/// XML.
pub fn xml(bytes: &[u8]) {
    read_as(Some(Format::Xml), bytes);
}

/// Parquet.
pub fn parquet(bytes: &[u8]) {
    read_as(Some(Format::Parquet), bytes);
}

/// Parquet whose footer has its right length, whatever is in it. The first byte chooses the options, the next two are the
/// length of the pages before the footer.
pub fn parquet_footer(bytes: &[u8]) {
    let [choice, high, low, rest @ ..] = bytes else { return };
    let (pages, footer) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(rest.len()));
    let length = (footer.len() as u32).to_le_bytes();
    let file = [b"PAR1", pages, footer, &length, b"PAR1"].concat();
    read("log", Some(Format::Parquet), file, *choice);
}

/// Any file, whose first bytes tell what it is.
pub fn any(bytes: &[u8]) {
    read_as(None, bytes);
}

/// Compressed text: bytes as they are, as gzip, as gzip twice, and with trailing bytes.
pub fn compressed(bytes: &[u8]) {
    let Some((&choice, log)) = bytes.split_first() else { return };
    let gzip = |bytes: &[u8]| {
        let mut to = GzEncoder::new(Vec::new(), Compression::fast());
        to.write_all(bytes).expect("memory takes everything");
        to.finish().expect("memory takes everything")
    };
    match choice % 5 {
        0 => read("log.csv", None, log.to_vec(), 0),
        1 => read("log.csv.gz", None, gzip(log), 2),
        2 => read("log.jsonl.gz", None, gzip(&gzip(log)), 2),
        3 => read("log.csv", None, [gzip(log), log.to_vec()].concat(), 2),
        _ => read("log.csv.zst", None, log.to_vec(), 2),
    }
}

/// Parts of a workbook that are the same in all of them.
const WORKBOOK: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Events" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
];

/// A workbook whose sheet, texts and styles are the parts of the input between zeros.
pub fn workbook(bytes: &[u8]) {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut add = |name: &str, bytes: &[u8]| {
        zip.start_file(name, stored).expect("a name of a part");
        zip.write_all(bytes).expect("memory takes everything");
    };
    WORKBOOK.iter().for_each(|(name, text)| add(name, text.as_bytes()));
    let names = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"];
    names.iter().zip(bytes.splitn(3, |&byte| byte == 0)).for_each(|(name, part)| add(name, part));
    let file = zip.finish().expect("memory takes everything").into_inner();
    read("log.xlsx", None, file, 2);
}
