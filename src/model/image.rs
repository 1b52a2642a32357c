//! What takes long to decode, as it lies in memory: kept by the browser, it spares the next page the decoding.
//!
//! An image belongs to one file and holds the tables of the codec `graph` and the ids; the rest is read from the file,
//! which is at hand anyway. It is no format to keep: another version of this library refuses it, and the file is decoded again.
//!
//! It comes in pieces, so that nobody has to make or take all of it at once: a checksum (u32, little-endian), then up to [`PIECE_BYTES`] of one
//! array, filled up with zeros to whole words. The arrays are, for each table, u32 offsets (num_items + 1), items (one for each neighbour; u16 if there
//! are at most 65,536, else u32), u8 levels (the same) and u8 classes (num_items), then u32 ends of ids (num_items + 1, the first is 0) and the ids. All
//! lengths are known from the file.

use super::Model;
#[cfg(all(test, feature = "read"))]
use super::Purpose;
use super::dictionary::Dictionary;
use super::neighbours::{Codec, Neighbours};
use crate::ItemIx;

/// "VI" and the version of the image.
const VERSION: u32 = 0x5649_0002;
/// Bytes of a piece without its checksum, at most: a millisecond's work on a slow device.
const PIECE_BYTES: usize = 1 << 17;

/// The checksum of a piece: FNV-1a by words (Fowler, Noll, Vo), rotated so that high bits count for low ones. Whatever changes in one word changes it.
/// It starts with all that tells pieces apart.
fn checksum(content_hash: u64, number: u32, payload: &[u8]) -> u32 {
    let step = |hash: u32, word: u32| (hash ^ word).wrapping_mul(0x0100_0193).rotate_left(13);
    let start = [VERSION, content_hash as u32, (content_hash >> 32) as u32, number];
    let start = start.into_iter().fold(0x811c_9dc5, step);
    payload.as_chunks().0.iter().fold(start, |hash, &word| step(hash, u32::from_le_bytes(word)))
}

/// Bytes of an item.
fn width_of_items(num_items: usize) -> usize {
    if num_items <= 1 << 16 { 2 } else { 4 }
}

