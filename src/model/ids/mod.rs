//! The sorted set of the shop's ids, of which a reader decodes as much as it looks for.
//!
//! Most shops count: their ids are of a few [shapes](template) with a number in it, as `4711`, `SKU-0000123-B`, or a
//! UUID. Ids of one shape are sorted by their numbers and written by the gaps between them; a shape whose gaps are all
//! alike takes nothing but its description. All other ids are [texts], sorted by their bytes. Both come in chunks of
//! [`CHUNK`] ids, each with a stream of its own, and an index of their first ids.
//!
//! An id's rank is its place in that order: shape by shape, then the texts. Knows nothing of items: which of them
//! stands at a rank is told elsewhere.

mod code;
mod limits;
mod shapes;
mod template;
mod texts;
mod tokens;
mod write;

use self::code::{Coder, NumberCode};
use self::limits::{CHUNK, MAX_TEMPLATES, at_most, fault};
use self::template::{Template, take_last};
use self::texts::{TextList, Texts};
use crate::model::bytes::{DecodeError, Expected};
use crate::model::coder::Decoder;
use std::cell::RefCell;
use std::rc::Rc;

pub(super) use self::limits::MAX_ID_BYTES;
pub(super) use self::write::{SortedIds, sorted};

/// Bytes of decoded chunks that are kept, but for the last one.
const MAX_KEPT_BYTES: usize = 4 << 20;

/// Bytes of all ids that a section may hold: so many by id, so many by byte, and some.
const TEXT_PER_ID: u64 = 32;
const TEXT_PER_BYTE: u64 = 64;
const FREE_TEXT: u64 = 1 << 20;

/// Gives the least number of bytes of a section whose ids have `num_text` bytes together.
fn least_bytes(num_text: u64, num_ids: usize) -> u64 {
    num_text.saturating_sub(TEXT_PER_ID * num_ids as u64 + FREE_TEXT).div_ceil(TEXT_PER_BYTE)
}

/// The number `num_steps` steps on.
#[inline]
fn advanced(number: u128, num_steps: u128, step: u32) -> Option<u128> {
    match step {
        1 => number.checked_add(num_steps),
        _ => number.checked_add(u128::from(u64::try_from(num_steps).ok()?) * u128::from(step)),
    }
}

/// Ids of one shape.
#[derive(Debug)]
struct Numbers {
    template: Template,
    first_rank: usize,
    num_ids: usize,
    /// A common factor of all gaps.
    step: u32,
    /// Gaps in steps, less 1.
    gaps: NumberCode,
    /// The first number of each chunk, or the very first one if all gaps are one step.
    firsts: Vec<u128>,
    first_chunk: usize,
}

impl Numbers {
    fn read(
        from: &mut Decoder,
        at: usize,
        most_text: usize,
        ranks: std::ops::Range<usize>,
        first_chunk: usize,
    ) -> Result<Numbers, DecodeError> {
        let template = Template::describe(from, None, most_text, at)?;
        let num_ids = at_most("ids of a template", from.any(0), ranks.len())?;
        if num_ids == 0 {
            return Err(fault("ids of a template", 0, Expected::AtLeast(1)));
        }
        let mut last = from.any(0);
        // Less 1.
        let step = at_most("step of numbers", from.any(0), u32::MAX as usize - 1)? as u32 + 1;
        let gaps = NumberCode::describe(from, []);
        let too_large = || fault("ids of a template", num_ids as u64, Expected::Text("numbers of its shape"));
        let mut firsts = vec![last];
        if gaps.is_zero() {
            last = advanced(last, num_ids.saturating_sub(1) as u128, step).ok_or_else(too_large)?;
        } else if num_ids > CHUNK {
            let leaps = NumberCode::describe(from, []);
            firsts.reserve_exact(num_ids.div_ceil(CHUNK));
            for _ in 1..num_ids.div_ceil(CHUNK) {
                let leap = leaps.number(from, 0).checked_add(CHUNK as u128);
                last = leap.and_then(|leap| advanced(last, leap, step)).ok_or_else(too_large)?;
                firsts.push(last);
            }
        }
        if last > template.largest() {
            return Err(too_large());
        }
        Ok(Numbers { template, first_rank: ranks.start, num_ids, step, gaps, firsts, first_chunk })
    }

