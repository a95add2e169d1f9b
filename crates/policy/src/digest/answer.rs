use std::error::Error as StdError;
use std::fmt;

/// What to do about a 401.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// Send the request once more, with what [`Digest::reply`](super::Digest::reply) says.
    Again {
        /// Whether the server says that the credentials are right and only the nonce before had expired.
        stale: bool,
    },
    /// This challenge was answered already, and the credentials were not accepted.
    Rejected,
    /// There is no challenge that can be answered.
    Unanswerable(Unanswerable),
}

/// Why a 401 cannot be answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unanswerable {
    /// The response has no Digest challenge, or none that can be read.
    NoChallenge,
    /// A challenge lacks what is needed.
    Missing {
        /// `realm` or `nonce`.
        name: &'static str,
    },
    /// The algorithm is not one of MD5, SHA-256 and SHA-512-256, with or without `-sess`.
    Algorithm {
        /// Its name, escaped, at most 100 characters of it.
        name: Box<str>,
    },
    /// The quality of protection that is offered is not `auth`.
    Protection {
        /// What is offered: `auth-int` for one; escaped, at most 100 characters of it.
        offered: Box<str>,
    },
    /// The server wants another charset than UTF-8, and user or password are not ASCII.
    Charset {
        /// Its name, escaped, at most 100 characters of it.
        name: Box<str>,
    },
    /// User and password are none that can be used: see [`Digest::check`](super::Digest::check).
    Credentials,
}

impl fmt::Display for Unanswerable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unanswerable::NoChallenge => f.write_str("the response has no digest challenge that can be read"),
            Unanswerable::Missing { name } => write!(f, "the digest challenge has no {name}"),
            Unanswerable::Algorithm { name } => write!(f, "the digest algorithm `{name}` is not known"),
            Unanswerable::Protection { offered } => {
                write!(f, "the digest challenge offers the quality of protection `{offered}`, and only `auth` is known")
            }
            Unanswerable::Charset { name } => {
                write!(f, "the digest challenge wants the charset `{name}`, and the credentials are not ASCII")
            }
            Unanswerable::Credentials => fmt::Display::fmt(&crate::Error::Credentials, f),
        }
    }
}

impl StdError for Unanswerable {}
