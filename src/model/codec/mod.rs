//! How a table of neighbours is written: each names its codec, and only this module knows which there are.

mod gaps;
mod plain;

use super::Neighbours;
use super::bytes::{Fault, Reader, Writer};

/// The codec of gaps and static prefix codes, see [`plain`].
const PLAIN: u8 = 1;

/// What the parts of a written table take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableBytes {
    /// Name of the codec.
    pub codec: &'static str,
    /// How many neighbours the table has in all.
    pub num_edges: usize,
    /// Bits of a weight before coding.
    pub weight_bits: u8,
    /// Row lengths and row scales.
    pub rows: usize,
    /// The neighbours' numbers.
    pub ids: usize,
    /// The neighbours' weights.
    pub weights: usize,
    /// Sizes and prefix codes, which make the rest readable.
    pub codes: usize,
}

/// Why a table cannot be read.
pub(super) enum CodecError {
    /// The codec is not known.
    Unknown(u8),
    /// The bytes are wrong.
    Fault(Fault),
}

impl From<Fault> for CodecError {
    fn from(fault: Fault) -> CodecError {
        CodecError::Fault(fault)
    }
}

/// Writes a table that is valid (see [`Neighbours::validate`](super::Neighbours)).
pub(super) fn write(table: &Neighbours) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(PLAIN);
    plain::write(table, &mut to);
    to.finish()
}

/// Reads a table; what it returns is valid.
pub(super) fn read(from: &mut Reader, num_items: usize) -> Result<Neighbours, CodecError> {
    match from.u8()? {
        PLAIN => Ok(plain::read(from, num_items)?),
        codec => Err(CodecError::Unknown(codec)),
    }
}

/// Reads only what the parts of a table take.
pub(super) fn measure(from: &mut Reader) -> Result<TableBytes, CodecError> {
    let num_bytes = from.num_left();
    match from.u8()? {
        PLAIN => Ok(plain::measure(from, num_bytes)?),
        codec => Err(CodecError::Unknown(codec)),
    }
}
