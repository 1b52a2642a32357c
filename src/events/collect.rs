//! Turns rows into events with small numbers, and counts the rows that cannot become one.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::kinds::kind_of;
use super::report::Reason;
use super::time::{self, DAY_MS, Stamp, Unit, Votes};
use super::{Field, TimeSource};
use crate::EventKind;
use crate::table::column::{Memo, NO_ID};
use crate::table::interner::{FastHash, Interner};
use crate::table::tally::Tally;
use crate::table::{Batch, Cell, Damage, MAX_WANTED, Row, Sink};

/// Stands for an unknown shopper.
pub(super) const NO_SHOPPER: u32 = NO_ID;

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
}

/// An event type as it stands in the log, and its rows.
struct EventType {
    kind: Option<EventKind>,
    rows: u64,
}

/// What a file's rows are read with.
struct Slots {
    item: Option<usize>,
    session: Option<usize>,
    shopper: Option<usize>,
    event: Option<usize>,
    timestamp: Option<usize>,
    position: Option<usize>,
    quantity: Option<usize>,
    price: Option<usize>,
    /// The name of the column behind each cell.
    names: Vec<String>,
}

/// The numbers of a row's ids; [`NO_ID`] for one that is missing.
#[derive(Clone, Copy)]
struct Ids {
    item: u32,
    session: u32,
    shopper: u32,
}

/// Why a row is no event, and the cell that says so.
type Problem = (Reason, Option<usize>);

/// Room for the numbers of a batch of rows.
#[derive(Default)]
struct BatchIds {
    items: Vec<u32>,
    sessions: Vec<u32>,
    shoppers: Vec<u32>,
    /// Of the three columns, likewise.
    memos: [Memo; 3],
}

/// Gathers the events of files, one after another.
pub(super) struct Collector {
    pub(super) events: Events,
    pub(super) items: Interner,
    pub(super) tally: Tally<Reason>,
    pub(super) num_rows: u64,
    /// The shopper of each group, [`NO_SHOPPER`] if it is not known.
    pub(super) group_shoppers: Vec<u32>,
    /// First event of each file, and the file.
    pub(super) files: Vec<(usize, PathBuf)>,
    /// Whether the times are points in time, positions or neither; with the first file that has them.
    pub(super) time_source: Option<(TimeSource, PathBuf)>,
    /// Whether any event names its shopper.
    pub(super) has_shoppers: bool,
    sessions: Interner,
    shoppers: Interner,
    groups_of_pairs: HashMap<u64, u32, FastHash>,
    type_names: Interner,
    types: Vec<EventType>,
    default_kind: EventKind,
    slots: Slots,
    votes: Votes,
    batch_ids: BatchIds,
}

impl Sink for Collector {
    /// Takes a row in, as an event or into the tally.
    fn row(&mut self, row: Row<'_>) {
        match row {
            Row::Cells { line, cells } => {
                let cell =
                    |slot: Option<usize>| slot.and_then(|slot| cells.get(slot)).copied().unwrap_or(Cell::Missing);
                let intern = |interner: &mut Interner, slot| match cell(slot).unless_null() {
                    Cell::Missing => NO_ID,
                    id => interner.intern(id),
                };
                let ids = Ids {
                    item: intern(&mut self.items, self.slots.item),
                    session: intern(&mut self.sessions, self.slots.session),
                    shopper: intern(&mut self.shoppers, self.slots.shopper),
                };
                self.add(line, ids, cell);
            }
            Row::Damaged { line, damage } => self.add_damage(line, damage),
        }
    }

    /// Takes many rows in. Ids are looked up column by column, in parallel.
    fn batch(&mut self, batch: &Batch<'_>) {
        let mut ids = std::mem::take(&mut self.batch_ids);
        let num_rows = batch.num_rows;
        let Collector { items, sessions, shoppers, slots, .. } = self;
        let [of_items, of_sessions, of_shoppers] = &mut ids.memos;
        let intern = |interner: &mut Interner, memo: &mut Memo, slot: Option<usize>, numbers: &mut Vec<u32>| match slot
            .and_then(|slot| batch.columns.get(slot))
        {
            Some(column) => column.intern(interner, memo, numbers),
            None => numbers.clear(),
        };
        let (_, (_, (_, invalid))) = rayon::join(
            || intern(items, of_items, slots.item, &mut ids.items),
            || {
                let invalid =
                    || -> BTreeSet<usize> { batch.columns.iter().flat_map(|column| column.invalid_rows()).collect() };
                rayon::join(
                    || intern(sessions, of_sessions, slots.session, &mut ids.sessions),
                    || rayon::join(|| intern(shoppers, of_shoppers, slots.shopper, &mut ids.shoppers), invalid),
                )
            },
        );
        let number = |numbers: &[u32], row: usize| numbers.get(row).copied().unwrap_or(NO_ID);
        for row in 0..num_rows {
            if !invalid.is_empty() && invalid.contains(&row) {
                self.row(batch.row(row, &mut [Cell::Missing; MAX_WANTED]));
                continue;
            }
            let cell = |slot: Option<usize>| {
                let column = slot.and_then(|slot| batch.columns.get(slot));
                column.and_then(|column| column.cell(row).ok()).unwrap_or(Cell::Missing)
            };
            let (item, session, shopper) =
                (number(&ids.items, row), number(&ids.sessions, row), number(&ids.shoppers, row));
            self.add(batch.first_line + row as u64, Ids { item, session, shopper }, cell);
        }
        self.batch_ids = ids;
    }
}

