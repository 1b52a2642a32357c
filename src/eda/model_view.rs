//! A model for people to look into: its sections, hyperparameters, neighbours, and a map of its items.

use std::cmp::Reverse;

use serde::Serialize;

use super::figure::{Axis, Bar, Chart, Figure, Grid, Series};
use super::layout;
use crate::ItemIx;
use crate::model::{self, Model, ModelError, Relation};
use crate::rank::{Options, Ranker};

/// Most neighbours of an item.
const MOST_NEIGHBOURS: usize = 20;

/// Number of heaviest links of an item that the map is drawn from.
const MAP_LINKS: usize = 12;

/// An opened model, to look into.
pub struct ModelView {
    model: Model,
    num_bytes: usize,
    content_hash: u64,
    sections: Vec<model::Section>,
    ranker: Ranker,
}

/// All of a model but its items.
#[derive(Serialize)]
pub struct Description {
    /// Name and value.
    pub about: Grid,
    /// Number of items.
    pub num_items: usize,
    /// Sentences on what the file can tell of a shopper.
    pub privacy: Vec<String>,
    /// Measurements on held-out events: name and value.
    pub measured: Grid,
    /// Hyperparameters of learning and ranking: name and value.
    pub constants: Grid,
    /// The figures that the model has the data for.
    pub figures: Vec<Figure>,
}

/// An item of a model.
#[derive(Debug, PartialEq, Serialize)]
pub struct Item<'a> {
    /// Its dense number.
    pub item: u32,
    /// The shop's id.
    pub id: &'a str,
    /// Its category, if the model has categories.
    pub category: Option<&'a str>,
}

/// A neighbour of an item.
#[derive(Debug, PartialEq, Serialize)]
pub struct Neighbour<'a> {
    /// The neighbour.
    #[serde(flatten)]
    pub item: Item<'a>,
    /// The score that ranking adds for it.
    pub weight: f32,
    /// The part of the score that is in the file; the rest comes from neighbours of neighbours.
    pub direct: f32,
}

/// The heaviest neighbours of an item in one table.
#[derive(Debug, PartialEq, Serialize)]
pub struct Neighbours<'a> {
    /// The name of the table's relation.
    pub relation: &'static str,
    /// The neighbours, the heaviest first.
    pub items: Vec<Neighbour<'a>>,
}

/// A place on the map of a model.
#[derive(Debug, PartialEq, Serialize)]
pub struct Place<'a> {
    /// The shop's id of the item.
    pub id: &'a str,
    /// To the right, `0..=1`.
    pub x: f32,
    /// Downwards, `0..=1`.
    pub y: f32,
    /// Position in [`Map::categories`].
    pub category: Option<u16>,
}

/// Items in the plane: neighbours lie close to each other.
#[derive(Debug, PartialEq, Serialize)]
pub struct Map<'a> {
    /// The items.
    pub places: Vec<Place<'a>>,
    /// Names of the categories.
    pub categories: &'a [String],
}

impl ModelView {
    /// Opens a model.
    ///
    /// # Errors
    /// The bytes are no model that this version reads.
    pub fn open(bytes: &[u8]) -> Result<ModelView, ModelError> {
        let model = Model::open(bytes)?;
        let (content_hash, sections) = (model::content_hash(bytes)?, model::sections(bytes)?);
        let ranker = Ranker::new(&model);
        Ok(ModelView { model, num_bytes: bytes.len(), content_hash, sections, ranker })
    }

    /// Describes all but the items.
    pub fn describe(&self) -> Description {
        Description {
            about: self.about(),
            num_items: self.model.num_items(),
            privacy: self.privacy(),
            measured: grid(["measure", "value"], self.model.measurements.iter().map(|one| (&*one.name, one.value))),
            constants: self.constants(),
            figures: [Some(self.section_sizes()), self.tuning()].into_iter().flatten().collect(),
        }
    }

