//! Many rows of a table at once, for the search of the packing.

use super::rows::Rows;
use crate::model::{Neighbours, Table, TwoHop};
use crate::{CsrMatrix, ItemIx};

/// Neighbours of an item that count when many rows are worked out: the heaviest. The others are spread thin over the
/// rows that they are added to, and hubs have thousands.
const MAX_READ: usize = 200;

/// Works out the rows of `wanted` in parallel, one row each: those of ranking, or nearly those for items that have a
/// neighbour with more than 200 neighbours.
pub fn ranking_rows(table: &Neighbours, wanted: &[ItemIx]) -> CsrMatrix {
    let table = ReadTable::new(table);
    let scratch = || (Rows::new(&table), Vec::new());
    CsrMatrix::build(wanted.len(), scratch, |(rows, entries), row, columns, values| {
        rows.work_out(&table, wanted[row], entries);
        columns.extend(entries.iter().map(|entry| entry.0));
        values.extend(entries.iter().map(|entry| entry.1));
    })
}

/// A table with its weights looked up: each row is read by many others.
struct ReadTable<'t> {
    table: &'t Neighbours,
    rows: CsrMatrix,
    inverse_sums: Vec<f32>,
}

impl ReadTable<'_> {
    fn new(table: &Neighbours) -> ReadTable<'_> {
        let mut inverse_sums = Vec::with_capacity(table.num_items());
        let (mut kept, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut offsets = vec![0];
        let mut entries: Vec<(ItemIx, f32)> = Vec::new();
        for item in 0..table.num_items() as u32 {
            entries.clear();
            let each = &mut |other, weight| entries.push((other, weight));
            let Ok(inverse_sum) = Table::row(table, &mut kept, ItemIx(item), each);
            if entries.len() > MAX_READ {
                entries.select_nth_unstable_by(MAX_READ, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                entries.truncate(MAX_READ);
                entries.sort_unstable_by_key(|entry| entry.0);
            }
            inverse_sums.push(inverse_sum);
            columns.extend(entries.iter().map(|entry| entry.0));
            values.extend(entries.iter().map(|entry| entry.1));
            offsets.push(columns.len());
        }
        ReadTable { table, rows: CsrMatrix::from_parts(offsets, columns, values), inverse_sums }
    }
}

impl Table for ReadTable<'_> {
    type Ids = ();
    type Kept = ();
    type Error = std::convert::Infallible;

    fn num_items(&self) -> usize {
        self.rows.num_rows()
    }

    fn hop(&self) -> TwoHop {
        Table::hop(self.table)
    }

    fn row_factor(&self, item: ItemIx) -> f32 {
        Table::row_factor(self.table, item)
    }

    fn row(&self, (): &mut (), item: ItemIx, each: &mut impl FnMut(ItemIx, f32)) -> Result<f32, Self::Error> {
        let (columns, values) = self.rows.row(item.as_usize());
        columns.iter().zip(values).for_each(|(&column, &value)| each(column, value));
        Ok(self.inverse_sums[item.as_usize()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Link, Weights};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const NUM_ITEMS: u32 = 9;

    fn table(num_items: u32, links: &BTreeMap<(u32, u32), u8>, hop: TwoHop) -> Neighbours {
        let links: Vec<_> = links
            .iter()
            .filter(|((from, to), _)| from < to)
            .map(|(&(from, to), &level)| Link {
                one: ItemIx(from),
                other: ItemIx(to),
                level,
                is_heavier_from_one: (from + to).is_multiple_of(2),
            })
            .collect();
        let classes: Vec<u8> = (0..num_items).map(|item| (item % 2) as u8).collect();
        let weights =
            Weights { levels: vec![0.5, 1.0, 3.0], directions: vec![1.0, 1.25, 1.5], row_factors: vec![1.0, 0.75] };
        Neighbours::from_links(&classes, &links, weights, hop).unwrap()
    }

    #[test]
    fn of_a_hub_the_heaviest_neighbours_count() {
        // Item 1 is linked to the hub 0 alone, the hub to all: lightly to the first hundred, heavily to the last 200.
        let num_items = MAX_READ as u32 + 102;
        let links = (1..num_items).map(|to| ((0, to), if to < 102 { 0 } else { 2 })).collect();
        let table = table(num_items, &links, TwoHop { share: 0.5, width: 0 });
        let found = ranking_rows(&table, &[ItemIx(1)]);
        let items: Vec<u32> = found.row(0).0.iter().map(|item| item.0).filter(|&item| item != 0).collect();
        let mut sorted = items.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (102..num_items).collect::<Vec<_>>());
        assert_eq!(Rows::new(&table).row(&table, ItemIx(1)).len(), num_items as usize - 1);
    }

    proptest! {
        #[test]
        fn rows_of_many_items_at_once_are_those_of_one_after_the_other(
            links in prop::collection::btree_map((0..NUM_ITEMS, 0..NUM_ITEMS), 0u8..3, 0..20),
            width in 0u16..5,
            wanted in prop::collection::vec(0..NUM_ITEMS, 0..12),
        ) {
            let table = table(NUM_ITEMS, &links, TwoHop { share: 0.5, width });
            let wanted: Vec<ItemIx> = wanted.into_iter().map(ItemIx).collect();
            let found = ranking_rows(&table, &wanted);
            prop_assert_eq!(found.num_rows(), wanted.len());
            for (row, &item) in wanted.iter().enumerate() {
                let (columns, values) = found.row(row);
                let found: Vec<_> = columns.iter().copied().zip(values.iter().copied()).collect();
                prop_assert_eq!(found, Rows::new(&table).row(&table, item).to_vec());
            }
        }
    }
}
