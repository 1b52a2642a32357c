//! XML feeds, RSS or Atom: each `<item>` or `<entry>` is a row, each element in it a value.
//!
//! Names are those of the elements without prefix, so that `<g:id>` is the column `id`; it comes before `<id>`, which in
//! Atom names the entry. Of elements that repeat (such as `<g:additional_image_link>`) the first counts; an element with others inside has no value of its own. `<link
//! href="..."/>`, as Atom writes it, has the value of its attribute.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::input::{ErrorContext, Input, Meter};
use super::limit::{RowBytes, RowLimited, is_long_row};
use super::remark::Remarks;
use super::{Cell, MAX_WANTED, Origin, Row, TableError};
use crate::Progress;

/// Number of rows between two reports of progress.
const REPORT_ROWS: u64 = 1 << 10;

/// A value of so many bytes is read no further: descriptions of whole pages are nobody's title.
const MAX_VALUE: usize = 1 << 14;

/// An item of more elements, or a feed with more names of elements, is no product feed.
const MAX_ELEMENTS: usize = 10_000;

type FeedReader = BufReader<RowLimited<Input>>;

pub(super) struct Feed {
    items: Items<FeedReader>,
    context: ErrorContext,
    meter: Meter,
}

impl Feed {
    /// Reads the feed once for the elements of all items.
    pub(super) fn open(origin: &Origin, remarks: &Remarks) -> Result<(Vec<String>, Feed), TableError> {
        let items = || -> Result<(Items<FeedReader>, ErrorContext, Meter), TableError> {
            let mut input = Input::open(origin, remarks)?;
            input.begin_text()?;
            let (context, meter) = (input.context(), input.meter());
            Ok((Items::new(input), context, meter))
        };
        let mut columns: Vec<String> = Vec::new();
        let mut known = HashSet::new();
        let (mut head, ..) = items()?;
        let mut item = 0;
        // What is wrong behind an item is met again when rows are read.
        let outcome = loop {
            match head.next() {
                Ok(true) => item += 1,
                outcome => break outcome,
            }
            for Element { name, .. } in &head.values {
                if !known.contains(name) {
                    known.insert(name.clone());
                    columns.push(name.clone());
                }
            }
            if columns.len() > MAX_ELEMENTS {
                let what = "more than 10,000 different elements up to that";
                return Err(TableError::LargeItem { path: origin.path().to_owned(), what, item });
            }
        };
        let (items, context, meter) = items()?;
        if columns.is_empty() {
            return Err(match outcome {
                Err(error) if item == 0 && head.has_begun => table_error(context, error, 1),
                _ => TableError::NotFeed { path: context.path },
            });
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
                Err(error) => return Err(table_error(self.context, error, num_rows + 1)),
            }
            num_rows += 1;
            let mut cells = [Cell::Missing; MAX_WANTED];
            let (of_google, others): (Vec<&Element>, Vec<&Element>) =
                self.items.values.iter().partition(|element| element.is_of_google);
            for element in of_google.into_iter().chain(others) {
                if let Some(cell) = keys.iter().position(|key| *key == element.name).and_then(|at| cells.get_mut(at))
                    && *cell == Cell::Missing
                {
                    *cell = Cell::from_text(&element.value);
                }
            }
            sink(Row::Cells { line: num_rows, cells: &cells[..keys.len()] });
            if num_rows.is_multiple_of(REPORT_ROWS) {
                progress.rows(REPORT_ROWS);
                self.meter.report(progress);
                self.meter.check_rows(num_rows)?;
            }
        }
        progress.rows(num_rows % REPORT_ROWS);
        self.meter.report(progress);
        Ok(())
    }
}

/// The reason why an item cannot be read.
enum Unreadable {
    Xml(quick_xml::Error),
    /// It has more than [`MAX_ELEMENTS`].
    TooMany,
}

