use parquet::file::properties::WriterVersion;
use proptest::prelude::*;

use super::testing::{Column, Files, gzip, in_memory, in_slices, rows_in, rows_of};
use super::{Dialect, Format, Origin, Source, TableError, expand};

const CSV: &str = "a,b\n1,x\n2,y\n";
const ROWS: [&str; 2] = ["2: 1 x", "3: 2 y"];

#[test]
fn delimited_text_is_read_with_any_usual_delimiter() {
    let files = Files::new();
    for (name, delimiter) in [("a.csv", ","), ("b.csv", ";"), ("c.tsv", "\t"), ("d.txt", "|")] {
        let path = files.write(name, CSV.replace(',', delimiter));
        assert_eq!(rows_of(&path).unwrap(), ROWS, "{name}");
    }
}

#[test]
fn a_delimiter_within_quotes_does_not_count() {
    let path = Files::new();
    let path = path.write("a.csv", "\"a,b,c\";d\n1;\"x;y\"\n");
    assert_eq!(Source::open(&path).unwrap().columns(), ["a,b,c", "d"]);
}

#[test]
fn gzip_is_known_by_its_mark_not_by_the_name() {
    let files = Files::new();
    for (name, bytes) in [("a.csv.gz", gzip(CSV)), ("b.csv", gzip(CSV)), ("c.csv.gz", CSV.into())] {
        assert_eq!(rows_of(&files.write(name, bytes)).unwrap(), ROWS, "{name}");
    }
}

#[test]
fn gzip_members_after_one_another_are_one_text() {
    let bytes = [gzip("a,b\n1,x\n"), gzip("2,y\n")].concat();
    assert_eq!(rows_of(&Files::new().write("a.csv.gz", bytes)).unwrap(), ROWS);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let files = Files::new();
    let csv = files.write("a.csv", format!("\u{feff}{CSV}"));
    assert_eq!(Source::open(&csv).unwrap().columns(), ["a", "b"]);
    assert_eq!(rows_of(&csv).unwrap(), ROWS);
    let json = files.write("a.jsonl", "\u{feff}{\"a\":1}\n");
    assert_eq!(rows_of(&json).unwrap(), ["1: i1"]);
}

#[test]
fn line_ends_of_every_system_are_read() {
    let files = Files::new();
    for (name, end) in [("unix.csv", "\n"), ("windows.csv", "\r\n")] {
        assert_eq!(rows_of(&files.write(name, CSV.replace('\n', end))).unwrap(), ROWS, "{name}");
    }
    assert_eq!(rows_of(&files.write("open.csv", CSV.trim_end())).unwrap(), ROWS);
    let old = rows_of(&files.write("old.csv", CSV.replace('\n', "\r"))).unwrap();
    assert_eq!(old.len(), 2, "{old:?}");
    let quoted =
        rows_of(&files.write("quoted.csv", "\"a\",\"b\"\r\n\"1\",\"x\"\r\n\r\n\"2\",\"y\ny\"\r\n3,z")).unwrap();
    assert_eq!(quoted, ["2: 1 x", "4: 2 y\ny", "6: 3 z"]);
}

#[test]
fn blank_lines_are_no_rows_and_keep_the_line_numbers() {
    let path = Files::new();
    assert_eq!(rows_of(&path.write("a.csv", "a,b\n\n1,x\n\n\n2,y\n\n")).unwrap(), ["3: 1 x", "6: 2 y"]);
    assert_eq!(rows_of(&path.write("a.jsonl", "{\"a\":1}\n\n{\"a\":2}\n")).unwrap(), ["1: i1", "3: i2"]);
}

#[test]
fn a_row_with_a_wrong_number_of_fields_is_damage() {
    let path = Files::new();
    let path = path.write("a.csv", "a,b\n1,x\n2\n3,y,z\n");
    assert_eq!(rows_of(&path).unwrap(), ["2: 1 x", "3: !1 fields, expected 2", "4: !3 fields, expected 2"]);
}

#[test]
fn a_quote_that_is_never_closed_does_not_pass_as_a_value() {
    let lines: String = (0..500).map(|row| format!("{row},x\n")).collect();
    let path = Files::new();
    let path = path.write("a.csv", format!("a,b\n1,\"open\n{lines}"));
    assert_eq!(rows_of(&path).unwrap(), ["2: !a quote that is open for 501 lines"]);
}

#[test]
fn bytes_that_are_no_utf8_are_damage_of_their_row() {
    let files = Files::new();
    let csv = files.write("a.csv", b"a,b\n1,\xff\n2,\xc3\xbc\n");
    assert_eq!(rows_of(&csv).unwrap(), ["2: !\"\u{fffd}\"", "3: 2 ü"]);
    let json = files.write("a.jsonl", b"{\"a\":1,\"b\":\"\xc3\xbc\"}\n{\"a\":\"\xff\"}\n");
    assert_eq!(rows_of(&json).unwrap(), ["1: i1 ü", "2: !\"{\\\"a\\\":\\\"\u{fffd}\\\"}\""]);
}

#[test]
fn a_header_that_is_no_utf8_is_refused() {
    let error = rows_of(&Files::new().write("a.csv", b"a,\xff\n1,\xc3\xbc\n")).unwrap_err();
    assert!(matches!(error, TableError::HeaderUtf8 { .. }), "{error}");
}

