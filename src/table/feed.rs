//! XML feeds, RSS or Atom: each `<item>` or `<entry>` is a row, each element in it a value.
//!
//! Names are those of the elements without prefix, so that `<g:id>` is the column `id`; it comes before `<id>`, which in
//! Atom names the entry. Of elements that repeat (such as `<g:additional_image_link>`) the first counts; an element with others inside has no value of its own. `<link
//! href="..."/>`, as Atom writes it, has the value of its attribute.

use std::io::{BufRead, BufReader};

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::input::{ErrorContext, Input, Meter};
use super::remark::Remarks;
use super::{Cell, MAX_WANTED, Origin, Row, TableError};
use crate::Progress;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 10;

/// A value of so many bytes is read no further: descriptions of whole pages are nobody's title.
const MAX_VALUE: usize = 1 << 14;

pub(super) struct Feed {
    items: Items<BufReader<Input>>,
    context: ErrorContext,
    meter: Meter,
}

impl Feed {
    /// Reads the feed once for the elements of all items.
    pub(super) fn open(origin: &Origin, remarks: &Remarks) -> Result<(Vec<String>, Feed), TableError> {
        let items = || -> Result<(Items<BufReader<Input>>, ErrorContext, Meter), TableError> {
            let mut input = Input::open(origin, remarks)?;
            input.begin_text()?;
            let (context, meter) = (input.context(), input.meter());
            Ok((Items::new(BufReader::with_capacity(1 << 16, input)), context, meter))
        };
        let mut columns: Vec<String> = Vec::new();
        let (mut head, ..) = items()?;
        // What is wrong is met again when rows are read.
        while let Ok(true) = head.next() {
            for (name, _) in &head.values {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        let (items, context, meter) = items()?;
        if columns.is_empty() {
            return Err(TableError::NotFeed { path: context.path });
        }
        Ok((columns, Feed { items, context, meter }))
    }

    pub(super) fn read(
        mut self,
        columns: &[String],
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Row<'_>),
    ) -> Result<(), TableError> {
        let keys: Vec<&str> = wanted.iter().filter_map(|&column| columns.get(column)).map(String::as_str).collect();
        let mut num_rows = 0_u64;
        loop {
            match self.items.next() {
                Ok(true) => {}
                Ok(false) => break,
                Err(quick_xml::Error::Io(error)) => {
                    return Err(self.context.error(std::io::Error::new(error.kind(), error.to_string()), num_rows));
                }
                Err(error) => {
                    let (path, problem) = (self.context.path, error.to_string());
                    return Err(TableError::Xml { path, item: num_rows + 1, problem });
                }
            }
            num_rows += 1;
            let mut cells = [Cell::Missing; MAX_WANTED];
            for (name, value) in &self.items.values {
                if let Some(cell) = keys.iter().position(|key| key == name).and_then(|at| cells.get_mut(at))
                    && *cell == Cell::Missing
                {
                    *cell = Cell::from_text(value);
                }
            }
            sink(Row::Cells { line: num_rows, cells: &cells[..keys.len()] });
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

/// The items of a feed, one after the other.
struct Items<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// Names and texts of the item's elements.
    values: Vec<(String, String)>,
}

impl<R: BufRead> Items<R> {
    fn new(input: R) -> Items<R> {
        Items { reader: Reader::from_reader(input), buffer: Vec::new(), values: Vec::new() }
    }

    /// Reads the next item into `values`; whether there is one.
    fn next(&mut self) -> Result<bool, quick_xml::Error> {
        self.values.clear();
        // Elements between the item and what is read; `None` outside of items.
        let mut depth: Option<usize> = None;
        let mut text = String::new();
        let mut has_inner = false;
        // Names of Google's elements, which stand before others of the same name; the value that is read.
        let (mut of_google, mut at): (Vec<String>, usize) = (Vec::new(), 0);
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer)?;
            match (depth, event) {
                (None, Event::Eof) => return Ok(false),
                (Some(_), Event::Eof) => return Err(IllFormedError::MissingEndTag("item".to_owned()).into()),
                (None, Event::Start(element)) if is_item(&element) => depth = Some(0),
                (Some(0), Event::Start(element)) => {
                    depth = Some(1);
                    (text, has_inner) = (String::new(), false);
                    take_link(&element, &mut self.values)?;
                    let name = name(&element);
                    at = self.values.len();
                    let is_of_google = element.name().prefix().is_some_and(|prefix| prefix.as_ref() == GOOGLE);
                    if is_of_google && !of_google.contains(&name) {
                        at = self.values.iter().position(|(other, _)| *other == name).unwrap_or(at);
                        of_google.push(name.clone());
                    }
                    self.values.insert(at, (name, String::new()));
                }
                (Some(inside), Event::Start(_)) => (depth, has_inner) = (Some(inside + 1), true),
                (Some(0), Event::Empty(element)) => take_link(&element, &mut self.values)?,
                (Some(0), Event::End(_)) => return Ok(true),
                (Some(1), Event::End(_)) => {
                    depth = Some(0);
                    if let Some(value) = self.values.get_mut(at).filter(|_| !has_inner) {
                        value.1 = std::mem::take(&mut text);
                    }
                }
                (Some(inside), Event::End(_)) => depth = Some(inside - 1),
                (Some(1), Event::Text(found)) if text.len() < MAX_VALUE => text.push_str(&found.xml10_content()),
                (Some(1), Event::CData(found)) if text.len() < MAX_VALUE => text.push_str(&found.xml10_content()),
                (Some(1), Event::GeneralRef(found)) if text.len() < MAX_VALUE => match found.resolve_char_ref()? {
                    Some(letter) => text.push(letter),
                    None => text.push_str(resolve_predefined_entity(&found).unwrap_or(" ")),
                },
                _ => {}
            }
        }
    }
}

/// The usual prefix of Google's elements.
const GOOGLE: &str = "g";

fn name(element: &BytesStart<'_>) -> String {
    element.local_name().as_ref().to_owned()
}

fn is_item(element: &BytesStart<'_>) -> bool {
    matches!(element.local_name().as_ref(), "item" | "entry")
}

/// `<link href="..."/>` has its value in an attribute.
fn take_link(element: &BytesStart<'_>, values: &mut Vec<(String, String)>) -> Result<(), quick_xml::Error> {
    if element.local_name().as_ref() == "link"
        && let Some(target) = element.try_get_attribute("href")?
    {
        values.push(("link".to_owned(), target.value.into_owned()));
    }
    Ok(())
}
