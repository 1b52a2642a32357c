//! Delimited text: a header, or none, then rows.

use std::borrow::Cow;
use std::io::{self, Read};

use super::dialect::{Dialect, Found};
use super::input::{ErrorContext, Input, Meter};
use super::limit::{RowBytes, RowLimited, check_columns};
use super::remark::{Remark, Remarks};
use super::{Cell, Damage, MAX_WANTED, Row, TableError};
use crate::Progress;

/// A quoted field may hold line breaks, but a row of more lines than this is taken for a quote that was
/// never closed, which would otherwise swallow the rest of the file as one field.
pub(super) const MAX_LINES: u64 = 100;

/// Bytes from the beginning that tell the dialect.
const HEADER_BYTES: usize = 1 << 16;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 14;

pub(super) struct Delimited {
    reader: csv::Reader<RowLimited<Rows>>,
    row_bytes: RowBytes,
    context: ErrorContext,
    meter: Meter,
    form: Form,
    remarks: Remarks,
    /// The first rows of a text without a header.
    sample: Vec<Vec<String>>,
}

/// Rows of a sample.
const SAMPLE_ROWS: usize = 20;

/// The first rows of a text; the last one may be cut off, and is left out unless it is the only one.
fn sample(head: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
    let rows = reader.records().map_while(Result::ok).take(SAMPLE_ROWS + 1);
    let mut rows: Vec<Vec<String>> =
        rows.map(|row| row.iter().map(|field| field.trim().to_owned()).collect()).collect();
    if rows.len() > 1 {
        rows.pop();
    }
    rows
}

/// Values of the wanted columns in a spreadsheet's marks: how many, the first as it stands, and what it is read as.
#[derive(Default)]
struct Marked([Option<(u64, String, String)>; MAX_WANTED]);

impl Marked {
    /// Counts a value if `cell` lacks the marks that `field` has.
    #[inline]
    fn add(&mut self, at: usize, field: &str, cell: Cell<'_>) {
        if !matches!(field.as_bytes().first(), Some(b'=' | b'\'')) {
            return;
        }
        let read_as = cell.to_text();
        let field = field.trim();
        if field != read_as
            && let Some(count) = self.0.get_mut(at)
        {
            count.get_or_insert_with(|| (0, field.to_owned(), read_as.into_owned())).0 += 1;
        }
    }
}

/// The way to take rows apart.
struct Form {
    /// Byte that parts columns.
    delimiter: u8,
    has_quotes: bool,
    /// The header, if the file has one.
    header: Option<csv::ByteRecord>,
    /// Lines before those that the parser sees.
    lines_before: u64,
}

impl Delimited {
    /// The first rows of a text without a header; none of one that has a header.
    pub(super) fn sample(&self) -> &[Vec<String>] {
        &self.sample
    }

    /// Finds the dialect, as far as it is not given, and reads the header.
    pub(super) fn open(mut input: Input, given: &Dialect) -> Result<(Vec<String>, Delimited), TableError> {
        input.begin_text()?;
        let context = input.context();
        let head = input.head(HEADER_BYTES)?;
        let is_whole = head.len() < HEADER_BYTES;
        let found = Found::of(head, is_whole, given);
        // With line feeds alone as ends, the reader's line numbers are right; the carriage returns before them are
        // trimmed like other white space.
        let terminator = if head.contains(&b'\n') { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF };
        let sample = match (&found.delimiter[..], found.without_header) {
            (&[delimiter], Some(_)) => sample(head.get(found.skipped.0..).unwrap_or_default(), delimiter),
            _ => Vec::new(),
        };
        let remarks = input.remarks();
        found.remarks.into_iter().for_each(|remark| remarks.add(remark));
        input.skip(found.skipped.0);
        let meter = input.meter();
        let (delimiter, replaced) = match &found.delimiter[..] {
            [delimiter] => (*delimiter, None),
            _ => (STAND_IN, Some(found.delimiter.clone())),
        };
        let lines = EndLine { input, last: b'\n' };
        let rows = match replaced {
            None => Rows::Plain(lines),
            Some(delimiter) => Rows::Replaced(Replaced { input: lines, delimiter, ready: Vec::new(), start: 0 }),
        };
        let row_bytes = RowBytes::default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .terminator(terminator)
            .quoting(found.has_quotes)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(RowLimited::new(rows, row_bytes.clone()));
        let remarks_of_rows = remarks.clone();
        let mut form = Form { delimiter, has_quotes: found.has_quotes, header: None, lines_before: found.skipped.1 };
        if let Some(num_columns) = found.without_header {
            check_columns(&context.path, num_columns)?;
            let columns = (1..=num_columns).map(|number| number.to_string()).collect();
            let remarks = remarks_of_rows;
            return Ok((columns, Delimited { reader, row_bytes, context, meter, form, remarks, sample }));
        }
        let mut header = csv::ByteRecord::new();
        match reader.read_byte_record(&mut header) {
            Ok(true) => {}
            Ok(false) => return Err(TableError::Empty { path: context.path }),
            Err(error) => return Err(io_error(&context, error, 0)),
        }
        check_columns(&context.path, header.len())?;
        let mut columns = Vec::with_capacity(header.len());
        for name in &header {
            match std::str::from_utf8(name) {
                Ok(name) => columns.push(form.unquoted(name).trim().to_owned()),
                Err(_) => {
                    let found = String::from_utf8_lossy(name).into_owned();
                    return Err(TableError::HeaderUtf8 { path: context.path, found });
                }
            }
        }
        form.header = Some(header);
        Ok((columns, Delimited { reader, row_bytes, context, meter, form, remarks: remarks_of_rows, sample }))
    }

