//! Files that are not sound models: each is refused with an error that says what is wrong.
#![cfg(feature = "cli")]

#[allow(dead_code)]
mod format_models;
#[allow(dead_code)]
mod harness;

use format_models::{blocks, complete, groups, timely, tiny};
use vicino::model::{
    Dictionary, Foreign, Kept, Link, Model, ModelError, Neighbours, Relation, Table, Trend, TwoHop, Weights,
    content_hash, sections, table_bytes,
};
use vicino::rank::{Options, Ranker, Source};
use vicino::{CategoryIx, ItemIx};

/// The file with other bytes in one of its sections.
fn replace(bytes: &[u8], name: &str, body: &[u8]) -> Vec<u8> {
    let all = sections(bytes).expect("a sound file");
    let at = all.iter().position(|section| section.name == name).expect("a section of this name");
    let (start, end) = (all[at].offset, all[at].offset + all[at].num_bytes);
    let mut replaced = [&bytes[..start], body, &bytes[end..]].concat();
    // The header has 24 bytes, an entry of the table 12, and the length is its third field.
    harness::put(&mut replaced, 24 + 12 * at + 4, body.len() as u32);
    harness::repair(&mut replaced);
    replaced
}

fn bytes() -> Vec<u8> {
    tiny().to_bytes().unwrap()
}

fn refused(bytes: &[u8]) -> ModelError {
    let error = Model::open(bytes).unwrap_err();
    assert_eq!(sections(bytes).is_err(), content_hash(bytes).is_err());
    error
}

/// Where a section's entry in the table, and its content, begin.
fn find(bytes: &[u8], name: &str) -> (usize, usize) {
    let all = sections(bytes).unwrap();
    let at = all.iter().position(|section| section.name == name).unwrap();
    (24 + 12 * at, all[at].offset)
}

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(refused(&[]), ModelError::Empty);
    assert_eq!(refused(&[]).code(), "model-empty");
}

#[test]
fn a_truncated_file_is_refused_with_both_lengths() {
    let bytes = bytes();
    let expected = bytes.len() as u64;
    let error = refused(&bytes[..bytes.len() - 1]);
    assert_eq!(error, ModelError::Truncated { found: expected - 1, expected });
    assert_eq!(error.code(), "model-truncated");
    assert_eq!(
        error.to_string(),
        format!("the model has {} bytes, expected {expected}: its end is missing; download it again", expected - 1)
    );
    // In the magic, the header and the table.
    for length in [1, 7, 8, 11, 12, 23, 24, 40] {
        assert!(matches!(refused(&bytes[..length]), ModelError::Truncated { .. }), "{length}");
    }
}

#[test]
fn a_bit_flipped_file_is_refused_with_the_section() {
    let mut bytes = bytes();
    let (_, at) = find(&bytes, "items");
    bytes[at + 3] ^= 4;
    let error = refused(&bytes);
    assert!(matches!(error, ModelError::Checksum { section: "items", offset, .. } if offset == at as u64), "{error}");
    assert_eq!(error.code(), "model-corrupt");
    assert!(error.to_string().starts_with(&format!("section `items` at byte {at}: checksum is 0x")), "{error}");
}

#[test]
fn a_flipped_bit_in_the_table_is_one_of_the_header() {
    let mut bytes = bytes();
    bytes[30] ^= 1;
    assert!(matches!(refused(&bytes), ModelError::Checksum { section: "header", offset: 0, .. }));
}

#[test]
fn a_newer_file_is_refused_with_its_version_even_if_all_else_is_different() {
    let mut bytes = bytes()[..20].to_vec();
    bytes[8] = 3;
    bytes[10] = 5;
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Newer { major: 3, minor: 5 });
    assert_eq!(error.code(), "model-newer");
    assert_eq!(error.to_string(), "the model is of format 3.5, this version reads 2; update vicino");
}

