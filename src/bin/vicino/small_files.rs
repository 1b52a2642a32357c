//! Files that are read as a whole, up to a size that none of their kind has.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a model.
const MOST_OF_A_MODEL: u64 = 1 << 30;
/// Bytes of a manifest, a mapping or a key.
const MOST_OF_A_TEXT: u64 = 16 << 20;

/// The bytes of a model.
///
/// # Errors
/// It cannot be read, or has more than 1 GiB.
pub fn read_model(path: &Path) -> io::Result<Vec<u8>> {
    read(path, MOST_OF_A_MODEL)
}

/// The text of a manifest, a mapping or a key.
///
/// # Errors
/// It cannot be read, is no UTF-8, or has more than 16 MiB.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path, MOST_OF_A_TEXT)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A size that a file says it has would do for files, but not for pipes and devices.
    if File::open(path)?.take(most + 1).read_to_end(&mut bytes)? as u64 > most {
        let problem = format!("it has more than {} MiB, which none of its kind has", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}