    pub(super) fn read(
        mut self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let mut record = csv::ByteRecord::new();
        let mut marked = Marked::default();
        let mut num_rows = 0_u64;
        let lines_before = self.form.lines_before;
        loop {
            let before = self.reader.position().line();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(io_error(&self.context, error, lines_before + before.saturating_sub(1))),
            }
            self.row_bytes.begin();
            let lines = self.reader.position().line().saturating_sub(before);
            let breaks = match lines {
                0 | 1 => 0,
                _ => record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64,
            };
            if record.len() == 1 && record[0].trim_ascii().is_empty() {
                continue;
            }
            // The parser skips blank lines, so that a row may begin after `before`.
            let line = lines_before + before + lines.saturating_sub(1 + breaks);
            if breaks > 0 && (breaks > MAX_LINES || self.form.has_swallowed(&record, columns.len())) {
                sink(Row::Damaged { line, damage: Damage::OpenQuote { lines: lines.min(breaks + 1) } });
            } else if self.form.is_header(&record) {
                sink(Row::Damaged { line, damage: Damage::Header });
            } else {
                self.form.row(&record, columns, wanted, line, &mut marked, sink);
            }
            num_rows += 1;
            if num_rows.is_multiple_of(REPORT_ROWS) {
                progress.rows(REPORT_ROWS);
                self.meter.report(progress);
                self.meter.check_rows(num_rows)?;
            }
        }
        progress.rows(num_rows % REPORT_ROWS);
        self.meter.report(progress);
        for (found, &column) in marked.0.into_iter().zip(wanted) {
            let column = columns.get(column).cloned().unwrap_or_default();
            if let Some((values, found, read_as)) = found {
                self.remarks.add(Remark::Marks { column, values, found, read_as });
            }
        }
        Ok(())
    }
}

impl Form {
    /// Returns true if the row repeats the header, as files do that were put together.
    #[inline]
    fn is_header(&self, record: &csv::ByteRecord) -> bool {
        self.header.as_ref().is_some_and(|header| header.get(0) == record.get(0) && header == record)
    }

    /// Returns true if a row of several lines is really several rows, the first of which has a quote that is none: the
    /// number of fields is wrong, or the lines inside its field have as many delimiters as rows have.
    fn has_swallowed(&self, record: &csv::ByteRecord, num_columns: usize) -> bool {
        if record.len() != num_columns {
            return true;
        }
        let is_of_rows = |(at, field): (usize, &[u8])| {
            let num_delimiters = |line: &[u8]| line.iter().filter(|&&byte| byte == self.delimiter).count();
            let counts: Vec<usize> = field.split(|&byte| byte == b'\n').map(num_delimiters).collect();
            let [first, inner @ .., last] = &counts[..] else { return false };
            *first == num_columns - 1 - at && *last == at && inner.iter().all(|&count| count == num_columns - 1)
        };
        num_columns > 2 && record.iter().enumerate().any(is_of_rows)
    }

