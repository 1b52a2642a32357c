//! Which sections make up a model's file, and in which order they are written.

use super::bytes::{Expected, Fault, Problem, Reader};
use super::codec;
#[cfg(feature = "read")]
use super::codec::TableBytes;
use super::container::{self, Container, Content, Section};
use super::image::Restoring;
use super::{About, Dictionary, Model, ModelError, Neighbours, Purpose, about, items, priors, times};
use std::collections::VecDeque;

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
/// Plus the number of the purpose.
const NEIGHBOURS: u16 = 0x100;

impl Purpose {
    /// Every purpose, in the order of their numbers.
    pub const ALL: [Purpose; 3] = [Purpose::Next, Purpose::Together, Purpose::Similar];

    /// The name of its section.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::Next => "neighbours/next",
            Purpose::Together => "neighbours/together",
            Purpose::Similar => "neighbours/similar",
        }
    }

    /// Its short name: `next`, `together` or `similar`.
    pub const fn key(self) -> &'static str {
        match self {
            Purpose::Next => "next",
            Purpose::Together => "together",
            Purpose::Similar => "similar",
        }
    }

    const fn section_id(self) -> u16 {
        NEIGHBOURS + self as u16
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
        _ => Purpose::ALL.into_iter().find(|of| of.section_id() == id).map_or("unknown", Purpose::name),
    }
}

/// Runs two jobs that do not know of each other; whoever has threads may run them at the same time.
pub trait Join {
    /// What each of the jobs gives.
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B);
}

/// One job after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct InTurn;

impl Join for InTurn {
    fn join<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        (one(), other())
    }
}

impl Model {
    /// The first table that every reader knows: ids and popularity are coded with its help.
    fn first_table(&self) -> Option<&Neighbours> {
        self.tables.first().filter(|(of, _)| *of != Purpose::Similar).map(|(_, table)| table)
    }

    /// The classes of the first table, which say much about popularity; none if there is no such table.
    fn classes(&self) -> &[u8] {
        self.first_table().map_or(&[], |table| &table.classes)
    }

    /// Opens a model from the bytes of its file.
    ///
    /// `O(bytes)`; allocates at most 4 kB for each byte of the file, and 32 MB.
    ///
    /// # Errors
    /// See [`ModelError`]; every changed bit and every missing byte is noticed.
    pub fn open(bytes: &[u8]) -> Result<Model, ModelError> {
        let mut opening = Opening::new(bytes)?;
        while !opening.advance(usize::MAX)? {}
        Ok(opening.into_model())
    }

    /// The bytes of the model's file: the same for equal models, always.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] as [`validate`](Model::validate) says, or if the file would have 4 GiB or more.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        self.to_bytes_with(&InTurn)
    }

    /// As [`to_bytes`](Model::to_bytes), the very same bytes, with the ids and the tables each a job for `jobs`.
    ///
    /// # Errors
    /// As [`to_bytes`](Model::to_bytes).
    pub fn to_bytes_with(&self, jobs: &(impl Join + Sync)) -> Result<Vec<u8>, ModelError> {
        self.validate()?;
        let (items, tables) = jobs.join(
            || items::write(&self.items, self.first_table(), jobs),
            || self.tables.iter().map(|(_, table)| codec::write(table, jobs)).collect::<Vec<_>>(),
        );
        let mut sections = vec![
            required(ABOUT, about::write_about(&self.about)),
            required(RANKING, about::write_ranking(&self.ranking)),
            required(ITEMS, items),
            required(POPULARITY, priors::write_popularity(&self.popularity, self.classes())),
        ];
        if let Some(categories) = &self.categories {
            sections.push(Content { id: CATEGORIES, optional: true, body: priors::write_categories(categories) });
        }
        sections.push(required(PRIVACY, about::write_privacy(&self.privacy)));
        if !self.measurements.is_empty() {
            let body = about::write_measurements(&self.measurements);
            sections.push(Content { id: MEASUREMENTS, optional: true, body });
        }
        #[cfg(feature = "read")]
        if !self.about.curves.is_empty() {
            let body = about::write_curves(&self.about.curves);
            sections.push(Content { id: TUNING, optional: true, body });
        }
        if !self.trends.is_empty() {
            sections.push(Content { id: TRENDS, optional: true, body: times::write_trends(&self.trends) });
        }
        if !self.replenishment.is_empty() || !self.category_replenishment.is_empty() {
            let body = times::write_replenishment(&self.replenishment, &self.category_replenishment);
            sections.push(Content { id: REPLENISHMENT, optional: true, body });
        }
        sections.extend(self.tables.iter().zip(tables).map(|((of, _), body)| Content {
            id: of.section_id(),
            optional: *of == Purpose::Similar,
            body,
        }));
        container::write(&sections).map_err(|num_bytes| ModelError::Invalid {
            part: "file",
            at: 0,
            what: "length",
            found: num_bytes,
            expected: Expected::AtMost(u32::MAX.into()),
        })
    }
}

