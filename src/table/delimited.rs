//! Delimited text: a header, then rows, separated by comma, semicolon, tab or bar.

use std::io::{self, Read};

use super::input::{ErrorContext, Input, Meter};
use super::{Cell, Damage, MAX_WANTED, Row, TableError};
use crate::Progress;

/// A quoted field may hold line breaks, but a row of more lines than this is taken for a quote that was
/// never closed, which would otherwise swallow the rest of the file as one field.
pub(super) const MAX_LINES: u64 = 100;

/// The header must end within so many bytes for the delimiter to be found.
const HEADER_BYTES: usize = 1 << 16;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 14;

pub(super) struct Delimited {
    reader: csv::Reader<EndLine>,
    context: ErrorContext,
    meter: Meter,
}

impl Delimited {
    pub(super) fn open(mut input: Input) -> Result<(Vec<String>, Delimited), TableError> {
        input.begin_text()?;
        let head = input.head(HEADER_BYTES)?;
        let delimiter = delimiter_of(head);
        // With line feeds alone as ends, the reader's line numbers are right; the carriage returns before them are
        // trimmed like other white space.
        let terminator = if head.contains(&b'\n') { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF };
        let context = input.context();
        let meter = input.meter();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .terminator(terminator)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(EndLine { input, last: b'\n' });
        let mut header = csv::ByteRecord::new();
        match reader.read_byte_record(&mut header) {
            Ok(true) => {}
            Ok(false) => return Err(TableError::Empty { path: context.path }),
            Err(error) => return Err(io_error(&context, error, 0)),
        }
        let mut columns = Vec::with_capacity(header.len());
        for name in &header {
            match std::str::from_utf8(name) {
                Ok(name) => columns.push(name.trim().to_owned()),
                Err(_) => {
                    let found = String::from_utf8_lossy(name).into_owned();
                    return Err(TableError::HeaderUtf8 { path: context.path, found });
                }
            }
        }
        Ok((columns, Delimited { reader, context, meter }))
    }

    pub(super) fn read(
        mut self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let mut record = csv::ByteRecord::new();
        let mut num_rows = 0_u64;
        loop {
            let before = self.reader.position().line();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(io_error(&self.context, error, before.saturating_sub(1))),
            }
            let lines = self.reader.position().line().saturating_sub(before);
            let breaks = match lines {
                0 | 1 => 0,
                _ => record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64,
            };
            if record.len() == 1 && record[0].trim_ascii().is_empty() {
                continue;
            }
            if breaks > MAX_LINES {
                sink(Row::Damaged { line: before, damage: Damage::OpenQuote { lines } });
            } else {
                // The parser skips blank lines, so that a row may begin after `before`.
                let line = before + lines.saturating_sub(1 + breaks);
                sink(row_of(&record, columns, wanted, line, &mut [Cell::Missing; MAX_WANTED]));
            }
            num_rows += 1;
            if num_rows.is_multiple_of(REPORT_ROWS) {
                progress.rows(REPORT_ROWS);
                self.meter.report(progress);
            }
        }
        progress.rows(num_rows % REPORT_ROWS);
        self.meter.report(progress);
        Ok(())
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

fn row_of<'a>(
    record: &'a csv::ByteRecord,
    columns: &[String],
    wanted: &[usize],
    line: u64,
    cells: &'a mut [Cell<'a>; MAX_WANTED],
) -> Row<'a> {
    if record.len() != columns.len() {
        let damage = Damage::FieldCount { expected: columns.len(), found: record.len() };
        return Row::Damaged { line, damage };
    }
    for (cell, &column) in cells.iter_mut().zip(wanted) {
        let field = record.get(column).unwrap_or_default();
        match std::str::from_utf8(field) {
            Ok(text) => *cell = Cell::from_text(text),
            Err(_) => {
                let found = String::from_utf8_lossy(field).into_owned();
                let column = columns.get(column).cloned().unwrap_or_default();
                return Row::Damaged { line, damage: Damage::Utf8 { column, found } };
            }
        }
    }
    Row::Cells { line, cells: &cells[..wanted.len()] }
}

/// The delimiter that stands most often in the header, outside quotes; a comma if there is none.
fn delimiter_of(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(delimiter, _)| *delimiter == byte).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().map(|&(_, count)| count).max().unwrap_or(0);
    counts.iter().find(|&&(_, count)| count == most).map_or(b',', |&(delimiter, _)| delimiter)
}

fn io_error(context: &ErrorContext, error: csv::Error, line: u64) -> TableError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => context.error(source, line),
        other => context.error(std::io::Error::other(format!("{other:?}")), line),
    }
}
