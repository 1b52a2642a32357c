//! JSON that is not one object a line: an array of objects, or objects written over several lines.
//!
//! Finds where each record begins and ends, by quotes and brackets alone; what a record says is for others to parse. An
//! array's elements are its records, so that a file of any size is read in a stream; outside an array every object is
//! one.

use std::io::{self, BufRead};

use super::limit::ROW_BYTES;

/// The records of a stream, one after the other.
pub(super) struct Records<R> {
    input: R,
    /// The line that is being read, from 1.
    line: u64,
    /// True if the records are elements of an array.
    in_array: bool,
    /// True if the last record was given up before it was closed.
    is_open: bool,
}

/// A record of so many bytes has lost a quote or bracket, and would swallow the rest of the file.
const MAX_RECORD: usize = ROW_BYTES as usize;

impl<R: BufRead> Records<R> {
    pub(super) const fn new(input: R) -> Records<R> {
        Records { input, line: 1, in_array: false, is_open: false }
    }

    /// Reads the next record into `record`; gives the line on which it begins, `None` at the end.
    ///
    /// A record that the stream ends in is given as far as it goes, so is one whose brackets cross, and one of more than
    /// [`ROW_BYTES`]; then [`is_open`](Records::is_open). What is no object is a record up to the next comma or line end.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<Option<u64>> {
        record.clear();
        let mut first_line = 0;
        // What is open, outermost first.
        let mut open: Vec<u8> = Vec::new();
        let (mut in_string, mut is_escaped) = (false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                self.is_open = !open.is_empty() || in_string;
                return Ok((!record.is_empty()).then_some(first_line));
            }
            let mut used = 0;
            let (mut is_whole, mut is_crossed) = (false, false);
            for &byte in buffer {
                used += 1;
                let is_between = record.is_empty();
                if is_between && (byte.is_ascii_whitespace() || byte == b',') {
                    self.line += u64::from(byte == b'\n');
                    continue;
                }
                if is_between && byte == b'[' && !self.in_array {
                    self.in_array = true;
                    continue;
                }
                if is_between && byte == b']' && self.in_array {
                    self.in_array = false;
                    continue;
                }
                let ends_plain = !in_string && open.is_empty() && !is_between;
                if ends_plain && (byte == b',' || byte == b'\n' || (byte == b']' && self.in_array)) {
                    self.line += u64::from(byte == b'\n');
                    self.in_array &= byte != b']';
                    is_whole = true;
                    break;
                }
                if is_between {
                    first_line = self.line;
                }
                record.push(byte);
                self.line += u64::from(byte == b'\n');
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' if in_string => is_escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => open.push(byte),
                    b'}' | b']' if !in_string => match (open.pop(), byte) {
                        (Some(b'{'), b'}') | (Some(b'['), b']') | (None, _) => {
                            is_whole = open.is_empty();
                            if is_whole {
                                break;
                            }
                        }
                        _ => {
                            is_crossed = true;
                            break;
                        }
                    },
                    _ => {}
                }
            }
            self.input.consume(used);
            self.is_open = is_crossed || (record.len() > MAX_RECORD && !is_whole);
            if is_whole || self.is_open {
                return Ok(Some(first_line));
            }
        }
    }
}

impl<R> Records<R> {
    /// Returns true if the last record has no end: a quote or bracket of it is missing, or the file is cut off. What
    /// follows the mistake is lost in it, so that going on would leave out records without a word.
    pub(super) const fn is_open(&self) -> bool {
        self.is_open
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    fn records(text: &str) -> Vec<(u64, String)> {
        // A small buffer, so that records go over its end.
        let mut records = Records::new(std::io::BufReader::with_capacity(3, text.as_bytes()));
        let (mut found, mut record) = (Vec::new(), Vec::new());
        while let Some(line) = records.next(&mut record).unwrap() {
            found.push((line, String::from_utf8(record.clone()).unwrap()));
        }
        found
    }

    fn pairs(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
        expected.iter().map(|&(line, text)| (line, text.to_owned())).collect()
    }

    #[test]
    fn elements_of_an_array_are_records() {
        let found = records("[\n {\"a\": \"]}\\\"\"},\n\n {\"b\": [1, {}]}, 7 ]\n");
        assert_eq!(found, pairs(&[(2, "{\"a\": \"]}\\\"\"}"), (4, "{\"b\": [1, {}]}"), (4, "7 ")]));
        assert_eq!(records("[]"), []);
        assert_eq!(records("[{},{}]").len(), 2);
    }

    #[test]
    fn objects_over_several_lines_are_records() {
        assert_eq!(records("{\n\"a\": 1\n}\n{\"a\":\n2}"), pairs(&[(1, "{\n\"a\": 1\n}"), (4, "{\"a\":\n2}")]));
    }

    #[test]
    fn a_record_that_breaks_off_is_given_as_far_as_it_goes() {
        assert_eq!(records("[{\"a\":1},{\"b\":"), pairs(&[(1, "{\"a\":1}"), (1, "{\"b\":")]));
        assert_eq!(records("[{\"a\": \"x"), pairs(&[(1, "{\"a\": \"x")]));
    }
}
