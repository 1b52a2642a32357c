//! Limits on what compressed files unpack to and on the length of a row, so that no file fills memory or disk.
//!
//! Owns the numbers and the counting. What a file says of its own size is never believed: bytes are counted as they come,
//! packed and unpacked, and the limit holds all the way, not only at the end.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::TableError;

/// Unpacked bytes that no ratio is asked of.
pub(super) const FREE_BYTES: u64 = 64 << 20;
/// Unpacked bytes for each packed one, at most; logs have 5 to 50, and 1,032 is all that gzip and zip can do.
pub(super) const MOST_TIMES: u64 = 250;
/// Unpacked bytes of a workbook, and of the table in it, at most: its texts are held in memory.
pub(super) const WORKBOOK_BYTES: u64 = 2 << 30;

/// Bytes that a row of delimited text, a record of JSON or a part of XML may have; each is in memory as a whole.
pub(super) const ROW_BYTES: u64 = 8 << 20;

/// Columns of a table at most, groups of them included: as many as a spreadsheet has.
pub(super) const MAX_COLUMNS: usize = 1 << 14;

/// Checks the number of a table's columns.
///
/// # Errors
/// [`TableError::TooManyColumns`].
pub(super) fn check_columns(path: &Path, num_columns: usize) -> Result<(), TableError> {
    if num_columns > MAX_COLUMNS {
        return Err(TableError::TooManyColumns { path: path.to_owned(), num_columns });
    }
    Ok(())
}

/// Rows that a packed file may have whatever its size.
const FREE_ROWS: u64 = 1 << 20;
/// Rows for each byte of a packed file beyond: a row with an id takes two bits and more.
const MOST_ROWS_PER_BYTE: u64 = 4;

/// Rows that a packed file of so many bytes may have.
pub(super) const fn most_rows(packed: u64) -> u64 {
    FREE_ROWS + packed.saturating_mul(MOST_ROWS_PER_BYTE)
}

/// The limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge {
    /// Packed bytes that were read until then.
    packed: u64,
    /// Bytes that they unpacked to.
    unpacked: u64,
    most: u64,
}

impl TooLarge {
    /// The error of a table for an error of reading, if this is what it says.
    pub(super) fn of(source: &io::Error, path: &Path) -> Option<TableError> {
        let &TooLarge { packed, unpacked, most } = source.get_ref()?.downcast_ref::<TooLarge>()?;
        Some(TableError::TooLarge { path: path.to_owned(), packed, unpacked, most })
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLarge { packed, unpacked, most } = self;
        write!(f, "{packed} bytes unpack to {unpacked} and more, expected at most {most}")
    }
}

impl std::error::Error for TooLarge {}

impl From<TooLarge> for io::Error {
    fn from(error: TooLarge) -> io::Error {
        io::Error::new(io::ErrorKind::FileTooLarge, error)
    }
}

/// Counts unpacked bytes against packed ones.
pub(super) struct Limit {
    packed: Arc<AtomicU64>,
    unpacked: u64,
    /// Bytes that may come whatever the ratio, and that may come at all.
    free: u64,
    most: u64,
}

impl Limit {
    /// A limit on a stream; `packed` counts the bytes that it is unpacked from.
    pub(super) fn of_stream(packed: Arc<AtomicU64>) -> Limit {
        Limit { packed, unpacked: 0, free: FREE_BYTES, most: u64::MAX }
    }

    /// A limit on the parts of a workbook.
    #[cfg(not(target_os = "unknown"))]
    pub(super) fn of_workbook(packed: Arc<AtomicU64>) -> Limit {
        Limit { most: WORKBOOK_BYTES, ..Limit::of_stream(packed) }
    }

    /// A limit on the table in a workbook of so many bytes.
    #[cfg(not(target_os = "unknown"))]
    pub(super) fn of_table(packed: u64) -> Limit {
        Limit::of_workbook(Arc::new(AtomicU64::new(packed)))
    }

