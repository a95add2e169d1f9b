//! One link: the transport's byte stream, and who uses it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sortie_policy::Timeouts;

use crate::conn::Conn;
use crate::origin::OriginId;
use crate::road::Proxied;
use crate::table::{Name, Slot};
use crate::{CallId, Phase, Time};

/// Names a link of the engine, from `Output::Open` until it is closed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkId(Slot);

/// What the driver says of a link that was opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Opened {
    /// Whom it leads to.
    pub peer: Option<SocketAddr>,
    /// How long looking up the name took.
    pub resolve: Duration,
    /// How long connecting took.
    pub connect: Duration,
    /// How long a proxy took to open its tunnel.
    pub proxy: Duration,
    /// How long the TLS handshake took.
    pub tls: Duration,
    /// Whether there was a TLS handshake.
    pub secured: bool,
    /// Whether that resumed an earlier session.
    pub resumed: bool,
}

/// One link.
pub(crate) struct Link {
    pub(crate) origin: OriginId,
    pub(crate) state: LinkState,
    pub(crate) conn: Conn,
    pub(crate) peer: Option<Arc<SocketAddr>>,
    /// Nanoseconds that opening it took, until its first exchange has ended: resolve, connect, TLS.
    pub(crate) opening: Option<Box<[u64; 3]>>,
    /// Exchanges that were begun on it.
    pub(crate) exchanges: u32,
    /// Whether there is a proxy on the way.
    pub(crate) proxied: Proxied,
    /// When its present state runs out; `None` for never.
    pub(crate) expires: Option<Time>,
    /// It is not read, because too much content is held.
    pub(crate) paused: bool,
    /// The server's own word on how long it keeps an idle connection, in seconds.
    pub(crate) keep_alive: Option<u32>,
}

/// Who uses a link.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum LinkState {
    /// It is being opened for this call.
    Opening(CallId),
    /// It is being opened for nobody yet. Boxed, since few links are, and all have a state.
    Warming(Box<Warming>),
    /// An exchange of this call is on it.
    Busy(CallId),
    /// Nobody; it waits in its origin's pool.
    Idle,
}

/// How far a link has come that is being opened for nobody yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Warming {
    pub(crate) timeouts: Timeouts,
    /// When it began to be opened.
    pub(crate) begun: Time,
    /// Which part of that it is in, and since when.
    pub(crate) phase: Phase,
    pub(crate) since: Time,
}

impl LinkId {
    /// A small number that no other open link has; a later link may have it again.
    pub fn index(self) -> usize {
        self.0.index as usize
    }
}

impl Name for LinkId {
    fn new(slot: Slot) -> Self {
        LinkId(slot)
    }

    fn slot(self) -> Slot {
        self.0
    }
}
