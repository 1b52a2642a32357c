//! Objects inside objects, as analytics tools export them: one row for each element of a list.
//!
//! Owns the way from a tree to rows of plain values. A value is known by its own name, wherever it stands: GA4 keeps
//! the product under `items[].item_id`, the session under `event_params[]`, Segment the product under
//! `properties.products[].product_id`, and all of them are columns named `item_id`, `ga_session_id`, `product_id`. If
//! several values of a record have one name, that of the list's element counts first, then that beside the list, then
//! that of the record itself, then parameters, then what lies deeper. Of other lists of objects the first one counts,
//! and an object with a `name` stands for it, as schema.org writes offers and brands.

use serde_json::{Map, Value};

use super::{Cell, Damage, MAX_WANTED, Row};

/// Names of the lists that hold a record's products.
const LISTS: [&str; 8] =
    ["items", "products", "lineitems", "contents", "productlist", "ecommerceitems", "graph", "itemlistelement"];

/// Parameters are lists of objects with these two keys.
const KEY: &str = "key";
const VALUE: &str = "value";

/// Objects inside objects deeper than this are not looked at.
const MAX_DEPTH: usize = 6;

/// Where the records of one file keep their products, and the names of all values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// Keys to the list; empty without one.
    list: Vec<String>,
    /// Names of values, in order of appearance.
    pub(super) columns: Vec<String>,
    /// True if any value stands inside another.
    pub(super) is_nested: bool,
}

impl Shape {
    /// Looks at one more record.
    pub(super) fn see(&mut self, record: &Map<String, Value>) {
        if self.list.is_empty() {
            let mut path = Vec::new();
            if find_list(record, &mut path) {
                self.list = path;
            }
        }
        self.see_object(record, 0);
    }

    fn see_object(&mut self, object: &Map<String, Value>, depth: usize) {
        for (key, value) in object {
            match value {
                Value::Object(inner) if depth < MAX_DEPTH => {
                    self.is_nested = true;
                    if named(value).is_some() {
                        self.name(key);
                    }
                    self.see_object(inner, depth + 1);
                }
                Value::Array(elements) => {
                    for element in elements.iter().filter_map(Value::as_object) {
                        self.is_nested = true;
                        match parameter(element) {
                            Some((name, _)) => self.name(name),
                            None if depth < MAX_DEPTH => self.see_object(element, depth + 1),
                            None => {}
                        }
                    }
                    if !elements.iter().any(Value::is_object) {
                        self.name(key);
                    }
                }
                _ => self.name(key),
            }
        }
    }

    fn name(&mut self, name: &str) {
        if !self.columns.iter().any(|column| column == name) {
            self.columns.push(name.to_owned());
        }
    }

    /// Hands over the rows of one record, with the values of `keys`.
    ///
    /// A record without an element in the list is one row if it has any of the values that elements have (Segment's
    /// `Product Viewed` beside `Order Completed`), and is reported as a record without products if it has none.
    pub(super) fn rows(&self, record: &Map<String, Value>, keys: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
        let mut found: [Found<'_>; MAX_WANTED] = [None; MAX_WANTED];
        let list = self.collect(record, keys, &mut found);
        let elements = list.iter().copied().flatten().filter_map(Value::as_object);
        let mut num_rows = 0;
        for element in elements {
            let mut of_element = found;
            collect_element(element, keys, &mut of_element);
            hand_over(&of_element, keys, line, sink);
            num_rows += 1;
        }
        if num_rows > 0 {
            return;
        }
        if self.list.is_empty() || found.iter().flatten().any(|(rank, _)| *rank == Rank::BesideList) {
            return hand_over(&found, keys, line, sink);
        }
        sink(Row::Damaged { line, damage: Damage::NoElements { list: self.list.join(".") } });
    }

    /// Finds the values outside the list's elements; returns the list.
    fn collect<'v>(
        &self,
        record: &'v Map<String, Value>,
        keys: &[&str],
        found: &mut [Found<'v>; MAX_WANTED],
    ) -> Option<&'v Vec<Value>> {
        let (list, parents) = self.list.split_last().map_or((None, &[][..]), |(list, parents)| (Some(list), parents));
        let mut holder = Some(record);
        for parent in parents {
            holder = holder.and_then(|object| object.get(parent)).and_then(Value::as_object);
        }
        let list = holder.zip(list).and_then(|(object, list)| object.get(list)).and_then(Value::as_array);
        let mut search = Search { keys, found, holder, list, depth: 0 };
        search.object(record, Rank::Record);
        list
    }
}

/// A value, and where it was found.
type Found<'v> = Option<(Rank, &'v Value)>;

/// Where a value stands; the first wins over the later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Element,
    BesideList,
    Record,
    Parameter,
    Deeper(usize),
}

