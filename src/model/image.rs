//! What takes long to decode, as it lies in memory: kept by the browser, it spares the next page the decoding.
//!
//! An image belongs to one file and holds the tables of the codec `graph` and the ids; the rest is read from the file,
//! which is at hand anyway. It is no format to keep: another version of this library refuses it, and the file is decoded again.
//!
//! Little-endian: u32 version, u32 CRC-32 of all that follows, u64 content hash of the file; for each table u32 num_items,
//! u32 num_edges, u32 offsets (num_items + 1), u32 items and u8 levels (num_edges each), u8 classes (num_items); u32 num_items,
//! u32 ends of ids (num_items), the ids.

use super::Model;
#[cfg(all(test, feature = "cli"))]
use super::Purpose;
use super::bytes::{Fault, Reader, Writer};
use super::crc::Crc32;
use super::dictionary::Dictionary;
use super::neighbours::{Codec, Neighbours};
use crate::ItemIx;

/// "VI" and the version of the image.
const VERSION: u32 = 0x5649_0001;

/// The arrays of a table.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) offsets: Vec<u32>,
    pub(super) items: Vec<ItemIx>,
    pub(super) levels: Vec<u8>,
    pub(super) classes: Vec<u8>,
}

impl Model {
    /// The image of a model of the file with this [`content_hash`](super::content_hash); `None` if its file is
    /// opened as quickly.
    pub fn to_image(&self, content_hash: u64) -> Option<Vec<u8>> {
        let tables = || self.tables.iter().map(|(_, table)| table).filter(|table| table.codec == Codec::Graph);
        tables().next()?;
        let num_bytes: usize = tables().map(|table| 5 * table.num_edges() + 5 * table.num_items() + 16).sum();
        let mut to = Writer::with_room(num_bytes + self.items.num_bytes() + 32);
        to.u32(VERSION);
        to.u32(0);
        to.u64(content_hash);
        for table in tables() {
            to.u32(table.num_items() as u32);
            to.u32(table.num_edges() as u32);
            table.offsets.iter().for_each(|&offset| to.u32(offset));
            table.items.iter().for_each(|item| to.u32(item.0));
            to.bytes(&table.levels);
            to.bytes(&table.classes);
        }
        self.items.write_image(&mut to);
        let mut image = to.finish();
        let checksum = Crc32::new().of(&[image.get(8..).unwrap_or(&[])]);
        image.get_mut(4..8)?.copy_from_slice(&checksum.to_le_bytes());
        Some(image)
    }
}

/// What an image holds.
pub(super) struct Image {
    pub(super) tables: Vec<Rows>,
    pub(super) items: Dictionary,
}

impl Image {
    /// Reads an image of `num_items` items whose tables have at most `most_levels` levels each, and at most so many classes;
    /// `None` unless it is whole and of the file with this content hash.
    pub(super) fn read(bytes: &[u8], content_hash: u64, num_items: usize, tables: &[[usize; 2]]) -> Option<Image> {
        let mut from = Reader::new(bytes);
        if from.u32().ok()? != VERSION {
            return None;
        }
        let checksum = from.u32().ok()?;
        let hashed = from.clone().rest();
        if from.u64().ok()? != content_hash || Crc32::new().of(&[hashed]) != checksum {
            return None;
        }
        let mut read = Vec::with_capacity(tables.len());
        for &[num_levels, num_classes] in tables {
            let rows = rows(&mut from).ok()?;
            let is_ascending = rows.offsets.windows(2).all(|pair| pair.first() <= pair.last());
            let is_right = rows.classes.len() == num_items
                && rows.offsets.first() == Some(&0)
                && is_ascending
                && rows.offsets.last().is_some_and(|&last| last as usize == rows.items.len())
                && rows.items.iter().all(|item| item.as_usize() < num_items)
                && rows.levels.iter().all(|&level| usize::from(level) < num_levels)
                && rows.classes.iter().all(|&class| usize::from(class) < num_classes);
            if !is_right {
                return None;
            }
            read.push(rows);
        }
        let items = Dictionary::read_image(&mut from)?;
        (items.len() == num_items && from.num_left() == 0).then_some(Image { tables: read, items })
    }
}

