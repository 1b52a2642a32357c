//! Parquet with lists inside records, as BigQuery exports GA4: the schema says what there is, each record becomes a tree,
//! and its rows are those of the same tree in JSON.
//!
//! Slower than columns on their own, and only used where a wanted value stands in a list.

use std::collections::BTreeSet;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::record::{Field, Row as Record};
use parquet::schema::types::{ColumnDescriptor, Type};
use serde_json::{Map, Value};

use super::border::{decode_error, decoding};
use super::nested::Plan;
use super::pages::{Chunks, RowGroup};
use super::schema::{Fields, KEY, Schema, VALUE};
use super::sizes::Budget;
use super::{Origin, Row, TableError};
use crate::Progress;

/// Number of records between two reports of progress.
const REPORT_ROWS: u64 = 1 << 10;

/// Names that are read at a time.
const BATCH: usize = 1 << 14;

/// The keys of a file's records: those of its schema, and the names of its parameters.
pub(super) fn schema_of(
    origin: &Origin,
    reader: &SerializedFileReader<Chunks>,
    file_bytes: u64,
) -> Result<Schema, ParquetError> {
    let mut schema = Schema::default();
    let metadata = reader.metadata().file_metadata();
    let num_rows = metadata.num_rows().max(0) as u64;
    let mut building = Building { origin, reader, file_bytes, num_rows, leaf: 0, num_fields: 0 };
    building.add_group(metadata.schema(), &mut schema.root)?;
    Ok(schema)
}

struct Building<'r> {
    origin: &'r Origin,
    reader: &'r SerializedFileReader<Chunks>,
    file_bytes: u64,
    num_rows: u64,
    /// The number of the next leaf.
    leaf: usize,
    num_fields: usize,
}

impl Building<'_> {
    fn add_group(&mut self, group: &Type, fields: &mut Fields) -> Result<(), ParquetError> {
        fields.set_objects(self.num_rows);
        for (place, child) in group.get_fields().iter().enumerate() {
            let mut skipped = 0;
            let Some(field) = fields.field(child.name(), &mut skipped) else { continue };
            self.num_fields += skipped;
            let field = field.at(place);
            let info = child.get_basic_info();
            let is_repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
            let element = if is_repeated { Some(&**child) } else { element_of(child) };
            if let Some(element) = element {
                field.set_values(self.num_rows);
                if element.is_primitive() || element_of(element).is_some() || is_map(element) {
                    field.add_plain_elements();
                    self.leaf += num_leaves(element);
                    continue;
                }
                if let Some(key) = parameter_key(element) {
                    for name in self.names_of(self.leaf + key)? {
                        field.add_parameter(&name, &mut self.num_fields);
                    }
                }
                self.add_group(element, field.elements())?;
            } else if child.is_primitive() {
                field.set_values(self.num_values(self.leaf));
                field.add_plain();
                self.leaf += 1;
            } else if is_map(child) {
                self.leaf += num_leaves(child);
            } else {
                field.set_values(self.num_rows);
                self.add_group(child, field.object())?;
            }
        }
        Ok(())
    }

    /// Number of values of a leaf; fewer than there are rows if that is not known.
    fn num_values(&self, leaf: usize) -> u64 {
        let mut num_missing = 0;
        for group in self.reader.metadata().row_groups() {
            let statistics = group.columns().get(leaf).and_then(|column| column.statistics());
            match statistics.and_then(Statistics::null_count_opt) {
                Some(missing) => num_missing += missing,
                None if self.column(leaf).is_none_or(|column| column.max_def_level() > 0) => {
                    return self.num_rows.saturating_sub(1).max(1);
                }
                None => {}
            }
        }
        self.num_rows.saturating_sub(num_missing)
    }

    fn column(&self, leaf: usize) -> Option<&Arc<ColumnDescriptor>> {
        self.reader.metadata().file_metadata().schema_descr().columns().get(leaf)
    }

    /// The different texts of a leaf.
    fn names_of(&self, leaf: usize) -> Result<BTreeSet<String>, ParquetError> {
        let mut names = BTreeSet::new();
        let chunks = Arc::new(Chunks::open(self.origin)?);
        let budget = Arc::new(Budget::of_records(self.file_bytes));
        for group in self.reader.metadata().row_groups() {
            let group = RowGroup::new(group, &chunks, &budget);
            let ColumnReader::ByteArrayColumnReader(mut column) = group.get_column_reader(leaf)? else {
                return Ok(names);
            };
            loop {
                let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
                let (records, _, _) =
                    column.read_records(BATCH, Some(&mut definitions), Some(&mut repetitions), &mut values)?;
                for value in &values {
                    if let Ok(name) = std::str::from_utf8(value.data())
                        && !names.contains(name)
                    {
                        names.insert(name.to_owned());
                    }
                }
                if records == 0 {
                    break;
                }
            }
        }
        Ok(names)
    }
}

