//! What can go wrong while a jar is asked.

use std::error::Error as StdError;
use std::fmt;

/// Why a jar could not say. One cookie that is not kept is a [`Refusal`](crate::Refusal).
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Ambiguous { name, count } => write!(f, "{count} cookies have the name `{}`", name.escape_debug()),
        }
    }
}

impl StdError for Error {}