fn rows(from: &mut Reader) -> Result<Rows, Fault> {
    let (num_items, num_edges) = (from.u32()? as usize, from.u32()? as usize);
    Ok(Rows {
        offsets: from.u32s(num_items.saturating_add(1))?,
        items: from.u32s(num_edges)?.into_iter().map(ItemIx).collect(),
        levels: from.take(num_edges)?.to_vec(),
        classes: from.take(num_items)?.to_vec(),
    })
}

impl super::Opening {
    /// The fingerprint of the file, see [`content_hash`](super::content_hash).
    pub fn content_hash(&self) -> u64 {
        self.content_hash
    }

    /// Takes from the [`image`](Model::to_image) of an earlier opening what would otherwise be decoded; whether it could. A damaged
    /// image, one of another file and one of another version change nothing.
    pub fn restore(&mut self, image: &[u8]) -> bool {
        let sizes: Option<Vec<[usize; 2]>> = self.tables.iter().map(|(.., reading)| reading.sizes()).collect();
        let Some(sizes) = sizes.filter(|sizes| !sizes.is_empty() && self.items.is_some()) else { return false };
        let Some(image) = Image::read(image, self.content_hash, self.num_items, &sizes) else { return false };
        for ((purpose, _, reading), rows) in std::mem::take(&mut self.tables).into_iter().zip(image.tables) {
            let Rows { offsets, items, levels, classes } = rows;
            self.model.tables.push((purpose, Neighbours { offsets, items, levels, classes, ..reading.into_table() }));
        }
        self.items = None;
        self.model.items = image.items;
        true
    }
}

#[cfg(all(test, feature = "cli"))]
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
            measurements: Vec::new(),
        };
        model.to_bytes().unwrap()
    }

    fn restored(file: &[u8], image: &[u8]) -> Option<Model> {
        let mut opening = Opening::new(file).unwrap();
        let is_restored = opening.restore(image);
        while !opening.advance(7).unwrap() {}
        is_restored.then(|| opening.into_model())
    }

    #[test]
    fn an_image_gives_the_model_that_the_file_gives() {
        let file = file();
        let model = Model::open(&file).unwrap();
        let image = model.to_image(super::super::content_hash(&file).unwrap()).unwrap();
        assert_eq!(restored(&file, &image), Some(model));
    }

    #[test]
    fn a_damaged_or_foreign_image_is_refused() {
        let file = file();
        let hash = super::super::content_hash(&file).unwrap();
        let model = Model::open(&file).unwrap();
        let image = model.to_image(hash).unwrap();
        for at in 0..image.len() {
            let mut damaged = image.clone();
            damaged[at] ^= 1 << (at % 8);
            assert_eq!(restored(&file, &damaged), None, "byte {at}");
            assert_eq!(restored(&file, &image[..at]), None, "{at} bytes");
        }
        assert_eq!(restored(&file, &model.to_image(hash + 1).unwrap()), None);
        // With a checksum that is right, what it says is still checked.
        for at in 16..image.len() {
            let mut wrong = image.clone();
            wrong[at] ^= 0x80;
            let checksum = Crc32::new().of(&[&wrong[8..]]);
            wrong[4..8].copy_from_slice(&checksum.to_le_bytes());
            let mut opening = Opening::new(&file).unwrap();
            opening.restore(&wrong);
            while !opening.advance(1000).unwrap() {}
            let model = opening.into_model();
            let mut ranker = crate::rank::Ranker::new(&model);
            for item in (0..41).map(ItemIx) {
                ranker.related(&model, item, &Default::default(), &mut |_| true);
            }
        }
    }
}
