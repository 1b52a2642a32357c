//! Finds which column says what.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::EventsError;
use super::options::Field;
use crate::table::names;

/// Usual names of a column with sessions, most telling first.
const SESSION: &[&str] = &["sessionid", "session", "usersession", "gasessionid", "visitid", "visit", "sessionkey"];

/// Usual names of a column with baskets: what was bought together.
const BASKET: &[&str] = &[
    "orderid",
    "basketid",
    "invoiceid",
    "transactionid",
    "invoiceno",
    "invoice",
    "order",
    "basket",
    "transaction",
    "orderno",
    "ordernumber",
    "invoicenumber",
    "transactionno",
    "transactionnumber",
    "receiptid",
    "receipt",
    "billno",
    "ticketid",
    "purchaseid",
    "cartid",
];

const SHOPPER: &[&str] = &[
    "shopperid",
    // Analytics tools know every browser by these, and a user only after a log-in.
    "userpseudoid",
    "anonymousid",
    "userid",
    "customerid",
    "visitorid",
    "householdid",
    "clientid",
    "fullvisitorid",
    "householdkey",
    "shopper",
    "user",
    "customer",
    "visitor",
    "household",
    "client",
    "customerkey",
    "customernumber",
    "memberid",
    "profileid",
    "reviewerid",
    "deviceid",
    "uid",
];

const EVENT: &[&str] = &[
    "eventtype",
    "eventname",
    "event",
    "actiontype",
    "behaviortype",
    "behavior",
    "behaviour",
    "interactiontype",
    "action",
    "type",
];

const TIMESTAMP: &[&str] = &[
    "timestamp",
    "eventtimestamp",
    "transactiontimestamp",
    "timestampms",
    "datetime",
    "eventtime",
    "eventdatetime",
    "ts",
    "invoicedate",
    "orderdate",
    "transactiondate",
    "transactiondt",
    "purchasedate",
    "tdat",
    "createdat",
    "unixtime",
    "date",
    "eventdate",
    "time",
];

/// Those of them that only logs of purchases have.
const PURCHASE_TIMES: &[&str] =
    &["transactiontimestamp", "invoicedate", "orderdate", "transactiondate", "transactiondt", "purchasedate", "tdat"];

const POSITION: &[&str] = &[
    "position",
    "index",
    "timeframe",
    "sequence",
    "step",
    "addtocartorder",
    "hitnumber",
    "eventindex",
    "rank",
    "time",
];

const QUANTITY: &[&str] = &["quantity", "qty", "itemquantity", "units"];

const PRICE: &[&str] = &["price", "unitprice", "itemprice", "salesvalue", "saleprice", "salesprice", "productprice"];

/// The columns of one file, by what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Position of each matched field's column.
    pub(super) of_field: BTreeMap<Field, usize>,
    /// True if the session column is one of baskets.
    pub(super) is_basket: bool,
    /// True if the names tell that every event is a purchase.
    pub(super) is_of_purchases: bool,
}

impl Columns {
    /// The position of `field` among the matched ones, which is that of its cell in a row.
    pub(super) fn cell_of(&self, field: Field) -> Option<usize> {
        self.of_field.keys().position(|matched| *matched == field)
    }
}

