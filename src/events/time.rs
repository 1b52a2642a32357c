//! Points in time as logs write them, and what the numbers of a column count.
//!
//! A date or time without a zone is taken as UTC. The unit of plain numbers is decided once for the column of a
//! file, by where most of its values lie:
//!
//! | from | up to | unit | that is |
//! |---|---|---|---|
//! | 0 | 1e8 | positions; dates if they read as YYYYMMDD | |
//! | 1e8 | 1e11 | seconds | 1973 to 5138 |
//! | 1e11 | 1e14 | milliseconds | 1973 to 5138 |
//! | 1e14 | 1e17 | microseconds | 1973 to 5138 |
//! | 1e17 | | nanoseconds | 1973 on |
//!
//! Dates such as `3/11/2000` are told apart in the same way: the day comes first unless more of the column's dates can
//! only be read with the month first.
//!
//! The calendar is that of jiff. Its parsers are not used: they refuse forms that logs have (`2017/08/01`, `+0200`,
//! seconds of 60) and take others that would make damage look like a date.
//!
//! A number outside the range of its column's unit is a bad timestamp, so that the zeros that stand for
//! "unknown" in many logs are not taken for 1970.

use std::fmt;

use jiff::tz::TimeZone;

use super::dates::{self, Moment, ShortDate, midnight_ms};
use super::options::DateOrder;
use crate::table::Cell;

pub(super) use crate::units::DAY_MS;

/// A timestamp as it was read: a point in time, or a number whose unit is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawTimestamp(i64);

/// Days that a spreadsheet counts from the end of 1899, from 2000 to 2050.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 36_526..=55_153;
/// The spreadsheet's number of 1970-01-01.
const SERIAL_EPOCH: i64 = 25_569;

/// Numbers from here on cannot be doubled.
const TOO_LARGE: f64 = 4.6e18;

impl RawTimestamp {
    const fn from_ms(ms: i64) -> RawTimestamp {
        RawTimestamp(ms.saturating_mul(2) | 1)
    }

    fn from_number(value: f64) -> Option<RawTimestamp> {
        if !(0.0..TOO_LARGE).contains(&value) {
            return None;
        }
        if value.fract() != 0.0 && Unit::of(value as i64) == Unit::Seconds {
            return Some(RawTimestamp::from_ms((value * 1000.0).floor() as i64));
        }
        if value.fract() != 0.0 && SERIAL_DAYS.contains(&(value as i64)) {
            // To the second: that is how a spreadsheet shows them.
            let seconds = ((value - SERIAL_EPOCH as f64) * 86_400.0).round() as i64;
            return Some(RawTimestamp::from_ms(seconds * 1000));
        }
        Some(RawTimestamp(value as i64 * 2))
    }

    /// The timestamp that a cell holds; `None` if it is missing or none.
    pub(super) fn of(cell: Cell<'_>) -> Option<RawTimestamp> {
        match cell {
            Cell::Missing => None,
            Cell::TimeMs(ms) => Some(RawTimestamp::from_ms(ms)),
            Cell::Int(value) if value >= 0 && (value as f64) < TOO_LARGE => Some(RawTimestamp(value * 2)),
            Cell::Int(_) => None,
            Cell::Float(value) => RawTimestamp::from_number(value),
            Cell::Text(text) => match text.parse::<i64>() {
                Ok(value) => RawTimestamp::of(Cell::Int(value)),
                Err(_) => match parse_date_time(text) {
                    Some(ms) => Some(RawTimestamp::from_ms(ms)),
                    None => match parse_short_date(text) {
                        Some(date) => Some(RawTimestamp::from_short_date(date)),
                        None => RawTimestamp::of_rarer_text(text),
                    },
                },
            },
        }
    }

    #[cold]
    fn of_rarer_text(text: &str) -> Option<RawTimestamp> {
        match dates::parse(text) {
            Some(Moment::Ms(ms)) => Some(RawTimestamp::from_ms(ms)),
            Some(Moment::Short(date)) => Some(RawTimestamp::from_short_date(date)),
            // `1704103200,5`
            None => text.replacen(',', ".", 1).parse().ok().and_then(RawTimestamp::from_number),
        }
    }

