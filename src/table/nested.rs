//! Objects inside objects, as analytics tools and shops export them: one row for each element of a list.
//!
//! Owns the way from a tree to rows of plain values. A value is known by its own name, wherever it stands: GA4 keeps
//! the product under `items[].item_id`, the session under `event_params[]`, Segment the product under
//! `properties.products[].product_id`, and all of them are columns named `item_id`, `ga_session_id`, `product_id`;
//! `customer.id` and the whole way (`orders[].line_items[].sku`) are names, too.
//!
//! **The list whose elements hold the item is the list of rows**, however deep it is; what stands around it repeats on
//! each row. If several values of a record have one name, the one in the innermost list counts, there that beside the
//! next list first, then that of the object itself, then parameters, then what lies deeper. Where two lists could be
//! the rows, or a value stands in another list that has several elements, the reading is refused with the ways there
//! are. An object with a `name` stands for it, as schema.org writes brands.

use std::path::Path;

use serde_json::{Map, Value};

use super::names;
use super::remark::Remark;
use super::schema::{KEY, Leaf, Schema, Step, VALUE, is_list_name, shown};
use super::{Cell, Damage, MAX_WANTED, Row, TableError};

/// Names that say nothing without that of the object around them.
const GENERIC: [&str; 10] = ["id", "name", "type", "key", "code", "number", "time", "date", "sku", "price"];

/// The columns of a file of records: names, and the places where their values stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// True if it is known which values stand beside which lists.
    is_counted: bool,
    leaves: Vec<Leaf>,
    /// Of each column the name and the numbers of its leaves.
    columns: Vec<(String, Vec<usize>)>,
}

/// The place of the rows in records cannot be told, or a value stands at the side of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// Several lists could be the rows; the column, and its places.
    Rows { column: String, places: Vec<String> },
    /// A column's values stand in lists with several elements for each row.
    Side { column: String, places: Vec<String>, rows: String },
}

/// The wanted columns of a reading, and their meaning for its rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading<'r> {
    /// The columns that are wanted, first the one that rows are about.
    pub(super) wanted: &'r [usize],
    /// Those of them that all rows of a list share, such as the number of an order: what stands around the list counts
    /// rather than what its elements have under the same name.
    pub(super) shared: &'r [usize],
    /// The column that rows are about, if it is not the first.
    pub(super) item: Option<usize>,
    /// True if of a list at the side of the rows the first element counts; else there is no telling.
    pub(super) takes_first: bool,
}

impl Unclear {
    pub(super) fn error(self, path: &Path) -> TableError {
        let path = path.to_owned();
        match self {
            Unclear::Rows { column, places } => TableError::UnclearRows { path, column, places },
            Unclear::Side { column, places, rows } => TableError::SideList { path, column, places, rows },
        }
    }
}

impl Columns {
    /// The columns of records that were looked at.
    pub(super) fn of(schema: &Schema) -> Columns {
        Columns { is_counted: true, ..Columns::declared(schema) }
    }

    /// The columns that a file declares.
    pub(super) fn declared(schema: &Schema) -> Columns {
        let leaves = schema.leaves();
        let mut columns = Columns { is_counted: false, leaves, columns: Vec::new() };
        for at in 0..columns.leaves.len() {
            columns.add(columns.leaves[at].name().trim().to_owned(), at);
        }
        let is_generic = |name: &str| GENERIC.contains(&names::normalise(name).as_str());
        for at in 0..columns.leaves.len() {
            let keys: Vec<&str> = columns.leaves[at].steps.iter().filter_map(Step::name).collect();
            if let [.., parent, name] = &keys[..]
                && is_generic(name)
            {
                columns.add(format!("{parent}.{name}"), at);
            }
        }
        let is_item = |name: &str| names::ITEM.contains(&names::normalise(name).as_str()) && !names::is_of_lists(name);
        let has_item = columns.columns.iter().any(|(name, _)| is_item(name));
        if !has_item && schema.has_only_empty_list() {
            columns.columns.push(("item_id".to_owned(), Vec::new()));
        }
        columns
    }