#[test]
fn a_file_of_format_1_is_refused_with_its_version() {
    let mut bytes = bytes();
    bytes[8] = 1;
    let error = refused(&bytes);
    assert_eq!(error.code(), "model-corrupt");
    assert_eq!(
        error.to_string(),
        "section `header` at byte 8: major version is 1, expected at least 2; train the model again"
    );
}

#[test]
fn a_file_of_a_higher_minor_version_opens() {
    let mut bytes = bytes();
    bytes[10] = 9;
    let table_end = 24 + 12 * harness::get(&bytes, 16) as usize;
    let sum = harness::crc32(&[&bytes[..20], &bytes[24..table_end]].concat());
    harness::put(&mut bytes, 20, sum);
    assert_eq!(Model::open(&bytes).unwrap(), tiny());
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = bytes();
    let expected = bytes.len() as u64;
    bytes.push(0);
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Trailing { found: expected + 1, expected });
    assert_eq!(error.code(), "model-corrupt");
}

#[test]
fn a_foreign_file_is_refused_with_what_it_seems_to_be() {
    let text_mode = String::from_utf8_lossy(&bytes()).into_owned().into_bytes();
    let line_ends = bytes().iter().copied().filter(|&byte| byte != b'\r').collect::<Vec<u8>>();
    for (bytes, expected) in [
        (&b"<!doctype html><title>404</title>"[..], Foreign::Html),
        (b"\xef\xbb\xbf \n<html>", Foreign::Html),
        (b"{\"error\": 404}", Foreign::Json),
        (b"[]", Foreign::Json),
        (b"\x1f\x8b\x08\x00", Foreign::Gzip),
        (&text_mode, Foreign::TextMode),
        (&line_ends, Foreign::TextMode),
        (b"PK\x03\x04", Foreign::Other(*b"PK\x03\x04")),
        (b"x", Foreign::Other(*b"x\0\0\0")),
    ] {
        let error = refused(bytes);
        assert_eq!(error, ModelError::Foreign(expected));
        assert_eq!(error.code(), "model-foreign");
    }
    assert_eq!(refused(b"<p>").to_string(), "not a vicino model: it is a web page (HTML); check the address");
}

#[test]
fn a_section_that_stands_twice_is_refused() {
    let mut bytes = complete().to_bytes().unwrap();
    let (measurements, _) = find(&bytes, "measurements");
    let (items, _) = find(&bytes, "items");
    bytes.copy_within(items..items + 2, measurements);
    harness::repair(&mut bytes);
    assert_eq!(refused(&bytes), ModelError::Duplicate { section: "items", offset: measurements as u64 });
}

#[test]
fn an_unknown_section_is_skipped_if_optional_and_refused_if_not() {
    let mut bytes = complete().to_bytes().unwrap();
    let (entry, _) = find(&bytes, "measurements");
    bytes[entry] = 99;
    harness::repair(&mut bytes);
    let opened = Model::open(&bytes).unwrap();
    assert_eq!(opened, Model { measurements: Vec::new(), ..complete() });
    assert_eq!(sections(&bytes).unwrap().iter().filter(|section| section.name == "unknown").count(), 1);

    bytes[entry + 2] = 0;
    harness::repair(&mut bytes);
    let error = refused(&bytes);
    assert_eq!(error, ModelError::Unsupported { section: "unknown", what: "section", found: 99 });
    assert_eq!(error.code(), "model-newer");
}

#[test]
fn a_missing_section_is_named() {
    let mut bytes = bytes();
    let (entry, _) = find(&bytes, "privacy");
    bytes[entry] = 99;
    bytes[entry + 2] = 1;
    harness::repair(&mut bytes);
    assert_eq!(refused(&bytes), ModelError::Missing { section: "privacy" });
}

#[test]
fn an_unknown_stream_between_blocks_asks_for_an_update() {
    let mut bytes = bytes();
    let (_, at) = find(&bytes, "neighbours/next");
    bytes[at] = 7;
    harness::repair(&mut bytes);
    let error = refused(&bytes);
    assert_eq!(error.to_string(), "section `neighbours/next`: flags 7 is not known to this version; update vicino");
}

