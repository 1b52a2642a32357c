//! Turns rows into events with small numbers, and counts the rows that cannot become one.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::clean::{Currencies, Reject, fold_case};
use super::columns::Columns;
use super::kinds::{EventTypes, Meaning};
use super::report::Reason;
use super::rows::{Events, Ids, Return, Slots};
use super::time::{self, DAY_MS, Evidence, Stamp, Unit, Votes};
use super::{Cleaning, EventsError, Field, TimeSource};
use crate::EventKind;
use crate::table::column::{Column, Memo, NO_ID};
use crate::table::interner::{FastHash, Interner};
use crate::table::tally::Tally;
use crate::table::{Batch, Cell, Damage, MAX_WANTED, Row, Sink};

/// Stands for an unknown shopper.
pub(super) const NO_SHOPPER: u32 = NO_ID;

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

/// A file with dates such as 3/11/2000, and how they were read.
struct ShortDates {
    path: PathBuf,
    events: Range<usize>,
    returns: Range<usize>,
    unit: Unit,
    evidence: Evidence,
}

/// Gathers the events of files, one after another.
pub(super) struct Collector {
    pub(super) events: Events,
    pub(super) items: Interner,
    /// Rows that take back what was bought, in the order of the files.
    pub(super) returns: Vec<Return>,
    /// Events whose timestamp does not fit the others of its file, and that are none for that reason; ascending.
    pub(super) misfits: Vec<u32>,
    pub(super) tally: Tally<Reason>,
    /// The rows that failed one by one, if they are kept.
    pub(super) rejects: Option<Vec<Reject>>,
    pub(super) num_rows: u64,
    /// The shopper of each group, [`NO_SHOPPER`] if it is not known.
    pub(super) group_shoppers: Vec<u32>,
    /// The session of each group, where rows that failed are kept and both columns are there.
    group_sessions: Vec<u32>,
    /// First event of each file, and the file.
    pub(super) files: Vec<(usize, PathBuf)>,
    /// Whether the times are points in time, positions or neither; with the first file that has them.
    pub(super) time_source: Option<(TimeSource, PathBuf)>,
    /// In which order dates such as 3/11/2000 are read, if there are any.
    pub(super) date_order: Option<&'static str>,
    /// The files with such dates.
    short_dates: Vec<ShortDates>,
    /// Whether any event names its shopper.
    pub(super) has_shoppers: bool,
    pub(super) shoppers: Interner,
    /// What the columns of the current file say.
    pub(super) slots: Slots,
    pub(super) currencies: Currencies,
    sessions: Interner,
    groups_of_pairs: HashMap<u64, u32, FastHash>,
    pub(super) types: EventTypes,
    default_kind: EventKind,
    /// How many returns there were before the current file.
    returns_before: usize,
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
            Row::Damaged { line, damage } => self.add_damage(line, &damage),
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
        let ((), ((), ((), invalid))) = rayon::join(
            || intern(items, of_items, slots.item, &mut ids.items),
            || {
                let invalid = || -> BTreeSet<usize> { batch.columns.iter().flat_map(Column::invalid_rows).collect() };
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
    /// With `keep_rejects`, rows that fail are kept one by one, and the names of sessions and shoppers for them.
    pub(super) fn new(cleaning: &Cleaning, keep_rejects: bool) -> Collector {
        let names = || if keep_rejects { Interner::with_names() } else { Interner::default() };
        Collector {
            events: Events::default(),
            items: Interner::with_names(),
            returns: Vec::new(),
            misfits: Vec::new(),
            tally: Tally::new(),
            rejects: keep_rejects.then(Vec::new),
            num_rows: 0,
            group_shoppers: Vec::new(),
            group_sessions: Vec::new(),
            files: Vec::new(),
            time_source: None,
            date_order: None,
            short_dates: Vec::new(),
            has_shoppers: false,
            shoppers: names(),
            slots: Slots::new(&Columns::default(), &[]),
            currencies: Currencies::new(&cleaning.currency_rates),
            sessions: names(),
            groups_of_pairs: HashMap::default(),
            types: EventTypes::default(),
            default_kind: EventKind::View,
            returns_before: 0,
            votes: Votes::default(),
            batch_ids: BatchIds::default(),
        }
    }

    pub(super) fn begin_file(&mut self, path: &Path, columns: &Columns, names: &[String], default_kind: EventKind) {
        self.files.push((self.events.len(), path.to_owned()));
        self.slots = Slots::new(columns, names);
        self.votes = Votes::default();
        self.default_kind = default_kind;
        self.returns_before = self.returns.len();
    }

    /// Takes a row in whose ids have numbers already; `cell` gives what stands in a slot.
    #[inline(always)]
    fn add<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        self.num_rows += 1;
        if let Err((reason, slot)) = self.add_event(line, ids, &cell) {
            let Some((_, path)) = self.files.last() else { return };
            self.tally.add(reason, 1, path, line, self.slots.name(slot), || cell(slot).to_string());
            if let Some(rejects) = &mut self.rejects {
                rejects.push(Reject::of_cells((self.files.len() - 1, line), (reason, slot), &self.slots, cell));
            }
        }
    }

    #[inline(always)]
    fn add_event<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) -> Result<(), Problem> {
        let slots = &self.slots;
        // Exports of everything hold many events that are about no product, and so need none.
        let kind = match slots.event {
            None => self.default_kind,
            Some(_) => match self.types.meaning(cell(slots.event)) {
                Meaning::Kind(kind) => kind,
                meaning => {
                    let problem = (Reason::UnknownEventType, slots.event);
                    if meaning == Meaning::Return {
                        self.add_return(ids, cell);
                    }
                    return Err(problem);
                }
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
        if let Some(quantity) = quantity.filter(|quantity| *quantity <= 0.0) {
            let problem = (Reason::Return, slots.quantity);
            if quantity < 0.0 && kind == EventKind::Purchase {
                self.add_return(ids, cell);
            }
            return Err(problem);
        }
        let Ok(price) = self.currencies.price(cell(slots.price)) else {
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

    /// Keeps a row that gives back what its shopper bought; one that does not say what or how many is of no use.
    #[cold]
    fn add_return<'a>(&mut self, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        let slots = &self.slots;
        let number = |slot: Option<usize>| cell(slot).unless_null().to_number();
        let (Ok(Some(quantity)), Ok(price)) = (number(slots.quantity), number(slots.price)) else { return };
        let stamp = slots.timestamp.and_then(|_| Stamp::of(cell(slots.timestamp)));
        let is_known = ids.item != NO_ID && ids.shopper != NO_SHOPPER && quantity != 0.0;
        if !is_known || slots.timestamp.is_some() && stamp.is_none() {
            return;
        }
        self.returns.push(Return {
            shopper: ids.shopper,
            item: ids.item,
            session: ids.session,
            event_type: slots.event.map_or(0, |_| self.types.number(cell(slots.event))),
            time: stamp.map_or(0, Stamp::to_bits),
            position: slots.position.and_then(|_| time::position_key(cell(slots.position))).unwrap_or(0),
            quantity: quantity.abs(),
            price: price.unwrap_or(f64::NAN),
            before: self.events.len() as u32,
        });
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
        if self.rejects.is_some() && self.slots.session.is_some() {
            self.group_sessions.resize(self.group_shoppers.len(), NO_ID);
            self.group_sessions[at] = session;
        }
        group
    }

    /// The shopper of an event, or [`NO_SHOPPER`].
    #[inline]
    pub(super) fn shopper_of(&self, event: usize) -> u32 {
        let group = self.events.groups.get(event).map_or(usize::MAX, |&group| group as usize);
        self.group_shoppers.get(group).copied().unwrap_or(NO_SHOPPER)
    }

    /// The name of an event's session; empty unless rows that fail are kept.
    pub(super) fn session_name(&self, event: usize) -> &str {
        let group = self.events.groups.get(event).map_or(usize::MAX, |&group| group as usize);
        self.group_sessions.get(group).map_or("", |&session| self.sessions.id(session))
    }

    /// The file of an event, from 0, and its line.
    pub(super) fn place_of(&self, event: usize) -> (usize, u64) {
        let file = self.files.partition_point(|(start, _)| *start <= event).saturating_sub(1);
        (file, self.events.lines.get(event).map_or(0, |&line| u64::from(line)))
    }

    /// Makes item ids lower-case; for the end, when all rows are in.
    pub(super) fn fold_case(&mut self) {
        let of_returns = self.returns.iter_mut().map(|one| &mut one.item);
        fold_case(&mut self.items, self.events.items.iter_mut().chain(of_returns));
    }

    fn add_damage(&mut self, line: u64, damage: &Damage) {
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
        if let Some(rejects) = &mut self.rejects {
            rejects.push(Reject::of_damage((self.files.len().saturating_sub(1), line), reason, damage));
        }
    }

    /// Decides what the file's timestamps are; the events whose stamp does not fit are misfits.
    pub(super) fn end_file(&mut self) {
        let Some((start, path)) = self.files.last().cloned() else { return };
        let Some(slot) = self.slots.timestamp else { return };
        let unit = self.votes.unit();
        let (mut is_whole_days, misfits_before) = (true, self.misfits.len());
        for at in start..self.events.len() {
            let stamp = Stamp::from_bits(self.events.times[at]);
            match time::resolve(stamp, unit) {
                Some(time) => {
                    self.events.times[at] = time;
                    is_whole_days &= time % DAY_MS == 0;
                }
                None => {
                    let line = u64::from(self.events.lines[at]);
                    let (name, found) = (self.slots.name(Some(slot)), || stamp.to_string());
                    self.tally.add(Reason::BadTimestamp, 1, &path, line, name, found);
                    self.misfits.push(at as u32);
                }
            }
        }
        self.keep_misfits(misfits_before);
        let mut returns = self.returns.split_off(self.returns_before);
        returns.retain_mut(|one| match time::resolve(Stamp::from_bits(one.time), unit) {
            Some(time) => {
                one.time = time;
                true
            }
            None => false,
        });
        self.returns.append(&mut returns);
        if self.misfits.len() - misfits_before == self.events.len() - start {
            return;
        }
        let source = match unit {
            Unit::Position => TimeSource::Positions,
            _ if is_whole_days => TimeSource::Days,
            _ => TimeSource::Times,
        };
        if matches!(unit, Unit::DayFirst | Unit::MonthFirst) {
            self.short_dates.push(ShortDates {
                path: path.clone(),
                events: start..self.events.len(),
                returns: self.returns_before..self.returns.len(),
                unit,
                evidence: self.votes.short_dates(),
            });
        }
        match &mut self.time_source {
            None => self.time_source = Some((source, path)),
            Some((known, _)) if *known == TimeSource::Days && source == TimeSource::Times => *known = source,
            Some(_) => {}
        }
    }

    /// Reads the dates of all files in one order: a file whose dates can all be read both ways follows the others.
    ///
    /// # Errors
    /// Two files can only be read in different orders.
    pub(super) fn settle_dates(&mut self) -> Result<(), EventsError> {
        let votes = self.short_dates.iter().map(|dates| dates.evidence);
        let (day_first, month_first) = votes.fold((0, 0), |sum, one| (sum.0 + one.day_first, sum.1 + one.month_first));
        let unit = if month_first > day_first { Unit::MonthFirst } else { Unit::DayFirst };
        let others = self.short_dates.iter().filter(|dates| dates.unit != unit);
        for ShortDates { path, events, returns, evidence, .. } in others {
            if evidence.day_first + evidence.month_first > 0 || evidence.has_others {
                let other = self.short_dates.iter().find(|dates| dates.unit == unit);
                return Err(EventsError::MixedDates {
                    path: path.clone(),
                    other: other.map_or_else(|| path.clone(), |dates| dates.path.clone()),
                });
            }
            let of_returns = self.returns[returns.clone()].iter_mut().map(|one| &mut one.time);
            for time in self.events.times[events.clone()].iter_mut().chain(of_returns) {
                *time = time::with_day_and_month_exchanged(*time);
            }
        }
        self.date_order = self.short_dates.first().map(|_| match unit {
            Unit::MonthFirst => "month, day, year",
            _ => "day, month, year",
        });
        Ok(())
    }

    /// Keeps the misfits of the current file one by one, if that is wanted.
    fn keep_misfits(&mut self, misfits_before: usize) {
        let Some(mut rejects) = self.rejects.take() else { return };
        for &event in &self.misfits[misfits_before..] {
            let stamp = Stamp::from_bits(self.events.times[event as usize]);
            let field = Some(Field::Timestamp);
            rejects.push(Reject::of_event(self, event as usize, Reason::BadTimestamp, field, stamp.plain()));
        }
        self.rejects = Some(rejects);
    }

    /// Whether the timestamps of the current file are positions; `None` without any.
    pub(super) fn file_has_positions(&self) -> Option<bool> {
        self.slots.timestamp.filter(|_| self.votes.has_any()).map(|_| self.votes.unit() == Unit::Position)
    }
}
