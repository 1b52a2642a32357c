//! Events and returns as columns of numbers, and the cells of a row that they are read from.

use super::columns::Columns;
use super::options::Field;
use super::status::Status;
use crate::EventKind;
use crate::table::column::NO_ID;

/// The number of an unknown shopper.
pub(super) const NO_SHOPPER: u32 = NO_ID;

/// Stands for the position of an event without one; before all others.
pub(super) const NO_POSITION: i64 = i64::MIN;

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
    /// Values of the price column; likewise.
    pub(super) prices: Vec<f64>,
    /// Statuses, as the status column and the time of cancelling say; empty without either.
    pub(super) statuses: Vec<Status>,
    /// Numbers of markets, [`NO_ID`] for an event without; empty without such a column.
    pub(super) markets: Vec<u32>,
    /// Numbers of parents, [`NO_ID`] for an event without; empty without such a column.
    pub(super) parents: Vec<u32>,
    /// Lines, saturating.
    pub(super) lines: Vec<u32>,
}

/// The values of a row that make it the same as another of its group and moment.
pub(super) type Content = (u32, EventKind, u64, u64, u32, u32);

impl Events {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn time_of(&self, event: u32) -> i64 {
        self.times.get(event as usize).copied().unwrap_or(0)
    }

    pub(super) fn is_same_moment(&self, a: u32, b: u32) -> bool {
        self.time_of(a) == self.time_of(b) && self.position_of(a) == self.position_of(b)
    }

    pub(super) fn position_of(&self, event: u32) -> i64 {
        self.positions.get(event as usize).copied().unwrap_or(0)
    }

    /// The values of an event that are compared with those of others of its group and moment. Every column has its
    /// place here, so that a new one is compared, or is left out on purpose.
    pub(super) fn content_of(&self, event: u32) -> Content {
        let Events {
            items,
            kinds,
            quantities,
            prices,
            markets,
            parents,
            groups: _,
            times: _,
            positions: _,
            // That of the order; some exports write it into its first row alone.
            statuses: _,
            lines: _,
        } = self;
        let at = event as usize;
        let number = |numbers: &[u32]| numbers.get(at).copied().unwrap_or(0);
        let number_of = |values: &[f64]| values.get(at).map_or(0, |value| bits(*value));
        (items[at], kinds[at], number_of(quantities), number_of(prices), number(markets), number(parents))
    }
}

/// The numbers of the session and of the shopper of each event, as the rows say them.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) sessions: Vec<u32>,
    pub(super) shoppers: Vec<u32>,
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
    /// The numbers of market and parent, [`NO_ID`] without.
    pub(super) market: u32,
    pub(super) parent: u32,
    /// Number of events that precede it in the files.
    pub(super) before: u32,
}

/// The bits of a number; those of 0 for -0.
fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

impl Return {
    /// The values that make a return the same as another. Every value has its place here, as in
    /// [`Events::content_of`].
    pub(super) fn content(&self) -> impl Ord + use<> {
        let Return { shopper, item, session, event_type, time, position, quantity, price, market, parent, before: _ } =
            *self;
        ((shopper, item, session, event_type, time, position), (bits(quantity), bits(price), market, parent))
    }
}

/// The cell of each field in the rows of a file; `None` for a field without a column.
#[derive(Default)]
pub(super) struct ColumnMap {
    pub(super) item: Option<usize>,
    pub(super) session: Option<usize>,
    pub(super) shopper: Option<usize>,
    pub(super) event: Option<usize>,
    pub(super) timestamp: Option<usize>,
    pub(super) position: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) price: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) market: Option<usize>,
    pub(super) parent: Option<usize>,
    pub(super) cancelled: Option<usize>,
    /// The cells that the filter looks at, in the order of its columns.
    pub(super) filtered: Vec<usize>,
    /// The name of the column behind each cell.
    names: Vec<String>,
}

impl ColumnMap {
    pub(super) fn new(columns: &Columns, names: &[String]) -> ColumnMap {
        let cell = |field| columns.cell_of(field);
        ColumnMap {
            item: cell(Field::Item),
            session: cell(Field::Session),
            shopper: cell(Field::Shopper),
            event: cell(Field::Event),
            timestamp: cell(Field::Timestamp),
            position: cell(Field::Position),
            quantity: cell(Field::Quantity),
            price: cell(Field::Price),
            status: cell(Field::Status),
            market: cell(Field::Market),
            parent: cell(Field::Parent),
            cancelled: cell(Field::Cancelled),
            filtered: columns.filter_cells(),
            names: columns.wanted().iter().filter_map(|&column| names.get(column)).cloned().collect(),
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
            Field::Status => self.status,
            Field::Market => self.market,
            Field::Parent => self.parent,
            Field::Cancelled => self.cancelled,
        }
    }

    /// The name of the column behind a cell; empty without one.
    pub(super) fn name(&self, cell: Option<usize>) -> &str {
        cell.and_then(|cell| self.names.get(cell)).map_or("", String::as_str)
    }

    /// The name of a field's column; empty without one.
    pub(super) fn name_of(&self, field: Option<Field>) -> &str {
        field.map_or("", |field| self.name(self.of(field)))
    }
}

/// The numbers of a row's ids; [`NO_ID`] for one that is missing.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) item: u32,
    pub(super) session: u32,
    pub(super) shopper: u32,
}