    /// Chunks with a stream.
    fn num_chunks(&self) -> usize {
        if self.gaps.is_zero() { 0 } else { self.firsts.len() }
    }

    /// Reads the numbers of a chunk.
    fn chunk(&self, at: usize, stream: &[u8], mut each: impl FnMut(u128)) -> Result<(), DecodeError> {
        let wrong = || fault("chunk of numbers", at as u64, Expected::Text("one as long and sorted as it should be"));
        let mut from = Decoder::new(stream);
        let mut number = self.firsts.get(at).copied().ok_or_else(wrong)?;
        each(number);
        for _ in 1..self.num_ids.saturating_sub(at * CHUNK).min(CHUNK) {
            let gap = self.gaps.number(&mut from, 0).checked_add(1);
            number = gap.and_then(|gap| advanced(number, gap, self.step)).ok_or_else(wrong)?;
            each(number);
        }
        let is_before = match self.firsts.get(at + 1) {
            Some(&behind) => number < behind,
            None => number <= self.template.largest(),
        };
        if is_before && from.is_done() { Ok(()) } else { Err(wrong()) }
    }
}

/// A chunk that was decoded.
#[derive(Debug)]
enum Chunk {
    Numbers(Vec<u128>),
    Texts(TextList),
}

impl Chunk {
    fn num_bytes(&self) -> usize {
        match self {
            Chunk::Numbers(numbers) => 16 * numbers.len(),
            Chunk::Texts(texts) => texts.num_bytes(),
        }
    }
}

/// Decoded chunks.
#[derive(Debug, Default)]
struct Kept {
    chunks: Vec<Option<Rc<Chunk>>>,
    num_bytes: usize,
}

/// A sorted set of ids over the bytes of its section.
///
/// Opening reads the index, some 20 bytes for each 128 ids. A look-up decodes one chunk of 128 ids, or finds it among
/// those kept from before, at most 4 MB; nothing of that is shared between threads.
///
/// Whatever the bytes are, opening takes time and memory for the index of the ids that it was told of and for 0.3 MB of
/// tables, and a look-up for 128 ids of 65,535 bytes at most.
#[derive(Debug)]
pub(super) struct IdSet<D> {
    bytes: D,
    num_ids: usize,
    templates: Vec<Numbers>,
    /// The texts, with the rank of the first and its chunk.
    texts: Option<(Texts, usize, usize)>,
    /// Where the stream of each chunk starts, and where the last one ends.
    starts: Vec<u32>,
    kept: RefCell<Kept>,
}

impl<D: AsRef<[u8]>> IdSet<D> {
    /// Opens a section that holds `num_ids` ids, a number which the caller has found to be not too large for the file.
    pub(super) fn open(bytes: D, num_ids: usize) -> Result<IdSet<D>, DecodeError> {
        let section = bytes.as_ref();
        let (head, streams) = split_head(section)?;
        let mut from = Decoder::new(head);
        let num_templates = from.uniform(MAX_TEMPLATES as u32 + 1) as usize;
        let mut most_text = MAX_ID_BYTES + 8 * head.len();
        let (mut templates, mut rank, mut num_chunks) = (Vec::new(), 0, 0);
        let mut num_text = 0u64;
        for at in 0..num_templates {
            let numbers = Numbers::read(&mut from, at, most_text, rank..num_ids, num_chunks)?;
            most_text = most_text.saturating_sub(numbers.template.num_text());
            rank += numbers.num_ids;
            num_chunks += numbers.num_chunks();
            let of_template = (numbers.num_ids as u64).saturating_mul(numbers.template.most_bytes() as u64);
            num_text = of_template.saturating_add(num_text);
            templates.push(numbers);
        }
        let num_texts = from.any(0);
        if num_texts != (num_ids - rank) as u128 {
            return Err(fault("ids of no template", num_texts as u64, Expected::Exactly((num_ids - rank) as u64)));
        }
        let num_texts = num_ids - rank;
        let mut texts = None;
        if num_texts > 0 {
            // Checked with all ids together below; for now it is the most that could be.
            let most = TEXT_PER_ID * num_ids as u64 + FREE_TEXT + TEXT_PER_BYTE * section.len() as u64;
            let read = Texts::read(&mut from, num_texts, usize::try_from(most).unwrap_or(usize::MAX))?;
            num_text = num_text.saturating_add(read.num_bytes as u64);
            texts = Some((read, rank, num_chunks));
            num_chunks += num_texts.div_ceil(CHUNK);
        }
        let lengths = NumberCode::describe(&mut from, []);
        let head_len = section.len() - streams.len();
        let mut end = head_len;
        let mut starts = Vec::with_capacity(num_chunks + 1);
        starts.push(end as u32);
        for _ in 0..num_chunks {
            end += at_most("bytes of a chunk", lengths.number(&mut from, 0), section.len() - end)?;
            starts.push(end as u32);
        }
        // So many bytes more that no small file can hold ids without end.
        let padded = least_bytes(num_text, num_ids).max(end as u64);
        let is_blank = section.get(end..).unwrap_or(&[]).iter().all(|&byte| byte == 0);
        if padded != section.len() as u64 || !is_blank {
            return Err(fault("bytes of the ids", section.len() as u64, Expected::Exactly(padded)));
        }
        if !from.is_done() {
            return Err(fault("bytes of the index of ids", head.len() as u64, Expected::Text("all that it needs")));
        }
        Ok(IdSet { bytes, num_ids, templates, texts, starts, kept: RefCell::default() })
    }

