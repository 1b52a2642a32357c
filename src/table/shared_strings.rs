//! The texts of an Excel workbook, checked before they are read: the library holds all of them, and makes room for as
//! many as the file says to have.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::limit::{RowBytes, RowLimited};

/// Texts that a workbook may have whatever its size, and for each of its packed bytes beyond.
const FREE_TEXTS: u64 = 1 << 20;
const MOST_TEXTS_PER_BYTE: u64 = 1;
/// Bytes of all texts and their tags, likewise.
const FREE_BYTES: u64 = 64 << 20;
const MOST_BYTES_PER_BYTE: u64 = 32;

/// True for the name of the part that has the texts, in any case and folder.
pub(super) fn is_part(name: &str) -> bool {
    name.to_lowercase().ends_with("sharedstrings.xml")
}

/// Checks the texts of a workbook of so many packed bytes.
///
/// # Errors
/// In words: there are too many, or what there is cannot be read.
pub(super) fn check(part: impl Read, packed: u64) -> Result<(), String> {
    let most_texts = FREE_TEXTS + packed.saturating_mul(MOST_TEXTS_PER_BYTE);
    let most_bytes = FREE_BYTES + packed.saturating_mul(MOST_BYTES_PER_BYTE);
    let row_bytes = RowBytes::default();
    let mut reader = Reader::from_reader(BufReader::new(RowLimited::new(part, row_bytes.clone())));
    // As the library has it.
    let config = reader.config_mut();
    (config.check_end_names, config.check_comments, config.expand_empty_elements) = (false, false, true);
    let (mut num_texts, mut buffer) = (0_u64, Vec::new());
    loop {
        buffer.clear();
        row_bytes.begin();
        let event = reader.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        let found = match &event {
            Event::Start(tag) if tag.local_name().as_ref() == "sst" => {
                let count = tag.try_get_attribute("uniqueCount").map_err(|error| error.to_string())?;
                count.and_then(|count| count.value.trim().parse::<u64>().ok()).unwrap_or(0)
            }
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                num_texts += 1;
                num_texts
            }
            Event::Eof => return Ok(()),
            _ => 0,
        };
        if found > most_texts {
            return Err(format!("it has {found} texts, expected at most {most_texts} of a file of its size"));
        }
        let num_bytes = reader.buffer_position();
        if num_bytes > most_bytes {
            return Err(format!("its texts have {num_bytes} bytes and more, expected at most {most_bytes}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn texts_are_counted_and_their_number_is_not_believed() {
        let texts =
            |head: &str, num_texts: usize| format!("<sst{head}>{}</sst>", "<si><t>a</t></si>".repeat(num_texts));
        let problem = |text: String| check(text.as_bytes(), 1000).err();
        assert_eq!(problem(texts(" uniqueCount=\"3\"", 3)), None);
        let most = (1 << 20) + 1000;
        let said = problem(texts(" uniqueCount=\"1000000000000\"", 3)).unwrap();
        assert_eq!(said, format!("it has 1000000000000 texts, expected at most {most} of a file of its size"));
        assert!(problem(texts("", most + 1)).unwrap().contains("expected at most"));
    }
}
