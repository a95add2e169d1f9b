//! Errors as a reader gives them.

use std::io;

use crate::{Error, ErrorKind};

/// For readers. A timeout is `TimedOut`, truncation `UnexpectedEof`, a limit `FileTooLarge`, damaged content
/// `InvalidData`; the rest is `Other`. The error is inside: see [`io::Error::downcast`].
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            kind if kind.is_timeout() => io::ErrorKind::TimedOut,
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::ContentTooLarge => io::ErrorKind::FileTooLarge,
            ErrorKind::Content | ErrorKind::Protocol => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}