/// The rows of a file in the words of [`rows_of`], and what is remarked on it.
fn rows_and_remarks(path: &std::path::Path, dialect: &Dialect) -> (Vec<String>, Vec<String>, Vec<String>) {
    let source = Source::open_as(&Origin::File(path.to_owned()), dialect).unwrap();
    let columns = source.columns().to_vec();
    let (wanted, remarks): (Vec<usize>, _) = ((0..columns.len()).collect(), source.remarks());
    let mut rows = Vec::new();
    source
        .read(&wanted, &crate::Silent, &mut |row| match row {
            super::Row::Cells { line, cells } => {
                let cells: Vec<String> = cells.iter().map(|cell| cell.to_text().into_owned()).collect();
                rows.push(format!("{line}: {}", cells.join(" ")));
            }
            super::Row::Damaged { line, damage } => rows.push(format!("{line}: !{damage}")),
        })
        .unwrap();
    (columns, rows, remarks.take().iter().map(ToString::to_string).collect())
}

fn usual(path: &std::path::Path) -> (Vec<String>, Vec<String>, Vec<String>) {
    rows_and_remarks(path, &Dialect::default())
}

#[test]
fn utf16_is_read_with_and_without_a_mark() {
    let files = Files::new();
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| "a,b\n1,ü\n2,y".encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        with_mark(b"\xff\xfe", utf16(u16::to_le_bytes)),
        with_mark(b"\xfe\xff", utf16(u16::to_be_bytes)),
    ] {
        let (columns, rows, remarks) = usual(&files.write("a.csv", bytes));
        assert_eq!((columns, rows), (vec!["a".into(), "b".into()], vec!["2: 1 ü".into(), "3: 2 y".to_owned()]));
        assert_eq!(remarks, ["is UTF-16"]);
    }
}

#[test]
fn bytes_that_are_no_text_are_not_read_as_one() {
    let files = Files::new();
    let picture = files.write("picture.png", b"\x89PNG\r\n\x1a\n\0\0\xff\xd8");
    let error = rows_of(&picture).unwrap_err().to_string();
    assert!(error.contains("the header is not UTF-8"), "{error}");
}

#[test]
fn a_text_that_is_no_utf8_anywhere_is_windows_1252() {
    let files = Files::new();
    let mut text = b"name,b\n".to_vec();
    (0..30_000).for_each(|row| text.extend(format!("{row},x\n").bytes()));
    text.extend(b"M\xfctze,\x80\n");
    let (_, rows, remarks) = usual(&files.write("a.csv", &text));
    assert_eq!(rows.last().unwrap(), "30002: Mütze €");
    assert!(remarks[0].contains("read as Windows-1252"), "{remarks:?}");
    let (_, rows, _) = usual(&files.write("b.csv.gz", gzip(&text)));
    assert_eq!(rows.last().unwrap(), "30002: Mütze €");
    text.extend("Mütze,y\n".bytes());
    let (_, rows, remarks) = usual(&files.write("c.csv", &text));
    assert!(rows[30_000].contains("!\"M\u{fffd}tze\"") && remarks.is_empty(), "{}", rows[30_000]);
    let (columns, ..) = usual(&files.write("d.csv", b"Gr\xf6\xdfe,b\n1,2\n"));
    assert_eq!(columns, ["Größe", "b"]);
}

#[test]
fn xml_is_read_in_the_encoding_that_it_declares() {
    let files = Files::new();
    let feed = |name: &str, value: &[u8]| {
        let start = format!("<?xml version='1.0' encoding='{name}'?><rss><item><a>");
        [start.as_bytes(), value, b"</a></item></rss>"].concat()
    };
    for (name, value) in
        [("ISO-8859-1", &b"M\xfctze"[..]), ("windows-1252", b"M\xfctze"), ("UTF-8", "Mütze".as_bytes())]
    {
        assert_eq!(rows_of(&files.write("a.xml", feed(name, value))).unwrap(), ["1: Mütze"], "{name}");
    }
    let error = rows_of(&files.write("a.xml", feed("shift_jis", b"x"))).unwrap_err().to_string();
    assert!(error.contains("declared as shift_jis") && error.contains("save it as UTF-8"), "{error}");
}

#[test]
fn a_quote_in_tab_separated_text_swallows_no_rows() {
    let files = Files::new();
    let text = "id\tname\tn\n1\t\"open\t5\n2\tplain\t5\n3\t\"open, too\t5\n4\t\"a \"\"word\"\"\"\t\"6\"\n";
    let (_, rows, _) = usual(&files.write("a.tsv", text));
    assert_eq!(rows, ["2: 1 \"open 5", "3: 2 plain 5", "4: 3 \"open, too 5", "5: 4 a \"word\" 6"]);
    let (_, rows, _) = usual(&files.write("b.tsv", "id\tname\n1\t\"two\nlines\"\n2\tx\n"));
    assert_eq!(rows, ["2: 1 two\nlines", "4: 2 x"]);
}

#[test]
fn a_quote_that_swallows_whole_rows_is_damage_of_all_of_them() {
    let files = Files::new();
    let text = "id,name,n\n1,\"open,5\n2,plain,5\n3,\"open,5\n4,\"two\nlines\",6\n5,x,7\n";
    let (_, rows, _) = usual(&files.write("a.csv", text));
    assert_eq!(rows, ["2: !a quote that is open for 3 lines", "5: 4 two\nlines 6", "7: 5 x 7"]);
}

