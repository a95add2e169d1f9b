use std::error::Error as StdError;
use std::fmt;

use sortie_http::Url;

/// Why a call could not go on, or a policy is none.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A redirect's Location is no URL that can be asked.
    Location {
        /// What is wrong with it.
        source: sortie_http::Error,
    },
    /// There was one redirect more than may be followed.
    TooManyRedirects {
        /// How many may be followed.
        limit: u32,
    },
    /// A redirect leads to plain http where only https may be asked.
    Insecure {
        /// Where it leads.
        url: Url,
    },
    /// A redirect asks for the body once more, and it can be sent only once.
    NotReplayable,
    /// A timeout of no time at all.
    ZeroTimeout {
        /// Which one: the name of its field in [`Timeouts`](crate::Timeouts).
        which: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Location { .. } => f.write_str("the redirect's Location cannot be followed"),
            Error::TooManyRedirects { limit } => write!(f, "more than {limit} redirects"),
            Error::Insecure { url } => write!(f, "redirected to `{url}` where only https may be asked"),
            Error::NotReplayable => f.write_str("redirected with a body that cannot be sent a second time"),
            Error::ZeroTimeout { which } => write!(f, "the timeout `{which}` is zero"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Location { source } => Some(source),
            _ => None,
        }
    }
}
