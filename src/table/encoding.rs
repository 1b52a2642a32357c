//! Text of other encodings as UTF-8.
//!
//! UTF-16 is told by its mark or by its zeros. A text that is no UTF-8 anywhere is taken for Windows-1252, of which
//! Latin-1 is a part; that there is no UTF-8 anywhere is found out by reading to the end, once the first letter that is
//! none comes up. A text with both is UTF-8 with damage.

use std::io::{self, Read};

use super::remark::{Remark, Remarks};

/// Encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or Windows-1252 if it turns out to be no UTF-8.
    Unknown,
    Utf16Le,
    Utf16Be,
    Windows1252,
    /// Latin-1 with the sign of the euro.
    Latin9,
}

/// The share of zeros, one in so many bytes, that makes a text UTF-16.
const UTF16_ZEROS: usize = 12;

impl Encoding {
    /// The encoding that the first bytes tell, and the length of its mark.
    pub(super) fn of(head: &[u8]) -> (Encoding, usize) {
        match head {
            [0xff, 0xfe, ..] => return (Encoding::Utf16Le, 2),
            [0xfe, 0xff, ..] => return (Encoding::Utf16Be, 2),
            [0xef, 0xbb, 0xbf, ..] => return (Encoding::Unknown, 3),
            _ => {}
        }
        let zeros_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
        // Few letters have a zero in their lower byte.
        let is_many = |zeros: usize, others: usize| zeros * UTF16_ZEROS >= head.len() && zeros > 10 * others;
        match (zeros_at(0), zeros_at(1)) {
            (even, odd) if is_many(odd, even) => (Encoding::Utf16Le, 0),
            (even, odd) if is_many(even, odd) => (Encoding::Utf16Be, 0),
            _ => (Encoding::Unknown, 0),
        }
    }

    /// The encoding of a name as XML declares it; `Err` if it is not known here.
    pub(super) fn declared(name: &str) -> Result<Option<Encoding>, ()> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16" | "utf-16le" | "utf-16be" => Ok(None),
            "iso-8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" | "iso8859-1" => {
                Ok(Some(Encoding::Windows1252))
            }
            "iso-8859-15" | "latin9" | "latin-9" => Ok(Some(Encoding::Latin9)),
            _ => Err(()),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Encoding::Unknown => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Windows1252 => "Windows-1252",
            Encoding::Latin9 => "ISO-8859-15",
        }
    }
}

/// Reads a text of any encoding as UTF-8.
pub(super) struct Decoder<R> {
    input: R,
    state: State,
    remarks: Remarks,
    /// Decoded bytes that are still to be read.
    pending: Vec<u8>,
    start: usize,
    /// Bytes of a letter whose rest is still to come.
    tail: Vec<u8>,
    /// Tells, from another reading of the same text, whether any letter of it is UTF-8 beyond ASCII.
    has_utf8: Box<dyn FnMut() -> io::Result<bool>>,
}

#[derive(Clone, Copy)]
enum State {
    /// Nothing but ASCII so far.
    Ascii,
    /// Bytes are handed on as they are.
    Plain,
    Decoding(Encoding),
}

/// Smaller buffers are filled from a larger one.
const MIN_BUFFER: usize = 64;

/// Bytes that are decoded at a time.
const CHUNK: usize = 1 << 13;

impl<R: Read> Decoder<R> {
    pub(super) fn new(
        input: R,
        encoding: Encoding,
        remarks: Remarks,
        has_utf8: Box<dyn FnMut() -> io::Result<bool>>,
    ) -> Decoder<R> {
        let state = match encoding {
            Encoding::Unknown => State::Ascii,
            other => {
                remarks.add(Remark::Encoding { name: other.name() });
                State::Decoding(other)
            }
        };
        Decoder { input, state, remarks, pending: Vec::new(), start: 0, tail: Vec::new(), has_utf8 }
    }

