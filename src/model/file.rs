//! Which sections make up a model's file, and in which order they are written.

use super::bytes::{Expected, Fault, Reader};
use super::codec::{self, CodecError, TableBytes};
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
        let file = open_container(bytes)?;
        let required = |id| file.section(id).ok_or(ModelError::Missing { section: name_of(id) });
        let items = read(&file, required(ITEMS)?, items::read)?;
        let num_items = items.len();
        let mut tables = Vec::new();
        for purpose in Purpose::ALL {
            if let Some(section) = file.section(purpose.section_id()) {
                tables.push((purpose, read(&file, section, |from| codec::read(from, num_items))?));
            }
        }
        let categories = file
            .section(CATEGORIES)
            .map(|section| read(&file, section, |from| priors::read_categories(from, num_items)))
            .transpose()?;
        let measurements =
            file.section(MEASUREMENTS).map(|section| read(&file, section, about::read_measurements)).transpose()?;
        Ok(Model {
            tables,
            popularity: read(&file, required(POPULARITY)?, |from| priors::read_popularity(from, num_items))?,
            ranking: read(&file, required(RANKING)?, about::read_ranking)?,
            categories,
            about: read(&file, required(ABOUT)?, about::read_about)?,
            privacy: read(&file, required(PRIVACY)?, about::read_privacy)?,
            measurements: measurements.unwrap_or_default(),
            items,
        })
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
            tables.push((purpose, codec::measure(&mut from).map_err(|error| in_section(section, error))?));
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

/// Reads a whole section.
fn read<'a, T, E: Into<CodecError>>(
    file: &Container<'a>,
    section: &Section,
    content: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
) -> Result<T, ModelError> {
    let mut from = Reader::new(file.body(section));
    let value = content(&mut from).map_err(|error| in_section(section, error.into()))?;
    from.end().map_err(|fault: Fault| in_section(section, fault.into()))?;
    Ok(value)
}

#[cold]
fn in_section(section: &Section, error: CodecError) -> ModelError {
    match error {
        CodecError::Unknown(codec) => {
            ModelError::Unsupported { section: section.name, what: "codec", found: codec.into() }
        }
        CodecError::Fault(fault) => ModelError::corrupt(section.name, section.offset, fault),
    }
}
