//! A made-up shop: forty shoppers with three visits each, a day and more apart.

use vicino::EventKind;

/// The part of the events that an export tells.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    pub kind: EventKind,
    pub item: u32,
    pub price: u32,
    pub quantity: u32,
    /// Number of the line in its order, from 1.
    pub line: u32,
}

pub struct Shop {
    pub events: Vec<Event>,
}

const DAY: i64 = 86_400;

impl Shop {
    /// Five views, a cart and an order of two or three products in each visit.
    pub fn new() -> Shop {
        let mut events = Vec::new();
        for visit in 0..120_u32 {
            let shopper = 501 + visit % 40;
            // 2024-03-01 09:00 UTC, then every day at another hour.
            let start = 1_709_283_600 + i64::from(visit / 40 * 45 + visit % 40) * DAY + i64::from(visit % 7) * 600;
            let item = |step: u32| 1001 + (visit * 3 + step * step) % 25;
            let mut add = |kind, step: u32, seconds: i64, line| {
                let (item, time) = (item(step), start + seconds);
                events.push(Event {
                    shopper,
                    visit: visit + 1,
                    time,
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
        Shop { events }
    }

    /// The events that an export tells.
    pub fn told(&self, told: Told) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| told.tells(event.kind))
    }

    pub fn num_events(&self, told: Told) -> u64 {
        self.told(told).count() as u64
    }

    pub fn num_shoppers() -> u32 {
        40
    }

    /// The visits as text, sorted; what is bought in a visit sorted, too.
    pub fn sessions(&self, told: Told) -> Vec<String> {
        let mut all: Vec<String> = (1..=120)
            .map(|visit| {
                let of_visit = || self.told(told).filter(move |event| event.visit == visit);
                let text = |event: &Event| format!("{} {}", event.kind.name(), event.item);
                let is_bought = |event: &&Event| event.kind == EventKind::Purchase;
                let mut all: Vec<String> = of_visit().filter(|event| !is_bought(event)).map(text).collect();
                let mut bought: Vec<String> = of_visit().filter(is_bought).map(text).collect();
                bought.sort();
                all.extend(bought);
                all.join(", ")
            })
            .collect();
        all.sort();
        all
    }
}
