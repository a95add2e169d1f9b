//! What can go wrong while a jar is asked, saved or loaded.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a jar could not say, save or load. One cookie that is not kept is a [`Refusal`](crate::Refusal).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Several cookies have this name, where one was asked for: a domain or a path is needed.
    Ambiguous {
        /// The name.
        name: Box<str>,
        /// How many have it.
        count: usize,
    },
    /// The file could not be read.
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written, may not be, or is no regular file. It holds what it held before; or all of the
    /// new, where the system could only not say that it will outlast a loss of power.
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was to be loaded is no JSON.
    Syntax {
        /// In which line, counted from 1.
        line: usize,
        /// What the parser said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// What was to be loaded is JSON, but no object with the list `cookies`, or of another version.
    Schema,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Ambiguous { name, count } => write!(f, "{count} cookies have the name `{}`", name.escape_debug()),
            Error::Read { path, .. } => write!(f, "cannot read cookies from {}", path.display()),
            Error::Write { path, .. } => write!(f, "cannot write cookies to {}", path.display()),
            Error::Syntax { line, .. } => write!(f, "line {line} is not JSON"),
            Error::Schema => f.write_str("the JSON is not that of a cookie jar"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Read { source, .. } | Error::Write { source, .. } => Some(source),
            Error::Syntax { source, .. } => Some(&**source),
            Error::Ambiguous { .. } | Error::Schema => None,
        }
    }
}