impl Collector {
    pub(super) fn new() -> Collector {
        Collector {
            events: Events::default(),
            items: Interner::with_names(),
            tally: Tally::new(),
            num_rows: 0,
            group_shoppers: Vec::new(),
            files: Vec::new(),
            time_source: None,
            has_shoppers: false,
            sessions: Interner::default(),
            shoppers: Interner::default(),
            groups_of_pairs: HashMap::default(),
            type_names: Interner::with_names(),
            types: Vec::new(),
            default_kind: EventKind::View,
            slots: Slots::new(&Columns::default(), &[]),
            votes: Votes::default(),
            batch_ids: BatchIds::default(),
        }
    }

    pub(super) fn begin_file(&mut self, path: &Path, columns: &Columns, names: &[String], default_kind: EventKind) {
        self.files.push((self.events.len(), path.to_owned()));
        self.slots = Slots::new(columns, names);
        self.votes = Votes::default();
        self.default_kind = default_kind;
    }

    /// Takes a row in whose ids have numbers already; `cell` gives what stands in a slot.
    #[inline(always)]
    fn add<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        self.num_rows += 1;
        if let Err((reason, slot)) = self.add_event(line, ids, &cell) {
            let name = slot.and_then(|slot| self.slots.names.get(slot)).map_or("", String::as_str);
            let Some((_, path)) = self.files.last() else { return };
            self.tally.add(reason, 1, path, line, name, || cell(slot).to_string());
        }
    }

    #[inline(always)]
    fn add_event<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) -> Result<(), Problem> {
        let slots = &self.slots;
        // Exports of everything hold many events that are about no product, and so need none.
        let kind = match slots.event {
            None => self.default_kind,
            Some(_) => match kind_of_cell(&mut self.type_names, &mut self.types, cell(slots.event)) {
                Some(kind) => kind,
                None => return Err((Reason::UnknownEventType, slots.event)),
            },
        };
        if ids.item == NO_ID {
            return Err((Reason::MissingItem, slots.item));
        }
        if slots.session.is_some() && ids.session == NO_ID {
            return Err((Reason::MissingSession, slots.session));
        }
        if slots.session.is_none() && ids.shopper == NO_ID {
            return Err((Reason::MissingShopper, slots.shopper));
        }
        let stamp = slots.timestamp.and_then(|_| Stamp::of(cell(slots.timestamp)));
        if slots.timestamp.is_some() && stamp.is_none() {
            return Err((Reason::BadTimestamp, slots.timestamp));
        }
        let position = slots.position.and_then(|_| time::position_key(cell(slots.position)));
        if slots.position.is_some() && position.is_none() {
            return Err((Reason::BadTimestamp, slots.position));
        }
        let Ok(quantity) = cell(slots.quantity).unless_null().to_number() else {
            return Err((Reason::BadQuantity, slots.quantity));
        };
        if quantity.is_some_and(|quantity| quantity <= 0.0) {
            return Err((Reason::Return, slots.quantity));
        }
        let Ok(price) = cell(slots.price).unless_null().to_number() else {
            return Err((Reason::BadPrice, slots.price));
        };
        if slots.quantity.is_some() {
            self.events.quantities.push(quantity.unwrap_or(f64::NAN));
        }
        if slots.price.is_some() {
            self.events.prices.push(price.unwrap_or(f64::NAN));
        }

        let group = self.group_of(ids);
        self.events.items.push(ids.item);
        self.events.groups.push(group);
        self.events.kinds.push(kind);
        self.events.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        if let Some(stamp) = stamp {
            self.votes.add(stamp);
            self.events.times.push(stamp.to_bits());
        }
        if let Some(position) = position {
            self.events.positions.push(position);
        }
        Ok(())
    }

    fn group_of(&mut self, Ids { session, shopper, .. }: Ids) -> u32 {
        self.has_shoppers |= shopper != NO_SHOPPER;
        let group = if self.slots.session.is_none() {
            shopper
        } else if self.slots.shopper.is_none() {
            session
        } else {
            let next = self.group_shoppers.len() as u32;
            *self.groups_of_pairs.entry(u64::from(session) << 32 | u64::from(shopper)).or_insert(next)
        };
        let at = group as usize;
        if at >= self.group_shoppers.len() {
            // The groups between are of rows that were left out.
            self.group_shoppers.resize(at + 1, NO_SHOPPER);
        }
        self.group_shoppers[at] = shopper;
        group
    }

    fn add_damage(&mut self, line: u64, damage: Damage) {
        let reason = match damage {
            Damage::FieldCount { .. } => Reason::FieldCount,
            Damage::OpenQuote { .. } => Reason::OpenQuote,
            Damage::Json { .. } => Reason::BadJson,
            Damage::NoElements { .. } => Reason::NoProducts,
            Damage::Utf8 { .. } => Reason::InvalidUtf8,
        };
        let rows = damage.num_rows();
        self.num_rows += rows;
        if let Some((_, path)) = self.files.last() {
            self.tally.add(reason, rows, path, line, damage.column(), || damage.to_string());
        }
    }

    /// Decides what the file's timestamps are, and leaves out the events whose stamp does not fit.
    pub(super) fn end_file(&mut self) {
        let Some((start, path)) = self.files.last().cloned() else { return };
        let Some(slot) = self.slots.timestamp else { return };
        let unit = self.votes.unit();
        let mut bad = Vec::new();
        let mut is_whole_days = true;
        for at in start..self.events.len() {
            let stamp = Stamp::from_bits(self.events.times[at]);
            match time::resolve(stamp, unit) {
                Some(time) => {
                    self.events.times[at] = time;
                    is_whole_days &= time % DAY_MS == 0;
                }
                None => {
                    let name = self.slots.names.get(slot).map_or("", String::as_str);
                    let line = u64::from(self.events.lines[at]);
                    self.tally.add(Reason::BadTimestamp, 1, &path, line, name, || stamp.to_string());
                    bad.push(at);
                }
            }
        }
        self.events.remove(&bad);
        if self.events.len() == start {
            return;
        }
        let source = match unit {
            Unit::Position => TimeSource::Positions,
            _ if is_whole_days => TimeSource::Days,
            _ => TimeSource::Times,
        };
        match &mut self.time_source {
            None => self.time_source = Some((source, path)),
            Some((known, _)) if *known == TimeSource::Days && source == TimeSource::Times => *known = source,
            Some(_) => {}
        }
    }

    /// What the timestamps of the current file are; `None` without any.
    pub(super) fn file_has_positions(&self) -> Option<bool> {
        self.slots.timestamp.map(|_| self.votes.unit() == Unit::Position)
    }

    /// Unknown event types and their rows, the most frequent first; at most 20.
    pub(super) fn unknown_types(&self) -> Vec<(String, u64)> {
        let mut unknown: Vec<(String, u64)> = (0_u32..)
            .zip(&self.types)
            .filter(|(_, event_type)| event_type.kind.is_none())
            .map(|(number, event_type)| (self.type_names.id(number).to_owned(), event_type.rows))
            .collect();
        unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        unknown.truncate(20);
        unknown
    }
}

impl Slots {
    fn new(columns: &Columns, names: &[String]) -> Slots {
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
}

impl Events {
    /// Removes the events at the positions `bad`, ascending.
    fn remove(&mut self, bad: &[usize]) {
        fn without<T>(column: &mut Vec<T>, bad: &[usize]) {
            let (mut at, mut bad) = (0, bad.iter().peekable());
            column.retain(|_| {
                let is_bad = bad.next_if(|&&next| next == at).is_some();
                at += 1;
                !is_bad
            });
        }
        if bad.is_empty() {
            return;
        }
        without(&mut self.items, bad);
        without(&mut self.groups, bad);
        without(&mut self.kinds, bad);
        without(&mut self.times, bad);
        without(&mut self.positions, bad);
        without(&mut self.quantities, bad);
        without(&mut self.prices, bad);
        without(&mut self.lines, bad);
    }
}

fn kind_of_cell(names: &mut Interner, types: &mut Vec<EventType>, cell: Cell<'_>) -> Option<EventKind> {
    let number = names.intern(cell) as usize;
    if number == types.len() {
        types.push(EventType { kind: kind_of(&cell.to_text()), rows: 0 });
    }
    let event_type = types.get_mut(number)?;
    event_type.rows += 1;
    event_type.kind
}
