//! The way of bytes through the fuzz target and the plain tests: repair the checksums, open, read, rank, write again.

use vicino::model::{Blocks, Kept, Model, ModelError, Table};
use vicino::rank::{HistoryEvent, Options, Ranked, Ranker, Rules, Source};
use vicino::{EventKind, ItemIx};

const HEADER_BYTES: usize = 24;
const ENTRY_BYTES: usize = 12;

/// Makes a container out of any bytes: magic, version, lengths and checksums are put right, the rest stays.
pub fn repair(bytes: &mut Vec<u8>) {
    if bytes.len() < HEADER_BYTES {
        bytes.resize(HEADER_BYTES, 0);
    }
    let num_bytes = bytes.len();
    bytes[..8].copy_from_slice(b"\x89VIC\r\n\x1a\n");
    bytes[8..12].copy_from_slice(&[2, 0, 0, 0]);
    put(bytes, 12, num_bytes as u32);
    let num_sections = (get(bytes, 16) as usize).min((num_bytes - HEADER_BYTES) / ENTRY_BYTES).min(256);
    put(bytes, 16, num_sections as u32);
    let table_end = HEADER_BYTES + num_sections * ENTRY_BYTES;
    let mut offset = table_end;
    for section in 0..num_sections {
        let entry = HEADER_BYTES + section * ENTRY_BYTES;
        let is_last = section + 1 == num_sections;
        let left = num_bytes - offset;
        let length = if is_last { left } else { left.min(get(bytes, entry + 4) as usize) };
        put(bytes, entry + 4, length as u32);
        let sum = crc32(&bytes[offset..offset + length]);
        put(bytes, entry + 8, sum);
        offset += length;
    }
    let header = [&bytes[..20], &bytes[HEADER_BYTES..table_end]].concat();
    let sum = crc32(&header);
    put(bytes, 20, sum);
}

/// Opens bytes as they are and, if that works, does all that anybody does with a model. Links are first read as a
/// shop's page reads them.
pub fn open(bytes: &[u8]) -> Result<Model, ModelError> {
    let blocks = Model::open_blocks(bytes.to_vec());
    if let Ok(blocks) = &blocks {
        read(blocks);
        let _ = lists(blocks);
    }
    let model = Model::open(bytes)?;
    model.validate().expect("an opened model is valid");
    walk(&model);
    let blocks = blocks.expect("what opens as a whole opens in blocks");
    assert_eq!(lists(&blocks), lists(&model).map_err(|never| match never {}), "lists are the same to the bit");
    let written = model.to_bytes().expect("an opened model can be written");
    assert_eq!(Model::open(&written).as_ref(), Ok(&model), "a model comes back as it was written");
    vicino::model::table_bytes(bytes).expect("an opened model can be measured");
    Ok(model)
}

/// Repairs the bytes, then opens them.
pub fn repair_and_open(bytes: &[u8]) -> Result<Model, ModelError> {
    let mut bytes = bytes.to_vec();
    repair(&mut bytes);
    open(&bytes)
}

/// Every row, every id and every category.
fn walk(model: &Model) {
    for item in (0..model.num_items() as u32).map(ItemIx) {
        assert_eq!(model.items.item(model.items.id(item)), Some(item));
        let _ = model.category_of(item);
        for (_, table) in &model.tables {
            let row = table.row(item);
            for (&neighbour, &code) in row.items.iter().zip(row.codes) {
                assert!(neighbour.as_usize() < model.num_items() && neighbour != item);
                let weight = row.weight_in_row(code);
                assert_eq!(row.weight_of(neighbour), weight);
                assert!(weight >= 0.0 && weight.is_finite());
            }
        }
    }
}

/// Every row and every id, which a forged file may refuse; then again from what was kept.
fn read(model: &Model<Blocks>) {
    let num_items = model.num_items() as u32;
    for (_, table) in &model.tables {
        let mut kept = Kept::default();
        for item in (0..num_items).chain((0..num_items).rev().take(300)).map(ItemIx) {
            let mut least = 0;
            let read = table.row(&mut kept, item, &mut |other, weight| {
                assert!(other.0 >= least && other.0 < num_items && other != item, "{other:?} in row {item:?}");
                assert!(weight >= 0.0 && weight.is_finite());
                least = other.0 + 1;
            });
            assert!(read.is_err() || read.is_ok_and(f32::is_finite));
        }
    }
    for item in (0..num_items).map(ItemIx) {
        if let Ok(id) = model.items.id(item) {
            let _ = model.items.item(&id);
        }
    }
}

/// The items and the bits of the scores and shares of every kind of list, from both ends of the item numbers, beyond
/// them too.
#[expect(clippy::type_complexity, reason = "compared, and nothing else")]
fn lists<T: Table>(model: &Model<T>) -> Result<Vec<Vec<(ItemIx, u32, Vec<(ItemIx, u32)>)>>, T::Error> {
    let num_items = model.num_items() as u32;
    let history: Vec<HistoryEvent> = (0..4)
        .chain(num_items.saturating_sub(4)..num_items.saturating_add(2))
        .zip(EventKind::ALL.into_iter().cycle())
        .map(|(item, kind)| HistoryEvent { item: ItemIx(item), kind })
        .collect();
    let items: Vec<ItemIx> = history.iter().map(|event| event.item).collect();
    let mut ranker = Ranker::new(model);
    let mut all = Vec::new();
    let diverse = Rules { diversity: 0.5, max_per_category: 2, ..Rules::default() };
    for options in [
        Options { k: 7, repeats: true, explain: true, ..Options::default() },
        Options { k: 7, exclude: &items, seed: Some(1), explain: true, ..Options::default() },
        Options { k: 7, rules: diverse, ..Options::default() },
    ] {
        for source in [
            Source::ForYou { history: &history, factors: &[1.0, -0.5] },
            Source::Related(&items[..1]),
            Source::Together(&items),
            Source::Similar(&items),
            Source::Trending { days: 0 },
            Source::Trending { days: 9 },
            Source::Given(&[(ItemIx(0), 2.0), (ItemIx(num_items), 1.0)]),
        ] {
            let listed = ranker.try_list(model, source, &options, &mut |_| true)?;
            for ranked in &listed {
                assert!(ranked.score.is_finite() && ranked.score >= 0.0);
                assert!(ranked.item.0 < num_items);
            }
            let reasons = |ranked: &Ranked| {
                ranked.reasons.iter().map(|reason| (reason.item, reason.share.to_bits())).collect::<Vec<_>>()
            };
            all.push(listed.iter().map(|ranked| (ranked.item, ranked.score.to_bits(), reasons(ranked))).collect());
        }
    }
    Ok(all)
}

pub fn get(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

pub fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// CRC-32 as in gzip, bit by bit.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}