/// The sections of a model's file, in file order, after all checks that need no section's content.
///
/// # Errors
/// As [`Model::open`].
pub fn sections(bytes: &[u8]) -> Result<Vec<Section>, ModelError> {
    Ok(open_container(bytes)?.sections)
}

/// What the parts of each neighbour table take, by purpose.
///
/// # Errors
/// As [`Model::open`].
#[cfg(feature = "read")]
pub fn table_bytes(bytes: &[u8]) -> Result<Vec<(Purpose, TableBytes)>, ModelError> {
    let file = open_container(bytes)?;
    let items = file.section(ITEMS).ok_or(ModelError::Missing { section: name_of(ITEMS) })?;
    let num_items = items::num_items(&Reader::new(file.body(items)))
        .map_err(|fault| ModelError::in_section(items.name, items.offset, fault))?;
    let mut tables = Vec::new();
    for purpose in Purpose::ALL {
        if let Some(section) = file.section(purpose.section_id()) {
            let mut from = Reader::new(file.body(section));
            tables.push((
                purpose,
                codec::measure(&mut from, num_items)
                    .map_err(|fault| ModelError::in_section(section.name, section.offset, fault))?,
            ));
        }
    }
    Ok(tables)
}

/// A fingerprint of a model's file, for caches: changes with the content. Not for security.
///
/// # Errors
/// As [`Model::open`], but for what stands inside the sections.
pub fn content_hash(bytes: &[u8]) -> Result<u64, ModelError> {
    Ok(open_container(bytes)?.content_hash())
}

/// The container, with every section known or optional.
fn open_container(bytes: &[u8]) -> Result<Container<'_>, ModelError> {
    let file = Container::open(bytes, name_of)?;
    match file.sections.iter().find(|section| section.name == name_of(u16::MAX) && !section.optional) {
        Some(section) => {
            Err(ModelError::Unsupported { section: section.name, what: "section", found: section.id.into() })
        }
        None => Ok(file),
    }
}

fn required(id: u16, body: Vec<u8>) -> Content {
    Content { id, optional: false, body }
}

/// A model that is being opened, in as many steps as the caller likes, so that a page stays responsive meanwhile.
pub struct Opening {
    pub(super) model: Model,
    /// Tables that are being read, with their sections' offsets.
    pub(super) tables: VecDeque<(Purpose, usize, codec::Reading)>,
    /// Ids that are being read, after the tables, with their section's offset.
    pub(super) items: Option<(usize, items::Reading)>,
    pub(super) num_items: usize,
    pub(super) content_hash: u64,
    /// Popularity that still needs the classes of the first table.
    popularity: Option<priors::Popularity>,
    /// An image that is being taken instead.
    pub(super) restoring: Option<Box<Restoring>>,
}

