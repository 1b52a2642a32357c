//! Model files: opened, read block by block while they rank, and written again.

use crate::harness;

/// Any bytes.
pub fn as_it_is(bytes: &[u8]) {
    let _ = harness::open(bytes);
}

/// Any bytes in a container whose lengths and checksums are right.
pub fn repaired(bytes: &[u8]) {
    let _ = harness::repair_and_open(bytes);
}

/// Models with every section there is, and with many blocks.
const MODELS: [&[u8]; 6] = [
    include_bytes!("../../tests/golden/2.0-blocks.vicino"),
    include_bytes!("../../tests/golden/2.0-candidates.vicino"),
    include_bytes!("../../tests/golden/2.0-complete.vicino"),
    include_bytes!("../../tests/golden/2.0-linked.vicino"),
    include_bytes!("../../tests/golden/2.0-timely.vicino"),
    include_bytes!("../../tests/golden/2.0-variants.vicino"),
];

/// A sound model with some bytes changed, and checksums that say that nothing was. The first byte chooses the model; then
/// four bytes are a change: two for the place, one for the way, one for the value.
pub fn edited(bytes: &[u8]) {
    let Some((&choice, changes)) = bytes.split_first() else { return };
    let mut file = MODELS[usize::from(choice) % MODELS.len()].to_vec();
    for change in changes.as_chunks::<4>().0.iter().take(64) {
        let &[high, low, way, value] = change;
        // Behind magic, version and length, which are repaired.
        let at = 16 + usize::from(u16::from_be_bytes([high, low])) % (file.len() - 16);
        match way % 4 {
            0 => file[at] = value,
            1 => file[at] ^= value,
            2 => file[at] = file[at].wrapping_add(value),
            _ => file[at..].iter_mut().take(usize::from(way / 4)).for_each(|byte| *byte = value),
        }
    }
    let _ = harness::repair_and_open(&file);
}
