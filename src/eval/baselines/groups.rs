//! Sessions and shoppers as groups of distinct items.

use crate::ItemIx;
use crate::counts::Postings;
use crate::events::Sessions;

/// The items of each session, each once, in the order of first appearance.
pub(super) struct Distinct {
    pub(super) offsets: Vec<usize>,
    pub(super) items: Vec<ItemIx>,
}

impl Distinct {
    pub(super) fn of(&self, group: usize) -> &[ItemIx] {
        &self.items[self.offsets[group]..self.offsets[group + 1]]
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }
}

pub(super) fn distinct(sessions: &Sessions) -> Distinct {
    let most = sessions.items.iter().max().map_or(0, |item| item.as_usize() + 1);
    let mut last = vec![u32::MAX; most];
    let mut found = Distinct { offsets: vec![0], items: Vec::with_capacity(sessions.items.len()) };
    for session in 0..sessions.len() {
        for &item in sessions.items_of(session) {
            if std::mem::replace(&mut last[item.as_usize()], session as u32) != session as u32 {
                found.items.push(item);
            }
        }
        found.offsets.push(found.items.len());
    }
    found
}

/// Groups the numbers of the groups (sessions or shoppers) by item, ascending.
pub(super) fn groups_by_item(groups: &Distinct, num_items: usize) -> Postings {
    let of_group = |group| groups.of(group).iter().map(move |&item| (item, group as u32));
    Postings::new(num_items, groups.items.iter(), (0..groups.len()).flat_map(of_group))
}

/// Returns at most `most` groups of an item, the last ones, ascending; none for an unknown item.
pub(super) fn last_groups(postings: &Postings, item: ItemIx, most: usize) -> &[u32] {
    if item.as_usize() >= postings.num_items() {
        return &[];
    }
    let groups = postings.of(item);
    &groups[groups.len().saturating_sub(most)..]
}
