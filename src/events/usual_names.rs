//! Names that shops and tools give to the columns of a log.
//!
//! Owns names and nothing else: the lists of usual names, most telling first, and the words by which a name that is in
//! no list can still be told.

use super::options::Field;
use crate::table::names::{self, normalise};

/// Usual names of a column with sessions.
const SESSION: &[&str] = &[
    "sessionid",
    "session",
    "usersession",
    "gasessionid",
    "visitid",
    "visit",
    "sessionkey",
    "domainsessionid",
    "idvisit",
    "sessid",
    "sid",
];

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
    "receiptnumber",
    "receiptno",
    "billno",
    "billid",
    "ticketid",
    "purchaseid",
    "cartid",
    "idorder",
    "incrementid",
    "orderref",
    "orderreference",
    "ordername",
    "ordercode",
    "orderkey",
    "saleid",
    "salesid",
    "checkoutid",
    "bestellung",
    "bestellnummer",
    "bestellnr",
    "auftragsnummer",
    "auftrag",
    "rechnungsnummer",
    "commande",
    "numerocommande",
    "idcommande",
    "pedido",
    "idpedido",
    "numeropedido",
    "ordine",
    "numeroordine",
    "bestelnummer",
    "zamowienie",
    "nrzamowienia",
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
    "customerno",
    "customercode",
    "memberid",
    "profileid",
    "reviewerid",
    "distinctid",
    "domainuserid",
    "idvisitor",
    "idcustomer",
    "deviceid",
    "uid",
    "accountid",
    "buyerid",
    "clientkey",
    "cookieid",
    "loyaltyid",
    "loyaltycard",
    "personid",
    "contactid",
    "kundennummer",
    "kundennr",
    "kunde",
    "kundenid",
    "idclient",
    "numeroclient",
    "cliente",
    "idcliente",
    "klantnummer",
    "klantid",
    "klient",
];

const EVENT: &[&str] = &[
    "eventtype",
    "eventname",
    "event",
    "actiontype",
    "behaviortype",
    "behavior",
    "behaviour",
    "behaviourtype",
    "interactiontype",
    "interaction",
    "action",
    "activity",
    "activitytype",
    "metric",
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

const QUANTITY: &[&str] = &[
    "quantity",
    "qty",
    "itemquantity",
    "units",
    "lineitemquantity",
    "qtyordered",
    "productquantity",
    "productqty",
    "itemqty",
    "quantityordered",
    "orderedquantity",
    "quantitysold",
    "menge",
    "anzahl",
    "quantite",
    "cantidad",
    "quantita",
    "aantal",
    "ilosc",
    "quantidade",
];

const PRICE: &[&str] = &[
    "price",
    "unitprice",
    "itemprice",
    "salesvalue",
    "saleprice",
    "salesprice",
    "productprice",
    "lineitemprice",
    "itemcost",
    "productunitprice",
    "priceeach",
    "preis",
    "einzelpreis",
    "prix",
    "prixunitaire",
    "precio",
    "preciounitario",
    "prezzo",
    "prijs",
    "cena",
    "preco",
];

const STATUS: &[&str] = &[
    "orderstatus",
    "financialstatus",
    "paymentstatus",
    "status",
    "orderstate",
    "bestellstatus",
    "statutcommande",
    "estado",
    "stato",
];

/// Usual names of the time at which an order was cancelled. Those of refunds are none: they mostly give back a part.
const CANCELLED: &[&str] = &[
    "cancelledat",
    "canceledat",
    "cancelledon",
    "canceledon",
    "cancelleddate",
    "canceleddate",
    "cancelledtime",
    "canceledtime",
    "cancellationdate",
    "cancellationtime",
    "ordercancelledat",
    "ordercanceledat",
    "datecancelled",
    "datecanceled",
    "voidedat",
    "cancelled",
    "canceled",
    "iscancelled",
    "iscanceled",
    "storniertam",
    "stornodatum",
    "storniert",
    "annuleele",
    "dateannulation",
];

/// Usual names of the product that an item is a variant of.
const PARENT: &[&str] = &[
    "itemgroupid",
    "parentid",
    "parentsku",
    "parentproductid",
    "parentproduct",
    "parentitem",
    "parentasin",
    "parent",
    "variantof",
    "mastersku",
    "masterid",
    "masterproductid",
    "configurablesku",
    "handle",
    "producthandle",
    "artikelgruppe",
    "hauptartikel",
];

/// Names of items that are variants, beside which the number of the product stands.
const VARIANTS: &[&str] = &["variationid", "variantid", "productvariantid", "productvariationid"];

/// Usual names of the item's column beside those of the tables of products.
const ITEM: &[&str] = &[
    "lineitemsku",
    "itemno",
    "productno",
    "productnumber",
    "productkey",
    "articleno",
    "articlecode",
    "aid",
    "contentid",
    "merchandiseid",
    "isbn",
    "gtin",
    "ean",
    "upc",
    "artikelnummer",
    "artikelnr",
    "artikelid",
    "artikel",
    "produktid",
    "produkt",
    "referenceproduit",
    "idproduit",
    "produit",
    "idproducto",
    "producto",
    "articulo",
    "idprodotto",
    "prodotto",
    "articolo",
    "idproduct",
    "idproduto",
    "produto",
];

/// Times that only logs of purchases have.
const PURCHASE_WORDS: &[&str] =
    &["invoice", "order", "ordered", "transaction", "purchase", "purchased", "sale", "sold"];

/// Times of something else than the event: of the row, of the parcel, of the person.
const OTHER_TIMES: &[&str] = &[
    "updated",
    "update",
    "modified",
    "modify",
    "shipped",
    "shipping",
    "ship",
    "delivered",
    "delivery",
    "deliver",
    "estimated",
    "birth",
    "birthday",
    "expires",
    "expiry",
    "expiration",
    "due",
    "refunded",
    "refund",
    "cancelled",
    "canceled",
    "cancel",
    "returned",
    "return",
    "registered",
    "registration",
    "signup",
    "limit",
    "published",
    "launch",
    "launched",
    "release",
    "released",
    "sent",
    "received",
    "loaded",
    "load",
    "etl",
    "fulfilled",
    "paid",
    "closed",
    "ended",
    "end",
    "last",
    "previous",
    "next",
    "since",
    "zone",
    "timezone",
    "prior",
    "approved",
    "carrier",
];

/// The columns of a file that may say something, the likeliest first, and how many of them have a usual name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Likely {
    pub(super) columns: Vec<usize>,
    /// The first so many are usual names; the others are told by words within theirs.
    pub(super) num_usual: usize,
}