impl<E: Into<quick_xml::Error>> From<E> for Unreadable {
    fn from(error: E) -> Unreadable {
        Unreadable::Xml(error.into())
    }
}

/// An element of an item.
struct Element {
    name: String,
    value: String,
    /// Google's elements count before others of the same name.
    is_of_google: bool,
}

fn table_error(context: ErrorContext, error: Unreadable, item: u64) -> TableError {
    let path = context.path.clone();
    match error {
        Unreadable::TooMany => TableError::LargeItem { path, what: "more than 10,000 elements", item },
        Unreadable::Xml(quick_xml::Error::Io(error)) if is_long_row(&error) => {
            TableError::LongRow { path, row: "an element, a text or a mark of item", number: item }
        }
        Unreadable::Xml(quick_xml::Error::Io(error)) => {
            // What unpacked to too much says so by its type.
            let error = Arc::try_unwrap(error).unwrap_or_else(|error| io::Error::new(error.kind(), error.to_string()));
            context.error(error, item - 1)
        }
        Unreadable::Xml(error) => TableError::Xml { path, item, problem: error.to_string() },
    }
}

/// The items of a feed, one after the other.
struct Items<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    values: Vec<Element>,
    part_bytes: RowBytes,
    /// True as soon as there is an item.
    has_begun: bool,
}

impl Items<FeedReader> {
    fn new(input: Input) -> Items<FeedReader> {
        let part_bytes = RowBytes::default();
        let input = BufReader::with_capacity(1 << 16, RowLimited::new(input, part_bytes.clone()));
        Items {
            reader: Reader::from_reader(input),
            buffer: Vec::new(),
            values: Vec::new(),
            part_bytes,
            has_begun: false,
        }
    }
}

impl<R: BufRead> Items<R> {
    /// Reads the next item into `values`; whether there is one.
    fn next(&mut self) -> Result<bool, Unreadable> {
        self.values.clear();
        // Elements between the item and what is read; `None` outside of items.
        let mut depth: Option<usize> = None;
        let mut text = String::new();
        let mut has_inner = false;
        // The element that is read.
        let mut at = 0;
        loop {
            self.buffer.clear();
            self.part_bytes.begin();
            if self.values.len() > MAX_ELEMENTS {
                return Err(Unreadable::TooMany);
            }
            let event = self.reader.read_event_into(&mut self.buffer)?;
            match (depth, event) {
                (None, Event::Eof) => return Ok(false),
                (Some(_), Event::Eof) => return Err(IllFormedError::MissingEndTag("item".to_owned()).into()),
                (None, Event::Start(element)) if is_item(&element) => (depth, self.has_begun) = (Some(0), true),
                (Some(0), Event::Start(element)) => {
                    depth = Some(1);
                    (text, has_inner) = (String::new(), false);
                    take_link(&element, &mut self.values)?;
                    at = self.values.len();
                    let is_of_google = element.name().prefix().is_some_and(|prefix| prefix.as_ref() == GOOGLE);
                    self.values.push(Element { name: name(&element), value: String::new(), is_of_google });
                }
                (Some(inside), Event::Start(_)) => (depth, has_inner) = (Some(inside + 1), true),
                (Some(0), Event::Empty(element)) => take_link(&element, &mut self.values)?,
                (Some(0), Event::End(_)) => return Ok(true),
                (Some(1), Event::End(_)) => {
                    depth = Some(0);
                    if let Some(value) = self.values.get_mut(at).filter(|_| !has_inner) {
                        value.value = std::mem::take(&mut text);
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
fn take_link(element: &BytesStart<'_>, values: &mut Vec<Element>) -> Result<(), quick_xml::Error> {
    if element.local_name().as_ref() == "link"
        && let Some(target) = element.try_get_attribute("href")?
    {
        let (name, value) = ("link".to_owned(), target.value.into_owned());
        values.push(Element { name, value, is_of_google: false });
    }
    Ok(())
}