    fn add(&mut self, name: String, leaf: usize) {
        match self.columns.iter_mut().find(|(known, _)| *known == name) {
            Some((_, leaves)) if !leaves.contains(&leaf) => leaves.push(leaf),
            Some(_) => {}
            None => self.columns.push((name, vec![leaf])),
        }
    }

    /// Adds a column for the end of a way that somebody names, such as `line_items[].sku`; does nothing if there is no
    /// such way.
    pub(super) fn offer(&mut self, name: &str) {
        if self.columns.iter().any(|(known, _)| known == name) {
            return;
        }
        let plain = |way: &str| way.replace("[]", "");
        let wanted = plain(name.trim());
        let is_meant = |leaf: &Leaf| {
            let way = plain(&shown(&leaf.steps));
            way.strip_suffix(&wanted).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let leaves: Vec<usize> = (0..self.leaves.len()).filter(|&at| is_meant(&self.leaves[at])).collect();
        if !wanted.is_empty() && !leaves.is_empty() {
            self.columns.push((name.to_owned(), leaves));
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    fn leaves_of(&self, column: usize) -> Vec<&Leaf> {
        let Some((_, leaves)) = self.columns.get(column) else { return Vec::new() };
        leaves.iter().filter_map(|&leaf| self.leaves.get(leaf)).collect()
    }

    fn name_of(&self, column: usize) -> String {
        self.columns.get(column).map_or_else(String::new, |(name, _)| name.clone())
    }

    /// The keys to each of the wanted values, if none stands in a list and each at one place only.
    pub(super) fn plain(&self, wanted: &[usize]) -> Option<Vec<Vec<String>>> {
        let key = |step: &Step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Each | Step::Parameter(_) => None,
        };
        let way = |&column: &usize| match &self.leaves_of(column)[..] {
            [leaf] => leaf.steps.iter().map(key).collect(),
            _ => None,
        };
        wanted.iter().map(way).collect()
    }

    /// The keys of the wanted columns, if all of them are keys of the record itself and of nothing else.
    pub(super) fn flat(&self, wanted: &[usize]) -> Option<Vec<String>> {
        let ways = self.plain(wanted)?.into_iter();
        ways.map(|mut way| way.pop().filter(|_| way.is_empty())).collect()
    }

    /// Returns true if `column` can be read into rows that are about the column `item`.
    pub(super) fn fits(&self, item: usize, column: usize) -> bool {
        let has_plan = |wanted: &[usize]| self.plan(&Reading { wanted, ..Reading::default() }).is_ok();
        has_plan(&[item, column]) || !has_plan(&[item])
    }

    /// Finds out which list is the rows, and how the wanted columns are read.
    pub(super) fn plan(&self, reading: &Reading<'_>) -> Result<Plan, Unclear> {
        let Reading { wanted, shared, item, takes_first } = *reading;
        let is_survey = item.is_some() && takes_first;
        let (rows, others) = match item.or(wanted.first().copied()) {
            Some(item) if is_survey => self.rows_of(item).unwrap_or_default(),
            Some(item) => self.rows_of(item)?,
            None => (&[][..], Vec::new()),
        };
        let mut plan = Plan::of_rows(rows);
        if let (false, Some(&item)) = (others.is_empty(), wanted.first()) {
            let (column, rows) = (self.name_of(item), shown(rows));
            plan.remark = Some(Remark::OtherLists { column, rows, others });
        }
        for (slot, &column) in wanted.iter().enumerate() {
            let leaves = self.leaves_of(column);
            let has_values = leaves.iter().any(|leaf| leaf.num_values > 0);
            let leaves: Vec<&Leaf> = leaves.into_iter().filter(|leaf| leaf.num_values > 0 || !has_values).collect();
            let is_around = |leaf: &&&Leaf| rows.starts_with(leaf.list());
            let mut on_way: Vec<&Leaf> = leaves.iter().filter(is_around).copied().collect();
            let is_outside = |leaf: &Leaf| leaf.list_len() < rows.len();
            if shared.contains(&column)
                && on_way.iter().any(|leaf| is_outside(leaf) && leaf.num_values == leaf.num_holders)
            {
                on_way.retain(|leaf| is_outside(leaf));
            }
            // A list that never has two elements is as good as an object.
            let is_single = |leaf: &&&Leaf| {
                let num_shared = num_shared_lists(leaf, rows);
                leaf.lists[num_shared..].iter().all(|(most, _)| *most <= 1)
            };
            let taken: Vec<&Leaf> = match (&on_way[..], takes_first) {
                ([], false) => {
                    let single: Vec<&Leaf> = leaves.iter().filter(is_single).copied().collect();
                    if single.is_empty() && !leaves.is_empty() {
                        let places = leaves.iter().map(|leaf| shown(&leaf.steps)).collect();
                        let (column, rows) = (self.name_of(column), shown(rows));
                        return Err(Unclear::Side { column, places, rows });
                    }
                    single
                }
                ([], true) => leaves,
                _ => on_way,
            };
            for leaf in taken {
                plan.add(leaf, slot, rows);
            }
        }
        Ok(plan)
    }

    /// The way to the list whose elements are the rows, empty if the records themselves are; and the places in other
    /// lists.
    fn rows_of(&self, item: usize) -> Result<(&[Step], Vec<String>), Unclear> {
        let leaves: Vec<&Leaf> = self.columns.get(item).map_or_else(Vec::new, |(_, leaves)| {
            leaves.iter().filter_map(|&leaf| self.leaves.get(leaf)).filter(|leaf| leaf.num_values > 0).collect()
        });
        let unclear = |leaves: &[&Leaf]| {
            let places = leaves.iter().map(|leaf| shown(&leaf.steps)).collect();
            Err(Unclear::Rows { column: self.name_of(item), places })
        };
        let is_known = |leaf: &Leaf| {
            let key = leaf.list().iter().rev().find_map(Step::name);
            key.is_some_and(is_list_name)
        };
        let num_lists = |leaf: &Leaf| leaf.lists.len();
        let in_lists: Vec<&Leaf> = leaves.iter().filter(|leaf| num_lists(leaf) > 0).copied().collect();
        let known: Vec<&Leaf> = in_lists.iter().filter(|leaf| is_known(leaf)).copied().collect();
        let candidates = if known.is_empty() { &in_lists } else { &known };
        // Nearest to the surface.
        let Some(best) = candidates.iter().min_by_key(|leaf| (num_lists(leaf), leaf.list_len())) else {
            return Ok((&[], Vec::new()));
        };
        let is_rival = |leaf: &&Leaf| {
            let is_near = known.is_empty() || (num_lists(leaf), leaf.list_len()) == (num_lists(best), best.list_len());
            is_near && leaf.list() != best.list()
        };
        let rivals: Vec<&Leaf> = candidates.iter().filter(|leaf| is_rival(leaf)).copied().collect();
        if !rivals.is_empty() {
            return unclear(&[&[*best][..], &rivals].concat());
        }
        let others = |rows: &[Step]| {
            let is_other = |leaf: &&&Leaf| !rows.starts_with(leaf.list());
            in_lists.iter().filter(is_other).map(|leaf| shown(&leaf.steps)).collect()
        };
        let around: Vec<&Leaf> = leaves
            .iter()
            .filter(|leaf| leaf.list_len() < best.list_len() && best.list().starts_with(leaf.list()))
            .copied()
            .collect();
        let Some(outer) = around.iter().max_by_key(|leaf| leaf.list_len()).filter(|_| known.is_empty()) else {
            return Ok((best.list(), others(best.list())));
        };
        // Under a name that says nothing, the list is what there is instead of the value, or it is beside the point.
        let num_filled = best.lists.last().map_or(0, |(_, num_filled)| *num_filled);
        let is_beside = is_sibling(outer, best);
        match best.num_beside {
            0 if is_beside && self.is_counted => Ok((best.list(), others(best.list()))),
            num_beside if is_beside && self.is_counted && num_beside == num_filled => {
                Ok((outer.list(), others(outer.list())))
            }
            _ if !(is_beside && self.is_counted) && outer.num_values == outer.num_holders => {
                Ok((outer.list(), others(outer.list())))
            }
            _ => unclear(&[*outer, *best]),
        }
    }
}

/// Returns true if a list, of whose elements one value is, stands in the same object as the other value.
fn is_sibling(outer: &Leaf, inner: &Leaf) -> bool {
    let object = |steps: &[Step]| steps.len().saturating_sub(1);
    let list = inner.list_len().saturating_sub(1);
    outer.steps[..object(&outer.steps)] == inner.steps[..object(&inner.steps[..list])]
        && inner.steps.len() == inner.list_len() + 1
}

/// Number of lists on the way to a leaf that are on the way to the rows, too.
fn num_shared_lists(leaf: &Leaf, rows: &[Step]) -> usize {
    let shared = leaf.steps.iter().zip(rows).take_while(|(a, b)| a == b).map(|(step, _)| step);
    shared.filter(|step| **step == Step::Each).count()
}

/// Where a value stands among those at one level of lists; the first wins over the later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    BesideList,
    Object,
    Parameter,
    Deeper(usize),
}

/// The way to the values of the wanted columns, key by key.
#[derive(Clone, Debug, Default)]
struct Node {
    /// Columns whose value stands here.
    takes: Vec<(usize, Rank)>,
    keys: Vec<(String, Node)>,
    parameters: Vec<(String, usize)>,
    /// The values that are wanted of the elements, if here is a list.
    elements: Option<Box<Node>>,
    /// True if the elements are rows or hold them.
    holds_rows: bool,
}

/// The way from records to rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    root: Node,
    /// The way to the rows.
    rows: Vec<Step>,
    num_lists: usize,
    /// Of each column the number of lists around its innermost place.
    levels: [usize; MAX_WANTED],
    num_slots: usize,
    /// A fact about the rows that people should hear of.
    pub(super) remark: Option<Remark>,
}

