//! The shop as each platform exports it.

use serde_json::{Value, json};
use vicino::EventKind;

use crate::shop::{Event, Shop, Told};

pub struct Format {
    pub profile: &'static str,
    pub extension: &'static str,
    pub facts: Facts,
    pub write: fn(&Shop) -> String,
}

/// The facts that an export carries. Exports of the same facts give the same model; others cannot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Facts {
    pub tells: Told,
    pub has_shoppers: bool,
    pub times: Times,
}

/// What an export tells of the time of an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Times {
    /// Its moment.
    Moment,
    /// The moment at which the visit began, and the number of the step in it.
    StartAndStep,
    /// Its day.
    Day,
    /// The number of its day, from 1, and the time of the day: no dates, so that nothing can be said of weeks.
    DayNumber,
    /// The number of the line in its order: whether lines are sorted by product is then not a question.
    Line,
    /// Nothing but the order of rows.
    Rows,
}

const fn events(profile: &'static str, extension: &'static str, write: fn(&Shop) -> String) -> Format {
    let facts = Facts { tells: Told::Everything, has_shoppers: true, times: Times::Moment };
    Format { profile, extension, facts, write }
}

const fn orders(profile: &'static str, extension: &'static str, write: fn(&Shop) -> String) -> Format {
    let of_events = events(profile, extension, write);
    Format { facts: Facts { tells: Told::Purchases, ..of_events.facts }, ..of_events }
}

impl Format {
    const fn with(self, times: Times) -> Format {
        Format { facts: Facts { times, ..self.facts }, ..self }
    }

    const fn without_shoppers(self) -> Format {
        Format { facts: Facts { has_shoppers: false, ..self.facts }, ..self }
    }

    const fn telling(self, tells: Told) -> Format {
        Format { facts: Facts { tells, ..self.facts }, ..self }
    }
}

/// Every format, in the order of the documentation.
pub const FORMATS: &[Format] = &[
    orders("Shopify orders", "csv", shopify),
    orders("WooCommerce order export", "csv", woocommerce_export),
    orders("WooCommerce", "csv", woocommerce),
    // The shopper stands in another table.
    orders("Magento order items", "csv", magento).without_shoppers(),
    orders("PrestaShop", "csv", prestashop),
    orders("BigCommerce orders", "csv", bigcommerce).with(Times::Day),
    // So do the shopper and the time of the order; that of the parcel is not taken for it.
    orders("Olist", "csv", olist).without_shoppers().with(Times::Rows),
    events("RudderStack", "jsonl", rudderstack),
    events("Segment", "jsonl", segment),
    events("Snowplow", "csv", snowplow),
    events("Amplitude", "jsonl", amplitude),
    orders("Matomo", "csv", matomo),
    events("PostHog", "jsonl", posthog),
    events("Klaviyo", "csv", klaviyo),
    events("Google Analytics 4", "jsonl", ga4),
    // A hit has the time of its visit, and its number in it.
    events("Universal Analytics", "csv", universal_analytics).with(Times::StartAndStep),
    events("OTTO", "csv", otto).without_shoppers(),
    events("RetailRocket", "csv", retailrocket),
    events("REES46", "csv", rees46),
    // As for Olist, but for the order in which things came into the cart.
    orders("Instacart", "csv", instacart).without_shoppers().with(Times::Line),
    orders("Dunnhumby", "csv", dunnhumby).with(Times::DayNumber),
    orders("H&M", "csv", h_and_m).with(Times::Day),
    orders("YooChoose buys", "csv", yoochoose_buys).without_shoppers(),
    events("YooChoose clicks", "csv", yoochoose_clicks).without_shoppers().telling(Told::Views),
];

/// The shop as a plain log with these facts and no more.
pub fn plain(shop: &Shop, facts: Facts) -> String {
    let Facts { tells, has_shoppers, times } = facts;
    let has_kinds = tells != Told::Purchases;
    let mut header = if has_kinds { "session_id,product_id,event_type" } else { "order_id,product_id" }.to_owned();
    if has_shoppers {
        header += ",user_id";
    }
    header += match times {
        Times::Moment | Times::Day => ",timestamp",
        Times::StartAndStep | Times::DayNumber => ",timestamp,position",
        Times::Line => ",position",
        Times::Rows => "",
    };
    table(shop, tells, &header, |event| {
        let mut line = format!("{},{}", event.visit, event.item);
        if has_kinds {
            line += &format!(",{}", event.kind.name());
        }
        if has_shoppers {
            line += &format!(",{}", event.shopper);
        }
        let start = jiff::Timestamp::from_second(event.start).unwrap();
        line + &match times {
            Times::Moment => time(event, ",%Y-%m-%dT%H:%M:%SZ"),
            Times::StartAndStep => format!(",{start},{}", (event.time - event.start) / 30 + 1),
            Times::Day => time(event, ",%Y-%m-%d"),
            Times::DayNumber => format!(",{},{}", day_number(event), time(event, "%H%M")),
            Times::Line => format!(",{}", event.line),
            Times::Rows => String::new(),
        }
    })
}