    /// The number of ids.
    pub(super) fn len(&self) -> usize {
        self.num_ids
    }

    /// The rank of an id.
    pub(super) fn rank_of(&self, id: &str) -> Result<Option<u32>, DecodeError> {
        let id = id.as_bytes();
        for numbers in &self.templates {
            if let Some(number) = numbers.template.number(id) {
                let place = self.place_of_number(numbers, number)?;
                return Ok(place.map(|place| (numbers.first_rank + place) as u32));
            }
        }
        let Some((texts, first_rank, _)) = &self.texts else { return Ok(None) };
        let at = texts.separators.num_up_to(id);
        let chunk = self.text_chunk(at)?;
        let Chunk::Texts(list) = &*chunk else { return Ok(None) };
        let Some(place) = list.num_up_to(id).checked_sub(1) else { return Ok(None) };
        Ok((list.get(place) == Some(id)).then_some((first_rank + at * CHUNK + place) as u32))
    }

    /// The id at a rank; empty beyond the last one.
    pub(super) fn id(&self, rank: u32) -> Result<String, DecodeError> {
        let rank = rank as usize;
        let mut id = Vec::new();
        let numbers = self.templates.partition_point(|numbers| numbers.first_rank + numbers.num_ids <= rank);
        if let Some(numbers) = self.templates.get(numbers) {
            let place = rank - numbers.first_rank;
            let number = if numbers.gaps.is_zero() {
                numbers.firsts.first().and_then(|&first| advanced(first, place as u128, numbers.step))
            } else {
                match &*self.number_chunk(numbers, place / CHUNK)? {
                    Chunk::Numbers(list) => list.get(place % CHUNK).copied(),
                    Chunk::Texts(_) => None,
                }
            };
            numbers.template.put_id(number.unwrap_or(0), &mut id);
        } else if let Some((_, first_rank, _)) = &self.texts
            && rank < self.num_ids
        {
            let place = rank - first_rank;
            if let Chunk::Texts(list) = &*self.text_chunk(place / CHUNK)? {
                id.extend_from_slice(list.get(place % CHUNK).unwrap_or(&[]));
            }
        }
        String::from_utf8(id).map_err(|_| fault("id", rank as u64, Expected::Text("UTF-8")))
    }

    /// Calls `each` with all ids in the order of their ranks; keeps nothing.
    pub(super) fn all(&self, mut each: impl FnMut(&str)) -> Result<(), DecodeError> {
        let mut id = Vec::new();
        for numbers in &self.templates {
            let mut put = |number| {
                numbers.template.put_id(number, &mut id);
                each(std::str::from_utf8(&id).unwrap_or(""));
            };
            if numbers.gaps.is_zero() {
                let first = numbers.firsts.first().copied().unwrap_or(0);
                let places = 0..numbers.num_ids as u128;
                places.filter_map(|place| advanced(first, place, numbers.step)).for_each(put);
                continue;
            }
            for at in 0..numbers.num_chunks() {
                numbers.chunk(at, self.stream(numbers.first_chunk + at), &mut put)?;
            }
        }
        let Some((texts, first_rank, first_chunk)) = &self.texts else { return Ok(()) };
        let num_texts = self.num_ids - first_rank;
        let mut num_left = texts.num_bytes;
        for at in 0..num_texts.div_ceil(CHUNK) {
            let num_texts = (num_texts - at * CHUNK).min(CHUNK);
            let list = texts.chunk(at, self.stream(first_chunk + at), num_texts, num_left, &mut each)?;
            num_left = num_left.saturating_sub(list.num_text());
        }
        at_most("bytes of all texts that are missing", num_left as u128, 0).map(|_| ())
    }

