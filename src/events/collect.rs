//! Turns rows into events with small numbers, and counts the rows that cannot become one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::kinds::kind_of;
use super::report::Reason;
use super::time::{self, DAY_MS, Stamp, Unit, Votes};
use super::{Field, TimeSource};
use crate::EventKind;
use crate::table::interner::{FastHash, Interner};
use crate::table::tally::Tally;
use crate::table::{Cell, Damage, Row};

/// Stands for an unknown shopper.
pub(super) const NO_SHOPPER: u32 = u32::MAX;

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
    /// Quantity and price in one number, only to tell duplicates from others.
    pub(super) amounts: Vec<u64>,
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
    sessions: Interner,
    shoppers: Interner,
    groups_of_pairs: HashMap<u64, u32, FastHash>,
    type_names: Interner,
    types: Vec<EventType>,
    default_kind: EventKind,
    slots: Slots,
    votes: Votes,
}

impl Collector {
    pub(super) fn new() -> Collector {
        Collector {
            events: Events::default(),
            items: Interner::default(),
            tally: Tally::new(),
            num_rows: 0,
            group_shoppers: Vec::new(),
            files: Vec::new(),
            time_source: None,
            sessions: Interner::default(),
            shoppers: Interner::default(),
            groups_of_pairs: HashMap::default(),
            type_names: Interner::default(),
            types: Vec::new(),
            default_kind: EventKind::View,
            slots: Slots::new(&Columns::default(), &[]),
            votes: Votes::default(),
        }
    }

    pub(super) fn begin_file(&mut self, path: &Path, columns: &Columns, names: &[String], default_kind: EventKind) {
        self.files.push((self.events.len(), path.to_owned()));
        self.slots = Slots::new(columns, names);
        self.votes = Votes::default();
        self.default_kind = default_kind;
    }

    /// Takes a row in, as an event or into the tally.
    pub(super) fn add(&mut self, row: Row<'_>) {
        match row {
            Row::Cells { line, cells } => {
                self.num_rows += 1;
                if let Err((reason, slot, found)) = self.add_event(line, cells) {
                    let name = slot.and_then(|slot| self.slots.names.get(slot)).map_or("", String::as_str);
                    let Some((_, path)) = self.files.last() else { return };
                    self.tally.add(reason, 1, path, line, name, || found.to_string());
                }
            }
            Row::Damaged { line, damage } => self.add_damage(line, damage),
        }
    }

    fn add_event<'a>(&mut self, line: u64, cells: &[Cell<'a>]) -> Result<(), (Reason, Option<usize>, Cell<'a>)> {
        let slots = &self.slots;
        let cell = |slot: Option<usize>| slot.and_then(|slot| cells.get(slot)).copied().unwrap_or(Cell::Missing);
        let id = |slot: Option<usize>| cell(slot).unless_null();
        let problem = |reason, slot| Err((reason, slot, cell(slot)));
        let (item, session, shopper) = (id(slots.item), id(slots.session), id(slots.shopper));
        if item == Cell::Missing {
            return problem(Reason::MissingItem, slots.item);
        }
        if slots.session.is_some() && session == Cell::Missing {
            return problem(Reason::MissingSession, slots.session);
        }
        if slots.session.is_none() && shopper == Cell::Missing {
            return problem(Reason::MissingShopper, slots.shopper);
        }
        let kind = match slots.event {
            None => self.default_kind,
            Some(_) => match kind_of_cell(&mut self.type_names, &mut self.types, cell(slots.event)) {
                Some(kind) => kind,
                None => return problem(Reason::UnknownEventType, slots.event),
            },
        };
        let stamp = Stamp::of(cell(slots.timestamp));
        if slots.timestamp.is_some() && stamp.is_none() {
            return problem(Reason::BadTimestamp, slots.timestamp);
        }
        let position = time::position_key(cell(slots.position));
        if slots.position.is_some() && position.is_none() {
            return problem(Reason::BadTimestamp, slots.position);
        }
        let Ok(quantity) = id(slots.quantity).to_number() else {
            return problem(Reason::BadQuantity, slots.quantity);
        };
        if quantity.is_some_and(|quantity| quantity <= 0.0) {
            return problem(Reason::Return, slots.quantity);
        }
        let Ok(price) = id(slots.price).to_number() else {
            return problem(Reason::BadPrice, slots.price);
        };

        let group = self.group_of(session, shopper);
        self.events.items.push(self.items.intern(item));
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
        if self.slots.quantity.is_some() || self.slots.price.is_some() {
            self.events.amounts.push(fingerprint(quantity, price));
        }
        Ok(())
    }

    fn group_of(&mut self, session: Cell<'_>, shopper: Cell<'_>) -> u32 {
        let shopper = match shopper {
            Cell::Missing => NO_SHOPPER,
            shopper => self.shoppers.intern(shopper),
        };
        let group = if self.slots.session.is_none() {
            shopper
        } else {
            let session = self.sessions.intern(session);
            if self.slots.shopper.is_none() {
                session
            } else {
                let next = self.group_shoppers.len() as u32;
                *self.groups_of_pairs.entry(u64::from(session) << 32 | u64::from(shopper)).or_insert(next)
            }
        };
        if group as usize == self.group_shoppers.len() {
            self.group_shoppers.push(shopper);
        }
        group
    }

    fn add_damage(&mut self, line: u64, damage: Damage) {
        let reason = match damage {
            Damage::FieldCount { .. } => Reason::FieldCount,
            Damage::OpenQuote { .. } => Reason::OpenQuote,
            Damage::Json { .. } => Reason::BadJson,
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

    /// Whether any event names its shopper.
    pub(super) fn has_shoppers(&self) -> bool {
        self.shoppers.len() > 0
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
        without(&mut self.amounts, bad);
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

fn fingerprint(quantity: Option<f64>, price: Option<f64>) -> u64 {
    let bits = |value: Option<f64>| value.map_or(u64::MAX, |value| (value + 0.0).to_bits());
    bits(quantity).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ bits(price)
}