    /// The timestamp that a cell holds in a form of strftime; `None` if it does not have the form.
    pub(super) fn in_form(cell: Cell<'_>, form: &str) -> Option<RawTimestamp> {
        let Cell::Text(text) = cell else { return RawTimestamp::of(cell) };
        let parsed = jiff::fmt::strtime::parse(form, text).ok()?;
        let moment = match parsed.to_timestamp() {
            Ok(moment) => moment,
            Err(_) => {
                let time = parsed.to_time().unwrap_or_default();
                TimeZone::UTC.to_timestamp(parsed.to_date().ok()?.to_datetime(time)).ok()?
            }
        };
        Some(RawTimestamp::from_ms(moment.as_millisecond()))
    }

    /// The timestamp with a time of the day from another column, if it is a day without one.
    pub(super) fn with_clock(self, clock_ms: i64) -> RawTimestamp {
        if let Some(date) = self.short_date() {
            let clock_ms = if date.clock_ms == 0 { clock_ms } else { date.clock_ms };
            return RawTimestamp::from_short_date(ShortDate { clock_ms, ..date });
        }
        if self.is_ms() && self.value() % DAY_MS == 0 {
            return RawTimestamp::from_ms(self.value() + clock_ms);
        }
        match date_of_digits(self.value()).filter(|_| !self.is_ms()) {
            Some(midnight_ms) => RawTimestamp::from_ms(midnight_ms + clock_ms),
            None => self,
        }
    }

    /// Dates whose order is not known yet are the even numbers below zero.
    const fn from_short_date(ShortDate { first, second, year, clock_ms }: ShortDate) -> RawTimestamp {
        let packed = ((year << 5 | first) << 5 | second) << 27 | clock_ms;
        RawTimestamp((-1 - packed) * 2)
    }

    const fn short_date(self) -> Option<ShortDate> {
        if self.is_ms() || self.0 >= 0 {
            return None;
        }
        let packed = -1 - self.value();
        let (first, second) = (packed >> 32 & 31, packed >> 27 & 31);
        Some(ShortDate { first, second, year: packed >> 37, clock_ms: packed & ((1 << 27) - 1) })
    }

    /// The stamp as a plain number, to be kept in a column that holds resolved times later.
    pub(super) const fn to_bits(self) -> i64 {
        self.0
    }

    /// The stamp that gave these bits.
    pub(super) const fn from_bits(bits: i64) -> RawTimestamp {
        RawTimestamp(bits)
    }

    /// The number or the milliseconds.
    const fn value(self) -> i64 {
        self.0 >> 1
    }

    const fn is_ms(self) -> bool {
        self.0 & 1 == 1
    }

    /// The number as it stood in the file, or the moment as RFC 3339.
    pub(super) fn plain(self) -> String {
        match self.is_ms() {
            true => jiff::Timestamp::from_millisecond(self.value())
                .map_or_else(|_| self.to_string(), |time| time.to_string()),
            false => self.value().to_string(),
        }
    }
}

impl fmt::Display for RawTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ShortDate { first, second, year, .. }) = self.short_date() {
            return write!(f, "{first}/{second}/{year}, no date in the order of the other values of the column");
        }
        match self.is_ms() {
            true => write!(f, "a point in time ({} ms since 1970) among positions", self.value()),
            false => write!(f, "{}, too far from the other values of the column", self.value()),
        }
    }
}

/// Unit of plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Position,
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// YYYYMMDD.
    Date,
    /// YYYYMMDDHHMMSS.
    Seconds14,
    /// YYYYMMDDHHMM.
    Minutes12,
    /// Days of a spreadsheet.
    SerialDays,
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

impl Unit {
    const fn of(value: i64) -> Unit {
        if value < 100_000_000 {
            Unit::Position
        } else if value < 100_000_000_000 {
            Unit::Seconds
        } else if value < 100_000_000_000_000 {
            Unit::Millis
        } else if value < 100_000_000_000_000_000 {
            Unit::Micros
        } else {
            Unit::Nanos
        }
    }
}

