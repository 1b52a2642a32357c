//! What is known of items in time: the most popular of the newest days, and after how long an item is bought again.
//!
//! Owns the lists of ascending numbers with a value each, which [`priors`](super::priors) uses too.

use super::adaptive::{self, Contexts, NUMBER_SLOTS};
use super::bytes::{Expected, Fault, Reader, Writer};
use super::{MAX_TREND_ITEMS, MAX_TRENDS, Trend};
use crate::{CategoryIx, ItemIx};

/// Numbers, ascending, each with a value.
pub(super) type List = Vec<(u32, u32)>;

const GAPS: [usize; 3] = [0, 0, 0];
const VALUES: [usize; 3] = [NUMBER_SLOTS, NUMBER_SLOTS, NUMBER_SLOTS];

fn contexts() -> Contexts {
    Contexts::new(2 * NUMBER_SLOTS)
}

/// Writes the decisions of lists whose lengths the reader knows: for each number the gap from the one before, and its value.
pub(super) fn write_lists(lists: &[List], to: &mut Writer) {
    let (mut contexts, mut encoder) = (contexts(), adaptive::Encoder::new());
    for list in lists {
        let mut next = 0;
        for &(number, value) in list {
            contexts.number(&mut encoder, 0, GAPS, || number - next);
            contexts.number(&mut encoder, 2, VALUES, || value);
            next = number + 1;
        }
    }
    to.bytes(&encoder.finish());
}

/// Reads the rest of a section: lists of so many numbers below so much each, and no value above `most_value`.
pub(super) fn read_lists(from: &mut Reader, lists: &[(usize, usize)], most_value: u32) -> Result<Vec<List>, Fault> {
    let most = from.num_left().saturating_mul(16);
    let start = from.clone();
    for &(length, below) in lists {
        if length > most.min(below) {
            return Err(start.fault("length of a list", length as u64, Expected::AtMost(most.min(below) as u64)));
        }
    }
    let (mut contexts, mut decoder) = (contexts(), adaptive::Decoder::new(from.rest()));
    let mut found = Vec::new();
    for &(length, below) in lists {
        let (mut list, mut next) = (Vec::with_capacity(length), 0u32);
        for _ in 0..length {
            let number = next.saturating_add(contexts.number(&mut decoder, 0, GAPS, || 0));
            let value = contexts.number(&mut decoder, 2, VALUES, || 0);
            if number as usize >= below || value > most_value {
                return Err(start.fault("number in a list", number.into(), Expected::AtMost(below as u64)));
            }
            list.push((number, value));
            next = number + 1;
        }
        found.push(list);
    }
    if decoder.is_done() {
        return Ok(found);
    }
    Err(start.fault("end of the lists", decoder.position() as u64, Expected::Text("behind the last number")))
}

/// u8 periods, then u16 days and u8 items each, then a list each of items and 255 less their level.
pub(super) fn write_trends(trends: &[Trend]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(trends.len() as u8);
    for trend in trends {
        to.u16(trend.days);
        to.u8(trend.items.len() as u8);
    }
    let below = |&(item, level): &(ItemIx, u8)| (item.0, u32::from(u8::MAX - level));
    write_lists(&trends.iter().map(|trend| trend.items.iter().map(below).collect()).collect::<Vec<_>>(), &mut to);
    to.finish()
}

pub(super) fn read_trends(from: &mut Reader, num_items: usize) -> Result<Vec<Trend>, Fault> {
    let (mut days, mut sizes) = (Vec::new(), Vec::new());
    let start = from.clone();
    for _ in 0..from.u8()? {
        days.push(from.u16()?);
        sizes.push((usize::from(from.u8()?), num_items));
    }
    if days.len() > MAX_TRENDS || !is_ascending(&days) || sizes.iter().any(|size| size.0 > MAX_TREND_ITEMS) {
        return Err(start.fault("number of periods", days.len() as u64, Expected::Text("at most 16, ascending")));
    }
    let lists = read_lists(from, &sizes, u8::MAX.into())?;
    let level = |(item, below): (u32, u32)| (ItemIx(item), u8::MAX - below as u8);
    let trend = |(days, list): (u16, List)| Trend { days, items: list.into_iter().map(level).collect() };
    Ok(days.into_iter().zip(lists).map(trend).collect())
}

/// Whether numbers of days ascend from 1.
pub(super) fn is_ascending(days: &[u16]) -> bool {
    let mut least = 1;
    days.iter().all(|&days| u32::from(days) >= std::mem::replace(&mut least, u32::from(days) + 1))
}

/// Days between two purchases by item and by category.
pub(super) type Replenishment = (Vec<(ItemIx, u16)>, Vec<(CategoryIx, u16)>);

/// u32 items and u32 categories, then a list each of them and their days less 1.
pub(super) fn write_replenishment(items: &[(ItemIx, u16)], categories: &[(CategoryIx, u16)]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u32(items.len() as u32);
    to.u32(categories.len() as u32);
    let less = |days: u16| u32::from(days.saturating_sub(1));
    let items = items.iter().map(|&(item, days)| (item.0, less(days))).collect();
    let categories = categories.iter().map(|&(category, days)| (category.0.into(), less(days))).collect();
    write_lists(&[items, categories], &mut to);
    to.finish()
}

pub(super) fn read_replenishment(
    from: &mut Reader,
    num_items: usize,
    num_categories: usize,
) -> Result<Replenishment, Fault> {
    let sizes = [(from.u32()? as usize, num_items), (from.u32()? as usize, num_categories)];
    let mut lists = read_lists(from, &sizes, u32::from(u16::MAX) - 1)?.into_iter();
    let mut next = || lists.next().unwrap_or_default().into_iter().map(|(number, less)| (number, less as u16 + 1));
    let items = next().map(|(number, days)| (ItemIx(number), days)).collect();
    Ok((items, next().map(|(number, days)| (CategoryIx(number as u16), days)).collect()))
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_the_last_item_is_refused() {
        let bytes = write_replenishment(&[(ItemIx(4), 7)], &[]);
        let mut from = Reader::new(&bytes);
        assert_eq!(read_replenishment(&mut from, 5, 0).unwrap(), (vec![(ItemIx(4), 7)], vec![]));
        let fault = read_replenishment(&mut Reader::new(&bytes), 4, 0).unwrap_err();
        assert_eq!(fault.expected(), Some(Expected::AtMost(4)));
    }

    #[test]
    fn periods_that_do_not_ascend_are_refused() {
        let trend = |days| Trend { days, items: vec![(ItemIx(0), 255)] };
        for (days, is_sound) in [(vec![1, 7, 30], true), (vec![7, 7], false), (vec![0], false)] {
            let bytes = write_trends(&days.into_iter().map(trend).collect::<Vec<_>>());
            assert_eq!(read_trends(&mut Reader::new(&bytes), 1).is_ok(), is_sound);
        }
    }

    #[test]
    fn a_list_that_the_bytes_cannot_hold_is_refused_before_it_allocates() {
        let mut bytes = write_replenishment(&[(ItemIx(0), 1)], &[]);
        bytes[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        let fault = read_replenishment(&mut Reader::new(&bytes), usize::MAX, 0).unwrap_err();
        assert!(matches!(fault.expected(), Some(Expected::AtMost(_))));
    }
}
