//! How a table of neighbours is written: each names its codec, and only this module knows which there are.

mod gaps;
mod graph;
mod links;
mod plain;

use super::bytes::{Fault, Reader, Writer};
use super::neighbours::Codec;
use super::{Join, Neighbours};

/// The codec of gaps and static prefix codes, see [`plain`].
const PLAIN: u8 = 1;
/// The codec of links and adaptive decisions, see [`graph`].
const GRAPH: u8 = 2;

/// What the parts of a written table take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableBytes {
    /// Name of the codec.
    pub codec: &'static str,
    /// How many neighbours the table has in all rows.
    pub num_edges: usize,
    /// Levels of a weight.
    pub num_levels: usize,
    /// `plain`: lengths and scales of rows. `graph`: classes of items.
    pub rows: usize,
    /// The neighbours' numbers.
    pub ids: usize,
    /// The neighbours' weights.
    pub weights: usize,
    /// Sizes, constants and prefix codes, which make the rest readable.
    pub codes: usize,
}

/// Writes a table that is valid (see [`Neighbours::validate`](super::Neighbours)).
pub(super) fn write(table: &Neighbours, jobs: &impl Join) -> Vec<u8> {
    let mut to = Writer::default();
    match table.codec {
        Codec::Plain { weight_bits } => {
            to.u8(PLAIN);
            plain::write(table, weight_bits, &mut to, jobs);
        }
        Codec::Graph => {
            to.u8(GRAPH);
            graph::write(table, &mut to);
        }
    }
    to.finish()
}

/// A table that is being read; what comes of it is valid.
pub(super) enum Reading {
    Done(Neighbours),
    /// Nobody has asked to read on.
    Head(Box<graph::Head>),
    Graph(Box<graph::Reading>),
}

impl Reading {
    pub(super) fn new(from: &mut Reader, num_items: usize) -> Result<Reading, Fault> {
        match from.u8()? {
            PLAIN => plain::read(from, num_items).map(Reading::Done),
            GRAPH => Ok(Reading::Head(Box::new(graph::Head::read(from, num_items)?))),
            codec => Err(unknown(codec)),
        }
    }

    /// Reads on for about `num_decisions` decisions; whether all is read.
    pub(super) fn advance(&mut self, num_decisions: usize) -> Result<bool, Fault> {
        match self {
            Reading::Done(_) => Ok(true),
            Reading::Graph(graph) => graph.advance(num_decisions),
            Reading::Head(_) => {
                if let Reading::Head(head) = std::mem::replace(self, Reading::Done(Neighbours::default())) {
                    *self = Reading::Graph(Box::new(graph::Reading::new(*head)));
                }
                Ok(false)
            }
        }
    }

    /// How many neighbours, levels and classes a table has that is still to be decoded.
    pub(super) fn sizes(&self) -> Option<[usize; 3]> {
        if let Reading::Head(head) = self { Some(head.sizes()) } else { None }
    }

    pub(super) fn into_table(self) -> Neighbours {
        match self {
            Reading::Done(table) => table,
            Reading::Head(head) => head.into_table(),
            Reading::Graph(graph) => graph.into_table(),
        }
    }
}

/// Reads only what the parts of a table take.
#[cfg(feature = "read")]
pub(super) fn measure(from: &mut Reader, num_items: usize) -> Result<TableBytes, Fault> {
    let num_bytes = from.num_left();
    match from.u8()? {
        PLAIN => plain::measure(from, num_bytes),
        GRAPH => graph::measure(from, num_bytes, num_items),
        codec => Err(unknown(codec)),
    }
}

fn unknown(codec: u8) -> Fault {
    Fault::unknown("codec", codec.into())
}
