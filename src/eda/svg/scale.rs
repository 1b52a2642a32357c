//! From numbers to places on an axis, and the numbers that are written along it.

use super::super::facts::{DAY_MS, date};
use super::super::figure::{Axis, Scale};
use super::super::format::number;

/// The part of a line that an axis takes, and the numbers at its ends.
pub(super) struct Places {
    scale: Scale,
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

/// A number along an axis.
pub(super) struct Tick {
    pub(super) place: f64,
    pub(super) text: String,
}

impl Places {
    /// An axis over some numbers, from `start` to `end` in pixels; from zero if `from_zero` and the scale has one.
    pub(super) fn new(axis: &Axis, values: impl Iterator<Item = f64>, from_zero: bool, start: f64, end: f64) -> Places {
        let (mut from, mut to) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if !(from.is_finite() && to.is_finite()) {
            (from, to) = (0.0, 1.0);
        }
        match axis.scale {
            Scale::Log => {
                from = from.max(f64::MIN_POSITIVE);
                to = to.max(from * 1.5);
            }
            Scale::Time => to = to.max(from + DAY_MS as f64),
            Scale::Linear | Scale::Percent => {
                if from_zero {
                    from = from.min(0.0);
                }
                if to <= from {
                    to = from + 1.0;
                }
            }
        }
        Places { scale: axis.scale, from, to, start, end }
    }

    /// Where a number is; held within the axis.
    pub(super) fn of(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Log => libm::log(value.max(self.from) / self.from) / libm::log(self.to / self.from),
            _ => (value - self.from) / (self.to - self.from),
        };
        self.start + part.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Round numbers along the axis, ascending; about `wanted` of them.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let values = match self.scale {
            Scale::Log => self.powers(wanted),
            Scale::Time => self.days(wanted),
            Scale::Linear | Scale::Percent => self.even(wanted),
        };
        values.into_iter().map(|value| Tick { place: self.of(value), text: self.text(value) }).collect()
    }

    fn text(&self, value: f64) -> String {
        match self.scale {
            Scale::Time => date((value / DAY_MS as f64).floor() as i64),
            Scale::Percent => format!("{} %", number(value * 100.0)),
            Scale::Linear | Scale::Log => short(value),
        }
    }

    fn even(&self, wanted: usize) -> Vec<f64> {
        let least = (self.to - self.from) / wanted.max(1) as f64;
        let power = libm::pow(10.0, libm::log10(least).floor());
        let step =
            [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|&step| step >= least).unwrap_or(10.0 * power);
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step + 1e-6).floor() as i64;
        (first..=last).take(4 * wanted).map(|at| at as f64 * step).collect()
    }

    /// Powers of ten; between few of them also 2 and 5 times each.
    fn powers(&self, wanted: usize) -> Vec<f64> {
        let (first, last) = (libm::log10(self.from).floor() as i32, libm::log10(self.to).ceil() as i32);
        let powers = (libm::log10(self.to / self.from)).max(0.1);
        let times: &[f64] = if powers * 3.0 <= wanted as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let step = (powers / wanted.max(1) as f64).ceil().max(1.0) as usize;
        let values =
            (first..=last).step_by(step).flat_map(|power| times.iter().map(move |times| times * 10_f64.powi(power)));
        values.filter(|value| (self.from * 0.999..=self.to * 1.001).contains(value)).collect()
    }

    /// The first days of months, or of a few of them; single days where the axis is short.
    fn days(&self, wanted: usize) -> Vec<f64> {
        let days = (self.to - self.from) / DAY_MS as f64;
        let steps = [1.0, 2.0, 7.0, 14.0];
        if let Some(step) = steps.into_iter().find(|step| days / step <= wanted as f64) {
            return (0..=(days / step).floor() as usize)
                .map(|at| self.from + at as f64 * step * DAY_MS as f64)
                .collect();
        }
        let steps = [1, 2, 3, 6, 12, 24, 60, 120];
        let months =
            steps.into_iter().find(|&months| days / (30.4 * f64::from(months)) <= wanted as f64).unwrap_or(240);
        let from_month = |time_ms: f64| {
            jiff::Timestamp::from_millisecond(time_ms as i64).ok().map(|time| {
                let date = jiff::tz::TimeZone::UTC.to_datetime(time).date();
                i32::from(date.year()) * 12 + i32::from(date.month()) - 1
            })
        };
        let Some((first, last)) = from_month(self.from).zip(from_month(self.to)) else { return Vec::new() };
        (first..=last)
            .filter(|month| month % months == 0)
            .filter_map(|month| {
                let date =
                    jiff::civil::Date::new((month.div_euclid(12)) as i16, (month.rem_euclid(12) + 1) as i8, 1).ok()?;
                let time = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
                Some(time.as_millisecond() as f64)
            })
            .filter(|time| (self.from..=self.to).contains(time))
            .collect()
    }
}

/// `1.5k`, `20M`.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        1e9.. => format!("{}G", number(value / 1e9)),
        1e6.. => format!("{}M", number(value / 1e6)),
        1e4.. => format!("{}k", number(value / 1e3)),
        _ => number(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(places: &Places, wanted: usize) -> Vec<String> {
        places.ticks(wanted).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn ticks_are_round_numbers_within_the_axis() {
        let linear = Places::new(&Axis::linear(""), [3.0, 97.0].into_iter(), true, 0.0, 100.0);
        assert_eq!(texts(&linear, 5), ["0", "20", "40", "60", "80"]);
        let log = Places::new(&Axis::log(""), [1.0, 43_097.0].into_iter(), false, 0.0, 100.0);
        assert_eq!(texts(&log, 6), ["1", "10", "100", "1,000", "10k"]);
        let percent = Places::new(&Axis::percent(""), [0.1, 0.42].into_iter(), true, 0.0, 100.0);
        assert_eq!(texts(&percent, 4), ["0 %", "20 %", "40 %"]);
        let months =
            Places::new(&Axis::time(""), [3.0 * DAY_MS as f64, 200.0 * DAY_MS as f64].into_iter(), false, 0.0, 100.0);
        assert_eq!(texts(&months, 4), ["1970-03-01", "1970-05-01", "1970-07-01"]);
        let time = Places::new(&Axis::time(""), [0.0, 20.0 * DAY_MS as f64].into_iter(), false, 0.0, 100.0);
        assert_eq!(texts(&time, 3), ["1970-01-01", "1970-01-08", "1970-01-15"]);
    }

    #[test]
    fn places_go_from_start_to_end_also_upwards() {
        let up = Places::new(&Axis::linear(""), [0.0, 10.0].into_iter(), true, 200.0, 0.0);
        assert_eq!((up.of(0.0), up.of(5.0), up.of(10.0), up.of(99.0)), (200.0, 100.0, 0.0, 0.0));
        let log = Places::new(&Axis::log(""), [1.0, 100.0].into_iter(), false, 0.0, 100.0);
        assert!((log.of(10.0) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn axes_of_nothing_or_of_one_number_have_a_length() {
        for values in [vec![], vec![7.0], vec![0.0]] {
            for axis in [Axis::linear(""), Axis::log(""), Axis::time(""), Axis::percent("")] {
                let places = Places::new(&axis, values.iter().copied(), true, 0.0, 10.0);
                assert!(
                    places.of(7.0).is_finite() && places.ticks(5).iter().all(|tick| tick.place.is_finite()),
                    "{axis:?} {values:?}"
                );
            }
        }
    }
}
