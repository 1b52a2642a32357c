//! Pairs of items that the shop itself chose.

use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::{ModelError, Relation};
use crate::ItemIx;

/// A pair that the shop chose: the second item leads the lists of the first one, behind those of pairs before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curated {
    /// [`Relation::Next`] for related items, [`Relation::Together`] for items bought together.
    pub relation: Relation,
    /// The item whose lists are led.
    pub item: ItemIx,
    /// The item that leads them.
    pub other: ItemIx,
}

/// Checks that pairs are of items of the model, those of one relation after those of the other.
pub(super) fn validate(curated: &[Curated], num_items: usize) -> Result<(), ModelError> {
    let mut before = Relation::Next;
    for (at, &Curated { relation, item, other }) in curated.iter().enumerate() {
        if relation < before || relation > Relation::Together || item.max(other).as_usize() >= num_items {
            let expected = Expected::Text("items of the model, related pairs before those bought together");
            return Err(ModelError::Invalid { part: "curated pair", at: at as u64, what: "it", found: 0, expected });
        }
        before = relation;
    }
    Ok(())
}

/// u32 pairs of related items, then u32 and u32 for each pair.
pub(super) fn write_curated(curated: &[Curated]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u32(curated.iter().filter(|pair| pair.relation == Relation::Next).count() as u32);
    for pair in curated {
        to.u32(pair.item.0);
        to.u32(pair.other.0);
    }
    to.finish()
}

pub(super) fn read_curated(from: &mut Reader, num_items: usize) -> Result<Vec<Curated>, DecodeError> {
    let num_related = from.u32()? as usize;
    let mut curated = Vec::new();
    while from.num_left() > 0 {
        let at = from.clone();
        let (item, other) = (from.u32()?, from.u32()?);
        if item.max(other) as usize >= num_items {
            return Err(at.fault("item of a pair", item.max(other).into(), Expected::AtMost(num_items as u64)));
        }
        let relation = if curated.len() < num_related { Relation::Next } else { Relation::Together };
        curated.push(Curated { relation, item: ItemIx(item), other: ItemIx(other) });
    }
    if curated.len() < num_related {
        return Err(from.fault("related pairs", num_related as u64, Expected::AtMost(curated.len() as u64)));
    }
    Ok(curated)
}
