//! Standard input that is kept, because files are read more than once.

use std::io::{self, Read};
use std::path::Path;

use super::Origin;

/// Keeps all of a stream in a file without a name, which goes with the process.
#[cfg(not(target_family = "wasm"))]
pub(super) fn keep(stream: &mut dyn Read, name: &Path) -> io::Result<Origin> {
    let mut file = tempfile::tempfile()?;
    let num_bytes = io::copy(stream, &mut file)?;
    let slices = std::sync::Arc::new(file::Kept { file: std::sync::Mutex::new(file), num_bytes });
    Ok(Origin::Slices { name: name.to_owned(), slices, format: None })
}

/// Keeps all of a stream in memory.
#[cfg(target_family = "wasm")]
pub(super) fn keep(stream: &mut dyn Read, name: &Path) -> io::Result<Origin> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(Origin::Memory { name: name.to_owned(), bytes: bytes.into(), format: None })
}

#[cfg(not(target_family = "wasm"))]
mod file {
    use std::fs::File;
    use std::io::{self, Read, Seek, SeekFrom};
    use std::sync::{Mutex, PoisonError};

    use crate::table::Slices;

    #[derive(Debug)]
    pub(super) struct Kept {
        pub(super) file: Mutex<File>,
        pub(super) num_bytes: u64,
    }

    impl Slices for Kept {
        fn num_bytes(&self) -> u64 {
            self.num_bytes
        }

        fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<()> {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(buffer)
        }
    }
}
