//! The border to code that may panic on damaged files: a panic beyond it becomes an error of the file.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use super::TableError;

thread_local! {
    static READING: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
}

/// The file that code beyond the border is reading on this thread; a panic is that file's fault, and is told as an
/// error where panics unwind. For the panic hook of a program.
pub fn file_being_decoded() -> Option<PathBuf> {
    READING.try_with(|reading| reading.borrow().clone()).ok().flatten()
}

/// Calls code that may panic; what it borrows is not used again after an error.
pub(super) fn guarded<T, E>(
    path: &Path,
    of_panic: impl FnOnce(&str) -> E,
    call: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let before = READING.with(|reading| reading.replace(Some(path.to_owned())));
    let outcome = catch_unwind(AssertUnwindSafe(call));
    READING.with(|reading| *reading.borrow_mut() = before);
    outcome.unwrap_or_else(|panic| Err(of_panic(said(&*panic))))
}

/// Calls the decoder of Parquet; see [`guarded`].
pub(super) fn decoding<T>(path: &Path, call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    guarded(path, |said| ParquetError::General(format!("it is damaged ({said})")), call)
}

/// The error of a table for one of decoding.
pub(super) fn decode_error(path: &Path, error: &ParquetError) -> TableError {
    let text = error.to_string();
    let problem = text.strip_prefix("Parquet error: ").unwrap_or(&text);
    TableError::Parquet { path: path.to_owned(), problem: problem.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// The words of a panic.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("the decoder gave up")
}