struct Search<'s, 'v> {
    keys: &'s [&'s str],
    found: &'s mut [Found<'v>; MAX_WANTED],
    /// The object that holds the list, and the list.
    holder: Option<&'v Map<String, Value>>,
    list: Option<&'v Vec<Value>>,
    depth: usize,
}

impl<'v> Search<'_, 'v> {
    fn object(&mut self, object: &'v Map<String, Value>, rank: Rank) {
        let rank = if self.holder.is_some_and(|holder| std::ptr::eq(holder, object)) && self.depth > 0 {
            Rank::BesideList
        } else {
            rank
        };
        for (key, value) in object {
            match value {
                Value::Object(inner) if self.depth < MAX_DEPTH => {
                    self.take(key, value, rank);
                    self.depth += 1;
                    self.object(inner, Rank::Deeper(self.depth));
                    self.depth -= 1;
                }
                Value::Array(elements) if self.list.is_some_and(|list| std::ptr::eq(list, elements)) => {}
                Value::Array(elements) => {
                    if !elements.iter().any(Value::is_object) {
                        self.take(key, value, rank);
                    }
                    let first = elements.first().and_then(Value::as_object).filter(|first| parameter(first).is_none());
                    if let Some(first) = first.filter(|_| self.depth < MAX_DEPTH) {
                        self.depth += 1;
                        self.object(first, Rank::Deeper(self.depth));
                        self.depth -= 1;
                    }
                    for (name, value) in elements.iter().filter_map(Value::as_object).filter_map(parameter) {
                        self.take(name, value, Rank::Parameter);
                    }
                }
                _ => self.take(key, value, rank),
            }
        }
    }

    fn take(&mut self, key: &str, value: &'v Value, rank: Rank) {
        if value.is_null() {
            return;
        }
        let value = named(value).unwrap_or(value);
        if let Some(slot) = self.keys.iter().position(|wanted| *wanted == key).and_then(|at| self.found.get_mut(at))
            && slot.is_none_or(|(before, _)| rank < before)
        {
            *slot = Some((rank, value));
        }
    }
}

/// The name of an object that stands for a thing, such as schema.org's `"brand": {"@type": "Brand", "name": "Acme"}`.
fn named(value: &Value) -> Option<&Value> {
    value.get("name").filter(|name| name.is_string())
}

fn collect_element<'v>(element: &'v Map<String, Value>, keys: &[&str], found: &mut [Found<'v>; MAX_WANTED]) {
    let mut search = Search { keys, found, holder: None, list: None, depth: 0 };
    search.object(element, Rank::Element);
}

