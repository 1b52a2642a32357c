//! Options of cleaning.

use std::collections::BTreeMap;

/// Options that decide which events are left out of a sound log, and how values are brought into one form.
///
/// The rules run in the order of the fields, each on what the one before has left. What is damaged, has no item or
/// is a return is never an event, whatever stands here.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaning {
    /// True if item ids become lower-case, so that `85123A` and `85123a` are one. Default: no.
    pub fold_case: bool,
    /// Value of one unit of a currency in the shop's; prices written with its code or sign are multiplied.
    /// 0 makes such prices 0, 1 changes nothing. Default: none.
    pub currency_rates: BTreeMap<String, f64>,
    /// True if orders go that were cancelled, refunded, voided or failed, as the status column says. Default: yes.
    pub drop_void_orders: bool,
    /// True if ids that stand for nobody (`guest`, 0, -1, an id with more than a fifth of all orders) are no shoppers;
    /// their events go where no column names sessions. Default: yes.
    pub drop_guests: bool,
    /// True if points in time before 1995 or from 2100 on are damage. Default: yes.
    pub drop_impossible_times: bool,
    /// The first moment that counts, ms since 1970 UTC; `None` for all. Default: `None`.
    pub from_ms: Option<i64>,
    /// The moment from which on nothing counts; `None` for all. Default: `None`.
    pub until_ms: Option<i64>,
    /// True if usual codes of services (postage, fees, vouchers) are no products, and neither are ids without any digit
    /// where 95 % of at least 100 ids have one. Default: yes.
    pub drop_non_products: bool,
    /// Patterns (`*`, `?`, `[a-z]`, in any case) of more ids that are no products. Default: none.
    pub non_products: Vec<String>,
    /// Patterns of ids that are products, even if another rule would remove them. Default: none.
    pub products: Vec<String>,
    /// True if rows that equal an earlier one in everything, their moment included, are damage. Default: yes.
    pub drop_duplicates: bool,
    /// A view or cart event that comes within this time of an equal one that was kept, is the same click.
    /// 0 keeps all; a day leaves one view of an item a day. Default: 2 seconds.
    pub double_click_ms: i64,
    /// True if purchases at a price of zero or less are left out: gifts, samples, corrections. Default: yes.
    pub drop_zero_prices: bool,
    /// True if a purchase goes that the shopper gave back later, in full. Default: yes.
    pub drop_cancelled: bool,
    /// A shopper with more events than this within an hour, more than [`robot_items`](Cleaning::robot_items) items and
    /// no cart or purchase is a robot. 0 takes nobody for one; 1 everybody with two events in an hour on more than so
    /// many items. Default: 300.
    pub robot_events_per_hour: usize,
    /// Distinct items that a robot looks at more than. 0 leaves the pace to decide; a large number takes nobody for a
    /// robot. Default: 100.
    pub robot_items: usize,
    /// Items with fewer events than this go. 0 and 1 keep all; a large number leaves nothing. Default: 1.
    pub min_item_events: usize,
    /// Of one shopper's events with one item, the newest this many are kept, so that no shopper alone makes an item's
    /// pairs. 1 counts every shopper once; 0 keeps all. Default: 0.
    pub max_per_shopper: usize,
    /// Sessions of more events than this go as a whole: shared accounts, robots, tests. 0 keeps all; 1 leaves
    /// nothing to learn pairs from. Default: 1000.
    pub max_session_events: usize,
    /// Sessions of fewer events than this go. 0 and 1 keep all; 2 leaves only those with something to learn pairs from,
    /// and takes their items out of popularity. Default: 1.
    pub min_session_events: usize,
}

impl Default for Cleaning {
    fn default() -> Cleaning {
        Cleaning {
            drop_void_orders: true,
            drop_guests: true,
            drop_non_products: true,
            double_click_ms: 2000,
            drop_zero_prices: true,
            drop_cancelled: true,
            robot_events_per_hour: 300,
            max_session_events: 1000,
            ..Cleaning::damage_only()
        }
    }
}

impl Cleaning {
    /// Leaves out what is damaged, duplicates and impossible times among it, and nothing else.
    pub fn damage_only() -> Cleaning {
        Cleaning {
            fold_case: false,
            currency_rates: BTreeMap::new(),
            drop_void_orders: false,
            drop_guests: false,
            drop_impossible_times: true,
            from_ms: None,
            until_ms: None,
            drop_non_products: false,
            non_products: Vec::new(),
            products: Vec::new(),
            drop_duplicates: true,
            double_click_ms: 0,
            drop_zero_prices: false,
            drop_cancelled: false,
            robot_events_per_hour: 0,
            robot_items: 100,
            min_item_events: 1,
            max_per_shopper: 0,
            max_session_events: 0,
            min_session_events: 1,
        }
    }
}