    /// The place of a number among those of its shape.
    fn place_of_number(&self, numbers: &Numbers, number: u128) -> Result<Option<usize>, DecodeError> {
        let Some(at) = numbers.firsts.partition_point(|&first| first <= number).checked_sub(1) else { return Ok(None) };
        if numbers.gaps.is_zero() {
            let mut place = numbers.firsts.first().map_or(0, |first| number - first);
            let is_step = numbers.step == 1 || take_last(&mut place, numbers.step) == 0;
            return Ok((is_step && place < numbers.num_ids as u128).then_some(place as usize));
        }
        match &*self.number_chunk(numbers, at)? {
            Chunk::Numbers(list) => Ok(list.binary_search(&number).ok().map(|place| at * CHUNK + place)),
            Chunk::Texts(_) => Ok(None),
        }
    }

    fn number_chunk(&self, numbers: &Numbers, at: usize) -> Result<Rc<Chunk>, DecodeError> {
        self.chunk(numbers.first_chunk + at, |stream| {
            let mut list = Vec::with_capacity(CHUNK);
            numbers.chunk(at, stream, |number| list.push(number))?;
            Ok(Chunk::Numbers(list))
        })
    }

    fn text_chunk(&self, at: usize) -> Result<Rc<Chunk>, DecodeError> {
        let Some((texts, first_rank, first_chunk)) = &self.texts else {
            return Ok(Rc::new(Chunk::Texts(TextList::default())));
        };
        let num_texts = (self.num_ids - first_rank).saturating_sub(at * CHUNK).min(CHUNK);
        self.chunk(first_chunk + at, |stream| {
            texts.chunk(at, stream, num_texts, texts.num_bytes, |_| {}).map(Chunk::Texts)
        })
    }

    /// A chunk that was kept, or is now decoded and kept.
    fn chunk(
        &self,
        at: usize,
        decode: impl FnOnce(&[u8]) -> Result<Chunk, DecodeError>,
    ) -> Result<Rc<Chunk>, DecodeError> {
        let mut kept = self.kept.borrow_mut();
        if let Some(Some(chunk)) = kept.chunks.get(at) {
            return Ok(Rc::clone(chunk));
        }
        let chunk = Rc::new(decode(self.stream(at))?);
        if kept.num_bytes > MAX_KEPT_BYTES {
            *kept = Kept::default();
        }
        kept.num_bytes += chunk.num_bytes();
        if kept.chunks.is_empty() {
            kept.chunks.resize(self.starts.len(), None);
        }
        if let Some(place) = kept.chunks.get_mut(at) {
            *place = Some(Rc::clone(&chunk));
        }
        Ok(chunk)
    }

    fn stream(&self, chunk: usize) -> &[u8] {
        match (self.starts.get(chunk), self.starts.get(chunk + 1)) {
            (Some(&start), Some(&end)) => self.bytes.as_ref().get(start as usize..end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// Cuts a section into the index, before which its length stands (7 bits a byte, the lowest first, the highest bit for
/// more to come), and the streams.
fn split_head(section: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let (mut length, mut shift, mut rest) = (0u64, 0, section);
    while let Some((&byte, after)) = rest.split_first()
        && shift < 35
    {
        rest = after;
        length |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            let num_left = rest.len() as u64;
            return usize::try_from(length)
                .ok()
                .and_then(|length| rest.split_at_checked(length))
                .ok_or_else(|| fault("bytes of the index of ids", length, Expected::AtMost(num_left)));
        }
    }
    Err(fault("bytes of the ids", section.len() as u64, Expected::Text("the length of their index")))
}

#[cfg(all(test, feature = "read"))]
mod tests;
