//! Names of event types, and the kind of event behind each.
//!
//! A name is looked up as a whole, and else word by word: tools write the same in the past and in the present, the verb
//! before or behind the product, one or many (`Viewed Product`, `product_views`, `Placed Order`, `Order Completed`).

use std::collections::BTreeMap;

use super::options::EventMeaning;
use super::report::EventType;
use super::usual_names::words;
use crate::EventKind;
use crate::table::Cell;
use crate::table::interner::Interner;
use crate::table::names::normalise;

const VIEW: &[&str] = &[
    "view",
    "views",
    "clicks",
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
    "carts",
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
    "orders",
    "purchases",
    "transactions",
    "transactionitem",
    "sales",
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

/// Words that say that nothing was seen, put into a cart or bought, whatever stands beside them.
const OTHER_WORDS: &[&str] = &[
    "remove",
    "delete",
    "start",
    "begin",
    "initiate",
    "abandon",
    "list",
    "search",
    "wishlist",
    "favorite",
    "favourite",
    "fav",
    "share",
    "review",
    "rate",
    "impression",
    "update",
    "fail",
    "shipping",
    "category",
    "collection",
    "promotion",
    "coupon",
    "step",
    "home",
    "filter",
    "email",
    "form",
];

/// Words beside those of a kind that change nothing.
const NEUTRAL_WORDS: &[&str] = &[
    "product",
    "item",
    "article",
    "sku",
    "detail",
    "page",
    "content",
    "pdp",
    "event",
    "ecommerce",
    "online",
    "the",
    "a",
    "to",
    "an",
    "of",
    "in",
    "on",
    "shop",
    "store",
    "web",
    "app",
    "success",
    "new",
];

/// The word in the present, one of it: `viewed` and `views` are `view`.
fn stem(word: &str) -> &str {
    const FORMS: &[(&str, &str)] = &[
        ("bought", "buy"),
        ("buys", "buy"),
        ("buying", "buy"),
        ("seen", "view"),
        ("saw", "view"),
        ("see", "view"),
        ("sold", "sale"),
        ("sell", "sale"),
        ("put", "add"),
        ("paid", "pay"),
        ("payment", "pay"),
        ("placed", "place"),
        ("completed", "complete"),
        ("completes", "complete"),
        ("confirmed", "confirm"),
        ("submitted", "submit"),
        ("submit", "submit"),
        ("succeeded", "complete"),
        ("finished", "complete"),
        ("finish", "complete"),
        ("created", "create"),
        ("purchased", "purchase"),
        ("removed", "remove"),
        ("deleted", "delete"),
        ("initiated", "initiate"),
        ("updated", "update"),
        ("shared", "share"),
        ("rated", "rate"),
        ("cancelled", "cancel"),
        ("canceled", "cancel"),
        ("cancellation", "cancel"),
        ("failed", "fail"),
        ("returned", "return"),
        ("refunded", "refund"),
        ("basket", "cart"),
        ("baskets", "cart"),
        ("bag", "cart"),
        ("trolley", "cart"),
        ("carts", "cart"),
        ("visited", "view"),
        ("visit", "view"),
        ("details", "detail"),
        ("categories", "category"),
        ("abandoned", "abandon"),
        ("searched", "search"),
        ("favorited", "favorite"),
        ("voided", "void"),
        ("started", "start"),
    ];
    if let Some((_, stem)) = FORMS.iter().find(|(form, _)| *form == word) {
        return stem;
    }
    ["ed", "s"].iter().find_map(|end| word.strip_suffix(end)).filter(|stem| stem.len() >= 3).unwrap_or(word)
}

/// The meaning that the words of a name have together.
fn class_of_words(event_type: &str) -> EventTypeClass {
    let all = words(event_type);
    let stems: Vec<&str> = all.iter().map(|word| stem(word)).collect();
    let has = |words: &[&str]| stems.iter().any(|stem| words.contains(stem));
    let has_no_others = |words: &[&str]| stems.iter().all(|stem| words.contains(stem) || NEUTRAL_WORDS.contains(stem));
    const BUYING: &[&str] = &["order", "purchase", "buy", "sale", "transaction", "conversion"];
    const ENDING: &[&str] = &["place", "complete", "confirm", "submit", "create", "pay", "checkout", "make"];
    if has(&["refund", "return", "cancel", "chargeback"]) && !has(OTHER_WORDS) {
        return EventTypeClass::Return;
    }
    if has(OTHER_WORDS) {
        return EventTypeClass::Other;
    }
    let is_purchase = has(BUYING) || has(&["checkout"]) && has(&["complete", "confirm"]);
    if is_purchase && has_no_others(&[BUYING, ENDING].concat()) {
        return EventTypeClass::Kind(EventKind::Purchase);
    }
    if has(&["add"]) && has(&["cart", "product", "item", "article"]) && has_no_others(&["add", "cart"]) {
        return EventTypeClass::Kind(EventKind::Cart);
    }
    let is_view = has(&["view", "click", "select"]) && has(&["product", "item", "article", "detail", "pdp", "sku"]);
    if is_view && has_no_others(&["view", "click", "select"]) {
        return EventTypeClass::Kind(EventKind::View);
    }
    EventTypeClass::Other
}

/// Meaning of an event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventTypeClass {
    /// Interest in an item.
    Kind(EventKind),
    /// A purchase, unless the log has another type for them: then a step before it.
    Checkout,
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
    } else if name == "checkout" {
        EventTypeClass::Checkout
    } else {
        class_of_words(event_type)
    }
}

