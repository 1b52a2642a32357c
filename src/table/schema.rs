//! The keys of all records of a file: which there are, where they stand, and in which lists.
//!
//! A [`Schema`] is gathered from every record, because a key, a list or its first element may come at any place of a
//! file; it is the same in whatever order the records come.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Names of the lists that hold a record's products.
const LISTS: [&str; 8] =
    ["items", "products", "lineitems", "contents", "productlist", "ecommerceitems", "graph", "itemlistelement"];

/// Parameters are lists of objects with these two keys.
pub(super) const KEY: &str = "key";
pub(super) const VALUE: &str = "value";

/// An object with more different keys than this is a dictionary, whose keys are data and no columns.
const MAX_KEYS: usize = 10_000;

/// Keys of all objects together that a file may have, so that memory stays bounded.
const MAX_FIELDS: usize = 500_000;

/// Returns true if lists of this name hold products.
pub(super) fn is_list_name(name: &str) -> bool {
    LISTS.contains(&super::names::normalise(name).as_str())
}

/// The keys of all records of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub(super) root: Fields,
    /// Number of fields of all objects.
    num_fields: usize,
}

/// The keys of the objects that stand at one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    fields: Vec<Field>,
    index: HashMap<String, usize>,
    /// Number of objects that were seen.
    num_objects: u64,
    /// True if the keys are data.
    is_dictionary: bool,
}

/// A key, and what was found under it.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    name: String,
    /// The least position of the key among those of its object.
    place: usize,
    /// Number of objects that have a value, or a list that is not empty.
    num_values: u64,
    has_plain: bool,
    /// The number of the last object that has a plain value.
    last_plain: u64,
    /// Of an element's key: number of objects that have a value of this name beside the list.
    num_beside: u64,
    /// True if an object has a `name`, which stands for it.
    has_name: bool,
    object: Option<Box<Fields>>,
    list: Option<Box<List>>,
}

#[derive(Clone, Debug, Default)]
struct List {
    most_elements: usize,
    has_plain: bool,
    num_filled: u64,
    /// The number of the last object that has elements in it.
    last_filled: u64,
    elements: Fields,
    /// The names of parameters.
    parameters: Fields,
}

/// A step on the way from a record to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// Each element of a list.
    Each,
    /// The value of the element with this name in a list of parameters.
    Parameter(String),
}

/// A place where plain values stand.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) steps: Vec<Step>,
    /// Number of values there.
    pub(super) num_values: u64,
    /// Number of objects that could have one.
    pub(super) num_holders: u64,
    /// For each list on the way: the most elements it has, and how often it is not empty.
    pub(super) lists: Vec<(usize, u64)>,
    /// Number of objects that have both the list and, beside it, a value of this name.
    pub(super) num_beside: u64,
}

impl Leaf {
    /// The name of the value itself.
    pub(super) fn name(&self) -> &str {
        self.steps.iter().rev().find_map(Step::name).unwrap_or_default()
    }

    /// Number of steps to the innermost list, that of its elements included; 0 outside of lists.
    pub(super) fn list_len(&self) -> usize {
        self.steps.iter().rposition(|step| *step == Step::Each).map_or(0, |at| at + 1)
    }

    /// The way to the innermost list.
    pub(super) fn list(&self) -> &[Step] {
        &self.steps[..self.list_len()]
    }
}

impl Step {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Step::Key(name) | Step::Parameter(name) => Some(name),
            Step::Each => None,
        }
    }
}

/// A way as people write it: `orders[].line_items[].sku`.
pub(super) fn shown(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Each => text.push_str("[]"),
            Step::Key(name) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(name);
            }
            Step::Parameter(name) => {
                text.push_str("[].");
                text.push_str(name);
            }
        }
    }
    text
}

impl Schema {
    /// Looks at one more record.
    ///
    /// # Errors
    /// The text is no object.
    pub(super) fn see<'de, D: Deserializer<'de>>(&mut self, record: D) -> Result<(), D::Error> {
        let num_fields = &mut self.num_fields;
        Object { fields: &mut self.root, parameters: None, num_fields }.deserialize(record).map(|_| ())
    }

    /// Returns true if there are so many keys that reading on would take too much memory.
    pub(super) const fn is_too_large(&self) -> bool {
        self.num_fields > MAX_FIELDS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.fields.is_empty()
    }

    /// The places of all values, in the order of the records' keys.
    pub(super) fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.root.add_leaves(&mut Vec::new(), &mut Vec::new(), &[], &mut leaves);
        leaves
    }

    /// Returns true if a list that is known to hold products is there and never has an element.
    pub(super) fn has_only_empty_list(&self) -> bool {
        self.root.has_empty_list()
    }
}

impl Fields {
    /// Says how many objects there are.
    pub(super) const fn set_objects(&mut self, num_objects: u64) {
        self.num_objects = num_objects;
    }