#[test]
fn a_table_has_at_most_16_384_columns_with_a_header_or_without() {
    let files = Files::new();
    let header = "a,".repeat(16_384) + "b";
    let numbers = "1,".repeat(16_384) + "2";
    for (name, text) in
        [("named.csv", format!("{header}\n{numbers}\n")), ("nameless.csv", format!("{numbers}\n{numbers}\n"))]
    {
        let error = rows_of(&files.write(name, text)).unwrap_err().to_string();
        assert!(error.contains(&format!("{name}: 16385 columns, expected at most 16384")), "{error}");
    }
    let most = files.write("most.csv", format!("{}\n", "a,".repeat(16_383) + "b"));
    assert_eq!(Source::open(&most).unwrap().columns().len(), 16_384);
}

#[test]
fn a_file_without_a_header_has_columns_by_number() {
    let files = Files::new();
    let path = files.write("a.dat", "1,2014-04-07T10:51:09.277Z,9001\n2,2014-04-07T10:51:10.277Z,9002\n");
    let (columns, rows, remarks) = usual(&path);
    assert_eq!(columns, ["1", "2", "3"]);
    assert_eq!(rows, ["1: 1 2014-04-07T10:51:09.277Z 9001", "2: 2 2014-04-07T10:51:10.277Z 9002"]);
    assert!(remarks[0].starts_with("has no header"), "{remarks:?}");
    let given = Dialect { has_no_header: true, ..Dialect::default() };
    let (columns, rows, remarks) = rows_and_remarks(&files.write("b.csv", "u,a\nv,b\n"), &given);
    assert_eq!((columns.len(), rows, remarks.len()), (2, vec!["1: u a".to_owned(), "2: v b".to_owned()], 0));
}

#[test]
fn delimiters_of_two_letters_are_found_or_given() {
    let files = Files::new();
    let long: String = (0..20_000).map(|row| format!("u{row}::a:b::x, {row}\n")).collect();
    let (columns, rows, remarks) = usual(&files.write("a.dat", format!("user::item::title\n{long}")));
    assert_eq!((columns.len(), rows.len()), (3, 20_000));
    assert_eq!(
        (rows[19_999].as_str(), remarks[0].as_str()),
        ("20001: u19999 a:b x, 19999", "parts its columns by `::`")
    );
    let given = Dialect { delimiter: Some("§".to_owned()), ..Dialect::default() };
    let (columns, rows, _) = rows_and_remarks(&files.write("b.csv", "a§b\n1,5§\"x\"\n"), &given);
    assert_eq!((columns, rows), (vec!["a".into(), "b".into()], vec!["2: 1,5 x".to_owned()]));
}

#[test]
fn lines_before_the_header_and_repeated_headers_are_no_rows() {
    let files = Files::new();
    let text = "Orders of the shop\n\nid;name;n\n1;a;2\nid;name;n\n2;b;3\n";
    let (columns, rows, remarks) = usual(&files.write("a.csv", text));
    assert_eq!(columns, ["id", "name", "n"]);
    assert_eq!(rows, ["4: 1 a 2", "5: !the header again", "6: 2 b 3"]);
    assert_eq!(remarks, ["has 2 lines before its header, beginning with `Orders of the shop`"]);
    let (columns, rows, _) = usual(&files.write("b.csv", "sep=;\r\nid;name\r\n1;a\r\n"));
    assert_eq!((columns, rows), (vec!["id".into(), "name".into()], vec!["3: 1 a".to_owned()]));
}

