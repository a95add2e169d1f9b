//! Why a link failed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::{error, fmt, io, path::Path};

use rustix::io::Errno;

use crate::{Host, OpenPhase, Target, TlsError, TunnelError};

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
    /// No address of the host may be connected to. See [`Addresses`](crate::Addresses).
    Refused {
        /// Which host.
        host: Host,
        /// The first of its addresses.
        address: IpAddr,
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
    /// The Unix socket did not take the connection.
    Path {
        /// Where it is.
        path: Arc<Path>,
        /// What the system said.
        source: io::Error,
    },
    /// The proxy does not lead on.
    Proxy {
        /// Which proxy.
        proxy: Target,
        /// What it said, or failed to say.
        source: Box<TunnelError>,
    },
    /// The link could not be secured.
    Tls {
        /// The address that the socket is connected to. `None`: a Unix socket.
        peer: Option<SocketAddr>,
        /// With whom: the target's host, or the proxy's.
        host: Host,
        /// Which check failed.
        source: Box<TlsError>,
    },
    /// The connection ended before the link was open.
    Cut {
        /// What the link was at.
        phase: OpenPhase,
        /// The address that the socket was connected to. `None`: a Unix socket.
        peer: Option<SocketAddr>,
        /// What the system said; [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) where the peer closed in good order.
        source: io::Error,
    },
    /// Bytes that waited for the socket to take them were refused, and are lost. What the peer sent before can still be
    /// read.
    Write {
        /// What the system said.
        source: io::Error,
    },
    /// No socket could be had to connect with: there is no descriptor left, see [`is_exhausted`](Self::is_exhausted), or the
    /// [local address](crate::ConnectorBuilder::bind) is none of this machine's, or has no port left.
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
        self.of_system().is_some_and(is_exhaustion)
    }

    /// What the system said, if it did.
    const fn of_system(&self) -> Option<&io::Error> {
        match self {
            Self::Resolve { source, .. }
            | Self::Connect { source, .. }
            | Self::Path { source, .. }
            | Self::Cut { source, .. }
            | Self::Write { source }
            | Self::Socket { source } => Some(source),
            Self::Refused { .. } | Self::Proxy { .. } | Self::Tls { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve { name, .. } => write!(f, "cannot resolve {name}"),
            Self::Refused { host: Host::Ip(address), .. } => write!(f, "the address {address} is not allowed"),
            Self::Refused { host, address } => write!(f, "the address {address} of {host} is not allowed"),
            Self::Connect { peer, attempts: 1, .. } => write!(f, "cannot connect to {peer}"),
            Self::Connect { peer, attempts, .. } => {
                write!(f, "cannot connect to {peer}, the last of {attempts} addresses to fail")
            }
            Self::Path { path, .. } => write!(f, "cannot connect to the socket {}", path.display()),
            Self::Proxy { proxy, .. } => write!(f, "the proxy {proxy} does not lead on"),
            Self::Tls { peer, host, .. } => {
                write!(f, "cannot secure the connection to {host}")?;
                peer.iter().try_for_each(|peer| write!(f, " at {peer}"))
            }
            Self::Cut { phase, peer, .. } => {
                f.write_str("the connection")?;
                peer.iter().try_for_each(|peer| write!(f, " to {peer}"))?;
                write!(f, " ended while {phase}")
            }
            Self::Write { .. } => f.write_str("cannot send what waited"),
            Self::Socket { .. } => f.write_str("cannot open a socket"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Proxy { source, .. } => Some(&**source),
            Self::Tls { source, .. } => Some(&**source),
            other => other.of_system().map(|error| error as _),
        }
    }
}

/// Whether `error` is `EMFILE` or `ENFILE`.
pub(crate) fn is_exhaustion(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error).contains(&code))
}