    /// Counts bytes, which fails if they are too many.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.unpacked += bytes as u64;
        if self.unpacked <= self.free {
            return Ok(());
        }
        let packed = self.packed.load(Ordering::Relaxed);
        let most = packed.saturating_mul(MOST_TIMES).max(self.free).min(self.most);
        if self.unpacked > most { Err(TooLarge { packed, unpacked: self.unpacked, most }) } else { Ok(()) }
    }
}

/// A stream that fails where it passes its limit.
pub(super) struct Limited<S> {
    pub(super) stream: S,
    pub(super) limit: Limit,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.stream.read(buffer)?;
        self.limit.add(bytes)?;
        Ok(bytes)
    }
}

#[cfg(not(target_os = "unknown"))]
impl<W: io::Write> io::Write for Limited<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.limit.add(bytes.len())?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A row is longer than [`ROW_BYTES`].
#[derive(Debug)]
struct LongRow;

impl fmt::Display for LongRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row has more than {ROW_BYTES} bytes")
    }
}

impl std::error::Error for LongRow {}

/// Returns true if reading ended because a row is too long.
pub(super) fn is_long_row(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<LongRow>)
}

/// Bytes that were read since a row began.
#[derive(Clone, Default)]
pub struct RowBytes(Rc<Cell<u64>>);

impl RowBytes {
    /// Counts anew, because a row was read to its end.
    pub fn begin(&self) {
        self.0.set(0);
    }
}

/// A stream that fails in a row without an end. Who reads it says where a row begins; what is read ahead counts too.
pub struct RowLimited<R> {
    input: R,
    row: RowBytes,
    /// A byte that a row ends with, too.
    end: Option<u8>,
}

impl<R> RowLimited<R> {
    /// A stream whose reader calls [`RowBytes::begin`] at each row.
    pub const fn new(input: R, row: RowBytes) -> RowLimited<R> {
        RowLimited { input, row, end: None }
    }

    /// A stream of which only the bytes between two such bytes are limited.
    pub(super) fn between(input: R, end: u8) -> RowLimited<R> {
        RowLimited { input, row: RowBytes::default(), end: Some(end) }
    }
}