/// A value, the level of lists in which it was found, and where there.
type Found<'v> = [Option<(usize, Rank, &'v Value)>; MAX_WANTED];

impl Node {
    fn step(&mut self, step: &Step) -> &mut Node {
        match step {
            Step::Each => self.elements.get_or_insert_default(),
            Step::Key(name) | Step::Parameter(name) => {
                let at = self.keys.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
                    self.keys.push((name.clone(), Node::default()));
                    self.keys.len() - 1
                });
                &mut self.keys[at].1
            }
        }
    }

    fn at(&mut self, steps: &[Step]) -> &mut Node {
        steps.iter().fold(self, Node::step)
    }
}

impl Plan {
    fn of_rows(rows: &[Step]) -> Plan {
        let mut plan = Plan { rows: rows.to_vec(), ..Plan::default() };
        for (at, _) in rows.iter().enumerate().filter(|(_, step)| **step == Step::Each) {
            plan.root.at(&rows[..at]).holds_rows = true;
            plan.root.at(&rows[..=at]);
            plan.num_lists += 1;
        }
        plan
    }

    fn add(&mut self, leaf: &Leaf, slot: usize, rows: &[Step]) {
        let level = num_shared_lists(leaf, rows);
        self.num_slots = self.num_slots.max(slot + 1);
        self.levels[slot] = self.levels[slot].max(level);
        if let Some((Step::Parameter(name), way)) = leaf.steps.split_last() {
            return self.root.at(way).parameters.push((name.clone(), slot));
        }
        // The objects between the value and the record, or the element, that it belongs to.
        let after_each = |steps: &[Step]| {
            let mut left = level;
            let start = steps.iter().position(|step| {
                left -= usize::from(*step == Step::Each && left > 0);
                left == 0 && *step == Step::Each
            });
            if level == 0 { 0 } else { start.map_or(0, |at| at + 1) }
        };
        let start = after_each(&leaf.steps);
        let depth = leaf.steps[start..].len().saturating_sub(1);
        let holder = &leaf.steps[..leaf.steps.len().saturating_sub(1)];
        let next_list = rows[start.min(rows.len())..].iter().position(|step| *step == Step::Each);
        let is_beside = next_list
            .is_some_and(|at| depth > 0 && rows[..start + at].split_last().is_some_and(|(_, way)| way == holder));
        let rank = match depth {
            0 => Rank::Object,
            _ if is_beside => Rank::BesideList,
            depth => Rank::Deeper(depth),
        };
        self.root.at(&leaf.steps).takes.push((slot, rank));
    }