/// Returns true if an event type has a meaning.
pub(super) fn is_known_event(event_type: &str) -> bool {
    class_of(event_type) != EventTypeClass::Other
}

/// The event types of a log, looked up once each, and their rows.
pub(super) struct EventTypes {
    names: Interner,
    types: Vec<(EventTypeClass, u64)>,
    /// Meanings that somebody gave.
    given: BTreeMap<String, EventMeaning>,
    /// Numbers that stand for types in the current file.
    numbers: &'static [(&'static str, &'static str)],
}

impl EventTypes {
    /// Begins with the meanings that somebody gave, by name.
    pub(super) fn new(given: &BTreeMap<String, EventMeaning>) -> EventTypes {
        EventTypes { names: Interner::with_names(), types: Vec::new(), given: given.clone(), numbers: &[] }
    }

    /// Begins a file in which numbers stand for types.
    pub(super) fn begin_file(&mut self, numbers: &'static [(&'static str, &'static str)]) {
        if self.numbers != numbers {
            self.numbers = numbers;
            for number in 0..self.types.len() {
                self.types[number].0 = self.look_up(self.names.id(number as u32));
            }
        }
    }

    fn look_up(&self, name: &str) -> EventTypeClass {
        let is_it = |given: &&String| {
            given.trim() == name || !normalise(name).is_empty() && normalise(given) == normalise(name)
        };
        if let Some((_, meaning)) = self.given.iter().find(|(given, _)| is_it(given)) {
            return match meaning {
                EventMeaning::Kind(kind) => EventTypeClass::Kind(*kind),
                EventMeaning::Return => EventTypeClass::Return,
                EventMeaning::Nothing => EventTypeClass::Other,
            };
        }
        let usual = self.numbers.iter().find(|(number, _)| *number == name).map_or(name, |(_, usual)| *usual);
        class_of(usual)
    }

    /// Finds the meaning of a row's event type, and counts the row.
    pub(super) fn class(&mut self, cell: Cell<'_>) -> EventTypeClass {
        let number = self.number(cell) as usize;
        if number == self.types.len() {
            self.types.push((self.look_up(&cell.to_text()), 0));
        }
        let Some((class, rows)) = self.types.get_mut(number) else { return EventTypeClass::Other };
        *rows += 1;
        *class
    }

    /// Returns the kind of an event type that was met before, without counting a row; `None` if it has none.
    pub(super) fn known_kind(&mut self, cell: Cell<'_>) -> Option<EventKind> {
        match self.types.get(self.names.intern(cell) as usize) {
            Some((EventTypeClass::Kind(kind), _)) => Some(*kind),
            _ => None,
        }
    }

    /// The number of an event type.
    pub(super) fn number(&mut self, cell: Cell<'_>) -> u32 {
        self.names.intern(cell)
    }

    /// Returns true if a type that can be nothing else is that of purchases, so that a checkout is a step before one.
    pub(super) fn has_purchases(&self) -> bool {
        self.types.iter().any(|&(class, rows)| class == EventTypeClass::Kind(EventKind::Purchase) && rows > 0)
    }

    /// The types and their meaning, the most frequent first; at most 40.
    pub(super) fn meanings(&self) -> Vec<EventType> {
        let has_purchases = self.has_purchases();
        let meaning = |class: EventTypeClass| match class {
            EventTypeClass::Kind(kind) => kind.name(),
            EventTypeClass::Checkout if !has_purchases => EventKind::Purchase.name(),
            EventTypeClass::Return => "return",
            EventTypeClass::Checkout | EventTypeClass::Other => "nothing",
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
        let has_purchases = self.has_purchases();
        let is_interest = |class: EventTypeClass| match class {
            EventTypeClass::Kind(_) => true,
            EventTypeClass::Checkout => !has_purchases,
            EventTypeClass::Return | EventTypeClass::Other => false,
        };
        let mut unknown: Vec<(String, u64)> = (0_u32..)
            .zip(&self.types)
            .filter(|(_, (class, _))| !is_interest(*class))
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
    fn past_and_present_plurals_and_either_order_are_understood() {
        for (kind, names) in [
            (
                EventKind::View,
                &[
                    "Viewed Product",
                    "Product Viewed",
                    "product_views",
                    "View Item",
                    "Item Clicked",
                    "product detail view",
                ][..],
            ),
            (
                EventKind::Cart,
                &[
                    "Added to Cart",
                    "Add To Basket",
                    "Product Added",
                    "Added Product to Cart",
                    "cart_add",
                    "addedItemToBag",
                ],
            ),
            (
                EventKind::Purchase,
                &[
                    "Placed Order",
                    "Order Placed",
                    "Ordered Product",
                    "Completed Order",
                    "order_completed",
                    "Purchases",
                    "Checkout Completed",
                    "Bought Item",
                    "Order Created",
                    "ecommerce purchase",
                    "Order Paid",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(class_of(name), EventTypeClass::Kind(kind), "{name}");
            }
        }
        for name in [
            "Product List Viewed",
            "Viewed Collection",
            "Started Checkout",
            "Removed from Cart",
            "Product Searched",
            "Added to Wishlist",
            "Order Updated",
            "Cart Viewed",
            "Viewed Page",
            "Order Failed",
            "Received Email",
            "4",
        ] {
            assert_eq!(class_of(name), EventTypeClass::Other, "{name}");
        }
        assert_eq!(class_of("Refunded Order"), EventTypeClass::Return);
        assert_eq!(class_of("checkout"), EventTypeClass::Checkout);
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
