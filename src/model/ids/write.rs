//! Writes a set of ids.

use super::code::{Coder, NumberCode, SymbolCode};
use super::limits::{CHUNK, MAX_ID_BYTES, MAX_TEMPLATES};
use super::template::Template;
use super::texts::{END, Tokens};
use super::tokens::Vocabulary;
use super::{least_bytes, shapes};
use crate::model::ModelError;
use crate::model::bytes::Expected;
use crate::model::coder::Encoder;

/// An error about the id of an item.
fn invalid(at: usize, what: &'static str, found: usize, expected: Expected) -> ModelError {
    ModelError::Invalid { part: "item", at: at as u64, what, found: found as u64, expected }
}

/// Ids in the order of their ranks.
#[derive(Debug)]
pub(in crate::model) struct SortedIds<'a> {
    ids: Vec<&'a [u8]>,
    /// Templates with the places of their ids and their numbers, sorted by number.
    numbers: Vec<(Template, Vec<(u128, u32)>)>,
    /// Places of the other ids, sorted by their bytes.
    texts: Vec<u32>,
}

/// The ids' places in the order of their ranks; distinct ids have the same order however they are given.
pub(in crate::model) fn sorted<S: AsRef<str>>(ids: &[S]) -> Vec<u32> {
    SortedIds::new(ids).order()
}

impl<'a> SortedIds<'a> {
    /// Finds the shapes of ids, and sorts them. `O(n log n)` comparisons.
    pub(in crate::model) fn new<S: AsRef<str>>(ids: &'a [S]) -> SortedIds<'a> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_ref().as_bytes()).collect();
        let mut by_bytes: Vec<u32> = (0..ids.len() as u32).collect();
        by_bytes.sort_by_key(|&id| ids[id as usize]);
        let bits = text_bits(&ids, &by_bytes);
        let saving = |shape: &shapes::Shape| {
            let mut numbers: Vec<u128> =
                shape.ids.iter().filter_map(|&id| shape.template.number(ids[id as usize])).collect();
            numbers.sort_unstable();
            let mut encoder = Encoder::new();
            describe(&mut encoder, &shape.template);
            let mut streams = Vec::new();
            put_numbers(&mut encoder, &numbers, &mut streams);
            let num_bytes = encoder.finish().len() + streams.iter().map(Vec::len).sum::<usize>();
            shape.ids.iter().map(|&id| bits[id as usize]).sum::<f64>() - 8.0 * num_bytes as f64
        };
        let shapes = shapes::find(&ids).into_iter().map(|shape| (saving(&shape), shape)).collect();
        let mut numbers: Vec<(Template, Vec<(u128, u32)>)> =
            shapes::best(shapes).into_iter().map(|template| (template, Vec::new())).collect();
        let mut texts = Vec::new();
        for id in by_bytes {
            let of_shape = numbers
                .iter_mut()
                .find_map(|(template, list)| template.number(ids[id as usize]).map(|number| (list, number)));
            match of_shape {
                Some((list, number)) => list.push((number, id)),
                None => texts.push(id),
            }
        }
        // Ids that are of several shapes may leave nothing to one of them.
        numbers.retain(|(_, list)| !list.is_empty());
        numbers.iter_mut().for_each(|(_, list)| list.sort_unstable());
        SortedIds { ids, numbers, texts }
    }

    /// The ids' places in the order of their ranks.
    pub(in crate::model) fn order(&self) -> Vec<u32> {
        let of_numbers = self.numbers.iter().flat_map(|(_, list)| list.iter().map(|&(_, id)| id));
        of_numbers.chain(self.texts.iter().copied()).collect()
    }

    /// Writes the section.
    ///
    /// # Errors
    ///
    /// An id is too long, or occurs twice.
    pub(in crate::model) fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        if let Some(at) = self.ids.iter().position(|id| id.len() > MAX_ID_BYTES) {
            let most = Expected::AtMost(MAX_ID_BYTES as u64);
            return Err(invalid(at, "number of bytes in its id", self.ids[at].len(), most));
        }
        let order = self.order();
        let twice = order.windows(2).filter(|pair| self.ids[pair[0] as usize] == self.ids[pair[1] as usize]);
        if let Some(at) = twice.map(|pair| pair[0].max(pair[1])).min() {
            return Err(invalid(
                at as usize,
                "its id, that of item",
                at as usize,
                Expected::Text("one that no other has"),
            ));
        }
        let mut head = Encoder::new();
        let mut streams = Vec::new();
        let mut num_text = 0;
        head.uniform(MAX_TEMPLATES as u32 + 1, self.numbers.len() as u32);
        for (template, list) in &self.numbers {
            describe(&mut head, template);
            let numbers: Vec<u128> = list.iter().map(|&(number, _)| number).collect();
            put_numbers(&mut head, &numbers, &mut streams);
            num_text += list.len() * template.most_bytes();
        }
        head.any(self.texts.len() as u128);
        if !self.texts.is_empty() {
            let texts: Vec<&[u8]> = self.texts.iter().map(|&id| self.ids[id as usize]).collect();
            put_texts(&mut head, &texts, &mut streams);
            num_text += texts.iter().map(|text| text.len()).sum::<usize>();
        }
        let lengths = || streams.iter().map(|stream| stream.len() as u128);
        let code = NumberCode::describe(&mut head, lengths());
        for length in lengths() {
            code.number(&mut head, length);
        }
        let head = head.finish();
        let mut section = Vec::new();
        let mut rest = head.len();
        while rest >= 0x80 {
            section.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        section.push(rest as u8);
        section.extend(head);
        streams.iter().for_each(|stream| section.extend_from_slice(stream));
        let least = least_bytes(num_text as u64, self.ids.len()) as usize;
        section.resize(section.len().max(least), 0);
        Ok(section)
    }
}

