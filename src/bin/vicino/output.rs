//! Where results go: stdout, or a file that is there in full or not at all.

use crate::usage::Usage;
use anyhow::{Context, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A place to write to; nothing stands at the place before [`finish`](Output::finish).
#[derive(Debug)]
pub struct Output {
    writer: Writer,
    name: String,
    /// The temporary file and the name it gets; `None` for stdout and devices.
    rename: Option<Rename>,
}

#[derive(Debug)]
enum Writer {
    Stdout(BufWriter<io::Stdout>),
    File(BufWriter<File>),
    GzipFile(GzEncoder<BufWriter<File>>),
}

#[derive(Debug)]
struct Rename {
    temporary: PathBuf,
    place: PathBuf,
}

/// Removes the temporary file unless it has got its name.
impl Drop for Rename {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Output {
    /// Stdout.
    pub fn stdout() -> Output {
        Output { writer: Writer::Stdout(BufWriter::new(io::stdout())), name: "stdout".to_owned(), rename: None }
    }

    /// The file at `path` as it is written; stdout for `-`.
    pub fn create(path: &Path) -> anyhow::Result<Output> {
        if path == Path::new("-") {
            return Ok(Output::stdout());
        }
        let name = path.display().to_string();
        let (file, rename) = open(path).with_context(|| format!("cannot write {name}"))?;
        Ok(Output { writer: Writer::File(BufWriter::new(file)), name, rename })
    }

    /// The file at `path`, compressed if its name ends in `.gz`; stdout for `-`.
    pub fn create_text(path: &Path) -> anyhow::Result<Output> {
        let mut output = Output::create(path)?;
        if path.extension().is_some_and(|extension| extension == "gz")
            && let Writer::File(file) = output.writer
        {
            output.writer = Writer::GzipFile(GzEncoder::new(file, Compression::default()));
        }
        Ok(output)
    }

    /// Writes out what is buffered and gives the file its name.
    pub fn finish(self) -> anyhow::Result<()> {
        let Output { writer, name, rename } = self;
        let complete = || -> io::Result<()> {
            match writer {
                Writer::Stdout(mut stdout) => stdout.flush()?,
                Writer::File(mut file) => file.flush()?,
                Writer::GzipFile(file) => file.finish()?.flush()?,
            }
            if let Some(rename) = &rename {
                fs::rename(&rename.temporary, &rename.place)?;
            }
            Ok(())
        };
        complete().with_context(|| format!("cannot write {name}"))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Stdout(stdout) => stdout.write(bytes),
            Writer::File(file) => file.write(bytes),
            Writer::GzipFile(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Stdout(stdout) => stdout.flush(),
            Writer::File(file) => file.flush(),
            Writer::GzipFile(file) => file.flush(),
        }
    }
}

/// Opens a temporary file beside `path`, or `path` itself if it is a device or a pipe.
fn open(path: &Path) -> anyhow::Result<(File, Option<Rename>)> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => bail!("it is a directory, expected a file name"),
        Ok(found) if !found.is_file() => return Ok((File::options().write(true).open(path)?, None)),
        // A file that may not be written to stays as it is, although a rename could replace it.
        Ok(_) => drop(File::options().append(true).open(path)?),
        Err(_) => {}
    }
    // A symbolic link goes on pointing to where it does.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let file_name = place.file_name().context("it has no file name")?.to_string_lossy().into_owned();
    let temporary = place.with_file_name(format!(".{file_name}.{}.tmp", std::process::id()));
    let file = File::create(&temporary)?;
    Ok((file, Some(Rename { temporary, place })))
}

/// Fails now rather than after a long computation if `path` cannot be written to; leaves nothing behind.
pub fn check(path: &Path) -> anyhow::Result<()> {
    let is_device = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if is_device { Ok(()) } else { Output::create(path).map(drop) }
}

/// Fails if one of `inputs` would be replaced by one of `outputs`.
///
/// # Errors
/// It is wrong usage, and the error names the file.
pub fn refuse_to_replace<'p>(inputs: &[PathBuf], outputs: impl IntoIterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
    for output in outputs {
        if inputs.iter().any(|input| is_same_file(input, output)) {
            return Err(Usage(format!("{} is read and would be replaced", output.display())).into());
        }
    }
    Ok(())
}

/// Whether both names lead to one existing file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
