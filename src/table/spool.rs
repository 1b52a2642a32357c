//! Standard input that is kept, because files are read more than once.

use std::io::{self, Read};
use std::path::Path;

use super::Origin;

/// Keeps all of a stream in a file without a name, which goes with the process.
#[cfg(not(target_os = "unknown"))]
pub(super) fn keep(stream: &mut dyn Read, name: &Path) -> io::Result<Origin> {
    let mut file = tempfile::tempfile()?;
    io::copy(stream, &mut file)?;
    Ok(Origin::Slices { name: name.to_owned(), slices: std::sync::Arc::new(of_file(file)?), format: None })
}

/// The bytes of an open file.
#[cfg(not(target_os = "unknown"))]
pub(super) fn of_file(file: std::fs::File) -> io::Result<file::Kept> {
    let num_bytes = file.metadata()?.len();
    Ok(file::Kept { file: std::sync::Mutex::new(file), num_bytes })
}

#[cfg(not(target_os = "unknown"))]
pub(super) use file::Spool;

/// Keeps all of a stream in memory.
#[cfg(target_os = "unknown")]
pub(super) fn keep(stream: &mut dyn Read, name: &Path) -> io::Result<Origin> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(Origin::Memory { name: name.to_owned(), bytes: bytes.into(), format: None })
}

#[cfg(not(target_os = "unknown"))]
mod file {
    use std::fs::File;
    use std::io::{self, Read, Seek, SeekFrom, Write};
    use std::path::Path;
    use std::sync::{Arc, Mutex, PoisonError};

    use crate::table::{Format, Origin, Slices};

    /// A file that is read from any place.
    #[derive(Debug)]
    pub(in crate::table) struct Kept {
        pub(super) file: Mutex<File>,
        pub(super) num_bytes: u64,
    }

    /// A table that is written first and read then.
    pub(in crate::table) struct Spool(File);

    impl Spool {
        pub(in crate::table) fn new() -> io::Result<Spool> {
            tempfile::tempfile().map(Spool)
        }

        /// The table that was written.
        pub(in crate::table) fn into_origin(self, name: &Path, format: Format) -> io::Result<Origin> {
            let slices = Arc::new(crate::table::spool::of_file(self.0)?);
            Ok(Origin::Slices { name: name.to_owned(), slices, format: Some(format) })
        }
    }

    impl Write for Spool {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
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