/// Forms of the timestamps of one file's column, counted while they are read.
#[derive(Clone, Debug, Default)]
pub(super) struct UnitVotes {
    /// Numbers by [`Unit`].
    numbers: [u64; 5],
    /// Positions that read as YYYYMMDD.
    dates: u64,
    /// Milliseconds that read as YYYYMMDDHHMMSS, and as YYYYMMDDHHMM.
    seconds_14: u64,
    minutes_12: u64,
    /// Positions that may be days of a spreadsheet.
    serial_days: u64,
    /// Points in time.
    times: u64,
    /// Dates of day, month and year in either order.
    short_dates: u64,
    /// Of these, the ones that can only begin with the day.
    day_first: u64,
    /// Of these, the ones that can only begin with the month.
    month_first: u64,
    /// Other evidence that tells day from month.
    course: Course,
    /// The order that somebody said.
    said: Option<DateOrder>,
}

/// The course of dates of which day and month are open: which numbers stand first and second, and whether the dates of
/// neighbouring rows rise and fall in either reading.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Course {
    firsts: u16,
    seconds: u16,
    last: Option<[i64; 2]>,
    /// Rises and falls when the day comes first, and when the month does.
    rises: [u64; 2],
    falls: [u64; 2],
}

impl Course {
    fn add(&mut self, ShortDate { first, second, year, clock_ms }: ShortDate) {
        let bit = |number: i64| if (1..=12).contains(&number) { 1_u16 << number } else { 1 };
        self.firsts |= bit(first);
        self.seconds |= bit(second);
        let at = |month: i64, day: i64| ((year * 16 + month) * 32 + day) * DAY_MS + clock_ms;
        let now = [at(second, first), at(first, second)];
        if let Some(last) = self.last.replace(now) {
            for reading in 0..2 {
                self.rises[reading] += u64::from(now[reading] > last[reading]);
                self.falls[reading] += u64::from(now[reading] < last[reading]);
            }
        }
    }

    /// The course of the rows of two files.
    pub(super) fn and(self, other: Course) -> Course {
        let sum = |a: [u64; 2], b: [u64; 2]| [a[0] + b[0], a[1] + b[1]];
        Course {
            firsts: self.firsts | other.firsts,
            seconds: self.seconds | other.seconds,
            last: None,
            rises: sum(self.rises, other.rises),
            falls: sum(self.falls, other.falls),
        }
    }

    /// The likelier order, and whether it is more than a guess. Within some days or weeks the month hardly changes, and
    /// the day does; else rows are mostly in the order of time.
    pub(super) fn order(self) -> Option<DateOrder> {
        let (firsts, seconds) = (self.firsts.count_ones(), self.seconds.count_ones());
        if firsts * 3 <= seconds {
            return Some(DateOrder::MonthFirst);
        }
        if seconds * 3 <= firsts {
            return Some(DateOrder::DayFirst);
        }
        // Rows against the course of the others, of a log from old to new or from new to old.
        let against = |reading: usize| self.rises[reading].min(self.falls[reading]);
        let all = |reading: usize| (self.rises[reading] + self.falls[reading]).max(1);
        let is_in_order = |reading: usize| against(reading) * 50 <= all(reading);
        match (is_in_order(0), is_in_order(1)) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// Evidence for the order of day and month in a file's dates such as 3/11/2000.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    /// Dates that can only begin with the day.
    pub(super) day_first: u64,
    /// Dates that can only begin with the month.
    pub(super) month_first: u64,
    /// True if the column holds points in time of another form, too.
    pub(super) has_others: bool,
    pub(super) course: Course,
}

impl UnitVotes {
    /// Votes of a column whose dates are in the order that somebody said.
    pub(super) fn new(said: Option<DateOrder>) -> UnitVotes {
        UnitVotes { said, ..UnitVotes::default() }
    }

    pub(super) const fn short_dates(&self) -> Evidence {
        Evidence {
            day_first: self.day_first,
            month_first: self.month_first,
            has_others: self.times > 0,
            course: self.course,
        }
    }

