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

/// Whether items are written in 16 bits.
fn is_short(num_items: usize) -> bool {
    num_items <= 1 << 16
}

/// One array of an image.
enum Array<'a> {
    Words(&'a [u32]),
    Items(&'a [ItemIx], usize),
    Bytes(&'a [u8]),
}

impl Array<'_> {
    /// How many values there are, and the bytes of each.
    fn size(&self) -> (usize, usize) {
        match self {
            Array::Words(array) => (array.len(), 4),
            Array::Items(array, width) => (array.len(), *width),
            Array::Bytes(array) => (array.len(), 1),
        }
    }

    /// A piece without its checksum, for which there is room.
    fn piece(&self, number: usize) -> Option<Vec<u8>> {
        let (num, width) = self.size();
        let num_in_piece = PIECE_BYTES / width;
        let start = number.saturating_mul(num_in_piece);
        let range = start..num.min(start.saturating_add(num_in_piece));
        if range.is_empty() {
            return None;
        }
        let mut to = Vec::with_capacity(PIECE_BYTES + 4);
        to.extend_from_slice(&[0; 4]);
        match self {
            Array::Words(array) => {
                for word in array.get(range)? {
                    to.extend_from_slice(&word.to_le_bytes());
                }
            }
            Array::Items(array, width) => {
                for item in array.get(range)? {
                    to.extend_from_slice(item.0.to_le_bytes().get(..*width)?);
                }
            }
            Array::Bytes(array) => to.extend_from_slice(array.get(range)?),
        }
        to.resize(to.len().next_multiple_of(4), 0);
        Some(to)
    }

    fn num_pieces(&self) -> usize {
        let (num, width) = self.size();
        num.div_ceil(PIECE_BYTES / width)
    }
}

impl Model {
    /// A piece of the image of a model of the file with this [`content_hash`](super::content_hash), from 0; `None` behind
    /// the last, and at once if the file is opened as quickly.
    pub fn image_piece(&self, content_hash: u64, number: u32) -> Option<Vec<u8>> {
        if self.tables.is_empty() || self.tables.iter().any(|(_, table)| table.codec != Codec::Graph) {
            return None;
        }
        let tables = self.tables.iter().flat_map(|(_, table)| {
            let Neighbours { offsets, items, levels, classes, .. } = table;
            let items = Array::Items(items, if is_short(classes.len()) { 2 } else { 4 });
            [Array::Words(offsets), items, Array::Bytes(levels), Array::Bytes(classes)]
        });
        let mut number_in_array = number as usize;
        for array in tables.chain([Array::Words(self.items.ends()), Array::Bytes(self.items.text().as_bytes())]) {
            if let Some(mut piece) = array.piece(number_in_array) {
                if let Some((to, payload)) = piece.split_first_chunk_mut() {
                    *to = checksum(content_hash, number, payload).to_le_bytes();
                }
                return Some(piece);
            }
            number_in_array = number_in_array.saturating_sub(array.num_pieces());
        }
        None
    }
}

/// The arrays of a table that is being restored, and what they may hold.
#[derive(Debug, Default)]
struct Rows {
    offsets: Vec<u32>,
    items: Vec<ItemIx>,
    levels: Vec<u8>,
    classes: Vec<u8>,
    num_edges: usize,
    num_levels: usize,
    num_classes: usize,
}

/// An image that is being taken.
pub(super) struct Restoring {
    content_hash: u64,
    num_pieces: u32,
    num_items: usize,
    tables: Vec<Rows>,
    ends: Vec<u32>,
    text: Vec<u8>,
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
        if self.is_whole() {
            let text = String::from_utf8(std::mem::take(&mut self.text)).ok();
            self.items = text.map(|text| (Dictionary::with_parts(text, std::mem::take(&mut self.ends)), 0));
            return if self.items.is_some() { None } else { Some(false) };
        }
        None
    }

    /// Adds to the first array that is not full; whether that can be its content.
    fn add(&mut self, payload: &[u8]) -> bool {
        let num_items = self.num_items;
        for table in &mut self.tables {
            let Rows { offsets, items, levels, classes, num_edges, num_levels, num_classes } = table;
            if offsets.len() <= num_items {
                return add_ends(payload, offsets, num_items, *num_edges as u32);
            }
            if items.len() < *num_edges {
                return add_items(payload, items, *num_edges, num_items);
            }
            if levels.len() < *num_edges {
                return add_bytes(payload, levels, *num_edges, *num_levels);
            }
            if classes.len() < num_items {
                return add_bytes(payload, classes, num_items, *num_classes);
            }
        }
        if self.ends.len() <= num_items {
            return add_ends(payload, &mut self.ends, num_items, u32::MAX);
        }
        let num_text = self.num_text();
        add_bytes(payload, &mut self.text, num_text, 256)
    }

    fn num_text(&self) -> usize {
        self.ends.last().map_or(0, |&end| end as usize)
    }

    fn is_whole(&self) -> bool {
        self.ends.len() > self.num_items && self.text.len() >= self.num_text()
    }
}