impl<R: Read> Read for RowLimited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(buffer)?;
        let last = self.end.and_then(|end| buffer[..bytes].iter().rposition(|&byte| byte == end));
        let in_row = last.map_or_else(|| self.row.0.get() + bytes as u64, |last| (bytes - last) as u64);
        self.row.0.set(in_row);
        // A buffer full may belong to the row before.
        if in_row > ROW_BYTES + (1 << 16) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, LongRow));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::table::testing::{Files, rows_of};

    /// Bytes that repeat for longer than is read without asking.
    const BOMB_BYTES: u64 = 3 * FREE_BYTES;

    fn gzip_bomb(line: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let lines = line.repeat((1 << 20) / line.len());
        (0..BOMB_BYTES >> 20).for_each(|_| gzip.write_all(&lines).unwrap());
        gzip.finish().unwrap()
    }

    fn refused(name: &str, bytes: &[u8]) -> String {
        let files = Files::new();
        let path = files.write(name, bytes);
        assert!((bytes.len() as u64) < BOMB_BYTES / 500, "{name} is {} bytes", bytes.len());
        let Err(error) = rows_of(&path) else { panic!("{name} was read") };
        error.to_string()
    }

    #[test]
    fn a_stream_may_unpack_to_so_many_times_its_bytes_or_to_a_little() {
        let add = |packed: u64, unpacked: usize| {
            Limit { packed: Arc::new(AtomicU64::new(packed)), unpacked: 0, free: 1000, most: 9000 }.add(unpacked)
        };
        assert_eq!((add(1, 1000), add(10, 2500)), (Ok(()), Ok(())));
        assert_eq!(add(1, 1001), Err(TooLarge { packed: 1, unpacked: 1001, most: 1000 }));
        assert_eq!(add(10, 2501), Err(TooLarge { packed: 10, unpacked: 2501, most: 2500 }));
        assert_eq!(add(100, 9001), Err(TooLarge { packed: 100, unpacked: 9001, most: 9000 }));
    }

    #[test]
    fn a_gzip_stream_of_one_endless_line_is_refused_before_it_fills_the_memory() {
        let error = refused("zeros.csv.gz", &gzip_bomb(b"0"));
        assert!(error.contains("zeros.csv.gz: the row on line 1 has more than 8 MiB"), "{error}");
    }

    #[test]
    fn a_gzip_stream_of_more_lines_than_a_file_of_its_size_can_have_is_refused() {
        let error = refused("lines.csv.gz", &gzip_bomb(b"s,i\n"));
        for part in ["lines.csv.gz", "rows", "expected at most", "unpack it yourself"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_gzip_stream_of_more_bytes_than_a_file_of_its_size_can_have_is_refused() {
        let row = format!("s,{}\n", "i".repeat(1021));
        let error = refused("bytes.csv.gz", &gzip_bomb(row.as_bytes()));
        for part in ["bytes.csv.gz", "unpack", "expected at most", "unpack it yourself"] {
            assert!(error.contains(part), "{error}");
        }
    }

    /// Text that never ends.
    struct Endless<'t>(&'t [u8], usize);

    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            for byte in &mut *buffer {
                *byte = self.0.get(self.1).copied().unwrap_or(b'x');
                self.1 += 1;
            }
            Ok(buffer.len())
        }
    }

    #[test]
    fn what_has_no_end_is_refused_in_every_format_before_it_is_in_memory() {
        for (name, start) in [
            ("line.csv", "session_id,item_id\ns1,"),
            ("quote.csv", "session_id,item_id\ns1,\""),
            ("header.csv", "session_id,"),
            ("line.jsonl", "{\"session_id\":1,\"item_id\":2}\n{\"session_id\":\""),
            ("array.json", "[{\"session_id\":1,\"item_id\":2},{\"session_id\":\""),
            ("key.json", "{\"data\":[{\"session_id\":1,\"item_id\":2}],\""),
            ("text.xml", "<rss><channel><item><id>1</id><title>"),
            ("mark.xml", "<rss><channel><item><id>1</id><title "),
        ] {
            let mut bytes = Vec::new();
            Endless(start.as_bytes(), 0).take(4 * ROW_BYTES).read_to_end(&mut bytes).unwrap();
            let path = Files::new();
            let path = path.write(name, bytes);
            let Err(error) = rows_of(&path) else { panic!("{name} was read") };
            let error = error.to_string();
            assert!(error.contains("has more than 8 MiB") || error.contains("is never closed"), "{name}: {error}");
        }
    }

    #[test]
    fn rows_just_below_the_limit_are_read() {
        let files = Files::new();
        let long = "x".repeat(ROW_BYTES as usize - 100);
        let csv = files.write("long.csv", format!("session_id,item_id\ns1,i1\ns2,{long}\ns3,i3\n"));
        assert_eq!(rows_of(&csv).unwrap().len(), 3);
        let json = files.write("long.jsonl", format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n{{\"a\":3}}\n"));
        assert_eq!(rows_of(&json).unwrap().len(), 3);
    }

    #[test]
    fn an_item_of_too_many_elements_is_refused() {
        let files = Files::new();
        let elements = "<a>1</a>".repeat(10_001);
        let path = files.write("a.xml", format!("<rss><item><id>1</id></item><item>{elements}</item></rss>"));
        let error = rows_of(&path).unwrap_err().to_string();
        assert!(error.contains("a.xml: more than 10,000 elements in item 2"), "{error}");
    }

    #[test]
    fn a_zip_archive_of_a_bomb_is_refused() {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_level(Some(9));
        writer.start_file("log.csv", options).unwrap();
        let rows = b"0".repeat(1 << 20);
        for _ in 0..BOMB_BYTES / rows.len() as u64 + 1 {
            writer.write_all(&rows).unwrap();
        }
        let error = refused("log.zip", &writer.finish().unwrap().into_inner());
        assert!(error.contains("log.zip") && error.contains("expected at most"), "{error}");
    }
}
