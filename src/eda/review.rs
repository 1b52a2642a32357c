//! Neighbours of a model that a person should look at: the most surprising and the most doubtful ones.
//!
//! Owns the choice and the evidence beside it, counted from the log: sessions with both products, and how many times as
//! often that is as by chance. Judges nothing: a surprise may be what a shop lives on, or a mistake in its ids.

use std::collections::HashSet;

use super::figure::Grid;
use super::format::{number, thousands};
use crate::ItemIx;
use crate::catalog::{Catalog, Product};
use crate::events::{EventLog, Sessions};
use crate::model::{Model, Relation};

/// Events below which a product's neighbours are doubtful anyway.
const LEAST_EVENTS: usize = 20;
/// Neighbours of a product that are looked at.
const BEST: usize = 3;
/// Sessions from which on a pair is no chance.
const LEAST_SUPPORT: usize = 5;
/// Pairs in a list.
const LISTED: usize = 25;

/// Neighbours for a person to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Pairs with good evidence of products that are not alike; the most lifted first.
    pub surprising: Grid,
    /// Best neighbours of much used products that hardly any session speaks for; the least spoken for first.
    pub doubtful: Grid,
}

/// A product and one of its best neighbours.
struct Pair {
    from: usize,
    to: usize,
    /// 1 for the best neighbour.
    rank: usize,
    support: usize,
    lift: f64,
}

/// Looks at the best neighbours, for what comes next (or what is bought together), of every product with at least
/// twenty sessions.
///
/// Takes `O(n log n)` for `n` events and the sessions of both products for each pair.
pub fn review(model: &Model, log: &EventLog, catalog: Option<&Catalog>) -> Review {
    let mut found = Review {
        surprising: Grid::new(&["product", "neighbour", "rank", "sessions with both", "times as often as by chance"]),
        doubtful: Grid::new(&["product", "its sessions", "neighbour", "rank", "sessions with both", "resting on"]),
    };
    let Some(table) = model.table(Relation::Next).or_else(|| model.table(Relation::Together)) else { return found };
    let sessions_of = index(&log.sessions, log.item_ids.len());
    let of_log: Vec<Option<usize>> = {
        let mut numbers = vec![None; model.num_items()];
        for (at, id) in log.item_ids.iter().enumerate() {
            if let Some(number) = model.items.item(id).and_then(|item| numbers.get_mut(item.as_usize())) {
                *number = Some(at);
            }
        }
        numbers
    };
    let num_sessions = log.sessions.len() as f64;
    let mut pairs = Vec::new();
    for (item, from) in (0..).map(ItemIx).zip(&of_log) {
        let Some(from) = *from else { continue };
        if sessions_of.of(from).len() < LEAST_EVENTS {
            continue;
        }
        let row = table.row(item);
        let mut best: Vec<(f32, ItemIx)> =
            row.items.iter().zip(row.codes).map(|(&other, &code)| (row.weight_in_row(code), other)).collect();
        best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (rank, (_, other)) in (1..).zip(best.into_iter().take(BEST)) {
            let Some(&Some(to)) = of_log.get(other.as_usize()) else { continue };
            let (of_from, of_to) = (sessions_of.of(from), sessions_of.of(to));
            let support = num_common(of_from, of_to);
            let lift = support as f64 * num_sessions / (of_from.len() as f64 * of_to.len().max(1) as f64);
            pairs.push(Pair { from, to, rank, support, lift });
        }
    }
    let product = |at: usize| catalog.and_then(|catalog| catalog.product(log.item_ids.get(at)?));
    let name = |at: usize| {
        let id = log.item_ids.get(at).map_or("", String::as_str);
        let title = product(at).and_then(|product| product.title.as_deref().or(product.category.as_deref()));
        title.map_or_else(|| id.to_owned(), |title| format!("{title} ({id})"))
    };

    let mut surprising: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| pair.support >= LEAST_SUPPORT)
        .filter(|pair| catalog.is_none() || !are_alike(product(pair.from), product(pair.to)))
        .collect();
    surprising.sort_by(|a, b| b.lift.total_cmp(&a.lift).then((a.from, a.to).cmp(&(b.from, b.to))));
    let mut listed = HashSet::new();
    for pair in surprising
        .into_iter()
        .filter(|pair| listed.insert((pair.from.min(pair.to), pair.from.max(pair.to))))
        .take(LISTED)
    {
        found.surprising.row([
            name(pair.from),
            name(pair.to),
            pair.rank.to_string(),
            thousands(pair.support as u64),
            number(pair.lift),
        ]);
    }

    let mut doubtful: Vec<&Pair> = pairs.iter().filter(|pair| pair.support < LEAST_SUPPORT).collect();
    doubtful.sort_by_key(|pair| {
        (pair.rank, pair.support, std::cmp::Reverse(sessions_of.of(pair.from).len()), pair.from, pair.to)
    });
    for pair in doubtful.into_iter().take(LISTED) {
        let rests_on = match pair.support {
            0 => "other products between the two, the shopper's next orders, or alike content",
            1 => "one session",
            _ => "a few sessions",
        };
        let sessions = thousands(sessions_of.of(pair.from).len() as u64);
        let support = thousands(pair.support as u64);
        found.doubtful.row([
            name(pair.from),
            sessions,
            name(pair.to),
            pair.rank.to_string(),
            support,
            rests_on.to_owned(),
        ]);
    }
    found
}

/// Returns true if two products share a category, a brand or a word of their titles, or if one of them is not known.
fn are_alike(one: Option<&Product>, other: Option<&Product>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let words = |title: &Option<String>| -> HashSet<String> {
        let words = title.as_deref().unwrap_or("").split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| word.chars().count() >= 4).map(str::to_lowercase).collect()
    };
    same(&one.category, &other.category)
        || same(&one.brand, &other.brand)
        || !words(&one.title).is_disjoint(&words(&other.title))
}

/// The sessions of each item, ascending.
struct Index {
    offsets: Vec<usize>,
    sessions: Vec<u32>,
}

impl Index {
    fn of(&self, item: usize) -> &[u32] {
        match (self.offsets.get(item), self.offsets.get(item + 1)) {
            (Some(&start), Some(&end)) => &self.sessions[start..end],
            _ => &[],
        }
    }
}

fn index(sessions: &Sessions, num_items: usize) -> Index {
    let mut pairs: Vec<(u32, u32)> = (0..sessions.len())
        .flat_map(|session| sessions.items_of(session).iter().map(move |item| (item.0, session as u32)))
        .collect();
    rayon::slice::ParallelSliceMut::par_sort_unstable(&mut pairs[..]);
    pairs.dedup();
    let mut offsets = vec![0; num_items + 1];
    for (item, _) in &pairs {
        offsets[*item as usize + 1] += 1;
    }
    for item in 0..num_items {
        offsets[item + 1] += offsets[item];
    }
    Index { offsets, sessions: pairs.into_iter().map(|(_, session)| session).collect() }
}

/// Counts the numbers that two ascending lists share; walks the shorter and looks into the longer.
fn num_common(a: &[u32], b: &[u32]) -> usize {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().filter(|number| many.binary_search(number).is_ok()).count()
}
