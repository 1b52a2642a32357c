//! Text of files on a terminal: ids and names may hold anything, and a terminal would obey some of it.

use std::borrow::Cow;
use std::io::{self, Write};

/// Returns true for what moves, colours, erases or turns around text; a line feed and a tab do no harm.
fn is_control(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Marks of the direction, and line ends that only some programs know.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => letter.is_control(),
    }
}

/// The text with what would control a terminal written out, such as `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_control(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    Cow::Owned(shown)
}

/// A terminal, to which whole lines are written.
#[derive(Debug)]
pub struct Terminal<W: Write> {
    to: W,
    line: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    pub fn new(to: W) -> Terminal<W> {
        Terminal { to, line: Vec::new() }
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|&byte| byte == b'\n') {
            let lines: Vec<u8> = self.line.drain(..=end).collect();
            self.to.write_all(printable(&String::from_utf8_lossy(&lines)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.line);
        self.to.write_all(printable(&String::from_utf8_lossy(&rest)).as_bytes())?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_written_out() {
        assert_eq!(printable("a\u{1b}]0;x\u{7}b\r\u{9b}2J"), "a\\u{1b}]0;x\\u{7}b\\r\\u{9b}2J");
        assert_eq!(printable("evil\u{202e}gpj"), "evil\\u{202e}gpj");
        assert!(matches!(printable("Käse\tund\n日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn letters_that_come_in_parts_stay_whole() {
        let mut written = Vec::new();
        let mut terminal = Terminal::new(&mut written);
        for byte in "ä\u{9b}\nö".bytes() {
            terminal.write_all(&[byte]).unwrap();
        }
        terminal.flush().unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "ä\\u{9b}\nö");
    }
}
