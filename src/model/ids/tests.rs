use super::*;
use crate::model::ModelError;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn mixed(at: usize) -> u64 {
    let mut bits = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn uuid(at: usize) -> String {
    let (high, low) = (mixed(2 * at), mixed(2 * at + 1));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// Writes ids and reads them in all ways; how many bytes they take.
fn round_trip<S: AsRef<str>>(ids: &[S]) -> usize {
    let set = SortedIds::new(ids);
    let order = set.order();
    let bytes = set.to_bytes().unwrap();
    let set = IdSet::open(&bytes, ids.len()).unwrap();
    let mut rank = 0;
    set.all(|id| {
        assert_eq!(id, ids[order[rank] as usize].as_ref());
        rank += 1;
    })
    .unwrap();
    assert_eq!(rank, ids.len());
    // Those far apart one after the other, so that chunks come and go.
    let mut ranks: Vec<u32> = (0..ids.len() as u32).collect();
    ranks.sort_by_key(|&rank| mixed(rank as usize));
    for rank in ranks {
        let id = ids[order[rank as usize] as usize].as_ref();
        assert_eq!(set.id(rank).unwrap(), id);
        assert_eq!(set.rank_of(id).unwrap(), Some(rank), "{id:?}");
    }
    bytes.len()
}

fn of(num_ids: usize, id: impl Fn(usize) -> String) -> Vec<String> {
    (0..num_ids).map(id).collect()
}

proptest! {
    #[test]
    fn any_texts_come_back(ids in prop::collection::btree_set(".{0,20}", 0..300), other in ".{0,3}") {
        let ids: Vec<String> = ids.into_iter().collect();
        round_trip(&ids);
        let bytes = SortedIds::new(&ids).to_bytes().unwrap();
        let found = IdSet::open(&bytes, ids.len()).unwrap().rank_of(&other).unwrap();
        prop_assert_eq!(found.is_some(), ids.contains(&other));
    }

    #[test]
    fn ids_of_few_letters_come_back(ids in prop::collection::btree_set("[a0-2/]{0,7}", 0..900), other in "[a0-2/]{0,7}") {
        let ids: Vec<String> = ids.into_iter().collect();
        round_trip(&ids);
        let bytes = SortedIds::new(&ids).to_bytes().unwrap();
        let found = IdSet::open(&bytes, ids.len()).unwrap().rank_of(&other).unwrap();
        prop_assert_eq!(found.is_some(), ids.contains(&other));
    }

    #[test]
    fn any_numbers_come_back(ids in prop::collection::btree_set((any::<u128>(), 0u32..128), 0..400)) {
        let ids: BTreeSet<String> = ids.into_iter().map(|(number, shift)| (number >> shift).to_string()).collect();
        round_trip(&ids.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn ids_of_several_shapes_come_back(
        ids in prop::collection::btree_set("[1-9][0-9]{0,3}|0[0-9]{4}|SKU-[0-9]{3}-[ABX]|[0-9A-F]{8}|größe/[0-9]{2}", 0..500)
    ) {
        round_trip(&ids.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn an_order_does_not_depend_on_how_the_ids_came(ids in prop::collection::btree_set("[a0-2/]{0,5}", 0..300)) {
        let ids: Vec<String> = ids.into_iter().collect();
        let turned: Vec<String> = ids.iter().rev().cloned().collect();
        let named = |ids: &[String]| sorted(ids).iter().map(|&at| ids[at as usize].clone()).collect::<Vec<_>>();
        prop_assert_eq!(named(&ids), named(&turned));
        prop_assert_eq!(SortedIds::new(&ids).to_bytes(), SortedIds::new(&turned).to_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), num_ids in 0usize..400) {
        _ = read_all(&bytes, num_ids);
    }

    #[test]
    fn damaged_bytes_are_read_or_refused(
        kind in 0usize..KINDS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = SortedIds::new(&of(400, KINDS[kind])).to_bytes().unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        _ = read_all(&bytes, 400);
    }
}

const KINDS: [fn(usize) -> String; 7] = [
    |at| (at + 1).to_string(),
    |at| (10_000_000 + at * 700 + mixed(at) as usize % 700).to_string(),
    |at| format!("SKU-{:07}-{}", at * 3 + 7, ["A", "B", "C"][mixed(at) as usize % 3]),
    uuid,
    |at| format!("{}/{at:05}", ["größe", "商品", "чай"][at % 3]),
    |at| format!("{}-{}-{at}", ["red", "green", "dark blue"][at % 3], ["shoe", "boot", "sock", "scarf"][at % 4]),
    |at| ["plum", "pear", "fig", "lime"][at % 4].repeat(1 + at / 4),
];

/// Reads all that can be read; what is asked is that it ends.
fn read_all(bytes: &[u8], num_ids: usize) -> Result<(), DecodeError> {
    let set = IdSet::open(bytes, num_ids)?;
    let mut num_read = 0;
    let whole = set.all(|_| num_read += 1);
    for rank in 0..num_ids as u32 {
        if let Ok(id) = set.id(rank) {
            _ = set.rank_of(&id);
        }
    }
    _ = set.rank_of("7");
    whole
}

#[test]
fn a_section_cut_short_or_too_long_is_refused() {
    for kind in KINDS {
        let ids = of(300, kind);
        let mut bytes = SortedIds::new(&ids).to_bytes().unwrap();
        for end in 0..bytes.len() {
            assert!(read_all(&bytes[..end], ids.len()).is_err(), "{} cut at {end}", ids[0]);
        }
        assert!(read_all(&bytes, ids.len()).is_ok());
        bytes.push(0);
        assert!(read_all(&bytes, ids.len()).is_err(), "{} too long", ids[0]);
    }
}

#[test]
fn a_section_is_read_for_as_many_ids_as_it_has() {
    for kind in KINDS {
        let ids = of(300, kind);
        let bytes = SortedIds::new(&ids).to_bytes().unwrap();
        for num_ids in [0, 1, 299, 301, 1 << 20] {
            assert!(read_all(&bytes, num_ids).is_err(), "{} as {num_ids}", ids[0]);
        }
    }
}

#[test]
fn no_id_and_one_id_come_back() {
    round_trip::<&str>(&[]);
    for id in ["", "0", "7", "007", "\0", "a", "ß", "18446744073709551616"] {
        round_trip(&[id]);
    }
}

#[test]
fn ids_that_look_alike_are_not_the_same() {
    let ids = ["7", "07", "007", " 7", "7 ", "+7", "-7", "7.0", "７", "", "\0", "\0\0", "0", "00", "O"];
    round_trip(&ids);
    let bytes = SortedIds::new(&ids).to_bytes().unwrap();
    let set = IdSet::open(&bytes, ids.len()).unwrap();
    for id in ["0007", "70", "8", "7\0", "a"] {
        assert_eq!(set.rank_of(id).unwrap(), None, "{id:?}");
    }
}

#[test]
fn long_ids_come_back_and_longer_ones_are_refused() {
    let long = |at: usize| format!("{}{at}{}", "long/".repeat(5_000), "x".repeat(MAX_ID_BYTES - 25_003));
    let ids = of(300, |at| long(100 + at));
    assert!(ids.iter().all(|id| id.len() == MAX_ID_BYTES));
    round_trip(&ids);
    round_trip(&of(300, |at| mixed(at).to_string().repeat(1 + at)));
    let error = SortedIds::new(&["a".to_string(), "x".repeat(MAX_ID_BYTES + 1)]).to_bytes().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model's item number 1: number of bytes in its id is 65536, expected at most 65535"
    );
}

#[test]
fn an_id_that_stands_twice_is_refused() {
    for ids in [["7", "a", "7"], ["a/", "b", "a/"]] {
        assert!(matches!(SortedIds::new(&ids).to_bytes(), Err(ModelError::Invalid { at: 2, .. })));
    }
}

#[test]
fn ids_of_each_kind_take_at_most_their_bytes() {
    // Bytes for 20,000 ids. Random UUIDs have 16 bytes, of which sorting saves log2(20,000!) / 20,000 = 1.6.
    for (kind, most) in KINDS.into_iter().zip([16, 26_500, 7_000, 290_000, 200]) {
        let num_bytes = round_trip(&of(20_000, kind));
        assert!(num_bytes <= most, "{}: {num_bytes} bytes", kind(0));
    }
}

#[test]
fn the_check_digit_of_a_trade_item_takes_nothing() {
    let code = |at: usize| {
        let number = (471_000_000_000 + mixed(at) % 100_000_000).to_string();
        format!("{number}{}", char::from(template::check_digit(number.as_bytes())))
    };
    let with = round_trip(&of(5_000, code));
    let without = round_trip(&of(5_000, |at| code(at)[..12].to_string()));
    assert!(with <= without + 4, "{with} and {without}");
}

#[test]
fn a_small_file_holds_no_ids_without_end() {
    // 131,072 ids of 65,000 bytes each, which differ in their last digits.
    let mut head = crate::model::coder::Encoder::new();
    head.uniform(MAX_TEMPLATES as u32 + 1, 1);
    let parts =
        vec![template::Part::Text("x".repeat(65_000)), template::Part::Letters { lowest: 26, radix: 10, times: 6 }];
    Template::describe(&mut head, Template::new(parts).as_ref(), usize::MAX, 0).unwrap();
    head.any(1 << 17);
    head.any(0);
    head.any(0);
    NumberCode::describe(&mut head, [0]);
    head.any(0);
    NumberCode::describe(&mut head, []);
    let head = head.finish();
    let mut bytes = vec![head.len() as u8 | 0x80, (head.len() >> 7) as u8 | 0x80, (head.len() >> 14) as u8];
    bytes.extend(head);
    let fault = IdSet::open(&bytes, 1 << 17).unwrap_err();
    assert_eq!(fault, DecodeError::wrong("bytes of the ids", 0, bytes.len() as u64, Expected::Exactly(133_050_368)));
}