fn describe(to: &mut Encoder, template: &Template) {
    // Only what is read can be wrong.
    _ = Template::describe(to, Some(template), usize::MAX, 0);
}

/// Writes how sorted numbers are written, and appends the streams of their chunks.
fn put_numbers(head: &mut Encoder, numbers: &[u128], streams: &mut Vec<Vec<u8>>) {
    let (first, last) = (numbers.first().copied().unwrap_or(0), numbers.last().copied().unwrap_or(0));
    let divisor = numbers.windows(2).map(|pair| pair[1] - pair[0]).fold(0, common_divisor).max(1);
    // All steps must be 64 bits, which is what readers multiply.
    let is_narrow = u64::try_from((last - first) / divisor).is_ok();
    let step = u32::try_from(divisor).ok().filter(|_| is_narrow).map_or(1, u128::from);
    let gap = |pair: &[u128]| ((pair[1] - pair[0]) / step).saturating_sub(1);
    head.any(numbers.len() as u128);
    head.any(first);
    head.any(step - 1);
    let code = NumberCode::describe(head, numbers.windows(2).map(gap));
    if code.is_zero() {
        return;
    }
    if numbers.len() > CHUNK {
        let firsts: Vec<u128> = numbers.iter().copied().step_by(CHUNK).collect();
        let leaps: Vec<u128> =
            firsts.windows(2).map(|pair| ((pair[1] - pair[0]) / step).saturating_sub(CHUNK as u128)).collect();
        let code = NumberCode::describe(head, leaps.iter().copied());
        for leap in leaps {
            code.number(head, leap);
        }
    }
    for chunk in numbers.chunks(CHUNK) {
        let mut stream = Encoder::new();
        for pair in chunk.windows(2) {
            code.number(&mut stream, gap(pair));
        }
        streams.push(stream.finish());
    }
}