fn hand_over(found: &[Found<'_>; MAX_WANTED], keys: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
    let mut cells = [Cell::Missing; MAX_WANTED];
    // Whole numbers beyond 64 bits only.
    let texts: [Option<String>; MAX_WANTED] = std::array::from_fn(|at| match found[at] {
        Some((_, Value::Number(number))) if number.as_i64().is_none() && number.is_u64() => Some(number.to_string()),
        _ => None,
    });
    for (at, cell) in cells.iter_mut().enumerate().take(keys.len()) {
        *cell = match (found[at], &texts[at]) {
            (_, Some(text)) => Cell::Text(text),
            (None | Some((_, Value::Null)), _) => Cell::Missing,
            (Some((_, Value::String(text))), _) => Cell::from_text(text),
            (Some((_, Value::Bool(value))), _) => Cell::Text(if *value { "true" } else { "false" }),
            (Some((_, Value::Number(number))), _) => match number.as_i64() {
                Some(value) => Cell::Int(value),
                None => number.as_f64().map_or(Cell::Missing, Cell::Float),
            },
            (Some((_, Value::Array(_) | Value::Object(_))), _) => {
                let problem = format!("`{}` holds a list or an object; expected a plain value", keys[at]);
                return sink(Row::Damaged { line, damage: Damage::Json { problem } });
            }
        };
    }
    sink(Row::Cells { line, cells: &cells[..keys.len()] });
}

/// The name and the value of a parameter, such as `{"key": "ga_session_id", "value": {"int_value": 7}}`: of the typed
/// values the one that is there.
fn parameter(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let name = object.get(KEY)?.as_str()?;
    match object.get(VALUE)? {
        Value::Object(typed) => {
            let value = typed.values().find(|value| !value.is_null()).unwrap_or(&Value::Null);
            (!value.is_object() && !value.is_array()).then_some((name, value))
        }
        Value::Array(_) => None,
        value => Some((name, value)),
    }
}

/// Returns true if lists of this name hold products.
pub(super) fn is_list_name(name: &str) -> bool {
    LISTS.contains(&super::names::normalise(name).as_str())
}

/// Puts the keys to the first list of products into `path`, nearest to the surface first.
fn find_list(object: &Map<String, Value>, path: &mut Vec<String>) -> bool {
    let is_list = |key: &str, value: &Value| {
        is_list_name(key) && value.as_array().is_some_and(|elements| elements.iter().any(Value::is_object))
    };
    if let Some((key, _)) = object.iter().find(|(key, value)| is_list(key, value)) {
        path.push(key.clone());
        return true;
    }
    if path.len() >= MAX_DEPTH {
        return false;
    }
    for (key, value) in object {
        if let Some(inner) = value.as_object() {
            path.push(key.clone());
            if find_list(inner, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(lines: &[&str]) -> Vec<Map<String, Value>> {
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn rows(lines: &[&str], keys: &[&str]) -> Vec<String> {
        let records = objects(lines);
        let mut shape = Shape::default();
        records.iter().for_each(|record| shape.see(record));
        let mut rows = Vec::new();
        for (at, record) in records.iter().enumerate() {
            shape.rows(record, keys, at as u64 + 1, &mut |row| {
                rows.push(match row {
                    Row::Cells { line, cells } => {
                        let cells: Vec<String> = cells.iter().map(|cell| cell.to_text().into_owned()).collect();
                        format!("{line}: {}", cells.join(" "))
                    }
                    Row::Damaged { line, damage } => format!("{line}! {damage}"),
                });
            });
        }
        rows
    }

    #[test]
    fn a_ga4_event_is_a_row_for_each_item() {
        let purchase = r#"{"event_name":"purchase","event_timestamp":"1609459200000000","user_pseudo_id":"u.1",
            "event_params":[{"key":"ga_session_id","value":{"string_value":null,"int_value":"77"}},
                            {"key":"value","value":{"double_value":9.5}}],
            "device":{"category":"mobile"},
            "items":[{"item_id":"a","price":4.5,"quantity":2},{"item_id":"b","price":0.5,"quantity":null}]}"#;
        let page = r#"{"event_name":"page_view","event_timestamp":"1","user_pseudo_id":"u.1","items":[]}"#;
        let keys = ["item_id", "ga_session_id", "event_name", "price", "quantity", "category"];
        assert_eq!(
            rows(&[purchase, page], &keys),
            ["1: a 77 purchase 4.5 2 mobile", "1: b 77 purchase 0.5  mobile", "2! no element in `items`"]
        );
    }

    #[test]
    fn segment_keeps_one_product_or_a_list_of_them() {
        let viewed =
            r#"{"type":"track","event":"Product Viewed","anonymousId":"s","properties":{"product_id":"a","price":1}}"#;
        let ordered = r#"{"type":"track","event":"Order Completed","anonymousId":"s",
            "properties":{"order_id":"o","products":[{"product_id":"b","price":2},{"product_id":"c"}]}}"#;
        let page = r#"{"type":"page","anonymousId":"s","properties":{"path":"/"}}"#;
        assert_eq!(
            rows(&[viewed, ordered, page], &["product_id", "event", "price", "order_id"]),
            [
                "1: a Product Viewed 1 ",
                "2: b Order Completed 2 o",
                "2: c Order Completed  o",
                "3! no element in `properties.products`",
            ]
        );
    }

    #[test]
    fn the_nearest_value_of_a_name_counts() {
        let record = r#"{"context":{"page":{"id":"deep"}},"id":"record","list":[{"key":"id","value":"parameter"}],
            "items":[{"id":"element"},{"other":1}]}"#;
        assert_eq!(rows(&[record], &["id"]), ["1: element", "1: record"]);
    }

    #[test]
    fn schema_org_products_have_brands_with_names_and_offers_in_lists() {
        let product = r#"{"@type":"Product","sku":"A1","name":"Mug","brand":{"@type":"Brand","name":"Acme"},
            "offers":[{"@type":"Offer","price":"4.50"},{"price":"9"}],"category":"Kitchen > Mugs"}"#;
        let records = objects(&[product]);
        let mut shape = Shape::default();
        shape.see(&records[0]);
        assert!(
            ["sku", "name", "brand", "price", "category"]
                .iter()
                .all(|name| shape.columns.iter().any(|one| one == name))
        );
        assert_eq!(rows(&[product], &["sku", "name", "brand", "price"]), ["1: A1 Mug Acme 4.50"]);
    }

    #[test]
    fn the_columns_are_the_names_of_all_values() {
        let records =
            objects(&[r#"{"a":1,"b":{"c":2},"d":[{"key":"e","value":{"int_value":1}}],"items":[{"f":3}],"g":[1]}"#]);
        let mut shape = Shape::default();
        shape.see(&records[0]);
        assert_eq!(shape.columns, ["a", "c", "e", "f", "g"]);
        assert!(shape.is_nested);
    }
}