#[test]
fn a_constant_that_ranking_cannot_use_is_refused_where_it_stands() {
    for value in [f32::NAN, f32::INFINITY, -1.0, 1e10] {
        let mut bytes = bytes();
        let (_, at) = find(&bytes, "ranking");
        bytes[at + 6..at + 10].copy_from_slice(&value.to_le_bytes());
        harness::repair(&mut bytes);
        let error = refused(&bytes);
        assert!(
            matches!(error, ModelError::Corrupt { section: "ranking", offset, .. } if offset == at as u64 + 6),
            "{error}"
        );
    }
}

#[test]
fn what_lists_do_without_may_be_stepped_over() {
    let bytes = timely().to_bytes().unwrap();
    for name in ["categories", "trends", "replenishment", "neighbours/similar"] {
        let section = sections(&bytes).unwrap().into_iter().find(|section| section.name == name).unwrap();
        assert!(section.optional, "{name}");
        // A reader that does not know the number of the section.
        let (entry, _) = find(&bytes, name);
        let mut renamed = bytes.clone();
        if name == "categories" {
            // These need them.
            let (replenishment, _) = find(&bytes, "replenishment");
            renamed[replenishment + 1] = 0x76;
        }
        renamed[entry + 1] = 0x77;
        harness::repair(&mut renamed);
        let model = Model::open(&renamed).unwrap();
        assert_eq!((model.items, model.popularity), (timely().items, timely().popularity), "{name}");
    }
}

/// A section of a file, changed.
fn with_section(bytes: &[u8], name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let section = sections(bytes).unwrap().into_iter().find(|section| section.name == name).unwrap();
    let mut body = bytes[section.offset..][..section.num_bytes].to_vec();
    change(&mut body);
    replace(bytes, name, &body)
}

/// Returns the fault of a file, and its section.
fn fault(bytes: &[u8]) -> (&'static str, &'static str) {
    match refused(bytes) {
        ModelError::Corrupt { section, what, .. } => (section, what),
        error => panic!("{error}"),
    }
}

/// Fields of the table of `tiny`: 3 levels, of which the last has a direction, and 2 classes.
const NUM_LINKS: usize = 34;
const WIDTH: usize = 38;
const NUM_TABLES: usize = 39;
const NUM_BETWEEN: usize = 43;

#[test]
fn a_number_that_no_table_may_have_is_refused_where_it_stands() {
    let sound = bytes();
    for (at, value, what) in [
        (1, 0, "number of levels"),
        (1, 17, "number of levels"),
        (2, 4, "first level with a direction"),
        (3, 0, "number of classes"),
        (3, 9, "number of classes"),
        (WIDTH, 25, "bits of a block's length"),
        (NUM_TABLES + 2, 1, "number of bytes left"),
        (NUM_BETWEEN + 2, 1, "number of bytes left"),
        (NUM_BETWEEN + 3, 255, "number of bytes left"),
    ] {
        let bytes = with_section(&sound, "neighbours/next", |body| body[at] = value);
        assert_eq!(fault(&bytes), ("neighbours/next", what), "byte {at}");
    }
    for (at, value) in [(4, f32::NAN), (4, 0.0), (16, 0.5), (20, 1e30), (28, -1.0), (28, 17.0)] {
        let bytes =
            with_section(&sound, "neighbours/next", |body| body[at..at + 4].copy_from_slice(&value.to_le_bytes()));
        assert_eq!(fault(&bytes).0, "neighbours/next", "{value} at byte {at}");
    }
    // A first direction of 1 would be one that is not written.
    let bytes = with_section(&sound, "neighbours/next", |body| body[16..20].copy_from_slice(&1f32.to_le_bytes()));
    assert_eq!(fault(&bytes).1, "first level with a direction above 1");
}

#[test]
fn a_number_of_links_that_does_not_come_out_is_refused() {
    let bytes = with_section(&bytes(), "neighbours/next", |body| body[NUM_LINKS] += 1);
    assert_eq!(fault(&bytes), ("neighbours/next", "number of links in all blocks"));
}

