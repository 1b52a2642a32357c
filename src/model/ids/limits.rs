//! Bounds of a section of ids, and the faults of numbers beyond them.

use crate::model::bytes::{DecodeError, Expected};

/// Ids with a stream of their own.
pub(super) const CHUNK: usize = 128;
/// Bytes of an id, at most.
pub(in crate::model) const MAX_ID_BYTES: usize = 65_535;
/// Shapes of ids, at most.
pub(super) const MAX_TEMPLATES: usize = 63;

/// A fault in the section; the index of a set is too small for the byte to tell more.
#[cold]
pub(super) fn fault(what: &'static str, found: u64, expected: Expected) -> DecodeError {
    DecodeError::wrong(what, 0, found, expected)
}

/// A number that is to be at most so much.
pub(super) fn at_most(what: &'static str, found: u128, most: usize) -> Result<usize, DecodeError> {
    match usize::try_from(found) {
        Ok(found) if found <= most => Ok(found),
        _ => Err(fault(what, u64::try_from(found).unwrap_or(u64::MAX), Expected::AtMost(most as u64))),
    }
}
