//! What the usual names of event types mean.

use crate::EventKind;
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

/// The kind that an event type stands for, regardless of case and punctuation; `None` for a type that says
/// nothing about interest in an item, such as a cancellation.
pub(super) fn kind_of(event_type: &str) -> Option<EventKind> {
    let name = normalise(event_type);
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    if is_in(VIEW) {
        Some(EventKind::View)
    } else if is_in(CART) {
        Some(EventKind::Cart)
    } else if is_in(PURCHASE) {
        Some(EventKind::Purchase)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKind, kind_of};

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
            assert_eq!(kind_of(name), Some(expected), "{name}");
        }
        for kind in EventKind::ALL {
            assert_eq!(kind_of(kind.name()), Some(kind));
        }
    }

    #[test]
    fn what_is_not_interest_has_no_kind() {
        for name in ["", "cancellation", "stock_adjustment", "remove_from_cart", "refund", "begin_checkout"] {
            assert_eq!(kind_of(name), None, "{name}");
        }
    }
}
