//! What is wrong with a call of the library, or came of it.

use std::error::Error;
use std::fmt;

use facade::ErrorKind;

use crate::status::*;

/// Why a function failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// This parameter is NULL.
    Null(&'static str),
    /// This text is not UTF-8 from `at` on, counted in bytes.
    Utf8 {
        /// The parameter.
        name: &'static str,
        /// Where it stops being UTF-8.
        at: usize,
    },
    /// No memory has this size.
    Size {
        /// The parameter.
        name: &'static str,
        /// How many elements.
        size: usize,
    },
    /// This parameter has a value that means nothing: the clause says why.
    Argument(&'static str, String),
    /// This handle is in use: by another thread, or by the function that has called back.
    Busy(&'static str),
    /// This handle was made before the process forked.
    Forked(&'static str),
    /// A fault of ours, which was caught.
    Panic(String),
    /// What the library itself says.
    Told(facade::Error),
}

impl Fault {
    /// The status that the function returns.
    pub(crate) fn status(&self) -> sortie_status {
        match self {
            Fault::Null(_) => SORTIE_ERR_NULL,
            Fault::Utf8 { .. } => SORTIE_ERR_UTF8,
            Fault::Size { .. } | Fault::Argument(..) => SORTIE_ERR_ARGUMENT,
            Fault::Busy(_) => SORTIE_ERR_BUSY,
            Fault::Forked(_) => SORTIE_ERR_FORKED,
            Fault::Panic(_) => SORTIE_ERR_PANIC,
            Fault::Told(error) => status_of(error.kind()),
        }
    }

    /// Because of a parameter: what is wrong with it, and what the library says of that.
    pub(crate) fn argument(name: &'static str, why: impl fmt::Display) -> Self {
        Fault::Argument(name, why.to_string())
    }

    /// Because of a header field that may not be sent like that.
    pub(crate) fn header(why: impl Error + Send + Sync + 'static) -> Self {
        Fault::Told(facade::Error::new(ErrorKind::InvalidHeader).with_source(why))
    }

    /// Because of a URL that is none.
    pub(crate) fn url(url: &str, why: impl Error + Send + Sync + 'static) -> Self {
        Fault::Told(facade::Error::new(ErrorKind::InvalidUrl).with_url(url).with_source(why))
    }

    /// What went wrong, in words: as the kinds of the library's own errors.
    pub(crate) fn kind(&self) -> String {
        let kind = match self {
            Fault::Null(_) => "null pointer",
            Fault::Utf8 { .. } => "not UTF-8",
            Fault::Size { .. } => "impossible size",
            Fault::Argument(..) => "invalid argument",
            Fault::Busy(_) => "busy",
            Fault::Forked(_) => "made before a fork",
            Fault::Panic(_) => "caught fault of sortie's",
            Fault::Told(error) => return error.kind().to_string(),
        };
        kind.into()
    }

    /// The error of a call, if it is one.
    pub(crate) fn told(&self) -> Option<&facade::Error> {
        match self {
            Fault::Told(error) => Some(error),
            _ => None,
        }
    }
}

impl From<facade::Error> for Fault {
    fn from(error: facade::Error) -> Self {
        Fault::Told(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Null(name) => write!(f, "`{name}` is NULL"),
            Fault::Utf8 { name, at } => write!(f, "`{name}` is not UTF-8 from byte {at} on"),
            Fault::Size { name, size } => write!(f, "`{name}` cannot have {size} elements"),
            Fault::Argument(name, why) => write!(f, "`{name}` {why}"),
            Fault::Busy(name) => write!(f, "`{name}` is in use: by another thread, or it has called back"),
            Fault::Forked(name) => write!(f, "`{name}` was made before this process was forked"),
            Fault::Panic(message) => write!(f, "a fault of sortie's, which was caught: {message}"),
            Fault::Told(error) => error.fmt(f),
        }
    }
}
