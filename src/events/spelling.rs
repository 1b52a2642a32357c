//! One form for what is written in several: the case of ids, the currency of prices.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::table::interner::Interner;
use crate::table::{Cell, currency_of_sign, split_currency, whole_number};

/// Gives every id another form, and makes those that have one form one; `numbers` change with them.
pub(super) fn rename<'n>(
    items: &mut Interner,
    numbers: impl Iterator<Item = &'n mut u32>,
    form: impl Fn(&str) -> Cow<'_, str>,
) {
    let mut renamed = Interner::with_names();
    let new: Vec<u32> = (0..items.len() as u32).map(|item| renamed.intern(Cell::Text(&form(items.id(item))))).collect();
    for number in numbers {
        *number = new[*number as usize];
    }
    *items = renamed;
}

/// The lower-case form of an id.
pub(super) fn lower_case(id: &str) -> Cow<'_, str> {
    Cow::Owned(id.to_lowercase())
}

/// The form of whole numbers that tools have written as floats: `123` for `123.0`.
pub(super) fn whole(id: &str) -> Cow<'_, str> {
    Cow::Borrowed(whole_number(id).unwrap_or(id))
}

/// An id such as `123.0`, if all ids are whole numbers.
pub(super) fn float_of_whole_numbers(items: &Interner) -> Option<&str> {
    let ids = || (0..items.len() as u32).map(|item| items.id(item));
    let is_whole = |id: &str| whole_number(id).is_some() || id.bytes().all(|byte| byte.is_ascii_digit());
    ids().find(|id| whole_number(id).is_some()).filter(|_| ids().all(is_whole))
}

/// Returns true if a spreadsheet has rounded an id: `1.23457E+12`.
pub(super) fn is_rounded(id: &str) -> bool {
    let Some((digits, power)) = id.split_once("E+").or_else(|| id.split_once("e+")) else { return false };
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let has_point = digits.bytes().all(|byte| is_digit(byte) || matches!(byte, b'.' | b','));
    has_point && digits.len() > 2 && !power.is_empty() && power.bytes().all(is_digit)
}

/// The ids that a spreadsheet has rounded: how many, and the first in the order of the alphabet.
pub(super) fn rounded(items: &Interner) -> Option<(u64, &str)> {
    let ids = || (0..items.len() as u32).map(|item| items.id(item)).filter(|id| is_rounded(id));
    Some((ids().count() as u64, ids().min()?))
}

/// Turns prices into the shop's currency, and counts the currencies.
#[derive(Default)]
pub(super) struct Currencies {
    rates: Vec<(String, f64)>,
    seen: Vec<(String, u64)>,
}

/// Distinct codes that are counted; what comes after is no currency anyway.
const MAX_SEEN: usize = 200;

impl Currencies {
    pub(super) fn new(rates: &BTreeMap<String, f64>) -> Currencies {
        let code = |name: &String| {
            currency_of_sign(name.trim()).map_or_else(|| name.trim().to_ascii_uppercase(), str::to_owned)
        };
        Currencies { rates: rates.iter().map(|(name, &rate)| (code(name), rate)).collect(), seen: Vec::new() }
    }

    /// The price that a cell holds: `Ok(None)` if it is missing, `Err` if it is no number.
    #[inline]
    pub(super) fn price(&mut self, cell: Cell<'_>) -> Result<Option<f64>, ()> {
        let cell = cell.unless_null();
        let price = cell.to_number()?;
        Ok(match (price, cell) {
            (Some(price), Cell::Text(text)) if !is_plain(text) => Some(price * self.rate(text)),
            (price, _) => price,
        })
    }

    #[cold]
    fn rate(&mut self, text: &str) -> f64 {
        let (_, Some(code)) = split_currency(text) else { return 1.0 };
        let num_seen = self.seen.len();
        match self.seen.iter_mut().find(|(seen, _)| seen == code) {
            Some((_, rows)) => *rows += 1,
            None if num_seen < MAX_SEEN => self.seen.push((code.to_owned(), 1)),
            None => {}
        }
        self.rates.iter().find(|(known, _)| known == code).map_or(1.0, |(_, rate)| *rate)
    }

