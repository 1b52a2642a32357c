//! Ids of one shape, each of which is a number.

use super::code::Coder;
use super::limits::{at_most, fault};
use crate::model::bytes::{DecodeError, Expected};

/// Letters and digits in an order in which those of every usual way to write numbers are together.
const ALPHABET: &[u8; 62] = b"GHIJKLMNOPQRSTUVWXYZABCDEF0123456789abcdefghijklmnopqrstuvwxyz";
const NUM_LETTERS: u32 = ALPHABET.len() as u32;
/// Places in the alphabet; `NONE` for other bytes.
const PLACES: [u8; 256] = {
    let mut places = [NONE; 256];
    let mut at = 0;
    while at < ALPHABET.len() {
        places[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    places
};
const NONE: u8 = u8::MAX;
/// Place of `0`, behind which the other digits follow.
pub(super) const ZERO: u8 = 26;
/// Digits of a number below 2^128.
const MAX_DIGITS: u32 = 39;
/// Parts of a template: 128 that differ, text before each and at the end, a check digit.
const MAX_PARTS: usize = 258;
/// Times that letters repeat, at most; more would be more ids than 128 bits can tell apart.
pub(super) const MAX_TIMES: u32 = 128;

/// The place of a letter or digit in the alphabet.
#[inline]
pub(super) fn place(byte: u8) -> Option<u8> {
    let place = PLACES.get(usize::from(byte)).copied().unwrap_or(NONE);
    (place != NONE).then_some(place)
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text that all ids share.
    Text(String),
    /// A letter or digit, `radix` of which are possible from place `lowest` on, `times` times.
    Letters { lowest: u8, radix: u8, times: u8 },
    /// A number without zeros before it, of at most so many digits.
    Decimal { most: u8 },
    /// The check digit of the digits before it (GS1 General Specifications, 7.9: 3 and 1 times each, from the right);
    /// the last part.
    Check,
}

/// The shape of ids: each number up to a largest one is the id of it, and no two numbers are the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
    /// Bytes of an id without those of the decimal number.
    num_fixed: usize,
    /// Digits of the decimal number, if there is one.
    most_digits: Option<u8>,
    largest: u128,
}

impl Template {
    /// `None` if there are more ids of that shape than 128 bits can tell apart, two decimal numbers, or parts behind a
    /// check digit.
    pub(super) fn new(parts: Vec<Part>) -> Option<Template> {
        let (mut num_fixed, mut most_digits, mut largest) = (0, None, 0u128);
        let mut widen = |radix: u8, times: u8| -> Option<()> {
            // What may have one more digit and stay below 2^128.
            let mut most = u128::MAX - u128::from(radix.saturating_sub(1));
            take_last(&mut most, radix.into());
            for _ in 0..times {
                if radix == 0 || largest > most {
                    return None;
                }
                largest = appended(largest, radix, radix - 1);
            }
            Some(())
        };
        let mut is_ended = false;
        for part in &parts {
            if is_ended {
                return None;
            }
            match *part {
                Part::Text(ref text) => num_fixed += text.len(),
                Part::Letters { radix, times, .. } => {
                    widen(radix, times)?;
                    num_fixed += usize::from(times);
                }
                Part::Decimal { most } => {
                    widen(10, most)?;
                    if most_digits.replace(most).is_some() {
                        return None;
                    }
                }
                Part::Check => {
                    num_fixed += 1;
                    is_ended = true;
                }
            }
        }
        Some(Template { parts, num_fixed, most_digits, largest })
    }

    /// Writes or reads a template, that at place `at`, whose texts have `most_text` bytes at most.
    pub(super) fn describe(
        coder: &mut impl Coder,
        value: Option<&Template>,
        most_text: usize,
        at: usize,
    ) -> Result<Template, DecodeError> {
        let value = value.map_or(&[][..], |template| &template.parts);
        let num_parts = at_most("number of parts of a template", coder.any(value.len() as u128), MAX_PARTS)?;
        let mut parts = Vec::new();
        let mut num_left = most_text;
        for part_at in 0..num_parts {
            let part = part(coder, value.get(part_at), num_left)?;
            if let Part::Text(text) = &part {
                num_left -= text.len();
            }
            parts.push(part);
        }
        Template::new(parts)
            .ok_or_else(|| fault("template", at as u64, Expected::Text("one whose ids are numbers below 2^128")))
    }

    /// The number of the last id.
    pub(super) fn largest(&self) -> u128 {
        self.largest
    }

    /// Bytes of its longest id.
    pub(super) fn most_bytes(&self) -> usize {
        self.num_fixed + usize::from(self.most_digits.unwrap_or(0))
    }

    /// Bytes of text that its description takes.
    pub(super) fn num_text(&self) -> usize {
        self.parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum()
    }

    /// The number that `id` is, if it is of this shape.
    pub(super) fn number(&self, id: &[u8]) -> Option<u128> {
        let num_digits = id.len().checked_sub(self.num_fixed)?;
        match self.most_digits {
            Some(most) if (1..=usize::from(most)).contains(&num_digits) => {}
            None if num_digits == 0 => {}
            _ => return None,
        }
        let mut rest = id;
        let mut number = 0u128;
        for part in &self.parts {
            match *part {
                Part::Text(ref text) => rest = rest.strip_prefix(text.as_bytes())?,
                Part::Letters { lowest, radix, times } => {
                    for &byte in take(&mut rest, times.into())? {
                        let place = place(byte)?.checked_sub(lowest)?;
                        if place >= radix {
                            return None;
                        }
                        number = appended(number, radix, place);
                    }
                }
                Part::Decimal { most } => {
                    let digits = take(&mut rest, num_digits)?;
                    for _ in num_digits..usize::from(most) {
                        number = appended(number, 10, 0);
                    }
                    if num_digits > 1 && digits.first() == Some(&b'0') {
                        return None;
                    }
                    for byte in digits {
                        let digit = byte.wrapping_sub(b'0');
                        if digit > 9 {
                            return None;
                        }
                        number = appended(number, 10, digit);
                    }
                }
                Part::Check => {
                    let (last, before) = id.split_last()?;
                    if *last != check_digit(before) {
                        return None;
                    }
                }
            }
        }
        Some(number)
    }

    /// Puts the id of a number in the place of `id`.
    pub(super) fn put_id(&self, mut number: u128, id: &mut Vec<u8>) {
        // From the last byte to the first, which are turned round then.
        id.clear();
        for part in self.parts.iter().rev() {
            match *part {
                Part::Text(ref text) => id.extend(text.bytes().rev()),
                Part::Letters { lowest, radix, times } => {
                    for _ in 0..times {
                        let place = u32::from(lowest) + take_last(&mut number, radix.into());
                        id.push(ALPHABET.get(place as usize).copied().unwrap_or(b'0'));
                    }
                }
                Part::Decimal { most } => {
                    let start = id.len();
                    let mut num_digits = 1;
                    for at in 1..=usize::from(most) {
                        let digit = take_last(&mut number, 10);
                        id.push(b'0' + digit as u8);
                        if digit > 0 {
                            num_digits = at;
                        }
                    }
                    id.truncate(start + num_digits);
                }
                // Known when all before it is.
                Part::Check => id.push(0),
            }
        }
        id.reverse();
        if let (Some(Part::Check), Some((last, before))) = (self.parts.last(), id.split_last_mut()) {
            *last = check_digit(before);
        }
    }
}

/// Writes or reads one part.
fn part(coder: &mut impl Coder, value: Option<&Part>, most_text: usize) -> Result<Part, DecodeError> {
    let kind = match value {
        Some(Part::Letters { .. }) => 1,
        Some(Part::Decimal { .. }) => 2,
        Some(Part::Check) => 3,
        _ => 0,
    };
    Ok(match coder.uniform(4, || kind) {
        0 => {
            let value = if let Some(Part::Text(text)) = value { text.as_bytes() } else { &[] };
            let num_bytes = at_most("bytes of text in templates", coder.any(value.len() as u128), most_text)?;
            let mut bytes = Vec::new();
            for at in 0..num_bytes {
                bytes.push(coder.uniform(256, || value.get(at).copied().unwrap_or(0).into()) as u8);
            }
            let text = String::from_utf8(bytes);
            Part::Text(text.map_err(|_| fault("bytes of a text", num_bytes as u64, Expected::Text("UTF-8")))?)
        }
        1 => {
            let (lowest, radix, times) = match value {
                Some(&Part::Letters { lowest, radix, times }) => (lowest, radix, times),
                _ => (0, 1, 1),
            };
            let lowest = coder.uniform(NUM_LETTERS, || lowest.into());
            let radix = coder.uniform(NUM_LETTERS - lowest, || u32::from(radix) - 1) + 1;
            let times = coder.uniform(MAX_TIMES, || u32::from(times) - 1) + 1;
            Part::Letters { lowest: lowest as u8, radix: radix as u8, times: times as u8 }
        }
        2 => {
            let most = if let Some(Part::Decimal { most }) = value { *most } else { 1 };
            Part::Decimal { most: coder.uniform(MAX_DIGITS, || u32::from(most) - 1) as u8 + 1 }
        }
        _ => Part::Check,
    })
}

/// The first `num_bytes` bytes, which `rest` goes past.
fn take<'a>(rest: &mut &'a [u8], num_bytes: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(num_bytes)?;
    *rest = left;
    Some(taken)
}

