//! What can go wrong while a sink is set up.

use std::error::Error as StdError;
use std::fmt;

/// Why a sink could not be set up.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No time zone has this name.
    Zone {
        /// What was asked for.
        name: Box<str>,
        /// What the look-up said.
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Zone { name, .. } => write!(f, "no time zone is known as {name:?}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Zone { source, .. } => Some(&**source),
        }
    }
}
