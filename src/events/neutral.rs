//! Usual event types that say nothing about interest in one item, and therefore are left out by right.

use super::kinds::{EventTypeClass, class_of};
use crate::table::names::normalise;

/// Types of events about pages, lists, the way through the checkout, the app and the shopper.
const NEUTRAL: &[&str] = &[
    "addpaymentinfo",
    "addshippinginfo",
    "addtowishlist",
    "appinstall",
    "applicationinstalled",
    "applicationopened",
    "appopen",
    "begincheckout",
    "checkout",
    "cartviewed",
    "checkoutstarted",
    "checkoutstep",
    "checkoutstepcompleted",
    "checkoutstepviewed",
    "couponapplied",
    "couponentered",
    "couponremoved",
    "emailclicked",
    "emailopened",
    "error",
    "experimentviewed",
    "filedownload",
    "firstopen",
    "firstvisit",
    "formstart",
    "formsubmit",
    "generatelead",
    "heartbeat",
    "home",
    "hover",
    "identify",
    "impression",
    "impressions",
    "initiatecheckout",
    "login",
    "loggedin",
    "logout",
    "paymentinfoentered",
    "performsearch",
    "productlistfiltered",
    "productlistviewed",
    "productremoved",
    "productshared",
    "productssearched",
    "promotionclicked",
    "promotionviewed",
    "rating",
    "removefromcart",
    "removefromwishlist",
    "removedfromcart",
    "review",
    "scroll",
    "search",
    "searched",
    "searchperformed",
    "selectpromotion",
    "sessionend",
    "sessionstart",
    "share",
    "signedin",
    "signedup",
    "signup",
    "startcheckout",
    "startedcheckout",
    "subscribe",
    "timing",
    "userengagement",
    "videocomplete",
    "videoprogress",
    "videostart",
    "viewcart",
    "viewcategory",
    "viewitemlist",
    "viewpromotion",
    "viewsearchresults",
    "wishlist",
];

/// Tells whether events of this type are left out by right: those of [`NEUTRAL`], and returns of all kinds.
pub(super) fn is_neutral(event_type: &str) -> bool {
    let name = normalise(event_type);
    NEUTRAL.contains(&name.as_str()) || class_of(event_type) == EventTypeClass::Return
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_types_without_a_product_are_neutral_in_any_spelling() {
        for name in ["session_start", "Product List Viewed", "beginCheckout", "REFUND"] {
            assert!(is_neutral(name), "{name}");
        }
        for name in ["Bought it", "7", ""] {
            assert!(!is_neutral(name), "{name}");
        }
        for name in NEUTRAL {
            assert_eq!(*name, normalise(name), "names are written as they are compared");
            assert!(!matches!(class_of(name), EventTypeClass::Kind(_)), "{name} has a kind");
        }
    }
}
