//! The sections of a model's file, and the order in which they are written.

use super::blocks::{self, Blocks, Place, TableHeader};
use super::bytes::{DecodeError, Expected, Reader};
use super::container::{self, Container, Content, Section};
use super::items::{most_items, read_classes, read_items, write_classes, write_items};
use super::variants::{Variants, read_variants, write_variants};
use super::{About, Model, ModelError, Privacy, RankingParameters, Relation, about, curated, markets, priors, times};
use std::sync::Arc;

const ABOUT: u16 = 1;
const RANKING: u16 = 2;
const ITEMS: u16 = 3;
const POPULARITY: u16 = 4;
const CATEGORIES: u16 = 5;
const PRIVACY: u16 = 6;
const MEASUREMENTS: u16 = 7;
const TUNING: u16 = 8;
const TRENDS: u16 = 9;
const REPLENISHMENT: u16 = 10;
const CLASSES: u16 = 11;
const VARIANTS: u16 = 12;
const CURATED: u16 = 13;
const MARKETS: u16 = 14;
/// Plus the number of the relation.
const NEIGHBOURS: u16 = 0x100;
/// Plus the number of the relation.
const BLOCKS: u16 = 0x200;

impl Relation {
    /// Every relation, in the order of their numbers.
    pub const ALL: [Relation; 3] = [Relation::Next, Relation::Together, Relation::Similar];

    /// The name of its section.
    pub const fn name(self) -> &'static str {
        match self {
            Relation::Next => "neighbours/next",
            Relation::Together => "neighbours/together",
            Relation::Similar => "neighbours/similar",
        }
    }

    /// The name of the section of its blocks.
    const fn name_of_blocks(self) -> &'static str {
        match self {
            Relation::Next => "blocks/next",
            Relation::Together => "blocks/together",
            Relation::Similar => "blocks/similar",
        }
    }

    /// Its short name: `next`, `together` or `similar`.
    pub const fn key(self) -> &'static str {
        match self {
            Relation::Next => "next",
            Relation::Together => "together",
            Relation::Similar => "similar",
        }
    }
}

fn name_of(id: u16) -> &'static str {
    match id {
        ABOUT => "about",
        RANKING => "ranking",
        ITEMS => "items",
        POPULARITY => "popularity",
        CATEGORIES => "categories",
        PRIVACY => "privacy",
        MEASUREMENTS => "measurements",
        TUNING => "tuning",
        TRENDS => "trends",
        REPLENISHMENT => "replenishment",
        CLASSES => "classes",
        VARIANTS => "variants",
        CURATED => "curated",
        MARKETS => "markets",
        _ => {
            for &relation in &Relation::ALL {
                if id == NEIGHBOURS + relation as u16 {
                    return relation.name();
                }
                if id == BLOCKS + relation as u16 {
                    return relation.name_of_blocks();
                }
            }
            UNKNOWN
        }
    }
}

const UNKNOWN: &str = "unknown";

/// Runs two jobs that do not know of each other; whoever has threads may run them at the same time.
pub trait Executor {
    /// Runs both jobs and gives their results.
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B);
}

/// One job after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl Executor for Sequential {
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        (one(), other())
    }
}

impl Model {
    /// Opens a model from the bytes of its file and reads all of it.
    ///
    /// `O(bytes)`; allocates at most 64 bytes for each byte of the file, and 8 MB.
    ///
    /// # Errors
    /// See [`ModelError`]; every changed bit and every missing byte is noticed.
    pub fn open(bytes: &[u8]) -> Result<Model, ModelError> {
        let opened = Model::open_blocks(bytes.to_vec())?;
        let mut tables = Vec::with_capacity(opened.tables.len());
        for (relation, table) in &opened.tables {
            tables.push((*relation, table.read_all()?));
        }
        Ok(Model {
            items: opened.items.read_all()?,
            variants: opened.variants.map(Variants::read_all).transpose()?,
            markets: opened.markets,
            unavailable: opened.unavailable,
            curated: opened.curated,
            tables,
            popularity: opened.popularity,
            ranking: opened.ranking,
            categories: opened.categories,
            trends: opened.trends,
            replenishment: opened.replenishment,
            category_replenishment: opened.category_replenishment,
            about: opened.about,
            privacy: opened.privacy,
            measurements: opened.measurements,
        })
    }

