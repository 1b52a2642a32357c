//! Turns rows into events with small numbers, and counts the rows that cannot become one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::error::EventsError;
use super::grouping::group;
use super::kinds::{EventTypeClass, EventTypes};
use super::options::{DateOrder, Field, ReadOptions};
use super::raw::{RawLog, rfc3339};
use super::rejects::Reject;
use super::report::TimeSource;
use super::row_filter::RowFilter;
use super::rows::{ColumnMap, Ids, NO_POSITION, NO_SHOPPER, Return};
use super::rules::Reason;
use super::spelling::{Currencies, is_rounded};
use super::status::{self, Status, Statuses};
use super::time::{self, Course, DAY_MS, Evidence, RawTimestamp, Unit, UnitVotes};
use crate::EventKind;
use crate::table::column::{Column, Memo, NO_ID};
use crate::table::interner::Interner;
use crate::table::{Batch, Cell, Damage, MAX_WANTED, Row, Sink};

/// The reason why a row is no event, and the cell that shows it.
type Problem = (Reason, Option<usize>);

/// Reused buffers for the numbers of a batch of rows.
#[derive(Default)]
struct BatchIds {
    items: Vec<u32>,
    sessions: Vec<u32>,
    shoppers: Vec<u32>,
    /// Of the three columns, likewise.
    memos: [Memo; 3],
}

/// The file whose rows are being read.
struct CurrentFile {
    first_event: usize,
    first_return: usize,
    /// The kind of its events if no column says it.
    default_kind: EventKind,
    votes: UnitVotes,
    /// True if it or a file before it has such a column.
    has_quantities: bool,
    has_prices: bool,
    has_positions: bool,
    has_statuses: bool,
    has_markets: bool,
    has_parents: bool,
    /// True if an item of 0 is the product itself.
    is_of_variants: bool,
    /// True if the row that is being read is a checkout.
    is_checkout: bool,
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
    log: RawLog,
    file: CurrentFile,
    /// The first file with timestamps.
    first_with_times: PathBuf,
    short_dates: Vec<ShortDates>,
    types: EventTypes,
    /// Purchases that are steps before one if the log has other purchases.
    checkouts: Vec<u32>,
    currencies: Currencies,
    statuses: Statuses,
    filter: Option<RowFilter>,
    date_order: Option<DateOrder>,
    time_format: Option<String>,
    batch_ids: BatchIds,
}

