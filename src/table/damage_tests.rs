//! Parquet files that are damaged or say what is not true of them: an error, and neither a panic nor much memory.

use std::sync::Arc;

use parquet::data_type::Int32Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::testing::{Column, Files, in_memory, rows_in, rows_of};

/// A small file with a dictionary, texts of their own, numbers and missing values, in two row groups.
fn plain_file() -> Vec<u8> {
    let ids: Vec<String> = (0..120).map(|at| format!("P{}", at % 7)).collect();
    let texts: Vec<Option<&[u8]>> = ids.iter().map(|id| Some(id.as_bytes())).collect();
    let counts: Vec<Option<i32>> = (0..120).map(|at| (at % 5 != 0).then_some(at)).collect();
    let times: Vec<Option<i64>> = (0..120).map(|at| Some(1_767_225_600_000 + at)).collect();
    let columns = [Column::Bytes(&texts), Column::Int32(&counts), Column::Int64(&times)];
    let files = Files::new();
    let schema = "REQUIRED BYTE_ARRAY item_id (UTF8); OPTIONAL INT32 n; REQUIRED INT64 t (TIMESTAMP_MILLIS);";
    std::fs::read(files.write_parquet("a.parquet", schema, &[&columns, &columns])).unwrap()
}

/// Records with a list of products.
fn nested_file() -> Vec<u8> {
    let schema = "message schema {
        OPTIONAL GROUP items (LIST) { REPEATED GROUP list { OPTIONAL GROUP element { OPTIONAL INT32 item_id; } } }
        REQUIRED INT32 order_id;
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let items: Vec<i32> = (0..90).map(|at| at % 11).collect();
    let repetitions: Vec<i16> = (0..90).map(|at| i16::from(at % 3 > 0)).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&items, Some(&[4; 90]), Some(&repetitions)).unwrap();
    column.close().unwrap();
    let orders: Vec<i32> = (0..30).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&orders, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damaged_files_are_an_error_or_rows(
        is_nested in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_in_footer in any::<bool>(),
    ) {
        let mut bytes = if is_nested { nested_file() } else { plain_file() };
        let footer = u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap()) as usize + 8;
        let start = if is_in_footer { bytes.len() - footer } else { 4 };
        for (at, byte) in changes {
            let at = start + at.index(bytes.len() - start);
            bytes[at] = byte;
        }
        let _ = rows_in(&in_memory("a.parquet", &bytes, None));
    }
}

#[test]
fn files_that_are_whole_are_read() {
    assert_eq!(rows_in(&in_memory("a.parquet", &plain_file(), None)).unwrap().len(), 240);
    assert_eq!(rows_in(&in_memory("a.parquet", &nested_file(), None)).unwrap().len(), 90);
}

#[test]
fn more_rows_than_a_file_of_its_size_can_have_are_refused_before_they_are_read() {
    let files = Files::new();
    let path = files.write("many.parquet", []);
    let schema = Arc::new(parse_message_type("message schema { REQUIRED INT32 item_id; }").unwrap());
    let properties = Arc::new(WriterProperties::builder().set_data_page_row_count_limit(usize::MAX).build());
    let mut writer = SerializedFileWriter::new(std::fs::File::create(&path).unwrap(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&vec![7; 3_000_000], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let error = rows_of(&path).unwrap_err().to_string();
    assert!(error.contains("many.parquet") && error.contains("it says to have 3000000 rows"), "{error}");
}
