//! The small numbers that every module shares: items, categories and kinds of event.

/// The dense number of an item, `0..num_items`. A shop's own name for it is an `item_id`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ItemIx(pub u32);

impl ItemIx {
    /// The number as a position in a slice of per-item values.
    #[inline]
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

/// The dense number of a category, `0..num_categories`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct CategoryIx(pub u16);

/// A shopper's action on an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// Looked at the item's page.
    #[default]
    View = 0,
    /// Put the item into the cart.
    Cart = 1,
    /// Bought the item.
    Purchase = 2,
}

impl EventKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [EventKind; 3] = [EventKind::View, EventKind::Cart, EventKind::Purchase];

    /// The name used in files and in JavaScript: `view`, `cart` or `purchase`.
    pub const fn name(self) -> &'static str {
        match self {
            EventKind::View => "view",
            EventKind::Cart => "cart",
            EventKind::Purchase => "purchase",
        }
    }

    /// The kind with this [`name`](EventKind::name).
    pub fn from_name(name: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