    /// Fills a buffer of some length, and makes sure that what is in it is UTF-8 or never will be.
    fn read_ascii(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let before = self.tail.len();
            buffer[..before].copy_from_slice(&self.tail);
            let read = self.input.read(&mut buffer[before..])?;
            self.tail.clear();
            let bytes = &buffer[..before + read];
            if bytes.is_ascii() {
                return Ok(bytes.len());
            }
            match std::str::from_utf8(bytes) {
                Ok(_) => self.state = State::Plain,
                Err(error) if error.error_len().is_none() && read > 0 => {
                    self.tail.extend_from_slice(&bytes[error.valid_up_to()..]);
                    if error.valid_up_to() == 0 {
                        continue;
                    }
                    return Ok(error.valid_up_to());
                }
                // No text at all, which the reader of the header or of a row refuses.
                Err(_) if bytes.iter().any(|&byte| is_binary(byte)) => self.state = State::Plain,
                Err(_) if (self.has_utf8)()? => self.state = State::Plain,
                Err(_) => {
                    self.state = State::Decoding(Encoding::Windows1252);
                    self.remarks.add(Remark::Encoding { name: Encoding::Windows1252.name() });
                    decode_bytes(bytes, Encoding::Windows1252, &mut self.pending);
                    return Ok(self.take_pending(buffer));
                }
            }
            return Ok(bytes.len());
        }
    }

    /// Decodes the next bytes; none at the end.
    fn decode(&mut self, encoding: Encoding) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        while self.pending.len() == self.start {
            let before = self.tail.len();
            chunk[..before].copy_from_slice(&self.tail);
            self.tail.clear();
            let read = self.input.read(&mut chunk[before..])?;
            let bytes = &chunk[..before + read];
            self.pending.clear();
            self.start = 0;
            if bytes.is_empty() {
                return Ok(());
            }
            match encoding {
                Encoding::Utf16Le | Encoding::Utf16Be => {
                    let used = decode_utf16(bytes, encoding == Encoding::Utf16Le, read == 0, &mut self.pending);
                    self.tail.extend_from_slice(&bytes[used..]);
                }
                _ => decode_bytes(bytes, encoding, &mut self.pending),
            }
        }
        Ok(())
    }

    fn take_pending(&mut self, buffer: &mut [u8]) -> usize {
        let ready = &self.pending[self.start..];
        let len = ready.len().min(buffer.len());
        buffer[..len].copy_from_slice(&ready[..len]);
        self.start += len;
        len
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.start < self.pending.len() {
            return Ok(self.take_pending(buffer));
        }
        match self.state {
            State::Plain => self.input.read(buffer),
            State::Ascii if buffer.len() >= MIN_BUFFER => self.read_ascii(buffer),
            State::Ascii => {
                let mut chunk = [0; MIN_BUFFER];
                let read = self.read_ascii(&mut chunk)?;
                // What was decoded is there already.
                let decoded = self.pending.split_off(self.start.min(self.pending.len()));
                self.pending = [&chunk[..read], &decoded[..]].concat();
                self.start = 0;
                Ok(self.take_pending(buffer))
            }
            State::Decoding(encoding) => {
                self.decode(encoding)?;
                Ok(self.take_pending(buffer))
            }
        }
    }
}

/// Decodes pairs of bytes; gives how many bytes were used: a letter whose rest is missing is left, unless `is_end`.
fn decode_utf16(bytes: &[u8], is_little: bool, is_end: bool, text: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8; 2]| if is_little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    let (pairs, rest) = bytes.as_chunks();
    let is_open = pairs.last().is_some_and(|pair| (0xd800..0xdc00).contains(&unit(pair))) && !is_end;
    let pairs = &pairs[..pairs.len() - usize::from(is_open)];
    let mut letter = [0; 4];
    for one in char::decode_utf16(pairs.iter().map(unit)) {
        let one = one.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(one.encode_utf8(&mut letter).as_bytes());
    }
    if is_end { pairs.len() * 2 + rest.len() } else { pairs.len() * 2 }
}

/// Tells whether a byte is a control character that no text holds.
const fn is_binary(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f)
}