/// A number with one more digit; that it stays below 2^128 was made sure with the template's largest.
#[inline]
fn appended(number: u128, radix: u8, digit: u8) -> u128 {
    number.wrapping_mul(radix.into()).wrapping_add(digit.into())
}

/// Takes the last digit off a number.
#[inline]
pub(super) fn take_last(number: &mut u128, radix: u32) -> u32 {
    let radix = u64::from(radix.max(1));
    if let Ok(small) = u64::try_from(*number) {
        *number = u128::from(small / radix);
        return (small % radix) as u32;
    }
    // By hand, 32 bits at a time: division of 128 bits is a large function where there is no instruction for it.
    let (mut quotient, mut rest) = (0u128, 0u64);
    for shift in [96, 64, 32, 0] {
        let part = rest << 32 | (*number >> shift) as u64 & 0xffff_ffff;
        quotient |= u128::from(part / radix) << shift;
        rest = part % radix;
    }
    *number = quotient;
    rest as u32
}

/// The digit that makes the sum of all digits, counted 3 and 1 times from the right, end in 0.
pub(super) fn check_digit(before: &[u8]) -> u8 {
    let mut sum = 0u32;
    let digits = before.iter().rev().filter(|byte| byte.is_ascii_digit());
    for (digit, times) in digits.zip([3, 1].into_iter().cycle()) {
        sum += times * u32::from(digit - b'0');
    }
    b'0' + ((10 - sum % 10) % 10) as u8
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use crate::model::coder::{Decoder, Encoder};
    use proptest::prelude::*;

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        let part = prop_oneof![
            "[a-c0-2/ßж\0]{1,3}".prop_map(Part::Text),
            (0u8..62, 1u8..12, 1u8..6).prop_map(|(lowest, radix, times)| Part::Letters {
                lowest: lowest.min(62 - radix),
                radix,
                times
            }),
        ];
        (prop::collection::vec(part, 0..5), 0u8..20, any::<bool>(), any::<prop::sample::Index>()).prop_map(
            |(mut parts, most, has_check, at)| {
                if most > 0 {
                    parts.insert(at.index(parts.len() + 1), Part::Decimal { most });
                }
                if has_check {
                    parts.push(Part::Check);
                }
                parts
            },
        )
    }

    proptest! {
        #[test]
        fn each_number_is_an_id_of_its_own(parts in parts(), number in any::<u128>()) {
            let template = Template::new(parts).unwrap();
            let number = template.largest().checked_add(1).map_or(number, |num| number % num);
            let mut id = Vec::new();
            template.put_id(number, &mut id);
            prop_assert_eq!(template.number(&id), Some(number));
            prop_assert!(id.len() <= template.most_bytes());
            prop_assert!(std::str::from_utf8(&id).is_ok());
        }

        #[test]
        fn an_id_of_the_shape_comes_back(parts in parts(), id in "[a-c0-2/]{0,12}") {
            let template = Template::new(parts).unwrap();
            if let Some(number) = template.number(id.as_bytes()) {
                let mut back = Vec::new();
                template.put_id(number, &mut back);
                prop_assert_eq!(back, id.into_bytes());
            }
        }

        #[test]
        fn a_description_comes_back(parts in parts()) {
            let template = Template::new(parts).unwrap();
            let mut encoder = Encoder::new();
            let most = template.num_text();
            Template::describe(&mut encoder, Some(&template), most, 0).unwrap();
            let bytes = encoder.finish();
            prop_assert_eq!(Template::describe(&mut Decoder::new(&bytes), None, most, 0).unwrap(), template);
        }

        #[test]
        fn digits_are_taken_off_as_division_does(number in any::<u128>(), radix in 1u32..) {
            let mut rest = number;
            let digit = take_last(&mut rest, radix);
            prop_assert_eq!((rest, u128::from(digit)), (number / u128::from(radix), number % u128::from(radix)));
        }
    }

    #[test]
    fn numbers_with_zeros_before_them_are_none() {
        let template = Template::new(vec![Part::Decimal { most: 3 }]).unwrap();
        assert_eq!(
            ["7", "007", "0", "00", "", "1000", "-1"].map(|id| template.number(id.as_bytes())),
            [Some(7), None, Some(0), None, None, None, None]
        );
    }

    #[test]
    fn a_check_digit_is_that_of_a_printed_code() {
        // The example of GS1: 629104150021 has the check digit 3.
        assert_eq!(check_digit(b"629104150021"), b'3');
    }

    #[test]
    fn a_shape_of_more_ids_than_numbers_is_none() {
        let hex = |times| Template::new(vec![Part::Letters { lowest: ZERO, radix: 16, times }]);
        assert_eq!(hex(32).map(|template| template.largest()), Some(u128::MAX));
        assert_eq!(hex(33), None);
    }
}