/// Room for the values of the next piece of an array that is to have `num`. What fills it are plain loops: where size comes first, a
/// closure is called for each value.
fn room<T: Clone + Default>(to: &mut Vec<T>, num: usize, per_piece: usize) -> &mut [T] {
    let start = to.len();
    to.reserve_exact(num - start);
    to.resize(num.min(start + per_piece), T::default());
    to.get_mut(start..).unwrap_or(&mut [])
}

/// Adds positions that ascend from 0 to at most `most`, one more than `num`.
fn add_ends(payload: &[u8], to: &mut Vec<u32>, num: usize, most: u32) -> bool {
    let mut before = to.last().copied().unwrap_or(0);
    let room = room(to, num + 1, PIECE_BYTES / 4);
    let mut is_right = payload.len() == 4 * room.len();
    for (end, &bytes) in room.iter_mut().zip(payload.as_chunks().0) {
        *end = u32::from_le_bytes(bytes);
        is_right &= before <= *end;
        before = *end;
    }
    is_right && before <= most && to.first() == Some(&0)
}

/// Adds items to an array that is to have `num`.
fn add_items(payload: &[u8], to: &mut Vec<ItemIx>, num: usize, num_items: usize) -> bool {
    let width = if is_short(num_items) { 2 } else { 4 };
    let room = room(to, num, PIECE_BYTES / width);
    let is_long = payload.len() == (width * room.len()).next_multiple_of(4);
    let mut most = 0;
    if width == 2 {
        for (item, &bytes) in room.iter_mut().zip(payload.as_chunks().0) {
            *item = ItemIx(u16::from_le_bytes(bytes).into());
            most = most.max(item.0);
        }
    } else {
        for (item, &bytes) in room.iter_mut().zip(payload.as_chunks().0) {
            *item = ItemIx(u32::from_le_bytes(bytes));
            most = most.max(item.0);
        }
    }
    is_long && (most as usize) < num_items
}

/// Adds bytes below `limit` to an array that is to have `num`.
fn add_bytes(payload: &[u8], to: &mut Vec<u8>, num: usize, limit: usize) -> bool {
    let room = room(to, num, PIECE_BYTES);
    let is_long = payload.len() == room.len().next_multiple_of(4);
    let mut most = 0;
    for (to, &byte) in room.iter_mut().zip(payload) {
        *to = byte;
        most = most.max(byte);
    }
    is_long && usize::from(most) < limit
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
                for ((purpose, _, reading), rows) in std::mem::take(&mut self.tables).into_iter().zip(restoring.tables)
                {
                    let Rows { offsets, items, levels, classes, .. } = rows;
                    let table = Neighbours { offsets, items, levels, classes, ..reading.into_table() };
                    self.model.tables.push((purpose, table));
                }
                self.items = None;
                self.model.items = restoring.items.map(|(items, _)| items).unwrap_or_default();
            }
        }
        answer
    }

    fn start_restoring(&self) -> Option<Box<Restoring>> {
        let rows = |[num_edges, num_levels, num_classes]: [usize; 3]| Rows {
            num_edges,
            num_levels,
            num_classes,
            ..Rows::default()
        };
        let tables: Option<Vec<Rows>> = self.tables.iter().map(|(.., reading)| reading.sizes().map(rows)).collect();
        Some(Box::new(Restoring {
            content_hash: self.content_hash,
            num_pieces: 0,
            num_items: self.num_items,
            tables: tables.filter(|tables| !tables.is_empty() && self.items.is_some())?,
            ends: Vec::new(),
            text: Vec::new(),
            items: None,
        }))
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

    #[test]
    fn long_arrays_take_several_pieces() {
        let words: Vec<u32> = (0..PIECE_BYTES as u32 / 4 + 3).collect();
        let array = Array::Words(&words);
        assert_eq!(array.num_pieces(), 2);
        let mut read = Vec::new();
        for number in 0..2 {
            assert!(add_ends(&array.piece(number).unwrap()[4..], &mut read, words.len() - 1, u32::MAX));
        }
        assert_eq!(read, words);
        assert_eq!(array.piece(2), None);
        for (num_items, width) in [(8, 2), (70_000, 4)] {
            let items: Vec<ItemIx> = (0..PIECE_BYTES as u32 + 1).map(|item| ItemIx(item % num_items)).collect();
            let array = Array::Items(&items, width);
            let mut read = Vec::new();
            for number in 0..array.num_pieces() {
                assert!(add_items(&array.piece(number).unwrap()[4..], &mut read, items.len(), num_items as usize));
            }
            assert_eq!(read, items);
            assert_eq!(array.piece(array.num_pieces()), None);
        }
        let bytes = vec![7; PIECE_BYTES + 1];
        let array = Array::Bytes(&bytes);
        assert_eq!(array.num_pieces(), 2);
        let mut read = Vec::new();
        for number in 0..2 {
            assert!(add_bytes(&array.piece(number).unwrap()[4..], &mut read, bytes.len(), 8));
        }
        assert_eq!(read, bytes);
        assert_eq!(array.piece(2), None);
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
