//! A Parquet file's footer, checked before the decoder makes room for what it says.
//!
//! Known fields must have the types of `parquet.thrift`, so that the decoder reads what was checked, and nothing else:
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;

use super::hybrid::damaged;
use super::limit::MAX_COLUMNS;
use super::thrift::Form::{self, Binary, Byte, Double, List, Number, Struct, Truth};
use super::thrift::{Kind, Thrift};

/// Groups in groups at most; each level is a call on the stack.
const MAX_GROUPS: usize = 64;

/// Checks the footer of a file of so many bytes, which ends with the footer's length and the mark.
///
/// # Errors
/// The footer cannot be read, or its schema is impossible or beyond the limits.
pub(super) fn check(chunks: &impl ChunkReader, file_bytes: u64) -> Result<(), ParquetError> {
    let tail = chunks.get_bytes(file_bytes - 8, 4)?;
    let length = tail.first_chunk().map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes));
    let start = (file_bytes - 8).checked_sub(length.into()).filter(|&start| start >= 4);
    let start = start.ok_or_else(|| damaged("its footer is longer than the file"))?;
    let footer = chunks.get_bytes(start, length as usize)?;
    Thrift::new(&footer).fields(|thrift, field, kind| match field {
        SCHEMA => check_schema(thrift, kind),
        _ => thrift.pass(FILE, field, kind),
    })
}

/// Checks that the elements of a schema are a tree in the order of reading, as the numbers of their children say.
fn check_schema(thrift: &mut Thrift<'_>, kind: Kind) -> Result<(), ParquetError> {
    // How many children are to come, of each group around the element.
    let mut open = vec![1_usize];
    let check = |num_elements: usize| {
        // The first element is all of them.
        let num_columns = num_elements.saturating_sub(1);
        if num_columns <= MAX_COLUMNS {
            return Ok(());
        }
        let problem = format!("it has {num_columns} columns and groups of them, expected at most {MAX_COLUMNS}");
        Err(ParquetError::General(problem))
    };
    thrift.structs(kind, check, |thrift| {
        let mut num_children = 0;
        thrift.fields(|thrift, field, kind| match field {
            NUM_CHILDREN => thrift.number(kind).map(|number| num_children = number),
            _ => thrift.pass(SCHEMA_ELEMENT, field, kind),
        })?;
        let num_children = usize::try_from(num_children).ok().filter(|&children| children <= MAX_COLUMNS);
        let num_children = num_children.ok_or_else(|| damaged("a group has more columns than the schema"))?;
        while open.pop_if(|left| *left == 0).is_some() {}
        let Some(left) = open.last_mut() else { return Err(damaged("its schema has two roots")) };
        *left -= 1;
        open.push(num_children);
        if open.len() > MAX_GROUPS {
            return Err(ParquetError::General(format!("its columns are in more than {MAX_GROUPS} groups")));
        }
        Ok(())
    })?;
    if open.iter().any(|&left| left > 0) {
        return Err(damaged("a group has more columns than the schema"));
    }
    Ok(())
}

/// The field `schema` of [`FILE`].
const SCHEMA: i16 = 2;
/// The field `num_children` of [`SCHEMA_ELEMENT`].
const NUM_CHILDREN: i16 = 5;

