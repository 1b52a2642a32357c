//! The way in which a delimited text is written: what parts columns, whether quotes count, and where the header is.

use std::borrow::Cow;
use std::ops::Range;

use super::remark::Remark;

/// A dialect of delimited text as far as somebody states it; the rest is told by the beginning of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// One or two letters that part columns; `None` to find them.
    pub delimiter: Option<String>,
    /// True if the first line is a row and columns go by their numbers, from 1; false if it may be.
    pub has_no_header: bool,
}

/// A dialect that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) delimiter: Vec<u8>,
    /// True if delimiters and line ends inside quotes do not count.
    pub(super) has_quotes: bool,
    /// Bytes and lines before the header.
    pub(super) skipped: (usize, u64),
    /// Number of columns of a text without a header.
    pub(super) without_header: Option<usize>,
    pub(super) remarks: Vec<Remark>,
}

/// Delimiters that are looked for, the most usual first.
const DELIMITERS: [&[u8]; 6] = [b",", b";", b"\t", b"|", b"::", b"\x01"];

/// Rows that are looked at.
const MAX_ROWS: usize = 200;

/// Lines of titles that may precede a header.
const MAX_TITLES: usize = 30;

/// A row, and where its fields are.
struct Record {
    start: usize,
    fields: Vec<Range<usize>>,
}

impl Found {
    /// Tells the dialect of a text by its beginning; `is_whole` if there is no more of it.
    pub(super) fn of(head: &[u8], is_whole: bool, given: &Dialect) -> Found {
        let mut remarks = Vec::new();
        let separator = separator_line(head);
        let (start, separator) = separator.map_or((0, None), |(end, separator)| (end, Some(separator)));
        let text = Text { head, start, is_whole };
        let delimiter: Cow<'_, [u8]> = match (&given.delimiter, separator) {
            (Some(delimiter), _) => Cow::Borrowed(delimiter.as_bytes()),
            (None, Some(separator)) => Cow::Borrowed(separator),
            (None, None) => Cow::Borrowed(text.delimiter()),
        };
        if given.delimiter.is_none() && !matches!(&delimiter[..], b"," | b";" | b"\t" | b"|") {
            let delimiter = String::from_utf8_lossy(&delimiter).into_owned();
            remarks.push(Remark::Delimiter { delimiter });
        }
        let has_quotes = text.has_quotes(&delimiter);
        let records = text.records(&delimiter, has_quotes);
        let header = text.header(&records, given.has_no_header);
        let record = records.get(header);
        let begin = record.map_or(start, |record| record.start);
        let lines_before = count_lines(&head[start..begin]);
        if let Some(first) = records.first().filter(|_| header > 0) {
            let first = text.line_at(first.start);
            remarks.push(Remark::LinesBefore { lines: lines_before, first });
        }
        let is_row = record.is_some_and(|record| given.has_no_header || text.is_row(record));
        if let Some(record) = record.filter(|_| is_row && !given.has_no_header) {
            remarks.push(Remark::NoHeader { first: text.line_at(record.start) });
        }
        // Blank lines at the beginning are skipped by the parser, which counts them.
        let begin = if header > 0 || is_row { begin } else { start };
        let without_header = record.filter(|_| is_row).map(|record| record.fields.len());
        let skipped = (begin, count_lines(&head[..begin]));
        Found { delimiter: delimiter.into_owned(), has_quotes, skipped, without_header, remarks }
    }
}

fn count_lines(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// The delimiter that a first line `sep=;` names, as Excel writes it, and where that line ends.
fn separator_line(head: &[u8]) -> Option<(usize, &[u8])> {
    let end = head.iter().position(|&byte| byte == b'\n')?;
    let line = head[..end].trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let is_separator = line.len() <= 6 && line.get(..4).is_some_and(|key| key.eq_ignore_ascii_case(b"sep="));
    // A tab at the end of the line is the delimiter itself.
    let separator = if is_separator && line.len() == 4 {
        head[4..end].strip_suffix(b"\r").unwrap_or(&head[4..end])
    } else {
        line.get(4..)?
    };
    (is_separator && !separator.is_empty()).then_some((end + 1, separator))
}

/// The beginning of a text.
struct Text<'t> {
    head: &'t [u8],
    start: usize,
    is_whole: bool,
}

