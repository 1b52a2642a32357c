//! OpenDocument sheets, cell by cell: cells and rows say how often they are repeated, so that what is held in memory is
//! a row as it is written, and never the grid.

use std::io::{BufReader, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::limit::{MAX_COLUMNS, ROW_BYTES, RowBytes, RowLimited};

/// Cells that say the same, side by side.
struct Run {
    column: u64,
    times: u64,
    text: Rc<str>,
}

/// The tables of a document, read from first to last.
pub(super) struct OpenDocument<R: Read> {
    reader: Reader<BufReader<RowLimited<R>>>,
    row_bytes: RowBytes,
    buffer: Vec<u8>,
    /// The row that is handed out, and where in it the next cell is.
    runs: Vec<Run>,
    at: (usize, u64),
    /// Times that the row comes again after this one.
    times_left: u64,
    /// Rows up to the one that is handed out.
    line: u64,
}

/// The outcome of reading; an error is in words.
type Outcome<T> = Result<T, String>;

impl<R: Read> OpenDocument<R> {
    /// Reads the part `content.xml`.
    pub(super) fn new(content: R) -> OpenDocument<R> {
        let row_bytes = RowBytes::default();
        let mut reader = Reader::from_reader(BufReader::new(RowLimited::new(content, row_bytes.clone())));
        reader.config_mut().expand_empty_elements = true;
        OpenDocument { reader, row_bytes, buffer: Vec::new(), runs: Vec::new(), at: (0, 0), times_left: 0, line: 0 }
    }

    /// Goes to the next table, of which some may be unread; gives its name, `None` behind the last.
    ///
    /// # Errors
    /// In words: it is no XML, or a part of it has no end.
    pub(super) fn next_table(&mut self) -> Outcome<Option<String>> {
        (self.runs, self.at, self.times_left, self.line) = (Vec::new(), (0, 0), 0, 0);
        loop {
            let name = match self.event()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table" => attribute(&tag, "table:name")?,
                Event::Eof => return Ok(None),
                _ => continue,
            };
            return Ok(Some(name.unwrap_or_default()));
        }
    }

    /// The next cell of the table that holds something: row and column from 0, and its text.
    ///
    /// # Errors
    /// As above, or a number of repetitions is none, or a text is too long.
    pub(super) fn next_cell(&mut self) -> Outcome<Option<((u32, u32), String)>> {
        loop {
            if let Some(run) = self.runs.get(self.at.0) {
                let column = run.column.saturating_add(self.at.1);
                let text = run.text.to_string();
                self.at = if self.at.1 + 1 < run.times { (self.at.0, self.at.1 + 1) } else { (self.at.0 + 1, 0) };
                let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
                return Ok(Some(((number(self.line - 1), number(column)), text)));
            }
            self.line = self.line.saturating_add(1);
            self.at = (0, 0);
            if self.times_left > 0 && !self.runs.is_empty() {
                self.times_left -= 1;
            } else {
                self.line = self.line.saturating_add(self.times_left);
                if !self.next_row()? {
                    return Ok(None);
                }
            }
        }
    }

    /// Reads the next row; `false` at the end of the table.
    fn next_row(&mut self) -> Outcome<bool> {
        self.runs.clear();
        let times = loop {
            match self.event()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                    break times(&tag, "table:number-rows-repeated")?;
                }
                Event::End(tag) if tag.name().as_ref() == "table:table" => return Ok(false),
                Event::Eof => return Err("it ends early".to_owned()),
                _ => {}
            }
        };
        self.times_left = times.saturating_sub(1);
        let (mut column, mut row_bytes) = (0_u64, 0);
        loop {
            let cell = match self.event()? {
                Event::Start(tag) if is_cell(&tag) => Cell::of(&tag)?,
                Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(true),
                Event::Eof => return Err("it ends early".to_owned()),
                _ => continue,
            };
            let content = self.content(cell.value.is_none())?;
            let text = cell.value.unwrap_or(content);
            row_bytes += text.len() as u64;
            if row_bytes > ROW_BYTES || self.runs.len() >= MAX_COLUMNS {
                return Err(format!("a row has more than {MAX_COLUMNS} cells, or {} MiB", ROW_BYTES >> 20));
            }
            if !text.is_empty() {
                self.runs.push(Run { column, times: cell.times, text: text.into() });
            }
            column = column.saturating_add(cell.times);
        }
    }

    /// Reads to the end of a cell; gives the text of its paragraphs if it is wanted.
    fn content(&mut self, is_wanted: bool) -> Outcome<String> {
        let (mut depth, mut text, mut num_paragraphs) = (1, String::new(), 0);
        // Depth of the remark that is being read.
        let mut remark = None;
        while depth > 0 {
            let is_taken = is_wanted && remark.is_none();
            match self.event()? {
                Event::Start(tag) => {
                    depth += 1;
                    match tag.name().as_ref() {
                        "office:annotation" => remark = remark.or(Some(depth)),
                        "text:p" if is_taken => {
                            text.push_str(if num_paragraphs > 0 { "\n" } else { "" });
                            num_paragraphs += 1;
                        }
                        "text:s" if is_taken => {
                            let blanks = times(&tag, "text:c")?.min(ROW_BYTES + 1);
                            text.extend(std::iter::repeat_n(' ', blanks as usize));
                        }
                        "text:tab" if is_taken => text.push('\t'),
                        "text:line-break" if is_taken => text.push('\n'),
                        _ => {}
                    }
                }
                Event::End(_) => {
                    remark = remark.filter(|&remark| remark != depth);
                    depth -= 1;
                }
                Event::Text(part) if is_taken => text.push_str(&part.xml10_content()),
                Event::GeneralRef(name) if is_taken => {
                    match name.resolve_char_ref().map_err(|error| error.to_string())? {
                        Some(letter) => text.push(letter),
                        None => text.push_str(resolve_predefined_entity(&name).unwrap_or(" ")),
                    }
                }
                Event::Eof => return Err("it ends early".to_owned()),
                _ => {}
            }
            if text.len() as u64 > ROW_BYTES {
                return Err(format!("a cell has more than {} MiB", ROW_BYTES >> 20));
            }
        }
        Ok(text)
    }

    fn event(&mut self) -> Outcome<Event<'_>> {
        self.buffer.clear();
        self.row_bytes.begin();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| error.to_string())
    }
}

