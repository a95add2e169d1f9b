//! A jar in a file. The file is [replaced](replace_file) as a whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::{Error, Format, Jar, Loaded, Scope};

impl Jar {
    /// Puts into a file what [`write_to`](Self::write_to) writes. Says how many cookies.
    ///
    /// The file is replaced as by [`replace_file`] with [`Access::Kept`]. Fails with [`Error::Write`], also where the file
    /// is read-only or no regular file.
    pub fn save_file(&self, path: impl AsRef<Path>, format: Format, scope: Scope) -> Result<usize, Error> {
        let (text, count) = self.to_text(format, scope);
        save(path.as_ref(), &text)?;
        Ok(count)
    }

    /// Keeps what stands in a file, as [`read_from`](Self::read_from) does.
    ///
    /// Fails as that does, and with [`Error::Read`], also where there is no such file.
    pub fn load_file(&mut self, path: impl AsRef<Path>, format: Format, now: SystemTime) -> Result<Loaded, Error> {
        self.read_from(&load(path.as_ref())?, format, now)
    }
}

pub(crate) fn load(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

pub(crate) fn save(path: &Path, text: &str) -> Result<(), Error> {
    replace_file(path, text.as_bytes(), Access::Kept).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Who may use a file that is replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// Whoever might use the file that was there; its owner alone where there was none.
    Kept,
    /// Its owner alone, whatever was there.
    Owner,
}

/// Puts a file with this content in the place of the one at `path`, or makes it.
///
/// The content is written to a new file beside it, brought to the disk, and put in its place: whoever reads, and whatever
/// breaks, finds the old file or the new. A new file is for its owner alone (Unix: mode 0600); a symbolic link goes on
/// leading to it. Blocks until the disk has it all.
///
/// # Errors
/// What the system said; also where the file is read-only, or no regular file. It then holds what it held before; or all
/// of the new, where the system could only not say that it will outlast a loss of power.
pub fn replace_file(path: impl AsRef<Path>, content: &[u8], access: Access) -> io::Result<()> {
    let path = path.as_ref();
    // Where it does not lead anywhere yet, the path itself is meant.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = match fs::metadata(&target) {
        Ok(file) if !file.is_file() => return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file")),
        Ok(file) if file.permissions().readonly() => return Err(ErrorKind::PermissionDenied.into()),
        Ok(file) => Some(file.permissions()).filter(|_| access == Access::Kept),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) => Path::new("."),
        None => return Err(io::Error::new(ErrorKind::InvalidInput, "not a file's name")),
    };
    let (draft, file) = create_in(folder)?;
    let written = fill(file, content, permissions).and_then(|()| fs::rename(&draft, &target));
    if let Err(error) = written {
        // It is of no use, and the first error is the one that tells.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    sync(folder)
}

/// A file that nobody else has, for its owner alone.
fn create_in(folder: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let draft = folder.join(format!(".sortie-{}-{count}.tmp", process::id()));
        match options.open(&draft) {
            Ok(file) => return Ok((draft, file)),
            // A process of the same number broke off here once.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn fill(mut file: File, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    file.write_all(content)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Brings the file's new name to the disk.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A folder cannot be opened here; its names are the system's care.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
