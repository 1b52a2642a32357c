//! Files that hold tables of other kinds: archives, workbooks and databases.
//!
//! A zip archive with one table, and a workbook, are unpacked into a file without a name and read from there. For all
//! others this module knows what they are, and how people get the table out.

use std::path::Path;

use super::input::Input;
use super::remark::Remarks;
use super::{Origin, TableError};

/// Kind of a file that is no table itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    /// Something that is not read: its name, and the way to get at the table.
    Other(&'static str, &'static str),
}

const UNPACK: &str = "unpack it first";

/// Bytes that tell the kind.
const HEAD_BYTES: usize = 64;

impl Kind {
    fn of(head: &[u8]) -> Option<Kind> {
        let kinds: [(&[u8], Kind); 16] = [
            (b"PK\x03\x04", Kind::Zip),
            (b"PK\x05\x06", Kind::Other("an empty zip archive", "is it the right file?")),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                Kind::Other("an Excel workbook of before 2007", "save it as .xlsx or CSV"),
            ),
            (
                b"SQLite format 3\0",
                Kind::Other(
                    "a SQLite database",
                    "export the table: `sqlite3 -header -csv shop.db \"SELECT * FROM events\" > events.csv`",
                ),
            ),
            (b"BZh", Kind::Other("a file compressed by bzip2", "unpack it first: `bunzip2`")),
            (b"\xfd7zXZ\0", Kind::Other("a file compressed by xz", "unpack it first: `unxz`")),
            (b"7z\xbc\xaf\x27\x1c", Kind::Other("a 7-Zip archive", UNPACK)),
            (b"Rar!", Kind::Other("a RAR archive", UNPACK)),
            (b"\x04\x22\x4d\x18", Kind::Other("a file compressed by LZ4", UNPACK)),
            (
                b"ARROW1",
                Kind::Other(
                    "an Arrow or Feather file",
                    "save it as Parquet: `pyarrow.parquet.write_table(pyarrow.feather.read_table(\"f\"), \"f.parquet\")`",
                ),
            ),
            (b"FEA1", Kind::Other("a Feather file", "save it as Parquet")),
            (b"ORC", Kind::Other("an ORC file", "save it as Parquet, for instance by Spark or DuckDB")),
            (b"Obj\x01", Kind::Other("an Avro file", "export the table as Parquet or JSON lines instead")),
            (b"\x89HDF", Kind::Other("an HDF5 file", "save the table as Parquet or CSV")),
            (b"%PDF", Kind::Other("a PDF document", "export the table as CSV")),
            (b"RDX", Kind::Other("an R data file", "save the table by `write.csv`")),
        ];
        if head.get(8..12) == Some(b"DUCK") {
            let how = "export the table: `duckdb shop.db \"COPY events TO 'events.parquet'\"`";
            return Some(Kind::Other("a DuckDB database", how));
        }
        // `ORC` and `BZh` are letters that a text may begin with.
        let is_text = |mark: &[u8]| mark.len() == 3 && head.iter().all(|byte| byte.is_ascii() && *byte != 0);
        kinds.into_iter().find(|(mark, _)| head.starts_with(mark) && !is_text(mark)).map(|(_, kind)| kind)
    }
}

/// The table inside a file, if it is one that holds another.
///
/// # Errors
/// The file holds no table that is read, or several.
pub(super) fn unpacked(origin: &Origin, input: &mut Input, remarks: &Remarks) -> Result<Option<Origin>, TableError> {
    let path = origin.path();
    match Kind::of(input.head(HEAD_BYTES)?) {
        None => Ok(None),
        Some(Kind::Zip) => native::of_zip(origin, remarks).map(Some),
        Some(Kind::Other(what, how)) => Err(not_read(path, what, how.to_owned())),
    }
}

/// Returns true if a file that was unpacked holds another one.
pub(super) fn unpacked_twice(input: &mut Input) -> Result<bool, TableError> {
    Ok(Kind::of(input.head(HEAD_BYTES)?).is_some())
}

fn not_read(path: &Path, what: &'static str, how: String) -> TableError {
    TableError::Container { path: path.to_owned(), what, how }
}