    fn row(
        &self,
        record: &csv::ByteRecord,
        columns: &[String],
        wanted: &[usize],
        line: u64,
        marked: &mut Marked,
        sink: &mut dyn FnMut(Row<'_>),
    ) {
        if record.len() != columns.len() {
            let damage = Damage::FieldCount { expected: columns.len(), found: record.len() };
            return sink(Row::Damaged { line, damage });
        }
        let unquoted: [Cow<'_, str>; MAX_WANTED];
        let mut cells = [Cell::Missing; MAX_WANTED];
        let mut is_quoted = false;
        for (at, (cell, &column)) in cells.iter_mut().zip(wanted).enumerate() {
            let field = record.get(column).unwrap_or_default();
            match std::str::from_utf8(field) {
                Ok(text) => {
                    *cell = Cell::from_text(text);
                    marked.add(at, text, *cell);
                }
                Err(_) => {
                    let found = String::from_utf8_lossy(field).into_owned();
                    let column = columns.get(column).cloned().unwrap_or_default();
                    return sink(Row::Damaged { line, damage: Damage::Utf8 { column, found } });
                }
            }
            is_quoted |= !self.has_quotes && matches!(cell, Cell::Text(text) if text.starts_with('"'));
        }
        if is_quoted {
            unquoted = cells.map(|cell| match cell {
                Cell::Text(text) => self.unquoted(text),
                _ => Cow::Borrowed(""),
            });
            for (at, (cell, text)) in cells.iter_mut().zip(&unquoted).enumerate() {
                let before = *cell;
                *cell = Cell::from_text(text);
                // Those without quotes were counted before.
                if matches!(before, Cell::Text(before) if before.starts_with('"')) {
                    marked.add(at, text, *cell);
                }
            }
            return sink(Row::Cells { line, cells: &cells[..wanted.len()] });
        }
        sink(Row::Cells { line, cells: &cells[..wanted.len()] });
    }

    /// A field without the quotes around it, if quotes are letters like others to the parser: one only counts if the
    /// field ends with one, too.
    fn unquoted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let inner = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match inner.filter(|_| !self.has_quotes) {
            Some(inner) if inner.contains("\"\"") => Cow::Owned(inner.replace("\"\"", "\"")),
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(text),
        }
    }
}

/// Stands for a delimiter of several bytes.
const STAND_IN: u8 = 0x1f;

/// Lines with their delimiters as single bytes.
enum Rows {
    Plain(EndLine),
    Replaced(Replaced),
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Rows::Plain(input) => input.read(buffer),
            Rows::Replaced(input) => input.read(buffer),
        }
    }
}

/// Puts one byte in the place of a delimiter of several.
struct Replaced {
    input: EndLine,
    delimiter: Vec<u8>,
    /// Bytes that are still to be read; those behind `start` that may be the beginning of a delimiter wait for more.
    ready: Vec<u8>,
    start: usize,
}

impl Read for Replaced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let mut used = 0;
            while self.start < self.ready.len() && used < buffer.len() {
                let rest = &self.ready[self.start..];
                if rest.starts_with(&self.delimiter) {
                    buffer[used] = STAND_IN;
                    self.start += self.delimiter.len();
                } else if rest.len() < self.delimiter.len() && self.delimiter.starts_with(rest) {
                    break;
                } else {
                    buffer[used] = rest[0];
                    self.start += 1;
                }
                used += 1;
            }
            if used > 0 {
                return Ok(used);
            }
            self.ready.drain(..self.start);
            self.start = 0;
            let before = self.ready.len();
            self.ready.resize(before + (1 << 14), 0);
            let read = self.input.read(&mut self.ready[before..])?;
            self.ready.truncate(before + read);
            if read == 0 {
                // Every text ends with a line feed, which no delimiter begins with.
                return Ok(0);
            }
        }
    }
}

/// Ends the last line with a line feed if it has none, so that every row ends with one.
struct EndLine {
    input: Input,
    last: u8,
}

impl Read for EndLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(buffer)?;
        if let Some(&last) = buffer[..bytes].last() {
            self.last = last;
            return Ok(bytes);
        }
        match buffer.first_mut() {
            Some(first) if self.last != b'\n' => {
                self.last = b'\n';
                *first = b'\n';
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

fn io_error(context: &ErrorContext, error: csv::Error, line: u64) -> TableError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => context.error(source, line),
        other => context.error(std::io::Error::other(format!("{other:?}")), line),
    }
}
