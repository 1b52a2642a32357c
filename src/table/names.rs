//! Finds columns by the names that shops usually give them.

/// Usual names of the column with the item's id, most telling first; see [`normalise`].
pub(crate) const ITEM: &[&str] = &[
    "itemid",
    "productid",
    "sku",
    "skuid",
    "stockcode",
    "articleid",
    "asin",
    "parentasin",
    "item",
    "product",
    "article",
    "productcode",
    "itemcode",
    "articlenumber",
    "productsku",
    "itemsku",
    "variantid",
    "itemnumber",
    "itemids",
    "productids",
    "skus",
    "articleids",
];

/// Usual names of columns that hold several ids in one field; see [`normalise`].
const LISTS: &[&str] = &[
    "itemids",
    "productids",
    "skus",
    "articleids",
    "asins",
    "items",
    "products",
    "articles",
    "itemlist",
    "productlist",
    "basket",
    "cart",
    "basketitems",
    "cartitems",
    "orderitems",
    "lineitems",
    "contents",
];

/// Returns true if a column of this name may hold several ids in one field, such as `a,b,c`.
pub(crate) fn is_of_lists(name: &str) -> bool {
    LISTS.contains(&normalise(name).as_str())
}

/// A column name as it is compared: lower case, letters and digits only.
pub(crate) fn normalise(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The position of the first column, in the order of `usual`, that is not in `taken`.
pub(crate) fn find(columns: &[String], usual: &[&str], taken: &[usize]) -> Option<usize> {
    let normal: Vec<String> = columns.iter().map(|name| normalise(name)).collect();
    let position = |name: &&str| (0..normal.len()).find(|at| normal[*at] == **name && !taken.contains(at));
    usual.iter().find_map(position)
}

/// The positions of all columns with one of the `usual` names, in the order of these.
pub(crate) fn all(columns: &[String], usual: &[&str]) -> Vec<usize> {
    let normal: Vec<String> = columns.iter().map(|name| normalise(name)).collect();
    let positions = |name: &&str| (0..normal.len()).filter(|&at| normal[at] == *name).collect::<Vec<_>>();
    usual.iter().flat_map(positions).collect()
}

/// The position of the column that somebody named: exactly, else regardless of case and punctuation.
pub(crate) fn named(columns: &[String], name: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column == name);
    exact.or_else(|| columns.iter().position(|column| normalise(column) == normalise(name)))
}

/// The names of columns for a message: the first 40, quoted.
pub(crate) fn listed(columns: &[String]) -> String {
    let shown: Vec<String> = columns.iter().take(40).map(|name| format!("`{name}`")).collect();
    match columns.len() {
        0 => "none".to_owned(),
        1..=40 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), more - 40),
    }
}

#[cfg(test)]
mod tests {
    use super::{find, listed, named};

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn case_and_punctuation_do_not_matter() {
        let columns = columns(&["Customer ID", "Stock-Code"]);
        assert_eq!(find(&columns, &["itemid", "stockcode"], &[]), Some(1));
        assert_eq!(named(&columns, "customer_id"), Some(0));
    }

    #[test]
    fn the_order_of_the_usual_names_decides() {
        assert_eq!(find(&columns(&["item", "item_id"]), &["itemid", "item"], &[]), Some(1));
        assert_eq!(find(&columns(&["item", "item_id"]), &["itemid", "item"], &[1]), Some(0));
    }

    #[test]
    fn an_exact_name_is_preferred() {
        assert_eq!(named(&columns(&["id", "ID"]), "ID"), Some(1));
    }

    #[test]
    fn long_lists_are_cut() {
        let many: Vec<String> = (0..50).map(|number| number.to_string()).collect();
        assert!(listed(&many).ends_with("`39` and 10 more"));
    }
}