#[cfg(target_os = "unknown")]
mod native {
    use crate::table::container::not_read;
    use crate::table::remark::Remarks;
    use crate::table::{Origin, TableError};

    pub(super) fn of_zip(origin: &Origin, _: &Remarks) -> Result<Origin, TableError> {
        let how = "unpack it first, or save the workbook as CSV; the `vicino` command reads both".to_owned();
        Err(not_read(origin.path(), "a zip archive or an Excel workbook", how))
    }
}

#[cfg(not(target_os = "unknown"))]
mod native {
    use std::io::{self, Read, Seek, SeekFrom, Write};
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use calamine::{Data, Reader, Xlsx, XlsxError};
    use zip::ZipArchive;

    use crate::table::border::guarded;
    use crate::table::container::not_read;
    use crate::table::limit::{Limit, Limited, ROW_BYTES, TooLarge, check_columns};
    use crate::table::open_document::OpenDocument;
    use crate::table::origin::Format;
    use crate::table::remark::{Remark, Remarks};
    use crate::table::{Origin, Slices, TableError, shared_strings, spool};

    /// Bytes that are read at a time.
    const PIECE: usize = 1 << 16;

    /// Reads the bytes of an origin from any place.
    #[derive(Clone)]
    struct Seekable {
        slices: Arc<dyn Slices>,
        /// Bytes that were read.
        num_read: Arc<AtomicU64>,
        at: u64,
        piece: Vec<u8>,
        piece_start: u64,
    }

    impl Seekable {
        fn open(origin: &Origin) -> io::Result<Seekable> {
            let slices: Arc<dyn Slices> = match origin {
                Origin::Slices { slices, .. } => slices.clone(),
                Origin::Memory { bytes, .. } => Arc::new(InMemory(bytes.clone())),
                Origin::File(path) => Arc::new(spool::of_file(std::fs::File::open(path)?)?),
            };
            Ok(Seekable { slices, num_read: Arc::default(), at: 0, piece: Vec::new(), piece_start: 0 })
        }
    }

    #[derive(Debug)]
    struct InMemory(bytes::Bytes);

    impl Slices for InMemory {
        fn num_bytes(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<()> {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let slice = start.checked_add(buffer.len()).and_then(|end| self.0.get(start..end));
            buffer.copy_from_slice(slice.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
    }

    impl Read for Seekable {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let is_inside = (self.piece_start..self.piece_start + self.piece.len() as u64).contains(&self.at);
            if !is_inside {
                let left = self.slices.num_bytes().saturating_sub(self.at);
                let len = PIECE.min(usize::try_from(left).unwrap_or(usize::MAX));
                self.piece.resize(len, 0);
                self.piece_start = self.at;
                self.slices.read_at(self.at, &mut self.piece)?;
                self.num_read.fetch_add(len as u64, Ordering::Relaxed);
            }
            let rest = &self.piece[(self.at - self.piece_start) as usize..];
            let len = rest.len().min(buffer.len());
            buffer[..len].copy_from_slice(&rest[..len]);
            self.at += len as u64;
            Ok(len)
        }
    }

    impl Seek for Seekable {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let at = match to {
                SeekFrom::Start(at) => Some(at),
                SeekFrom::End(by) => self.slices.num_bytes().checked_add_signed(by),
                SeekFrom::Current(by) => self.at.checked_add_signed(by),
            };
            self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
            Ok(self.at)
        }
    }

    fn io_error(path: &Path) -> impl Fn(io::Error) -> TableError {
        move |source| TableError::Io { path: path.to_owned(), source }
    }