#[test]
fn an_empty_file_is_refused_in_every_format() {
    let files = Files::new();
    for name in ["a.csv", "a.jsonl", "a.parquet", "a.unknown"] {
        let error = rows_of(&files.write(name, "")).unwrap_err();
        assert!(matches!(error, TableError::Empty { .. }), "{name}: {error}");
    }
    let error = rows_of(&files.write("a.csv.gz", gzip(""))).unwrap_err();
    assert!(matches!(error, TableError::Empty { .. }), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let error = rows_of(std::path::Path::new("no/such/file.csv")).unwrap_err().to_string();
    assert!(error.starts_with("no/such/file.csv: "), "{error}");
}

#[test]
fn a_gzip_stream_that_is_cut_off_is_refused() {
    let files = Files::new();
    for name in ["a.csv.gz", "a.jsonl.gz"] {
        let text: String = match name {
            "a.csv.gz" => (0..50_000).map(|row| format!("{row},{}\n", row * 7919)).collect(),
            _ => (0..50_000).map(|row| format!("{{\"a\":{row},\"b\":{}}}\n", row * 7919)).collect(),
        };
        let whole = gzip(text);
        let error = rows_of(&files.write(name, &whole[..whole.len() * 9 / 10])).unwrap_err();
        assert!(matches!(error, TableError::Truncated { line: 10_000.., .. }), "{name}: {error}");
    }
}

#[test]
fn a_damaged_gzip_stream_is_refused() {
    let text: String = (0..50_000).map(|row| format!("{row},{}\n", row * 7919)).collect();
    let mut bytes = gzip(text);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let error = rows_of(&Files::new().write("a.csv.gz", bytes)).unwrap_err();
    assert!(matches!(error, TableError::Damaged { .. } | TableError::Truncated { .. }), "{error}");
}

#[test]
fn zstd_is_known_by_its_mark_and_cut_off_files_are_refused() {
    let files = Files::new();
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    for name in ["a.csv.zst", "b.csv"] {
        assert_eq!(rows_of(&files.write(name, pack(CSV))).unwrap(), ROWS, "{name}");
    }
    let text: String = (0..50_000).map(|row| format!("{row},{}\n", row * 7919)).collect();
    let whole = pack(&text);
    let error = rows_of(&files.write("c.csv.zst", &whole[..whole.len() * 9 / 10])).unwrap_err();
    assert!(matches!(error, TableError::Truncated { format: "zstd", .. }), "{error}");
    let mut bytes = whole;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let error = rows_of(&files.write("d.csv.zst", bytes)).unwrap_err();
    assert!(matches!(error, TableError::Damaged { format: "zstd", .. }), "{error}");
}

#[test]
fn tables_in_memory_and_in_slices_are_read_as_those_in_files() {
    let files = Files::new();
    let parquet = files.write_parquet(
        "a.parquet",
        "REQUIRED INT64 a; OPTIONAL BYTE_ARRAY b (UTF8);",
        &[&[Column::Int64(&[Some(1), Some(2)]), Column::Bytes(&[Some(b"x"), None])]],
    );
    let parquet = std::fs::read(parquet).unwrap();
    let json = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n";
    let feed = "<rss><item><a>1</a></item></rss>";
    for (name, bytes) in [
        ("a.csv", CSV.as_bytes().to_vec()),
        ("a.csv.gz", gzip(CSV)),
        ("a.csv.zst", zstd::encode_all(CSV.as_bytes(), 3).unwrap()),
        ("a.jsonl", json.into()),
        ("a.xml", feed.into()),
        ("a.parquet", parquet),
        ("without extension", json.into()),
    ] {
        let from_memory = rows_in(&in_memory(name, &bytes, None)).unwrap();
        assert!(!from_memory.is_empty(), "{name}");
        assert_eq!(from_memory, rows_of(&files.write(name, &bytes)).unwrap(), "{name}");
        assert_eq!(rows_in(&in_slices(name, &bytes)).unwrap(), from_memory, "{name}");
    }
}

#[test]
fn a_format_that_is_given_wins_over_the_extension() {
    let json = in_memory("a.csv", b"{\"a\":1}\n", Some(Format::Json));
    assert_eq!(rows_in(&json).unwrap(), ["1: i1"]);
    let error = rows_in(&in_memory("log.csv", CSV.as_bytes(), Some(Format::Parquet))).unwrap_err();
    assert!(error.to_string().starts_with("log.csv: not a Parquet file"), "{error}");
}

#[test]
fn errors_of_tables_in_memory_name_them() {
    let whole = gzip(CSV.repeat(500));
    for (name, bytes, what) in [
        ("e.csv", &b""[..], "the file is empty"),
        ("e.csv.gz", &whole[..whole.len() / 2], "ends early"),
        ("e.parquet", b"PAR1 and nothing more", "ends with"),
        ("e.jsonl", b"[1]", "not a JSON object"),
    ] {
        let error = rows_in(&in_memory(name, bytes, None)).unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains(what), "{error}");
        assert_eq!(rows_in(&in_slices(name, bytes)).unwrap_err().to_string(), error);
    }
}

#[test]
fn a_pattern_stands_for_the_files_that_it_matches() {
    let files = Files::new();
    let (b, a) = (files.write("b.csv", CSV), files.write("a.csv", CSV));
    files.write("c.txt", CSV);
    let odd = files.write("[x].csv", CSV);
    let pattern = |name: &str| a.with_file_name(name);
    assert_eq!(expand(&[pattern("?.csv"), "-".into()]).unwrap(), [a.clone(), b, "-".into()]);
    assert_eq!(expand(std::slice::from_ref(&odd)).unwrap(), [odd]);
    let error = expand(&[pattern("*.parquet")]).unwrap_err().to_string();
    assert!(error.contains("no file matches") && error.contains("*.parquet"), "{error}");
}

const RSS: &str = r#"<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>A1</g:id><title>Tea &amp; mug &#8364;</title><g:price>4.50 EUR</g:price>
  <g:shipping><g:price>9 EUR</g:price></g:shipping><g:additional_image_link>one</g:additional_image_link></item>
<item><title><![CDATA[Oak <b>table</b>]]></title><g:id> B2 </g:id><g:brand/></item>
</channel></rss>"#;

#[test]
fn an_xml_feed_has_a_row_for_each_item() {
    let files = Files::new();
    let path = files.write("feed.xml", RSS);
    assert_eq!(Source::open(&path).unwrap().columns()[..4], ["id", "title", "price", "shipping"]);
    let expected = ["1: A1 Tea & mug € 4.50 EUR - one", "2: B2 Oak <b>table</b> - - -"];
    assert_eq!(rows_of(&path).unwrap(), expected);
    assert_eq!(rows_of(&files.write("feed.unknown", gzip(RSS))).unwrap(), expected);
    let atom = "<feed><entry><id>A</id><link href=\"https://shop/a\"/></entry></feed>";
    assert_eq!(rows_of(&files.write("feed.atom", atom)).unwrap(), ["1: A https://shop/a"]);
}

