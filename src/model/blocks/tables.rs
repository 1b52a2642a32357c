//! Fixed probabilities of the decisions in blocks: additive tables of logits, which a file states once.
//!
//! A block is read by itself, so nothing in it can be learnt from the blocks before. The probability of a decision is
//! the logistic function of a sum of cells, one from each table of its kind.

use crate::model::coder::{BinaryCoder, Context, Decoder, Encoder, FRESH};

/// Number of kinds of decision.
pub(super) const NUM_KINDS: usize = 4;
/// Kinds of decision, by what [`Fixed`] calls them: the sizes of their tables.
const KINDS: [&[usize]; NUM_KINDS] =
    [&[8 * 16, 16 * 16, 6 * 16], &[16 * 8, 8 * 8, 8 * 8, 14 * 8], &[8 * 8, 8 * 4], &[16, 14 * 14, 12 * 16, 24, 8 * 8]];

/// Number of links of an item in its block.
pub(super) const DEGREE: usize = 0;
/// Candidate is linked.
pub(super) const CANDIDATE: usize = 1;
/// One more of the links without a candidate goes to an item that has a link already.
pub(super) const KNOWN: usize = 2;
/// Level of a link is above a threshold.
pub(super) const LEVEL: usize = 3;

/// The first cell of each table, by kind.
pub(super) const STARTS: [[usize; 5]; NUM_KINDS] = {
    let mut starts = [[0; 5]; NUM_KINDS];
    let mut kind = 0;
    while kind < NUM_KINDS {
        let mut table = 0;
        while table < KINDS[kind].len() {
            starts[kind][table] = start(kind, table);
            table += 1;
        }
        kind += 1;
    }
    starts
};

const fn start(kind: usize, table: usize) -> usize {
    let (mut at, mut before) = (0, 0);
    while before < kind {
        let mut of = 0;
        while of < KINDS[before].len() {
            at += KINDS[before][of];
            of += 1;
        }
        before += 1;
    }
    let mut of = 0;
    while of < table {
        at += KINDS[kind][of];
        of += 1;
    }
    at
}

/// Cells of all tables.
pub(super) const NUM_CELLS: usize = start(LEVEL, 5);
/// The table that a cell is in, counted over all kinds.
pub(super) fn table_of(cell: usize) -> usize {
    let (mut end, mut table) = (0, 0);
    for &sizes in &KINDS {
        for &size in sizes {
            end += size;
            if end <= cell {
                table += 1;
            }
        }
    }
    table
}

/// Room for the cells, a power of two.
const ROOM: usize = 2048;
/// Sums of cells are cut off here; units are 1/12 of a natural logarithm.
const MAX_SUM: i32 = 100;
/// `e^(-1/12)` in 1/2^32.
const STEP: u64 = 3_951_560_672;

/// The cells, and the probabilities of all sums.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    cells: [i8; ROOM],
    /// In 1/65536, by sum + [`MAX_SUM`].
    probabilities: [u16; 256],
}

impl Tables {
    /// Tables with these cells; those that are missing are 0.
    pub(super) fn new(cells: &[i8]) -> Tables {
        let mut tables = Tables { cells: [0; ROOM], probabilities: [0; 256] };
        tables.cells.iter_mut().zip(cells).for_each(|(to, &cell)| *to = cell);
        // e^(-sum / 12) in 1/2^32, from 0 up.
        let mut odds = 1u64 << 32;
        for sum in 0..=MAX_SUM as usize {
            let probability = ((1u64 << 48) / ((1 << 32) + odds)) as u16;
            let middle = MAX_SUM as usize;
            if let Some(to) = tables.probabilities.get_mut(middle + sum) {
                *to = probability;
            }
            if let Some(to) = tables.probabilities.get_mut(middle - sum) {
                *to = 0u16.wrapping_sub(probability);
            }
            odds = (odds * STEP) >> 32;
        }
        tables
    }

    /// The cells.
    pub(super) fn cells(&self) -> &[i8] {
        self.cells.get(..NUM_CELLS).unwrap_or(&[])
    }

    #[inline(always)]
    fn cell(&self, cell: usize) -> i32 {
        self.cells[cell & (ROOM - 1)].into()
    }

    #[inline(always)]
    fn probability(&self, sum: i32) -> u32 {
        self.probabilities[(sum.clamp(-MAX_SUM, MAX_SUM) + MAX_SUM) as usize & 255].into()
    }
}

/// Codes the cells, each as its difference to the cell before it in its table.
pub(super) fn code_cells<S: BinaryCoder>(coder: &mut S, value: impl Fn(usize) -> i8) -> Vec<i8> {
    let mut cells = Vec::with_capacity(NUM_CELLS);
    for (kind, sizes) in KINDS.iter().enumerate() {
        for (table, &size) in sizes.iter().enumerate() {
            let mut contexts = [FRESH; 4 + 1 + 64];
            let first = STARTS[kind & (NUM_KINDS - 1)][table.min(4)];
            let (mut last, mut num_same) = (0, 0);
            for cell in first..first + size {
                let difference = step(coder, &mut contexts, num_same, || i32::from(value(cell)) - last);
                num_same = if difference == 0 { (num_same + 1).min(3) } else { 0 };
                last = (last + difference).clamp(-127, 127);
                cells.push(last as i8);
            }
        }
    }
    cells
}

