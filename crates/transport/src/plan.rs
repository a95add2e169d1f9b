//! What a link is to be.

use std::net::SocketAddr;

use crate::{Connector, Credentials, Target};

/// What a link is to be: where it leads, by which means, and through what.
///
/// ```
/// use sortie_transport::{Plan, Proxy, ProxyKind, Target};
///
/// let mut plan = Plan::from(Target { host: "example.test".into(), port: 443 });
/// plan.tls = true;
/// plan.proxy = Some(Proxy::new(Target { host: "proxy.test".into(), port: 3128 }, ProxyKind::Connect));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The means. Default: [`Connector::default`].
    pub connector: Connector,
    /// Whom to talk to.
    pub target: Target,
    /// Whether the target is talked to by TLS. Default: no. Without effect through a [`ProxyKind::Forward`] proxy, where the
    /// link ends.
    pub tls: bool,
    /// Whom to go through. Default: nobody.
    pub proxy: Option<Proxy>,
}

/// A proxy to go through.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proxy {
    /// Where it is.
    pub target: Target,
    /// How it is asked.
    pub kind: ProxyKind,
    /// Whether the proxy itself is talked to by TLS. Default: no.
    pub tls: bool,
    /// Who asks. Default: nobody. Not used by [`ProxyKind::Forward`], where each message names its sender.
    pub credentials: Option<Credentials>,
}

/// How a proxy is asked to lead on.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug)]
#[non_exhaustive]
pub enum ProxyKind {
    /// Not at all: the link ends at the proxy, and what is sent over it says where it shall go.
    Forward,
    /// By a CONNECT (RFC 9110, section 9.3.6). The proxy looks the name up.
    Connect,
    /// By SOCKS 5 (RFC 1928), with an address: a name is looked up here, and its first address that is allowed is taken,
    /// of the family by which the proxy was reached if there is one.
    Socks5,
    /// By SOCKS 5 (RFC 1928), with the name: the proxy looks it up.
    Socks5h,
}

impl Plan {
    /// Whom the link's socket connects to: the proxy, or else the target.
    pub(crate) fn first(&self) -> &Target {
        self.proxy.as_ref().map_or(&self.target, |proxy| &proxy.target)
    }
}

impl Proxy {
    /// A proxy without TLS to itself, and without credentials.
    #[must_use]
    pub const fn new(target: Target, kind: ProxyKind) -> Self {
        Self { target, kind, tls: false, credentials: None }
    }
}

/// Straight to the target, without TLS, by the default means.
impl From<Target> for Plan {
    fn from(target: Target) -> Self {
        Self { connector: Connector::default(), target, tls: false, proxy: None }
    }
}

/// Straight to the address, without TLS, by the default means.
impl From<SocketAddr> for Plan {
    fn from(address: SocketAddr) -> Self {
        Target::from(address).into()
    }
}