    /// The keys to the outermost list, if all wanted values stand in its elements, and the plan of an element.
    pub(super) fn unwrapped(&self) -> Option<(Vec<String>, Plan)> {
        let at = self.rows.iter().position(|step| *step == Step::Each)?;
        let keys = self.rows[..at].iter().filter_map(Step::name).map(str::to_owned).collect();
        let mut root = self.root.clone();
        let node = self.rows[..at].iter().fold(&mut root, Node::step);
        let root = std::mem::take(&mut **node.elements.as_mut()?);
        if (0..self.num_slots).any(|slot| self.levels[slot] == 0) {
            return None;
        }
        let levels = self.levels.map(|level| level.saturating_sub(1));
        let (rows, num_lists, num_slots) = (self.rows[at + 1..].to_vec(), self.num_lists - 1, self.num_slots);
        Some((keys, Plan { root, rows, num_lists, levels, num_slots, remark: None }))
    }

    /// Hands over the rows of one record, with the values of the columns `names`.
    ///
    /// A record without an element in the list is one row if it has a value of the first column beside the list
    /// (Segment's `Product Viewed` beside `Order Completed`), and is reported as a record without products if not.
    pub(super) fn rows(&self, record: &Value, names: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
        let found: Found<'_> = [None; MAX_WANTED];
        self.level(&self.root, record, 0, found, &mut |found| hand_over(found, names, line, sink));
    }

