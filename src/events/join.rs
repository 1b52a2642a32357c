//! Tables that stand beside the log, such as orders beside their lines: joined row by row by the column that both have.

use std::collections::HashMap;
use std::path::Path;

use super::error::EventsError;
use super::report::JoinedTable;
use super::usual_names::is_basket;
use crate::Progress;
use crate::table::names::{listed, normalise};
use crate::table::{Batch, Cell, MAX_WANTED, Origin, Row, Sink, Source};

/// The names by which tables of orders call their own number.
const OWN_KEYS: [&str; 2] = ["entityid", "id"];

/// A table that is joined, before it is read.
pub(super) struct Join {
    origin: Origin,
    /// The columns of the table that the log has not, by name.
    names: Vec<String>,
    /// The place of each of them in the table.
    places: Vec<usize>,
    /// The column that both share, in the log and in the table.
    log_key: usize,
    table_key: usize,
    on: String,
}

/// Values of a joined table, by the text of their key.
pub(super) struct JoinedRows {
    rows: HashMap<String, u32>,
    values: Vec<Value>,
    /// The columns that were read, as positions behind those of the log.
    columns: Vec<usize>,
    log_key: usize,
    num_columns: usize,
    num_again: u64,
    num_rows: u64,
    without: u64,
}

enum Value {
    Missing,
    Text(Box<str>),
    Int(i64),
    Float(f64),
    TimeMs(i64),
}

impl Value {
    fn of(cell: Cell<'_>) -> Value {
        match cell {
            Cell::Missing => Value::Missing,
            Cell::Text(text) => Value::Text(text.into()),
            Cell::Int(value) => Value::Int(value),
            Cell::Float(value) => Value::Float(value),
            Cell::TimeMs(ms) => Value::TimeMs(ms),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Value::Missing => Cell::Missing,
            Value::Text(text) => Cell::Text(text),
            Value::Int(value) => Cell::Int(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::TimeMs(ms) => Cell::TimeMs(*ms),
        }
    }
}

impl Join {
    /// Finds the column by which the table at `origin` is joined to a log with the columns `log`: a shared one, of
    /// several the number of the order.
    ///
    /// # Errors
    /// The table cannot be opened, or shares no column with the log.
    pub(super) fn new(origin: &Origin, log_path: &Path, log: &[String]) -> Result<Join, EventsError> {
        let source = Source::open_origin(origin)?;
        let table = source.columns();
        let place = |columns: &[String], name: &str| columns.iter().position(|column| normalise(column) == name);
        let shared: Vec<&String> = table.iter().filter(|name| place(log, &normalise(name)).is_some()).collect();
        let of_orders = || shared.iter().find(|name| is_basket(name));
        let key = of_orders().or(shared.first()).and_then(|name| {
            let name = normalise(name);
            Some((place(log, &name)?, place(table, &name)?))
        });
        let own_key = || {
            let log_key = log.iter().position(|name| is_basket(name))?;
            let table_key = table.iter().position(|name| is_basket(name));
            let table_key = table_key.or_else(|| OWN_KEYS.iter().find_map(|name| place(table, name)))?;
            Some((log_key, table_key))
        };
        let Some((log_key, table_key)) = key.or_else(own_key) else {
            return Err(EventsError::NothingToJoinBy {
                path: origin.path().to_owned(),
                log: log_path.to_owned(),
                columns: listed(table),
                available: listed(log),
            });
        };
        let new = |place: &usize| *place != table_key && !shared.contains(&&table[*place]);
        let places: Vec<usize> = (0..table.len()).filter(new).collect();
        let names = places.iter().map(|&place| table[place].clone()).collect();
        let on = log.get(log_key).cloned().unwrap_or_default();
        Ok(Join { origin: origin.clone(), names, places, log_key, table_key, on })
    }

