//! The shapes of a set of ids.

use super::limits::MAX_TEMPLATES;
use super::template::{MAX_TIMES, Part, Template, ZERO, check_digit, place};
use std::collections::BTreeMap;

/// Ids that may be of one shape, and it.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) template: Template,
    pub(super) ids: Vec<u32>,
}

/// Stands in a pattern for any letter or digit, and for a number of any length; neither is a byte of UTF-8.
const ANY: u8 = 0xff;
const NUMBER: u8 = 0xfe;

/// Ids of one length that have the same bytes but for letters and digits.
struct Group {
    /// For each byte the least and the largest place in the alphabet, or the byte itself.
    places: Vec<Byte>,
    ids: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Fixed(u8),
    Among(u8, u8),
}

impl Byte {
    fn is_digit(self) -> bool {
        match self {
            Byte::Fixed(byte) => byte.is_ascii_digit(),
            Byte::Among(least, most) => least >= ZERO && most < ZERO + 10,
        }
    }
}

/// Shapes that most ids are of, in no order; an id may be of several. Not all may be worth their description.
pub(super) fn find(ids: &[&[u8]]) -> Vec<Shape> {
    let mut by_pattern: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
    // Of numbers that are trade items' by chance, one in ten has the right check digit.
    let mut of_length = [(0u32, 0u32); MAX_CODE_DIGITS + 1];
    for id in ids.iter().filter(|id| is_code(id)) {
        if let Some((num_all, num_right)) = of_length.get_mut(id.len()) {
            *num_all += 1;
            *num_right += u32::from(ends_in_check_digit(id));
        }
    }
    let has_check = |id: &[u8]| {
        let (num_all, num_right) = of_length.get(id.len()).copied().unwrap_or((0, 0));
        is_code(id) && 2 * num_right > num_all && ends_in_check_digit(id)
    };
    for (number, id) in (0u32..).zip(ids) {
        let mut pattern: Vec<u8> = id.iter().map(|&byte| if place(byte).is_some() { ANY } else { byte }).collect();
        pattern.push(u8::from(has_check(id)));
        by_pattern.entry(pattern).or_default().push(number);
    }
    let mut shapes = Vec::new();
    let mut by_number: BTreeMap<Vec<u8>, Vec<(Group, std::ops::Range<usize>)>> = BTreeMap::new();
    for (mut pattern, members) in by_pattern {
        let has_check = pattern.pop() == Some(1);
        let group = Group::new(ids, members);
        let run = longest_number(&group.places);
        // All numbers have zeros before them or none: else `7` and `07` would be one.
        let is_plain = |&id: &u32| {
            ids[id as usize].get(run.clone()).is_some_and(|digits| digits.len() == 1 || digits.first() != Some(&b'0'))
        };
        if has_check || run.is_empty() || !group.ids.iter().all(is_plain) {
            shapes.extend(group.shape(has_check));
            continue;
        }
        let mut key = pattern.get(..run.start).unwrap_or(&[]).to_vec();
        key.push(NUMBER);
        key.extend_from_slice(pattern.get(run.end..).unwrap_or(&[]));
        by_number.entry(key).or_default().push((group, run));
    }
    for mut groups in by_number.into_values() {
        // Of one length: no number of any length is needed.
        match groups.len() {
            1 => shapes.extend(groups.pop().and_then(|(group, _)| group.shape(false))),
            _ => shapes.extend(joined(groups)),
        }
    }
    shapes
}

impl Group {
    fn new(ids: &[&[u8]], members: Vec<u32>) -> Group {
        let mut places: Vec<Byte> = Vec::new();
        for &member in &members {
            let id = ids[member as usize];
            if places.is_empty() {
                places = id.iter().map(|&byte| Byte::Fixed(byte)).collect();
            }
            places.iter_mut().zip(id).for_each(|(at, &byte)| *at = at.with(Byte::Fixed(byte)));
        }
        Group { places, ids: members }
    }