    /// The one table of a zip archive; a workbook is an archive, too.
    pub(super) fn of_zip(origin: &Origin, remarks: &Remarks) -> Result<Origin, TableError> {
        const WHAT: &str = "a zip archive";
        let path = origin.path();
        let damaged = |error: zip::result::ZipError| not_read(path, WHAT, format!("it cannot be unpacked: {error}"));
        let file = Seekable::open(origin).map_err(io_error(path))?;
        let num_read = file.num_read.clone();
        let mut archive = ZipArchive::new(file).map_err(damaged)?;
        let names = archive.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
        let names: Vec<String> = names.collect::<Result<_, _>>().map_err(damaged)?;
        let has = |name: &str| names.iter().any(|one| one == name);
        let book = [Book::Xlsx, Book::Ods].into_iter().find(|book| has(book.part()));
        if has("xl/workbook.bin") {
            return Err(not_read(path, "a binary Excel workbook", "save it as .xlsx or CSV".to_owned()));
        }
        if let Some(book) = book {
            let mut limit = Limit::of_workbook(num_read);
            let mut largest = 0;
            for at in 0..archive.len() {
                let mut part = archive.by_index(at).map_err(damaged)?;
                largest = largest.max(measure(&mut part, &mut limit).map_err(|error| unpacking(path, error))?);
            }
            if let Book::Xlsx = book {
                let damaged = |why: String| not_read(path, WORKBOOK, format!("{why}; save the sheet as CSV"));
                for name in names.iter().filter(|name| shared_strings::is_part(name)) {
                    let part = archive.by_name(name).map_err(|error| damaged(error.to_string()))?;
                    shared_strings::check(part, origin.num_bytes()).map_err(damaged)?;
                }
            }
            return of_workbook(origin, book, largest, remarks);
        }
        let is_hidden =
            |name: &str| name.ends_with('/') || name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        let files: Vec<&String> = names.iter().filter(|name| !is_hidden(name)).collect();
        let tables: Vec<&String> =
            files.iter().filter(|name| Format::of_name(Path::new(name)).is_some()).copied().collect();
        let member = match (&tables[..], &files[..]) {
            ([table], _) => (*table).clone(),
            ([], [file]) => (*file).clone(),
            ([], []) => return Err(not_read(path, WORKBOOK, "nothing is in it; is it the right file?".to_owned())),
            (several, all) => {
                let listed: Vec<String> = if several.is_empty() { all } else { several }
                    .iter()
                    .take(10)
                    .map(|name| format!("`{name}`"))
                    .collect();
                let how = format!(
                    "several files are in it ({}): unpack it and name those that are the log",
                    listed.join(", ")
                );
                return Err(not_read(path, WHAT, how));
            }
        };
        let entry = archive.by_name(&member).map_err(damaged)?;
        let name = path.join(&member);
        let kept = spool::keep(&mut Limited { stream: entry, limit: Limit::of_stream(num_read) }, &name);
        remarks.add(Remark::Member { name: member });
        kept.map_err(|error| unpacking(path, error))
    }

    /// Unpacks a part of a workbook to see how much it is, because nothing bounds what a library makes of it.
    fn measure(part: &mut dyn Read, limit: &mut Limit) -> io::Result<u64> {
        let (mut buffer, mut length) = (vec![0; PIECE], 0);
        loop {
            match part.read(&mut buffer)? {
                0 => return Ok(length),
                bytes => {
                    limit.add(bytes)?;
                    length += bytes as u64;
                }
            }
        }
    }

    /// The error of a member that cannot be unpacked.
    fn unpacking(path: &Path, error: io::Error) -> TableError {
        let too_large = TooLarge::of(&error, path);
        too_large.unwrap_or_else(|| not_read(path, "a zip archive", format!("it cannot be unpacked: {error}")))
    }

    const WORKBOOK: &str = "a workbook";

    /// The formats of workbooks that are read. Excel's binary ones are not: nothing bounds what reading them takes.
    #[derive(Clone, Copy)]
    enum Book {
        Xlsx,
        Ods,
    }

    impl Book {
        /// The part of the archive that tells.
        const fn part(self) -> &'static str {
            match self {
                Book::Xlsx => "xl/workbook.xml",
                Book::Ods => "content.xml",
            }
        }
    }

    /// The sheets of a workbook that have one header, as a delimited text.
    fn of_workbook(origin: &Origin, book: Book, largest: u64, remarks: &Remarks) -> Result<Origin, TableError> {
        let path = origin.path();
        let damaged = |why: &str| not_read(path, WORKBOOK, format!("it cannot be read ({why}); save the sheet as CSV"));
        guarded(path, damaged, || of_sheets(origin, book, largest, remarks, &damaged))
    }

