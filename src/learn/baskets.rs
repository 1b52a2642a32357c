//! Baskets of items bought together: the purchases of each session.

use crate::EventKind;
use crate::events::Sessions;

/// Distinct items of a basket that are counted, the first ones; larger baskets are a retailer's, not a shopper's.
pub(super) const MAX_BASKET_ITEMS: usize = 100;

/// Events that make a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasketSource {
    /// The purchases of a session; a log without purchases has no baskets.
    Purchases,
    /// No events: no table of items bought together is learnt.
    None,
}

/// Returns the distinct purchased items of each session with at least two of them, and the ages of those sessions;
/// `None` without such a session.
pub(super) fn baskets(sessions: &Sessions, ages: &[f64], source: BasketSource) -> Option<(Sessions, Vec<f64>)> {
    if source == BasketSource::None || !sessions.kinds.contains(&EventKind::Purchase) {
        return None;
    }
    let mut baskets = Sessions::new(sessions.has_shoppers);
    let mut basket_ages = Vec::new();
    let mut basket = Vec::new();
    for (session, &age) in ages.iter().enumerate() {
        basket.clear();
        for (&item, &kind) in sessions.items_of(session).iter().zip(sessions.kinds_of(session)) {
            if kind == EventKind::Purchase && basket.len() < MAX_BASKET_ITEMS && !basket.contains(&item) {
                basket.push(item);
            }
        }
        if basket.len() >= 2 {
            let purchases = basket.iter().map(|&item| (item, EventKind::Purchase));
            baskets.push(purchases, sessions.shoppers[session], sessions.end_ms.get(session).copied());
            basket_ages.push(age);
        }
    }
    (!baskets.is_empty()).then_some((baskets, basket_ages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ItemIx;

    #[test]
    fn a_basket_has_each_purchased_item_once() {
        use EventKind::{Purchase, View};
        let mut sessions = Sessions::new(true);
        sessions.push(
            [(ItemIx(1), Purchase), (ItemIx(2), Purchase), (ItemIx(1), Purchase), (ItemIx(3), View)],
            9,
            None,
        );
        sessions.push([(ItemIx(4), Purchase), (ItemIx(5), View)], 9, None);
        let (baskets, ages) = baskets(&sessions, &[1.0, 0.0], BasketSource::Purchases).unwrap();
        assert_eq!(baskets.items, [ItemIx(1), ItemIx(2)]);
        assert_eq!((baskets.len(), ages), (1, vec![1.0]));
    }
}
