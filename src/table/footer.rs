//! The schema in a Parquet file's footer, checked before the decoder makes room for what it says.
//!
//! The footer is in Thrift's compact protocol:
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;

use super::hybrid::damaged;
use super::limit::MAX_COLUMNS;

/// Groups in groups at most; each level is a call on the stack.
const MAX_DEPTH: usize = 64;

/// Checks the schema in the footer of a file of so many bytes, which ends with the footer's length and the mark.
///
/// # Errors
/// The footer cannot be read, or its schema is impossible or beyond the limits.
pub(super) fn check(chunks: &impl ChunkReader, file_bytes: u64) -> Result<(), ParquetError> {
    let tail = chunks.get_bytes(file_bytes - 8, 4)?;
    let length = tail.first_chunk().map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes));
    let start = (file_bytes - 8).checked_sub(length.into()).filter(|&start| start >= 4);
    let start = start.ok_or_else(|| damaged("its footer is longer than the file"))?;
    let footer = chunks.get_bytes(start, length as usize)?;
    let mut thrift = Thrift { rest: &footer };
    thrift.fields(
        0,
        |thrift, field, kind| {
            if field == SCHEMA && kind == LIST { check_schema(thrift) } else { thrift.skip(kind, 0) }
        },
    )
}

/// The field `schema` of `FileMetaData`.
const SCHEMA: i16 = 2;
/// The field `num_children` of `SchemaElement`.
const NUM_CHILDREN: i16 = 5;

/// Checks that the elements of a schema are a tree in the order of reading, as the numbers of their children say.
fn check_schema(thrift: &mut Thrift<'_>) -> Result<(), ParquetError> {
    let (num_elements, kind) = thrift.list()?;
    if kind != STRUCT {
        return Err(damaged("its schema is no list of columns"));
    }
    if num_elements > MAX_COLUMNS {
        let problem = format!("it has {num_elements} columns, expected at most {MAX_COLUMNS}");
        return Err(ParquetError::General(problem));
    }
    // How many children are to come, of each group around the element.
    let mut open = vec![1_usize];
    for _ in 0..num_elements {
        let mut num_children = 0;
        thrift.fields(0, |thrift, field, kind| {
            if field == NUM_CHILDREN && kind == I32 {
                num_children = thrift.number()?;
                Ok(())
            } else {
                thrift.skip(kind, 0)
            }
        })?;
        let num_children = usize::try_from(num_children).ok().filter(|&children| children < num_elements);
        let num_children = num_children.ok_or_else(|| damaged("a group has more columns than the schema"))?;
        while open.pop_if(|left| *left == 0).is_some() {}
        let Some(left) = open.last_mut() else { return Err(damaged("its schema has two roots")) };
        *left -= 1;
        open.push(num_children);
        if open.len() > MAX_DEPTH {
            return Err(ParquetError::General(format!("its columns are in more than {MAX_DEPTH} groups")));
        }
    }
    if open.iter().any(|&left| left > 0) {
        return Err(damaged("its schema ends early"));
    }
    Ok(())
}

// Types of the compact protocol.
const STOP: u8 = 0;
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Bytes in the compact protocol, read from first to last.
struct Thrift<'a> {
    rest: &'a [u8],
}

