//! Reasons that keep an item out of a list; the greater one holds.

/// Not listed, unless pinned: the history holds it.
pub(super) const SEEN: u8 = 1;
/// Not listed.
pub(super) const BARRED: u8 = 2;
/// Never listed: the market lacks it.
pub(super) const UNAVAILABLE: u8 = 3;