/// Matches the columns of the file at `path` to fields: by `overrides` first, then by usual names.
///
/// A basket column is left alone if there are an event type, a shopper and a timestamp as well: in such a log
/// only purchases have a basket, and sessions are to be cut by inactivity.
pub(super) fn match_columns(
    path: &Path,
    columns: &[String],
    overrides: &BTreeMap<Field, String>,
) -> Result<Columns, EventsError> {
    let mut of_field = BTreeMap::new();
    for (&field, name) in overrides.iter().filter(|(_, name)| !name.trim().is_empty()) {
        let Some(column) = names::named(columns, name.trim()) else {
            return Err(EventsError::UnknownColumn {
                path: path.to_owned(),
                field,
                column: name.clone(),
                available: columns.to_vec(),
            });
        };
        of_field.insert(field, column);
    }
    let mut taken: Vec<usize> = of_field.values().copied().collect();
    let mut look_for = |of_field: &mut BTreeMap<Field, usize>, field: Field, usual: &[&str]| {
        if !overrides.contains_key(&field)
            && !of_field.contains_key(&field)
            && let Some(column) = names::find(columns, usual, &taken)
        {
            taken.push(column);
            of_field.insert(field, column);
        }
    };
    look_for(&mut of_field, Field::Item, names::ITEM);
    look_for(&mut of_field, Field::Session, SESSION);
    look_for(&mut of_field, Field::Shopper, SHOPPER);
    look_for(&mut of_field, Field::Event, EVENT);
    look_for(&mut of_field, Field::Timestamp, TIMESTAMP);
    let can_cut = [Field::Event, Field::Shopper, Field::Timestamp].iter().all(|field| of_field.contains_key(field));
    if !can_cut {
        look_for(&mut of_field, Field::Session, BASKET);
    }
    look_for(&mut of_field, Field::Position, POSITION);
    look_for(&mut of_field, Field::Quantity, QUANTITY);
    look_for(&mut of_field, Field::Price, PRICE);
    let missing = if !of_field.contains_key(&Field::Item) {
        Some("item")
    } else if !of_field.contains_key(&Field::Session) && !of_field.contains_key(&Field::Shopper) {
        Some("session")
    } else {
        None
    };
    if let Some(field) = missing {
        let (path, available) = (path.to_owned(), columns.to_vec());
        return Err(EventsError::MissingColumn { path, field, available });
    }
    let session = of_field.get(&Field::Session).and_then(|&column| columns.get(column));
    let is_basket = session.is_some_and(|name| BASKET.contains(&names::normalise(name).as_str()));
    let time = of_field.get(&Field::Timestamp).and_then(|&column| columns.get(column));
    let is_of_purchases =
        is_basket || time.is_some_and(|name| PURCHASE_TIMES.contains(&names::normalise(name).as_str()));
    Ok(Columns { of_field, is_basket, is_of_purchases })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::{EventsError, Field, match_columns};

    fn matched(header: &str, overrides: &[(Field, &str)]) -> Result<(Vec<(Field, String)>, bool), EventsError> {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        let overrides = overrides.iter().map(|(field, name)| (*field, (*name).to_owned())).collect();
        let found = match_columns(Path::new("e.csv"), &columns, &overrides)?;
        Ok((found.of_field.iter().map(|(field, at)| (*field, columns[*at].clone())).collect(), found.is_basket))
    }

    fn text(header: &str, overrides: &[(Field, &str)]) -> String {
        let (columns, is_basket) = matched(header, overrides).unwrap();
        let pairs: Vec<String> = columns.iter().map(|(field, column)| format!("{field}={column}")).collect();
        format!("{}{}", pairs.join(" "), if is_basket { " (basket)" } else { "" })
    }

    #[test]
    fn the_columns_of_well_known_logs_are_found() {
        for (header, expected) in [
            ("session_id,position,item_id", "item=item_id session=session_id position=position"),
            (
                "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
                "item=StockCode session=Invoice shopper=Customer ID timestamp=InvoiceDate quantity=Quantity \
                 price=Price (basket)",
            ),
            (
                "household_id,store_id,basket_id,product_id,quantity,sales_value,week,transaction_timestamp",
                "item=product_id session=basket_id shopper=household_id timestamp=transaction_timestamp \
                 quantity=quantity price=sales_value (basket)",
            ),
            (
                "timestamp,visitorid,event,itemid,transactionid",
                "item=itemid shopper=visitorid event=event timestamp=timestamp",
            ),
            (
                "event_time,event_type,product_id,category_id,brand,price,user_id,user_session",
                "item=product_id session=user_session shopper=user_id event=event_type timestamp=event_time \
                 price=price",
            ),
            (
                "sessionId;userId;itemId;timeframe;eventdate".replace(';', ",").as_str(),
                "item=itemId session=sessionId shopper=userId timestamp=eventdate position=timeframe",
            ),
            (
                "event_timestamp,event_name,user_pseudo_id,ga_session_id,item_id",
                "item=item_id session=ga_session_id shopper=user_pseudo_id event=event_name timestamp=event_timestamp",
            ),
            (
                "fullVisitorId,productSKU,date,time",
                "item=productSKU shopper=fullVisitorId timestamp=date position=time",
            ),
        ] {
            assert_eq!(text(header, &[]), expected, "{header}");
        }
    }

    #[test]
    fn an_override_wins_over_a_usual_name() {
        let found = text("session_id,item_id,PRODUCT_ID", &[(Field::Item, "product_id")]);
        assert_eq!(found, "item=PRODUCT_ID session=session_id");
    }

    #[test]
    fn an_empty_override_leaves_the_field_out() {
        assert_eq!(text("session_id,item_id,type", &[(Field::Event, "")]), "item=item_id session=session_id");
    }

    #[test]
    fn a_missing_column_is_reported_with_the_ones_there_are() {
        let error = matched("session_id,thing", &[]).unwrap_err().to_string();
        assert!(error.contains("`item`") && error.contains("`thing`"), "{error}");
        let error = matched("item_id,colour", &[]).unwrap_err().to_string();
        assert!(error.contains("`session`") && error.contains("shopper"), "{error}");
    }

    #[test]
    fn an_override_that_names_no_column_is_refused() {
        let error = matched("session_id,item_id", &[(Field::Item, "sku")]).unwrap_err().to_string();
        assert!(error.contains("`sku`") && error.contains("`item_id`"), "{error}");
    }

    #[test]
    fn no_column_says_two_things() {
        let overrides = BTreeMap::from([(Field::Position, "timestamp".to_owned())]);
        let columns: Vec<String> = ["session", "item", "timestamp"].map(str::to_owned).to_vec();
        let found = match_columns(Path::new("e.csv"), &columns, &overrides).unwrap();
        assert_eq!(found.of_field.get(&Field::Timestamp), None);
    }
}
