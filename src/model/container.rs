//! The container: magic, version, section table and checksums. Knows no section's content.

use super::bytes::{DecodeError, Expected, Writer};
use super::crc::Crc32;
use super::error::{Foreign, ModelError};

/// Major version of the format that is read and written; readers refuse any other.
pub const FORMAT_MAJOR: u16 = 2;
/// Minor version of the format that is written; readers accept any.
pub const FORMAT_MINOR: u16 = 0;

/// First byte with the high bit set, a line end of two bytes, an end-of-file mark, a line end of one byte: as in
/// PNG (RFC 2083, section 12.11), each is changed by some transfer that takes the file for text.
const MAGIC: [u8; 8] = *b"\x89VIC\r\n\x1a\n";
/// Up to and with the header's checksum.
const HEADER_BYTES: usize = 24;
/// Where the header's checksum is.
const HEADER_CRC_AT: usize = 20;
/// Id u16, flags u16, length u32, checksum u32.
const ENTRY_BYTES: usize = 12;
/// More than any version will need; keeps the search for duplicates short.
const MAX_SECTIONS: usize = 256;
/// Flag of a section that readers may skip.
const OPTIONAL: u16 = 1;

/// Where a section is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Number of the kind of section.
    pub id: u16,
    /// Name of the kind; `unknown` if this version does not know it.
    pub name: &'static str,
    /// First byte in the file.
    pub offset: usize,
    /// Number of bytes.
    pub num_bytes: usize,
    /// Readers that do not know the section may skip it if set.
    pub optional: bool,
}

/// A file whose checksums are right, cut into sections.
#[derive(Debug)]
pub(super) struct Container<'a> {
    bytes: &'a [u8],
    /// In file order, ids distinct.
    pub(super) sections: Vec<Section>,
}