/// A difference from -254 to 254.
fn step<S: BinaryCoder>(coder: &mut S, contexts: &mut [Context; 69], num_same: usize, value: impl Fn() -> i32) -> i32 {
    if !coder.adaptive(&mut contexts[num_same & 3], || value() != 0) {
        return 0;
    }
    let is_below = coder.adaptive(&mut contexts[4], || value() < 0);
    let mut size = 1;
    while size < 254 && coder.adaptive(&mut contexts[5 + (size as usize).min(63)], || value().abs() > size) {
        size += 1;
    }
    if is_below { -size } else { size }
}

/// A coder that knows fixed probabilities.
pub(super) trait Fixed: BinaryCoder {
    /// Codes a decision whose probability the sum of these cells says, one from each table of a kind.
    fn fixed<const N: usize>(&mut self, kind: usize, cells: [usize; N], value: impl FnOnce() -> bool) -> bool;

    /// Codes a number from 0 to `most`: whether it is above 0, above 1 and so on, with a cell of its own for each of
    /// these, from `first` on, and the others in common.
    fn steps<const N: usize>(
        &mut self,
        kind: usize,
        first: usize,
        most: u32,
        cells: [usize; N],
        value: impl FnOnce() -> u32,
    ) -> u32;
}

/// Hands the decisions of a [`BinaryCoder`] on to the one in a field.
macro_rules! hand_on {
    ($field:ident) => {
        #[inline(always)]
        fn adaptive(&mut self, context: &mut Context, value: impl FnOnce() -> bool) -> bool {
            BinaryCoder::adaptive(&mut self.$field, context, value)
        }

        #[inline(always)]
        fn share(&mut self, share: u32, whole: u32, value: impl FnOnce() -> bool) -> bool {
            BinaryCoder::share(&mut self.$field, share, whole, value)
        }

        #[inline(always)]
        fn uniform(&mut self, whole: u32, value: impl FnOnce() -> u32) -> u32 {
            BinaryCoder::uniform(&mut self.$field, whole, value)
        }

        #[inline(always)]
        fn interval(&mut self, whole: u32, value: impl FnOnce() -> (u32, u32), find: impl FnOnce(u32) -> (u32, u32)) {
            BinaryCoder::interval(&mut self.$field, whole, value, find)
        }
    };
}

/// Reads a block.
pub(super) struct Reader<'a> {
    pub(super) decoder: Decoder<'a>,
    pub(super) tables: &'a Tables,
}

impl BinaryCoder for Reader<'_> {
    hand_on!(decoder);
}

impl Reader<'_> {
    #[inline(never)]
    fn read(&mut self, sum: i32) -> bool {
        self.decoder.bit(self.tables.probability(sum))
    }

    #[inline(always)]
    fn sum<const N: usize>(&self, cells: [usize; N]) -> i32 {
        // Where size comes first, an iterator over an array stays calls.
        let (mut sum, mut at) = (0, 0);
        while at < N {
            sum += self.tables.cell(cells[at]);
            at += 1;
        }
        sum
    }
}

impl Fixed for Reader<'_> {
    #[inline(always)]
    fn fixed<const N: usize>(&mut self, _: usize, cells: [usize; N], _: impl FnOnce() -> bool) -> bool {
        self.read(self.sum(cells))
    }

    #[inline(always)]
    fn steps<const N: usize>(
        &mut self,
        _: usize,
        first: usize,
        most: u32,
        cells: [usize; N],
        _: impl FnOnce() -> u32,
    ) -> u32 {
        let sum = self.sum(cells);
        let mut number = 0;
        while number < most && self.read(sum + self.tables.cell(first + number as usize)) {
            number += 1;
        }
        number
    }
}

/// Writes a block.
pub(super) struct Writer<'a> {
    pub(super) encoder: Encoder,
    pub(super) tables: &'a Tables,
}

impl BinaryCoder for Writer<'_> {
    hand_on!(encoder);
}

impl Fixed for Writer<'_> {
    fn fixed<const N: usize>(&mut self, _: usize, cells: [usize; N], value: impl FnOnce() -> bool) -> bool {
        let sum = cells.iter().map(|&cell| self.tables.cell(cell)).sum();
        let value = value();
        self.encoder.bit(self.tables.probability(sum), value);
        value
    }

    fn steps<const N: usize>(
        &mut self,
        _: usize,
        first: usize,
        most: u32,
        cells: [usize; N],
        value: impl FnOnce() -> u32,
    ) -> u32 {
        let sum: i32 = cells.iter().map(|&cell| self.tables.cell(cell)).sum();
        let value = value();
        for number in 0..most {
            let cell = self.tables.cell(first + number as usize);
            self.encoder.bit(self.tables.probability(sum + cell), value > number);
            if value <= number {
                break;
            }
        }
        value
    }
}