    /// Hands on what is found in one object or element, and in the elements of the lists inside that hold the rows.
    fn level<'v>(
        &self,
        node: &Node,
        value: &'v Value,
        level: usize,
        mut found: Found<'v>,
        emit: &mut dyn FnMut(Result<&Found<'v>, String>),
    ) {
        let mut inner = None;
        let mut walk = Walk { level, found: &mut found, inner: &mut inner };
        walk.value(node, value);
        if level == self.num_lists {
            return emit(Ok(&found));
        }
        let elements = inner.filter(|(_, elements): &(&Node, &Vec<Value>)| !elements.is_empty());
        let Some((node, elements)) = elements else {
            return match found[0] {
                Some(_) => emit(Ok(&found)),
                None => emit(Err(shown(&self.rows).trim_end_matches("[]").to_owned())),
            };
        };
        for (slot, found) in found.iter_mut().enumerate() {
            // What an element lacks is not what the order as a whole has under the same name.
            if self.levels[slot] > level {
                *found = None;
            }
        }
        for element in elements {
            self.level(node, element, level + 1, found, emit);
        }
    }
}

/// Looks for values in one object or element.
struct Walk<'w, 'n, 'v> {
    level: usize,
    found: &'w mut Found<'v>,
    /// The elements that hold the rows, and what is wanted of them.
    inner: &'w mut Option<(&'n Node, &'v Vec<Value>)>,
}

impl<'n, 'v> Walk<'_, 'n, 'v> {
    fn value(&mut self, node: &'n Node, value: &'v Value) {
        if value.is_null() {
            return;
        }
        for &(slot, rank) in &node.takes {
            self.take(slot, rank, value);
        }
        if let Value::Object(object) = value {
            for (key, node) in &node.keys {
                if let Some(value) = object.get(key) {
                    self.value(node, value);
                }
            }
        }
        let Value::Array(elements) = value else { return };
        for (name, slot) in &node.parameters {
            for (found, value) in elements.iter().filter_map(Value::as_object).filter_map(parameter) {
                if found == name && !value.is_null() {
                    self.take(*slot, Rank::Parameter, value);
                }
            }
        }
        match &node.elements {
            Some(inner) if node.holds_rows => *self.inner = Some((inner, elements)),
            Some(inner) => elements.iter().for_each(|element| self.value(inner, element)),
            None => {}
        }
    }

    fn take(&mut self, slot: usize, rank: Rank, value: &'v Value) {
        let value = named(value).unwrap_or(value);
        let place = (std::cmp::Reverse(self.level), rank);
        if let Some(found) = self.found.get_mut(slot)
            && found.is_none_or(|(level, before, _)| place < (std::cmp::Reverse(level), before))
        {
            *found = Some((self.level, rank, value));
        }
    }
}

/// The name of an object that stands for a thing, such as schema.org's `"brand": {"@type": "Brand", "name": "Acme"}`.
fn named(value: &Value) -> Option<&Value> {
    value.get("name").filter(|name| name.is_string())
}