// The structs of `parquet.thrift`, by the names that they have there.
const FILE: &[(i16, Form)] = &[
    (1, Number),
    (3, Number),
    (4, List(&Struct(ROW_GROUP))),
    (5, List(&Struct(KEY_VALUE))),
    (6, Binary),
    (7, List(&Struct(&[(1, Struct(&[])), (2, Struct(&[]))]))),
    (9, Binary),
];
const SCHEMA_ELEMENT: &[(i16, Form)] = &[
    (1, Number),
    (2, Number),
    (3, Number),
    (4, Binary),
    (6, Number),
    (7, Number),
    (8, Number),
    (9, Number),
    (10, Struct(LOGICAL_TYPE)),
];
const LOGICAL_TYPE: &[(i16, Form)] = &[
    (1, Struct(&[])),
    (2, Struct(&[])),
    (3, Struct(&[])),
    (4, Struct(&[])),
    (5, Struct(&[(1, Number), (2, Number)])),
    (6, Struct(&[])),
    (7, Struct(TIME)),
    (8, Struct(TIME)),
    (10, Struct(&[(1, Byte), (2, Truth)])),
    (11, Struct(&[])),
    (12, Struct(&[])),
    (13, Struct(&[])),
    (14, Struct(&[])),
    (15, Struct(&[])),
    (16, Struct(&[(1, Byte)])),
    (17, Struct(&[(1, Binary)])),
    (18, Struct(&[(1, Binary), (2, Number)])),
];
const TIME: &[(i16, Form)] = &[(1, Truth), (2, Struct(&[(1, Struct(&[])), (2, Struct(&[])), (3, Struct(&[]))]))];
const KEY_VALUE: &[(i16, Form)] = &[(1, Binary), (2, Binary)];
const ROW_GROUP: &[(i16, Form)] = &[
    (1, List(&Struct(COLUMN_CHUNK))),
    (2, Number),
    (3, Number),
    (4, List(&Struct(&[(1, Number), (2, Truth), (3, Truth)]))),
    (5, Number),
    (6, Number),
    (7, Number),
];
const COLUMN_CHUNK: &[(i16, Form)] = &[
    (1, Binary),
    (2, Number),
    (3, Struct(COLUMN_META_DATA)),
    (4, Number),
    (5, Number),
    (6, Number),
    (7, Number),
    (9, Binary),
];
const COLUMN_META_DATA: &[(i16, Form)] = &[
    (1, Number),
    (2, List(&Number)),
    (3, List(&Binary)),
    (4, Number),
    (5, Number),
    (6, Number),
    (7, Number),
    (8, List(&Struct(KEY_VALUE))),
    (9, Number),
    (10, Number),
    (11, Number),
    (12, Struct(STATISTICS)),
    (13, List(&Struct(&[(1, Number), (2, Number), (3, Number)]))),
    (14, Number),
    (15, Number),
    (16, Struct(&[(1, Number), (2, List(&Number)), (3, List(&Number))])),
    (17, Struct(&[(1, Struct(BOUNDING_BOX)), (2, List(&Number))])),
];
const STATISTICS: &[(i16, Form)] = &[
    (1, Binary),
    (2, Binary),
    (3, Number),
    (4, Number),
    (5, Binary),
    (6, Binary),
    (7, Truth),
    (8, Truth),
    (9, Number),
];
const BOUNDING_BOX: &[(i16, Form)] =
    &[(1, Double), (2, Double), (3, Double), (4, Double), (5, Double), (6, Double), (7, Double), (8, Double)];

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
        says(&[1, 1], "more columns than the schema");
        says(&[1, 0, 0], "two roots");
        says(&[0x7fff_ffff, 0], "more columns than the schema");
        says(&[1, 9_000, 0], "more columns than the schema");
    }

    #[test]
    fn schemas_that_are_large_or_deep_are_refused_with_the_path() {
        let wide: Vec<u32> = [17_000].into_iter().chain([0; 17_000]).collect();
        let deep: Vec<u32> = [1; 9_000].into_iter().chain([0]).collect();
        let bomb = [1, u32::MAX >> 1];
        for (children, words) in
            [(&wide[..], "17000 columns"), (&deep, "more than 64 groups"), (&bomb, "more columns than the schema")]
        {
            let error = rows_in(&in_memory("a.parquet", &file_of(children), None)).unwrap_err().to_string();
            assert!(error.contains("a.parquet") && error.contains(words), "{error}");
        }
    }

    #[test]
    fn known_fields_have_their_types_and_lists_end_in_the_footer() {
        // Field 1 as bytes; field 99 as a list of 2^31 truths, which have no bytes in some readers; of 2^31 numbers.
        let truths = [0x09, 0xc6, 1, 0xf1, 0xff, 0xff, 0xff, 0xff, 7];
        let numbers = [0x09, 0xc6, 1, 0xf5, 0xff, 0xff, 0xff, 0xff, 7];
        for (start, words) in
            [(&[0x18, 1, b'a'][..], "another type"), (&truths, "ends early"), (&numbers, "ends early")]
        {
            let mut file = file_of(&[1, 0]);
            file.splice(4..4, start.iter().copied());
            let at = file.len() - 8;
            let length = (at as u32 - 4).to_le_bytes();
            file[at..at + 4].copy_from_slice(&length);
            let file = Bytes::from(file);
            let error = check(&file, file.len() as u64).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
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