/// The number of an event's day, from 1.
fn day_number(event: &Event) -> i64 {
    (event.time - 1_709_283_600) / 86_400 + 1
}

/// A header and a line for each event.
fn table(shop: &Shop, told: Told, header: &str, line: impl Fn(&Event) -> String) -> String {
    let lines = shop.told(told).map(|event| line(event) + "\n");
    format!("{header}\n{}", lines.collect::<String>())
}

/// A line of JSON for each event.
fn json_lines(shop: &Shop, object: impl Fn(&Event) -> Value) -> String {
    shop.told(Told::Everything).map(|event| object(event).to_string() + "\n").collect()
}

/// A moment as `pattern` of strftime says, UTC.
fn time(event: &Event, pattern: &str) -> String {
    jiff::Timestamp::from_second(event.time).unwrap().strftime(pattern).to_string()
}

/// The name of the event's kind among those of views, carts and purchases.
fn kind(event: &Event, names: [&'static str; 3]) -> &'static str {
    match event.kind {
        EventKind::View => names[0],
        EventKind::Cart => names[1],
        EventKind::Purchase => names[2],
    }
}

const SPEC: [&str; 3] = ["Product Viewed", "Product Added", "Order Completed"];

fn shopify(shop: &Shop) -> String {
    let header = "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,\
                  Lineitem price,Lineitem sku,Cancelled at,Vendor,Employee,Location,Device ID,Id,Source";
    table(shop, Told::Purchases, header, |event| {
        let is_first = event.line == 1;
        let (status, device, id) =
            if is_first { ("paid", "1", format!("55000{}", event.visit)) } else { ("", "", String::new()) };
        format!(
            "#{},c{}@example.com,{status},,EUR,9.00,{},{},Thing {item},{}.00,{item},,Acme,Kim,Shop,{device},{id},pos",
            event.visit,
            event.shopper,
            time(event, "%Y-%m-%d %H:%M:%S +0000"),
            event.quantity,
            event.price,
            item = event.item,
        )
    })
}

fn woocommerce_export(shop: &Shop) -> String {
    let header = "\"Order Number\",\"Order Status\",\"Order Date\",\"First Name (Billing)\",\"Email (Billing)\",\"Item #\",SKU,\
                  Name,Quantity,\"Item Cost\",\"Order Line Total\"";
    table(shop, Told::Purchases, header, |event| {
        format!(
            "{},Completed,\"{}\",Kim,c{}@example.com,{},{item},Thing {item},{},{price},{price}",
            event.visit,
            time(event, "%Y-%m-%d %H:%M"),
            event.shopper,
            event.line,
            event.quantity,
            item = event.item,
            price = event.price,
        )
    })
}

fn woocommerce(shop: &Shop) -> String {
    let header =
        "order_item_id,order_id,product_id,variation_id,customer_id,date_created,product_qty,product_net_revenue";
    table(shop, Told::Purchases, header, |event| {
        let line = event.visit * 10 + event.line;
        let (item, time) = (event.item, time(event, "%Y-%m-%d %H:%M:%S"));
        format!("{line},{},{item},0,{},{time},{},{}", event.visit, event.shopper, event.quantity, event.price)
    })
}

fn magento(shop: &Shop) -> String {
    let header = "item_id,order_id,parent_item_id,created_at,product_id,product_type,sku,name,qty_ordered,price";
    table(shop, Told::Purchases, header, |event| {
        format!(
            "{},{},NULL,{},{},simple,{item},Thing {item},1.0000,{}.0000",
            event.visit * 10 + event.line,
            event.visit,
            time(event, "%Y-%m-%d %H:%M:%S"),
            event.item - 1000,
            event.price,
            item = event.item,
        )
    })
}

fn prestashop(shop: &Shop) -> String {
    let header = "id_order_detail;id_order;id_customer;date_add;product_id;product_name;product_quantity;product_price;\
                  unit_price_tax_incl";
    table(shop, Told::Purchases, header, |event| {
        let line = event.visit * 10 + event.line;
        let (item, price, time) = (event.item, event.price, time(event, "%Y-%m-%d %H:%M:%S"));
        format!(
            "{line};{};{};{time};{item};Thing {item};{};{price};{price}",
            event.visit, event.shopper, event.quantity
        )
    })
}

fn bigcommerce(shop: &Shop) -> String {
    let header = "Order ID,Customer ID,Customer Email,Order Date,Order Status,Product ID,Product SKU,Product Name,Product Qty,\
                  Product Unit Price";
    table(shop, Told::Purchases, header, |event| {
        format!(
            "{},{shopper},c{shopper}@example.com,{},Completed,{},{item},Thing {item},{},{}",
            event.visit,
            time(event, "%d/%m/%Y"),
            event.item - 1000,
            event.quantity,
            event.price,
            shopper = event.shopper,
            item = event.item,
        )
    })
}

fn olist(shop: &Shop) -> String {
    let header = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value";
    table(shop, Told::Purchases, header, |event| {
        let time = time(event, "%Y-%m-%d %H:%M:%S");
        format!("o{},{},{},s{},{time},{}.90,13.29", event.visit, event.line, event.item, event.item % 3, event.price)
    })
}

fn track(event: &Event) -> Value {
    let product = json!({"product_id": event.item.to_string(), "price": event.price, "quantity": event.quantity});
    let mut properties = product.clone();
    if event.kind == EventKind::Purchase {
        properties = json!({"order_id": format!("o{}", event.visit), "products": [product]});
    }
    let moment = time(event, "%Y-%m-%dT%H:%M:%SZ");
    json!({
        "type": "track", "event": kind(event, SPEC), "anonymousId": format!("u{}", event.shopper), "userId": null,
        "messageId": format!("m{}-{}", event.time, event.item), "timestamp": moment, "receivedAt": moment,
        "properties": properties,
    })
}

fn segment(shop: &Shop) -> String {
    json_lines(shop, track)
}

fn rudderstack(shop: &Shop) -> String {
    json_lines(shop, |event| {
        let mut call = track(event);
        call["channel"] = json!("web");
        call["originalTimestamp"] = call["timestamp"].clone();
        call["context"] = json!({"sessionId": event.visit});
        call
    })
}

fn snowplow(shop: &Shop) -> String {
    let header = "app_id,platform,collector_tstamp,derived_tstamp,event,event_name,type,user_id,domain_userid,domain_sessionid,\
                  product_id,price,quantity";
    table(shop, Told::Everything, header, |event| {
        let time = time(event, "%Y-%m-%d %H:%M:%S.000");
        format!(
            "shop,web,{time},{time},unstruct,snowplow_ecommerce_action,{},,u{},s{},{},{},{}",
            kind(event, ["product_view", "add_to_cart", "transaction"]),
            event.shopper,
            event.visit,
            event.item,
            event.price,
            event.quantity
        )
    })
}

fn amplitude(shop: &Shop) -> String {
    json_lines(shop, |event| {
        json!({
            "event_type": kind(event, SPEC), "user_id": null, "device_id": format!("d{}", event.shopper),
            "amplitude_id": event.shopper, "session_id": event.visit * 1000,
            "event_time": time(event, "%Y-%m-%d %H:%M:%S.000000"), "user_properties": {},
            "event_properties": {"product_id": event.item.to_string(), "price": event.price},
        })
    })
}

fn matomo(shop: &Shop) -> String {
    let header = "idsite,idvisitor,server_time,idvisit,idorder,idaction_sku,idaction_name,price,quantity,deleted";
    table(shop, Told::Purchases, header, |event| {
        let time = time(event, "%Y-%m-%d %H:%M:%S");
        let (visit, item) = (event.visit, event.item);
        format!("1,v{},{time},{visit},o{visit},{item},7,{},{},0", event.shopper, event.price, event.quantity)
    })
}

fn posthog(shop: &Shop) -> String {
    json_lines(shop, |event| {
        json!({
            "uuid": format!("0190-{}-{}", event.time, event.item), "event": kind(event, SPEC),
            "distinct_id": format!("u{}", event.shopper), "timestamp": time(event, "%Y-%m-%dT%H:%M:%S.000Z"),
            "properties": {
                "product_id": event.item.to_string(), "price": event.price, "quantity": event.quantity,
                "$session_id": format!("s{}", event.visit),
            },
        })
    })
}

fn klaviyo(shop: &Shop) -> String {
    table(shop, Told::Everything, "Event,Profile ID,Timestamp,Product ID,Price", |event| {
        let (kind, time) =
            (kind(event, ["Viewed Product", "Added to Cart", "Ordered Product"]), time(event, "%Y-%m-%d %H:%M:%S"));
        format!("{kind},p{},{time},{},{}", event.shopper, event.item, event.price)
    })
}

fn ga4(shop: &Shop) -> String {
    json_lines(shop, |event| {
        json!({
            "event_date": time(event, "%Y%m%d"), "event_timestamp": (event.time * 1_000_000).to_string(),
            "event_name": kind(event, ["view_item", "add_to_cart", "purchase"]),
            "event_params": [{"key": "ga_session_id", "value": {"int_value": event.visit.to_string()}}],
            "user_pseudo_id": format!("{}.1", event.shopper),
            "items": [{
                "item_id": event.item.to_string(), "item_name": format!("Thing {}", event.item), "price": event.price,
                "quantity": event.quantity,
            }],
        })
    })
}

fn universal_analytics(shop: &Shop) -> String {
    let header = "fullVisitorId,visitId,visitStartTime,date,hitNumber,time,action_type,productSKU,v2ProductName,productPrice,\
                  productQuantity";
    table(shop, Told::Everything, header, |event| {
        let (start, date) = (event.start, time(event, "%Y%m%d"));
        let (hit, millis) = ((event.time - start) / 30 + 1, (event.time - start) * 1000);
        let action = kind(event, ["2", "3", "6"]);
        let (shopper, item) = (event.shopper, event.item);
        let (price, quantity) = (event.price, event.quantity);
        format!(
            "70000{shopper},{start},{start},{date},{hit},{millis},{action},{item},Thing {item},{price}000000,{quantity}"
        )
    })
}

fn otto(shop: &Shop) -> String {
    table(shop, Told::Everything, "session,aid,ts,type", |event| {
        let kind = kind(event, ["clicks", "carts", "orders"]);
        format!("{},{},{},{kind}", event.visit, event.item, event.time * 1000)
    })
}

fn retailrocket(shop: &Shop) -> String {
    table(shop, Told::Everything, "timestamp,visitorid,event,itemid,transactionid", |event| {
        let transaction = if event.kind == EventKind::Purchase { event.visit.to_string() } else { String::new() };
        let kind = kind(event, ["view", "addtocart", "transaction"]);
        format!("{}000,{},{kind},{},{transaction}", event.time, event.shopper, event.item)
    })
}

fn rees46(shop: &Shop) -> String {
    let header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session";
    table(shop, Told::Everything, header, |event| {
        let (time, kind) = (time(event, "%Y-%m-%d %H:%M:%S UTC"), kind(event, ["view", "cart", "purchase"]));
        format!(
            "{time},{kind},{},20530,things.small,acme,{}.50,{},s-{}",
            event.item, event.price, event.shopper, event.visit
        )
    })
}

fn instacart(shop: &Shop) -> String {
    table(shop, Told::Purchases, "order_id,product_id,add_to_cart_order,reordered", |event| {
        format!("{},{},{},0", event.visit, event.item, event.line)
    })
}

fn dunnhumby(shop: &Shop) -> String {
    let header = "household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME,WEEK_NO";
    table(shop, Told::Purchases, header, |event| {
        let day = day_number(event);
        let (clock, week) = (time(event, "%H%M"), day / 7 + 1);
        let (shopper, visit) = (event.shopper, event.visit);
        format!("{shopper},{visit},{day},{},{},{},364,0,{clock},{week}", event.item, event.quantity, event.price)
    })
}

fn h_and_m(shop: &Shop) -> String {
    table(shop, Told::Purchases, "t_dat,customer_id,article_id,price,sales_channel_id", |event| {
        format!("{},c{},{},0.0{},2", time(event, "%Y-%m-%d"), event.shopper, event.item, event.price)
    })
}

fn yoochoose_buys(shop: &Shop) -> String {
    table(shop, Told::Purchases, "SessionID,Timestamp,ItemID,Price,Quantity", |event| {
        let time = time(event, "%Y-%m-%dT%H:%M:%S.000Z");
        format!("{},{time},{},{},{}", event.visit, event.item, event.price, event.quantity)
    })
}

fn yoochoose_clicks(shop: &Shop) -> String {
    table(shop, Told::Views, "SessionID,Timestamp,ItemID,Category", |event| {
        format!("{},{},{},0", event.visit, time(event, "%Y-%m-%dT%H:%M:%S.000Z"), event.item)
    })
}