impl Text<'_> {
    /// The delimiter that parts the header and the rows into as many fields; else the one that stands most often in
    /// the first line, or in most rows.
    fn delimiter(&self) -> &'static [u8] {
        let mut best: (usize, &'static [u8]) = (0, b",");
        let mut first_line: (usize, &'static [u8]) = (0, b",");
        let mut in_rows: (usize, &'static [u8]) = (0, b",");
        for delimiter in DELIMITERS {
            let records = self.records(delimiter, true);
            let Some(first) = records.first().map(|record| record.fields.len()) else { break };
            let (most, num_rows) = usual_len(&records);
            if first == most && first > best.0 && first > 1 {
                best = (first, delimiter);
            }
            if first > first_line.0 {
                first_line = (first, delimiter);
            }
            if most > 1 && num_rows * (most - 1) > in_rows.0 && title_lines(&records, most) > 0 {
                in_rows = (num_rows * (most - 1), delimiter);
            }
        }
        match (best.0, in_rows.0) {
            (2.., _) => best.1,
            (_, 1..) => in_rows.1,
            _ => first_line.1,
        }
    }

    /// Returns true if quotes count. Where tabs or other rare letters part columns, they only do if rows fall apart
    /// without them; a quote at the beginning of a title is none then.
    fn has_quotes(&self, delimiter: &[u8]) -> bool {
        if matches!(delimiter, b"," | b";") {
            return true;
        }
        let wrong = |has_quotes| {
            let records = self.records(delimiter, has_quotes);
            let (most, num_rows) = usual_len(&records);
            (records.len() - num_rows, most)
        };
        let (without, with) = (wrong(false), wrong(true));
        delimiter.len() == 1 && without.0 > with.0 && without.1 <= with.1
    }

    /// The number of the record that is the header: the first, unless lines of titles or comments precede it.
    fn header(&self, records: &[Record], is_row: bool) -> usize {
        let (most, _) = usual_len(records);
        let is_comment = |record: &Record| self.head.get(record.start) == Some(&b'#');
        let num_comments = records.iter().take_while(|record| is_comment(record)).count();
        let is_header = |at: usize| {
            records.get(at).is_some_and(|record| record.fields.len() == most && (is_row || self.has_names(record)))
        };
        if num_comments > 0 && records.len() > num_comments + 1 {
            let titles = title_lines(&records[num_comments..], most) + num_comments;
            return if is_header(titles) {
                titles
            } else if is_header(num_comments) {
                num_comments
            } else {
                0
            };
        }
        let titles = title_lines(records, most);
        if titles > 0 && is_header(titles) && records.len() > titles + 1 { titles } else { 0 }
    }

    /// Returns true if all fields are different names.
    fn has_names(&self, record: &Record) -> bool {
        let fields: Vec<&str> = record.fields.iter().map(|field| self.text(field)).collect();
        let is_name = |(at, text): (usize, &&str)| {
            !text.is_empty() && !is_number(text) && !is_time(text) && !fields[..at].contains(text)
        };
        fields.iter().enumerate().all(is_name)
    }

    /// Returns true if a first line is a row, because it holds a time, or numbers only.
    fn is_row(&self, record: &Record) -> bool {
        let fields: Vec<&str> = record.fields.iter().map(|field| self.text(field)).collect();
        let filled = || fields.iter().filter(|text| !text.is_empty());
        filled().any(|text| is_time(text)) || (filled().count() > 0 && filled().all(|text| is_number(text)))
    }

    fn text(&self, field: &Range<usize>) -> &str {
        let text = std::str::from_utf8(&self.head[field.clone()]).unwrap_or("?").trim();
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
    }

    /// The beginning of a line, for people to see.
    fn line_at(&self, start: usize) -> String {
        let line = self.head[start..].split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        String::from_utf8_lossy(line).chars().take(60).collect()
    }

    /// The first rows without blank ones; the last one only if the text ends with it.
    fn records(&self, delimiter: &[u8], has_quotes: bool) -> Vec<Record> {
        let head = self.head;
        let line_end = if head.contains(&b'\n') { b'\n' } else { b'\r' };
        let mut records: Vec<Record> = Vec::new();
        let mut at = self.start;
        while at < head.len() && records.len() < MAX_ROWS {
            let start = at;
            let (mut fields, mut field) = (Vec::new(), at);
            let mut is_quoted = has_quotes && head[at] == b'"';
            at += usize::from(is_quoted);
            while at < head.len() {
                if is_quoted {
                    if head[at] == b'"' {
                        is_quoted = head.get(at + 1) == Some(&b'"');
                        at += usize::from(is_quoted);
                    }
                    at += 1;
                } else if head[at] == line_end {
                    break;
                } else if head[at..].starts_with(delimiter) {
                    fields.push(field..at);
                    at += delimiter.len();
                    field = at;
                    is_quoted = has_quotes && head.get(at) == Some(&b'"');
                    at += usize::from(is_quoted);
                } else {
                    at += 1;
                }
            }
            if at >= head.len() && !self.is_whole && !records.is_empty() {
                break;
            }
            let end = at.min(head.len());
            fields.push(field.min(end)..end);
            at += 1;
            if !head[start..end].trim_ascii().is_empty() {
                records.push(Record { start, fields });
            }
        }
        records
    }
}

/// The most frequent number of fields, and in how many rows; of equally frequent ones that of the first row, else the
/// larger one.
fn usual_len(records: &[Record]) -> (usize, usize) {
    let count = |len: usize| records.iter().filter(|record| record.fields.len() == len).count();
    let first = records.first().map_or(0, |record| record.fields.len());
    let lens = records.iter().map(|record| record.fields.len());
    let best = lens.max_by_key(|&len| (count(len), len == first, len)).unwrap_or(0);
    (best, count(best))
}

/// Number of the first rows that have at most half of the usual fields.
fn title_lines(records: &[Record], usual: usize) -> usize {
    let titles = records.iter().take_while(|record| record.fields.len() <= usual / 2).count();
    if titles <= MAX_TITLES { titles } else { 0 }
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'+'))
}

