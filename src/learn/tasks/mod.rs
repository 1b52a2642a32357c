//! The three learning tasks.

mod bought_together;
mod in_sequence;
mod next_basket;
mod next_item;
mod session_counter;

pub(super) use bought_together::BoughtTogether;
pub(super) use next_basket::NextBasket;
pub(super) use next_item::NextItem;
