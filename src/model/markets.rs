//! Markets of a shop: the items that each has, and how popular they are there.

use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::times::{List, fold, read_lists, unfold, write_lists};
use super::{Model, ModelError, Table};
use crate::ItemIx;

/// The items of one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The shop's name of the market, for instance a country.
    pub name: String,
    /// The items that the market has, ascending, each with its level in the scale of [`Model::popularity`].
    pub items: Vec<(ItemIx, u8)>,
}

impl<T: Table> Model<T> {
    /// Makes the model that of a market: its popularity, and no items but its own. Returns false if there is no such
    /// market.
    pub fn set_market(&mut self, name: &str) -> bool {
        let Some(market) = self.markets.iter().find(|market| market.name == name) else { return false };
        self.popularity.fill(0);
        self.unavailable = vec![true; self.popularity.len()];
        for &(item, level) in &market.items {
            if let (Some(to), Some(is_unavailable)) =
                (self.popularity.get_mut(item.as_usize()), self.unavailable.get_mut(item.as_usize()))
            {
                (*to, *is_unavailable) = (level, false);
            }
        }
        true
    }
}

/// Checks that names differ and that items ascend.
pub(super) fn validate(markets: &[Market], num_items: usize) -> Result<(), ModelError> {
    let invalid = |at: usize, what, found: usize, expected| {
        Err(ModelError::Invalid { part: "market", at: at as u64, what, found: found as u64, expected })
    };
    if markets.len() > usize::from(u8::MAX) {
        return invalid(0, "number of markets", markets.len(), Expected::AtMost(u8::MAX.into()));
    }
    for (at, market) in markets.iter().enumerate() {
        if markets.iter().take(at).any(|other| other.name == market.name) || market.name.len() > usize::from(u16::MAX) {
            return invalid(at, "its name", at, Expected::Text("one of its own, of at most 65,535 bytes"));
        }
        let mut least = 0;
        for &(item, _) in &market.items {
            if item.as_usize() < least || item.as_usize() >= num_items {
                return invalid(at, "an item", item.as_usize(), Expected::Text("ascending items of the model"));
            }
            least = item.as_usize() + 1;
        }
    }
    Ok(())
}

/// u8 markets, then u32 items and the name of each, then a list each of items and the difference of their levels from
/// those of the whole shop.
pub(super) fn write_markets(markets: &[Market], popularity: &[u8]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(markets.len() as u8);
    let mut lists: Vec<List> = Vec::new();
    for market in markets {
        to.u32(market.items.len() as u32);
        to.text(&market.name);
        let of = |&(item, level): &(ItemIx, u8)| {
            let usual = popularity.get(item.as_usize()).copied().unwrap_or(0);
            (item.0, fold(i32::from(level) - i32::from(usual)))
        };
        lists.push(market.items.iter().map(of).collect());
    }
    write_lists(&lists, &mut to);
    to.finish()
}

pub(super) fn read_markets(from: &mut Reader, popularity: &[u8]) -> Result<Vec<Market>, DecodeError> {
    let (mut markets, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..from.u8()? {
        sizes.push((from.u32()? as usize, popularity.len()));
        markets.push(Market { name: from.text()?.to_owned(), items: Vec::new() });
    }
    let at = from.clone();
    let mut is_sound = true;
    read_lists(from, &sizes, 2 * u32::from(u8::MAX), &mut |which, item, difference| {
        let usual = popularity.get(item as usize).copied().unwrap_or(0);
        let level = i32::from(usual) + unfold(difference);
        is_sound &= (0..256).contains(&level);
        if let Some(market) = markets.get_mut(which) {
            market.items.push((ItemIx(item), level as u8));
        }
    })?;
    if is_sound {
        return Ok(markets);
    }
    Err(at.fault("level of an item", 0, Expected::Text("0 to 255")))
}
