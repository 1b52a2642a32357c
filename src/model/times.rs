//! Facts about items in time: the most popular of the newest days, and the days until an item is bought again.
//!
//! Owns the lists of ascending numbers with a value each, which [`priors`](super::priors) uses too.

use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::coder::{BinaryCoder, Decoder, Encoder, FRESH, NUM_NUMBER_CONTEXTS};
use super::{MAX_TREND_ITEMS, MAX_TRENDS, Trend};
use crate::{CategoryIx, ItemIx};

/// Numbers, ascending, each with a value.
pub(super) type List = Vec<(u32, u32)>;

/// Codes lists of so many numbers below so much each: for each number the gap from the one before, and its value; hands
/// each of them over with the list it is of. `None` if a number is not below, or a value above `most_value`.
fn code<S: BinaryCoder>(
    coder: &mut S,
    lists: &[(usize, usize)],
    most_value: u32,
    value: impl Fn(usize, usize) -> (u32, u32),
    each: &mut dyn FnMut(usize, u32, u32),
) -> Option<()> {
    let (mut gaps, mut values) = ([FRESH; NUM_NUMBER_CONTEXTS], [FRESH; NUM_NUMBER_CONTEXTS]);
    for (which, &(length, below)) in lists.iter().enumerate() {
        let mut next = 0u32;
        for at in 0..length {
            let of = next.saturating_add(coder.number(&mut gaps, || value(which, at).0 - next));
            let value = coder.number(&mut values, || value(which, at).1);
            if of as usize >= below || value > most_value {
                return None;
            }
            each(which, of, value);
            next = of + 1;
        }
    }
    Some(())
}

/// Writes lists whose lengths the reader knows.
pub(super) fn write_lists(lists: &[List], to: &mut Writer) {
    let sizes: Vec<(usize, usize)> = lists.iter().map(|list| (list.len(), usize::MAX)).collect();
    let mut encoder = Encoder::new();
    let value = |which: usize, at: usize| lists.get(which).and_then(|list| list.get(at)).copied().unwrap_or_default();
    code(&mut encoder, &sizes, u32::MAX, value, &mut |_, _, _| {});
    to.bytes(&encoder.finish());
}

/// Reads the rest of a section: lists of so many numbers below so much each, and no value above `most_value`. `each` is
/// given the list, the number and the value.
pub(super) fn read_lists(
    from: &mut Reader,
    lists: &[(usize, usize)],
    most_value: u32,
    each: &mut dyn FnMut(usize, u32, u32),
) -> Result<(), DecodeError> {
    let start = from.clone();
    // Numbers ascend.
    for &(length, below) in lists {
        if length > below {
            return Err(start.fault("length of a list", length as u64, Expected::AtMost(below as u64)));
        }
    }
    let mut decoder = Decoder::new(from.rest());
    if code(&mut decoder, lists, most_value, |_, _| (0, 0), each).is_some() && decoder.is_done() {
        return Ok(());
    }
    Err(start.fault("stream of lists", start.num_left() as u64, Expected::Text("one of numbers and values in range")))
}

/// Folds a difference so that small ones of either sign are small numbers.
pub(super) fn fold(difference: i32) -> u32 {
    (difference << 1 ^ difference >> 31) as u32
}

/// Returns the difference that was folded.
pub(super) fn unfold(folded: u32) -> i32 {
    (folded >> 1) as i32 ^ -((folded & 1) as i32)
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

pub(super) fn read_trends(from: &mut Reader, num_items: usize) -> Result<Vec<Trend>, DecodeError> {
    let (mut trends, mut sizes) = (Vec::new(), Vec::new());
    let start = from.clone();
    let (mut is_wrong, mut before) = (false, 0);
    for _ in 0..from.u8()? {
        let days = from.u16()?;
        let length = usize::from(from.u8()?);
        is_wrong |= days <= before || length > MAX_TREND_ITEMS;
        before = days;
        trends.push(Trend { days, items: Vec::with_capacity(length) });
        sizes.push((length, num_items));
    }
    if is_wrong || trends.len() > MAX_TRENDS {
        return Err(start.fault("number of periods", trends.len() as u64, Expected::Text("at most 16, ascending")));
    }
    read_lists(from, &sizes, u8::MAX.into(), &mut |which, item, below| {
        if let Some(trend) = trends.get_mut(which) {
            trend.items.push((ItemIx(item), u8::MAX - below as u8));
        }
    })?;
    Ok(trends)
}

/// Tells whether numbers of days ascend from 1.
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
) -> Result<Replenishment, DecodeError> {
    let sizes = [(from.u32()? as usize, num_items), (from.u32()? as usize, num_categories)];
    let (mut items, mut categories) = (Vec::new(), Vec::new());
    read_lists(from, &sizes, u32::from(u16::MAX) - 1, &mut |which, number, less| {
        let days = less as u16 + 1;
        match which {
            0 => items.push((ItemIx(number), days)),
            _ => categories.push((CategoryIx(number as u16), days)),
        }
    })?;
    Ok((items, categories))
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;

    #[test]
    fn differences_fold_and_unfold() {
        for difference in [0, 1, -1, 2, -2, 1 << 24, -(1 << 24)] {
            assert_eq!(unfold(fold(difference)), difference);
        }
        assert_eq!([fold(0), fold(-1), fold(1)], [0, 1, 2]);
    }

    #[test]
    fn a_number_beyond_the_last_item_is_refused() {
        let bytes = write_replenishment(&[(ItemIx(4), 7)], &[]);
        let mut from = Reader::new(&bytes);
        assert_eq!(read_replenishment(&mut from, 5, 0).unwrap(), (vec![(ItemIx(4), 7)], vec![]));
        assert!(read_replenishment(&mut Reader::new(&bytes), 4, 0).is_err());
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
    fn a_list_of_more_numbers_than_there_are_is_refused_before_it_allocates() {
        let mut bytes = write_replenishment(&[(ItemIx(0), 1)], &[]);
        bytes[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        let fault = read_replenishment(&mut Reader::new(&bytes), 1000, 0).unwrap_err();
        assert_eq!(fault.expected(), Some(Expected::AtMost(1000)));
    }
}
