//! The place of results: stdout, or a file that is there in full or not at all.

use crate::terminal::Terminal;
use crate::usage::Usage;
use anyhow::{Context, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// A place to write to; nothing is there before [`finish`](Output::finish).
#[derive(Debug)]
pub struct Output {
    writer: Writer,
    name: String,
}

#[derive(Debug)]
enum Writer {
    Stdout(BufWriter<io::Stdout>),
    Terminal(Terminal<io::Stdout>),
    File(BufWriter<Target>),
    GzipFile(Box<GzEncoder<BufWriter<Target>>>),
}

/// A file that is being written.
#[derive(Debug)]
enum Target {
    /// A device or a pipe, which is written to as it is.
    Device(File),
    /// A temporary file beside `place`, which takes its name in the end; removed if it does not come to that.
    File { temporary: NamedTempFile, place: PathBuf },
}

impl Target {
    fn finish(self) -> io::Result<()> {
        match self {
            Target::Device(mut device) => device.flush(),
            Target::File { temporary, place } => {
                // After a loss of power either file is there whole, too.
                temporary.as_file().sync_all()?;
                temporary.persist(&place)?;
                sync_folder(&place)
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Device(device) => device.write(bytes),
            Target::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Device(device) => device.flush(),
            Target::File { temporary, .. } => temporary.flush(),
        }
    }
}

impl Output {
    /// Stdout.
    pub fn stdout() -> Output {
        let stdout = io::stdout();
        let writer = match stdout.is_terminal() {
            true => Writer::Terminal(Terminal::new(stdout)),
            false => Writer::Stdout(BufWriter::new(stdout)),
        };
        Output { writer, name: "stdout".to_owned() }
    }

    /// The file at `path` as it is written; stdout for `-`.
    pub fn create(path: &Path) -> anyhow::Result<Output> {
        if path == Path::new("-") {
            return Ok(Output::stdout());
        }
        let name = path.display().to_string();
        let target = open(path).with_context(|| format!("cannot write {name}"))?;
        Ok(Output { writer: Writer::File(BufWriter::new(target)), name })
    }

    /// The file at `path`, compressed if its name ends in `.gz`; stdout for `-`.
    pub fn create_text(path: &Path) -> anyhow::Result<Output> {
        let mut output = Output::create(path)?;
        if path.extension().is_some_and(|extension| extension == "gz")
            && let Writer::File(file) = output.writer
        {
            output.writer = Writer::GzipFile(Box::new(GzEncoder::new(file, Compression::default())));
        }
        Ok(output)
    }

    /// Writes out what is buffered and gives the file its name.
    pub fn finish(self) -> anyhow::Result<()> {
        let Output { writer, name } = self;
        let complete = || -> io::Result<()> {
            match writer {
                Writer::Stdout(mut stdout) => stdout.flush(),
                Writer::Terminal(mut terminal) => terminal.flush(),
                Writer::File(file) => file.into_inner()?.finish(),
                Writer::GzipFile(file) => file.finish()?.into_inner()?.finish(),
            }
        };
        complete().with_context(|| format!("cannot write {name}"))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Output { writer, name } = self;
        let written = match writer {
            Writer::Stdout(stdout) => stdout.write(bytes),
            Writer::Terminal(terminal) => terminal.write(bytes),
            Writer::File(file) => file.write(bytes),
            Writer::GzipFile(file) => file.write(bytes),
        };
        written.map_err(|error| io::Error::new(error.kind(), format!("cannot write {name}: {error}")))
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Stdout(stdout) => stdout.flush(),
            Writer::Terminal(terminal) => terminal.flush(),
            Writer::File(file) => file.flush(),
            Writer::GzipFile(file) => file.flush(),
        }
    }
}

/// Opens a temporary file beside `path`, or `path` itself if it is a device or a pipe.
fn open(path: &Path) -> anyhow::Result<Target> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => bail!("it is a directory, expected a file name"),
        Ok(found) if !found.is_file() => return Ok(Target::Device(File::options().write(true).open(path)?)),
        // A file that may not be written to stays as it is, although a rename could replace it.
        Ok(_) => drop(File::options().append(true).open(path)?),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Err(_) => {}
    }
    let place = place_of(path);
    let file_name = place.file_name().context("it has no file name")?.to_string_lossy();
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!(".{file_name}.");
    remove_leftovers(folder, &prefix);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY);
    // Readable to all that the umask lets read, as other files are; temporary files are their owner's alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(folder).map_err(|error| {
        // Without the random name, which says nothing to anybody.
        let text = error.to_string();
        io::Error::new(error.kind(), text.split(" at path ").next().unwrap_or_default())
    })?;
    // Says to other runs that somebody writes it; where files cannot be locked, nothing is ever removed.
    let _ = temporary.as_file().try_lock();
    Ok(Target::File { temporary, place })
}

/// The end of names of temporary files.
const TEMPORARY: &str = ".tmp";
/// A temporary file that nobody writes is left alone for so long: it may have been made just now.
const GRACE: Duration = Duration::from_secs(60);

/// Removes what runs that were killed have left of the same file.
fn remove_leftovers(folder: &Path, prefix: &str) {
    let is_leftover = |file: &Path| -> io::Result<bool> {
        let file = File::open(file)?;
        let is_old = file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > GRACE);
        Ok(is_old && file.try_lock().is_ok())
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // Six letters that were drawn stand between.
        let is_temporary = name.len() == prefix.len() + 6 + TEMPORARY.len();
        if is_temporary
            && name.starts_with(prefix)
            && name.ends_with(TEMPORARY)
            && is_leftover(&entry.path()).unwrap_or(false)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The place that a path leads to: a symbolic link goes on pointing to where it does, be there a file or not.
fn place_of(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    // Links in a circle were refused before.
    while let Ok(target) = fs::read_link(&place) {
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    fs::canonicalize(&place).unwrap_or(place)
}

/// Makes the new name of a file last.
fn sync_folder(place: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened.
    if cfg!(unix)
        && let Some(folder) = place.parent()
    {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            // Some file systems have no such call.
            Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(())
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

/// Returns true if both names lead to one existing file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