#[test]
fn a_broken_xml_feed_is_refused_with_the_item() {
    let files = Files::new();
    let second = RSS.find("<![CDATA").unwrap();
    for (broken, expected) in [
        (RSS[..second].to_owned(), "in item 2"),
        (RSS.replace("<g:brand/></item>", "<g:brand></item>"), "in item 2"),
        ("<html><body>no feed</body></html>".to_owned(), "is it a product feed?"),
    ] {
        let error = rows_of(&files.write("feed.xml", broken)).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("feed.xml"), "{error}");
    }
}

#[test]
fn json_lines_are_read_with_keys_in_any_order() {
    let text = "{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\\n\",\"c\":2.5,\"a\":null}\n{\"a\":true,\"x\":[{\"y\":2}]}\n{\"a\":18446744073709551615}\n";
    let files = Files::new();
    let path = files.write("a.jsonl", text.replace(",\"x\":[{\"y\":2}]", ""));
    assert_eq!(rows_of(&path).unwrap(), ["1: i1 x -", "2: - y f2.5", "3: true - -", "4: 18446744073709551615 - -"]);
    assert_eq!(rows_of(&files.write("a.unknown", text)).unwrap().len(), 4);
}

#[test]
fn a_line_that_is_no_json_object_is_damage() {
    let path = Files::new();
    let path = path.write("a.jsonl", "{\"a\":1}\n{\"a\":\n[1]\nword\n{\"a\":{\"b\":1}}\n{\"a\":1} x\n{\"a\":2}\n");
    let rows = rows_of(&path).unwrap();
    assert_eq!((rows.first(), rows.last()), (Some(&"1: i1 -".to_owned()), Some(&"7: i2 -".to_owned())));
    assert_eq!(rows.iter().filter(|row| row.contains(": !")).count(), 5, "{rows:?}");
    assert!(rows[4].contains("`a` holds a list or an object"), "{rows:?}");
}

#[test]
fn a_file_without_any_json_object_is_refused() {
    let files = Files::new();
    let error = rows_of(&files.write("a.jsonl", "\nnot json\n")).unwrap_err();
    assert!(matches!(error, TableError::NotJson { line: 2, .. }), "{error}");
    let error = rows_of(&files.write("b.json", "[1, \"a\"]\n")).unwrap_err();
    assert!(matches!(error, TableError::NotJson { line: 1, .. }), "{error}");
}

#[test]
fn an_array_and_objects_over_several_lines_read_like_lines() {
    let files = Files::new();
    let expected = vec!["1: i1 x".to_owned(), "3: i2 -".to_owned()];
    assert_eq!(rows_of(&files.write("a.json", "[{\"a\":1, \"b\":\"x\"},\n\n{\"a\":2}]")).unwrap(), expected);
    let lines = rows_of(&files.write("b.json", "{\n\"a\": 1,\n\"b\": \"x\"}\n{\"a\": 2}\n")).unwrap();
    assert_eq!(lines, ["1: i1 x", "4: i2 -"]);
    let graph = "{\n\"@graph\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2}]}\n";
    assert_eq!(rows_of(&files.write("c.json", graph)).unwrap().len(), 2);
    for broken in ["[{\"a\":1},\n{\"a\":\"5\" disc\"},\n{\"a\":2}]", "[{\"a\":1},\n{\"a\":{\"b\":2},\n{\"a\":2}]"] {
        let error = rows_of(&files.write("d.json", broken)).unwrap_err();
        assert!(matches!(error, TableError::OpenRecord { line: 2, .. }), "{error}");
    }
}

#[test]
fn parquet_is_read_in_every_physical_type() {
    let schema = "
        OPTIONAL BYTE_ARRAY text (UTF8); REQUIRED INT32 int; OPTIONAL INT64 long; REQUIRED BOOLEAN flag;
        OPTIONAL FLOAT single; OPTIONAL DOUBLE double; REQUIRED INT96 stamp; REQUIRED INT64 huge (UINT_64);";
    // Julian day 2440589 is 1970-01-02.
    let columns: &[Column<'_>] = &[
        Column::Bytes(&[Some(b"a"), None]),
        Column::Int32(&[Some(-1), Some(2)]),
        Column::Int64(&[None, Some(3)]),
        Column::Bool(&[Some(true), Some(false)]),
        Column::Float(&[Some(0.5), None]),
        Column::Double(&[Some(f64::NAN), Some(2.5)]),
        Column::Int96(&[Some((2_440_589, 1_500_000_000)), Some((2_440_588, 0))]),
        Column::Int64(&[Some(-1), Some(7)]),
    ];
    let files = Files::new();
    let path = files.write_parquet("a.parquet", schema, &[columns, columns]);
    let first = "a i-1 - true f0.5 - t86401500 18446744073709551615";
    let second = "- i2 i3 false - f2.5 t0 7";
    let expected = [format!("1: {first}"), format!("2: {second}"), format!("3: {first}"), format!("4: {second}")];
    assert_eq!(rows_of(&path).unwrap(), expected);
    let unnamed = files.write("b.unknown", std::fs::read(path).unwrap());
    assert_eq!(rows_of(&unnamed).unwrap(), expected);
}

