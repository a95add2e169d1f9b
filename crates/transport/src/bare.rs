//! What stands in the place of TLS where it is not compiled in: nothing can be secured, and nothing is.

use std::convert::Infallible;
use std::{error, fmt, io};

/// Why a link could not be secured.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// TLS is not compiled in: the features `tls` and `ring` are off.
    Unsupported,
}

/// What a handshake agreed upon. There is none without the features `tls` or `ring`.
#[derive(Clone, Eq, PartialEq, Debug)]
#[non_exhaustive]
pub struct Secured {
    /// Whether an earlier session went on.
    pub resumed: bool,
    /// What nobody can have.
    never: Infallible,
}

/// A layer that cannot be made.
pub(crate) struct Layer(Infallible);

impl Layer {
    pub(crate) fn is_handshaking(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn unfinished(&self) -> &[u8] {
        match self.0 {}
    }

    pub(crate) fn feed(&mut self, _: &mut [u8], _: &mut &mut [u8]) -> Result<(), TlsError> {
        match self.0 {}
    }

    pub(crate) fn feed_end(&mut self) {
        match self.0 {}
    }

    pub(crate) fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn read_all(&mut self, _: &mut Vec<u8>) {
        match self.0 {}
    }

    pub(crate) fn has_plaintext(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn has_ended(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn write(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), TlsError> {
        match self.0 {}
    }

    pub(crate) fn wants_write(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn drain(&mut self, _: &mut Vec<u8>) {
        match self.0 {}
    }

    pub(crate) fn close(&mut self) {
        match self.0 {}
    }

    pub(crate) fn facts(&self) -> Option<Secured> {
        match self.0 {}
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TLS is not compiled in")
    }
}

impl error::Error for TlsError {}