impl Opening {
    /// Checks the file and reads what is quickly read.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn new(bytes: &[u8]) -> Result<Opening, ModelError> {
        let mut sections = Sections { file: open_container(bytes)?, name: "", offset: 0 };
        sections.read().map_err(|fault| ModelError::in_section(sections.name, sections.offset, fault))
    }

    /// Reads on for about `num_decisions` decisions of the entropy coder, some 20 to 50 ns each; whether all is read.
    ///
    /// # Errors
    /// As [`Model::open`]. What is left then is no model; drop it.
    pub fn advance(&mut self, num_decisions: usize) -> Result<bool, ModelError> {
        if let Some((purpose, offset, reading)) = self.tables.front_mut() {
            let fault = |fault| ModelError::in_section(purpose.name(), *offset, fault);
            if reading.advance(num_decisions).map_err(fault)?
                && let Some((purpose, _, reading)) = self.tables.pop_front()
            {
                self.model.tables.push((purpose, reading.into_table()));
            }
            return Ok(false);
        }
        if let Some(popularity) = self.popularity.take() {
            self.model.popularity = popularity.with_classes(self.model.classes(), self.num_items);
        }
        let Some((offset, reading)) = &mut self.items else { return Ok(true) };
        let fault = |fault| ModelError::in_section(name_of(ITEMS), *offset, fault);
        let table = self.model.first_table();
        let is_done = reading.advance(table, num_decisions).map_err(fault)?;
        if is_done && let Some((_, reading)) = self.items.take() {
            self.model.items = reading.into_items();
        }
        Ok(is_done)
    }

    /// The model; whole once [`advance`](Opening::advance) has said that all is read.
    pub fn into_model(self) -> Model {
        self.model
    }
}

/// Reads one section after the other, and knows for the sake of errors which one it is at.
struct Sections<'a> {
    file: Container<'a>,
    name: &'static str,
    offset: usize,
}

impl<'a> Sections<'a> {
    fn read(&mut self) -> Result<Opening, Fault> {
        let num_items = items::num_items(&self.enter(ITEMS)?)?;
        let items = self.read_section(ITEMS, items::Reading::new)?;
        let items = Some((self.offset, items));
        let mut tables = VecDeque::new();
        for purpose in Purpose::ALL {
            let reading = self.read_optional(purpose.section_id(), |from| codec::Reading::new(from, num_items))?;
            tables.extend(reading.map(|reading| (purpose, self.offset, reading)));
        }
        let categories = self.read_optional(CATEGORIES, |from| priors::read_categories(from, num_items))?;
        let num_categories = categories.as_ref().map_or(0, |categories| categories.names.len());
        let (replenishment, category_replenishment) = self
            .read_optional(REPLENISHMENT, |from| times::read_replenishment(from, num_items, num_categories))?
            .unwrap_or_default();
        let model = Model {
            items: Dictionary::default(),
            tables: Vec::new(),
            popularity: Vec::new(),
            ranking: self.read_section(RANKING, about::read_ranking)?,
            categories,
            trends: self.read_optional(TRENDS, |from| times::read_trends(from, num_items))?.unwrap_or_default(),
            replenishment,
            category_replenishment,
            about: self.read_about()?,
            privacy: self.read_section(PRIVACY, about::read_privacy)?,
            measurements: self.read_optional(MEASUREMENTS, about::read_measurements)?.unwrap_or_default(),
        };
        let popularity = Some(self.read_section(POPULARITY, |from| priors::read_popularity(from, num_items))?);
        Ok(Opening {
            model,
            tables,
            items,
            num_items,
            content_hash: self.file.content_hash(),
            popularity,
            restoring: None,
        })
    }

    fn read_about(&mut self) -> Result<About, Fault> {
        #[cfg_attr(not(feature = "read"), expect(unused_mut, reason = "browsers step over the course of tuning"))]
        let mut about = self.read_section(ABOUT, about::read_about)?;
        #[cfg(feature = "read")]
        {
            about.curves = self.read_optional(TUNING, about::read_curves)?.unwrap_or_default();
        }
        Ok(about)
    }

    /// Reads a section to its last byte.
    fn read_section<T>(
        &mut self,
        id: u16,
        content: impl FnOnce(&mut Reader<'a>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut from = self.enter(id)?;
        let value = content(&mut from)?;
        from.end()?;
        Ok(value)
    }

    /// Reads a section that may not be there.
    fn read_optional<T>(
        &mut self,
        id: u16,
        content: impl FnOnce(&mut Reader<'a>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match self.file.section(id) {
            Some(_) => self.read_section(id, content).map(Some),
            None => Ok(None),
        }
    }

    fn enter(&mut self, id: u16) -> Result<Reader<'a>, Fault> {
        (self.name, self.offset) = (name_of(id), 0);
        let section = self.file.section(id).ok_or_else(|| Box::new(Problem::Missing))?;
        self.offset = section.offset;
        Ok(Reader::new(self.file.body(section)))
    }
}
