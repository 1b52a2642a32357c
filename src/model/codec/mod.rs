//! How a table of neighbours is written: each names its codec, and only this module knows which there are.

mod gaps;
mod plain;

use super::Neighbours;
use super::bytes::{Fault, Problem, Reader, Writer};

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

/// Writes a table that is valid (see [`Neighbours::validate`](super::Neighbours)).
pub(super) fn write(table: &Neighbours) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(PLAIN);
    plain::write(table, &mut to);
    to.finish()
}

/// Reads a table; what it returns is valid.
pub(super) fn read(from: &mut Reader, num_items: usize) -> Result<Neighbours, Fault> {
    match from.u8()? {
        PLAIN => plain::read(from, num_items),
        codec => Err(unknown(codec)),
    }
}

/// Reads only what the parts of a table take.
pub(super) fn measure(from: &mut Reader) -> Result<TableBytes, Fault> {
    let num_bytes = from.num_left();
    match from.u8()? {
        PLAIN => plain::measure(from, num_bytes),
        codec => Err(unknown(codec)),
    }
}

fn unknown(codec: u8) -> Fault {
    Box::new(Problem::Unknown { what: "codec", found: codec.into() })
}