    /// The currencies without a rate and the rows with a price in them, the most frequent first.
    pub(super) fn without_rate(&self) -> Vec<(String, u64)> {
        let has_rate = |code: &str| self.rates.iter().any(|(known, _)| known == code);
        let mut without: Vec<_> = self.seen.iter().filter(|(code, _)| !has_rate(code)).cloned().collect();
        without.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        without
    }
}

/// Returns true if a price begins and ends as a plain number does.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.'));
    is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_multiplied_by_the_rate_of_their_currency() {
        let mut currencies = Currencies::new(&BTreeMap::from([("$".to_owned(), 0.5), ("gbp".to_owned(), 2.0)]));
        for (text, expected) in
            [("$3.00", 1.5), ("3 USD", 1.5), ("GBP 4", 8.0), ("£4", 8.0), ("4,50 €", 4.5), ("EUR4.5", 4.5), ("7", 7.0)]
        {
            assert_eq!(currencies.price(Cell::Text(text)), Ok(Some(expected)), "{text}");
        }
        assert_eq!(currencies.without_rate(), [("EUR".to_owned(), 2)]);
        assert_eq!(currencies.price(Cell::Text("free")), Err(()));
        assert_eq!(currencies.price(Cell::Missing), Ok(None));
    }

    #[test]
    fn ids_that_differ_in_case_become_one() {
        let mut items = Interner::with_names();
        let mut numbers: Vec<u32> = ["A1", "b", "a1", "B", "Ä"].iter().map(|id| items.intern(Cell::Text(id))).collect();
        rename(&mut items, numbers.iter_mut(), lower_case);
        assert_eq!(numbers, [0, 1, 0, 1, 2]);
        assert_eq!((items.len(), items.id(0), items.id(2)), (3, "a1", "ä"));
    }

    #[test]
    fn ids_are_read_as_the_page_spells_them() {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Case {
            given: serde_json::Value,
            read: String,
            #[serde(default)]
            whole_numbers: bool,
            #[serde(default)]
            fold_case: bool,
        }
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/harness/ids.json")).unwrap();
        for Case { given, read, whole_numbers, fold_case } in cases {
            let cell = match given.as_str() {
                Some(text) => Cell::from_text(text),
                None => Cell::Int(given.as_i64().unwrap()),
            };
            let id = cell.unless_null().to_text();
            let id = if whole_numbers { whole(&id) } else { Cow::Borrowed(&*id) };
            let id = if fold_case { lower_case(&id) } else { id };
            assert_eq!(id, read, "{given}");
        }
    }

    #[test]
    fn whole_numbers_lose_their_point_only_where_all_ids_are_whole() {
        let items = |ids: &[&str]| {
            let mut items = Interner::with_names();
            ids.iter().for_each(|id| {
                items.intern(Cell::Text(id));
            });
            items
        };
        assert_eq!(float_of_whole_numbers(&items(&["7", "123.0"])), Some("123.0"));
        assert_eq!(float_of_whole_numbers(&items(&["123.0", "1.5"])), None);
        assert_eq!(float_of_whole_numbers(&items(&["123.0", "A"])), None);
        assert_eq!(float_of_whole_numbers(&items(&["123", "7"])), None);
        let mut both = items(&["123.0", "7", "123"]);
        let mut numbers = [0, 1, 2];
        rename(&mut both, numbers.iter_mut(), whole);
        assert_eq!((numbers, both.id(0)), ([0, 1, 0], "123"));
        assert_eq!(rounded(&items(&["7", "1.23457E+12", "4,5E+11"])), Some((2, "1.23457E+12")));
        assert_eq!(rounded(&items(&["E+12", "SIZE+1"])), None);
    }
}
