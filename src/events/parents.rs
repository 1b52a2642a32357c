//! Tells which product each item is a variant of, from the parents that rows name.
//!
//! Owns the judgement whether a column of parents is one: what names several parents of most items, or one parent of far
//! too many, is a column of something else, which nobody has to have named.

use std::collections::BTreeMap;

use super::clean::CleanLog;
use super::options::Field;
use crate::table::column::NO_ID;

/// Items that a product has on average at most, where only the name of a column says that it is their product.
const MOST_VARIANTS: usize = 50;

/// Parents of items by number, and what there is to say of them.
#[derive(Default)]
pub(super) struct Parents {
    /// The number of each item's parent, [`NO_ID`] for an item without; empty if none has one.
    pub(super) of_items: Vec<u32>,
    /// A decision that the log does not settle.
    pub(super) guess: Option<String>,
    /// True if the column is one of something else.
    pub(super) is_left_aside: bool,
}

/// Finds the parent of each item that cleaning has left: the one that most of its rows name. `is_named` is true if
/// somebody named the column. `O(n log n)` for `n` events.
pub(super) fn parents(clean: &CleanLog, is_named: bool) -> Parents {
    let (raw, events) = (&clean.raw, &clean.raw.events);
    if events.parents.is_empty() {
        return Parents::default();
    }
    let kept = events.items.iter().zip(&events.parents).zip(&clean.is_out).filter(|(_, is_out)| !**is_out);
    let mut rows: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for ((&item, &parent), _) in kept {
        if parent != NO_ID && raw.items.id(item) != raw.parents.id(parent) {
            *rows.entry((item, parent)).or_default() += 1;
        }
    }
    let rows: Vec<((u32, u32), u64)> = rows.into_iter().collect();
    let mut of_items = vec![NO_ID; raw.items.len()];
    let mut num_variants = vec![0_usize; raw.parents.len()];
    let (mut num_items, mut num_of_several) = (0, 0);
    for of_one in rows.chunk_by(|a, b| a.0.0 == b.0.0) {
        let name = |parent: u32| raw.parents.id(parent);
        let most = of_one.iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| name(b.0.1).cmp(name(a.0.1))));
        let Some(&((item, parent), _)) = most else { continue };
        of_items[item as usize] = parent;
        num_variants[parent as usize] += 1;
        num_items += 1;
        num_of_several += usize::from(of_one.len() > 1);
    }
    let num_parents = num_variants.iter().filter(|&&count| count > 0).count();
    if num_parents == 0 {
        return Parents::default();
    }
    let column = raw.columns.name_of(Some(Field::Parent));
    let not_taken = |why: String| Parents {
        of_items: Vec::new(),
        guess: Some(format!("`{column}` is not taken for the parent: {why}; `--column parent={column}` takes it")),
        is_left_aside: true,
    };
    if !is_named && num_of_several * 10 > num_items {
        return not_taken(format!("{num_of_several} of {num_items} products have several of it"));
    }
    if !is_named && num_items > num_parents * MOST_VARIANTS {
        return not_taken(format!("{num_items} products have only {num_parents} of it"));
    }
    if !raw.says_variant {
        // What every product has makes none of it a variant that is alone.
        for parent in of_items.iter_mut().filter(|parent| **parent != NO_ID) {
            if num_variants[*parent as usize] < 2 {
                *parent = NO_ID;
            }
        }
    }
    if of_items.iter().all(|&parent| parent == NO_ID) {
        return Parents::default();
    }
    let guess = (num_of_several > 0).then(|| {
        format!("{num_of_several} of {num_items} products have several `{column}`: the most frequent is their parent")
    });
    Parents { of_items, guess, is_left_aside: false }
}

#[cfg(test)]
mod tests {
    use crate::Silent;
    use crate::events::{EventLog, Field, ReadOptions, ReadReport, read};
    use crate::table::testing::Files;

    fn read_with(text: &str, options: &ReadOptions) -> (EventLog, ReadReport) {
        let files = Files::new();
        read(&[files.write("e.csv", text)], options, &Silent).unwrap()
    }

    fn read_text(text: &str) -> (EventLog, ReadReport) {
        read_with(text, &ReadOptions::default())
    }

    fn naming(column: &str) -> ReadOptions {
        ReadOptions { columns: [(Field::Parent, vec![column.to_owned()])].into(), ..ReadOptions::default() }
    }

    /// `item<parent` for each item, sorted.
    fn parents(log: &EventLog) -> String {
        let of =
            |(id, at): (&String, usize)| format!("{id}<{}", log.parents.get(at).cloned().flatten().unwrap_or_default());
        let mut all: Vec<String> = log.item_ids.iter().zip(0..).map(of).collect();
        all.sort();
        all.join(" ")
    }