/// The columns that may hold `field`; baskets are apart.
pub(super) fn likely(field: Field, columns: &[String]) -> Likely {
    let usual: Vec<&str> = match field {
        Field::Item => names::ITEM.iter().chain(ITEM).copied().collect(),
        Field::Session => SESSION.to_vec(),
        Field::Shopper => SHOPPER.to_vec(),
        Field::Event => EVENT.to_vec(),
        Field::Timestamp => TIMESTAMP.to_vec(),
        Field::Position => POSITION.to_vec(),
        Field::Quantity => QUANTITY.to_vec(),
        Field::Price => PRICE.to_vec(),
        Field::Status => STATUS.to_vec(),
        // A country may as well be that of the address.
        Field::Market => Vec::new(),
        Field::Parent => PARENT.to_vec(),
        Field::Cancelled => CANCELLED.to_vec(),
    };
    let by_words: fn(&[String]) -> Option<u32> = match field {
        Field::Item => item_by_words,
        Field::Shopper => shopper_by_words,
        Field::Timestamp => time_by_words,
        _ => |_| None,
    };
    let mut likely = with_words(columns, &usual, by_words);
    if field == Field::Timestamp {
        // No usual name of times is among them.
        likely.columns.retain(|&column| !CANCELLED.contains(&normalise(&columns[column]).as_str()));
    }
    likely
}

/// The columns that may hold baskets.
pub(super) fn likely_baskets(columns: &[String]) -> Likely {
    with_words(columns, BASKET, |_| None)
}

/// The position of `column` in the order of likeliness that `by_words` tells comes after all usual names.
fn with_words(columns: &[String], usual: &[&str], by_words: fn(&[String]) -> Option<u32>) -> Likely {
    let mut found = Vec::new();
    while let Some(column) = names::find(columns, usual, &found) {
        found.push(column);
    }
    let num_usual = found.len();
    let mut others: Vec<(u32, usize)> = (0..columns.len())
        .filter(|column| !found.contains(column))
        .filter_map(|column| Some((by_words(&words(&columns[column]))?, column)))
        .collect();
    others.sort_unstable();
    found.extend(others.into_iter().map(|(_, column)| column));
    Likely { columns: found, num_usual }
}

/// Returns true if a name is one of baskets.
pub(super) fn is_basket(column: &str) -> bool {
    BASKET.contains(&normalise(column).as_str())
}

/// Returns true if a name is that of variants of products.
pub(super) fn is_of_variants(column: &str) -> bool {
    VARIANTS.contains(&normalise(column).as_str())
}

/// Names of products that they all have, whether or not they have variants.
const PRODUCTS: &[&str] = &["productid", "product", "itemid"];

/// The column with the products of variants, if it goes by the name that items without variants go by.
pub(super) fn products_beside(columns: &[String]) -> Option<usize> {
    names::find(columns, PRODUCTS, &[])
}

/// Returns true if a parent's name says that the item is a variant; a handle or number is one that every product has.
pub(super) fn says_variant(column: &str) -> bool {
    let name = normalise(column);
    !PRODUCTS.contains(&name.as_str()) && !name.ends_with("handle")
}

/// Returns true if a name is that of a time which only logs of purchases have.
pub(super) fn is_time_of_purchase(column: &str) -> bool {
    let name = normalise(column);
    name == "tdat" || PURCHASE_WORDS.iter().any(|word| name.starts_with(word))
}