#[test]
fn lengths_of_blocks_that_do_not_add_up_are_refused() {
    let sound = blocks().to_bytes().unwrap();
    let longer = with_section(&sound, "neighbours/next", |body| *body.last_mut().unwrap() ^= 0x40);
    // One block, whose length does not take all bits of a byte.
    let filling = with_section(&bytes(), "neighbours/next", |body| *body.last_mut().unwrap() |= 1);
    let shorter = with_section(&sound, "blocks/next", |body| _ = body.pop());
    let more = with_section(&sound, "blocks/next", |body| body.push(1));
    let all = with_section(&sound, "neighbours/next", |body| {
        let at = body.len() - 3;
        body[at..].fill(0xff);
    });
    for bytes in [longer, filling, shorter, more, all] {
        assert_eq!(fault(&bytes), ("neighbours/next", "length of all blocks"));
    }
}

#[test]
fn more_items_than_the_ids_have_bytes_for_are_refused_before_anything_is_allocated() {
    for num_items in [1 << 18, 1 << 24, u32::MAX] {
        let bytes = with_section(&bytes(), "classes", |body| harness::put(body, 0, num_items));
        assert_eq!(fault(&bytes), ("classes", "number of items"));
    }
}

#[test]
fn a_stream_with_more_or_fewer_bytes_than_it_needs_is_refused() {
    let sound = timely().to_bytes().unwrap();
    for (name, what) in [
        ("classes", "stream of classes"),
        ("items", "stream of the ids' blocks"),
        ("popularity", "stream of lists"),
        ("categories", "stream of categories"),
        ("trends", "stream of lists"),
        ("replenishment", "stream of lists"),
    ] {
        for byte in [0, 1] {
            // A reader asks for four bytes in advance.
            let bytes = with_section(&sound, name, |body| body.extend([byte; 5]));
            assert_eq!(fault(&bytes), (name, what), "{byte}");
        }
    }
}

/// An item of `blocks` from which no path of two links leads to the first block.
const UNRELATED: u32 = 200;

#[test]
fn a_damaged_block_is_refused_when_it_is_read() {
    let bytes = with_section(&blocks().to_bytes().unwrap(), "blocks/next", |body| body[..40].fill(0xff));
    let model = Model::open_blocks(bytes).unwrap();
    let mut kept = Kept::default();
    let mut read = |item| model.tables[0].1.row(&mut kept, ItemIx(item), &mut |_, _| {});
    let error = read(5).unwrap_err();
    assert!(matches!(error, ModelError::Corrupt { section: "blocks/next", found: 0, .. }), "{error}");
    // What was found to be forged is not read any further.
    assert_eq!([read(127), read(200)], [Err(error.clone()), Err(error.clone())]);
    let mut ranker = Ranker::new(&model);
    let mut list = |item| {
        let options = Options::default();
        ranker.try_list(&model, Source::Related(&[ItemIx(item)]), &options, &mut |_| true).map(|listed| listed.len())
    };
    assert_eq!((list(UNRELATED), list(5), list(UNRELATED)), (Ok(20), Err(error.clone()), Err(error)));
}

#[test]
fn sections_of_zeros_or_ones_or_cut_anywhere_are_opened_or_refused() {
    for model in [tiny(), complete(), timely()] {
        let sound = model.to_bytes().unwrap();
        for section in sections(&sound).unwrap() {
            let body = &sound[section.offset..][..section.num_bytes];
            for length in 0..body.len() {
                let _ = harness::open(&replace(&sound, section.name, &body[..length]));
            }
            for length in [0, 1, 4, body.len(), 2000] {
                for byte in [0, 0xff] {
                    let _ = harness::open(&replace(&sound, section.name, &vec![byte; length]));
                }
            }
        }
    }
}

