//! A file that the browser holds, read in slices.

use std::cell::RefCell;
use std::io;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{File, FileReaderSync};

use crate::events::Slices;

thread_local! {
    /// The open file. Objects of JavaScript stay in their thread, which [`Slices`] need not: these find it here.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

struct Open {
    file: File,
    reader: FileReaderSync,
}

/// The file that this thread reads; closed when it is dropped.
pub(super) struct BrowserFile {
    num_bytes: u64,
}

impl BrowserFile {
    /// Opens a file in place of the one that was open.
    ///
    /// # Errors
    /// The thread is not a worker: only there browsers read files while code waits.
    pub(super) fn open(file: File) -> Result<BrowserFile, JsValue> {
        let reader = FileReaderSync::new()?;
        let num_bytes = file.size() as u64;
        OPEN.set(Some(Open { file, reader }));
        Ok(BrowserFile { num_bytes })
    }

    pub(super) const fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// The bytes, as long as the file is open.
    pub(super) const fn slices(&self) -> FileSlices {
        FileSlices { num_bytes: self.num_bytes }
    }
}

impl Drop for BrowserFile {
    fn drop(&mut self) {
        OPEN.set(None);
    }
}

/// The bytes of the open file.
#[derive(Debug)]
pub(super) struct FileSlices {
    num_bytes: u64,
}

impl Slices for FileSlices {
    fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<()> {
        let gone = || io::Error::new(io::ErrorKind::NotFound, "the file cannot be read any more; choose it again");
        OPEN.with_borrow(|open| {
            let Open { file, reader } = open.as_ref().ok_or_else(gone)?;
            let end = start + buffer.len() as u64;
            let slice = file.slice_with_f64_and_f64(start as f64, end as f64).map_err(|_| gone())?;
            let bytes = Uint8Array::new(&reader.read_as_array_buffer(&slice).map_err(|_| gone())?.into());
            if bytes.length() as usize != buffer.len() {
                return Err(gone());
            }
            bytes.copy_to(buffer);
            Ok(())
        })
    }
}