/// The words of a name, lower case: `orderDate`, `order_date` and `Order Date` have the same.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_is_lower = false;
    for letter in name.chars() {
        let is_start = letter.is_uppercase() && last_is_lower;
        if (is_start || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        last_is_lower = letter.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn has_any(words: &[String], of: &[&str]) -> bool {
    words.iter().any(|word| of.contains(&word.as_str()))
}

/// Likeliness of an item column, 0 the highest: a code of the item comes before its name.
fn item_by_words(words: &[String]) -> Option<u32> {
    const THINGS: &[&str] = &["item", "product", "article", "variant", "goods", "lineitem", "stock", "model"];
    const CODES: &[&str] = &["id", "code", "no", "nr", "number", "num", "key", "ref", "reference", "sku"];
    const OTHERS: &[&str] = &[
        "category", "brand", "order", "type", "quantity", "qty", "count", "price", "parent", "group", "list", "url",
        "image", "invoice", "page", "store", "tax", "discount", "index", "position", "uuid", "tracking",
    ];
    if has_any(words, OTHERS) {
        return None;
    }
    if has_any(words, &["sku", "asin", "isbn", "ean", "gtin", "upc"]) {
        return Some(0);
    }
    match (has_any(words, THINGS), has_any(words, CODES), has_any(words, &["name", "title", "description"])) {
        (true, true, _) => Some(1),
        (true, _, true) => Some(3),
        _ => None,
    }
}

fn shopper_by_words(words: &[String]) -> Option<u32> {
    const PEOPLE: &[&str] = &["customer", "user", "shopper", "client", "buyer", "visitor", "member", "account"];
    const CODES: &[&str] = &["id", "code", "no", "nr", "number", "num", "key", "ref", "hash", "guid", "uuid"];
    const OTHERS: &[&str] = &["group", "type", "agent", "store", "note", "ip", "count", "role", "seller", "marketing"];
    if has_any(words, OTHERS) {
        return None;
    }
    if has_any(words, PEOPLE) && has_any(words, CODES) {
        return Some(0);
    }
    has_any(words, &["email", "mail", "hashedemail"]).then_some(1)
}

/// Likeliness of a column of times, 0 the highest: those of the event come before those of the row or the parcel.
fn time_by_words(words: &[String]) -> Option<u32> {
    const TIMES: &[&str] = &[
        "time",
        "date",
        "datetime",
        "timestamp",
        "tstamp",
        "ts",
        "when",
        "day",
        "dt",
        "datum",
        "zeit",
        "zeitpunkt",
        "fecha",
        "data",
        "heure",
        "hora",
        "ora",
        "czas",
        "tijd",
        "tijdstip",
    ];
    const CLOSED: &[&str] =
        &["orderdatum", "bestelldatum", "rechnungsdatum", "kaufdatum", "orderdate", "ordertime", "datecreated"];
    let ends_with_at = words.last().is_some_and(|word| word == "at") && words.len() > 1;
    let is_closed = words.iter().any(|word| {
        let ending = ["time", "date", "timestamp", "tstamp", "datum", "datetime"].iter().any(|end| word.ends_with(end));
        CLOSED.contains(&word.as_str()) || ending && !has_any(std::slice::from_ref(word), OTHER_TIMES)
    });
    let is_time = has_any(words, TIMES) || ends_with_at || is_closed;
    if !is_time || has_any(words, &["birth", "birthday", "zone", "timezone", "spent", "duration"]) {
        return None;
    }
    Some(
        match (has_any(words, OTHER_TIMES), words.iter().any(|word| word.starts_with("time") || word.ends_with("time")))
        {
            (true, _) => 2,
            (false, false) => 1,
            (false, true) => 0,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely_names(field: Field, header: &str) -> Vec<String> {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        likely(field, &columns).columns.into_iter().map(|column| columns[column].clone()).collect()
    }

    #[test]
    fn words_are_told_by_case_and_punctuation() {
        for name in ["orderDate", "order_date", "Order Date", "order.date"] {
            assert_eq!(words(name), ["order", "date"], "{name}");
        }
        assert_eq!(words("SKU"), ["sku"]);
    }

    #[test]
    fn names_of_time_are_likely_and_those_of_the_event_come_first() {
        let header = "updated_at,order_time,transaction_time,ordered_at,sale_date,order_ts,birth_date,timezone";
        assert_eq!(
            likely_names(Field::Timestamp, header),
            ["order_time", "transaction_time", "ordered_at", "sale_date", "order_ts", "updated_at"]
        );
        assert_eq!(likely_names(Field::Timestamp, "cancelled_at,refunded_at"), ["refunded_at"]);
        assert_eq!(likely_names(Field::Timestamp, "last_update,status,rate"), Vec::<String>::new());
    }

    #[test]
    fn codes_of_items_come_before_their_names() {
        let header = "order_item_id,Product Name,Lineitem sku,product_category_id,Product Ref";
        assert_eq!(likely_names(Field::Item, header), ["Lineitem sku", "Product Ref", "Product Name"]);
    }

    #[test]
    fn a_mail_address_may_be_the_shopper() {
        let header = "Device ID,Email (Billing),customer_group_id,Customer Hash";
        assert_eq!(likely_names(Field::Shopper, header), ["Device ID", "Customer Hash", "Email (Billing)"]);
    }
}