    /// Finds the items whose id or category contains a text, at most `most`: first those whose id begins with it, then
    /// the popular ones. Without a text the popular items.
    pub fn search(&self, text: &str, most: usize) -> Vec<Item<'_>> {
        let text = text.trim().to_lowercase();
        let rank = |item: ItemIx| {
            let id = self.model.items.id(item).to_lowercase();
            let rank = if id == text {
                0
            } else if id.starts_with(&text) {
                1
            } else if id.contains(&text) {
                2
            } else if self.model.category_of(item).is_some_and(|category| category.to_lowercase().contains(&text)) {
                3
            } else {
                return None;
            };
            Some((rank, Reverse(self.popularity(item)), item))
        };
        let mut found: Vec<_> = self.items().filter_map(rank).collect();
        found.sort_unstable();
        found.truncate(most);
        found.into_iter().map(|(.., item)| self.item(item)).collect()
    }

    /// Finds the item with an id.
    pub fn find(&self, id: &str) -> Option<Item<'_>> {
        self.model.items.item(id).map(|item| self.item(item))
    }

    /// Ranks the heaviest neighbours of an item in each table; empty lists for a number without an item.
    pub fn neighbours(&mut self, item: u32) -> Vec<Neighbours<'_>> {
        let item = ItemIx(item);
        let options = Options { k: MOST_NEIGHBOURS, explain: true, ..Options::default() };
        let ModelView { model, ranker, .. } = self;
        let of_shoppers = model.tables.iter().filter(|(relation, _)| *relation != Relation::Similar);
        let lists = of_shoppers.map(|(relation, table)| {
            let ranked = match relation {
                _ if item.as_usize() >= model.num_items() => Vec::new(),
                Relation::Next => ranker.related(model, item, &options, &mut |_| true),
                Relation::Together | Relation::Similar => {
                    ranker.bought_together(model, &[item], &options, &mut |_| true)
                }
            };
            let row = table.row(item);
            // Lists are filled up with popular items, which have no reason.
            let neighbours = ranked.iter().filter(|ranked| !ranked.reasons.is_empty());
            let listed = neighbours.map(|ranked| Neighbour {
                item: item_of(model, ranked.item),
                weight: ranked.score,
                direct: row.weight_of(ranked.item).min(ranked.score),
            });
            Neighbours { relation: relation.key(), items: listed.collect() }
        });
        lists.collect()
    }

    /// Places the most popular items, at most `most`, so that neighbours lie close to each other.
    pub fn map(&self, most: usize) -> Map<'_> {
        let mut items: Vec<ItemIx> = self.items().collect();
        items.sort_by_key(|&item| (Reverse(self.popularity(item)), item));
        items.truncate(most);
        let mut node_of = vec![u32::MAX; self.model.num_items()];
        for (node, item) in (0..).zip(&items) {
            if let Some(slot) = node_of.get_mut(item.as_usize()) {
                *slot = node;
            }
        }
        let mut links = Vec::new();
        if let Some((_, table)) = self.model.tables.first() {
            for (node, &item) in (0..).zip(&items) {
                let row = table.row(item);
                let mut neighbours: Vec<(f32, u32)> = row
                    .items
                    .iter()
                    .filter_map(|&other| {
                        let node = *node_of.get(other.as_usize())?;
                        (node != u32::MAX).then(|| (row.weight_of(other), node))
                    })
                    .collect();
                neighbours.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                links.extend(neighbours.iter().take(MAP_LINKS).map(|&(weight, other)| (node, other, weight)));
            }
        }
        let categories = self.model.categories.as_ref();
        let category = |item: ItemIx| {
            categories.and_then(|categories| *categories.of_item.get(item.as_usize())?).map(|number| number.0)
        };
        let places = items.iter().zip(layout::places(items.len(), &links)).filter_map(|(&item, place)| {
            place.map(|[x, y]| Place { id: self.model.items.id(item), x, y, category: category(item) })
        });
        Map { places: places.collect(), categories: categories.map_or(&[], |categories| &categories.names) }
    }
}

impl ModelView {
    fn items(&self) -> impl Iterator<Item = ItemIx> {
        (0..self.model.num_items() as u32).map(ItemIx)
    }

    fn popularity(&self, item: ItemIx) -> u8 {
        self.model.popularity.get(item.as_usize()).copied().unwrap_or(0)
    }

