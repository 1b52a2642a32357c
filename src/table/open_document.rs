//! The size of the tables in an OpenDocument sheet, checked before they are read: cells and rows say how often they are
//! repeated, and the library makes a grid of them in memory.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::limit::{RowBytes, RowLimited};

/// Cells that a document may have whatever its size, and for each of its packed bytes beyond: a cell takes several.
const FREE_CELLS: u64 = 1 << 20;
const MOST_CELLS_PER_BYTE: u64 = 1;

/// The cells of a table, as far as it was read.
#[derive(Default)]
struct Grid {
    /// Cells of rows before they are repeated.
    num_cells: u64,
    num_rows: u64,
    /// Rows up to the last that holds something.
    used_rows: u64,
    width: u64,
    /// Cells of the row that is read, up to the last that holds something; and those behind it.
    row_width: u64,
    empty: u64,
}

impl Grid {
    fn cell(&mut self, holds_something: bool, times: u64) {
        self.empty = self.empty.saturating_add(times);
        if holds_something {
            self.row_width = self.row_width.saturating_add(std::mem::take(&mut self.empty));
        }
    }

    fn row(&mut self, times: u64) {
        self.num_rows = self.num_rows.saturating_add(times);
        if self.row_width > 0 {
            self.used_rows = self.num_rows;
        }
        self.num_cells = self.num_cells.saturating_add(self.row_width);
        self.width = self.width.max(std::mem::take(&mut self.row_width));
        self.empty = 0;
    }

    /// Cells that the table takes in memory.
    fn size(&self) -> u64 {
        self.num_cells.max(self.used_rows.saturating_mul(self.width))
    }
}

/// Checks the tables in the part `content.xml` of a document of so many packed bytes.
///
/// # Errors
/// In words: they have too many cells. An error of reading is none; the library says what is wrong.
pub(super) fn check(content: impl Read, packed: u64) -> Result<(), String> {
    let most = FREE_CELLS + packed.saturating_mul(MOST_CELLS_PER_BYTE);
    let row_bytes = RowBytes::default();
    let mut reader = Reader::from_reader(BufReader::new(RowLimited::new(content, row_bytes.clone())));
    let mut buffer = Vec::new();
    let (mut grid, mut row_times, mut num_cells) = (Grid::default(), 1, 0_u64);
    loop {
        buffer.clear();
        row_bytes.begin();
        let Ok(event) = reader.read_event_into(&mut buffer) else { return Ok(()) };
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "table:table-row" => row_times = times(tag, "table:number-rows-repeated"),
                "table:table-cell" | "table:covered-table-cell" => {
                    let has = |name| tag.try_get_attribute(name).is_ok_and(|found| found.is_some());
                    let holds_something = has("office:value-type") || has("table:formula");
                    grid.cell(holds_something, times(tag, "table:number-columns-repeated"));
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == "table:table" => {
                num_cells = num_cells.saturating_add(std::mem::take(&mut grid).size());
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        let ends_row = match &event {
            Event::End(tag) => tag.name().as_ref() == "table:table-row",
            Event::Empty(tag) => tag.name().as_ref() == "table:table-row",
            _ => false,
        };
        if ends_row {
            grid.row(row_times);
        }
        let num_cells = num_cells.saturating_add(grid.size());
        if num_cells > most {
            return Err(format!(
                "its tables are {num_cells} cells or more, expected at most {most} of a file of its size"
            ));
        }
    }
}

/// The times that something is repeated; an impossible number is for the library to refuse.
fn times(tag: &BytesStart<'_>, name: &str) -> u64 {
    let attribute = tag.try_get_attribute(name).ok().flatten();
    attribute.and_then(|found| found.value.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem_of(rows: &str) -> Option<String> {
        let content = format!("<a xmlns:table=\"t\" xmlns:office=\"o\"><table:table>{rows}</table:table></a>");
        check(content.as_bytes(), content.len() as u64).err()
    }

    const CELL: &str = "<table:table-cell office:value-type=\"float\" office:value=\"1\"/>";

    #[test]
    fn empty_cells_and_rows_behind_the_table_count_for_nothing() {
        let filler = "<table:table-cell table:number-columns-repeated=\"16000\"/>";
        let row = format!("<table:table-row>{CELL}{CELL}{filler}</table:table-row>");
        let end = format!("<table:table-row table:number-rows-repeated=\"1048000\">{filler}</table:table-row>");
        assert_eq!(problem_of(&format!("{}{end}", row.repeat(100))), None);
    }

    #[test]
    fn repeated_cells_and_rows_and_gaps_count() {
        let gap = "<table:table-cell table:number-columns-repeated=\"16000\"/>";
        let row = |times: u32, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
        };
        let repeated = CELL.replace("office:value-type", "table:number-columns-repeated=\"16000\" office:value-type");
        for rows in [
            row(100, &repeated),
            row(1, &repeated).repeat(100),
            row(100, &format!("{gap}{CELL}")),
            format!("{}{}{}", row(1, &repeated), row(100, gap), row(1, CELL)),
            row(2_000_000, CELL),
        ] {
            let problem = problem_of(&rows).unwrap();
            assert!(problem.contains("cells or more, expected at most 10"), "{problem}");
        }
    }
}
