//! Why a link failed.

use std::net::SocketAddr;
use std::{error, fmt, io};

use rustix::io::Errno;

/// Why a link could not be opened, or could not be written to.
///
/// What a read or a write says at once comes back from that very verb, as an [`io::Error`]; this is what happens while
/// nobody is looking.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The name has no address, or the look-up failed.
    Resolve {
        /// Which name.
        name: Box<str>,
        /// What the resolver said.
        source: io::Error,
    },
    /// No address of the target took the connection.
    Connect {
        /// The address that failed last.
        peer: SocketAddr,
        /// How many addresses were tried.
        attempts: usize,
        /// What the system said about `peer`.
        source: io::Error,
    },
    /// Bytes that waited for the socket to take them were refused, and are lost. What the peer sent before can still be
    /// read.
    Write {
        /// What the system said.
        source: io::Error,
    },
    /// No socket could be had to connect with. See [`is_exhausted`](Self::is_exhausted).
    Socket {
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Whether the process or the system has no descriptor left (`EMFILE`, `ENFILE`).
    ///
    /// Nothing is wrong with the target then: try again when another link was closed.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        is_exhaustion(self.cause())
    }

    const fn cause(&self) -> &io::Error {
        match self {
            Self::Resolve { source, .. }
            | Self::Connect { source, .. }
            | Self::Write { source }
            | Self::Socket { source } => source,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve { name, .. } => write!(f, "cannot resolve {name}"),
            Self::Connect { peer, attempts: 1, .. } => write!(f, "cannot connect to {peer}"),
            Self::Connect { peer, attempts, .. } => {
                write!(f, "cannot connect to {peer}, the last of {attempts} addresses to fail")
            }
            Self::Write { .. } => f.write_str("cannot send what waited"),
            Self::Socket { .. } => f.write_str("cannot open a socket"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(self.cause())
    }
}

/// Whether `error` is `EMFILE` or `ENFILE`.
pub(crate) fn is_exhaustion(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error).contains(&code))
}