impl<'a> Container<'a> {
    /// Checks version, length, table and checksums.
    pub(super) fn open(bytes: &'a [u8], name_of: fn(u16) -> &'static str) -> Result<Container<'a>, ModelError> {
        check_magic(bytes)?;
        let found = bytes.len() as u64;
        let truncated = Err(ModelError::Truncated { found, expected: HEADER_BYTES as u64 });
        let (words, _) = bytes.get(MAGIC.len()..).unwrap_or(&[]).as_chunks();
        let number = |at: usize| words.get(at).map_or(0, |&word| u32::from_le_bytes(word));
        if words.is_empty() {
            return truncated;
        }
        let (major, minor) = (number(0) as u16, (number(0) >> 16) as u16);
        if major > FORMAT_MAJOR {
            return Err(ModelError::Newer { major, minor });
        }
        let Some(rest) = bytes.get(HEADER_BYTES..) else { return truncated };
        if major < FORMAT_MAJOR {
            return Err(wrong("major version", 8, major.into(), Expected::AtLeast(FORMAT_MAJOR.into())));
        }
        let num_bytes = u64::from(number(1));
        let num_sections = number(2) as usize;
        let stated = number(3);
        let header = bytes.get(..HEADER_CRC_AT).unwrap_or(&[]);
        let table_bytes = num_sections as u64 * ENTRY_BYTES as u64;
        let start = HEADER_BYTES as u64 + table_bytes;
        let table = match usize::try_from(table_bytes).map(|table_bytes| rest.get(..table_bytes)) {
            Ok(Some(table)) => table,
            _ => return Err(ModelError::Truncated { found, expected: num_bytes.max(start) }),
        };
        let crc = Crc32::new();
        check_crc(HEADER, 0, crc.of(&[header, table]), stated)?;
        if found < num_bytes {
            return Err(ModelError::Truncated { found, expected: num_bytes });
        }
        if found > num_bytes {
            return Err(ModelError::Trailing { found, expected: num_bytes });
        }
        if num_sections > MAX_SECTIONS {
            let most = Expected::AtMost(MAX_SECTIONS as u64);
            return Err(wrong("number of sections", 16, num_sections as u64, most));
        }
        let mut container = Container { bytes, sections: Vec::with_capacity(num_sections) };
        container.read_table(table, start as usize, name_of, &crc)?;
        Ok(container)
    }

    /// Reads the table's entries and checks that the sections fill the file and are what was written.
    fn read_table(
        &mut self,
        table: &[u8],
        mut offset: usize,
        name_of: fn(u16) -> &'static str,
        crc: &Crc32,
    ) -> Result<(), ModelError> {
        for (number, entry) in table.as_chunks().0.iter().enumerate() {
            let entry_at = HEADER_BYTES + ENTRY_BYTES * number;
            let [a, b, c, d, e, f, g, h, crc_of @ ..]: [u8; ENTRY_BYTES] = *entry;
            let (id, flags) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
            let num_bytes = u32::from_le_bytes([e, f, g, h]) as usize;
            let stated = u32::from_le_bytes(crc_of);
            let name = name_of(id);
            if flags & !OPTIONAL != 0 {
                return Err(wrong("flags", entry_at + 2, flags.into(), Expected::AtMost(OPTIONAL.into())));
            }
            if self.section(id).is_some() {
                return Err(ModelError::Duplicate { section: name, offset: entry_at as u64 });
            }
            let num_left = self.bytes.len().saturating_sub(offset);
            if num_bytes > num_left {
                let most = Expected::AtMost(num_left as u64);
                return Err(wrong("length of a section", entry_at + 4, num_bytes as u64, most));
            }
            let section = Section { id, name, offset, num_bytes, optional: flags & OPTIONAL != 0 };
            check_crc(name, offset, crc.of(&[self.body(&section)]), stated)?;
            self.sections.push(section);
            offset += num_bytes;
        }
        if offset != self.bytes.len() {
            let end = Expected::Exactly(self.bytes.len() as u64);
            return Err(wrong("end of the last section", 12, offset as u64, end));
        }
        Ok(())
    }

    /// The section with this id. `O(num_sections)`.
    pub(super) fn section(&self, id: u16) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// The bytes of a section.
    pub(super) fn body(&self, section: &Section) -> &'a [u8] {
        self.bytes.get(section.offset..).and_then(|rest| rest.get(..section.num_bytes)).unwrap_or(&[])
    }

    /// A 64-bit fingerprint (FNV-1a) of header and table, and thereby of all checksums.
    pub(super) fn content_hash(&self) -> u64 {
        let header_bytes = HEADER_BYTES + ENTRY_BYTES * self.sections.len();
        self.bytes
            .iter()
            .take(header_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// Name of the bytes before the first section in errors.
const HEADER: &str = "header";

/// A wrong value in the header or the table.
#[cfg_attr(feature = "read", cold)]
#[cfg_attr(not(feature = "read"), inline(always))]
fn wrong(what: &'static str, at: usize, found: u64, expected: Expected) -> ModelError {
    DecodeError::wrong(what, at, found, expected).in_section(HEADER, 0)
}

fn check_crc(section: &'static str, offset: usize, found: u32, expected: u32) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Checksum { section, offset: offset as u64, found, expected })
}

/// Tells a model, or the beginning of one, from anything else.
fn check_magic(bytes: &[u8]) -> Result<(), ModelError> {
    if bytes.is_empty() {
        return Err(ModelError::Empty);
    }
    if bytes.starts_with(&MAGIC) {
        return Ok(());
    }
    if MAGIC.starts_with(bytes) {
        return Err(ModelError::Truncated { found: bytes.len() as u64, expected: HEADER_BYTES as u64 });
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    Err(ModelError::Foreign(match (bytes, text) {
        ([0x1f, 0x8b, ..], _) => Foreign::Gzip,
        ([_, b'V', b'I', b'C', ..], _) => Foreign::TextMode,
        // A byte that is not UTF-8 becomes U+FFFD, three bytes.
        ([_, _, _, b'V', b'I', b'C', ..], _) => Foreign::TextMode,
        (_, [b'<', ..]) => Foreign::Html,
        (_, [b'{' | b'[', ..]) => Foreign::Json,
        _ => {
            let mut first = [0; 4];
            first.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            Foreign::Other(first)
        }
    }))
}

/// A section to write: id, whether readers may skip it, content.
pub(super) struct Content {
    pub(super) id: u16,
    pub(super) optional: bool,
    pub(super) body: Vec<u8>,
}

/// The file with these sections, in this order; `Err` is its length if that is 4 GiB or more.
pub(super) fn write(sections: &[Content]) -> Result<Vec<u8>, u64> {
    let start = HEADER_BYTES + ENTRY_BYTES * sections.len();
    let num_bytes = sections.iter().fold(start as u64, |sum, section| sum + section.body.len() as u64);
    let stated = u32::try_from(num_bytes).map_err(|_| num_bytes)?;
    let crc = Crc32::new();
    let mut table = Writer::default();
    for section in sections {
        table.u16(section.id);
        table.u16(if section.optional { OPTIONAL } else { 0 });
        table.u32(section.body.len() as u32);
        table.u32(crc.of(&[&section.body]));
    }
    let table = table.finish();
    let mut header = Writer::default();
    header.bytes(&MAGIC);
    header.u16(FORMAT_MAJOR);
    header.u16(FORMAT_MINOR);
    header.u32(stated);
    header.u32(sections.len() as u32);
    let mut bytes = header.finish();
    let header_crc = crc.of(&[&bytes, &table]);
    bytes.reserve_exact(num_bytes as usize - bytes.len());
    bytes.extend(header_crc.to_le_bytes());
    bytes.extend(table);
    sections.iter().for_each(|section| bytes.extend(&section.body));
    Ok(bytes)
}
