//! A made-up shop: shoppers with four visits each, 45 days apart.

use vicino::EventKind;

/// The part of the events that an export tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Told {
    Everything,
    Views,
    Purchases,
}

impl Told {
    fn tells(self, kind: EventKind) -> bool {
        match self {
            Told::Everything => true,
            Told::Views => kind == EventKind::View,
            Told::Purchases => kind == EventKind::Purchase,
        }
    }
}

pub struct Event {
    pub shopper: u32,
    /// Number of the visit, from 1, over all shoppers.
    pub visit: u32,
    /// Seconds since 1970.
    pub time: i64,
    /// The time of the visit's first event.
    pub start: i64,
    pub kind: EventKind,
    pub item: u32,
    pub price: u32,
    pub quantity: u32,
    /// Number of the line in its order, from 1.
    pub line: u32,
}

pub struct Shop {
    pub events: Vec<Event>,
    pub num_shoppers: u32,
}

const DAY: i64 = 86_400;

/// Visits of each shopper.
const VISITS: u32 = 4;

impl Shop {
    /// Some 8,000 events: 944 visits of 8 or 9.
    pub fn large() -> Shop {
        Shop::of(236)
    }

    /// Five views, a cart and an order of two or three products in each visit. No two visits end at one moment, and none
    /// goes on past midnight.
    pub fn of(num_shoppers: u32) -> Shop {
        let mut events = Vec::new();
        for visit in 0..num_shoppers * VISITS {
            let (round, number) = (visit / num_shoppers, visit % num_shoppers);
            // 2024-03-01 09:00 UTC, then every day at another hour.
            let start = 1_709_283_600
                + i64::from(round * 45 + number % 40) * DAY
                + i64::from(number / 40) * 3600
                + i64::from(visit % 7) * 300;
            // What shoppers like differs: each of five tastes has products of its own, and some of the next.
            let item = |step: u32| 1001 + (number % 5) * 20 + (visit * 3 + step * step) % 27;
            let mut add = |kind, step: u32, seconds: i64, line| {
                let item = item(step);
                events.push(Event {
                    shopper: 501 + number,
                    visit: visit + 1,
                    time: start + seconds,
                    start,
                    kind,
                    item,
                    price: item % 10 + 1,
                    quantity: 1,
                    line,
                });
            };
            for step in 0..5 {
                add(EventKind::View, step, i64::from(step) * 60, 0);
            }
            add(EventKind::Cart, 4, 290, 0);
            for line in 1..=2 + visit % 2 {
                add(EventKind::Purchase, line + 1, 600, line);
            }
        }
        Shop { events, num_shoppers }
    }

    /// The events that an export tells.
    pub fn told(&self, told: Told) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| told.tells(event.kind))
    }

    pub fn num_events(&self, told: Told) -> u64 {
        self.told(told).count() as u64
    }

    /// The visits as text, sorted; what is bought in a visit sorted, too.
    pub fn sessions(&self, told: Told) -> Vec<String> {
        let told: Vec<&Event> = self.told(told).collect();
        let of_visit = |events: &[&Event]| {
            let text = |event: &&Event| format!("{} {}", event.kind.name(), event.item);
            let is_bought = |event: &&&Event| event.kind == EventKind::Purchase;
            let mut all: Vec<String> = events.iter().filter(|event| !is_bought(event)).map(text).collect();
            let mut bought: Vec<String> = events.iter().filter(is_bought).map(text).collect();
            bought.sort();
            all.extend(bought);
            all.join(", ")
        };
        let mut all: Vec<String> = told.chunk_by(|a, b| a.visit == b.visit).map(of_visit).collect();
        all.sort();
        all
    }
}