    /// The field of a name, which is added if it is new.
    pub(super) fn field(&mut self, name: &str, num_fields: &mut usize) -> Option<&mut Field> {
        let at = self.position(name, usize::MAX, num_fields)?;
        self.fields.get_mut(at)
    }

    /// The position of the field of a name, probably at `guess`; `None` if keys are no columns.
    fn position(&mut self, name: &str, guess: usize, num_fields: &mut usize) -> Option<usize> {
        if self.fields.get(guess).is_some_and(|field| field.name == name) {
            return Some(guess);
        }
        if let Some(&at) = self.index.get(name) {
            return Some(at);
        }
        if self.is_dictionary || self.fields.len() >= MAX_KEYS {
            *self = Fields { num_objects: self.num_objects, is_dictionary: true, ..Fields::default() };
            return None;
        }
        *num_fields += 1;
        self.index.insert(name.to_owned(), self.fields.len());
        self.fields.push(Field { name: name.to_owned(), place: usize::MAX, ..Field::default() });
        Some(self.fields.len() - 1)
    }

    /// Counts, after one object, the values that stand beside a list whose elements have one of the same name.
    fn count_beside(&mut self) {
        let now = self.num_objects;
        for at in 0..self.fields.len() {
            let Some(mut list) = self.fields[at].list.take() else { continue };
            if list.last_filled == now {
                for key in &mut list.elements.fields {
                    let beside = self.index.get(&key.name).and_then(|&at| self.fields.get(at));
                    key.num_beside += u64::from(beside.is_some_and(|field| field.last_plain == now));
                }
            }
            self.fields[at].list = Some(list);
        }
    }

    fn add_leaves(
        &self,
        way: &mut Vec<Step>,
        lists: &mut Vec<(usize, u64)>,
        leave_out: &[&str],
        leaves: &mut Vec<Leaf>,
    ) {
        let mut fields: Vec<&Field> =
            self.fields.iter().filter(|field| !leave_out.contains(&field.name.as_str())).collect();
        fields.sort_unstable_by(|a, b| (a.place, &a.name).cmp(&(b.place, &b.name)));
        for field in fields {
            way.push(Step::Key(field.name.clone()));
            field.add_leaves(self.num_objects, way, lists, leaves);
            way.pop();
        }
    }

    fn has_empty_list(&self) -> bool {
        let is_empty = |field: &Field| field.list.as_ref().is_some_and(|list| list.most_elements == 0);
        self.fields.iter().any(|field| {
            is_list_name(&field.name) && is_empty(field)
                || field.object.as_ref().is_some_and(|one| one.has_empty_list())
        })
    }
}

impl Field {
    /// Says how many objects have a value.
    pub(super) const fn set_values(&mut self, num_values: u64) {
        self.num_values = num_values;
    }

    /// Notes that the key stands at a position of its object, with a value.
    pub(super) fn at(&mut self, place: usize) -> &mut Field {
        self.place = self.place.min(place);
        self
    }

    /// Notes that there are plain values.
    pub(super) const fn add_plain(&mut self) {
        self.has_plain = true;
    }

    /// The fields of the objects.
    pub(super) fn object(&mut self) -> &mut Fields {
        self.object.get_or_insert_default()
    }

    /// The fields of the list's elements.
    pub(super) fn elements(&mut self) -> &mut Fields {
        &mut self.filled_list().elements
    }

    /// Notes that the list has plain elements.
    pub(super) fn add_plain_elements(&mut self) {
        self.filled_list().has_plain = true;
    }

    /// Adds the name of a parameter.
    pub(super) fn add_parameter(&mut self, name: &str, num_fields: &mut usize) {
        if let Some(field) = self.filled_list().parameters.field(name, num_fields) {
            field.at(0).add_plain();
        }
    }

    /// A list of which it is not known how many elements it has.
    fn filled_list(&mut self) -> &mut List {
        let list = self.list.get_or_insert_default();
        list.most_elements = usize::MAX;
        list.num_filled = self.num_values;
        list
    }