    /// The bytes of the model's file: the same for equal models, always.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] as [`validate`](Model::validate) says, or if the file would have 4 GiB or more.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        self.to_bytes_with(&Sequential)
    }

    /// As [`to_bytes`](Model::to_bytes), the very same bytes, with the ids and the tables each a job for `jobs`.
    ///
    /// # Errors
    /// As [`to_bytes`](Model::to_bytes).
    pub fn to_bytes_with(&self, jobs: &(impl Executor + Sync)) -> Result<Vec<u8>, ModelError> {
        self.validate()?;
        let (items, tables) = jobs.join(
            || write_items(&self.items),
            || self.tables.iter().map(|(_, table)| blocks::write(table, jobs)).collect::<Vec<_>>(),
        );
        let classes = self.classes();
        let section = |id, optional, body| Content { id, optional, body };
        // What a list needs first stands first, and blocks come last: a page could rank before they have all come.
        let mut sections = vec![
            section(ABOUT, false, about::write_about(&self.about)),
            section(PRIVACY, false, about::write_privacy(&self.privacy)),
            section(RANKING, false, about::write_ranking(&self.ranking)),
            section(CLASSES, false, write_classes(classes, self.num_items())),
            section(ITEMS, false, items?),
            section(POPULARITY, false, priors::write_popularity(&self.popularity, classes)),
        ];
        if let Some(variants) = &self.variants {
            sections.push(section(VARIANTS, true, write_variants(&self.items, variants)?));
        }
        if !self.markets.is_empty() {
            sections.push(section(MARKETS, true, markets::write_markets(&self.markets, &self.popularity)));
        }
        if !self.curated.is_empty() {
            sections.push(section(CURATED, true, curated::write_curated(&self.curated)));
        }
        if let Some(categories) = &self.categories {
            sections.push(section(CATEGORIES, true, priors::write_categories(categories)));
        }
        if !self.measurements.is_empty() {
            sections.push(section(MEASUREMENTS, true, about::write_measurements(&self.measurements)));
        }
        #[cfg(feature = "read")]
        if !self.about.curves.is_empty() {
            sections.push(section(TUNING, true, about::write_curves(&self.about.curves)));
        }
        if !self.trends.is_empty() {
            sections.push(section(TRENDS, true, times::write_trends(&self.trends)));
        }
        if !self.replenishment.is_empty() || !self.category_replenishment.is_empty() {
            let body = times::write_replenishment(&self.replenishment, &self.category_replenishment);
            sections.push(section(REPLENISHMENT, true, body));
        }
        let mut last = Vec::with_capacity(tables.len());
        for ((relation, _), table) in self.tables.iter().zip(tables) {
            let is_optional = *relation == Relation::Similar;
            sections.push(section(NEIGHBOURS + *relation as u16, is_optional, table.table));
            last.push(section(BLOCKS + *relation as u16, is_optional, table.blocks));
        }
        sections.append(&mut last);
        container::write(&sections).map_err(|num_bytes| ModelError::Invalid {
            part: "file",
            at: 0,
            what: "length",
            found: num_bytes,
            expected: Expected::AtMost(u32::MAX.into()),
        })
    }

    /// The class of each item, which all tables agree on; nothing without a table.
    fn classes(&self) -> &[u8] {
        self.tables.first().map_or(&[], |(_, table)| &table.classes)
    }
}

impl Model<Blocks> {
    /// Opens a model from its file and leaves its links in the file: blocks of them are read, by a
    /// [`Ranker`](crate::rank::Ranker), when a list needs them.
    ///
    /// `O(num_items)`, and a checksum of all bytes; allocates at most 64 bytes for each byte of the file, and 8 MB.
    ///
    /// # Errors
    /// See [`ModelError`]; every changed bit and every missing byte is noticed. A forged table may be noticed only when
    /// it is read.
    pub fn open_blocks(file: Vec<u8>) -> Result<Model<Blocks>, ModelError> {
        let file = Arc::new(file);
        let mut sections = Sections { file: open_container(&file)?, name: "", offset: 0 };
        sections.read(&file).map_err(|fault| fault.in_section(sections.name, sections.offset))
    }
}

/// The sections of a model's file, in file order, after all checks that need no section's content.
///
/// # Errors
/// As [`Model::open`].
pub fn sections(bytes: &[u8]) -> Result<Vec<Section>, ModelError> {
    Ok(open_container(bytes)?.sections)
}

/// Sizes of the parts of a neighbour table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableBytes {
    /// Number of links in the table.
    pub num_links: usize,
    /// Number of links between two blocks.
    pub num_between: usize,
    /// Levels of a weight.
    pub num_levels: usize,
    /// The least level with a direction; `num_levels` if there is none.
    pub first_directed: usize,
    /// Constants, fixed probabilities and lengths of blocks, which make the rest readable.
    pub head: usize,
    /// Links between blocks.
    pub between: usize,
    /// Links in blocks.
    pub blocks: usize,
}

/// Gives the sizes of the parts of each neighbour table, by relation.
///
/// # Errors
/// As [`Model::open`].
pub fn table_bytes(bytes: &[u8]) -> Result<Vec<(Relation, TableBytes)>, ModelError> {
    let model = Model::open_blocks(bytes.to_vec())?;
    model.tables.iter().map(|(relation, table)| Ok((*relation, table.measure()?))).collect()
}

/// A fingerprint of a model's file, for caches: changes with the content. Not for security.
///
/// # Errors
/// As [`Model::open`], but for what is inside the sections.
pub fn content_hash(bytes: &[u8]) -> Result<u64, ModelError> {
    Ok(open_container(bytes)?.content_hash())
}

