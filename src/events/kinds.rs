//! Usual names of event types, and the kind of event behind each.

use super::report::EventType;
use crate::EventKind;
use crate::table::Cell;
use crate::table::interner::Interner;
use crate::table::names::normalise;

const VIEW: &[&str] = &[
    "view",
    "viewitem",
    "itemview",
    "productview",
    "viewproduct",
    "productviewed",
    "viewed",
    "detail",
    "details",
    "productdetail",
    "productdetailview",
    "detailview",
    "viewcontent",
    "click",
    "itemclick",
    "productclick",
    "clicked",
    "pageview",
    "pdpview",
    "pv",
    "visit",
    "selectitem",
];

const CART: &[&str] = &[
    "cart",
    "addtocart",
    "addcart",
    "cartadd",
    "addedtocart",
    "productadded",
    "add",
    "addtobasket",
    "basket",
    "addtobag",
    "atc",
];

const PURCHASE: &[&str] = &[
    "purchase",
    "purchased",
    "transaction",
    "order",
    "ordered",
    "ordercompleted",
    "orderplaced",
    "buy",
    "bought",
    "checkout",
    "sale",
    "conversion",
];

/// Types of events that take back a purchase, or cancel it.
const RETURN: &[&str] = &[
    "return",
    "returned",
    "refund",
    "refunded",
    "cancel",
    "cancelled",
    "canceled",
    "cancellation",
    "orderreturned",
    "orderrefunded",
    "ordercancelled",
    "ordercanceled",
    "productreturned",
    "productrefunded",
    "creditnote",
    "chargeback",
];

/// Meaning of an event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventTypeClass {
    /// Interest in an item.
    Kind(EventKind),
    /// The end of it.
    Return,
    /// Nothing that is known.
    Other,
}

/// Finds the meaning of an event type, regardless of case and punctuation.
pub(super) fn class_of(event_type: &str) -> EventTypeClass {
    let name = normalise(event_type);
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    if is_in(VIEW) {
        EventTypeClass::Kind(EventKind::View)
    } else if is_in(CART) {
        EventTypeClass::Kind(EventKind::Cart)
    } else if is_in(PURCHASE) {
        EventTypeClass::Kind(EventKind::Purchase)
    } else if is_in(RETURN) {
        EventTypeClass::Return
    } else {
        EventTypeClass::Other
    }
}

/// The event types of a log, looked up once each, and their rows.
pub(super) struct EventTypes {
    names: Interner,
    types: Vec<(EventTypeClass, u64)>,
}

impl Default for EventTypes {
    fn default() -> EventTypes {
        EventTypes { names: Interner::with_names(), types: Vec::new() }
    }
}

impl EventTypes {
    /// Finds the meaning of a row's event type, and counts the row.
    pub(super) fn class(&mut self, cell: Cell<'_>) -> EventTypeClass {
        let number = self.number(cell) as usize;
        if number == self.types.len() {
            self.types.push((class_of(&cell.to_text()), 0));
        }
        let Some((class, rows)) = self.types.get_mut(number) else { return EventTypeClass::Other };
        *rows += 1;
        *class
    }

    /// The number of an event type.
    pub(super) fn number(&mut self, cell: Cell<'_>) -> u32 {
        self.names.intern(cell)
    }

    /// The types and their meaning, the most frequent first; at most 40.
    pub(super) fn meanings(&self) -> Vec<EventType> {
        let meaning = |class: EventTypeClass| match class {
            EventTypeClass::Kind(kind) => kind.name(),
            EventTypeClass::Return => "return",
            EventTypeClass::Other => "nothing",
        };
        let types = (0_u32..).zip(&self.types).filter(|(_, (_, rows))| *rows > 0);
        let mut types: Vec<EventType> = types
            .map(|(number, &(class, rows))| EventType {
                name: self.names.id(number).to_owned(),
                rows,
                meaning: meaning(class),
            })
            .collect();
        types.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
        types.truncate(40);
        types
    }

    /// The types that are no interest, and their rows, the most frequent first; at most 20.
    pub(super) fn unknown(&self) -> Vec<(String, u64)> {
        let mut unknown: Vec<(String, u64)> = (0_u32..)
            .zip(&self.types)
            .filter(|(_, (class, _))| !matches!(class, EventTypeClass::Kind(_)))
            .map(|(number, (_, rows))| (self.names.id(number).to_owned(), *rows))
            .collect();
        unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        unknown.truncate(20);
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKind, EventTypeClass, class_of};

    #[test]
    fn usual_names_are_understood_in_any_spelling() {
        for (name, expected) in [
            ("view_item", EventKind::View),
            ("PageView", EventKind::View),
            ("addtocart", EventKind::Cart),
            ("add-to-cart", EventKind::Cart),
            ("Purchase", EventKind::Purchase),
            ("transaction", EventKind::Purchase),
        ] {
            assert_eq!(class_of(name), EventTypeClass::Kind(expected), "{name}");
        }
        for kind in EventKind::ALL {
            assert_eq!(class_of(kind.name()), EventTypeClass::Kind(kind));
        }
    }

    #[test]
    fn what_is_not_interest_has_no_kind() {
        for name in ["", "stock_adjustment", "remove_from_cart", "begin_checkout"] {
            assert_eq!(class_of(name), EventTypeClass::Other, "{name}");
        }
        for name in ["cancellation", "Refund", "Order Cancelled"] {
            assert_eq!(class_of(name), EventTypeClass::Return, "{name}");
        }
    }
}
