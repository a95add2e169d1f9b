//! What a turn has to tell.

use std::net::SocketAddr;
use std::time::Duration;

use crate::{Error, LinkId};

/// What happened to a link. Nothing is told of a link that was closed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The link is open: bytes can be sent and read.
    Opened {
        /// Which link.
        link: LinkId,
        /// The address that answered first.
        peer: SocketAddr,
        /// Our end.
        local: SocketAddr,
        /// From `open` until the addresses were known; zero for an address.
        resolve: Duration,
        /// From the first attempt until the connection stood, attempts that failed included.
        connect: Duration,
    },
    /// There is something to read.
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
    /// All that [`send`](crate::Transport::send) left behind was taken by the socket.
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
            Self::Opened { link, .. }
            | Self::Ready { link, .. }
            | Self::Moved { link }
            | Self::Drained { link }
            | Self::Failed { link, .. } => *link,
        }
    }
}