impl Sink for Collector {
    /// Takes a row in, as an event or into the tally.
    fn row(&mut self, row: Row<'_>) {
        match row {
            Row::Cells { line, cells } => {
                let cell =
                    |slot: Option<usize>| slot.and_then(|slot| cells.get(slot)).copied().unwrap_or(Cell::Missing);
                let RawLog { items, sessions, shoppers, columns, rounded_ids, .. } = &mut self.log;
                // Of items all are looked at in the end; the names of these are not kept.
                let mut number = |field, interner: &mut Interner, id: Cell<'_>| {
                    let num_before = interner.len();
                    let number = number_of(interner, id);
                    if interner.len() > num_before {
                        add_rounded(rounded_ids, field, id);
                    }
                    number
                };
                let ids = Ids {
                    item: number_of(items, cell(columns.item).unless_null()),
                    session: number(Field::Session, sessions, cell(columns.session).whole().unless_null()),
                    shopper: number(Field::Shopper, shoppers, cell(columns.shopper).whole().unless_null()),
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
        let RawLog { items, sessions, shoppers, columns, .. } = &mut self.log;
        let [of_items, of_sessions, of_shoppers] = &mut ids.memos;
        let intern = |interner: &mut Interner, memo: &mut Memo, slot: Option<usize>, numbers: &mut Vec<u32>| match slot
            .and_then(|slot| batch.columns.get(slot))
        {
            Some(column) => column.intern(interner, memo, numbers),
            None => numbers.clear(),
        };
        let ((), ((), ((), invalid))) = rayon::join(
            || intern(items, of_items, columns.item, &mut ids.items),
            || {
                let invalid = || -> BTreeSet<usize> { batch.columns.iter().flat_map(Column::invalid_rows).collect() };
                rayon::join(
                    || intern(sessions, of_sessions, columns.session, &mut ids.sessions),
                    || rayon::join(|| intern(shoppers, of_shoppers, columns.shopper, &mut ids.shoppers), invalid),
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
    pub(super) fn new(options: &ReadOptions, keep_rejects: bool) -> Collector {
        Collector {
            log: RawLog::new(keep_rejects),
            file: CurrentFile {
                first_event: 0,
                first_return: 0,
                default_kind: EventKind::View,
                votes: UnitVotes::new(options.date_order),
                has_quantities: false,
                has_prices: false,
                has_positions: false,
                has_statuses: false,
                has_markets: false,
                has_parents: false,
                is_of_variants: false,
                is_checkout: false,
            },
            first_with_times: PathBuf::new(),
            short_dates: Vec::new(),
            types: EventTypes::new(&options.event_types),
            checkouts: Vec::new(),
            currencies: Currencies::new(&options.cleaning.currency_rates),
            statuses: Statuses::new(),
            filter: options.filter.clone(),
            date_order: options.date_order,
            time_format: options.time_format.clone(),
            batch_ids: BatchIds::default(),
        }
    }

    /// Begins a file whose columns are called `names`.
    pub(super) fn begin_file(&mut self, path: &Path, columns: &Columns, names: &[String], default_kind: EventKind) {
        let log = &mut self.log;
        log.files.push((log.events.len(), path.to_owned()));
        log.columns = ColumnMap::new(columns, names);
        self.statuses.begin_file(columns.profile.map_or(&[], |profile| profile.void));
        self.types.begin_file(columns.profile.map_or(&[], |profile| profile.event_types));
        log.fields.extend(columns.of_field.keys());
        log.says_variant |= columns.says_variant;
        // Files without a column have no values where others have some.
        let num_events = log.events.len();
        let RawLog { events, fields, .. } = log;
        if fields.contains(&Field::Quantity) {
            events.quantities.resize(num_events, f64::NAN);
        }
        if fields.contains(&Field::Price) {
            events.prices.resize(num_events, f64::NAN);
        }
        let has_statuses = fields.contains(&Field::Status) || fields.contains(&Field::Cancelled);
        if has_statuses {
            events.statuses.resize(num_events, Status::Missing);
        }
        if fields.contains(&Field::Market) {
            events.markets.resize(num_events, NO_ID);
        }
        if fields.contains(&Field::Parent) {
            events.parents.resize(num_events, NO_ID);
        }
        if fields.contains(&Field::Position) {
            events.positions.resize(num_events, NO_POSITION);
        }
        self.file = CurrentFile {
            first_event: log.events.len(),
            first_return: log.returns.len(),
            default_kind,
            votes: UnitVotes::new(self.date_order),
            has_quantities: log.fields.contains(&Field::Quantity),
            has_prices: log.fields.contains(&Field::Price),
            has_positions: log.fields.contains(&Field::Position),
            has_statuses,
            has_markets: log.fields.contains(&Field::Market),
            has_parents: log.fields.contains(&Field::Parent),
            is_of_variants: columns.is_of_variants,
            is_checkout: false,
        };
    }

    /// Takes a row in whose ids have numbers already; `cell` gives the value of a slot.
    #[inline(always)]
    fn add<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        self.log.num_rows += 1;
        if let Some(filter) = &self.filter {
            let slots = &self.log.columns.filtered;
            if !filter.passes(|column| cell(slots.get(column).copied())) {
                let slot = slots.first().copied();
                return self.add_failure(line, (Reason::Filtered, slot), cell);
            }
        }
        if let Err(problem) = self.add_event(line, ids, &cell) {
            self.add_failure(line, problem, cell);
        }
    }

    #[inline(always)]
    fn add_event<'a>(&mut self, line: u64, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) -> Result<(), Problem> {
        self.file.is_checkout = false;
        let (ids, parent) = if self.file.has_parents { self.with_parent(ids, &cell) } else { (ids, NO_ID) };
        // Exports of everything hold many events that are about no product, and so need none.
        let kind = self.kind_of(ids, &cell)?;
        check_ids(&self.log.columns, ids)?;
        let timestamp = timestamp_of(&self.log.columns, self.time_format.as_deref(), &cell)?;
        let quantity = self.quantity_of(line, ids, kind, &cell)?;
        let price = self.currencies.price(cell(self.log.columns.price)).unwrap_or_else(|()| {
            self.add_unread(line, Reason::BadPrice, self.log.columns.price, &cell);
            None
        });
        if self.file.has_positions {
            let position = self.position_of(line, &cell);
            self.log.events.positions.push(position);
        }

        if self.file.has_statuses {
            let columns = &self.log.columns;
            let status = match columns.status {
                _ if status::is_cancelled(cell(columns.cancelled)) => Status::Void,
                // Without statuses each row says for itself whether it was cancelled.
                None if columns.cancelled.is_some() => Status::Sound,
                status => self.statuses.of(cell(status)),
            };
            self.log.events.statuses.push(status);
        }
        if self.file.has_markets {
            let market = number_of(&mut self.log.markets, cell(self.log.columns.market).unless_null());
            self.log.events.markets.push(market);
        }
        if self.file.has_parents {
            self.log.events.parents.push(parent);
        }
        let events = &mut self.log.events;
        if self.file.has_quantities {
            events.quantities.push(quantity.unwrap_or(f64::NAN));
        }
        if self.file.has_prices {
            events.prices.push(price.unwrap_or(f64::NAN));
        }
        if let Some(timestamp) = timestamp {
            self.file.votes.add(timestamp);
            events.times.push(timestamp.to_bits());
        }
        events.items.push(ids.item);
        events.kinds.push(kind);
        if std::mem::take(&mut self.file.is_checkout) {
            self.checkouts.push(events.len() as u32 - 1);
        }
        events.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.log.keys.sessions.push(ids.session);
        self.log.keys.shoppers.push(ids.shopper);
        Ok(())
    }

    /// The ids of a row, and the number of its item's parent. Where items are variants, a row
    /// without one is about the parent.
    fn with_parent<'a>(&mut self, mut ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) -> (Ids, u32) {
        let RawLog { items, parents, columns, .. } = &mut self.log;
        let parent = match cell(columns.parent).unless_null().whole() {
            Cell::Missing | Cell::Int(0) | Cell::Text("0") => return (ids, NO_ID),
            parent => parent,
        };
        if self.file.is_of_variants
            && (ids.item == NO_ID || matches!(cell(columns.item).whole(), Cell::Int(0) | Cell::Text("0")))
        {
            ids.item = items.intern(parent);
        }
        (ids, parents.intern(parent))
    }

    /// The kind of a row's event; keeps the row if it is a return.
    #[inline(always)]
    fn kind_of<'a>(&mut self, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) -> Result<EventKind, Problem> {
        let column = self.log.columns.event;
        if column.is_none() {
            return Ok(self.file.default_kind);
        }
        match self.types.class(cell(column)) {
            EventTypeClass::Kind(kind) => return Ok(kind),
            EventTypeClass::Checkout => {
                self.file.is_checkout = true;
                return Ok(EventKind::Purchase);
            }
            EventTypeClass::Return => self.add_return(ids, cell),
            EventTypeClass::Other => {}
        }
        Err((Reason::UnknownEventType, column))
    }

    /// The number of pieces, above 0, if the row has one; keeps the row if it is a return.
    #[inline(always)]
    fn quantity_of<'a>(
        &mut self,
        line: u64,
        ids: Ids,
        kind: EventKind,
        cell: impl Fn(Option<usize>) -> Cell<'a>,
    ) -> Result<Option<f64>, Problem> {
        let column = self.log.columns.quantity;
        let quantity = cell(column).unless_null().to_number().unwrap_or_else(|()| {
            self.add_unread(line, Reason::BadQuantity, column, &cell);
            None
        });
        match quantity {
            Some(quantity) if quantity <= 0.0 => {
                if quantity < 0.0 && kind == EventKind::Purchase {
                    self.add_return(ids, cell);
                }
                Err((Reason::Return, column))
            }
            quantity => Ok(quantity),
        }
    }

    /// The key of a row's position; [`NO_POSITION`] if it has none, which is counted if it cannot be read.
    fn position_of<'a>(&mut self, line: u64, cell: impl Fn(Option<usize>) -> Cell<'a>) -> i64 {
        let column = self.log.columns.position;
        let value = cell(column).unless_null();
        if value == Cell::Missing {
            return NO_POSITION;
        }
        time::position_key(value).unwrap_or_else(|| {
            self.add_unread(line, Reason::BadPosition, column, cell);
            NO_POSITION
        })
    }