    fn of_sheets(
        origin: &Origin,
        book: Book,
        largest: u64,
        remarks: &Remarks,
        damaged: &dyn Fn(&str) -> TableError,
    ) -> Result<Origin, TableError> {
        let path = origin.path();
        let file = Seekable::open(origin).map_err(io_error(path))?;
        let limit = Limit::of_table(origin.num_bytes());
        let spool = Limited { stream: spool::Spool::new().map_err(io_error(path))?, limit };
        let mut sheets = Sheets {
            path,
            num_bytes: origin.num_bytes(),
            header: None,
            writer: csv::WriterBuilder::new().flexible(true).from_writer(spool),
            num_read: 0,
            num_cells: 0,
            read: Vec::new(),
            others: Vec::new(),
        };
        match book {
            Book::Xlsx => {
                let broken = |error: XlsxError| damaged(&error.to_string());
                let mut book: Xlsx<Seekable> = Reader::new(file).map_err(broken)?;
                let names = book.sheet_names();
                // Each may be the largest part of the file: several may be one part.
                let mut limit = Limit::of_table(origin.num_bytes());
                let all = largest.saturating_mul(names.len() as u64);
                limit.add(usize::try_from(all).unwrap_or(usize::MAX)).map_err(|error| unpacking(path, error.into()))?;
                for name in names {
                    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
                    let next = || {
                        let cell = cells.next_cell().map_err(broken)?;
                        Ok(cell.map(|cell| (cell.get_position(), text_of(&cell.get_value().clone().into()))))
                    };
                    sheets.add(name, next)?;
                }
            }
            Book::Ods => {
                let broken = |why: String| damaged(&why);
                let mut archive = ZipArchive::new(file).map_err(|error| damaged(&error.to_string()))?;
                let content = archive.by_name(book.part()).map_err(|error| damaged(&error.to_string()))?;
                let mut document = OpenDocument::new(content);
                while let Some(name) = document.next_table().map_err(broken)? {
                    sheets.add(name, || document.next_cell().map_err(broken))?;
                }
            }
        }
        let Sheets { header, writer, read, others, .. } = sheets;
        if header.is_none() {
            return Err(not_read(path, WORKBOOK, "nothing is in it; is it the right file?".to_owned()));
        }
        if read.len() > 1 || !others.is_empty() {
            remarks.add(Remark::Sheets { read, others });
        }
        let flushed = writer.into_inner().map_err(|error| written(path, error.into_error().into()))?;
        let mut spool = flushed.stream;
        spool.flush().map_err(io_error(path))?;
        spool.into_origin(path, Format::Delimited).map_err(io_error(path))
    }

