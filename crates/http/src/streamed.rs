//! Bodies that are read while they are sent.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Opened;
use crate::measured::Measured;
use crate::opened::FileReader;

/// A body that is read while it is sent.
pub(crate) struct Streamed {
    source: Source,
    length: Option<u64>,
}

type Reader = Box<dyn Read + Send>;
type OpenOnce = Box<dyn FnOnce() -> io::Result<Reader> + Send>;
type Open = Box<dyn Fn() -> io::Result<Reader> + Send + Sync>;

/// Where it comes from.
enum Source {
    File {
        file: Arc<File>,
        offset: u64,
    },
    Path(PathBuf),
    /// Nothing where it was opened.
    Once(Mutex<Option<OpenOnce>>),
    Reopen(Open),
}

impl Streamed {
    pub(crate) fn file(mut file: File) -> io::Result<Self> {
        let about = file.metadata()?;
        refuse_folder(&about)?;
        if !about.is_file() {
            return Ok(Streamed::once(Box::new(|| Ok(Box::new(file))), None));
        }
        let offset = file.stream_position()?;
        let length = Some(about.len().saturating_sub(offset));
        Ok(Streamed { source: Source::File { file: Arc::new(file), offset }, length })
    }

    pub(crate) fn path(path: PathBuf) -> io::Result<Self> {
        let about = std::fs::metadata(&path)?;
        refuse_folder(&about)?;
        if !about.is_file() {
            return Ok(Streamed::once(Box::new(move || Ok(Box::new(File::open(path)?))), None));
        }
        // Whether it may be read is known now, and not when it is too late to say so.
        File::open(&path)?;
        Ok(Streamed { source: Source::Path(path), length: Some(about.len()) })
    }

    pub(crate) fn once(open: OpenOnce, length: Option<u64>) -> Self {
        Streamed { source: Source::Once(Mutex::new(Some(open))), length }
    }

    pub(crate) fn reopen(open: Open, length: Option<u64>) -> Self {
        Streamed { source: Source::Reopen(open), length }
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self.source, Source::File { .. } | Source::Path(_))
    }

    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self.source, Source::Once(_))
    }

    pub(crate) fn is_whole(&self) -> bool {
        match &self.source {
            Source::Once(open) => open.lock().unwrap_or_else(PoisonError::into_inner).is_some(),
            _ => true,
        }
    }

    pub(crate) fn open(&self) -> io::Result<Opened> {
        let left = self.length.unwrap_or(0);
        match &self.source {
            Source::File { file, offset } => Ok(Opened::File(FileReader::new(file.clone(), *offset, left))),
            Source::Path(path) => Ok(Opened::File(FileReader::new(Arc::new(File::open(path)?), 0, left))),
            Source::Reopen(open) => open().map(|reader| self.opened(reader)),
            Source::Once(once) => {
                let open = once.lock().unwrap_or_else(PoisonError::into_inner).take();
                match open {
                    Some(open) => open().map(|reader| self.opened(reader)),
                    None => Err(io::Error::other("it was read already, and can be read only once")),
                }
            }
        }
    }

    fn opened(&self, reader: Reader) -> Opened {
        Opened::Reader(match self.length {
            Some(length) => Box::new(Measured::new(reader, length)),
            None => reader,
        })
    }

    pub(crate) fn give_up(&self) {
        if let Source::Once(open) = &self.source {
            let open = open.lock().unwrap_or_else(PoisonError::into_inner).take();
            // The program's own code may run here: not while others wait for the lock.
            drop(open);
        }
    }
}

/// A folder can be opened like a file, and not be read.
fn refuse_folder(about: &std::fs::Metadata) -> io::Result<()> {
    match about.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(()),
    }
}