    /// Counts an optional value that cannot be read; its event is kept.
    #[cold]
    fn add_unread<'a>(
        &mut self,
        line: u64,
        reason: Reason,
        slot: Option<usize>,
        cell: impl Fn(Option<usize>) -> Cell<'a>,
    ) {
        let RawLog { columns, unread, files, .. } = &mut self.log;
        let Some((_, path)) = files.last() else { return };
        unread.add(reason, 1, path, line, columns.name(slot), || cell(slot).to_string());
    }

    /// Keeps a row that gives back a purchase, if it names the item, the shopper and the number of pieces.
    #[cold]
    fn add_return<'a>(&mut self, ids: Ids, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        let RawLog { columns, returns, events, markets, parents, .. } = &mut self.log;
        let number = |slot: Option<usize>| cell(slot).unless_null().to_number();
        let (Ok(Some(quantity)), Ok(price)) = (number(columns.quantity), number(columns.price)) else { return };
        let timestamp = timestamp_of(columns, self.time_format.as_deref(), &cell).ok().flatten();
        let is_known = ids.item != NO_ID && ids.shopper != NO_SHOPPER && quantity != 0.0;
        if !is_known || columns.timestamp.is_some() && timestamp.is_none() {
            return;
        }
        returns.push(Return {
            shopper: ids.shopper,
            item: ids.item,
            session: ids.session,
            event_type: columns.event.map_or(0, |_| self.types.number(cell(columns.event))),
            time: timestamp.map_or(0, RawTimestamp::to_bits),
            position: columns.position.and_then(|_| time::position_key(cell(columns.position))).unwrap_or(0),
            quantity: quantity.abs(),
            price: price.unwrap_or(f64::NAN),
            market: number_of(markets, cell(columns.market).unless_null()),
            parent: number_of(parents, cell(columns.parent).unless_null().whole()),
            before: events.len() as u32,
        });
    }

    /// Counts a row whose values make no event; `cell` gives the value of a slot.
    fn add_failure<'a>(&mut self, line: u64, (reason, slot): Problem, cell: impl Fn(Option<usize>) -> Cell<'a>) {
        let kind = match self.log.columns.event {
            None => Some(self.file.default_kind),
            Some(_) if matches!(reason, Reason::UnknownEventType) => None,
            column => self.types.known_kind(cell(column)),
        };
        if let Some(kind) = kind {
            self.log.failures.add_kind(reason, kind);
        }
        let RawLog { columns, failures, files, .. } = &mut self.log;
        let Some((_, path)) = files.last() else { return };
        failures.tally.add(reason, 1, path, line, columns.name(slot), || cell(slot).to_string());
        if let Some(rejects) = &mut failures.rejects {
            let values = Field::ALL.map(|field| match cell(columns.of(field)) {
                Cell::TimeMs(ms) => rfc3339(ms),
                cell => cell.to_text().into_owned(),
            });
            let (file, found) = (files.len() - 1, cell(slot).to_text().into_owned());
            rejects.push(Reject { file, line, reason, column: columns.name(slot).to_owned(), found, values });
        }
    }

    /// Counts a row that could not even be split into values.
    fn add_damage(&mut self, line: u64, damage: &Damage) {
        let reason = match damage {
            Damage::FieldCount { .. } => Reason::FieldCount,
            Damage::OpenQuote { .. } => Reason::OpenQuote,
            Damage::Header => Reason::RepeatedHeader,
            Damage::Json { .. } => Reason::BadJson,
            Damage::NoElements { .. } => Reason::NoProducts,
            Damage::Utf8 { .. } => Reason::InvalidUtf8,
        };
        let RawLog { num_rows, failures, files, .. } = &mut self.log;
        let rows = damage.num_rows();
        *num_rows += rows;
        if let Some((_, path)) = files.last() {
            failures.tally.add(reason, rows, path, line, damage.column(), || damage.to_string());
        }
        if let Some(rejects) = &mut failures.rejects {
            let (column, found) = (damage.column().to_owned(), damage.to_string());
            let file = files.len().saturating_sub(1);
            rejects.push(Reject { file, line, reason, column, found, values: Default::default() });
        }
    }

    /// Decides what the file's timestamps are; events whose timestamp does not fit are misfits.
    ///
    /// # Errors
    /// The file has positions and an earlier one times, or the other way round.
    pub(super) fn end_file(&mut self) -> Result<(), EventsError> {
        self.check_same_times()?;
        let (Some((_, path)), Some(slot)) = (self.log.files.last().cloned(), self.log.columns.timestamp) else {
            return Ok(());
        };
        let (unit, first_event) = (self.file.votes.unit(), self.file.first_event);
        let misfits_before = self.log.misfits.len();
        let is_whole_days = self.resolve_events(unit, &path, slot);
        self.keep_misfits(misfits_before);
        self.resolve_returns(unit);
        if self.log.misfits.len() - misfits_before == self.log.events.len() - first_event {
            return Ok(());
        }
        if matches!(unit, Unit::DayFirst | Unit::MonthFirst) {
            self.short_dates.push(ShortDates {
                path: path.clone(),
                events: first_event..self.log.events.len(),
                returns: self.file.first_return..self.log.returns.len(),
                unit,
                evidence: self.file.votes.short_dates(),
            });
        }
        let source = match unit {
            Unit::Position => TimeSource::Positions,
            _ if is_whole_days => TimeSource::Days,
            _ => TimeSource::Times,
        };
        match &mut self.log.time_source {
            None => {
                self.log.time_source = Some(source);
                self.first_with_times = path;
            }
            Some(known) if *known == TimeSource::Days && source == TimeSource::Times => *known = source,
            Some(_) => {}
        }
        Ok(())
    }

    fn check_same_times(&self) -> Result<(), EventsError> {
        let votes = &self.file.votes;
        let has_timestamps = self.log.columns.timestamp.is_some() && votes.has_any();
        let (Some(known), true, Some((_, path))) = (self.log.time_source, has_timestamps, self.log.files.last()) else {
            return Ok(());
        };
        let (path, known_path) = (path.clone(), self.first_with_times.clone());
        match (known == TimeSource::Positions, votes.unit() == Unit::Position) {
            (true, false) => Err(EventsError::MixedTimes { times: path, positions: known_path }),
            (false, true) => Err(EventsError::MixedTimes { times: known_path, positions: path }),
            _ => Ok(()),
        }
    }

    /// Turns the timestamps of the file's events into times of `unit`, and tells whether all are whole days.
    fn resolve_events(&mut self, unit: Unit, path: &Path, slot: usize) -> bool {
        let RawLog { events, misfits, failures, columns, .. } = &mut self.log;
        let mut is_whole_days = true;
        for at in self.file.first_event..events.len() {
            let timestamp = RawTimestamp::from_bits(events.times[at]);
            if let Some(time) = time::resolve(timestamp, unit) {
                events.times[at] = time;
                is_whole_days &= time % DAY_MS == 0;
            } else {
                let line = u64::from(events.lines[at]);
                let (name, found) = (columns.name(Some(slot)), || timestamp.to_string());
                failures.tally.add(Reason::BadTimestamp, 1, path, line, name, found);
                failures.add_kind(Reason::BadTimestamp, events.kinds[at]);
                misfits.push(at as u32);
            }
        }
        is_whole_days
    }

    /// Turns the timestamps of the file's returns into times of `unit`; those that do not fit go.
    fn resolve_returns(&mut self, unit: Unit) {
        let mut returns = self.log.returns.split_off(self.file.first_return);
        returns.retain_mut(|one| match time::resolve(RawTimestamp::from_bits(one.time), unit) {
            Some(time) => {
                one.time = time;
                true
            }
            None => false,
        });
        self.log.returns.append(&mut returns);
    }

    /// Keeps the misfits of the current file one by one, if that is wanted.
    fn keep_misfits(&mut self, misfits_before: usize) {
        let Some(mut rejects) = self.log.failures.rejects.take() else { return };
        for &event in &self.log.misfits[misfits_before..] {
            let timestamp = RawTimestamp::from_bits(self.log.events.times[event as usize]);
            let field = Some(Field::Timestamp);
            rejects.push(self.log.reject(event as usize, Reason::BadTimestamp, field, timestamp.plain()));
        }
        self.log.failures.rejects = Some(rejects);
    }

    /// Gives the log of all files.
    ///
    /// # Errors
    /// The dates of two files can only be read in different orders.
    pub(super) fn finish(mut self, options: &ReadOptions) -> Result<RawLog, EventsError> {
        self.settle_dates()?;
        self.leave_out_checkouts();
        group(&mut self.log, options);
        self.settle_positions();
        self.log.currencies = self.currencies.without_rate();
        self.log.unknown_event_types = self.types.unknown();
        self.log.event_types = self.types.meanings();
        self.log.remark_on_ids();
        Ok(self.log)
    }

    /// Leaves positions that are mostly missing alone; a missing one elsewhere is that of the row before in the group,
    /// so that the rows' order counts.
    fn settle_positions(&mut self) {
        let RawLog { events, groups, fields, columns, guesses, .. } = &mut self.log;
        let missing = events.positions.iter().filter(|&&position| position == NO_POSITION).count();
        if missing == 0 {
            return;
        }
        if missing * 2 >= events.positions.len() {
            events.positions = Vec::new();
            fields.remove(&Field::Position);
            guesses.push(format!(
                "`{}` is missing in most rows and is not taken for the position",
                columns.name_of(Some(Field::Position))
            ));
            return;
        }
        let mut last = vec![NO_POSITION; groups.shoppers.len()];
        for (position, &group) in events.positions.iter_mut().zip(&events.groups) {
            let last = &mut last[group as usize];
            if *position == NO_POSITION {
                *position = *last;
            }
            *last = *position;
        }
    }

    /// Takes checkouts for steps where the log has purchases of another type.
    fn leave_out_checkouts(&mut self) {
        if !self.types.has_purchases() {
            return;
        }
        let log = &mut self.log;
        let mut checkouts = std::mem::take(&mut self.checkouts);
        checkouts.retain(|event| log.misfits.binary_search(event).is_err());
        let Some(&first) = checkouts.first() else { return };
        let (file, line) = log.file_and_line(first as usize);
        let found = || "a checkout, where other events are purchases".to_owned();
        if let Some((_, path)) = log.files.get(file) {
            let (path, column) = (path.clone(), log.columns.name_of(Some(Field::Event)).to_owned());
            log.failures.tally.add(Reason::UnknownEventType, checkouts.len() as u64, &path, line, &column, found);
        }
        if let Some(mut rejects) = log.failures.rejects.take() {
            let reject =
                |&event: &u32| log.reject(event as usize, Reason::UnknownEventType, Some(Field::Event), found());
            rejects.extend(checkouts.iter().map(reject));
            log.failures.rejects = Some(rejects);
        }
        log.misfits.extend(checkouts);
        log.misfits.sort_unstable();
    }

    /// Reads the dates of all files in one order: a file whose dates can all be read both ways follows the others.
    fn settle_dates(&mut self) -> Result<(), EventsError> {
        let votes = self.short_dates.iter().map(|dates| dates.evidence);
        let (day_first, month_first) = votes.fold((0, 0), |sum, one| (sum.0 + one.day_first, sum.1 + one.month_first));
        let course = self.short_dates.iter().map(|dates| dates.evidence.course).reduce(Course::and).unwrap_or_default();
        let is_settled = day_first != month_first || self.date_order.is_some();
        let order = match month_first.cmp(&day_first) {
            _ if self.date_order.is_some() => self.date_order,
            Ordering::Greater => Some(DateOrder::MonthFirst),
            Ordering::Less => Some(DateOrder::DayFirst),
            Ordering::Equal => course.order(),
        };
        let unit = if order == Some(DateOrder::MonthFirst) { Unit::MonthFirst } else { Unit::DayFirst };
        let others = self.short_dates.iter().filter(|dates| dates.unit != unit);
        for ShortDates { path, events, returns, evidence, .. } in others {
            if evidence.day_first + evidence.month_first > 0 || evidence.has_others {
                let other = self.short_dates.iter().find(|dates| dates.unit == unit);
                return Err(EventsError::MixedDates {
                    path: path.clone(),
                    other: other.map_or_else(|| path.clone(), |dates| dates.path.clone()),
                });
            }
            let of_returns = self.log.returns[returns.clone()].iter_mut().map(|one| &mut one.time);
            for time in self.log.events.times[events.clone()].iter_mut().chain(of_returns) {
                *time = time::with_day_and_month_exchanged(*time);
            }
        }
        self.log.date_order = self.short_dates.first().map(|_| match unit {
            Unit::MonthFirst => "month, day, year",
            _ => "day, month, year",
        });
        if !self.short_dates.is_empty() && !is_settled {
            let read_as = self.log.date_order.unwrap_or_default();
            let by = if order.is_some() { "the course of the dates" } else { "nothing in the log" };
            self.log.guesses.push(format!("no date has a day above 12; dates are read as {read_as}, told by {by}"));
        }
        Ok(())
    }
}

