//! What a turn has to tell.

use std::net::SocketAddr;
use std::time::Duration;

use crate::{Error, LinkId, OpenPhase, Secured};

/// What happened to a link. Nothing is told of a link that was closed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A link that is being opened has come to its next phase: as many as it passes between `open` and `Opened`.
    ///
    /// Not told of the one that it is in when [`open`](crate::Transport::open) returns, which
    /// [`phase`](crate::Transport::phase) knows: a name's Resolving, or an address's Connecting. A Unix socket connects before it
    /// returns, so that all that follows is told.
    Entered {
        /// Which link.
        link: LinkId,
        /// What it is at now.
        phase: OpenPhase,
    },
    /// The link is open: bytes can be sent and read.
    Opened {
        /// Which link.
        link: LinkId,
        /// How that came to be.
        opened: Box<Opened>,
    },
    /// There is something to read. Over TLS that may turn out to be nothing for the owner.
    ///
    /// Told once for whatever arrived: read until a read gives less than it had room for, or
    /// [`WouldBlock`](std::io::ErrorKind::WouldBlock).
    Ready {
        /// Which link.
        link: LinkId,
        /// Whether bytes, or the end, are there.
        readable: bool,
        /// Whether the peer has ended its side, or the link broke. This is not told again: read on until a read gives 0
        /// or an error, also after a short one.
        closed: bool,
    },
    /// Some of what [`send`](crate::Transport::send) left behind was taken by the socket, and not all.
    Moved {
        /// Which link.
        link: LinkId,
    },
    /// All that [`send`](crate::Transport::send) left behind was taken by the socket, or all that TLS had to say of itself.
    Drained {
        /// Which link.
        link: LinkId,
    },
    /// The link could not be opened, or what waited could not be sent.
    ///
    /// The link stays until [`close`](crate::Transport::close); one that was open can still be read.
    Failed {
        /// Which link.
        link: LinkId,
        /// Why.
        error: Error,
    },
}

impl Event {
    /// The link that it happened to.
    #[must_use]
    pub const fn link(&self) -> LinkId {
        match self {
            Self::Entered { link, .. }
            | Self::Opened { link, .. }
            | Self::Ready { link, .. }
            | Self::Moved { link }
            | Self::Drained { link }
            | Self::Failed { link, .. } => *link,
        }
    }
}

/// How a link came to be open.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The address that answered first. `None`: a Unix socket.
    pub peer: Option<SocketAddr>,
    /// Our end. `None`: a Unix socket.
    pub local: Option<SocketAddr>,
    /// From `open` until the addresses were known; zero for an address.
    pub resolve: Duration,
    /// From the first attempt until the connection stood, attempts that failed included.
    pub connect: Duration,
    /// From then until the proxy led on, TLS to the proxy included; zero without a proxy.
    pub proxy: Duration,
    /// From then until the link to the target was secured; zero without TLS to it.
    pub tls: Duration,
    /// What TLS with the target agreed upon. `None`: it is not spoken to by TLS.
    pub secured: Option<Secured>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_small_enough_to_be_moved_about() {
        assert!(size_of::<Event>() <= 80, "{}", size_of::<Event>());
    }
}
