//! Requests to the machine that the command runs on: a working directory, a folder for temporary files, and threads.
//!
//! Compiled to WebAssembly (WASI preview 1) a program has neither of the folders, and cannot ask how many cores there
//! are: its host says all three, in `PWD`, `TMPDIR` and `RAYON_NUM_THREADS`.

use anyhow::Context;
use rayon::ThreadPoolBuilder;

/// Makes relative paths begin where the command was called.
pub fn enter_working_directory() -> anyhow::Result<()> {
    #[cfg(target_os = "wasi")]
    if let Some(directory) = std::env::var_os("PWD") {
        std::env::set_current_dir(&directory)
            .with_context(|| format!("cannot enter the working directory {}", directory.display()))?;
    }
    Ok(())
}

/// Puts temporary files where the host wants them, in `/tmp` if it says nothing.
pub fn choose_temporary_folder() {
    #[cfg(target_os = "wasi")]
    {
        let folder = std::env::var_os("TMPDIR").unwrap_or_else(|| "/tmp".into());
        // Fails only if somebody has chosen before.
        let _ = tempfile::env::override_temp_dir(folder.as_ref());
    }
}

/// Starts so many threads; without a number as many as `RAYON_NUM_THREADS` says, else one a core.
///
/// # Errors
/// The threads cannot be started.
pub fn start_threads(number: Option<usize>) -> anyhow::Result<()> {
    #[cfg(target_os = "wasi")]
    let number = number.or_else(|| std::env::var("RAYON_NUM_THREADS").ok()?.parse().ok());
    let Some(number) = number else { return Ok(()) };
    let mut pool = ThreadPoolBuilder::new().num_threads(number);
    // A browser's page starts no threads: one is the one that runs.
    if cfg!(target_os = "wasi") && number == 1 {
        pool = pool.use_current_thread();
    }
    pool.build_global().with_context(|| format!("cannot start {number} threads"))
}
