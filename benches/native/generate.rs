//! A log of clicks, made up: popular and rare items, categories, and sessions that wander through them.
//!
//! It has the shape that counting cares about (a long tail, short sessions, neighbours that recur) and says
//! nothing about quality.

use crate::log::LogWriter;
use std::path::Path;

/// Events an item has on average.
const EVENTS_PER_ITEM: u64 = 25;
/// Items a category has on average.
const ITEMS_PER_CATEGORY: u64 = 100;
/// Every event but the first is followed by another with this probability, so a session has 5 on average.
const CONTINUE: f64 = 0.75;
/// The next event is on an item near the last one, in the order of its category, with this probability.
const STAY_NEAR: f64 = 0.5;
/// Otherwise it is on any item of the same category, the popular ones first, with this one.
const STAY_IN_CATEGORY: f64 = 0.7;
/// 1 January 2026, in seconds.
const START_SECONDS: u64 = 1_767_225_600;

/// Writes `num_events` events with columns session_id, item_id and timestamp, as CSV or Parquet as the name says; the
/// same seed gives the same bytes.
///
/// Popularity falls with the rank of a category, and of an item within it, as 1 / rank (Zipf 1949).
pub fn generate(num_events: u64, seed: u64, out: &Path) -> anyhow::Result<()> {
    let num_categories = (num_events / EVENTS_PER_ITEM / ITEMS_PER_CATEGORY).max(2);
    let categories = Zipf::new(num_categories);
    let items = Zipf::new(ITEMS_PER_CATEGORY);
    let mut random = SplitMix(seed);

    let mut log = LogWriter::create(out)?;
    let (mut written, mut session) = (0, 0);
    while written < num_events {
        let mut category = categories.draw(&mut random);
        let mut item = items.draw(&mut random);
        loop {
            // Numbers are scattered, so that an id tells nothing of popularity.
            let id = (category * ITEMS_PER_CATEGORY + item) * 7_919 % 99_999_989;
            log.write(&format!("s{session}"), &format!("p{id:08}"), START_SECONDS + written)?;
            written += 1;
            // A session of one item teaches nothing; real logs lose them in cleaning.
            if written == num_events || random.unit() >= CONTINUE {
                break;
            }
            if random.unit() < STAY_NEAR {
                item = (item + 1 + random.below(4)) % ITEMS_PER_CATEGORY;
            } else {
                if random.unit() >= STAY_IN_CATEGORY {
                    category = categories.draw(&mut random);
                }
                item = items.draw(&mut random);
            }
        }
        session += 1;
    }
    log.finish()
}

/// Draws 0..n, the number r with a weight of 1 / (r + 1).
struct Zipf {
    /// Sums of the weights up to and with each number.
    sums: Vec<f64>,
}

impl Zipf {
    fn new(n: u64) -> Zipf {
        let mut sum = 0.0;
        let sums = (1..=n)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Zipf { sums }
    }

    fn draw(&self, random: &mut SplitMix) -> u64 {
        let at = random.unit() * self.sums.last().copied().unwrap_or(0.0);
        self.sums.partition_point(|&sum| sum <= at).min(self.sums.len() - 1) as u64
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..1, 53 bits.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}