/// The number of an id, [`NO_ID`] for one that is missing.
#[inline]
fn number_of(interner: &mut Interner, id: Cell<'_>) -> u32 {
    match id {
        Cell::Missing => NO_ID,
        id => interner.intern(id),
    }
}

/// Counts a new id if a spreadsheet has rounded it.
#[inline]
fn add_rounded(rounded_ids: &mut BTreeMap<Field, (u64, String)>, field: Field, id: Cell<'_>) {
    let Cell::Text(id) = id else { return };
    if id.contains('+') && is_rounded(id) {
        let (count, example) = rounded_ids.entry(field).or_insert_with(|| (0, id.to_owned()));
        *count += 1;
        if id < example.as_str() {
            id.clone_into(example);
        }
    }
}

fn check_ids(columns: &ColumnMap, ids: Ids) -> Result<(), Problem> {
    if ids.item == NO_ID {
        return Err((Reason::MissingItem, columns.item));
    }
    if ids.session != NO_ID {
        return Ok(());
    }
    // An event without a session may belong to what its shopper did before.
    match (columns.session, ids.shopper != NO_ID && columns.timestamp.is_some()) {
        (Some(_), false) => Err((Reason::MissingSession, columns.session)),
        (None, _) if ids.shopper == NO_ID => Err((Reason::MissingShopper, columns.shopper)),
        _ => Ok(()),
    }
}

/// The timestamp of a row; `form` is that of strftime, if somebody said it. A time of the day in the column of
/// positions is part of it.
#[inline(always)]
fn timestamp_of<'a>(
    columns: &ColumnMap,
    form: Option<&str>,
    cell: impl Fn(Option<usize>) -> Cell<'a>,
) -> Result<Option<RawTimestamp>, Problem> {
    if columns.timestamp.is_none() {
        return Ok(None);
    }
    let value = cell(columns.timestamp);
    let timestamp = match form {
        None => RawTimestamp::of(value),
        Some(form) => RawTimestamp::in_form(value, form),
    };
    let Some(timestamp) = timestamp else { return Err((Reason::BadTimestamp, columns.timestamp)) };
    let clock_ms = match columns.position.map(|position| cell(Some(position))) {
        Some(Cell::Text(text)) => time::clock_ms(text),
        _ => None,
    };
    Ok(Some(clock_ms.map_or(timestamp, |clock_ms| timestamp.with_clock(clock_ms))))
}