#[test]
fn parquet_times_dates_and_decimals_have_their_unit() {
    let schema = "
        REQUIRED INT64 a (TIMESTAMP_MILLIS); REQUIRED INT64 b (TIMESTAMP_MICROS); REQUIRED INT64 c (TIMESTAMP(NANOS,true));
        REQUIRED INT32 d (DATE); REQUIRED INT32 e (DECIMAL(9,2)); REQUIRED INT64 f (DECIMAL(18,3));
        REQUIRED FIXED_LEN_BYTE_ARRAY (3) g (DECIMAL(6,1)); REQUIRED BYTE_ARRAY h (DECIMAL(6,1));";
    let columns: &[Column<'_>] = &[
        Column::Int64(&[Some(1500)]),
        Column::Int64(&[Some(1_500_999)]),
        Column::Int64(&[Some(1_500_999_999)]),
        Column::Int32(&[Some(2)]),
        Column::Int32(&[Some(-1250)]),
        Column::Int64(&[Some(1250)]),
        Column::Fixed(&[Some(&[0xff, 0xff, 0xfb])]),
        Column::Bytes(&[Some(&[0x01, 0x00])]),
    ];
    let path = Files::new();
    let path = path.write_parquet("a.parquet", schema, &[columns]);
    assert_eq!(rows_of(&path).unwrap(), ["1: t1500 t1500 t1500 t172800000 f-12.5 f1.25 f-0.5 f25.6"]);
}

#[test]
fn parquet_of_more_rows_than_a_batch_keeps_its_order() {
    let values: Vec<Option<i64>> = (0..70_000).map(|row| (row % 3 > 0).then_some(row)).collect();
    let path = Files::new();
    let path = path.write_parquet("a.parquet", "OPTIONAL INT64 a;", &[&[Column::Int64(&values)]]);
    let expected: Vec<String> = values
        .iter()
        .zip(1..)
        .map(|(value, line)| format!("{line}: {}", value.map_or("-".to_owned(), |value| format!("i{value}"))))
        .collect();
    assert!(rows_of(&path).unwrap() == expected);
}

/// More text than a dictionary holds, so that the first pages have one and the others do not; every third is missing.
fn parquet_of_many_texts(version: WriterVersion) -> (Files, std::path::PathBuf, Vec<String>) {
    let texts: Vec<Option<String>> =
        (0..2_000).map(|row| (row % 3 > 0).then(|| format!("a text of some length {}", row % 1_200))).collect();
    let values: Vec<Option<&[u8]>> = texts.iter().map(|text| text.as_deref().map(str::as_bytes)).collect();
    let numbers: Vec<Option<i64>> = (0..2_000).map(Some).collect();
    let files = Files::new();
    let schema = "OPTIONAL BYTE_ARRAY a (UTF8); REQUIRED INT64 b;";
    let columns: &[Column<'_>] = &[Column::Bytes(&values), Column::Int64(&numbers)];
    let path = files.write_parquet_version("a.parquet", schema, &[columns, columns], version);
    let rows = texts.iter().chain(&texts).zip(1..);
    let expected =
        rows.map(|(text, line)| format!("{line}: {} i{}", text.as_deref().unwrap_or("-"), (line - 1) % 2_000));
    (files, path, expected.collect())
}

#[test]
fn parquet_text_is_read_with_and_without_a_dictionary() {
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let (_files, path, expected) = parquet_of_many_texts(version);
        assert!(rows_of(&path).unwrap() == expected, "{version:?}");
    }
}

#[test]
fn a_damaged_parquet_file_gives_an_error_or_rows() {
    let (files, path, _) = parquet_of_many_texts(WriterVersion::PARQUET_1_0);
    let bytes = std::fs::read(path).unwrap();
    for at in 0..200 {
        let mut damaged = bytes.clone();
        let place = 4 + at * 31 % (bytes.len() - 4);
        damaged[place] ^= 1 << (at % 8);
        let _ = rows_of(&files.write("b.parquet", damaged));
    }
}

#[test]
fn a_file_that_is_no_parquet_is_refused() {
    let files = Files::new();
    let error = rows_of(&files.write("a.parquet", "user,item\n1,2\n3,4\n")).unwrap_err();
    assert!(matches!(error, TableError::NotParquet { .. }), "{error}");
    assert!(error.to_string().contains("begins with `user`, expected `PAR1`"), "{error}");
    let whole = files.write_parquet("b.parquet", "REQUIRED INT32 a;", &[&[Column::Int32(&[Some(1)])]]);
    let bytes = std::fs::read(whole).unwrap();
    let error = rows_of(&files.write("cut.parquet", &bytes[..bytes.len() - 9])).unwrap_err();
    assert!(error.to_string().contains("ends with"), "{error}");
    let mut bad = bytes.clone();
    let footer = bad.len() - 8;
    bad[footer..footer + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = rows_of(&files.write("bad.parquet", bad)).unwrap_err();
    assert!(matches!(error, TableError::Parquet { .. }), "{error}");
}

#[test]
fn keys_and_lists_that_come_late_count_whatever_the_order() {
    let files = Files::new();
    let filler = "x".repeat(3000);
    let mut lines: Vec<String> =
        (0..600).map(|row| format!("{{\"a\":{row},\"b\":\"{filler}\",\"items\":[]}}\n")).collect();
    lines.push("{\"a\":1,\"late\":7,\"items\":[{\"id\":\"p\"},{\"id\":\"q\"}]}\n".to_owned());
    let read = |name: &str, text: &str| {
        let mut source = Source::open(&files.write(name, text)).unwrap();
        source.offer("items[].id");
        let at = |name: &str| source.columns().iter().position(|column| column == name).unwrap();
        let wanted = [at("items[].id"), at("late"), at("a")];
        let mut found = Vec::new();
        let mut take = |row: super::Row<'_>| {
            if let super::Row::Cells { cells, .. } = row {
                found.push(cells.iter().map(|cell| cell.to_text().into_owned()).collect::<Vec<_>>().join(" "));
            }
        };
        source.read(&wanted, &crate::Silent, &mut take).unwrap();
        found
    };
    assert_eq!(read("a.jsonl", &lines.concat()), ["p 7 1", "q 7 1"]);
    lines.reverse();
    assert_eq!(read("b.jsonl", &lines.concat()), ["p 7 1", "q 7 1"]);
}