    /// The columns that the table adds to those of the log.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the columns `wanted`, positions in [`names`](Join::names), for a log of `num_columns` columns. Of rows with
    /// the same key the first counts.
    ///
    /// # Errors
    /// The table cannot be read to its end.
    pub(super) fn read(
        &self,
        wanted: &[usize],
        num_columns: usize,
        progress: &dyn Progress,
    ) -> Result<JoinedRows, EventsError> {
        let wanted = &wanted[..wanted.len().min(MAX_WANTED - 1)];
        let places: Vec<usize> = [self.table_key].into_iter().chain(wanted.iter().map(|&at| self.places[at])).collect();
        let mut rows = JoinedRows {
            rows: HashMap::new(),
            values: Vec::new(),
            columns: wanted.to_vec(),
            log_key: self.log_key,
            num_columns,
            num_again: 0,
            num_rows: 0,
            without: 0,
        };
        let source = Source::open_origin(&self.origin)?;
        source.read(&places, progress, &mut |row| {
            let Row::Cells { cells, .. } = row else { return };
            let Some(key) = cells.first().filter(|key| **key != Cell::Missing) else { return };
            rows.num_rows += 1;
            let number = rows.rows.len() as u32;
            if *rows.rows.entry(key.to_text().into_owned()).or_insert(number) < number {
                rows.num_again += 1;
                return;
            }
            rows.values.extend(cells[1..].iter().map(|cell| Value::of(*cell)));
        })?;
        Ok(rows)
    }

    /// Reports the joining.
    pub(super) fn report(&self, rows: &JoinedRows) -> JoinedTable {
        JoinedTable {
            path: self.origin.path().to_owned(),
            on: self.on.clone(),
            rows: rows.num_rows,
            without: rows.without,
        }
    }
}

impl JoinedRows {
    /// Number of rows whose key an earlier row had.
    pub(super) const fn num_again(&self) -> u64 {
        self.num_again
    }

    /// Number of columns of the log.
    pub(super) const fn num_log_columns(&self) -> usize {
        self.num_columns
    }

    /// Begins to count the rows that find none.
    pub(super) const fn begin(&mut self) {
        self.without = 0;
    }

    /// Reads a log of `num_columns` columns and hands over its rows with the columns `wanted`, of which those from
    /// `num_columns` on are the table's.
    ///
    /// # Errors
    /// The log cannot be read to its end.
    pub(super) fn read_into(
        &mut self,
        source: Source,
        num_columns: usize,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn Sink,
    ) -> Result<(), EventsError> {
        let mut of_log: Vec<usize> = wanted.iter().copied().filter(|&column| column < num_columns).collect();
        let key = of_log.iter().position(|&column| column == self.log_key).unwrap_or_else(|| {
            of_log.push(self.log_key);
            of_log.len() - 1
        });
        if of_log.len() > MAX_WANTED {
            return Err(EventsError::TooManyColumns { most: MAX_WANTED });
        }
        // Where each wanted cell comes from: the log's row, or the table's.
        let places: Vec<Result<usize, Option<usize>>> = wanted
            .iter()
            .map(|&column| match of_log.iter().position(|&one| one == column) {
                Some(at) => Ok(at),
                None => Err(self.columns.iter().position(|&one| one + num_columns == column)),
            })
            .collect();
        let width = self.columns.len();
        let mut joining = Joining { table: self, key, places: &places, width, sink };
        Ok(source.read_into(&of_log, progress, &mut joining)?)
    }
}

/// Puts the cells of a row and of its row in the table together.
struct Joining<'j> {
    table: &'j mut JoinedRows,
    key: usize,
    places: &'j [Result<usize, Option<usize>>],
    width: usize,
    sink: &'j mut dyn Sink,
}

impl Sink for Joining<'_> {
    fn row(&mut self, row: Row<'_>) {
        let Row::Cells { line, cells } = row else { return self.sink.row(row) };
        let key = cells.get(self.key).copied().unwrap_or(Cell::Missing);
        let found = self.table.rows.get(key.to_text().as_ref()).copied();
        self.table.without += u64::from(found.is_none());
        let mut joined = [Cell::Missing; MAX_WANTED];
        for (cell, place) in joined.iter_mut().zip(self.places) {
            *cell = match (place, found) {
                (Ok(at), _) => cells.get(*at).copied().unwrap_or(Cell::Missing),
                (Err(Some(at)), Some(row)) => {
                    self.table.values.get(row as usize * self.width + at).map_or(Cell::Missing, Value::cell)
                }
                _ => Cell::Missing,
            };
        }
        self.sink.row(Row::Cells { line, cells: &joined[..self.places.len().min(MAX_WANTED)] });
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        for row in 0..batch.num_rows {
            self.row(batch.row(row, &mut [Cell::Missing; MAX_WANTED]));
        }
    }
}