/// The letters of Windows-1252 from 0x80 to 0x9f; five are not used there.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn decode_bytes(bytes: &[u8], encoding: Encoding, text: &mut Vec<u8>) {
    let mut letter = [0; 4];
    for &byte in bytes {
        let one = match (byte, encoding) {
            (0x80..=0x9f, Encoding::Windows1252) => WINDOWS_1252[usize::from(byte - 0x80)],
            (0xa4, Encoding::Latin9) => '€',
            (0xa6, Encoding::Latin9) => 'Š',
            (0xa8, Encoding::Latin9) => 'š',
            (0xb4, Encoding::Latin9) => 'Ž',
            (0xb8, Encoding::Latin9) => 'ž',
            (0xbc, Encoding::Latin9) => 'Œ',
            (0xbd, Encoding::Latin9) => 'œ',
            (0xbe, Encoding::Latin9) => 'Ÿ',
            _ => char::from(byte),
        };
        text.extend_from_slice(one.encode_utf8(&mut letter).as_bytes());
    }
}

/// Returns true if any letter of a text is UTF-8 beyond ASCII.
pub(super) fn has_utf8(mut input: impl Read) -> io::Result<bool> {
    let mut bytes = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = input.read(&mut bytes[kept..])?;
        let filled = kept + read;
        let mut at = 0;
        while let Some(next) = bytes[at..filled].iter().position(|byte| !byte.is_ascii()) {
            at += next;
            let len = match bytes[at] {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => 1,
            };
            if at + len > filled && read > 0 {
                break;
            }
            if len > 1 && bytes.get(at..(at + len).min(filled)).is_some_and(|one| std::str::from_utf8(one).is_ok()) {
                return Ok(true);
            }
            at += 1;
        }
        if read == 0 {
            return Ok(false);
        }
        let has_rest = bytes[at..filled].iter().any(|byte| !byte.is_ascii());
        kept = if has_rest { filled - at } else { 0 };
        bytes.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives few bytes at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.0.len().min(buffer.len()).min(3);
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn decoded(bytes: &[u8], piece: usize) -> (Vec<u8>, usize) {
        let (encoding, mark) = Encoding::of(bytes);
        let (bytes, remarks) = (&bytes[mark..], Remarks::default());
        let whole = bytes.to_vec();
        let has_utf8 = Box::new(move || has_utf8(&whole[..]));
        let mut decoder = Decoder::new(Drops(bytes), encoding, remarks.clone(), has_utf8);
        let (mut text, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            let len = decoder.read(&mut buffer).unwrap();
            if len == 0 {
                return (text, remarks.take().len());
            }
            text.extend_from_slice(&buffer[..len]);
        }
    }

    #[test]
    fn text_of_every_encoding_is_read_in_any_pieces() {
        let text = "id,name\n1,Mütze €5 – „😀“\n".repeat(40);
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for piece in [1, 7, 64, 1000] {
            assert!(decoded(text.as_bytes(), piece) == (text.clone().into(), 0));
            assert!(decoded(&with_mark(b"\xef\xbb\xbf", text.clone().into()), piece) == (text.clone().into(), 0));
            for bytes in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
                assert!(decoded(&bytes, piece) == (text.clone().into(), 1));
            }
            assert!(decoded(&with_mark(b"\xff\xfe", utf16(u16::to_le_bytes)), piece).0 == text.as_bytes());
            let latin = b"id,name\n1,M\xfctze \x805\n".repeat(40);
            assert!(decoded(&latin, piece) == ("id,name\n1,Mütze €5\n".repeat(40).into_bytes(), 1));
        }
    }

    #[test]
    fn utf8_with_damage_stays_utf8_whatever_comes_first() {
        let mut bytes = b"1,\xff\n".to_vec();
        bytes.extend("x".repeat(100_000).bytes());
        bytes.extend("ü\n".bytes());
        assert!(decoded(&bytes, 1000) == (bytes.clone(), 0));
        bytes.reverse();
        assert!(decoded(&[&b"\xfc\n"[..], &b"a,b\n".repeat(50_000)].concat(), 4096).1 == 1);
    }

    #[test]
    fn letters_that_go_over_the_end_of_a_piece_are_found() {
        let text = [&vec![b'x'; (1 << 16) - 1][..], "ü".as_bytes()].concat();
        assert!(has_utf8(&text[..]).unwrap());
        assert!(!has_utf8(&b"\xfc\xfc\xe4"[..]).unwrap());
        assert!(!has_utf8(&b"plain"[..]).unwrap());
    }
}
