//! What the fuzz target and the plain tests do with bytes: repair the checksums, open, walk, rank, write again.

use vicino::model::{Model, ModelError, Purpose};
use vicino::rank::{HistoryEvent, Options, Ranker};
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
    bytes[8..12].copy_from_slice(&[1, 0, 2, 0]);
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

/// Opens bytes as they are and, if that works, does all that anybody does with a model.
pub fn open(bytes: &[u8]) -> Result<Model, ModelError> {
    let model = Model::open(bytes)?;
    model.validate().expect("an opened model is valid");
    walk(&model);
    rank(&model);
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
            for (&neighbour, &level) in row.items.iter().zip(row.levels) {
                assert!(neighbour.as_usize() < model.num_items() && neighbour != item);
                let weight = row.weight_in_row(level) * table.column_factor(neighbour);
                assert_eq!(row.weight_of(neighbour), weight);
                // The product of three that are as small as can be is nothing.
                assert!(weight >= 0.0 && weight.is_finite());
            }
        }
    }
}

/// Every kind of list, from both ends of the item numbers, beyond them too.
fn rank(model: &Model) {
    let num_items = model.num_items() as u32;
    let history: Vec<HistoryEvent> = (0..4)
        .chain(num_items.saturating_sub(4)..num_items.saturating_add(2))
        .zip(EventKind::ALL.into_iter().cycle())
        .map(|(item, kind)| HistoryEvent { item: ItemIx(item), kind })
        .collect();
    let items: Vec<ItemIx> = history.iter().map(|event| event.item).collect();
    let mut ranker = Ranker::new(model);
    for options in [
        Options { k: 7, repeats: true, explain: true, ..Options::default() },
        Options { k: 7, exclude: &items, seed: Some(1), explain: true, ..Options::default() },
    ] {
        let lists = [
            ranker.for_you(model, &history, &options, &mut |_| true),
            ranker.related(model, ItemIx(0), &options, &mut |_| true),
            ranker.bought_together(model, &items, &options, &mut |_| true),
            ranker.trending(model, &options, &mut |_| true),
        ];
        for ranked in lists.iter().flatten() {
            assert!(ranked.score.is_finite() && ranked.score >= 0.0);
            assert!(ranked.item.0 < num_items);
        }
    }
    assert_eq!(model.table(Purpose::Next).is_some(), model.tables.iter().any(|(of, _)| *of == Purpose::Next));
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