impl Thrift<'_> {
    fn byte(&mut self) -> Result<u8, ParquetError> {
        let (&byte, rest) = self.rest.split_first().ok_or_else(|| damaged("its footer ends early"))?;
        self.rest = rest;
        Ok(byte)
    }

    fn skip_bytes(&mut self, length: u64) -> Result<(), ParquetError> {
        let rest = usize::try_from(length).ok().and_then(|length| self.rest.get(length..));
        self.rest = rest.ok_or_else(|| damaged("its footer ends early"))?;
        Ok(())
    }

    /// A whole number of seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> Result<u64, ParquetError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number in its footer has more than 64 bits"))
    }

    /// A whole number whose lowest bit is its sign.
    fn number(&mut self) -> Result<i64, ParquetError> {
        let number = self.unsigned()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The length of a list, and the type of its elements, each of a byte and more.
    fn list(&mut self) -> Result<(usize, u8), ParquetError> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.unsigned()? } else { u64::from(head >> 4) };
        let length = usize::try_from(length).ok().filter(|&length| length <= self.rest.len());
        Ok((length.ok_or_else(|| damaged("a list in its footer goes beyond it"))?, head & 15))
    }

    /// Calls `take` for each field of a struct, to read or skip it.
    fn fields(
        &mut self,
        depth: usize,
        mut take: impl FnMut(&mut Self, i16, u8) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        if depth > MAX_DEPTH {
            return Err(damaged("its footer is nested too deeply"));
        }
        let mut field = 0_i16;
        loop {
            let head = self.byte()?;
            if head & 15 == STOP {
                return Ok(());
            }
            field = match head >> 4 {
                0 => self.number()? as i16,
                step => field.wrapping_add(step.into()),
            };
            take(self, field, head & 15)?;
        }
    }

    /// Goes past a value of a field; the value of a truth is in the field's type.
    fn skip(&mut self, kind: u8, depth: usize) -> Result<(), ParquetError> {
        match kind {
            1 | 2 => Ok(()),
            _ => self.skip_element(kind, depth),
        }
    }

    /// Goes past an element of a list, where a truth has a byte.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Result<(), ParquetError> {
        match kind {
            1..=3 => self.skip_bytes(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.skip_bytes(8),
            8 => {
                let length = self.unsigned()?;
                self.skip_bytes(length)
            }
            LIST | 10 => {
                if depth > MAX_DEPTH {
                    return Err(damaged("its footer is nested too deeply"));
                }
                let (length, kind) = self.list()?;
                (0..length).try_for_each(|_| self.skip_element(kind, depth + 1))
            }
            STRUCT => self.fields(depth + 1, |thrift, _, kind| thrift.skip(kind, depth + 1)),
            13 => self.skip_bytes(16),
            _ => Err(damaged("its footer has a value of an unknown type")),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::testing::{in_memory, rows_in};
    use super::*;

    /// A file of nothing but a footer: a version, and a schema with these numbers of children.
    fn file_of(children: &[u32]) -> Vec<u8> {
        // Field 1, an i32 of 1; field 2, a list of structs.
        let mut footer = vec![0x15, 2, 0x19, 0xfc];
        unsigned(children.len() as u64, &mut footer);
        for &children in children {
            // Field 4, a name of one letter; field 5, an i32.
            footer.extend([0x48, 1, b'a', 0x15]);
            unsigned(u64::from(children) << 1, &mut footer);
            footer.push(0);
        }
        footer.push(0);
        let length = (footer.len() as u32).to_le_bytes();
        [b"PAR1", &footer[..], &length, b"PAR1"].concat()
    }

    fn unsigned(mut number: u64, to: &mut Vec<u8>) {
        while number >= 0x80 {
            to.push(number as u8 | 0x80);
            number >>= 7;
        }
        to.push(number as u8);
    }

    fn problem_of(children: &[u32]) -> Option<String> {
        let file = Bytes::from(file_of(children));
        check(&file, file.len() as u64).err().map(|error| error.to_string())
    }

    #[test]
    fn a_schema_is_a_tree() {
        assert_eq!(problem_of(&[2, 0, 1, 0]), None);
        let says = |children: &[u32], words: &str| {
            let problem = problem_of(children).unwrap();
            assert!(problem.contains(words), "{children:?}: {problem}");
        };
        says(&[1, 2, 0], "ends early");
        says(&[1, 0, 0], "two roots");
        says(&[0x7fff_ffff, 0], "more columns than the schema");
    }

    #[test]
    fn schemas_that_are_large_or_deep_are_refused_with_the_path() {
        let wide: Vec<u32> = [17_000].into_iter().chain([0; 17_000]).collect();
        let deep: Vec<u32> = [1; 9_000].into_iter().chain([0]).collect();
        let bomb = [1, u32::MAX >> 1];
        for (children, words) in
            [(&wide[..], "17001 columns"), (&deep, "more than 64 groups"), (&bomb, "more columns than the schema")]
        {
            let error = rows_in(&in_memory("a.parquet", &file_of(children), None)).unwrap_err().to_string();
            assert!(error.contains("a.parquet") && error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_footer_that_is_longer_than_its_file_is_refused() {
        let mut file = file_of(&[1, 0]);
        let at = file.len() - 8;
        file[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = rows_in(&in_memory("a.parquet", &file, None)).unwrap_err().to_string();
        assert!(error.contains("footer is longer than the file"), "{error}");
    }
}
