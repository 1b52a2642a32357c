//! Histories in shop ids, as the ranker wants them.

use clap::ValueEnum;
use vicino::model::Model;
use vicino::rank::HistoryEvent;
use vicino::{EventKind, ItemIx};

/// A kind of event on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The item's page was looked at
    View,
    /// The item went into the cart
    Cart,
    /// The item was bought
    Purchase,
}

impl From<Kind> for EventKind {
    fn from(kind: Kind) -> EventKind {
        match kind {
            Kind::View => EventKind::View,
            Kind::Cart => EventKind::Cart,
            Kind::Purchase => EventKind::Purchase,
        }
    }
}

/// The events of the known `ids` (oldest first), newest first, and the ids that the model does not know.
pub fn history<'i>(
    model: &Model,
    ids: impl IntoIterator<Item = &'i str>,
    kind: EventKind,
) -> (Vec<HistoryEvent>, Vec<&'i str>) {
    let (mut events, mut unknown) = (Vec::new(), Vec::new());
    for id in ids {
        match model.number(id) {
            Some(item) => events.push(HistoryEvent { item, kind }),
            None => unknown.push(id),
        }
    }
    events.reverse();
    (events, unknown)
}

/// The ids of a model's items and of their variants.
pub fn all_ids(model: &Model) -> impl Iterator<Item = &str> {
    let num_variants = model.variants.as_ref().map_or(0, vicino::model::Variants::len);
    (0..(model.num_items() + num_variants) as u32).map(|number| model.id(ItemIx(number)))
}