/// One array of an image: bytes, or numbers in so many bytes each.
enum Array<'a> {
    Bytes(&'a [u8]),
    Numbers(usize, &'a [u32]),
    Items(usize, &'a [ItemIx]),
}

impl Array<'_> {
    /// How many bytes there are.
    fn num_bytes(&self) -> usize {
        match self {
            Array::Bytes(array) => array.len(),
            Array::Numbers(width, array) => width * array.len(),
            Array::Items(width, array) => width * array.len(),
        }
    }

    /// A piece without its checksum, for which there is room; nothing behind the last.
    fn piece(&self, number: usize) -> Option<Vec<u8>> {
        let num_bytes = self.num_bytes();
        let start = number.saturating_mul(PIECE_BYTES);
        let end = num_bytes.min(start.saturating_add(PIECE_BYTES));
        if start >= end {
            return None;
        }
        let mut to = Vec::with_capacity(PIECE_BYTES + 8);
        to.extend_from_slice(&[0; 4]);
        match self {
            Array::Bytes(array) => to.extend_from_slice(array.get(start..end)?),
            Array::Numbers(width, array) => {
                for at in start / width..end / width {
                    to.extend_from_slice(array.get(at)?.to_le_bytes().get(..*width)?);
                }
            }
            Array::Items(width, array) => {
                for at in start / width..end / width {
                    to.extend_from_slice(array.get(at)?.0.to_le_bytes().get(..*width)?);
                }
            }
        }
        to.resize(to.len().next_multiple_of(4), 0);
        Some(to)
    }
}

impl Model {
    /// A piece of the image of a model of the file with this [`content_hash`](super::content_hash), from 0; `None` behind
    /// the last, and at once if the file is opened as quickly.
    pub fn image_piece(&self, content_hash: u64, number: u32) -> Option<Vec<u8>> {
        let width = width_of_items(self.num_items());
        let mut arrays = Vec::new();
        for (_, table) in &self.tables {
            let Neighbours { offsets, items, levels, classes, codec, .. } = table;
            if *codec != Codec::Graph {
                return None;
            }
            arrays.push(Array::Numbers(4, offsets));
            arrays.push(Array::Items(width, items));
            arrays.push(Array::Bytes(levels));
            arrays.push(Array::Bytes(classes));
        }
        if arrays.is_empty() {
            return None;
        }
        arrays.push(Array::Numbers(4, self.items.ends()));
        arrays.push(Array::Bytes(self.items.text().as_bytes()));
        let mut left = number as usize;
        for array in &arrays {
            let num_pieces = array.num_bytes().div_ceil(PIECE_BYTES);
            if left < num_pieces {
                let mut piece = array.piece(left)?;
                if let Some((to, payload)) = piece.split_first_chunk_mut() {
                    *to = checksum(content_hash, number, payload).to_le_bytes();
                }
                return Some(piece);
            }
            left -= num_pieces;
        }
        None
    }
}

/// An array that is being restored.
#[derive(Debug, Default)]
struct Part {
    /// Bytes of a number; those of an array of bytes go to `bytes`.
    width: usize,
    /// How many there are to be.
    num: usize,
    /// What each of them is below; of an array of positions, what each is at most.
    limit: u32,
    /// Whether it is one of positions: the first is 0, and none is below the one before.
    ascends: bool,
    numbers: Vec<u32>,
    bytes: Vec<u8>,
}

impl Part {
    fn new(width: usize, num: usize, limit: usize) -> Part {
        Part { width, num, limit: limit as u32, ..Part::default() }
    }

    fn positions(num: usize, most: u32) -> Part {
        Part { width: 4, num: num + 1, limit: most, ascends: true, ..Part::default() }
    }

    fn num_left(&self) -> usize {
        self.num.saturating_sub(self.numbers.len() + self.bytes.len())
    }

    /// Adds the next piece; whether that can be its content.
    fn add(&mut self, payload: &[u8]) -> bool {
        let num = self.num_left().min(PIECE_BYTES / self.width);
        if payload.len() != (num * self.width).next_multiple_of(4) {
            return false;
        }
        let Some(payload) = payload.get(..num * self.width) else { return false };
        let mut most = 0;
        if self.width == 1 {
            self.bytes.reserve_exact(self.num_left());
            self.bytes.extend_from_slice(payload);
            for &byte in payload {
                most = most.max(u32::from(byte));
            }
            return most < self.limit;
        }
        self.numbers.reserve_exact(self.num_left());
        let is_first = self.numbers.is_empty();
        let mut is_right = true;
        let mut before = self.numbers.last().copied().unwrap_or(0);
        for bytes in payload.chunks_exact(self.width) {
            let number = match *bytes {
                [a, b] => u32::from(u16::from_le_bytes([a, b])),
                [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
                _ => 0,
            };
            is_right &= before <= number;
            before = number;
            most = most.max(number);
            self.numbers.push(number);
        }
        if self.ascends {
            is_right && most <= self.limit && !(is_first && self.numbers.first() != Some(&0))
        } else {
            most < self.limit
        }
    }
}

/// An image that is being taken.
pub(super) struct Restoring {
    content_hash: u64,
    num_pieces: u32,
    num_items: usize,
    /// In the order of the image.
    parts: Vec<Part>,
    /// The part that comes next.
    next: usize,
    /// Once all pieces are there; and how many of the ids can be found.
    items: Option<(Dictionary, usize)>,
}

/// Ids that are made findable in one step, a millisecond's work on a slow device.
const IDS_IN_STEP: usize = 2048;

impl Restoring {
    fn take(&mut self, piece: &[u8]) -> Option<bool> {
        if let Some((items, num_entered)) = &mut self.items {
            for _ in 0..IDS_IN_STEP {
                if *num_entered == self.num_items {
                    return Some(true);
                }
                if !items.enter(*num_entered) {
                    return Some(false);
                }
                *num_entered += 1;
            }
            return None;
        }
        let is_right = piece.split_first_chunk().is_some_and(|(stated, payload)| {
            checksum(self.content_hash, self.num_pieces, payload) == u32::from_le_bytes(*stated) && self.add(payload)
        });
        if !is_right {
            return Some(false);
        }
        self.num_pieces += 1;
        self.skip_full();
        if self.next == self.parts.len() {
            let (Some(text), Some(ends)) = (self.parts.pop(), self.parts.pop()) else { return Some(false) };
            let Ok(text) = String::from_utf8(text.bytes) else { return Some(false) };
            self.items = Some((Dictionary::with_parts(text, ends.numbers), 0));
        }
        None
    }

    fn add(&mut self, payload: &[u8]) -> bool {
        self.parts.get_mut(self.next).is_some_and(|part| part.add(payload))
    }

    /// Goes to the next part that has room; the last one is as long as the one before says.
    fn skip_full(&mut self) {
        while let Some(part) = self.parts.get(self.next)
            && part.num_left() == 0
        {
            let end = part.numbers.last().copied();
            self.next += 1;
            if self.next + 1 == self.parts.len()
                && let (Some(text), Some(end)) = (self.parts.get_mut(self.next), end)
            {
                text.num = end as usize;
            }
        }
    }
}

impl super::Opening {
    /// The fingerprint of the file, see [`content_hash`](super::content_hash).
    pub fn content_hash(&self) -> u64 {
        self.content_hash
    }

    /// Takes the next [piece](Model::image_piece) of what an earlier opening decoded: true when all is restored, false if it is of no use, and then
    /// what was taken so far is forgotten; `None` if there is more to do, be it with an empty piece behind the last. A damaged image, one of another file
    /// and one of another version change nothing.
    pub fn restore(&mut self, piece: &[u8]) -> Option<bool> {
        let Some(mut restoring) = self.restoring.take().or_else(|| self.start_restoring()) else { return Some(false) };
        let answer = restoring.take(piece);
        match answer {
            Some(false) => {}
            None => self.restoring = Some(restoring),
            Some(true) => {
                for part in restoring.parts.rchunks_exact_mut(4) {
                    let ([offsets, items, levels, classes], Some((purpose, _, reading))) = (part, self.tables.pop())
                    else {
                        continue;
                    };
                    let mut table = reading.into_table();
                    table.offsets = std::mem::take(&mut offsets.numbers);
                    table.items.reserve_exact(items.numbers.len());
                    for &item in &items.numbers {
                        table.items.push(ItemIx(item));
                    }
                    table.levels = std::mem::take(&mut levels.bytes);
                    table.classes = std::mem::take(&mut classes.bytes);
                    self.model.tables.insert(0, (purpose, table));
                }
                self.items = None;
                self.model.items = restoring.items.map(|(items, _)| items).unwrap_or_default();
            }
        }
        answer
    }

    fn start_restoring(&self) -> Option<Box<Restoring>> {
        let num_items = self.num_items;
        let mut parts = Vec::new();
        for (.., reading) in &self.tables {
            let [num_edges, num_levels, num_classes] = reading.sizes()?;
            parts.push(Part::positions(num_items, num_edges as u32));
            parts.push(Part::new(width_of_items(num_items), num_edges, num_items));
            parts.push(Part::new(1, num_edges, num_levels));
            parts.push(Part::new(1, num_items, num_classes));
        }
        if parts.is_empty() || self.items.is_none() {
            return None;
        }
        parts.push(Part::positions(num_items, u32::MAX));
        parts.push(Part::new(1, 0, 256));
        let content_hash = self.content_hash;
        Some(Box::new(Restoring { content_hash, num_pieces: 0, num_items, parts, next: 0, items: None }))
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use crate::model::{Hop, Opening, Weights};

    fn file() -> Vec<u8> {
        let ids: Vec<String> = (0..40).map(|item| format!("item-{item}")).collect();
        let links: Vec<_> = (1..40u32).map(|item| (ItemIx(item), ItemIx(item / 2), (item % 3) as u8)).collect();
        let weights =
            Weights { levels: vec![0.25, 0.5, 1.0], row_factors: vec![1.0, 2.0], column_factors: vec![1.0, 0.5] };
        let classes: Vec<u8> = (0..40).map(|item| item % 2).collect();
        let table = Neighbours::from_links(&classes, &links, weights, Hop { share: 0.25, width: 9 }).unwrap();
        let model = Model {
            items: Dictionary::new(&ids).unwrap(),
            tables: vec![(Purpose::Next, table)],
            popularity: (0..40).collect(),
            ranking: crate::model::RankingParameters {
                decay: vec![1.0, 0.5],
                repeat: vec![0.5],
                event_weights: [1.0, 1.5, 2.0],
            },
            categories: None,
            about: Default::default(),
            privacy: Default::default(),
            trends: Vec::new(),
            replenishment: Vec::new(),
            category_replenishment: Vec::new(),
            measurements: Vec::new(),
        };
        model.to_bytes().unwrap()
    }

    fn image(model: &Model, content_hash: u64) -> Vec<Vec<u8>> {
        (0..).map_while(|number| model.image_piece(content_hash, number)).collect()
    }

    fn restore(opening: &mut Opening, image: &[Vec<u8>]) -> bool {
        let pieces = image.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        pieces.map(|piece| opening.restore(piece)).find_map(|answer| answer).unwrap()
    }

    fn restored(file: &[u8], image: &[Vec<u8>]) -> Option<Model> {
        let mut opening = Opening::new(file).unwrap();
        let is_restored = restore(&mut opening, image);
        while !opening.advance(7).unwrap() {}
        let model = opening.into_model();
        assert_eq!(model, Model::open(file).unwrap());
        is_restored.then_some(model)
    }

    #[test]
    fn an_image_gives_the_model_that_the_file_gives() {
        let file = file();
        let model = Model::open(&file).unwrap();
        let image = image(&model, super::super::content_hash(&file).unwrap());
        assert_eq!(image.len(), 6);
        assert_eq!(restored(&file, &image), Some(model));
    }

    fn taken(mut part: Part, array: &Array) -> Part {
        let num_pieces = array.num_bytes().div_ceil(PIECE_BYTES);
        for number in 0..num_pieces {
            assert!(part.add(&array.piece(number).unwrap()[4..]));
        }
        assert_eq!((array.piece(num_pieces), part.num_left()), (None, 0));
        part
    }

    #[test]
    fn long_arrays_take_several_pieces() {
        let words: Vec<u32> = (0..PIECE_BYTES as u32 / 4 + 3).collect();
        let part = Part::positions(words.len() - 1, words.len() as u32);
        assert_eq!(taken(part, &Array::Numbers(4, &words)).numbers, words);
        for (num_items, width) in [(8, 2), (70_000, 4)] {
            let items: Vec<ItemIx> = (0..PIECE_BYTES as u32 + 1).map(|item| ItemIx(item % num_items)).collect();
            assert_eq!(width_of_items(num_items as usize), width);
            let part = Part::new(width, items.len(), num_items as usize);
            let read: Vec<ItemIx> = taken(part, &Array::Items(width, &items)).numbers.into_iter().map(ItemIx).collect();
            assert_eq!(read, items);
        }
        let bytes = vec![7; PIECE_BYTES + 1];
        assert_eq!(taken(Part::new(1, bytes.len(), 8), &Array::Bytes(&bytes)).bytes, bytes);
    }

    #[test]
    fn a_damaged_or_foreign_image_is_refused() {
        let file = file();
        let hash = super::super::content_hash(&file).unwrap();
        let model = Model::open(&file).unwrap();
        let image = image(&model, hash);
        for number in 0..image.len() {
            for at in 0..image[number].len() {
                let mut damaged = image.clone();
                damaged[number][at] ^= 1 << (at % 8);
                assert_eq!(restored(&file, &damaged), None, "piece {number}, byte {at}");
                damaged[number].copy_from_slice(&image[number]);
                damaged[number].truncate(at);
                assert_eq!(restored(&file, &damaged), None, "piece {number}, {at} bytes");
            }
            assert_eq!(restored(&file, &image[..number]), None, "{number} pieces");
            let mut swapped = image.clone();
            swapped.swap(number, (number + 1) % image.len());
            assert_eq!(restored(&file, &swapped), None, "piece {number} and the next");
        }
        assert_eq!(restored(&file, &self::image(&model, hash + 1)), None);
    }

    #[test]
    fn an_image_with_the_right_checksums_is_still_checked() {
        let file = file();
        let hash = super::super::content_hash(&file).unwrap();
        let image = image(&Model::open(&file).unwrap(), hash);
        for number in 0..image.len() {
            for at in 4..image[number].len() {
                let mut wrong = image.clone();
                wrong[number][at] ^= 0x80;
                let checksum = checksum(hash, number as u32, &wrong[number][4..]);
                wrong[number][..4].copy_from_slice(&checksum.to_le_bytes());
                let mut opening = Opening::new(&file).unwrap();
                restore(&mut opening, &wrong);
                while !opening.advance(1000).unwrap() {}
                let model = opening.into_model();
                let mut ranker = crate::rank::Ranker::new(&model);
                for item in (0..41).map(ItemIx) {
                    ranker.related(&model, item, &Default::default(), &mut |_| true);
                }
            }
        }
    }
}
