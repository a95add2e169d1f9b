use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use sortie_http::PreparedRequest;

use super::{Digest, Space, hexadecimal};

/// What to do about a 401.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Send the request once more.
    Again {
        /// Whether the server says that the credentials are right and only the nonce before had expired.
        stale: bool,
        /// What to say in it.
        reply: DigestReply,
    },
    /// This challenge was answered already, and the credentials were not accepted.
    Rejected,
    /// There is no challenge that can be answered.
    Unanswerable(Unanswerable),
}

/// The answer to one challenge. A clone shares the count of its nonce.
///
/// It goes on to answer that challenge when [`Digest`] has learned of another one, so that many calls which are
/// challenged at the same time use each its own nonce. `Debug` shows nothing.
#[derive(Clone)]
pub struct DigestReply {
    digest: Digest,
    pub(super) space: Arc<Space>,
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
    /// User and password are none that can be used: see [`Digest::check`].
    Credentials,
}

impl DigestReply {
    pub(super) fn new(digest: Digest, space: Arc<Space>) -> Self {
        DigestReply { digest, space }
    }

    /// What the Authorization field of `request` says, whether or not the challenge's `domain` holds it; it counts as a
    /// use of the nonce.
    ///
    /// `None` where the request is for another origin than that of the challenge. Else as
    /// [`Digest::authorization`] says.
    pub fn authorization(&self, request: &PreparedRequest, cnonce: impl FnOnce() -> [u8; 16]) -> Option<String> {
        self.written(request, || hexadecimal(&cnonce()))
    }

    pub(super) fn written(&self, request: &PreparedRequest, cnonce: impl FnOnce() -> String) -> Option<String> {
        match self.space.is_of(request.url().origin()) {
            // Nothing is locked while the caller's code runs.
            true => self.space.authorization(request, &self.digest.0.user, cnonce()),
            false => None,
        }
    }
}

impl fmt::Debug for DigestReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestReply(***)")
    }
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