/// The element of a group that is a list.
fn element_of(list: &Type) -> Option<&Type> {
    let info = list.get_basic_info();
    let is_list =
        info.converted_type() == ConvertedType::LIST || matches!(info.logical_type_ref(), Some(LogicalType::List));
    if list.is_primitive() || !is_list {
        return None;
    }
    let [repeated] = list.get_fields() else { return None };
    if repeated.is_primitive() {
        return Some(repeated);
    }
    match repeated.get_fields() {
        [element] if repeated.name() != "array" && !repeated.name().ends_with("_tuple") => Some(element),
        _ => Some(repeated),
    }
}

fn is_map(group: &Type) -> bool {
    let info = group.get_basic_info();
    !group.is_primitive()
        && (matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
            || matches!(info.logical_type_ref(), Some(LogicalType::Map)))
}

fn num_leaves(node: &Type) -> usize {
    if node.is_primitive() { 1 } else { node.get_fields().iter().map(|child| num_leaves(child)).sum() }
}

/// The number of the leaf among those of an element that names a parameter.
fn parameter_key(element: &Type) -> Option<usize> {
    let fields = element.get_fields();
    let at = fields.iter().position(|field| field.name() == KEY && field.is_primitive())?;
    let is_text = fields[at].get_physical_type() == Physical::BYTE_ARRAY;
    let has_value = fields.iter().any(|field| field.name() == VALUE);
    (is_text && has_value).then(|| fields[..at].iter().map(|field| num_leaves(field)).sum())
}

/// Hands over the rows of every record, one by one; the line is the number of the record.
pub(super) fn read(
    origin: &Origin,
    file_bytes: u64,
    reader: &SerializedFileReader<Chunks>,
    plan: &Plan,
    keys: &[&str],
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Row<'_>),
) -> Result<(), TableError> {
    let path = origin.path();
    let chunks = Chunks::open(origin).map_err(|source| TableError::Io { path: path.to_owned(), source })?;
    let chunks = Arc::new(chunks);
    let budget = Arc::new(Budget::of_records(file_bytes));
    let total = reader.metadata().file_metadata().num_rows().max(1) as u64;
    let mut done_bytes = 0;
    let mut report = |records: u64, rows: u64| {
        let bytes = file_bytes * records.min(total) / total;
        progress.rows(rows);
        progress.advance(bytes - done_bytes);
        done_bytes = bytes;
    };
    let mut line = 0;
    for group in reader.metadata().row_groups() {
        let group = RowGroup::new(group, &chunks, &budget);
        let records = decoding(path, || group.get_row_iter(None));
        let mut records = records.map_err(|error| decode_error(path, &error))?;
        loop {
            let record = decoding(path, || records.next().transpose()).map_err(|error| decode_error(path, &error))?;
            let Some(record) = record else { break };
            line += 1;
            let record = tree_of_record(&record);
            plan.rows(&record, keys, line, sink);
            if line.is_multiple_of(REPORT_ROWS) {
                report(line, REPORT_ROWS);
            }
        }
    }
    report(total, line % REPORT_ROWS);
    Ok(())
}

fn tree_of_record(record: &Record) -> Value {
    Value::Object(record.get_column_iter().map(|(name, field)| (name.clone(), tree(field))).collect::<Map<_, _>>())
}

fn tree(field: &Field) -> Value {
    match field {
        Field::Group(record) => tree_of_record(record),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(tree).collect()),
        Field::Bytes(bytes) => Value::String(super::column::text_of_bytes(bytes.data()).into_owned()),
        other => other.to_json_value(),
    }
}
