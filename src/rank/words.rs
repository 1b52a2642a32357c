//! Numbers that requests are written with: the module and the npm package (`js/src/core/words.ts`) agree on them.

macro_rules! words {
    ($($(#[$doc:meta])+ $name:ident = $value:expr;)+) => {
        $($(#[$doc])+ pub const $name: u32 = $value;)+
        /// Every one of them with its name, for the test that compares both sides.
        pub const ALL: &[(&str, u32)] = &[$((stringify!($name), $name)),+];
    };
}

words! {
    /// Number of an id that the model does not know, and of an unknown value; as `f32` it is NaN.
    UNKNOWN = u32::MAX;

    /// Column: number of the category.
    CATEGORY = 0;
    /// Column: number of the brand.
    BRAND = 1;
    /// Column: number of the set of tags.
    TAGS = 2;
    /// Column: bits of the price.
    PRICE = 3;
    /// Column: 1 in stock, 0 not.
    STOCK = 4;
    /// In place of a column in a filter: the item itself.
    ITEM = 6;

    /// Instruction of a filter: tests whether a value is in a set.
    IS_ONE_OF = 0;
    /// Instruction of a filter: tests whether the price is within bounds.
    HAS_PRICE = 1;
    /// Instruction of a filter: tests whether the item is in stock.
    HAS_STOCK = 2;
    /// Instruction of a filter: joins two answers.
    AND = 3;
    /// Instruction of a filter: joins two answers.
    OR = 4;
    /// Instruction of a filter: inverts an answer.
    NOT = 5;

    /// Source of a list: the history.
    FOR_YOU = 0;
    /// Source of a list: items viewed after others.
    RELATED = 1;
    /// Source of a list: items bought with others.
    BOUGHT_TOGETHER = 2;
    /// Source of a list: items with similar content.
    SIMILAR = 3;
    /// Source of a list: popular items.
    TRENDING = 4;
    /// Source of a list: items in the order in which they were viewed last.
    RECENTLY_VIEWED = 5;
    /// Source of a list: items with the ages of their purchases.
    BUY_IT_AGAIN = 6;

    /// Flag of a request: the list may hold items of the history.
    INCLUDE_SEEN = 1;
    /// Flag of a request: reasons are wanted.
    EXPLAIN = 2;
    /// Flag of a request: the seed counts.
    HAS_SEED = 4;
    /// Flag of a request: every variant of a product is listed.
    APART = 8;
    /// Flag of a request: popular items do not fill the list up.
    NO_FILLING = 16;

    /// Bit of a number of reasons: the shop chose the item.
    CURATED = 0x8000_0000;

    /// Kind of an event: a view.
    VIEW = 0;
    /// Kind of an event: an addition to the cart.
    CART = 1;
    /// Kind of an event: a purchase.
    PURCHASE = 2;
    /// In place of a kind: the shopper does not want the item.
    NOT_WANTED = 3;
    /// In place of a kind: the item was shown and ignored.
    SHOWN = 4;
}
