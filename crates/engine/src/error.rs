use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The link could not be opened, or broke.
    Link(LinkError),
    /// The body of the request could not be had, or is not what it was to be.
    Body(BodyFault),
    /// The peer closed the connection before the first byte of its response.
    Closed,
    /// What came is no HTTP/1.1, or the body is short.
    Protocol(sortie_h1::Error),
    /// The content could not be decoded, or its decoded form is too large.
    Content(sortie_content::Error),
    /// The content is larger than the policy's `max_content`.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// More content is held than the budget allows, and this call was the one that did not fit.
    OverBudget {
        /// The budget, in bytes.
        limit: u64,
    },
    /// The system has no memory for the content.
    Memory {
        /// How many bytes were asked for.
        bytes: usize,
    },
    /// The response asked for something that cannot or must not be done.
    Policy(sortie_policy::Error),
    /// A timeout ran out; the phase says which.
    Timeout {
        /// The timeout that ran out.
        limit: Duration,
        /// Who was waited for, where that is known.
        peer: Option<Arc<SocketAddr>>,
    },
    /// The whole call took longer than its total timeout; the phase says how far it had come.
    Total {
        /// The timeout that ran out.
        limit: Duration,
    },
    /// The call was cancelled.
    Cancelled,
}

/// What is wrong with a streamed body.
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyFault {
    /// It could not be opened or read.
    Read(io::Error),
    /// It ended too early.
    Short {
        /// How many bytes it had.
        sent: u64,
        /// How many it was to have.
        length: u64,
    },
    /// It did not end where it was to end.
    Long {
        /// How many bytes it was to have.
        length: u64,
    },
}

/// How far a call had come.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting for a connection.
    Queue,
    /// Looking up the name of the host.
    Resolve,
    /// Opening its connection.
    Connect,
    /// Having a proxy open its tunnel.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the head of the response.
    FirstByte,
    /// Reading the content.
    Content,
    /// Following what the response asked for.
    Follow,
    /// Waiting until it is tried again.
    Wait,
}

/// Why a link could not be opened, or broke. The driver makes it.
#[derive(Debug)]
pub struct LinkError {
    /// What failed.
    pub kind: LinkFault,
    /// What the system said.
    pub source: Box<dyn StdError + Send + Sync>,
}

/// What of a link failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkFault {
    /// The name has no address.
    Resolve,
    /// No address could be connected to.
    Connect,
    /// The address policy refused the addresses.
    Refused,
    /// The proxy did not open its tunnel.
    Proxy,
    /// TLS failed.
    Tls,
    /// The connection ended without the close_notify of TLS: what came may not be all (RFC 8446, section 6.1).
    Unclean,
    /// The scheme asks for something that is not built in.
    Unsupported,
    /// The process or the system has no descriptor left: opening is tried again when a link has gone.
    Exhausted,
    /// Bytes could not be written.
    Write,
    /// Bytes could not be read.
    Read,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Link(error) => error.fmt(f),
            Error::Body(fault) => fault.fmt(f),
            Error::Closed => f.write_str("the server closed the connection before it answered"),
            Error::Protocol(_) => f.write_str("the response is not valid HTTP/1.1"),
            Error::Content(_) => f.write_str("the content could not be decoded"),
            Error::TooLarge { limit } => write!(f, "the content is larger than {limit} bytes"),
            Error::OverBudget { limit } => write!(f, "the content does not fit into the budget of {limit} bytes"),
            Error::Memory { bytes } => write!(f, "no memory for {bytes} bytes of content"),
            Error::Policy(_) => f.write_str("the response could not be followed"),
            Error::Timeout { limit, peer: Some(peer) } => write!(f, "{peer} took longer than {limit:?}"),
            Error::Timeout { limit, peer: None } => write!(f, "timed out after {limit:?}"),
            Error::Total { limit } => write!(f, "the call took longer than {limit:?}"),
            Error::Cancelled => f.write_str("the call was cancelled"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Link(error) => Some(&*error.source),
            Error::Body(fault) => fault.source(),
            Error::Protocol(error) => Some(error),
            Error::Content(error) => Some(error),
            Error::Policy(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyFault::Read(_) => f.write_str("the body of the request could not be read"),
            BodyFault::Short { sent, length } => {
                write!(f, "the body of the request ended after {sent} of {length} bytes")
            }
            BodyFault::Long { length } => write!(f, "the body of the request has more than its {length} bytes"),
        }
    }
}

impl StdError for BodyFault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            BodyFault::Read(source) => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            LinkFault::Resolve => "the host name could not be resolved",
            LinkFault::Connect => "the connection could not be opened",
            LinkFault::Refused => "the address may not be connected to",
            LinkFault::Proxy => "the proxy opened no tunnel",
            LinkFault::Tls => "TLS failed",
            LinkFault::Unclean => "the connection ended without close_notify, so that the content may be cut short",
            LinkFault::Unsupported => "the scheme of the URL is not supported",
            LinkFault::Exhausted => "no descriptor is left for a connection",
            LinkFault::Write => "the request could not be written",
            LinkFault::Read => "the response could not be read",
        })
    }
}

impl StdError for LinkError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