    fn add_leaves(&self, num_holders: u64, way: &mut Vec<Step>, lists: &mut Vec<(usize, u64)>, leaves: &mut Vec<Leaf>) {
        let is_filled = self.list.as_ref().is_some_and(|list| list.most_elements > 0);
        if self.has_plain || self.has_name || (self.object.is_none() && !is_filled) {
            let (steps, num_values, num_beside) = (way.clone(), self.num_values, self.num_beside);
            leaves.push(Leaf { steps, num_values, num_holders, lists: lists.clone(), num_beside });
        }
        if let Some(object) = &self.object {
            object.add_leaves(way, lists, &[], leaves);
        }
        let Some(list) = self.list.as_ref().filter(|_| is_filled) else { return };
        let has_parameters = !list.parameters.fields.is_empty();
        let mut parameters: Vec<&Field> = list.parameters.fields.iter().collect();
        parameters.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for field in parameters {
            let mut steps = way.clone();
            steps.push(Step::Parameter(field.name.clone()));
            leaves.push(Leaf { steps, num_values: list.num_filled, num_holders, lists: lists.clone(), num_beside: 0 });
        }
        way.push(Step::Each);
        lists.push((list.most_elements, list.num_filled));
        if list.has_plain {
            let (steps, num_values) = (way.clone(), list.num_filled);
            leaves.push(Leaf { steps, num_values, num_holders, lists: lists.clone(), num_beside: 0 });
        }
        list.elements.add_leaves(way, lists, if has_parameters { &[KEY, VALUE] } else { &[] }, leaves);
        lists.pop();
        way.pop();
    }
}

/// Kind of a value that was seen.
enum Seen {
    Nothing,
    Text(Option<String>),
    Plain,
    Object,
    List,
}

/// Notes the keys of an object; gives whether it has a text called `name`.
struct Object<'s> {
    fields: &'s mut Fields,
    /// Takes the object's `key` if it is a parameter.
    parameters: Option<&'s mut Fields>,
    num_fields: &'s mut usize,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Object { fields, parameters, num_fields } = self;
        fields.num_objects += 1;
        let (mut place, mut guess, mut has_name) = (0, 0, false);
        let (mut parameter, mut has_value, mut has_list) = (None, false, false);
        let now = fields.num_objects;
        while let Some(at) = map.next_key_seed(Key { fields, guess, num_fields })? {
            let Some(field) = at.and_then(|at| fields.fields.get_mut(at)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            field.place = field.place.min(place);
            let wants_text = parameters.is_some() && field.name == KEY;
            let seen = map.next_value_seed(Value { field, wants_text, now, num_fields })?;
            has_list |= matches!(seen, Seen::List);
            has_name |= matches!(seen, Seen::Text(_)) && field.name == "name";
            has_value |= !matches!(seen, Seen::List) && field.name == VALUE;
            if let Seen::Text(Some(text)) = seen {
                parameter = Some(text);
            }
            place += 1;
            guess = at.map_or(0, |at| at + 1);
        }
        if has_list {
            fields.count_beside();
        }
        if let (Some(parameters), Some(name), true) = (parameters, parameter, has_value)
            && let Some(field) = parameters.field(&name, num_fields)
        {
            field.has_plain = true;
        }
        Ok(has_name)
    }
}

/// Finds the field of a key.
struct Key<'s> {
    fields: &'s mut Fields,
    guess: usize,
    num_fields: &'s mut usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.fields.position(key, self.guess, self.num_fields))
    }
}

/// Notes what stands under a key.
struct Value<'s> {
    field: &'s mut Field,
    wants_text: bool,
    /// The number of the object.
    now: u64,
    num_fields: &'s mut usize,
}

impl Value<'_> {
    const fn plain(self, seen: Seen) -> Seen {
        self.field.has_plain = true;
        self.field.last_plain = self.now;
        self.field.num_values += 1;
        seen
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Seen, E> {
        Ok(Seen::Nothing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Seen, E> {
        Ok(self.plain(Seen::Plain))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Seen, E> {
        Ok(self.plain(Seen::Plain))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Seen, E> {
        Ok(self.plain(Seen::Plain))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Seen, E> {
        Ok(self.plain(Seen::Plain))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Seen, E> {
        let text = self.wants_text.then(|| value.to_owned());
        Ok(self.plain(Seen::Text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Seen, A::Error> {
        let fields = self.field.object.get_or_insert_default();
        self.field.has_name |= Object { fields, parameters: None, num_fields: self.num_fields }.visit_map(map)?;
        self.field.num_values += 1;
        Ok(Seen::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let list = self.field.list.get_or_insert_default();
        let mut num_elements = 0;
        while seq.next_element_seed(Element { list, num_fields: self.num_fields })?.is_some() {
            num_elements += 1;
        }
        list.most_elements = list.most_elements.max(num_elements);
        if num_elements > 0 {
            list.num_filled += 1;
            list.last_filled = self.now;
        }
        self.field.num_values += u64::from(num_elements > 0);
        Ok(Seen::List)
    }
}

/// Notes the keys of a list's element.
struct Element<'s> {
    list: &'s mut List,
    num_fields: &'s mut usize,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Element<'_> {
    const fn plain(self) {
        self.list.has_plain = true;
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.plain();
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.plain();
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.plain();
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.plain();
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.plain();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let List { elements, parameters, .. } = self.list;
        let object = Object { fields: elements, parameters: Some(parameters), num_fields: self.num_fields };
        object.visit_map(map).map(|_| ())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.plain();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