#[test]
fn parts_of_a_table_that_are_zeros_or_ones_are_read_or_refused() {
    // Whatever the streams between blocks and in blocks say, and however long they are.
    for model in [blocks(), groups()] {
        let sound = model.to_bytes().unwrap();
        let table = sections(&sound).unwrap().into_iter().find(|section| section.name == "neighbours/next").unwrap();
        let body = &sound[table.offset..][..table.num_bytes];
        // 4 levels, 2 of them with directions, 5 classes.
        let at = 4 + 4 * (4 + 2 + 5) + 4 + 2 + 4 + 1;
        let num_tables = harness::get(body, at) as usize;
        let num_between = harness::get(body, at + 4) as usize;
        let start = at + 8 + num_tables;
        for length in [0, 1, num_between, 5000] {
            for byte in [0, 0x7f, 0xff] {
                let mut forged = body.to_vec();
                forged.splice(start..start + num_between, vec![byte; length]);
                harness::put(&mut forged, at + 4, length as u32);
                let _ = harness::open(&replace(&sound, "neighbours/next", &forged));
            }
        }
        for (length, byte) in [(0u64, 0), (1 << 16, 0), (1 << 16, 0xff)] {
            // Three blocks: two of no bytes, and all the others.
            let mut forged = body[..start + num_between].to_vec();
            forged[at - 1] = 20;
            let lengths = length << 4;
            forged.extend(&lengths.to_be_bytes());
            let forged = replace(&sound, "neighbours/next", &forged);
            let _ = harness::open(&replace(&forged, "blocks/next", &vec![byte; length as usize]));
        }
    }
}

#[test]
fn a_stream_filled_up_with_zeros_comes_back() {
    // Everything linked to everything is told in fewer bytes than a reader wants for so many links.
    let num_items = 300;
    let links = (0..num_items).flat_map(|one| (0..one).map(move |other| (one, other)));
    let link = |(one, other)| Link { one: ItemIx(one), other: ItemIx(other), level: 0, is_heavier_from_one: true };
    let weights = Weights { levels: vec![1.0], directions: vec![1.0], row_factors: vec![1.0] };
    let links: Vec<Link> = links.map(link).collect();
    let table = Neighbours::from_links(&vec![0; num_items as usize], &links, weights, TwoHop::default()).unwrap();
    let ids: Vec<String> = (1000..1000 + num_items).map(|id| id.to_string()).collect();
    let model = Model {
        items: Dictionary::new(&ids).unwrap(),
        tables: vec![(Relation::Next, table)],
        popularity: vec![0; num_items as usize],
        ..Model::default()
    };
    let bytes = model.to_bytes().unwrap();
    assert_eq!(Model::open(&bytes).unwrap(), model);
    let table = table_bytes(&bytes).unwrap()[0].1;
    // 128 * 128 + 256 * 44 links between blocks, less 4,096. Two blocks have 128 * 127^2 paths, less 8,192, 512 to a
    // byte; the last one 44 * 43 / 2 links, less 64, three to a byte.
    assert_eq!((table.num_between, table.between), (27_648, 23_552));
    assert_eq!(table.blocks, 2 * 4_017 + 294);
}

#[test]
fn a_model_with_times_that_no_file_can_hold_is_refused() {
    let sound = timely();
    let trend = |days, item| Trend { days, items: vec![(ItemIx(item), 1)] };
    for (model, part) in [
        (Model { trends: vec![trend(7, 0), trend(7, 1)], ..sound.clone() }, "trends"),
        (Model { trends: vec![trend(7, 16)], ..sound.clone() }, "trend"),
        (Model { replenishment: vec![(ItemIx(2), 1), (ItemIx(1), 1)], ..sound.clone() }, "replenishment"),
        (Model { replenishment: vec![(ItemIx(2), 0)], ..sound.clone() }, "replenishment"),
        (Model { category_replenishment: vec![(CategoryIx(2), 1)], ..sound }, "replenishment by category"),
    ] {
        assert!(matches!(model.to_bytes(), Err(ModelError::Invalid { part: found, .. }) if found == part), "{part}");
    }
}