fn hand_over(found: Result<&Found<'_>, String>, names: &[&str], line: u64, sink: &mut dyn FnMut(Row<'_>)) {
    let found = match found {
        Ok(found) => found,
        Err(list) => return sink(Row::Damaged { line, damage: Damage::NoElements { list } }),
    };
    let mut cells = [Cell::Missing; MAX_WANTED];
    // Whole numbers beyond 64 bits only.
    let texts: [Option<String>; MAX_WANTED] = std::array::from_fn(|at| match found[at] {
        Some((_, _, Value::Number(number))) if number.as_i64().is_none() && number.is_u64() => Some(number.to_string()),
        _ => None,
    });
    for (at, cell) in cells.iter_mut().enumerate().take(names.len()) {
        *cell = match (found[at], &texts[at]) {
            (_, Some(text)) => Cell::Text(text),
            (None | Some((_, _, Value::Null)), _) => Cell::Missing,
            (Some((_, _, Value::String(text))), _) => Cell::from_text(text),
            (Some((_, _, Value::Bool(value))), _) => Cell::Text(if *value { "true" } else { "false" }),
            (Some((_, _, Value::Number(number))), _) => match number.as_i64() {
                Some(value) => Cell::Int(value),
                None => number.as_f64().map_or(Cell::Missing, Cell::Float),
            },
            (Some((_, _, Value::Array(_) | Value::Object(_))), _) => {
                let problem = format!("`{}` holds a list or an object; expected a plain value", names[at]);
                return sink(Row::Damaged { line, damage: Damage::Json { problem } });
            }
        };
    }
    sink(Row::Cells { line, cells: &cells[..names.len()] });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str], keys: &[&str], takes_first: bool) -> Result<Vec<String>, Unclear> {
        let mut schema = Schema::default();
        for line in lines {
            schema.see(&mut serde_json::Deserializer::from_str(line)).unwrap();
        }
        let mut columns = Columns::of(&schema);
        keys.iter().for_each(|key| columns.offer(key));
        let names = columns.names();
        let wanted: Vec<usize> = keys.iter().map(|key| names.iter().position(|name| name == key).unwrap()).collect();
        let plan = columns.plan(&Reading { wanted: &wanted, takes_first, ..Reading::default() })?;
        let mut rows = Vec::new();
        for (at, record) in lines.iter().enumerate() {
            plan.rows(&serde_json::from_str(record).unwrap(), keys, at as u64 + 1, &mut |row| {
                rows.push(match row {
                    Row::Cells { line, cells } => {
                        let cells: Vec<String> = cells.iter().map(|cell| cell.to_text().into_owned()).collect();
                        format!("{line}: {}", cells.join(" "))
                    }
                    Row::Damaged { line, damage } => format!("{line}! {damage}"),
                });
            });
        }
        Ok(rows)
    }

    fn rows(lines: &[&str], keys: &[&str]) -> Vec<String> {
        read(lines, keys, false).unwrap()
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
        let record = r#"{"context":{"page":{"id":"deep","url":"/deep"}},"id":"record","url":"/","a":{"url":"/a"},
            "items":[{"id":"element","n":1},{"n":2}]}"#;
        assert_eq!(rows(&[record], &["id", "n", "url"]), ["1: element 1 /", "1:  2 /"]);
    }

    #[test]
    fn lists_in_lists_are_rows_as_deep_as_they_are() {
        let orders = r#"{"orders":[
            {"id":1,"total":9,"customer":{"id":71},"line_items":[{"id":5,"sku":"a","price":4},{"id":6,"sku":"b"}]},
            {"id":2,"total":8,"customer":{"id":72},"line_items":[]},
            {"id":3,"total":7,"customer":{"id":73},"line_items":[{"id":7,"sku":"a"}]}]}"#;
        assert_eq!(
            rows(&[orders], &["sku", "orders[].id", "customer.id", "total", "price"]),
            ["1: a 1 71 9 4", "1: b 1 71 9 ", "1! no element in `orders[].line_items`", "1: a 3 73 7 "]
        );
        let hits = r#"{"visitor":"v","hits":[{"time":1,"product":[{"code":"a"},{"code":"b"}]},{"time":2}]}"#;
        let expected = ["1: a v 1", "1: b v 1", "1! no element in `hits[].product`"];
        assert_eq!(rows(&[hits], &["product.code", "visitor", "hits.time"]), expected);
    }

    #[test]
    fn the_list_that_holds_the_item_is_the_rows_whatever_its_name() {
        let session =
            r#"{"session":3,"events":[{"aid":1,"ts":10},{"aid":2,"ts":11}],"notes":[{"text":"x"},{"text":"y"}]}"#;
        assert_eq!(rows(&[session], &["aid", "session", "ts"]), ["1: 1 3 10", "1: 2 3 11"]);
        let error = read(&[session], &["aid", "text"], false).unwrap_err();
        let (column, places) = ("text".to_owned(), vec!["notes[].text".to_owned()]);
        assert_eq!(error, Unclear::Side { column, places, rows: "events[]".to_owned() });
        assert_eq!(read(&[session], &["session", "text"], true).unwrap(), ["1: 3 x"]);
    }

    #[test]
    fn two_lists_that_could_be_the_rows_are_refused() {
        let record = r#"{"viewed":[{"sku":"a"}],"session":{"bought":[{"sku":"b"}]}}"#;
        let places = vec!["viewed[].sku".to_owned(), "session.bought[].sku".to_owned()];
        let error = read(&[record], &["sku"], false).unwrap_err();
        assert_eq!(error, Unclear::Rows { column: "sku".to_owned(), places });
        assert_eq!(rows(&[record], &["session.bought[].sku"]), ["1: b"]);
        let with_refunds = r#"{"line_items":[{"sku":"a"}],"refunds":[{"line_items":[{"sku":"b"}]}]}"#;
        assert_eq!(rows(&[with_refunds], &["sku"]), ["1: a"]);
    }

    #[test]
    fn a_list_of_other_products_is_beside_the_point() {
        let event = r#"{"item":"a","recommended":[{"item":"b"},{"item":"c"}]}"#;
        assert_eq!(rows(&[event, event], &["item"]), ["1: a", "2: a"]);
        let (one, several) = (r#"{"item":"a"}"#, r#"{"basket":[{"item":"b"},{"item":"c"}]}"#);
        assert_eq!(rows(&[one, several], &["item"]), ["1: a", "2: b", "2: c"]);
        assert!(matches!(read(&[event, several, one], &["item"], false), Err(Unclear::Rows { .. })));
    }

    #[test]
    fn plain_ids_in_a_list_are_rows() {
        let order = r#"{"order":1,"product_ids":["a","b"],"tags":["x"]}"#;
        assert_eq!(rows(&[order], &["product_ids", "order", "tags"]), ["1: a 1 x", "1: b 1 x"]);
    }

    #[test]
    fn schema_org_products_have_brands_with_names_and_offers_in_lists() {
        let product = r#"{"@type":"Product","sku":"A1","name":"Mug","brand":{"@type":"Brand","name":"Acme"},
            "offers":[{"@type":"Offer","price":"4.50"},{"price":"9"}],"category":"Kitchen > Mugs"}"#;
        let keys = ["sku", "name", "brand", "price", "category"];
        assert_eq!(read(&[product], &keys, true).unwrap(), ["1: A1 Mug Acme 4.50 Kitchen > Mugs"]);
    }

    #[test]
    fn the_columns_are_the_names_of_all_values() {
        let lines = [
            r#"{"a":1,"b":{"c":2},"d":[{"key":"e","value":{"int_value":1}}],"items":[{"f":3}],"g":[1]}"#,
            r#"{"h":1}"#,
        ];
        let columns = |lines: &[&str]| {
            let mut schema = Schema::default();
            lines.iter().for_each(|line| schema.see(&mut serde_json::Deserializer::from_str(line)).unwrap());
            Columns::of(&schema).names()
        };
        assert_eq!(columns(&lines), ["a", "h", "c", "e", "f", "g"]);
        assert_eq!(columns(&[lines[1], lines[0]]), columns(&lines));
        let product = r#"{"product":{"id":1},"id":2}"#;
        assert_eq!(columns(&[product]), ["id", "product.id"]);
        assert_eq!(columns(&[r#"{"a":1,"items":[]}"#]), ["a", "items", "item_id"]);
    }
}