    /// The error of writing a row.
    fn written(path: &Path, error: csv::Error) -> TableError {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => TooLarge::of(&error, path).unwrap_or_else(|| io_error(path)(error)),
            other => io_error(path)(io::Error::other(format!("{other:?}"))),
        }
    }

    /// The sheets of a workbook, as they are written: those that have the header of the first one.
    struct Sheets<'p, W: Write> {
        path: &'p Path,
        header: Option<Vec<String>>,
        writer: csv::Writer<W>,
        num_bytes: u64,
        /// Cells that were read, and that were written, empty ones included.
        num_read: u64,
        num_cells: u64,
        /// Names of the sheets that were read, and of those with other headers.
        read: Vec<String>,
        others: Vec<String>,
    }

    impl<W: Write> Sheets<'_, W> {
        /// Adds a sheet of these cells, row by row.
        fn add(
            &mut self,
            name: String,
            mut next: impl FnMut() -> Result<Option<((u32, u32), String)>, TableError>,
        ) -> Result<(), TableError> {
            let mut has_header = false;
            let (path, most) = (self.path, FREE_READ + self.num_bytes.saturating_mul(MOST_READ_PER_BYTE));
            let mut num_read = self.num_read;
            let counted = || {
                num_read += 1;
                if num_read > most { Err(too_many_cells(path, num_read, most)) } else { next() }
            };
            let is_read = rows_of_cells(path, counted, &mut |row| self.add_row(&mut has_header, row))?;
            self.num_read = num_read;
            match (has_header, is_read) {
                (false, true) => {}
                (true, true) => self.read.push(name),
                (_, false) => self.others.push(name),
            }
            Ok(())
        }

        /// Adds a row; `false` if the sheet has another header, so that it is not read.
        fn add_row(&mut self, has_header: &mut bool, row: Vec<String>) -> Result<bool, TableError> {
            self.num_cells += row.len() as u64;
            let most = FREE_CELLS + self.num_bytes.saturating_mul(MOST_CELLS_PER_BYTE);
            if self.num_cells > most {
                return Err(too_many_cells(self.path, self.num_cells, most));
            }
            if row.iter().all(String::is_empty) {
                return Ok(true);
            }
            let is_repeated = self.header.as_ref().map(|header| *header == row);
            match is_repeated {
                Some(false) if !*has_header => return Ok(false),
                Some(true) if !*has_header => {}
                _ => self.writer.write_record(&row).map_err(|error| written(self.path, error))?,
            }
            self.header.get_or_insert(row);
            *has_header = true;
            Ok(true)
        }
    }

    /// Rows, and their cells, that are looked at before the first is written, to see which columns there are.
    const ROWS_AHEAD: usize = 256;
    const CELLS_AHEAD: u64 = 1 << 16;
    /// And bytes of texts.
    const BYTES_AHEAD: u64 = 4 << 20;

    /// Cells of a workbook that are read at most, and for each byte of the file beyond.
    const FREE_READ: u64 = 2 << 20;
    const MOST_READ_PER_BYTE: u64 = 2;
    /// Cells of its tables at most, with the empty ones between, and for each byte of the file beyond.
    const FREE_CELLS: u64 = 4 << 20;
    const MOST_CELLS_PER_BYTE: u64 = 16;

    fn too_many_cells(path: &Path, found: u64, most: u64) -> TableError {
        let how = format!("it has {found} cells or more, expected at most {most}; save the sheet as CSV");
        not_read(path, WORKBOOK, how)
    }

    /// Puts cells, which come row by row, together to rows, and hands over each until one is not wanted. A sheet is as
    /// wide as its first rows: cells far outside would make it millions of columns wide in memory.
    fn rows_of_cells(
        path: &Path,
        mut next: impl FnMut() -> Result<Option<((u32, u32), String)>, TableError>,
        add: &mut dyn FnMut(Vec<String>) -> Result<bool, TableError>,
    ) -> Result<bool, TableError> {
        let mut ahead: Vec<Vec<(u32, String)>> = Vec::new();
        let (mut columns, mut num_ahead, mut bytes_ahead, mut row_bytes) = (None, 0, 0, 0);
        let mut row: (u32, Vec<(u32, String)>) = (0, Vec::new());
        loop {
            let cell = next()?;
            let is_end = cell.is_none();
            if let Some(((line, column), text)) = cell {
                check_columns(path, (column as usize).saturating_add(1))?;
                if text.is_empty() {
                    continue;
                }
                num_ahead += 1;
                bytes_ahead += text.len() as u64;
                if line == row.0 {
                    row_bytes += text.len() as u64;
                    if row_bytes > ROW_BYTES {
                        let number = u64::from(line) + 1;
                        return Err(TableError::LongRow { path: path.to_owned(), row: "row", number });
                    }
                    check_columns(path, row.1.len() + 1)?;
                    row.1.push((column, text));
                    continue;
                }
                row_bytes = text.len() as u64;
                ahead.push(std::mem::replace(&mut row, (line, vec![(column, text)])).1);
            } else {
                ahead.push(std::mem::take(&mut row.1));
            }
            if !is_end
                && columns.is_none()
                && ahead.len() < ROWS_AHEAD
                && num_ahead < CELLS_AHEAD
                && bytes_ahead < BYTES_AHEAD
            {
                continue;
            }
            let &mut (start, end) = columns.get_or_insert_with(|| {
                let used = || ahead.iter().flatten().map(|(column, _)| *column);
                (used().min().unwrap_or(0), used().max().unwrap_or(0))
            });
            for cells in ahead.drain(..).filter(|cells| !cells.is_empty()) {
                let last = cells.iter().map(|(column, _)| *column).max().unwrap_or(0).max(end);
                let mut texts = vec![String::new(); (last - start) as usize + 1];
                for (column, text) in cells {
                    // What stands left of the table has no name.
                    if let Some(at) = column.checked_sub(start) {
                        texts[at as usize] = text;
                    }
                }
                if !add(texts)? {
                    return Ok(false);
                }
            }
            if is_end {
                return Ok(true);
            }
        }
    }

    /// A cell as text: a whole number without a fraction, a time as ISO 8601.
    fn text_of(cell: &Data) -> String {
        match cell {
            Data::Empty | Data::Error(_) => String::new(),
            Data::Int(value) => value.to_string(),
            Data::Float(value) => value.to_string(),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Bool(value) => value.to_string(),
            Data::DateTime(time) if time.is_duration() => {
                let seconds = (time.as_f64() * 86_400.0).round() as i64;
                format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
            }
            Data::DateTime(time) => {
                let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
                let date = format!("{year:04}-{month:02}-{day:02}");
                match (hour, minute, second, milli) {
                    (0, 0, 0, 0) => date,
                    (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
                    _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn cells_are_written_as_the_shop_means_them() {
            let day = calamine::ExcelDateTime::new(45_000.0, calamine::ExcelDateTimeType::DateTime, false);
            let moment = calamine::ExcelDateTime::new(45_000.25, calamine::ExcelDateTimeType::DateTime, false);
            let cells =
                [Data::Float(123.0), Data::Float(2.5), Data::DateTime(day), Data::DateTime(moment), Data::Empty];
            assert_eq!(cells.each_ref().map(text_of), ["123", "2.5", "2023-03-15", "2023-03-15T06:00:00", ""]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::table::testing::{Files, rows_of};

    fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_one_table_of_a_zip_archive_is_read() {
        let files = Files::new();
        let (csv, note) = (&b"a,b\n1,x\n"[..], &b"about"[..]);
        for members in [
            &[("log.csv", csv)][..],
            &[("__MACOSX/._log.csv", note), ("data/log.csv", csv), ("readme.md", note)],
            &[("events", csv)],
        ] {
            assert_eq!(rows_of(&files.write("a.zip", zip_of(members))).unwrap(), ["2: 1 x"]);
        }
        assert_eq!(rows_of(&files.write("a.csv", zip_of(&[("a.jsonl", b"{\"a\":1}\n")]))).unwrap(), ["1: i1"]);
    }

    #[test]
    fn what_cannot_be_unpacked_is_named() {
        let files = Files::new();
        let zip = zip_of(&[("a.csv", b"a\n1\n"), ("b.csv", b"a\n1\n")]);
        for (bytes, what) in [
            (zip.clone(), "several files are in it (`a.csv`, `b.csv`)"),
            (zip[..zip.len() / 2].to_vec(), "cannot be unpacked"),
            (zip_of(&[]), "an empty zip archive"),
            (zip_of(&[("a.zip", &zip)]), "in another archive"),
            (b"SQLite format 3\0 and more".to_vec(), "a SQLite database"),
            (b"\0\0\0\0\0\0\0\0DUCK\x40\0".to_vec(), "a DuckDB database"),
            (b"BZh91AY&SY\0\0".to_vec(), "bunzip2"),
            (b"\xfd7zXZ\0\0".to_vec(), "unxz"),
            (b"ARROW1\0\0".to_vec(), "Feather"),
            (b"ORC\x0a\0".to_vec(), "an ORC file"),
            (b"Obj\x01\x04".to_vec(), "an Avro file"),
        ] {
            let error = rows_of(&files.write("log.csv", bytes)).unwrap_err().to_string();
            assert!(error.contains("log.csv") && error.contains(what), "{error}");
        }
        assert_eq!(rows_of(&files.write("text.csv", "ORC,b\n1,2\n")).unwrap(), ["2: 1 2"]);
    }

    /// A workbook of two sheets with one header and a third with another.
    fn workbook() -> Vec<u8> {
        let sheet = |rows: &str| {
            let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
            format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")
        };
        let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let header = format!("<row r=\"1\">{}{}</row>", text("A1", "id"), text("B1", "name"));
        let row = |id: &str, name: &str| format!("<row r=\"2\"><c r=\"A2\"><v>{id}</v></c>{}</row>", text("B2", name));
        workbook_of(&[
            ("2023", sheet(&format!("{header}{}", row("7", "a, b")))),
            ("2024", sheet(&format!("{header}{}", row("8", "c")))),
            ("Notes", sheet(&row("1", "note"))),
        ])
    }

    /// A workbook of these sheets, by name.
    fn workbook_of(parts: &[(&str, String)]) -> Vec<u8> {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let sheets: String = parts
            .iter()
            .zip(1..)
            .map(|((name, _), at)| format!("<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>"))
            .collect();
        let links: String = (1..=parts.len())
            .map(|at| {
                format!("<Relationship Id=\"r{at}\" Type=\"{office}/worksheet\" Target=\"worksheets/s{at}.xml\"/>")
            })
            .collect();
        let book = format!(
            "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"{office}\"><sheets>{sheets}</sheets></workbook>"
        );
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let links = format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{package}\">{links}</Relationships>");
        let root = format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" \
             Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let names: Vec<String> = (1..=parts.len()).map(|at| format!("xl/worksheets/s{at}.xml")).collect();
        let mut members = vec![
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ];
        members.extend(names.iter().map(String::as_str).zip(parts.iter().map(|(_, sheet)| sheet.as_bytes())));
        zip_of(&members)
    }

    #[test]
    fn a_cell_far_from_the_table_does_not_make_it_as_wide() {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let rows = format!(
            "<row r=\"2\">{}{}</row><row r=\"3\">{}{}</row><row r=\"1048576\">{}</row>",
            text("B2", "id"),
            text("C2", "name"),
            text("B3", "7"),
            text("C3", "a"),
            text("XFD1048576", "stray")
        );
        let sheet =
            format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        let files = Files::new();
        let path = files.write("book.xlsx", workbook_of(&[("one", sheet)]));
        let source = crate::table::Source::open(&path).unwrap();
        // Within the first rows a cell counts as a column; its table is text on the disk, not a grid in memory.
        assert_eq!(
            (source.columns().len(), &source.columns()[..2]),
            (16_383, &["id".to_owned(), "name".to_owned()][..])
        );
    }

    #[test]
    fn a_cell_beyond_every_spreadsheet_is_refused() {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        // Column XFE is the 16,385th; a row as wide as `STATUS` would take 5 GB.
        for (cell, num_columns) in [("XFE1", 16_385), ("STATUS1", 234_917_325)] {
            let rows = format!("<row r=\"1\"><c r=\"{cell}\"><v>1</v></c></row>");
            let sheet =
                format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
            let files = Files::new();
            let error = rows_of(&files.write("book.xlsx", workbook_of(&[("one", sheet)]))).unwrap_err().to_string();
            assert!(error.contains(&format!("book.xlsx: {num_columns} columns, expected at most 16384")), "{error}");
        }
    }

    #[test]
    fn a_sheet_that_ends_before_it_begins_is_the_files_error_or_read() {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let sheet = format!(
            "<?xml version=\"1.0\"?><worksheet xmlns=\"{main}\"><dimension ref=\"C9:A1\"/><sheetData></sheetData></worksheet>"
        );
        let files = Files::new();
        let path = files.write("book.xlsx", workbook_of(&[("one", sheet)]));
        let error = rows_of(&path).unwrap_err().to_string();
        assert!(error.contains("book.xlsx: a workbook"), "{error}");
    }

    #[test]
    fn sheets_of_one_header_are_one_table() {
        let files = Files::new();
        let source = crate::table::Source::open(&files.write("book.xlsx", workbook())).unwrap();
        assert_eq!(source.columns(), ["id", "name"]);
        let remarks = source.remarks().take();
        let remark = remarks.iter().map(ToString::to_string).collect::<String>();
        assert!(remark.contains("`2023`, `2024`") && remark.contains("`Notes`"), "{remark}");
        assert_eq!(rows_of(&files.write("book.xlsx", workbook())).unwrap(), ["2: 7 a, b", "3: 8 c"]);
    }
}