    #[test]
    fn a_column_of_parents_makes_variants_of_items() {
        for name in ["item_group_id", "parent_id", "Parent SKU", "variant_of"] {
            let text = format!("session,item,{name}\n1,s,shirt\n1,hat,\n2,m,shirt\n2,shirt,shirt\n3,tie,0\n");
            assert_eq!(parents(&read_text(&text).0), "hat< m<shirt s<shirt shirt< tie<", "{name}");
        }
        let named = read_with("session,item,family\n1,s,shirt\n1,m,shirt\n2,hat,hats\n", &naming("family"));
        assert_eq!(parents(&named.0), "hat<hats m<shirt s<shirt");
    }

    #[test]
    fn a_variant_of_nothing_is_the_product_itself() {
        let text = "order_id,product_id,variation_id,customer_id,date_created,product_qty\n\
                    1,14,141,7,2024-05-01 10:00:00,1\n1,21,0,7,2024-05-01 10:00:00,1\n2,14,142,8,2024-05-02 10:00:00,1\n\
                    3,14,141,9,2024-05-03 10:00:00,1\n";
        let (log, report) = read_text(text);
        assert_eq!((report.profiles, parents(&log)), (vec!["WooCommerce"], "141<14 142<14 21<".to_owned()));
        let options =
            ReadOptions { columns: [(Field::Item, vec!["variant_id".to_owned()])].into(), ..ReadOptions::default() };
        let (log, _) = read_with("session,product_id,variant_id\n1,14,141\n1,21,\n2,14,142\n", &options);
        assert_eq!(parents(&log), "141<14 142<14 21<");
    }

    #[test]
    fn the_line_of_a_configurable_product_names_the_product_of_the_sku() {
        let text = "item_id,order_id,parent_item_id,created_at,product_id,product_type,sku,name,qty_ordered,price\n\
                    1,1,NULL,2024-05-01 10:00:00,100,configurable,BAG-RED,Bag,1,45\n\
                    2,1,1,2024-05-01 10:00:00,14,simple,BAG-RED,Bag,1,0\n\
                    3,1,NULL,2024-05-01 10:00:00,21,simple,CUP,Cup,1,5\n\
                    4,2,NULL,2024-05-02 10:00:00,100,configurable,BAG-BLUE,Bag,1,45\n\
                    5,2,4,2024-05-02 10:00:00,15,simple,BAG-BLUE,Bag,1,0\n\
                    6,2,NULL,2024-05-02 10:00:00,21,simple,CUP,Cup,1,5\n";
        let (log, report) = read_text(text);
        assert_eq!(report.profiles, ["Magento order items"]);
        // Every product has a number, which makes no variant of one that is alone.
        assert_eq!(parents(&log), "BAG-BLUE<100 BAG-RED<100 CUP<");
    }

    #[test]
    fn a_handle_groups_only_what_has_several_variants() {
        let text = "session,sku,handle\n1,s,shirt\n1,m,shirt\n2,cap,cap-with-ears\n";
        assert_eq!(parents(&read_text(text).0), "cap< m<shirt s<shirt");
        // As a mapping names it when the log is read again.
        assert_eq!(parents(&read_with(text, &naming("handle")).0), "cap< m<shirt s<shirt");
    }

    #[test]
    fn a_column_of_something_else_is_no_parent_unless_somebody_names_it() {
        let of_events = "session,item,parent_id\n1,a,e1\n1,b,e2\n2,a,e3\n2,b,e4\n";
        let (log, report) = read_text(of_events);
        assert_eq!(parents(&log), "a< b<");
        assert!(report.guesses.iter().any(|guess| guess.contains("2 of 2 products have several")), "{report:?}");
        assert!(report.columns.iter().all(|column| column.field != Field::Parent));
        assert_eq!(parents(&read_with(of_events, &naming("parent_id")).0), "a<e1 b<e2");

        let rows: String = (0..200).map(|row| format!("{},i{row},c{}\n", row / 2, row % 2)).collect();
        let of_categories = format!("session,item,parent_id\n{rows}");
        let (log, report) = read_text(&of_categories);
        assert!(log.parents.is_empty());
        assert!(report.guesses.iter().any(|guess| guess.contains("200 products have only 2")), "{report:?}");
        assert!(!read_with(&of_categories, &naming("parent_id")).0.parents.is_empty());
    }

    #[test]
    fn the_most_frequent_parent_counts_whatever_the_order_of_rows() {
        let rows = ["1,a,p", "2,a,q", "3,a,q", "4,b,q", "4,c,q", "5,d,q", "5,e,r", "5,f,r", "6,g,r", "6,h,r", "7,i,r"];
        let more = ["7,j,r", "8,k,r"];
        let text = |rows: &[&str]| format!("session,item,parent\n{}\n", rows.join("\n"));
        let all = [&rows[..], &more].concat();
        let backwards: Vec<&str> = all.iter().rev().copied().collect();
        let (log, report) = read_text(&text(&all));
        assert!(parents(&log).starts_with("a<q b<q"), "{}", parents(&log));
        assert!(report.guesses.iter().any(|guess| guess.contains("1 of 11 products have several")), "{report:?}");
        assert_eq!(parents(&read_text(&text(&backwards)).0), parents(&log));
    }
}