fn common_divisor(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Writes how sorted texts are written, and appends the streams of their chunks.
fn put_texts(head: &mut Encoder, texts: &[&[u8]], streams: &mut Vec<Vec<u8>>) {
    let chunks = || texts.chunks(CHUNK);
    // The shortest beginnings of first texts that are behind all texts before.
    let mut separators: Vec<&[u8]> = vec![&[]];
    for (one, other) in chunks().zip(chunks().skip(1)) {
        if let (Some(last), Some(first)) = (one.last(), other.first()) {
            separators.push(first.get(..num_shared(last, first) + 1).unwrap_or(first));
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    for pair in separators.windows(2) {
        parts.push(Part::new(pair[0], pair[1]));
    }
    let num_separators = parts.len();
    for (chunk, &separator) in chunks().zip(&separators) {
        let mut before = separator;
        for text in chunk {
            parts.push(Part::new(before, text));
            before = text;
        }
    }
    let (of_separators, of_texts) = parts.split_at(num_separators);
    let rests: Vec<&[u8]> = parts.iter().map(|part| part.rest).collect();
    let vocabulary = Vocabulary::new(&rests);
    let cut: Vec<Vec<u32>> = rests.iter().map(|rest| vocabulary.cut(rest)).collect();

    head.any(texts.iter().map(|text| text.len() as u128).sum());
    let num_tokens = Tokens::describe(head, &vocabulary.is_used, &vocabulary.pairs).map_or(0, |tokens| tokens.len());
    let mut counts = vec![0u32; num_tokens as usize + 1];
    for tokens in &cut {
        counts[END as usize] += 1;
        tokens.iter().for_each(|&token| counts[(token + END + 1) as usize] += 1);
    }
    let symbols = SymbolCode::describe(head, num_tokens + 1, &counts);
    let shared = |parts: &[Part]| parts.iter().map(|part| part.num_shared as u128).collect::<Vec<_>>();
    let code = NumberCode::describe(head, shared(of_texts));
    let code_of_separators = NumberCode::describe(head, shared(of_separators));
    let put = |to: &mut Encoder, code: &NumberCode, part: &Part, tokens: &[u32]| {
        code.number(to, part.num_shared as u128);
        tokens.iter().for_each(|&token| _ = to.symbol(&symbols, token + END + 1));
        to.symbol(&symbols, END);
    };
    let (separator_tokens, text_tokens) = cut.split_at(num_separators);
    for (part, tokens) in of_separators.iter().zip(separator_tokens) {
        put(head, &code_of_separators, part, tokens);
    }
    for (parts, tokens) in of_texts.chunks(CHUNK).zip(text_tokens.chunks(CHUNK)) {
        let mut stream = Encoder::new();
        for (part, tokens) in parts.iter().zip(tokens) {
            put(&mut stream, &code, part, tokens);
        }
        streams.push(stream.finish());
    }
}

/// A text by what it shares with the one before.
struct Part<'a> {
    num_shared: usize,
    rest: &'a [u8],
}

impl<'a> Part<'a> {
    fn new(before: &[u8], text: &'a [u8]) -> Part<'a> {
        let num_shared = num_shared(before, text);
        Part { num_shared, rest: text.get(num_shared..).unwrap_or(&[]) }
    }
}

fn num_shared(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Estimates the bits of each id as a text: the part that it does not share with the one before, each byte given the
/// byte before it.
fn text_bits(ids: &[&[u8]], by_bytes: &[u32]) -> Vec<f64> {
    let mut rests: Vec<(u32, &[u8])> = Vec::with_capacity(ids.len());
    let mut before: &[u8] = &[];
    for &id in by_bytes {
        let text = ids[id as usize];
        rests.push((id, Part::new(before, text).rest));
        before = text;
    }
    let mut counts = vec![0u32; 256 * 256];
    let mut sums = vec![0u32; 256];
    for (one, other) in rests.iter().flat_map(|(_, rest)| pairs(rest)) {
        counts[one * 256 + other] += 1;
        sums[one] += 1;
    }
    let num_used = sums.iter().filter(|&&sum| sum > 0).count() as f64;
    let num_all = f64::from(sums.iter().sum::<u32>()) + ids.len() as f64;
    let mut bits = vec![0.0; ids.len()];
    for (id, rest) in rests {
        // Half a case more of each pair: few ids do not tell much of what follows what.
        let bits_of = |(one, other): (usize, usize)| {
            libm::log2((f64::from(sums[one]) + 0.5 * num_used) / (f64::from(counts[one * 256 + other]) + 0.5))
        };
        bits[id as usize] = 3.0 + libm::log2(num_all / ids.len() as f64) + 0.95 * pairs(rest).map(bits_of).sum::<f64>();
    }
    bits
}

/// Each byte with the one before it.
fn pairs(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    [0].iter().chain(text).zip(text).map(|(&one, &other)| (usize::from(one), usize::from(other)))
}
