//! Profiles: the headers of platforms' exports, and which of their columns is what.
//!
//! A profile is a value in a table. It is recognised by its header alone and leaves out what the export has besides:
//! the till, the number of the line, the time of the parcel. `docs/formats.md` lists every profile with an example.

use super::options::Field;
use super::time::parse_date_time;
use crate::EventKind;
use crate::table::names::normalise;

/// The export of a platform.
#[derive(Debug, PartialEq)]
pub(super) struct Profile {
    pub(super) name: &'static str,
    /// Names, as [`normalise`] makes them, that the header has; of names joined by `|` one.
    header: &'static [&'static str],
    /// The column of each field; of names joined by `|` the first that the header has and that holds something.
    pub(super) columns: &'static [(Field, &'static str)],
    /// The columns of a file that comes without a header, in their order; empty if it always has one.
    headerless: &'static [(&'static str, Shape)],
    /// The kind of all events if no column says it.
    pub(super) kind: Option<EventKind>,
    /// True if a session is an order.
    pub(super) has_baskets: bool,
    /// Numbers that stand for types of events, with a usual name of the type.
    pub(super) event_types: &'static [(&'static str, &'static str)],
    /// Values of the status column that say that nothing was bought, beside the usual words.
    pub(super) void: &'static [&'static str],
}

use Field::{Cancelled, Event, Item, Parent, Position, Price, Quantity, Session, Shopper, Status, Timestamp};

/// Form of the values of a column that has no name.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// A whole number.
    Number,
    /// A moment as ISO 8601 writes it.
    Moment,
    /// Anything.
    Any,
}

impl Shape {
    fn fits(self, value: &str) -> bool {
        match self {
            Shape::Number => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()),
            Shape::Moment => value.contains('T') && parse_date_time(value).is_some(),
            Shape::Any => true,
        }
    }
}

/// The common part of most profiles: events of several kinds, or of none that the profile knows.
const EVENTS: Profile = Profile {
    name: "",
    header: &[],
    columns: &[],
    headerless: &[],
    kind: None,
    has_baskets: false,
    event_types: &[],
    void: &[],
};

/// Lines of orders.
const ORDERS: Profile = Profile { kind: Some(EventKind::Purchase), has_baskets: true, ..EVENTS };