/// Returns true for a date with or without a time: `2024-01-05T10:00:00Z`, `5.1.2024 10:00`, `01/05/24`.
fn is_time(text: &str) -> bool {
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let is_part = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let marks = date.chars().filter(|letter| !letter.is_ascii_digit()).collect::<Vec<_>>();
    parts.len() == 3 && parts.iter().all(is_part) && parts.iter().any(|part| part.len() >= 2) && marks[0] == marks[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        Found::of(text.as_bytes(), true, &Dialect::default())
    }

    #[test]
    fn the_delimiter_parts_header_and_rows_alike() {
        for (text, expected) in [
            ("a,b\n1,2\n", ","),
            ("a;b\n1,5;2,5\n1,2;3,4\n", ";"),
            ("a\tb\n", "\t"),
            ("1::2::3\n4::5, 6::7\n", "::"),
            ("a\u{1}b\n1\u{1}2\n", "\u{1}"),
            ("one\n1\n", ","),
            ("Report, all shops, 2024\n\nid;name;price;tax\n1;a;2,5;1\n2;b;2,5;1\n", ";"),
        ] {
            assert_eq!(String::from_utf8(found(text).delimiter).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_line_of_excel_names_the_delimiter() {
        for (text, expected) in [("sep=;\na;b\n", ";"), ("\"sep=|\"\r\na|b\r\n", "|"), ("SEP=\t\r\na\tb\r\n", "\t")] {
            let found = found(text);
            assert_eq!(
                (String::from_utf8(found.delimiter).unwrap().as_str(), found.skipped.1),
                (expected, 1),
                "{text}"
            );
        }
    }

    #[test]
    fn titles_and_comments_before_the_header_are_no_header() {
        for (text, lines) in [
            ("id,name,price\n1,a,2\n", 0),
            ("Orders\n\nid,name,price\n1,a,2\n2,b,3\n", 2),
            ("# made by a tool\n# id, name\nid,name,price\n1,a,2\n", 2),
            ("#id,name\n1,a\n2,b\n", 0),
            // Rows that are damaged leave the header what it is.
            ("id,name\n1,a,b,c\n2,a,b,c\n3,a,b,c\n", 0),
            ("one\n1\n2\n", 0),
        ] {
            assert_eq!(found(text).skipped.1, lines, "{text}");
        }
    }

    #[test]
    fn a_first_line_with_a_time_or_numbers_only_is_a_row() {
        for (text, expected) in [
            ("1,2014-04-07T10:51:09.277Z,9001,0\n1,2014-04-07T10:51:09.277Z,9002,0\n", Some(4)),
            ("u1,5.1.2024 10:00,a\n", Some(3)),
            ("1::51::5\n2::3::4\n", Some(3)),
            ("id,2024,name\n1,2,3\n", None),
            ("a,b\n1,2\n", None),
        ] {
            assert_eq!(found(text).without_header, expected, "{text}");
        }
        let given = Dialect { has_no_header: true, ..Dialect::default() };
        assert_eq!(Found::of(b"a,b\n", true, &given).without_header, Some(2));
    }

    #[test]
    fn quotes_count_between_tabs_only_where_rows_need_them() {
        for (text, expected) in [
            ("a\tb\n1\t\"open\n2\tx\n", false),
            ("a\tb\n1\t\"whole\"\n2\tx\n", false),
            ("a\tb\n1\t\"two\nlines\"\n2\tx\n", true),
            ("a\tb\n1\t\"tab\tin it\"\n2\tx\n", true),
            ("a,b\n1,\"open\n2,x\n", true),
        ] {
            assert_eq!(found(text).has_quotes, expected, "{text}");
        }
    }
}