#[test]
fn one_object_around_a_long_list_is_read_element_by_element() {
    let elements: Vec<String> =
        (0..30_000).map(|row| format!("{{\"a\":{row},\"b\":\"some more text, and more\"}}")).collect();
    let text =
        format!("{{\"status\":\"ok\",\n\"result\":{{\"data\":[\n{}]}},\"more\":[{{\"c\":1}}]}}", elements.join(",\n"));
    assert!(text.len() > 1 << 20);
    let files = Files::new();
    let read = |text: &str| {
        let source = Source::open(&files.write("a.json", text))?;
        let at = |name: &str| source.columns().iter().position(|column| column == name).unwrap();
        let wanted = [at("a"), at("b")];
        let mut rows = Vec::new();
        source.read(&wanted, &crate::Silent, &mut |row| match row {
            super::Row::Cells { line, cells } => rows.push((line, cells[0].to_text().into_owned())),
            super::Row::Damaged { line, damage } => rows.push((line, damage.to_string())),
        })?;
        Ok::<_, TableError>(rows)
    };
    let rows = read(&text).unwrap();
    assert_eq!((rows.len(), &rows[0], &rows[29_999]), (30_000, &(3, "0".to_owned()), &(30_002, "29999".to_owned())));
    let error = read(&text[..text.len() / 2]).unwrap_err();
    assert!(matches!(error, TableError::OpenRecord { .. }), "{error}");
}

#[test]
fn objects_without_line_ends_or_with_commas_between_are_rows() {
    let files = Files::new();
    for (name, text) in [
        ("a.json", "{\"a\":1}{\"a\":2}{\"a\":3}"),
        ("b.json", "{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n"),
        ("c.jsonl", "{\"a\":1}\n{\"a\":2} {\"a\":3}\n"),
        ("d.jsonl", "{\"a\":1}{\"a\":2}\n{\"a\":3},\n"),
    ] {
        let rows = rows_of(&files.write(name, text)).unwrap();
        let values: Vec<&str> = rows.iter().filter_map(|row| row.split_once(": ")).map(|(_, value)| value).collect();
        assert_eq!(values, ["i1", "i2", "i3"], "{name}");
    }
    let damaged = rows_of(&files.write("e.jsonl", "{\"a\":1}\n{\"a\":2}{\"a\":\n")).unwrap();
    assert_eq!(damaged.len(), 3, "{damaged:?}");
}

#[test]
fn whole_numbers_beyond_64_bits_keep_their_digits() {
    let files = Files::new();
    let long = "123456789012345678901";
    let text = format!("{{\"a\":{long},\"b\":\"{long}9 {long}\"}}\n{{\"a\":-{long}}}\n{{\"a\":1e21}}\n");
    let rows = rows_of(&files.write("a.jsonl", &text)).unwrap();
    assert_eq!(rows[0], format!("1: {long} {long}9 {long}"));
    assert_eq!(rows[1..], [format!("2: -{long} -"), "3: f1000000000000000000000 -".to_owned()]);
    let nested = text.replace("{\"a\"", "{\"items\":[{\"a\"").replace("}\n", "}]}\n");
    let rows = rows_of(&files.write("b.jsonl", nested)).unwrap();
    assert_eq!(rows[0], format!("1: {long} {long}9 {long}"));
}

/// A Parquet schema as writers declare lists, with the values of two records.
fn orders_in_parquet(files: &Files) -> std::path::PathBuf {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message schema { OPTIONAL INT64 id; OPTIONAL GROUP orders (LIST) { REPEATED GROUP list {
        OPTIONAL GROUP element { OPTIONAL INT64 number; OPTIONAL GROUP line_items (LIST) { REPEATED GROUP list {
            OPTIONAL GROUP element { OPTIONAL BYTE_ARRAY sku (UTF8); } } } } } } }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let path = files.write("orders.parquet", []);
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[5, 6], Some(&[1, 1]), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[71, 72, 73], Some(&[4, 4, 4]), Some(&[0, 1, 0])).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let skus: Vec<ByteArray> = ["a", "b", "c", "d"].map(ByteArray::from).to_vec();
    column.typed::<ByteArrayType>().write_batch(&skus, Some(&[7; 4]), Some(&[0, 2, 1, 0])).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    path
}

