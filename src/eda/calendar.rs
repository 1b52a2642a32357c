//! Figures along the calendar: over time, within the week, and what is new.

use super::facts::{DAY_MS, Facts, date, day_of};
use super::figure::{Axis, Chart, Figure, Grid, Series};
use super::format::{number, percent, thousands};
use super::stats::share;
use crate::EventKind;
use crate::events::{ReadReport, TimeSource};

/// Periods are weeks where there would be more days than these.
const MAX_DAYS: i64 = 800;
/// Days of a century.
const MAX_WEEKS_DAYS: i64 = 36_525;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOUR_MS: i64 = 3_600_000;

/// Equal periods from the first to the last event.
#[derive(Clone, Copy)]
struct Periods {
    first_day: i64,
    days: i64,
    count: usize,
}

impl Periods {
    fn days(facts: &Facts<'_>) -> Result<Periods, &'static str> {
        facts.times_ms()?;
        let (first, last) = facts.span_ms.map_or((0, 0), |(first, last)| (day_of(first), day_of(last)));
        let days = match last - first {
            ..MAX_DAYS => 1,
            MAX_DAYS..MAX_WEEKS_DAYS => 7,
            // Only times that are wrong lie so far apart.
            _ => return Err("times less than a century apart"),
        };
        Ok(Periods { first_day: first, days, count: ((last - first) / days) as usize + 1 })
    }

    /// Days, weeks, or months of thirty days.
    fn wide(facts: &Facts<'_>) -> Result<Periods, &'static str> {
        let fine = Periods::days(facts)?;
        let span = fine.days * fine.count as i64;
        let days = if span <= 60 {
            1
        } else if span <= 420 {
            7
        } else {
            30
        };
        Ok(Periods { days, count: ((span - 1) / days) as usize + 1, ..fine })
    }

    fn of(&self, time_ms: i64) -> usize {
        ((day_of(time_ms) - self.first_day) / self.days) as usize
    }

    fn start_ms(&self, period: usize) -> f64 {
        ((self.first_day + period as i64 * self.days) * DAY_MS) as f64
    }

    fn start(&self, period: usize) -> String {
        date(self.first_day + period as i64 * self.days)
    }

    const fn name(&self) -> &'static str {
        match self.days {
            1 => "day",
            7 => "week",
            _ => "30 days",
        }
    }
}

/// Events of each day or week, by kind.
pub(super) fn over_time(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let times = facts.times_ms()?;
    let periods = Periods::days(facts)?;
    let mut counts = vec![[0_u64; 3]; periods.count];
    for (&time, &kind) in times.iter().zip(&facts.sessions.kinds) {
        counts[periods.of(time)][kind as usize] += 1;
    }
    let kinds: Vec<EventKind> = EventKind::ALL.into_iter().filter(|&kind| facts.of_kind(kind) > 0).collect();
    let points = |kind: EventKind| {
        let point = |(at, counts): (usize, &[u64; 3])| (periods.start_ms(at), counts[kind as usize] as f64);
        counts.iter().enumerate().map(point).collect()
    };
    let name = |kind: EventKind| if kinds.len() > 1 { kind.name().to_owned() } else { String::new() };
    let series = kinds.iter().map(|&kind| Series { name: name(kind), points: points(kind) }).collect();

    let totals: Vec<u64> = counts.iter().map(|kinds| kinds.iter().sum()).collect();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let mut table = Grid::new(&[&[periods.name()], &names[..]].concat());
    for (at, counts) in counts.iter().enumerate() {
        let cells = kinds.iter().map(|&kind| thousands(counts[kind as usize]));
        table.row([periods.start(at)].into_iter().chain(cells));
    }
    let busiest = totals.iter().enumerate().max_by_key(|&(at, total)| (total, usize::MAX - at));
    let busiest = busiest.map_or_else(String::new, |(at, &total)| {
        format!(" The busiest {} begins on {} with {} events.", periods.name(), periods.start(at), thousands(total))
    });
    let empty = totals.iter().filter(|&&total| total == 0).count();
    let mean = facts.num_events() as f64 / periods.count as f64;
    let name = periods.name();
    Ok(Figure {
        id: "over-time".to_owned(),
        title: format!("Events a {name}"),
        text: format!(
            "Events of each {name} (UTC), from {} to {}: {} on average.{busiest} {}",
            periods.start(0),
            periods.start(periods.count - 1),
            number(mean),
            match empty {
                0 => format!("No {name} is without events."),
                1 => format!("One {name} is without any event."),
                empty => format!("{} {name}s are without any event.", thousands(empty as u64)),
            }
        ),
        chart: Chart::Lines {
            x: Axis::time("date"),
            y: Axis::linear(format!("events a {name}")),
            series,
            marks: Vec::new(),
        },
        table,
    })
}

/// Events by weekday and hour.
pub(super) fn week(facts: &Facts<'_>, read: &ReadReport) -> Result<Figure, &'static str> {
    let times = facts.times_ms()?;
    if read.time_source == TimeSource::Days {
        return Err("times of the day; the log has whole days only");
    }
    let mut counts = [[0_u64; 24]; 7];
    for &time in times {
        // 1970-01-01 was a Thursday.
        let weekday = (day_of(time) + 3).rem_euclid(7) as usize;
        counts[weekday][(time.rem_euclid(DAY_MS) / HOUR_MS) as usize] += 1;
    }
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}")).collect();
    let mut table = Grid { head: [vec!["weekday".to_owned()], hours.clone()].concat(), rows: Vec::new() };
    for (weekday, counts) in WEEKDAYS.iter().zip(&counts) {
        table.row([(*weekday).to_owned()].into_iter().chain(counts.iter().map(|&count| thousands(count))));
    }
    let cells: Vec<f64> = counts.iter().flatten().map(|&count| count as f64).collect();
    let busiest = (0..cells.len()).max_by(|&a, &b| cells[a].total_cmp(&cells[b]).then(b.cmp(&a))).unwrap_or(0);
    let weekend: u64 = counts[5..].iter().flatten().sum();
    let night: u64 = counts.iter().flat_map(|hours| &hours[..6]).sum();
    Ok(Figure {
        id: "week".to_owned(),
        title: "When shoppers come".to_owned(),
        text: format!(
            "Events by weekday and hour (UTC), the stronger the more. The busiest hour is {} from {:02} to {:02} h; {} \
             are on Saturdays and Sundays, {} between midnight and six. Busy nights may be robots, or times in another \
             zone than thought.",
            WEEKDAYS[busiest / 24],
            busiest % 24,
            busiest % 24 + 1,
            percent(share(weekend, facts.num_events())),
            percent(share(night, facts.num_events()))
        ),
        chart: Chart::Heatmap {
            columns: hours,
            rows: WEEKDAYS.map(str::to_owned).to_vec(),
            x: "hour (UTC)".to_owned(),
            y: "weekday".to_owned(),
            value: "events".to_owned(),
            cells,
            num_columns: 24,
            is_log: false,
        },
        table,
    })
}

/// The share of each period's events that are on products, and by shoppers, seen in that period for the first time.
pub(super) fn cold_start(facts: &Facts<'_>) -> Result<Figure, &'static str> {
    let times = facts.times_ms()?;
    let periods = Periods::wide(facts)?;
    if periods.count < 3 {
        return Err("at least three days between the first and the last event");
    }
    let mut first_of_item = vec![u32::MAX; facts.log.item_ids.len()];
    let mut first_of_shopper = vec![u32::MAX; facts.of_shopper.len()];
    let sessions = facts.sessions;
    let events = || {
        (0..sessions.len()).flat_map(|session| {
            let shopper = sessions.shoppers.get(session).copied().unwrap_or(0) as usize;
            (sessions.offsets[session]..sessions.offsets[session + 1]).map(move |event| (event, shopper))
        })
    };
    for (event, shopper) in events() {
        let period = periods.of(times[event]) as u32;
        let first = &mut first_of_item[sessions.items[event].as_usize()];
        *first = period.min(*first);
        if let Some(first) = first_of_shopper.get_mut(shopper) {
            *first = period.min(*first);
        }
    }
    let (mut all, mut new_items, mut new_shoppers) =
        (vec![0_u64; periods.count], vec![0; periods.count], vec![0; periods.count]);
    for (event, shopper) in events() {
        let period = periods.of(times[event]);
        all[period] += 1;
        new_items[period] += u64::from(first_of_item[sessions.items[event].as_usize()] as usize == period);
        new_shoppers[period] += u64::from(first_of_shopper.get(shopper).is_some_and(|&first| first as usize == period));
    }
    let of = |name: &str, new: &[u64]| {
        let point = |at: usize| (periods.start_ms(at), share(new[at], all[at]));
        Series { name: name.to_owned(), points: (1..periods.count).filter(|&at| all[at] > 0).map(point).collect() }
    };
    let mut series = vec![of("on new products", &new_items)];
    if !first_of_shopper.is_empty() {
        series.push(of("by new shoppers", &new_shoppers));
    }
    let mut table = Grid::new(&[periods.name(), "events", "on new products", "by new shoppers"]);
    for at in 0..periods.count {
        let shares = [&new_items, &new_shoppers].map(|new| percent(share(new[at], all[at])));
        let by_shoppers = if first_of_shopper.is_empty() { String::new() } else { shares[1].clone() };
        table.row([periods.start(at), thousands(all[at]), shares[0].clone(), by_shoppers]);
    }
    let late: Vec<usize> = (periods.count - periods.count.div_ceil(4)..periods.count).collect();
    let sum = |counts: &[u64]| late.iter().map(|&at| counts[at]).sum::<u64>();
    let name = periods.name();
    let shoppers = match first_of_shopper.is_empty() {
        true => String::new(),
        false => format!(", {} by shoppers that nobody had seen before", percent(share(sum(&new_shoppers), sum(&all)))),
    };
    Ok(Figure {
        id: "cold-start".to_owned(),
        title: "How much is new".to_owned(),
        text: format!(
            "The share of each {name}'s events on products that appear in that very {name} for the first time, and by \
             shoppers that do; the first {name}, in which all is new, is left out. In the last quarter {} of the \
             events were on products of their first {name}{shoppers}. A model knows new products only after the next \
             training, or by their content.",
            percent(share(sum(&new_items), sum(&all)))
        ),
        chart: Chart::Lines { x: Axis::time("date"), y: Axis::percent("share of events"), series, marks: Vec::new() },
        table,
    })
}