    fn shape(self, has_check: bool) -> Option<Shape> {
        let mut parts = parts(&self.places);
        if has_check {
            match parts.last_mut() {
                Some(Part::Letters { times: times @ 2.., .. }) => *times -= 1,
                Some(Part::Letters { .. }) => _ = parts.pop(),
                _ => return None,
            }
            parts.push(Part::Check);
        }
        Some(Shape { template: Template::new(parts)?, ids: self.ids })
    }
}

impl Byte {
    /// Gives the class of bytes that covers both.
    fn with(self, other: Byte) -> Byte {
        let ends = |byte| match byte {
            Byte::Fixed(byte) => place(byte).map(|place| (place, place)),
            Byte::Among(least, most) => Some((least, most)),
        };
        match (ends(self), ends(other)) {
            _ if self == other => self,
            (Some((a, b)), Some((c, d))) => Byte::Among(a.min(c), b.max(d)),
            _ => self,
        }
    }
}

/// One shape of groups that differ in how many digits their numbers have.
fn joined(groups: Vec<(Group, std::ops::Range<usize>)>) -> Option<Shape> {
    let most = groups.iter().map(|(_, run)| run.len()).max()?;
    let (mut before, mut after): (Vec<Byte>, Vec<Byte>) = (Vec::new(), Vec::new());
    let mut ids = Vec::new();
    for (group, run) in groups {
        let (front, back) = (group.places.get(..run.start)?, group.places.get(run.end..)?);
        if ids.is_empty() {
            (before, after) = (front.to_vec(), back.to_vec());
        }
        before.iter_mut().zip(front).chain(after.iter_mut().zip(back)).for_each(|(at, &byte)| *at = at.with(byte));
        ids.extend(group.ids);
    }
    ids.sort_unstable();
    let mut all = parts(&before);
    all.push(Part::Decimal { most: u8::try_from(most).ok()? });
    all.extend(parts(&after));
    Some(Shape { template: Template::new(all)?, ids })
}

fn parts(places: &[Byte]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut text: Vec<u8> = Vec::new();
    for &at in places {
        match at {
            Byte::Fixed(byte) => text.push(byte),
            Byte::Among(least, most) => {
                push_text(&mut text, &mut parts);
                // All digits count alike, so that `1999` and `2000` are neighbours.
                let (least, most) = if at.is_digit() { (ZERO, ZERO + 9) } else { (least, most) };
                let now = (least, most - least + 1);
                match parts.last_mut() {
                    Some(Part::Letters { lowest, radix, times })
                        if (*lowest, *radix) == now && u32::from(*times) < MAX_TIMES =>
                    {
                        *times += 1;
                    }
                    _ => parts.push(Part::Letters { lowest: now.0, radix: now.1, times: 1 }),
                }
            }
        }
    }
    push_text(&mut text, &mut parts);
    parts
}

fn push_text(text: &mut Vec<u8>, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(String::from_utf8_lossy(&std::mem::take(text)).into_owned()));
    }
}

/// Where the longest run of digits is, the last one of those as long.
fn longest_number(places: &[Byte]) -> std::ops::Range<usize> {
    let mut longest = 0..0;
    let mut start = 0;
    for (at, byte) in places.iter().enumerate() {
        if !byte.is_digit() {
            start = at + 1;
        } else if at + 1 - start >= longest.len() {
            longest = start..at + 1;
        }
    }
    longest
}

/// Digits of the longest numbers of trade items.
const MAX_CODE_DIGITS: usize = 14;

/// Tells whether the id is a number of the length of a trade item number.
fn is_code(id: &[u8]) -> bool {
    matches!(id.len(), 8 | 12 | 13 | MAX_CODE_DIGITS) && id.iter().all(u8::is_ascii_digit)
}

fn ends_in_check_digit(id: &[u8]) -> bool {
    id.split_last().is_some_and(|(last, before)| *last == check_digit(before))
}

/// Of shapes that are worth it by so many bits, the best, and each id's one.
pub(super) fn best(mut shapes: Vec<(f64, Shape)>) -> Vec<Template> {
    shapes.retain(|(saving, _)| *saving > 0.0);
    // The sort is stable, and the shapes came in an order of their own.
    shapes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    shapes.truncate(MAX_TEMPLATES);
    shapes.into_iter().map(|(_, shape)| shape.template).collect()
}