    fn item(&self, item: ItemIx) -> Item<'_> {
        item_of(&self.model, item)
    }

    fn about(&self) -> Grid {
        let Model { about, categories, tables, .. } = &self.model;
        let mut grid = Grid::new(&["what", "value"]);
        grid.row(["bytes".to_owned(), self.num_bytes.to_string()]);
        grid.row(["products".to_owned(), self.model.num_items().to_string()]);
        if let Some(categories) = categories {
            grid.row(["categories".to_owned(), categories.names.len().to_string()]);
        }
        for (relation, table) in tables {
            grid.row([format!("neighbours, {}", relation.key()), table.num_edges().to_string()]);
        }
        for (name, number) in
            [("events", about.num_events), ("sessions", about.num_sessions), ("shoppers", about.num_shoppers)]
        {
            if number > 0 {
                grid.row([name.to_owned(), number.to_string()]);
            }
        }
        if about.newest_event_ms != 0
            && let Ok(time) = jiff::Timestamp::from_millisecond(about.newest_event_ms)
        {
            grid.row(["newest event".to_owned(), time.to_string()]);
        }
        grid.row(["trained by".to_owned(), format!("vicino {}", about.trainer_version)]);
        grid.row(["content hash".to_owned(), format!("{:016x}", self.content_hash)]);
        grid.row(["seed".to_owned(), about.seed.to_string()]);
        grid
    }

    fn privacy(&self) -> Vec<String> {
        let privacy = &self.model.privacy;
        let whom =
            if privacy.by_shopper { "distinct shoppers" } else { "distinct sessions (the log names no shoppers)" };
        vec![
            format!("A pair of products counts from {} {whom} on.", privacy.min_shoppers),
            format!(
                "{} pairs were counted, {} were below that and left out.",
                privacy.pairs_kept, privacy.pairs_removed
            ),
            "The file holds products, weights between them and sums; nothing of a single shopper.".to_owned(),
        ]
    }

    fn constants(&self) -> Grid {
        let Model { ranking, about, .. } = &self.model;
        let [view, cart, purchase] = ranking.event_weights.map(f64::from);
        let of_ranking = [
            ("ranking: history positions that count", ranking.decay.len() as f64),
            ("ranking: weight of a view", view),
            ("ranking: weight of a cart", cart),
            ("ranking: weight of a purchase", purchase),
        ];
        let learnt = about.hyperparameters.iter().map(|(name, value)| (name.as_str(), *value));
        grid(["constant", "value"], of_ranking.into_iter().chain(learnt))
    }

    fn section_sizes(&self) -> Figure {
        let mut table = Grid::new(&["section", "bytes", "share"]);
        let mut bars = Vec::new();
        let mut sections: Vec<_> = self.sections.iter().collect();
        sections.sort_by_key(|section| Reverse(section.num_bytes));
        for section in sections {
            let share = section.num_bytes as f64 / self.num_bytes.max(1) as f64;
            let note = format!("{:.1} %", share * 100.0);
            table.row([section.name.to_owned(), section.num_bytes.to_string(), note.clone()]);
            bars.push(Bar { name: section.name.to_owned(), value: section.num_bytes as f64, note });
        }
        Figure {
            id: "sections".to_owned(),
            title: "What the file is made of".to_owned(),
            text: format!("Bytes of each section. All {} bytes are what a browser downloads once.", self.num_bytes),
            chart: Chart::Bars { x: Axis::linear("bytes"), bars },
            table,
        }
    }

    /// `None` for a model that was not tuned.
    fn tuning(&self) -> Option<Figure> {
        let curves = &self.model.about.curves;
        if curves.iter().all(|(_, points)| points.len() < 2) {
            return None;
        }
        let mut table = Grid::new(&["relation", "evaluations", "objective"]);
        let mut series = Vec::new();
        for (relation, points) in curves {
            let points = points.iter().map(|&(evaluations, objective)| (f64::from(evaluations), f64::from(objective)));
            let points: Vec<(f64, f64)> = points.collect();
            for (evaluations, objective) in &points {
                table.row([relation.key().to_owned(), evaluations.to_string(), shown(*objective)]);
            }
            series.extend(Series::of_search(relation.key(), &points));
        }
        Some(Figure {
            id: "tuning".to_owned(),
            title: "How far tuning came".to_owned(),
            text: "The objective on held-out sessions of the best constants so far in each part of the search, by \
                   evaluations. A part moves other constants and measures them on another table, so that the next line \
                   may begin lower."
                .to_owned(),
            chart: Chart::Lines {
                x: Axis::linear("evaluations"),
                y: Axis::linear("objective"),
                series,
                marks: Vec::new(),
            },
            table,
        })
    }
}

fn item_of(model: &Model, item: ItemIx) -> Item<'_> {
    Item { item: item.0, id: model.items.id(item), category: model.category_of(item) }
}

fn grid<'a>(head: [&str; 2], rows: impl Iterator<Item = (&'a str, f64)>) -> Grid {
    let mut grid = Grid::new(&head);
    for (name, value) in rows {
        grid.row([name.to_owned(), shown(value)]);
    }
    grid
}

/// A number with four digits that count, whole ones with all.
fn shown(value: f64) -> String {
    if value.fract() == 0.0 {
        return value.to_string();
    }
    let digits = (3 - libm::log10(value.abs()).floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
