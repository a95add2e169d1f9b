//! How an origin is reached.

use std::sync::Arc;

use sortie_http::{Origin, Scheme};
use sortie_policy::{Channel, Proxy, ProxyKind, Way};

/// What tells connections apart that must not be shared: where they lead, through whom, and how they are made.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct Road {
    pub(crate) origin: Arc<Origin>,
    pub(crate) proxy: Option<Arc<Proxy>>,
    pub(crate) channel: Channel,
    /// The proxy cannot be used, and nothing goes around it.
    pub(crate) barred: bool,
}

/// What a proxy has to do with a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Proxied {
    /// There is none.
    Direct,
    /// It is the peer, and is asked itself.
    Asked,
    /// It has opened a tunnel, and sees nothing of what is sent.
    Tunnelled,
}

impl Road {
    pub(crate) fn new(origin: Arc<Origin>, way: Option<&Way>) -> Self {
        let (proxy, channel, barred) = match way.map(|way| way.to(&origin)) {
            None => (None, Channel::default(), false),
            Some(Ok((proxy, channel))) => (proxy, channel, false),
            Some(Err(_)) => (None, Channel::default(), true),
        };
        Road { origin, proxy, channel, barred }
    }

    /// What its proxy, if it has one, has to do with its links.
    pub(crate) fn proxied(&self) -> Proxied {
        match (&self.proxy, self.asked()) {
            (None, _) => Proxied::Direct,
            (Some(_), Some(_)) => Proxied::Asked,
            (Some(_), None) => Proxied::Tunnelled,
        }
    }

    /// The proxy that is asked itself, rather than for a tunnel: one of HTTP's, for plain http (RFC 9112, section 3.2.2).
    pub(crate) fn asked(&self) -> Option<&Proxy> {
        let is_asked = |proxy: &&Proxy| {
            self.origin.scheme() == Scheme::Http && matches!(proxy.kind(), ProxyKind::Http | ProxyKind::Https)
        };
        self.proxy.as_deref().filter(is_asked)
    }
}