/// Every profile; the first whose header is there is taken.
pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "Shopify orders",
        header: &["name", "lineitemquantity", "lineitemname|lineitemsku", "createdat"],
        columns: &[
            (Item, "lineitemsku|lineitemname"),
            (Session, "name"),
            (Shopper, "email|billingname"),
            (Timestamp, "createdat"),
            (Quantity, "lineitemquantity"),
            (Price, "lineitemprice"),
            (Status, "financialstatus"),
            (Cancelled, "cancelledat"),
        ],
        ..ORDERS
    },
    Profile {
        name: "WooCommerce order export",
        header: &[
            "ordernumber|orderid",
            "orderstatus",
            "orderdate",
            "emailbilling|billingemail",
            "itemcost|itemname|item",
        ],
        columns: &[
            (Item, "sku|variationid|productid|itemname|name"),
            (Session, "ordernumber|orderid"),
            (Shopper, "emailbilling|billingemail|customeruserid"),
            (Timestamp, "orderdate"),
            (Quantity, "quantity"),
            (Price, "itemcost"),
            (Status, "orderstatus"),
            (Parent, "parentsku|productid"),
        ],
        ..ORDERS
    },
    Profile {
        name: "WooCommerce",
        header: &["orderid", "productid", "variationid", "productqty|quantity", "datecreated|datecreatedgmt"],
        columns: &[
            (Item, "variationid|productid"),
            (Session, "orderid"),
            (Shopper, "customerid|email"),
            (Timestamp, "datecreatedgmt|datecreated"),
            (Quantity, "productqty|quantity"),
            (Price, "productnetrevenue|price"),
            (Status, "status"),
            (Parent, "productid"),
        ],
        ..ORDERS
    },
    Profile {
        name: "Magento order items",
        header: &["orderid", "qtyordered", "sku", "parentitemid|producttype"],
        columns: &[
            (Item, "sku|productid"),
            (Session, "orderid"),
            (Shopper, "customerid|customeremail"),
            (Timestamp, "createdat"),
            (Quantity, "qtyordered"),
            (Price, "price"),
            (Status, "status"),
            // That of the line of a configurable product, whose SKU is the variant's.
            (Parent, "productid"),
        ],
        ..ORDERS
    },
    Profile {
        name: "PrestaShop",
        header: &["idorder", "productid|idproduct", "productquantity"],
        columns: &[
            (Item, "productid|idproduct"),
            (Session, "idorder"),
            (Shopper, "idcustomer|email"),
            (Timestamp, "dateadd|orderdate"),
            (Quantity, "productquantity"),
            (Price, "unitpricetaxincl|productprice"),
            (Status, "currentstate"),
        ],
        // Cancelled, refunded, error of payment.
        void: &["6", "7", "8"],
        ..ORDERS
    },
    Profile {
        name: "BigCommerce orders",
        header: &["orderid", "orderstatus", "productsku|productid", "productqty|productquantity"],
        columns: &[
            (Item, "productsku|productid"),
            (Session, "orderid"),
            (Shopper, "customeremail|customerid"),
            (Timestamp, "orderdate"),
            (Quantity, "productqty|productquantity"),
            (Price, "productunitprice"),
            (Status, "orderstatus"),
            (Parent, "productid"),
        ],
        ..ORDERS
    },
    Profile {
        name: "Olist",
        header: &["orderid", "orderitemid", "productid", "sellerid", "shippinglimitdate"],
        columns: &[
            (Item, "productid"),
            (Session, "orderid"),
            (Shopper, "customeruniqueid|customerid"),
            (Timestamp, "orderpurchasetimestamp"),
            (Price, "price"),
            (Status, "orderstatus"),
        ],
        ..ORDERS
    },
    Profile {
        name: "RudderStack",
        header: &["anonymousid", "event", "originaltimestamp", "rudderid|channel|requestip", "productid|sku"],
        columns: &[
            (Item, "productid|sku"),
            (Session, "sessionid"),
            (Shopper, "anonymousid"),
            (Event, "event"),
            (Timestamp, "timestamp|originaltimestamp"),
            (Quantity, "quantity"),
            (Price, "price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Segment",
        header: &["anonymousid", "event", "timestamp|originaltimestamp|receivedat", "productid|sku"],
        columns: &[
            (Item, "productid|sku"),
            (Shopper, "anonymousid"),
            (Event, "event"),
            (Timestamp, "timestamp|originaltimestamp|receivedat"),
            (Quantity, "quantity"),
            (Price, "price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Snowplow",
        header: &["domainuserid", "collectortstamp|derivedtstamp", "tisku|productid|sku|id"],
        columns: &[
            (Item, "tisku|productid|sku|id"),
            (Session, "domainsessionid"),
            (Shopper, "domainuserid"),
            (Event, "type|eventname|event"),
            (Timestamp, "derivedtstamp|collectortstamp"),
            (Quantity, "tiquantity|quantity"),
            (Price, "tiprice|price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Amplitude",
        header: &["amplitudeid", "eventtype", "eventtime"],
        columns: &[
            (Item, "productid|sku|itemid"),
            (Session, "sessionid"),
            (Shopper, "amplitudeid"),
            (Event, "eventtype"),
            (Timestamp, "eventtime"),
            (Quantity, "quantity"),
            (Price, "price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Matomo",
        header: &["idvisit", "idvisitor", "idactionsku|itemsku|productsku", "servertime"],
        columns: &[
            (Item, "idactionsku|itemsku|productsku"),
            (Session, "idvisit"),
            (Shopper, "idvisitor"),
            (Timestamp, "servertime"),
            (Quantity, "quantity"),
            (Price, "price"),
            (Status, "idorder"),
        ],
        kind: Some(EventKind::Purchase),
        // Order 0 is a cart that was left.
        void: &["0"],
        ..EVENTS
    },
    Profile {
        name: "PostHog",
        header: &["distinctid", "event", "timestamp", "productid|propertiesproductid|sku|propertiessku"],
        columns: &[
            (Item, "productid|propertiesproductid|sku|propertiessku"),
            (Session, "sessionid|propertiessessionid"),
            (Shopper, "personid|distinctid"),
            (Event, "event"),
            (Timestamp, "timestamp"),
            (Quantity, "quantity|propertiesquantity"),
            (Price, "price|propertiesprice"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Klaviyo",
        header: &["profileid", "event|metric|metricname", "timestamp|datetime", "productid|sku"],
        columns: &[
            (Item, "productid|sku"),
            (Shopper, "profileid"),
            (Event, "event|metricname|metric"),
            (Timestamp, "timestamp|datetime"),
            (Quantity, "quantity"),
            (Price, "price|itemprice"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Google Analytics 4",
        header: &["eventname", "userpseudoid", "eventtimestamp", "itemid|itemname"],
        columns: &[
            (Item, "itemid|itemname"),
            (Session, "gasessionid"),
            (Shopper, "userpseudoid"),
            (Event, "eventname"),
            (Timestamp, "eventtimestamp"),
            (Quantity, "quantity"),
            (Price, "price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Universal Analytics",
        header: &["fullvisitorid", "visitid", "productsku", "visitstarttime|date"],
        columns: &[
            (Item, "productsku"),
            (Session, "visitid"),
            (Shopper, "fullvisitorid"),
            (Event, "actiontype"),
            (Timestamp, "visitstarttime|date"),
            (Position, "hitnumber|time"),
            (Quantity, "productquantity"),
            (Price, "productprice"),
        ],
        event_types: &[("2", "detail"), ("3", "add"), ("6", "purchase"), ("7", "refund")],
        ..EVENTS
    },
    Profile {
        name: "OTTO",
        header: &["session", "aid", "ts", "type"],
        columns: &[(Item, "aid"), (Session, "session"), (Event, "type"), (Timestamp, "ts")],
        ..EVENTS
    },
    Profile {
        name: "RetailRocket",
        header: &["timestamp", "visitorid", "event", "itemid", "transactionid"],
        columns: &[(Item, "itemid"), (Shopper, "visitorid"), (Event, "event"), (Timestamp, "timestamp")],
        ..EVENTS
    },
    Profile {
        name: "REES46",
        header: &["eventtime", "eventtype", "productid", "userid", "usersession"],
        columns: &[
            (Item, "productid"),
            (Session, "usersession"),
            (Shopper, "userid"),
            (Event, "eventtype"),
            (Timestamp, "eventtime"),
            (Price, "price"),
        ],
        ..EVENTS
    },
    Profile {
        name: "Instacart",
        header: &["orderid", "productid", "addtocartorder"],
        columns: &[
            (Item, "productid"),
            (Session, "orderid"),
            (Shopper, "userid"),
            (Timestamp, "ordernumber"),
            (Position, "addtocartorder"),
        ],
        ..ORDERS
    },
    Profile {
        name: "Dunnhumby",
        header: &["householdkey|householdid", "basketid", "productid", "salesvalue"],
        columns: &[
            (Item, "productid"),
            (Session, "basketid"),
            (Shopper, "householdkey|householdid"),
            (Timestamp, "transactiontimestamp|day"),
            (Position, "transtime"),
            (Quantity, "quantity"),
            (Price, "salesvalue"),
        ],
        ..ORDERS
    },
    Profile {
        name: "H&M",
        header: &["tdat", "customerid", "articleid"],
        columns: &[(Item, "articleid"), (Shopper, "customerid"), (Timestamp, "tdat"), (Price, "price")],
        kind: Some(EventKind::Purchase),
        ..EVENTS
    },
    Profile {
        name: "YooChoose buys",
        header: &["sessionid", "timestamp", "itemid", "price", "quantity"],
        columns: &[
            (Item, "itemid"),
            (Session, "sessionid"),
            (Timestamp, "timestamp"),
            (Quantity, "quantity"),
            (Price, "price"),
        ],
        headerless: &[
            ("sessionid", Shape::Number),
            ("timestamp", Shape::Moment),
            ("itemid", Shape::Number),
            ("price", Shape::Number),
            ("quantity", Shape::Number),
        ],
        kind: Some(EventKind::Purchase),
        ..EVENTS
    },
    Profile {
        name: "YooChoose clicks",
        header: &["sessionid", "timestamp", "itemid", "category"],
        columns: &[(Item, "itemid"), (Session, "sessionid"), (Timestamp, "timestamp")],
        headerless: &[
            ("sessionid", Shape::Number),
            ("timestamp", Shape::Moment),
            ("itemid", Shape::Number),
            // A number, `S` for an offer, or a brand.
            ("category", Shape::Any),
        ],
        kind: Some(EventKind::View),
        ..EVENTS
    },
];

/// The profile whose header these columns are.
pub(super) fn recognise(columns: &[String]) -> Option<&'static Profile> {
    let names: Vec<String> = columns.iter().map(|name| normalise(name)).collect();
    let has = |one_of: &&str| one_of.split('|').any(|name| names.iter().any(|column| column == name));
    PROFILES.iter().find(|profile| profile.header.iter().all(has))
}

/// The profile whose files have no header and rows such as these, and the names of its columns.
pub(super) fn recognise_rows(rows: &[Vec<String>]) -> Option<(&'static Profile, Vec<String>)> {
    let fits = |profile: &&Profile| {
        let shapes = profile.headerless;
        let fits = |row: &Vec<String>| {
            row.len() == shapes.len() && shapes.iter().zip(row).all(|((_, shape), value)| shape.fits(value))
        };
        !shapes.is_empty() && !rows.is_empty() && rows.iter().all(fits)
    };
    let profile = PROFILES.iter().find(fits)?;
    Some((profile, profile.headerless.iter().map(|(name, _)| (*name).to_owned()).collect()))
}

impl Profile {
    /// Returns true if the profile names columns for a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.columns.iter().any(|(named, _)| *named == field)
    }

    /// The columns that the profile names for a field, the likeliest first.
    pub(super) fn columns_of(&self, field: Field, columns: &[String]) -> Vec<usize> {
        let of_field = self.columns.iter().filter(|(named, _)| *named == field);
        let names = of_field.flat_map(|(_, names)| names.split('|'));
        names.filter_map(|name| columns.iter().position(|column| normalise(column) == name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_in_the_documentation_in_its_order() {
        let text = include_str!("../../docs/formats.md");
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        assert_eq!(headings[..names.len()], names);
    }

    #[test]
    fn rows_without_a_header_are_those_of_a_profile_if_all_of_them_fit() {
        let rows = |text: &str| -> Vec<Vec<String>> {
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
        };
        let name = |text: &str| recognise_rows(&rows(text)).map(|(profile, _)| profile.name);
        let clicks = "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S";
        assert_eq!(name(clicks), Some("YooChoose clicks"));
        assert_eq!(name("420374,2014-04-06T18:44:58.314Z,214537888,12462,1"), Some("YooChoose buys"));
        assert_eq!(name(&format!("{clicks}\nu1,2014-04-07T10:54:09.868Z,214536500,S")), None);
        assert_eq!(name("1,2014-04-07 10:51,214536502,0"), None);
        assert_eq!(name("1,51,5,978300760"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_log_of_another_origin_has_no_profile() {
        for header in
            ["session_id,item_id,timestamp", "order_id,customer_id,order_date,sku,quantity,price", "name,email"]
        {
            let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
            assert_eq!(recognise(&columns).map(|profile| profile.name), None, "{header}");
        }
    }
}