#[test]
fn parquet_ids_keep_their_digits_and_uuids_are_written_as_such() {
    let schema = "REQUIRED FIXED_LEN_BYTE_ARRAY (16) a (DECIMAL(38,0)); REQUIRED INT64 b (DECIMAL(18,0));
        REQUIRED FIXED_LEN_BYTE_ARRAY (16) c (UUID); REQUIRED INT64 d (DECIMAL(18,2)); REQUIRED FIXED_LEN_BYTE_ARRAY (3) e;";
    let long = 123_456_789_012_345_678_901_i128.to_be_bytes();
    let uuid: [u8; 16] = std::array::from_fn(|at| 0x10 + at as u8);
    let columns: &[Column<'_>] = &[
        Column::Fixed(&[Some(&long), Some(&(-7_i128).to_be_bytes())]),
        Column::Int64(&[Some(9_007_199_254_740_993), Some(1)]),
        Column::Fixed(&[Some(&uuid), Some(&[0xff; 16])]),
        Column::Int64(&[Some(900_719_925_474_099_310), Some(100)]),
        Column::Fixed(&[Some(b"abc"), Some(b"a1 ")]),
    ];
    let path = Files::new();
    let path = path.write_parquet("a.parquet", schema, &[columns]);
    assert_eq!(
        rows_of(&path).unwrap(),
        [
            "1: 123456789012345678901 i9007199254740993 10111213-1415-1617-1819-1a1b1c1d1e1f 9007199254740993.1 abc",
            "2: -7 i1 ffffffff-ffff-ffff-ffff-ffffffffffff 1 a1",
        ]
    );
}

#[test]
fn several_ids_in_one_field_are_rows() {
    let files = Files::new();
    let rows = |name: &str, text: &str, item: &str| {
        let source = Source::open(&files.write(name, text)).unwrap();
        let at = |name: &str| source.columns().iter().position(|column| column == name).unwrap();
        let wanted = [at(item), at("order")];
        let mut rows = Vec::new();
        source
            .read(&wanted, &crate::Silent, &mut |row| {
                rows.push(match row {
                    super::Row::Cells { line, cells } => {
                        format!("{line}: {} {}", cells[0].to_text(), cells[1].to_text())
                    }
                    super::Row::Damaged { line, damage } => format!("{line}! {damage}"),
                });
            })
            .unwrap();
        rows
    };
    let expected = ["2: a 1", "2: b 1", "3: c 2"];
    assert_eq!(rows("a.csv", "order,products\n1,\"a,b\"\n2,c\n", "products"), expected);
    assert_eq!(rows("b.csv", "order;product_ids\n1;[\"a\", \"b\"]\n2;{c}\n", "product_ids"), expected);
    assert_eq!(rows("c.csv", "order,title\n1,\"a,b\"\n", "title"), ["2: a,b 1"]);
    let json = "{\"order\":1,\"product_ids\":[\"a\",\"b\"]}\n{\"order\":2,\"product_ids\":[]}\n";
    assert_eq!(rows("d.jsonl", json, "product_ids"), ["1: a 1", "1: b 1", "2! no element in `product_ids`"]);
}

#[test]
fn lists_in_lists_of_parquet_are_rows() {
    let files = Files::new();
    let source = Source::open(&orders_in_parquet(&files)).unwrap();
    assert_eq!(source.columns(), ["id", "number", "sku", "orders.number", "line_items.sku"]);
    let mut rows = Vec::new();
    source
        .read(&[2, 1, 0], &crate::Silent, &mut |row| {
            if let super::Row::Cells { line, cells } = row {
                let cells: Vec<String> = cells.iter().map(|cell| cell.to_text().into_owned()).collect();
                rows.push(format!("{line}: {}", cells.join(" ")));
            }
        })
        .unwrap();
    assert_eq!(rows, ["1: a 71 5", "1: b 71 5", "1: c 72 5", "2: d 73 6"]);
}

#[test]
fn a_list_in_parquet_that_nobody_wants_leaves_the_columns_fast() {
    let files = Files::new();
    let source = Source::open(&orders_in_parquet(&files)).unwrap();
    let mut rows = Vec::new();
    source
        .read(&[0], &crate::Silent, &mut |row| rows.push(format!("{}", matches!(row, super::Row::Cells { .. }))))
        .unwrap();
    assert_eq!(rows.len(), 2);
}

proptest! {
    #[test]
    fn any_fields_come_back_from_delimited_text(rows in prop::collection::vec(("[ -~\n\"éß]{1,12}", "[ -~\n\"éß]{0,12}"), 0..30)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for (a, b) in &rows {
            writer.write_record([a, b]).unwrap();
        }
        let files = Files::new();
        let path = files.write("a.csv", writer.into_inner().unwrap());
        let source = Source::open(&path).unwrap();
        let mut found = Vec::new();
        source.read(&[1, 0], &crate::Silent, &mut |row| if let super::Row::Cells { cells, .. } = row {
            found.push((cells[1].to_text().into_owned(), cells[0].to_text().into_owned()));
        }).unwrap();
        let text = |field: &str| super::Cell::from_text(field).to_text().into_owned();
        let expected: Vec<_> = rows.iter().map(|(a, b)| (text(a), text(b))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_bytes_panic_in_text_formats(bytes in prop::collection::vec(any::<u8>(), 0..300), is_json in any::<bool>()) {
        let files = Files::new();
        let _ = rows_of(&files.write(if is_json { "a.jsonl" } else { "a.csv" }, bytes));
    }
}