/// A cell, as its attributes tell it.
struct Cell {
    times: u64,
    /// Its value, if that is not its content.
    value: Option<String>,
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Outcome<Cell> {
        let times = times(tag, "table:number-columns-repeated")?;
        let kind = attribute(tag, "office:value-type")?;
        let value = match kind.as_deref() {
            Some("float" | "currency" | "percentage") => attribute(tag, "office:value")?.map(without_fraction),
            Some("date") => attribute(tag, "office:date-value")?,
            Some("time") => attribute(tag, "office:time-value")?,
            Some("boolean") => attribute(tag, "office:boolean-value")?,
            Some(_) => attribute(tag, "office:string-value")?.filter(|text| !text.is_empty()),
            None => Some(String::new()),
        };
        Ok(Cell { times, value })
    }
}

/// A number as it is in other tables: a whole one without a fraction.
fn without_fraction(text: String) -> String {
    text.parse::<f64>().map_or(text, |number| number.to_string())
}

fn is_cell(tag: &BytesStart<'_>) -> bool {
    matches!(tag.name().as_ref(), "table:table-cell" | "table:covered-table-cell")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Outcome<Option<String>> {
    let found = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
    let text = |value: &str| unescape(value).map(std::borrow::Cow::into_owned);
    found.map(|found| text(&found.value).map_err(|error| error.to_string())).transpose()
}

/// The times that something is repeated, by an attribute; 1 without it.
fn times(tag: &BytesStart<'_>, name: &str) -> Outcome<u64> {
    let Some(text) = attribute(tag, name)? else { return Ok(1) };
    text.parse().map_err(|_| format!("`{name}` is no number: `{}`", text.chars().take(40).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of all tables: table, row, column, text.
    fn cells_of(tables: &str) -> Outcome<Vec<String>> {
        let content = format!(
            "<office:document-content><office:spreadsheet>{tables}</office:spreadsheet></office:document-content>"
        );
        let mut document = OpenDocument::new(content.as_bytes());
        let mut cells = Vec::new();
        while let Some(name) = document.next_table()? {
            while let Some(((row, column), text)) = document.next_cell()? {
                cells.push(format!("{name} {row} {column} {text}"));
            }
        }
        Ok(cells)
    }

    fn string(text: &str) -> String {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    }

    #[test]
    fn values_are_those_that_a_sheet_shows_by_their_types() {
        let cell =
            |attributes: &str, content: &str| format!("<table:table-cell {attributes}>{content}</table:table-cell>");
        let row = [
            string("a &amp; b<text:s text:c=\"2\"/>c</text:p><text:p>d&#33;"),
            cell("office:value-type=\"float\" office:value=\"12.0\"", "<text:p>12,00</text:p>"),
            cell("office:value-type=\"date\" office:date-value=\"2026-01-31\"", "<text:p>31.1.26</text:p>"),
            cell("office:value-type=\"boolean\" office:boolean-value=\"true\"", "<text:p>WAHR</text:p>"),
            cell("office:value-type=\"string\" office:string-value=\"shown\"", "<text:p>other</text:p>"),
            cell(
                "office:value-type=\"string\"",
                "<office:annotation><text:p>remark</text:p></office:annotation><text:p>x</text:p>",
            ),
            cell("", "<table:table table:name=\"in\"><table:table-row/></table:table>"),
            string("end"),
        ];
        let tables =
            format!("<table:table table:name=\"T\"><table:table-row>{}</table:table-row></table:table>", row.concat());
        let expected = ["0 a & b  c\nd!", "1 12", "2 2026-01-31", "3 true", "4 shown", "5 x", "7 end"]
            .map(|cell| format!("T 0 {cell}"));
        assert_eq!(cells_of(&tables).unwrap(), expected);
    }

    #[test]
    fn repeated_cells_and_rows_are_as_many_and_gaps_keep_their_places() {
        let gap = |times: u32| format!("<table:table-cell table:number-columns-repeated=\"{times}\"/>");
        let twice = string("b").replace("office:value-type", "table:number-columns-repeated=\"2\" office:value-type");
        let rows = [
            format!(
                "<table:table-header-rows><table:table-row>{}</table:table-row></table:table-header-rows>",
                string("a")
            ),
            format!("<table:table-row table:number-rows-repeated=\"3\">{}</table:table-row>", gap(16_384)),
            format!("<table:table-row table:number-rows-repeated=\"2\">{}{twice}</table:table-row>", gap(4)),
            format!("<table:table-row table:number-rows-repeated=\"1048570\">{}</table:table-row>", gap(16_384)),
        ];
        let table = format!("<table:table table:name=\"T\">{}</table:table>", rows.concat());
        let second =
            format!("<table:table table:name=\"U\"><table:table-row>{}</table:table-row></table:table>", string("c"));
        let expected = ["T 0 0 a", "T 4 4 b", "T 4 5 b", "T 5 4 b", "T 5 5 b", "U 0 0 c"];
        assert_eq!(cells_of(&format!("{table}{second}")).unwrap(), expected);
    }

    #[test]
    fn what_is_no_number_or_has_no_end_is_an_error() {
        let row = "<table:table-row table:number-rows-repeated=\"many\"></table:table-row>";
        let problem = cells_of(&format!("<table:table>{row}</table:table>")).unwrap_err();
        assert_eq!(problem, "`table:number-rows-repeated` is no number: `many`");
        let mut document = OpenDocument::new("<table:table><table:table-row><table:table-cell>".as_bytes());
        assert_eq!(document.next_table().unwrap(), Some(String::new()));
        assert!(document.next_cell().is_err());
    }
}
