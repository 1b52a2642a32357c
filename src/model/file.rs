//! Which sections make up a model's file, and in which order they are written.

use super::bytes::{Expected, Fault, Problem, Reader};
use super::codec::{self, TableBytes};
use super::container::{self, Container, Content, Section};
use super::{Model, ModelError, Purpose, about, items, priors};

const ABOUT: u16 = 1;
const RANKING: u16 = 2;
const ITEMS: u16 = 3;
const POPULARITY: u16 = 4;
const CATEGORIES: u16 = 5;
const PRIVACY: u16 = 6;
const MEASUREMENTS: u16 = 7;
/// Plus the number of the purpose.
const NEIGHBOURS: u16 = 0x100;

impl Purpose {
    /// Every purpose, in the order of their numbers.
    pub const ALL: [Purpose; 2] = [Purpose::Next, Purpose::Together];

    /// The name of its section.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::Next => "neighbours/next",
            Purpose::Together => "neighbours/together",
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
        _ => Purpose::ALL.into_iter().find(|of| of.section_id() == id).map_or("unknown", Purpose::name),
    }
}

impl Model {
    /// Opens a model from the bytes of its file.
    ///
    /// `O(bytes)`; allocates at most 256 bytes for each byte of the file, and 1 MB.
    ///
    /// # Errors
    /// See [`ModelError`]; every changed bit and every missing byte is noticed.
    pub fn open(bytes: &[u8]) -> Result<Model, ModelError> {
        let mut sections = Sections { file: open_container(bytes)?, name: "", offset: 0 };
        sections.read_model().map_err(|fault| ModelError::in_section(sections.name, sections.offset, fault))
    }

    /// The bytes of the model's file: the same for equal models, always.
    ///
    /// # Errors
    /// [`ModelError::Invalid`] as [`validate`](Model::validate) says, or if the file would have 4 GiB or more.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        self.validate()?;
        let mut sections = vec![
            required(ABOUT, about::write_about(&self.about)),
            required(RANKING, about::write_ranking(&self.ranking)),
            required(ITEMS, items::write(&self.items)),
            required(POPULARITY, priors::write_popularity(&self.popularity)),
        ];
        if let Some(categories) = &self.categories {
            sections.push(Content { id: CATEGORIES, optional: true, body: priors::write_categories(categories) });
        }
        sections.push(required(PRIVACY, about::write_privacy(&self.privacy)));
        if !self.measurements.is_empty() {
            let body = about::write_measurements(&self.measurements);
            sections.push(Content { id: MEASUREMENTS, optional: true, body });
        }
        sections.extend(self.tables.iter().map(|(of, table)| required(of.section_id(), codec::write(table))));
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

/// What the parts of each neighbour table take, by purpose, without decoding them.
///
/// # Errors
/// As [`Model::open`].
pub fn table_bytes(bytes: &[u8]) -> Result<Vec<(Purpose, TableBytes)>, ModelError> {
    let file = open_container(bytes)?;
    let mut tables = Vec::new();
    for purpose in Purpose::ALL {
        if let Some(section) = file.section(purpose.section_id()) {
            let mut from = Reader::new(file.body(section));
            tables.push((
                purpose,
                codec::measure(&mut from)
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

/// Reads one section after the other, and knows for the sake of errors which one it is at.
struct Sections<'a> {
    file: Container<'a>,
    name: &'static str,
    offset: usize,
}

impl<'a> Sections<'a> {
    fn read_model(&mut self) -> Result<Model, Fault> {
        let items = self.read(ITEMS, items::read)?;
        let num_items = items.len();
        let mut tables = Vec::new();
        for purpose in Purpose::ALL {
            if let Some(table) = self.read_optional(purpose.section_id(), |from| codec::read(from, num_items))? {
                tables.push((purpose, table));
            }
        }
        Ok(Model {
            items,
            tables,
            popularity: self.read(POPULARITY, |from| priors::read_popularity(from, num_items))?,
            ranking: self.read(RANKING, about::read_ranking)?,
            categories: self.read_optional(CATEGORIES, |from| priors::read_categories(from, num_items))?,
            about: self.read(ABOUT, about::read_about)?,
            privacy: self.read(PRIVACY, about::read_privacy)?,
            measurements: self.read_optional(MEASUREMENTS, about::read_measurements)?.unwrap_or_default(),
        })
    }

    /// Reads a section to its last byte.
    fn read<T>(&mut self, id: u16, content: impl FnOnce(&mut Reader<'a>) -> Result<T, Fault>) -> Result<T, Fault> {
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
            Some(_) => self.read(id, content).map(Some),
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