    pub(super) fn add(&mut self, stamp: RawTimestamp) {
        if stamp.is_ms() {
            self.times += 1;
            return;
        }
        if let Some(date @ ShortDate { first, second, .. }) = stamp.short_date() {
            self.course.add(date);
            self.short_dates += 1;
            self.day_first += u64::from(first > 12);
            self.month_first += u64::from(second > 12);
            return;
        }
        let unit = Unit::of(stamp.value());
        self.numbers[unit as usize] += 1;
        if unit == Unit::Position && date_of_digits(stamp.value()).is_some() {
            self.dates += 1;
        }
        self.serial_days += u64::from(SERIAL_DAYS.contains(&stamp.value()));
        if unit == Unit::Millis {
            self.seconds_14 += u64::from(moment_of_digits(stamp.value()).is_some());
            self.minutes_12 += u64::from(moment_of_digits(stamp.value().saturating_mul(100)).is_some());
        }
    }

    /// Returns true if there was any stamp at all.
    pub(super) fn has_any(&self) -> bool {
        self.times + self.short_dates + self.numbers.iter().sum::<u64>() > 0
    }

    /// The unit of the column's numbers. One number in twenty may be no date in a column of dates.
    pub(super) fn unit(&self) -> Unit {
        let units = [Unit::Position, Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos];
        if self.short_dates > self.numbers.iter().sum() {
            let decided = match self.month_first.cmp(&self.day_first) {
                std::cmp::Ordering::Greater => DateOrder::MonthFirst,
                _ => DateOrder::DayFirst,
            };
            return match self.said.unwrap_or(decided) {
                DateOrder::MonthFirst => Unit::MonthFirst,
                DateOrder::DayFirst => Unit::DayFirst,
            };
        }
        let positions = self.numbers[Unit::Position as usize];
        let most = units.into_iter().max_by_key(|&unit| self.numbers[unit as usize]).unwrap_or(Unit::Seconds);
        match most {
            Unit::Position if positions > 0 && self.dates * 20 >= positions * 19 => Unit::Date,
            Unit::Position if positions > 0 && self.serial_days * 20 >= positions * 19 => Unit::SerialDays,
            Unit::Millis if self.seconds_14 * 20 >= self.numbers[Unit::Millis as usize] * 19 => Unit::Seconds14,
            Unit::Millis if self.minutes_12 * 20 >= self.numbers[Unit::Millis as usize] * 19 => Unit::Minutes12,
            // A few small numbers among points in time are not positions but damage.
            Unit::Position if self.times > positions => Unit::Seconds,
            _ if self.times > 0 && self.numbers.iter().all(|&count| count == 0) => Unit::Seconds,
            other => other,
        }
    }
}

/// The stamp in ms since 1970 UTC, or the position if `unit` is that; `None` if it does not fit the unit.
pub(super) fn resolve(stamp: RawTimestamp, unit: Unit) -> Option<i64> {
    let value = stamp.value();
    if stamp.is_ms() {
        return (unit != Unit::Position).then_some(value);
    }
    if let Some(ShortDate { first, second, year, clock_ms }) = stamp.short_date() {
        let midnight_ms = match unit {
            Unit::DayFirst => midnight_ms(year, second, first),
            Unit::MonthFirst => midnight_ms(year, first, second),
            _ => None,
        };
        return Some(midnight_ms? + clock_ms);
    }
    match unit {
        Unit::Date => date_of_digits(value),
        Unit::Seconds14 => moment_of_digits(value),
        Unit::Minutes12 => moment_of_digits(value.checked_mul(100)?),
        Unit::SerialDays => SERIAL_DAYS.contains(&value).then(|| (value - SERIAL_EPOCH) * DAY_MS),
        Unit::DayFirst | Unit::MonthFirst => None,
        _ if Unit::of(value) != unit => None,
        Unit::Position | Unit::Millis => Some(value),
        Unit::Seconds => Some(value * 1000),
        Unit::Micros => Some(value / 1000),
        Unit::Nanos => Some(value / 1_000_000),
    }
}

/// The same time of the day on the date whose day is the month of this one, and the other way round; the same if there
/// is none.
pub(super) fn with_day_and_month_exchanged(time_ms: i64) -> i64 {
    let Ok(time) = jiff::Timestamp::from_millisecond(time_ms) else { return time_ms };
    let date = TimeZone::UTC.to_datetime(time).date();
    let exchanged = midnight_ms(i64::from(date.year()), i64::from(date.day()), i64::from(date.month()));
    exchanged.map_or(time_ms, |midnight_ms| midnight_ms + time_ms.rem_euclid(DAY_MS))
}

/// The time of the day that a text is, and nothing else, in ms.
pub(super) fn clock_ms(text: &str) -> Option<i64> {
    // Most positions are plain numbers, and need no second look.
    let has_mark = || text.bytes().any(|byte| byte == b':' || byte.is_ascii_alphabetic());
    whole_clock(text.as_bytes()).or_else(|| has_mark().then(|| dates::parse_clock(text)).flatten())
}

/// A position within a session as a key that sorts: a number, or a time of the day. `None` if it is neither.
pub(super) fn position_key(cell: Cell<'_>) -> Option<i64> {
    let value = match cell {
        Cell::TimeMs(ms) => ms as f64,
        Cell::Text(text) => match clock_ms(text) {
            Some(ms) => ms as f64,
            None => text.parse().ok()?,
        },
        cell => cell.to_number().ok().flatten()?,
    };
    if !value.is_finite() {
        return None;
    }
    // The order of `f64::total_cmp`, with one zero.
    let bits = (value + 0.0).to_bits() as i64;
    Some(bits ^ (((bits >> 63) as u64) >> 1) as i64)
}

/// A moment written as the number YYYYMMDDHHMMSS, from 1995 to 2100: 1995 milliseconds are in 1976.
fn moment_of_digits(value: i64) -> Option<i64> {
    let (date, clock) = (value / 1_000_000, value % 1_000_000);
    let (hours, minutes, seconds) = (clock / 10_000, clock / 100 % 100, clock % 100);
    if date < 19_950_000 || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some(date_of_digits(date)? + ((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// Midnight of a day written as the number YYYYMMDD, from 1970 to 2100.
fn date_of_digits(value: i64) -> Option<i64> {
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    if !(1970..=2100).contains(&year) {
        return None;
    }
    midnight_ms(year, month, day)
}

/// Milliseconds since 1970 UTC of `YYYY-MM-DD`, alone or followed by `T` or a space and `HH:MM[:SS[.fff]]` and a zone
/// (`Z`, `UTC`, `+HH:MM`; UTC without one); slashes may stand for hyphens. Covers RFC 3339.
pub(super) fn parse_date_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (year, rest) = digits(bytes, 4)?;
    let (&separator, rest) = rest.split_first()?;
    if separator != b'-' && separator != b'/' {
        return None;
    }
    let (month, rest) = digits(rest, 2)?;
    let (day, rest) = digits(rest.strip_prefix(&[separator])?, 2)?;
    let midnight = midnight_ms(year, month, day)?;
    let rest = match rest.split_first() {
        None => return Some(midnight),
        Some((b'T' | b't' | b' ', rest)) => rest,
        Some(_) => return None,
    };
    let (clock, rest) = parse_clock(rest)?;
    Some(midnight + clock - parse_zone(rest)?)
}

/// `3/11/2000`, `03.11.2000` or `3-11-2000`, alone or followed by a space and `H:MM[:SS]`.
fn parse_short_date(text: &str) -> Option<ShortDate> {
    let bytes = text.as_bytes();
    let (first, rest) = one_or_two_digits(bytes)?;
    let (&separator, rest) = rest.split_first().filter(|(separator, _)| b"/.-".contains(separator))?;
    let (second, rest) = one_or_two_digits(rest)?;
    let (year, rest) = digits(rest.strip_prefix(&[separator])?, 4)?;
    let is_date = |day, month| midnight_ms(year, month, day).is_some();
    if !(is_date(first, second) || is_date(second, first)) {
        return None;
    }
    let clock_ms = match rest.split_first() {
        None => 0,
        Some((b' ' | b'T', rest)) if rest.get(1) == Some(&b':') => whole_clock(&[b"0", rest].concat())?,
        Some((b' ' | b'T', rest)) => whole_clock(rest)?,
        Some(_) => return None,
    };
    Some(ShortDate { first, second, year, clock_ms })
}

/// A time of the day and nothing after it, in ms.
fn whole_clock(bytes: &[u8]) -> Option<i64> {
    parse_clock(bytes).filter(|(_, rest)| rest.is_empty()).map(|(clock_ms, _)| clock_ms)
}

fn one_or_two_digits(bytes: &[u8]) -> Option<(i64, &[u8])> {
    digits(bytes, 2).or_else(|| digits(bytes, 1))
}

/// `HH:MM[:SS[.fff]]` in ms, and what comes after it.
fn parse_clock(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (hours, rest) = digits(bytes, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let minute_ms = (hours * 60 + minutes) * 60_000;
    let Some(rest) = rest.strip_prefix(b":") else { return Some((minute_ms, rest)) };
    let (seconds, rest) = digits(rest, 2)?;
    if seconds > 60 {
        return None;
    }
    let Some(fraction) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) else {
        return Some((minute_ms + seconds * 1000, rest));
    };
    let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if len == 0 {
        return None;
    }
    let (fraction, rest) = fraction.split_at(len);
    let millis = (0..3).fold(0, |value, at| value * 10 + fraction.get(at).map_or(0, |&digit| i64::from(digit - b'0')));
    Some((minute_ms + seconds * 1000 + millis, rest))
}

/// Parses the distance of a zone ahead of UTC, in ms.
fn parse_zone(bytes: &[u8]) -> Option<i64> {
    let bytes = bytes.trim_ascii_start();
    if matches!(bytes, b"" | b"Z" | b"z" | b"UTC" | b"GMT") {
        return Some(0);
    }
    let (&sign, rest) = bytes.split_first()?;
    let (hours, rest) = digits(rest, 2)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { digits(rest, 2)? };
    if !rest.is_empty() || hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = (hours * 60 + minutes) * 60_000;
    match sign {
        b'+' => Some(ahead),
        b'-' => Some(-ahead),
        _ => None,
    }
}

/// The number in the first `len` bytes, all digits, and what comes after it.
fn digits(bytes: &[u8], len: usize) -> Option<(i64, &[u8])> {
    let (number, rest) = bytes.split_at_checked(len)?;
    if !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((number.iter().fold(0, |value, &digit| value * 10 + i64::from(digit - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Cell, DateOrder, RawTimestamp, UnitVotes, parse_date_time, position_key, resolve, with_day_and_month_exchanged,
    };

    /// 2017-08-01 12:30:15 UTC.
    const NOON_MS: i64 = 1_501_590_615_000;

    fn ms_of(cells: &[Cell<'_>]) -> Vec<Option<i64>> {
        let stamps: Vec<Option<RawTimestamp>> = cells.iter().map(|&cell| RawTimestamp::of(cell)).collect();
        let mut votes = UnitVotes::default();
        stamps.iter().flatten().for_each(|&stamp| votes.add(stamp));
        let unit = votes.unit();
        stamps.into_iter().map(|stamp| resolve(stamp?, unit)).collect()
    }

    #[test]
    fn dates_and_times_are_read_in_every_usual_form() {
        for text in [
            "2017-08-01T12:30:15Z",
            "2017-08-01 12:30:15",
            "2017-08-01 12:30:15 UTC",
            "2017/08/01 12:30:15",
            "2017-08-01T12:30:15.000999+00:00",
            "2017-08-01T14:30:15+02:00",
            "2017-08-01 07:30:15-0500",
            "2017-08-01 07:30:15-05",
        ] {
            assert_eq!(parse_date_time(text), Some(NOON_MS), "{text}");
        }
        assert_eq!(parse_date_time("2017-08-01"), Some(1_501_545_600_000));
        assert_eq!(parse_date_time("2017-08-01 12:30"), Some(NOON_MS - 15_000));
        assert_eq!(parse_date_time("2017-08-01T12:30:15.25Z"), Some(NOON_MS + 250));
    }

    #[test]
    fn the_order_of_day_and_month_follows_from_the_column() {
        // 1973-11-05 is day 1404 and 1973-05-11 day 1226 of the calendar that begins in 1970.
        let (may, november) = (Some(1226 * 86_400_000), Some(1404 * 86_400_000));
        assert_eq!(ms_of(&[Cell::Text("11/5/1973"), Cell::Text("11/13/1973")])[0], november);
        assert_eq!(ms_of(&[Cell::Text("11/05/1973"), Cell::Text("13/11/1973")])[0], may);
        assert_eq!(ms_of(&[Cell::Text("11.5.1973")]), [may]);
        let minutes = |minutes: i64| may.map(|ms| ms + minutes * 60_000);
        assert_eq!(
            ms_of(&[Cell::Text("11.05.1973 7:05"), Cell::Text("11-05-1973 17:05:00")]),
            [minutes(425), minutes(1025)]
        );
        // A date that has no such day in the column's order is damage; so is a time of another form in a column of
        // these.
        let column = ["13/1/1973", "14/1/1973", "1/14/1973", "31/2/1973"].map(Cell::Text);
        assert_eq!(ms_of(&column).iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, false]);
        for text in ["32/1/1973", "1/1/1973x", "1/1/1973 25:00", "1/1.1973", "0/1/1973"] {
            assert_eq!(ms_of(&[Cell::Text(text)]), [None], "{text}");
        }
    }

    #[test]
    fn compact_forms_and_days_of_a_spreadsheet_are_told_by_the_column() {
        assert_eq!(ms_of(&[Cell::Int(20_170_801_123_015)]), [Some(NOON_MS)]);
        assert_eq!(ms_of(&[Cell::Text("201708011230")]), [Some(NOON_MS - 15_000)]);
        // 42948 is 2017-08-01, and 0.521006944 of a day are 12:30:15.
        assert_eq!(
            ms_of(&[Cell::Text("42948,521006944"), Cell::Int(42_948)]),
            [Some(NOON_MS), Some(1_501_545_600_000)]
        );
        assert_eq!(ms_of(&[Cell::Float(42_948.521_006_944)]), [Some(NOON_MS)]);
        assert_eq!(ms_of(&[Cell::Text("2017-08-01 12:30:15,250")]), [Some(NOON_MS + 250)]);
        assert_eq!(ms_of(&[Cell::Text("1501590615,25")]), [Some(NOON_MS + 250)]);
    }

    #[test]
    fn a_form_of_strftime_reads_what_no_usual_form_does() {
        let form = "%H.%M %d|%m|%Y";
        let stamp = RawTimestamp::in_form(Cell::Text("12.30 01|08|2017"), form).unwrap();
        assert_eq!(resolve(stamp, super::Unit::Seconds), Some(NOON_MS - 15_000));
        assert_eq!(RawTimestamp::in_form(Cell::Text("2017-08-01"), form), None);
    }

    #[test]
    fn the_course_of_dates_tells_day_from_month() {
        let order = |texts: &[&str]| {
            let mut votes = UnitVotes::default();
            texts.iter().filter_map(|text| RawTimestamp::of(Cell::Text(text))).for_each(|stamp| votes.add(stamp));
            votes.short_dates().course.order()
        };
        assert_eq!(order(&["1/1/2024", "1/2/2024", "1/3/2024"]), Some(DateOrder::MonthFirst));
        assert_eq!(order(&["3/1/2024", "1/1/2024", "2/1/2024"]), Some(DateOrder::DayFirst));
        // Rising only with the month first: 2 January, 1 February, 3 March.
        assert_eq!(order(&["1/2/2024", "2/1/2024", "3/3/2024"]), Some(DateOrder::MonthFirst));
        assert_eq!(order(&["1/1/2024", "2/2/2024"]), None);
    }

    #[test]
    fn a_clock_of_another_column_makes_a_day_a_moment() {
        let clock = super::clock_ms("12:30:15 PM").unwrap();
        let votes = UnitVotes::default();
        for text in ["2017-08-01", "20170801", "1.8.2017"] {
            let stamp = RawTimestamp::of(Cell::Text(text)).unwrap().with_clock(clock);
            let mut votes = votes.clone();
            votes.add(stamp);
            assert_eq!(resolve(stamp, votes.unit()), Some(NOON_MS), "{text}");
        }
        let moment = RawTimestamp::of(Cell::Text("2017-08-01 10:00")).unwrap();
        assert_eq!(moment.with_clock(clock), moment);
    }

    #[test]
    fn day_and_month_can_be_exchanged() {
        let of = |text: &str| parse_date_time(text).unwrap();
        assert_eq!(with_day_and_month_exchanged(of("2026-03-05 07:30")), of("2026-05-03 07:30"));
        assert_eq!(with_day_and_month_exchanged(of("2026-03-25")), of("2026-03-25"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "2017-02-29",
            "2017-13-01",
            "2017-00-10",
            "2017-08-01 25:00",
            "2017-08-01X",
            "2017-08/01",
            "01/08/2017",
            "2017-8-1",
            "yesterday",
            "2017-08-01 12:30:15 CET",
            "2017-08-01T12:30:15.",
            "2017-08-01 12:30:15+2",
            "",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
        assert_eq!(RawTimestamp::of(Cell::Text("nan")), None);
        assert_eq!(RawTimestamp::of(Cell::Text("-5")), None);
        assert_eq!(RawTimestamp::of(Cell::Float(f64::INFINITY)), None);
    }

    #[test]
    fn the_unit_of_numbers_follows_from_their_size() {
        for (number, expected) in [
            (1_501_590_615, NOON_MS),
            (1_501_590_615_000, NOON_MS),
            (1_501_590_615_000_000, NOON_MS),
            (1_501_590_615_000_000_000, NOON_MS),
            (20_170_801, 1_501_545_600_000),
            (17, 17),
        ] {
            assert_eq!(ms_of(&[Cell::Int(number)]), [Some(expected)], "{number}");
            assert_eq!(ms_of(&[Cell::Text(&number.to_string())]), [Some(expected)], "{number}");
        }
        assert_eq!(ms_of(&[Cell::Text("1501590615.25")]), [Some(NOON_MS + 250)]);
    }

    #[test]
    fn a_number_outside_its_columns_unit_is_bad() {
        let cells = [Cell::Int(1_501_590_615), Cell::Int(0), Cell::Int(1_501_590_615_000), Cell::Int(1_501_590_616)];
        assert_eq!(ms_of(&cells), [Some(NOON_MS), None, None, Some(NOON_MS + 1000)]);
    }

    #[test]
    fn a_number_among_dates_is_bad() {
        let cells = [Cell::Text("0"), Cell::Text("2017-08-01 12:30:15"), Cell::Text("2017-08-01 12:30:15")];
        assert_eq!(ms_of(&cells), [None, Some(NOON_MS), Some(NOON_MS)]);
    }

    #[test]
    fn positions_sort_as_numbers_and_as_times_of_the_day() {
        let cells = ["-3", "-2.5", "0", "2", "10", "1e9"].map(Cell::Text);
        assert!(cells.windows(2).all(|pair| position_key(pair[0]) < position_key(pair[1])));
        assert_eq!(position_key(Cell::Int(2)), position_key(Cell::Text("2.0")));
        assert!(position_key(Cell::Text("09:30:10")) < position_key(Cell::Text("10:00")));
        assert_eq!(position_key(Cell::Text("first")), None);
    }

    proptest! {
        #[test]
        fn a_time_is_that_of_a_calendar_library(ms in -62_135_596_800_000_i64..253_402_300_799_000) {
            let time = jiff::Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(parse_date_time(&time.to_string()), Some(ms));
        }

        #[test]
        fn no_text_panics(text in "[0-9T:+./ Z-]{0,30}") {
            RawTimestamp::of(Cell::Text(&text));
            position_key(Cell::Text(&text));
        }

        #[test]
        fn a_millisecond_column_comes_back(values in prop::collection::vec(100_000_000_000_i64..100_000_000_000_000, 1..20)) {
            let cells: Vec<Cell<'_>> = values.iter().map(|&value| Cell::Int(value)).collect();
            prop_assert_eq!(ms_of(&cells), values.into_iter().map(Some).collect::<Vec<_>>());
        }
    }
}