/// The container, with every section known or optional.
fn open_container(bytes: &[u8]) -> Result<Container<'_>, ModelError> {
    let file = Container::open(bytes, name_of)?;
    match file.sections.iter().find(|section| section.name == UNKNOWN && !section.optional) {
        Some(section) => {
            Err(ModelError::Unsupported { section: section.name, what: "section", found: section.id.into() })
        }
        None => Ok(file),
    }
}

/// A reader of one section into a model whose classes are known.
type ReadSection = fn(&mut Model<Blocks>, &mut Reader, &[u8]) -> Result<(), DecodeError>;

/// Readers of each section but the items and the tables, in the order of reading; the flag marks sections that a model
/// may do without.
const READERS: &[(u16, bool, ReadSection)] = &[
    (RANKING, false, |to, from, _| {
        to.ranking = about::read_ranking(from)?;
        Ok(())
    }),
    (POPULARITY, false, |to, from, classes| {
        to.popularity = priors::read_popularity(from, classes)?;
        Ok(())
    }),
    (CATEGORIES, true, |to, from, classes| {
        to.categories = Some(priors::read_categories(from, classes.len())?);
        Ok(())
    }),
    (REPLENISHMENT, true, |to, from, classes| {
        let num_categories = to.categories.as_ref().map_or(0, |categories| categories.names.len());
        (to.replenishment, to.category_replenishment) = times::read_replenishment(from, classes.len(), num_categories)?;
        Ok(())
    }),
    (MARKETS, true, |to, from, _| {
        to.markets = markets::read_markets(from, &to.popularity)?;
        Ok(())
    }),
    (CURATED, true, |to, from, classes| {
        to.curated = curated::read_curated(from, classes.len())?;
        Ok(())
    }),
    (TRENDS, true, |to, from, classes| {
        to.trends = times::read_trends(from, classes.len())?;
        Ok(())
    }),
    (ABOUT, false, |to, from, _| {
        to.about = about::read_about(from)?;
        Ok(())
    }),
    // Browsers step over the course of tuning.
    #[cfg(feature = "read")]
    (TUNING, true, |to, from, _| {
        to.about.curves = about::read_curves(from)?;
        Ok(())
    }),
    (PRIVACY, false, |to, from, _| {
        to.privacy = about::read_privacy(from)?;
        Ok(())
    }),
    (MEASUREMENTS, true, |to, from, _| {
        to.measurements = about::read_measurements(from)?;
        Ok(())
    }),
];

/// Reads one section after the other, and knows for the sake of errors which one it is at.
struct Sections<'a> {
    file: Container<'a>,
    name: &'static str,
    offset: usize,
}

impl<'a> Sections<'a> {
    fn read(&mut self, file: &Arc<Vec<u8>>) -> Result<Model<Blocks>, DecodeError> {
        let most_items = most_items(self.enter(ITEMS)?.num_left());
        let mut from = self.enter(CLASSES)?;
        let classes = Arc::new(read_classes(&mut from, most_items)?);
        from.end()?;
        let mut from = self.enter(ITEMS)?;
        let items = read_items(&mut from, classes.len(), file, self.offset)?;
        from.end()?;
        let mut model = Model {
            items,
            variants: None,
            markets: Vec::new(),
            unavailable: Vec::new(),
            curated: Vec::new(),
            tables: Vec::new(),
            popularity: Vec::new(),
            ranking: RankingParameters::default(),
            categories: None,
            trends: Vec::new(),
            replenishment: Vec::new(),
            category_replenishment: Vec::new(),
            about: About::default(),
            privacy: Privacy::default(),
            measurements: Vec::new(),
        };
        for &(id, is_optional, read) in READERS {
            if is_optional && self.file.section(id).is_none() {
                continue;
            }
            let mut from = self.enter(id)?;
            read(&mut model, &mut from, &classes)?;
            from.end()?;
        }
        if self.file.section(VARIANTS).is_some() {
            let mut from = self.enter(VARIANTS)?;
            model.variants = Some(read_variants(&mut from, &model.items, file, self.offset)?);
            from.end()?;
        }
        for &relation in &Relation::ALL {
            let id = NEIGHBOURS + relation as u16;
            if self.file.section(id).is_none() {
                continue;
            }
            self.enter(BLOCKS + relation as u16)?;
            let blocks = self.place();
            let mut from = self.enter(id)?;
            let head = TableHeader::read(&mut from, classes.len())?;
            from.end()?;
            let table = Blocks::new(file.clone(), classes.clone(), head, self.place(), blocks);
            model.tables.push((relation, table));
        }
        Ok(model)
    }

    fn enter(&mut self, id: u16) -> Result<Reader<'a>, DecodeError> {
        (self.name, self.offset) = (name_of(id), 0);
        let section = self.file.section(id).ok_or_else(DecodeError::missing)?;
        self.offset = section.offset;
        Ok(Reader::new(self.file.body(section)))
    }

    /// Where the section that was entered is in the file.
    fn place(&self) -> Place {
        let num_bytes = self.file.sections.iter().find(|section| section.name == self.name);
        let num_bytes = num_bytes.map_or(0, |section| section.num_bytes);
        Place { name: self.name, start: self.offset, end: self.offset + num_bytes }
    }
}
