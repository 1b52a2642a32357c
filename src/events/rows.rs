//! Rows in columns: what is kept of an event, of a return, and where a file has it.

use super::Field;
use super::columns::Columns;
use crate::EventKind;

/// Events in the order of the files, a column each; empty columns are not known.
#[derive(Default)]
pub(super) struct Events {
    pub(super) items: Vec<u32>,
    /// The group of each event: its session, or its shopper if there is no session column.
    pub(super) groups: Vec<u32>,
    pub(super) kinds: Vec<EventKind>,
    /// Points in time in ms since 1970 UTC, or positions.
    pub(super) times: Vec<i64>,
    /// Sortable keys of the position column.
    pub(super) positions: Vec<i64>,
    /// Pieces; not a number where the row has none.
    pub(super) quantities: Vec<f64>,
    /// What the price column says; likewise.
    pub(super) prices: Vec<f64>,
    /// Lines, saturating.
    pub(super) lines: Vec<u32>,
}

impl Events {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn time_of(&self, event: u32) -> i64 {
        self.times.get(event as usize).copied().unwrap_or(0)
    }

    pub(super) fn position_of(&self, event: u32) -> i64 {
        self.positions.get(event as usize).copied().unwrap_or(0)
    }
}

/// A row that gives back what a shopper bought before; no event itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Return {
    pub(super) shopper: u32,
    pub(super) item: u32,
    pub(super) session: u32,
    /// The type of event as it was numbered; 0 without such a column.
    pub(super) event_type: u32,
    /// A point in time, as in [`Events::times`]; 0 without one.
    pub(super) time: i64,
    pub(super) position: i64,
    /// Pieces given back, more than 0.
    pub(super) quantity: f64,
    pub(super) price: f64,
    /// How many events stand before it in the files.
    pub(super) before: u32,
}

/// What a file's rows are read with.
pub(super) struct Slots {
    pub(super) item: Option<usize>,
    pub(super) session: Option<usize>,
    pub(super) shopper: Option<usize>,
    pub(super) event: Option<usize>,
    pub(super) timestamp: Option<usize>,
    pub(super) position: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) price: Option<usize>,
    /// The name of the column behind each cell.
    names: Vec<String>,
}

impl Slots {
    pub(super) fn new(columns: &Columns, names: &[String]) -> Slots {
        let cell = |field| columns.cell_of(field);
        Slots {
            item: cell(Field::Item),
            session: cell(Field::Session),
            shopper: cell(Field::Shopper),
            event: cell(Field::Event),
            timestamp: cell(Field::Timestamp),
            position: cell(Field::Position),
            quantity: cell(Field::Quantity),
            price: cell(Field::Price),
            names: columns.of_field.values().filter_map(|&column| names.get(column)).cloned().collect(),
        }
    }

    pub(super) const fn of(&self, field: Field) -> Option<usize> {
        match field {
            Field::Item => self.item,
            Field::Session => self.session,
            Field::Shopper => self.shopper,
            Field::Event => self.event,
            Field::Timestamp => self.timestamp,
            Field::Position => self.position,
            Field::Quantity => self.quantity,
            Field::Price => self.price,
        }
    }

    /// The name of the column behind a cell; empty without one.
    pub(super) fn name(&self, slot: Option<usize>) -> &str {
        slot.and_then(|slot| self.names.get(slot)).map_or("", String::as_str)
    }
}

/// The numbers of a row's ids; [`NO_ID`](crate::table::column::NO_ID) for one that is missing.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) item: u32,
    pub(super) session: u32,
    pub(super) shopper: u32,
}
